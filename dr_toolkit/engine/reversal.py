"""Taking back what a run did: what the target is to become again, and what is refused because it changed since. Pure.

What a run touched is held against what it left. Where it is as the run left it, what was there before is wanted again;
where it is not, it stays, and so does what stays can't do without.
"""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dr_toolkit.engine import tokens
from dr_toolkit.engine.compare import field_changes, same
from dr_toolkit.engine.refs import refs_of
from dr_toolkit.model import wire
from dr_toolkit.model.changes import CREATE, DELETE, UPDATE, Blocked
from dr_toolkit.model.documents import READ, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec import policies
from dr_toolkit.spec.fields import Field
from dr_toolkit.spec.registry import Registry

_MISSING: Any = object()
_REMEDY = "look at what was changed, and take that back first; or take back the rest with --skip-blocked"


@dataclass(frozen=True)
class Touched:
    """A thing that a run made, changed or removed: as it was before, as it was to be (None: not there), and as the run
    saw it last, where that was something else.

    ``halfway``: the run did not come to its end, so that the thing may be anything between the two, or be ``passing``.
    ``another``: what is there now is another thing of that name.
    """

    before: Resource | None
    wanted: Resource | None
    left: tuple[Resource | None, ...] = ()
    halfway: bool = False
    passing: tuple[Resource | None, ...] = ()
    another: bool = False


@dataclass
class Reversal:
    """The target as it is to become again, and what stays as it is though the run touched it.

    What stays because it lies in something that stays is not named by itself.
    """

    wanted: Estate
    blocked: list[Blocked] = field(default_factory=list)


def reversal(
    live: Estate,
    touched: Mapping[str, Touched],
    registry: Registry,
    another_of: Mapping[ResourceKey, ResourceKey] | None = None,
    gone: Mapping[str, ResourceKey] | None = None,
) -> Reversal:
    """What ``live`` is to become, so that what a run did to it is taken back.

    ``another_of`` are the keys of deployments that the run made, each with the key that the run had for it; ``gone``
    are physical ids of what is not there any more, and may still be referred to, with the keys.
    """
    return _Reversal(live, touched, registry, another_of or {}, gone or {}).found()


class _Reversal:
    def __init__(
        self,
        live: Estate,
        touched: Mapping[str, Touched],
        registry: Registry,
        another_of: Mapping[ResourceKey, ResourceKey],
        gone: Mapping[str, ResourceKey],
    ) -> None:
        self.live, self.touched, self.registry = live, touched, registry
        self.another_of, self.gone = another_of, _Gone(gone)
        wanted = replace(live, lines=dict(live.lines), ids=dict(live.ids), observed=dict(live.observed))
        self.result = Reversal(wanted)
        self.removed: set[str] = set()
        """Printed keys of what goes, because the run made it."""
        self.along: list[ResourceKey] = []
        """What stays only because that does in which it lies."""

    def found(self) -> Reversal:
        for text, each in self.touched.items():
            self._decide(text, each)
        if self.removed:
            self._keep_what_is_needed()
        self._say_what_stays_along()
        return self.result

    # --- each by itself -----------------------------------------------------------------------------

    def _decide(self, text: str, each: Touched) -> None:
        key, now = ResourceKey.parse(text), self.live.get(text)
        coverage = self.live.coverage.get(key.type)
        if coverage is None or coverage.status != READ:
            if coverage is not None:
                self._block(key, each, f"what there is of its kind can't be told: {coverage.reason or coverage.status}")
        elif self._is(now, each.before):
            return
        elif each.another:
            self._block(key, each, "another was made in its place since")
        elif not self._is_left(now, each):
            told = "removed" if now is None else "changed" if each.wanted is not None else "made anew"
            self._block(key, each, f"it was {told} since{self._where(now, each)}")
        elif each.before is not None:
            self.result.wanted.put(replace(each.before, physical_id=self.live.ids.get(text)))
        else:
            self.result.wanted.drop(text)
            self.removed.add(text)

    def _block(self, key: ResourceKey, each: Touched, reason: str) -> None:
        there = key.text in self.live.lines
        action = (UPDATE if there else CREATE) if each.before is not None else DELETE
        self.result.blocked.append(Blocked(key, action, reason, _REMEDY))

    def _is(self, now: Resource | None, other: Resource | None) -> bool:
        if now is None or other is None:
            return now is other
        return same(now, other, self.registry)

    def _is_left(self, now: Resource | None, each: Touched) -> bool:
        """Whether a thing is as the run left it."""
        whole = replace(now, attributes=self.gone.in_place(now.attributes)) if now is not None else None
        if whole != now and self._is(whole, each.before):
            return True
        now = self._as_if_first(whole)
        if any(self._is(now, other) for other in (each.wanted, *each.left)):
            return True
        if not each.halfway:
            return False
        sides = (each.before, each.wanted, *each.passing)
        if now is None or all(side is None for side in sides):
            return True  # a change may be a removal first
        t = self.registry[now.key.type]
        hollow = {name: _parsed(value) for name, value in t.placeholder.items()}
        worded = [_as_meant(side.attributes if side else {}, t.fields) for side in sides]
        return _is_between(_as_meant(now.attributes, t.fields), [*worded, _as_meant(hollow, t.fields)])

    def _where(self, now: Resource | None, each: Touched) -> str:
        """The fields in which a thing is not as the run left it; empty where what it left is not known for sure."""
        if now is None or each.wanted is None or each.left or each.halfway:
            return ""
        whole = self._as_if_first(replace(now, attributes=self.gone.in_place(now.attributes)))
        found = field_changes(each.wanted.attributes, whole.attributes if whole else {}, now.key, self.registry)
        return f": {', '.join(sorted({f.name for f in found}))}" if found else ""

    def _as_if_first(self, resource: Resource | None) -> Resource | None:
        """A stage as if the deployment that the run moved it to were called as the run called it."""
        if resource is None or not refs_of(resource, self.registry[resource.key.type].fields) & self.another_of.keys():
            return resource
        return replace(resource, attributes=_renamed(resource.attributes, self.another_of))

    # --- what stays, and what that needs --------------------------------------------------------------

    def _keep_what_is_needed(self) -> None:
        """What is to go stays where something that stays lies in it or refers to it, with all that lies in it."""
        within: dict[str, list[str]] = {}
        for text in self.removed:
            if above := self.registry.parent(ResourceKey.parse(text)):
                within.setdefault(above.text, []).append(text)
        stays = deque(need for resource in list(self.result.wanted) for need in self._needed(resource))
        for blocked in self.result.blocked:
            stays.extend(self._above(blocked.key))
            if self.touched[blocked.key.text].before is None:
                stays.extend(self._inside(blocked.key.text, within))
        while stays:
            text, reason = stays.popleft()
            if text in self.removed:
                stays.extend((*self._keep(text, reason), *self._inside(text, within)))

    def _inside(self, text: str, within: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
        yield from ((below, "") for below in within.get(text, ()))

    def _above(self, key: ResourceKey) -> Iterator[tuple[str, str]]:
        above = self.registry.parent(key)
        if above is not None and above.text in self.removed:
            yield above.text, self._why(key, above)

    def _keep(self, text: str, reason: str) -> Iterator[tuple[str, str]]:
        self.removed.discard(text)
        kept = self.live.get(text)
        assert kept is not None
        self.result.wanted.put(kept)
        if reason:
            self._block(kept.key, self.touched[text], reason)
        else:
            self.along.append(kept.key)
        yield from self._needed(kept)

    def _say_what_stays_along(self) -> None:
        """How much stays with each thing that stays: it is not told one by one."""
        named = {b.key for b in self.result.blocked}
        counts: Counter[ResourceKey] = Counter()
        for key in self.along:
            above = self.registry.parent(key)
            while above is not None and above not in named:
                above = self.registry.parent(above)
            if above is not None:
                counts[above] += 1
        self.result.blocked = [
            replace(b, reason=f"{b.reason}; what that run put into it stays too ({counts[b.key]:,})")
            if counts[b.key]
            else b
            for b in self.result.blocked
        ]

    def _needed(self, resource: Resource) -> Iterator[tuple[str, str]]:
        """Of what is to go, that which a resource lies in or refers to."""
        t = self.registry.get(resource.key.type)
        if t is None or t.landmark:
            return
        needs = refs_of(resource, t.fields) | {*t.mentions(resource)}
        if parent := t.parent_key(resource.key):
            needs.add(parent)
        for needed in needs - {resource.key}:
            if needed.text in self.removed:
                yield needed.text, self._why(resource.key, needed)

    def _why(self, key: ResourceKey, needed: ResourceKey) -> str:
        lies = self.registry.parent(key) == needed
        if key.text not in self.touched:
            return f"{key} was put into it since" if lies else f"{key}, which that run did not make, refers to it"
        return f"{key}, which {'lies in' if lies else 'refers to'} it, stays"


class _Gone:
    """What is gone and still referred to: such a reference can't be told any more from one to anything else."""

    def __init__(self, gone: Mapping[str, ResourceKey]) -> None:
        self._unknown = {wire.digest(physical_id.encode())[:12]: key for physical_id, key in gone.items()}
        self._tokens = {physical_id: tokens.token(key) for physical_id, key in gone.items()}
        self._ids = re.compile("|".join(rf"(?<![\w-]){re.escape(i)}(?![\w-])" for i in gone) or r"(?!)")

    def in_place(self, value: Any) -> Any:
        """A value in which such references name what they led to."""
        match value:
            case Ref() if value.key.path[0] == "unknown":
                return Ref(self._unknown.get(value.key.path[-1], value.key))
            case str():
                return self._ids.sub(lambda match: self._tokens[match[0]], value)
            case dict():
                return {self.in_place(name): self.in_place(inner) for name, inner in value.items()}
            case list():
                return [self.in_place(inner) for inner in value]
            case _:
                return value


def _parsed(value: Any) -> Any:
    """What a placeholder says, which is written as it is sent."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _as_meant(attributes: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Attributes with policies in the one form that all ways to write them have."""
    return {n: policies.form(v) if n in fields and fields[n].policy else v for n, v in attributes.items()}


def _is_between(value: Any, sides: list[Any]) -> bool:
    """Whether a value is put together of what stands on either side; what is missing is yet to come, or is gone."""
    present = [side for side in sides if side is not _MISSING]
    if any(value == side for side in present):
        return True
    if isinstance(value, dict):
        maps = [side for side in present if isinstance(side, dict)]
        return bool(maps) and all(_is_between(v, [m.get(name, _MISSING) for m in maps]) for name, v in value.items())
    if isinstance(value, list):
        items = [item for side in present if isinstance(side, list) for item in side]
        return all(item in items for item in value)
    return False


def _renamed(value: Any, names: Mapping[ResourceKey, ResourceKey]) -> Any:
    match value:
        case Ref():
            return Ref(names.get(value.key, value.key))
        case dict():
            return {name: _renamed(inner, names) for name, inner in value.items()}
        case list():
            return [_renamed(inner, names) for inner in value]
        case _:
            return value
