"""botocore's models: the shapes that AWS answers in, values of these shapes, and the check that it makes of a call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.validate import ParamValidator
from hypothesis import strategies as st

from dr_toolkit.spec.types import ResourceType

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="<>$"), min_size=1, max_size=12
)
"""The customer's own words: any script, blanks and quotes, slashes and tildes."""

NAME = st.text(st.sampled_from("abcxyzABC019-_./~% é日"), min_size=1, max_size=8).map(str.strip).filter(bool)
"""A name that a person might give."""


@cache
def service(name: str) -> Any:
    """The model of a service."""
    return botocore.session.get_session().get_service_model(name)


def output_members(t: ResourceType) -> dict[str, Any]:
    """Shapes of the members of a type's rows: those of its shape, and what further calls put into a row."""
    model = service(t.service)
    members = dict(model.shape_for(t.shape).members)
    for detail in t.listing.details:
        members[detail.into] = model.operation_model(detail.operation).output_shape.members[detail.items]
    return members


def inner(shape: Any) -> Iterator[tuple[str, Any]]:
    """What is inside a shape: the members of a structure, the item of a list, the value of a map."""
    if shape.type_name == "structure":
        yield from shape.members.items()
    elif shape.type_name == "list":
        yield "items", shape.member
    elif shape.type_name == "map":
        yield "values", shape.value


def holds_structure(shape: Any) -> bool:
    """Whether there is a structure anywhere in a shape."""
    return shape.type_name == "structure" or any(holds_structure(s) for _, s in inner(shape))


def invalid(service_name: str, operation: str, params: Mapping[str, Any]) -> str:
    """What botocore has against the parameters of a call; empty where it has nothing."""
    shape = service(service_name).operation_model(operation).input_shape
    report = ParamValidator().validate(dict(params), shape)
    return str(report.generate_report()) if report.has_errors() else ""


def values(shape: Any, special: Mapping[str, st.SearchStrategy[Any]], path: str = "") -> st.SearchStrategy[Any]:
    """Values of a shape; ``special`` gives strategies for paths such as ``methodIntegration.uri`` or ``tags{}``."""
    if path in special:
        return special[path]
    match shape.type_name:
        case "structure":
            parts = {m: values(s, special, f"{path}.{m}" if path else m) for m, s in shape.members.items()}
            return st.fixed_dictionaries({}, optional=parts)
        case "list":
            return st.lists(values(shape.member, special, f"{path}[]"), max_size=3)
        case "map":
            return st.dictionaries(TEXT, values(shape.value, special, f"{path}{{}}"), max_size=3)
        case _:
            return _scalars(shape)


def _scalars(shape: Any) -> st.SearchStrategy[Any]:
    limits = shape.metadata
    match shape.type_name:
        case "string" if getattr(shape, "enum", None):
            return st.sampled_from(shape.enum)
        case "string" if "pattern" in limits:
            return st.from_regex(limits["pattern"].replace(r"\d", "[0-9]"), fullmatch=True)
        case "string":
            return TEXT
        case "integer" | "long":
            return st.integers(limits.get("min", 0), limits.get("max", 60_000))
        case "float" | "double":
            return st.one_of(st.integers(0, 10_000).map(float), st.floats(0, 1e6, allow_nan=False))
        case "boolean":
            return st.booleans()
        case "timestamp":
            return st.just(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
        case other:
            raise TypeError(f"no values for {other}: {shape.name}")
