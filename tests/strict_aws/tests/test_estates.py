"""Estates: as big as they say, in every region and order."""

from __future__ import annotations

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.ec2.state import Ec2Region
from tests.strict_aws.estates import AWAY as OTHER_ADDRESSES
from tests.strict_aws.estates import KINDS, SMALL, STANDARD, Size, build, build_ground, shuffled, steps
from tests.strict_aws.estates.clients import StrictClients
from tests.strict_aws.http.state import HttpRegion
from tests.strict_aws.judge import compare
from tests.strict_aws.rest.state import Domains, RestRegion
from tests.strict_aws.tests.conftest import AWAY, HOME


@pytest.fixture(scope="module")
def standard() -> StrictAws:
    """The standard estate, once."""
    aws = StrictAws()
    with aws.weather.calm():
        build(StrictClients(aws), HOME)
    return aws


def test_standard_rest_apis(standard: StrictAws) -> None:
    apis = standard.region(HOME).part(RestRegion).apis.values()
    assert [len(list(api.draft.methods())) for api in apis] == [50] * 20
    assert [len(api.stages) for api in apis] == [2] * 20
    assert [api.fields["endpointConfiguration"]["types"] for api in apis].count(["EDGE"]) == 4


def test_standard_http_apis(standard: StrictAws) -> None:
    apis = standard.region(HOME).part(HttpRegion).apis.values()
    assert [len(api.draft.routes) for api in apis] == [20] * 10
    assert sorted(api.is_websocket for api in apis) == [False] * 8 + [True] * 2


def test_standard_groups(standard: StrictAws) -> None:
    ec2 = standard.region(HOME).part(Ec2Region)
    own = {group.id: group for group in ec2.groups.values() if not group.is_default}
    assert [len(group.rules) for group in own.values()] == [20] * 200
    refers = {
        each: {rule["ReferencedGroupInfo"]["GroupId"] for rule in group.rules.values() if "ReferencedGroupInfo" in rule}
        for each, group in own.items()
    }
    mutual = {frozenset((a, b)) for a, others in refers.items() for b in others if a != b and a in refers[b]}
    assert len(mutual) > 50
    assert (len(ec2.prefix_lists), len(ec2.endpoints)) == (5, 3)


def test_standard_fronts(standard: StrictAws) -> None:
    rest, domains = standard.region(HOME).part(RestRegion), standard.region(HOME).part(Domains)
    assert (len(rest.api_keys), len(rest.usage_plans), len(domains.names)) == (20, 5, 3)
    assert sum(map(len, rest.plan_keys.values())) == 20


def test_one_kind_at_a_time(strict: StrictAws) -> None:
    """A choice of kinds is what it says, with what has to be there for it and nothing else."""
    clients = StrictClients(strict)
    with strict.weather.calm():
        build(clients, HOME, SMALL, kinds=("rest",))
        build(clients, AWAY, SMALL, kinds=("groups", "prefix_lists"))
    home, away = strict.region(HOME), strict.region(AWAY)
    assert (len(home.part(RestRegion).apis), len(home.part(RestRegion).api_keys)) == (SMALL.rest_apis, 0)
    assert all(group.is_default for group in home.part(Ec2Region).groups.values())
    assert sum(not group.is_default for group in away.part(Ec2Region).groups.values()) == SMALL.groups
    assert away.part(RestRegion).apis == {}


def test_recovery_region_has_the_same_ground_with_other_addresses(strict: StrictAws) -> None:
    clients = StrictClients(strict)
    with strict.weather.calm():
        home, away = build(clients, HOME, SMALL, kinds=()), build_ground(clients, AWAY)
    assert home.ids.keys() == away.ids.keys()
    assert compare(strict.region(HOME), strict.region(AWAY)) == []
    cidrs = {vpc["CidrBlock"] for vpc in strict.region(AWAY).part(Ec2Region).vpcs.values()}
    assert {f"{net}.0.0/16" for net in OTHER_ADDRESSES.values()} <= cidrs


def test_size_scales_the_number_of_things() -> None:
    doubled = STANDARD.times(2)
    assert (doubled.rest_apis, doubled.groups, doubled.methods) == (40, 400, 50)
    assert Size(rest_apis=0).times(3).rest_apis == 0
    assert STANDARD.times(0.01).rest_apis == 1


def test_another_order_has_the_same_calls() -> None:
    calls = steps(SMALL, KINDS)
    other = shuffled(calls, seed=1)
    assert other != calls
    assert sorted(map(repr, other)) == sorted(map(repr, calls))
