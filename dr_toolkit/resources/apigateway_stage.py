"""Stages of a REST API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change, Join
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec import patches, tags
from dr_toolkit.spec.arns import REST_API, rest_api, stage_arn
from dr_toolkit.spec.fields import fixed, located, observed, reference, setting
from dr_toolkit.spec.types import Export, Listing, ResourceType, Row

DEPLOYMENT, POINTER = "apigateway.deployment", "deploymentId"
_CREATED_WITH = (
    *("description", "cacheClusterEnabled", "cacheClusterSize", "variables", "tracingEnabled", "documentationVersion"),
)
_SCALARS = {
    "description": "",
    "cacheClusterEnabled": False,
    "cacheClusterSize": "0.5",
    "tracingEnabled": False,
    "clientCertificateId": "",
    "documentationVersion": "",
}
_CANARY: dict[str, Any] = {"deploymentId": None, "percentTraffic": 0, "useStageCache": False}
_METHOD_PATHS = {
    "metricsEnabled": "metrics/enabled",
    "loggingLevel": "logging/loglevel",
    "dataTraceEnabled": "logging/dataTrace",
    "throttlingBurstLimit": "throttling/burstLimit",
    "throttlingRateLimit": "throttling/rateLimit",
    "cachingEnabled": "caching/enabled",
    "cacheTtlInSeconds": "caching/ttlInSeconds",
    "cacheDataEncrypted": "caching/dataEncrypted",
    "requireAuthorizationForCacheControl": "caching/requireAuthorizationForCacheControl",
    "unauthorizedCacheControlHeaderStrategy": "caching/unauthorizedCacheControlHeaderStrategy",
}
_METHOD_DEFAULTS: dict[str, Any] = {
    "metricsEnabled": False,
    "loggingLevel": "OFF",
    "dataTraceEnabled": False,
    "throttlingBurstLimit": -1,
    "throttlingRateLimit": -1,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}


def _method_key(key: str) -> str:
    """A method setting's key in one form: ``*/*``, or the escaped path and the verb (``~1pets~1{id}/GET``)."""
    path, _, verb = key.rpartition("/")
    if path == "*":
        return key
    path = path.replace("~1", "/").strip("/")
    return f"~1{path.replace('/', '~1')}/{verb}"


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    data: dict[str, Any] = dict(row.data)
    data["methodSettings"] = {_method_key(k): v for k, v in (data.get("methodSettings") or {}).items()}
    data["tags"] = tags.of_map(data.get("tags"))
    if not data.get("cacheClusterEnabled"):
        data.pop("cacheClusterSize", None)
    if canary := data.get("canarySettings"):
        data["canarySettings"] = {k: v for k, v in canary.items() if v is not None}
    return data


def _exported(row: Row) -> dict[str, Any]:
    """What GetExport is asked for: all that API Gateway's own extensions tell."""
    return {
        "restApiId": row.root.data["id"],
        "stageName": row.data["stageName"],
        "exportType": "oas30",
        "parameters": {"extensions": "apigateway"},
        "accepts": "application/json",
    }


def _hidden(row: Row) -> str:
    """An export is of the stage's own deployment, whatever part of the traffic the canary takes."""
    canary = (row.data.get("canarySettings") or {}).get(POINTER)
    return "what its canary serves is not known: AWS does not export it" if canary else ""


def _create(stage: Resource) -> list[Call]:
    a = stage.attributes
    params: dict[str, Any] = {
        "restApiId": rest_api(stage.key),
        "stageName": stage.key.name,
        "deploymentId": a["deploymentId"],
        "tags": dict(a.get("tags") or {}) | {tags.RUN_TAG: tags.RUN_TOKEN},
    }
    params |= {name: a[name] for name in (*_CREATED_WITH, "canarySettings") if name in a}
    if a.get("cacheClusterEnabled"):
        params.setdefault("cacheClusterSize", _SCALARS["cacheClusterSize"])
    calls = [Call("CreateStage", params, tolerates={"ConflictException": "check"})]
    operations = patches.scalar("/clientCertificateId", a["clientCertificateId"]) if "clientCertificateId" in a else []
    operations += _log_patches({}, a.get("accessLogSettings"))
    operations += _method_patches({}, a.get("methodSettings"))
    calls += _patch(stage, operations)
    return calls + _guard(stage, a["webAclArn"]) if "webAclArn" in a else calls


def _arn(stage: ResourceKey) -> Join:
    return stage_arn(rest_api(stage).key, stage.name)


def _guard(stage: Resource, acl: Any) -> list[Call]:
    """Put a web ACL before the stage, or take away what stands there; WAF may not know a new stage yet."""
    early = {"WAFUnavailableEntityException": "again", "WAFNonexistentItemException": "again"}
    if acl:
        params = {"WebACLArn": acl, "ResourceArn": _arn(stage.key)}
        return [Call("AssociateWebACL", params, tolerates=early, service="wafv2")]
    params = {"ResourceArn": _arn(stage.key)}
    return [Call("DisassociateWebACL", params, tolerates={"WAFNonexistentItemException": "done"}, service="wafv2")]


def _mentions(stage: Resource) -> list[ResourceKey]:
    """The documentation version that it shows."""
    version = stage.attributes.get("documentationVersion")
    return [ResourceKey("apigateway.documentation_version", (stage.key.path[0], version))] if version else []


def _patch(stage: Resource, operations: list[Any]) -> list[Call]:
    """UpdateStage with operations, if there are any."""
    params = {"restApiId": rest_api(stage.key), "stageName": stage.key.name, "patchOperations": operations}
    return [Call("UpdateStage", params)] if operations else []


def _log_patches(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Any]:
    old, new = before or {}, after or {}
    if old and not new:
        return [patches.remove("/accessLogSettings")]
    members = ("destinationArn", "format")
    return [patches.replace(f"/accessLogSettings/{m}", new[m]) for m in members if m in new and new[m] != old.get(m)]


def _method_patches(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Any]:
    old, new = before or {}, after or {}
    operations: list[Any] = [patches.remove(f"/{key}") for key in sorted(old.keys() - new.keys())]
    for key in sorted(new):
        have, want = old.get(key, {}), new[key]
        changed = [m for m in _METHOD_PATHS if have.get(m) != want.get(m)]
        if key not in old and not changed:
            changed = ["metricsEnabled"]
        operations += [patches.replace(f"/{key}/{_METHOD_PATHS[m]}", want.get(m, _METHOD_DEFAULTS[m])) for m in changed]
    return operations


def _canary_patches(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Any]:
    old, new = before or {}, after or {}
    if old and not new:
        return [patches.remove("/canarySettings")]
    operations = [
        patches.replace(f"/canarySettings/{m}", new.get(m, empty))
        for m, empty in _CANARY.items()
        if new.get(m, empty) != old.get(m, empty) and new.get(m, empty) is not None
    ]
    overrides = "stageVariableOverrides"
    return operations + patches.mapping(f"/canarySettings/{overrides}", old.get(overrides), new.get(overrides))


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after = change.before.attributes, change.after.attributes
    operations: list[Any] = []
    if "deploymentId" in change.names:
        operations.append(patches.replace("/deploymentId", after["deploymentId"]))
    operations += [
        patches.replace(f"/{name}", after.get(name, empty))
        for name, empty in _SCALARS.items()
        if name in change.names and (name != "cacheClusterSize" or after.get("cacheClusterEnabled"))
    ]
    operations += patches.mapping("/variables", before.get("variables"), after.get("variables"))
    operations += _log_patches(before.get("accessLogSettings"), after.get("accessLogSettings"))
    operations += _canary_patches(before.get("canarySettings"), after.get("canarySettings"))
    operations += _method_patches(before.get("methodSettings"), after.get("methodSettings"))
    calls = _patch(change.after, operations)
    if "webAclArn" in change.names:
        calls += _guard(change.after, after.get("webAclArn"))
    return calls + tags.v1_calls(_arn(change.key), before.get("tags"), after.get("tags"))


def _delete(stage: Resource) -> list[Call]:
    params = {"restApiId": rest_api(stage.key), "stageName": stage.key.name}
    return [Call("DeleteStage", params, tolerates={"NotFoundException": "done"})]


_METHOD_SETTING = setting(members={name: setting(default=_METHOD_DEFAULTS[name]) for name in _METHOD_PATHS})

TYPES = (
    ResourceType(
        name="apigateway.stage",
        service="apigateway",
        shape="Stage",
        title="Stage",
        listing=Listing(
            "GetStages",
            "item",
            per=REST_API,
            arguments=lambda row: {"restApiId": row.data["id"]},
        ),
        identity=lambda row, names: str(row.data["stageName"]),
        parent=REST_API,
        root=True,
        after=(DEPLOYMENT,),
        fields={
            "stageName": fixed(),
            "deploymentId": reference(DEPLOYMENT),
            "clientCertificateId": reference("apigateway.client_certificate"),
            "description": setting(),
            "cacheClusterEnabled": setting(default=False),
            "cacheClusterSize": setting(default=_SCALARS["cacheClusterSize"]),
            "methodSettings": setting(values=_METHOD_SETTING),
            "variables": setting(free=True),
            "documentationVersion": setting(),
            "accessLogSettings": setting(members={"format": setting(free=True), "destinationArn": located()}),
            "canarySettings": setting(
                members={
                    "percentTraffic": setting(default=0),
                    "deploymentId": reference(DEPLOYMENT),
                    "stageVariableOverrides": setting(free=True),
                    "useStageCache": setting(default=False),
                }
            ),
            "tracingEnabled": setting(default=False),
            "webAclArn": located(),
            "tags": setting(),
            "cacheClusterStatus": observed("state"),
            "createdDate": observed("when AWS made it"),
            "lastUpdatedDate": observed("moves with every change"),
        },
        facts=("createdDate", "lastUpdatedDate"),
        export=Export("GetExport", _exported, hidden=_hidden),
        prepare=_prepare,
        calls=(
            *("CreateStage", "wafv2:AssociateWebACL", "UpdateStage", "DeleteStage", "wafv2:DisassociateWebACL"),
            *tags.GATEWAY_CALLS,
        ),
        create=_create,
        update=_update,
        delete=_delete,
        mentions=_mentions,
        follows=("apigateway.account",),
        notes="Its own root: a stage that the snapshot lacks stays unless pruned. Its web ACL is found, not made.",
    ),
)
