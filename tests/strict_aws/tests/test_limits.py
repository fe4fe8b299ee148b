"""The resource quotas: what is one too many is refused, and a test may set every quota."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from itertools import count
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.limits import Limits
from tests.strict_aws.tests.refused import refused

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/orders/0123456789abcdef"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:orders"
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
Maker = Callable[[str], dict[str, Any]]

_THERE = {"groups_per_region": 2, "resources_per_api": 1, "edge_apis": 1}
"""How many there are before: the VPC's own group and the fixture's, the root, the API itself."""


def _api_of(kind: str) -> Maker:
    return lambda name: {"name": name, "endpointConfiguration": {"types": [kind]}}


def _domain_of(kind: str) -> Maker:
    member = "regionalCertificateArn" if kind == "REGIONAL" else "certificateArn"
    named = {member: CERTIFICATE, "endpointConfiguration": {"types": [kind]}}
    return lambda name: {"domainName": f"{name}.example.com", **named}


@pytest.fixture
def makers(rest: Any, http: Any, ec2: Any) -> dict[str, tuple[Any, Maker]]:
    """By quota: the operation that makes one more, and its parameters by a name."""
    api = rest.create_rest_api(name="orders")
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**place, authorizationType="NONE")
    rest.put_integration(**place, type="MOCK")
    deployment = rest.create_deployment(restApiId=api["id"])["id"]
    mine = {"restApiId": api["id"]}
    own = {"ApiId": http.create_api(Name="orders", ProtocolType="HTTP")["ApiId"]}
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    port = count(1)
    by_token = {"type": "TOKEN", "authorizerUri": URI, "identitySource": "method.request.header.Token"}
    to_web = {"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "GET", "PayloadFormatVersion": "1.0"}

    def rule(_: str) -> dict[str, Any]:
        at = next(port)
        return {"IpProtocol": "tcp", "FromPort": at, "ToPort": at, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}

    def part(name: str) -> dict[str, Any]:
        return mine | {"location": {"type": "MODEL", "name": name}, "properties": "{}"}

    return {
        "groups_per_region": (ec2.create_security_group, lambda n: {"GroupName": n, "Description": n, "VpcId": vpc}),
        "rules_per_group": (
            ec2.authorize_security_group_ingress,
            lambda n: {"GroupId": group, "IpPermissions": [rule(n)]},
        ),
        "prefix_lists_per_region": (
            ec2.create_managed_prefix_list,
            lambda n: {"PrefixListName": n, "MaxEntries": 1, "AddressFamily": "IPv4"},
        ),
        "regional_apis": (rest.create_rest_api, _api_of("REGIONAL")),
        "edge_apis": (rest.create_rest_api, _api_of("EDGE")),
        "private_apis": (rest.create_rest_api, _api_of("PRIVATE")),
        "resources_per_api": (rest.create_resource, lambda n: mine | {"parentId": place["resourceId"], "pathPart": n}),
        "stages_per_api": (rest.create_stage, lambda n: mine | {"stageName": n, "deploymentId": deployment}),
        "authorizers_per_api": (rest.create_authorizer, lambda n: mine | by_token | {"name": n}),
        "documentation_parts_per_api": (rest.create_documentation_part, part),
        "routes_per_api": (http.create_route, lambda n: own | {"RouteKey": f"GET /{n}"}),
        "integrations_per_api": (
            http.create_integration,
            lambda n: own | to_web | {"IntegrationUri": f"https://{n}.example.com"},
        ),
        "api_keys": (rest.create_api_key, lambda n: {"name": n}),
        "usage_plans": (rest.create_usage_plan, lambda n: {"name": n}),
        "client_certificates": (rest.generate_client_certificate, lambda n: {"description": n}),
        "vpc_links": (rest.create_vpc_link, lambda n: {"name": n, "targetArns": [BALANCER]}),
        "http_vpc_links": (http.create_vpc_link, lambda n: {"Name": n, "SubnetIds": [subnet]}),
        "domain_names": (rest.create_domain_name, _domain_of("REGIONAL")),
        "private_domain_names": (rest.create_domain_name, _domain_of("PRIVATE")),
    }


@pytest.mark.parametrize("quota", [field.name for field in fields(Limits)])
def test_a_quota_that_is_lowered_holds(strict: StrictAws, makers: dict[str, tuple[Any, Maker]], quota: str) -> None:
    operation, params = makers[quota]
    setattr(strict.limits, quota, 5)
    for number in range(5 - _THERE.get(quota, 0)):
        operation(**params(f"n{number}"))
    code, text = refused(operation, **params("last"))
    assert "limit" in (code + text).lower() or "maximum" in text.lower()
    setattr(strict.limits, quota, 6)
    operation(**params("last"))
