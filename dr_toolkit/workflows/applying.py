"""What a restore and its undo do alike: make a plan's steps, look again, and mend what still differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from dr_toolkit.engine.executor import WAITS, Executor, Outcome
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.engine.survey import Survey
from dr_toolkit.model.changes import Plan
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec.served import REST
from dr_toolkit.store.journal import Journal
from dr_toolkit.store.leases import Lease
from dr_toolkit.workflows.context import Context
from dr_toolkit.workflows.history import all_nameless, with_ids
from dr_toolkit.workflows.targets import Made, Options, Planned

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
    """A run at work. ``made`` grows with what it makes; ``note`` is told of each further plan before it is begun."""

    context: Context
    seen: Sight
    journal: Journal
    lease: Lease
    options: Options
    made: Made
    note: Callable[[Planned], None] = lambda planned: None

    def apply(self, first: Planned) -> Applied:
        """Make the steps, look again, and mend what still differs."""
        result = Applied(first)
        total, current = result.total, first
        for number in range(1, PASSES + 1):
            if number > 1:
                self.note(current)
            result.bindings |= current.survey.bindings
            outcome = self._execute(current, result.bindings)
            _add(total, outcome, "" if number == 1 else f" (pass {number})")
            self.made.ids |= outcome.bound
            self.made.owed = _still_owed(current.plan, outcome)
            left = result.left = self._look_until_it_shows(outcome)
            if left.plan.steps and number == PASSES:
                total.failed |= {f"{step} (pass {number})": reason for step, reason in outcome.unsure.items()}
            if not left.plan.steps or total.failed:
                break
            current = left
        return result

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

    def _execute(self, current: Planned, bindings: dict[str, str]) -> Outcome:
        executor = Executor(
            cloud=self.seen.cloud,
            registry=registry(),
            record=_Kept(self.journal, self.lease),
            bindings=bindings,
            run=f"{self.journal.run}-{self._token()}",
            look=lambda names: self._look(bindings, names),
            pause=self.context.pause,
            progress=self.context.progress,
            seen=frozenset(all_nameless(current.survey)),
        )
        return executor.execute(current.plan.steps)

    def _token(self) -> str:
        """What tells this run from one of the same number in another store."""
        return str(self.journal.records()[0].get("by", ""))[:8]

    def _look(self, bindings: dict[str, str], names: Iterable[str]) -> Survey:
        types = registry()
        only = frozenset().union(*(types.sources(n) for n in names)) | {"ec2.vpc"}
        if any(n.startswith("ec2.security_group") for n in only):
            only |= {"ec2.security_group_rule", "ec2.prefix_list", "ec2.foreign_prefix_list"}
        if REST.deployment in only:
            only |= {REST.stage}
        return self.seen.survey(with_ids(self.made, bindings), frozenset(only))


class _Kept:
    """The journal, with a sign of life for the lease at every record."""

    def __init__(self, journal: Journal, lease: Lease) -> None:
        self._journal, self._lease = journal, lease

    def append(self, kind: str, **facts: Any) -> None:
        """Write the next record; raises LockedError where the lease or the run was lost."""
        self._lease.keep()
        self._journal.append(kind, **facts)


def _still_owed(current: Plan, outcome: Outcome) -> frozenset[ResourceKey]:
    done = set(outcome.done)
    steps = [s for s in current.steps if s.call.operation == "CreateDeployment" and s.id not in done]
    return frozenset(key for step in steps for key in step.keys)


def _add(total: Outcome, outcome: Outcome, mark: str) -> None:
    total.done += [f"{step}{mark}" for step in outcome.done]
    total.failed |= {f"{step}{mark}": reason for step, reason in outcome.failed.items()}
    total.skipped |= {f"{step}{mark}": reason for step, reason in outcome.skipped.items()}
    total.calls += outcome.calls
