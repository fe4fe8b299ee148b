"""What is due, what is stale, and one round of the schedule."""

from __future__ import annotations

import itertools
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dr_toolkit.config import Config, Source, StoreSettings
from dr_toolkit.crontab import Crontab
from dr_toolkit.errors import CloudDenied, StoreUnreachable, UsageError
from dr_toolkit.report.listings import CreateEntry, OnceRow, StatusRow
from dr_toolkit.store.entries import Entry
from dr_toolkit.store.leases import acquire
from dr_toolkit.workflows import capture, schedules
from dr_toolkit.workflows.context import LEASE_SECONDS, Context, Flags
from tests.unit.estates import SCOPE, estate

FIRE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NOON = FIRE + timedelta(hours=9)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_stores = itertools.count(1)


def source(name: str = "prod", schedule: str | None = "0 3 * * *", **more: Any) -> Source:
    """A source that is taken at three o'clock, in UTC."""
    crontab = Crontab.parse(schedule, more.get("timezone", "UTC")) if schedule else None
    return Source(name, "us-east-1", schedule=crontab, **more)


def entry(taken_at: datetime, complete: bool = True, name: str = "prod", digest: str = "1a2b3c4d5e6f") -> Entry:
    """A snapshot as a listing shows it."""
    return Entry(f"{taken_at:%Y%m%dT%H%M%SZ}-{digest}", name, taken_at, complete)


class World(Context):
    """A context on a store of its own, with a clock to set and captures that only pretend."""

    def __init__(self, *sources: Source, now: datetime = NOON, flags: Flags | None = None) -> None:
        store = StoreSettings(f"memory://schedules-{next(_stores)}")
        self.time = now
        config = Config(store=store, sources={s.name: s for s in sources})
        super().__init__(config, flags or Flags(), now=lambda: self.time)
        self.taken: list[str] = []
        self.next: dict[str, Exception | bool] = {}
        """What a source's next captures come to: an error to raise, or whether they are complete."""

    def take(self, context: Context, source: Source) -> CreateEntry:
        """Stands in for ``capture.take``."""
        context.progress("reading")
        self.taken.append(source.name)
        outcome = self.next.get(source.name, True)
        if isinstance(outcome, CloudDenied | StoreUnreachable):
            return CreateEntry(source.name, error=outcome)
        if isinstance(outcome, Exception):
            raise outcome
        return CreateEntry(source.name, self.put(source.name, outcome), seconds=2.0)

    def put(self, name: str, complete: bool = True, ago: timedelta = timedelta(0)) -> Any:
        """Write a snapshot."""
        return self.snapshots.write(name, SCOPE, estate("web", complete=complete), self.time - ago, "1")

    def once(self) -> dict[str, OnceRow]:
        """One round, by source."""
        return {row.source: row for row in schedules.once(self).rows}

    def status(self) -> dict[str, StatusRow]:
        """The status, by source."""
        return {row.source: row for row in schedules.status(self).rows}


@pytest.fixture(autouse=True)
def pretend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Captures are the world's own."""

    def take(context: Context, source: Source) -> CreateEntry:
        assert isinstance(context, World)
        return context.take(context, source)

    monkeypatch.setattr(capture, "take", take)


# --- due ----------------------------------------------------------------------------------------------


def test_a_source_without_any_snapshot_is_due_at_once() -> None:
    assert schedules.due(source(), [], NOON) == FIRE
    assert schedules.due(source(), [entry(NOON, name="other")], NOON) == FIRE
    assert schedules.due(source(schedule=None), [], NOON) is None


@pytest.mark.parametrize(
    ("taken", "now", "expected"),
    [
        ([FIRE], NOON, None),  # ids have whole seconds: taken in the very second of the fire time
        ([FIRE - timedelta(seconds=1)], FIRE, FIRE),
        ([FIRE - timedelta(seconds=1)], FIRE - timedelta(microseconds=1), None),
        ([FIRE - DAY], FIRE + DAY + HOUR, FIRE + DAY),  # of two missed ones only the latest is due
        ([FIRE + HOUR], NOON, None),  # by hand, at some other time
        ([FIRE + HOUR], FIRE + DAY, FIRE + DAY),
    ],
)
def test_a_complete_snapshot_serves_the_fire_times_up_to_it(
    taken: list[datetime], now: datetime, expected: datetime | None
) -> None:
    assert schedules.due(source(), [entry(at) for at in taken], now) == expected


def test_an_incomplete_snapshot_is_taken_again_once() -> None:
    before = entry(FIRE - DAY)
    first, second = entry(FIRE, False), entry(FIRE + HOUR, False)
    assert schedules.due(source(), [before, first], NOON) == FIRE
    assert schedules.due(source(), [before, first, second], NOON) is None
    assert schedules.due(source(), [before, first, second], FIRE + DAY) == FIRE + DAY
    assert schedules.due(source(), [before, first, entry(FIRE + HOUR)], NOON) is None


def test_a_snapshot_from_the_future_does_not_stop_the_schedule() -> None:
    """A machine with a wrong clock wrote it; until that day nothing would be taken any more."""
    ahead = entry(NOON + 365 * DAY)
    assert schedules.due(source(), [ahead], NOON) == FIRE
    row = schedules.standing(source(rpo=DAY), [entry(NOON - 2 * DAY), ahead], NOON)
    assert row.stale
    assert f"dated in the future: 1 snapshot, {ahead.id} the last" in row.note
    slightly = entry(NOON + timedelta(minutes=1))
    assert schedules.due(source(), [slightly], NOON) is None
    assert schedules.standing(source(rpo=DAY), [slightly], NOON).age == 0


def test_fire_times_are_those_of_the_time_zone() -> None:
    berlin = source(timezone="Europe/Berlin")
    assert schedules.due(berlin, [entry(FIRE - DAY)], FIRE) == FIRE - HOUR
    row = schedules.standing(berlin, [entry(FIRE)], FIRE)
    assert (row.schedule, row.next_due) == ("0 3 * * * Europe/Berlin", "2026-11-23T02:00:00Z")


# --- status -------------------------------------------------------------------------------------------


def test_status_of_a_source_in_order() -> None:
    world = World(source(rpo=26 * HOUR))
    manifest = world.put("prod", ago=8 * HOUR)
    assert world.status()["prod"] == StatusRow(
        source="prod",
        schedule="0 3 * * * UTC",
        last_id=manifest.id,
        last_at="2026-11-22T04:00:00Z",
        age=8 * 3600.0,
        rpo=26 * 3600.0,
        next_due="2026-11-23T03:00:00Z",
        running=False,
        note="",
    )
    assert schedules.status(world).exit_code == 0


def test_status_says_what_is_overdue_and_stale() -> None:
    world = World(source(rpo=26 * HOUR), source("new", rpo=DAY))
    world.put("prod", ago=2 * DAY)
    row = world.status()["prod"]
    assert (row.stale, row.next_due, row.note) == (True, "2026-11-22T03:00:00Z", "due since 2026-11-22T03:00:00Z")
    assert world.status()["new"].note == "no snapshot yet: due at once"
    result = schedules.status(world)
    assert result.exit_code == 4
    assert result.verdict == (
        "2 of 2 sources are stale: prod (last complete snapshot 2d ago, RPO 26h), new (no snapshot yet, RPO 24h)"
    )


def test_incomplete_snapshots_are_told_and_not_fresh() -> None:
    world = World(source(rpo=26 * HOUR))
    complete = world.put("prod", ago=8 * HOUR)
    partial = world.put("prod", complete=False, ago=7 * HOUR)
    row = world.status()["prod"]
    assert (row.last_id, row.age) == (complete.id, 8 * 3600.0)
    assert row.note == f"the last snapshot, {partial.id}, is incomplete"


def test_status_tells_what_is_missing_in_the_config() -> None:
    world = World(
        source("bare", schedule=None), source("hopeless", rpo=HOUR), source("workdays", "0 9 * * 1-5", rpo=DAY)
    )
    rows = world.status()
    bare = rows["bare"]
    assert (bare.schedule, bare.next_due, bare.state) == ("", "", "no RPO")
    assert bare.note == "no schedule: it is taken only when somebody asks; no RPO: it never counts as stale"
    assert "up to 24h lie between its fire times, so an RPO of 1h can't be kept" in rows["hopeless"].note
    assert "up to 3d lie between" in rows["workdays"].note


def test_status_says_who_is_being_captured_now() -> None:
    world = World(source(), source("a b/c"))
    lease = acquire(world.store, "capture/a!20b!2Fc", LEASE_SECONDS, world.now)
    assert {name: row.running for name, row in world.status().items()} == {"prod": False, "a b/c": True}
    lease.release()
    assert not world.status()["a b/c"].running
    acquire(world.store, "capture/prod", LEASE_SECONDS, world.now)
    world.time += timedelta(seconds=LEASE_SECONDS + 1)
    assert not world.status()["prod"].running


def test_a_damaged_lease_does_not_hide_the_status() -> None:
    world = World(source(rpo=DAY))
    world.put("prod")
    world.store.put_if_absent("leases/capture/prod/000001.json", b"?")
    assert "leases/capture/prod/000001.json" in world.status()["prod"].note


def test_status_is_one_listing_of_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(*(source(f"s{n}") for n in range(5)))
    listed: list[str | None] = []
    entries = world.snapshots.entries
    monkeypatch.setattr(world.snapshots, "entries", lambda name=None: listed.append(name) or entries(name))
    world.status()
    assert listed == [None]


def test_status_of_many_snapshots_is_quick() -> None:
    many = [entry(FIRE - n * HOUR) for n in range(20_000, 0, -1)]
    assert schedules.standing(source(rpo=DAY), many, NOON).last_id == many[-1].id


# --- once ---------------------------------------------------------------------------------------------


def test_a_round_takes_what_is_due_and_nothing_else() -> None:
    world = World(source("due"), source("served"), source("by-hand", schedule=None))
    world.put("served", ago=HOUR)
    rows = world.once()
    assert world.taken == ["due"]
    snapshot = world.snapshots.resolve("due", "latest").id
    assert rows["due"] == OnceRow("due", "taken", snapshot, "", "2026-11-23T03:00:00Z", 0, 2.0)
    assert rows["served"] == OnceRow("served", "not due", next_due="2026-11-23T03:00:00Z")
    assert rows["by-hand"] == OnceRow("by-hand", "not due", reason="no schedule")
    assert {row.outcome for row in world.once().values()} == {"not due"}
    world.time = FIRE + DAY
    assert world.once()["due"].outcome == "taken"


def test_a_failure_is_named_and_keeps_nobody_else_from_being_taken(caplog: pytest.LogCaptureFixture) -> None:
    world = World(source("denied"), source("odd"), source("dark"), source("fine"))
    world.next = {
        "denied": CloudDenied(service="ec2", operation="DescribeVpcs", region="us-east-1", code="X", reason="no"),
        "odd": KeyError("GroupId"),
        "dark": StoreUnreachable(store="s3://b", reason="no route"),
    }
    with caplog.at_level(logging.ERROR):
        result = schedules.once(world)
    rows = {row.source: row for row in result.rows}
    assert world.taken == ["denied", "odd", "dark", "fine"]
    assert [(row.outcome, row.exit_code) for row in result.rows] == [
        ("failed", 1),
        ("failed", 1),
        ("failed", 10),
        ("taken", 0),
    ]
    assert rows["denied"].reason.startswith("Not allowed: ec2:DescribeVpcs")
    assert rows["odd"].reason == "dr-toolkit itself failed: KeyError: 'GroupId'"
    assert "KeyError" in caplog.text
    assert result.exit_code == 1
    assert result.verdict == "3 failed, 1 taken"


def test_an_incomplete_capture_is_exit_3_and_is_repeated_once() -> None:
    world = World(source())
    world.next["prod"] = False
    outcomes = []
    for _ in range(4):
        world.time += timedelta(minutes=1)
        row = world.once()["prod"]
        outcomes.append((row.outcome, row.exit_code))
    assert outcomes == [("incomplete", 3), ("incomplete", 3), ("not due", 0), ("not due", 0)]
    last = world.snapshots.entries("prod")[-1].id
    assert row.reason == f"taken 2 times, and incomplete still ({last} is the last): left till the next fire time"
    world.time = FIRE + DAY
    row = world.once()["prod"]
    assert (row.outcome, row.reason) == ("incomplete", "apigateway.rest_api: AccessDenied")


def test_what_another_run_is_capturing_is_running_and_no_error() -> None:
    world = World(source(), source("other"))
    fire = acquire(world.store, "schedule/prod/20261122T030000Z", LEASE_SECONDS, world.now)
    result = schedules.once(world)
    row = result.rows[0]
    assert (row.outcome, row.exit_code, result.exit_code) == ("running", 0, 0)
    assert "is held by another run" in row.reason
    assert world.taken == ["other"]
    fire.release()
    assert world.once()["prod"].outcome == "taken"


def test_a_capture_by_hand_makes_the_source_running(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(source())
    monkeypatch.undo()  # the real ``take``: it gets no further than the lease
    acquire(world.store, "capture/prod", LEASE_SECONDS, world.now)
    row = world.once()["prod"]
    assert (row.outcome, row.exit_code) == ("running", 0)


def test_a_store_that_is_gone_fails_every_source(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(source(), source("other"))

    def gone(prefix: str) -> Any:
        raise StoreUnreachable(store=world.store.url, reason="no route")

    monkeypatch.setattr(world.store, "list", gone)
    result = schedules.once(world)
    assert [(row.outcome, row.exit_code) for row in result.rows] == [("failed", 10), ("failed", 10)]
    assert result.exit_code == 10


def test_rounds_at_the_same_moment_serve_a_fire_time_once() -> None:
    world = World(*(source(f"s{n}") for n in range(4)))
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda _: schedules.once(world), range(6)))
    assert sorted(world.taken) == ["s0", "s1", "s2", "s3"]
    outcomes = [row.outcome for result in results for row in result.rows]
    assert outcomes.count("taken") == 4
    assert set(outcomes) <= {"taken", "running", "not due"}


def test_who_waited_for_the_lease_looks_again_before_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one served the fire time after we had seen that it was due."""
    world = World(source())
    real = schedules.acquire

    def late(*args: Any) -> Any:
        world.put("prod")
        return real(*args)

    monkeypatch.setattr(schedules, "acquire", late)
    assert world.once()["prod"].outcome == "not due"
    assert world.taken == []


def test_a_long_capture_keeps_its_fire_time(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(source())
    rivals: list[str] = []

    def slow(context: Context, source: Source) -> CreateEntry:
        for _ in range(4):
            world.time += timedelta(seconds=LEASE_SECONDS / 2 + 1)
            context.progress("reading")
            rivals.append(schedules.serve(world, source).outcome)
        return CreateEntry(source.name, world.put("prod"))

    monkeypatch.setattr(capture, "take", slow)
    assert world.once()["prod"].outcome == "taken"
    assert rivals == ["running"] * 4


def test_a_lease_that_was_lost_stops_the_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(source())

    def stopped(context: Context, source: Source) -> CreateEntry:
        world.time += timedelta(seconds=LEASE_SECONDS + 1)
        acquire(world.store, "schedule/prod/20261122T030000Z", LEASE_SECONDS, world.now)
        context.progress("reading")
        raise AssertionError("it must not go on")

    monkeypatch.setattr(capture, "take", stopped)
    assert world.once()["prod"].outcome == "running"


def test_a_store_that_is_gone_for_a_moment_does_not_stop_a_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(source())
    put = world.store.put_if_absent

    def flaky(context: Context, source: Source) -> CreateEntry:
        def gone(name: str, data: bytes) -> None:
            raise StoreUnreachable(store=world.store.url, reason="no route")

        world.time += timedelta(seconds=LEASE_SECONDS - 1)
        monkeypatch.setattr(world.store, "put_if_absent", gone)
        context.progress("reading")
        monkeypatch.setattr(world.store, "put_if_absent", put)
        return CreateEntry(source.name, world.put("prod"))

    monkeypatch.setattr(capture, "take", flaky)
    assert world.once()["prod"].outcome == "taken"


@pytest.mark.parametrize("sources", [(), (source(schedule=None),)])
def test_a_round_without_any_schedule_is_refused(sources: tuple[Source, ...]) -> None:
    with pytest.raises(UsageError) as caught:
        schedules.once(World(*sources, flags=Flags(region="us-east-1")))
    assert "no source has a schedule" in caught.value.message
    with pytest.raises(UsageError, match="no store"):
        schedules.once(Context(Config(sources={"prod": source()})))


def test_one_source_can_be_asked_for() -> None:
    world = World(source(), source("other"), flags=Flags(source="other"))
    assert list(world.once()) == ["other"]
    assert list(world.status()) == ["other"]


def test_a_snapshot_that_too_few_stores_have_is_served_and_does_not_count() -> None:
    short = replace(entry(FIRE), short=True)
    mine = source(rpo=26 * HOUR)
    assert schedules.due(mine, [short], NOON) is None
    row = schedules.standing(mine, [entry(FIRE - DAY), short], NOON)
    assert (row.last_at, row.stale) == ("2026-11-21T03:00:00Z", True)
    assert "does not count: it is in too few stores" in row.note
