"""The rows that an exported document of a REST API amounts to, as AWS's own lists would give them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from dr_toolkit.engine.openapi import rest_read_methods as read
from dr_toolkit.engine.openapi import rest_words as w
from dr_toolkit.engine.openapi.rest_schemas import with_urls
from dr_toolkit.engine.openapi.shapes import listed, mapped, text_of
from dr_toolkit.engine.openapi.written import EXT

Rows = dict[str, list[dict[str, Any]]]
Ids = Mapping[tuple[str, str], str]
"""Ids that AWS gave, by type and name: the path of a resource, nothing for the API itself."""

DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})")
"""What an export has for ``info.version`` where the API has none: a time."""


def rows(document: Any, ids: Ids | None = None) -> Rows:
    """Items of GetResources (with embedded methods), GetModels, GetAuthorizers, GetRequestValidators and
    GetGatewayResponses, and of GetRestApis with what an export tells of an API, by the names of their types.

    ``document`` is what GetExport gives (exportType oas30, extensions=apigateway). What no id is given for is known by
    its name. Raises ValueError where the document is no such thing.
    """
    if not isinstance(document, Mapping) or not str(document.get("openapi", "")).startswith("3.0"):
        raise ValueError("the export is no OpenAPI 3.0 document")
    known = ids or {}
    components = mapped(document.get("components"), "components")
    schemes = mapped(components.get("securitySchemes"), "components.securitySchemes")
    reader = read.Reader({name: mapped(scheme, name) for name, scheme in schemes.items()}, known)
    return {
        w.API: [_api(document, known)],
        w.RESOURCE: _resources(document, reader, known),
        w.MODEL: _models(components, known),
        w.AUTHORIZER: reader.authorizers(),
        w.VALIDATOR: _validators(document, known),
        w.RESPONSE: _gateway_responses(document),
    }


def id_of(ids: Ids, type_name: str, name: str) -> str:
    """The id that AWS gave, or the name."""
    return ids.get((type_name, name), name)


def _api(document: Mapping[str, Any], ids: Ids) -> dict[str, Any]:
    info = mapped(document.get("info"), "info")
    row: dict[str, Any] = {"name": text_of(info.get("title", ""), "info.title")}
    row["id"] = id_of(ids, w.API, "") or row["name"]
    if info.get("description"):
        row["description"] = text_of(info["description"], "info.description")
    version = str(info.get("version") or "")
    if version and not DATE.fullmatch(version):
        row["version"] = version
    for extension, member in w.SETTINGS.items():
        if (value := document.get(EXT + extension)) is not None:
            row[member] = value
    listed(row.get("binaryMediaTypes"), EXT + "binary-media-types")
    if policy := mapped(document.get(EXT + "policy"), EXT + "policy"):
        row["policy"] = json.dumps(policy)
    return row


# --- paths -------------------------------------------------------------------------------------


def _resources(document: Mapping[str, Any], reader: read.Reader, ids: Ids) -> list[dict[str, Any]]:
    """All paths with those above them, from the root on."""
    found: dict[str, dict[str, Any]] = {"/": {"id": id_of(ids, w.RESOURCE, "/"), "path": "/"}}
    for path, item in mapped(document.get("paths"), "paths").items():
        if path.startswith("x-"):
            continue
        if not path.startswith("/"):
            raise ValueError(f"the path {path} does not begin with a slash")
        place = _place(found, path.strip("/").split("/") if path.strip("/") else [], ids)
        methods = reader.methods(str(place["path"]), mapped(item, path))
        if methods:
            place["resourceMethods"] = methods
    return [found[path] for path in sorted(found)]


def _place(found: dict[str, dict[str, Any]], parts: list[str], ids: Ids) -> dict[str, Any]:
    above, path = found["/"], ""
    for part in parts:
        path = f"{path}/{part}"
        if path not in found:
            row = {"id": id_of(ids, w.RESOURCE, path), "path": path, "parentId": above["id"], "pathPart": part}
            found[path] = row
        above = found[path]
    return above


# --- what methods refer to -------------------------------------------------------------------


def _models(components: Mapping[str, Any], ids: Ids) -> list[dict[str, Any]]:
    url = f"{w.MODELS_URL}{id_of(ids, w.API, '')}/models/"
    schemas = mapped(components.get("schemas"), "components.schemas")
    return [
        {"id": name, "name": name, "contentType": w.JSON, "schema": json.dumps(with_urls(schema, url))}
        for name, schema in sorted(schemas.items())
    ]


def _validators(document: Mapping[str, Any], ids: Ids) -> list[dict[str, Any]]:
    given = mapped(document.get(EXT + "request-validators"), EXT + "request-validators")
    flags = ("validateRequestBody", "validateRequestParameters")
    return [
        {"id": id_of(ids, w.VALIDATOR, name), "name": name}
        | {flag: bool(mapped(held, name).get(flag)) for flag in flags}
        for name, held in sorted(given.items())
    ]


def _gateway_responses(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    given = mapped(document.get(EXT + "gateway-responses"), EXT + "gateway-responses")
    made = []
    for kind, held in sorted(given.items()):
        response = mapped(held, kind)
        row: dict[str, Any] = {"responseType": kind, "defaultResponse": False}
        row |= {name: response[name] for name in ("responseParameters", "responseTemplates") if response.get(name)}
        if response.get("statusCode") not in (None, ""):
            row["statusCode"] = str(response["statusCode"])
        made.append(row)
    return made
