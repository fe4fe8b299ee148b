"""From one region to another: the snapshot is restored with its home gone, and then nothing differs any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_toolkit.errors import NotConfirmed, TargetIsSource
from dr_toolkit.report.results import PlanResult
from dr_toolkit.store.file import FileStore
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.s3 import S3Store
from dr_toolkit.store.s3_session import S3Options
from dr_toolkit.workflows import drift, restore
from tests.estates import build_standard, build_target, drift_it, leave_draft_ahead
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync, memory
from tests.scenario.disturbance import disturb, groups_of
from tests.scenario.regions import apis
from tests.scenario.small_checks import WHOLE, counts, differing, serves_the_draft
from tests.scenario.small_estate import build_ground, build_small, patched
from tests.stand import ACCOUNT, Gate, Stand

POOLS = {
    f"arn:aws:cognito-idp:{HOME}:{ACCOUNT}:userpool/{HOME}_Customers": f"arn:aws:cognito-idp:{AWAY}:{ACCOUNT}:"
    f"userpool/{AWAY}_Replica"
}


def a_store(kind: str, aws: Stand, folder: Path) -> ObjectStore:
    """A store of each kind; S3's bucket is versioned, and lies where the restore goes."""
    if kind == "memory":
        return memory()
    if kind == "file":
        return FileStore(folder / "store")
    s3 = aws.client("s3", AWAY)
    s3.create_bucket(Bucket="snapshots", CreateBucketConfiguration={"LocationConstraint": AWAY})
    s3.put_bucket_versioning(Bucket="snapshots", VersioningConfiguration={"Status": "Enabled"})
    return S3Store("s3://snapshots/prod", S3Options(None, AWAY, aws.endpoint, None, None, None, None))


@pytest.mark.parametrize("kind", ["memory", "file", "s3"])
def test_the_standard_estate_and_back_to_nothing_differs(aws: Stand, gate: Gate, tmp_path: Path, kind: str) -> None:
    """Over the wire, with everything in it; a call to the home region would fail the test."""
    desk = Desk(aws, a_store(kind, aws, tmp_path), map=POOLS)
    build_standard(desk.clients, HOME)
    build_target(desk.clients, AWAY)
    taken = desk.snapshot()
    gate.refuse(HOME)
    mark = gate.mark()
    plan = desk.plan()
    assert len(plan.steps) > 80
    assert plan.blocked == ()
    assert [str(c) for c in gate.since(mark) if c.mutating and c.service != "s3"] == []
    result = desk.restore()
    assert (result.exit_code, list(result.failed), list(result.skipped)) == (0, [], []), result.verdict
    assert sorted(result.done) == sorted(step.id for step in plan.steps), "an import stands for many steps of the plan"
    done = {c.operation for c in gate.since(mark) if c.mutating and c.done and c.service != "s3"}
    assert done - {"PutRestApi"} <= {step.call.operation for step in plan.steps}
    assert_in_sync(desk)
    away = desk.capture_of(AWAY)
    home = {text: line.replace(b"_Customers", b"_Replica") for text, line in desk.load(taken.id).estate.lines.items()}
    assert away == home
    assert {call.region for call in gate.since(mark)} == {AWAY}


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of the small estate, restored into a target, and with home gone since."""
    with aws.virtual_time():
        desk = Desk(aws)
        build_small(desk.clients, HOME)
        build_ground(desk.clients, AWAY)
        desk.snapshot()
        aws.gate.refuse(HOME)
        assert desk.restore().exit_code == 0
        yield desk


def test_a_second_snapshot_of_the_target_has_the_same_body(desk: Desk) -> None:
    assert desk.capture_of(AWAY) == desk.load().estate.lines
    assert serves_the_draft()


def test_nothing_is_changed_without_a_yes(desk: Desk, gate: Gate) -> None:
    disturb(desk.clients)
    mark, records, asked = gate.mark(), desk.records(), list[PlanResult]()

    def no(shown: PlanResult) -> bool:
        asked.append(shown)
        return False

    with pytest.raises(NotConfirmed):
        restore.restore(desk.command(), restore.Request("away"), no)
    assert asked[0].plan.steps
    assert [c for c in gate.since(mark) if c.mutating] == []
    assert desk.records() == records


# --- a target with other things in it --------------------------------------------------------------------


def test_a_disturbed_target_becomes_what_the_snapshot_says(desk: Desk) -> None:
    """Inside the snapshot's roots everything is put right; other groups and stages are left alone."""
    disturb(desk.clients)
    vpc = groups_of(desk.clients)["vpc"]
    wrong = desk.verify()
    assert (wrong.exit_code, len(wrong.changes) > 24) == (2, True)
    result = desk.restore()
    assert (result.exit_code, list(result.failed)) == (0, []), result.failed
    assert differing(desk) == []
    assert serves_the_draft()
    assert {"rogue", "twin"} <= groups_of(desk.clients).keys()
    assert counts(vpc) == {**WHOLE, "groups": 6, "stages": 2, "deployments": 4}, (
        "what the stage serves was never touched"
    )
    assert_in_sync(desk)


def test_pruning_removes_what_the_snapshot_lacks(desk: Desk) -> None:
    """Groups that refer to each other among it; an API of another name; a list; and nothing of AWS's own."""
    disturb(desk.clients)
    rest, ec2 = desk.clients.client("apigateway", AWAY), desk.clients.client("ec2", AWAY)
    rest.create_rest_api(name="other")
    ec2.create_managed_prefix_list(PrefixListName="other", AddressFamily="IPv4", MaxEntries=1)
    vpc = groups_of(desk.clients)["vpc"]
    assert desk.restore().exit_code == 0
    assert sorted(api.fields["name"] for api in apis(AWAY)) == ["other", "shop"]
    result = desk.restore(prune=True)
    assert (result.exit_code, list(result.failed)) == (0, []), result.failed
    assert {c.action for c in result.plan.changes} == {"delete"}
    ec2.describe_managed_prefix_lists()
    assert counts(vpc) == {**WHOLE, "deployments": 4}
    assert desk.capture_of(AWAY) == desk.load().estate.lines
    assert_in_sync(desk, prune=True)


def test_doors_are_closed_before_others_open(desk: Desk, gate: Gate) -> None:
    """What exposes more goes first, what is missing comes next, what only narrows goes last."""
    disturb(desk.clients)
    web = groups_of(desk.clients)["web"]
    mark = gate.mark()
    desk.restore()
    calls = [c for c in gate.since(mark) if c.mutating and c.params.get("GroupId") == web]
    assert [c.operation for c in calls] == [
        "RevokeSecurityGroupIngress",
        "AuthorizeSecurityGroupIngress",
        "RevokeSecurityGroupIngress",
    ]
    assert "0.0.0.0/0" in str(calls[0].params)
    assert "10.0.0.0/8" in str(calls[2].params)


# --- prefix lists -------------------------------------------------------------------------------------------


def entries_of(desk: Desk) -> tuple[int, dict[str, str | None]]:
    """The size of the target's list, and its entries."""
    ec2 = desk.clients.client("ec2", AWAY)
    named = [{"Name": "prefix-list-name", "Values": ["office"]}]
    held = ec2.describe_managed_prefix_lists(Filters=named)["PrefixLists"][0]
    rows = ec2.get_managed_prefix_list_entries(PrefixListId=held["PrefixListId"], MaxResults=100)
    found = rows["Entries"]
    while rows.get("NextToken"):
        rows = ec2.get_managed_prefix_list_entries(
            PrefixListId=held["PrefixListId"], MaxResults=100, NextToken=rows["NextToken"]
        )
        found += rows["Entries"]
    return held["MaxEntries"], {e["Cidr"]: e.get("Description") for e in found}


def resize_at_home(desk: Desk, size: int, entries: list[dict[str, str]]) -> None:
    """Make home's list another one, and take a snapshot of it."""
    gate, ec2 = desk.aws.gate, desk.clients.client("ec2", HOME)
    gate.allow(HOME)
    named = [{"Name": "prefix-list-name", "Values": ["office"]}]

    def held() -> dict[str, Any]:
        return dict(ec2.describe_managed_prefix_lists(Filters=named)["PrefixLists"][0])

    list_id = held()["PrefixListId"]
    pages = ec2.get_paginator("get_managed_prefix_list_entries").paginate(PrefixListId=list_id)
    old = [{"Cidr": entry["Cidr"]} for page in pages for entry in page["Entries"]]
    while old:
        part, old = old[:100], old[100:]
        ec2.modify_managed_prefix_list(PrefixListId=list_id, CurrentVersion=held()["Version"], RemoveEntries=part)
    held()
    ec2.modify_managed_prefix_list(PrefixListId=list_id, MaxEntries=size)
    while entries:
        part, entries = entries[:100], entries[100:]
        ec2.modify_managed_prefix_list(PrefixListId=list_id, CurrentVersion=held()["Version"], AddEntries=part)
    held()
    desk.snapshot()
    gate.refuse(HOME)


def test_a_list_grows_beyond_a_hundred_entries_and_shrinks_again(desk: Desk) -> None:
    desk.aws.raise_rule_quota(1000)
    many = [{"Cidr": f"10.{n // 250}.{n % 250}.0/24", "Description": f"net {n}"} for n in range(230)]
    resize_at_home(desk, 240, many)
    assert desk.restore().exit_code == 0
    assert entries_of(desk) == (240, {e["Cidr"]: e["Description"] for e in many})
    assert_in_sync(desk)
    few = [{"Cidr": "10.0.7.0/24", "Description": "another text"}, {"Cidr": "192.0.2.0/24"}]
    resize_at_home(desk, 3, few)
    assert desk.restore().exit_code == 0
    assert entries_of(desk) == (3, {"10.0.7.0/24": "another text", "192.0.2.0/24": None})
    assert_in_sync(desk)


def test_a_new_list_of_more_than_a_hundred_entries(desk: Desk) -> None:
    desk.aws.raise_rule_quota(1000)
    resize_at_home(desk, 240, [{"Cidr": f"10.{n // 250}.{n % 250}.0/24"} for n in range(230)])
    desk.aws.reset_region(AWAY)
    build_ground(desk.clients, AWAY)
    assert desk.restore().exit_code == 0
    assert len(entries_of(desk)[1]) == 230
    assert_in_sync(desk)


# --- stages, and what they serve -----------------------------------------------------------------------------


@pytest.mark.parametrize("deployed", [True, False])
def test_a_changed_method_gets_to_the_stage_and_to_its_canary(desk: Desk, *, deployed: bool) -> None:
    """The draft is put right, deployed, and what serves something else, or nobody knows what, moves to that."""
    held = apis(AWAY)[0]
    before = dict(held.stages["prod"])
    paths = {held.draft.path(each): each for each in held.draft.resources}
    method = {"restApiId": held.id, "resourceId": paths["/pets"], "httpMethod": "POST"}
    rest = desk.clients.client("apigateway", AWAY)
    rest.update_integration(**method, patchOperations=patched({"/timeoutInMillis": "1234"}))
    if deployed:
        rest.create_deployment(restApiId=held.id, stageName="prod")
    mistaken = apis(AWAY)[0].stages["prod"]["deploymentId"]
    result = desk.restore()
    after = apis(AWAY)[0].stages["prod"]
    assert result.exit_code == 0
    assert (after["deploymentId"] in (before["deploymentId"], mistaken)) is not deployed
    assert after["canarySettings"]["deploymentId"] != before["canarySettings"]["deploymentId"]
    assert after["deploymentId"] != after["canarySettings"]["deploymentId"]
    assert serves_the_draft()
    assert [f for f in result.done if "pass" in f] == []
    assert_in_sync(desk)


def test_a_stage_that_serves_another_deployment_is_moved_back(desk: Desk, gate: Gate) -> None:
    """Somebody deployed an experiment, and took it out of the draft again: only what is served tells."""
    held = apis(AWAY)[0]
    restored = held.stages["prod"]["deploymentId"]
    rest = desk.clients.client("apigateway", AWAY)
    rest.put_gateway_response(restApiId=held.id, responseType="WAF_FILTERED", statusCode="418")
    rest.create_deployment(restApiId=held.id, stageName="prod")
    rest.delete_gateway_response(restApiId=held.id, responseType="WAF_FILTERED")
    assert desk.verify().exit_code == 2
    mark = gate.mark()
    assert desk.restore().exit_code == 0
    assert [c.operation for c in gate.since(mark) if c.mutating] == ["UpdateStage"]
    assert apis(AWAY)[0].stages["prod"]["deploymentId"] == restored
    assert_in_sync(desk)


def test_a_lost_canary_comes_back(desk: Desk) -> None:
    held = apis(AWAY)[0]
    rest = desk.clients.client("apigateway", AWAY)
    gone = [{"op": "remove", "path": "/canarySettings"}]
    rest.update_stage(restApiId=held.id, stageName="prod", patchOperations=gone)
    assert desk.restore().exit_code == 0
    assert apis(AWAY)[0].stages["prod"]["canarySettings"]["percentTraffic"] == 5.0
    assert_in_sync(desk)


# --- in place ------------------------------------------------------------------------------------------------


@pytest.fixture
def home(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of the standard estate, which is still there."""
    with aws.virtual_time():
        desk = Desk(aws)
        desk.estate = build_standard(desk.clients, HOME)
        desk.snapshot()
        yield desk


def test_home_is_not_restored_into_by_mistake(home: Desk) -> None:
    with pytest.raises(TargetIsSource) as refused:
        home.plan("home", in_place=False)
    assert refused.value.exit_code == 13


def test_drift_is_taken_back_in_place_and_ids_stay(home: Desk, gate: Gate) -> None:
    before = home.load().estate
    drift_it(home.clients, home.estate)
    assert home.verify("home").exit_code == 2
    mark = gate.mark()
    result = home.restore("home")
    assert (result.exit_code, list(result.failed)) == (0, []), result.failed
    made = {c.operation for c in gate.since(mark) if c.operation.startswith("Create")} - {"CreateTags"}
    assert made == set()
    assert_in_sync(home, "home")
    home.snapshot()
    after = home.load().estate
    kept = [k for k in before.lines if not k.startswith("ec2.security_group_rule/")]
    assert {k: after.ids.get(k) for k in kept} == {k: before.ids.get(k) for k in kept}
    assert {k: line for k, line in after.lines.items() if k in before.lines} == before.lines
    assert sorted(after.lines.keys() - before.lines.keys())[0] == "ec2.security_group/main/temp-debug"


def test_a_redeployment_is_told_as_that_and_not_as_a_new_deployment(home: Desk) -> None:
    """The old one is still listed: what is served is known by the stage, so that another id is another content."""
    api = next(a for a in apis(HOME) if "prod" in a.stages)
    served = api.stages["prod"]["deploymentId"]
    made = home.clients.client("apigateway", HOME).create_deployment(restApiId=api.id, stageName="prod")["id"]
    (found,) = drift.drift(home.command(), drift.Request(("home",), "latest")).results
    (change,) = found.changes
    assert change.key.type == "apigateway.deployment"
    assert (change.fields[0].path, change.fields[0].before, change.fields[0].after) == (("id",), served, made)
    assert {a.rule for a in found.alerts} == {"stage-redeployed-unseen"}


def test_in_place_a_stage_goes_back_to_what_it_served(home: Desk, gate: Gate) -> None:
    """The draft was ahead of the stage at the snapshot: deploying it would not be what was there."""
    leave_draft_ahead(home.clients, home.estate)
    home.snapshot()
    api = next(a for a in apis(HOME) if a.fields["name"] == "shop")
    served = api.stages["dev"]["deploymentId"]
    home.clients.client("apigateway", HOME).create_deployment(restApiId=api.id, stageName="dev")
    drift_it(home.clients, home.estate)
    mark = gate.mark()
    assert home.restore("home").exit_code == 0
    assert next(a for a in apis(HOME) if a.id == api.id).stages["dev"]["deploymentId"] == served
    assert "CreateDeployment" not in {c.operation for c in gate.since(mark)}
    assert_in_sync(home, "home")


def test_in_place_a_deployment_that_is_gone_is_made_once(home: Desk) -> None:
    rest = home.clients.client("apigateway", HOME)
    api = next(a for a in apis(HOME) if a.fields["name"] == "admin")
    old = api.stages["live"]["deploymentId"]
    rest.put_gateway_response(restApiId=api.id, responseType="THROTTLED", statusCode="503")
    rest.create_deployment(restApiId=api.id, stageName="live")
    rest.delete_deployment(restApiId=api.id, deploymentId=old)
    assert home.restore("home").exit_code == 0
    assert serves_the_draft(HOME, "live")
    assert_in_sync(home, "home")
    assert_in_sync(home, "home")
