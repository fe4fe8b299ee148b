"""``snapshot prune``: the bodies of what retention doesn't keep go; manifests and tombstones stay for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dr_toolkit.config import Retention, Source, Target
from dr_toolkit.errors import DrToolkitError, GuardError, SignatureMissing, UsageError
from dr_toolkit.report.store_results import PruneResult, PruneRow
from dr_toolkit.store import clock, layout, retention, tombstones
from dr_toolkit.store.baselines import Baseline
from dr_toolkit.store.entries import Entry
from dr_toolkit.store.journal import END, Runs
from dr_toolkit.store.mirrored import places
from dr_toolkit.store.retention import Rules, Verdict
from dr_toolkit.store.s3_objects import FOR_EVER, default_lock, locked_until
from dr_toolkit.store.snapshots import Committed, Snapshots
from dr_toolkit.store.tombstones import Tombstone
from dr_toolkit.workflows import trust
from dr_toolkit.workflows.context import Context

_PERIODS = ("hourly", "daily", "weekly", "monthly", "yearly")
NO_RULE = "no rule keeps it"


def prune(context: Context, *, dry_run: bool) -> PruneResult:
    """Judge the snapshots of every source that has a retention (or of --source), and prune what nothing keeps.

    Never the last complete snapshot, the baseline, what an unfinished restore needs, or what is locked. An error with
    one snapshot does not keep the others from being pruned. Raises UsageError where no source has a retention, and
    where tombstones can't be signed; StoreError and IntegrityError where what must be kept can't be found out.
    """
    sources, unruled = _ruled(context)
    if not dry_run and context.seal.asks and context.seal.signer is None:
        raise UsageError(
            reason="a snapshot is pruned with a signed tombstone, and signing.sign_with is not given",
            hint="Give signing.sign_with where prune is run.",
        )
    # What is about to be deleted is held against listings made after that of the snapshots.
    seen = context.at_one_listing() if dry_run else context
    there = seen.snapshots.entries(sources[0].name if context.flags.source else None)
    needed, lock, baselines = _needed_by_runs(seen), _lock(context), seen.baselines.numbers()
    rows: list[PruneRow] = []
    failed: list[tuple[str, DrToolkitError]] = []
    for source in sources:
        mine = [e for e in there if e.source == source.name]
        try:
            number = baselines.get(source.name, 0)
            trust.check_baseline(context, source.name, number)
            baseline = context.baselines.get(source.name, number)
            judged = _judged(context, source, mine, _protected(source, needed, baseline), lock)
        except DrToolkitError as error:
            failed.append((source.name, error))
            continue
        for verdict in judged:
            row = _row(verdict)
            if not dry_run and not verdict.keep:
                row, trouble = _pruned(context, row, verdict.entry)
                failed += [(f"{source.name}/{row.id}", trouble)] if trouble else []
            rows.append(row)
        if not dry_run:
            failed += _finished(context, [e for e in mine if e.pruned])
    return PruneResult(tuple(rows), dry_run, tuple(failed), unruled)


def _ruled(context: Context) -> tuple[list[Source], tuple[str, ...]]:
    wanted = [context.source()] if context.flags.source else list(context.config.sources.values())
    sources = [s for s in wanted if s.retention is not None]
    if not sources:
        raise UsageError(
            reason="no source says how long its snapshots are kept",
            hint="Give it in the config: sources.NAME.retention: {{keep_daily: 14, keep_weekly: 8, keep_monthly: 12}}",
        )
    return sources, tuple(s.name for s in wanted if s.retention is None)


# --- what stays -----------------------------------------------------------------------------------------


def _protected(source: Source, needed: Mapping[str, str], baseline: Baseline | None) -> dict[str, str]:
    mark = f"{layout.quoted(source.name)}/"
    protected = {key.removeprefix(mark): why for key, why in needed.items() if key.startswith(mark)}
    if baseline is not None:
        protected[baseline.snapshot] = "the baseline"
    return protected


def _judged(
    context: Context, source: Source, mine: Sequence[Entry], protected: dict[str, str], lock: timedelta
) -> list[Verdict]:
    now = context.now()
    for entry in mine:
        until = entry.taken_at + lock
        if lock and until > now:
            said = [protected[entry.id]] if entry.id in protected else []
            protected[entry.id] = ", ".join([*said, f"locked until {clock.seconds(until)}"])
    assert source.retention is not None
    judged = retention.judge(mine, _rules(source.retention), protected, now)
    if context.seal.asks:
        _check_kept(context, source, [v.entry for v in judged if v.keep and v.entry.complete])
    return judged


def _check_kept(context: Context, source: Source, kept: Sequence[Entry]) -> None:
    """Snapshots that were planted must not be kept in the place of real ones: what is kept has to be signed.

    But for those that are older than every signed one: they are from before signing. Raises IntegrityError.
    """
    unsigned: list[tuple[Entry, SignatureMissing]] = []
    signed: list[Entry] = []
    for entry in kept:
        try:
            context.snapshots.committed(entry)
            signed.append(entry)
        except SignatureMissing as error:
            unsigned.append((entry, error))
    for entry, missing in unsigned:
        if not signed or entry.id > signed[0].id:
            hint = f"Nothing of {source.name} is pruned while it would be kept: dr-toolkit snapshot verify --all"
            raise SignatureMissing(**missing.facts | {"hint": hint})


def _rules(kept: Retention) -> Rules:
    periods = {name: number for name in _PERIODS if (number := int(getattr(kept, f"keep_{name}")))}
    return Rules(kept.keep_last, periods, kept.keep_within)


def _lock(context: Context) -> timedelta:
    """How long what is written is locked, by the config or the bucket, whichever is longer."""
    settings = [s for s in (context.config.store, *context.config.mirrors) if s is not None]
    said = [timedelta(days=s.object_lock.days) for s in settings if s.object_lock]
    return max([*said, *(default_lock(place) for place in places(context.store))], default=timedelta())


def _needed_by_runs(context: Context) -> dict[str, str]:
    """What unfinished restores go on with, as ``SOURCE/ID`` to the reason: of every target that is known."""
    needed: dict[str, str] = {}
    for target in _targets(context):
        runs = Runs(context.state_store(target), target.name, context.now, seal=context.state_seal(target))
        latest = runs.latest()
        if latest is None or latest["kind"] == END:
            continue
        state = runs.last()
        if state is not None and not state.finished:
            key = f"{layout.quoted(str(state.begin.get('source')))}/{state.begin.get('snapshot')}"
            needed[key] = f"run {state.run} on {target.name} is not finished"
    return needed


def _targets(context: Context) -> list[Target]:
    """The targets that may have left journals: by the config elsewhere, by a listing in the store.

    Every mirror has to answer: a journal may lie in any of them.
    """
    listed = (name for place in places(context.store) for name in place.list("runs/"))
    segments = {name.split("/")[1] for name in listed if name.count("/") >= 2}
    names = {name for segment in segments if (name := layout.unquoted(segment))}
    apart = [t for t in context.config.targets.values() if t.state is not None]
    return [*apart, *(Target(name, "") for name in sorted(names - {t.name for t in apart}))]


def _row(verdict: Verdict) -> PruneRow:
    entry = verdict.entry
    action = "keep" if verdict.keep else "prune"
    return PruneRow(entry.source, entry.id, action, verdict.kept_by or (NO_RULE,), entry.complete)


# --- what goes ------------------------------------------------------------------------------------------


def _pruned(context: Context, row: PruneRow, entry: Entry) -> tuple[PruneRow, DrToolkitError | None]:
    try:
        locked = _remove(context, entry)
    except DrToolkitError as error:
        return row, error
    if locked is not None:
        until = "taken off: it is on legal hold" if locked == FOR_EVER else clock.seconds(locked)
        return replace(row, action="keep", reasons=(f"locked until {until}",)), None
    return replace(row, done=True), None


def _remove(context: Context, entry: Entry) -> datetime | None:
    """Put the tombstone, then delete the bodies; or else till when one of them is locked."""
    committed = _committed(context, entry)
    names = [o.name for o in committed.manifest.objects.values()]
    locks = [locked_until(place, name) for place in places(context.store) for name in names]
    held = [until for until in locks if until is not None and until > context.now()]
    if held:
        return max(held)
    by, at = context.person(), clock.seconds(context.now())
    stone = Tombstone(entry.source, entry.id, committed.sha256, at, by, NO_RULE)
    there = tombstones.write(context.store, stone, context.seal)
    if there.manifest_sha256 != committed.sha256:
        raise GuardError(reason=f"the tombstone of {entry.source}/{entry.id} is of another manifest")
    for name in names:
        context.store.delete(name)
    return None


def _committed(context: Context, entry: Entry) -> Committed:
    """The manifest; one without a signature is taken too, for what was never to be used may go."""
    try:
        return context.snapshots.committed(entry)
    except SignatureMissing:
        return Snapshots(context.store).committed(entry)


def _finished(context: Context, pruned: Sequence[Entry]) -> list[tuple[str, DrToolkitError]]:
    """Bodies that an interrupted prune left behind go now; their tombstones are proven first."""
    failed: list[tuple[str, DrToolkitError]] = []
    if not pruned:
        return failed
    there = set(context.store.list(layout.snapshots(pruned[0].source)))
    for entry in pruned:
        if not {layout.body(entry.source, entry.id), layout.ids(entry.source, entry.id)} & there:
            continue
        try:
            tombstones.read(context.store, entry.source, entry.id, context.seal)
            _remove(context, entry)
        except DrToolkitError as error:
            failed.append((f"{entry.source}/{entry.id}", error))
    return failed
