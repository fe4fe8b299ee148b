"""docs/adding-a-type.md: the file shown is all of a type, and mistakes in it are told in the words that it quotes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from botocore.model import OperationNotFoundError

import dr_toolkit
from dr_toolkit.engine import concrete
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.types import ResourceType
from tests.aws_shapes import invalid, output_members, service
from tests.conformance.test_members import complaints
from tests.conformance.test_permissions import written

ROOT = Path(dr_toolkit.__file__).parent
DOCUMENT = (ROOT.parent / "docs" / "adding-a-type.md").read_text(encoding="utf-8")
NAME = "apigateway.base_path_mapping"
HERE = Scope("123456789012", "us-east-1")


def shown() -> tuple[str, str]:
    """The path of the file that the document shows, and its text there."""
    found = re.search(r"<!-- file: (\S+) -->\n```python\n(.*?)```\n<!-- /file -->", DOCUMENT, re.DOTALL)
    assert found
    return found[1], found[2]


def described(text: str) -> ResourceType:
    """The type that a file's text describes."""
    held: dict[str, object] = {"__name__": "shown"}
    exec(compile(text, "shown", "exec"), held)
    types = held["TYPES"]
    assert isinstance(types, tuple)
    (found,) = types
    assert isinstance(found, ResourceType)
    return found


def test_the_file_is_shown_as_it_is() -> None:
    path, text = shown()
    assert (ROOT.parent / path).read_text(encoding="utf-8") == text


def test_it_is_all_that_there_is_of_the_type() -> None:
    """Without the file there is one type less; with its text there is the type: nothing else has to speak of it.

    Rules of the book may, and what tells its events apart from those of others.
    """
    path, text = shown()
    others = [t for t in registry() if t.name != NAME]
    assert [t.name for t in registry() if t.name not in {o.name for o in others}] == [NAME]
    again = Registry([*others, described(text)])
    assert list(again.ranks) == list(registry().ranks)
    own = ROOT.parent / path
    naming = {p for p in ROOT.rglob("*.py") if NAME in p.read_text(encoding="utf-8") and p != own}
    assert {p.name for p in naming if p.parent.name != "rulebook"} <= {"trail.py", "trail_events.py"}


def wrong(old: str, new: str) -> ResourceType:
    """The type of the document's file with a mistake in it."""
    _, text = shown()
    assert old in text
    return described(text.replace(old, new))


def quoted(told: str) -> str:
    """What a test says, where the document quotes it word for word."""
    assert f"`{told}`" in DOCUMENT
    return told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (', "stage": setting()}', "}", f"{NAME}.stage is not classified"),
        (
            '"stage": setting()}',
            '"stage": setting(), "colour": setting()}',
            f"{NAME}.colour is classified, and botocore does not have it",
        ),
    ],
)
def test_a_wrong_field_is_named(old: str, new: str, told: str) -> None:
    t = wrong(old, new)
    assert list(complaints(output_members(t), t.fields, t.name)) == [quoted(told)]


def test_a_call_that_is_not_declared_is_named() -> None:
    _, text = shown()
    forgotten = text.replace('"UpdateBasePathMapping", "DeleteBasePathMapping")', '"DeleteBasePathMapping")')
    assert forgotten != text
    with pytest.raises(AssertionError, match="UpdateBasePathMapping") as failure:
        assert set(described(forgotten).calls) == written(forgotten)
    assert quoted("Extra items in the right set: 'UpdateBasePathMapping'") in re.sub(r"\s+", " ", str(failure.value))


def test_a_wrong_parameter_is_named() -> None:
    t = wrong('("basePath", "restApiId", "stage") if', '("basepath", "restApiId", "stage") if')
    api = Ref(ResourceKey("apigateway.rest_api", ("shop",)))
    key = ResourceKey(NAME, ("api.example.com+private", "v1"))
    mapping = Resource(key, {"basepath": "v1", "restApiId": api, "stage": "prod"})
    assert t.create is not None
    (call,) = t.create(concrete.resource(mapping, registry(), HERE))
    params = {name: value if isinstance(value, str) else "abcde12345" for name, value in call.params.items()}
    assert quoted('Unknown parameter in input: "basepath"') in invalid(t.service, call.operation, params)


def test_a_wrong_operation_or_type_is_named() -> None:
    t = wrong('"GetBasePathMappings"', '"GetBasePaths"')
    with pytest.raises(OperationNotFoundError) as failure:
        service(t.service).operation_model(t.listing.operation)
    assert str(failure.value) == quoted("GetBasePaths")
    t = wrong('reference("apigateway.rest_api")', 'reference("apigateway.restapi")')
    assert [name for name in t.fields["restApiId"].to if name not in registry()] == [quoted("apigateway.restapi")]
