"""The daemon of ``schedule run``: takes every source when its schedule says so, until it is asked to end.

Every source is looked at once at the start, which catches up on what was missed, and then at each fire
time. A capture that fails, or lacks something, is tried again after 5 minutes, then 10, at most an hour
apart, until the next fire time; so is one that could not reach the store. What is due, and who takes it,
is for ``workflows.schedules`` to say: here are only the clock, the threads and the signals. The config is
the truth and nothing is remembered from one run to the next, so the daemon may be killed at any moment.

The context's clock is the one that counts. Where it moves (somebody set it, or the machine slept) every
source is looked at anew. On SIGTERM or SIGINT no capture begins any more, those under way are finished,
and the exit code is 143 or 130; on a second signal they are abandoned, which loses nothing but themselves.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any, NoReturn

from dr_toolkit.config import Source
from dr_toolkit.crontab import Crontab
from dr_toolkit.errors import DrToolkitError
from dr_toolkit.report.listings import FAILED_RUN, NOT_DUE, PARTIAL, RUNNING, TAKEN, OnceRow
from dr_toolkit.report.vocabulary import count, duration
from dr_toolkit.workflows import schedules
from dr_toolkit.workflows.context import Context

_LOG = logging.getLogger(__name__)
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
_WATCH = "watch"
_SOURCE = "source/"


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


class _Fires:
    """A schedule as apscheduler's trigger; ``now`` there is this machine's time, and may not be the context's."""

    def __init__(self, schedule: Crontab, now: Callable[[], datetime]) -> None:
        self._schedule, self._now = schedule, now

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:  # noqa: ARG002
        """The first fire time after now, whatever was missed: that is one capture, and it has begun."""
        ahead = timedelta(seconds=round((self._now() - now).total_seconds()))
        return self._schedule.next_after(now + ahead) - ahead


def _timer(captures: int) -> Any:
    """An apscheduler that keeps its jobs in memory and runs late ones however late they are."""
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.base import BaseTrigger

    BaseTrigger.register(_Fires)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # what else it says, the daemon says better
    return BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(captures), _WATCH: ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )


class _Watch:
    """What was last seen in the store, and who is past its RPO by that; may be used from several threads."""

    def __init__(self, context: Context, log: logging.Logger) -> None:
        self._context, self._log = context, log
        self._sources = [source for source in context.sources(()) if source.rpo]
        self._known: schedules.Known | None = None
        self._blind = False
        self._stale: set[str] = set()
        self._lock = threading.RLock()

    def look(self) -> schedules.Known:
        """The snapshots in the store; those seen before where it can't be read now, which is logged once."""
        with self._lock:
            try:
                self._known = tuple(self._context.snapshots.entries())
            except DrToolkitError as error:
                if not self._blind:
                    self._log.warning("snapshots can't be listed, so what is stale may not show: %s", error)
                self._blind = True
            else:
                if self._blind:
                    self._log.info("snapshots can be listed again")
                self._blind = False
            return self._known or ()

    def check(self) -> None:
        """Log each source that has got past its RPO, once, and each that is back within it."""
        with self._lock:
            if self._known is None or self._past_rpo():
                self.look()  # another daemon may have taken one meanwhile
            if self._known is None:
                return
            stale = self._past_rpo()
            for name, told in stale.items():
                if name not in self._stale:
                    self._log.warning("%s: past its RPO", told)
            for name in sorted(self._stale - set(stale)):
                self._log.info("%s: within its RPO again", name)
            self._stale = set(stale)

    def _past_rpo(self) -> dict[str, str]:
        now = self._context.now()
        rows = [schedules.standing(source, self._known or (), now) for source in self._sources]
        return {row.source: row.told for row in rows if row.stale}


class _Daemon:
    """The jobs of one run: each source's captures, and the watch over the RPOs."""

    def __init__(self, context: Context, pace: Pace, log: logging.Logger) -> None:
        self._context, self._pace, self._log = context, pace, log
        self._sources = schedules.scheduled(context)
        self._watch = _Watch(context, log)
        self._timer = _timer(min(len(self._sources), _AT_ONCE))
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
            self._timer.add_job(
                self._capture, _Fires(_of(source), self._context.now), [source], id=_job(source), next_run_time=now
            )
        seconds = self._pace.look
        self._timer.add_job(self._look, "interval", seconds=seconds, id=_WATCH, executor=_WATCH, next_run_time=now)
        ends = EVENT_JOB_EXECUTED | EVENT_JOB_ERROR
        self._timer.add_listener(self._ended, ends)
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

    def _capture(self, source: Source) -> float | None:
        """Take a source if it is due; the seconds until it must be looked at before its next fire time."""
        with self._at_work(source.name) as wanted:
            if not wanted:
                return None
            row = schedules.serve(self._context, source)
            again = self._again(source, row)
            self._tell(row, again)
            self._watch.check()
            return again

    def _look(self) -> None:
        with self._at_work("") as wanted:
            if wanted:
                self._watch.check()

    def _again(self, source: Source, row: OnceRow) -> float | None:
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
        return wait if now + timedelta(seconds=wait) < _of(source).next_after(now) else None

    def _tell(self, row: OnceRow, again: float | None) -> None:
        """One line for what became of a source; that another run is still at it is said once."""
        same = row.outcome == RUNNING == self._last.get(row.source)
        self._last[row.source] = row.outcome
        code = f" (exit code {row.exit_code})" if row.outcome == FAILED_RUN else ""
        facts = [row.snapshot, row.reason, f"in {duration(row.seconds)}" if row.outcome == TAKEN else ""]
        facts.append(f"looked at again in {duration(again)}" if again else f"next at {row.next_due}")
        text = ", ".join(filter(None, facts))
        self._log.log(
            logging.DEBUG if same else _LEVELS[row.outcome], "%s: %s%s: %s", row.source, row.outcome, code, text
        )

    # --- what the timer tells -------------------------------------------------------------------------

    def _ended(self, event: Any) -> None:
        """After a job's end, when it can be run again."""
        if event.exception is not None:
            self._log.error("%s failed: %s: %s", event.job_id, type(event.exception).__name__, event.exception)
        again = event.retval if event.exception is None else self._pace.retry
        with self._lock:
            if again and not self._ending and event.job_id != _WATCH:
                self._timer.modify_job(event.job_id, next_run_time=datetime.now(UTC) + timedelta(seconds=again))

    def _not_begun(self, event: Any) -> None:
        if event.job_id != _WATCH:
            name = event.job_id.removeprefix(_SOURCE)
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


def _of(source: Source) -> Crontab:
    assert source.schedule is not None
    return source.schedule


def _job(source: Source) -> str:
    return f"{_SOURCE}{source.name}"
