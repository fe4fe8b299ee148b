"""Rules on what stands behind a method: where requests go, with whose rights, and how safely."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.case import Case, Check, Rule, changed, led, shown
from dr_toolkit.engine.rulebook.methods import METHOD
from dr_toolkit.model.alerts import HIGH, LOW, MEDIUM

_ARN = re.compile(
    r"arn:(?:\$\{AWS::Partition\}|[^:]+):([a-z0-9-]+):(\$\{AWS::Region\}|[^:]*):(\$\{AWS::AccountId\}|[^:/]*)"
)
_HOST = re.compile(r"[./]([a-z]{2}(?:-[a-z]+)+-\d)\.(?:[a-z0-9-]+\.)*amazonaws\.")
_WHERE = ("uri", "integrationTarget", "credentials")


def regions(text: str) -> set[str]:
    """The regions, other than the estate's own, that an ARN or a host of AWS's names."""
    found = {m[2] for m in _ARN.finditer(text)} | set(_HOST.findall(text))
    return {r for r in found if r and not r.startswith("$")}


def accounts(text: str) -> set[str]:
    """The accounts, other than the estate's own, that ARNs name."""
    return {m[3] for m in _ARN.finditer(text) if m[3].isdigit() and len(m[3]) == 12}


def _texts(case: Case, *, new: bool) -> Iterator[str]:
    integration = (case.new if new else case.old).get("methodIntegration") or {}
    yield from (str(integration[name]) for name in _WHERE if name in integration)


def _names(what: Callable[[str], set[str]], word: str) -> Check:
    """A check whether an integration names a region or account that it did not."""

    def check(case: Case) -> str:
        old = {name for text in _texts(case, new=False) for name in what(text)}
        new = {name for text in _texts(case, new=True) for name in what(text)} - old
        return f"{word} {', '.join(sorted(new))}" if new else ""

    return check


def _target(case: Case) -> str:
    old, new = case.pair("methodIntegration", "uri")
    return led(old, new) if case.edit and old and new and old != new else ""


def _gone(case: Case) -> str:
    old, new = case.pair("methodIntegration")
    return "nothing answers behind it" if case.edit and old and not new else ""


def _mock(case: Case) -> str:
    old, new = case.pair("methodIntegration", "type")
    return f"{old} → MOCK" if case.edit and new == "MOCK" and old and old != "MOCK" else ""


def _kind(case: Case) -> str:
    old, new = case.pair("methodIntegration", "type")
    return f"{old} → {new}" if case.edit and old and new and old != new and new != "MOCK" else ""


def _plain(case: Case) -> str:
    old, new = (str(v or "") for v in case.pair("methodIntegration", "uri"))
    link = case.pair("methodIntegration", "connectionType")[1] == "VPC_LINK"
    return shown(new) if new.startswith("http://") and not old.startswith("http://") and not link else ""


def _unverified(case: Case) -> str:
    old, new = case.pair("methodIntegration", "tlsConfig", "insecureSkipVerification", default=False)
    return "any certificate of the backend is accepted" if new and not old else ""


def _internet(case: Case) -> str:
    old, new = case.pair("methodIntegration", "connectionType", default="INTERNET")
    return "requests leave the VPC link for the internet" if case.edit and old == "VPC_LINK" != new else ""


def _link(case: Case) -> str:
    old, new = case.pair("methodIntegration", "connectionId")
    return f"{old} → {new}" if case.edit and old and new and old != new else ""


_IN = "methodIntegration"
RULES = (
    Rule(
        "integration-removed", HIGH, "A method has no integration any more", references.INTEGRATIONS, (METHOD,), _gone
    ),
    Rule("integration-target", HIGH, "Requests go to another backend", references.INTEGRATIONS, (METHOD,), _target),
    Rule("integration-mock", HIGH, "A mock answers in the backend's place", references.INTEGRATIONS, (METHOD,), _mock),
    Rule("integration-type", MEDIUM, "An integration is of another type", references.INTEGRATIONS, (METHOD,), _kind),
    Rule(
        "integration-region",
        MEDIUM,
        "An integration goes to another region",
        references.INTEGRATIONS,
        (METHOD,),
        _names(regions, "region"),
    ),
    Rule(
        "integration-account",
        HIGH,
        "An integration goes to another account",
        references.INTEGRATIONS,
        (METHOD,),
        _names(accounts, "account"),
    ),
    Rule("integration-plain", HIGH, "Requests go over plain HTTP", references.INTEGRATIONS, (METHOD,), _plain),
    Rule("integration-unverified", HIGH, "TLS is not verified", references.INTEGRATIONS, (METHOD,), _unverified),
    Rule(
        "integration-internet",
        HIGH,
        "A private integration is public",
        references.PRIVATE_INTEGRATION,
        (METHOD,),
        _internet,
    ),
    Rule("integration-link", MEDIUM, "Another VPC link is used", references.PRIVATE_INTEGRATION, (METHOD,), _link),
    Rule(
        "integration-credentials",
        HIGH,
        "The backend is called with other rights",
        references.INTEGRATIONS,
        (METHOD,),
        changed(_IN, "credentials"),
    ),
    Rule(
        "integration-timeout",
        LOW,
        "The backend has another time to answer",
        references.INTEGRATIONS,
        (METHOD,),
        changed(_IN, "timeoutInMillis", default=29000),
    ),
    Rule(
        "integration-passthrough",
        LOW,
        "Bodies without a template are treated otherwise",
        references.INTEGRATIONS,
        (METHOD,),
        changed(_IN, "passthroughBehavior", default="WHEN_NO_MATCH"),
    ),
    Rule(
        "integration-templates",
        MEDIUM,
        "Requests are rewritten otherwise",
        references.INTEGRATIONS,
        (METHOD,),
        lambda c: "request templates differ" if changed(_IN, "requestTemplates")(c) else "",
    ),
)
