"""Keys and configs for the tests of signed stores."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dr_toolkit.store.keys import KeyFile
from dr_toolkit.store.seals import Seal, TrustedKey
from tests.command_line import run


def make_key(path: Path | str, mode: int = 0o600) -> KeyFile:
    """An Ed25519 key in a file, as openssl writes it."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    Path(path).write_bytes(pem)
    os.chmod(path, mode)
    return KeyFile(Path(path))


def seal_of(key: KeyFile) -> Seal:
    """A seal that signs with a key, and believes it alone."""
    return Seal(key, (TrustedKey(key.name, lambda: key.public),))


def taken(*arguments: str) -> str:
    """A new snapshot's id; ids tell whole seconds apart."""
    time.sleep(1 - time.time() % 1)
    ended = run("snapshot", "create", *arguments)
    assert ended.code == 0, ended.said
    return ended.out.strip()


class Bucket:
    """A versioned bucket as whoever has its credentials sees it: objects come and go, and older versions stay."""

    def __init__(self, client: Any, name: str, prefix: str = "prod", **options: Any) -> None:
        self.client, self.name, self.prefix = client, name, prefix
        where = {"LocationConstraint": client.meta.region_name}
        client.create_bucket(Bucket=name, CreateBucketConfiguration=where, **options)
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    @property
    def url(self) -> str:
        """The store."""
        return f"s3://{self.name}/{self.prefix}"

    def fill(self, objects: Mapping[str, bytes]) -> None:
        """Put objects, by their names in the store."""
        for name, data in objects.items():
            self.put(name, data)

    def put(self, name: str, data: bytes) -> None:
        """Put an object, over what may be there."""
        self.client.put_object(Bucket=self.name, Key=f"{self.prefix}/{name}", Body=data)

    def get(self, name: str) -> bytes:
        """An object's content."""
        return bytes(self.client.get_object(Bucket=self.name, Key=f"{self.prefix}/{name}")["Body"].read())

    def delete(self, name: str) -> None:
        """Hide an object under a delete marker."""
        self.client.delete_object(Bucket=self.name, Key=f"{self.prefix}/{name}")

    def names(self, prefix: str = "") -> list[str]:
        """The names that are there."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=f"{self.prefix}/{prefix}"
        )
        keys = [row["Key"] for page in pages for row in page.get("Contents", [])]
        return [key.removeprefix(f"{self.prefix}/") for key in keys]


def objects_of(folder: Path) -> dict[str, bytes]:
    """What a store in a folder holds, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
