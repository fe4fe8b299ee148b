"""What comes of writing an API's nouns as a document, and how large a document may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dr_toolkit.model import wire
from dr_toolkit.model.changes import Join
from dr_toolkit.model.keys import Ref, ResourceKey

MOST_BYTES = 6 * 1024 * 1024
"""The largest document that an import takes (the quota "OpenAPI file size")."""

_ID_BYTES = 64


@dataclass(frozen=True)
class Written:
    """A document to be imported, and what it does not hold.

    ``document`` is JSON with ``Ref`` and ``Join`` leaves for ids that are known only in the target. ``left`` says of
    every noun that the document holds not at all, or only in part, why; every other noun is fully held. Of what is
    left, ``partly`` is in the document in part: it is there after the import, and has to be updated, not made.
    """

    document: Mapping[str, Any]
    left: Mapping[ResourceKey, str]
    partly: frozenset[ResourceKey] = frozenset()


def size(document: Any) -> int:
    """How many bytes the JSON of a document has at most, each id that is not known yet taken for 64."""
    return len(wire.dumps(_sized(document)).encode())


def fits(document: Any) -> bool:
    """Whether a document is small enough for an import."""
    return size(document) <= MOST_BYTES


def _sized(value: Any) -> Any:
    match value:
        case Ref():
            return "x" * _ID_BYTES
        case Join():
            return "".join(_sized(part) for part in value.parts)
        case Mapping():
            return {str(k): _sized(v) for k, v in value.items()}
        case list() | tuple():
            return [_sized(v) for v in value]
        case _:
            return value
