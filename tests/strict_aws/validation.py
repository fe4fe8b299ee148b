"""What the front door checks before a service sees a call: members, types, enums, lengths and patterns of the model."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.models import members, operation_model
from tests.strict_aws.refusals import Refusal, bad_request, invalid
from tests.strict_aws.rules import rule

ENUMS = rule(
    "front-door.constraints",
    "Values outside an enum or a pattern are refused in one ValidationException that counts them",
    "recorded: test_put_integration_wrong_type, test_update_gateway_response",
)
UNKNOWN = rule(
    "front-door.unknown-members",
    "Members that the model does not know are refused",
    "the service model; the code and text are those of other refusals",
    recalled=True,
)
MISSING = rule(
    "front-door.missing-members", "Required members have to be there", "the service model; EC2's MissingParameter"
)
TYPES = rule(
    "front-door.types",
    "A value of the wrong type is a SerializationException",
    "recorded: test_put_integration_request_parameter_bool_type",
)
LENGTHS = rule(
    "front-door.lengths",
    "Texts of API Gateway v2 are no longer than the names of their shapes say",
    "botocore: StringWithLengthBetween1And64 and its like; the text is recalled",
)

_JAVA = {bool: "class java.lang.Boolean", int: "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"}
_JAVA[float] = _JAVA[int]


@dataclass(frozen=True)
class _Fault:
    kind: str
    path: str
    value: Any = None
    shape: Any = None


def check(call: Call) -> None:
    """Raise the Refusal that AWS's front door would have for the parameters, if any."""
    shape = operation_model(call.service, call.operation).input_shape
    if shape is None:
        return
    faults = list(_structure(shape, call.params, call))
    if not faults:
        return
    for kind in ("type", "unknown", "missing", "constraint"):
        mine = [fault for fault in faults if fault.kind == kind]
        if mine:
            raise _REFUSALS[call.service](call, kind, mine)


def _prefix(call: Call, member: Any) -> str:
    """Members of the body are named after the operation's input, those of the path and the query only by themselves."""
    if call.service != "apigateway" or member.serialization.get("location"):
        return ""
    return f"{call.operation[:1].lower()}{call.operation[1:]}Input."


def _structure(shape: Any, value: dict[str, Any], call: Call, where: str | None = None) -> Iterator[_Fault]:
    known = members(shape)
    for name in shape.required_members:
        if value.get(name) is None and call.holds(MISSING):
            yield _Fault("missing", (where or "") + name)
    for name, each in value.items():
        if name not in known and call.holds(UNKNOWN):
            yield _Fault("unknown", (where or "") + name, each)
    for name, member in _checked(shape):
        if name in value:
            yield from _value(member, value[name], call, f"{_prefix(call, member) if where is None else where}{name}")


@cache
def _checked(shape: Any) -> list[tuple[str, Any]]:
    """The members of a structure in the order in which AWS names their faults: the body's before the path's."""
    return sorted(members(shape).items(), key=lambda each: bool(each[1].serialization.get("location")))


def _value(shape: Any, value: Any, call: Call, where: str) -> Iterator[_Fault]:
    kind = shape.type_name
    if not isinstance(value, _PYTHON[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield _Fault("type", where, value, shape)
    elif kind == "structure":
        yield from _structure(shape, value, call, f"{where}.")
    elif kind == "list":
        yield from _list(shape, value, call, where)
    elif kind == "map":
        for key, each in value.items():
            if each is not None:
                yield from _value(shape.value, each, call, f"{where}.{key}")
            elif not where.endswith("Templates"):  # recorded: test_put_integration_response_templates
                yield _Fault("missing", f"{where}.{key}")
    elif kind == "string":
        yield from _text(shape, value, where)
        if len(value) > _longest(shape.name) and call.holds(LENGTHS):
            yield _Fault("constraint", where, value, shape)
    elif kind in ("integer", "long"):
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if (low is not None and value < low) or (high is not None and value > high):
            yield _Fault("constraint", where, value, shape)


def _list(shape: Any, value: list[Any], call: Call, where: str) -> Iterator[_Fault]:
    inner = shape.member
    if inner.type_name == "string" and inner.enum and all(isinstance(each, str) for each in value):
        if any(each not in inner.enum for each in value):
            yield _Fault("constraint", where, value, shape)
        return
    for number, each in enumerate(value, start=1):
        yield from _value(inner, each, call, f"{where}.{number}.member")


def _text(shape: Any, value: str, where: str) -> Iterator[_Fault]:
    pattern = shape.metadata.get("pattern")
    if (shape.enum and value not in shape.enum) or (pattern and not re.fullmatch(pattern, value)):
        yield _Fault("constraint", where, value, shape)


@cache
def _longest(name: str) -> int:
    """How long a text of this shape may be, by its name; v2's model says it nowhere else."""
    found = re.fullmatch(r"(?:String|Uri)WithLengthBetween\d+And(\d+)(K?)", name)
    return int(found[1]) * (1024 if found[2] else 1) if found else sys.maxsize


_PYTHON: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "list": (list,),
    "map": (dict,),
    "string": (str,),
    "character": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "boolean": (bool,),
    "blob": (bytes, str),
    "timestamp": (str, int, float),
}


_ENUMS = {
    "IntegrationType": "HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS",
    "EndpointType": "PRIVATE, EDGE, REGIONAL",
    "Op": "add, remove, move, test, replace, copy",
    "GatewayResponseType": "REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, "
    "MISSING_AUTHENTICATION_TOKEN, BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, "
    "AUTHORIZER_FAILURE, UNAUTHORIZED, INTEGRATION_TIMEOUT, ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, "
    "QUOTA_EXCEEDED, THROTTLED, API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN",
    "DocumentationPartType": (
        "RESPONSE_BODY, RESPONSE, METHOD, MODEL, AUTHORIZER, RESPONSE_HEADER, RESOURCE, PATH_PARAMETER, REQUEST_BODY, "
        "QUERY_PARAMETER, API, REQUEST_HEADER"
    ),
}
"""API Gateway v1's own order of these enums, as recorded; botocore's is another one."""


def _enum_text(shape: Any) -> str:
    return f"Member must satisfy enum value set: [{_ENUMS.get(shape.name) or ', '.join(shape.enum)}]"


def _constraint_text(fault: _Fault) -> str:
    shape, value = fault.shape, fault.value
    if shape.type_name == "list":
        value, rule_text = f"[{', '.join(value)}]", f"Member must satisfy constraint: [{_enum_text(shape.member)}]"
    elif shape.type_name == "string" and shape.enum:
        rule_text = _enum_text(shape)
    elif shape.type_name == "string" and len(value) > _longest(shape.name):
        rule_text = f"Member must have length less than or equal to {_longest(shape.name)}"
    elif shape.type_name == "string":
        rule_text = f"Member must satisfy regular expression pattern: {shape.metadata['pattern']}"
    else:
        low = shape.metadata.get("min")
        rule_text = (
            f"Member must have value {'greater' if low is not None and value < low else 'less'} than or equal to "
        )
        rule_text += str(low if low is not None and value < low else shape.metadata.get("max"))
    return f"Value '{value}' at '{fault.path}' failed to satisfy constraint: {rule_text}"


def _rest(call: Call, kind: str, faults: list[_Fault]) -> Refusal:
    first = faults[0]
    match kind:
        case "type":
            return Refusal("SerializationException", _type_text(first), 400)
        case "unknown":
            return bad_request(f"Invalid request input: unknown member {first.path}")
        case "missing":
            texts = [f"Value null at '{f.path}' failed to satisfy constraint: Member must not be null" for f in faults]
        case _:
            texts = [_constraint_text(fault) for fault in faults]
    many = "s" if len(texts) > 1 else ""
    return invalid(f"{len(texts)} validation error{many} detected: {'; '.join(texts)}")


def _type_text(fault: _Fault) -> str:
    wanted = {"string": "an String", "boolean": "a Boolean", "integer": "an Integer"}.get(
        fault.shape.type_name, f"a {fault.shape.type_name}"
    )
    return f"{_JAVA.get(type(fault.value), type(fault.value).__name__)} can not be converted to {wanted}"


def _http(call: Call, kind: str, faults: list[_Fault]) -> Refusal:
    first = faults[0]
    match kind:
        case "type":
            return Refusal("SerializationException", _type_text(first), 400)
        case "missing":
            return bad_request(f"Missing required parameter: {first.path}")
        case "unknown":
            return bad_request(f"Unknown parameter: {first.path}")
    return bad_request(_constraint_text(first))


def _ec2(call: Call, kind: str, faults: list[_Fault]) -> Refusal:
    first = faults[0]
    match kind:
        case "missing":
            return Refusal("MissingParameter", f"The request must contain the parameter {first.path}", 400)
        case "unknown":
            return Refusal("UnknownParameter", f"The parameter {first.path} is not recognized", 400)
    return Refusal("InvalidParameterValue", f"Invalid value '{first.value}' for {first.path}", 400)


_REFUSALS = {"apigateway": _rest, "apigatewayv2": _http, "ec2": _ec2}
