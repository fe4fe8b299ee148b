"""A small REST API as nouns, made concrete: what documents are written of in tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.engine.openapi.rest_document import document
from dr_toolkit.engine.openapi.written import Written
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import ResourceKey

API = ResourceKey("apigateway.rest_api", ("shop",))
X = "x-amazon-apigateway-"
Attributes = Mapping[str, Any]


def key(kind: str, *path: str) -> ResourceKey:
    """The key of something in the API."""
    return ResourceKey(f"apigateway.{kind}", ("shop", *path))


def noun(kind: str, *path: str, **attributes: Any) -> Resource:
    """Something in the API."""
    return Resource(key(kind, *path), attributes)


def api(**attributes: Any) -> Resource:
    """The API itself."""
    return Resource(API, {"name": "shop", "endpointConfiguration": {"types": ["REGIONAL"]}} | attributes)


def method(path: str = "/", verb: str = "GET", **attributes: Any) -> Resource:
    """A method."""
    return noun("method", path, verb, httpMethod=verb, **attributes)


def behind(**integration: Any) -> dict[str, Any]:
    """The attributes of a method with an integration: one that answers by itself unless told otherwise."""
    return {"methodIntegration": {"type": "MOCK"} | integration}


def authorizer(name: str = "who", **attributes: Any) -> Resource:
    """An authorizer: by a token unless told otherwise."""
    given = {"name": name, "type": "TOKEN", "authType": "custom", "identitySource": "method.request.header.Token"}
    return noun("authorizer", name, **(given | {"authorizerUri": "arn:aws:apigateway:x"} | attributes))


def model(name: str = "Pet", **attributes: Any) -> Resource:
    """A model whose schema a document holds whole."""
    return noun("model", name, **({"name": name, "contentType": "application/json", "schema": "{}"} | attributes))


def written(*nouns: Resource, of: Resource | None = None) -> Written:
    """The document of nouns, the API among them."""
    own = of or api()
    return document([own, *nouns], own)


def operation(*nouns: Resource) -> dict[str, Any]:
    """The one operation of a document of nouns, all of which it holds."""
    made = written(*nouns)
    assert made.left == {}
    ((_, item),) = made.document["paths"].items()
    ((_, found),) = item.items()
    return dict(found)


def reason(*nouns: Resource, of: Resource | None = None) -> str:
    """Why the first of some nouns is left, by a document that holds nothing of it."""
    made = written(*nouns, of=of)
    assert nouns[0].key not in made.partly
    return made.left[nouns[0].key]
