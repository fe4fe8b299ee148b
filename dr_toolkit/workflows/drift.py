"""Drift: what is live against what was held good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from dr_toolkit.config import Source
from dr_toolkit.engine.compare import both_read, compare
from dr_toolkit.engine.pairing import known_of
from dr_toolkit.engine.upgrade import new_types
from dr_toolkit.errors import DrToolkitError, UsageError
from dr_toolkit.model.changes import UPDATE, Change, FieldChange
from dr_toolkit.model.documents import FAILED, GAP, INFO, READ, Coverage, Finding
from dr_toolkit.model.estate import Estate, Snapshot
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report.results import DriftReport, DriftResult
from dr_toolkit.resources import registry
from dr_toolkit.spec.served import DEPLOYMENTS
from dr_toolkit.workflows import capture, secrets
from dr_toolkit.workflows.context import LEFT_OUT, Context, keep_within, narrow
from dr_toolkit.workflows.replica import drift_of_target


def drift(context: Context, names: Sequence[str], against: str = "baseline") -> DriftReport:
    """Every source that is named (all, where none is) against its baseline, or against another snapshot.

    A target that is named is compared with what the snapshot of the source would make of it. What keeps one of several
    from being compared does not keep the others.
    """
    targets = [n for n in dict.fromkeys(names) if n in context.config.targets and n not in context.config.sources]
    sources = context.sources([n for n in names if n not in targets]) if len(targets) < len(names) or not names else []
    jobs: list[tuple[str, Callable[[], DriftResult]]] = [
        *((s.name, partial(_source, context, s, against)) for s in sources),
        *((name, partial(drift_of_target, context, name, against)) for name in targets),
    ]
    found: list[DriftResult] = []
    failed: list[tuple[str, DrToolkitError]] = []
    for name, job in jobs:
        try:
            found.append(job())
        except DrToolkitError as error:
            if len(jobs) == 1:
                raise
            failed.append((name, error))
    return DriftReport(tuple(found), tuple(failed))


def _source(context: Context, source: Source, against: str) -> DriftResult:
    snapshot = capture.load(context, source.name, against)
    taken_at = context.now()
    known = known_of(snapshot.estate, registry())
    seal = secrets.of_snapshot(context, snapshot.manifest, source)
    if seal is None:
        secrets.without_values(snapshot.estate)
    scope, live = capture.read(context, source, known, seal)
    if (scope.account, scope.region) != (snapshot.manifest.scope.account, snapshot.manifest.scope.region):
        raise UsageError(
            reason=f"snapshot {snapshot.manifest.id} is of {snapshot.manifest.scope}, and {source.name} is {scope}",
            hint="Name the source that the snapshot was taken of, or use its credentials.",
        )
    return _result(source, snapshot, live, against, taken_at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _result(source: Source, snapshot: Snapshot, live: Estate, against: str, taken_at: str) -> DriftResult:
    types = registry()
    keep_within(live, snapshot.manifest.selection, snapshot.estate.lines)
    before = narrow(snapshot.estate, source)
    changes = [*compare(before, live, types, both_read(before, live)), *_redeployed(before, live)]
    unread = new_types(before, live, types)
    left = {finding.key for finding in unread}
    return DriftResult(
        source=source.name,
        baseline_id=snapshot.manifest.id,
        live_taken_at=taken_at,
        changes=tuple(sorted(changes, key=lambda c: c.key)),
        findings=(*_news(snapshot, live), *_left_out(snapshot), *_unknown_types(before), *unread),
        coverage=_coverage(before, live),
        compared_types=tuple(sorted(n for n, c in live.coverage.items() if c.status == READ and n not in left)),
        scope=snapshot.manifest.scope,
        baseline_taken_at=snapshot.manifest.taken_at,
        against=against,
        resources=len(live),
    )


def _news(snapshot: Snapshot, live: Estate) -> tuple[Finding, ...]:
    """Of what was found in the capture, what is missing, and what was not said of the snapshot already."""
    said = set(snapshot.manifest.findings)
    return tuple(
        f for f in live.findings if f.severity == GAP or f.code == LEFT_OUT or (f.severity != INFO and f not in said)
    )


def _left_out(snapshot: Snapshot) -> tuple[Finding, ...]:
    """What was left out by key when the snapshot was taken: it is not compared."""
    return tuple(f for f in snapshot.manifest.findings if f.code == LEFT_OUT)


def _redeployed(before: Estate, live: Estate) -> list[Change]:
    """Deployments are immutable: a stage that serves another one serves something else."""
    changes = []
    for text in before.lines.keys() & live.lines.keys():
        if text.partition("/")[0] not in DEPLOYMENTS:
            continue
        old, new = before.ids.get(text), live.ids.get(text)
        if old and new and old != new:
            fields = (FieldChange(("id",), old, new),)
            reason = "the stage serves another deployment"
            changes.append(Change(ResourceKey.parse(text), UPDATE, before.get(text), live.get(text), fields, reason))
    return changes


def _coverage(before: Estate, live: Estate) -> dict[str, Coverage]:
    """What could be compared: a type that either side failed to read could not."""
    merged = {}
    for name in {*before.coverage, *live.coverage}:
        mine = live.coverage.get(name) or Coverage(READ)
        theirs = before.coverage.get(name) or Coverage(READ)
        if theirs.status == FAILED and mine.status == READ:
            mine = replace(theirs, reason=f"not in the snapshot: {theirs.reason}")
        elif theirs.status != READ and mine.status == READ:
            mine = Coverage(theirs.status, "excluded when the snapshot was taken")
        merged[name] = mine
    return dict(sorted(merged.items()))


def _unknown_types(before: Estate) -> tuple[Finding, ...]:
    types = registry()
    unknown = sorted(n for n in before.counts if n not in types)
    return tuple(
        Finding(GAP, "unknown-type", n, f"this version does not know the type {n}; upgrade to compare it")
        for n in unknown
    )
