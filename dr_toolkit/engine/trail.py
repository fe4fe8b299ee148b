"""Which event of CloudTrail made which change: by what was called, and by the ids and names that the event holds.

An event is the record that CloudTrail keeps, as JSON. Both versions of API Gateway share the names of their events; the
id of the REST API tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dr_toolkit.engine.trail_events import WHOLE, WHOLE_THINGS, events
from dr_toolkit.model.changes import Change
from dr_toolkit.model.deeds import Deed
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.served import DEPLOYMENTS, HTTP, REST, STAGES

_APIS = {"apigateway": REST.api, "apigatewayv2": HTTP.api}
_BY_NAME = frozenset({*STAGES, "apigateway.model", "apigateway.gateway_response", "apigateway.documentation_version"})
_NAMES = ("name", "pathPart", "Name", "RouteKey", "StatementId", "basePath", "ApiMappingKey")

MOST_DEEDS = 5
"""How many events are told of one change, the latest first."""

Ids = Mapping[str, tuple[str, ...]]
"""Physical ids by printed key: of what changed, and of what it lies in; two where it was made anew."""


@dataclass(frozen=True)
class Clue:
    """What an event has to hold to be the one: one value of each set; where it is about a whole thing, of the first."""

    events: frozenset[str]
    needs: tuple[frozenset[str], ...]

    def fits(self, record: Mapping[str, Any]) -> bool:
        """Whether an event may have made the change."""
        name = str(record.get("eventName", ""))
        if name not in self.events or record.get("errorCode"):
            return False
        values = set(_texts(record.get("requestParameters"))) | set(_texts(record.get("responseElements")))
        needs = self.needs[:1] if name in WHOLE else self.needs
        return all(any(_holds(values, one) for one in each) for each in needs if each)


def _holds(values: set[str], wanted: str) -> bool:
    """Whether a value is among them, or a part of an ARN's path."""
    return wanted in values or any(v.startswith("arn:") and wanted in v.split("/") for v in values)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case bool() | None:
            return
        case int() | float():
            yield str(value)
        case Mapping():
            for inner in value.values():
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)


def clue(change: Change, ids: Ids) -> Clue | None:
    """What to look for; None for a type that no event is known of."""
    key = change.key
    possible = frozenset(events(key.type))
    if not possible:
        return None
    own = frozenset(ids.get(key.text, ()))
    if key.type == "ec2.security_group_rule":
        group = frozenset(ids.get(f"ec2.security_group/{'/'.join(key.text.split('/')[1:3])}", ()))
        return Clue(possible, (group | own, own | _peer(change, ids)))
    above = _above(key, ids)
    if above is None:
        return Clue(possible, (own or _WORDS.get(key.type, own),))
    return Clue(possible, (above, *_within(change, own, ids)))


_WORDS = {"apigateway.account": frozenset({"/cloudwatchRoleArn", "/features"})}
"""What an event holds of a type whose things have no id."""

_IN_A_DOMAIN = ("apigateway.base_path_mapping", "apigatewayv2.api_mapping", "apigatewayv2.routing_rule")
_INSIDE = {
    **dict.fromkeys(_IN_A_DOMAIN, ("apigateway.domain_name", 1)),
    "apigateway.usage_plan_key": ("apigateway.usage_plan", 1),
    "ec2.security_group_vpc_association": ("ec2.security_group", 2),
    "lambda.permission": ("lambda.function", 1),
    "lambda.alias_permission": ("lambda.function", 1),
}
"""Type -> the type of the whole thing that its events name, and how much of the key that is."""


def _above(key: ResourceKey, ids: Ids) -> frozenset[str] | None:
    """The ids of the whole thing that a resource is a part of; None for what is whole itself."""
    service = key.type.partition(".")[0]
    if key.type in WHOLE_THINGS:
        return None
    name, length = _INSIDE.get(key.type) or (_APIS[service], 1)
    outer = ResourceKey(name, key.path[:length])
    return frozenset({*ids.get(outer.text, ()), *({outer.name} if service == "lambda" else ())})


def _peer(change: Change, ids: Ids) -> frozenset[str]:
    side = change.after or change.before
    a = side.attributes if side else {}
    target = a.get("PrefixListId") or (a.get("ReferencedGroupInfo") or {}).get("GroupId")
    if isinstance(target, Ref):
        return frozenset(ids.get(target.key.text, ()))
    return frozenset(str(a[m]) for m in ("CidrIpv4", "CidrIpv6") if m in a)


def _within(change: Change, own: frozenset[str], ids: Ids) -> tuple[frozenset[str], ...]:
    """What tells a part of an API from the other parts."""
    key = change.key
    if key.type == "apigateway.method":
        path = ResourceKey("apigateway.resource", key.path[:-1])
        return frozenset({*ids.get(path.text, ())}), frozenset({key.name})
    if key.type in _BY_NAME:
        return (frozenset({key.name}),)
    if key.type in DEPLOYMENTS:
        return (own | {key.name},)
    side = change.after or change.before
    said = {str(side.attributes[m]) for m in _NAMES if side and m in side.attributes}
    return (own | said,)


def events_of(changes: Iterable[Change]) -> list[str]:
    """The names of the events to ask for, those that most changes could come from first."""
    counts: dict[str, int] = {}
    for change in changes:
        for name in events(change.key.type):
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))


def deeds_of(change: Change, ids: Ids, records: Iterable[Mapping[str, Any]]) -> tuple[Deed, ...]:
    """The events that may have made a change, the latest first."""
    looked_for = clue(change, ids)
    if looked_for is None or not looked_for.needs[0]:
        return ()
    fitting = {str(r.get("eventID")): r for r in records if looked_for.fits(r)}
    found = sorted((deed(r) for r in fitting.values()), key=lambda d: (d.at, d.event_id), reverse=True)
    return tuple(found[:MOST_DEEDS])


def deed(record: Mapping[str, Any]) -> Deed:
    """An event for people."""
    identity = record.get("userIdentity") or {}
    return Deed(
        event_id=str(record.get("eventID", "")),
        at=str(record.get("eventTime", "")),
        event=str(record.get("eventName", "")),
        actor=actor(identity),
        via=", ".join(_through(record, identity)),
        address=str(record.get("sourceIPAddress", "")),
        agent=str(record.get("userAgent", "")),
    )


def actor(identity: Mapping[str, Any]) -> str:
    """The person or thing behind an identity: its source identity, user, session, role or service, as far as known."""
    context = identity.get("sessionContext") or {}
    kind, arn = str(identity.get("type", "")), str(identity.get("arn", ""))
    if named := context.get("sourceIdentity"):
        return str(named)
    if kind == "Root":
        return "the account's root user"
    if kind == "AssumedRole" and arn.count("/") >= 2:
        return arn.rsplit("/", 1)[1]
    named = (
        identity.get("userName") or arn.rpartition("/")[2] or identity.get("invokedBy") or identity.get("principalId")
    )
    return str(named or "unknown")


def _through(record: Mapping[str, Any], identity: Mapping[str, Any]) -> Iterator[str]:
    issuer = (identity.get("sessionContext") or {}).get("sessionIssuer") or {}
    if role := issuer.get("userName"):
        yield f"role {role}"
    service = identity.get("invokedBy") or record.get("invokedBy")
    if service:
        yield str(service)


def session_key(record: Mapping[str, Any]) -> str:
    """The access key of a role's session, by which the one who took the role can be found; else empty."""
    identity = record.get("userIdentity") or {}
    return str(identity.get("accessKeyId") or "") if identity.get("type") == "AssumedRole" else ""
