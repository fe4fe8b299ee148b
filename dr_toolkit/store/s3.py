"""A store in an S3 bucket, or in any service that speaks S3 and knows ``If-None-Match``.

Of s3fs only what was found safe is used: one create-only PUT per object (its exclusive ``open``
overwrites when the content is empty), one GET per read (its files and listings answer from caches),
and S3's own listing, page by page. A region's outage can lose an answer; a write that did happen is
then told from a lost race by reading it back.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any

from dr_toolkit.errors import DrToolkitError, ObjectExists, ObjectNotFound, UsageError
from dr_toolkit.store.objects import ObjectStat, check_name, check_prefix, is_name
from dr_toolkit.store.s3_faults import CONFLICT, IN_DOUBT, TAKEN, broke_off, code_of, explain
from dr_toolkit.store.s3_session import S3Options, connect

if TYPE_CHECKING:
    from s3fs import S3FileSystem

_READ_ATTEMPTS = 3  # of a body that breaks off: botocore repeats only what has no answer yet
_WRITE_ATTEMPTS = 6  # against writers in flight; each wait is up to twice the one before


class S3Store:
    """An ``ObjectStore`` on ``s3://bucket`` or ``s3://bucket/prefix``.

    Holds no credentials and connects at the first request, once per process, so that it may be
    handed to threads, to forked children, and pickled.
    """

    def __init__(
        self, url: str, options: S3Options | None = None, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._root = url.removeprefix("s3://").rstrip("/")
        self.url = f"s3://{self._root}"
        self._options = options or S3Options()
        self._sleep = sleep
        self._connections: dict[int, S3FileSystem] = {}
        _check_root(self._root)

    def __repr__(self) -> str:
        return f"S3Store({self.url!r})"

    def __reduce__(self) -> tuple[type[S3Store], tuple[str, S3Options]]:
        return S3Store, (self.url, self._options)

    def get(self, name: str) -> bytes:
        """See ``ObjectStore.get``."""
        check_name(name)
        with self._told("reading", name):
            for _ in range(_READ_ATTEMPTS - 1):
                try:
                    return self._read(name)
                except Exception as error:
                    if not broke_off(error):
                        raise
            return self._read(name)

    def put_if_absent(self, name: str, data: bytes) -> None:
        """See ``ObjectStore.put_if_absent``."""
        check_name(name)
        with self._told("writing", name):
            for attempt in range(_WRITE_ATTEMPTS):
                try:
                    self._create(name, data)
                    return
                except OSError as error:
                    code = code_of(error)
                    if code in TAKEN | IN_DOUBT and self._is_there(name, data):
                        return
                    if code not in TAKEN | IN_DOUBT | CONFLICT or attempt == _WRITE_ATTEMPTS - 1:
                        raise
                self._sleep(0.1 * 2**attempt * random.uniform(0.5, 1))

    def list(self, prefix: str) -> list[str]:
        """See ``ObjectStore.list``."""
        check_prefix(prefix)
        with self._told("listing", f"{prefix}*"):
            return sorted(name for name, _ in self._rows(prefix) if is_name(name))

    def delete(self, name: str) -> None:
        """See ``ObjectStore.delete``. It leaves a delete marker, even on a locked object."""
        check_name(name)
        with self._told("deletion", name):
            self._filesystem().rm_file(f"{self._root}/{name}")

    def stat(self, name: str) -> ObjectStat | None:
        """See ``ObjectStore.stat``."""
        check_name(name)
        with self._told("reading", name):
            # Of the keys that start with a name, the name itself comes first; and unlike a HEAD,
            # a listing says whether the bucket is missing, or the credentials have run out.
            for found, row in self._rows(name, MaxKeys=1):
                if found == name:
                    return ObjectStat(int(row["Size"]), row["LastModified"].astimezone(UTC))
                break
        return None

    def ask(self, operation: str, action: str, name: str | None = None, **request: Any) -> dict[str, Any]:
        """An operation of S3's own on the bucket, or on the object ``name``; nothing is changed.

        Raises as ``get`` does: StoreRefused where S3 says no, with S3's code in ``facts["code"]``.
        """
        with self._told(action, name or "the bucket"):
            filesystem = self._filesystem()
            bucket, base, _ = filesystem.split_path(f"{self._root}/{name or ''}")
            key = {"Key": base.lstrip("/")} if name else {}
            return dict(filesystem.call_s3(operation, Bucket=bucket, **key, **request))

    def pages(self, operation: str, action: str, prefix: str) -> Iterator[tuple[dict[str, Any], str]]:
        """The pages of a listing of versions under ``prefix``, and what their keys begin with before a name."""
        with self._told(action, f"{prefix}*"):
            filesystem = self._filesystem()
            bucket, base, _ = filesystem.split_path(f"{self._root}/")
            base = base.lstrip("/")
            request: dict[str, Any] = {"Bucket": bucket, "Prefix": base + prefix}
            while True:
                page = filesystem.call_s3(operation, **request)
                yield page, base
                if not page.get("IsTruncated"):
                    return
                request["KeyMarker"], request["VersionIdMarker"] = page["NextKeyMarker"], page["NextVersionIdMarker"]

    def _read(self, name: str) -> bytes:
        return bytes(self._filesystem().cat_file(f"{self._root}/{name}"))

    def _create(self, name: str, data: bytes) -> None:
        arguments = self._options.write_arguments(name)
        self._filesystem().pipe_file(f"{self._root}/{name}", data, mode="create", **arguments)

    def _is_there(self, name: str, data: bytes) -> bool:
        """Whether ``name`` has our content, after S3 said that it is taken; raises ``ObjectExists``."""
        try:
            there = self.get(name)
        except ObjectNotFound:
            return False  # deleted since, or an upload that came to nothing
        if there != data:
            raise ObjectExists(store=self.url, name=name)
        return True

    def _rows(self, prefix: str, **limits: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        filesystem = self._filesystem()
        bucket, base, _ = filesystem.split_path(f"{self._root}/")
        base = base.lstrip("/")  # s3fs leaves one where an access point has no prefix
        request: dict[str, Any] = {"Bucket": bucket, "Prefix": base + prefix, **limits}
        while True:
            page = filesystem.call_s3("list_objects_v2", **request)
            for row in page.get("Contents", []):
                yield row["Key"].removeprefix(base), row
            if not page.get("IsTruncated"):
                return
            request["ContinuationToken"] = page["NextContinuationToken"]

    def _filesystem(self) -> S3FileSystem:
        """This process's connection: s3fs refuses to work in a child that was forked with it."""
        process = os.getpid()
        if process not in self._connections:
            self._connections.setdefault(process, connect(self._options))
        return self._connections[process]

    @contextmanager
    def _told(self, action: str, name: str) -> Iterator[None]:
        """Turn what S3 and botocore say into the store's errors."""
        try:
            yield
        except DrToolkitError:
            raise
        except Exception as error:
            region = self._options.effective_region
            told = explain(error, store=self.url, region=region, action=action, name=name)
            if told is None:
                raise
            raise told from error


def _check_root(root: str) -> None:
    bucket, _, prefix = root.partition("/")
    if "@" in root:  # not repeated: what stands before it may be a secret
        raise UsageError(reason="an s3:// store's URL names no user or key: use a profile or a role")
    if not bucket:
        raise UsageError(reason=f"s3://{root} names no bucket: write s3://BUCKET/PREFIX")
    if prefix:
        check_name(prefix)
