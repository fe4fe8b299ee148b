"""A store as one listing shows it: for what only looks, at many sources at once."""

from __future__ import annotations

from functools import cached_property

from dr_toolkit.errors import StoreRefused
from dr_toolkit.store.mirrored import MirroredStore
from dr_toolkit.store.objects import ObjectStat, ObjectStore


class Listed:
    """An ``ObjectStore`` on another, all of whose names are listed at the first question for any, and once.

    Names are as of then; everything else is the store's own. Where all of it can't be listed (a folder of somebody
    else's lies in it, or a policy tells prefixes apart), each prefix is listed by itself.
    """

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self.url = objects.url

    @cached_property
    def _names(self) -> list[str]:
        return self._objects.list("")

    def list(self, prefix: str) -> list[str]:
        """See ``ObjectStore.list``, but for its age."""
        try:
            return [name for name in self._names if name.startswith(prefix)]
        except StoreRefused:
            return self._objects.list(prefix)

    def get(self, name: str) -> bytes:
        """See ``ObjectStore.get``."""
        return self._objects.get(name)

    def put_if_absent(self, name: str, data: bytes) -> None:
        """See ``ObjectStore.put_if_absent``."""
        self._objects.put_if_absent(name, data)

    def delete(self, name: str) -> None:
        """See ``ObjectStore.delete``."""
        self._objects.delete(name)

    def stat(self, name: str) -> ObjectStat | None:
        """See ``ObjectStore.stat``."""
        return self._objects.stat(name)


def listed(objects: ObjectStore) -> ObjectStore:
    """The store, listed once; of several, each of them."""
    if isinstance(objects, MirroredStore):
        return MirroredStore([Listed(place) for place in objects.places], objects.quorum)
    return Listed(objects)
