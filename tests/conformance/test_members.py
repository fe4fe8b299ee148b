"""Every member of every AWS shape is classified: a botocore release that adds one fails here, by the member's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from dr_toolkit.resources import registry
from dr_toolkit.spec.fields import Field, Kind, observed, setting
from dr_toolkit.spec.types import ResourceType
from tests.aws_shapes import holds_structure, inner, output_members, service

TYPES = list(registry())


def complaints(shapes: Mapping[str, Any], fields: Mapping[str, Field], path: str) -> Iterator[str]:
    """What a description leaves out, or knows and AWS does not."""
    for name in sorted(shapes.keys() - fields.keys()):
        yield f"{path}.{name} is not classified"
    for name in sorted(fields.keys() - shapes.keys()):
        yield f"{path}.{name} is classified, and botocore does not have it"
    for name in sorted(shapes.keys() & fields.keys()):
        yield from _inside(shapes[name], fields[name], f"{path}.{name}")


def _inside(shape: Any, field: Field, path: str) -> Iterator[str]:
    if not field.compared or not holds_structure(shape):
        if field.compared:
            yield from _shapeless(shape, field, path)
        return
    described = {"structure": field.members, "list": field.items, "map": field.values}[shape.type_name]
    if described is None:
        yield f"{path} is a {shape.type_name} of structures, and what is inside is not described"
    elif isinstance(described, Field):
        yield from _inside(dict(inner(shape)).popitem()[1], described, path)
    else:
        yield from complaints(shape.members, described, path)


def _shapeless(shape: Any, field: Field, path: str) -> Iterator[str]:
    if field.members is not None or (field.items and shape.type_name != "list"):
        yield f"{path} is described as a structure, and is a {shape.type_name}"
    if field.values is not None and shape.type_name != "map":
        yield f"{path} is described as a map, and is a {shape.type_name}"


@pytest.mark.parametrize("t", TYPES, ids=lambda t: t.name)
def test_every_member_is_classified(t: ResourceType) -> None:
    assert list(complaints(output_members(t), t.fields, t.name)) == []


@pytest.mark.parametrize("t", TYPES, ids=lambda t: t.name)
def test_a_release_with_a_new_member_fails_with_its_name(t: ResourceType) -> None:
    """One more member of a shape, at the top and in every structure that is described inside."""
    shapes = output_members(t)
    some = next(iter(shapes.values()))
    assert list(complaints(shapes | {"Invented": some}, t.fields, t.name)) == [f"{t.name}.Invented is not classified"]
    for name, field in t.fields.items():
        if field.compared and field.members is not None:
            inside = SimpleNamespace(type_name="structure", members={**shapes[name].members, "Invented": some})
            found = list(_inside(inside, field, f"{t.name}.{name}"))
            assert found == [f"{t.name}.{name}.Invented is not classified"]


def test_a_member_that_is_not_classified_is_named() -> None:
    stage = registry()["apigateway.stage"]
    canary = replace(stage.fields["canarySettings"], members={"deploymentId": setting(), "gone": setting()})
    fields = {**stage.fields, "canarySettings": canary, "invented": observed("nothing")}
    del fields["webAclArn"]
    assert set(complaints(output_members(stage), fields, "stage")) == {
        "stage.webAclArn is not classified",
        "stage.invented is classified, and botocore does not have it",
        "stage.canarySettings.percentTraffic is not classified",
        "stage.canarySettings.stageVariableOverrides is not classified",
        "stage.canarySettings.useStageCache is not classified",
        "stage.canarySettings.gone is classified, and botocore does not have it",
    }
    opaque = {**stage.fields, "methodSettings": setting()}
    assert list(complaints(output_members(stage), opaque, "stage")) == [
        "stage.methodSettings is a map of structures, and what is inside is not described"
    ]


def _all(fields: Mapping[str, Field], path: str, shapes: Mapping[str, Any]) -> Iterator[tuple[str, Field, Any]]:
    for name, field in fields.items():
        yield from _each(field, f"{path}.{name}", shapes[name])


def _each(field: Field, path: str, shape: Any) -> Iterator[tuple[str, Field, Any]]:
    yield path, field, shape
    if field.members:
        yield from _all(field.members, path, shape.members)
    if field.items:
        yield from _each(field.items, f"{path}[]", shape.member)
    if field.values:
        yield from _each(field.values, f"{path}{{}}", shape.value)


EVERY = [(t, *found) for t in TYPES for found in _all(t.fields, t.name, output_members(t))]


@pytest.mark.parametrize(("t", "path", "field", "shape"), EVERY, ids=[row[1] for row in EVERY])
def test_a_field_says_what_fits_its_shape(t: ResourceType, path: str, field: Field, shape: Any) -> None:
    assert not (field.unordered or field.keyed) or shape.type_name == "list"
    if field.keyed:
        assert field.items is not None and field.items.members is not None
        assert field.keyed in field.items.members
    if field.json or field.cidr or field.kind is Kind.PHYSICAL:
        assert shape.type_name == "string"
    if field.kind in (Kind.REFERENCE, Kind.ELSEWHERE):
        assert field.to and all(name in registry() for name in field.to)
    if field.kind in (Kind.OBSERVED, Kind.MANUAL):
        assert field.why
    if isinstance(field.default, bool | str | int):
        wanted = {"boolean": bool, "string": str, "integer": int, "double": int, "float": int}
        assert type(field.default) is wanted[shape.type_name]
        assert field.default in (getattr(shape, "enum", None) or [field.default])


@pytest.mark.parametrize("t", TYPES, ids=lambda t: t.name)
def test_only_a_whole_member_can_mean_replacing(t: ResourceType) -> None:
    """A comparison looks at the top for what can't be changed in place, so that deeper it would say nothing."""
    for name, field in t.fields.items():
        for path, deep, _ in _each(field, name, output_members(t)[name]):
            assert field.fixed or not deep.fixed or not field.compared, path


@pytest.mark.parametrize("t", TYPES, ids=lambda t: t.name)
def test_every_type_is_described(t: ResourceType) -> None:
    assert t.title and t.title[0].isupper()
    assert service(t.service).shape_for(t.shape).type_name == "structure"
    assert set(t.facts) <= set(t.fields)
    assert sum(f.kind is Kind.PHYSICAL for f in t.fields.values()) <= 1
    assert not t.notes or t.notes.endswith((".", "made"))
    if t.landmark:
        assert t.create is None and t.delete is None
        assert t.notes, "what is found and never made says how it is known"
    elif t.create is None or t.root or any(f.fixed for f in t.fields.values() if f.kind is Kind.REFERENCE):
        assert t.notes, "what a restore can't do, or does otherwise than one thinks, is said"


@pytest.mark.parametrize("t", TYPES, ids=lambda t: t.name)
def test_the_types_that_a_description_names_exist(t: ResourceType) -> None:
    named = {*t.after, *t.freezes, t.parent, t.listing.per, t.listing.within} - {None}
    assert named <= {other.name for other in TYPES}
    ranks = registry().ranks
    assert all(ranks[name] < ranks[t.name] for name in (t.parent, *t.after) if name)
