"""Every operation that a description names exists, pages as it says, and takes what is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dr_toolkit.model.documents import Scope
from dr_toolkit.resources import registry
from dr_toolkit.spec.types import Paging, ResourceType, Row
from tests.aws_shapes import invalid, service
from tests.fakes import FakeCloud

HERE = Scope("123456789012", "us-east-1")


class _AnyMember(dict[str, Any]):
    """A row that has whatever is asked for."""

    def __missing__(self, key: str) -> str:
        return "abcde12345"


PARENT = Row("apigateway.rest_api", _AnyMember())


def reads() -> Iterator[tuple[ResourceType, str, str, Paging | None, dict[str, Any]]]:
    """Each list call: the type, operation, list key, paging and parameters."""
    for t in registry():
        if t.listing.operation:
            by_name = t.listing.by_name("orders") if t.listing.by_name else {}
            params = {**t.listing.params, **t.listing.arguments(PARENT), **by_name}
            yield t, t.listing.operation, t.listing.items, t.listing.paging, params
        for detail in t.listing.details:
            yield t, detail.operation, detail.items, detail.paging, dict(detail.arguments(PARENT))


READS = list(reads())


@pytest.mark.parametrize(
    ("t", "operation", "items", "paging", "params"), READS, ids=[f"{r[0].name} {r[1]}" for r in READS]
)
def test_a_list_call_is_as_botocore_has_it(
    t: ResourceType, operation: str, items: str, paging: Paging | None, params: dict[str, Any]
) -> None:
    model = service(t.service).operation_model(operation)
    if items:
        listed = model.output_shape.members[items]
        assert listed.type_name == "list" or (t.listing.by_name and listed.name == t.shape)
    elif t.listing.unfold is None:
        assert model.output_shape.name == t.shape, "the answer is the thing itself"
    asked = params | dict(paging.size if paging else {})
    assert invalid(t.service, operation, asked) == ""
    inputs, outputs = model.input_shape.members, model.output_shape.members
    if paging:
        assert {paging.token_in} <= set(inputs)
        assert {paging.token_out} <= set(outputs)
        for name, size in paging.size.items():
            limits = inputs[name].metadata
            assert limits.get("min", 0) <= int(size) <= limits.get("max", 1000)
    else:
        assert operation in ("GetStages", "GetGatewayResponses", "GetAccount", "GetPolicy", "DescribeDeliveryStream"), (
            "it pages in no other way than these do: not at all"
        )


@pytest.mark.parametrize("t", [t for t in registry() if t.listing.per and not t.listing.unfold], ids=lambda t: t.name)
def test_the_shape_of_the_rows_is_the_type_s(t: ResourceType) -> None:
    members = service(t.service).operation_model(t.listing.operation).output_shape.members
    assert members[t.listing.items].member.name == t.shape


@pytest.mark.parametrize("t", [t for t in registry() if t.export], ids=lambda t: t.name)
def test_an_export_is_as_botocore_has_it(t: ResourceType) -> None:
    """Its answer's one stream is called as the engine expects it, and every parameter is taken."""
    assert t.export is not None
    model = service(t.service).operation_model(t.export.operation)
    assert invalid(t.service, t.export.operation, dict(t.export.arguments(Row(t.name, _AnyMember(), PARENT)))) == ""
    assert model.output_shape.serialization["payload"] == "body"
    assert model.output_shape.members["body"].type_name == "blob"


def test_the_fake_refuses_what_botocore_would() -> None:
    with pytest.raises(AssertionError, match="Unknown parameter"):
        FakeCloud(HERE).call("ec2", "DescribeVpcs", {"Invented": True})
    with pytest.raises(AssertionError, match="Missing required parameter"):
        FakeCloud(HERE).call("apigateway", "GetStages", {})
