"""The schema of a model: what says something in it, and the other models of its API, by a URL with an id in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import ResourceKey

_URL = re.compile(r"/restapis/(?:\$\{[^}]*\}|[^/]+)/models/([^/#?]+)")

DRAFT4 = "http://json-schema.org/draft-04/schema#"
"""What every model of a REST API is written in, whether or not it says so."""


def telling(schema: Mapping[str, Any], description: str | None) -> dict[str, Any]:
    """A schema without what goes without saying: its draft, and the model's own description once more."""
    unsaid = {"$schema": DRAFT4} | ({"description": description} if description else {})
    return {name: value for name, value in schema.items() if name not in unsaid or value != unsaid[name]}


def telling_text(schema: str, description: str | None) -> str:
    """The same of a schema's text; what is no JSON object stays as it is."""
    try:
        parsed = json.loads(schema)
    except (ValueError, RecursionError):
        return schema
    return json.dumps(telling(parsed, description)) if isinstance(parsed, dict) else schema


def mentions(model: Resource, schema: str) -> list[ResourceKey]:
    """The models that a model's schema, the member of that name, refers to; itself too, where it does."""
    names = {m[1] for text in _strings(model.attributes.get(schema)) for m in _URL.finditer(text)}
    return [ResourceKey(model.key.type, (model.key.path[0], name)) for name in sorted(names)]


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _strings(inner)
        case list():
            for inner in value:
                yield from _strings(inner)
