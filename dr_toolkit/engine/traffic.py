"""Exact sets of traffic: which services are open to which peers. Sets that are equal have one form.

A set is a row of slabs: a range of services (``engine/services.py``) and the peers that have all of them.
Peers are addresses, and names for what the snapshot does not know the addresses of: the members of a group, the
entries of a list of AWS's. Where every address of a family is in, its names say nothing more.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from dr_toolkit.engine import ranges
from dr_toolkit.engine.ranges import Ranges

EVERY4: Ranges = ((0, 2**32 - 1),)
EVERY6: Ranges = ((0, 2**128 - 1),)


@dataclass(frozen=True)
class Peers:
    """Addresses and names of both families."""

    v4: Ranges = ()
    v6: Ranges = ()
    named4: frozenset[str] = frozenset()
    named6: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.v4 or self.v6 or self.named4 or self.named6)

    @property
    def world(self) -> bool:
        """Whether all addresses of a family are in."""
        return self.v4 == EVERY4 or self.v6 == EVERY6

    def told(self) -> list[str]:
        """Address ranges, then names; a name that is meant for one family alone says so."""
        found = [f"{ipaddress.IPv4Address(first)}/{length}" for first, length in ranges.cidrs(self.v4, 32)]
        found += [f"{ipaddress.IPv6Address(first)}/{length}" for first, length in ranges.cidrs(self.v6, 128)]
        for name in sorted(self.named4 | self.named6):
            one = self.named4 ^ self.named6 if "security_group" in name else frozenset()
            found.append(name + (f" (IPv{4 if name in self.named4 else 6})" if name in one else ""))
        return found


NOBODY = Peers()


@lru_cache(maxsize=8192)
def network(cidr: str) -> Peers:
    """The addresses of a CIDR block; raises ValueError where it is none."""
    block = ipaddress.ip_network(cidr, strict=False)
    span = ((int(block.network_address), int(block.broadcast_address)),)
    return Peers(v4=span) if block.version == 4 else Peers(v6=span)


def joined(parts: Iterable[Peers]) -> Peers:
    """The peers that are in any of the sets."""
    listed = list(parts)
    if len(listed) == 1:
        return listed[0]
    v4 = ranges.union(r for p in listed for r in p.v4)
    v6 = ranges.union(r for p in listed for r in p.v6)
    named4 = frozenset[str]() if v4 == EVERY4 else frozenset[str]().union(*(p.named4 for p in listed))
    named6 = frozenset[str]() if v6 == EVERY6 else frozenset[str]().union(*(p.named6 for p in listed))
    return Peers(v4, v6, named4, named6)


def without(these: Peers, those: Peers) -> Peers:
    """The peers of the one set that are not in the other."""
    if not those:
        return these
    return Peers(
        ranges.minus(these.v4, those.v4),
        ranges.minus(these.v6, those.v6),
        frozenset() if those.v4 == EVERY4 else these.named4 - those.named4,
        frozenset() if those.v6 == EVERY6 else these.named6 - those.named6,
    )


def shared(these: Peers, those: Peers) -> Peers:
    """The peers that are in both sets."""
    return Peers(
        ranges.common(these.v4, those.v4),
        ranges.common(these.v6, those.v6),
        _shared_names(these.v4 == EVERY4, these.named4, those.v4 == EVERY4, those.named4),
        _shared_names(these.v6 == EVERY6, these.named6, those.v6 == EVERY6, those.named6),
    )


def _shared_names(all_a: bool, a: frozenset[str], all_b: bool, b: frozenset[str]) -> frozenset[str]:
    return b if all_a else a if all_b else a & b


Slab = tuple[int, int, Peers]
"""First and last service, and the peers that have all of these services."""


@dataclass(frozen=True)
class Traffic:
    """A set of traffic in its one form: slabs in order, apart, none empty, no two alike side by side."""

    slabs: tuple[Slab, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.slabs)

    def __sub__(self, other: Traffic) -> Traffic:
        return _combined(self, other, without)

    def __and__(self, other: Traffic) -> Traffic:
        return _combined(self, other, shared)

    def __or__(self, other: Traffic) -> Traffic:
        return _combined(self, other, lambda a, b: joined((a, b)))

    def at(self, first: int, last: int) -> Traffic:
        """The part of it that lies within a range of services."""
        cut = ((max(a, first), min(b, last), peers) for a, b, peers in self.slabs if a <= last and b >= first)
        return Traffic(tuple(cut))

    def by_peers(self) -> Iterator[tuple[list[tuple[int, int]], Peers]]:
        """Each set of peers with all the services that it has, in the order of the first of them."""
        found: dict[Peers, list[tuple[int, int]]] = {}
        for first, last, peers in self.slabs:
            found.setdefault(peers, []).append((first, last))
        for peers, services in found.items():
            yield services, peers


def traffic(rules: Iterable[tuple[tuple[int, int], Peers]]) -> Traffic:
    """The set that rules, each a range of services and its peers, let through together."""
    starts: dict[int, list[int]] = {}
    peers: list[Peers] = []
    for (first, last), who in rules:
        if not who:
            continue
        starts.setdefault(first, []).append(len(peers))
        starts.setdefault(last + 1, []).append(~len(peers))
        peers.append(who)
    slabs: list[Slab] = []
    active: set[int] = set()
    begin = 0
    for edge in sorted(starts):
        if active:
            slabs.append((begin, edge - 1, joined(peers[n] for n in sorted(active))))
        for n in starts[edge]:
            active.add(n) if n >= 0 else active.discard(~n)
        begin = edge
    return _normal(slabs)


def _normal(slabs: Iterable[Slab]) -> Traffic:
    merged: list[Slab] = []
    for first, last, peers in slabs:
        if not peers:
            continue
        if merged and merged[-1][1] + 1 == first and merged[-1][2] == peers:
            merged[-1] = (merged[-1][0], last, peers)
        else:
            merged.append((first, last, peers))
    return Traffic(tuple(merged))


def _combined(these: Traffic, those: Traffic, how: Callable[[Peers, Peers], Peers]) -> Traffic:
    """Both sets, put together slab by slab."""
    edges = sorted({edge for side in (these, those) for a, b, _ in side.slabs for edge in (a, b + 1)})
    slabs: list[Slab] = []
    left, right = iter(these.slabs), iter(those.slabs)
    one, other = next(left, None), next(right, None)
    for first, after in pairwise(edges):
        while one is not None and one[1] < first:
            one = next(left, None)
        while other is not None and other[1] < first:
            other = next(right, None)
        mine = one[2] if one is not None and one[0] <= first else NOBODY
        theirs = other[2] if other is not None and other[0] <= first else NOBODY
        if mine or theirs:
            slabs.append((first, after - 1, how(mine, theirs)))
    return _normal(slabs)
