"""What is deleted to be made again does come again, and what can't be spared is left."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.engine.planner import Situation
from dr_toolkit.engine.replacing import planned
from dr_toolkit.model.changes import CREATE, DELETE, REPLACE, Blocked
from dr_toolkit.model.documents import READ, Coverage, Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry

AWAY = Scope("123456789012", "us-west-2")
VPC, WEB = ResourceKey.parse("ec2.vpc/main"), ResourceKey.parse("ec2.security_group/main/web")
OFFICE = ResourceKey.parse("ec2.prefix_list/office")
RULE = ResourceKey("ec2.security_group_rule", ("main", "web", "ingress", "tcp", "443-443", "pl:office"))


def estate(*resources: Resource) -> Estate:
    """What a region holds, everything read."""
    made = Estate(coverage={t.name: Coverage(READ) for t in registry()})
    for number, each in enumerate((Resource(VPC, {}), *resources)):
        made.put(Resource(each.key, each.attributes, f"id-{number}"))
    return made


def group(description: str, key: ResourceKey = WEB) -> Resource:
    """The group, described."""
    return Resource(key, {"GroupName": key.name, "Description": description, "VpcId": Ref(VPC)})


def rule() -> Resource:
    """A rule of the group for a list."""
    attributes = {"GroupId": Ref(WEB), "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IsEgress": False}
    return Resource(RULE, attributes | {"PrefixListId": Ref(OFFICE)})


def office(**more: Any) -> Resource:
    """The list."""
    attributes = {"PrefixListName": "office", "AddressFamily": "IPv4", "MaxEntries": 1, "Entries": []}
    return Resource(OFFICE, attributes | more)


def situation(wanted: Estate, live: Estate, *blocked: Blocked) -> Situation:
    """The two, seen by the planner."""
    return Situation(wanted, live, registry(), live.ids, blocked=blocked)


def test_what_goes_is_made_again_after_it_is_gone() -> None:
    made, steps = planned(
        situation(estate(office(), group("wanted"), rule()), estate(office(), group("by hand"), rule())), {}, AWAY
    )
    assert {c.key: c.action for c in made.changes} == {WEB: REPLACE, RULE: REPLACE}
    order = [(s.action, s.keys[0]) for s in steps if s.keys[0] in (WEB, RULE)]
    assert order[:3] == [(DELETE, RULE), (DELETE, WEB), (CREATE, WEB)]
    assert order[-1] == (CREATE, RULE)
    places = {s.id: n for n, s in enumerate(steps)}
    assert all(places[need] < places[s.id] for s in steps for need in s.needs)


def test_nothing_goes_that_would_not_come_again() -> None:
    """The rule's list is blocked, so that the rule could not be made again."""
    live, wanted = estate(office(), group("by hand"), rule()), estate(office(), group("wanted"), rule())
    made, steps = planned(situation(wanted, live, Blocked(OFFICE, "update", "mapped in vain")), {}, AWAY)
    assert steps == []
    reasons = {b.key: b.reason for b in made.blocked}
    assert f"{RULE} would not come again" in reasons[WEB]


def test_a_list_of_another_family_goes_with_the_rules_that_name_it() -> None:
    live = estate(office(AddressFamily="IPv6"), group("same"), rule())
    made, steps = planned(situation(estate(office(), group("same"), rule()), live), {}, AWAY)
    assert {c.key: c.action for c in made.changes} == {OFFICE: REPLACE, RULE: REPLACE}
    assert [s.call.operation for s in steps if not s.call.until][:3] == [
        "RevokeSecurityGroupIngress",
        "DeleteManagedPrefixList",
        "CreateManagedPrefixList",
    ]


@pytest.mark.parametrize(
    ("text", "old", "new", "why"),
    [
        ("apigatewayv2.api/chat", {"ProtocolType": "HTTP"}, {"ProtocolType": "WEBSOCKET"}, "its execute-api URL"),
        ("ec2.vpc_endpoint/main/s3", {"VpcEndpointType": "Gateway"}, {"VpcEndpointType": "Interface"}, "addresses"),
        ("ec2.security_group/main/default", {"Description": "a"}, {"Description": "b"}, "nobody can delete it"),
    ],
)
def test_what_can_not_be_spared_is_left_with_the_reason(
    text: str, old: dict[str, str], new: dict[str, str], why: str
) -> None:
    key = ResourceKey.parse(text)
    made, steps = planned(situation(estate(Resource(key, new)), estate(Resource(key, old))), {}, AWAY)
    assert steps == []
    (blocked,) = made.blocked
    assert (blocked.key, why in blocked.reason) == (key, True)


def test_something_else_that_stands_on_it_keeps_it() -> None:
    link = ResourceKey.parse("apigateway.vpc_link/inside")
    method = Resource(
        ResourceKey("apigateway.method", ("shop", "/", "GET")),
        {"methodIntegration": {"connectionId": Ref(link), "type": "HTTP_PROXY"}},
    )
    sides = [estate(Resource(link, {"name": "inside", "targetArns": [arn]}), method) for arn in ("arn:a", "arn:b")]
    made, steps = planned(situation(*sides), {}, AWAY)
    assert steps == []
    (blocked,) = [b for b in made.blocked if b.key == link]
    assert "apigateway.method/shop/%2F/GET stands on it" in blocked.reason
