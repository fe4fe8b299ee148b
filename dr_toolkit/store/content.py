"""The content of a snapshot's objects: packed with gzip, and proven when it is read."""

from __future__ import annotations

import gzip
import io
import zlib

from dr_toolkit.errors import BodyDamaged
from dr_toolkit.model import wire
from dr_toolkit.model.documents import StoredObject

_LEVEL = 6
_GZIP = 31  # zlib's way to say: with gzip's header and trailer


def pack(data: bytes) -> bytes:
    """``data`` as one gzip member without time or file name."""
    # gzip.compress writes another header in other releases of Python; GzipFile always the same.
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=buffer, mtime=0) as file:
        file.write(data)
    return buffer.getvalue()


def described(name: str, data: bytes) -> StoredObject:
    """What a manifest says of an object whose uncompressed content is ``data``."""
    return StoredObject(name, wire.digest(data), len(data))


def unpack(packed: bytes, stored: StoredObject, store: str) -> bytes:
    """The content, which is what ``stored`` says to the byte; raises BodyDamaged.

    Never inflates more than one byte beyond the stated size.
    """
    stream = zlib.decompressobj(wbits=_GZIP)
    try:
        data = stream.decompress(packed, stored.size + 1)
    except zlib.error as error:
        raise BodyDamaged(name=stored.name, store=store, reason=f"gunzip fails: {error}") from None
    fault = ""
    if len(data) > stored.size:
        fault = f"its content is longer than {stored.size} bytes"
    elif not stream.eof:
        fault = f"it is cut off, after {len(packed)} bytes"
    elif stream.unused_data:
        fault = "something follows the end of its content"
    elif len(data) < stored.size:
        fault = f"its content is {len(data)} bytes, not {stored.size}"
    elif wire.digest(data) != stored.sha256:
        fault = f"the SHA-256 of its content is {wire.digest(data)}, not {stored.sha256}"
    if fault:
        raise BodyDamaged(name=stored.name, store=store, reason=fault)
    return data


def holds(packed: bytes, data: bytes) -> bool:
    """Whether ``packed`` is whole and its content is ``data``."""
    try:
        return unpack(packed, described("", data), "") == data
    except BodyDamaged:
        return False
