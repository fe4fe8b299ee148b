"""Documentation parts written into an exported document: each into what it tells of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tests.strict_aws.rest.openapi_document import EXT
from tests.strict_aws.rest.state import Document

_INFO = ("description", "termsOfService", "contact", "license")
_OPERATION = ("description", "summary", "tags", "externalDocs", "deprecated")
_INHERITED = ("PATH_PARAMETER", "QUERY_PARAMETER", "REQUEST_HEADER", "RESPONSE", "RESPONSE_HEADER", "RESPONSE_BODY")
_PARAMETERS = {"path": "PATH_PARAMETER", "query": "QUERY_PARAMETER", "header": "REQUEST_HEADER", "body": "REQUEST_BODY"}


class _Told:
    """What is told of something: its own part, over those of the same type that are more general."""

    def __init__(self, parts: Iterable[Document]) -> None:
        self._parts = [(part["location"], json.loads(part["properties"])) for part in parts]

    def of(self, kind: str, path: str = "/", method: str = "*", code: str = "*", name: str = "") -> Document:
        """The properties of one location."""
        wanted = {"path": path, "method": method, "statusCode": code}
        found = [row for row in self._parts if self._fits(row[0], kind, wanted, name)]
        found.sort(key=lambda row: (len(row[0].get("path", "/")), *(row[0].get(k, "*") != "*" for k in wanted)))
        return {key: value for _, properties in found for key, value in properties.items()}

    def _fits(self, location: Document, kind: str, wanted: dict[str, str], name: str) -> bool:
        if location["type"] != kind or (name and location.get("name", name) != name):
            return False
        own = {"path": "/", "method": "*", "statusCode": "*"} | location
        if kind not in _INHERITED:
            return all(own[key] == value for key, value in wanted.items())
        within = (wanted["path"].rstrip("/") + "/").startswith(own["path"].rstrip("/") + "/")
        return within and all(own[key] in ("*", wanted[key]) for key in ("method", "statusCode"))


def write_in(document: Document, parts: Iterable[Document]) -> None:
    """Insert the properties that OpenAPI knows, and those that begin with x-, into what they are of."""
    told = _Told(parts)
    api = told.of("API")
    _insert(document, api)
    _insert(document["info"], api.get("info") or {}, *_INFO)
    for path, item in document["paths"].items():
        for verb, operation in list(item.items()):
            _write_operation(told, path, "ANY" if verb.startswith(EXT) else verb.upper(), operation)
        _insert(item, told.of("RESOURCE", path))
    components = document.get("components", {})
    for name, schema in (document.get("definitions") or components.get("schemas") or {}).items():
        _insert(schema, told.of("MODEL", name=name), "title", "description")
    for name, scheme in (document.get("securityDefinitions") or components.get("securitySchemes") or {}).items():
        _insert(scheme, told.of("AUTHORIZER", name=name), "description")


def _write_operation(told: _Told, path: str, verb: str, operation: Document) -> None:
    _insert(operation, told.of("METHOD", path, verb), *_OPERATION)
    for parameter in operation.get("parameters", []):
        kind = _PARAMETERS[parameter["in"]]
        name = "" if kind == "REQUEST_BODY" else parameter["name"]
        _insert(parameter, told.of(kind, path, verb, name=name), "description")
    if "requestBody" in operation:
        _insert(operation["requestBody"], told.of("REQUEST_BODY", path, verb), "description")
    for code, header, response in _responses(operation):
        kind = "RESPONSE_HEADER" if header else "RESPONSE"
        _insert(response, told.of(kind, path, verb, code, header), "description")


def _responses(operation: Document) -> Iterator[tuple[str, str, Document]]:
    """(status code, header or nothing, response or header)."""
    for code, response in operation.get("responses", {}).items():
        yield code, "", response
        for name, header in response.get("headers", {}).items():
            yield code, name, header


def _insert(target: Document, properties: Any, *known: str) -> None:
    given = properties if isinstance(properties, dict) else {}
    target |= {k: v for k, v in given.items() if k in known or (k.startswith("x-") and k not in target)}
