"""Sets of addresses, ports and traffic against brute force over a small world."""

from __future__ import annotations

import ipaddress
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dr_toolkit.engine import ranges, services
from dr_toolkit.engine.traffic import EVERY4, EVERY6, Peers, Traffic, joined, network, traffic

SMALL = 48
spans = st.tuples(st.integers(0, SMALL), st.integers(0, SMALL)).map(lambda p: (min(p), max(p)))
sets = st.lists(spans, max_size=6)


def members(found: ranges.Ranges) -> set[int]:
    """Every number of a set."""
    return {n for first, last in found for n in range(first, last + 1)}


@given(sets, sets)
def test_ranges_are_sets_of_numbers(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    a, b = ranges.union(one), ranges.union(other)
    brute = {n for first, last in one for n in range(first, last + 1)}
    assert members(a) == brute
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(a))
    assert members(ranges.minus(a, b)) == members(a) - members(b)
    assert members(ranges.common(a, b)) == members(a) & members(b)
    assert ranges.union(ranges.minus(a, b)) == ranges.minus(a, b)
    assert ranges.union((*ranges.minus(a, b), *ranges.common(a, b))) == a


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)).map(lambda p: (min(p), max(p))), max_size=4))
def test_blocks_cover_a_set_and_are_the_fewest(found: list[tuple[int, int]]) -> None:
    held = ranges.union(found)
    blocks = ranges.cidrs(held, 8)
    covered = {n for first, length in blocks for n in range(first, first + 2 ** (8 - length))}
    assert covered == members(held)
    base = int(ipaddress.IPv4Address("10.0.0.0"))
    networks = [ipaddress.ip_network((base + first, 24 + length)) for first, length in blocks]
    assert list(ipaddress.collapse_addresses(networks)) == sorted(networks)


# A world of eight services, eight addresses of each family and two names.
def _peers(first: int, last: int, six: bool, names: frozenset[str], world: bool) -> Peers:
    if world:
        return Peers(v6=EVERY6) if six else Peers(v4=EVERY4)
    span = ((min(first, last), max(first, last)),)
    return Peers(v6=span, named4=names) if six else Peers(v4=span, named6=names)


peers = st.builds(
    _peers,
    st.integers(0, 7),
    st.integers(0, 7),
    st.booleans(),
    st.frozensets(st.sampled_from(["a", "b"]), max_size=2),
    st.integers(0, 7).map(lambda n: n == 0),
)
rules = st.lists(st.tuples(spans.map(lambda s: (s[0] % 8, max(s[0] % 8, s[1] % 8))), peers), max_size=5)


def atoms(who: Peers) -> set[object]:
    """Everybody in a small world; whoever has every address of a family has its names too."""
    found: set[object] = {(4, n) for n in range(8) if any(a <= n <= b for a, b in who.v4)}
    found |= {(6, n) for n in range(8) if any(a <= n <= b for a, b in who.v6)}
    found |= {(4, n) for n in (who.named4 if who.v4 != EVERY4 else "ab")}
    found |= {(6, n) for n in (who.named6 if who.v6 != EVERY6 else "ab")}
    return found | {(family, "rest") for family, held in ((4, who.v4), (6, who.v6)) for _, last in held if last > 7}


def points(held: Traffic) -> set[object]:
    """Every service with everybody who has it."""
    return {(n, atom) for first, last, who in held.slabs for n in range(first, last + 1) for atom in atoms(who)}


def addresses(found: set[object]) -> set[object]:
    """Without the points of names: which addresses those are, nobody knows."""
    return {point for point in found if point[1][1] not in ("a", "b")}  # type: ignore[index]


def allowed(given_rules: list[tuple[tuple[int, int], Peers]]) -> set[object]:
    """What rules let through, one by one."""
    return {(n, atom) for (first, last), who in given_rules for n in range(first, last + 1) for atom in atoms(who)}


@given(rules)
def test_rules_together_let_through_what_each_does(one: list[tuple[tuple[int, int], Peers]]) -> None:
    held = traffic(one)
    brute = {n: set[object]() for n in range(8)}
    for n in range(8):
        brute[n] = atoms(joined([Peers(), *(who for (a, b), who in one if a <= n <= b)]))
    assert points(held) == {(n, atom) for n, found in brute.items() for atom in found}
    assert points(held) >= allowed(one)
    assert all(a[1] < b[0] and (a[1] + 1 < b[0] or a[2] != b[2]) for a, b in pairwise(held.slabs))


@given(rules, rules)
def test_traffic_is_a_set(one: list[tuple[tuple[int, int], Peers]], other: list[tuple[tuple[int, int], Peers]]) -> None:
    a, b = traffic(one), traffic(other)
    known = [addresses(points(found)) for found in (a - b, a, b)]
    assert known[0] == known[1] - known[2]
    assert points(a & b) == points(a) & points(b)
    assert points(a | b) >= points(a) | points(b)
    if all(who.v4 != EVERY4 and who.v6 != EVERY6 for _, who in (*one, *other)):
        assert points(a - b) == points(a) - points(b)
        assert not ((a - b) & b)
        assert (a - b) | (a & b) == a
    assert not (a - a)
    assert a | a == a & a == a


@given(rules, st.randoms())
def test_equal_sets_have_one_form(one: list[tuple[tuple[int, int], Peers]], random: object) -> None:
    """In another order, split at any port, split at any address: the same set."""
    split: list[tuple[tuple[int, int], Peers]] = []
    for (first, last), who in one:
        for n in range(first, last + 1):
            split += [((n, n), Peers(v4=((a, a),))) for x, y in who.v4 if y < 8 for a in range(x, y + 1)]
            split += [((n, n), Peers(v6=((a, a),))) for x, y in who.v6 if y < 8 for a in range(x, y + 1)]
            if who.v4 == EVERY4:
                split += [((n, n), network("0.0.0.0/1")), ((n, n), network("128.0.0.0/1"))]
            if who.v6 == EVERY6:
                split += [((n, n), network("::/1")), ((n, n), network("8000::/1"))]
            split += [((n, n), Peers(named4=who.named4)), ((n, n), Peers(named6=who.named6))]
    random.shuffle(split)  # type: ignore[attr-defined]
    assert traffic(split) == traffic(one)


protocols = st.sampled_from([0, 1, 2, 6, 7, 17, 50, 57, 58, 59, 254, 255])
lines = st.tuples(protocols, st.integers(0, 0xFFFF), protocols, st.integers(0, 0xFFFF))


@given(lines)
def test_services_are_named_without_loss(line: tuple[int, int, int, int]) -> None:
    first, last = sorted((line[0] * services.BLOCK + line[1], line[2] * services.BLOCK + line[3]))
    if line[0] not in services.NAMES:
        first = first // services.BLOCK * services.BLOCK
    named = list(services.named(first, last))
    assert named
    counted = sum(_width(s) for s in named)
    low, high = (n // services.BLOCK for n in (first, last))
    outside = 0 if high in services.NAMES else services.BLOCK - 1 - last % services.BLOCK
    inside = first % services.BLOCK if low not in services.NAMES else 0
    assert counted == last - first + 1 + outside + inside


def _width(service: services.Service) -> int:
    """How many numbers a named service stands for."""
    first, _, last = service.protocol.partition("-")
    if first == "all":
        return 256 * services.BLOCK
    count = int(last) - int(first) + 1 if last else 1
    if not service.ports:
        return count * services.BLOCK
    words = service.ports.split()
    low, _, high = words[-1].partition("-")
    width = int(high or low) - int(low) + 1
    return width * 256 if words[0] == "type" and len(words) == 2 else width
