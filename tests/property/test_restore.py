"""Any configuration can be made of any other, in another region: on the small AWS in memory."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.line import Line
from dr_toolkit.errors import CloudRefused
from dr_toolkit.model import wire
from dr_toolkit.model.changes import ADOPT, DELETE, Step
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from tests.blueprints import Blueprint, blueprints
from tests.engines import apply, capture, plan, refs
from tests.fakes import FakeCloud
from tests.hypothesis_profile import REGIONS

HOME, AWAY = Scope("123456789012", "us-east-1"), Scope("555566667777", "eu-west-3")
PASSES = 3


def restore(source: FakeCloud, target: FakeCloud, chance: Random | None = None) -> None:
    """Plan and apply until nothing is left to do, by chance in any order that the needs allow."""
    wanted = capture(source)
    for number in range(PASSES):
        draft, todo, bound = plan(wanted, source.scope, target)
        assert draft.blocked == []
        check_order(todo, bound)
        apply(todo if chance is None else in_any_order(todo, chance), target, bound)
        if not todo:
            assert number > 0 or not target.calls
            break
    left = plan(wanted, source.scope, target)
    differing = [f"{c.action} {c.key} {c.fields}" for c in left[0].changes if c.action != ADOPT]
    assert not differing, "\n".join(differing)


def in_any_order(todo: list[Step], chance: Random) -> list[Step]:
    """The steps as they may be made side by side, where any may be the slowest."""
    line = Line(todo, registry(), lambda number: False, doors=len(todo))
    order: list[Step] = []
    may_go = line.first() or line.rest()
    while may_go:
        number = may_go.pop(chance.randrange(len(may_go)))
        order.append(todo[number])
        may_go += line.settle(number)
        may_go = may_go or line.rest()
    assert len(order) == len(todo)
    return order


def check_order(todo: list[Step], found: dict[str, str]) -> None:
    """No step uses what nothing has bound yet; a new group's open egress goes in the steps right after its creation."""
    known = set(found)
    done: set[str] = set()
    for number, step in enumerate(todo):
        assert set(step.needs) <= done
        done.add(step.id)
        missing = {key.text for key in refs(step.call.params)} - known
        assert not missing, f"{step.id} {step.call.operation} uses {missing} before it is bound"
        known |= {key.text for key in step.call.binds}
        if step.action == DELETE and not step.call.operation.startswith(("Revoke", "Update")):
            assert not {key.text for key in refs_later(todo[number + 1 :], step.keys)}
        if step.call.operation == "CreateSecurityGroup":
            _check_closed_at_once(step, todo[number + 1 :])


def refs_later(todo: list[Step], gone: tuple[ResourceKey, ...]) -> set[ResourceKey]:
    """What of the things that are gone is still used by a later step that does not make it anew."""
    made = {key for step in todo for key in step.call.binds}
    used = {key for step in todo for key in refs(step.call.params)}
    return (used & set(gone)) - made


def _check_closed_at_once(step: Step, rest: list[Step]) -> None:
    (group,) = step.keys
    while rest and rest[0].call.operation == "RevokeSecurityGroupEgress" and rest[0].keys[0].path[:2] == group.path:
        rest = rest[1:]
    late = [s for s in rest if s.call.operation == "RevokeSecurityGroupEgress" and s.keys[0].path[:2] == group.path]
    assert not late, f"the egress of {group} stays open until {late[0].id}"


@REGIONS
@given(blueprints(), st.integers(0, 3))
def test_an_empty_region_becomes_like_the_source(blueprint: Blueprint, seed: int) -> None:
    source = blueprint.build(HOME, seed)
    target = Blueprint({**landmarks(blueprint)}).build(AWAY, seed + 1)
    restore(source, target)
    assert_same(source, target)


@REGIONS
@given(blueprints(), blueprints(), st.integers(0, 3))
def test_any_region_becomes_like_any_other(a: Blueprint, b: Blueprint, seed: int) -> None:
    a.tables["lists"] += [row for row in foreign(b) if row[0] not in dict(a.tables["lists"])]
    source, target = a.build(HOME, seed), b.build(AWAY, seed + 1)
    restore(source, target)
    assert_same(source, target)


@REGIONS
@given(blueprints(), blueprints(), st.integers(0, 3), st.randoms(use_true_random=False))
def test_steps_may_be_made_in_any_order_that_their_needs_allow(
    a: Blueprint, b: Blueprint, seed: int, chance: Random
) -> None:
    a.tables["lists"] += [row for row in foreign(b) if row[0] not in dict(a.tables["lists"])]
    source, target = a.build(HOME, seed), b.build(AWAY, seed + 1)
    restore(source, target, chance)
    assert_same(source, target)


@REGIONS
@given(blueprints(), st.integers(0, 3))
def test_a_region_that_is_as_it_should_be_is_left_alone(blueprint: Blueprint, seed: int) -> None:
    source, target = blueprint.build(HOME, seed), blueprint.build(AWAY, seed + 1)
    draft, todo, _ = plan(capture(source), source.scope, target)
    assert [f"{c.action} {c.key} {c.fields}" for c in draft.changes] == []
    assert (todo, draft.blocked) == ([], [])


def test_the_fake_is_strict_enough_to_fail_a_wrong_order() -> None:
    cloud = FakeCloud(HOME)
    cloud.ec2.vpcs["vpc-1"] = {"VpcId": "vpc-1"}
    names = [{"GroupName": name, "Description": name, "VpcId": "vpc-1"} for name in ("a", "b")]
    first, other = (cloud.call("ec2", "CreateSecurityGroup", named)["GroupId"] for named in names)
    assert [r["CidrIpv4"] for r in cloud.ec2.rules.values()] == ["0.0.0.0/0", "0.0.0.0/0"]
    pair = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": first}]}
    cloud.call("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": other, "IpPermissions": [pair]})
    with pytest.raises(CloudRefused, match="DependencyViolation"):
        cloud.call("ec2", "DeleteSecurityGroup", {"GroupId": first})


def landmarks(blueprint: Blueprint) -> dict[str, list[tuple[str, dict[str, object]]]]:
    """The parts of a blueprint that a restore finds and never makes, and the default groups that come with a VPC."""
    defaults = [(h, g) for h, g in blueprint.tables["groups"] if g["GroupName"] == "default"]
    same = {name: blueprint.tables[name] for name in ("vpcs", "endpoints")}
    return same | {"lists": foreign(blueprint), "groups": defaults}


def foreign(blueprint: Blueprint) -> list[tuple[str, dict[str, object]]]:
    """AWS's own prefix lists."""
    return [(h, row) for h, row in blueprint.tables["lists"] if row["OwnerId"] == "AWS"]


def assert_same(source: FakeCloud, target: FakeCloud) -> None:
    """A snapshot of either has the same bytes, and comparing them gives nothing."""
    wanted, made = capture(source), capture(target)
    assert compare(wanted, made, registry()) == []
    assert wire.body(wanted.lines).decode() == wire.body(made.lines).decode()
