"""A numbered sequence of records that are created and never rewritten; the highest number holds.

Numbers count from 1 without a gap. A record is a JSON object (it may hold ``Ref``s) in canonical bytes.
A store takes a second put of the same bytes for the first one made again: writers that must be told
apart put something of their own into their records.

With a seal each record is signed, its name included, and what isn't signed is not read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from dr_toolkit.errors import IntegrityError, LockedError, ObjectExists, ObjectNotFound
from dr_toolkit.model import wire
from dr_toolkit.store import layout, seals
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.seals import UNSEALED, Seal

_READERS = 8
_UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Numbered:
    """A record and its number."""

    number: int
    record: dict[str, Any]


class Sequence:
    """The records under ``prefix``, which ends in a slash. Whatever the store raises goes through."""

    def __init__(self, objects: ObjectStore, prefix: str, seal: Seal = UNSEALED) -> None:
        self._objects = objects
        self.prefix = prefix
        self._seal = seal

    def numbers(self) -> list[int]:
        """The numbers that are there, ascending: one listing. Other names are left out."""
        return numbers(self._objects.list(self.prefix), self.prefix)

    def get(self, number: int) -> Numbered:
        """Record number ``number``: one read.

        Raises IntegrityError where it is missing or can't be read, SignatureMissing and SignatureWrong.
        """
        name = layout.record(self.prefix, number)
        try:
            document = json.loads(self._objects.get(name))
            if not isinstance(document, dict):
                raise ValueError("it is not a JSON object")
            self._seal.check(f"record {name}", document, name=name, store=self._objects.url)
            document.pop(wire.SIGNATURES, None)
            record = wire.rich(document)
            if not isinstance(record, dict):
                raise ValueError("it is not a JSON object")
        except ObjectNotFound:
            raise self._damaged(number, "it is missing") from None
        except _UNREADABLE as error:
            raise self._damaged(number, f"it can't be read: {error}") from None
        return Numbered(number, record)

    def last(self) -> Numbered | None:
        """The record that holds: one listing and one read. None where there is none."""
        there = self.numbers()
        return self.get(there[-1]) if there else None

    def all(self) -> list[Numbered]:
        """All records, ascending. Raises IntegrityError for a gap, and for a record that can't be read."""
        return self.read(self.numbers())

    def read(self, there: list[int]) -> list[Numbered]:
        """The records of all ``there``, which must be every number from 1; raises as ``all``."""
        for expected, number in enumerate(there, 1):
            if number != expected:
                raise self._damaged(expected, "it is missing, and later ones are there")
        if len(there) < 2:
            return [self.get(number) for number in there]
        with ThreadPoolExecutor(min(_READERS, len(there))) as pool:
            return list(pool.map(self.get, there))

    def append(self, record: Mapping[str, Any], expect: int | None = None) -> int:
        """Write a record and return its number.

        With ``expect`` it gets this number, or LockedError is raised where that is taken by other content;
        else it gets the next free one, however many others are writing.
        """
        number = expect or self._next()
        while True:
            name = layout.record(self.prefix, number)
            try:
                self._objects.put_if_absent(name, self._written(name, record))
                return number
            except ObjectExists:
                if expect is not None:
                    raise self._taken(number) from None
                number += 1

    def _written(self, name: str, record: Mapping[str, Any]) -> bytes:
        document = seals.sealed(self._seal, f"record {name}", wire.plain(record))
        return wire.dumps(document).encode() + b"\n"

    def _next(self) -> int:
        there = self.numbers()
        return there[-1] + 1 if there else 1

    def _taken(self, number: int) -> LockedError:
        return LockedError(
            what=layout.record(self.prefix, number),
            holder="somebody else wrote it first",
            until="that has been looked at",
            hint="Run the command again: it begins with what is there now.",
        )

    def _damaged(self, number: int, reason: str) -> IntegrityError:
        return IntegrityError(
            name=layout.record(self.prefix, number),
            store=self._objects.url,
            reason=reason,
            hint="Bring back a version of the object from before the damage.",
        )


def numbers(names: list[str], prefix: str) -> list[int]:
    """The numbers of the records of ``prefix`` among ``names``, ascending."""
    return sorted(n for name in names if (n := layout.parse_record(prefix, name)) is not None)
