"""A plan as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from dr_toolkit.model.changes import Plan
from dr_toolkit.model.documents import BLOCKED
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report import sections, text_blocked, text_forecast, vocabulary
from dr_toolkit.report.page import Column, Page
from dr_toolkit.report.results import PlanResult
from dr_toolkit.spec.registry import Registry

MOST_ALIKE = 30
"""How many things of a type that come or go as a whole are listed on a terminal."""

MOST_KEYS = 3
"""How many of a call's keys are named."""


def plan(page: Page, value: PlanResult, registry: Registry) -> None:
    """What a restore would do: blocked things first, then warnings, what is for good, changes, and calls."""
    p = value.plan
    sections.verdict(page, value.verdict, value.exit_code)
    whence(page, p)
    text_forecast.expected(page, p)
    missing(page, p, registry)
    text_forecast.for_good(page, p)
    doings(page, p, registry)
    if chosen := sorted(name for name, on in p.options.items() if on and name != "only"):
        page.line((f"options: {', '.join(chosen)}", "dim"))


def doings(page: Page, p: Plan, registry: Registry) -> None:
    """The changes and the calls of a plan."""
    sections.changes(page, p.changes, registry, [b.key for b in p.blocked], MOST_ALIKE)
    sections.legend(page, p.changes, vocabulary.PLAN, bool(p.blocked))
    if p.steps:
        page.gap()
        page.line(_calls(p))
        if page.style.verbose:
            _steps(page, p)


def whence(page: Page, p: Plan) -> None:
    """What is restored, and where to."""
    page.line(f"snapshot {p.snapshot} of {p.source} ({p.source_scope}) → {p.target} ({p.target_scope})", hang=4)
    if only := p.options.get("only"):
        page.line(f"only {' '.join(only)}, with what that needs", hang=4)


def missing(page: Page, p: Plan, registry: Registry) -> None:
    """What a plan can't do, what it does not hold, and what has to be known about it; each thing once."""
    text_blocked.blocked(page, p.blocked, registry)
    stuck = {b.key.text for b in p.blocked}
    told = [f for f in p.findings if f.severity != BLOCKED or f.key not in stuck]
    lines = set(vocabulary.gaps({}, told))
    _gaps(page, (text for text in p.gaps if text not in lines))
    sections.findings(page, told)


def _gaps(page: Page, gaps: Iterable[str]) -> None:
    lines = list(gaps)
    if lines:
        sections.heading(page, "Incomplete", sections.BAD)
    for text in lines:
        page.line((f"{vocabulary.BLOCKED_MARK} ", sections.BAD), text, indent=2, hang=4)


def _calls(p: Plan) -> str:
    operations = p.estimate.operations if p.estimate else Counter(f"{s.service}:{s.call.operation}" for s in p.steps)
    services: Counter[str] = Counter()
    for operation, number in operations.items():
        services[operation.partition(":")[0]] += number
    told = ", ".join(f"{number:,} {service}" for service, number in sorted(services.items()))
    return f"{vocabulary.count(services.total(), 'call')}: {told}"


def _steps(page: Page, p: Plan) -> None:
    carried = p.estimate.carried if p.estimate else {}
    within = {s.id: f"in the call of {carried[s.id]}" for s in p.steps if s.id in carried}
    rows = [(s.id, within.get(s.id, f"{s.service}:{s.call.operation}"), keys(s.keys)) for s in p.steps]
    page.table([Column("step"), Column("call"), Column("for", "dim", whole=False)], rows, indent=2)


def keys(values: Iterable[ResourceKey]) -> str:
    """The first few keys of a call, and how many more there are."""
    texts = [key.text for key in values]
    more = f" and {len(texts) - MOST_KEYS:,} more" if len(texts) > MOST_KEYS else ""
    return ", ".join(texts[:MOST_KEYS]) + more
