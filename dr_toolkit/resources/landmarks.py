"""Things that are found and never made: what the captured resources stand on or point at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.documents import Scope
from dr_toolkit.spec.fields import Field, observed, reference
from dr_toolkit.spec.types import EC2_PAGES, PREFIX_LIST_PAGES, Listing, Names, ResourceType, Row


def _tag(data: Mapping[str, Any], name: str) -> str:
    return next((str(t.get("Value", "")) for t in data.get("Tags") or () if t["Key"] == name), "")


def _name_default_or_cidr(flag: str) -> Any:
    def identity(row: Row, names: Names) -> str:
        return _tag(row.data, "Name") or ("default" if row.data.get(flag) else str(row.data.get("CidrBlock", "")))

    return identity


def _all_observed(*members: str) -> dict[str, Field]:
    return {name: observed("a landmark is found, not restored") for name in members}


VPC = ResourceType(
    name="ec2.vpc",
    service="ec2",
    shape="Vpc",
    title="VPC",
    listing=Listing("DescribeVpcs", "Vpcs", paging=EC2_PAGES),
    physical=lambda data: str(data["VpcId"]),
    identity=_name_default_or_cidr("IsDefault"),
    landmark=True,
    pairs_by_id=True,
    facts=("CidrBlock", "CidrBlockAssociationSet", "Ipv6CidrBlockAssociationSet", "IsDefault", "OwnerId"),
    fields=_all_observed(
        *("OwnerId", "InstanceTenancy", "Ipv6CidrBlockAssociationSet", "CidrBlockAssociationSet", "IsDefault"),
        *("EncryptionControl", "Tags", "BlockPublicAccessStates", "VpcId", "State", "CidrBlock", "DhcpOptionsId"),
    ),
    notes="Known by its Name tag, else `default`, else its CIDR. Map it where it is called otherwise.",
)


def _subnet_parent(data: Mapping[str, Any]) -> str:
    return str(data["VpcId"])


SUBNET = ResourceType(
    name="ec2.subnet",
    service="ec2",
    shape="Subnet",
    title="Subnet",
    listing=Listing("DescribeSubnets", "Subnets", paging=EC2_PAGES),
    physical=lambda data: str(data["SubnetId"]),
    identity=_name_default_or_cidr("DefaultForAz"),
    parent="ec2.vpc",
    parent_id=_subnet_parent,
    landmark=True,
    pairs_by_id=True,
    facts=("CidrBlock", "AvailabilityZoneId"),
    fields=_all_observed(
        *("AvailabilityZoneId", "EnableLniAtDeviceIndex", "MapCustomerOwnedIpOnLaunch", "CustomerOwnedIpv4Pool"),
        *("OwnerId", "AssignIpv6AddressOnCreation", "Ipv6CidrBlockAssociationSet", "Tags", "SubnetArn"),
        *("OutpostArn", "EnableDns64", "Ipv6Native", "PrivateDnsNameOptionsOnLaunch", "BlockPublicAccessStates"),
        *("Type", "SubnetId", "State", "VpcId", "CidrBlock", "AvailableIpAddressCount", "AvailabilityZone"),
        *("DefaultForAz", "MapPublicIpOnLaunch"),
    ),
    notes="Read only where something captured refers to one.",
)


def _not_own(data: Mapping[str, Any], scope: Scope) -> bool:
    return data.get("OwnerId") != scope.account


def _portable_name(row: Row, names: Names) -> str:
    return str(row.data["PrefixListName"]).replace(f".{names.scope.region}.", ".${AWS::Region}.")


FOREIGN_PREFIX_LIST = ResourceType(
    name="ec2.foreign_prefix_list",
    service="ec2",
    shape="ManagedPrefixList",
    title="Prefix list of AWS or of another account",
    listing=Listing("DescribeManagedPrefixLists", "PrefixLists", paging=PREFIX_LIST_PAGES, keep=_not_own),
    physical=lambda data: str(data["PrefixListId"]),
    identity=_portable_name,
    landmark=True,
    pairs_by_id=True,
    facts=("OwnerId", "AddressFamily", "PrefixListName"),
    fields=_all_observed(
        *("PrefixListId", "AddressFamily", "State", "StateMessage", "PrefixListArn", "PrefixListName"),
        *("MaxEntries", "Version", "Tags", "OwnerId", "IpamPrefixListResolverTargetId"),
        "IpamPrefixListResolverSyncEnabled",
    ),
    notes="Matched by name; the region inside AWS's own names follows the target.",
)


def foreign_name(owner: str, group: str) -> str:
    """A stable name for a group that this region's listing does not show, without its id in it."""
    return hashlib.sha256(f"{owner}/{group}".encode()).hexdigest()[:12]


def _referenced_groups(row: Row) -> list[dict[str, Any]]:
    info = row.data.get("ReferencedGroupInfo")
    return [dict(info)] if info and info.get("GroupId") else []


def _peering(row: Row, names: Names) -> str:
    """The Name tag, or the ranges of both sides, the asking one first."""
    sides = [row.data.get(f"{side}VpcInfo") or {} for side in ("Requester", "Accepter")]
    return _tag(row.data, "Name") or " to ".join(str(side.get("CidrBlock", "?")) for side in sides)


PEERING = ResourceType(
    name="ec2.vpc_peering_connection",
    service="ec2",
    shape="VpcPeeringConnection",
    title="Peering of VPCs",
    listing=Listing(
        "DescribeVpcPeeringConnections",
        "VpcPeeringConnections",
        paging=EC2_PAGES,
        keep=lambda data, scope: (data.get("Status") or {}).get("Code") == "active",
    ),
    physical=lambda data: str(data["VpcPeeringConnectionId"]),
    identity=_peering,
    landmark=True,
    fields=_all_observed(
        *("AccepterVpcInfo", "ExpirationTime", "RequesterVpcInfo", "Status", "Tags", "VpcPeeringConnectionId")
    ),
    notes="Known by its Name tag, else by the ranges of both sides, where a rule names a group behind it. One that is "
    "missing in a target is said.",
)


def _through_active(row: Row, scope: Scope) -> dict[str, Any]:
    """A peering that has ended leads nowhere."""
    ended = row.data.get("PeeringStatus") != "active"
    return {name: value for name, value in row.data.items() if not (ended and name == "VpcPeeringConnectionId")}


FOREIGN_SECURITY_GROUP = ResourceType(
    name="ec2.foreign_security_group",
    service="ec2",
    shape="ReferencedSecurityGroup",
    title="Security group elsewhere",
    listing=Listing(within="ec2.security_group_rule", split=_referenced_groups),
    physical=lambda data: str(data["GroupId"]),
    identity=lambda row, names: (
        None
        if names.key(("ec2.security_group",), str(row.data["GroupId"]), row)
        else foreign_name(str(row.data.get("UserId", "")), str(row.data["GroupId"]))
    ),
    landmark=True,
    pairs_by_id=True,
    after=("ec2.security_group", "ec2.vpc_peering_connection"),
    facts=("UserId", "VpcId", "PeeringStatus"),
    fields=_all_observed("GroupId", "PeeringStatus", "UserId", "VpcId")
    | {"VpcPeeringConnectionId": reference("ec2.vpc_peering_connection")},
    prepare=_through_active,
    notes="A group that a rule names and this account's region does not list: of a peered VPC, of another account, "
    "or deleted. Map its id to one in the target.",
)

TYPES = (VPC, SUBNET, FOREIGN_PREFIX_LIST, PEERING, FOREIGN_SECURITY_GROUP)
