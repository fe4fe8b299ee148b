"""Integrations."""

from __future__ import annotations

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.deploying import changed
from tests.strict_aws.http.integration_rules import checked_integration, new_integration
from tests.strict_aws.http.lists import listed
from tests.strict_aws.http.members import edited, refuse_foreign, room_for
from tests.strict_aws.http.state import Document, find_api, find_in
from tests.strict_aws.refusals import bad_request, conflict
from tests.strict_aws.rules import rule

IN_USE = rule(
    "http.delete-used-integration",
    "An integration that a route leads to can't be deleted",
    "quoted: github.com/milliHQ/terraform-aws-next-js, issue 247",
)
MANAGED = rule(
    "http.delete-managed-integration",
    "A quick create's integration can't be deleted",
    "botocore: Integration, ApiGatewayManaged; the text is recalled",
)
_MEMBERS = (
    "ConnectionId",
    "ConnectionType",
    "ContentHandlingStrategy",
    "CredentialsArn",
    "Description",
    "IntegrationMethod",
    "IntegrationSubtype",
    "IntegrationType",
    "IntegrationUri",
    "PassthroughBehavior",
    "PayloadFormatVersion",
    "RequestParameters",
    "RequestTemplates",
    "ResponseParameters",
    "TemplateSelectionExpression",
    "TimeoutInMillis",
    "TlsConfig",
)
_FOREIGN = {
    "http": ("IntegrationSubtype", "ResponseParameters", "TlsConfig"),
    "websocket": ("ContentHandlingStrategy", "RequestTemplates", "TemplateSelectionExpression"),
}


@answers("apigatewayv2", "CreateIntegration")
def create_integration(call: Call) -> Document:
    """CreateIntegration."""
    api = find_api(call)
    refuse_foreign(call, api, **_FOREIGN)
    room_for(call, api.draft.integrations, call.aws.limits.integrations_per_api, "Integrations")
    made = new_integration(call, api, call.given(*_MEMBERS))
    api.draft.integrations[made["IntegrationId"]] = made
    changed(call, api)
    return made


@answers("apigatewayv2", "GetIntegrations")
def get_integrations(call: Call) -> Document:
    """GetIntegrations."""
    return listed(call, find_api(call).draft.integrations.values())


@answers("apigatewayv2", "GetIntegration")
def get_integration(call: Call) -> Document:
    """GetIntegration."""
    return find_in(call, find_api(call).draft.integrations, "Integration")


@answers("apigatewayv2", "UpdateIntegration")
def update_integration(call: Call) -> Document:
    """UpdateIntegration."""
    api = find_api(call)
    integration = find_in(call, api.draft.integrations, "Integration")
    refuse_foreign(call, api, **_FOREIGN)
    merged = ("RequestParameters", "ResponseParameters")
    new = edited(call, integration, _MEMBERS, merged=merged, required=("IntegrationType", "ConnectionType"))
    if call.params.get("ConnectionType") == "INTERNET" and not call.params.get("ConnectionId"):
        new.pop("ConnectionId", None)
    api.draft.integrations[integration["IntegrationId"]] = new = checked_integration(call, api, new)
    changed(call, api)
    return new


@answers("apigatewayv2", "DeleteIntegration")
def delete_integration(call: Call) -> None:
    """DeleteIntegration: its responses go with it."""
    api = find_api(call)
    integration = find_in(call, api.draft.integrations, "Integration")
    if integration.get("ApiGatewayManaged") and call.holds(MANAGED):
        raise bad_request("An integration that API Gateway manages can not be deleted")
    target = f"integrations/{integration['IntegrationId']}"
    users = [route["RouteId"] for route in api.draft.routes.values() if route.get("Target") == target]
    if users and call.holds(IN_USE):
        text = "Cannot delete Integration because it is referenced by the following Routes with Ids"
        raise conflict(f"{text}: [{', '.join(users)}]")
    del api.draft.integrations[integration["IntegrationId"]]
    api.draft.integration_responses.pop(integration["IntegrationId"], None)
    changed(call, api)
