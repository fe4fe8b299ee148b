"""What AWS says no to while a restore is under way: what passes is waited out, what does not is named and left out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dr_toolkit.engine import batch
from dr_toolkit.report.results import RestoreResult
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.scenario.disturbance import disturb_api
from tests.scenario.regions import apis
from tests.scenario.small_checks import assert_restored, counts, open_groups, serves_the_draft
from tests.scenario.small_estate import build_ground, build_small
from tests.stand import Gate, Stand

CONCURRENT = "Unable to complete operation due to concurrent modification. Please try again later."


@pytest.fixture(autouse=True)
def thing_by_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where AWS refuses every import; with imports the same is drilled in ``test_side_by_side``."""
    monkeypatch.setattr(batch, "CARRIERS", ())


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of the small estate, and a target that has only its ground."""
    with aws.virtual_time():
        desk = Desk(aws)
        build_small(desk.clients, HOME)
        desk.snapshot()
        aws.gate.refuse(HOME)
        build_ground(desk.clients, AWAY)
        yield desk


def vpc(desk: Desk) -> str:
    """The target's VPC."""
    vpcs = desk.clients.client("ec2", AWAY).describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["main"]}])
    return str(vpcs["Vpcs"][0]["VpcId"])


def assert_got_through(desk: Desk, result: RestoreResult, waits: int) -> None:
    """It all came to be, after so many waits at least."""
    assert (result.exit_code, list(result.failed)) == (0, []), result.failed
    assert len(desk.pauses) >= waits
    assert [step for step in result.done if "pass" in step] == []
    assert_restored(desk, vpc(desk), "got through")


def test_throttling_of_every_kind(desk: Desk, gate: Gate) -> None:
    for operation in (
        *("CreateSecurityGroup", "RevokeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateRestApi"),
        *("CreateManagedPrefixList", "PutMethod", "CreateDeployment", "CreateStage", "UpdateStage"),
    ):
        gate.throttle(operation, 3)
    assert_got_through(desk, desk.restore(), waits=27)


def test_somebody_else_is_busy_with_the_api(desk: Desk, gate: Gate) -> None:
    for operation in ("CreateModel", "PutMethod", "PutIntegration", "CreateResource", "CreateStage"):
        gate.fail(operation, "ConflictException", 409, times=2, message=CONCURRENT)
    gate.fail("CreateDeployment", "BadRequestException", message="There is already an update in progress for the API")
    assert_got_through(desk, desk.restore(), waits=11)


def test_a_new_group_is_not_known_everywhere_yet(desk: Desk, gate: Gate) -> None:
    for operation in ("RevokeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress"):
        gate.fail(operation, "InvalidGroup.NotFound", times=2)
    assert_got_through(desk, desk.restore(), waits=6)
    assert open_groups(vpc(desk)) == set()


def test_a_prefix_list_is_still_being_made(desk: Desk, gate: Gate) -> None:
    assert desk.restore().exit_code == 0
    ec2 = desk.clients.client("ec2", AWAY)
    named = [{"Name": "prefix-list-name", "Values": ["office"]}]
    held = ec2.describe_managed_prefix_lists(Filters=named)["PrefixLists"][0]
    change = {"PrefixListId": held["PrefixListId"], "CurrentVersion": held["Version"]}
    ec2.modify_managed_prefix_list(**change, AddEntries=[{"Cidr": "192.0.2.0/24"}])
    gate.fail("ModifyManagedPrefixList", "IncorrectState", times=3)
    assert_got_through(desk, desk.restore(), waits=3)


def test_an_endpoint_that_is_gone_for_a_moment(desk: Desk, gate: Gate) -> None:
    """5xx says nothing about what was done: one looks, or repeats; nothing is made twice, and nothing is left out."""
    for operation in (
        *("CreateRestApi", "CreateSecurityGroup", "CreateDeployment", "PutMethod", "PutMethodResponse"),
        *("PutIntegration", "PutIntegrationResponse", "UpdateStage", "CreateStage", "AuthorizeSecurityGroupIngress"),
    ):
        gate.fail(operation, "InternalFailure", 500)
    assert_got_through(desk, desk.restore(), waits=10)


def test_a_method_that_is_refused_for_good(desk: Desk, gate: Gate) -> None:
    """Nothing is deployed without it; all that does not need it is there; the next run makes the rest."""
    gate.fail("PutIntegration", "BadRequestException", times=1)
    result = desk.restore()
    assert result.exit_code == 1
    assert [reason.partition(":")[0] for reason in result.failed.values()] == ["create apigateway.method/shop/%2F/GET"]
    skipped = list(result.skipped.values())
    for left_out in ("apigateway.deployment/shop/prod ", "apigateway.deployment/shop/prod@canary ", "stage/shop/prod "):
        assert any(left_out in text and "apigateway.method/shop/%2F/GET" in text for text in skipped), skipped
    assert all("apigateway.method/shop/%2F/GET" in gap for gap in result.gaps if gap.startswith("step"))
    there = counts(vpc(desk))
    assert (there["deployments"], there["stages"]) == (0, 0)
    assert (there["groups"], there["models"], there["resources"], there["authorizers"]) == (4, 3, 3, 1)
    assert sum(1 for _ in apis(AWAY)[0].draft.methods()) == 3
    assert desk.verify().exit_code == 2
    again = desk.restore()
    assert (again.exit_code, again.run) == (0, "000002")
    assert_restored(desk, vpc(desk), "mended")
    assert_in_sync(desk)


def test_a_change_that_is_refused_for_good_keeps_the_stage_where_it_is(desk: Desk, gate: Gate) -> None:
    assert desk.restore().exit_code == 0
    served = {stage["deploymentId"] for stage in apis(AWAY)[0].stages.values()}
    disturb_api(desk.clients)
    before = set(apis(AWAY)[0].deployments)
    gate.fail("UpdateModel", "BadRequestException", times=1)
    result = desk.restore()
    assert result.exit_code == 1
    assert {s["deploymentId"] for name, s in apis(AWAY)[0].stages.items() if name == "prod"} == served
    assert set(apis(AWAY)[0].deployments) == before
    assert desk.restore().exit_code == 0
    assert serves_the_draft()
    assert_in_sync(desk)


def test_a_group_that_is_refused_for_good(desk: Desk, gate: Gate) -> None:
    """Its own rules are skipped, and those of others that name it; no other group suffers, and none is left open."""
    gate.fail("CreateSecurityGroup", "SecurityGroupLimitExceeded", times=1)
    result = desk.restore()
    assert result.exit_code == 1
    assert next(iter(result.failed.values())).startswith("create ec2.security_group/main/db:")
    assert open_groups(vpc(desk)) == set()
    assert counts(vpc(desk))["groups"] == 3
    assert counts(vpc(desk))["stages"] == 1
    assert desk.restore().exit_code == 0
    assert_restored(desk, vpc(desk), "mended")


def test_one_rule_that_is_refused_does_not_keep_the_others_out(desk: Desk, gate: Gate) -> None:
    """They go out in one call, which is all or nothing: then one by one."""
    gate.fail("AuthorizeSecurityGroupIngress", "InvalidParameterValue", times=2)
    result = desk.restore()
    assert result.exit_code == 1
    assert [c.key.text for c in (result.verify.changes if result.verify else ())] == [
        "ec2.security_group_rule/main/db/ingress/tcp/5432-5432/sg:main%2Fdb"
    ]
    assert "main/db/ingress/tcp/5432-5432/sg:main%2Fdb" in str(result.failed)
    assert desk.restore().exit_code == 0
    assert_restored(desk, vpc(desk), "mended")


def test_where_there_may_be_no_more_rules_they_are_not_tried_one_by_one(desk: Desk, gate: Gate) -> None:
    """The group's rules are refused once, the limit is named, and no other group suffers."""
    gate.fail("AuthorizeSecurityGroupIngress", "RulesPerSecurityGroupLimitExceeded", times=1)
    mark = gate.mark()
    result = desk.restore()
    assert result.exit_code == 1
    (reason,) = result.failed.values()
    assert reason.startswith("create ec2.security_group_rule/main/db/ingress/")
    assert "RulesPerSecurityGroupLimitExceeded" in reason
    assert reason.endswith(
        "(none of these 2 was made): raise the quota of rules per group in the target region (VPC, L-0EA8095F)"
    )
    assert [c.operation for c in gate.since(mark)].count("AuthorizeSecurityGroupIngress") == 2
    assert {c.key.path[:3] for c in (result.verify.changes if result.verify else ())} == {("main", "db", "ingress")}
    assert desk.restore().exit_code == 0
    assert_restored(desk, vpc(desk), "mended")


def test_where_only_some_rules_fit_the_rest_is_not_tried(desk: Desk, gate: Gate) -> None:
    """The call is refused for something else, and the first rule by itself for there being too many."""
    gate.fail("AuthorizeSecurityGroupIngress", "InvalidParameterValue", times=1)
    gate.fail("AuthorizeSecurityGroupIngress", "RulesPerSecurityGroupLimitExceeded", times=1)
    mark = gate.mark()
    result = desk.restore()
    (reason,) = result.failed.values()
    assert "no more: RulesPerSecurityGroupLimitExceeded: " in reason
    assert "(none of these 2 was made)" in reason
    assert [c.operation for c in gate.since(mark)].count("AuthorizeSecurityGroupIngress") == 3
    assert desk.restore().exit_code == 0


def test_not_allowed_is_said_with_the_operation(desk: Desk, gate: Gate) -> None:
    gate.deny("CreateAuthorizer")
    result = desk.restore()
    assert result.exit_code == 1
    assert "apigateway:CreateAuthorizer" in str(result.failed)
    assert counts(vpc(desk))["stages"] == 0


def test_a_new_group_of_which_nothing_else_is_said_shows_late(desk: Desk, gate: Gate) -> None:
    """It keeps the egress that it is born with, so that no further call waits for it: the look afterwards does."""
    gate.allow(HOME)
    ec2 = desk.clients.client("ec2", HOME)
    home = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["main"]}])["Vpcs"][0]["VpcId"]
    ec2.create_security_group(GroupName="zz-last", Description="as it was born", VpcId=home)
    desk.snapshot()
    gate.refuse(HOME)
    assert desk.restore().exit_code == 0
    ec2 = desk.clients.client("ec2", AWAY)
    named = [{"Name": "group-name", "Values": ["zz-last"]}]
    ec2.delete_security_group(GroupId=ec2.describe_security_groups(Filters=named)["SecurityGroups"][0]["GroupId"])
    mark = gate.mark()
    result = desk.restore()
    assert (result.exit_code, list(result.failed)) == (0, []), result.failed
    assert [c.operation for c in gate.since(mark) if c.mutating] == ["CreateSecurityGroup"]
