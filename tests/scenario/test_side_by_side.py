"""With four calls under way at a time a restore is disturbed at any of them, and comes to the same end all the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress

import pytest

from dr_toolkit.engine.executor import DOORS
from tests.scenario import test_http_kill as http
from tests.scenario.deaths import gone_on
from tests.scenario.desk import AWAY, HOME, Desk
from tests.scenario.moments import Moment, moment
from tests.scenario.small_checks import assert_restored, open_groups
from tests.scenario.small_estate import build_ground, build_small
from tests.stand import Killed, Stand


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of the small estate, whose home region is gone."""
    with aws.virtual_time():
        desk = Desk(aws, workers=4)
        build_small(desk.clients, HOME)
        desk.snapshot()
        aws.gate.refuse(HOME)
        yield desk


@pytest.fixture
def http_desk(aws: Stand) -> Iterator[Desk]:
    """The same with HTTP APIs."""
    with aws.virtual_time():
        desk = Desk(aws, workers=4)
        http.build_tiny(desk.clients, HOME)
        desk.snapshot()
        http.build_ground(desk.clients, AWAY)
        aws.gate.refuse(HOME)
        yield desk


def killed(desk: Desk, begin: Moment, way: str, number: int) -> int:
    """Restore, and die at the n-th changing call; how many calls were on their way by then, 0 where it came to none."""
    gate = desk.aws.gate
    begin.come_back(desk.store)
    mark = gate.mark()
    with desk.aws.mortal_clients():
        {"before": gate.kill_before, "after": gate.kill_after}[way](number)
        with suppress(Killed):
            desk.restore()
        gate.clear_faults()
    return len([c for c in gate.since(mark) if c.fault == "dead" or (c.fault or "").startswith("killed")])


@pytest.mark.parametrize("way", ["before", "after"])
def test_killed_at_a_call(desk: Desk, way: str) -> None:
    """Nothing more is begun: at most what three others had in hand meets death too."""
    vpc = build_ground(desk.clients, AWAY).vpcs["main"]
    begin = moment("nothing", AWAY, desk.store)
    for number in itertools.count(1, 2):
        met = killed(desk, begin, way, number)
        if not met:
            break
        assert met <= 4
        assert len(open_groups(vpc)) <= DOORS
        result = gone_on(desk) if number % 2 else desk.restore()
        assert (result.exit_code, list(result.failed)) == (0, []), f"killed {way} call {number}: {result.verdict}"
        assert_restored(desk, vpc, f"killed {way} call {number}")
        assert open_groups(vpc) == set()
    assert number > 10


def test_any_answer_is_lost(desk: Desk) -> None:
    vpc = build_ground(desk.clients, AWAY).vpcs["main"]
    begin, gate = moment("nothing", AWAY, desk.store), desk.aws.gate
    for number in itertools.count(1, 2):
        begin.come_back(desk.store)
        mark = gate.mark()
        gate.lose_answer(number)
        result = desk.restore()
        lost = next((call for call in gate.since(mark) if call.fault == "answer lost"), None)
        if lost is None:
            break
        assert (result.exit_code, list(result.failed)) == (0, []), f"{lost}: {result.verdict}"
        done = [c.operation for c in gate.since(mark) if c.done]
        assert done.count("CreateDeployment") == 2, str(lost)
        assert_restored(desk, vpc, str(lost))
    assert number > 10


def test_any_answer_of_http_apis_is_lost(http_desk: Desk) -> None:
    begin, gate = moment("nothing", AWAY, http_desk.store), http_desk.aws.gate
    for number in itertools.count(1):
        begin.come_back(http_desk.store)
        mark = gate.mark()
        gate.lose_answer(number)
        result = http_desk.restore()
        if not any(call.fault == "answer lost" for call in gate.since(mark)):
            break
        assert (result.exit_code, list(result.failed)) == (0, []), f"call {number}: {result.verdict}"
        http.assert_whole(http_desk, f"the answer of call {number} is lost")
    assert number > 10


@pytest.mark.parametrize("code", ["InternalFailure", "TooManyRequestsException"])
def test_every_operation_is_refused_once(desk: Desk, code: str) -> None:
    vpc = build_ground(desk.clients, AWAY).vpcs["main"]
    gate = desk.aws.gate
    for operation in {step.call.operation for step in desk.plan().steps}:
        gate.fail(operation, code, 500 if code == "InternalFailure" else 429)
    result = desk.restore()
    assert (result.exit_code, list(result.failed)) == (0, []), result.failed
    assert_restored(desk, vpc, code)
