"""What taking a run back would do, and what it did, as it is handed to the reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dr_toolkit.model.changes import Change, Plan, Step
from dr_toolkit.report import outcomes
from dr_toolkit.report import vocabulary as say
from dr_toolkit.report.results import DIFFERS, ERROR, INCOMPLETE, OK, worst


@dataclass(frozen=True)
class UndoPlan:
    """A plan that takes run ``undoes`` back, to be shown; ``snapshot`` and ``source`` of the plan are that run's."""

    undoes: str
    plan: Plan

    @property
    def gaps(self) -> tuple[str, ...]:
        """What stays as that run left it, or can't come back as it was, a line each."""
        blocked = (f"{b.key}: {b.reason}" for b in self.plan.blocked)
        return tuple(dict.fromkeys((*say.gaps({}, self.plan.findings), *blocked)))

    @property
    def verdict(self) -> str:
        """The whole plan in one line."""
        plan = self.plan
        parts = [f"nothing to take back of run {self.undoes}"]
        if plan.changes:
            told = say.tallied(plan.changes, say.PLAN)
            parts = [f"{say.count(len(plan.changes), 'change')} to {plan.target} take run {self.undoes} back: {told}"]
        if plan.blocked:
            parts.append(f"{len(plan.blocked):,} blocked")
        return "; ".join(parts)

    @property
    def exit_code(self) -> int:
        """2 for changes pending, 3 where something can't be taken back, which goes first."""
        return worst([DIFFERS if self.plan.steps else OK, INCOMPLETE if self.gaps else OK])


@dataclass(frozen=True)
class UndoResult:
    """What taking run ``undoes`` back did: steps done, failed and skipped, by their ids in the plan.

    ``run`` is the undo's own. ``left`` are the changes that another look at the target still asks for.
    ``bindings`` maps the printed key of what was made again to its new physical id, be it by an undo that did not come
    to its end. ``carried`` and ``calls`` are as in ``results.RestoreResult``.
    """

    run: str
    undoes: str
    plan: Plan
    done: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    left: tuple[Change, ...] = ()
    seconds: float = 0.0
    bindings: Mapping[str, str] = field(default_factory=dict)
    carried: Mapping[str, str] = field(default_factory=dict)
    calls: int = 0

    @property
    def steps(self) -> dict[str, Step]:
        """The plan's steps by id."""
        return {step.id: step for step in self.plan.steps}

    @property
    def gaps(self) -> tuple[str, ...]:
        """What was not taken back, a line each."""
        return tuple(dict.fromkeys((*UndoPlan(self.undoes, self.plan).gaps, *outcomes.lines(self))))

    @property
    def verdict(self) -> str:
        """The whole undo in one line."""
        if self.failed:
            return f"not taken back: {outcomes.failure(self)}"
        total = f"{outcomes.total(self)} to {self.plan.target} in {say.duration(self.seconds)}"
        what = total if self.plan.steps else "there was nothing to do"
        verdict = f"run {self.undoes} is taken back: {what}"
        if self.left:
            verdict += f"; still differing: {say.tallied(self.left, say.PLAN)}"
        missing = len(self.plan.blocked) + len(self.skipped)
        verdict += f"; {missing:,} left as they are" if missing else ""
        unknown = len(say.gaps({}, self.plan.findings))
        return f"{verdict}; incomplete: {say.count(unknown, 'gap')}" if unknown else verdict

    @property
    def exit_code(self) -> int:
        """1 where a step failed, 3 where something was left as it is, 2 where the target still differs."""
        codes = [ERROR if self.failed else OK, INCOMPLETE if self.gaps else OK, DIFFERS if self.left else OK]
        return worst(codes)
