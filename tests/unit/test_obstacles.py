"""What is blocked says why and what would unblock it, each cause once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_toolkit.engine.obstacles import Obstacles
from dr_toolkit.model import planfile
from dr_toolkit.model.changes import CREATE, DELETE, Blocked, Change
from dr_toolkit.model.documents import Coverage, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.report import as_json
from dr_toolkit.report.results import PlanResult
from dr_toolkit.resources import registry
from tests.unit import report_samples as samples

WEB = ResourceKey.parse("ec2.security_group/main/web")
DB = ResourceKey.parse("ec2.security_group/main/db")
VPC = ResourceKey.parse("ec2.vpc/main")


def group(key: ResourceKey) -> Change:
    """A group that is to be made."""
    attributes = {"GroupName": key.name, "Description": "d", "VpcId": Ref(VPC)}
    return Change(key, CREATE, None, Resource(key, attributes))


def rule(group_key: ResourceKey, peer: ResourceKey, action: str = CREATE) -> Change:
    """A rule of a group that refers to another."""
    key = ResourceKey(
        "ec2.security_group_rule", (*group_key.path, "ingress", "tcp", "1-1", f"sg:{'/'.join(peer.path)}")
    )
    attributes = {"GroupId": Ref(group_key), "IpProtocol": "tcp", "ReferencedGroupInfo": {"GroupId": Ref(peer)}}
    return Change(key, action, None, Resource(key, attributes))


def obstacles(bindings: dict[str, str] | None = None, **coverage: Coverage) -> Obstacles:
    """A target in which only these are there."""
    wanted = Estate(coverage={name.replace("__", "."): c for name, c in coverage.items()})
    return Obstacles(wanted, Estate(), registry(), bindings or {})


def test_nothing_is_in_the_way_of_what_has_all_that_it_needs() -> None:
    there = obstacles({VPC.text: "vpc-1"})
    assert there.of(group(WEB), {}, {}) is None
    assert there.of(rule(WEB, WEB), {WEB: group(WEB)}, {}) is None


def test_a_landmark_that_is_not_told_is_to_be_mapped_or_made() -> None:
    found = obstacles().of(group(WEB), {}, {})
    assert found is not None
    assert found.reason == "no VPC main could be told in the target: there is none of that name, or several"
    assert found.remedy.startswith("map it in the config (targets: map: {ec2.vpc/main: ID OR NAME}), or make it")
    assert found.cause is None


def test_what_needs_something_blocked_names_it_as_the_cause() -> None:
    why = Blocked(WEB, CREATE, "because")
    found = obstacles({DB.text: "sg-1"}).of(rule(DB, WEB), {}, {WEB: why})
    assert found is not None
    assert (found.cause, found.remedy) == (WEB, "resolve what blocks that first")


def test_what_needs_something_that_goes_is_told_how_to_keep_it() -> None:
    there = obstacles({DB.text: "sg-1", WEB.text: "sg-2"})
    found = there.of(rule(DB, WEB), {WEB: Change(WEB, DELETE)}, {})
    assert found is not None
    assert (found.reason, "--prune" in found.remedy) == (f"it needs {WEB}, which is to be removed", True)


def test_a_type_that_was_not_captured_is_named_with_its_reason() -> None:
    found = obstacles({DB.text: "sg-1"}, ec2__security_group=Coverage("excluded", "by the config")).of(
        rule(DB, WEB), {}, {}
    )
    assert found is not None
    assert "the snapshot holds none of that type (by the config)" in found.reason
    assert "take a snapshot that holds it" in found.remedy


@pytest.mark.parametrize("width", [100, None])
def test_each_cause_is_told_once_with_all_that_waits_for_it(width: int | None) -> None:
    no_vpc = [Blocked(key, CREATE, "no VPC main", "map it") for key in (WEB, DB)]
    rules = [
        Blocked(rule(of, of).key, CREATE, f"it needs {of}, which can't be restored", "first", of) for of in (WEB, DB)
    ]
    plan = replace(samples.plan(), blocked=(*no_vpc, *rules))
    text = samples.text(PlanResult(plan), width=width)
    assert text.count("no VPC main") == 1
    assert "! create 2 of ec2.security_group" in text
    assert "with it 2 ec2.security_group_rule, which need it" in text
    assert (rules[0].key.text in text) == (width is None)
    assert planfile.read(as_json.dumps(as_json.document(PlanResult(plan)))).blocked == plan.blocked
