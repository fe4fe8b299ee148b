"""Configurations without a place: hypothesis draws them, and each can be built in any account and region.

A text may hold ``<<handle>>``, which becomes the id that the thing of that handle gets where it is built,
``<<region>>`` and ``<<account>>``.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from dr_toolkit.model.documents import Scope
from tests.aws_shapes import NAME, TEXT
from tests.blueprint_around import around
from tests.blueprint_rest import rest_apis
from tests.fake_ec2_endpoints import DEFAULT
from tests.fake_rest import Api
from tests.fakes import FakeCloud

Row = dict[str, Any]
VPCS = ("main", "tools/é")
GROUPS = ("web", "db", "a/b", "~2", "Größe")
LISTS = {"office": "IPv4", "six": "IPv6"}
FOREIGN = ("com.amazonaws.<<region>>.s3", "com.amazonaws.global.cloudfront.origin-facing")
_KNOWN_BY = {"models": "name", "responses": "responseType", "stages": "stageName", "versions": "version"}
PREFIXES = {"vpc": "vpc-", "group": "sg-", "rule": "sgr-", "list": "pl-", "endpoint": "vpce-"}


@dataclass
class Blueprint:
    """Rows by table, each with the handle of its id: ``(handle, row)``; APIs hold tables of their own."""

    tables: dict[str, list[tuple[str, Row]]] = field(default_factory=dict)
    apis: list[tuple[str, Row, dict[str, list[tuple[str, Row]]]]] = field(default_factory=list)

    def build(self, scope: Scope, seed: int = 0) -> FakeCloud:
        """The configuration in a place, with ids, times and an order of its own."""
        return _Building(self, FakeCloud(scope, seed), random.Random(seed)).cloud


class _Building:
    def __init__(self, blueprint: Blueprint, cloud: FakeCloud, order: random.Random) -> None:
        self.cloud, self.order = cloud, order
        self.words = {"region": cloud.scope.region, "account": cloud.scope.account}
        for table in (blueprint.tables, *(tables for _, _, tables in blueprint.apis)):
            for rows in table.values():
                self._name(handle for handle, _ in rows)
        self._name(handle for handle, _, _ in blueprint.apis)
        ec2, rest = cloud.ec2, cloud.rest
        for name in ("vpcs", "groups", "rules", "lists", "endpoints"):
            getattr(ec2, name).update(self._table(blueprint.tables.get(name, [])))
        ec2.entries.update({i: self._shuffled(row.pop("Entries")) for i, row in ec2.lists.items()})
        for handle, row, tables in blueprint.apis:
            made = Api(self._row(row) | {"id": self.words[handle], "createdDate": cloud.now()})
            rest.apis[made.row["id"]] = made
            for name, rows in tables.items():
                known_by = _KNOWN_BY.get(name)
                found = self._table(rows)
                getattr(made, name).update({r[known_by]: r for r in found.values()} if known_by else found)
        for name in ("links", "certificates", "keys", "plans"):
            getattr(rest, name).update(self._table(blueprint.tables.get(name, [])))
        rest.members += self._table(blueprint.tables.get("members", [])).values()
        rest.account.update(*self._table(blueprint.tables.get("account", [])).values())

    def _name(self, handles: Any) -> None:
        for handle in handles:
            kind = handle.partition(":")[0]
            self.words[handle] = self.cloud.new_id(PREFIXES.get(kind, ""))

    def _table(self, rows: list[tuple[str, Row]]) -> dict[str, Row]:
        made = [(self.words[handle], self._row(row)) for handle, row in rows]
        self.order.shuffle(made)
        return dict(made)

    def _row(self, row: Row) -> Row:
        return dict(self._value(row))

    def _value(self, value: Any) -> Any:
        match value:
            case str():
                return re.sub(r"<<([^>]+)>>", lambda m: self.words[m[1]], value)
            case Mapping():
                items = [(self._value(k), self._value(v)) for k, v in value.items()]
                return dict(self._shuffled(items))
            case list():
                return [self._value(v) for v in value]
            case _:
                return value

    def _shuffled(self, rows: list[Any]) -> list[Any]:
        rows = list(rows)
        self.order.shuffle(rows)
        return rows


TAGS = st.dictionaries(NAME, st.one_of(st.just(""), TEXT), max_size=2).map(
    lambda tags: [{"Key": k, "Value": v} for k, v in tags.items()]
)


def _own(kind: str, name: str, row: Row) -> tuple[str, Row]:
    return f"{kind}:{name}", row


@st.composite
def groups(draw: st.DrawFn, kept: Row) -> tuple[list[tuple[str, Row]], list[tuple[str, Row]]]:
    """Groups and their rules; the VPC's default group is always there."""
    chosen: list[tuple[str, Row]] = []
    for vpc in kept["vpcs"]:
        for name in ("default", *draw(st.lists(st.sampled_from(GROUPS), unique=True, max_size=3))):
            row = {
                "GroupId": f"<<group:{vpc}/{name}>>",
                "GroupName": name,
                "Description": f"what {name} is for",
                "VpcId": f"<<vpc:{vpc}>>",
                "OwnerId": "<<account>>",
                "SecurityGroupArn": f"arn:aws:ec2:<<region>>:<<account>>:security-group/<<group:{vpc}/{name}>>",
                "IpPermissions": [],
                "Tags": draw(TAGS),
            }
            chosen.append(_own("group", f"{vpc}/{name}", row))
    rules: list[tuple[str, Row]] = []
    for handle, group in chosen:
        peers = [h for h, g in chosen if g["VpcId"] == group["VpcId"]]
        for shape in draw(st.lists(_rule(peers, kept["lists"]), max_size=4, unique_by=_known_by)):
            text = draw(st.one_of(st.just({}), TEXT.map(lambda t: {"Description": t})))
            own = f"rule:{len(rules)}"
            ids = {"SecurityGroupRuleId": f"<<{own}>>", "GroupId": f"<<{handle}>>", "GroupOwnerId": "<<account>>"}
            rules.append((own, {**ids, **shape, **text, "Tags": draw(TAGS)}))
    return chosen, rules


def _known_by(rule: Row) -> str:
    return repr(sorted((k, str(v)) for k, v in rule.items()))


@st.composite
def _rule(draw: st.DrawFn, peers: list[str], lists: list[str]) -> Row:
    rule: Row = {"IsEgress": draw(st.booleans())} | draw(st.sampled_from(PORTS))
    v4, v6 = st.integers(0, 2**32 - 1), st.integers(0, 2**128 - 1)
    match draw(st.sampled_from(["v4", "v6", "any", "list", "group"])):
        case "v4":
            return rule | {"CidrIpv4": _network(draw(v4), draw(st.integers(0, 32)), 4)}
        case "v6":
            return rule | {"CidrIpv6": _network(draw(v6), draw(st.integers(0, 128)), 6)}
        case "list" if lists:
            return rule | {"PrefixListId": f"<<{draw(st.sampled_from(lists))}>>"}
        case "group":
            info = {"GroupId": f"<<{draw(st.sampled_from(peers))}>>", "UserId": "<<account>>"}
            return rule | {"ReferencedGroupInfo": info}
        case _:
            return rule | {"CidrIpv4": "0.0.0.0/0"}


def _network(number: int, length: int, version: int) -> str:
    import ipaddress

    address = ipaddress.IPv4Address(number) if version == 4 else ipaddress.IPv6Address(number)
    return str(ipaddress.ip_network(f"{address}/{length}", strict=False))


PORTS: list[Row] = [
    {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1},
    {"IpProtocol": "50", "FromPort": -1, "ToPort": -1},
    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443},
    {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535},
    {"IpProtocol": "udp", "FromPort": 53, "ToPort": 60},
    {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1},
    {"IpProtocol": "icmp", "FromPort": 8, "ToPort": 0},
    {"IpProtocol": "icmpv6", "FromPort": -1, "ToPort": -1},
]


@st.composite
def _list(draw: st.DrawFn, name: str, family: str) -> Row:
    version, bits = (4, 32) if family == "IPv4" else (6, 128)
    numbers = draw(st.lists(st.integers(0, 2**bits - 1), max_size=4))
    cidrs = sorted({_network(number, bits // 2, version) for number in numbers})
    texts = st.one_of(st.just({}), TEXT.map(lambda t: {"Description": t}))
    return {
        "PrefixListId": f"<<list:{name}>>",
        "PrefixListName": name,
        "AddressFamily": family,
        "MaxEntries": draw(st.integers(max(1, len(cidrs)), 9)),
        "OwnerId": "<<account>>",
        "Version": draw(st.integers(1, 5)),
        "State": "modify-complete",
        "PrefixListArn": f"arn:aws:ec2:<<region>>:<<account>>:prefix-list/<<list:{name}>>",
        "Tags": draw(TAGS),
        "Entries": [{"Cidr": cidr} | draw(texts) for cidr in cidrs],
    }


@st.composite
def _endpoint(draw: st.DrawFn) -> Row:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
    return {
        "VpcEndpointId": "<<endpoint:api>>",
        "VpcEndpointType": "Interface",
        "VpcId": f"<<vpc:{VPCS[0]}>>",
        "ServiceName": "com.amazonaws.<<region>>.execute-api",
        "State": "available",
        "OwnerId": "<<account>>",
        "PolicyDocument": draw(st.sampled_from([DEFAULT, json.dumps({"Statement": [statement]})])),
        "Groups": [{"GroupId": f"<<group:{VPCS[0]}/default>>"}],
        "PrivateDnsEnabled": draw(st.booleans()),
        "Tags": [],
    }


@st.composite
def blueprints(draw: st.DrawFn, *, by_hand: bool = False, apis: bool = True) -> Blueprint:
    """A whole region; ``by_hand``: with members that only a person can set in another place."""
    vpcs: list[tuple[str, Row]] = []
    for number, name in enumerate(VPCS):
        six: Row = {"Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlockState": {"State": "associated"}}]} if number else {}
        named = {"Tags": [{"Key": "Name", "Value": name}], "IsDefault": False}
        vpcs.append((f"vpc:{name}", {"VpcId": f"<<vpc:{name}>>", "CidrBlock": "10.0.0.0/16"} | named | six))
    lists = []
    for name, family in LISTS.items():
        if draw(st.booleans()):
            lists.append((f"list:{name}", draw(_list(name, family))))
    for name in FOREIGN:
        row = {"PrefixListId": f"<<list:{name}>>", "PrefixListName": name, "OwnerId": "AWS", "Entries": []}
        lists.append((f"list:{name}", row))
    # The handle of a list of AWS's own holds no region: it is no text of AWS's.
    lists = [(h.replace("<<region>>", "R"), _renamed(row)) for h, row in lists]
    kept = {"vpcs": VPCS, "lists": [handle for handle, _ in lists]}
    found, rules = draw(groups(kept))
    endpoints = [("endpoint:api", draw(_endpoint()))]
    tables = {"vpcs": vpcs, "lists": lists, "groups": found, "rules": rules}
    tables |= {"endpoints": endpoints}
    chosen = draw(rest_apis(by_hand=by_hand)) if apis else []
    return Blueprint(tables | draw(around(chosen)), chosen)


def _renamed(row: Row) -> Row:
    return row | {"PrefixListId": row["PrefixListId"].replace("<<region>>", "R")}
