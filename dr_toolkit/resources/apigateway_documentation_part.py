"""Documentation parts of a REST API: each tells of one place in it."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec import patches
from dr_toolkit.spec.arns import REST_API, rest_api
from dr_toolkit.spec.fields import fixed, physical, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, Names, ResourceType, Row

_PLACES = ("type", "path", "method", "statusCode", "name")
_RESPONSES = ("RESPONSE", "RESPONSE_HEADER", "RESPONSE_BODY")
_ANYWHERE = {"API", "AUTHORIZER", "MODEL"}


def _location(data: dict[str, Any]) -> dict[str, str]:
    """The location with what AWS takes for what is left out: any method and status, and the path ``/``."""
    given = {name: str(value) for name, value in (data.get("location") or {}).items() if value not in (None, "")}
    kind = given.get("type", "")
    filled = {} if kind in _ANYWHERE else {"path": "/"} if kind == "RESOURCE" else {"path": "/", "method": "*"}
    return filled | ({"statusCode": "*"} if kind in _RESPONSES else {}) | given


def _identity(row: Row, names: Names) -> str:
    location = _location(row.data)
    return " ".join(location[name] for name in _PLACES if name in location)


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    return dict(row.data) | {"location": _location(row.data)}


def _create(part: Resource) -> list[Call]:
    a = part.attributes
    params = {"restApiId": rest_api(part.key), "location": a["location"], "properties": a.get("properties", "{}")}
    return [Call("CreateDocumentationPart", params, {part.key: "id"}, {"ConflictException": "check"})]


def _target(part: Resource) -> dict[str, Any]:
    return {"restApiId": rest_api(part.key), "documentationPartId": Ref(part.key)}


def _update(change: Change) -> list[Call]:
    assert change.after is not None
    operations = patches.scalar("/properties", change.after.attributes.get("properties"), "{}")
    return [Call("UpdateDocumentationPart", _target(change.after) | {"patchOperations": operations})]


TYPES = (
    ResourceType(
        name="apigateway.documentation_part",
        service="apigateway",
        shape="DocumentationPart",
        title="Documentation part",
        listing=Listing(
            "GetDocumentationParts",
            "items",
            paging=V1_PAGES,
            per=REST_API,
            arguments=lambda row: {"restApiId": row.data["id"]},
        ),
        physical=lambda data: str(data["id"]),
        identity=_identity,
        parent=REST_API,
        fields={
            "id": physical(),
            "location": fixed(members={name: setting() for name in _PLACES}),
            "properties": setting(json=True, free=True),
        },
        prepare=_prepare,
        calls=("CreateDocumentationPart", "UpdateDocumentationPart", "DeleteDocumentationPart"),
        create=_create,
        update=_update,
        delete=lambda part: [Call("DeleteDocumentationPart", _target(part), tolerates={"NotFoundException": "done"})],
        notes="Known by its place in the API.",
    ),
)
