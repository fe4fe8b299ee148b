"""A restore that dies at any call, or loses any answer, goes on to the same end, with nothing made twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from dr_toolkit.errors import LockedError, RunNotFound, UnfinishedRun
from dr_toolkit.report.results import PlanResult, RestoreResult
from dr_toolkit.workflows import restore
from tests.aws_calls import Call
from tests.aws_gate import Gate, Killed
from tests.moto_aws import Stand
from tests.scenario.desk import AWAY, HOME, Desk
from tests.scenario.direct_line import direct_line
from tests.scenario.disturbance import disturb
from tests.scenario.mortal_store import MortalStore
from tests.scenario.regions import Kept, apis
from tests.scenario.small_checks import assert_restored, open_groups, serves_the_draft
from tests.scenario.small_estate import build_ground, build_small, patched

ORPHANS = {"groups": 6, "stages": 2, "deployments": 5}
"""What the disturbed estate has more of: what people made, and the two deployments that nothing serves any longer."""


@dataclass
class Scene:
    """A snapshot at home, a target as it was at one moment, and how often to come back to that moment."""

    desk: Desk
    vpc: str
    kept: Kept
    store: dict[str, bytes]

    def again(self) -> None:
        """Back to the moment: the target, and what the store knows of it."""
        self.kept.put_back()
        store = self.desk.store
        for name in store.list(""):
            if name not in self.store:
                store.delete(name)

    def gone_on(self) -> RestoreResult:
        """What a person does after a crash; where nothing was begun, there is nothing to resume."""
        try:
            return self.desk.restore(resume="last")
        except RunNotFound:
            return self.desk.restore()


def scene(desk: Desk, vpc: str) -> Scene:
    """This very moment."""
    return Scene(desk, vpc, Kept(AWAY), {name: desk.store.get(name) for name in desk.store.list("")})


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of the small estate, whose home region is gone."""
    with direct_line(aws):
        desk = Desk(aws)
        build_small(desk.clients, HOME)
        desk.snapshot()
        aws.gate.refuse(HOME)
        yield desk


@pytest.fixture
def empty(desk: Desk) -> Scene:
    """A target with nothing in it yet."""
    return scene(desk, build_ground(desk.clients, AWAY).vpcs["main"])


@pytest.fixture
def disturbed(desk: Desk) -> Scene:
    """A target that was restored before, and in which people have changed everything since."""
    vpc = build_ground(desk.clients, AWAY).vpcs["main"]
    assert desk.restore().exit_code == 0
    disturb(desk.clients)
    return scene(desk, vpc)


def killed(at: Scene, arm: Callable[[int], None], number: int) -> Call | None:
    """Restore, and die at the n-th call that changes something; the call, or None where there are fewer."""
    gate = at.desk.aws.gate
    at.again()
    mark = gate.mark()
    with at.desk.aws.mortal_clients():
        arm(number)
        with suppress(Killed):
            at.desk.restore()
        gate.clear_faults()
    return next((c for c in gate.since(mark) if (c.fault or "").startswith("killed")), None)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_every_call_of_a_restore(empty: Scene, gate: Gate, moment: str) -> None:
    arm, number = {"before": gate.kill_before, "after": gate.kill_after}[moment], 0
    while victim := killed(empty, arm, number := number + 1):
        at = f"killed {moment} {victim}"
        opened = set(open_groups(empty.desk.clients, empty.vpc)) - {"default"}
        assert len(opened) <= 1, at
        result = empty.gone_on()
        assert (result.exit_code, list(result.failed)) == (0, []), f"{at}: {result.verdict}"
        assert_restored(empty.desk, empty.vpc, at)
    assert number > 37


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_every_call_of_mending(disturbed: Scene, gate: Gate, moment: str) -> None:
    arm, number = {"before": gate.kill_before, "after": gate.kill_after}[moment], 0
    while victim := killed(disturbed, arm, number := number + 1):
        at = f"killed {moment} {victim}"
        result = disturbed.gone_on()
        assert (result.exit_code, list(result.failed)) == (0, []), f"{at}: {result.verdict}"
        assert_restored(disturbed.desk, disturbed.vpc, at, **ORPHANS)
    assert number > 30


def test_any_answer_is_lost(empty: Scene, gate: Gate) -> None:
    number = 0
    while True:
        empty.again()
        mark = gate.mark()
        gate.lose_answer(number := number + 1)
        result = empty.desk.restore()
        victim = next((c for c in gate.since(mark) if c.fault == "answer lost"), None)
        if victim is None:
            break
        assert (result.exit_code, list(result.failed)) == (0, []), f"{victim}: {result.verdict}"
        assert len([c for c in gate.since(mark) if c.operation == "CreateDeployment" and c.done]) == 2, str(victim)
        assert_restored(empty.desk, empty.vpc, f"answer lost to {victim}")
    assert number > 37


def test_any_answer_is_lost_while_mending(disturbed: Scene, gate: Gate) -> None:
    number = 0
    while True:
        disturbed.again()
        mark = gate.mark()
        gate.lose_answer(number := number + 1)
        result = disturbed.desk.restore()
        victim = next((c for c in gate.since(mark) if c.fault == "answer lost"), None)
        if victim is None:
            break
        if result.failed:
            result = disturbed.desk.restore()
        assert (result.exit_code, list(result.failed)) == (0, []), f"{victim}: {result.verdict} {result.failed}"
        assert_restored(disturbed.desk, disturbed.vpc, f"answer lost to {victim}", **ORPHANS)
    assert number > 30


def test_killed_at_every_write_of_the_journal(empty: Scene) -> None:
    """By the rerun of the same command. Before an intent nothing is called; after it, the calls' own test begins."""
    desk, number = empty.desk, 0
    while True:
        number += 1
        for after in (False, True):
            empty.again()
            store = MortalStore(desk.store, number, after)
            with suppress(Killed):
                desk.restore(store=store)
            if not store.dead:
                break
            if number % 2 and after and 3 < number < 70:  # an intent is there: the call itself was not made
                continue
            at = f"killed {'after' if after else 'before'} write {number}, {store.names[-1]}"
            result = desk.restore()
            assert (result.exit_code, list(result.failed)) == (0, []), f"{at}: {result.verdict}"
            assert_restored(desk, empty.vpc, at)
        if not store.dead:
            break
    assert number > 2 * 37


def test_a_crash_of_the_crash_and_so_on(empty: Scene, gate: Gate) -> None:
    """Every attempt makes two calls, and dies at the answer of the second."""
    desk, attempts = empty.desk, 0
    empty.again()
    while killed_again(desk, gate, 2):
        attempts += 1
    assert attempts > 10
    assert_restored(desk, empty.vpc, f"after {attempts} crashes")
    assert len([r for r in desk.store.list("runs/") if r.endswith("/000001.json")]) == 1


def killed_again(desk: Desk, gate: Gate, number: int) -> bool:
    """Run the same command once more, and die just after the n-th call."""
    with desk.aws.mortal_clients():
        gate.kill_after(number)
        with suppress(Killed):
            assert desk.restore().exit_code == 0
        died = gate.dead
        gate.clear_faults()
    return died


# --- who may go on ------------------------------------------------------------------------------------


def test_another_snapshot_is_refused_while_a_run_is_unfinished(empty: Scene, gate: Gate) -> None:
    desk = empty.desk
    assert killed(empty, gate.kill_after, 20)
    first = desk.load().manifest.id
    gate.allow(HOME)
    desk.clients.client("ec2", HOME).create_tags(
        Resources=[group_at_home(desk, "db")], Tags=[{"Key": "new", "Value": "yes"}]
    )
    second = desk.snapshot().id
    gate.refuse(HOME)
    mark = gate.mark()
    with pytest.raises(UnfinishedRun) as refused:
        desk.restore()
    assert refused.value.exit_code == 13
    assert first in str(refused.value)
    assert not [c for c in gate.since(mark) if c.mutating]
    assert desk.restore(resume="last").plan.snapshot == first
    assert desk.restore().plan.snapshot == second
    assert desk.verify().exit_code == 0


def group_at_home(desk: Desk, name: str) -> str:
    """The id of a group at home."""
    rows = desk.clients.client("ec2", HOME).describe_security_groups(
        Filters=[{"Name": "group-name", "Values": [name]}]
    )
    return str(rows["SecurityGroups"][0]["GroupId"])


def test_two_restores_at_once_on_one_target(empty: Scene, gate: Gate) -> None:
    desk, seen = empty.desk, list[BaseException]()

    def meanwhile(shown: PlanResult) -> bool:
        with pytest.raises(LockedError) as refused:
            desk.restore()
        seen.append(refused.value)
        return True

    command = desk.command()
    desk.hours -= 1  # the other one comes at the same time, not an hour later
    result = restore.restore(command, restore.Request("away"), meanwhile)
    assert [e.exit_code for e in seen if isinstance(e, LockedError)] == [11]
    assert result.exit_code == 0
    assert gate.count("CreateRestApi", region=AWAY) == 1


def test_one_who_took_over_is_not_disturbed_by_one_thought_dead(empty: Scene, gate: Gate) -> None:
    """The first is slow, not dead: hours later it wakes in the midst of its run, which another has finished."""
    desk = empty.desk
    command = desk.command()
    woken = list[RestoreResult]()

    def sleepy(text: str) -> None:
        if text.startswith("create apigateway.model") and not woken:
            woken.append(desk.restore())

    command.progress = sleepy
    with pytest.raises(LockedError):
        restore.restore(command, restore.Request("away"), lambda shown: True)
    assert woken[0].exit_code == 0
    assert_restored(desk, empty.vpc, "taken over")


# --- deployments that are owed --------------------------------------------------------------------------


def change_a_method(desk: Desk) -> None:
    """Somebody edits an integration in the target, and does not deploy it."""
    held = apis(AWAY)[0]
    pets = next(each for each in held.resources if held.path(each) == "/pets")
    desk.clients.client("apigateway", AWAY).update_integration(
        restApiId=held.id, resourceId=pets, httpMethod="POST", patchOperations=patched({"/timeoutInMillis": "1234"})
    )


@pytest.fixture
def edited(desk: Desk) -> Scene:
    """A restored target with one method changed, which its stage does not serve yet."""
    vpc = build_ground(desk.clients, AWAY).vpcs["main"]
    desk.restore()
    change_a_method(desk)
    return scene(desk, vpc)


def test_a_deployment_is_owed_once_content_changed(edited: Scene, gate: Gate) -> None:
    """The method is put right and the process dies: nothing differs any more, and yet there is something to do."""
    for moment in (gate.kill_before, gate.kill_after):
        number = 0
        while victim := killed(edited, moment, number := number + 1):
            assert edited.desk.plan().steps, str(victim)
            assert edited.desk.verify().exit_code == 2, str(victim)
            assert edited.gone_on().exit_code == 0
            assert_restored(edited.desk, edited.vpc, str(victim), deployments=4)
        assert number == 7


def test_a_deployment_stays_owed_when_a_run_ended_in_failure(edited: Scene, gate: Gate) -> None:
    desk = edited.desk
    gate.deny("CreateDeployment", times=1)
    assert desk.restore().exit_code == 1
    assert not serves_the_draft()
    assert desk.verify().exit_code == 2
    assert desk.restore().exit_code == 0
    assert_restored(desk, edited.vpc, "owed", deployments=4)


def test_a_stage_that_could_not_be_moved_is_moved_by_the_next_run(edited: Scene, gate: Gate) -> None:
    desk = edited.desk
    gate.deny("UpdateStage", times=1)
    assert desk.restore().exit_code == 1
    assert desk.verify().exit_code == 2
    mark = gate.mark()
    assert desk.restore().exit_code == 0
    assert [c.operation for c in gate.since(mark) if c.mutating] == ["UpdateStage"]
    assert_restored(desk, edited.vpc, "moved", deployments=4)
