"""Calling no faster than AWS allows: token buckets per account, region and rate, shared by all threads.

A refused call costs more than a short wait: others of the account are held up too. So the buckets are kept a little
under the quotas, and where AWS refuses all the same, because somebody else calls as well, they give way.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dr_toolkit.spec.rates import Rate

MARGIN = 0.98
"""The part of a rate that is used."""

_YIELD, _LEAST = 0.7, 0.2
_REGAIN, _REGAIN_A_CALL = 0.1, 0.05
"""What is regained of a share in a second at the whole rate, and at most by one call."""

_LONGEST, _SHORTEST = 32.0, 0.001


@dataclass
class _Bucket:
    rate: Rate
    tokens: float
    at: float
    share: float = 1.0
    closed_until: float = 0.0
    refusals: int = 0

    @property
    def per_second(self) -> float:
        return self.rate.per_second * MARGIN * self.share

    def fill(self, now: float) -> None:
        """Add what has flowed in since the last look."""
        burst = max(1.0, self.rate.burst * MARGIN)
        self.tokens = min(burst, self.tokens + max(0.0, now - self.at) * self.per_second)
        self.at = now

    def wait(self, now: float, ahead: int = 0) -> float:
        """Seconds until a token is there, when so many others are to be taken first."""
        self.fill(now)
        wanted = 1 + ahead
        missing = 0.0 if self.tokens >= wanted - 1e-4 else (wanted - self.tokens) / self.per_second
        return max(missing, self.closed_until - now)

    def take(self) -> None:
        """Use a token, and come slowly back to the whole rate after a refusal."""
        self.tokens -= 1
        self.share = min(1.0, self.share + min(_REGAIN_A_CALL, _REGAIN / self.rate.per_second))

    def close(self, now: float, seconds: float) -> None:
        """Let nobody through for a while, and fill more slowly from now on."""
        self.fill(now)
        self.tokens = min(self.tokens, 1.0)
        self.share = max(_LEAST, self.share * _YIELD)
        self.closed_until = max(self.closed_until, now + seconds)


class Pacer:
    """Makes callers wait for their turn. ``now`` and ``pause`` count in seconds; safe in threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep) -> None:
        self._now, self.pause = now, pause
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._lock = threading.Lock()

    def wait(self, place: str, rates: Sequence[Rate]) -> None:
        """Return once a call that counts against all these rates may be made in a place (an account and region)."""
        while (seconds := self._take(place, rates)) > 0:
            self.pause(max(seconds, _SHORTEST))

    def delay(self, place: str, rates: Sequence[Rate], ahead: Iterable[Sequence[Rate]] = ()) -> float:
        """Seconds for which ``wait`` would hold such a call up now, if those ``ahead`` of it went first.

        Nothing is taken.
        """
        first = Counter(rate.name for each in ahead for rate in each)
        with self._lock:
            now = self._now()
            waits = (bucket.wait(now, first[bucket.rate.name]) for bucket in self._of(place, rates))
            return max(0.0, max(waits, default=0.0))

    def refused(self, place: str, rates: Sequence[Rate], after: float | None) -> None:
        """Take note that AWS throttled such a call, and asked to come back ``after`` so many seconds, if it did.

        Without a word from AWS the waits double, from half a second to 32.
        """
        with self._lock:
            now = self._now()
            for bucket in self._of(place, rates):
                bucket.refusals += 1
                bucket.close(now, min(_LONGEST, after if after is not None else 0.25 * 2**bucket.refusals))

    def passed(self, place: str, rates: Sequence[Rate]) -> None:
        """Take note that AWS let such a call through."""
        with self._lock:
            for bucket in self._of(place, rates):
                bucket.refusals = 0

    def _take(self, place: str, rates: Sequence[Rate]) -> float:
        with self._lock:
            now = self._now()
            buckets = self._of(place, rates)
            seconds = max((bucket.wait(now) for bucket in buckets), default=0.0)
            if seconds <= 0:
                for bucket in buckets:
                    bucket.take()
            return seconds

    def _of(self, place: str, rates: Sequence[Rate]) -> list[_Bucket]:
        now = self._now()
        return [
            self._buckets.setdefault((place, rate.name), _Bucket(rate, max(1.0, rate.burst * MARGIN), now))
            for rate in rates
        ]
