"""EC2: security groups, the VPCs they are in, and what keeps them from being deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.tests.ec2_words import (
    ALL,
    EVERYONE,
    default_of,
    group_of,
    peer,
    rows_of,
    tagged,
    tcp,
    v4,
)
from tests.strict_aws.tests.refused import refused

ACCOUNT = "123456789012"
Make = Callable[..., str]


@pytest.fixture
def vpc(ec2: Any) -> str:
    """A VPC without IPv6."""
    return str(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


@pytest.fixture
def make(ec2: Any, vpc: str) -> Make:
    """Makes groups."""
    return lambda name, **more: str(
        ec2.create_security_group(**{"GroupName": name, "Description": "d", "VpcId": vpc, **more})["GroupId"]
    )


# --- names ----------------------------------------------------------------------------------------------


def test_names_are_unique_in_a_vpc_whatever_their_case(ec2: Any, vpc: str, make: Make) -> None:
    make("Web")
    code, text = refused(ec2.create_security_group, GroupName="wEB", Description="d", VpcId=vpc)
    assert (code, text) == ("InvalidGroup.Duplicate", f"The security group 'wEB' already exists for VPC '{vpc}'")
    other = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    assert make("Web", VpcId=other)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"GroupName": "sg-web"}, "InvalidParameterValue"),
        ({"GroupName": "SG-web"}, "InvalidParameterValue"),
        ({"GroupName": "default"}, "InvalidParameterValue"),
        ({"GroupName": "a|b"}, "InvalidParameterValue"),
        ({"GroupName": "a" * 256}, "InvalidParameterValue"),
        ({"GroupName": ""}, "MissingParameter"),
        ({"Description": ""}, "MissingParameter"),
        ({"Description": None}, "MissingParameter"),
        ({"Description": "größer"}, "InvalidParameterValue"),
        ({"Description": "<all>"}, "InvalidParameterValue"),
        ({"VpcId": "vpc-0123456789abcdef0"}, "InvalidVpcID.NotFound"),
        ({"VpcId": "my-vpc"}, "InvalidVpcID.Malformed"),
        ({"VpcId": None}, "VPCIdNotSpecified"),
        ({"TagSpecifications": tagged("vpc", a="b")}, "InvalidParameterValue"),
    ],
)
def test_groups_that_are_refused(ec2: Any, vpc: str, change: dict[str, Any], code: str) -> None:
    params = {"GroupName": "web", "Description": "d", "VpcId": vpc} | change
    params = {name: value for name, value in params.items() if value is not None}
    assert refused(ec2.create_security_group, **params)[0] == code
    assert len(ec2.describe_security_groups()["SecurityGroups"]) == 1


def test_every_allowed_character_is_allowed(make: Make) -> None:
    text = "aZ0 ._-:/()#,@[]+=&;{}!$*"
    assert make(text, Description=text)
    assert make("x" * 255, Description="y" * 255)


# --- what groups are born with --------------------------------------------------------------------------


@pytest.mark.parametrize(("ipv6", "born_with"), [(False, ["0.0.0.0/0"]), (True, ["0.0.0.0/0", "::/0"])])
def test_a_group_is_born_letting_everything_out(ec2: Any, ipv6: bool, born_with: list[str]) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", AmazonProvidedIpv6CidrBlock=ipv6)["Vpc"]["VpcId"]
    made = ec2.create_security_group(GroupName="x", Description="x", VpcId=vpc)["GroupId"]
    rows = rows_of(ec2, made, egress=True)
    assert sorted(row.get("CidrIpv4") or row["CidrIpv6"] for row in rows) == born_with
    assert {(row["IpProtocol"], row["FromPort"], row["ToPort"]) for row in rows} == {("-1", -1, -1)}
    assert rows_of(ec2, made) == []
    assert len(group_of(ec2, made)["IpPermissionsEgress"]) == 1


def test_the_default_group_lets_its_own_in_and_stays(ec2: Any, vpc: str) -> None:
    default = default_of(ec2, vpc)
    described = group_of(ec2, default)
    assert described["Description"] == "default VPC security group"
    assert described["IpPermissions"][0]["UserIdGroupPairs"] == [{"GroupId": default, "UserId": ACCOUNT}]
    code, text = refused(ec2.delete_security_group, GroupId=default)
    assert code == "CannotDelete"
    assert text == f'the specified group: "{default}" name: "default" cannot be deleted by a user'


def test_an_ipv6_block_that_comes_later_opens_the_default_group(ec2: Any, vpc: str) -> None:
    made = ec2.associate_vpc_cidr_block(VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)["Ipv6CidrBlockAssociation"]
    assert made["Ipv6CidrBlockState"] == {"State": "associating"}
    egress = rows_of(ec2, default_of(ec2, vpc), egress=True)
    assert sorted(row.get("CidrIpv4") or row["CidrIpv6"] for row in egress) == ["0.0.0.0/0", "::/0"]
    (block,) = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"]
    assert block["Ipv6CidrBlock"].endswith("::/56")
    ec2.disassociate_vpc_cidr_block(AssociationId=block["AssociationId"])
    assert "Ipv6CidrBlockAssociationSet" not in ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]


def test_an_ipv6_block_that_comes_later_leaves_a_changed_default_group_alone(ec2: Any, vpc: str) -> None:
    default = default_of(ec2, vpc)
    ec2.revoke_security_group_egress(GroupId=default, IpPermissions=[EVERYONE])
    ec2.associate_vpc_cidr_block(VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
    assert rows_of(ec2, default, egress=True) == []


# --- what is shown, and filters -------------------------------------------------------------------------


def test_a_group_is_shown_with_merged_permissions_and_without_rule_ids(ec2: Any, vpc: str, make: Make) -> None:
    made = make("web", TagSpecifications=tagged("security-group", Name="web"))
    ranges = [{"CidrIp": "10.0.0.0/8", "Description": "a"}, {"CidrIp": "10.1.0.0/16"}]
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[tcp(80, IpRanges=ranges[:1])])
    ec2.authorize_security_group_ingress(
        GroupId=made, IpPermissions=[tcp(80, IpRanges=ranges[1:]), tcp(81, IpRanges=v4("10.0.0.0/8"))]
    )
    described = group_of(ec2, made)
    assert set(described) == {
        *("GroupId", "GroupName", "Description", "VpcId", "OwnerId", "SecurityGroupArn"),
        *("IpPermissions", "IpPermissionsEgress", "Tags"),
    }
    assert described["SecurityGroupArn"] == f"arn:aws:ec2:us-east-1:{ACCOUNT}:security-group/{made}"
    assert described["Tags"] == [{"Key": "Name", "Value": "web"}]
    merged = next(each for each in described["IpPermissions"] if each["FromPort"] == 80)
    assert sorted(merged["IpRanges"], key=lambda item: str(item["CidrIp"])) == ranges
    assert len(described["IpPermissions"]) == 2
    assert "FromPort" not in described["IpPermissionsEgress"][0]


def test_filters(ec2: Any, vpc: str, make: Make) -> None:
    web = make("web", Description="the web", TagSpecifications=tagged("security-group", team="shop", **{"a*b": "x"}))
    app = make("app", Description="the app")
    six = {"Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]}
    ec2.authorize_security_group_ingress(GroupId=web, IpPermissions=[tcp(443, IpRanges=v4("10.0.0.0/8"), **six)])
    ec2.authorize_security_group_egress(GroupId=app, IpPermissions=[tcp(8080, UserIdGroupPairs=peer(web))])

    lists = ec2.describe_managed_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": ["*.s3"]}])
    listed = [{"PrefixListId": lists["PrefixLists"][0]["PrefixListId"]}]
    ec2.authorize_security_group_egress(GroupId=app, IpPermissions=[tcp(443, PrefixListIds=listed)])

    def found(*pairs: tuple[str, str | list[str]]) -> list[str]:
        filters = [{"Name": name, "Values": [v] if isinstance(v, str) else v} for name, v in pairs]
        groups = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
        return sorted(str(each["GroupName"]) for each in groups)

    assert found(("vpc-id", vpc)) == ["app", "default", "web"]
    assert found(("group-name", ["web", "app"]), ("description", "the a*")) == ["app"]
    assert found(("group-name", "we?")) == ["web"]
    assert found(("group-id", web)) == ["web"]
    assert found(("owner-id", ACCOUNT), ("tag:team", "shop")) == ["web"]
    assert found(("tag-key", "a\\*b")) == ["web"]
    assert found(("tag:team", "shops")) == []
    assert found(("ip-permission.cidr", "10.0.0.0/8"), ("ip-permission.ipv6-cidr", "2001:db8::/32")) == ["web"]
    assert found(("ip-permission.from-port", "443"), ("ip-permission.protocol", "tcp")) == ["web"]
    assert found(("egress.ip-permission.group-id", web)) == ["app"]
    assert found(("egress.ip-permission.group-name", "web"), ("egress.ip-permission.to-port", "8080")) == ["app"]
    assert found(("egress.ip-permission.prefix-list-id", listed[0]["PrefixListId"])) == ["app"]
    assert found(("ip-permission.user-id", ACCOUNT)) == ["default"]
    assert refused(ec2.describe_security_groups, Filters=[{"Name": "name", "Values": ["web"]}]) == (
        "InvalidParameterValue",
        "The filter 'name' is invalid",
    )


def test_pages(ec2: Any, make: Make) -> None:
    made = {make(f"group{number}") for number in range(12)}
    pages = list(ec2.get_paginator("describe_security_groups").paginate(PaginationConfig={"PageSize": 5}))
    assert [len(page["SecurityGroups"]) for page in pages] == [5, 5, 3]
    assert made <= {group["GroupId"] for page in pages for group in page["SecurityGroups"]}
    assert "NextToken" not in ec2.describe_security_groups()
    for size in (4, 1001):
        assert refused(ec2.describe_security_groups, MaxResults=size)[0] == "InvalidParameterValue"
    code, text = refused(ec2.describe_security_groups, MaxResults=5, GroupIds=sorted(made)[:2])
    assert code == "InvalidParameterCombination"
    assert text == "The parameter GroupIds cannot be used with the parameter MaxResults"
    assert refused(ec2.describe_security_groups, NextToken="made-up")[0] == "InvalidPaginationToken"
    first = ec2.describe_security_groups(MaxResults=5)["NextToken"]
    assert refused(ec2.describe_security_group_rules, MaxResults=5, NextToken=first)[0] == "InvalidPaginationToken"
    rules = ec2.get_paginator("describe_security_group_rules").paginate(PaginationConfig={"PageSize": 5})
    assert sum(len(page["SecurityGroupRules"]) for page in rules) == 12 + 2


def test_pages_may_be_shorter_than_was_asked_for(strict: StrictAws, ec2: Any, make: Make) -> None:
    made = {make(f"group{number}") for number in range(12)}
    strict.weather.longest_page = 2
    first = ec2.describe_security_groups(MaxResults=1000)
    assert (len(first["SecurityGroups"]), "NextToken" in first) == (2, True)
    pages = ec2.get_paginator("describe_security_groups").paginate(PaginationConfig={"PageSize": 1000})
    assert made <= {group["GroupId"] for page in pages for group in page["SecurityGroups"]}
    assert len(ec2.describe_security_groups()["SecurityGroups"]) == 13


def test_groups_are_named_by_name_in_a_default_vpc_only(ec2: Any, make: Make) -> None:
    make("web")
    code, text = refused(ec2.describe_security_groups, GroupNames=["web"])
    assert code == "InvalidParameterValue"
    assert "may not reference Amazon VPC security groups by name" in text
    default = ec2.create_default_vpc()["Vpc"]
    assert (default["IsDefault"], default["CidrBlock"]) == (True, "172.31.0.0/16")
    own = ec2.create_security_group(GroupName="web", Description="d")["GroupId"]
    assert ec2.describe_security_groups(GroupNames=["web"])["SecurityGroups"][0]["GroupId"] == own
    ec2.authorize_security_group_ingress(GroupName="web", IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="10.0.0.0/8")
    assert rows_of(ec2, own)[0]["CidrIpv4"] == "10.0.0.0/8"
    assert refused(ec2.delete_security_group, GroupName="nobody")[0] == "InvalidGroup.NotFound"
    assert refused(ec2.create_default_vpc)[0] == "DefaultVpcAlreadyExists"
    assert len(ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]) == 3


# --- lag ------------------------------------------------------------------------------------------------


def test_a_new_group_is_seen_after_a_while(strict: StrictAws, ec2: Any, vpc: str, make: Make) -> None:
    old = make("old")
    strict.weather.group_lag = 3.0
    made = make("new")
    for call in (ec2.delete_security_group, ec2.authorize_security_group_ingress):
        assert refused(call, GroupId=made)[0] == "InvalidGroup.NotFound"
    assert refused(ec2.describe_security_groups, GroupIds=[made])[0] == "InvalidGroup.NotFound"
    permission = tcp(80, UserIdGroupPairs=peer(made))
    assert (
        refused(ec2.authorize_security_group_ingress, GroupId=old, IpPermissions=[permission])[0]
        == "InvalidGroup.NotFound"
    )
    assert refused(ec2.create_tags, Resources=[made], Tags=[{"Key": "a", "Value": "b"}])[0] == "InvalidGroup.NotFound"
    assert made not in [each["GroupId"] for each in ec2.describe_security_groups()["SecurityGroups"]]
    assert rows_of(ec2, made, egress=True) == []
    assert (
        refused(ec2.create_security_group, GroupName="new", Description="d", VpcId=vpc)[0] == "InvalidGroup.Duplicate"
    )
    strict.clock.sleep(3.0)
    assert group_of(ec2, made)["GroupName"] == "new"
    ec2.authorize_security_group_ingress(GroupId=old, IpPermissions=[permission])


# --- deletion -------------------------------------------------------------------------------------------


def test_a_group_that_others_refer_to_stays(ec2: Any, make: Make) -> None:
    one, two = make("one"), make("two")
    for group in (one, two):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{**ALL, "UserIdGroupPairs": peer(one)}])
    code, text = refused(ec2.delete_security_group, GroupId=one)
    assert (code, text) == ("DependencyViolation", f"resource {one} has a dependent object")
    assert ec2.delete_security_group(GroupId=two)["GroupId"] == two
    ec2.delete_security_group(GroupId=one)
    assert refused(ec2.delete_security_group, GroupId=one)[0] == "InvalidGroup.NotFound"


def test_a_group_that_an_interface_has_stays(ec2: Any, vpc: str, make: Make) -> None:
    group, other = make("group"), make("other")
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    made = ec2.create_network_interface(SubnetId=subnet, Groups=[group])["NetworkInterface"]
    assert made["Groups"] == [{"GroupId": group, "GroupName": "group"}]
    assert refused(ec2.delete_security_group, GroupId=group)[0] == "DependencyViolation"
    ec2.modify_network_interface_attribute(NetworkInterfaceId=made["NetworkInterfaceId"], Groups=[other])
    ec2.delete_security_group(GroupId=group)
    found = ec2.describe_network_interfaces(Filters=[{"Name": "group-id", "Values": [other]}])["NetworkInterfaces"]
    assert [each["NetworkInterfaceId"] for each in found] == [made["NetworkInterfaceId"]]
    ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])
    ec2.delete_security_group(GroupId=other)


def test_deleted_by_name_a_group_in_use_is_in_use(ec2: Any) -> None:
    ec2.create_default_vpc()
    one = ec2.create_security_group(GroupName="one", Description="d")["GroupId"]
    two = ec2.create_security_group(GroupName="two", Description="d")["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=two, IpPermissions=[tcp(1, UserIdGroupPairs=peer(one))])
    assert refused(ec2.delete_security_group, GroupName="one")[0] == "InvalidGroup.InUse"


def test_interfaces_have_groups_of_their_own_vpc(ec2: Any, vpc: str, make: Make) -> None:
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    other = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    far = make("far", VpcId=other)
    code, text = refused(ec2.create_network_interface, SubnetId=subnet, Groups=[far])
    assert (code, "different networks" in text) == ("InvalidGroup.NotFound", True)
    assert ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["Groups"][0]["GroupName"] == "default"
    six = [make(f"g{number}") for number in range(6)]
    code, _ = refused(ec2.create_network_interface, SubnetId=subnet, Groups=six)
    assert code == "SecurityGroupsPerInterfaceLimitExceeded"


def test_a_region_has_so_many_groups(strict: StrictAws, ec2: Any, vpc: str, make: Make) -> None:
    strict.limits.groups_per_region = 2
    make("one")
    assert (
        refused(ec2.create_security_group, GroupName="two", Description="d", VpcId=vpc)[0]
        == "SecurityGroupLimitExceeded"
    )


# --- VPCs -----------------------------------------------------------------------------------------------


def test_a_vpc_goes_when_it_is_empty(ec2: Any, vpc: str, make: Make) -> None:
    group = make("one")
    code, text = refused(ec2.delete_vpc, VpcId=vpc)
    assert (code, text) == ("DependencyViolation", f"The vpc '{vpc}' has dependencies and cannot be deleted.")
    ec2.delete_security_group(GroupId=group)
    ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_security_groups()["SecurityGroups"] == []
    assert refused(ec2.describe_vpcs, VpcIds=[vpc])[0] == "InvalidVpcID.NotFound"


def test_blocks_and_attributes_of_a_vpc(ec2: Any, vpc: str) -> None:
    made = ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.5.0.9/16")["CidrBlockAssociation"]
    blocks = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlockAssociationSet"]
    assert [each["CidrBlock"] for each in blocks] == ["10.0.0.0/16", "10.5.0.0/16"]
    assert refused(ec2.associate_vpc_cidr_block, VpcId=vpc, CidrBlock="10.0.4.0/24")[0] == "InvalidVpc.Range"
    assert (
        refused(ec2.disassociate_vpc_cidr_block, AssociationId=blocks[0]["AssociationId"])[0] == "OperationNotPermitted"
    )
    ec2.disassociate_vpc_cidr_block(AssociationId=made["AssociationId"])
    assert refused(ec2.create_vpc, CidrBlock="10.0.0.0/8")[0] == "InvalidVpc.Range"
    hostnames = {"VpcId": vpc, "Attribute": "enableDnsHostnames"}
    assert ec2.describe_vpc_attribute(**hostnames)["EnableDnsHostnames"] == {"Value": False}
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    assert ec2.describe_vpc_attribute(**hostnames)["EnableDnsHostnames"] == {"Value": True}


def test_subnets_lie_within_their_vpc_and_beside_each_other(ec2: Any, vpc: str) -> None:
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", TagSpecifications=tagged("subnet", Name="a"))[
        "Subnet"
    ]
    assert (subnet["AvailabilityZone"], subnet["AvailabilityZoneId"]) == ("us-east-1a", "use1-az1")
    assert subnet["AvailableIpAddressCount"] == 251
    assert refused(ec2.create_subnet, VpcId=vpc, CidrBlock="10.0.1.128/25")[0] == "InvalidSubnet.Conflict"
    assert refused(ec2.create_subnet, VpcId=vpc, CidrBlock="10.1.1.0/24")[0] == "InvalidSubnet.Range"
    code, _ = refused(ec2.create_subnet, VpcId=vpc, CidrBlock="10.0.2.0/24", AvailabilityZone="eu-west-1a")
    assert code == "InvalidParameterValue"
    assert refused(ec2.delete_vpc, VpcId=vpc)[0] == "DependencyViolation"
    ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    assert ec2.describe_subnets()["Subnets"] == []


def test_regions_and_accounts_are_worlds_of_their_own(client: Callable[..., Any], ec2: Any, make: Make) -> None:
    make("web")
    assert client("ec2", region="us-west-2").describe_security_groups()["SecurityGroups"] == []
    assert client("ec2", account="222222222222").describe_security_groups()["SecurityGroups"] == []


def test_what_tools_ask_before_they_begin(ec2: Any) -> None:
    names = {each["RegionName"] for each in ec2.describe_regions()["Regions"]}
    assert {"us-east-1", "eu-west-1"} <= names
    zones = ec2.describe_availability_zones()["AvailabilityZones"]
    assert [each["ZoneName"] for each in zones][:2] == ["us-east-1a", "us-east-1b"]
    attributes = ec2.describe_account_attributes(AttributeNames=["default-vpc"])["AccountAttributes"]
    assert attributes == [{"AttributeName": "default-vpc", "AttributeValues": [{"AttributeValue": "none"}]}]
    assert refused(ec2.describe_instances)[0] == "InvalidAction"
