"""Odd requests get an answer or a refusal of AWS's, never an error of Python's; and what is refused changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.door import Door
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.tests.refused import refused
from tests.strict_aws.wire.http import Request

HOME = "us-east-1"
ODD: list[tuple[str, str, dict[str, Any], str]] = [
    ("apigateway", "CreateRestApi", {"name": "a", "policy": '{"Statement":5}'}, "BadRequestException"),
    ("apigateway", "CreateRestApi", {"name": "a", "policy": '{"Statement":[{"Sid":"x"},5]}'}, "BadRequestException"),
    ("apigateway", "CreateRestApi", {"name": "a", "endpointConfiguration": {"types": [5]}}, "SerializationException"),
    ("apigateway", "GenerateClientCertificate", {"tags": {"team": None}}, "ValidationException"),
    ("apigatewayv2", "CreateApi", {"Name": "a", "ProtocolType": "HTTP", "Tags": {"a": None}}, "BadRequestException"),
    ("apigateway", "ImportApiKeys", {"format": "csv", "body": b"Key,\xff"}, "BadRequestException"),
    ("apigatewayv2", "GetVpcLinks", {"MaxResults": "²"}, "BadRequestException"),
    ("apigatewayv2", "ImportApi", {"Body": "[" * 100_000}, "BadRequestException"),
    ("apigateway", "ImportRestApi", {"body": b"[" * 100_000}, "BadRequestException"),
    ("ec2", "DescribeTags", {"Filters": [{}]}, "InvalidParameterValue"),
    ("ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/8"}, "InvalidVpc.Range"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "params", "code"), ODD)
def test_an_odd_request_is_refused(
    strict: StrictAws, service: str, operation: str, params: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as caught:
        strict.call(service, operation, HOME, **params)
    assert caught.value.code == code


def test_a_method_without_an_authorization_type_is_refused(strict: StrictAws, rest: Any) -> None:
    api = rest.create_rest_api(name="orders")
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    code, _ = refused(rest.put_method, **place, authorizationType="")
    assert code == "BadRequestException"
    assert "resourceMethods" not in rest.get_resources(restApiId=api["id"])["items"][0]


def test_a_route_without_a_key_is_refused(http: Any) -> None:
    api = http.create_api(Name="orders", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.a")
    assert refused(http.create_route, ApiId=api["ApiId"], RouteKey="")[0] == "BadRequestException"
    assert http.get_routes(ApiId=api["ApiId"])["Items"] == []


def test_a_tag_without_a_key_takes_no_tag_away(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "team", "Value": "a"}])
    assert refused(ec2.delete_tags, Resources=[vpc], Tags=[{"Key": "team"}, {"Value": "a"}])[0] == "MissingParameter"
    assert [tag["Key"] for tag in ec2.describe_tags()["Tags"]] == ["team"]


def test_a_filter_without_values_finds_nothing(ec2: Any) -> None:
    ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert ec2.describe_security_group_rules(Filters=[{"Name": "group-id"}])["SecurityGroupRules"] == []


@pytest.mark.parametrize("protocol", ["²", "٣", "1_0", "256", "9" * 5000])
def test_a_protocol_is_a_plain_number(ec2: Any, protocol: str) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": protocol, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    code, _ = refused(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[permission])
    assert code == "InvalidParameterValue"


def test_a_peering_goes_to_a_region_that_there_is(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    asked = {"VpcId": vpc, "PeerVpcId": "vpc-0123456789abcdef0", "PeerRegion": "nowhere"}
    assert refused(ec2.create_vpc_peering_connection, **asked)[0] == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (b"Filter=x", "MalformedQueryString"),
        (b"Filter=x&Filter.1.Name=y", "MalformedQueryString"),
        (b"Filter.1.Name=x&Filter.1=y", "MalformedQueryString"),
        (b"Filter.x.Name=vpc-id", "MalformedQueryString"),
        (b"Filter.1=x", "MalformedQueryString"),
        (b"\xff=1", "UnknownParameter"),
    ],
)
def test_a_malformed_form_is_refused(strict: StrictAws, form: bytes, code: str) -> None:
    answer = Door(strict).answer(_request("POST", "/", "ec2", b"Action=DescribeVpcs&Version=2016-11-15&" + form))
    assert f"<Code>{code}</Code>".encode() in answer.body


@pytest.mark.parametrize("body", [b"\xff", b"[" * 100_000, b'{"name": 1' + b"0" * 5000 + b"}", b"5"])
def test_a_body_that_is_no_object_is_refused(strict: StrictAws, body: bytes) -> None:
    answer = Door(strict).answer(_request("POST", "/restapis", "apigateway", body))
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "SerializationException")


def _request(method: str, path: str, service: str, body: bytes) -> Request:
    scope = f"Credential=123456789012/20260101/{HOME}/{service}/aws4_request"
    return Request(method, f"http://127.0.0.1{path}", {"authorization": f"AWS4-HMAC-SHA256 {scope}"}, body)
