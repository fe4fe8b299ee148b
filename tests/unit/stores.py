"""Stores for the tests of what lies in a store: empty, cut off at a put, or held up between two."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from dr_toolkit.errors import StoreUnreachable
from dr_toolkit.store.memory import MemoryStore

_count = itertools.count(1)


class Store(MemoryStore):
    """An empty store that notes its calls, and in whose objects a test may put anything."""

    def __init__(self) -> None:
        super().__init__(f"memory://unit-{next(_count)}")
        self.calls: list[tuple[str, str]] = []

    def put_if_absent(self, name: str, data: bytes) -> None:
        self.calls.append(("put", name))
        super().put_if_absent(name, data)

    def get(self, name: str) -> bytes:
        self.calls.append(("get", name))
        return super().get(name)

    def list(self, prefix: str) -> Any:
        self.calls.append(("list", prefix))
        return super().list(prefix)

    def replace(self, name: str, data: bytes) -> None:
        """What an attacker or a broken disk does."""
        self.delete(name)
        self.put_if_absent(name, data)

    def copy(self) -> dict[str, bytes]:
        """Everything that is there."""
        return {name: super(Store, self).get(name) for name in MemoryStore.list(self, "")}


class Crashing(Store):
    """Fails at its n-th put, before or after it took effect, and then at everything until ``mended``."""

    def __init__(self, put: int, after: bool) -> None:
        super().__init__()
        self.left, self.after, self.dead = put, after, False

    def put_if_absent(self, name: str, data: bytes) -> None:
        self._alive()
        self.left -= 1
        if self.left == 0 and self.after:
            super().put_if_absent(name, data)
        if self.left == 0:
            self.dead = True
        self._alive()
        super().put_if_absent(name, data)

    def get(self, name: str) -> bytes:
        self._alive()
        return super().get(name)

    def list(self, prefix: str) -> Any:
        self._alive()
        return super().list(prefix)

    def mended(self) -> None:
        """From here on everything works."""
        self.dead, self.left = False, -1

    def _alive(self) -> None:
        if self.dead:
            raise StoreUnreachable(store=self.url, reason="the wire was cut")


class Interrupted(Store):
    """Runs ``other`` once, just before a put of a name that ``when`` accepts: somebody in between."""

    def __init__(self, when: Callable[[str], bool]) -> None:
        super().__init__()
        self.when = when
        self.other: Callable[[], object] | None = None

    def put_if_absent(self, name: str, data: bytes) -> None:
        other = self.other
        if other and self.when(name):
            self.other = None
            other()
        super().put_if_absent(name, data)
