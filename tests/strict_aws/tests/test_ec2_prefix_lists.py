"""EC2: managed prefix lists, their versions and states."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.ec2.state import Ec2Region
from tests.strict_aws.tests.ec2_words import tagged, tcp, v4
from tests.strict_aws.tests.refused import refused


@pytest.fixture
def group(ec2: Any) -> str:
    """A group."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return str(ec2.create_security_group(GroupName="group", Description="x", VpcId=vpc)["GroupId"])


@pytest.fixture
def office(strict: StrictAws, ec2: Any) -> str:
    """A list with two entries of three, made a while ago."""
    made = ec2.create_managed_prefix_list(
        PrefixListName="office",
        AddressFamily="IPv4",
        MaxEntries=3,
        Entries=[{"Cidr": "10.1.2.3/8"}, {"Cidr": "192.0.2.0/24", "Description": "hq"}],
    )
    strict.clock.sleep(1.0)
    return str(made["PrefixList"]["PrefixListId"])


def shown(ec2: Any, list_id: str) -> dict[str, Any]:
    """A list as it is described."""
    return dict(ec2.describe_managed_prefix_lists(PrefixListIds=[list_id])["PrefixLists"][0])


def entries(ec2: Any, list_id: str, **more: Any) -> dict[str, str]:
    """Its entries: block -> description."""
    found = ec2.get_managed_prefix_list_entries(PrefixListId=list_id, **more)["Entries"]
    return {entry["Cidr"]: entry.get("Description", "") for entry in found}


def test_a_list_is_made_by_and_by(strict: StrictAws, ec2: Any) -> None:
    made = ec2.create_managed_prefix_list(
        PrefixListName="office",
        AddressFamily="IPv6",
        MaxEntries=3,
        Entries=[{"Cidr": "FD00:feed:BEEF::1/48"}],
        TagSpecifications=tagged("prefix-list", team="net"),
    )["PrefixList"]
    list_id = made["PrefixListId"]
    assert made == {
        "PrefixListId": list_id,
        "PrefixListArn": f"arn:aws:ec2:us-east-1:123456789012:prefix-list/{list_id}",
        "PrefixListName": "office",
        "AddressFamily": "IPv6",
        "State": "create-in-progress",
        "MaxEntries": 3,
        "Version": 1,
        "OwnerId": "123456789012",
        "Tags": [{"Key": "team", "Value": "net"}],
    }
    assert shown(ec2, list_id)["State"] == "create-in-progress"
    code, text = refused(ec2.modify_managed_prefix_list, PrefixListId=list_id, PrefixListName="other")
    assert code == "IncorrectState"
    assert f"the prefix list ({list_id}) is in the current state (create-in-progress)" in text
    strict.clock.sleep(1.0)
    assert shown(ec2, list_id)["State"] == "create-complete"
    assert entries(ec2, list_id) == {"fd00:feed:beef::/48": ""}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"PrefixListName": "com.amazonaws.mine"}, "InvalidParameterValue"),
        ({"PrefixListName": "x" * 256}, "InvalidParameterValue"),
        ({"AddressFamily": "ipv4"}, "InvalidParameterValue"),
        ({"MaxEntries": 0}, "InvalidParameterValue"),
        ({"MaxEntries": 1001}, "InvalidParameterValue"),
        ({"MaxEntries": None}, "MissingParameter"),
        ({"Entries": [{"Cidr": "10.0.0.0/8"}, {"Cidr": "192.0.2.0/24"}]}, "PrefixListMaxEntriesExceeded"),
        ({"Entries": [{"Cidr": "10.0.0.0/8"}, {"Cidr": "10.0.0.1/8"}]}, "InvalidParameterValue"),
        ({"Entries": [{"Cidr": "::/0"}]}, "InvalidParameterValue"),
        ({"Entries": [{"Cidr": f"10.0.{n}.0/24"} for n in range(101)], "MaxEntries": 200}, "InvalidParameterValue"),
    ],
)
def test_lists_that_are_refused(ec2: Any, change: dict[str, Any], code: str) -> None:
    params = {"PrefixListName": "x", "AddressFamily": "IPv4", "MaxEntries": 1} | change
    params = {name: value for name, value in params.items() if value is not None}
    assert refused(ec2.create_managed_prefix_list, **params)[0] == code
    assert all(each["OwnerId"] == "AWS" for each in ec2.describe_managed_prefix_lists()["PrefixLists"])


def test_names_are_not_unique_and_there_are_so_many_lists(strict: StrictAws, ec2: Any) -> None:
    strict.limits.prefix_lists_per_region = 2
    params = {"PrefixListName": "same", "AddressFamily": "IPv4", "MaxEntries": 1}
    ids = {ec2.create_managed_prefix_list(**params)["PrefixList"]["PrefixListId"] for _ in range(2)}
    assert len(ids) == 2
    assert refused(ec2.create_managed_prefix_list, **params)[0] == "PrefixListLimitExceeded"


def test_a_client_token_names_one_request(ec2: Any) -> None:
    params = {"PrefixListName": "x", "AddressFamily": "IPv4", "MaxEntries": 1, "ClientToken": "once"}
    first = ec2.create_managed_prefix_list(**params)["PrefixList"]["PrefixListId"]
    assert ec2.create_managed_prefix_list(**params)["PrefixList"]["PrefixListId"] == first
    assert refused(ec2.create_managed_prefix_list, **{**params, "MaxEntries": 2})[0] == "IdempotentParameterMismatch"
    assert ec2.create_managed_prefix_list(**{**params, "ClientToken": "2"})["PrefixList"]["PrefixListId"] != first


def test_a_change_of_entries_makes_a_version(strict: StrictAws, ec2: Any, office: str) -> None:
    answer = ec2.modify_managed_prefix_list(
        PrefixListId=office,
        CurrentVersion=1,
        AddEntries=[{"Cidr": "198.51.100.7/24", "Description": "new"}],
        RemoveEntries=[{"Cidr": "10.0.0.0/8"}],
    )["PrefixList"]
    assert (answer["State"], answer["Version"]) == ("modify-in-progress", 2)
    again = {"PrefixListId": office, "CurrentVersion": 2, "RemoveEntries": [{"Cidr": "192.0.2.0/24"}]}
    assert refused(ec2.modify_managed_prefix_list, **again)[0] == "IncorrectState"
    strict.clock.sleep(1.0)
    assert shown(ec2, office)["State"] == "modify-complete"
    assert entries(ec2, office) == {"192.0.2.0/24": "hq", "198.51.100.0/24": "new"}
    assert entries(ec2, office, TargetVersion=1) == {"10.0.0.0/8": "", "192.0.2.0/24": "hq"}
    assert refused(ec2.get_managed_prefix_list_entries, PrefixListId=office, TargetVersion=3)[0].startswith("Invalid")
    code, text = refused(ec2.modify_managed_prefix_list, **again | {"CurrentVersion": 1})
    assert (code, text) == ("PrefixListVersionMismatch", "The prefix list has the incorrect version number.")
    restored = ec2.restore_managed_prefix_list_version(PrefixListId=office, PreviousVersion=1, CurrentVersion=2)
    assert (restored["PrefixList"]["State"], restored["PrefixList"]["Version"]) == ("restore-in-progress", 3)
    assert entries(ec2, office) == {"10.0.0.0/8": "", "192.0.2.0/24": "hq"}
    strict.clock.sleep(1.0)
    assert shown(ec2, office)["State"] == "restore-complete"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"AddEntries": [{"Cidr": "::/0"}], "CurrentVersion": 1}, "InvalidParameterValue"),
        ({"AddEntries": [{"Cidr": "198.51.100.0/24"}]}, "MissingParameter"),
        ({"AddEntries": [{"Cidr": "198.51.100.0/24"}], "CurrentVersion": 2}, "PrefixListVersionMismatch"),
        (
            {"AddEntries": [{"Cidr": f"10.0.{n}.0/24"} for n in (1, 2)], "CurrentVersion": 1},
            "PrefixListMaxEntriesExceeded",
        ),
        ({"AddEntries": [{"Cidr": "10.0.0.0/8"}], "CurrentVersion": 1}, "InvalidPrefixListModification"),
        ({"AddEntries": [{"Cidr": "10.0.0.0/8", "Description": "other"}], "CurrentVersion": 1}, "InvalidRequest"),
        ({"RemoveEntries": [{"Cidr": "10.0.0.0/9"}], "CurrentVersion": 1}, "InvalidPrefixListModification"),
        (
            {"AddEntries": [{"Cidr": "10.0.0.0/8"}], "RemoveEntries": [{"Cidr": "10.0.0.0/8"}], "CurrentVersion": 1},
            "InvalidParameterValue",
        ),
        (
            {"AddEntries": [{"Cidr": "198.51.100.0/24"}], "MaxEntries": 9, "CurrentVersion": 1},
            "InvalidParameterCombination",
        ),
        ({"MaxEntries": 1}, "PrefixListMaxEntriesExceeded"),
        ({"PrefixListName": "com.amazonaws.x"}, "InvalidParameterValue"),
        ({}, "InvalidRequest"),
    ],
)
def test_changes_that_are_refused(ec2: Any, office: str, change: dict[str, Any], code: str) -> None:
    before = shown(ec2, office)
    assert refused(ec2.modify_managed_prefix_list, PrefixListId=office, **change)[0] == code
    assert shown(ec2, office) == before
    assert entries(ec2, office) == {"10.0.0.0/8": "", "192.0.2.0/24": "hq"}


def test_name_and_size_make_no_version(strict: StrictAws, ec2: Any, office: str) -> None:
    ec2.modify_managed_prefix_list(PrefixListId=office, PrefixListName="headquarters", MaxEntries=5)
    assert shown(ec2, office)["MaxEntries"] == 3
    strict.clock.sleep(1.0)
    now = shown(ec2, office)
    assert (now["PrefixListName"], now["MaxEntries"], now["Version"]) == ("headquarters", 5, 1)


def test_a_size_that_a_group_can_not_have_fails(strict: StrictAws, ec2: Any, office: str, group: str) -> None:
    rule = tcp(1, PrefixListIds=[{"PrefixListId": office}])
    many = tcp(2, IpRanges=v4(*(f"10.{number}.0.0/16" for number in range(57))))
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule, many])
    ec2.modify_managed_prefix_list(PrefixListId=office, MaxEntries=4)
    strict.clock.sleep(1.0)
    now = shown(ec2, office)
    assert (now["State"], now["MaxEntries"]) == ("modify-failed", 3)
    assert group in now["StateMessage"]


def test_the_delete_of_a_list_in_use_fails_in_the_end(strict: StrictAws, ec2: Any, office: str, group: str) -> None:
    rule = tcp(1, PrefixListIds=[{"PrefixListId": office}])
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    users = ec2.get_managed_prefix_list_associations(PrefixListId=office)["PrefixListAssociations"]
    assert users == [{"ResourceId": group, "ResourceOwner": "123456789012"}]
    assert ec2.delete_managed_prefix_list(PrefixListId=office)["PrefixList"]["State"] == "delete-in-progress"
    strict.clock.sleep(1.0)
    assert shown(ec2, office)["State"] == "delete-failed"
    assert group in shown(ec2, office)["StateMessage"]
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[rule])
    ec2.delete_managed_prefix_list(PrefixListId=office)
    strict.clock.sleep(1.0)
    assert refused(ec2.describe_managed_prefix_lists, PrefixListIds=[office])[0] == "InvalidPrefixListID.NotFound"
    assert refused(ec2.delete_managed_prefix_list, PrefixListId=office)[0] == "InvalidPrefixListID.NotFound"


def test_how_long_it_takes_can_be_set(strict: StrictAws, ec2: Any) -> None:
    strict.region("us-east-1").part(Ec2Region).pace.prefix_list = 0.0
    made = ec2.create_managed_prefix_list(PrefixListName="x", AddressFamily="IPv4", MaxEntries=1)["PrefixList"]
    assert made["State"] == "create-in-progress"
    assert shown(ec2, made["PrefixListId"])["State"] == "create-complete"


def test_lists_of_aws(ec2: Any) -> None:
    found = {each["PrefixListName"]: each for each in ec2.describe_managed_prefix_lists()["PrefixLists"]}
    assert {"com.amazonaws.us-east-1.s3", "com.amazonaws.us-east-1.dynamodb"} < set(found)
    facing = found["com.amazonaws.global.cloudfront.origin-facing"]
    assert (facing["OwnerId"], facing["State"]) == ("AWS", "create-complete")
    assert "MaxEntries" not in facing
    assert "Version" not in facing
    list_id = facing["PrefixListId"]
    assert ec2.get_managed_prefix_list_entries(PrefixListId=list_id)["Entries"]
    for call in (ec2.modify_managed_prefix_list, ec2.delete_managed_prefix_list):
        assert refused(call, PrefixListId=list_id)[0] == "UnauthorizedOperation"
    older = ec2.describe_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": ["*.s3"]}])["PrefixLists"]
    assert [each["PrefixListId"] for each in older] == ["pl-63a5400a"]
    assert older[0]["Cidrs"]


def test_pages(strict: StrictAws, ec2: Any) -> None:
    rows = [{"Cidr": f"10.0.{number}.0/24"} for number in range(100)]
    made = ec2.create_managed_prefix_list(PrefixListName="x", AddressFamily="IPv4", MaxEntries=150, Entries=rows)
    list_id = made["PrefixList"]["PrefixListId"]
    strict.clock.sleep(1.0)
    more = [{"Cidr": f"10.1.{number}.0/24"} for number in range(50)]
    ec2.modify_managed_prefix_list(PrefixListId=list_id, CurrentVersion=1, AddEntries=more)
    first = ec2.get_managed_prefix_list_entries(PrefixListId=list_id)
    assert len(first["Entries"]) == 100
    pages = list(ec2.get_paginator("get_managed_prefix_list_entries").paginate(PrefixListId=list_id))
    assert sum(len(page["Entries"]) for page in pages) == 150
    lists = ec2.get_paginator("describe_managed_prefix_lists").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["PrefixLists"]) for page in lists] == [2, 2, 2]
    assert refused(ec2.describe_managed_prefix_lists, MaxResults=101)[0] == "InvalidParameterValue"
