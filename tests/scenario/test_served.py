"""What stages serve: captured, kept, held against the draft and against what was served, and planned with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from dr_toolkit.engine.exported import exported
from dr_toolkit.engine.served import Drafts, contents, differing
from dr_toolkit.model.alerts import Alert
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report.results import DriftResult
from dr_toolkit.resources import registry
from dr_toolkit.workflows.accepting import accept
from dr_toolkit.workflows.drift import Request, drift
from tests.estate_http import build_http, build_http_ground
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.scenario.regions import apis
from tests.scenario.small_estate import build_ground, build_small, patched
from tests.scenario.test_http_apis import LISTENERS
from tests.stand import Stand
from tests.strict_aws.http.state import HttpRegion

PETS = "apigateway.method/shop/%2Fpets/POST"
PROD, DEPLOYMENT = "apigateway.stage/shop/prod", "apigateway.deployment/shop/prod"


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of the small estate, which is its baseline."""
    with aws.virtual_time():
        desk = Desk(aws)
        build_small(desk.clients, HOME)
        build_ground(desk.clients, AWAY)
        desk.snapshot()
        yield desk


class Shop:
    """The API of a region, as somebody with the console at hand edits it."""

    def __init__(self, desk: Desk, region: str = HOME) -> None:
        self.held = apis(region)[0]
        self.rest = desk.clients.client("apigateway", region)
        paths = {self.held.draft.path(each): each for each in self.held.draft.resources}
        self.post = {"restApiId": self.held.id, "resourceId": paths["/pets"], "httpMethod": "POST"}

    def edit(self, timeout: int = 1234) -> None:
        """Change a method of the draft."""
        self.rest.update_integration(**self.post, patchOperations=patched({"/timeoutInMillis": str(timeout)}))

    def open(self) -> None:
        """Have a method of the draft ask for nothing."""
        self.rest.update_method(**self.post, patchOperations=patched({"/authorizationType": "NONE"}))

    def experiment(self) -> None:
        """Put something into the draft that was not there."""
        self.rest.put_gateway_response(restApiId=self.held.id, responseType="WAF_FILTERED", statusCode="418")

    def back(self) -> None:
        """Take that out again."""
        self.rest.delete_gateway_response(restApiId=self.held.id, responseType="WAF_FILTERED")

    def deploy(self) -> None:
        """Deploy the draft to the stage."""
        self.rest.create_deployment(restApiId=self.held.id, stageName="prod", description="the first")


def drifted(desk: Desk, **more: Any) -> DriftResult:
    """What a drift report says of home."""
    return drift(desk.command(), Request(**more)).results[0]


def said(result: DriftResult) -> list[tuple[str, str]]:
    """The changes, by action and key."""
    return [(c.action, c.key.text) for c in result.changes]


def alerts(result: DriftResult) -> list[tuple[str, str]]:
    """What the rule book says of stages and drafts, by rule and key."""

    def told(alert: Alert) -> tuple[str, str]:
        return alert.rule, alert.key.text

    return sorted(told(a) for a in result.alerts if a.rule.startswith(("stage-", "draft-", "method-open")))


def ahead(result: DriftResult) -> dict[str, list[tuple[str, str]]]:
    """What of the draft each stage does not serve."""
    return {t.stage.text: [(c.action, c.key.text) for c in t.ahead] for t in result.stages}


# --- capture ------------------------------------------------------------------------------------------------


def test_a_stage_that_serves_its_draft_serves_its_exported_form(desk: Desk) -> None:
    estate = desk.load().estate
    drafts = Drafts(estate, registry())
    stage = ResourceKey.parse(PROD)
    assert list(estate.served) == [PROD]
    assert estate.served[PROD] == drafts.exported(ResourceKey("apigateway.rest_api", ("shop",)))
    assert drafts.ahead(stage) == ()
    held = {id(line) for line in estate.lines.values()}
    shared = sum(id(line) in held for line in estate.served[PROD].values())
    assert shared > len(estate.served[PROD]) / 2, "what is the same as in the draft is held once"


def test_one_export_a_stage_whoever_looks(desk: Desk) -> None:
    """A capture, a drift report and a plan: each asks once for each stage that it is about."""

    def exports(region: str) -> int:
        return Counter((c.region, c.operation) for c in desk.aws.gate.since(mark))[region, "GetExport"]

    mark = desk.aws.gate.mark()
    desk.snapshot()
    drifted(desk)
    assert exports(HOME) == 2
    assert desk.restore().exit_code == 0
    mark = desk.aws.gate.mark()
    desk.plan()
    assert (exports(HOME), exports(AWAY)) == (0, 1)
    rest = desk.clients.client("apigateway", AWAY)
    rest.create_deployment(restApiId=apis(AWAY)[0].id, stageName="another")
    mark = desk.aws.gate.mark()
    desk.verify()
    assert exports(AWAY) == 1, "a stage that the snapshot lacks is not asked about"


def test_what_is_left_out_by_config_is_not_asked_for(desk: Desk) -> None:
    mark = desk.aws.gate.mark()
    for glob in ("apigateway.stage/*", "apigateway.rest_api/*/stage/*/deployed", "apigateway.stage/shop/prod"):
        desk.exclude = (glob,)
        desk.snapshot()
        assert desk.load().estate.served == {}
    assert "GetExport" not in {c.operation for c in desk.aws.gate.since(mark)}


def test_part_of_what_a_stage_serves_can_be_left_out(desk: Desk) -> None:
    desk.exclude = ("apigateway.gateway_response",)
    desk.snapshot()
    assert desk.load().estate.served == {}, "without the whole draft it could be held against nothing"
    desk.exclude = ("apigateway.model/shop/*",)
    desk.snapshot()
    estate = desk.load().estate
    assert not [k for k in (*estate.lines, *estate.served[PROD]) if k.startswith("apigateway.model/")]
    assert drifted(desk, against="latest").exit_code == 0


# --- drift ----------------------------------------------------------------------------------------------------


def test_a_region_as_it_was_has_no_drift(desk: Desk) -> None:
    result = drifted(desk)
    assert (said(result), result.alerts, result.stages, result.exit_code) == ([], (), (), 0)


def test_a_change_that_is_not_deployed_is_said_once(desk: Desk) -> None:
    Shop(desk).edit()
    result = drifted(desk)
    assert said(result) == [("update", PETS)]
    assert alerts(result) == [("draft-undeployed", PETS)]
    assert ahead(result) == {PROD: [("update", PETS)]}
    assert [t.served for t in result.stages] == [()]
    assert [f for f in result.findings if f.key == PROD] == []


def test_then_it_is_deployed(desk: Desk) -> None:
    shop = Shop(desk)
    shop.edit()
    shop.deploy()
    result = drifted(desk)
    assert said(result) == [("update", DEPLOYMENT), ("update", PETS)]
    assert alerts(result) == [("stage-redeployed", DEPLOYMENT)]
    assert ahead(result) == {PROD: []}
    assert [[(c.action, c.key.text) for c in t.served] for t in result.stages] == [[("update", PETS)]]


def test_the_same_deployed_once_more_is_no_drift(desk: Desk) -> None:
    Shop(desk).deploy()
    assert said(drifted(desk)) == []
    assert drifted(desk).exit_code == 0


def test_an_experiment_that_was_deployed_and_put_back(desk: Desk) -> None:
    shop = Shop(desk)
    shop.experiment()
    shop.deploy()
    shop.back()
    result = drifted(desk)
    assert said(result) == [("update", DEPLOYMENT)]
    assert alerts(result) == [("stage-redeployed-unseen", DEPLOYMENT)]
    assert ahead(result) == {PROD: [("delete", "apigateway.gateway_response/shop/WAF_FILTERED")]}
    assert result.changes[0].reason.endswith("new: gateway response WAF_FILTERED")


def test_an_open_method_that_was_deployed_to_a_new_stage_and_put_back(desk: Desk) -> None:
    shop = Shop(desk)
    was = shop.rest.get_method(**shop.post)
    shop.open()
    shop.rest.create_deployment(restApiId=shop.held.id, stageName="debug")
    back = {f"/{name}": was[name] for name in ("authorizationType", "authorizerId")}
    shop.rest.update_method(**shop.post, patchOperations=patched(back))
    result, debug = drifted(desk, least="high"), "apigateway.stage/shop/debug"
    assert ("method-open", debug) in alerts(result)
    assert result.severities[debug] == "critical"
    assert result.exit_code != 0


def test_a_draft_that_is_ahead_stays_so_and_is_no_drift(desk: Desk) -> None:
    """It is said as it stands; and when it is deployed, that is."""
    shop = Shop(desk)
    shop.edit()
    desk.snapshot()
    result = drifted(desk, against="latest")
    assert (said(result), result.exit_code) == ([], 0)
    assert [(a.rule, a.severity, a.standing) for a in result.alerts] == [("stage-behind", "info", True)]
    shop.deploy()
    result = drifted(desk, against="latest")
    assert said(result) == [("update", DEPLOYMENT)]
    assert alerts(result) == [("stage-redeployed", DEPLOYMENT)]


def test_two_snapshots_tell_the_same(desk: Desk) -> None:
    shop = Shop(desk)
    first = desk.load().manifest.id
    shop.experiment()
    shop.deploy()
    shop.back()
    last = desk.snapshot().id
    result = drifted(desk, between=(first, last))
    assert said(result) == [("update", DEPLOYMENT)]
    assert alerts(result) == [("stage-redeployed-unseen", DEPLOYMENT)]
    assert said(drifted(desk, between=(last, last))) == []


def test_a_renamed_api_takes_what_its_stage_serves_along(desk: Desk) -> None:
    """Of two snapshots the later one is put into the names of the first."""
    shop, first = Shop(desk), desk.load().manifest.id
    shop.rest.update_rest_api(restApiId=shop.held.id, patchOperations=patched({"/name": "store"}))
    last = desk.snapshot().id
    assert list(desk.load().estate.served) == ["apigateway.stage/store/prod"]
    result = drifted(desk, between=(first, last))
    assert said(result) == [("update", "apigateway.rest_api/shop")]
    assert ahead(result) == {}


def test_a_target_whose_stage_serves_something_else(desk: Desk) -> None:
    assert desk.restore().exit_code == 0
    assert said(drift(desk.command(), Request(["away"])).results[0]) == []
    shop = Shop(desk, AWAY)
    shop.experiment()
    shop.deploy()
    shop.back()
    result = drift(desk.command(), Request(["away"])).results[0]
    assert [key for _, key in said(result)] == [DEPLOYMENT]
    assert ahead(result) == {PROD: [("delete", "apigateway.gateway_response/shop/WAF_FILTERED")]}


def test_a_deployment_can_be_accepted_by_itself(desk: Desk) -> None:
    """With it what the stage serves is the baseline's; the draft's change is left as drift."""
    shop = Shop(desk)
    shop.experiment()
    shop.deploy()
    accepted = accept(desk.command(), [DEPLOYMENT], "approved")
    assert (said(accepted.accepted), accepted.left) == ([("update", DEPLOYMENT)], 1)
    result = drifted(desk)
    assert said(result) == [("create", "apigateway.gateway_response/shop/WAF_FILTERED")]
    assert alerts(result) == []
    shop.back()
    assert said(drifted(desk)) == []


# --- HTTP APIs ------------------------------------------------------------------------------------------------

ROUTE = "apigatewayv2.route/orders/GET %2Forders%2F{id}"
TIED = ["apigatewayv2.stage/orders/v7", "apigatewayv2.stage/orders/v7-again"]


@pytest.fixture
def orders(aws: Stand) -> Iterator[Desk]:
    """Somebody with HTTP APIs at home, of which a snapshot is the baseline."""
    with aws.virtual_time():
        desk = Desk(aws, map=LISTENERS)
        build_http(desk.clients, HOME, build_http_ground(desk.clients, HOME))
        build_http_ground(desk.clients, AWAY)
        desk.snapshot()
        yield desk


def close_route(desk: Desk, region: str = HOME) -> tuple[Any, str]:
    """Have a route of the draft ask for a signature; a client, and the API's id."""
    http = desk.clients.client("apigatewayv2", region)
    api = next(a for a in desk.aws.world.region(region).part(HttpRegion).apis.values() if a.fields["Name"] == "orders")
    route = next(r for r in api.draft.routes.values() if r["RouteKey"] == "GET /orders/{id}")
    http.update_route(ApiId=api.id, RouteId=route["RouteId"], AuthorizationType="AWS_IAM")
    return http, api.id


def test_stages_that_are_tied_are_known_and_others_serve_the_draft(orders: Desk) -> None:
    estate = orders.load().estate
    assert sorted(estate.served) == TIED
    assert [Drafts(estate, registry()).ahead(ResourceKey.parse(text)) for text in TIED] == [(), ()]
    assert said(drifted(orders)) == []


def test_a_route_that_is_changed_and_one_stage_after_the_other(orders: Desk) -> None:
    http, api = close_route(orders)
    result = drifted(orders)
    assert (said(result), alerts(result)) == ([("update", ROUTE)], [("draft-undeployed", ROUTE)])
    texts = [a.text for a in result.alerts if a.rule == "draft-undeployed"]
    assert texts == ["changed but not deployed: v7, v7-again still serve what they served"]
    assert {stage for stage, waiting in ahead(result).items() if ("update", ROUTE) in waiting} == set(TIED)
    http.create_deployment(ApiId=api, StageName="v7")
    http.create_deployment(ApiId=api, StageName="v7")
    result = drifted(orders)
    deployment = "apigatewayv2.deployment/orders/v7"
    assert said(result) == [("update", deployment), ("update", ROUTE)]
    assert alerts(result) == [("draft-undeployed", ROUTE), ("stage-redeployed", deployment)]
    assert {stage for stage, waiting in ahead(result).items() if waiting} == {TIED[1]}


def test_an_open_route_that_a_new_stage_is_tied_to_and_put_back(orders: Desk) -> None:
    http, api = close_route(orders)
    for name in ("v7", "v7-again"):
        http.create_deployment(ApiId=api, StageName=name)
    orders.snapshot()
    route = next(r for r in http.get_routes(ApiId=api)["Items"] if r["RouteKey"] == "GET /orders/{id}")
    http.update_route(ApiId=api, RouteId=route["RouteId"], AuthorizationType="NONE")
    made = http.create_deployment(ApiId=api)["DeploymentId"]
    http.create_stage(ApiId=api, StageName="debug", DeploymentId=made)
    http.update_route(ApiId=api, RouteId=route["RouteId"], AuthorizationType="AWS_IAM")
    found = drifted(orders, against="latest").alerts
    assert ("route-open", "critical", "apigatewayv2.stage/orders/debug") in [
        (a.rule, a.severity, a.key.text) for a in found
    ]


def test_a_route_that_was_touched_is_put_right_and_a_stage_goes_back(orders: Desk) -> None:
    assert orders.restore().exit_code == 0
    close_route(orders, AWAY)
    plan = orders.plan()
    assert [c.key.text for c in plan.changes] == [ROUTE]
    http, api = close_route(orders, AWAY)
    http.create_deployment(ApiId=api, StageName="v7")
    plan = orders.plan()
    assert {c.key.text for c in plan.changes} == {ROUTE, TIED[0]}, "the other stage tells what the old deployment holds"
    assert orders.restore().exit_code == 0
    assert_in_sync(orders)


# --- restore --------------------------------------------------------------------------------------------------


def test_a_draft_that_was_touched_and_not_deployed_needs_no_deployment(desk: Desk) -> None:
    assert desk.restore().exit_code == 0
    served = apis(AWAY)[0].stages["prod"]["deploymentId"]
    Shop(desk, AWAY).edit()
    result = desk.restore()
    made = [s.call.operation for s in result.plan.steps if s.call.operation == "CreateDeployment"]
    assert (result.exit_code, len(made)) == (0, 1), "its canary's content is not known, so that gets one"
    assert apis(AWAY)[0].stages["prod"]["deploymentId"] == served
    assert_in_sync(desk)


def test_the_same_deployed_once_more_is_left_alone(desk: Desk) -> None:
    assert desk.restore().exit_code == 0
    Shop(desk, AWAY).deploy()
    served = apis(AWAY)[0].stages["prod"]["deploymentId"]
    assert_in_sync(desk)
    assert apis(AWAY)[0].stages["prod"]["deploymentId"] == served


def test_a_stage_that_serves_something_else_is_put_right(desk: Desk) -> None:
    assert desk.restore().exit_code == 0
    shop = Shop(desk, AWAY)
    shop.experiment()
    shop.deploy()
    shop.back()
    wrong = desk.verify()
    assert PROD in {c.key.text for c in wrong.changes}
    assert desk.restore().exit_code == 0
    content, drafts = desk.load().estate.served[PROD], Drafts(desk.load().estate, registry())
    held = apis(AWAY)[0]
    assert "WAF_FILTERED" not in held.deployed[held.stages["prod"]["deploymentId"]].gateway_responses
    assert content == drafts.exported(ResourceKey("apigateway.rest_api", ("shop",)))
    assert_in_sync(desk)


def test_the_contents_of_an_api_are_ready_to_be_brought(desk: Desk) -> None:
    """What the stage serves comes first, as a draft of which an export would be just that; then the draft."""
    shop = Shop(desk)
    shop.experiment()
    shop.deploy()
    shop.back()
    shop.edit()
    desk.snapshot()
    drafts, api = Drafts(desk.load().estate, registry()), ResourceKey("apigateway.rest_api", ("shop",))
    first, last = contents(drafts, api, registry())
    assert ([s.text for s in first.stages], last.stages) == ([PROD], ())
    assert last.lines == drafts.of(api)
    alike = [text for text in first.lines if first.lines[text] == last.lines.get(text)]
    unlike = first.lines.keys() ^ last.lines.keys() | (first.lines.keys() - set(alike))
    assert unlike == {PETS, "apigateway.gateway_response/shop/WAF_FILTERED"}
    replayed = Drafts(type(drafts.estate)(dict(first.lines)), registry())
    assert not differing(replayed.exported(api), drafts.served(first.stages[0]) or {}, registry())
    assert exported(api.type, replayed.nouns(api))
