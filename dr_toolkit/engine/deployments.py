"""Which stages need a new deployment, so that they serve what the snapshot's stages served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dr_toolkit.engine import compare as differences
from dr_toolkit.engine.passing import Passing, Replay
from dr_toolkit.engine.refs import refs_of
from dr_toolkit.engine.served import RESOURCE, Lines, differing
from dr_toolkit.engine.situation import Situation
from dr_toolkit.engine.truths import staying_there
from dr_toolkit.model.changes import CREATE, UPDATE, Change
from dr_toolkit.model.documents import GAP, INFO, Finding, Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.served import APIS, DEPLOYMENTS, KINDS, STAGES, kind_of

DRAFT_INSTEAD, REPLAYED = "draft-instead", "replayed"
"""Codes of findings: a stage gets the draft, and not what it served; it gets what it served, by way of the draft."""


class Deployments:
    """The deployments of a plan; ``changes`` are the plan's, and grow by them."""

    def __init__(self, changes: dict[ResourceKey, Change], situation: Situation) -> None:
        self.changes, self.s, self.registry = changes, situation, situation.registry
        self.wanted, self.live = situation.drafts
        self.passing = Passing(situation)
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

    def replays(self) -> dict[ResourceKey, list[Replay]]:
        """By API what is deployed before its draft is put right."""
        due: dict[ResourceKey, list[ResourceKey]] = {}
        for key in self._passed():
            api = kind_of(key.type).api_of(key)
            if not self.passing.obstacle(api):
                due.setdefault(api, []).append(key)
        return {api: self.passing.replays(api, keys) for api, keys in due.items()}

    def remarks(self) -> Iterator[Finding]:
        """Stages that serve something else than the draft: how they come to it, or why they get the draft."""
        own = "in the snapshot this stage serves something else than the API's draft"
        for key in (key for key in self.deployments if self._differs_from_draft(key)):
            root, reason = self.registry.root(key).text, self.passing.obstacle(kind_of(key.type).api_of(key))
            if reason and self._is_made_or_differs(key):
                yield Finding(GAP, DRAFT_INSTEAD, root, f"{own}, which is deployed instead: {reason}")
            elif not reason and self._is_made(key):
                text = f"{own}: that is put into the draft and deployed, and the draft is put right after it"
                yield Finding(INFO, REPLAYED, root, text)

    def _passed(self) -> list[ResourceKey]:
        """The deployments to be made of something else than the draft."""
        return [key for key in self.deployments if self._is_made(key) and self._differs_from_draft(key)]

    def _is_made(self, key: ResourceKey) -> bool:
        return key in self.changes and self.changes[key].action == CREATE

    def _is_made_or_differs(self, key: ResourceKey) -> bool:
        own, live = self.wanted.content(key), self.live.content(key)
        differs = own is not None and live is not None and bool(differing(live, own, self.registry))
        return self._is_made(key) or (differs and key not in self.s.intact)

    def _differs_from_draft(self, key: ResourceKey) -> bool:
        own = self.wanted.content(key)
        return own is not None and bool(differing(own, self._draft(key), self.registry))

    def _why(self, key: ResourceKey) -> str:
        """Why a deployment has to be made anew; empty where the one that is there will do."""
        edits = self.edits.get(kind_of(key.type).api_of(key), [])
        wanted, live = self.wanted.content(key), self.live.content(key)
        if wanted is None or live is None:
            untold = bool(edits)
        elif differing(live, wanted, self.registry) and not self._has_the_draft_instead(key, live):
            return "what is deployed is not what the snapshot's stage serves"
        else:
            untold = any(not self._is_told(change) for change in edits)
        if untold:
            return "the API's content changes"
        return "left to do by an earlier run" if key in self.s.owed else ""

    def _has_the_draft_instead(self, key: ResourceKey, live: Lines) -> bool:
        """Whether a stage serves the draft, because what it is to serve can't be deployed."""
        api = kind_of(key.type).api_of(key)
        return bool(self.passing.obstacle(api)) and not differing(live, self._draft(key), self.registry)

    def _draft(self, deployment: ResourceKey) -> Lines:
        """What a stage serves once the snapshot's draft is deployed to it."""
        return self.wanted.exported(kind_of(deployment.type).api_of(deployment))

    def _is_told(self, change: Change) -> bool:
        """Whether exports tell of a change of the draft, so that they tell, too, whether it is deployed.

        A path that leads to no method is in none, and serves nothing.
        """
        if change.key.type == RESOURCE:
            return True
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
