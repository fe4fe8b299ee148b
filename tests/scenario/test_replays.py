"""A stage that serves something else than its API's draft serves the same in the target, and the draft is the draft."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dr_toolkit.engine.deployments import REPLAYED
from tests.scenario.deaths import dies_anywhere, loses_any_answer
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.scenario.moments import moment
from tests.scenario.regions import apis
from tests.scenario.small_estate import build_ground, build_small, patched
from tests.stand import Stand


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody whose API was edited after it was deployed."""
    with aws.virtual_time():
        desk = Desk(aws)
        build_small(desk.clients, HOME)
        build_ground(desk.clients, AWAY)
        edit(desk, HOME, 1111)
        yield desk


def edit(desk: Desk, region: str, timeout: int) -> None:
    """Change a method of the draft, and put a path into it."""
    held, rest = apis(region)[0], desk.clients.client("apigateway", region)
    paths = {held.draft.path(each): each for each in held.draft.resources}
    method = {"restApiId": held.id, "resourceId": paths["/pets"], "httpMethod": "POST"}
    rest.update_integration(**method, patchOperations=patched({"/timeoutInMillis": str(timeout)}))
    made = rest.create_resource(restApiId=held.id, parentId=paths["/pets"], pathPart=f"p{timeout}")
    rest.put_method(restApiId=held.id, resourceId=made["id"], httpMethod="GET", authorizationType="AWS_IAM")
    target = {"restApiId": held.id, "resourceId": made["id"], "httpMethod": "GET"}
    rest.put_integration(**target, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})


def served(desk: Desk, region: str) -> Any:
    """What the stage serves, as AWS exports it."""
    held, rest = apis(region)[0], desk.clients.client("apigateway", region)
    body = rest.get_export(
        restApiId=held.id, stageName="prod", exportType="oas30", parameters={"extensions": "apigateway"}
    )
    document = json.loads(body["body"].read())
    return {path: document["paths"][path] for path in sorted(document["paths"])}


def timeouts(paths: Any) -> Any:
    """What tells the contents apart."""
    return sorted(paths), paths["/pets"]["post"]["x-amazon-apigateway-integration"].get("timeoutInMillis")


def test_a_new_api_is_deployed_as_it_was_and_then_is_as_it_is(desk: Desk) -> None:
    """By two imports, of which the draft's own comes last; what its canary serves no export tells."""
    desk.snapshot()
    plan = desk.plan()
    assert [f.key for f in plan.findings if f.code == REPLAYED] == ["apigateway.stage/shop/prod"]
    mark = desk.aws.gate.mark()
    desk.restore()
    calls = [c.operation for c in desk.aws.gate.since(mark)]
    assert_in_sync(desk)
    assert timeouts(served(desk, AWAY)) == timeouts(served(desk, HOME))
    assert "/pets/p1111" not in served(desk, AWAY)
    assert "/pets/p1111" in {apis(AWAY)[0].draft.path(each) for each in apis(AWAY)[0].draft.resources}
    assert (calls.count("PutRestApi"), calls.count("CreateDeployment")) == (2, 2)


def test_an_api_that_is_there_passes_through_what_is_served(desk: Desk) -> None:
    """Thing by thing, since it is not this run's; and nothing is left of it in the draft."""
    desk.snapshot()
    desk.restore()
    rest = desk.clients.client("apigateway", HOME)
    edit(desk, HOME, 2222)
    rest.create_deployment(restApiId=apis(HOME)[0].id, stageName="prod")
    edit(desk, HOME, 3333)
    desk.snapshot()
    mark = desk.aws.gate.mark()
    desk.restore()
    assert "PutRestApi" not in [c.operation for c in desk.aws.gate.since(mark)]
    assert_in_sync(desk)
    assert timeouts(served(desk, AWAY)) == timeouts(served(desk, HOME))
    assert "/pets/p3333" not in served(desk, AWAY)


def test_what_only_the_stage_serves_comes_and_goes(desk: Desk) -> None:
    """A path that the draft no longer has is made, deployed and removed."""
    held, rest = apis(HOME)[0], desk.clients.client("apigateway", HOME)
    rest.create_deployment(restApiId=held.id, stageName="prod")
    path = next(each for each in held.draft.resources if held.draft.path(each) == "/pets/p1111")
    rest.delete_resource(restApiId=held.id, resourceId=path)
    desk.snapshot()
    desk.restore()
    assert_in_sync(desk)
    assert "/pets/p1111" in served(desk, AWAY)
    assert "/pets/p1111" not in {apis(AWAY)[0].draft.path(each) for each in apis(AWAY)[0].draft.resources}


def assert_whole(desk: Desk, at: str) -> None:
    """Draft and stage are what they are at home, and the API is there once."""
    assert desk.verify().exit_code == 0, at
    assert timeouts(served(desk, AWAY)) == timeouts(served(desk, HOME)), at
    (home,), (away,) = apis(HOME), apis(AWAY)
    assert sorted(map(home.draft.path, home.draft.resources)) == sorted(map(away.draft.path, away.draft.resources)), at


def test_died_at_any_moment_on_the_way_through_what_is_served(desk: Desk) -> None:
    """With imports: after each call whose answer never came the same is deployed in the end, and the draft put last."""
    desk.snapshot()
    dies_anywhere(desk, assert_whole)


def test_any_answer_is_lost_on_the_way(desk: Desk) -> None:
    desk.snapshot()
    begin = moment("nothing", AWAY, desk.store)
    mark = desk.aws.gate.mark()
    desk.restore()
    calls = sum(call.mutating and call.service != "s3" for call in desk.aws.gate.since(mark))
    begin.come_back(desk.store)
    loses_any_answer(desk, assert_whole, calls)


def test_died_on_the_way_of_an_api_that_is_there(desk: Desk) -> None:
    """Thing by thing: whatever the draft was left as is put right."""
    desk.snapshot()
    desk.restore()
    rest = desk.clients.client("apigateway", HOME)
    rest.create_deployment(restApiId=apis(HOME)[0].id, stageName="prod")
    edit(desk, HOME, 3333)
    desk.snapshot()
    dies_anywhere(desk, assert_whole)
