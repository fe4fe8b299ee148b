"""Request validators of a REST API."""

from __future__ import annotations

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec import patches
from dr_toolkit.spec.arns import REST_API, rest_api
from dr_toolkit.spec.fields import physical, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, ResourceType

_SETTINGS = ("name", "validateRequestBody", "validateRequestParameters")


def _create(validator: Resource) -> list[Call]:
    a = validator.attributes
    params = {"restApiId": rest_api(validator.key)} | {name: a[name] for name in _SETTINGS if name in a}
    return [Call("CreateRequestValidator", params, {validator.key: "id"})]


def _update(change: Change) -> list[Call]:
    assert change.after is not None
    after = change.after.attributes
    operations = [
        patches.replace(f"/{name}", after.get(name, "" if name == "name" else False))
        for name in _SETTINGS
        if name in change.names
    ]
    target = {"restApiId": rest_api(change.key), "requestValidatorId": Ref(change.key)}
    return [Call("UpdateRequestValidator", target | {"patchOperations": operations})]


def _delete(validator: Resource) -> list[Call]:
    params = {"restApiId": rest_api(validator.key), "requestValidatorId": Ref(validator.key)}
    return [Call("DeleteRequestValidator", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name="apigateway.request_validator",
        service="apigateway",
        shape="RequestValidator",
        title="Request validator",
        listing=Listing(
            "GetRequestValidators",
            "items",
            paging=V1_PAGES,
            per=REST_API,
            arguments=lambda row: {"restApiId": row.data["id"]},
        ),
        physical=lambda data: str(data["id"]),
        identity=lambda row, names: str(row.data.get("name") or "unnamed"),
        parent=REST_API,
        pairs_by_id=True,
        fields={
            "id": physical(),
            "name": setting(),
            "validateRequestBody": setting(default=False),
            "validateRequestParameters": setting(default=False),
        },
        calls=("CreateRequestValidator", "UpdateRequestValidator", "DeleteRequestValidator"),
        create=_create,
        update=_update,
        delete=_delete,
    ),
)
