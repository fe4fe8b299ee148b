"""What stands in the way of a change, and what would move it out of the way. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from dr_toolkit.engine import compare as differences
from dr_toolkit.engine.refs import refs_of
from dr_toolkit.engine.selection import Part
from dr_toolkit.model.changes import ADOPT, CREATE, DELETE, REPLACE, UPDATE, Blocked, Change
from dr_toolkit.model.documents import READ
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import KINDS, REST, STAGES, kind_of

Changes = Mapping[ResourceKey, Change]
Impossible = Mapping[ResourceKey, Blocked]


def skip_types(wanted: Estate) -> dict[str, str]:
    """The types that the snapshot says nothing about, with the reason: they are left alone in the target."""
    return {name: c.reason or c.status for name, c in wanted.coverage.items() if c.status != READ}


def held_outside(changes: Changes, live: Estate, registry: Registry, part: Part) -> list[Blocked]:
    """Removals that AWS would refuse, since what is outside of the part refers to what is to go."""
    going = {key for key, change in changes.items() if change.action == DELETE}
    found: dict[ResourceKey, Blocked] = {}
    for resource in live if going else ():
        t = registry.get(resource.key.type)
        if t is None or t.landmark or part.holds(resource.key):
            continue
        for key in (refs_of(resource, t.fields) | set(t.mentions(resource))) & going - found.keys():
            reason = f"{resource.key} refers to it, and is outside of --only"
            found[key] = Blocked(key, DELETE, reason, f"add --only '{registry.root(resource.key)}'")
    return list(found.values())


@dataclass
class Obstacles:
    """What there is, what is wanted, and the physical ids of the target by printed key."""

    wanted: Estate
    live: Estate
    registry: Registry
    bindings: Mapping[str, str]

    def of(self, change: Change, changes: Changes, impossible: Impossible) -> Blocked | None:
        """Why a change can't be made, given the others and what is known to be impossible; None where it can."""
        t, key = self.registry[change.key.type], change.key
        if change.action in (DELETE, ADOPT):
            return None
        if change.action == REPLACE:
            kept = "AWS makes it, and nobody can: leave it, or have the snapshot's source say the same"
            anew = "--allow-replace deletes it and makes it again, where nothing stands on it; or do that by hand"
            return Blocked(key, REPLACE, change.reason, kept if t.adopted(key) else anew)
        if change.action == CREATE and t.create is None:
            return Blocked(key, CREATE, "it can't be made by this tool", "make it by hand, then plan again")
        if change.action == CREATE and t.adopted(key) and not self._parent_is_new(key, changes):
            reason = f"AWS makes it with {self.registry.parent(key)}, and it is not there"
            return Blocked(key, CREATE, reason, "check the target, then plan again")
        if key.type in STAGES and change.action == CREATE and not self._can_be_deployed(change):
            what = "method" if kind_of(key.type) is REST else "route"
            reason = f"the API's draft in the snapshot has no {what}, so that nothing can be deployed"
            return Blocked(key, CREATE, reason, "deploy and create the stage by hand")
        for needed in sorted(self._needs(change)):
            missing = self._why_missing(needed, changes, impossible)
            if missing is not None:
                cause = needed if needed in impossible else None
                return Blocked(key, change.action, *missing, cause)
        return None

    def _parent_is_new(self, key: ResourceKey, changes: Changes) -> bool:
        parent = self.registry.parent(key)
        above = changes.get(parent) if parent else None
        return above is not None and above.action == CREATE

    def _can_be_deployed(self, stage: Change) -> bool:
        """Whether a stage needs no deployment of its own, or there is something that can be deployed to it."""
        kind = kind_of(stage.key.type)
        if kind is not REST and stage.after is not None and kind.pointer not in stage.after.attributes:
            return True
        return kind.content in skip_types(self.wanted) or kind.api_of(stage.key) in self._with_content

    @cached_property
    def _with_content(self) -> set[ResourceKey]:
        """The APIs that have a method, or a route, in the snapshot."""
        contents = {kind.content for kind in KINDS}
        keys = [ResourceKey.parse(k) for k in self.wanted.lines if k.partition("/")[0] in contents]
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
        coverage = self.wanted.coverage.get(name)
        return coverage is None or coverage.status == READ

    def _why_missing(self, key: ResourceKey, changes: Changes, impossible: Impossible) -> tuple[str, str] | None:
        """Why a resource that is needed won't be there, and what would bring it; None where it will be."""
        if key in impossible and not self._is_only_worded_otherwise(impossible[key]):
            return f"it needs {key}, which can't be restored", "resolve what blocks that first"
        change = changes.get(key)
        if key.text in self.bindings or key in self.live:
            gone = change is not None and change.action == DELETE
            keep = "take a snapshot that holds it, or leave --prune out, then plan again"
            return (f"it needs {key}, which is to be removed", keep) if gone else None
        if change is not None and change.action in (CREATE, UPDATE, ADOPT):
            return None
        t = self.registry.get(key.type)
        title = t.title if t else key.type
        mapped = f"map it in the config (targets: map: {{{key}: ID OR NAME}})"
        if key.path[0] == "unknown":
            return f"it refers to a {title} that the snapshot does not hold", f"{mapped}, or make this by hand"
        if t is not None and t.landmark:
            reason = "could be told in the target: there is none of that name, or several"
            return f"no {title} {'/'.join(key.path)} {reason}", f"{mapped}, or make it in the target, then plan again"
        coverage = self.wanted.coverage.get(key.type)
        if coverage is not None and coverage.status != READ:
            why = f"it needs {key}, and the snapshot holds none of that type ({coverage.reason or coverage.status})"
            return why, f"{mapped}, or take a snapshot that holds it"
        reason = f"it needs {key}, which is in neither the snapshot nor the target"
        return reason, f"{mapped}, or make it in the target, then plan again"

    def _is_only_worded_otherwise(self, blocked: Blocked) -> bool:
        """Whether a thing is there as wanted but for its description, so that what belongs to it can be put right."""
        wanted, live = self.wanted.get(blocked.key), self.live.get(blocked.key)
        if blocked.action != REPLACE or wanted is None or live is None:
            return False
        fields = differences.field_changes(live.attributes, wanted.attributes, blocked.key, self.registry)
        return {f.name for f in fields} <= {"Description", "Tags"}
