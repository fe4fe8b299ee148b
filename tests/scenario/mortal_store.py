"""A store whose user dies at one of its writes."""

from __future__ import annotations

from dataclasses import dataclass, field

from dr_toolkit.store.objects import ObjectStat, ObjectStore
from tests.aws_gate import Killed


@dataclass
class MortalStore:
    """Dies just before, or just after, the n-th object is put; whoever is dead puts nothing more."""

    inner: ObjectStore
    number: int
    after: bool
    names: list[str] = field(default_factory=list)
    dead: bool = False

    @property
    def url(self) -> str:
        """See ``ObjectStore.url``."""
        return self.inner.url

    def put_if_absent(self, name: str, data: bytes) -> None:
        """See ``ObjectStore.put_if_absent``."""
        if self.dead:
            raise Killed
        self.names.append(name)
        self.dead = len(self.names) == self.number
        if not self.dead or self.after:
            self.inner.put_if_absent(name, data)
        if self.dead:
            raise Killed

    def get(self, name: str) -> bytes:
        """See ``ObjectStore.get``."""
        return self.inner.get(name)

    def list(self, prefix: str) -> list[str]:
        """See ``ObjectStore.list``."""
        return self.inner.list(prefix)

    def delete(self, name: str) -> None:
        """See ``ObjectStore.delete``."""
        self.inner.delete(name)

    def stat(self, name: str) -> ObjectStat | None:
        """See ``ObjectStore.stat``."""
        return self.inner.stat(name)
