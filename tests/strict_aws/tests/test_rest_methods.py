"""Methods and method responses: what they refer to, conflicts, what a deletion leaves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.rest.methods import EXISTS
from tests.strict_aws.tests.refused import refused
from tests.strict_aws.tests.replayed import patch

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:authorize"
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Pool"


@pytest.fixture
def root(rest: Any) -> dict[str, str]:
    """A new API and its root resource."""
    made = rest.create_rest_api(name="x")
    return {"restApiId": made["id"], "resourceId": made["rootResourceId"]}


@pytest.fixture
def own(root: dict[str, str]) -> dict[str, str]:
    """The API alone."""
    return {"restApiId": root["restApiId"]}


def _pool(rest: Any, own: dict[str, str]) -> str:
    made = rest.create_authorizer(**own, name="pool", type="COGNITO_USER_POOLS", providerARNs=[POOL])
    return str(made["id"])


def test_every_setting_is_kept(rest: Any, root: dict[str, str], own: dict[str, str]) -> None:
    given: dict[str, Any] = {
        "authorizationType": "COGNITO_USER_POOLS",
        "authorizerId": _pool(rest, own),
        "apiKeyRequired": True,
        "operationName": "listPets",
        "requestParameters": {
            "method.request.querystring.page": True,
            "method.request.path.id": True,
            "method.request.header.X-Trace": False,
            "method.request.multivaluequerystring.tag": False,
        },
        "requestModels": {"application/json": "Empty", "$default": "Error"},
        "requestValidatorId": rest.create_request_validator(**own, name="all")["id"],
        "authorizationScopes": ["pets/read", "pets/write"],
    }
    made = rest.put_method(**root, httpMethod="GET", **given)
    shown = rest.get_method(**root, httpMethod="GET")
    for answer in (made, shown):
        answer.pop("ResponseMetadata")
        assert answer == {"httpMethod": "GET", **given}


def test_every_setting_is_patched(rest: Any, root: dict[str, str], own: dict[str, str]) -> None:
    get = root | {"httpMethod": "GET"}
    rest.put_method(**get, authorizationType="NONE")
    validator = rest.create_request_validator(**own, name="all")["id"]
    pool = _pool(rest, own)
    operations = [
        patch("replace", "/authorizationType", "COGNITO_USER_POOLS"),
        patch("replace", "/authorizerId", pool),
        patch("add", "/authorizationScopes", "a/b"),
        patch("add", "/authorizationScopes", "c/d"),
        patch("replace", "/requestValidatorId", validator),
        patch("add", "/requestParameters/method.request.header.X-Trace", "true"),
    ]
    changed = rest.update_method(**get, patchOperations=operations)
    assert changed["authorizationScopes"] == ["a/b", "c/d"]
    assert (changed["authorizerId"], changed["requestValidatorId"]) == (pool, validator)
    assert changed["requestParameters"] == {"method.request.header.X-Trace": True}
    operations = [
        patch("replace", "/authorizationType", "NONE"),
        patch("remove", "/authorizationScopes", "a/b"),
        patch("remove", "/authorizationScopes", "c/d"),
        patch("replace", "/requestValidatorId", ""),
    ]
    changed = rest.update_method(**get, patchOperations=operations)
    assert not {"authorizerId", "authorizationScopes", "requestValidatorId"} & set(changed)


def test_an_authorizer_has_to_fit(rest: Any, root: dict[str, str], own: dict[str, str]) -> None:
    token = {"type": "TOKEN", "authorizerUri": URI, "identitySource": "method.request.header.Authorization"}
    made = rest.create_authorizer(**own, name="token", **token)["id"]
    pool = _pool(rest, own)
    for kind, authorizer in (("CUSTOM", pool), ("COGNITO_USER_POOLS", made), ("CUSTOM", "nothing")):
        params = root | {"httpMethod": "GET", "authorizationType": kind, "authorizerId": authorizer}
        code, text = refused(rest.put_method, **params)
        assert (code, text[:31]) == ("BadRequestException", "Invalid authorizer ID specified")
    aws = rest.put_method(**root, httpMethod="GET", authorizationType="AWS_IAM", authorizerId=made)
    assert "authorizerId" not in aws
    assert refused(rest.put_method, **root, httpMethod="PUT", authorizationType="OTHER")[0] == "BadRequestException"
    assert refused(rest.put_method, **root, httpMethod="PUT")[0] == "ValidationException"


def test_a_method_that_is_there_is_not_replaced(rest: Any, root: dict[str, str], strict: StrictAws) -> None:
    get = root | {"httpMethod": "GET"}
    rest.put_method(**get, authorizationType="NONE", operationName="first")
    again = get | {"authorizationType": "AWS_IAM"}
    assert refused(rest.put_method, **again) == ("ConflictException", "Method already exists for this resource")
    assert rest.get_method(**get)["operationName"] == "first"
    rest.put_method_response(**get, statusCode="200")
    assert refused(rest.put_method_response, **get, statusCode="200") == (
        "ConflictException",
        "Response already exists for this resource",
    )
    strict.switch_off(EXISTS)
    assert "operationName" not in rest.put_method(**again)


@pytest.mark.parametrize("name", ["page", "method.request.body.x", "method.request.header", "method.response.header.X"])
def test_what_is_no_request_parameter(rest: Any, root: dict[str, str], name: str) -> None:
    params = root | {"httpMethod": "GET", "authorizationType": "NONE", "requestParameters": {name: True}}
    code, text = refused(rest.put_method, **params)
    assert code == "BadRequestException"
    assert text.endswith(f"errors : [Invalid mapping expression specified: {name}]")


def test_responses_refer_to_models_of_the_api(rest: Any, root: dict[str, str]) -> None:
    get = root | {"httpMethod": "GET"}
    rest.put_method(**get, authorizationType="NONE")
    models = {"application/json": "Pet"}
    text = "Invalid model identifier specified: Pet"
    assert refused(rest.put_method_response, **get, statusCode="200", responseModels=models) == (
        "BadRequestException",
        text,
    )
    parameters = {"method.request.header.X": True}
    code, _ = refused(rest.put_method_response, **get, statusCode="200", responseParameters=parameters)
    assert code == "BadRequestException"
    assert refused(rest.put_method_response, **get, statusCode="20")[0] == "ValidationException"
    rest.put_method_response(**get, statusCode="200")
    operations = [patch("add", "/responseModels/application~1json", "Pet")]
    assert refused(rest.update_method_response, **get, statusCode="200", patchOperations=operations)[1] == text
    assert "responseModels" not in rest.get_method_response(**get, statusCode="200")


def test_a_method_goes_with_all_that_is_in_it(rest: Any, root: dict[str, str]) -> None:
    get = root | {"httpMethod": "GET"}
    rest.put_method(**get, authorizationType="NONE")
    rest.put_method_response(**get, statusCode="200")
    rest.delete_method_response(**get, statusCode="200")
    assert "methodResponses" not in rest.get_method(**get)
    code, text = refused(rest.get_method_response, **get, statusCode="200")
    assert (code, text) == ("NotFoundException", "Invalid Response status code specified")
    rest.delete_method(**get)
    assert "resourceMethods" not in rest.get_resource(**root)
    assert refused(rest.get_method_response, **get, statusCode="200")[1] == "Invalid Method identifier specified"
