"""A restore is taken back: the target is as it was before, and what changed since is refused and named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress

import pytest

from dr_toolkit.errors import BlockedSteps, GuardError, NoSuchRun, RunNotFound, TakenBack, UnfinishedRun, UnfinishedUndo
from dr_toolkit.model.changes import Blocked
from dr_toolkit.spec.tags import RUN_TAG
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.scenario.disturbance import disturb, groups_of
from tests.scenario.regions import apis, ec2_of
from tests.scenario.small_estate import ANYWHERE, build_ground, build_small, patched, tcp
from tests.scenario.undone import Before, assert_done, film_of
from tests.stand import Gate, Killed, Stand
from tests.unit import report_samples as samples


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
def bare(desk: Desk) -> Before:
    """A target with nothing in it yet."""
    build_ground(desk.clients, AWAY)
    return Before(desk)


@pytest.fixture
def disturbed(desk: Desk) -> Before:
    """A target that was restored before, and in which people have changed everything since."""
    build_ground(desk.clients, AWAY)
    assert desk.restore().exit_code == 0
    disturb(desk.clients)
    return Before(desk)


def pairs_of(desk: Desk) -> dict[str, str]:
    """Which thing of home is which in the target, as the last table says."""
    return dict(json.loads(desk.store.get(max(desk.store.list("pairings/home/away/"))))["pairs"])


# --- all of it ----------------------------------------------------------------------------------------


def test_a_bare_region_is_bare_again(bare: Before) -> None:
    desk = bare.desk
    run = desk.restore().run
    assert pairs_of(desk)
    assert_done(desk.undo(run))
    bare.assert_again()
    assert pairs_of(desk) == {}, "nothing that is gone is paired any longer"


@pytest.mark.parametrize("prune", [False, True])
def test_a_region_that_was_mended_is_as_disturbed_as_before(disturbed: Before, prune: bool) -> None:
    run, pairs = disturbed.desk.restore(prune=prune).run, pairs_of(disturbed.desk)
    assert_done(disturbed.desk.undo(run))
    disturbed.assert_again()
    deployments = {each for api in apis(AWAY) for each in api.deployments}
    kept = {k: v for k, v in pairs.items() if not k.startswith("apigateway.deployment ") or v in deployments}
    assert pairs_of(disturbed.desk) == kept, "what is there still is paired still"


def test_a_run_is_taken_back_once(bare: Before) -> None:
    desk = bare.desk
    run = desk.restore().run
    undone = desk.undo(run)
    with pytest.raises(TakenBack) as refused:
        desk.undo(run)
    assert refused.value.exit_code == 13
    with pytest.raises(GuardError, match="an undo is not undone"):
        desk.undo(undone.run)
    with pytest.raises(NoSuchRun):
        desk.undo("000077")
    again = desk.restore()
    assert (again.exit_code, int(again.run)) == (0, int(undone.run) + 1)
    assert_in_sync(desk)
    assert_done(desk.undo(again.run))
    bare.assert_again()


def test_nothing_is_undone_that_nobody_agreed_to(bare: Before) -> None:
    from dr_toolkit.errors import NotConfirmed
    from dr_toolkit.workflows import undo

    desk = bare.desk
    run = desk.restore().run
    mark, records = desk.aws.gate.mark(), desk.records()
    with pytest.raises(NotConfirmed):
        undo.undo(desk.command(), undo.UndoRequest(run, "away"), lambda plan: None, lambda plan: False)
    assert [c for c in desk.aws.gate.since(mark) if c.mutating] == []
    assert desk.records() == records


# --- what changed since -------------------------------------------------------------------------------


def refused(desk: Desk, run: str) -> dict[str, str]:
    """What an undo refuses, with the reasons; nothing is changed by being refused."""
    mark, shown = desk.aws.gate.mark(), list[Blocked]()
    from dr_toolkit.workflows import undo

    request = undo.UndoRequest(run, "away")
    with pytest.raises(BlockedSteps) as error:
        undo.undo(desk.command(), request, lambda plan: shown.extend(plan.plan.blocked), lambda plan: True)
    assert error.value.exit_code == 13
    assert [c for c in desk.aws.gate.since(mark) if c.mutating] == []
    assert all(b.remedy for b in shown)
    return {b.key.text: b.reason for b in shown}


def test_a_rule_that_was_put_into_a_group_since(bare: Before) -> None:
    """The group stays, with all in it and what it refers to; the rest goes."""
    desk = bare.desk
    run = desk.restore().run
    web = groups_of(desk.clients)["web"]
    ec2 = desk.clients.client("ec2", AWAY)
    ec2.authorize_security_group_ingress(GroupId=web, IpPermissions=[tcp(8080, **ANYWHERE)])
    named = refused(desk, run)
    assert named["ec2.security_group/main/web"] == (
        "ec2.security_group_rule/main/web/ingress/tcp/8080-8080/0.0.0.0%2F0 was put into it since; "
        "what that run put into it stays too (3)"
    )
    kept = {f"ec2.security_group/main/{name}" for name in ("web", "db")} | {"ec2.prefix_list/office"}
    assert named.keys() == kept, "web's rules refer to them"
    result = desk.undo(run, skip_blocked=True)
    assert (result.exit_code, list(result.failed), list(result.left)) == (3, [], []), result.verdict
    assert {g.fields["GroupName"] for g in ec2_of(AWAY).groups.values()} == {"default", "web", "db"}
    assert apis(AWAY) == []
    ec2.revoke_security_group_ingress(GroupId=web, IpPermissions=[tcp(8080, **ANYWHERE)])
    assert_done(desk.undo(run))
    bare.assert_again()


def test_a_group_that_others_refer_to_since(bare: Before) -> None:
    desk = bare.desk
    run = desk.restore().run
    groups, ec2 = groups_of(desk.clients), desk.clients.client("ec2", AWAY)
    other = ec2.create_security_group(GroupName="other", Description="by hand", VpcId=groups["vpc"])["GroupId"]
    peer = tcp(1, UserIdGroupPairs=[{"GroupId": groups["open"]}])
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[peer])
    rule = "ec2.security_group_rule/main/other/ingress/tcp/1-1/sg:main%2Fopen"
    named = refused(desk, run)
    assert named.keys() == {"ec2.security_group/main/open"}
    assert named["ec2.security_group/main/open"].startswith(f"{rule}, which that run did not make, refers to it; ")
    assert desk.undo(run, skip_blocked=True).exit_code == 3
    assert {g.fields["GroupName"] for g in ec2_of(AWAY).groups.values()} == {"default", "other", "open"}


def test_an_api_that_was_changed_since_stays(bare: Before) -> None:
    desk = bare.desk
    run = desk.restore().run
    rest, held = desk.clients.client("apigateway", AWAY), apis(AWAY)[0]
    rest.update_rest_api(restApiId=held.id, patchOperations=patched({"/description": "Cattle"}))
    named = refused(desk, run)
    assert named.keys() == {"apigateway.rest_api/shop"}
    assert named["apigateway.rest_api/shop"].startswith(
        "it was changed since: description; what that run put into it stays too ("
    )
    before = desk.aws.world.keep(AWAY)
    assert desk.undo(run, skip_blocked=True).exit_code == 3
    from tests.strict_aws.rest.state import RestRegion

    assert apis(AWAY) == list(before.part(RestRegion).apis.values())


def test_one_thing_of_many_that_was_changed_since(disturbed: Before) -> None:
    """A method that the run changed was changed again: it stays, all else is as it was, the stage where it was."""
    desk = disturbed.desk
    run = desk.restore().run
    rest, held = desk.clients.client("apigateway", AWAY), apis(AWAY)[0]
    pets = next(each for each in held.draft.resources if held.draft.path(each) == "/pets")
    post = {"restApiId": held.id, "resourceId": pets, "httpMethod": "POST"}
    rest.update_integration(**post, patchOperations=patched({"/timeoutInMillis": "4321"}))
    assert refused(desk, run) == {"apigateway.method/shop/%2Fpets/POST": "it was changed since: methodIntegration"}
    result = desk.undo(run, skip_blocked=True)
    assert (result.exit_code, list(result.failed), list(result.left)) == (3, [], []), result.verdict
    rest.update_integration(**post, patchOperations=patched({"/timeoutInMillis": "1234"}))
    disturbed.assert_again()


def test_a_stage_that_was_deployed_to_since(disturbed: Before) -> None:
    """It serves somebody's own deployment now, and does so still; those of the run that nobody is on go."""
    desk = disturbed.desk
    run = desk.restore().run
    rest, held = desk.clients.client("apigateway", AWAY), apis(AWAY)[0]
    mine = rest.create_deployment(restApiId=held.id, stageName="prod")["id"]
    assert set(refused(desk, run)) == {"apigateway.stage/shop/prod", "apigateway.deployment/shop/prod@canary~run000002"}
    assert desk.undo(run, skip_blocked=True).exit_code == 3
    stage = apis(AWAY)[0].stages["prod"]
    assert stage["deploymentId"] == mine
    there = {mine, stage["canarySettings"]["deploymentId"], *disturbed.deployments[held.id]}
    assert set(apis(AWAY)[0].deployments) == there


def test_what_is_gone_since(disturbed: Before) -> None:
    """What the run made and somebody removed needs nothing; what it changed and somebody removed is refused."""
    desk = disturbed.desk
    run = desk.restore().run
    rest, held = desk.clients.client("apigateway", AWAY), apis(AWAY)[0]
    root = next(each for each in held.draft.resources if held.draft.path(each) == "/")
    rest.delete_method(restApiId=held.id, resourceId=root, httpMethod="GET")
    rest.delete_gateway_response(restApiId=held.id, responseType="THROTTLED")
    assert refused(desk, run) == {"apigateway.gateway_response/shop/THROTTLED": "it was removed since"}


def test_a_run_that_was_not_the_last(disturbed: Before) -> None:
    """The one before: what the last one changed has changed since, and is refused; then the last, then that one."""
    desk = disturbed.desk
    first, second = desk.restores()[0], desk.restore().run
    assert "apigateway.rest_api/shop" in refused(desk, first), "the first run made the API, which has more in it now"
    (api,) = (b for b in desk.undo(first, skip_blocked=True).plan.blocked if b.key.text == "apigateway.rest_api/shop")
    assert f"first dr-toolkit restore undo {second} --to away," in api.remedy


def test_a_later_run_is_no_hindrance_once_it_is_taken_back(disturbed: Before) -> None:
    desk = disturbed.desk
    first, second = desk.restores()[0], desk.restore().run
    assert_done(desk.undo(second))
    disturbed.assert_again()
    assert not any("restore undo" in b.remedy for b in desk.undo(first, skip_blocked=True).plan.blocked)


# --- runs that did not come to their end ----------------------------------------------------------------


def died(desk: Desk, gate: Gate, number: int) -> str:
    """Restore, and die just after the n-th call; the run."""
    with desk.aws.mortal_clients():
        gate.kill_after(number)
        with suppress(Killed):
            desk.restore()
        gate.clear_faults()
    return max(desk.restores())


def test_an_unfinished_run_has_ended_once_it_is_taken_back(bare: Before, gate: Gate) -> None:
    desk = bare.desk
    run = died(desk, gate, 20)
    gate.allow(HOME)
    desk.clients.client("ec2", HOME).create_tags(
        Resources=[groups_at_home(desk)["db"]], Tags=[{"Key": "new", "Value": "yes"}]
    )
    newer = desk.snapshot().id
    gate.refuse(HOME)
    with pytest.raises(UnfinishedRun):
        desk.restore()
    assert_done(desk.undo(run))
    bare.assert_again()
    with pytest.raises(RunNotFound):
        desk.restore(resume=run)
    assert desk.restore().plan.snapshot == newer
    assert_in_sync(desk)


def groups_at_home(desk: Desk) -> dict[str, str]:
    """The ids of the groups at home, by name."""
    rows = desk.clients.client("ec2", HOME).describe_security_groups()["SecurityGroups"]
    return {row["GroupName"]: row["GroupId"] for row in rows}


def test_a_restore_waits_for_an_undo_to_be_finished(bare: Before, gate: Gate) -> None:
    desk = bare.desk
    run = desk.restore().run
    with desk.aws.mortal_clients():
        gate.kill_after(5)
        with suppress(Killed):
            desk.undo(run)
        gate.clear_faults()
    for resume in (None, "last"):
        with pytest.raises(UnfinishedUndo) as error:
            desk.restore(resume=resume)
        assert f"restore undo {run} --to away" in error.value.next_step
    assert desk.plan().steps, "a plan changes nothing, and may be made"
    assert_done(desk.undo(run))
    bare.assert_again()
    assert_done(desk.undo(desk.restore().run))


def test_another_unfinished_run_comes_first(disturbed: Before, gate: Gate) -> None:
    desk = disturbed.desk
    first = desk.restores()[0]
    last = died(desk, gate, 9)
    with pytest.raises(UnfinishedRun) as error:
        desk.undo(first)
    assert last in str(error.value)


def test_what_somebody_else_made_meanwhile_is_left_alone(bare: Before) -> None:
    """The run was to make a list and a group, and died at either call; what bears their names is not its own."""
    desk = bare.desk
    moments = film_of(bare, lambda film: desk.restore(film=film))
    for operation in ("CreateManagedPrefixList", "CreateSecurityGroup"):
        number = next(n for n, each in enumerate(moments) if each.after.startswith(f"the call of {operation},"))
        moments[number - 1].come_back(desk.store)
        ec2, vpc = desk.clients.client("ec2", AWAY), groups_of(desk.clients)["vpc"]
        if operation == "CreateManagedPrefixList":
            ec2.create_managed_prefix_list(PrefixListName="office", AddressFamily="IPv4", MaxEntries=5)
            ec2.describe_managed_prefix_lists()
        else:
            for name in ("db", "open", "web"):
                ec2.create_security_group(GroupName=name, Description=f"the {name} tier", VpcId=vpc)
        assert_done(desk.undo())
        lists = [each for each in ec2_of(AWAY).prefix_lists.values() if not each.fields["State"].startswith("delete-")]
        groups = [g.fields["GroupName"] for g in ec2_of(AWAY).groups.values() if not g.is_default]
        by_hand = (["office"], []) if operation == "CreateManagedPrefixList" else ([], ["db", "open", "web"])
        assert ([each.fields["PrefixListName"] for each in lists], sorted(groups)) == by_hand


def test_a_failed_call_of_an_undo_is_made_when_it_is_repeated(bare: Before, gate: Gate) -> None:
    desk = bare.desk
    run = desk.restore().run
    gate.deny("DeleteRestApi", times=1)
    first = desk.undo(run)
    assert (first.exit_code, len(first.failed)) == (1, 1)
    assert "apigateway.rest_api/shop" in {c.key.text for c in first.left}
    again = desk.undo(run)
    assert_done(again)
    assert again.run > first.run, "the first one has ended"
    bare.assert_again()


def test_a_run_of_which_nothing_was_kept(bare: Before) -> None:
    """A journal of the version before this one."""
    desk = bare.desk
    run = desk.restore().run
    name = f"runs/away/{run}/000001.json"
    begin = json.loads(desk.store.get(name))
    del begin["trace"]
    desk.store.delete(name)
    desk.store.put_if_absent(name, json.dumps(begin).encode())
    with pytest.raises(GuardError, match="did not keep what was there before"):
        desk.undo(run)


def test_what_is_made_again_bears_the_mark_of_the_undo(disturbed: Before) -> None:
    desk = disturbed.desk
    run = desk.restore(prune=True).run
    undone = desk.undo(run)
    assert_done(undone)
    ec2, groups = ec2_of(AWAY), groups_of(desk.clients)
    assert ec2.tags[groups["rogue"]][RUN_TAG].startswith(f"{undone.run}-")


def test_the_new_ids_of_what_is_made_again_are_told_even_by_an_undo_that_died(disturbed: Before) -> None:
    """Of what was only changed nothing is said: it has the id that it had."""
    desk, rogue = disturbed.desk, "ec2.security_group/main/rogue"
    run = desk.restore(prune=True).run
    told = 0
    for each in film_of(disturbed, lambda film: desk.undo(run, film=film))[::4]:
        each.come_back(desk.store)
        with suppress(TakenBack):
            result = desk.undo(run)
            assert result.bindings[rogue] == groups_of(desk.clients)["rogue"], each.after
            again = {f.key for f in result.plan.findings if f.code == "made-again"}
            assert again == {*result.bindings}, each.after
            assert f"{result.bindings[rogue]}  {rogue}" in samples.text(result)
            assert "ec2.security_group/main/web" not in again
            told += 1
    assert told > 10


# --- other ways to restore ------------------------------------------------------------------------------


def test_a_restore_in_place_is_taken_back(desk: Desk, gate: Gate) -> None:
    """At home things are known by their ids: what somebody changed is there again."""
    gate.allow(HOME)
    rest, held = desk.clients.client("apigateway", HOME), apis(HOME)[0]
    rest.update_rest_api(restApiId=held.id, patchOperations=patched({"/name": "store", "/description": "Cattle"}))
    rest.update_stage(restApiId=held.id, stageName="prod", patchOperations=patched({"/variables/backend": "red"}))
    before, lines = desk.aws.world.keep(HOME), desk.capture_of(HOME)
    run = desk.restore("home").run
    assert desk.capture_of(HOME) != lines
    assert_done(desk.undo(run, "home"))
    assert desk.capture_of(HOME) == lines
    from tests.strict_aws.rest.state import RestRegion

    was = before.part(RestRegion).apis[held.id]
    now = apis(HOME)[0]
    assert (now.id, now.stages["prod"]["deploymentId"]) == (held.id, was.stages["prod"]["deploymentId"])


def test_what_a_config_leaves_out_is_no_obstacle(aws: Stand) -> None:
    """Of a new API and a new group there is what AWS made and nobody restored: it goes with them."""
    with aws.virtual_time():
        rules = "ec2.security_group_rule/main/web/egress/*"
        desk = Desk(aws, exclude=("apigateway.model/shop/Empty", "apigateway.gateway_response", rules))
        build_small(desk.clients, HOME)
        desk.snapshot()
        build_ground(desk.clients, AWAY)
        before = Before(desk)
        done = desk.restore(skip_blocked=True)
        assert not done.failed
        assert apis(AWAY)
        result = desk.undo(done.run)
        assert (list(result.failed), list(result.left), list(result.plan.blocked)) == ([], [], []), result.verdict
        before.assert_again()


def test_one_restore_after_another(disturbed: Before, gate: Gate) -> None:
    """A stage that one run could not move is moved by the next: each is taken back by itself, the last one first."""
    desk = disturbed.desk
    gate.deny("UpdateStage", times=1)
    first = desk.restore()
    assert first.exit_code == 1
    between = Before(desk)
    second = desk.restore()
    assert second.exit_code == 0
    assert_done(desk.undo(second.run))
    between.assert_again()
    mark = gate.mark()
    assert desk.restore().exit_code == 0
    assert "CreateDeployment" not in {c.operation for c in gate.since(mark)}, "the deployment is there, and known"
    assert_done(desk.undo())
    between.assert_again()
    assert_done(desk.undo(first.run))
    disturbed.assert_again()


def test_what_is_called_otherwise_abroad(disturbed: Before) -> None:
    """A thing that a person renamed in the target is known by its id: it gets its name back, and loses it again."""
    desk = disturbed.desk
    rest, held = desk.clients.client("apigateway", AWAY), apis(AWAY)[0]
    rest.update_rest_api(restApiId=held.id, patchOperations=patched({"/name": "store"}))
    now = Before(desk)
    assert desk.restore().exit_code == 0
    assert [api.fields["name"] for api in apis(AWAY)] == ["shop"]
    assert_done(desk.undo())
    now.assert_again()
