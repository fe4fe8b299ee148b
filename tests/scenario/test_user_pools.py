"""User pools, whose ids say nothing: found by name in a target, and mapped where that is not enough."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.stand import ACCOUNT, Stand


def pool(desk: Desk, region: str) -> str:
    """A new pool of the one name; its ARN."""
    made = desk.clients.client("cognito-idp", region).create_user_pool(PoolName="Customers")["UserPool"]["Id"]
    return f"arn:aws:cognito-idp:{region}:{ACCOUNT}:userpool/{made}"


def providers(desk: Desk) -> list[str]:
    """The pools that the restored authorizer asks."""
    rest = desk.clients.client("apigateway", AWAY)
    api = rest.get_rest_apis()["items"][0]["id"]
    return list(rest.get_authorizers(restApiId=api)["items"][0]["providerARNs"])


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with an API at home whose callers are a pool's users; ``estate.resources`` has the pool."""
    with aws.virtual_time():
        desk = Desk(aws)
        desk.estate.resources["pool"] = pool(desk, HOME)
        rest = desk.clients.client("apigateway", HOME)
        api = rest.create_rest_api(name="shop", endpointConfiguration={"types": ["REGIONAL"]})["id"]
        rest.create_authorizer(
            restApiId=api,
            name="customers",
            type="COGNITO_USER_POOLS",
            providerARNs=[desk.estate.resources["pool"]],
            identitySource="method.request.header.Authorization",
        )
        desk.snapshot()
        yield desk


def test_the_one_of_the_name_is_taken(desk: Desk) -> None:
    wanted = pool(desk, AWAY)
    desk.aws.gate.refuse(HOME)
    assert desk.restore().exit_code == 0
    assert providers(desk) == [wanted]
    assert_in_sync(desk)


def test_of_two_none_is_picked_until_one_is_mapped(desk: Desk) -> None:
    pool(desk, AWAY)
    wanted = pool(desk, AWAY)
    desk.aws.gate.refuse(HOME)
    blocked = {str(b.key): b.reason for b in desk.plan().blocked}
    assert list(blocked) == ["apigateway.authorizer/shop/customers"]
    assert "cognito" in blocked["apigateway.authorizer/shop/customers"].lower()
    desk.map[desk.estate.resources["pool"]] = wanted
    assert desk.restore().exit_code == 0
    assert providers(desk) == [wanted]
    assert_in_sync(desk)
