"""Every operation that a description calls is declared there, and it is known which IAM actions it needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dr_toolkit.resources
from dr_toolkit.aws.cloud import request
from dr_toolkit.engine import permissions
from dr_toolkit.resources import registry
from dr_toolkit.spec import tags
from dr_toolkit.spec.actions import GATEWAYS, Request, needs
from tests.aws_shapes import service

FILES = sorted(Path(dr_toolkit.resources.__file__).parent.glob("[a-z]*_*.py"))
TAGGING = {
    "tags.v1_calls(": tags.GATEWAY_CALLS,
    "tags.v2_calls(": tags.GATEWAY_CALLS,
    "tags.ec2_calls(": tags.EC2_CALLS,
}


def written(text: str) -> set[str]:
    """The operations of the calls in a file's verbs, those put together from a direction included."""
    found = set(re.findall(r'Call\(\s*"([A-Z][A-Za-z]+)"', text))
    for stem in re.findall(r'f"([A-Z][A-Za-z]+)\{_direction', text):
        found |= {f"{stem}Ingress", f"{stem}Egress"}
    return found.union(*(calls for sign, calls in TAGGING.items() if sign in text))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_description_declares_what_its_verbs_call(file: Path) -> None:
    module = getattr(__import__(f"dr_toolkit.resources.{file.stem}").resources, file.stem)
    declared = {operation for t in module.TYPES for _, operation in registry().calls(t)}
    assert declared == written(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("t", list(registry()), ids=lambda t: t.name)
def test_everything_that_is_called_has_an_action(t: object) -> None:
    def others(name: str) -> bool:
        return registry()[name] is not t

    called = [*permissions.reads(registry(), others), *permissions.changes(registry(), others)]
    assert called
    for name, operation in called:
        assert operation in service(name).operation_names
        actions = [need.action for need in needs(name, operation, request(name, operation))]
        prefix = {"apigatewayv2": "apigateway", "elbv2": "elasticloadbalancing"}.get(name, name)
        assert actions[0].startswith(f"{prefix}:")
        assert not any("*" in action for action in actions)


def test_what_nothing_is_known_of_is_named() -> None:
    with pytest.raises(LookupError, match="ec2:CreateInvention"):
        list(needs("ec2", "CreateInvention", Request("POST", "/")))


def test_requests_are_as_botocore_has_them() -> None:
    assert request("apigatewayv2", "PutRoutingRule") == Request(
        "PUT", "/v2/domainnames/{domainName}/routingrules/{routingRuleId}"
    )
    for name in GATEWAYS:
        for operation in service(name).operation_names:
            assert request(name, operation).method in ("GET", "POST", "PUT", "PATCH", "DELETE")
