"""VPC peering connections as both sides see them, and what rules can refer to across them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.strict_aws.call import Call, Region
from tests.strict_aws.ec2.state import Ec2Region, Group, Kept, held, settle

Document = dict[str, Any]
SIDES = ("RequesterVpcInfo", "AccepterVpcInfo")


def peerings(call: Call) -> Iterator[Kept]:
    """All peering connections that one of the region's VPCs is part of, ended ones too; expired ones are marked."""
    here = held(call)
    found = dict(here.peerings)
    for peering_id, (account, region) in here.peered.items():
        kept = call.aws.region(region, account).part(Ec2Region).peerings.get(peering_id)
        if kept is not None:
            found[peering_id] = kept
    for peering_id in sorted(found):
        fields = found[peering_id].fields
        if fields["Status"]["Code"] == "pending-acceptance" and fields["ExpirationTime"] <= call.now:
            fields["Status"] = {"Code": "expired", "Message": "Expired"}
        yield found[peering_id]


def status_of(call: Call, peering_id: str) -> str:
    """The status of a peering connection; one that is long gone was deleted."""
    for kept in peerings(call):
        if kept.fields["VpcPeeringConnectionId"] == peering_id:
            return str(kept.fields["Status"]["Code"])
    return "deleted"


def active_between(call: Call, vpc_id: str, other_id: str) -> str | None:
    """The active peering connection between two VPCs of one region, if there is one."""
    for kept in peerings(call):
        sides = [kept.fields[side] for side in SIDES]
        ids = {side["VpcId"] for side in sides}
        same_region = all(side["Region"] == call.region.name for side in sides)
        if kept.fields["Status"]["Code"] == "active" and ids == {vpc_id, other_id} and same_region:
            return str(kept.fields["VpcPeeringConnectionId"])
    return None


def neighbour(call: Call, account: str) -> Region:
    """The same region of another account."""
    return call.aws.region(call.region.name, account)


def referenced(call: Call, info: Document) -> Group | None:
    """The group that a rule refers to, in whatever account, if it is still there."""
    account = info.get("UserId") or call.region.account
    return neighbour(call, account).part(Ec2Region).groups.get(info["GroupId"])


def is_stale(call: Call, rule: Document) -> bool:
    """Whether a rule refers to a group that is gone, or that can't be reached any more."""
    info = rule.get("ReferencedGroupInfo")
    if info is None:
        return False
    group = referenced(call, info)
    if group is None:
        return True
    if "VpcPeeringConnectionId" in info:
        return status_of(call, info["VpcPeeringConnectionId"]) != "active"
    own = held(call).groups[rule["GroupId"]]
    return own.vpc != group.vpc and not reachable_by_association(call, own, group)


def reachable_by_association(call: Call, group: Group, other: Group) -> bool:
    """Whether one of two groups of an account is associated with the VPC of the other."""
    here = held(call).associations
    settle(call, here)
    kept = here.get((group.id, other.vpc)) or here.get((other.id, group.vpc))
    return kept is not None and kept.fields["State"] == "associated"
