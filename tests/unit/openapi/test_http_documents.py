"""An HTTP API's document in detail: what is written how, and what is left and why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dr_toolkit.engine.openapi.http_document import VERSION, document
from dr_toolkit.engine.openapi.http_identity import same_integrations
from dr_toolkit.engine.openapi.written import Written
from dr_toolkit.model.changes import Join
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.tags import RUN_TAG, RUN_TOKEN

X = "x-amazon-apigateway-"
API = ResourceKey("apigatewayv2.api", ("shop",))
LINK = ResourceKey("apigatewayv2.vpc_link", ("inner",))
ISSUER = "https://issuer.example.com"
JWT = {"Name": "jwt", "AuthorizerType": "JWT", "IdentitySource": ["$request.header.Authorization"]} | {
    "JwtConfiguration": {"Audience": ["app"], "Issuer": ISSUER}
}
WEB = {"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "ANY", "IntegrationUri": "https://a.example.com"}


def key(kind: str, *path: str) -> ResourceKey:
    """A key beneath the API."""
    return ResourceKey(f"apigatewayv2.{kind}", ("shop", *path))


def api(**more: Any) -> Resource:
    """The API itself."""
    return Resource(API, {"Name": "shop", "ProtocolType": "HTTP", "Version": "7"} | more)


def route(name: str, to: str = "", **more: Any) -> Resource:
    """A route; it leads to the integration that is called like it where no other is named."""
    target = {"Target": Ref(key("integration", to or name))} if to != "-" else {}
    return Resource(key("route", name), {"RouteKey": name, **target, **more})


def behind(name: str, **more: Any) -> Resource:
    """An integration."""
    return Resource(key("integration", name), {**WEB, "TimeoutInMillis": 30000, **more})


def guard(name: str = "jwt", **more: Any) -> Resource:
    """An authorizer."""
    return Resource(key("authorizer", name), JWT | {"Name": name} | more)


def write(*nouns: Resource, **settings: Any) -> Written:
    """The document of the API with these in it."""
    return document([api(**settings), *nouns], API)


def left(*nouns: Resource, **settings: Any) -> dict[str, str]:
    """What is left, by type and name."""
    return {f"{k.type.partition('.')[2]} {k.name}": why for k, why in write(*nouns, **settings).left.items()}


def held(*nouns: Resource) -> list[str]:
    """The operations that are in the document."""
    return [f"{p} {o}" for p, item in write(*nouns).document["paths"].items() for o in item if o != "parameters"]


def test_an_api_in_full() -> None:
    cors = {"AllowOrigins": ["https://a.example.com"], "AllowCredentials": True, "MaxAge": 9}
    made = write(
        *(guard(), route("GET /a/{id}", AuthorizationType="JWT", AuthorizerId=Ref(key("authorizer", "jwt")))),
        behind("GET /a/{id}", TlsConfig={"ServerNameToVerify": "a"}, ConnectionType="VPC_LINK", ConnectionId=Ref(LINK)),
        CorsConfiguration=cors,
        Description="Shop",
        DisableExecuteApiEndpoint=True,
        Tags={"team": "a"},
    )
    assert made.left == {}
    private = {"type": "http_proxy", "httpMethod": "ANY", "uri": "https://a.example.com", "connectionType": "VPC_LINK"}
    private |= {"payloadFormatVersion": "1.0", "connectionId": Ref(LINK), "tlsConfig": {"serverNameToVerify": "a"}}
    token = {"type": "jwt", "identitySource": "$request.header.Authorization"}
    token |= {"jwtConfiguration": {"audience": ["app"], "issuer": ISSUER}}
    assert made.document == {
        "openapi": "3.0.1",
        "info": {"title": "shop", "description": "Shop", "version": "7"},
        "paths": {
            "/a/{id}": {
                "get": {
                    "responses": {"default": {"description": "Default response for GET /a/{id}"}},
                    "security": [{"jwt": []}],
                    f"{X}integration": private,
                },
                "parameters": [
                    {
                        **{"name": "id", "in": "path", "description": "Generated path parameter for id"},
                        **{"required": True, "schema": {"type": "string"}},
                    }
                ],
            }
        },
        f"{X}cors": {"allowOrigins": ["https://a.example.com"], "allowCredentials": True, "maxAge": 9},
        "servers": [{"url": "/", f"{X}endpoint-configuration": {"disableExecuteApiEndpoint": True}}],
        "tags": [
            {"name": RUN_TAG, f"{X}tag-value": RUN_TOKEN},
            {"name": "team", f"{X}tag-value": "a"},
        ],
        "components": {"securitySchemes": {"jwt": {"type": "oauth2", "flows": {}, f"{X}authorizer": token}}},
        f"{X}importexport-version": "1.0",
    }


def test_an_integration_of_several_routes_stays_one() -> None:
    made = write(route("GET /a"), route("POST /a", "GET /a"), route("PUT /b"), behind("GET /a"), behind("PUT /b"))
    paths = made.document["paths"]
    shared = {"$ref": f"#/components/{X}integrations/integration-1"}
    assert [paths["/a"][verb][f"{X}integration"] for verb in ("get", "post")] == [shared, shared]
    assert paths["/b"]["put"][f"{X}integration"]["type"] == "http_proxy"
    assert list(made.document["components"][f"{X}integrations"]) == ["integration-1"]


def test_the_default_route_is_called_so() -> None:
    made = write(route("$default"), behind("$default"))
    operation = made.document["paths"]["/$default"][f"{X}any-method"]
    assert operation["isDefaultRoute"] is True
    assert left(route("ANY /$default"), behind("ANY /$default")).keys() == {"route ANY /$default"} | {
        "integration ANY /$default"
    }


def test_a_route_that_authorizes_is_never_written_without() -> None:
    """Neither where its authorizer can't be in the document, nor where the document can't say how."""
    odd = guard("the guard")
    asks = {"AuthorizationType": "JWT", "AuthorizerId": Ref(odd.key)}
    nouns = (odd, route("GET /a", **asks), behind("GET /a"), route("GET /b"), behind("GET /b"))
    assert held(*nouns) == ["/b get"]
    assert left(*nouns).keys() == {"authorizer the guard", "route GET /a", "integration GET /a"}
    assert held(route("GET /a", AuthorizationType="NEW"), behind("GET /a")) == []
    twins = (guard("a", Name="same"), guard("b", Name="same"))
    assert left(*twins).keys() == {"authorizer a", "authorizer b"}


@pytest.mark.parametrize("names", [["GET /a", "POST /b"], ["POST /b", "GET /a"]])
def test_an_integration_comes_with_the_route_that_names_it(names: list[str]) -> None:
    """Else it would be called after another one, and be taken for another thing."""
    closed = route("GET /a", AuthorizationType="NEW")
    opened = route("POST /b", "GET /a")
    nouns = {"GET /a": closed, "POST /b": opened}
    found = left(*(nouns[name] for name in names), behind("GET /a"))
    assert found["route POST /b"] == "its integration is not in the document"
    assert "GET /a" in found["integration GET /a"]


def test_what_a_definition_has_no_word_for_is_named() -> None:
    assert left(route("GET /a", "-")) == {"route GET /a": "it leads to no integration"}
    assert left(behind("(no route)")) == {"integration (no route)": "no route leads to it"}
    assert left(route("GET /a", ApiKeyRequired=True), behind("GET /a")) == {
        "route GET /a": "a definition has no word for ApiKeyRequired"
    }
    assert left(route("GET /a"), behind("GET /a", Description="d", PassthroughBehavior="NEVER")) == {
        "integration GET /a": "a definition has no word for Description, PassthroughBehavior"
    }
    assert left(IpAddressType="dualstack", ApiKeySelectionExpression="x") == {
        "api shop": "a definition has no word for ApiKeySelectionExpression, IpAddressType"
    }
    assert left(route("TRACE /a"), behind("TRACE /a")).keys() == {"route TRACE /a", "integration TRACE /a"}
    assert left(route("GET /a"), behind("GET /a", IntegrationType="MOCK")).keys() == {"route GET /a"} | {
        "integration GET /a"
    }
    stage = Resource(key("stage", "prod"), {"StageName": "prod"})
    assert left(stage) == {"stage prod": "it is no part of an API's definition"}
    sources = ["$request.header.a,b", "$context.stage"]
    lamb = {"AuthorizerType": "REQUEST", "IdentitySource": sources, "JwtConfiguration": {}}
    assert "comma" in left(guard("r", **lamb))["authorizer r"]
    assert "type NEW" in left(guard("n", AuthorizerType="NEW"))["authorizer n"]
    assert "SomethingNew" in left(guard("s", SomethingNew=1))["authorizer s"]


def test_a_name_of_an_operation_is_given_once() -> None:
    nouns = [part for n in "ab" for part in (route(f"GET /{n}", OperationName="do"), behind(f"GET /{n}"))]
    paths = write(*nouns).document["paths"]
    assert [paths[p]["get"].get("operationId") for p in ("/a", "/b")] == ["do", None]
    assert left(*nouns) == {"route GET /b": "another operation may be called do already"}


def test_members_that_go_with_nothing_are_not_lost() -> None:
    found = left(route("GET /a", AuthorizationScopes=["s"], AuthorizerId=Ref(key("authorizer", "x"))), behind("GET /a"))
    assert "scopes" in found["route GET /a"] and "an authorizer goes with" in found["route GET /a"]


def test_an_api_without_a_version_gets_one_that_is_taken_away() -> None:
    made = document([Resource(API, {"Name": "shop", "ProtocolType": "HTTP"})], API)
    assert made.document["info"]["version"] == VERSION
    assert list(made.left) == [API]


def test_text_that_an_import_would_fill_in_is_left() -> None:
    variable = "${AWS::Region}"
    nouns = (route("GET /a"), behind("GET /a", RequestParameters={"append:header.x": Join((variable, Ref(LINK)))}))
    assert held(*nouns) == []
    assert variable in left(*nouns)["integration GET /a"]
    for member in ("Description", "Version"):
        made = write(**{member: f"in {variable}"})
        assert variable in made.left[API] and variable not in json.dumps(made.document)
    assert variable in write(Name=variable).left[API]
    assert variable in write(Tags={"t": variable}).left[API]
    assert left(route("GET /a", OperationName=variable), behind("GET /a")).keys() == {"route GET /a"}


def test_what_names_an_id_of_the_api_s_own_is_left() -> None:
    named = Join(("arn:", Ref(API), "/authorizers/", Ref(key("authorizer", "jwt"))))
    nouns = (guard(), route("GET /a"), behind("GET /a", IntegrationUri=named))
    assert "only after the import" in left(*nouns)["integration GET /a"]
    own = Join(("arn:", Ref(API)))
    assert left(route("GET /a"), behind("GET /a", IntegrationUri=own)) == {}


def test_there_is_no_import_of_a_web_socket_api() -> None:
    with pytest.raises(ValueError, match="no HTTP API"):
        document([Resource(API, {"Name": "shop", "ProtocolType": "WEBSOCKET"})], API)
    with pytest.raises(ValueError, match="not among"):
        document([], API)


def test_integrations_are_the_same_where_the_same_routes_lead_to_them() -> None:
    wanted = [route("POST /b", "GET /gone"), route("PUT /c", "GET /gone"), route("GET /d")]
    live = [route("POST /b"), route("PUT /c", "POST /b"), route("GET /d")]
    gone, now, own = (key("integration", name) for name in ("GET /gone", "POST /b", "GET /d"))
    assert same_integrations(wanted, live) == {gone: now, own: own}
    assert same_integrations(wanted, [route("POST /b"), route("PUT /c")]) == {}
    assert same_integrations([route("POST /b"), route("PUT /c")], live[:2]) == {}
    assert same_integrations(wanted, [route("POST /b", "-"), api()]) == {}
