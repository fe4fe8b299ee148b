"""What a rule of the book is, and what it is shown: a change with both sides of it, and what it does to traffic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dr_toolkit.engine.exposure import Exposure
from dr_toolkit.engine.traffic import Traffic
from dr_toolkit.model.changes import CREATE, DELETE, Change
from dr_toolkit.model.documents import Attributes
from dr_toolkit.model.estate import Estate

_LONG, _AROUND = 120, 24
"""The longest value that is told whole, and how much of what is alike is told before a difference."""

Part = tuple[Exposure, str, Traffic]
"""A group's exposure, a direction, and what of its newly allowed or refused traffic a change has to do with."""


@dataclass(frozen=True)
class Case:
    """One change, as a rule looks at it.

    ``opened`` and ``closed`` are what it newly lets through and refuses; ``unserved`` are the stages of its API on
    which a change of the draft is not live, ``dormant`` says that these are all; ``edited`` says whether anything
    of the API's draft has changed, and ``unseen`` what a stage serves otherwise that no change of the draft is;
    ``websocket`` whether it lies in a WebSocket API.
    """

    change: Change
    opened: tuple[Part, ...] = ()
    closed: tuple[Part, ...] = ()
    unserved: tuple[str, ...] = ()
    edited: bool = False
    dormant: bool = False
    unseen: str = ""
    websocket: bool = False

    @property
    def old(self) -> Attributes:
        """What it was; empty where it is new."""
        return self.change.before.attributes if self.change.before else {}

    @property
    def new(self) -> Attributes:
        """What it is now; empty where it is gone."""
        return self.change.after.attributes if self.change.after else {}

    @property
    def added(self) -> bool:
        """Whether it is new."""
        return self.change.action == CREATE

    @property
    def removed(self) -> bool:
        """Whether it is gone."""
        return self.change.action == DELETE

    @property
    def edit(self) -> bool:
        """Whether it was there before and still is."""
        return not (self.added or self.removed)

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.change.key.name

    def touched(self, member: str) -> bool:
        """Whether a member of something that is there on both sides differs."""
        return self.edit and member in self.change.names

    def pair(self, *path: str, default: Any = None) -> tuple[Any, Any]:
        """The value at a path inside the attributes, before and after."""
        return at(self.old, path, default), at(self.new, path, default)


@dataclass(frozen=True)
class Live:
    """What is live and when it was read, for the rules that look at how things are."""

    estate: Estate
    now: datetime


Check = Callable[[Case], str]
"""What a change comes to, in a line; empty where the rule does not apply."""


def _never(case: Case) -> str:  # noqa: ARG001
    return ""


def _nothing(live: Live) -> Iterable[tuple[str, str]]:  # noqa: ARG001
    return ()


@dataclass(frozen=True)
class Rule:
    """A rule of the book: pure, small, with an id that never changes its meaning.

    ``check`` says in a line what a change of one of ``types`` comes to, or nothing where the rule does not
    apply. ``look`` yields printed keys and lines about what is live, changed or not.
    """

    id: str
    severity: str
    title: str
    reference: str
    types: tuple[str, ...] = ()
    check: Check = field(default=_never)
    look: Callable[[Live], Iterable[tuple[str, str]]] = field(default=_nothing)


def at(value: Any, path: Iterable[str], default: Any = None) -> Any:
    """The value at a path inside maps; the default where there is none."""
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            return default
        value = value[part]
    return value


def is_new(case: Case) -> str:
    """A check: whether the thing is new."""
    return f"{case.name} is new" if case.added else ""


def is_gone(case: Case) -> str:
    """A check: whether the thing is gone."""
    return f"{case.name} is gone" if case.removed else ""


def made_anew(comes_of_it: str) -> Check:
    """A check: whether the thing has another id, and what comes of that."""

    def check(case: Case) -> str:
        made = next((f for f in case.change.fields if f.path == ("id",)), None)
        return f"id {made.before} → {made.after}: {comes_of_it}" if made else ""

    return check


def changed(*path: str, default: Any = None) -> Check:
    """A check: whether the value at a path differs between two sides that are there."""

    def check(case: Case) -> str:
        old, new = case.pair(*path, default=default)
        return f"{'.'.join(path)}: {led(old, new)}" if case.edit and old != new else ""

    return check


def lost(*path: str, what: str) -> Check:
    """A check whether something that was there is not any more."""

    def check(case: Case) -> str:
        old, new = case.pair(*path)
        return what if case.edit and old and not new else ""

    return check


def moved(*path: str) -> Check:
    """A check whether something is there on both sides, and differs."""

    def check(case: Case) -> str:
        old, new = case.pair(*path)
        return changed(*path)(case) if old and new else ""

    return check


def more(*path: str, what: str) -> Check:
    """A check whether a list of something that was there before holds what it did not."""

    def check(case: Case) -> str:
        old, new = (set(map(str, value or ())) for value in case.pair(*path))
        return f"{', '.join(sorted(new - old))} {what}" if new - old and case.edit else ""

    return check


def only(*words: str) -> Check:
    """A check whether nothing else differs than members that only people read."""

    def check(case: Case) -> str:
        names = case.change.names
        return f"{', '.join(sorted(names))} only" if case.edit and names and names <= set(words) else ""

    return check


def led(old: Any, new: Any) -> str:
    """Two values with an arrow between them; of long ones that begin alike, what they begin with is left out."""
    if isinstance(old, str) and isinstance(new, str) and len(old) + len(new) > _LONG:
        alike = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        if alike > _AROUND:
            old, new = (f"…{text[alike - _AROUND :]}" for text in (old, new))
    return f"{shown(old)} → {shown(new)}"


def shown(value: Any) -> str:
    """A short value in a line; what is long is only named."""
    text = "(none)" if value is None else str(value)
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
