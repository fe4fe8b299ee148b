"""From changes to calls in an order that AWS accepts and that leaves no door open.

A new group loses its implied egress before anything else happens. On a live group, first what exposes more than the
snapshot allows is revoked, then what is missing is authorised, then what only narrows is revoked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dr_toolkit.engine import concrete, graph
from dr_toolkit.engine.planner import Draft
from dr_toolkit.engine.refs import refs_of
from dr_toolkit.engine.situation import Situation
from dr_toolkit.errors import GuardError
from dr_toolkit.model.changes import ADOPT, CREATE, DELETE, UPDATE, Call, Change, FieldChange, Step
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.types import ResourceType

NodeId = tuple[str, str]
"""What is done, and to what: ("create", "ec2.security_group/main/web")."""

FILL, EMPTY, WIDE, NARROW = "fill", "empty", "revoke-wide", "revoke-narrow"
AWAIT = "await"
"""Waiting for what was made to be ready: begun early, and waited for only by what needs it."""


@dataclass
class Node:
    """Calls that belong together and follow each other at once, and the nodes that come before."""

    action: str
    keys: list[ResourceKey]
    calls: list[tuple[str, Call, list[ResourceKey]]] = field(default_factory=list)
    needs: set[NodeId] = field(default_factory=set)


@dataclass(frozen=True)
class Sequence:
    """Steps in the order in which they are to be made, and the ids of those after which each thing is there."""

    steps: list[Step]
    made_by: dict[ResourceKey, frozenset[str]]


def steps(draft: Draft, situation: Situation, scope: Scope) -> Sequence:
    """What turns a draft's changes into calls; ids count from ``s00001``."""
    graph_of = _Nodes(draft, situation.registry, scope)
    nodes = graph_of.build()
    order = _in_order(nodes, {name: _priority(name, node, situation.registry) for name, node in nodes.items()})
    result: list[Step] = []
    last: dict[NodeId, set[str]] = {}
    for name in order:
        node = nodes[name]
        last[name] = set().union(*(last[n] for n in node.needs if n in last))  # of one without calls: what it waits for
        needs = tuple(sorted(last[name]))
        for action, call, keys in node.calls:
            step_id = f"s{len(result) + 1:05d}"
            params = concrete.joins(call.params, scope)
            service = call.service or situation.registry[keys[0].type].service
            step = Step(step_id, action, tuple(keys), service, replace(call, params=params, service=""), needs)
            result.append(step)
            needs = (step_id,)
            last[name] = {step_id}
    return Sequence(result, {key: frozenset(last[name]) for key, name in graph_of.made_by.items() if name in last})


def _in_order(nodes: dict[NodeId, Node], priority: dict[NodeId, tuple[object, ...]]) -> list[NodeId]:
    """The nodes, each after what it needs.

    Removals that wait for each other (two paths, a method of each keeping its cache under the other) need not: then
    only what is made and changed is waited for. Raises GuardError where even so there is no order.
    """
    needs = {name: node.needs for name, node in nodes.items()}
    try:
        return graph.ordered(needs, priority)
    except graph.Circle as circle:
        members = set(circle.members)
        for group in graph.circles({name: needs[name] & members for name in circle.members}):
            removals = {name for name in group if nodes[name].action == DELETE}
            needs |= {name: needs[name] - removals for name in removals}
    try:
        return graph.ordered(needs, priority)
    except graph.Circle as circle:
        raise GuardError(
            reason=f"no order was found in which these could be changed: {', '.join(key for _, key in circle.members)}",
            hint="Remove one of them from the target by hand, then plan again.",
        ) from None


def _priority(name: NodeId, node: Node, registry: Registry) -> tuple[object, ...]:
    """EC2 before API Gateway, API by API; what is slow begins early; whole things that are pruned last of all."""
    key = node.keys[0]
    t = registry[key.type]
    pruned = 3 if node.action == DELETE and t.root else 2 if name[0] == AWAIT else 0 if t.slow else 1
    service = 0 if t.service == "ec2" else 1
    whole = "" if service == 0 else key.path[0]
    return (pruned, service, whole, node.action != DELETE, registry.ranks[key.type], key.text, name[0])


class _Nodes:
    def __init__(self, draft: Draft, registry: Registry, scope: Scope) -> None:
        self.draft, self.registry, self.scope = draft, registry, scope
        self.changes = {c.key: concrete.change(c, registry, scope) for c in draft.changes}
        self.plain = {c.key: c for c in draft.changes}
        self.nodes: dict[NodeId, Node] = {}
        self.made_by: dict[ResourceKey, NodeId] = {}
        self.updated_by: dict[ResourceKey, NodeId] = {}
        self.removed_by: dict[ResourceKey, NodeId] = {}
        self.circular = self._circular()
        self.deferred = self._deferred()
        self.holders = self._holders()

    def build(self) -> dict[NodeId, Node]:
        for change in self.changes.values():
            t = self.registry[change.key.type]
            if t.merge is not None and change.action in (CREATE, DELETE):
                continue
            self._node(change, t)
        for t in self.registry:
            if t.merge is not None:
                self._batches(t, [c for c in self.changes.values() if c.key.type == t.name])
        self._sweep()
        self._connect()
        return self.nodes

    def _sweep(self) -> None:
        """What goes with what it lies in is gone when that is."""
        for change in self.draft.swept:
            above = self.registry.parent(change.key)
            while above is not None and above not in self.removed_by:
                above = self.registry.parent(above)
            if above is not None:
                self.removed_by[change.key] = self.removed_by[above]

    def _circular(self) -> set[ResourceKey]:
        """Resources that mention each other in a circle, or themselves."""
        edges = {}
        for change in self.draft.changes:
            t = self.registry[change.key.type]
            side = change.after if change.action == CREATE else change.before
            if t.placeholder and side is not None and change.action in (CREATE, DELETE):
                edges[change.key] = t.mentions(side)
        return {key for circle in graph.circles(edges) for key in circle}

    def _above(self, key: ResourceKey) -> Iterable[ResourceKey]:
        """What a resource lies in, which is made before it anyhow."""
        while (parent := self.registry.parent(key)) is not None:
            yield parent
            key = parent

    def _deferred(self) -> dict[ResourceKey, set[ResourceKey]]:
        """New resources of which a part has to wait for others that are yet to be made, each with these."""
        new = {c.key for c in self.draft.changes if c.action == CREATE}
        found = {}
        for change in self.draft.changes:
            t = self.registry[change.key.type]
            if t.placeholder and change.after is not None and change.action == CREATE:
                part = {n: v for n, v in change.after.attributes.items() if n in t.placeholder}
                waits = refs_of(replace(change.after, attributes=part), t.fields) & new
                if waits := waits - set(self._above(change.key)):
                    found[change.key] = waits
        return found

    # --- one change, one node -----------------------------------------------------------------------

    def _node(self, change: Change, t: ResourceType) -> None:
        if change.action == CREATE:
            self._create(change, t)
        elif change.action == UPDATE:
            self._add((UPDATE, change.key.text), change.key, UPDATE, t.update(change))
            self.updated_by[change.key] = (UPDATE, change.key.text)
        elif change.action == ADOPT and (maker := t.parent_key(change.key)):
            self.made_by[change.key] = (CREATE, maker.text)
        elif change.action == DELETE and (remove := t.delete or t.take_back) and change.before is not None:
            name = (DELETE, change.key.text)
            self._add(name, change.key, DELETE, remove(change.before))
            self.removed_by[change.key] = name
            if change.key in self.circular:
                self._replace_content((EMPTY, change.key.text), change.before, t, to_placeholder=True)

    def _create(self, change: Change, t: ResourceType) -> None:
        assert change.after is not None and t.create is not None
        name, wanted = (CREATE, change.key.text), change.after
        if change.key in self.circular or change.key in self.deferred:
            wanted = replace(wanted, attributes={**wanted.attributes, **t.placeholder})
            self._replace_content((FILL, change.key.text), change.after, t, to_placeholder=False)
        calls = t.create(wanted)
        node = self._add(name, change.key, CREATE, [call for call in calls if call.until is None])
        node.calls += self._without_implied(change.key)
        self.made_by[change.key] = name
        if waits := [call for call in calls if call.until is not None]:
            self.made_by[change.key] = (AWAIT, change.key.text)
            self._add((AWAIT, change.key.text), change.key, CREATE, waits).needs.add(name)

    def _without_implied(self, maker: ResourceKey) -> Iterable[tuple[str, Call, list[ResourceKey]]]:
        """The calls that take away what AWS makes along with a new thing; as few as its types allow."""
        by_type: dict[str, list[tuple[Call, ResourceKey]]] = {}
        for made in self.draft.implied.get(maker, []):
            if (delete := self.registry[made.key.type].delete) is not None:
                ready = concrete.resource(made, self.registry, self.scope)
                by_type.setdefault(made.key.type, []).extend((call, made.key) for call in delete(ready))
        for name, found in by_type.items():
            calls = [call for call, _ in found]
            merge = self.registry[name].merge or (lambda calls: [(call, [n]) for n, call in enumerate(calls)])
            for call, numbers in merge(calls):
                yield DELETE, call, [found[n][1] for n in numbers]

    def _replace_content(self, name: NodeId, full: Resource, t: ResourceType, *, to_placeholder: bool) -> None:
        """An update that turns a placeholder into the content, or the content into a placeholder."""
        hollow = replace(full, attributes={**full.attributes, **t.placeholder})
        before, after = (full, hollow) if to_placeholder else (hollow, full)
        fields = tuple(
            FieldChange((m,), before.attributes.get(m), after.attributes.get(m)) for m in sorted(t.placeholder)
        )
        self._add(name, full.key, UPDATE, t.update(Change(full.key, UPDATE, before, after, fields)))

    def _add(self, name: NodeId, key: ResourceKey, action: str, calls: Iterable[Call]) -> Node:
        node = Node(action, [key], [(action, call, [key]) for call in calls])
        self.nodes[name] = node
        return node

    # --- batches ------------------------------------------------------------------------------------

    def _batches(self, t: ResourceType, changes: list[Change]) -> None:
        wanted = [c for c in changes if c.action == CREATE]
        extra = [c for c in changes if c.action == DELETE]
        beside: dict[ResourceKey | None, list[Resource]] = {}
        for change in wanted:
            if change.after is not None:
                beside.setdefault(t.parent_key(change.key), []).append(change.after)
        narrow = {c.key for c in extra if self._is_covered(c, beside.get(t.parent_key(c.key), []), t)}
        self._batch(t, WIDE, DELETE, [c for c in extra if c.key not in narrow])
        self._batch(t, CREATE, CREATE, wanted)
        self._batch(t, NARROW, DELETE, [c for c in extra if c.key in narrow])

    def _is_covered(self, change: Change, beside: list[Resource], t: ResourceType) -> bool:
        """Whether one of what is to be made under the same parent lets through all that this did."""
        covers, before = t.covers, change.before
        return covers is not None and before is not None and any(covers(wanted, before) for wanted in beside)

    def _batch(self, t: ResourceType, kind: str, action: str, changes: list[Change]) -> None:
        calls: list[Call] = []
        keys: list[ResourceKey] = []
        for change in sorted(changes, key=lambda c: c.key):
            side, verb = (change.after, t.create) if action == CREATE else (change.before, t.delete)
            assert side is not None and verb is not None
            made = verb(side)
            calls += made
            keys += [change.key] * len(made)
        assert t.merge is not None
        for call, numbers in t.merge(calls):
            name = (kind, f"{keys[numbers[0]]}+{len(numbers)}")
            covered = [keys[n] for n in numbers]
            self.nodes[name] = Node(action, covered, [(action, call, covered)])
            for key in covered:
                (self.made_by if action == CREATE else self.removed_by)[key] = name

    # --- what comes before what ---------------------------------------------------------------------

    def _connect(self) -> None:
        for name, node in self.nodes.items():
            for key in node.keys:
                change = self.plain[key]
                if node.action == DELETE or name[0] == EMPTY:
                    self._before_removal(name, node, key)
                else:
                    self._before_making(name, node, change)
        self._order_batches()
        self._order_rivals()
        self._order_following()
        self._order_freezing()

    def _before_making(self, name: NodeId, node: Node, change: Change) -> None:
        t = self.registry[change.key.type]
        assert change.after is not None
        needed = refs_of(change.after, t.fields) | set(t.mentions(change.after))
        if parent := t.parent_key(change.key):
            needed.add(parent)
        if name[0] in (FILL, AWAIT):
            node.needs |= {(CREATE, change.key.text), self.made_by[change.key]} - {name}
            if name[0] == AWAIT:
                return
        elif change.key in self.circular:
            needed -= self.circular
        elif change.key in self.deferred:
            needed -= self.deferred[change.key]
        node.needs |= {self.made_by[k] for k in needed if k in self.made_by} - {name}

    def _before_removal(self, name: NodeId, node: Node, key: ResourceKey) -> None:
        """What refers to a thing, or lies in it, goes (or stops referring) before the thing does."""
        if name[0] == EMPTY:
            return
        if key in self.circular:
            node.needs.add((EMPTY, key.text))
        for other in self.holders.get(key, ()):
            if key in self.circular and other in self.circular:
                node.needs.add((EMPTY, other.text))
            elif (done := self.removed_by.get(other) or self.updated_by.get(other)) and done != name:
                node.needs.add(done)

    def _holders(self) -> dict[ResourceKey, list[ResourceKey]]:
        """What refers to each thing in the target as it is, or lies in it, itself included."""
        holders: dict[ResourceKey, list[ResourceKey]] = {}
        for change in (*self.plain.values(), *self.draft.swept):
            if change.before is None:
                continue
            key = change.key
            t = self.registry[key.type]
            held = refs_of(change.before, t.fields) | set(t.mentions(change.before))
            if parent := t.parent_key(key):
                held.add(parent)
            for other in held:
                holders.setdefault(other, []).append(key)
        return holders

    def _order_batches(self) -> None:
        """Within a group: revoke what is too wide, authorise, revoke what only narrows."""
        by_parent: dict[tuple[str, ResourceKey | None], list[NodeId]] = {}
        for name, node in self.nodes.items():
            t = self.registry[node.keys[0].type]
            if t.merge is not None and name[0] in (WIDE, CREATE, NARROW):
                by_parent.setdefault((name[0], t.parent_key(node.keys[0])), []).append(name)
        for (kind, parent), names in by_parent.items():
            earlier = {CREATE: (WIDE,), NARROW: (WIDE, CREATE)}.get(kind, ())
            for name in names:
                for first in earlier:
                    self.nodes[name].needs |= set(by_parent.get((first, parent), []))

    def _order_rivals(self) -> None:
        """A path that can't stand beside a new one goes first."""
        gone: dict[ResourceKey | None, list[Resource]] = {}
        for key, change in self.plain.items():
            t = self.registry[key.type]
            if t.rivals is not None and change.before is not None and key in self.removed_by:
                gone.setdefault(t.parent_key(key), []).append(change.before)
        for key, change in self.plain.items():
            t = self.registry[key.type]
            if t.rivals is None or change.action != CREATE or change.after is None:
                continue
            for old in gone.get(t.parent_key(key), ()):
                if old.key.type == key.type and t.rivals(old, change.after):
                    self.nodes[self.made_by[key]].needs.add(self.removed_by[old.key])

    def _order_following(self) -> None:
        """What follows a type waits for all that is made and changed of it; what follows its own, for what goes."""
        of_type: dict[tuple[str, bool], set[NodeId]] = {}
        for name, node in self.nodes.items():
            of_type.setdefault((node.keys[0].type, node.action == DELETE), set()).add(name)
        for node in self.nodes.values():
            t = self.registry[node.keys[0].type]
            if node.action != DELETE:
                for first in t.follows:
                    node.needs |= of_type.get((first, first == t.name), set())

    def _order_freezing(self) -> None:
        """What freezes content comes after every change of that content."""
        inside: dict[str, list[NodeId]] = {}
        for name, node in self.nodes.items():
            inside.setdefault(node.keys[0].path[0], []).append(name)
        for name, node in self.nodes.items():
            t = self.registry[node.keys[0].type]
            if not t.freezes or name[0] not in (CREATE, UPDATE) or (name[0] == UPDATE and not t.root):
                continue
            others = inside[node.keys[0].path[0]]
            node.needs |= {o for o in others if o != name and self.nodes[o].keys[0].type in t.freezes}
