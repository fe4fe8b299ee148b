"""The policies of sources and targets allow all that scenarios call there, and no action in them is one too many."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from dr_toolkit.report.results import RestoreResult
from dr_toolkit.workflows import capture, drift
from dr_toolkit.workflows.policies_regions import restore_policy, snapshot_policy
from tests.command_line import refused, run
from tests.estate_around import PRIVATE, PUBLIC, build_around, build_ground_around
from tests.estate_groups import build_vpcs
from tests.estate_http import allow, build_http, build_http_ground
from tests.estate_rest_around import VALUES, target_arn
from tests.estate_rest_around import build_around as build_rest_around
from tests.estate_rest_around import build_ground as build_rest_ground
from tests.estates import Estate
from tests.scenario import test_around, test_around_rest, test_http_apis
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.scenario.disturbance import disturb
from tests.scenario.small_estate import MOCK, build_ground, build_small, patched, tcp
from tests.stand import ACCOUNT, Stand, stand
from tests.strict_aws import iam
from tests.strict_aws.in_process import session
from tests.strict_aws.weather.log import Entry

Policy = dict[str, Any]


def policies(desk: Desk) -> dict[str, Policy]:
    """What the roles of the two regions are given."""
    return {
        HOME: dict(snapshot_policy(desk.command(), "home").policy),
        AWAY: dict(restore_policy(desk.command(), "away").policy),
    }


def guarded(desk: Desk, given: dict[str, Policy]) -> list[Entry]:
    """Have this AWS refuse all that the policies do not allow; what was called is in the list."""
    called: list[Entry] = []

    def check(entry: Entry) -> None:
        called.append(entry)
        iam.check(entry, given[entry.region])

    desk.aws.gate.on_call = check
    desk.aws.gate.fail("LookupEvents", "InternalFailure", 500, times=1000)  # there is no trail here
    return called


# --- scenes -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """Both regions made ready: how somebody disturbs the target, and home; and how home has nothing any more."""

    disturb: Callable[[], Any]
    change: Callable[[], Any]
    empty: Callable[[], Any]


def small(desk: Desk) -> Scene:
    """Groups, lists and a REST API."""
    desk.estate = build_small(desk.clients, HOME)
    build_ground(desk.clients, AWAY)
    at_home, marked = desk.clients.client("ec2", HOME), [{"Key": "team", "Value": "net"}]
    for way, peer in (("ingress", "192.0.2.0/24"), ("egress", "198.51.100.0/24")):
        authorize = getattr(at_home, f"authorize_security_group_{way}")
        authorize(
            GroupId=desk.estate.groups["main/web"],
            IpPermissions=[tcp(8443, IpRanges=[{"CidrIp": peer}])],
            TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": marked}],
        )

    def disturb_tags() -> None:
        disturb(desk.clients)
        there, more = desk.clients.client("ec2", AWAY), [{"Key": "more", "Value": "yes"}]
        rules = there.describe_security_group_rules()["SecurityGroupRules"]
        tagged = next(r["SecurityGroupRuleId"] for r in rules if r.get("Tags"))
        lists = there.describe_managed_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": ["office"]}])
        there.create_tags(Resources=[tagged, lists["PrefixLists"][0]["PrefixListId"]], Tags=more)

    def describe_otherwise() -> None:
        ec2 = desk.clients.client("ec2", HOME)
        group = desk.estate.groups["main/web"]
        there = [tcp(443, IpRanges=[{"CidrIp": "0.0.0.0/0", "Description": "all"}])]
        ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=there)
        peer = [{"GroupId": desk.estate.groups["main/db"], "Description": "data"}]
        ec2.update_security_group_rule_descriptions_egress(
            GroupId=group, IpPermissions=[tcp(5432, UserIdGroupPairs=peer)]
        )

    return Scene(disturb_tags, describe_otherwise, lambda: build_ground(desk.clients, HOME))


def around(desk: Desk) -> Scene:
    """Domains and endpoints."""
    desk.estate = build_around(desk.clients, HOME)
    build_ground_around(desk.clients, AWAY)
    # Two names whose callers need certificates: one of them by a version of its truststore.
    with_version = {"truststoreUri": "s3://trust/other.pem", "truststoreVersion": "7"}
    desk.clients.client("apigateway", HOME).create_domain_name(
        domainName=f"www.{PUBLIC}",
        regionalCertificateArn=desk.estate.resources[f"certificate/{PUBLIC}"],
        endpointConfiguration={"types": ["REGIONAL"]},
        mutualTlsAuthentication=with_version,
    )

    def disturb_private() -> None:
        test_around.disturb(desk.clients)
        rest = desk.clients.client("apigateway", AWAY)
        private = next(d for d in rest.get_domain_names()["items"] if d["domainName"] == PRIVATE)
        denied = private["policy"].replace("Allow", "Deny")
        texts = {"/managementPolicy": private["policy"], "/policy": denied}
        rest.update_domain_name(
            domainName=PRIVATE, domainNameId=private["domainNameId"], patchOperations=patched(texts)
        )
        ec2 = desk.clients.client("ec2", AWAY)
        endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
        inner = next(e for e in endpoints if e["VpcEndpointType"] == "Interface")
        ec2.create_tags(Resources=[inner["VpcEndpointId"]], Tags=[{"Key": "more", "Value": "yes"}])
        default = ec2.describe_security_groups(
            Filters=[{"Name": "group-name", "Values": ["default"]}, {"Name": "vpc-id", "Values": [inner["VpcId"]]}]
        )["SecurityGroups"][0]["GroupId"]
        ec2.modify_vpc_endpoint(VpcEndpointId=inner["VpcEndpointId"], AddSecurityGroupIds=[default])
        v2 = desk.clients.client("apigatewayv2", AWAY)
        rule = v2.list_routing_rules(DomainName=PUBLIC)["RoutingRules"][0]
        v2.create_routing_rule(DomainName=PUBLIC, Priority=77, Conditions=[], Actions=rule["Actions"])

    def empty() -> None:
        build_vpcs(desk.clients.client("ec2", HOME), Estate(HOME), {"main": "10.20.0.0/16", "side": "10.30.0.0/16"})

    return Scene(disturb_private, lambda: test_around.disturb(desk.clients, HOME), empty)


def rest(desk: Desk) -> Scene:
    """What lies around REST APIs."""
    desk.map[target_arn(HOME)] = target_arn(AWAY)
    desk.values |= {f"apigateway.api_key/{name}": value for name, value in VALUES.items()}
    build_rest_ground(desk.clients, HOME)
    build_rest_ground(desk.clients, AWAY)
    build_rest_around(desk.clients, HOME)

    def guard_another_stage() -> None:
        test_around_rest.change(desk.clients, AWAY)
        rest = desk.clients.client("apigateway", AWAY)
        certificate = rest.get_client_certificates()["items"][0]["clientCertificateId"]
        rest.update_client_certificate(
            clientCertificateId=certificate, patchOperations=patched({"/description": "renamed"})
        )
        api = desk.clients.client("apigateway", AWAY).get_rest_apis()["items"][0]["id"]
        waf = desk.clients.client("wafv2", AWAY)
        acl = waf.list_web_acls(Scope="REGIONAL")["WebACLs"][0]["ARN"]
        waf.associate_web_acl(WebACLArn=acl, ResourceArn=f"arn:aws:apigateway:{AWAY}::/restapis/{api}/stages/test")

    return Scene(guard_another_stage, lambda: test_around_rest.change(desk.clients, HOME), lambda: None)


def http(desk: Desk) -> Scene:
    """HTTP and WebSocket APIs."""
    desk.map |= test_http_apis.LISTENERS
    ground = build_http_ground(desk.clients, HOME)
    build_http(desk.clients, HOME, ground)
    build_http_ground(desk.clients, AWAY)

    def let_others_in() -> None:
        test_http_apis.disturb(desk, AWAY)
        api = test_http_apis.ids_of(desk.aws, AWAY)["orders"]
        allow(desk.clients, AWAY, "push", "rogue", f"{api}/*/*/other")

    return Scene(let_others_in, lambda: test_http_apis.disturb(desk, HOME), lambda: None)


SCENES = (small, around, rest, http)


def play(aws: Stand, scene: Callable[[Desk], Scene]) -> tuple[dict[str, Policy], list[Entry]]:
    """A capture, a restore, a drifted target put right, a changed home, and all of it taken away again."""
    aws.reset()
    with aws.virtual_time():
        desk = Desk(aws)
        made = scene(desk)
        given = policies(desk)
        called = guarded(desk, given)
        desk.snapshot()
        assert desk.restore().exit_code == 0
        made.disturb()
        assert desk.verify(prune=True).exit_code == 2
        assert_told(desk, "away")
        assert_restored(desk, desk.restore(prune=True))
        made.change()
        assert_told(desk, "home")
        desk.snapshot()
        assert_restored(desk, desk.restore(prune=True))
        aws.reset_region(HOME)
        made.empty()
        desk.values.clear()  # of keys that no snapshot holds any more
        desk.snapshot()
        desk.restore(prune=True)  # an endpoint's interfaces hold on to their group for minutes
        assert_restored(desk, desk.restore(prune=True))
    return given, called


def assert_told(desk: Desk, place: str) -> None:
    """Drift is told, and who did it is asked."""
    found = drift.drift(desk.command(), drift.Request((place,), "latest", who=True)).results[0]
    assert found.exit_code == 2


def assert_restored(desk: Desk, result: RestoreResult) -> None:
    """All of it could be done."""
    assert (result.exit_code, list(result.failed.values()), list(result.skipped)) == (0, [], []), (
        result.verdict,
        [str(f) for f in result.failed.values()],
    )
    assert_in_sync(desk, prune=True)


def look(aws: Stand) -> list[Entry]:
    """A capture of what refers to landmarks of all kinds, and a plan that looks for them in the target."""
    aws.reset()
    with aws.virtual_time():
        desk = Desk(aws)
        build_ground(desk.clients, AWAY)
        refer_to_everything(desk, build_ground(desk.clients, HOME))
        called = guarded(desk, policies(desk))
        desk.snapshot()
        desk.plan()
    return called


PARTNER = "555566667777"


def refer_to_everything(desk: Desk, estate: Estate) -> None:
    """A rule that leads through a peering; APIs that name a pool, a stream, a listener and a key."""
    _peer(desk, estate)
    found = {region: build_landmarks(desk, region) for region in (HOME, AWAY)}[HOME]
    rest = desk.clients.client("apigateway", HOME)
    condition = {"StringEquals": {"aws:SourceArn": found["key"]}}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Condition": condition}]})
    api = rest.create_rest_api(name="shop", endpointConfiguration={"types": ["REGIONAL"]}, policy=policy)
    asked = {"providerARNs": [found["pool"]], "identitySource": "method.request.header.Authorization"}
    rest.create_authorizer(restApiId=api["id"], name="customers", type="COGNITO_USER_POOLS", **asked)
    method = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**method, authorizationType="NONE")
    rest.put_integration(**method, **MOCK)
    rest.create_deployment(restApiId=api["id"], stageName="v1")
    settings = {"/accessLogSettings/destinationArn": found["stream"], "/accessLogSettings/format": "$context.requestId"}
    rest.update_stage(restApiId=api["id"], stageName="v1", patchOperations=patched(settings))
    http = desk.clients.client("apigatewayv2", HOME)
    subnet = desk.clients.client("ec2", HOME).create_subnet(VpcId=estate.vpcs["main"], CidrBlock="10.20.9.0/24")
    link = http.create_vpc_link(Name="inner", SubnetIds=[subnet["Subnet"]["SubnetId"]])["VpcLinkId"]
    http.create_integration(
        ApiId=http.create_api(Name="inner", ProtocolType="HTTP")["ApiId"],
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="GET",
        IntegrationUri=found["listener"],
        PayloadFormatVersion="1.0",
        ConnectionType="VPC_LINK",
        ConnectionId=link,
    )


def _peer(desk: Desk, estate: Estate) -> None:
    ec2, partner = desk.clients.client("ec2", HOME), session(desk.aws.world, PARTNER).client("ec2", HOME)
    with desk.aws.world.weather.calm():
        theirs = partner.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
        group = partner.create_security_group(GroupName="peer", Description="beyond", VpcId=theirs)["GroupId"]
        made = ec2.create_vpc_peering_connection(VpcId=estate.vpcs["main"], PeerVpcId=theirs, PeerOwnerId=PARTNER)
        link = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        partner.accept_vpc_peering_connection(VpcPeeringConnectionId=link)
    pair = {"GroupId": group, "UserId": PARTNER, "VpcPeeringConnectionId": link}
    ec2.authorize_security_group_ingress(
        GroupId=estate.groups["main/default"], IpPermissions=[tcp(443, UserIdGroupPairs=[pair])]
    )
    tags = [{"ResourceType": "vpc-peering-connection", "Tags": [{"Key": "Name", "Value": "partner"}]}]
    mine = desk.clients.client("ec2", AWAY)
    main = mine.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["main"]}])["Vpcs"][0]["VpcId"]
    mine.create_vpc_peering_connection(VpcId=main, PeerVpcId=main, TagSpecifications=tags)


def build_landmarks(desk: Desk, region: str) -> dict[str, str]:
    """A pool, a stream, a key with an alias, and a load balancer with a listener: their ARNs."""
    from moto.ec2 import ec2_backends

    clients = {name: desk.clients.client(name, region) for name in ("cognito-idp", "firehose", "kms", "elbv2")}
    pool = clients["cognito-idp"].create_user_pool(PoolName="Customers")["UserPool"]["Id"]
    bucket = {"RoleARN": f"arn:aws:iam::{ACCOUNT}:role/logs", "BucketARN": "arn:aws:s3:::logs"}
    clients["firehose"].create_delivery_stream(
        DeliveryStreamName="amazon-apigateway-log", ExtendedS3DestinationConfiguration=bucket
    )
    key = clients["kms"].create_key()["KeyMetadata"]
    clients["kms"].create_alias(AliasName="alias/shop", TargetKeyId=key["KeyId"])
    # In a network of moto's own: of it the strict AWS knows nothing, nor moto of the strict AWS's.
    subnets = [subnet.id for subnet in ec2_backends[ACCOUNT][region].describe_subnets()]
    balancer = clients["elbv2"].create_load_balancer(Name="inner", Subnets=subnets[:2])["LoadBalancers"][0]
    answer = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]
    listener = clients["elbv2"].create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=answer
    )
    return {
        "pool": f"arn:aws:cognito-idp:{region}:{ACCOUNT}:userpool/{pool}",
        "stream": f"arn:aws:firehose:{region}:{ACCOUNT}:deliverystream/amazon-apigateway-log",
        "key": str(key["Arn"]),
        "listener": str(listener["Listeners"][0]["ListenerArn"]),
    }


def at_home(aws: Stand) -> list[Entry]:
    """An edge-optimised name brought back in place; the role is that of restores into home."""
    aws.reset()
    with aws.virtual_time():
        desk = Desk(aws)
        rest = desk.clients.client("apigateway", HOME)
        certificate = desk.clients.client("acm", HOME).request_certificate(DomainName="edge.example.com")
        arn = certificate["CertificateArn"]
        rest.create_domain_name(
            domainName="edge.example.com", certificateArn=arn, endpointConfiguration={"types": ["EDGE"]}
        )
        desk.snapshot()
        rest.delete_domain_name(domainName="edge.example.com")
        called = guarded(desk, {HOME: dict(restore_policy(desk.command(), "home").policy)})
        assert desk.restore("home").exit_code == 0
    return called


# --- what is shown ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def played(clean_environment: None) -> tuple[dict[str, Policy], dict[str, list[iam.Asked]]]:
    """The policies of source and target, and all that was asked under them in every scene."""
    aws = stand()
    calls: list[Entry] = []
    for scene in SCENES:
        given, called = play(aws, scene)
        calls += called
    calls += look(aws)
    asked = {region: [a for call in calls if call.region == region for a in iam.asked(call)] for region in (HOME, AWAY)}
    asked[AWAY] += [replace(a, resource=a.resource.replace(HOME, AWAY)) for c in at_home(aws) for a in iam.asked(c)]
    aws.reset()
    return given, asked


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_no_action_is_one_too_many(played: tuple[dict[str, Policy], dict[str, list[iam.Asked]]], region: str) -> None:
    """Each scene passed under its policy; with any one action less, one of its calls would have been refused."""
    given, asked = played
    policy, calls = given[region], set(map(str, asked[region]))
    assert len(calls) > 50
    needless = [
        action
        for action in iam.actions(policy)
        if all(iam.allows(iam.without(policy, action), each) for each in asked[region])
    ]
    assert needless == []


UNSEEN = {
    # What stages serve, and HTTP APIs as a whole.
    ("apigateway:GET", "/restapis/*/stages/*/exports/*"),
    ("apigateway:GET", "/apis/*/exports/*"),
    ("apigateway:PUT", "/apis/*"),
    # The reference names single rules, where the call is about all of a name: both are allowed.
    ("apigateway:CreateRoutingRule", "/domainnames/*/routingrules/*"),
    ("apigateway:ListRoutingRules", "/domainnames/*/routingrules/*"),
}
"""What no scene asks for."""


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_no_action_is_allowed_on_more_than_is_asked_for(
    played: tuple[dict[str, Policy], dict[str, list[iam.Asked]]], region: str
) -> None:
    """Each action on each kind of thing, one by one."""
    given, asked = played
    needless = set()
    for statement in given[region]["Statement"]:
        for action, resource in itertools.product(statement["Action"], statement["Resource"]):
            alone = {"Statement": [{**statement, "Action": [action], "Resource": [resource]}]}
            if not any(iam.allows(alone, each) for each in asked[region]):
                needless.add((action, resource.rpartition(":")[2]))
    assert needless <= UNSEEN


READS = ("GET", "List", "Describe", "Get", "Lookup")


def test_a_source_is_only_read_and_a_place_is_named_everywhere(
    played: tuple[dict[str, Policy], dict[str, list[iam.Asked]]],
) -> None:
    given, _ = played
    assert [a for a in iam.actions(given[HOME]) if not a.partition(":")[2].startswith(READS)] == []
    for region, policy in given.items():
        assert not any("*" in action for action in iam.actions(policy))
        size = len(json.dumps(policy, separators=(",", ":")))
        assert size < 10_240, "more than IAM takes as a role's own"
        for statement in policy["Statement"]:
            for resource in statement["Resource"]:
                assert_narrow(statement, resource, region)


def assert_narrow(statement: dict[str, Any], resource: str, region: str) -> None:
    """An ARN says region and account, where there are any; without one, the request's region is asked for."""
    services = {action.partition(":")[0] for action in statement["Action"]}
    if resource == "*":
        assert services == {"iam"} or statement["Condition"] == {"StringEquals": {"aws:RequestedRegion": region}}
        return
    _, _, service, where, account, *_ = resource.split(":")
    assert where == ("" if service in ("iam", "route53", "cloudfront", "s3") else region)
    assert account == ACCOUNT or service in ("route53", "s3") or (service == "apigateway" and account == "")


@pytest.mark.parametrize(
    ("action", "phase"),
    [
        ("ec2:DescribeSecurityGroups", "snapshot"),
        ("apigateway:GET", "snapshot"),
        ("apigateway:UpdateRestApiPolicy", "restore"),
        ("ec2:CreateTags", "restore"),
        ("apigateway:PATCH", "restore"),
    ],
)
def test_with_an_action_less_it_is_refused_and_said(aws: Stand, action: str, phase: str) -> None:
    with aws.virtual_time():
        desk = Desk(aws)
        small(desk)
        given = policies(desk)
        region = HOME if phase == "snapshot" else AWAY
        guarded(desk, given | {region: iam.without(given[region], action)})
        if phase == "snapshot":
            entry = capture.create(desk.command(), []).entries[0]
            assert entry.exit_code != 0
            told = str(entry.error or entry.gaps)
        else:
            desk.snapshot()
            result = desk.restore()
            assert result.exit_code == 1
            told = " ".join(map(str, result.failed.values()))
    assert "not authorized" in told
    assert action in told


# --- the command --------------------------------------------------------------------------------------

ROLES = """
version: 1
sources:
  prod: {region: us-east-1, role_arn: "arn:aws:iam::111122223333:role/dr-snapshot"SOURCE}
  lab: {region: eu-west-1}
targets:
  dr: {region: us-west-2, role_arn: "arn:aws:iam::444455556666:role/dr-restore"}
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a config of two sources."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "dr-toolkit.yaml"
    path.write_text(ROLES.replace("SOURCE", ""), encoding="utf-8")
    return path


def test_a_role_says_the_account_and_a_foreign_one_asks_for_roles(config: Path) -> None:
    result = run("policy", "restore", "--to", "dr", "--format", "json")
    policy = result.document["policy"]
    assert iam.allows(policy, iam.Asked("ec2:CreateSecurityGroup", "arn:aws:ec2:us-west-2:444455556666:vpc/vpc-1"))
    assert not iam.allows(policy, iam.Asked("ec2:CreateSecurityGroup", "arn:aws:ec2:us-west-2:111122223333:vpc/vpc-1"))
    assert "iam:ListRoles" in iam.actions(policy)
    assert any("policy store" in note for note in result.document["notes"])
    assert result.document["summary"]["purpose"] == "restores into dr"


def test_what_a_source_excludes_need_not_be_read(config: Path) -> None:
    whole = run("policy", "snapshot", "prod")
    assert "/apikeys" in whole.out
    assert "read values of API keys" in whole.err
    text = ROLES.replace("SOURCE", ', exclude: ["apigateway.api_key/*", "apigatewayv2.*"]')
    config.write_text(text, encoding="utf-8")
    less = run("policy", "snapshot", "prod")
    assert "/apikeys" not in less.out
    assert "/apis" not in less.out
    assert "read values of API keys" not in less.err
    assert len(less.out) < len(whole.out)


def test_a_key_for_secrets_may_be_used(config: Path) -> None:
    key = "arn:aws:kms:us-west-2:111122223333:key/mrk-0123456789abcdef0123456789abcdef"
    config.write_text(ROLES.replace("SOURCE", "") + f"secrets: {{encrypt_with: 'kms:{key}'}}\n", encoding="utf-8")
    source = run("policy", "snapshot", "prod", "--format", "json").document["policy"]
    target = run("policy", "restore", "--to", "dr", "--format", "json").document["policy"]
    for action, policies_with in (("kms:GenerateDataKey", [source]), ("kms:Decrypt", [source, target])):
        assert all(iam.allows(policy, iam.Asked(action, key)) for policy in policies_with)
    assert iam.allows(source, iam.Asked("kms:Decrypt", key.replace("us-west-2", "us-east-1")))
    assert "kms:GenerateDataKey" not in iam.actions(target)


def test_one_role_a_source(config: Path) -> None:
    refused(run("policy", "snapshot"), 64, "which source? The config has lab, prod")
    refused(run("policy", "restore"), 64, "--to")


def test_without_credentials_the_account_is_left_open(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    result = run("policy", "snapshot", "lab")
    assert "arn:aws:ec2:eu-west-1:*:prefix-list/*" in result.out
    assert "put the number there" in result.err
