"""What differs, and what would be done about it: changes, calls, steps, plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.model.documents import Finding, Resource, Scope
from dr_toolkit.model.forecasts import Estimate, Final
from dr_toolkit.model.keys import Ref, ResourceKey

CREATE, UPDATE, REPLACE, DELETE, ADOPT = "create", "update", "replace", "delete", "adopt"
"""The closed set of actions; adopt: AWS makes the thing by itself, and it is taken as it is."""


@dataclass(frozen=True)
class FieldChange:
    """A field that differs: its path inside the attributes, and both values (None: absent)."""

    path: tuple[str, ...]
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """The top-level member."""
        return self.path[0]


@dataclass(frozen=True)
class Change:
    """One resource that is to become, or has become, another.

    ``before`` is what is there and ``after`` what is wanted; ``reason`` is for people only.
    """

    key: ResourceKey
    action: str
    before: Resource | None = None
    after: Resource | None = None
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The top-level members that differ."""
        return frozenset(f.name for f in self.fields)


@dataclass(frozen=True)
class Join:
    """A string put together when the physical ids are known."""

    parts: tuple[str | Ref, ...]


@dataclass(frozen=True)
class Dumped:
    """A parameter that is the JSON text of a value, written when the physical ids in it are known."""

    value: Any


@dataclass(frozen=True)
class Until:
    """What a read is repeated for: the text at a (dotted) place of its answer becomes one of ``done``.

    ``failed`` are texts that it never comes back from.
    """

    path: str
    done: tuple[str, ...]
    failed: tuple[str, ...] = ()


ONE_OF = ".*"
"""The end of a place in an answer where there are several ids, and none is said to be whose: a look at the target is
to tell."""


@dataclass(frozen=True)
class Call:
    """One call that a type's verb asks for.

    ``binds`` maps a key to where in the answer its physical id stands (dotted; see ``ONE_OF``); ``tolerates`` maps an
    AWS error code to what it means here: ``done`` (already so, or already gone), ``again`` (not yet: wait, then
    repeat) or ``check`` (look, then repeat what is missing). ``service`` is named where it is not the type's own; a
    call with ``until`` only reads, and is repeated till then.
    """

    operation: str
    params: Mapping[str, Any]
    binds: Mapping[ResourceKey, str] = field(default_factory=dict)
    tolerates: Mapping[str, str] = field(default_factory=dict)
    service: str = ""
    until: Until | None = None


@dataclass(frozen=True)
class Step:
    """One call of a plan: what it is for (``keys``), what it calls, what it binds and what it needs done before.

    ``phase`` counts from 1 what is put into an API's draft only to be deployed from there; 0 is what stays.
    """

    id: str
    action: str
    keys: tuple[ResourceKey, ...]
    service: str
    call: Call
    needs: tuple[str, ...] = ()
    phase: int = 0


@dataclass(frozen=True)
class Blocked:
    """A change that can't be made, why, and what would unblock it; ``cause`` is what is blocked itself, and needed."""

    key: ResourceKey
    action: str
    reason: str
    remedy: str = ""
    cause: ResourceKey | None = None


@dataclass(frozen=True)
class Plan:
    """What a restore would do: reviewable, and bound to a snapshot and to the state of the target.

    ``fingerprint`` is the digest of what the plan read, touches or could clash with in the target. ``estimate`` and
    ``final`` say what to expect, where somebody has worked that out: how long it takes, and what can't be undone.
    """

    snapshot: str
    snapshot_digest: str
    source: str
    source_scope: Scope
    target: str
    target_scope: Scope
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    blocked: tuple[Blocked, ...]
    findings: tuple[Finding, ...]
    fingerprint: str
    options: Mapping[str, Any] = field(default_factory=dict)
    bindings: Mapping[str, str] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
    estimate: Estimate | None = None
    final: tuple[Final, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether anything differs from the snapshot: steps to take, or things that can't be done."""
        return bool(self.steps or self.blocked)
