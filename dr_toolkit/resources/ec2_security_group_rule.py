"""Security-group rules: one rule, one resource."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import replace
from functools import lru_cache
from typing import Any

from dr_toolkit.model.changes import Call, Change
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.spec import tags
from dr_toolkit.spec.fields import fixed, located, observed, physical, reference, setting
from dr_toolkit.spec.types import EC2_PAGES, Listing, Names, ResourceType, Row

_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_WITH_PORTS = frozenset({"tcp", "udp", "icmp", "icmpv6"})
_CIDRS = ("CidrIpv4", "CidrIpv6")
_LAG = {
    "InvalidGroup.NotFound": "again",
    "InvalidPrefixListId.NotFound": "again",
    "InvalidPrefixListID.NotFound": "again",
}
MOST_RULES_A_CALL = 500


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    """Canonical protocol, ports and addresses: AWS shows the same rule in several ways."""
    data: dict[str, Any] = dict(row.data)
    protocol = str(data.get("IpProtocol", "-1")).lower()
    data["IpProtocol"] = _PROTOCOLS.get(protocol, protocol)
    if data["IpProtocol"] not in _WITH_PORTS:
        data["FromPort"] = data["ToPort"] = None
    elif data["IpProtocol"].startswith("icmp"):
        data["FromPort"] = -1 if data.get("FromPort") is None else data["FromPort"]
        data["ToPort"] = -1 if data.get("ToPort") is None or data["FromPort"] == -1 else data["ToPort"]
    for member in _CIDRS:
        if data.get(member):
            data[member] = str(ipaddress.ip_network(data[member], strict=False))
    if info := data.get("ReferencedGroupInfo"):
        shown = info.get("UserId") if info.get("UserId") != scope.account else None
        data["ReferencedGroupInfo"] = info | {"UserId": shown}
    data["Tags"] = tags.of_list(data.get("Tags"))
    return data


def _ports(data: dict[str, Any]) -> str:
    if data.get("FromPort") is None:
        return "all"
    return f"{data['FromPort']}-{data.get('ToPort', data['FromPort'])}"


def _unknown(kind: str, physical_id: str) -> str:
    """A stable name for a peer that was not read, without its id in it."""
    return f"{kind}:unknown-{hashlib.sha256(physical_id.encode()).hexdigest()[:12]}"


def _identity(row: Row, names: Names) -> tuple[str, ...]:
    data = _prepare(row, names.scope)
    peer = next((str(data[m]) for m in _CIDRS if data.get(m)), "")
    if list_id := data.get("PrefixListId"):
        key = names.key(("ec2.prefix_list", "ec2.foreign_prefix_list"), str(list_id), row)
        peer = f"pl:{key.name}" if key else _unknown("pl", str(list_id))
    elif group_id := (data.get("ReferencedGroupInfo") or {}).get("GroupId"):
        key = names.key(("ec2.security_group", "ec2.foreign_security_group"), str(group_id), row)
        peer = "sg:" + key.text.partition("/")[2] if key else _unknown("sg", str(group_id))
    direction = "egress" if data.get("IsEgress") else "ingress"
    protocol = "all" if data["IpProtocol"] == "-1" else data["IpProtocol"]
    return direction, protocol, _ports(data), peer


def _permission(rule: Resource, *, described: bool) -> dict[str, Any]:
    """The rule as an IpPermission, with or without its description."""
    a = rule.attributes
    permission: dict[str, Any] = {"IpProtocol": a["IpProtocol"]}
    permission |= {m: a[m] for m in ("FromPort", "ToPort") if m in a}
    text = {"Description": a["Description"]} if described and a.get("Description") else {}
    if "CidrIpv4" in a:
        permission["IpRanges"] = [{"CidrIp": a["CidrIpv4"]} | text]
    elif "CidrIpv6" in a:
        permission["Ipv6Ranges"] = [{"CidrIpv6": a["CidrIpv6"]} | text]
    elif "PrefixListId" in a:
        permission["PrefixListIds"] = [{"PrefixListId": a["PrefixListId"]} | text]
    else:
        permission["UserIdGroupPairs"] = [dict(a["ReferencedGroupInfo"]) | text]
    return permission


def _direction(rule: Resource) -> str:
    return "Egress" if rule.attributes.get("IsEgress") else "Ingress"


def _create(rule: Resource) -> list[Call]:
    params = {"GroupId": rule.attributes["GroupId"], "IpPermissions": [_permission(rule, described=True)]}
    if spec := tags.specification("security-group-rule", rule.attributes.get("Tags"), run=False):
        params["TagSpecifications"] = spec
    operation = f"AuthorizeSecurityGroup{_direction(rule)}"
    return [Call(operation, params, tolerates=_LAG | {"InvalidPermission.Duplicate": "check"})]


def _delete(rule: Resource) -> list[Call]:
    params = {"GroupId": rule.attributes["GroupId"], "IpPermissions": [_permission(rule, described=False)]}
    gone = {"InvalidPermission.NotFound": "check"}
    return [Call(f"RevokeSecurityGroup{_direction(rule)}", params, tolerates=_LAG | gone)]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    calls = []
    if "Description" in change.names:
        group = change.after.attributes["GroupId"]
        params = {"GroupId": group, "IpPermissions": [_permission(change.after, described=True)]}
        calls.append(Call(f"UpdateSecurityGroupRuleDescriptions{_direction(change.after)}", params, tolerates=_LAG))
    if "Tags" in change.names:
        before, after = change.before.attributes.get("Tags"), change.after.attributes.get("Tags")
        calls += tags.ec2_calls(change.key, before, after)
    return calls


def _merge(calls: list[Call]) -> list[tuple[Call, list[int]]]:
    """One call for all rules of a group and direction that carry the same tags, and whose calls went into it."""
    alike: dict[str, list[int]] = {}
    for number, call in enumerate(calls):
        rest = {k: v for k, v in call.params.items() if k != "IpPermissions"}
        alike.setdefault(repr((call.operation, rest)), []).append(number)
    merged = []
    for numbers in alike.values():
        for start in range(0, len(numbers), MOST_RULES_A_CALL):
            part = numbers[start : start + MOST_RULES_A_CALL]
            first = calls[part[0]]
            permissions = [p for n in part for p in calls[n].params["IpPermissions"]]
            merged.append((replace(first, params={**first.params, "IpPermissions": permissions}), part))
    return merged


def _covers(wide: Resource, narrow: Resource) -> bool:
    """Whether everything that the second rule lets through, the first does too."""
    w, n = wide.attributes, narrow.attributes
    if bool(w.get("IsEgress")) != bool(n.get("IsEgress")):
        return False
    if w["IpProtocol"] != "-1" and not _ports_cover(w, n):
        return False
    for member in _CIDRS:
        if member in w and member in n:
            (first, last), (begin, end) = _range(w[member]), _range(n[member])
            return first <= begin and end <= last
    peers = ("PrefixListId", "ReferencedGroupInfo")
    return any(m in w and w.get(m) == n.get(m) for m in peers)


@lru_cache(maxsize=4096)
def _range(cidr: str) -> tuple[int, int]:
    """The first and the last address, as numbers."""
    network = ipaddress.ip_network(cidr)
    return int(network.network_address), int(network.broadcast_address)


def _ports_cover(w: Any, n: Any) -> bool:
    if w["IpProtocol"] != n["IpProtocol"]:
        return False
    if "FromPort" not in w:
        return True
    if "FromPort" not in n:
        return False
    if w["IpProtocol"].startswith("icmp"):
        return w["FromPort"] == -1 or (w["FromPort"] == n["FromPort"] and w["ToPort"] in (-1, n["ToPort"]))
    return bool(w["FromPort"] <= n["FromPort"] and n["ToPort"] <= w["ToPort"])


TYPES = (
    ResourceType(
        name="ec2.security_group_rule",
        service="ec2",
        shape="SecurityGroupRule",
        title="Security-group rule",
        listing=Listing(
            "DescribeSecurityGroupRules",
            "SecurityGroupRules",
            paging=EC2_PAGES,
            keep=lambda data, scope: data.get("GroupOwnerId", scope.account) == scope.account,
        ),
        physical=lambda data: str(data.get("SecurityGroupRuleId", "")),
        identity=_identity,
        parent="ec2.security_group",
        parent_id=lambda data: str(data["GroupId"]),
        segments=4,
        after=("ec2.prefix_list", "ec2.foreign_prefix_list", "ec2.foreign_security_group"),
        fields={
            "SecurityGroupRuleId": physical(),
            "GroupId": reference("ec2.security_group", fixed=True),
            "IsEgress": fixed(),
            "IpProtocol": fixed(),
            "FromPort": fixed(),
            "ToPort": fixed(),
            "CidrIpv4": fixed(cidr=True),
            "CidrIpv6": fixed(cidr=True),
            "PrefixListId": reference("ec2.prefix_list", "ec2.foreign_prefix_list", fixed=True),
            "ReferencedGroupInfo": fixed(
                members={
                    "GroupId": reference("ec2.security_group", "ec2.foreign_security_group"),
                    "UserId": located(),
                    "PeeringStatus": observed("state of the peering"),
                    "VpcId": observed("follows from the group"),
                    "VpcPeeringConnectionId": observed("follows from the two VPCs"),
                }
            ),
            "Description": setting(),
            "Tags": tags.TAG_LIST,
            "GroupOwnerId": observed("the account"),
            "SecurityGroupRuleArn": observed("made from account, region and id"),
        },
        prepare=_prepare,
        calls=(
            *("AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"),
            *("UpdateSecurityGroupRuleDescriptionsEgress", "UpdateSecurityGroupRuleDescriptionsIngress"),
            *("RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress", *tags.EC2_CALLS),
        ),
        create=_create,
        update=_update,
        delete=_delete,
        outlives_parent=True,
        covers=_covers,
        merge=_merge,
        notes="Known by direction, protocol, ports and peer. Only description and tags can be changed in place.",
    ),
)
