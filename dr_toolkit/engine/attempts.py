"""One step's calls, and what their answers mean: done, again later, look first, or no."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dr_toolkit.engine.ahead import Reads
from dr_toolkit.engine.dispatch import T, Work
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.engine.readback import Mend
from dr_toolkit.engine.refs import refs_in
from dr_toolkit.engine.survey import Survey
from dr_toolkit.errors import AwsError, CloudDenied, CloudInDoubt, CloudRefused, CloudThrottled, CloudUnreachable
from dr_toolkit.model import wire
from dr_toolkit.model.changes import CREATE, DELETE, ONE_OF, Dumped, Join, Step, Until
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.model.secrets import Csv
from dr_toolkit.spec.quotas import RULES_LIMIT, RULES_QUOTA
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.served import kind_of
from dr_toolkit.spec.tags import CLIENT_TOKEN, RUN_TAG, RUN_TOKEN

log = logging.getLogger(__name__)

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0)
"""Seconds between tries of one call."""

LAG = 5.0
"""Seconds after which something that was made, though the answer was lost, is taken to show in a listing."""

READY = (2.0, 4.0, *(8.0,) * 110)
"""Seconds between looks at something that takes minutes to be ready."""

_LATE = "again"
_BUSY = ("concurrent modification", "already an update in progress", "update is in progress")

Bound = dict[str, str]
"""Physical ids by printed key."""


@dataclass
class Attempts:
    """Makes the calls of steps, and yields the waits between them. Safe in threads.

    ``bindings`` are the physical ids that are known; ``look`` surveys the named types again, one survey at a time;
    ``run`` is the run's tag; ``mends`` tell by the ids of imports what is still to be done after them, and ``instead``
    by the ids of other steps that stand for many what is done where AWS refuses them.
    """

    cloud: Cloud
    registry: Registry
    bindings: dict[str, str]
    run: str
    look: Callable[[Iterable[str]], Survey]
    seen: frozenset[str] = frozenset()
    mends: Mapping[str, Callable[[], Reads[Mend]]] = field(default_factory=dict)
    instead: Mapping[str, Sequence[Step]] = field(default_factory=dict)
    ticks: Callable[[], float] = time.monotonic
    calls: int = 0
    _born: dict[ResourceKey, float] = field(default_factory=dict)
    _lag: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _looking: threading.Lock = field(default_factory=threading.Lock)

    def of(self, step: Step) -> Work[Bound]:
        """Do all of a step; returns the physical ids of what it made. Raises Unsure and what can't be got over."""
        if step.call.until is not None:
            return self._wait(step, step.call.until)
        return self._import(step) if step.id in self.mends else self._all_or_each(step)

    def _import(self, step: Step) -> Work[Bound]:
        """Import an API, read back what came of it, and mend it; where AWS refuses the import, all of it is mending."""
        try:
            yield from self._tries(step)
        except (CloudDenied, CloudThrottled):
            raise
        except CloudRefused as error:
            log.warning("AWS refuses an import, so that each thing is made by itself: %s", error)
        mend = yield from self.paced(self.mends[step.id]())
        self.bindings.update(mend.bindings)
        return mend.bindings | (yield from self._each(mend.steps))

    def _each(self, steps: Iterable[Step]) -> Work[Bound]:
        """Make one step after another."""
        made: Bound = {}
        for step in steps:
            yield self.cloud.lane(step.service, step.call.operation, step.call.params)
            bound = yield from self._all_or_each(step)
            self.bindings.update(bound)
            made |= bound
        return made

    def paced(self, reads: Reads[T]) -> Work[T]:
        """Make the reads that something is about to ask for, each in its turn; returns what it returns."""
        while True:
            try:
                read = next(reads)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            yield self.cloud.lane(*read)
            self.cloud.call(*read)

    def _call(self, step: Step) -> dict[str, Any]:
        self._count()
        return self.cloud.call(step.service, step.call.operation, self.params(step))

    def _count(self) -> None:
        with self._lock:
            self.calls += 1

    def _wait(self, step: Step, until: Until) -> Work[Bound]:
        """Read until what was made is ready; raises CloudRefused where it will never be, or not within a long time."""
        reason = ""
        self._count()
        for wait in (*READY, None):
            state = self._state(step, until)
            if state in until.done:
                return {}
            reason = f"it is {state}, and was to become {' or '.join(until.done)}"
            if state in until.failed or wait is None:
                break
            yield wait
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
            return _dotted(self.cloud.call(step.service, step.call.operation, self.params(step)), until.path)
        except CloudRefused as error:
            meaning = step.call.tolerates.get(error.code)
            if meaning not in ("done", "again"):
                raise
            return until.done[0] if meaning == "done" else error.code

    def _all_or_each(self, step: Step) -> Work[Bound]:
        """The step; where it is many things in one call, and that is refused, each by itself.

        Where there may be no more of them, each by itself would be refused as well, but for those that just fit.
        """
        try:
            return (yield from self._tries(step))
        except (CloudDenied, CloudThrottled):
            raise
        except CloudRefused as error:
            if _is_limit(error):
                raise _of_all(error, step) from error
            if step.id in self.instead:
                log.warning("AWS refuses many at once, so that each is made by itself: %s", error)
                return (yield from self._each(self.instead[step.id]))
            parts = [_narrowed(step, [key]) for key in step.keys]
            if len(parts) < 2 or parts[0] is step:
                raise
            refused = {}
            for number, part in enumerate(parts):
                yield 0.0
                refusal = yield from self._refusal(part)
                if refusal is not None and _is_limit(refusal):
                    left = replace(step, keys=tuple(each.keys[0] for each in parts[number:]))
                    refused["no more"] = f"{refusal.code}: {_of_all(refusal, left).facts['reason']}"
                    break
                if refusal is not None:
                    refused[part.keys[0].text] = str(refusal.facts.get("reason", refusal)) or str(refusal)
            if refused:
                error.facts["reason"] = "; ".join(f"{key}: {reason}" for key, reason in refused.items())
                raise type(error)(**error.facts) from error
            return {}

    def _refusal(self, part: Step) -> Work[CloudRefused | None]:
        """Make one of many by itself; the refusal, if it is refused."""
        try:
            yield from self._tries(part)
        except CloudRefused as error:
            return error
        return None

    def _tries(self, step: Step) -> Work[Bound]:
        """Call until it is done; returns the physical ids that the answer gave. Raises what can't be got over."""
        doubted = False
        if (early := self._still_unseen(step)) > 0:
            yield early
        for wait in (*WAITS, None):
            try:
                answer = self._call(step)
                self._born |= dict.fromkeys(step.call.binds, self.ticks())
                return (yield from self._bound(step.call.binds, answer))
            except (CloudInDoubt, CloudRefused, CloudUnreachable) as error:
                in_doubt = isinstance(error, CloudInDoubt)
                doubted = doubted or in_doubt
                verdict = self._meaning(step, error, doubted)
                if verdict == "done":
                    return {}
                if verdict == "raise" or wait is None:
                    if doubted and not isinstance(error, CloudUnreachable):
                        raise Unsure(str(error)) from error
                    raise
                self._note_late(step, error, wait)
                yield wait
                if verdict == "check":
                    left, bound = self._look_at(step)
                    if left is step and in_doubt and step.call.binds:
                        yield LAG
                        left, bound = self._look_at(step)
                    if left is None:
                        return bound
                    if left is step and not doubted:
                        raise
                    step = left
        raise AssertionError("the last try returns or raises")

    def _bound(self, binds: Mapping[ResourceKey, str], answer: Mapping[str, Any]) -> Work[Bound]:
        """The physical ids that an answer gives; of several at once, those that a look can tell apart."""
        told = {key.text: _dotted(answer, path) for key, path in binds.items() if not path.endswith(ONE_OF)}
        sought = {key: _listed(answer, path) for key, path in binds.items() if path.endswith(ONE_OF)}
        given = {each for ids in sought.values() for each in ids}
        for wait in (*WAITS, None) if sought else ():
            with self._looking:
                found = self.look({key.type for key in sought}).bindings
            told |= {key.text: found[key.text] for key, ids in sought.items() if found.get(key.text) in ids}
            if wait is None or given <= set(told.values()):
                break
            yield wait
        return told

    def _still_unseen(self, step: Step) -> float:
        """Seconds until what a step refers to can be expected to be known everywhere, by what others took till then."""
        born = [self._born[key] for key in refs_in(step.call.params) if key in self._born]
        return max(born) + self._lag - self.ticks() if born and _LATE in step.call.tolerates.values() else 0.0

    def _note_late(self, step: Step, error: AwsError, wait: float) -> None:
        """Keep in mind how old something that was made has to be at least, until it can be used."""
        if isinstance(error, CloudRefused) and step.call.tolerates.get(error.code) == _LATE:
            now = self.ticks()
            born = [self._born[key] for key in refs_in(step.call.params) if key in self._born]
            self._lag = max(self._lag, min(LAG, now - max(born, default=now) + wait))

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
        with self._looking:
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
        known = dict(self.bindings)  # it grows meanwhile
        outer = known.get(kind_of(key.type).api_of(key).text, "")
        new = [i for i in found.unbound(key.type, outer) if i not in {*known.values(), *self.seen}]
        if len(new) == 1:
            return None, {key.text: new[0]}
        return step, {}

    # --- parameters ---------------------------------------------------------------------------------

    def params(self, step: Step) -> dict[str, Any]:
        """The parameters with all ids put in; raises MissingId."""
        token = wire.digest(f"{self.run}/{step.call.operation}/{'/'.join(k.text for k in step.keys)}".encode())[:32]
        resolved = self._resolved(step.call.params, token)
        assert isinstance(resolved, dict)
        return resolved

    def _resolved(self, value: Any, token: str) -> Any:
        match value:
            case Ref():
                return self._id(value.key)
            case Join():
                return "".join(self._id(p.key) if isinstance(p, Ref) else p for p in value.parts)
            case Csv():
                return replace(value, rows=tuple(tuple(self._resolved(row, token)) for row in value.rows))
            case Dumped():
                return wire.dumps(self._resolved(value.value, token))
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


class Unsure(Exception):
    """A call whose answer was lost, and whose repetition was refused: it may well have been done."""


class MissingId(Exception):
    """A step refers to something whose physical id nobody has found or made."""


def _is_limit(error: CloudRefused) -> bool:
    """Whether there may be no more of a thing: ``RulesPerSecurityGroupLimitExceeded``, ``LimitExceededException``."""
    return error.code.removesuffix("Exception").endswith("LimitExceeded")


def _of_all(error: CloudRefused, step: Step) -> CloudRefused:
    """A limit's refusal, which says of how many things it is."""
    aside = f" (none of these {len(step.keys)} was made)" if len(step.keys) > 1 else ""
    quota = f": raise the quota of {RULES_QUOTA}" if error.code == RULES_LIMIT else ""
    return type(error)(**error.facts | {"reason": f"{str(error.facts['reason']).rstrip('.')}{aside}{quota}"})


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


def _listed(answer: Mapping[str, Any], path: str) -> list[str]:
    """The ids at a place that ends in ``ONE_OF``."""
    value: Any = answer
    for part in path.removesuffix(ONE_OF).split("."):
        value = value[part]
    return [str(each) for each in value]


def _dotted(answer: Mapping[str, Any], path: str) -> str:
    value: Any = answer
    for part in path.split("."):
        value = value[int(part) if isinstance(value, list) else part]
    return str(value)
