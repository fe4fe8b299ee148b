"""Exposure: what traffic a security group newly lets through, and what it newly refuses.

Rules are taken as what they mean, not as they are written: a range that is split in two is the same traffic. A
customer's prefix list stands for its entries, where both sides know them. A group that a rule names stands for its
members, whose addresses no snapshot knows: it is a peer by name, and in what is open to every address already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dr_toolkit.engine import services
from dr_toolkit.engine.services import Service
from dr_toolkit.engine.traffic import NOBODY, Peers, Traffic, joined, network, traffic
from dr_toolkit.model.changes import CREATE, DELETE, Change
from dr_toolkit.model.documents import READ, Attributes, Coverage, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey

GROUP, RULE, LIST = "ec2.security_group", "ec2.security_group_rule", "ec2.prefix_list"
INGRESS, EGRESS = "ingress", "egress"
DIRECTIONS = (INGRESS, EGRESS)


@dataclass(frozen=True)
class Flow:
    """Traffic as people say it: a direction, services, and the peers that have all of them.

    ``peers`` are address ranges and printed keys.
    """

    direction: str
    services: tuple[Service, ...]
    peers: tuple[str, ...]


@dataclass(frozen=True)
class Exposure:
    """What changed for one group: traffic by direction, ``after`` as a whole, ``opened`` and ``closed`` of it.

    ``networks`` are, for groups among the peers, the address ranges of the VPC that such a group is of: its members
    have addresses in them, and in those of VPCs that it was associated with.
    """

    key: ResourceKey
    after: Mapping[str, Traffic] = field(default_factory=dict)
    opened: Mapping[str, Traffic] = field(default_factory=dict)
    closed: Mapping[str, Traffic] = field(default_factory=dict)
    networks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.opened.values()) or any(self.closed.values())

    @cached_property
    def newly_allowed(self) -> tuple[Flow, ...]:
        """What was let through by nothing before."""
        return tuple(flows(self.opened))

    @cached_property
    def newly_refused(self) -> tuple[Flow, ...]:
        """What nothing lets through any more."""
        return tuple(flows(self.closed))


def flows(sets: Mapping[str, Traffic]) -> Iterator[Flow]:
    """Sets of traffic as people say them."""
    for direction in DIRECTIONS:
        for spans, peers in sets.get(direction, Traffic()).by_peers():
            yield Flow(direction, tuple(s for span in spans for s in services.named(*span)), tuple(peers.told()))


def called(peer: str) -> str:
    """What people call a peer: an address range as it is, a group or list by its name."""
    kind, slash, name = peer.partition("/")
    if not slash or not kind.startswith("ec2."):
        return peer
    if kind == GROUP:
        return f"group {name}"
    return f"foreign group {name}" if "group" in kind else f"prefix list {name}"


class Side:
    """One estate's rules by what they mean; ``expand`` says whether its prefix lists are known well enough."""

    def __init__(self, estate: Estate, *, expand: bool) -> None:
        self._estate, self._expand = estate, expand
        self._lists: dict[str, Peers | None] = {}
        self._rules: dict[str, Resource] = {}

    @cached_property
    def by_group(self) -> dict[str, list[str]]:
        """The printed keys of the rules of each group, by the group's path as it is printed."""
        found: dict[str, list[str]] = {}
        start = len(RULE) + 1
        for text in self._estate.lines:
            if text.startswith(f"{RULE}/"):
                found.setdefault(text[start:].rsplit("/", 4)[0], []).append(text)
        return found

    def rule(self, text: str) -> Resource:
        """A rule by its printed key, decoded once."""
        if text not in self._rules:
            found = self._estate.get(text)
            assert found is not None
            self._rules[text] = found
        return self._rules[text]

    def users(self, prefix_list: ResourceKey) -> set[str]:
        """The groups, as in ``by_group``, with a rule that names a list."""
        named = Ref(prefix_list)
        return {
            group
            for group, rules in self.by_group.items()
            if any("/pl:" in text and self.rule(text).attributes.get("PrefixListId") == named for text in rules)
        }

    def peers(self, attributes: Attributes) -> Peers:
        """Who a rule is about."""
        for member in ("CidrIpv4", "CidrIpv6"):
            if member in attributes:
                return network(str(attributes[member]))
        target = attributes.get("PrefixListId")
        if isinstance(target, Ref):
            return self._list(target.key)
        group = (attributes.get("ReferencedGroupInfo") or {}).get("GroupId")
        name = frozenset({group.key.text}) if isinstance(group, Ref) else frozenset[str]()
        return Peers(named4=name, named6=name)

    def _list(self, key: ResourceKey) -> Peers:
        if key.text not in self._lists:
            held = self._estate.get(key) if self._expand and key.type == LIST else None
            entries = held.attributes.get("Entries", ()) if held else None
            known = None if entries is None else joined([NOBODY, *(network(str(e["Cidr"])) for e in entries)])
            self._lists[key.text] = known
        found = self._lists[key.text]
        return self._named(key) if found is None else found

    def _named(self, key: ResourceKey) -> Peers:
        facts = self._estate.observed.get(key.text, {})
        family, name = facts.get("AddressFamily"), frozenset({key.text})
        return Peers(
            named4=frozenset() if family == "IPv6" else name,
            named6=frozenset() if family == "IPv4" else name,
        )

    def networks(self, group: str) -> tuple[str, ...]:
        """The address ranges of a group's VPC, by the group's printed key; none where they are not known."""
        vpc = ResourceKey("ec2.vpc", ResourceKey.parse(group).path[:-1])
        facts = self._estate.observed.get(vpc.text, {})
        blocks = [facts.get("CidrBlock"), *(a.get("CidrBlock") for a in facts.get("CidrBlockAssociationSet") or ())]
        blocks += [a.get("Ipv6CidrBlock") for a in facts.get("Ipv6CidrBlockAssociationSet") or ()]
        return tuple(dict.fromkeys(str(block) for block in blocks if block))

    def traffic(self, texts: Iterable[str]) -> dict[str, Traffic]:
        """What some rules let through together, by direction."""
        sides: dict[str, list[tuple[tuple[int, int], Peers]]] = {d: [] for d in DIRECTIONS}
        for text in texts:
            a = self.rule(text).attributes
            sides[EGRESS if a.get("IsEgress") else INGRESS].append((services.of_rule(a), self.peers(a)))
        return {direction: traffic(rules) for direction, rules in sides.items()}


class Exposures:
    """The exposure of every group that changes bear on."""

    def __init__(self, before: Estate, after: Estate, changes: Iterable[Change]) -> None:
        expand = all(_known(side.coverage, LIST) for side in (before, after))
        self.before, self.after = Side(before, expand=expand), Side(after, expand=expand)
        # Rules that one side could not read are no rules that are gone.
        whole = all(_known(side.coverage, RULE) for side in (before, after))
        self._changes = [c for c in changes if c.key.type in (RULE, LIST)] if whole else []
        self._users: dict[ResourceKey, set[str]] = {}

    @cached_property
    def groups(self) -> dict[str, Exposure]:
        """By the group's path as it is printed; groups whose traffic is what it was are not in it."""
        touched: set[str] = set()
        for change in self._changes:
            touched |= self._touched(change)
        found = ((group, self._exposure(group)) for group in sorted(touched))
        return {group: exposure for group, exposure in found if exposure}

    def _touched(self, change: Change) -> set[str]:
        if change.key.type == RULE:
            return {_group(change.key)}
        if change.action in (CREATE, DELETE) or "Entries" in change.names:
            if change.key not in self._users:
                self._users[change.key] = self.before.users(change.key) | self.after.users(change.key)
            return self._users[change.key]
        return set()

    def _exposure(self, group: str) -> Exposure:
        old = self.before.traffic(self.before.by_group.get(group, ()))
        new = self.after.traffic(self.after.by_group.get(group, ()))
        opened, closed = ({d: a[d] - b[d] for d in DIRECTIONS} for a, b in ((new, old), (old, new)))
        return Exposure(ResourceKey.parse(f"{GROUP}/{group}"), new, opened, closed, self._networks(opened, closed))

    def _networks(self, *sets: Mapping[str, Traffic]) -> dict[str, tuple[str, ...]]:
        """The networks of the groups that traffic speaks of, as far as either side knows them."""
        peers = [peers for each in sets for traffic in each.values() for _, _, peers in traffic.slabs]
        names = sorted({n for p in peers for n in p.named4 | p.named6 if n.startswith(f"{GROUP}/")})
        found = ((name, self.after.networks(name) or self.before.networks(name)) for name in names)
        return {name: networks for name, networks in found if networks}

    def part(self, change: Change, *, opened: bool) -> list[tuple[Exposure, str, Traffic]]:
        """What of the newly allowed (or newly refused) traffic a change has to do with: exposure, direction, set."""
        side = self.after if opened else self.before
        found = []
        for group in sorted(self._touched(change)) if change.key.type in (RULE, LIST) else ():
            exposure = self.groups.get(group)
            if exposure is None:
                continue
            own = side.traffic(self._concerned(side, group, change))
            sets = exposure.opened if opened else exposure.closed
            found += [(exposure, d, part) for d in DIRECTIONS if (part := own[d] & sets[d])]
        return found

    def _concerned(self, side: Side, group: str, change: Change) -> list[str]:
        """The rules of a group that a change is about: the rule itself, or those that name the list."""
        texts = side.by_group.get(group, [])
        if change.key.type == RULE:
            return [change.key.text] if (change.after if side is self.after else change.before) else []
        named = Ref(change.key)
        return [t for t in texts if "/pl:" in t and side.rule(t).attributes.get("PrefixListId") == named]


def _group(rule: ResourceKey) -> str:
    return rule.text[len(RULE) + 1 :].rsplit("/", 4)[0]


def _known(coverage: Mapping[str, Coverage], name: str) -> bool:
    """Whether a side's resources of a type were read."""
    return coverage.get(name, Coverage(READ)).status == READ
