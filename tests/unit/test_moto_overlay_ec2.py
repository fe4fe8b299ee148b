"""The stand-in answers on security groups and prefix lists as AWS does where moto does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.moto_aws import ACCOUNT, Stand
from tests.refusals import refused

REGION = "eu-west-1"
ALL = {"IpProtocol": "-1"}
EVERYONE = {**ALL, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def tcp(port: int, **sources: Any) -> dict[str, Any]:
    """A permission for one port."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **sources}


def v4(*cidrs: str, **more: str) -> list[dict[str, str]]:
    """IPv4 ranges."""
    return [{"CidrIp": cidr, **more} for cidr in cidrs]


@pytest.fixture
def ec2(aws: Stand) -> Any:
    """EC2's client."""
    return aws.client("ec2", REGION)


@pytest.fixture
def vpc(ec2: Any) -> str:
    """A VPC without IPv6."""
    return str(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


@pytest.fixture
def make(ec2: Any, vpc: str) -> Callable[[str], str]:
    """Make a group; its id."""
    return lambda name: str(ec2.create_security_group(GroupName=name, Description="x", VpcId=vpc)["GroupId"])


@pytest.fixture
def group(make: Callable[[str], str]) -> str:
    """A group as it is born."""
    return make("group")


@pytest.fixture
def office(ec2: Any) -> str:
    """A prefix list with one entry of two."""
    made = ec2.create_managed_prefix_list(
        PrefixListName="office", AddressFamily="IPv4", MaxEntries=2, Entries=[{"Cidr": "10.1.2.3/8"}]
    )
    list_id = str(made["PrefixList"]["PrefixListId"])
    ec2.describe_managed_prefix_lists(PrefixListIds=[list_id])
    return list_id


def held(ec2: Any, group: str) -> dict[str, Any]:
    """The group as it is described."""
    return dict(ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0])


def rows(ec2: Any, group: str, *, egress: bool = False) -> list[dict[str, Any]]:
    """The group's rules of one direction."""
    found = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    return [row for row in found["SecurityGroupRules"] if row["IsEgress"] is egress]


# -- groups --------------------------------------------------------------------------------------------------


def test_names_are_unique_whatever_their_case(make: Callable[[str], str]) -> None:
    make("Web")
    with refused("InvalidGroup.Duplicate"):
        make("wEB")
    with refused("InvalidParameterValue"):
        make("sg-web")


def test_a_group_needs_a_vpc_that_is_there(ec2: Any) -> None:
    with refused("InvalidVpcID.NotFound"):
        ec2.create_security_group(GroupName="x", Description="x", VpcId="vpc-0123")


def test_the_default_group_lets_its_own_in_and_stays(ec2: Any, vpc: str) -> None:
    default = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"][0]
    pair = {"GroupId": default["GroupId"], "UserId": ACCOUNT}
    assert default["IpPermissions"][0]["UserIdGroupPairs"] == [pair]
    with refused("CannotDelete"):
        ec2.delete_security_group(GroupId=default["GroupId"])


@pytest.mark.parametrize(("ipv6", "born_with"), [(False, {"0.0.0.0/0"}), (True, {"0.0.0.0/0", "::/0"})])
def test_what_a_group_is_born_with(ec2: Any, ipv6: bool, born_with: set[str]) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", AmazonProvidedIpv6CidrBlock=ipv6)["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="x", Description="x", VpcId=vpc)["GroupId"]
    assert {row.get("CidrIpv4", row.get("CidrIpv6")) for row in rows(ec2, group, egress=True)} == born_with
    assert rows(ec2, group) == []


def test_a_group_that_is_referred_to_stays(ec2: Any, make: Callable[[str], str]) -> None:
    one, two = make("one"), make("two")
    permission = {**ALL, "UserIdGroupPairs": [{"GroupId": one}]}
    for group in (one, two):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=one)
    ec2.delete_security_group(GroupId=two)
    ec2.delete_security_group(GroupId=one)


def test_a_group_in_use_by_an_interface_stays(ec2: Any, vpc: str, group: str) -> None:
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    ec2.create_network_interface(SubnetId=subnet, Groups=[group])
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=group)


def test_listings_have_pages(ec2: Any, make: Callable[[str], str]) -> None:
    made = {make(f"group{number}") for number in range(12)}
    pages = list(ec2.get_paginator("describe_security_groups").paginate(PaginationConfig={"PageSize": 5}))
    assert len(pages) > 2
    assert made <= {group["GroupId"] for page in pages for group in page["SecurityGroups"]}
    pages = list(ec2.get_paginator("describe_security_group_rules").paginate(PaginationConfig={"PageSize": 5}))
    assert len({row["SecurityGroupRuleId"] for page in pages for row in page["SecurityGroupRules"]}) > 12
    with refused("InvalidParameterValue"):
        ec2.describe_security_groups(MaxResults=1001)
    names = ec2.get_paginator("describe_managed_prefix_lists").paginate(PaginationConfig={"PageSize": 2})
    assert sum(len(page["PrefixLists"]) for page in names) == 6


# -- rules ---------------------------------------------------------------------------------------------------


def test_cidrs_are_canonical(ec2: Any, group: str) -> None:
    wide = {"CidrIpv6": "2001:DB8:0:0::1/32", "Description": "six"}
    made = ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[tcp(22, IpRanges=v4("100.68.0.18/18"), Ipv6Ranges=[wide])]
    )["SecurityGroupRules"]
    assert [row.get("CidrIpv4") or row["CidrIpv6"] for row in made] == ["100.68.0.0/18", "2001:db8::/32"]
    permission = held(ec2, group)["IpPermissions"][0]
    assert permission["IpRanges"] == [{"CidrIp": "100.68.0.0/18"}]
    assert permission["Ipv6Ranges"] == [{"CidrIpv6": "2001:db8::/32", "Description": "six"}]
    with refused("InvalidPermission.Duplicate"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(22, IpRanges=v4("100.68.9.9/18"))])


@pytest.mark.parametrize(
    ("given", "kept"),
    [("50", "50"), ("ah", "51"), ("6", "tcp"), ("58", "icmpv6"), ("-1", "-1"), ("4", "4")],
)
def test_protocols_by_name_and_number(ec2: Any, group: str, given: str, kept: str) -> None:
    ports = {"FromPort": 1, "ToPort": 2} if kept == "tcp" else {}
    permission = {"IpProtocol": given, "IpRanges": v4("10.0.0.0/8"), **ports}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    described = held(ec2, group)["IpPermissions"][0]
    assert described["IpProtocol"] == kept
    assert ("FromPort" in described) is (kept in ("tcp", "icmpv6"))
    row = rows(ec2, group)[0]
    assert (row["IpProtocol"], row["FromPort"]) == (kept, 1 if kept == "tcp" else -1)


def test_other_protocols_ignore_ports(ec2: Any, group: str) -> None:
    permission = {"IpProtocol": "4", "FromPort": 0, "ToPort": 65535, "IpRanges": v4("10.0.0.0/8")}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    with refused("InvalidPermission.Duplicate"):
        ec2.authorize_security_group_ingress(
            GroupId=group, IpPermissions=[{"IpProtocol": "4", "IpRanges": v4("10.0.0.0/8")}]
        )


@pytest.mark.parametrize(
    "permission",
    [
        {"IpProtocol": "tcp", "IpRanges": v4("10.0.0.0/8")},
        {"IpProtocol": "tcp", "FromPort": 9, "ToPort": 8, "IpRanges": v4("10.0.0.0/8")},
        tcp(70000, IpRanges=v4("10.0.0.0/8")),
        tcp(22, IpRanges=v4("10.0.0.0/33")),
        tcp(22, IpRanges=v4("10.0.0.0/8", Description="a|b")),
        {"IpProtocol": "nonsense", "IpRanges": v4("10.0.0.0/8")},
    ],
)
def test_rules_that_are_refused(ec2: Any, group: str, permission: dict[str, Any]) -> None:
    with refused("InvalidParameterValue"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])


def sources(group: str, office: str) -> list[dict[str, Any]]:
    """A source of each kind."""
    return [
        {"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "first"}]},
        {"Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32", "Description": "first"}]},
        {"PrefixListIds": [{"PrefixListId": office, "Description": "first"}]},
        {"UserIdGroupPairs": [{"GroupId": group, "Description": "first"}]},
    ]


def test_each_kind_of_source_has_duplicates_and_descriptions(ec2: Any, group: str, office: str) -> None:
    for source in sources(group, office):
        (items,) = source.values()
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(80, **source)])
        items[0]["Description"] = "second"
        with refused("InvalidPermission.Duplicate"):
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(80, **source)])
        ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=[tcp(80, **source)])
    assert [row["Description"] for row in rows(ec2, group)] == ["second"] * 4
    for row in rows(ec2, group):
        item = {"SecurityGroupRuleId": row["SecurityGroupRuleId"], "Description": "third"}
        ec2.update_security_group_rule_descriptions_ingress(GroupId=group, SecurityGroupRuleDescriptions=[item])
    assert [row["Description"] for row in rows(ec2, group)] == ["third"] * 4
    for source in sources(group, office):
        for items in source.values():
            del items[0]["Description"]
        ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=[tcp(80, **source)])
    assert [row.get("Description") for row in rows(ec2, group)] == [None] * 4


def test_permissions_show_lists_and_groups_with_their_descriptions(ec2: Any, group: str, office: str) -> None:
    permission = tcp(80, PrefixListIds=[{"PrefixListId": office, "Description": "d"}])
    permission["UserIdGroupPairs"] = [{"GroupId": group, "Description": "e"}]
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[permission])
    described = held(ec2, group)["IpPermissionsEgress"][1]
    assert described["PrefixListIds"] == [{"PrefixListId": office, "Description": "d"}]
    assert described["UserIdGroupPairs"] == [{"GroupId": group, "UserId": ACCOUNT, "Description": "e"}]


def test_rows_say_whose_and_what(ec2: Any, group: str) -> None:
    tags = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "a", "Value": "b"}]}]
    permission = {**ALL, "UserIdGroupPairs": [{"GroupId": group}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission], TagSpecifications=tags)
    (row,) = rows(ec2, group)
    assert row["GroupOwnerId"] == ACCOUNT
    assert row["ReferencedGroupInfo"] == {"GroupId": group, "UserId": ACCOUNT}
    assert row["Tags"] == [{"Key": "a", "Value": "b"}]
    assert (row["FromPort"], row["ToPort"]) == (-1, -1)
    ec2.create_tags(Resources=[row["SecurityGroupRuleId"]], Tags=[{"Key": "a", "Value": "c"}])
    assert rows(ec2, group)[0]["Tags"] == [{"Key": "a", "Value": "c"}]


def test_a_batch_is_authorised_whole_or_not_at_all(ec2: Any, group: str) -> None:
    batch = [tcp(1, IpRanges=v4("10.0.0.0/8")), tcp(2, UserIdGroupPairs=[{"GroupId": "sg-0123456789abcdef0"}])]
    with refused("InvalidGroup.NotFound"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=batch)
    batch[1] = tcp(1, IpRanges=v4("10.1.1.1/8"))
    with refused("InvalidPermission.Duplicate"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=batch)
    batch[1] = tcp(2, PrefixListIds=[{"PrefixListId": "pl-0123"}])
    with refused("InvalidPrefixListID.NotFound"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=batch)
    assert rows(ec2, group) == []


def test_a_batch_is_revoked_whole_or_not_at_all(ec2: Any, group: str) -> None:
    with refused("InvalidPermission.NotFound"):
        ec2.revoke_security_group_egress(
            GroupId=group, IpPermissions=[EVERYONE, {**ALL, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]
        )
    assert len(rows(ec2, group, egress=True)) == 1
    revoked = ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[EVERYONE])
    assert revoked["RevokedSecurityGroupRules"][0]["CidrIpv4"] == "0.0.0.0/0"
    assert rows(ec2, group, egress=True) == []
    with refused("InvalidPermission.NotFound"):
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[EVERYONE])


def test_revoke_takes_rule_ids(ec2: Any, group: str) -> None:
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(1, IpRanges=v4("10.0.0.0/8", "10.0.0.0/9"))])
    first = rows(ec2, group)[0]["SecurityGroupRuleId"]
    with refused("InvalidSecurityGroupRuleId.NotFound"):
        ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[first, "sgr-0123456789abcdef0"])
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[first])
    assert len(rows(ec2, group)) == 1


def test_rules_are_modified_in_place_within_their_kind(ec2: Any, group: str) -> None:
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(1, IpRanges=v4("10.0.0.0/8"))])
    rule = rows(ec2, group)[0]["SecurityGroupRuleId"]
    wanted = {"IpProtocol": "udp", "FromPort": 5, "ToPort": 6, "CidrIpv4": "10.9.9.9/16", "Description": "d"}
    change = {"SecurityGroupRuleId": rule, "SecurityGroupRule": wanted}
    ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[change])
    (row,) = rows(ec2, group)
    assert row["SecurityGroupRuleId"] == rule
    assert (row["IpProtocol"], row["CidrIpv4"], row["Description"]) == ("udp", "10.9.0.0/16", "d")
    del wanted["CidrIpv4"]
    wanted["CidrIpv6"] = "::/0"
    with refused("InvalidParameterValue"):
        ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[change])


def test_a_group_of_another_vpc_is_out_of_reach_without_peering(ec2: Any, vpc: str, group: str) -> None:
    other = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    far = ec2.create_security_group(GroupName="far", Description="x", VpcId=other)["GroupId"]
    permission = {**ALL, "UserIdGroupPairs": [{"GroupId": far}]}
    with refused("InvalidGroup.NotFound", "different networks"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)["VpcPeeringConnection"]
    peering = peering["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    pair = held(ec2, group)["IpPermissions"][0]["UserIdGroupPairs"][0]
    assert (pair["VpcPeeringConnectionId"], pair["PeeringStatus"], pair["VpcId"]) == (peering, "active", other)


def test_the_quota_of_rules_counts_families_apart(aws: Stand, ec2: Any, group: str, office: str) -> None:
    many = v4(*(f"10.{number}.0.0/16" for number in range(60)))
    six = [{"CidrIpv6": "2001:db8::/32"}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(1, IpRanges=many, Ipv6Ranges=six)])
    one_more = [tcp(2, IpRanges=v4("10.0.0.0/8"))]
    with refused("RulesPerSecurityGroupLimitExceeded"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=one_more)
    aws.raise_rule_quota(61)
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=one_more)
    with refused("RulesPerSecurityGroupLimitExceeded"):
        listed = [tcp(3, PrefixListIds=[{"PrefixListId": office}])]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=listed)


def test_a_dry_run_changes_nothing(ec2: Any, group: str) -> None:
    with refused("DryRunOperation"):
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[EVERYONE], DryRun=True)
    assert len(rows(ec2, group, egress=True)) == 1


# -- prefix lists --------------------------------------------------------------------------------------------


def described_list(ec2: Any, list_id: str) -> dict[str, Any]:
    """The list as it is described."""
    return dict(ec2.describe_managed_prefix_lists(PrefixListIds=[list_id])["PrefixLists"][0])


def test_a_list_is_in_progress_first(ec2: Any) -> None:
    wanted = {"PrefixListName": "x", "AddressFamily": "IPv4", "MaxEntries": 1, "ClientToken": "once"}
    made = ec2.create_managed_prefix_list(**wanted)["PrefixList"]
    assert made["State"] == "create-in-progress"
    assert ec2.create_managed_prefix_list(**wanted)["PrefixList"]["PrefixListId"] == made["PrefixListId"]
    change = {"PrefixListId": made["PrefixListId"], "CurrentVersion": 1, "AddEntries": [{"Cidr": "10.0.0.0/8"}]}
    with refused("IncorrectState"):
        ec2.modify_managed_prefix_list(**change)
    assert described_list(ec2, made["PrefixListId"])["State"] == "create-complete"
    assert ec2.modify_managed_prefix_list(**change)["PrefixList"]["State"] == "modify-in-progress"
    assert described_list(ec2, made["PrefixListId"])["Version"] == 2


def test_entries_are_canonical_bounded_and_versioned(ec2: Any, office: str) -> None:
    entries = ec2.get_managed_prefix_list_entries(PrefixListId=office)["Entries"]
    assert entries == [{"Cidr": "10.0.0.0/8"}]
    add = [{"Cidr": "192.0.2.0/24", "Description": "d"}]
    with refused("PrefixListVersionMismatch"):
        ec2.modify_managed_prefix_list(PrefixListId=office, CurrentVersion=7, AddEntries=add)
    with refused("PrefixListMaxEntriesExceeded"):
        more = [*add, {"Cidr": "198.51.100.0/24"}]
        ec2.modify_managed_prefix_list(PrefixListId=office, CurrentVersion=1, AddEntries=more)
    with refused("InvalidParameterCombination"):
        ec2.modify_managed_prefix_list(PrefixListId=office, CurrentVersion=1, AddEntries=add, MaxEntries=9)
    remove = [{"Cidr": "10.0.0.0/8"}]
    ec2.modify_managed_prefix_list(PrefixListId=office, CurrentVersion=1, AddEntries=add, RemoveEntries=remove)
    assert ec2.get_managed_prefix_list_entries(PrefixListId=office)["Entries"] == add
    old = ec2.get_managed_prefix_list_entries(PrefixListId=office, TargetVersion=1)["Entries"]
    assert old == [{"Cidr": "10.0.0.0/8"}]


def test_resize_and_rename(ec2: Any, office: str) -> None:
    ec2.modify_managed_prefix_list(PrefixListId=office, PrefixListName="new", MaxEntries=5)
    described = described_list(ec2, office)
    assert (described["PrefixListName"], described["MaxEntries"], described["Version"]) == ("new", 5, 1)
    with refused("PrefixListMaxEntriesExceeded"):
        ec2.create_managed_prefix_list(
            PrefixListName="y",
            AddressFamily="IPv4",
            MaxEntries=1,
            Entries=[{"Cidr": "10.0.0.0/8"}, {"Cidr": "11.0.0.0/8"}],
        )


def test_a_list_in_use_fails_to_be_deleted(ec2: Any, group: str, office: str) -> None:
    permission = tcp(1, PrefixListIds=[{"PrefixListId": office}])
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    ec2.delete_managed_prefix_list(PrefixListId=office)
    assert described_list(ec2, office)["State"] == "delete-failed"
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[permission])
    ec2.delete_managed_prefix_list(PrefixListId=office)
    with refused("InvalidPrefixListID.NotFound"):
        described_list(ec2, office)
