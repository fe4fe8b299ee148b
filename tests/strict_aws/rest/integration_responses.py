"""Integration responses: what becomes of what a backend answers."""

from __future__ import annotations

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, not_found
from tests.strict_aws.rest.integrations import check_template_sizes, find_integration, templates
from tests.strict_aws.rest.methods import CONTENT_TYPE, RESPONSE_PARAMETER, bad_mapping
from tests.strict_aws.rest.patches import Slots, mapping, patched, scalar
from tests.strict_aws.rest.resources import find_resource
from tests.strict_aws.rest.state import Document
from tests.strict_aws.rules import rule

CONTENT = rule(
    "rest.integration-response-content-type",
    "Templates are kept by content type",
    "recorded: test_integration_response_invalid_responsetemplates",
)
MAPPED = rule(
    "rest.integration-response-parameter",
    "An integration response sets headers that the method's response of that status declares",
    "botocore: PutIntegrationResponse.responseParameters; quoted: aws-apigateway-importer issue 121",
)
DELETED = rule(
    "rest.integration-response-deleted",
    "Where a response is to be deleted from a method that is not there, the integration is what is missing",
    "recorded: test_delete_integration_response_errors",
)


def checked_integration_response(call: Call, response: Document, method: Document) -> Document:
    """The response, if AWS would take it on that method; raises BadRequestException."""
    for content_type in response.get("responseTemplates", {}):
        if not CONTENT_TYPE.fullmatch(content_type) and call.holds(CONTENT):
            text = f"[Invalid content type specified: {content_type}]"
            raise bad_request(f"Validation Result: warnings : [], errors : {text}")
    check_template_sizes(call, response.get("responseTemplates", {}))
    parameters = response.get("responseParameters", {})
    if not parameters or not call.holds(MAPPED):
        return response
    declared = method.get("methodResponses", {}).get(response["statusCode"])
    if declared is None:
        raise bad_mapping("No method response exists for method.")
    for name in parameters:
        if not RESPONSE_PARAMETER.fullmatch(name) or name not in declared.get("responseParameters", {}):
            raise bad_mapping(f"Invalid mapping expression parameter specified: {name}")
    return response


@answers("apigateway", "PutIntegrationResponse")
def put_integration_response(call: Call) -> Document:
    """A response of the integration, in place of the one of the same status."""
    _, method, integration = find_integration(call)
    code = call.params["statusCode"]
    response: Document = {"statusCode": code}
    response |= call.given("selectionPattern", "responseParameters", "responseTemplates", "contentHandling")
    if "responseTemplates" in response:
        response["responseTemplates"] = templates(response["responseTemplates"])
    made = checked_integration_response(call, response, method)
    integration.setdefault("integrationResponses", {})[code] = made
    return made


def _find(call: Call) -> tuple[Document, Document, Document]:
    _, method, integration = find_integration(call)
    response = integration.get("integrationResponses", {}).get(call.params["statusCode"])
    if response is None:
        raise not_found("Invalid Response status code specified")
    return method, integration, response


@answers("apigateway", "GetIntegrationResponse")
def get_integration_response(call: Call) -> Document:
    """One response of an integration."""
    return _find(call)[2]


_RESPONSE: Slots = {
    "/selectionPattern": scalar("selectionPattern"),
    "/contentHandling": scalar("contentHandling", clears=True),
    "/responseParameters": mapping("responseParameters", "Invalid parameter name specified"),
    "/responseTemplates": mapping(
        "responseTemplates", "Content-Type specified was not found", lambda text: str(text) or None
    ),
}


@answers("apigateway", "UpdateIntegrationResponse")
def update_integration_response(call: Call) -> Document:
    """Patch an integration's response."""
    method, integration, response = _find(call)
    changed = checked_integration_response(call, patched(call, response, _RESPONSE), method)
    integration["integrationResponses"][response["statusCode"]] = changed
    return changed


@answers("apigateway", "DeleteIntegrationResponse")
def delete_integration_response(call: Call) -> None:
    """Take an integration's response away."""
    _, resource = find_resource(call)
    if call.params["httpMethod"] not in (resource.get("resourceMethods") or {}) and call.holds(DELETED):
        raise not_found("Invalid Integration identifier specified")
    _, integration, response = _find(call)
    del integration["integrationResponses"][response["statusCode"]]
    if not integration["integrationResponses"]:
        del integration["integrationResponses"]
