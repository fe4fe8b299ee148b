"""What a listing alone tells about snapshots, and choosing one of them. Pure.

A choice (``SNAPSHOT`` on the command line) is one of

- ``latest``: the last complete one that is not pruned;
- an id, or its unique beginning: complete or not, pruned or not;
- a UTC time with a dash: ``2026-11-22``, ``2026-11-22T03:00`` or ``2026-11-22T03:00:00``, a ``Z`` behind it
  allowed. It names the last complete one at or before the end of the day, minute or second that is
  written: a snapshot of 03:00:02 is found by ``2026-11-22T03:00`` and by ``2026-11-22``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dr_toolkit.errors import SnapshotAmbiguous, SnapshotNotFound, UsageError
from dr_toolkit.store import layout

LATEST = "latest"
"""Chooses the last complete snapshot."""

_DASHED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?Z?")
_SHOWN = 5


@dataclass(frozen=True)
class Entry:
    """A snapshot as a listing shows it; ``taken_at`` is UTC, in whole seconds.

    ``pruned``: a tombstone says that only the manifest is left. ``short``: too few of several stores have it.
    """

    id: str
    source: str
    taken_at: datetime
    complete: bool
    pruned: bool = field(default=False, compare=False)
    short: bool = field(default=False, compare=False)

    @property
    def name(self) -> str:
        """The name of its manifest."""
        return layout.manifest(self.source, self.id, self.complete)


def read(names: Collection[str], short: Container[str] = ()) -> list[Entry]:
    """The snapshots among ``names``, the oldest first; names of anything else are left out.

    ``short`` are the names that too few stores have.
    """
    found = [(name, f) for name in names if (f := layout.parse_manifest(name))]
    pruned = {stone for name in names if (stone := layout.parse_tombstone(name))}
    entries = [
        Entry(
            f.snapshot,
            f.source,
            layout.taken_at(f.snapshot),
            f.complete,
            (f.source, f.snapshot) in pruned,
            name in short,
        )
        for name, f in found
    ]
    return sorted(entries, key=lambda e: (e.id, e.source, e.complete))


def choose(entries: Sequence[Entry], spec: str, *, source: str, store: str) -> Entry:
    """The entry that ``spec`` names; ``entries`` are one source's, as ``read`` sorts them.

    Raises SnapshotNotFound, SnapshotAmbiguous, and UsageError for a day or time that doesn't exist.
    """
    if spec == LATEST or _DASHED.fullmatch(spec):
        before = end(spec)
        fitting = [e for e in entries if not e.pruned and (before is None or e.taken_at < before)]
        complete = [e for e in fitting if e.complete]
        if not complete:
            raise SnapshotNotFound(snapshot=spec, source=source, store=store, **_hint(fitting))
        return complete[-1]
    matches = {e.id: e for e in entries if spec and e.id.startswith(spec)}
    if not matches:
        raise SnapshotNotFound(snapshot=spec, source=source, store=store)
    if len(matches) > 1 and spec not in matches:
        raise SnapshotAmbiguous(snapshot=spec, source=source, matches=_some(list(matches)))
    return matches.get(spec) or next(iter(matches.values()))


def chosen_by_time(spec: str) -> bool:
    """Whether a choice is of the last one of all, or as of a time: another one would be chosen if it were gone."""
    return spec == LATEST or _DASHED.fullmatch(spec) is not None


def end(spec: str) -> datetime | None:
    """The first moment after the day, minute or second that ``spec`` names; None for ``latest``. Raises UsageError."""
    if spec == LATEST:
        return None
    try:
        start = datetime.fromisoformat(spec.removesuffix("Z")).replace(tzinfo=UTC)
        if "T" not in spec:
            return start + timedelta(days=1)
        seconds = 1 if spec.count(":") == 2 else 60
        return start + timedelta(seconds=seconds)
    except (ValueError, OverflowError) as error:
        raise UsageError(reason=f"{spec} is not a time: {error}") from None


def _hint(incomplete: Sequence[Entry]) -> dict[str, str]:
    if not incomplete:
        return {}
    last = incomplete[-1].id
    return {"hint": f"There are only incomplete ones, {last} is the last: give its id to use it as it is."}


def _some(ids: Sequence[str]) -> str:
    more = len(ids) - _SHOWN
    return ", ".join(ids[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
