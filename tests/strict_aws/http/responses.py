"""Route responses and integration responses, which only WebSocket APIs have."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.deploying import changed
from tests.strict_aws.http.lists import listed
from tests.strict_aws.http.members import edited, without_empty
from tests.strict_aws.http.state import Document, HttpApi, HttpContent, find_api, find_in
from tests.strict_aws.refusals import bad_request, conflict
from tests.strict_aws.rules import rule

WEBSOCKET = rule(
    "http.responses-of-websocket",
    "Only WebSocket APIs have route responses and integration responses",
    "AWS notes, section 1.2; the text is recalled",
)
UNIQUE = rule(
    "http.response-key-unique",
    "Two responses of a route, or of an integration, can't have the same key",
    "botocore: CreateRouteResponse and CreateIntegrationResponse declare ConflictException; the text is recalled",
)
KEYS = rule(
    "http.response-keys",
    "A route response's key is $default; an integration response's is $default or a regular expression between slashes",
    "the developer guide, 'WebSocket API route responses' and 'integration responses'; the texts are recalled",
    recalled=True,
)


@dataclass(frozen=True)
class _Kind:
    name: str
    parent: str
    members: tuple[str, ...]
    parents: Callable[[HttpContent], dict[str, Document]]
    held: Callable[[HttpContent], dict[str, dict[str, Document]]]
    key_form: re.Pattern[str]

    @property
    def key(self) -> str:
        """The member that names what a response answers to."""
        return f"{self.name}Key"


_ROUTE = _Kind(
    "RouteResponse",
    "Route",
    ("ModelSelectionExpression", "ResponseModels", "ResponseParameters", "RouteResponseKey"),
    lambda content: content.routes,
    lambda content: content.route_responses,
    re.compile(r"\$default"),
)
_INTEGRATION = _Kind(
    "IntegrationResponse",
    "Integration",
    (
        "ContentHandlingStrategy",
        "IntegrationResponseKey",
        "ResponseParameters",
        "ResponseTemplates",
        "TemplateSelectionExpression",
    ),
    lambda content: content.integrations,
    lambda content: content.integration_responses,
    re.compile(r"\$default|/.*/"),
)


def _kind(call: Call) -> _Kind:
    return _INTEGRATION if "Integration" in call.operation else _ROUTE


def _parent(call: Call, api: HttpApi, kind: _Kind) -> str:
    return str(find_in(call, kind.parents(api.draft), kind.parent)[f"{kind.parent}Id"])


def _check(call: Call, kind: _Kind, held: dict[str, Document], response: Document) -> None:
    key, mine = response[kind.key], response[f"{kind.name}Id"]
    if not kind.key_form.fullmatch(key) and call.holds(KEYS):
        raise bad_request(f"Invalid {kind.key} specified: {key}")
    if any(each[kind.key] == key for each in held.values() if each[f"{kind.name}Id"] != mine) and call.holds(UNIQUE):
        raise conflict(f"{kind.name} with key {key} already exists for this {kind.parent}")


@answers("apigatewayv2", "CreateRouteResponse", "CreateIntegrationResponse")
def create_response(call: Call) -> Document:
    """CreateRouteResponse, CreateIntegrationResponse."""
    api, kind = find_api(call), _kind(call)
    parent = _parent(call, api, kind)
    if not api.is_websocket and call.holds(WEBSOCKET):
        raise bad_request(f"{kind.name}s are not supported on protocolType HTTP")
    made = {f"{kind.name}Id": call.aws.ids.gateway(7), **without_empty(call.given(*kind.members))}
    if kind.key not in made:
        raise bad_request(f"{kind.key} can not be empty")
    held = kind.held(api.draft).setdefault(parent, {})
    _check(call, kind, held, made)
    held[made[f"{kind.name}Id"]] = made
    changed(call, api)
    return made


@answers("apigatewayv2", "GetRouteResponses", "GetIntegrationResponses")
def get_responses(call: Call) -> Document:
    """GetRouteResponses, GetIntegrationResponses."""
    api, kind = find_api(call), _kind(call)
    return listed(call, kind.held(api.draft).get(_parent(call, api, kind), {}).values())


def _found(call: Call) -> tuple[HttpApi, _Kind, dict[str, Document], Document]:
    api, kind = find_api(call), _kind(call)
    held = kind.held(api.draft).get(_parent(call, api, kind), {})
    return api, kind, held, find_in(call, held, kind.name)


@answers("apigatewayv2", "GetRouteResponse", "GetIntegrationResponse")
def get_response(call: Call) -> Document:
    """GetRouteResponse, GetIntegrationResponse."""
    return _found(call)[3]


@answers("apigatewayv2", "UpdateRouteResponse", "UpdateIntegrationResponse")
def update_response(call: Call) -> Document:
    """UpdateRouteResponse, UpdateIntegrationResponse: what is sent replaces what is there."""
    api, kind, held, response = _found(call)
    new = edited(call, response, kind.members, required=(kind.key,))
    _check(call, kind, held, new)
    held[new[f"{kind.name}Id"]] = new
    changed(call, api)
    return new


@answers("apigatewayv2", "DeleteRouteResponse", "DeleteIntegrationResponse")
def delete_response(call: Call) -> None:
    """DeleteRouteResponse, DeleteIntegrationResponse."""
    api, kind, held, response = _found(call)
    del held[response[f"{kind.name}Id"]]
    changed(call, api)
