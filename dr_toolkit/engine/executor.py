"""Running a plan's steps so that a crash at any moment leaves a trace to go on from.

Steps whose needs are met are made side by side. The journal is written in one thread: what is about to be done before
the call is handed out, what came of it after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.engine.ahead import Reads
from dr_toolkit.engine.attempts import Attempts, Bound, MissingId, Unsure
from dr_toolkit.engine.capture import FATAL
from dr_toolkit.engine.dispatch import Dispatch, Pace, Result, Work
from dr_toolkit.engine.line import Line
from dr_toolkit.engine.ports import Cloud, Record
from dr_toolkit.engine.readback import Mend
from dr_toolkit.engine.survey import Survey
from dr_toolkit.errors import AwsError
from dr_toolkit.model.changes import Step
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import APIS, kind_of

DOORS = 8
"""So many new groups may wait at a time for AWS to let go of what it made with them."""

_DEPLOY = "CreateDeployment"


@dataclass
class Outcome:
    """What came of the steps: ids of those done, reasons by id for those that failed or were skipped, and the physical
    ids by printed key of what was made.

    ``unsure`` are those of which only another look at the target can tell whether they took effect, and what
    needs them. ``carried`` says of what failed or was skipped in one call with others which that was; ``calls`` is how
    many were made, each again that had to be; to wait for something is one.
    """

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, str] = field(default_factory=dict)
    bound: dict[str, str] = field(default_factory=dict)
    carried: dict[str, str] = field(default_factory=dict)
    calls: int = 0


@dataclass
class Executor:
    """Makes the calls of steps in a target at a pace; one worker works in the calling thread.

    ``bindings`` grows with what the steps make; ``look`` surveys the named types again; ``run`` is the run's tag.
    ``mends`` are by the ids of imports what tells what is still to be done to the API; that is part of the step.
    ``instead`` are what is done where AWS refuses a step that stands for many. ``ahead`` is asked to read an API to
    which nothing more is to be done, when there is time for it.
    """

    cloud: Cloud
    registry: Registry
    record: Record
    bindings: dict[str, str]
    run: str
    look: Callable[[Iterable[str]], Survey]
    pace: Pace = field(default_factory=Pace)
    progress: Callable[[str], None] = lambda text: None
    seen: frozenset[str] = frozenset()
    mends: Mapping[str, Callable[[], Reads[Mend]]] = field(default_factory=dict)
    instead: Mapping[str, Sequence[Step]] = field(default_factory=dict)
    ahead: Callable[[ResourceKey], Reads[None]] | None = None

    def execute(self, steps: Iterable[Step]) -> Outcome:
        """Make every step whose needs are met; what needs a failed step is skipped, and said.

        Raises what leaves nothing to go on with: no credentials, the region or the store gone, the run lost to another.
        What is under way by then is waited for, and recorded.
        """
        return _Run(self, list(steps)).execute()


class _Run:
    """One execution: the job that is dispatched."""

    def __init__(self, executor: Executor, steps: list[Step]) -> None:
        self.steps, self.outcome = steps, Outcome()
        self.record, self.progress, self.bindings = executor.record, executor.progress, executor.bindings
        self.cloud = executor.cloud
        self.line = Line(steps, executor.registry, self._skips, doors=DOORS)
        self.dispatch: Dispatch[Bound] = Dispatch(executor.cloud, executor.pace)
        self.attempts = Attempts(
            executor.cloud,
            executor.registry,
            executor.bindings,
            executor.run,
            executor.look,
            executor.seen,
            executor.mends,
            executor.instead,
            executor.pace.ticks,
        )
        self.ahead, self.aheads = executor.ahead, dict[int, ResourceKey]()
        self.apis = {step.id: _apis(step, executor.registry) for step in steps}
        self.to_do = Counter(api for apis in self.apis.values() for api in apis)
        self.owing = _owing(steps)
        self.lost: dict[str, str] = {}
        self.unwritten: list[tuple[str, dict[str, Any]]] = []

    def execute(self) -> Outcome:
        turns = self.line.first() or self.line.rest()
        while turns:
            self._put(turns)
            self.dispatch.run(self)
            turns = self.line.rest()
        assert not self.line.left(), "steps need each other"
        self.outcome.calls = self.attempts.calls
        return self.outcome

    # --- the job ------------------------------------------------------------------------------------

    def start(self, number: int) -> Work[Bound] | None:
        """Say what is about to be done; see ``dispatch.Job``."""
        if number in self.aheads:
            return self._read_ahead(self.aheads[number])
        step = self.steps[number]
        self.progress(_said(step))
        try:
            self.attempts.params(step)
        except MissingId as error:
            self._fail(step, error)
            self._over(number)
            return None
        owed = self.owing.get(step.id, [])
        facts = {"owed": owed} if owed else {}
        said = {"step": step.id, "action": step.action, "operation": step.call.operation, "keys": _texts(step.keys)}
        self.unwritten.append(("intent", said | facts))
        return self.attempts.of(step)

    def done(self, result: Result[Bound]) -> None:
        """Say what came of it; see ``dispatch.Job``."""
        if result.number in self.aheads:
            if not isinstance(result.error, Exception | None):
                raise result.error
            return
        step = self.steps[result.number]
        try:
            bound = result.value()
        except FATAL:
            raise
        except Unsure as error:
            self.lost[step.id] = _said(step)
            self.outcome.unsure[step.id] = f"{_said(step)}: {error}"
        except (AwsError, MissingId) as error:
            self._fail(step, error)
        else:
            self.bindings.update(bound)
            self.outcome.bound.update(bound)
            said = {"step": step.id, "keys": _texts(step.keys), "operation": step.call.operation, "bound": bound}
            self.unwritten.append(("done", said))
            self.outcome.done.append(step.id)
        self._over(result.number)

    def flush(self) -> None:
        """Write all that happened since the last time, as one; see ``dispatch.Job``."""
        written, self.unwritten = self.unwritten, []
        self.record.append_all(written)

    def _over(self, number: int) -> None:
        """Take a step as over: what waited for it may go, and an API to which nothing more is done is read ahead."""
        self._put(self.line.settle(number))
        apis = self.apis[self.steps[number].id]
        self.to_do.subtract(apis)
        for api in apis if self.ahead is not None else ():
            if not self.to_do[api] and api.text in self.bindings:
                ahead = len(self.steps) + len(self.aheads)
                self.aheads[ahead] = api
                self.dispatch.put_spare(ahead, self.cloud.lane("apigateway", "GetStages", {}))

    def _read_ahead(self, api: ResourceKey) -> Work[Bound]:
        if self.ahead is not None:
            yield from self.attempts.paced(self.ahead(api))
        return {}

    def _put(self, turns: Iterable[int]) -> None:
        for number in turns:
            step = self.steps[number]
            self.dispatch.put(number, self.cloud.lane(step.service, step.call.operation, step.call.params))

    def _fail(self, step: Step, error: Exception) -> None:
        self.lost[step.id] = _said(step)
        self.outcome.failed[step.id] = f"{_said(step)}: {error}"
        self.unwritten.append(("failed", {"step": step.id, "keys": _texts(step.keys), "reason": str(error)}))

    def _skips(self, number: int) -> bool:
        """Leave out what needs something that did not succeed."""
        step = self.steps[number]
        missing = [n for n in step.needs if n in self.lost]
        if not missing:
            return False
        causes = ", ".join(sorted({self.lost[n] for n in missing}))
        self.lost[step.id] = self.lost[missing[0]]
        where = self.outcome.unsure if all(n in self.outcome.unsure for n in missing) else self.outcome.skipped
        where[step.id] = f"{_said(step)} needs what did not succeed: {causes}"
        return True


def _owing(steps: list[Step]) -> dict[str, list[str]]:
    """For each step the deployments that are to be made once it is done: till then stages serve what was."""
    owing: dict[str, set[str]] = {}
    for step in reversed(steps):
        mine = owing.get(step.id, set()) | (set(_texts(step.keys)) if step.call.operation == _DEPLOY else set())
        for needed in step.needs:
            owing.setdefault(needed, set()).update(mine)
    return {step: sorted(keys) for step, keys in owing.items() if keys}


def _apis(step: Step, registry: Registry) -> frozenset[ResourceKey]:
    """The APIs that a step is made in."""
    inside = (key for key in step.keys if key.type in APIS or registry.outermost(key.type) in APIS)
    return frozenset(kind_of(key.type).api_of(key) for key in inside)


def _said(step: Step) -> str:
    """A step as a person reads of it."""
    more = f" and {len(step.keys) - 1} more" if len(step.keys) > 1 else ""
    return f"{step.action} {step.keys[0]}{more}"


def _texts(keys: Iterable[ResourceKey]) -> list[str]:
    return [key.text for key in keys]
