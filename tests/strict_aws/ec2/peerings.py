"""VPC peering connections: asked for, accepted, ended."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.addresses import overlap
from tests.strict_aws.ec2.errors import check_id, dry_run, invalid, missing, no_such
from tests.strict_aws.ec2.filters import filtered, value_of
from tests.strict_aws.ec2.listings import named, paged
from tests.strict_aws.ec2.lookups import find_vpc
from tests.strict_aws.ec2.peers import SIDES, peerings
from tests.strict_aws.ec2.state import Ec2Region, Kept, Turn, held
from tests.strict_aws.ec2.tags import put_tags, specified, tags_of
from tests.strict_aws.models import session
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]
WEEK, SHOWN = 7 * 86400.0, 2 * 3600.0

OVERLAP = rule(
    "ec2.peering-overlap", "Between VPCs whose blocks overlap it fails", "botocore: CreateVpcPeeringConnection"
)
ACCEPTER = rule(
    "ec2.peering-accepter", "Only the owner of the other VPC accepts", "botocore: CreateVpcPeeringConnection"
)
STATES = rule(
    "ec2.peering-states",
    "Accepted and rejected are those that wait for it, deleted those that are active or wait",
    "VPC peering guide, lifecycle: from memory",
    recalled=True,
)
_OPTIONS = {
    "AllowDnsResolutionFromRemoteVpc": False,
    "AllowEgressFromLocalClassicLinkToRemoteVpc": False,
    "AllowEgressFromLocalVpcToRemoteClassicLink": False,
}
_MESSAGES = {
    "initiating-request": "Initiating Request to {}",
    "pending-acceptance": "Pending Acceptance by {}",
    "provisioning": "Provisioning",
    "active": "Active",
    "rejected": "Rejected by {}",
    "deleted": "Deleted by {}",
    "failed": "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range",
}


def _status(code: str, account: str = "") -> Document:
    return {"Code": code, "Message": _MESSAGES[code].format(account)}


def _side(vpc: Document | None, account: str, region: str, vpc_id: str) -> Document:
    found: Document = {"OwnerId": account, "Region": region, "VpcId": vpc_id}
    if vpc is None:
        return found
    blocks = [{"CidrBlock": each["CidrBlock"]} for each in vpc["CidrBlockAssociationSet"]]
    six = [{"Ipv6CidrBlock": each["Ipv6CidrBlock"]} for each in vpc["Ipv6CidrBlockAssociationSet"]]
    found |= {"CidrBlock": vpc["CidrBlock"], "CidrBlockSet": blocks}
    return found | ({"Ipv6CidrBlockSet": six} if six else {})


def _shown(call: Call, kept: Kept) -> Document:
    """A connection as one of its sides sees it: options of its own side, the other's blocks once it is accepted."""
    fields = kept.fields
    shown = dict(fields) | {"Tags": tags_of(call, fields["VpcPeeringConnectionId"])}
    for name in SIDES:
        side = dict(fields[name])
        if fields["Status"]["Code"] == "active":
            if side["OwnerId"] == call.region.account:
                side["PeeringOptions"] = _OPTIONS
        elif side["OwnerId"] != call.region.account:
            for member in ("CidrBlock", "CidrBlockSet", "Ipv6CidrBlockSet"):
                side.pop(member, None)
        shown[name] = side
    if fields["Status"]["Code"] != "pending-acceptance":
        shown.pop("ExpirationTime")
    return shown


@answers("ec2", "CreateVpcPeeringConnection")
def create_peering(call: Call) -> Document:
    """Ask for a connection between a VPC here and another one, of whatever account and region."""
    vpc = find_vpc(call, call.params["VpcId"])
    if not call.params.get("PeerVpcId"):
        raise missing("peerVpcId")
    account = call.params.get("PeerOwnerId") or call.region.account
    region, peer_id = call.params.get("PeerRegion") or call.region.name, call.params["PeerVpcId"]
    if region not in session().get_available_regions("ec2", call.region.partition):
        raise invalid(f"Invalid value '{region}' for PeerRegion")
    peer_region = call.aws.region(region, account).part(Ec2Region)
    peer = peer_region.vpcs.get(peer_id)
    if (account, region) == (call.region.account, call.region.name):
        peer = find_vpc(call, peer_id)
    tags = specified(call, "vpc-peering-connection")
    dry_run(call)
    peering_id = call.aws.ids.ec2("pcx")
    sides = {
        "RequesterVpcInfo": _side(vpc, call.region.account, call.region.name, vpc["VpcId"]),
        "AccepterVpcInfo": _side(peer, account, region, peer_id),
    }
    fields: Document = {
        "VpcPeeringConnectionId": peering_id,
        **sides,
        "ExpirationTime": call.now + WEEK,
        "Status": _status("pending-acceptance", account),
    }
    if peer is None or peer is vpc or (_overlapping(vpc, peer) and call.holds(OVERLAP)):
        fields["Status"] = _status("failed")
    elif peer_region is not held(call):
        peer_region.peered[peering_id] = (call.region.account, call.region.name)
    held(call).peerings[peering_id] = kept = Kept(fields)
    put_tags(call, peering_id, tags)
    shown = _shown(call, kept)
    if fields["Status"]["Code"] == "pending-acceptance":
        shown |= {"Status": _status("initiating-request", account)}
    return {"VpcPeeringConnection": shown}


def _overlapping(vpc: Document, peer: Document) -> bool:
    return any(
        overlap(one["CidrBlock"], other["CidrBlock"])
        for one in vpc["CidrBlockAssociationSet"]
        for other in peer["CidrBlockAssociationSet"]
    )


def _find(call: Call) -> Kept:
    wanted = call.params["VpcPeeringConnectionId"]
    check_id(call, "pcx", wanted)
    for kept in peerings(call):
        if kept.fields["VpcPeeringConnectionId"] == wanted:
            return kept
    raise no_such("pcx", wanted)


def _check_state(call: Call, kept: Kept, *states: str) -> None:
    if kept.fields["Status"]["Code"] not in states and call.holds(STATES):
        text = f"VpcPeeringConnection {kept.fields['VpcPeeringConnectionId']} is in the state "
        raise Refusal(
            "InvalidStateTransition", text + f"{kept.fields['Status']['Code']}, not one of {', '.join(states)}"
        )


def _check_accepter(call: Call, kept: Kept) -> None:
    side = kept.fields["AccepterVpcInfo"]
    if (side["OwnerId"], side["Region"]) != (call.region.account, call.region.name) and call.holds(ACCEPTER):
        text = f"User {call.region.account} cannot accept peering {kept.fields['VpcPeeringConnectionId']}"
        raise Refusal("OperationNotPermitted", text)


@answers("ec2", "AcceptVpcPeeringConnection")
def accept_peering(call: Call) -> Document:
    """Accept a connection that was asked for."""
    if not call.params.get("VpcPeeringConnectionId"):
        raise missing("vpcPeeringConnectionId")
    kept = _find(call)
    _check_accepter(call, kept)
    _check_state(call, kept, "pending-acceptance")
    dry_run(call)
    kept.fields["Status"] = _status("active")
    return {"VpcPeeringConnection": _shown(call, kept) | {"Status": _status("provisioning")}}


def _ended(call: Call, kept: Kept, code: str) -> Document:
    kept.fields["Status"] = _status(code, call.region.account)
    kept.turn = Turn(call.now + SHOWN, None)
    return {"Return": True}


@answers("ec2", "RejectVpcPeeringConnection")
def reject_peering(call: Call) -> Document:
    """Decline a connection that was asked for."""
    kept = _find(call)
    _check_accepter(call, kept)
    _check_state(call, kept, "pending-acceptance")
    dry_run(call)
    return _ended(call, kept, "rejected")


@answers("ec2", "DeleteVpcPeeringConnection")
def delete_peering(call: Call) -> Document:
    """End a connection, from either side; it is listed for two hours more."""
    kept = _find(call)
    _check_state(call, kept, "active", "pending-acceptance", "failed", "expired", "rejected")
    dry_run(call)
    return _ended(call, kept, "deleted")


def _reads() -> dict[str, Any]:
    reads = {
        "vpc-peering-connection-id": value_of("VpcPeeringConnectionId"),
        "expiration-time": value_of("ExpirationTime"),
    }
    reads |= {"status-code": value_of("Status", "Code"), "status-message": value_of("Status", "Message")}
    for prefix, side in (("requester", "RequesterVpcInfo"), ("accepter", "AccepterVpcInfo")):
        for name, member in (("cidr-block", "CidrBlock"), ("owner-id", "OwnerId"), ("vpc-id", "VpcId")):
            reads[f"{prefix}-vpc-info.{name}"] = value_of(side, member)
    return reads


@answers("ec2", "DescribeVpcPeeringConnections")
def describe_peerings(call: Call) -> Document:
    """The connections of the region's VPCs."""
    shown = [kept for kept in peerings(call) if kept.turn is None or kept.turn.due > call.now]
    known = {kept.fields["VpcPeeringConnectionId"]: kept for kept in shown}
    whose = lambda row: str(row["VpcPeeringConnectionId"])  # noqa: E731
    rows = [_shown(call, kept) for kept in named(call, "VpcPeeringConnectionIds", "pcx", known)]
    return paged(call, "VpcPeeringConnections", filtered(call, rows, _reads(), whose), dict)
