"""What a WebSocket API answers: responses of its routes and of its integrations."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.fields import fixed, physical, setting
from dr_toolkit.spec.http_apis import (
    INTEGRATION,
    INTEGRATION_RESPONSE,
    MODEL,
    ROUTE,
    ROUTE_RESPONSE,
    V2_PAGES,
    api,
    changed,
    given,
    is_websocket,
    of_api,
)
from dr_toolkit.spec.types import Listing, ResourceType

_OF_ROUTE: dict[str, Any] = {"ModelSelectionExpression": "", "ResponseModels": {}, "ResponseParameters": {}}
_OF_INTEGRATION: dict[str, Any] = {
    "ContentHandlingStrategy": "",
    "ResponseParameters": {},
    "ResponseTemplates": {},
    "TemplateSelectionExpression": "",
}


def _place(key: ResourceKey) -> dict[str, Any]:
    """The API, and the route or integration, that a response belongs to."""
    kind, member = (ROUTE, "RouteId") if key.type == ROUTE_RESPONSE else (INTEGRATION, "IntegrationId")
    return {"ApiId": api(key), member: Ref(ResourceKey(kind, key.path[:-1]))}


def _create_of_route(response: Resource) -> list[Call]:
    params = _place(response.key) | {"RouteResponseKey": response.key.name} | given(response.attributes, _OF_ROUTE)
    binds = {response.key: "RouteResponseId"}
    return [Call("CreateRouteResponse", params, binds, {"ConflictException": "check"})]


def _update_of_route(change: Change) -> list[Call]:
    params = _place(change.key) | {"RouteResponseId": Ref(change.key)}
    return [Call("UpdateRouteResponse", params | changed(change, _OF_ROUTE))]


def _delete_of_route(response: Resource) -> list[Call]:
    params = _place(response.key) | {"RouteResponseId": Ref(response.key)}
    return [Call("DeleteRouteResponse", params, tolerates={"NotFoundException": "done"})]


def _create_of_integration(response: Resource) -> list[Call]:
    params = _place(response.key) | {"IntegrationResponseKey": response.key.name}
    binds = {response.key: "IntegrationResponseId"}
    conflict = {"ConflictException": "check"}
    return [Call("CreateIntegrationResponse", params | given(response.attributes, _OF_INTEGRATION), binds, conflict)]


def _update_of_integration(change: Change) -> list[Call]:
    params = _place(change.key) | {"IntegrationResponseId": Ref(change.key)}
    return [Call("UpdateIntegrationResponse", params | changed(change, _OF_INTEGRATION))]


def _delete_of_integration(response: Resource) -> list[Call]:
    params = _place(response.key) | {"IntegrationResponseId": Ref(response.key)}
    return [Call("DeleteIntegrationResponse", params, tolerates={"NotFoundException": "done"})]


def _models(response: Resource) -> list[ResourceKey]:
    names = sorted(set(response.attributes.get("ResponseModels", {}).values()))
    return [ResourceKey(MODEL, (response.key.path[0], name)) for name in names]


TYPES = (
    ResourceType(
        name=ROUTE_RESPONSE,
        service="apigatewayv2",
        shape="RouteResponse",
        title="Route response (WebSocket)",
        listing=Listing(
            "GetRouteResponses",
            "Items",
            paging=V2_PAGES,
            per=ROUTE,
            arguments=lambda row: of_api(row) | {"RouteId": row.data["RouteId"]},
            when=is_websocket,
        ),
        physical=lambda data: str(data["RouteResponseId"]),
        identity=lambda row, names: str(row.data["RouteResponseKey"]),
        parent=ROUTE,
        fields={
            "RouteResponseId": physical(),
            "RouteResponseKey": fixed(),
            "ModelSelectionExpression": setting(),
            "ResponseModels": setting(),
            "ResponseParameters": setting(values=setting(members={"Required": setting()})),
        },
        calls=("CreateRouteResponse", "UpdateRouteResponse", "DeleteRouteResponse"),
        create=_create_of_route,
        update=_update_of_route,
        delete=_delete_of_route,
        mentions=_models,
    ),
    ResourceType(
        name=INTEGRATION_RESPONSE,
        service="apigatewayv2",
        shape="IntegrationResponse",
        title="Integration response (WebSocket)",
        listing=Listing(
            "GetIntegrationResponses",
            "Items",
            paging=V2_PAGES,
            per=INTEGRATION,
            arguments=lambda row: of_api(row) | {"IntegrationId": row.data["IntegrationId"]},
            when=is_websocket,
        ),
        physical=lambda data: str(data["IntegrationResponseId"]),
        identity=lambda row, names: str(row.data["IntegrationResponseKey"]),
        parent=INTEGRATION,
        fields={
            "IntegrationResponseId": physical(),
            "IntegrationResponseKey": fixed(),
            "ContentHandlingStrategy": setting(),
            "ResponseParameters": setting(free=True),
            "ResponseTemplates": setting(free=True),
            "TemplateSelectionExpression": setting(),
        },
        calls=("CreateIntegrationResponse", "UpdateIntegrationResponse", "DeleteIntegrationResponse"),
        create=_create_of_integration,
        update=_update_of_integration,
        delete=_delete_of_integration,
    ),
)
