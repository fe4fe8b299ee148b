"""The standard estate's HTTP and WebSocket APIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.strict_aws.estates.rest import CALLS_ROLE, function_uri
from tests.strict_aws.estates.size import Size
from tests.strict_aws.estates.steps import Document, Step, mark

SHARED_BY = 4
"""So many routes of a WebSocket API share an integration."""


class Api2:
    """One API of v2 under construction."""

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind, self.content = name, kind, set[str]()
        self.me = f"api {name}"

    def create(self, *needs: str, **settings: Any) -> Step:
        """The call that makes it."""
        asked = {"Name": self.name, "ProtocolType": self.kind.upper(), **settings}
        return Step(self.kind, "apigatewayv2", "CreateApi", asked, {self.me: "ApiId"}, frozenset(needs))

    def put(self, operation: str, given: str = "", place: str = "", *needs: str, **params: Any) -> Step:
        """A call that is part of the definition; ``given`` is what it gives, by the API's name."""
        what, _, rest = given.partition(" ")
        done = f"{what} {self.name} {rest}" if given else f"done {self.name} {operation} {len(self.content)}"
        self.content.add(done)
        asked = {"ApiId": mark(self.me), **params}
        return Step(self.kind, "apigatewayv2", operation, asked, {done: place}, frozenset(needs))

    def deploy(self, name: str, **settings: Any) -> Step:
        """A deployment of all so far."""
        gives = {f"deployment {self.name}/{name}": "DeploymentId"}
        asked = {"ApiId": mark(self.me), **settings}
        return Step(self.kind, "apigatewayv2", "CreateDeployment", asked, gives, frozenset(self.content))

    def stage(self, name: str, *needs: str, **settings: Any) -> Step:
        """A stage, made after all else."""
        asked = {"ApiId": mark(self.me), "StageName": name, **settings}
        wants = frozenset(needs) | self.content
        return Step(self.kind, "apigatewayv2", "CreateStage", asked, {f"stage {self.name}/{name}": ""}, wants)


def http_apis(size: Size) -> Iterator[Step]:
    """All HTTP and WebSocket APIs."""
    for number in range(size.http_apis):
        yield from _http(http_name(number), size)
    for number in range(size.websocket_apis):
        yield from _websocket(f"socket-{number:02d}", size)


def http_name(number: int) -> str:
    """The name of an HTTP API."""
    return f"http-{number:02d}"


def _http(name: str, size: Size) -> Iterator[Step]:
    api = Api2(name, "http")
    cors = {"AllowOrigins": ["https://a.example.com", "https://b.example.com"], "AllowMethods": ["GET", "POST"]}
    cors |= {"AllowHeaders": ["x-api-key", "authorization"], "ExposeHeaders": ["x-page"], "MaxAge": 600}
    yield api.create(Description=f"Orders of {name}", Version="7", CorsConfiguration=cors, Tags={"owner": name})
    yield api.put(
        "CreateAuthorizer",
        "authorizer jwt",
        "AuthorizerId",
        Name="jwt",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={
            "Audience": ["web", "mobile"],
            "Issuer": "https://cognito-idp.<<region>>.amazonaws.com/<<region>>_Customers",
        },
    )
    for number in range(size.routes):
        yield api.put("CreateIntegration", f"integration {number}", "IntegrationId", **_behind_http(number))
        route: Document = {"RouteKey": f"{('GET', 'POST', 'DELETE')[number % 3]} /orders-{number:02d}/{{id}}"}
        route["Target"] = f"integrations/{mark(f'integration {name} {number}')}"
        if number % 3:
            route |= {"AuthorizationType": "JWT", "AuthorizationScopes": ["orders.read", "orders.write"]}
            route["AuthorizerId"] = mark(f"authorizer {name} jwt")
        yield api.put("CreateRoute", **route)
    yield api.stage(
        "$default",
        AutoDeploy=True,
        Description="live",
        StageVariables={"level": "2"},
        DefaultRouteSettings={"ThrottlingBurstLimit": 200, "ThrottlingRateLimit": 100.0},
        Tags={"stage": "live"},
    )


def _behind_http(number: int) -> Document:
    if number % 2:
        uri = f"https://orders-{number:02d}.example.com/{{id}}"
        plain = {"IntegrationType": "HTTP_PROXY", "IntegrationUri": uri, "IntegrationMethod": "ANY"}
        return {**plain, "PayloadFormatVersion": "1.0", "RequestParameters": {"append:header.x-number": str(number)}}
    function = f"arn:aws:lambda:<<region>>:<<account>>:function:orders-{number:02d}"
    proxy = {"IntegrationType": "AWS_PROXY", "IntegrationUri": function, "PayloadFormatVersion": "2.0"}
    return {**proxy, "TimeoutInMillis": 12000, "Description": f"orders {number}"}


def _websocket(name: str, size: Size) -> Iterator[Step]:
    api = Api2(name, "websocket")
    yield api.create(RouteSelectionExpression="$request.body.action", Description="Push", Tags={"owner": name})
    schema = '{"type": "object"}'
    yield api.put(
        "CreateModel", "model Message", "ModelId", Name="Message", ContentType="application/json", Schema=schema
    )
    keys = ["$connect", "$disconnect", "$default", *(f"action-{n:02d}" for n in range(size.routes))][: size.routes]
    for number in range(0, size.routes, SHARED_BY):
        given = f"integration {number // SHARED_BY}"
        yield api.put("CreateIntegration", given, "IntegrationId", **_behind_websocket(number))
        integration = mark(f"integration {name} {number // SHARED_BY}")
        answer = {"IntegrationResponseKey": "$default", "ResponseTemplates": {"200": '{"ok": true}'}}
        yield api.put("CreateIntegrationResponse", IntegrationId=integration, **answer)
    for number, key in enumerate(keys):
        target = f"integrations/{mark(f'integration {name} {number // SHARED_BY}')}"
        route: Document = {"RouteKey": key, "Target": target, "OperationName": f"do{number}"}
        if not key.startswith("$"):
            route["RouteResponseSelectionExpression"] = "$default"
        yield api.put("CreateRoute", f"route {key}", "RouteId", **route)
        if not key.startswith("$"):
            asked = {"RouteId": mark(f"route {name} {key}"), "RouteResponseKey": "$default"}
            yield api.put("CreateRouteResponse", **asked)
    yield api.deploy("now", Description="the release")
    settings: Document = {"StageVariables": {"level": "3"}, "Tags": {"stage": "live"}, "Description": "live"}
    yield api.stage("live", DeploymentId=mark(f"deployment {name}/now"), **settings)


def _behind_websocket(number: int) -> Document:
    templates = {"application/json": f'{{"number": {number}}}'}
    expression = {"TemplateSelectionExpression": "\\$default", "RequestTemplates": templates}
    uri = function_uri(f"push-{number:02d}")
    return {
        "IntegrationType": "AWS",
        "IntegrationUri": uri,
        "CredentialsArn": CALLS_ROLE,
        "IntegrationMethod": "POST",
    } | (expression | {"PassthroughBehavior": "NEVER"})
