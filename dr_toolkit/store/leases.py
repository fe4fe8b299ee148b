"""Leases: who may work on something now, agreed on through a store alone.

A lease is a sequence of objects ``leases/<name>/<number>.json``. The highest number holds, until the
time that it states, or till its holder writes the next number with ``state: released``. Numbers are
created, never rewritten and never deleted, so of all who want the next one exactly one gets it, and
a holder that was overtaken finds out at its next ``renew``: its number is taken.

A lease is a promise among clocks: a machine whose clock is fast takes over early by that much.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Literal, Self

from dr_toolkit.errors import DrToolkitError, IntegrityError, LockedError, ObjectExists
from dr_toolkit.store import clock
from dr_toolkit.store.claims import Claim, Holder, written
from dr_toolkit.store.clock import Clock
from dr_toolkit.store.layout import unquoted
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.processes import machine, this_host

log = logging.getLogger(__name__)

_NUMBER = re.compile(r"(\d{6,})\.json")
_TRIES = 5


class Lease:
    """A claim that this process holds; as a context manager it is released at the end.

    ``until`` (UTC) is when it runs out unless it is renewed. May be used from several threads.
    """

    def __init__(self, store: ObjectStore, name: str, claim: Claim, ttl: timedelta, now: Clock) -> None:
        self.name = name
        self._store = store
        self._claim = claim
        self._ttl = ttl
        self._now = now
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Lease({self.name!r}, number {self.number}, {self._claim.state})"

    @property
    def number(self) -> int:
        """The number of the last claim that this lease wrote."""
        return self._claim.number

    @property
    def until(self) -> datetime:
        """When the lease runs out unless it is renewed (UTC)."""
        return self._claim.until

    def renew(self) -> None:
        """Hold for another full time from now.

        Raises ``LockedError`` when another run has taken over, or after ``release``: stop writing.
        """
        with self._lock:
            self._renew()

    def keep(self) -> None:
        """``renew`` where less than half of the time is left; cheap enough for every step."""
        with self._lock:
            if self._claim.state == "released" or self.until - self._now() < self._ttl / 2:
                self._renew()

    def release(self) -> None:
        """Give the lease up. Nothing happens when it was released, or lost, before."""
        with self._lock:
            if self._claim.state == "released":
                return
            try:
                self._advance("released", self._now())
            except LockedError as lost:
                log.debug("not released, since it was lost before: %s", lost)
                self._claim = replace(self._claim, state="released")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.release()
        except DrToolkitError as trouble:  # the work's own result, or error, is what counts
            log.warning("lease %s could not be released, it runs out by itself: %s", self.name, trouble)

    def _renew(self) -> None:
        if self._claim.state == "released":
            raise LockedError(what=_spoken(self.name), holder="nobody: given up here", until=written(self.until))
        self._advance("held", self._now() + self._ttl)

    def _advance(self, state: Literal["held", "released"], until: datetime) -> None:
        """Write the next number, or raise ``LockedError`` when another run has it."""
        while True:
            wanted = replace(self._claim, number=self.number + 1, state=state, until=until)
            try:
                _write(self._store, self.name, wanted)
            except ObjectExists:
                last = current(self._store, self.name)
                if last is None or last.holder != wanted.holder:
                    raise _locked(self.name, last) from None
                self._claim = last  # a write of ours, whose answer never came
            else:
                self._claim = wanted
                return


def acquire(store: ObjectStore, name: str, ttl_seconds: float, now: Clock = clock.now) -> Lease:
    """Take the lease ``name``, such as ``restore/dr-usw2``, for ``ttl_seconds`` from now.

    Raises ``LockedError`` when another run holds it, this process included. A claim that has run
    out, was released, or whose process died on this very machine is taken over.
    """
    ttl = timedelta(seconds=ttl_seconds)
    holder = Holder(this_host(), os.getpid(), secrets.token_hex(16), machine())
    for _ in range(_TRIES):
        last = current(store, name)
        if last and last.holds(now()):
            raise _locked(name, last)
        claim = Claim(last.number + 1 if last else 1, holder, now() + ttl, "held")
        if last and last.state == "held":
            log.info("lease %s: taking over from %s, until %s", name, last.holder, written(last.until))
        try:
            _write(store, name, claim)
        except ObjectExists:
            continue  # another was faster: it holds now, or has released already
        return Lease(store, name, claim, ttl, now)
    raise _locked(name, current(store, name))


class Leases:
    """Several leases that one process holds together; as a context manager they are released at the end."""

    def __init__(self, held: Sequence[Lease]) -> None:
        self._held = tuple(held)

    def keep(self) -> None:
        """``Lease.keep`` for each of them."""
        for lease in self._held:
            lease.keep()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for lease in reversed(self._held):
            lease.__exit__(kind, error, trace)


def acquire_all(store: ObjectStore, names: Iterable[str], ttl_seconds: float, now: Clock = clock.now) -> Leases:
    """Take several leases in their order, all of them or none; as ``acquire``."""
    held: list[Lease] = []
    try:
        for name in names:
            held.append(acquire(store, name, ttl_seconds, now))
    except DrToolkitError as error:
        Leases(held).__exit__(type(error), error, None)
        raise
    return Leases(held)


def current(store: ObjectStore, name: str) -> Claim | None:
    """The claim with the highest number, held or not; None where the lease was never taken.

    Raises ``IntegrityError`` where that claim can't be read.
    """
    prefix = f"leases/{name}/"
    found = (_NUMBER.fullmatch(entry.removeprefix(prefix)) for entry in store.list(prefix))
    number = max((int(match[1]) for match in found if match), default=0)
    if not number:
        return None
    entry = _entry(name, number)
    try:
        return Claim.decode(number, store.get(entry))
    except ValueError as error:
        hint = f"If no run is active, remove {entry} from the store."
        raise IntegrityError(name=entry, store=store.url, reason=str(error), hint=hint) from error


def _entry(name: str, number: int) -> str:
    return f"leases/{name}/{number:06d}.json"


def _write(store: ObjectStore, name: str, claim: Claim) -> None:
    store.put_if_absent(_entry(name, claim.number), claim.encode())


def _locked(name: str, claim: Claim | None) -> LockedError:
    holder, until = (str(claim.holder), written(claim.until)) if claim else ("another run", "a moment")
    return LockedError(what=_spoken(name), holder=holder, until=until)


def _spoken(name: str) -> str:
    """What a lease is for, as a person reads of it: ``a restore to away``."""
    kind, _, of = name.partition("/")
    return f"a restore to {unquoted(of) or of}" if kind == "restore" else name
