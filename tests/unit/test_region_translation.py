"""From one region to another: what follows, what is taken as it is and said, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.engine import concrete, tokens
from dr_toolkit.engine.translate import Translation, Wishes, translate
from dr_toolkit.errors import GuardError, TargetIsSource, UsageError
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.workflows.targets import Options, _check_place
from tests.engines import of_rows, resolved

HOME, AWAY = Scope("123456789012", "us-east-1"), Scope("555566667777", "us-west-2")
API = {"id": "abcde12345", "name": "shop", "endpointConfiguration": {"types": ["REGIONAL"]}}
LAMBDA = "arn:aws:apigateway:{r}:lambda:path/2015-03-31/functions/arn:aws:lambda:{r}:{a}:function:"


def here(text: str) -> str:
    """A text of home."""
    return text.format(r=HOME.region, a=HOME.account)


def there(text: str) -> str:
    """The same text in the target."""
    return text.format(r=AWAY.region, a=AWAY.account)


def abroad(type_name: str, **rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The attributes of the one thing of a type as its calls have them in the target, ids of home left as keys."""
    estate = of_rows(HOME, **rows)
    moved = translate(estate, HOME, AWAY, Wishes(), registry()).estate
    (found,) = [r for r in moved if r.key.type == type_name]
    ready = concrete.resource(found, registry(), AWAY)
    return dict(resolved(dict(ready.attributes), {key: f"<{key}>" for key in estate.lines}))


@pytest.mark.parametrize("uri", [LAMBDA + "pay:live/invocations", LAMBDA + "${{stageVariables.f}}/invocations"])
def test_both_regions_of_a_lambda_integration_follow(uri: str) -> None:
    text = tokens.take_out(here(uri), HOME, lambda t, i: None)
    assert HOME.region not in text
    assert tokens.put_in(text, AWAY) == there(uri)


ISSUERS = [
    ("https://cognito-idp.{r}.amazonaws.com/{r}_AbCdEf", "https://cognito-idp.{r}.amazonaws.com/{r}_AbCdEf"),
    ("https://login.example.com/us-east-1_AbC", "https://login.example.com/us-east-1_AbC"),
    ("https://eu.cognito-idp.example.com/", "https://eu.cognito-idp.example.com/"),
]


@pytest.mark.parametrize(("home", "away"), ISSUERS)
def test_an_issuer_follows_whole_or_not_at_all(home: str, away: str) -> None:
    """One of Cognito's never has the host of one region and a pool of another."""
    text = tokens.take_out(here(home), HOME, lambda t, i: None)
    assert tokens.put_in(text, AWAY) == there(away)


def test_an_issuer_whose_pool_is_not_known_can_be_mapped() -> None:
    issuer = here("https://cognito-idp.{r}.amazonaws.com/{r}_AbCdEf")
    text = tokens.take_out(issuer, HOME, lambda t, i: None)
    authorizer = ResourceKey("apigatewayv2.authorizer", ("shop", "jwt"))
    estate = Estate()
    estate.put(Resource(authorizer, {"Name": "jwt", "JwtConfiguration": {"Issuer": text}}))
    mapped = there("https://cognito-idp.{r}.amazonaws.com/{r}_Replica")
    (moved,) = translate(estate, HOME, AWAY, Wishes(literals={issuer: mapped}), registry()).estate
    assert tokens.put_in(moved.attributes["JwtConfiguration"]["Issuer"], AWAY) == mapped


def test_the_host_of_an_api_follows_to_the_api_that_is_made_of_it() -> None:
    shop = ResourceKey("apigateway.rest_api", ("shop",))
    host = here("https://abcde12345.execute-api.{r}.amazonaws.com/prod/pets")
    text = tokens.take_out(host, HOME, lambda t, i: shop if (t, i) == (shop.type, "abcde12345") else None)
    made = resolved(tokens.put_in(text, AWAY), {shop.text: "new9876543"})
    assert made == there("https://new9876543.execute-api.{r}.amazonaws.com/prod/pets")


def test_a_policy_names_its_own_api_in_short_and_others_by_what_becomes_of_them() -> None:
    own = "arn:aws:execute-api:us-east-1:123456789012:abcde12345/*/GET/pets"
    policy = '{"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "%s"}]}'
    attributes = abroad("apigateway.rest_api", apigateway__rest_api=[API | {"policy": policy % own}])
    assert '"execute-api:/*/GET/pets"' in attributes["policy"]
    assert "abcde12345" not in attributes["policy"]
    other = "arn:aws:execute-api:us-east-1:123456789012:other12345/*"
    attributes = abroad("apigateway.rest_api", apigateway__rest_api=[API | {"policy": policy % other}])
    assert there("arn:aws:execute-api:{r}:{a}:other12345/*") in attributes["policy"]


def test_lists_of_aws_are_known_by_name_with_the_region_in_it_or_without() -> None:
    found = {
        region: {
            *of_rows(
                Scope("123456789012", region),
                ec2__foreign_prefix_list=[
                    {"PrefixListId": "pl-1", "PrefixListName": f"com.amazonaws.{region}.s3", "OwnerId": "AWS"},
                    {"PrefixListId": "pl-2", "PrefixListName": "com.amazonaws.global.cloudfront.origin-facing",
                     "OwnerId": "AWS"},
                ],
            ).lines
        }
        for region in (HOME.region, AWAY.region)
    }  # fmt: skip
    assert found[HOME.region] == found[AWAY.region]
    assert "ec2.foreign_prefix_list/com.amazonaws.global.cloudfront.origin-facing" in found[HOME.region]


# --- addresses --------------------------------------------------------------------------------------------


def rewritten(*rewrites: tuple[str, str], **things: dict[str, Any]) -> Translation:
    """Things by printed key, moved by the config's rewrites."""
    estate = Estate()
    for text, attributes in things.items():
        estate.put(Resource(ResourceKey.parse(text), attributes))
    return translate(estate, HOME, AWAY, Wishes(rewrites=rewrites), registry())


RULE = "ec2.security_group_rule/main/web/ingress/tcp/443-443/"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("10.0.3.0/24", "10.8.3.0/24"),
        ("10.0.0.0/16", "10.8.0.0/16"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.1.0.0/24", "10.1.0.0/24"),
        ("0.0.0.0/0", "0.0.0.0/0"),
    ],
)
def test_ranges_inside_a_rewritten_one_move_with_their_keys(before: str, after: str) -> None:
    text = RULE + before.replace("/", "%2F")
    moved = rewritten(("10.0.0.0/16", "10.8.0.0/16"), **{text: {"CidrIpv4": before}})
    ((key, resource),) = [(r.key.text, r) for r in moved.estate]
    assert key == RULE + after.replace("/", "%2F")
    assert resource.attributes["CidrIpv4"] == after


def test_two_rules_that_become_one_are_blocked() -> None:
    ranges = {RULE + f"10.{n}.3.0%2F24": {"CidrIpv4": f"10.{n}.3.0/24"} for n in (0, 8)}
    found = rewritten(("10.0.0.0/16", "10.8.0.0/16"), **ranges)
    (blocked,) = found.blocked
    assert "become one by the address rewrites" in blocked.reason
    assert "rewrite in the config" in blocked.remedy


# --- free text ----------------------------------------------------------------------------------------------


def test_what_the_customer_wrote_is_scanned_said_and_never_rewritten() -> None:
    text = "https://abc.execute-api.us-east-1.amazonaws.com/123456789012"
    stage = ResourceKey("apigateway.stage", ("shop", "prod"))
    method = ResourceKey("apigateway.method", ("shop", "/", "GET"))
    estate = Estate()
    estate.put(Resource(stage, {"stageName": "prod", "variables": {"url": text}}))
    estate.put(Resource(method, {"methodIntegration": {"type": "AWS", "requestTemplates": {"a": text}}}))
    literals = {"https://abc.execute-api.us-east-1.amazonaws.com": "https://x.example.com"}
    moved = translate(estate, HOME, AWAY, Wishes(literals=literals), registry()).estate
    assert moved.lines == estate.lines


# --- endpoint types and places -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edge", "types", "said", "blocked"),
    [
        (None, ["EDGE"], "edge-optimised", False),
        ("block", ["EDGE"], "", True),
        ("regional", ["REGIONAL"], "edge-as-regional", False),
    ],
)
def test_an_edge_optimised_api_does_as_the_config_says(
    edge: str | None, types: list[str], said: str, *, blocked: bool
) -> None:
    key = ResourceKey("apigateway.rest_api", ("shop",))
    estate = Estate()
    estate.put(Resource(key, {"name": "shop", "endpointConfiguration": {"types": ["EDGE"]}}))
    found = translate(estate, HOME, AWAY, Wishes(edge=edge), registry())
    (moved,) = found.estate
    assert moved.attributes["endpointConfiguration"]["types"] == types
    assert [f.code for f in found.findings] == ([said] if said else [])
    assert [b.key for b in found.blocked] == ([key] if blocked else [])
    assert all("edge: regional" in b.remedy for b in found.blocked)


def test_another_partition_is_another_world() -> None:
    with pytest.raises(GuardError) as refused:
        _check_place(HOME, Scope("123456789012", "cn-north-1", "aws-cn"), "dr", Options())
    assert "partition aws-cn" in refused.value.message
    assert refused.value.exit_code == 13
    _check_place(HOME, AWAY, "dr", Options())
    with pytest.raises(TargetIsSource):
        _check_place(HOME, HOME, "dr", Options())
    with pytest.raises(UsageError):
        _check_place(HOME, AWAY, "dr", Options(in_place=True))
