"""Regions, zones, and what an account may: what tools ask before they begin."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.errors import dry_run, invalid
from tests.strict_aws.ec2.filters import filtered, value_of
from tests.strict_aws.ec2.state import default_vpc
from tests.strict_aws.models import session

Document = dict[str, Any]


_ZONES = {"us-east-1": "abcdef", "us-west-2": "abcd"}


def zones(call: Call) -> list[str]:
    """The names of the region's zones."""
    return [call.region.name + letter for letter in _ZONES.get(call.region.name, "abc")]


def zone_id(zone: str) -> str:
    """The id of a zone: the region in short, and its number."""
    area, place, number = zone[:-1].rsplit("-", 2)
    short = {"north": "n", "south": "s", "east": "e", "west": "w", "central": "c"}
    for word, letter in short.items():
        place = place.replace(word, letter)
    return f"{area.replace('-', '')}{place}{number}-az{'abcdef'.index(zone[-1]) + 1}"


@answers("ec2", "DescribeRegions")
def describe_regions(call: Call) -> Document:
    """The regions of the partition."""
    dry_run(call)
    names = session().get_available_regions("ec2", call.region.partition)
    rows = [
        {
            "RegionName": name,
            "Endpoint": f"ec2.{name}.{call.region.dns_suffix}",
            "OptInStatus": "opt-in-not-required",
        }
        for name in names
    ]
    wanted = call.params.get("RegionNames")
    for name in wanted or ():
        if name not in names:
            raise invalid(f"Invalid region names provided: {name}")
    reads = {"endpoint": "Endpoint", "opt-in-status": "OptInStatus", "region-name": "RegionName"}
    found = filtered(call, rows, {name: value_of(member) for name, member in reads.items()})
    return {"Regions": [row for row in found if not wanted or row["RegionName"] in wanted]}


@answers("ec2", "DescribeAvailabilityZones")
def describe_zones(call: Call) -> Document:
    """The region's zones."""
    dry_run(call)
    rows = [
        {
            "ZoneName": name,
            "ZoneId": zone_id(name),
            "RegionName": call.region.name,
            "State": "available",
            "Messages": [],
            "OptInStatus": "opt-in-not-required",
            "GroupName": f"{call.region.name}-zg-1",
            "NetworkBorderGroup": call.region.name,
            "ZoneType": "availability-zone",
        }
        for name in zones(call)
    ]
    reads = {"zone-name": "ZoneName", "zone-id": "ZoneId", "state": "State", "region-name": "RegionName"}
    reads |= {"zone-type": "ZoneType", "opt-in-status": "OptInStatus", "group-name": "GroupName"}
    found = filtered(call, rows, {name: value_of(member) for name, member in reads.items()})
    named = {"ZoneNames": "ZoneName", "ZoneIds": "ZoneId"}
    for parameter, member in named.items():
        wanted = call.params.get(parameter)
        for each in wanted or ():
            if each not in {row[member] for row in rows}:
                raise invalid(f"Invalid availability zone: [{each}]")
        found = [row for row in found if not wanted or row[member] in wanted]
    return {"AvailabilityZones": found}


@answers("ec2", "DescribeAccountAttributes")
def describe_account_attributes(call: Call) -> Document:
    """What the account has and may have."""
    dry_run(call)
    default = default_vpc(call)
    values = {
        "supported-platforms": "VPC",
        "default-vpc": default["VpcId"] if default else "none",
        "vpc-max-security-groups-per-interface": "5",
        "max-elastic-ips": "5",
        "vpc-max-elastic-ips": "5",
        "max-instances": "20",
    }
    wanted = call.params.get("AttributeNames") or list(values)
    rows = [{"AttributeName": name, "AttributeValues": [{"AttributeValue": values[name]}]} for name in wanted]
    return {"AccountAttributes": rows}
