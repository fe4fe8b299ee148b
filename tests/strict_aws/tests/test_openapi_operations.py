"""Operations that are imported: whose they are, their models, their integrations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.strict_aws.tests.openapi_calls import PREFIX, errors_of, import_api, method_of
from tests.strict_aws.tests.openapi_samples import (
    EXT,
    INTEGRATION,
    KEY,
    POOL,
    SIGV4,
    Document,
    authorizer,
    http,
    mock,
    old_responses,
    openapi,
    operation,
    responses,
    swagger,
)


def test_security_of_operations(rest: Any) -> None:
    """Authorizers of three types, IAM, keys, scopes; an empty list frees from what the root requires."""
    schemes = {
        "token": authorizer("token", "Token", authorizerResultTtlInSeconds=60),
        "request": authorizer("request", identitySource="method.request.header.A"),
        "pool": authorizer("cognito_user_pools"),
        "iam": SIGV4,
        "api_key": KEY,
    }
    verbs = {"get": None, "put": [{"request": []}, {"api_key": []}], "post": [{"pool": ["a", "b"]}]}
    verbs |= {"delete": [], "patch": [{"iam": []}]}
    path = {verb: operation() | ({} if s is None else {"security": s}) for verb, s in verbs.items()}
    path["head"] = operation() | {"security": [], EXT + "auth": {"type": "AWS_IAM"}}
    api = import_api(
        rest,
        openapi({"/": path}, components={"securitySchemes": schemes}, security=[{"token": []}]),
        failOnWarnings=True,
    )["id"]
    kinds = {row["id"]: row for row in rest.get_authorizers(restApiId=api)["items"]}
    found = {verb: method_of(rest, api, verb=verb.upper()) for verb in path}
    assert {verb: m["authorizationType"] for verb, m in found.items()} == {
        "get": "CUSTOM",
        "put": "CUSTOM",
        "post": "COGNITO_USER_POOLS",
        "delete": "NONE",
        "patch": "AWS_IAM",
        "head": "AWS_IAM",
    }
    assert {verb: kinds[m["authorizerId"]]["type"] for verb, m in found.items() if "authorizerId" in m} == {
        "get": "TOKEN",
        "put": "REQUEST",
        "post": "COGNITO_USER_POOLS",
    }
    assert [verb for verb, m in found.items() if m["apiKeyRequired"]] == ["put"]
    assert found["post"]["authorizationScopes"] == ["a", "b"]
    token = next(row for row in kinds.values() if row["type"] == "TOKEN")
    assert token["identitySource"] == "method.request.header.Token"
    assert next(row for row in kinds.values() if row["name"] == "pool")["providerARNs"] == [POOL]


def test_other_schemes_are_left_out(rest: Any) -> None:
    """oauth2 and http are warned of, and their operations are open."""
    schemes = {"oauth": {"type": "oauth2"}, "basic": {"type": "http", "scheme": "basic"}}
    document = openapi({"/": {"get": operation(security=[{"oauth": []}])}}, components={"securitySchemes": schemes})
    made = import_api(rest, document)
    assert made["warnings"] == [
        "Unsupported security definition type 'oauth2' for 'oauth'. Ignoring.",
        "Unsupported security definition type 'http' for 'basic'. Ignoring.",
    ]
    assert method_of(rest, made["id"])["authorizationType"] == "NONE"


def test_an_authorizer_that_cannot_be(rest: Any) -> None:
    """Its own refusal is an error of the import."""
    broken = authorizer("token") | {EXT + "authorizer": {"type": "token"}}
    message = errors_of(rest, openapi({}, components={"securitySchemes": {"keeper": broken}}))
    assert message.startswith(PREFIX + "Unable to create Authorizer 'keeper': Authorizer URI must be specified")


def _modelled(schema: Document, **schemas: Any) -> Document:
    given = responses()
    given["200"]["content"] = {"application/json": {"schema": schema}}
    return openapi({"/": {"get": operation(responses=given)}}, components={"schemas": schemas})


def test_schemas_written_in_place_become_models(rest: Any) -> None:
    """They are named MODEL and six letters; plain types and missing references are dropped, with a warning."""
    api = import_api(rest, _modelled({"type": "object", "properties": {"a": {"type": "string"}}}))["id"]
    (model,) = rest.get_models(restApiId=api)["items"]
    assert model["name"].startswith("MODEL") and len(model["name"]) == 11
    assert method_of(rest, api)["methodResponses"]["200"]["responseModels"] == {"application/json": model["name"]}
    plain = import_api(rest, _modelled({"type": "string"}))
    assert plain["warnings"] == ["Unsupported model type 'StringSchema' in 200 response to method 'GET /'. Ignoring."]
    missing = import_api(rest, _modelled({"$ref": "#/components/schemas/Gone"}))
    assert missing["warnings"] == ["Reference to model 'Gone' not found. Ignoring."]
    assert rest.get_models(restApiId=missing["id"])["items"] == []


def test_what_a_schema_loses(rest: Any) -> None:
    """Members that draft 4 does not know are dropped; a property of such a name stays."""
    schema = {"type": "object", "example": {}, "properties": {"example": {"type": "string", "readOnly": True}}}
    api = import_api(rest, _modelled({"$ref": "#/components/schemas/Held"}, Held=schema))["id"]
    kept = json.loads(rest.get_model(restApiId=api, modelName="Held")["schema"])
    assert kept == {"type": "object", "properties": {"example": {"type": "string"}}}


@pytest.mark.parametrize(
    ("name", "schema", "reason"),
    [
        ("Two_Words", {"type": "object"}, "Model name must be alphanumeric: Two_Words"),
        ("Far", {"$ref": "https://example.com/far.json"}, "errors : [Model reference must be in canonical form]"),
        ("Lost", {"items": {"$ref": "#/components/schemas/Gone"}}, "Invalid model reference specified"),
    ],
)
def test_models_that_cannot_be(rest: Any, name: str, schema: Document, reason: str) -> None:
    """They end the import, whoever uses them."""
    message = errors_of(rest, openapi({}, components={"schemas": {name: schema}}))
    assert message.startswith(PREFIX + f"Unable to create model for '{name}': ")
    assert reason in message


def test_swagger_bodies_and_content_types(rest: Any) -> None:
    """consumes and produces spread a schema over content types."""
    body = {"in": "body", "name": "item", "schema": {"$ref": "#/definitions/Item"}}
    put = {"consumes": ["application/json", "application/xml"], "parameters": [body], INTEGRATION: mock()}
    put["responses"] = old_responses(model="Item")
    document = swagger({"/": {"put": put}}, produces=["text/xml"], definitions={"Item": {"type": "object"}})
    method = method_of(rest, import_api(rest, document)["id"], verb="PUT")
    assert method["requestModels"] == {"application/json": "Item", "application/xml": "Item"}
    assert method["methodResponses"]["200"]["responseModels"] == {"text/xml": "Item"}


def test_integrations_in_full(rest: Any) -> None:
    """Links, patterns, cache keys, times and modes; where documents carry no target, it is lost."""
    given = http(
        connectionType="vpc_link",
        connectionId="abc123",
        timeoutInMillis=5000,
        cacheKeyParameters=["method.request.path.id"],
        cacheNamespace="shared",
        contentHandling="convert_to_text",
        tlsConfig={"insecureSkipVerification": True},
        responseTransferMode="STREAM",
        integrationTarget="arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/lb/1",
        responses={
            "default": {"statusCode": "200"},
            "5\\d\\d": {"statusCode": 502, "contentHandling": "CONVERT_TO_BINARY"},
        },
    )
    api = import_api(rest, openapi({"/{id}": {"get": operation(given)}}))["id"]
    assert method_of(rest, api, "/{id}")["methodIntegration"] == {
        "type": "HTTP",
        "httpMethod": "GET",
        "uri": "https://backend.example.com/items",
        "connectionType": "VPC_LINK",
        "connectionId": "abc123",
        "timeoutInMillis": 5000,
        "cacheKeyParameters": ["method.request.path.id"],
        "cacheNamespace": "shared",
        "contentHandling": "CONVERT_TO_TEXT",
        "tlsConfig": {"insecureSkipVerification": True},
        "responseTransferMode": "STREAM",
        "passthroughBehavior": "WHEN_NO_MATCH",
        "integrationResponses": {
            "200": {"statusCode": "200"},
            "502": {"statusCode": "502", "selectionPattern": "5\\d\\d", "contentHandling": "CONVERT_TO_BINARY"},
        },
    }


@pytest.mark.parametrize("broken", [{"type": "nothing"}, {"type": "mock", "uri": {"Fn::Sub": "x"}}, "mock"])
def test_malformed_integrations(rest: Any, broken: Any) -> None:
    """They end the import at once."""
    text = "Unable to parse API definition because of a malformed integration at path /a."
    assert errors_of(rest, openapi({"/a": {"get": operation() | {INTEGRATION: broken}}})) == text
