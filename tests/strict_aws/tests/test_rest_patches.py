"""The patch grammar by itself: paths, keys, escapes, operations, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rest.patches import (
    MISSING_ITEM,
    Patch,
    Slot,
    as_bool,
    escape,
    integer,
    key_list,
    mapping,
    optional,
    patched,
    scalar,
    unescape,
    value_at,
    value_list,
    within,
)
from tests.strict_aws.tests.replayed import patch


def _copy(call: Call, document: dict[str, Any], asked: Patch) -> None:
    document["deploymentId"] = asked.value


SLOTS = {
    "/name": scalar("name"),
    "/note": optional("note"),
    "/on": scalar("on", as_bool),
    "/size": scalar("size", integer("size"), clears=True),
    "/deploymentId": Slot(("replace", "copy"), _copy),
    "/texts": mapping("texts", "no such text"),
    "/kinds": key_list("kinds"),
    "/scopes": value_list("scopes"),
    "/inner/texts": within("inner", mapping("texts", "no such text")),
    "/fixed": scalar("fixed").refusing("{path} is for replacing"),
}


@pytest.fixture
def call(strict: StrictAws) -> Call:
    """A call without parameters yet."""
    return Call(strict, strict.region("us-east-1"), "apigateway", "UpdateStage", {})


def _changed(call: Call, document: dict[str, Any], *operations: Any, listing: bool = False) -> dict[str, Any]:
    call.params["patchOperations"] = list(operations)
    return patched(call, document, SLOTS, listing=listing)


def _refusal(call: Call, *operations: Any, listing: bool = False) -> str:
    with pytest.raises(Refusal) as caught:
        _changed(call, {"name": "x", "kinds": ["a"]}, *operations, listing=listing)
    return caught.value.message


def test_the_document_itself_stays_as_it_is(call: Call) -> None:
    before = {"name": "x", "kinds": ["a"], "inner": {"texts": {"a": "b"}}}
    after = _changed(call, before, patch("add", "/kinds/b"), patch("remove", "/inner/texts/a"))
    assert before == {"name": "x", "kinds": ["a"], "inner": {"texts": {"a": "b"}}}
    assert after == {"name": "x", "kinds": ["a", "b"], "inner": {}}


@pytest.mark.parametrize("text", ["a/b", "a~b", "~1", "application/json", "~0/~", "plain"])
def test_escapes_come_back(call: Call, text: str) -> None:
    assert unescape(escape(text)) == text
    assert "/" not in escape(text)
    assert _changed(call, {}, patch("add", f"/texts/{escape(text)}", "x")) == {"texts": {text: "x"}}
    assert _changed(call, {}, patch("add", f"/kinds/{escape(text)}")) == {"kinds": [text]}


@pytest.mark.parametrize(
    ("operation", "after"),
    [
        (patch("replace", "/name", "y"), {"name": "y"}),
        (patch("replace", "/note", "n"), {"name": "x", "note": "n"}),
        (patch("remove", "/note"), {"name": "x"}),
        (patch("replace", "/note", ""), {"name": "x"}),
        (patch("replace", "/on", "TRUE"), {"name": "x", "on": True}),
        (patch("replace", "/on", "yes"), {"name": "x", "on": False}),
        (patch("replace", "/size", "5"), {"name": "x", "size": 5}),
        (patch("replace", "/size"), {"name": "x"}),
        (patch("add", "/scopes", "a,b"), {"name": "x", "scopes": ["a", "b"]}),
        (patch("add", "/inner/texts/k", "v"), {"name": "x", "inner": {"texts": {"k": "v"}}}),
    ],
)
def test_what_a_patch_does(call: Call, operation: dict[str, str], after: dict[str, Any]) -> None:
    assert _changed(call, {"name": "x"}, operation) == after


def test_patches_are_carried_out_in_order(call: Call) -> None:
    operations = [patch("add", "/texts/a", "1"), patch("replace", "/texts/a", "2"), patch("add", "/texts/b", "3")]
    assert _changed(call, {}, *operations, patch("remove", "/texts/a")) == {"texts": {"b": "3"}}


def test_a_list_by_key_replaces_at_its_end(call: Call) -> None:
    before = {"kinds": ["a", "b"]}
    assert _changed(call, before, patch("replace", "/kinds/a", "c")) == {"kinds": ["b", "c"]}
    assert _changed(call, before, patch("add", "/kinds/a")) == before


def test_a_copy_takes_what_stands_elsewhere(call: Call) -> None:
    asked = {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"}
    before = {"deploymentId": "old", "canarySettings": {"deploymentId": "new"}}
    assert _changed(call, before, asked)["deploymentId"] == "new"
    assert "from" in _refusal(call, asked)
    assert value_at({"a": {"b/c": 1}}, "/a/b~1c") == 1


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        ({"op": "add"}, "Invalid patch path null"),
        (patch("replace", "/other", "x"), "Invalid patch path /other"),
        (patch("replace", "/texts", "x"), "Invalid patch path /texts"),
        (patch("add", "/texts/application/json", "x"), "Invalid patch path /texts/application/json"),
        (patch("add", "/name", "x"), "Invalid patch operation specified. Must be one of: [replace]"),
        (patch("move", "/note"), "Invalid patch operation specified. Must be one of: [replace, remove]"),
        (patch("test", "/texts/a"), "Invalid patch path /texts/a"),
        (patch("add", "/fixed", "x"), "/fixed is for replacing"),
        (patch("replace", "/texts/a", "x"), "no such text"),
        (patch("remove", "/kinds/b"), "Invalid kinds specified"),
        (patch("replace", "/size", "big"), "Invalid value big specified for size"),
    ],
)
def test_what_is_refused(call: Call, operation: dict[str, str], text: str) -> None:
    assert _refusal(call, operation) == text


def test_the_other_wording_names_the_paths(call: Call) -> None:
    start = "Invalid patch path  '/x' specified for op"
    paths = ", ".join(SLOTS)
    assert _refusal(call, patch("replace", "/x"), listing=True) == f"{start} 'replace'. Must be one of: [{paths}]"
    assert _refusal(call, patch("add", "/x"), listing=True) == f"{start} 'add'. Please choose supported operations"
    assert _refusal(call, patch("add", "/name"), listing=True).endswith("'add'. Please choose supported operations")


def test_a_rule_that_is_switched_off_lets_the_patch_pass(call: Call, strict: StrictAws) -> None:
    strict.switch_off(MISSING_ITEM)
    assert _changed(call, {"kinds": ["a"]}, patch("remove", "/kinds/b")) == {"kinds": ["a"]}
