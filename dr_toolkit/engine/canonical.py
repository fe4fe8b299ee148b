"""Canonical form: what rows say, without ids, regions, defaults and order that mean nothing."""

from __future__ import annotations

from collections.abc import Iterator

from dr_toolkit.engine import deployed
from dr_toolkit.engine.canon import Canon
from dr_toolkit.engine.capture import MALFORMED, Reading
from dr_toolkit.engine.pairing import Names
from dr_toolkit.engine.refs import refs_of, spelled_of
from dr_toolkit.model.documents import FAILED, Coverage, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.model.secrets import Sealer
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.types import ResourceType


def canonicalise(
    reading: Reading,
    registry: Registry,
    names: Names,
    *,
    all_landmarks: bool = False,
    sealer: Sealer | None = None,
) -> Estate:
    """The estate that rows with keys amount to; landmarks only where referred to, unless all are asked for."""
    estate = Estate(coverage=dict(reading.coverage), findings=list(names.findings))
    used: set[ResourceKey] = set()
    for t in registry:
        try:
            resources = [
                Canon(t, row, names, estate.findings, sealer).resource() for row in reading.of(t.name) if row.key
            ]
        except MALFORMED as error:
            estate.coverage[t.name] = Coverage(FAILED, f"AWS's answer can't be read: {type(error).__name__}: {error}")
            continue
        for resource in resources:
            estate.put(resource)
            if not (all_landmarks or t.landmark):
                used.update(_used(resource, t))
    for resource in deployed.add(estate, reading, names):
        used.update(_used(resource, registry[resource.key.type]))
    if not all_landmarks:
        _drop_unused(estate, registry, used)
    estate.findings = sorted(set(estate.findings))
    return estate


def _used(resource: Resource, t: ResourceType) -> Iterator[ResourceKey]:
    """What a resource refers to, or lies in."""
    yield from refs_of(resource, t.fields)
    yield from spelled_of(resource, t.fields)
    if above := t.parent_key(resource.key):
        yield above


def _drop_unused(estate: Estate, registry: Registry, used: set[ResourceKey]) -> None:
    """Landmarks that nothing refers to say nothing about the configuration."""
    for key in list(used):
        if registry[key.type].landmark and (held := estate.get(key)) is not None:
            used |= refs_of(held, registry[key.type].fields)
    for key in list(used):
        while above := registry.parent(key):
            used.add(above)
            key = above
    for text in list(estate.lines):
        t = registry[text.partition("/")[0]]
        if t.landmark and ResourceKey.parse(text) not in used:
            estate.drop(text)
            estate.findings[:] = [f for f in estate.findings if f.key != text]
