"""Every operation is used by a type, or left out for a reason that somebody wrote down."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import botocore.session
import pytest

from dr_toolkit.engine import permissions
from dr_toolkit.report.listings import TypesResult
from dr_toolkit.resources import registry
from dr_toolkit.spec import left_out
from dr_toolkit.workflows.covered import covered
from tests.command_line import run


@cache
def used(service: str) -> frozenset[str]:
    """The operations of a service that descriptions declare, and those of the engine's own that nothing leaves out."""
    types = registry()
    called = {(t.service, operation) for t in types for operation in types.operations(t) if operation}
    called |= {call for t in types for call in types.calls(t)}
    called |= {call for call in permissions.CALLED if not left_out.reason(*call)}
    return frozenset(operation for name, operation in called if name == service)


def operations(service: str) -> list[str]:
    names = botocore.session.get_session().get_service_model(service).operation_names
    return [n for n in names if service != "ec2" or left_out.AROUND_GROUPS.search(n)]


def unseen(service: str, names: Iterable[str]) -> list[str]:
    """Operations that neither a type uses nor a rule names."""
    return [f"{service}:{n}" for n in names if not left_out.reason(service, n) and n not in used(service)]


@pytest.mark.parametrize("service", sorted(left_out.SERVICES))
def test_every_operation_is_used_or_left_out_for_a_reason(service: str) -> None:
    assert unseen(service, operations(service)) == []


@pytest.mark.parametrize("service", sorted(left_out.SERVICES))
def test_a_release_with_a_new_operation_fails_with_its_name(service: str) -> None:
    invented = ["CreateSecurityGroupInvention", "GetInventions", "UpdateInvention"]
    assert unseen(service, [*operations(service), *invented]) == [f"{service}:{name}" for name in invented]


@pytest.mark.parametrize("service", sorted(left_out.SERVICES))
def test_no_operation_that_is_used_is_said_to_be_left_out(service: str) -> None:
    both = [n for n in operations(service) if left_out.reason(service, n) and n in used(service)]
    assert both == []


@pytest.mark.parametrize("service", sorted(left_out.SERVICES))
def test_every_rule_fits_something(service: str) -> None:
    first = {n: next((p for p, _ in left_out.SERVICES[service] if re.fullmatch(p, n)), "") for n in operations(service)}
    assert {p for p, _ in left_out.SERVICES[service]} == {p for p in first.values() if p}


def test_the_ledger_names_every_operation_once() -> None:
    """What ``types`` prints, as text and as json: each operation is read with, called by a type, or left out."""
    result: TypesResult = covered()
    document = run("types", "--format", "json").document
    text = " ".join(run("types").out.split())
    for service in left_out.SERVICES:
        left = {o["operation"]: o["reason"] for o in document["left_out"] if o["service"] == service}
        assert left == {o.operation: o.reason for o in result.left_out if o.service == service}
        named = {call for t in document["types"] for call in (*t["reads"], *t["calls"])}
        own = {name for name in operations(service) if f"{service}:{name}" in named}
        assert own.isdisjoint(left)
        assert own | left.keys() | {n for s, n in permissions.CALLED if s == service} == set(operations(service))
        assert [name for name in left if f"{service}:{name} " not in text] == []
        assert [name for name in own if f"{service}:{name}" not in text] == []
