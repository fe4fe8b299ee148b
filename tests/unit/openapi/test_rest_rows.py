"""Rows of exported documents of REST APIs, member by member; and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dr_toolkit.engine.openapi.rest_rows import rows

X = "x-amazon-apigateway-"
SERVERS = [
    {
        "url": "https://abc1234567.execute-api.us-east-1.amazonaws.com/{basePath}",
        "variables": {"basePath": {"default": "prod"}},
    }
]
PET = {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
SCHEMES = {
    "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
    "sigv4": {"type": "apiKey", "name": "Authorization", "in": "header", X + "authtype": "awsSigv4"},
    "token": {
        "type": "apiKey",
        "name": "Token",
        "in": "header",
        X + "authtype": "custom",
        X + "authorizer": {"type": "token", "authorizerUri": "arn:aws:x", "authorizerResultTtlInSeconds": 0},
    },
    "asked": {
        "type": "apiKey",
        "name": "Unused",
        "in": "header",
        X + "authorizer": {"type": "request", "authorizerUri": "arn:aws:x", "identitySource": "context.stage"},
    },
    "pool": {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        X + "authorizer": {"type": "cognito_user_pools", "providerARNs": ["arn:aws:cognito"]},
    },
}


def exported(paths: Any = None, **more: Any) -> dict[str, Any]:
    """An exported document, as GetExport (oas30, apigateway) gives one."""
    document = {"openapi": "3.0.1", "info": {"title": "shop", "version": "2026-01-01T00:00:00Z"}, "servers": SERVERS}
    components = {"schemas": {"Pet": {"type": "object"}}, "securitySchemes": SCHEMES}
    return document | {"paths": paths or {}, "components": components} | more


def method(operation: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The row of the one method of a document."""
    found = {row["path"]: row for row in rows(exported({"/pets": {"get": operation}}, **more))["apigateway.resource"]}
    return dict(found["/pets"]["resourceMethods"]["GET"])


def test_the_api() -> None:
    own = rows(
        exported(
            info={"title": "shop", "version": "7", "description": "sells"},
            **{
                X + "api-key-source": "AUTHORIZER",
                X + "binary-media-types": ["image/png"],
                X + "minimum-compression-size": 0,
                X + "security-policy": "TLS",
                X + "endpoint-access-mode": "STRICT",
                X + "policy": {"Statement": []},
            },
        )
    )["apigateway.rest_api"]
    assert own == [
        {
            "id": "abc1234567",
            "name": "shop",
            "description": "sells",
            "version": "7",
            "apiKeySource": "AUTHORIZER",
            "binaryMediaTypes": ["image/png"],
            "minimumCompressionSize": 0,
            "securityPolicy": "TLS",
            "endpointAccessMode": "STRICT",
            "policy": '{"Statement": []}',
        }
    ]


@pytest.mark.parametrize("date", ["2017-04-20T04:08:08Z", "2026-11-25T01:02:03.456Z", "2026-11-25 01:02:03UTC"])
def test_a_time_stands_for_no_version(date: str) -> None:
    assert "version" not in rows(exported(info={"title": "shop", "version": date}))["apigateway.rest_api"][0]


def test_the_id_of_an_api_may_be_given() -> None:
    given = rows(exported(servers=[]), "own")
    assert given["apigateway.rest_api"][0]["id"] == "own"
    assert rows(exported(servers=None))["apigateway.rest_api"][0]["id"] == ""


def test_paths_come_with_all_above_them() -> None:
    found = rows(exported({"/a/{id}/c": {"get": {}}, "/": {X + "any-method": {}}}))["apigateway.resource"]
    verbs = {row["path"]: sorted(row.get("resourceMethods", {})) for row in found}
    assert [(row["path"], row.get("parentId"), row.get("pathPart"), verbs[row["path"]]) for row in found] == [
        ("/", None, None, ["ANY"]),
        ("/a", "/", "a", []),
        ("/a/{id}", "/a", "{id}", []),
        ("/a/{id}/c", "/a/{id}", "c", ["GET"]),
    ]


def test_a_method() -> None:
    parameters = [
        {"name": "page", "in": "query", "required": True, "schema": {"type": "string"}},
        {"name": "X-A", "in": "header", "schema": {"type": "string"}},
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
    ]
    responses = {
        "200": {"description": "200 response", "headers": {"X-B": {"schema": {"type": "string"}}}, "content": PET},
        "404": {"description": "404 response", "content": {}},
    }
    found = method(
        {
            "operationId": "list",
            "parameters": parameters,
            "requestBody": {"content": PET, "required": True},
            "responses": responses,
            "security": [{"pool": ["read"]}, {"api_key": []}],
            X + "request-validator": "body",
        }
    )
    assert found == {
        "httpMethod": "GET",
        "operationName": "list",
        "authorizationType": "COGNITO_USER_POOLS",
        "authorizerId": "pool",
        "authorizationScopes": ["read"],
        "apiKeyRequired": True,
        "requestValidatorId": "body",
        "requestParameters": {
            "method.request.querystring.page": True,
            "method.request.header.X-A": False,
            "method.request.path.id": True,
        },
        "requestModels": {"application/json": "Pet"},
        "methodResponses": {
            "200": {
                "statusCode": "200",
                "responseParameters": {"method.response.header.X-B": False},
                "responseModels": {"application/json": "Pet"},
            },
            "404": {"statusCode": "404"},
        },
    }


@pytest.mark.parametrize(
    ("security", "told"),
    [
        ([], {"authorizationType": "NONE", "apiKeyRequired": False}),
        ([{"sigv4": []}], {"authorizationType": "AWS_IAM", "apiKeyRequired": False}),
        ([{"token": []}], {"authorizationType": "CUSTOM", "authorizerId": "token", "apiKeyRequired": False}),
    ],
)
def test_who_may_call(security: Any, told: dict[str, Any]) -> None:
    assert method({"security": security}) == {"httpMethod": "GET"} | told


def test_authorizers() -> None:
    found = {row["name"]: row for row in rows(exported())["apigateway.authorizer"]}
    assert found == {
        "asked": {
            "id": "asked",
            "name": "asked",
            "type": "REQUEST",
            "authorizerUri": "arn:aws:x",
            "identitySource": "context.stage",
        },
        "pool": {
            "id": "pool",
            "name": "pool",
            "type": "COGNITO_USER_POOLS",
            "providerARNs": ["arn:aws:cognito"],
            "identitySource": "method.request.header.Authorization",
        },
        "token": {
            "id": "token",
            "name": "token",
            "type": "TOKEN",
            "authType": "custom",
            "authorizerUri": "arn:aws:x",
            "authorizerResultTtlInSeconds": 0,
            "identitySource": "method.request.header.Token",
        },
    }


def test_an_integration() -> None:
    given = {
        "type": "http_proxy",
        "httpMethod": "PUT",
        "uri": "https://a.example.com",
        "connectionType": "VPC_LINK",
        "connectionId": "link12",
        "passthroughBehavior": "when_no_templates",
        "contentHandling": "CONVERT_TO_TEXT",
        "timeoutInMillis": 50,
        "cacheNamespace": "res123",
        "cacheKeyParameters": ["method.request.querystring.a"],
        "tlsConfig": {"insecureSkipVerification": True},
        "responseTransferMode": "STREAM",
        "requestParameters": {"integration.request.header.A": "'a'"},
        "requestTemplates": {"application/json": ""},
        "responses": {
            "default": {"statusCode": "200", "responseTemplates": {"application/json": ""}},
            "5..": {"statusCode": "500", "responseParameters": {"method.response.header.X-B": "'b'"}},
        },
    }
    same = {name: value for name, value in given.items() if name not in ("type", "passthroughBehavior", "responses")}
    assert method({X + "integration": given})["methodIntegration"] == same | {
        "type": "HTTP_PROXY",
        "passthroughBehavior": "WHEN_NO_TEMPLATES",
        "integrationResponses": {
            "200": {"statusCode": "200", "responseTemplates": {"application/json": ""}},
            "500": {
                "statusCode": "500",
                "selectionPattern": "5..",
                "responseParameters": {"method.response.header.X-B": "'b'"},
            },
        },
    }


def test_models_refer_to_each_other_by_urls_of_the_api() -> None:
    schemas = {"Pet": {"type": "object"}, "Pets": {"items": {"$ref": "#/components/schemas/Pet"}}}
    found = {row["name"]: row for row in rows(exported(components={"schemas": schemas}))["apigateway.model"]}
    url = "https://apigateway.amazonaws.com/restapis/abc1234567/models/Pet"
    assert json.loads(found["Pets"]["schema"]) == {"items": {"$ref": url}}
    assert found["Pet"] == {
        "id": "Pet",
        "name": "Pet",
        "contentType": "application/json",
        "schema": '{"type": "object"}',
    }


def test_validators_and_gateway_responses() -> None:
    responses = {"THROTTLED": {"statusCode": 429, "responseParameters": {"a": "'b'"}}, "QUOTA_EXCEEDED": {}}
    validators = {"body": {"validateRequestBody": True}}
    found = rows(exported(**{X + "request-validators": validators, X + "gateway-responses": responses}))
    flags = {"validateRequestBody": True, "validateRequestParameters": False}
    assert found["apigateway.request_validator"] == [{"id": "body", "name": "body"} | flags]
    assert found["apigateway.gateway_response"] == [
        {"responseType": "QUOTA_EXCEEDED", "defaultResponse": False},
        {
            "responseType": "THROTTLED",
            "defaultResponse": False,
            "statusCode": "429",
            "responseParameters": {"a": "'b'"},
        },
    ]


def test_what_this_version_does_not_know_is_there_to_be_reported() -> None:
    news, integration = (
        {X + "news": 1},
        {"type": "mock", "news": 2, "responses": {"default": {"statusCode": 200, "news": 3}}},
    )
    item = {"get": {X + "integration": integration, **news}, **news}
    schemes = {"who": {X + "authorizer": {"type": "token", "news": 4}, "name": "A"}}
    found = rows(exported({"/": item}, components={"securitySchemes": schemes}, **news))
    (root,), (api,), (who,) = (found[f"apigateway.{name}"] for name in ("resource", "rest_api", "authorizer"))
    get = root["resourceMethods"]["GET"]
    assert [held[X + "news"] for held in (api, root, get)] == [1, 1, 1]
    assert get["methodIntegration"]["news"] == 2
    assert get["methodIntegration"]["integrationResponses"]["200"]["news"] == 3
    assert who["news"] == 4


def test_the_old_word_for_signed_calls() -> None:
    assert method({X + "auth": {"type": "aws_iam"}})["authorizationType"] == "AWS_IAM"


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ([], "all of the export is no object"),
        ({"swagger": "2.0"}, "no OpenAPI 3.0 document"),
        (exported(info=[]), "info of the export is no object"),
        (exported(info={"title": 3}), "info.title of the export is no text"),
        (exported(servers={}), "servers of the export is no list"),
        (exported(components=[]), "components of the export is no object"),
        (exported(**{X + "policy": "{}"}), "policy of the export is no object"),
        (exported({"pets": {}}), "the path pets of the export does not begin with a slash"),
        (exported({"/": []}), "/ of the export is no object"),
        (exported({"/": {"get": []}}), "GET / of the export is no object"),
        (exported({"/": {"get": {"parameters": {}}}}), "GET /: parameters of the export is no list"),
        (exported({"/": {"get": {"parameters": [{"in": "cookie", "name": "a"}]}}}), "has a parameter in cookie"),
        (exported({"/": {"get": {"parameters": [{"in": "path"}]}}}), "a parameter of the export is no text"),
        (exported({"/": {"get": {"security": [{"who": []}]}}}), "requires who, which no security scheme describes"),
        (exported({"/": {"get": {"requestBody": {"content": {"a/b": {"schema": {}}}}}}}), "for a/b that is no model"),
        (exported({"/": {"get": {X + "integration": {}}}}), "GET /: type of the export is no text"),
        (
            exported({"/": {"get": {X + "integration": {"type": "mock", "responses": {"default": {}}}}}}),
            "GET / default of the export has no status code",
        ),
        (
            exported(components={"securitySchemes": {"who": {X + "authorizer": {"type": "jwt"}}}}),
            "the authorizer who of the export is of the unknown type jwt",
        ),
        (
            exported({"/": {"get": {"security": [{"w": []}]}}}, components={"securitySchemes": {"w": {"type": "x"}}}),
            "GET / of the export requires w, which is no authorizer, signature or API key",
        ),
    ],
)
def test_what_is_no_export_is_refused(document: Any, text: str) -> None:
    with pytest.raises(ValueError, match=r".*") as caught:
        rows(document)
    assert text in str(caught.value)
