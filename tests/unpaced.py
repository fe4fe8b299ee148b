"""What a stand-in for a region says of quotas that it does not have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dr_toolkit.engine.ports import Lane


class Unpaced:
    """A cloud in which every call may go at once."""

    def lane(self, service: str, operation: str, params: Mapping[str, Any]) -> Lane:
        """All calls are of one lane; see ``engine.ports.Cloud``."""
        return Lane()

    def delay(self, lane: Lane, ahead: Sequence[Lane] = ()) -> float:
        """Nothing waits; see ``engine.ports.Cloud``."""
        return 0.0
