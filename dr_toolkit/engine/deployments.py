"""Which stages need a new deployment, so that they serve what the snapshot's stages served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dr_toolkit.engine import compare as differences
from dr_toolkit.engine.refs import refs_of
from dr_toolkit.engine.served import Lines, differing
from dr_toolkit.engine.situation import Situation
from dr_toolkit.engine.truths import staying_there
from dr_toolkit.model.changes import CREATE, UPDATE, Change
from dr_toolkit.model.documents import GAP, Finding, Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.served import APIS, DEPLOYMENTS, KINDS, STAGES, kind_of

DRAFT_INSTEAD = "draft-instead"
"""The code of a finding that says that a stage gets the draft, and not what it served."""


def deploy(changes: dict[ResourceKey, Change], situation: Situation) -> list[Finding]:
    """Add the deployments that are to be made, and have stages move to them; what is to be said of them."""
    made = _Deployments(changes, situation)
    made.add()
    return list(made.remarks())


class _Deployments:
    def __init__(self, changes: dict[ResourceKey, Change], situation: Situation) -> None:
        self.changes, self.s, self.registry = changes, situation, situation.registry
        self.wanted, self.live = situation.drafts
        texts = situation.wanted.lines
        self.deployments = [ResourceKey.parse(t) for t in texts if t.partition("/")[0] in DEPLOYMENTS]
        self.stages: dict[ResourceKey, list[ResourceKey]] = {}
        for key in (ResourceKey.parse(t) for t in texts if t.partition("/")[0] in STAGES):
            self.stages.setdefault(kind_of(key.type).api_of(key), []).append(key)
        types = [self.registry[kind.deployment] for kind in KINDS if kind.deployment in self.registry]
        frozen = {name for t in types for name in t.freezes}
        self.edits: dict[ResourceKey, list[Change]] = {}
        for change in (c for c in changes.values() if c.key.type in frozen and self._is_served(c)):
            self.edits.setdefault(kind_of(change.key.type).api_of(change.key), []).append(change)

    def add(self) -> None:
        """A stage that is to serve something else gets a deployment, and moves to it; one that does not stays."""
        for stages in self.stages.values():
            for stage in stages:
                self._let_stay(stage)
        for key in self.deployments:
            made = key in self.changes and self.changes[key].action == CREATE
            if key not in self.s.intact and not made and (reason := self._why(key)):
                self.changes[key] = Change(key, CREATE, None, self.s.wanted.get(key), (), reason)
                self._move_stages(key)

    def _let_stay(self, stage: ResourceKey) -> None:
        """Leave a stage on another deployment that holds what the snapshot's does."""
        change, wanted, live = self.changes.get(stage), self.wanted.served(stage), self.live.served(stage)
        if change is None or change.action != UPDATE or wanted is None or live is None:
            return
        if differing(live, wanted, self.registry):
            return
        left = staying_there(change, kind_of(stage.type).pointer)
        if left is None:
            del self.changes[stage]
        else:
            self.changes[stage] = left

    def remarks(self) -> Iterator[Finding]:
        """Stages that served something else than the draft, and don't here: it is the draft that can be deployed."""
        text = "in the snapshot this stage serves something else than the API's draft, which is deployed instead"
        for key in self.deployments:
            own, live = self.wanted.content(key), self.live.content(key)
            if key in self.s.intact or own is None or not differing(own, self._draft(key), self.registry):
                continue
            if live is None or differing(live, own, self.registry):
                yield Finding(GAP, DRAFT_INSTEAD, self.registry.root(key).text, text)

    def _why(self, key: ResourceKey) -> str:
        """Why a deployment has to be made anew; empty where the one that is there will do."""
        edits = self.edits.get(kind_of(key.type).api_of(key), [])
        wanted, live = self.wanted.content(key), self.live.content(key)
        if wanted is None or live is None:
            untold = bool(edits)
        elif all(differing(live, content, self.registry) for content in (wanted, self._draft(key))):
            return "what is deployed is not what the snapshot's stage serves"
        else:
            untold = any(not self._is_told(change) for change in edits)
        if untold:
            return "the API's content changes"
        return "left to do by an earlier run" if key in self.s.owed else ""

    def _draft(self, deployment: ResourceKey) -> Lines:
        """What a stage serves once the snapshot's draft is deployed to it."""
        return self.wanted.exported(kind_of(deployment.type).api_of(deployment))

    def _is_told(self, change: Change) -> bool:
        """Whether exports tell of a change of the draft, so that they tell, too, whether it is deployed."""
        api, text = kind_of(change.key.type).api_of(change.key), change.key.text
        return self.live.exported(api).get(text) != self.wanted.exported(api).get(text)

    def _is_served(self, change: Change) -> bool:
        if change.key.type not in APIS or change.action != UPDATE:
            return True
        return not change.names <= kind_of(change.key.type).unserved

    def _move_stages(self, deployment: ResourceKey) -> None:
        for key in self.stages.get(kind_of(deployment.type).api_of(deployment), ()):
            wanted, live = self.s.wanted.get(key), self.s.live.get(key)
            if wanted is None or live is None or deployment not in refs_of(wanted, self.registry[key.type].fields):
                continue
            moving = self.changes.get(key)
            before = _unpointed(moving.before if moving and moving.before else live, deployment)
            fields = differences.field_changes(before.attributes, wanted.attributes, key, self.registry)
            self.changes[key] = Change(key, UPDATE, before, wanted, fields, "moves to the new deployment")


def _unpointed(stage: Resource, deployment: ResourceKey) -> Resource:
    """A live stage as if it served no deployment of that key, so that the new one of the same key is set."""
    attributes, pointer = dict(stage.attributes), kind_of(deployment.type).pointer
    if attributes.get(pointer) == Ref(deployment):
        del attributes[pointer]
    canary = dict(attributes.get("canarySettings") or {})
    if canary.get(pointer) == Ref(deployment):
        del canary[pointer]
        attributes["canarySettings"] = canary
    return replace(stage, attributes=attributes)
