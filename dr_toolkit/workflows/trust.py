"""Whether a snapshot is what it is taken for: of this source, the one that was asked for, and the last one made."""

from __future__ import annotations

from dataclasses import replace

from dr_toolkit.errors import IntegrityError, RolledBack, UnknownName
from dr_toolkit.model.documents import WARNING, Finding, Manifest, Scope
from dr_toolkit.model.estate import Snapshot
from dr_toolkit.store import clock, entries
from dr_toolkit.store.anchors import Anchor, Head
from dr_toolkit.store.entries import Entry
from dr_toolkit.workflows.context import UNSIGNED, Context


def believed(context: Context, entry: Entry, spec: str, snapshot: Snapshot) -> Snapshot:
    """The snapshot, once it is sure that it is the right one; what was taken without a signature is a finding in it.

    Nothing is asked where the config doesn't say whose signatures count. Raises IntegrityError, ChainBroken and
    RolledBack.
    """
    if not context.seal.asks:
        return snapshot
    if fault := home_fault(context, entry.source, snapshot.manifest.scope):
        hint = "It was taken of something else, or put there. Use another snapshot: dr-toolkit snapshot list"
        raise IntegrityError(name=entry.name, store=context.store.url, reason=fault, hint=hint)
    if entries.chosen_by_time(spec):
        there = context.snapshots.entries(entry.source)
        context.snapshots.check_choice(entry, spec, there)
        check_head(context, entry.source, there)
    told = tuple(
        Finding(WARNING, UNSIGNED, name, "bears no signature that counts, and was used because of --allow-unsigned")
        for name in context.seal.taken
    )
    snapshot.estate.findings.extend(told)
    return replace(snapshot, manifest=replace(snapshot.manifest, findings=(*snapshot.manifest.findings, *told)))


def home_fault(context: Context, name: str, scope: Scope) -> str:
    """Whether a snapshot is of another account or region than its source: one must not pass for the other.

    Empty where it isn't, and where the config does not know the source. The account is known where a role is given.
    """
    try:
        source = context.config.source(name)
    except UnknownName:
        return ""
    account = source.role_arn.split(":")[4] if source.role_arn else scope.account
    if (scope.account, scope.region) == (account, source.region):
        return ""
    return f"it is a snapshot of {scope}, and source {source.name} is {account}/{source.region}"


# --- the anchor ---------------------------------------------------------------------------------------


def check_head(context: Context, source: str, there: list[Entry]) -> None:
    """Raise RolledBack where the snapshot that the anchor names is not in the store. Nothing without an anchor."""
    if context.anchor is None:
        return
    if fault := head_fault(context, _head(context, context.anchor, source), there):
        raise _rolled_back(context, context.anchor, source, fault)


def check_baseline(context: Context, source: str, number: int) -> None:
    """Raise RolledBack where the anchor knows of a later baseline than this one. Nothing without an anchor."""
    if context.anchor is None or not context.seal.asks:
        return
    known = _head(context, context.anchor, source).baseline
    if number < known:
        fault = (
            f"its baseline is number {known}, and {f'number {number}' if number else 'none'} is the last that is there"
        )
        raise _rolled_back(context, context.anchor, source, fault)


def _head(context: Context, anchor: Anchor, source: str) -> Head:
    head = anchor.head(source)
    if head is None:
        raise RolledBack(
            source=source,
            store=context.store.url,
            anchor=anchor.url,
            reason="it says nothing of this source",
            hint="If the anchor is new, the next snapshot begins it: dr-toolkit snapshot create. "
            "Until then name a snapshot by its id.",
        )
    return head


def head_fault(context: Context, head: Head, there: list[Entry]) -> str:
    """What is wrong with a head that was kept; empty where the store has it. One read."""
    entry = next((e for e in there if e.id == head.snapshot), None)
    if entry is None:
        return f"it came to {head.snapshot} at {head.at}, and that is gone"
    if context.snapshots.manifest_digest(entry) != head.manifest_sha256:
        return f"the manifest of {head.snapshot} is another one than at {head.at}"
    return ""


def keep_head(context: Context, taken: Manifest) -> None:
    """Tell the anchor of a snapshot that was just written; raises RolledBack where what it says so far is gone."""
    anchor = context.anchor
    if anchor is None:
        return
    source, there = taken.source, context.snapshots.entries(taken.source)
    head = anchor.head(source)
    if head is not None and (fault := head_fault(context, head, there)):
        raise _rolled_back(context, anchor, source, f"{fault}; {taken.id}, taken just now, is there")
    digest = next(context.snapshots.manifest_digest(e) for e in there if e.id == taken.id)
    if head is None or (head.snapshot, head.manifest_sha256) != (taken.id, digest):
        number = context.baselines.number(source) if head is None else head.baseline
        anchor.keep(Head(source, taken.id, digest, clock.seconds(context.now()), number))


def keep_baseline(context: Context, source: str, number: int) -> None:
    """Tell the anchor of a baseline that was just set. Nothing without an anchor, or where it knows no snapshot yet."""
    anchor = context.anchor
    head = anchor.head(source) if anchor else None
    if anchor is not None and head is not None and head.baseline < number:
        anchor.keep(replace(head, baseline=number, at=clock.seconds(context.now())))


def _rolled_back(context: Context, anchor: Anchor, source: str, reason: str) -> RolledBack:
    return RolledBack(source=source, store=context.store.url, anchor=anchor.url, reason=reason)
