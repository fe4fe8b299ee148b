"""API keys. Their values are secrets: see ``SecretRef``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change, Join
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.model.secrets import SecretRef
from dr_toolkit.spec import patches, tags
from dr_toolkit.spec.arns import REST_API, around
from dr_toolkit.spec.fields import Field, Kind, located, observed, physical, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, ResourceType, Row

_CREATED_WITH = ("name", "description", "customerId")
_STAGE = re.compile(r"/restapis/([^/]+)/stages/(.+)")


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    """The stages of the time before usage plans, ``api/stage``, as paths in which an API's id is known as such."""
    stages = [str(text).partition("/") for text in row.data.get("stageKeys") or ()]
    paths = [f"/restapis/{api}/stages/{stage}" for api, _, stage in stages]
    return dict(row.data) | {"tags": tags.of_map(row.data.get("tags")), "stageKeys": paths}


def _mentions(key: Resource) -> list[ResourceKey]:
    """The stages that it is for."""
    return [
        ResourceKey("apigateway.stage", (*api.key.path, stage))
        for api, stage in map(_stage, key.attributes.get("stageKeys", ()))
        if isinstance(api, Ref)
    ]


def _stage(path: Any) -> tuple[Any, str]:
    """The API and the stage of a path: in a body the API stands in it as a token, later as a part."""
    if isinstance(path, Join):
        return path.parts[1], str(path.parts[2]).removeprefix("/stages/")
    token = re.fullmatch(r"/restapis/\$\{Ref:([^}]+)\}/stages/(.+)", path)
    if token:
        return Ref(ResourceKey.parse(token[1])), token[2]
    found = _STAGE.fullmatch(path)
    return (found[1], found[2]) if found else (path, "")


def _create(key: Resource) -> list[Call]:
    a = key.attributes
    params: dict[str, Any] = {name: a[name] for name in _CREATED_WITH if name in a}
    params |= {"enabled": bool(a.get("enabled", False)), "value": SecretRef(key.key)}
    if stages := [_stage(path) for path in a.get("stageKeys", ())]:
        params["stageKeys"] = [{"restApiId": api, "stageName": stage} for api, stage in stages]
    params["tags"] = dict(a.get("tags") or {}) | {tags.RUN_TAG: tags.RUN_TOKEN}
    return [Call("CreateApiKey", params, {key.key: "id"})]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after = change.before.attributes, change.after.attributes
    operations = [
        patch for name in _CREATED_WITH if name in change.names for patch in patches.scalar(f"/{name}", after.get(name))
    ]
    if "enabled" in change.names:
        operations.append(patches.replace("/enabled", bool(after.get("enabled", False))))
    operations += patches.items("/stages", _places(before), _places(after))
    params = {"apiKey": Ref(change.key), "patchOperations": operations}
    calls = [Call("UpdateApiKey", params)] if operations else []
    return calls + tags.v1_calls(around("apikeys", change.key), before.get("tags"), after.get("tags"))


def _places(attributes: Mapping[str, Any]) -> list[Join]:
    """The stages as patches name them: ``api/stage``."""
    return [Join((api, f"/{stage}")) for api, stage in map(_stage, attributes.get("stageKeys", ()))]


TYPES = (
    ResourceType(
        name="apigateway.api_key",
        service="apigateway",
        shape="ApiKey",
        title="API key",
        listing=Listing("GetApiKeys", "items", paging=V1_PAGES, veiled=("value",), unveil={"includeValues": True}),
        physical=lambda data: str(data["id"]),
        identity=lambda row, names: str(row.data.get("name") or "unnamed"),
        root=True,
        lost="its id, and its value where nobody keeps that: a key that is made again has another",
        pairs_by_id=True,
        born=lambda data: data.get("createdDate", ""),
        after=(REST_API,),
        fields={
            "id": physical(),
            "value": Field(Kind.SECRET, fixed=True),
            "name": setting(),
            "customerId": setting(),
            "description": setting(),
            "enabled": setting(default=False),
            "stageKeys": located(unordered=True),
            "tags": setting(),
            "createdDate": observed("when AWS made it"),
            "lastUpdatedDate": observed("moves with every change"),
        },
        facts=("createdDate", "lastUpdatedDate"),
        prepare=_prepare,
        calls=("CreateApiKey", "UpdateApiKey", "DeleteApiKey", *tags.GATEWAY_CALLS),
        create=_create,
        update=_update,
        delete=lambda key: [Call("DeleteApiKey", {"apiKey": Ref(key.key)}, tolerates={"NotFoundException": "done"})],
        mentions=_mentions,
        notes="Names are not unique: homonyms carry an ordinal. A restored key has a new id.",
    ),
)
