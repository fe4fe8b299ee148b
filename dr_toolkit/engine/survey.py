"""A target as it is, in the terms of what is wanted there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Progress, Reader, Reading
from dr_toolkit.engine.dispatch import Pace
from dr_toolkit.engine.exports import Asked
from dr_toolkit.engine.mapping import Given, look_up
from dr_toolkit.engine.pairing import Identity, Names, pair
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.model.secrets import Sealer
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import UNUSED


@dataclass(frozen=True)
class Outlook:
    """How to look at a target: known physical ids, what a person mapped, the landmark types and landmarks that are
    looked for, what tells whether secret values are the same, of which stages it is read what they serve, and how
    fast.
    """

    known: Mapping[Identity, ResourceKey] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    landmarks: frozenset[str] = frozenset()
    wanted: frozenset[ResourceKey] = frozenset()
    excluded: Callable[[str], bool] = lambda name: False
    sealer: Sealer | None = None
    serving: Asked | None = None
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True)
class Survey:
    """What was found: the estate, physical ids by printed key, and what a person mapped in vain."""

    estate: Estate
    bindings: Mapping[str, str]
    missing: Mapping[str, str]
    reading: Reading
    names: Names

    def unbound(self, type_name: str, outer_id: str) -> list[str]:
        """Physical ids of a type under one parent that nothing refers to, so that nothing tells what they are for.

        Such are deployments that no stage serves, but for those that a stage made by itself: no step of ours makes such
        a one; and integrations that no route leads to.
        """
        registry = self.names.registry
        return [
            registry[type_name].physical(row.data)
            for row in self.reading.of(type_name)
            if (row.key is None or row.key.name.startswith(UNUSED))
            and not row.data.get("AutoDeployed")
            and registry[row.root.type].physical(row.root.data) == outer_id
        ]


def survey(
    cloud: Cloud,
    registry: Registry,
    outlook: Outlook,
    progress: Progress = lambda text: None,
    only: Iterable[str] | None = None,
) -> Survey:
    """Read the target and name what is there; reads only."""
    reader = Reader(cloud, registry, progress, secrets=outlook.sealer is not None, pace=outlook.pace)
    reading = reader.read(outlook.excluded, outlook.landmarks, only, outlook.wanted, outlook.serving)
    given: Given = look_up(outlook.given, reading, registry)
    names = pair(reading, registry, cloud.scope, {**outlook.known, **given.known})
    estate = canonicalise(reading, registry, names, all_landmarks=True, sealer=outlook.sealer)
    return Survey(estate, {**estate.ids, **given.ids}, given.missing, reading, names)
