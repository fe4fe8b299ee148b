"""HTTP and WebSocket APIs through real boto3 clients: everything that a customer can configure there."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.estates import ACCOUNT, Clients, allow_logging

LINK_SECONDS = 130
_ROLE = f"arn:aws:iam::{ACCOUNT}:role/apigateway-calls"
_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
FUNCTIONS = ("orders", "doorkeeper", "push")


@dataclass
class HttpEstate:
    """What was built, by name: ids of what a test may want to look at."""

    region: str
    apis: dict[str, str] = field(default_factory=dict)
    integrations: dict[str, str] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)
    authorizers: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


def build_http_ground(aws: Clients, region: str) -> dict[str, str]:
    """What an HTTP API stands on: a VPC with a subnet, the role for logs, functions; their ids."""
    ec2 = aws.client("ec2", region)
    named = [{"Key": "Name", "Value": "main"}]
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": named}])
    vpc_id = str(vpc["Vpc"]["VpcId"])
    named = [{"Key": "Name", "Value": "inner"}]
    subnet = ec2.create_subnet(
        VpcId=vpc_id, CidrBlock="10.9.1.0/24", TagSpecifications=[{"ResourceType": "subnet", "Tags": named}]
    )
    allow_logging(aws, region)
    build_functions(aws, region)
    return {"vpc": vpc_id, "subnet": str(subnet["Subnet"]["SubnetId"])}


def build_functions(aws: Clients, region: str, names: tuple[str, ...] = FUNCTIONS) -> None:
    """Lambda functions, each with an alias `live`."""
    iam, functions = aws.client("iam", region), aws.client("lambda", region)
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="functions", AssumeRolePolicyDocument=_TRUST)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return {}\n")
    for name in names:
        functions.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=f"arn:aws:iam::{ACCOUNT}:role/functions",
            Handler="index.handler",
            Code={"ZipFile": code.getvalue()},
            Publish=True,
        )
        functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")


def function_arn(region: str, name: str) -> str:
    """The ARN of a function, or of an alias of one."""
    return f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}"


def invocation_uri(region: str, name: str) -> str:
    """The URI by which authorizers and WebSocket integrations call a function."""
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function_arn(region, name)}/invocations"


def allow(aws: Clients, region: str, function: str, sid: str, source: str, **more: str) -> None:
    """Let an API call a function: a statement in the function's policy. ``source`` is what follows the account."""
    name, _, alias = function.partition(":")
    aws.client("lambda", region).add_permission(
        FunctionName=name,
        StatementId=sid,
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{region}:{ACCOUNT}:{source}",
        **({"Qualifier": alias} if alias else {}),
        **more,
    )


def build_http(aws: Clients, region: str, ground: dict[str, str]) -> HttpEstate:
    """An HTTP API with all that it can have, a WebSocket API, one of a quick create, and a VPC link."""
    estate = HttpEstate(region)
    build_link(aws, estate, ground)
    build_orders(aws, estate)
    build_push(aws, estate)
    made = aws.client("apigatewayv2", region).create_api(
        Name="quick", ProtocolType="HTTP", Target="https://quick.example.com"
    )
    estate.apis["quick"] = made["ApiId"]
    return estate


def build_link(aws: Clients, estate: HttpEstate, ground: dict[str, str]) -> None:
    """A VPC link with a group of its own."""
    ec2, http = aws.client("ec2", estate.region), aws.client("apigatewayv2", estate.region)
    group = ec2.create_security_group(GroupName="link", Description="of the link", VpcId=ground["vpc"])
    link = http.create_vpc_link(
        Name="inner",
        SubnetIds=[ground["subnet"]],
        SecurityGroupIds=[group["GroupId"]],
        Tags={"team": "network"},
    )
    estate.links["inner"] = link["VpcLinkId"]


def _integration(http: Any, estate: HttpEstate, api: str, name: str, **settings: Any) -> str:
    made = http.create_integration(ApiId=estate.apis[api], **settings)
    estate.integrations[f"{api}/{name}"] = made["IntegrationId"]
    return f"integrations/{made['IntegrationId']}"


def _route(http: Any, estate: HttpEstate, api: str, key: str, **settings: Any) -> None:
    made = http.create_route(ApiId=estate.apis[api], RouteKey=key, **settings)
    estate.routes[f"{api}/{key}"] = made["RouteId"]


def _authorizer(http: Any, estate: HttpEstate, api: str, name: str, **settings: Any) -> str:
    made = http.create_authorizer(ApiId=estate.apis[api], Name=name, **settings)
    estate.authorizers[f"{api}/{name}"] = made["AuthorizerId"]
    return str(made["AuthorizerId"])


def build_orders(aws: Clients, estate: HttpEstate) -> None:
    """The HTTP API: authorizers of both kinds, integrations of all kinds, a stage of each kind."""
    http, region = aws.client("apigatewayv2", estate.region), estate.region
    cors = {"AllowOrigins": ["https://b.example.com", "https://a.example.com"], "AllowMethods": ["GET", "POST"]}
    cors |= {"AllowHeaders": ["authorization"], "ExposeHeaders": ["x-page"], "MaxAge": 600, "AllowCredentials": True}
    made = http.create_api(
        Name="orders",
        ProtocolType="HTTP",
        Description="Orders",
        Version="7",
        CorsConfiguration=cors,
        DisableExecuteApiEndpoint=True,
        IpAddressType="dualstack",
        Tags={"owner": "shop"},
    )
    api = estate.apis["orders"] = made["ApiId"]
    jwt = _authorizer(
        http,
        estate,
        "orders",
        "jwt",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Audience": ["web", "mobile"], "Issuer": "https://issuer.example.com"},
    )
    keeper = _authorizer(
        http,
        estate,
        "orders",
        "keeper",
        AuthorizerType="REQUEST",
        AuthorizerUri=invocation_uri(region, "doorkeeper"),
        AuthorizerPayloadFormatVersion="2.0",
        AuthorizerResultTtlInSeconds=60,
        EnableSimpleResponses=True,
        IdentitySource=["$request.header.Authorization", "$request.querystring.token"],
    )
    to_function = _integration(
        http,
        estate,
        "orders",
        "function",
        IntegrationType="AWS_PROXY",
        IntegrationUri=function_arn(region, "orders:live"),
        PayloadFormatVersion="2.0",
        TimeoutInMillis=12000,
        Description="orders",
    )
    to_web = _integration(
        http,
        estate,
        "orders",
        "web",
        IntegrationType="HTTP_PROXY",
        IntegrationUri="https://web.example.com/{proxy}",
        IntegrationMethod="ANY",
        PayloadFormatVersion="1.0",
        RequestParameters={"append:header.x-stage": "$context.stage", "overwrite:path": "$request.path.proxy"},
        ResponseParameters={"404": {"overwrite:statuscode": "204", "append:header.x-gone": "yes"}},
    )
    inside = _integration(
        http,
        estate,
        "orders",
        "inside",
        IntegrationType="HTTP_PROXY",
        IntegrationUri=f"arn:aws:elasticloadbalancing:{region}:{ACCOUNT}:listener/app/inner/0123456789abcdef/1",
        IntegrationMethod="ANY",
        PayloadFormatVersion="1.0",
        ConnectionType="VPC_LINK",
        ConnectionId=estate.links["inner"],
        TlsConfig={"ServerNameToVerify": "inner.example.com"},
    )
    to_queue = _integration(
        http,
        estate,
        "orders",
        "queue",
        IntegrationType="AWS_PROXY",
        IntegrationSubtype="SQS-SendMessage",
        PayloadFormatVersion="1.0",
        CredentialsArn=_ROLE,
        RequestParameters={
            "QueueUrl": f"https://sqs.{region}.amazonaws.com/{ACCOUNT}/orders",
            "MessageBody": "$request.body",
        },
    )
    for _ in ("one", "two"):  # nothing leads to them, and they are told apart all the same
        uri = f"https://spare-{_}.example.com"
        spare = {"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "GET", "PayloadFormatVersion": "1.0"}
        _integration(http, estate, "orders", f"spare-{_}", IntegrationUri=uri, **spare)
    secured = {"AuthorizationType": "JWT", "AuthorizerId": jwt, "AuthorizationScopes": ["orders.write", "orders.read"]}
    _route(http, estate, "orders", "GET /orders/{id}", Target=to_function, OperationName="getOrder", **secured)
    _route(http, estate, "orders", "POST /orders", Target=to_queue, AuthorizationType="CUSTOM", AuthorizerId=keeper)
    _route(http, estate, "orders", "DELETE /orders/{id}", Target=to_function, AuthorizationType="AWS_IAM")
    _route(http, estate, "orders", "ANY /web/{proxy+}", Target=to_web)
    _route(http, estate, "orders", "GET /inside", Target=inside)
    _route(http, estate, "orders", "$default", Target=to_web)
    logs = f"arn:aws:logs:{region}:{ACCOUNT}:log-group:/apis/orders"
    http.create_stage(
        ApiId=api,
        StageName="$default",
        AutoDeploy=True,
        Description="live",
        StageVariables={"level": "2", "color": "green"},
        DefaultRouteSettings={"ThrottlingBurstLimit": 200, "ThrottlingRateLimit": 100.0},
        RouteSettings={"GET /orders/{id}": {"ThrottlingRateLimit": 5.5, "DetailedMetricsEnabled": True}},
        AccessLogSettings={"DestinationArn": logs, "Format": "$context.requestId $context.status"},
        Tags={"stage": "live"},
    )
    frozen = http.create_deployment(ApiId=api, Description="release 7")
    http.create_stage(ApiId=api, StageName="v7", DeploymentId=frozen["DeploymentId"], Description="held")
    http.create_stage(ApiId=api, StageName="v7-again", DeploymentId=frozen["DeploymentId"])
    http.create_stage(ApiId=api, StageName="empty")
    allow(aws, region, "orders:live", "get", f"{api}/*/GET/orders/*")
    allow(aws, region, "orders:live", "delete", f"{api}/*/DELETE/orders/*", SourceAccount=ACCOUNT)
    allow(aws, region, "doorkeeper", f"auth-{api}", f"{api}/authorizers/{keeper}")
    allow(aws, region, "doorkeeper", "others", "zzzzzzzzzz/*/GET/other")


def build_push(aws: Clients, estate: HttpEstate) -> None:
    """The WebSocket API: models that refer to each other, responses of routes and of integrations."""
    http, region = aws.client("apigatewayv2", estate.region), estate.region
    made = http.create_api(
        Name="push",
        ProtocolType="WEBSOCKET",
        RouteSelectionExpression="$request.body.action",
        ApiKeySelectionExpression="$context.authorizer.usageIdentifierKey",
    )
    api = estate.apis["push"] = made["ApiId"]
    for name, schema in (("Part", {"type": "object"}), ("Message", {"type": "object", "title": "a message"})):
        http.create_model(ApiId=api, Name=name, ContentType="application/json", Schema=json.dumps(schema))
    keeper = _authorizer(
        http,
        estate,
        "push",
        "keeper",
        AuthorizerType="REQUEST",
        AuthorizerUri=invocation_uri(region, "doorkeeper"),
        AuthorizerCredentialsArn=_ROLE,
        IdentitySource=["route.request.header.Auth"],
    )
    mock = _integration(http, estate, "push", "mock", IntegrationType="MOCK", RequestTemplates={"200": '{"ok": 1}'})
    function = _integration(
        http,
        estate,
        "push",
        "function",
        IntegrationType="AWS",
        IntegrationUri=invocation_uri(region, "push"),
        IntegrationMethod="POST",
        CredentialsArn=_ROLE,
        PassthroughBehavior="NEVER",
        TemplateSelectionExpression="\\$default",
        RequestTemplates={"$default": '{"body": $input.body}'},
        ContentHandlingStrategy="CONVERT_TO_TEXT",
        TimeoutInMillis=5000,
    )
    http.create_integration_response(
        ApiId=api,
        IntegrationId=function.removeprefix("integrations/"),
        IntegrationResponseKey="/2\\d\\d/",
        ResponseTemplates={"ok": '{"answer": $input.body}'},
        TemplateSelectionExpression="ok",
        ContentHandlingStrategy="CONVERT_TO_TEXT",
    )
    http.create_integration_response(
        ApiId=api, IntegrationId=mock.removeprefix("integrations/"), IntegrationResponseKey="$default"
    )
    _route(http, estate, "push", "$connect", Target=mock, AuthorizationType="CUSTOM", AuthorizerId=keeper)
    _route(
        http,
        estate,
        "push",
        "send",
        Target=function,
        ApiKeyRequired=True,
        RouteResponseSelectionExpression="$default",
        ModelSelectionExpression="$request.body.kind",
        RequestModels={"message": "Message"},
        RequestParameters={"route.request.querystring.a": {"Required": True}},
    )
    http.create_route_response(
        ApiId=api,
        RouteId=estate.routes["push/send"],
        RouteResponseKey="$default",
        ModelSelectionExpression="$integration.response.body.kind",
        ResponseModels={"part": "Part"},
        ResponseParameters={"route.response.header.x": {"Required": False}},
    )
    release = http.create_deployment(ApiId=api, Description="the release")
    http.create_stage(
        ApiId=api,
        StageName="live",
        DeploymentId=release["DeploymentId"],
        StageVariables={"level": "3"},
        DefaultRouteSettings={"LoggingLevel": "INFO", "DataTraceEnabled": True, "ThrottlingBurstLimit": 10},
        RouteSettings={"send": {"LoggingLevel": "ERROR"}},
        Tags={"stage": "live"},
    )
