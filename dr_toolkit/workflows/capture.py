"""Snapshots: taken, listed, shown."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from dr_toolkit.config import Source
from dr_toolkit.engine.api_remarks import api_remarks
from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader
from dr_toolkit.engine.pairing import Known, pair
from dr_toolkit.engine.remarks import GROUP, INTERFACE, remarks
from dr_toolkit.engine.upgrade import upgrade
from dr_toolkit.errors import BaselineNotFound, DrToolkitError, GuardError, IntegrityError, LockedError
from dr_toolkit.model.documents import INFO, Finding, Manifest, Scope
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
from dr_toolkit.spec.served import HTTP, REST
from dr_toolkit.store.baselines import Baseline
from dr_toolkit.store.entries import Entry
from dr_toolkit.store.leases import acquire
from dr_toolkit.workflows import secrets
from dr_toolkit.workflows.context import LEASE_SECONDS, VERSION, Context, excluded, narrow


def read(
    context: Context, source: Source, known: Known | None = None, sealer: Sealer | None = None
) -> tuple[Scope, Estate]:
    """A source's region as it is now, canonical; ``known`` are the keys of physical ids seen before.

    Secret values are read only where there is a ``sealer``, which keeps them encrypted.
    """
    cloud = context.cloud(source)
    types = registry()
    reading = Reader(cloud, types, context.progress, secrets=sealer is not None).read(
        excluded(source), landmarks=_looked_at_beside(source)
    )
    names = pair(reading, types, cloud.scope, known or {})
    estate = narrow(canonicalise(reading, types, names, sealer=sealer), source)
    estate.findings = sorted({*estate.findings, *remarks(reading, names, estate, types)})
    estate.findings += api_remarks(estate)
    _say_what_stages_serve(estate)
    return cloud.scope, estate


def _looked_at_beside(source: Source) -> frozenset[str]:
    """What is read of a source to tell which groups are in use, where there are groups at all."""
    return frozenset() if excluded(source)(GROUP) else frozenset({INTERFACE})


def _say_what_stages_serve(estate: Estate) -> None:
    """A deployment's own content is not captured: it must not be taken for what the draft says."""
    tied = sum(1 for text in estate.lines if text.startswith(f"{HTTP.stage}/") and _is_tied(estate, text))
    for kind, stages in ((REST.stage, estate.counts.get(REST.stage, 0)), (HTTP.stage, tied)):
        text = (
            f"{stages} stage{'s are' if stages > 1 else ' is'} captured with settings and description of what "
            "is deployed, not with its content: a restore deploys the draft"
        )
        if stages:
            estate.findings.append(Finding(INFO, "deployed-content", kind, text))


def _is_tied(estate: Estate, stage: str) -> bool:
    """Whether a stage serves a deployment of its own: one that deploys by itself serves the draft."""
    held = estate.get(stage)
    return held is not None and HTTP.pointer in held.attributes


def create(context: Context, names: Sequence[str]) -> CreateResult:
    """Capture sources, one after another; an error of one does not keep the others from being taken."""
    return CreateResult(tuple(take(context, source) for source in context.sources(names)))


def take(context: Context, source: Source) -> CreateEntry:
    """Capture one source into the store; the first complete snapshot becomes its baseline."""
    began = time.monotonic()
    try:
        with acquire(context.store, f"capture/{_lease_name(source.name)}", LEASE_SECONDS, context.now):
            manifest, first = _take(context, source)
    except DrToolkitError as error:
        return CreateEntry(source.name, error=error, seconds=time.monotonic() - began)
    return CreateEntry(source.name, manifest, None, first, time.monotonic() - began)


def _lease_name(source: str) -> str:
    from dr_toolkit.store.layout import quoted

    return quoted(source)


def _take(context: Context, source: Source) -> tuple[Manifest, bool]:
    taken_at = context.now()
    seal = secrets.for_capture(context, source)
    scope, estate = read(context, source, sealer=seal)
    if seal is None:
        secrets.say_what_is_not_kept(estate)
    context.progress("writing the snapshot")
    kept = seal.packed(estate.lines) if seal is not None and seal.kept else None
    manifest = context.snapshots.write(source.name, scope, estate, taken_at, VERSION, kept)
    if not manifest.complete or context.baselines.get(source.name) is not None:
        return manifest, False
    entry = context.snapshots.resolve(source.name, manifest.id)
    digest = context.snapshots.manifest_digest(entry)
    reason = "the first complete snapshot"
    try:
        context.baselines.set(source.name, manifest.id, digest, set_by="dr-toolkit", reason=reason, replaces=0)
    except LockedError:
        return manifest, False
    return manifest, True


# --- looking at what there is ----------------------------------------------------------------------


def resolve(context: Context, source: str, spec: str) -> Entry:
    """The snapshot that is meant; ``baseline`` is one too."""
    if spec != "baseline":
        return context.snapshots.resolve(source, spec)
    baseline = context.baselines.get(source)
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
    """A snapshot, every byte proven."""
    context.progress(f"loading {spec}")
    snapshot = context.snapshots.load(resolve(context, source, spec))
    upgrade(snapshot.estate, registry())
    return snapshot


def listing(context: Context) -> SnapshotList:
    """All snapshots in the store, or those of --source."""
    wanted = context.source().name if context.flags.source else ""
    entries = context.snapshots.entries(wanted or None)
    baselines = {s: context.baselines.get(s) for s in {e.source for e in entries}}
    rows = []
    for entry in entries:
        held = baselines[entry.source]
        rows.append(_row(entry, bool(held and held.snapshot == entry.id)))
    return SnapshotList(context.store.url, tuple(rows), wanted)


def _row(entry: Entry, baseline: bool) -> SnapshotRow:
    return SnapshotRow(
        source=entry.source,
        id=entry.id,
        taken_at=entry.taken_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        complete=entry.complete,
        baseline=baseline,
    )


def show(context: Context, spec: str, *, with_resources: bool = False) -> SnapshotShow:
    """One snapshot; its manifest alone, or every resource in it."""
    source = context.source().name
    entry = resolve(context, source, spec)
    held = context.baselines.get(source)
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
    entry = context.snapshots.resolve(source, held.snapshot)
    return _told(held, entry)


def baseline_set(context: Context, spec: str, reason: str) -> BaselineResult:
    """Make a snapshot the baseline; it is loaded first, for a damaged or incomplete one is no baseline.

    Raises GuardError for an incomplete one.
    """
    source = context.source().name
    entry = resolve(context, source, spec)
    snapshot = context.snapshots.load(entry)
    if not entry.complete:
        raise GuardError(
            reason=f"snapshot {entry.id} is incomplete, so it can't be the baseline of {source}: "
            + "; ".join(snapshot.manifest.gaps),
            hint="Mend what is named (or exclude the type in the config, exclude:), then take another snapshot: "
            f"dr-toolkit snapshot create {source}",
        )
    before = context.baselines.get(source)
    digest = context.snapshots.manifest_digest(entry)
    person = context.person()
    held = context.baselines.set(
        source, entry.id, digest, set_by=person, reason=reason, replaces=before.number if before else 0
    )
    return replace(_told(held, entry), previous=before.snapshot if before else "", moved=True)


def _told(held: Baseline, entry: Entry) -> BaselineResult:
    """A baseline as it is reported."""
    return BaselineResult(
        source=held.source,
        snapshot=held.snapshot,
        taken_at=entry.taken_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        number=held.number,
        set_at=held.set_at,
        set_by=held.set_by,
        reason=held.reason,
        complete=entry.complete,
    )
