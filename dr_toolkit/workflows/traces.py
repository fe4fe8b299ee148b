"""What a run's journal keeps of all that it touches, as it was and as it was to be, so that it can be taken back.

The member ``trace`` of records ``begin``, ``resumed`` and ``looked``: ``before`` and ``wanted`` by printed key (null:
not there), ``passing`` what is put there in between, the physical ``ids`` and ``landmarks`` that were there, ``types``
that were read and those ``excluded``, and the ``selection``. What stands in an earlier record is not repeated. The last
record's ``left`` is what the run saw when it looked for the last time, where that is not what was wanted. None of it
holds a secret, nor its fingerprint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.engine.carriers import IMPORTS
from dr_toolkit.engine.compare import same
from dr_toolkit.engine.reversal import Touched
from dr_toolkit.model import wire
from dr_toolkit.model.changes import DELETE
from dr_toolkit.model.documents import EXCLUDED, READ, Resource, Selection
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec.fields import Kind
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import kind_of
from dr_toolkit.store.journal import DONE, END, INTENT, RESUMED, RunState
from dr_toolkit.workflows.targets import Planned

_Things = dict[str, Resource | None]


class Tracing:
    """A run that keeps what it touches; ``records`` are those that it has written before, where it goes on."""

    def __init__(self, records: Iterable[Mapping[str, Any]] = ()) -> None:
        self._ids: set[str] = set()
        self._before: dict[str, bool] = {}
        """Whether each thing was there, by printed key."""
        self._wanted: _Things = {}
        for record in records:
            if trace := record.get("trace"):
                self._ids |= {*trace["ids"], *trace["landmarks"]}
                self._before |= {text: each is not None for text, each in trace["before"].items()}
                self._wanted |= _things(trace["wanted"])

    def facts(self, planned: Planned, selection: Selection | None) -> dict[str, Any]:
        """What is to be written before a plan is begun."""
        found, types = planned.survey, registry()
        wanted = {text: _without_secrets(resource) for text, resource in _touched(planned).items()}
        before = {text: self._as_before(text, found.estate) for text in wanted if text not in self._before}
        anew = {text: each for text, each in wanted.items() if self._wanted.get(text, _NEVER) != each}
        names = {text: types.get(text.partition("/")[0]) for text in found.bindings.keys() | found.estate.lines.keys()}
        new = {text: t for text, t in names.items() if t and text not in self._ids and text not in self._before}
        kept = (text for text, t in new.items() if t.landmark or t.pairs_by_id or t.nameless)
        ids = {text: found.bindings[text] for text in kept if text in found.bindings}
        landmarks = sorted(text for text, t in new.items() if t.landmark)
        self._before |= {text: each is not None for text, each in before.items()}
        self._wanted |= anew
        self._ids |= {*ids, *landmarks}
        coverage = found.estate.coverage.items()
        return {
            "trace": {
                "before": _attributes(before),
                "wanted": _attributes(anew),
                "passing": {text: list(_attributes(each).values()) for text, each in _passing(planned).items()},
                "ids": ids,
                "landmarks": landmarks,
                "types": sorted(name for name, c in coverage if c.status == READ),
                "excluded": sorted(name for name, c in coverage if c.status == EXCLUDED),
                "selection": [list(selection.include), list(selection.exclude)] if selection else None,
            }
        }

    def _as_before(self, text: str, now: Estate) -> Resource | None:
        """A thing as it was before the run: what lies in what the run has made was not there."""
        above = registry().parent(ResourceKey.parse(text))
        while above is not None and self._before.get(above.text, True):
            above = registry().parent(above)
        return _without_secrets(now.get(text)) if above is None else None

    def left(self, planned: Planned) -> dict[str, Any]:
        """What is to be written at the end: what of all that was touched is not as it was to be."""
        estate, types = planned.survey.estate, registry()
        seen: _Things = {}
        for text, wanted in self._wanted.items():
            coverage = estate.coverage.get(text.partition("/")[0])
            now = _without_secrets(estate.get(text))
            is_same = same(now, wanted, types) if now is not None and wanted is not None else now is wanted
            if not is_same and coverage is not None and coverage.status == READ:
                seen[text] = now
        return {"left": _attributes(seen)} if seen else {}


_NEVER: Any = object()


def _touched(planned: Planned) -> _Things:
    """What a plan makes, changes or removes, as it is to be, with all that goes with what is removed."""
    draft, types = planned.draft, registry()
    wanted: _Things = {c.key.text: None if c.action == DELETE else c.after for c in (*draft.changes, *draft.swept)}
    for made in draft.implied.values():
        for resource in made:
            wanted.setdefault(resource.key.text, None)
    for text in _passing(planned):
        wanted.setdefault(text, planned.aim.wanted.get(text))
    gone = {c.key for c in draft.changes if c.action == DELETE}
    for text in planned.survey.estate.lines if gone else ():
        above = types.parent(ResourceKey.parse(text))
        while above is not None and above not in gone:
            above = types.parent(above)
        if above is not None:
            wanted.setdefault(text, None)
    return wanted


def _passing(planned: Planned) -> dict[str, dict[str, Resource | None]]:
    """What things are in between, a name for each, where that is not what they are now."""
    live, types, found = planned.survey.estate, registry(), dict[str, dict[str, Resource | None]]()
    for api, replays in planned.draft.replays.items():
        inside = {text for replay in replays for text in replay.content}
        inside |= {text for text in live.lines if _is_content(text, api, types)}
        for number, replay in enumerate(replays):
            for text in inside:
                if replay.content.get(text) != live.lines.get(text):
                    line = replay.content.get(text)
                    found.setdefault(text, {})[str(number)] = wire.read_line(line) if line is not None else None
    return found


def _is_content(text: str, api: ResourceKey, types: Registry) -> bool:
    name = text.partition("/")[0]
    return name in types[kind_of(api.type).deployment].freezes and ResourceKey.parse(text).path[0] == api.path[0]


def _without_secrets(resource: Resource | None) -> Resource | None:
    """What is kept of a resource: neither its ids nor a fingerprint of its value."""
    if resource is None:
        return None
    t = registry().get(resource.key.type)
    secret = {name for name, f in t.fields.items() if f.kind is Kind.SECRET} if t else set()
    return Resource(resource.key, {n: v for n, v in resource.attributes.items() if n not in secret})


def _attributes(things: Mapping[str, Resource | None]) -> dict[str, Any]:
    return {text: None if each is None else dict(each.attributes) for text, each in things.items()}


def _things(attributes: Mapping[str, Any]) -> _Things:
    return {t: None if each is None else Resource(ResourceKey.parse(t), each) for t, each in attributes.items()}


# --- reading ------------------------------------------------------------------------------------------


@dataclass
class Trace:
    """What a run's journal tells of what it touched; ``made`` are the physical ids by printed key, in their order, and
    ``begun`` the printed keys that its calls were for. ``imported`` are APIs into which it brought content at once, and
    did not look what came of it.

    ``halfway``: it did not come to a good end, so that anything may be half done.
    """

    run: str
    tag: str
    before: _Things = field(default_factory=dict)
    wanted: _Things = field(default_factory=dict)
    left: _Things = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    landmarks: set[str] = field(default_factory=set)
    made: dict[str, list[str]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    types: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    passing: dict[str, list[Resource | None]] = field(default_factory=dict)
    selection: Selection | None = None
    imported: set[ResourceKey] = field(default_factory=set)
    halfway: bool = True

    def add(self, made: Mapping[str, str]) -> None:
        """Note what was made; the same thing is noted once."""
        for text, physical_id in made.items():
            ids = self.made.setdefault(text, [])
            if physical_id not in ids:
                ids.append(physical_id)

    def touched(self) -> dict[str, Touched]:
        """All that the run touched, by printed key: what it came to, and what lies in that."""
        return {
            text: Touched(
                before,
                self.wanted.get(text),
                (self.left[text],) if text in self.left else (),
                self.halfway,
                tuple(self.passing.get(text, ())),
            )
            for text, before in self.before.items()
            if self._was_begun(text)
        }

    def _was_begun(self, text: str) -> bool:
        key: ResourceKey | None = ResourceKey.parse(text)
        while key is not None and key.text not in self.begun:
            key = registry().parent(key)
        return key is not None


def trace_of(state: RunState) -> Trace | None:
    """What a run's journal tells; None where it was written by a version that kept nothing of it."""
    if "trace" not in state.begin:
        return None
    trace = Trace(state.run, f"{state.run}-{str(state.begin.get('by', ''))[:8]}")
    for record in state.records:
        if kept := record.get("trace"):
            trace.before = _things(kept["before"]) | trace.before
            trace.wanted |= _things(kept["wanted"])
            for text, each in kept["passing"].items():
                trace.passing[text] = [next(iter(_things({text: attributes}).values())) for attributes in each]
            trace.ids = kept["ids"] | trace.ids
            trace.landmarks |= {*kept["landmarks"]}
            trace.types |= {*kept["types"]}
            trace.excluded |= {*kept["excluded"]}
            chosen = kept["selection"]
            trace.imported = set()
            trace.selection = Selection(tuple(chosen[0]), tuple(chosen[1])) if chosen else None
        if record["kind"] == INTENT:
            trace.begun |= {*record["keys"]}
            if record["operation"] in IMPORTS:
                keys = map(ResourceKey.parse, record["keys"])
                trace.imported |= {kind_of(key.type).api_of(key) for key in keys}
        elif record["kind"] in (DONE, RESUMED):
            trace.add(record.get("bound", {}))
        elif record["kind"] == END:
            trace.imported = set()
            trace.left = _things(record.get("left", {}))
            trace.halfway = bool(record.get("failed"))
    return trace
