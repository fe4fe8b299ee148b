"""Retention: which snapshots stay, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_toolkit.store.entries import Entry
from dr_toolkit.store.retention import Rules, judge

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NOBODY: Mapping[str, str] = {}


def entry(at: datetime, *, complete: bool = True, pruned: bool = False) -> Entry:
    """A snapshot of that time."""
    return Entry(f"{at:%Y%m%dT%H%M%SZ}-000000000000", "prod", at, complete, pruned)


def every(length: timedelta, number: int, end: datetime = NOW) -> list[Entry]:
    """So many snapshots, the oldest first; the last one at ``end``."""
    return [entry(end - length * n) for n in reversed(range(number))]


def kept(there: list[Entry], rules: Rules, protected: Mapping[str, str] = NOBODY, now: datetime = NOW) -> list[str]:
    """The times of those that stay."""
    return [f"{v.entry.taken_at:%Y-%m-%d %H}" for v in judge(there, rules, protected, now) if v.keep]


DAY, HOUR = timedelta(days=1), timedelta(hours=1)

CASES = [
    (Rules(last=2), every(DAY, 4), ["2026-11-24 12", "2026-11-25 12"]),
    (Rules(last=9), every(DAY, 2), ["2026-11-24 12", "2026-11-25 12"]),
    (Rules(periods={"hourly": 2}), every(HOUR / 2, 5), ["2026-11-25 11", "2026-11-25 12"]),
    (Rules(periods={"daily": 2}), every(HOUR * 6, 8), ["2026-11-24 18", "2026-11-25 12"]),
    (Rules(periods={"weekly": 2}), every(DAY, 14), ["2026-11-22 12", "2026-11-25 12"]),
    (Rules(periods={"monthly": 3}), every(DAY * 10, 9), ["2026-09-26 12", "2026-10-26 12", "2026-11-25 12"]),
    (Rules(periods={"yearly": 2}), every(DAY * 200, 4), ["2025-10-21 12", "2026-11-25 12"]),
    (Rules(within=DAY * 2), every(DAY, 5), ["2026-11-23 12", "2026-11-24 12", "2026-11-25 12"]),
    (Rules(), every(DAY, 3), ["2026-11-25 12"]),
]


@pytest.mark.parametrize(("rules", "there", "stay"), CASES)
def test_each_rule_keeps_what_it_says(rules: Rules, there: list[Entry], stay: list[str]) -> None:
    assert kept(there, rules) == stay


def test_a_gap_in_time_does_not_use_up_a_rule() -> None:
    there = [entry(NOW - DAY * n) for n in (300, 200, 100, 0)]
    assert len(kept(there, Rules(periods={"daily": 4}))) == 4


def test_every_reason_is_told() -> None:
    (only,) = judge([entry(NOW)], Rules(last=1, periods={"daily": 1}, within=DAY), {entry(NOW).id: "the baseline"}, NOW)
    assert only.kept_by == (
        "the last complete one",
        "keep_last: 1",
        "keep_daily: the last of its day",
        "keep_within",
        "the baseline",
    )


def test_the_last_complete_one_stays_and_so_do_the_newer_ones() -> None:
    there = [
        entry(NOW - DAY * 3),
        entry(NOW - DAY * 2, complete=False),
        entry(NOW - DAY),
        entry(NOW, complete=False),
    ]
    verdicts = judge(there, Rules(), NOBODY, NOW)
    assert [v.keep for v in verdicts] == [False, False, True, True]
    assert verdicts[3].kept_by == ("newer than the last complete one",)


def test_without_a_complete_one_nothing_goes() -> None:
    there = [entry(NOW - DAY * n, complete=False) for n in (400, 300)]
    assert [v.kept_by for v in judge(there, Rules(last=1), NOBODY, NOW)] == [("there is no complete one",)] * 2


def test_what_is_protected_stays_whatever_the_rules_say() -> None:
    there = every(DAY, 4)
    verdicts = judge(there, Rules(last=1), {there[0].id: "locked until 2027"}, NOW)
    assert [v.kept_by for v in verdicts][:2] == [("locked until 2027",), ()]


def test_what_is_dated_in_the_future_stays_and_uses_up_no_rule() -> None:
    there = [*every(DAY, 3), entry(NOW + DAY)]
    verdicts = judge(there, Rules(last=2), NOBODY, NOW)
    assert [v.keep for v in verdicts] == [False, True, True, True]
    assert verdicts[3].kept_by == ("dated in the future",)


@pytest.mark.parametrize("ahead", [DAY, DAY * 3650])
def test_a_clock_that_is_ahead_prunes_no_more_for_it(ahead: timedelta) -> None:
    there, rules = every(DAY, 5), Rules(within=DAY * 2)
    assert kept(there, rules, now=NOW + ahead) == kept(there, rules)


def test_what_was_pruned_is_not_judged() -> None:
    there = [entry(NOW - DAY, pruned=True), entry(NOW)]
    assert [v.entry for v in judge(there, Rules(last=5), NOBODY, NOW)] == there[1:]


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.booleans(), st.booleans()), max_size=60, unique_by=lambda t: t[0]),
    st.dictionaries(st.sampled_from(["hourly", "daily", "weekly", "monthly", "yearly"]), st.integers(1, 9)),
    st.integers(0, 5),
    st.integers(-48, 48),
)
def test_whatever_the_rules_the_last_complete_one_stays_and_more_rules_keep_no_less(
    hours: list[tuple[int, bool, bool]], periods: dict[str, int], last: int, skew: int
) -> None:
    there = sorted((entry(NOW - HOUR * h, complete=c, pruned=p) for h, c, p in hours), key=lambda e: e.id)
    now = NOW + HOUR * skew
    few, more = Rules(last, periods), Rules(last + 1, {**periods, "daily": 9}, HOUR * 5)
    stay = {v.entry.id for v in judge(there, few, NOBODY, now) if v.keep}
    complete = [e for e in there if e.complete and not e.pruned]
    assert not complete or complete[-1].id in stay
    assert stay <= {v.entry.id for v in judge(there, more, NOBODY, now) if v.keep}
    again = [e for e in there if e.id in stay]
    assert [v.keep for v in judge(again, few, NOBODY, now)] == [True] * len(again)
