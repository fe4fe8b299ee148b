"""From canonical form to what AWS takes: region and account put in, parsed text written out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dr_toolkit.engine import tokens
from dr_toolkit.model import wire
from dr_toolkit.model.changes import Change, Join
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec.fields import Field, Kind
from dr_toolkit.spec.registry import Registry


def resource(value: Resource, registry: Registry, scope: Scope) -> Resource:
    """The resource as its verbs want it, for the account and region of ``scope``."""
    fields = registry[value.key.type].fields
    attributes = {
        name: _value(fields[name], item, scope) if name in fields else item for name, item in value.attributes.items()
    }
    return replace(value, attributes=attributes)


def change(value: Change, registry: Registry, scope: Scope) -> Change:
    """The change with both its sides as their verbs want them."""
    before = resource(value.before, registry, scope) if value.before else None
    after = resource(value.after, registry, scope) if value.after else None
    return replace(value, before=before, after=after)


def _value(field: Field, value: Any, scope: Scope) -> Any:
    if field.json and not isinstance(value, str):
        text = wire.dumps(value)
        return tokens.put_in(text, scope) if field.kind is Kind.LOCATED else text
    if field.kind in (Kind.LOCATED, Kind.MANUAL):
        return _located(value, scope)
    if field.members is not None and isinstance(value, Mapping):
        inner = field.members
        return {k: _value(inner[k], v, scope) if k in inner else v for k, v in value.items()}
    if field.values is not None and isinstance(value, Mapping):
        return {k: _value(field.values, v, scope) for k, v in value.items()}
    if field.items is not None and isinstance(value, list):
        return [_value(field.items, v, scope) for v in value]
    return value


def _located(value: Any, scope: Scope) -> Any:
    """A value in which every text has the target's region, account and partition put in."""
    match value:
        case str():
            return tokens.put_in(value, scope)
        case dict():
            return {k: _located(v, scope) for k, v in value.items()}
        case list() | tuple():
            return [_located(v, scope) for v in value]
        case _:
            return value


def joins(value: Any, scope: Scope) -> Any:
    """Parameters in which what a verb has put together, such as an ARN, has the target's region and account put in.

    Plain text is left alone: it is the customer's own, or was made for the target before.
    """
    match value:
        case Join():
            parts: list[str | Ref] = []
            for part in value.parts:
                inner = tokens.put_in(part, scope) if isinstance(part, str) else part
                parts += inner.parts if isinstance(inner, Join) else [inner]
            return Join(tuple(parts))
        case dict():
            return {k: joins(v, scope) for k, v in value.items()}
        case list() | tuple():
            return [joins(v, scope) for v in value]
        case _:
            return value
