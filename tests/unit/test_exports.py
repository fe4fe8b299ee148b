"""What stages serve is read once each, and where it can't be, that is said and nothing else fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader, Reading
from dr_toolkit.engine.pairing import pair
from dr_toolkit.errors import (
    AwsError,
    CloudDenied,
    CloudRefused,
    CloudThrottled,
    CloudUnreachable,
    CloudUnsupported,
)
from dr_toolkit.model.estate import Estate
from dr_toolkit.spec.types import Row
from tests.served_regions import TYPES, StrictCloud
from tests.strict_aws import StrictAws
from tests.strict_aws.estates.clients import StrictClients
from tests.unpaced import Unpaced

HOME = "us-east-1"
Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


class Cloud(Unpaced):
    """A region in which exports are answered otherwise, and every call is kept."""

    def __init__(self, aws: StrictAws, answer: Answer | None = None) -> None:
        self._cloud, self._answer = StrictCloud(aws, HOME), answer
        self.scope = self._cloud.scope
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """See ``engine.ports.Cloud``."""
        self.asked.append((operation, params))
        if operation in ("GetExport", "ExportApi") and self._answer is not None:
            return self._answer(params)
        return self._cloud.call(service, operation, params)

    @property
    def exports(self) -> list[tuple[str, str]]:
        """The exports that were asked for: operation and stage."""
        found = [(o, str(p.get("stageName") or p.get("StageName"))) for o, p in self.asked if "Export" in o]
        return sorted(found)


@pytest.fixture
def aws() -> Iterator[StrictAws]:
    """A REST API with two stages, an HTTP API with a tied one and one that deploys by itself, and a WebSocket API."""
    made = StrictAws()
    with made.weather.calm():
        clients = StrictClients(made)
        _rest(clients.client("apigateway", HOME))
        _http(clients.client("apigatewayv2", HOME))
        yield made


def _rest(rest: Any) -> None:
    api = rest.create_rest_api(name="shop")
    where = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**where, authorizationType="NONE")
    rest.put_integration(**where, type="MOCK")
    for stage in ("dev", "prod"):
        rest.create_deployment(restApiId=api["id"], stageName=stage)
    rest.create_deployment(restApiId=api["id"], stageName="prod", canarySettings={"percentTraffic": 5.0})


def _http(http: Any) -> None:
    for name, protocol in (("orders", "HTTP"), ("push", "WEBSOCKET")):
        more = {"RouteSelectionExpression": "$request.body.action"} if protocol == "WEBSOCKET" else {}
        api = http.create_api(Name=name, ProtocolType=protocol, **more)["ApiId"]
        kind = {"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "GET", "PayloadFormatVersion": "1.0"}
        made = http.create_integration(ApiId=api, IntegrationUri="https://example.com", **kind)["IntegrationId"]
        http.create_route(ApiId=api, RouteKey="$default", Target=f"integrations/{made}")
        deployment = http.create_deployment(ApiId=api)["DeploymentId"]
        http.create_stage(ApiId=api, StageName="v1", DeploymentId=deployment)
        http.create_stage(ApiId=api, StageName="auto", AutoDeploy=True)


def read(cloud: Cloud, serving: Callable[[Row], bool] = lambda row: True, **options: Any) -> tuple[Reading, Estate]:
    """The region, with what its stages serve."""
    reading = Reader(cloud, TYPES).read(serving=serving, **options)
    return reading, canonicalise(reading, TYPES, pair(reading, TYPES, cloud.scope, {}))


def said(estate: Estate) -> set[tuple[str, str, str]]:
    """Severity, code and key of what was found of exports."""
    return {(f.severity, f.code, f.key) for f in estate.findings if f.code in ("unexportable", "not-exported")}


BY_NATURE = {
    ("info", "unexportable", "apigateway.stage/shop/prod"),  # its canary
    ("info", "unexportable", "apigatewayv2.stage/push/v1"),
}
KNOWN = ["apigateway.stage/shop/dev", "apigateway.stage/shop/prod", "apigatewayv2.stage/orders/v1"]


def test_each_stage_that_has_something_of_its_own_is_exported_once(aws: StrictAws) -> None:
    cloud = Cloud(aws)
    _, estate = read(cloud)
    assert cloud.exports == [("ExportApi", "v1"), ("GetExport", "dev"), ("GetExport", "prod")]
    assert sorted(estate.served) == KNOWN
    assert said(estate) == BY_NATURE
    content = estate.served["apigateway.stage/shop/prod"]
    assert {"apigateway.rest_api/shop", "apigateway.resource/shop/%2F", "apigateway.method/shop/%2F/GET"} < set(content)


def test_what_nobody_asks_for_is_not_read(aws: StrictAws) -> None:
    cloud = Cloud(aws)
    reading = Reader(cloud, TYPES).read()
    assert (cloud.exports, reading.exports.found) == ([], [])
    _, estate = read(cloud, lambda row: row.data.get("stageName") == "dev")
    assert cloud.exports == [("GetExport", "dev")]
    assert sorted(estate.served) == ["apigateway.stage/shop/dev"]


def test_without_the_draft_nothing_is_asked(aws: StrictAws) -> None:
    """What a deployment froze could be held against nothing."""
    cloud = Cloud(aws)
    _, estate = read(cloud, excluded=lambda name: name == "apigateway.model")
    assert cloud.exports == [("ExportApi", "v1")]
    assert sorted(estate.served) == ["apigatewayv2.stage/orders/v1"]


def failing(error: Callable[..., AwsError], **facts: str) -> Answer:
    """An answer that is an error."""

    def answer(params: Mapping[str, Any]) -> dict[str, Any]:
        raise error(service="apigateway", operation="GetExport", region=HOME, reason="because", **facts)

    return answer


ALL = {("apigateway.stage/shop/dev"), ("apigateway.stage/shop/prod"), ("apigatewayv2.stage/orders/v1")}


@pytest.mark.parametrize(
    ("answer", "severity", "code"),
    [
        (failing(CloudRefused, code="BadRequestException"), "warning", "unexportable"),
        (failing(CloudDenied, code="AccessDeniedException"), "gap", "not-exported"),
        (failing(CloudThrottled, code="TooManyRequestsException"), "gap", "not-exported"),
        (failing(AwsError), "gap", "not-exported"),
        (failing(CloudRefused, code="InternalFailure"), "gap", "not-exported"),
        (lambda params: {"body": b"no JSON"}, "warning", "unexportable"),
        (lambda params: {"body": b"[]"}, "warning", "unexportable"),
        (lambda params: {"body": b'{"openapi": "3.0.1", "paths": []}'}, "warning", "unexportable"),
        (lambda params: {}, "warning", "unexportable"),
    ],
    ids=["refused", "denied", "throttled", "failed", "AWS failed", "no JSON", "no document", "no paths", "no body"],
)
def test_an_export_that_fails_is_said_of_its_stage(aws: StrictAws, answer: Answer, severity: str, code: str) -> None:
    reading, estate = read(Cloud(aws, answer))
    assert said(estate) - BY_NATURE == {(severity, code, key) for key in ALL}
    assert estate.served == {}
    assert reading.coverage["apigateway.stage"].status == "read"
    assert {"apigateway.stage/shop/dev", "apigateway.stage/shop/prod"} <= estate.lines.keys()


@pytest.mark.parametrize(
    "answer",
    [failing(CloudUnsupported), lambda params: {"body": json.dumps({"swagger": "2.0", "paths": {}}).encode()}],
    ids=["no such operation", "another format"],
)
def test_an_endpoint_that_does_not_export_is_asked_once_a_kind(aws: StrictAws, answer: Answer) -> None:
    cloud = Cloud(aws, answer)
    _, estate = read(cloud)
    assert len(cloud.exports) == 2
    assert said(estate) - BY_NATURE == {
        ("warning", "unexportable", "apigateway.stage"),
        ("warning", "unexportable", "apigatewayv2.stage"),
    }


def test_a_region_out_of_reach_is_no_finding(aws: StrictAws) -> None:
    with pytest.raises(CloudUnreachable):
        read(Cloud(aws, failing(CloudUnreachable)))


def test_a_model_that_is_not_json_is_named(aws: StrictAws) -> None:
    """AWS exports none of a deployment then."""
    rest = StrictClients(aws).client("apigateway", HOME)
    api = rest.get_rest_apis()["items"][0]["id"]
    rest.create_model(restApiId=api, name="Page", contentType="text/html", schema="{}")
    rest.create_deployment(restApiId=api, stageName="dev")
    _, estate = read(Cloud(aws))
    assert sorted(estate.served) == ["apigateway.stage/shop/prod", "apigatewayv2.stage/orders/v1"]
    (found,) = (f for f in estate.findings if f.key == "apigateway.stage/shop/dev")
    assert (found.severity, found.code) == ("warning", "unexportable")
    assert "Only found non-JSON body models for Page" in found.text


def test_a_stage_that_went_away_meanwhile_is_none(aws: StrictAws) -> None:
    rest = StrictClients(aws).client("apigateway", HOME)
    cloud = Cloud(aws)

    def gone(params: Mapping[str, Any]) -> dict[str, Any]:
        if params.get("stageName") != "dev":
            operation = "GetExport" if "restApiId" in params else "ExportApi"
            return cloud._cloud.call("apigateway" if "restApiId" in params else "apigatewayv2", operation, params)
        rest.delete_stage(restApiId=params["restApiId"], stageName="dev")
        return failing(CloudRefused, code="NotFoundException")(params)

    _, estate = read(Cloud(aws, gone))
    assert said(estate) == BY_NATURE
    assert "apigateway.stage/shop/dev" not in estate.lines
    assert "apigateway.deployment/shop/dev" not in estate.lines
    assert sorted(estate.served) == KNOWN[1:]


def test_a_stage_that_is_said_not_to_be_there_and_is(aws: StrictAws) -> None:
    _, estate = read(Cloud(aws, failing(CloudRefused, code="NotFoundException")))
    assert said(estate) - BY_NATURE == {("gap", "not-exported", key) for key in ALL}
