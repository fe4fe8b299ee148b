"""What refers to groups from beyond a peering, and rules that refer to what is gone."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.errors import dry_run
from tests.strict_aws.ec2.listings import paged
from tests.strict_aws.ec2.lookups import find_group, find_vpc, known_groups
from tests.strict_aws.ec2.peers import SIDES, is_stale, neighbour, peerings
from tests.strict_aws.ec2.permissions import as_permissions, refers_to
from tests.strict_aws.ec2.state import Ec2Region, Group
from tests.strict_aws.rules import rule

Document = dict[str, Any]

STALE = rule(
    "ec2.stale-rules",
    "A rule is stale where its group, the peering or the association that it needs is gone",
    "botocore: DescribeStaleSecurityGroups",
)


@answers("ec2", "DescribeSecurityGroupReferences")
def describe_references(call: Call) -> Document:
    """The peer VPCs whose groups refer to the given ones."""
    groups = [find_group(call, each) for each in call.params["GroupId"]]
    dry_run(call)
    found = []
    for group in groups:
        for kept in peerings(call):
            sides = [kept.fields[side] for side in SIDES]
            if kept.fields["Status"]["Code"] != "active" or group.vpc not in [side["VpcId"] for side in sides]:
                continue
            peering_id = kept.fields["VpcPeeringConnectionId"]
            other = next(side for side in sides if side["VpcId"] != group.vpc)
            peer = neighbour(call, other["OwnerId"]).part(Ec2Region)
            if any(_refers(each, group.id, peering_id) for each in peer.groups.values() if each.vpc == other["VpcId"]):
                found.append(
                    {
                        "GroupId": group.id,
                        "ReferencingVpcId": other["VpcId"],
                        "VpcPeeringConnectionId": peering_id,
                    }
                )
    return {"SecurityGroupReferenceSet": found}


def _refers(group: Group, group_id: str, peering_id: str) -> bool:
    infos = [made["ReferencedGroupInfo"] for made in group.rules.values() if refers_to(made, group_id)]
    return any(info.get("VpcPeeringConnectionId") == peering_id for info in infos)


@answers("ec2", "DescribeStaleSecurityGroups")
def describe_stale(call: Call) -> Document:
    """The stale rules of a VPC's groups."""
    vpc_id = find_vpc(call, call.params["VpcId"])["VpcId"]
    rows = []
    for group in known_groups(call):
        stale = [made for made in group.rules.values() if is_stale(call, made)]
        if group.vpc == vpc_id and stale and call.holds(STALE):
            rows.append(_row(call, group, stale))
    return paged(call, "StaleSecurityGroupSet", rows, dict, usual=255, most=255)


def _row(call: Call, group: Group, stale: list[Document]) -> Document:
    row = {name: group.fields[name] for name in ("GroupId", "GroupName", "Description", "VpcId")}
    for member, egress in (("StaleIpPermissions", False), ("StaleIpPermissionsEgress", True)):
        found = as_permissions(call, [made for made in stale if made["IsEgress"] is egress])
        for permission in found:
            del permission["Ipv6Ranges"]
        row[member] = found
    return row
