"""Prefix lists, security groups, associations and VPC endpoints drawn member by member."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hypothesis import strategies as st

from tests.strict_aws.estates.drawn import values as v
from tests.strict_aws.estates.drawn.pen import Pen
from tests.strict_aws.estates.steps import Document, Step, mark

_V4 = st.builds(lambda a, b: f"10.{a}.{b}.0/24", st.integers(0, 255), st.integers(0, 255))
_V6 = st.integers(0, 65535).map(lambda number: f"2001:db8:{number:x}::/48")
_SOURCES = ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds")


def tagged(pen: Pen, kind: str, asked: Document) -> Document:
    """With tags as EC2 takes them at creation."""
    tags = v.TAGS.map(lambda tags: [{"Key": key, "Value": value} for key, value in tags.items()])
    return pen.given(asked, TagSpecifications=tags.map(lambda each: [{"ResourceType": kind, "Tags": each}]))


def network(pen: Pen) -> Iterator[Step]:
    """Lists and groups, then the rules, then what has groups."""
    lists = []
    for number, family in enumerate(pen.some(("IPv4", "IPv6"))):
        lists.append(f"list {number}")
        yield _list(pen, number, family)
    groups = [f"{pen.one(('main', 'tools'))}/g{number}" for number in pen.numbers(3)]
    for group in groups:
        yield _group(pen, group)
    for group in groups:
        yield from _rules(pen, group, groups, lists)
    for group in groups:
        if pen.full or pen(st.booleans()):
            other = "tools" if group.startswith("main/") else "main"
            asked = {"GroupId": mark(f"group {group}"), "VpcId": mark(f"vpc {other}")}
            yield Step("groups", "ec2", "AssociateSecurityGroupVpc", asked)
    yield from endpoints(pen, [group for group in groups if group.startswith("main/")])


def _list(pen: Pen, number: int, family: str) -> Step:
    entry = st.builds(lambda cidr, text: {"Cidr": cidr} | text, _V4 if family == "IPv4" else _V6, _described(pen))
    entries = st.lists(entry, min_size=1, max_size=4, unique_by=lambda each: each["Cidr"])
    asked = {
        "PrefixListName": f"{pen(v.NAMES)}-{number}",
        "AddressFamily": family,
        "MaxEntries": pen(st.integers(4, 8)),
    }
    asked = tagged(pen, "prefix-list", pen.given(asked, Entries=entries))
    return Step("prefix_lists", "ec2", "CreateManagedPrefixList", asked, {f"list {number}": "PrefixList.PrefixListId"})


def _described(pen: Pen) -> st.SearchStrategy[Document]:
    described = v.LATIN.map(lambda text: {"Description": text})
    return described if pen.full else st.just({}) | described


def _group(pen: Pen, group: str) -> Step:
    vpc, _, name = group.partition("/")
    asked = {"GroupName": name, "Description": pen(v.LATIN), "VpcId": mark(f"vpc {vpc}")}
    return Step(
        "groups", "ec2", "CreateSecurityGroup", tagged(pen, "security-group", asked), {f"group {group}": "GroupId"}
    )


def _rules(pen: Pen, group: str, groups: list[str], lists: list[str]) -> Iterator[Step]:
    """Batches of rules; ports rise, so that no rule comes twice."""
    if pen.full or pen(st.booleans()):
        born = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        yield Step(
            "groups", "ec2", "RevokeSecurityGroupEgress", {"GroupId": mark(f"group {group}"), "IpPermissions": born}
        )
    port = 0
    for operation in ("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress"):
        for _ in pen.numbers(2):
            permissions = []
            for source in pen.some(_SOURCES, most=3) or ["IpRanges"]:
                port += 10
                permissions.append(_permission(pen, source, port, group, groups, lists))
            asked = {"GroupId": mark(f"group {group}"), "IpPermissions": permissions}
            yield Step("groups", "ec2", operation, tagged(pen, "security-group-rule", asked))


def _permission(pen: Pen, source: str, port: int, group: str, groups: list[str], lists: list[str]) -> Document:
    ports: Document = {
        "IpProtocol": pen.one(("tcp", "udp", "6", "17")),
        "FromPort": port,
        "ToPort": port + pen(st.integers(0, 9)),
    }
    described = pen(_described(pen))
    match source:
        case "IpRanges":
            ranges = pen(st.lists(_V4, min_size=1, max_size=3, unique=True))
            return {**ports, "IpRanges": [{"CidrIp": cidr, **described} for cidr in ranges]}
        case "Ipv6Ranges":
            return {**ports, "Ipv6Ranges": [{"CidrIpv6": pen(_V6), **described}]}
        case "PrefixListIds":
            which = pen.one([*lists, "aws-list s3", "aws-list dynamodb"])
            return {**ports, "PrefixListIds": [{"PrefixListId": mark(which), **described}]}
    vpc = group.partition("/")[0]
    peers = [each for each in groups if each.startswith(f"{vpc}/")]
    pair = {"GroupId": mark(f"group {pen.one(peers)}"), **described}
    return {**ports, "UserIdGroupPairs": [pen.given(pair, UserId=st.just("<<account>>"))]}


def endpoints(pen: Pen, groups: list[str]) -> Iterator[Step]:
    """One of execute-api, which private APIs name, and some more."""
    allow = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    policy = st.just(json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    for service in ("execute-api", *pen.some(("s3",), most=1)):
        asked: Document = {"VpcId": mark("vpc main"), "ServiceName": f"com.amazonaws.<<region>>.{service}"}
        asked = tagged(pen, "vpc-endpoint", pen.given(asked, PolicyDocument=policy))
        if service == "s3":
            asked = pen.given(asked, VpcEndpointType=st.just("Gateway"))
        else:
            options = st.just({"DnsRecordIpType": "ipv4"})
            asked = pen.given(
                {**asked, "VpcEndpointType": "Interface", "SubnetIds": [mark("subnet main-a")]},
                PrivateDnsEnabled=v.YES_OR_NO,
                IpAddressType=st.just("ipv4"),
                DnsOptions=options,
            )
            if groups:
                asked = pen.given(
                    asked, SecurityGroupIds=v.listed(st.sampled_from([mark(f"group {each}") for each in groups]))
                )
        given = {f"endpoint main/{service}": "VpcEndpoint.VpcEndpointId"}
        yield Step("endpoints", "ec2", "CreateVpcEndpoint", asked, given, frozenset({"names main"}))
