"""The paths of a REST API."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec.arns import REST_API, rest_api
from dr_toolkit.spec.fields import elsewhere, fixed, observed, physical, reference
from dr_toolkit.spec.types import V1_PAGES, Listing, ResourceType, Row


def _path(row: Row) -> str:
    return str(row.data.get("path") or "/")


def _create(resource: Resource) -> list[Call]:
    params: dict[str, Any] = {
        "restApiId": rest_api(resource.key),
        "parentId": resource.attributes["parentId"],
        "pathPart": resource.attributes["pathPart"],
    }
    return [Call("CreateResource", params, {resource.key: "id"}, {"ConflictException": "check"})]


def _delete(resource: Resource) -> list[Call]:
    params = {"restApiId": rest_api(resource.key), "resourceId": Ref(resource.key)}
    return [Call("DeleteResource", params, tolerates={"NotFoundException": "done"})]


def _rivals(old: Resource, new: Resource) -> bool:
    """A path has one variable part beneath it at most, ``{id}`` or ``{proxy+}``."""
    a, b = old.attributes, new.attributes
    variable = all(str(side.get("pathPart", "")).startswith("{") for side in (a, b))
    return variable and a.get("parentId") == b.get("parentId")


TYPES = (
    ResourceType(
        name="apigateway.resource",
        service="apigateway",
        shape="Resource",
        title="Resource (path)",
        listing=Listing(
            "GetResources",
            "items",
            params={"embed": ["methods"]},
            paging=V1_PAGES,
            per=REST_API,
            arguments=lambda row: {"restApiId": row.data["id"]},
        ),
        physical=lambda data: str(data["id"]),
        identity=lambda row, names: _path(row),
        parent=REST_API,
        adopted=lambda key: key.name == "/",
        fields={
            "id": physical(),
            "parentId": reference("apigateway.resource", fixed=True),
            "pathPart": fixed(),
            "path": observed("is the key"),
            "resourceMethods": elsewhere("apigateway.method"),
        },
        calls=("CreateResource", "DeleteResource"),
        create=_create,
        delete=_delete,
        rivals=_rivals,
        notes="The root / comes with the API. A moved path is another path.",
    ),
)
