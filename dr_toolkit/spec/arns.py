"""References and ARNs of REST APIs, made from ids that are not known until a restore runs."""

from __future__ import annotations

from dr_toolkit.model.changes import Join
from dr_toolkit.model.keys import Ref, ResourceKey

REST_API = "apigateway.rest_api"
_V1 = "arn:${AWS::Partition}:apigateway:${AWS::Region}::"


def rest_api(key: ResourceKey) -> Ref:
    """The REST API that a key beneath it belongs to."""
    return Ref(ResourceKey(REST_API, key.path[:1]))


def rest_api_arn(api: ResourceKey) -> Join:
    """The ARN by which TagResource knows a REST API."""
    return Join((f"{_V1}/restapis/", Ref(api)))


def stage_arn(api: ResourceKey, stage: str) -> Join:
    """The ARN by which TagResource knows a stage."""
    return Join((f"{_V1}/restapis/", Ref(api), f"/stages/{stage}"))


def around(kind: str, key: ResourceKey) -> Join:
    """The ARN by which TagResource knows what is listed once a region: kind is such as ``apikeys``."""
    return Join((f"{_V1}/{kind}/", Ref(key)))
