"""What is captured, and what is found out about it: resources, findings, coverage, manifests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.model.keys import ResourceKey

FORMAT = 1
"""The snapshot format that this version writes."""

Attributes = Mapping[str, Any]
"""JSON values and ``Ref``s under AWS's own member names."""

INFO, WARNING, GAP, BLOCKED = "info", "warning", "gap", "blocked"
"""Severities: said only; to be looked at; incomplete (exit 3); can't be done (refused, or skipped with exit 3)."""

READ, EXCLUDED, FAILED = "read", "excluded", "failed"
"""What coverage says of a type."""


@dataclass(frozen=True)
class Scope:
    """Where something lives: AWS account, region and partition."""

    account: str
    region: str
    partition: str = "aws"

    def __str__(self) -> str:
        return f"{self.account}/{self.region}"


@dataclass(frozen=True)
class Resource:
    """One thing that AWS holds, in canonical form.

    ``physical_id`` and ``observed`` (what AWS adds by itself) are no part of its configuration: two
    resources with the same key and attributes are equal.
    """

    key: ResourceKey
    attributes: Attributes
    physical_id: str | None = field(default=None, compare=False)
    observed: Attributes = field(default_factory=dict, compare=False)


@dataclass(frozen=True, order=True)
class Finding:
    """Something that a person must know; ``severity`` is one of info, warning, gap, blocked."""

    severity: str
    code: str
    key: str
    text: str


@dataclass(frozen=True)
class Selection:
    """The globs by which a config lets keys in and leaves them out."""

    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coverage:
    """Whether a type was read, was excluded by the config, or failed; ``reason`` says why."""

    status: str
    reason: str = ""


@dataclass(frozen=True)
class StoredObject:
    """An object of a snapshot: its name in the store, and the SHA-256 and size in bytes of its uncompressed content."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Signature:
    """Who vouches for something: the key as a config's ``trust`` names it, and the signature's bytes in base64."""

    key: str
    algorithm: str
    value: str


@dataclass(frozen=True)
class Manifest:
    """What commits a snapshot: it is written last, and names every object with its digest.

    ``objects`` is keyed by role: ``body``, ``ids``, later ``secrets`` and ``attachments``; a reader leaves
    roles alone that it does not know. ``parent`` is the id and digest of the manifest before it.
    """

    id: str
    taken_at: str
    source: str
    scope: Scope
    objects: Mapping[str, StoredObject]
    counts: Mapping[str, int]
    coverage: Mapping[str, Coverage]
    findings: tuple[Finding, ...] = ()
    parent: Mapping[str, str] | None = None
    tool_version: str = ""
    format: int = FORMAT
    selection: Selection | None = None
    signatures: tuple[Signature, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every type was read or excluded by the config, and nothing in it was found incomplete."""
        return not self.gaps

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is missing, a line each: types that failed and findings of severity gap."""
        failed = [f"{name}: {c.reason}" for name, c in self.coverage.items() if c.status == FAILED]
        return (*failed, *(f"{f.key}: {f.text}" for f in self.findings if f.severity in (GAP, BLOCKED)))
