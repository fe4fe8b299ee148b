"""Stages of HTTP and WebSocket APIs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.spec import tags
from dr_toolkit.spec.fields import fixed, located, observed, reference, setting
from dr_toolkit.spec.http_apis import (
    API,
    CONTENT,
    DEPLOYMENT,
    ROUTE,
    STAGE,
    V2_PAGES,
    api,
    changed,
    given,
    is_websocket,
    merged,
    of_api,
    stage_arn,
    tied,
)
from dr_toolkit.spec.types import Export, Listing, ResourceType, Row

_EMPTY: dict[str, Any] = {"AutoDeploy": False, "ClientCertificateId": "", "Description": ""}
_MORE = ("AccessLogSettings", "DefaultRouteSettings", "DeploymentId", "StageVariables")
_SETTINGS: dict[str, Any] = {"DataTraceEnabled": False, "DetailedMetricsEnabled": False, "LoggingLevel": "OFF"}
_SOMETHING = {"DetailedMetricsEnabled": False}
"""What is sent for settings that say nothing: AWS takes an empty structure for none at all."""

_GONE = {"NotFoundException": "done"}


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    """A deployment that the stage made by itself, and settings of routes that are gone, are no configuration."""
    data = row.data | {"Tags": tags.of_map(row.data.get("Tags"))}
    if data.get("AutoDeploy"):
        data.pop("DeploymentId", None)
    if (routes := row.beside.get(ROUTE)) is not None:
        keys = {r.data["RouteKey"] for r in routes}
        data["RouteSettings"] = {k: v for k, v in (data.get("RouteSettings") or {}).items() if k in keys}
    return data


def _exported(row: Row) -> dict[str, Any]:
    """What ExportApi is asked for; without a stage it would be the draft."""
    asked = {"Specification": "OAS30", "OutputType": "JSON", "IncludeExtensions": True}
    return of_api(row) | asked | {"StageName": row.data["StageName"]}


def _hidden(row: Row) -> str:
    tells = is_websocket(row) and tied(row.data)
    return "what it serves is not known: AWS does not export WebSocket APIs" if tells else ""


def _create(stage: Resource) -> list[Call]:
    a = stage.attributes
    params = {"ApiId": api(stage.key), "StageName": stage.key.name} | given(a, _EMPTY | dict.fromkeys(_MORE))
    if routes := a.get("RouteSettings"):
        params["RouteSettings"] = {key: each or _SOMETHING for key, each in routes.items()}
    params["Tags"] = dict(a.get("Tags") or {}) | {tags.RUN_TAG: tags.RUN_TOKEN}
    return [Call("CreateStage", params, tolerates={"ConflictException": "check"})]


def _settings(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    """Settings whole, with the defaults of what is to go."""
    new = dict(after or {})
    return {n: _SETTINGS[n] for n in _SETTINGS if n in (before or {}) and n not in new} | new or dict(_SOMETHING)


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after = change.before.attributes, change.after.attributes
    target = {"ApiId": api(change.key), "StageName": change.key.name}
    params = changed(change, _EMPTY)
    params |= {n: after[n] for n in ("DeploymentId", "AccessLogSettings") if n in change.names and n in after}
    if "StageVariables" in change.names:
        params["StageVariables"] = merged(before.get("StageVariables"), after.get("StageVariables"))
    if "DefaultRouteSettings" in change.names:
        name = "DefaultRouteSettings"
        params[name] = _settings(before.get(name), after.get(name))
    old, new = before.get("RouteSettings", {}), after.get("RouteSettings", {})
    if routes := {k: _settings(old.get(k), v) for k, v in new.items() if k not in old or old[k] != v}:
        params["RouteSettings"] = routes
    calls = [Call("UpdateStage", target | params)] if params else []
    if "AccessLogSettings" in before and "AccessLogSettings" not in after:
        calls.append(Call("DeleteAccessLogSettings", target, tolerates=_GONE))
    gone = sorted(old.keys() - new.keys())
    calls += [Call("DeleteRouteSettings", target | {"RouteKey": key}, tolerates=_GONE) for key in gone]
    return calls + tags.v2_calls(stage_arn(change.key), before.get("Tags"), after.get("Tags"))


def _delete(stage: Resource) -> list[Call]:
    return [Call("DeleteStage", {"ApiId": api(stage.key), "StageName": stage.key.name}, tolerates=_GONE)]


_ROUTE_SETTING = {
    **{name: setting(default=default) for name, default in _SETTINGS.items()},
    "ThrottlingBurstLimit": setting(),
    "ThrottlingRateLimit": setting(),
}

TYPES = (
    ResourceType(
        name=STAGE,
        service="apigatewayv2",
        shape="Stage",
        title="Stage (HTTP, WebSocket)",
        listing=Listing("GetStages", "Items", paging=V2_PAGES, per=API, arguments=of_api),
        asks=(ROUTE,),
        identity=lambda row, names: str(row.data["StageName"]),
        parent=API,
        root=True,
        after=(DEPLOYMENT,),
        freezes=CONTENT,
        facts=("CreatedDate", "LastUpdatedDate", "LastDeploymentStatusMessage", "ApiGatewayManaged"),
        fields={
            "StageName": fixed(),
            "AutoDeploy": setting(default=False),
            "DeploymentId": reference(DEPLOYMENT),
            "Description": setting(),
            "ClientCertificateId": reference("apigateway.client_certificate"),
            "AccessLogSettings": setting(members={"DestinationArn": located(), "Format": setting(free=True)}),
            "DefaultRouteSettings": setting(members=_ROUTE_SETTING),
            "RouteSettings": setting(values=setting(members=_ROUTE_SETTING)),
            "StageVariables": setting(free=True),
            "Tags": setting(),
            "CreatedDate": observed("when AWS made it"),
            "LastUpdatedDate": observed("moves with every change"),
            "LastDeploymentStatusMessage": observed("state"),
            "ApiGatewayManaged": observed("quick create made it; it is restored like any other"),
        },
        export=Export("ExportApi", _exported, lambda row: tied(row.data) and not is_websocket(row), _hidden),
        prepare=_prepare,
        calls=(
            *("CreateStage", "UpdateStage", "DeleteAccessLogSettings", "DeleteRouteSettings", "DeleteStage"),
            *tags.GATEWAY_CALLS,
        ),
        create=_create,
        update=_update,
        delete=_delete,
        notes="Its own root: a stage that the snapshot lacks stays unless pruned. One that deploys by itself is made, "
        "or set to do so, after all that it serves.",
    ),
)
