"""Pairing: which row is which resource.

A row with a known physical id keeps the key it had, so that a rename is told as a rename; every other row gets the
key that its own names give it. Homonyms are kept apart by an ordinal, the oldest first; landmarks of one name by a mark
that is the same nowhere else, so that a person has to map them. Nothing is ever picked.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field

from dr_toolkit.engine.capture import MALFORMED, Reading
from dr_toolkit.model.documents import FAILED, INFO, WARNING, Finding, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.types import ResourceType, Row

Identity = tuple[str, str, str]
"""Type, physical id of the whole thing that it is listed under (or empty), physical id."""

Known = Mapping[Identity, ResourceKey]


def known_of(estate: Estate, registry: Registry) -> dict[Identity, ResourceKey]:
    """What an estate knows of physical ids: the keys of the types that are paired by id.

    But for deployments, which are known by the stages that they serve: a stage that is moved serves another one then.
    """
    known: dict[Identity, ResourceKey] = {}
    for text, physical_id in estate.ids.items():
        t = registry.get(text.partition("/")[0])
        if t is not None and t.pairs_by_id and not t.freezes:
            key = ResourceKey.parse(text)
            known[(key.type, outer_id(registry, key, estate.ids), physical_id)] = key
    return known


def outer_id(registry: Registry, key: ResourceKey, ids: Mapping[str, str]) -> str:
    """The physical id of the whole thing that a resource is listed under; empty for what is listed once a region."""
    outermost = registry.outermost(key.type)
    return ids.get(ResourceKey(outermost, key.path[:1]).text, "") if outermost else ""


@dataclass
class Names:
    """The keys given so far; what an identity may ask (``spec.types.Names``)."""

    registry: Registry
    scope: Scope
    reading: Reading
    known: Known = field(default_factory=dict)
    index: MutableMapping[Identity, Row] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _families: dict[str, dict[int, list[Row]]] = field(default_factory=dict, init=False, repr=False)

    def identity(self, row: Row) -> Identity:
        """A row's physical identity."""
        t = self.registry[row.type]
        return (row.type, self._outer(row) if t.listing.per else "", t.physical(row.data))

    def _outer(self, row: Row) -> str:
        """The physical id of the outermost row above, such as the API of an authorizer."""
        return self.registry[row.root.type].physical(row.root.data)

    def row(self, types: Iterable[str], physical_id: str, near: Row) -> Row | None:
        """The row with that id, of one of the types, seen from ``near``."""
        outer = self._outer(near)
        for name in types:
            for scope in (outer, ""):
                if found := self.index.get((name, scope, physical_id)):
                    return found
        return None

    def key(self, types: Iterable[str], physical_id: str, row: Row) -> ResourceKey | None:
        """The key of the resource with that id, seen from ``row``; what a person mapped comes first."""
        for name in types:
            if self.registry[name].landmark and (name, "", physical_id) in self.known:
                return self.known[(name, "", physical_id)]
        found = self.row(types, physical_id, row)
        return found.key if found else None

    def inside(self, type_name: str, outer_id: str, physical_id: str) -> ResourceKey | None:
        """The key of the resource with that id inside the whole thing with the other."""
        found = self.index.get((type_name, outer_id, physical_id))
        return found.key if found else None

    def siblings(self, type_name: str, row: Row) -> list[Row]:
        """The rows of a type that were listed under the same parent."""
        if self.registry[type_name].parent_id is not None:  # such rows learn only later what they lie in
            return [r for r in self.reading.of(type_name) if r.parent is row.parent]
        if type_name not in self._families:
            families = self._families.setdefault(type_name, {})
            for each in self.reading.of(type_name):
                families.setdefault(id(each.parent), []).append(each)
        return self._families[type_name].get(id(row.parent), [])


def pair(reading: Reading, registry: Registry, scope: Scope, known: Known) -> Names:
    """Give every row its key (or none: not captured) and return the names."""
    names = Names(registry, scope, reading, known)
    for t in registry:
        base = next((n for n in sorted(registry.sources(t.name)) if n != t.name and _failed(reading, n)), None)
        if base is not None and reading.of(t.name):
            reading.fail(t.name, f"rests on {base}: {reading.coverage[base].reason}")
        try:
            pair_rows(t, reading.of(t.name), names)
        except MALFORMED as error:
            reading.fail(t.name, f"AWS's answer can't be read: {type(error).__name__}: {error}")
    return names


def _failed(reading: Reading, name: str) -> bool:
    coverage = reading.coverage.get(name)
    return coverage is not None and coverage.status == FAILED


def pair_rows(t: ResourceType, rows: list[Row], names: Names) -> None:
    """Give the rows of one type their keys, once those that they lie in have theirs."""
    for row in rows:
        if t.parent_id is not None and row.parent is None and t.parent is not None:
            row.parent = names.row((t.parent,), t.parent_id(row.data), row)
    for row in rows:
        if t.physical(row.data):
            names.index.setdefault(names.identity(row), row)
    _give_keys(t, rows, names)


def _give_keys(t: ResourceType, rows: list[Row], names: Names) -> None:
    taken: set[ResourceKey] = set()
    rest: list[Row] = []
    for row in rows:
        key = names.known.get(names.identity(row))
        if names.index.get(names.identity(row), row) is not row:
            row.key = None
        elif key is not None and key not in taken:
            row.key = key
            taken.add(key)
        else:
            rest.append(row)
    _name(t, sorted(rest, key=lambda r: (str(t.born(r.data)), t.physical(r.data))), taken, names)


def _name(t: ResourceType, rows: list[Row], taken: set[ResourceKey], names: Names) -> None:
    """Give rows, the eldest first, the keys that their names give them; an ordinal never takes another's own name."""
    natural = {id(row): _natural(t, row, names) for row in rows}
    alike = Counter(natural.values())
    eldest: dict[ResourceKey | None, int] = {}
    for row in rows:
        eldest.setdefault(natural[id(row)], id(row))
    for row in sorted(rows, key=lambda r: eldest[natural[id(r)]] != id(r)):
        own = natural[id(row)]
        if own is None:
            continue
        if t.landmark:
            row.key = own if alike[own] == 1 and own not in taken else _distinct(own, t.physical(row.data))
        else:
            row.key = _free(own, taken)
        taken.add(row.key)
        if row.key != own and t.owner is None:
            names.findings.append(_homonym(row.key, own, t))


def _natural(t: ResourceType, row: Row, names: Names) -> ResourceKey | None:
    own = t.identity(row, names)
    if own is None:
        return None
    segments = (own,) if isinstance(own, str) else own
    if t.parent is None:
        return ResourceKey(t.name, segments)
    above = row.parent.key if row.parent is not None else None
    if above is None:
        names.findings.append(
            Finding(
                INFO,
                "parent-not-listed",
                t.name,
                f"{t.physical(row.data) or segments[-1]}: its {t.parent} was not listed",
            )
        )
        return None
    return ResourceKey(t.name, (*above.path, *segments))


def _distinct(key: ResourceKey, physical_id: str) -> ResourceKey:
    """The key of one of several landmarks of a name: which of them is which elsewhere is for a person to say."""
    mark = hashlib.sha256(physical_id.encode()).hexdigest()[:8]
    return ResourceKey(key.type, (*key.path[:-1], f"{key.name}~{mark}"))


def _free(key: ResourceKey, taken: set[ResourceKey]) -> ResourceKey:
    """The key, or the first of its ordinals that is not taken."""
    if key not in taken:
        return key
    number = 2
    while (other := ResourceKey(key.type, (*key.path[:-1], f"{key.name}~{number}"))) in taken:
        number += 1
    return other


def _homonym(key: ResourceKey, natural: ResourceKey, t: ResourceType) -> Finding:
    text = f"there is more than one {natural}; the later one is told apart as {key.name}"
    if t.landmark:
        text = f"there is more than one {natural}; this one is {key.name} here, and has to be mapped elsewhere"
    return Finding(WARNING, "homonym", key.text, text)
