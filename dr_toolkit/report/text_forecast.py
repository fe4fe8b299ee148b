"""What is to be expected of a plan, as text: how long it takes, what it needs a person for, what can't be undone."""

from __future__ import annotations

from collections import Counter

from dr_toolkit.model.changes import Plan
from dr_toolkit.model.documents import WARNING, Finding
from dr_toolkit.model.forecasts import Estimate
from dr_toolkit.model.planfile import BY_HAND
from dr_toolkit.report import sections, vocabulary
from dr_toolkit.report.page import Page

_WHOLE_SERVICES = {"apigateway": "API Gateway as a whole", "lambda": "Lambda as a whole"}


def expected(page: Page, plan: Plan) -> None:
    """A line on calls and time, and one on what a person has to do."""
    if plan.estimate is not None and plan.steps:
        page.line(time(plan.estimate, len(plan.steps)), hang=4)
    codes = Counter(f.code for f in plan.findings if f.code in BY_HAND)
    if codes:
        told = ", ".join(f"{number:,} {code}" for code, number in sorted(codes.items()))
        page.line(f"needs a person for {vocabulary.count(codes.total(), 'thing')}, see Findings: {told}", hang=4)


def for_good(page: Page, plan: Plan) -> None:
    """What no undo takes back whole."""
    told = [Finding(WARNING, "for-good", f.key.text, f"once gone, this is lost: {f.reason}") for f in plan.final]
    sections.findings(page, told, "Can't be undone")


def time(value: Estimate, steps: int) -> str:
    """How many calls, about how long they take, and why."""
    calls = vocabulary.count(value.calls, "call")
    calls += f" for {vocabulary.count(steps, 'step')}" if steps != value.calls else ""
    reasons = []
    if value.limit:
        counted = f"{vocabulary.count(value.limited, 'call')}, {_pace(value.per_second)}"
        reasons.append(f"{_WHOLE_SERVICES.get(value.limit, value.limit)} takes longest ({counted})")
    if value.waits_for:
        reasons.append(f"{about(value.waiting)} go by till {value.waits_for} says that what was made is ready")
    return f"{calls}, {about(value.seconds)} under AWS's quotas" + (f": {'; '.join(reasons)}" if reasons else "")


def about(seconds: float) -> str:
    """A time that nobody can know better: ``a few seconds``, ``about 40 seconds``, ``about 2 minutes``."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"about {5 * round(seconds / 5)} seconds"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"


def _pace(per_second: float) -> str:
    return f"{per_second:g} a second" if per_second >= 1 else f"one in {round(1 / per_second)} s"
