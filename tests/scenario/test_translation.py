"""What a person meets of the way from one region to another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.scenario.regions import apis
from tests.scenario.small_estate import build_ground, build_small, patched
from tests.stand import Stand


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """The small estate at home, with the ground for it elsewhere."""
    with aws.virtual_time():
        desk = Desk(aws)
        build_small(desk.clients, HOME)
        build_ground(desk.clients, AWAY)
        yield desk


def test_free_text_that_holds_a_region_is_restored_as_it_is_and_said(desk: Desk) -> None:
    api = desk_api(desk)
    url = f"https://queue.{HOME}.example.com"
    rest = desk.clients.client("apigateway", HOME)
    rest.update_stage(restApiId=api, stageName="prod", patchOperations=patched({"/variables/backend": url}))
    desk.snapshot()
    desk.aws.gate.refuse(HOME)
    said = [f for f in desk.plan().findings if f.code == "looks-located" and f.key == "apigateway.stage/shop/prod"]
    assert [f"holds {HOME}; it is restored as it is" in f.text for f in said] == [True]
    assert desk.restore().exit_code == 0
    assert apis(AWAY)[0].stages["prod"]["variables"]["backend"] == url


def test_a_rename_at_home_is_a_rename_abroad(desk: Desk) -> None:
    """The API keeps its id there, and with it its URL, since what was made of what is kept in mind."""
    desk.snapshot()
    assert desk.restore().exit_code == 0
    (before,) = apis(AWAY)
    rest = desk.clients.client("apigateway", HOME)
    rest.update_rest_api(restApiId=desk_api(desk), patchOperations=patched({"/name": "store"}))
    desk.snapshot()
    desk.aws.gate.refuse(HOME)
    plan = desk.plan()
    assert {s.call.operation for s in plan.steps} == {"UpdateRestApi"}
    assert desk.restore().exit_code == 0
    (after,) = apis(AWAY)
    assert (after.id, after.fields["name"]) == (before.id, "store")
    assert_in_sync(desk)


def desk_api(desk: Desk) -> str:
    """The id of the API at home."""
    return apis(HOME)[0].id
