"""Routes of HTTP and WebSocket APIs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change, Join
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.fields import fixed, observed, physical, reference, setting
from dr_toolkit.spec.http_apis import API, AUTHORIZER, INTEGRATION, MODEL, ROUTE, V2_PAGES, api, changed, given, of_api
from dr_toolkit.spec.types import Listing, ResourceType, Row

_TARGET = "integrations/"
_EMPTY: dict[str, Any] = {
    "ApiKeyRequired": False,
    "AuthorizationScopes": [],
    "AuthorizationType": "NONE",
    "AuthorizerId": "",
    "ModelSelectionExpression": "",
    "OperationName": "",
    "RequestModels": {},
    "RouteResponseSelectionExpression": "",
    "Target": "",
}
_VARIABLE = re.compile(r"\{[^/{}+]+(\+?)\}")


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    return row.data | {"Target": str(row.data.get("Target") or "").removeprefix(_TARGET)}


def _led(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members with the target as AWS takes it."""
    target = members.get("Target")
    return dict(members) | ({"Target": Join((_TARGET, target))} if isinstance(target, Ref) else {})


def _create(route: Resource) -> list[Call]:
    a = route.attributes
    params = {"ApiId": api(route.key), "RouteKey": route.key.name} | _led(given(a, _EMPTY | {"RequestParameters": {}}))
    return [Call("CreateRoute", params, {route.key: "RouteId"}, {"ConflictException": "check"})]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after = (side.attributes.get("RequestParameters", {}) for side in (change.before, change.after))
    target = {"ApiId": api(change.key), "RouteId": Ref(change.key)}
    params = _led(changed(change, _EMPTY))
    if put := {name: value for name, value in after.items() if before.get(name) != value}:
        params["RequestParameters"] = put
    calls = [Call("UpdateRoute", target | params)] if params else []
    gone = [target | {"RequestParameterKey": name} for name in sorted(before.keys() - after.keys())]
    return calls + [Call("DeleteRouteRequestParameter", g, tolerates={"NotFoundException": "done"}) for g in gone]


def _delete(route: Resource) -> list[Call]:
    params = {"ApiId": api(route.key), "RouteId": Ref(route.key)}
    return [Call("DeleteRoute", params, tolerates={"NotFoundException": "done"})]


def _rivals(one: Resource, other: Resource) -> bool:
    """Whether two keys differ by nothing but the names of their path's variables, which AWS refuses."""
    a, b = one.key.name, other.key.name
    return a != b and _VARIABLE.sub(r"{\1}", a) == _VARIABLE.sub(r"{\1}", b)


def _models(route: Resource) -> list[ResourceKey]:
    names = sorted(set(route.attributes.get("RequestModels", {}).values()))
    return [ResourceKey(MODEL, (route.key.path[0], name)) for name in names]


TYPES = (
    ResourceType(
        name=ROUTE,
        service="apigatewayv2",
        shape="Route",
        title="Route (HTTP, WebSocket)",
        listing=Listing("GetRoutes", "Items", paging=V2_PAGES, per=API, arguments=of_api),
        physical=lambda data: str(data["RouteId"]),
        identity=lambda row, names: str(row.data["RouteKey"]),
        parent=API,
        after=(INTEGRATION, AUTHORIZER, MODEL),
        facts=("ApiGatewayManaged",),
        fields={
            "RouteId": physical(),
            "RouteKey": fixed(),
            "Target": reference(INTEGRATION),
            "AuthorizationType": setting(default="NONE"),
            "AuthorizerId": reference(AUTHORIZER),
            "AuthorizationScopes": setting(unordered=True),
            "ApiKeyRequired": setting(default=False),
            "OperationName": setting(),
            "ModelSelectionExpression": setting(),
            "RequestModels": setting(),
            "RequestParameters": setting(values=setting(members={"Required": setting()})),
            "RouteResponseSelectionExpression": setting(),
            "ApiGatewayManaged": observed("quick create made it; it is restored like any other"),
        },
        prepare=_prepare,
        calls=("CreateRoute", "UpdateRoute", "DeleteRoute", "DeleteRouteRequestParameter"),
        create=_create,
        update=_update,
        delete=_delete,
        rivals=_rivals,
        mentions=_models,
    ),
)
