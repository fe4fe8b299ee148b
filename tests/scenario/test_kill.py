"""A restore that dies at any call, or loses any answer, goes on to the same end, with nothing made twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from dr_toolkit.engine import batch
from dr_toolkit.engine.executor import DOORS
from dr_toolkit.errors import LockedError, UnfinishedRun
from dr_toolkit.report.results import PlanResult, RestoreResult
from dr_toolkit.workflows import restore
from tests.scenario import deaths
from tests.scenario.desk import AWAY, HOME, Desk
from tests.scenario.disturbance import disturb
from tests.scenario.moments import Film, Moment, moment
from tests.scenario.regions import apis
from tests.scenario.small_checks import assert_restored, open_groups, serves_the_draft
from tests.scenario.small_estate import build_ground, build_small, patched
from tests.stand import Gate, Killed, Stand
from tests.strict_aws.weather.log import Entry

ORPHANS = {"groups": 6, "stages": 2, "deployments": 4}
"""What the disturbed estate has more of: what people made, and the canary's deployment that nothing serves any longer.

What the stage itself serves nobody has touched."""
ORPHANS_NAMED = ("rogue", "twin")


@dataclass
class Scene:
    """A snapshot at home, and a target at the moment before it is restored into."""

    desk: Desk
    vpc: str
    begin: Moment

    def again(self) -> None:
        """Back to that moment."""
        self.begin.come_back(self.desk.store)

    def gone_on(self) -> RestoreResult:
        """What a person does after a crash."""
        return deaths.gone_on(self.desk)

    def film(self) -> list[Moment]:
        """Every moment of a whole restore from here, the begin included."""
        film = Film(AWAY, self.desk.store, [self.begin])
        assert self.desk.restore(film=film).exit_code == 0
        return film.moments


def scene(desk: Desk, vpc: str) -> Scene:
    """This very moment."""
    return Scene(desk, vpc, moment("nothing", AWAY, desk.store))


@pytest.fixture(autouse=True)
def thing_by_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where AWS refuses every import; with imports the same is drilled in ``test_side_by_side``."""
    monkeypatch.setattr(batch, "CARRIERS", ())


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of the small estate, whose home region is gone."""
    with aws.virtual_time():
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


def killed(at: Scene, arm: Callable[[int], None], number: int) -> Entry | None:
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


def assert_it_goes_on(scene: Scene, moments: list[Moment], **more: int) -> None:
    """From every moment, by turns with --resume and by the rerun of the same command, to the same end."""
    for number, each in enumerate(moments):
        each.come_back(scene.desk.store)
        at = f"died after {each.after}, moment {number}"
        assert len(open_groups(scene.vpc) - set(ORPHANS_NAMED)) <= DOORS, at
        result = scene.gone_on() if number % 2 else scene.desk.restore()
        assert (result.exit_code, list(result.failed)) == (0, []), f"{at}: {result.verdict}"
        assert_restored(scene.desk, scene.vpc, at, fresh=number % 6 == 0, **more)
        assert scene.desk.store.list("pairings/home/away/"), at


def test_died_at_any_moment_of_a_restore(empty: Scene) -> None:
    """After each call whose answer never came, and after each write of journal, lease and pairings."""
    moments = empty.film()
    assert len([m for m in moments if m.after.startswith("the call of")]) == 35
    assert_it_goes_on(empty, moments)


def test_died_at_any_moment_of_mending(disturbed: Scene) -> None:
    """After each call whose answer never came, and after each that was written down as done."""
    moments = disturbed.film()
    called = [n for n, m in enumerate(moments) if m.after.startswith("the call of")]
    assert len(called) == 34
    assert_it_goes_on(disturbed, [m for n, m in enumerate(moments) if n + 1 not in called], **ORPHANS)


@pytest.mark.parametrize("way", ["before", "after"])
def test_killed_at_a_call(empty: Scene, gate: Gate, way: str) -> None:
    """The same with the connection cut and the process gone, at a call out of six."""
    arm = {"before": gate.kill_before, "after": gate.kill_after}[way]
    for number in range(1, 38, 6):
        victim = killed(empty, arm, number)
        at = f"killed {way} {victim}"
        assert victim is not None, f"there is no call {number}"
        result = empty.gone_on()
        assert (result.exit_code, list(result.failed)) == (0, []), f"{at}: {result.verdict}"
        assert_restored(empty.desk, empty.vpc, at)


def losing(scene: Scene, number: int) -> tuple[Entry | None, RestoreResult, list[Entry]]:
    """Restore with the answer to the n-th call lost; that call, what came of it, and what was done."""
    gate = scene.desk.aws.gate
    scene.again()
    mark = gate.mark()
    gate.lose_answer(number)
    result = scene.desk.restore()
    calls = gate.since(mark)
    return next((c for c in calls if c.fault == "answer lost"), None), result, [c for c in calls if c.done]


def test_any_answer_is_lost(empty: Scene) -> None:
    """The process goes on: it looks, or calls again, and deploys once, when all is there."""
    for number in range(1, 38):
        victim, result, done = losing(empty, number)
        assert victim is not None, f"there is no call {number}"
        assert (result.exit_code, list(result.failed)) == (0, []), f"{victim}: {result.verdict}"
        assert [c.operation for c in done].count("CreateDeployment") == 2, str(victim)
        assert_restored(empty.desk, empty.vpc, f"answer lost to {victim}", fresh=number % 6 == 0)


def test_any_answer_is_lost_while_mending(disturbed: Scene) -> None:
    for number in range(1, 35, 2):
        victim, result, _ = losing(disturbed, number)
        assert victim is not None, f"there is no call {number}"
        assert (result.exit_code, list(result.failed)) == (0, []), f"{victim}: {result.verdict}"
        assert_restored(disturbed.desk, disturbed.vpc, f"answer lost to {victim}", fresh=number % 6 == 0, **ORPHANS)


def test_crash_upon_crash(empty: Scene, gate: Gate) -> None:
    """Every attempt makes six calls, and dies at the answer of the last."""
    desk, attempts = empty.desk, 0
    while died_again(desk, gate, 6):
        attempts += 1
        assert attempts < 20
    assert attempts > 5
    assert_restored(desk, empty.vpc, f"after {attempts} crashes")
    assert [name for name in desk.store.list("runs/") if "/000002/" in name] == []


def died_again(desk: Desk, gate: Gate, number: int) -> bool:
    """Run the same command once more, and die just after the n-th call; False where it came to its end."""
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
    rows = desk.clients.client("ec2", HOME).describe_security_groups(Filters=[{"Name": "group-name", "Values": [name]}])
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


def deploy_a_mistake(desk: Desk) -> None:
    """Somebody edits an integration in the target, and deploys that."""
    rest, held = desk.clients.client("apigateway", AWAY), apis(AWAY)[0]
    pets = next(each for each in held.draft.resources if held.draft.path(each) == "/pets")
    post = {"restApiId": held.id, "resourceId": pets, "httpMethod": "POST"}
    rest.update_integration(**post, patchOperations=patched({"/timeoutInMillis": "1234"}))
    rest.create_deployment(restApiId=held.id, stageName="prod", description="the first")


@pytest.fixture(params=["restored", "made by hand"])
def mistaken(desk: Desk, request: pytest.FixtureRequest) -> Scene:
    """A target like the source, restored before or never seen, whose stage serves one method as it should not be."""
    if request.param == "restored":
        vpc = build_ground(desk.clients, AWAY).vpcs["main"]
        assert desk.restore().exit_code == 0
    else:
        vpc = build_small(desk.clients, AWAY).vpcs["main"]
        assert desk.plan().steps == ()
    deploy_a_mistake(desk)
    return scene(desk, vpc)


def test_a_deployment_is_owed_once_content_changed(mistaken: Scene) -> None:
    """The method is put right and the process dies: nothing differs any more, and yet there is something to do."""
    desk, owed = mistaken.desk, 0
    for each in mistaken.film()[::3]:
        each.come_back(desk.store)
        if serves_the_draft():
            continue
        owed += 1
        assert desk.plan().steps, each.after
        assert desk.verify().exit_code == 2, each.after
        assert mistaken.gone_on().exit_code == 0
        assert_restored(desk, mistaken.vpc, each.after, deployments=5)
    assert owed > 3


def test_a_deployment_stays_owed_when_a_run_ended_in_failure(mistaken: Scene, gate: Gate) -> None:
    desk = mistaken.desk
    gate.deny("CreateDeployment", times=1)
    assert desk.restore().exit_code == 1
    assert not serves_the_draft()
    assert desk.verify().exit_code == 2
    assert desk.restore().exit_code == 0
    assert_restored(desk, mistaken.vpc, "owed", deployments=5)


def test_a_stage_that_could_not_be_moved_is_moved_by_the_next_run(mistaken: Scene, gate: Gate) -> None:
    desk = mistaken.desk
    gate.deny("UpdateStage", times=1)
    assert desk.restore().exit_code == 1
    assert desk.verify().exit_code == 2
    assert not serves_the_draft()
    mark = gate.mark()
    assert desk.restore().exit_code == 0
    assert [c.operation for c in gate.since(mark) if c.mutating] == ["UpdateStage"]
    assert_restored(desk, mistaken.vpc, "moved", deployments=5)


def test_a_stage_that_could_not_be_moved_is_moved_for_another_snapshot_too(mistaken: Scene, gate: Gate) -> None:
    """At home the same was deployed once more: no pair of deployments is known any longer, and no content differs."""
    desk = mistaken.desk
    gate.deny("UpdateStage", times=1)
    assert desk.restore().exit_code == 1
    gate.allow(HOME)
    desk.clients.client("apigateway", HOME).create_deployment(restApiId=apis(HOME)[0].id, stageName="prod")
    desk.snapshot()
    gate.refuse(HOME)
    assert desk.restore().exit_code == 0
    assert serves_the_draft()
    assert desk.verify().exit_code == 0
