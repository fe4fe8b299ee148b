"""The ground that an estate stands on, in its own region and in the one that it is restored to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.strict_aws.estates.size import GROUND
from tests.strict_aws.estates.steps import Step, mark

HOME = {"main": "10.20", "tools": "10.21"}
AWAY = {"main": "10.120", "tools": "10.121"}
"""VPCs of the same names have other addresses in a recovery region."""

LOGS_ROLE = "arn:aws:iam::<<account>>:role/apigateway-logs"
AWS_LISTS = ("s3", "dynamodb")


def tags(kind: str, **values: str) -> list[dict[str, Any]]:
    """EC2's TagSpecifications of one kind of resource."""
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in values.items()]}]


def ground(networks: dict[str, str] | None = None) -> Iterator[Step]:
    """VPCs, two subnets each, their default groups and AWS's own prefix lists by name; the role that logging needs."""
    for name, net in (networks or HOME).items():
        yield from _vpc(name, net)
    for service in AWS_LISTS:
        wanted = {"Name": "prefix-list-name", "Values": [f"com.amazonaws.<<region>>.{service}"]}
        yield Step(
            GROUND,
            "ec2",
            "DescribeManagedPrefixLists",
            {"Filters": [wanted]},
            {f"aws-list {service}": "PrefixLists[0].PrefixListId"},
        )
    patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": LOGS_ROLE}
    yield Step(GROUND, "apigateway", "UpdateAccount", {"patchOperations": [patch]}, {"logging": ""})


def _vpc(name: str, net: str) -> Iterator[Step]:
    vpc = {"CidrBlock": f"{net}.0.0/16", "AmazonProvidedIpv6CidrBlock": name == "main"}
    vpc["TagSpecifications"] = tags("vpc", Name=name)
    yield Step(GROUND, "ec2", "CreateVpc", vpc, {f"vpc {name}": "Vpc.VpcId"})
    names = {"VpcId": mark(f"vpc {name}"), "EnableDnsHostnames": {"Value": True}}
    yield Step(GROUND, "ec2", "ModifyVpcAttribute", names, {f"names {name}": ""})
    for number, zone in enumerate("ab"):
        subnet = {"VpcId": mark(f"vpc {name}"), "CidrBlock": f"{net}.{number}.0/24"}
        subnet |= {"AvailabilityZone": f"<<region>>{zone}", "TagSpecifications": tags("subnet", Name=f"{name}-{zone}")}
        yield Step(GROUND, "ec2", "CreateSubnet", subnet, {f"subnet {name}-{zone}": "Subnet.SubnetId"})
    own = [
        {"Name": "vpc-id", "Values": [mark(f"vpc {name}")]},
        {"Name": "group-name", "Values": ["default"]},
    ]
    found = {f"group {name}/default": "SecurityGroups[0].GroupId"}
    yield Step(GROUND, "ec2", "DescribeSecurityGroups", {"Filters": own}, found)
