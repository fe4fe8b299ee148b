"""A plan as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from dr_toolkit.model.changes import Blocked, Plan, Step
from dr_toolkit.model.documents import BLOCKED
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report import sections, vocabulary, words
from dr_toolkit.report.page import Column, Page, Part
from dr_toolkit.report.results import PlanResult
from dr_toolkit.spec.registry import Registry

MOST_KEYS = 3
"""How many of a call's keys are named."""


def plan(page: Page, value: PlanResult, registry: Registry) -> None:
    """What a restore would do: blocked things first, then warnings, changes, calls and gaps."""
    p = value.plan
    sections.verdict(page, value.verdict, value.exit_code)
    whence(page, p)
    missing(page, p, registry)
    doings(page, p, registry)
    if chosen := sorted(name for name, on in p.options.items() if on):
        page.line((f"options: {', '.join(chosen)}", "dim"))


def doings(page: Page, p: Plan, registry: Registry) -> None:
    """The changes and the calls of a plan."""
    sections.changes(page, p.changes, registry, [b.key for b in p.blocked])
    sections.legend(page, p.changes, vocabulary.PLAN, bool(p.blocked))
    if p.steps:
        page.gap()
        page.line(_calls(p.steps))
        if page.style.verbose:
            _steps(page, p.steps)


def whence(page: Page, p: Plan) -> None:
    """What is restored, and where to."""
    page.line(f"snapshot {p.snapshot} of {p.source} ({p.source_scope}) → {p.target} ({p.target_scope})", hang=4)


def missing(page: Page, p: Plan, registry: Registry) -> None:
    """What a plan can't do, what it does not hold, and what has to be known about it; each thing once."""
    _blocked(page, p.blocked, registry)
    stuck = {b.key.text for b in p.blocked}
    told = [f for f in p.findings if f.severity != BLOCKED or f.key not in stuck]
    lines = set(vocabulary.gaps({}, told))
    _gaps(page, (text for text in p.gaps if text not in lines))
    sections.findings(page, told)


def _blocked(page: Page, blocked: Iterable[Blocked], registry: Registry) -> None:
    items = list(blocked)
    if not items:
        return
    sections.heading(page, "Blocked", sections.BAD)
    for b in items:
        what = f"{b.action} {words.headline(b.key, registry)}"
        lead: list[Part] = [(f"{vocabulary.BLOCKED_MARK} ", sections.BAD), (what, "bold")]
        page.entry(lead, [(b.key.text, "dim")], indent=2)
        page.line(b.reason, indent=6)
        if b.remedy:
            page.line(("→ ", "cyan"), b.remedy, indent=6)


def _gaps(page: Page, gaps: Iterable[str]) -> None:
    lines = list(gaps)
    if lines:
        sections.heading(page, "Incomplete", sections.BAD)
    for text in lines:
        page.line((f"{vocabulary.BLOCKED_MARK} ", sections.BAD), text, indent=2, hang=4)


def _calls(steps: Iterable[Step]) -> str:
    services = Counter(step.service for step in steps)
    told = ", ".join(f"{number:,} {service}" for service, number in sorted(services.items()))
    return f"{vocabulary.count(services.total(), 'call')}: {told}"


def _steps(page: Page, steps: Iterable[Step]) -> None:
    rows = [(s.id, f"{s.service}:{s.call.operation}", keys(s.keys)) for s in steps]
    page.table([Column("step"), Column("call"), Column("for", "dim", whole=False)], rows, indent=2)


def keys(values: Iterable[ResourceKey]) -> str:
    """The first few keys of a call, and how many more there are."""
    texts = [key.text for key in values]
    more = f" and {len(texts) - MOST_KEYS:,} more" if len(texts) > MOST_KEYS else ""
    return ", ".join(texts[:MOST_KEYS]) + more
