"""The exported form of an HTTP API: what ExportApi would tell of a draft, as nouns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dr_toolkit.engine.openapi import http_words as words
from dr_toolkit.engine.openapi.http_rows import EXPORTED_AT, sources_of
from dr_toolkit.model import wire
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.http_apis import API, AUTHORIZER, INTEGRATION, ROUTE

_KEPT = {
    API: ("Name", "ProtocolType", "Description", "Version", "DisableExecuteApiEndpoint", "CorsConfiguration"),
    AUTHORIZER: ("Name", *words.AUTHORIZER_WORDS),
    INTEGRATION: tuple(words.INTEGRATION_WORDS),
    ROUTE: ("RouteKey", "Target", "AuthorizationType", "AuthorizerId", "AuthorizationScopes", "OperationName"),
}


def exported(nouns: Iterable[Resource]) -> list[Resource]:
    """What an export of a draft would tell: the nouns of an HTTP API in canonical form, in the order of their keys.

    It is what canonical form makes of ``http_rows.rows`` of that export, and see there for what an export leaves open.
    Integrations are called after the smallest route key and authorizers by their names, whatever they were called
    before. Nouns of other types are left out: no definition has them.
    """
    held = _held(nouns)
    names = _names(held)
    made = [_renamed(noun, names) for key, noun in held.items() if key in names]
    unlike = {noun.key: noun for noun in made}
    return [unlike[key] for key in sorted(unlike)]


def names_in_export(nouns: Iterable[Resource]) -> dict[ResourceKey, ResourceKey]:
    """The keys by which an export calls the nouns of a draft; what is not in one has none."""
    return _names(_held(nouns))


def _held(nouns: Iterable[Resource]) -> dict[ResourceKey, Resource]:
    return {noun.key: _bare(noun) for noun in nouns if noun.key.type in _KEPT}


def _bare(noun: Resource) -> Resource:
    """A noun with what is exported of it."""
    kept = {name: noun.attributes[name] for name in _KEPT[noun.key.type] if name in noun.attributes}
    match noun.key.type:
        case "apigatewayv2.api" if EXPORTED_AT.match(str(kept.get("Version", ""))):
            del kept["Version"]
        case "apigatewayv2.integration":
            kept = _integration(kept)
        case "apigatewayv2.authorizer" if "IdentitySource" in kept:
            kept["IdentitySource"] = sorted(sources_of(kept["IdentitySource"]), key=wire.canonical)
    return Resource(noun.key, kept)


def _integration(kept: dict[str, Any]) -> dict[str, Any]:
    kept.setdefault("TimeoutInMillis", words.LONGEST_TIMEOUT)
    if kept.get("IntegrationType") == "AWS_PROXY" and "IntegrationSubtype" not in kept:
        kept.setdefault("IntegrationMethod", "POST")
        if "IntegrationUri" in kept:
            kept["IntegrationUri"] = words.function_of(kept["IntegrationUri"])
    return kept


def _names(held: Mapping[ResourceKey, Resource]) -> dict[ResourceKey, ResourceKey]:
    """The keys that nouns have in an export; what is not in one has none."""
    names = {key: key for key in held if key.type in (API, ROUTE)}
    first: dict[bytes, ResourceKey] = {}
    for key in sorted(key for key in held if key.type == ROUTE):
        for target in _named(held, key, "Target"):
            alike = wire.canonical(target.attributes)
            names[target.key] = first.setdefault(alike, ResourceKey(INTEGRATION, key.path))
        for authorizer in _named(held, key, "AuthorizerId"):
            own = str(authorizer.attributes.get("Name") or authorizer.key.name)
            names[authorizer.key] = ResourceKey(AUTHORIZER, (*key.path[:1], own))
    return names


def _named(held: Mapping[ResourceKey, Resource], route: ResourceKey, member: str) -> list[Resource]:
    """The noun that a route refers to, if it is held."""
    value = held[route].attributes.get(member)
    return [held[value.key]] if isinstance(value, Ref) and value.key in held else []


def _renamed(noun: Resource, names: Mapping[ResourceKey, ResourceKey]) -> Resource:
    said = {
        name: Ref(names.get(value.key, value.key)) if isinstance(value, Ref) else value
        for name, value in noun.attributes.items()
    }
    return replace(noun, key=names[noun.key], attributes=said)
