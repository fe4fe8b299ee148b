"""What takes minutes to be ready is waited for, and not for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dr_toolkit.engine.attempts import READY
from dr_toolkit.engine.dispatch import Pace
from dr_toolkit.engine.executor import Executor
from dr_toolkit.errors import CloudRefused
from dr_toolkit.model import planfile
from dr_toolkit.model.changes import Call, Step, Until
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from tests.strict_aws.clock import VirtualClock
from tests.unpaced import Unpaced

LINK = ResourceKey("apigateway.vpc_link", ("back",))
UNTIL = Until("items.0.status", ("AVAILABLE",), ("FAILED",))
STEP = Step("s1", "create", (LINK,), "apigateway", Call("GetVpcLink", {"vpcLinkId": "abc"}, until=UNTIL))


class _States(Unpaced):
    """A region in which a link goes through states, the last one for ever; also a journal that keeps nothing."""

    scope = Scope("123456789012", "us-east-1")

    def __init__(self, *states: str) -> None:
        self.states = list(states)
        self.signs = 0

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The next state."""
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if state.endswith("Exception"):
            raise CloudRefused(service=service, operation=operation, region="us-east-1", code=state, reason="no such")
        return {"items": [{"status": state}]}

    def append_all(self, records: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Keep nothing but the number of signs of life."""
        self.signs += 1


def _run(*states: str, step: Step = STEP) -> tuple[dict[str, str], list[float]]:
    pauses: list[float] = []
    region, clock = _States(*states), VirtualClock(0.0)

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        clock.sleep(seconds)

    look: Any = None
    executor = Executor(region, registry(), region, {}, "run", look, Pace(1, pause, clock.now))
    failed = executor.execute([step]).failed
    assert region.signs > len(pauses), "a lease runs out while nothing is written"
    return failed, pauses


def test_it_is_waited_for() -> None:
    assert _run("PENDING", "PENDING", "AVAILABLE") == ({}, list(READY[:2]))


def test_what_will_never_be_ready_is_not_waited_for() -> None:
    failed, pauses = _run("PENDING", "FAILED")
    assert pauses == list(READY[:1])
    assert "it is FAILED, and was to become AVAILABLE" in failed["s1"]


def test_what_is_not_ready_for_a_quarter_of_an_hour_has_failed() -> None:
    failed, pauses = _run("PENDING")
    assert pauses == list(READY)
    assert 600 < sum(pauses) < 1200
    assert "it is PENDING" in failed["s1"]


def test_what_is_gone_is_there_no_more_where_that_is_waited_for() -> None:
    tolerates = {"NotFoundException": "done", "TooEarlyException": "again"}
    gone = replace(STEP, action="delete", call=replace(STEP.call, tolerates=tolerates))
    assert _run("DELETING", "TooEarlyException", "NotFoundException", step=gone) == ({}, list(READY[:2]))
    failed, _ = _run("NotFoundException")
    assert "no such" in failed["s1"], "what was to be ready is not"


def test_a_plan_says_what_is_waited_for() -> None:
    document = planfile.step(STEP)
    assert document["until"] == {"path": "items.0.status", "done": ["AVAILABLE"], "failed": ["FAILED"]}
    assert planfile._read_step(document) == STEP
