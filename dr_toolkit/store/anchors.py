"""How far each source has come, kept where whoever writes the store can't reach: what is gone from its end shows.

A head names the snapshot of a source that was written last, and its manifest's SHA-256. Manifests are never removed, so
every head that was ever kept must still be in the store.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Protocol

from dr_toolkit.errors import IntegrityError
from dr_toolkit.store import layout
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.seals import UNSEALED, Seal
from dr_toolkit.store.sequences import Sequence

_TEXTS = ("source", "snapshot", "manifest_sha256", "at")


@dataclass(frozen=True)
class Head:
    """The snapshot of a source that was written last when this was kept (``at``, UTC), and its baseline's number."""

    source: str
    snapshot: str
    manifest_sha256: str
    at: str
    baseline: int = 0

    def document(self) -> dict[str, Any]:
        """The head as plain JSON."""
        return asdict(self)


class Anchor(Protocol):
    """Where heads are kept. Raises what its place raises, and IntegrityError for what is no head."""

    @property
    def url(self) -> str:
        """Where it is, to be shown."""
        ...

    def head(self, source: str) -> Head | None:
        """The head that was kept last; None where there is none."""
        ...

    def heads(self, source: str) -> list[Head]:
        """All heads that are still known, the oldest first."""
        ...

    def keep(self, head: Head) -> None:
        """Keep a new head; nothing happens where it is the one that is kept."""
        ...


class StoreAnchor:
    """An anchor in a store of its own: ``anchors/<source>/<n>.json``, signed."""

    def __init__(self, objects: ObjectStore, seal: Seal = UNSEALED) -> None:
        self._objects, self._seal = objects, seal

    @property
    def url(self) -> str:
        """See ``Anchor.url``."""
        return self._objects.url

    def head(self, source: str) -> Head | None:
        """See ``Anchor.head``: one listing, one read."""
        last = self._sequence(source).last()
        return read(last.record, source, self.url) if last else None

    def heads(self, source: str) -> list[Head]:
        """See ``Anchor.heads``."""
        return [read(item.record, source, self.url) for item in self._sequence(source).all()]

    def keep(self, head: Head) -> None:
        """See ``Anchor.keep``."""
        if self.head(head.source) != head:
            self._sequence(head.source).append(head.document())

    def _sequence(self, source: str) -> Sequence:
        return Sequence(self._objects, layout.anchors(source), self._seal)


def read(document: dict[str, Any], source: str, place: str) -> Head:
    """The head that a document is; raises IntegrityError where it is none of ``source``."""
    try:
        head = Head(**{name: document[name] for name in (*_TEXTS, "baseline")})
        if not all(isinstance(getattr(head, name), str) for name in _TEXTS) or type(head.baseline) is not int:
            raise ValueError("a member is of another kind")
        if head.source != source:
            raise ValueError(f"it is of {head.source}")
    except (KeyError, ValueError, TypeError) as error:
        reason = f"it is no record of how far {source} has come: {error}"
        raise IntegrityError(
            name=layout.anchors(source),
            store=place,
            reason=reason,
            hint="Bring back a version of it from before the damage.",
        ) from None
    return head
