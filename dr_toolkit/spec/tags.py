"""Tags: which are the customer's, which AWS's and which this toolkit's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_toolkit.model.changes import Call
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.fields import setting

RUN_TAG = "dr-toolkit:run"
"""The tag that every creation carries: the id of the restore run that made it."""

RUN_TOKEN = "${dr-toolkit:run}"
"""Stands for the run's id in a plan's parameters."""

CLIENT_TOKEN = "${dr-toolkit:client-token}"
"""Stands for an idempotency token, the same at every repetition of a step of a run."""

GATEWAY_CALLS, EC2_CALLS = ("TagResource", "UntagResource"), ("CreateTags", "DeleteTags")
"""What `v1_calls` and `v2_calls`, and `ec2_calls`, call."""

TAG_LIST = setting(keyed="Key", items=setting(members={"Key": setting(), "Value": setting()}))
"""EC2's list of tags, as a member of a description; an empty value says what an absent one says."""


def is_customers(name: str) -> bool:
    """Whether a tag is part of the configuration: ``aws:*`` can't be written, ``dr-toolkit:*`` is ours."""
    return not name.startswith(("aws:", "dr-toolkit:"))


def of_list(tags: Iterable[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """The customer's tags of EC2's list form."""
    return [{"Key": t["Key"], "Value": t.get("Value", "")} for t in tags or () if is_customers(t["Key"])]


def of_map(tags: Mapping[str, str] | None) -> dict[str, str]:
    """The customer's tags of API Gateway's map form."""
    return {name: value for name, value in (tags or {}).items() if is_customers(name)}


def specification(kind: str, tags: Iterable[Mapping[str, Any]] | None, *, run: bool) -> list[dict[str, Any]]:
    """EC2's TagSpecifications, with the run's tag if asked for; empty where there are none."""
    own = [{"Key": RUN_TAG, "Value": RUN_TOKEN}] if run else []
    listed = [*(dict(t) for t in tags or ()), *own]
    return [{"ResourceType": kind, "Tags": listed}] if listed else []


def ec2_calls(key: ResourceKey, before: Iterable[Any] | None, after: Iterable[Any] | None) -> list[Call]:
    """CreateTags and DeleteTags that turn one list of tags into another (both are idempotent)."""
    old = {t["Key"]: t.get("Value", "") for t in before or ()}
    new = {t["Key"]: t.get("Value", "") for t in after or ()}
    calls = []
    if put := [{"Key": k, "Value": v} for k, v in sorted(new.items()) if old.get(k) != v]:
        calls.append(Call("CreateTags", {"Resources": [Ref(key)], "Tags": put}))
    if gone := [{"Key": k} for k in sorted(old.keys() - new.keys())]:
        calls.append(Call("DeleteTags", {"Resources": [Ref(key)], "Tags": gone}))
    return calls


def v2_calls(arn: Any, before: Mapping[str, str] | None, after: Mapping[str, str] | None) -> list[Call]:
    """The same for HTTP and WebSocket APIs, whose members begin with capitals."""
    members = {"resourceArn": "ResourceArn", "tags": "Tags", "tagKeys": "TagKeys"}
    calls = v1_calls(arn, before, after)
    return [Call(call.operation, {members[name]: value for name, value in call.params.items()}) for call in calls]


def v1_calls(arn: Any, before: Mapping[str, str] | None, after: Mapping[str, str] | None) -> list[Call]:
    """TagResource and UntagResource that turn one map of tags into another (both are idempotent)."""
    old, new = before or {}, after or {}
    calls = []
    if put := {k: v for k, v in sorted(new.items()) if old.get(k) != v}:
        calls.append(Call("TagResource", {"resourceArn": arn, "tags": put}))
    if gone := sorted(old.keys() - new.keys()):
        calls.append(Call("UntagResource", {"resourceArn": arn, "tagKeys": gone}))
    return calls
