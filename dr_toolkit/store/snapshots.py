"""Snapshots in a store: written so that they are there whole or not at all, and proven when read.

The bodies are written first and the manifest last; what no manifest names is no snapshot. Nothing is
ever rewritten, so a write that was cut off is simply made again. Two writers that took the same
configuration in the same second write the same snapshot: the second one gets the first one's
manifest, whose parent and tool version stand. Where anything else differs (coverage, findings,
physical ids, observed facts) the second one is refused with ObjectExists, and a second later it isn't.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from dr_toolkit.errors import (
    BodyDamaged,
    ManifestDamaged,
    ObjectExists,
    ObjectMissing,
    ObjectNotFound,
    UnknownFormat,
)
from dr_toolkit.model import wire
from dr_toolkit.model.documents import EXCLUDED, FAILED, FORMAT, READ, Manifest, Scope, StoredObject
from dr_toolkit.model.estate import Estate, Snapshot
from dr_toolkit.store import clock, content, entries, layout
from dr_toolkit.store.entries import Entry
from dr_toolkit.store.objects import ObjectStore

BODY, IDS = "body", "ids"
"""The roles of the objects that every snapshot has."""

SECRETS = "secrets"
"""The role of the encrypted values, where there are any."""

_T = TypeVar("_T")
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class Snapshots:
    """The snapshots of one store. Whatever the store raises goes through."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

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
            if not content.holds(self._objects.get(name), data):
                raise

    def _commit(self, manifest: Manifest) -> Manifest:
        entry = _entry(manifest)
        others = self.entries(manifest.source)
        twin = replace(entry, complete=not entry.complete)
        if twin in others:
            raise ObjectExists(store=self._objects.url, name=twin.name)
        before = [e for e in others if e.id < entry.id]
        parent = {"id": before[-1].id, "sha256": self.manifest_digest(before[-1])} if before else None
        manifest = replace(manifest, parent=parent)
        try:
            self._objects.put_if_absent(entry.name, wire.manifest(manifest))
        except ObjectExists:
            there = self.manifest(entry)
            if there != replace(manifest, parent=there.parent, tool_version=there.tool_version):
                raise
            return there
        return manifest

    # --- finding ------------------------------------------------------------------------------------

    def entries(self, source: str | None = None) -> list[Entry]:
        """The snapshots of a source, or of all, the oldest first: one listing, and no object is read."""
        return entries.read(self._objects.list(layout.snapshots(source)))

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
        """SHA-256, in hex, of the manifest's bytes."""
        return wire.digest(self._objects.get(entry.name))

    def manifest(self, entry: Entry) -> Manifest:
        """The manifest, which is of this entry; raises UnknownFormat and ManifestDamaged."""
        return self._read_manifest(entry, self._objects.get(entry.name))

    def _read_manifest(self, entry: Entry, data: bytes) -> Manifest:
        store = self._objects.url
        try:
            number = wire.manifest_format(data)
            if number == FORMAT:
                manifest = wire.read_manifest(data)
                _check(manifest, entry)
                return manifest
        except _UNREADABLE as error:
            raise ManifestDamaged(name=entry.name, store=store, reason=_said(error)) from None
        raise UnknownFormat(name=entry.name, store=store, format=number, supported=FORMAT)

    def load(self, entry: Entry) -> Snapshot:
        """The snapshot, every byte of its body and ids proven; other roles are left alone.

        Raises UnknownFormat, ManifestDamaged, ObjectMissing and BodyDamaged, with the object's name.
        """
        manifest = self.manifest(entry)
        packed = {role: self._named(manifest.objects[role]) for role in (BODY, IDS)}
        data = {
            role: content.unpack(packed.pop(role), manifest.objects[role], self._objects.url) for role in (BODY, IDS)
        }
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
        return Snapshot(manifest, estate)

    def secrets(self, manifest: Manifest) -> bytes | None:
        """A snapshot's secrets, encrypted and proven; None where it holds none. Raises as ``load`` does."""
        stored = manifest.objects.get(SECRETS)
        if stored is None:
            return None
        _check_object(stored, layout.parts(manifest.source, manifest.id))
        return content.unpack(self._named(stored), stored, self._objects.url)

    def _parsed(self, manifest: Manifest, role: str, parse: Callable[[], _T]) -> _T:
        try:
            return parse()
        except _UNREADABLE as error:
            name = manifest.objects[role].name
            raise BodyDamaged(name=name, store=self._objects.url, reason=_said(error)) from None

    def _named(self, stored: StoredObject) -> bytes:
        try:
            return self._objects.get(stored.name)
        except ObjectNotFound:
            raise ObjectMissing(name=stored.name, store=self._objects.url) from None


def _entry(manifest: Manifest) -> Entry:
    return Entry(manifest.id, manifest.source, layout.taken_at(manifest.id), manifest.complete)


def _check(manifest: Manifest, entry: Entry) -> None:
    """Raises ValueError where a manifest is not the one that its name says, or names what isn't its own."""
    stated = (manifest.id, manifest.source, manifest.taken_at)
    named = (entry.id, entry.source, clock.seconds(entry.taken_at))
    if stated != named:
        raise ValueError(f"it says that it is {stated}, and its name says {named}")
    if entry.complete and not manifest.complete:
        raise ValueError("it is incomplete, and its name says that it is complete")
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
