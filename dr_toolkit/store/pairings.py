"""Which resource of a source is which in a target: so that a rename at home is a rename abroad."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from dr_toolkit.errors import IntegrityError, LockedError
from dr_toolkit.store import layout
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.seals import UNSEALED, Seal
from dr_toolkit.store.sequences import Sequence


class Pairings:
    """The pairing tables in one store. Whatever the store raises goes through."""

    def __init__(self, objects: ObjectStore, seal: Seal = UNSEALED) -> None:
        self._objects = objects
        self._seal = seal

    def get(self, source: str, target: str) -> dict[str, str]:
        """Printed keys of the source to physical ids in the target; empty where nothing was paired.

        One listing, one read. Raises IntegrityError for a table that can't be read.
        """
        return self._read(source, target)[1]

    def known(self, source: str, target: str) -> dict[str, str]:
        """What ``get`` says, and what is kept of the source for any other target here; the target's own holds.

        A target may have been restored into under other names, and an id of another region or account is never found
        in this one. Raises IntegrityError for a table that can't be read.
        """
        prefix = layout.pairings_of(source)
        segments = {name.removeprefix(prefix).partition("/")[0] for name in self._objects.list(prefix)}
        pairs: dict[str, str] = {}
        for other in sorted(name for segment in segments if (name := layout.unquoted(segment))):
            pairs |= self.get(source, other) if other != target else {}
        return pairs | self.get(source, target)

    def add(self, source: str, target: str, new: Mapping[str, str]) -> None:
        """Put ``new`` over what is there, as one new table: once a run, not once a resource.

        Nothing is written where nothing changes. Others may add at the same time; no pair is lost.
        """
        self._change(source, target, lambda table: table | dict(new))

    def drop(self, source: str, target: str, gone: Container[str]) -> None:
        """Leave out the pairs of what is gone, by its ids in the target: one new table, if there are any."""
        self._change(source, target, lambda table: {k: v for k, v in table.items() if v not in gone})

    def _change(self, source: str, target: str, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
        while True:
            number, table = self._read(source, target)
            changed = change(table)
            if changed == table:
                return
            record = {"source": source, "target": target, "pairs": changed}
            try:
                self._sequence(source, target).append(record, expect=number + 1)
            except LockedError:
                continue
            return

    def _sequence(self, source: str, target: str) -> Sequence:
        return Sequence(self._objects, layout.pairings(source, target), self._seal)

    def _read(self, source: str, target: str) -> tuple[int, dict[str, str]]:
        last = self._sequence(source, target).last()
        if last is None:
            return 0, {}
        table = last.record.get("pairs")
        stated = (last.record.get("source"), last.record.get("target"))
        if stated != (source, target) or not isinstance(table, dict) or not _texts(table):
            raise IntegrityError(
                name=layout.record(layout.pairings(source, target), last.number),
                store=self._objects.url,
                reason=f"it is no pairing table of {source} and {target}",
                hint="Bring back a version of the object from before the damage.",
            )
        return last.number, table


def _texts(table: Mapping[object, object]) -> bool:
    return all(isinstance(value, str) for value in table.values())
