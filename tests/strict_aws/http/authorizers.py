"""Authorizers."""

from __future__ import annotations

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.authorizer_rules import checked_authorizer, new_authorizer
from tests.strict_aws.http.deploying import changed
from tests.strict_aws.http.lists import listed
from tests.strict_aws.http.members import edited, refuse_foreign, room_for
from tests.strict_aws.http.state import Document, find_api, find_in
from tests.strict_aws.refusals import bad_request, conflict, not_found
from tests.strict_aws.rules import rule

IN_USE = rule(
    "http.delete-used-authorizer",
    "An authorizer that a route names can't be deleted",
    "quoted: github.com/anomalyco/sst, issue 5586",
)
_MEMBERS = (
    "AuthorizerCredentialsArn",
    "AuthorizerPayloadFormatVersion",
    "AuthorizerResultTtlInSeconds",
    "AuthorizerType",
    "AuthorizerUri",
    "EnableSimpleResponses",
    "IdentitySource",
    "IdentityValidationExpression",
    "JwtConfiguration",
    "Name",
)
_HTTP = ("AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds", "EnableSimpleResponses", "JwtConfiguration")


@answers("apigatewayv2", "CreateAuthorizer")
def create_authorizer(call: Call) -> Document:
    """CreateAuthorizer."""
    api = find_api(call)
    if not call.params["Name"]:
        raise bad_request("Name can not be empty")
    refuse_foreign(call, api, http=_HTTP)
    room_for(call, api.draft.authorizers, call.aws.limits.authorizers_per_api, "Authorizers")
    made = new_authorizer(call, api, call.given(*_MEMBERS))
    api.draft.authorizers[made["AuthorizerId"]] = made
    changed(call, api)
    return made


@answers("apigatewayv2", "GetAuthorizers")
def get_authorizers(call: Call) -> Document:
    """GetAuthorizers."""
    return listed(call, find_api(call).draft.authorizers.values())


@answers("apigatewayv2", "GetAuthorizer")
def get_authorizer(call: Call) -> Document:
    """GetAuthorizer."""
    return find_in(call, find_api(call).draft.authorizers, "Authorizer")


@answers("apigatewayv2", "UpdateAuthorizer")
def update_authorizer(call: Call) -> Document:
    """UpdateAuthorizer."""
    api = find_api(call)
    authorizer = find_in(call, api.draft.authorizers, "Authorizer")
    refuse_foreign(call, api, http=_HTTP)
    new = edited(call, authorizer, _MEMBERS, required=("Name", "AuthorizerType"))
    if new["AuthorizerType"] == "JWT" and not new.get("EnableSimpleResponses"):
        new.pop("EnableSimpleResponses", None)
    api.draft.authorizers[authorizer["AuthorizerId"]] = new = checked_authorizer(call, api, new)
    changed(call, api)
    return new


@answers("apigatewayv2", "DeleteAuthorizer")
def delete_authorizer(call: Call) -> None:
    """DeleteAuthorizer."""
    api = find_api(call)
    authorizer = find_in(call, api.draft.authorizers, "Authorizer")
    mine = authorizer["AuthorizerId"]
    users = [route["RouteKey"] for route in api.draft.routes.values() if route.get("AuthorizerId") == mine]
    if users and call.holds(IN_USE):
        raise conflict(f"Cannot delete authorizer '{authorizer['Name']}', is referenced in route: {', '.join(users)}")
    del api.draft.authorizers[mine]
    changed(call, api)


@answers("apigatewayv2", "ResetAuthorizersCache")
def reset_authorizers_cache(call: Call) -> None:
    """ResetAuthorizersCache: of a stage of an HTTP API."""
    api = find_api(call)
    if call.params["StageName"] not in api.stages:
        raise not_found("Invalid stage identifier specified")
    if api.is_websocket:
        raise bad_request("Resetting the authorizers' cache is not supported on protocolType WEBSOCKET")
