"""A store in this process's memory: gone with the process, made for tests and rehearsals."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from dr_toolkit.errors import ObjectExists, ObjectNotFound
from dr_toolkit.store.objects import ObjectStat, check_name, check_prefix


class _Shelf:
    """The content behind one url, shared by all the stores that were opened on it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.objects: dict[str, tuple[bytes, datetime]] = {}


_shelves: dict[str, _Shelf] = {}


class MemoryStore:
    """An ``ObjectStore`` on ``memory://name``; two of the same url hold the same objects."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._shelf = _shelves.setdefault(url, _Shelf())

    def __repr__(self) -> str:
        return f"MemoryStore({self.url!r})"

    def get(self, name: str) -> bytes:
        """See ``ObjectStore.get``."""
        check_name(name)
        with self._shelf.lock:
            if name not in self._shelf.objects:
                raise ObjectNotFound(store=self.url, name=name)
            return self._shelf.objects[name][0]

    def put_if_absent(self, name: str, data: bytes) -> None:
        """See ``ObjectStore.put_if_absent``; nothing here is durable."""
        check_name(name)
        content = bytes(data)
        with self._shelf.lock:
            there, _ = self._shelf.objects.setdefault(name, (content, datetime.now(UTC)))
        if there != content:
            raise ObjectExists(store=self.url, name=name)

    def list(self, prefix: str) -> list[str]:
        """See ``ObjectStore.list``."""
        check_prefix(prefix)
        with self._shelf.lock:
            return sorted(name for name in self._shelf.objects if name.startswith(prefix))

    def delete(self, name: str) -> None:
        """See ``ObjectStore.delete``."""
        check_name(name)
        with self._shelf.lock:
            self._shelf.objects.pop(name, None)

    def stat(self, name: str) -> ObjectStat | None:
        """See ``ObjectStore.stat``."""
        check_name(name)
        with self._shelf.lock:
            entry = self._shelf.objects.get(name)
        return ObjectStat(len(entry[0]), entry[1]) if entry else None
