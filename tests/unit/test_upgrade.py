"""Snapshots of earlier versions: what was written otherwise then differs from nothing now."""

from __future__ import annotations

import json

import pytest

from dr_toolkit.engine.compare import both_read, compare
from dr_toolkit.engine.upgrade import new_types, upgrade
from dr_toolkit.model.documents import READ, Coverage, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec import policies

LINK = ResourceKey("apigateway.vpc_link", ("back",))
API = ResourceKey("apigateway.rest_api", ("shop",))
OLD = {"Statement": {"Action": ["execute-api:Invoke"], "Resource": ["b", "a"], "Principal": {"AWS": ["x"]}}}
NEW = {"Statement": [{"Action": "execute-api:Invoke", "Resource": ["a", "b"], "Principal": {"AWS": "x"}}]}


def _estate(*resources: Resource) -> Estate:
    estate = Estate()
    for resource in resources:
        estate.put(resource)
        estate.coverage[resource.key.type] = Coverage(READ)
    return estate


def test_what_was_a_landmark_is_found_as_before_and_not_compared() -> None:
    before = upgrade(_estate(Resource(LINK, {}, "abc123")), registry())
    live = _estate(Resource(LINK, {"name": "back", "targetArns": ["arn"]}, "abc123"))
    assert compare(before, live, registry(), both_read(before, live)) == []
    assert before.ids == {LINK.text: "abc123"}
    assert [finding.key for finding in new_types(before, live, registry())] == ["apigateway.vpc_link"]


def test_what_was_read_whole_stays_so() -> None:
    whole = Resource(LINK, {"name": "back", "targetArns": ["arn"]})
    assert upgrade(_estate(whole), registry()).coverage == {"apigateway.vpc_link": Coverage(READ)}


def test_a_policy_is_told_in_one_form() -> None:
    before = upgrade(_estate(Resource(API, {"policy": OLD})), registry())
    assert compare(before, _estate(Resource(API, {"policy": NEW})), registry()) == []


def test_policies_that_say_the_same_have_the_same_form() -> None:
    escaped = json.dumps(json.dumps(OLD))[1:-1]
    assert policies.form(json.loads(policies.unescaped(escaped))) == policies.form(OLD) == policies.form(NEW) == NEW
    tests = {
        "Statement": [{"Condition": {"StringEquals": {"aws:SourceVpce": ["b", "a", "a"]}, "Bool": {"x": ["true"]}}}]
    }
    assert policies.form(tests)["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:SourceVpce": ["a", "b"]},
        "Bool": {"x": "true"},
    }


def test_what_is_no_policy_stays_as_it_is() -> None:
    for other in ("", "no policy", [], {"Statement": "odd"}, {"Statement": ["odd"]}, {"a": 1}, None):
        assert policies.form(other) == other
        assert policies.statements(other) == {}


def test_people_and_values_are_said_in_one_way() -> None:
    def of(**members: object) -> object:
        return policies.form({"Statement": [{"Effect": "Allow", **members}]})

    everybody = [of(Principal="*"), of(Principal={"AWS": "*"}), of(Principal={"AWS": ["*"]})]
    assert everybody[1:] == everybody[:-1]
    assert of(Principal={"Service": "*"}) not in everybody
    root = "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"
    assert of(Principal={"AWS": "${AWS::AccountId}"}) == of(Principal={"AWS": [root]})
    assert of(Condition={"Bool": {"x": False}}) == of(Condition={"Bool": {"x": ["false"]}})
    two = [{"Effect": "Allow", "Action": "a"}, {"Effect": "Deny", "Action": "b"}]
    assert policies.form({"Statement": two}) == policies.form({"Statement": [*two[::-1], two[0]]})


@pytest.mark.parametrize(
    ("type_name", "member"),
    [(t.name, name) for t in registry() for name, field in t.fields.items() if field.policy],
)
def test_every_policy_of_an_earlier_snapshot_differs_from_nothing(type_name: str, member: str) -> None:
    """Kept as it was written then, with another order of statements: in one form at loading, and when compared."""
    second = {"Effect": "Deny", "Action": "x", "Principal": {"AWS": "444455556666"}}
    key = ResourceKey(type_name, ("a", "b"))
    then = _estate(Resource(key, {member: {"Statement": [OLD["Statement"], second]}}))
    now = _estate(Resource(key, {member: policies.form({"Statement": [second, OLD["Statement"]]})}))
    assert compare(then, now, registry()) == []
    assert upgrade(then, registry()).lines == now.lines
