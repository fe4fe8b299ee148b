"""What capture and restore cost under AWS's quotas, beside the least that these allow.

The strict AWS is asked in its own time, so that the seconds are those that AWS would take, not those of this machine.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from dr_toolkit.config import Config, Source, StoreSettings, Target
from dr_toolkit.workflows import capture, restore
from dr_toolkit.workflows.context import Context
from tests.bench.engines import Sizes
from tests.bench.section import Section
from tests.strict_aws import StrictAws
from tests.strict_aws.clock import VirtualClock
from tests.strict_aws.estates import SMALL, STANDARD, Size, build, build_ground
from tests.strict_aws.estates.clients import StrictClients
from tests.strict_aws.floor import Floor, Job, floor
from tests.strict_aws.in_process import answered
from tests.strict_aws.weather.log import Entry

HOME, AWAY = "us-east-1", "us-west-2"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Scene:
    """The estate at home, a bare target, and the toolkit's view of both; all of it in virtual time."""

    aws: StrictAws
    clock: VirtualClock
    context: Context
    floor: Floor

    def watched(self, do: Callable[[], object]) -> tuple[list[Entry], float]:
        """The calls that it makes, and the seconds that it takes."""
        gate = self.aws.weather.gate
        mark, began = gate.mark(), self.clock.now()
        do()
        return [c for c in gate.since(mark) if c.service != "sts"], self.clock.now() - began


@contextmanager
def scene(size: Size) -> Iterator[Scene]:
    """The estate built in calm weather; then quotas and lag."""
    clock = VirtualClock()
    aws = StrictAws(clock)
    with aws.weather.calm():
        build(StrictClients(aws), HOME, size)
        build_ground(StrictClients(aws), AWAY)
    aws.weather.quotas, aws.weather.group_lag = True, 1.0
    config = Config(
        store=StoreSettings(f"memory://quotas-{next(_numbers)}"),
        sources={"home": Source("home", HOME)},
        targets={"away": Target("away", AWAY)},
    )
    with answered(aws):
        context = Context(
            config, now=lambda: datetime.fromtimestamp(clock.now(), UTC), pause=clock.sleep, ticks=clock.now
        )
        yield Scene(aws, clock, context, floor(aws.region(HOME)))


def measure_quotas(sizes: Sizes) -> Section:
    """Capture and restore of the standard estate: calls, refusals and seconds, beside the floors."""
    size = {"standard": STANDARD, "small": SMALL}[sizes.estate]
    with scene(size) as on:
        taken, capture_seconds = on.watched(lambda: capture.create(on.context, ()))
        on.aws.weather.gate.lose_region(HOME)
        made, restore_seconds = on.watched(lambda: _restored(on.context))
    section = Section("quotas", f"the {sizes.estate} estate under AWS's quotas, in AWS's time")
    floors = on.floor
    _rows(section, taken, made, floors)
    for job, calls, seconds, least in (
        ("capture", taken, capture_seconds, floors.capture),
        ("restore", made, restore_seconds, floors.restore),
    ):
        section.facts |= {
            f"{job}_calls": len(calls),
            f"{job}_calls_at_least": least.calls(),
            f"{job}_seconds": seconds,
            f"{job}_seconds_at_least": least.seconds(),
            f"{job}_refusals": sum(c.code in ("TooManyRequestsException", "RequestLimitExceeded") for c in calls),
        }
    section.facts |= {
        "restore_calls_one_by_one": floors.one_by_one.calls(),
        "restore_seconds_one_by_one": floors.one_by_one.seconds(),
    }
    section.notes.append(
        "At least: every list read once in the largest pages, one export a stage; a restore by imports."
    )
    return section


def _restored(context: Context) -> None:
    result = restore.restore(context, restore.Request("away"), lambda plan: True)
    assert result.exit_code in (0, 3), (result.failed, result.skipped)


def _rows(section: Section, taken: list[Entry], made: list[Entry], floors: Floor) -> None:
    """A row for each operation: how often it was called, and how often it has to be."""
    captured, restored = _tally(taken), _tally(made)
    least, most = _least(floors.capture), _least(floors.restore)
    for service, operation in sorted({*captured, *restored, *least, *most}):
        key = (service, operation)
        section.add(
            service=service,
            operation=operation,
            capture=captured[key],
            capture_at_least=least[key],
            restore=restored[key],
            restore_at_least=most[key],
        )


def _tally(calls: list[Entry]) -> Counter[tuple[str, str]]:
    return Counter((c.service, c.operation) for c in calls)


def _least(job: Job) -> Counter[tuple[str, str]]:
    return Counter(job.by_operation())
