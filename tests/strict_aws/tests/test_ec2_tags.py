"""EC2: tags, and dry runs of whatever changes something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.answers import ANSWERS
from tests.strict_aws.ec2.state import Ec2Region
from tests.strict_aws.models import operation_model
from tests.strict_aws.tests.ec2_words import EVERYONE, default_of, peer, rows_of, tagged, tcp, v4
from tests.strict_aws.tests.refused import refused


def tags(ec2: Any, *resources: str) -> dict[str, str]:
    """The tags of resources, by key."""
    found = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": list(resources)}])["Tags"]
    return {each["Key"]: each["Value"] for each in found}


@pytest.fixture
def estate(strict: StrictAws, ec2: Any) -> dict[str, Any]:
    """One of everything that has an id."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    other = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    spare = ec2.create_security_group(GroupName="spare", Description="d", VpcId=vpc)["GroupId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    unused = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.2.0/24")["Subnet"]["SubnetId"]
    made = ec2.create_managed_prefix_list(
        PrefixListName="p", AddressFamily="IPv4", MaxEntries=3, Entries=[{"Cidr": "10.0.0.0/8"}]
    )
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(1, IpRanges=v4("10.0.0.0/8"))])
    peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)["VpcPeeringConnection"]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3")["VpcEndpoint"]
    interface = ec2.create_network_interface(SubnetId=subnet, Groups=[group])["NetworkInterface"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]
    associated = ec2.create_security_group(GroupName="associated", Description="d", VpcId=vpc)["GroupId"]
    ec2.associate_security_group_vpc(GroupId=associated, VpcId=other)
    empty = ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    strict.clock.sleep(100)
    return {
        "vpc": vpc,
        "other": other,
        "group": group,
        "spare": spare,
        "associated": associated,
        "empty": empty,
        "subnet": subnet,
        "unused": unused,
        "list": made["PrefixList"]["PrefixListId"],
        "rule": rows_of(ec2, group)[0]["SecurityGroupRuleId"],
        "peering": peering["VpcPeeringConnectionId"],
        "endpoint": endpoint["VpcEndpointId"],
        "interface": interface["NetworkInterfaceId"],
        "table": table["RouteTableId"],
    }


# --- tags -----------------------------------------------------------------------------------------------


def test_everything_with_an_id_has_tags(ec2: Any, estate: dict[str, Any]) -> None:
    kinds = {
        "vpc": "vpc",
        "group": "security-group",
        "rule": "security-group-rule",
        "subnet": "subnet",
        "list": "prefix-list",
        "peering": "vpc-peering-connection",
        "endpoint": "vpc-endpoint",
        "interface": "network-interface",
        "table": "route-table",
    }
    ids = [estate[name] for name in kinds]
    ec2.create_tags(Resources=ids, Tags=[{"Key": "team", "Value": "a"}, {"Key": "empty"}])
    rows = ec2.describe_tags()["Tags"]
    assert {(row["ResourceId"], row["ResourceType"]) for row in rows} == set(zip(ids, kinds.values(), strict=True))
    assert len(rows) == 2 * len(ids)
    for name, call, member in (
        ("group", ec2.describe_security_groups, "SecurityGroups"),
        ("rule", ec2.describe_security_group_rules, "SecurityGroupRules"),
        ("list", ec2.describe_managed_prefix_lists, "PrefixLists"),
        ("vpc", ec2.describe_vpcs, "Vpcs"),
        ("subnet", ec2.describe_subnets, "Subnets"),
        ("peering", ec2.describe_vpc_peering_connections, "VpcPeeringConnections"),
        ("endpoint", ec2.describe_vpc_endpoints, "VpcEndpoints"),
        ("table", ec2.describe_route_tables, "RouteTables"),
    ):
        shown = [row["Tags"] for row in call()[member] if estate[name] in row.values()]
        assert shown == [[{"Key": "team", "Value": "a"}, {"Key": "empty", "Value": ""}]], name
    pages = list(ec2.get_paginator("describe_tags").paginate(PaginationConfig={"PageSize": 5}))
    assert sum(len(page["Tags"]) for page in pages) == len(rows)
    found = ec2.describe_tags(
        Filters=[{"Name": "tag:team", "Values": ["a"]}, {"Name": "resource-type", "Values": ["vpc"]}]
    )
    assert [row["ResourceId"] for row in found["Tags"]] == [estate["vpc"]]


def test_tags_are_changed_and_taken_away(ec2: Any, estate: dict[str, Any]) -> None:
    group = estate["group"]
    ec2.create_tags(Resources=[group], Tags=[{"Key": key, "Value": "1"} for key in "abcd"])
    ec2.create_tags(Resources=[group], Tags=[{"Key": "a", "Value": "2"}])
    ec2.delete_tags(Resources=[group], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b"}, {"Key": "c", "Value": "1"}])
    assert tags(ec2, group) == {"a": "2", "d": "1"}
    ec2.delete_tags(Resources=[group])
    assert tags(ec2, group) == {}
    assert "Tags" not in ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]


@pytest.mark.parametrize(
    ("resources", "given", "code"),
    [
        (["group"], [{"Key": "aws:x", "Value": "1"}], "InvalidParameterValue"),
        (["group"], [{"Key": "AWS:x", "Value": "1"}], "InvalidParameterValue"),
        (["group"], [{"Key": "x" * 128, "Value": "1"}], "InvalidParameterValue"),
        (["group"], [{"Key": "x", "Value": "1" * 257}], "InvalidParameterValue"),
        (["group"], [{"Key": "x", "Value": "1"}, {"Key": "x", "Value": "2"}], "InvalidParameterValue"),
        (["group"], [{"Key": f"k{number}", "Value": "1"} for number in range(51)], "TagLimitExceeded"),
        (["group"], [], "MissingParameter"),
        (["group", "sg-0123456789abcdef0"], [{"Key": "x", "Value": "1"}], "InvalidGroup.NotFound"),
        (["vpc-0123456789abcdef0"], [{"Key": "x", "Value": "1"}], "InvalidVpcID.NotFound"),
        (["pl-63a5400a"], [{"Key": "x", "Value": "1"}], "InvalidPrefixListID.NotFound"),
        (["something"], [{"Key": "x", "Value": "1"}], "InvalidID"),
    ],
)
def test_tags_that_are_refused(ec2: Any, estate: dict[str, Any], resources: list[str], given: Any, code: str) -> None:
    ids = [estate.get(each, each) for each in resources]
    assert refused(ec2.create_tags, Resources=ids, Tags=given)[0] == code
    assert ec2.describe_tags()["Tags"] == []


def test_fifty_tags_and_no_more(ec2: Any, estate: dict[str, Any]) -> None:
    many = [{"Key": f"k{number}", "Value": "1"} for number in range(50)]
    ec2.create_tags(Resources=[estate["group"]], Tags=many)
    ec2.create_tags(Resources=[estate["group"]], Tags=[{"Key": "k1", "Value": "2"}])
    more = {"Resources": [estate["group"]], "Tags": [{"Key": "more", "Value": "1"}]}
    assert refused(ec2.create_tags, **more)[0] == "TagLimitExceeded"


def test_tags_go_with_what_they_are_on(ec2: Any, estate: dict[str, Any]) -> None:
    ec2.create_tags(Resources=[estate["spare"], estate["rule"]], Tags=[{"Key": "a", "Value": "1"}])
    ec2.delete_security_group(GroupId=estate["spare"])
    ec2.revoke_security_group_ingress(GroupId=estate["group"], SecurityGroupRuleIds=[estate["rule"]])
    assert ec2.describe_tags()["Tags"] == []


def test_specifications_name_what_is_made(ec2: Any, estate: dict[str, Any]) -> None:
    call = {"GroupId": estate["group"], "IpPermissions": [tcp(9, IpRanges=v4("10.0.0.0/8"))]}
    wrong = call | {"TagSpecifications": tagged("security-group", a="b")}
    code, text = refused(ec2.authorize_security_group_ingress, **wrong)
    assert (code, "not a valid taggable resource type" in text) == ("InvalidParameterValue", True)
    twice = call | {"TagSpecifications": tagged("security-group-rule", a="b") * 2}
    assert refused(ec2.authorize_security_group_ingress, **twice)[0] == "InvalidParameterValue"


# --- dry runs -------------------------------------------------------------------------------------------


def _calls(ec2: Any, estate: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A call of each operation that has a dry run and would succeed."""
    group, vpc, permission = estate["group"], estate["vpc"], tcp(7, IpRanges=v4("10.0.0.0/8"))
    there = tcp(1, IpRanges=v4("10.0.0.0/8"))
    rule = {"IpProtocol": "tcp", "FromPort": 5, "ToPort": 5, "CidrIpv4": "10.0.0.0/8"}
    tag = {"Resources": [group], "Tags": [{"Key": "a", "Value": "b"}]}
    return {
        "AcceptVpcPeeringConnection": {"VpcPeeringConnectionId": estate["peering"]},
        "AssociateSecurityGroupVpc": {"GroupId": group, "VpcId": estate["other"]},
        "AuthorizeSecurityGroupEgress": {"GroupId": group, "IpPermissions": [permission]},
        "AuthorizeSecurityGroupIngress": {"GroupId": group, "IpPermissions": [permission]},
        "CreateDefaultVpc": {},
        "CreateManagedPrefixList": {"PrefixListName": "x", "AddressFamily": "IPv4", "MaxEntries": 1},
        "CreateNetworkInterface": {"SubnetId": estate["subnet"]},
        "CreateRouteTable": {"VpcId": vpc},
        "CreateSecurityGroup": {"GroupName": "x", "Description": "d", "VpcId": vpc},
        "CreateSubnet": {"VpcId": vpc, "CidrBlock": "10.0.9.0/24"},
        "CreateTags": tag,
        "CreateVpc": {"CidrBlock": "10.9.0.0/16"},
        "CreateVpcEndpoint": {"VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.s3"},
        "CreateVpcPeeringConnection": {"VpcId": vpc, "PeerVpcId": estate["other"]},
        "DeleteManagedPrefixList": {"PrefixListId": estate["list"]},
        "DeleteNetworkInterface": {"NetworkInterfaceId": estate["interface"]},
        "DeleteRouteTable": {"RouteTableId": estate["table"]},
        "DeleteSecurityGroup": {"GroupId": estate["spare"]},
        "DeleteSubnet": {"SubnetId": estate["unused"]},
        "DeleteTags": tag,
        "DeleteVpc": {"VpcId": estate["empty"]},
        "DeleteVpcEndpoints": {"VpcEndpointIds": [estate["endpoint"]]},
        "DeleteVpcPeeringConnection": {"VpcPeeringConnectionId": estate["peering"]},
        "DisassociateSecurityGroupVpc": {"GroupId": estate["associated"], "VpcId": estate["other"]},
        "ModifyManagedPrefixList": {"PrefixListId": estate["list"], "PrefixListName": "y"},
        "ModifyNetworkInterfaceAttribute": {"NetworkInterfaceId": estate["interface"], "Groups": [estate["spare"]]},
        "ModifySecurityGroupRules": {
            "GroupId": group,
            "SecurityGroupRules": [{"SecurityGroupRuleId": estate["rule"], "SecurityGroupRule": rule}],
        },
        "ModifyVpcEndpoint": {"VpcEndpointId": estate["endpoint"], "PolicyDocument": "{}"},
        "RejectVpcPeeringConnection": {"VpcPeeringConnectionId": estate["peering"]},
        "RestoreManagedPrefixListVersion": {"PrefixListId": estate["list"], "PreviousVersion": 1, "CurrentVersion": 1},
        "RevokeSecurityGroupEgress": {"GroupId": group, "IpPermissions": [EVERYONE]},
        "RevokeSecurityGroupIngress": {"GroupId": group, "IpPermissions": [there]},
        "UpdateSecurityGroupRuleDescriptionsEgress": {"GroupId": group, "IpPermissions": [EVERYONE]},
        "UpdateSecurityGroupRuleDescriptionsIngress": {"GroupId": group, "IpPermissions": [there]},
        "DescribeSecurityGroupReferences": {"GroupId": [group]},
        "DescribeStaleSecurityGroups": {"VpcId": vpc},
        "DescribeVpcAttribute": {"VpcId": vpc, "Attribute": "enableDnsSupport"},
        "GetManagedPrefixListAssociations": {"PrefixListId": estate["list"]},
        "GetManagedPrefixListEntries": {"PrefixListId": estate["list"]},
        "GetSecurityGroupsForVpc": {"VpcId": vpc},
    }


def _method(ec2: Any, operation: str) -> Callable[..., Any]:
    names = {api: name for name, api in ec2.meta.method_to_api_mapping.items()}
    return getattr(ec2, names[operation])  # type: ignore[no-any-return]


def test_a_dry_run_changes_nothing_whatever_it_is_of(strict: StrictAws, ec2: Any, estate: dict[str, Any]) -> None:
    calls = _calls(ec2, estate)
    runs = [name for service, name in ANSWERS if service == "ec2"]
    runs = [name for name in runs if "DryRun" in operation_model("ec2", name).input_shape.members]
    ec2.describe_managed_prefix_lists()
    ec2.describe_security_group_vpc_associations()
    before = repr(strict.region("us-east-1").part(Ec2Region))
    for name in runs:
        code, text = refused(_method(ec2, name), **calls.get(name, {}), DryRun=True)
        assert (name, code) == (name, "DryRunOperation")
        assert text == "Request would have succeeded, but DryRun flag is set."
    assert repr(strict.region("us-east-1").part(Ec2Region)) == before
    assert set(calls) <= set(runs)


def test_each_of_these_calls_would_have_succeeded(strict: StrictAws, ec2: Any, estate: dict[str, Any]) -> None:
    kept = strict.keep("us-east-1")
    for name, params in _calls(ec2, estate).items():
        _method(ec2, name)(**params)
        strict.put_back(kept)


def test_a_dry_run_that_would_fail_says_why(ec2: Any, estate: dict[str, Any]) -> None:
    there = {"GroupId": estate["group"], "IpPermissions": [tcp(1, IpRanges=v4("10.0.0.0/8"))]}
    assert refused(ec2.authorize_security_group_ingress, **there, DryRun=True)[0] == "InvalidPermission.Duplicate"
    default = default_of(ec2, estate["vpc"])
    assert refused(ec2.delete_security_group, GroupId=default, DryRun=True)[0] == "CannotDelete"
    pair = {"GroupId": estate["group"], "IpPermissions": [tcp(1, UserIdGroupPairs=peer("sg-0123456789abcdef0"))]}
    assert refused(ec2.authorize_security_group_egress, **pair, DryRun=True)[0] == "InvalidGroup.NotFound"
