"""Which resources a resource refers to: as a value, and by token inside located text.

Text of the customer's own is not looked into: what looks like a token there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_toolkit.engine import tokens
from dr_toolkit.model.changes import Dumped, Join
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.fields import Field, Kind
from dr_toolkit.spec.marks import spelled_in


def refs_of(resource: Resource, fields: Mapping[str, Field]) -> set[ResourceKey]:
    """Every key that the attributes refer to."""
    return {key for name, value in resource.attributes.items() for key in _refs(fields.get(name), value)}


def spelled_of(resource: Resource, fields: Mapping[str, Field]) -> set[ResourceKey]:
    """The landmarks whose ARNs stand in located text in full, because they follow from their names."""
    located = {name: value for name, value in resource.attributes.items() if name in fields and _located(fields[name])}
    return {key for text in tokens.strings(located) for key in spelled_in(text)}


def _located(field: Field) -> bool:
    """Whether there is located text in a field, however deep."""
    inner = [*(field.members or {}).values(), *(f for f in (field.values, field.items) if f)]
    return field.kind in (Kind.LOCATED, Kind.MANUAL) or any(_located(f) for f in inner)


def _refs(field: Field | None, value: Any) -> Iterator[ResourceKey]:
    if isinstance(value, Ref):
        yield value.key
    elif isinstance(value, str):
        if field is not None and field.kind in (Kind.LOCATED, Kind.MANUAL) and "${Ref:" in value:
            yield from tokens.keys_in(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            within = _within(field, name)
            if within is field:
                yield from _refs(field, name)
            yield from _refs(within, inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _refs(field.items if field and field.items else field, inner)


def _within(field: Field | None, name: str) -> Field | None:
    """What describes a member of a value; a document that is described as a whole describes each of its members."""
    if field is None:
        return None
    if field.members is not None:
        return field.members.get(name)
    return field.values or field


def refs_in(params: Any) -> set[ResourceKey]:
    """Every key that a call's parameters refer to."""
    match params:
        case Ref():
            return {params.key}
        case Join():
            return {part.key for part in params.parts if isinstance(part, Ref)}
        case Dumped():
            return refs_in(params.value)
        case dict():
            return set().union(*(refs_in(value) for value in params.values()))
        case list() | tuple():
            return set().union(*(refs_in(value) for value in params))
        case _:
            return set()
