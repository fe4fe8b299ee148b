"""Deployments and stages."""

from __future__ import annotations

import copy
import re
from typing import Any

from tests.moto_overlay.patches import apply_patches, as_bool, check_operations, scalar, unescape
from tests.moto_overlay.rest import (
    Api,
    Ask,
    Document,
    StageDocument,
    bad_request,
    conflict,
    new_id,
    not_found,
    now,
    operation,
)

METHOD_SETTINGS: dict[str, tuple[str, Any]] = {
    "metrics/enabled": ("metricsEnabled", as_bool),
    "logging/loglevel": ("loggingLevel", str),
    "logging/dataTrace": ("dataTraceEnabled", as_bool),
    "throttling/burstLimit": ("throttlingBurstLimit", int),
    "throttling/rateLimit": ("throttlingRateLimit", float),
    "caching/enabled": ("cachingEnabled", as_bool),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", int),
    "caching/dataEncrypted": ("cacheDataEncrypted", as_bool),
    "caching/requireAuthorizationForCacheControl": ("requireAuthorizationForCacheControl", as_bool),
    "caching/unauthorizedCacheControlHeaderStrategy": ("unauthorizedCacheControlHeaderStrategy", str),
}
NO_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"
ACCESS_LOG_PATHS = "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, "
ACCESS_LOG_PATHS += "/accessLogSettings/format]"


def _without_nothing(document: Document) -> Document:
    return {key: value for key, value in document.items() if value not in (None, "", {})}


def _shown(stage: StageDocument) -> Document:
    """A stage as it is answered."""
    return {
        "methodSettings": {},
        **_without_nothing(stage),
        "cacheClusterEnabled": stage["cacheClusterEnabled"],
    }


def _find_stage(ask: Ask) -> StageDocument:
    api = ask.find_api()
    if api is None or ask.path["stage_name"] not in api.stages:
        raise not_found("Invalid stage identifier specified")
    return api.stages[ask.path["stage_name"]]


def _cache(stage: Document) -> None:
    """What follows from the cache being on or off."""
    enabled = stage.setdefault("cacheClusterEnabled", False)
    stage["cacheClusterStatus"] = "AVAILABLE" if enabled else "NOT_AVAILABLE"
    if enabled:
        stage.setdefault("cacheClusterSize", "0.5")


def _canary(given: Document, deployment: str) -> Document:
    made = {"deploymentId": given.get("deploymentId") or deployment, "useStageCache": False}
    made |= {"percentTraffic": float(given.get("percentTraffic") or 0.0)}
    made |= {"useStageCache": bool(given.get("useStageCache", False))}
    overrides = given.get("stageVariableOverrides")
    return made | ({"stageVariableOverrides": dict(overrides)} if overrides else {})


# -- deployments ---------------------------------------------------------------------------------------------


def _deployment(ask: Ask) -> Document:
    api = ask.find_api()
    if api is None or ask.path["deployment_id"] not in api.deployments:
        raise not_found("Invalid Deployment identifier specified")
    return api.deployments[ask.path["deployment_id"]]


def _check_deployable(api: Api) -> None:
    methods = list(api.methods())
    if not methods:
        raise bad_request("The REST API doesn't contain any methods")
    if any("methodIntegration" not in method for _, _, method in methods):
        raise bad_request("No integration defined for method")
    if api.fields["endpointConfiguration"]["types"] == ["PRIVATE"] and "policy" not in api.fields:
        raise bad_request("Private REST API doesn't have a resource policy attached to it")


def _stage_of_deployment(ask: Ask, api: Api, deployment_id: str) -> None:
    """Make or move the stage that the deployment names."""
    name, canary = ask.body.get("stageName"), ask.body.get("canarySettings")
    faulty = "Invalid deployment content specified."
    if canary is not None and not name:
        text = "Non null and non empty stageName must be provided for canary deployment. Provided value is "
        raise bad_request(faulty + text + ("null" if name is None else name))
    if canary is not None and name not in api.stages:
        raise bad_request(f"{faulty}Stage {name} must already be created before making a canary release deployment")
    if not name:
        return
    if canary is not None:
        api.stages[name]["canarySettings"] = _canary(canary, deployment_id)
        return
    stage = api.stages.setdefault(name, StageDocument(stageName=name, createdDate=now(), tracingEnabled=False))
    stage["deploymentId"] = deployment_id
    stage.update(ask.settings("cacheClusterEnabled", "cacheClusterSize", "variables", "tracingEnabled"))
    if ask.body.get("stageDescription"):
        stage["description"] = ask.body["stageDescription"]
    stage["lastUpdatedDate"] = now()
    _cache(stage)


@operation("CreateDeployment", 201)
def create_deployment(ask: Ask) -> Document:
    """Freeze the API as it is, and lead a stage to it where one is named."""
    api = ask.api
    _check_deployable(api)
    made = new_id(6, api.deployments)
    _stage_of_deployment(ask, api, made)
    api.deployments[made] = {"id": made, "createdDate": now(), **ask.settings("description")}
    api.deployed[made] = api.content()
    return api.deployments[made]


@operation("GetDeployments")
def get_deployments(ask: Ask) -> Document:
    """The API's deployments, the latest first."""
    return ask.page(sorted(ask.api.deployments.values(), key=lambda row: -int(row["createdDate"])))


@operation("GetDeployment")
def get_deployment(ask: Ask) -> Document:
    """One deployment; with a summary of the methods it froze where that is asked for."""
    deployment = dict(_deployment(ask))
    if "apisummary" in ask.query.get("embed", []):
        frozen = Api(ask.api_id, **ask.api.deployed[deployment["id"]])
        summary: dict[str, Document] = {}
        for path, verb, method in frozen.methods():
            row = {key: method[key] for key in ("authorizationType", "apiKeyRequired")}
            summary.setdefault(path, {})[verb] = row
        deployment["apiSummary"] = summary
    return deployment


@operation("UpdateDeployment")
def update_deployment(ask: Ask) -> Document:
    """Patch a deployment's description."""
    deployment = _deployment(ask)
    slots = {"/description": scalar("description", clears=True)}
    apply_patches(deployment, ask.patches, slots, "updateDeploymentInput")
    return deployment


@operation("DeleteDeployment", 202)
def delete_deployment(ask: Ask) -> None:
    """Take a deployment away; not while a stage or a canary is on it."""
    made = _deployment(ask)["id"]
    for stage in ask.api.stages.values():
        if made in (stage["deploymentId"], stage.get("canarySettings", {}).get("deploymentId")):
            raise bad_request("Active stages pointing to this deployment must be moved or deleted")
    del ask.api.deployments[made]
    del ask.api.deployed[made]


# -- stages --------------------------------------------------------------------------------------------------


@operation("CreateStage", 201)
def create_stage(ask: Ask) -> Document:
    """A new stage on a deployment that is there."""
    api, name, deployment = ask.api, ask.body.get("stageName", ""), ask.body.get("deploymentId")
    if not re.fullmatch(r"[a-zA-Z0-9_-]+|\$default", name):
        raise bad_request("Stage name only allows a-zA-Z0-9_-")
    if deployment not in api.deployments:
        raise bad_request("Deployment id does not exist")
    if name in api.stages:
        raise conflict("Stage already exists")
    moment = now()
    stage = StageDocument(stageName=name, deploymentId=deployment, createdDate=moment, lastUpdatedDate=moment)
    stage["tracingEnabled"] = bool(ask.body.get("tracingEnabled", False))
    stage["cacheClusterEnabled"] = bool(ask.body.get("cacheClusterEnabled", False))
    stage.update(ask.settings("description", "cacheClusterSize", "variables", "documentationVersion", "tags"))
    if ask.body.get("canarySettings") is not None:
        stage["canarySettings"] = _canary(ask.body["canarySettings"], deployment)
        if stage["canarySettings"]["deploymentId"] not in api.deployments:
            raise bad_request("Deployment id does not exist")
    _cache(stage)
    api.stages[name] = stage
    return _shown(stage)


@operation("GetStages")
def get_stages(ask: Ask) -> Document:
    """The API's stages, all at once; this list has no pages."""
    wanted = ask.query.get("deploymentId", [None])[0]
    rows = [stage for _, stage in sorted(ask.api.stages.items()) if wanted in (None, stage["deploymentId"])]
    return {"item": [_shown(stage) for stage in rows]}


@operation("GetStage")
def get_stage(ask: Ask) -> Document:
    """One stage."""
    return _shown(_find_stage(ask))


@operation("DeleteStage", 202)
def delete_stage(ask: Ask) -> None:
    """Take a stage away; not while a base path or a usage plan leads to it."""
    name = _find_stage(ask)["stageName"]
    for mappings in ask.backend.base_path_mappings.values():
        if any((each.rest_api_id, each.stage) == (ask.api.id, name) for each in mappings.values()):
            raise bad_request("Cannot delete a stage with base path mappings")
    for plan in ask.backend.usage_plans.values():
        if any((each["apiId"], each["stage"]) == (ask.api.id, name) for each in plan.api_stages):
            raise bad_request("Cannot delete a stage that is part of a usage plan")
    del ask.api.stages[name]


def _default_settings(key: str) -> Document:
    """What a method's settings are besides those that were said."""
    limits = (5000, 10000.0) if key == "*/*" else (-1, -1.0)
    return {
        "metricsEnabled": False,
        "dataTraceEnabled": False,
        "throttlingBurstLimit": limits[0],
        "throttlingRateLimit": limits[1],
        "cachingEnabled": False,
        "cacheTtlInSeconds": 300,
        "cacheDataEncrypted": False,
        "requireAuthorizationForCacheControl": True,
        "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
    }


STAGE_SLOTS = {
    "/description": scalar("description", clears=True),
    "/deploymentId": scalar("deploymentId"),
    "/cacheClusterEnabled": scalar("cacheClusterEnabled", as_bool),
    "/cacheClusterSize": scalar("cacheClusterSize"),
    "/clientCertificateId": scalar("clientCertificateId", clears=True),
    "/documentationVersion": scalar("documentationVersion", clears=True),
    "/tracingEnabled": scalar("tracingEnabled", as_bool),
}
CANARY_SETTINGS: dict[str, Any] = {"deploymentId": str, "percentTraffic": float, "useStageCache": as_bool}


def _remove(stage: Document, path: str) -> None:
    """Remove what can be: a variable, the canary or an override in it, access logs, a method's settings."""
    head, _, tail = path.lstrip("/").rpartition("/")
    if path in ("/accessLogSettings", "/canarySettings") and path[1:] in stage:
        del stage[path[1:]]
    elif head == "variables" and unescape(tail) in stage.get("variables", {}):
        del stage["variables"][unescape(tail)]
    elif head == "canarySettings/stageVariableOverrides":
        overrides = stage.get("canarySettings", {}).get("stageVariableOverrides", {})
        overrides.pop(unescape(tail), None)
        if not overrides:
            stage.get("canarySettings", {}).pop("stageVariableOverrides", None)
    elif path.lstrip("/") in stage.get("methodSettings", {}):
        del stage["methodSettings"][path.lstrip("/")]
    else:
        text = "because there is no method setting for this method "
        raise bad_request(f"Cannot remove method setting {path.lstrip('/')} {text}")


def _set_method_setting(stage: Document, path: str, value: str) -> None:
    segments = path.lstrip("/").split("/")
    setting = METHOD_SETTINGS.get("/".join(segments[2:]))
    if len(segments) != 4 or setting is None:
        raise bad_request(f"Invalid method setting path: {path}. Must be one of: [/deploymentId, /description, ...]")
    key = "/".join(segments[:2])
    settings = stage.setdefault("methodSettings", {}).setdefault(key, _default_settings(key))
    name, convert = setting
    if name == "loggingLevel" and value not in ("OFF", "ERROR", "INFO"):
        raise bad_request("Invalid logging level specified. Must be one of: [OFF, ERROR, INFO]")
    try:
        settings[name] = convert(value)
    except ValueError as broken:
        raise bad_request(f"Invalid value for {path}: {value}") from broken


def _set(stage: Document, op: str, path: str, value: Any) -> None:
    """Replace (or, of access logs, add) one setting."""
    head, _, tail = path.lstrip("/").rpartition("/")
    if head == "accessLogSettings" or path == "/accessLogSettings":
        if tail not in ("destinationArn", "format"):
            raise bad_request(ACCESS_LOG_PATHS)
        if not value:
            raise bad_request("Access Log value must not be empty")
        stage.setdefault("accessLogSettings", {})[tail] = value
    elif op == "add":
        raise bad_request(f"Invalid add operation with path: {path}")
    elif path in STAGE_SLOTS:
        STAGE_SLOTS[path].apply(stage, op, "", value)
    elif head == "variables":
        stage.setdefault("variables", {})[unescape(tail)] = value
    elif head == "canarySettings/stageVariableOverrides":
        canary = stage.setdefault("canarySettings", _canary({}, stage["deploymentId"]))
        canary.setdefault("stageVariableOverrides", {})[unescape(tail)] = value
    elif head == "canarySettings" and tail in CANARY_SETTINGS:
        canary = stage.setdefault("canarySettings", _canary({}, stage["deploymentId"]))
        canary[tail] = CANARY_SETTINGS[tail](value)
    else:
        _set_method_setting(stage, path, str(value))


def _check_stage(ask: Ask, stage: Document) -> None:
    canary = stage.get("canarySettings", {}).get("deploymentId")
    for deployment in (stage["deploymentId"], *([canary] if canary else [])):
        if deployment not in ask.api.deployments:
            raise bad_request("Deployment id does not exist")
    levels = [each.get("loggingLevel", "OFF") for each in stage.get("methodSettings", {}).values()]
    logs = "accessLogSettings" in stage or any(level != "OFF" for level in levels)
    if logs and not ask.backend.account.cloudwatch_role_arn:
        raise bad_request(NO_ROLE)


@operation("UpdateStage")
def update_stage(ask: Ask) -> Document:
    """Patch a stage: its settings, variables, canary, access logs, and the settings of its methods."""
    stage = _find_stage(ask)
    check_operations(ask.patches, "updateStageInput")
    changed = copy.deepcopy(stage)
    for patch in ask.patches:
        path, op = patch.get("path") or "", patch["op"]
        if op == "remove":
            _remove(changed, path)
        elif op in ("add", "replace"):
            _set(changed, op, path, patch.get("value"))
        else:
            raise bad_request(f"Invalid {op} operation with path: {path}")
    _check_stage(ask, changed)
    _cache(changed)
    changed["lastUpdatedDate"] = now()
    stage.clear()
    stage.update(changed)
    return _shown(stage)
