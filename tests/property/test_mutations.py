"""Every field of every type, changed in what AWS answers: drift names that field, once, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from dr_toolkit.engine.compare import both_read, compare
from dr_toolkit.engine.identities import with_identities
from dr_toolkit.engine.judge import judge
from dr_toolkit.model.changes import CREATE, DELETE, REPLACE, UPDATE, Change
from dr_toolkit.model.estate import Estate
from dr_toolkit.resources import registry
from dr_toolkit.spec.fields import Field
from tests.canned import Canned, Row, company

Path = tuple[str, ...]

IDENTITY = {
    "ec2.security_group": {"GroupName", "VpcId"},
    "ec2.security_group_rule": {
        *("GroupId", "IsEgress", "IpProtocol", "FromPort", "ToPort", "CidrIpv4", "CidrIpv6", "PrefixListId"),
        "ReferencedGroupInfo.GroupId",
    },
    "apigateway.method": {"httpMethod"},
    "apigateway.model": {"name"},
    "apigateway.gateway_response": {"responseType"},
    "apigateway.stage": {"stageName"},
}
"""What a thing is known by: another value is another thing, so that one goes and one comes."""

ELSEWHERE = frozenset(
    {
        *("apigateway.account", "apigateway.api_key", "apigateway.base_path_mapping", "apigateway.client_certificate"),
        *("apigateway.documentation_part", "apigateway.documentation_version", "apigateway.domain_name"),
        *("apigateway.domain_name_access_association", "apigateway.usage_plan", "apigateway.usage_plan_key"),
        *("apigateway.vpc_link", "apigatewayv2.api", "apigatewayv2.api_mapping", "apigatewayv2.authorizer"),
        *("apigatewayv2.deployment", "apigatewayv2.integration", "apigatewayv2.integration_response"),
        *("apigatewayv2.model", "apigatewayv2.route", "apigatewayv2.route_response", "apigatewayv2.routing_rule"),
        *("apigatewayv2.stage", "apigatewayv2.vpc_link", "ec2.security_group_vpc_association", "ec2.vpc_endpoint"),
        *("lambda.alias_permission", "lambda.permission"),
    }
)
"""Types of which the company's region has nothing: `test_mutations_live` has them, in estates on the strict AWS."""

# A deployment is known by what serves it: with another one the deployment itself is another.
FOLLOWS = {("cacheClusterEnabled",): {("cacheClusterSize",)}}
"""A cache that is off has no size."""

OTHER_IDS = {
    "pl-0000000a": "pl-0000000b",
    "sg-0000000a": "sg-0000000b",
    "sg-0000000b": "sg-0000000a",
    "vpce-0000000a": "vpce-0000000b",
    "vpc-0000000a": "vpc-0000000b",
    "r0": "r1",
    "u1": "u2",
    "v1": "v2",
    "c1": "c2",
}


def rows(region: Canned, name: str) -> list[Row]:
    """The rows of a type, to be changed in place."""
    if name == "apigateway.method":
        return [m for r in rows(region, "apigateway.resource") for m in r.get("resourceMethods", {}).values()]
    listing = registry()[name].listing
    found = region.rows[listing.operation] if listing.per is None else region.rows[f"{listing.operation} a1"]
    for row in found if name == "ec2.prefix_list" else ():
        row["Entries"] = region.rows.get(f"GetManagedPrefixListEntries {row['PrefixListId']}", [])
    return found


def leaves(described: Field, value: Any, path: Path) -> Iterator[Path]:
    """The paths of everything inside a value that can differ by itself."""
    if described.members is not None and isinstance(value, Mapping):
        for name, inner in described.members.items():
            if inner.compared and name in value:
                yield from leaves(inner, value[name], (*path, name))
    elif described.values is not None and isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(described.values, inner, (*path, str(name)))
    elif described.keyed and described.items is not None and described.items.members:
        for item in value:
            members = described.items.members.keys() - {described.keyed}
            yield from ((*path, str(item[described.keyed]), name) for name in sorted(members) if name in item)
    elif isinstance(value, Mapping) and not described.json:
        yield from ((*path, str(name)) for name in value)
    else:
        yield path


def mutated(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 7
        case str() if value in OTHER_IDS:
            return OTHER_IDS[value]
        case str() if value.startswith('{"Version"'):
            return value.replace("Allow", "Deny")
        case str() if value.startswith("{") and value != "{}":
            return value.replace("object", "array")
        case str() if ("/" in value and value[:1].isdigit()) or "::" in value[:12]:
            return {"192.0.2.0/24": "198.51.100.0/24"}.get(value, "2001:db9::/32")
        case str():
            return {"tcp": "udp"}.get(value, f"{value}x")
        case list():
            return [*value[:-1], mutated(value[-1])]
        case _:
            raise TypeError(type(value).__name__)


def put(value: Any, path: Path, described: Field) -> None:
    """Change what stands at a path."""
    first, *rest = path
    if isinstance(value, list):
        assert described.keyed is not None
        value[:] = sorted(value, key=lambda item: str(item[described.keyed]))
        item = next(i for i in value if str(i[described.keyed]) == first)
        item[rest[0]] = mutated(item[rest[0]])
    elif rest:
        inner = (described.members or {}).get(first) or described.values or described
        put(value[first], tuple(rest), inner)
    else:
        value[first] = mutated(value[first])


def campaign() -> Iterator[tuple[str, int, Path]]:
    """Type, number of the row, and path of every leaf of the company's region."""
    for t in registry():
        if t.landmark or t.name in ELSEWHERE:
            continue
        for number, row in enumerate(rows(company(), t.name)):
            for name, described in t.fields.items():
                if described.compared and name in row:
                    yield from ((t.name, number, path) for path in leaves(described, row[name], (name,)))


CAMPAIGN = list(campaign())
BEFORE: Estate = company().estate()


def drift(region: Canned) -> tuple[list[Change], Estate]:
    """What is told of a region against the company as it was."""
    after = region.estate(BEFORE)
    found = compare(BEFORE, after, registry(), both_read(BEFORE, after))
    return with_identities(found, BEFORE, after, registry()), after


def test_nothing_is_told_of_the_region_as_it_is() -> None:
    changes, after = drift(company())
    assert changes == []
    assert judge(changes, BEFORE, after, datetime(2026, 11, 25, tzinfo=UTC)).alerts == ()
    assert BEFORE.failed == {}


def test_the_campaign_leaves_no_field_out() -> None:
    tried = {(name, path[0]) for name, _, path in CAMPAIGN}
    mine = [t for t in registry() if not t.landmark and t.name not in ELSEWHERE]
    fields = {(t.name, name) for t in mine for name, f in t.fields.items() if f.compared}
    assert fields - tried == set()
    assert {t.name for t in registry()} >= ELSEWHERE


@pytest.mark.parametrize(
    ("name", "number", "path"), CAMPAIGN, ids=lambda v: ".".join(v) if isinstance(v, tuple) else str(v)
)
def test_a_changed_field_is_named_once_and_nothing_else_is(name: str, number: int, path: Path) -> None:
    region = company()
    row = rows(region, name)[number]
    t = registry()[name]
    if ".".join(path) in IDENTITY.get(name, ()):
        check_another_thing(region, row, name, path)
        return
    put(row, path, Field(t.fields[path[0]].kind, members=t.fields))
    changes, after = drift(region)
    if path[-1] == "deploymentId":
        assert "apigateway.deployment" in {c.key.type for c in changes} <= {name, "apigateway.deployment"}
        return
    assert [(c.key.type, c.action) for c in changes] == [(name, REPLACE if t.fields[path[0]].fixed else UPDATE)]
    (change,) = changes
    told = [f.path for f in change.fields if f.path not in FOLLOWS.get(path, ())]
    assert [t[: len(path)] == path[: len(t)] for t in told] == [True], told
    alerts = judge(changes, BEFORE, after, datetime(2026, 11, 25, tzinfo=UTC)).alerts
    assert {a.key for a in alerts} <= {change.key}


def check_another_thing(region: Canned, row: Row, name: str, path: Path) -> None:
    """What a thing is known by differs: the one is gone, another is there, and nothing else has changed."""
    if path == ("httpMethod",):
        methods = rows(region, "apigateway.resource")[1]["resourceMethods"]
        methods["PUT"] = methods.pop("GET") | {"httpMethod": "PUT"}
    elif path == ("IpProtocol",) or path[0].endswith("Port"):
        row.update({"IpProtocol": "udp"} if path == ("IpProtocol",) else {"FromPort": 21, "ToPort": 23})
    elif path == ("CidrIpv6",):
        row["CidrIpv6"] = "2001:db9::/32"
    else:
        put(row, path, Field(registry()[name].fields[path[0]].kind, members=registry()[name].fields))
    changes, _ = drift(region)
    own = [(c.action, c.key.type) for c in changes if c.key.type == name]
    assert sorted(own) == [(CREATE, name), (DELETE, name)]
    inside = {"apigateway.stage": "apigateway.deployment", "ec2.security_group": "ec2.security_group_rule"}
    assert {c.key.type for c in changes} <= {name, inside.get(name, name)}
