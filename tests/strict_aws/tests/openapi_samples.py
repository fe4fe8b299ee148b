"""Small API definitions for tests of imports and exports."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
EXT = "x-amazon-apigateway-"
INTEGRATION = EXT + "integration"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:keeper"
INVOKE = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_ABC123"
CORS = "Access-Control-Allow-"


def openapi(paths: Document, *, title: str = "sample", version: str = "1.0", **more: Any) -> Document:
    """An OpenAPI 3 document."""
    return {"openapi": "3.0.1", "info": {"title": title, "version": version}, "paths": paths} | more


def swagger(paths: Document, *, title: str = "sample", version: str = "1.0", **more: Any) -> Document:
    """A Swagger 2 document."""
    return {"swagger": "2.0", "info": {"title": title, "version": version}, "paths": paths} | more


def mock(*, template: str | None = '{"statusCode": 200}', **more: Any) -> Document:
    """A MOCK integration that answers 200."""
    made: Document = {"type": "mock", "passthroughBehavior": "when_no_match"}
    if template is not None:
        made["requestTemplates"] = {"application/json": template}
    return made | {"responses": {"default": {"statusCode": "200"}}} | more


def http(uri: str = "https://backend.example.com/items", verb: str = "GET", **more: Any) -> Document:
    """An HTTP integration that answers 200."""
    made: Document = {"type": "http", "httpMethod": verb, "uri": uri, "passthroughBehavior": "when_no_match"}
    return made | {"responses": {"default": {"statusCode": "200"}}} | more


def answering(headers: dict[str, str]) -> Document:
    """The responses of an integration that sets these headers: their values by name."""
    parameters = {f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()}
    return {"default": {"statusCode": "200", "responseParameters": parameters}}


def responses(*headers: str, model: str | None = None) -> Document:
    """The responses of an OpenAPI 3 operation: 200 with these headers and the model."""
    made: Document = {"description": "200 response"}
    if headers:
        made["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
    if model:
        made["content"] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}
    return {"200": made}


def old_responses(*headers: str, model: str | None = None) -> Document:
    """The responses of a Swagger 2 operation: 200 with these headers and the model."""
    made: Document = {"description": "200 response"}
    if headers:
        made["headers"] = {name: {"type": "string"} for name in headers}
    if model:
        made["schema"] = {"$ref": f"#/definitions/{model}"}
    return {"200": made}


def operation(integration: Document | None = None, **more: Any) -> Document:
    """An OpenAPI 3 operation: a mock unless an integration is given."""
    return {"responses": responses(), INTEGRATION: integration or mock()} | more


def authorizer(kind: str, header: str = "Authorization", **more: Any) -> Document:
    """A security scheme that is an authorizer."""
    given = {"type": kind} | ({"providerARNs": [POOL]} if kind == "cognito_user_pools" else {"authorizerUri": INVOKE})
    return {"type": "apiKey", "name": header, "in": "header", EXT + "authorizer": given | more}


KEY = {"type": "apiKey", "name": "x-api-key", "in": "header"}
SIGV4 = {"type": "apiKey", "name": "Authorization", "in": "header", EXT + "authtype": "awsSigv4"}


def whole() -> Document:
    """A document with everything in it that OpenAPI can hold."""
    schemas = {
        "Person": {
            "type": "object",
            "required": ["name"],
            "properties": {"house": {"$ref": "#/components/schemas/House"}},
        },
        "House": {"type": "array", "items": {"$ref": "#/components/schemas/Person"}},
    }
    schemes = {
        "token": authorizer("token", "Token", identityValidationExpression="^x", authorizerResultTtlInSeconds=60),
        "request": authorizer("request", identitySource="method.request.header.A,context.stage"),
        "pool": authorizer("cognito_user_pools"),
        "iam": SIGV4,
        "api_key": KEY,
    }
    rich = http(
        "https://backend.example.com/{id}",
        connectionType="VPC_LINK",
        connectionId="abc123",
        timeoutInMillis=5000,
        cacheKeyParameters=["method.request.path.id"],
        contentHandling="CONVERT_TO_TEXT",
        tlsConfig={"insecureSkipVerification": True},
        responseTransferMode="STREAM",
        requestParameters={"integration.request.path.id": "method.request.path.id"},
        responses={
            "default": {"statusCode": "200", "responseParameters": {"method.response.header.B": "'c'"}},
            "5\\d\\d": {"statusCode": "502", "responseTemplates": {"application/json": ""}},
        },
    )
    read = operation(rich, operationId="read", security=[{"token": []}, {"api_key": []}])
    read["parameters"] = [{"name": "q", "in": "query", "required": True}, {"name": "h", "in": "header"}]
    read["responses"] = responses("B", model="Person") | {"502": {"description": "502 response"}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/House"}}}}
    write = operation(mock(), requestBody=body, security=[{"pool": ["a", "b"]}])
    paths = {
        "/": {"get": operation(security=[{"iam": []}]), "x-amazon-apigateway-any-method": operation()},
        "/items/{id}": {"get": read, "put": write | {EXT + "request-validator": "params"}},
        "/else/{rest+}": {"post": operation(http(verb="POST"), security=[{"request": []}])},
        "/open": {"get": operation(responses={})},
    }
    statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    parts = [
        {"location": {"type": "API"}, "properties": {"description": "all of it"}},
        {"location": {"type": "RESPONSE", "path": "/items/{id}", "method": "GET"}, "properties": {"description": "x"}},
    ]
    document = openapi(paths, components={"schemas": schemas, "securitySchemes": schemes})
    document["info"]["description"] = "everything"
    return document | {
        EXT + "api-key-source": "AUTHORIZER",
        EXT + "binary-media-types": ["image/png", "a/b"],
        EXT + "minimum-compression-size": 0,
        EXT + "policy": {"Version": "2012-10-17", "Statement": [statement]},
        EXT + "security-policy": "SecurityPolicy_TLS13_1_3_2025_09",
        EXT + "endpoint-access-mode": "STRICT",
        EXT + "request-validators": {
            "all": {"validateRequestBody": True},
            "params": {"validateRequestParameters": True},
        },
        EXT + "request-validator": "all",
        EXT + "gateway-responses": {
            "DEFAULT_5XX": {"responseParameters": {"gatewayresponse.header.A": "'b'"}},
            "THROTTLED": {"statusCode": 420, "responseTemplates": {"application/json": "{}"}},
        },
        EXT + "documentation": {"documentationParts": parts},
    }
