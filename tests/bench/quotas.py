"""What capture and restore cost under AWS's quotas, beside the least that these allow.

The strict AWS is asked in its own time, so that the seconds are those that AWS would take, not those of this machine.
"""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from dr_toolkit.config import Config, Secrets, Source, StoreSettings, Target
from dr_toolkit.workflows import capture, restore
from dr_toolkit.workflows.context import WORKERS, Context
from tests.bench.engines import Sizes
from tests.bench.section import Section
from tests.strict_aws import StrictAws
from tests.strict_aws.clock import VirtualClock
from tests.strict_aws.estates import SMALL, STANDARD, Size, build, build_ground
from tests.strict_aws.estates.clients import StrictClients
from tests.strict_aws.floor import Floor, Job, floor
from tests.strict_aws.in_process import answered
from tests.strict_aws.weather.log import Entry
from tests.strict_aws.weather.quotas import Quota, quotas_of

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

    def capture(self) -> None:
        """Take a snapshot of home; whatever is lacking is a failure."""
        (entry,) = capture.create(self.context, ()).entries
        assert entry.error is None, entry.error
        assert entry.manifest is not None
        assert entry.manifest.complete, entry.manifest.gaps

    def restore(self) -> None:
        """Restore it into the other region; whatever fails is a failure."""
        result = restore.restore(self.context, restore.Request("away"), lambda plan: True)
        assert result.exit_code in (0, 3), (result.failed, result.skipped)
        assert not result.failed, result.failed


def refused(calls: list[Entry]) -> list[Entry]:
    """The calls that came too fast."""
    return [c for c in calls if c.code in ("TooManyRequestsException", "RequestLimitExceeded")]


def least_seconds(calls: list[Entry]) -> float:
    """The least seconds that just these calls take, all buckets full at first and drawn on side by side."""
    drawn: Counter[Quota] = Counter()
    for each in calls:
        if each.service in ("ec2", "apigateway", "apigatewayv2"):
            drawn.update(quotas_of(each.service, each.operation, each.params))
    return max((quota.seconds(number) for quota, number in drawn.items()), default=0.0)


@contextmanager
def scene(size: Size, *, workers: int = WORKERS, others: float = 0.0) -> Iterator[Scene]:
    """The estate built in calm weather; then quotas, of which ``others`` use a part, and lag."""
    clock = VirtualClock()
    aws = StrictAws(clock)
    with aws.weather.calm():
        build(StrictClients(aws), HOME, size)
        build_ground(StrictClients(aws), AWAY)
    aws.weather.quotas, aws.weather.group_lag = True, 1.0
    aws.weather.buckets.share = others
    with tempfile.NamedTemporaryFile() as key, answered(aws):
        key.write(b"1f" * 32)
        key.flush()
        yield Scene(aws, clock, _context(clock, key.name, workers), floor(aws.region(HOME)))


def _context(clock: VirtualClock, key: str, workers: int) -> Context:
    """The toolkit's view, in virtual time; values of API keys are kept, so that all of them come over."""
    config = Config(
        store=StoreSettings(f"memory://quotas-{next(_numbers)}"),
        secrets=Secrets(f"key-file:{key}"),
        sources={"home": Source("home", HOME)},
        targets={"away": Target("away", AWAY)},
    )
    return Context(
        config,
        now=lambda: datetime.fromtimestamp(clock.now(), UTC),
        pause=clock.sleep,
        ticks=clock.now,
        workers=workers,
    )


def measure_quotas(sizes: Sizes) -> Section:
    """Capture and restore of the standard estate: calls, refusals and seconds, beside the floors."""
    size = {"standard": STANDARD, "small": SMALL}[sizes.estate]
    with scene(size) as on:
        taken, capture_seconds = on.watched(on.capture)
        on.aws.weather.gate.lose_region(HOME)
        made, restore_seconds = on.watched(on.restore)
    with scene(size, others=1 / 3) as crowded:
        shared_taken, shared_capture = crowded.watched(crowded.capture)
        crowded.aws.weather.gate.lose_region(HOME)
        shared_made, shared_restore = crowded.watched(crowded.restore)
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
            f"{job}_seconds_of_its_calls_at_least": least_seconds(calls),
            f"{job}_refusals": len(refused(calls)),
        }
    section.facts |= {
        "capture_seconds_beside_a_third": shared_capture,
        "capture_refusals_beside_a_third": len(refused(shared_taken)),
        "restore_seconds_beside_a_third": shared_restore,
        "restore_refusals_beside_a_third": len(refused(shared_made)),
    }
    section.facts |= {
        "restore_calls_one_by_one": floors.one_by_one.calls(),
        "restore_seconds_one_by_one": floors.one_by_one.seconds(),
    }
    section.notes.append(
        "At least: every list read once in the largest pages, one export a stage; a restore by imports."
    )
    section.notes.append("Beside a third: another client of the account uses up a third of every quota.")
    return section


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
