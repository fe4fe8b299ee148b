"""Gateway responses: the service's own, and those that are customised."""

from __future__ import annotations

import re

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, not_found
from tests.strict_aws.rest.methods import CONTENT_TYPE, bad_mapping
from tests.strict_aws.rest.patches import BAD_PATH, mapping, patched, scalar
from tests.strict_aws.rest.state import Content, Document, find_api
from tests.strict_aws.rules import rule

MESSAGE = {"application/json": '{"message":$context.error.messageString}'}
STATUS = {
    "ACCESS_DENIED": "403",
    "API_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_FAILURE": "500",
    "BAD_REQUEST_BODY": "400",
    "BAD_REQUEST_PARAMETERS": "400",
    "DEFAULT_4XX": None,
    "DEFAULT_5XX": None,
    "EXPIRED_TOKEN": "403",
    "INTEGRATION_FAILURE": "504",
    "INTEGRATION_TIMEOUT": "504",
    "INVALID_API_KEY": "403",
    "INVALID_SIGNATURE": "403",
    "MISSING_AUTHENTICATION_TOKEN": "403",
    "QUOTA_EXCEEDED": "429",
    "REQUEST_TOO_LARGE": "413",
    "RESOURCE_NOT_FOUND": "404",
    "THROTTLED": "429",
    "UNAUTHORIZED": "401",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    "WAF_FILTERED": "403",
}
"""The types, as they are listed, and their own status codes"""

_HEADER = re.compile(r"gatewayresponse\.header\.\S+")

SHOWS = rule(
    "rest.gateway-response-shows-through",
    "A customised DEFAULT_4XX or DEFAULT_5XX shows through the others, which stay default responses",
    "AWS notes, appendix B; recorded: test_gateway_response_put",
)
UNSET = rule(
    "rest.gateway-response-unset",
    "A response that is not customised is not deleted",
    "recorded: test_gateway_response_validation",
)
CONTENT = rule(
    "rest.gateway-response-content",
    "Headers are gatewayresponse.header.{name}, templates are kept by content type",
    "botocore: PutGatewayResponse; texts as recorded of integration responses",
    recalled=True,
)


def default_response(kind: str) -> Document:
    """The service's own response of that type."""
    made: Document = {"responseType": kind, "defaultResponse": True, "statusCode": STATUS[kind]}
    made |= {"responseParameters": {}, "responseTemplates": dict(MESSAGE)}
    return {k: v for k, v in made.items() if v is not None}


def response_in_force(call: Call, content: Content, kind: str) -> Document:
    """The response of a type: customised, or the default, through which a customised DEFAULT_4XX or 5XX shows."""
    if kind in content.gateway_responses:
        return content.gateway_responses[kind]
    made = default_response(kind)
    if kind.startswith("DEFAULT_") or not call.holds(SHOWS):
        return made
    parent = content.gateway_responses.get(f"DEFAULT_{made['statusCode'][0]}XX", {})
    return made | {k: v for k, v in parent.items() if k not in ("responseType", "defaultResponse")}


def customised_response(call: Call, kind: str, given: Document) -> Document:
    """A customised response: what is not said is the service's own, whatever DEFAULT_4XX and 5XX say."""
    made = default_response(kind) | given | {"defaultResponse": False}
    for name in made["responseParameters"]:
        if not _HEADER.fullmatch(name) and call.holds(CONTENT):
            raise bad_mapping(f"Invalid mapping expression specified: {name}")
    for content_type in made["responseTemplates"]:
        if not CONTENT_TYPE.fullmatch(content_type) and call.holds(CONTENT):
            text = f"[Invalid content type specified: {content_type}]"
            raise bad_request(f"Validation Result: warnings : [], errors : {text}")
    return made


@answers("apigateway", "PutGatewayResponse")
def put_gateway_response(call: Call) -> Document:
    """Customise a response, whatever it was before."""
    api, kind = find_api(call), call.params["responseType"]
    given = call.given("statusCode", "responseParameters", "responseTemplates")
    made = customised_response(call, kind, {k: v for k, v in given.items() if v != {}})
    api.draft.gateway_responses[kind] = made
    return made


@answers("apigateway", "GetGatewayResponses")
def get_gateway_responses(call: Call) -> Document:
    """All types, customised or not; this list has no pages (botocore: GetGatewayResponses)."""
    content = find_api(call).draft
    return {"items": [response_in_force(call, content, kind) for kind in STATUS]}


@answers("apigateway", "GetGatewayResponse")
def get_gateway_response(call: Call) -> Document:
    """One type."""
    return response_in_force(call, find_api(call).draft, call.params["responseType"])


_SLOTS = {
    "/statusCode": scalar("statusCode").refusing(BAD_PATH),
    "/responseParameters": mapping("responseParameters", "Invalid parameter name specified", needs_value=True),
    "/responseTemplates": mapping("responseTemplates", "Content-Type specified was not found", needs_value=True),
}


@answers("apigateway", "UpdateGatewayResponse")
def update_gateway_response(call: Call) -> Document:
    """Patch a response; one that nobody customised is customised by it."""
    api, kind = find_api(call), call.params["responseType"]
    changed = patched(call, response_in_force(call, api.draft, kind), _SLOTS)
    changed = {"responseParameters": {}, "responseTemplates": {}} | changed | {"defaultResponse": False}
    api.draft.gateway_responses[kind] = changed
    return changed


@answers("apigateway", "DeleteGatewayResponse")
def delete_gateway_response(call: Call) -> None:
    """Go back to the default."""
    api, kind = find_api(call), call.params["responseType"]
    if kind not in api.draft.gateway_responses and call.holds(UNSET):
        raise not_found("Gateway response type not defined on api")
    api.draft.gateway_responses.pop(kind, None)
