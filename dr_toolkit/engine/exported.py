"""What exports tell, by the kind of API: the rows of a document, and of a draft what its export would tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dr_toolkit.engine.openapi import http_exported, http_rows, rest_exported, rest_rows
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.served import HTTP, REST, kind_of

Rows = dict[str, list[dict[str, Any]]]

_FORMS: Mapping[str, Callable[[Iterable[Resource]], list[Resource]]] = {
    REST.api: rest_exported.exported,
    HTTP.api: http_exported.exported,
}


def rows_of(api_type: str, api_id: str, document: Mapping[str, Any]) -> Rows:
    """The rows that AWS's lists would return of an exported API, by type; raises ValueError for what is no export."""
    return rest_rows.rows(document, api_id) if api_type == REST.api else http_rows.rows(document)


def exported(api_type: str, nouns: Iterable[Resource]) -> list[Resource]:
    """The nouns of one API's draft as an export would tell them, but for what has no part in what a stage serves."""
    return [served_part(noun) for noun in _FORMS[api_type](nouns)]


def names_in_export(api_type: str, nouns: Iterable[Resource]) -> dict[ResourceKey, ResourceKey]:
    """The keys by which an export calls the nouns of one API's draft; of several in one, the same."""
    if api_type == REST.api:
        return rest_exported.names_in_export(nouns)
    return http_exported.names_in_export(nouns)


def served_part(resource: Resource) -> Resource:
    """A resource without what has no part in what a stage serves: ids, facts, and what an API is only called."""
    kind = kind_of(resource.key.type)
    unserved = kind.unserved if resource.key.type == kind.api else ()
    attributes = rest_exported.as_drafted(resource).attributes
    return Resource(resource.key, {n: v for n, v in attributes.items() if n not in unserved})
