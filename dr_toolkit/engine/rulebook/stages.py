"""Rules on stages: what they serve, protect, record and limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.case import Case, Check, Live, Rule, at, is_gone, is_new, lost, moved
from dr_toolkit.engine.truths import SERVED, SERVED_ONLY, UNDEPLOYED
from dr_toolkit.model.alerts import CRITICAL, HIGH, LOW, MEDIUM, NOTE
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec.http_apis import CONTENT
from dr_toolkit.spec.served import DEPLOYMENTS, STAGES, kind_of

STAGE, DEPLOYMENT, CERTIFICATE = "apigateway.stage", "apigateway.deployment", "apigateway.client_certificate"
SERVING, STAGED = tuple(sorted(DEPLOYMENTS)), tuple(sorted(STAGES))
DRAFT = (
    *("apigateway.rest_api", "apigateway.resource", "apigateway.method", "apigateway.model", "apigateway.authorizer"),
    *("apigateway.request_validator", "apigateway.gateway_response"),
    *CONTENT,
)
"""The types that a deployment freezes."""

NEAR_ITS_END = timedelta(days=60)
_UNLIMITED = -1
WORDS = frozenset({"description", "operationName", "tags", "Description", "OperationName", "Tags"})
"""What no caller of an API ever meets."""

_LEVELS = ("OFF", "ERROR", "INFO")


def _settings(case: Case, member: str, default: Any) -> Iterator[tuple[str, Any, Any]]:
    """A method setting before and after, wherever a stage has it in either."""
    old, new = (value or {} for value in case.pair("methodSettings"))
    for place in sorted(old.keys() | new.keys()):
        yield place, at(old, (place, member), default), at(new, (place, member), default)


def _switched(member: str, *, on: bool, default: bool = False) -> Check:
    """A check whether a method setting was switched on, or off, anywhere."""

    def check(case: Case) -> str:
        found = [p for p, old, new in _settings(case, member, default) if bool(new) is on is not bool(old)]
        return f"{member} {'on' if on else 'off'} for {', '.join(_places(found))}" if case.edit and found else ""

    return check


def _places(found: list[str]) -> list[str]:
    return ["all methods" if place == "*/*" else place.replace("~1", "/") for place in found]


def _logging(case: Case) -> str:
    told = [
        f"{_places([place])[0]}: {old} → {new}"
        for place, old, new in _settings(case, "loggingLevel", "OFF")
        if _level(new) < _level(old)
    ]
    return "; ".join(told) if case.edit else ""


def _level(value: Any) -> int:
    return _LEVELS.index(value) if value in _LEVELS else 0


def _limits(goes: Callable[[float, float], bool]) -> Check:
    """A check whether a limit moved so, anywhere; no limit is one without end."""

    def check(case: Case) -> str:
        said = []
        for member in ("throttlingRateLimit", "throttlingBurstLimit"):
            for place, old, new in _settings(case, member, _UNLIMITED):
                if goes(*(inf if limit == _UNLIMITED else limit for limit in (old, new))):
                    told = ["none" if limit == _UNLIMITED else limit for limit in (old, new)]
                    said.append(f"{_places([place])[0]}: {member} {told[0]} → {told[1]}")
        return "; ".join(said) if case.edit else ""

    return check


def _canary(case: Case) -> str:
    old, new = case.pair("canarySettings")
    if not case.edit or old == new or not new:
        return ""
    return f"{at(new, ('percentTraffic',), 0)} % of the traffic is served by another deployment"


def _variables(case: Case) -> str:
    old, new = (value or {} for value in case.pair("variables"))
    names = sorted(n for n in old.keys() | new.keys() if old.get(n) != new.get(n))
    return f"{', '.join(names)}: what a stage calls may hang on it" if case.edit and names else ""


def _redeployed(*, edited: bool) -> Check:
    """A check whether a stage serves another deployment, and whether the API's draft was edited too."""

    def check(case: Case) -> str:
        serving = case.change.key.type in SERVING
        made = next((f for f in case.change.fields if serving and f.path == ("id",)), None)
        other = SERVED in case.change.names if serving else bool(is_own(case))
        if (made is None and not other) or case.edited is not edited:
            return ""
        told = f"deployment {made.before} → {made.after}" if made else "another deployment"
        rest = case.unseen or "the draft is as it was, and this may hold something else"
        return told if edited else f"{told}: {rest}"

    return check


def is_own(case: Case) -> str:
    """A check whether a stage left the deployment of another stage for one of its own."""
    old, new = case.pair(kind_of(case.change.key.type).pointer)
    left = case.edit and isinstance(old, Ref) and isinstance(new, Ref) and old != new
    return f"{old} → {new}" if left and new.key.path == case.change.key.path else ""


def is_another_s(case: Case) -> str:
    """A check whether a stage left the deployment that it was on for another stage's."""
    old, new = case.pair(kind_of(case.change.key.type).pointer)
    return f"{old} → {new}" if case.edit and old and new and old != new and not is_own(case) else ""


def _undeployed(case: Case) -> str:
    if not case.unserved or _described(case):
        return ""
    rest = "still serves what it served" if len(case.unserved) == 1 else "still serve what they served"
    return f"changed but not deployed: {', '.join(case.unserved)} {rest}"


def _described(case: Case) -> str:
    names = case.change.names
    return f"{', '.join(sorted(names))} only" if case.edit and names and names <= WORDS else ""


def _ending(live: Live) -> Iterator[tuple[str, str]]:
    """Client certificates that stages use and that end soon, or have ended."""
    for text, facts in live.estate.observed.items():
        if not text.startswith(f"{CERTIFICATE}/") or not facts.get("expirationDate"):
            continue
        end = datetime.fromisoformat(str(facts["expirationDate"]))
        end = end if end.tzinfo else end.replace(tzinfo=UTC)
        if end - live.now <= NEAR_ITS_END:
            word = "ended" if end <= live.now else "ends"
            yield text, f"it {word} on {end:%Y-%m-%d}"


def _found(code: str) -> Callable[[Live], Iterator[tuple[str, str]]]:
    """What was found of stages when they were read, whether or not anything has changed since."""

    def look(live: Live) -> Iterator[tuple[str, str]]:
        return ((f.key, f.text) for f in live.estate.findings if f.code == code)

    return look


_THROTTLE, _SERVE = references.THROTTLING, references.DEPLOY
RULES = (
    Rule("stage-removed", CRITICAL, "A stage is gone", references.STAGES, (STAGE,), is_gone),
    Rule("stage-added", MEDIUM, "A stage is new", references.STAGES, (STAGE,), is_new),
    Rule(
        "stage-waf-off",
        HIGH,
        "The web ACL is detached",
        references.WAF,
        (STAGE,),
        lost("webAclArn", what="no web ACL"),
    ),
    Rule("stage-waf", MEDIUM, "Another web ACL protects a stage", references.WAF, (STAGE,), moved("webAclArn")),
    Rule(
        "stage-throttle-off",
        HIGH,
        "Throttling is removed",
        _THROTTLE,
        (STAGE,),
        _limits(lambda old, new: old < new == inf),
    ),
    Rule(
        "stage-throttle-raised",
        MEDIUM,
        "Throttling is raised",
        _THROTTLE,
        (STAGE,),
        _limits(lambda old, new: old < new < inf),
    ),
    Rule(
        "stage-throttle-lowered", LOW, "Throttling is lowered", _THROTTLE, (STAGE,), _limits(lambda old, new: new < old)
    ),
    Rule("stage-logging-off", HIGH, "Less is logged of requests", references.LOGGING, (STAGE,), _logging),
    Rule(
        "stage-access-log-off",
        HIGH,
        "Access is not logged any more",
        references.LOGGING,
        (STAGE,),
        lost("accessLogSettings", what="no access log"),
    ),
    Rule(
        "stage-access-log",
        MEDIUM,
        "Access is logged elsewhere",
        references.LOGGING,
        (STAGE,),
        moved("accessLogSettings", "destinationArn"),
    ),
    Rule(
        "stage-data-trace",
        MEDIUM,
        "Requests are logged with their content",
        references.LOGGING,
        (STAGE,),
        _switched("dataTraceEnabled", on=True),
    ),
    Rule(
        "stage-metrics-off", LOW, "Fewer metrics", references.LOGGING, (STAGE,), _switched("metricsEnabled", on=False)
    ),
    Rule(
        "stage-tracing-off",
        LOW,
        "Requests are not traced any more",
        references.TRACING,
        (STAGE,),
        lost("tracingEnabled", what="X-Ray is off"),
    ),
    Rule(
        "stage-cache-plain",
        MEDIUM,
        "The cache is not encrypted any more",
        references.CACHE,
        (STAGE,),
        _switched("cacheDataEncrypted", on=False),
    ),
    Rule(
        "stage-cache-control",
        MEDIUM,
        "Anyone may empty the cache",
        references.CACHE,
        (STAGE,),
        _switched("requireAuthorizationForCacheControl", on=False, default=True),
    ),
    Rule(
        "stage-certificate-off",
        HIGH,
        "Backends are called without a client certificate",
        references.CLIENT_CERTIFICATE,
        (STAGE,),
        lost("clientCertificateId", what="no client certificate"),
    ),
    Rule(
        "stage-certificate",
        MEDIUM,
        "Backends are called with another client certificate",
        references.CLIENT_CERTIFICATE,
        (STAGE,),
        moved("clientCertificateId"),
    ),
    Rule("stage-variables", MEDIUM, "Stage variables differ", references.VARIABLES, (STAGE,), _variables),
    Rule("stage-canary", MEDIUM, "A canary takes traffic", references.CANARY, (STAGE,), _canary),
    Rule("stage-deployment", HIGH, "A stage serves another stage's deployment", _SERVE, (STAGE,), is_another_s),
    Rule(
        "stage-redeployed",
        MEDIUM,
        "A stage serves another deployment",
        _SERVE,
        (*SERVING, *STAGED),
        _redeployed(edited=True),
    ),
    Rule(
        "stage-redeployed-unseen",
        HIGH,
        "A stage serves another deployment, and the draft is the same",
        _SERVE,
        (*SERVING, *STAGED),
        _redeployed(edited=False),
    ),
    Rule("stage-behind", NOTE, "A draft is ahead of a stage", _SERVE, look=_found(UNDEPLOYED)),
    Rule("stage-serves-more", MEDIUM, "A stage serves what the draft lacks", _SERVE, look=_found(SERVED_ONLY)),
    Rule("draft-undeployed", LOW, "A change of the draft is not deployed", _SERVE, DRAFT, _undeployed),
    Rule(
        "api-described",
        NOTE,
        "Only a description, a name for documents, or tags",
        references.STAGES,
        (*DRAFT, STAGE, *SERVING),
        _described,
    ),
    Rule("certificate-ends", HIGH, "A client certificate is near its end", references.CERTIFICATES, look=_ending),
)
