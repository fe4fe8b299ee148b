"""Exposure against brute force: packets that rules let through, one by one."""

from __future__ import annotations

import functools
import ipaddress
import operator

from hypothesis import given
from hypothesis import strategies as st

from dr_toolkit.engine import services
from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.exposure import Exposures, Flow
from dr_toolkit.engine.traffic import Traffic
from dr_toolkit.resources import registry
from tests.exposed import WORLD, WORLD6, estate, prefix_list

V4 = [f"10.0.0.{n}" for n in range(4)] + ["11.0.0.0", "203.0.113.9"]
V6 = ["fd00::", "fd00::1", "2001:db8::"]
PACKETS = [
    (direction, protocol, port, address)
    for direction in ("in", "out")
    for protocol, port in (("tcp", 79), ("tcp", 80), ("tcp", 81), ("udp", 80), ("icmp", 8), ("47", 0))
    for address in (*V4, *V6)
]
ruled = st.tuples(
    st.sampled_from(["in", "out"]),
    st.sampled_from(["tcp 80", "tcp 79-81", "tcp 80-81", "udp 80", "icmp 8--1", "icmp -1", "47 -", "all -"]),
    st.sampled_from([WORLD, WORLD6, "10.0.0.0/31", "10.0.0.2/31", "10.0.0.0/30", "10.0.0.1/32", "fd00::/127", "pl:x"]),
).map(" ".join)
estates = st.tuples(st.lists(ruled, max_size=5, unique=True), st.sets(st.sampled_from(["10.0.0.3/32", "11.0.0.0/8"])))


def passes(packet: tuple[str, str, int, str], text: str, entries: set[str]) -> bool:
    """Whether a rule, as it is written, lets a packet through."""
    direction, protocol, port, address = packet
    way, kind, ports, peer = text.split()
    if way != direction or kind not in (protocol, "all"):
        return False
    if ports not in ("-", "-1"):
        low, _, high = ports.partition("-")
        if not int(low) <= port <= int(high if high and high != "-1" else low):
            return False
    ip = ipaddress.ip_address(address)
    ranges = [ipaddress.ip_network(cidr) for cidr in (entries if peer == "pl:x" else [peer])]
    return any(ip.version == r.version and ip in r for r in ranges)


def carried(flows: tuple[Flow, ...]) -> set[tuple[str, str, int, str]]:
    """The packets that flows, as they are told, speak of."""
    return {packet for packet in PACKETS if any(_speaks_of(flow, packet) for flow in flows)}


def _speaks_of(flow: Flow, packet: tuple[str, str, int, str]) -> bool:
    direction, protocol, port, address = packet
    if flow.direction != {"in": "ingress", "out": "egress"}[direction]:
        return False
    ip = ipaddress.ip_address(address)
    networks = [ipaddress.ip_network(peer) for peer in flow.peers]
    return any(ip.version == n.version and ip in n for n in networks) and any(
        _is_of(service, protocol, port) for service in flow.services
    )


def _is_of(service: services.Service, protocol: str, port: int) -> bool:
    if service.protocol == "all":
        return True
    number = services.NUMBERS.get(protocol) or int(protocol)
    low, _, high = service.protocol.partition("-")
    if low.isdigit():
        return int(low) <= number <= int(high or low)
    if low != protocol:
        return False
    first, _, last = service.ports.removeprefix("type ").partition("-")
    return not first or int(first) <= port <= int(last or first)


@given(estates, estates)
def test_exposure_is_what_packets_meet(one: tuple[list[str], set[str]], other: tuple[list[str], set[str]]) -> None:
    sides = [estate(*rules, prefix_list("x", *entries)) for rules, entries in (one, other)]
    met = [{p for p in PACKETS if any(passes(p, text, entries) for text in rules)} for rules, entries in (one, other)]
    found = Exposures(*sides, compare(*sides, registry())).groups.get("main/web")
    assert carried(found.newly_allowed if found else ()) == met[1] - met[0]
    assert carried(found.newly_refused if found else ()) == met[0] - met[1]


@given(estates, estates)
def test_every_part_of_it_is_some_changes_own(
    one: tuple[list[str], set[str]], other: tuple[list[str], set[str]]
) -> None:
    """Nothing is opened or closed that no change answers for: each alarm has somewhere to be told."""
    sides = [estate(*rules, prefix_list("x", *entries)) for rules, entries in (one, other)]
    changes = compare(*sides, registry())
    found = Exposures(*sides, changes)
    for opened in (True, False):
        for exposure in found.groups.values():
            whole = exposure.opened if opened else exposure.closed
            for direction, traffic in whole.items():
                parts = [
                    p for c in changes for e, d, p in found.part(c, opened=opened) if (e, d) == (exposure, direction)
                ]
                assert functools.reduce(operator.or_, parts, Traffic()) == traffic
