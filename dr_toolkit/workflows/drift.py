"""Drift: what is live against what was held good, or any two states against each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from dr_toolkit.config import Source
from dr_toolkit.engine.pairing import known_of
from dr_toolkit.engine.rekey import rekeyed
from dr_toolkit.errors import DrToolkitError, UsageError
from dr_toolkit.model.estate import Snapshot
from dr_toolkit.report.results import DriftReport, DriftResult
from dr_toolkit.resources import registry
from dr_toolkit.workflows import capture, ignoring, secrets
from dr_toolkit.workflows.comparing import Sides, compared
from dr_toolkit.workflows.context import Context, keep_within, narrow
from dr_toolkit.workflows.replica import drift_of_target, drift_with
from dr_toolkit.workflows.who import with_deeds


@dataclass(frozen=True)
class Request:
    """What is to be compared, and how it is to be told.

    ``names`` are sources and targets; ``between`` two snapshots of one source; ``beside`` a target that one source is
    compared with as both are now. ``least`` is the least severity that counts.
    """

    names: Sequence[str] = ()
    against: str = "baseline"
    between: tuple[str, str] | None = None
    beside: str = ""
    who: bool = False
    least: str = ""


def drift(context: Context, request: Request) -> DriftReport:
    """Every source that is named (all, where none is) against its baseline, or what else was asked for.

    A target that is named is compared with what the snapshot of the source would make of it. What keeps one of several
    from being compared does not keep the others.
    """
    jobs = _jobs(context, request)
    found: list[DriftResult] = []
    failed: list[tuple[str, DrToolkitError]] = []
    for name, job in jobs:
        try:
            result = job()
        except DrToolkitError as error:
            if len(jobs) == 1:
                raise
            failed.append((name, error))
            continue
        if request.who:
            result = with_deeds(context, result)
        found.append(result)
    return _report(context, request, found, failed)


def _jobs(context: Context, request: Request) -> list[tuple[str, Callable[[], DriftResult]]]:
    if request.between:
        source = _only_source(context, request.names)
        return [(source.name, partial(_between, context, source, *request.between))]
    if request.beside:
        source = context.sources([_only_source(context, request.names).name])[0]
        return [(source.name, partial(drift_with, context, source, request.beside))]
    names, config = request.names, context.config
    targets = [n for n in dict.fromkeys(names) if n in config.targets and n not in config.sources]
    sources = context.sources([n for n in names if n not in targets]) if len(targets) < len(names) or not names else []
    return [
        *((s.name, partial(_source, context, s, request.against)) for s in sources),
        *((name, partial(drift_of_target, context, name, request.against)) for name in targets),
    ]


def _only_source(context: Context, names: Sequence[str]) -> Source:
    if len(names) > 1:
        raise UsageError(reason=f"only one source can be compared so, and {', '.join(names)} are named")
    return context.source(names[0] if names else None)


def _report(
    context: Context, request: Request, found: list[DriftResult], failed: list[tuple[str, DrToolkitError]]
) -> DriftReport:
    used = {(i.rule, i.field) for result in found for i in result.ignored}
    whole = not failed and not request.between and {r.source for r in found} >= set(context.config.sources)
    findings = ignoring.remarks(context.config.drift_ignore, used, context.now().date(), everything=whole)
    if request.least:
        found = [result.at_least(request.least) for result in found]
    return DriftReport(tuple(found), tuple(failed), findings)


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
    keep_within(live, snapshot.manifest.selection, snapshot.estate.lines)
    sides = Sides(snapshot, narrow(snapshot.estate, source), live)
    return compared(context, source.name, sides, against, taken_at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _between(context: Context, source: Source, first: str, second: str) -> DriftResult:
    """Two snapshots of a source, in the names of the first; nothing is asked of AWS."""
    before, after = (capture.load(context, source.name, spec) for spec in (first, second))
    return between(context, source.name, before, after)


def between(context: Context, name: str, before: Snapshot, after: Snapshot) -> DriftResult:
    """What leads from one snapshot to another."""
    live = after.estate
    home = before.manifest.scope == after.manifest.scope
    if home:
        live = rekeyed(live, before.estate, registry())
    live.findings = list(after.manifest.findings)
    keep_within(live, before.manifest.selection, before.estate.lines)
    keep_within(before.estate, after.manifest.selection, live.lines)
    sides = Sides(before, before.estate, live, home=home)
    return compared(context, name, sides, before.manifest.id, after.manifest.taken_at, after.manifest.id)
