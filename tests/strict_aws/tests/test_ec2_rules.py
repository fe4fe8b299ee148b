"""EC2: rules of security groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.tests.ec2_words import ALL, EVERYONE, group_of, peer, rows_of, tagged, tcp, v4
from tests.strict_aws.tests.refused import refused

ACCOUNT = "123456789012"


@pytest.fixture
def vpc(ec2: Any) -> str:
    """A VPC without IPv6."""
    return str(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


@pytest.fixture
def group(ec2: Any, vpc: str) -> str:
    """A group as it is born."""
    return str(ec2.create_security_group(GroupName="group", Description="x", VpcId=vpc)["GroupId"])


@pytest.fixture
def office(ec2: Any) -> str:
    """A prefix list with one entry of two."""
    made = ec2.create_managed_prefix_list(
        PrefixListName="office", AddressFamily="IPv4", MaxEntries=2, Entries=[{"Cidr": "10.1.2.3/8"}]
    )
    return str(made["PrefixList"]["PrefixListId"])


@pytest.fixture
def allow(ec2: Any, group: str) -> Callable[..., list[dict[str, Any]]]:
    """Lets something into the group; the rules of the answer."""
    return lambda *permissions: list(
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=list(permissions))["SecurityGroupRules"]
    )


Allow = Callable[..., list[dict[str, Any]]]


# --- what is kept ---------------------------------------------------------------------------------------


def test_blocks_are_kept_in_canonical_form(ec2: Any, group: str, allow: Allow) -> None:
    wide = {"CidrIpv6": "2001:DB8:0:0::1/32", "Description": "six"}
    made = allow(tcp(22, IpRanges=v4("100.68.0.18/18"), Ipv6Ranges=[wide]))
    assert [row.get("CidrIpv4") or row["CidrIpv6"] for row in made] == ["100.68.0.0/18", "2001:db8::/32"]
    (permission,) = group_of(ec2, group)["IpPermissions"]
    assert permission["IpRanges"] == [{"CidrIp": "100.68.0.0/18"}]
    assert permission["Ipv6Ranges"] == [{"CidrIpv6": "2001:db8::/32", "Description": "six"}]
    twin = {"GroupId": group, "IpPermissions": [tcp(22, IpRanges=v4("100.68.9.9/18"))]}
    code, text = refused(ec2.authorize_security_group_ingress, **twin)
    assert code == "InvalidPermission.Duplicate"
    assert text == 'the specified rule "peer: 100.68.0.0/18, TCP, from port: 22, to port: 22, ALLOW" already exists'


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("50", "50"),
        ("6", "tcp"),
        ("TCP", "tcp"),
        ("17", "udp"),
        ("1", "icmp"),
        ("58", "icmpv6"),
        ("-1", "-1"),
        ("4", "4"),
    ],
)
def test_protocols(ec2: Any, group: str, allow: Allow, given: str, kept: str) -> None:
    ports = {"FromPort": 1, "ToPort": 2} if kept in ("tcp", "udp", "icmp") else {}
    allow({"IpProtocol": given, "IpRanges": v4("10.0.0.0/8"), **ports})
    (permission,) = group_of(ec2, group)["IpPermissions"]
    (row,) = rows_of(ec2, group)
    assert permission["IpProtocol"] == row["IpProtocol"] == kept
    assert ("FromPort" in permission) is (kept in ("tcp", "udp", "icmp", "icmpv6"))
    assert (row["FromPort"], row["ToPort"]) == ((1, 2) if ports else (-1, -1))


def test_other_protocols_ignore_ports(ec2: Any, group: str, allow: Allow) -> None:
    made = allow({"IpProtocol": "4", "FromPort": 0, "ToPort": 65535, "IpRanges": v4("10.0.0.0/8")})
    assert (made[0]["FromPort"], made[0]["ToPort"]) == (-1, -1)
    code, text = refused(
        ec2.authorize_security_group_ingress,
        GroupId=group,
        IpPermissions=[{"IpProtocol": "4", "IpRanges": v4("10.0.0.0/8")}],
    )
    assert (code, "protocol: 4, ALLOW" in text) == ("InvalidPermission.Duplicate", True)


def test_all_ports_of_tcp_are_not_all_protocols(ec2: Any, group: str, allow: Allow) -> None:
    allow({"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": v4("10.0.0.0/8")})
    allow({**ALL, "IpRanges": v4("10.0.0.0/8")})
    assert len(group_of(ec2, group)["IpPermissions"]) == 2


@pytest.mark.parametrize(
    ("permission", "code"),
    [
        ({"IpProtocol": "tcp", "IpRanges": v4("10.0.0.0/8")}, "InvalidParameterValue"),
        ({"IpProtocol": "tcp", "FromPort": 9, "ToPort": 8, "IpRanges": v4("10.0.0.0/8")}, "InvalidParameterValue"),
        (tcp(70000, IpRanges=v4("10.0.0.0/8")), "InvalidParameterValue"),
        (tcp(-1, IpRanges=v4("10.0.0.0/8")), "InvalidParameterValue"),
        ({"IpProtocol": "icmp", "FromPort": -1, "ToPort": 3, "IpRanges": v4("10.0.0.0/8")}, "InvalidParameterValue"),
        ({"IpProtocol": "icmp", "FromPort": 300, "ToPort": 0, "IpRanges": v4("10.0.0.0/8")}, "InvalidParameterValue"),
        (tcp(22, IpRanges=v4("10.0.0.0/33")), "InvalidParameterValue"),
        (tcp(22, IpRanges=v4("10.0.0.0")), "InvalidParameterValue"),
        (tcp(22, IpRanges=v4("10.0.0.0/255.0.0.0")), "InvalidParameterValue"),
        (tcp(22, IpRanges=v4("::/0")), "InvalidParameterValue"),
        (tcp(22, IpRanges=v4("10.0.0.0/8", Description="a|b")), "InvalidParameterValue"),
        (tcp(22, IpRanges=v4("10.0.0.0/8", Description="a" * 256)), "InvalidParameterValue"),
        ({"IpProtocol": "nonsense", "IpRanges": v4("10.0.0.0/8")}, "InvalidParameterValue"),
        ({"IpProtocol": "256", "IpRanges": v4("10.0.0.0/8")}, "InvalidParameterValue"),
        ({"FromPort": 1, "ToPort": 1, "IpRanges": v4("10.0.0.0/8")}, "MissingParameter"),
        (tcp(22), "MissingParameter"),
        (tcp(22, UserIdGroupPairs=peer("sg-0123456789abcdef0")), "InvalidGroup.NotFound"),
        (tcp(22, UserIdGroupPairs=peer("web")), "InvalidGroupId.Malformed"),
        (tcp(22, UserIdGroupPairs=[{"GroupName": "group"}]), "InvalidParameterValue"),
        (tcp(22, PrefixListIds=[{"PrefixListId": "pl-0123456789abcdef0"}]), "InvalidPrefixListID.NotFound"),
    ],
)
def test_rules_that_are_refused(ec2: Any, group: str, permission: dict[str, Any], code: str) -> None:
    good = tcp(1, IpRanges=v4("10.0.0.0/8"))
    call = {"GroupId": group, "IpPermissions": [good, permission]}
    assert refused(ec2.authorize_security_group_ingress, **call)[0] == code
    assert rows_of(ec2, group) == []


def _sources(group: str, office: str) -> list[dict[str, Any]]:
    """A source of each kind."""
    return [
        {"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "first"}]},
        {"Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32", "Description": "first"}]},
        {"PrefixListIds": [{"PrefixListId": office, "Description": "first"}]},
        {"UserIdGroupPairs": [{"GroupId": group, "Description": "first"}]},
    ]


def test_each_kind_of_source_has_duplicates_and_descriptions(ec2: Any, group: str, office: str, allow: Allow) -> None:
    for source in _sources(group, office):
        (items,) = source.values()
        allow(tcp(80, **source))
        items[0]["Description"] = "second"
        call = {"GroupId": group, "IpPermissions": [tcp(80, **source)]}
        assert refused(ec2.authorize_security_group_ingress, **call)[0] == "InvalidPermission.Duplicate"
        ec2.update_security_group_rule_descriptions_ingress(**call)
    assert [row["Description"] for row in rows_of(ec2, group)] == ["second"] * 4
    for row in rows_of(ec2, group):
        item = {"SecurityGroupRuleId": row["SecurityGroupRuleId"], "Description": "third"}
        ec2.update_security_group_rule_descriptions_ingress(GroupId=group, SecurityGroupRuleDescriptions=[item])
    assert [row["Description"] for row in rows_of(ec2, group)] == ["third"] * 4
    for source in _sources(group, office):
        for items in source.values():
            del items[0]["Description"]
        ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=[tcp(80, **source)])
    assert [row.get("Description") for row in rows_of(ec2, group)] == [None] * 4
    nowhere = {"GroupId": group, "IpPermissions": [tcp(81, IpRanges=v4("10.0.0.0/8"))]}
    assert refused(ec2.update_security_group_rule_descriptions_ingress, **nowhere)[0] == "InvalidPermission.NotFound"


def test_rows_say_whose_they_are_and_what(ec2: Any, group: str) -> None:
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[{**ALL, "UserIdGroupPairs": peer(group, Description="us")}],
        TagSpecifications=tagged("security-group-rule", a="b"),
    )
    (row,) = rows_of(ec2, group)
    made = row["SecurityGroupRuleId"]
    assert row == {
        "SecurityGroupRuleId": made,
        "SecurityGroupRuleArn": f"arn:aws:ec2:us-east-1:{ACCOUNT}:security-group-rule/{made}",
        "GroupId": group,
        "GroupOwnerId": ACCOUNT,
        "IsEgress": False,
        "IpProtocol": "-1",
        "FromPort": -1,
        "ToPort": -1,
        "ReferencedGroupInfo": {"GroupId": group, "UserId": ACCOUNT},
        "Description": "us",
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    (pair,) = group_of(ec2, group)["IpPermissions"][0]["UserIdGroupPairs"]
    assert pair == {"GroupId": group, "UserId": ACCOUNT, "Description": "us"}
    found = ec2.describe_security_group_rules(Filters=[{"Name": "tag:a", "Values": ["b"]}])["SecurityGroupRules"]
    assert [each["SecurityGroupRuleId"] for each in found] == [made]
    assert ec2.describe_security_group_rules(SecurityGroupRuleIds=[made])["SecurityGroupRules"] == [row]
    wanted = {"SecurityGroupRuleIds": ["sgr-0123456789abcdef0"]}
    assert refused(ec2.describe_security_group_rules, **wanted)[0] == "InvalidSecurityGroupRuleId.NotFound"
    by_port = {"Filters": [{"Name": "from-port", "Values": ["1"]}]}
    assert refused(ec2.describe_security_group_rules, **by_port)[0] == "InvalidParameterValue"


# --- batches --------------------------------------------------------------------------------------------


def test_a_batch_is_authorized_whole_or_not_at_all(ec2: Any, group: str, allow: Allow) -> None:
    allow(tcp(1, IpRanges=v4("10.0.0.0/8")))
    batch = [tcp(2, IpRanges=v4("10.0.0.0/8")), tcp(1, IpRanges=v4("10.0.0.0/8"))]
    call = {"GroupId": group, "IpPermissions": batch}
    assert refused(ec2.authorize_security_group_ingress, **call)[0] == "InvalidPermission.Duplicate"
    batch[1] = tcp(2, IpRanges=v4("10.9.9.9/8"))
    code, text = refused(ec2.authorize_security_group_ingress, **call)
    assert (code, text) == ("InvalidParameterValue", "The same permission must not appear multiple times")
    assert len(rows_of(ec2, group)) == 1


def test_a_batch_is_revoked_whole_or_not_at_all(ec2: Any, group: str) -> None:
    unknown = {**ALL, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    code, text = refused(ec2.revoke_security_group_egress, GroupId=group, IpPermissions=[EVERYONE, unknown])
    assert code == "InvalidPermission.NotFound"
    assert text == "The specified rule does not exist in this security group."
    assert len(rows_of(ec2, group, egress=True)) == 1
    answer = ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[EVERYONE])
    (revoked,) = answer["RevokedSecurityGroupRules"]
    assert (revoked["CidrIpv4"], revoked["IsEgress"], revoked["GroupId"]) == ("0.0.0.0/0", True, group)
    assert "UnknownIpPermissions" not in answer
    assert rows_of(ec2, group, egress=True) == []
    again = {"GroupId": group, "IpPermissions": [EVERYONE]}
    assert refused(ec2.revoke_security_group_egress, **again)[0] == "InvalidPermission.NotFound"
    assert refused(ec2.revoke_security_group_egress, GroupId=group)[0] == "MissingParameter"


def test_in_a_default_vpc_what_is_not_there_is_only_named(ec2: Any) -> None:
    ec2.create_default_vpc()
    group = ec2.create_security_group(GroupName="g", Description="d")["GroupId"]
    unknown = tcp(443, IpRanges=v4("10.0.0.9/8"))
    answer = ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[EVERYONE, unknown])
    assert answer["Return"] is True
    (named,) = answer["UnknownIpPermissions"]
    assert (named["FromPort"], named["IpRanges"]) == (443, [{"CidrIp": "10.0.0.0/8"}])
    assert len(answer["RevokedSecurityGroupRules"]) == 1
    assert rows_of(ec2, group, egress=True) == []
    missing = {"GroupId": group, "SecurityGroupRuleIds": ["sgr-0123456789abcdef0"]}
    assert refused(ec2.revoke_security_group_egress, **missing)[0] == "InvalidSecurityGroupRuleId.NotFound"


def test_revoke_takes_rule_ids_of_its_direction(ec2: Any, group: str, allow: Allow) -> None:
    made = [row["SecurityGroupRuleId"] for row in allow(tcp(1, IpRanges=v4("10.0.0.0/8", "10.0.0.0/9")))]
    wrong = {"GroupId": group, "SecurityGroupRuleIds": [made[0], "sgr-0123456789abcdef0"]}
    assert refused(ec2.revoke_security_group_ingress, **wrong)[0] == "InvalidSecurityGroupRuleId.NotFound"
    other = {"GroupId": group, "SecurityGroupRuleIds": made}
    assert refused(ec2.revoke_security_group_egress, **other)[0] == "InvalidSecurityGroupRuleId.NotFound"
    both = other | {"IpPermissions": [tcp(1, IpRanges=v4("10.0.0.0/8"))]}
    assert refused(ec2.revoke_security_group_ingress, **both)[0] == "InvalidParameterCombination"
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=made[:1])
    assert [row["SecurityGroupRuleId"] for row in rows_of(ec2, group)] == made[1:]


# --- changes in place -----------------------------------------------------------------------------------


def test_rules_are_changed_in_place_within_their_kind(ec2: Any, group: str, allow: Allow) -> None:
    first, second = allow(tcp(1, IpRanges=v4("10.0.0.0/8")), tcp(2, UserIdGroupPairs=peer(group)))
    wanted = {"IpProtocol": "udp", "FromPort": 5, "ToPort": 6, "CidrIpv4": "10.9.9.9/16", "Description": "d"}

    def change(row: dict[str, Any], rule: dict[str, Any]) -> dict[str, Any]:
        update = {"SecurityGroupRuleId": row["SecurityGroupRuleId"], "SecurityGroupRule": rule}
        return {"GroupId": group, "SecurityGroupRules": [update]}

    ec2.modify_security_group_rules(**change(first, wanted))
    row = next(each for each in rows_of(ec2, group) if each["SecurityGroupRuleId"] == first["SecurityGroupRuleId"])
    assert (row["IpProtocol"], row["CidrIpv4"], row["Description"]) == ("udp", "10.9.0.0/16", "d")
    other = {"IpProtocol": "tcp", "FromPort": 2, "ToPort": 2, "ReferencedGroupId": group}
    code, text = refused(ec2.modify_security_group_rules, **change(first, other))
    assert code == "InvalidParameterValue"
    assert text == "You may not specify a referenced group id for an existing IPv4 CIDR rule."
    code, text = refused(ec2.modify_security_group_rules, **change(second, wanted))
    assert text == "You may not specify a IPv4 CIDR for an existing referenced group id rule."
    assert refused(ec2.modify_security_group_rules, **change(first, {"IpProtocol": "-1"}))[0] == "MissingParameter"
    missing = {"SecurityGroupRuleId": "sgr-0123456789abcdef0"}
    assert (
        refused(ec2.modify_security_group_rules, **change(missing, wanted))[0] == "InvalidSecurityGroupRuleId.NotFound"
    )
    third = allow(tcp(9, IpRanges=v4("10.0.0.0/8")))[0]
    assert refused(ec2.modify_security_group_rules, **change(third, wanted))[0] == "InvalidPermission.Duplicate"


# --- the quota ------------------------------------------------------------------------------------------


def test_the_quota_counts_families_apart_and_references_in_both(
    strict: StrictAws, ec2: Any, group: str, allow: Allow
) -> None:
    six = [{"CidrIpv6": f"2001:db8:{number:x}::/48"} for number in range(59)]
    allow(tcp(1, IpRanges=v4(*(f"10.{number}.0.0/16" for number in range(59))), Ipv6Ranges=six))
    allow(tcp(2, UserIdGroupPairs=peer(group)))
    for source in ({"IpRanges": v4("10.0.0.0/8")}, {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}):
        code, text = refused(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[tcp(3, **source)])
        assert code == "RulesPerSecurityGroupLimitExceeded"
        assert text == "The maximum number of rules per security group has been reached."
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[tcp(3, IpRanges=v4("10.0.0.0/8"))])
    strict.limits.rules_per_group = 61
    allow(tcp(3, IpRanges=v4("10.0.0.0/8"), Ipv6Ranges=[{"CidrIpv6": "::/0"}]))


def test_prefix_lists_count_as_their_size(strict: StrictAws, ec2: Any, group: str, office: str, allow: Allow) -> None:
    strict.limits.rules_per_group = 3
    allow(tcp(1, PrefixListIds=[{"PrefixListId": office}]), tcp(1, IpRanges=v4("10.0.0.0/8")))
    allow(tcp(1, Ipv6Ranges=[{"CidrIpv6": "::/0"}]))
    more = {"GroupId": group, "IpPermissions": [tcp(2, IpRanges=v4("10.0.0.0/8"))]}
    assert refused(ec2.authorize_security_group_ingress, **more)[0] == "RulesPerSecurityGroupLimitExceeded"


def test_lists_of_aws_count_by_their_weight(ec2: Any, group: str, allow: Allow) -> None:
    name = "com.amazonaws.global.cloudfront.origin-facing"
    found = ec2.describe_managed_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [name]}])
    listed = [{"PrefixListId": found["PrefixLists"][0]["PrefixListId"]}]
    allow(tcp(443, PrefixListIds=listed), tcp(1, IpRanges=v4(*(f"10.{number}.0.0/16" for number in range(5)))))
    more = {"GroupId": group, "IpPermissions": [tcp(2, IpRanges=v4("10.0.0.0/8"))]}
    assert refused(ec2.authorize_security_group_ingress, **more)[0] == "RulesPerSecurityGroupLimitExceeded"
    second = {"GroupId": group, "IpPermissions": [tcp(80, PrefixListIds=listed)]}
    assert refused(ec2.authorize_security_group_ingress, **second)[0] == "RulesPerSecurityGroupLimitExceeded"
