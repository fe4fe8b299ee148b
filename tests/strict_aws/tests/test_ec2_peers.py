"""EC2: references across VPC peering connections, stale rules, and groups associated with other VPCs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.tests.ec2_words import default_of, group_of, peer, rows_of, tcp
from tests.strict_aws.tests.refused import refused

OTHER = "222222222222"
Make = Callable[..., tuple[str, str]]


def vpc_and_group(ec2: Any, cidr: str, name: str) -> tuple[str, str]:
    """A VPC with a group."""
    vpc = ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
    return str(vpc), str(ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc)["GroupId"])


def connect(ec2: Any, far: Any, vpc: str, other: str, **more: str) -> str:
    """An active connection between two VPCs."""
    made = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other, **more)["VpcPeeringConnection"]
    assert made["Status"]["Code"] == "initiating-request"
    accepted = far.accept_vpc_peering_connection(VpcPeeringConnectionId=made["VpcPeeringConnectionId"])
    assert accepted["VpcPeeringConnection"]["Status"]["Code"] == "provisioning"
    return str(made["VpcPeeringConnectionId"])


def connection(ec2: Any, peering: str) -> dict[str, Any]:
    """A connection as it is described."""
    found = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering])
    return dict(found["VpcPeeringConnections"][0])


def test_a_group_of_another_vpc_is_out_of_reach_without_a_connection(ec2: Any) -> None:
    (one, near), (two, far) = vpc_and_group(ec2, "10.0.0.0/16", "near"), vpc_and_group(ec2, "10.1.0.0/16", "far")
    call = {"GroupId": near, "IpPermissions": [tcp(80, UserIdGroupPairs=peer(far))]}
    code, text = refused(ec2.authorize_security_group_ingress, **call)
    assert (code, text) == (
        "InvalidGroup.NotFound",
        "You have specified two resources that belong to different networks.",
    )
    peering = ec2.create_vpc_peering_connection(VpcId=one, PeerVpcId=two)["VpcPeeringConnection"]
    assert refused(ec2.authorize_security_group_ingress, **call)[0] == "InvalidGroup.NotFound"
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering["VpcPeeringConnectionId"])
    ec2.authorize_security_group_ingress(**call)
    info = {
        "GroupId": far,
        "UserId": "123456789012",
        "VpcId": two,
        "VpcPeeringConnectionId": peering["VpcPeeringConnectionId"],
        "PeeringStatus": "active",
    }
    assert group_of(ec2, near)["IpPermissions"][0]["UserIdGroupPairs"] == [info]
    assert rows_of(ec2, near)[0]["ReferencedGroupInfo"] == info


def test_across_accounts_from_request_to_stale_rule(client: Callable[..., Any], ec2: Any) -> None:
    there = client("ec2", account=OTHER)
    (one, near), (two, far) = vpc_and_group(ec2, "10.0.0.0/16", "near"), vpc_and_group(there, "10.1.0.0/16", "far")
    pair = peer(far, UserId=OTHER)
    call = {"GroupId": near, "IpPermissions": [tcp(80, UserIdGroupPairs=pair)]}
    assert refused(ec2.authorize_security_group_ingress, **call)[0] == "InvalidGroup.NotFound"
    peering = connect(ec2, there, one, two, PeerOwnerId=OTHER)
    mine, theirs = connection(ec2, peering), connection(there, peering)
    assert mine["Status"] == theirs["Status"] == {"Code": "active", "Message": "Active"}
    assert mine["AccepterVpcInfo"]["OwnerId"] == OTHER
    assert "PeeringOptions" in mine["RequesterVpcInfo"]
    assert "PeeringOptions" not in mine["AccepterVpcInfo"]
    assert "PeeringOptions" in theirs["AccepterVpcInfo"]
    ec2.authorize_security_group_ingress(**call)
    references = there.describe_security_group_references(GroupId=[far])["SecurityGroupReferenceSet"]
    assert references == [{"GroupId": far, "ReferencingVpcId": one, "VpcPeeringConnectionId": peering}]
    assert ec2.describe_security_group_references(GroupId=[near])["SecurityGroupReferenceSet"] == []
    assert ec2.describe_stale_security_groups(VpcId=one)["StaleSecurityGroupSet"] == []
    there.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    (stale,) = ec2.describe_stale_security_groups(VpcId=one)["StaleSecurityGroupSet"]
    assert (stale["GroupId"], stale["GroupName"], stale["VpcId"]) == (near, "near", one)
    (permission,) = stale["StaleIpPermissions"]
    assert (permission["FromPort"], permission["UserIdGroupPairs"][0]["PeeringStatus"]) == (80, "deleted")
    assert stale["StaleIpPermissionsEgress"] == []
    assert there.describe_security_group_references(GroupId=[far])["SecurityGroupReferenceSet"] == []
    ec2.revoke_security_group_ingress(GroupId=near, IpPermissions=[tcp(80, UserIdGroupPairs=peer(far))])
    assert ec2.describe_stale_security_groups(VpcId=one)["StaleSecurityGroupSet"] == []


def test_a_group_that_a_peer_refers_to_goes_and_leaves_a_stale_rule(ec2: Any) -> None:
    (one, near), (two, far) = vpc_and_group(ec2, "10.0.0.0/16", "near"), vpc_and_group(ec2, "10.1.0.0/16", "far")
    connect(ec2, ec2, one, two)
    ec2.authorize_security_group_egress(GroupId=near, IpPermissions=[tcp(80, UserIdGroupPairs=peer(far))])
    ec2.delete_security_group(GroupId=far)
    row = next(each for each in rows_of(ec2, near, egress=True) if "ReferencedGroupInfo" in each)
    assert "UserId" not in row["ReferencedGroupInfo"]
    (stale,) = ec2.describe_stale_security_groups(VpcId=one)["StaleSecurityGroupSet"]
    assert stale["StaleIpPermissionsEgress"][0]["UserIdGroupPairs"][0]["GroupId"] == far
    ec2.revoke_security_group_egress(GroupId=near, SecurityGroupRuleIds=[row["SecurityGroupRuleId"]])


def test_a_connection_has_a_life(strict: StrictAws, client: Callable[..., Any], ec2: Any) -> None:
    there = client("ec2", region="us-west-2")
    (one, _), (two, far) = vpc_and_group(ec2, "10.0.0.0/16", "near"), vpc_and_group(there, "10.1.0.0/16", "far")
    params = {"VpcId": one, "PeerVpcId": two, "PeerRegion": "us-west-2"}
    made = ec2.create_vpc_peering_connection(**params)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    assert refused(ec2.accept_vpc_peering_connection, VpcPeeringConnectionId=made)[0] == "OperationNotPermitted"
    there.accept_vpc_peering_connection(VpcPeeringConnectionId=made)
    again = {"VpcPeeringConnectionId": made}
    assert refused(there.accept_vpc_peering_connection, **again)[0] == "InvalidStateTransition"
    assert connection(there, made)["RequesterVpcInfo"]["Region"] == "us-east-1"
    _, near = vpc_and_group(ec2, "10.9.0.0/16", "x")
    call = {"GroupId": near, "IpPermissions": [tcp(80, UserIdGroupPairs=peer(far))]}
    assert refused(ec2.authorize_security_group_ingress, **call)[0] == "InvalidGroup.NotFound"
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=made)
    assert connection(ec2, made)["Status"]["Code"] == "deleted"
    strict.clock.sleep(7200)
    assert ec2.describe_vpc_peering_connections()["VpcPeeringConnections"] == []
    waiting = ec2.create_vpc_peering_connection(**params)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    assert connection(there, waiting)["Status"]["Code"] == "pending-acceptance"
    strict.clock.sleep(7 * 86400)
    assert connection(ec2, waiting)["Status"]["Code"] == "expired"
    overlapping, _ = vpc_and_group(ec2, "10.0.128.0/17", "y")
    failed = ec2.create_vpc_peering_connection(VpcId=one, PeerVpcId=overlapping)["VpcPeeringConnection"]
    assert failed["Status"]["Code"] == "failed"
    rejected = there.create_vpc_peering_connection(VpcId=two, PeerVpcId=one, PeerRegion="us-east-1")
    rejected_id = rejected["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.reject_vpc_peering_connection(VpcPeeringConnectionId=rejected_id)
    assert connection(there, rejected_id)["Status"]["Code"] == "rejected"


# --- associations ---------------------------------------------------------------------------------------


@pytest.fixture
def shared(ec2: Any) -> tuple[str, str, str]:
    """A VPC, a group in it, and another VPC."""
    one, group = vpc_and_group(ec2, "10.0.0.0/16", "shared")
    return one, group, vpc_and_group(ec2, "10.1.0.0/16", "own")[0]


def _states(ec2: Any) -> list[str]:
    found = ec2.describe_security_group_vpc_associations()["SecurityGroupVpcAssociations"]
    return [str(each["State"]) for each in found]


def test_a_group_is_used_in_another_vpc(strict: StrictAws, ec2: Any, shared: tuple[str, str, str]) -> None:
    home, group, vpc = shared
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.1.0/24")["Subnet"]["SubnetId"]
    assert ec2.associate_security_group_vpc(GroupId=group, VpcId=vpc)["State"] == "associating"
    assert _states(ec2) == ["associating"]
    assert refused(ec2.create_network_interface, SubnetId=subnet, Groups=[group])[0] == "InvalidGroup.NotFound"
    strict.clock.sleep(2.0)
    (row,) = ec2.describe_security_group_vpc_associations()["SecurityGroupVpcAssociations"]
    own = "123456789012"
    assert row == {"GroupId": group, "VpcId": vpc, "VpcOwnerId": own, "GroupOwnerId": own, "State": "associated"}
    found = ec2.get_security_groups_for_vpc(VpcId=vpc)["SecurityGroupForVpcs"]
    assert {(each["GroupName"], each["PrimaryVpcId"]) for each in found} == {
        ("default", vpc),
        ("own", vpc),
        ("shared", home),
    }
    interface = ec2.create_network_interface(SubnetId=subnet, Groups=[group])["NetworkInterface"]["NetworkInterfaceId"]
    assert refused(ec2.disassociate_security_group_vpc, GroupId=group, VpcId=vpc)[0] == "DependencyViolation"
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    assert refused(ec2.delete_security_group, GroupId=group)[0] == "DependencyViolation"
    assert ec2.disassociate_security_group_vpc(GroupId=group, VpcId=vpc)["State"] == "disassociating"
    strict.clock.sleep(2.0)
    assert _states(ec2) == []
    ec2.delete_security_group(GroupId=group)


def test_rules_within_an_association_become_stale_with_it(
    strict: StrictAws, ec2: Any, shared: tuple[str, str, str]
) -> None:
    _, group, vpc = shared
    ec2.associate_security_group_vpc(GroupId=group, VpcId=vpc)
    strict.clock.sleep(2.0)
    own = default_of(ec2, vpc)
    ec2.authorize_security_group_ingress(GroupId=own, IpPermissions=[tcp(80, UserIdGroupPairs=peer(group))])
    assert ec2.describe_stale_security_groups(VpcId=vpc)["StaleSecurityGroupSet"] == []
    ec2.disassociate_security_group_vpc(GroupId=group, VpcId=vpc)
    strict.clock.sleep(2.0)
    (stale,) = ec2.describe_stale_security_groups(VpcId=vpc)["StaleSecurityGroupSet"]
    assert stale["GroupId"] == own


def test_associations_that_are_refused(ec2: Any, shared: tuple[str, str, str]) -> None:
    home, group, vpc = shared
    default = ec2.create_default_vpc()["Vpc"]["VpcId"]
    wrong = [(default_of(ec2, home), vpc), (group, default), (group, home)]
    for group_id, vpc_id in wrong:
        call = {"GroupId": group_id, "VpcId": vpc_id}
        assert refused(ec2.associate_security_group_vpc, **call)[0] == "InvalidParameterValue"
    missing = {"GroupId": group, "VpcId": "vpc-0123456789abcdef0"}
    assert refused(ec2.associate_security_group_vpc, **missing)[0] == "InvalidVpcID.NotFound"
    assert refused(ec2.disassociate_security_group_vpc, GroupId=group, VpcId=vpc)[0] == "InvalidParameterValue"
