"""Snapshots of earlier versions: what was written otherwise then differs from nothing now."""

from __future__ import annotations

import json

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
    assert json.loads(policies.canonical(escaped)) == json.loads(policies.canonical(json.dumps(NEW))) == NEW
    tests = {
        "Statement": [{"Condition": {"StringEquals": {"aws:SourceVpce": ["b", "a", "a"]}, "Bool": {"x": ["true"]}}}]
    }
    assert json.loads(policies.canonical(json.dumps(tests)))["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:SourceVpce": ["a", "b"]},
        "Bool": {"x": "true"},
    }


def test_what_is_no_policy_stays_as_it_is() -> None:
    for text in ("", "no policy", "[]", '"text"', '{"Statement": "odd"}'):
        assert policies.canonical(text) == text
