"""The parts of an OpenAPI document in AWS's own member names: integrations, authorizers, how a route authorizes."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.http.import_document import PREFIX, Operation, Source, mapping
from tests.strict_aws.http.state import Document, HttpApi
from tests.strict_aws.rules import rule

ONE_SCHEME = rule(
    "http.import-one-scheme",
    "An operation has one security scheme",
    "AWS notes, section 4.2; the text is recalled",
)
DESCRIBED = rule(
    "http.import-describes-integrations",
    "Integrations that are imported are described as that",
    "moto: apigatewayv2/models.py, import_api",
    recalled=True,
)
IMPORTED = "AutoCreate from OpenAPI Import"
"""AWS's own description of an integration that an import made: see `DESCRIBED`."""

INTEGRATIONS = f"{PREFIX}integrations"
_INTEGRATION = {
    "connectionId": "ConnectionId",
    "connectionType": "ConnectionType",
    "credentials": "CredentialsArn",
    "httpMethod": "IntegrationMethod",
    "integrationSubtype": "IntegrationSubtype",
    "payloadFormatVersion": "PayloadFormatVersion",
    "requestParameters": "RequestParameters",
    "responseParameters": "ResponseParameters",
    "timeoutInMillis": "TimeoutInMillis",
    "type": "IntegrationType",
    "uri": "IntegrationUri",
}
_AUTHORIZER = {
    "authorizerCredentials": "AuthorizerCredentialsArn",
    "authorizerPayloadFormatVersion": "AuthorizerPayloadFormatVersion",
    "authorizerResultTtlInSeconds": "AuthorizerResultTtlInSeconds",
    "authorizerUri": "AuthorizerUri",
    "enableSimpleResponses": "EnableSimpleResponses",
    "identityValidationExpression": "IdentityValidationExpression",
}
_DISCOVERY = "/.well-known/openid-configuration"


def integration_of(call: Call, said: Document) -> Document:
    """An integration extension as members of CreateIntegration; what an HTTP API has not is left out."""
    made = {member: said[key] for key, member in _INTEGRATION.items() if said.get(key) is not None}
    made["IntegrationType"] = str(said.get("type") or "").upper()
    for name in ("IntegrationMethod", "ConnectionType"):
        if name in made:
            made[name] = str(made[name]).upper()
    if "PayloadFormatVersion" in made:
        made["PayloadFormatVersion"] = str(made["PayloadFormatVersion"])
    if mapping(said.get("tlsConfig")).get("serverNameToVerify"):
        made["TlsConfig"] = {"ServerNameToVerify": said["tlsConfig"]["serverNameToVerify"]}
    if call.holds(DESCRIBED):
        made["Description"] = IMPORTED
    return made


def authorizer_of(name: str, scheme: Document) -> Document | None:
    """A security scheme as members of CreateAuthorizer; None where it has no authorizer."""
    said = mapping(scheme.get(f"{PREFIX}authorizer"))
    if not said:
        return None
    made = {member: said[key] for key, member in _AUTHORIZER.items() if said.get(key) is not None}
    made |= {"Name": name, "IdentitySource": _sources(said.get("identitySource"))}
    if "AuthorizerPayloadFormatVersion" in made:
        made["AuthorizerPayloadFormatVersion"] = _version(made["AuthorizerPayloadFormatVersion"])
    configuration = mapping(said.get("jwtConfiguration"))
    made["AuthorizerType"] = str(said.get("type") or ("jwt" if configuration else "request")).upper()
    if made["AuthorizerType"] == "JWT":
        issuer = configuration.get("issuer") or str(scheme.get("openIdConnectUrl") or "").removesuffix(_DISCOVERY)
        made["JwtConfiguration"] = {"Audience": list(configuration.get("audience") or []), "Issuer": issuer}
    return made


def _version(value: Any) -> str:
    return f"{float(value):.1f}" if isinstance(value, int | float) else str(value)


def _sources(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return [each.strip() for each in str(value or "").split(",") if each.strip()]


def authorization_of(call: Call, api: HttpApi, source: Source, operation: Operation) -> Document:
    """How the operation's route authorizes, as members of CreateRoute; what is wrong is noted in the source."""
    auth = mapping(operation.said.get(f"{PREFIX}auth")).get("type")
    if auth:
        return {"AuthorizationType": str(auth).upper()}
    asked = operation.said.get("security", source.document.get("security")) or []
    pairs = [(name, scopes) for each in asked for name, scopes in mapping(each).items()]
    if not pairs:
        return {}
    if len(pairs) > 1 and call.holds(ONE_SCHEME):
        source.errors.append(f"Unable to create route '{operation.route_key}': only one security scheme is supported")
        return {}
    return _by_scheme(api, source, operation, *pairs[0])


def _by_scheme(api: HttpApi, source: Source, operation: Operation, name: str, scopes: Any) -> Document:
    scheme = mapping(mapping(source.components.get("securitySchemes")).get(name))
    if str(scheme.get(f"{PREFIX}authtype", "")).lower() == "awssigv4":
        return {"AuthorizationType": "AWS_IAM"}
    authorizer = next((each for each in api.draft.authorizers.values() if each["Name"] == name), None)
    if authorizer is None:
        place = f"security scheme '{name}' for resource at path '{operation.route_key}'"
        source.warnings.append(f"Unable to apply {place}: it has no authorizer. Ignoring.")
        return {}
    kind = "JWT" if authorizer["AuthorizerType"] == "JWT" else "CUSTOM"
    made = {"AuthorizationType": kind, "AuthorizerId": authorizer["AuthorizerId"]}
    return made | ({"AuthorizationScopes": list(scopes)} if kind == "JWT" and scopes else {})
