"""Snapshots: taken, listed, shown."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import replace

from dr_toolkit.config import Source
from dr_toolkit.engine import truths
from dr_toolkit.engine.api_remarks import api_remarks
from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader
from dr_toolkit.engine.pairing import Known, pair
from dr_toolkit.engine.remarks import GROUP, INTERFACE, remarks
from dr_toolkit.engine.upgrade import upgrade
from dr_toolkit.errors import BaselineNotFound, DrToolkitError, GuardError, IntegrityError, LockedError
from dr_toolkit.model.documents import Manifest, Scope
from dr_toolkit.model.estate import Estate, Snapshot
from dr_toolkit.model.secrets import Sealer
from dr_toolkit.report.listings import (
    BaselineResult,
    CreateEntry,
    CreateResult,
    SnapshotList,
    SnapshotRow,
    SnapshotShow,
)
from dr_toolkit.resources import registry
from dr_toolkit.spec.served import DEPLOYMENTS
from dr_toolkit.store.baselines import Baseline
from dr_toolkit.store.entries import Entry
from dr_toolkit.store.leases import acquire
from dr_toolkit.store.mirrored import MirroredStore
from dr_toolkit.workflows import secrets, trust
from dr_toolkit.workflows.context import LEASE_SECONDS, VERSION, Context, excluded, lets_in_served, narrow

log = logging.getLogger(__name__)


def read(
    context: Context, source: Source, known: Known | None = None, sealer: Sealer | None = None
) -> tuple[Scope, Estate]:
    """A source's region as it is now, canonical; ``known`` are the keys of physical ids seen before.

    Secret values are read only where there is a ``sealer``, which keeps them encrypted.
    """
    cloud = context.cloud(source)
    types = registry()
    reading = Reader(cloud, types, context.progress, secrets=sealer is not None, pace=context.pace).read(
        excluded(source), landmarks=_looked_at_beside(source), serving=lets_in_served(source, known or {})
    )
    # What serves a deployment now is what it is known by, and not what served it before.
    kept = {identity: key for identity, key in (known or {}).items() if identity[0] not in DEPLOYMENTS}
    names = pair(reading, types, cloud.scope, kept)
    estate = narrow(canonicalise(reading, types, names, sealer=sealer), source)
    estate.findings = sorted({*estate.findings, *remarks(reading, names, estate, types)})
    estate.findings += [*api_remarks(estate), *truths.remarks(estate, types)]
    return cloud.scope, estate


def _looked_at_beside(source: Source) -> frozenset[str]:
    """What is read of a source to tell which groups are in use, where there are groups at all."""
    return frozenset() if excluded(source)(GROUP) else frozenset({INTERFACE})


def create(context: Context, names: Sequence[str]) -> CreateResult:
    """Capture sources, one after another; an error of one does not keep the others from being taken."""
    return CreateResult(tuple(take(context, source) for source in context.sources(names)))


def take(context: Context, source: Source) -> CreateEntry:
    """Capture one source into the store; the first complete snapshot becomes its baseline."""
    began = time.monotonic()
    try:
        if isinstance(context.store, MirroredStore):
            context.store.forgive()
        with acquire(context.store, lease_name(source.name), LEASE_SECONDS, context.now):
            manifest, first = _take(context, source)
    except DrToolkitError as error:
        return CreateEntry(source.name, error=error, seconds=time.monotonic() - began)
    return CreateEntry(source.name, manifest, None, first, time.monotonic() - began)


def lease_name(source: str) -> str:
    """The name of the lease that a source is captured under."""
    from dr_toolkit.store.layout import quoted

    return f"capture/{quoted(source)}"


def _take(context: Context, source: Source) -> tuple[Manifest, bool]:
    taken_at = context.now()
    seal = secrets.for_capture(context, source)
    scope, estate = read(context, source, sealer=seal)
    if seal is None:
        secrets.say_what_is_not_kept(estate)
    context.progress("writing the snapshot")
    manifest = context.snapshots.write(source.name, scope, estate, taken_at, VERSION, secrets.packed(seal, estate))
    trust.keep_head(context, manifest)
    if not manifest.complete or context.baselines.number(source.name):
        return manifest, False
    trust.check_baseline(context, source.name, 0)  # one that was removed is not the first again
    entry = context.snapshots.resolve(source.name, manifest.id)
    digest = context.snapshots.manifest_digest(entry)
    reason = "the first complete snapshot"
    try:
        held = context.baselines.set(source.name, manifest.id, digest, set_by="dr-toolkit", reason=reason, replaces=0)
    except LockedError:
        return manifest, False
    trust.keep_baseline(context, source.name, held.number)
    return manifest, True


# --- looking at what there is ----------------------------------------------------------------------


def resolve(context: Context, source: str, spec: str) -> Entry:
    """The snapshot that is meant; ``baseline`` is one too."""
    if spec != "baseline":
        return context.snapshots.resolve(source, spec)
    baseline = context.baselines.get(source)
    trust.check_baseline(context, source, baseline.number if baseline else 0)
    if baseline is None:
        raise BaselineNotFound(source=source, store=context.store.url)
    entry = context.snapshots.resolve(source, baseline.snapshot)
    if context.snapshots.manifest_digest(entry) != baseline.manifest_sha256:
        raise IntegrityError(
            name=entry.name,
            store=context.store.url,
            reason="it is not the manifest that was made the baseline",
            hint=f"Look at it, then: dr-toolkit baseline set SNAPSHOT --source {source}",
        )
    return entry


def load(context: Context, source: str, spec: str) -> Snapshot:
    """A snapshot, every byte proven, and where the config says whose signatures count, that too."""
    context.progress(f"loading {spec}")
    entry = resolve(context, source, spec)
    snapshot = trust.believed(context, entry, spec, context.snapshots.load(entry))
    upgrade(snapshot.estate, registry())
    return snapshot


def listing(context: Context) -> SnapshotList:
    """All snapshots in the store, or those of --source."""
    context = context.at_one_listing()
    wanted = context.source().name if context.flags.source else ""
    entries = context.snapshots.entries(wanted or None)
    baselines = _baselines(context, {e.source for e in entries})
    rows = []
    for entry in entries:
        held = baselines[entry.source]
        rows.append(_row(entry, bool(held and held.snapshot == entry.id)))
    return SnapshotList(context.store.url, tuple(rows), wanted)


def _baselines(context: Context, sources: Collection[str]) -> dict[str, Baseline | None]:
    """The baselines of sources: one listing, and a read each."""
    numbered = context.baselines.numbers()
    return {s: _baseline(context, s, numbered.get(s, 0)) for s in sources}


def _baseline(context: Context, source: str, number: int | None = None) -> Baseline | None:
    """A source's baseline; one that can't be believed in must not hide the list."""
    try:
        return context.baselines.get(source, number)
    except IntegrityError as error:
        log.warning("the baseline of %s is not shown: %s", source, error)
        return None


def _row(entry: Entry, baseline: bool) -> SnapshotRow:
    return SnapshotRow(
        source=entry.source,
        id=entry.id,
        taken_at=entry.taken_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        complete=entry.complete,
        baseline=baseline,
        pruned=entry.pruned,
        short=entry.short,
    )


def show(context: Context, spec: str, *, with_resources: bool = False) -> SnapshotShow:
    """One snapshot; its manifest alone, or every resource in it."""
    source = context.source().name
    entry = resolve(context, source, spec)
    held = _baseline(context, source)
    baseline = bool(held and held.snapshot == entry.id)
    if with_resources:
        snapshot = context.snapshots.load(entry)
        return SnapshotShow(snapshot.manifest, context.store.url, baseline, snapshot.estate)
    return SnapshotShow(context.snapshots.manifest(entry), context.store.url, baseline)


def baseline_show(context: Context) -> BaselineResult:
    """The baseline that holds."""
    source = context.source().name
    held = context.baselines.get(source)
    if held is None:
        raise BaselineNotFound(source=source, store=context.store.url)
    history = context.baselines.history(source)
    return replace(told(context, held), history=tuple(_told(h) for h in history if h.number < held.number))


def baseline_set(context: Context, spec: str, reason: str) -> BaselineResult:
    """Make a snapshot the baseline; it is loaded first, for a damaged or incomplete one is no baseline.

    Raises GuardError for an incomplete one.
    """
    source = context.source().name
    entry = resolve(context, source, spec)
    snapshot = trust.believed(context, entry, spec, context.snapshots.load(entry))
    if not entry.complete:
        raise GuardError(
            reason=f"snapshot {entry.id} is incomplete, so it can't be the baseline of {source}: "
            + "; ".join(snapshot.manifest.gaps),
            hint="Mend what is named (or exclude the type in the config, exclude:), then take another snapshot: "
            f"dr-toolkit snapshot create {source}",
        )
    number, before = context.baselines.number(source), _baseline(context, source)
    digest = context.snapshots.manifest_digest(entry)
    held = context.baselines.set(source, entry.id, digest, set_by=context.person(), reason=reason, replaces=number)
    trust.keep_baseline(context, source, held.number)
    return replace(told(context, held), previous=before.snapshot if before else "", moved=True)


def told(context: Context, held: Baseline) -> BaselineResult:
    """A baseline as it is reported."""
    entry = context.snapshots.resolve(held.source, held.snapshot)
    return replace(_told(held), taken_at=entry.taken_at.strftime("%Y-%m-%dT%H:%M:%SZ"), complete=entry.complete)


def _told(held: Baseline) -> BaselineResult:
    return BaselineResult(
        source=held.source,
        snapshot=held.snapshot,
        number=held.number,
        set_at=held.set_at,
        set_by=held.set_by,
        reason=held.reason,
    )
