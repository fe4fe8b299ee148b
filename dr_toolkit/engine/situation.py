"""What a plan is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dr_toolkit.engine.selection import WHOLE, Part
from dr_toolkit.engine.served import Drafts
from dr_toolkit.model.changes import Blocked
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry


@dataclass(frozen=True)
class Situation:
    """What the planner knows: the wanted and the live estate in the same terms, and what runs owe.

    ``bindings`` are the physical ids of the target by printed key; ``owed`` the deployments that a run began
    to replace; ``intact`` those that are the snapshot's own, so that they hold what its stages served; nothing outside
    of ``part`` is in question; ``undone`` are things to be removed though else they never are.
    """

    wanted: Estate
    live: Estate
    registry: Registry
    bindings: Mapping[str, str]
    prune: bool = False
    owed: frozenset[ResourceKey] = frozenset()
    intact: frozenset[ResourceKey] = frozenset()
    blocked: tuple[Blocked, ...] = ()
    part: Part = WHOLE
    undone: frozenset[ResourceKey] = frozenset()

    @cached_property
    def drafts(self) -> tuple[Drafts, Drafts]:
        """The drafts and what stages serve, wanted and live."""
        return Drafts(self.wanted, self.registry), Drafts(self.live, self.registry)
