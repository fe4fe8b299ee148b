"""Network interfaces, as far as groups and endpoints need them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.endings import settle_endpoints
from tests.strict_aws.ec2.errors import check_id, dry_run, invalid, no_such
from tests.strict_aws.ec2.filters import filtered, value_of
from tests.strict_aws.ec2.listings import named, paged
from tests.strict_aws.ec2.lookups import find_group, find_subnet, is_associated
from tests.strict_aws.ec2.state import Group, held
from tests.strict_aws.ec2.tags import drop_tags, put_tags, specified, tags_of
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]

SAME_VPC = rule(
    "ec2.interface-groups",
    "The groups of an interface are of its VPC, or associated with it",
    "quoted: the text in public issues; botocore: AssociateSecurityGroupVpc",
)
MOST = rule("ec2.groups-per-interface", "An interface has up to five groups", "AWS notes, section 2.4")
ADDRESS = rule(
    "ec2.interface-address",
    "An address that is asked for is one of the subnet's, and free",
    "botocore: CreateNetworkInterface.PrivateIpAddress, SubnetConfiguration; EC2's list of error codes",
)
MANAGED = rule(
    "ec2.managed-interfaces", "Interfaces of endpoints change and go with these only", "botocore: RequesterManaged"
)


def default_group(call: Call, vpc_id: str) -> Group:
    """The group that a VPC was born with."""
    return next(group for group in held(call).groups.values() if group.vpc == vpc_id and group.is_default)


def usable_groups(call: Call, ids: Iterable[str], vpc_id: str) -> list[Document]:
    """Groups as an interface in the VPC names them; the VPC's default one where none is given."""
    groups = [find_group(call, each) for each in dict.fromkeys(ids)] or [default_group(call, vpc_id)]
    for group in groups:
        if group.vpc != vpc_id and not is_associated(call, group, vpc_id) and call.holds(SAME_VPC):
            text = "You have specified two resources that belong to different networks."
            raise Refusal("InvalidGroup.NotFound", text)
    if len(groups) > 5 and call.holds(MOST):
        text = "The maximum number of security groups per interface has been reached."
        raise Refusal("SecurityGroupsPerInterfaceLimitExceeded", text)
    return [{"GroupId": group.id, "GroupName": group.fields["GroupName"]} for group in groups]


def address_in(call: Call, subnet: Document, wanted: str | None = None) -> str:
    """An address for a new interface in a subnet: the wanted one if it can be had, otherwise the first free one."""
    block = ipaddress.ip_network(subnet["CidrBlock"])
    own = [each for each in held(call).interfaces.values() if each["SubnetId"] == subnet["SubnetId"]]
    taken = {each["PrivateIpAddress"] for each in own}
    usable = (str(block[number]) for number in range(4, block.num_addresses - 1))
    if wanted in taken and call.holds(ADDRESS):
        raise Refusal("InvalidIPAddress.InUse", f"The specified address {wanted} is already in use.")
    free = next((each for each in usable if (each == wanted if wanted else each not in taken)), None)
    if free is None and wanted and call.holds(ADDRESS):
        raise invalid(f"Invalid value for parameter address: {wanted}. It is not within the subnet's address range.")
    if free is None and not wanted:
        text = "does not have enough free addresses to satisfy the request."
        raise Refusal("InsufficientFreeAddressesInSubnet", f"The subnet {subnet['SubnetId']} {text}")
    return free or str(wanted)


def addressed(call: Call, address: str) -> Document:
    """The members of an interface that follow from its address."""
    dns = f"ip-{address.replace('.', '-')}.{call.region.name}.compute.internal"
    first = {"Primary": True, "PrivateIpAddress": address, "PrivateDnsName": dns}
    return {"PrivateIpAddress": address, "PrivateDnsName": dns, "PrivateIpAddresses": [first]}


def add_interface(call: Call, subnet: Document, groups: list[Document], address: str, **more: Any) -> Document:
    """A new interface in a subnet, with an address of it."""
    made, digits = call.aws.ids.ec2("eni"), call.aws.ids.hexadecimal(10)
    held(call).interfaces[made] = interface = {
        "NetworkInterfaceId": made,
        "SubnetId": subnet["SubnetId"],
        "VpcId": subnet["VpcId"],
        "AvailabilityZone": subnet["AvailabilityZone"],
        "Description": "",
        "OwnerId": call.region.account,
        "RequesterManaged": False,
        "InterfaceType": "interface",
        "Status": "available",
        "MacAddress": ":".join(("02", *(digits[at : at + 2] for at in range(0, 10, 2)))),
        **addressed(call, address),
        "Ipv6Addresses": [],
        "SourceDestCheck": True,
        "Groups": list(groups),
        **more,
    }
    return interface


def _find(call: Call) -> Document:
    wanted = call.params["NetworkInterfaceId"]
    check_id(call, "eni", wanted)
    found = held(call).interfaces.get(wanted)
    if found is None:
        raise no_such("eni", wanted)
    return found


def _check_managed(call: Call, interface: Document) -> None:
    if interface["RequesterManaged"] and call.holds(MANAGED):
        text = f"You are not allowed to manage '{interface['NetworkInterfaceId']}'."
        raise Refusal("OperationNotPermitted", text)


def _shown(call: Call, interface: Document) -> Document:
    return interface | {"TagSet": tags_of(call, interface["NetworkInterfaceId"])}


@answers("ec2", "CreateNetworkInterface")
def create_interface(call: Call) -> Document:
    """A new interface that nothing has yet."""
    subnet = find_subnet(call, call.params["SubnetId"])
    groups = usable_groups(call, call.params.get("Groups") or (), subnet["VpcId"])
    tags = specified(call, "network-interface")
    address = address_in(call, subnet, call.params.get("PrivateIpAddress"))
    dry_run(call)
    interface = add_interface(call, subnet, groups, address, Description=call.params.get("Description") or "")
    put_tags(call, interface["NetworkInterfaceId"], tags)
    return {"NetworkInterface": _shown(call, interface) | {"Status": "pending"}}


@answers("ec2", "ModifyNetworkInterfaceAttribute")
def modify_interface(call: Call) -> None:
    """Give an interface other groups, or another description."""
    interface, groups = _find(call), call.params.get("Groups")
    _check_managed(call, interface)
    found = usable_groups(call, groups, interface["VpcId"]) if groups else None
    if found is None and call.params.get("Description") is None:
        raise invalid("Only groups and descriptions of interfaces change here")
    dry_run(call)
    if found is not None:
        interface["Groups"] = found
    if call.params.get("Description") is not None:
        interface["Description"] = call.params["Description"].get("Value") or ""


@answers("ec2", "DeleteNetworkInterface")
def delete_interface(call: Call) -> None:
    """Take an interface away."""
    interface = _find(call)
    _check_managed(call, interface)
    dry_run(call)
    made = interface["NetworkInterfaceId"]
    del held(call).interfaces[made]
    drop_tags(call, made)


_READS = {
    "availability-zone": value_of("AvailabilityZone"),
    "description": value_of("Description"),
    "group-id": value_of("Groups", "GroupId"),
    "group-name": value_of("Groups", "GroupName"),
    "interface-type": value_of("InterfaceType"),
    "mac-address": value_of("MacAddress"),
    "network-interface-id": value_of("NetworkInterfaceId"),
    "owner-id": value_of("OwnerId"),
    "private-ip-address": value_of("PrivateIpAddress"),
    "requester-managed": value_of("RequesterManaged"),
    "status": value_of("Status"),
    "subnet-id": value_of("SubnetId"),
    "vpc-id": value_of("VpcId"),
}


@answers("ec2", "DescribeNetworkInterfaces")
def describe_interfaces(call: Call) -> Document:
    """The region's interfaces, those of endpoints among them."""
    settle_endpoints(call)
    known = named(call, "NetworkInterfaceIds", "eni", held(call).interfaces)
    rows = filtered(call, known, _READS, lambda row: str(row["NetworkInterfaceId"]))
    return paged(call, "NetworkInterfaces", rows, lambda row: _shown(call, row), ids="NetworkInterfaceIds")
