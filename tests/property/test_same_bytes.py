"""The same configuration is the same bytes, whatever its ids, times, order, region and account; and no id is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.pairing import known_of
from dr_toolkit.model import wire
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec.fields import Field, Kind
from tests.blueprints import Blueprint, blueprints
from tests.engines import capture, strings
from tests.hypothesis_profile import REGIONS

HOME, AWAY = Scope("123456789012", "us-east-1"), Scope("555566667777", "eu-west-3")
ID = re.compile(r"\b(?:vpc|sg|sgr|pl|vpce)-[0-9a-f]{17}\b")


@REGIONS
@given(blueprints(by_hand=True), st.integers(0, 9))
def test_two_places_with_one_configuration_have_the_same_bytes(blueprint: Blueprint, seed: int) -> None:
    home, away = capture(blueprint.build(HOME, seed)), capture(blueprint.build(AWAY, seed + 1))
    assert wire.body(home.lines).decode() == wire.body(away.lines).decode()
    assert set(home.ids.values()).isdisjoint(away.ids.values())
    assert home.failed == away.failed == {}
    assert compare(home, away, registry()) == compare(home, home, registry()) == []


@REGIONS
@given(blueprints(by_hand=True), st.integers(0, 9))
def test_knowing_the_ids_changes_nothing(blueprint: Blueprint, seed: int) -> None:
    cloud = blueprint.build(HOME, seed)
    estate = capture(cloud)
    assert capture(cloud, known_of(estate, registry())).lines == estate.lines


@REGIONS
@given(blueprints(by_hand=True), st.integers(0, 9))
def test_nothing_of_the_place_is_left_in_keys_references_and_located_fields(blueprint: Blueprint, seed: int) -> None:
    estate = capture(blueprint.build(HOME, seed))
    ids = set(estate.ids.values())
    for resource in estate:
        texts = [resource.key.text, *located(registry()[resource.key.type].fields, resource.attributes)]
        for text in texts:
            assert HOME.region not in text and HOME.account not in text, text
            assert not ID.search(text), text
            assert not any(re.search(rf"(?<!\w){re.escape(i)}(?!\w)", text) for i in ids), text


@REGIONS
@given(blueprints(by_hand=True), st.integers(0, 9))
def test_every_line_can_be_read_again(blueprint: Blueprint, seed: int) -> None:
    estate = capture(blueprint.build(HOME, seed))
    assert wire.read_body(wire.body(estate.lines)) == estate.lines
    for text, line in estate.lines.items():
        resource = wire.read_line(line)
        assert resource.key.text == text
        assert wire.line(resource) == line
        assert ResourceKey.parse(text) == resource.key


def located(fields: Mapping[str, Field], attributes: Mapping[str, Any]) -> Iterator[str]:
    """Every text in references and located fields."""
    for name, value in attributes.items():
        yield from _inside(fields[name], value)


def _inside(field: Field, value: Any) -> Iterator[str]:
    if field.kind in (Kind.REFERENCE, Kind.LOCATED, Kind.MANUAL):
        yield from strings(value)
    elif field.members is not None:
        yield from located(field.members, value)
    elif field.values is not None:
        for inner in value.values():
            yield from _inside(field.values, inner)
    elif field.items is not None:
        for inner in value:
            yield from _inside(field.items, inner)
