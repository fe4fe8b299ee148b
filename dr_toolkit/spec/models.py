"""What the schema of a model refers to: other models of its API, by a URL with the API's id in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import ResourceKey

_URL = re.compile(r"/restapis/(?:\$\{[^}]*\}|[^/]+)/models/([^/#?]+)")


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
