"""Many steps as few calls, right before they are made: what lies in an API is brought by one import.

The plan stays as fine as it is. An import is a fast path and no matter of trust: the target is looked at again after
it, and what differs is mended thing by thing. It overwrites, so it is used only on APIs that the run itself has made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dr_toolkit.engine import concrete, graph
from dr_toolkit.engine.carriers import CARRIERS, Carrier
from dr_toolkit.engine.key_files import Values, with_key_files
from dr_toolkit.engine.openapi.written import Written, fits
from dr_toolkit.engine.passing import Replay
from dr_toolkit.engine.readback import Imported
from dr_toolkit.model import wire
from dr_toolkit.model.changes import CREATE, Step
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry

FEW = 3
"""Of so few calls no import is made."""


@dataclass
class Batches:
    """The steps as they are made.

    ``parts`` are the ids of the plan's steps that one stands for, where it is more than itself; ``imports`` are those
    that import an API, with what is to be found in it afterwards: what a definition can't hold is added to it then.
    ``instead`` are what is done where AWS refuses another step that stands for many. ``why`` says by printed key of an
    API why it is not imported.
    """

    steps: list[Step]
    parts: dict[str, list[str]] = field(default_factory=dict)
    imports: dict[str, Imported] = field(default_factory=dict)
    instead: dict[str, list[Step]] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Aim:
    """What the steps are to lead to: the estate wanted in the target, and by API what its draft passes through.

    Types that are ``unread``, on either side, are nobody's business.
    """

    wanted: Estate
    scope: Scope
    replays: Mapping[ResourceKey, Sequence[Replay]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()


def batched(
    steps: Sequence[Step],
    aim: Aim,
    registry: Registry,
    ours: Collection[ResourceKey] = (),
    without: Collection[ResourceKey] = (),
) -> Batches:
    """The steps in as few calls as there can be.

    ``ours`` are APIs that are there and that this very run has made; ``without`` is what can't be made, and what must
    not be imported: an API among them is made thing by thing.
    """
    made = {key for step in steps if step.action == CREATE for key in step.call.binds}
    found = Batches(list(steps))
    for carrier in CARRIERS:
        for api in sorted(made | {*ours}):
            if api.type == carrier.api and api not in without:
                _Import(carrier, api, found, aim, registry, frozenset(without)).put_in()
    return found


def with_files(few: Batches, values: Values, *, others: bool) -> Batches:
    """The same with API keys in files; see ``key_files``."""
    fine = {step.id: step for step in few.steps}
    filed = with_key_files(few.steps, values, others=others)
    instead = {name: [fine[part] for part in parts] for name, parts in filed.parts.items()}
    return replace(few, steps=filed.steps, parts=few.parts | filed.parts, instead=few.instead | instead)


class _Import:
    """One API's steps become one call, or one for each phase that its draft passes through."""

    def __init__(
        self,
        carrier: Carrier,
        api: ResourceKey,
        batches: Batches,
        aim: Aim,
        registry: Registry,
        without: frozenset[ResourceKey],
    ) -> None:
        self.carrier, self.api, self.batches, self.without = carrier, api, batches, without
        self.aim, self.registry = aim, registry
        self.types = carrier.types - aim.unread
        self.inner: dict[int, list[Step]] = {}
        for step in batches.steps:
            if step.keys and all(map(self._is_inside, step.keys)):
                self.inner.setdefault(step.phase, []).append(step)
        self._begin_with_first_phase()

    def _begin_with_first_phase(self) -> None:
        """What AWS makes along with an API goes with the first of its imports."""
        first = min((phase for phase in self.inner if phase), default=0)
        if first and 0 in self.inner:
            needed = {need for step in self.inner[first] for need in step.needs}
            self.inner[first] = [s for s in self.inner[0] if s.id in needed] + self.inner[first]
            self.inner[0] = [s for s in self.inner[0] if s.id not in needed]
            self.inner = {phase: steps for phase, steps in self.inner.items() if steps}

    def _is_inside(self, key: ResourceKey) -> bool:
        return key.type in self.types and key.path[0] == self.api.path[0]

    def put_in(self) -> None:
        """Replace the steps, where it is worth it and can be done."""
        if sum(map(len, self.inner.values())) <= FEW:
            return
        written = {phase: self._written(phase) for phase in self.inner}
        if reason := next((w for w in written.values() if isinstance(w, str)), None):
            self.batches.why[self.api.text] = str(reason)
            return
        before = list(self.batches.steps)
        for phase, document in written.items():
            if isinstance(document, Written) and not self._replace(phase, document):
                self._give_up(before)
                return

    def _give_up(self, before: list[Step]) -> None:
        self.batches.steps = before
        for steps in self.inner.values():
            self.batches.parts.pop(steps[0].id, None)
            self.batches.imports.pop(steps[0].id, None)

    def _written(self, phase: int) -> Written | str:
        """The document of a phase, or why there is none."""
        nouns = [concrete.resource(wire.read_line(line), self.registry, self.aim.scope) for line in self._lines(phase)]
        own = self.aim.wanted.get(self.api)
        if own is None:
            return "the snapshot does not hold the API itself"
        there = {ResourceKey.parse(text) for text in self._content_before(phase)}
        try:
            written = self.carrier.document(nouns, concrete.resource(own, self.registry, self.aim.scope), there)
        except ValueError as error:
            return str(error)
        return written if fits(written.document) else "its definition is larger than an import takes"

    def _lines(self, phase: int) -> list[bytes]:
        return list(self._content(phase).values())

    def _content(self, phase: int) -> Mapping[str, bytes]:
        """What is in the API's draft in that phase, the API itself among it."""
        if phase:
            return self.aim.replays[self.api][phase - 1].content
        lines = self.aim.wanted.lines
        left_out = {key.text for key in self.without}
        return {text: line for text, line in lines.items() if self._may_hold(text) and text not in left_out}

    def _content_before(self, phase: int) -> Iterable[str]:
        """The printed keys of what an earlier phase has put into the draft; phase 0 comes last."""
        earlier = max((each for each in self.inner if each and (not phase or each < phase)), default=0)
        return self._content(earlier) if earlier else ()

    def _may_hold(self, text: str) -> bool:
        if text == self.api.text:
            return True
        return text.partition("/")[0] in self.types and self._is_inside(ResourceKey.parse(text))

    def _replace(self, phase: int, written: Written) -> bool:
        """Put one call in the place of a phase's steps; False where they then could not be put in order."""
        inner = self.inner[phase]
        ids, first = {step.id for step in inner}, inner[0]
        needs = {need for step in inner for need in step.needs} - ids
        keys = dict.fromkeys(key for step in inner for key in step.keys)
        call = self.carrier.call(self.api, written.document)
        carrier = replace(first, action=CREATE, keys=tuple(keys), call=call, needs=tuple(sorted(needs)))
        rest = [step for step in self.batches.steps if step.id not in ids]
        rest = [replace(step, needs=_instead(step.needs, ids, first.id)) for step in rest]
        try:
            self.batches.steps = _in_order([carrier, *rest], self.batches.steps)
        except graph.Circle:
            return False
        self.batches.parts[first.id] = [step.id for step in inner]
        self.batches.imports[first.id] = Imported(self.api, self.types, self._content(phase))
        return True


def _instead(needs: Iterable[str], ids: set[str], carrier: str) -> tuple[str, ...]:
    return tuple(sorted({carrier if need in ids else need for need in needs}))


def _in_order(steps: Iterable[Step], before: Sequence[Step]) -> list[Step]:
    """In the order that they had, but each after what it needs; raises graph.Circle."""
    places: Mapping[str, int] = {step.id: number for number, step in enumerate(before)}
    by_id = {step.id: step for step in steps}
    return [by_id[name] for name in graph.ordered({i: s.needs for i, s in by_id.items()}, places)]
