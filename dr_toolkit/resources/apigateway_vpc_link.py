"""VPC links of REST APIs: the way to a network load balancer. It takes minutes until one is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change, Until
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec import patches, tags
from dr_toolkit.spec.arns import around
from dr_toolkit.spec.fields import Field, Kind, observed, physical, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, ResourceType, Row

_READY = Until("status", ("AVAILABLE",), ("FAILED", "DELETING"))


def _stays(data: Mapping[str, Any], scope: Scope) -> bool:
    """A link that is being deleted is still shown for a while, and counts as gone."""
    return data.get("status") != "DELETING"


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    return dict(row.data) | {"tags": tags.of_map(row.data.get("tags"))}


def _create(link: Resource) -> list[Call]:
    a = link.attributes
    params = {name: a[name] for name in ("name", "description", "targetArns") if name in a}
    params["tags"] = dict(a.get("tags") or {}) | {tags.RUN_TAG: tags.RUN_TOKEN}
    return [
        Call("CreateVpcLink", params, {link.key: "id"}),
        Call("GetVpcLink", {"vpcLinkId": Ref(link.key)}, until=_READY),
    ]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after = change.before.attributes, change.after.attributes
    operations = [
        patch
        for name in ("name", "description")
        if name in change.names
        for patch in patches.scalar(f"/{name}", after.get(name))
    ]
    params = {"vpcLinkId": Ref(change.key), "patchOperations": operations}
    calls = [Call("UpdateVpcLink", params)] if operations else []
    return calls + tags.v1_calls(around("vpclinks", change.key), before.get("tags"), after.get("tags"))


def _delete(link: Resource) -> list[Call]:
    params = {"vpcLinkId": Ref(link.key)}
    return [Call("DeleteVpcLink", params, tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name="apigateway.vpc_link",
        service="apigateway",
        shape="VpcLink",
        title="VPC link (REST)",
        listing=Listing("GetVpcLinks", "items", paging=V1_PAGES, keep=_stays),
        physical=lambda data: str(data["id"]),
        identity=lambda row, names: str(row.data.get("name") or "unnamed"),
        root=True,
        lost="its id, which integrations of other APIs may name",
        pairs_by_id=True,
        slow=True,
        once_landmark=True,
        fields={
            "id": physical(),
            "name": setting(),
            "description": setting(),
            "targetArns": Field(Kind.LOCATED, fixed=True, unordered=True),
            "tags": setting(),
            "status": observed("state"),
            "statusMessage": observed("state"),
        },
        facts=("status",),
        prepare=_prepare,
        calls=("CreateVpcLink", "UpdateVpcLink", "DeleteVpcLink", "GetVpcLink", *tags.GATEWAY_CALLS),
        create=_create,
        update=_update,
        delete=_delete,
        notes="A restore makes it first of all, and waits for it before what uses it. Its target can't be changed.",
    ),
)
