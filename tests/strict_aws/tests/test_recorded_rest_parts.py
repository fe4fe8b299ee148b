"""What AWS answered about models, validators, authorizers and invocations, and what it showed of methods, asked again.

A test is called as the recorded one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cases import cases
from tests.strict_aws.tests.replayed import Replay, patch, recorded_tests

FILE = "tests__aws__services__apigateway__test_apigateway_api.snapshot.json"
CLASSES = ("ApiModels", "ApiRequestValidator", "ApiAuthorizer", "TestInvoke")
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:myApiAuthorizer"
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
CALCULATION = {
    "title": "Calc output",
    "type": "object",
    "properties": {
        "a": {"type": "number"},
        "b": {"type": "number"},
        "op": {"description": "operation of +, -, * or /", "type": "string"},
        "c": {"type": "number"},
    },
    "required": ["a", "b", "op"],
}


@pytest.fixture
def replay(rest: Any, request: pytest.FixtureRequest) -> Iterator[Replay]:
    """The recorded test of the same name; at the end nothing of it may be left."""
    name = request.node.originalname
    made = Replay(rest, next(v for k, v in recorded_tests(FILE).items() if k.endswith(f"::{name}")))
    yield made
    made.finish()


@pytest.fixture
def own(rest: Any) -> dict[str, str]:
    """A new API, as the parameter that names it."""
    return {"restApiId": rest.create_rest_api(name="test-api")["id"]}


def test_nothing_recorded_is_left_out() -> None:
    own = {name for name in globals() if name.startswith("test_")}
    recorded = [name.split("::") for name in recorded_tests(FILE)]
    wanted = {test for kind, test in recorded if kind.endswith(CLASSES)}
    assert wanted <= own, sorted(wanted - own)


# --- models ---------------------------------------------------------------------------------------------------------


def test_model_lifecycle(replay: Replay, own: dict[str, str]) -> None:
    model = {"name": "CalcOutput", "contentType": "application/json", "description": "Calc output model"}
    replay.step("create-model", "create_model", **own, **model, schema=json.dumps(CALCULATION))
    replay.step("get-models", "get_models", **own, by="name")
    replay.step("get-model", "get_model", **own, modelName="CalcOutput")
    replay.step("del-model", "delete_model", **own, modelName="CalcOutput")


def test_model_validation(replay: Replay, own: dict[str, str]) -> None:
    fake = {"restApiId": "abcde0"}
    model = {"name": "MySchema", "contentType": "application/json", "description": ""}
    model["schema"] = json.dumps({"title": "MySchema", "type": "object"})
    replay.step("create-model-wrong-id", "create_model", **fake, **model)
    replay.step("get-models-wrong-id", "get_models", **fake)
    replay.step("get-model-wrong-id", "get_model", **fake, modelName="MySchema")
    replay.step("del-model-wrong-id", "delete_model", **fake, modelName="MySchema")
    replay.client.create_model(**own, **model)
    replay.step("create-model-already-exists", "create_model", **own, **model)
    replay.step("create-model-empty-name", "create_model", **own, **(model | {"name": ""}))
    other = {"name": "MyEmptySchema", "contentType": "application/json", "description": ""}
    replay.step("create-model-empty-schema", "create_model", **own, **other, schema="")
    replay.step("create-model-no-schema-json", "create_model", **own, **other)
    xml = other | {"name": "MyEmptySchemaXml", "contentType": "application/xml"}
    replay.step("create-model-no-schema-xml", "create_model", **own, **xml)


def test_update_model(replay: Replay, own: dict[str, str]) -> None:
    updated = json.dumps({"title": "Updated schema", "type": "object"})
    both = [patch("replace", "/schema", updated), patch("replace", "/description", "")]
    fake = {"restApiId": "abcde0", "modelName": "mySchema"}
    replay.step("update-model-wrong-id", "update_model", **fake, patchOperations=both)
    model = {"name": "MySchema", "contentType": "application/json", "description": ""}
    schema = json.dumps({"title": "MySchema", "type": "object"})
    replay.step("create-model", "create_model", **own, **model, schema=schema)
    for step, operations in (
        ("update-model", both),
        ("update-model-invalid-op", [patch("add", "/wrong-path", "not supported op")]),
        ("update-model-invalid-path", [patch("replace", "/name", "invalid")]),
        ("update-model-empty-schema", [patch("replace", "/schema", "")]),
    ):
        replay.step(step, "update_model", **own, modelName="MySchema", patchOperations=operations)


# --- request validators ---------------------------------------------------------------------------------------------


def test_validators_crud_no_api(replay: Replay) -> None:
    fake = {"restApiId": "test-fake-rest-id"}
    replay.step("wrong-rest-api-id-create-validator", "create_request_validator", **fake, name="test-validator")
    replay.step("wrong-rest-api-id-get-validators", "get_request_validators", **fake)


def test_request_validator_lifecycle(replay: Replay) -> None:
    api = replay.step("create-rest-api", "create_rest_api", name="test-api", description="my api")["id"]
    own = {"restApiId": api}
    made = replay.step("create-request-validator", "create_request_validator", **own, name="test-validator")["id"]
    one = own | {"requestValidatorId": made}
    replay.step("get-request-validator", "get_request_validator", **one)
    replay.step("get-request-validators", "get_request_validators", **own)
    for step, value in (("with", "true"), ("without", None)):
        operations = [patch("replace", "/validateRequestBody", value)]
        name = f"update-request-validator-{step}-value"
        replay.step(name, "update_request_validator", **one, patchOperations=operations)
    replay.step("get-request-validators-after-update-operation", "get_request_validator", **one)
    replay.step("delete-request-validator", "delete_request_validator", **one)
    replay.step("get-deleted-request-validator", "get_request_validator", **one)
    replay.step("get-request-validators-after-delete", "get_request_validators", **own)


def test_invalid_get_request_validator(replay: Replay, own: dict[str, str]) -> None:
    made = replay.client.create_request_validator(**own, name="test-validator")["id"]
    name = "get-request-validators-invalid"
    replay.step(f"{name}-api-id", "get_request_validator", restApiId="api_id", requestValidatorId=made)
    replay.step(f"{name}-validator-id", "get_request_validator", **own, requestValidatorId="validator_id")


def test_invalid_get_request_validators(replay: Replay) -> None:
    replay.step("get-invalid-request-validators", "get_request_validators", restApiId="api_id")


def test_invalid_delete_request_validator(replay: Replay, own: dict[str, str]) -> None:
    made = replay.client.create_request_validator(**own, name="test-validator")["id"]
    name = "delete-request-validator-invalid"
    replay.step(f"{name}-api-id", "delete_request_validator", restApiId="api_id", requestValidatorId=made)
    replay.step(f"{name}-validator-id", "delete_request_validator", **own, requestValidatorId="validator_id")


def test_create_request_validator_invalid_api_id(replay: Replay) -> None:
    replay.step("invalid-create-request-validator", "create_request_validator", restApiId="api_id", name="test")


def test_invalid_update_request_validator_operations(replay: Replay) -> None:
    api = replay.step("create-rest-api", "create_rest_api", name="test-api", description="my api")["id"]
    own = {"restApiId": api}
    made = replay.step("create-request-validator", "create_request_validator", **own, name="test-validator")["id"]
    for step, operation in (
        ("invalid-add-operation", patch("add", "/validateRequestBody", "true")),
        ("invalid-remove-operation", patch("remove", "/validateRequestBody", "true")),
        ("invalid-path", patch("replace", "/invalidPath", "true")),
        ("empty-name-value", patch("replace", "/name")),
    ):
        params = own | {"requestValidatorId": made, "patchOperations": [operation]}
        replay.step(f"update-request-validator-{step}", "update_request_validator", **params)


# --- authorizers ----------------------------------------------------------------------------------------------------


def test_authorizer_crud_no_api(replay: Replay) -> None:
    fake = {"restApiId": "test-fake-rest-id"}
    token = {"type": "TOKEN", "authorizerUri": URI, "identitySource": "method.request.header.Authorization"}
    step = "wrong-rest-api-id-create-authorizer"
    replay.step(step, "create_authorizer", **fake, name="fake-auth-name", **token)
    replay.step("wrong-rest-api-id-get-authorizers", "get_authorizers", **fake)


# --- invocations ----------------------------------------------------------------------------------------------------


def test_invoke_test_method(replay: Replay, own: dict[str, str]) -> None:
    """The recording names of a method what is not there first; only that can be asked for."""
    pets = [name for name in replay.recorded if name.startswith("test-invoke-method-")]
    replay.leave_out("no API is served here: TestInvokeMethod is refused as not available", *pets)
    root = replay.client.get_resources(**own)["items"][0]["id"]
    get = own | {"resourceId": root, "httpMethod": "GET"}
    replay.step("resource-method-not-found", "test_invoke_method", **get)
    replay.step("resource-id-not-found", "test_invoke_method", **(get | {"resourceId": "resource-id"}))
    replay.step("rest-api-not-found", "test_invoke_method", **(get | {"restApiId": "rest-api-id"}))


def test_failed_invoke_test_method(replay: Replay) -> None:
    replay.leave_out("no API is served here: TestInvokeMethod is refused as not available", "test-invoke-failure")


# --- what AWS showed of methods, by other means ---------------------------------------------------------------------


def _shown(name: str) -> dict[str, Any]:
    """One answer of a recorded call."""
    text = (cases("recorded") / f"tests__data__placebo__{name}.json").read_text(encoding="utf-8")
    answer: dict[str, Any] = json.loads(text.replace("644160558196", "123456789012"))["data"]
    return answer


def test_rest_integration_update(rest: Any) -> None:
    """Of test_rest_integration_delete, GetIntegration_2 has a text of 2018 that AWS has since given up: see
    test_get_integration_non_existent."""
    wanted = _shown("test_rest_integration_update__apigateway.GetMethod_1")
    made = rest.create_rest_api(name="x")
    own = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="AWS_IAM")
    rest.put_method_response(**own, statusCode="200", responseModels={"application/json": "Empty"})
    held = wanted["methodIntegration"]
    given = {name: held[name] for name in ("type", "uri", "credentials")}
    rest.put_integration(**own, **given, integrationHttpMethod="GET", timeoutInMillis=3000)
    rest.put_integration_response(**own, statusCode="200", responseTemplates={"application/json": ""})
    replay = Replay(rest, {})
    replay.fixed[held["cacheNamespace"]] = made["rootResourceId"]
    replay.recorded["before"] = _shown("test_rest_integration_update__apigateway.GetIntegration_1")
    replay.step("before", "get_integration", **own)
    replay.recorded["after"] = _shown("test_rest_integration_update__apigateway.UpdateIntegration_1")
    operations = [patch("replace", "/timeoutInMillis", "29000")]
    replay.step("after", "update_integration", **own, patchOperations=operations)
    replay.recorded["method"] = wanted
    replay.step("method", "get_method", **own)
    replay.recorded["resources"] = _shown("test_rest_integration_update__apigateway.GetResources_1")
    replay.step("resources", "get_resources", restApiId=made["id"])
    replay.recorded["deleted"] = _shown("test_rest_integration_delete__apigateway.DeleteIntegration_1")
    replay.step("deleted", "delete_integration", **own)


@pytest.mark.parametrize("number", [1, 3, 4])
def test_rest_resource_method_update(rest: Any, number: int) -> None:
    """Empty maps are shown as they were sent, and left out where they were not."""
    wanted = _shown(f"test_rest_resource_method_update__apigateway.GetMethod_{number}")
    made = rest.create_rest_api(name="x")
    own = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "ANY"}
    given = {k: v for k, v in wanted.items() if k in ("requestParameters", "requestModels")}
    rest.put_method(**own, authorizationType=wanted["authorizationType"], **given)
    held = wanted["methodIntegration"]
    known = ("type", "uri", "requestParameters", "requestTemplates", "passthroughBehavior", "cacheNamespace")
    rest.put_integration(**own, integrationHttpMethod="POST", **{k: v for k, v in held.items() if k in known})
    for response in wanted.get("methodResponses", {}).values():
        rest.put_method_response(**own, **response)
    for response in held.get("integrationResponses", {}).values():
        rest.put_integration_response(**own, **response)
    Replay(rest, {"get": wanted}).step("get", "get_method", **own)
