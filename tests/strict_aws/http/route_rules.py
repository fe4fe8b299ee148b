"""What a route may be: its key, its target, how it authorizes."""

from __future__ import annotations

from tests.strict_aws.call import Call
from tests.strict_aws.http.members import without_empty
from tests.strict_aws.http.route_keys import check_key
from tests.strict_aws.http.state import Document, HttpApi
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rules import rule

TARGET = rule(
    "http.route-target",
    "A route's target is integrations/ and the id of an integration of the API",
    "botocore: CreateRoute; AWS notes, section 1.2; the text is recalled",
)
AUTHORIZER = rule(
    "http.route-authorizer",
    "CUSTOM needs a REQUEST authorizer of the API, JWT a JWT one",
    "quoted: github.com/hashicorp/terraform-provider-aws, issue 17497",
)
AUTHORIZATION = rule(
    "http.route-authorization-type",
    "JWT is an authorization type of HTTP APIs only",
    "botocore: CreateRoute, AuthorizationType",
)
CONNECT_ONLY = rule(
    "http.authorization-on-connect",
    "Only the $connect route of a WebSocket API authorizes",
    "recalled of the developer guide and of CreateRoute's refusal",
    recalled=True,
)
SCOPES = rule(
    "http.route-scopes",
    "Scopes go with JWT only, 10 at most",
    "botocore: Route, AuthorizationScopes; AWS notes, section 2.2; the text is recalled",
)
MODELS = rule(
    "http.route-models",
    "The models that a route names are there",
    "recalled of CreateRoute",
    recalled=True,
)


def new_route(call: Call, api: HttpApi, given: Document) -> Document:
    """A route with AWS's defaults for what is not given; raises Refusal. It is not yet in the API."""
    route = {
        "ApiKeyRequired": False,
        "AuthorizationType": "NONE",
        "RouteId": call.aws.ids.gateway(7),
        "RouteKey": "",
        **without_empty(given),
    }
    return checked_route(call, api, route)


def checked_route(call: Call, api: HttpApi, route: Document) -> Document:
    """The route as AWS keeps it; raises Refusal where it can't be in the API like that."""
    others = [each["RouteKey"] for each in api.draft.routes.values() if each["RouteId"] != route["RouteId"]]
    check_key(call, route["RouteKey"], websocket=api.is_websocket, others=others)
    _check_target(call, api, route.get("Target"))
    _check_models(call, api, route)
    return _authorized(call, api, route)


def _check_target(call: Call, api: HttpApi, target: str | None) -> None:
    if target is None or not call.holds(TARGET):
        return
    kind, _, integration = target.partition("/")
    if kind != "integrations" or integration not in api.draft.integrations:
        raise bad_request(
            f"Invalid target {target}: it has to be integrations/ and the id of an integration of this API"
        )


def _check_models(call: Call, api: HttpApi, route: Document) -> None:
    names = {model["Name"] for model in api.draft.models.values()}
    for name in (route.get("RequestModels") or {}).values():
        if name not in names and call.holds(MODELS):
            raise bad_request(f"Invalid model identifier specified: {name}")


def _authorized(call: Call, api: HttpApi, route: Document) -> Document:
    kind = route["AuthorizationType"]
    if kind == "JWT" and api.is_websocket and call.holds(AUTHORIZATION):
        raise bad_request("Authorization type JWT is not supported on protocolType WEBSOCKET")
    if api.is_websocket and kind != "NONE" and route["RouteKey"] != "$connect" and call.holds(CONNECT_ONLY):
        raise bad_request("Currently, authorization is restricted to the $connect route only")
    if kind != "JWT" and route.get("AuthorizationScopes") and call.holds(SCOPES):
        raise bad_request("AuthorizationScopes can only be set with the authorization type JWT")
    if len(route.get("AuthorizationScopes") or []) > 10 and call.holds(SCOPES):
        raise bad_request("A route can have at most 10 authorization scopes")
    if kind not in ("CUSTOM", "JWT"):
        return {name: value for name, value in route.items() if name != "AuthorizerId"}
    authorizer = api.draft.authorizers.get(route.get("AuthorizerId") or "")
    wanted = "JWT" if kind == "JWT" else "REQUEST"
    if (authorizer is None or authorizer["AuthorizerType"] != wanted) and call.holds(AUTHORIZER):
        named = "JWT" if kind == "JWT" else "CUSTOM or COGNITO_USER_POOLS"
        text = f"Setting the authorization type to {named} requires a valid authorizer."
        raise bad_request(f"Invalid authorizer ID specified. {text}")
    return route
