"""From differences to a plan: what is done, what is taken as it is, what can't be done and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from dr_toolkit.engine import compare as differences
from dr_toolkit.engine.deployments import deploy
from dr_toolkit.engine.refs import refs_of
from dr_toolkit.engine.situation import Situation
from dr_toolkit.model import wire
from dr_toolkit.model.changes import ADOPT, CREATE, DELETE, REPLACE, UPDATE, Blocked, Change
from dr_toolkit.model.documents import GAP, READ, WARNING, Finding, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.fields import Kind
from dr_toolkit.spec.marks import SPELLED
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import KINDS, REST, STAGES, kind_of

_LOOKED_FOR = SPELLED | {"ec2.vpc_peering_connection"}
"""Landmarks that no call names, so that one that is missing would show only when it is too late."""


@dataclass(frozen=True)
class Replay:
    """What stages serve where that is not the API's draft: it is put there, deployed, and the draft follows.

    ``content`` are canonical lines by printed key of the draft's own things, the API's among them.
    """

    deployments: tuple[ResourceKey, ...]
    content: Mapping[str, bytes]


@dataclass
class Draft:
    """What a plan is made of, before it is put in order; ``swept`` goes by itself, with what it lies in.

    ``replays`` are by API what is deployed before its draft is put right, in this order.
    """

    changes: list[Change] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    implied: dict[ResourceKey, list[Resource]] = field(default_factory=dict)
    swept: list[Change] = field(default_factory=list)
    replays: dict[ResourceKey, list[Replay]] = field(default_factory=dict)


def draft(situation: Situation) -> Draft:
    """Everything that differs inside the snapshot's roots, decided on."""
    return _Planner(situation).draft()


def skip_types(wanted: Estate) -> dict[str, str]:
    """The types that the snapshot says nothing about, with the reason: they are left alone in the target."""
    return {name: c.reason or c.status for name, c in wanted.coverage.items() if c.status != READ}


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
        self.result.findings += deploy(changes, self.s)
        for change in self._without_impossible(changes):
            self._by_hand(change)
            self.result.changes.append(change)
        self._say_what_it_needs()
        return self.result

    # --- what is in question ------------------------------------------------------------------------

    def _in_question(self, change: Change) -> bool:
        """Extras are removed inside the snapshot's roots only, and other roots where pruning is asked for."""
        if change.action != DELETE:
            return True
        t = self.registry[change.key.type]
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

    # --- what can't be done -------------------------------------------------------------------------

    def _without_impossible(self, changes: dict[ResourceKey, Change]) -> list[Change]:
        impossible = {b.key: b for b in self.s.blocked}
        for key in [k for k in changes if k in impossible]:
            del changes[key]
        while True:
            found = [b for c in changes.values() if (b := self._obstacle(c, changes, impossible))]
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

    def _obstacle(
        self, change: Change, changes: Mapping[ResourceKey, Change], impossible: Mapping[ResourceKey, Blocked]
    ) -> Blocked | None:
        t = self.registry[change.key.type]
        if change.action in (DELETE, ADOPT):
            return None
        if change.action == REPLACE:
            remedy = "make it as the snapshot says by hand, or remove it from the target, then plan again"
            return Blocked(change.key, REPLACE, change.reason, remedy)
        if change.action == CREATE and t.create is None:
            return Blocked(change.key, CREATE, "it can't be made by this tool", "make it by hand")
        if change.action == CREATE and t.adopted(change.key) and not self._parent_is_new(change.key, changes):
            reason = "AWS makes it with what it lies in, and it is not there"
            return Blocked(change.key, CREATE, reason, "check the target, then plan again")
        if change.key.type in STAGES and change.action == CREATE and not self._can_be_deployed(change):
            what = "method" if kind_of(change.key.type) is REST else "route"
            reason = f"the API's draft in the snapshot has no {what}, so that nothing can be deployed"
            return Blocked(change.key, CREATE, reason, "deploy and create the stage by hand")
        for needed in sorted(self._needs(change)):
            missing = self._why_missing(needed, changes, impossible)
            if missing is not None:
                remedy = "resolve what blocks that first" if needed in impossible else self._remedy(needed)
                return Blocked(change.key, change.action, missing, remedy)
        return None

    def _parent_is_new(self, key: ResourceKey, changes: Mapping[ResourceKey, Change]) -> bool:
        parent = self.registry.parent(key)
        above = changes.get(parent) if parent else None
        return above is not None and above.action == CREATE

    def _can_be_deployed(self, stage: Change) -> bool:
        """Whether a stage needs no deployment of its own, or there is something that can be deployed to it."""
        kind = kind_of(stage.key.type)
        if kind is not REST and stage.after is not None and kind.pointer not in stage.after.attributes:
            return True
        return kind.content in skip_types(self.s.wanted) or kind.api_of(stage.key) in self._with_content

    @cached_property
    def _with_content(self) -> set[ResourceKey]:
        """The APIs that have a method, or a route, in the snapshot."""
        contents = {kind.content for kind in KINDS}
        keys = [ResourceKey.parse(k) for k in self.s.wanted.lines if k.partition("/")[0] in contents]
        return {kind_of(key.type).api_of(key) for key in keys}

    def _needs(self, change: Change) -> set[ResourceKey]:
        assert change.after is not None
        if change.action == UPDATE:
            changed = {n: v for n, v in change.after.attributes.items() if n in change.names}
            return refs_of(replace(change.after, attributes=changed), self.registry[change.key.type].fields)
        parent = self.registry.parent(change.key)
        named = self.registry[change.key.type].mentions(change.after)
        mentioned = [key for key in named if self._was_read(key.type)]
        referred = refs_of(change.after, self.registry[change.key.type].fields)
        return {*referred, *mentioned, *((parent,) if parent else ())} - {change.key}

    def _was_read(self, name: str) -> bool:
        """Whether the snapshot says of a type what there is; what it says nothing of may be there by other means."""
        coverage = self.s.wanted.coverage.get(name)
        return coverage is None or coverage.status == READ

    def _why_missing(
        self, key: ResourceKey, changes: Mapping[ResourceKey, Change], impossible: Mapping[ResourceKey, Blocked]
    ) -> str | None:
        """Why a resource that is needed won't be there; None where it will."""
        if key in impossible and not self._is_only_worded_otherwise(impossible[key]):
            return f"it needs {key}, which can't be restored"
        if key.text in self.s.bindings or key in self.s.live:
            change = changes.get(key)
            return f"it needs {key}, which is to be removed" if change and change.action == DELETE else None
        change = changes.get(key)
        if change is not None and change.action in (CREATE, UPDATE, ADOPT):
            return None
        t = self.registry.get(key.type)
        if key.path[0] == "unknown":
            return f"it refers to a {t.title if t else key.type} that the snapshot does not hold"
        if t is not None and t.landmark:
            return (
                f"no {t.title} {'/'.join(key.path)} could be told in the target: there is none of that name, or several"
            )
        return f"it needs {key}, which is in neither the snapshot nor the target"

    def _is_only_worded_otherwise(self, blocked: Blocked) -> bool:
        """Whether a thing is there as wanted but for its description, so that what belongs to it can be put right."""
        wanted, live = self.s.wanted.get(blocked.key), self.s.live.get(blocked.key)
        if blocked.action != REPLACE or wanted is None or live is None:
            return False
        fields = differences.field_changes(live.attributes, wanted.attributes, blocked.key, self.registry)
        return {f.name for f in fields} <= {"Description", "Tags"}

    def _remedy(self, key: ResourceKey) -> str:
        return f"map it in the config (targets: map: {{{key}: ID OR NAME}}), or make it in the target, then plan again"

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
            if name in _LOOKED_FOR and coverage and coverage.status == READ and text not in self.s.live.lines:
                missing = f"there is no {self.registry[name].title} of that name in the target, and something names it"
                self.result.findings.append(Finding(GAP, "landmark-missing", text, missing))
        for name, failure in sorted(self.s.live.failed.items()):
            self.result.findings.append(Finding(GAP, "not-read", name, f"can't be read in the target: {failure}"))


def fingerprint(live: Estate, wanted: Estate, registry: Registry, bindings: Mapping[str, str]) -> str:
    """A digest of what a plan reads, touches or could clash with in the target: the snapshot's roots, and the ids."""
    roots = {registry.root_text(text) for text in wanted.lines}
    parts: dict[str, str] = {}
    for text, line in live.lines.items():
        if registry.root_text(text) in roots:
            parts[text] = wire.digest(line + (live.ids.get(text) or "").encode())
    landmarks = {k: bindings[k] for k in sorted(bindings) if k in wanted.lines and k not in parts}
    return wire.digest(wire.canonical({"live": parts, "landmarks": landmarks}))
