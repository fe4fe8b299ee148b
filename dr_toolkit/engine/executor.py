"""Running a plan's steps, one call after another, so that a crash at any moment leaves a trace to go on from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dr_toolkit.engine.capture import FATAL
from dr_toolkit.engine.ports import Cloud, Record
from dr_toolkit.engine.survey import Survey
from dr_toolkit.errors import AwsError, CloudDenied, CloudInDoubt, CloudRefused, CloudThrottled, CloudUnreachable
from dr_toolkit.model import wire
from dr_toolkit.model.changes import CREATE, DELETE, Dumped, Join, Step, Until
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import kind_of
from dr_toolkit.spec.tags import CLIENT_TOKEN, RUN_TAG, RUN_TOKEN

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0)
"""Seconds between tries of one call."""

LAG = 5.0
"""Seconds after which something that was made, though the answer was lost, is taken to show in a listing."""

READY = (2.0, 4.0, 8.0, *(15.0,) * 60)
"""Seconds between looks at something that takes minutes to be ready."""

_BUSY = ("concurrent modification", "already an update in progress", "update is in progress")
_DEPLOY = "CreateDeployment"


@dataclass
class Outcome:
    """What came of the steps: ids of those done, reasons by id for those that failed or were skipped, and the physical
    ids by printed key of what was made.

    ``unsure`` are those of which only another look at the target can tell whether they took effect, and what
    needs them.
    """

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, str] = field(default_factory=dict)
    bound: dict[str, str] = field(default_factory=dict)
    calls: int = 0


@dataclass
class Executor:
    """Makes the calls of steps in a target.

    ``bindings`` grows with what the steps make; ``look`` surveys the named types again; ``run`` is the run's tag.
    """

    cloud: Cloud
    registry: Registry
    record: Record
    bindings: dict[str, str]
    run: str
    look: Callable[[Iterable[str]], Survey]
    pause: Callable[[float], None]
    progress: Callable[[str], None] = lambda text: None
    seen: frozenset[str] = frozenset()

    def execute(self, steps: Iterable[Step]) -> Outcome:
        """Make every step whose needs are met; what needs a failed step is skipped, and said.

        Raises what leaves nothing to go on with: no credentials, the region or the store gone, the run lost to another.
        """
        outcome = Outcome()
        steps = list(steps)
        owing = _owing(steps)
        lost: dict[str, str] = {}
        for step in steps:
            if missing := [n for n in step.needs if n in lost]:
                lost[step.id] = lost[missing[0]]
                where = outcome.unsure if all(n in outcome.unsure for n in missing) else outcome.skipped
                causes = ", ".join(sorted({lost[n] for n in missing}))
                where[step.id] = f"{_said(step)} needs what did not succeed: {causes}"
                continue
            self.progress(_said(step))
            try:
                self._step(step, outcome, owing.get(step.id, []))
                outcome.done.append(step.id)
            except FATAL:
                raise
            except _Unsure as error:
                lost[step.id] = _said(step)
                outcome.unsure[step.id] = f"{_said(step)}: {error}"
            except (AwsError, MissingId) as error:
                lost[step.id] = _said(step)
                outcome.failed[step.id] = f"{_said(step)}: {error}"
                self.record.append("failed", step=step.id, keys=_texts(step.keys), reason=str(error))
        return outcome

    def _step(self, step: Step, outcome: Outcome, owed: list[str]) -> None:
        self._params(step)
        facts = {"owed": owed} if owed else {}
        self.record.append(
            "intent", step=step.id, action=step.action, operation=step.call.operation, keys=_texts(step.keys), **facts
        )
        bound = (
            self._all_or_each(step, outcome) if step.call.until is None else self._wait(step, step.call.until, outcome)
        )
        self.bindings.update(bound)
        outcome.bound.update(bound)
        self.record.append("done", step=step.id, keys=_texts(step.keys), operation=step.call.operation, bound=bound)

    def _wait(self, step: Step, until: Until, outcome: Outcome) -> dict[str, str]:
        """Read until what was made is ready; raises CloudRefused where it will never be, or not within a long time."""
        reason = ""
        for wait in (*READY, None):
            outcome.calls += 1
            state = self._state(step, until)
            if state in until.done:
                return {}
            reason = f"it is {state}, and was to become {' or '.join(until.done)}"
            if state in until.failed or wait is None:
                break
            self.pause(wait)
        raise CloudRefused(
            service=step.service,
            operation=step.call.operation,
            region=self.cloud.scope.region,
            code="NotReady",
            reason=reason,
        )

    def _state(self, step: Step, until: Until) -> str:
        """What is read of a thing; where that it is gone is what is waited for, that; raises whatever else AWS says."""
        try:
            return _dotted(self.cloud.call(step.service, step.call.operation, self._params(step)), until.path)
        except CloudRefused as error:
            meaning = step.call.tolerates.get(error.code)
            if meaning not in ("done", "again"):
                raise
            return until.done[0] if meaning == "done" else error.code

    def _all_or_each(self, step: Step, outcome: Outcome) -> dict[str, str]:
        """The step; where it is many things in one call, and that is refused, each by itself."""
        try:
            return self._tries(step, outcome)
        except (CloudDenied, CloudThrottled):
            raise
        except CloudRefused as error:
            parts = [_narrowed(step, [key]) for key in step.keys]
            if len(parts) < 2 or parts[0] is step:
                raise
            refused = {key.text: reason for part in parts for key, reason in self._refused(part, outcome)}
            if refused:
                error.facts["reason"] = "; ".join(f"{key}: {reason}" for key, reason in refused.items())
                raise type(error)(**error.facts) from error
            return {}

    def _refused(self, part: Step, outcome: Outcome) -> Iterator[tuple[ResourceKey, str]]:
        """Make one of many by itself; the key and the reason, where it is refused."""
        try:
            self._tries(part, outcome)
        except CloudRefused as error:
            yield part.keys[0], str(error.facts.get("reason", error))

    def _tries(self, step: Step, outcome: Outcome) -> dict[str, str]:
        """Call until it is done; returns the physical ids that the answer gave. Raises what can't be got over."""
        doubted = False
        for wait in (*WAITS, None):
            try:
                outcome.calls += 1
                answer = self.cloud.call(step.service, step.call.operation, self._params(step))
                return {key.text: _dotted(answer, path) for key, path in step.call.binds.items()}
            except (CloudInDoubt, CloudRefused, CloudUnreachable) as error:
                in_doubt = isinstance(error, CloudInDoubt)
                doubted = doubted or in_doubt
                verdict = self._meaning(step, error, doubted)
                if verdict == "done":
                    return {}
                if verdict == "raise" or wait is None:
                    if doubted and not isinstance(error, CloudUnreachable):
                        raise _Unsure(str(error)) from error
                    raise
                self.pause(wait)
                if verdict == "check":
                    left, bound = self._look_at(step)
                    if left is step and in_doubt and step.call.binds:
                        self.pause(LAG)
                        left, bound = self._look_at(step)
                    if left is None:
                        return bound
                    if left is step and not doubted:
                        raise
                    step = left
        raise AssertionError("the last try returns or raises")

    def _meaning(self, step: Step, error: AwsError, doubted: bool) -> str:
        """What an error means for a step: done, again, check, or raise.

        A call in doubt is repeated where that can do no harm; where it would make a second thing, one looks first.
        """
        if isinstance(error, CloudThrottled | CloudUnreachable):
            return "again"
        if isinstance(error, CloudInDoubt):
            return "check" if step.call.binds else "again"
        code = error.code if isinstance(error, CloudRefused) else ""
        if any(words in str(error).lower() for words in _BUSY):
            return "again"
        if code == "PrefixListVersionMismatch" and doubted:
            return "done"
        return step.call.tolerates.get(code, "raise")

    # --- looking before repeating -------------------------------------------------------------------

    def _look_at(self, step: Step) -> tuple[Step | None, dict[str, str]]:
        """What is left to do of a step, by what is there now: None where it is done, with the ids found."""
        found = self.look({key.type for key in step.keys} | {key.type for key in step.call.binds})
        if step.action == CREATE and self.registry[step.keys[0].type].nameless:
            return self._look_for_nameless(step, found)
        there = {key for key in step.keys if key in found.estate and self._is_ours(step, key, found)}
        left = [key for key in step.keys if (key in there) == (step.action == DELETE)]
        if not left:
            bound = {k.text: found.bindings[k.text] for k in step.call.binds if k.text in found.bindings}
            return (None, bound) if len(bound) == len(step.call.binds) else (step, {})
        if len(left) == len(step.keys):
            return step, {}
        return _narrowed(step, left), {}

    def _is_ours(self, step: Step, key: ResourceKey, found: Survey) -> bool:
        """Whether something that is there may be taken for what the step makes: a tagged thing only with our tag."""
        if step.action != CREATE or not _carries_run(step.call.params):
            return True
        return found.estate.observed.get(key.text, {}).get(RUN_TAG) == self.run

    def _look_for_nameless(self, step: Step, found: Survey) -> tuple[Step | None, dict[str, str]]:
        """What has no name is the one that was not there before, and that nothing refers to yet."""
        (key,) = step.keys
        outer = self.bindings.get(kind_of(key.type).api_of(key).text, "")
        new = [i for i in found.unbound(key.type, outer) if i not in {*self.bindings.values(), *self.seen}]
        if len(new) == 1:
            return None, {step.keys[0].text: new[0]}
        return step, {}

    # --- parameters ---------------------------------------------------------------------------------

    def _params(self, step: Step) -> dict[str, Any]:
        token = wire.digest(f"{self.run}/{step.call.operation}/{'/'.join(_texts(step.keys))}".encode())[:32]
        resolved = self._resolved(step.call.params, token)
        assert isinstance(resolved, dict)
        return resolved

    def _resolved(self, value: Any, token: str) -> Any:
        match value:
            case Ref():
                return self._id(value.key)
            case Join():
                return "".join(self._id(p.key) if isinstance(p, Ref) else p for p in value.parts)
            case Dumped():
                return wire.dumps(self._resolved(value.value, token)).encode()
            case str():
                return {RUN_TOKEN: self.run, CLIENT_TOKEN: token}.get(value, value)
            case dict():
                return {k: self._resolved(v, token) for k, v in value.items()}
            case list() | tuple():
                return [self._resolved(v, token) for v in value]
            case _:
                return value

    def _id(self, key: ResourceKey) -> str:
        found = self.bindings.get(key.text)
        if found is None:
            raise MissingId(f"the physical id of {key} in the target is not known")
        return found


class _Unsure(Exception):
    """A call whose answer was lost, and whose repetition was refused: it may well have been done."""


class MissingId(Exception):
    """A step refers to something whose physical id nobody has found or made."""


def _owing(steps: list[Step]) -> dict[str, list[str]]:
    """For each step the deployments that are to be made once it is done: till then stages serve what was."""
    owing: dict[str, set[str]] = {}
    for step in reversed(steps):
        mine = owing.get(step.id, set()) | (set(_texts(step.keys)) if step.call.operation == _DEPLOY else set())
        for needed in step.needs:
            owing.setdefault(needed, set()).update(mine)
    return {step: sorted(keys) for step, keys in owing.items() if keys}


def _said(step: Step) -> str:
    """A step as a person reads of it."""
    more = f" and {len(step.keys) - 1} more" if len(step.keys) > 1 else ""
    return f"{step.action} {step.keys[0]}{more}"


def _narrowed(step: Step, left: list[ResourceKey]) -> Step:
    """A step for a part of its keys: its permissions stand in the order of the keys."""
    permissions = step.call.params.get("IpPermissions")
    if not isinstance(permissions, list) or len(permissions) != len(step.keys):
        return step
    kept = [p for key, p in zip(step.keys, permissions, strict=True) if key in left]
    call = replace(step.call, params={**step.call.params, "IpPermissions": kept})
    return replace(step, keys=tuple(k for k in step.keys if k in left), call=call)


def _carries_run(params: Mapping[str, Any]) -> bool:
    return RUN_TOKEN in repr(params)


def _dotted(answer: Mapping[str, Any], path: str) -> str:
    value: Any = answer
    for part in path.split("."):
        value = value[int(part) if isinstance(value, list) else part]
    return str(value)


def _texts(keys: Iterable[ResourceKey]) -> list[str]:
    return [key.text for key in keys]
