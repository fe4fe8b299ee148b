"""Human words for rules, resources, paths and values."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.model.changes import Join
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.report import words
from tests.unit import report_samples as samples

GROUP = ResourceKey("ec2.security_group", ("main", "web"))


def told(rule: Resource) -> str:
    """A rule in words."""
    return words.resource(rule.key, rule.attributes, samples.REGISTRY)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (samples.OFFICE, "ingress tcp 443 from 10.0.0.0/8 'office'"),
        (samples.EGRESS, "egress all to 0.0.0.0/0"),
        (samples.FROM_DB, "ingress tcp 5432 from group main/db"),
        (samples.FROM_LIST, "ingress udp 500-4500 from prefix list offices"),
        (samples.rule("egress/tcp/0-65535/::%2F0", CidrIpv6="::/0"), "egress tcp all ports to ::/0"),
        (samples.rule("ingress/icmp/8--1/x", CidrIpv4="10.0.0.0/8"), "ingress icmp type 8 from 10.0.0.0/8"),
        (samples.rule("ingress/icmp/3-4/x", CidrIpv4="10.0.0.0/8"), "ingress icmp type 3 code 4 from 10.0.0.0/8"),
        (samples.rule("ingress/icmpv6/all/x", CidrIpv6="::/0"), "ingress icmpv6 from ::/0"),
        (samples.rule("ingress/50/all/x", CidrIpv4="10.0.0.0/8"), "ingress protocol 50 from 10.0.0.0/8"),
        (
            samples.rule("ingress/all/all/x", ReferencedGroupInfo={"GroupId": Ref(GROUP)}),
            "ingress all from itself",
        ),
        (
            samples.rule(
                "ingress/all/all/x",
                ReferencedGroupInfo={
                    "GroupId": Ref(ResourceKey("ec2.foreign_security_group", ("0a1b2c",))),
                    "UserId": "444455556666",
                },
            ),
            "ingress all from foreign group 0a1b2c of account 444455556666",
        ),
        (
            samples.rule(
                "ingress/all/all/x",
                ReferencedGroupInfo={"GroupId": Ref(GROUP), "UserId": "${AWS::AccountId}"},
                group="main/db",
            ),
            "ingress all from group main/web",
        ),
        (samples.rule("ingress/tcp/1-1/x", PrefixListId="pl-0abc"), "ingress tcp 1 from prefix list pl-0abc"),
        (samples.rule("ingress/tcp/1-1/x"), "ingress tcp 1 from nobody"),
    ],
)
def test_rules(rule: Resource, text: str) -> None:
    assert told(rule) == text


@pytest.mark.parametrize(
    ("key", "attributes", "text"),
    [
        ("apigateway.method/shop/%2Fpets%2F{id}/GET", {}, "GET /pets/{id}"),
        (
            "apigateway.method/shop/%2F/ANY",
            {"authorizationType": "NONE"},
            "ANY /, authorization NONE",
        ),
        ("apigateway.resource/shop/%2Fpets%2F{id}", {}, "path /pets/{id}"),
        ("apigateway.stage/shop/prod", {}, "Stage prod"),
        ("ec2.security_group_rule/main/web/ingress/tcp/443-443/x", {}, "Security-group rule ingress/tcp/443-443/x"),
        ("lambda.function/pets", {}, "pets"),
    ],
)
def test_other_resources(key: str, attributes: dict[str, Any], text: str) -> None:
    assert words.resource(ResourceKey.parse(key), attributes, samples.REGISTRY) == text


def test_headlines() -> None:
    assert words.headline(GROUP, samples.REGISTRY) == "Security group main/web"
    assert words.headline(ResourceKey("lambda.function", ("pets",)), samples.REGISTRY) == "function pets"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("methodIntegration", "uri"), "methodIntegration.uri"),
        (("variables", "a.b"), 'variables["a.b"]'),
        (("Entries", "0", "Cidr"), "Entries[0].Cidr"),
        (("methodSettings", "*/*"), 'methodSettings["*/*"]'),
        (("requestTemplates", "application/json"), 'requestTemplates["application/json"]'),
        (("variables", ""), 'variables[""]'),
    ],
)
def test_paths(path: tuple[str, ...], text: str) -> None:
    assert words.path(path) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(absent)"),
        ("office", '"office"'),
        (True, "true"),
        (10, "10"),
        ([], "[]"),
        (Ref(GROUP), "<ec2.security_group/main/web>"),
        ({"GroupId": Ref(GROUP)}, '{"GroupId": "<ec2.security_group/main/web>"}'),
        (Join(("arn:", Ref(GROUP))), "arn:<ec2.security_group/main/web>"),
        ("line\nline", '"line\\nline"'),
    ],
)
def test_values(value: Any, text: str) -> None:
    assert words.compact(value) == text
