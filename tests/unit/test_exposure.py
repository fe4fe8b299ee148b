"""Exposure: what traffic is newly allowed and newly refused, whatever the rules look like."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_toolkit.engine import services
from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.exposure import Exposures, Flow
from dr_toolkit.model.documents import FAILED, Coverage, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report.flows import flow
from dr_toolkit.resources import registry
from tests.exposed import estate, group, prefix_list, rule, thing


def exposures(before: Estate, after: Estate) -> Exposures:
    """The exposures of all that differs."""
    return Exposures(before, after, compare(before, after, registry()))


def said(flows: tuple[Flow, ...]) -> list[str]:
    """Flows in a line each."""
    return [f"{f.direction} {', '.join(map(str, f.services))}: {', '.join(f.peers)}" for f in flows]


def told(before: list[Resource | str], after: list[Resource | str]) -> dict[str, tuple[list[str], list[str]]]:
    """Newly allowed and newly refused, by group."""
    found = exposures(estate(*before), estate(*after)).groups
    return {name.partition("/")[2]: (said(e.newly_allowed), said(e.newly_refused)) for name, e in found.items()}


SAME: dict[str, tuple[list[Resource | str], list[Resource | str]]] = {
    "a range in halves": (["in tcp 443 10.0.0.0/8"], ["in tcp 443 10.0.0.0/9", "in tcp 443 10.128.0.0/9"]),
    "a range of IPv6 in halves": (["in tcp 443 fd00::/8"], ["in tcp 443 fd00::/9", "in tcp 443 fd80::/9"]),
    "ports apart": (["in tcp 80-81 10.0.0.0/8"], ["in tcp 80 10.0.0.0/8", "in tcp 81 10.0.0.0/8"]),
    "ports that overlap": (["in tcp 80-90 10.0.0.0/8"], ["in tcp 80-85 10.0.0.0/8", "in tcp 83-90 10.0.0.0/8"]),
    "what was covered": (["in tcp 1-99 10.0.0.0/8"], ["in tcp 1-99 10.0.0.0/8", "in tcp 22 10.1.0.0/16"]),
    "all ports and their numbers": (["in tcp 0-65535 10.0.0.0/8"], ["in tcp -1 10.0.0.0/8"]),
    "a group where all may come": (
        ["in tcp 22 0.0.0.0/0", "in tcp 22 ::/0"],
        ["in tcp 22 0.0.0.0/0", "in tcp 22 ::/0", "in tcp 22 sg:db"],
    ),
    "a list for its entries": (
        ["in tcp 22 192.0.2.0/25", "in tcp 22 192.0.2.128/25"],
        ["in tcp 22 pl:offices", prefix_list("offices", "192.0.2.0/24")],
    ),
    "another text": (["in tcp 22 10.0.0.0/8"], [rule("in tcp 22 10.0.0.0/8", Description="ours")]),
    "an entry that others cover": (
        ["in tcp 22 pl:offices", prefix_list("offices", "10.0.0.0/8")],
        ["in tcp 22 pl:offices", prefix_list("offices", "10.0.0.0/8", "10.1.0.0/16")],
    ),
    "all protocols for some": (
        ["in all - 10.0.0.0/8"],
        ["in all - 10.0.0.0/8", "in udp 53 10.0.0.0/8", "in icmp 8--1 10.0.0.0/8"],
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_what_only_looks_otherwise_is_no_exposure(name: str) -> None:
    before, after = SAME[name]
    assert told(before, after) == {}
    assert told(after, before) == {}


def test_what_is_new_and_what_is_gone_is_told_exactly() -> None:
    before: list[Resource | str] = ["in tcp 443 10.0.0.0/8", "out all - 0.0.0.0/0"]
    after: list[Resource | str] = ["in tcp 443 10.0.0.0/7", "in tcp 443 ::/0", "out tcp 443 0.0.0.0/0"]
    opened, closed = told(before, after)["web"]
    assert opened == ["ingress tcp 443: 11.0.0.0/8, ::/0"]
    (rest,) = closed
    assert rest == "egress protocol 0, icmp, protocol 2-5, tcp 0-442, tcp 444-65535, protocol 7-16, udp all ports, " + (
        "protocol 18-57, icmpv6, protocol 59-255: 0.0.0.0/0"
    )


def test_each_group_for_itself() -> None:
    found = told(
        [rule("in tcp 22 10.0.0.0/8", "a"), rule("in tcp 22 10.0.0.0/8", "b")],
        [rule("in tcp 22 10.0.0.0/8", "a"), rule("in tcp 22 10.0.0.0/9", "b")],
    )
    assert found == {"b": ([], ["ingress tcp 22: 10.128.0.0/9"])}


def test_a_list_that_grows_opens_every_group_that_names_it() -> None:
    rules = [rule("in tcp 22 pl:offices", "a"), rule("out udp 53 pl:offices", "b"), rule("in tcp 22 10.0.0.0/8", "c")]
    found = told(
        [*rules, prefix_list("offices", "192.0.2.0/24")], [*rules, prefix_list("offices", "192.0.2.0/24", "9.9.9.9/32")]
    )
    assert found == {"a": (["ingress tcp 22: 9.9.9.9/32"], []), "b": (["egress udp 53: 9.9.9.9/32"], [])}


def test_peers_without_known_addresses_are_named() -> None:
    aws = "ec2.foreign_prefix_list/com.amazonaws.s3"
    found = told(
        ["out tcp 443 aws:com.amazonaws.s3", thing(aws)], ["in tcp 22 sg:db", "in tcp 22 sg:1a2b@444455556666"]
    )
    opened, closed = found["web"]
    assert opened == ["ingress tcp 22: ec2.foreign_security_group/1a2b, ec2.security_group/main/db"]
    assert closed == [f"egress tcp 443: {aws}"]


def test_a_group_is_told_with_the_networks_of_its_vpc() -> None:
    after = estate("in tcp 22 sg:db")
    facts = {
        "CidrBlock": "10.20.0.0/16",
        "CidrBlockAssociationSet": [{"CidrBlock": "10.20.0.0/16"}, {"CidrBlock": "10.21.0.0/16"}],
        "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2001:db8::/56"}],
    }
    after.put(Resource(ResourceKey("ec2.vpc", ("main",)), {}, "vpc-0", facts))
    (exposure,) = exposures(estate(), after).groups.values()
    networks = ("10.20.0.0/16", "10.21.0.0/16", "2001:db8::/56")
    assert exposure.networks == {"ec2.security_group/main/db": networks}
    line = "ingress tcp 22 from group main/db (in 10.20.0.0/16, 10.21.0.0/16, 2001:db8::/56)"
    assert [flow(f, exposure.networks) for f in exposure.newly_allowed] == [line]


def test_a_group_is_covered_in_the_family_that_is_open() -> None:
    opened, closed = told(["in tcp 22 0.0.0.0/0"], ["in tcp 22 0.0.0.0/0", "in tcp 22 sg:db"])["web"]
    assert (opened, closed) == (["ingress tcp 22: ec2.security_group/main/db (IPv6)"], [])


def test_lists_that_one_side_could_not_read_are_taken_by_name_on_both() -> None:
    before = estate("in tcp 22 pl:offices", prefix_list("offices", "192.0.2.0/24"))
    after = estate("in tcp 22 pl:offices", "in tcp 80 pl:offices")
    after.coverage["ec2.prefix_list"] = Coverage(FAILED, "AccessDenied")
    found = Exposures(before, after, compare(before, after, registry(), lambda name: name == "ec2.prefix_list"))
    assert {n: said(e.newly_allowed) for n, e in found.groups.items()} == {
        "main/web": ["ingress tcp 80: ec2.prefix_list/offices"]
    }


def test_rules_that_could_not_be_read_are_not_told_as_gone() -> None:
    before = estate("in tcp 22 pl:offices", prefix_list("offices", "192.0.2.0/24"))
    after = estate(prefix_list("offices", "192.0.2.0/25"))
    after.coverage["ec2.security_group_rule"] = Coverage(FAILED, "AccessDenied")
    skipped = compare(before, after, registry(), lambda name: name == "ec2.security_group_rule")
    assert [c.key.type for c in skipped] == ["ec2.prefix_list"]
    assert Exposures(before, after, skipped).groups == {}


def test_a_change_is_told_its_own_part() -> None:
    before = estate("in tcp 22 10.0.0.0/8", group())
    after = estate("in tcp 22 10.0.0.0/8", "in tcp 22 10.1.0.0/16", "in tcp 22 11.0.0.0/8", group())
    changes = compare(before, after, registry())
    found = Exposures(before, after, changes)
    parts = {c.key.name: found.part(c, opened=True) for c in changes}
    assert parts["10.1.0.0/16"] == []
    ((exposure, direction, part),) = parts["11.0.0.0/8"]
    assert (exposure.key.name, direction, part) == ("web", "ingress", exposure.opened["ingress"])
    assert not any(found.part(c, opened=False) for c in changes)


def test_a_rule_of_an_unknown_protocol_is_kept_apart() -> None:
    odd = rule("in tcp 22 10.0.0.0/8")
    odd = replace(odd, attributes={**odd.attributes, "IpProtocol": "vrrp"})
    assert services.of_rule(odd.attributes) == services.of_rule({"IpProtocol": "255"})
