"""Two states of a region held against each other: what differs, how bad it is, and what could not be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dr_toolkit.engine.compare import both_read, compare
from dr_toolkit.engine.identities import with_identities
from dr_toolkit.engine.judge import judge
from dr_toolkit.engine.refs import refs_of
from dr_toolkit.engine.truths import SERVED_ONLY, Truths
from dr_toolkit.engine.upgrade import new_types
from dr_toolkit.model.changes import Change
from dr_toolkit.model.documents import FAILED, GAP, INFO, READ, Coverage, Finding
from dr_toolkit.model.estate import Estate, Snapshot
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report.results import DriftResult
from dr_toolkit.resources import registry
from dr_toolkit.workflows import ignoring
from dr_toolkit.workflows.context import LEFT_OUT, Context


@dataclass(frozen=True)
class Sides:
    """A snapshot, its estate as far as it is compared, and what is live; ``home``: both are of one region."""

    snapshot: Snapshot
    before: Estate
    after: Estate
    home: bool = True


def compared(context: Context, name: str, sides: Sides, against: str, taken_at: str, live_id: str = "") -> DriftResult:
    """The drift of a source from a snapshot to what is live (or to another snapshot, ``live_id``)."""
    types = registry()
    before, live = sides.before, sides.after
    changes = compare(before, live, types, both_read(before, live))
    if sides.home:
        changes = with_identities(changes, before, live, types)
    held = Truths(before, live, types, home=sides.home)
    changes = held.settled(changes)
    manifest, unread = sides.snapshot.manifest, new_types(before, live, types)
    left = {finding.key for finding in unread}
    return DriftResult(
        source=name,
        baseline_id=manifest.id,
        live_taken_at=taken_at,
        findings=(*_news(sides.snapshot, live), *_of_the_snapshot(sides.snapshot), *_unknown_types(before), *unread),
        coverage=_coverage(before, live),
        compared_types=tuple(sorted(n for n, c in live.coverage.items() if c.status == READ and n not in left)),
        scope=manifest.scope,
        baseline_taken_at=manifest.taken_at,
        against=against,
        resources=len(live),
        live_id=live_id,
        **judged(context, changes, held),
    )


def judged(context: Context, changes: Sequence[Change], held: Truths) -> dict[str, Any]:
    """What of a drift result rests on rules: what counts, how bad it is, what it exposes, what is ignored."""
    now, before, after = context.now(), held.before.estate, held.after.estate
    kept = ignoring.ignore(changes, after, context.config.drift_ignore, now.date())
    found = judge(kept.changes, before, kept.estate, now, held)
    return {
        "changes": kept.changes,
        "ignored": kept.ignored,
        "alerts": found.alerts,
        "severities": found.severities,
        "exposures": found.exposures,
        "stages": held.told(kept.changes),
        "ids": dict(_ids(kept.changes, before, after)),
    }


def _ids(changes: Sequence[Change], before: Estate, after: Estate) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The physical ids of what changed, of what that lies in, and of what it names: on either side, old and new."""
    types = registry()
    keys: set[ResourceKey] = set()
    for change in changes:
        above: ResourceKey | None = change.key
        while above is not None:
            keys.add(above)
            above = types.parent(above)
        for side in (change.before, change.after):
            if side is not None and change.key.type in types:
                keys |= refs_of(side, types[change.key.type].fields)
    for key in sorted(keys):
        found = [side.ids[key.text] for side in (after, before) if key.text in side.ids]
        if found:
            yield key.text, tuple(dict.fromkeys(found))


def _news(snapshot: Snapshot, live: Estate) -> tuple[Finding, ...]:
    """Of what was found in the capture, what is missing, and what was not said of the snapshot already."""
    said = set(snapshot.manifest.findings)
    return tuple(
        f
        for f in live.findings
        if f.severity == GAP or f.code == LEFT_OUT or (f.severity != INFO and f not in said and f.code != SERVED_ONLY)
    )


def _of_the_snapshot(snapshot: Snapshot) -> tuple[Finding, ...]:
    """What was left out by key, or could not be read, when the snapshot was taken: it is not compared."""
    return tuple(f for f in snapshot.manifest.findings if f.code == LEFT_OUT or f.severity == GAP)


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
