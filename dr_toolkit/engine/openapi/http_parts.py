"""Integrations and authorizers in the words of the extensions, and what an import would read wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dr_toolkit.engine.openapi import http_words as words
from dr_toolkit.engine.tokens import ACCOUNT, PARTITION, REGION
from dr_toolkit.model.changes import Join
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.http_apis import API, CONTENT

_VARIABLES = (REGION, ACCOUNT, PARTITION)
_LISTS = ", "


def integration_extension(attributes: Mapping[str, Any]) -> dict[str, Any] | str:
    """An integration as x-amazon-apigateway-integration has it; what is no member of that is not in it.

    The reason, where an HTTP API has no such integration.
    """
    kind = attributes.get("IntegrationType")
    if kind not in ("AWS_PROXY", "HTTP_PROXY"):
        return f"an HTTP API imports proxy integrations only, and not {kind}"
    made = {word: attributes[member] for member, word in words.INTEGRATION_WORDS.items() if member in attributes}
    made |= {"type": str(kind).lower(), "payloadFormatVersion": attributes.get("PayloadFormatVersion", "1.0")}
    if "tlsConfig" in made:
        made["tlsConfig"] = {words.lowered(name): value for name, value in made["tlsConfig"].items()}
    if made.get("timeoutInMillis") == words.LONGEST_TIMEOUT:
        del made["timeoutInMillis"]
    return made


def scheme_of(attributes: Mapping[str, Any]) -> dict[str, Any] | str:
    """An authorizer as a security scheme with x-amazon-apigateway-authorizer; the reason, where there is none such."""
    kind, sources = attributes.get("AuthorizerType"), [str(each) for each in attributes.get("IdentitySource", ())]
    if kind not in ("JWT", "REQUEST"):
        return f"a definition has no word for authorizers of the type {kind}"
    if any("," in source for source in sources):
        return "an identity source with a comma in it would be read as two"
    if more := sorted(attributes.keys() - words.AUTHORIZER_WORDS.keys() - {"Name"}):
        return f"a definition has no word for {', '.join(more)}"
    made = {word: attributes[member] for member, word in words.AUTHORIZER_WORDS.items() if member in attributes}
    made["type"] = str(kind).lower()
    if sources:
        made["identitySource"] = _LISTS.join(sources)
    if kind == "JWT":
        configuration = attributes.get("JwtConfiguration", {})
        made["jwtConfiguration"] = {words.lowered(name): value for name, value in configuration.items()}
        return {"type": "oauth2", "flows": {}, words.AUTHORIZER: made}
    made.setdefault("authorizerResultTtlInSeconds", 0)
    return {"type": "apiKey", "name": "Authorization", "in": "header", words.AUTHORIZER: made}


def wrongly_read(noun: Resource, api: ResourceKey, passing: Iterable[str] = ()) -> str:
    """Why an import would not make of a noun what it says; empty where it would. ``passing`` members are not looked at.

    An import puts the region's own names in for variables of AWS's, wherever they stand, and what it makes itself has
    no id before.
    """
    looked_at = {name: value for name, value in noun.attributes.items() if name not in passing}
    for key in _refs(looked_at):
        if key.type in CONTENT and key.type != API and key.path[:1] == api.path:
            return f"it names the id of {key}, which there is only after the import"
    return content_of([noun.key.name, looked_at])


def content_of(value: Any) -> str:
    """Why an import would change a text that is meant as it stands; empty where it would not."""
    found = next((variable for text in _texts(value) for variable in _VARIABLES if variable in text), "")
    return f"an import would put the region's own in for {found}" if found else ""


def said_twice(texts: Iterable[str]) -> frozenset[str]:
    """Those that come more than once."""
    return frozenset(text for text, times in Counter(texts).items() if times > 1)


def _leaves(value: Any) -> Iterator[Any]:
    match value:
        case Join():
            yield from value.parts
        case Mapping():
            for name, inner in value.items():
                yield name
                yield from _leaves(inner)
        case list() | tuple():
            for inner in value:
                yield from _leaves(inner)
        case _:
            yield value


def _texts(value: Any) -> Iterator[str]:
    return (leaf for leaf in _leaves(value) if isinstance(leaf, str))


def _refs(value: Any) -> Iterator[ResourceKey]:
    return (leaf.key for leaf in _leaves(value) if isinstance(leaf, Ref))
