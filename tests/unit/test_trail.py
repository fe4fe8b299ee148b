"""Who it was: events that fit a change, people behind roles, and a trail that lags, refuses or is too long."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dr_toolkit.config import Config, Source
from dr_toolkit.engine import trail, trail_events
from dr_toolkit.errors import CloudDenied
from dr_toolkit.model.changes import CREATE, DELETE, UPDATE, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.report.results import DriftResult
from dr_toolkit.resources import registry
from dr_toolkit.workflows import who
from dr_toolkit.workflows.context import Context
from tests.exposed import group, prefix_list, rule, thing
from tests.unpaced import Unpaced

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
IDS: dict[str, tuple[str, ...]] = {
    "ec2.security_group/main/web": ("sg-0web",),
    "ec2.security_group/main/db": ("sg-0db",),
    "ec2.prefix_list/offices": ("pl-0off",),
    "apigateway.rest_api/shop": ("a1b2c3",),
    "apigateway.resource/shop/%2Fpets": ("res1",),
    "apigateway.authorizer/shop/users": ("auth1",),
    "apigateway.deployment/shop/prod": ("dep2", "dep1"),
    "apigatewayv2.api/web": ("h1t2t3",),
    "apigatewayv2.route/web/GET %2Fpets": ("rt1",),
    "apigateway.domain_name/api.example.com": ("api.example.com",),
    "apigatewayv2.api_mapping/api.example.com/pets": ("map1",),
    "apigateway.usage_plan/gold": ("plan1",),
    "apigateway.usage_plan_key/gold/partner": ("key1",),
    "lambda.permission/orders/api": ("st1",),
}
ANN = {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann", "userName": "ann"}
ROLE = {
    "type": "AssumedRole",
    "arn": "arn:aws:sts::111122223333:assumed-role/admin/i-0abc",
    "accessKeyId": "ASIAEXAMPLE",
    "sessionContext": {"sessionIssuer": {"type": "Role", "userName": "admin"}},
}


def event(name: str, params: Any, who_: Any = None, number: int = 1, **more: Any) -> dict[str, Any]:
    """An event as CloudTrail records it."""
    return {
        "eventID": f"e-{number}",
        "eventTime": f"2026-11-25T{number % 24:02d}:00:00Z",
        "eventName": name,
        "eventSource": "ec2.amazonaws.com",
        "userIdentity": who_ or ANN,
        "sourceIPAddress": "192.0.2.9",
        "userAgent": "aws-cli/2.31",
        "requestParameters": params,
        "responseElements": None,
    } | more


def made(resource: Resource, action: str = CREATE) -> Change:
    """A change of that resource."""
    return Change(resource.key, action, None if action == CREATE else resource, None if action == DELETE else resource)


def permission(group_id: str, cidr: str) -> dict[str, Any]:
    """The parameters of an authorization, in CloudTrail's nested form."""
    ranges = {"items": [{"cidrIp": cidr}]}
    item = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": ranges}
    return {"groupId": group_id, "ipPermissions": {"items": [item]}}


SSH = made(rule("in tcp 22 0.0.0.0/0"))
METHOD = thing("apigateway.method/shop/%2Fpets/GET")
FITTING = {
    "a rule": (SSH, event("AuthorizeSecurityGroupIngress", permission("sg-0web", "0.0.0.0/0"))),
    "a rule of a list": (
        made(rule("in tcp 22 pl:offices"), DELETE),
        event("RevokeSecurityGroupIngress", {"groupId": "sg-0web", "prefixListIds": [{"prefixListId": "pl-0off"}]}),
    ),
    "a rule of a group": (
        made(rule("in tcp 22 sg:db")),
        event("AuthorizeSecurityGroupIngress", {"groupId": "sg-0web", "groups": {"items": [{"groupId": "sg-0db"}]}}),
    ),
    "a group": (
        made(group()),
        event("CreateSecurityGroup", {"groupName": "web"}, responseElements={"groupId": "sg-0web"}),
    ),
    "tags of a group": (
        made(group(), UPDATE),
        event("CreateTags", {"resourcesSet": {"items": [{"resourceId": "sg-0web"}]}}),
    ),
    "a list": (
        made(prefix_list("offices"), UPDATE),
        event("ModifyManagedPrefixList", {"x": {"PrefixListId": "pl-0off"}}),
    ),
    "an API": (made(thing("apigateway.rest_api/shop"), UPDATE), event("UpdateRestApi", {"restApiId": "a1b2c3"})),
    "tags of an API": (
        made(thing("apigateway.rest_api/shop"), UPDATE),
        event("TagResource", {"resourceArn": "arn:aws:apigateway:us-east-1::/restapis/a1b2c3"}),
    ),
    "a method": (
        made(METHOD, UPDATE),
        event("PutMethod", {"restApiId": "a1b2c3", "resourceId": "res1", "httpMethod": "GET"}),
    ),
    "a method by an import": (made(METHOD, UPDATE), event("PutRestApi", {"restApiId": "a1b2c3"})),
    "a method that went with its API": (made(METHOD, DELETE), event("DeleteRestApi", {"restApiId": "a1b2c3"})),
    "a rule that went with its group": (
        made(rule("in tcp 22 0.0.0.0/0"), DELETE),
        event("DeleteSecurityGroup", {"groupId": "sg-0web"}),
    ),
    "an authorizer": (
        made(thing("apigateway.authorizer/shop/users", name="users"), UPDATE),
        event("UpdateAuthorizer", {"restApiId": "a1b2c3", "authorizerId": "auth1"}),
    ),
    "a stage": (
        made(thing("apigateway.stage/shop/prod"), UPDATE),
        event("UpdateStage", {"restApiId": "a1b2c3", "stageName": "prod"}),
    ),
    "a deployment": (
        made(thing("apigateway.deployment/shop/prod"), UPDATE),
        event("CreateDeployment", {"restApiId": "a1b2c3"}, responseElements={"id": "dep2"}),
    ),
    "a route of an HTTP API": (
        made(thing("apigatewayv2.route/web/GET %2Fpets", RouteKey="GET /pets"), UPDATE),
        event("UpdateRoute", {"apiId": "h1t2t3", "routeId": "rt1"}),
    ),
    "a stage of an HTTP API": (
        made(thing("apigatewayv2.stage/web/prod"), UPDATE),
        event("UpdateStage", {"apiId": "h1t2t3", "stageName": "prod"}),
    ),
    "a mapping of a domain": (
        made(thing("apigatewayv2.api_mapping/api.example.com/pets"), UPDATE),
        event("UpdateApiMapping", {"domainName": "api.example.com", "apiMappingId": "map1"}),
    ),
    "who is in a plan": (
        made(thing("apigateway.usage_plan_key/gold/partner"), DELETE),
        event("DeleteUsagePlanKey", {"usagePlanId": "plan1", "keyId": "key1"}),
    ),
    "the role for logs": (
        made(thing("apigateway.account/account"), UPDATE),
        event("UpdateAccount", {"updateAccountInput": {"patchOperations": [{"path": "/cloudwatchRoleArn"}]}}),
    ),
    "a permission of a function": (
        made(thing("lambda.permission/orders/api"), DELETE),
        event("RemovePermission20150331v2", {"functionName": "orders", "statementId": "st1"}),
    ),
}
OTHERS = [
    event("AuthorizeSecurityGroupIngress", permission("sg-0web", "10.0.0.0/8")),
    event("AuthorizeSecurityGroupIngress", permission("sg-0other", "0.0.0.0/0")),
    event("AuthorizeSecurityGroupIngress", permission("sg-0web", "0.0.0.0/0"), errorCode="UnauthorizedOperation"),
    event("DescribeSecurityGroups", {"groupId": "sg-0web"}),
    event("CreateSecurityGroup", {"groupName": "web"}, responseElements={"groupId": "sg-0other"}),
    event("CreateTags", {"resourcesSet": {"items": [{"resourceId": "i-0abc"}]}}),
    event("UpdateRestApi", {"restApiId": "other"}),
    event("UpdateStage", {"restApiId": "a1b2c3", "stageName": "test"}),
    event("UpdateStage", {"apiId": "v2only", "stageName": "prod"}),
    event("PutMethod", {"restApiId": "a1b2c3", "resourceId": "res2", "httpMethod": "GET"}),
    event("PutMethod", {"restApiId": "a1b2c3", "resourceId": "res1", "httpMethod": "POST"}),
    event("CreateDeployment", {"restApiId": "a1b2c3"}, responseElements={"id": "dep9"}),
    event("UpdateAuthorizer", {"restApiId": "a1b2c3", "authorizerId": "auth2"}),
    event("TagResource", {"resourceArn": "arn:aws:apigateway:us-east-1::/restapis/a1b2c3x"}),
]


@pytest.mark.parametrize("name", FITTING)
def test_an_event_that_fits_is_found_among_others(name: str) -> None:
    change, fitting = FITTING[name]
    fitting = fitting | {"eventID": "the one"}
    assert [d.event_id for d in trail.deeds_of(change, IDS, [*OTHERS, fitting])] == ["the one"]
    assert fitting["eventName"] in trail.events_of([change])


def test_every_type_that_is_restored_has_its_events() -> None:
    assert {t.name for t in registry() if trail_events.events(t.name)} == {t.name for t in registry() if not t.landmark}
    assert trail_events.events("apigatewayv2.routing_rule") == (
        *("CreateRoutingRule", "PutRoutingRule", "DeleteRoutingRule", "DeleteDomainName"),
    )
    assert "GetVpcLink" not in trail_events.events("apigateway.vpc_link")
    assert trail_events.events("ec2.invented") == ()


def test_what_has_no_known_id_is_nobodys() -> None:
    assert trail.deeds_of(SSH, {}, [FITTING["a rule"][1]]) == ()


@pytest.mark.parametrize(
    ("identity", "actor", "via"),
    [
        (ANN, "ann", ""),
        (ROLE, "i-0abc", "role admin"),
        (
            {**ROLE, "sessionContext": {**ROLE["sessionContext"], "sourceIdentity": "ann@example.com"}},
            "ann@example.com",
            "role admin",
        ),
        (
            {**ROLE, "arn": "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_1/ann@example.com"},
            "ann@example.com",
            "role admin",
        ),
        ({"type": "Root", "arn": "arn:aws:iam::111122223333:root"}, "the account's root user", ""),
        ({**ANN, "invokedBy": "cloudformation.amazonaws.com"}, "ann", "cloudformation.amazonaws.com"),
        (
            {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"},
            "autoscaling.amazonaws.com",
            "autoscaling.amazonaws.com",
        ),
        ({}, "unknown", ""),
    ],
)
def test_the_person_is_told_and_through_what(identity: dict[str, Any], actor: str, via: str) -> None:
    deed = trail.deed(event("X", {}) | {"userIdentity": identity})
    assert (deed.actor, deed.via) == (actor, via)


# --- asking ------------------------------------------------------------------------------------------


@dataclass
class Trail(Unpaced):
    """A region whose CloudTrail holds some events, by name or by the resource that they are of."""

    events: list[dict[str, Any]]
    page: int = 50
    scope: Scope = field(default_factory=lambda: Scope("111122223333", "us-east-1"))
    asked: list[dict[str, Any]] = field(default_factory=list)

    def call(self, service: str, operation: str, params: Any) -> dict[str, Any]:
        """LookupEvents, in pages."""
        assert (service, operation) == ("cloudtrail", "LookupEvents")
        self.asked.append(dict(params))
        (by,) = params["LookupAttributes"]
        found = [e for e in self.events if by["AttributeValue"] in (e["eventName"], e.get("of"))]
        start = int(params.get("NextToken", 0))
        answer: dict[str, Any] = {
            "Events": [{"CloudTrailEvent": json.dumps(e)} for e in found[start : start + self.page]]
        }
        return answer | ({"NextToken": str(start + self.page)} if start + self.page < len(found) else {})


@dataclass
class Asking(Context):
    """A context whose cloud is a trail; it counts its pauses."""

    trail: Any = None
    pauses: list[float] = field(default_factory=list)

    def cloud(self, place: Any) -> Any:
        """The trail."""
        return self.trail


def ask(
    cloud: Any, *changes: Change, taken: str = "2026-11-20T03:00:00Z", live: datetime = NOW
) -> tuple[DriftResult, Asking]:
    """A result with deeds, and the context that it was asked in."""
    config = Config(sources={"prod": Source("prod", "us-east-1")})
    context = Asking(config, now=lambda: NOW, trail=cloud)
    context.pause = context.pauses.append
    result = DriftResult("prod", "x", f"{live:%Y-%m-%dT%H:%M:%SZ}", changes, baseline_taken_at=taken, ids=IDS)
    return who.with_deeds(context, result), context


def test_the_trail_is_asked_slowly_within_the_time_between_and_nobody_waits_for_nothing() -> None:
    cloud = Trail([FITTING["a rule"][1]])
    result, context = ask(cloud, SSH)
    assert result.deeds is not None
    assert [d.actor for d in result.deeds.of(SSH.key.text)] == ["ann"]
    assert result.deeds.state(SSH.key.text) == "found"
    assert {a["StartTime"] for a in cloud.asked} == {datetime(2026, 11, 20, 3, 0, tzinfo=UTC)}
    assert context.pauses == [0.5] * (len(cloud.asked) - 1)
    nothing, _ = ask(Trail([]))
    assert nothing.deeds is not None
    assert nothing.deeds.trouble == ""


def test_who_took_the_role_is_found_by_its_key() -> None:
    taken = event("AssumeRole", {"roleSessionName": "i-0abc"}, ANN, of="ASIAEXAMPLE")
    result, _ = ask(
        Trail([event("AuthorizeSecurityGroupIngress", permission("sg-0web", "0.0.0.0/0"), ROLE), taken]), SSH
    )
    assert result.deeds is not None
    (deed,) = result.deeds.of(SSH.key.text)
    assert (deed.actor, deed.via) == ("ann", "session i-0abc, role admin")


def test_what_is_not_there_yet_is_pending_and_later_unknown() -> None:
    lately, _ = ask(Trail([]), SSH)
    assert lately.deeds is not None
    assert lately.deeds.state(SSH.key.text) == "pending"
    long_ago, _ = ask(Trail([]), SSH, live=NOW - timedelta(days=1))
    assert long_ago.deeds is not None
    assert long_ago.deeds.state(SSH.key.text) == "unknown"


def test_ninety_days_are_kept_and_older_is_said() -> None:
    cloud = Trail([])
    result, _ = ask(cloud, SSH, taken="2026-01-01T00:00:00Z")
    assert result.deeds is not None
    assert "90 days" in result.deeds.trouble
    assert cloud.asked[0]["StartTime"] == NOW - timedelta(days=90)


def test_a_trail_that_is_too_long_is_cut_off_and_that_is_said() -> None:
    flood = [event("AuthorizeSecurityGroupIngress", permission("sg-0x", "10.0.0.0/8"), number=n) for n in range(600)]
    result, context = ask(Trail(flood), SSH)
    assert result.deeds is not None
    assert "more than 250 events" in result.deeds.trouble
    assert len(context.pauses) < who.MOST_CALLS


def test_no_more_is_asked_than_half_a_minute_allows() -> None:
    names = trail.events_of([SSH, made(METHOD), made(thing("apigateway.stage/shop/prod"))])
    flood = [event(name, {"restApiId": "other"}, number=n) for name in names for n in range(300)]
    cloud = Trail(flood)
    result, _ = ask(cloud, SSH, made(METHOD), made(thing("apigateway.stage/shop/prod")))
    assert len(cloud.asked) == who.MOST_CALLS
    assert result.deeds is not None
    assert "60 calls are the most" in result.deeds.trouble


def test_a_trail_that_refuses_is_said_and_the_report_stands() -> None:
    class Denied(Trail):
        def call(self, service: str, operation: str, params: Any) -> dict[str, Any]:
            raise CloudDenied(
                service=service, operation=operation, region="us-east-1", code="AccessDenied", reason="no"
            )

    result, _ = ask(Denied([]), SSH)
    assert result.deeds is not None
    assert "Not allowed: cloudtrail:LookupEvents" in result.deeds.trouble
    assert (result.deeds.state(SSH.key.text), result.exit_code) == ("unknown", 2)


def test_an_event_that_can_t_be_read_is_passed_over() -> None:
    class Broken(Trail):
        def call(self, service: str, operation: str, params: Any) -> dict[str, Any]:
            return {"Events": [{"CloudTrailEvent": "{"}, {}, {"CloudTrailEvent": "[]"}]}

    result, _ = ask(Broken([]), SSH)
    assert result.deeds is not None
    assert result.deeds.found == {}
