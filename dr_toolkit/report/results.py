"""What a command has found out or done, as it is handed to the reports, and what its exit code is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace

from dr_toolkit.engine.exposure import Exposure
from dr_toolkit.engine.truths import Truth
from dr_toolkit.errors import DrToolkitError
from dr_toolkit.model.alerts import LOW, NOTE, SEVERITIES, Alert, reaches
from dr_toolkit.model.changes import Change, Plan, Step
from dr_toolkit.model.deeds import Deeds
from dr_toolkit.model.documents import GAP, Coverage, Finding, Scope
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report import outcomes
from dr_toolkit.report import vocabulary as say

OK, ERROR, DIFFERS, INCOMPLETE, STALE = 0, 1, 2, 3, 4
"""Exit codes of results; those of errors stand with the errors."""

PRECEDENCE = (130, 143, 64, 1, 12, 13, 11, 10, 3, 4, 2, 0)
"""Which exit code holds when several do: what ended the whole command first, then the worst."""


def worst(codes: Iterable[int]) -> int:
    """The one exit code of several; 0 for none, and a code that is not in the list counts as an error."""
    known = {code if code in PRECEDENCE else ERROR for code in codes}
    return next((code for code in PRECEDENCE if code in known), OK)


@dataclass(frozen=True)
class Ignored:
    """A change, or the named fields of it, that a rule of the config accepts until the end of a day, if it says one."""

    key: ResourceKey
    action: str
    fields: tuple[str, ...]
    rule: str
    field: str
    reason: str
    owner: str = ""
    until: str = ""


@dataclass(frozen=True)
class DriftResult:
    """What differs in one source or target between a snapshot and what is live.

    ``changes`` lead from the snapshot to what is live: ``create`` is what the snapshot lacks, ``before`` is the
    snapshot's value. ``against`` says what the snapshot is: the baseline, or one that was asked for. ``live_id`` is the
    snapshot that stands for what is live, where two are compared. ``severities`` are by printed key. ``hidden`` changes
    are less severe than ``least``, and are neither shown nor counted. ``stages`` tells of the APIs that changed what
    their stages serve and what of the draft they don't. ``deeds`` is None where nobody asked who it was;
    ``ids`` are the physical ids, by printed key, of what changed and of what that lies in or names.
    """

    source: str
    baseline_id: str
    live_taken_at: str
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...] = ()
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    compared_types: tuple[str, ...] = ()
    scope: Scope | None = None
    baseline_taken_at: str = ""
    against: str = "baseline"
    resources: int = 0
    live_id: str = ""
    alerts: tuple[Alert, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    exposures: tuple[Exposure, ...] = ()
    stages: tuple[Truth, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    least: str = ""
    hidden: int = 0
    deeds: Deeds | None = None
    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def severity(self, change: Change) -> str:
        """How bad a change is; low where nobody said."""
        return self.severities.get(change.key.text, LOW)

    @property
    def standing(self) -> tuple[Alert, ...]:
        """Alerts on how things are, changed or not: they are said, and are no drift."""
        return tuple(a for a in self.alerts if a.standing)

    @property
    def tally(self) -> dict[str, int]:
        """How many changes there are of each severity, the worst first; of none where there are none."""
        counts = {s: sum(self.severity(c) == s for c in self.changes) for s in SEVERITIES}
        return {s: number for s, number in counts.items() if number}

    @property
    def doubt(self) -> str:
        """Why an empty report would not mean clean; empty where it would."""
        return say.doubt(self.coverage, self.findings)

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is missing, a line each."""
        return say.gaps(self.coverage, self.findings)

    @property
    def verdict(self) -> str:
        """The whole report in one line."""
        clean = f"nothing as bad as {self.least}" if self.hidden else "in sync"
        counted = [f"{number:,} {severity}" for severity, number in self.tally.items()] if self.severities else []
        aside = f" ({', '.join(counted)})" if counted else ""
        verdict = _verdict(self.changes, say.DRIFT, "change", clean, "can't say clean", self.doubt, aside)
        return f"{verdict}; {say.count(self.hidden, 'lesser change')} not shown" if self.hidden else verdict

    @property
    def exit_code(self) -> int:
        """2 for drift, 3 for what could not be read, which goes first."""
        return _code(self.changes, self.doubt)

    def at_least(self, severity: str) -> DriftResult:
        """The same, with only what is as bad as that or worse."""
        kept = tuple(c for c in self.changes if reaches(self.severity(c), severity))
        keys = {c.key for c in kept}
        alerts = tuple(a for a in self.alerts if reaches(a.severity, severity))
        groups = {(k.path[:2] if k.type.startswith("ec2.security_group") else k) for k in keys}
        lists = any(k.type == "ec2.prefix_list" for k in keys)
        exposures = tuple(e for e in self.exposures if lists or e.key.path in groups)
        apis = {k.path[0] for k in keys if k.type.startswith("apigateway")}
        stages = tuple(t for t in self.stages if t.stage.path[0] in apis)
        hidden = len(self.changes) - len(kept)
        told = replace(self, changes=kept, alerts=alerts, exposures=exposures, stages=stages)
        return replace(told, least=severity, hidden=hidden)


def _verdict(
    changes: tuple[Change, ...], words: say.Words, noun: str, clean: str, unsure: str, doubt: str, aside: str = ""
) -> str:
    if not changes:
        return f"{unsure}: {doubt}" if doubt else clean
    found = f"{say.count(len(changes), noun)}: {say.tallied(changes, words)}{aside}"
    return f"{found}; incomplete: {doubt}" if doubt else found


def _of(only: Sequence[str]) -> str:
    """What a verdict is about, where that is not the whole snapshot."""
    return f" of {' '.join(only)}" if only else ""


def _code(differences: Sized, doubt: str) -> int:
    return worst([DIFFERS if len(differences) else OK, INCOMPLETE if doubt else OK])


@dataclass(frozen=True)
class DriftReport:
    """The drift of all sources and targets that were asked about; ``failed``: those that could not be compared.

    ``findings`` are about the report as a whole, such as rules of the config that ignore nothing.
    """

    results: tuple[DriftResult, ...]
    failed: tuple[tuple[str, DrToolkitError], ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> str:
        """One line; with several sources each of them is named."""
        if len(self.results) == 1 and not self.failed:
            return self.results[0].verdict
        told = [f"{name}: not compared: {error.message}" for name, error in self.failed]
        told += [f"{r.source}: {r.verdict}" for r in self.results]
        return "; ".join(told) or "nothing to compare"

    @property
    def exit_code(self) -> int:
        """The worst of all."""
        return worst([*(r.exit_code for r in self.results), *(error.exit_code for _, error in self.failed)])

    @property
    def severity(self) -> str:
        """The worst of all changes; ``info`` where there are none."""
        found = {severity for r in self.results for severity in r.tally}
        return min(found, key=SEVERITIES.index, default=NOTE)


@dataclass(frozen=True)
class VerifyResult:
    """Whether a target is what a snapshot says.

    ``changes`` lead from the target to the snapshot, as in a plan: ``create`` is what the target lacks,
    ``before`` the target's value. ``checked`` is the number of the snapshot's resources that were looked at; ``only``
    are the globs that it was about, if not about all.
    """

    snapshot: str
    source: str
    target: str
    target_scope: Scope
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...] = ()
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    checked: int = 0
    seconds: float = 0.0
    only: tuple[str, ...] = ()

    @property
    def doubt(self) -> str:
        """Why an empty report would not mean that nothing differs."""
        return say.doubt(self.coverage, self.findings)

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is missing, a line each."""
        return say.gaps(self.coverage, self.findings)

    @property
    def verdict(self) -> str:
        """The whole report in one line."""
        clean = f"in sync: {self.target} is what the snapshot says{_of(self.only)}"
        return _verdict(self.changes, say.VERIFY, "difference", clean, "can't say that nothing differs", self.doubt)

    @property
    def exit_code(self) -> int:
        """2 for differences, 3 for what could not be read, which goes first."""
        return _code(self.changes, self.doubt)


@dataclass(frozen=True)
class PlanResult:
    """A plan that is to be shown."""

    plan: Plan

    @property
    def gaps(self) -> tuple[str, ...]:
        """What of the snapshot the plan leaves out though nothing blocks it, a line each."""
        told = say.gaps({}, (f for f in self.plan.findings if f.severity == GAP))
        return tuple(dict.fromkeys((*self.plan.gaps, *told)))

    @property
    def verdict(self) -> str:
        """The whole plan in one line."""
        plan = self.plan
        sure = not (plan.blocked or self.gaps)
        of = _of(plan.options.get("only", ()))
        clean, unsure = (
            f"nothing to do: {plan.target} is what the snapshot says{of}",
            f"nothing planned for {plan.target}",
        )
        parts = [clean if sure else unsure]
        if plan.pending:
            told = f": {say.tallied(plan.changes, say.PLAN)}" if plan.changes else ""
            parts = [f"{say.count(len(plan.changes), 'change')} to {plan.target}{told}"]
        if plan.blocked:
            parts.append(f"{len(plan.blocked):,} blocked")
        if self.gaps:
            parts.append(f"incomplete: {say.count(len(self.gaps), 'gap')}")
        return "; ".join(parts)

    @property
    def exit_code(self) -> int:
        """2 for changes pending, 3 where something of the snapshot can't be restored, which goes first."""
        missing = self.gaps or self.plan.blocked or say.gaps({}, self.plan.findings)
        return _code(self.plan.steps, "incomplete" if missing else "")


@dataclass(frozen=True)
class RestoreResult:
    """What a restore did: steps done, failed and skipped, by their ids in the plan.

    ``failed`` and ``skipped`` map a step's id to the reason; ``earlier`` are steps done before this attempt.
    ``bindings`` maps a printed key to the physical id in the target. ``verify`` is None where the run
    did not come to it. ``carried`` says of steps that failed or were skipped in one call with others which that was,
    such as ``apigateway:PutRestApi``; ``calls`` is how many calls it took in all.
    """

    run: str
    plan: Plan
    done: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    verify: VerifyResult | None = None
    seconds: float = 0.0
    earlier: tuple[str, ...] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)
    carried: Mapping[str, str] = field(default_factory=dict)
    calls: int = 0

    @property
    def steps(self) -> dict[str, Step]:
        """The plan's steps by id."""
        return {step.id: step for step in self.plan.steps}

    @property
    def gaps(self) -> tuple[str, ...]:
        """What was not restored, a line each."""
        blocked = (f"{b.key}: {b.reason}" for b in self.plan.blocked)
        lines = (*self.plan.gaps, *say.gaps({}, self.plan.findings), *blocked, *outcomes.lines(self))
        return tuple(dict.fromkeys((*lines, *(self.verify.gaps if self.verify else ()))))

    @property
    def verdict(self) -> str:
        """The whole run in one line."""
        if self.failed:
            return f"not restored: {outcomes.failure(self)}"
        verdict = self._done(self.plan.target)
        if self.verify is not None and self.verify.exit_code:
            verdict += f"; verification: {self.verify.verdict}"
        elif self.verify is not None:
            verdict += "; verified: nothing differs"
        missing = len(self.plan.blocked) + len(self.skipped)
        verdict += f"; {missing:,} left out" if missing else ""
        unknown = PlanResult(self.plan).gaps
        return f"{verdict}; incomplete: {say.count(len(unknown), 'gap')}" if unknown else verdict

    def _done(self, target: str) -> str:
        if not self.plan.steps:
            return "nothing to do" if not self.plan.pending else f"nothing done to {target}"
        return f"restored: {outcomes.total(self)} to {target} in {say.duration(self.seconds)}"

    @property
    def exit_code(self) -> int:
        """1 where a step failed, 3 where something was left out, 2 where the target still differs."""
        verified = self.verify.exit_code if self.verify else OK
        return worst([ERROR if self.failed else OK, INCOMPLETE if self.gaps else OK, verified])
