"""What AWS answered about methods, integrations and their responses, asked for again.

A test is called as the recorded one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.strict_aws.tests.replayed import Replay, patch, recorded_tests

FILE = "tests__aws__services__apigateway__test_apigateway_api.snapshot.json"
CLASSES = ("ApiMethod", "gatewayIntegration", "IntegrationResponse", "MethodResponse")
MOCK = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
HEADER = "method.response.header.my-header"
HEADER_PATH, MODEL_PATH = f"/responseParameters/{HEADER}", "/responseModels/application~1json"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:myApiAuthorizer"
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"


@pytest.fixture
def replay(rest: Any, request: pytest.FixtureRequest) -> Iterator[Replay]:
    """The recorded test of the same name; at the end nothing of it may be left."""
    name = request.node.originalname
    made = Replay(rest, next(v for k, v in recorded_tests(FILE).items() if k.endswith(f"::{name}")))
    yield made
    made.finish()


@pytest.fixture
def root(rest: Any) -> dict[str, str]:
    """A new API and its root resource."""
    made = rest.create_rest_api(name="test-api")
    return {"restApiId": made["id"], "resourceId": made["rootResourceId"]}


@pytest.fixture
def get(rest: Any, root: dict[str, str]) -> dict[str, str]:
    """A new API with a method GET."""
    method = root | {"httpMethod": "GET"}
    rest.put_method(**method, authorizationType="NONE")
    return method


@pytest.fixture
def mock(rest: Any, get: dict[str, str]) -> dict[str, str]:
    """A new API with a method GET that answers by itself."""
    rest.put_integration(**get, **MOCK)
    return get


def _answering(rest: Any, mock: dict[str, str]) -> dict[str, str]:
    """The method's response 200 with a header and a model."""
    own = mock | {"statusCode": "200"}
    models = {"application/json": "Empty"}
    rest.put_method_response(**own, responseParameters={HEADER: False}, responseModels=models)
    return own


def test_nothing_recorded_is_left_out() -> None:
    own = {name for name in globals() if name.startswith("test_")}
    recorded = [name.split("::") for name in recorded_tests(FILE)]
    wanted = {test for kind, test in recorded if kind.endswith(CLASSES)}
    assert wanted <= own, sorted(wanted - own)


# --- methods --------------------------------------------------------------------------------------------------------


def test_method_lifecycle(replay: Replay, root: dict[str, str]) -> None:
    method = root | {"httpMethod": "ANY"}
    replay.step("put-base-method-response", "put_method", **method, authorizationType="NONE")
    replay.step("get-base-method-response", "get_method", **method)
    replay.step("del-base-method-response", "delete_method", **method)
    replay.step("get-deleted-method-response", "get_method", **method)
    replay.step("delete-deleted-method-response", "delete_method", **method)


def test_method_request_parameters(replay: Replay, root: dict[str, str]) -> None:
    places = ("querystring.q", "header.h")
    parameters = {
        f"method.request.{place}_{kind}": kind == "required" for place in places for kind in ("optional", "required")
    }
    method = root | {"httpMethod": "ANY", "authorizationType": "NONE"}
    replay.step("put-method-request-params-response", "put_method", **method, requestParameters=parameters)
    replay.step("get-method-request-params-response", "get_method", **root, httpMethod="ANY")
    same = {"method.request.querystring.name": True, "method.request.header.name": False}
    method["httpMethod"] = "POST"
    replay.step("req-params-same-name", "put_method", **method, requestParameters=same)


def test_put_method_model(replay: Replay, root: dict[str, str]) -> None:
    own = {"restApiId": root["restApiId"]}
    json_model = own | {"contentType": "application/json", "description": ""}
    for step, name in (("create-model", "MySchema"), ("create-model-2", "MySchemaTwo")):
        schema = f'{{"title": "{name}", "type": "object"}}'
        replay.step(step, "create_model", **json_model, name=name, schema=schema)
    method = {"httpMethod": "ANY", "authorizationType": "NONE"}

    def uses(resource: dict[str, str], name: str) -> dict[str, Any]:
        return resource | method | {"requestModels": {"application/json": name}}

    path = "/requestModels/application~1json"
    one, two = own | {"modelName": "MySchema"}, own | {"modelName": "MySchemaTwo"}
    replay.step("put-method-request-models", "put_method", **uses(root, "MySchema"))
    replay.step("delete-model-used", "delete_model", **one)
    operations = [patch("replace", path, "MySchemaTwo")]
    replay.step("update-method-model", "update_method", **root, httpMethod="ANY", patchOperations=operations)
    replay.step("delete-model-unused", "delete_model", **one)
    replay.step("delete-model-used-2", "delete_model", **two)
    below = replay.client.create_resource(**own, parentId=root["resourceId"], pathPart="test")["id"]
    sub = own | {"resourceId": below}
    replay.step("put-method-2-request-models", "put_method", **uses(sub, "MySchemaTwo"))
    replay.step("delete-model-used-by-2-method", "delete_model", **two)
    operations = [patch("remove", path, "MySchemaTwo")]
    replay.step("update-method-model-2", "update_method", **sub, httpMethod="ANY", patchOperations=operations)
    replay.step("delete-model-used-by-method-1", "delete_model", **two)
    replay.step("delete-method-using-model-2", "delete_method", **root, httpMethod="ANY")
    replay.step("delete-model-unused-2", "delete_model", **two)


def test_put_method_validation(replay: Replay, root: dict[str, str]) -> None:
    wrong = root | {"httpMethod": "WRONG", "authorizationType": "NONE"}
    method = wrong | {"httpMethod": "ANY"}
    for step, params in (
        ("wrong-api", wrong | {"restApiId": "fake-api"}),
        ("wrong-resource", wrong | {"resourceId": "fake-resource-id"}),
        ("wrong-method", wrong),
        ("missing-authorizer-id", method | {"authorizationType": "CUSTOM"}),
        ("invalid-request-validator", method | {"requestValidatorId": "fake-validator"}),
        ("invalid-model-name", method | {"requestModels": {"application/json": "petModel"}}),
    ):
        replay.step(step, "put_method", **params)


def test_update_method(replay: Replay, root: dict[str, str]) -> None:
    method = root | {"httpMethod": "ANY"}
    replay.step("put-method-response", "put_method", **method, authorizationType="NONE")
    optional, model = "/requestParameters/method.request.querystring.optional", "/requestModels/application~1json"

    def update(step: str, *operations: Any) -> None:
        replay.step(step, "update_method", **method, patchOperations=list(operations))

    update("update-method-add", patch("add", optional, "true"), patch("add", model, "Empty"))
    update(
        "update-method-replace",
        patch("replace", "/operationName", "ReplacedOperationName"),
        patch("replace", "/apiKeyRequired", "true"),
        patch("replace", "/authorizationType", "AWS_IAM"),
        patch("replace", optional, "false"),
    )
    token = {"type": "TOKEN", "authorizerUri": URI, "identitySource": "method.request.header.Authorization"}
    made = replay.client.create_authorizer(restApiId=root["restApiId"], name="authorizer-test", **token)["id"]
    custom = patch("replace", "/authorizationType", "CUSTOM")
    update("update-method-replace-authorizer", patch("replace", "/authorizerId", made), custom)
    update("update-method-remove", patch("remove", optional, "true"), patch("remove", model, "Empty"))


def test_update_method_validation(replay: Replay, root: dict[str, str]) -> None:
    method = root | {"httpMethod": "ANY"}

    def update(step: str, *operations: Any, **other: str) -> None:
        replay.step(step, "update_method", **{**method, **other}, patchOperations=list(operations))

    update("wrong-rest-api", restApiId="fake-api")
    update("wrong-resource-id", resourceId="fake-resource-id")
    update("method-does-not-exist", patch("replace", "/operationName", "methodDoesNotExist"), httpMethod="GET")
    replay.step("put-method-response", "put_method", **method, authorizationType="NONE", apiKeyRequired=True)
    update("unsupported-operation", patch("add", "/operationName", "operationName"))
    update("unsupported-operation-2", patch("add", "/requestValidatorId", "wrong-id"))
    update("unsupported-path", patch("add", "/httpMethod", "PUT"))
    text = "method.request.querystring.optional=false"
    update("wrong-path-request-parameters", patch("replace", "/requestParameters", text))
    update("wrong-path-request-models", patch("add", "/requestModels/application/json", "Empty"))
    update("wrong-value-type", patch("replace", "/apiKeyRequired", "whatever"))
    custom, authorizer = patch("replace", "/authorizationType", "CUSTOM"), patch("replace", "/authorizerId", "abc123")
    update("wrong-auth-type", custom)
    update("skip-auth-id-with-wrong-type", authorizer)
    update("wrong-auth-id", custom, authorizer)
    update("wrong-req-validator-id", patch("replace", "/requestValidatorId", "fake-id"))


# --- method responses -----------------------------------------------------------------------------------------------


def test_lifecycle_method_response(replay: Replay, mock: dict[str, str]) -> None:
    own = mock | {"statusCode": "200"}
    replay.step("put-method-response", "put_method_response", **own, responseParameters={}, responseModels={})
    replay.step("get-integration-response", "get_method_response", **own)
    for step, op in (("add-method-responses", "add"), ("update-method-responses", "replace")):
        operations = [patch(op, HEADER_PATH, "true"), patch(op, MODEL_PATH, "Empty")]
        replay.step(step, "update_method_response", **own, patchOperations=operations)
    replay.step("get-method", "get_method", **mock)
    replay.step("delete-method-response", "delete_method_response", **own)


def test_update_method_response(replay: Replay, mock: dict[str, str]) -> None:
    own = _answering(replay.client, mock)
    for op in ("remove", "add"):
        operations = [patch(op, HEADER_PATH, "true"), patch(op, MODEL_PATH, "Empty")]
        replay.step(f"{op}-update-method-response", "update_method_response", **own, patchOperations=operations)


def test_update_method_response_wrong_operations(replay: Replay, mock: dict[str, str]) -> None:
    own = _answering(replay.client, mock)
    header, model = patch("wrong_op", HEADER_PATH, "true"), patch("wrong_op", MODEL_PATH, "Empty")
    removed = patch("remove", MODEL_PATH, "Empty")
    batches = ([header], [model], [header, model], [header, model] * 2, [header, removed, model])
    for number, operations in enumerate(batches, start=1):
        step = f"update-method-response-wrong-operation-{number}"
        replay.step(step, "update_method_response", **own, patchOperations=operations)


def test_update_method_response_negative_tests(replay: Replay, mock: dict[str, str]) -> None:
    own = _answering(replay.client, mock)
    right, wrong = patch("replace", HEADER_PATH, "true"), patch("wrong_op", HEADER_PATH, "true")
    for step, other, operation in (
        ("wrong-statuscode", {"statusCode": "201"}, right),
        ("invalid-statuscode", {"statusCode": "wrong"}, right),
        ("invalid-statuscode-and-wrong-op", {"statusCode": "wrong"}, wrong),
        ("wrong-resource", {"resourceId": "wrong"}, right),
        ("wrong-method", {"httpMethod": "POST"}, right),
    ):
        params = own | other | {"patchOperations": [operation]}
        replay.step(f"update-method-response-{step}", "update_method_response", **params)


def test_update_method_lack_response_parameters_and_models(replay: Replay, mock: dict[str, str]) -> None:
    own = mock | {"statusCode": "200"}
    replay.client.put_method_response(**own)
    for step, operation in (
        ("without-response-parameters", patch("remove", HEADER_PATH, "true")),
        ("without-response-models", patch("remove", MODEL_PATH, "Empty")),
        ("with-wrong-path", patch("remove", f"/wrong/{HEADER}", "true")),
    ):
        name = f"update-method-response-operation-{step}"
        replay.step(name, "update_method_response", **own, patchOperations=[operation])


def test_update_method_wrong_param_names(replay: Replay, mock: dict[str, str]) -> None:
    own = _answering(replay.client, mock)
    for number, (op, path, value) in enumerate(
        (
            ("replace", "/responseParameters/wrong", "true"),
            ("remove", "/responseParameters/wrong", "true"),
            ("replace", "/responseModels/wrong", "Empty"),
            ("remove", "/responseModels/wrong", "Empty"),
        ),
        start=1,
    ):
        step = f"update-method-response-operation-with-wrong-param-name-{number}"
        replay.step(step, "update_method_response", **own, patchOperations=[patch(op, path, value)])


# --- integrations ---------------------------------------------------------------------------------------------------


def test_put_integration_wrong_type(replay: Replay, root: dict[str, str]) -> None:
    replay.step("put-integration-wrong-type", "put_integration", **root, httpMethod="GET", type="HTTPS_PROXY")


def test_put_integration_request_parameter_bool_type(replay: Replay, root: dict[str, str]) -> None:
    path = {"method.request.path.testPath": True}
    method = root | {"authorizationType": "NONE"}
    replay.step("bool-method", "put_method", **method, httpMethod="GET", requestParameters=path)
    wrong: dict[Any, bool] = path | {"true": True}
    replay.step(
        "put-method-request-param-wrong-type", "put_method", **method, httpMethod="POST", requestParameters=wrong
    )
    proxy = root | {"httpMethod": "GET", "type": "HTTP_PROXY"}
    for step, parameters in (
        ("wrong-type", {"true": True}),
        ("bool-value", {"integration.request.path.testPath": True}),
    ):
        name = f"put-integration-request-param-{step}"
        replay.step(name, "put_integration", **proxy, requestParameters=parameters)


def test_put_integration_response_validation(replay: Replay, root: dict[str, str]) -> None:
    post, get = root | {"httpMethod": "POST"}, root | {"httpMethod": "GET"}
    replay.client.put_method(**post, authorizationType="NONE")
    made: dict[str, Any] = MOCK | {"integrationHttpMethod": "GET"}
    bad = get | {"resourceId": "badresource"}
    replay.step("put-integration-wrong-method", "put_integration", **get, **made)
    replay.step("put-integration-wrong-resource", "put_integration", **bad, **made)
    replay.client.put_integration(**post, **made)
    response = {"statusCode": "200", "selectionPattern": "", "responseTemplates": {"application/json": "{}"}}
    replay.step("put-integration-response-wrong-method", "put_integration_response", **get, **response)
    replay.step("put-integration-response-wrong-resource", "put_integration_response", **bad, **response)


def test_put_integration_response_templates(replay: Replay, mock: dict[str, str]) -> None:
    own = mock | {"statusCode": "200", "selectionPattern": ""}
    for step, given in (
        ("response-template-none", {"responseTemplates": {"application/json": None}}),
        ("response-template-empty", {"responseTemplates": {"application/json": ""}}),
        ("no-response-template", {}),
    ):
        replay.step(f"put-integration-{step}", "put_integration_response", **own, **given)


def test_create_integration_with_vpc_link(replay: Replay, get: dict[str, str]) -> None:
    replay.step(
        "put-integration-vpc-link",
        "put_integration",
        **get,
        type="HTTP_PROXY",
        uri="http://my-vpclink-test-nlb-1234567890abcdef.us-east-1.amazonaws.com",
        integrationHttpMethod="GET",
        connectionType="VPC_LINK",
        connectionId="${stageVariables.vpcLinkId}",
    )
    replay.step("get-integration-vpc-link", "get_integration", **get)
    beta = [patch("replace", "/connectionId", "${stageVariables.vpcLinkIdBeta}")]
    replay.step("update-integration-vpc-link", "update_integration", **get, patchOperations=beta)
    replay.step("get-integration-update-vpc-link", "get_integration", **get)


def test_get_integration_non_existent(replay: Replay, root: dict[str, str]) -> None:
    get = root | {"httpMethod": "GET"}
    replay.step("get-integration-no-api", "get_integration", **(get | {"restApiId": "a1b2c3"}))
    replay.step("get-integration-no-resource", "get_integration", **(get | {"resourceId": "a1b2c3"}))
    replay.step("get-integration-no-method", "get_integration", **get)
    replay.client.put_method(**get, authorizationType="NONE")
    replay.step("get-integration-no-integration", "get_integration", **get)


# --- integration responses ------------------------------------------------------------------------------------------


def _both(replay: Replay, step: str, **params: Any) -> None:
    for verb in ("put", "get"):
        replay.step(f"{verb}-integration-response-{step}", f"{verb}_integration_response", **params)


def test_integration_response_wrong_api(replay: Replay) -> None:
    _both(replay, "wrong-api", restApiId="wrong-api", resourceId="dummy", httpMethod="GET", statusCode="200")


def test_integration_response_wrong_resource(replay: Replay, root: dict[str, str]) -> None:
    wrong = root | {"resourceId": "wrong-resource"}
    _both(replay, "wrong-resource", **wrong, httpMethod="GET", statusCode="200")


def test_integration_response_wrong_method(replay: Replay, root: dict[str, str]) -> None:
    _both(replay, "wrong-method", **root, httpMethod="wrong-method", statusCode="200")


def test_integration_response_invalid_statuscode(replay: Replay, root: dict[str, str]) -> None:
    _both(replay, "invalid-statusCode", **root, httpMethod="GET", statusCode="wrong")


def test_integration_response_invalid_responsetemplates(replay: Replay, mock: dict[str, str]) -> None:
    own = mock | {"statusCode": "200", "selectionPattern": ""}
    for number, templates in enumerate(({"application/json": 123}, {"123": '{"statusCode": 200}'}), start=1):
        step = f"put-integration-response-invalid-responseTemplates-{number}"
        replay.step(step, "put_integration_response", **own, responseTemplates=templates)


def test_integration_response_invalid_integration(replay: Replay, get: dict[str, str]) -> None:
    replay.step("get-integration-response-without-integration", "get_integration_response", **get, statusCode="200")


def test_integration_response_wrong_status_code(replay: Replay, mock: dict[str, str]) -> None:
    replay.step("get-integration-response-wrong-status-code", "get_integration_response", **mock, statusCode="201")


def test_lifecycle_integration_response(replay: Replay, mock: dict[str, str]) -> None:
    own = mock | {"statusCode": "200"}
    created = {"responseTemplates": {"application/json": '"created"'}, "selectionPattern": ""}
    replay.step("put-integration-response", "put_integration_response", **own, **created)
    replay.step("get-integration-response", "get_integration_response", **own)
    operations = [patch("replace", "/selectionPattern", "updated-pattern")]
    replay.step("update-integration-response", "update_integration_response", **own, patchOperations=operations)
    over = {"responseTemplates": {"application/json": "overwrite"}, "selectionPattern": "overwrite-pattern"}
    replay.step("overwrite-integration-response", "put_integration_response", **own, **over)
    replay.step("get-method", "get_method", **mock)
    replay.step("delete-integration-response", "delete_integration_response", **own)


def test_delete_integration_response_errors(replay: Replay, mock: dict[str, str]) -> None:
    own = mock | {"statusCode": "200"}
    created = {"responseTemplates": {"application/json": '"created"'}, "selectionPattern": ""}
    replay.step("put-integration-response", "put_integration_response", **own, **created)
    for step, other in (
        ("non-existent-resource", {"resourceId": "bad-resource"}),
        ("non-existent-api-id", {"restApiId": "bad-api-id"}),
        ("non-existent-method", {"httpMethod": "POST"}),
        ("non-existent-status-code", {"statusCode": "201"}),
        ("bad-method", {"httpMethod": "WRONG", "statusCode": "201"}),
    ):
        replay.step(step, "delete_integration_response", **(own | other))
