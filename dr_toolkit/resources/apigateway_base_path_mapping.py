"""Base path mappings of private domain names, which v2 does not know."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec import patches
from dr_toolkit.spec.domains import DOMAIN, PRIVATE, domain_of, named, stages
from dr_toolkit.spec.fields import fixed, reference, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, ResourceType, Row

_NONE = "(none)"


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    return {k: v for k, v in row.data.items() if v != _NONE}


def _domain(mapping: Resource) -> dict[str, Any]:
    domain = domain_of(mapping.key)
    return {"domainName": domain.name.partition(PRIVATE)[0], "domainNameId": Ref(domain)}


def _create(mapping: Resource) -> list[Call]:
    a = mapping.attributes
    params = _domain(mapping) | {name: a[name] for name in ("basePath", "restApiId", "stage") if name in a}
    return [Call("CreateBasePathMapping", params, tolerates={"ConflictException": "check"})]


def _update(change: Change) -> list[Call]:
    assert change.after is not None
    a = change.after.attributes
    operations = []
    if "restApiId" in change.names:
        operations.append(patches.replace("/restapiId", a["restApiId"]))
    if "stage" in change.names:
        operations.append(patches.replace("/stage", a.get("stage", _NONE)))
    params = _domain(change.after) | {"basePath": a.get("basePath", _NONE), "patchOperations": operations}
    return [Call("UpdateBasePathMapping", params)]


def _delete(mapping: Resource) -> list[Call]:
    params = _domain(mapping) | {"basePath": mapping.attributes.get("basePath", _NONE)}
    return [Call("DeleteBasePathMapping", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name="apigateway.base_path_mapping",
        service="apigateway",
        shape="BasePathMapping",
        title="Base path mapping (private domain)",
        listing=Listing(
            "GetBasePathMappings",
            "items",
            paging=V1_PAGES,
            per=DOMAIN,
            arguments=lambda row: {name: row.data[name] for name in ("domainName", "domainNameId")},
            when=lambda row: not named(row),
        ),
        identity=lambda row, names: str(row.data.get("basePath") or _NONE),
        parent=DOMAIN,
        after=("apigateway.rest_api",),
        fields={"basePath": fixed(), "restApiId": reference("apigateway.rest_api"), "stage": setting()},
        mentions=lambda mapping: list(stages(mapping.attributes.get("restApiId"), mapping.attributes.get("stage"))),
        prepare=_prepare,
        calls=("CreateBasePathMapping", "UpdateBasePathMapping", "DeleteBasePathMapping"),
        create=_create,
        update=_update,
        delete=_delete,
    ),
)
