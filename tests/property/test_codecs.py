"""What is written can be read again: keys, values, plans, tokens in text."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dr_toolkit.engine import tokens
from dr_toolkit.model import planfile, wire
from dr_toolkit.model.changes import Blocked, Call, Change, FieldChange, Join, Plan, Step
from dr_toolkit.model.documents import Coverage, Finding, Manifest, Resource, Scope, StoredObject
from dr_toolkit.model.keys import Ref, ResourceKey
from tests.engines import resolved

NASTY = st.text(
    st.one_of(st.sampled_from('/%~@{}"\\\n\r\t\u2028\u2029\x85$: é日🙂'), st.characters(codec="utf-8")), max_size=8
)
KEYS = st.builds(
    ResourceKey, st.sampled_from(["ec2.vpc", "apigateway.rest_api"]), st.lists(NASTY, min_size=1, max_size=4).map(tuple)
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), NASTY, st.floats(allow_nan=False, allow_infinity=False), KEYS.map(Ref)
)
NAMES = st.one_of(NASTY, st.sampled_from(["@ref", "@@ref", "@join", "@"]))
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=12
)
SCOPES = st.builds(Scope, st.from_regex("[0-9]{12}", fullmatch=True), st.sampled_from(["us-east-1", "eu-west-3"]))


@given(KEYS, KEYS)
def test_a_key_is_printed_and_read_and_no_two_are_printed_alike(key: ResourceKey, other: ResourceKey) -> None:
    assert ResourceKey.parse(key.text) == key
    assert (key.text == other.text) == (key == other)
    assert key.text.splitlines() == [key.text]


@given(VALUES)
def test_a_value_is_written_and_read(value: Any) -> None:
    assert wire.rich(json.loads(wire.canonical(value))) == value
    assert wire.canonical(wire.rich(json.loads(wire.canonical(value)))) == wire.canonical(value)


@given(st.dictionaries(NAMES, VALUES, max_size=4), KEYS)
def test_a_line_holds_a_resource_whole(attributes: dict[str, Any], key: ResourceKey) -> None:
    line = wire.line(Resource(key, attributes))
    assert b"\n" not in line
    assert wire.read_line(line) == Resource(key, attributes)
    assert wire.read_body(line + b"\n") == {key.text: line}


@given(NASTY, KEYS, SCOPES, st.dictionaries(NASTY, NASTY, max_size=2))
def test_a_manifest_is_written_and_read(text: str, key: ResourceKey, scope: Scope, parent: dict[str, str]) -> None:
    manifest = Manifest(
        id="20261122T030000Z-1a2b3c4d5e6f",
        taken_at="2026-11-22T03:00:00Z",
        source=text,
        scope=scope,
        objects={"body": StoredObject(text, "0" * 64, 3)},
        counts={key.type: 1},
        coverage={key.type: Coverage("failed", text), "ec2.subnet": Coverage("read")},
        findings=(Finding("gap", "code", key.text, text),),
        parent=parent or None,
    )
    assert wire.read_manifest(wire.manifest(manifest)) == manifest


@given(KEYS, st.dictionaries(NAMES, VALUES, min_size=1, max_size=3), NASTY, SCOPES)
def test_a_plan_is_written_and_read(key: ResourceKey, attributes: dict[str, Any], text: str, scope: Scope) -> None:
    fields = (FieldChange((text, "a"), attributes, None),)
    change = Change(key, "update", Resource(key, attributes), Resource(key, {}), fields, text)
    params = attributes | {"joined": Join((text, Ref(key)))}
    call = Call("CreateVpc", params, {key: "Vpc.VpcId"}, {"Busy": "again"})
    step = Step("s00001", "create", (key,), "ec2", call, ("s00000",))
    plan = Plan(
        snapshot="id",
        snapshot_digest="0" * 64,
        source=text,
        source_scope=scope,
        target="away",
        target_scope=scope,
        changes=(change,),
        steps=(step,),
        blocked=(Blocked(key, "create", text, "remedy"),),
        findings=(Finding("info", "code", key.text, text),),
        fingerprint="f",
        options={"prune": True},
        bindings={key.text: text},
        gaps=(text,),
    )
    assert planfile.read(json.dumps(planfile.write(plan))) == plan


@given(KEYS, NASTY)
def test_a_token_is_found_again_in_any_text(key: ResourceKey, text: str) -> None:
    inside = json.dumps({"a": text, "b": tokens.token(key)}, ensure_ascii=False)
    assert list(tokens.keys_in(inside)) == [key]
    assert json.loads(inside)["b"] == tokens.token(key)


ARNS = st.sampled_from(
    [
        "arn:aws:lambda:{region}:{account}:function:pay-{region}-x",
        "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/arn:aws:lambda:{region}:{account}:function:f:live/invocations",
        "https://abcde12345.execute-api.{region}.amazonaws.com/prod",
        "https://sqs.{region}.amazonaws.com/{account}/queue",
        "https://s3-{region}.amazonaws.com/bucket",
        "arn:aws:cognito-idp:{region}:{account}:userpool/{region}_Ab12",
        "arn:aws:execute-api:{region}:{account}:abcde12345/*/GET/",
        "arn:aws:iam::{account}:role/api",
        "arn:aws:iam::000011112222:role/other",
        "arn:aws:s3:::bucket-{region}",
        "${{stageVariables.fn}}",
    ]
)


@given(ARNS, SCOPES, SCOPES)
def test_located_text_comes_back_and_follows_to_another_place(template: str, home: Scope, away: Scope) -> None:
    api = ResourceKey("apigateway.rest_api", ('a"}\\/b',))

    def lookup(type_name: str, physical_id: str) -> ResourceKey | None:
        return api if (type_name, physical_id) == ("apigateway.rest_api", "abcde12345") else None

    text = template.format(region=home.region, account=home.account)
    taken = tokens.take_out(text, home, lookup)
    assert resolved(tokens.put_in(taken, home), {api.text: "abcde12345"}) == text
    assert tokens.take_out(taken, home, lookup) == taken
    moved = resolved(tokens.put_in(taken, away), {api.text: "zzzzz99999"})
    kept = f"bucket-{home.region}" in text or f"pay-{home.region}" in text
    assert kept or home.region == away.region or home.region not in moved
    assert home.account == away.account or home.account not in moved
