"""Subnets and route tables, as far as interfaces and endpoints need them."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.addresses import network, overlap
from tests.strict_aws.ec2.births import add_route_table
from tests.strict_aws.ec2.endings import settle_endpoints
from tests.strict_aws.ec2.errors import check_id, dry_run, invalid, missing, no_such
from tests.strict_aws.ec2.filters import filtered, value_of
from tests.strict_aws.ec2.listings import named, paged
from tests.strict_aws.ec2.lookups import find_subnet, find_vpc
from tests.strict_aws.ec2.regions import zone_id, zones
from tests.strict_aws.ec2.state import held
from tests.strict_aws.ec2.tags import drop_tags, put_tags, specified, tags_if_any, tags_of
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]

SUBNET_RANGE = rule(
    "ec2.subnet-range", "A subnet lies within its VPC's blocks and beside its other subnets", "botocore: CreateSubnet"
)
SUBNET_IN_USE = rule("ec2.subnet-in-use", "A subnet with interfaces can't be deleted", "botocore: DeleteSubnet")


def _subnet_block(call: Call, vpc: Document, text: str) -> str:
    found = network(text, 4)
    if found is None:
        raise invalid(f"Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.")
    if call.holds(SUBNET_RANGE):
        blocks = [network(each["CidrBlock"], 4) for each in vpc["CidrBlockAssociationSet"]]
        if not 16 <= found.prefixlen <= 28 or not any(found.subnet_of(block) for block in blocks):  # type: ignore[arg-type]
            raise Refusal("InvalidSubnet.Range", f"The CIDR '{text}' is invalid.")
        others = [each["CidrBlock"] for each in held(call).subnets.values() if each["VpcId"] == vpc["VpcId"]]
        if any(overlap(str(found), other) for other in others):
            raise Refusal("InvalidSubnet.Conflict", f"The CIDR '{text}' conflicts with another subnet")
    return str(found)


def add_subnet(call: Call, vpc: Document, cidr: str, zone: str, *, default: bool = False) -> Document:
    """A new subnet in a zone."""
    made, found = call.aws.ids.ec2("subnet"), network(cidr, 4)
    held(call).subnets[made] = subnet = {
        "SubnetId": made,
        "SubnetArn": call.region.arn("ec2", f"subnet/{made}"),
        "VpcId": vpc["VpcId"],
        "CidrBlock": cidr,
        "AvailabilityZone": zone,
        "AvailabilityZoneId": zone_id(zone),
        "AvailableIpAddressCount": (found.num_addresses if found else 0) - 5,
        "AssignIpv6AddressOnCreation": False,
        "DefaultForAz": default,
        "MapPublicIpOnLaunch": default,
        "MapCustomerOwnedIpOnLaunch": False,
        "EnableDns64": False,
        "Ipv6Native": False,
        "Ipv6CidrBlockAssociationSet": [],
        "OwnerId": call.region.account,
        "PrivateDnsNameOptionsOnLaunch": {
            "HostnameType": "ip-name",
            "EnableResourceNameDnsARecord": False,
            "EnableResourceNameDnsAAAARecord": False,
        },
        "State": "available",
    }
    return subnet


def _zone(call: Call) -> str:
    ids = {zone_id(each): each for each in zones(call)}
    zone = call.params.get("AvailabilityZone") or ids.get(
        call.params.get("AvailabilityZoneId") or zone_id(zones(call)[0])
    )
    if zone not in zones(call):
        text = (
            f"Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the "
        )
        raise invalid(text + f"following availability zones: {', '.join(zones(call))}.")
    return str(zone)


@answers("ec2", "CreateSubnet")
def create_subnet(call: Call) -> Document:
    """A new subnet."""
    vpc = find_vpc(call, call.params["VpcId"])
    if not call.params.get("CidrBlock"):
        raise missing("cidrBlock")
    cidr = _subnet_block(call, vpc, call.params["CidrBlock"])
    zone, tags = _zone(call), specified(call, "subnet")
    dry_run(call)
    subnet = add_subnet(call, vpc, cidr, zone)
    put_tags(call, subnet["SubnetId"], tags)
    return {"Subnet": subnet | tags_if_any(call, subnet["SubnetId"])}


@answers("ec2", "DeleteSubnet")
def delete_subnet(call: Call) -> None:
    """Take a subnet away that nothing is in."""
    settle_endpoints(call)
    subnet = find_subnet(call, call.params["SubnetId"])["SubnetId"]
    if any(each["SubnetId"] == subnet for each in held(call).interfaces.values()) and call.holds(SUBNET_IN_USE):
        raise Refusal("DependencyViolation", f"The subnet '{subnet}' has dependencies and cannot be deleted.")
    dry_run(call)
    del held(call).subnets[subnet]
    drop_tags(call, subnet)


_READS = {
    "availability-zone": value_of("AvailabilityZone"),
    "availabilityZone": value_of("AvailabilityZone"),
    "availability-zone-id": value_of("AvailabilityZoneId"),
    "available-ip-address-count": value_of("AvailableIpAddressCount"),
    "cidr-block": value_of("CidrBlock"),
    "cidr": value_of("CidrBlock"),
    "cidrBlock": value_of("CidrBlock"),
    "default-for-az": value_of("DefaultForAz"),
    "defaultForAz": value_of("DefaultForAz"),
    "map-public-ip-on-launch": value_of("MapPublicIpOnLaunch"),
    "owner-id": value_of("OwnerId"),
    "state": value_of("State"),
    "subnet-arn": value_of("SubnetArn"),
    "subnet-id": value_of("SubnetId"),
    "vpc-id": value_of("VpcId"),
}


@answers("ec2", "DescribeSubnets")
def describe_subnets(call: Call) -> Document:
    """The region's subnets."""
    known = named(call, "SubnetIds", "subnet", held(call).subnets)
    rows = filtered(call, known, _READS, lambda row: str(row["SubnetId"]))
    return paged(call, "Subnets", rows, lambda row: row | tags_if_any(call, row["SubnetId"]), ids="SubnetIds")


# --- route tables ---------------------------------------------------------------------------------------


def find_route_table(call: Call, table_id: str) -> Document:
    """The route table of that id; raises InvalidRouteTableID.NotFound."""
    check_id(call, "rtb", table_id)
    table = held(call).route_tables.get(table_id)
    if table is None:
        raise no_such("rtb", table_id)
    return table


@answers("ec2", "CreateRouteTable")
def create_route_table(call: Call) -> Document:
    """A new route table."""
    vpc, tags = find_vpc(call, call.params["VpcId"]), specified(call, "route-table")
    dry_run(call)
    table = add_route_table(call, vpc)
    put_tags(call, table["RouteTableId"], tags)
    return {"RouteTable": table | {"Tags": tags_of(call, table["RouteTableId"])}}


@answers("ec2", "DeleteRouteTable")
def delete_route_table(call: Call) -> None:
    """Take a route table away that nothing uses."""
    table = find_route_table(call, call.params["RouteTableId"])
    table_id = table["RouteTableId"]
    used = any(table_id in kept.fields["RouteTableIds"] for kept in held(call).endpoints.values())
    if table["Associations"] or used:
        raise Refusal("DependencyViolation", f"The routeTable '{table_id}' has dependencies and cannot be deleted.")
    dry_run(call)
    del held(call).route_tables[table_id]
    drop_tags(call, table_id)


@answers("ec2", "DescribeRouteTables")
def describe_route_tables(call: Call) -> Document:
    """The region's route tables."""
    known = named(call, "RouteTableIds", "rtb", held(call).route_tables)
    reads = {"route-table-id": value_of("RouteTableId"), "vpc-id": value_of("VpcId"), "owner-id": value_of("OwnerId")}
    reads["association.main"] = value_of("Associations", "Main")
    reads["route.destination-prefix-list-id"] = value_of("Routes", "DestinationPrefixListId")
    reads["route.gateway-id"] = value_of("Routes", "GatewayId")
    rows = filtered(call, known, reads, lambda row: str(row["RouteTableId"]))
    show = lambda row: row | {"Tags": tags_of(call, row["RouteTableId"])}  # noqa: E731
    return paged(call, "RouteTables", rows, show, ids="RouteTableIds", usual=100, most=100)
