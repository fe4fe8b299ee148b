"""Integrations and their responses: every member, AWS's defaults, and what AWS refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.rest.integrations import DEFAULTS
from tests.strict_aws.tests.refused import refused
from tests.strict_aws.tests.replayed import patch

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:pets"
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
ROLE = "arn:aws:iam::123456789012:role/calls"
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/x/1/2"
PARAMETERS = {"method.request.path.id": True, "method.request.querystring.page": False}


@pytest.fixture
def get(rest: Any) -> dict[str, str]:
    """A new API with a method GET that has two parameters."""
    made = rest.create_rest_api(name="x")
    own = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="NONE", requestParameters=PARAMETERS)
    return own


def _put(rest: Any, get: dict[str, str], **given: Any) -> dict[str, Any]:
    made = dict(rest.put_integration(**get, **given))
    made.pop("ResponseMetadata")
    return made


def test_every_setting_is_kept(rest: Any, get: dict[str, str]) -> None:
    given: dict[str, Any] = {
        "type": "HTTP",
        "uri": "https://pets.example.com/{id}",
        "connectionType": "VPC_LINK",
        "connectionId": "abc123",
        "credentials": ROLE,
        "requestParameters": {
            "integration.request.path.id": "method.request.path.id",
            "integration.request.header.X": "'fixed'",
            "integration.request.querystring.trace": "context.requestId",
        },
        "requestTemplates": {"application/json": "$input.json('$')", "$default": "x"},
        "passthroughBehavior": "NEVER",
        "contentHandling": "CONVERT_TO_TEXT",
        "timeoutInMillis": 50,
        "cacheNamespace": "shared",
        "cacheKeyParameters": ["method.request.path.id"],
        "tlsConfig": {"insecureSkipVerification": True},
        "responseTransferMode": "BUFFERED",
        "integrationTarget": LISTENER,
    }
    made = _put(rest, get, **given, integrationHttpMethod="POST")
    assert made == {**given, "httpMethod": "POST"}
    shown = rest.get_integration(**get)
    shown.pop("ResponseMetadata")
    assert shown == made == rest.get_method(**get)["methodIntegration"]


@pytest.mark.parametrize(
    ("given", "more"),
    [
        ({"type": "MOCK"}, {}),
        (
            {"type": "HTTP", "uri": "http://x.example.com", "integrationHttpMethod": "GET"},
            {"connectionType": "INTERNET"},
        ),
        (
            {"type": "HTTP_PROXY", "uri": "https://x.example.com", "integrationHttpMethod": "ANY"},
            {"connectionType": "INTERNET"},
        ),
        ({"type": "AWS", "uri": URI, "integrationHttpMethod": "POST"}, {}),
        ({"type": "AWS_PROXY", "uri": URI, "integrationHttpMethod": "POST"}, {}),
    ],
)
def test_what_is_not_said_is_filled_in(rest: Any, get: dict[str, str], given: Any, more: Any) -> None:
    made = _put(rest, get, **given)
    filled = {name: made[name] for name in made if name not in (*given, "httpMethod")}
    assert filled == {
        "timeoutInMillis": 29000,
        "passthroughBehavior": "WHEN_NO_MATCH",
        "cacheNamespace": get["resourceId"],
        "cacheKeyParameters": [],
        **more,
    }


def test_filling_in_can_be_switched_off(rest: Any, get: dict[str, str], strict: StrictAws) -> None:
    strict.switch_off(DEFAULTS)
    assert _put(rest, get, type="MOCK") == {"type": "MOCK", "cacheKeyParameters": []}


HTTP = {"type": "HTTP", "integrationHttpMethod": "GET", "uri": "https://x.example.com"}
AWS = {"type": "AWS", "integrationHttpMethod": "POST", "uri": URI}


@pytest.mark.parametrize(
    ("given", "code", "text"),
    [
        ({**HTTP, "integrationHttpMethod": None}, "BadRequestException", "Enumeration value for HttpMethod"),
        ({**HTTP, "uri": "x.example.com"}, "BadRequestException", "Invalid HTTP endpoint specified for URI"),
        ({**HTTP, "uri": None}, "BadRequestException", "Invalid HTTP endpoint specified for URI"),
        ({**AWS, "uri": "https://x.example.com"}, "BadRequestException", "Invalid ARN specified in the request"),
        ({**AWS, "uri": FUNCTION}, "BadRequestException", "AWS ARN for integration must contain path or action"),
        (
            {**AWS, "type": "AWS_PROXY", "uri": "arn:aws:apigateway:us-east-1:sqs:path/1/queue"},
            "BadRequestException",
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream",
        ),
        (
            {**AWS, "credentials": "arn:aws:iam::222222222222:role/x"},
            "AccessDeniedException",
            "Cross-account pass role is not allowed.",
        ),
        ({**HTTP, "connectionType": "VPC_LINK"}, "BadRequestException", "A VPC link ID must be specified"),
        ({**HTTP, "timeoutInMillis": 29001}, "BadRequestException", "Timeout should be between 50 ms and 29000 ms"),
        ({**HTTP, "timeoutInMillis": 49}, "BadRequestException", "Timeout should be between 50 ms and 29000 ms"),
        ({**HTTP, "passthroughBehavior": "when_no_match"}, "BadRequestException", "Invalid passthrough behavior"),
        (
            {**HTTP, "requestParameters": {"integration.request.path.id": "method.request.path.other"}},
            "BadRequestException",
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping "
            "expression parameter specified: method.request.path.other]",
        ),
        ({**HTTP, "cacheKeyParameters": ["method.request.path.other"]}, "BadRequestException", "Invalid mapping"),
        ({**HTTP, "contentHandling": "BOTH"}, "ValidationException", "1 validation error detected"),
        ({**HTTP, "requestTemplates": {"application/json": "x" * 307201}}, "BadRequestException", "Mapping template"),
    ],
)
def test_what_is_refused(rest: Any, get: dict[str, str], given: Any, code: str, text: str) -> None:
    found = refused(rest.put_integration, **get, **given)
    assert found[0] == code
    assert found[1].startswith(text)
    assert refused(rest.get_integration, **get)[0] == "NotFoundException"


def test_stage_variables_may_stand_in_a_url_and_streams_take_longer(rest: Any, get: dict[str, str]) -> None:
    assert _put(rest, get, **{**HTTP, "uri": "https://${stageVariables.host}/x"})["uri"].startswith("https://${")
    streamed = _put(rest, get, **AWS, responseTransferMode="STREAM", timeoutInMillis=900000)
    assert streamed["timeoutInMillis"] == 900000


def test_every_setting_is_patched(rest: Any, get: dict[str, str]) -> None:
    _put(rest, get, **HTTP)
    operations = [
        patch("replace", "/uri", "https://y.example.com"),
        patch("replace", "/httpMethod", "PUT"),
        patch("replace", "/credentials", ROLE),
        patch("replace", "/connectionType", "VPC_LINK"),
        patch("replace", "/connectionId", "abc123"),
        patch("add", "/requestParameters/integration.request.path.id", "method.request.path.id"),
        patch("add", "/requestTemplates/application~1json", ""),
        patch("replace", "/passthroughBehavior", "WHEN_NO_TEMPLATES"),
        patch("replace", "/contentHandling", "CONVERT_TO_BINARY"),
        patch("replace", "/timeoutInMillis", "1000"),
        patch("replace", "/cacheNamespace", "shared"),
        patch("add", "/cacheKeyParameters/method.request.path.id"),
        patch("replace", "/tlsConfig/insecureSkipVerification", "true"),
        patch("replace", "/integrationTarget", LISTENER),
    ]
    changed = rest.update_integration(**get, patchOperations=operations)
    changed.pop("ResponseMetadata")
    assert changed == {
        "type": "HTTP",
        "uri": "https://y.example.com",
        "httpMethod": "PUT",
        "credentials": ROLE,
        "connectionType": "VPC_LINK",
        "connectionId": "abc123",
        "requestParameters": {"integration.request.path.id": "method.request.path.id"},
        "requestTemplates": {"application/json": None},
        "passthroughBehavior": "WHEN_NO_TEMPLATES",
        "contentHandling": "CONVERT_TO_BINARY",
        "timeoutInMillis": 1000,
        "cacheNamespace": "shared",
        "cacheKeyParameters": ["method.request.path.id"],
        "tlsConfig": {"insecureSkipVerification": True},
        "integrationTarget": LISTENER,
    }
    operations = [
        patch("replace", "/cacheNamespace", ""),
        patch("remove", "/cacheKeyParameters/method.request.path.id"),
        patch("replace", "/contentHandling", ""),
        patch("replace", "/connectionType", "INTERNET"),
        patch("replace", "/connectionId", ""),
    ]
    changed = rest.update_integration(**get, patchOperations=operations)
    assert changed["cacheNamespace"] == get["resourceId"]
    assert changed["cacheKeyParameters"] == []
    assert not {"contentHandling", "connectionId"} & set(changed)
    bad = [patch("replace", "/timeoutInMillis", "1"), patch("replace", "/uri", "https://z.example.com")]
    assert refused(rest.update_integration, **get, patchOperations=bad)[0] == "BadRequestException"
    assert rest.get_integration(**get)["uri"] == "https://y.example.com"


def test_another_integration_takes_the_place_of_the_first(rest: Any, get: dict[str, str]) -> None:
    _put(rest, get, **HTTP)
    rest.put_integration_response(**get, statusCode="200", selectionPattern="2..")
    assert set(rest.get_integration(**get)["integrationResponses"]) == {"200"}
    assert _put(rest, get, type="MOCK")["type"] == "MOCK"
    assert "integrationResponses" not in rest.get_integration(**get)
    rest.delete_integration(**get)
    assert "methodIntegration" not in rest.get_method(**get)
    assert refused(rest.delete_integration, **get)[1] == "Invalid Integration identifier specified"


def test_a_response_sets_headers_that_the_method_declares(rest: Any, get: dict[str, str]) -> None:
    _put(rest, get, type="MOCK")
    header = "method.response.header.X"
    response = get | {"statusCode": "200", "responseParameters": {header: "'*'"}}
    start = "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
    assert refused(rest.put_integration_response, **response)[1] == f"{start}[No method response exists for method.]"
    rest.put_method_response(**get, statusCode="200")
    text = f"{start}[Invalid mapping expression parameter specified: {header}]"
    assert refused(rest.put_integration_response, **response) == ("BadRequestException", text)
    declared = [patch("add", f"/responseParameters/{header}", "false")]
    rest.update_method_response(**get, statusCode="200", patchOperations=declared)
    rest.put_integration_response(**response)


def test_every_setting_of_a_response_is_kept_and_patched(rest: Any, get: dict[str, str]) -> None:
    _put(rest, get, type="MOCK")
    header = "method.response.header.X"
    rest.put_method_response(**get, statusCode="500", responseParameters={header: False})
    own = get | {"statusCode": "500"}
    given: dict[str, Any] = {
        "selectionPattern": ".*[Ee]rror.*",
        "responseParameters": {header: "integration.response.header.Y"},
        "responseTemplates": {"application/json": "$input.path('$')"},
        "contentHandling": "CONVERT_TO_TEXT",
    }
    rest.put_integration_response(**own, **given)
    shown = rest.get_integration_response(**own)
    shown.pop("ResponseMetadata")
    assert shown == {"statusCode": "500", **given}
    operations = [
        patch("replace", "/selectionPattern", "5.."),
        patch("replace", f"/responseParameters/{header}", "'z'"),
        patch("remove", "/responseTemplates/application~1json"),
        patch("replace", "/contentHandling", ""),
    ]
    changed = rest.update_integration_response(**own, patchOperations=operations)
    changed.pop("ResponseMetadata")
    assert changed == {"statusCode": "500", "selectionPattern": "5..", "responseParameters": {header: "'z'"}}
