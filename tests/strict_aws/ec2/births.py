"""What is made along with something else: groups with their first rules, route tables."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.ec2.state import Group, held
from tests.strict_aws.rules import rule

Document = dict[str, Any]

EGRESS_BORN = rule(
    "ec2.default-egress",
    "A group is born letting everything out, by IPv6 too where its VPC has a block of it",
    "AWS notes, section 5; recorded: test_elb_add_security_groups",
)
DEFAULT_BORN = rule(
    "ec2.default-group-rules",
    "A VPC's default group lets its own members in",
    "AWS notes, section 3.2; recorded: test_vpc_by_security_group",
)


def add_rule(call: Call, group: Group, draft: Document) -> Document:
    """Put a rule into a group: ``draft`` has everything but its id, its group and that group's owner."""
    made = {
        "SecurityGroupRuleId": call.aws.ids.ec2("sgr"),
        "GroupId": group.id,
        "GroupOwnerId": group.fields["OwnerId"],
        **draft,
    }
    group.rules[made["SecurityGroupRuleId"]] = made
    return made


def _all(is_egress: bool) -> Document:
    return {"IsEgress": is_egress, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1}


def egress_to(call: Call, group: Group, cidr: str) -> None:
    """Let a group out to everything of a family of addresses."""
    add_rule(call, group, _all(True) | {"CidrIpv6" if ":" in cidr else "CidrIpv4": cidr})


def add_group(call: Call, vpc: Document, name: str, text: str) -> Group:
    """A new group with the rules that it is born with."""
    made = {"GroupId": call.aws.ids.ec2("sg"), "GroupName": name, "Description": text}
    group = Group(made | {"VpcId": vpc["VpcId"], "OwnerId": call.region.account})
    held(call).groups[group.id] = group
    if group.is_default and call.holds(DEFAULT_BORN):
        info = {"GroupId": group.id, "UserId": call.region.account}
        add_rule(call, group, _all(False) | {"ReferencedGroupInfo": info})
    if call.holds(EGRESS_BORN):
        egress_to(call, group, "0.0.0.0/0")
        if vpc["Ipv6CidrBlockAssociationSet"]:
            egress_to(call, group, "::/0")
    return group


def add_route_table(call: Call, vpc: Document, *, main: bool = False) -> Document:
    """A new route table, with the VPC's own block as its one route."""
    made = call.aws.ids.ec2("rtb")
    local = {"DestinationCidrBlock": vpc["CidrBlock"], "GatewayId": "local", "State": "active"}
    association = {
        "Main": True,
        "RouteTableAssociationId": call.aws.ids.ec2("rtbassoc"),
        "RouteTableId": made,
        "AssociationState": {"State": "associated"},
    }
    held(call).route_tables[made] = table = {
        "RouteTableId": made,
        "VpcId": vpc["VpcId"],
        "OwnerId": call.region.account,
        "Associations": [association] if main else [],
        "PropagatingVgws": [],
        "Routes": [local | {"Origin": "CreateRouteTable"}],
    }
    return table
