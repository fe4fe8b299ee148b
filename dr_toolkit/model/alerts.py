"""What the rule book says of drift: alerts, and how bad each is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dr_toolkit.model.keys import ResourceKey

CRITICAL, HIGH, MEDIUM, LOW, NOTE = "critical", "high", "medium", "low", "info"

SEVERITIES = (CRITICAL, HIGH, MEDIUM, LOW, NOTE)
"""How bad drift is, the worst first: act now; today; look at it; know of it; nothing of it matters to traffic."""


@dataclass(frozen=True)
class Alert:
    """What one rule of the book says of one resource; ``standing``: of how it is, whether or not it changed."""

    rule: str
    severity: str
    key: ResourceKey
    text: str
    standing: bool = False

    @property
    def rank(self) -> tuple[int, str, str]:
        """By what alerts are sorted: the worst first, then by key and rule."""
        return SEVERITIES.index(self.severity), self.key.text, self.rule


def worst(severities: Iterable[str]) -> str:
    """The worst of some severities; ``info`` where there is none."""
    return min(severities, key=SEVERITIES.index, default=NOTE)


def reaches(severity: str, least: str) -> bool:
    """Whether a severity is as bad as another, or worse."""
    return SEVERITIES.index(severity) <= SEVERITIES.index(least)
