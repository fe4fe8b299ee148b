"""Rules on REST APIs themselves: from where they can be called, and how."""

from __future__ import annotations

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.case import Case, Rule, changed, is_gone, is_new, made_anew
from dr_toolkit.model.alerts import CRITICAL, HIGH, LOW, MEDIUM, NOTE

API = "apigateway.rest_api"
_VERSION = ("1_0", "1_1", "1_2", "1_3")


def _kind(attributes: object) -> str:
    endpoint = attributes.get("endpointConfiguration") if isinstance(attributes, dict) else None
    kinds = (endpoint or {}).get("types") or ["EDGE"]
    return str(kinds[0])


def _public(case: Case) -> str:
    old, new = _kind(case.old), _kind(case.new)
    return f"{old} → {new}: it can be called from the internet" if case.edit and old == "PRIVATE" != new else ""


def _endpoint(case: Case) -> str:
    old, new = _kind(case.old), _kind(case.new)
    return f"{old} → {new}" if case.edit and old != new and old != "PRIVATE" else ""


def _reenabled(case: Case) -> str:
    old, new = case.pair("disableExecuteApiEndpoint", default=False)
    return "the execute-api endpoint answers again, past any custom domain" if case.edit and old and not new else ""


def _disabled(case: Case) -> str:
    old, new = case.pair("disableExecuteApiEndpoint", default=False)
    return "the execute-api endpoint no longer answers" if case.edit and new and not old else ""


def _endpoints(case: Case) -> str:
    old, new = (set(map(str, v or ())) for v in case.pair("endpointConfiguration", "vpcEndpointIds"))
    gone, come = sorted(old - new), sorted(new - old)
    parts = [f"{', '.join(come)} added"] * bool(come) + [f"{', '.join(gone)} removed"] * bool(gone)
    return "; ".join(parts) if case.edit else ""


def tls(policy: object) -> int:
    """The least TLS version that a security policy stands for, as a number to compare; 0 where it says none."""
    text = str(policy or "").upper()
    return max((n for n, version in enumerate(_VERSION, 1) if version in text), default=0)


def _tls(case: Case) -> str:
    old, new = case.pair("securityPolicy")
    lower = tls(old) > tls(new) and tls(old) > 0
    return f"{old} → {new or 'the default'}" if case.edit and lower else ""


def _mode(case: Case) -> str:
    old, new = case.pair("endpointAccessMode")
    return f"{old} → {new or 'BASIC'}" if case.edit and old == "STRICT" != new else ""


_NEW_URL = "its execute-api URL is another one"
RULES = (
    Rule("api-public", CRITICAL, "A private API can be called from the internet", references.PRIVATE, (API,), _public),
    Rule("api-recreated", HIGH, "An API was made anew", references.ENDPOINTS, (API,), made_anew(_NEW_URL)),
    Rule("api-removed", CRITICAL, "An API is gone", references.ENDPOINTS, (API,), is_gone),
    Rule("api-added", LOW, "An API is new", references.ENDPOINTS, (API,), is_new),
    Rule("api-endpoint-type", MEDIUM, "An API has another type of endpoint", references.ENDPOINTS, (API,), _endpoint),
    Rule(
        "api-endpoint-on",
        HIGH,
        "The default endpoint is enabled again",
        references.DEFAULT_ENDPOINT,
        (API,),
        _reenabled,
    ),
    Rule("api-endpoint-off", HIGH, "The default endpoint is disabled", references.DEFAULT_ENDPOINT, (API,), _disabled),
    Rule("api-vpc-endpoints", MEDIUM, "A private API has other VPC endpoints", references.PRIVATE, (API,), _endpoints),
    Rule("api-tls-lowered", HIGH, "Older TLS is accepted", references.TLS, (API,), _tls),
    Rule("api-access-mode", MEDIUM, "Requests are checked less strictly", references.TLS, (API,), _mode),
    Rule(
        "api-key-source",
        MEDIUM,
        "API keys are taken from elsewhere",
        references.API_KEYS,
        (API,),
        changed("apiKeySource", default="HEADER"),
    ),
    Rule("api-binary", MEDIUM, "Other media types are binary", references.BINARY, (API,), changed("binaryMediaTypes")),
    Rule("api-renamed", NOTE, "An API has another name", references.ENDPOINTS, (API,), changed("name")),
)
