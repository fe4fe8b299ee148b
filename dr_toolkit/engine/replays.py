"""All steps of a plan, what stages serve included: that is put into an API's draft, deployed, and the draft put right.

A deployment is made of the draft as it is at that moment, and nothing else can be deployed. So where a stage serves
something else than the draft, the draft passes through it: first the content of each such stage, last its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dr_toolkit.engine import graph
from dr_toolkit.engine import steps as plain
from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.passing import Replay
from dr_toolkit.engine.planner import Draft
from dr_toolkit.engine.refs import refs_in
from dr_toolkit.engine.situation import Situation
from dr_toolkit.model.changes import CREATE, DELETE, Change, Step
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.served import kind_of


def steps(draft: Draft, situation: Situation, scope: Scope) -> list[Step]:
    """The plan's steps, in the order in which they are to be made."""
    if not draft.replays:
        return plain.steps(draft, situation, scope).steps
    return _Woven(draft, situation, scope).steps()


@dataclass
class _Passage:
    """One API on its way: the steps of its phases, and after which each phase and each deployment is done."""

    phases: list[list[Step]] = field(default_factory=list)
    deployed_by: dict[ResourceKey, set[str]] = field(default_factory=dict)


class _Woven:
    def __init__(self, draft: Draft, situation: Situation, scope: Scope) -> None:
        self.draft, self.situation, self.scope = draft, situation, scope
        self.registry = situation.registry
        self.passages: dict[ResourceKey, _Passage] = {}
        self.main = list(draft.changes)

    def steps(self) -> list[Step]:
        """The steps of the phases, then the others, in an order in which each stands after what it needs."""
        for api, replays in sorted(self.draft.replays.items()):
            self._pass_through(api, replays)
        main = plain.steps(replace_changes(self.draft, self.main), self.situation, self.scope)
        made = {key: {f"m{step}" for step in steps} for key, steps in main.made_by.items()}
        found: list[Step] = []
        for api, passage in self.passages.items():
            for phase in passage.phases:
                found += [self._after_outer(step, api, made) for step in phase]
        rest = [_renamed(step, "m", 0) for step in main.steps]
        before = {need for step in found for need in step.needs}
        for step in reversed(rest):
            before |= {*step.needs} if step.id in before else set()
        found += [step if step.id in before else self._after_phases(step) for step in rest]
        return numbered(found)

    # --- one API --------------------------------------------------------------------------------------

    def _pass_through(self, api: ResourceKey, replays: list[Replay]) -> None:
        due = {c.key for c in self.main if c.action == CREATE}
        replays = [replay for replay in replays if due & {*replay.deployments}]
        if not replays:
            return
        passage = self.passages[api] = _Passage()
        inside = self._content_types(api)
        now = self._start(api, inside)
        for number, passing in enumerate(replays, 1):
            changes = self._without_sweeping(compare(now, Estate(dict(passing.content)), self.registry))
            deployments = [c for c in self.main if c.key in passing.deployments and c.action == CREATE]
            made = plain.steps(Draft([*changes, *deployments]), self.situation, self.scope)
            mark = f"{api.text}#{number}."
            passage.phases.append([_renamed(step, mark, number) for step in made.steps])
            passage.deployed_by |= {c.key: {mark + step for step in made.made_by[c.key]} for c in deployments}
            now = Estate(dict(passing.content))
        wanted = Estate(
            {text: line for text, line in self.situation.wanted.lines.items() if self._is_in(text, api, inside)}
        )
        last = self._without_sweeping(compare(now, wanted, self.registry))
        taken = set(passage.deployed_by)
        kept = [c for c in self.main if c.key not in taken and not self._is_passed(c, api, inside)]
        self.main = [*kept, *last]

    def _content_types(self, api: ResourceKey) -> frozenset[str]:
        return frozenset(self.registry[kind_of(api.type).deployment].freezes)

    def _inside(self, estate: Estate, api: ResourceKey, types: frozenset[str]) -> Estate:
        return Estate({text: line for text, line in estate.lines.items() if self._is_in(text, api, types)})

    def _is_in(self, text: str, api: ResourceKey, types: frozenset[str]) -> bool:
        return text.partition("/")[0] in types and ResourceKey.parse(text).path[0] == api.path[0]

    def _is_passed(self, change: Change, api: ResourceKey, types: frozenset[str]) -> bool:
        """Whether a change of the plan is one of what the draft holds: the passage makes it, but for the API itself."""
        if not self._is_in(change.key.text, api, types):
            return False
        return not (change.key == api and change.action == CREATE)

    def _start(self, api: ResourceKey, types: frozenset[str]) -> Estate:
        """The draft before: as it is, or as a new API is born."""
        new = next((c for c in self.main if c.key == api and c.action == CREATE), None)
        if new is None or new.after is None:
            return self._inside(self.situation.live, api, types)
        born = Estate()
        born.put(new.after)
        gone = {made.key for made in self.draft.implied.get(api, ())}
        for made in self.registry[api.type].implied(new.after, {}):
            if made.key not in gone:
                born.put(made)
        return born

    def _without_sweeping(self, changes: list[Change]) -> list[Change]:
        """Without removals of what goes by itself, with what it lies in."""
        gone = {c.key for c in changes if c.action == DELETE}
        return [c for c in changes if not (c.action == DELETE and self.registry.parent(c.key) in gone)]

    # --- together -------------------------------------------------------------------------------------

    def _after_outer(self, step: Step, api: ResourceKey, made: Mapping[ResourceKey, set[str]]) -> Step:
        """A step of a phase comes after what it refers to outside, the API itself, and all of the phase before."""
        named = {key for key in refs_in(step.call.params) if key.path[0] != api.path[0]} | {api}
        outer = set().union(*(made[key] for key in named if key in made))
        before = self.passages[api].phases[step.phase - 2] if step.phase > 1 else []
        return replace(step, needs=tuple(sorted({*step.needs, *outer, *_ends(before)})))

    def _after_phases(self, step: Step) -> Step:
        """A step comes after deployments that it names; what is in the API, or names what is, after all phases."""
        needs = set(step.needs)
        for api, passage in self.passages.items():
            refs = refs_in(step.call.params)
            named = {*step.keys, *refs}
            needs |= set().union(*(done for key, done in passage.deployed_by.items() if key in named))
            inside = any(k.type in self._content_types(api) and k.path[1:] and k.path[0] == api.path[0] for k in refs)
            if inside or any(self._is_of_the_draft(key, api) for key in step.keys):
                needs |= _ends(passage.phases[-1])
        return replace(step, needs=tuple(sorted(needs)))

    def _is_of_the_draft(self, key: ResourceKey, api: ResourceKey) -> bool:
        kind = kind_of(api.type)
        types = self._content_types(api) | {kind.deployment, kind.stage}
        return key.type in types and key.path[0] == api.path[0]


def replace_changes(draft: Draft, changes: list[Change]) -> Draft:
    """The same draft with other changes, and nothing to replay."""
    return Draft(changes, draft.blocked, draft.findings, draft.implied, draft.swept)


def _ends(steps: Iterable[Step]) -> set[str]:
    """Those of the steps that none of them needs."""
    held = list(steps)
    return {step.id for step in held} - {need for step in held for need in step.needs}


def _renamed(step: Step, mark: str, phase: int) -> Step:
    return replace(step, id=mark + step.id, needs=tuple(mark + need for need in step.needs), phase=phase)


def numbered(found: list[Step]) -> list[Step]:
    """In an order in which each comes after what it needs, with ids that count."""
    places = {step.id: number for number, step in enumerate(found)}
    by_id = {step.id: step for step in found}
    order = graph.ordered({name: step.needs for name, step in by_id.items()}, places)
    ids = {name: f"s{number:05d}" for number, name in enumerate(order, 1)}
    return [
        replace(by_id[name], id=ids[name], needs=tuple(sorted(ids[need] for need in by_id[name].needs if need in ids)))
        for name in order
    ]
