"""What ExportApi tells of an HTTP API, as API Gateway v2's own list calls would return it.

An export leaves things open, and what it leaves open is left out of its rows, and of the draft's exported form alike:

- whether routes share an integration, so that integrations which say the same are one;
- integrations that no route leads to, and authorizers that none asks: nothing of them is served;
- by which of its two names a function is called;
- the version of an API without one, for which a date stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from dr_toolkit.engine.openapi import http_words as words
from dr_toolkit.model import wire
from dr_toolkit.spec.http_apis import API, AUTHORIZER, INTEGRATION, ROUTE

Rows = dict[str, list[dict[str, Any]]]

EXPORTED_AT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dUTC\Z")
"""What stands in an export for the version of an API that has none: when it was made."""

_INTEGRATION = {word: member for member, word in words.INTEGRATION_WORDS.items()}
_AUTHORIZER = {word: member for member, word in words.AUTHORIZER_WORDS.items()}
_UPPER = ("IntegrationType", "IntegrationMethod", "ConnectionType")
_NOTHING: tuple[Any, ...] = (None, "", {}, [])


def rows(document: Mapping[str, Any]) -> Rows:
    """The rows of GetApis, GetRoutes, GetIntegrations and GetAuthorizers that an exported document amounts to.

    The API's row has what is exported of it. Ids are synthetic where the document gives none: a route's is its key,
    an authorizer's its name, an integration's the smallest key of the routes that lead to it. Extensions' members that
    this version does not know are in the rows under AWS's spelling, for canonical form to report. Raises ValueError
    where the document is no OpenAPI 3.0 one.
    """
    if not str(document.get("openapi", "")).startswith("3.0"):
        raise ValueError("what was exported is no OpenAPI 3.0 document")
    reading = _Reading(document)
    routes = [reading.route(*found) for found in reading.operations()]
    return {
        API: [reading.api()],
        AUTHORIZER: reading.authorizers({str(route.get("AuthorizerId")) for route in routes}),
        INTEGRATION: reading.integrations(routes),
        ROUTE: sorted(routes, key=lambda row: str(row["RouteKey"])),
    }


class _Reading:
    """One document being read."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.components = _mapping(document.get("components"))
        self.behind: dict[str, dict[str, Any]] = {}

    def api(self) -> dict[str, Any]:
        """The API's own row."""
        info, servers = _mapping(self.document.get("info")), self.document.get("servers") or [{}]
        server = _mapping(servers[0])
        host = urlsplit(str(server.get("url") or "")).hostname or ""
        endpoint = _mapping(server.get(words.ENDPOINT) or self.document.get(words.ENDPOINT))
        version = str(info.get("version") or "")
        row = {
            "ApiId": host.partition(".")[0] or str(info.get("title")),
            "Name": info.get("title"),
            "ProtocolType": "HTTP",
            "Description": info.get("description"),
            "Version": "" if EXPORTED_AT.match(version) else version,
            "DisableExecuteApiEndpoint": _yes(endpoint.get("disableExecuteApiEndpoint")),
            "CorsConfiguration": _raised(self.document.get(words.CORS)),
        }
        return {name: value for name, value in row.items() if value not in _NOTHING}

    def operations(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Route keys, each with its operation."""
        verbs = {word: verb for verb, word in words.VERBS.items()} | {words.ANY_METHOD: "ANY"}
        for path, item in _mapping(self.document.get("paths")).items():
            for word, operation in _mapping(item).items():
                if word in verbs:
                    key = f"{verbs[word]} {path}"
                    said = _mapping(operation)
                    yield (words.DEFAULT_KEY if _yes(said.get("isDefaultRoute")) else key), said

    def route(self, key: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """A row of GetRoutes; what is behind it is kept in mind."""
        row: dict[str, Any] = {"RouteId": key, "RouteKey": key, "ApiKeyRequired": False} | self._authorization(said)
        if said.get("operationId"):
            row["OperationName"] = str(said["operationId"])
        if extension := _mapping(self._resolved(said.get(words.INTEGRATION))):
            self.behind[key] = _integration(extension)
        return row

    def _authorization(self, said: Mapping[str, Any]) -> dict[str, Any]:
        kind = _mapping(said.get(words.AUTH)).get("type")
        if kind:
            return {"AuthorizationType": str(kind).upper()}
        for each in said.get("security", self.document.get("security")) or []:
            for name, scopes in _mapping(each).items():
                scheme = _mapping(_mapping(self.components.get("securitySchemes")).get(name))
                if str(scheme.get(f"{words.X}authtype", "")).lower() == "awssigv4":
                    return {"AuthorizationType": "AWS_IAM"}
                is_token = _authorizer(name, scheme)["AuthorizerType"] == "JWT"
                made = {"AuthorizationType": "JWT" if is_token else "CUSTOM", "AuthorizerId": name}
                return made | ({"AuthorizationScopes": list(scopes)} if scopes else {})
        return {"AuthorizationType": "NONE"}

    def _resolved(self, said: Any) -> Any:
        """What a reference into the components stands for, or the thing itself."""
        name = str(_mapping(said).get("$ref") or "").rpartition("/")[2]
        return _mapping(self.components.get(words.INTEGRATIONS)).get(name) if name else said

    def integrations(self, routes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows of GetIntegrations; routes get their targets."""
        first: dict[bytes, str] = {}
        for key in sorted(self.behind):
            first.setdefault(wire.canonical(self.behind[key]), key)
        for route in routes:
            if found := self.behind.get(route["RouteKey"]):
                route["Target"] = f"integrations/{first[wire.canonical(found)]}"
        return [{"IntegrationId": key, **self.behind[key]} for key in sorted(first.values())]

    def authorizers(self, asked: set[str]) -> list[dict[str, Any]]:
        """Rows of GetAuthorizers."""
        schemes = _mapping(self.components.get("securitySchemes"))
        return [_authorizer(name, _mapping(schemes[name])) for name in sorted(schemes) if name in asked]


def _integration(said: Mapping[str, Any]) -> dict[str, Any]:
    row = {_INTEGRATION.get(word, words.raised(word)): value for word, value in said.items()}
    row |= {name: str(row[name]).upper() for name in _UPPER if row.get(name)}
    row["PayloadFormatVersion"] = _version(row.get("PayloadFormatVersion") or "1.0")
    row.setdefault("TimeoutInMillis", words.LONGEST_TIMEOUT)
    row["TlsConfig"] = _raised(row.get("TlsConfig"))
    if row.get("IntegrationType") == "AWS_PROXY" and not row.get("IntegrationSubtype"):
        row |= {"IntegrationUri": words.function_of(str(row.get("IntegrationUri") or ""))}
        row.setdefault("IntegrationMethod", "POST")
    return {name: value for name, value in row.items() if value not in _NOTHING}


def _authorizer(name: str, scheme: Mapping[str, Any]) -> dict[str, Any]:
    said = _mapping(scheme.get(words.AUTHORIZER))
    row = {_AUTHORIZER.get(word, words.raised(word)): value for word, value in said.items()}
    row |= {"AuthorizerId": name, "Name": name, "JwtConfiguration": _raised(row.get("JwtConfiguration"))}
    row["AuthorizerType"] = str(row.get("AuthorizerType") or ("jwt" if row["JwtConfiguration"] else "request")).upper()
    row["IdentitySource"] = sources_of(row.get("IdentitySource"))
    if row.get("AuthorizerPayloadFormatVersion"):
        row["AuthorizerPayloadFormatVersion"] = _version(row["AuthorizerPayloadFormatVersion"])
    return {member: value for member, value in row.items() if value not in _NOTHING}


def sources_of(said: Any) -> list[str]:
    """Identity sources, which documents have in one text with commas between."""
    texts = said if isinstance(said, list) else [said or ""]
    return [part.strip() for text in texts for part in str(text).split(",") if part.strip()]


def _version(said: Any) -> str:
    return f"{said:.1f}" if isinstance(said, int | float) else str(said)


def _yes(said: Any) -> bool:
    return str(said).lower() == "true"


def _raised(said: Any) -> dict[str, Any]:
    return {words.raised(name): value for name, value in _mapping(said).items()}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
