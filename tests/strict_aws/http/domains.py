"""Custom domain names, as v2 has them: the public ones of those that v1 sees."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.lists import listed
from tests.strict_aws.http.state import shown
from tests.strict_aws.http.tag_rules import check_tags
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rest.domain_state import (
    add_domain,
    check_domain,
    find_domain,
    keep_changed,
    kind_of,
    refuse_while_updating,
    remove_domain,
    settled,
)
from tests.strict_aws.rules import rule

Document = dict[str, Any]

ONE = rule(
    "domains.one-configuration",
    "A domain name has one configuration; its endpoint is REGIONAL if none is said",
    "quoted: floci-io/floci#2390, which says that it was verified against AWS; the default is recalled",
)

_MODES = {
    "BASE_PATH_MAPPING_ONLY": "API_MAPPING_ONLY",
    "ROUTING_RULE_ONLY": "ROUTING_RULE_ONLY",
    "ROUTING_RULE_THEN_BASE_PATH_MAPPING": "ROUTING_RULE_THEN_API_MAPPING",
}
_MODES_BACK = {v2: v1 for v1, v2 in _MODES.items()}
_STATUSES = {"PENDING": "UPDATING", "FAILED": "UPDATING"}
"""v1's statuses that v2's enum has not; the others are the same."""


def _shown(domain: Document) -> Document:
    """A domain by v2's names. Its enum knows two security policies: of the others it shows none."""
    regional = kind_of(domain) == "REGIONAL"
    policy = domain["securityPolicy"]
    configuration = {
        "ApiGatewayDomainName": domain.get("regionalDomainName" if regional else "distributionDomainName"),
        "CertificateArn": domain.get("regionalCertificateArn" if regional else "certificateArn"),
        "CertificateName": domain.get("regionalCertificateName" if regional else "certificateName"),
        "CertificateUploadDate": domain.get("certificateUploadDate"),
        "DomainNameStatus": _STATUSES.get(domain["domainNameStatus"], domain["domainNameStatus"]),
        "DomainNameStatusMessage": domain.get("domainNameStatusMessage"),
        "EndpointType": kind_of(domain),
        "HostedZoneId": domain.get("regionalHostedZoneId" if regional else "distributionHostedZoneId"),
        "IpAddressType": domain["endpointConfiguration"].get("ipAddressType"),
        "SecurityPolicy": policy if policy in ("TLS_1_0", "TLS_1_2") else None,
        "OwnershipVerificationCertificateArn": domain.get("ownershipVerificationCertificateArn"),
    }
    trust = domain.get("mutualTlsAuthentication") or {}
    answer = {
        "ApiMappingSelectionExpression": "$request.basepath",
        "DomainName": domain["domainName"],
        "DomainNameArn": domain["domainNameArn"],
        "DomainNameConfigurations": [shown(configuration)],
        "MutualTlsAuthentication": {f"{name[:1].upper()}{name[1:]}": value for name, value in trust.items()},
        "RoutingMode": _MODES[domain["routingMode"]],
        "Tags": domain.get("tags"),
    }
    return shown(answer)


def _of_configuration(call: Call, domain: Document) -> None:
    """Put the configuration that the call gives into a domain, by v1's names."""
    given = call.params.get("DomainNameConfigurations") or []
    if call.holds(ONE) and len(given) != 1:
        raise bad_request("Invalid input. Expected one domain name configuration")
    for each in given[:1]:
        kind = each.get("EndpointType") or (kind_of(domain) if "endpointConfiguration" in domain else "REGIONAL")
        before = domain.get("endpointConfiguration", {})
        addresses = each.get("IpAddressType") or before.get("ipAddressType")
        domain["endpointConfiguration"] = {"types": [kind]} | ({"ipAddressType": addresses} if addresses else {})
        prefix = "regionalCertificate" if kind == "REGIONAL" else "certificate"
        named = {
            "CertificateArn": f"{prefix}Arn",
            "CertificateName": f"{prefix}Name",
            "SecurityPolicy": "securityPolicy",
            "OwnershipVerificationCertificateArn": "ownershipVerificationCertificateArn",
        }
        domain |= {named[name]: value for name, value in each.items() if name in named and value}
    domain.setdefault("endpointConfiguration", {"types": ["REGIONAL"]})


def _of_trust(call: Call, domain: Document) -> None:
    """Put the mutual TLS that the call gives into a domain; an empty URI turns it off."""
    given = call.params.get("MutualTlsAuthentication")
    if given is None:
        return
    domain.pop("mutualTlsAuthentication", None)
    if given.get("TruststoreUri"):
        trust = {f"{name[:1].lower()}{name[1:]}": value for name, value in given.items() if value}
        domain["mutualTlsAuthentication"] = trust


@answers("apigatewayv2", "CreateDomainName")
def create_domain_name(call: Call) -> Document:
    """A domain name; what routes there are API mappings unless said otherwise."""
    domain: Document = {"domainName": call.params["DomainName"]}
    _of_configuration(call, domain)
    _of_trust(call, domain)
    domain["routingMode"] = _MODES_BACK[call.params.get("RoutingMode", "API_MAPPING_ONLY")]
    check_tags(call, call.params.get("Tags"))
    if call.params.get("Tags"):
        domain["tags"] = dict(call.params["Tags"])
    return _shown(add_domain(call, domain))


def _find(call: Call) -> tuple[str, Document]:
    return find_domain(call, call.params["DomainName"])


@answers("apigatewayv2", "GetDomainNames")
def get_domain_names(call: Call) -> Document:
    """One page of the public domain names."""
    rows = [each for _, each in sorted(settled(call).items()) if kind_of(each) != "PRIVATE"]
    return listed(call, [_shown(each) for each in rows])


@answers("apigatewayv2", "GetDomainName")
def get_domain_name(call: Call) -> Document:
    """A public domain name."""
    return _shown(_find(call)[1])


@answers("apigatewayv2", "UpdateDomainName")
def update_domain_name(call: Call) -> Document:
    """Change those members of a domain name that are given."""
    key, domain = _find(call)
    refuse_while_updating(call, domain)
    changed = dict(domain)
    if call.params.get("DomainNameConfigurations") is not None:
        _of_configuration(call, changed)
    _of_trust(call, changed)
    if call.params.get("RoutingMode"):
        changed["routingMode"] = _MODES_BACK[call.params["RoutingMode"]]
    check_domain(call, changed)
    keep_changed(call, key, domain, changed)
    return _shown(changed)


@answers("apigatewayv2", "DeleteDomainName")
def delete_domain_name(call: Call) -> None:
    """Delete a domain name, its mappings and routing rules with it."""
    remove_domain(call, _find(call)[0])
