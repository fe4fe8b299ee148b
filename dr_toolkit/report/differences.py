"""Field changes for people: short ones on a line, long ones as a difference of lines."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any

from dr_toolkit.model.changes import FieldChange
from dr_toolkit.report import words
from dr_toolkit.report.page import Page, Part

INLINE = 100
"""The longest pair of values that stands on one line."""

MOST_LINES = 24
"""How many lines of a difference are shown, but for those who ask for all."""

CONTEXT = 24
"""How many characters on either side of a difference are shown of a long line."""

_COLORS = {"-": "red", "+": "green", "…": "dim"}


def fields(page: Page, changes: tuple[FieldChange, ...], indent: int) -> None:
    """All field changes of a resource."""
    for change in changes:
        field(page, change, indent)


def field(page: Page, change: FieldChange, indent: int) -> None:
    """One field change: ``path: before → after``, or the lines that differ beneath the path."""
    before, after = sides_of(change)
    name = words.path(change.path)
    short = [words.compact(before), words.compact(after)]
    if sum(map(len, short)) <= INLINE and not any(_multiline(v) for v in (before, after)):
        page.line(f"{name}: ", (short[0], "red"), " → ", (short[1], "green"), indent=indent)
        return
    page.line(f"{name}:", indent=indent)
    lines = list(_difference(lines_of(before), lines_of(after)))
    if len(lines) == 2 and page.room is not None and not page.style.verbose:
        lines = _around(lines[0][1], lines[1][1])
    shown = lines if page.style.verbose else lines[:MOST_LINES]
    for mark, text in shown:
        parts: list[Part] = [(f"{mark} {text}".rstrip(), _COLORS.get(mark, ""))]
        page.line(*parts, indent=indent + 2, hang=2 + len(text) - len(text.lstrip()))
    if len(lines) > len(shown):
        page.line((f"… {len(lines) - len(shown)} more lines (-v shows all)", "dim"), indent=indent + 2)


def sides_of(change: FieldChange) -> tuple[Any, Any]:
    """Both values, with JSON inside text parsed, unless it is the text alone that differs."""
    before, after = words.readable(change.before), words.readable(change.after)
    if before == after:
        return change.before, change.after
    if type(before) is not type(after) and None not in (before, after):
        return change.before, change.after
    return before, after


def _multiline(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value.rstrip("\n")


def lines_of(value: Any) -> list[str]:
    """A value over several lines: text as it is, anything else as indented JSON."""
    if value is None:
        return []
    if isinstance(value, str):
        return value.split("\n") if _multiline(value) else [words.compact(value)]
    shown = words.readable(value, parse=False)
    return json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False, default=str).split("\n")


def _around(before: str, after: str) -> list[tuple[str, str]]:
    """Two long lines, cut down to what differs and a little around it."""
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    first = start - CONTEXT if start > CONTEXT + 1 else 0
    cut = end - CONTEXT if end > CONTEXT + 1 else 0
    return [
        (mark, ("…" if first else "") + text[first : len(text) - cut] + ("…" if cut else ""))
        for mark, text in (("-", before), ("+", after))
    ]


def _alike(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _difference(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    """Marks and lines; what is the same far from any difference is left out."""
    for number, line in enumerate(difflib.unified_diff(before, after, n=1, lineterm="")):
        if number < 2:
            continue
        if line.startswith("@@"):
            if number > 2:
                yield "…", ""
        else:
            yield line[0], line[1:]
