"""Which snapshot is a source's baseline, who made it so, and why: a numbered sequence, its own history."""

from __future__ import annotations

from dataclasses import dataclass

from dr_toolkit.errors import IntegrityError, LockedError
from dr_toolkit.store import clock, layout
from dr_toolkit.store.clock import Clock
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.seals import UNSEALED, Seal
from dr_toolkit.store.sequences import Numbered, Sequence

_PREFIX = "baselines/"
_MEMBERS = ("source", "snapshot", "manifest_sha256", "set_at", "set_by", "reason")


@dataclass(frozen=True)
class Baseline:
    """A snapshot that live configuration is compared with.

    ``manifest_sha256`` is the digest of the manifest as it was when the baseline was set: whoever loads the
    snapshot compares. ``set_at`` is UTC in ISO 8601; ``number`` counts a source's baselines from 1.
    """

    number: int
    source: str
    snapshot: str
    manifest_sha256: str
    set_at: str
    set_by: str
    reason: str


class Baselines:
    """The baselines in one store. Whatever the store raises goes through."""

    def __init__(self, objects: ObjectStore, now: Clock = clock.now, seal: Seal = UNSEALED) -> None:
        self._objects = objects
        self._now = now
        self._seal = seal

    def get(self, source: str, number: int | None = None) -> Baseline | None:
        """The baseline that holds, None where there is none: one listing, one read. Raises IntegrityError.

        Without a listing where its number is known already; 0: there is none.
        """
        sequence = self._sequence(source)
        last = sequence.last() if number is None else sequence.get(number) if number else None
        return self._read(source, last) if last else None

    def numbers(self) -> dict[str, int]:
        """The number of the baseline that holds, by source: one listing for all."""
        found: dict[str, int] = {}
        for name in self._objects.list(_PREFIX):
            source = layout.unquoted(name.removeprefix(_PREFIX).partition("/")[0])
            number = layout.parse_record(layout.baselines(source), name) if source else None
            if source and number:
                found[source] = max(found.get(source, 0), number)
        return found

    def number(self, source: str) -> int:
        """The number of the baseline that holds, 0 where there is none: one listing, and it may be one to refuse."""
        return max(self._sequence(source).numbers(), default=0)

    def history(self, source: str) -> list[Baseline]:
        """All baselines of a source, the oldest first. Raises IntegrityError."""
        return [self._read(source, item) for item in self._sequence(source).all()]

    def set(
        self,
        source: str,
        snapshot: str,
        manifest_sha256: str,
        *,
        set_by: str,
        reason: str,
        replaces: int | None = None,
    ) -> Baseline:
        """Make ``snapshot`` the baseline of ``source``.

        With ``replaces``, only where the baseline that holds has this number (0: where there is none);
        else LockedError: somebody else has set one in the meantime.
        """
        sequence = self._sequence(source)
        if replaces is not None and self.number(source) != replaces:
            raise _overtaken(source)
        record = {
            "source": source,
            "snapshot": snapshot,
            "manifest_sha256": manifest_sha256,
            "set_at": clock.seconds(self._now()),
            "set_by": set_by,
            "reason": reason,
        }
        try:
            number = sequence.append(record, expect=None if replaces is None else replaces + 1)
        except LockedError:
            raise _overtaken(source) from None
        return Baseline(number, **record)

    def _sequence(self, source: str) -> Sequence:
        return Sequence(self._objects, layout.baselines(source), self._seal)

    def _read(self, source: str, item: Numbered) -> Baseline:
        try:
            known = {name: item.record[name] for name in _MEMBERS}
            if not all(isinstance(value, str) for value in known.values()):
                raise ValueError("a member is not a text")
            if known["source"] != source:
                raise ValueError(f"it is a baseline of {known['source']}")
        except (KeyError, ValueError) as error:
            raise IntegrityError(
                name=layout.record(layout.baselines(source), item.number),
                store=self._objects.url,
                reason=f"it is no baseline of {source}: {error}",
                hint="Bring back a version of the object from before the damage, or set the baseline again.",
            ) from None
        return Baseline(item.number, **known)


def _overtaken(source: str) -> LockedError:
    return LockedError(
        what=f"the baseline of {source}",
        holder="somebody else has set it just now",
        until="that has been looked at",
        hint=f"See what it is now: dr-toolkit baseline show --source {source}",
    )
