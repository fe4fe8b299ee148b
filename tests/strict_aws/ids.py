"""Ids as AWS makes them, the same ones in every run."""

from __future__ import annotations

import random
from collections.abc import Container

_BASE36 = "abcdefghijklmnopqrstuvwxyz0123456789"


class Ids:
    """A source of ids that never repeats itself."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._given: set[str] = set()

    def gateway(self, length: int = 10, taken: Container[str] = ()) -> str:
        """An id of API Gateway: `length` small letters and digits, a letter or digit first."""
        return self._fresh(lambda: "".join(self._random.choices(_BASE36, k=length)), taken)

    def ec2(self, prefix: str, taken: Container[str] = ()) -> str:
        """An id of EC2: `sg-` and seventeen hex digits, the first a 0."""
        return self._fresh(lambda: f"{prefix}-0{self._random.getrandbits(64):016x}", taken)

    def hexadecimal(self, length: int) -> str:
        """So many random hex digits."""
        return f"{self._random.getrandbits(4 * length):0{length}x}"

    def uuid(self) -> str:
        """A random UUID."""
        digits = self.hexadecimal(32)
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def secret(self, length: int = 40) -> str:
        """A value as API Gateway makes them for API keys."""
        return "".join(self._random.choices(_BASE36 + _BASE36.upper(), k=length))

    def _fresh(self, make: object, taken: Container[str]) -> str:
        while True:
            made: str = make()  # type: ignore[operator]
            if made not in self._given and made not in taken:
                self._given.add(made)
                return made
