"""``snapshot verify``: whether what lies in the store, and in each of its mirrors, is whole and what it should be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dr_toolkit.errors import CredentialsMissing, DrToolkitError, IntegrityError, RolledBack, StoreError
from dr_toolkit.report.store_results import Fault, ProofResult, ProofRow
from dr_toolkit.store import entries as listed
from dr_toolkit.store import layout
from dr_toolkit.store.baselines import Baselines
from dr_toolkit.store.entries import Entry
from dr_toolkit.store.mirrored import places
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.proofs import Examination, Proof
from dr_toolkit.workflows import capture, trust
from dr_toolkit.workflows.context import Context


def verify(context: Context, spec: str | None, *, everything: bool, read_data: bool) -> ProofResult:
    """Verify one snapshot (``latest``, where none is named), or all: in every store that it is kept in.

    With ``read_data`` every byte is read and proven. Everything is looked at, whatever is found; a store that gives no
    answer does not keep the others from being verified.
    """
    source = context.source().name if not everything or context.flags.source else None
    wanted = None if everything else capture.resolve(context, str(source), spec or "latest")
    rows: list[ProofRow] = []
    faults: list[Fault] = []
    gaps: list[str] = []
    failed: list[tuple[str, DrToolkitError]] = []
    stores = places(context.store)
    for place in stores:
        context.progress(f"verifying {place.url}")
        try:
            found = _place(context, place, source, wanted, read_data=read_data)
        except (StoreError, CredentialsMissing) as error:
            failed.append((place.url, error))
            continue
        rows += found.rows
        faults += found.faults
        gaps += found.gaps
    if len(failed) == len(stores):
        raise failed[0][1]
    anchored = context.anchor is not None
    trusted = context.seal.asks
    return ProofResult(tuple(rows), tuple(faults), tuple(gaps), tuple(failed), read_data, trusted, anchored)


def _place(
    context: Context, place: ObjectStore, source: str | None, wanted: Entry | None, *, read_data: bool
) -> ProofResult:
    examined = Examination(place, context.seal, source, read_data=read_data)
    there = listed.read(examined.names)
    chosen = there if wanted is None else [e for e in there if e == wanted]
    found = examined.prove(chosen)
    faults = [Fault(place.url, f.name, f.reason) for p in found.proofs for f in p.faults]
    faults += [Fault(place.url, f.name, f.reason) for f in found.faults]
    faults += [Fault(place.url, p.entry.name, fault) for p in found.proofs if (fault := _stranger(context, p))]
    if wanted is not None and not chosen:
        faults.append(Fault(place.url, wanted.name, "it is not there; dr-toolkit snapshot mirror brings it"))
    for name in sorted({e.source for e in there} | ({source} if source else _remembered(context, place))):
        mine = [e for e in there if e.source == name]
        faults += [Fault(place.url, *fault) for fault in _baseline(context, place, name, mine, examined)]
        faults += [Fault(place.url, *fault) for fault in _heads(context, name, mine, examined)]
    rows = [
        ProofRow(place.url, p.entry.source, p.entry.id, p.state, p.entry.complete, p.signed_with) for p in found.proofs
    ]
    return ProofResult(tuple(rows), tuple(faults), tuple(found.gaps))


def _remembered(context: Context, place: ObjectStore) -> set[str]:
    """Sources that should be there, whatever snapshots are: those with a baseline, or with a head of the anchor's."""
    names = set(Baselines(place, context.now, context.seal).numbers())
    if context.anchor is None:
        return names
    for name in context.config.sources.keys() - names:
        try:
            known = context.anchor.head(name) is not None
        except IntegrityError:  # told with the heads
            known = True
        names |= {name} if known else set()
    return names


def _stranger(context: Context, proof: Proof) -> str:
    if not context.seal.asks or proof.manifest is None:
        return ""
    return trust.home_fault(context, proof.entry.source, proof.manifest.scope)


def _baseline(
    context: Context, place: ObjectStore, source: str, there: Sequence[Entry], examined: Examination
) -> Iterable[tuple[str, str]]:
    """What is wrong with a source's baseline."""
    name = layout.baselines(source)
    try:
        held = Baselines(place, context.now, context.seal).get(source)
    except IntegrityError as error:
        yield str(error.facts.get("name", name)), str(error.facts.get("reason") or error.message)
        return
    number = held.number if held else 0
    try:
        trust.check_baseline(context, source, number)
    except RolledBack as error:
        yield name, str(error.facts["reason"])
    except IntegrityError:  # told with the heads
        pass
    if held is None:
        return
    name = layout.record(name, held.number)
    entry = next((e for e in there if e.id == held.snapshot), None)
    try:
        if entry is None:
            yield name, f"it names {held.snapshot}, which is not there"
        elif entry.pruned:
            yield name, f"it names {held.snapshot}, which was pruned"
        elif examined.digest(entry) != held.manifest_sha256:
            yield entry.name, "it is not the manifest that was made the baseline"
    except IntegrityError:  # told with the snapshot itself
        return


def _heads(context: Context, source: str, there: Sequence[Entry], examined: Examination) -> Iterable[tuple[str, str]]:
    """What the anchor knows of a source and this place has not: each head that was ever kept must be there."""
    if context.anchor is None:
        return
    try:
        heads = context.anchor.heads(source)
    except IntegrityError as error:
        yield str(error.facts.get("name", context.anchor.url)), f"the anchor can't be read: {error.message}"
        return
    if not heads and there:
        yield layout.anchors(source), f"the anchor {context.anchor.url} says nothing of this source"
    known = {e.id: e for e in there}
    for head in heads:
        entry = known.get(head.snapshot)
        name = layout.parts(source, head.snapshot) + "manifest.json"
        try:
            if entry is None:
                yield name, f"the anchor {context.anchor.url} has known it since {head.at}, and it is gone"
            elif examined.digest(entry) != head.manifest_sha256:
                yield entry.name, f"it is another one than the anchor {context.anchor.url} has known since {head.at}"
        except IntegrityError:  # told with the snapshot itself
            continue
