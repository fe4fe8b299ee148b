"""Small HTTP and WebSocket APIs to test with."""

from __future__ import annotations

from typing import Any

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
INVOKED = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool"


def http_api(http: Any, name: str = "shop", **members: Any) -> str:
    """The id of a new HTTP API."""
    return str(http.create_api(Name=name, ProtocolType="HTTP", **members)["ApiId"])


def websocket_api(http: Any, name: str = "chat", **members: Any) -> str:
    """The id of a new WebSocket API."""
    members.setdefault("RouteSelectionExpression", "$request.body.action")
    return str(http.create_api(Name=name, ProtocolType="WEBSOCKET", **members)["ApiId"])


def function(http: Any, api: str, **members: Any) -> str:
    """The id of a new Lambda proxy integration of an HTTP API."""
    given = {"IntegrationType": "AWS_PROXY", "IntegrationUri": INVOKED, "PayloadFormatVersion": "2.0"} | members
    return str(http.create_integration(ApiId=api, **given)["IntegrationId"])


def mock(http: Any, api: str) -> str:
    """The id of a new MOCK integration of a WebSocket API."""
    return str(http.create_integration(ApiId=api, IntegrationType="MOCK")["IntegrationId"])


def route(http: Any, api: str, key: str, integration: str | None = None, **members: Any) -> str:
    """The id of a new route."""
    if integration:
        members["Target"] = f"integrations/{integration}"
    return str(http.create_route(ApiId=api, RouteKey=key, **members)["RouteId"])


def jwt(http: Any, api: str, name: str = "pool", **members: Any) -> str:
    """The id of a new JWT authorizer."""
    given = {
        "AuthorizerType": "JWT",
        "IdentitySource": ["$request.header.Authorization"],
        "JwtConfiguration": {"Audience": ["app"], "Issuer": ISSUER},
    }
    return str(http.create_authorizer(ApiId=api, Name=name, **(given | members))["AuthorizerId"])


def request_authorizer(http: Any, api: str, name: str = "lambda", **members: Any) -> str:
    """The id of a new Lambda authorizer of an HTTP API."""
    given = {
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": INVOKED,
        "AuthorizerPayloadFormatVersion": "2.0",
        "IdentitySource": ["$request.header.Authorization"],
    }
    return str(http.create_authorizer(ApiId=api, Name=name, **(given | members))["AuthorizerId"])


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what botocore puts beside it."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def subnet(ec2: Any) -> str:
    """The id of a new subnet in a VPC of its own."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"])


def vpc_link(http: Any, ec2: Any, name: str = "link") -> str:
    """The id of a new VPC link in a network of its own."""
    return str(http.create_vpc_link(Name=name, SubnetIds=[subnet(ec2)])["VpcLinkId"])
