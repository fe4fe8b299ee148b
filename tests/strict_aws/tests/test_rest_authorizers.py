"""Authorizers and request validators: settings, defaults, what holds them; and invocations, which nothing answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.rest.authorizers import DEFAULT_TTL
from tests.strict_aws.tests.refused import refused
from tests.strict_aws.tests.replayed import patch

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:authorize"
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Pool"
TOKEN = {"type": "TOKEN", "authorizerUri": URI, "identitySource": "method.request.header.Authorization"}


@pytest.fixture
def own(rest: Any) -> dict[str, str]:
    """A new API, as the parameter that names it."""
    return {"restApiId": rest.create_rest_api(name="x")["id"]}


@pytest.mark.parametrize(
    "given",
    [
        {
            **TOKEN,
            "authType": "oauth2",
            "authorizerCredentials": "arn:aws:iam::123456789012:role/calls",
            "identityValidationExpression": "^Bearer .+$",
            "authorizerResultTtlInSeconds": 60,
        },
        {
            "type": "REQUEST",
            "authorizerUri": URI,
            "identitySource": "method.request.header.X,context.identity.sourceIp,stageVariables.kind",
            "authorizerResultTtlInSeconds": 0,
            "authType": "custom",
        },
        {
            "type": "COGNITO_USER_POOLS",
            "providerARNs": [POOL],
            "authType": "cognito_user_pools",
            "identitySource": "method.request.header.Authorization",
        },
    ],
)
def test_every_setting_is_kept(rest: Any, own: dict[str, str], given: Any) -> None:
    made = rest.create_authorizer(**own, name="a", **given)["id"]
    shown = rest.get_authorizer(**own, authorizerId=made)
    shown.pop("ResponseMetadata")
    assert shown == {"id": made, "name": "a", **given}
    assert rest.get_authorizers(**own)["items"] == [shown]


def test_what_is_not_said_is_filled_in(rest: Any, own: dict[str, str], strict: StrictAws) -> None:
    made = rest.create_authorizer(**own, name="a", **TOKEN)
    assert (made["authType"], made["authorizerResultTtlInSeconds"]) == ("custom", 300)
    pool = rest.create_authorizer(**own, name="b", type="COGNITO_USER_POOLS", providerARNs=[POOL])
    assert pool["authType"] == "cognito_user_pools"
    assert "authorizerResultTtlInSeconds" not in pool
    strict.switch_off(DEFAULT_TTL)
    assert "authorizerResultTtlInSeconds" not in rest.create_authorizer(**own, name="c", **TOKEN)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({**TOKEN, "authorizerUri": None}, "BadRequestException"),
        ({**TOKEN, "authorizerUri": FUNCTION}, "BadRequestException"),
        ({**TOKEN, "identitySource": None}, "BadRequestException"),
        ({**TOKEN, "identitySource": "Authorization"}, "BadRequestException"),
        ({"type": "REQUEST", "authorizerUri": URI, "authorizerResultTtlInSeconds": 5}, "BadRequestException"),
        ({**TOKEN, "authorizerResultTtlInSeconds": 3601}, "BadRequestException"),
        ({"type": "COGNITO_USER_POOLS"}, "BadRequestException"),
        ({"type": "COGNITO_USER_POOLS", "providerARNs": ["us-east-1_Pool"]}, "BadRequestException"),
        ({**TOKEN, "type": "JWT"}, "ValidationException"),
    ],
)
def test_what_is_refused(rest: Any, own: dict[str, str], given: Any, code: str) -> None:
    assert refused(rest.create_authorizer, **own, name="a", **given)[0] == code
    assert rest.get_authorizers(**own)["items"] == []


def test_a_token_comes_in_one_header(rest: Any, own: dict[str, str]) -> None:
    given = {**TOKEN, "identitySource": "method.request.querystring.key"}
    assert refused(rest.create_authorizer, **own, name="a", **given) == (
        "BadRequestException",
        "Invalid token source expression: method.request.querystring.key. The source must be a method request header, "
        "matching 'method.request.header.[a-zA-Z0-9._-]+'.",
    )


def test_names_are_unique_and_ten_is_all(rest: Any, own: dict[str, str]) -> None:
    for number in range(10):
        rest.create_authorizer(**own, name=f"a{number}", **TOKEN)
    assert refused(rest.create_authorizer, **own, name="a10", **TOKEN)[0] == "LimitExceededException"
    first = rest.get_authorizers(**own)["items"][0]
    rest.delete_authorizer(**own, authorizerId=first["id"])
    other = rest.get_authorizers(**own)["items"][0]["name"]
    assert refused(rest.create_authorizer, **own, name=other, **TOKEN)[0] == "BadRequestException"


def test_an_authorizer_is_patched(rest: Any, own: dict[str, str]) -> None:
    made = own | {"authorizerId": rest.create_authorizer(**own, name="a", **TOKEN)["id"]}
    changed = rest.update_authorizer(
        **made,
        patchOperations=[
            patch("replace", "/name", "b"),
            patch("replace", "/authorizerResultTtlInSeconds", "0"),
            patch("replace", "/identityValidationExpression", "x"),
            patch("replace", "/identitySource", "method.request.header.X"),
        ],
    )
    assert (changed["name"], changed["authorizerResultTtlInSeconds"]) == ("b", 0)
    assert (changed["identityValidationExpression"], changed["identitySource"]) == ("x", "method.request.header.X")
    bad = [patch("replace", "/authorizerUri", "x")]
    assert refused(rest.update_authorizer, **made, patchOperations=bad)[0] == "BadRequestException"
    pool = rest.create_authorizer(**own, name="p", type="COGNITO_USER_POOLS", providerARNs=[POOL])["id"]
    other = POOL.replace("us-east-1_Pool", "us-east-1_Other")
    operations = [patch("add", "/providerARNs", other), patch("remove", "/providerARNs", POOL)]
    changed = rest.update_authorizer(**own, authorizerId=pool, patchOperations=operations)
    assert changed["providerARNs"] == [other]


def test_what_a_method_refers_to_stays(rest: Any, own: dict[str, str]) -> None:
    authorizer = own | {"authorizerId": rest.create_authorizer(**own, name="a", **TOKEN)["id"]}
    validator = own | {"requestValidatorId": rest.create_request_validator(**own, name="v")["id"]}
    root = rest.get_resources(**own)["items"][0]["id"]
    path = own | {"resourceId": rest.create_resource(**own, parentId=root, pathPart="test")["id"], "httpMethod": "GET"}
    used = {"authorizerId": authorizer["authorizerId"], "requestValidatorId": validator["requestValidatorId"]}
    rest.put_method(**path, authorizationType="CUSTOM", **used)
    text = "Cannot delete authorizer 'a', is referenced in method: GET//test"
    assert refused(rest.delete_authorizer, **authorizer) == ("ConflictException", text)
    assert refused(rest.delete_request_validator, **validator)[0] == "ConflictException"
    rest.delete_method(**path)
    rest.delete_authorizer(**authorizer)
    rest.delete_request_validator(**validator)
    assert refused(rest.get_authorizer, **authorizer)[0] == "NotFoundException"


def test_validators_keep_what_they_are_given(rest: Any, own: dict[str, str]) -> None:
    both = {"validateRequestBody": True, "validateRequestParameters": True}
    one = rest.create_request_validator(**own, name="same", **both)
    other = rest.create_request_validator(**own, name="same")
    rows = {row["id"]: row for row in rest.get_request_validators(**own)["items"]}
    assert rows[one["id"]] == {"id": one["id"], "name": "same", **both}
    assert rows[other["id"]]["validateRequestBody"] is False
    operations = [patch("replace", "/name", "new"), patch("replace", "/validateRequestParameters", "false")]
    changed = rest.update_request_validator(**own, requestValidatorId=one["id"], patchOperations=operations)
    assert (changed["name"], changed["validateRequestParameters"]) == ("new", False)


def test_nothing_is_invoked(rest: Any, own: dict[str, str]) -> None:
    root = rest.get_resources(**own)["items"][0]["id"]
    get = own | {"resourceId": root, "httpMethod": "GET"}
    rest.put_method(**get, authorizationType="NONE")
    made = rest.create_authorizer(**own, name="a", **TOKEN)["id"]
    text = "TestInvokeMethod is not available: no API is served here"
    assert refused(rest.test_invoke_method, **get) == ("NotImplementedException", text)
    assert refused(rest.test_invoke_authorizer, **own, authorizerId=made)[0] == "NotImplementedException"
    assert refused(rest.test_invoke_authorizer, **own, authorizerId="x")[0] == "NotFoundException"
