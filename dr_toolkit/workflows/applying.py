"""What a restore and its undo do alike: make a plan's steps, look again, and mend what still differs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from dr_toolkit.engine.ahead import Reads
from dr_toolkit.engine.attempts import WAITS
from dr_toolkit.engine.batch import Batches, batched, with_files
from dr_toolkit.engine.executor import Executor, Outcome
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.engine.readback import Imported, Mend, mend
from dr_toolkit.engine.recall import Recall, read_ahead
from dr_toolkit.engine.survey import Survey
from dr_toolkit.model.changes import ADOPT, Plan
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec.fields import Kind
from dr_toolkit.spec.served import APIS, REST
from dr_toolkit.spec.tags import RUN_TAG
from dr_toolkit.store.journal import Journal
from dr_toolkit.store.leases import Leases
from dr_toolkit.workflows.context import Context
from dr_toolkit.workflows.history import all_nameless, with_ids
from dr_toolkit.workflows.targets import Made, Options, Planned

log = logging.getLogger(__name__)

API_KEY = "apigateway.api_key"

PASSES = 3
"""A restore looks again after its steps, and mends what still differs, so many times in all."""


class Sight(Protocol):
    """A target with something in mind that it is to become."""

    @property
    def cloud(self) -> Cloud:
        """The target itself."""

    def survey(self, made: Made | None = None, only: frozenset[str] | None = None) -> Survey:
        """The target as it is now; reads only."""

    def plan(self, options: Options, made: Made | None = None) -> Planned:
        """What would be done now; reads only."""


@dataclass
class Applied:
    """What came of it: the outcome of all passes, the last look, and every physical id that was met."""

    left: Planned
    total: Outcome = field(default_factory=Outcome)
    bindings: dict[str, str] = field(default_factory=dict)


@dataclass
class Applying:
    """A run at work. ``made`` grows with what it makes; ``note`` is told of each further plan before it is begun.

    What an import has brought is read back at once, and what only a call can add to it is added before anything else
    is done to the API; one that AWS refuses to import is made thing by thing so.
    """

    context: Context
    seen: Sight
    journal: Journal
    lease: Leases
    options: Options
    made: Made
    note: Callable[[Planned], None] = lambda planned: None
    imported: set[ResourceKey] = field(default_factory=set)
    unfiled: bool = False

    def apply(self, first: Planned) -> Applied:
        """Make the steps, look again, and mend what still differs."""
        self.fresh = self.seen
        self.seen = replace(self.seen, cloud=Recall(self.seen.cloud))  # type: ignore[type-var]  # it is a dataclass
        result = Applied(first)
        total, current = result.total, first
        for number in range(1, PASSES + 1):
            if number > 1:
                self.note(current)
            result.bindings |= current.survey.bindings
            few = self._few(current)
            outcome = self._execute(few, current, result.bindings)
            again = self._without_skipped_files(few, outcome)
            _add(total, outcome, few, "" if number == 1 else f" (pass {number})")
            self.made.ids |= outcome.bound
            self.made.owed = _still_owed(current.plan, outcome) | current.postponed
            left = result.left = self._look_until_it_shows(outcome)
            if left.plan.steps and number == PASSES:
                total.failed |= {f"{step} (pass {number})": reason for step, reason in outcome.unsure.items()}
            if not left.plan.steps or (total.failed and not again):
                break
            current = left
        _settle(first.plan, total, result.left.plan)
        return result

    def _few(self, current: Planned) -> Batches:
        """The steps in few calls; an API is imported once at most, and only where this run has made it."""
        observed = current.survey.estate.observed
        texts = (text for text, facts in observed.items() if facts.get(RUN_TAG) == self._tag)
        ours = {key for key in map(ResourceKey.parse, texts) if key.type in APIS}
        without = {*self.imported, *(b.key for b in current.plan.blocked)}
        few = batched(current.plan.steps, current.aim, registry(), ours, without)
        for api, reason in few.why.items():
            log.info("%s is made thing by thing: %s", api, reason)
        self.imported |= {imported.api for imported in few.imports.values()}
        return few if self.unfiled else with_files(few, self.context.vault, others=self._has_others(current))

    def _without_skipped_files(self, few: Batches, outcome: Outcome) -> bool:
        """Whether keys have to be made one by one, for one of the plans that their file would put them into failed."""
        skipped = [name for name in few.instead if name in outcome.skipped]
        for name in skipped:
            log.warning("keys are made one by one: %s", outcome.skipped.pop(name))
        self.unfiled = self.unfiled or bool(skipped)
        return bool(skipped)

    def _has_others(self, current: Planned) -> bool:
        """Whether the target has API keys that this run has not made."""
        held = (row.data["id"] for row in current.survey.reading.of(API_KEY))
        return not set(held) <= set(self.made.ids.values())

    def _look_until_it_shows(self, outcome: Outcome) -> Planned:
        """Look at the target again; what was made may show in listings only after a while, and is never made twice."""
        types = registry()
        made = {text for text in outcome.bound if types[ResourceKey.parse(text).type].root}
        for wait in WAITS:
            left = self.seen.plan(self.options, self.made)
            if made <= left.survey.bindings.keys():
                break
            self.context.pause(wait)
        return left

    def _execute(self, few: Batches, current: Planned, bindings: dict[str, str]) -> Outcome:
        executor = Executor(
            cloud=self.seen.cloud,
            registry=registry(),
            record=_Kept(self.journal, self.lease),
            bindings=bindings,
            run=self._tag,
            look=lambda names: self._look(dict(bindings), names),
            pace=self.context.pace,
            progress=self.context.progress,
            seen=frozenset(all_nameless(current.survey)),
            instead=few.instead,
            mends={name: self._mend(name, imported, bindings) for name, imported in few.imports.items()},
            ahead=lambda api: self._read_ahead(api, current, bindings),
        )
        return executor.execute(few.steps)

    @property
    def _tag(self) -> str:
        """The run's tag: its number, and what tells it from one of the same number in another store."""
        return f"{self.journal.run}-{str(self.journal.records()[0].get('by', ''))[:8]}"

    def _read_ahead(self, api: ResourceKey, current: Planned, bindings: Mapping[str, str]) -> Reads[None]:
        noun = current.aim.wanted.get(api)
        own = {name: bindings[api.text] for name, f in registry()[api.type].fields.items() if f.kind is Kind.PHYSICAL}
        data = {**(noun.attributes if noun else {}), **own}
        return read_ahead(self.seen.cloud, registry(), api, data)

    def _mend(self, name: str, imported: Imported, bindings: Mapping[str, str]) -> Callable[[], Reads[Mend]]:
        return lambda: mend(imported, name, self.seen.cloud, registry(), dict(bindings))

    def _look(self, bindings: dict[str, str], names: Iterable[str]) -> Survey:
        """What is there of some types; nothing is recalled, for what is in doubt may show only now."""
        types = registry()
        only = frozenset().union(*(types.sources(n) for n in names)) | {"ec2.vpc"}
        if any(n.startswith("ec2.security_group") for n in only):
            only |= {"ec2.security_group_rule", "ec2.prefix_list", "ec2.foreign_prefix_list"}
        if REST.deployment in only:
            only |= {REST.stage}
        return self.fresh.survey(with_ids(self.made, bindings), frozenset(only))


class _Kept:
    """The journal, with a sign of life for the lease at every record."""

    def __init__(self, journal: Journal, lease: Leases) -> None:
        self._journal, self._lease = journal, lease

    def append_all(self, records: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Write the next records, if any; raises LockedError where the lease or the run was lost."""
        self._lease.keep()
        if written := list(records):
            self._journal.append_all(written)


def _still_owed(current: Plan, outcome: Outcome) -> frozenset[ResourceKey]:
    done = set(outcome.done)
    steps = [s for s in current.steps if s.call.operation == "CreateDeployment" and s.id not in done]
    return frozenset(key for step in steps for key in step.keys)


def _settle(plan: Plan, total: Outcome, left: Plan) -> None:
    """Take as done what was not told of, such as a call whose answer was lost, where the last look asks for no more."""
    told = {*total.done, *total.failed, *total.skipped}
    open_keys = {c.key for c in left.changes if c.action != ADOPT} | {b.key for b in left.blocked}
    total.done += [s.id for s in plan.steps if s.id not in told and open_keys.isdisjoint(s.keys)]


def _add(total: Outcome, outcome: Outcome, few: Batches, mark: str) -> None:
    """Put a pass's outcome to the others; a step that stands for many of the plan is told as these."""
    operations = {s.id: f"{s.service}:{s.call.operation}" for s in few.steps if s.id in few.parts}
    total.done += [f"{part}{mark}" for step in outcome.done for part in few.parts.get(step, [step])]
    for reasons, found in ((total.failed, outcome.failed), (total.skipped, outcome.skipped)):
        for step, reason in found.items():
            parts = [f"{part}{mark}" for part in few.parts.get(step, [step])]
            reasons |= dict.fromkeys(parts, reason)
            total.carried |= dict.fromkeys(parts, operations[step]) if step in operations else {}
    total.calls += outcome.calls
