"""What a store is: five operations on named, create-only objects.

Names are relative paths such as ``v1/prod/20261122T030000Z-1a2b.manifest.json``. The same names
are valid in every store, so that one store can be mirrored to any other.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dr_toolkit.errors import UsageError

PART_PREFIX = ".part-"
"""Begins the names of files being written; no object's name may use it."""

_LONGEST_NAME = 900  # S3 takes keys of 1024 bytes, the store's own prefix included
_LONGEST_SEGMENT = 255  # what the usual file systems take
_VERSION_MARK = "?versionId="  # s3fs cuts a path there, and would write to another object


@dataclass(frozen=True, slots=True)
class ObjectStat:
    """Size in bytes, and the time (UTC) of an object's creation as its store tells it."""

    size: int
    modified: datetime


class ObjectStore(Protocol):
    """A set of named objects that are created whole and never rewritten.

    Every operation may raise ``BucketMissing``, ``StoreRefused`` and ``StoreUnreachable``; on S3
    also ``CredentialsMissing``; and ``UsageError`` for a name that breaks the rules of
    ``check_name``. All operations may be called from several threads at once.
    """

    @property
    def url(self) -> str:
        """Where the store is, without a trailing slash and without any secret."""
        ...

    def get(self, name: str) -> bytes:
        """The whole content of ``name``, never cached; raises ``ObjectNotFound``."""
        ...

    def put_if_absent(self, name: str, data: bytes) -> None:
        """Create ``name`` with all of ``data``, or nothing; after the return it is durable.

        Raises ``ObjectExists`` when the name is taken by other content. Where byte for byte the
        same content is there already it returns: that is how a writer whose first answer was lost
        learns that it won. Writers that race must therefore write distinct bytes. After any other
        error the object may or may not be there, and the same call may be made again.
        """
        ...

    def list(self, prefix: str) -> list[str]:
        """All names that start with ``prefix``, sorted, at any depth, never from a cache.

        ``prefix`` is a beginning of the text, not a folder: ``v1/a`` finds ``v1/ab/c`` too. What
        lies in the store under a name that ``check_name`` refuses is left out.
        """
        ...

    def delete(self, name: str) -> None:
        """Remove ``name``; nothing happens when it is not there.

        In a versioned bucket the content stays as an earlier version.
        """
        ...

    def stat(self, name: str) -> ObjectStat | None:
        """Size and creation time of ``name``, never cached; None when it is not there."""
        ...


def check_name(name: str) -> str:
    """Return ``name`` if it may name an object, else raise ``UsageError``.

    Relative, segments parted by single slashes, none of them ``.`` or ``..`` or longer than 255
    bytes; no backslash, no control character; 900 bytes in all.
    """
    fault = _fault_of_text(name)
    for segment in name.split("/"):
        fault = fault or _fault_of_segment(segment)
    if fault:
        raise UsageError(reason=f"{name!r} can't name an object in a store: {fault}")
    return name


def check_prefix(prefix: str) -> str:
    """Return ``prefix`` if names can start with it (it may be empty), else raise ``UsageError``."""
    fault = _fault_of_text(prefix)
    for segment in prefix.split("/")[:-1]:
        fault = fault or _fault_of_segment(segment)
    if fault:
        raise UsageError(reason=f"no name in a store starts with {prefix!r}: {fault}")
    return prefix


def is_name(name: str) -> bool:
    """Whether ``check_name`` accepts ``name``."""
    return not (_fault_of_text(name) or any(map(_fault_of_segment, name.split("/"))))


def _fault_of_text(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") or character == "\\":
            return f"it holds the character {character!r}"
    if len(text.encode()) > _LONGEST_NAME:
        return f"it is longer than {_LONGEST_NAME} bytes"
    if _VERSION_MARK in text:
        return f"it holds {_VERSION_MARK!r}"
    return ""


def _fault_of_segment(segment: str) -> str:
    if segment in ("", ".", ".."):
        return "it is absolute, or a part of it is empty, '.' or '..'"
    if segment.startswith(PART_PREFIX):
        return f"{PART_PREFIX!r} begins the names of unfinished files"
    if len(segment.encode()) > _LONGEST_SEGMENT:
        return f"a part of it is longer than {_LONGEST_SEGMENT} bytes"
    return ""
