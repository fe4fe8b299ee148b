"""Models of a REST API as schemas of a document for an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_toolkit.engine.openapi import rest_words as w
from dr_toolkit.engine.openapi.ledger import Ledger
from dr_toolkit.engine.openapi.rest_schemas import as_written, models_in
from dr_toolkit.engine.openapi.texts import Unheld, structured
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import ResourceKey


def schemas_of(models: Iterable[Resource], api: ResourceKey, ledger: Ledger) -> dict[str, Any]:
    """The schemas by the names of their models; a model that refers to one that is left is left too."""
    held = ledger.each(models, lambda model: _schema(model, api, ledger))
    while lost := _lost(held):
        for key, name in lost.items():
            del held[key]
            ledger.leave(key, f"it refers to the model {name}, which is not in the document")
    return {key.name: schema for key, (schema, _) in held.items()}


def _lost(held: Mapping[ResourceKey, tuple[Any, list[str]]]) -> dict[ResourceKey, str]:
    """The models that refer to one that is not held, and which that is."""
    names = {key.name for key in held}
    missing = {key: next((name for name in all_of if name not in names), "") for key, (_, all_of) in held.items()}
    return {key: name for key, name in missing.items() if name}


def _schema(model: Resource, api: ResourceKey, ledger: Ledger) -> tuple[dict[str, Any], list[str]]:
    """The schema of a model, and the models that it refers to."""
    a, name = model.attributes, model.key.name
    if a.get("contentType") != w.JSON:
        raise Unheld(f"documents hold models of {w.JSON} only")
    if not (name.isascii() and name.isalnum()):
        raise Unheld("an import takes alphanumeric names of models only")
    whole = structured(a.get("schema", "{}"))
    mentioned = list(models_in(whole, api))
    schema, complete = as_written(whole, api)
    if "description" in a:
        schema = {"description": a["description"]} | schema
    if not complete:
        ledger.hold_partly(model.key, "its schema has members that OpenAPI 3.0 does not know, or an import drops")
    elif schema.get("description", "") != a.get("description", ""):
        ledger.hold_partly(model.key, "an import takes a model's description from its schema")
    return schema, mentioned
