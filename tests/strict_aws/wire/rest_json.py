"""REST-JSON, the protocol of API Gateway v1 and v2: parameters in path, query, headers and a JSON body."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from tests.strict_aws.models import members, operation_model, operations
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.wire.http import Request, Response

Document = dict[str, Any]


@dataclass(frozen=True)
class _Route:
    operation: str
    method: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    query: frozenset[tuple[str, str]]


@cache
def _routes(service: str) -> dict[tuple[str, int], list[_Route]]:
    """Routes by method and number of path segments, those with fixed words and queries first."""
    found: dict[tuple[str, int], list[_Route]] = {}
    for name in operations(service):
        http = operation_model(service, name).http
        path, _, query = http["requestUri"].partition("?")
        names = tuple(re.findall(r"\{([\w-]+)\+?\}", path))
        pattern = re.sub(r"\\\{[^{}]+\\\}", "([^/]+)", re.escape(path))
        route = _Route(
            name, http["method"], re.compile(pattern), names, frozenset(parse_qsl(query, keep_blank_values=True))
        )
        found.setdefault((route.method, path.rstrip("/").count("/")), []).append(route)
    for routes in found.values():
        routes.sort(key=lambda route: (len(route.names), -len(route.query)))
    return found


def _find(service: str, request: Request) -> tuple[_Route, re.Match[str], list[tuple[str, str]]]:
    path = request.parts.path.rstrip("/")
    asked = parse_qsl(request.parts.query, keep_blank_values=True)
    for route in _routes(service).get((request.method, path.count("/")), []):
        match = route.pattern.fullmatch(path)
        if match and route.query <= set(asked):
            return route, match, asked
    raise Refusal("MissingAuthenticationTokenException", f"No operation is {request.method} {path}", 403)


def read_operation(service: str, request: Request) -> str:
    """The operation that a request asks for; raises Refusal."""
    return _find(service, request)[0].operation


def read(service: str, request: Request) -> tuple[str, Document]:
    """Operation and parameters of a request. What no member of the model takes stands under its own name.

    Raises Refusal where there is no such operation, or the body can't be read.
    """
    route, match, asked = _find(service, request)
    shape = operation_model(service, route.operation).input_shape
    params: Document = {}
    if shape is None:
        return route.operation, params
    wire = {(m.serialization.get("location"), m.serialization.get("name", n)): n for n, m in members(shape).items()}
    for name, value in zip(route.names, match.groups(), strict=True):
        params[wire[("uri", name)]] = unquote(value)
    _query(shape, wire, [pair for pair in asked if pair not in route.query], params)
    for (location, name), member in wire.items():
        if location == "header" and name.lower() in request.headers:
            params[member] = request.headers[name.lower()]
    payload = shape.serialization.get("payload")
    if payload:
        if request.body:
            params[payload] = request.body if members(shape)[payload].type_name == "blob" else _json(request.body)
    else:
        body = _json(request.body)
        if not isinstance(body, dict):
            raise Refusal("SerializationException", "The request body is no JSON object", 400)
        params |= _members_in(shape, body, skip_located=True)
    return route.operation, params


def _query(shape: Any, wire: Mapping[Any, str], asked: list[tuple[str, str]], params: Document) -> None:
    rest = next((n for n, m in members(shape).items() if _is_query_map(m)), None)
    for name, value in asked:
        member = wire.get(("querystring", name))
        if member is None:
            if rest:
                params.setdefault(rest, {})[name] = value
            else:
                params[name] = value
        elif members(shape)[member].type_name == "list":
            params.setdefault(member, []).append(value)
        else:
            params[member] = _scalar(members(shape)[member], value)


def _is_query_map(member: Any) -> bool:
    return member.serialization.get("location") == "querystring" and member.type_name == "map"


def _scalar(shape: Any, text: str) -> Any:
    try:
        match shape.type_name:
            case "integer" | "long":
                return int(text)
            case "boolean":
                return {"true": True, "false": False}[text.lower()]
            case "double" | "float":
                return float(text)
    except (ValueError, KeyError):
        raise Refusal("SerializationException", f"{text!r} is no {shape.type_name}", 400) from None
    return text


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else {}
    except (ValueError, RecursionError):
        raise Refusal("SerializationException", "The request body is no JSON", 400) from None


def _members_in(shape: Any, document: Document, *, skip_located: bool = False) -> Document:
    """A structure's members by the model's names; unknown ones stay as they are, for the validation to find."""
    known = {
        m.serialization.get("name", n): (n, m)
        for n, m in members(shape).items()
        if not (skip_located and m.serialization.get("location"))
    }
    found: Document = {}
    for name, value in document.items():
        if value is None:
            continue
        member, inner = known.get(name, (name, None))
        found[member] = value if inner is None else _value_in(inner, value)
    return found


def _value_in(shape: Any, value: Any) -> Any:
    match shape.type_name, value:
        case "structure", dict():
            return _members_in(shape, value)
        case "list", list():
            return [_value_in(shape.member, each) for each in value if each is not None]
        case "map", dict():
            return {key: None if each is None else _value_in(shape.value, each) for key, each in value.items()}
        case "blob", str():
            return base64.b64decode(value)
        case "timestamp", str():
            return read_date(value)
    return value


def write(service: str, operation: str, answer: Document | None) -> Response:
    """A successful answer."""
    model = operation_model(service, operation)
    status = model.http.get("responseCode", 200)
    shape = model.output_shape
    if shape is None or answer is None:
        return Response(status, b"", {"content-type": "application/json"})
    headers = {"content-type": "application/json"}
    payload = shape.serialization.get("payload")
    for name, member in members(shape).items():
        if member.serialization.get("location") == "header" and answer.get(name) is not None:
            headers[member.serialization.get("name", name).lower()] = quote(str(answer[name]), safe=" /=;,:\"+.-_()'")
    if payload:
        body = answer.get(payload, b"")
        return Response(status, body if isinstance(body, bytes) else json.dumps(body).encode(), headers)
    return Response(status, json.dumps(_members_out(shape, answer)).encode(), headers)


def _members_out(shape: Any, value: Document) -> Document:
    known = members(shape)
    stray = [name for name in value if name not in known]
    assert not stray, f"{shape.name} has no member {', '.join(stray)}"
    return {
        known[name].serialization.get("name", name): _value_out(known[name], each)
        for name, each in value.items()
        if each is not None and known[name].serialization.get("location") not in ("header", "statusCode")
    }


def _value_out(shape: Any, value: Any) -> Any:
    match shape.type_name:
        case "structure":
            return _members_out(shape, value)
        case "list":
            return [_value_out(shape.member, each) for each in value]
        case "map":
            return {key: None if each is None else _value_out(shape.value, each) for key, each in value.items()}
        case "timestamp":
            return iso_date(value) if shape.serialization.get("timestampFormat") == "iso8601" else value
        case "blob":
            return base64.b64encode(value).decode()
    return value


def read_date(text: str) -> float | str:
    """A date in text as seconds since 1970; the text itself where it is none."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return text


def iso_date(seconds: float) -> str:
    """A date as AWS writes it in text."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
