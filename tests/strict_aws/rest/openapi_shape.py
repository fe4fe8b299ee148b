"""The shape of a document: what has to be an object or a list for it to be read at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
EXT = "x-amazon-apigateway-"
VERBS = ("get", "put", "post", "delete", "patch", "options", "head", EXT + "any-method")

_MAPS = ("info", "paths", "components", "definitions", "securityDefinitions")
_MAPS += tuple(EXT + name for name in ("policy", "documentation", "endpoint-configuration"))
_MAPS_OF_MAPS = tuple(EXT + name for name in ("request-validators", "gateway-responses"))


def misshapen(document: Document) -> str | None:
    """The first place where something else stands than has to; None where the document can be read."""
    return next((where for where, value, kind in _places(document) if value is not None and not _is(value, kind)), None)


def _is(value: Any, kind: str) -> bool:
    if kind == "map":
        return isinstance(value, dict)
    if kind == "number":
        return str(value).isdecimal()
    if kind == "texts":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    inner = value.values() if kind == "map of maps" and isinstance(value, dict) else value
    return isinstance(value, dict if kind == "map of maps" else list) and all(isinstance(each, dict) for each in inner)


def _places(document: Document) -> Iterator[tuple[str, Any, str]]:
    """(place, what stands there, what has to); places within others come after these were looked at."""
    yield from ((name, document.get(name), "map") for name in _MAPS)
    yield from ((name, document.get(name), "map of maps") for name in _MAPS_OF_MAPS)
    yield "servers", document.get("servers"), "list of maps"
    yield "security", document.get("security"), "list of maps"
    yield from ((name, document.get(name), "texts") for name in ("consumes", "produces", EXT + "binary-media-types"))
    yield EXT + "minimum-compression-size", document.get(EXT + "minimum-compression-size"), "number"
    yield from _extensions(document)
    components = document.get("components") or {}
    for name in ("schemas", "securitySchemes", "parameters", "responses"):
        yield f"components.{name}", components.get(name), "map of maps"
    for name in ("definitions", "securityDefinitions"):
        yield name, document.get(name), "map of maps"
    yield from _schemes(components.get("securitySchemes") or {})
    yield from _schemes(document.get("securityDefinitions") or {})
    for path, item in (document.get("paths") or {}).items():
        if not path.startswith("x-"):
            yield f"paths.'{path}'", item, "map"
            yield f"paths.'{path}'.parameters", (item or {}).get("parameters"), "list of maps"
            yield from _operations(path, item or {})


def _extensions(document: Document) -> Iterator[tuple[str, Any, str]]:
    """The same inside extensions at the root and in servers."""
    for kind, response in (document.get(EXT + "gateway-responses") or {}).items():
        for name in ("responseParameters", "responseTemplates"):
            yield f"{kind}.{name}", response.get(name), "map"
            yield f"{kind}.{name}", list((response.get(name) or {}).values()), "texts"
    for holder in [document, *(document.get("servers") or [])]:
        endpoint = holder.get(EXT + "endpoint-configuration")
        yield EXT + "endpoint-configuration", endpoint, "map"
        yield "vpcEndpointIds", (endpoint or {}).get("vpcEndpointIds"), "texts"
    policy = (document.get(EXT + "policy") or {}).get("Statement")
    yield "Statement", policy if isinstance(policy, list) else [policy or {}], "list of maps"
    parts = (document.get(EXT + "documentation") or {}).get("documentationParts")
    yield "documentationParts", parts, "list of maps"
    yield from (("location", part.get("location"), "map") for part in parts or [])


def _schemes(named: Document) -> Iterator[tuple[str, Any, str]]:
    for name, scheme in named.items():
        given = scheme.get(EXT + "authorizer")
        yield f"{name}.{EXT}authorizer", given, "map"
        yield f"{name}.providerARNs", (given or {}).get("providerARNs"), "texts"
        yield f"{name}.authorizerResultTtlInSeconds", (given or {}).get("authorizerResultTtlInSeconds"), "number"


def _operations(path: str, item: Document) -> Iterator[tuple[str, Any, str]]:
    for verb in VERBS:
        where, operation = f"paths.'{path}'({verb})", item.get(verb)
        yield where, operation, "map"
        for name, kind in (("parameters", "list of maps"), ("security", "list of maps"), ("responses", "map of maps")):
            yield f"{where}.{name}", (operation or {}).get(name), kind
        for name in ("consumes", "produces"):
            yield f"{where}.{name}", (operation or {}).get(name), "texts"
        yield f"{where}.requestBody", (operation or {}).get("requestBody"), "map"
        yield f"{where}.{EXT}auth", (operation or {}).get(EXT + "auth"), "map"
        contents = [(operation or {}).get("requestBody") or {}, *((operation or {}).get("responses") or {}).values()]
        for content in contents:
            yield f"{where}.content", content.get("content"), "map of maps"
            yield f"{where}.headers", content.get("headers"), "map"
