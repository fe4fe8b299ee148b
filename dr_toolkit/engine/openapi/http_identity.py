"""Which integration is which after an import: they have no names, and an import gives no ids back."""

from __future__ import annotations

from collections.abc import Iterable

from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.http_apis import INTEGRATION, ROUTE


def same_integrations(wanted: Iterable[Resource], live: Iterable[Resource]) -> dict[ResourceKey, ResourceKey]:
    """The wanted integrations that an import has made, each with the key that it goes by where it is live.

    The two are one where the same routes lead to them, and none that leads to one leads to another of the other side.
    An integration that was known by a route which has gone keeps its key at home, and gets a new one where it is seen
    for the first time; by this it is found all the same. The keys of the API itself may differ.
    """
    there = {route.key.name: _target(route) for route in live if route.key.type == ROUTE}
    pairs: set[tuple[ResourceKey, ResourceKey]] = set()
    for route in wanted:
        mine, other = _target(route), there.get(route.key.name)
        if route.key.type == ROUTE and mine is not None and other is not None:
            pairs.add((mine, other))
    ours, theirs = [mine for mine, _ in pairs], [other for _, other in pairs]
    return {mine: other for mine, other in sorted(pairs) if ours.count(mine) == theirs.count(other) == 1}


def _target(route: Resource) -> ResourceKey | None:
    value = route.attributes.get("Target")
    return value.key if isinstance(value, Ref) and value.key.type == INTEGRATION else None
