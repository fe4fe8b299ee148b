"""The rows that an exported document of a REST API amounts to, as AWS's own lists would give them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from dr_toolkit.engine.openapi import rest_words as w
from dr_toolkit.engine.openapi.rest_read_methods import Reader
from dr_toolkit.engine.openapi.rest_schemas import with_urls
from dr_toolkit.engine.openapi.shapes import listed, mapped, text_of, unknown

Rows = dict[str, list[dict[str, Any]]]

DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|UTC|[+-]\d\d:?\d\d)")
"""What an export has for ``info.version`` where the API has none: a time."""

_HOST = re.compile(r"//([a-z0-9]{4,})(?:-vpce-[0-9a-f]+)?\.execute-api\.")
_OF_API = frozenset({*w.SETTINGS, "policy", "request-validators", "gateway-responses", "documentation"})
_FLAGS = ("validateRequestBody", "validateRequestParameters")


def rows(document: Mapping[str, Any], api_id: str = "") -> Rows:
    """Items of GetResources (with embedded methods), GetModels, GetAuthorizers, GetRequestValidators and
    GetGatewayResponses, and of GetRestApis with what an export tells of an API, by the names of their types.

    ``document`` is what GetExport gives (exportType oas30, extensions=apigateway). What has an id in AWS is known by
    its name, a resource by its path, the API by ``api_id``, or else by what the document says of where it is called.
    Extensions' members that this version does not know are in the rows under AWS's spelling, for canonical form to
    report.
    Raises ValueError where the document is no such thing.
    """
    if not str(mapped(document, "all").get("openapi", "")).startswith("3.0"):
        raise ValueError("the export is no OpenAPI 3.0 document")
    components = mapped(document.get("components"), "components")
    schemes = mapped(components.get("securitySchemes"), "components.securitySchemes")
    reader = Reader({name: mapped(scheme, name) for name, scheme in schemes.items()})
    api = _api(document, api_id or _called(document))
    return {
        w.API: [api],
        w.RESOURCE: _resources(document, reader),
        w.MODEL: _models(components, str(api["id"])),
        w.AUTHORIZER: reader.authorizers(),
        w.VALIDATOR: _validators(document),
        w.RESPONSE: _gateway_responses(document),
    }


def _called(document: Mapping[str, Any]) -> str:
    """The id of the API in the host of its first server; empty where there is none."""
    servers = listed(document.get("servers"), "servers")
    url = str(mapped(servers[0], "servers").get("url", "")) if servers else ""
    return found[1] if (found := _HOST.search(url)) else ""


def _api(document: Mapping[str, Any], api_id: str) -> dict[str, Any]:
    info = mapped(document.get("info"), "info")
    row: dict[str, Any] = {"id": api_id, "name": text_of(info.get("title", ""), "info.title")}
    if info.get("description"):
        row["description"] = text_of(info["description"], "info.description")
    version = str(info.get("version") or "")
    if version and not DATE.fullmatch(version):
        row["version"] = version
    for extension, member in w.SETTINGS.items():
        if (value := document.get(w.X + extension)) is not None:
            row[member] = value
    listed(row.get("binaryMediaTypes"), w.X + "binary-media-types")
    if policy := mapped(document.get(w.X + "policy"), w.X + "policy"):
        row["policy"] = json.dumps(policy)
    return row | unknown(document, _OF_API)


# --- paths -------------------------------------------------------------------------------------


def _resources(document: Mapping[str, Any], reader: Reader) -> list[dict[str, Any]]:
    """All paths with those above them, from the root on."""
    found: dict[str, dict[str, Any]] = {"/": {"id": "/", "path": "/"}}
    for path, item in mapped(document.get("paths"), "paths").items():
        if path.startswith("x-"):
            continue
        if not path.startswith("/"):
            raise ValueError(f"the path {path} of the export does not begin with a slash")
        place = _place(found, path)
        if methods := reader.methods(str(place["path"]), mapped(item, path)):
            place["resourceMethods"] = methods
        place |= unknown(item, {"any-method"})
    return [found[path] for path in sorted(found)]


def _place(found: dict[str, dict[str, Any]], path: str) -> dict[str, Any]:
    """The row of a path, made with those above it where they are not there."""
    above, whole = found["/"], ""
    for part in path.strip("/").split("/") if path.strip("/") else []:
        whole = f"{whole}/{part}"
        row = {"id": whole, "path": whole, "parentId": above["id"], "pathPart": part}
        above = found.setdefault(whole, row)
    return above


# --- what methods refer to -------------------------------------------------------------------


def _models(components: Mapping[str, Any], api_id: str) -> list[dict[str, Any]]:
    url = f"{w.MODELS_URL}{api_id}/models/"
    schemas = mapped(components.get("schemas"), "components.schemas")
    return [
        {"id": name, "name": name, "contentType": w.JSON, "schema": json.dumps(with_urls(schema, url))}
        for name, schema in sorted(schemas.items())
    ]


def _validators(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    given = mapped(document.get(w.X + "request-validators"), w.X + "request-validators")
    return [
        {"id": name, "name": name} | {flag: bool(mapped(held, name).get(flag)) for flag in _FLAGS}
        for name, held in sorted(given.items())
    ]


def _gateway_responses(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    given = mapped(document.get(w.X + "gateway-responses"), w.X + "gateway-responses")
    made = []
    for kind, held in sorted(given.items()):
        response = mapped(held, kind)
        row: dict[str, Any] = {"responseType": kind, "defaultResponse": False}
        row |= {name: response[name] for name in ("responseParameters", "responseTemplates") if response.get(name)}
        if response.get("statusCode") not in (None, ""):
            row["statusCode"] = str(response["statusCode"])
        made.append(row)
    return made
