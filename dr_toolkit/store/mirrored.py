"""One store in several places: written to all of them, counted by a quorum, read from any that has it whole.

The first place that can be reached decides who of several writers of one name was first; the others follow it. A
place that can't be reached, or that missed an object, gets nothing more from this process: what names an object is
then never where the object is not, and ``snapshot mirror`` brings the place up to date.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dr_toolkit.errors import BelowQuorum, CredentialsMissing, DrToolkitError, ObjectExists, ObjectNotFound, StoreError
from dr_toolkit.store.objects import ObjectStat, ObjectStore

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_SILENT_SECONDS = 300.0
_OUT_OF_REACH = (StoreError, CredentialsMissing)


@dataclass(frozen=True)
class Copy:
    """An object's content, and the URL of the place that it was read from."""

    store: str
    data: bytes


class MirroredStore:
    """An ``ObjectStore`` on several others, all of which hold the same names.

    ``quorum`` is how many of them must take what counts: a manifest, a tombstone, a baseline. Of anything else one will
    do, so that as much as possible is written before the manifest tells that it was not enough.
    """

    def __init__(self, places: Sequence[ObjectStore], quorum: int) -> None:
        self.places = tuple(places)
        self.quorum = quorum
        self.url = places[0].url
        self._silent: dict[str, tuple[DrToolkitError, float]] = {}
        self._behind: dict[str, DrToolkitError] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"MirroredStore({self.url!r})"

    def get(self, name: str) -> bytes:
        """See ``ObjectStore.get``: from the first place that has it."""
        return next(self.copies(name)).data

    def copies(self, name: str) -> Iterator[Copy]:
        """The object as each place has it, in their order, read one after another; raises as ``get`` where none has."""
        found, last = False, ObjectNotFound(store=self.url, name=name)
        for place in self._reached():
            try:
                data = self._asked(place, lambda p: p.get(name))
            except ObjectNotFound:
                continue
            if data is not None:
                found = True
                yield Copy(place.url, data)
        if not found:
            raise self._nobody() or last

    def put_if_absent(self, name: str, data: bytes) -> None:
        """See ``ObjectStore.put_if_absent``; raises BelowQuorum where too few places took it."""
        taken = 0
        for place in self.places:
            if place.url in self._behind:
                continue
            try:
                place.put_if_absent(name, data)
                taken += 1
            except ObjectExists as error:
                if not taken:
                    raise
                self._fall_behind(place, error)
            except _OUT_OF_REACH as error:
                self._fall_behind(place, error)
        if taken < (self.quorum if _counts(name) else 1):
            reasons = "; ".join(error.message for error in self._behind.values())
            raise BelowQuorum(name=name, have=taken, total=len(self.places), quorum=self.quorum, reason=reasons)

    def list(self, prefix: str) -> list[str]:
        """See ``ObjectStore.list``: what any place that can be reached has."""
        return sorted(self.held(prefix))

    def held(self, prefix: str) -> dict[str, int]:
        """The names that start with ``prefix``, and how many places have each; one that is silent may have it."""
        counts: dict[str, int] = {}
        for place in self._reached():
            for name in self._asked(place, lambda p: p.list(prefix)) or []:
                counts[name] = counts.get(name, 0) + 1
        if fault := self._nobody():
            raise fault
        silent = len(self._silent)
        return {name: count + silent for name, count in counts.items()}

    def delete(self, name: str) -> None:
        """See ``ObjectStore.delete``: from every place; raises where one can't be reached."""
        for place in self.places:
            place.delete(name)

    def stat(self, name: str) -> ObjectStat | None:
        """See ``ObjectStore.stat``: of the first place that has it."""
        for place in self._reached():
            found = self._asked(place, lambda p: p.stat(name))
            if found is not None:
                return found
        if fault := self._nobody():
            raise fault
        return None

    def forgive(self) -> None:
        """Try every place again: at the beginning of a piece of work, all of whose objects are yet to be written."""
        with self._lock:
            self._silent.clear()
            self._behind.clear()

    def _reached(self) -> Iterator[ObjectStore]:
        """The places that did not fail to answer of late: waiting for one again and again costs minutes.

        Where all of them failed, all are asked again.
        """
        with self._lock:
            since = time.monotonic() - _SILENT_SECONDS
            self._silent = {url: said for url, said in self._silent.items() if said[1] > since}
            if len(self._silent) == len(self.places):
                self._silent.clear()
            reached = [place for place in self.places if place.url not in self._silent]
        yield from reached

    def _asked(self, place: ObjectStore, question: Callable[[ObjectStore], _T]) -> _T | None:
        """A place's answer; None where it gives none, from then on."""
        try:
            return question(place)
        except ObjectNotFound:
            raise
        except _OUT_OF_REACH as error:
            with self._lock:
                if place.url not in self._silent:
                    log.warning("reading without the store %s: %s", place.url, error)
                self._silent[place.url] = error, time.monotonic()
            return None

    def _nobody(self) -> DrToolkitError | None:
        """The first place's own error, where no place answers."""
        return self._silent[self.url][0] if len(self._silent) == len(self.places) else None

    def _fall_behind(self, place: ObjectStore, error: DrToolkitError) -> None:
        with self._lock:
            if place.url not in self._behind:
                log.warning("writing without the store %s: %s", place.url, error)
            self._behind[place.url] = error


def _counts(name: str) -> bool:
    return name.endswith((".manifest.json", ".pruned.json")) or name.startswith("baselines/")


def copies(objects: ObjectStore, name: str) -> Iterator[Copy]:
    """The object as each place of a store has it; a store that isn't mirrored has one. Raises ObjectNotFound."""
    if isinstance(objects, MirroredStore):
        yield from objects.copies(name)
    else:
        yield Copy(objects.url, objects.get(name))


def places(objects: ObjectStore) -> tuple[ObjectStore, ...]:
    """The stores that a store is kept in: itself, where it isn't mirrored."""
    return objects.places if isinstance(objects, MirroredStore) else (objects,)
