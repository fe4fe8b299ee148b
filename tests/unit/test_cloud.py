"""One region behind the engine's port: throttled calls are made again in their turn, reads after what may pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dr_toolkit.aws.cloud import PATIENCE, RETRIES, Access, AwsCloud, Clouds
from dr_toolkit.aws.pacing import Pacer
from dr_toolkit.errors import CloudInDoubt, CloudRefused, CloudThrottled, CloudUnreachable
from tests.stand import Gate, Stand
from tests.strict_aws.in_process import answered

REGION = "eu-west-1"


@pytest.fixture
def waits() -> list[float]:
    """How long was waited, each time."""
    return []


@pytest.fixture
def cloud(aws: Stand, waits: list[float]) -> AwsCloud:
    """The region, in a time that passes only where somebody waits."""
    now = [0.0]

    def pause(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    return Clouds(Pacer(lambda: now[0], pause)).open(REGION, Access(endpoint_url=aws.endpoint))


def make(cloud: AwsCloud) -> dict[str, Any]:
    """A call that changes something."""
    return cloud.call("apigateway", "CreateRestApi", {"name": "a", "endpointConfiguration": {"types": ["REGIONAL"]}})


def read(cloud: AwsCloud) -> dict[str, Any]:
    """A call that only reads."""
    return cloud.call("apigateway", "GetRestApis", {})


def test_a_throttled_call_is_made_again(cloud: AwsCloud, gate: Gate, waits: list[float]) -> None:
    for call, operation in ((make, "CreateRestApi"), (read, "GetRestApis")):
        gate.throttle(operation, 3)
        call(cloud)
        assert gate.count(operation) == 4
    assert sum(waits) >= 2 * 3.5
    assert len(read(cloud)["items"]) == 1


def test_where_no_rate_is_published_waits_double(cloud: AwsCloud, gate: Gate, waits: list[float]) -> None:
    gate.throttle("DescribeLogGroups", 4)
    cloud.call("logs", "DescribeLogGroups", {})
    assert waits == [0.5, 1.0, 2.0, 4.0]
    assert gate.count("DescribeLogGroups") == 5


def test_patience_ends_with_the_reason(cloud: AwsCloud, gate: Gate) -> None:
    gate.throttle("CreateRestApi", 1000)
    with pytest.raises(CloudThrottled, match="TooManyRequestsException"):
        make(cloud)
    assert gate.count("CreateRestApi") == PATIENCE


def test_a_read_is_repeated_after_what_may_pass(cloud: AwsCloud, gate: Gate, waits: list[float]) -> None:
    gate.fail("GetRestApis", "InternalFailure", 500, times=2)
    gate.reset_connection("GetRestApis", times=1)
    read(cloud)
    assert waits == [*RETRIES[:3]]
    gate.fail("GetRestApis", "InternalFailure", 503, times=99)
    with pytest.raises(CloudRefused, match="InternalFailure"):
        read(cloud)
    assert gate.count("GetRestApis") == 4 + len(RETRIES) + 1


def test_a_read_that_is_refused_for_good_is_made_once(cloud: AwsCloud, gate: Gate) -> None:
    gate.fail("GetRestApis", "BadRequestException", 400, times=99)
    with pytest.raises(CloudRefused, match="BadRequestException"):
        read(cloud)
    assert gate.count("GetRestApis") == 1


def test_a_change_in_doubt_is_made_once_and_left_to_the_engine(cloud: AwsCloud, gate: Gate) -> None:
    gate.fail("CreateRestApi", "InternalFailure", 500, times=99)
    with pytest.raises(CloudInDoubt):
        make(cloud)
    gate.clear_faults()
    gate.lose_answer(1)
    with pytest.raises(CloudInDoubt):
        make(cloud)
    assert gate.count("CreateRestApi") == 2
    assert len(read(cloud)["items"]) == 1


def served(cloud: AwsCloud) -> list[Callable[[], dict[str, Any]]]:
    """Two reads whose answers are documents: what a stage serves, of a REST API and of an HTTP API."""
    api = make(cloud)
    where = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    cloud.call("apigateway", "PutMethod", {**where, "authorizationType": "NONE"})
    cloud.call("apigateway", "PutIntegration", {**where, "type": "MOCK"})
    cloud.call("apigateway", "CreateDeployment", {"restApiId": api["id"], "stageName": "v1"})
    other = cloud.call("apigatewayv2", "CreateApi", {"Name": "a", "ProtocolType": "HTTP"})["ApiId"]
    rest = {"restApiId": api["id"], "stageName": "v1", "exportType": "oas30"}
    http = {"ApiId": other, "Specification": "OAS30", "OutputType": "JSON"}
    return [
        lambda: cloud.call("apigateway", "GetExport", rest),
        lambda: cloud.call("apigatewayv2", "ExportApi", http),
    ]


def test_a_document_is_read_whole_and_again_after_what_may_pass(cloud: AwsCloud, gate: Gate) -> None:
    """It comes as a stream, which is read as part of the call; neither operation changes anything."""
    reads = served(cloud)
    for call, operation in zip(reads, ("GetExport", "ExportApi"), strict=True):
        assert json.loads(call()["body"])["openapi"].startswith("3.")
        gate.fail(operation, "InternalFailure", 500)
        assert json.loads(call()["body"])["paths"] is not None
        assert gate.count(operation) == 3


def test_a_region_that_is_gone_is_said(cloud: AwsCloud, gate: Gate, waits: list[float]) -> None:
    gate.lose_region(REGION)
    with pytest.raises(CloudUnreachable, match=REGION):
        read(cloud)
    assert waits == [*RETRIES]


def test_an_endpoint_of_ones_own_is_paced_once_it_refuses(aws: Stand, gate: Gate) -> None:
    """An emulator on this machine need not have AWS's quotas; one that has them refuses once or twice."""
    waits: list[float] = []
    with aws.virtual_time() as clock:

        def pause(seconds: float) -> None:
            waits.append(seconds)
            clock.sleep(seconds)

        cloud = Clouds(Pacer(clock.now, pause)).open(REGION, Access(endpoint_url=aws.endpoint))
        for _ in range(100):
            read(cloud)
        assert waits == []
        aws.world.weather.quotas = True
        for _ in range(100):
            read(cloud)
    assert waits
    assert 1 <= len(gate.refusals()) <= 3


def test_under_quotas_nothing_is_refused(aws: Stand, gate: Gate) -> None:
    """Two hundred reads and ten APIs at AWS's own rates, in AWS's own time."""
    with aws.virtual_time() as clock:
        aws.world.weather.quotas = True
        began = clock.now()
        with answered(aws.world):
            cloud = Clouds(Pacer(clock.now, clock.sleep)).open(REGION, Access())
            for _ in range(200):
                read(cloud)
            for _ in range(10):
                make(cloud)
        taken = clock.now() - began
    assert gate.refusals() == []
    assert 16 + 27 <= taken <= 1.05 * (16 + 30)
