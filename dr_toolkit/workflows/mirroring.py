"""``snapshot mirror``: every store gets what it lacks and another one has whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dr_toolkit.errors import CredentialsMissing, DrToolkitError, IntegrityError, ObjectNotFound, StoreError, UsageError
from dr_toolkit.model.documents import StoredObject
from dr_toolkit.report.store_results import Fault, MirrorResult, MirrorRow
from dr_toolkit.store import content, entries, layout, tombstones
from dr_toolkit.store.entries import Entry
from dr_toolkit.store.mirrored import MirroredStore
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.snapshots import Snapshots
from dr_toolkit.workflows.context import Context

_SEQUENCES = ("baselines/", "pairings/", "runs/")
_OUT_OF_REACH = (StoreError, CredentialsMissing)


def mirror(context: Context) -> MirrorResult:
    """Bring all stores to the same state. Raises UsageError where there is only one.

    Only what is proven is copied: a manifest whose signature counts, and bodies that are what it says. Nothing is
    overwritten: a damaged object is named, and comes back once it is removed where it is.
    """
    store = context.store
    if not isinstance(store, MirroredStore):
        raise UsageError(reason="there is one store, and no mirror", hint="Give others in the config, as mirrors.")
    work = _Mirroring(context, store)
    rows = tuple(work.fill(place) for place in store.places)
    return MirrorResult(rows, tuple(work.faults))


class _Mirroring:
    def __init__(self, context: Context, store: MirroredStore) -> None:
        self._context, self._store = context, store
        self._names: dict[str, frozenset[str]] = {}
        self._errors: dict[str, DrToolkitError] = {}
        self.faults: list[Fault] = []
        for place in store.places:
            try:
                self._names[place.url] = frozenset(
                    name for prefix in ("v1/", *_SEQUENCES) for name in place.list(prefix)
                )
            except _OUT_OF_REACH as error:
                self._errors[place.url] = error
        if len(self._errors) == len(store.places):
            raise self._errors[store.url]
        self._all = frozenset().union(*self._names.values())

    def fill(self, place: ObjectStore) -> MirrorRow:
        """Copy what one place lacks to it; raises nothing that is the place's own."""
        row = MirrorRow(place.url)
        if place.url in self._errors:
            return replace(row, error=self._errors[place.url])
        self._context.progress(f"mirroring to {place.url}")
        lacking = self._all - self._names[place.url]
        there = entries.read(self._all)
        try:
            for entry in there:
                row = self._snapshot(place, entry, lacking, row)
            for name in sorted(n for n in lacking if n.startswith(_SEQUENCES)):
                row = self._copy(place, name, self._first(name, place), row)
        except _OUT_OF_REACH as error:
            return replace(row, error=error)
        return row

    def _snapshot(self, place: ObjectStore, entry: Entry, lacking: frozenset[str], row: MirrorRow) -> MirrorRow:
        """The bodies first, and the manifest last, unless it is there."""
        prefix = layout.parts(entry.source, entry.id)
        if not any(name.startswith(prefix) for name in lacking):
            return row
        try:
            holder = Snapshots(self._store, self._context.seal)
            committed = holder.committed(entry)
            stone = layout.tombstone(entry.source, entry.id)
            if entry.pruned:
                tombstones.read(self._store, entry.source, entry.id, self._context.seal)
            bodies = {} if entry.pruned else {o.name: o for o in committed.manifest.objects.values()}
            for name, stored in bodies.items():
                if name in lacking:
                    row = self._copy(place, name, self._whole(stored, place), row)
            for name in (stone, entry.name):
                if name in lacking:
                    row = self._copy(place, name, self._first(name, place), row)
        except (IntegrityError, ObjectNotFound) as error:
            self._say(error, entry.name, place)
            return row
        return replace(row, snapshots=row.snapshots + (entry.name in lacking))

    def _copy(self, place: ObjectStore, name: str, data: bytes, row: MirrorRow) -> MirrorRow:
        place.put_if_absent(name, data)
        return replace(row, copied=row.copied + 1, bytes=row.bytes + len(data))

    def _whole(self, stored: StoredObject, place: ObjectStore) -> bytes:
        """A body's packed bytes from a place where they are what the manifest says."""
        fault: IntegrityError | None = None
        for copy in self._store.copies(stored.name):
            try:
                content.unpack(copy.data, stored, copy.store)
            except IntegrityError as error:
                fault = error
                continue
            return copy.data
        raise fault or ObjectNotFound(store=place.url, name=stored.name)

    def _first(self, name: str, place: ObjectStore) -> bytes:
        others: Iterator[bytes] = (copy.data for copy in self._store.copies(name) if copy.store != place.url)
        return next(others)

    def _say(self, error: DrToolkitError, name: str, place: ObjectStore) -> None:
        fault = Fault(
            str(error.facts.get("store", place.url)),
            str(error.facts.get("name", name)),
            str(error.facts.get("reason") or error.message),
        )
        if fault not in self.faults:
            self.faults.append(fault)
