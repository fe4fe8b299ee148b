"""The floors of the standard estate, and what they are derived from."""

from __future__ import annotations

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.estates import SMALL, STANDARD, Size, build, steps
from tests.strict_aws.estates.clients import StrictClients
from tests.strict_aws.floor import Floor, floor
from tests.strict_aws.tests.conftest import HOME


@pytest.fixture(scope="module")
def standard() -> Floor:
    """The floors of the standard estate."""
    return floor(STANDARD)


def test_capture_of_the_standard_estate(standard: Floor) -> None:
    """Near 320 calls and 28 s; derived: 9 reads and 2 exports for each of 20 REST APIs, 4 for each HTTP API, 31 for
    each WebSocket API, 18 for all that is not in an API."""
    capture = standard.capture
    assert capture.calls("apigateway") == 20 * 11 + 8 * 4 + 2 * 31 + 18 == 332
    assert capture.seconds("apigateway") == pytest.approx(29.2)
    assert capture.calls("ec2") == 16
    assert capture.seconds("ec2") == 0


def test_restore_of_the_standard_estate(standard: Floor) -> None:
    """Near 250 writing calls and 95 s, which its verification doesn't add to; 30 s of EC2 beside it.

    And 80 calls for the descriptions of every other integration of the HTTP APIs, which take no time of their own.
    """
    written = standard.restore.only("write")
    described = written.by_operation()["apigatewayv2", "UpdateIntegration"]
    assert described == STANDARD.http_apis * STANDARD.routes / 2
    assert 240 <= written.calls("apigateway") - described <= 260
    assert written.seconds("apigateway") == 95
    assert written.by_quota()[0] == ("apigateway CreateDeployment", 95)
    assert standard.restore.seconds("apigateway") == 95
    assert written.by_operation()["apigateway", "ImportRestApi"] == 20
    assert written.by_operation()["apigateway", "CreateDeployment"] == 20
    groups = [seconds for name, seconds in written.by_quota("ec2") if "SecurityGroup" in name]
    assert groups == [30] * 4
    assert written.seconds("ec2") == 30


def test_object_by_object(standard: Floor) -> None:
    """Near 7,239 calls and 720 s."""
    written = standard.one_by_one.only("write")
    assert abs(written.calls("apigateway") - 7239) < 100
    assert written.by_quota("apigateway")[0][0] == "apigateway total"
    assert written.seconds("apigateway") == pytest.approx(720, rel=0.02)


def test_object_by_object_is_what_the_builder_calls(standard: Floor) -> None:
    """But for the account's role, which is part of the ground."""
    gateway = [step for step in steps(STANDARD) if step.service != "ec2" and step.operation != "UpdateAccount"]
    assert standard.one_by_one.only("write").calls("apigateway") == len(gateway)


def test_verification_is_a_capture(standard: Floor) -> None:
    assert standard.restore.only("verify").calls() == standard.capture.calls()


def test_of_a_region_as_it_is(strict: StrictAws) -> None:
    with strict.weather.calm():
        build(StrictClients(strict), HOME, SMALL)
    found = floor(strict.region(HOME))
    assert found.capture.by_operation() == floor(SMALL).capture.by_operation()
    assert found.restore.by_operation() == floor(SMALL).restore.by_operation()


def test_nothing_takes_next_to_nothing(strict: StrictAws) -> None:
    found = floor(strict.region(HOME))
    assert found.restore.only("write").calls() == 0
    assert found.capture.seconds() == 0


def test_draft_ahead_of_its_stages_takes_a_second_definition(strict: StrictAws) -> None:
    clients, size = StrictClients(strict), Size(rest_apis=1, methods=2, edge=0, http_apis=0, websocket_apis=0, groups=0)
    with strict.weather.calm():
        built = build(clients, HOME, size, kinds=("rest",))
        api = built.ids["rest rest-00"]
        clients.client("apigateway", HOME).put_gateway_response(
            restApiId=api, responseType="THROTTLED", statusCode="503"
        )
    assert floor(strict.region(HOME)).restore.by_operation()["apigateway", "PutRestApi"] == 1
