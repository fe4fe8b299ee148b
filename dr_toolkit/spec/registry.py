"""All the types that are known, and what follows from their descriptions alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from graphlib import TopologicalSorter

from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.fields import Field
from dr_toolkit.spec.types import ResourceType


class Registry:
    """The types by name, in an order in which what a name is made from comes first."""

    def __init__(self, types: Iterable[ResourceType]) -> None:
        found = {t.name: t for t in sorted(types, key=lambda t: t.name)}
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for t in found.values():
            sorter.add(t.name, *(name for name in (t.parent, *t.after) if name))
        self._types = {name: found[name] for name in sorter.static_order()}

    def __iter__(self) -> Iterator[ResourceType]:
        return iter(self._types.values())

    def __contains__(self, name: object) -> bool:
        return name in self._types

    def __getitem__(self, name: str) -> ResourceType:
        return self._types[name]

    def get(self, name: str) -> ResourceType | None:
        """The type of that name; None for one that this version does not know."""
        return self._types.get(name)

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Each type's place in the order."""
        return {name: rank for rank, name in enumerate(self._types)}

    def parent(self, key: ResourceKey) -> ResourceKey | None:
        """The key that this one lies under; None for a whole thing, or for an unknown type."""
        t = self.get(key.type)
        return t.parent_key(key) if t else None

    def root(self, key: ResourceKey) -> ResourceKey:
        """The whole thing that a key belongs to: itself, its owner, or the nearest root above it."""
        t = self.get(key.type)
        if t is None or t.root or t.landmark:
            return key
        if t.owner is not None:
            return t.owner(key)
        parent = t.parent_key(key)
        return key if parent is None else self.root(parent)

    def root_text(self, text: str) -> str:
        """The printed form of ``root``, from a printed key and without parsing it."""
        name, *path = text.split("/")
        while (t := self.get(name)) is not None and not (t.root or t.landmark):
            if t.owner is not None:
                return t.owner(ResourceKey.parse("/".join((name, *path)))).text
            if t.parent is None:
                break
            name, path = t.parent, path[: -t.segments]
        return "/".join((name, *path))

    def sources(self, name: str) -> set[str]:
        """The types whose reading this type's reading rests on, itself included."""
        t = self._types[name]
        above = {n for n in (t.listing.per, t.listing.within, t.parent, *t.asks) if n}
        return {name}.union(*(self.sources(n) for n in above))

    def ancestors(self, name: str) -> list[str]:
        """The types of what lies around a resource of a type, the nearest first."""
        parent = self._types[name].parent
        return [parent, *self.ancestors(parent)] if parent in self._types else []

    def listed_after(self, name: str) -> set[str]:
        """The types whose rows tell what this type's list calls are."""
        listing = self._types[name].listing
        return {n for n in (listing.per, listing.within, *self._types[name].asks) if n and n != name}

    def outermost(self, name: str) -> str | None:
        """The type whose rows the calls that list this one begin at; None for what is listed once a region."""
        per = self._types[name].listing.per
        return None if per is None else self.outermost(per) or per

    def operations(self, t: ResourceType) -> list[str]:
        """The read operations that a type's description names."""
        listing = self._types[t.listing.within].listing if t.listing.within else t.listing
        more = [t.export.operation] if t.export else []
        return [listing.operation, *(d.operation for d in t.listing.details), *more]

    def calls(self, t: ResourceType) -> list[tuple[str, str]]:
        """What a type's verbs call: service and operation."""
        named = (call.rpartition(":") for call in t.calls)
        return [(service or t.service, operation) for service, _, operation in named]


def references(fields: Iterable[Field]) -> Iterator[Field]:
    """Every reference field, however deep it stands."""
    for field in fields:
        if field.to and field.compared:
            yield field
        inner = [*(field.members or {}).values(), *(f for f in (field.values, field.items) if f)]
        yield from references(inner)
