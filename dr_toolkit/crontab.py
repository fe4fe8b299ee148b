"""Crontab expressions as cron itself reads them, in any time zone, exact where clocks are changed.

Five fields (minute, hour, day of month, month, weekday) with ``*``, lists, ranges, steps and English
names; 0 and 7 are both Sunday; ``@daily`` and its like. Where day of month and weekday are both
restricted, a day that fits either will do; a field that begins with ``*`` does not restrict.

Every local time fires once: one that the clock skips, at the first instant after the gap; one that the
clock repeats, the first time round. An expression that fires every hour is therefore silent for the
hour that is repeated; UTC, the default, has no such hour.
"""

from __future__ import annotations

import re
import zoneinfo
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ITEM = re.compile(r"(?:(?P<star>\*)|(?P<low>\w+)(?:-(?P<high>\w+))?)(?:/(?P<step>[0-9]{1,4}))?", re.ASCII)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five fields: its name for messages, its bounds, and the names its values have."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def values(self, text: str) -> frozenset[int]:
        """The values that the field's text stands for; raises ValueError where it stands for none."""
        return frozenset(value for item in text.split(",") for value in self._range(item))

    def _range(self, item: str) -> range:
        found = _ITEM.fullmatch(item)
        if not found:
            raise ValueError(f'"{item}" is not a {self.name}: write *, 5, 1-5, */15 or a list of these')
        if found["star"]:
            low, high = self.low, self.high - (self.name == "weekday")
        else:
            low = self._value(found["low"])
            high = self._upper(low, found["high"]) if found["high"] else low
        if found["step"] and not found["star"] and not found["high"]:
            plain = f"{low}-{self.high}/{found['step']}"
            raise ValueError(f'{self.name} "{item}" is read in two ways: write {plain}')
        return range(low, high + 1, self._step(found["step"]))

    def _upper(self, low: int, text: str) -> int:
        high = self._value(text)
        if high == 0 and text.lower() == "sun" and low > 0:
            return 7  # fri-sun: by name, Sunday ends the week as well as it begins it
        if high < low:
            raise ValueError(f"{self.name} range ends before it begins: split it in two, such as 22-23,0-2")
        return high

    def _value(self, text: str) -> int:
        if text.lower() in self.names:
            return self.names.index(text.lower()) + self.low
        if not re.fullmatch(r"[0-9]{1,4}", text):
            names = f" or one of {', '.join(self.names)}" if self.names else ""
            raise ValueError(f'{self.name} "{text}" is not a number{names}')
        if not self.low <= int(text) <= self.high:
            raise ValueError(f"{self.name} {text} is not between {self.low} and {self.high}")
        return int(text)

    def _step(self, text: str | None) -> int:
        step = int(text or 1)
        size = len(self.names) or self.high - self.low + 1
        if not 1 <= step <= size:
            raise ValueError(f"{self.name} step {step} is not between 1 and {size}")
        return step


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("weekday", 0, 7, _WEEKDAYS),
)


def time_zone(name: str) -> tzinfo:
    """The time zone of that name (``UTC``, ``Europe/Berlin``); raises ValueError where there is none."""
    if name == "UTC":
        return UTC  # so that the default needs no time zone database
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = zoneinfo.available_timezones()
    if not known:
        raise ValueError(f'time zone "{name}" can\'t be looked up: this machine has no time zone database')
    near = next((zone for zone in sorted(known) if zone.lower() == name.lower()), None)
    raise ValueError(f'there is no time zone "{name}"' + (f'; did you mean "{near}"?' if near else ""))


@dataclass(frozen=True, slots=True)
class Crontab:
    """A schedule: expression, time zone, and the local times that it stands for; made by ``parse``."""

    expression: str
    timezone: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """0 is Sunday."""
    either_day: bool
    """Whether day of month or weekday is enough; else both must fit."""

    @classmethod
    def parse(cls, expression: str, timezone: str = "UTC") -> Crontab:
        """Read an expression; raises ValueError, which names the field, also where it would never fire."""
        time_zone(timezone)
        texts = _split(expression)
        values = [field.values(text) for field, text in zip(_FIELDS, texts, strict=True)]
        minutes, hours, days, months, weekdays = values
        either_day = not texts[2].startswith("*") and not texts[4].startswith("*")
        if not either_day and all(min(days) > _LONGEST[month - 1] for month in months):
            raise ValueError(f'"{expression}" never fires: no such month has a day {min(days)}')
        return cls(
            expression=" ".join(expression.split()),
            timezone=timezone,
            minutes=tuple(sorted(minutes)),
            hours=tuple(sorted(hours)),
            days=days,
            months=months,
            weekdays=frozenset(day % 7 for day in weekdays),
            either_day=either_day,
        )

    def next_after(self, moment: datetime) -> datetime:
        """The first instant after an aware ``moment`` at which the schedule fires, in UTC.

        Raises ValueError for a moment without a time zone, OverflowError past the year 9999.
        """
        zone = time_zone(self.timezone)
        local = _local(moment, zone)
        for wall in self._walls(local, forward=True):
            if wall > local and (fires := _instant(wall, zone)) > moment:
                return fires
        raise OverflowError(f'"{self.expression}" does not fire again before the year 10000')

    def previous_before_or_at(self, moment: datetime) -> datetime:
        """The last instant not after an aware ``moment`` at which the schedule fires, in UTC.

        Raises ValueError for a moment without a time zone, OverflowError before the year 1.
        """
        zone = time_zone(self.timezone)
        latest = _latest_wall(moment, zone)
        for wall in self._walls(latest, forward=False):
            if wall <= latest and (fires := _instant(wall, zone)) <= moment:
                return fires
        raise OverflowError(f'"{self.expression}" did not fire before that moment')

    def describe_next(self, n: int, after: datetime | None = None) -> list[str]:
        """The next ``n`` times it fires after ``after`` (default: now), a line each, local and UTC."""
        moment = after or datetime.now(UTC)
        lines = []
        for _ in range(n):
            moment = self.next_after(moment)
            local = moment.astimezone(time_zone(self.timezone))
            weekday = _WEEKDAYS[local.isoweekday() % 7].title()
            utc = "" if self.timezone == "UTC" else f" ({moment:%Y-%m-%d %H:%M} UTC)"
            lines.append(f"{weekday} {local:%Y-%m-%d %H:%M} {self.timezone}{utc}")
        return lines

    def _walls(self, start: datetime, *, forward: bool) -> Iterator[datetime]:
        """Local times that fit, as a clock on a wall shows them, from ``start``'s hour on."""
        order = 1 if forward else -1
        for day in self._dates(start.date(), forward=forward):
            for hour in self.hours[::order]:
                if day == start.date() and (hour < start.hour if forward else hour > start.hour):
                    continue
                for minute in self.minutes[::order]:
                    yield datetime(day.year, day.month, day.day, hour, minute)

    def _dates(self, day: date, *, forward: bool) -> Iterator[date]:
        try:
            while True:
                if day.month not in self.months:
                    last = monthrange(day.year, day.month)[1]
                    day = day.replace(day=last if forward else 1)
                elif self._fits(day):
                    yield day
                day += timedelta(days=1 if forward else -1)
        except OverflowError:
            return

    def _fits(self, day: date) -> bool:
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (by_day or by_weekday) if self.either_day else (by_day and by_weekday)


def _split(expression: str) -> list[str]:
    text = expression.strip()
    if text.lower() == "@reboot":
        raise ValueError("@reboot is no time: write when to run, such as 0 3 * * *")
    fields = _MACROS.get(text.lower(), text).split()
    if len(fields) != 5:
        raise ValueError(
            f'"{expression}" is not a crontab expression: five fields (minute hour day month weekday), '
            f"such as 0 3 * * *, or one of {', '.join(_MACROS)}"
        )
    return fields


def _local(moment: datetime, zone: tzinfo) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("the moment has no time zone")
    return moment.astimezone(zone).replace(tzinfo=None)


def _latest_wall(moment: datetime, zone: tzinfo) -> datetime:
    """A local time not before any that clocks have shown up to ``moment``, and close to it."""
    local = _local(moment, zone)
    if not local.fold:
        return local
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return local + (first - second)  # clocks went back by this much, from at most so late


def _instant(wall: datetime, zone: tzinfo) -> datetime:
    """The first instant at which the local clock shows ``wall`` or, where it skips that, more."""
    later = wall.replace(tzinfo=zone).astimezone(UTC)
    if later.astimezone(zone).replace(tzinfo=None) == wall:
        return later
    earlier = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while later - earlier > _SECOND:  # the change of the clocks lies between the two
        middle = earlier + (later - earlier) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            earlier = middle
        else:
            later = middle
    return later
