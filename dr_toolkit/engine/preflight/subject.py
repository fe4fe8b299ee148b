"""What the checks look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dr_toolkit.engine.survey import Survey
from dr_toolkit.model.changes import CREATE, DELETE, Plan
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry


@dataclass(frozen=True)
class Scene:
    """A plan, what is wanted, and the survey that it rests on.

    ``given`` is what a person mapped, as it was written, and ``known`` the printed keys of the snapshot.
    ``rule_quota`` is how many rules a group may have here, where that could be found out.
    """

    plan: Plan
    wanted: Estate
    survey: Survey
    registry: Registry
    given: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    rule_quota: int | None = None

    @property
    def live(self) -> Estate:
        """The target as it is."""
        return self.survey.estate

    @cached_property
    def new(self) -> frozenset[str]:
        """The printed keys of what is made."""
        return frozenset(c.key.text for c in self.plan.changes if c.action == CREATE)

    @cached_property
    def after(self) -> frozenset[str]:
        """The printed keys of all that is there in the end."""
        gone = {c.key.text for c in self.plan.changes if c.action == DELETE}
        return frozenset({*self.live.lines, *self.new} - gone)

    @cached_property
    def _by_type(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for text in sorted(self.after):
            found.setdefault(text.partition("/")[0], []).append(text)
        return found

    def of(self, type_name: str, texts: frozenset[str] | None = None) -> Iterator[ResourceKey]:
        """The keys of a type, of what is there in the end if no others are given."""
        given = self._by_type.get(type_name, []) if texts is None else sorted(texts)
        for text in given:
            if text.partition("/")[0] == type_name:
                yield ResourceKey.parse(text)

    def get(self, key: ResourceKey) -> Resource | None:
        """A resource as it will be: as it is wanted, or as it is where nobody wants it."""
        return self.wanted.get(key) or self.live.get(key)

    def touched(self, type_name: str) -> Iterator[Resource]:
        """The wanted resources of a type that are made or changed."""
        for change in self.plan.changes:
            if change.key.type == type_name and change.action != DELETE and change.after is not None:
                yield change.after
