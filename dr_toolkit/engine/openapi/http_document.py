"""An HTTP API as the OpenAPI document of ImportApi or ReimportApi.

Only what the developer guide documents, or every export has, is written. All else, and whatever an import might read
in another way than it is meant, is left to calls of its own: an import is a fast path, and nothing rests on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dr_toolkit.engine.openapi import http_words as words
from dr_toolkit.engine.openapi.http_parts import content_of, integration_extension, said_twice, scheme_of, wrongly_read
from dr_toolkit.engine.openapi.written import Written
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.http_apis import API, AUTHORIZER, INTEGRATION, ROUTE
from dr_toolkit.spec.tags import RUN_TAG, RUN_TOKEN

VERSION = "0"
"""The version of an API that has none, while it is imported: a document without one is warned of."""

_COMPONENT = re.compile(r"[A-Za-z0-9._-]+\Z")
_OF_API = frozenset(
    {"Name", "ProtocolType", "Description", "Version", "CorsConfiguration", "DisableExecuteApiEndpoint", "Tags"}
)
_OF_ROUTE = frozenset({"RouteKey", "Target", "AuthorizationType", "AuthorizerId", "AuthorizationScopes"})


def document(nouns: Iterable[Resource], api: ResourceKey) -> Written:
    """The document that makes an HTTP API what its nouns say, and what it can't hold.

    ``nouns`` are the resources of one API, the API itself among them, made concrete for the target
    (``engine.concrete``); those of other types, such as stages, are left. The document names the run that imports it
    by its tag, so that it may take the place of no API but one that the run made. Raises ValueError where the API is
    not among the nouns, or is a WebSocket API, which has no import.
    """
    return _Writing({noun.key: noun for noun in nouns}, api).written()


class _Writing:
    """One document being written."""

    def __init__(self, nouns: Mapping[ResourceKey, Resource], api: ResourceKey) -> None:
        if api not in nouns or nouns[api].attributes.get("ProtocolType") != "HTTP":
            raise ValueError(f"{api} is not among the nouns, or is no HTTP API")
        self.api, self.nouns = nouns[api], nouns
        self.left: dict[ResourceKey, str] = {}
        self.schemes: dict[ResourceKey, dict[str, Any]] = {}
        self.integrations: dict[ResourceKey, dict[str, Any]] = {}
        self.routes: dict[ResourceKey, list[Resource]] = {}

    def written(self) -> Written:
        """The document and what is left."""
        for noun in self.nouns.values():
            if noun.key.type not in (API, ROUTE, INTEGRATION, AUTHORIZER):
                self._leave(noun.key, "it is no part of an API's definition")
        self._take_authorizers()
        self._take_routes()
        self._take_integrations()
        made: dict[str, Any] = {"openapi": "3.0.1", "info": self._info(), "paths": self._paths()}
        made |= self._of_api()
        if components := self._components():
            made["components"] = components
        return Written(made | {words.FORMAT: "1.0"}, dict(sorted(self.left.items())))

    def _of(self, type_name: str) -> Iterator[Resource]:
        return (self.nouns[key] for key in sorted(self.nouns) if key.type == type_name)

    def _leave(self, key: ResourceKey, reason: str) -> None:
        self.left[key] = f"{self.left[key]}; {reason}" if key in self.left else reason

    # --- what the document holds ---------------------------------------------------------------------

    def _take_authorizers(self) -> None:
        names = said_twice(str(each.attributes.get("Name")) for each in self._of(AUTHORIZER))
        for authorizer in self._of(AUTHORIZER):
            name = str(authorizer.attributes.get("Name") or "")
            scheme = scheme_of(authorizer.attributes)
            if not _COMPONENT.match(name) or name in names:
                self._leave(authorizer.key, f"{name!r} can't be the name of one security scheme")
            elif reason := wrongly_read(authorizer, self.api.key):
                self._leave(authorizer.key, reason)
            elif isinstance(scheme, str):
                self._leave(authorizer.key, scheme)
            else:
                self.schemes[authorizer.key] = scheme

    def _take_routes(self) -> None:
        """Routes by the integration that they lead to."""
        for route in self._of(ROUTE):
            target = route.attributes.get("Target")
            if reason := self._unheld(route):
                self._leave(route.key, reason)
            elif not isinstance(target, Ref) or target.key not in self.nouns:
                self._leave(route.key, "it leads to no integration")
            else:
                self.routes.setdefault(target.key, []).append(route)

    def _unheld(self, route: Resource) -> str:
        """Why a route can't be in the document; empty where it can."""
        verb, _, path = route.key.name.partition(" ")
        a = route.attributes
        if route.key.name != words.DEFAULT_KEY and (verb not in (*words.VERBS, "ANY") or not path.startswith("/")):
            return f"OpenAPI has no operation for {route.key.name}"
        if route.key.name == f"ANY {words.DEFAULT_PATH}":
            return "it would be read as the default route"
        kind, authorizer = a.get("AuthorizationType", "NONE"), a.get("AuthorizerId")
        if kind in ("JWT", "CUSTOM"):
            if not isinstance(authorizer, Ref) or authorizer.key not in self.schemes:
                return "its authorizer is not in the document, and without one it would be open"
        elif kind not in ("NONE", "AWS_IAM"):
            return f"a definition has no word for the authorization {kind}"
        return wrongly_read(route, self.api.key, passing=("Target", "AuthorizerId", "OperationName"))

    def _take_integrations(self) -> None:
        """Integrations that a route leads to; one is in the document with the route that names it, or not at all."""
        leading: dict[ResourceKey, list[str]] = {}
        for route in self._of(ROUTE):
            if isinstance(target := route.attributes.get("Target"), Ref):
                leading.setdefault(target.key, []).append(route.key.name)
        for integration in self._of(INTEGRATION):
            key, extension = integration.key, integration_extension(integration.attributes)
            held = {route.key.name for route in self.routes.get(key, ())}
            first = min(leading.get(key, ()), default="")
            reason = "" if first in held else f"{first}, which it is known by, is not in the document"
            reason = reason if first else "no route leads to it"
            reason = wrongly_read(integration, self.api.key) or reason
            if reason or isinstance(extension, str):
                self._leave(key, reason or str(extension))
                for route in self.routes.pop(key, []):
                    self._leave(route.key, "its integration is not in the document")
                continue
            self.integrations[key] = extension
            if more := sorted(integration.attributes.keys() - words.INTEGRATION_WORDS.keys()):
                self._leave(key, f"a definition has no word for {', '.join(more)}")

    # --- writing it ------------------------------------------------------------------------------------

    def _info(self) -> dict[str, Any]:
        a = self.api.attributes
        info = {"title": a["Name"]}
        if description := self._plain("Description"):
            info["description"] = description
        version = self._plain("Version")
        if not version:
            self._leave(self.api.key, "a definition has to have a version, which it has not")
        return info | {"version": version or VERSION}

    def _plain(self, member: str) -> Any:
        """A member of the API's own, or None where it says nothing or an import would read it in another way."""
        value = self.api.attributes.get(member)
        if value and (reason := content_of(value)):
            self._leave(self.api.key, f"{member}: {reason}")
            return None
        return value

    def _of_api(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if cors := self._plain("CorsConfiguration"):
            made[words.CORS] = {words.lowered(name): value for name, value in cors.items()}
        if self.api.attributes.get("DisableExecuteApiEndpoint"):
            made["servers"] = [{"url": "/", words.ENDPOINT: {"disableExecuteApiEndpoint": True}}]
        tags = dict(self._plain("Tags") or {}) | {RUN_TAG: RUN_TOKEN}
        made["tags"] = [{"name": name, words.TAG_VALUE: value} for name, value in sorted(tags.items())]
        if more := sorted(self.api.attributes.keys() - _OF_API):
            self._leave(self.api.key, f"a definition has no word for {', '.join(more)}")
        if reason := content_of(self.api.attributes["Name"]):
            self._leave(self.api.key, f"Name: {reason}")
        return made

    def _components(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if self.schemes:
            made["securitySchemes"] = {str(self.nouns[k].attributes["Name"]): v for k, v in self.schemes.items()}
        if shared := {name: self.integrations[key] for key, name in self._shared().items()}:
            made[words.INTEGRATIONS] = shared
        return made

    def _shared(self) -> dict[ResourceKey, str]:
        """The integrations that several routes lead to, by the name that they have in the document."""
        several = [key for key in self.integrations if len(self.routes[key]) > 1]
        return {key: f"integration-{number}" for number, key in enumerate(several, 1)}

    def _paths(self) -> dict[str, Any]:
        shared, paths = self._shared(), dict[str, Any]()
        named: set[str] = set()
        held = [(route, key) for key in self.integrations for route in self.routes[key]]
        for route, key in sorted(held, key=lambda each: each[0].key):
            name = shared.get(key)
            extension: Any = {"$ref": f"#/components/{words.INTEGRATIONS}/{name}"} if name else self.integrations[key]
            verb, _, path = route.key.name.partition(" ")
            if route.key.name == words.DEFAULT_KEY:
                verb, path = "ANY", words.DEFAULT_PATH
            item = paths.setdefault(path, {})
            member = words.VERBS.get(verb, words.ANY_METHOD)
            item[member] = self._operation(route, named) | {words.INTEGRATION: extension}
            if variables := words.variables_of(path):
                item["parameters"] = [_parameter(variable) for variable in variables]
        return paths

    def _operation(self, route: Resource, named: set[str]) -> dict[str, Any]:
        a = route.attributes
        made: dict[str, Any] = {}
        if name := a.get("OperationName"):
            if name in named or content_of(name):
                self._leave(route.key, f"another operation may be called {name} already")
            else:
                made["operationId"] = name
                named.add(str(name))
        if more := sorted(a.keys() - _OF_ROUTE - {"OperationName"}):
            self._leave(route.key, f"a definition has no word for {', '.join(more)}")
        made["responses"] = {"default": {"description": f"Default response for {route.key.name}"}}
        if route.key.name == words.DEFAULT_KEY:
            made["isDefaultRoute"] = True
        return made | self._authorization(route)

    def _authorization(self, route: Resource) -> dict[str, Any]:
        a = route.attributes
        kind, authorizer, scopes = (
            a.get("AuthorizationType", "NONE"),
            a.get("AuthorizerId"),
            a.get("AuthorizationScopes"),
        )
        if scopes and kind != "JWT":
            self._leave(route.key, f"scopes go with JWT only, and not with {kind}")
        if kind in ("JWT", "CUSTOM") and isinstance(authorizer, Ref):
            name = str(self.nouns[authorizer.key].attributes["Name"])
            return {"security": [{name: list(scopes or []) if kind == "JWT" else []}]}
        if authorizer:
            self._leave(route.key, f"an authorizer goes with JWT or CUSTOM, and not with {kind}")
        return {words.AUTH: {"type": kind}} if kind == "AWS_IAM" else {}


def _parameter(name: str) -> dict[str, Any]:
    """A path's variable, as exports declare it."""
    declared = {"name": name, "in": "path", "description": f"Generated path parameter for {name}"}
    return declared | {"required": True, "schema": {"type": "string"}}
