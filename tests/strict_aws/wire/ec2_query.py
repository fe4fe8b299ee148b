"""The protocol of EC2: a form of flattened names in, XML out."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from tests.strict_aws.models import members, operation_model, operations, service_model
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.wire import REQUEST_ID
from tests.strict_aws.wire.http import Request, Response
from tests.strict_aws.wire.rest_json import iso_date, read_date

Document = dict[str, Any]


def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode(errors="replace") or request.parts.query, keep_blank_values=True))


def read_operation(request: Request) -> str:
    """The operation that a request asks for; raises Refusal."""
    operation = _form(request).get("Action", "")
    if operation not in operations("ec2"):
        raise Refusal("InvalidAction", f"The action {operation} is not valid for this web service.", 400)
    return operation


def read(request: Request) -> tuple[str, Document]:
    """Operation and parameters of a request; raises Refusal for an unknown action or parameter."""
    operation = read_operation(request)
    tree = _tree({k: v for k, v in _form(request).items() if k not in ("Action", "Version")})
    shape = operation_model("ec2", operation).input_shape
    return operation, _structure_in(shape, tree, "") if shape is not None else {}


def _tree(form: dict[str, str]) -> Document:
    """The flattened names as nested maps: `Filter.1.Value.2` becomes Filter -> 1 -> Value -> 2."""
    root: Document = {}
    for name, value in form.items():
        node = root
        *path, last = name.split(".")
        for part in path:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise _malformed(name)
        if isinstance(node.get(last), dict):
            raise _malformed(name)
        node[last] = value
    return root


def _malformed(name: str) -> Refusal:
    return Refusal("MalformedQueryString", f"The query string is malformed at {name}", 404)


@cache
def _query_names(shape: Any) -> dict[str, tuple[str, Any]]:
    found = {}
    for name, member in members(shape).items():
        held = member.serialization
        text = held.get("queryName") or held.get("name") or name
        found[text if "queryName" in held else text[:1].upper() + text[1:]] = (name, member)
    return found


def _structure_in(shape: Any, tree: Any, where: str) -> Document:
    if not isinstance(tree, dict):
        raise _malformed(where[:-1])
    known, found = _query_names(shape), {}
    for name, value in tree.items():
        if name not in known:
            raise Refusal("UnknownParameter", f"The parameter {where}{name} is not recognized", 400)
        member, inner = known[name]
        found[member] = _value_in(inner, value, f"{where}{name}.")
    return found


def _value_in(shape: Any, value: Any, where: str) -> Any:
    match shape.type_name:
        case "structure":
            return _structure_in(shape, value, where)
        case "list":
            rows = value if isinstance(value, dict) else {"1": value}
            if not all(number.isdecimal() for number in rows):
                raise _malformed(where[:-1])
            ordered = sorted(rows.items(), key=lambda pair: int(pair[0]))
            return [_value_in(shape.member, each, f"{where}{number}.") for number, each in ordered]
        case "integer" | "long":
            try:
                return int(value)
            except ValueError:
                raise Refusal("InvalidParameterValue", f"Invalid value '{value}' for {where[:-1]}", 400) from None
        case "boolean":
            return str(value).lower() == "true"
        case "timestamp":
            return read_date(str(value))
    return value


def write(operation: str, answer: Document | None) -> Response:
    """A successful answer."""
    shape = operation_model("ec2", operation).output_shape
    inner = _structure_out(shape, answer) if shape is not None and answer else ""
    version = service_model("ec2").api_version
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{operation}Response xmlns="http://ec2.amazonaws.com/doc/{version}/">'
    )
    text += f"<requestId>{REQUEST_ID}</requestId>{inner}</{operation}Response>"
    return Response(200, text.encode(), {"content-type": "text/xml;charset=UTF-8"})


@cache
def _answer_names(shape: Any) -> dict[str, tuple[str, Any]]:
    return {name: (member.serialization.get("name", name), member) for name, member in members(shape).items()}


def _structure_out(shape: Any, value: Document) -> str:
    known = _answer_names(shape)
    parts = []
    for name, each in value.items():
        assert name in known, f"{shape.name} has no member {name}"
        if each is not None:
            tag, member = known[name]
            parts.append(f"<{tag}>{_value_out(member, each)}</{tag}>")
    return "".join(parts)


def _value_out(shape: Any, value: Any) -> str:
    match shape.type_name:
        case "structure":
            return _structure_out(shape, value)
        case "list":
            return "".join(f"<item>{_value_out(shape.member, each)}</item>" for each in value)
        case "boolean":
            return "true" if value else "false"
        case "timestamp":
            return iso_date(value)
    return escape(str(value))
