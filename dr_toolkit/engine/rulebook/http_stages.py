"""Rules on stages and integrations of HTTP and WebSocket APIs: what limits and records calls, and where they go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf
from typing import Any

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.case import (
    Case,
    Check,
    Rule,
    at,
    changed,
    is_gone,
    is_new,
    led,
    lost,
    made_anew,
    moved,
    shown,
)
from dr_toolkit.engine.rulebook.integrations import accounts, regions
from dr_toolkit.engine.rulebook.stages import is_another_s
from dr_toolkit.model.alerts import CRITICAL, HIGH, LOW, MEDIUM

STAGE, INTEGRATION = "apigatewayv2.stage", "apigatewayv2.integration"
_LIMITS = ("ThrottlingRateLimit", "ThrottlingBurstLimit")
_LEVELS = ("OFF", "ERROR", "INFO")
_WHERE = ("IntegrationUri", "CredentialsArn")


def _settings(case: Case, member: str, default: Any) -> Iterator[tuple[str, Any, Any]]:
    """A setting before and after: of all routes, and of those that have one of their own."""
    old, new = case.pair("DefaultRouteSettings", member, default=default)
    yield "all routes", old, new
    before, after = (value or {} for value in case.pair("RouteSettings"))
    for route in sorted(before.keys() | after.keys()):
        yield route, at(before, (route, member), default), at(after, (route, member), default)


def _limits(goes: Callable[[float, float], bool]) -> Check:
    """A check whether a limit moved so, anywhere; no limit is one without end."""

    def check(case: Case) -> str:
        told = [
            f"{place}: {member} {'none' if old == inf else old} → {'none' if new == inf else new}"
            for member in _LIMITS
            for place, old, new in _settings(case, member, inf)
            if goes(old, new)
        ]
        return "; ".join(told) if case.edit else ""

    return check


def _logging(case: Case) -> str:
    told = [
        f"{place}: {old} → {new}"
        for place, old, new in _settings(case, "LoggingLevel", "OFF")
        if _LEVELS.index(str(new)) < _LEVELS.index(str(old))
    ]
    return "; ".join(told) if case.edit else ""


def _switched(member: str, *, on: bool) -> Check:
    def check(case: Case) -> str:
        found = [p for p, old, new in _settings(case, member, default=False) if bool(new) is on is not bool(old)]
        return f"{member} {'on' if on else 'off'} for {', '.join(found)}" if case.edit and found else ""

    return check


def _automatic(case: Case) -> str:
    old, new = case.pair("AutoDeploy", default=False)
    return "each change of the API is live at once" if case.edit and new and not old else ""


def _tied(case: Case) -> str:
    old, new = case.pair("AutoDeploy", default=False)
    return "changes of the API are not live until they are deployed" if case.edit and old and not new else ""


def _variables(case: Case) -> str:
    old, new = (value or {} for value in case.pair("StageVariables"))
    names = sorted(n for n in old.keys() | new.keys() if old.get(n) != new.get(n))
    return f"{', '.join(names)}: what a stage calls may hang on it" if case.edit and names else ""


def _names(what: Callable[[str], set[str]], word: str) -> Check:
    """A check whether an integration names a region or account that it did not."""

    def check(case: Case) -> str:
        old, new = ({n for m in _WHERE for n in what(str(side.get(m, "")))} for side in (case.old, case.new))
        return f"{word} {', '.join(sorted(new - old))}" if new - old else ""

    return check


def _target(case: Case) -> str:
    old, new = case.pair("IntegrationUri")
    return led(old, new) if case.edit and old and new and old != new else ""


def _plain(case: Case) -> str:
    old, new = (str(value or "") for value in case.pair("IntegrationUri"))
    link = case.new.get("ConnectionType") == "VPC_LINK"
    return shown(new) if new.startswith("http://") and not old.startswith("http://") and not link else ""


def _internet(case: Case) -> str:
    old, new = case.pair("ConnectionType", default="INTERNET")
    return "requests leave the VPC link for the internet" if case.edit and old == "VPC_LINK" != new else ""


_HTTP, _LOGS, _BACK = references.HTTP_STAGES, references.ACCESS_LOGS, references.HTTP_INTEGRATIONS
_THROTTLE, _PRIVATE = references.HTTP_THROTTLING, references.HTTP_PRIVATE
RULES = (
    Rule("http-stage-removed", CRITICAL, "A stage of an HTTP or WebSocket API is gone", _HTTP, (STAGE,), is_gone),
    Rule("http-stage-added", MEDIUM, "A stage of an HTTP or WebSocket API is new", _HTTP, (STAGE,), is_new),
    Rule("http-stage-automatic", MEDIUM, "A stage deploys by itself now", _HTTP, (STAGE,), _automatic),
    Rule("http-stage-tied", LOW, "A stage does not deploy by itself any more", _HTTP, (STAGE,), _tied),
    Rule("http-stage-deployment", HIGH, "A stage is tied to another deployment", _HTTP, (STAGE,), is_another_s),
    Rule(
        "http-stage-redeployed",
        MEDIUM,
        "A stage of an HTTP or WebSocket API serves another deployment",
        _HTTP,
        ("apigatewayv2.deployment",),
        made_anew("it may hold something else"),
    ),
    Rule("http-stage-variables", MEDIUM, "Variables of a stage differ", _HTTP, (STAGE,), _variables),
    Rule(
        "http-stage-access-log-off",
        HIGH,
        "Access to routes is not logged any more",
        _LOGS,
        (STAGE,),
        lost("AccessLogSettings", what="no access log"),
    ),
    Rule(
        "http-stage-access-log",
        MEDIUM,
        "Access to routes is logged elsewhere",
        _LOGS,
        (STAGE,),
        moved("AccessLogSettings", "DestinationArn"),
    ),
    Rule("http-stage-logging-off", HIGH, "Less is logged of messages", references.LOGGING, (STAGE,), _logging),
    Rule(
        "http-stage-data-trace",
        MEDIUM,
        "Messages are logged with their content",
        references.LOGGING,
        (STAGE,),
        _switched("DataTraceEnabled", on=True),
    ),
    Rule(
        "http-stage-metrics-off",
        LOW,
        "Fewer metrics of routes",
        references.LOGGING,
        (STAGE,),
        _switched("DetailedMetricsEnabled", on=False),
    ),
    Rule(
        "http-stage-throttle-off",
        HIGH,
        "Throttling of routes is removed",
        _THROTTLE,
        (STAGE,),
        _limits(lambda old, new: old < new == inf),
    ),
    Rule(
        "http-stage-throttle-raised",
        MEDIUM,
        "Throttling of routes is raised",
        _THROTTLE,
        (STAGE,),
        _limits(lambda old, new: old < new < inf),
    ),
    Rule(
        "http-stage-throttle-lowered",
        LOW,
        "Throttling of routes is lowered",
        _THROTTLE,
        (STAGE,),
        _limits(lambda old, new: new < old),
    ),
    Rule(
        "http-stage-certificate-off",
        HIGH,
        "Backends of a WebSocket API see no client certificate",
        references.CLIENT_CERTIFICATE,
        (STAGE,),
        lost("ClientCertificateId", what="no client certificate"),
    ),
    Rule("http-integration-target", HIGH, "Routes go to another backend", _BACK, (INTEGRATION,), _target),
    Rule(
        "http-integration-type",
        MEDIUM,
        "An integration of routes is of another type",
        _BACK,
        (INTEGRATION,),
        changed("IntegrationType"),
    ),
    Rule(
        "http-integration-region",
        MEDIUM,
        "An integration of routes goes to another region",
        _BACK,
        (INTEGRATION,),
        _names(regions, "region"),
    ),
    Rule(
        "http-integration-account",
        HIGH,
        "An integration of routes goes to another account",
        _BACK,
        (INTEGRATION,),
        _names(accounts, "account"),
    ),
    Rule("http-integration-plain", HIGH, "Routes go over plain HTTP", _BACK, (INTEGRATION,), _plain),
    Rule(
        "http-integration-internet",
        HIGH,
        "A private integration of routes is public",
        _PRIVATE,
        (INTEGRATION,),
        _internet,
    ),
    Rule(
        "http-integration-link",
        MEDIUM,
        "Routes go through another VPC link",
        _PRIVATE,
        (INTEGRATION,),
        moved("ConnectionId"),
    ),
    Rule(
        "http-integration-unverified",
        HIGH,
        "The backend's name in TLS is not verified",
        _PRIVATE,
        (INTEGRATION,),
        lost("TlsConfig", "ServerNameToVerify", what="no server name is verified"),
    ),
    Rule(
        "http-integration-server-name",
        MEDIUM,
        "Another name in TLS is verified",
        _PRIVATE,
        (INTEGRATION,),
        moved("TlsConfig", "ServerNameToVerify"),
    ),
    Rule(
        "http-integration-credentials",
        HIGH,
        "The backend of routes is called with other rights",
        _BACK,
        (INTEGRATION,),
        changed("CredentialsArn"),
    ),
)
