"""Security groups used in VPCs beside their own."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.errors import dry_run, invalid
from tests.strict_aws.ec2.filters import filtered, value_of
from tests.strict_aws.ec2.listings import paged
from tests.strict_aws.ec2.lookups import find_group, find_vpc
from tests.strict_aws.ec2.state import Kept, held, settle, turn
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]

NOT_DEFAULT = rule(
    "ec2.association-not-default",
    "Neither a default group nor a default VPC can be associated",
    "botocore: AssociateSecurityGroupVpc",
)
OWN_VPC = rule("ec2.association-own-vpc", "A group is not associated with its own VPC", "not documented", recalled=True)
IN_USE = rule(
    "ec2.association-in-use",
    "An association ends only where no interface of the VPC has the group",
    "botocore: DisassociateSecurityGroupVpc",
)


def _named(call: Call) -> tuple[str, str]:
    return find_group(call, call.params["GroupId"]).id, str(find_vpc(call, call.params["VpcId"])["VpcId"])


@answers("ec2", "AssociateSecurityGroupVpc")
def associate(call: Call) -> Document:
    """Let a group be used in another VPC, a little later."""
    group, vpc = find_group(call, call.params["GroupId"]), find_vpc(call, call.params["VpcId"])
    here, key = held(call), (group.id, vpc["VpcId"])
    settle(call, here.associations)
    home = here.vpcs[group.vpc]
    if group.is_default and call.holds(NOT_DEFAULT):
        raise invalid(f"The default security group '{group.id}' cannot be associated with another VPC.")
    if (vpc["IsDefault"] or home["IsDefault"]) and call.holds(NOT_DEFAULT):
        raise invalid("Security groups of, and associations with, a default VPC are not supported.")
    if group.vpc == vpc["VpcId"] and call.holds(OWN_VPC):
        raise invalid(f"The security group '{group.id}' was created in VPC '{vpc['VpcId']}'.")
    dry_run(call)
    kept = here.associations.get(key)
    if kept is None or kept.fields["State"] != "associated":
        fields = {
            "GroupId": group.id,
            "GroupOwnerId": group.fields["OwnerId"],
            "VpcId": vpc["VpcId"],
            "VpcOwnerId": vpc["OwnerId"],
            "State": "associating",
        }
        kept = here.associations[key] = Kept(fields, turn(call, here.pace.association, "associated"))
    return {"State": kept.fields["State"]}


@answers("ec2", "DisassociateSecurityGroupVpc")
def disassociate(call: Call) -> Document:
    """End the use of a group in another VPC, a little later."""
    key, here = _named(call), held(call)
    settle(call, here.associations)
    kept = here.associations.get(key)
    if kept is None:
        raise invalid(f"The security group '{key[0]}' is not associated with the VPC '{key[1]}'.")
    used = [each for each in here.interfaces.values() if each["VpcId"] == key[1]]
    if any(held_by["GroupId"] == key[0] for each in used for held_by in each["Groups"]) and call.holds(IN_USE):
        raise Refusal("DependencyViolation", f"resource {key[0]} has a dependent object in VPC {key[1]}")
    dry_run(call)
    kept.fields["State"] = "disassociating"
    kept.turn = turn(call, here.pace.association, None)
    return {"State": "disassociating"}


_READS = {
    "group-id": value_of("GroupId"),
    "group-owner-id": value_of("GroupOwnerId"),
    "state": value_of("State"),
    "vpc-id": value_of("VpcId"),
    "vpc-owner-id": value_of("VpcOwnerId"),
}


@answers("ec2", "DescribeSecurityGroupVpcAssociations")
def describe_associations(call: Call) -> Document:
    """The region's associations of groups and VPCs."""
    here = held(call)
    settle(call, here.associations)
    rows = filtered(call, [here.associations[key].fields for key in sorted(here.associations)], _READS)
    return paged(call, "SecurityGroupVpcAssociations", rows, dict)
