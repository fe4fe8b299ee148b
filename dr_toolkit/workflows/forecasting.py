"""What is to be expected of a plan, said with it."""

from __future__ import annotations

from dataclasses import replace

from dr_toolkit.engine.batch import batched
from dr_toolkit.engine.forecast import estimate, final
from dr_toolkit.resources import registry
from dr_toolkit.workflows.targets import Planned


def foreseen(planned: Planned) -> Planned:
    """The same, and in its plan how many calls are made, how long that takes, and what can't be undone."""
    plan, types = planned.plan, registry()
    few = batched(plan.steps, planned.aim, types, without={b.key for b in plan.blocked})
    expected = estimate(few.steps, few.parts)
    return replace(planned, plan=replace(plan, estimate=expected, final=final(plan.changes, plan.steps, types)))
