"""What became of a plan's steps, counted so that the numbers add up: steps are the plan's, calls what they took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from dr_toolkit.model.changes import Plan, Step
from dr_toolkit.report import vocabulary as say


class Ran(Protocol):
    """A plan that was carried out; see ``results.RestoreResult``."""

    @property
    def plan(self) -> Plan:
        """The plan that was agreed to."""

    @property
    def steps(self) -> dict[str, Step]:
        """The plan's steps by id."""

    @property
    def done(self) -> tuple[str, ...]:
        """The ids of steps done; what was done on looking again has no id of the plan."""

    @property
    def failed(self) -> Mapping[str, str]:
        """Reasons by id."""

    @property
    def skipped(self) -> Mapping[str, str]:
        """Reasons by id."""

    @property
    def carried(self) -> Mapping[str, str]:
        """Operations by the ids of steps that failed or were skipped in one call with others."""

    @property
    def calls(self) -> int:
        """How many calls it took."""


def done(ran: Ran) -> int:
    """How many steps of the plan were done."""
    return sum(step in ran.steps for step in ran.done)


def later(ran: Ran) -> int:
    """How many steps were made on looking again, which the plan does not name so."""
    return len(ran.done) - done(ran)


def total(ran: Ran) -> str:
    """How many steps the plan has, and how many calls they took: ``126 steps by 60 calls``."""
    return say.count(len(ran.plan.steps), "step") + (f" by {say.count(ran.calls, 'call')}" if ran.calls else "")


def failure(ran: Ran) -> str:
    """How many failed of how many, and what became of the others."""
    steps = say.count(len(ran.plan.steps), "step")
    rest = f"{done(ran):,} done, {len(ran.skipped):,} skipped"
    return f"{len(ran.failed):,} of {steps} to {ran.plan.target} failed, {rest}"


def tried(ran: Ran, earlier: int = 0) -> str:
    """All numbers in one line; ``earlier`` steps were done by an earlier run."""
    before = f", {earlier:,} by an earlier run" if earlier else ""
    counted = done(ran) + earlier + sum(s in ran.steps for s in (*ran.failed, *ran.skipped))
    doubt = f", {len(ran.plan.steps) - counted:,} in doubt" if counted < len(ran.plan.steps) else ""
    again = f"; {later(ran):,} on looking again" if later(ran) else ""
    numbers = f"{done(ran):,} done{before}, {len(ran.failed):,} failed, {len(ran.skipped):,} skipped"
    calls = f"; {say.count(ran.calls, 'call')}" if ran.calls else ""
    return f"{say.count(len(ran.plan.steps), 'step')}: {numbers}{doubt}{again}{calls}"


def together(ran: Ran, reasons: Mapping[str, str]) -> list[tuple[list[str], str]]:
    """The steps of those that failed or were skipped in one call, and why; any other by itself."""
    found: dict[tuple[str, str], list[str]] = {}
    for step, reason in reasons.items():
        found.setdefault((ran.carried.get(step, step), reason), []).append(step)
    return [(steps, reason) for (_, reason), steps in found.items()]


def lines(ran: Ran) -> list[str]:
    """What failed or was skipped, a line for each call."""
    return [f"{_named(ran, steps)}: {reason}" for steps, reason in together(ran, {**ran.failed, **ran.skipped})]


def _named(ran: Ran, steps: list[str]) -> str:
    if steps[0] not in ran.carried:
        return f"step {steps[0]}"
    return f"{ran.carried[steps[0]]} for {say.count(len(steps), 'step')} ({several(steps)})"


def several(steps: list[str]) -> str:
    """The first few ids, and how many more there are."""
    more = f" and {len(steps) - 3:,} more" if len(steps) > 3 else ""
    return ", ".join(steps[:3]) + more
