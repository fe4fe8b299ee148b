"""Documentation versions of a REST API: the parts as they were, under a name that stages show."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource
from dr_toolkit.spec import patches
from dr_toolkit.spec.arns import REST_API, rest_api
from dr_toolkit.spec.fields import fixed, observed, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, ResourceType


def _target(version: Resource) -> dict[str, Any]:
    return {"restApiId": rest_api(version.key), "documentationVersion": version.key.name}


def _create(version: Resource) -> list[Call]:
    a = version.attributes
    params = _target(version) | {name: a[name] for name in ("description",) if name in a}
    return [Call("CreateDocumentationVersion", params, tolerates={"ConflictException": "check"})]


def _update(change: Change) -> list[Call]:
    assert change.after is not None
    operations = patches.scalar("/description", change.after.attributes.get("description"))
    return [Call("UpdateDocumentationVersion", _target(change.after) | {"patchOperations": operations})]


TYPES = (
    ResourceType(
        name="apigateway.documentation_version",
        service="apigateway",
        shape="DocumentationVersion",
        title="Documentation version",
        listing=Listing(
            "GetDocumentationVersions",
            "items",
            paging=V1_PAGES,
            per=REST_API,
            arguments=lambda row: {"restApiId": row.data["id"]},
        ),
        identity=lambda row, names: str(row.data["version"]),
        parent=REST_API,
        freezes=("apigateway.documentation_part",),
        fields={
            "version": fixed(),
            "description": setting(),
            "createdDate": observed("when AWS made it"),
        },
        facts=("createdDate",),
        calls=("CreateDocumentationVersion", "UpdateDocumentationVersion", "DeleteDocumentationVersion"),
        create=_create,
        update=_update,
        delete=lambda version: [
            Call("DeleteDocumentationVersion", _target(version), tolerates={"NotFoundException": "done"})
        ],
        caution="what a documentation version holds can't be read: this one is made of the parts as the snapshot "
        "has them now",
        notes="Its content can't be read; a restored one holds the documentation parts of the snapshot.",
    ),
)
