"""What is to be expected of a plan: how many calls, how long they take, and what of it can't be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dr_toolkit.model.keys import ResourceKey


@dataclass(frozen=True)
class Estimate:
    """How long a plan's calls take under AWS's quotas, if nobody else calls, from the first to the last.

    ``operations`` counts them by ``service:Operation``. ``limit`` is the quota that takes longest (empty where all fit
    into what AWS allows at once), ``limited`` how many count against it, ``per_second`` how fast it lets them through.
    ``waiting`` are seconds, of ``seconds``, in which ``waits_for`` becomes ready. ``carried`` maps a step to the one in
    whose call it is made.
    """

    calls: int
    seconds: float
    operations: Mapping[str, int] = field(default_factory=dict)
    limit: str = ""
    limited: int = 0
    per_second: float = 0.0
    waiting: float = 0.0
    waits_for: str = ""
    carried: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Final:
    """A change that no undo takes back whole, why, and the steps by which it is made."""

    key: ResourceKey
    reason: str
    steps: tuple[str, ...] = ()
