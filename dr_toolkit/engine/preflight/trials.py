"""Which of a plan's calls EC2 can be asked to try without doing them (``DryRun``), and what its answers mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.engine.ports import Cloud
from dr_toolkit.errors import AwsError, CloudDenied, CloudRefused
from dr_toolkit.model.changes import Join, Plan
from dr_toolkit.model.documents import GAP, INFO, WARNING, Finding
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.tags import CLIENT_TOKEN, RUN_TOKEN

MOST_TRIES = 3
"""So many calls of one operation are tried, where AWS refuses one for another reason than a missing permission."""

MISSING, UNKNOWN = "permission-missing", "permission-unknown"
"""The codes of what is found: not allowed, and can't be known beforehand."""

_ALLOWED = "DryRunOperation"
_WORD = "dr-toolkit-dry-run"


def permissions(cloud: Cloud, plan: Plan, bindings: Mapping[str, str]) -> Iterator[Finding]:
    """What the role in use may not do of a plan, and what nobody can tell before it is done. Changes nothing.

    Rests on EC2's DryRun alone: API Gateway and Lambda have nothing like it.
    """
    trials = _trials(plan, bindings)
    if any(trials.values()) and not _tries_without_doing(cloud):
        text = "what the role in use may do can't be known: this endpoint has no dry runs"
        yield Finding(WARNING, UNKNOWN, "ec2", text)
        trials = {}
    unknown = []
    for operation, calls in trials.items():
        verdict = _verdict(cloud, operation, calls)
        if isinstance(verdict, CloudDenied):
            text = f"the role in use may not call ec2:{operation}: AWS says {verdict.code}. Allow it, then plan again"
            yield Finding(GAP, MISSING, f"ec2:{operation}", text)
        elif verdict is not None:
            unknown.append(f"{operation} ({verdict})")
    if unknown:
        text = f"whether these are allowed shows only when they are made: {', '.join(unknown)}"
        yield Finding(INFO, UNKNOWN, "ec2", text)
    for service in sorted({s.service for s in plan.steps if s.call.until is None} - {"ec2"}):
        names = sorted({s.call.operation for s in plan.steps if s.service == service and s.call.until is None})
        text = f"AWS has no dry run of {len(names)} operations: whether they are allowed shows only when they are made"
        yield Finding(INFO, UNKNOWN, service, text)


def _tries_without_doing(cloud: Cloud) -> bool:
    """Whether the endpoint knows dry runs: where it answers a read that was to be tried only, it would also change."""
    try:
        cloud.call("ec2", "DescribeVpcs", {"DryRun": True})
    except CloudRefused:
        return True
    except AwsError:
        return False
    return False


def _verdict(cloud: Cloud, operation: str, calls: list[dict[str, Any]]) -> CloudDenied | str | None:
    """None where it is allowed, the refusal where it isn't, or why that can't be told."""
    told = "what it refers to is yet to be made"
    for params in calls:
        try:
            cloud.call("ec2", operation, params | {"DryRun": True})
            return "it was answered and not tried"
        except CloudDenied as error:
            return error
        except CloudRefused as error:
            if error.code == _ALLOWED:
                return None
            told = error.code
        except AwsError as error:
            return type(error).__name__
    return told


def _trials(plan: Plan, bindings: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Of each operation a few calls, as far as their ids are known or something like it is there."""
    stand_ins = _StandIns(bindings)
    found: dict[str, list[dict[str, Any]]] = {}
    for step in plan.steps:
        if step.service != "ec2" or step.call.until is not None:
            continue
        calls = found.setdefault(step.call.operation, [])
        if len(calls) < MOST_TRIES and (params := stand_ins.filled(step.call.params)) is not None:
            calls.append(params)
    return found


class _NothingLikeIt(Exception):
    """There is nothing in the target that could stand for what is yet to be made."""


@dataclass
class _StandIns:
    """Ids for what is yet to be made: of the default group, or of whatever else of that type is there."""

    bindings: Mapping[str, str]
    first: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for text, physical_id in sorted(self.bindings.items(), key=lambda item: not item[0].endswith("/default")):
            self.first.setdefault(text.partition("/")[0], physical_id)

    def filled(self, params: Mapping[str, Any]) -> dict[str, Any] | None:
        """The parameters as they can be sent; None where something in them can't be stood for."""
        try:
            return {name: self._value(value) for name, value in params.items()}
        except _NothingLikeIt:
            return None

    def _value(self, value: Any) -> Any:
        match value:
            case Ref():
                return self._id(value.key)
            case Join():
                return "".join(self._id(p.key) if isinstance(p, Ref) else p for p in value.parts)
            case str():
                return _WORD if value in (RUN_TOKEN, CLIENT_TOKEN) else value
            case dict():
                return {name: self._value(inner) for name, inner in value.items()}
            case list() | tuple():
                return [self._value(inner) for inner in value]
            case _:
                return value

    def _id(self, key: ResourceKey) -> str:
        found = self.bindings.get(key.text) or self.first.get(key.type)
        if found is None:
            raise _NothingLikeIt
        return found
