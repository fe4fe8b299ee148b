"""How a difference is told: which fields, how deep, and whether it can be changed in place."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.engine.compare import both_read, compare, field_changes
from dr_toolkit.model.documents import Coverage, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry

METHOD = ResourceKey("apigateway.method", ("shop", "/", "GET"))
GROUP = ResourceKey("ec2.security_group", ("main", "web"))


def estate(*resources: Resource, **coverage: str) -> Estate:
    """An estate of these."""
    made = Estate(coverage={n.replace("__", "."): Coverage(s) for n, s in coverage.items()})
    for resource in resources:
        made.put(resource)
    return made


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": 1}, {"a": 2}, [(("a",), 1, 2)]),
        ({"a": 1}, {"a": True}, [(("a",), 1, True)]),
        ({"a": {}}, {}, [(("a",), {}, None)]),
        ({}, {"a": ""}, [(("a",), None, "")]),
        ({"a": {"b.c": {"d/e": 1}}}, {"a": {"b.c": {"d/e": 2}}}, [(("a", "b.c", "d/e"), 1, 2)]),
        ({"a": [1, 2]}, {"a": [2, 1]}, [(("a",), [1, 2], [2, 1])]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, [(("a",), [{"b": 1}], [{"b": 2}])]),
        ({"a": {"__x": 1}}, {"a": {"__x": 2}}, [(("a", "__x"), 1, 2)]),
        ({"a": Ref(GROUP)}, {"a": Ref(METHOD)}, [(("a",), Ref(GROUP), Ref(METHOD))]),
        ({"a": "x", "b": 1}, {"a": ["x"], "b": {}}, [(("a",), "x", ["x"]), (("b",), 1, {})]),
    ],
)
def test_fields_are_named_as_deep_as_they_go_and_lists_whole(before: Any, after: Any, told: Any) -> None:
    found = field_changes(before, after, METHOD, registry())
    assert [(f.path, f.before, f.after) for f in found] == told


def test_an_item_with_a_name_is_told_by_its_name() -> None:
    before = {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}
    after = {"Tags": [{"Key": "b", "Value": "3"}, {"Key": "c", "Value": "1"}]}
    found = field_changes(before, after, GROUP, registry())
    assert [f.path for f in found] == [("Tags", "a"), ("Tags", "b", "Value"), ("Tags", "c")]


def test_what_can_t_be_changed_in_place_is_told_as_a_replacement() -> None:
    sides = [estate(Resource(GROUP, {"Description": text, "Tags": [{"Key": text}]})) for text in ("a", "b")]
    (change,) = compare(*sides, registry())
    assert (change.action, change.reason) == ("replace", "Description can't be changed in place")
    tags = [estate(Resource(GROUP, {"Tags": [{"Key": text}]})) for text in ("a", "b")]
    assert [c.action for c in compare(*tags, registry())] == ["update"]


def test_landmarks_and_types_that_are_not_known_or_not_read_are_left_out() -> None:
    vpc = Resource(ResourceKey("ec2.vpc", ("main",)), {})
    later = Resource(ResourceKey("ec2.later", ("x",)), {})
    group = Resource(GROUP, {})
    assert [c.key for c in compare(estate(), estate(vpc, later, group), registry())] == [GROUP]
    read, failed = estate(ec2__security_group="read"), estate(group, ec2__security_group="failed")
    assert compare(read, failed, registry(), both_read(read, failed)) == []


def test_what_stands_beside_the_body_is_not_compared() -> None:
    one, two = (Resource(GROUP, {"GroupName": "web"}, i, {"State": i}) for i in ("sg-1", "sg-2"))
    assert compare(estate(one), estate(two), registry()) == []
