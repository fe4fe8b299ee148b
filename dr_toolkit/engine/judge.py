"""What drift comes to: alerts by the rule book, and each change's severity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dr_toolkit.engine.exposure import LIST, RULE, Exposure, Exposures
from dr_toolkit.engine.rulebook import by_type, rules
from dr_toolkit.engine.rulebook.case import Case, Live
from dr_toolkit.engine.rulebook.http_apis import API as HTTP_API
from dr_toolkit.engine.rulebook.http_apis import ROUTE
from dr_toolkit.engine.rulebook.stages import DEPLOYMENT, DRAFT, STAGE
from dr_toolkit.model.alerts import LOW, NOTE, Alert, worst
from dr_toolkit.model.changes import Change
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey


@dataclass(frozen=True)
class Judgement:
    """Alerts, the worst first; severity by printed key of each change; the exposure of groups, by their keys."""

    alerts: tuple[Alert, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    exposures: tuple[Exposure, ...] = ()


def judge(changes: Sequence[Change], before: Estate, after: Estate, now: datetime) -> Judgement:
    """Hold every change against the rule book; ``now`` is for what ends some day."""
    exposures = Exposures(before, after, changes)
    drafts = _Drafts(changes, before, after)
    alerts: list[Alert] = []
    severities: dict[str, str] = {}
    for change in changes:
        found = _alerts(_case(change, exposures, drafts, after))
        # What no rule speaks of is still a change.
        severities[change.key.text] = worst([a.severity for a in found]) if found else LOW
        alerts += found
    alerts += _standing(Live(after, now))
    ordered = sorted(alerts, key=lambda a: a.rank)
    return Judgement(tuple(ordered), severities, tuple(exposures.groups.values()))


def _case(change: Change, exposures: Exposures, drafts: _Drafts, after: Estate) -> Case:
    if change.key.type in (RULE, LIST):
        opened, closed = (tuple(exposures.part(change, opened=way)) for way in (True, False))
        return Case(change, opened, closed)
    if change.key.type in DRAFT or change.key.type in (STAGE, DEPLOYMENT):
        api = change.key.path[0]
        unserved = drafts.unserved(api) if change.key.type in DRAFT else ()
        return Case(change, unserved=unserved, edited=api in drafts.edited)
    if change.key.type == ROUTE:
        held = after.get(ResourceKey(HTTP_API, change.key.path[:1]))
        return Case(change, websocket=held is not None and held.attributes.get("ProtocolType") == "WEBSOCKET")
    return Case(change)


def _alerts(case: Case) -> list[Alert]:
    key = case.change.key
    told = ((rule, rule.check(case)) for rule in by_type().get(key.type, ()))
    found = [Alert(rule.id, rule.severity, key, text) for rule, text in told if text]
    # A note that nothing matters is worth nothing beside an alert that something does.
    return [a for a in found if a.severity != NOTE] or found


def _standing(live: Live) -> Iterable[Alert]:
    for rule in rules():
        for text, said in rule.look(live):
            yield Alert(rule.id, rule.severity, ResourceKey.parse(text), said, standing=True)


class _Drafts:
    """Which APIs were edited, and which of their stages serve what they served."""

    def __init__(self, changes: Iterable[Change], before: Estate, after: Estate) -> None:
        self.edited = frozenset(c.key.path[0] for c in changes if c.key.type in DRAFT and not _made_anew(c))
        self._served: dict[str, tuple[str, ...]] = {}
        self._find(before, after)

    def _find(self, before: Estate, after: Estate) -> None:
        found: dict[str, list[str]] = {}
        for text in after.lines if self.edited else ():
            if not text.startswith(f"{STAGE}/"):
                continue
            key = ResourceKey.parse(text)
            deployment = ResourceKey(DEPLOYMENT, key.path).text
            ids = before.ids.get(deployment), after.ids.get(deployment)
            if key.path[0] in self.edited and ids[0] and ids[0] == ids[1]:
                found.setdefault(key.path[0], []).append(key.name)
        self._served = {api: tuple(sorted(names)) for api, names in found.items()}

    def unserved(self, api: str) -> tuple[str, ...]:
        """The stages of an API that serve the deployment that they served before."""
        return self._served.get(api, ())


def _made_anew(change: Change) -> bool:
    return any(f.path == ("id",) for f in change.fields)
