"""Every field of every type, changed in estates that live on the strict AWS: drift names it, once, and nothing else.

The estates are read once, as AWS answers. Each field of a row is then made another value, as if somebody had changed
it; one that no row has is put there. What a thing is known by can't be changed without it being another thing: that is
what is told then.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from dr_toolkit.aws.cloud import Access, Clouds
from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader, Reading
from dr_toolkit.engine.compare import both_read, compare
from dr_toolkit.engine.identities import with_identities
from dr_toolkit.engine.pairing import known_of, pair
from dr_toolkit.model.changes import CREATE, DELETE, REPLACE, UPDATE, Change
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.secrets import Hidden
from dr_toolkit.resources import registry
from dr_toolkit.spec import policies
from dr_toolkit.spec.fields import Field
from dr_toolkit.spec.served import DEPLOYMENTS
from dr_toolkit.spec.types import ResourceType, Row
from tests.aws_shapes import output_members
from tests.estate_around import build_around
from tests.estate_http import build_http, build_http_ground
from tests.estate_rest_around import build_around as build_rest_around
from tests.estate_rest_around import build_ground as build_rest_ground
from tests.estates import Clients, build_standard
from tests.stand import ACCOUNT, stand

Path = tuple[str | int, ...]
HOME = Scope(ACCOUNT, "us-east-1")


def _standard(aws: Clients) -> None:
    build_standard(aws, HOME.region)


def _around(aws: Clients) -> None:
    build_around(aws, HOME.region)


def _rest(aws: Clients) -> None:
    build_rest_ground(aws, HOME.region)
    build_rest_around(aws, HOME.region)


def _http(aws: Clients) -> None:
    build_http(aws, HOME.region, build_http_ground(aws, HOME.region))


ESTATES: dict[str, Callable[[Clients], None]] = {"standard": _standard, "around": _around, "rest": _rest, "http": _http}


@dataclass(frozen=True)
class Seen:
    """An estate as it was read, and what a snapshot of it holds."""

    reading: Reading
    estate: Estate


@cache
def seen(name: str) -> Seen:
    """One of the estates, built on the strict AWS and read by the toolkit's own capture."""
    aws = stand()
    aws.reset()
    ESTATES[name](aws)
    cloud = Clouds().open(HOME.region, Access(endpoint_url=aws.endpoint))
    reading = Reader(cloud, registry()).read()
    aws.reset()
    assert {n: c.reason for n, c in reading.coverage.items() if c.reason} == {}
    return Seen(reading, taken(reading, None))


def taken(reading: Reading, before: Estate | None) -> Estate:
    """What a snapshot says; where there is one from before, as a drift reads it."""
    known = known_of(before, registry()) if before is not None else {}
    return canonicalise(reading, registry(), pair(reading, registry(), HOME, known))


def drift(name: str, after: Reading) -> list[Change]:
    """What is told of an estate that was read again."""
    before = seen(name).estate
    live = taken(after, before)
    changes = compare(before, live, registry(), both_read(before, live))
    return with_identities(changes, before, live, registry())


# --- what can be changed ------------------------------------------------------------------------------


def leaves(described: Field, shape: Any, value: Any, path: Path) -> Iterator[tuple[Path, Field, Any]]:
    """Everything inside a value that can differ by itself: its path, description and shape."""
    if described.members is not None and isinstance(value, Mapping):
        for member, inner in described.members.items():
            if inner.compared and value.get(member) is not None:
                yield from leaves(inner, shape.members[member], value[member], (*path, member))
    elif described.values is not None and isinstance(value, Mapping):
        for member, each in value.items():
            yield from leaves(described.values, shape.value, each, (*path, member))
    elif described.items is not None and isinstance(value, list) and value:
        yield from leaves(described.items, shape.member, value[-1], (*path, len(value) - 1))
    elif isinstance(value, Mapping) and not described.json:
        for member, each in value.items():
            yield from leaves(described, shape.value, each, (*path, member))
    elif isinstance(value, list) and value:
        yield (*path, len(value) - 1), described, shape.member
    else:
        yield path, described, shape


def another(row: Row, described: Field, shape: Any, value: Any, reading: Reading) -> Any:
    """Another value of the same kind."""
    if described.json and isinstance(value, str):
        return _document(described, value)
    if described.to and isinstance(value, str):
        return _other_id(row, described, value, reading)
    if enum := [each for each in getattr(shape, "enum", None) or () if each not in (value, described.default)]:
        return enum[0]
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 7
        case str() if described.cidr:
            return "2001:db9::/32" if ":" in value else "198.51.100.0/24"
        case str():
            return f"{value}x"
    return _sample(described, shape, value)


def _document(described: Field, text: str) -> str:
    document = json.loads(policies.unescaped(text))
    if described.policy:
        listed = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
        listed[0]["Effect"] = {"Allow": "Deny", "Deny": "Allow"}[listed[0]["Effect"]]
    else:
        document["changed"] = "yes"
    return json.dumps(document)


def _other_id(row: Row, described: Field, value: str, reading: Reading) -> str:
    """The id of something else of a kind that it may name, of its own API first; one that nothing has, if need be."""
    there = [(to, each) for to in described.to for each in reading.of(to)]
    there.sort(key=lambda found: found[1].root is not row.root)
    ids = (registry()[to].physical(each.data) for to, each in there)
    prefix, slash, last = value.rpartition("/")
    return prefix + slash + next((i for i in ids if i and i not in (value, last)), f"{last}0")


def _sample(described: Field, shape: Any, absent: Any = None) -> Any:
    """A value of a shape where there was none."""
    if described.members is not None:
        inside = {n: _sample(f, shape.members[n]) for n, f in described.members.items() if f.compared}
        return inside
    if described.json:
        return '{"Statement": [{"Effect": "Allow", "Action": "*"}]}'
    match shape.type_name:
        case "list":
            return [_sample(described.items or Field(described.kind, described.to), shape.member)]
        case "map":
            return {"some": _sample(described.values or Field(described.kind), shape.value)}
        case "boolean":
            return described.default is not True
        case "integer" | "long" | "double" | "float":
            return 7
        case "structure":
            return {}
    enum = [each for each in getattr(shape, "enum", None) or () if each != described.default]
    return enum[0] if enum else "some"


def _always(data: Mapping[str, Any]) -> bool:
    return True


COUNTS: dict[tuple[str, str], Callable[[Mapping[str, Any]], bool]] = {
    ("apigatewayv2.api", "RouteSelectionExpression"): lambda data: data["ProtocolType"] == "WEBSOCKET",
    ("apigatewayv2.stage", "DeploymentId"): lambda data: not data.get("AutoDeploy"),
    ("ec2.security_group_rule", "FromPort"): lambda data: data["IpProtocol"] == "tcp",
    ("ec2.security_group_rule", "ToPort"): lambda data: data["IpProtocol"] == "tcp",
}
"""Where a member says anything: of other things AWS shows it, and it can't be anything else."""

IDENTITY = {
    "apigateway.base_path_mapping": {"basePath"},
    "apigateway.documentation_part": {"location"},
    "apigateway.documentation_version": {"version"},
    "apigateway.domain_name": {"domainName"},
    "apigateway.domain_name_access_association": {"accessAssociationSource"},
    "apigateway.gateway_response": {"responseType"},
    "apigateway.method": {"httpMethod"},
    "apigateway.model": {"name"},
    "apigateway.stage": {"stageName"},
    "apigateway.usage_plan_key": {"id"},
    "apigatewayv2.api_mapping": {"ApiMappingKey"},
    "apigatewayv2.integration_response": {"IntegrationResponseKey"},
    "apigatewayv2.model": {"Name"},
    "apigatewayv2.route": {"RouteKey"},
    "apigatewayv2.route_response": {"RouteResponseKey"},
    "apigatewayv2.routing_rule": {"Priority"},
    "apigatewayv2.stage": {"StageName"},
    "ec2.security_group": {"GroupName"},
    "ec2.security_group_rule": {
        *("IsEgress", "IpProtocol", "FromPort", "ToPort", "CidrIpv4", "CidrIpv6", "PrefixListId"),
        "ReferencedGroupInfo.GroupId",
    },
    "ec2.security_group_vpc_association": {"VpcId"},
    "lambda.alias_permission": {"SourceArn"},
    "lambda.permission": {"SourceArn"},
}
"""What a thing is known by: another value is another thing, so that one goes and one comes."""

VANISHES = frozenset({"lambda.permission"})
"""Here for an authorizer: where another one is named, which is not there, nothing is captured."""

FOLLOWS = {
    ("apigateway.stage", "cacheClusterEnabled"): {"cacheClusterSize"},
    ("apigatewayv2.route", "RouteKey"): {"apigatewayv2.stage"},
    ("apigatewayv2.stage", "AutoDeploy"): {"DeploymentId", "apigatewayv2.deployment"},
    ("apigatewayv2.stage", "StageName"): {"apigatewayv2.deployment"},
    ("apigateway.stage", "stageName"): {"apigateway.deployment"},
    ("ec2.vpc_endpoint", "VpcEndpointType"): {"DnsOptions"},
    ("ec2.vpc_endpoint", "IpAddressType"): {"DnsOptions"},
}
"""What is another one with it: members, and types of other things."""


@dataclass(frozen=True)
class Mutation:
    """A place in a row of an estate, and what is put there."""

    estate: str
    type: str
    number: int
    path: Path
    new: bool = False

    @property
    def field(self) -> str:
        """The member of the row."""
        return str(self.path[0])

    @property
    def names(self) -> str:
        """The members on the way to the place, dotted."""
        return ".".join(part for part in self.path if isinstance(part, str))

    def __str__(self) -> str:
        return f"{self.type} {self.estate} {self.number} {'.'.join(map(str, self.path))}{' new' * self.new}"


def campaign(t: ResourceType) -> Iterator[Mutation]:
    """Of every field of a type one row that has it, leaf by leaf; where none has it, one that gets it."""
    for name, described in t.fields.items():
        if described.compared:
            yield from _of_field(t, name, described)


def _of_field(t: ResourceType, name: str, described: Field) -> Iterator[Mutation]:
    shape, spare = output_members(t)[name], None
    tried: set[tuple[str, ...]] = set()
    for estate in ESTATES:
        for number, row in enumerate(seen(estate).reading.of(t.name)):
            if row.key is None or row.key.text not in seen(estate).estate.lines:
                continue
            spare = spare or (estate, number)
            if row.data.get(name) in (None, "", [], {}) or not COUNTS.get((t.name, name), _always)(row.data):
                continue
            for path, _, _ in leaves(described, shape, row.data[name], (name,)):
                kind = tuple(str(part) for part in path if isinstance(part, str))
                if kind not in tried:
                    tried.add(kind)
                    yield Mutation(estate, t.name, number, path)
    if not tried:
        assert spare, f"no estate has a {t.name}"
        yield Mutation(*(spare[0], t.name, spare[1]), (name,), new=True)


def copied(reading: Reading) -> Reading:
    """Another reading with the same rows; secrets let nobody copy them, and are the same ones."""
    hidden = [v for rows in reading.rows.values() for row in rows for v in row.data.values() if isinstance(v, Hidden)]
    again = copy.deepcopy(reading, {id(each): each for each in hidden})
    for rows in again.rows.values():
        for row in rows:
            row.key = None  # as it is before it is paired
    return again


def changed(mutation: Mutation) -> Reading:
    """The reading with that one thing changed in it."""
    reading = copied(seen(mutation.estate).reading)
    t = registry()[mutation.type]
    row = reading.of(mutation.type)[mutation.number]
    held: Any = row.data
    described, shape = t.fields[mutation.field], output_members(t)[mutation.field]
    if mutation.new:
        held[mutation.field] = _sample(described, shape)
        return reading
    for path, leaf, inner in leaves(described, shape, held[mutation.field], (mutation.field,)):
        if path == mutation.path:
            for part in path[:-1]:
                held = held[part]
            held[path[-1]] = another(row, leaf, inner, held[path[-1]], reading)
    return reading


# --- what is shown ------------------------------------------------------------------------------------

TYPES = [t for t in registry() if not t.landmark]


def inside(t: ResourceType) -> set[str]:
    """The types of what lies in a thing, or names it, and goes and comes with its name."""
    beneath = {t.name}
    for other in registry():
        if other.parent in beneath:
            beneath.add(other.name)
    return beneath


def wrong(t: ResourceType, mutation: Mutation) -> str:
    """What is told beside the one field, or in its place; empty where it is told, once, and nothing else is."""
    changes = drift(mutation.estate, changed(mutation))
    follows = FOLLOWS.get((t.name, mutation.field), set())
    own = [c for c in changes if c.key.type == t.name]
    others = {c.key.type for c in changes} - {t.name} - follows
    if mutation.path[-1] in ("deploymentId", "DeploymentId"):  # known by what serves it: so it is another one itself
        served = {"deploymentId", "canarySettings", "DeploymentId"}
        told = changes and not others - DEPLOYMENTS and all(c.names <= served for c in own)
    elif {mutation.field, mutation.names} & IDENTITY.get(t.name, set()):
        gone = {DELETE} if t.name in VANISHES else {CREATE, DELETE}
        told = {c.action for c in own} == gone and not others - inside(t)
    else:
        wanted = REPLACE if t.fields[mutation.field].fixed else UPDATE
        told = [c.action for c in own] == [wanted] and own[0].names - follows == {mutation.field} and not others
        told = told and _at(t, own[0], mutation)
    return "" if told else f"{mutation}: {[(c.action, c.key.text, sorted(c.names)) for c in changes]}"


def _at(t: ResourceType, change: Change, mutation: Mutation) -> bool:
    """Whether one field is named; where an item of a list is known by it, one item has gone, and one has come."""
    found = [f.path for f in change.fields if f.path[0] == mutation.field]
    return mutation.new or len(found) == (2 if mutation.path[-1] == t.fields[mutation.field].keyed else 1)


@pytest.mark.parametrize("estate", ESTATES)
def test_nothing_is_told_of_an_estate_as_it_is(estate: str) -> None:
    assert drift(estate, copied(seen(estate).reading)) == []


@pytest.mark.parametrize("t", TYPES, ids=lambda t: t.name)
def test_each_field_is_named_once_and_nothing_else_is(t: ResourceType) -> None:
    mutations = list(campaign(t))
    assert {m.field for m in mutations} == {name for name, field in t.fields.items() if field.compared}
    assert [told for mutation in mutations if (told := wrong(t, mutation))] == []
