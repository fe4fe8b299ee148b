"""The EC2 half of the small AWS in memory: groups, rules, prefix lists, tags."""

# ruff: noqa: N802, N803 - the calls are named as AWS names them

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from dr_toolkit.errors import CloudRefused
from tests.fake_ec2_endpoints import Endpoints

Row = dict[str, Any]
PORTS = ("tcp", "udp", "icmp", "icmpv6")
NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}


def _refused(code: str, reason: str) -> CloudRefused:
    return CloudRefused(service="ec2", operation="", region="", code=code, reason=reason)


class Ec2(Endpoints):
    """Rows by id, and the calls that change them; each is named like AWS's own."""

    def __init__(self, cloud: Any) -> None:
        super().__init__()
        self.cloud = cloud
        self.vpcs: dict[str, Row] = {}
        self.subnets: dict[str, Row] = {}
        self.groups: dict[str, Row] = {}
        self.rules: dict[str, Row] = {}
        self.lists: dict[str, Row] = {}
        self.entries: dict[str, list[Row]] = {}

    # --- reads ----------------------------------------------------------------------------------------

    def DescribeVpcs(self, **_: Any) -> Row:
        return {"Vpcs": list(self.vpcs.values())}

    def DescribeSubnets(self, **_: Any) -> Row:
        return {"Subnets": list(self.subnets.values())}

    def DescribeSecurityGroups(self, **_: Any) -> Row:
        return {"SecurityGroups": list(self.groups.values())}

    def DescribeSecurityGroupRules(self, **_: Any) -> Row:
        return {"SecurityGroupRules": list(self.rules.values())}

    def DescribeManagedPrefixLists(self, **_: Any) -> Row:
        return {"PrefixLists": list(self.lists.values())}

    def GetManagedPrefixListEntries(self, PrefixListId: str, **_: Any) -> Row:
        return {"Entries": self.entries[PrefixListId]}

    # --- groups ---------------------------------------------------------------------------------------

    def CreateSecurityGroup(self, GroupName: str, Description: str, VpcId: str, **more: Any) -> Row:
        assert VpcId in self.vpcs, f"no VPC {VpcId}"
        names = {g["GroupName"].lower() for g in self.groups.values() if g["VpcId"] == VpcId}
        if GroupName.lower() in names:
            raise _refused("InvalidGroup.Duplicate", GroupName)
        made = self.cloud.new_id("sg-")
        self.groups[made] = {
            "GroupId": made,
            "GroupName": GroupName,
            "Description": Description,
            "VpcId": VpcId,
            "OwnerId": self.cloud.scope.account,
            "Tags": _tags(more),
        }
        self.add_rule(made, True, {"IpProtocol": "-1", "CidrIpv4": "0.0.0.0/0"})
        if self.vpcs[VpcId].get("Ipv6CidrBlockAssociationSet"):
            self.add_rule(made, True, {"IpProtocol": "-1", "CidrIpv6": "::/0"})
        return {"GroupId": made}

    def DeleteSecurityGroup(self, GroupId: str) -> None:
        group = self.groups[GroupId]
        if group["GroupName"] == "default":
            raise _refused("CannotDelete", "the default group stays")
        users = [r for r in self.rules.values() if (r.get("ReferencedGroupInfo") or {}).get("GroupId") == GroupId]
        if any(r["GroupId"] != GroupId for r in users):
            raise _refused("DependencyViolation", f"rules refer to {group['GroupName']}")
        self.rules = {i: r for i, r in self.rules.items() if r["GroupId"] != GroupId}
        del self.groups[GroupId]

    # --- rules ----------------------------------------------------------------------------------------

    def add_rule(self, group: str, egress: bool, peer: Row, **more: Any) -> None:
        """Put a rule into a group."""
        made = self.cloud.new_id("sgr-")
        owner = {"GroupId": group, "GroupOwnerId": self.cloud.scope.account, "IsEgress": egress}
        ports = {} if peer["IpProtocol"] in PORTS else {"FromPort": -1, "ToPort": -1}
        self.rules[made] = {"SecurityGroupRuleId": made, **owner, **ports, **peer, **more}

    def _asked(self, permissions: list[Row]) -> Iterator[tuple[Row, str]]:
        """Each rule of permissions, as the members that a rule is known by, and its description."""
        for permission in permissions:
            protocol = NUMBERS.get(permission["IpProtocol"], permission["IpProtocol"])
            rule = {"IpProtocol": protocol}
            if protocol in PORTS:
                rule |= {"FromPort": permission["FromPort"], "ToPort": permission["ToPort"]}
            for member, inside in (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6")):
                for item in permission.get(member, ()):
                    name = "CidrIpv4" if inside == "CidrIp" else inside
                    yield rule | {name: str(ipaddress.ip_network(item[inside]))}, item.get("Description", "")
            for item in permission.get("PrefixListIds", ()):
                assert item["PrefixListId"] in self.lists, f"no list {item['PrefixListId']}"
                yield rule | {"PrefixListId": item["PrefixListId"]}, item.get("Description", "")
            for item in permission.get("UserIdGroupPairs", ()):
                owner = item.get("UserId", self.cloud.scope.account)
                assert item["GroupId"] in self.groups or owner != self.cloud.scope.account, item["GroupId"]
                info = {"GroupId": item["GroupId"], "UserId": owner}
                yield rule | {"ReferencedGroupInfo": info}, item.get("Description", "")

    def _find(self, group: str, egress: bool, wanted: Row) -> str | None:
        peers = ("CidrIpv4", "CidrIpv6", "PrefixListId")
        for rule_id, rule in self.rules.items():
            same_place = rule["GroupId"] == group and rule["IsEgress"] == egress
            same_ports = rule["IpProtocol"] == wanted["IpProtocol"] and all(
                rule.get(m) == wanted[m] for m in ("FromPort", "ToPort") if m in wanted
            )
            same_group = (rule.get("ReferencedGroupInfo") or {}).get("GroupId") == (
                wanted.get("ReferencedGroupInfo") or {}
            ).get("GroupId")
            if same_place and same_ports and same_group and all(rule.get(m) == wanted.get(m) for m in peers):
                return rule_id
        return None

    def _authorize(self, egress: bool, group: str, permissions: list[Row], more: Row) -> None:
        asked = list(self._asked(permissions))
        for rule, _ in asked:
            if self._find(group, egress, rule):
                raise _refused("InvalidPermission.Duplicate", str(rule))
        for rule, text in asked:
            self.add_rule(group, egress, rule, Tags=_tags(more), **({"Description": text} if text else {}))

    def _revoke(self, egress: bool, group: str, permissions: list[Row]) -> None:
        found = [self._find(group, egress, rule) for rule, _ in self._asked(permissions)]
        if None in found:
            raise _refused("InvalidPermission.NotFound", str(permissions))
        for rule_id in found:
            del self.rules[str(rule_id)]

    def _describe(self, egress: bool, group: str, permissions: list[Row]) -> None:
        for rule, text in self._asked(permissions):
            found = self._find(group, egress, rule)
            if found is None:
                raise _refused("InvalidPermission.NotFound", str(rule))
            self.rules[found]["Description"] = text

    def AuthorizeSecurityGroupIngress(self, GroupId: str, IpPermissions: list[Row], **more: Any) -> None:
        self._authorize(False, GroupId, IpPermissions, more)

    def AuthorizeSecurityGroupEgress(self, GroupId: str, IpPermissions: list[Row], **more: Any) -> None:
        self._authorize(True, GroupId, IpPermissions, more)

    def RevokeSecurityGroupIngress(self, GroupId: str, IpPermissions: list[Row]) -> None:
        self._revoke(False, GroupId, IpPermissions)

    def RevokeSecurityGroupEgress(self, GroupId: str, IpPermissions: list[Row]) -> None:
        self._revoke(True, GroupId, IpPermissions)

    def UpdateSecurityGroupRuleDescriptionsIngress(self, GroupId: str, IpPermissions: list[Row]) -> None:
        self._describe(False, GroupId, IpPermissions)

    def UpdateSecurityGroupRuleDescriptionsEgress(self, GroupId: str, IpPermissions: list[Row]) -> None:
        self._describe(True, GroupId, IpPermissions)

    # --- prefix lists and tags ------------------------------------------------------------------------

    def CreateManagedPrefixList(self, PrefixListName: str, MaxEntries: int, AddressFamily: str, **more: Any) -> Row:
        made = self.cloud.new_id("pl-")
        self.lists[made] = {
            "PrefixListId": made,
            "PrefixListName": PrefixListName,
            "MaxEntries": MaxEntries,
            "AddressFamily": AddressFamily,
            "OwnerId": self.cloud.scope.account,
            "Version": 1,
            "State": "create-complete",
            "Tags": _tags(more),
        }
        self.entries[made] = more.get("Entries", [])
        assert len(self.entries[made]) <= min(MaxEntries, 100)
        return {"PrefixList": self.lists[made]}

    def ModifyManagedPrefixList(self, PrefixListId: str, **more: Any) -> None:
        row, entries = self.lists[PrefixListId], {e["Cidr"]: e for e in self.entries[PrefixListId]}
        changes = [*more.get("AddEntries", ()), *more.get("RemoveEntries", ())]
        assert not (changes and "MaxEntries" in more), "entries and size can't change in one call"
        if changes:
            assert more["CurrentVersion"] == row["Version"], "PrefixListVersionMismatch"
            assert all(len(more.get(m, ())) <= 100 for m in ("AddEntries", "RemoveEntries"))
            row["Version"] += 1
        for entry in more.get("RemoveEntries", ()):
            del entries[entry["Cidr"]]
        for entry in more.get("AddEntries", ()):
            entries[entry["Cidr"]] = entry
        row |= {m: more[m] for m in ("PrefixListName", "MaxEntries") if m in more}
        assert len(entries) <= row["MaxEntries"], "PrefixListMaxEntriesExceeded"
        self.entries[PrefixListId] = list(entries.values())

    def DeleteManagedPrefixList(self, PrefixListId: str) -> None:
        assert not any(r.get("PrefixListId") == PrefixListId for r in self.rules.values()), "it would be delete-failed"
        del self.lists[PrefixListId], self.entries[PrefixListId]

    def _tagged(self, resources: list[str]) -> Iterator[Row]:
        for name in resources:
            yield next(table[name] for table in (self.groups, self.rules, self.lists) if name in table)

    def CreateTags(self, Resources: list[str], Tags: list[Row]) -> None:
        for row in self._tagged(Resources):
            row["Tags"] = _list(_map(row.get("Tags")) | _map(Tags))

    def DeleteTags(self, Resources: list[str], Tags: list[Row]) -> None:
        for row in self._tagged(Resources):
            row["Tags"] = _list({k: v for k, v in _map(row.get("Tags")).items() if k not in _map(Tags)})


def _tags(more: Mapping[str, Any]) -> list[Row]:
    return _list(_map([tag for spec in more.get("TagSpecifications", ()) for tag in spec["Tags"]]))


def _map(tags: Any) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in tags or ()}


def _list(tags: Mapping[str, str]) -> list[Row]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
