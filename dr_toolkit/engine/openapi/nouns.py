"""What a stage serves as nouns: the rows of an export, named and in canonical form as those of the draft are."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reading
from dr_toolkit.engine.openapi.rest_exported import exported as rest_exported
from dr_toolkit.engine.openapi.rest_rows import Ids, Rows
from dr_toolkit.engine.openapi.rest_rows import rows as rest_rows
from dr_toolkit.engine.pairing import Identity, Names, pair
from dr_toolkit.model.documents import READ, Coverage, Resource, Scope
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import REST, Serving
from dr_toolkit.spec.types import Row


@dataclass(frozen=True)
class _Form:
    """How exports of a kind of API are read; ``named`` are types with the member that tells a row's name."""

    rows: Callable[[Any, Ids], Rows]
    exported: Callable[[Iterable[Resource]], Iterable[Resource]]
    named: Mapping[str, str]


_FORMS = {
    REST.api: _Form(
        rest_rows,
        rest_exported,
        {"apigateway.resource": "path", "apigateway.authorizer": "name", "apigateway.request_validator": "name"},
    ),
}


def served(
    document: Any, kind: Serving, api_row: Row, reading: Reading, registry: Registry, scope: Scope, names: Names
) -> dict[str, Resource]:
    """What an exported document tells, in exported form: the nouns by printed key, keyed as those of the draft.

    ``api_row`` is the API's row in ``reading``, the region's rows to which ``names`` has given keys: what the export
    refers to outside the API is found there, and what it names as the draft does has the draft's key. Raises ValueError
    where the document can't be read.
    """
    form = _FORMS[kind.api]
    rows, known = _ids(form, kind, api_row, registry, names)
    own = _reading(form.rows(document, rows), api_row, kind, registry)
    paired = pair(own, registry, scope, ChainMap(known, names.known))  # type: ignore[arg-type]
    inside = _Inside(registry, scope, own, paired.known, paired.index, outer=names)
    estate = canonicalise(own, registry, inside)
    for name, coverage in estate.coverage.items():
        if coverage.status != READ:
            raise ValueError(f"{name} in the export: {coverage.reason}")
    return {noun.key.text: noun for noun in form.exported(_bare(each) for each in estate)}


def exported(nouns: Iterable[Resource], kind: Serving) -> dict[str, Resource]:
    """What an export of a draft would tell: the nouns of one API in exported form, by printed key."""
    return {noun.key.text: noun for noun in _FORMS[kind.api].exported(_bare(each) for each in nouns)}


def _bare(noun: Resource) -> Resource:
    return Resource(noun.key, noun.attributes)


def _ids(
    form: _Form, kind: Serving, api_row: Row, registry: Registry, names: Names
) -> tuple[dict[tuple[str, str], str], dict[Identity, ResourceKey]]:
    """The ids that AWS gave to what the draft has of each name, and the keys that go with them."""
    api_id = registry[kind.api].physical(api_row.data)
    ids: dict[tuple[str, str], str] = {(kind.api, ""): api_id}
    known: dict[Identity, ResourceKey] = {}
    if api_row.key is not None:
        known[(kind.api, "", api_id)] = api_row.key
    for type_name, member in form.named.items():
        for row in names.siblings(type_name, Row(type_name, {}, api_row)):
            own = registry[type_name].physical(row.data)
            ids[type_name, str(row.data.get(member))] = own
            if row.key is not None:
                known[(type_name, api_id, own)] = row.key
    return ids, known


def _reading(rows: Rows, api_row: Row, kind: Serving, registry: Registry) -> Reading:
    """The rows of an export as a reading: what lies within others is taken out of them."""
    (top,) = rows[kind.api]
    api = Row(kind.api, top | {"id": registry[kind.api].physical(api_row.data)})
    found: dict[str, list[Row]] = {kind.api: [api]}
    found |= {name: [Row(name, data, api) for data in held] for name, held in rows.items() if name != kind.api}
    for t in registry:
        if t.listing.within in found:
            found[t.name] = [Row(t.name, data, row) for row in found[t.listing.within] for data in t.listing.split(row)]
    for name, held in found.items():
        for row in held:
            row.beside = {each: found.get(each, []) for each in registry[name].asks}
    return Reading(found, {name: Coverage(READ) for name in found})


@dataclass
class _Inside(Names):
    """The names of an export, and of all that lies outside of its API."""

    outer: Names | None = None

    def row(self, types: Iterable[str], physical_id: str, near: Row) -> Row | None:
        """The row with that id in the export, or else outside of its API."""
        wanted = list(types)
        found = super().row(wanted, physical_id, near)
        if found is not None or self.outer is None:
            return found
        return self.outer.row([name for name in wanted if name not in self.reading.rows], physical_id, near)

    def inside(self, type_name: str, outer_id: str, physical_id: str) -> ResourceKey | None:
        """The key of the resource with that id inside the whole thing with the other."""
        found = super().inside(type_name, outer_id, physical_id)
        if found is not None or self.outer is None:
            return found
        return self.outer.inside(type_name, outer_id, physical_id)
