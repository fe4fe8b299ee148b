"""Where moto is known to be right, the strict AWS gives the same answers: plain boto3 calls, made against both.

What moto gets wrong is not compared; each script looks only at members that moto keeps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from tests.strict_aws import StrictAws
from tests.strict_aws.in_process import Line, session
from tests.strict_aws.moto import Moto

Clients = Callable[[str], Any]
SCRIPTS: dict[str, Callable[[Clients], Any]] = {}

_ID = re.compile(r"\b(?:(?:vpc|subnet|sg|sgr|pl|vpce|pcx|rtb)-[0-9a-f]{8,17}|[a-z0-9]{10}|[a-z0-9]{6,7}(?=/|$|\"))\b")


def script(do: Callable[[Clients], Any]) -> Callable[[Clients], Any]:
    """Make the function's calls against both; what it returns has to be the same, but for ids."""
    SCRIPTS[do.__name__] = do
    return do


class _MotoOnly:
    """moto for all services, in process."""

    def __init__(self) -> None:
        self.moto = Moto()

    def answer(self, request: Any) -> Any:
        """moto's answer."""
        return self.moto.answer(request)


def moto_clients() -> Clients:
    """Clients of moto's."""
    line = Line(StrictAws())
    line.door = _MotoOnly()  # type: ignore[assignment]
    inner = botocore.session.Session()
    inner.set_credentials("AKIAIOSFODNN7EXAMPLE", "secret")

    def before_send(**event: Any) -> AWSResponse:
        return line.before_send(**event)

    inner.register("before-send.*.*", before_send)
    return lambda service: inner.create_client(service, "us-east-1")


def strict_clients() -> Clients:
    """Clients of the strict AWS."""
    made = session(StrictAws())
    return lambda service: made.client(service, "us-east-1")


def by_order(document: Any) -> Any:
    """The document with ids named after the order in which they appear."""
    seen: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        return seen.setdefault(match[0], f"#{len(seen)}") if any(c.isdigit() for c in match[0]) else match[0]

    return json.loads(_ID.sub(named, json.dumps(document, sort_keys=True, default=str)))


def only(document: dict[str, Any], *names: str) -> dict[str, Any]:
    """These members."""
    return {name: document[name] for name in names if name in document}


def error(call: Callable[..., Any], **params: Any) -> str:
    """The code that a call is refused with."""
    try:
        call(**params)
    except ClientError as refused:
        return str(refused.response["Error"]["Code"])
    return "done"


@pytest.fixture(autouse=True)
def clean_moto() -> Iterator[None]:
    """No leftovers in moto, which is one for the whole process."""
    Moto.reset()
    yield
    Moto.reset()


# --- EC2 -----------------------------------------------------------------------------------------------------------


def a_group(ec2: Any, name: str = "web", **more: Any) -> str:
    """A group in a VPC of its own."""
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    return str(ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc, **more)["GroupId"])


HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


@script
def a_new_group(clients: Clients) -> Any:
    ec2 = clients("ec2")
    tags = [{"ResourceType": "security-group", "Tags": [{"Key": "team", "Value": "net"}]}]
    group = ec2.describe_security_groups(GroupIds=[a_group(ec2, TagSpecifications=tags)])["SecurityGroups"][0]
    return only(group, "GroupName", "Description", "IpPermissions", "IpPermissionsEgress", "Tags", "OwnerId", "VpcId")


@script
def rules_of_addresses(clients: Clients) -> Any:
    ec2 = clients("ec2")
    group = a_group(ec2)
    ranges = [{"CidrIp": "10.0.0.0/8", "Description": "inside"}, {"CidrIp": "192.0.2.0/24"}]
    permissions = [
        {**HTTPS, "IpRanges": ranges, "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]},
        {"IpProtocol": "6", "FromPort": 22, "ToPort": 23, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "203.0.113.7/32"}]},
    ]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[{**HTTPS, "IpRanges": ranges[:1]}])
    found = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    return sorted(found, key=lambda p: str(p.get("FromPort")))


@script
def rules_one_by_one(clients: Clients) -> Any:
    ec2 = clients("ec2")
    group = a_group(ec2)
    peer = {"UserIdGroupPairs": [{"GroupId": group}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{**HTTPS, **peer}])
    rows = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    shown = ("IsEgress", "IpProtocol", "FromPort", "ToPort", "CidrIpv4", "GroupId")
    return sorted((only(row, *shown) for row in rows), key=str)


@script
def refusals_of_groups(clients: Clients) -> Any:
    ec2 = clients("ec2")
    group = a_group(ec2)
    vpc = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["VpcId"]
    rule = {**HTTPS, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return [
        error(ec2.create_security_group, GroupName="web", Description="d", VpcId=vpc),
        error(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[rule]),
        error(ec2.revoke_security_group_ingress, GroupId=group, IpPermissions=[{**rule, "FromPort": 442}]),
        error(ec2.describe_security_groups, GroupIds=["sg-0123456789abcdef0"]),
        error(ec2.delete_security_group, GroupId="sg-0123456789abcdef0"),
        error(ec2.create_security_group, GroupName="other", Description="d", VpcId=vpc, DryRun=True),
        error(ec2.delete_security_group, GroupId=group),
        error(ec2.describe_security_groups, GroupIds=[group]),
    ]


@script
def tags_of_a_group(clients: Clients) -> Any:
    ec2 = clients("ec2")
    group = a_group(ec2)
    ec2.create_tags(Resources=[group], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    ec2.delete_tags(Resources=[group], Tags=[{"Key": "a"}])
    return ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["Tags"]


@script
def a_prefix_list(clients: Clients) -> Any:
    ec2 = clients("ec2")
    made = ec2.create_managed_prefix_list(
        PrefixListName="office",
        AddressFamily="IPv4",
        MaxEntries=5,
        Entries=[{"Cidr": "198.51.100.0/24", "Description": "hq"}, {"Cidr": "203.0.113.0/24"}],
    )["PrefixList"]
    entries = ec2.get_managed_prefix_list_entries(PrefixListId=made["PrefixListId"])["Entries"]
    shown = only(made, "AddressFamily", "MaxEntries", "PrefixListName", "Version", "OwnerId")
    return shown, sorted(entries, key=str)


# --- API Gateway v1 --------------------------------------------------------------------------------------------------


def an_api(rest: Any) -> tuple[str, str]:
    """An API and its root."""
    made = rest.create_rest_api(name="api", description="text", endpointConfiguration={"types": ["REGIONAL"]})
    return made["id"], rest.get_resources(restApiId=made["id"])["items"][0]["id"]


@script
def an_api_and_its_paths(clients: Clients) -> Any:
    rest = clients("apigateway")
    api, root = an_api(rest)
    pets = rest.create_resource(restApiId=api, parentId=root, pathPart="pets")
    rest.create_resource(restApiId=api, parentId=pets["id"], pathPart="{id}")
    found = rest.get_rest_api(restApiId=api)
    paths = rest.get_resources(restApiId=api)["items"]
    return only(found, "name", "description", "apiKeySource"), sorted(p["path"] for p in paths), only(pets, "path")


@script
def a_method_and_its_integration(clients: Clients) -> Any:
    rest = clients("apigateway")
    api, root = an_api(rest)
    own = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    method = rest.put_method(**own, authorizationType="NONE", apiKeyRequired=True)
    response = rest.put_method_response(**own, statusCode="200", responseModels={"application/json": "Empty"})
    integration = rest.put_integration(
        **own, type="HTTP", uri="https://example.com/", integrationHttpMethod="POST", timeoutInMillis=5000
    )
    answer = rest.put_integration_response(
        **own, statusCode="200", selectionPattern="2..", responseTemplates={"application/json": "{}"}
    )
    return (
        only(method, "httpMethod", "authorizationType", "apiKeyRequired"),
        only(response, "statusCode", "responseModels"),
        only(integration, "type", "uri", "httpMethod", "timeoutInMillis"),
        only(answer, "statusCode", "selectionPattern", "responseTemplates"),
        only(rest.get_integration(**own), "type", "uri", "httpMethod", "timeoutInMillis"),
    )


@script
def parts_of_an_api(clients: Clients) -> Any:
    rest = clients("apigateway")
    api, _ = an_api(rest)
    guard = rest.create_authorizer(
        restApiId=api,
        name="guard",
        type="TOKEN",
        authorizerUri="arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:us-east-1:123456789012:function:f/invocations",
        identitySource="method.request.header.Authorization",
        authorizerResultTtlInSeconds=60,
    )
    body = rest.create_request_validator(restApiId=api, name="body", validateRequestBody=True)
    model = rest.create_model(restApiId=api, name="Pet", contentType="application/json", schema='{"type": "object"}')
    return (
        only(guard, "name", "type", "identitySource", "authorizerResultTtlInSeconds"),
        only(body, "name", "validateRequestBody"),
        only(model, "name", "contentType", "schema"),
        [only(a, "name", "type") for a in rest.get_authorizers(restApiId=api)["items"]],
    )


@script
def a_stage(clients: Clients) -> Any:
    rest = clients("apigateway")
    api, root = an_api(rest)
    own = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="NONE")
    rest.put_integration(**own, type="HTTP", uri="https://example.com/", integrationHttpMethod="GET")
    deployment = rest.create_deployment(restApiId=api, description="first")
    stage = rest.create_stage(
        restApiId=api, stageName="prod", deploymentId=deployment["id"], variables={"a": "1"}, tracingEnabled=True
    )
    patch = [{"op": "replace", "path": "/variables/a", "value": "2"}]
    changed = rest.update_stage(restApiId=api, stageName="prod", patchOperations=patch)
    shown = ("stageName", "variables", "tracingEnabled")
    return only(deployment, "description"), only(stage, *shown), only(changed, *shown)


@script
def keys_and_plans(clients: Clients) -> Any:
    rest = clients("apigateway")
    key = rest.create_api_key(name="partner", value="x" * 40, enabled=True, description="d")
    plan = rest.create_usage_plan(
        name="gold", throttle={"rateLimit": 10.0, "burstLimit": 20}, quota={"limit": 5, "period": "DAY"}
    )
    rest.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    keys = rest.get_usage_plan_keys(usagePlanId=plan["id"])["items"]
    return (
        only(key, "name", "value", "enabled", "description"),
        only(plan, "name", "throttle"),
        [only(k, "name", "type", "value") for k in keys],
        "value" in rest.get_api_key(apiKey=key["id"]),
        rest.get_api_key(apiKey=key["id"], includeValue=True)["value"],
    )


@script
def refusals_of_apis(clients: Clients) -> Any:
    rest = clients("apigateway")
    api, root = an_api(rest)
    own = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    return [
        error(rest.get_rest_api, restApiId="nowhere123"),
        error(rest.get_method, **own),
        error(rest.get_stage, restApiId=api, stageName="none"),
        error(rest.get_model, restApiId=api, modelName="None"),
        error(rest.delete_rest_api, restApiId=api),
        error(rest.get_resources, restApiId=api),
    ]


# --- API Gateway v2 --------------------------------------------------------------------------------------------------


@script
def an_http_api(clients: Clients) -> Any:
    http = clients("apigatewayv2")
    cors = {"AllowOrigins": ["https://example.com"], "MaxAge": 60}
    made = http.create_api(Name="web", ProtocolType="HTTP", CorsConfiguration=cors, Tags={"k": "v"})
    integration = http.create_integration(
        ApiId=made["ApiId"],
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="GET",
        IntegrationUri="https://example.com/",
        PayloadFormatVersion="1.0",
    )
    target = f"integrations/{integration['IntegrationId']}"
    route = http.create_route(ApiId=made["ApiId"], RouteKey="GET /pets", Target=target)
    return (
        only(made, "Name", "ProtocolType", "CorsConfiguration", "Tags", "RouteSelectionExpression"),
        only(integration, "IntegrationType", "IntegrationMethod", "IntegrationUri", "PayloadFormatVersion"),
        only(route, "RouteKey", "AuthorizationType", "ApiKeyRequired"),
        route["Target"] == target,
        [only(r, "RouteKey") for r in http.get_routes(ApiId=made["ApiId"])["Items"]],
    )


@script
def a_websocket_api(clients: Clients) -> Any:
    http = clients("apigatewayv2")
    expression = "$request.body.action"
    made = http.create_api(Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression=expression)
    model = http.create_model(ApiId=made["ApiId"], Name="Message", ContentType="application/json", Schema="{}")
    return (
        only(made, "Name", "ProtocolType", "RouteSelectionExpression", "ApiKeySelectionExpression"),
        only(model, "Name", "ContentType", "Schema"),
    )


@script
def refusals_of_http_apis(clients: Clients) -> Any:
    http = clients("apigatewayv2")
    api = http.create_api(Name="web", ProtocolType="HTTP")["ApiId"]
    return [
        error(http.get_api, ApiId="nowhere123"),
        error(http.get_route, ApiId=api, RouteId="nowhere"),
        error(http.get_integration, ApiId=api, IntegrationId="nowhere"),
        error(http.delete_api, ApiId=api),
        error(http.get_api, ApiId=api),
    ]


@pytest.mark.parametrize("name", SCRIPTS)
def test_both_answer_the_same(name: str) -> None:
    strict = by_order(SCRIPTS[name](strict_clients()))
    assert strict == by_order(SCRIPTS[name](moto_clients()))
    assert strict
