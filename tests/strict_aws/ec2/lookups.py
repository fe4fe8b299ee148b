"""Finding what a call names: groups and rules that are known by now, VPCs, subnets, interfaces."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.ec2.errors import check_id, invalid, missing, no_such
from tests.strict_aws.ec2.state import Group, default_vpc, held, settle
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]

LAG = rule("ec2.group-lag", "A new group is not found at first, and stands in no list", "AWS notes, section 6")
BY_NAME = rule(
    "ec2.groups-by-name",
    "Groups are named by name in the default VPC only",
    "botocore: AuthorizeSecurityGroupIngress.GroupName; public issues that quote the text",
)


def is_known(call: Call, group: Group) -> bool:
    """Whether a group is seen by now."""
    return call.now >= group.known_from or not call.aws.weather.group_lag or not call.holds(LAG)


def known_group(call: Call, group_id: str) -> Group | None:
    """The group of that id, if there is one and it is seen by now."""
    group = held(call).groups.get(group_id)
    return group if group is not None and is_known(call, group) else None


def known_groups(call: Call) -> list[Group]:
    """All groups that are seen by now. AWS promises no order; theirs is not that of their creation."""
    groups = held(call).groups
    return [groups[each] for each in sorted(groups) if is_known(call, groups[each])]


def known_rule(call: Call, rule_id: str) -> Document | None:
    """The rule of that id, of a group that is seen by now."""
    found = (group.rules[rule_id] for group in held(call).groups.values() if rule_id in group.rules)
    made = next(found, None)
    return made if made is not None and known_group(call, made["GroupId"]) is not None else None


def find_group(call: Call, group_id: str) -> Group:
    """The group of that id; raises InvalidGroup.NotFound."""
    check_id(call, "sg", group_id)
    group = known_group(call, group_id)
    if group is None:
        raise no_such("sg", group_id)
    return group


def group_by_name(call: Call, name: str, vpc_id: str | None = None) -> Group:
    """The group of that name in the default VPC; ``vpc_id`` says which VPC it must be in, that may not be another."""
    default = default_vpc(call)
    foreign = default is None or (vpc_id is not None and vpc_id != default["VpcId"])
    if foreign and call.holds(BY_NAME):
        text = f"Invalid value '{name}' for groupName. You may not reference Amazon VPC security groups by name. "
        raise invalid(text + "Please use the corresponding id for this operation.")
    vpc = vpc_id or (default or {}).get("VpcId")
    for group in known_groups(call):
        if group.vpc == vpc and group.fields["GroupName"] == name:
            return group
    raise Refusal("InvalidGroup.NotFound", f"The security group '{name}' does not exist in default VPC '{vpc}'")


def named_group(call: Call) -> Group:
    """The group that the call names by GroupId, or by GroupName in the default VPC."""
    if call.params.get("GroupId"):
        return find_group(call, call.params["GroupId"])
    if call.params.get("GroupName"):
        return group_by_name(call, call.params["GroupName"])
    raise missing("GroupId")


def find_vpc(call: Call, vpc_id: str) -> Document:
    """The VPC of that id; raises InvalidVpcID.NotFound."""
    check_id(call, "vpc", vpc_id)
    vpc = held(call).vpcs.get(vpc_id)
    if vpc is None:
        raise no_such("vpc", vpc_id)
    return vpc


def find_subnet(call: Call, subnet_id: str) -> Document:
    """The subnet of that id; raises InvalidSubnetID.NotFound."""
    check_id(call, "subnet", subnet_id)
    subnet = held(call).subnets.get(subnet_id)
    if subnet is None:
        raise no_such("subnet", subnet_id)
    return subnet


def is_associated(call: Call, group: Group, vpc_id: str) -> bool:
    """Whether a group is associated with a VPC beside its own."""
    settle(call, held(call).associations)
    kept = held(call).associations.get((group.id, vpc_id))
    return kept is not None and kept.fields["State"] == "associated"
