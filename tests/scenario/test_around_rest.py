"""What lies around REST APIs, from one region to another: keys, plans, links, certificates, documentation, web ACLs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dr_toolkit.report.results import RestoreResult
from dr_toolkit.workflows import drift
from tests.estate_rest_around import VALUES, allow_logs, build_around, build_ground, target_arn
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.stand import Stand
from tests.strict_aws.judge import compare, report


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with such an estate at home, and a region to restore it into."""
    with aws.virtual_time():
        values = {f"apigateway.api_key/{name}": value for name, value in VALUES.items()}
        desk = Desk(aws, map={target_arn(HOME): target_arn(AWAY)}, values=values)
        build_ground(desk.clients, HOME)
        build_ground(desk.clients, AWAY)
        build_around(desk.clients, HOME)
        yield desk


def judged(aws: Stand) -> list[str]:
    """What somebody who knows nothing of the toolkit finds different between the two regions."""
    sides = []
    for region in (HOME, AWAY):
        acl = aws.client("wafv2", region).list_web_acls(Scope="REGIONAL")["WebACLs"][0]["ARN"]
        sides.append({target_arn(region): "<balancer>", acl: "<acl>"})
    found = report(compare(aws.world.region(HOME), aws.world.region(AWAY), *sides)).splitlines()
    return [line for line in found if "dr-toolkit:run" not in line]


def assert_done(result: RestoreResult) -> None:
    """Everything was restored, and nothing differs any more."""
    assert (list(result.failed.values()), list(result.skipped), result.exit_code) == ([], [], 0), result.verdict


def test_everything_around_comes_over(desk: Desk) -> None:
    desk.snapshot()
    desk.aws.gate.refuse(HOME)
    assert_done(desk.restore())
    assert_in_sync(desk)
    assert desk.capture_of(AWAY) == desk.load().estate.lines
    assert judged(desk.aws) == []


def test_what_can_not_be_the_same_is_said_beforehand(desk: Desk) -> None:
    desk.snapshot()
    said = {f.key: f.text for f in desk.plan().findings if f.code == "made-anew"}
    assert "new pair of keys" in said["apigateway.client_certificate/shop"]
    assert "can't be read" in said["apigateway.documentation_version/shop/1.0"]


def test_links_are_begun_first_and_waited_for_before_what_needs_them(desk: Desk) -> None:
    desk.snapshot()
    calls = [step.call.operation for step in desk.plan().steps]
    assert calls[0] == "CreateVpcLink"
    assert calls.index("CreateRestApi") < calls.index("GetVpcLink") < calls.index("PutIntegration")
    last = len(calls) - calls[::-1].index("CreateUsagePlan")
    assert calls.index("UpdateAccount") < calls.index("CreateStage") < last


def test_a_changed_target_is_put_right(desk: Desk) -> None:
    desk.snapshot()
    assert_done(desk.restore())
    change(desk.clients, AWAY)
    verified = desk.verify()
    assert verified.exit_code == 2
    assert {c.key.type for c in verified.changes} >= KINDS
    assert_done(desk.restore())
    assert_in_sync(desk)
    versions = " / documented / "  # hold their parts by the ids that they had
    assert [d for d in judged(desk.aws) if versions not in d] == []


def test_drift_names_each_field_that_was_changed(desk: Desk) -> None:
    desk.snapshot()
    clean = drift.drift(desk.command(), drift.Request(("home",), "latest")).results[0]
    assert (list(clean.changes), clean.exit_code) == ([], 0)
    change(desk.clients, HOME)
    found = drift.drift(desk.command(), drift.Request(("home",), "latest")).results[0]
    told = {(c.key.text.removeprefix("apigateway."), ".".join(f.path)) for c in found.changes for f in c.fields}
    assert told == {
        ("account/account", "cloudwatchRoleArn"),
        ("api_key/mobile", "customerId"),
        ("api_key/mobile", "enabled"),
        ("api_key/partner", "stageKeys"),
        ("client_certificate/shop", "tags.team"),
        ("documentation_part/shop/API", "properties.description"),
        ("documentation_part/shop/API", "properties.info"),
        ("documentation_version/shop/1.0", "description"),
        ("stage/shop/prod", "documentationVersion"),
        ("stage/shop/prod", "webAclArn"),
        ("usage_plan/empty", "apiStages"),
        ("usage_plan/free", "apiStages"),
        ("usage_plan/gold", "apiStages"),
        ("usage_plan/gold", "quota"),
        ("usage_plan/gold", "throttle.rateLimit"),
        ("vpc_link/back", "description"),
        ("vpc_link/back", "tags"),
    }
    assert {(c.action, c.key.text) for c in found.changes if not c.fields} == {
        ("create", "apigateway.documentation_version/shop/2.0"),
        ("create", "apigateway.usage_plan_key/empty/mobile"),
        ("delete", "apigateway.documentation_part/shop/METHOD %2F GET"),
        ("delete", "apigateway.usage_plan_key/free/mobile"),
        ("delete", "apigateway.usage_plan_key/gold/partner"),
    }


KINDS = {
    "apigateway.account",
    "apigateway.api_key",
    "apigateway.client_certificate",
    "apigateway.documentation_part",
    "apigateway.documentation_version",
    "apigateway.stage",
    "apigateway.usage_plan",
    "apigateway.usage_plan_key",
    "apigateway.vpc_link",
}


def change(clients: Any, region: str) -> None:
    """What people do to each of the kinds."""
    rest = clients.client("apigateway", region)

    def replaced(**values: str) -> list[dict[str, str]]:
        return [{"op": "replace", "path": f"/{name.replace('__', '/')}", "value": v} for name, v in values.items()]

    def named(items: list[dict[str, Any]], name: str, by: str = "name") -> dict[str, Any]:
        return next(item for item in items if item.get(by) == name)

    allow_logs(rest, "somebody-else")
    link = rest.get_vpc_links()["items"][0]["id"]
    rest.update_vpc_link(vpcLinkId=link, patchOperations=replaced(description="changed"))
    rest.untag_resource(resourceArn=f"arn:aws:apigateway:{region}::/vpclinks/{link}", tagKeys=["team"])
    certificate = named(rest.get_client_certificates()["items"], "shop", "description")["clientCertificateId"]
    arn = f"arn:aws:apigateway:{region}::/clientcertificates/{certificate}"
    rest.tag_resource(resourceArn=arn, tags={"team": "other"})
    api = rest.get_rest_apis()["items"][0]["id"]
    parts = rest.get_documentation_parts(restApiId=api)["items"]
    part = next(p for p in parts if p["location"]["type"] == "API")["id"]
    rest.update_documentation_part(
        restApiId=api, documentationPartId=part, patchOperations=replaced(properties='{"description": "changed"}')
    )
    method = next(p for p in parts if p["location"]["type"] == "METHOD")["id"]
    rest.delete_documentation_part(restApiId=api, documentationPartId=method)
    rest.create_documentation_version(restApiId=api, documentationVersion="2.0", stageName="prod")
    rest.update_documentation_version(
        restApiId=api, documentationVersion="1.0", patchOperations=replaced(description="changed")
    )
    stage = f"arn:aws:apigateway:{region}::/restapis/{api}/stages/prod"
    clients.client("wafv2", region).disassociate_web_acl(ResourceArn=stage)
    plans, keys = rest.get_usage_plans()["items"], rest.get_api_keys()["items"]
    gold, free, empty = (named(plans, name)["id"] for name in ("gold", "free", "empty"))
    mobile, partner = (named(keys, name)["id"] for name in ("mobile", "partner"))
    place = f"apiStages/{api}:prod/throttle"
    operations = [
        {"op": "remove", "path": "/quota"},
        {"op": "replace", "path": f"/{place}/~1/POST/burstLimit", "value": "7"},
        {"op": "replace", "path": "/throttle/rateLimit", "value": "99"},
    ]
    rest.update_usage_plan(usagePlanId=gold, patchOperations=operations)
    rest.delete_usage_plan_key(usagePlanId=gold, keyId=partner)
    rest.update_usage_plan(
        usagePlanId=free, patchOperations=[{"op": "remove", "path": "/apiStages", "value": f"{api}:test"}]
    )
    rest.update_usage_plan(
        usagePlanId=empty, patchOperations=[{"op": "add", "path": "/apiStages", "value": f"{api}:test"}]
    )
    rest.delete_usage_plan_key(usagePlanId=free, keyId=mobile)
    rest.create_usage_plan_key(usagePlanId=empty, keyId=mobile, keyType="API_KEY")
    rest.update_api_key(apiKey=mobile, patchOperations=replaced(enabled="false", customerId="c-2"))
    rest.update_api_key(apiKey=partner, patchOperations=[{"op": "add", "path": "/stages", "value": f"{api}/test"}])


def test_homonyms_abroad_are_paired_by_a_person_and_then_known(desk: Desk) -> None:
    """Two plans of a name at home, and one in the target that nobody made: nothing is picked."""
    home, away = (desk.clients.client("apigateway", region) for region in (HOME, AWAY))
    home.create_usage_plan(name="gold", description="the other")
    stranger = away.create_usage_plan(name="gold", description="somebody's")["id"]
    desk.snapshot()
    keys = ["apigateway.usage_plan/gold", "apigateway.usage_plan/gold~2"]
    blocked = {b.key.text: b for b in desk.plan().blocked}
    assert set(keys) <= blocked.keys()
    assert stranger in blocked[keys[0]].remedy
    (other,) = [k for k in keys if desk.load().estate.get(k).attributes["description"] == "the other"]
    desk.map = {**desk.map, other: stranger}
    assert_done(desk.restore())
    assert away.get_usage_plan(usagePlanId=stranger)["description"] == "the other"
    assert len([p for p in away.get_usage_plans()["items"] if p["name"] == "gold"]) == 2
    desk.map = {target_arn(HOME): target_arn(AWAY)}
    assert_in_sync(desk)


def test_homonyms_go_to_an_empty_region_unasked(desk: Desk) -> None:
    rest = desk.clients.client("apigateway", HOME)
    rest.create_usage_plan(name="gold", description="the other")
    rest.generate_client_certificate(description="shop")
    desk.snapshot()
    assert_done(desk.restore())
    assert_in_sync(desk)


def test_what_is_excluded_keeps_nothing_else_from_being_restored(desk: Desk) -> None:
    """Each kind left out by the config: what names it comes over, and the rest does."""
    desk.exclude = ("apigateway.documentation*", "apigateway.account", "apigateway.usage_plan*")
    desk.snapshot()
    rest = desk.clients.client("apigateway", AWAY)
    allow_logs(rest, "here-already")
    plan = desk.plan()
    assert plan.blocked == ()
    assert {c.key.type for c in plan.changes} & {"apigateway.usage_plan", "apigateway.documentation_part"} == set()
    result = desk.restore()
    (failed,) = result.failed.values()
    assert "documentation" in failed.lower(), "the stage shows a version that is not there, and AWS says so"
    api = rest.get_rest_apis()["items"][0]["id"]
    rest.create_documentation_part(restApiId=api, location={"type": "API"}, properties="{}")
    rest.create_documentation_version(restApiId=api, documentationVersion="1.0")
    assert_done(desk.restore())
