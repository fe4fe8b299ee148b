"""What the types of HTTP and WebSocket APIs have in common: keys, ARNs, and what their updates take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Change, Join
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.types import Paging, Row

API, STAGE, DEPLOYMENT = "apigatewayv2.api", "apigatewayv2.stage", "apigatewayv2.deployment"
ROUTE, INTEGRATION = "apigatewayv2.route", "apigatewayv2.integration"
AUTHORIZER, MODEL = "apigatewayv2.authorizer", "apigatewayv2.model"
ROUTE_RESPONSE, INTEGRATION_RESPONSE = "apigatewayv2.route_response", "apigatewayv2.integration_response"
VPC_LINK = "apigatewayv2.vpc_link"

CONTENT = (API, ROUTE, ROUTE_RESPONSE, INTEGRATION, INTEGRATION_RESPONSE, AUTHORIZER, MODEL)
"""The types whose content a deployment freezes."""

V2_PAGES = Paging("NextToken", "NextToken", {"MaxResults": "500"})
"""API Gateway v2's lists, whose sizes are texts."""

_V2 = "arn:${AWS::Partition}:apigateway:${AWS::Region}::"


def api(key: ResourceKey) -> Ref:
    """The API that a key beneath it belongs to."""
    return Ref(ResourceKey(API, key.path[:1]))


def api_arn(key: ResourceKey) -> Join:
    """The ARN by which TagResource knows an API."""
    return Join((f"{_V2}/apis/", api(key)))


def stage_arn(key: ResourceKey) -> Join:
    """The ARN by which TagResource knows a stage."""
    return Join((f"{_V2}/apis/", api(key), f"/stages/{key.name}"))


def vpc_link_arn(key: ResourceKey) -> Join:
    """The ARN by which TagResource knows a VPC link."""
    return Join((f"{_V2}/vpclinks/", Ref(key)))


def of_api(row: Row) -> dict[str, Any]:
    """The parameters of a list call of an API's own."""
    return {"ApiId": row.root.data["ApiId"]}


def is_websocket(row: Row) -> bool:
    """Whether a row belongs to a WebSocket API: only these have models, and responses of routes and integrations."""
    return row.root.data.get("ProtocolType") == "WEBSOCKET"


def tied(stage: Mapping[str, Any]) -> bool:
    """Whether a stage serves a deployment that somebody chose; one that deploys by itself serves the draft."""
    return bool(stage.get("DeploymentId")) and not stage.get("AutoDeploy")


def given(attributes: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a create call that have something to say."""
    return {name: attributes[name] for name in names if name in attributes}


def changed(change: Change, empty: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an update call: what differs, and for what is to go, what ``empty`` says in its stead."""
    assert change.after is not None
    return {name: change.after.attributes.get(name, none) for name, none in empty.items() if name in change.names}


def merged(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, gone: Any = "") -> dict[str, Any]:
    """What turns one map into another where entries that are not sent stay: ``gone`` takes an entry away."""
    old, new = before or {}, after or {}
    put = {name: value for name, value in new.items() if old.get(name) != value}
    return put | dict.fromkeys(old.keys() - new.keys(), gone)
