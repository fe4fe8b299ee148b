"""Gateway responses that were customised; AWS's defaults are no configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.spec.arns import REST_API, rest_api
from dr_toolkit.spec.fields import fixed, observed, setting
from dr_toolkit.spec.types import Listing, ResourceType


def _customised(data: Mapping[str, Any], scope: Scope) -> bool:
    return not data.get("defaultResponse")


def _put(response: Resource) -> list[Call]:
    a = response.attributes
    params = {"restApiId": rest_api(response.key), "responseType": response.key.name}
    members = ("statusCode", "responseParameters", "responseTemplates")
    return [Call("PutGatewayResponse", params | {name: a[name] for name in members if name in a})]


def _update(change: Change) -> list[Call]:
    return _put(change.after) if change.after else []


def _delete(response: Resource) -> list[Call]:
    params = {"restApiId": rest_api(response.key), "responseType": response.key.name}
    return [Call("DeleteGatewayResponse", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name="apigateway.gateway_response",
        service="apigateway",
        shape="GatewayResponse",
        title="Gateway response",
        listing=Listing(
            "GetGatewayResponses",
            "items",
            per=REST_API,
            arguments=lambda row: {"restApiId": row.data["id"], "limit": 500},
            keep=_customised,
        ),
        identity=lambda row, names: str(row.data["responseType"]),
        parent=REST_API,
        fields={
            "responseType": fixed(),
            "statusCode": setting(),
            "responseParameters": setting(free=True),
            "responseTemplates": setting(free=True),
            "defaultResponse": observed("only customised ones are kept"),
        },
        calls=("PutGatewayResponse", "DeleteGatewayResponse"),
        create=_put,
        update=_update,
        delete=_delete,
    ),
)
