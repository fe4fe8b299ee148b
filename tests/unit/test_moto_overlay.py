"""The stand-in answers on REST APIs as AWS does where moto does not. Each test goes through a real boto3 client."""

from __future__ import annotations

import json
from typing import Any

from tests.moto_aws import ACCOUNT
from tests.refusals import refused

REGION = "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/calls"
FUNCTION = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
FUNCTION += "/invocations"


def replace(path: str, value: str) -> dict[str, str]:
    """A patch operation that replaces."""
    return {"op": "replace", "path": path, "value": value}


# -- REST APIs -----------------------------------------------------------------------------------------------


def test_create_rest_api_keeps_what_it_is_given(rest: Any) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*"}]}
    policy["Statement"][0]["Resource"] = "execute-api:/*"  # type: ignore[index]
    made = rest.create_rest_api(
        name="api",
        description="text",
        version="2",
        binaryMediaTypes=["image/png"],
        minimumCompressionSize=0,
        apiKeySource="AUTHORIZER",
        endpointConfiguration={"types": ["REGIONAL"]},
        policy=json.dumps(policy),
        disableExecuteApiEndpoint=True,
        tags={"a": "b"},
    )
    held = rest.get_rest_api(restApiId=made["id"])
    assert held["version"] == "2"
    assert held["binaryMediaTypes"] == ["image/png"]
    assert held["minimumCompressionSize"] == 0
    assert held["apiKeySource"] == "AUTHORIZER"
    assert held["endpointConfiguration"] == {"types": ["REGIONAL"], "ipAddressType": "ipv4"}
    assert held["disableExecuteApiEndpoint"] is True
    assert held["tags"] == {"a": "b"}
    assert "\\/" in held["policy"]
    statement = json.loads(json.loads(f'"{held["policy"]}"'))["Statement"][0]
    assert statement["Resource"] == f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{made['id']}/*"


def test_what_was_not_given_is_absent(rest: Any, rest_api: str) -> None:
    listed = rest.get_rest_apis()["items"][0]
    expected = {"id", "name", "createdDate", "apiKeySource", "endpointConfiguration", "disableExecuteApiEndpoint"}
    assert set(listed) == expected | {"rootResourceId"}
    assert rest.get_rest_api(restApiId=rest_api)["tags"] == {}


def test_a_new_api_has_the_models_empty_and_error(rest: Any, rest_api: str) -> None:
    models = {model["name"]: model for model in rest.get_models(restApiId=rest_api)["items"]}
    assert set(models) == {"Empty", "Error"}
    assert json.loads(models["Error"]["schema"])["properties"] == {"message": {"type": "string"}}


def test_update_rest_api_speaks_the_patch_grammar(rest: Any, rest_api: str) -> None:
    patches = [
        {"op": "add", "path": "/binaryMediaTypes/image~1png"},
        {"op": "add", "path": "/binaryMediaTypes/image~1gif"},
        {"op": "remove", "path": "/binaryMediaTypes/image~1png"},
        replace("/disableExecuteApiEndpoint", "false"),
        replace("/minimumCompressionSize", "10"),
        replace("/description", "new"),
        replace("/policy", '{"Version": "2012-10-17", "Statement": []}'),
    ]
    changed = rest.update_rest_api(restApiId=rest_api, patchOperations=patches)
    assert changed["binaryMediaTypes"] == ["image/gif"]
    assert changed["disableExecuteApiEndpoint"] is False
    assert changed["minimumCompressionSize"] == 10
    patches = [replace("/policy", ""), {"op": "remove", "path": "/description"}, {"op": "replace"}]
    patches[2] = {"op": "replace", "path": "/minimumCompressionSize"}
    changed = rest.update_rest_api(restApiId=rest_api, patchOperations=patches)
    assert not {"policy", "description", "minimumCompressionSize"} & set(changed)


def test_a_faulty_patch_changes_nothing(rest: Any, rest_api: str) -> None:
    with refused("BadRequestException", "/binaryMediaTypes"):
        rest.update_rest_api(
            restApiId=rest_api, patchOperations=[replace("/name", "x"), {"op": "add", "path": "/binaryMediaTypes"}]
        )
    assert rest.get_rest_api(restApiId=rest_api)["name"] == "api"


def test_endpoint_configuration_patches(rest: Any, rest_api: str) -> None:
    add = {"op": "add", "path": "/endpointConfiguration/vpcEndpointIds", "value": "vpce-1"}
    patches = [replace("/endpointConfiguration/types/REGIONAL", "PRIVATE"), add]
    changed = rest.update_rest_api(restApiId=rest_api, patchOperations=patches)["endpointConfiguration"]
    assert changed == {"types": ["PRIVATE"], "ipAddressType": "dualstack", "vpcEndpointIds": ["vpce-1"]}


def test_lists_have_pages(rest: Any) -> None:
    made = {rest.create_rest_api(name=f"api{number}")["id"] for number in range(5)}
    pages = list(rest.get_paginator("get_rest_apis").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert {api["id"] for page in pages for api in page["items"]} == made


def test_creation_dates_keep_the_order_of_creation(rest: Any) -> None:
    dates = [rest.create_rest_api(name="homonym")["createdDate"] for _ in range(3)]
    assert dates == sorted(set(dates))


def test_an_api_of_no_such_id_is_not_found(rest: Any) -> None:
    with refused("NotFoundException", "Invalid API identifier specified"):
        rest.get_rest_api(restApiId="nothere")


def test_tags_of_apis_and_stages(rest: Any, rest_api: str, rest_stage: dict[str, str]) -> None:
    arn = f"arn:aws:apigateway:{REGION}::/restapis/{rest_api}"
    for resource in (arn, f"{arn}/stages/live"):
        rest.tag_resource(resourceArn=resource, tags={"a": "1", "b/c d": "2"})
        rest.untag_resource(resourceArn=resource, tagKeys=["a"])
        assert rest.get_tags(resourceArn=resource)["tags"] == {"b/c d": "2"}
    assert rest.get_rest_apis()["items"][0]["tags"] == {"b/c d": "2"}
    assert rest.get_stage(**rest_stage)["tags"] == {"b/c d": "2"}
    with refused("NotFoundException"):
        rest.get_tags(resourceArn=f"{arn}/stages/none")


# -- resources and methods -----------------------------------------------------------------------------------


def test_siblings_have_names_of_their_own(rest: Any, rest_api: str, rest_root: str) -> None:
    rest.create_resource(restApiId=rest_api, parentId=rest_root, pathPart="pets")
    with refused("ConflictException", "Another resource with the same parent already has this name: pets"):
        rest.create_resource(restApiId=rest_api, parentId=rest_root, pathPart="pets")
    proxy = rest.create_resource(restApiId=rest_api, parentId=rest_root, pathPart="{proxy+}")["id"]
    with refused("BadRequestException", "variable path part"):
        rest.create_resource(restApiId=rest_api, parentId=rest_root, pathPart="{id}")
    with refused("BadRequestException", "greedy"):
        rest.create_resource(restApiId=rest_api, parentId=proxy, pathPart="more")


def test_methods_are_embedded_only_when_asked_for(rest: Any, rest_api: str, rest_method: dict[str, str]) -> None:
    assert rest.get_resources(restApiId=rest_api)["items"][0]["resourceMethods"] == {"GET": {}}
    embedded = rest.get_resources(restApiId=rest_api, embed=["methods"])["items"][0]["resourceMethods"]
    assert embedded["GET"]["methodIntegration"]["type"] == "MOCK"


def test_resources_are_renamed_moved_and_deleted_with_what_is_below(rest: Any, rest_api: str, rest_root: str) -> None:
    pets = rest.create_resource(restApiId=rest_api, parentId=rest_root, pathPart="pets")["id"]
    toys = rest.create_resource(restApiId=rest_api, parentId=pets, pathPart="toys")["id"]
    rest.update_resource(restApiId=rest_api, resourceId=pets, patchOperations=[replace("/pathPart", "dogs")])
    assert rest.get_resource(restApiId=rest_api, resourceId=toys)["path"] == "/dogs/toys"
    with refused("BadRequestException", "cyclical"):
        rest.update_resource(restApiId=rest_api, resourceId=pets, patchOperations=[replace("/parentId", toys)])
    rest.delete_resource(restApiId=rest_api, resourceId=pets)
    assert [each["path"] for each in rest.get_resources(restApiId=rest_api)["items"]] == ["/"]


def test_put_method_and_its_response_refuse_what_is_there(rest: Any, rest_method: dict[str, str]) -> None:
    with refused("ConflictException", "Method already exists"):
        rest.put_method(**rest_method, authorizationType="NONE")
    rest.put_method_response(**rest_method, statusCode="200")
    with refused("ConflictException", "Response already exists"):
        rest.put_method_response(**rest_method, statusCode="200")


def test_put_method_refuses_references_to_nothing(rest: Any, rest_api: str, rest_root: str) -> None:
    own = {"restApiId": rest_api, "resourceId": rest_root, "httpMethod": "GET"}
    with refused("BadRequestException", "Invalid authorizer ID"):
        rest.put_method(**own, authorizationType="CUSTOM", authorizerId="nope")
    with refused("BadRequestException", "Request Validator"):
        rest.put_method(**own, authorizationType="NONE", requestValidatorId="nope")
    with refused("BadRequestException", "Invalid model identifier"):
        rest.put_method(**own, authorizationType="NONE", requestModels={"application/json": "Nope"})


def test_update_method_and_its_response(rest: Any, rest_method: dict[str, str]) -> None:
    patches = [
        replace("/apiKeyRequired", "true"),
        replace("/authorizationType", "AWS_IAM"),
        {"op": "add", "path": "/requestParameters/method.request.querystring.q", "value": "true"},
        {"op": "add", "path": "/requestModels/application~1json", "value": "Empty"},
    ]
    changed = rest.update_method(**rest_method, patchOperations=patches)
    assert changed["apiKeyRequired"] is True
    assert changed["requestParameters"] == {"method.request.querystring.q": True}
    assert changed["requestModels"] == {"application/json": "Empty"}
    remove = {"op": "remove", "path": "/requestModels/application~1json"}
    assert "requestModels" not in rest.update_method(**rest_method, patchOperations=[remove])
    with refused("BadRequestException", "Invalid patch path /httpMethod"):
        rest.update_method(**rest_method, patchOperations=[replace("/httpMethod", "PUT")])
    rest.put_method_response(**rest_method, statusCode="200")
    header = {"op": "add", "path": "/responseParameters/method.response.header.X", "value": "false"}
    changed = rest.update_method_response(**rest_method, statusCode="200", patchOperations=[header])
    assert changed["responseParameters"] == {"method.response.header.X": False}


# -- integrations --------------------------------------------------------------------------------------------


def test_an_integration_gets_the_defaults(rest: Any, rest_method: dict[str, str]) -> None:
    held = rest.get_integration(**rest_method)
    del held["ResponseMetadata"]
    assert held == {
        "type": "MOCK",
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
        "cacheNamespace": rest_method["resourceId"],
        "cacheKeyParameters": [],
    }
    rest.put_integration(**rest_method, type="HTTP", integrationHttpMethod="GET", uri="https://example.com")
    assert rest.get_integration(**rest_method)["connectionType"] == "INTERNET"


def test_an_integration_keeps_what_it_is_given(rest: Any, rest_api: str, rest_root: str) -> None:
    own = {"restApiId": rest_api, "resourceId": rest_root, "httpMethod": "POST"}
    declared = {"method.request.querystring.q": True}
    rest.put_method(**own, authorizationType="NONE", requestParameters=declared)
    given = {
        "type": "HTTP_PROXY",
        "uri": "https://example.com/{q}",
        "connectionType": "VPC_LINK",
        "connectionId": "${stageVariables.link}",
        "credentials": ROLE,
        "requestParameters": {"integration.request.querystring.q": "method.request.querystring.q"},
        "requestTemplates": {"application/json": "{}"},
        "passthroughBehavior": "NEVER",
        "cacheNamespace": "mine",
        "cacheKeyParameters": ["method.request.querystring.q"],
        "contentHandling": "CONVERT_TO_TEXT",
        "timeoutInMillis": 50,
        "tlsConfig": {"insecureSkipVerification": True},
    }
    rest.put_integration(**own, integrationHttpMethod="PUT", **given)
    held = rest.get_method(**own)["methodIntegration"]
    assert held == {**given, "httpMethod": "PUT"}


def test_update_integration(rest: Any, rest_method: dict[str, str]) -> None:
    rest.put_integration(**rest_method, type="AWS_PROXY", integrationHttpMethod="POST", uri=FUNCTION)
    patches = [
        replace("/timeoutInMillis", "1000"),
        {"op": "add", "path": "/cacheKeyParameters/method.request.querystring.q"},
        {"op": "add", "path": "/requestTemplates/application~1json", "value": "{}"},
        replace("/tlsConfig/insecureSkipVerification", "true"),
    ]
    changed = rest.update_integration(**rest_method, patchOperations=patches)
    assert changed["timeoutInMillis"] == 1000
    assert changed["cacheKeyParameters"] == ["method.request.querystring.q"]
    assert changed["requestTemplates"] == {"application/json": "{}"}
    assert changed["tlsConfig"] == {"insecureSkipVerification": True}


def test_integrations_that_are_refused(rest: Any, rest_method: dict[str, str]) -> None:
    with refused("BadRequestException", "Invalid HTTP endpoint"):
        rest.put_integration(**rest_method, type="HTTP", integrationHttpMethod="GET", uri="nonsense")
    with refused("AccessDeniedException", "Cross-account"):
        role = "arn:aws:iam::999999999999:role/x"
        rest.put_integration(**rest_method, type="AWS", integrationHttpMethod="POST", uri=FUNCTION, credentials=role)
    with refused("BadRequestException", "Invalid mapping expression"):
        rest.put_integration(**rest_method, type="MOCK", requestParameters={"a": "method.request.header.undeclared"})
    with refused("NotFoundException", "Invalid Method identifier"):
        rest.put_integration(**{**rest_method, "httpMethod": "PUT"}, type="MOCK")


def test_integration_responses(rest: Any, rest_method: dict[str, str]) -> None:
    given = {"statusCode": "200", "selectionPattern": "", "responseTemplates": {"application/json": ""}}
    rest.put_integration_response(**rest_method, **given)
    held = rest.get_method(**rest_method)["methodIntegration"]["integrationResponses"]["200"]
    assert held["selectionPattern"] == ""
    with refused("BadRequestException", "Invalid mapping expression"):
        rest.put_integration_response(
            **rest_method, statusCode="200", responseParameters={"method.response.header.X": "'1'"}
        )
    patch = replace("/selectionPattern", "4\\d{2}")
    rest.update_integration_response(**rest_method, statusCode="200", patchOperations=[patch])
    assert rest.get_integration_response(**rest_method, statusCode="200")["selectionPattern"] == "4\\d{2}"
    rest.delete_integration_response(**rest_method, statusCode="200")
    with refused("NotFoundException", "Invalid Response status code"):
        rest.delete_integration_response(**rest_method, statusCode="200")


def test_delete_what_is_not_there(rest: Any, rest_method: dict[str, str]) -> None:
    rest.delete_integration(**rest_method)
    with refused("NotFoundException", "Invalid Integration identifier"):
        rest.get_integration(**rest_method)
    rest.delete_method(**rest_method)
    with refused("NotFoundException", "Invalid Method identifier"):
        rest.delete_method(**rest_method)
