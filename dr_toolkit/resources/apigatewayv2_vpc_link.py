"""VPC links of HTTP APIs."""

from __future__ import annotations

from typing import Any

from dr_toolkit.model.changes import Call, Change, Until
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec import tags
from dr_toolkit.spec.fields import observed, physical, reference, setting
from dr_toolkit.spec.http_apis import V2_PAGES, VPC_LINK, vpc_link_arn
from dr_toolkit.spec.types import Listing, ResourceType, Row


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    return row.data | {"Tags": tags.of_map(row.data.get("Tags"))}


def _create(link: Resource) -> list[Call]:
    """Asked for early; it takes minutes to be there, and only what leads through it waits for that."""
    a = link.attributes
    params = {name: a[name] for name in ("Name", "SubnetIds", "SecurityGroupIds") if name in a}
    params["Tags"] = dict(a.get("Tags") or {}) | {tags.RUN_TAG: tags.RUN_TOKEN}
    ready = Until("VpcLinkStatus", ("AVAILABLE",), ("FAILED", "DELETING"))
    return [
        Call("CreateVpcLink", params, {link.key: "VpcLinkId"}),
        Call("GetVpcLink", {"VpcLinkId": Ref(link.key)}, until=ready),
    ]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after = change.before.attributes, change.after.attributes
    renamed = {"VpcLinkId": Ref(change.key), "Name": after["Name"]}
    calls = [Call("UpdateVpcLink", renamed)] if "Name" in change.names else []
    return calls + tags.v2_calls(vpc_link_arn(change.key), before.get("Tags"), after.get("Tags"))


def _delete(link: Resource) -> list[Call]:
    """Delete it, and wait: till it is gone, it holds on to its groups."""
    params, gone = {"VpcLinkId": Ref(link.key)}, {"NotFoundException": "done"}
    calls = [Call("DeleteVpcLink", params, tolerates=gone)]
    if not link.attributes.get("SecurityGroupIds"):
        return calls
    return [*calls, Call("GetVpcLink", params, tolerates=gone, until=Until("VpcLinkStatus", ("DELETED",), ("FAILED",)))]


TYPES = (
    ResourceType(
        name=VPC_LINK,
        service="apigatewayv2",
        shape="VpcLink",
        title="VPC link (HTTP)",
        listing=Listing(
            "GetVpcLinks",
            "Items",
            paging=V2_PAGES,
            keep=lambda data, scope: data.get("VpcLinkStatus") != "DELETING",
        ),
        physical=lambda data: str(data["VpcLinkId"]),
        identity=lambda row, names: str(row.data.get("Name") or "unnamed"),
        root=True,
        lost="its id, which integrations of other APIs may name",
        slow=True,
        pairs_by_id=True,
        born=lambda data: data.get("CreatedDate", ""),
        facts=("CreatedDate", "VpcLinkStatus"),
        fields={
            "VpcLinkId": physical(),
            "Name": setting(),
            "SubnetIds": reference("ec2.subnet", fixed=True, unordered=True),
            "SecurityGroupIds": reference("ec2.security_group", fixed=True, unordered=True),
            "Tags": setting(),
            "CreatedDate": observed("when AWS made it"),
            "VpcLinkStatus": observed("state"),
            "VpcLinkStatusMessage": observed("state"),
            "VpcLinkVersion": observed("V2"),
        },
        prepare=_prepare,
        calls=("CreateVpcLink", "UpdateVpcLink", "DeleteVpcLink", "GetVpcLink", *tags.GATEWAY_CALLS),
        create=_create,
        update=_update,
        delete=_delete,
        notes="Subnets and groups can't be changed: that would be another link. A new one takes minutes, and only what "
        "leads through it waits. Names are not unique: homonyms carry an ordinal.",
    ),
)
