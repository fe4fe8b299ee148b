"""What an HTTP API's document says is what an import makes of it, and what it does not say is named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given

from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.tags import RUN_TAG
from tests import engines
from tests.hypothesis_profile import REGIONS
from tests.strict_aws.estates import SMALL, STANDARD, Size, Step, build, build_ground, run
from tests.unit.openapi.http_regions import (
    AWAY,
    DRAFT,
    HOME,
    ONCE,
    Captured,
    StrictCloud,
    capture,
    clients,
    drawn_http,
    imported,
    lines,
    strict,
    written,
)


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    """Every test begins with nothing."""
    strict().clear()
    yield
    strict().clear()


def build_apart_from_apis(steps: list[Step]) -> None:
    """In the other region all but the APIs: what they stand on, and the VPC links that they go through."""
    run([s for s in steps if s.service != "apigatewayv2" or s.operation == "CreateVpcLink"], clients(), AWAY)


def links_there() -> dict[str, str]:
    """The VPC links of the other region: ids by printed key."""
    return {k: i for k, i in capture(AWAY).estate.ids.items() if k.startswith("apigatewayv2.vpc_link/")}


def assert_imports_make_the_draft(seen: Captured) -> dict[ResourceKey, str]:
    """Import every HTTP API into the other region; what was left is returned, and nothing else differs there."""
    bound, left = links_there(), dict[ResourceKey, str]()
    for api in seen.apis():
        made = written(seen, api, AWAY)
        held = seen.estate.get(api)
        assert held is not None and set(made.left) <= {noun.key for noun in seen.draft(api)}
        imported(held, made, StrictCloud(AWAY), bound)
        left |= made.left
    there = capture(AWAY)
    for api in seen.apis():
        wanted, found = lines(seen.draft(api)), lines(there.draft(api))
        texts = {key.text for key in left}
        assert {k: v for k, v in found.items() if k not in texts} == {k: v for k, v in wanted.items() if k not in texts}
        assert found.keys() <= wanted.keys()
        assert there.estate.observed[api.text][RUN_TAG] == "run"
    return left


def assert_the_rest_follows() -> None:
    """What an import left is made by ordinary calls, of which the second time none is needed."""
    cloud = StrictCloud(AWAY)
    for _ in range(3):
        wanted = engines.capture(StrictCloud(HOME))
        draft, todo, bound = engines.plan(wanted, StrictCloud(HOME).scope, cloud, prune=False)
        assert not [b for b in draft.blocked if b.key.type in DRAFT]
        todo = [step for step in todo if step.service == "apigatewayv2"]
        assert not {step.call.operation for step in todo} & {"DeleteIntegration", "DeleteRoute", "DeleteAuthorizer"}
        engines.apply(todo, cloud, bound)
    assert todo == []


@pytest.mark.parametrize("size", [SMALL, STANDARD])
def test_the_estate_s_apis_are_imported(size: Size) -> None:
    build(clients(), HOME, size, kinds=("http",))
    build_ground(clients(), AWAY)
    left = assert_imports_make_the_draft(capture(HOME))
    assert set(left.values()) == {"a definition has no word for Description"}


@REGIONS
@given(drawn_http())
def test_any_api_is_imported(steps: list[Step]) -> None:
    strict().clear()
    run(steps, clients(), HOME)
    build_apart_from_apis(steps)
    assert_imports_make_the_draft(capture(HOME))
    assert_the_rest_follows()


@ONCE
@given(drawn_http(full=True))
def test_an_api_with_everything_is_imported(steps: list[Step]) -> None:
    strict().clear()
    run(steps, clients(), HOME)
    build_apart_from_apis(steps)
    assert_imports_make_the_draft(capture(HOME))
    assert_the_rest_follows()
