"""What the engines ask of the world outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dr_toolkit.model.documents import Scope


@dataclass(frozen=True)
class Lane:
    """What limits a call: calls of equal lanes wait for the same turn.

    ``limits`` are the cloud's own; ``interval`` is the seconds from one call to the next in the long run, 0 where
    nothing limits them.
    """

    service: str = ""
    limits: tuple[Any, ...] = ()
    interval: float = 0.0


class Cloud(Protocol):
    """One AWS account and region; safe in threads."""

    scope: Scope

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call and return its answer.

        Raises the children of ``AwsError``: CloudInDoubt where a call that changes something may or may not have
        taken effect, CloudRefused (with its code) where AWS said no. A call that only reads is repeated inside.
        It waits for its turn under AWS's quotas.
        """

    def lane(self, service: str, operation: str, params: Mapping[str, Any]) -> Lane:
        """What limits such a call."""

    def delay(self, lane: Lane, ahead: Sequence[Lane] = ()) -> float:
        """Seconds for which a call of a lane would have to wait now, if one of each lane ``ahead`` went first.

        It looks, and takes nothing: 0 where the call may go at once.
        """


class Record(Protocol):
    """A run's journal: what was about to be done, and what came of it."""

    def append_all(self, records: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Write the next records, each a kind and facts, all or none; raises LockedError where another holds the run.

        They are durable when this returns. With none of them it is a sign of life, given before every waiting.
        """
