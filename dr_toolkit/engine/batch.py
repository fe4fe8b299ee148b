"""Many steps as few calls, right before they are made: what lies in an API is brought by one import.

The plan stays as fine as it is. An import is a fast path and no matter of trust: the target is looked at again after
it, and what differs is mended thing by thing. It overwrites, so it is used only on APIs that the run itself has made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dr_toolkit.engine import concrete, graph
from dr_toolkit.model.changes import CREATE, Call, Step
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry

FEW = 3
"""Of so few calls no import is made."""

LARGEST = 6 * 1024 * 1024
"""Bytes of a definition that AWS imports at most."""


@dataclass(frozen=True)
class Carrier:
    """How a kind of API is imported: the types that a definition holds, how it is written, and the call."""

    api: str
    service: str
    types: frozenset[str]
    write: Callable[[Iterable[Resource], ResourceKey], Any]
    call: Callable[[ResourceKey, Any], Call]


CARRIERS: tuple[Carrier, ...] = ()
"""All of them."""

IMPORTS = frozenset({"PutRestApi", "ReimportApi"})
"""The operations of the imports."""


@dataclass
class Batches:
    """The steps as they are made.

    ``parts`` are the ids of the plan's steps that one stands for, where it is more than itself. ``deferred`` are steps
    that wait until a look at the target tells the ids of what an import has brought. ``why`` says by printed key of an
    API why it is not imported.
    """

    steps: list[Step]
    parts: dict[str, list[str]] = field(default_factory=dict)
    deferred: list[Step] = field(default_factory=list)
    why: dict[str, str] = field(default_factory=dict)


def batched(
    steps: Sequence[Step],
    wanted: Estate,
    registry: Registry,
    scope: Scope,
    ours: Collection[ResourceKey] = (),
    without: Collection[ResourceKey] = (),
) -> Batches:
    """The steps in as few calls as there can be.

    ``wanted`` is what is wanted in the target; ``ours`` are APIs that are there and that this very run has made;
    ``without`` is what can't be made, and what must not be imported: an API among them is made thing by thing.
    """
    made = {key for step in steps if step.action == CREATE for key in step.call.binds}
    found = Batches(list(steps))
    for carrier in CARRIERS:
        for api in sorted(made | {*ours}):
            if api.type == carrier.api and api not in without:
                _Import(carrier, api, found, without).put_in(wanted, registry, scope)
    return found


class _Import:
    """One API's steps become one call, if that can be."""

    def __init__(self, carrier: Carrier, api: ResourceKey, batches: Batches, without: Collection[ResourceKey]) -> None:
        self.carrier, self.api, self.batches, self.without = carrier, api, batches, without
        self.inner = [step for step in batches.steps if step.keys and all(map(self._is_inside, step.keys))]

    def _is_inside(self, key: ResourceKey) -> bool:
        return key.type in self.carrier.types and key.path[0] == self.api.path[0]

    def put_in(self, wanted: Estate, registry: Registry, scope: Scope) -> None:
        """Replace the steps, where it is worth it."""
        if len(self.inner) <= FEW:
            return
        nouns = [concrete.resource(r, registry, scope) for r in self._nouns(wanted)]
        try:
            written = self.carrier.write(nouns, self.api)
        except ValueError as error:
            self.batches.why[self.api.text] = str(error)
            return
        if (size := len(repr(written.document))) > LARGEST:
            self.batches.why[self.api.text] = f"its definition is larger than AWS imports ({size:,} bytes)"
            return
        held = [step for step in self.inner if not any(key in written.left for key in step.keys)]
        if len(held) <= FEW:
            return
        self._replace(held, self.carrier.call(self.api, written.document), set(map(str, written.left)))

    def _nouns(self, wanted: Estate) -> list[Resource]:
        texts = [self.api.text, *(text for text in wanted.lines if self._may_hold(text))]
        held = [wanted.get(text) for text in texts]
        return [r for r in held if r is not None and r.key not in self.without]

    def _may_hold(self, text: str) -> bool:
        return text.partition("/")[0] in self.carrier.types and self._is_inside(ResourceKey.parse(text))

    def _replace(self, held: list[Step], call: Call, left: set[str]) -> None:
        ids = {step.id for step in held}
        first = held[0]
        needs = {need for step in held for need in step.needs} - ids
        keys = dict.fromkeys(key for step in held for key in step.keys)
        carrier = replace(first, action=CREATE, keys=tuple(keys), call=call, needs=tuple(sorted(needs)))
        rest = [step for step in self.batches.steps if step.id not in ids]
        rest = [replace(step, needs=_instead(step.needs, ids, first.id)) for step in rest]
        waiting = _closure({step.id for step in self.inner} - ids, rest) if left else set()
        try:
            steps = _in_order([carrier, *(step for step in rest if step.id not in waiting)], self.batches.steps)
        except graph.Circle:
            return
        self.batches.deferred += [step for step in rest if step.id in waiting]
        self.batches.parts[first.id] = [step.id for step in held]
        self.batches.steps = steps


def _instead(needs: Iterable[str], ids: set[str], carrier: str) -> tuple[str, ...]:
    return tuple(sorted({carrier if need in ids else need for need in needs}))


def _closure(first: set[str], steps: Iterable[Step]) -> set[str]:
    """These steps, and all that need them; the steps stand in an order in which needs come first."""
    found = set(first)
    for step in steps:
        if found & set(step.needs):
            found.add(step.id)
    return found


def _in_order(steps: Iterable[Step], before: Sequence[Step]) -> list[Step]:
    """In the order that they had, but each after what it needs; raises graph.Circle."""
    places: Mapping[str, int] = {step.id: number for number, step in enumerate(before)}
    by_id = {step.id: step for step in steps}
    return [by_id[name] for name in graph.ordered({i: s.needs for i, s in by_id.items()}, places)]
