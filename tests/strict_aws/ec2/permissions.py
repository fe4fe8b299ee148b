"""Security-group rules: what the permissions of a request say, canonical as EC2 keeps it, and how answers show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.ec2.addresses import canonical
from tests.strict_aws.ec2.errors import check_id, combined, invalid, missing, no_such
from tests.strict_aws.ec2.lists import list_exists
from tests.strict_aws.ec2.lookups import find_group, group_by_name
from tests.strict_aws.ec2.peers import (
    active_between,
    neighbour,
    reachable_by_association,
    referenced,
    status_of,
)
from tests.strict_aws.ec2.state import Ec2Region, Group
from tests.strict_aws.ec2.tags import tags_of
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]
WITH_PORTS = ("tcp", "udp", "icmp", "icmpv6")

CANONICAL = rule(
    "ec2.canonical-cidrs", "CIDR blocks are kept in their canonical form", "botocore: AuthorizeSecurityGroupIngress"
)
NO_PORTS = rule(
    "ec2.protocols-without-ports",
    "Only tcp, udp, icmp and icmpv6 have ports; those four are given back by name, others by number",
    "botocore: IpPermission; AWS notes, section 5",
)
PROTOCOL_NAMES = rule(
    "ec2.other-protocol-names", "Some other protocols can be given by name", "emulators accept them", recalled=True
)
DESCRIPTIONS = rule("ec2.rule-descriptions", "Descriptions of rules have a charset and a length", "botocore: IpRange")
REACH = rule(
    "ec2.reach-of-references",
    "A rule refers to groups of its own VPC, or across an active peering in the same region",
    "quoted: VPC peering guide, security groups; the text in public issues",
)
SOURCES = rule("ec2.rule-source", "A rule has exactly one source", "botocore: AuthorizeSecurityGroupIngress")
BATCH = rule("ec2.rules-a-call", "A call takes up to 1000 rules", "AWS notes, section 2.3: not of AWS", recalled=True)

_NAMES = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
_OTHER = {"esp": "50", "ah": "51", "gre": "47"}
_TEXT = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_KINDS = {
    "CidrIpv4": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "PrefixListId": ("PrefixListIds", "PrefixListId"),
    "ReferencedGroupInfo": ("UserIdGroupPairs", "GroupId"),
}
MEMBERS = tuple(member for member, _ in _KINDS.values())


# --- what a request says --------------------------------------------------------------------------------


def protocol_of(call: Call, given: str | None) -> str:
    """A protocol as it is given back: four by name, the others by number."""
    if given is None:
        raise missing("IpProtocol")
    text = _NAMES.get(given.lower(), given.lower())
    if text in _OTHER and call.holds(PROTOCOL_NAMES):
        return _OTHER[text]
    if text in WITH_PORTS or text == "-1":
        return text
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) > 255:
        raise invalid(f"Invalid value '{given}' for IP protocol. Unknown protocol.")
    return str(int(text))


def ports_of(call: Call, protocol: str, low: int | None, high: int | None) -> tuple[int, int]:
    """The ports of a rule; -1 where it has none."""
    none_given = low is None and high is None
    if protocol not in WITH_PORTS and (none_given or call.holds(NO_PORTS)):
        return -1, -1
    if protocol == "icmpv6" and none_given:
        return -1, -1
    if low is None or high is None:
        raise invalid("Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
    if protocol in ("icmp", "icmpv6"):
        if not -1 <= low <= 255:
            raise invalid(f"ICMP type ({low}) out of range")
        if not -1 <= high <= 255:
            raise invalid(f"ICMP code ({high}) out of range")
        if low == -1 and high != -1:
            raise invalid(f"ICMP code ({high}) must be -1 where the type is -1")
        return low, high
    for port in (low, high):
        if not 0 <= port <= 65535:
            raise invalid(f"TCP/UDP port ({port}) out of range")
    if low > high:
        raise invalid(f"Invalid TCP/UDP port range ({low}:{high})")
    return low, high


def description_of(call: Call, given: str | None) -> str | None:
    """A description, if EC2 would take it; none where it is empty."""
    if given and not _TEXT.fullmatch(given) and call.holds(DESCRIPTIONS):
        text = "Invalid rule description. Valid descriptions are strings less than 256 characters from the following "
        raise invalid(text + "set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*")
    return given or None


def block_of(call: Call, given: str | None, version: int) -> str:
    """A CIDR block in its canonical form."""
    found = canonical(given or "", version)
    if found is None:
        raise invalid(f"CIDR block {given} is malformed")
    return found if call.holds(CANONICAL) else str(given)


def _own_reference(call: Call, group: Group, other: Group) -> Document:
    info = {"GroupId": other.id, "UserId": call.region.account}
    if other.vpc == group.vpc or not call.holds(REACH):
        return info
    peering = active_between(call, group.vpc, other.vpc)
    if peering is not None:
        return info | {"VpcId": other.vpc, "VpcPeeringConnectionId": peering}
    if reachable_by_association(call, group, other):
        return info | {"VpcId": other.vpc}
    raise _out_of_reach()


def _out_of_reach() -> Refusal:
    text = "You have specified two resources that belong to different networks."
    return Refusal("InvalidGroup.NotFound", text)


def reference_to(call: Call, group: Group, item: Mapping[str, str]) -> Document:
    """A reference of a rule of ``group``, resolved: the group is there and within reach."""
    owner = item.get("UserId") or call.region.account
    if not item.get("GroupId"):
        if not item.get("GroupName"):
            raise missing("GroupId")
        return _own_reference(call, group, group_by_name(call, item["GroupName"], group.vpc))
    if owner == call.region.account:
        return _own_reference(call, group, find_group(call, item["GroupId"]))
    check_id(call, "sg", item["GroupId"])
    other = neighbour(call, owner).part(Ec2Region).groups.get(item["GroupId"])
    peering = None if other is None else active_between(call, group.vpc, other.vpc)
    if other is None or peering is None:
        raise _out_of_reach()
    return {"GroupId": other.id, "UserId": owner, "VpcId": other.vpc, "VpcPeeringConnectionId": peering}


def _sources(call: Call, group: Group, permission: Mapping[str, Any], resolve: bool) -> Iterator[Document]:
    """Each source of a permission, with its description."""
    for name, (member, inner) in _KINDS.items():
        for item in permission.get(member) or ():
            text = description_of(call, item.get("Description"))
            described = {"Description": text} if text else {}
            if name == "ReferencedGroupInfo":
                yield {name: _reference(call, group, item, resolve), **described}
            elif name == "PrefixListId":
                yield {name: _listed(call, item, resolve), **described}
            else:
                yield {name: block_of(call, item.get(inner), 4 if name == "CidrIpv4" else 6), **described}


def _reference(call: Call, group: Group, item: Mapping[str, str], resolve: bool) -> Document:
    if resolve or not item.get("GroupId"):
        return reference_to(call, group, item)
    return {"GroupId": item["GroupId"]}


def _listed(call: Call, item: Mapping[str, str], resolve: bool) -> str:
    list_id = item.get("PrefixListId")
    if not list_id:
        raise missing("PrefixListId")
    check_id(call, "pl", list_id)
    if resolve and not list_exists(call, list_id):
        raise no_such("pl", list_id)
    return list_id


def drafts(
    call: Call, group: Group, given: Iterable[Mapping[str, Any]], *, egress: bool, resolve: bool = True
) -> list[Document]:
    """The rules that permissions mean, one per source, without ids.

    ``resolve`` is whether groups and lists that they refer to have to be there: not where rules are only named.
    """
    made: list[Document] = []
    for permission in given:
        protocol = protocol_of(call, permission.get("IpProtocol"))
        low, high = ports_of(call, protocol, permission.get("FromPort"), permission.get("ToPort"))
        own = {"IsEgress": egress, "IpProtocol": protocol, "FromPort": low, "ToPort": high}
        found = [own | source for source in _sources(call, group, permission, resolve)]
        if not found and call.holds(SOURCES):
            text = "Missing source specification: include source security group or CIDR information"
            raise Refusal("MissingParameter", text)
        made += found
    if not made:
        raise missing("ipPermissions")
    if len(made) > 1000 and call.holds(BATCH):
        raise invalid("The maximum number of rules per request is 1000")
    return made


def asked(call: Call, *, egress: bool) -> list[Mapping[str, Any]]:
    """The permissions of a request, in the list or in the flat form, which only ingress has."""
    listed = call.params.get("IpPermissions") or []
    flat = [name for name in ("CidrIp", "SourceSecurityGroupName") if call.params.get(name)]
    if egress or not flat:
        return list(listed)
    if listed or len(flat) > 1:
        raise combined(f"The parameter {flat[0]} may not be used in combination with other sources")
    if flat == ["CidrIp"]:
        ports = call.given("IpProtocol", "FromPort", "ToPort")
        return [ports | {"IpRanges": [{"CidrIp": call.params["CidrIp"]}]}]
    pair = {"GroupName": call.params["SourceSecurityGroupName"]}
    if call.params.get("SourceSecurityGroupOwnerId"):
        pair["UserId"] = call.params["SourceSecurityGroupOwnerId"]
    whole = {"tcp": (0, 65535), "udp": (0, 65535), "icmp": (-1, -1)}
    return [
        {"IpProtocol": name, "FromPort": low, "ToPort": high, "UserIdGroupPairs": [pair]}
        for name, (low, high) in whole.items()
    ]


# --- what makes a rule itself ---------------------------------------------------------------------------


def kind_of(made: Mapping[str, Any]) -> str:
    """Which of the four members is a rule's source."""
    return next(name for name in _KINDS if name in made)


def identity(made: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes a rule itself within a group and a direction: not its description, nor its tags."""
    kind = kind_of(made)
    source = made[kind]["GroupId"] if kind == "ReferencedGroupInfo" else made[kind]
    return made["IpProtocol"], made["FromPort"], made["ToPort"], kind, source


def in_words(made: Mapping[str, Any]) -> str:
    """A rule as EC2's errors put it."""
    protocol, low, high, _, source = identity(made)
    if protocol == "-1":
        return f"peer: {source}, ALL, ALLOW"
    if protocol in ("tcp", "udp"):
        return f"peer: {source}, {protocol.upper()}, from port: {low}, to port: {high}, ALLOW"
    if protocol in WITH_PORTS:
        kind, code = ("ALL" if number == -1 else number for number in (low, high))
        return f"peer: {source}, {protocol.upper()}, type: {kind}, code: {code}, ALLOW"
    return f"peer: {source}, protocol: {protocol}, ALLOW"


# --- how answers show rules -----------------------------------------------------------------------------


def _reference_shown(call: Call, info: Document) -> Document:
    shown = dict(info)
    if "VpcPeeringConnectionId" in info:
        shown["PeeringStatus"] = status_of(call, info["VpcPeeringConnectionId"])
    if "VpcId" in info and referenced(call, info) is None:
        del shown["UserId"]
    return shown


def shown_rule(call: Call, made: Document) -> Document:
    """A rule as DescribeSecurityGroupRules gives it."""
    rule_id = made["SecurityGroupRuleId"]
    shown = made | {"Tags": tags_of(call, rule_id)}
    shown["SecurityGroupRuleArn"] = call.region.arn("ec2", f"security-group-rule/{rule_id}")
    if "ReferencedGroupInfo" in made:
        shown["ReferencedGroupInfo"] = _reference_shown(call, made["ReferencedGroupInfo"])
    return shown


def as_permissions(call: Call, rules: Iterable[Document]) -> list[Document]:
    """Rules as DescribeSecurityGroups gives them: merged by protocol and ports, in no order that means anything."""
    merged: dict[tuple[Any, ...], Document] = {}
    for made in sorted(rules, key=lambda each: str(each["SecurityGroupRuleId"])):
        key = made["IpProtocol"], made["FromPort"], made["ToPort"]
        if key not in merged:
            ports = {"FromPort": key[1], "ToPort": key[2]} if key[0] in WITH_PORTS else {}
            merged[key] = {"IpProtocol": key[0], **ports} | {member: [] for member in MEMBERS}
        kind = kind_of(made)
        member, inner = _KINDS[kind]
        item = _reference_shown(call, made[kind]) if kind == "ReferencedGroupInfo" else {inner: made[kind]}
        if made.get("Description"):
            item["Description"] = made["Description"]
        merged[key][member].append(item)
    return list(merged.values())


def refers_to(made: Document, group_id: str) -> bool:
    """Whether a rule refers to a group."""
    return bool(made.get("ReferencedGroupInfo", {}).get("GroupId") == group_id)
