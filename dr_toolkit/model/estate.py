"""What a region holds, as it is held in memory and in a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dr_toolkit.model import wire
from dr_toolkit.model.documents import FAILED, Attributes, Coverage, Finding, Manifest, Resource, Selection
from dr_toolkit.model.keys import ResourceKey


@dataclass
class Estate:
    """What a region holds, canonical: one line of bytes a resource, decoded only where it is looked at.

    ``lines`` maps a printed key to the resource's canonical bytes; ``ids`` and ``observed`` stand
    beside it, as they do in the store. ``selection`` are the globs that left something out; None: nothing was.
    ``served`` maps the printed key of a stage to what it serves, where that is known: lines by printed key, in exported
    form and with the draft's keys.
    """

    lines: dict[str, bytes] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    observed: dict[str, Attributes] = field(default_factory=dict)
    coverage: dict[str, Coverage] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    selection: Selection | None = None
    served: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, key: object) -> bool:
        return str(key) in self.lines

    def get(self, key: ResourceKey | str) -> Resource | None:
        """The resource of that key, decoded; None where there is none."""
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
        text = str(resource.key)
        self.lines[text] = wire.line(resource)
        if resource.physical_id is not None:
            self.ids[text] = resource.physical_id
        if resource.observed:
            self.observed[text] = resource.observed

    def drop(self, key: ResourceKey | str) -> None:
        """Remove a resource, if it is there."""
        for part in (self.lines, self.ids, self.observed, self.served):
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
class Snapshot:
    """A manifest and the estate that it commits."""

    manifest: Manifest
    estate: Estate
