"""The rule book on HTTP and WebSocket APIs: each rule fires where it must, and keeps quiet where it may."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.model.keys import Ref, ResourceKey
from tests.exposed import Sides, edit, gone, judged, new, thing

API, ROUTE = "apigatewayv2.api/orders", "apigatewayv2.route/orders/GET %2Fpets"
AUTHORIZER, STAGE = "apigatewayv2.authorizer/orders/jwt", "apigatewayv2.stage/orders/live"
INTEGRATION = "apigatewayv2.integration/orders/GET %2Fpets"


def ref(kind: str, *path: str) -> Ref:
    """A reference."""
    return Ref(ResourceKey(kind, path))


def cors(**members: Any) -> dict[str, Any]:
    """An API with CORS."""
    return {"CorsConfiguration": members}


def jwt(**members: Any) -> dict[str, Any]:
    """An authorizer of tokens."""
    return {
        "AuthorizerType": "JWT",
        "JwtConfiguration": {"Issuer": "https://a.example.com", "Audience": ["web"]} | members,
    }


def limits(**members: Any) -> dict[str, Any]:
    """A stage with settings of all routes."""
    return {"DefaultRouteSettings": members}


def own(route: str, **members: Any) -> dict[str, Any]:
    """A stage with settings of one route."""
    return {"RouteSettings": {route: members}}


def backend(uri: str = "https://a.example.com", **members: Any) -> dict[str, Any]:
    """An integration."""
    return {"IntegrationType": "HTTP_PROXY", "IntegrationUri": uri, **members}


GUARDED = {"AuthorizationType": "JWT", "AuthorizerId": ref("apigatewayv2.authorizer", "orders", "jwt")}
OTHER = GUARDED | {"AuthorizerId": ref("apigatewayv2.authorizer", "orders", "other")}
FUNCTION = "arn:${AWS::Partition}:lambda:%s:%s:function:f"
HOME = FUNCTION % ("${AWS::Region}", "${AWS::AccountId}")
LINKED = {"ConnectionType": "VPC_LINK", "ConnectionId": ref("apigatewayv2.vpc_link", "inner")}
LOG = {"AccessLogSettings": {"DestinationArn": "arn:a", "Format": "$context"}}
TO, AWAY = ({"Target": ref("apigatewayv2.integration", "orders", name)} for name in ("a", "b"))
NAMED = {"TlsConfig": {"ServerNameToVerify": "a.example.com"}}
STREAM = {"AccessLogSettings": {"DestinationArn": "arn:b", "Format": "$context"}}
ONE, TWO = ({"DeploymentId": ref("apigatewayv2.deployment", "orders", name)} for name in ("live", "test"))

CASES: dict[str, tuple[Sides, Sides]] = {
    # --- APIs
    "http-api-removed": (gone(API), edit(API, {}, {"Name": "x"})),
    "http-api-added": (new(API), gone(API)),
    "http-api-renamed": (edit(API, {"Name": "a"}, {"Name": "b"}), edit(API, {}, {"Description": "x"})),
    "http-api-described": (edit(API, {}, {"Tags": {"a": "b"}}), edit(API, {}, {"Name": "b", "Tags": {"a": "b"}})),
    "http-api-endpoint-on": (
        edit(API, {"DisableExecuteApiEndpoint": True}, {}),
        edit(API, {}, {"DisableExecuteApiEndpoint": True}),
    ),
    "http-api-endpoint-off": (
        edit(API, {}, {"DisableExecuteApiEndpoint": True}),
        edit(API, {"DisableExecuteApiEndpoint": True}, {}),
    ),
    "http-api-any-origin": (
        edit(API, cors(AllowOrigins=["https://a"]), cors(AllowOrigins=["*"])),
        edit(API, cors(AllowOrigins=["*"]), cors(AllowOrigins=["*"], MaxAge=7)),
    ),
    "http-api-credentials": (
        edit(API, cors(MaxAge=7), cors(MaxAge=7, AllowCredentials=True)),
        edit(API, cors(AllowCredentials=True), cors(MaxAge=7)),
    ),
    "http-api-cors-gone": (edit(API, cors(MaxAge=7), {}), edit(API, {}, cors(MaxAge=7))),
    "socket-unchecked": (
        edit(API, {}, {"DisableSchemaValidation": True}),
        edit(API, {"DisableSchemaValidation": True}, {}),
    ),
    # --- routes
    "route-open": (edit(ROUTE, GUARDED, {}), edit(ROUTE, {}, GUARDED)),
    "route-born-open": (new(ROUTE), new("apigatewayv2.route/orders/OPTIONS %2Fpets")),
    "route-authorization": (edit(ROUTE, GUARDED, {"AuthorizationType": "AWS_IAM"}), edit(ROUTE, GUARDED, {})),
    "route-authorizer": (edit(ROUTE, GUARDED, OTHER), edit(ROUTE, GUARDED, {})),
    "route-scopes": (
        edit(ROUTE, {"AuthorizationScopes": ["a"]}, {"AuthorizationScopes": ["a", "b"]}),
        edit(ROUTE, {"AuthorizationScopes": ["a", "b"]}, {"AuthorizationScopes": ["a"]}),
    ),
    "route-key": (edit(ROUTE, {"ApiKeyRequired": True}, {}), edit(ROUTE, {}, {"ApiKeyRequired": True})),
    "route-parameters": (
        edit(
            ROUTE, {"RequestParameters": {"a": {"Required": True}}}, {"RequestParameters": {"a": {"Required": False}}}
        ),
        edit(
            ROUTE, {"RequestParameters": {"a": {"Required": False}}}, {"RequestParameters": {"a": {"Required": True}}}
        ),
    ),
    "route-target": (edit(ROUTE, TO, AWAY), edit(ROUTE, TO, {})),
    "route-nowhere": (edit(ROUTE, TO, {}), edit(ROUTE, TO, AWAY)),
    "route-removed": (gone(ROUTE), new(ROUTE)),
    "route-added": (new(ROUTE), gone(ROUTE)),
    # --- authorizers
    "http-authorizer-removed": (gone(AUTHORIZER), new(AUTHORIZER)),
    "http-authorizer-added": (new(AUTHORIZER), gone(AUTHORIZER)),
    "http-authorizer-type": (
        edit(AUTHORIZER, jwt(), {"AuthorizerType": "REQUEST"}),
        edit(AUTHORIZER, jwt(), jwt(Audience=[])),
    ),
    "http-authorizer-function": (
        edit(AUTHORIZER, {"AuthorizerUri": "a"}, {"AuthorizerUri": "b"}),
        edit(AUTHORIZER, {"AuthorizerUri": "a"}, {"AuthorizerUri": "a", "Name": "x"}),
    ),
    "http-authorizer-account": (
        edit(AUTHORIZER, {"AuthorizerUri": HOME}, {"AuthorizerUri": FUNCTION % ("us-east-1", "444455556666")}),
        edit(AUTHORIZER, {"AuthorizerUri": HOME}, {"AuthorizerUri": HOME + "2"}),
    ),
    "http-authorizer-issuer": (
        edit(AUTHORIZER, jwt(), jwt(Issuer="https://b.example.com")),
        edit(AUTHORIZER, jwt(), jwt(Audience=["web", "app"])),
    ),
    "http-authorizer-audience": (
        edit(AUTHORIZER, jwt(), jwt(Audience=["web", "app"])),
        edit(AUTHORIZER, jwt(Audience=["web", "app"]), jwt()),
    ),
    "http-authorizer-sources": (
        edit(AUTHORIZER, {"IdentitySource": ["a", "b"]}, {"IdentitySource": ["a"]}),
        edit(AUTHORIZER, {"IdentitySource": ["a"]}, {"IdentitySource": ["a", "b"]}),
    ),
    "http-authorizer-ttl": (
        edit(AUTHORIZER, {}, {"AuthorizerResultTtlInSeconds": 300}),
        edit(AUTHORIZER, {"AuthorizerResultTtlInSeconds": 300}, {}),
    ),
    "http-authorizer-credentials": (
        edit(AUTHORIZER, {"AuthorizerCredentialsArn": "a"}, {"AuthorizerCredentialsArn": "b"}),
        edit(AUTHORIZER, {}, {"Name": "x"}),
    ),
    # --- stages
    "http-stage-removed": (gone(STAGE), new(STAGE)),
    "http-stage-added": (new(STAGE), gone(STAGE)),
    "http-stage-automatic": (edit(STAGE, ONE, {"AutoDeploy": True}), edit(STAGE, {"AutoDeploy": True}, ONE)),
    "http-stage-tied": (edit(STAGE, {"AutoDeploy": True}, ONE), edit(STAGE, ONE, {"AutoDeploy": True})),
    "http-stage-deployment": (edit(STAGE, ONE, TWO), edit(STAGE, TWO, ONE)),
    "http-stage-variables": (
        edit(STAGE, {"StageVariables": {"a": "1"}}, {"StageVariables": {"a": "2"}}),
        edit(STAGE, {"StageVariables": {"a": "1"}}, {"StageVariables": {"a": "1"}, "Description": "x"}),
    ),
    "http-stage-access-log-off": (edit(STAGE, LOG, {}), edit(STAGE, LOG, STREAM)),
    "http-stage-access-log": (edit(STAGE, LOG, STREAM), edit(STAGE, LOG, {})),
    "http-stage-logging-off": (
        edit(STAGE, limits(LoggingLevel="INFO"), limits(LoggingLevel="ERROR")),
        edit(STAGE, own("send", LoggingLevel="ERROR"), own("send", LoggingLevel="INFO")),
    ),
    "http-stage-data-trace": (
        edit(STAGE, {}, own("send", DataTraceEnabled=True)),
        edit(STAGE, limits(DataTraceEnabled=True), {}),
    ),
    "http-stage-metrics-off": (
        edit(STAGE, limits(DetailedMetricsEnabled=True), {}),
        edit(STAGE, {}, limits(DetailedMetricsEnabled=True)),
    ),
    "http-stage-throttle-off": (
        edit(STAGE, limits(ThrottlingRateLimit=10), {}),
        edit(STAGE, limits(ThrottlingRateLimit=10), limits(ThrottlingRateLimit=20)),
    ),
    "http-stage-throttle-raised": (
        edit(STAGE, own("GET /a", ThrottlingBurstLimit=10), own("GET /a", ThrottlingBurstLimit=20)),
        edit(STAGE, own("GET /a", ThrottlingBurstLimit=10), {}),
    ),
    "http-stage-throttle-lowered": (
        edit(STAGE, {}, limits(ThrottlingRateLimit=10)),
        edit(STAGE, limits(ThrottlingRateLimit=10), {}),
    ),
    "http-stage-certificate-off": (
        edit(STAGE, {"ClientCertificateId": ref("apigateway.client_certificate", "a")}, {}),
        edit(STAGE, {}, {"ClientCertificateId": ref("apigateway.client_certificate", "a")}),
    ),
    # --- integrations
    "http-integration-target": (
        edit(INTEGRATION, backend(), backend("https://b.example.com")),
        edit(INTEGRATION, backend(), backend(Description="x")),
    ),
    "http-integration-type": (
        edit(INTEGRATION, backend(), backend(IntegrationType="AWS_PROXY")),
        edit(INTEGRATION, backend(), backend(Description="x")),
    ),
    "http-integration-region": (
        edit(INTEGRATION, backend(HOME), backend(FUNCTION % ("eu-west-1", "${AWS::AccountId}"))),
        edit(INTEGRATION, backend(), backend(HOME)),
    ),
    "http-integration-account": (
        edit(INTEGRATION, backend(HOME), backend(FUNCTION % ("${AWS::Region}", "444455556666"))),
        edit(INTEGRATION, backend(), backend(HOME)),
    ),
    "http-integration-plain": (
        edit(INTEGRATION, backend(), backend("http://a.example.com")),
        edit(INTEGRATION, backend(), backend("http://a.example.com", **LINKED)),
    ),
    "http-integration-internet": (
        edit(INTEGRATION, backend(**LINKED), backend()),
        edit(INTEGRATION, backend(), backend(**LINKED)),
    ),
    "http-integration-link": (
        edit(INTEGRATION, backend(**LINKED), backend(**LINKED | {"ConnectionId": ref("apigatewayv2.vpc_link", "b")})),
        edit(INTEGRATION, backend(**LINKED), backend()),
    ),
    "http-integration-unverified": (
        edit(INTEGRATION, backend(**LINKED, **NAMED), backend(**LINKED)),
        edit(INTEGRATION, backend(**LINKED), backend(**LINKED, **NAMED)),
    ),
    "http-integration-server-name": (
        edit(INTEGRATION, backend(**NAMED), backend(TlsConfig={"ServerNameToVerify": "b.example.com"})),
        edit(INTEGRATION, backend(**NAMED), backend()),
    ),
    "http-integration-credentials": (
        edit(INTEGRATION, backend(CredentialsArn="a"), backend(CredentialsArn="b")),
        edit(INTEGRATION, backend(), backend(Description="x")),
    ),
}


def test_the_audience_of_a_new_authorizer_is_no_other_audience() -> None:
    """Nothing took its tokens before: routes that use it are told by themselves."""
    assert {a.rule for a in judged(new(AUTHORIZER, **jwt())).alerts} == {"http-authorizer-added"}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_fires_and_keeps_quiet(name: str) -> None:
    fires, quiet = CASES[name]
    assert name in {alert.rule for alert in judged(fires).alerts}
    assert name not in {alert.rule for alert in judged(quiet).alerts}


@pytest.mark.parametrize(
    ("kind", "key", "fires"),
    [
        ("HTTP", "$default", True),
        ("HTTP", "ANY %2F{proxy+}", True),
        ("WEBSOCKET", "$connect", True),
        ("WEBSOCKET", "$default", False),
        ("WEBSOCKET", "$disconnect", False),
        ("WEBSOCKET", "send", False),
    ],
)
def test_only_what_could_ask_for_authorization_is_told_not_to(kind: str, key: str, fires: bool) -> None:
    """Who sends messages to a WebSocket API came in by $connect."""
    api = thing("apigatewayv2.api/orders", ProtocolType=kind)
    sides = [api], [api, thing(f"apigatewayv2.route/orders/{key}")]
    assert ("route-born-open" in {a.rule for a in judged(sides).alerts}) is fires
