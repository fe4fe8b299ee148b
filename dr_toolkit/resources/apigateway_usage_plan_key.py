"""Which API keys a usage plan holds for."""

from __future__ import annotations

import hashlib
from typing import Any

from dr_toolkit.model.changes import Call
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.fields import fixed, observed, reference
from dr_toolkit.spec.types import V1_PAGES, Listing, Names, ResourceType, Row

PLAN, KEY = "apigateway.usage_plan", "apigateway.api_key"


def _identity(row: Row, names: Names) -> str:
    """The name of the key; of one that was not read, a mark that says nothing."""
    key = names.key((KEY,), str(row.data["id"]), row)
    return key.name if key else "unknown-" + hashlib.sha256(str(row.data["id"]).encode()).hexdigest()[:12]


def _plan(member: Resource) -> Ref:
    return Ref(ResourceKey(PLAN, member.key.path[:1]))


def _create(member: Resource) -> list[Call]:
    a = member.attributes
    params: dict[str, Any] = {"usagePlanId": _plan(member), "keyId": a["id"], "keyType": a.get("type", "API_KEY")}
    return [Call("CreateUsagePlanKey", params, tolerates={"ConflictException": "check"})]


def _delete(member: Resource) -> list[Call]:
    params = {"usagePlanId": _plan(member), "keyId": member.attributes["id"]}
    return [Call("DeleteUsagePlanKey", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name="apigateway.usage_plan_key",
        service="apigateway",
        shape="UsagePlanKey",
        title="API key in a usage plan",
        listing=Listing(
            "GetUsagePlanKeys",
            "items",
            paging=V1_PAGES,
            per=PLAN,
            arguments=lambda row: {"usagePlanId": row.data["id"]},
            veiled=("value",),
        ),
        identity=_identity,
        parent=PLAN,
        after=(KEY,),
        follows=("apigateway.usage_plan_key",),
        fields={
            "id": reference(KEY, fixed=True),
            "type": fixed(),
            "value": observed("the key's own, and never kept: AWS shows it here unasked"),
            "name": observed("the key's own"),
        },
        calls=("CreateUsagePlanKey", "DeleteUsagePlanKey"),
        create=_create,
        delete=_delete,
        notes="A key has one plan for each stage: it leaves one before it is put into another.",
    ),
)
