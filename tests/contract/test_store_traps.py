"""The known traps of s3fs and of local files: each of these tests fails if its trap is stepped in.

The letters are those of the list of s3fs's traps: (a) an exclusive open overwrites when the content is
empty, (b) a lost race shows in several ways, (c) a lost answer makes one's own success look like a lost
race, (d) listings and files answer from caches, (e) credentials given as keys never renew, (f) an
instance written out holds the secret, (g) an instance fails in a forked child, (h) transactions don't
cover whole-object writes, (i) retries multiply, (j) a delete only hides, (k) memory grows per session.
"""

from __future__ import annotations

import ast
import hashlib
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import dr_toolkit.store
from dr_toolkit.errors import ObjectExists, ObjectNotFound, StoreUnreachable, UsageError
from dr_toolkit.store import s3_session
from dr_toolkit.store.open import open_store
from dr_toolkit.store.s3 import S3Store
from dr_toolkit.store.s3_session import ObjectLock
from tests.contract.conftest import Bucket
from tests.contract.loopback import Exchange, LoopbackProxy, s3_error, times


def lost(exchange: Exchange) -> None:
    """An answer that never comes: the request took effect, the connection drops."""


# --- s3fs ---------------------------------------------------------------------------------------


def test_a_an_empty_body_never_overwrites(bucket: Bucket) -> None:
    store = bucket.open()
    store.put_if_absent("v1/a", b"precious")
    with pytest.raises(ObjectExists):
        store.put_if_absent("v1/a", b"")
    assert store.get("v1/a") == b"precious"
    assert len(versions(bucket, "v1/a")) == 1


def test_b_a_lost_race_is_known_without_the_condition_element(bucket: Bucket, proxy: LoopbackProxy) -> None:
    store = bucket.open(proxy.endpoint)
    store.put_if_absent("v1/a", b"first")
    proxy.alter = _without_condition
    with pytest.raises(ObjectExists):
        store.put_if_absent("v1/a", b"second")
    store.put_if_absent("v1/a", b"first")
    assert b"Condition>" in proxy.seen[1].body
    assert store.get("v1/a") == b"first"


def test_b_a_conflict_with_a_writer_in_flight_is_tried_again(bucket: Bucket, proxy: LoopbackProxy) -> None:
    waits: list[float] = []
    store = S3Store(
        bucket.url, s3_session.S3Options(region="us-west-2", endpoint_url=proxy.endpoint), sleep=waits.append
    )
    proxy.alter = times(2, s3_error(409, "ConditionalRequestConflict"))
    store.put_if_absent("v1/a", b"mine")
    assert proxy.methods().count("PUT") == 3
    assert len(waits) == 2
    assert store.get("v1/a") == b"mine"


def test_c_a_lost_answer_is_success_and_not_a_lost_race(bucket: Bucket, proxy: LoopbackProxy) -> None:
    store = bucket.open(proxy.endpoint)
    for number, data in enumerate((b"mine", b"")):
        proxy.seen.clear()
        proxy.alter = times(1, lost)
        store.put_if_absent(f"v1/{number}", data)
        assert [exchange.status for exchange in proxy.seen[:2]] == [200, 412], "the first PUT took effect"
        assert store.get(f"v1/{number}") == data
        assert len(versions(bucket, f"v1/{number}")) == 1


def test_c_a_lost_answer_to_a_lost_race_is_a_lost_race(bucket: Bucket, proxy: LoopbackProxy) -> None:
    store = bucket.open(proxy.endpoint)
    bucket.open().put_if_absent("v1/a", b"theirs")
    proxy.alter = times(1, lost)
    with pytest.raises(ObjectExists):
        store.put_if_absent("v1/a", b"mine")


def test_c_i_without_any_answer_attempts_are_bounded_and_the_call_can_be_made_again(
    bucket: Bucket, proxy: LoopbackProxy
) -> None:
    """s3fs repeats what botocore repeats, which repeats what aiohttp repeats."""
    store = bucket.open(proxy.endpoint)
    proxy.alter = times(100, lost)
    with pytest.raises(StoreUnreachable):
        store.put_if_absent("v1/a", b"mine")
    assert 3 <= len(proxy.seen) <= 6
    proxy.alter = times(0, lost)
    store.put_if_absent("v1/a", b"mine")
    assert store.get("v1/a") == b"mine"


def test_d_nothing_is_answered_from_a_cache(bucket: Bucket) -> None:
    store, other = bucket.open(), bucket.open()
    other.put_if_absent("v1/a", b"small")
    assert store.list("v1/") == ["v1/a"]
    bucket.client.put_object(Bucket=bucket.name, Key="prod/v1/a", Body=b"grown" * 100)
    bucket.client.put_object(Bucket=bucket.name, Key="prod/v1/b", Body=b"new")
    assert store.get("v1/a") == b"grown" * 100
    assert store.list("v1/") == ["v1/a", "v1/b"]
    found = store.stat("v1/a")
    assert found is not None
    assert found.size == 500


def test_d_a_read_that_breaks_off_is_never_a_short_object(bucket: Bucket, proxy: LoopbackProxy) -> None:
    store = bucket.open(proxy.endpoint)
    store.put_if_absent("v1/a", b"0123456789" * 1000)
    proxy.alter = times(1, lambda exchange: replace(exchange, cut=4000), "GET")
    assert store.get("v1/a") == b"0123456789" * 1000
    proxy.alter = times(100, lambda exchange: replace(exchange, cut=4000), "GET")
    with pytest.raises(StoreUnreachable):
        store.get("v1/a")


def test_d_a_listing_is_followed_to_its_last_page(bucket: Bucket, proxy: LoopbackProxy) -> None:
    store = bucket.open(proxy.endpoint)
    names = [f"v1/{number:03d}" for number in range(9)]
    for name in names:
        store.put_if_absent(name, b"")
    proxy.rewrite_path = lambda path: f"{path}&max-keys=2" if "list-type=2" in path else path
    proxy.seen.clear()
    assert store.list("v1/") == names
    assert len(proxy.seen) == 5
    proxy.alter = times(1, s3_error(503, "SlowDown"), "GET")
    assert store.list("") == names


def test_e_assumed_credentials_renew(bucket: Bucket, proxy: LoopbackProxy) -> None:
    """Credentials that run out in a minute are renewed at each use; those of a day are kept."""
    store = bucket.open(proxy.endpoint, role_arn="arn:aws:iam::123456789012:role/dr-snapshot", external_id="acme")
    proxy.alter = _expiring_in(timedelta(minutes=1))
    store.put_if_absent("v1/a", b"1")
    store.put_if_absent("v1/b", b"2")
    assert proxy.methods() == ["POST", "PUT", "POST", "PUT"]
    keys = [exchange.headers["Authorization"].split("Credential=")[1].split("/")[0] for exchange in proxy.seen]
    assert len({keys[0], keys[1], keys[3]}) == 3, "each write is signed with the newest credentials"
    proxy.alter = _expiring_in(timedelta(days=1))
    for name in ("v1/c", "v1/d", "v1/e"):
        store.put_if_absent(name, b"3")
    assert proxy.methods()[4:] == ["POST", "PUT", "PUT", "PUT"]


def test_f_a_store_written_out_holds_no_secret(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very/secret+key")
    caplog.set_level(logging.DEBUG)
    store = bucket.open()
    store.put_if_absent("v1/a", b"1")
    written = pickle.dumps(store)
    assert b"very/secret" not in written
    assert "very/secret" not in repr(vars(store)) + repr(store) + caplog.text
    assert pickle.loads(written).get("v1/a") == b"1"


def test_g_a_forked_child_works_on(bucket: Bucket, tmp_path: Path) -> None:
    script = """
import os, sys
from dr_toolkit.store.open import open_store
store = open_store(sys.argv[1], region="us-west-2", endpoint_url=sys.argv[2])
store.put_if_absent("v1/parent", b"1")
child = os.fork()
if child == 0:
    try:
        store.put_if_absent("v1/child", store.get("v1/parent"))
    except BaseException as error:
        print(repr(error), flush=True)
        os._exit(1)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    done = run_script(script, bucket.url, bucket.endpoint)
    assert done.returncode == 0, done.stdout + done.stderr
    assert bucket.open().list("") == ["v1/child", "v1/parent"]


def test_h_no_transaction_no_open_file_and_no_cache_is_used() -> None:
    """What is unsafe in s3fs is not called at all: an exception after a write must not look undone."""
    unsafe = {"transaction", "start_transaction", "touch", "ls", "glob", "exists", "info", "find", "to_json"}
    folder = Path(dr_toolkit.store.__file__).parent
    for path in folder.glob("s3*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                assert node.attr not in unsafe | {"open", "invalidate_cache"}, f"{path.name}:{node.lineno}"


def test_i_attempts_to_read_are_bounded(bucket: Bucket, proxy: LoopbackProxy) -> None:
    store = bucket.open(proxy.endpoint)
    proxy.alter = times(1000, lost, "GET")
    with pytest.raises(StoreUnreachable):
        store.get("v1/a")
    assert 3 <= len(proxy.seen) <= 6


def test_i_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_session, "READ_TIMEOUT", 0.1)
    monkeypatch.setattr(s3_session, "_ATTEMPTS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        store = open_store("s3://bucket/prod", region="us-west-2", endpoint_url=f"http://127.0.0.1:{port}")
        with pytest.raises(StoreUnreachable, match=r"(?i)timeout"):
            store.get("v1/a")


def test_j_a_delete_hides_and_a_lock_holds(bucket: Bucket) -> None:
    store = bucket.open(object_lock=ObjectLock("compliance", 35))
    store.put_if_absent("v1/a", b"kept")
    (kept,) = versions(bucket, "v1/a")
    store.delete("v1/a")
    assert store.list("") == []
    with pytest.raises(ObjectNotFound):
        store.get("v1/a")
    assert [row["VersionId"] for row in versions(bucket, "v1/a")] == [kept["VersionId"]]
    with pytest.raises(bucket.client.exceptions.ClientError, match="AccessDenied"):
        bucket.client.delete_object(Bucket=bucket.name, Key="prod/v1/a", VersionId=kept["VersionId"])
    store.put_if_absent("v1/a", b"again")
    assert store.get("v1/a") == b"again"


def test_k_stores_share_one_copy_of_the_service_models(bucket: Bucket) -> None:
    models = {
        id(s3_session.connect(s3_session.S3Options(region=region)).session.get_component("data_loader"))
        for region in ("us-west-2", "eu-west-1", "us-east-1")
    }
    assert len(models) == 1


def test_encryption_and_lock_reach_the_object(bucket: Bucket) -> None:
    key = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
    store = bucket.open(kms_key_arn=key, object_lock=ObjectLock("governance", 35))
    for name, data in (("v1/a", b"data"), ("v1/empty", b"")):
        store.put_if_absent(name, data)
        head = bucket.client.head_object(Bucket=bucket.name, Key=f"prod/{name}")
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
        assert head["ObjectLockMode"] == "GOVERNANCE"
        left = head["ObjectLockRetainUntilDate"] - datetime.now(UTC)
        assert timedelta(days=34, hours=23) < left <= timedelta(days=35)
        assert store.get(name) == data


# --- files and memory ---------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["file:///tmp/dr-toolkit-none", "memory://none"])
@pytest.mark.parametrize(
    "option",
    [
        {"kms_key_arn": "arn:aws:kms:us-west-2:123456789012:key/1"},
        {"object_lock": ObjectLock("governance", 1)},
        {"role_arn": "arn:aws:iam::123456789012:role/x"},
    ],
    ids=lambda option: next(iter(option)),
)
def test_what_only_s3_can_promise_is_never_ignored(url: str, option: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(option))):
        open_store(url, **option)


def test_a_file_is_written_beside_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in $TMPDIR, from where it would be copied across file systems, byte by byte in public."""
    links: list[tuple[Path, Path]] = []
    link = os.link

    def spy(old: str, new: str) -> None:
        links.append((Path(old), Path(new)))
        link(old, new)

    monkeypatch.setenv("TMPDIR", "/nonexistent")
    monkeypatch.setattr(os, "link", spy)
    open_store(f"file://{tmp_path}").put_if_absent("v1/a", b"1")
    ((part, path),) = links
    assert part.parent == path.parent == tmp_path / "v1"
    assert not part.exists()


def test_a_killed_writer_leaves_no_half_file(tmp_path: Path) -> None:
    """kill -9 with half of the content written and not yet in place."""
    script = """
import os, sys, time
from dr_toolkit.store import file
from dr_toolkit.store.open import open_store
sync = os.fsync
def stop(descriptor):
    if os.fstat(descriptor).st_size > 1000000:
        os.ftruncate(descriptor, 500000)
        print("half", flush=True)
        time.sleep(60)
    sync(descriptor)
file.os.fsync = stop
open_store(sys.argv[1]).put_if_absent("v1/a", b"x" * 2000000)
"""
    url = f"file://{tmp_path}/store"
    writer = start_script(script, url)
    assert writer.stdout is not None
    assert writer.stdout.readline().strip() == b"half"
    store = open_store(url)
    assert store.list("") == []
    writer.send_signal(signal.SIGKILL)
    writer.wait(10)
    assert store.list("") == []
    assert store.stat("v1/a") is None
    with pytest.raises(ObjectNotFound):
        store.get("v1/a")
    store.put_if_absent("v1/a", b"whole")
    assert store.get("v1/a") == b"whole"
    assert store.list("") == ["v1/a"]


def test_a_writer_killed_at_any_moment_leaves_only_whole_files(tmp_path: Path) -> None:
    script = """
import hashlib, os, sys
from dr_toolkit.store.open import open_store
store = open_store(sys.argv[1])
print("ready", flush=True)
while True:
    data = os.urandom(300000)
    store.put_if_absent("v1/" + hashlib.sha256(data).hexdigest(), data)
"""
    url = f"file://{tmp_path}/store"
    store = open_store(url)
    for pause in (0.02, 0.05, 0.1):
        writer = start_script(script, url)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(pause)
        writer.kill()
        writer.wait(10)
        for name in store.list(""):
            assert hashlib.sha256(store.get(name)).hexdigest() == name.removeprefix("v1/")
    assert store.list("")


def test_a_reader_never_sees_a_file_being_written(tmp_path: Path) -> None:
    """Every name that a listing shows can be read, whole, at once."""
    url, whole = f"file://{tmp_path}/store", b"y" * 200_000
    store, stop = open_store(url), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            store.put_if_absent(f"v1/{number:06d}", whole)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        reader = open_store(url)
        ends = time.monotonic() + 0.3
        while time.monotonic() < ends:
            for name in reader.list("v1/")[-3:]:
                assert reader.get(name) == whole
    finally:
        stop.set()
        writer.join()


def _without_condition(exchange: Exchange) -> Exchange:
    if exchange.status != 412:
        return exchange
    body = exchange.body.replace(b"<Condition>If-None-Match</Condition>", b"")
    assert body != exchange.body
    return replace(exchange, body=body)


def _expiring_in(time_left: timedelta) -> Callable[[Exchange], Exchange]:
    """Let the credentials of each AssumeRole run out after ``time_left``."""

    def alter(exchange: Exchange) -> Exchange:
        if exchange.method != "POST":
            return exchange
        head, _, rest = exchange.body.partition(b"<Expiration>")
        expiry = (datetime.now(UTC) + time_left).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = head + b"<Expiration>" + expiry.encode() + rest[rest.index(b"</Expiration>") :]
        return replace(exchange, body=body)

    return alter


def versions(bucket: Bucket, name: str) -> list[dict[str, Any]]:
    """All versions of an object's content, delete markers left out."""
    answer = bucket.client.list_object_versions(Bucket=bucket.name, Prefix=f"prod/{name}")
    rows: list[dict[str, Any]] = answer.get("Versions", [])
    return rows


def start_script(script: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A Python process of its own."""
    return subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE)


def run_script(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same, to its end."""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
