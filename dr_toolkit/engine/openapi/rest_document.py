"""The OpenAPI 3.0 document by which an import (PutRestApi, mode overwrite) makes a REST API what its nouns say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from dr_toolkit.engine.openapi import rest_words as w
from dr_toolkit.engine.openapi.ledger import Ledger
from dr_toolkit.engine.openapi.rest_models import schemas_of
from dr_toolkit.engine.openapi.rest_operations import Operations
from dr_toolkit.engine.openapi.rest_security import Requirements, scheme
from dr_toolkit.engine.openapi.texts import Unheld, check_variables, structured
from dr_toolkit.engine.openapi.written import Written
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import ResourceKey

_HELD = {w.API, w.RESOURCE, w.METHOD, w.MODEL, w.AUTHORIZER, w.VALIDATOR, w.RESPONSE, w.PART}
_TOLD = ("version", "policy", *w.SETTINGS.values())
"""Members of an API that an export tells: of a definition that was exported, these are its own."""


def document(nouns: Iterable[Resource], api: Resource, *, bound: Collection[ResourceKey] = ()) -> Written:
    """The document of an API's nouns, and what it does not hold; the same nouns give the same document.

    Nouns are as their types' verbs want them (`engine.concrete`): region and account put in, `Ref` and `Join` where an
    id is not known yet. ``api`` is the API's own noun; where the nouns hold one too, such as that of an exported
    definition, what exports tell is taken from that. The API's endpoint and address type and its tags are none of a
    document's business: CreateRestApi gives them, and an import leaves them as they are. ``bound`` are resources that
    are there already and whose ids are known when the document is sent; the root is always one of them.
    """
    return _Writer(nouns, api, bound).written()


class _Writer:
    """One document being written."""

    def __init__(self, nouns: Iterable[Resource], api: Resource, bound: Collection[ResourceKey]) -> None:
        self._api = api.key
        self._nouns: dict[str, list[Resource]] = {}
        for noun in sorted(nouns, key=lambda each: each.key):
            self._nouns.setdefault(noun.key.type, []).append(noun)
        told = next((noun.attributes for noun in self._nouns.get(w.API, ()) if noun.key == api.key), api.attributes)
        own = {name: value for name, value in api.attributes.items() if name not in _TOLD}
        self._settings = own | {name: told[name] for name in _TOLD if name in told}
        self._bound = {*bound, ResourceKey(w.RESOURCE, (*api.key.path, "/"))}
        self._ledger = Ledger()

    def written(self) -> Written:
        """The document, and what is left."""
        schemas = schemas_of(self._nouns.get(w.MODEL, ()), self._api, self._ledger)
        schemes = self._named(w.AUTHORIZER, self._scheme)
        validators = self._named(w.VALIDATOR, _validator)
        requirements = Requirements(_names(schemes))
        operations = Operations(schemas, _names(validators), requirements, self._bound)
        made = self._root() | {"paths": self._paths(operations)}
        security = dict(sorted((dict(schemes.values()) | requirements.schemes).items()))
        if components := _filled(schemas=schemas, securitySchemes=security):
            made["components"] = components
        if validators:
            made[w.X + "request-validators"] = dict(validators.values())
        if responses := self._each(w.RESPONSE, _response):
            made[w.X + "gateway-responses"] = {key.name: value for key, value in responses.items()}
        if parts := self._each(w.PART, _part):
            made[w.X + "documentation"] = {"documentationParts": list(parts.values())}
        for type_name in self._nouns.keys() - _HELD:
            for noun in self._nouns[type_name]:
                self._ledger.leave(noun.key, "no document holds it")
        return self._ledger.written(made)

    def _each(self, type_name: str, write: Callable[[Resource], Any]) -> dict[ResourceKey, Any]:
        return self._ledger.each(self._nouns.get(type_name, ()), write)

    def _named(self, type_name: str, write: Callable[[Resource], Any]) -> dict[ResourceKey, tuple[str, Any]]:
        """The same of what a document knows by its name, with that."""
        taken: set[str] = set()

        def named(noun: Resource) -> tuple[str, Any]:
            name = str(noun.attributes.get("name", ""))
            if not name or name in taken:
                raise Unheld("documents know it by its name, and another has that, or it has none")
            made = name, write(noun)
            taken.add(name)
            return made

        return self._each(type_name, named)

    # --- the API itself ------------------------------------------------------------------------

    def _root(self) -> dict[str, Any]:
        """Version, information, and what stands at the root beside it. ``info.version`` has to be there."""
        a, info = self._settings, {}
        info["title"], info["version"] = a.get("name", ""), a.get("version", "")
        if "description" in a:
            info["description"] = a["description"]
        made: dict[str, Any] = {"openapi": "3.0.1", "info": info}
        made |= {w.X + extension: a[member] for extension, member in w.SETTINGS.items() if member in a}
        try:
            check_variables({name: value for name, value in a.items() if name != "tags"})
            if "policy" in a:
                made[w.X + "policy"] = _object(a["policy"], "its policy")
        except Unheld as reason:
            self._ledger.hold_partly(self._api, str(reason))
        ids = (a.get("endpointConfiguration") or {}).get("vpcEndpointIds")
        if endpoint := _filled(disableExecuteApiEndpoint=a.get("disableExecuteApiEndpoint"), vpcEndpointIds=ids):
            made["servers"] = [{"url": "/", w.X + "endpoint-configuration": endpoint}]
        return made

    def _scheme(self, authorizer: Resource) -> dict[str, Any]:
        made, reason = scheme(authorizer)
        if reason:
            self._ledger.hold_partly(authorizer.key, reason)
        return made

    # --- paths ---------------------------------------------------------------------------------

    def _paths(self, operations: Operations) -> dict[str, Any]:
        """The paths that have methods in the document; those above them come of themselves, all others are left."""
        made: dict[str, Any] = {}
        reached = {"/"}
        for key, operation in self._each(w.METHOD, operations.of).items():
            _, path, verb = key.path
            made.setdefault(path, {})[w.ANY if verb == "ANY" else verb.lower()] = operation
            parts = path.strip("/").split("/")
            reached |= {"/" + "/".join(parts[:number]) for number in range(1, len(parts) + 1)}
        for resource in self._nouns.get(w.RESOURCE, ()):
            if resource.key.name not in reached:
                self._ledger.leave(resource.key, "no method in the document leads through it")
        return made


def _names(named: Mapping[ResourceKey, tuple[str, Any]]) -> dict[ResourceKey, str]:
    return {key: name for key, (name, _) in named.items()}


def _filled(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}


def _object(text: Any, what: str) -> Mapping[str, Any]:
    found = structured(text)
    if not isinstance(found, Mapping):
        raise Unheld(f"{what} is no JSON object")
    return found


def _validator(validator: Resource) -> dict[str, Any]:
    """A request validator as the extension has it, by its name."""
    flags = ("validateRequestBody", "validateRequestParameters")
    return {flag: bool(validator.attributes.get(flag)) for flag in flags}


def _response(response: Resource) -> dict[str, Any]:
    """A gateway response as the extension has it, by its type."""
    return {name: value for name, value in response.attributes.items() if name != "responseType"}


def _part(part: Resource) -> dict[str, Any]:
    """A documentation part as the extension has it."""
    properties = _object(part.attributes.get("properties", "{}"), "what it says")
    return {"location": dict(part.attributes.get("location") or {}), "properties": properties}
