"""Order, circles, what covers what, and address rewrites, against the plain way to work each of them out."""

from __future__ import annotations

import ipaddress
import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dr_toolkit.engine.graph import Circle, circles, ordered
from dr_toolkit.engine.translate import rewrite
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry

NODES = st.integers(0, 6)
GRAPHS = st.dictionaries(NODES, st.sets(NODES, max_size=3), max_size=7)


def _reaches(edges: dict[int, set[int]], start: int, goal: int) -> bool:
    seen, stack = set(), list(edges.get(start, ()))
    while stack:
        node = stack.pop()
        if node == goal:
            return True
        if node not in seen:
            seen.add(node)
            stack += edges.get(node, ())
    return False


@given(GRAPHS)
def test_circles_are_those_that_reach_each_other(edges: dict[int, set[int]]) -> None:
    inside = {n: {m for m in to if m in edges} for n, to in edges.items()}
    expected = {
        frozenset(b for b in inside if b == a or (_reaches(inside, a, b) and _reaches(inside, b, a)))
        for a in inside
        if _reaches(inside, a, a)
    }
    assert {frozenset(c) for c in circles(edges)} == expected


@given(GRAPHS, st.permutations(range(7)))
def test_an_order_is_the_smallest_that_keeps_what_is_needed_first(edges: dict[int, set[int]], rank: list[int]) -> None:
    plain = {n: {m for m in to if m in edges and m != n} for n, to in edges.items()}
    valid = (
        [
            order
            for order in itertools.permutations(edges)
            if all(order.index(m) < order.index(n) for n, to in plain.items() for m in to)
        ]
        if len(edges) <= 5
        else None
    )
    if any(_reaches(plain, n, n) for n in plain):
        assert not valid
        with pytest.raises(Circle) as circle:
            ordered(edges, {n: rank[n] for n in edges})
        assert {n for n in plain if _reaches(plain, n, n)} <= set(circle.value.members)
        return
    found = ordered(edges, {n: rank[n] for n in edges})
    assert sorted(found) == sorted(edges)
    assert all(found.index(m) < found.index(n) for n, to in plain.items() for m in to)
    if valid is not None:
        assert [rank[n] for n in found] == min([rank[n] for n in order] for order in valid)


GROUP = ResourceKey("ec2.security_group", ("main", "web"))
PROTOCOLS = ("-1", "tcp", "udp", "50")


@st.composite
def rules(draw: st.DrawFn) -> Resource:
    """Rules on few ports and addresses, so that they often touch each other."""
    protocol = draw(st.sampled_from(PROTOCOLS))
    attributes: dict[str, object] = {"GroupId": Ref(GROUP), "IsEgress": draw(st.booleans()), "IpProtocol": protocol}
    if protocol in ("tcp", "udp"):
        low = draw(st.integers(0, 4))
        attributes |= {"FromPort": low, "ToPort": draw(st.integers(low, 4))}
    length = draw(st.integers(29, 32))
    address = ipaddress.ip_network((f"10.0.0.{draw(st.integers(0, 7))}", length), strict=False)
    return Resource(ResourceKey("ec2.security_group_rule", ("x",)), attributes | {"CidrIpv4": str(address)})


def _let_through(rule: Resource) -> set[tuple[object, ...]]:
    a = rule.attributes
    protocols = PROTOCOLS[1:] if a["IpProtocol"] == "-1" else (a["IpProtocol"],)
    ports = range(a["FromPort"], a["ToPort"] + 1) if "FromPort" in a else range(5)
    hosts = ipaddress.ip_network(a["CidrIpv4"])
    return set(itertools.product([a["IsEgress"]], protocols, ports, hosts))


@given(rules(), rules())
def test_covers_is_what_lets_through_says(wide: Resource, narrow: Resource) -> None:
    covers = registry()["ec2.security_group_rule"].covers
    assert covers is not None
    whole = narrow.attributes["IpProtocol"] == "-1" and wide.attributes["IpProtocol"] != "-1"
    assert covers(wide, narrow) == (_let_through(narrow) <= _let_through(wide) and not whole)


NETWORKS = st.builds(
    lambda number, length: str(ipaddress.ip_network((number, length), strict=False)),
    st.integers(0x0A000000, 0x0A0FFFFF),
    st.integers(14, 32),
)
RANGES = [
    (ipaddress.ip_network("10.0.0.0/16"), ipaddress.ip_network("10.200.0.0/16")),
    (ipaddress.ip_network("10.2.0.0/15"), ipaddress.ip_network("10.100.0.0/15")),
    (ipaddress.ip_network("fd00::/32"), ipaddress.ip_network("fd01::/32")),
]


@given(NETWORKS, NETWORKS)
def test_a_rewrite_keeps_apart_what_is_apart_and_can_be_taken_back(a: str, b: str) -> None:
    assume(a != b)
    moved_a, moved_b = rewrite(a, RANGES), rewrite(b, RANGES)
    assert moved_a != moved_b
    assert rewrite(moved_a, [(new, old) for old, new in RANGES]) == a
    assert ipaddress.ip_network(moved_a).prefixlen == ipaddress.ip_network(a).prefixlen


def test_what_lies_outside_or_around_a_range_stays() -> None:
    assert rewrite("10.0.0.0/8", RANGES) == "10.0.0.0/8"
    assert rewrite("10.0.128.0/17", RANGES) == "10.200.128.0/17"
    assert rewrite("fd00:0:1::/48", RANGES) == "fd01:0:1::/48"
    with pytest.raises(ValueError, match="host bits"):
        rewrite("10.0.0.1/8", RANGES)
