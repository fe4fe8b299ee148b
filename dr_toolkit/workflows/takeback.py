"""A target seen by who takes a run back: in the run's own names, held against what was there before, and planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dr_toolkit.config import Target
from dr_toolkit.engine.batch import Aim
from dr_toolkit.engine.pairing import Identity, outer_id
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.engine.reversal import Reversal, Touched, reversal
from dr_toolkit.engine.situation import Situation
from dr_toolkit.engine.survey import Outlook, Survey, survey
from dr_toolkit.model.changes import CREATE, Plan
from dr_toolkit.model.documents import WARNING, Finding, Resource, Scope
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec.served import APIS, DEPLOYMENTS
from dr_toolkit.spec.tags import RUN_TAG, RUN_TOKEN
from dr_toolkit.workflows import secrets
from dr_toolkit.workflows.context import Context, keep_within
from dr_toolkit.workflows.drafting import drafted
from dr_toolkit.workflows.targets import Made, Options, Planned
from dr_toolkit.workflows.traces import Trace

_LISTED_LATE = frozenset({"apigatewayv2.routing_rule"})
"""What is looked for even where what it lies in says that there is none."""

MADE_AGAIN = "made-again"
"""The code of a finding that says that what was removed comes back as another thing of the same name."""


@dataclass(frozen=True)
class Whence:
    """The run that is taken back: what it restored."""

    snapshot: str
    source: str


@dataclass
class Backview:
    """A target with a run in mind that is to be taken back.

    A deployment that the run made has a key of its own here: that which the run called it by, and the run.
    """

    context: Context
    target: Target
    cloud: Cloud
    trace: Trace
    whence: Whence
    others: dict[ResourceKey, tuple[ResourceKey, str]] = field(default_factory=dict)
    """Such keys, each with that of the other one and its physical id."""
    undos: set[str] = field(default_factory=set)
    """The runs that took it back before, finished or not: what is made bears their mark, though its answer be lost."""
    begun: set[str] = field(default_factory=set)
    """Printed keys of what an undo has come to already, so that it may be half taken back."""

    def __post_init__(self) -> None:
        self.name_deployments()

    def name_deployments(self) -> None:
        """Give each deployment that the run made a key of its own, which nothing else can have."""
        self.others = {}
        for text, ids in self.trace.made.items():
            key = ResourceKey.parse(text)
            for number, physical_id in enumerate(ids if key.type in DEPLOYMENTS else (), 1):
                name = f"{key.name}~run{self.trace.run}" + (f"-{number}" if number > 1 else "")
                self.others[ResourceKey(key.type, (*key.path[:-1], name))] = (key, physical_id)

    # --- looking --------------------------------------------------------------------------------------

    def survey(self, made: Made | None = None, only: frozenset[str] | None = None) -> Survey:
        """The target as it is now, in the names that the run gave; ``made`` is what the undo made itself."""
        outlook = self._outlook(made or Made())
        found = survey(self.cloud, registry(), outlook, self.context.progress, only)
        at_its_word = {text: self.trace.ids[text] for text in self.trace.landmarks if text in self.trace.ids}
        return replace(found, bindings={**at_its_word, **found.bindings})

    def _outlook(self, made: Made) -> Outlook:
        types, trace = registry(), self.trace
        sought = frozenset(
            key
            for key in map(ResourceKey.parse, trace.landmarks)
            if not (within := types[key.type].listing.within) or types[within].landmark
        )
        return Outlook(
            known=self._known(made),
            landmarks=frozenset(key.type for key in sought) | DEPLOYMENTS | trace.types & _LISTED_LATE,
            wanted=sought,
            excluded=lambda name: name in trace.excluded or (name not in trace.types and not types[name].landmark),
        )

    def _known(self, made: Made) -> dict[Identity, ResourceKey]:
        types, trace = registry(), self.trace
        own = {key.text for key, _ in self.others.values()}
        first = {text: ids[0] for text, ids in trace.made.items() if text not in own}
        ids = [*({**first, **trace.ids}).items(), *made.ids.items()]
        ids += [(key.text, physical_id) for key, (_, physical_id) in self.others.items()]
        outer = {**trace.ids, **{text: each[-1] for text, each in trace.made.items()}, **made.ids}
        known: dict[Identity, ResourceKey] = {}
        for text, physical_id in ids:
            key = ResourceKey.parse(text)
            t = types.get(key.type)
            if t is not None and physical_id and (t.landmark or t.pairs_by_id or t.nameless):
                known[(key.type, outer_id(types, key, outer), physical_id)] = key
        return known

    def made_anew(self, found: Survey, made: Made) -> dict[str, str]:
        """The physical ids, by printed key, of what undos of the run have made again, so that it is another thing."""
        touched = self.trace.touched()
        anew = {}
        for text in sorted(self.begun):
            each, physical_id = touched.get(text), found.bindings.get(text)
            if each is None or each.before is None or physical_id is None or not registry()[each.before.key.type].root:
                continue
            mark = str(found.estate.observed.get(text, {}).get(RUN_TAG, "")).partition("-")[0]
            known = {self.trace.ids.get(text, physical_id), *self.trace.made.get(text, ())}
            if physical_id == made.ids.get(text) or mark in self.undos or physical_id not in known:
                anew[text] = physical_id
        return anew

    @staticmethod
    def _has_an_id(key: ResourceKey) -> bool:
        """Whether a whole thing has an id that AWS gives it, and no name instead."""
        t = registry()[key.type]
        return t.root and (t.pairs_by_id or key.type.startswith("ec2."))

    # --- planning -------------------------------------------------------------------------------------

    def plan(self, options: Options, made: Made | None = None) -> Planned:
        """What takes the run back as things are now; reads only."""
        found, touched = self.survey(made), self._touched()
        keep_within(found.estate, self.trace.selection, touched)
        self._leave_to_others(touched, found, made or Made())
        self._take_imported(touched, found)
        others = {other: key for other, (key, _) in self.others.items()}
        back = reversal(found.estate, touched, registry(), others, self._gone(found))
        situation = self._situation(found, back)
        draft, ordered = drafted(self.cloud, situation, replace_allowed=options.allow_replace)
        unknown = secrets.unknown(self.context, draft.changes)
        created = {c.key for c in draft.changes if c.action == CREATE and self._has_an_id(c.key)}
        again = [_made_again(key) for key in created | {*map(ResourceKey.parse, self.made_anew(found, made or Made()))}]
        plan = Plan(
            snapshot=self.whence.snapshot,
            snapshot_digest="",
            source=self.whence.source,
            source_scope=self.cloud.scope,
            target=self.target.name,
            target_scope=self.cloud.scope,
            changes=tuple(draft.changes),
            steps=tuple(ordered),
            blocked=tuple(sorted(draft.blocked, key=lambda b: b.key)),
            findings=tuple(sorted({*draft.findings, *unknown, *again})),
            fingerprint="",
            options=options.as_dict(),
            bindings={text: i for text, i in sorted(found.bindings.items()) if text in back.wanted.lines},
        )
        return Planned(plan, found, Aim(back.wanted, self.cloud.scope, draft.replays), draft)

    def _situation(self, found: Survey, back: Reversal) -> Situation:
        """No deployment is made of what is there: those that were served before are still there."""
        there = [text for text in found.estate.lines if text.partition("/")[0] in DEPLOYMENTS]
        types = registry()
        return Situation(
            wanted=back.wanted,
            live=found.estate,
            registry=types,
            bindings=found.bindings,
            prune=True,
            intact=frozenset(map(ResourceKey.parse, there)),
            blocked=tuple(back.blocked),
            undone=frozenset(
                ResourceKey.parse(text)
                for text in found.estate.lines.keys() - back.wanted.lines.keys()
                if types[text.partition("/")[0]].take_back
            ),
        )

    def _gone(self, found: Survey) -> dict[str, ResourceKey]:
        """The physical ids that are not there any more of what the run met and made."""
        ids = [*self.trace.ids.items(), *((text, i) for text, made in self.trace.made.items() for i in made)]
        there = {*found.estate.ids.values()}
        return {i: ResourceKey.parse(text) for text, i in ids if i not in there and text not in self.trace.landmarks}

    def _touched(self) -> dict[str, Touched]:
        touched = {
            text: replace(each, halfway=each.halfway or text in self.begun)
            for text, each in self.trace.touched().items()
        }
        for key, _ in self.others.values():
            if (each := touched.get(key.text)) and each.before is None:
                del touched[key.text]
        for other, (key, _) in self.others.items():
            wanted = self.trace.wanted.get(key.text)
            touched[other.text] = Touched(None, replace(wanted, key=other) if wanted else None, halfway=True)
        return touched

    def _leave_to_others(self, touched: dict[str, Touched], found: Survey, made: Made) -> None:
        """Leave out what bears a name that the run was to give, and is somebody else's; with all that is in it."""
        foreign = {text for text, each in touched.items() if each.before is None and self._is_of_another(each, found)}
        for text in list(touched) if foreign else ():
            key: ResourceKey | None = ResourceKey.parse(text)
            while key is not None and key.text not in foreign:
                key = registry().parent(key)
            if key is not None:
                del touched[text]
        for text, each in touched.items():
            if each.before is not None and self._is_another_now(text, found, made):
                touched[text] = replace(each, another=True)

    def _take_imported(self, touched: dict[str, Touched], found: Survey) -> None:
        """What lies in an API that the run made and imported into, and did not look at again, came with that; the API
        itself may be whatever an import leaves it as till it is mended.
        """
        made = {k for k in self.trace.imported if (each := touched.get(k.text)) is not None and each.before is None}
        for api in made:
            touched[api.text] = replace(touched[api.text], wanted=None, halfway=True)
        for text in found.estate.lines if made else ():
            key: ResourceKey | None = ResourceKey.parse(text)
            while key is not None and key not in made:
                key = registry().parent(key)
            if key is not None:
                touched.setdefault(text, Touched(None, None, halfway=True))

    def _is_another_now(self, text: str, found: Survey, made: Made) -> bool:
        """Whether there is another thing now in the place of one that the run changed or removed."""
        known = {self.trace.ids.get(text), made.ids.get(text), *self.trace.made.get(text, ())}
        physical_id = found.estate.ids.get(text)
        return text in self.trace.ids and physical_id is not None and physical_id not in known

    def _is_of_another(self, each: Touched, found: Survey) -> bool:
        """Whether what bears the name of a thing that the run was to make has another id, or else another mark."""
        wanted = each.wanted
        if wanted is None or wanted.key.text not in found.estate.lines:
            return False
        ids, physical_id = self.trace.made.get(wanted.key.text), found.estate.ids.get(wanted.key.text)
        if ids and physical_id:
            return physical_id not in ids
        return _is_marked(wanted) and found.estate.observed.get(wanted.key.text, {}).get(RUN_TAG) != self.trace.tag


def _is_marked(resource: Resource) -> bool:
    """Whether a thing bears the mark of the run that makes it."""
    t = registry()[resource.key.type]
    return t.root and t.create is not None and RUN_TOKEN in repr([call.params for call in t.create(resource)])


def _made_again(key: ResourceKey) -> Finding:
    """What a thing that was removed can't have again."""
    more = ""
    if key.type in APIS:
        more = " and a new URL, and its stages serve its draft as it was"
    return Finding(WARNING, MADE_AGAIN, key.text, f"that run removed it: it is made again, with a new id{more}")


def scope_of(begin: Mapping[str, Any]) -> Scope | None:
    """Where a run's target was; None where its journal does not say."""
    place = begin.get("scope")
    return Scope(place["account"], place["region"], place["partition"]) if place else None
