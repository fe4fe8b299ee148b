"""A restore of domain names and endpoints that dies at any call, or loses any answer: nothing is made twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.estate_around import build_around, build_ground_around, name_the_api
from tests.scenario.deaths import dies_anywhere, loses_any_answer
from tests.scenario.desk import AWAY, HOME, Desk
from tests.stand import Stand
from tests.strict_aws.ec2.state import Ec2Region
from tests.strict_aws.rest.state import Domains, RestRegion


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of domains and endpoints, whose home region is gone."""
    with aws.virtual_time():
        desk = Desk(aws)
        desk.estate = build_around(desk.clients, HOME)
        name_the_api(desk.clients.client("ec2", HOME), desk.estate)
        desk.snapshot()
        build_ground_around(desk.clients, AWAY)
        aws.gate.refuse(HOME)
        yield desk


def counted(desk: Desk, region: str) -> dict[str, int]:
    """How many there are of each."""
    held = desk.aws.world.region(region)
    domains, ec2 = held.part(Domains), held.part(Ec2Region)
    return {
        "names": len(domains.names),
        "mappings": sum(map(len, domains.mappings.values())),
        "rules": sum(map(len, domains.routing_rules.values())),
        "accesses": len(domains.associations),
        "endpoints": len(ec2.endpoints),
        "associations": len(ec2.associations),
        "apis": len(held.part(RestRegion).apis),
    }


def assert_whole(desk: Desk, at: str) -> None:
    """Nothing differs, and nothing is there twice."""
    assert desk.verify().exit_code == 0, at
    assert counted(desk, AWAY) == counted(desk, HOME), at


def test_died_at_any_call_of_a_restore(desk: Desk) -> None:
    assert dies_anywhere(desk, assert_whole) > 20


def test_any_answer_is_lost(desk: Desk) -> None:
    loses_any_answer(desk, assert_whole, calls=25)
