"""Somebody with the toolkit at hand: the use cases in this process, as a command of its own each time."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from dr_toolkit.aws.cloud import Access, AwsCloud, Clouds
from dr_toolkit.aws.pacing import Pacer
from dr_toolkit.config import Config, Secrets, Source, StoreSettings, Target
from dr_toolkit.model.changes import Plan
from dr_toolkit.model.documents import Manifest
from dr_toolkit.model.estate import Snapshot
from dr_toolkit.model.secrets import Hidden
from dr_toolkit.report.results import PlanResult, RestoreResult, VerifyResult
from dr_toolkit.report.undo_results import UndoResult
from dr_toolkit.store.memory import MemoryStore
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.workflows import capture, restore, undo
from dr_toolkit.workflows.context import Context, Flags
from dr_toolkit.workflows.restore import Request
from dr_toolkit.workflows.supplied import Supplied
from dr_toolkit.workflows.targets import Options
from tests.estates import Estate
from tests.scenario.moments import Film
from tests.stand import Stand
from tests.strict_aws.clock import VirtualClock

HOME, AWAY = "us-east-1", "us-west-2"
_START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def memory() -> MemoryStore:
    """A store that nobody else has."""
    return MemoryStore(f"memory://desk-{next(_numbers)}")


@cache
def _cloud(endpoint: str, region: str) -> AwsCloud:
    """One set of clients a region for all commands: loading the service models is the slow part."""
    return Clouds().open(region, Access(endpoint_url=endpoint))


@cache
def _client(aws: Stand, service: str, region: str) -> Any:
    return aws.client(service, region)


@dataclass(frozen=True)
class Clients:
    """Clients of the stand-in that are made once."""

    aws: Stand

    def client(self, service: str, region: str) -> Any:
        """A client of the service in the region."""
        return _client(self.aws, service, region)


@dataclass
class _Command(Context):
    """A command's context, on clients and a store that are there already."""

    given: ObjectStore = field(default_factory=memory)
    pacer: Pacer = field(default_factory=Pacer)
    watched: Callable[[AwsCloud], Any] = lambda cloud: cloud

    def cloud(self, place: Source | Target) -> AwsCloud:
        """The region's one set of clients."""
        assert self.flags.endpoint_url is not None
        region = _cloud(self.flags.endpoint_url, place.region).paced_by(self.pacer).with_secrets(self.vault)
        opened: AwsCloud = self.watched(region)
        return opened

    def open_store(self, settings: StoreSettings | None) -> ObjectStore:
        """The store that is there."""
        return self.given


@dataclass
class Desk:
    """Snapshots of ``home``, restores into ``away``, or into ``home`` itself where that is the target.

    Every command is one of its own, and begins an hour after the one before: what a dead one held has run out.
    """

    aws: Stand
    store: ObjectStore = field(default_factory=memory)
    map: dict[str, str] = field(default_factory=dict)
    pauses: list[float] = field(default_factory=list)
    estate: Estate = field(default_factory=lambda: Estate(HOME))
    hours: int = 0
    workers: int = 1
    """How many calls are made side by side; by one, all calls have one order."""
    exclude: tuple[str, ...] = ()
    secrets: Secrets | None = None
    values: dict[str, str] = field(default_factory=dict)
    """Of secrets, what is given to each restore."""

    @property
    def clients(self) -> Clients:
        """Clients to build and to look with."""
        return Clients(self.aws)

    def command(self, film: Film | None = None) -> Context:
        """The context of the next command, which may be filmed."""
        self.hours += 1
        if isinstance(self.aws.world.clock, VirtualClock):
            self.aws.world.clock.sleep(3600)
        now = _START + timedelta(hours=self.hours)
        config = Config(
            store=StoreSettings(self.store.url),
            sources={"home": Source("home", HOME, exclude=self.exclude)},
            secrets=self.secrets,
            targets={"away": Target("away", AWAY, map=self.map), "home": Target("home", HOME)},
        )
        flags = Flags(endpoint_url=self.aws.endpoint)
        pacer = Pacer(self.aws.world.clock.now, self.wait)
        command = _Command(
            config,
            flags,
            now=lambda: now,
            pause=self.wait,
            ticks=self.aws.world.clock.now,
            workers=self.workers,
            given=self.store,
            pacer=pacer,
        )
        if film is not None:
            command.given, command.watched = film.store(), film.cloud
        return command

    def wait(self, seconds: float) -> None:
        """Wait as the toolkit does between two tries, in the stand-in's time."""
        self.pauses.append(seconds)
        self.aws.world.clock.sleep(seconds)

    def snapshot(self) -> Manifest:
        """Capture home; the manifest of what was written."""
        entry = capture.create(self.command(), []).entries[0]
        assert entry.error is None and entry.manifest is not None, entry.error
        assert entry.manifest.complete, entry.manifest.gaps
        return entry.manifest

    def load(self, spec: str = "latest") -> Snapshot:
        """A snapshot of home."""
        return capture.load(self.command(), "home", spec)

    def capture_of(self, region: str) -> dict[str, bytes]:
        """What a snapshot of a region would say, taken by somebody who knows nothing of it: lines by key."""
        return dict(capture.read(self.command(), Source("fresh", region))[1].lines)

    def plan(self, target: str = "away", *, spec: str = "latest", **options: Any) -> Plan:
        """What a restore would do."""
        result: PlanResult = restore.plan(self.command(), target, spec, _options(target, options))
        return result.plan

    def verify(self, target: str = "away", **options: Any) -> VerifyResult:
        """Whether a target is what the latest snapshot says."""
        return restore.verify(self.command(), target, "latest", _options(target, options))

    def restore(
        self,
        target: str = "away",
        *,
        resume: str | None = None,
        spec: str = "latest",
        film: Film | None = None,
        **options: Any,
    ) -> RestoreResult:
        """Restore, and say yes to whatever is asked."""
        values = {key: Hidden(value) for key, value in self.values.items()}
        request = Request(target, spec, _options(target, options), resume, secrets=Supplied(values, "keys.yaml"))
        return restore.restore(self.command(film), request, lambda shown: True)

    def undo(
        self, run: str = "", target: str = "away", *, film: Film | None = None, skip_blocked: bool = False
    ) -> UndoResult:
        """Take a run back, the last restore where none is named; say yes to whatever is asked."""
        run = run or max(n for n in self.restores(target))
        values = {key: Hidden(value) for key, value in self.values.items()}
        request = undo.UndoRequest(run, target, skip_blocked, values)
        return undo.undo(self.command(film), request, lambda plan: None, lambda plan: True)

    def restores(self, target: str = "away") -> list[str]:
        """The runs that are restores, and no undo."""
        begun = [name for name in self.store.list(f"runs/{target}/") if name.endswith("/000001.json")]
        return [name.split("/")[2] for name in begun if b'"undoes"' not in self.store.get(name)]

    def records(self) -> list[str]:
        """The names of all journal records."""
        return self.store.list("runs/")


def _options(target: str, options: dict[str, Any]) -> Options:
    return Options(**{"in_place": target == "home", **options})


def assert_in_sync(desk: Desk, target: str = "away", **options: Any) -> None:
    """Nothing differs, nothing is left to do, and another restore calls nothing and writes no record."""
    verified = desk.verify(target, **options)
    assert [str(c.key) for c in verified.changes] == [], verified.verdict
    assert verified.exit_code == 0, verified.verdict
    plan = desk.plan(target, **options)
    assert (list(plan.steps), list(plan.blocked)) == ([], [])
    mark, records = desk.aws.gate.mark(), desk.records()
    again = desk.restore(target, **options)
    assert (again.run, again.exit_code) == ("", 0), again.verdict
    assert [str(c) for c in desk.aws.gate.since(mark) if c.mutating and c.service != "s3"] == []
    assert desk.records() == records
