"""Requests read by botocore's models, and answers written so that botocore reads what was meant."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import botocore.session
import pytest
from botocore.awsrequest import AWSRequest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from tests.strict_aws.models import operation_model, operations, service_model
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.wire import ec2_query, rest_json, write_refusal
from tests.strict_aws.wire.http import Request, Response


def _value(shape: Any, depth: int = 0) -> Any:
    """A value of a shape with everything in it, six levels deep."""
    match shape.type_name:
        case "structure":
            return {n: _value(m, depth + 1) for n, m in shape.members.items()} if depth < 6 else {}
        case "list":
            return [_value(shape.member, depth + 1)]
        case "map":
            return {"a.b/c": _value(shape.value, depth + 1)}
        case "integer" | "long":
            return shape.metadata.get("min", 7)
        case "double" | "float":
            return 2.5
        case "boolean":
            return True
        case "blob":
            return b"bytes"
        case "timestamp":
            return 1795000000
    return shape.enum[0] if shape.enum else 'text / with & "all" ~1 é'


def _sent(service: str, operation: str, params: dict[str, Any]) -> Request:
    """The request that botocore would send."""
    model = operation_model(service, operation)
    protocol = service_model(service).metadata["protocol"]
    made = create_serializer(protocol).serialize_to_request(params, model)
    body = made["body"]
    if isinstance(body, dict):
        body = urlencode(body)
    url = "https://aws.test" + made["url_path"]
    prepared = AWSRequest(made["method"], url, made["headers"], body, made["query_string"]).prepare()
    sent = prepared.body or b""
    headers = {name.lower(): str(value) for name, value in prepared.headers.items()}
    return Request(prepared.method, prepared.url, headers, sent.encode() if isinstance(sent, str) else sent)


def _pruned(value: Any) -> Any:
    """The same without empty structures, lists and maps: a form can't say that something is empty."""
    if isinstance(value, dict):
        found = {name: _pruned(each) for name, each in value.items()}
        return {name: each for name, each in found.items() if each not in ({}, [])}
    if isinstance(value, list):
        return [each for each in map(_pruned, value) if each not in ({}, [])]
    return value


@pytest.mark.parametrize("service", ["apigateway", "apigatewayv2"])
def test_every_request_of_api_gateway_is_read_as_it_was_meant(service: str) -> None:
    for operation in sorted(operations(service)):
        shape = operation_model(service, operation).input_shape
        params = _value(shape) if shape is not None else {}
        assert rest_json.read(service, _sent(service, operation, params)) == (operation, params), operation


EC2 = sorted(
    name
    for name in operations("ec2")
    if any(word in name for word in ("SecurityGroup", "PrefixList", "VpcEndpoint", "Vpcs", "Subnets", "Tags"))
)


@pytest.mark.parametrize("operation", EC2)
def test_requests_of_ec2_are_read_as_they_were_meant(operation: str) -> None:
    params = _pruned(_value(operation_model("ec2", operation).input_shape))
    assert ec2_query.read(_sent("ec2", operation, params)) == (operation, params)


def _received(service: str, operation: str, answer: Response) -> dict[str, Any]:
    parser = create_parser(service_model(service).metadata["protocol"])
    raw = {"status_code": answer.status, "headers": answer.headers, "body": answer.body}
    parsed = parser.parse(raw, operation_model(service, operation).output_shape)
    parsed.pop("ResponseMetadata")
    return dict(parsed)


def _dated(value: Any) -> Any:
    """The same with dates as seconds, and bodies read."""
    if isinstance(value, dict):
        return {name: _dated(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_dated(each) for each in value]
    return int(value.timestamp()) if hasattr(value, "timestamp") else value


@pytest.mark.parametrize("service", ["apigateway", "apigatewayv2"])
def test_every_answer_of_api_gateway_is_read_as_it_was_meant(service: str) -> None:
    for operation in sorted(operations(service)):
        shape = operation_model(service, operation).output_shape
        if shape is None or shape.serialization.get("payload"):
            continue
        meant = _value(shape)
        found = _dated(_received(service, operation, rest_json.write(service, operation, meant)))
        for name, member in shape.members.items():
            if member.serialization.get("location") != "statusCode":
                assert found[name] == meant[name], f"{operation}.{name}"


@pytest.mark.parametrize("operation", EC2)
def test_answers_of_ec2_are_read_as_they_were_meant(operation: str) -> None:
    shape = operation_model("ec2", operation).output_shape
    if shape is not None:
        meant = _value(shape)
        assert _pruned(_dated(_received("ec2", operation, ec2_query.write(operation, meant)))) == _pruned(meant)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_text_arrives(text: str) -> None:
    params = {
        "restApiId": text.replace("/", "%") or "x",
        "stageName": "x",
        "description": text,
        "variables": {text: text},
    }
    if params["restApiId"] not in (".", ".."):
        params["deploymentId"] = "d"
        assert rest_json.read("apigateway", _sent("apigateway", "CreateStage", params)) == ("CreateStage", params)
    group = {"GroupName": text, "Description": text, "VpcId": "vpc-1"}
    assert ec2_query.read(_sent("ec2", "CreateSecurityGroup", group)) == ("CreateSecurityGroup", group)
    answer = ec2_query.write("DescribeSecurityGroups", {"SecurityGroups": [{"GroupName": text}]})
    assert _received("ec2", "DescribeSecurityGroups", answer)["SecurityGroups"] == [{"GroupName": text}]


def test_what_is_no_request_is_refused_and_not_guessed() -> None:
    asked = Request("GET", "https://aws.test/nowhere", {}, b"")
    with pytest.raises(Refusal, match="MissingAuthenticationTokenException"):
        rest_json.read("apigateway", asked)
    with pytest.raises(Refusal, match="SerializationException"):
        rest_json.read("apigateway", Request("POST", "https://aws.test/restapis", {}, b"{"))
    with pytest.raises(Refusal, match="InvalidAction"):
        ec2_query.read(Request("POST", "https://aws.test/", {}, b"Action=Nonsense"))
    with pytest.raises(Refusal, match=r"UnknownParameter: The parameter Filter\.1\.Color is not recognized"):
        ec2_query.read(Request("POST", "https://aws.test/", {}, b"Action=DescribeVpcs&Filter.1.Color=red"))


@pytest.mark.parametrize("service", ["apigateway", "apigatewayv2", "ec2", "s3", "sts", "kms", "lambda"])
def test_a_refusal_is_read_by_botocore_as_that(service: str) -> None:
    model = botocore.session.get_session().get_service_model(service)
    answer = write_refusal(service, Refusal("SomeCode", 'a <text> & "more"', 409))
    raw = {"status_code": answer.status, "headers": answer.headers, "body": answer.body}
    parsed = create_parser(model.metadata["protocol"]).parse(raw, None)
    assert parsed["Error"]["Code"] == "SomeCode"
    assert parsed["Error"]["Message"] == 'a <text> & "more"'
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == 409
