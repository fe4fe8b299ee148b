"""Integrations and their responses."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlparse

from tests.moto_overlay.patches import Slot, apply_patches, as_bool, key_list, mapping, scalar
from tests.moto_overlay.rest import Ask, Document, Refusal, bad_request, not_found, operation
from tests.moto_overlay.rest_resources import find_method, find_resource, status_code

TYPES = ("HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS")
AWS_URI = re.compile(r"^arn:aws[\w-]*:apigateway:[\w-]+:[\w.-]+:(path|action)/")
REQUEST_PARAMETER = re.compile(r"^method\.request\.(?:multivalue)?(path|querystring|header)\.(.+)$")
TEXTS = ("requestParameters", "requestTemplates", "responseParameters", "responseTemplates")


def _check_texts(ask: Ask) -> None:
    """The maps of an integration hold strings; null stands for an empty template."""
    for name in TEXTS:
        for value in (ask.body.get(name) or {}).values():
            if value is not None and not isinstance(value, str):
                kind = "Boolean" if isinstance(value, bool) else "Number"
                text = f"class java.lang.{kind} can not be converted to an String"
                raise Refusal("SerializationException", text, 400)


def _bad_mapping(expression: str) -> Refusal:
    text = f"[Invalid mapping expression parameter specified: {expression}]"
    return bad_request(f"Invalid mapping expression specified: Validation Result: warnings : [], errors : {text}")


def _checked(ask: Ask, integration: Document, method: Document) -> Document:
    """The integration, if the service would take it."""
    for value in integration.get("requestParameters", {}).values():
        match = REQUEST_PARAMETER.match(value)
        if match and f"method.request.{match[1]}.{match[2]}" not in method.get("requestParameters", {}):
            raise _bad_mapping(value)
    kind, uri = integration["type"], str(integration.get("uri", ""))
    if kind != "MOCK" and not integration.get("httpMethod"):
        raise bad_request("Enumeration value for HttpMethod must be non-empty")
    if kind in ("HTTP", "HTTP_PROXY") and "${stageVariables." not in uri:
        address = urlparse(uri)
        if address.scheme not in ("http", "https") or not address.netloc:
            raise bad_request("Invalid HTTP endpoint specified for URI")
    if kind in ("AWS", "AWS_PROXY"):
        if not uri.startswith("arn:"):
            raise bad_request("Invalid ARN specified in the request")
        if not AWS_URI.match(uri):
            raise bad_request("AWS ARN for integration must contain path or action")
        if kind == "AWS_PROXY" and not re.search(r":(lambda|firehose):", uri):
            text = "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream"
            raise bad_request(text + " invocations.")
    credentials = str(integration.get("credentials", ""))
    own = (f"arn:{ask.partition}:iam::{ask.account}:", f"arn:{ask.partition}:iam::*:")
    if credentials and not credentials.startswith(own):
        raise Refusal("AccessDeniedException", "Cross-account pass role is not allowed.", 403)
    if integration.get("connectionType") == "VPC_LINK" and not integration.get("connectionId"):
        raise bad_request("A VPC link ID must be specified for connection type VPC_LINK")
    return integration


@operation("PutIntegration", 201)
def put_integration(ask: Ask) -> Document:
    """The method's integration, in place of the one it has, with the service's defaults."""
    kind = ask.body.get("type")
    if kind not in TYPES:
        text = f"1 validation error detected: Value '{kind}' at 'putIntegrationInput.type' failed to satisfy "
        text += f"constraint: Member must satisfy enum value set: [{', '.join(TYPES)}]"
        raise Refusal("ValidationException", text, 400)
    _, resource, method = find_method(ask)
    _check_texts(ask)
    integration: Document = {"type": kind, "timeoutInMillis": 29000, "passthroughBehavior": "WHEN_NO_MATCH"}
    integration |= {"cacheNamespace": resource["id"], "cacheKeyParameters": []}
    if kind in ("HTTP", "HTTP_PROXY"):
        integration["connectionType"] = "INTERNET"
    integration |= ask.settings("credentials", "requestParameters", "requestTemplates", "contentHandling")
    integration |= ask.settings("passthroughBehavior", "cacheNamespace", "cacheKeyParameters", "timeoutInMillis")
    integration |= ask.settings("connectionType", "connectionId", "tlsConfig", "responseTransferMode")
    integration |= ask.settings("integrationTarget")
    if kind != "MOCK":
        integration |= ask.settings("uri", "httpMethod")
    method["methodIntegration"] = _checked(ask, integration, method)
    return integration


def _find(ask: Ask) -> Document:
    integration = find_method(ask)[2].get("methodIntegration")
    if integration is None:
        raise not_found("Invalid Integration identifier specified")
    return integration  # type: ignore[no-any-return]


@operation("GetIntegration")
def get_integration(ask: Ask) -> Document:
    """A method's integration."""
    return _find(ask)


def _tls(document: Document, op: str, key: str, value: Any) -> None:
    document["tlsConfig"] = {**document.get("tlsConfig", {}), "insecureSkipVerification": as_bool(value)}


INTEGRATION_SLOTS = {
    "/httpMethod": scalar("httpMethod"),
    "/uri": scalar("uri"),
    "/connectionType": scalar("connectionType"),
    "/connectionId": scalar("connectionId", clears=True),
    "/credentials": scalar("credentials", clears=True),
    "/requestParameters": mapping("requestParameters", "Invalid parameter name specified"),
    "/requestTemplates": mapping("requestTemplates", "Content-Type specified was not found"),
    "/passthroughBehavior": scalar("passthroughBehavior"),
    "/cacheNamespace": scalar("cacheNamespace"),
    "/cacheKeyParameters": key_list("cacheKeyParameters"),
    "/contentHandling": scalar("contentHandling", clears=True),
    "/timeoutInMillis": scalar("timeoutInMillis", int),
    "/tlsConfig/insecureSkipVerification": Slot(("replace",), _tls),
    "/responseTransferMode": scalar("responseTransferMode"),
    "/integrationTarget": scalar("integrationTarget", clears=True),
}


@operation("UpdateIntegration")
def update_integration(ask: Ask) -> Document:
    """Patch an integration."""
    integration = _find(ask)
    changed = dict(integration)
    apply_patches(changed, ask.patches, INTEGRATION_SLOTS, "updateIntegrationInput")
    _checked(ask, changed, find_method(ask)[2])
    integration.clear()
    integration.update(changed)
    return integration


@operation("DeleteIntegration", 204)
def delete_integration(ask: Ask) -> None:
    """Take a method's integration away."""
    _find(ask)
    del find_method(ask)[2]["methodIntegration"]


# -- integration responses -----------------------------------------------------------------------------------


@operation("PutIntegrationResponse", 201)
def put_integration_response(ask: Ask) -> Document:
    """A response of the integration, in place of the one of the same status."""
    code = status_code(ask)
    _, _, method = find_method(ask)
    if "methodIntegration" not in method:
        raise not_found("Invalid Integration identifier specified")
    _check_texts(ask)
    response: Document = {"statusCode": code, **ask.settings("responseParameters", "contentHandling")}
    if ask.body.get("selectionPattern") is not None:
        response["selectionPattern"] = ask.body["selectionPattern"]
    if ask.body.get("responseTemplates"):
        response["responseTemplates"] = {k: v or None for k, v in ask.body["responseTemplates"].items()}
    declared = method.get("methodResponses", {}).get(code, {}).get("responseParameters", {})
    for name in response.get("responseParameters", {}):
        if name not in declared:
            raise _bad_mapping(name)
    method["methodIntegration"].setdefault("integrationResponses", {})[code] = response
    return response


def _response(ask: Ask) -> Document:
    code = status_code(ask)
    responses: dict[str, Document] = _find(ask).get("integrationResponses", {})
    if code not in responses:
        raise not_found("Invalid Response status code specified")
    return responses[code]


@operation("GetIntegrationResponse")
def get_integration_response(ask: Ask) -> Document:
    """One response of an integration."""
    return _response(ask)


@operation("UpdateIntegrationResponse")
def update_integration_response(ask: Ask) -> Document:
    """Patch an integration's response."""
    slots = {
        "/selectionPattern": scalar("selectionPattern"),
        "/contentHandling": scalar("contentHandling", clears=True),
        "/responseParameters": mapping("responseParameters", "Invalid parameter name specified"),
        "/responseTemplates": mapping("responseTemplates", "Content-Type specified was not found"),
    }
    response = _response(ask)
    apply_patches(response, ask.patches, slots, "updateIntegrationResponseInput")
    return response


@operation("DeleteIntegrationResponse", 204)
def delete_integration_response(ask: Ask) -> None:
    """Take an integration's response away."""
    _, resource = find_resource(ask)
    if "methodIntegration" not in resource.get("resourceMethods", {}).get(ask.path["http_method"], {}):
        raise not_found("Invalid Integration identifier specified")
    integration, code = _find(ask), _response(ask)["statusCode"]
    del integration["integrationResponses"][code]
    if not integration["integrationResponses"]:
        del integration["integrationResponses"]
