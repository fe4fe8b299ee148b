"""The journals of a target's restores: what each run meant to do, did, and made. The record of ownership.

Runs are numbered ``000001``, ``000002``, ...; each is a sequence of records:

    begin     what is to be done; the first record
    intent    before a call
    done      after it, with what it made
    failed    after it, with what it answered
    looked    what is to be done more, after another look at the target
    resumed   somebody goes on with the run after a crash
    end       the last record; a run without one is unfinished

Every record has ``n`` (its number), ``kind``, ``at`` (UTC, ISO 8601) and ``by``, a token of the process's
own. A run is held by who wrote its latest record: since records are create-only, another holder
collides at its next record and so before its next call.

Records that fall together are written as one object: the first holds the others as ``also``, and all of them have its
``n``, ``at`` and ``by``. Readers see single records.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dr_toolkit.errors import IntegrityError, LockedError, RunNotFound, UnfinishedRun
from dr_toolkit.model import wire
from dr_toolkit.store import clock, layout
from dr_toolkit.store.clock import Clock
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.seals import UNSEALED, Seal
from dr_toolkit.store.sequences import Numbered, Sequence, numbers

BEGIN, INTENT, DONE, FAILED, RESUMED, END = "begin", "intent", "done", "failed", "resumed", "end"
LOOKED = "looked"
KINDS = frozenset({BEGIN, INTENT, DONE, FAILED, LOOKED, RESUMED, END})
"""The closed set of a record's kinds."""

_NUMBER = re.compile(r"0*[1-9][0-9]{0,17}")
_OWN = frozenset({"n", "kind", "at", "by", "also"})
_TOGETHER = KINDS - {BEGIN, END}
_SHARED = ("n", "at", "by")


def token() -> str:
    """What tells this process's records from those of any other."""
    return secrets.token_hex(8)


@dataclass(frozen=True)
class RunState:
    """A run as its journal tells it."""

    run: str
    records: tuple[dict[str, Any], ...]

    @property
    def begin(self) -> dict[str, Any]:
        """The first record: what was to be done."""
        return self.records[0]

    @property
    def finished(self) -> bool:
        """Whether the run came to its end."""
        return bool(self.records) and self.records[-1]["kind"] == END


class Runs:
    """The runs on one target, in the store that keeps its state. Whatever the store raises goes through."""

    def __init__(
        self,
        objects: ObjectStore,
        target: str,
        now: Clock = clock.now,
        by: Callable[[], str] = token,
        seal: Seal = UNSEALED,
    ) -> None:
        self._objects = objects
        self._target = target
        self._now = now
        self._by = by
        self._seal = seal

    def runs(self) -> list[str]:
        """The names of all runs, the oldest first: one listing."""
        return sorted(self._listed(), key=int)

    def last(self) -> RunState | None:
        """The last run, None where there is none: one listing, and only that run's records are read.

        Raises IntegrityError where a record is missing or can't be read.
        """
        listed = self._listed()
        return self._state(max(listed, key=int), listed) if listed else None

    def latest(self) -> dict[str, Any] | None:
        """The latest record of the last run, None where there is none: one listing, one read.

        Its ``kind`` is ``end`` where that run is finished. Raises IntegrityError where it can't be read.
        """
        listed = self._listed()
        if not listed:
            return None
        run = max(listed, key=int)
        return list(_single(self._sequence(run).get(listed[run][-1]).record))[-1]

    def state(self, run: str) -> RunState:
        """Any run, finished or not, as ``12`` or ``000012``; raises RunNotFound and IntegrityError."""
        name = _name(run)
        listed = self._listed(name) if name else {}
        if name not in listed:
            raise RunNotFound(run=run, target=self._target, store=self._objects.url)
        return self._state(name, listed)

    def begun(self, run: str) -> dict[str, Any]:
        """The first record of a run that is there: one read."""
        return self._sequence(run).get(1).record

    def begin(self, record: Mapping[str, Any], instead_of: str | None = None) -> Journal:
        """Start the next run, its first record holding ``record``.

        Raises LockedError where somebody else starts one at this moment, and UnfinishedRun where the
        last one has no end, unless ``instead_of`` names it.
        """
        listed = self._listed()
        last = max(listed, key=int, default="")
        if last and last != (_name(instead_of) if instead_of else ""):
            self._check_finished(last, listed[last])
        run = layout.number(int(last) + 1 if last else 1)
        journal = self._journal(RunState(run, ()))
        journal.append(BEGIN, **record)
        return journal

    def resume(self, run: str, **facts: Any) -> Journal:
        """Go on with an unfinished run, ``12`` or ``000012``: whoever held it till now collides from here on.

        Its next record, written at once, is of kind ``resumed`` and holds ``facts``. Raises RunNotFound
        for a run that isn't there or is finished, and LockedError where somebody else writes to it.
        """
        state = self.state(run)
        if state.finished:
            raise RunNotFound(run=run, target=self._target, store=self._objects.url)
        journal = self._journal(state)
        journal.append(RESUMED, **facts)
        return journal

    def _check_finished(self, run: str, there: list[int]) -> None:
        sequence = self._sequence(run)
        if sequence.get(there[-1]).record.get("kind") != END:
            snapshot = sequence.get(1).record.get("snapshot", "(not recorded)")
            raise UnfinishedRun(run=run, target=self._target, snapshot=snapshot)

    def _journal(self, state: RunState) -> Journal:
        return Journal(self._sequence(state.run), self._target, state, self._now, self._by())

    def _sequence(self, run: str) -> Sequence:
        return Sequence(self._objects, layout.run(self._target, run), self._seal)

    def _listed(self, run: str | None = None) -> dict[str, list[int]]:
        """The numbers of the records of one run or all."""
        prefix = layout.runs(self._target)
        names: dict[str, list[str]] = {}
        for name in self._objects.list(layout.run(self._target, run) if run else prefix):
            segment = name.removeprefix(prefix).partition("/")[0]
            if layout.parse_number(segment):
                names.setdefault(segment, []).append(name)
        listed = {run: numbers(found, layout.run(self._target, run)) for run, found in names.items()}
        return {run: found for run, found in listed.items() if found}

    def _state(self, run: str, listed: Mapping[str, list[int]]) -> RunState:
        items = self._sequence(run).read(listed[run])
        for item in items:
            if not _is_in_place(item):
                n, kind = item.record.get("n"), item.record.get("kind")
                raise IntegrityError(
                    name=layout.record(layout.run(self._target, run), item.number),
                    store=self._objects.url,
                    reason=f"it says that it is record {n}, {kind}",
                    hint="Bring back a version of the object from before the damage.",
                )
        return RunState(run, tuple(record for item in items for record in _single(item.record)))


class Journal:
    """One run that this process holds. ``append`` may be called from several threads."""

    def __init__(self, sequence: Sequence, target: str, state: RunState, now: Clock, by: str) -> None:
        self.run = state.run
        self._sequence = sequence
        self._target = target
        self._now = now
        self._by = by
        self._records = list(state.records)
        self._unwritten: list[dict[str, Any]] = []
        self._lost = False
        self._lock = threading.Lock()

    @property
    def finished(self) -> bool:
        """Whether the run's end is written."""
        return bool(self._records) and self._records[-1]["kind"] == END

    def records(self) -> list[dict[str, Any]]:
        """All records that are written, those from before a resume included. Nothing is read."""
        with self._lock:
            return list(self._records)

    def append(self, kind: str, /, **facts: Any) -> None:
        """Write a record; it is durable when this returns.

        Raises LockedError, now and ever after, when somebody else wrote to the run: make no further
        call then. A record whose writing failed otherwise may be there or not; it is written again
        before the next one. Raises ValueError for an unknown kind, for facts that have the name of
        one of the record's own members, and after the end; TypeError for facts that JSON can't hold
        (``Ref``s it can).
        """
        self.append_all([(kind, facts)])

    def append_all(self, records: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Write records as one object, each a kind and facts: all of them or none; else as ``append``.

        The first and the last record of a run stand alone.
        """
        first, *others = [_checked(kind, facts) for kind, facts in records]
        if others and not {first["kind"], *(other["kind"] for other in others)} <= _TOGETHER:
            raise ValueError("the begin and the end of a run are written by themselves")
        with self._lock:
            before = [*self._records, *self._unwritten]
            if before and before[-1]["kind"] == END:
                raise ValueError(f"run {self.run} has come to its end")
            number = before[-1]["n"] + 1 if before else 1
            own = {"n": number, "at": clock.milliseconds(self._now()), "by": self._by}
            # As it will be read back; and what can't be written must not stay in the queue for ever.
            self._unwritten.append(wire.rich(wire.plain(first | own | ({"also": others} if others else {}))))
            self._flush()

    def _flush(self) -> None:
        while self._unwritten:
            record = self._unwritten[0]
            try:
                if self._lost:
                    raise LockedError
                self._sequence.append(record, expect=record["n"])
            except LockedError:
                self._lost = True
                raise self._taken(record) from None
            self._records += _single(self._unwritten.pop(0))

    def _taken(self, record: Mapping[str, Any]) -> LockedError:
        whose = "begun" if record["kind"] == BEGIN else "continued"
        return LockedError(
            what=f"target {self._target}",
            holder=f"run {self.run} is being {whose} by somebody else",
            until="it ends",
            hint="Wait for it to end. If its process is dead: "
            f"dr-toolkit restore --to {self._target} --resume {self.run}",
        )


def _checked(kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    if kind not in KINDS or _OWN & facts.keys():
        raise ValueError(f"no record of kind {kind} with {sorted(facts)}")
    return {**facts, "kind": kind}


def _single(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A record, and those that were written with it."""
    shared = {name: record[name] for name in _SHARED if name in record}
    yield {name: value for name, value in record.items() if name != "also"}
    yield from ({**other, **shared} for other in record.get("also", ()))


def _name(run: str) -> str:
    """A run's name as a person gives it; empty for what is none."""
    return layout.number(int(run)) if _NUMBER.fullmatch(run.strip()) else ""


def _is_in_place(item: Numbered) -> bool:
    kind, also = item.record.get("kind"), item.record.get("also", [])
    known = isinstance(kind, str) and kind in KINDS and isinstance(also, list)
    known = known and all(isinstance(other, dict) and other.get("kind") in _TOGETHER for other in also)
    return known and item.record.get("n") == item.number and (kind == BEGIN) == (item.number == 1)
