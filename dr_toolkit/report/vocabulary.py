"""The words of every report: what a change is called, its mark and colour, and how things are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dr_toolkit.model.alerts import CRITICAL, HIGH, LOW, MEDIUM, NOTE
from dr_toolkit.model.changes import ADOPT, CREATE, DELETE, REPLACE, UPDATE, Change
from dr_toolkit.model.documents import BLOCKED, EXCLUDED, FAILED, GAP, INFO, WARNING, Coverage, Finding

Words = Mapping[str, str]
"""What each action is called in one kind of report."""

DRIFT: Words = {CREATE: "added", DELETE: "removed", UPDATE: "changed", REPLACE: "changed", ADOPT: "changed"}
"""From the baseline to what is live."""

VERIFY: Words = {
    CREATE: "missing",
    DELETE: "extra",
    UPDATE: "different",
    REPLACE: "different",
    ADOPT: "different",
}
"""From the target to what the snapshot says."""

PLAN: Words = {
    CREATE: "to create",
    UPDATE: "to update",
    REPLACE: "to replace",
    DELETE: "to delete",
    ADOPT: "to adopt",
}
"""From the target as it is to the target as it will be."""

MARKS: Words = {CREATE: "+", DELETE: "-", UPDATE: "~", REPLACE: "±", ADOPT: "="}
"""The sign at the beginning of a change's line."""

BLOCKED_MARK = "!"
"""The sign of what can't be done."""

COLORS: Words = {CREATE: "green", DELETE: "red", UPDATE: "yellow", REPLACE: "magenta", ADOPT: "cyan"}
"""The colour of each action."""

SEVERITIES: Words = {BLOCKED: "bold red", GAP: "bold red", WARNING: "yellow", INFO: "cyan"}
"""Severities, the worst first, each with its colour."""


ALARMS: Words = {CRITICAL: "bold red", HIGH: "red", MEDIUM: "yellow", LOW: "cyan", NOTE: "dim"}
"""How bad drift is, the worst first, each with its colour."""


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: ``1 change``, ``1,234 changes``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def names(items: Iterable[str], noun: str, most: int = 3) -> str:
    """The first few of a list, and how many more there are."""
    listed = list(items)
    if len(listed) <= most:
        return ", ".join(listed)
    return f"{', '.join(listed[: most - 1])} and {count(len(listed) - most + 1, 'more ' + noun)}"


def tally(changes: Iterable[Change], words: Words) -> dict[str, int]:
    """How many changes each word stands for, in the order of the words; words for nothing are left out."""
    counts = dict.fromkeys(words.values(), 0)
    for change in changes:
        counts[words[change.action]] += 1
    return {word: number for word, number in counts.items() if number}


def tallied(changes: Iterable[Change], words: Words) -> str:
    """The tally in a line: ``1 added, 2 removed``."""
    return ", ".join(f"{number:,} {word}" for word, number in tally(changes, words).items())


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without repetitions, the worst first."""
    order = {severity: rank for rank, severity in enumerate(SEVERITIES)}
    return sorted(set(findings), key=lambda f: (order.get(f.severity, -1), f.code, f.key, f.text))


def excluded(coverage: Mapping[str, Coverage]) -> list[str]:
    """The types that the config leaves out."""
    return sorted(name for name, c in coverage.items() if c.status == EXCLUDED)


def unread(coverage: Mapping[str, Coverage]) -> dict[str, str]:
    """The types that could not be read, with the reason."""
    return {name: c.reason for name, c in sorted(coverage.items()) if c.status == FAILED}


def gaps(coverage: Mapping[str, Coverage], findings: Iterable[Finding]) -> tuple[str, ...]:
    """What is missing, a line each: types that failed, and findings that say so."""
    failed = [f"{name}: {reason}" for name, reason in unread(coverage).items()]
    told = (f"{f.key}: {f.text}" if f.key else f.text for f in ranked(findings) if f.severity in (GAP, BLOCKED))
    return (*failed, *told)


def doubt(coverage: Mapping[str, Coverage], findings: Iterable[Finding]) -> str:
    """Why nothing can be said for certain, in half a sentence; empty where nothing is missing."""
    failed = unread(coverage)
    parts = [f"{names(failed, 'type')} could not be read"] if failed else []
    lines = gaps(coverage, findings)
    if len(lines) > len(failed):
        parts.append(count(len(lines) - len(failed), "gap"))
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """A time span as people say it: ``0.4s``, ``42s``, ``3m 5s``, ``26h 5m``, ``3d 2h``."""
    if seconds < 10:
        return f"{max(seconds, 0.0):.1f}s"
    whole = round(seconds)
    for unit, size, smaller, part in (("d", 86400, "h", 3600), ("h", 3600, "m", 60), ("m", 60, "s", 1)):
        if whole >= size * (2 if unit == "d" else 1):
            rest = whole % size // part
            return f"{whole // size}{unit}" + (f" {rest}{smaller}" if rest else "")
    return f"{whole}s"


def size(number: int) -> str:
    """A number of bytes as people say it: ``512 B``, ``2.1 MB``."""
    value = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
