"""From a URL to a store, without contacting anything."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dr_toolkit.errors import UsageError
from dr_toolkit.store.open import open_store
from dr_toolkit.store.s3_session import ObjectLock


@pytest.mark.parametrize(
    ("url", "kind", "shown"),
    [
        ("s3://bucket", "S3Store", "s3://bucket"),
        ("s3://bucket/", "S3Store", "s3://bucket"),
        ("s3://bucket/a/b/", "S3Store", "s3://bucket/a/b"),
        ("file:///var/lib/dr toolkit/", "FileStore", "file:///var/lib/dr toolkit"),
        ("file:////var//lib/a%20b", "FileStore", "file:///var/lib/a%20b"),
        ("memory://name", "MemoryStore", "memory://name"),
    ],
)
def test_the_scheme_chooses_the_store(url: str, kind: str, shown: str) -> None:
    store = open_store(url)
    assert (type(store).__name__, store.url) == (kind, shown)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bucket/prefix",
        "/var/lib/dr-toolkit",
        "S3://bucket",
        "https://bucket.s3.amazonaws.com/prod",
        "gs://bucket",
        "file://",
        "file:///",
        "file://relative/folder",
        "file:///var/../etc",
        "file://~/store",
        "memory://",
    ],
)
def test_what_is_no_store_is_wrong_usage(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(url)
    assert caught.value.exit_code == 64
    assert "write" in str(caught.value) or "name a folder" in str(caught.value)


@pytest.mark.parametrize("url", ["https://user:secret@host/x", "user:secret@host"])
def test_a_secret_in_a_url_is_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(url)
    assert "secret@" not in str(caught.value)


def test_an_external_id_needs_a_role() -> None:
    with pytest.raises(UsageError, match="external_id"):
        open_store("s3://bucket", external_id="acme")


@pytest.mark.parametrize(("mode", "days"), [("forever", 1), ("GOVERNANCE", 1), ("governance", 0)])
def test_a_lock_that_s3_does_not_have_is_refused(mode: str, days: int) -> None:
    with pytest.raises(UsageError, match="object_lock"):
        ObjectLock(mode, days)  # type: ignore[arg-type]


def test_opening_a_store_loads_no_client_library() -> None:
    script = """
import sys
from dr_toolkit.store.open import open_store
import dr_toolkit.store.leases
for url in ("s3://bucket/prod", "file:///tmp/none", "memory://x"):
    open_store(url)
heavy = {"s3fs", "fsspec", "aiobotocore", "botocore", "boto3", "aiohttp"} & set(sys.modules)
sys.exit(f"loaded: {heavy}" if heavy else 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
