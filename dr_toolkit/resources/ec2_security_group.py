"""Security groups, without their rules: so that no group refers to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec import tags
from dr_toolkit.spec.fields import elsewhere, fixed, observed, physical, reference
from dr_toolkit.spec.types import EC2_PAGES, Listing, ResourceType

RULE = "ec2.security_group_rule"
_ANYWHERE = {"CidrIpv4": "0.0.0.0/0", "CidrIpv6": "::/0"}


def _create(group: Resource) -> list[Call]:
    wanted = group.attributes
    params = {
        "GroupName": wanted["GroupName"],
        "Description": wanted["Description"],
        "VpcId": wanted["VpcId"],
        "TagSpecifications": tags.specification("security-group", wanted.get("Tags"), run=True),
    }
    return [Call("CreateSecurityGroup", params, {group.key: "GroupId"}, {"InvalidGroup.Duplicate": "check"})]


def _update(change: Change) -> list[Call]:
    before = change.before.attributes if change.before else {}
    after = change.after.attributes if change.after else {}
    return tags.ec2_calls(change.key, before.get("Tags"), after.get("Tags"))


def _delete(group: Resource) -> list[Call]:
    return [Call("DeleteSecurityGroup", {"GroupId": Ref(group.key)}, tolerates={"InvalidGroup.NotFound": "done"})]


def _has_ipv6(vpc: Mapping[str, Any]) -> bool:
    """Whether a VPC has, or may have, an IPv6 block: then its groups are born with a second open egress."""
    blocks = vpc.get("Ipv6CidrBlockAssociationSet") or ()
    return any((b.get("Ipv6CidrBlockState") or {}).get("State") not in ("disassociated", "failed") for b in blocks)


def implied_egress(group: Resource, vpc: Mapping[str, Any]) -> list[Resource]:
    """The rules that AWS gives a new group: all egress, and again for IPv6 where the VPC has a block of it."""
    members = ("CidrIpv4", "CidrIpv6") if _has_ipv6(vpc) else ("CidrIpv4",)
    return [
        Resource(
            ResourceKey(RULE, (*group.key.path, "egress", "all", "all", _ANYWHERE[member])),
            {"GroupId": Ref(group.key), "IsEgress": True, "IpProtocol": "-1", member: _ANYWHERE[member]},
        )
        for member in members
    ]


TYPES = (
    ResourceType(
        name="ec2.security_group",
        service="ec2",
        shape="SecurityGroup",
        title="Security group",
        listing=Listing(
            "DescribeSecurityGroups",
            "SecurityGroups",
            paging=EC2_PAGES,
            keep=lambda data, scope: data.get("OwnerId", scope.account) == scope.account and bool(data.get("VpcId")),
        ),
        physical=lambda data: str(data["GroupId"]),
        identity=lambda row, names: str(row.data["GroupName"]),
        parent="ec2.vpc",
        parent_id=lambda data: str(data["VpcId"]),
        root=True,
        lost="its id, which instances, load balancers and rules of other accounts may name",
        adopted=lambda key: key.name == "default",
        implied=implied_egress,
        facts=("GroupName",),
        fields={
            "GroupId": physical(),
            "GroupName": fixed(),
            "Description": fixed(),
            "VpcId": reference("ec2.vpc", fixed=True),
            "Tags": tags.TAG_LIST,
            "OwnerId": observed("the account"),
            "SecurityGroupArn": observed("made from account, region and id"),
            "IpPermissions": elsewhere(RULE),
            "IpPermissionsEgress": elsewhere(RULE),
        },
        prepare=lambda row, scope: row.data | {"Tags": tags.of_list(row.data.get("Tags"))},
        calls=("CreateSecurityGroup", "DeleteSecurityGroup", *tags.EC2_CALLS),
        create=_create,
        update=_update,
        delete=_delete,
        notes="Groups of the account itself, in VPCs. A VPC's default group is adopted, never created. "
        "Name, description and VPC can't be changed: that would be another group.",
    ),
)
