"""Authorizers and models."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.strict_aws.tests.http_samples import (
    INVOKED,
    ISSUER,
    http_api,
    jwt,
    mock,
    plain,
    request_authorizer,
    route,
    websocket_api,
)
from tests.strict_aws.tests.refused import refused

ROLE = "arn:aws:iam::123456789012:role/r"
REQUEST = {
    "AuthorizerType": "REQUEST",
    "AuthorizerUri": INVOKED,
    "AuthorizerPayloadFormatVersion": "2.0",
    "IdentitySource": ["$request.header.Authorization"],
}
JWT = {
    "AuthorizerType": "JWT",
    "IdentitySource": ["$request.header.Authorization"],
    "JwtConfiguration": {"Audience": ["app"], "Issuer": ISSUER},
}


def test_every_member_of_a_lambda_authorizer_is_kept(http: Any) -> None:
    api = http_api(http)
    given = REQUEST | {
        "Name": "f",
        "AuthorizerCredentialsArn": ROLE,
        "AuthorizerResultTtlInSeconds": 300,
        "EnableSimpleResponses": True,
        "IdentitySource": ["$request.header.Authorization", "$context.stage"],
        "IdentityValidationExpression": "x",
    }
    made = plain(http.create_authorizer(ApiId=api, **given))
    assert made == given | {"AuthorizerId": made["AuthorizerId"]}
    assert http.get_authorizers(ApiId=api)["Items"] == [made]
    assert plain(http.get_authorizer(ApiId=api, AuthorizerId=made["AuthorizerId"])) == made


def test_every_member_of_a_jwt_authorizer_is_kept(http: Any) -> None:
    made = plain(http.create_authorizer(ApiId=http_api(http), Name="pool", **JWT))
    assert made == JWT | {"Name": "pool", "AuthorizerId": made["AuthorizerId"]}


def test_a_lambda_authorizer_needs_its_payload_format(http: Any) -> None:
    given = {name: value for name, value in REQUEST.items() if name != "AuthorizerPayloadFormatVersion"}
    assert refused(http.create_authorizer, ApiId=http_api(http), Name="f", **given) == (
        "BadRequestException",
        "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"AuthorizerPayloadFormatVersion": "3.0"},
        {"AuthorizerPayloadFormatVersion": "1.0", "EnableSimpleResponses": True},
        {"AuthorizerUri": "https://example.com"},
        {"AuthorizerUri": ""},
        {"IdentitySource": ["method.request.header.Authorization"]},
        {"IdentitySource": [], "AuthorizerResultTtlInSeconds": 300},
        {"AuthorizerResultTtlInSeconds": 3601},
        {"JwtConfiguration": JWT["JwtConfiguration"]},
        {"Name": ""},
    ],
)
def test_what_a_lambda_authorizer_can_t_be(http: Any, wrong: dict[str, Any]) -> None:
    api = http_api(http)
    given = {"Name": "f"} | REQUEST | wrong
    assert refused(http.create_authorizer, ApiId=api, **given)[0] == "BadRequestException"
    assert http.get_authorizers(ApiId=api)["Items"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"JwtConfiguration": {"Audience": ["app"]}},
        {"JwtConfiguration": {"Issuer": ISSUER}},
        {"JwtConfiguration": {"Audience": ["app"], "Issuer": "http://example.com"}},
        {"IdentitySource": ["$request.header.a", "$request.header.b"]},
        {"IdentitySource": ["$context.stage"]},
        {"AuthorizerUri": INVOKED},
        {"AuthorizerCredentialsArn": ROLE},
    ],
)
def test_what_a_jwt_authorizer_can_t_be(http: Any, wrong: dict[str, Any]) -> None:
    code, _ = refused(http.create_authorizer, ApiId=http_api(http), **({"Name": "p"} | JWT | wrong))
    assert code == "BadRequestException"


def test_websocket_apis_have_lambda_authorizers_of_their_own_kind(http: Any) -> None:
    api = websocket_api(http)
    given = {"AuthorizerType": "REQUEST", "AuthorizerUri": INVOKED, "IdentitySource": ["route.request.header.Auth"]}
    made = http.create_authorizer(ApiId=api, Name="f", **given)
    assert "EnableSimpleResponses" not in made
    for wrong in (
        JWT,
        REQUEST,
        given | {"AuthorizerResultTtlInSeconds": 5},
        given | {"IdentitySource": ["$request.x"]},
    ):
        assert refused(http.create_authorizer, ApiId=api, Name="g", **wrong)[0] == "BadRequestException"


def test_names_are_unique(http: Any) -> None:
    api = http_api(http)
    jwt(http, api, "pool")
    assert refused(http.create_authorizer, ApiId=api, Name="pool", **JWT) == (
        "BadRequestException",
        "Authorizer name must be unique. Authorizer pool already exists in this RestApi.",
    )
    other = jwt(http, api, "other")
    assert refused(http.update_authorizer, ApiId=api, AuthorizerId=other, Name="pool")[0] == "BadRequestException"


def test_an_update_replaces_what_is_sent(http: Any) -> None:
    api = http_api(http)
    made = request_authorizer(http, api, AuthorizerCredentialsArn=ROLE, AuthorizerResultTtlInSeconds=300)
    new = http.update_authorizer(
        ApiId=api,
        AuthorizerId=made,
        AuthorizerCredentialsArn="",
        AuthorizerResultTtlInSeconds=0,
        IdentitySource=["$request.header.x"],
    )
    assert "AuthorizerCredentialsArn" not in new
    assert (new["AuthorizerResultTtlInSeconds"], new["IdentitySource"]) == (0, ["$request.header.x"])


def test_one_that_a_route_names_can_t_be_deleted(http: Any) -> None:
    api = http_api(http)
    made = jwt(http, api, "pool")
    user = route(http, api, "POST /pdf", AuthorizationType="JWT", AuthorizerId=made)
    assert refused(http.delete_authorizer, ApiId=api, AuthorizerId=made) == (
        "ConflictException",
        "Cannot delete authorizer 'pool', is referenced in route: POST /pdf",
    )
    http.update_route(ApiId=api, RouteId=user, AuthorizationType="NONE")
    http.delete_authorizer(ApiId=api, AuthorizerId=made)
    assert refused(http.get_authorizer, ApiId=api, AuthorizerId=made)[0] == "NotFoundException"


def test_ten_authorizers_at_most(http: Any) -> None:
    api = http_api(http)
    for number in range(10):
        jwt(http, api, f"p{number}")
    code, message = refused(http.create_authorizer, ApiId=api, Name="more", **JWT)
    assert code == "ConflictException" and message.startswith("Maximum number of Authorizers for this API")


def test_the_cache_of_a_stage_is_reset(http: Any) -> None:
    api = http_api(http)
    assert refused(http.reset_authorizers_cache, ApiId=api, StageName="live")[0] == "NotFoundException"
    http.create_stage(ApiId=api, StageName="live")
    http.reset_authorizers_cache(ApiId=api, StageName="live")


def test_models_of_websocket_apis(http: Any) -> None:
    api = websocket_api(http)
    schema = json.dumps({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}})
    made = plain(http.create_model(ApiId=api, Name="Join", Description="d", Schema=schema))
    ids = {"ApiId": api, "ModelId": made["ModelId"]}
    assert made == {
        "ContentType": "application/json",
        "Description": "d",
        "ModelId": made["ModelId"],
        "Name": "Join",
        "Schema": schema,
    }
    assert http.get_models(ApiId=api)["Items"] == [made]
    assert http.get_model_template(**ids)["Value"] == (
        '#set($inputRoot = $input.path(\'$\'))\n{\n  "a" : "foo",\n  "b" : 42\n}'
    )
    new = http.update_model(**ids, Description="", ContentType="application/x")
    assert "Description" not in new and new["ContentType"] == "application/x"
    assert refused(http.create_model, ApiId=api, Name="Join", Schema="{}")[0] == "ConflictException"
    assert refused(http.create_model, ApiId=api, Name="a-b", Schema="{}")[0] == "BadRequestException"
    assert refused(http.create_model, ApiId=api, Name="B", Schema="{")[0] == "BadRequestException"
    http.delete_model(**ids)
    assert refused(http.get_model, **ids)[0] == "NotFoundException"


def test_a_model_in_use_can_t_be_deleted(http: Any) -> None:
    api = websocket_api(http)
    made = http.create_model(ApiId=api, Name="M", Schema="{}")["ModelId"]
    user = route(http, api, "join", mock(http, api), RequestModels={"join": "M"})
    assert refused(http.delete_model, ApiId=api, ModelId=made)[0] == "ConflictException"
    http.delete_route(ApiId=api, RouteId=user)
    http.delete_model(ApiId=api, ModelId=made)


def test_http_apis_have_no_models(http: Any) -> None:
    assert refused(http.create_model, ApiId=http_api(http), Name="M", Schema="{}")[0] == "BadRequestException"
