"""Changes in the order in which people look for them: by whole thing, with what belongs to it beneath."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dr_toolkit.model.changes import Change
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry


@dataclass
class Group:
    """A whole thing, its own change if it has one, and the changes inside it."""

    key: ResourceKey
    own: Change | None = None
    inside: list[Change] = field(default_factory=list)


def top(key: ResourceKey, registry: Registry) -> ResourceKey:
    """What a key is listed under: the outermost thing above it that is captured and not only found."""
    parent = registry.parent(key)
    kind = registry.get(parent.type) if parent else None
    if parent is None or kind is None or kind.landmark:
        return key
    return top(parent, registry)


def grouped(changes: Iterable[Change], registry: Registry) -> list[Group]:
    """Groups in the order of their keys; inside, what belongs together stands together."""
    groups: dict[ResourceKey, Group] = {}
    for change in changes:
        key = top(change.key, registry)
        group = groups.setdefault(key, Group(key))
        if change.key == key:
            group.own = change
        else:
            group.inside.append(change)
    for group in groups.values():
        group.inside.sort(key=lambda c: (c.key.path, c.key.type))
    return [groups[key] for key in sorted(groups)]
