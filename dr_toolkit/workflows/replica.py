"""Drift of a target: what is live there against what a snapshot, or the source as it is, would make of it.

With a snapshot the source's region is not asked anything: the snapshot stands for it.
"""

from __future__ import annotations

from dr_toolkit.config import Source
from dr_toolkit.engine.compare import both_read, compare
from dr_toolkit.engine.truths import Truths
from dr_toolkit.model.changes import CREATE, Change
from dr_toolkit.model.documents import GAP, READ, Coverage, Manifest
from dr_toolkit.model.estate import Snapshot
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report.results import DriftResult
from dr_toolkit.resources import registry
from dr_toolkit.workflows import capture
from dr_toolkit.workflows.comparing import judged
from dr_toolkit.workflows.context import Context, keep_within
from dr_toolkit.workflows.targets import Options, view

LIVE = "live"
"""What stands in the place of a snapshot's id where a source as it is now is compared."""


def drift_of_target(context: Context, name: str, against: str) -> DriftResult:
    """What differs in a target, inside the snapshot's roots; ``create`` is what the snapshot lacks."""
    snapshot = capture.load(context, context.source().name, against)
    return _drift(context, name, snapshot, f"{against} of {snapshot.manifest.source}")


def drift_with(context: Context, source: Source, target: str) -> DriftResult:
    """A source as it is now against a target as it is now: region against region, nothing stored."""
    taken_at = context.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    scope, estate = capture.read(context, source)
    manifest = Manifest(
        id=LIVE,
        taken_at=taken_at,
        source=source.name,
        scope=scope,
        objects={},
        counts=estate.counts,
        coverage=estate.coverage,
        findings=tuple(sorted(set(estate.findings))),
        selection=estate.selection,
    )
    return _drift(context, target, Snapshot(manifest, estate), f"{source.name} as it is")


def _drift(context: Context, name: str, snapshot: Snapshot, against: str) -> DriftResult:
    types = registry()
    seen = view(context, name, snapshot, Options())
    taken_at = context.now()
    wanted, found = seen.translated(), seen.survey(history=False)
    keep_within(found.estate, snapshot.manifest.selection, wanted.estate.lines)
    roots = {types.root(ResourceKey.parse(text)) for text in wanted.estate.lines}
    held = Truths(wanted.estate, found.estate, types, home=False)
    changes = held.settled(compare(wanted.estate, found.estate, types, both_read(wanted.estate, found.estate)))
    changes = [c for c in changes if types.root(c.key) in roots and not _is_history(c)]
    return DriftResult(
        source=name,
        baseline_id=snapshot.manifest.id,
        live_taken_at=taken_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        findings=(*wanted.findings, *(f for f in snapshot.manifest.findings if f.severity == GAP)),
        coverage=_coverage(wanted.estate.coverage, found.estate.coverage),
        compared_types=tuple(sorted(n for n, c in found.estate.coverage.items() if c.status == READ)),
        scope=seen.cloud.scope,
        baseline_taken_at=snapshot.manifest.taken_at,
        against=against,
        resources=len(found.estate),
        **judged(context, changes, held),
    )


def _is_history(change: Change) -> bool:
    """Whether a change is only about what is neither made nor removed: a deployment that nothing serves any more."""
    return change.action == CREATE and registry()[change.key.type].delete is None


def _coverage(wanted: dict[str, Coverage], found: dict[str, Coverage]) -> dict[str, Coverage]:
    """What could be compared: a type that either side lacks could not."""
    types = registry()
    names = sorted(n for n in wanted if n not in types or not types[n].landmark)
    return {n: wanted[n] if wanted[n].status != READ else found.get(n, wanted[n]) for n in names}
