"""A restore of HTTP APIs that dies at any call, or loses any answer, goes on to the same end, nothing made twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dr_toolkit.engine import batch
from tests.estate_groups import build_vpcs
from tests.estate_http import HttpEstate, build_link
from tests.estates import Estate, allow_logging
from tests.scenario.deaths import dies_anywhere, loses_any_answer
from tests.scenario.desk import AWAY, HOME, Clients, Desk
from tests.stand import Stand
from tests.strict_aws.http.state import HttpApi, HttpRegion


def build_ground(aws: Clients, region: str) -> dict[str, str]:
    """A VPC with a subnet, and leave to write logs."""
    estate, ec2 = Estate(region), aws.client("ec2", region)
    build_vpcs(ec2, estate, {"main": "10.20.0.0/16"})
    allow_logging(aws, region)
    subnet = ec2.create_subnet(VpcId=estate.vpcs["main"], CidrBlock="10.20.99.0/24")
    return {"vpc": estate.vpcs["main"], "subnet": subnet["Subnet"]["SubnetId"]}


def build_tiny(aws: Clients, region: str) -> None:
    """A link, an HTTP API with one of each, a stage that deploys by itself and one that does not, a WebSocket API."""
    estate, http = HttpEstate(region), aws.client("apigatewayv2", region)
    build_link(aws, estate, build_ground(aws, region))
    api = http.create_api(Name="tiny", ProtocolType="HTTP", Tags={"team": "a"})["ApiId"]
    jwt = http.create_authorizer(
        ApiId=api,
        Name="jwt",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Audience": ["web"], "Issuer": "https://issuer.example.com"},
    )["AuthorizerId"]
    proxy = {"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "GET", "PayloadFormatVersion": "1.0"}
    private = {"ConnectionType": "VPC_LINK", "ConnectionId": estate.links["inner"]}
    inner = http.create_integration(ApiId=api, IntegrationUri="https://inner.example.com", **proxy, **private)
    spare = http.create_integration(ApiId=api, IntegrationUri="https://web.example.com", **proxy)
    secured = {"AuthorizationType": "JWT", "AuthorizerId": jwt}
    http.create_route(ApiId=api, RouteKey="GET /", Target=f"integrations/{inner['IntegrationId']}", **secured)
    http.create_route(ApiId=api, RouteKey="$default", Target=f"integrations/{spare['IntegrationId']}")
    http.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    frozen = http.create_deployment(ApiId=api)["DeploymentId"]
    http.create_stage(ApiId=api, StageName="held", DeploymentId=frozen)
    push = http.create_api(Name="push", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.a")["ApiId"]
    http.create_model(ApiId=push, Name="M", ContentType="application/json", Schema='{"type": "object"}')
    mock = http.create_integration(ApiId=push, IntegrationType="MOCK")["IntegrationId"]
    http.create_integration_response(ApiId=push, IntegrationId=mock, IntegrationResponseKey="$default")
    send = http.create_route(ApiId=push, RouteKey="send", Target=f"integrations/{mock}")["RouteId"]
    http.create_route_response(ApiId=push, RouteId=send, RouteResponseKey="$default")


@pytest.fixture(autouse=True)
def thing_by_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where AWS refuses every import; with imports the same is drilled in ``test_side_by_side``."""
    monkeypatch.setattr(batch, "CARRIERS", ())


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of the tiny estate, whose home region is gone."""
    with aws.virtual_time():
        desk = Desk(aws)
        build_tiny(desk.clients, HOME)
        desk.snapshot()
        build_ground(desk.clients, AWAY)
        aws.gate.refuse(HOME)
        yield desk


def counted(api: HttpApi) -> dict[str, int]:
    """How many there are of what has no name that AWS would keep it from being made twice by."""
    return {
        "integrations": len(api.draft.integrations),
        "routes": len(api.draft.routes),
        "authorizers": len(api.draft.authorizers),
        "stages": len(api.stages),
        "deployments": sum(not d["AutoDeployed"] for d in api.deployments.values()),
    }


def assert_whole(desk: Desk, at: str) -> None:
    """Nothing differs, and nothing is there twice."""
    assert desk.verify().exit_code == 0, at
    home, away = (desk.aws.world.region(r).part(HttpRegion) for r in (HOME, AWAY))
    found = [{str(api.fields["Name"]): counted(api) for api in region.apis.values()} for region in (home, away)]
    assert found[0] == found[1], at
    assert len(away.apis) == 2, at
    assert len(away.vpc_links) == 1, at


def test_died_at_any_moment_of_a_restore(desk: Desk) -> None:
    """After each call whose answer never came, and after every other write."""
    assert dies_anywhere(desk, assert_whole, every=5) == 17


def test_any_answer_is_lost(desk: Desk) -> None:
    loses_any_answer(desk, assert_whole, calls=17)


def test_a_deployment_is_made_of_what_was_put_right(desk: Desk) -> None:
    """The stage that is held serves the snapshot's draft again, and the one that deploys by itself does so at once."""
    assert desk.restore().exit_code == 0
    http, region = desk.aws.client("apigatewayv2", AWAY), desk.aws.world.region(AWAY).part(HttpRegion)
    api = next(a for a in region.apis.values() if a.fields["Name"] == "tiny")
    route = next(r for r in api.draft.routes.values() if r["RouteKey"] == "GET /")
    http.update_route(ApiId=api.id, RouteId=route["RouteId"], AuthorizationType="NONE")
    mistake = http.create_deployment(ApiId=api.id)["DeploymentId"]
    http.update_stage(ApiId=api.id, StageName="held", DeploymentId=mistake)
    desk.aws.gate.deny("CreateDeployment", times=1)
    assert desk.restore().exit_code == 1
    assert desk.verify().exit_code == 2, "nothing differs but what the stage serves, and that is owed"
    assert desk.restore().exit_code == 0
    for stage in ("held", "$default"):
        content = api.deployed[api.stages[stage]["DeploymentId"]]
        assert content.routes[route["RouteId"]]["AuthorizationType"] == "JWT", stage
    assert desk.verify().exit_code == 0
