"""What an import has made of an API, read back and compared, so that it is a fast path and no matter of trust."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from dr_toolkit.engine import steps as plain
from dr_toolkit.engine.ahead import Reads
from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader
from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.pairing import Names, pair
from dr_toolkit.engine.planner import Draft
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.engine.situation import Situation
from dr_toolkit.model.changes import Step
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import REST
from dr_toolkit.spec.types import Row


@dataclass(frozen=True)
class Imported:
    """An API whose draft was to become ``content``: printed keys of its things, its own among them, to their lines."""

    api: ResourceKey
    types: frozenset[str]
    content: Mapping[str, bytes]


@dataclass(frozen=True)
class Mend:
    """The calls that make of an imported API what it was to become, and the ids of what is in it."""

    steps: list[Step]
    bindings: dict[str, str]


def mend(imported: Imported, name: str, cloud: Cloud, registry: Registry, bindings: Mapping[str, str]) -> Reads[Mend]:
    """Read an API and compare it with what was imported; ``name`` begins the ids of the steps.

    Rests on GetRestApi or GetApi, and the lists of what lies in an API; those that come first are yielded, to be called
    by who goes on. Raises what the cloud does.
    """
    found = yield from _found(imported, cloud, registry, bindings)
    wanted = Estate(dict(imported.content))
    kept = {imported.api.type, *imported.types}
    changes = [c for c in compare(found, wanted, registry) if c.key.type in kept]
    gone = {c.key for c in changes if c.after is None}
    changes = [c for c in changes if not (c.after is None and registry.parent(c.key) in gone)]
    known = {**bindings, **found.ids}
    situation = Situation(wanted=wanted, live=found, registry=registry, bindings=known)
    made = plain.steps(Draft(changes), situation, cloud.scope).steps
    renamed = [replace(s, id=f"{name}.{s.id}", needs=tuple(f"{name}.{n}" for n in s.needs)) for s in made]
    return Mend(renamed, dict(found.ids))


def _found(imported: Imported, cloud: Cloud, registry: Registry, bindings: Mapping[str, str]) -> Reads[Estate]:
    """The API and what lies in it, as it is."""
    api, api_id = imported.api, bindings[imported.api.text]
    t = registry[api.type]
    operation, member = ("GetRestApi", "restApiId") if api.type == REST.api else ("GetApi", "ApiId")
    row = Row(api.type, cloud.call(t.service, operation, {member: api_id}))
    reader = Reader(cloud, registry, given={api.type: [row]})
    yield from reader.calls(sorted(imported.types))
    reading = reader.read(lambda name: registry[name].landmark, only={api.type, *imported.types})
    known = {(api.type, "", api_id): api}
    paired = pair(reading, registry, cloud.scope, known)
    outside = {(key.type, i): key for key, i in _keys(bindings) if key.path[0] != api.path[0]}
    names = _Known(registry, cloud.scope, reading, paired.known, paired.index, outside=outside)
    return canonicalise(reading, registry, names)


def _keys(bindings: Mapping[str, str]) -> Iterable[tuple[ResourceKey, str]]:
    return ((ResourceKey.parse(text), physical_id) for text, physical_id in dict(bindings).items())


@dataclass
class _Known(Names):
    """The names of what was read, and of what is known to be outside."""

    outside: Mapping[tuple[str, str], ResourceKey] = field(default_factory=dict)

    def row(self, types: Iterable[str], physical_id: str, near: Row) -> Row | None:
        """The row with that id, or one that has no more than its key."""
        names: Collection[str] = list(types)
        found = super().row(names, physical_id, near)
        keys = (self.outside.get((name, physical_id)) for name in names)
        return found or next((Row(key.type, {}, key=key) for key in keys if key), None)

    def inside(self, type_name: str, outer_id: str, physical_id: str) -> ResourceKey | None:
        """The key of the resource with that id inside the whole thing with the other."""
        return super().inside(type_name, outer_id, physical_id) or self.outside.get((type_name, physical_id))
