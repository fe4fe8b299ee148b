"""Security-group rules: what a permission of a request says, canonical as AWS keeps it, and the rule made of it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import security_groups as moto_groups

PROTOCOLS = {"tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp", "icmp": "icmp", "1": "icmp", "all": "-1"}
PROTOCOLS |= {"icmpv6": "icmpv6", "58": "icmpv6", "-1": "-1", "esp": "50", "ah": "51", "gre": "47"}
DESCRIPTION = re.compile(r"^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}$")
LIST_WEIGHTS = {"com.amazonaws.global.cloudfront.origin-facing": 55}
OPERATION_RULES = 1000


def refuse(code: str, message: str) -> EC2ClientError:
    """An error answer of EC2."""
    return EC2ClientError(code, message)


def invalid(message: str) -> EC2ClientError:
    """InvalidParameterValue."""
    return refuse("InvalidParameterValue", message)


def canonical_cidr(text: str, family: int) -> str:
    """A CIDR as AWS gives it back: host bits dropped, IPv6 in lower case and compressed."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise invalid(f"CIDR block {text} is malformed") from None
    if network.version != family or "/" not in text:
        raise invalid(f"CIDR block {text} is malformed")
    return str(network)


def canonical_protocol(text: Any) -> str:
    """A protocol as AWS gives it back: four by name, the others by number."""
    name = str(text).lower() if text is not None else ""
    if name in PROTOCOLS:
        return PROTOCOLS[name]
    if not name.isdigit() or int(name) > 255:
        raise invalid(f"Invalid value '{text or 'null'}' for protocol. Must be a protocol name or number.")
    return name


def canonical_ports(protocol: str, start: Any, end: Any) -> tuple[int | None, int | None]:
    """The ports as AWS keeps them; None where the protocol has none."""
    if protocol not in ("tcp", "udp", "icmp", "icmpv6"):
        return None, None
    if protocol == "icmpv6" and start is None and end is None:
        return -1, -1
    if start is None or end is None:
        raise invalid("Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
    low, high = int(start), int(end)
    if protocol in ("icmp", "icmpv6"):
        if not -1 <= low <= 255 or not -1 <= high <= 255 or (low == -1 and high != -1):
            raise invalid(f"ICMP code ({high}) or type ({low}) out of range")
    elif low > high or not 0 <= low <= 65535 or not 0 <= high <= 65535:
        raise invalid(f"Invalid TCP/UDP port range ({low}:{high})")
    return low, high


def checked_description(text: str | None) -> str | None:
    """The description, if AWS would take it."""
    if text is not None and not DESCRIPTION.match(text):
        message = "Invalid rule description. Valid descriptions are strings less than 256 characters from the "
        raise invalid(message + "following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*")
    return text or None


@dataclass(frozen=True)
class Identity:
    """What makes a rule itself within a group and a direction; its description and tags do not."""

    protocol: str
    from_port: int | None
    to_port: int | None
    kind: str
    source: str
    owner: str = ""

    def __str__(self) -> str:
        ports = f", from port: {self.from_port}, to port: {self.to_port}" if self.from_port is not None else ""
        return f"peer: {self.source}, {'ALL' if self.protocol == '-1' else self.protocol.upper()}{ports}, ALLOW"


class Rule(moto_groups.SecurityGroupRule):
    """A rule. It keeps what moto's filters read, and shows itself as AWS does."""

    def __init__(
        self,
        ec2_backend: Any,
        ip_protocol: str,
        group_id: str,
        from_port: Any,
        to_port: Any,
        ip_range: Mapping[str, str] | None,
        source_group: Mapping[str, str] | None = None,
        prefix_list_id: Mapping[str, str] | None = None,
        is_egress: bool = True,
        tags: dict[str, str] | None = None,
    ) -> None:
        protocol = canonical_protocol(ip_protocol)
        low, high = canonical_ports(protocol, from_port, to_port)
        super().__init__(ec2_backend, "-1", group_id, None, None, dict(ip_range or {}), None, None, is_egress)
        self.ip_protocol, self.from_port, self.to_port = protocol, low, high
        self.source_group = dict(source_group or {})
        self.prefix_list_id = prefix_list_id["PrefixListId"] if prefix_list_id else None
        given = ip_range or source_group or prefix_list_id or {}
        self.text: str | None = checked_description(given.get("Description"))
        self.add_tags(tags or {})

    @property
    def description(self) -> str | None:
        """The description, of whatever kind the source is."""
        return self.text

    @property
    def identity(self) -> Identity:
        """What the rule is."""
        own = (str(self.ip_protocol), self.from_port, self.to_port)
        if self.prefix_list_id:
            return Identity(*own, "list", self.prefix_list_id)
        if self.source_group:
            return Identity(*own, "group", self.source_group["GroupId"], self.source_group["UserId"])
        if self.cidr_ipv6:
            return Identity(*own, "v6", self.cidr_ipv6)
        return Identity(*own, "v4", str(self.cidr_ipv4))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rule) and self.identity == other.identity

    __hash__ = None  # type: ignore[assignment]

    def _described(self) -> dict[str, str]:
        return {"Description": self.text} if self.text else {}

    def source(self) -> tuple[str, dict[str, Any]]:
        """The list of an IpPermission that the rule stands in, and its item there."""
        if self.prefix_list_id:
            return "PrefixListIds", {"PrefixListId": self.prefix_list_id, **self._described()}
        if self.source_group:
            keys = ("GroupId", "UserId", "VpcId", "VpcPeeringConnectionId", "PeeringStatus")
            pair = {key: self.source_group[key] for key in keys if key in self.source_group}
            return "UserIdGroupPairs", {**pair, **self._described()}
        if self.cidr_ipv6:
            return "Ipv6Ranges", {"CidrIpv6": self.cidr_ipv6, **self._described()}
        return "IpRanges", {"CidrIp": self.cidr_ipv4, **self._described()}

    def row(self) -> dict[str, Any]:
        """The rule as DescribeSecurityGroupRules gives it."""
        account, region = self.ec2_backend.account_id, self.ec2_backend.region_name
        row: dict[str, Any] = {
            "SecurityGroupRuleId": self.id,
            "GroupId": self.group_id,
            "GroupOwnerId": account,
        }
        row |= {"IsEgress": self.is_egress, "IpProtocol": self.ip_protocol}
        row |= {"FromPort": -1 if self.from_port is None else self.from_port}
        row |= {"ToPort": -1 if self.to_port is None else self.to_port, **self._described()}
        row["Tags"] = [{"Key": tag["key"], "Value": tag["value"]} for tag in self.get_tags()]
        row["SecurityGroupRuleArn"] = f"arn:aws:ec2:{region}:{account}:security-group-rule/{self.id}"
        kind, item = self.source()
        item = {key: value for key, value in item.items() if key != "Description"}
        names = {"IpRanges": ("CidrIpv4", "CidrIp"), "Ipv6Ranges": ("CidrIpv6", "CidrIpv6")}
        names["PrefixListIds"] = ("PrefixListId", "PrefixListId")
        if kind in names:
            name, member = names[kind]
            return row | {name: item[member]}
        return row | {"ReferencedGroupInfo": item}


def permissions(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Rules as DescribeSecurityGroups gives them: merged by protocol and ports."""
    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for rule in rules:
        key = (rule.ip_protocol, rule.from_port, rule.to_port)
        if key not in merged:
            merged[key] = {"IpProtocol": rule.ip_protocol}
            if rule.from_port is not None:
                merged[key] |= {"FromPort": rule.from_port, "ToPort": rule.to_port}
            merged[key] |= {"IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}
        kind, item = rule.source()
        merged[key][kind].append(item)
    return list(merged.values())


def sources(permission: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, item) of each source in a permission of a request."""
    for kind in ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"):
        for item in permission.get(kind) or []:
            yield kind, dict(item)


def _group_source(backend: Any, group: Any, item: dict[str, Any]) -> dict[str, str]:
    """A reference to a group, resolved; it must be in reach of the group's VPC."""
    owner = str(item.get("UserId") or backend.account_id)
    if owner != backend.account_id and item.get("GroupId"):
        return {key: str(item[key]) for key in ("GroupId", "VpcId", "VpcPeeringConnectionId") if key in item} | {
            "UserId": owner
        }
    name = item.get("GroupId") or item.get("GroupName") or ""
    if item.get("GroupId"):
        found = backend.get_security_group_from_id(name)
    else:
        found = backend.get_security_group_from_name(name, group.vpc_id)
    if found is None:
        raise refuse("InvalidGroup.NotFound", f"The security group '{name}' does not exist")
    made = {"GroupId": found.id, "UserId": owner}
    if found.vpc_id != group.vpc_id:
        for peering in backend.vpc_pcxs.values():
            if {peering.vpc.id, peering.peer_vpc.id} == {group.vpc_id, found.vpc_id}:
                made |= {
                    "VpcId": found.vpc_id,
                    "VpcPeeringConnectionId": peering.id,
                    "PeeringStatus": "active",
                }
                return made
        raise refuse("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
    return made


def parse(backend: Any, group: Any, given: Iterable[Mapping[str, Any]], is_egress: bool) -> list[Rule]:
    """The rules that the permissions of a request mean, one per source; none of them is in the group yet."""
    rules: list[Rule] = []
    for permission in given:
        own = (permission.get("IpProtocol"), group.id, permission.get("FromPort"), permission.get("ToPort"))
        for kind, item in sources(permission):
            described = {"Description": item["Description"]} if item.get("Description") else {}
            cidr: dict[str, str] | None = None
            pair: dict[str, str] | None = None
            listed: dict[str, str] | None = None
            if kind == "IpRanges":
                cidr = {"CidrIp": canonical_cidr(item["CidrIp"], 4), **described}
            elif kind == "Ipv6Ranges":
                cidr = {"CidrIpv6": canonical_cidr(item["CidrIpv6"], 6), **described}
            elif kind == "UserIdGroupPairs":
                pair = {**_group_source(backend, group, item), **described}
            else:
                if item["PrefixListId"] not in backend.managed_prefix_lists:
                    text = f"The prefix list ID '{item['PrefixListId']}' does not exist"
                    raise refuse("InvalidPrefixListID.NotFound", text)
                listed = {"PrefixListId": item["PrefixListId"], **described}
            rules.append(Rule(backend, *own, cidr, pair, listed, is_egress))  # type: ignore[arg-type]
    if not rules:
        text = "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided."
        raise refuse("MissingParameter", text)
    if len(rules) > OPERATION_RULES:
        raise invalid(f"The maximum number of rules per request is {OPERATION_RULES}")
    return rules


def weights(backend: Any, rules: Iterable[Rule]) -> tuple[int, int]:
    """How much the rules count against the quota for IPv4 and for IPv6; a group counts in both."""
    four = six = 0
    for rule in rules:
        kind = rule.identity.kind
        if kind == "list":
            held = backend.managed_prefix_lists.get(rule.prefix_list_id)
            weight = int(held.max_entries or LIST_WEIGHTS.get(held.prefix_list_name, 1)) if held else 1
            family = held.address_family if held else "IPv4"
            four, six = (four + weight, six) if family == "IPv4" else (four, six + weight)
        else:
            four += kind in ("v4", "group")
            six += kind in ("v6", "group")
    return four, six
