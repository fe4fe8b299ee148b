"""How landmarks of other services stand in located text."""

from __future__ import annotations

import pytest

from dr_toolkit.engine import tokens
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.marks import Found, bare, found_in, spelled_in

HERE = Scope("123456789012", "us-east-1")
UUID = "12345678-1234-1234-1234-123456789012"
ARN = "arn:aws:{service}:us-east-1:123456789012:{rest}"


def arn(service: str, rest: str) -> str:
    return ARN.format(service=service, rest=rest)


@pytest.mark.parametrize(
    ("text", "name", "taken"),
    [
        (arn("acm", f"certificate/{UUID}"), "acm.certificate", "${Ref:acm.certificate/it}"),
        (
            arn("elasticloadbalancing", "loadbalancer/net/back/50dc6c495c0c9188"),
            "elbv2.load_balancer",
            "${Ref:elbv2.load_balancer/it}",
        ),
        (
            arn("elasticloadbalancing", "listener/app/back/50dc6c495c0c9188/f2f7dc8efc522ab2"),
            "elbv2.listener",
            "${Ref:elbv2.listener/it}",
        ),
        (
            "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_aB3",
            "cognito_idp.user_pool",
            "https://cognito-idp.${AWS::Region}.amazonaws.com/${Ref:cognito_idp.user_pool/it}",
        ),
        (arn("wafv2", f"regional/webacl/main/{UUID}"), "wafv2.web_acl", "${Ref:wafv2.web_acl/it}"),
        (
            arn("apigateway", "/domainnames/inner.example.com+abcde12345"),
            "apigateway.domain_name",
            "arn:${AWS::Partition}:apigateway:${AWS::Region}:${AWS::AccountId}:/domainnames/inner.example.com+"
            "${Ref:apigateway.domain_name/it}",
        ),
    ],
)
def test_an_id_that_aws_gave_is_taken_out(text: str, name: str, taken: str) -> None:
    assert [found.type for found in found_in(text, HERE)] == [name]
    held = tokens.take_out(text, HERE, lambda t, i: ResourceKey(t, ("it",)) if t == name else None)
    assert held == taken
    assert tokens.take_out(held, HERE, lambda t, i: None) == held


@pytest.mark.parametrize("place", [Scope("123456789012", "eu-west-1"), Scope("999999999999", "us-east-1")])
def test_what_lies_elsewhere_is_no_landmark_of_here(place: Scope) -> None:
    assert list(found_in(arn("acm", f"certificate/{UUID}"), place)) == []
    assert list(found_in(arn("lambda", "function:orders"), place)) == []


def test_what_follows_from_a_name_stays_and_is_known() -> None:
    text = arn("lambda", "function:orders:live") + "/invocations"
    assert list(found_in(text, HERE)) == [
        Found("lambda.function", ("orders",)),
        Found("lambda.alias", ("orders", "live")),
    ]
    held = tokens.take_out(text, HERE, lambda t, i: None)
    assert [str(key) for key in spelled_in(held)] == ["lambda.function/orders", "lambda.alias/orders/live"]
    version = tokens.take_out(arn("lambda", "function:orders:7"), HERE, lambda t, i: None)
    assert [str(key) for key in spelled_in(version)] == ["lambda.function/orders"]
    assert list(spelled_in(arn("lambda", "function:${stageVariables.name}"))) == []


def test_a_person_may_name_a_pool_by_its_arn() -> None:
    assert bare(arn("cognito-idp", "userpool/us-east-1_aB3")) == "us-east-1_aB3"
    assert bare(arn("acm", f"certificate/{UUID}")) == arn("acm", f"certificate/{UUID}")
