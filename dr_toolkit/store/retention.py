"""Which snapshots of a source are kept, and why. Pure.

Rules keep, and what no rule keeps may go. The rules by period keep the last complete snapshot of each of so many
hours, days, ISO weeks, months and years (UTC) that have one. Ages are counted from the newest snapshot, not from this
machine's clock: one that is ahead must not prune the more for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_toolkit.store.entries import Entry

CLOCKS_DIFFER = timedelta(minutes=15)
"""By so much a snapshot may be dated ahead of this machine's clock."""

_PERIODS: dict[str, tuple[str, Callable[[datetime], tuple[int, ...]]]] = {
    "hourly": ("hour", lambda at: (at.year, at.month, at.day, at.hour)),
    "daily": ("day", lambda at: (at.year, at.month, at.day)),
    "weekly": ("week", lambda at: tuple(at.isocalendar())[:2]),
    "monthly": ("month", lambda at: (at.year, at.month)),
    "yearly": ("year", lambda at: (at.year,)),
}


@dataclass(frozen=True)
class Rules:
    """How many to keep: the last ones, one for each of so many periods (by name), and all of a length of time."""

    last: int = 0
    periods: Mapping[str, int] | None = None
    within: timedelta | None = None


@dataclass(frozen=True)
class Verdict:
    """What becomes of a snapshot, and why: the rules and circumstances that keep it; none where it may go."""

    entry: Entry
    kept_by: tuple[str, ...]

    @property
    def keep(self) -> bool:
        """Whether it stays."""
        return bool(self.kept_by)


def judge(there: Sequence[Entry], rules: Rules, protected: Mapping[str, str], now: datetime) -> list[Verdict]:
    """A verdict on each of a source's snapshots that is not pruned yet, the oldest first.

    ``protected`` are the ids that must stay whatever the rules say, with the reason.
    """
    living = [e for e in there if not e.pruned]
    ahead = {e.id for e in living if e.taken_at > now + CLOCKS_DIFFER}
    counted = [e for e in living if e.id not in ahead]
    complete = [e for e in counted if e.complete]
    reasons: dict[str, list[str]] = {e.id: [] for e in living}
    for reason, kept in _kept(complete, counted, rules):
        for entry in kept:
            reasons[entry.id].append(reason)
    for entry in living:
        if entry.id in ahead:
            reasons[entry.id].append("dated in the future")
        if complete and not entry.complete and entry.id > complete[-1].id:
            reasons[entry.id].append("newer than the last complete one")
        if not complete and entry.id not in ahead:
            reasons[entry.id].append("there is no complete one")
        if entry.id in protected:
            reasons[entry.id].append(protected[entry.id])
    return [Verdict(e, tuple(reasons[e.id])) for e in living]


def _kept(complete: Sequence[Entry], counted: Sequence[Entry], rules: Rules) -> list[tuple[str, Sequence[Entry]]]:
    """Each rule with what it keeps."""
    found: list[tuple[str, Sequence[Entry]]] = [("the last complete one", complete[-1:])]
    if rules.last:
        found.append((f"keep_last: {rules.last}", complete[-rules.last :]))
    for name, number in (rules.periods or {}).items():
        word, period = _PERIODS[name]
        last = {period(e.taken_at): e for e in complete}
        newest = sorted(last.items(), reverse=True)[:number]
        found += [(f"keep_{name}: the last of its {word}", [entry]) for _, entry in newest]
    if rules.within and counted:
        since = counted[-1].taken_at - rules.within
        found.append(("keep_within", [e for e in counted if e.taken_at >= since]))
    return found
