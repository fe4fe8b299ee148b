"""Routes."""

from __future__ import annotations

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.deploying import changed
from tests.strict_aws.http.lists import listed
from tests.strict_aws.http.members import edited, refuse_foreign, room_for
from tests.strict_aws.http.route_rules import checked_route, new_route
from tests.strict_aws.http.state import Document, find_api, find_in
from tests.strict_aws.refusals import bad_request, not_found
from tests.strict_aws.rules import rule

MANAGED_KEY = rule(
    "http.managed-route-key",
    "The key of a quick create's route is changed through its API only",
    "botocore: Route, ApiGatewayManaged; the text is recalled",
)
_MEMBERS = (
    "ApiKeyRequired",
    "AuthorizationScopes",
    "AuthorizationType",
    "AuthorizerId",
    "ModelSelectionExpression",
    "OperationName",
    "RequestModels",
    "RequestParameters",
    "RouteKey",
    "RouteResponseSelectionExpression",
    "Target",
)
_WEBSOCKET = (
    "ApiKeyRequired",
    "ModelSelectionExpression",
    "RequestModels",
    "RequestParameters",
    "RouteResponseSelectionExpression",
)


@answers("apigatewayv2", "CreateRoute")
def create_route(call: Call) -> Document:
    """CreateRoute."""
    api = find_api(call)
    refuse_foreign(call, api, websocket=_WEBSOCKET)
    room_for(call, api.draft.routes, call.aws.limits.routes_per_api, "Routes")
    route = new_route(call, api, call.given(*_MEMBERS))
    api.draft.routes[route["RouteId"]] = route
    changed(call, api)
    return route


@answers("apigatewayv2", "GetRoutes")
def get_routes(call: Call) -> Document:
    """GetRoutes."""
    return listed(call, find_api(call).draft.routes.values())


@answers("apigatewayv2", "GetRoute")
def get_route(call: Call) -> Document:
    """GetRoute."""
    return find_in(call, find_api(call).draft.routes, "Route")


@answers("apigatewayv2", "UpdateRoute")
def update_route(call: Call) -> Document:
    """UpdateRoute."""
    api = find_api(call)
    route = find_in(call, api.draft.routes, "Route")
    refuse_foreign(call, api, websocket=_WEBSOCKET)
    new = edited(call, route, _MEMBERS, merged=("RequestParameters",), required=("RouteKey", "AuthorizationType"))
    if route.get("ApiGatewayManaged") and new["RouteKey"] != route["RouteKey"] and call.holds(MANAGED_KEY):
        raise bad_request("The route key of a route that API Gateway manages can not be modified")
    if new["AuthorizationType"] != "JWT" and "AuthorizationScopes" not in call.params:
        new.pop("AuthorizationScopes", None)
    api.draft.routes[route["RouteId"]] = new = checked_route(call, api, new)
    changed(call, api)
    return new


@answers("apigatewayv2", "DeleteRoute")
def delete_route(call: Call) -> None:
    """DeleteRoute: its responses go with it."""
    api = find_api(call)
    route = find_in(call, api.draft.routes, "Route")
    del api.draft.routes[route["RouteId"]]
    api.draft.route_responses.pop(route["RouteId"], None)
    changed(call, api)


@answers("apigatewayv2", "DeleteRouteRequestParameter")
def delete_route_request_parameter(call: Call) -> None:
    """DeleteRouteRequestParameter."""
    api = find_api(call)
    route = find_in(call, api.draft.routes, "Route")
    parameters = dict(route.get("RequestParameters") or {})
    if parameters.pop(call.params["RequestParameterKey"], None) is None:
        raise not_found("Invalid request parameter key specified")
    new = {name: value for name, value in route.items() if name != "RequestParameters"}
    api.draft.routes[route["RouteId"]] = new | ({"RequestParameters": parameters} if parameters else {})
    changed(call, api)
