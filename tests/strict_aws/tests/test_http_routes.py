"""Routes: keys, targets, authorization, updates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.tests.http_samples import (
    function,
    http_api,
    jwt,
    mock,
    plain,
    request_authorizer,
    route,
    websocket_api,
)
from tests.strict_aws.tests.refused import refused


def test_a_route_has_aws_s_defaults(http: Any) -> None:
    api = http_api(http)
    made = plain(http.create_route(ApiId=api, RouteKey="GET /pets"))
    assert len(made["RouteId"]) == 7
    assert made == {
        "ApiKeyRequired": False,
        "AuthorizationType": "NONE",
        "RouteId": made["RouteId"],
        "RouteKey": "GET /pets",
    }
    assert http.get_routes(ApiId=api)["Items"] == [made]


@pytest.mark.parametrize("key", ["GET/pets", "get /pets", "FETCH /pets", "GET pets", "GET", "/pets", "GET /a b"])
def test_malformed_keys_of_http_apis(http: Any, key: str) -> None:
    assert refused(http.create_route, ApiId=http_api(http), RouteKey=key) == (
        "BadRequestException",
        "The provided route key is not formatted properly for HTTP protocol. "
        'Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"',
    )


@pytest.mark.parametrize("key", ["$default", "ANY /", "GET /a/{id}/b/{proxy+}", "POST /v1.0/a-b_c~d"])
def test_keys_that_http_apis_have(http: Any, key: str) -> None:
    api = http_api(http)
    made = route(http, api, key)
    assert http.get_route(ApiId=api, RouteId=made)["RouteKey"] == key


@pytest.mark.parametrize("key", ["GET /{proxy+}/x", "GET /{a}/{a}", "GET /x{a}"])
def test_path_variables_that_can_t_be(http: Any, key: str) -> None:
    assert refused(http.create_route, ApiId=http_api(http), RouteKey=key)[0] == "BadRequestException"


def test_route_keys_conflict(http: Any) -> None:
    api = http_api(http)
    route(http, api, "GET /a/{id}")
    assert refused(http.create_route, ApiId=api, RouteKey="GET /a/{id}") == (
        "ConflictException",
        "Route with key GET /a/{id} already exists for this API",
    )
    assert refused(http.create_route, ApiId=api, RouteKey="GET /a/{name}") == (
        "ConflictException",
        'The provided route key "GET /a/{name}" has a conflicting variable on the same hierarchical level as '
        '"GET /a/{id}"',
    )
    other = route(http, api, "POST /a/{name}")
    code, _ = refused(http.update_route, ApiId=api, RouteId=other, RouteKey="GET /a/{id}")
    assert code == "ConflictException"
    assert http.get_route(ApiId=api, RouteId=other)["RouteKey"] == "POST /a/{name}"


def test_a_target_is_an_integration_of_the_api(http: Any) -> None:
    api, other = http_api(http), http_api(http)
    elsewhere = function(http, other)
    for target in ("integrations/nothing", elsewhere, f"integrations/{elsewhere}"):
        assert refused(http.create_route, ApiId=api, RouteKey="GET /", Target=target)[0] == "BadRequestException"
    assert http.get_routes(ApiId=api)["Items"] == []


def test_authorization_needs_its_kind_of_authorizer(http: Any) -> None:
    api = http_api(http)
    token, function_ = jwt(http, api), request_authorizer(http, api)
    code, message = refused(
        http.create_route, ApiId=api, RouteKey="GET /", AuthorizationType="CUSTOM", AuthorizerId=token
    )
    assert (code, message) == (
        "BadRequestException",
        "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a "
        "valid authorizer.",
    )
    for given in (
        {"AuthorizationType": "JWT"},
        {"AuthorizationType": "JWT", "AuthorizerId": function_},
        {"AuthorizationType": "AWS_IAM", "AuthorizationScopes": ["a"]},
    ):
        assert refused(http.create_route, ApiId=api, RouteKey="GET /", **given)[0] == "BadRequestException"
    made = http.create_route(
        ApiId=api, RouteKey="GET /", AuthorizationType="JWT", AuthorizerId=token, AuthorizationScopes=["a", "b"]
    )
    assert (made["AuthorizerId"], made["AuthorizationScopes"]) == (token, ["a", "b"])
    http.create_route(ApiId=api, RouteKey="GET /x", AuthorizationType="CUSTOM", AuthorizerId=function_)


def test_an_authorizer_goes_with_the_type(http: Any) -> None:
    api = http_api(http)
    token = jwt(http, api)
    made = route(http, api, "GET /", AuthorizationType="JWT", AuthorizerId=token, AuthorizationScopes=["a"])
    http.update_route(ApiId=api, RouteId=made, OperationName="list")
    assert http.get_route(ApiId=api, RouteId=made)["AuthorizerId"] == token
    left = http.update_route(ApiId=api, RouteId=made, AuthorizationType="NONE")
    assert "AuthorizerId" not in left and "AuthorizationScopes" not in left and left["OperationName"] == "list"


def test_members_of_websocket_apis_are_refused_on_http_apis(http: Any) -> None:
    api = http_api(http)
    for given in (
        {"ApiKeyRequired": True},
        {"ModelSelectionExpression": "$request.body.action"},
        {"RequestParameters": {"route.request.querystring.a": {"Required": True}}},
        {"RouteResponseSelectionExpression": "$default"},
    ):
        assert refused(http.create_route, ApiId=api, RouteKey="GET /", **given)[0] == "BadRequestException"
    http.create_route(ApiId=api, RouteKey="GET /", ApiKeyRequired=False)


def test_every_member_of_a_websocket_route_is_kept(http: Any) -> None:
    api = websocket_api(http)
    http.create_model(ApiId=api, Name="M", Schema="{}")
    given = {
        "RouteKey": "join",
        "ApiKeyRequired": True,
        "ModelSelectionExpression": "$request.body.action",
        "OperationName": "join",
        "RequestModels": {"join": "M"},
        "RequestParameters": {"route.request.querystring.a": {"Required": True}},
        "RouteResponseSelectionExpression": "$default",
        "Target": f"integrations/{mock(http, api)}",
    }
    made = plain(http.create_route(ApiId=api, **given))
    assert made == given | {"AuthorizationType": "NONE", "RouteId": made["RouteId"]}


def test_only_connect_authorizes(http: Any) -> None:
    api = websocket_api(http)
    assert refused(http.create_route, ApiId=api, RouteKey="join", AuthorizationType="AWS_IAM") == (
        "BadRequestException",
        "Currently, authorization is restricted to the $connect route only",
    )
    http.create_route(ApiId=api, RouteKey="$connect", AuthorizationType="AWS_IAM")
    code, _ = refused(http.create_route, ApiId=api, RouteKey="$disconnect", AuthorizationType="JWT")
    assert code == "BadRequestException"


def test_request_parameters_are_merged_and_deleted_one_by_one(http: Any) -> None:
    api = websocket_api(http)
    a, b = "route.request.querystring.a", "route.request.header.b"
    made = route(http, api, "$connect", RequestParameters={a: {"Required": True}})
    http.update_route(ApiId=api, RouteId=made, RequestParameters={b: {"Required": False}})
    found = http.get_route(ApiId=api, RouteId=made)["RequestParameters"]
    assert found == {a: {"Required": True}, b: {"Required": False}}
    ids = {"ApiId": api, "RouteId": made, "RequestParameterKey": a}
    http.delete_route_request_parameter(**ids)
    assert http.get_route(ApiId=api, RouteId=made)["RequestParameters"] == {b: {"Required": False}}
    assert refused(http.delete_route_request_parameter, **ids)[0] == "NotFoundException"


def test_a_route_that_is_not_there(http: Any) -> None:
    api = http_api(http)
    for call in (http.get_route, http.update_route, http.delete_route):
        assert refused(call, ApiId=api, RouteId="nothing")[0] == "NotFoundException"


def test_no_more_than_three_hundred_routes(http: Any) -> None:
    api = http_api(http)
    for number in range(300):
        route(http, api, f"GET /{number}")
    code, message = refused(http.create_route, ApiId=api, RouteKey="GET /more")
    assert message.startswith("Maximum number of Routes for this API has been reached.")
    assert code == "ConflictException"


def test_recalled_rules_can_be_switched_off() -> None:
    strict = StrictAws(recalled=False)
    made = strict.call("apigatewayv2", "CreateApi", "us-east-1", Name="a", ProtocolType="HTTP")
    found = strict.call("apigatewayv2", "CreateRoute", "us-east-1", ApiId=made["ApiId"], RouteKey="GET /{a}/{a}")
    assert found["RouteKey"] == "GET /{a}/{a}"
