"""HTTP and WebSocket APIs themselves, with CORS."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec import tags
from dr_toolkit.spec.fields import fixed, observed, physical, setting
from dr_toolkit.spec.http_apis import API, V2_PAGES, api_arn, changed, given
from dr_toolkit.spec.types import Listing, ResourceType, Row

_EMPTY: dict[str, Any] = {
    "Name": "",
    "Description": "",
    "Version": "",
    "ApiKeySelectionExpression": "$request.header.x-api-key",
    "DisableSchemaValidation": False,
    "DisableExecuteApiEndpoint": False,
    "IpAddressType": "ipv4",
    "RouteSelectionExpression": "$request.method $request.path",
}


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    data = row.data | {"Tags": tags.of_map(row.data.get("Tags"))}
    if data.get("ProtocolType") == "HTTP":
        data.pop("RouteSelectionExpression", None)
    return data


def _create(api: Resource) -> list[Call]:
    a = api.attributes
    params = {"ProtocolType": a["ProtocolType"]} | given(a, _EMPTY) | given(a, {"CorsConfiguration": None})
    if a["ProtocolType"] == "WEBSOCKET":
        params.setdefault("RouteSelectionExpression", _EMPTY["RouteSelectionExpression"])
    params["Tags"] = dict(a.get("Tags") or {}) | {tags.RUN_TAG: tags.RUN_TOKEN}
    return [Call("CreateApi", params, {api.key: "ApiId"})]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after, target = change.before.attributes, change.after.attributes, {"ApiId": Ref(change.key)}
    params, calls = changed(change, _EMPTY), []
    if "CorsConfiguration" in change.names and "CorsConfiguration" in after:
        params["CorsConfiguration"] = after["CorsConfiguration"]
    if params:
        calls.append(Call("UpdateApi", target | params))
    if "CorsConfiguration" in before and "CorsConfiguration" not in after:
        calls.append(Call("DeleteCorsConfiguration", target, tolerates={"NotFoundException": "done"}))
    return calls + tags.v2_calls(api_arn(change.key), before.get("Tags"), after.get("Tags"))


TYPES = (
    ResourceType(
        name=API,
        service="apigatewayv2",
        shape="Api",
        title="HTTP or WebSocket API",
        listing=Listing("GetApis", "Items", paging=V2_PAGES),
        physical=lambda data: str(data["ApiId"]),
        identity=lambda row, names: str(row.data.get("Name") or "unnamed"),
        root=True,
        lost="its id, and with it its execute-api URL: one that is made again has another",
        pairs_by_id=True,
        born=lambda data: data.get("CreatedDate", ""),
        facts=("CreatedDate", "ApiGatewayManaged"),
        fields={
            "ApiId": physical(),
            "Name": setting(),
            "ProtocolType": fixed(),
            "Description": setting(),
            "Version": setting(),
            "ApiKeySelectionExpression": setting(default=_EMPTY["ApiKeySelectionExpression"]),
            "RouteSelectionExpression": setting(default=_EMPTY["RouteSelectionExpression"]),
            "CorsConfiguration": setting(
                members={
                    "AllowCredentials": setting(default=False),
                    "AllowHeaders": setting(unordered=True),
                    "AllowMethods": setting(unordered=True),
                    "AllowOrigins": setting(unordered=True),
                    "ExposeHeaders": setting(unordered=True),
                    "MaxAge": setting(default=0),
                }
            ),
            "DisableSchemaValidation": setting(default=False),
            "DisableExecuteApiEndpoint": setting(default=False),
            "IpAddressType": setting(default="ipv4"),
            "Tags": setting(),
            "CreatedDate": observed("when AWS made it"),
            "ApiEndpoint": observed("made from id and region"),
            "ApiGatewayManaged": observed("quick create made it; a restore makes each of its parts by itself"),
            "ImportInfo": observed("of the last import"),
            "Warnings": observed("of the last import"),
        },
        prepare=_prepare,
        calls=("CreateApi", "UpdateApi", "DeleteApi", "DeleteCorsConfiguration", *tags.GATEWAY_CALLS),
        create=_create,
        update=_update,
        delete=lambda api: [Call("DeleteApi", {"ApiId": Ref(api.key)}, tolerates={"NotFoundException": "done"})],
        notes="A restored API has a new id and a new execute-api URL. Names are not unique: homonyms carry an ordinal. "
        "What quick create made is made again piece by piece.",
    ),
)
