"""Which landmarks rows refer to: by reference, or by an id or a name inside located text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_toolkit.model.documents import Scope
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.fields import Field, Kind
from dr_toolkit.spec.marks import found_in
from dr_toolkit.spec.policies import unescaped
from dr_toolkit.spec.registry import Registry, references
from dr_toolkit.spec.types import ResourceType, Row

_MARKS = {"vpce-": "ec2.vpc_endpoint", "vpc-": "ec2.vpc"}
"""How the ids of landmarks that stand inside text begin."""


class Demands:
    """What is asked of a region beyond what is captured: types of landmarks, and of some of them the names."""

    def __init__(self, registry: Registry, scope: Scope) -> None:
        self._registry, self._scope = registry, scope
        self.names: dict[str, set[str]] = {}

    def look_for(self, wanted: Iterable[ResourceKey]) -> None:
        """Have landmarks be looked for by their names."""
        for key in wanted:
            self.names.setdefault(key.type, set()).add(key.name)

    def of(self, *families: Mapping[str, list[Row]]) -> set[str]:
        """The landmark types that rows refer to, with what these lie in; names that stand in text are kept in mind."""
        demanded: set[str] = set()
        for name, rows in ((name, rows) for family in families for name, rows in family.items()):
            t = self._registry[name]
            if rows and t.parent and self._registry[t.parent].landmark:
                demanded.add(t.parent)
            for reference in references(t.fields.values()):
                targets = {to for to in reference.to if self._registry[to].landmark} - demanded
                if targets and _mentions_any(rows, reference, t):
                    demanded |= targets
            demanded |= self._named_in_text(rows, t) - demanded
        for name in list(demanded):
            if above := self._registry[name].parent:
                demanded.add(above)
        return demanded

    def _named_in_text(self, rows: list[Row], t: ResourceType) -> set[str]:
        """The landmark types of which a located text, such as a policy or a URI, may hold an id or a name."""
        located = [name for name, described in t.fields.items() if _has_located(described)]
        texts = {unescaped(str(row.data.get(name) or "")) for row in rows for name in located}
        demanded = {landmark for mark, landmark in _MARKS.items() if any(mark in text for text in texts)}
        for text in texts:
            for found in found_in(text, self._scope):
                demanded.add(found.type)
                self.names.setdefault(found.type, set()).update(found.path[-1:])
                if owner := self._registry[found.type].parent:
                    self.names.setdefault(owner, set()).update(found.path[:1])
        return demanded


def _mentions_any(rows: list[Row], reference: Field, t: ResourceType) -> bool:
    names = [name for name, f in t.fields.items() if f is reference or _holds(f, reference)]
    return any(_has_value(t.fields[name], reference, row.data.get(name)) for row in rows for name in names)


def _parts(field: Field) -> list[Field]:
    return [*(field.members or {}).values(), *(f for f in (field.values, field.items) if f)]


def _holds(outer: Field, inner: Field) -> bool:
    return any(part is inner or _holds(part, inner) for part in _parts(outer))


def _has_value(outer: Field, inner: Field, value: Any) -> bool:
    """Whether a value described by ``outer`` has anything at the place that ``inner`` describes."""
    if not value:
        return False
    if outer is inner:
        return True
    if outer.members and isinstance(value, dict):
        return any(_has_value(f, inner, value.get(name)) for name, f in outer.members.items())
    if outer.values and isinstance(value, dict):
        return any(_has_value(outer.values, inner, v) for v in value.values())
    if outer.items and isinstance(value, list):
        return any(_has_value(outer.items, inner, v) for v in value)
    return False


def _has_located(described: Field) -> bool:
    return described.kind is Kind.LOCATED or any(_has_located(f) for f in _parts(described))
