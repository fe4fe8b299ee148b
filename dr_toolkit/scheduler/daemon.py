"""The daemon itself: the jobs, the signals, and what is said of them."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any, NoReturn

from dr_toolkit.config import Source
from dr_toolkit.report.listings import FAILED_RUN, NOT_DUE, PARTIAL, RUNNING, TAKEN, OnceRow
from dr_toolkit.report.vocabulary import count, duration
from dr_toolkit.scheduler.timer import WATCH, Fires, make_timer
from dr_toolkit.scheduler.watch import Watch
from dr_toolkit.workflows import schedules
from dr_toolkit.workflows.context import Context

_LOG = logging.getLogger("dr_toolkit.scheduler")
_ENDED_BY = (signal.SIGTERM, signal.SIGINT)
_LEVELS = {
    TAKEN: logging.INFO,
    PARTIAL: logging.WARNING,
    FAILED_RUN: logging.ERROR,
    RUNNING: logging.INFO,
    NOT_DUE: logging.DEBUG,
}
_AT_ONCE = 4  # captures; more of them would only wait for the same quotas of AWS
_CLOCK_MOVED = 5.0  # seconds
_MOST_DOUBLINGS = 16


@dataclass(frozen=True)
class Pace:
    """How often the daemon looks around, and how long it waits; all in seconds.

    ``look``: between two looks at who is past its RPO. ``retry``: before a failed capture is tried again,
    doubled each time up to ``longest_retry``. ``running``: before a source that another run is capturing is
    looked at again. ``tick``: at most so long until a signal, or a clock that was set, is noticed.
    """

    look: float = 30.0
    retry: float = 300.0
    longest_retry: float = 3600.0
    running: float = 60.0
    tick: float = 0.5


def run(
    context: Context,
    *,
    stop: threading.Event | None = None,
    install_signals: bool = True,
    log: logging.Logger = _LOG,
    pace: Pace | None = None,
) -> int:
    """Take snapshots by schedule until a signal comes or ``stop`` is set; the exit code is the result.

    It is 143 after SIGTERM, 130 after SIGINT and 0 after ``stop``. Captures under way are finished first. Every
    trouble of AWS or the store is logged, and tried again. Raises UsageError, at once, where no source has a
    schedule. Signals can be installed only in the main thread; a second one ends the whole process.
    """
    stop, pace = stop or threading.Event(), pace or Pace()
    daemon = _Daemon(context, pace, log)
    with _signals(install_signals) as received:
        daemon.start()
        try:
            while not received and not stop.wait(pace.tick):
                daemon.notice_clock()
        finally:
            daemon.end(received)
    return 128 + received[0] if received else 0


@contextmanager
def _signals(install: bool) -> Iterator[list[int]]:
    """The signals to end that have come so far; before and after, they do what they did before.

    They are only noted: an event that is set in a signal's midst can lock up the thread that waits for it.
    """
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        received.append(number)

    before = {number: signal.signal(number, note) for number in _ENDED_BY} if install else {}
    try:
        yield received
    finally:
        for number, action in before.items():
            signal.signal(number, action)


class _Daemon:
    """The jobs of one run: each source's captures, and the watch over the RPOs."""

    def __init__(self, context: Context, pace: Pace, log: logging.Logger) -> None:
        self._context, self._pace, self._log = context, pace, log
        self._sources = schedules.scheduled(context)
        self._watch = Watch(context, log)
        self._fires = {_job(s): Fires(s.schedule, context.now) for s in self._sources if s.schedule}
        self._timer = make_timer(min(len(self._sources), _AT_ONCE))
        self._offset = self._clock_offset()
        self._lock = threading.Lock()
        self._ending = False
        self._under_way: set[str] = set()
        self._failures: dict[str, tuple[datetime, int]] = {}
        self._last: dict[str, str] = {}

    # --- beginning and end ----------------------------------------------------------------------------

    def start(self) -> None:
        """Look at every source at once, and from then on at its fire times."""
        from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED

        now = datetime.now(UTC)
        for source in self._sources:
            job = _job(source)
            self._timer.add_job(self._capture, self._fires[job], [source], id=job, next_run_time=now)
        # Its first look comes after that time, so that catching up may make fresh what was stale at the start.
        self._timer.add_job(self._look, "interval", seconds=self._pace.look, id=WATCH, executor=WATCH)
        self._timer.add_listener(self._ended, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        self._timer.add_listener(self._not_begun, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        self._tell_start()
        self._timer.start()

    def _tell_start(self) -> None:
        sources = self._context.sources(())
        plan = f"{len(self._sources)} of {count(len(sources), 'source')} by schedule"
        self._log.info("started: %s, into %s", plan, self._context.store.url)
        for source in sources:
            if source.schedule is None:
                self._log.warning("%s: no schedule, so it is not taken", source.name)
                continue
            told = source.schedule.describe_next(1, self._context.now())[0]
            self._log.info("%s: %s, next at %s", source.name, source.schedule.expression, told)

    def end(self, received: list[int]) -> None:
        """Begin nothing more, and wait for what is under way; at a second signal the process ends here."""
        with self._lock:
            self._ending = True
        why = f" on {signal.Signals(received[0]).name}" if received else ""
        names = self._captures()
        wait = f": finishing the capture of {', '.join(names)}; a second signal abandons it" if names else ""
        self._log.info("ending%s%s", why, wait)
        self._timer.shutdown(wait=False)
        while self._busy():
            if len(received) > 1:
                self._abandon(128 + received[0])
            time.sleep(self._pace.tick / 5)
        self._log.info("ended")

    def _abandon(self, code: int) -> NoReturn:
        """End the process with its threads. A snapshot half written is none, and the lease of the dead is free."""
        self._log.warning("abandoned: %s", ", ".join(self._captures()) or "nothing that was being captured")
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    # --- the work -------------------------------------------------------------------------------------

    def _capture(self, source: Source) -> None:
        """Take a source if it is due, and say when it must be looked at again."""
        fires = self._fires[_job(source)]
        fires.again = None
        with self._at_work(source.name) as wanted:
            if not wanted:
                return
            row = schedules.serve(self._context, source)
            wait = self._wait(source, row)
            fires.again = None if wait is None else _in(wait)
            self._tell(row, wait)
            self._watch.check()

    def _look(self) -> None:
        with self._at_work("") as wanted:
            if wanted:
                self._watch.check()

    def _wait(self, source: Source, row: OnceRow) -> float | None:
        """Seconds until a source must be looked at again; None where that is its next fire time."""
        now = self._context.now()
        fire = schedules.due(source, self._watch.look(), now)
        if fire is None:
            self._failures.pop(source.name, None)
            return None
        if row.outcome in (FAILED_RUN, PARTIAL):
            since, failures = self._failures.get(source.name, (fire, 0))
            failures = failures if since == fire else 0
            self._failures[source.name] = (fire, failures + 1)
            wait = min(self._pace.retry * 2 ** min(failures, _MOST_DOUBLINGS), self._pace.longest_retry)
        else:
            wait = self._pace.running  # another run has it, or a fire time came while this one was at work
        return wait if now + timedelta(seconds=wait) < self._fires[_job(source)].schedule.next_after(now) else None

    def _tell(self, row: OnceRow, wait: float | None) -> None:
        """One line for what became of a source; that another run is still at it is said once."""
        same = row.outcome == RUNNING == self._last.get(row.source)
        self._last[row.source] = row.outcome
        code = f" (exit code {row.exit_code})" if row.outcome == FAILED_RUN else ""
        facts = [row.snapshot, row.reason, f"in {duration(row.seconds)}" if row.outcome == TAKEN else ""]
        facts.append(f"looked at again in {duration(wait)}" if wait else f"next at {row.next_due}")
        text = ", ".join(filter(None, facts))
        self._log.log(
            logging.DEBUG if same else _LEVELS[row.outcome], "%s: %s%s: %s", row.source, row.outcome, code, text
        )

    # --- what the timer tells -------------------------------------------------------------------------

    # No lock may be taken here: apscheduler may hold its own meanwhile.

    def _ended(self, event: Any) -> None:
        """After a job's end, when it can be run again."""
        from apscheduler.jobstores.base import JobLookupError

        fires = self._fires.get(event.job_id)
        if event.exception is not None:
            self._log.error("%s failed: %s: %s", event.job_id, type(event.exception).__name__, event.exception)
            if fires:
                fires.again = _in(self._pace.retry)
        if fires:
            then = fires.get_next_fire_time(None, datetime.now(UTC))
            with suppress(JobLookupError):  # nothing is to be run any more
                self._timer.modify_job(event.job_id, next_run_time=then)

    def _not_begun(self, event: Any) -> None:
        if event.job_id in self._fires:
            name = event.job_id.partition("/")[2]
            self._log.info("%s: due, while its last capture is still at work: looked at again after that", name)

    def notice_clock(self) -> None:
        """Look at everything anew where the clock has moved against the time that passed."""
        moved = (offset := self._clock_offset()) - self._offset
        if abs(moved) < _CLOCK_MOVED:
            return
        self._offset = offset
        way = "forward" if moved > 0 else "back"
        self._log.warning("the clock moved %s by %s: looking at every source again", way, duration(abs(moved)))
        for job in self._timer.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))

    def _clock_offset(self) -> float:
        return self._context.now().timestamp() - time.monotonic()

    # --- who is at work -------------------------------------------------------------------------------

    @contextmanager
    def _at_work(self, name: str) -> Iterator[bool]:
        """Whether work may begin; while it is entered, the daemon does not end. The watch has no name."""
        with self._lock:
            wanted = not self._ending
            if wanted:
                self._under_way.add(name)
        try:
            yield wanted
        finally:
            with self._lock:
                self._under_way.discard(name)

    def _busy(self) -> bool:
        with self._lock:
            return bool(self._under_way)

    def _captures(self) -> list[str]:
        with self._lock:
            return sorted(name for name in self._under_way if name)


def _job(source: Source) -> str:
    return f"source/{source.name}"


def _in(seconds: float) -> datetime:
    """That time from now, by this machine's clock."""
    return datetime.now(UTC) + timedelta(seconds=seconds)
