"""Permissions of requests in few words, and what a group holds."""

from __future__ import annotations

from typing import Any

ALL = {"IpProtocol": "-1"}
EVERYONE = {**ALL, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def tcp(port: int, **sources: Any) -> dict[str, Any]:
    """A permission for one port."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **sources}


def v4(*cidrs: str, **more: str) -> list[dict[str, str]]:
    """IPv4 ranges."""
    return [{"CidrIp": cidr, **more} for cidr in cidrs]


def peer(group: str, **more: str) -> list[dict[str, str]]:
    """A reference to a group."""
    return [{"GroupId": group, **more}]


def group_of(ec2: Any, group: str) -> dict[str, Any]:
    """A group as it is described."""
    return dict(ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0])


def rows_of(ec2: Any, group: str, *, egress: bool = False) -> list[dict[str, Any]]:
    """A group's rules of one direction."""
    found = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    return [row for row in found["SecurityGroupRules"] if row["IsEgress"] is egress]


def default_of(ec2: Any, vpc: str) -> str:
    """The id of a VPC's default group."""
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    return str(ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"])


def tagged(kind: str, **tags: str) -> list[dict[str, Any]]:
    """TagSpecifications of one kind of resource."""
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
