"""What may keep a plan from being carried out is found before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from dr_toolkit.aws.routes import route
from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reading
from dr_toolkit.engine.pairing import pair
from dr_toolkit.engine.preflight import Scene, examined
from dr_toolkit.engine.preflight.simulation import simulated
from dr_toolkit.engine.preflight.trials import permissions
from dr_toolkit.engine.survey import Survey
from dr_toolkit.errors import CloudDenied, CloudRefused
from dr_toolkit.model.changes import CREATE, DELETE, UPDATE, Call, Change, Plan, Step
from dr_toolkit.model.documents import GAP, INFO, READ, WARNING, Coverage, Finding, Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec.tags import RUN_TOKEN
from dr_toolkit.spec.types import Row
from tests.aws_shapes import invalid

HOME, AWAY = Scope("111122223333", "us-east-1"), Scope("111122223333", "us-west-2")
RULE = "ec2.security_group_rule"
WEB = ResourceKey("ec2.security_group", ("main", "web"))


def estate(*resources: Resource) -> Estate:
    """What a region holds, everything read."""
    made = Estate(coverage={t.name: Coverage(READ) for t in registry()})
    for each in resources:
        made.put(each)
    return made


def thing(text: str, **attributes: Any) -> Resource:
    """A resource by its printed key."""
    return Resource(ResourceKey.parse(text), attributes)


def scene(
    wanted: Iterable[Resource],
    live: Iterable[Resource] = (),
    *,
    steps: Iterable[Step] = (),
    gone: Iterable[Resource] = (),
    there: Scope = AWAY,
    given: Mapping[str, str] | None = None,
) -> Scene:
    """A target in which what is wanted and not there is made, and some of it goes."""
    old, new = estate(*live), estate(*wanted)
    changes = [
        Change(r.key, UPDATE if r.key in old else CREATE, old.get(r.key), r)
        for r in new
        if old.lines.get(r.key.text) != new.lines[r.key.text] and not registry()[r.key.type].landmark
    ]
    changes += [Change(r.key, DELETE, r) for r in gone]
    plan = Plan("s", "", "home", HOME, "away", there, tuple(changes), tuple(steps), (), (), "")
    reading = SimpleNamespace(rows={}, of=lambda name: [])
    survey: Any = SimpleNamespace(estate=old, reading=reading, names=None, bindings={})
    return Scene(plan, new, survey, registry(), given or {}, frozenset(new.lines))


def told(found: Scene) -> dict[str, Finding]:
    """What was found, by code."""
    return {finding.code: finding for finding in examined(found)}


def many(number: int, text: str, **attributes: Any) -> list[Resource]:
    """So many of a thing."""
    return [thing(text.format(n), **attributes) for n in range(number)]


REGIONAL, EDGE = ({"types": [kind]} for kind in ("REGIONAL", "EDGE"))

ROOM: list[tuple[str, list[Resource], list[Resource], str]] = [
    ("keys", many(10_000, "apigateway.api_key/k{}"), many(1, "apigateway.api_key/other"), WARNING),
    ("paths", many(301, "apigateway.resource/shop/p{}"), [], WARNING),
    ("stages", many(11, "apigateway.stage/shop/s{}"), [], WARNING),
    ("integrations, for good", many(301, "apigatewayv2.integration/shop/i{}"), [], GAP),
    ("regional APIs", many(600, "apigateway.rest_api/a{}", endpointConfiguration=REGIONAL), [], ""),
    ("too many regional APIs", many(601, "apigateway.rest_api/a{}", endpointConfiguration=REGIONAL), [], GAP),
    ("edge-optimised APIs", many(121, "apigateway.rest_api/a{}", endpointConfiguration=EDGE), [], WARNING),
    ("of two kinds", many(120, "apigateway.rest_api/a{}", endpointConfiguration=EDGE), many(
        500, "apigateway.rest_api/b{}", endpointConfiguration=REGIONAL), ""),
    ("domains", many(100, "apigateway.domain_name/a{}", endpointConfiguration=REGIONAL), many(
        21, "apigateway.domain_name/b{}", endpointConfiguration=EDGE), WARNING),
    ("groups", many(1, "ec2.security_group/main/new"), many(2500, "ec2.security_group/main/g{}"), WARNING),
    ("nothing new", [], many(2600, "ec2.security_group/main/g{}"), ""),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "live", "severity"), [row[1:] for row in ROOM], ids=[row[0] for row in ROOM])
def test_there_is_room_for_what_is_made(wanted: list[Resource], live: list[Resource], severity: str) -> None:
    found = told(scene(wanted, live)).get("over-quota")
    assert (found.severity if found else "") == severity


def test_what_goes_makes_room() -> None:
    old = many(10, "apigateway.stage/shop/old{}")
    assert "over-quota" in told(scene(many(5, "apigateway.stage/shop/new{}"), old))
    assert "over-quota" not in told(scene(many(5, "apigateway.stage/shop/new{}"), old, gone=old[:5]))


# --- rules ------------------------------------------------------------------------------------------------


def rules(number: int, first: int = 0, **more: Any) -> list[Resource]:
    """So many rules of the group web."""
    return [
        thing(
            f"{RULE}/main/web/ingress/tcp/{n}-{n}/10.0.0.0%2F8",
            **({"CidrIpv4": "10.0.0.0/8", "IsEgress": False} | more),
        )
        for n in range(first, first + number)
    ]


def step(action: str, things: Iterable[Resource]) -> Step:
    """One call for these rules."""
    name = "Authorize" if action == CREATE else "Revoke"
    return Step("s", action, tuple(r.key for r in things), "ec2", Call(f"{name}SecurityGroupIngress", {}))


def test_a_group_is_never_fuller_than_aws_allows() -> None:
    old, new = rules(40), rules(30, 40)
    swapped = scene(new, old, gone=old, steps=[step(CREATE, new), step(DELETE, old)])
    found = told(swapped)["no-headroom"]
    assert (found.severity, found.key) == (WARNING, WEB.text)
    assert "70 inbound rules for IPv4 for a while, and AWS allows 60" in found.text
    assert not told(scene(new, old, gone=old, steps=[step(DELETE, old), step(CREATE, new)]))
    too_many = rules(61)
    assert "it will hold 61 inbound rules" in told(scene(too_many, steps=[step(CREATE, too_many)]))["over-quota"].text


def test_a_raised_quota_is_told_by_a_group_that_is_fuller_already() -> None:
    full = [
        thing(f"{RULE}/main/full/ingress/tcp/{n}-{n}/10.0.0.0%2F8", CidrIpv4="10.0.0.0/8", IsEgress=False)
        for n in range(80)
    ]
    new = rules(75)
    assert not told(scene([*new, *full], full, steps=[step(CREATE, new)]))


def test_lists_count_for_all_that_they_may_hold_and_groups_for_both_families() -> None:
    office = thing("ec2.prefix_list/office", AddressFamily="IPv4", MaxEntries=50)
    listed = rules(1, PrefixListId=Ref(office.key), CidrIpv4="")
    listed = [Resource(r.key, {k: v for k, v in r.attributes.items() if k != "CidrIpv4"}) for r in listed]
    ranges, grouped = rules(8, 1), rules(3, 20)
    grouped = [Resource(r.key, {"IsEgress": False, "ReferencedGroupInfo": {"GroupId": Ref(WEB)}}) for r in grouped]
    fits = [*listed, *ranges, *grouped[:2]]
    assert not told(scene([office, *fits], steps=[step(CREATE, fits)]))
    all_of_it = [*fits, grouped[2]]
    assert (
        "61 inbound rules for IPv4"
        in told(scene([office, *all_of_it], steps=[step(CREATE, all_of_it)]))["over-quota"].text
    )


# --- names, certificates, settings ------------------------------------------------------------------------


def test_names_that_differ_only_in_case_are_one_to_aws() -> None:
    found = told(scene([thing("ec2.security_group/main/Web")], [thing(WEB.text)]))["name-taken"]
    assert (found.severity, found.key) == (GAP, "ec2.security_group/main/Web")
    assert WEB.text in found.text
    assert not told(scene([thing("ec2.security_group/other/Web")], [thing(WEB.text)]))


def test_what_a_stack_or_a_controller_of_the_target_owns_is_named() -> None:
    vpc = {"VpcId": "vpc-0123456789abcdef0", "Tags": [{"Key": "Name", "Value": "main"}]}
    rows = [
        {"GroupId": f"sg-{name}", "GroupName": name, "Description": "d", "VpcId": vpc["VpcId"], "Tags": tags}
        for name, tags in (
            ("web", [{"Key": "aws:cloudformation:stack-name", "Value": "shop"}]),
            ("k8s-elb-1", []),
            ("plain", []),
        )
    ]
    groups = [Row("ec2.security_group", row) for row in rows]
    reading = Reading({"ec2.vpc": [Row("ec2.vpc", vpc)], "ec2.security_group": groups})
    names = pair(reading, registry(), AWAY, {})
    live = canonicalise(reading, registry(), names, all_landmarks=True)
    changes = tuple(Change(r.key, UPDATE, r, r) for r in live if r.key.type == "ec2.security_group")
    plan = Plan("s", "", "home", HOME, "away", AWAY, changes, (), (), (), "")
    found = examined(Scene(plan, live, Survey(live, {}, {}, reading, names), registry()))
    assert {f.key: f.text.split(":")[0] for f in found if f.code == "somebody-elses"} == {
        WEB.text: "in the target, the CloudFormation stack shop owns it",
        "ec2.security_group/main/k8s-elb-1": "in the target, made by a load balancer controller of Kubernetes, "
        "which makes its own elsewhere",
    }


def test_a_domain_name_may_be_anybodys() -> None:
    found = told(scene([thing("apigateway.domain_name/a.example.com", endpointConfiguration=REGIONAL)]))
    assert found["name-unknown"].severity == INFO


def test_a_certificate_that_is_not_issued_is_named() -> None:
    wanted = thing("acm.certificate/shop.example.com")
    found = told(scene([wanted], [thing("acm.certificate/shop.example.com (pending_validation)")]))
    assert found["certificate-not-issued"].text == "it is there, and pending_validation: have it issued first"
    assert not told(scene([wanted], [wanted]))


LOGS = thing("apigateway.stage/shop/prod", methodSettings={"*/*": {"loggingLevel": "ERROR"}})
SOCKET = thing("apigatewayv2.stage/chat/prod", DefaultRouteSettings={"LoggingLevel": "INFO"})


@pytest.mark.parametrize("stage", [LOGS, SOCKET])
def test_a_stage_that_logs_needs_a_role(stage: Resource) -> None:
    role = thing("apigateway.account/account", cloudwatchRoleArn="arn:aws:iam::1:role/logs")
    assert told(scene([stage]))["no-log-role"].severity == GAP
    assert "no-log-role" not in told(scene([stage, role]))
    assert "no-log-role" not in told(scene([stage], [role]))
    unread = scene([stage])
    del unread.live.coverage["apigateway.account"]
    assert told(unread)["no-log-role"].severity == WARNING
    assert "no-log-role" not in told(scene([thing("apigateway.stage/shop/prod", variables={})]))


def test_settings_that_the_target_may_not_take() -> None:
    policy = {"Statement": [{"Effect": "Allow", "Resource": "x" * 9000}]}
    assert told(scene([thing("apigateway.rest_api/shop", policy=policy)]))["policy-too-long"].severity == GAP
    slow = thing("apigateway.method/shop/%2F/GET", methodIntegration={"timeoutInMillis": 60_000})
    assert told(scene([slow]))["long-timeout"].severity == WARNING
    newer = scene([thing("apigateway.rest_api/shop")], there=Scope("111122223333", "eu-south-2"))
    assert "2,500 requests a second" in told(newer)["lower-throttles"].text


def test_a_map_of_what_is_not_in_the_snapshot_is_named() -> None:
    given = {"ec2.vpc/mian": "vpc-1", "ec2.vpc/main": "vpc-1", "arn:aws:acm:us-east-1:1:certificate/a": "b"}
    found = [f.key for f in examined(scene([thing("ec2.vpc/main")], given=given)) if f.code == "map-unused"]
    assert found == ["ec2.vpc/mian"]


# --- permissions ------------------------------------------------------------------------------------------


class Asked:
    """EC2 that answers dry runs: by operation the error, else that it would have been done."""

    scope = AWAY

    def __init__(self, answers: Mapping[str, Exception | None] | None = None) -> None:
        self.answers = {"DescribeVpcs": refusal("DryRunOperation"), **(answers or {})}
        self.calls: list[tuple[str, Mapping[str, Any]]] = []

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse, as a dry run always is."""
        assert (service, params["DryRun"]) == ("ec2", True)
        self.calls.append((operation, params))
        answer = self.answers.get(operation, refusal("DryRunOperation"))
        if answer is not None:
            raise answer
        return {}


def refusal(code: str) -> CloudRefused:
    """AWS's no."""
    kind = CloudDenied if code == "UnauthorizedOperation" else CloudRefused
    return kind(service="ec2", operation="x", region="us-west-2", code=code, reason="r")


def planned(*calls: Call) -> Plan:
    """A plan of these calls of EC2, and one of API Gateway."""
    steps = [Step(f"s{n}", CREATE, (WEB,), "ec2", call) for n, call in enumerate(calls)]
    gateway = Step("g", CREATE, (WEB,), "apigateway", Call("CreateRestApi", {}))
    return Plan("s", "", "home", HOME, "away", AWAY, (), (*steps, gateway), (), (), "")


MAKE = Call("CreateSecurityGroup", {"GroupName": "web", "Tag": RUN_TOKEN})
OPEN = Call("AuthorizeSecurityGroupIngress", {"GroupId": Ref(WEB)})


def test_each_operation_is_tried_on_what_is_there_and_done_nowhere() -> None:
    cloud = Asked()
    found = list(permissions(cloud, planned(MAKE, OPEN, OPEN), {"ec2.security_group/main/default": "sg-d"}))
    assert [operation for operation, _ in cloud.calls] == ["DescribeVpcs", MAKE.operation, OPEN.operation]
    assert cloud.calls[1][1]["Tag"] != RUN_TOKEN
    assert cloud.calls[2][1]["GroupId"] == "sg-d"
    assert [(f.severity, f.key) for f in found] == [(INFO, "apigateway")]


def test_what_is_not_allowed_is_a_gap_that_names_the_action() -> None:
    cloud = Asked({"CreateSecurityGroup": refusal("UnauthorizedOperation")})
    found = next(iter(permissions(cloud, planned(MAKE), {})))
    assert (found.severity, found.code, found.key) == (GAP, "permission-missing", "ec2:CreateSecurityGroup")


@pytest.mark.parametrize(
    ("bindings", "answer", "said"),
    [
        ({}, None, "what it refers to is yet to be made"),
        ({WEB.text: "sg-1"}, refusal("InvalidPermission.Duplicate"), "InvalidPermission.Duplicate"),
    ],
)
def test_what_can_not_be_known_is_said(bindings: dict[str, str], answer: Exception | None, said: str) -> None:
    found = next(iter(permissions(Asked({OPEN.operation: answer}), planned(OPEN), bindings)))
    assert (found.severity, found.code) == (INFO, "permission-unknown")
    assert said in found.text


def test_an_endpoint_without_dry_runs_is_asked_for_no_change() -> None:
    cloud = Asked({"DescribeVpcs": None})
    found = next(iter(permissions(cloud, planned(MAKE), {})))
    assert (found.severity, found.key) == (WARNING, "ec2")
    assert [operation for operation, _ in cloud.calls] == ["DescribeVpcs"]


def test_a_quota_that_is_known_is_a_limit_and_no_guess() -> None:
    new = rules(75)
    unsure = scene(new, steps=[step(CREATE, new)])
    assert told(unsure)["over-quota"].severity == WARNING
    assert told(replace(unsure, rule_quota=60))["over-quota"].severity == GAP
    assert not told(replace(unsure, rule_quota=100))


# --- IAM's simulation ---------------------------------------------------------------------------------------


class Iam:
    """An IAM that denies what is named."""

    scope = AWAY

    def __init__(self, arn: str, denied: tuple[str, ...] = ()) -> None:
        self.arn, self.denied = arn, denied
        self.asked: list[Mapping[str, Any]] = []

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Answer as STS and IAM do."""
        assert not invalid(service, operation, dict(params))
        if operation == "GetCallerIdentity":
            return {"Arn": self.arn}
        if operation == "GetRole":
            return {"Role": {"Arn": f"arn:aws:iam::111122223333:role/dr/{params['RoleName']}"}}
        self.asked.append(params)
        return {
            "EvaluationResults": [
                {"EvalResourceName": arn, "EvalDecision": "implicitDeny" if arn.endswith(self.denied) else "allowed"}
                for arn in params["ResourceArns"]
            ]
        }


def gateway(*operations: tuple[str, str]) -> Plan:
    """A plan of these calls."""
    steps = [Step(o, CREATE, (WEB,), s, Call(o, {})) for s, o in operations]
    return Plan("s", "", "home", HOME, "away", AWAY, (), tuple(steps), (), (), "")


CALLS = gateway(("apigateway", "CreateRestApi"), ("apigateway", "PutMethod"), ("apigatewayv2", "CreateRoute"))


def test_iam_is_asked_for_the_paths_of_the_calls_and_the_role_of_the_session() -> None:
    iam = Iam("arn:aws:sts::111122223333:assumed-role/dr-restore/me")
    (found,) = simulated(iam, CALLS, route)
    assert (found.code, found.severity) == ("permission-simulated", INFO)
    assert {asked["PolicySourceArn"] for asked in iam.asked} == {"arn:aws:iam::111122223333:role/dr/dr-restore"}
    paths = "arn:aws:apigateway:us-west-2::"
    assert {asked["ActionNames"][0]: asked["ResourceArns"] for asked in iam.asked} == {
        "apigateway:POST": [f"{paths}/apis/x/routes", f"{paths}/restapis"],
        "apigateway:PUT": [f"{paths}/restapis/x/resources/x/methods/x"],
    }


def test_what_iam_denies_is_doubtful() -> None:
    (found,) = simulated(Iam("arn:aws:iam::111122223333:user/me", ("/restapis",)), CALLS, route)
    assert (found.severity, found.key) == (WARNING, "apigateway:POST on arn:aws:apigateway:us-west-2::/restapis")


def test_who_can_not_be_told_is_not_simulated() -> None:
    (found,) = simulated(Iam("arn:aws:iam::111122223333:root"), CALLS, route)
    assert found.code == "permission-unknown"
    assert list(simulated(Iam("arn:aws:iam::111122223333:user/me"), planned(), route)) != []
    assert list(simulated(Iam("x"), gateway(("ec2", "CreateTags")), route)) == []
