"""Pieces of work run side by side: the soonest first, nobody held up by a wait, and nothing lost when it breaks off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from dr_toolkit.aws.pacing import Pacer
from dr_toolkit.engine.dispatch import Dispatch, Pace, Result, Work
from dr_toolkit.engine.ports import Lane
from dr_toolkit.model.documents import Scope
from dr_toolkit.spec.rates import Rate
from tests.strict_aws.clock import VirtualClock

DEPLOY, IMPORT = Rate("deploy", 1, 1 / 5), Rate("import", 1, 1 / 3)


@dataclass
class Place:
    """A region of which only the quotas are there, one rate a lane at most."""

    clock: VirtualClock
    scope: Scope = field(default_factory=lambda: Scope("123456789012", "us-east-1"))

    def __post_init__(self) -> None:
        self.pacer = Pacer(self.clock.now, self.clock.sleep)

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Wait for the turn."""
        rate = params.get("rate")
        self.pacer.wait("here", [rate] if rate else [])
        return {}

    def lane(self, service: str, operation: str, params: Mapping[str, Any]) -> Lane:
        """The rate."""
        return lane_of(params.get("rate"))

    def delay(self, lane: Lane, ahead: Sequence[Lane] = ()) -> float:
        """As the pacer says."""
        return self.pacer.delay("here", lane.limits, [each.limits for each in ahead])


def lane_of(rate: Rate | None) -> Lane:
    """The lane of a rate."""
    return Lane("", (rate,), 1 / rate.per_second) if rate else Lane()


@dataclass
class Jobs:
    """Pieces by number: what each does; what was begun and what ended, each with the time."""

    clock: VirtualClock
    pieces: list[Callable[[], Work[str]]]
    begun: list[tuple[int, float]] = field(default_factory=list)
    ended: list[tuple[int, float]] = field(default_factory=list)
    failed: dict[int, BaseException] = field(default_factory=dict)

    def start(self, number: int) -> Work[str] | None:
        """See ``dispatch.Job``."""
        self.begun.append((number, self.clock.now()))
        return self.pieces[number]()

    def done(self, result: Result[str]) -> None:
        """See ``dispatch.Job``."""
        if isinstance(result.error, LookupError):
            self.failed[result.number] = result.error
            return
        assert result.value() == "made"
        self.ended.append((result.number, self.clock.now()))

    def flush(self) -> None:
        """See ``dispatch.Job``."""


def calling(place: Place, rate: Rate | None, *waits: float) -> Callable[[], Work[str]]:
    """A piece that makes a call, and one more after each of its waits."""

    def piece() -> Work[str]:
        place.call("", "", {"rate": rate})
        for wait in waits:
            yield wait
            place.call("", "", {"rate": rate})
        return "made"

    return piece


def run(workers: int, *pieces: tuple[Rate | None, tuple[float, ...]]) -> Jobs:
    """Run pieces, each a rate and its waits."""
    clock = VirtualClock(0.0)
    place = Place(clock)
    jobs = Jobs(clock, [calling(place, rate, *waits) for rate, waits in pieces])
    dispatch: Dispatch[str] = Dispatch(place, Pace(workers, clock.sleep, clock.now))
    for number, (rate, _) in enumerate(pieces):
        dispatch.put(number, lane_of(rate))
    dispatch.run(jobs)
    return jobs


def times(events: list[tuple[int, float]]) -> dict[int, float]:
    """To a tenth of a second."""
    return {number: round(time, 1) for number, time in events}


def test_one_worker_takes_them_in_their_order() -> None:
    jobs = run(1, *[(None, ())] * 5)
    assert [number for number, _ in jobs.begun] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("workers", [1, 4])
def test_slow_rates_are_drawn_on_side_by_side(workers: int) -> None:
    """Four deployments and four imports, one after another in the plan: as long as the slower of both."""
    jobs = run(workers, *[(DEPLOY, ())] * 4, *[(IMPORT, ())] * 4, (None, ()))
    ends = times(jobs.ended)
    assert ends[8] == ends[0] == ends[4] == 0
    assert ends[3] == pytest.approx(15 / 0.98, abs=0.1)
    assert ends[7] == pytest.approx(9 / 0.98, abs=0.1)


@pytest.mark.parametrize("workers", [1, 4])
def test_what_waits_holds_nobody_up(workers: int) -> None:
    jobs = run(workers, *[(None, (60.0, 60.0))] * 6, *[(None, ())] * 6)
    ends = times(jobs.ended)
    assert {ends[n] for n in range(6)} == {120.0}
    assert {ends[n] for n in range(6, 12)} == {0.0}


def test_nobody_is_sent_to_wait_for_a_turn_that_another_takes() -> None:
    """Two of one rate are never under way at once, so that the other workers stay free."""
    at_once, most = [0], [0]
    clock, lock = VirtualClock(0.0), threading.Lock()
    place = Place(clock)

    def piece() -> Work[str]:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        place.call("", "", {"rate": DEPLOY})
        with lock:
            at_once[0] -= 1
        return "made"
        yield 0.0

    jobs = Jobs(clock, [piece] * 6)
    dispatch: Dispatch[str] = Dispatch(place, Pace(4, clock.sleep, clock.now))
    for number in range(6):
        dispatch.put(number, lane_of(DEPLOY))
    dispatch.run(jobs)
    assert (len(jobs.ended), most[0]) == (6, 1)


class Lost(BaseException):
    """What ends a process."""


@pytest.mark.parametrize("error", [Lost(), ValueError("no")])
@pytest.mark.parametrize("workers", [1, 4])
def test_what_is_under_way_is_waited_for_and_told_when_it_breaks_off(workers: int, error: BaseException) -> None:
    clock = VirtualClock(0.0)
    place, failing = Place(clock), threading.Event()

    def fails() -> Work[str]:
        failing.set()
        raise error
        yield 0.0

    def slow() -> Work[str]:
        assert failing.wait(5)
        return "made"
        yield 0.0

    jobs = Jobs(clock, [fails, *[slow] * 5])
    if workers > 1:  # the slow ones first, so that they are under way
        jobs.pieces = [slow, slow, fails, *[slow] * 3]
    dispatch: Dispatch[str] = Dispatch(place, Pace(workers, clock.sleep, clock.now))
    for number in range(6):
        dispatch.put(number, Lane())
    with pytest.raises(type(error)):
        dispatch.run(jobs)
    begun = {number for number, _ in jobs.begun}
    culprit = jobs.pieces.index(fails)
    assert {number for number, _ in jobs.ended} == begun - {culprit}
    assert len(begun) < 6


def test_a_piece_that_fails_alone_ends_nothing_else() -> None:
    clock = VirtualClock(0.0)
    place = Place(clock)

    def fails() -> Work[str]:
        raise LookupError("not there")
        yield 0.0

    jobs = Jobs(clock, [fails, calling(place, None)])
    dispatch: Dispatch[str] = Dispatch(place, Pace(1, clock.sleep, clock.now))
    for number in (0, 1):
        dispatch.put(number, Lane())
    dispatch.run(jobs)
    assert (list(jobs.failed), times(jobs.ended)) == ([0], {1: 0.0})
