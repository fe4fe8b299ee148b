"""Who did it: what the trail says of changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FOUND, PENDING, UNKNOWN, NOT_ASKED = "found", "pending", "unknown", "not asked"
"""Whether somebody was found; the trail may still lag; it holds nothing of it; it was not asked."""


@dataclass(frozen=True)
class Deed:
    """One event of the trail: when (UTC), what, by whom, through whom, from where and with what."""

    event_id: str
    at: str
    event: str
    actor: str
    via: str = ""
    address: str = ""
    agent: str = ""


@dataclass(frozen=True)
class Deeds:
    """By printed key: the events that may have made a change, the latest first, and how the search for them ended.

    ``trouble`` says why the trail could not be asked, or not all of it; empty where it could.
    """

    found: Mapping[str, tuple[Deed, ...]] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""

    def of(self, key: str) -> tuple[Deed, ...]:
        """The events of one change; none where there are none."""
        return self.found.get(key, ())

    def state(self, key: str) -> str:
        """How the search for one change ended."""
        return self.states.get(key, NOT_ASKED)
