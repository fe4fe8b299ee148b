"""The published schemas hold for every document, and refuse what is not in them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from dr_toolkit.errors import DrToolkitError
from dr_toolkit.report import as_json
from tests.unit import report_samples as samples

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
SCHEMAS = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
REFERENCES: Registry[Any] = Registry().with_resources(
    (name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)
DOCUMENTS = {name: as_json.document(result) for name, result in samples.RESULTS.items()}
OPEN = {"attributes", "before", "after", "observed", "params", "options", "bindings", "counts", "objects", "types"}
OPEN |= {"binds", "tolerates", "parent", "policy", "networks"}


def kind(document: Any) -> str:
    """What a document says it is."""
    return str(document[0]["kind"] if isinstance(document, list) else document["kind"])


def errors(document: Any) -> list[str]:
    """What its schema has against a document."""
    schema = SCHEMAS[f"{kind(document)}.schema.json"]
    validator = Draft202012Validator(schema, registry=REFERENCES)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_hold_to_their_schema(name: str) -> None:
    document = json.loads(as_json.dumps(DOCUMENTS[name]))
    assert errors(document) == []


def test_every_kind_has_a_sample_and_a_schema() -> None:
    assert {f"{kind(d)}.schema.json" for d in DOCUMENTS.values()} == SCHEMAS.keys() - {"common.schema.json"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_says_what_it_is_and_what_it_lacks(name: str) -> None:
    document = DOCUMENTS[name]
    for part in document if isinstance(document, list) else [document]:
        assert part["schema_version"] == 1
        assert part["summary"]
        assert part["coverage"]["complete"] is (part["coverage"]["gaps"] == [])


def closed_places(value: Any, name: str = "") -> Iterator[dict[str, Any]]:
    """Every object of a document whose members are the toolkit's own."""
    if isinstance(value, dict):
        if name not in OPEN:
            yield value
        for member, inner in value.items():
            if member not in OPEN:
                yield from closed_places(inner, member)
    elif isinstance(value, list):
        for inner in value:
            yield from closed_places(inner, name)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_unknown_members_are_refused(name: str) -> None:
    document = copy.deepcopy(DOCUMENTS[name])
    places = list(closed_places(document))
    assert places
    for place in places:
        place["surprise"] = 1
        assert errors(document), f"{sorted(place)} may hold anything"
        del place["surprise"]


@pytest.mark.parametrize("name", ["drift", "plan", "restore", "verify", "error"])
def test_missing_members_are_refused(name: str) -> None:
    for member in DOCUMENTS[name].keys() - {"kind"}:
        assert errors({k: v for k, v in DOCUMENTS[name].items() if k != member}), f"{member} may be missing"


def subclasses(of: type[DrToolkitError]) -> Iterator[type[DrToolkitError]]:
    """A class and all below it."""
    yield of
    for below in of.__subclasses__():
        yield from subclasses(below)


@pytest.mark.parametrize("error", list(subclasses(DrToolkitError)), ids=lambda e: e.__name__)
def test_every_error_has_a_document(error: type[DrToolkitError]) -> None:
    document = as_json.document(error())
    assert errors(document) == []
    assert document["error"]["exit_code"] == error.exit_code


def test_the_table_of_kinds_says_each_once() -> None:
    rows = [line for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    kinds = [word.strip("` ") for row in rows[2:] for word in row.split("|")[2].partition(":")[0].split(",")]
    assert sorted(kinds) == sorted(name.removesuffix(".schema.json") for name in SCHEMAS if "common" not in name)
