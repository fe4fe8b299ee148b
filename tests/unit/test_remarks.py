"""What is said at capture of groups, rules and things that somebody else looks after."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader
from dr_toolkit.engine.pairing import pair
from dr_toolkit.engine.remarks import remarks
from dr_toolkit.resources import registry
from tests.fakes import FakeCloud


def cloud() -> FakeCloud:
    """A VPC with one group."""
    made = FakeCloud()
    made.ec2.vpcs["vpc-1"] = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "Tags": [{"Key": "Name", "Value": "main"}]}
    return made


def group(held: FakeCloud, name: str, **tags: str) -> str:
    made = held.ec2.CreateSecurityGroup(GroupName=name, Description=name, VpcId="vpc-1")["GroupId"]
    held.ec2.groups[made]["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    return str(made)


def said(held: FakeCloud) -> list[tuple[str, str]]:
    """Code and key of every remark."""
    reading = Reader(held, registry()).read(landmarks=["ec2.network_interface"])
    names = pair(reading, registry(), held.scope, {})
    estate = canonicalise(reading, registry(), names)
    return sorted((f.code, f.key) for f in remarks(reading, names, estate, registry()))


@pytest.mark.parametrize(
    ("name", "tags", "code"),
    [
        ("eks-cluster-sg-shop-1234", {}, "controller-made"),
        ("nodes", {"aws:eks:cluster-name": "shop"}, "controller-made"),
        ("k8s-elb-a0123456789", {}, "controller-made"),
        ("FMManagedSecurityGroup123", {}, "controller-made"),
        ("web", {"aws:cloudformation:stack-name": "shop"}, "stack-owned"),
        ("web", {"kubernetes.io/cluster/shop": "owned"}, ""),
        ("web", {}, ""),
    ],
)
def test_who_looks_after_a_group(name: str, tags: dict[str, str], code: str) -> None:
    held = cloud()
    group(held, name, **tags)
    wanted = {("unused-group", f"ec2.security_group/main/{name}")}
    wanted |= {(code, f"ec2.security_group/main/{name}")} if code else set()
    assert set(said(held)) == wanted


@pytest.mark.parametrize(
    ("info", "stale"),
    [
        ({"GroupId": "sg-0123456789abcdef0"}, True),
        ({"GroupId": "sg-0123456789abcdef0", "UserId": "999999999999", "PeeringStatus": "deleted"}, True),
        ({"GroupId": "sg-0123456789abcdef0", "UserId": "999999999999", "PeeringStatus": "active"}, False),
    ],
)
def test_a_rule_whose_group_is_gone_is_stale(info: dict[str, Any], *, stale: bool) -> None:
    held = cloud()
    held.ec2.add_rule(group(held, "web"), False, {"IpProtocol": "-1", "ReferencedGroupInfo": info})
    found = [key for code, key in said(held) if code == "stale-rule"]
    assert len(found) == stale
    assert all(key.startswith("ec2.security_group_rule/main/web/ingress/all/all/") for key in found)


def test_a_group_is_used_by_an_interface_or_by_another_group() -> None:
    held = cloud()
    web, db, own = group(held, "web"), group(held, "db"), group(held, "own")
    held.ec2.add_rule(db, False, {"IpProtocol": "-1", "ReferencedGroupInfo": {"GroupId": web, "UserId": "1"}})
    held.ec2.add_rule(own, False, {"IpProtocol": "-1", "ReferencedGroupInfo": {"GroupId": own, "UserId": "1"}})
    assert said(held) == [("unused-group", f"ec2.security_group/main/{name}") for name in ("db", "own")]
    row = {"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": db}]}
    held.ec2.DescribeNetworkInterfaces = lambda **_: {"NetworkInterfaces": [row]}  # type: ignore[attr-defined]
    assert said(held) == [("unused-group", "ec2.security_group/main/own")]
