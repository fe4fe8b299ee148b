"""A store in a folder of a local or mounted file system.

An object is one file with the object's name. It is written beside its place under a passing name,
synced, and then hard-linked into place: the link fails where a file is already, so of racing
writers one wins, and at no moment, crash included, can a reader see half an object. What a crash may leave
is a ``.part-...`` file, which no operation sees.

The store's folder is made by the first put if its parent is there; till then the store is empty.
Where the parent is missing too (a disk that isn't mounted, a wrong path) every operation raises
``BucketMissing``. Files are readable by their owner only.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from dr_toolkit.errors import BucketMissing, ObjectExists, ObjectNotFound, StoreRefused, StoreUnreachable
from dr_toolkit.store.objects import PART_PREFIX, ObjectStat, check_name, check_prefix, is_name

_NOT_AN_OBJECT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
_UNREACHABLE = {errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENXIO, errno.ENODEV, errno.EHOSTDOWN}
_FULL = {errno.ENOSPC, errno.EDQUOT}
_TRIES = 5
_NO_LINKS = {errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}


class FileStore:
    """An ``ObjectStore`` in the folder ``root``, an absolute path."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.url = f"file://{root}"

    def __repr__(self) -> str:
        return f"FileStore({self.url!r})"

    def get(self, name: str) -> bytes:
        """See ``ObjectStore.get``."""
        path = self._root / check_name(name)
        with self._told("reading", name):
            self._need_parent()
            try:
                return path.read_bytes()
            except _NOT_AN_OBJECT as error:
                raise ObjectNotFound(store=self.url, name=name) from error

    def put_if_absent(self, name: str, data: bytes) -> None:
        """See ``ObjectStore.put_if_absent``."""
        path = self._root / check_name(name)
        with self._told("writing", name):
            self._need_parent()
            _make_folders(path.parent)
            if not _create(path, data) and path.read_bytes() != data:
                raise ObjectExists(store=self.url, name=name)
            _sync_folder(path.parent)

    def list(self, prefix: str) -> list[str]:
        """See ``ObjectStore.list``. A folder that can't be read is an error, never left out."""
        check_prefix(prefix)
        with self._told("listing", f"{prefix}*"):
            self._need_parent()
            start = self._root / prefix.rpartition("/")[0]
            names = (path.relative_to(self._root).as_posix() for path in _files_under(start))
            return sorted(name for name in names if name.startswith(prefix) and is_name(name))

    def delete(self, name: str) -> None:
        """See ``ObjectStore.delete``."""
        path = self._root / check_name(name)
        with self._told("deletion", name):
            self._need_parent()
            if _is_folder(path):
                return
            with suppress(FileNotFoundError, NotADirectoryError):
                path.unlink()
                _sync_folder(path.parent)

    def stat(self, name: str) -> ObjectStat | None:
        """See ``ObjectStore.stat``."""
        path = self._root / check_name(name)
        with self._told("reading", name):
            self._need_parent()
            try:
                found = path.stat()
            except _NOT_AN_OBJECT:
                return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return ObjectStat(found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def _need_parent(self) -> None:
        mode = _mode(self._root)
        if mode is None and not _is_folder(self._root.parent):
            raise BucketMissing(store=self.url)
        if mode is not None and not stat.S_ISDIR(mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))

    @contextmanager
    def _told(self, action: str, name: str) -> Iterator[None]:
        """Turn what the file system says into the store's errors."""
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            if error.errno in _UNREACHABLE:
                raise StoreUnreachable(store=self.url, reason=reason) from error
            raise StoreRefused(store=self.url, action=action, name=name, reason=reason, hint=_hint(error)) from error


def _hint(error: OSError) -> str:
    if error.errno in _FULL:
        return "Free space on the store's file system, then run the command again; nothing half is left."
    if error.errno in _NO_LINKS:
        return "The store needs a file system with hard links: choose another folder, or an S3 bucket."
    if isinstance(error, (FileExistsError, NotADirectoryError, IsADirectoryError)):
        return "A file stands where a folder is needed, or the reverse: choose another folder for the store."
    return "Check the owner and permissions of the store's folder, and that its file system has hard links."


def _create(path: Path, data: bytes) -> bool:
    """Link a complete, synced file to ``path``; False when the name is taken."""
    part = path.with_name(PART_PREFIX + secrets.token_hex(12))
    try:
        _write_synced(part, data)
        for _ in range(_TRIES):
            with suppress(FileExistsError):
                os.link(part, path)
                return True
            if path.exists():
                return False  # else it was deleted in between
    finally:
        part.unlink(missing_ok=True)
    return False


def _write_synced(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _make_folders(folder: Path) -> None:
    """Make ``folder`` and what is missing above it, each of them durable."""
    if _is_folder(folder):
        return
    _make_folders(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    _sync_folder(folder.parent)


def _mode(path: Path) -> int | None:
    """What stands at ``path``, None for nothing. (``Path.is_dir`` may take a refused look for a no.)"""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(_mode(path) or 0)


def _sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable: syncing a file does not do that."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files_under(start: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
            raise error

    for folder, _, names in os.walk(start, onerror=refuse):
        for name in names:
            yield Path(folder, name)
