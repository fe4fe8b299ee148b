"""What looks like a token in the customer's own text stays as it is, and stops nobody's backup."""

from __future__ import annotations

import pytest

from dr_toolkit.engine import concrete, tokens
from dr_toolkit.engine.planner import draft
from dr_toolkit.engine.refs import refs_of
from dr_toolkit.engine.replays import steps
from dr_toolkit.engine.situation import Situation
from dr_toolkit.model.documents import READ, Coverage, Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry

SCOPE = Scope("123456789012", "us-east-1")
TARGET = Scope("123456789012", "us-west-2")
API = ResourceKey("apigateway.rest_api", ("lit",))
ODD = ["${AWS::Region}", "in ${AWS::AccountId}!", "${Ref:zzz}", "${Ref:ec2.security_group/main/web}", "${!AWS::Region}"]


def _nobody(type_name: str, physical_id: str) -> None:
    """No id is known."""


@pytest.mark.parametrize("text", ODD)
def test_free_text_is_sent_as_it_is(text: str) -> None:
    wanted = Estate(coverage={t.name: Coverage(READ) for t in registry()})
    wanted.put(Resource(API, {"name": "lit", "description": text, "tags": {"k": text}}))
    live = Estate(coverage=dict(wanted.coverage))
    situation = Situation(wanted, live, registry(), {})
    params = steps(draft(situation), situation, TARGET)[0].call.params
    assert params["description"] == text
    assert params["tags"]["k"] == text


@pytest.mark.parametrize("text", ODD)
def test_free_text_refers_to_nothing(text: str) -> None:
    stage = Resource(ResourceKey("apigateway.stage", ("lit", "prod")), {"variables": {"v": text}})
    assert refs_of(stage, registry()["apigateway.stage"].fields) == set()


@pytest.mark.parametrize("text", ODD[:4])
def test_located_text_that_looks_like_a_token_comes_back_as_it_was(text: str) -> None:
    held = tokens.take_out(tokens.marked(f"http://x/{text}/us"), SCOPE, _nobody)
    assert list(tokens.keys_in(held)) == []
    assert tokens.put_in(held, TARGET) == f"http://x/{text}/us"


def test_what_a_verb_puts_together_is_made_for_the_target() -> None:
    from dr_toolkit.spec.arns import rest_api_arn

    made = concrete.joins({"resourceArn": rest_api_arn(API), "tags": {"a": "${AWS::Region}"}}, TARGET)
    assert made["resourceArn"].parts == ("arn:aws:apigateway:us-west-2::/restapis/", Ref(API))
    assert made["tags"] == {"a": "${AWS::Region}"}
