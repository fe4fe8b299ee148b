"""The engines put together without store, journal and config: capture, plan, and steps made one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_toolkit.engine import planner, replays
from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader, Reading
from dr_toolkit.engine.pairing import pair
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.engine.situation import Situation
from dr_toolkit.engine.survey import Outlook, survey
from dr_toolkit.engine.translate import Wishes, translate
from dr_toolkit.model.changes import Join, Step
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.model.secrets import SecretRef
from dr_toolkit.resources import registry
from dr_toolkit.spec.tags import CLIENT_TOKEN, RUN_TOKEN
from dr_toolkit.spec.types import Row

LANDMARKS = ("ec2.vpc", "ec2.foreign_prefix_list", "ec2.vpc_endpoint")


def capture(cloud: Cloud, known: Mapping[Any, Any] | None = None) -> Estate:
    """A region as a snapshot would hold it."""
    reading = Reader(cloud, registry()).read()
    return canonicalise(reading, registry(), pair(reading, registry(), cloud.scope, known or {}))


def of_rows(scope: Scope, known: Mapping[Any, Any] | None = None, **rows: list[dict[str, Any]]) -> Estate:
    """The estate of bare rows, named by type with ``__`` for the dot; each is listed once a region."""
    reading = Reading(
        {n.replace("__", "."): [Row(n.replace("__", "."), r) for r in found] for n, found in rows.items()}
    )
    names = pair(reading, registry(), scope, known or {})
    return canonicalise(reading, registry(), names, all_landmarks=True)


def plan(
    wanted: Estate, source: Scope, cloud: Cloud, *, prune: bool = True
) -> tuple[planner.Draft, list[Step], dict[str, str]]:
    """What would make a region like an estate of another: the draft, its steps, and the ids that are known there."""
    moved = translate(wanted, source, cloud.scope, Wishes(), registry())
    found = survey(cloud, registry(), Outlook(landmarks=frozenset(LANDMARKS)))
    situation = Situation(moved.estate, found.estate, registry(), found.bindings, prune)
    draft = planner.draft(situation)
    return draft, replays.steps(draft, situation, cloud.scope), dict(found.bindings)


def apply(todo: list[Step], cloud: Cloud, bound: dict[str, str]) -> None:
    """Make every step; a reference to what nothing has bound is a KeyError."""
    for step in todo:
        answer: Any = cloud.call(step.service, step.call.operation, resolved(step.call.params, bound))
        for key, path in step.call.binds.items():
            value = answer
            for part in path.split("."):
                value = value[part]
            bound[key.text] = value


def resolved(value: Any, bound: Mapping[str, str]) -> Any:
    """Parameters as AWS gets them."""
    match value:
        case Ref():
            return bound[value.key.text]
        case SecretRef():
            return "s" * 20
        case Join():
            return "".join(resolved(part, bound) for part in value.parts)
        case str():
            return {RUN_TOKEN: "run", CLIENT_TOKEN: "token"}.get(value, value)
        case Mapping():
            return {k: resolved(v, bound) for k, v in value.items()}
        case list() | tuple():
            return [resolved(v, bound) for v in value]
        case _:
            return value


def strings(value: Any) -> Iterator[str]:
    """Every text in a value, names of members too, and the keys of references."""
    match value:
        case str():
            yield value
        case Ref():
            yield value.key.text
        case Mapping():
            for name, inner in value.items():
                yield from strings(name)
                yield from strings(inner)
        case list() | tuple():
            for inner in value:
                yield from strings(inner)


def refs(value: Any) -> set[ResourceKey]:
    """The resources that parameters refer to."""
    match value:
        case Ref():
            return {value.key}
        case Join():
            return set().union(*(refs(part) for part in value.parts))
        case Mapping():
            return set().union(*(refs(inner) for inner in value.values()))
        case list() | tuple():
            return set().union(*(refs(inner) for inner in value))
        case _:
            return set()
