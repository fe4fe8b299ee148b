"""REST APIs themselves: everything on the API that is not a resource, method, model or stage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec import patches, policies, tags
from dr_toolkit.spec.arns import rest_api_arn
from dr_toolkit.spec.fields import located, manual, observed, physical, reference, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, ResourceType, Row

RESOURCE, MODEL = "apigateway.resource", "apigateway.model"
_ADDRESS = {"PRIVATE": "dualstack"}
_SCALARS = {
    "name": "",
    "description": "",
    "minimumCompressionSize": "",
    "apiKeySource": "HEADER",
    "disableExecuteApiEndpoint": False,
    "policy": "",
    "securityPolicy": "",
    "endpointAccessMode": "",
}


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    data: dict[str, Any] = dict(row.data)
    endpoint = dict(data.get("endpointConfiguration") or {})
    kind = next(iter(endpoint.get("types") or ["EDGE"]))
    if endpoint.get("ipAddressType") == _ADDRESS.get(kind, "ipv4"):
        endpoint.pop("ipAddressType")
    data["endpointConfiguration"] = endpoint
    if isinstance(data.get("policy"), str):
        data["policy"] = _own_arns(policies.unescaped(data["policy"]), str(data["id"]))
    data["tags"] = tags.of_map(data.get("tags"))
    return data


def _own_arns(policy: str, api_id: str) -> str:
    """ARNs of this very API in the short form, which AWS expands to wherever the policy is written."""
    return re.sub(rf"arn:[a-z-]+:execute-api:[a-z0-9-]*:\d*:{re.escape(api_id)}/", "execute-api:/", policy)


def _create(api: Resource) -> list[Call]:
    a = api.attributes
    params = {name: a[name] for name in (*_SCALARS, "version", "binaryMediaTypes") if name in a}
    params["endpointConfiguration"] = dict(a.get("endpointConfiguration") or {"types": ["EDGE"]})
    params["tags"] = dict(a.get("tags") or {}) | {tags.RUN_TAG: tags.RUN_TOKEN}
    root = ResourceKey(RESOURCE, (*api.key.path, "/"))
    return [Call("CreateRestApi", params, {api.key: "id", root: "rootResourceId"})]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after = change.before.attributes, change.after.attributes
    operations = [
        patch
        for name, empty in _SCALARS.items()
        if name in change.names
        for patch in patches.scalar(f"/{name}", after.get(name), empty)
    ]
    operations += patches.names("/binaryMediaTypes", before.get("binaryMediaTypes"), after.get("binaryMediaTypes"))
    operations += _endpoint_patches(before.get("endpointConfiguration"), after.get("endpointConfiguration"))
    calls = [Call("UpdateRestApi", {"restApiId": Ref(change.key), "patchOperations": operations})] if operations else []
    return calls + tags.v1_calls(rest_api_arn(change.key), before.get("tags"), after.get("tags"))


def _endpoint_patches(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[patches.Patch]:
    old, new = before or {}, after or {}
    operations = []
    if old.get("types") != new.get("types") and old.get("types") and new.get("types"):
        operations.append(patches.replace(f"/endpointConfiguration/types/{old['types'][0]}", new["types"][0]))
    if old.get("ipAddressType") != new.get("ipAddressType"):
        kind = next(iter(new.get("types") or ["EDGE"]))
        default = _ADDRESS.get(kind, "ipv4")
        operations.append(patches.replace("/endpointConfiguration/ipAddressType", new.get("ipAddressType", default)))
    path = "/endpointConfiguration/vpcEndpointIds"
    return operations + patches.items(path, old.get("vpcEndpointIds"), new.get("vpcEndpointIds"))


def _implied(api: Resource, parent: Mapping[str, Any]) -> list[Resource]:
    """The root resource, and the two models that CreateRestApi makes."""
    return [
        Resource(ResourceKey(RESOURCE, (*api.key.path, "/")), {}),
        _model(api.key, "Empty", "This is a default empty schema model", {}),
        _model(
            api.key,
            "Error",
            "This is a default error schema model",
            {"properties": {"message": {"type": "string"}}},
        ),
    ]


def _model(api: ResourceKey, name: str, description: str, more: dict[str, Any]) -> Resource:
    schema = {"title": f"{name} Schema", "type": "object"} | more
    attributes = {"name": name, "description": description, "contentType": "application/json", "schema": schema}
    return Resource(ResourceKey(MODEL, (*api.path, name)), attributes)


TYPES = (
    ResourceType(
        name="apigateway.rest_api",
        service="apigateway",
        shape="RestApi",
        title="REST API",
        listing=Listing("GetRestApis", "items", paging=V1_PAGES),
        physical=lambda data: str(data["id"]),
        identity=lambda row, names: str(row.data.get("name") or "unnamed"),
        root=True,
        lost="its id, and with it its execute-api URL: one that is made again has another",
        pairs_by_id=True,
        born=lambda data: data.get("createdDate", ""),
        facts=("createdDate",),
        implied=_implied,
        fields={
            "id": physical(),
            "name": setting(),
            "description": setting(),
            "version": manual("an API's version is set when it is created or imported", at_create=True),
            "binaryMediaTypes": setting(unordered=True),
            "minimumCompressionSize": setting(),
            "apiKeySource": setting(default="HEADER"),
            "endpointConfiguration": setting(
                members={
                    "types": setting(),
                    "ipAddressType": setting(),
                    "vpcEndpointIds": reference("ec2.vpc_endpoint", unordered=True),
                }
            ),
            "policy": located(json=True, policy=True),
            "tags": setting(),
            "disableExecuteApiEndpoint": setting(default=False),
            "securityPolicy": setting(),
            "endpointAccessMode": setting(),
            "createdDate": observed("when AWS made it"),
            "warnings": observed("of the last import"),
            "rootResourceId": observed("the id of the resource /"),
            "apiStatus": observed("state"),
            "apiStatusMessage": observed("state"),
        },
        prepare=_prepare,
        calls=("CreateRestApi", "UpdateRestApi", "DeleteRestApi", *tags.GATEWAY_CALLS),
        create=_create,
        update=_update,
        delete=lambda api: [
            Call("DeleteRestApi", {"restApiId": Ref(api.key)}, tolerates={"NotFoundException": "done"})
        ],
        notes="A restored API has a new id and a new execute-api URL. Names are not unique: homonyms carry an ordinal.",
    ),
)
