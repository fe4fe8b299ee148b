"""From differences to a plan: what is done, what is taken as it is, what can't be done and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dr_toolkit.engine import compare as differences
from dr_toolkit.engine.deployments import Deployments
from dr_toolkit.engine.obstacles import Obstacles, held_outside, skip_types
from dr_toolkit.engine.passing import Replay
from dr_toolkit.engine.selection import WHOLE, Part, above
from dr_toolkit.engine.situation import Situation
from dr_toolkit.model import wire
from dr_toolkit.model.changes import ADOPT, CREATE, DELETE, UPDATE, Blocked, Change
from dr_toolkit.model.documents import GAP, READ, WARNING, Finding, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.fields import Kind
from dr_toolkit.spec.marks import SPELLED
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import DEPLOYMENTS, KINDS, STAGES, kind_of

_LOOKED_FOR = SPELLED | {"ec2.vpc_peering_connection"}
"""Landmarks that no call names, so that one that is missing would show only when it is too late."""


@dataclass
class Draft:
    """What a plan is made of, before it is put in order; ``swept`` goes by itself, with what it lies in.

    ``replays`` are by API what is deployed before its draft is put right, in this order; ``postponed`` the deployments
    that would be due, but for the part that the plan is about.
    """

    changes: list[Change] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    implied: dict[ResourceKey, list[Resource]] = field(default_factory=dict)
    swept: list[Change] = field(default_factory=list)
    replays: dict[ResourceKey, list[Replay]] = field(default_factory=dict)
    postponed: set[ResourceKey] = field(default_factory=set)


def draft(situation: Situation) -> Draft:
    """Everything that differs inside the snapshot's roots, decided on."""
    return _Planner(situation).draft()


class _Planner:
    def __init__(self, situation: Situation) -> None:
        self.s = situation
        self.registry = situation.registry
        self.result = Draft(blocked=list(situation.blocked))
        self.roots = {self.registry.root_text(text) for text in situation.wanted.lines}

    def draft(self) -> Draft:
        skip = differences.both_read(self.s.live, self.s.wanted)
        found = differences.compare(self.s.live, self.s.wanted, self.registry, skip)
        changes = {c.key: c for c in found if self._in_question(c)}
        self._take_implied(changes)
        deployments = Deployments(changes, self.s)
        deployments.add()
        self._postpone(changes)
        for blocked in held_outside(changes, self.s.live, self.registry, self.s.part):
            self.result.blocked.append(blocked)
            for key in [key for key in changes if blocked.key in above(key, self.registry)]:
                del changes[key]
        for change in self._without_impossible(changes):
            self._by_hand(change)
            self.result.changes.append(change)
        self.result.findings += deployments.remarks()
        self.result.replays = deployments.replays()
        self._say_what_it_needs()
        return self.result

    # --- what is in question ------------------------------------------------------------------------

    def _in_question(self, change: Change) -> bool:
        """Extras are removed inside the snapshot's roots only, and other roots where pruning is asked for."""
        if not self.s.part.holds(change.key):
            return False
        if change.action != DELETE:
            return True
        t = self.registry[change.key.type]
        if change.key in self.s.undone:
            return True
        if t.delete is None or t.adopted(change.key):
            return False
        root = self.registry.root(change.key)
        return root.text in self.roots or (self.s.prune and not self.registry[root.type].adopted(root))

    def _take_implied(self, changes: dict[ResourceKey, Change]) -> None:
        """What AWS makes along with a new resource is taken, changed, or removed at once."""
        for key in [k for k, c in changes.items() if c.action == CREATE]:
            t = self.registry[key.type]
            created = changes[key].after
            assert created is not None
            parent = t.parent_key(key)
            facts = self.s.live.observed.get(parent.text, {}) if parent else {}
            for made in t.implied(created, facts):
                self._take_one(key, made, changes)

    def _take_one(self, maker: ResourceKey, made: Resource, changes: dict[ResourceKey, Change]) -> None:
        change = changes.get(made.key)
        wanted = change.after if change else None
        if wanted is None:
            if self.registry[made.key.type].name not in skip_types(self.s.wanted):
                self.result.implied.setdefault(maker, []).append(made)
            return
        fields = differences.field_changes(made.attributes, wanted.attributes, made.key, self.registry)
        if not fields:
            changes[made.key] = Change(made.key, ADOPT, None, wanted, (), f"made by AWS with {maker}")
        elif {f.name for f in fields} <= {"Description", "description", "schema"}:
            changes[made.key] = Change(made.key, UPDATE, made, wanted, fields, f"made by AWS with {maker}")
        else:
            self.result.implied.setdefault(maker, []).append(made)

    # --- what is left out ----------------------------------------------------------------------------

    def _postpone(self, changes: dict[ResourceKey, Change]) -> None:
        """Stages outside of the part serve what they do: a deployment would let out all that its API's draft holds."""
        outside = [key for key in changes if not self.s.part.holds(key)]
        frozen = {name for t in self.registry for name in t.freezes} if outside else set()
        edited = {kind_of(k.type).api_of(k) for k in changes if k.type in frozen and self.s.part.holds(k)}
        for key in outside:
            del changes[key]
            api = kind_of(key.type).api_of(key)
            if key.type in DEPLOYMENTS and (api in edited or key in self.s.owed):
                self.result.postponed.add(key)
            elif key.type in STAGES and api in edited:
                text = f"the draft of its API changes, and it serves what it did: to deploy, add --only '{key}'"
                self.result.findings.append(Finding(WARNING, "not-deployed", key.text, text))

    # --- what can't be done -------------------------------------------------------------------------

    def _without_impossible(self, changes: dict[ResourceKey, Change]) -> list[Change]:
        obstacles = Obstacles(self.s.wanted, self.s.live, self.registry, self.s.bindings)
        impossible = {b.key: b for b in self.s.blocked}
        for key in [k for k in changes if k in impossible]:
            del changes[key]
        while True:
            found = [b for c in changes.values() if (b := obstacles.of(c, changes, impossible))]
            if not found:
                break
            for blocked in found:
                impossible[blocked.key] = blocked
                self.result.blocked.append(blocked)
                del changes[blocked.key]
        for maker in list(self.result.implied):
            if maker in impossible:
                del self.result.implied[maker]
        self.result.swept = [c for c in changes.values() if self._goes_with_parent(c, changes)]
        return [c for c in changes.values() if not self._goes_with_parent(c, changes)]

    def _goes_with_parent(self, change: Change, changes: Mapping[ResourceKey, Change]) -> bool:
        """Whether a deletion is done by deleting what it lies in."""
        if change.action != DELETE or self.registry[change.key.type].outlives_parent:
            return False
        key: ResourceKey | None = change.key
        while key is not None and (key := self.registry.parent(key)) is not None:
            above = changes.get(key)
            if above is not None and above.action == DELETE:
                return True
        return False

    # --- what is said ---------------------------------------------------------------------------------

    def _by_hand(self, change: Change) -> None:
        """Members that only a person can set."""
        if change.after is None or change.action in (DELETE, ADOPT):
            return
        fields = self.registry[change.key.type].fields
        concerned = change.names if change.action == UPDATE else change.after.attributes.keys()
        for name in sorted(concerned):
            described = fields.get(name)
            if described is None or described.kind is not Kind.MANUAL:
                continue
            if not (described.at_create and change.action == CREATE):
                text = f"{name} has to be set by hand: {described.why}"
                self.result.findings.append(Finding(GAP, "by-hand", change.key.text, text))

    def _say_what_it_needs(self) -> None:
        for kind in KINDS:
            number = sum(c.key.type == kind.api and c.action == CREATE for c in self.result.changes)
            text = (
                f"creating {number} {kind.title}{'s' if number > 1 else ''} needs the Route 53 control plane, "
                "which is in us-east-1: if that region is down, this may fail. Restore ahead of time, and "
                "fail over by DNS"
            )
            if number:
                self.result.findings.append(Finding(WARNING, "needs-us-east-1", kind.api, text))
        for change in self.result.changes:
            if change.action == CREATE and (text := self.registry[change.key.type].caution):
                self.result.findings.append(Finding(WARNING, "made-anew", change.key.text, text))
        for text in self.s.wanted.lines:
            name = text.partition("/")[0]
            coverage = self.s.live.coverage.get(name)
            if not self.s.part.holds(text):
                continue
            if name in _LOOKED_FOR and coverage and coverage.status == READ and text not in self.s.live.lines:
                missing = f"there is no {self.registry[name].title} of that name in the target, and something names it"
                self.result.findings.append(Finding(GAP, "landmark-missing", text, missing))
        for name, failure in sorted(self.s.live.failed.items()):
            if not self.s.part.concerns_type(name):
                continue
            self.result.findings.append(Finding(GAP, "not-read", name, f"can't be read in the target: {failure}"))


def fingerprint(
    live: Estate, wanted: Estate, registry: Registry, bindings: Mapping[str, str], part: Part = WHOLE
) -> str:
    """A digest of what a plan reads, touches or could clash with in the target: the snapshot's roots, and the ids."""
    roots = {registry.root_text(text) for text in wanted.lines if part.holds(text)}
    parts: dict[str, str] = {}
    for text, line in live.lines.items():
        if registry.root_text(text) in roots:
            parts[text] = wire.digest(line + (live.ids.get(text) or "").encode())
    landmarks = {k: bindings[k] for k in sorted(bindings) if k in wanted.lines and k not in parts and part.holds(k)}
    return wire.digest(wire.canonical({"live": parts, "landmarks": landmarks}))
