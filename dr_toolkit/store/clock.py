"""Time as the store writes it: UTC, ISO 8601, ending in Z."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the time, with its zone; tests put in their own."""


def now() -> datetime:
    """The time of this machine, in UTC."""
    return datetime.now(UTC)


def seconds(at: datetime) -> str:
    """``2026-11-22T03:00:00Z``, parts of a second cut off; raises ValueError for a time without a zone."""
    return _text(at, "seconds")


def milliseconds(at: datetime) -> str:
    """``2026-11-22T03:00:00.123Z``; raises ValueError for a time without a zone."""
    return _text(at, "milliseconds")


def utc(at: datetime) -> datetime:
    """The same moment in UTC; raises ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    return at.astimezone(UTC)


def _text(at: datetime, precision: str) -> str:
    return utc(at).replace(tzinfo=None).isoformat(timespec=precision) + "Z"
