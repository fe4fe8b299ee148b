"""Undo: take back exactly what a run created or changed, and refuse what changed since.

An undo is a restore of what was there before: planned by the same planner, made by the same executor, with a journal of
its own, which an undo that is run again goes on with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dr_toolkit.config import Target
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.errors import (
    BlockedSteps,
    DrToolkitError,
    GuardError,
    NoSuchRun,
    NotConfirmed,
    RunNotFound,
    StoreError,
    TakenBack,
    UnfinishedRun,
    UnfinishedUndo,
    UsageError,
)
from dr_toolkit.model.changes import ADOPT
from dr_toolkit.model.secrets import Hidden
from dr_toolkit.report.undo_results import UndoPlan, UndoResult
from dr_toolkit.spec.served import APIS, DEPLOYMENTS
from dr_toolkit.store import layout
from dr_toolkit.store.journal import END, INTENT, Journal, Runs, RunState
from dr_toolkit.store.leases import Leases
from dr_toolkit.workflows import places
from dr_toolkit.workflows.applying import Applying
from dr_toolkit.workflows.context import Context
from dr_toolkit.workflows.history import all_nameless, of_run, options_of, unknown_values, with_kept_gaps
from dr_toolkit.workflows.takeback import Backview, Whence, scope_of
from dr_toolkit.workflows.targets import Made, Options, Planned
from dr_toolkit.workflows.traces import trace_of

_SERVING = DEPLOYMENTS | APIS

Show = Callable[[UndoPlan], None]
"""Shows a plan."""

Ask = Callable[[UndoPlan], bool]
"""Asks whether to do what was shown; False: don't."""


@dataclass(frozen=True)
class UndoRequest:
    """Which run is to be taken back, and how; an empty target: the one that has such a run."""

    run: str
    target: str = ""
    skip_blocked: bool = False
    secrets: Mapping[str, Hidden] = field(default_factory=dict)


def undo(context: Context, request: UndoRequest, show: Show, ask: Ask) -> UndoResult:
    """Take a run back.

    Raises NoSuchRun, TakenBack, UnfinishedRun, UnfinishedUndo, BlockedSteps, NotConfirmed and GuardError before
    anything is changed. Where something is to be done, or is blocked, the plan is shown before.
    """
    target = context.target(request.target or target_of(context, request.run))
    context.vault.add(request.secrets)
    runs = _runs(context, target, writing=True)
    cloud = context.cloud(target)
    with places.lease(context, target, cloud.scope) as lease:
        return _Undo(context, request, target, cloud, runs, lease).go(show, ask)


def target_of(context: Context, run: str) -> str:
    """The only target of the config, or region in its store, that has a run of that number.

    Raises NoSuchRun where there is none, and UsageError where there are several.
    """
    try:
        names = [*context.config.targets, *(n for n in _in_the_store(context) if n not in context.config.targets)]
        found = [name for name in names if _has(_runs(context, context.target(name)), run)]
    except StoreError as error:
        error.facts["hint"] = f"{error.next_step} Or say which target is meant: --to TARGET."
        raise
    if len(found) > 1:
        said = " and ".join(found)
        raise UsageError(reason=f"there is a run {run} on {said}", hint="Say which: --to TARGET.")
    if not found:
        raise NoSuchRun(run=run, target=" or ".join(names) or "(none)", store=context.store.url)
    return found[0]


def _in_the_store(context: Context) -> list[str]:
    """The regions that were restored into by their own names, by a listing."""
    segments = {name.split("/")[1] for name in context.store.list("runs/") if name.count("/") >= 2}
    names = sorted(name for segment in segments if (name := layout.unquoted(segment)))
    return [name for name in names if _is_known(context, name)]


def _is_known(context: Context, name: str) -> bool:
    try:
        context.target(name)
    except DrToolkitError:
        return False
    return True


def _has(runs: Runs, run: str) -> bool:
    return run.strip().isdigit() and int(run) in {int(name) for name in runs.runs()}


def _runs(context: Context, target: Target, *, writing: bool = False) -> Runs:
    seal = context.state_seal(target, writing=writing)
    return Runs(context.state_store(target), target.name, context.now, seal=seal)


@dataclass(frozen=True)
class _Attempts:
    """What undos of the run did before: the unfinished one, if there is one, and what all of them made and came to."""

    unfinished: RunState | None
    made: dict[str, str]
    begun: set[str]
    runs: set[str]


class _Undo:
    def __init__(
        self, context: Context, request: UndoRequest, target: Target, cloud: Cloud, runs: Runs, lease: Leases
    ) -> None:
        self.context, self.request, self.target, self.cloud = context, request, target, cloud
        self.runs, self.lease = runs, lease
        self.began = time.monotonic()

    def go(self, show: Show, ask: Ask) -> UndoResult:
        self.state = self._state()
        attempts = self._attempts()
        self._check_last()
        self.seen = self._view()
        self.seen.begun, self.seen.undos = attempts.begun, attempts.runs
        made = Made(dict(attempts.made))
        self._settle(made, attempts.unfinished)
        allowed = bool(options_of(self.state).get("allow_replace"))
        options = Options(skip_blocked=self.request.skip_blocked, allow_replace=allowed)
        first = with_kept_gaps(self.seen.plan(options, made), attempts.unfinished)
        first = self._with_later_runs(first)
        self._agree(UndoPlan(self.state.run, first.plan), show, ask)
        journal = self._journal(first, attempts.unfinished, made)
        return self._apply(first, Applying(self.context, self.seen, journal, self.lease, options, made))

    # --- which run --------------------------------------------------------------------------------------

    def _state(self) -> RunState:
        """The run, which may be finished or not, and is no undo itself."""
        try:
            state = self.runs.state(self.request.run)
        except RunNotFound:
            store = self.context.state_store(self.target).url
            raise NoSuchRun(run=self.request.run, target=self.target.name, store=store) from None
        if undoes := state.begin.get("undoes"):
            raise GuardError(
                reason=f"run {state.run} takes run {undoes} back, and an undo is not undone",
                hint=f"To have it again: dr-toolkit restore --to {self.target.name}. If the undo is not finished: "
                f"dr-toolkit restore undo {undoes} --to {self.target.name}",
            )
        return state

    def _attempts(self) -> _Attempts:
        """What was done to take it back before; raises TakenBack, and UnfinishedUndo for one of another run."""
        made: dict[str, str] = {}
        begun: set[str] = set()
        runs: set[str] = set()
        unfinished = None
        for name in self.runs.runs():
            undoes = self.runs.begun(name).get("undoes") if int(name) > int(self.state.run) else None
            if undoes is None:
                continue  # a restore that came later: what it changed has changed since
            attempt = self.runs.state(name)
            if undoes != self.state.run:
                if not attempt.finished:
                    raise UnfinishedUndo(run=name, target=self.target.name, undoes=undoes)
                continue
            if attempt.records[-1].get("complete"):
                raise TakenBack(run=self.state.run, target=self.target.name, by=name)
            runs.add(name)
            made |= of_run(attempt).made.ids
            begun |= {key for record in attempt.records if record["kind"] == INTENT for key in record["keys"]}
            unfinished = None if attempt.finished else attempt
        return _Attempts(unfinished, made, begun, runs)

    def _check_last(self) -> None:
        """Raise UnfinishedRun for another restore that has not come to its end, under any name of the target."""
        last = self.runs.last()
        if last is not None and not last.finished and self.state.run not in (last.run, last.begin.get("undoes")):
            raise UnfinishedRun(run=last.run, target=self.target.name, snapshot=last.begin.get("snapshot"))
        if last is None or last.finished:
            places.refuse_unfinished(self.context, self.target, self.cloud.scope)

    def _view(self) -> Backview:
        """The target with the run in mind; raises GuardError where it is not what the run was made on."""
        trace = trace_of(self.state)
        if trace is None:
            raise GuardError(
                reason=f"run {self.state.run} is of a version of dr-toolkit that did not keep what was there before",
                hint="Take it back by hand: what it made bears its number in the tag dr-toolkit:run.",
            )
        there = scope_of(self.state.begin)
        if there is not None and there != self.cloud.scope:
            raise GuardError(
                reason=f"run {self.state.run} was made in {there}, and target {self.target.name} is {self.cloud.scope}",
                hint="Say --to TARGET, or use the credentials of that account.",
            )
        begin = self.state.begin
        whence = Whence(str(begin.get("snapshot", "")), str(begin.get("source", "")))
        return Backview(self.context, self.target, self.cloud, trace, whence)

    def _settle(self, made: Made, unfinished: RunState | None) -> None:
        """Look for what has no name, and may have been made by the run, or by an undo that did not come to its end."""
        for state in (self.state, unfinished):
            history = of_run(state) if state is not None else None
            if state is None or history is None or not history.nameless:
                continue
            trace = self.seen.trace
            known = {i for ids in trace.made.values() for i in ids} | {*trace.ids.values(), *made.ids.values()}
            known |= {*state.begin.get("deployments", [])}
            found = history.come_to_light(self.seen.survey(made), known)
            if state is self.state:
                trace.add(found)
                self.seen.name_deployments()
            else:
                made.ids |= found

    def _with_later_runs(self, planned: Planned) -> Planned:
        """The same, where what is blocked that a later run came to says to take that run back first."""
        plan, later = planned.plan, self._later() if planned.plan.blocked else {}
        told = "first dr-toolkit restore undo {0} --to {1}, for that run came to it since; or leave it: --skip-blocked"
        blocked = tuple(
            replace(b, remedy=told.format(later[b.key.text], self.target.name)) if b.key.text in later else b
            for b in plan.blocked
        )
        return replace(planned, plan=replace(plan, blocked=blocked))

    def _later(self) -> dict[str, str]:
        """The last of the later runs, not taken back, that came to each thing, by printed key."""
        touched: dict[str, set[str]] = {}
        for name in (n for n in self.runs.runs() if int(n) > int(self.state.run)):
            records = self.runs.state(name).records
            undoes = records[0].get("undoes")
            if undoes is None:
                touched[name] = {key for record in records if record["kind"] == INTENT for key in record["keys"]}
            elif records[-1].get("complete"):
                touched.pop(str(undoes), None)
        return {key: name for name, keys in touched.items() for key in keys}

    # --- before anything is changed -----------------------------------------------------------------------

    def _agree(self, plan: UndoPlan, show: Show, ask: Ask) -> None:
        if plan.plan.steps or plan.plan.blocked:
            show(plan)
        if plan.plan.blocked and not self.request.skip_blocked:
            refused = plan.plan.blocked
            shown = "; ".join(f"{b.key}: {b.reason}" for b in refused[:3])
            more = f"; and {len(refused) - 3} more" if len(refused) > 3 else ""
            hint = "Resolve what the plan names, or take back the rest with --skip-blocked (exit 3)."
            raise BlockedSteps(count=f"{len(refused)} change(s)", reason=shown + more, hint=hint)
        if plan.plan.steps and not ask(plan):
            raise NotConfirmed(reason="the plan was not confirmed")

    def _journal(self, first: Planned, unfinished: RunState | None, made: Made) -> Journal:
        facts: dict[str, Any] = {"changes": [f"{c.action} {c.key}" for c in first.plan.changes]}
        facts["unknown"] = unknown_values(first.plan)
        if self.context.seal.taken:
            facts["unsigned"] = sorted(self.context.seal.taken)
        if unfinished is not None:
            return self.runs.resume(unfinished.run, **facts, bound=dict(made.ids))
        begin = self.state.begin
        record = {
            "undoes": self.state.run,
            "snapshot": begin.get("snapshot"),
            "source": begin.get("source"),
            "person": self.context.person(),
            "deployments": all_nameless(first.survey),
            "leaves": self._leaves(),
        }
        return self.runs.begin({**record, **facts}, instead_of=None if self.state.finished else self.state.run)

    def _leaves(self) -> dict[str, Any]:
        """What the next restore has to know: what the run that is taken back found, if no restore came after it."""
        latest = self.runs.latest() or {}
        if self.runs.runs()[-1] == self.state.run:
            begin = self.state.begin
            found = {text: i for text, i in begin.get("found", {}).items() if text.partition("/")[0] in _SERVING}
            waiting = any(text.partition("/")[0] in DEPLOYMENTS for text in found)
            return {"owed": begin.get("owed", []), "unserved": found if waiting else {}}
        return {"owed": latest.get("owed", []), "unserved": latest.get("unserved", {})}

    # --- doing it ---------------------------------------------------------------------------------------

    def _apply(self, first: Planned, applying: Applying) -> UndoResult:
        self.seen.undos.add(applying.journal.run)
        self.seen.begun |= {key.text for step in first.plan.steps for key in step.keys}
        applied = applying.apply(first) if first.plan.steps else None
        left = applied.left if applied else first
        failed = dict(applied.total.failed) if applied else {}
        remaining = tuple(c for c in left.plan.changes if c.action != ADOPT)
        self._unpair(left)
        result = UndoResult(
            run=applying.journal.run,
            undoes=self.state.run,
            plan=first.plan,
            done=tuple(applied.total.done) if applied else (),
            failed=failed,
            skipped=dict(applied.total.skipped) if applied else {},
            carried=dict(applied.total.carried) if applied else {},
            calls=applied.total.calls if applied else 0,
            left=remaining,
            bindings=self.seen.made_anew(left.survey, applying.made),
            seconds=time.monotonic() - self.began,
        )
        complete = not (failed or remaining or left.plan.blocked)
        leaves = applying.journal.records()[0]["leaves"]
        applying.journal.append(END, verdict=result.verdict, failed=failed, complete=complete, **leaves)
        return result

    def _unpair(self, left: Planned) -> None:
        """Forget which things of the source those were that are gone."""
        from dr_toolkit.store.pairings import Pairings

        made = {physical_id for ids in self.seen.trace.made.values() for physical_id in ids}
        gone = made - {*left.survey.bindings.values()} - {*all_nameless(left.survey)}
        if gone:
            store, seal = self.context.state_store(self.target), self.context.state_seal(self.target)
            Pairings(store, seal).drop(self.seen.whence.source, self.target.name, gone)
