"""Schemas of models, as models hold them and as documents do.

A model refers to another one by a URL that names the API, a schema in a document by its place in the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dr_toolkit.engine.openapi import rest_words as w
from dr_toolkit.engine.openapi.texts import Unheld
from dr_toolkit.model.changes import Join
from dr_toolkit.model.keys import Ref, ResourceKey

NAMED = ("properties", "patternProperties", "definitions")
"""Members whose own members have names that a person chose."""

VALUES = ("enum", "const", "required", "default", "example")
"""Members that hold values, not schemas."""

_KNOWN = frozenset(
    (
        *("title", "description", "type", "format", "enum", "required", "properties", "additionalProperties", "items"),
        *("allOf", "oneOf", "anyOf", "not", "pattern", "multipleOf", "maximum", "exclusiveMaximum", "minimum"),
        *("maxLength", "minLength", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties"),
    )
)
"""What OpenAPI 3.0 knows of a schema, without what an import ignores (the developer guide's important notes)."""

Refer = Callable[[Any], Any]


def walked(schema: Any, refer: Refer, keep: Callable[[str, Any], bool] = lambda name, value: True) -> Any:
    """A schema with other references, and only with those members that are to be kept.

    Nothing counts beside a reference, and what is a value stays as it is.
    """
    if isinstance(schema, list):
        return [walked(each, refer, keep) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    if isinstance(schema.get("$ref"), str | Join):
        return {"$ref": refer(schema["$ref"])}
    made: dict[str, Any] = {}
    for name, value in schema.items():
        if name in VALUES and keep(name, value):
            made[name] = value
        elif name in NAMED and isinstance(value, Mapping) and keep(name, value):
            made[name] = {inner: walked(each, refer, keep) for inner, each in value.items()}
        elif keep(name, value):
            made[name] = walked(value, refer, keep)
    return made


def with_urls(schema: Any, url: str) -> Any:
    """A document's schema as a model has it, but for a description; ``url`` is that of the API's models."""
    return _undescribed(
        walked(schema, lambda ref: url + ref.removeprefix(w.SCHEMAS) if ref.startswith(w.SCHEMAS) else ref)
    )


def as_exported(schema: Any) -> Any:
    """A model's schema without what no export tells: the name of its draft, what stands beside a reference, and what
    describes the whole, which may be the model's own description.
    """
    return _undescribed(walked(schema, lambda ref: ref, lambda name, value: name != "$schema"))


def _undescribed(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    return {name: value for name, value in schema.items() if name != "description"}


def as_written(schema: Any, api: ResourceKey) -> tuple[dict[str, Any], bool]:
    """A model's schema for an import, in which OpenAPI 3.0 knows every member; and whether that is all of it.

    Raises `Unheld` where it is no object, or refers to anything but models of its own API.
    """
    if not isinstance(schema, Mapping):
        raise Unheld("its schema is no JSON object")

    def refer(reference: Any) -> str:
        return w.SCHEMAS + model_of(reference, api)

    made = walked(schema, refer, _is_known)
    return made, made == _referring(schema, refer)


def _referring(schema: Any, refer: Refer) -> Any:
    """All of a schema with other references."""
    if isinstance(schema, list):
        return [_referring(each, refer) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        name: refer(value) if name == "$ref" and isinstance(value, str | Join) else _referring(value, refer)
        for name, value in schema.items()
    }


def _is_known(name: str, value: Any) -> bool:
    if name in ("type", "items") and isinstance(value, list):
        return False
    return name in _KNOWN or name.startswith("x-")


def model_of(reference: Any, api: ResourceKey) -> str:
    """The model of an API that a reference leads to. Raises `Unheld` where it leads elsewhere."""
    if isinstance(reference, Join):
        match reference.parts:
            case (w.MODELS_URL, Ref(key), str(rest)) if key == api and rest.startswith("/models/"):
                name = rest.removeprefix("/models/")
                if name.isalnum():
                    return name
    raise Unheld("its schema refers to something that is no model of its own API")


def models_in(schema: Any, api: ResourceKey) -> Iterator[str]:
    """The models that a schema refers to. Raises `Unheld` where a reference leads elsewhere."""
    found: list[str] = []

    def seen(reference: Any) -> str:
        found.append(model_of(reference, api))
        return ""

    walked(schema, seen)
    yield from found
