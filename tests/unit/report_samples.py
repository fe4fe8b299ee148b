"""Made-up results for the tests of the reports."""

from __future__ import annotations

import io
from typing import Any

from dr_toolkit.engine import services
from dr_toolkit.engine.exposure import Exposure
from dr_toolkit.engine.rulebook import rules
from dr_toolkit.engine.traffic import Peers, network, traffic
from dr_toolkit.engine.truths import Truth
from dr_toolkit.errors import CloudDenied
from dr_toolkit.model import wire
from dr_toolkit.model.alerts import Alert
from dr_toolkit.model.changes import CREATE, DELETE, UPDATE, Blocked, Call, Change, FieldChange, Plan, Step
from dr_toolkit.model.deeds import Deed, Deeds
from dr_toolkit.model.documents import (
    EXCLUDED,
    FAILED,
    GAP,
    INFO,
    READ,
    WARNING,
    Coverage,
    Finding,
    Manifest,
    Resource,
    Scope,
    StoredObject,
)
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.report.listings import (
    AcceptResult,
    BaselineResult,
    CreateEntry,
    CreateResult,
    LeftOut,
    OnceResult,
    OnceRow,
    RulesResult,
    SnapshotList,
    SnapshotRow,
    SnapshotShow,
    StatusResult,
    StatusRow,
    TypesResult,
)
from dr_toolkit.report.page import Page
from dr_toolkit.report.results import DriftReport, DriftResult, Ignored, PlanResult, RestoreResult, VerifyResult
from dr_toolkit.report.style import Style
from dr_toolkit.report.text import Result, show
from dr_toolkit.report.undo_results import UndoResult
from dr_toolkit.spec.fields import fixed, observed, physical, reference, setting
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.types import Listing, ResourceType
from tests.unit import store_samples

SOURCE = Scope("111122223333", "us-east-1")
TARGET = Scope("111122223333", "us-west-2")
SNAPSHOT = "20261122T030000Z-1a2b3c4d5e6f"
EARLIER = "20261121T030000Z-0f0e0d0c0b0a"


def _type(name: str, title: str, operation: str, **more: Any) -> ResourceType:
    fields = more.pop("fields", {})
    return ResourceType(
        name=name,
        service=name.partition(".")[0],
        shape=title.title().replace(" ", ""),
        title=title,
        listing=Listing(operation),
        fields=fields,
        identity=lambda row, names: None,
        **more,
    )


REGISTRY = Registry(
    [
        _type("ec2.vpc", "VPC", "DescribeVpcs", landmark=True),
        _type("ec2.prefix_list", "Customer-managed prefix list", "DescribeManagedPrefixLists", root=True),
        _type("ec2.security_group", "Security group", "DescribeSecurityGroups", root=True, parent="ec2.vpc"),
        _type(
            "ec2.security_group_rule",
            "Security-group rule",
            "DescribeSecurityGroupRules",
            parent="ec2.security_group",
            segments=4,
            notes="Known by direction, protocol, ports and peer.",
            fields={
                "SecurityGroupRuleId": physical(),
                "FromPort": fixed(),
                "PrefixListId": reference("ec2.prefix_list", fixed=True),
                "ReferencedGroupInfo": fixed(members={"GroupId": reference("ec2.security_group")}),
                "Description": setting(default=""),
                "Tags": setting(keyed="Key", items=setting(members={"Key": setting()})),
                "GroupOwnerId": observed("the account"),
            },
        ),
        _type("apigateway.rest_api", "REST API", "GetRestApis", root=True),
        _type("apigateway.model", "Model", "GetModels", parent="apigateway.rest_api"),
        _type("apigateway.resource", "Resource (path)", "GetResources", parent="apigateway.rest_api"),
        _type("apigateway.method", "Method", "GetResources", parent="apigateway.resource"),
        _type("apigateway.stage", "Stage", "GetStages", parent="apigateway.rest_api", root=True),
    ]
)


def resource(text: str, **attributes: Any) -> Resource:
    """A resource by its printed key."""
    return Resource(ResourceKey.parse(text), attributes)


def rule(tail: str, *, group: str = "main/web", **attributes: Any) -> Resource:
    """A rule of a security group, with the attributes that its key implies."""
    direction, protocol, ports, _peer = tail.split("/", 3)
    known: dict[str, Any] = {
        "IsEgress": direction == "egress",
        "IpProtocol": "-1" if protocol == "all" else protocol,
        "GroupId": Ref(ResourceKey.parse(f"ec2.security_group/{group}")),
    }
    first, _, last = ports.partition("-")
    if first.isdigit():
        known |= {"FromPort": int(first), "ToPort": int(last)}
    return Resource(ResourceKey.parse(f"ec2.security_group_rule/{group}/{tail}"), known | attributes)


OFFICE = rule("ingress/tcp/443-443/10.0.0.0%2F8", CidrIpv4="10.0.0.0/8", Description="office")
WORLD = rule("ingress/tcp/22-22/0.0.0.0%2F0", CidrIpv4="0.0.0.0/0")
EGRESS = rule("egress/all/all/0.0.0.0%2F0", CidrIpv4="0.0.0.0/0")
FROM_DB = rule(
    "ingress/tcp/5432-5432/sg:main%2Fdb",
    ReferencedGroupInfo={"GroupId": Ref(ResourceKey("ec2.security_group", ("main", "db")))},
)
FROM_LIST = rule("ingress/udp/500-4500/pl:offices", PrefixListId=Ref(ResourceKey("ec2.prefix_list", ("offices",))))


def added(after: Resource) -> Change:
    """The change that adds a resource."""
    return Change(after.key, CREATE, None, after)


def removed(before: Resource) -> Change:
    """The change that removes a resource."""
    return Change(before.key, DELETE, before, None)


def edited(before: Resource, *fields: FieldChange, action: str = UPDATE, reason: str = "") -> Change:
    """The change of some fields; what comes after is not spelled out."""
    return Change(before.key, action, before, before, tuple(fields), reason)


_URI = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:${AWS::Partition}:lambda:"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"},
        {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/admin/*"},
    ],
}
GET_PET = resource("apigateway.method/shop/%2Fpets%2F{id}/GET", authorizationType="AWS_IAM", apiKeyRequired=True)
API = resource("apigateway.rest_api/shop", name="shop", policy=POLICY)
STAGE = resource("apigateway.stage/shop/prod", stageName="prod")
METHOD_CHANGE = edited(
    GET_PET,
    FieldChange(("authorizationType",), "AWS_IAM", "NONE"),
    FieldChange(
        ("methodIntegration", "uri"),
        f"{_URI}${{AWS::Region}}:${{AWS::AccountId}}:function:pets/invocations",
        f"{_URI}${{AWS::Region}}:${{AWS::AccountId}}:function:pets:canary/invocations",
    ),
)
API_CHANGE = edited(
    API, FieldChange(("policy",), POLICY, {"Version": "2012-10-17", "Statement": POLICY["Statement"][:1]})
)
STAGE_CHANGE = edited(
    STAGE,
    FieldChange(("variables", "backend.host"), "a.example.com", "b.example.com"),
    FieldChange(("tracingEnabled",), True, None),
)
CHANGES = (
    added(WORLD),
    removed(FROM_DB),
    edited(OFFICE, FieldChange(("Description",), "office", "office and home")),
    added(rule("egress/all/all/0.0.0.0%2F0", group="main/jobs", CidrIpv4="0.0.0.0/0")),
    METHOD_CHANGE,
    API_CHANGE,
    STAGE_CHANGE,
    removed(resource("apigateway.resource/shop/%2Forders", pathPart="orders")),
    removed(resource("apigateway.method/shop/%2Forders/POST", authorizationType="NONE")),
)
COVERAGE = {
    **{t.name: Coverage(READ) for t in REGISTRY},
    "apigateway.model": Coverage(FAILED, "AccessDenied: not authorized to perform apigateway:GET"),
    "apigatewayv2.api": Coverage(EXCLUDED, "exclude: apigatewayv2.*"),
}
WHOLE = {name: c for name, c in COVERAGE.items() if c.status != FAILED}
FINDINGS = (
    Finding(INFO, "homonym", "apigateway.rest_api/shop~2", "there are two REST APIs called shop"),
    Finding(WARNING, "undeployed", "apigateway.stage/shop/prod", "the draft has changes that no stage serves"),
    Finding(WARNING, "undeployed", "apigateway.stage/shop/test", "the draft has changes that no stage serves"),
)


def drift_result(*changes: Change, source: str = "prod-use1", **more: Any) -> DriftResult:
    """The drift of one source."""
    facts: dict[str, Any] = {
        "coverage": WHOLE,
        "compared_types": tuple(WHOLE),
        "scope": SOURCE,
        "baseline_taken_at": "2026-11-22T03:00:00Z",
        "resources": 1234,
    }
    return DriftResult(source, SNAPSHOT, "2026-11-23T18:00:00Z", changes, **(facts | more))


DRIFT = DriftReport((drift_result(*CHANGES, findings=FINDINGS, coverage=COVERAGE),))


def step(number: int, service: str, operation: str, key: str) -> Step:
    """A step of a plan that creates something."""
    parsed = ResourceKey.parse(key)
    return Step(f"s{number}", CREATE, (parsed,), service, Call(operation, {"name": "x"}, {parsed: "id"}))


STEPS = (
    step(1, "ec2", "CreateSecurityGroup", "ec2.security_group/main/web"),
    step(2, "ec2", "AuthorizeSecurityGroupIngress", "ec2.security_group_rule/main/web/ingress/tcp/22-22/0.0.0.0%2F0"),
    step(3, "apigateway", "CreateRestApi", "apigateway.rest_api/shop"),
)


def plan(**more: Any) -> Plan:
    """A plan to restore a group and an API."""
    group = resource("ec2.security_group/main/web", GroupName="web")
    facts: dict[str, Any] = {
        "changes": (added(group), added(WORLD), added(FROM_LIST), added(API), added(GET_PET), added(STAGE)),
        "steps": STEPS,
        "blocked": (
            Blocked(
                ResourceKey.parse("apigateway.stage/shop/prod"),
                CREATE,
                "the log group /aws/shop is not in us-west-2",
                "create it, or map it under targets: dr-usw2: map:",
            ),
        ),
        "findings": (
            Finding(
                WARNING,
                "needs-us-east-1",
                "apigateway.rest_api/shop",
                "creating an API needs the Route 53 control plane in us-east-1",
            ),
        ),
        "gaps": ("apigateway.model: AccessDenied: not authorized to perform apigateway:GET",),
        "options": {"prune": False, "skip_blocked": True},
    }
    return Plan(
        snapshot=SNAPSHOT,
        snapshot_digest="ab" * 32,
        source="prod-use1",
        source_scope=SOURCE,
        target="dr-usw2",
        target_scope=TARGET,
        fingerprint="cd" * 32,
        **(facts | more),
    )


def verification(*changes: Change, **more: Any) -> VerifyResult:
    """A verification of the target."""
    facts: dict[str, Any] = {"coverage": WHOLE, "checked": 42, "seconds": 1.25}
    return VerifyResult(SNAPSHOT, "prod-use1", "dr-usw2", TARGET, changes, **(facts | more))


RESTORED = RestoreResult(
    "20261123T180000Z-run1",
    plan(blocked=(), gaps=()),
    done=("s1", "s2", "s3"),
    verify=verification(),
    seconds=41.3,
    calls=2,
    bindings={"ec2.security_group/main/web": "sg-0abc", "apigateway.rest_api/shop": "a1b2c3d4e5"},
)
STOPPED = RestoreResult(
    "20261123T180000Z-run1",
    plan(),
    done=("s1",),
    failed={"s2": "InvalidParameterValue: CIDR block 0.0.0.0/0 is malformed"},
    skipped={"s3": "needs s2, which did not succeed"},
    seconds=3.0,
)
UNDONE = UndoResult(
    "000008", "000007", plan(blocked=(), gaps=(), findings=()), done=("s1", "s2", "s3"), seconds=41.3, calls=4
)
HALF_UNDONE = UndoResult(
    "000008",
    "000007",
    plan(gaps=()),
    done=("s1",),
    failed={"s2": "DependencyViolation: resource sg-0abc has a dependent object"},
    skipped={"s3": "needs s2, which did not succeed"},
    left=(added(API),),
    seconds=3.0,
)
MANIFEST = Manifest(
    id=SNAPSHOT,
    taken_at="2026-11-22T03:00:00Z",
    source="prod-use1",
    scope=SOURCE,
    objects={
        "body": StoredObject(f"v1/prod-use1/{SNAPSHOT}.jsonl.gz", "ab" * 32, 2_100_000),
        "ids": StoredObject(f"v1/prod-use1/{SNAPSHOT}.ids.jsonl.gz", "cd" * 32, 512),
    },
    counts={"apigateway.rest_api": 2, "ec2.security_group": 40, "ec2.security_group_rule": 1192},
    coverage=WHOLE,
    findings=FINDINGS,
    parent={"id": EARLIER, "sha256": "ef" * 32},
    tool_version="0.1.0",
)
PARTIAL = Manifest(
    **{
        **{name: getattr(MANIFEST, name) for name in ("taken_at", "source", "scope", "objects", "counts")},
        "id": SNAPSHOT,
        "coverage": COVERAGE,
    }
)
DENIED = CloudDenied(
    service="ec2",
    operation="DescribeSecurityGroups",
    region="us-east-1",
    code="UnauthorizedOperation",
    reason="not you",
)


def estate() -> Estate:
    """A small estate."""
    held = Estate()
    for item in (resource("ec2.security_group/main/web", GroupName="web"), OFFICE, FROM_LIST, API, GET_PET):
        held.put(item)
    held.ids["apigateway.rest_api/shop"] = "a1b2c3d4e5"
    held.served[STAGE.key.text] = {GET_PET.key.text: wire.line(GET_PET)}
    return held


OPENED = Exposure(
    ResourceKey("ec2.security_group", ("main", "web")),
    {},
    {"ingress": traffic([(services.ports(services.TCP, 22, 22), network("0.0.0.0/0"))])},
    {"egress": traffic([(services.EVERY, Peers(named4=frozenset({"ec2.foreign_prefix_list/s3"})))])},
)
DEED = Deed(
    "e-1", "2026-11-23T17:00:00Z", "AuthorizeSecurityGroupIngress", "ann", "role admin", "192.0.2.9", "aws-cli/2"
)
OTHERWISE = resource("apigateway.model/shop/Pet")
SERVING = Truth(
    STAGE.key,
    served=(METHOD_CHANGE,),
    ahead=(
        METHOD_CHANGE,
        Change(OTHERWISE.key, UPDATE, OTHERWISE, OTHERWISE),
        added(resource("apigateway.model/shop/<script>alert('x')")),
        removed(resource("apigateway.gateway_response/shop/THROTTLED")),
    ),
    same=frozenset({OTHERWISE.key}),
)
JUDGED = DriftReport(
    (
        drift_result(
            *CHANGES,
            alerts=(
                Alert("sg-world-ssh", "critical", WORLD.key, "tcp 22 from 0.0.0.0/0"),
                Alert("method-open", "critical", GET_PET.key, "AWS_IAM → NONE"),
                Alert(
                    "certificate-ends", "high", ResourceKey("apigateway.client_certificate", ("edge",)), "soon", True
                ),
            ),
            severities={WORLD.key.text: "critical", GET_PET.key.text: "critical", OFFICE.key.text: "info"},
            exposures=(OPENED,),
            stages=(SERVING,),
            ignored=(
                Ignored(OFFICE.key, UPDATE, ("Description",), "ec2.*", "Description", "ours", "net", "2027-01-31"),
            ),
            deeds=Deeds({WORLD.key.text: (DEED,)}, {WORLD.key.text: "found", GET_PET.key.text: "pending"}, "slow"),
            least="low",
            hidden=2,
        ),
    ),
    (("prod-euw1", DENIED),),
    (Finding(WARNING, "ignore-expired", "ec2.*", "net-team: expired after 2026-01-31"),),
)
RULES = RulesResult(rules())


RESULTS: dict[str, Result] = {
    **store_samples.RESULTS,
    "drift": DRIFT,
    "drift, judged": JUDGED,
    "rules": RULES,
    "drift, clean": DriftReport((drift_result(),)),
    "drift, several": DriftReport((drift_result(), drift_result(added(WORLD), source="prod-euw1", coverage=COVERAGE))),
    "plan": PlanResult(plan()),
    "plan, empty": PlanResult(plan(changes=(), steps=(), blocked=(), gaps=(), findings=())),
    "restore": RESTORED,
    "restore, stopped": STOPPED,
    "undo": UNDONE,
    "undo, half": HALF_UNDONE,
    "verify": verification(added(OFFICE), METHOD_CHANGE),
    "verify, clean": verification(),
    "create": CreateResult((CreateEntry("prod-use1", MANIFEST, became_baseline=True, seconds=4.2),)),
    "create, several": CreateResult(
        (CreateEntry("prod-use1", PARTIAL, seconds=4.2), CreateEntry("prod-euw1", error=DENIED))
    ),
    "list": SnapshotList(
        "s3://acme-dr-snapshots/prod",
        (
            SnapshotRow("prod-use1", EARLIER, "2026-11-21T03:00:00Z", False, 1200, 2_000_000),
            SnapshotRow("prod-use1", SNAPSHOT, "2026-11-22T03:00:00Z", True, 1234, 2_100_000, baseline=True),
            SnapshotRow("prod-use1", "20261123T030000Z-ffffffffffff", "2026-11-23T03:00:00Z", True, damaged="no JSON"),
        ),
    ),
    "list, empty": SnapshotList("s3://acme-dr-snapshots/prod", ()),
    "show": SnapshotShow(MANIFEST, "s3://acme-dr-snapshots/prod", baseline=True, estate=estate()),
    "show, incomplete": SnapshotShow(PARTIAL),
    "baseline": BaselineResult("prod-use1", SNAPSHOT, "2026-11-22T03:00:00Z", number=2),
    "baseline, moved": BaselineResult(
        "prod-use1",
        SNAPSHOT,
        number=3,
        set_at="2026-11-23T18:00:00Z",
        set_by="arn:aws:iam::111122223333:user/ann",
        reason="the new office",
        previous=EARLIER,
        moved=True,
    ),
    "accept": AcceptResult(
        drift_result(added(WORLD), alerts=(Alert("sg-world-ssh", "critical", WORLD.key, "tcp 22 from 0.0.0.0/0"),)),
        BaselineResult(
            "prod-use1", SNAPSHOT, set_by="ann", set_at="2026-11-23T18:00:00Z", previous=EARLIER, moved=True
        ),
        2,
    ),
    "baseline, history": BaselineResult(
        "prod-use1",
        SNAPSHOT,
        history=(BaselineResult("prod-use1", EARLIER, set_at="2026-11-21T03:00:00Z", set_by="ann", reason="first"),),
    ),
    "status": StatusResult(
        (
            StatusRow("lab", schedule="", age=90.0, last_id=SNAPSHOT, last_at="2026-11-22T03:00:00Z"),
            StatusRow(
                "prod-use1", "0 3 * * *", SNAPSHOT, "2026-11-22T03:00:00Z", 140_400, 93_600, "2026-11-24T03:00:00Z"
            ),
            StatusRow("prod-euw1", "0 3 * * *", rpo=93_600, running=True, note="the last attempt failed: no access"),
        )
    ),
    "once": OnceResult(
        (
            OnceRow("prod-use1", "taken", SNAPSHOT, seconds=4.0, next_due="2026-11-24T03:00:00Z"),
            OnceRow("prod-euw1", "failed", reason="no access to the role", exit_code=1),
            OnceRow("lab", "not due", next_due="2026-11-24T03:00:00Z"),
        )
    ),
    "types": TypesResult(REGISTRY, (LeftOut("ec2", "DescribeNetworkAcls", "not a part of security groups"),)),
    "error": DENIED,
}
"""A result of every kind, and some odd ones."""


def text(value: Result, **style: Any) -> str:
    """A result as text: without a terminal, unless a width is given."""
    stream = io.StringIO()
    show(Page(stream, Style(**style)), value, REGISTRY)
    return stream.getvalue()


GAP_FINDING = Finding(GAP, "unmapped", "apigateway.method/shop/%2F/GET", "its authorizer is not known")
