"""ExportApi: an HTTP API as an OpenAPI document.

Its form is that of exports in public repositories: a server with a base path, a default response, generated path
parameters, integrations that no route has by name, and a date for a version that is not there. It has no tags (AWS
notes, section 4.1), and no descriptions of integrations: nothing of the extension holds them.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import yaml

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.import_document import PREFIX
from tests.strict_aws.http.import_parts import INTEGRATIONS
from tests.strict_aws.http.state import Document, HttpContent, find_api
from tests.strict_aws.refusals import bad_request, not_found
from tests.strict_aws.rules import rule

HTTP_ONLY = rule(
    "http.export-http-only",
    "Only HTTP APIs are exported",
    "AWS notes, section 4.1; the text is recalled",
)
DEPLOYED = rule(
    "http.export-deployed",
    "With a stage, what is deployed there is exported; a stage without a deployment is refused",
    "botocore: ExportApi, StageName; the refusal is recalled",
)
SHARED = rule(
    "http.export-shared-integrations",
    "An integration that several routes lead to is exported once, by name",
    "the developer guide's x-amazon-apigateway-integrations; that exports use it is recalled",
    recalled=True,
)
_VERSIONS = ("1.0",)


@answers("apigatewayv2", "ExportApi")
def export_api(call: Call) -> Document:
    """ExportApi: of a stage's deployment, or of the API as it is edited."""
    api = find_api(call)
    if api.is_websocket and call.holds(HTTP_ONLY):
        raise bad_request("ExportApi is not supported on protocolType WEBSOCKET")
    if call.params["Specification"] != "OAS30" or call.params["OutputType"] not in ("JSON", "YAML"):
        raise bad_request("Invalid specification or output type specified")
    if call.params.get("ExportVersion", "1.0") not in _VERSIONS:
        raise bad_request("Invalid export version specified. Must be one of [1.0]")
    content, name = api.frozen(), call.params.get("StageName")
    if name is not None:
        stage = api.stages.get(name)
        if stage is None:
            raise not_found("Invalid stage identifier specified")
        if call.holds(DEPLOYED):
            if stage.get("DeploymentId") not in api.deployed:
                raise bad_request(f"The stage {name} has no deployment")
            content = api.deployed[stage["DeploymentId"]]
    document = _document(call, content, name)
    if not call.params.get("IncludeExtensions", True):
        document = _without_extensions(document)
    if call.params["OutputType"] == "JSON":
        return {"body": json.dumps(document, indent=2).encode()}
    return {"body": yaml.safe_dump(document, sort_keys=False).encode()}


def _document(call: Call, content: HttpContent, stage: str | None) -> Document:
    fields = content.settings
    info = {"title": fields["Name"]}
    if fields.get("Description"):
        info["description"] = fields["Description"]
    now = datetime.fromtimestamp(call.now, UTC).strftime("%Y-%m-%d %H:%M:%SUTC")
    info["version"] = fields.get("Version") or now
    base = "" if stage in (None, "$default") else str(stage)
    server: Document = {
        "url": f"{fields['ApiEndpoint']}/{{basePath}}",
        "variables": {"basePath": {"default": base}},
    }
    if fields.get("DisableExecuteApiEndpoint"):
        server[f"{PREFIX}endpoint-configuration"] = {"disableExecuteApiEndpoint": True}
    document: Document = {"openapi": "3.0.1", "info": info, "servers": [server], "paths": {}}
    named = _named(call, content)
    for route in content.routes.values():
        _add_route(document["paths"], content, route, named)
    components = _components(content, named)
    if components:
        document["components"] = components
    if fields.get("CorsConfiguration"):
        document[f"{PREFIX}cors"] = {_lower(name): value for name, value in fields["CorsConfiguration"].items()}
    document[f"{PREFIX}importexport-version"] = "1.0"
    return document


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _named(call: Call, content: HttpContent) -> dict[str, str]:
    """Integration id -> its name among the components: of those that no route has, or several."""
    targets = [(route.get("Target") or "").partition("/")[2] for route in content.routes.values()]
    named = {}
    for each in content.integrations:
        if targets.count(each) == 0:
            named[each] = f"unusedIntegration_{each}"
        elif targets.count(each) > 1 and call.holds(SHARED):
            named[each] = f"sharedIntegration_{each}"
    return named


def _add_route(paths: Document, content: HttpContent, route: Document, named: dict[str, str]) -> None:
    key = route["RouteKey"]
    verb, _, path = ("ANY", "", "/$default") if key == "$default" else key.partition(" ")
    item = paths.setdefault(path, {})
    operation: Document = {}
    if route.get("OperationName"):
        operation["operationId"] = route["OperationName"]
    operation["responses"] = {"default": {"description": f"Default response for {key}"}}
    operation |= _security(content, route)
    if key == "$default":
        operation["isDefaultRoute"] = True
    integration = (route.get("Target") or "").partition("/")[2]
    if integration in named:
        operation[f"{PREFIX}integration"] = {"$ref": f"#/components/{INTEGRATIONS}/{named[integration]}"}
    elif integration in content.integrations:
        operation[f"{PREFIX}integration"] = _integration(content.integrations[integration])
    parameters = item.pop("parameters", None) or [
        {
            "name": name,
            "in": "path",
            "description": f"Generated path parameter for {name}",
            "required": True,
            "schema": {"type": "string"},
        }
        for name in re.findall(r"\{([^}]+)\}", path)
    ]
    item[f"{PREFIX}any-method" if verb == "ANY" else verb.lower()] = operation
    if parameters:
        item["parameters"] = parameters


def _security(content: HttpContent, route: Document) -> Document:
    if route["AuthorizationType"] == "AWS_IAM":
        return {f"{PREFIX}auth": {"type": "AWS_IAM"}}
    authorizer = content.authorizers.get(route.get("AuthorizerId") or "")
    return {"security": [{authorizer["Name"]: route.get("AuthorizationScopes") or []}]} if authorizer else {}


def _integration(integration: Document) -> Document:
    names = {
        "ResponseParameters": "responseParameters",
        "RequestParameters": "requestParameters",
        "PayloadFormatVersion": "payloadFormatVersion",
        "IntegrationType": "type",
        "IntegrationSubtype": "integrationSubtype",
        "IntegrationMethod": "httpMethod",
        "IntegrationUri": "uri",
        "CredentialsArn": "credentials",
        "ConnectionType": "connectionType",
        "ConnectionId": "connectionId",
        "TimeoutInMillis": "timeoutInMillis",
    }
    made = {key: integration[member] for member, key in names.items() if integration.get(member) is not None}
    made["type"] = made["type"].lower()
    if made["timeoutInMillis"] == 30000:
        del made["timeoutInMillis"]
    if integration.get("TlsConfig"):
        made["tlsConfig"] = {_lower(name): value for name, value in integration["TlsConfig"].items()}
    return made


def _components(content: HttpContent, named: dict[str, str]) -> Document:
    made: Document = {}
    schemes = {each["Name"]: _scheme(each) for each in content.authorizers.values()}
    if schemes:
        made["securitySchemes"] = schemes
    if named:
        made[INTEGRATIONS] = {name: _integration(content.integrations[each]) for each, name in named.items()}
    return made


def _scheme(authorizer: Document) -> Document:
    kept = {"identitySource": ", ".join(authorizer.get("IdentitySource") or []) or None}
    if authorizer["AuthorizerType"] == "JWT":
        configuration = authorizer["JwtConfiguration"]
        said = {"audience": configuration["Audience"], "issuer": configuration["Issuer"]}
        kept |= {"jwtConfiguration": said, "type": "jwt"}
        head: Document = {"type": "oauth2", "flows": {}}
    else:
        names = {
            "AuthorizerCredentialsArn": "authorizerCredentials",
            "AuthorizerPayloadFormatVersion": "authorizerPayloadFormatVersion",
            "AuthorizerResultTtlInSeconds": "authorizerResultTtlInSeconds",
            "AuthorizerUri": "authorizerUri",
            "EnableSimpleResponses": "enableSimpleResponses",
            "IdentityValidationExpression": "identityValidationExpression",
        }
        kept |= {key: authorizer.get(member) for member, key in names.items()} | {"type": "request"}
        head = {"type": "apiKey", "name": "Authorization", "in": "header"}
    return head | {f"{PREFIX}authorizer": {key: value for key, value in kept.items() if value is not None}}


def _without_extensions(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_extensions(each) for key, each in value.items() if not key.startswith(PREFIX)}
        return {key: each for key, each in kept.items() if key != "isDefaultRoute"}
    return [_without_extensions(each) for each in value] if isinstance(value, list) else value
