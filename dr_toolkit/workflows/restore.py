"""Restore: plan, ask, apply with a journal, verify; and go on after a crash."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.config import Target
from dr_toolkit.engine.executor import Outcome
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.errors import (
    BadPlanFile,
    BlockedSteps,
    NotConfirmed,
    RunNotFound,
    TargetIsSource,
    TargetMoved,
    UnfinishedRun,
    UnfinishedUndo,
    UsageError,
)
from dr_toolkit.model import planfile, wire
from dr_toolkit.model.changes import ADOPT, CREATE, DELETE, REPLACE, Change, Plan
from dr_toolkit.model.documents import BLOCKED, GAP, Coverage, Finding
from dr_toolkit.model.estate import Snapshot
from dr_toolkit.report.results import PlanResult, RestoreResult, VerifyResult
from dr_toolkit.resources import registry
from dr_toolkit.store.journal import LOOKED, Journal, Runs, RunState
from dr_toolkit.store.leases import Leases
from dr_toolkit.workflows import capture, places, preflight
from dr_toolkit.workflows.applying import Applying
from dr_toolkit.workflows.context import Context
from dr_toolkit.workflows.forecasting import foreseen
from dr_toolkit.workflows.history import (
    History,
    all_nameless,
    found_apis,
    history,
    left_over,
    made_unknown,
    of_run,
    options_of,
    unknown_values,
    with_ids,
    with_kept_gaps,
)
from dr_toolkit.workflows.supplied import Supplied
from dr_toolkit.workflows.targets import Options, Planned, View, view
from dr_toolkit.workflows.traces import Tracing

_PARTS = {REPLACE: (REPLACE, DELETE, CREATE)}

Confirm = Callable[[PlanResult], bool]
"""Shows a plan and asks; False: don't."""


@dataclass(frozen=True)
class Request:
    """What a person asked to be restored, and how."""

    target: str
    snapshot: str = "latest"
    options: Options = field(default_factory=Options)
    resume: str | None = None
    plan_file: Plan | None = None
    secrets: Supplied = field(default_factory=Supplied)


def plan(context: Context, target: str, spec: str, options: Options) -> PlanResult:
    """What a restore would do; changes nothing."""
    snapshot = capture.load(context, context.source().name, spec)
    seen = view(context, target, snapshot, options)
    past = history(_runs(context, seen.target))
    planned = seen.plan(options, past.settle(seen)).checked()
    said = [*preflight.probed(seen, planned), *_unfinished(context, seen, past.unfinished)]
    return PlanResult(preflight.with_findings(foreseen(planned), said).plan)


def _unfinished(context: Context, seen: View, own: RunState | None) -> list[Finding]:
    """What a plan says of the run that has to be finished first, or taken back."""
    error = (
        places.unfinished(context, seen.target, seen.cloud.scope) if own is None else _as_error(own, seen.target.name)
    )
    return [places.said_unfinished(error)] if error is not None else []


def _as_error(state: RunState, target: str) -> UnfinishedRun | UnfinishedUndo:
    if "undoes" in state.begin:
        return UnfinishedUndo(run=state.run, target=target, undoes=state.begin["undoes"])
    return UnfinishedRun(run=state.run, target=target, snapshot=state.begin.get("snapshot"))


def verify(context: Context, target: str, spec: str, options: Options) -> VerifyResult:
    """Whether a target is what a snapshot says; changes nothing."""
    began = time.monotonic()
    snapshot = capture.load(context, context.source().name, spec)
    seen = view(context, target, snapshot, options)
    planned = seen.plan(options, history(_runs(context, seen.target)).settle(seen)).checked()
    return _verified(seen, planned, time.monotonic() - began)


def _verified(seen: View, planned: Planned, seconds: float) -> VerifyResult:
    """A plan that has nothing left to do is a verification that found nothing."""
    left, part = planned.plan, planned.part
    changes = [c for c in left.changes if c.action != ADOPT]
    changes += [Change(b.key, b.action, None, None, (), b.reason) for b in left.blocked]
    gaps = [Finding(GAP, "blocked", b.key.text, b.reason) for b in left.blocked]
    gaps += [Finding(GAP, "not-in-snapshot", "snapshot", text) for text in left.gaps]
    return VerifyResult(
        snapshot=left.snapshot,
        source=left.source,
        target=left.target,
        target_scope=left.target_scope,
        changes=tuple(sorted(changes, key=lambda c: c.key)),
        findings=tuple(f for f in left.findings if f.severity in (GAP, BLOCKED)) + tuple(gaps),
        coverage={
            n: Coverage(c.status, c.reason) for n, c in seen.snapshot.estate.coverage.items() if part.concerns_type(n)
        },
        checked=sum(part.holds(k) and not registry()[k.partition("/")[0]].landmark for k in _known_keys(seen.snapshot)),
        seconds=seconds,
        only=tuple(left.options.get("only", ())),
    )


def _known_keys(snapshot: Snapshot) -> Iterable[str]:
    return (k for k in snapshot.estate.lines if k.partition("/")[0] in registry())


# --- restore ----------------------------------------------------------------------------------------


def read_plan(data: str, name: str, target: str) -> Plan:
    """A plan from a file; raises BadPlanFile."""
    try:
        return planfile.read(data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadPlanFile(file=name, reason=str(error) or type(error).__name__, target=target) from None


def restore(context: Context, request: Request, confirm: Confirm) -> RestoreResult:
    """Restore a snapshot into a target.

    Raises UnfinishedRun, TargetMoved, BlockedSteps and NotConfirmed before anything is changed.
    """
    target = context.target(request.target)
    context.vault.add(request.secrets.values)
    _keep_out_of_home(context, request, target)
    runs = _runs(context, target, writing=True)
    cloud = context.cloud(target)
    with places.lease(context, target, cloud.scope) as lease:
        return _Restore(context, request, cloud, runs, lease).run(confirm)


def _keep_out_of_home(context: Context, request: Request, target: Target) -> None:
    """Raise TargetIsSource before that region is asked for anything; a resumed run and a plan say what they are for."""
    asked_anew = request.resume is None and request.plan_file is None and not request.options.in_place
    if asked_anew and target.role_arn is None and context.source().region == target.region:
        raise TargetIsSource(target=target.name, region=target.region)


def _runs(context: Context, target: Target, *, writing: bool = False) -> Runs:
    seal = context.state_seal(target, writing=writing)
    return Runs(context.state_store(target), target.name, context.now, seal=seal)


class _Restore:
    def __init__(self, context: Context, request: Request, cloud: Cloud, runs: Runs, lease: Leases) -> None:
        self.context, self.request, self.cloud, self.runs, self.lease = context, request, cloud, runs, lease
        self.began = time.monotonic()
        self.shown: PlanResult | None = None

    def run(self, confirm: Confirm) -> RestoreResult:
        past = self.past = self._past()
        unfinished = past.unfinished
        if unfinished is None:  # else this name's own is what is to be finished first
            places.refuse_unfinished(self.context, self.context.target(self.request.target), self.cloud.scope)
        options, spec, source = self._meant(unfinished)
        snapshot = capture.load(self.context, source, spec)
        if unfinished is not None and unfinished.begin.get("snapshot") != snapshot.manifest.id:
            raise _as_error(unfinished, self.request.target)
        self.request.secrets.check(snapshot)
        self._refuse_less(unfinished, options)
        self.seen = view(self.context, self.request.target, snapshot, options, self.cloud)
        self.made = past.settle(self.seen)
        planned = self.seen.plan(options, self.made)
        if unfinished is None:
            planned.checked()
        first = with_kept_gaps(planned, unfinished, past.unknown)
        first = preflight.with_findings(first, self.request.secrets.differing(self.cloud, first))
        self._check(first.plan, unfinished)
        self._refuse_blocked(first.plan, options)
        if not first.plan.steps and unfinished is None and not past.unknown:
            return self._nothing(first)
        agreed = not first.plan.steps or self._was_confirmed(first.plan, unfinished)
        if not agreed and not confirm(self._shown(first)):
            raise NotConfirmed(reason="the plan was not confirmed")
        self.journal = self._journal(first, unfinished)
        return self._apply(first, options)

    # --- before anything is changed -------------------------------------------------------------------

    def _past(self) -> History:
        """What the last run left behind; where a run is to be resumed, what that one did."""
        asked = self.request.resume
        if not asked:
            return _no_undo(history(self.runs), self.request.target)
        state = self.runs.state(asked) if asked != "last" else self.runs.last()
        if state is None or state.finished or state.run != self.runs.runs()[-1]:
            run = asked if asked != "last" else ""
            raise RunNotFound(run=run, target=self.request.target, store=self.context.store.url)
        return _no_undo(of_run(state), self.request.target)

    def _meant(self, unfinished: RunState | None) -> tuple[Options, str, str]:
        """The options, snapshot and source: an unfinished run's own, where it is to be gone on with."""
        if unfinished is not None and self.request.resume:
            said = options_of(unfinished)
            asked = self.request.options
            merged = Options(
                prune=bool(said.get("prune")),
                in_place=bool(said.get("in_place")),
                skip_blocked=bool(said.get("skip_blocked")) or asked.skip_blocked,
                only=tuple(said.get("only", ())),
                allow_replace=bool(said.get("allow_replace")) or asked.allow_replace,
            )
            return merged, str(unfinished.begin["snapshot"]), str(unfinished.begin["source"])
        given = self.request.plan_file
        if given is not None:
            allowed = Options(
                prune=bool(given.options.get("prune")),
                in_place=self.request.options.in_place,
                skip_blocked=self.request.options.skip_blocked,
                only=tuple(given.options.get("only", ())),
                allow_replace=bool(given.options.get("allow_replace")),
            )
            return allowed, given.snapshot, given.source
        return self.request.options, self.request.snapshot, self.context.source().name

    def _refuse_less(self, unfinished: RunState | None, options: Options) -> None:
        """A run is finished by one that is about as much as it was: what it left half done may be anywhere in that."""
        begun = sorted(options_of(unfinished).get("only", ())) if unfinished is not None else []
        if unfinished is not None and options.only and sorted(options.only) != begun:
            about = f"{unfinished.begin.get('snapshot')} ({' '.join(begun) if begun else 'all of it'})"
            raise UnfinishedRun(run=unfinished.run, target=self.request.target, snapshot=about)

    def _check(self, now: Plan, unfinished: RunState | None) -> None:
        """A plan from a file applies only where planning anew gives the same plan.

        What a run that is not finished has changed since is no sign that others have.
        """
        given = self.request.plan_file
        if given is None:
            return
        if given.target != now.target or given.target_scope != now.target_scope:
            raise UsageError(
                reason=f"the plan is for {given.target} ({given.target_scope}), "
                f"not for {now.target} ({now.target_scope})",
                hint=f"Give it with the target that it is for: --to {given.target}; or plan for this one: "
                f"dr-toolkit plan --to {now.target} --out FILE",
            )
        if given.snapshot_digest != now.snapshot_digest:
            raise TargetMoved(target=now.target, reason=f"snapshot {now.snapshot} is not the one that was planned with")
        steps = [planfile.step(s) for s in given.steps] == [planfile.step(s) for s in now.steps]
        if unfinished is not None and not (steps and given.fingerprint == now.fingerprint):
            raise _as_error(unfinished, now.target)
        if given.fingerprint != now.fingerprint:
            raise TargetMoved(target=now.target, reason="what the plan rests on is not as it was")
        if not steps:
            raise TargetMoved(target=now.target, reason="planning anew gives other steps (has the config changed?)")

    def _refuse_blocked(self, first: Plan, options: Options) -> None:
        if first.blocked and not options.skip_blocked:
            causes = sorted(first.blocked, key=lambda b: b.cause is not None)
            shown = "; ".join(f"{b.key}: {b.reason}" for b in causes[:3])
            more = f"; and {len(first.blocked) - 3} more" if len(first.blocked) > 3 else ""
            raise BlockedSteps(count=f"{len(first.blocked)} change(s)", reason=shown + more)

    def _was_confirmed(self, first: Plan, unfinished: RunState | None) -> bool:
        """Whether everything in the plan was in the one that a person said yes to."""
        if unfinished is None or not self.request.resume:
            return False
        said = {text for record in unfinished.records for text in record.get("changes", [])}
        return all(f"{c.action} {c.key}" in said for c in first.changes)

    def _journal(self, first: Planned, unfinished: RunState | None) -> Journal:
        plan = first.plan
        found = {**found_apis(plan, first.survey.bindings), **self.made.ids}
        facts = {"options": dict(plan.options), "changes": _said(plan), "found": found, "unknown": unknown_values(plan)}
        if first.postponed:
            facts["owed"] = sorted(key.text for key in first.postponed | self.made.owed)
        self.tracing = Tracing(unfinished.records if unfinished is not None else ())
        facts |= self._traced(first)
        if self.context.seal.taken:
            facts["unsigned"] = sorted(self.context.seal.taken)
        self.made = with_ids(self.made, found)
        if unfinished is not None:
            return self.runs.resume(unfinished.run, **facts, bound=self.past.adopted)
        record = {
            "snapshot": plan.snapshot,
            "source": plan.source,
            "fingerprint": plan.fingerprint,
            "person": self.context.person(),
            "owed": sorted(key.text for key in self.made.owed),
            "deployments": all_nameless(first.survey),
            "scope": wire.scope(plan.target_scope),
        }
        return self.runs.begin({**record, **facts})

    def _traced(self, planned: Planned) -> dict[str, Any]:
        """What an undo of this run would need of what a plan is going to touch."""
        return self.tracing.facts(planned, self.seen.snapshot.manifest.selection)

    def _shown(self, first: Planned) -> PlanResult:
        """The plan as a person is asked about it."""
        if self.shown is None:
            self.shown = PlanResult(preflight.with_findings(foreseen(first), preflight.findings(self.seen, first)).plan)
        return self.shown

    # --- doing it ---------------------------------------------------------------------------------------

    def _apply(self, first: Planned, options: Options) -> RestoreResult:
        """Make the steps until nothing is left of them; then write the end."""
        applying = Applying(self.context, self.seen, self.journal, self.lease, options, self.made)
        applying.note = lambda planned: self.journal.append(LOOKED, **self._traced(planned))
        applied = applying.apply(first)
        self.made, total, left = applying.made, applied.total, applied.left
        verified = _verified(self.seen, left, time.monotonic() - self.began)
        self._end(left, total, verified)
        kept = self.seen.snapshot.estate.lines
        return RestoreResult(
            run=self.journal.run,
            plan=self._shown(first).plan if total.failed else first.plan,  # what was foreseen, where it came true
            done=tuple(total.done),
            failed=total.failed,
            skipped=total.skipped,
            carried=total.carried,
            calls=total.calls,
            verify=verified,
            seconds=time.monotonic() - self.began,
            bindings={k: v for k, v in applied.bindings.items() if k in kept},
        )

    def _end(self, left: Planned, total: Outcome, verified: VerifyResult) -> None:
        self._pair(left)
        facts = left_over(left.plan, self.made, left.part) | self.tracing.left(left)
        if total.failed:  # whoever mends that has to hear of them once more
            facts["unknown"] = made_unknown(self.journal.records(), left)
        self.journal.append("end", verdict=verified.verdict, failed=dict(total.failed), **facts)

    def _pair(self, left: Planned) -> None:
        """Keep which thing here stands for which of the source; before the end, which nobody comes back after."""
        from dr_toolkit.store.pairings import Pairings

        bindings, types = left.survey.bindings, registry()
        pairs = {}
        for text, source_id in self.seen.snapshot.estate.ids.items():
            t = types.get(text.partition("/")[0])
            if t is None or not t.pairs_by_id or text not in bindings:
                continue
            if not (t.root or t.nameless):
                continue
            if not (self.seen.is_home and bindings[text] == source_id):
                pairs[f"{t.name} {source_id}"] = bindings[text]
        if pairs:
            store, seal = self.context.state_store(self.seen.target), self.context.state_seal(self.seen.target)
            Pairings(store, seal).add(left.plan.source, left.plan.target, pairs)

    def _nothing(self, first: Planned) -> RestoreResult:
        plan, seconds = first.plan, time.monotonic() - self.began
        verified = _verified(self.seen, first, seconds)
        return RestoreResult("", plan, verify=verified, seconds=seconds, bindings=plan.bindings)


def _no_undo(past: History, target: str) -> History:
    """What is past, unless that is an undo that has not come to its end: then raise UnfinishedUndo."""
    state = past.unfinished
    if state is not None and "undoes" in state.begin:
        raise _as_error(state, target)
    return past


def _said(plan: Plan) -> list[str]:
    """What was said yes to; halfway through a replacement its second half is left."""
    return [f"{action} {c.key}" for c in plan.changes for action in _PARTS.get(c.action, (c.action,))]
