"""Pieces of work run side by side, always the one next that AWS's quotas allow soonest.

A piece is a generator: it makes calls, and yields how many seconds it wants to wait before it goes on, which holds no
worker up. Who dispatches sleeps only when nothing is under way and nothing may go.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from dr_toolkit.engine.ports import Cloud, Lane

T = TypeVar("T")
SPARE = 2.0
"""Seconds in which nothing else may go, so that there is time for what is only of use later."""

Work = Generator[float | Lane, None, T]
"""Calls, and between them the seconds to wait, or what limits the next call; returns what came of it."""


@dataclass(frozen=True)
class Result(Generic[T]):
    """How far a piece came: to a wait, or to its end, with what it returned or raised."""

    number: int
    work: Work[T]
    wait: float | Lane | None = None
    returned: T | None = None
    error: BaseException | None = None

    def value(self) -> T:
        """What the piece returned; raises what it raised."""
        if self.error is not None:
            raise self.error
        return self.returned  # type: ignore[return-value]  # it came to its end without an error


@dataclass(frozen=True)
class Pace:
    """How many work side by side, and whose time it is: ``pause`` takes seconds, and ``ticks`` counts them."""

    workers: int = 1
    pause: Callable[[float], None] = time.sleep
    ticks: Callable[[], float] = time.monotonic


class Crew(Generic[T]):
    """So many threads, or none: one worker works in the calling thread, so that all has one order."""

    def __init__(self, workers: int) -> None:
        self._pool = ThreadPoolExecutor(workers, "dr-toolkit") if workers > 1 else None
        self._results: SimpleQueue[Result[T]] = SimpleQueue()
        self.busy: set[int] = set()
        """The numbers of the pieces that are under way."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False)

    def start(self, number: int, work: Work[T]) -> None:
        """Have a piece go on to its next wait, or to its end."""
        self.busy.add(number)
        if self._pool is None:
            self._results.put(_resumed(number, work))
        else:
            self._pool.submit(lambda: self._results.put(_resumed(number, work)))

    def result(self, seconds: float | None = None) -> Result[T] | None:
        """The next result; None where none comes within so many seconds."""
        try:
            found = self._results.get(timeout=seconds)
        except Empty:
            return None
        self.busy.discard(found.number)
        return found


def _resumed(number: int, work: Work[T]) -> Result[T]:
    try:
        return Result(number, work, wait=next(work))
    except StopIteration as end:
        return Result(number, work, returned=end.value)
    except BaseException as error:  # it is raised where results are taken in
        return Result(number, work, error=error)


class Job(Protocol[T]):
    """What the pieces are, by number. All of it is called in the thread that dispatches."""

    def start(self, number: int) -> Work[T] | None:
        """The piece, which is about to go; None where there is nothing to be done after all."""

    def done(self, result: Result[T]) -> None:
        """Take note of a piece's end."""

    def flush(self) -> None:
        """Make fast what was noted: called before pieces go that were started, and before any waiting."""


class Dispatch(Generic[T]):
    """Runs the pieces that are put in, by number.

    Among those that may go equally soon, those of the slowest lane go first, so that it is never left unused, and of
    these the smallest number.
    """

    def __init__(self, cloud: Cloud, pace: Pace) -> None:
        self._cloud, self._pace = cloud, pace
        self._lanes: dict[Lane, list[int]] = {}
        self._lane_of: dict[int, Lane] = {}
        self._waiting: dict[int, tuple[float, Work[T]]] = {}
        self._interval: dict[int, float] = {}
        self._spare: list[int] = []

    def put(self, number: int, lane: Lane) -> None:
        """Put in a piece, with what limits its calls (``Cloud.lane``); it keeps its rank whatever limits later ones."""
        self._lane_of[number], self._interval[number] = lane, lane.interval
        heapq.heappush(self._lanes.setdefault(lane, []), number)

    def put_spare(self, number: int, lane: Lane) -> None:
        """Put in a piece that goes only where nothing else may go for a while, or is left."""
        self._lane_of[number], self._interval[number] = lane, lane.interval
        heapq.heappush(self._spare, number)

    def run(self, job: Job[T]) -> None:
        """Run what was put in, and what the job puts in meanwhile.

        What the job raises ends the run: nothing more is begun, what is under way comes as far as its next wait, the
        job is told of what ended by then, and the error is raised.
        """
        with Crew[T](self._pace.workers) as crew:
            try:
                while self._turn(crew, job):
                    pass
            except BaseException:
                self._wind_up(crew, job)
                raise

    def _turn(self, crew: Crew[T], job: Job[T]) -> bool:
        """Take in what has come, then hand out all that may go, or wait; False where nothing is left."""
        while (result := crew.result(0.0)) is not None:
            self._take_in(result, job)
        begun: dict[int, Work[T]] = {}
        soonest = None
        while len(crew.busy) + len(begun) < self._pace.workers:
            soonest = self._soonest([*crew.busy, *begun])
            if soonest is None or soonest[0] > 0:
                break
            begun |= self._begun(soonest[1], job)
            soonest = None
        if not begun and not crew.busy and soonest is not None:
            job.flush()
            self._pace.pause(soonest[0])
            begun = self._begun(soonest[1], job)
        job.flush()
        for number, work in begun.items():
            crew.start(number, work)
        if not begun and crew.busy:
            result = crew.result(soonest[0] if soonest else None)
            if result is not None:
                self._take_in(result, job)
            return True
        return bool(begun) or soonest is not None

    def _soonest(self, busy: Iterable[int]) -> tuple[float, int] | None:
        """The seconds until a piece may go, and which: the one for which they are the fewest."""
        ahead = [self._lane_of[number] for number in busy]
        lanes = {lane for lane, numbers in self._lanes.items() if numbers}
        lanes |= {self._lane_of[number] for number in self._waiting}
        delays = {lane: max(0.0, self._cloud.delay(lane, ahead)) for lane in lanes}
        now = self._pace.ticks()
        found = [(delays[lane], -lane.interval, numbers[0]) for lane, numbers in self._lanes.items() if numbers]
        for number, (due, _) in self._waiting.items():
            lane = self._lane_of[number]
            found.append((max(due - now, delays[lane]), -self._interval[number], number))
        seconds, _, number = min(found, default=(math.inf, 0.0, 0))
        if self._spare and seconds >= SPARE:
            return max(0.0, self._cloud.delay(self._lane_of[self._spare[0]], ahead)), self._spare[0]
        return (seconds, number) if found else None

    def _begun(self, number: int, job: Job[T]) -> dict[int, Work[T]]:
        """The piece, taken out of what waits to go; nothing where there is nothing to be done after all."""
        if number in self._waiting:
            return {number: self._waiting.pop(number)[1]}
        heapq.heappop(self._spare if self._spare[:1] == [number] else self._lanes[self._lane_of[number]])
        work = job.start(number)
        return {} if work is None else {number: work}

    def _take_in(self, result: Result[T], job: Job[T]) -> None:
        if result.wait is None:
            job.done(result)
            return
        seconds = 0.0
        if isinstance(result.wait, Lane):
            self._lane_of[result.number] = result.wait
        else:
            seconds = result.wait
        self._waiting[result.number] = (self._pace.ticks() + seconds, result.work)

    def _wind_up(self, crew: Crew[T], job: Job[T]) -> None:
        """Wait for what is under way, and have it noted as far as it came to an end."""
        while crew.busy:
            result = crew.result()
            if result is not None and result.wait is None and isinstance(result.error, Exception | None):
                with suppress(Exception):  # what ended the run is what is raised
                    job.done(result)
        with suppress(Exception):
            job.flush()
