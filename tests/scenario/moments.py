"""Every moment of a run, to come back to: what the target and the store held after each call and each write.

A process that dies leaves just that behind. So one run is enough to begin again from wherever it may have died.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.aws.cloud import AwsCloud
from dr_toolkit.engine.ports import Lane
from dr_toolkit.model.documents import Scope
from dr_toolkit.store.objects import ObjectStat, ObjectStore
from tests.scenario.regions import Kept
from tests.strict_aws.weather.log import READS


@dataclass(frozen=True)
class Moment:
    """After what it was, and what there was."""

    after: str
    region: Kept
    objects: Mapping[str, bytes]

    def come_back(self, store: ObjectStore) -> None:
        """Make the region, and the store, what they were."""
        self.region.put_back()
        for name in store.list(""):
            if name not in self.objects or store.get(name) != self.objects[name]:
                store.delete(name)
        for name, data in self.objects.items():
            store.put_if_absent(name, data)


def moment(after: str, region: str, store: ObjectStore) -> Moment:
    """This very moment."""
    return Moment(after, Kept(region), {name: store.get(name) for name in store.list("")})


@dataclass
class Film:
    """Records a run: give it the film's store and cloud instead of their own."""

    region: str
    inner: ObjectStore
    moments: list[Moment] = field(default_factory=list)

    def shoot(self, after: str) -> None:
        """Keep this moment."""
        self.moments.append(moment(after, self.region, self.inner))

    def store(self) -> FilmedStore:
        """The store, watched."""
        return FilmedStore(self.inner, self.shoot)

    def cloud(self, cloud: AwsCloud) -> Any:
        """The cloud, watched."""
        return _FilmedCloud(cloud, self.shoot, cloud.scope)


@dataclass
class FilmedStore:
    """A store, each of whose writes is a moment."""

    inner: ObjectStore
    shoot: Callable[[str], None]

    @property
    def url(self) -> str:
        """See ``ObjectStore.url``."""
        return self.inner.url

    def put_if_absent(self, name: str, data: bytes) -> None:
        """See ``ObjectStore.put_if_absent``."""
        self.inner.put_if_absent(name, data)
        self.shoot(f"the write of {name}")

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


@dataclass
class _FilmedCloud:
    inner: AwsCloud
    shoot: Callable[[str], None]
    scope: Scope

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.inner.call(service, operation, params)
        if not operation.startswith(READS):
            self.shoot(f"the call of {operation}, before its answer")
        return answer

    def lane(self, service: str, operation: str, params: Mapping[str, Any]) -> Lane:
        return self.inner.lane(service, operation, params)

    def delay(self, lane: Lane, ahead: Sequence[Lane] = ()) -> float:
        return self.inner.delay(lane, ahead)
