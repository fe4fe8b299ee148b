"""From a store's URL to the store."""

from __future__ import annotations

from pathlib import Path

from dr_toolkit.errors import UsageError
from dr_toolkit.store.file import FileStore
from dr_toolkit.store.memory import MemoryStore
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.s3 import S3Store
from dr_toolkit.store.s3_session import ObjectLock, S3Options


def open_store(
    url: str,
    *,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    role_arn: str | None = None,
    external_id: str | None = None,
    kms_key_arn: str | None = None,
    object_lock: ObjectLock | None = None,
) -> ObjectStore:
    """The store at ``s3://bucket/prefix``, ``file:///folder`` or ``memory://name``.

    Nothing is contacted or made: what is wrong with the place shows at the first operation. The
    path of a ``file://`` URL is taken as it is, without percent-decoding. ``profile``, ``region``
    (the bucket's) and ``endpoint_url`` say nothing to a store that isn't S3; what S3 alone can
    promise (a role, encryption, a lock) is refused there. Without ``endpoint_url`` the variables
    AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL count. Raises ``UsageError``.
    """
    if external_id and not role_arn:
        raise UsageError(reason=f"store {_shown(url)}: external_id is of no use without role_arn")
    if url.startswith("s3://"):
        options = S3Options(profile, region, endpoint_url, role_arn, external_id, kms_key_arn, object_lock)
        return S3Store(url, options)
    store = _open_local(url)
    for option, value in {"role_arn": role_arn, "kms_key_arn": kms_key_arn, "object_lock": object_lock}.items():
        if value is not None:
            raise UsageError(reason=f"store {url}: {option} needs an s3:// store")
    return store


def _open_local(url: str) -> ObjectStore:
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "file":
        return FileStore(_folder(rest))
    if separator and scheme == "memory":
        if not rest.strip("/"):
            raise UsageError(reason="memory:// names no store: write memory://NAME")
        return MemoryStore(url.rstrip("/"))
    raise UsageError(reason=f"{_shown(url)} is no store: write s3://BUCKET/PREFIX or file:///FOLDER")


def _folder(path: str) -> Path:
    if not path.startswith("/") or "\0" in path or ".." in path.split("/"):
        raise UsageError(reason=f"file://{path}: write an absolute folder without '..', as file:///FOLDER")
    if not path.strip("/"):
        raise UsageError(reason="file:/// is the whole file system: name a folder")
    return Path("/" + path.strip("/"))


def _shown(url: str) -> str:
    return "a URL with an @ (not repeated, it may hold a secret)" if "@" in url else repr(url)
