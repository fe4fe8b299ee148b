"""The words that OpenAPI documents of HTTP APIs and API Gateway v2's own members have for the same things.

The extensions are those of the developer guide's "OpenAPI extensions for API Gateway", as far as HTTP APIs have them.
"""

from __future__ import annotations

import re

X = "x-amazon-apigateway-"
ANY_METHOD, AUTH, AUTHORIZER, CORS = f"{X}any-method", f"{X}auth", f"{X}authorizer", f"{X}cors"
INTEGRATION, INTEGRATIONS = f"{X}integration", f"{X}integrations"
ENDPOINT, TAG_VALUE, FORMAT = f"{X}endpoint-configuration", f"{X}tag-value", f"{X}importexport-version"

DEFAULT_KEY, DEFAULT_PATH = "$default", "/$default"
VERBS = {verb.upper(): verb for verb in ("get", "put", "post", "delete", "options", "head", "patch")}
"""The methods of route keys that a path item has a member for; ANY is the extension ``ANY_METHOD``."""

INTEGRATION_WORDS = {
    "ConnectionId": "connectionId",
    "ConnectionType": "connectionType",
    "CredentialsArn": "credentials",
    "IntegrationMethod": "httpMethod",
    "IntegrationSubtype": "integrationSubtype",
    "IntegrationType": "type",
    "IntegrationUri": "uri",
    "PayloadFormatVersion": "payloadFormatVersion",
    "RequestParameters": "requestParameters",
    "ResponseParameters": "responseParameters",
    "TimeoutInMillis": "timeoutInMillis",
    "TlsConfig": "tlsConfig",
}
AUTHORIZER_WORDS = {
    "AuthorizerCredentialsArn": "authorizerCredentials",
    "AuthorizerPayloadFormatVersion": "authorizerPayloadFormatVersion",
    "AuthorizerResultTtlInSeconds": "authorizerResultTtlInSeconds",
    "AuthorizerType": "type",
    "AuthorizerUri": "authorizerUri",
    "EnableSimpleResponses": "enableSimpleResponses",
    "IdentitySource": "identitySource",
    "IdentityValidationExpression": "identityValidationExpression",
    "JwtConfiguration": "jwtConfiguration",
}

LONGEST_TIMEOUT = 30000
"""Milliseconds that an HTTP API waits where nothing is said (botocore: CreateIntegration, TimeoutInMillis)."""

_INVOCATION = re.compile(r"\Aarn:.+?:apigateway:.+?:lambda:path/\d{4}-\d\d-\d\d/functions/(.+)/invocations\Z")
_PLACEHOLDERS = re.compile(r"\{([^{}]+)\}")


def lowered(member: str) -> str:
    """A member's name as extensions spell it: ``AllowOrigins`` is ``allowOrigins``."""
    return member[:1].lower() + member[1:]


def raised(word: str) -> str:
    """The inverse of ``lowered``."""
    return word[:1].upper() + word[1:]


def function_of(uri: str) -> str:
    """The ARN of the function that an invocation's URI names, or the URI itself.

    A Lambda proxy of an HTTP API may be given either; exports in public repositories all have the URI.
    """
    found = _INVOCATION.match(uri)
    return found[1] if found else uri


def variables_of(path: str) -> list[str]:
    """The variables of a path as exports name them: ``proxy+`` for a greedy one."""
    return list(dict.fromkeys(_PLACEHOLDERS.findall(path)))
