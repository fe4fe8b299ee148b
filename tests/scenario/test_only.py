"""``--only``: a part of a snapshot comes over with what it needs, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from dr_toolkit.errors import UnfinishedRun, UsageError
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.scenario.disturbance import disturb, groups_of
from tests.scenario.regions import apis
from tests.scenario.small_checks import serves_the_draft
from tests.scenario.small_estate import build_ground, build_small, tcp
from tests.stand import Killed, Stand


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of the small estate, a target with the ground alone, and home gone."""
    with aws.virtual_time():
        desk = Desk(aws)
        build_small(desk.clients, HOME)
        build_ground(desk.clients, AWAY)
        desk.snapshot()
        aws.gate.refuse(HOME)
        yield desk


def keys(desk: Desk, **options: object) -> set[str]:
    """What a plan changes."""
    return {c.key.text for c in desk.plan(**options).changes}


def test_a_group_comes_with_the_groups_and_lists_that_it_refers_to(desk: Desk) -> None:
    only = ("ec2.security_group/main/web",)
    result = desk.restore(only=only)
    assert result.exit_code == 0, result.verdict
    made = desk.capture_of(AWAY)
    wanted = desk.load().estate.lines
    roots = ("ec2.security_group/main/web", "ec2.security_group/main/db", "ec2.prefix_list/office")
    rules = ("ec2.security_group_rule/main/web/", "ec2.security_group_rule/main/db/")
    part = {k: v for k, v in wanted.items() if k in roots or k.startswith(rules)}
    assert len(part) == 8
    assert part.items() <= made.items()
    assert "ec2.security_group/main/open" not in made
    assert apis(AWAY) == []
    assert_in_sync(desk, only=only)
    assert desk.plan().steps


def test_extras_go_in_what_is_selected_and_nowhere_else(desk: Desk) -> None:
    assert desk.restore().exit_code == 0
    disturb(desk.clients)
    before = desk.capture_of(AWAY)
    only = ("ec2.security_group/main/web", "ec2.prefix_list/*")
    assert desk.restore(only=only).exit_code == 0
    after, wanted = desk.capture_of(AWAY), desk.load().estate.lines
    mine = ("ec2.security_group/main/web", "ec2.security_group_rule/main/web/", "ec2.prefix_list/")
    assert {k: v for k, v in after.items() if k.startswith(mine)} == {
        k: v for k, v in wanted.items() if k.startswith(mine)
    }
    assert {k: v for k, v in after.items() if not k.startswith(mine)} == {
        k: v for k, v in before.items() if not k.startswith(mine)
    }


def test_whole_things_are_pruned_where_nothing_outside_refers_to_them(desk: Desk) -> None:
    """`rogue` and `twin` refer to each other: neither goes without the other, and nothing else goes with them."""
    assert desk.restore().exit_code == 0
    disturb(desk.clients)
    one, both = ("ec2.security_group/main/rogue",), ("ec2.security_group/main/rogue", "ec2.security_group/main/twin")
    plan = desk.plan(only=one, prune=True)
    assert plan.changes == ()
    (blocked,) = plan.blocked
    assert blocked.key.text == one[0]
    assert blocked.reason.endswith("refers to it, and is outside of --only")
    assert blocked.remedy.startswith("add --only 'ec2.security_group/main/")
    web = ("ec2.security_group/main/web",)
    assert desk.restore(only=(*both, *web), prune=True).exit_code == 0
    left = desk.capture_of(AWAY)
    assert not {k for k in left if "/rogue" in k or "/twin" in k}
    assert desk.plan().steps


def test_one_rule_alone(desk: Desk) -> None:
    assert desk.restore().exit_code == 0
    groups = groups_of(desk.clients)
    ec2 = desk.clients.client("ec2", AWAY)
    ec2.authorize_security_group_ingress(
        GroupId=groups["web"], IpPermissions=[tcp(n, IpRanges=[{"CidrIp": "192.0.2.1/32"}]) for n in (22, 23)]
    )
    only = ("ec2.security_group_rule/main/web/ingress/tcp/23-*",)
    assert keys(desk, only=only) == {"ec2.security_group_rule/main/web/ingress/tcp/23-23/192.0.2.1%2F32"}
    assert desk.restore(only=only).exit_code == 0
    with pytest.raises(UsageError):
        desk.plan(only=only)
    assert keys(desk) == {"ec2.security_group_rule/main/web/ingress/tcp/22-22/192.0.2.1%2F32"}


def test_a_stage_brings_its_api_and_all_that_its_deployment_freezes(desk: Desk) -> None:
    only = ("apigateway.stage/shop/prod",)
    assert desk.restore(only=only).exit_code == 0
    assert_in_sync(desk, only=only)
    assert {k for k in keys(desk) if k.startswith("apigateway.")} == set()
    assert {k for k in keys(desk) if k.startswith("ec2.security_group/")} == {
        f"ec2.security_group/main/{name}" for name in ("db", "open", "web")
    }


def test_a_stage_that_is_not_selected_serves_what_it_did_until_it_is(desk: Desk) -> None:
    """The draft is mended; a deployment would let out what else is in it, and is owed to the next whole restore."""
    assert desk.restore().exit_code == 0
    disturb(desk.clients)
    (api,) = apis(AWAY)
    served = {name: stage["deploymentId"] for name, stage in api.stages.items()}
    only = ("apigateway.method/shop/%2Fpets/POST",)
    plan = desk.plan(only=only)
    assert [c.key.text for c in plan.changes] == ["apigateway.method/shop/%2Fpets/POST"]
    told = [f for f in plan.findings if f.code == "not-deployed"]
    assert [f.key for f in told] == ["apigateway.stage/shop/prod"]
    assert "--only 'apigateway.stage/shop/prod'" in told[0].text
    assert desk.restore(only=only).exit_code == 0
    assert {name: stage["deploymentId"] for name, stage in apis(AWAY)[0].stages.items()} == served
    again = desk.restore(only=("apigateway.rest_api/shop",))
    assert again.exit_code == 0, again.verdict
    assert_in_sync(desk, only=("apigateway.rest_api/shop",))
    assert serves_the_draft()


def test_what_an_only_leaves_undeployed_is_deployed_by_the_next_restore_of_all(desk: Desk) -> None:
    assert desk.restore().exit_code == 0
    rest, (api,) = desk.clients.client("apigateway", AWAY), apis(AWAY)
    pets = next(each for each in api.draft.resources if api.draft.path(each) == "/pets")
    operations = [{"op": "replace", "path": "/timeoutInMillis", "value": "1234"}]
    rest.update_integration(restApiId=api.id, resourceId=pets, httpMethod="POST", patchOperations=operations)
    before = apis(AWAY)[0].stages["prod"]["deploymentId"]
    assert desk.restore(only=("apigateway.method/shop/*",)).exit_code == 0
    assert apis(AWAY)[0].stages["prod"]["deploymentId"] == before
    assert {s.call.operation for s in desk.plan().steps} == {"CreateDeployment", "UpdateStage"}
    assert desk.restore().exit_code == 0
    assert serves_the_draft()
    assert_in_sync(desk)


def test_a_resumed_run_keeps_its_part_and_a_run_of_another_part_is_refused(desk: Desk) -> None:
    only = ("ec2.security_group/main/web",)
    with desk.aws.mortal_clients():
        desk.aws.gate.kill_after(3)
        with suppress(Killed):
            desk.restore(only=only)
        desk.aws.gate.clear_faults()
    with pytest.raises(UnfinishedRun) as refused:
        desk.restore(only=("ec2.prefix_list/*",))
    assert "(ec2.security_group/main/web)" in refused.value.message
    result = desk.restore(resume="last")
    assert result.exit_code == 0, result.verdict
    assert result.plan.options["only"] == list(only)
    assert apis(AWAY) == []
    assert_in_sync(desk, only=only)


@pytest.mark.parametrize(
    ("glob", "near"),
    [
        ("ec2.security_group/main/wbe", "ec2.security_group/main/web"),
        ("ec2.security_group/main/we", "ec2.security_group/main/web"),
        ("apigateway.stage/shop/production", "apigateway.stage/shop/prod"),
    ],
)
def test_what_matches_nothing_is_refused_with_what_is_near(desk: Desk, glob: str, near: str) -> None:
    with pytest.raises(UsageError) as refused:
        desk.restore(only=("ec2.prefix_list/*", glob))
    assert glob in refused.value.message
    assert near in refused.value.next_step
    assert refused.value.exit_code == 64
    assert desk.records() == []
