"""Rules on HTTP and WebSocket APIs, their routes and their authorizers: who may call them, and from where."""

from __future__ import annotations

from typing import Any

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.case import Case, Rule, changed, is_gone, is_new, lost, made_anew, more, moved, only
from dr_toolkit.engine.rulebook.integrations import accounts
from dr_toolkit.model.alerts import CRITICAL, HIGH, LOW, MEDIUM, NOTE

API, ROUTE, AUTHORIZER = "apigatewayv2.api", "apigatewayv2.route", "apigatewayv2.authorizer"
_PARTS = ("integration", "model", "stage", "deployment")


def _on(case: Case) -> str:
    old, new = case.pair("DisableExecuteApiEndpoint", default=False)
    return "the execute-api endpoint answers again, past any custom domain" if case.edit and old and not new else ""


def _off(case: Case) -> str:
    old, new = case.pair("DisableExecuteApiEndpoint", default=False)
    return "the execute-api endpoint no longer answers" if case.edit and new and not old else ""


def _any_origin(case: Case) -> str:
    old, new = (set(value or ()) for value in case.pair("CorsConfiguration", "AllowOrigins"))
    wide = {origin for origin in new - old if origin in ("*", "http://*", "https://*")}
    return f"{', '.join(sorted(wide))}: every origin is allowed" if wide else ""


def _credentials(case: Case) -> str:
    old, new = case.pair("CorsConfiguration", "AllowCredentials", default=False)
    return "browsers send credentials along" if new and not old else ""


def _unchecked(case: Case) -> str:
    old, new = case.pair("DisableSchemaValidation", default=False)
    return "messages are not validated any more" if new and not old else ""


def _authorization(attributes: Any) -> str:
    return str(attributes.get("AuthorizationType", "NONE"))


def _opened(case: Case) -> str:
    old = _authorization(case.old)
    return f"{old} → NONE" if case.edit and old != "NONE" and _authorization(case.new) == "NONE" else ""


def _born_open(case: Case) -> str:
    free = case.added and _authorization(case.new) == "NONE" and not case.new.get("ApiKeyRequired")
    # Of a WebSocket API only $connect can ask for any: who sends other messages came in by it.
    asks = case.name == "$connect" or not case.websocket
    return f"{case.name} asks for no authorization" if free and asks and not case.name.startswith("OPTIONS ") else ""


def _otherwise(case: Case) -> str:
    old, new = _authorization(case.old), _authorization(case.new)
    return f"{old} → {new}" if case.edit and old != new and "NONE" not in (old, new) else ""


def _key(case: Case) -> str:
    old, new = case.pair("ApiKeyRequired", default=False)
    return "no API key is asked for any more" if case.edit and old and not new else ""


def _scopes(case: Case) -> str:
    """Any one of a route's scopes is enough: none at all, or one more, lets more in."""
    old, new = (set(value or ()) for value in case.pair("AuthorizationScopes"))
    if not case.edit or not old or (new and new <= old):
        return ""
    return f"{', '.join(sorted(new - old))} is enough too" if new else "no scope is asked for any more"


def _parameters(case: Case) -> str:
    old, new = (value or {} for value in case.pair("RequestParameters"))
    free = sorted(n for n, held in old.items() if held.get("Required") and not (new.get(n) or {}).get("Required"))
    return f"{', '.join(free)} is not required any more" if case.edit and free else ""


def _ttl(case: Case) -> str:
    old, new = case.pair("AuthorizerResultTtlInSeconds", default=0)
    return f"{old} → {new} seconds that a decision holds" if case.edit and new > old else ""


def _sources(case: Case) -> str:
    old, new = (set(map(str, value or ())) for value in case.pair("IdentitySource"))
    return f"{', '.join(sorted(old - new))} is not asked for any more" if case.edit and old - new else ""


def _account(case: Case) -> str:
    old, new = ({a for text in map(str, side.values()) for a in accounts(text)} for side in (case.old, case.new))
    return f"account {', '.join(sorted(new - old))} decides" if new - old else ""


_ENDPOINT, _ACCESS = references.HTTP_ENDPOINT, references.HTTP_ACCESS
_LAMBDA, _JWT, _SOCKET = references.HTTP_LAMBDA, references.HTTP_JWT, references.WEBSOCKET_ACCESS
RULES = (
    Rule("http-api-removed", CRITICAL, "An HTTP or WebSocket API is gone", references.HTTP_APIS, (API,), is_gone),
    Rule(
        "http-api-recreated",
        HIGH,
        "An HTTP or WebSocket API was made anew",
        references.HTTP_APIS,
        (API,),
        made_anew("its execute-api URL is another one"),
    ),
    Rule("http-api-added", LOW, "An HTTP or WebSocket API is new", references.HTTP_APIS, (API,), is_new),
    Rule("http-api-renamed", NOTE, "An HTTP or WebSocket API has another name", _ENDPOINT, (API,), changed("Name")),
    Rule(
        "http-api-described",
        NOTE,
        "Only a description, a name for documents, or tags, of an HTTP or WebSocket API",
        references.HTTP_APIS,
        (API, ROUTE, *(f"apigatewayv2.{part}" for part in _PARTS)),
        only("Description", "Tags", "OperationName", "Version"),
    ),
    Rule("http-api-endpoint-on", HIGH, "The default endpoint is enabled again", _ENDPOINT, (API,), _on),
    Rule("http-api-endpoint-off", HIGH, "The default endpoint is disabled", _ENDPOINT, (API,), _off),
    Rule("http-api-any-origin", MEDIUM, "Every origin is allowed (CORS)", references.HTTP_CORS, (API,), _any_origin),
    Rule("http-api-credentials", MEDIUM, "Credentials cross origins", references.HTTP_CORS, (API,), _credentials),
    Rule(
        "http-api-cors-gone",
        MEDIUM,
        "The API answers no other origin any more",
        references.HTTP_CORS,
        (API,),
        lost("CorsConfiguration", what="no CORS configuration"),
    ),
    Rule("socket-unchecked", MEDIUM, "Messages are not validated", _SOCKET, (API,), _unchecked),
    Rule("route-open", CRITICAL, "A route asks for no authorization any more", _ACCESS, (ROUTE,), _opened),
    Rule("route-born-open", HIGH, "A new route asks for no authorization", _ACCESS, (ROUTE,), _born_open),
    Rule("route-authorization", HIGH, "A route is authorized in another way", _ACCESS, (ROUTE,), _otherwise),
    Rule("route-authorizer", HIGH, "A route has another authorizer", _ACCESS, (ROUTE,), moved("AuthorizerId")),
    Rule("route-scopes", HIGH, "More scopes are enough for a route", _JWT, (ROUTE,), _scopes),
    Rule("route-key", HIGH, "A route asks for no API key any more", _SOCKET, (ROUTE,), _key),
    Rule("route-parameters", MEDIUM, "A route's parameter is not required", _SOCKET, (ROUTE,), _parameters),
    Rule(
        "route-target", HIGH, "A route leads to another integration", references.HTTP_ROUTES, (ROUTE,), moved("Target")
    ),
    Rule(
        "route-nowhere",
        HIGH,
        "A route leads nowhere any more",
        references.HTTP_ROUTES,
        (ROUTE,),
        lost("Target", what="no integration"),
    ),
    Rule("route-removed", HIGH, "A route is gone", references.HTTP_ROUTES, (ROUTE,), is_gone),
    Rule("route-added", LOW, "A route is new", references.HTTP_ROUTES, (ROUTE,), is_new),
    Rule("http-authorizer-removed", CRITICAL, "An authorizer of routes is gone", _ACCESS, (AUTHORIZER,), is_gone),
    Rule("http-authorizer-added", LOW, "An authorizer of routes is new", _ACCESS, (AUTHORIZER,), is_new),
    Rule(
        "http-authorizer-type",
        HIGH,
        "An authorizer of routes is of another type",
        _ACCESS,
        (AUTHORIZER,),
        changed("AuthorizerType"),
    ),
    Rule(
        "http-authorizer-function",
        HIGH,
        "Another function decides on routes",
        _LAMBDA,
        (AUTHORIZER,),
        changed("AuthorizerUri"),
    ),
    Rule("http-authorizer-account", HIGH, "Another account decides on routes", _LAMBDA, (AUTHORIZER,), _account),
    Rule(
        "http-authorizer-issuer",
        CRITICAL,
        "Tokens of another issuer are taken",
        _JWT,
        (AUTHORIZER,),
        moved("JwtConfiguration", "Issuer"),
    ),
    Rule(
        "http-authorizer-audience",
        HIGH,
        "Tokens for another audience are taken",
        _JWT,
        (AUTHORIZER,),
        more("JwtConfiguration", "Audience", what="is an audience too"),
    ),
    Rule("http-authorizer-sources", MEDIUM, "Less of a request is looked at", _LAMBDA, (AUTHORIZER,), _sources),
    Rule("http-authorizer-ttl", MEDIUM, "Decisions on routes hold for longer", _LAMBDA, (AUTHORIZER,), _ttl),
    Rule(
        "http-authorizer-credentials",
        MEDIUM,
        "An authorizer of routes is called with other rights",
        _LAMBDA,
        (AUTHORIZER,),
        changed("AuthorizerCredentialsArn"),
    ),
)
