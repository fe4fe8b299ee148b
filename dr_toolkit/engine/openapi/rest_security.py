"""Who may call, in a document for an import: authorizers as security schemes, methods' needs as requirements."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from dr_toolkit.engine.openapi import rest_words as w
from dr_toolkit.engine.openapi.texts import Unheld
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey

NAME = re.compile(r"[A-Za-z0-9._-]+")
"""What OpenAPI 3.0 lets a component be called; an import warns of other names."""

_WORDS = {mine: word for word, mine in w.KINDS.items()}
_TTL = 300


def scheme(authorizer: Resource) -> tuple[dict[str, Any], str]:
    """An authorizer as a security scheme, and what of it the scheme does not hold (empty: nothing).

    Raises `Unheld` where there can be no scheme for it.
    """
    a = authorizer.attributes
    kind = a.get("type")
    if kind not in _WORDS:
        raise Unheld(f"documents have no word for its type {kind}")
    if not NAME.fullmatch(str(a.get("name", ""))):
        raise Unheld("its name can't be that of a component in OpenAPI 3.0")
    given: dict[str, Any] = {name: a[name] for name in (*w.AUTHORIZER_TEXTS, "providerARNs") if name in a}
    given["type"] = _WORDS[kind]
    if kind != "COGNITO_USER_POOLS" or "authorizerResultTtlInSeconds" in a:
        given["authorizerResultTtlInSeconds"] = a.get("authorizerResultTtlInSeconds", _TTL)
    header, reason = _header(kind, str(a.get("identitySource", "")), given)
    made = header_scheme(header)
    authtype = str(a.get("authType", ""))
    if authtype.lower().startswith("aws"):
        reason = reason or f"documents take the authType {authtype} for AWS's own"
    elif authtype:
        made[w.X + "authtype"] = authtype
    return made | {w.X + "authorizer": given}, reason


def _header(kind: str, source: str, given: dict[str, Any]) -> tuple[str, str]:
    """The header that a scheme names, and why that is not the authorizer's own source."""
    if kind == "REQUEST":
        given |= {"identitySource": source} if source else {}
        return "Unused", ""
    if source.startswith(w.HEADER):
        return source.removeprefix(w.HEADER), ""
    return "Authorization", f"its identity source {source or '(none)'} is no header"


def header_scheme(header: str) -> dict[str, Any]:
    """A scheme by a header: the only kind that REST APIs have."""
    return {"type": "apiKey", "name": header, "in": "header"}


class Requirements:
    """Says of methods what they require, and which schemes beside authorizers that takes.

    ``authorizers`` are those in the document: key to name.
    """

    def __init__(self, authorizers: Mapping[ResourceKey, str]) -> None:
        self._authorizers = authorizers
        self._sigv4 = _free(w.SIGV4, authorizers.values())
        self._api_key = _free(w.API_KEY, authorizers.values())
        self.schemes: dict[str, dict[str, Any]] = {}

    def of(self, a: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The requirements of a method. Raises `Unheld` where a document can't say them."""
        found: list[dict[str, Any]] = []
        kind, scopes = a.get("authorizationType", "NONE"), list(a.get("authorizationScopes") or [])
        if scopes and kind != "COGNITO_USER_POOLS":
            raise Unheld("documents have scopes for user pools only")
        if kind == "AWS_IAM":
            found.append({self._sigv4: []})
        elif kind in ("CUSTOM", "COGNITO_USER_POOLS"):
            found.append({self._authorizer(a.get("authorizerId")): scopes})
        elif kind != "NONE":
            raise Unheld(f"documents have no word for the authorization {kind}")
        if a.get("apiKeyRequired"):
            found.append({self._api_key: []})
        self._note(found)
        return found

    def _authorizer(self, reference: Any) -> str:
        if isinstance(reference, Ref) and reference.key in self._authorizers:
            return self._authorizers[reference.key]
        raise Unheld("its authorizer is not in the document")

    def _note(self, found: list[dict[str, Any]]) -> None:
        names = {name for each in found for name in each}
        if self._sigv4 in names:
            self.schemes[self._sigv4] = header_scheme("Authorization") | {w.X + "authtype": "awsSigv4"}
        if self._api_key in names:
            self.schemes[self._api_key] = header_scheme("x-api-key")


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name
