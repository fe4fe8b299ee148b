"""Security groups used in VPCs beside their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Until
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.spec.fields import observed, reference
from dr_toolkit.spec.types import EC2_PAGES, Listing, Names, ResourceType, Row

GROUP, VPC = "ec2.security_group", "ec2.vpc"


def _stays(data: Mapping[str, Any], scope: Scope) -> bool:
    own = data.get("GroupOwnerId", scope.account) == scope.account
    return own and data.get("State") in ("associating", "associated", "disassociation-failed")


def _identity(row: Row, names: Names) -> str:
    found = names.key((VPC,), str(row.data["VpcId"]), row)
    return found.name if found else "unknown"


def _named(association: Resource) -> dict[str, Any]:
    return {name: association.attributes[name] for name in ("GroupId", "VpcId")}


def _create(association: Resource) -> list[Call]:
    lag = {"InvalidGroup.NotFound": "again"}
    return [Call("AssociateSecurityGroupVpc", _named(association), tolerates=lag)]


def _delete(association: Resource) -> list[Call]:
    """End it, and wait: till it has ended, the group can't be deleted."""
    gone = {"InvalidGroup.NotFound": "done"}
    which = [
        {"Name": "group-id", "Values": [association.attributes["GroupId"]]},
        {"Name": "vpc-id", "Values": [association.attributes["VpcId"]]},
        {"Name": "state", "Values": ["associated", "disassociating"]},
    ]
    none_left = Until("SecurityGroupVpcAssociations", ("[]",))
    return [
        Call("DisassociateSecurityGroupVpc", _named(association), tolerates=gone),
        Call("DescribeSecurityGroupVpcAssociations", {"Filters": which}, until=none_left),
    ]


TYPES = (
    ResourceType(
        name="ec2.security_group_vpc_association",
        service="ec2",
        shape="SecurityGroupVpcAssociation",
        title="Group in another VPC",
        listing=Listing(
            "DescribeSecurityGroupVpcAssociations", "SecurityGroupVpcAssociations", paging=EC2_PAGES, keep=_stays
        ),
        identity=_identity,
        parent=GROUP,
        parent_id=lambda data: str(data["GroupId"]),
        after=(VPC,),
        outlives_parent=True,
        fields={
            "GroupId": reference(GROUP, fixed=True),
            "VpcId": reference(VPC, fixed=True),
            "VpcOwnerId": observed("follows from the VPC"),
            "GroupOwnerId": observed("the account"),
            "State": observed("state"),
            "StateReason": observed("state"),
        },
        calls=(
            *("AssociateSecurityGroupVpc", "DisassociateSecurityGroupVpc"),
            "DescribeSecurityGroupVpcAssociations",
        ),
        create=_create,
        delete=_delete,
        notes="Known by the group and the other VPC.",
    ),
)
