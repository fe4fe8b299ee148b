"""VPCs: their blocks of addresses, attributes, and what each is born with."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.addresses import network, overlap
from tests.strict_aws.ec2.births import add_group, add_route_table, egress_to
from tests.strict_aws.ec2.endings import settle_endpoints
from tests.strict_aws.ec2.errors import combined, dry_run, invalid, missing
from tests.strict_aws.ec2.filters import filtered, value_of
from tests.strict_aws.ec2.listings import named, paged
from tests.strict_aws.ec2.lookups import find_vpc
from tests.strict_aws.ec2.state import Group, default_vpc, held
from tests.strict_aws.ec2.subnets import add_subnet
from tests.strict_aws.ec2.tags import drop_tags, put_tags, specified, tags_if_any
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]

RANGE = rule(
    "ec2.vpc-range", "A VPC's block is a /16 to a /28", "VPC user guide, VPC CIDR blocks: from memory", recalled=True
)
IPV6_LATER = rule(
    "ec2.ipv6-block-later",
    "A VPC that gets an IPv6 block lets its default group out by it, where its egress is as it was born",
    "VPC user guide, default security groups: from memory",
    recalled=True,
)
VPC_IN_USE = rule(
    "ec2.vpc-in-use",
    "A VPC with anything in it can't be deleted",
    "botocore: DeleteVpc; quoted: DependencyViolation in public issues",
)


def _ipv4_association(call: Call, cidr: str) -> Document:
    made = call.aws.ids.ec2("vpc-cidr-assoc")
    return {"AssociationId": made, "CidrBlock": cidr, "CidrBlockState": {"State": "associated"}}


def _ipv6_association(call: Call) -> Document:
    digits = call.aws.ids.hexadecimal(8)
    return {
        "AssociationId": call.aws.ids.ec2("vpc-cidr-assoc"),
        "Ipv6CidrBlock": str(network(f"2600:1f{digits[:2]}:{digits[2:6]}:{digits[6:]}00::/56", 6)),
        "Ipv6CidrBlockState": {"State": "associated"},
        "NetworkBorderGroup": call.region.name,
        "Ipv6Pool": "Amazon",
        "Ipv6AddressAttribute": "public",
        "IpSource": "amazon",
    }


def _vpc_block(call: Call, text: str) -> str:
    found = network(text, 4)
    if found is None:
        raise invalid(f"Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.")
    if not 16 <= found.prefixlen <= 28 and call.holds(RANGE):
        raise Refusal("InvalidVpc.Range", f"The CIDR '{text}' is invalid.")
    return str(found)


def add_vpc(call: Call, cidr: str, *, ipv6: bool = False, default: bool = False, tenancy: str = "default") -> Document:
    """A new VPC with its default group and its main route table."""
    here, vpc_id = held(call), call.aws.ids.ec2("vpc")
    here.vpcs[vpc_id] = vpc = {
        "VpcId": vpc_id,
        "CidrBlock": cidr,
        "CidrBlockAssociationSet": [_ipv4_association(call, cidr)],
        "Ipv6CidrBlockAssociationSet": [_ipv6_association(call)] if ipv6 else [],
        "DhcpOptionsId": here.dhcp_options,
        "InstanceTenancy": tenancy,
        "IsDefault": default,
        "OwnerId": call.region.account,
        "State": "available",
    }
    here.vpc_attributes[vpc_id] = {
        "EnableDnsSupport": True,
        "EnableDnsHostnames": default,
        "EnableNetworkAddressUsageMetrics": False,
    }
    add_route_table(call, vpc, main=True)
    add_group(call, vpc, "default", "default VPC security group")
    return vpc


def shown_vpc(call: Call, vpc: Document) -> Document:
    """A VPC as it is described: with tags, and without lists that are empty."""
    return {name: value for name, value in vpc.items() if value != []} | tags_if_any(call, vpc["VpcId"])


@answers("ec2", "CreateVpc")
def create_vpc(call: Call) -> Document:
    """A new VPC."""
    if not call.params.get("CidrBlock"):
        raise missing("cidrBlock")
    cidr, tags = _vpc_block(call, call.params["CidrBlock"]), specified(call, "vpc")
    dry_run(call)
    ipv6 = bool(call.params.get("AmazonProvidedIpv6CidrBlock"))
    vpc = add_vpc(call, cidr, ipv6=ipv6, tenancy=call.params.get("InstanceTenancy") or "default")
    put_tags(call, vpc["VpcId"], tags)
    return {"Vpc": shown_vpc(call, vpc) | {"State": "pending"}}


@answers("ec2", "CreateDefaultVpc")
def create_default_vpc(call: Call) -> Document:
    """The default VPC, with a subnet in each zone."""
    if default_vpc(call) is not None:
        raise Refusal("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region.")
    dry_run(call)
    vpc = add_vpc(call, "172.31.0.0/16", default=True)
    for number, letter in enumerate("abc"):
        add_subnet(call, vpc, f"172.31.{16 * number}.0/20", call.region.name + letter, default=True)
    return {"Vpc": shown_vpc(call, vpc) | {"State": "pending"}}


@answers("ec2", "DeleteVpc")
def delete_vpc(call: Call) -> None:
    """Take an empty VPC away, with its default group and main route table."""
    settle_endpoints(call)
    here, vpc = held(call), find_vpc(call, call.params["VpcId"])
    vpc_id = vpc["VpcId"]
    groups = [group for group in here.groups.values() if group.vpc == vpc_id]
    tables = [table for table in here.route_tables.values() if table["VpcId"] == vpc_id]
    used = any(each["VpcId"] == vpc_id for table in (here.subnets, here.interfaces) for each in table.values())
    used = used or any(each.fields["VpcId"] == vpc_id for each in here.endpoints.values())
    used = used or any(kept.fields["VpcId"] == vpc_id for kept in here.associations.values())
    if (used or len(groups) > 1 or len(tables) > 1) and call.holds(VPC_IN_USE):
        raise Refusal("DependencyViolation", f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    dry_run(call)
    for group in groups:
        drop_tags(call, *group.rules, group.id)
        del here.groups[group.id]
    for table in tables:
        del here.route_tables[table["RouteTableId"]]
        drop_tags(call, table["RouteTableId"])
    del here.vpcs[vpc_id], here.vpc_attributes[vpc_id]
    drop_tags(call, vpc_id)


_READS = {
    "cidr": value_of("CidrBlock"),
    "cidr-block-association.cidr-block": value_of("CidrBlockAssociationSet", "CidrBlock"),
    "cidr-block-association.association-id": value_of("CidrBlockAssociationSet", "AssociationId"),
    "cidr-block-association.state": value_of("CidrBlockAssociationSet", "CidrBlockState", "State"),
    "dhcp-options-id": value_of("DhcpOptionsId"),
    "ipv6-cidr-block-association.ipv6-cidr-block": value_of("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock"),
    "ipv6-cidr-block-association.ipv6-pool": value_of("Ipv6CidrBlockAssociationSet", "Ipv6Pool"),
    "ipv6-cidr-block-association.association-id": value_of("Ipv6CidrBlockAssociationSet", "AssociationId"),
    "ipv6-cidr-block-association.state": value_of("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlockState", "State"),
    "is-default": value_of("IsDefault"),
    "isDefault": value_of("IsDefault"),
    "owner-id": value_of("OwnerId"),
    "state": value_of("State"),
    "vpc-id": value_of("VpcId"),
}


@answers("ec2", "DescribeVpcs")
def describe_vpcs(call: Call) -> Document:
    """The region's VPCs."""
    rows = filtered(call, named(call, "VpcIds", "vpc", held(call).vpcs), _READS, lambda vpc: str(vpc["VpcId"]))
    return paged(call, "Vpcs", rows, lambda vpc: shown_vpc(call, vpc), ids="VpcIds")


# --- blocks and attributes ------------------------------------------------------------------------------


def _default_group(call: Call, vpc_id: str) -> Group:
    return next(group for group in held(call).groups.values() if group.vpc == vpc_id and group.is_default)


@answers("ec2", "AssociateVpcCidrBlock")
def associate_cidr_block(call: Call) -> Document:
    """Give a VPC another IPv4 block, or an IPv6 one of Amazon's."""
    vpc = find_vpc(call, call.params["VpcId"])
    if call.params.get("AmazonProvidedIpv6CidrBlock"):
        if call.params.get("CidrBlock"):
            raise combined("The parameter cidrBlock cannot be used with the parameter amazonProvidedIpv6CidrBlock")
        made = _ipv6_association(call)
        vpc["Ipv6CidrBlockAssociationSet"].append(made)
        default = _default_group(call, vpc["VpcId"])
        born = [(rule["IpProtocol"], rule.get("CidrIpv4")) for rule in default.of(egress=True)]
        if born == [("-1", "0.0.0.0/0")] and call.holds(IPV6_LATER):
            egress_to(call, default, "::/0")
        state = {"Ipv6CidrBlockState": {"State": "associating"}}
        return {"VpcId": vpc["VpcId"], "Ipv6CidrBlockAssociation": made | state}
    if not call.params.get("CidrBlock"):
        raise missing("cidrBlock")
    cidr = _vpc_block(call, call.params["CidrBlock"])
    if any(overlap(cidr, each["CidrBlock"]) for each in vpc["CidrBlockAssociationSet"]):
        raise Refusal("InvalidVpc.Range", f"The CIDR '{cidr}' conflicts with another CIDR block of the VPC.")
    made = _ipv4_association(call, cidr)
    vpc["CidrBlockAssociationSet"].append(made)
    return {"VpcId": vpc["VpcId"], "CidrBlockAssociation": made | {"CidrBlockState": {"State": "associating"}}}


@answers("ec2", "DisassociateVpcCidrBlock")
def disassociate_cidr_block(call: Call) -> Document:
    """Take a block away, not the one that the VPC was made with."""
    wanted = call.params["AssociationId"]
    for vpc in held(call).vpcs.values():
        for member in ("CidrBlock", "Ipv6CidrBlock"):
            for each in vpc[f"{member}AssociationSet"]:
                if each["AssociationId"] == wanted:
                    if each.get("CidrBlock") == vpc["CidrBlock"]:
                        text = f"The vpc CIDR block with association ID {wanted} may not be disassociated. "
                        raise Refusal("OperationNotPermitted", text + "It is the primary IPv4 CIDR block of the VPC")
                    vpc[f"{member}AssociationSet"].remove(each)
                    gone = each | {f"{member}State": {"State": "disassociating"}}
                    return {"VpcId": vpc["VpcId"], f"{member}Association": gone}
    text = f"The vpc CIDR block association ID '{wanted}' does not exist"
    raise Refusal("InvalidVpcCidrBlockAssociationID.NotFound", text)


@answers("ec2", "DescribeVpcAttribute")
def describe_vpc_attribute(call: Call) -> Document:
    """One attribute of a VPC."""
    vpc = find_vpc(call, call.params["VpcId"])
    dry_run(call)
    name = call.params["Attribute"][0].upper() + call.params["Attribute"][1:]
    return {"VpcId": vpc["VpcId"], name: {"Value": held(call).vpc_attributes[vpc["VpcId"]][name]}}


@answers("ec2", "ModifyVpcAttribute")
def modify_vpc_attribute(call: Call) -> None:
    """Set one attribute of a VPC."""
    vpc = find_vpc(call, call.params["VpcId"])
    attributes = held(call).vpc_attributes[vpc["VpcId"]]
    given = {name: call.params[name].get("Value") for name in attributes if call.params.get(name) is not None}
    if len(given) != 1:
        raise combined("Exactly one attribute of the VPC has to be given")
    attributes.update({name: bool(value) for name, value in given.items()})
