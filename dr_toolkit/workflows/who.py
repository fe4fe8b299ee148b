"""Who made the changes of a drift report: CloudTrail is asked, slowly, and never holds the report up for long.

LookupEvents keeps 90 days, allows two calls a second, and shows an event minutes after it happened, sometimes an hour.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dr_toolkit.engine import trail
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.errors import DrToolkitError
from dr_toolkit.model.deeds import FOUND, PENDING, UNKNOWN, Deed, Deeds
from dr_toolkit.report.results import DriftResult
from dr_toolkit.workflows.context import Context

SECONDS_A_CALL = 0.5
MOST_CALLS = 60
"""Half a minute: whoever waits for a report is not made to wait longer."""
MOST_PAGES = 5
KEPT, LAG = timedelta(days=90), timedelta(hours=2)


def with_deeds(context: Context, result: DriftResult) -> DriftResult:
    """The result with what the trail says of its changes; whatever goes wrong is said in it, and nothing is raised."""
    if not result.changes:
        return replace(result, deeds=Deeds())
    now = context.now()
    began = _time(result.baseline_taken_at) or now - KEPT
    asked = _Asked(now)
    try:
        name = result.source
        known = name in context.config.targets and name not in context.config.sources
        cloud = context.cloud(context.target(name) if known else context.config.source(name))
        asked.records = list(_records(context, cloud, result, max(began, now - KEPT), now, asked))
        _people(context, cloud, asked)
    except DrToolkitError as error:
        asked.trouble = error.message
    if began < now - KEPT:
        asked.say("the trail keeps 90 days, and the snapshot is older")
    return replace(result, deeds=_deeds(result, asked))


@dataclass
class _Asked:
    """What the trail answered so far, and what kept it from answering all."""

    now: datetime
    calls: int = 0
    trouble: str = ""
    records: list[Mapping[str, Any]] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> None:
        self.trouble = "; ".join(filter(None, (self.trouble, text)))


def _records(
    context: Context, cloud: Cloud, result: DriftResult, start: datetime, end: datetime, asked: _Asked
) -> Iterator[Mapping[str, Any]]:
    """The events that changes could come from, as CloudTrail recorded them."""
    for name in trail.events_of(result.changes):
        yield from _lookup(context, cloud, ("EventName", name), start, end, asked)


def _lookup(
    context: Context, cloud: Cloud, by: tuple[str, str], start: datetime, end: datetime, asked: _Asked
) -> Iterator[Mapping[str, Any]]:
    params: dict[str, Any] = {
        "LookupAttributes": [{"AttributeKey": by[0], "AttributeValue": by[1]}],
        "StartTime": start,
        "EndTime": end,
        "MaxResults": 50,
    }
    for _ in range(MOST_PAGES):
        if asked.calls >= MOST_CALLS:
            if "calls" not in asked.trouble:
                asked.say(f"not all of the trail was read: {MOST_CALLS} calls are the most")
            return
        if asked.calls:
            context.pause(SECONDS_A_CALL)
        asked.calls += 1
        context.progress(f"asking the trail for {by[1]}")
        answer = cloud.call("cloudtrail", "LookupEvents", params)
        yield from (record for event in answer.get("Events") or () if (record := _record(event)))
        if not answer.get("NextToken"):
            return
        params["NextToken"] = answer["NextToken"]
    asked.say(f"more than {MOST_PAGES * 50} events {by[1]} in that time: the latest were looked at")


def _record(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """CloudTrail's own record of an event; empty for what can't be read."""
    try:
        record = json.loads(event.get("CloudTrailEvent") or "{}")
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _people(context: Context, cloud: Cloud, asked: _Asked) -> None:
    """Who took the roles under which changes were made: by the access key that AssumeRole gave out."""
    keys = dict.fromkeys(filter(None, map(trail.session_key, asked.records)))
    for key in list(keys)[:10]:
        start = asked.now - KEPT
        for record in _lookup(context, cloud, ("ResourceName", key), start, asked.now, asked):
            if str(record.get("eventName", "")).startswith("AssumeRole"):
                asked.people[key] = trail.actor(record.get("userIdentity") or {})


def _deeds(result: DriftResult, asked: _Asked) -> Deeds:
    keys = {str(r.get("eventID")): trail.session_key(r) for r in asked.records}
    found, states = {}, {}
    recent = asked.now - (_time(result.live_taken_at) or asked.now) < LAG
    for change in result.changes:
        text = change.key.text
        deeds = trail.deeds_of(change, result.ids, asked.records)
        if deeds:
            found[text] = tuple(_by_person(deed, asked.people.get(keys.get(deed.event_id, ""), "")) for deed in deeds)
        states[text] = FOUND if deeds else PENDING if recent and not asked.trouble else UNKNOWN
    return Deeds(found, states, asked.trouble)


def _by_person(deed: Deed, person: str) -> Deed:
    if not person or person == deed.actor:
        return deed
    return replace(deed, actor=person, via=", ".join(filter(None, (f"session {deed.actor}", deed.via))))


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None
