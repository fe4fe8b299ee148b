"""Crontab: what it reads, what it refuses, and its times against a count minute by minute."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dr_toolkit.crontab import Crontab, time_zone

MINUTE = timedelta(minutes=1)
NEW_YORK = "America/New_York"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def firings(expression: str, timezone: str, start: str, count: int) -> list[str]:
    crontab, moment, found = Crontab.parse(expression, timezone), at(start), []
    for _ in range(count):
        moment = crontab.next_after(moment)
        found.append(f"{moment:%Y-%m-%dT%H:%M}")
    return found


# --- what it reads ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 3 * * *", ["2026-11-23T03:00", "2026-11-24T03:00"]),
        ("  0   3 * *\t* ", ["2026-11-23T03:00", "2026-11-24T03:00"]),
        ("*/20 * * * *", ["2026-11-22T12:20", "2026-11-22T12:40"]),
        ("10-40/15 * * * *", ["2026-11-22T12:10", "2026-11-22T12:25"]),
        ("0 22-23,0-1 * * *", ["2026-11-22T22:00", "2026-11-22T23:00"]),
        ("0 0 * * 0", ["2026-11-29T00:00", "2026-12-06T00:00"]),
        ("0 0 * * 7", ["2026-11-29T00:00", "2026-12-06T00:00"]),
        ("0 0 * * 1-5", ["2026-11-23T00:00", "2026-11-24T00:00"]),
        ("0 0 * * 6-7", ["2026-11-28T00:00", "2026-11-29T00:00"]),
        ("0 0 * * SAT-Sun", ["2026-11-28T00:00", "2026-11-29T00:00"]),
        ("0 0 * * sun-tue", ["2026-11-23T00:00", "2026-11-24T00:00"]),
        ("0 0 1 jan,Jul *", ["2027-01-01T00:00", "2027-07-01T00:00"]),
        ("0 0 1 feb-mar *", ["2027-02-01T00:00", "2027-03-01T00:00"]),
        ("0 0 29 2 *", ["2028-02-29T00:00", "2032-02-29T00:00"]),
        ("0 0 31 * *", ["2026-12-31T00:00", "2027-01-31T00:00"]),
        ("*/60 */24 * * *", ["2026-11-23T00:00", "2026-11-24T00:00"]),
        ("@yearly", ["2027-01-01T00:00", "2028-01-01T00:00"]),
        ("@annually", ["2027-01-01T00:00", "2028-01-01T00:00"]),
        ("@monthly", ["2026-12-01T00:00", "2027-01-01T00:00"]),
        ("@weekly", ["2026-11-29T00:00", "2026-12-06T00:00"]),
        ("@Daily", ["2026-11-23T00:00", "2026-11-24T00:00"]),
        ("@midnight", ["2026-11-23T00:00", "2026-11-24T00:00"]),
        ("@hourly", ["2026-11-22T13:00", "2026-11-22T14:00"]),
    ],
)
def test_reads_what_cron_reads(expression: str, expected: list[str]) -> None:
    assert firings(expression, "UTC", "2026-11-22T12:00", 2) == expected  # a Sunday


def test_day_or_weekday_when_both_are_restricted() -> None:
    expected = ["2026-11-23", "2026-11-30", "2026-12-01", "2026-12-07"]
    assert firings("0 2 1 * 1", "UTC", "2026-11-22", 4) == [f"{day}T02:00" for day in expected]


def test_a_day_field_that_begins_with_a_star_restricts_nothing_by_itself() -> None:
    assert firings("0 0 */2 * mon", "UTC", "2026-11-22", 2) == ["2026-11-23T00:00", "2026-12-07T00:00"]
    assert firings("0 0 1-31 * mon", "UTC", "2026-11-24", 1) == ["2026-11-25T00:00"]


def test_leap_day_is_found_over_the_turn_of_a_century() -> None:
    assert firings("0 0 29 2 *", "UTC", "2096-03-01", 1) == ["2104-02-29T00:00"]
    assert firings("0 0 29 2 */7", "UTC", "2088-03-01", 1) == ["2128-02-29T00:00"]  # Sundays only


def test_macro_keeps_its_name_and_time_zone() -> None:
    crontab = Crontab.parse("@daily", NEW_YORK)
    assert (crontab.expression, crontab.timezone) == ("@daily", NEW_YORK)
    assert crontab == Crontab.parse(" @daily ", timezone=NEW_YORK)


# --- what it refuses ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "five fields"),
        ("0 3 * *", "five fields"),
        ("0 0 3 * * *", "five fields"),
        ("@fortnightly", "five fields"),
        ("@reboot", "no time"),
        ("60 * * * *", "minute 60 is not between 0 and 59"),
        ("0 24 * * *", "hour 24 is not between 0 and 23"),
        ("0 0 0 * *", "day 0 is not between 1 and 31"),
        ("0 0 * 13 *", "month 13 is not between 1 and 12"),
        ("0 0 * * 8", "weekday 8 is not between 0 and 7"),
        ("0 0 * * sunday", 'weekday "sunday" is not a number or one of sun, mon'),
        ("0 0 * mon *", 'month "mon" is not a number or one of jan, feb'),
        ("jan * * * *", 'minute "jan" is not a number'),
        ("0 22-2 * * *", "hour range ends before it begins"),
        ("0 0 * * fri-tue", "weekday range ends before it begins"),
        ("0 0 * * 5-0", "weekday range ends before it begins"),
        ("5/15 * * * *", "write 5-59/15"),
        ("0 0 * * mon/2", "write 1-7/2"),
        ("*/0 * * * *", "minute step 0 is not between 1 and 60"),
        ("*/90 * * * *", "minute step 90 is not between 1 and 60"),
        ("0 */25 * * *", "hour step 25 is not between 1 and 24"),
        ("1,,2 * * * *", '"" is not a minute'),
        ("-5 * * * *", '"-5" is not a minute'),
        ("0 0 L * *", 'day "L" is not a number'),
        ("0 0 ? * 1", '"?" is not a day'),
        ("0 0 * * 5#2", '"5#2" is not a weekday'),
        ("\u0663 * * * *", "is not a minute"),
        ("0 0 31 2 *", "never fires"),
        ("0 0 30-31 feb *", "never fires"),
        ("0 0 31 4,6,9,11 *", "never fires"),
        ("0 0 31 feb */2", "never fires"),
    ],
)
def test_refuses_with_the_reason(expression: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        Crontab.parse(expression)
    assert reason in str(caught.value)


def test_a_day_that_no_month_has_is_fine_where_a_weekday_will_do() -> None:
    assert firings("0 0 31 2 mon", "UTC", "2027-01-31", 1) == ["2027-02-01T00:00"]


@pytest.mark.parametrize("name", ["", "Mars/Base", "America", "../etc/passwd", "/etc/localtime", "a\0b", "zone.tab"])
def test_unknown_time_zones_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Crontab.parse("0 3 * * *", name)


def test_a_time_zone_of_the_wrong_case_is_suggested() -> None:
    with pytest.raises(ValueError, match='did you mean "Europe/Berlin"'):
        time_zone("europe/berlin")


def test_utc_needs_no_time_zone_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> zoneinfo.ZoneInfo:
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", missing)
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    assert Crontab.parse("0 3 * * *").next_after(at("2026-11-22")) == at("2026-11-22T03:00")
    with pytest.raises(ValueError, match="this machine has no time zone database"):
        time_zone("Europe/Berlin")


def test_moments_must_be_aware() -> None:
    crontab = Crontab.parse("0 3 * * *")
    for find in (crontab.next_after, crontab.previous_before_or_at):
        with pytest.raises(ValueError, match="no time zone"):
            find(datetime(2026, 11, 22))


def test_the_ends_of_the_calendar_overflow() -> None:
    crontab = Crontab.parse("0 0 1 1 *")
    with pytest.raises(OverflowError):
        crontab.next_after(at("9999-12-31"))
    with pytest.raises(OverflowError):
        Crontab.parse("0 0 31 12 *").previous_before_or_at(at("0001-06-01"))


# --- clocks that are changed --------------------------------------------------------------------


def test_a_skipped_time_fires_once_at_the_first_instant_after_the_gap() -> None:
    expected = ["2026-03-07T07:30", "2026-03-08T07:00", "2026-03-09T06:30"]
    assert firings("30 2 * * *", NEW_YORK, "2026-03-07", 3) == expected
    both = ["2026-03-08T06:45", "2026-03-08T07:00", "2026-03-08T07:15"]
    assert firings("*/15 1-3 8 3 *", NEW_YORK, "2026-03-08T06:30", 3) == both


def test_a_repeated_time_fires_once_the_first_time_round() -> None:
    expected = ["2026-10-31T05:30", "2026-11-01T05:30", "2026-11-02T06:30"]
    assert firings("30 1 * * *", NEW_YORK, "2026-10-31", 3) == expected
    crontab = Crontab.parse("30 1 * * *", NEW_YORK)
    assert crontab.previous_before_or_at(at("2026-11-01T06:45")) == at("2026-11-01T05:30")
    assert crontab.previous_before_or_at(at("2026-11-01T05:29")) == at("2026-10-31T05:30")


def test_every_hour_is_silent_for_the_repeated_one() -> None:
    expected = ["2026-11-01T05:00", "2026-11-01T07:00"]
    assert firings("0 * * * *", NEW_YORK, "2026-11-01T04:30", 2) == expected
    crontab = Crontab.parse("* * * * *", NEW_YORK)
    assert crontab.previous_before_or_at(at("2026-11-01T06:10")) == at("2026-11-01T05:59")


def test_a_skipped_day_fires_once_when_the_next_begins() -> None:
    expected = ["2011-12-29T10:00", "2011-12-30T10:00", "2011-12-31T10:00"]
    assert firings("0 0 * * *", "Pacific/Apia", "2011-12-29", 3) == expected
    assert firings("0 9 30 12 *", "Pacific/Apia", "2011-12-01", 1) == ["2011-12-30T10:00"]


def test_a_half_hour_change() -> None:
    assert firings("15 2 4 10 *", "Australia/Lord_Howe", "2026-10-01", 1) == ["2026-10-03T15:30"]


def test_moments_of_any_time_zone_give_utc() -> None:
    zone = zoneinfo.ZoneInfo("Asia/Kolkata")
    found = Crontab.parse("0 3 * * *").next_after(datetime(2026, 11, 22, 8, 29, tzinfo=zone))
    assert (found, found.tzinfo) == (at("2026-11-22T03:00"), UTC)


# --- what it says -------------------------------------------------------------------------------


def test_describes_the_next_times() -> None:
    moment = at("2026-11-22T12:00")
    assert Crontab.parse("0 3 * * *").describe_next(2, moment) == [
        "Mon 2026-11-23 03:00 UTC",
        "Tue 2026-11-24 03:00 UTC",
    ]
    assert Crontab.parse("0 22 * * *", NEW_YORK).describe_next(1, moment) == [
        "Sun 2026-11-22 22:00 America/New_York (2026-11-23 03:00 UTC)"
    ]
    assert len(Crontab.parse("@hourly").describe_next(3)) == 3


# --- against a count minute by minute -----------------------------------------------------------

LONGEST = dict(enumerate([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], 1))
NAMES = {
    "month": dict(enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)),
    "weekday": dict(enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])),
}


@st.composite
def fields(draw: st.DrawFn, name: str, low: int, high: int) -> tuple[str, frozenset[int]]:
    """A field's text, and the values it stands for, built side by side."""
    texts, values = [], set()
    for _ in range(draw(st.integers(1, 2))):
        kind = draw(st.sampled_from(["star", "star", "step", "one", "one", "range"]))
        first, last = sorted(draw(st.tuples(*[st.integers(low, high)] * 2)))
        step = draw(st.integers(1, (high - low) // 2))
        names = NAMES.get(name, {}) if draw(st.booleans()) else {}
        if kind == "star":
            texts, values = ["*"], set(range(low, high + 1))
            break
        if kind == "step":
            texts.append(f"*/{step}")
            values |= set(range(low, high + 1, step))
        elif kind == "one":
            texts.append(names.get(first, str(first)))
            values.add(first)
        else:
            texts.append(f"{names.get(first, first)}-{names.get(last, last)}/{step}")
            values |= set(range(first, last + 1, step))
    return ",".join(texts), frozenset(values)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[str, list[frozenset[int]]]:
    """An expression, and the values of its five fields (weekday 7 for Sunday is tested above)."""
    shapes = [("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 6)]
    drawn = [draw(fields(*shape)) for shape in shapes]
    return " ".join(text for text, _ in drawn), [values for _, values in drawn]


def fits(wall: datetime, texts: list[str], values: list[frozenset[int]]) -> bool:
    minutes, hours, days, months, weekdays = values
    by_day, by_weekday = wall.day in days, (wall.weekday() + 1) % 7 in weekdays
    free = texts[2][0] == "*" or texts[4][0] == "*"
    return (
        wall.minute in minutes
        and wall.hour in hours
        and wall.month in months
        and (by_day and by_weekday if free else by_day or by_weekday)
    )


def counted(
    expression: str, values: list[frozenset[int]], timezone: str, start: datetime, minutes: int
) -> Iterator[datetime]:
    """Every firing from ``start`` on: when the clock first reaches, or jumps over, a time that fits."""
    zone, texts = zoneinfo.ZoneInfo(timezone), expression.split()
    begin = start - timedelta(hours=30)
    seen = begin.astimezone(zone).replace(tzinfo=None)
    for number in range(1, minutes + 30 * 60):
        moment = begin + number * MINUTE
        wall = moment.astimezone(zone).replace(tzinfo=None)
        reached = [seen + step * MINUTE for step in range(1, int((wall - seen) / MINUTE) + 1)]
        seen = max(seen, wall)
        if moment >= start and any(fits(each, texts, values) for each in reached):
            yield moment


CHANGES = [  # a day before the clocks change, and an ordinary day
    ("UTC", "2026-11-22"),
    (NEW_YORK, "2026-03-07T20:00"),
    (NEW_YORK, "2026-10-31T20:00"),
    ("Europe/London", "2027-03-27T20:00"),
    ("Europe/London", "2027-10-30T20:00"),
    ("Australia/Lord_Howe", "2026-10-03"),
    ("Australia/Lord_Howe", "2027-04-03"),
    ("Antarctica/Troll", "2026-03-28T20:00"),
    ("Antarctica/Troll", "2026-10-24T20:00"),
    ("Pacific/Apia", "2011-12-29T18:00"),
    ("America/Sao_Paulo", "2018-11-03T18:00"),
    ("Africa/Cairo", "2026-04-23T12:00"),
    ("Africa/Casablanca", "2027-02-06T20:00"),
    ("Asia/Kathmandu", "2026-12-31T12:00"),
    (NEW_YORK, "2060-11-06T20:00"),
]


@settings(max_examples=80, deadline=None)
@given(schedule=schedules(), change=st.sampled_from(CHANGES), offset=st.integers(0, 600))
@example(("* * * * *", [frozenset(range(60))] * 5), CHANGES[2], 0)
@example(("* * * * *", [frozenset(range(60))] * 5), CHANGES[9], 0)
def test_same_firings_as_minute_by_minute(
    schedule: tuple[str, list[frozenset[int]]], change: tuple[str, str], offset: int
) -> None:
    (expression, values), (timezone, day) = schedule, change
    try:
        crontab = Crontab.parse(expression, timezone)
    except ValueError:
        assert all(min(values[2]) > LONGEST[month] for month in values[3])
        return
    start = at(day) + offset * MINUTE
    end = start + timedelta(hours=12)
    expected = list(counted(expression, values, timezone, start, 12 * 60))

    found, moment = [], start - timedelta(microseconds=1)
    while (moment := crontab.next_after(moment)) < end:
        found.append(moment)
    assert found == expected

    for earlier, later in pairwise(expected):
        assert crontab.previous_before_or_at(later) == later
        assert crontab.previous_before_or_at(later - timedelta(microseconds=1)) == earlier
    if expected:
        assert crontab.previous_before_or_at(end - timedelta(microseconds=1)) == expected[-1]


@settings(max_examples=60, deadline=None)
@given(schedule=schedules(), moment=st.datetimes(datetime(1975, 1, 1), datetime(2070, 1, 1)), data=st.data())
def test_next_and_previous_are_each_others_inverse(
    schedule: tuple[str, list[frozenset[int]]], moment: datetime, data: st.DataObject
) -> None:
    timezone = data.draw(st.sampled_from(sorted({zone for zone, _ in CHANGES})))
    try:
        crontab = Crontab.parse(schedule[0], timezone)
    except ValueError:
        return
    now = moment.replace(tzinfo=UTC)
    later, earlier = crontab.next_after(now), crontab.previous_before_or_at(now)
    assert earlier <= now < later
    assert crontab.next_after(earlier) == later
    assert crontab.previous_before_or_at(later - timedelta(microseconds=1)) == earlier
    assert crontab.previous_before_or_at(later) == later
