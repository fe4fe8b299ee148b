"""Snapshots in a store: written so that they are there whole or not at all, and proven when read.

The bodies are written first and the manifest last; what no manifest names is no snapshot. Nothing is
ever rewritten, so a write that was cut off is simply made again. Two writers that took the same
configuration in the same second write the same snapshot: the second one gets the first one's
manifest, whose parent and tool version stand. Where anything else differs (coverage, findings,
physical ids, observed facts) the second one is refused with ObjectExists, and a second later it isn't.

Where signatures are asked for, what bears none that counts is not read at all. Of several stores the first is
taken whose copy is whole.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from dr_toolkit.errors import (
    BodyDamaged,
    ChainBroken,
    IntegrityError,
    ManifestDamaged,
    ObjectExists,
    ObjectMissing,
    ObjectNotFound,
    SnapshotPruned,
    UnknownFormat,
)
from dr_toolkit.model import wire
from dr_toolkit.model.documents import EXCLUDED, FAILED, FORMAT, READ, Manifest, Scope, StoredObject
from dr_toolkit.model.estate import Estate, Snapshot
from dr_toolkit.store import clock, content, entries, layout, seals, tombstones
from dr_toolkit.store.entries import Entry
from dr_toolkit.store.mirrored import MirroredStore, copies
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.seals import UNSEALED, Seal

log = logging.getLogger(__name__)

BODY, IDS = "body", "ids"
"""The roles of the objects that every snapshot has."""

SECRETS = "secrets"
"""The role of the encrypted values, where there are any."""

SERVED = "served"
"""The role of what stages serve, where that is known of any."""

_T = TypeVar("_T")
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Committed:
    """A manifest, and the SHA-256 (hex) of the bytes that it was read from."""

    manifest: Manifest
    sha256: str


class Snapshots:
    """The snapshots of one store, which may be several. Whatever the store raises goes through.

    ``seal`` says what manifests are signed with, and whose signatures count.
    """

    def __init__(self, objects: ObjectStore, seal: Seal = UNSEALED) -> None:
        self._objects = objects
        self.seal = seal

    # --- writing ------------------------------------------------------------------------------------

    def write(
        self,
        source: str,
        scope: Scope,
        estate: Estate,
        taken_at: datetime,
        tool_version: str,
        secrets: bytes | None = None,
    ) -> Manifest:
        """Store ``estate`` as it was at ``taken_at`` (with its zone; parts of a second are cut off).

        ``secrets`` are the values of what is secret in it, encrypted.

        Returns the manifest that is in the store afterwards. Its parent is the snapshot before it in
        time, complete or not. The same call may be made again after any error. Raises ObjectExists
        where another snapshot has the same id.
        """
        bodies = {BODY: wire.body(estate.lines), IDS: wire.ids(estate.ids, estate.observed)}
        snapshot = layout.snapshot_id(taken_at, wire.digest(bodies[BODY]))
        names = {BODY: layout.body(source, snapshot), IDS: layout.ids(source, snapshot)}
        if estate.served:
            bodies[SERVED], names[SERVED] = wire.served(estate.served), layout.served(source, snapshot)
        if secrets is not None:
            bodies[SECRETS], names[SECRETS] = secrets, layout.secrets(source, snapshot)
        for role, data in bodies.items():
            self._put_body(names[role], data)
        manifest = Manifest(
            id=snapshot,
            taken_at=clock.seconds(taken_at),
            source=source,
            scope=scope,
            objects={role: content.described(names[role], data) for role, data in bodies.items()},
            counts=estate.counts,
            coverage=dict(estate.coverage),
            findings=tuple(sorted(set(estate.findings))),
            tool_version=tool_version,
            selection=estate.selection,
        )
        return self._commit(manifest)

    def _put_body(self, name: str, data: bytes) -> None:
        try:
            self._objects.put_if_absent(name, content.pack(data))
        except ObjectExists:
            # Another zlib packs the same content into other bytes.
            there = self._objects.get(name)
            if not content.holds(there, data):
                raise
            self._objects.put_if_absent(name, there)  # to the places that lack it

    def _commit(self, manifest: Manifest) -> Manifest:
        entry = _entry(manifest)
        others = self.entries(manifest.source)
        twin = replace(entry, complete=not entry.complete)
        if twin in others:
            raise ObjectExists(store=self._objects.url, name=twin.name)
        manifest = self._signed(replace(manifest, parent=self._parent([e for e in others if e.id < entry.id])))
        try:
            self._objects.put_if_absent(entry.name, wire.manifest(manifest))
        except ObjectExists:
            there = self.manifest(entry)
            same = replace(manifest, parent=there.parent, tool_version=there.tool_version, signatures=there.signatures)
            if there != same:
                raise
            self._objects.put_if_absent(entry.name, self._objects.get(entry.name))  # to the places that lack it
            return there
        return manifest

    def _signed(self, manifest: Manifest) -> Manifest:
        document = json.loads(wire.manifest(manifest))
        return replace(manifest, signatures=self.seal.signatures(seals.MANIFEST, document))

    def _parent(self, before: Sequence[Entry]) -> dict[str, str] | None:
        """The last snapshot before, of those that may be believed in."""
        for entry in reversed(before):
            if not self.seal.asks:
                return {"id": entry.id, "sha256": wire.digest(self._objects.get(entry.name))}
            try:
                return {"id": entry.id, "sha256": self.manifest_digest(entry)}
            except IntegrityError as error:
                log.warning("left out of the chain: %s", error)
        return None

    # --- finding ------------------------------------------------------------------------------------

    def entries(self, source: str | None = None) -> list[Entry]:
        """The snapshots of a source, or of all, the oldest first: one listing, and no object is read."""
        prefix = layout.snapshots(source)
        if not isinstance(self._objects, MirroredStore):
            return entries.read(self._objects.list(prefix))
        held = self._objects.held(prefix)
        return entries.read(held, {name for name, number in held.items() if number < self._objects.quorum})

    def sources(self) -> list[str]:
        """The names of the sources that have snapshots, sorted: one listing."""
        return sorted({entry.source for entry in self.entries()})

    def resolve(self, source: str, spec: str) -> Entry:
        """The snapshot that ``spec`` names (see ``entries``): one listing.

        Raises SnapshotNotFound, SnapshotAmbiguous, and UsageError for a day or time that doesn't exist.
        """
        return entries.choose(self.entries(source), spec, source=source, store=self._objects.url)

    # --- reading ------------------------------------------------------------------------------------

    def manifest_digest(self, entry: Entry) -> str:
        """SHA-256, in hex, of the manifest's bytes; raises as ``manifest``."""
        return self.committed(entry).sha256

    def manifest(self, entry: Entry) -> Manifest:
        """The manifest, which is of this entry; raises as ``committed``."""
        return self.committed(entry).manifest

    def committed(self, entry: Entry) -> Committed:
        """The manifest, which is of this entry, and its digest.

        Raises UnknownFormat, ManifestDamaged, and SignatureMissing and SignatureWrong where signatures are asked for.
        """
        return self._first_whole(entry.name, lambda data, store: self._read_manifest(entry, data, store))

    def _read_manifest(self, entry: Entry, data: bytes, store: str) -> Committed:
        try:
            number = wire.manifest_format(data)
            if number == FORMAT:
                self.seal.check(seals.MANIFEST, json.loads(data), name=entry.name, store=store)
                manifest = wire.read_manifest(data)
                _check(manifest, entry)
                return Committed(manifest, wire.digest(data))
        except _UNREADABLE as error:
            raise ManifestDamaged(name=entry.name, store=store, reason=_said(error)) from None
        raise UnknownFormat(name=entry.name, store=store, format=number, supported=FORMAT)

    def _first_whole(self, name: str, read: Callable[[bytes, str], _T]) -> _T:
        """What ``read`` makes of the first copy that it does not find damaged."""
        fault: IntegrityError | None = None
        for copy in copies(self._objects, name):
            try:
                return read(copy.data, copy.store)
            except IntegrityError as error:
                if fault is None:
                    fault = error
                if isinstance(self._objects, MirroredStore):
                    log.warning("%s", error)
        assert fault is not None  # copies raises where there is none
        raise fault

    def load(self, entry: Entry) -> Snapshot:
        """The snapshot, every byte of its body, its ids and what its stages serve proven; other roles are left alone.

        Raises UnknownFormat, ManifestDamaged, ObjectMissing and BodyDamaged, with the object's name; SnapshotPruned;
        and SignatureMissing and SignatureWrong where signatures are asked for.
        """
        manifest = self.manifest(entry)
        if entry.pruned:
            self._refuse_pruned(entry)
        data = {role: self.content(manifest, role) for role in (BODY, IDS)}
        physical, observed = self._parsed(manifest, IDS, lambda: wire.read_ids(data[IDS]))
        estate = Estate(
            lines=self._parsed(manifest, BODY, lambda: wire.read_body(data[BODY])),
            ids=physical,
            observed=dict(observed),
            coverage=dict(manifest.coverage),
            findings=list(manifest.findings),
            selection=manifest.selection,
        )
        self._parsed(manifest, BODY, lambda: _check_body(estate, manifest))
        estate.served = self._served(manifest, estate)
        return Snapshot(manifest, estate)

    def _served(self, manifest: Manifest, estate: Estate) -> dict[str, dict[str, bytes]]:
        """What stages serve; of what an earlier version took, nothing is known."""
        stored = manifest.objects.get(SERVED)
        if stored is None:
            return {}
        self._parsed(manifest, SERVED, lambda: _check_object(stored, layout.parts(manifest.source, manifest.id)))
        data = self.content(manifest, SERVED)
        same = {line: line for line in estate.lines.values()}
        return self._parsed(manifest, SERVED, lambda: wire.read_served(data, same))

    def secrets(self, manifest: Manifest) -> bytes | None:
        """A snapshot's secrets, encrypted and proven; None where it holds none. Raises as ``load`` does."""
        stored = manifest.objects.get(SECRETS)
        if stored is None:
            return None
        _check_object(stored, layout.parts(manifest.source, manifest.id))
        return self.content(manifest, SECRETS)

    def _parsed(self, manifest: Manifest, role: str, parse: Callable[[], _T]) -> _T:
        try:
            return parse()
        except _UNREADABLE as error:
            name = manifest.objects[role].name
            raise BodyDamaged(name=name, store=self._objects.url, reason=_said(error)) from None

    def content(self, manifest: Manifest, role: str) -> bytes:
        """The uncompressed content of one of a manifest's objects, proven; raises ObjectMissing and BodyDamaged."""
        stored = manifest.objects[role]
        try:
            return self._first_whole(stored.name, lambda packed, store: content.unpack(packed, stored, store))
        except ObjectNotFound:
            raise ObjectMissing(name=stored.name, store=self._objects.url) from None

    def _refuse_pruned(self, entry: Entry) -> None:
        stone = tombstones.read(self._objects, entry.source, entry.id, self.seal)
        if stone.manifest_sha256 != self.manifest_digest(entry):
            raise IntegrityError(
                name=layout.tombstone(entry.source, entry.id),
                store=self._objects.url,
                reason="it is not of this manifest",
            )
        raise SnapshotPruned(snapshot=entry.id, source=entry.source, store=self._objects.url, at=stone.pruned_at)

    # --- what lies around one -----------------------------------------------------------------------

    def check_choice(self, entry: Entry, spec: str, there: Sequence[Entry]) -> None:
        """Whether ``entry`` is what ``spec`` names by right: none that was there between it and the time is gone.

        ``there`` are all of its source. Each snapshot names the one before it, so those that follow are asked, up to
        the first one after the time. Raises ChainBroken, and what reading their manifests and tombstones raises.
        """
        end = entries.end(spec)
        known = {e.id: "" for e in there}
        known[entry.id] = self.manifest_digest(entry)
        for other in (e for e in there if e.id > entry.id):
            found = self.committed(other)
            known[other.id] = found.sha256
            self._check_parent(other, found.manifest, known)
            if end is not None and other.taken_at >= end:
                return
            if other.pruned:
                tombstones.read(self._objects, other.source, other.id, self.seal)

    def _check_parent(self, entry: Entry, manifest: Manifest, known: Mapping[str, str]) -> None:
        fault = parent_fault(manifest, known)
        if fault:
            raise ChainBroken(name=entry.name, store=self._objects.url, reason=fault)


def parent_fault(manifest: Manifest, known: Mapping[str, str]) -> str:
    """What is wrong with the snapshot that a manifest names as the one before it; empty where nothing is.

    ``known`` are the ids that are there, with their manifests' SHA-256 where it is known.
    """
    if manifest.parent is None:
        return ""
    parent, digest = str(manifest.parent.get("id")), manifest.parent.get("sha256")
    if parent not in known:
        return f"the snapshot before it, {parent}, is gone, and a manifest never is by right"
    if known[parent] and known[parent] != digest:
        return f"the manifest of the snapshot before it, {parent}, is another one than it was"
    return ""


def _entry(manifest: Manifest) -> Entry:
    return Entry(manifest.id, manifest.source, layout.taken_at(manifest.id), manifest.complete)


def _check(manifest: Manifest, entry: Entry) -> None:
    """Raises ValueError where a manifest is not the one that its name says, or names what isn't its own."""
    stated = (manifest.id, manifest.source, manifest.taken_at)
    named = (entry.id, entry.source, clock.seconds(entry.taken_at))
    if stated != named:
        raise ValueError(f"it says that it is {stated}, and its name says {named}")
    if entry.complete != manifest.complete:  # a complete one under the other name would be passed over as the latest
        words = ("incomplete", "complete")
        raise ValueError(f"it is {words[manifest.complete]}, and its name says that it is {words[entry.complete]}")
    for role in (BODY, IDS):
        if role not in manifest.objects:
            raise ValueError(f"it names no {role}")
        _check_object(manifest.objects[role], layout.parts(entry.source, entry.id))
    if not isinstance(manifest.parent, Mapping | None):
        raise ValueError("its parent is not an object")
    unknown = {c.status for c in manifest.coverage.values()} - {READ, EXCLUDED, FAILED}
    if unknown:
        raise ValueError(f"its coverage has an unknown status: {sorted(map(str, unknown))}")


def _check_object(stored: StoredObject, prefix: str) -> None:
    if not stored.name.startswith(prefix) or "/" in stored.name.removeprefix(prefix):
        raise ValueError(f"it names {stored.name}, which is not an object of this snapshot")
    if type(stored.size) is not int or stored.size < 0 or not isinstance(stored.sha256, str):
        raise ValueError(f"it gives no proper size and SHA-256 for {stored.name}")


def _check_body(estate: Estate, manifest: Manifest) -> None:
    digest = manifest.objects[BODY].sha256
    if manifest.id != layout.snapshot_id(layout.taken_at(manifest.id), digest):
        raise ValueError(f"its SHA-256 is {digest}, and does not fit the id {manifest.id}")
    if estate.counts != manifest.counts:
        raise ValueError(f"it holds {estate.counts}, and the manifest counts {dict(manifest.counts)}")


def _said(error: BaseException) -> str:
    match error:
        case KeyError():
            return f"it has no {error}"
        case RecursionError():
            return "it is nested too deep"
        case _:
            return str(error)
