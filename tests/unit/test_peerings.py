"""Peerings: found behind the groups that rules name, and looked for in a target."""

from __future__ import annotations

from typing import Any

from dr_toolkit.engine import planner
from dr_toolkit.engine.situation import Situation
from dr_toolkit.engine.survey import Outlook, survey
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.resources import registry
from tests.engines import capture
from tests.fakes import FakeCloud

AWAY = Scope("123456789012", "us-west-2")
PEERING, NAMED = "ec2.vpc_peering_connection", "ec2.vpc_peering_connection/to partner"


def cloud(scope: Scope, *peerings: str, status: str = "active") -> FakeCloud:
    """A VPC with a group that lets in a group behind a peering."""
    made = FakeCloud(scope)
    made.ec2.vpcs["vpc-1"] = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "Tags": [{"Key": "Name", "Value": "main"}]}
    group = made.ec2.CreateSecurityGroup(GroupName="web", Description="web", VpcId="vpc-1")["GroupId"]
    info = {"GroupId": "sg-0123456789abcdef0", "UserId": "999999999999", "VpcPeeringConnectionId": "pcx-1"}
    rule = {"IpProtocol": "-1", "ReferencedGroupInfo": info | {"PeeringStatus": status}}
    made.ec2.add_rule(group, False, rule)
    rows = [
        {
            "VpcPeeringConnectionId": f"pcx-{number}",
            "Status": {"Code": status},
            "Tags": [{"Key": "Name", "Value": name}],
        }
        for number, name in enumerate(peerings, 1)
    ]
    answer: dict[str, Any] = {"VpcPeeringConnections": rows}
    made.ec2.DescribeVpcPeeringConnections = lambda **_: answer  # type: ignore[attr-defined]
    return made


def findings(wanted: Estate, target: FakeCloud) -> list[str]:
    outlook = Outlook(landmarks=frozenset({"ec2.vpc", PEERING}))
    found = survey(target, registry(), outlook)
    draft = planner.draft(Situation(wanted, found.estate, registry(), found.bindings))
    return [f.key for f in draft.findings if f.code == "landmark-missing"]


def test_only_a_peering_that_a_rule_leads_through_is_kept() -> None:
    held = capture(cloud(Scope("123456789012", "us-east-1"), "to partner", "to nobody"))
    assert [text for text in held.lines if text.startswith(f"{PEERING}/")] == [NAMED]


def test_one_that_has_ended_is_not_looked_for() -> None:
    held = capture(cloud(Scope("123456789012", "us-east-1"), "to partner", status="deleted"))
    assert [text for text in held.lines if text.startswith(f"{PEERING}/")] == []
    assert not [f for f in held.findings if f.code == "unresolved-reference"]


def test_one_that_is_missing_in_the_target_is_said() -> None:
    held = capture(cloud(Scope("123456789012", "us-east-1"), "to partner"))
    assert findings(held, cloud(AWAY, "to somebody else")) == [NAMED]
    assert findings(held, cloud(AWAY, "to partner")) == []
