"""Rules on custom domain names and on what is behind them: certificates, mutual TLS, mappings and routing rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.apis import tls
from dr_toolkit.engine.rulebook.case import Case, Check, Live, Rule, changed, is_gone, is_new, lost, moved
from dr_toolkit.engine.rulebook.policies import anyone, news
from dr_toolkit.engine.rulebook.stages import NEAR_ITS_END
from dr_toolkit.model.alerts import CRITICAL, HIGH, MEDIUM

DOMAIN, ACCESS = "apigateway.domain_name", "apigateway.domain_name_access_association"
MAPPING, BASE_PATH, ROUTING = "apigatewayv2.api_mapping", "apigateway.base_path_mapping", "apigatewayv2.routing_rule"
CERTIFICATE = "acm.certificate"
_CERTIFICATES = ("certificateArn", "regionalCertificateArn")


def _tls(case: Case) -> str:
    old, new = case.pair("securityPolicy")
    return f"{old} → {new or 'the default'}" if case.edit and tls(old) > tls(new) else ""


def _mode(case: Case) -> str:
    old, new = case.pair("endpointAccessMode")
    return f"{old} → {new or 'BASIC'}" if case.edit and old == "STRICT" != new else ""


def _certificate(case: Case) -> str:
    return "; ".join(told for member in _CERTIFICATES if (told := changed(member)(case)))


def _public(case: Case) -> str:
    old, new = ((value or ["EDGE"])[0] for value in case.pair("endpointConfiguration", "types"))
    return f"{old} → {new}" if case.edit and old != new else ""


def _allowed(member: str) -> Check:
    """A check whether a policy allows more: a private name without one lets nobody in."""

    def check(case: Case) -> str:
        found = news(case, "Allow", member=member)
        told = ", to anyone" if any(anyone(s) and not s.get("Condition") for s in found) else ""
        return f"{len(found)} statement{'s' * (len(found) > 1)} that allow more, or otherwise{told}" if found else ""

    return check


def _denied(case: Case) -> str:
    gone = news(case, "Deny", gone=True)
    return f"{len(gone)} statement{'s' * (len(gone) > 1)} that denied" if case.edit and gone else ""


def _ending(live: Live) -> Iterator[tuple[str, str]]:
    """Certificates of domain names that end soon, or have ended."""
    for text, facts in live.estate.observed.items():
        if not text.startswith(f"{CERTIFICATE}/") or not facts.get("NotAfter"):
            continue
        end = datetime.fromisoformat(str(facts["NotAfter"]))
        end = end if end.tzinfo else end.replace(tzinfo=UTC)
        if end - live.now <= NEAR_ITS_END / 2:
            yield text, f"it {'ended' if end <= live.now else 'ends'} on {end:%Y-%m-%d}"


def _elsewhere(api: str, stage: str) -> Check:
    """A check whether a mapping leads to another API or stage."""

    def check(case: Case) -> str:
        told = [changed(name)(case) for name in (api, stage)]
        return "; ".join(filter(None, told))

    return check


def _invoked(side: Mapping[str, Any]) -> list[tuple[str, str]]:
    calls = [action.get("InvokeApi") or {} for action in side.get("Actions") or ()]
    return [(str(call.get("ApiId")), str(call.get("Stage"))) for call in calls]


def _routed(case: Case) -> str:
    old, new = _invoked(case.old), _invoked(case.new)
    told = [", ".join("/".join(each) for each in side) or "nowhere" for side in (old, new)]
    return f"{told[0]} → {told[1]}" if case.edit and old != new else ""


def _matched(case: Case) -> str:
    return "other requests are taken" if case.touched("Conditions") else ""


_NAMES, _MUTUAL = references.DOMAINS, references.MUTUAL_TLS
_MAPPINGS, _RULES, _PRIVATE = references.MAPPINGS, references.ROUTING_RULES, references.PRIVATE_DOMAINS
_BOTH = (MAPPING, BASE_PATH)
RULES = (
    Rule("domain-removed", CRITICAL, "A custom domain name is gone", _NAMES, (DOMAIN,), is_gone),
    Rule("domain-added", MEDIUM, "A custom domain name is new", _NAMES, (DOMAIN,), is_new),
    Rule("domain-tls-lowered", HIGH, "A domain name accepts older TLS", references.TLS, (DOMAIN,), _tls),
    Rule("domain-access-mode", MEDIUM, "A domain name checks requests less strictly", references.TLS, (DOMAIN,), _mode),
    Rule("domain-endpoint-type", HIGH, "A domain name has another type of endpoint", _NAMES, (DOMAIN,), _public),
    Rule("domain-certificate", MEDIUM, "A domain name has another certificate", _NAMES, (DOMAIN,), _certificate),
    Rule(
        "domain-mutual-tls-off",
        CRITICAL,
        "Callers need no certificate any more",
        _MUTUAL,
        (DOMAIN,),
        lost("mutualTlsAuthentication", what="mutual TLS is off"),
    ),
    Rule(
        "domain-truststore",
        HIGH,
        "Other certificates of callers are trusted",
        _MUTUAL,
        (DOMAIN,),
        moved("mutualTlsAuthentication", "truststoreUri"),
    ),
    Rule(
        "domain-truststore-version",
        MEDIUM,
        "Another version of the truststore is used",
        _MUTUAL,
        (DOMAIN,),
        changed("mutualTlsAuthentication", "truststoreVersion"),
    ),
    Rule(
        "domain-routing-mode",
        HIGH,
        "Requests are routed in another way",
        _RULES,
        (DOMAIN,),
        changed("routingMode", default="BASE_PATH_MAPPING_ONLY"),
    ),
    Rule("domain-policy-widened", HIGH, "A private domain name lets more in", _PRIVATE, (DOMAIN,), _allowed("policy")),
    Rule("domain-policy-denial", HIGH, "A private domain name denies less", _PRIVATE, (DOMAIN,), _denied),
    Rule(
        "domain-management-widened",
        HIGH,
        "More accounts may use a private domain name",
        _PRIVATE,
        (DOMAIN,),
        _allowed("managementPolicy"),
    ),
    Rule("domain-certificate-ends", HIGH, "A certificate is near its end", references.CERTIFICATE_END, look=_ending),
    Rule(
        "mapping-elsewhere",
        HIGH,
        "A path of a domain name leads elsewhere",
        _MAPPINGS,
        (MAPPING,),
        _elsewhere("ApiId", "Stage"),
    ),
    Rule(
        "private-mapping-elsewhere",
        HIGH,
        "A path of a private domain name leads elsewhere",
        _PRIVATE,
        (BASE_PATH,),
        _elsewhere("restApiId", "stage"),
    ),
    Rule("mapping-removed", HIGH, "A path of a domain name leads nowhere", _MAPPINGS, _BOTH, is_gone),
    Rule("mapping-added", MEDIUM, "A domain name has another path", _MAPPINGS, _BOTH, is_new),
    Rule("routing-elsewhere", HIGH, "A routing rule leads elsewhere", _RULES, (ROUTING,), _routed),
    Rule("routing-matches", HIGH, "A routing rule takes other requests", _RULES, (ROUTING,), _matched),
    Rule("routing-removed", HIGH, "A routing rule is gone", _RULES, (ROUTING,), is_gone),
    Rule("routing-added", HIGH, "A routing rule is new", _RULES, (ROUTING,), is_new),
    Rule("access-added", MEDIUM, "Another endpoint reaches a private domain name", _PRIVATE, (ACCESS,), is_new),
    Rule("access-removed", HIGH, "An endpoint does not reach a private domain name", _PRIVATE, (ACCESS,), is_gone),
)
