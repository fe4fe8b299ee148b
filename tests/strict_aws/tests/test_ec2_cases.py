"""EC2: public estates of groups that nobody here wrote come back as they were loaded."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import pytest

from tests.cases import cases, group_cases, load_groups
from tests.cases_loaded import Loaded
from tests.strict_aws import StrictAws
from tests.strict_aws.ec2.state import Ec2Region
from tests.strict_aws.tests.ec2_words import rows_of

NAMES = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
Row = tuple[str, int, int, str, str]


def _wanted(permissions: list[dict[str, Any]], loaded: Loaded) -> dict[Row, str]:
    """The rules of a case by what they are, with their descriptions; what stands there twice is one."""
    found: dict[Row, str] = {}
    for each in permissions:
        protocol = NAMES.get(str(each["IpProtocol"]), str(each["IpProtocol"]))
        has_ports = protocol in NAMES.values()
        ports = (each["FromPort"], each["ToPort"]) if has_ports else (-1, -1)
        sources = [("v4", item["CidrIp"], item) for item in each.get("IpRanges") or ()]
        sources += [("v6", item["CidrIpv6"], item) for item in each.get("Ipv6Ranges") or ()]
        sources = [(kind, str(ipaddress.ip_network(cidr, strict=False)), item) for kind, cidr, item in sources]
        sources += [("group", loaded.groups[item["key"]], item) for item in each.get("UserIdGroupPairs") or ()]
        sources += [("list", loaded.prefix_lists[item["key"]], item) for item in each.get("PrefixListIds") or ()]
        for kind, source, item in sources:
            found.setdefault((protocol, *ports, kind, source), item.get("Description") or "")
    return found


def _held(rows: list[dict[str, Any]]) -> dict[Row, str]:
    found: dict[Row, str] = {}
    for row in rows:
        names = {"CidrIpv4": "v4", "CidrIpv6": "v6", "PrefixListId": "list"}
        kind, source = next(((names[name], row[name]) for name in names if name in row), ("group", ""))
        source = source or row["ReferencedGroupInfo"]["GroupId"]
        found[(row["IpProtocol"], row["FromPort"], row["ToPort"], kind, source)] = row.get("Description", "")
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("name", group_cases() or ["none"])
def test_public_groups_come_back_as_they_were_loaded(strict: StrictAws, ec2: Any, name: str) -> None:
    path = cases("groups") / f"{name}.json"
    strict.limits.rules_per_group = 1100
    strict.region("us-east-1").part(Ec2Region).pace.prefix_list = 0.0
    loaded = load_groups(path, ec2)
    document = json.loads(path.read_text())
    assert set(loaded.groups) == {group["key"] for group in document["groups"]}
    assert all(why.startswith("InvalidPermission.Duplicate") for _, why in loaded.left_out), loaded.left_out
    for wanted in document["groups"]:
        group = loaded.groups[wanted["key"]]
        described = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
        assert described["GroupName"] == wanted["name"]
        assert {tag["Key"]: tag["Value"] for tag in described.get("Tags", ())} == (
            {} if wanted["name"] == "default" else (wanted.get("tags") or {})
        )
        if wanted["name"] != "default":
            assert described["Description"] == wanted["description"]
        for direction, egress in (("ingress", False), ("egress", True)):
            expected = _wanted(wanted.get(direction) or [], loaded)
            if egress and not wanted.get("drop_default_egress"):
                expected.setdefault(("-1", -1, -1, "v4", "0.0.0.0/0"), "")
            assert _held(rows_of(ec2, group, egress=egress)) == expected, (wanted["name"], direction)
            member = "IpPermissionsEgress" if egress else "IpPermissions"
            listed = [
                item for each in described[member] for key in each if isinstance(each[key], list) for item in each[key]
            ]
            assert len(listed) == len(expected)
