"""What drift comes to: alerts by the rule book, and each change's severity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dr_toolkit.engine.exposure import LIST, RULE, Exposure, Exposures
from dr_toolkit.engine.rulebook import by_type, rules
from dr_toolkit.engine.rulebook.case import Case, Live
from dr_toolkit.engine.rulebook.http_apis import API as HTTP_API
from dr_toolkit.engine.rulebook.http_apis import ROUTE
from dr_toolkit.engine.rulebook.stages import DRAFT
from dr_toolkit.engine.stages import Stages
from dr_toolkit.engine.truths import Truths, called
from dr_toolkit.model.alerts import LOW, NOTE, Alert, worst
from dr_toolkit.model.changes import Change
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.served import DEPLOYMENTS, STAGES


@dataclass(frozen=True)
class Judgement:
    """Alerts, the worst first; severity by printed key of each change; the exposure of groups, by their keys."""

    alerts: tuple[Alert, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    exposures: tuple[Exposure, ...] = ()


def judge(
    changes: Sequence[Change], before: Estate, after: Estate, now: datetime, truths: Truths | None = None
) -> Judgement:
    """Hold every change against the rule book; ``now`` is for what ends some day, ``truths`` what stages serve."""
    exposures = Exposures(before, after, changes)
    drafts = Stages(changes, before, after, truths)
    alerts: list[Alert] = []
    severities: dict[str, str] = {}
    for change in changes:
        found = [*_alerts(_case(change, exposures, drafts, after)), *_served(change, drafts)]
        # What no rule speaks of is still a change.
        severities[change.key.text] = worst([a.severity for a in found]) if found else LOW
        alerts += found
    alerts += (alert for alert in _standing(Live(after, now)) if not drafts.tells(alert))
    ordered = sorted(alerts, key=lambda a: a.rank)
    return Judgement(tuple(ordered), severities, tuple(exposures.groups.values()))


def _case(change: Change, exposures: Exposures, drafts: Stages, after: Estate) -> Case:
    if change.key.type in (RULE, LIST):
        opened, closed = (tuple(exposures.part(change, opened=way)) for way in (True, False))
        return Case(change, opened, closed)
    of_api = change.key.type in DRAFT or change.key.type in (*STAGES, *DEPLOYMENTS)
    case = drafts.case(change) if of_api else Case(change)
    if change.key.type == ROUTE:
        held = after.get(ResourceKey(HTTP_API, change.key.path[:1]))
        return replace(case, websocket=held is not None and held.attributes.get("ProtocolType") == "WEBSOCKET")
    return case


def _served(change: Change, drafts: Stages) -> Iterable[Alert]:
    """What the book says of what a stage serves now, and what no change of the draft says already."""
    for inner in drafts.unsaid(change):
        for alert in _alerts(Case(inner)):
            if alert.severity != NOTE:
                text = f"{called(inner.key)}, as it is served: {alert.text}"
                yield Alert(alert.rule, alert.severity, change.key, text)


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
