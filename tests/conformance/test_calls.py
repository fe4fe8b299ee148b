"""Rows of botocore's shapes go the whole way, and botocore's validator accepts every call that comes of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dr_toolkit.engine import concrete
from dr_toolkit.model.documents import Scope
from dr_toolkit.resources import registry
from tests.aws_shapes import invalid, service
from tests.blueprints import Blueprint, blueprints
from tests.engines import capture, plan, resolved
from tests.hypothesis_profile import REGIONS

HOME, AWAY = Scope("123456789012", "us-east-1"), Scope("555566667777", "eu-west-3")


class _AnyId(dict[str, str]):
    """An id for whatever is asked for."""

    def __missing__(self, key: str) -> str:
        return "abcde12345"


@REGIONS
@given(blueprints(by_hand=True), blueprints(by_hand=True), st.integers(0, 9))
def test_every_call_of_a_plan_is_accepted(a: Blueprint, b: Blueprint, seed: int) -> None:
    _, steps, _ = plan(capture(a.build(HOME, seed)), HOME, b.build(AWAY, seed))
    for step in steps:
        params = resolved(step.call.params, _AnyId())
        assert invalid(step.service, step.call.operation, params) == "", step
        output = service(step.service).operation_model(step.call.operation).output_shape
        for path in step.call.binds.values():
            shape = output
            for part in path.split("."):
                shape = shape.members[part]
            assert shape.type_name == "string"


@REGIONS
@given(blueprints(by_hand=True), st.integers(0, 9))
def test_the_verbs_of_every_resource_are_accepted(blueprint: Blueprint, seed: int) -> None:
    """Create, delete and take back of each resource by itself, whether or not a plan would ask for it."""
    for resource in capture(blueprint.build(HOME, seed)):
        t = registry()[resource.key.type]
        ready = concrete.resource(resource, registry(), AWAY)
        for verb in (t.create, t.delete, t.take_back):
            for call in verb(ready) if verb and not t.adopted(resource.key) else ():
                params = resolved(concrete.joins(call.params, AWAY), _AnyId())
                assert invalid(call.service or t.service, call.operation, params) == "", call
                assert (call.service or t.service, call.operation) in registry().calls(t)
