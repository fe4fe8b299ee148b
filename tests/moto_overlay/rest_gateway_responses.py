"""Gateway responses: the service's own, and those that are customised."""

from __future__ import annotations

from tests.moto_overlay.patches import apply_patches, mapping, scalar
from tests.moto_overlay.rest import Api, Ask, Document, Refusal, not_found, operation

MESSAGE = {"application/json": '{"message":$context.error.messageString}'}
STATUS = {
    "REQUEST_TOO_LARGE": "413",
    "RESOURCE_NOT_FOUND": "404",
    "AUTHORIZER_CONFIGURATION_ERROR": "500",
    "MISSING_AUTHENTICATION_TOKEN": "403",
    "BAD_REQUEST_BODY": "400",
    "INVALID_SIGNATURE": "403",
    "INVALID_API_KEY": "403",
    "BAD_REQUEST_PARAMETERS": "400",
    "AUTHORIZER_FAILURE": "500",
    "UNAUTHORIZED": "401",
    "INTEGRATION_TIMEOUT": "504",
    "ACCESS_DENIED": "403",
    "DEFAULT_4XX": None,
    "DEFAULT_5XX": None,
    "WAF_FILTERED": "403",
    "QUOTA_EXCEEDED": "429",
    "THROTTLED": "429",
    "API_CONFIGURATION_ERROR": "500",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    "INTEGRATION_FAILURE": "504",
    "EXPIRED_TOKEN": "403",
}


def _kind(ask: Ask) -> str:
    kind = ask.path["response_type"]
    if kind not in STATUS:
        text = f"1 validation error detected: Value '{kind}' at 'responseType' failed to satisfy constraint: "
        text += f"Member must satisfy enum value set: [{', '.join(STATUS)}]"
        raise Refusal("ValidationException", text, 400)
    return kind


def _plain(kind: str) -> Document:
    """The service's own response of that type."""
    made: Document = {"responseType": kind, "defaultResponse": True}
    made |= {"responseParameters": {}, "responseTemplates": dict(MESSAGE)}
    return made | ({"statusCode": STATUS[kind]} if STATUS[kind] else {})


def _response(api: Api, kind: str) -> Document:
    """The response in force: customised, or the default, through which a customised DEFAULT_xXX shows."""
    if kind in api.gateway_responses:
        return api.gateway_responses[kind]
    made = _plain(kind)
    parent = api.gateway_responses.get("DEFAULT_4XX" if (STATUS[kind] or "").startswith("4") else "DEFAULT_5XX")
    if parent and not kind.startswith("DEFAULT_"):
        made |= {k: v for k, v in parent.items() if k not in ("responseType", "defaultResponse")}
    return made


@operation("PutGatewayResponse", 201)
def put_gateway_response(ask: Ask) -> Document:
    """Customise a response; what is not said is the service's default."""
    kind = _kind(ask)
    given = ask.settings("statusCode", "responseParameters", "responseTemplates")
    ask.api.gateway_responses[kind] = {**_plain(kind), **given, "defaultResponse": False}
    return ask.api.gateway_responses[kind]


@operation("GetGatewayResponses")
def get_gateway_responses(ask: Ask) -> Document:
    """All types, those that nobody customised included; this list has no pages."""
    return {"item": [_response(ask.api, kind) for kind in sorted(STATUS)]}


@operation("GetGatewayResponse")
def get_gateway_response(ask: Ask) -> Document:
    """One type."""
    return _response(ask.api, _kind(ask))


@operation("UpdateGatewayResponse")
def update_gateway_response(ask: Ask) -> Document:
    """Patch a response; one that nobody customised is customised by it."""
    kind = _kind(ask)
    slots = {
        "/statusCode": scalar("statusCode"),
        "/responseParameters": mapping("responseParameters", "Invalid parameter name specified"),
        "/responseTemplates": mapping("responseTemplates", "Content-Type specified was not found"),
    }
    document = {**_response(ask.api, kind), "defaultResponse": False}
    apply_patches(document, ask.patches, slots, "updateGatewayResponseInput")
    document = {"responseParameters": {}, "responseTemplates": {}, **document}
    ask.api.gateway_responses[kind] = document
    return document


@operation("DeleteGatewayResponse", 202)
def delete_gateway_response(ask: Ask) -> None:
    """Go back to the default."""
    kind = _kind(ask)
    if kind not in ask.api.gateway_responses:
        raise not_found("Gateway response type not defined on api")
    del ask.api.gateway_responses[kind]
