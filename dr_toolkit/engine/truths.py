"""Three truths of a stage: what its API's draft says, what it serves, and what it served before. Pure.

A deployment has an id of its own whatever it holds. Where it is known what both hold, that is what is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dr_toolkit.engine.served import Drafts, Lines, differing
from dr_toolkit.model.changes import CREATE, DELETE, UPDATE, Change, FieldChange
from dr_toolkit.model.documents import INFO, WARNING, Finding
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import DEPLOYMENTS, KINDS, STAGES, kind_of

UNDEPLOYED, SERVED_ONLY = "undeployed", "served-only"
"""Codes of findings: what of a draft is not deployed; what a stage serves and the draft does not hold."""

SERVED = "served"
"""The first part of the path of a field that is one of what a stage serves."""

_NAMED = 5


@dataclass(frozen=True)
class Truth:
    """One stage: ``served`` leads from what it served before to what it serves, ``ahead`` from that to the draft.

    Of ``ahead``, ``create`` is in the draft alone, ``delete`` what only the stage serves, and all else is changed but
    not deployed; or, where its key is in ``same``, deployed otherwise than in a draft that is as it was before.
    """

    stage: ResourceKey
    served: tuple[Change, ...] = ()
    ahead: tuple[Change, ...] = ()
    same: frozenset[ResourceKey] = frozenset()


class Truths:
    """What stages serve on two sides: before and after. ``home``: both are of one region, where ids tell more."""

    def __init__(self, before: Estate, after: Estate, registry: Registry, *, home: bool = True) -> None:
        self.before, self.after = Drafts(before, registry), Drafts(after, registry)
        self._registry, self._home = registry, home
        self._served: dict[ResourceKey, tuple[Change, ...] | None] = {}

    def served(self, stage: ResourceKey) -> tuple[Change, ...] | None:
        """What leads from what a stage served to what it serves; None where either is not known."""
        if stage not in self._served:
            self._served[stage] = self._between(stage, self.before.served(stage), self.after.served(stage))
        return self._served[stage]

    def _between(self, stage: ResourceKey, old: Lines | None, new: Lines | None) -> tuple[Change, ...] | None:
        ids = [drafts.deployed_id(stage) for drafts in (self.before, self.after)]
        if self._home and ids[0] and ids[0] == ids[1]:
            return ()
        return differing(old, new, self._registry) if old is not None and new is not None else None

    def born(self, stage: ResourceKey) -> tuple[Change, ...]:
        """What a stage that is new serves and its API served nowhere before; nothing where it is not known.

        What stages that tell nothing served is the draft: those that deploy by themselves, and where there is none.
        """
        content, api = self.after.served(stage), kind_of(stage.type).api_of(stage)
        if content is None:
            return ()
        others = self.before.stages(api)
        known = [held for other in others if (held := self.before.served(other)) is not None]
        if not known or any(self.before.deployment(other) is None for other in others):
            known.append(self.before.exported(api))
        found = [differing(old, content, self._registry) for old in known]
        everywhere = frozenset.intersection(*(frozenset(c.key for c in each) for each in found))
        return tuple(c for c in found[-1] if c.key in everywhere and c.action != DELETE)

    def settled(self, changes: Iterable[Change]) -> list[Change]:
        """Changes in which a deployment is another one only where what it holds is, and that is told."""
        found = {c.key: c for change in changes if (c := self._settled(change)) is not None}
        for stage in self._both():
            if not (told := self.served(stage)):
                continue
            key = stage if is_moved(found.get(stage)) else self.after.deployment(stage)
            if key is None or (key in found and found[key].action != UPDATE):
                continue
            held = found.get(key) or Change(key, UPDATE, self.before.estate.get(key), self.after.estate.get(key))
            if not any(f.name == SERVED for f in held.fields):
                fields = (*held.fields, *(f for c in told for f in _fields(c)))
                found[key] = replace(held, fields=fields, reason=f"the stage serves something else: {summary(told)}")
        return sorted(found.values(), key=lambda c: c.key)

    def _both(self) -> Iterator[ResourceKey]:
        """The stages of which it is known on both sides what they serve."""
        for text in sorted(self.before.estate.served.keys() & self.after.estate.served.keys()):
            yield ResourceKey.parse(text)

    def _settled(self, change: Change) -> Change | None:
        if change.key.type in STAGES and change.action == UPDATE and self.served(change.key) == ():
            return staying_there(change, kind_of(change.key.type).pointer)
        if change.key.type not in DEPLOYMENTS:
            return change
        stages = {*self.before.on(change.key), *self.after.on(change.key)}
        if not stages or any(self.served(stage) != () for stage in stages):
            return change
        fields = tuple(f for f in change.fields if f.path != ("id",))
        return replace(change, fields=fields, reason="") if change.action == UPDATE and fields else None

    def told(self, changes: Sequence[Change]) -> tuple[Truth, ...]:
        """The stages of the APIs that anything of their content, or of what they serve, is changed of."""
        types = {*STAGES, *DEPLOYMENTS, *(name for kind in KINDS for name in self._frozen(kind.deployment))}
        apis = {kind_of(c.key.type).api_of(c.key) for c in changes if c.key.type in types}
        found = []
        for text in sorted(self.after.estate.served):
            stage = ResourceKey.parse(text)
            if kind_of(stage.type).api_of(stage) in apis:
                ahead = self.after.ahead(stage)
                found.append(Truth(stage, self.served(stage) or (), ahead, self._same(stage, ahead)))
        return tuple(truth for truth in found if truth.served or truth.ahead)

    def _same(self, stage: ResourceKey, ahead: Sequence[Change]) -> frozenset[ResourceKey]:
        """What of the draft is ahead of a stage, and was so in the draft before."""
        api = kind_of(stage.type).api_of(stage)
        old, new = (drafts.exported(api) if ahead else {} for drafts in (self.before, self.after))
        return frozenset(c.key for c in ahead if old.get(c.key.text) == new.get(c.key.text))

    def _frozen(self, deployment: str) -> tuple[str, ...]:
        return self._registry[deployment].freezes if deployment in self._registry else ()


def is_moved(change: Change | None) -> bool:
    """Whether a change is of a stage, and to the deployment of another name: its own, or another stage's."""
    of_stage = change is not None and change.key.type in STAGES and change.action == UPDATE
    return of_stage and change is not None and kind_of(change.key.type).pointer in change.names


def staying_there(change: Change, pointer: str) -> Change | None:
    """A change of a stage without the move to another deployment; None where that is all."""
    assert change.before is not None and change.after is not None
    fields = tuple(f for f in change.fields if f.path != (pointer,))
    if not fields:
        return None
    attributes = {**change.after.attributes, pointer: change.before.attributes.get(pointer)}
    return replace(change, fields=fields, after=replace(change.after, attributes=attributes))


def _fields(change: Change) -> Iterator[FieldChange]:
    """The fields of a thing that a stage serves, as fields of the deployment; of what comes or goes, all as one."""
    if change.fields:
        yield from (FieldChange((SERVED, called(change.key), *f.path), f.before, f.after) for f in change.fields)
        return
    sides = (None if side is None else dict(side.attributes) for side in (change.before, change.after))
    yield FieldChange((SERVED, called(change.key)), *sides)


def remarks(estate: Estate, registry: Registry) -> Iterator[Finding]:
    """Of each stage: what of its API's draft is not deployed, and what it serves that the draft does not hold."""
    drafts = Drafts(estate, registry)
    for text in sorted(estate.served):
        ahead = drafts.ahead(ResourceKey.parse(text))
        if undeployed := [c for c in ahead if c.action != DELETE]:
            yield Finding(INFO, UNDEPLOYED, text, f"of the draft is not deployed: {summary(undeployed)}")
        if alone := [c for c in ahead if c.action == DELETE]:
            said = f"it serves what the draft does not hold, and the next deployment removes: {_names(alone)}"
            yield Finding(WARNING, SERVED_ONLY, text, said)


def summary(changes: Sequence[Change]) -> str:
    """Changes by their kind, and by their names as far as they are few."""
    words = {CREATE: "new", DELETE: "gone"}
    told = []
    for word in ("changed", "new", "gone"):
        if found := [c for c in changes if words.get(c.action, "changed") == word]:
            told.append(f"{word}: {_names(found)}")
    return "; ".join(told)


def _names(changes: Sequence[Change]) -> str:
    names = [called(c.key) for c in changes]
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def called(key: ResourceKey) -> str:
    """What a person calls a thing inside an API: ``method GET /pets``."""
    kind, rest = key.type.partition(".")[2].replace("_", " "), key.path[1:]
    return " ".join((kind, *reversed(rest)))
