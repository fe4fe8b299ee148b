"""GetExport: what a stage serves, as a document."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.strict_aws.tests.openapi_samples import (
    EXT,
    INTEGRATION,
    KEY,
    SIGV4,
    Document,
    authorizer,
    http,
    openapi,
    operation,
    responses,
)
from tests.strict_aws.tests.refused import refused


def _served(rest: Any, document: Document, **params: Any) -> str:
    """An API out of the document, deployed to the stage `live`."""
    api = rest.import_rest_api(body=json.dumps(document), **params)["id"]
    rest.create_deployment(restApiId=api, stageName="live")
    return str(api)


def _export(rest: Any, api: str, kind: str = "oas30", extensions: str = "", **params: Any) -> Any:
    given = {"parameters": {"extensions": extensions}} if extensions else {}
    answer = rest.get_export(restApiId=api, stageName="live", exportType=kind, **given, **params)
    return yaml.safe_load(answer["body"].read())


OTHER = openapi({"/b": {"get": operation()}}, title="other")
FULL = openapi(
    {"/a": {"get": operation(security=[{"keeper": []}, {"api_key": []}]), "put": operation(security=[{"iam": []}])}},
    components={
        "schemas": {"Held": {"type": "object"}},
        "securitySchemes": {"keeper": authorizer("token"), "api_key": KEY, "iam": SIGV4},
    },
) | {
    EXT + "request-validators": {"all": {"validateRequestBody": True, "validateRequestParameters": True}},
    EXT + "request-validator": "all",
    EXT + "gateway-responses": {"DEFAULT_4XX": {"responseParameters": {"gatewayresponse.header.A": "'b'"}}},
    EXT + "minimum-compression-size": 5,
}


def test_it_is_of_what_is_deployed(rest: Any) -> None:
    """Not of the draft: its methods and its settings."""
    api = _served(rest, FULL)
    before = _export(rest, api, extensions="apigateway")
    rest.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(OTHER))
    assert _export(rest, api, extensions="apigateway") == before
    rest.create_deployment(restApiId=api, stageName="live")
    assert _export(rest, api)["info"]["title"] == "other"


def test_a_canary_is_not_exported(rest: Any) -> None:
    """The stage's own deployment is."""
    api = _served(rest, openapi({"/base": {"get": operation()}}))
    rest.put_rest_api(restApiId=api, mode="merge", body=json.dumps(openapi({"/canary": {"get": operation()}})))
    rest.create_deployment(restApiId=api, stageName="live", canarySettings={"percentTraffic": 50})
    assert set(_export(rest, api)["paths"]) == {"/base"}


def test_addresses(rest: Any, client: Any) -> None:
    """Those of the stage in its region, whatever the documents said."""
    document = FULL | {"servers": [{"url": "https://example.com/other"}]}
    api = _served(rest, document)
    old = _export(rest, api, "swagger")
    host = f"{api}.execute-api.us-east-1.amazonaws.com"
    assert (old["host"], old["basePath"], old["schemes"]) == (host, "/live", ["https"])
    servers = _export(rest, api)["servers"]
    assert servers == [{"url": f"https://{host}/{{basePath}}", "variables": {"basePath": {"default": "live"}}}]
    china = client("apigateway", region="cn-north-1")
    api = _served(china, openapi({"/": {"get": operation()}}), parameters={"endpointConfigurationTypes": "REGIONAL"})
    assert _export(china, api, "swagger")["host"].endswith(".cn-north-1.amazonaws.com.cn")


def test_the_version_is_a_date_where_there_is_none(rest: Any) -> None:
    """It stands in the file's name, too."""
    answer = {"restApiId": _served(rest, FULL), "stageName": "live", "exportType": "swagger"}
    assert rest.get_export(**answer)["contentDisposition"] == 'attachment; filename="swagger_1.0.json"'
    api = rest.create_rest_api(name="dated")
    where = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**where, authorizationType="NONE")
    rest.put_integration(**where, type="MOCK")
    rest.create_deployment(restApiId=api["id"], stageName="live")
    version = _export(rest, api["id"], "swagger")["info"]["version"]
    assert version == api["createdDate"].strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("kind", ["oas30", "swagger"])
def test_json_and_yaml_by_the_accept_header(rest: Any, kind: str) -> None:
    """The same document."""
    api = _served(rest, FULL)
    given = {"restApiId": api, "stageName": "live", "exportType": kind}
    by_yaml = rest.get_export(**given, accepts="application/yaml")
    text = by_yaml["body"].read()
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(text)
    assert by_yaml["contentDisposition"].endswith('.yaml"')
    assert yaml.safe_load(text) == json.loads(rest.get_export(**given, accepts="application/json")["body"].read())
    assert refused(rest.get_export, **given, accepts="text/html")[0] == "BadRequestException"


def _extensions(value: Any) -> set[str]:
    if isinstance(value, dict):
        here = {key.removeprefix(EXT) for key in value if key.startswith("x-")}
        return here.union(*(_extensions(each) for each in value.values()))
    return set[str]().union(*(_extensions(each) for each in value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("kind", ["oas30", "swagger"])
def test_extensions_are_what_was_asked_for(rest: Any, kind: str) -> None:
    """None but the kind of authorization by default; `apigateway` is all but documentation."""
    api = _served(rest, FULL)
    assert _extensions(_export(rest, api, kind)) == {"authtype"}
    assert _extensions(_export(rest, api, kind, "integrations")) == {"authtype", "integration"}
    assert _extensions(_export(rest, api, kind, "authorizers")) == {"authtype", "authorizer"}
    assert _extensions(_export(rest, api, kind, "integrations,authorizers")) == {
        "authtype",
        "authorizer",
        "integration",
    }
    assert _extensions(_export(rest, api, kind, "postman")) == {"authtype"}
    assert _extensions(_export(rest, api, kind, "apigateway")) == {
        "authtype",
        "authorizer",
        "integration",
        "request-validator",
        "request-validators",
        "gateway-responses",
        "minimum-compression-size",
    }


def test_what_an_operation_says(rest: Any) -> None:
    """Security, parameters and responses as AWS writes them, in both forms."""
    query = [{"name": "q", "in": "query", "required": True}, {"name": "h", "in": "header"}]
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Held"}}}}
    given = operation(http(cacheKeyParameters=["method.request.querystring.q"]), operationId="ask", parameters=query)
    given |= {"requestBody": body, "responses": responses("A", model="Held"), "security": [{"keeper": []}]}
    api = _served(rest, FULL | {"paths": {"/a": {"x-amazon-apigateway-any-method": given}}})
    made = _export(rest, api, extensions="apigateway")["paths"]["/a"]["x-amazon-apigateway-any-method"]
    integration = made.pop(INTEGRATION)
    assert integration["cacheKeyParameters"] == ["method.request.querystring.q"] and integration["cacheNamespace"]
    text = {"schema": {"type": "string"}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Held"}}}
    assert made == {
        "operationId": "ask",
        "parameters": [{"name": "q", "in": "query", "required": True} | text, {"name": "h", "in": "header"} | text],
        "requestBody": {"content": content, "required": True},
        "responses": {"200": {"description": "200 response", "headers": {"A": text}, "content": content}},
        "security": [{"keeper": []}],
        EXT + "request-validator": "all",
    }
    old = _export(rest, api, "swagger")["paths"]["/a"]["x-amazon-apigateway-any-method"]
    reference = {"$ref": "#/definitions/Held"}
    assert old["parameters"][1] == {"name": "h", "in": "header", "required": False, "type": "string"}
    assert old["parameters"][2] == {"name": "Held", "in": "body", "required": True, "schema": reference}
    assert old["consumes"] == old["produces"] == ["application/json"]


def test_no_endpoint_configuration(rest: Any) -> None:
    """Neither the type, nor VPC endpoints, nor whether the default endpoint is on."""
    server = {
        "url": "/",
        EXT + "endpoint-configuration": {"disableExecuteApiEndpoint": True, "vpcEndpointIds": ["vpce-1"]},
    }
    statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    policy = {EXT + "policy": {"Version": "2012-10-17", "Statement": [statement]}}
    given = {"endpointConfigurationTypes": "PRIVATE"}
    api = _served(rest, FULL | {"servers": [server]} | policy, parameters=given)
    document = _export(rest, api, extensions="apigateway")
    assert "endpoint-configuration" not in _extensions(document)
    assert document[EXT + "policy"]["Statement"][0]["Resource"].endswith(f":{api}/*")


def test_documentation_of_the_version_that_the_stage_shows(rest: Any) -> None:
    """As it was frozen: by itself, and in what it tells of as far as OpenAPI knows it."""
    told = {
        "API": ({}, {"info": {"description": "told", "odd": 1}, "x-api": 1}),
        "METHOD": ({"path": "/a", "method": "GET"}, {"description": "reads", "summary": "short", "odd": 1}),
        "RESPONSE": ({"statusCode": "200"}, {"description": "fine"}),
        "RESOURCE": ({"path": "/a"}, {"description": "not a member", "x-path": 2}),
        "MODEL": ({"name": "Held"}, {"description": "held"}),
    }
    parts = [{"location": {"type": kind, **place}, "properties": each} for kind, (place, each) in told.items()]
    api = _served(rest, FULL | {EXT + "documentation": {"documentationParts": parts}})
    assert "documentation" not in _extensions(_export(rest, api, extensions="documentation"))
    rest.create_documentation_version(restApiId=api, documentationVersion="v1", stageName="live")
    for part in rest.get_documentation_parts(restApiId=api)["items"]:
        rest.delete_documentation_part(restApiId=api, documentationPartId=part["id"])
    document = _export(rest, api, extensions="documentation")
    carried = document[EXT + "documentation"]
    assert carried["version"] == "v1" and "createdDate" in carried
    assert sorted(json.dumps(each, sort_keys=True) for each in carried["documentationParts"]) == sorted(
        json.dumps(each, sort_keys=True) for each in parts
    )
    item = document["paths"]["/a"]
    assert (document["info"]["description"], document["x-api"], item["x-path"]) == ("told", 1, 2)
    assert (item["get"]["description"], item["get"]["summary"]) == ("reads", "short")
    assert item["get"]["responses"]["200"]["description"] == item["put"]["responses"]["200"]["description"] == "fine"
    assert document["components"]["schemas"]["Held"]["description"] == "held"
    assert not {"odd", "description"} & set(item) and "description" not in item["put"]
    assert _export(rest, api) == document
    assert "documentation" not in _extensions(_export(rest, api, extensions="apigateway"))


def test_models_of_other_content_types_can_not_be_exported(rest: Any) -> None:
    """Whether a method uses them or not."""
    api = _served(rest, FULL)
    rest.create_model(restApiId=api, name="Page", contentType="text/html", schema="<html/>")
    assert _export(rest, api)["paths"]
    rest.create_deployment(restApiId=api, stageName="live")
    code, message = refused(rest.get_export, restApiId=api, stageName="live", exportType="swagger")
    assert code == "BadRequestException" and message.startswith("Only found non-JSON body models for ")


def test_what_there_is_not(rest: Any) -> None:
    """Another stage, another kind of export."""
    api = _served(rest, FULL)
    given = {"restApiId": api, "stageName": "none", "exportType": "oas30"}
    assert refused(rest.get_export, **given) == ("NotFoundException", "Invalid stage identifier specified")
    given |= {"stageName": "live", "exportType": "raml"}
    assert refused(rest.get_export, **given)[0] == "BadRequestException"
