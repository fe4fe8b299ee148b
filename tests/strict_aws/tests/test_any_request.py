"""Whatever the shapes of the models allow is answered or refused, and what is refused has changed nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.strict_aws import StrictAws
from tests.strict_aws.answers import ANSWERS
from tests.strict_aws.call import Region
from tests.strict_aws.estates import SMALL, build
from tests.strict_aws.estates.clients import StrictClients
from tests.strict_aws.judge.raw import tree
from tests.strict_aws.models import members, operation_model
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.wire import ec2_query, rest_json

HOME = "us-east-1"
StrictAws()  # making one registers what answers


@cache
def _loaded() -> tuple[StrictAws, Region]:
    """An AWS with the small estate, and a copy of it."""
    aws = StrictAws()
    with aws.weather.calm():
        build(StrictClients(aws), HOME, SMALL)
        aws.call("ec2", "DescribeVpcEndpoints", HOME)  # what takes its time is done by then
    return aws, aws.keep(HOME)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from (*_texts(name), *_texts(each))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


@cache
def _held() -> list[str]:
    """The ids and words that the estate holds."""
    return sorted({text for text in _texts(tree(_loaded()[1])) if len(text) < 60})


ODD = [
    "",
    " ",
    "²",
    "-1",
    "/",
    "~1",
    "{a",
    "{}",
    "[]",
    "10.0.0.1/8",
    "2001:DB8::1/32",
    "$default",
    "arn:",
    "é",
    "a" * 1100,
]
TEXTS = st.deferred(lambda: st.sampled_from(_held())) | st.sampled_from(ODD)


def _values(shape: Any) -> st.SearchStrategy[Any]:
    """What may stand for a shape: mostly of its type, with ids and words that are there."""
    match shape.type_name:
        case "structure":
            return st.deferred(lambda: _structures(shape))
        case "list":
            return st.lists(_values(shape.member), max_size=3)
        case "map":
            return st.dictionaries(TEXTS, _values(shape.value) | st.none(), max_size=2)
        case "integer" | "long":
            return st.sampled_from([-1, 0, 1, 5, 22, 100, 500, 1000, 29000, 65535, 10**20])
        case "float" | "double":
            return st.sampled_from([-1.0, 0.0, 0.5, 100.0, float("inf"), float("nan")])
        case "boolean":
            return st.booleans()
        case "blob":
            return st.sampled_from([b"", b"\xff", b"{}", b"[]", b'{"swagger":"2.0"}', b"name,key\n"])
        case "timestamp":
            return st.just(0)
    return st.sampled_from(shape.enum) | TEXTS if shape.enum else TEXTS


def _structures(shape: Any) -> st.SearchStrategy[dict[str, Any]]:
    known = {name: _values(member) | st.sampled_from([5, "x", [], {}]) for name, member in members(shape).items()}
    needed = set(shape.required_members)
    wanted = {name: each for name, each in known.items() if name in needed}
    return st.fixed_dictionaries(wanted, optional={name: each for name, each in known.items() if name not in needed})


def _content(region: Region) -> Any:
    """What is in a region, but for what is empty."""
    return _without_empty(tree(region))


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        found = {name: _without_empty(each) for name, each in value.items()}
        return {name: each for name, each in found.items() if each not in ({}, [])}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


def _is_answered(service: str, operation: str, params: dict[str, Any]) -> bool:
    """Whether the request is answered, in a form that can be sent; False where it is refused."""
    try:
        answer = _loaded()[0].call(service, operation, HOME, **params)
    except Refusal:
        return False
    written = ec2_query.write(operation, answer) if service == "ec2" else rest_json.write(service, operation, answer)
    return written.status < 300


@pytest.mark.parametrize(("service", "operation"), sorted(ANSWERS))
@settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_request_is_answered_or_refused(service: str, operation: str, data: st.DataObject) -> None:
    shape = operation_model(service, operation).input_shape
    params = data.draw(_structures(shape)) if shape is not None else {}
    aws, kept = _loaded()
    answered, now = _is_answered(service, operation, params), aws.region(HOME)
    unchanged = now.parts == kept.parts or _content(now) == _content(kept)
    if not unchanged:
        aws.put_back(kept)
    assert answered or unchanged
