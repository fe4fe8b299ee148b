"""How long a plan takes, what of it is for good, and how that is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from dr_toolkit.engine.forecast import estimate, final
from dr_toolkit.model import planfile
from dr_toolkit.model.changes import CREATE, DELETE, UPDATE, Call, Change, Step, Until
from dr_toolkit.model.documents import GAP, Finding
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report import as_json
from dr_toolkit.report.results import PlanResult
from dr_toolkit.report.text_forecast import about, time
from dr_toolkit.resources import registry
from tests.unit import report_samples as samples


def steps(number: int, service: str, operation: str, **params: object) -> list[Step]:
    """So many steps of one call."""
    key = ResourceKey("ec2.security_group", ("main", "web"))
    return [Step(f"{operation}{n}", CREATE, (key,), service, Call(operation, params)) for n in range(number)]


REGIONAL = {"endpointConfiguration": {"types": ["REGIONAL"]}}

ESTIMATES: list[tuple[str, Iterable[Step], float, str]] = [
    ("nothing", [], 0, ""),
    ("within the burst", steps(50, "ec2", "CreateSecurityGroup"), 0, ""),
    (
        "buckets of EC2 flow side by side",
        [*steps(100, "ec2", "CreateSecurityGroup"), *steps(90, "ec2", "X")],
        10,
        "ec2",
    ),
    ("one in five seconds", steps(20, "apigateway", "CreateDeployment"), 95, "apigateway:CreateDeployment"),
    ("one in three seconds", steps(20, "apigateway", "CreateRestApi", **REGIONAL), 57, "apigateway:CreateRestApi"),
    ("edge-optimised APIs", steps(3, "apigateway", "CreateRestApi"), 60, "apigateway:CreateRestApi, edge"),
    ("all of API Gateway", steps(7239, "apigateway", "PutMethod"), 719.9, "apigateway"),
    (
        "both versions share the whole",
        [*steps(60, "apigateway", "PutMethod"), *steps(60, "apigatewayv2", "CreateRoute")],
        8,
        "apigateway",
    ),
]


@pytest.mark.parametrize(
    ("calls", "seconds", "limit"), [row[1:] for row in ESTIMATES], ids=[row[0] for row in ESTIMATES]
)
def test_the_slowest_quota_says_how_long(calls: Iterable[Step], seconds: float, limit: str) -> None:
    found = estimate(calls)
    assert found.seconds == pytest.approx(seconds)
    assert found.limit.startswith(limit)
    assert bool(found.limit) == bool(seconds)
    assert found.calls == sum(found.operations.values()) == len(list(calls))


def test_what_is_waited_for_is_added_once() -> None:
    until = Until("status", ("AVAILABLE",))
    key = ResourceKey("apigateway.vpc_link", ("inside",))
    waits = [Step(f"w{n}", CREATE, (key,), "apigateway", Call("GetVpcLink", {}, until=until)) for n in range(3)]
    found = estimate([*steps(2, "apigateway", "CreateDeployment"), *waits])
    assert (found.seconds, found.waiting, found.waits_for) == (185, 180, "apigateway:GetVpcLink")


def test_a_step_is_made_in_the_call_that_carries_it() -> None:
    found = estimate(steps(1, "apigateway", "PutRestApi"), {"PutRestApi0": ["PutRestApi0", "s2", "s3"]})
    assert found.carried == {"s2": "PutRestApi0", "s3": "PutRestApi0"}


def change(text: str, action: str) -> Change:
    return Change(ResourceKey.parse(text), action)


def test_what_is_deleted_and_known_by_its_id_is_for_good() -> None:
    changes = [
        change("apigateway.rest_api/shop", DELETE),
        change("apigateway.rest_api/new", CREATE),
        change("apigateway.rest_api/old", UPDATE),
        change("ec2.security_group_rule/main/web/ingress/tcp/22-22/0.0.0.0%2F0", DELETE),
    ]
    step = Step("s7", DELETE, (changes[0].key,), "apigateway", Call("DeleteRestApi", {}))
    (found,) = final(changes, [step], registry())
    assert (found.key, found.steps) == (changes[0].key, ("s7",))
    assert "execute-api URL" in found.reason


LOST = {
    *("apigateway.api_key", "apigateway.client_certificate", "apigateway.domain_name", "apigateway.rest_api"),
    *("apigateway.usage_plan", "apigateway.vpc_link", "apigatewayv2.api", "apigatewayv2.vpc_link"),
    *("ec2.prefix_list", "ec2.security_group", "ec2.vpc_endpoint"),
}


def test_every_whole_thing_that_has_an_id_which_people_know_says_so() -> None:
    assert {t.name for t in registry() if t.lost} == LOST


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "a few seconds"),
        (9.9, "a few seconds"),
        (41, "about 40 seconds"),
        (95, "about 2 minutes"),
        (720, "about 12 minutes"),
        (9000, "about 2.5 hours"),
    ],
)
def test_times_are_told_as_people_say_them(seconds: float, said: str) -> None:
    assert about(seconds) == said


def test_time_is_told_with_its_reason() -> None:
    calls = [*steps(20, "apigateway", "CreateDeployment"), *steps(392, "ec2", "CreateTags")]
    assert time(estimate(calls), 412) == (
        "412 calls, about 2 minutes under AWS's quotas: "
        "apigateway:CreateDeployment takes longest (20 calls, one in 5 s)"
    )
    assert time(estimate(steps(251, "ec2", "CreateTags")), 7239).startswith(
        "251 calls for 7,239 steps, about 15 seconds"
    )
    assert time(estimate(steps(1, "ec2", "CreateTags")), 1) == "1 call, a few seconds under AWS's quotas"


def test_a_plan_tells_what_to_expect_before_all_else_and_its_file_keeps_it() -> None:
    plan = samples.plan()
    group = change("ec2.security_group/main/old", DELETE)
    findings = (*plan.findings, Finding(GAP, "by-hand", "apigateway.rest_api/shop", "disableExecuteApiEndpoint"))
    told = replace(
        plan,
        changes=(*plan.changes, group),
        findings=findings,
        estimate=estimate(plan.steps, {"s1": ["s1", "s2"]}),
        final=final([group], plan.steps, registry()),
    )
    text = samples.text(PlanResult(told))
    lines = text.splitlines()
    assert lines[2:4] == [
        "3 calls, a few seconds under AWS's quotas",
        "needs a person for 1 thing, see Findings: 1 by-hand",
    ]
    assert "Can't be undone\n  warning for-good: once gone, this is lost: its id, which instances" in text
    assert "in the call of s1" in samples.text(PlanResult(told), verbose=True)
    document = as_json.document(PlanResult(told))
    counted = {name: document["summary"][name] for name in ("steps", "calls", "final", "by_hand")}
    assert counted == {"steps": 3, "calls": 3, "final": 1, "by_hand": 1}
    read = planfile.read(as_json.dumps(document))
    assert (read.estimate, read.final) == (told.estimate, told.final)


def test_a_plan_of_thousands_of_steps_stays_readable_on_a_terminal() -> None:
    groups = [f"ec2.security_group/main/g{n:03}" for n in range(450)]
    rules = [
        f"ec2.security_group_rule/main/g{n:03}/ingress/tcp/{p}-{p}/10.0.0.0%2F8" for n in range(450) for p in range(19)
    ]
    many = replace(samples.plan(), changes=tuple(change(text, CREATE) for text in (*groups, *rules)))
    shown = samples.text(PlanResult(many), width=100).splitlines()
    assert len(shown) < 150
    assert "+ and 420 more ec2.security_group (-v lists them)" in shown
    assert len(samples.text(PlanResult(many)).splitlines()) > 9000
