"""Models of a WebSocket API; one may refer to another, or to itself, by a URL with the API's id in it."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec.fields import fixed, located, physical, setting
from dr_toolkit.spec.http_apis import API, MODEL, V2_PAGES, api, changed, given, is_websocket, of_api
from dr_toolkit.spec.models import mentions
from dr_toolkit.spec.types import Listing, ResourceType

_EMPTY: dict[str, Any] = {"ContentType": "", "Description": "", "Schema": "{}"}


def _create(model: Resource) -> list[Call]:
    params = {"ApiId": api(model.key), "Name": model.key.name} | given(model.attributes, _EMPTY)
    return [Call("CreateModel", params, {model.key: "ModelId"}, {"ConflictException": "check"})]


def _update(change: Change) -> list[Call]:
    return [Call("UpdateModel", {"ApiId": api(change.key), "ModelId": Ref(change.key)} | changed(change, _EMPTY))]


def _delete(model: Resource) -> list[Call]:
    params = {"ApiId": api(model.key), "ModelId": Ref(model.key)}
    return [Call("DeleteModel", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name=MODEL,
        service="apigatewayv2",
        shape="Model",
        title="Model (WebSocket)",
        listing=Listing("GetModels", "Items", paging=V2_PAGES, per=API, arguments=of_api, when=is_websocket),
        physical=lambda data: str(data["ModelId"]),
        identity=lambda row, names: str(row.data["Name"]),
        parent=API,
        fields={
            "ModelId": physical(),
            "Name": fixed(),
            "ContentType": setting(),
            "Description": setting(),
            "Schema": located(json=True),
        },
        calls=("CreateModel", "UpdateModel", "DeleteModel"),
        create=_create,
        update=_update,
        delete=_delete,
        mentions=lambda model: mentions(model, "Schema"),
        placeholder={"Schema": "{}"},
        notes="Models that refer to each other in a circle are made empty first, and filled when all are there.",
    ),
)
