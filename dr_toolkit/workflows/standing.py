"""What stands on groups that are to be replaced: asked of EC2, since no snapshot holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_toolkit.engine.ports import Cloud
from dr_toolkit.errors import AwsError
from dr_toolkit.model.keys import ResourceKey


def standing_on(cloud: Cloud, groups: Iterable[ResourceKey], ids: Mapping[str, str]) -> dict[ResourceKey, str]:
    """Why AWS would not delete these groups, by key: network interfaces have them, or rules of peered VPCs name them.

    Rests on ec2:DescribeNetworkInterfaces and ec2:DescribeSecurityGroupReferences. What can't be read counts as
    standing on them all.
    """
    found: dict[ResourceKey, str] = {}
    for key in groups:
        try:
            why = _of(cloud, ids[key.text])
        except AwsError as error:
            why = f"whether anything uses it can't be read: {error}"
        if why:
            found[key] = why
    return found


def _of(cloud: Cloud, group: str) -> str:
    interfaces = _interfaces(cloud, group)
    if interfaces:
        first = interfaces[0]
        what = str(first.get("Description") or (first.get("Attachment") or {}).get("InstanceId") or "no description")
        number = f"{len(interfaces):,} network interfaces use it, as" if len(interfaces) > 1 else "it is used by"
        return f"{number} {first['NetworkInterfaceId']} ({what}): give them another group first"
    answer = cloud.call("ec2", "DescribeSecurityGroupReferences", {"GroupId": [group]})
    vpcs = sorted({str(each["ReferencingVpcId"]) for each in answer.get("SecurityGroupReferenceSet") or ()})
    return f"rules in {', '.join(vpcs)}, a peered VPC, refer to it" if vpcs else ""


def _interfaces(cloud: Cloud, group: str) -> list[dict[str, Any]]:
    params: dict[str, Any] = {"Filters": [{"Name": "group-id", "Values": [group]}], "MaxResults": 1000}
    rows: list[dict[str, Any]] = []
    while True:
        answer = cloud.call("ec2", "DescribeNetworkInterfaces", params)
        rows += answer.get("NetworkInterfaces") or ()
        if not answer.get("NextToken"):
            return rows
        params = params | {"NextToken": answer["NextToken"]}
