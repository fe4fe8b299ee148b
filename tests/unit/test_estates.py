"""The builders build: the standard estate, its target, its drift, and whatever public cases are at hand."""

from __future__ import annotations

import json

import pytest

from tests.cases import (
    cases,
    definition_cases,
    group_cases,
    load_definition,
    load_groups,
    load_vpcs,
    recorded_rows,
)
from tests.estates import build_standard, build_target, drift_it, leave_draft_ahead
from tests.stand import Stand

REGION = "eu-west-1"


def test_the_standard_estate_is_built_without_an_error(aws: Stand) -> None:
    estate = build_standard(aws, REGION)
    ec2 = aws.client("ec2", REGION)
    found = ec2.describe_security_groups(GroupIds=list(estate.groups.values()))["SecurityGroups"]
    groups = {f"{group['VpcId']}/{group['GroupName']}": group for group in found}
    assert len(groups) == len(estate.groups) == 9
    assert groups[f"{estate.vpcs['main']}/db"]["IpPermissionsEgress"] == []
    assert len(groups[f"{estate.vpcs['main']}/empty"]["IpPermissionsEgress"][0]["Ipv6Ranges"]) == 1
    assert groups[f"{estate.vpcs['main']}/default"]["IpPermissions"] == []
    rules = ec2.describe_security_group_rules()["SecurityGroupRules"]
    assert {rule["IpProtocol"] for rule in rules} == {"-1", "tcp", "udp", "icmp", "icmpv6", "50", "51"}
    assert {key for rule in rules for key in rule} >= {"CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupInfo"}


def test_the_standard_apis_have_everything(aws: Stand) -> None:
    estate = build_standard(aws, REGION)
    rest, api = aws.client("apigateway", REGION), estate.apis["shop"]
    resources = rest.get_resources(restApiId=api, embed=["methods"])["items"]
    methods = [method for each in resources for method in each.get("resourceMethods", {}).values()]
    assert {method["methodIntegration"]["type"] for method in methods} == {
        "MOCK",
        "HTTP",
        "HTTP_PROXY",
        "AWS",
        "AWS_PROXY",
    }
    assert {method["authorizationType"] for method in methods} == {
        "NONE",
        "AWS_IAM",
        "CUSTOM",
        "COGNITO_USER_POOLS",
    }
    assert len(rest.get_models(restApiId=api)["items"]) == 7
    assert len(rest.get_models(restApiId=estate.apis["admin"])["items"]) == 1
    prod = rest.get_stage(restApiId=api, stageName="prod")
    assert {"canarySettings", "accessLogSettings", "tags", "variables", "cacheClusterSize"} <= set(prod)
    assert set(prod["methodSettings"]) == {"*/*", "~1pets~1{petId}/GET", "~1/GET"}


def test_a_larger_estate_has_more_of_the_same(aws: Stand) -> None:
    estate = build_standard(aws, REGION, scale=2)
    assert len(estate.groups) == 19
    assert set(estate.apis) == {"shop", "admin", "service-001"}


def test_the_target_has_the_landmarks_only(aws: Stand) -> None:
    source, target = build_standard(aws, REGION), build_target(aws, "us-west-2")
    assert set(target.vpcs) == set(source.vpcs)
    assert set(target.subnets) == set(source.subnets)
    assert set(target.vpcs.values()).isdisjoint(source.vpcs.values())
    assert aws.client("apigateway", "us-west-2").get_rest_apis()["items"] == []


def test_drift_is_done_and_told(aws: Stand) -> None:
    estate = build_standard(aws, REGION)
    told = drift_it(aws, estate)
    leave_draft_ahead(aws, estate)
    assert len(told) == 13
    live = aws.client("apigateway", REGION).get_deployment(
        restApiId=estate.apis["shop"], deploymentId=estate.deployments["shop/dev"], embed=["apisummary"]
    )
    assert "/not-yet-live" not in live["apiSummary"]


@pytest.mark.parametrize("name", group_cases() or ["none"])
def test_public_groups_load(aws: Stand, name: str) -> None:
    path = cases("groups") / f"{name}.json"
    aws.raise_rule_quota(1100)
    loaded = load_groups(path, aws.client("ec2", REGION))
    assert loaded.groups
    wanted = json.loads(path.read_text())
    assert set(loaded.groups) == {group["key"] for group in wanted["groups"]}
    assert all(why.startswith("InvalidPermission.Duplicate") for _, why in loaded.left_out)
    assert set(load_vpcs(path, aws.client("ec2", "us-west-2")).vpcs) == set(loaded.vpcs)


@pytest.mark.parametrize("name", definition_cases() or ["none"])
def test_public_definitions_load(aws: Stand, name: str) -> None:
    path = cases("openapi") / f"{name}.json"
    rest = aws.client("apigateway", REGION)
    loaded = load_definition(path, rest)
    if loaded.api is None:
        assert loaded.left_out == [(name, "an HTTP API, not a REST API")]
        return
    assert loaded.methods > 0
    faults = [(what, why) for what, why in loaded.left_out if "Exception" in why]
    known = ("No integration defined", "Invalid Cognito User Pool ARN", "requires a valid authorizer")
    assert all(any(words in why for words in known) for _, why in faults), faults


def test_recorded_answers_are_told_apart() -> None:
    shapes = {recorded.shape for recorded in recorded_rows()}
    assert shapes >= {"RestApi", "Resource", "Method", "Integration", "Model", "Authorizer", "RequestValidator"}
    assert shapes >= {"Stage", "GatewayResponse", "SecurityGroup", "ManagedPrefixList"}
    for recorded in recorded_rows("SecurityGroup"):
        assert recorded.row["GroupId"]
        assert "IpPermissions" in recorded.row
