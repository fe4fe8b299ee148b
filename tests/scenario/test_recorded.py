"""Answers recorded from AWS: canonical form loses nothing of them, and finds no drift against themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from dr_toolkit.engine import tokens
from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reading
from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.pairing import pair
from dr_toolkit.model import wire
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref
from dr_toolkit.resources import registry
from dr_toolkit.spec.fields import ABSENT, Field, Kind
from dr_toolkit.spec.types import Row
from tests.cases import Recorded, recorded_rows

HERE = Scope("111111111111", "us-east-1")
OF_API = {
    "Resource": "apigateway.resource",
    "Model": "apigateway.model",
    "Authorizer": "apigateway.authorizer",
    "RequestValidator": "apigateway.request_validator",
    "GatewayResponse": "apigateway.gateway_response",
    "Stage": "apigateway.stage",
}
NOTHING: tuple[Any, ...] = (None, "", {}, [])


def top() -> Row:
    """An API for what was recorded without its own."""
    return Row("apigateway.rest_api", {"id": "abcde12345", "name": "recorded"})


def reading_of(recorded: Recorded) -> tuple[Row, Reading]:
    """The row as a capture would hold it, and the reading around it."""
    if recorded.shape == "RestApi":
        row = Row("apigateway.rest_api", recorded.row)
        return row, Reading({row.type: [row]})
    if recorded.shape == "Method":
        path = Row("apigateway.resource", {"id": "root000001", "path": "/"}, api := top())
        row = Row("apigateway.method", recorded.row, path)
        return row, Reading({api.type: [api], path.type: [path], row.type: [row]})
    if recorded.shape in OF_API:
        row = Row(OF_API[recorded.shape], recorded.row, api := top())
        return row, Reading({api.type: [api], row.type: [row]})
    if recorded.shape == "SecurityGroup":
        vpc = Row("ec2.vpc", {"VpcId": recorded.row["VpcId"], "Tags": [{"Key": "Name", "Value": "main"}]})
        row = Row("ec2.security_group", recorded.row)
        return row, Reading({vpc.type: [vpc], row.type: [row]})
    row = Row("ec2.prefix_list", recorded.row)
    return row, Reading({row.type: [row]})


def canonical(recorded: Recorded) -> tuple[Row, Estate, Resource]:
    """The recorded row, and what becomes of it."""
    row, reading = reading_of(recorded)
    estate = canonicalise(reading, registry(), pair(reading, registry(), HERE, {}), all_landmarks=True)
    assert row.key is not None
    found = estate.get(row.key)
    assert found is not None
    return row, estate, found


def lost(fields: Mapping[str, Field], data: Mapping[str, Any], held: Mapping[str, Any], path: str) -> Iterator[str]:
    """Members of a row that say something and that canonical form does not hold."""
    for name, value in data.items():
        field = fields.get(name)
        if field is None:
            yield f"{path}.{name} is not known"
        elif field.compared and value not in NOTHING and not _is_default(field, value):
            yield from _lost_inside(field, value, held.get(name, ABSENT), f"{path}.{name}")


def _is_default(field: Field, value: Any) -> bool:
    return field.default is not ABSENT and value == field.default


def _lost_inside(field: Field, value: Any, held: Any, path: str) -> Iterator[str]:
    if held is ABSENT:
        said = field.members and any(True for _ in lost(field.members, value, {}, path))
        if said or not field.members:
            yield f"{path}={value!r} is lost"
    elif field.members is not None:
        yield from lost(field.members, value, held, path)
    elif field.values is not None:
        for key, item in value.items():
            yield from _lost_inside(field.values, item, held.get(key, ABSENT), f"{path}.{key}")
    elif field.keyed and field.items is not None:
        by = {item[field.keyed]: item for item in held}
        for item in value:
            yield from _lost_inside(field.items, item, by.get(item[field.keyed], ABSENT), f"{path}[{item}]")
    elif not _says_the_same(field, value, held):
        yield f"{path}: {value!r} became {held!r}"


def _says_the_same(field: Field, value: Any, held: Any) -> bool:
    if field.kind is Kind.REFERENCE or field.json:
        return isinstance(held, Ref | dict | list | str)
    if isinstance(value, str):
        return bool(tokens.put_in(held, HERE) == value)
    if isinstance(value, list):
        return sorted(map(repr, value)) == sorted(repr(_back(item)) for item in held)
    return (
        {k: v or "" for k, v in value.items()} == held
        if isinstance(value, dict) and field.free
        else bool(value == held)
    )


def _back(item: Any) -> Any:
    return tokens.put_in(item, HERE) if isinstance(item, str) else item


def rows_of(shape: str) -> list[Recorded]:
    """What was recorded of a shape; answers about HTTP APIs, whose members are written otherwise, are another's."""
    rows = [r for r in recorded_rows(shape) if shape[:3] in ("Sec", "Man") or not any(n[0].isupper() for n in r.row)]
    assert rows
    return rows


SHAPES = ("RestApi", "Method", "SecurityGroup", "ManagedPrefixList", *OF_API)


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_that_aws_said_is_lost(shape: str) -> None:
    rows = rows_of(shape)
    print(f"{shape}: {len(rows)} recorded rows")
    for recorded in rows:
        row, estate, found = canonical(recorded)
        t = registry()[row.type]
        prepared = t.prepare(row, HERE)
        assert list(lost(t.fields, prepared, found.attributes, t.name)) == [], recorded.origin
        assert [f for f in estate.findings if f.severity == "gap"] == [], recorded.origin


@pytest.mark.parametrize("shape", SHAPES)
def test_what_aws_said_does_not_drift_against_itself(shape: str) -> None:
    for recorded in rows_of(shape):
        _, first, found = canonical(recorded)
        _, second, _ = canonical(recorded)
        read = Estate(wire.read_body(wire.body(first.lines)), coverage=dict(first.coverage))
        assert compare(first, second, registry()) == compare(first, read, registry()) == []
        assert wire.line(wire.read_line(wire.line(found))) == wire.line(found)
