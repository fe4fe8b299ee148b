"""HTTP and WebSocket APIs from one region to another, with what lets them call functions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from dr_toolkit.engine import concrete
from dr_toolkit.model.documents import Scope
from dr_toolkit.resources import registry
from dr_toolkit.workflows import capture
from dr_toolkit.workflows.drift import Request, drift
from tests.aws_shapes import invalid
from tests.engines import resolved, strings
from tests.estate_http import FUNCTIONS, allow, build_http, build_http_ground, invocation_uri
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.stand import ACCOUNT, Stand
from tests.strict_aws.estates import SMALL, build
from tests.strict_aws.estates import build_ground as build_estate_ground
from tests.strict_aws.floor_rows import capture_rows
from tests.strict_aws.http.state import HttpRegion
from tests.strict_aws.judge import compare, report

LISTENERS = {
    f"arn:aws:elasticloadbalancing:{HOME}:{ACCOUNT}:listener/app/inner/0123456789abcdef/1": f"arn:aws:"
    f"elasticloadbalancing:{AWAY}:{ACCOUNT}:listener/app/inner/fedcba9876543210/2"
}


def judged(aws: Stand) -> list[str]:
    """What somebody who knows nothing of the toolkit finds different between the two regions, but for its own mark."""
    names = (dict.fromkeys(LISTENERS, "<listener>"), dict.fromkeys(LISTENERS.values(), "<listener>"))
    found = report(compare(aws.world.region(HOME), aws.world.region(AWAY), *names)).splitlines()
    return [line for line in found if "dr-toolkit:run" not in line]


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with HTTP APIs at home, and an empty region to restore them into."""
    with aws.virtual_time():
        desk = Desk(aws, map=LISTENERS)
        build_http(desk.clients, HOME, build_http_ground(desk.clients, HOME))
        build_http_ground(desk.clients, AWAY)
        yield desk


def test_everything_comes_over(desk: Desk) -> None:
    desk.snapshot()
    desk.aws.gate.refuse(HOME)
    result = desk.restore()
    assert (result.exit_code, list(result.failed.values()), list(result.skipped)) == (0, [], []), result.verdict
    assert_in_sync(desk)
    assert judged(desk.aws) == []


def policies(aws: Stand, region: str) -> dict[str, list[dict[str, Any]]]:
    """Each function's statements as they are, without their ids."""
    functions, found = aws.client("lambda", region), {}
    for name in FUNCTIONS:
        try:
            policy = functions.get_policy(FunctionName=name)["Policy"]
        except functions.exceptions.ResourceNotFoundException:
            continue
        held = [{k: v for k, v in s.items() if k != "Sid"} for s in json.loads(policy)["Statement"]]
        found[name] = sorted(held, key=json.dumps)
    return found


def ids_of(aws: Stand, region: str) -> dict[str, str]:
    """The APIs of a region by name, as this AWS keeps them."""
    held = aws.world.region(region).part(HttpRegion).apis
    return {str(api.fields["Name"]): api.id for api in held.values()}


def test_the_api_may_call_its_functions_there_too(desk: Desk) -> None:
    """Every statement that names an API of home is there with the new API's id, and no other is."""
    desk.snapshot()
    assert desk.restore().exit_code == 0
    home, away = policies(desk.aws, HOME), policies(desk.aws, AWAY)
    old, new = (desk.aws.world.region(r).part(HttpRegion) for r in (HOME, AWAY))
    words = {HOME: AWAY}
    for name, api_id in ids_of(desk.aws, HOME).items():
        there = new.apis[ids_of(desk.aws, AWAY)[name]]
        words[api_id] = there.id
        by_name = {a["Name"]: i for i, a in there.draft.authorizers.items()}
        words |= {i: by_name[a["Name"]] for i, a in old.apis[api_id].draft.authorizers.items()}
    told = json.dumps(home)
    for word, other in words.items():
        told = told.replace(word, other)
    wanted = json.loads(told)
    wanted["doorkeeper"] = [s for s in wanted["doorkeeper"] if "zzzzzzzzzz" not in json.dumps(s)]
    assert away == {name: sorted(each, key=json.dumps) for name, each in wanted.items()}
    assert len(away["orders"]) == 2


def test_a_function_that_is_not_there_blocks_its_permissions_only(desk: Desk) -> None:
    desk.aws.client("lambda", AWAY).delete_function(FunctionName="doorkeeper")
    desk.snapshot()
    plan = desk.plan()
    assert {b.key.type for b in plan.blocked} == {"lambda.permission"}
    assert "no Lambda function doorkeeper" in plan.blocked[0].reason
    assert desk.restore(skip_blocked=True).exit_code == 3


def test_a_permission_that_somebody_took_away_comes_back(desk: Desk) -> None:
    """And one that somebody added is taken away; those of others are left alone."""
    desk.snapshot()
    desk.restore()
    before = policies(desk.aws, AWAY)
    functions = desk.aws.client("lambda", AWAY)
    held = json.loads(functions.get_policy(FunctionName="orders")["Policy"])["Statement"]
    functions.remove_permission(FunctionName="orders", StatementId=held[0]["Sid"], Qualifier="live")
    api_id = ids_of(desk.aws, AWAY)["orders"]
    allow(desk.clients, AWAY, "orders:live", "rogue", f"{api_id}/*/*/*")
    allow(desk.clients, AWAY, "push", "stranger", "yyyyyyyyyy/*/*/*")
    wrong = desk.verify()
    assert sorted(c.action for c in wrong.changes) == ["create", "delete"]
    assert {c.key.type for c in wrong.changes} == {"lambda.alias_permission"}
    assert desk.restore().exit_code == 0
    assert_in_sync(desk)
    after = policies(desk.aws, AWAY)
    assert len(after.pop("push")) == 1
    assert after == before


# --- how it is read -----------------------------------------------------------------------------------------


def test_as_few_calls_as_there_can_be(desk: Desk) -> None:
    """Four or five an HTTP API; for a WebSocket API one more for its models, each route and each integration."""
    mark = desk.aws.gate.mark()
    desk.snapshot()
    calls = Counter(c.operation for c in desk.aws.gate.since(mark) if c.service == "apigatewayv2")
    floor = Counter[str]()
    for row in capture_rows(desk.aws.world.region(HOME)):
        if row.service == "apigatewayv2":
            floor[row.operation] += row.count
    paged = {name: number for name, number in calls.items() if number > floor[name]}
    assert calls.keys() - {"GetDomainNames", "GetApiMappings", "ListRoutingRules"} <= floor.keys()
    assert paged == {}


def test_what_quick_create_made_is_made_piece_by_piece(desk: Desk) -> None:
    mark = desk.aws.gate.mark()
    desk.snapshot()
    estate = desk.load().estate
    assert [k for k in estate.lines if k.startswith("apigatewayv2.") and "/quick" in k] == [
        "apigatewayv2.api/quick",
        "apigatewayv2.integration/quick/$default",
        "apigatewayv2.route/quick/$default",
        "apigatewayv2.stage/quick/$default",
    ]
    assert estate.observed["apigatewayv2.stage/quick/$default"]["ApiGatewayManaged"] is True
    assert desk.restore().exit_code == 0
    made = [c.params for c in desk.aws.gate.since(mark) if c.operation == "CreateApi"]
    assert not any("Target" in params for params in made)
    held = desk.aws.world.region(AWAY).part(HttpRegion).apis[ids_of(desk.aws, AWAY)["quick"]]
    assert not any(i.get("ApiGatewayManaged") for i in held.draft.integrations.values())


def test_stages_that_deploy_by_themselves_are_made_when_all_else_is_there(desk: Desk) -> None:
    """So that nothing half made is ever served, and one deployment is enough."""
    desk.snapshot()
    mark = desk.aws.gate.mark()
    desk.restore()
    calls = [c for c in desk.aws.gate.since(mark) if c.mutating and c.done and c.service == "apigatewayv2"]
    api_id = ids_of(desk.aws, AWAY)["orders"]
    mine = [c for c in calls if c.params.get("ApiId") == api_id]
    stage = next(n for n, c in enumerate(mine) if c.operation == "CreateStage" and c.params.get("AutoDeploy"))
    later = {c.operation for c in mine[stage:]}
    assert later <= {"CreateStage", "CreateDeployment"}
    held = desk.aws.world.region(AWAY).part(HttpRegion).apis[api_id]
    assert sum(d["AutoDeployed"] for d in held.deployments.values()) == 1


def test_a_link_is_asked_for_early_and_waited_for_late(desk: Desk) -> None:
    desk.snapshot()
    mark = desk.aws.gate.mark()
    desk.restore()
    calls = [c for c in desk.aws.gate.since(mark) if c.done]
    names = [c.operation for c in calls]
    asked, ready = names.index("CreateVpcLink"), len(names) - 1 - names[::-1].index("GetVpcLink")
    through = next(n for n, c in enumerate(calls) if "VPC_LINK" in str(c.params))
    assert asked < names.index("CreateApi") < names.index("GetVpcLink") <= ready < through


# --- drift, and a target that was changed -------------------------------------------------------------------


def disturb(desk: Desk, region: str) -> set[tuple[str, str]]:
    """Change something of every type by hand; the keys' types with the members that differ."""
    http, held = desk.aws.client("apigatewayv2", region), desk.aws.world.region(region).part(HttpRegion)
    orders, push = (held.apis[ids_of(desk.aws, region)[name]] for name in ("orders", "push"))
    routes = {r["RouteKey"]: r for api in (orders, push) for r in api.draft.routes.values()}
    get, send, web = routes["GET /orders/{id}"], routes["send"], routes["ANY /web/{proxy+}"]
    leads = {key: r["Target"].partition("/")[2] for key, r in routes.items()}
    at = {"ApiId": orders.id}
    http.update_api(**at, Description="", Version="8", CorsConfiguration={"AllowOrigins": ["*"]})
    http.tag_resource(ResourceArn=f"arn:aws:apigateway:{region}::/apis/{orders.id}", Tags={"owner": "me"})
    http.update_integration(**at, IntegrationId=leads["GET /orders/{id}"], TimeoutInMillis=50, Description="")
    http.update_integration(
        **at,
        IntegrationId=leads["$default"],
        RequestParameters={"append:header.x-stage": "", "append:header.x-new": "1"},
        ResponseParameters={"404": {}, "500": {"overwrite:statuscode": "200"}},
    )
    http.update_integration(**at, IntegrationId=leads["GET /inside"], TlsConfig={})
    http.update_route(**at, RouteId=get["RouteId"], AuthorizationType="NONE", OperationName="other")
    http.delete_route(**at, RouteId=web["RouteId"])
    http.create_route(**at, RouteKey="GET /rogue")
    jwt = next(a for a in orders.draft.authorizers.values() if a["Name"] == "jwt")
    keeper = next(a for a in orders.draft.authorizers.values() if a["Name"] == "keeper")
    http.update_authorizer(**at, AuthorizerId=jwt["AuthorizerId"], JwtConfiguration=_JWT)
    http.update_authorizer(**at, AuthorizerId=keeper["AuthorizerId"], AuthorizerResultTtlInSeconds=0)
    stage = {"StageVariables": {"level": "", "new": "1"}, "DefaultRouteSettings": {"ThrottlingRateLimit": 7.0}}
    http.update_stage(**at, StageName="$default", AutoDeploy=False, **stage)
    http.delete_route_settings(**at, StageName="$default", RouteKey="GET /orders/{id}")
    http.delete_access_log_settings(**at, StageName="$default")
    http.update_stage(**at, StageName="v7", AutoDeploy=True)
    at = {"ApiId": push.id}
    http.update_route(**at, RouteId=send["RouteId"], RequestModels={}, ApiKeyRequired=False)
    http.delete_route_request_parameter(
        **at, RouteId=send["RouteId"], RequestParameterKey="route.request.querystring.a"
    )
    answer = next(iter(push.draft.route_responses[send["RouteId"]].values()))
    http.update_route_response(
        **at, RouteId=send["RouteId"], RouteResponseId=answer["RouteResponseId"], ResponseModels={}
    )
    inner = {"ApiId": push.id, "IntegrationId": leads["send"]}
    answer = next(iter(push.draft.integration_responses[leads["send"]].values()))
    http.update_integration_response(
        **inner, IntegrationResponseId=answer["IntegrationResponseId"], ResponseTemplates={}
    )
    http.update_integration(**inner, PassthroughBehavior="WHEN_NO_MATCH", RequestTemplates={})
    model = next(m for m in push.draft.models.values() if m["Name"] == "Message")
    http.update_model(**at, ModelId=model["ModelId"], Schema='{"type": "string"}', Description="other")
    http.update_stage(**at, StageName="live", RouteSettings={"send": {"LoggingLevel": "OFF"}})
    link = next(iter(held.vpc_links))
    http.update_vpc_link(VpcLinkId=link, Name="outer")
    return {
        *(("api", m) for m in ("Description", "Version", "CorsConfiguration", "Tags")),
        *(("integration", m) for m in ("TimeoutInMillis", "Description", "RequestParameters", "ResponseParameters")),
        *(("integration", m) for m in ("TlsConfig", "PassthroughBehavior", "RequestTemplates")),
        *(("route", m) for m in ("AuthorizationType", "AuthorizerId", "AuthorizationScopes", "OperationName")),
        *(("route", m) for m in ("RequestModels", "ApiKeyRequired", "RequestParameters")),
        *(("authorizer", m) for m in ("JwtConfiguration", "AuthorizerResultTtlInSeconds")),
        *(("stage", m) for m in ("StageVariables", "DefaultRouteSettings", "RouteSettings", "AutoDeploy")),
        *(("stage", m) for m in ("AccessLogSettings", "DeploymentId")),
        *(("route_response", m) for m in ("ResponseModels",)),
        *(("integration_response", m) for m in ("ResponseTemplates",)),
        *(("model", m) for m in ("Schema", "Description")),
        ("vpc_link", "Name"),
    }


_JWT = {"Audience": ["web"], "Issuer": "https://other.example.com"}


def test_drift_names_every_field(desk: Desk) -> None:
    desk.snapshot()
    wanted = disturb(desk, HOME)
    (found,) = drift(desk.command(), Request(("home",))).results
    told = {(c.key.type.partition(".")[2], name) for c in found.changes for name in c.names}
    assert told >= wanted, wanted - told
    routes = [(c.action, c.key.name) for c in found.changes if c.key.type.endswith(".route") and not c.names]
    assert routes == [("delete", "ANY /web/{proxy+}"), ("create", "GET /rogue")]


@pytest.mark.parametrize("target", ["away", "home"])
def test_a_disturbed_target_becomes_what_the_snapshot_says(desk: Desk, target: str) -> None:
    desk.snapshot()
    if target == "away":
        assert desk.restore().exit_code == 0
    kept = judged(desk.aws) if target == "away" else []
    disturb(desk, AWAY if target == "away" else HOME)
    assert desk.verify(target).exit_code == 2
    result = desk.restore(target)
    assert (result.exit_code, list(result.failed.values())) == (0, [])
    assert_in_sync(desk, target)
    if target == "away":
        assert judged(desk.aws) == kept


def test_an_integration_keeps_its_name_when_a_smaller_route_comes_to_it(desk: Desk) -> None:
    """An edit at home is an edit abroad, and no new integration."""
    first = desk.snapshot()
    desk.restore()
    held = desk.aws.world.region(HOME).part(HttpRegion).apis[ids_of(desk.aws, HOME)["orders"]]
    target = next(r["Target"] for r in held.draft.routes.values() if r["RouteKey"] == "GET /inside")
    http = desk.aws.client("apigatewayv2", HOME)
    http.create_route(ApiId=held.id, RouteKey="DELETE /inside", Target=target)
    desk.snapshot()
    assert desk.load().manifest.id != first.id
    mark = desk.aws.gate.mark()
    assert desk.restore().exit_code == 0
    made = [c.operation for c in desk.aws.gate.since(mark) if c.mutating and c.done]
    assert "CreateIntegration" not in made and "DeleteIntegration" not in made
    assert_in_sync(desk)


def test_settings_of_a_route_that_is_gone_are_no_configuration(desk: Desk) -> None:
    """AWS keeps them, and refuses them on a stage that is made."""
    held = desk.aws.world.region(HOME).part(HttpRegion).apis[ids_of(desk.aws, HOME)["orders"]]
    route = next(r for r in held.draft.routes.values() if r["RouteKey"] == "GET /orders/{id}")
    http = desk.aws.client("apigatewayv2", HOME)
    http.delete_route(ApiId=held.id, RouteId=route["RouteId"])
    http.create_deployment(ApiId=held.id, StageName="v7")
    assert held.stages["$default"]["RouteSettings"]
    desk.snapshot()
    assert desk.restore().exit_code == 0
    assert_in_sync(desk)


def test_it_can_be_left_out_as_a_whole(desk: Desk) -> None:
    command = desk.command()
    source = replace(command.config.sources["home"], exclude=("apigatewayv2.*", "lambda.*"))
    mark = desk.aws.gate.mark()
    _, estate = capture.read(command, source)
    assert not [k for k in estate.lines if k.startswith(("apigatewayv2", "lambda"))]
    asked = {c.service for c in desk.aws.gate.since(mark)}
    assert not asked & {"apigatewayv2", "lambda"}


def test_a_region_that_was_restored_says_the_same(desk: Desk) -> None:
    """Of two regions with the same in them a snapshot has the same bytes, whatever the ids and their order."""
    desk.snapshot()
    assert desk.restore().exit_code == 0
    home, away = desk.load().estate.lines, desk.capture_of(AWAY)
    for old, new in LISTENERS.items():
        tail = old.partition("/")[2].encode(), new.partition("/")[2].encode()
        home = {key: line.replace(*tail) for key, line in home.items()}
    assert away == home


def test_what_any_company_has(aws: Stand) -> None:
    """APIs by the dozen of the standard estate: read in as few calls as can be, restored, and found the same."""
    with aws.virtual_time():
        desk = Desk(aws, map={f"{HOME}_Customers": f"{AWAY}_Replica"})
        size = replace(SMALL, http_apis=2, websocket_apis=2, routes=9)
        build(desk.clients, HOME, size, kinds=("http", "websocket"))
        build_estate_ground(desk.clients, AWAY)
        aws.world.weather.longest_page = 1000
        mark = aws.gate.mark()
        desk.snapshot()
        calls = Counter(c.operation for c in aws.gate.since(mark) if c.service == "apigatewayv2")
        floor = Counter({row.operation: 0 for row in capture_rows(aws.world.region(HOME))})
        for row in capture_rows(aws.world.region(HOME)):
            floor[row.operation] += row.count if row.service == "apigatewayv2" else 0
        assert {name: number - floor[name] for name, number in calls.items() if number > floor[name]} == {}
        aws.gate.refuse(HOME)
        result = desk.restore()
        assert (result.exit_code, list(result.failed.values())) == (0, []), result.verdict
        assert_in_sync(desk)
        names = {f"{HOME}_Customers": "<pool>"}, {f"{AWAY}_Replica": "<pool>"}
        found = report(compare(aws.world.region(HOME), aws.world.region(AWAY), *names)).splitlines()
        assert [line for line in found if "dr-toolkit:run" not in line] == []


class _AnyId(dict[str, str]):
    """An id for whatever is asked for."""

    def __missing__(self, key: str) -> str:
        return "abcde12345"


def test_every_call_is_accepted_and_no_id_stands_in_a_key(desk: Desk) -> None:
    """Create and delete of each resource by itself, by botocore's own validator."""
    desk.snapshot()
    estate, types, there = desk.load().estate, registry(), Scope("555566667777", "eu-west-3")
    ids = set(_ids(desk.aws.world.region(HOME).part(HttpRegion)))
    for resource in estate:
        t = types[resource.key.type]
        if t.service not in ("apigatewayv2", "lambda") or t.landmark:
            continue
        assert not [i for i in ids if i in resource.key.text], resource.key
        assert HOME not in resource.key.text and ACCOUNT not in resource.key.text
        told = [text for name, value in resource.attributes.items() for text in strings(value) if name != "Format"]
        assert not [text for text in told if any(i in text for i in ids)], resource.key
        ready = concrete.resource(resource, types, there)
        assert t.create is not None
        calls = [*t.create(ready), *(t.delete(ready) if t.delete else ())]
        for call in calls:
            params = resolved(concrete.joins(call.params, there), _AnyId())
            assert invalid(t.service, call.operation, params) == "", call


def _ids(region: HttpRegion) -> Iterator[str]:
    for api in region.apis.values():
        yield api.id
        for held in (api.draft.routes, api.draft.integrations, api.draft.authorizers, api.deployments):
            yield from held
    yield from region.vpc_links


def test_what_a_comparison_does_not_show_is_said(desk: Desk) -> None:
    """A stage that failed to deploy, and a function that only a stage variable names."""
    http = desk.aws.client("apigatewayv2", HOME)
    bare = http.create_api(Name="bare", ProtocolType="HTTP")["ApiId"]
    http.create_stage(ApiId=bare, StageName="$default", AutoDeploy=True)
    api_id = ids_of(desk.aws, HOME)["push"]
    uri = invocation_uri(HOME, "${stageVariables.fn}")
    http.create_integration(ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=uri, IntegrationMethod="POST")
    found = {(f.code, f.key) for f in desk.snapshot().findings}
    assert ("not-deployed", "apigatewayv2.stage/bare/$default") in found
    assert ("permission-unknown", "apigatewayv2.integration/push/(no route)") in found
    assert ("unexportable", "apigatewayv2.stage/push/live") in found
    assert "permission-unknown" in {f.code for f in desk.plan().findings}
