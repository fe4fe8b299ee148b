"""Calls wait for their turn under AWS's rates; a refusal makes them give way, and is never multiplied."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from dr_toolkit.aws.pacing import MARGIN, Pacer
from dr_toolkit.spec.rates import GATEWAY, Rate, rates


@dataclass
class Time:
    """Time that passes where somebody waits."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        """Wait."""
        assert seconds > 0
        self.waits.append(seconds)
        self.now += seconds

    def pacer(self) -> Pacer:
        """A pacer that lives in it."""
        return Pacer(lambda: self.now, self.pause)


REGIONAL = {"endpointConfiguration": {"types": ["REGIONAL"]}}


@pytest.mark.parametrize(
    ("service", "operation", "params", "own"),
    [
        ("apigateway", "GetRestApis", {}, None),
        ("apigateway", "GetResources", {}, (5, 2.5)),
        ("apigateway", "CreateRestApi", REGIONAL, (1, 1 / 3)),
        ("apigateway", "CreateRestApi", {}, (1, 1 / 30)),
        ("apigateway", "ImportRestApi", {"parameters": {"endpointConfigurationTypes": "REGIONAL"}}, (1, 1 / 3)),
        ("apigateway", "CreateDeployment", {}, (1, 1 / 5)),
        ("apigateway", "UpdateUsagePlan", {}, (1, 1 / 20)),
        ("apigatewayv2", "GetApis", {}, None),
        ("apigatewayv2", "CreateVpcLink", {}, (1, 1 / 15)),
        ("apigatewayv2", "CreateDomainName", {}, (1, 1 / 30)),
    ],
)
def test_every_call_of_api_gateway_counts_in_its_total(
    service: str, operation: str, params: dict[str, Any], own: tuple[float, float] | None
) -> None:
    found = rates(service, operation, params)
    assert found[-1] == GATEWAY
    assert [(r.burst, pytest.approx(r.per_second)) for r in found[:-1]] == ([own] if own else [])


def test_rates_of_other_services() -> None:
    assert rates("ec2", "DescribeSecurityGroups", {})[0] == Rate("ec2:DescribeSecurityGroups", 100, 20)
    assert rates("ec2", "AuthorizeSecurityGroupIngress", {})[0].per_second == 5
    assert rates("ec2", "CreateVpcEndpoint", {})[0].burst == 4
    assert rates("sts", "GetCallerIdentity", {}) == ()
    both = {rates(service, "CreateDomainName", {})[0].name for service in ("apigateway", "apigatewayv2")}
    assert len(both) == 1


def test_a_burst_goes_at_once_and_the_rest_by_the_rate() -> None:
    time = Time()
    pacer = time.pacer()
    for _ in range(140):
        pacer.wait("here", (GATEWAY,))
    assert len(time.waits) <= 101
    assert time.now == pytest.approx((140 - 40 * MARGIN) / (10 * MARGIN), rel=0.01)
    pacer.wait("elsewhere", (GATEWAY,))
    assert time.now == pytest.approx((140 - 40 * MARGIN) / (10 * MARGIN), rel=0.01)


def test_waiting_for_a_slow_rate_does_not_hold_up_the_others() -> None:
    """Who waits for a deployment's turn takes nothing of the total meanwhile."""
    time = Time()
    pacer = time.pacer()
    slow = Rate("slow", 1, 1 / 30)
    pacer.wait("here", (slow, GATEWAY))
    pacer.wait("here", (slow, GATEWAY))
    assert time.now == pytest.approx(30 / MARGIN)
    for _ in range(38):
        pacer.wait("here", (GATEWAY,))
    assert len(time.waits) == 1


def test_never_more_than_the_quota_from_many_threads() -> None:
    lock, calls = threading.Lock(), 0
    clock = [0.0]

    def pause(seconds: float) -> None:
        with lock:
            clock[0] += seconds / 4

    pacer = Pacer(lambda: clock[0], pause)

    def work() -> None:
        nonlocal calls
        for _ in range(60):
            pacer.wait("here", (GATEWAY,))
            with lock:
                calls += 1
                assert calls <= 40 + 10 * clock[0] + 1e-6

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert calls == 240


def test_what_aws_asks_for_is_waited() -> None:
    time = Time()
    pacer = time.pacer()
    pacer.wait("here", (GATEWAY,))
    pacer.refused("here", (GATEWAY,), 7.0)
    pacer.wait("here", (GATEWAY,))
    assert time.now == 7.0


def test_without_a_word_waits_double_until_a_call_passes() -> None:
    time = Time()
    pacer = time.pacer()
    for expected in (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 32.0):
        before = time.now
        pacer.refused("here", (GATEWAY,), None)
        pacer.wait("here", (GATEWAY,))
        assert time.now - before == pytest.approx(expected)
    pacer.passed("here", (GATEWAY,))
    before = time.now
    pacer.refused("here", (GATEWAY,), None)
    pacer.wait("here", (GATEWAY,))
    assert time.now - before < 1.5


def test_after_a_refusal_it_gives_way_and_comes_back_slowly() -> None:
    """Somebody else of the account eats a part of the quota: the pace falls, and rises again in time."""
    time = Time()
    pacer = time.pacer()
    for _ in range(60):
        pacer.wait("here", (GATEWAY,))
    pacer.refused("here", (GATEWAY,), 0.0)
    began = time.now
    for _ in range(20):
        pacer.wait("here", (GATEWAY,))
    slow = time.now - began
    for _ in range(100):
        pacer.wait("here", (GATEWAY,))
    began = time.now
    for _ in range(20):
        pacer.wait("here", (GATEWAY,))
    assert slow > 1.15 * (time.now - began)
    assert time.now - began == pytest.approx(20 / (10 * MARGIN), rel=0.02)
