"""What is captured, and what is found out about it: resources, estates, snapshots, findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
class Coverage:
    """Whether a type was read, was excluded by the config, or failed; ``reason`` says why."""

    status: str
    reason: str = ""


@dataclass
class Estate:
    """What a region holds, canonical: one line of bytes a resource, decoded only where it is looked at.

    ``lines`` maps a printed key to the resource's canonical bytes; ``ids`` and ``observed`` stand
    beside it, as they do in the store.
    """

    lines: dict[str, bytes] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    observed: dict[str, Attributes] = field(default_factory=dict)
    coverage: dict[str, Coverage] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, key: object) -> bool:
        return str(key) in self.lines

    def get(self, key: ResourceKey | str) -> Resource | None:
        """The resource of that key, decoded; None where there is none."""
        from dr_toolkit.model import wire

        text = str(key)
        line = self.lines.get(text)
        if line is None:
            return None
        return wire.read_line(line, self.ids.get(text), self.observed.get(text, {}))

    def __iter__(self) -> Iterator[Resource]:
        for text in self.lines:
            resource = self.get(text)
            if resource is not None:
                yield resource

    def put(self, resource: Resource) -> None:
        """Add or replace a resource."""
        from dr_toolkit.model import wire

        text = str(resource.key)
        self.lines[text] = wire.line(resource)
        if resource.physical_id is not None:
            self.ids[text] = resource.physical_id
        if resource.observed:
            self.observed[text] = resource.observed

    def drop(self, key: ResourceKey | str) -> None:
        """Remove a resource, if it is there."""
        for part in (self.lines, self.ids, self.observed):
            part.pop(str(key), None)

    @property
    def failed(self) -> dict[str, str]:
        """The types that could not be read, with the reason."""
        return {name: c.reason for name, c in self.coverage.items() if c.status == FAILED}

    @property
    def counts(self) -> dict[str, int]:
        """How many resources of each type there are."""
        counts: dict[str, int] = {}
        for text in self.lines:
            name = text.partition("/")[0]
            counts[name] = counts.get(name, 0) + 1
        return dict(sorted(counts.items()))


@dataclass(frozen=True)
class StoredObject:
    """An object of a snapshot: its name in the store, and the SHA-256 and size in bytes of its uncompressed content."""

    name: str
    sha256: str
    size: int


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

    @property
    def complete(self) -> bool:
        """Whether every type was read or excluded by the config, and nothing in it was found incomplete."""
        return not self.gaps

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is missing, a line each: types that failed and findings of severity gap."""
        failed = [f"{name}: {c.reason}" for name, c in self.coverage.items() if c.status == FAILED]
        return (*failed, *(f"{f.key}: {f.text}" for f in self.findings if f.severity in (GAP, BLOCKED)))


@dataclass(frozen=True)
class Snapshot:
    """A manifest and the estate that it commits."""

    manifest: Manifest
    estate: Estate
