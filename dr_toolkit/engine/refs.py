"""Which resources a resource refers to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dr_toolkit.engine import tokens
from dr_toolkit.model.changes import Join
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey

_PLAIN = (str, int, float)


def refs_of(resource: Resource) -> set[ResourceKey]:
    """Every key that the attributes refer to, as a value or inside text."""
    return set(refs_in(resource.attributes))


def refs_in(value: Any) -> Iterator[ResourceKey]:
    """Every key that a value refers to."""
    match value:
        case Ref():
            yield value.key
        case Join():
            for part in value.parts:
                yield from refs_in(part)
        case str():
            if "${Ref:" in value:
                yield from tokens.keys_in(value)
        case dict():
            for name, inner in value.items():
                if "${Ref:" in name:
                    yield from tokens.keys_in(name)
                if not isinstance(inner, _PLAIN):
                    yield from refs_in(inner)
                elif isinstance(inner, str) and "${Ref:" in inner:
                    yield from tokens.keys_in(inner)
        case list() | tuple():
            for inner in value:
                yield from refs_in(inner)
