"""What a stand-in for a region says of quotas that it does not have."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any


class Unpaced:
    """A cloud in which every call may go at once."""

    def lane(self, service: str, operation: str, params: Mapping[str, Any]) -> Hashable:
        """All calls are of one lane; see ``engine.ports.Cloud``."""
        return None

    def delay(self, lane: Hashable, ahead: Sequence[Hashable] = ()) -> float:
        """Nothing waits; see ``engine.ports.Cloud``."""
        return 0.0
