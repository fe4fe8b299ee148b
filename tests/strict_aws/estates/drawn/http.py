"""HTTP and WebSocket APIs drawn member by member."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from tests.strict_aws.estates.drawn import values as v
from tests.strict_aws.estates.drawn.pen import Pen
from tests.strict_aws.estates.http import Api2
from tests.strict_aws.estates.rest import function_uri
from tests.strict_aws.estates.steps import Document, Step, mark

_FUNCTION = "arn:aws:lambda:<<region>>:<<account>>:function:"
_HTTP_KEYS = ("$default", "GET /a", "POST /a/{id}", "ANY /b/{rest+}", "DELETE /a/{id}/c")
_SOCKET_KEYS = ("$connect", "$disconnect", "$default", "say", "leave")


def http_apis(pen: Pen) -> Iterator[Step]:
    """Some HTTP APIs, some WebSocket APIs."""
    for number in pen.numbers(1):
        yield from _http(pen, f"{pen(v.NAMES)}-h{number}")
    for number in pen.numbers(1):
        yield from _websocket(pen, f"{pen(v.NAMES)}-w{number}")
    if pen.full or pen(st.booleans()):
        quick = Api2(f"{pen(v.NAMES)}-q", "http")
        target = {"RouteKey": "GET /quick", "Target": _FUNCTION + pen(v.NAMES)}
        yield quick.create(**pen.given(target, CredentialsArn=v.ACCOUNT_ROLE))


def _cors(pen: Pen) -> Document:
    return pen.given(
        {"AllowOrigins": pen(v.listed(st.sampled_from(["https://a.example.com", "https://b.example.com"])))},
        AllowCredentials=v.YES_OR_NO,
        AllowHeaders=v.listed(st.sampled_from(["x-a", "authorization"])),
        AllowMethods=v.listed(st.sampled_from(["GET", "POST", "OPTIONS"])),
        ExposeHeaders=v.listed(st.sampled_from(["x-page", "x-total"])),
        MaxAge=st.integers(0, 86400),
    )


def _http(pen: Pen, name: str) -> Iterator[Step]:
    api = Api2(name, "http")
    yield api.create(
        **pen.given(
            {},
            Description=v.WORDS,
            Version=v.NAMES,
            Tags=v.TAGS,
            DisableExecuteApiEndpoint=v.YES_OR_NO,
            IpAddressType=st.sampled_from(["ipv4", "dualstack"]),
            RouteSelectionExpression=st.just("${request.method} ${request.path}"),
            CorsConfiguration=st.just(_cors(pen)),
        )
    )
    authorizers = []
    for kind in dict.fromkeys(pen.some(("JWT", "REQUEST"))):
        authorizers.append(kind)
        yield api.put("CreateAuthorizer", f"authorizer {kind}", "AuthorizerId", **_http_authorizer(pen, kind))
    kinds = pen.some(("AWS_PROXY", "HTTP_PROXY", "LINK", "QUEUE"), most=3)
    for number, kind in enumerate(kinds):
        yield api.put("CreateIntegration", f"integration {number}", "IntegrationId", **_http_integration(pen, kind))
    for number, key in enumerate(dict.fromkeys(pen.some(_HTTP_KEYS, most=3) or ["$default"])):
        route = pen.given({"RouteKey": key}, OperationName=v.NAMES)
        if kinds:
            route = pen.given(
                route, Target=st.just(f"integrations/{mark(f'integration {name} {number % len(kinds)}')}")
            )
        yield api.put(
            "CreateRoute", f"route {key}", "RouteId", **route, **_http_authorization(pen, name, authorizers, number)
        )
    keys = [each.partition(f"route {name} ")[2] for each in sorted(api.content) if each.startswith("route ")]
    yield api.stage("$default", "logging", AutoDeploy=True, **_stage(pen, keys))
    yield api.deploy("now", **pen.given({}, Description=v.WORDS))
    tied = mark(f"deployment {name}/now")
    yield api.stage("prod", "logging", **pen.given({}, DeploymentId=st.just(tied)), **_stage(pen, keys))


def _http_authorizer(pen: Pen, kind: str) -> Document:
    asked: Document = {
        "Name": pen.one((kind.lower(), f"the {kind}")),
        "AuthorizerType": kind,
        "IdentitySource": ["$request.header.Authorization"],
    }
    if kind == "JWT":
        issuer = "https://cognito-idp.<<region>>.amazonaws.com/<<region>>_A"
        return {**asked, "JwtConfiguration": {"Audience": pen(v.listed(v.NAMES)), "Issuer": issuer}}
    asked |= {"AuthorizerUri": function_uri(pen(v.NAMES)), "AuthorizerPayloadFormatVersion": "2.0"}
    return pen.given(
        asked,
        EnableSimpleResponses=v.YES_OR_NO,
        AuthorizerResultTtlInSeconds=st.integers(0, 3600),
        AuthorizerCredentialsArn=v.ACCOUNT_ROLE,
    )


def _http_authorization(pen: Pen, name: str, authorizers: list[str], variant: int) -> Document:
    kinds = ["NONE", "AWS_IAM", *authorizers]
    kind = kinds[(variant + 2) % len(kinds)] if pen.full else pen.one(kinds)
    if kind not in authorizers:
        return pen.given({}, AuthorizationType=st.just(kind))
    asked = {
        "AuthorizationType": "JWT" if kind == "JWT" else "CUSTOM",
        "AuthorizerId": mark(f"authorizer {name} {kind}"),
    }
    return pen.given(asked, AuthorizationScopes=v.listed(st.sampled_from(["a", "b/c"]))) if kind == "JWT" else asked


def _http_integration(pen: Pen, kind: str) -> Document:
    version = "2.0" if kind == "AWS_PROXY" else "1.0"
    common = pen.given({"PayloadFormatVersion": version}, Description=v.WORDS, TimeoutInMillis=st.integers(50, 30000))
    keys = st.sampled_from(["append:header.x-a", "overwrite:querystring.b", "remove:header.x-c"])
    changes = st.dictionaries(keys, st.sampled_from(["'1'", "$request.header.y"]), min_size=1, max_size=2)
    answers = st.dictionaries(v.STATUS, st.just({"overwrite:header.x-r": "'r'"}), min_size=1, max_size=2)
    match kind:
        case "AWS_PROXY":
            asked = {"IntegrationType": kind, "IntegrationUri": _FUNCTION + pen(v.NAMES), **common}
            return pen.given(asked, CredentialsArn=v.ACCOUNT_ROLE, IntegrationMethod=st.just("POST"))
        case "HTTP_PROXY":
            asked = {
                "IntegrationType": kind,
                "IntegrationUri": "https://a.example.com/x",
                "IntegrationMethod": "ANY",
                **common,
            }
            return pen.given(
                asked, RequestParameters=changes, ResponseParameters=answers, ConnectionType=st.just("INTERNET")
            )
        case "QUEUE":
            queue = {"QueueUrl": "https://sqs.<<region>>.amazonaws.com/<<account>>/q", "MessageBody": "$request.body.m"}
            asked = {
                "IntegrationType": "AWS_PROXY",
                "IntegrationSubtype": "SQS-SendMessage",
                "RequestParameters": queue,
            }
            return {**asked, "CredentialsArn": pen(v.ACCOUNT_ROLE), **common}
    listener = (
        "arn:aws:elasticloadbalancing:<<region>>:<<account>>:listener/app/inner/50dc6c495c0c9188/f2f7dc8efc522ab2"
    )
    asked = {"IntegrationType": "HTTP_PROXY", "IntegrationUri": listener, "IntegrationMethod": "GET", **common}
    asked |= {"ConnectionType": "VPC_LINK", "ConnectionId": mark("link http")}
    return pen.given(asked, TlsConfig=st.just({"ServerNameToVerify": "inner.example.com"}))


def _stage(pen: Pen, keys: list[str], *, websocket: bool = False) -> Document:
    def settings() -> Document:
        asked = pen.given(
            {}, DetailedMetricsEnabled=v.YES_OR_NO, ThrottlingBurstLimit=v.BURSTS, ThrottlingRateLimit=v.RATES
        )
        if websocket:
            levels = st.sampled_from(["ERROR", "INFO", "OFF"])
            return pen.given(asked, DataTraceEnabled=v.YES_OR_NO, LoggingLevel=levels)
        return asked

    group = "arn:aws:logs:<<region>>:<<account>>:log-group:drawn"
    logs = {"DestinationArn": group, "Format": "$context.requestId $context.status"}
    asked = pen.given(
        {},
        Description=v.WORDS,
        StageVariables=v.VARIABLES,
        Tags=v.TAGS,
        AccessLogSettings=st.just(logs),
        DefaultRouteSettings=st.just(settings()),
    )
    return pen.given(asked, RouteSettings=st.just({keys[0]: settings()})) if keys else asked


def _websocket(pen: Pen, name: str) -> Iterator[Step]:
    api = Api2(name, "websocket")
    yield api.create(
        RouteSelectionExpression="$request.body.action",
        **pen.given(
            {},
            Description=v.WORDS,
            Version=v.NAMES,
            Tags=v.TAGS,
            DisableSchemaValidation=v.YES_OR_NO,
            DisableExecuteApiEndpoint=v.YES_OR_NO,
            ApiKeySelectionExpression=st.sampled_from(
                ["$request.header.x-api-key", "$context.authorizer.usageIdentifierKey"]
            ),
        ),
    )
    models = [f"Message{number}" for number in pen.numbers(2)]
    for model in models:
        asked = pen.given(
            {"Name": model, "Schema": pen(v.SCHEMAS)}, ContentType=st.just("application/json"), Description=v.WORDS
        )
        yield api.put("CreateModel", f"model {model}", "ModelId", **asked)
    guarded = pen.full or pen(st.booleans())
    if guarded:
        source = ["route.request.header.Authorization", "route.request.querystring.token"]
        asked = {
            "Name": "guard",
            "AuthorizerType": "REQUEST",
            "IdentitySource": source,
            "AuthorizerUri": function_uri("guard"),
        }
        asked = pen.given(asked, AuthorizerCredentialsArn=v.ACCOUNT_ROLE, IdentityValidationExpression=st.just(".+"))
        yield api.put("CreateAuthorizer", "authorizer guard", "AuthorizerId", **asked)
    kinds = pen.some(("AWS", "HTTP", "MOCK", "AWS_PROXY", "LINK"), most=3)
    for number, kind in enumerate(kinds):
        yield api.put("CreateIntegration", f"integration {number}", "IntegrationId", **_socket_integration(pen, kind))
        yield from _integration_response(pen, api, mark(f"integration {name} {number}"))
    keys = list(dict.fromkeys(pen.some(_SOCKET_KEYS, most=4) or ["$connect"]))
    for number, key in enumerate(keys):
        yield from _socket_route(
            pen, api, key, f"integration {name} {number % len(kinds)}" if kinds else "", models, guarded
        )
    yield api.deploy("now", **pen.given({}, Description=v.WORDS))
    asked = {"DeploymentId": mark(f"deployment {name}/now"), **_stage(pen, keys, websocket=True)}
    yield api.stage("live", "logging", **pen.given(asked, ClientCertificateId=st.just(mark("certificate 0"))))


def _socket_integration(pen: Pen, kind: str) -> Document:
    asked = pen.given(
        {"IntegrationType": "HTTP" if kind == "LINK" else kind},
        Description=v.WORDS,
        TimeoutInMillis=st.integers(50, 29000),
        PassthroughBehavior=st.sampled_from(["WHEN_NO_MATCH", "NEVER", "WHEN_NO_TEMPLATES"]),
        RequestTemplates=st.dictionaries(v.SIMPLE, v.WORDS, min_size=1, max_size=2),
        TemplateSelectionExpression=st.just("\\$default"),
        ContentHandlingStrategy=st.sampled_from(["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"]),
        PayloadFormatVersion=st.just("1.0"),
    )
    if kind == "MOCK":
        return asked
    keys = st.sampled_from(["header.X-A", "querystring.b"]).map("integration.request.".__add__)
    asked = pen.given(asked, RequestParameters=st.dictionaries(keys, st.just("'1'"), min_size=1))
    if kind.startswith("AWS"):
        asked |= {"IntegrationUri": function_uri(pen(v.NAMES)), "IntegrationMethod": "POST"}
        return pen.given(asked, CredentialsArn=v.ACCOUNT_ROLE)
    asked |= {"IntegrationUri": "https://a.example.com/x", "IntegrationMethod": "POST"}
    return asked | ({"ConnectionType": "VPC_LINK", "ConnectionId": mark("link rest")} if kind == "LINK" else {})


def _integration_response(pen: Pen, api: Api2, integration: str) -> Iterator[Step]:
    for key in dict.fromkeys(pen.some(("$default", "/404/"))):
        asked = pen.given(
            {"IntegrationId": integration, "IntegrationResponseKey": key},
            ContentHandlingStrategy=st.sampled_from(["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"]),
            ResponseParameters=st.just({"method.response.header.X-A": "'1'"}),
            ResponseTemplates=st.dictionaries(v.SIMPLE, v.WORDS, min_size=1, max_size=2),
            TemplateSelectionExpression=st.just("\\$default"),
        )
        yield api.put("CreateIntegrationResponse", **asked)


def _socket_route(pen: Pen, api: Api2, key: str, target: str, models: list[str], guarded: bool) -> Iterator[Step]:
    required = st.builds(lambda value: {"Required": value}, v.YES_OR_NO)
    parameters = st.dictionaries(st.just("route.request.querystring.token"), required, min_size=1)
    asked = pen.given(
        {"RouteKey": key}, OperationName=v.NAMES, ApiKeyRequired=v.YES_OR_NO, RequestParameters=parameters
    )
    asked = pen.given(
        asked,
        RouteResponseSelectionExpression=st.just("$default"),
        ModelSelectionExpression=st.just("$request.body.kind"),
    )
    if models:
        asked = pen.given(asked, RequestModels=st.dictionaries(v.SIMPLE, st.sampled_from(models), min_size=1))
    if target:
        asked = pen.given(asked, Target=st.just(f"integrations/{mark(target)}"))
    if key == "$connect" and guarded:
        asked |= {"AuthorizationType": "CUSTOM", "AuthorizerId": mark(f"authorizer {api.name} guard")}
    needs = {f"model {api.name} {model}" for model in models}
    yield api.put("CreateRoute", f"route {key}", "RouteId", *needs, **asked)
    if key != "$connect" and (pen.full or pen(st.booleans())):
        answer = pen.given(
            {"RouteId": mark(f"route {api.name} {key}"), "RouteResponseKey": "$default"},
            ModelSelectionExpression=st.just("$response.body.kind"),
            ResponseParameters=st.dictionaries(st.just("route.response.header.X-A"), required, min_size=1),
        )
        if models:
            answer = pen.given(answer, ResponseModels=st.dictionaries(v.SIMPLE, st.sampled_from(models), min_size=1))
        yield api.put("CreateRouteResponse", "", "", *needs, **answer)
