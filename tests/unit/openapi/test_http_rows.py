"""Rows of exports as AWS writes them, and of odd ones."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.engine.openapi.http_exported import exported
from dr_toolkit.engine.openapi.http_rows import rows
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.http_apis import API, AUTHORIZER, INTEGRATION, ROUTE

X = "x-amazon-apigateway-"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
INVOKED = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
LAMBDA = {"payloadFormatVersion": "2.0", "type": "aws_proxy", "httpMethod": "POST", "uri": INVOKED}


def export(paths: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A document as ExportApi answers it."""
    server = {"url": "https://abcdefghij.execute-api.us-east-1.amazonaws.com/{basePath}"}
    server["variables"] = {"basePath": {"default": ""}}  # type: ignore[assignment]
    info = {"title": "shop", "version": "2026-05-29 08:40:34UTC"}
    return {"openapi": "3.0.1", "info": info, "servers": [server], "paths": paths or {}, **more}


def to_function(**more: Any) -> dict[str, Any]:
    """An operation that calls a function."""
    said = {"responses": {"default": {"description": "Default response"}}, f"{X}integration": dict(LAMBDA)}
    return said | more


def test_an_api_s_row_has_its_own_id_and_no_date_for_a_version() -> None:
    cors = {"allowOrigins": ["*"], "maxAge": 3}
    assert rows(export(**{f"{X}cors": cors}))[API] == [
        {
            **{"ApiId": "abcdefghij", "Name": "shop", "ProtocolType": "HTTP", "DisableExecuteApiEndpoint": False},
            "CorsConfiguration": {"AllowOrigins": ["*"], "MaxAge": 3},
        }
    ]
    told = export(info={"title": "shop", "description": "d", "version": "3"})
    told["servers"][0][f"{X}endpoint-configuration"] = {"disableExecuteApiEndpoint": True}
    (row,) = rows(told)[API]
    assert (row["Description"], row["Version"], row["DisableExecuteApiEndpoint"]) == ("d", "3", True)


def test_integrations_that_say_the_same_are_one_whether_they_are_shared_or_not() -> None:
    inline = {"/a": {"get": to_function(), "parameters": []}, "/b": {"post": to_function()}}
    shared = {f"{X}integrations": {"shared": dict(LAMBDA), "unused": {"type": "http_proxy", "uri": "https://b"}}}
    reference = {f"{X}integration": {"$ref": f"#/components/{X}integrations/shared"}}
    by_name = {"/a": {"get": to_function(**reference)}, "/b": {"post": to_function(**reference)}}
    found = rows(export(inline))
    assert found == rows(export(by_name, components=shared))
    assert found[INTEGRATION] == [
        {
            **{"IntegrationId": "GET /a", "IntegrationType": "AWS_PROXY", "IntegrationMethod": "POST"},
            **{"IntegrationUri": FUNCTION, "PayloadFormatVersion": "2.0", "TimeoutInMillis": 30000},
        }
    ]
    assert [route["Target"] for route in found[ROUTE]] == ["integrations/GET /a"] * 2


def test_methods_and_the_default_route() -> None:
    paths = {
        "/$default": {f"{X}any-method": to_function(isDefaultRoute=True)},
        "/x/{proxy+}": {f"{X}any-method": to_function(operationId="any"), "head": {"responses": {}}},
    }
    found = rows(export(paths))[ROUTE]
    assert [(row["RouteKey"], "Target" in row) for row in found] == [
        *(("$default", True), ("ANY /x/{proxy+}", True), ("HEAD /x/{proxy+}", False))
    ]
    assert found[1]["OperationName"] == "any"


def test_every_way_to_authorize() -> None:
    token = {"type": "jwt", "identitySource": "$request.header.A", "jwtConfiguration": {"audience": ["a"]}}
    check = {"type": "request", "identitySource": "$request.header.a, $context.stage", "authorizerUri": INVOKED}
    check |= {"authorizerPayloadFormatVersion": 2.0, "enableSimpleResponses": True, "authorizerResultTtlInSeconds": 0}
    schemes = {
        "jwt": {"type": "oauth2", "flows": {}, f"{X}authorizer": token},
        "check": {"type": "apiKey", "name": "a", "in": "header", f"{X}authorizer": check},
        "signed": {"type": "apiKey", f"{X}authtype": "awsSigv4"},
        "nobody": {"type": "oauth2", f"{X}authorizer": token},
    }
    paths = {
        "/1": {"get": to_function(security=[{"jwt": ["x"]}])},
        "/2": {"get": to_function(security=[{"check": []}])},
        "/3": {"get": to_function(security=[{"signed": []}])},
        "/4": {"get": to_function(**{f"{X}auth": {"type": "AWS_IAM"}})},
        "/5": {"get": to_function()},
    }
    found = rows(export(paths, components={"securitySchemes": schemes}))
    assert [row["AuthorizationType"] for row in found[ROUTE]] == ["JWT", "CUSTOM", "AWS_IAM", "AWS_IAM", "NONE"]
    assert (found[ROUTE][0]["AuthorizerId"], found[ROUTE][0]["AuthorizationScopes"]) == ("jwt", ["x"])
    checking, tokens = found[AUTHORIZER]
    assert (tokens["Name"], tokens["AuthorizerType"], tokens["JwtConfiguration"]) == ("jwt", "JWT", {"Audience": ["a"]})
    assert checking == {
        **{"AuthorizerId": "check", "Name": "check", "AuthorizerType": "REQUEST", "AuthorizerUri": INVOKED},
        **{"AuthorizerPayloadFormatVersion": "2.0", "EnableSimpleResponses": True, "AuthorizerResultTtlInSeconds": 0},
        "IdentitySource": ["$request.header.a", "$context.stage"],
    }


def test_members_that_nobody_knows_yet_are_in_the_rows() -> None:
    """So that canonical form says that there is something which this version does not know."""
    paths = {"/a": {"get": to_function(**{f"{X}integration": LAMBDA | {"somethingNew": {"a": 1}}})}}
    (row,) = rows(export(paths))[INTEGRATION]
    assert row["SomethingNew"] == {"a": 1}
    (api,) = rows(export(**{f"{X}cors": {"allowNew": True}}))[API]
    assert api["CorsConfiguration"] == {"AllowNew": True}


@pytest.mark.parametrize("odd", [{}, {"openapi": "3.1.0"}, {"swagger": "2.0"}])
def test_what_is_no_document_is_refused(odd: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no OpenAPI 3\.0"):
        rows(odd)


@pytest.mark.parametrize(
    "odd", [None, [], "x", {"/a": None}, {"/a": {"get": None}}, {"/a": {"get": {"security": None}}}]
)
def test_odd_paths_are_no_crash(odd: Any) -> None:
    found = rows({"openapi": "3.0.1", "info": {"title": "shop"}, "paths": odd})
    assert found[INTEGRATION] == [] and found[API][0]["ApiId"] == "shop"


def noun(kind: str, name: str, **attributes: Any) -> Resource:
    """A noun of the API."""
    return Resource(ResourceKey(kind, ("shop", name) if name else ("shop",)), attributes)


def test_the_exported_form_calls_things_as_an_export_would() -> None:
    """Whatever keys they have at home: after a route that has gone, or after a name that was another one."""
    old, guard = ResourceKey(INTEGRATION, ("shop", "GET /gone")), ResourceKey(AUTHORIZER, ("shop", "old"))
    web = {"IntegrationType": "HTTP_PROXY", "IntegrationUri": "https://a.example.com", "Description": "d"}
    found = exported(
        [
            noun(API, "", Name="shop", ProtocolType="HTTP", Version="2026-05-29 08:40:34UTC", Tags={"a": "b"}),
            noun(ROUTE, "PUT /a", RouteKey="PUT /a", Target=Ref(old), AuthorizerId=Ref(guard), ApiKeyRequired=True),
            noun(INTEGRATION, "GET /gone", **web),
            noun(INTEGRATION, "(no route)", **web),
            noun(AUTHORIZER, "old", Name="new", IdentitySource=["b, a"]),
            noun(AUTHORIZER, "nobody", Name="nobody"),
            noun("apigatewayv2.stage", "prod", StageName="prod"),
        ]
    )
    own, known = ResourceKey(INTEGRATION, ("shop", "PUT /a")), ResourceKey(AUTHORIZER, ("shop", "new"))
    assert {r.key.text: dict(r.attributes) for r in found} == {
        "apigatewayv2.api/shop": {"Name": "shop", "ProtocolType": "HTTP"},
        known.text: {"Name": "new", "IdentitySource": ["a", "b"]},
        own.text: {
            **{"IntegrationType": "HTTP_PROXY", "IntegrationUri": "https://a.example.com", "TimeoutInMillis": 30000}
        },
        "apigatewayv2.route/shop/PUT %2Fa": {"RouteKey": "PUT /a", "Target": Ref(own), "AuthorizerId": Ref(known)},
    }


def test_a_function_is_the_same_by_either_of_its_names() -> None:
    text = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:f:${stageVariables.alias}"
    uri = f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/{text}/invocations"
    forms = [
        exported(
            [
                noun(ROUTE, "GET /a", RouteKey="GET /a", Target=Ref(ResourceKey(INTEGRATION, ("shop", "GET /a")))),
                noun(INTEGRATION, "GET /a", IntegrationType="AWS_PROXY", IntegrationUri=each, **method),
            ]
        )
        for each, method in ((text, {}), (uri, {"IntegrationMethod": "POST"}))
    ]
    assert forms[0] == forms[1]
    assert exported(forms[0]) == forms[0]
