"""API Gateway's settings of the account in a region: the role with which it writes logs."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.spec import patches
from dr_toolkit.spec.fields import located, observed
from dr_toolkit.spec.types import Listing, Names, ResourceType, Row

_EARLY = {"BadRequestException": "again"}
"""A role that was made a moment ago is not known everywhere yet."""


def _identity(row: Row, names: Names) -> str | None:
    """The account is there in every region; where nothing is set, nothing is configuration."""
    return "account" if row.data.get("cloudwatchRoleArn") else None


def _set(role: Any) -> list[Call]:
    operations = [patches.replace("/cloudwatchRoleArn", role)]
    return [Call("UpdateAccount", {"patchOperations": operations}, tolerates=_EARLY)]


def _update(change: Change) -> list[Call]:
    assert change.after is not None
    return _set(change.after.attributes["cloudwatchRoleArn"])


TYPES = (
    ResourceType(
        name="apigateway.account",
        service="apigateway",
        shape="Account",
        title="Account settings",
        listing=Listing("GetAccount", ""),
        identity=_identity,
        root=True,
        fields={
            "cloudwatchRoleArn": located(),
            "throttleSettings": observed("a quota of the account"),
            "features": observed("AWS's own"),
            "apiKeyVersion": observed("AWS's own"),
        },
        facts=("throttleSettings",),
        calls=("UpdateAccount",),
        create=lambda account: _set(account.attributes["cloudwatchRoleArn"]),
        update=_update,
        take_back=lambda account: _set(""),
        notes="One a region. A restore sets the role for logs before any stage, and only its undo takes one away.",
    ),
)
