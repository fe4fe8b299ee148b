"""The daemon: in processes of its own with real signals, and in a thread where only time matters."""

from __future__ import annotations

import itertools
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_toolkit import scheduler
from dr_toolkit.config import Config, Source, StoreSettings
from dr_toolkit.crontab import Crontab
from dr_toolkit.errors import BucketMissing, CloudUnreachable, UsageError
from dr_toolkit.report.listings import CreateEntry
from dr_toolkit.store.entries import Entry
from dr_toolkit.store.open import open_store
from dr_toolkit.store.snapshots import Snapshots
from dr_toolkit.workflows import capture
from dr_toolkit.workflows.context import Context
from tests.estate_groups import build_vpcs
from tests.estates import Estate
from tests.stand import Gate, Stand
from tests.unit.estates import SCOPE, estate

ROOT = Path(__file__).resolve().parent.parent.parent
FIRE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAILY = "0 3 * * *"
DAY = timedelta(days=1)
QUICK = {"look": 0.2, "retry": 0.3, "longest_retry": 1.0, "running": 0.2, "tick": 0.05}
_stores = itertools.count(1)


def eventually(done: Callable[[], Any], what: str, seconds: float = 20) -> None:
    """Wait until something holds."""
    limit = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < limit, f"in {seconds} seconds it did not come to this: {what}"
        time.sleep(0.02)


# --- processes ----------------------------------------------------------------------------------------


class Daemon:
    """A daemon's process, and what it has logged so far."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        self.lines.extend(line.rstrip("\n") for line in self.process.stderr)

    def said(self, text: str) -> bool:
        """Whether a line of the log holds the text."""
        return any(text in line for line in list(self.lines))

    def wait_for(self, text: str) -> None:
        """Wait for such a line."""
        eventually(lambda: self.said(text) or self.process.poll() is not None, f"a line with {text!r} in {self.lines}")
        assert self.said(text), self.lines

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def end(self) -> int:
        """Wait for its end; the exit code."""
        code = self.process.wait(20)
        self._reader.join(5)
        return code


class Place:
    """A store in a folder, a clock, and the daemons that share them."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self.folder = folder
        self.store = f"file://{folder}/store/snapshots"
        self.daemons: list[Daemon] = []
        (folder / "store").mkdir()
        self.set_clock(at)

    def set_clock(self, at: datetime) -> None:
        """Have all clocks show this time now."""
        passing = self.folder / "clock.new"
        passing.write_text(str(round((at - datetime.now(UTC)).total_seconds())))
        passing.replace(self.folder / "clock")

    def start(self, sources: dict[str, str], takes: float = 0.0) -> Daemon:
        """Start a daemon whose captures take so many seconds."""
        given = {"store": self.store, "sources": sources, "takes": takes, "pace": QUICK}
        given |= {"clock": str(self.folder / "clock"), "notes": str(self.folder / "notes")}
        daemon = Daemon(["tests.scenario.pretended_daemon", json.dumps(given)], dict(os.environ))
        self.daemons.append(daemon)
        return daemon

    def put(self, source: str, at: datetime) -> None:
        """Leave a snapshot of that time."""
        Snapshots(open_store(self.store)).write(source, SCOPE, estate("web"), at, "1")

    def entries(self, source: str | None = None) -> list[Entry]:
        """The snapshots that are there."""
        return Snapshots(open_store(self.store)).entries(source)

    def notes(self) -> list[tuple[str, str]]:
        """Source, and begin or end, of all captures in their order."""
        path = self.folder / "notes"
        lines = sorted(path.read_text().splitlines(), key=lambda line: float(line.split()[0])) if path.exists() else []
        return [(line.split()[1], line.split()[2]) for line in lines]

    def captures(self, source: str) -> list[str]:
        """The begins and ends of one source's captures in their order."""
        return [what for name, what in self.notes() if name == source]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A place at noon; its daemons are gone afterwards."""
    made = Place(tmp_path, FIRE + timedelta(hours=9))
    yield made
    for daemon in made.daemons:
        daemon.process.kill()
        daemon.end()


def test_it_catches_up_at_the_start_and_fires_at_its_time(place: Place) -> None:
    place.put("prod", FIRE - timedelta(hours=25))
    place.set_clock(FIRE - timedelta(hours=1))
    daemon = place.start({"prod": DAILY})
    daemon.wait_for("prod: 0 3 * * *, next at Sun 2026-11-22 03:00 UTC")
    eventually(lambda: len(place.entries()) == 2, "what was missed, at once")
    place.set_clock(FIRE - timedelta(seconds=2))
    eventually(lambda: len(place.entries()) == 3, "another snapshot, at the fire time")
    daemon.send(signal.SIGINT)
    assert daemon.end() == 130
    missed, fired = place.entries()[1:]
    assert FIRE - timedelta(hours=1, seconds=1) <= missed.taken_at < FIRE
    assert FIRE <= fired.taken_at < FIRE + timedelta(seconds=5)
    assert sum(": taken: " in line for line in daemon.lines) == 2
    (warning,) = (line for line in daemon.lines if not line.startswith("INFO "))
    assert warning.startswith("WARNING the clock moved forward by 59m ")


def test_sigterm_finishes_what_is_under_way_and_begins_nothing(place: Place) -> None:
    daemon = place.start({f"s{n}": DAILY for n in range(6)}, takes=1.0)
    eventually(lambda: len(place.notes()) >= 4, "four captures, the most at a time")
    daemon.send(signal.SIGTERM)
    assert daemon.end() == 143
    assert [what for _, what in place.notes()] == ["begin"] * 4 + ["end"] * 4
    assert len(place.entries()) == 4
    assert daemon.said("ending on SIGTERM: finishing the capture of s0, s1, s2, s3; a second signal abandons it")
    assert daemon.lines[-1] == "INFO ended"


def test_a_second_signal_abandons_what_is_under_way_and_another_daemon_takes_it(place: Place) -> None:
    stuck = place.start({"prod": DAILY}, takes=600)
    eventually(place.notes, "a capture that does not end")
    other = place.start({"prod": DAILY})
    other.wait_for("prod: running: schedule/prod/20261122T030000Z is held by another run")
    stuck.send(signal.SIGTERM)
    stuck.wait_for("a second signal abandons it")
    stuck.send(signal.SIGTERM)
    assert stuck.end() == 143
    assert stuck.lines[-1] == "WARNING abandoned: prod"
    other.wait_for("prod: taken")
    assert sum("prod: running" in line for line in other.lines) == 1


def test_two_daemons_and_a_clock_that_jumps_take_each_source_once(place: Place) -> None:
    """Each jump goes over several fire times, as when the machines slept: that is one capture."""
    sources = {"prod": DAILY, "watch": "*/30 * * * *"}  # a source may be called like a job of the daemon
    daemons = [place.start(sources, takes=0.3) for _ in range(2)]
    for days in (0, 3, 4):
        if days:
            place.set_clock(FIRE + days * DAY + timedelta(minutes=10))
        rounds = [0, 3, 4].index(days) + 1
        done = ["begin", "end"] * rounds
        for name in sources:
            eventually(lambda: place.captures(name)[-len(done) :] == done, f"{name} after {days} days")  # noqa: B023
    for daemon in daemons:
        daemon.wait_for("the clock moved forward by")
    time.sleep(0.5)  # for what must not come
    for daemon in daemons:
        daemon.send(signal.SIGTERM)
    assert [daemon.end() for daemon in daemons] == [143, 143]
    assert {name: place.captures(name) for name in sources} == {name: ["begin", "end"] * 3 for name in sources}
    assert sum(": taken: " in line for daemon in daemons for line in daemon.lines) == 6


def test_a_clock_that_was_far_ahead_is_not_waited_for(place: Place) -> None:
    place.set_clock(FIRE + 3650 * DAY)
    daemon = place.start({"prod": DAILY})
    daemon.wait_for("prod: taken")
    place.set_clock(FIRE + timedelta(minutes=1))
    daemon.wait_for("the clock moved back by")
    eventually(lambda: len(place.entries()) == 2, "the snapshot of today")
    assert place.entries()[0].taken_at >= FIRE


def test_the_command_finishes_real_captures_on_sigterm(aws: Stand, gate: Gate, tmp_path: Path) -> None:
    s3 = aws.client("s3", "us-east-1")
    s3.create_bucket(Bucket="snapshots")
    s3.put_bucket_versioning(Bucket="snapshots", VersioningConfiguration={"Status": "Enabled"})
    config = tmp_path / "dr-toolkit.yaml"
    config.write_text("version: 1\nstore: s3://snapshots/prod\nsources:\n")
    regions = ["us-east-1", "us-west-2"]
    for region in regions:
        build_vpcs(aws.client("ec2", region), Estate(region), {"main": "10.20.0.0/16"})
        text = f'  {region}: {{region: {region}, schedule: "0 3 * * *", include: ["ec2.*"]}}\n'
        config.write_text(config.read_text() + text)
    go_on, before = threading.Event(), gate.mark()

    def reading() -> bool:
        return {call.region for call in gate.since(before) if call.service == "ec2"} == set(regions)

    gate.on_call = lambda call: go_on.wait(20) if reading() else None
    daemon = Daemon(["dr_toolkit", "schedule", "run", "--config", str(config)], dict(os.environ) | aws.environment())
    try:
        eventually(lambda: reading() or daemon.process.poll() is not None, "captures of both regions")
        daemon.send(signal.SIGTERM)
        daemon.wait_for("ending on SIGTERM: finishing the capture of us-east-1, us-west-2")
        go_on.set()
        assert daemon.end() == 143
    finally:
        go_on.set()
        gate.on_call = None
        daemon.process.kill()
        daemon.end()
    listed = s3.list_objects_v2(Bucket="snapshots", Prefix="prod/v1/")["Contents"]
    manifests = [row["Key"].split("/")[2:] for row in listed if row["Key"].endswith(".manifest.json")]
    assert [name for name, _ in manifests] == regions, daemon.lines
    for region, manifest in manifests:
        assert daemon.said(f"{region}: taken: {manifest.removesuffix('.manifest.json')}")


# --- in a thread --------------------------------------------------------------------------------------


class World:
    """A daemon in a thread: its store is in memory, its clock is set by the test, captures only pretend."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: datetime = FIRE) -> None:
        self.ahead = at - datetime.now(UTC)
        self.ahead -= timedelta(microseconds=self.ahead.microseconds)
        source = Source("prod", "us-east-1", schedule=Crontab.parse(DAILY), rpo=timedelta(hours=26))
        lab = Source("lab", "us-west-2")
        config = Config(store=StoreSettings(f"memory://daemon-{next(_stores)}"), sources={"prod": source, "lab": lab})
        self.context = Context(config, now=self.now)
        self.outcomes: Iterator[Exception | bool] = itertools.repeat(True)
        self.attempts: list[float] = []
        self.stop = threading.Event()
        monkeypatch.setattr(capture, "take", self.take)

    def now(self) -> datetime:
        """The time in this world."""
        return datetime.now(UTC) + self.ahead

    def take(self, context: Context, source: Source) -> CreateEntry:
        """Stands in for ``capture.take``."""
        self.attempts.append(time.monotonic())
        outcome = next(self.outcomes)
        if isinstance(outcome, bool):
            return CreateEntry(source.name, self.put(outcome))
        if isinstance(outcome, CloudUnreachable):
            return CreateEntry(source.name, error=outcome)
        raise outcome

    def put(self, complete: bool = True, ago: timedelta = timedelta(0)) -> Any:
        """Write a snapshot."""
        return self.context.snapshots.write("prod", SCOPE, estate("web", complete=complete), self.now() - ago, "1")

    @contextmanager
    def running(self, **pace: float) -> Iterator[None]:
        """A daemon that is asked to end at the end."""
        codes: list[int] = []
        quick = scheduler.Pace(**QUICK | pace)

        def work() -> None:
            codes.append(scheduler.run(self.context, stop=self.stop, install_signals=False, pace=quick))

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            self.stop.set()
            thread.join(20)
        assert codes == [0]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> World:
    """A world just after three o'clock, whose log is kept."""
    caplog.set_level(logging.INFO, "dr_toolkit.scheduler")
    return World(monkeypatch, FIRE + timedelta(minutes=1))


def lines(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """What the daemon has said at a level."""
    return [r.getMessage() for r in caplog.records if r.levelno == level and r.name == "dr_toolkit.scheduler"]


def test_what_fails_is_tried_again_ever_less_often(world: World, caplog: pytest.LogCaptureFixture) -> None:
    dark = CloudUnreachable(service="ec2", region="us-east-1", operation="DescribeVpcs", reason="no route")
    world.outcomes = iter([dark, dark, KeyError("GroupId"), True])
    with world.running(retry=0.1, longest_retry=0.25):
        eventually(lambda: len(world.attempts) == 4, "a capture that works")
        eventually(lambda: any(": taken" in line for line in lines(caplog, logging.INFO)), "its line")
    waits = [later - earlier for earlier, later in itertools.pairwise(world.attempts)]
    assert all(least <= wait < least + 0.5 for least, wait in zip([0.1, 0.2, 0.25], waits, strict=True)), waits
    assert lines(caplog, logging.ERROR) == [
        f"prod: failed (exit code 1): {dark.message}, looked at again in 0.1s",
        f"prod: failed (exit code 1): {dark.message}, looked at again in 0.2s",
        "prod: failed (exit code 1): dr-toolkit itself failed: KeyError: 'GroupId', looked at again in 0.2s",
    ]


def test_a_retry_does_not_outlive_the_next_fire_time(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.outcomes = itertools.repeat(KeyError("x"))
    with world.running(retry=2 * 86400.0, longest_retry=3 * 86400.0):
        eventually(lambda: lines(caplog, logging.ERROR), "a failure")
    assert lines(caplog, logging.ERROR)[0].endswith("'x', next at 2026-11-23T03:00:00Z")


def test_an_incomplete_capture_is_tried_again_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.outcomes = itertools.repeat(False)
    with world.running(retry=1.1, longest_retry=1.1):  # ids have whole seconds
        eventually(lambda: len(lines(caplog, logging.WARNING)) >= 4, "two captures")
        time.sleep(0.3)
    assert len(world.attempts) == 2
    told = [line for line in lines(caplog, logging.WARNING) if ": incomplete: " in line]
    assert told[0].endswith("apigateway.rest_api: AccessDenied, looked at again in 1.1s")
    assert told[1].endswith("apigateway.rest_api: AccessDenied, next at 2026-11-23T03:00:00Z")


def test_the_daemon_outlives_a_store_that_is_gone(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = world.context.store.list

    def gone(prefix: str) -> Any:
        raise BucketMissing(store=world.context.store.url)

    monkeypatch.setattr(world.context.store, "list", gone)
    with world.running():
        eventually(lambda: len(lines(caplog, logging.ERROR)) >= 2, "two tries")
        assert "prod: failed (exit code 10): There is no bucket or folder" in lines(caplog, logging.ERROR)[0]
        monkeypatch.setattr(world.context.store, "list", there)
        eventually(world.context.snapshots.entries, "a snapshot once it is back")
    warnings = lines(caplog, logging.WARNING)
    assert sum("can't be listed" in line for line in warnings) == 1
    assert sum("can be listed again" in line for line in lines(caplog, logging.INFO)) == 1


def test_staleness_is_told_once_an_episode(world: World, caplog: pytest.LogCaptureFixture) -> None:
    told = "prod (last complete snapshot 26h 1m ago, RPO 26h): past its RPO"
    world.put(ago=timedelta(seconds=30))
    dark = CloudUnreachable(service="ec2", region="us-east-1", operation="DescribeVpcs", reason="no route")
    world.outcomes = itertools.chain([dark] * 3, itertools.repeat(True))
    with world.running(look=0.1, retry=0.2, longest_retry=0.2):
        eventually(lambda: "apscheduler" in sys.modules and lines(caplog, logging.INFO), "the start")
        time.sleep(0.3)
        assert not world.attempts
        world.ahead += timedelta(hours=26, seconds=30)
        eventually(lambda: told in caplog.text, "the warning")
        eventually(lambda: "prod: within its RPO again" in caplog.text, "a snapshot")
    assert lines(caplog, logging.WARNING).count(told) == 1
    assert lines(caplog, logging.INFO).count("prod: within its RPO again") == 1


def test_a_snapshot_of_somebody_else_ends_staleness(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.outcomes = itertools.repeat(KeyError("x"))
    with world.running(look=0.1, retry=60.0, longest_retry=60.0):
        eventually(lambda: ": past its RPO" in caplog.text, "stale")
        world.put()
        eventually(lambda: "prod: within its RPO again" in caplog.text, "fresh again")
    assert len(world.attempts) == 1


def test_the_start_says_what_will_be_taken_when(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with world.running():
        eventually(lambda: ": taken: " in caplog.text, "the first capture")
    told = lines(caplog, logging.INFO)
    assert told[:2] == [
        f"started: 1 of 2 sources by schedule, into {world.context.store.url}",
        "prod: 0 3 * * *, next at Mon 2026-11-23 03:00 UTC",
    ]
    assert told[-2:] == ["ending", "ended"]
    assert "lab: no schedule, so it is not taken" in lines(caplog, logging.WARNING)


def test_without_any_schedule_it_refuses_at_once(world: World) -> None:
    sources = {"lab": world.context.config.sources["lab"]}
    with pytest.raises(UsageError, match="no source has a schedule"):
        scheduler.run(Context(Config(store=world.context.config.store, sources=sources)), install_signals=False)
    with pytest.raises(UsageError, match="no store"):
        scheduler.run(Context(Config(sources=world.context.config.sources)), install_signals=False)


def test_signals_do_afterwards_what_they_did_before(world: World) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    world.stop.set()
    assert scheduler.run(world.context, stop=world.stop, pace=scheduler.Pace(**QUICK)) == 0
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_nothing_slow_is_imported_before_it_is_needed() -> None:
    code = "import sys, dr_toolkit.scheduler; sys.exit(any(n in sys.modules for n in ('apscheduler', 'boto3', 's3fs')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
