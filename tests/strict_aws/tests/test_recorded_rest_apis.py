"""What AWS answered about REST APIs, resources and gateway responses, asked for again.

A test is called as the recorded one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.strict_aws.tests.replayed import Replay, patch, recorded_tests

FILE = "tests__aws__services__apigateway__test_apigateway_api.snapshot.json"
CLASSES = ("ApiRestApi", "ApiResource", "GatewayResponse")

PARAMETERS = {
    "gatewayresponse.header.x-request-path": "method.request.path.petId",
    "gatewayresponse.header.Access-Control-Allow-Origin": "'a.b.c'",
    "gatewayresponse.header.x-request-query": "method.request.querystring.q",
    "gatewayresponse.header.x-request-header": "method.request.header.Accept",
}
ACCEPT = {"gatewayresponse.header.x-request-header": "method.request.header.Accept"}
TEMPLATE = """{
     "message": $context.error.messageString,
     "type":  "$context.error.responseType",
     "stage":  "$context.stage",
     "resourcePath":  "$context.resourcePath",
     "stageVariables.a":  "$stageVariables.a",
     "statusCode": "'404'"
}"""
TEMPLATES = {"application/json": TEMPLATE}


@pytest.fixture
def replay(rest: Any, request: pytest.FixtureRequest) -> Iterator[Replay]:
    """The recorded test of the same name; at the end nothing of it may be left."""
    name = request.node.originalname
    made = Replay(rest, next(v for k, v in recorded_tests(FILE).items() if k.endswith(f"::{name}")))
    yield made
    made.finish()


@pytest.fixture
def api(rest: Any) -> dict[str, Any]:
    """A new API."""
    return dict(rest.create_rest_api(name="test-api", description="this is my api"))


def test_nothing_recorded_is_left_out() -> None:
    own = {name for name in globals() if name.startswith("test_")}
    recorded = [name.split("::") for name in recorded_tests(FILE)]
    wanted = {test for kind, test in recorded if kind.endswith(CLASSES)}
    assert wanted <= own, sorted(wanted - own)


# --- APIs -----------------------------------------------------------------------------------------------------------


def test_list_and_delete_apis(replay: Replay) -> None:
    one = replay.step("create-rest-api-1", "create_rest_api", name="one", description="this is my api")
    replay.step("create-rest-api-2", "create_rest_api", name="two", description="this is my api2")
    replay.step("get-rest-api-before-delete", "get_rest_apis", by="createdDate")
    replay.step("delete-rest-api", "delete_rest_api", restApiId=one["id"])
    replay.step("get-rest-api-after-delete", "get_rest_apis")


def test_get_api_case_insensitive(replay: Replay) -> None:
    """Recorded before ipAddressType was answered; the id may have no letter in it, which takes another one."""
    replay.recorded["create-rest-api"]["endpointConfiguration"]["ipAddressType"] = "ipv4"
    made = replay.step("create-rest-api", "create_rest_api", name="lower", description="lower case api")
    replay.fixed["<upper-id>"] = made["id"].upper()
    replay.step("get-api-upper-case", "get_rest_api", restApiId=made["id"].upper())


def test_create_rest_api_with_optional_params(replay: Replay) -> None:
    replay.step("create-only-name", "create_rest_api", name="only")
    replay.step("create-empty-desc", "create_rest_api", name="empty", description="")
    replay.step("create-with-version", "create_rest_api", name="versioned", version="v1")
    replay.step("create-with-empty-binary-media", "create_rest_api", name="binary", binaryMediaTypes=[])
    replay.step("string-compression-size", "create_rest_api", name="compressed", minimumCompressionSize=-1)


def test_create_rest_api_with_binary_media_types(replay: Replay) -> None:
    replay.step("create-with-binary-media", "create_rest_api", name="x", binaryMediaTypes=["image/png"])


def test_create_rest_api_with_tags(replay: Replay) -> None:
    tags = {"MY_TAG1": "MY_VALUE1"}
    made = replay.step("create-rest-api-w-tags", "create_rest_api", name="x", description="this is my api", tags=tags)
    replay.step("get-rest-api-w-tags", "get_rest_api", restApiId=made["id"])
    replay.step("get-rest-apis-w-tags", "get_rest_apis")


def test_update_rest_api_operation_add_remove(replay: Replay, api: dict[str, Any]) -> None:
    types = "/binaryMediaTypes/image~1"
    both = [patch("add", types + "png"), patch("add", types + "jpeg")]
    replay.step("update-rest-api-add", "update_rest_api", restApiId=api["id"], patchOperations=both)
    gif = [patch("replace", types + "png", "image/gif")]
    replay.step("update-rest-api-replace", "update_rest_api", restApiId=api["id"], patchOperations=gif)
    none = [patch("remove", types + "gif"), patch("remove", "/description")]
    replay.step("update-rest-api-remove", "update_rest_api", restApiId=api["id"], patchOperations=none)


def test_update_rest_api_compression(replay: Replay, api: dict[str, Any]) -> None:
    for step, op, value in (
        ("enable-compression", "replace", "10"),
        ("disable-compression", "replace", ""),
        ("set-compression-zero", "replace", "0"),
        ("set-negative-compression", "replace", "-1"),
        ("set-string-compression", "replace", "test"),
        ("unsupported-operation", "add", "10"),
    ):
        operations = [patch(op, "/minimumCompressionSize", value)]
        replay.step(step, "update_rest_api", restApiId=api["id"], patchOperations=operations)


def test_update_rest_api_behaviour(replay: Replay, api: dict[str, Any]) -> None:
    for step, operation in (
        ("array", patch("add", "/binaryMediaTypes/-", "image/png")),
        ("add-base-path", patch("add", "/binaryMediaTypes", "image/gif")),
        ("replace-base-path", patch("replace", "/binaryMediaTypes", "image/gif")),
        ("remove-base-path", patch("remove", "/binaryMediaTypes")),
    ):
        replay.step(f"update-rest-api-{step}", "update_rest_api", restApiId=api["id"], patchOperations=[operation])


def test_update_rest_api_invalid_api_id(replay: Replay) -> None:
    operations = [patch("replace", "/apiKeySource", "AUTHORIZER")]
    replay.step("not-found-update-rest-api", "update_rest_api", restApiId="api_id", patchOperations=operations)


def test_create_rest_api_with_endpoint_configuration(replay: Replay) -> None:
    wrong: dict[str, Any] = {"ipAddressType": "wrong", "types": ["wrong"]}
    bad: dict[str, Any] = {"description": "", "minimumCompressionSize": -1}
    for step, endpoints, others in (
        ("empty-types", {"types": []}, {}),
        ("invalid-ip-address-type", {"ipAddressType": "wrong", "types": ["EDGE"]}, {}),
        ("invalid-types", {"ipAddressType": "ipv4", "types": ["wrong"]}, {}),
        ("invalid-ip-address-type-and-types", wrong, {}),
        ("invalid-types-and-ip-address-type", dict(reversed(wrong.items())), {}),
        ("multiple-errors-1", wrong, bad),
        ("multiple-errors-2", {"ipAddressType": "ipv4", "types": ["EDGE"]}, bad),
        ("two-types", {"types": ["EDGE", "REGIONAL"]}, {}),
        ("endpoint-config-dualstack", {"ipAddressType": "dualstack", "types": ["EDGE"]}, {}),
        ("endpoint-config-regional", {"ipAddressType": "ipv4", "types": ["REGIONAL"]}, {}),
    ):
        name = f"api-{step}"
        replay.step(f"create-with-{step}", "create_rest_api", name=name, endpointConfiguration=endpoints, **others)


def test_create_rest_api_private_type(replay: Replay) -> None:
    private = "create-with-private-type-and"
    ipv4, wrong = ({"ipAddressType": each, "types": ["PRIVATE"]} for each in ("ipv4", "wrong"))
    replay.step(f"{private}-ipv4-ip-address-type", "create_rest_api", name="x", endpointConfiguration=ipv4)
    replay.step(f"{private}-wrong-ip-address-type", "create_rest_api", name="x", endpointConfiguration=wrong)
    empty = f"{private}-ipv4-ip-address-type-and-empty-description"
    replay.step(empty, "create_rest_api", name="x", description="", endpointConfiguration=ipv4)


def test_create_rest_api_verify_defaults(replay: Replay) -> None:
    for kind in ("edge", "regional", "private"):
        endpoints = {"types": [kind.upper()]}
        replay.step(f"create-with-{kind}-default", "create_rest_api", name=kind, endpointConfiguration=endpoints)
    replay.step("create-with-empty-default", "create_rest_api", name="empty")
    wrong = {"types": ["wrong"]}
    step = "create-with-empty-ip-address-type-and-wrong-type"
    replay.step(step, "create_rest_api", name="wrong", description="", endpointConfiguration=wrong)


def test_update_rest_api_ip_address_type(replay: Replay, rest: Any) -> None:
    types, addresses = "/endpointConfiguration/types/0", "/endpointConfiguration/ipAddressType"
    own = rest.create_rest_api(name="x")["id"]
    for step, *operations in (
        ("replace-type", *(patch("replace", types, kind) for kind in ("EDGE", "REGIONAL", "PRIVATE"))),
        ("replace-to-ipv4-within-private-type", patch("replace", addresses, "ipv4")),
        ("wrong-ipAddressType", patch("replace", addresses, "wrong")),
        ("wrong-type", patch("replace", types, "wrong")),
        ("invalid-operation-on-ipAddressType", patch("remove", addresses, "dualstack")),
        ("invalid-operation-on-type", patch("remove", types, "EDGE")),
        ("replace-ip-address-type", patch("replace", addresses, "dualstack")),
    ):
        replay.step(f"update-rest-api-{step}", "update_rest_api", restApiId=own, patchOperations=operations)


def test_update_rest_api_concatenation_of_errors(replay: Replay, api: dict[str, Any]) -> None:
    addresses = patch("wrong", "/endpointConfiguration/ipAddressType", "dualstack")
    types = patch("wrong", "/endpointConfiguration/types/0", "EDGE")
    for step, *operations in (
        ("on-ipAddressType", addresses, addresses),
        ("on-type", types, types),
        ("on-type-and-on-ip-address-type", addresses, types, patch("wrong", "/binaryMediaTypes", "image/gif")),
    ):
        name = f"update-rest-api-wrong-operations-{step}"
        replay.step(name, "update_rest_api", restApiId=api["id"], patchOperations=operations)


# --- resources ------------------------------------------------------------------------------------------------------


def test_resource_lifecycle(replay: Replay, api: dict[str, Any]) -> None:
    own, listed = {"restApiId": api["id"]}, {"restApiId": api["id"], "by": "path"}
    root = replay.step("rest-api-root-resource", "get_resources", **listed)["items"][0]["id"]
    pets = replay.step("create-resource", "create_resource", **own, parentId=root, pathPart="pets")["id"]
    replay.step("rest-api-resources-after-create", "get_resources", **listed)
    replay.step("create-subresource", "create_resource", **own, parentId=pets, pathPart="subpets")
    replay.step("rest-api-resources-after-create-sub", "get_resources", **listed)
    dogs = [patch("replace", "/pathPart", "dogs")]
    replay.step("update-path-part", "update_resource", **own, resourceId=pets, patchOperations=dogs)
    replay.step("get-resp-after-update-path-part", "get_resource", **own, resourceId=pets)
    replay.step("del-resource", "delete_resource", **own, resourceId=pets)
    replay.step("rest-api-resources-after-delete", "get_resources", **listed)


def test_update_resource_behaviour(replay: Replay, api: dict[str, Any]) -> None:
    own, root = {"restApiId": api["id"]}, api["rootResourceId"]
    pets = replay.client.create_resource(**own, parentId=root, pathPart="pets")["id"]

    def update(step: str, resource: str, *operations: Any) -> None:
        replay.step(step, "update_resource", **own, resourceId=resource, patchOperations=list(operations))

    update("nonexistent-resource", "fake-resource", patch("replace", "/pathPart", "dogs"))
    update("invalid-path-part", pets, patch("replace", "/invalid", "dogs"))
    update("invalid-parent-id", pets, patch("replace", "/parentId", "fake-parent-id"))
    sub = replay.step("create-subresource", "create_resource", **own, parentId=pets, pathPart="subpets")["id"]
    child = replay.step("create-subresource-child", "create_resource", **own, parentId=sub, pathPart="pets")["id"]
    update("existing-future-sibling-path", child, patch("replace", "/parentId", root))
    replay.client.delete_resource(**own, resourceId=child)
    update("update-parent-id-to-subresource-id", pets, patch("replace", "/parentId", sub))
    update("update-parent-id-to-root-id", sub, patch("replace", "/parentId", root))
    update("update-path-already-exists", sub, patch("replace", "/pathPart", "pets"))
    replay.client.delete_resource(**own, resourceId=pets)
    replay.step("resources-after-deletion", "get_resources", **own, by="path")
    update("remove-unsupported", sub, patch("remove", "/pathPart"))
    update("add-unsupported", sub, patch("add", "/pathPart", "added-pets"))


def test_update_resource_on_root(replay: Replay, api: dict[str, Any]) -> None:
    own, root = {"restApiId": api["id"], "resourceId": api["rootResourceId"]}, api["rootResourceId"]
    dogs, itself = [patch("replace", "/pathPart", "dogs")], [patch("replace", "/parentId", root)]
    replay.step("update-root-path-part", "update_resource", **own, patchOperations=dogs)
    replay.step("update-root-parent", "update_resource", **own, patchOperations=itself)


def test_delete_resource(replay: Replay, api: dict[str, Any]) -> None:
    own = {"restApiId": api["id"]}
    pets = replay.client.create_resource(**own, parentId=api["rootResourceId"], pathPart="pets")["id"]
    sub = replay.client.create_resource(**own, parentId=pets, pathPart="subpets")["id"]
    replay.step("delete-resource", "delete_resource", **own, resourceId=pets)
    replay.step("get-resources", "get_resources", **own)
    replay.step("delete-subresource", "delete_resource", **own, resourceId=sub)


def test_create_resource_parent_invalid(replay: Replay, api: dict[str, Any]) -> None:
    wrong = {"restApiId": api["id"], "parentId": "fake-resource-id", "pathPart": "subpets"}
    replay.step("wrong-resource-parent-id", "create_resource", **wrong)


def test_create_proxy_resource(replay: Replay, api: dict[str, Any]) -> None:
    own, root = {"restApiId": api["id"]}, api["rootResourceId"]

    def create(step: str, parent: str, part: str) -> str:
        made = replay.step(f"create-{step}", "create_resource", **own, parentId=parent, pathPart=part)
        return str(made["id"])

    create("base-proxy-resource", root, "{proxy+}")
    parent = replay.client.create_resource(**own, parentId=root, pathPart="parent")["id"]
    greedy = create("proxy-sibling-proxy-child-resource", parent, "{proxy+}")
    child = create("proxy-sibling-static-child-resource", parent, "child")
    create("static-child-proxy-resource", child, "{proxy+}")
    replay.step("all-resources", "get_resources", **own, by="path")
    replay.client.delete_resource(**own, resourceId=greedy)
    variable = create("proxy-sibling-dynamic-child-resource", parent, "{child}")
    create("dynamic-child-proxy-resource", variable, "{proxy+}")
    replay.step("all-resources-2", "get_resources", **own, by="path")


def test_create_proxy_resource_validation(replay: Replay, api: dict[str, Any]) -> None:
    own, root = {"restApiId": api["id"]}, api["rootResourceId"]

    def create(step: str, parent: str, part: str) -> dict[str, Any]:
        return replay.step(f"create-{step}-resource", "create_resource", **own, parentId=parent, pathPart=part)

    greedy = create("base-proxy", root, "{proxy+}")["id"]
    create("proxy-dynamic-sibling", root, "{dynamic}")
    create("proxy-static-child", greedy, "child")
    create("proxy-dynamic-child", greedy, "{child}")
    parent = replay.client.create_resource(**own, parentId=root, pathPart="parent")["id"]
    create("greedy-child", parent, "{child+}")


# --- gateway responses ----------------------------------------------------------------------------------------------


def test_gateway_response_crud(replay: Replay, api: dict[str, Any]) -> None:
    own = {"restApiId": api["id"], "responseType": "MISSING_AUTHENTICATION_TOKEN"}
    replay.step("get-gateway-response-default", "get_gateway_response", **own)
    whole = {"statusCode": "404", "responseParameters": PARAMETERS, "responseTemplates": TEMPLATES}
    replay.step("put-gateway-response", "put_gateway_response", **own, **whole)
    replay.step("get-gateway-responses", "get_gateway_responses", restApiId=api["id"], by="responseType")
    replay.step("get-gateway-response", "get_gateway_response", **own)
    replay.step("delete-gateway-response", "delete_gateway_response", **own)
    replay.step("get-deleted-gw-response", "get_gateway_response", **own)


def test_gateway_response_put(replay: Replay, api: dict[str, Any]) -> None:
    own, token = {"restApiId": api["id"]}, "MISSING_AUTHENTICATION_TOKEN"
    for step, kind, given in (
        ("all-value", token, {"statusCode": "404", "responseParameters": PARAMETERS, "responseTemplates": TEMPLATES}),
        ("status-only", token, {"statusCode": "404"}),
        ("response-parameters-only", token, {"responseParameters": ACCEPT}),
        ("response-templates-only", token, {"responseTemplates": TEMPLATES}),
        (
            "default-5xx",
            "DEFAULT_5XX",
            {"statusCode": "599", "responseParameters": ACCEPT, "responseTemplates": TEMPLATES},
        ),
        ("default-ignored", "AUTHORIZER_FAILURE", {"responseParameters": {"gatewayresponse.header.foo": "'bar'"}}),
    ):
        replay.step(f"put-gateway-response-{step}", "put_gateway_response", **own, responseType=kind, **given)
    replay.step("get-gateway-responses", "get_gateway_responses", **own, by="responseType")


def test_gateway_response_validation(replay: Replay, api: dict[str, Any]) -> None:
    replay.fixed["fake-api-id"] = "apiid123"
    kind = {"restApiId": "apiid123", "responseType": "DEFAULT_4XX"}
    replay.step("get-gateway-responses-no-api", "get_gateway_responses", restApiId="apiid123")
    replay.step("get-gateway-response-no-api", "get_gateway_response", **kind)
    replay.step("delete-gateway-response-no-api", "delete_gateway_response", **kind)
    replay.step("update-gateway-response-no-api", "update_gateway_response", **kind, patchOperations=[])
    kind["restApiId"] = api["id"]
    replay.step("delete-gateway-response-not-set", "delete_gateway_response", **kind)
    kind["responseType"] = "FAKE_RESPONSE_TYPE"
    for verb, given in (
        ("get", {}),
        ("delete", {}),
        ("update", {"patchOperations": []}),
        ("put", {"statusCode": "404", "responseParameters": {}, "responseTemplates": {}}),
    ):
        step = f"{verb}-gateway-response-wrong-response-type"
        replay.step(step, f"{verb}_gateway_response", **kind, **given)


def test_update_gateway_response(replay: Replay, api: dict[str, Any]) -> None:
    own = {"restApiId": api["id"], "responseType": "DEFAULT_4XX"}
    origin = "/responseParameters/gatewayresponse.header.Access-Control-Allow-Origin"

    def update(step: str, *operations: Any, **other: str) -> None:
        replay.step(step, "update_gateway_response", **{**own, **other}, patchOperations=list(operations))

    update("update-gateway-response-not-set", patch("replace", "/statusCode", "444"))
    replay.step("default-get-gateway-response", "get_gateway_response", **own)
    nested = {"application/json": json.dumps({"application/json": '{"message":$context.error.messageString}'})}
    whole = {"statusCode": "404", "responseParameters": PARAMETERS, "responseTemplates": nested}
    replay.step("put-gateway-response", "put_gateway_response", **own, **whole)
    message = "<message>$context.error.messageString</message><type>$context.error.responseType</type>"
    xml = patch("add", "/responseTemplates/application~1xml", f"<gatewayResponse>{message}</gatewayResponse>")
    example = patch("replace", origin, "'example.com'")
    update("update-gateway-response", patch("replace", "/statusCode", "444"), example, xml)
    replay.step("get-gateway-response", "get_gateway_response", **own)
    update("update-gateway-add-status-code", patch("add", "/statusCode", "444"))
    update("update-gateway-remove-status-code", patch("remove", "/statusCode"))
    update("update-gateway-replace-invalid-parameter", example, responseType="DEFAULT_5XX")
    update("update-gateway-no-path", {"op": "add", "value": "'example.com'"})
    update("update-gateway-wrong-op", patch("wrong-op", "/statusCode", "'example.com'"))
    update("update-gateway-wrong-path", patch("add", "/wrongPath", "'example.com'"))
    for place, path in enumerate(("/responseTemplates/application~1xml", origin)):
        update(f"update-gateway-replace-invalid-parameter-{place}-none", patch("replace", path))
