"""Regions, accounts and ids in text: what is taken out at capture, what follows to a target, what is kept."""

from __future__ import annotations

import pytest

from dr_toolkit.engine import tokens
from dr_toolkit.engine.translate import Wishes, translate
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from tests.engines import resolved

HERE, AWAY = Scope("123456789012", "us-east-1"), Scope("555566667777", "us-west-2")
API = ResourceKey("apigateway.rest_api", ("shop",))
KNOWN = {
    ("apigateway.rest_api", "abcde12345"): API,
    ("ec2.vpc_endpoint", "vpce-0123456789abcdef0"): ResourceKey("ec2.vpc_endpoint", ("main", "execute-api")),
    ("ec2.vpc", "vpc-0123456789abcdef0"): ResourceKey("ec2.vpc", ("main",)),
}
WORDS = {
    "<R>": tokens.REGION,
    "<A>": tokens.ACCOUNT,
    "<P>": tokens.PARTITION,
    "<api>": tokens.token(API),
    "<vpce>": "${Ref:ec2.vpc_endpoint/main/execute-api}",
    "<vpc>": "${Ref:ec2.vpc/main}",
}


def spelt(text: str) -> str:
    """A text with the tokens written out."""
    for word, token in WORDS.items():
        text = text.replace(word, token)
    return text


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        (
            "arn:aws:apigateway:us-east-1:lambda:path/x/functions/arn:aws:lambda:us-east-1:123456789012:function:f:live/i",
            "arn:<P>:apigateway:<R>:lambda:path/x/functions/arn:<P>:lambda:<R>:<A>:function:f:live/i",
        ),
        ("arn:aws:lambda:us-east-1:999988887777:function:x", "arn:<P>:lambda:<R>:999988887777:function:x"),
        ("arn:aws:lambda:eu-west-1:123456789012:function:x", "arn:<P>:lambda:eu-west-1:<A>:function:x"),
        ("arn:aws:lambda:us-east-1:123456789012:function:a-us-east-1", "arn:<P>:lambda:<R>:<A>:function:a-us-east-1"),
        ("arn:aws:iam::123456789012:role/api", "arn:<P>:iam::<A>:role/api"),
        ("arn:aws:s3:::bucket-123456789012", "arn:<P>:s3:::bucket-123456789012"),
        ("arn:aws:apigateway:us-east-1:sqs:path/123456789012/q", "arn:<P>:apigateway:<R>:sqs:path/<A>/q"),
        ("https://sqs.us-east-1.amazonaws.com/123456789012/q", "https://sqs.<R>.amazonaws.com/<A>/q"),
        ("https://s3.us-east-1.amazonaws.com/b", "https://s3.<R>.amazonaws.com/b"),
        ("https://s3-us-east-1.amazonaws.com/b", "https://s3-<R>.amazonaws.com/b"),
        ("https://us-east-1.example.com/", "https://us-east-1.example.com/"),
        ("https://abcde12345.execute-api.us-east-1.amazonaws.com/p", "https://<api>.execute-api.<R>.amazonaws.com/p"),
        ("https://zzzz12345.execute-api.us-east-1.amazonaws.com", "https://zzzz12345.execute-api.<R>.amazonaws.com"),
        (
            "https://abcde12345-vpce-0123456789abcdef0.execute-api.us-east-1.amazonaws.com",
            "https://<api>-<vpce>.execute-api.<R>.amazonaws.com",
        ),
        ("arn:aws:execute-api:us-east-1:123456789012:abcde12345/*", "arn:<P>:execute-api:<R>:<A>:<api>/*"),
        ("arn:aws:execute-api:us-east-1:*:abcde12345/*", "arn:<P>:execute-api:<R>:*:<api>/*"),
        (
            "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab",
            "arn:<P>:cognito-idp:<R>:<A>:userpool/<R>_Ab",
        ),
        ("vpc-0123456789abcdef0", "<vpc>"),
        ("us-east-1", "<R>"),
        ("123456789012", "<A>"),
        ("1123456789012", "1123456789012"),
        ("arn:aws-cn:s3:us-east-1:123456789012:x", "arn:aws-cn:s3:<R>:<A>:x"),
    ],
)
def test_what_is_taken_out_of_located_text(text: str, taken: str) -> None:
    found = tokens.take_out(text, HERE, lambda t, i: KNOWN.get((t, i)))
    assert found == spelt(taken)
    ids = {key.text: physical_id for (_, physical_id), key in KNOWN.items()}
    assert resolved(tokens.put_in(found, HERE), ids) == text


def moved(uri: str, literals: dict[str, str]) -> dict[str, object]:
    """The integration of a method, translated into the target with a person's map."""
    key = ResourceKey("apigateway.method", ("shop", "/", "GET"))
    estate = Estate()
    integration = {"type": "AWS", "uri": spelt(uri), "requestTemplates": {"a": uri}}
    estate.put(Resource(key, {"methodIntegration": integration}))
    (found,) = translate(estate, HERE, AWAY, Wishes(literals=literals), registry()).estate
    return dict(found.attributes["methodIntegration"])


@pytest.mark.parametrize(
    ("before", "after"),
    [("pay/invocations", "bill/invocations"), ("bill", "pay"), ("pay-back", "pay-back"), ("pay:live", "bill:live")],
)
def test_what_a_person_mapped_replaces_whole_names_and_only_once(before: str, after: str) -> None:
    home, there = ("arn:aws:lambda:us-east-1:123456789012:function:", "arn:aws:lambda:us-west-2:555566667777:function:")
    swap = {f"{home}pay": f"{there}bill", f"{home}bill": f"{there}pay"}
    assert moved(f"arn:<P>:lambda:<R>:<A>:function:{before}", swap)["uri"] == spelt(
        f"arn:<P>:lambda:<R>:<A>:function:{after}"
    )


def test_what_lies_in_the_target_already_is_told_as_the_target_tells_it() -> None:
    found = moved("arn:<P>:lambda:us-west-2:555566667777:function:x", {})
    assert found["uri"] == spelt("arn:<P>:lambda:<R>:<A>:function:x")
    assert found["requestTemplates"] == {"a": "arn:<P>:lambda:us-west-2:555566667777:function:x"}
