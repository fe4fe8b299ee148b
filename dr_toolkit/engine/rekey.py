"""Two snapshots of a region in the same names: what has a known physical id keeps the key that it had.

A snapshot names things as they were called when it was taken. Held against another one, an API that was renamed, or a
homonym whose elder is gone, would look like one that went and one that came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dr_toolkit.engine import tokens
from dr_toolkit.engine.pairing import known_of, outer_id
from dr_toolkit.model import wire
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.types import ResourceType

RULE = "ec2.security_group_rule"
_TOKEN = re.compile(r"\$\{Ref:[^}]+\}")


def rekeyed(estate: Estate, earlier: Estate, registry: Registry) -> Estate:
    """The estate, with the keys that ``earlier``, of the same region, knows its physical ids by."""
    known = known_of(earlier, registry)
    wanted: dict[str, ResourceKey] = {}
    for text, physical_id in estate.ids.items():
        t = registry.get(text.partition("/")[0])
        if t is None or not t.pairs_by_id:
            continue
        key = ResourceKey.parse(text)
        target = known.get((t.name, outer_id(registry, key, estate.ids), physical_id))
        if target is not None and target != key:
            wanted[text] = target
    return _Moves(estate, wanted, registry).moved() if wanted else estate


class _Moves:
    """Every resource's new key, parents first, and the references to it."""

    def __init__(self, estate: Estate, wanted: Mapping[str, ResourceKey], registry: Registry) -> None:
        self._estate, self._wanted, self._registry = estate, wanted, registry
        self._keys: dict[ResourceKey, ResourceKey] = {}
        self._taken: set[ResourceKey] = set(wanted.values())

    def moved(self) -> Estate:
        result = replace(self._estate, lines={}, ids={}, observed={}, served={})
        by_type: dict[str, list[Resource]] = {}
        for resource in self._estate:
            by_type.setdefault(resource.key.type, []).append(resource)
        order = [t.name for t in self._registry if t.name != RULE]
        for name in (*order, RULE, *(n for n in by_type if n not in self._registry)):
            for resource in sorted(by_type.get(name, ()), key=lambda r: r.key):
                self._keys[resource.key] = self._key(resource)
        for resources in by_type.values():
            for resource in resources:
                result.put(replace(resource, key=self._keys[resource.key], attributes=self._walk(resource.attributes)))
        for text, content in self._estate.served.items():
            self._serve(ResourceKey.parse(text), content, result)
        new = {old.text: key.text for old, key in self._keys.items()}
        result.findings = [replace(f, key=new.get(f.key, f.key)) for f in self._estate.findings]
        return result

    def _serve(self, stage: ResourceKey, content: Mapping[str, bytes], result: Estate) -> None:
        """What a stage serves goes with it; what is in there is called as the API is, and else by its own names."""
        moved = self._keys.get(stage, stage)
        inside = _Served(self._keys, stage.path[0], moved.path[0])
        served = result.served[moved.text] = {}
        for line in content.values():
            resource = wire.read_line(line)
            key, attributes = inside.key(resource.key), self._walk(resource.attributes, inside.key)
            served[key.text] = wire.line(Resource(key, attributes))

    def _key(self, resource: Resource) -> ResourceKey:
        if (target := self._wanted.get(resource.key.text)) is not None:
            return target
        key = self._natural(resource, self._below(resource, self._registry.get(resource.key.type)))
        number = 2
        free = key
        while free in self._taken:
            free = ResourceKey(key.type, (*key.path[:-1], f"{key.name}~{number}"))
            number += 1
        self._taken.add(free)
        return free

    def _natural(self, resource: Resource, key: ResourceKey) -> ResourceKey:
        """The key without the ordinal that told a later homonym apart."""
        name, mark, number = key.name.rpartition("~")
        elder = ResourceKey(resource.key.type, (*resource.key.path[:-1], name))
        if not mark or not number.isdigit() or elder not in self._estate or key.name in resource.attributes.values():
            return key
        return ResourceKey(key.type, (*key.path[:-1], name))

    def _below(self, resource: Resource, t: ResourceType | None) -> ResourceKey:
        """The key beneath the parent's new one."""
        key = resource.key
        above = t.parent_key(key) if t else None
        if t is None or above is None:
            return key
        own = key.path[-t.segments :]
        if t.name == RULE:
            own = (*own[:-1], self._peer(resource, own[-1]))
        return ResourceKey(key.type, (*self._keys.get(above, above).path, *own))

    def _peer(self, rule: Resource, shown: str) -> str:
        """What a rule's key calls its peer."""
        listed = rule.attributes.get("PrefixListId")
        group = (rule.attributes.get("ReferencedGroupInfo") or {}).get("GroupId")
        if isinstance(listed, Ref) and listed.key in self._keys:
            return f"pl:{self._keys[listed.key].name}"
        if isinstance(group, Ref) and group.key in self._keys:
            return "sg:" + self._keys[group.key].text.partition("/")[2]
        return shown

    def _walk(self, value: Any, move: Callable[[ResourceKey], ResourceKey] | None = None) -> Any:
        moved = move or (lambda key: self._keys.get(key, key))
        match value:
            case Ref():
                return Ref(moved(value.key))
            case str() if "${Ref:" in value:
                return _TOKEN.sub(lambda m: _token(m[0], moved), value)
            case dict():
                return {self._walk(k, moved): self._walk(v, moved) for k, v in value.items()}
            case list():
                return [self._walk(v, moved) for v in value]
            case _:
                return value


def _token(text: str, moved: Callable[[ResourceKey], ResourceKey]) -> str:
    key = next(iter(tokens.keys_in(text)))
    return tokens.token(moved(key)) if moved(key) != key else text


class _Served:
    """The keys of what a stage of an API serves."""

    def __init__(self, keys: Mapping[ResourceKey, ResourceKey], old: str, new: str) -> None:
        self._keys, self._old, self._new = keys, old, new

    def key(self, key: ResourceKey) -> ResourceKey:
        """What a key is now: of the API's own, with the API's name now; of others as everywhere."""
        own = key.type.startswith("apigateway") and len(key.path) > 1 and key.path[0] == self._old
        return ResourceKey(key.type, (self._new, *key.path[1:])) if own else self._keys.get(key, key)
