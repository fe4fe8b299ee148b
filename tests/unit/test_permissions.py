"""IAM policies made from operations: as narrow as actions allow, and as short as that can be said."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.engine.permissions import policy
from dr_toolkit.model.documents import Scope
from dr_toolkit.spec.actions import Need, Request

HERE = Scope("111122223333", "eu-west-3")
PATHS = {
    "GetRestApis": Request("GET", "/restapis"),
    "GetStages": Request("GET", "/restapis/{restapi_id}/stages"),
    "UpdateRestApi": Request("PATCH", "/restapis/{restapi_id}"),
    "DeleteRestApi": Request("DELETE", "/restapis/{restapi_id}"),
    "ListRoutingRules": Request("GET", "/v2/domainnames/{domainName}/routingrules"),
    "GetDomainName": Request("GET", "/domainnames/{domain_name}"),
    "GetRoutes": Request("GET", "/v2/apis/{apiId}/routes"),
}


def made(*calls: tuple[str, str], place: Scope = HERE, more: tuple[Need, ...] = ()) -> list[dict[str, Any]]:
    """The statements for some operations."""
    document = policy(calls, place, lambda service, operation: PATHS.get(operation, Request("POST", "/")), more)
    assert document["Version"] == "2012-10-17"
    statements: list[dict[str, Any]] = document["Statement"]
    return statements


def on(statements: list[dict[str, Any]], action: str) -> list[str]:
    """Where an action is allowed, shortened to what comes after the region."""
    found = [r for s in statements if action in s["Action"] for r in s["Resource"]]
    return sorted(resource.partition("eu-west-3:")[2] or resource for resource in found)


def test_paths_become_arns_without_an_account() -> None:
    statements = made(("apigateway", "GetRestApis"), ("apigateway", "GetStages"), ("apigatewayv2", "GetRoutes"))
    assert on(statements, "apigateway:GET") == [":/apis/*/routes", ":/restapis", ":/restapis/*/stages"]
    assert statements[0]["Resource"][0] == "arn:aws:apigateway:eu-west-3::/apis/*/routes"


def test_what_may_be_deleted_with_all_beneath_needs_no_narrower_words() -> None:
    reads = (("apigateway", "GetRestApis"), ("apigateway", "GetStages"))
    changed = made(*reads, ("apigateway", "UpdateRestApi"), ("apigateway", "DeleteRestApi"))
    assert on(changed, "apigateway:GET") == [":/restapis", ":/restapis/*"]
    assert on(made(*reads, ("apigateway", "UpdateRestApi")), "apigateway:GET") == [":/restapis", ":/restapis/*/stages"]


def test_names_of_their_own_and_private_names_have_the_account() -> None:
    own = "111122223333:/domainnames/*"
    statements = made(("apigatewayv2", "ListRoutingRules"), ("apigateway", "GetDomainName"))
    assert on(statements, "apigateway:ListRoutingRules") == [f"{own}/routingrules", f"{own}/routingrules/*"]
    assert on(statements, "apigateway:GET") == [own, ":/domainnames/*"]


@pytest.mark.parametrize(
    ("service", "operation", "action", "condition"),
    [
        ("ec2", "DescribeVpcs", "ec2:DescribeVpcs", {"StringEquals": {"aws:RequestedRegion": "eu-west-3"}}),
        (
            "elbv2",
            "DescribeListeners",
            "elasticloadbalancing:DescribeListeners",
            {"StringEquals": {"aws:RequestedRegion": "eu-west-3"}},
        ),
        ("iam", "ListRoles", "iam:ListRoles", None),
    ],
)
def test_what_knows_no_resource_is_bound_to_the_region(
    service: str, operation: str, action: str, condition: dict[str, Any] | None
) -> None:
    """But for IAM, whose one endpoint lies in a region of its own."""
    (statement,) = made((service, operation))
    assert (statement["Action"], statement["Resource"]) == ([action], ["*"])
    assert statement.get("Condition") == condition


def test_an_unknown_account_and_another_partition() -> None:
    (statement,) = made(("ec2", "DeleteSecurityGroup"), place=Scope("*", "cn-north-1", "aws-cn"))
    assert statement["Resource"] == ["arn:aws-cn:ec2:cn-north-1:*:security-group/*"]


def test_what_is_needed_alike_is_said_once() -> None:
    revoke = [("ec2", f"RevokeSecurityGroup{way}") for way in ("Ingress", "Egress")]
    (statement,) = made(*revoke, revoke[0], ("ec2", "DeleteSecurityGroup"))
    assert len(statement["Action"]) == 3
    assert made(*revoke) == made(*reversed(revoke))


def test_conditions_keep_statements_apart() -> None:
    statements = made(("lambda", "AddPermission"), ("lambda", "RemovePermission"))
    assert [s.get("Condition") for s in statements] == [{"StringLike": {"lambda:Principal": "apigateway.*"}}, None]
    (alone,) = made(more=(Need("cloudtrail:LookupEvents"),))
    assert alone["Condition"] == {"StringEquals": {"aws:RequestedRegion": "eu-west-3"}}
