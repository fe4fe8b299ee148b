"""ImportApi and ReimportApi."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.http.import_parts import DESCRIBED
from tests.strict_aws.tests.http_samples import (
    FUNCTION,
    INVOKED,
    ISSUER,
    function,
    http_api,
    plain,
    route,
    vpc_link,
    websocket_api,
)
from tests.strict_aws.tests.refused import refused

X = "x-amazon-apigateway-"
LAMBDA = {"type": "aws_proxy", "httpMethod": "POST", "payloadFormatVersion": "2.0", "uri": INVOKED}
DEFINITION: dict[str, Any] = {
    "openapi": "3.0.1",
    "info": {"title": "Shop", "version": "2", "description": "d"},
    "servers": [{f"{X}endpoint-configuration": {"disableExecuteApiEndpoint": True}}],
    "tags": [{"name": "team", f"{X}tag-value": "a"}, {"name": "CORS"}],
    "paths": {
        "/$default": {f"{X}any-method": {"isDefaultRoute": True, f"{X}integration": LAMBDA}},
        "/pets": {
            "get": {
                "operationId": "list",
                "security": [{"pool": ["read"]}],
                f"{X}integration": {"$ref": f"#/components/{X}integrations/shared"},
            },
            f"{X}any-method": {f"{X}integration": {"$ref": f"#/components/{X}integrations/shared"}},
        },
        "/pets/{id}": {
            "delete": {"security": [{"lambda": []}], f"{X}integration": LAMBDA},
            "post": {"security": [{"iam": []}], f"{X}integration": LAMBDA},
            "put": {f"{X}auth": {"type": "AWS_IAM"}},
        },
    },
    "components": {
        "securitySchemes": {
            "pool": {
                "type": "openIdConnect",
                "openIdConnectUrl": f"{ISSUER}/.well-known/openid-configuration",
                f"{X}authorizer": {
                    "type": "jwt",
                    "identitySource": "$request.header.Authorization",
                    "jwtConfiguration": {"audience": ["app"]},
                },
            },
            "lambda": {
                "type": "apiKey",
                "name": "x",
                "in": "header",
                f"{X}authorizer": {
                    "type": "request",
                    "authorizerUri": INVOKED,
                    "authorizerPayloadFormatVersion": "2.0",
                    "authorizerResultTtlInSeconds": 60,
                    "authorizerCredentials": "arn:aws:iam::123456789012:role/r",
                    "identitySource": "$request.header.a, $request.querystring.b",
                    "enableSimpleResponses": True,
                },
            },
            "iam": {"type": "apiKey", "name": "Authorization", "in": "header", f"{X}authtype": "awsSigv4"},
        },
        f"{X}integrations": {
            "shared": {
                "type": "http_proxy",
                "httpMethod": "any",
                "uri": "https://${AWS::AccountId}.${AWS::Region}.example/${AWS::Partition}",
                "payloadFormatVersion": "1.0",
                "timeoutInMillis": 5000,
                "requestParameters": {"append:header.a": "b"},
                "responseParameters": {"500": {"overwrite:statuscode": "503"}},
            },
            "unused": LAMBDA,
        },
    },
    f"{X}cors": {"allowOrigins": ["*"], "allowMethods": ["GET"], "maxAge": 5, "allowCredentials": False},
    f"{X}importexport-version": "1.0",
}


def document(**changes: Any) -> str:
    return json.dumps(DEFINITION | changes)


def operation(said: dict[str, Any], path: str = "/a", verb: str = "get") -> dict[str, Any]:
    return {path: {verb: said}}


def test_an_import_makes_what_the_document_defines(http: Any) -> None:
    made = http.import_api(Body=document())
    api = made["ApiId"]
    assert (made["Name"], made["Version"], made["Description"]) == ("Shop", "2", "d")
    assert (made["DisableExecuteApiEndpoint"], made["Tags"]) == (True, {"team": "a"})
    assert made["CorsConfiguration"] == {
        "AllowCredentials": False,
        "AllowMethods": ["GET"],
        "AllowOrigins": ["*"],
        "MaxAge": 5,
    }
    assert "Warnings" not in made and "ImportInfo" not in made
    routes = {each["RouteKey"]: each for each in http.get_routes(ApiId=api)["Items"]}
    assert set(routes) == {
        "$default",
        "GET /pets",
        "ANY /pets",
        "DELETE /pets/{id}",
        "POST /pets/{id}",
        "PUT /pets/{id}",
    }
    names = {each["AuthorizerId"]: each["Name"] for each in http.get_authorizers(ApiId=api)["Items"]}
    listed = routes["GET /pets"]
    assert (listed["OperationName"], listed["AuthorizationScopes"]) == ("list", ["read"])
    assert (listed["AuthorizationType"], names[listed["AuthorizerId"]]) == ("JWT", "pool")
    assert listed["Target"] == routes["ANY /pets"]["Target"]
    deleted = routes["DELETE /pets/{id}"]
    assert (deleted["AuthorizationType"], names[deleted["AuthorizerId"]]) == ("CUSTOM", "lambda")
    assert routes["POST /pets/{id}"]["AuthorizationType"] == routes["PUT /pets/{id}"]["AuthorizationType"] == "AWS_IAM"
    assert "Target" not in routes["PUT /pets/{id}"]


def test_imported_integrations_and_authorizers(http: Any) -> None:
    api = http.import_api(Body=document())["ApiId"]
    integrations = http.get_integrations(ApiId=api)["Items"]
    assert len(integrations) == 5
    shared = next(each for each in integrations if each["IntegrationType"] == "HTTP_PROXY")
    assert shared == {
        "ConnectionType": "INTERNET",
        "Description": "AutoCreate from OpenAPI Import",
        "IntegrationId": shared["IntegrationId"],
        "IntegrationMethod": "ANY",
        "IntegrationType": "HTTP_PROXY",
        "IntegrationUri": "https://123456789012.us-east-1.example/aws",
        "PayloadFormatVersion": "1.0",
        "RequestParameters": {"append:header.a": "b"},
        "ResponseParameters": {"500": {"overwrite:statuscode": "503"}},
        "TimeoutInMillis": 5000,
    }
    token, request = http.get_authorizers(ApiId=api)["Items"]
    assert token["JwtConfiguration"] == {"Audience": ["app"], "Issuer": ISSUER}
    assert request["IdentitySource"] == ["$request.header.a", "$request.querystring.b"]
    assert (request["AuthorizerResultTtlInSeconds"], request["EnableSimpleResponses"]) == (60, True)


def test_what_an_http_api_has_not_is_named(http: Any) -> None:
    said = {"parameters": [], "requestBody": {}, "responses": {}, f"{X}integration": LAMBDA}
    made = http.import_api(Body=document(paths=operation(said, "/pets", "post"), components={"schemas": {"A": {}}}))
    assert made["ImportInfo"] == [
        "components: key [schemas] will be ignored by API Gateway",
        "paths./pets.post: key [parameters] will be ignored by API Gateway",
        "paths./pets.post: key [requestBody] will be ignored by API Gateway",
        "paths./pets.post: key [responses] will be ignored by API Gateway",
    ]
    assert http.get_api(ApiId=made["ApiId"])["ImportInfo"] == made["ImportInfo"]


def test_an_integration_that_can_t_be_is_warned_of_and_its_route_made(http: Any) -> None:
    said = {f"{X}integration": {"type": "HTTP_PROXY", "httpMethod": "GET", "uri": "http://a.example"}}
    said[f"{X}integration"]["payloadFormatVersion"] = 1.0
    made = http.import_api(Body=document(paths=operation(said, "/pets")))
    text = (
        "Unable to create integration for resource at path 'GET /pets': Unsupported PayloadFormatVersion: 1. Ignoring."
    )
    assert made["Warnings"] == [text]
    (kept,) = http.get_routes(ApiId=made["ApiId"])["Items"]
    assert "Target" not in kept
    body = document(paths=operation(said, "/pets"))
    assert refused(http.import_api, Body=body, FailOnWarnings=True) == (
        "BadRequestException",
        f"Warnings found during import:\n\t{text}",
    )
    assert len(http.get_apis()["Items"]) == 1


def test_references_that_lead_nowhere_are_warned_of(http: Any) -> None:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Nothing"}}}
    said = {"responses": {"200": {"description": "", "content": content}}, f"{X}integration": LAMBDA}
    body = document(paths=operation(said, "/update"))
    where = "paths.'/update'(get).responses.200.content.schema.#/components/schemas/Nothing"
    assert refused(http.import_api, Body=body, FailOnWarnings=True) == (
        "BadRequestException",
        f"Warnings found during import:\n\tParse issue: attribute {where} is missing",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"openapi": "3.1.0"},
        {"openapi": None, "swagger": "2.0"},
        {"info": {"version": "1"}},
        {"paths": operation({"security": [{"pool": [], "lambda": []}]})},
        {"paths": operation({}, "no-slash")},
        {"paths": operation({f"{X}integration": {"$ref": "#/components/nothing"}})},
        {"components": {"securitySchemes": {"a": {f"{X}authorizer": {"type": "request", "authorizerUri": INVOKED}}}}},
        {f"{X}cors": {"allowOrigins": ["*"], "allowCredentials": True}},
    ],
)
def test_what_can_t_be_imported(http: Any, wrong: dict[str, Any]) -> None:
    assert refused(http.import_api, Body=document(**wrong))[0] == "BadRequestException"
    assert http.get_apis()["Items"] == []


def test_bodies_that_are_no_documents(http: Any) -> None:
    for body in ("", "{", "just text", "[]", "a: [b"):
        assert refused(http.import_api, Body=body) == ("BadRequestException", "Invalid OpenAPI input.")
    assert refused(http.import_api, Body=document(), Basepath="other")[0] == "BadRequestException"
    assert refused(http.import_api, Body=" " * (6 * 1024 * 1024 + 1))[0] == "BadRequestException"


def test_yaml_is_read(http: Any) -> None:
    body = f"""
openapi: 3.0.1
info: {{title: My API, version: 2024-01-02}}
paths:
  /hello:
    {X}any-method:
      {X}integration: {{payloadFormatVersion: 2.0, type: aws_proxy, httpMethod: POST, uri: "{INVOKED}"}}
"""
    made = http.import_api(Body=body)
    assert (made["Version"], "Warnings" in made) == ("2024-01-02", False)
    (integration,) = http.get_integrations(ApiId=made["ApiId"])["Items"]
    assert integration["PayloadFormatVersion"] == "2.0"


@pytest.mark.parametrize(
    ("basepath", "keys"),
    [
        ("ignore", {"GET /", "GET /a"}),
        ("prepend", {"GET /one/two", "GET /one/two/a"}),
        ("split", {"GET /two", "GET /two/a"}),
    ],
)
def test_base_paths(http: Any, basepath: str, keys: set[str]) -> None:
    servers = [{"url": "https://a.example/{basePath}", "variables": {"basePath": {"default": "/one/two"}}}]
    paths = operation({}, "/") | operation({})
    api = http.import_api(Body=document(paths=paths, servers=servers), Basepath=basepath)["ApiId"]
    assert {each["RouteKey"] for each in http.get_routes(ApiId=api)["Items"]} == keys


def test_root_security_counts_where_an_operation_says_nothing(http: Any) -> None:
    paths = {"/a": {"get": {}, "put": {"security": []}}}
    api = http.import_api(Body=document(paths=paths, security=[{"pool": []}]))["ApiId"]
    found = {each["RouteKey"]: each["AuthorizationType"] for each in http.get_routes(ApiId=api)["Items"]}
    assert found == {"GET /a": "JWT", "PUT /a": "NONE"}


def test_a_reimport_takes_the_place_of_what_was_there(http: Any) -> None:
    api = http_api(http, Description="old", Version="1", CorsConfiguration={"MaxAge": 5}, Tags={"a": "b"})
    route(http, api, "GET /old", function(http, api))
    http.create_stage(ApiId=api, StageName="live", AutoDeploy=True, StageVariables={"a": "b"})
    before = http.get_api(ApiId=api)
    body = json.dumps({"openapi": "3.0.1", "info": {"title": "New"}, "paths": operation({f"{X}integration": LAMBDA})})
    new = plain(http.reimport_api(ApiId=api, Body=body))
    assert (new["ApiId"], new["CreatedDate"], new["Name"], new["Tags"]) == (
        api,
        before["CreatedDate"],
        "New",
        {"a": "b"},
    )
    assert not {"Description", "Version", "CorsConfiguration"} & set(new)
    assert [each["RouteKey"] for each in http.get_routes(ApiId=api)["Items"]] == ["GET /a"]
    assert len(http.get_integrations(ApiId=api)["Items"]) == 1
    stage = http.get_stage(ApiId=api, StageName="live")
    assert stage["StageVariables"] == {"a": "b"}
    assert stage["DeploymentId"] == http.get_deployments(ApiId=api)["Items"][-1]["DeploymentId"]


def test_a_reimport_that_is_refused_changes_nothing(http: Any) -> None:
    api = http.import_api(Body=document())["ApiId"]
    before = http.get_routes(ApiId=api)["Items"], plain(http.get_api(ApiId=api))
    assert refused(http.reimport_api, ApiId=api, Body=document(paths=operation({}, "x")))[0] == "BadRequestException"
    assert (http.get_routes(ApiId=api)["Items"], plain(http.get_api(ApiId=api))) == before
    http.reimport_api(ApiId=api, Body=document())
    assert len(http.get_authorizers(ApiId=api)["Items"]) == 2
    assert len(http.get_integrations(ApiId=api)["Items"]) == 5


def test_websocket_apis_have_no_import(http: Any) -> None:
    assert refused(http.reimport_api, ApiId=websocket_api(http), Body=document())[0] == "BadRequestException"
    assert refused(http.reimport_api, ApiId="nothing", Body=document())[0] == "NotFoundException"


def test_private_integrations_are_imported(http: Any, ec2: Any) -> None:
    link = vpc_link(http, ec2)
    said = {
        "type": "http_proxy",
        "httpMethod": "ANY",
        "uri": "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/1/2",
        "payloadFormatVersion": "1.0",
        "connectionType": "VPC_LINK",
        "connectionId": link,
        "tlsConfig": {"serverNameToVerify": "a.example"},
    }
    api = http.import_api(Body=document(paths=operation({f"{X}integration": said})))["ApiId"]
    found = next(each for each in http.get_integrations(ApiId=api)["Items"] if each["ConnectionType"] == "VPC_LINK")
    assert (found["ConnectionId"], found["TlsConfig"]) == (link, {"ServerNameToVerify": "a.example"})


def test_that_integrations_are_described_can_be_switched_off(http: Any, strict: StrictAws) -> None:
    strict.switch_off(DESCRIBED)
    api = http.import_api(Body=document())["ApiId"]
    assert not any("Description" in each for each in http.get_integrations(ApiId=api)["Items"])
    assert FUNCTION in http.get_integrations(ApiId=api)["Items"][0]["IntegrationUri"]
