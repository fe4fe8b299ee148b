"""``--allow-replace``: what can't be changed in place is deleted and made again under the same name. Pure.

What refers to it lets go first and refers to the new one afterwards: so there is a time without it, which a plan has to
say. Only rules of groups can let go; where anything else stands on the thing, it is left as it is, with the reason.
A crash leaves less behind than there was, never more; planned anew, what is missing is simply made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from dr_toolkit.engine import compare as differences
from dr_toolkit.engine import replays
from dr_toolkit.engine import steps as plain
from dr_toolkit.engine.planner import Draft, draft
from dr_toolkit.engine.refs import refs_of
from dr_toolkit.engine.situation import Situation
from dr_toolkit.model.changes import CREATE, DELETE, REPLACE, Blocked, Change, Step
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.served import APIS

GROUP, RULE, ENDPOINT = "ec2.security_group", "ec2.security_group_rule", "ec2.vpc_endpoint"

OUTAGE = "deleted and made again under the same name: till its rules are back, what uses it is cut off"
_NOT_YET = {"DeleteSecurityGroup": "DependencyViolation", "CreateSecurityGroup": "InvalidGroup.Duplicate"}
_NEVER = {
    **dict.fromkeys(APIS, "all that is in it would go with it, and its execute-api URL"),
    ENDPOINT: "its addresses would change, and its private DNS name is free again only minutes after it is gone",
}


@dataclass
class Replacement:
    """What is made anew, what goes before that, and what the target is like in between."""

    situation: Situation
    made_anew: dict[ResourceKey, Change] = field(default_factory=dict)
    gone: dict[ResourceKey, Change] = field(default_factory=dict)

    def steps(self, made: Draft, scope: Scope, before: Situation) -> list[Step]:
        """All steps of a plan: what goes does so right before the first thing is made anew."""
        later = replays.steps(made, self.situation, scope)
        if not self.gone:
            return later
        first = plain.steps(Draft(list(self.gone.values())), before, scope).steps
        first = [_patient(replace(s, id=f"r{s.id}", needs=tuple(f"r{need}" for need in s.needs))) for s in first]
        ids = tuple(s.id for s in first)
        place = next((n for n, s in enumerate(later) if self._makes(s)), 0)
        later = [_patient(replace(s, needs=(*s.needs, *ids))) if self._makes(s) else s for s in later]
        return replays.numbered([*later[:place], *first, *later[place:]])

    def changes(self, changes: Iterable[Change]) -> list[Change]:
        """The changes as a person reads them: what goes and comes again is replaced."""
        found = []
        for change in changes:
            old = self.gone.get(change.key)
            if old is None or old.before is None or change.action != CREATE or change.after is None:
                found.append(change)
                continue
            anew = self.made_anew.get(change.key)
            fields = anew.fields if anew else ()
            reason = f"{anew.reason}: {OUTAGE}" if anew else "goes and comes again with what is made anew"
            found.append(Change(change.key, REPLACE, old.before, change.after, fields, reason))
        kept = {c.key for c in found}
        return [*found, *(c for key, c in self.gone.items() if key not in kept)]

    def _makes(self, step: Step) -> bool:
        return step.action == CREATE and any(key in self.gone for key in step.keys)


def _patient(step: Step) -> Step:
    """The step, which waits where AWS has not yet seen that what referred to a group is gone, or that the group is."""
    code = _NOT_YET.get(step.call.operation)
    if code is None:
        return step
    return replace(step, call=replace(step.call, tolerates={**step.call.tolerates, code: "again"}))


def prepared(situation: Situation, used: Mapping[ResourceKey, str]) -> Replacement:
    """What may be replaced in a situation; the rest of it is blocked there, with the reason.

    ``used`` says of live groups what stands on them, such as network interfaces.
    """
    skip = differences.both_read(situation.live, situation.wanted)
    impossible = {b.key for b in situation.blocked}
    found = differences.compare(situation.live, situation.wanted, situation.registry, skip)
    asked = [c for c in found if c.action == REPLACE and situation.part.holds(c.key) and c.key not in impossible]
    if not asked:
        return Replacement(situation)
    holders, extras = _holders(situation), _extras(situation)
    result, blocked = Replacement(situation), list(situation.blocked)
    for change in asked:
        taken = list(holders.get(change.key, ()))
        if why := _obstacle(change, [h for h in taken if h.key not in extras], situation, used):
            remedy = "make it as the snapshot says by hand, or see to what is named, then plan again"
            blocked.append(Blocked(change.key, REPLACE, f"{change.reason}, and it can't be replaced: {why}", remedy))
            continue
        result.made_anew[change.key] = change
        for resource in (*taken, change.before):
            if resource is not None:
                result.gone[resource.key] = Change(resource.key, DELETE, resource)
    live = _without(situation.live, result.gone)
    bindings = {text: i for text, i in situation.bindings.items() if ResourceKey.parse(text) not in result.gone}
    result.situation = replace(situation, live=live, bindings=bindings, blocked=tuple(blocked))
    return result


def planned(situation: Situation, used: Mapping[ResourceKey, str], scope: Scope) -> tuple[Draft, list[Step]]:
    """The plan's draft and its steps, where things may be replaced; nothing goes that would not come again."""
    replacement = prepared(situation, used)
    made = draft(replacement.situation)
    while stuck := [b for b in made.blocked if b.key in replacement.gone]:
        held = [b.key for b in stuck if b.key in replacement.made_anew] or [*replacement.made_anew]
        used = {**used, **dict.fromkeys(held, f"{stuck[0].key} would not come again: {stuck[0].reason}")}
        replacement = prepared(situation, used)
        made = draft(replacement.situation)
    steps = replacement.steps(made, scope, situation)
    made.changes = replacement.changes(made.changes)
    return made, steps


def candidates(situation: Situation) -> list[ResourceKey]:
    """The groups that differ in what can't be changed in place: whether anything stands on them has to be asked."""
    skip = differences.both_read(situation.live, situation.wanted)
    found = differences.compare(situation.live, situation.wanted, situation.registry, skip)
    return [c.key for c in found if c.action == REPLACE and c.key.type == GROUP and situation.part.holds(c.key)]


def _extras(situation: Situation) -> set[ResourceKey]:
    """The rules that the plan removes anyhow: they hold nothing, and go before what they refer to."""
    made = draft(situation)
    return {c.key for c in (*made.changes, *made.swept) if c.action == DELETE and c.key.type == RULE}


def _holders(situation: Situation) -> dict[ResourceKey, list[Resource]]:
    """What refers to each live thing, or lies in it."""
    found: dict[ResourceKey, list[Resource]] = {}
    for resource in situation.live:
        t = situation.registry.get(resource.key.type)
        if t is None or t.landmark:
            continue
        held = refs_of(resource, t.fields) | set(t.mentions(resource))
        if parent := t.parent_key(resource.key):
            held.add(parent)
        for key in held - {resource.key}:
            found.setdefault(key, []).append(resource)
    return found


def _obstacle(change: Change, holders: list[Resource], situation: Situation, used: Mapping[ResourceKey, str]) -> str:
    """Why a thing can't be deleted and made again; empty where it can."""
    t, key = situation.registry[change.key.type], change.key
    if t.delete is None or t.create is None or t.adopted(key):
        return "AWS makes it, and nobody can delete it"
    if key.type in _NEVER:
        return _NEVER[key.type]
    if key in used:
        return used[key]
    return "; ".join(_held_fast(key, holders, situation))


def _held_fast(key: ResourceKey, holders: list[Resource], situation: Situation) -> Iterator[str]:
    """What stands on a thing and can't let go for a while."""
    for holder in holders:
        own = situation.registry.parent(holder.key) == key
        if not own and holder.key.type != RULE:
            title = situation.registry[holder.key.type].title
            yield f"{title} {holder.key} stands on it, and can't do without it meanwhile"
        if own and holder.key.type != RULE and not situation.registry[holder.key.type].outlives_parent:
            yield f"{holder.key} lies in it"
        if not own and holder.key.text not in situation.wanted.lines:
            yield f"{holder.key} refers to it, and the snapshot does not hold that: it would not come back"
        if not own and not situation.part.holds(holder.key):
            yield f"{holder.key} refers to it, and is outside of --only: add --only '{holder.key}'"


def _without(live: Estate, gone: Mapping[ResourceKey, Change]) -> Estate:
    """The target once these are gone."""
    left = replace(live, lines=dict(live.lines), ids=dict(live.ids), observed=dict(live.observed))
    for key in gone:
        left.drop(key)
    return left
