"""``--allow-replace``: a group whose description differs is deleted and made again, where nothing stands on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dr_toolkit.errors import BlockedSteps
from dr_toolkit.model.changes import DELETE, REPLACE, Plan
from dr_toolkit.report.results import PlanResult
from tests.scenario import deaths
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.scenario.disturbance import groups_of
from tests.scenario.moments import moment
from tests.scenario.small_checks import open_groups
from tests.scenario.small_estate import build_ground, build_small, tcp
from tests.scenario.undone import Before, assert_done
from tests.stand import Stand
from tests.unit import report_samples as samples

WEB, DB = "ec2.security_group/main/web", "ec2.security_group/main/db"
RULES = "ec2.security_group_rule/main"


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """A target in which the groups `web` and `db`, which refer to each other, are described in other words."""
    with aws.virtual_time():
        desk = Desk(aws)
        build_small(desk.clients, HOME)
        build_ground(desk.clients, AWAY)
        desk.snapshot()
        aws.gate.refuse(HOME)
        ec2 = desk.clients.client("ec2", AWAY)
        for name in ("web", "db"):
            ec2.create_security_group(GroupName=name, Description="by hand", VpcId=groups_of(desk.clients)["vpc"])
        assert desk.restore(skip_blocked=True).exit_code == 3
        yield desk


def blocked(plan: Plan) -> dict[str, str]:
    """Why things are blocked, by key."""
    return {b.key.text: b.reason for b in plan.blocked}


def test_without_the_flag_it_is_blocked_and_the_flag_is_named(desk: Desk) -> None:
    plan = desk.plan()
    assert set(blocked(plan)) == {WEB, DB}
    assert all("--allow-replace deletes it and makes it again" in b.remedy for b in plan.blocked)
    with pytest.raises(BlockedSteps):
        desk.restore()


def test_both_groups_go_and_come_again_with_all_that_refers_to_them(desk: Desk) -> None:
    before = groups_of(desk.clients)
    plan = desk.plan(allow_replace=True)
    assert blocked(plan) == {}
    replaced = {c.key.text for c in plan.changes if c.action == REPLACE}
    assert {WEB, DB} <= replaced
    assert {f.key.text for f in plan.final} == {WEB, DB}
    text = samples.text(PlanResult(plan))
    assert "what uses it is cut off" in text
    assert "Can't be undone" in text
    result = desk.restore(allow_replace=True)
    assert result.exit_code == 0, result.verdict
    after = groups_of(desk.clients)
    assert {name for name in before if before[name] != after[name]} == {"web", "db"}
    assert_in_sync(desk)


def test_it_dies_anywhere_and_loses_any_answer_and_converges(desk: Desk) -> None:
    """From each moment the same command goes on; nothing is there twice, and no group is left open."""
    restore = desk.restore

    def whole(at: Desk, where: str) -> None:
        verified = at.verify()
        assert (verified.exit_code, [str(c.key) for c in verified.changes]) == (0, []), where
        assert open_groups(groups_of(at.clients)["vpc"]) <= {"open"}, where

    def allowed(*arguments: object, **options: object) -> object:
        return restore(*arguments, **{"allow_replace": True, **options})  # type: ignore[arg-type]

    desk.restore = allowed  # type: ignore[method-assign,assignment]
    begin = moment("nothing", AWAY, desk.store)
    calls = deaths.dies_anywhere(desk, whole)
    assert calls > 6
    begin.come_back(desk.store)
    deaths.loses_any_answer(desk, whole, calls)


def test_a_group_that_an_interface_has_is_not_touched(desk: Desk) -> None:
    ec2, groups = desk.clients.client("ec2", AWAY), groups_of(desk.clients)
    subnet = ec2.create_subnet(VpcId=groups["vpc"], CidrBlock="10.20.200.0/24")["Subnet"]["SubnetId"]
    ec2.create_network_interface(SubnetId=subnet, Groups=[groups["web"]], Description="a server")
    plan = desk.plan(allow_replace=True)
    assert set(blocked(plan)) == {WEB}
    assert "it is used by eni-" in blocked(plan)[WEB]
    assert "(a server): give them another group first" in blocked(plan)[WEB]
    assert desk.restore(allow_replace=True, skip_blocked=True).exit_code == 3
    after = groups_of(desk.clients)
    assert after["web"] == groups["web"]
    assert after["db"] != groups["db"]


def test_a_rule_that_would_not_come_back_keeps_the_group(desk: Desk) -> None:
    ec2, groups = desk.clients.client("ec2", AWAY), groups_of(desk.clients)
    rogue = ec2.create_security_group(GroupName="rogue", Description="by hand", VpcId=groups["vpc"])["GroupId"]
    peers = {"UserIdGroupPairs": [{"GroupId": groups["web"]}]}
    ec2.authorize_security_group_ingress(GroupId=rogue, IpPermissions=[tcp(9999, **peers)])
    reasons = blocked(desk.plan(allow_replace=True))
    assert set(reasons) == {WEB}
    assert "ec2.security_group_rule/main/rogue/ingress/tcp/9999-9999/sg:main%2Fweb refers to it" in reasons[WEB]
    part = blocked(desk.plan(allow_replace=True, only=("ec2.security_group/main/db",)))
    assert "is outside of --only: add --only" in part[DB]


def test_all_rules_that_keep_a_group_are_named_at_once(desk: Desk) -> None:
    ec2, groups = desk.clients.client("ec2", AWAY), groups_of(desk.clients)
    peers = {"UserIdGroupPairs": [{"GroupId": groups["web"]}]}
    for name in ("rogue", "other"):
        made = ec2.create_security_group(GroupName=name, Description="by hand", VpcId=groups["vpc"])["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[tcp(9999, **peers)])
    reasons = blocked(desk.plan(allow_replace=True))
    assert set(reasons) == {WEB}
    assert all(f"{RULES}/{name}/ingress/tcp/9999-9999/sg:main%2Fweb" in reasons[WEB] for name in ("rogue", "other"))


def test_a_rule_that_the_plan_removes_anyhow_keeps_nothing(desk: Desk) -> None:
    """A group of the snapshot has a rule by hand for the one that is replaced: it goes first, and stays away."""
    ec2, groups = desk.clients.client("ec2", AWAY), groups_of(desk.clients)
    peers = {"UserIdGroupPairs": [{"GroupId": groups["web"]}]}
    ec2.authorize_security_group_ingress(GroupId=groups["open"], IpPermissions=[tcp(9999, **peers)])
    extra = f"{RULES}/open/ingress/tcp/9999-9999/sg:main%2Fweb"
    before, plan = Before(desk), desk.plan(allow_replace=True)
    assert blocked(plan) == {}
    assert {c.key.text: c.action for c in plan.changes}[extra] == DELETE
    done = desk.restore(allow_replace=True)
    assert (done.exit_code, list(done.failed)) == (0, []), done.verdict
    assert_in_sync(desk)
    assert_done(desk.undo(done.run))
    before.assert_again()


def test_who_uses_a_group_has_to_be_known(desk: Desk) -> None:
    desk.aws.gate.deny("DescribeNetworkInterfaces", service="ec2")
    reasons = blocked(desk.plan(allow_replace=True))
    assert "whether anything uses it can't be read" in reasons[WEB]


def test_what_aws_has_not_seen_yet_is_waited_for(desk: Desk) -> None:
    gate = desk.aws.gate
    gate.fail("DeleteSecurityGroup", "DependencyViolation", 400, times=2)
    gate.fail("CreateSecurityGroup", "InvalidGroup.Duplicate", 400, times=1)
    result = desk.restore(allow_replace=True)
    assert (result.exit_code, list(result.failed)) == (0, []), result.verdict
    assert_in_sync(desk)


def test_a_replacement_is_taken_back_by_another(desk: Desk) -> None:
    """The run was allowed to, and so is its undo: the groups are described as before, with the same rules."""
    before = Before(desk)
    done = desk.restore(allow_replace=True)
    assert (done.exit_code, list(done.failed)) == (0, [])
    assert_done(desk.undo(done.run))
    before.assert_again()
