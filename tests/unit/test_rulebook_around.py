"""The rule book on what is around APIs: names, plans, keys, links, endpoints, permissions."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.engine.judge import judge
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from tests.exposed import NOW, Sides, edit, estate, gone, judged, new

DOMAIN, PRIVATE = "apigateway.domain_name/api.example.com", "apigateway.domain_name/inner.example.com+private"
MAPPING, ROUTING = "apigatewayv2.api_mapping/api.example.com/v1", "apigatewayv2.routing_rule/api.example.com/10"
BASE_PATH = "apigateway.base_path_mapping/inner.example.com+private/v1"
ACCESS = "apigateway.domain_name_access_association/inner.example.com/main%2Fexecute-api"
PLAN, PLAN_KEY, KEY = "apigateway.usage_plan/gold", "apigateway.usage_plan_key/gold/mobile", "apigateway.api_key/mobile"
CERTIFICATE, ACCOUNT = "apigateway.client_certificate/shop", "apigateway.account/account"
LINK, HTTP_LINK = "apigateway.vpc_link/back", "apigatewayv2.vpc_link/inner"
ENDPOINT, ASSOCIATION = "ec2.vpc_endpoint/main/api", "ec2.security_group_vpc_association/main/web/side"
PERMISSION = "lambda.permission/orders/apigateway.rest_api%2Fshop/*%2FGET%2F"


def ref(kind: str, *path: str) -> Ref:
    """A reference."""
    return Ref(ResourceKey(kind, path))


def policy(*statements: dict[str, Any], member: str = "policy") -> dict[str, Any]:
    """Something with a policy."""
    return {member: {"Version": "2012-10-17", "Statement": list(statements)}}


def allow(principal: Any = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """A statement."""
    return {"Effect": effect, "Principal": principal, "Action": "*", "Resource": "*"} | more


def stages(*names: str, **throttle: Any) -> dict[str, Any]:
    """A plan with stages of an API."""
    each = {"throttle": {"/GET": throttle}} if throttle else {}
    return {"apiStages": [{"apiId": ref("apigateway.rest_api", "shop"), "stage": name, **each} for name in names]}


def routed(stage: str, *paths: str) -> dict[str, Any]:
    """A routing rule."""
    call = {"ApiId": ref("apigateway.rest_api", "shop"), "Stage": stage}
    found = [{"MatchBasePaths": {"AnyOf": list(paths)}}] if paths else []
    return {"Priority": 10, "Actions": [{"InvokeApi": call}], "Conditions": found}


def calls(source: str = "shop/*/GET/", **more: Any) -> dict[str, Any]:
    """A permission."""
    return {"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "SourceArn": source} | more


ONE = allow({"AWS": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/one"})
NO = allow(effect="Deny", Action="execute-api:Invoke")
TRUST = {"mutualTlsAuthentication": {"truststoreUri": "s3://a/a.pem"}}
OTHER_TRUST = {"mutualTlsAuthentication": {"truststoreUri": "s3://a/b.pem"}}
PLACES = {"SubnetIds": [ref("ec2.subnet", "main", "a")]}
TABLES = {"RouteTableIds": [ref("ec2.route_table", "main", "main")]}
GUARD, OTHER_GUARD = ([ref("ec2.security_group", "main", name)] for name in ("a", "b"))
API, OTHER_API = (ref("apigateway.rest_api", name) for name in ("shop", "other"))
AT = "PolicyDocument"
TO, AWAY = {"targetArns": ["arn:a"]}, {"targetArns": ["arn:b"]}
SOURCE = "arn:${AWS::Partition}:execute-api:${AWS::Region}:%s:*/*"

CASES: dict[str, tuple[Sides, Sides]] = {
    # --- domain names
    "domain-removed": (gone(DOMAIN), new(DOMAIN)),
    "domain-added": (new(DOMAIN), gone(DOMAIN)),
    "domain-tls-lowered": (
        edit(DOMAIN, {"securityPolicy": "TLS_1_2"}, {"securityPolicy": "TLS_1_0"}),
        edit(DOMAIN, {"securityPolicy": "TLS_1_0"}, {"securityPolicy": "TLS_1_2"}),
    ),
    "domain-access-mode": (
        edit(DOMAIN, {"endpointAccessMode": "STRICT"}, {"endpointAccessMode": "BASIC"}),
        edit(DOMAIN, {"endpointAccessMode": "BASIC"}, {"endpointAccessMode": "STRICT"}),
    ),
    "domain-endpoint-type": (
        edit(
            DOMAIN, {"endpointConfiguration": {"types": ["REGIONAL"]}}, {"endpointConfiguration": {"types": ["EDGE"]}}
        ),
        edit(
            DOMAIN,
            {"endpointConfiguration": {"types": ["REGIONAL"]}},
            {"tags": {"a": "b"}, "endpointConfiguration": {"types": ["REGIONAL"]}},
        ),
    ),
    "domain-certificate": (
        edit(DOMAIN, {"regionalCertificateArn": "a"}, {"regionalCertificateArn": "b"}),
        edit(DOMAIN, {}, {"securityPolicy": "TLS_1_2"}),
    ),
    "domain-mutual-tls-off": (edit(DOMAIN, TRUST, {}), edit(DOMAIN, {}, TRUST)),
    "domain-truststore": (edit(DOMAIN, TRUST, OTHER_TRUST), edit(DOMAIN, TRUST, {})),
    "domain-truststore-version": (
        edit(DOMAIN, TRUST, {"mutualTlsAuthentication": {"truststoreUri": "s3://a/a.pem", "truststoreVersion": "2"}}),
        edit(DOMAIN, TRUST, OTHER_TRUST),
    ),
    "domain-routing-mode": (
        edit(DOMAIN, {}, {"routingMode": "ROUTING_RULE_ONLY"}),
        edit(DOMAIN, {}, {"tags": {"a": "b"}}),
    ),
    "domain-policy-widened": (
        edit(PRIVATE, policy(ONE), policy(ONE, allow())),
        edit(PRIVATE, policy(ONE, allow()), policy(ONE)),
    ),
    "domain-policy-denial": (edit(PRIVATE, policy(ONE, NO), policy(ONE)), edit(PRIVATE, policy(ONE), policy(ONE, NO))),
    "domain-management-widened": (
        edit(PRIVATE, {}, policy(allow(), member="managementPolicy")),
        edit(PRIVATE, policy(allow(), member="managementPolicy"), {}),
    ),
    "mapping-elsewhere": (
        edit(MAPPING, {"ApiId": API, "Stage": "v1"}, {"ApiId": OTHER_API, "Stage": "v1"}),
        gone(MAPPING, ApiId=API, Stage="v1"),
    ),
    "private-mapping-elsewhere": (
        edit(BASE_PATH, {"restApiId": API, "stage": "v1"}, {"restApiId": API, "stage": "v2"}),
        new(BASE_PATH, restApiId=API, stage="v1"),
    ),
    "mapping-removed": (gone(BASE_PATH), new(MAPPING)),
    "mapping-added": (new(MAPPING), gone(BASE_PATH)),
    "routing-elsewhere": (edit(ROUTING, routed("v1"), routed("v2")), edit(ROUTING, routed("v1"), routed("v1", "pets"))),
    "routing-matches": (edit(ROUTING, routed("v1"), routed("v1", "pets")), edit(ROUTING, routed("v1"), routed("v2"))),
    "routing-removed": (gone(ROUTING), new(ROUTING)),
    "routing-added": (new(ROUTING), gone(ROUTING)),
    "access-added": (new(ACCESS), gone(ACCESS)),
    "access-removed": (gone(ACCESS), new(ACCESS)),
    # --- plans and keys
    "plan-throttle-off": (
        edit(PLAN, {"throttle": {"rateLimit": 10}}, {}),
        edit(PLAN, {"throttle": {"rateLimit": 10}}, {"throttle": {"rateLimit": 20}}),
    ),
    "plan-throttle-raised": (
        edit(PLAN, stages("prod", rateLimit=10), stages("prod", rateLimit=20)),
        edit(PLAN, stages("prod", rateLimit=10), {}),
    ),
    "plan-throttle-lowered": (
        edit(PLAN, {"throttle": {"burstLimit": 20}}, {"throttle": {"burstLimit": 10}}),
        edit(PLAN, {"throttle": {"burstLimit": 10}}, {"throttle": {"burstLimit": 20}}),
    ),
    "plan-quota-off": (
        edit(PLAN, {"quota": {"limit": 7, "period": "DAY"}}, {}),
        edit(PLAN, {}, {"quota": {"limit": 7, "period": "DAY"}}),
    ),
    "plan-quota-raised": (
        edit(PLAN, {"quota": {"limit": 7, "period": "WEEK"}}, {"quota": {"limit": 7, "period": "DAY"}}),
        edit(PLAN, {"quota": {"limit": 7, "period": "WEEK"}}, {"quota": {"limit": 7, "period": "WEEK", "offset": 1}}),
    ),
    "plan-quota-lowered": (
        edit(PLAN, {"quota": {"limit": 7, "period": "DAY"}}, {"quota": {"limit": 5, "period": "DAY"}}),
        edit(PLAN, {"quota": {"limit": 5, "period": "DAY"}}, {}),
    ),
    "plan-stage-removed": (
        edit(PLAN, stages("prod", "test"), stages("prod")),
        edit(PLAN, stages("prod"), stages("prod", "test")),
    ),
    "plan-stage-added": (
        edit(PLAN, stages("prod"), stages("prod", "test")),
        edit(PLAN, stages("prod", "test"), stages("prod")),
    ),
    "plan-removed": (gone(PLAN), new(PLAN)),
    "plan-added": (new(PLAN), gone(PLAN)),
    "plan-key-added": (new(PLAN_KEY), gone(PLAN_KEY)),
    "plan-key-removed": (gone(PLAN_KEY), new(PLAN_KEY)),
    "key-enabled": (edit(KEY, {}, {"enabled": True}), edit(KEY, {"enabled": True}, {})),
    "key-disabled": (edit(KEY, {"enabled": True}, {}), edit(KEY, {}, {"enabled": True})),
    "key-removed": (gone(KEY), new(KEY)),
    "key-added": (new(KEY), gone(KEY)),
    "key-customer": (edit(KEY, {"customerId": "a"}, {"customerId": "b"}), edit(KEY, {}, {"description": "x"})),
    # --- certificates, account, links
    "client-certificate-removed": (gone(CERTIFICATE), new(CERTIFICATE)),
    "account-logs-off": (gone(ACCOUNT, cloudwatchRoleArn="a"), new(ACCOUNT, cloudwatchRoleArn="a")),
    "account-logs-role": (
        edit(ACCOUNT, {"cloudwatchRoleArn": "a"}, {"cloudwatchRoleArn": "b"}),
        new(ACCOUNT, cloudwatchRoleArn="a"),
    ),
    "around-described": (edit(KEY, {}, {"description": "x"}), edit(KEY, {}, {"description": "x", "enabled": True})),
    "link-removed": (gone(LINK), new(HTTP_LINK)),
    "link-target": (edit(LINK, TO, AWAY), edit(LINK, TO, TO | {"description": "x"})),
    "link-groups": (
        edit(HTTP_LINK, {"SecurityGroupIds": GUARD}, {"SecurityGroupIds": OTHER_GUARD}),
        edit(HTTP_LINK, {"SecurityGroupIds": GUARD}, {}),
    ),
    "link-unguarded": (
        edit(HTTP_LINK, {"SecurityGroupIds": GUARD}, {}),
        edit(HTTP_LINK, {"SecurityGroupIds": GUARD}, {"SecurityGroupIds": OTHER_GUARD}),
    ),
    "link-subnets": (
        edit(HTTP_LINK, PLACES, {"SubnetIds": [ref("ec2.subnet", "main", "b")]}),
        edit(HTTP_LINK, PLACES, PLACES | {"Name": "x"}),
    ),
    # --- endpoints
    "endpoint-removed": (gone(ENDPOINT), new(ENDPOINT)),
    "endpoint-added": (new(ENDPOINT), gone(ENDPOINT)),
    "endpoint-policy-off": (edit(ENDPOINT, policy(ONE, member=AT), {}), edit(ENDPOINT, {}, policy(ONE, member=AT))),
    "endpoint-policy-widened": (
        edit(ENDPOINT, policy(ONE, member=AT), policy(ONE, allow(), member=AT)),
        edit(ENDPOINT, {}, policy(ONE, member=AT)),
    ),
    "endpoint-policy-denial": (
        edit(ENDPOINT, policy(ONE, NO, member=AT), policy(ONE, member=AT)),
        edit(ENDPOINT, policy(ONE, member=AT), policy(ONE, NO, member=AT)),
    ),
    "endpoint-policy-narrowed": (
        edit(ENDPOINT, policy(ONE, member=AT), policy(NO, member=AT)),
        edit(ENDPOINT, policy(ONE, member=AT), policy(ONE, allow(), member=AT)),
    ),
    "endpoint-dns-off": (
        edit(ENDPOINT, {"PrivateDnsEnabled": True}, {}),
        edit(ENDPOINT, {}, {"PrivateDnsEnabled": True}),
    ),
    "endpoint-dns-on": (
        edit(ENDPOINT, {}, {"PrivateDnsEnabled": True}),
        edit(ENDPOINT, {"PrivateDnsEnabled": True}, {}),
    ),
    "endpoint-groups": (
        edit(ENDPOINT, {"Groups": [{"GroupId": GUARD[0]}]}, {"Groups": [{"GroupId": OTHER_GUARD[0]}]}),
        edit(ENDPOINT, {"Groups": [{"GroupId": GUARD[0]}]}, PLACES | {"Groups": [{"GroupId": GUARD[0]}]}),
    ),
    "endpoint-subnets": (edit(ENDPOINT, PLACES, {}), edit(ENDPOINT, TABLES, {})),
    "endpoint-routes": (edit(ENDPOINT, TABLES, {}), edit(ENDPOINT, PLACES, {})),
    "sg-vpc-added": (new(ASSOCIATION), gone(ASSOCIATION)),
    "sg-vpc-removed": (gone(ASSOCIATION), new(ASSOCIATION)),
    # --- functions
    "permission-added": (new(PERMISSION, **calls()), gone(PERMISSION, **calls())),
    "permission-removed": (gone(PERMISSION, **calls()), new(PERMISSION, **calls())),
    "permission-anyone": (
        edit(PERMISSION, calls(), calls(Principal="*")),
        edit(PERMISSION, calls(Principal="*"), calls()),
    ),
    "permission-everywhere": (
        edit(PERMISSION, calls(), calls(SourceArn=None)),
        edit(PERMISSION, calls(SourceArn=None), calls()),
    ),
    "permission-principal": (
        edit(PERMISSION, calls(), calls(Principal="events.amazonaws.com")),
        edit(PERMISSION, calls(), calls(Principal="*")),
    ),
    "permission-unconditioned": (
        edit(PERMISSION, calls(SourceAccount="${AWS::AccountId}"), calls()),
        edit(PERMISSION, calls(), calls(SourceAccount="${AWS::AccountId}")),
    ),
    "permission-widened": (
        edit(PERMISSION, calls("shop/*/GET/"), calls("shop/*/*/")),
        edit(PERMISSION, calls("shop/*/*/"), calls("shop/*/GET/")),
    ),
    "permission-account": (
        edit(PERMISSION, calls(SOURCE % "${AWS::AccountId}"), calls(SOURCE % "444455556666")),
        edit(PERMISSION, calls(SOURCE % "444455556666"), calls(SOURCE % "${AWS::AccountId}")),
    ),
    "permission-url-open": (
        edit(PERMISSION, calls(FunctionUrlAuthType="AWS_IAM"), calls(FunctionUrlAuthType="NONE")),
        edit(PERMISSION, calls(FunctionUrlAuthType="NONE"), calls(FunctionUrlAuthType="AWS_IAM")),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_fires_and_keeps_quiet(name: str) -> None:
    fires, quiet = CASES[name]
    assert name in {alert.rule for alert in judged(fires).alerts}
    assert name not in {alert.rule for alert in judged(quiet).alerts}


def test_an_endpoint_without_a_policy_let_everything_pass() -> None:
    found = judged(edit(ENDPOINT, {}, policy(NO, member=AT))).alerts
    assert [(a.rule, a.severity) for a in found] == [("endpoint-policy-narrowed", "medium")]


@pytest.mark.parametrize(
    ("end", "fires"),
    [("2026-12-24T00:00:00+00:00", True), ("2026-11-01T00:00:00", True), ("2027-01-24T00:00:00+00:00", False)],
)
def test_a_certificate_near_its_end_is_told_whether_or_not_anything_changed(end: str, fires: bool) -> None:
    held = estate()
    held.put(Resource(ResourceKey("acm.certificate", ("api.example.com",)), {}, "arn", {"NotAfter": end}))
    found = judge([], held, held, NOW).alerts
    assert [(a.rule, a.standing) for a in found] == [("domain-certificate-ends", True)] * fires
