"""Time: the machine's own, or one that only moves when somebody sleeps."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

START = 1_795_000_000.0
"""2026-11-18: where virtual time begins, in seconds since 1970."""


class Clock(Protocol):
    """What tells the time, in seconds since 1970, and lets it pass."""

    def now(self) -> float:
        """The time."""

    def sleep(self, seconds: float) -> None:
        """Return once so many seconds have passed."""


class HurriedClock:
    """The machine's clock, `factor` times as fast from now on: for clients in other processes, whose sleep is real."""

    def __init__(self, factor: float = 1.0) -> None:
        self._factor, self._began = factor, time.time()

    def now(self) -> float:
        """The time."""
        return self._began + (time.time() - self._began) * self._factor

    def sleep(self, seconds: float) -> None:
        """Sleep so much shorter."""
        time.sleep(seconds / self._factor)


class VirtualClock:
    """A clock that costs no waiting.

    Time moves when everybody who takes part is asleep, to the moment when the first one wants to be woken. Who does not
    take part by `thread` is alone: time moves as soon as it sleeps and no participant is awake.
    """

    def __init__(self, start: float = START) -> None:
        self._now = start
        self._awake = 0
        self._sleepers: list[float] = []
        self._changed = threading.Condition()

    def now(self) -> float:
        """The virtual time."""
        with self._changed:
            return self._now

    @property
    def awake(self) -> int:
        """How many of those who take part are awake."""
        with self._changed:
            return self._awake

    @contextmanager
    def thread(self) -> Iterator[None]:
        """Let this thread take part: while it is awake, time stands still for all."""
        with self._changed:
            self._awake += 1
        try:
            yield
        finally:
            with self._changed:
                self._awake -= 1
                self._advance()

    def sleep(self, seconds: float) -> None:
        """Return once the clock has moved so far, which takes no real time."""
        with self._changed:
            until = self._now + max(0.0, seconds)
            counted = self._awake > 0
            self._awake -= counted
            self._sleepers.append(until)
            self._advance()
            while self._now < until:
                self._changed.wait()
            self._sleepers.remove(until)
            self._awake += counted

    def _advance(self) -> None:
        """Move to the first moment that anybody waits for, when nobody is awake; the lock is held."""
        if self._awake == 0 and self._sleepers:
            self._now = max(self._now, min(self._sleepers))
            self._changed.notify_all()
