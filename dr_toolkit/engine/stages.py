"""What changes of a draft come to on the stages of its API: which serve it, which don't, and what these serve besides.

Where it is known what a stage serves, that tells; else, whether it is on the deployment that it was on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dr_toolkit.engine.rulebook.case import Case
from dr_toolkit.engine.rulebook.stages import DRAFT, WORDS
from dr_toolkit.engine.truths import Truths, is_moved, summary
from dr_toolkit.model.alerts import Alert
from dr_toolkit.model.changes import CREATE, Change
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.served import DEPLOYMENTS, STAGES, kind_of


class Stages:
    """The stages of the APIs that changes are of."""

    def __init__(self, changes: Sequence[Change], before: Estate, after: Estate, truths: Truths | None) -> None:
        self._before, self._after, self._truths = before, after, truths
        self._changes = {change.key: change for change in changes}
        edited = (c.key for c in changes if c.key.type in DRAFT and _is_deployable(c))
        told = (c.key for c in changes if c.key.type in {*DRAFT, *STAGES, *DEPLOYMENTS})
        self._changed = frozenset(kind_of(key.type).api_of(key) for key in told)
        self._edited = frozenset(kind_of(key.type).api_of(key) for key in edited)
        self._by_api: dict[ResourceKey, list[ResourceKey]] = {}
        for text in after.lines if self._edited else ():
            if text.partition("/")[0] in STAGES:
                key = ResourceKey.parse(text)
                self._by_api.setdefault(kind_of(key.type).api_of(key), []).append(key)
        self._ahead: dict[ResourceKey, frozenset[ResourceKey] | None] = {}

    def case(self, change: Change) -> Case:
        """A change of a draft, a stage or a deployment, as rules look at it."""
        api = kind_of(change.key.type).api_of(change.key)
        case = Case(change, edited=api in self._edited)
        if change.key.type not in DRAFT and self._is_known(change):
            unseen = self.unseen(change)
            return replace(case, edited=not unseen, unseen=summary(unseen))
        if change.key.type not in DRAFT:
            return case
        stages = self._by_api.get(api, [])
        unserved = tuple(sorted(stage.name for stage in stages if self._lacks(stage, change.key)))
        return replace(case, unserved=unserved, dormant=bool(stages) and len(unserved) == len(stages))

    def _is_known(self, change: Change) -> bool:
        return any(self._truths and self._truths.served(stage) is not None for stage in self._told_by(change))

    def _told_by(self, change: Change) -> list[ResourceKey]:
        """The stages that a change is of: one that moved to another deployment, or those that stayed on one."""
        if change.key.type in STAGES:
            return [change.key] if is_moved(change) else []
        on = self._truths.after.on(change.key) if self._truths else []
        return [stage for stage in on if not is_moved(self._changes.get(stage))]

    def tells(self, standing: Alert) -> bool:
        """Whether what is to be said of a stage is told with the changes of its API."""
        return standing.key.type in STAGES and kind_of(standing.key.type).api_of(standing.key) in self._changed

    def unseen(self, change: Change) -> tuple[Change, ...]:
        """What a stage serves otherwise than before, and otherwise than the draft says."""
        return tuple(c for stage, c in self._served(change) if c.key in (self._of(stage) or ()))

    def unsaid(self, change: Change) -> tuple[Change, ...]:
        """What a stage serves otherwise than before, and no change of the draft has said already."""
        unseen = self.unseen(change)
        said = self._changes.keys() - {c.key for c in unseen}
        return tuple({c.key: c for _, c in self._served(change) if c.key not in said}.values())

    def _served(self, change: Change) -> Iterator[tuple[ResourceKey, Change]]:
        """What leads to what a stage that is new or moved, or the stages on a deployment, serve now; a thing once."""
        told: set[ResourceKey] = set()
        if self._truths is None or change.key.type not in STAGES | DEPLOYMENTS:
            return
        if change.key.type in STAGES and change.action == CREATE:
            yield from ((change.key, inner) for inner in self._truths.born(change.key))
        for stage in self._told_by(change):
            for inner in self._truths.served(stage) or ():
                if inner.key not in told:
                    told.add(inner.key)
                    yield stage, inner

    def _lacks(self, stage: ResourceKey, key: ResourceKey) -> bool:
        """Whether a stage serves a thing of the draft otherwise than the draft says."""
        ahead = self._of(stage)
        if ahead is not None:
            return key in ahead
        deployment = ResourceKey(kind_of(stage.type).deployment, stage.path).text
        ids = self._before.ids.get(deployment), self._after.ids.get(deployment)
        return bool(ids[0]) and ids[0] == ids[1]

    def _of(self, stage: ResourceKey) -> frozenset[ResourceKey] | None:
        """What of the draft a stage serves otherwise, or not; None where that is not known."""
        if stage not in self._ahead:
            drafts = self._truths.after if self._truths else None
            known = drafts is not None and drafts.served(stage) is not None
            self._ahead[stage] = frozenset(c.key for c in drafts.ahead(stage)) if drafts and known else None
        return self._ahead[stage]


def _is_deployable(change: Change) -> bool:
    """Whether a change of the draft can be why there is another deployment; a name or a tag is no reason for one."""
    kind = kind_of(change.key.type)
    live = kind.unserved if change.key.type == kind.api else frozenset[str]()
    return not any(f.path == ("id",) for f in change.fields) and not (change.fields and change.names <= live | WORDS)
