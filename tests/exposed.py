"""Estates of groups, rules and prefix lists in short form, for the tests of exposure and of the rule book."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.judge import Judgement, judge
from dr_toolkit.model.documents import READ, Coverage, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry

NOW = datetime(2026, 11, 25, tzinfo=UTC)
WORLD, WORLD6 = "0.0.0.0/0", "::/0"


def rule(text: str, group: str = "web", **more: Any) -> Resource:
    """A rule by ``direction protocol ports peer``: ``in tcp 80-81 10.0.0.0/8``, ``out all - pl:offices``.

    A peer is a range, ``pl:NAME``, ``aws:NAME`` (a list of AWS's), ``sg:NAME`` or ``sg:NAME@ACCOUNT``.
    """
    direction, protocol, ports, peer = text.split()
    first, last = _ends(ports)
    attributes: dict[str, Any] = {
        "GroupId": Ref(ResourceKey("ec2.security_group", ("main", group))),
        "IsEgress": direction == "out",
        "IpProtocol": "-1" if protocol == "all" else protocol,
    }
    if first is not None:
        attributes |= {"FromPort": first, "ToPort": last}
    member, value = _peer(peer)
    attributes |= {member: value} | more
    shown = "all" if first is None else f"{first}-{last}"
    name = {"CidrIpv4": peer, "CidrIpv6": peer}.get(member, peer.replace("sg:", "sg:main/").replace("aws:", "pl:"))
    path = ("main", group, "egress" if direction == "out" else "ingress", protocol, shown, name)
    return Resource(ResourceKey("ec2.security_group_rule", path), attributes)


def _ends(ports: str) -> tuple[int | None, int | None]:
    if ports in ("-", "-1"):
        return (None, None) if ports == "-" else (-1, -1)
    first, _, last = ports.partition("-")
    return int(first), int(last or first)


def _peer(peer: str) -> tuple[str, Any]:
    kind, _, name = peer.partition(":")
    if kind == "pl":
        return "PrefixListId", Ref(ResourceKey("ec2.prefix_list", (name,)))
    if kind == "aws":
        return "PrefixListId", Ref(ResourceKey("ec2.foreign_prefix_list", (name,)))
    if kind == "sg":
        name, _, account = name.partition("@")
        if account:
            group = Ref(ResourceKey("ec2.foreign_security_group", (name,)))
            return "ReferencedGroupInfo", {"GroupId": group, "UserId": account}
        return "ReferencedGroupInfo", {"GroupId": Ref(ResourceKey("ec2.security_group", ("main", name)))}
    return ("CidrIpv6" if ":" in peer else "CidrIpv4"), peer


def prefix_list(name: str, *cidrs: str, **more: Any) -> Resource:
    """A customer's prefix list with entries."""
    entries = [{"Cidr": cidr} for cidr in sorted(cidrs)]
    attributes = {"PrefixListName": name, "MaxEntries": 10, "AddressFamily": "IPv4"} | more
    return Resource(
        ResourceKey("ec2.prefix_list", (name,)), attributes | ({"Entries": entries} if entries else {}), f"pl-{name}"
    )


def group(name: str = "web", **more: Any) -> Resource:
    """A security group."""
    vpc = Ref(ResourceKey("ec2.vpc", ("main",)))
    attributes = {"GroupName": name, "Description": name, "VpcId": vpc} | more
    return Resource(ResourceKey("ec2.security_group", ("main", name)), attributes, f"sg-{name}")


def thing(text: str, physical_id: str | None = None, /, **attributes: Any) -> Resource:
    """Any resource by its printed key."""
    return Resource(ResourceKey.parse(text), attributes, physical_id)


def estate(*resources: Resource | str) -> Estate:
    """An estate in which everything was read; a text is a rule of the group ``web``."""
    made = Estate(coverage={t.name: Coverage(READ) for t in registry()})
    for each in resources:
        made.put(rule(each) if isinstance(each, str) else each)
    return made


# --- a change, seen from both sides --------------------------------------------------------------------

Sides = tuple[list[Resource], list[Resource]]


def edit(key: str, before: dict[str, Any], after: dict[str, Any]) -> Sides:
    """One thing with other attributes."""
    return [thing(key, **before)], [thing(key, **after)]


def new(key: str, /, **attributes: Any) -> Sides:
    """One thing that was not there."""
    return [], [thing(key, **attributes)]


def gone(key: str, /, **attributes: Any) -> Sides:
    """One thing that is not there any more."""
    return [thing(key, **attributes)], []


def judged(sides: Sides) -> Judgement:
    """What the book says of a change from one estate to another."""
    before, after = (estate(*side) for side in sides)
    return judge(compare(before, after, registry()), before, after, NOW)
