"""Whether snapshots in one place are whole: structure, bytes, chain, signatures, and what was hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from dr_toolkit.errors import (
    DrToolkitError,
    IntegrityError,
    ObjectNotFound,
    SignatureMissing,
    SnapshotPruned,
    StoreRefused,
)
from dr_toolkit.model.documents import Manifest
from dr_toolkit.store import layout, tombstones
from dr_toolkit.store.entries import Entry
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.s3_objects import Hidden, hidden
from dr_toolkit.store.seals import Seal
from dr_toolkit.store.snapshots import BODY, IDS, Snapshots, parent_fault

WHOLE, DAMAGED, PRUNED, UNSIGNED = "whole", "damaged", "pruned", "unsigned"
"""What is found of a snapshot."""


@dataclass(frozen=True)
class Fault:
    """An object that is not as it must be, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Proof:
    """What was found of one snapshot; ``manifest`` is None where it could not be read.

    ``unsigned``: it bears no signature that counts, and was looked at no further.
    """

    entry: Entry
    faults: tuple[Fault, ...] = ()
    manifest: Manifest | None = None
    unsigned: bool = False

    @property
    def signed_with(self) -> tuple[str, ...]:
        """The keys that signed its manifest."""
        return tuple(s.key for s in self.manifest.signatures) if self.manifest else ()

    @property
    def state(self) -> str:
        """In a word: whole, damaged, pruned, or unsigned."""
        if self.faults:
            return DAMAGED
        return UNSIGNED if self.unsigned else PRUNED if self.entry.pruned else WHOLE


@dataclass
class Findings:
    """What was found in one place: a proof a snapshot, other faults, and what could not be looked at."""

    proofs: list[Proof] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


class Examination:
    """One place and source (or all), examined with one listing; ``read_data`` reads the bodies too.

    Raises what the place raises.
    """

    def __init__(self, place: ObjectStore, seal: Seal, source: str | None = None, *, read_data: bool) -> None:
        self._place, self._seal, self._read_data, self._source = place, seal, read_data, source
        self._snapshots = Snapshots(place, seal)
        self._names = frozenset(place.list(layout.snapshots(source)))
        self._digests: dict[str, dict[str, str]] = {}

    @property
    def names(self) -> Collection[str]:
        """All names that are there."""
        return self._names

    def prove(self, entries: Iterable[Entry]) -> Findings:
        """Examine snapshots, the oldest first, and what was hidden of the source."""
        found = Findings(proofs=_from_before_signing([self._prove(entry) for entry in entries]))
        try:
            baselines = layout.baselines(self._source) if self._source else "baselines/"
            missing = [*hidden(self._place, layout.snapshots(self._source)), *hidden(self._place, baselines)]
            found.faults += [_uncovered(each) for each in missing if self._matters(each)]
        except StoreRefused as error:
            found.gaps.append(f"what was deleted in {self._place.url} can't be told: {error.message}")
        return found

    def digest(self, entry: Entry) -> str:
        """The SHA-256 of a snapshot's manifest, once it is proven."""
        known = self._known(entry.source)
        if not known.get(entry.id):
            known[entry.id] = self._snapshots.manifest_digest(entry)
        return known[entry.id]

    def _prove(self, entry: Entry) -> Proof:
        try:
            committed = self._snapshots.committed(entry)
        except SignatureMissing as error:
            return Proof(entry, (_fault(error, entry.name),), unsigned=True)
        except (IntegrityError, ObjectNotFound) as error:
            return Proof(entry, (_fault(error, entry.name),))
        known = self._known(entry.source)
        known[entry.id] = committed.sha256
        manifest = committed.manifest
        faults = [*self._parent(entry, manifest, known), *self._objects(entry, manifest, committed.sha256)]
        return Proof(entry, tuple(faults), manifest)

    def _known(self, source: str) -> dict[str, str]:
        """Ids of a source that are there, with the digests that are known."""
        if source not in self._digests:
            found = (layout.parse_manifest(name) for name in self._names)
            self._digests[source] = {f.snapshot: "" for f in found if f and f.source == source}
        return self._digests[source]

    def _parent(self, entry: Entry, manifest: Manifest, known: Mapping[str, str]) -> list[Fault]:
        parent = str((manifest.parent or {}).get("id"))
        complete = layout.manifest(entry.source, parent, True) in self._names
        if parent in known and not known[parent]:
            try:
                self.digest(Entry(parent, entry.source, layout.taken_at(parent), complete))
            except (IntegrityError, ObjectNotFound) as error:
                return [_fault(error, entry.name)]
        fault = parent_fault(manifest, known)
        return [Fault(entry.name, fault)] if fault else []

    def _objects(self, entry: Entry, manifest: Manifest, digest: str) -> list[Fault]:
        if entry.pruned:
            return self._pruned(entry, digest)
        missing = [o.name for o in manifest.objects.values() if o.name not in self._names]
        if missing:
            return [Fault(name, "it is named by its manifest, and is gone without a tombstone") for name in missing]
        if not self._read_data:
            return []
        try:
            self._snapshots.load(entry)
            for role in manifest.objects.keys() - {BODY, IDS}:
                self._snapshots.content(manifest, role)
        except (IntegrityError, SnapshotPruned) as error:
            return [_fault(error, entry.name)]
        return []

    def _pruned(self, entry: Entry, digest: str) -> list[Fault]:
        name = layout.tombstone(entry.source, entry.id)
        try:
            stone = tombstones.read(self._place, entry.source, entry.id, self._seal)
        except (IntegrityError, ObjectNotFound) as error:
            return [_fault(error, name)]
        return [] if stone.manifest_sha256 == digest else [Fault(name, "it is not the tombstone of this manifest")]

    def _matters(self, each: Hidden) -> bool:
        """Whether a hidden object is one that nobody may remove: all but the bodies of what was pruned."""
        snapshot = each.name.rpartition("/")[2].partition(".")[0]
        stone = f"{each.name.rpartition('/')[0]}/{snapshot}.pruned.json"
        return not (each.name.endswith(".gz") and stone in self._names)


def _from_before_signing(proofs: list[Proof]) -> list[Proof]:
    """Unsigned snapshots that are older than the first signed one of their source are no fault: nothing uses them."""
    first: dict[str, str] = {}
    for proof in proofs:
        if not proof.unsigned and not proof.faults:
            first.setdefault(proof.entry.source, proof.entry.id)
    return [replace(p, faults=()) if p.unsigned and p.entry.id < first.get(p.entry.source, "") else p for p in proofs]


def _uncovered(each: Hidden) -> Fault:
    return Fault(
        each.name,
        f"somebody deleted it at {each.at:%Y-%m-%dT%H:%M:%SZ}; "
        f"it comes back when the delete marker goes, version {each.marker}",
    )


def _fault(error: DrToolkitError, name: str) -> Fault:
    return Fault(str(error.facts.get("name", name)), str(error.facts.get("reason") or error.message))
