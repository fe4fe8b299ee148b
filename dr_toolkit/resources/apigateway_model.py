"""Models of a REST API; one may refer to another, or to itself, by a URL with the API's id in it."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.spec import patches
from dr_toolkit.spec.arns import REST_API, rest_api
from dr_toolkit.spec.fields import fixed, located, physical, setting
from dr_toolkit.spec.models import mentions, telling_text
from dr_toolkit.spec.types import V1_PAGES, Listing, ResourceType, Row


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    data: dict[str, Any] = dict(row.data)
    if isinstance(data.get("schema"), str):
        data["schema"] = telling_text(data["schema"], data.get("description"))
    return data


def _create(model: Resource) -> list[Call]:
    a = model.attributes
    params = {"restApiId": rest_api(model.key), "schema": "{}"}
    params |= {name: a[name] for name in ("name", "description", "schema", "contentType") if name in a}
    return [Call("CreateModel", params, {model.key: "id"}, {"ConflictException": "check"})]


def _update(change: Change) -> list[Call]:
    assert change.after is not None
    after = change.after.attributes
    operations = [
        patch
        for name, empty in (("description", ""), ("schema", "{}"))
        if name in change.names
        for patch in patches.scalar(f"/{name}", after.get(name), empty)
    ]
    params = {"restApiId": rest_api(change.key), "modelName": change.key.name, "patchOperations": operations}
    return [Call("UpdateModel", params)]


def _delete(model: Resource) -> list[Call]:
    params = {"restApiId": rest_api(model.key), "modelName": model.key.name}
    return [Call("DeleteModel", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name="apigateway.model",
        service="apigateway",
        shape="Model",
        title="Model",
        listing=Listing(
            "GetModels",
            "items",
            paging=V1_PAGES,
            per=REST_API,
            arguments=lambda row: {"restApiId": row.data["id"]},
        ),
        physical=lambda data: str(data["id"]),
        identity=lambda row, names: str(row.data["name"]),
        parent=REST_API,
        fields={
            "id": physical(),
            "name": fixed(),
            "description": setting(),
            "schema": located(json=True),
            "contentType": fixed(),
        },
        prepare=_prepare,
        calls=("CreateModel", "UpdateModel", "DeleteModel"),
        create=_create,
        update=_update,
        delete=_delete,
        mentions=lambda model: mentions(model, "schema"),
        placeholder={"schema": "{}"},
        notes="Models that refer to each other in a circle are made empty first, and filled when all are there.",
    ),
)
