"""The standard estate's prefix lists, security groups and VPC endpoints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.strict_aws.estates.ground import tags
from tests.strict_aws.estates.size import Size
from tests.strict_aws.estates.steps import Step, mark

Permission = dict[str, Any]
_NEIGHBOURS = (0, 1, -1, 2)
_ENDPOINTS = ("execute-api", "s3", "logs", "sts", "ecr.api", "kms")


def network(size: Size) -> Iterator[Step]:
    """All of EC2: lists first, groups empty, then their rules, then the endpoints that use them."""
    for number in range(size.prefix_lists):
        yield _prefix_list(number)
    for number in range(size.groups):
        yield _group(number)
    for number in range(size.groups):
        yield from _rules(number, size)
    for number in range(size.endpoints):
        yield _endpoint(number, size)


def _prefix_list(number: int) -> Step:
    ipv4 = number % 2 == 0
    cidr = "198.51.100.{}/32" if ipv4 else "2001:db8:{}::/48"
    entries: list[dict[str, str]] = [{"Cidr": cidr.format(n), "Description": f"office {n}"} for n in range(1, 5)]
    entries.append({"Cidr": cidr.format(9)})
    name = f"offices-{number}"
    asked = {"PrefixListName": name, "AddressFamily": "IPv4" if ipv4 else "IPv6", "MaxEntries": 8, "Entries": entries}
    asked["TagSpecifications"] = tags("prefix-list", team="network", list=name)
    return Step("prefix_lists", "ec2", "CreateManagedPrefixList", asked, {f"list {name}": "PrefixList.PrefixListId"})


def _name(number: int) -> str:
    """Where a group is: every tenth is in the other VPC."""
    return f"{'tools' if number % 10 == 9 else 'main'}/tier-{number:03d}"


def _group(number: int) -> Step:
    name = _name(number)
    vpc, _, own = name.partition("/")
    asked = {"GroupName": own, "Description": f"Tier {number}", "VpcId": mark(f"vpc {vpc}")}
    asked["TagSpecifications"] = tags("security-group", Name=own, owner=f"team-{number % 7}")
    return Step("groups", "ec2", "CreateSecurityGroup", asked, {f"group {name}": "GroupId"})


def _rules(number: int, size: Size) -> Iterator[Step]:
    """What the group lets in and out: nothing is left of what it was born with."""
    group = mark(f"group {_name(number)}")
    born = [{"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    if _name(number).startswith("main/"):
        born.append({"Ipv6Ranges": [{"CidrIpv6": "::/0"}]})
    for source in born:
        permissions = [{"IpProtocol": "-1", **source}]
        yield Step("groups", "ec2", "RevokeSecurityGroupEgress", {"GroupId": group, "IpPermissions": permissions})
    outward = size.rules // 5
    inward = {"GroupId": group, "IpPermissions": [_rule(number, n, size) for n in range(size.rules - outward)]}
    if number % 3 == 0:
        inward["TagSpecifications"] = tags("security-group-rule", ticket=f"NET-{number}")
    yield Step("groups", "ec2", "AuthorizeSecurityGroupIngress", inward)
    if outward:
        permissions = [_rule(number, 100 + n, size) for n in range(outward)]
        yield Step("groups", "ec2", "AuthorizeSecurityGroupEgress", {"GroupId": group, "IpPermissions": permissions})


def _rule(group: int, number: int, size: Size) -> Permission:
    """One rule; groups of the same VPC refer to each other, in circles and to themselves."""
    ports = {"IpProtocol": "tcp", "FromPort": 1000 + number, "ToPort": 1000 + number}
    text = {"Description": f"rule {number}"} if number % 2 else {}
    match number % 5:
        case 0:
            peers = [n for n in range(size.groups) if (n % 10 == 9) == (group % 10 == 9)]
            peer = peers[(peers.index(group) + _NEIGHBOURS[number // 5 % 4]) % len(peers)]
            return {**ports, "UserIdGroupPairs": [{"GroupId": mark(f"group {_name(peer)}"), **text}]}
        case 1:
            return {**ports, "Ipv6Ranges": [{"CidrIpv6": f"2001:db8:{group:x}:{number:x}::/64", **text}]}
        case 2 if number == 2 and size.prefix_lists:
            which = mark(f"list offices-{group % size.prefix_lists}")
            return {**ports, "PrefixListIds": [{"PrefixListId": which, **text}]}
        case 2 if number == 102:
            return {**ports, "PrefixListIds": [{"PrefixListId": mark("aws-list s3"), "Description": "objects"}]}
        case 3:
            wide = {"IpProtocol": "udp", "FromPort": 5000, "ToPort": 5000 + number}
            return {**wide, "IpRanges": [{"CidrIp": f"10.{group % 250}.{number}.0/24", **text}]}
    return {**ports, "IpRanges": [{"CidrIp": f"172.16.{group % 250}.{number}/32", **text}]}


def _endpoint(number: int, size: Size) -> Step:
    service = _ENDPOINTS[number % len(_ENDPOINTS)]
    vpc = "main" if number < len(_ENDPOINTS) else "tools"
    allow = {"Effect": "Allow", "Principal": "*", "Action": f"{service.partition('.')[0]}:*", "Resource": "*"}
    asked: dict[str, Any] = {"VpcId": mark(f"vpc {vpc}"), "ServiceName": f"com.amazonaws.<<region>>.{service}"}
    asked["PolicyDocument"] = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    asked["TagSpecifications"] = tags("vpc-endpoint", Name=f"{vpc}-{service}")
    if service == "s3":
        asked["VpcEndpointType"] = "Gateway"
    else:
        asked |= {"VpcEndpointType": "Interface", "PrivateDnsEnabled": service != "execute-api"}
        asked["SubnetIds"] = [mark(f"subnet {vpc}-a"), mark(f"subnet {vpc}-b")]
        asked["SecurityGroupIds"] = [mark(f"group {_name(number)}")] if size.groups > number else []
    given = {f"endpoint {vpc}/{service}": "VpcEndpoint.VpcEndpointId"}
    return Step("endpoints", "ec2", "CreateVpcEndpoint", asked, given, frozenset({f"names {vpc}"}))
