"""A restore of what lies around REST APIs that dies at any call, or loses any answer, makes nothing twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.estate_rest_around import VALUES, build_around, build_ground, target_arn
from tests.scenario.deaths import dies_anywhere, loses_any_answer
from tests.scenario.desk import AWAY, HOME, Desk
from tests.stand import Stand
from tests.strict_aws.rest.state import RestRegion

CALLS = 21
"""What a restore into an empty region calls to change something."""


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of such an estate, and the values of its keys, whose home region is gone."""
    with aws.virtual_time():
        values = {f"apigateway.api_key/{name}": value for name, value in VALUES.items()}
        desk = Desk(aws, map={target_arn(HOME): target_arn(AWAY)}, values=values)
        for region in (HOME, AWAY):
            build_ground(desk.clients, region)
        build_around(desk.clients, HOME)
        desk.snapshot()
        aws.gate.refuse(HOME)
        yield desk


def counted(region: RestRegion) -> dict[str, int]:
    """How many there are of what AWS would let be made twice."""
    (api,) = region.apis.values()
    return {
        "keys": len(region.api_keys),
        "plans": len(region.usage_plans),
        "members": sum(map(len, region.plan_keys.values())),
        "certificates": len(region.client_certificates),
        "links": len(region.vpc_links),
        "parts": len(api.documentation_parts),
        "versions": len(api.documentation_versions),
        "stages": len(api.stages),
        "deployments": len(api.deployments),
    }


def assert_whole(desk: Desk, at: str) -> None:
    """Nothing differs, nothing is there twice, and keys have the values that they had."""
    assert desk.verify().exit_code == 0, at
    home, away = (desk.aws.world.region(region).part(RestRegion) for region in (HOME, AWAY))
    assert counted(home) == counted(away), at
    assert {key["name"]: key["value"] for key in away.api_keys.values()} == VALUES, at


def test_died_at_any_moment_of_a_restore(desk: Desk) -> None:
    """After each call whose answer never came, and after every other write."""
    assert dies_anywhere(desk, assert_whole, every=7) == CALLS


def test_any_answer_is_lost(desk: Desk) -> None:
    loses_any_answer(desk, assert_whole, calls=CALLS)
