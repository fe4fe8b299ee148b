"""The OpenAPI 3.0 document by which an import (PutRestApi, mode overwrite) makes a REST API what its nouns say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from dr_toolkit.engine.openapi import rest_words as w
from dr_toolkit.engine.openapi.rest_operations import Operations
from dr_toolkit.engine.openapi.rest_schemas import as_written, models_in
from dr_toolkit.engine.openapi.rest_security import Requirements, scheme
from dr_toolkit.engine.openapi.texts import Unheld, check_variables, structured
from dr_toolkit.engine.openapi.written import Written
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import ResourceKey

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
        self._left: dict[ResourceKey, str] = {}
        self._partly: set[ResourceKey] = set()

    def written(self) -> Written:
        """The document, and what is left."""
        models = self._models()
        schemes = self._each(w.AUTHORIZER, self._scheme)
        validators = self._each(w.VALIDATOR, self._validator_of())
        responses = self._each(w.RESPONSE, _response)
        parts = self._each(w.PART, _part)
        made = self._root()
        by_name = {key: str(noun.attributes["name"]) for key, noun in self._keyed(w.AUTHORIZER, schemes).items()}
        checks = {key: str(noun.attributes["name"]) for key, noun in self._keyed(w.VALIDATOR, validators).items()}
        requirements = Requirements(by_name)
        made["paths"] = self._paths(Operations(models, checks, requirements, self._bound))
        security = {by_name[key]: value for key, value in schemes.items()} | requirements.schemes
        components = {"schemas": models, "securitySchemes": dict(sorted(security.items()))}
        if any(components.values()):
            made["components"] = {name: held for name, held in components.items() if held}
        if validators:
            made[w.X + "request-validators"] = {checks[key]: value for key, value in validators.items()}
        if responses:
            made[w.X + "gateway-responses"] = {key.name: value for key, value in responses.items()}
        if parts:
            made[w.X + "documentation"] = {"documentationParts": list(parts.values())}
        self._leave_others()
        return Written(made, dict(sorted(self._left.items())), frozenset(self._partly))

    def _keyed(self, type_name: str, kept: Collection[ResourceKey]) -> dict[ResourceKey, Resource]:
        return {noun.key: noun for noun in self._nouns.get(type_name, ()) if noun.key in kept}

    def _each(self, type_name: str, write: Callable[[Resource], Any]) -> dict[ResourceKey, Any]:
        """What is written of each noun of a type; those that can't be held are left."""
        made = {}
        for noun in self._nouns.get(type_name, ()):
            try:
                check_variables(noun.attributes)
                made[noun.key] = write(noun)
            except Unheld as reason:
                self._left[noun.key] = str(reason)
        return made

    def _hold_partly(self, key: ResourceKey, reason: str) -> None:
        if reason:
            self._left[key] = reason
            self._partly.add(key)

    def _leave_others(self) -> None:
        written = {w.API, w.RESOURCE, w.METHOD, w.MODEL, w.AUTHORIZER, w.VALIDATOR, w.RESPONSE, w.PART}
        for type_name in self._nouns.keys() - written:
            self._left |= {noun.key: "no document holds it" for noun in self._nouns[type_name]}

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
                made[w.X + "policy"] = _policy(a["policy"])
        except Unheld as reason:
            self._hold_partly(self._api, str(reason))
        endpoint: dict[str, Any] = {}
        if a.get("disableExecuteApiEndpoint"):
            endpoint["disableExecuteApiEndpoint"] = True
        if ids := (a.get("endpointConfiguration") or {}).get("vpcEndpointIds"):
            endpoint["vpcEndpointIds"] = list(ids)
        if endpoint:
            made["servers"] = [{"url": "/", w.X + "endpoint-configuration": endpoint}]
        return made

    # --- what methods refer to -----------------------------------------------------------------

    def _models(self) -> dict[str, Any]:
        """The models by name; one that refers to what is left is left too."""
        schemas = {key.name: (key, schema) for key, schema in self._each(w.MODEL, self._schema).items()}
        while True:
            lost = {
                name: missing
                for name, (_, (_, mentioned)) in schemas.items()
                if (missing := next((each for each in mentioned if each not in schemas), ""))
            }
            if not lost:
                break
            for name, missing in lost.items():
                key, _ = schemas.pop(name)
                self._left[key] = f"it refers to the model {missing}, which is not in the document"
                self._partly.discard(key)
        return {name: schema for name, (_, (schema, _)) in schemas.items()}

    def _schema(self, model: Resource) -> tuple[Any, list[str]]:
        """The schema of a model, and the models that it refers to."""
        a = model.attributes
        if a.get("contentType") != w.JSON:
            raise Unheld(f"documents hold models of {w.JSON} only")
        if not (model.key.name.isascii() and model.key.name.isalnum()):
            raise Unheld("an import takes alphanumeric names of models only")
        whole = structured(a.get("schema", "{}"))
        mentioned = list(models_in(whole, self._api))
        schema, complete = as_written(whole, self._api)
        if "description" in a:
            schema = {"description": a["description"]} | schema
        if not complete:
            self._hold_partly(model.key, "its schema has members that OpenAPI 3.0 does not know, or an import drops")
        elif schema.get("description", "") != a.get("description", ""):
            self._hold_partly(model.key, "an import takes a model's description from its schema")
        return schema, mentioned

    def _scheme(self, authorizer: Resource) -> dict[str, Any]:
        made, reason = scheme(authorizer)
        self._hold_partly(authorizer.key, reason)
        return made

    def _validator_of(self) -> Callable[[Resource], dict[str, Any]]:
        named: set[str] = set()

        def write(validator: Resource) -> dict[str, Any]:
            a = validator.attributes
            name = str(a.get("name", ""))
            if not name or name in named:
                raise Unheld("a document knows validators by their names")
            named.add(name)
            return {flag: bool(a.get(flag)) for flag in ("validateRequestBody", "validateRequestParameters")}

        return write

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
                self._left[resource.key] = "no method in the document leads through it"
        return made


def _policy(text: Any) -> Any:
    policy = structured(text)
    if not isinstance(policy, Mapping):
        raise Unheld("its policy is no JSON object")
    return policy


def _response(response: Resource) -> dict[str, Any]:
    """A gateway response as the extension has it, by its type."""
    return {name: value for name, value in response.attributes.items() if name != "responseType"}


def _part(part: Resource) -> dict[str, Any]:
    """A documentation part as the extension has it."""
    properties = structured(part.attributes.get("properties", "{}"))
    if not isinstance(properties, Mapping):
        raise Unheld("its properties are no JSON object")
    return {"location": dict(part.attributes.get("location") or {}), "properties": properties}
