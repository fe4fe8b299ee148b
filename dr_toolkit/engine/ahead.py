"""Reads made side by side ahead of the moment when they are asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any

from dr_toolkit.engine.dispatch import Dispatch, Pace, Result, T, Work
from dr_toolkit.engine.ports import Cloud, Lane
from dr_toolkit.errors import CloudRefused, CloudUnreachable, CredentialsMissing, RegionUnavailable
from dr_toolkit.spec.types import Paging

Answer = dict[str, Any]
Read = tuple[str, str, Mapping[str, Any]]
"""A read: service, operation, parameters."""

Reads = Generator[Read, None, T]
"""What will be read, told one by one so that who goes on makes each call in its turn; returns what came of it."""

_HOPELESS = (CredentialsMissing, RegionUnavailable, CloudUnreachable)


class Ahead:
    """A region that can be told what it will be asked for, and answers each such call once without another call.

    What a call raised is raised when it is asked for.
    """

    def __init__(self, cloud: Cloud, pace: Pace, progress: Callable[[str], None] = lambda text: None) -> None:
        self._cloud, self._pace, self._progress = cloud, pace, progress
        self._kept: dict[str, Result[Answer]] = {}
        self.scope = cloud.scope

    def fetch(self, calls: Iterable[Read]) -> None:
        """Make these reads, each of them once; where the region can't be got at, no more of them are begun."""
        wanted = {_name(*call): call for call in calls}
        job = _Reads(self._cloud, [call for name, call in wanted.items() if name not in self._kept], self._progress)
        job.run(Dispatch(self._cloud, self._pace))
        self._kept |= {_name(*job.calls[number]): result for number, result in job.results.items()}

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> Answer:
        """The answer that is there already, or a call; see ``ports.Cloud``."""
        kept = self._kept.pop(_name(service, operation, params), None)
        return self._cloud.call(service, operation, params) if kept is None else kept.value()

    def listed(
        self, service: str, operation: str, params: Mapping[str, Any], items: str, paging: Paging | None
    ) -> list[dict[str, Any]]:
        """Every item of every page; where ``items`` is empty the answer itself is the one item."""
        found: list[dict[str, Any]] = []
        seen: set[str] = set()
        ask = {**params, **(paging.size if paging else {})}
        while True:
            answer = self.call(service, operation, ask)
            listed = answer.get(items) or [] if items else answer
            found += listed if isinstance(listed, list) else [listed]
            token = answer.get(paging.token_out) if paging else None
            if not paging or not token:
                return found
            if token in seen:
                raise CloudRefused(
                    service=service,
                    operation=operation,
                    region=self.scope.region,
                    code="PagingLoop",
                    reason="the same page token came twice",
                )
            seen.add(token)
            ask = ask | {paging.token_in: token}

    def lane(self, service: str, operation: str, params: Mapping[str, Any]) -> Lane:
        """See ``ports.Cloud``."""
        return self._cloud.lane(service, operation, params)

    def delay(self, lane: Lane, ahead: Sequence[Lane] = ()) -> float:
        """See ``ports.Cloud``."""
        return self._cloud.delay(lane, ahead)


class _Reads:
    """The job that is dispatched: results by number of the call."""

    def __init__(self, cloud: Cloud, calls: list[Read], progress: Callable[[str], None]) -> None:
        self._cloud, self.calls, self._progress = cloud, calls, progress
        self.results: dict[int, Result[Answer]] = {}
        self._hopeless = False

    def run(self, dispatch: Dispatch[Answer]) -> None:
        for number, call in enumerate(self.calls):
            dispatch.put(number, self._cloud.lane(*call))
        dispatch.run(self)

    def start(self, number: int) -> Work[Answer] | None:
        """See ``dispatch.Job``."""
        if self._hopeless:
            return None
        self._progress(self.calls[number][1])
        return self._read(self.calls[number])

    def done(self, result: Result[Answer]) -> None:
        """See ``dispatch.Job``."""
        if not isinstance(result.error, Exception | None):
            raise result.error
        self._hopeless = self._hopeless or isinstance(result.error, _HOPELESS)
        self.results[result.number] = result

    def flush(self) -> None:
        """See ``dispatch.Job``."""

    def _read(self, call: Read) -> Work[Answer]:
        yield from ()  # it never waits
        return self._cloud.call(*call)


def _name(service: str, operation: str, params: Mapping[str, Any]) -> str:
    return f"{service}:{operation}:{json.dumps(dict(params), sort_keys=True, default=str)}"
