"""A new baseline of what is live: all of it, or of some changes alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dr_toolkit.config import Source
from dr_toolkit.engine.compare import both_read, compare
from dr_toolkit.engine.identities import with_identities
from dr_toolkit.engine.pairing import known_of
from dr_toolkit.engine.refs import refs_of
from dr_toolkit.engine.truths import Truths
from dr_toolkit.errors import BaselineNotFound, GuardError, UsageError
from dr_toolkit.model.changes import Change
from dr_toolkit.model.documents import BLOCKED, GAP, INFO, Finding, Manifest, Scope
from dr_toolkit.model.estate import Estate, Snapshot
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report.listings import AcceptResult, BaselineResult
from dr_toolkit.resources import registry
from dr_toolkit.spec.served import DEPLOYMENTS, STAGES
from dr_toolkit.store.baselines import Baseline
from dr_toolkit.store.leases import acquire
from dr_toolkit.workflows import capture, secrets, trust
from dr_toolkit.workflows.comparing import Sides, compared
from dr_toolkit.workflows.context import LEASE_SECONDS, VERSION, Context, keep_within, narrow
from dr_toolkit.workflows.selecting import matched

PART = "accepted-in-part"
"""The code of the finding in a snapshot that was put together, not taken."""


def accept(context: Context, only: Sequence[str], reason: str) -> AcceptResult:
    """Take a snapshot of what is live and make it the baseline, or one in which only some changes were made.

    Raises GuardError where something could not be read, and UsageError where ``only`` matches no change or the reason
    is blank.
    """
    if not reason.strip():
        raise UsageError(reason="--reason says nothing", hint='Say why: --reason "change 4711 is approved"')
    source = context.source()
    with acquire(context.store, capture.lease_name(source.name), LEASE_SECONDS, context.now):
        return _accept(context, source, only, reason)


def _accept(context: Context, source: Source, only: Sequence[str], reason: str) -> AcceptResult:
    held = context.baselines.get(source.name)
    if held is None:
        raise BaselineNotFound(source=source.name, store=context.store.url)
    snapshot = capture.load(context, source.name, "baseline")
    taken_at = _moment(context, source)
    seal = secrets.of_snapshot(context, snapshot.manifest, source) or secrets.for_capture(context, source)
    if seal is None:
        secrets.without_values(snapshot.estate)
    scope, live = capture.read(context, source, known_of(snapshot.estate, registry()), seal)
    _check(source, snapshot, scope, live)
    whole = _copied(live)
    keep_within(live, snapshot.manifest.selection, snapshot.estate.lines)
    before = narrow(snapshot.estate, source)
    changes = with_identities(compare(before, live, registry(), both_read(before, live)), before, live, registry())
    changes = Truths(before, live, registry()).settled(changes)
    taken = [c for c in changes if not only or any(matched(glob, c.key) for glob in only)]
    if only and not taken:
        raise UsageError(
            reason=f"--only {' '.join(only)} matches none of the {len(changes)} changes of {source.name}",
            hint="See them: dr-toolkit drift",
        )
    result = compared(context, source.name, Sides(snapshot, before, live), "baseline", f"{taken_at:%Y-%m-%dT%H:%M:%SZ}")
    result = replace(result, changes=tuple(taken), alerts=tuple(a for a in result.alerts if _about(a.key, taken)))
    if not taken:
        return AcceptResult(result, capture.told(context, held))
    latest = context.snapshots.write(source.name, scope, whole, taken_at, VERSION, secrets.packed(seal, whole))
    chosen = latest
    if len(taken) < len(changes):
        part = _in_part(snapshot, before, live, taken, only)
        # What is live stays the latest: the other was never taken.
        then = taken_at - timedelta(seconds=1)
        kept = secrets.packed(secrets.with_earlier(context, seal, part, {c.key.text for c in taken}), part)
        chosen = context.snapshots.write(source.name, scope, part, then, VERSION, kept)
    return AcceptResult(result, _set(context, source, chosen, held, reason), len(changes) - len(taken))


def _moment(context: Context, source: Source) -> datetime:
    """Now; the next second where the latest snapshot bears this one, since seconds tell which one is later."""
    entries = context.snapshots.entries(source.name)
    if entries and entries[-1].taken_at >= context.now().replace(microsecond=0):
        context.pause(1)
    return context.now()


def _check(source: Source, snapshot: Snapshot, scope: Scope, live: Estate) -> None:
    if (scope.account, scope.region) != (snapshot.manifest.scope.account, snapshot.manifest.scope.region):
        raise UsageError(reason=f"the baseline is of {snapshot.manifest.scope}, and {source.name} is {scope}")
    missing = [f"{name}: {why}" for name, why in live.failed.items()]
    missing += [f"{f.key}: {f.text}" for f in live.findings if f.severity in (GAP, BLOCKED)]
    if missing:
        told = "; ".join(missing)
        raise GuardError(
            reason=f"what is live in {source.name} could not be read whole, so it can't become the baseline: {told}",
            hint="Mend what is named (or exclude the type in the config, exclude:), then run the command again.",
        )


def _copied(estate: Estate) -> Estate:
    """The same, so that a change of one is none of the other."""
    found = list(estate.findings)
    return replace(
        estate,
        lines=dict(estate.lines),
        ids=dict(estate.ids),
        observed=dict(estate.observed),
        served={stage: dict(content) for stage, content in estate.served.items()},
        findings=found,
    )


def _about(key: ResourceKey, changes: Collection[Change]) -> bool:
    return any(change.key == key for change in changes)


def _in_part(snapshot: Snapshot, before: Estate, live: Estate, taken: Sequence[Change], only: Sequence[str]) -> Estate:
    """The baseline's estate with some changes made; GuardError where it would not hold together."""
    part = _copied(before)
    part.findings = [f for f in snapshot.manifest.findings if f.code != PART]
    for change in taken:
        resource = live.get(change.key)
        if resource is None:
            part.drop(change.key)
        else:
            part.put(resource)
        _serve(part, live, change.key)
    _add_landmarks(part, live, taken)
    _check_whole(part, taken)
    globs = " ".join(only)
    text = f"put together by baseline accept --only {globs}: {snapshot.manifest.id} with {len(taken)} changes of then"
    part.findings.append(Finding(INFO, PART, "", text))
    return part


def _serve(part: Estate, live: Estate, key: ResourceKey) -> None:
    """With a stage, or the deployment that it is on, what it serves is accepted too."""
    if key.type not in STAGES | DEPLOYMENTS:
        return
    stage = registry().root(key).text
    if stage in part and stage in live.served:
        part.served[stage] = dict(live.served[stage])
    else:
        part.served.pop(stage, None)


def _add_landmarks(part: Estate, live: Estate, taken: Sequence[Change]) -> None:
    """What is only found, and that an accepted change refers to for the first time."""
    types = registry()
    for change in taken:
        for key in refs_of(change.after, types[change.key.type].fields) if change.after else ():
            above: ResourceKey | None = key
            while above is not None:
                found = live.get(above) if types[above.type].landmark and above not in part else None
                if found is not None:
                    part.put(found)
                above = types.parent(above)


def _check_whole(part: Estate, taken: Sequence[Change]) -> None:
    """Nothing that was accepted may hang on something that was not."""
    types = registry()
    for change in taken:
        if change.after is not None:
            needs = {*refs_of(change.after, types[change.key.type].fields), *filter(None, [types.parent(change.key)])}
            if missing := sorted(k for k in needs if k not in part and k.type in types and not types[k.type].landmark):
                raise _unheld(change.key, missing[0])
    gone = {c.key for c in taken if c.after is None}
    for text in part.lines if gone else ():
        resource = part.get(text)
        t = types.get(text.partition("/")[0])
        if resource is None or t is None:
            continue
        needs = {*refs_of(resource, t.fields), *filter(None, [types.parent(resource.key)])}
        if lost := sorted(needs & gone):
            raise _unheld(resource.key, lost[0])


def _unheld(key: ResourceKey, needs: ResourceKey) -> GuardError:
    return GuardError(
        reason=f"{key} needs {needs}, and only one of them would be accepted",
        hint=f"Accept both: add --only '{needs}' (or --only '{key}').",
    )


def _set(context: Context, source: Source, manifest: Manifest, held: Baseline, reason: str) -> BaselineResult:
    entry = context.snapshots.resolve(source.name, manifest.id)
    digest = context.snapshots.manifest_digest(entry)
    now = context.baselines.set(
        source.name, manifest.id, digest, set_by=context.person(), reason=reason, replaces=held.number
    )
    trust.keep_baseline(context, source.name, now.number)
    return replace(capture.told(context, now), previous=held.snapshot, moved=True)
