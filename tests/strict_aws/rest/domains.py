"""Custom domain names, as v1 has them."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
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
from tests.strict_aws.rest.patches import Patch, Slot, Slots, optional, patched, scalar
from tests.strict_aws.rest.state import Domains, shown
from tests.strict_aws.rest.tagging import check_tags
from tests.strict_aws.rules import rule

Document = dict[str, Any]

TYPES = rule(
    "domains.one-type",
    "A new domain name has one endpoint type, EDGE if none is said",
    "botocore: EndpointConfiguration",
)
ASSOCIATED = rule(
    "domains.delete-associated",
    "A private domain name that VPC endpoints have access to can't be deleted",
    "from memory",
    recalled=True,
)
ENUMS = rule("domains.patch-enums", "Values of patches are of the model's enums", "botocore: DomainName")

_MEMBERS = (
    *("certificateName", "certificateArn", "regionalCertificateName", "regionalCertificateArn", "tags"),
    *("securityPolicy", "endpointAccessMode", "mutualTlsAuthentication", "ownershipVerificationCertificateArn"),
    *("policy", "routingMode"),
)
_MODES = ("BASE_PATH_MAPPING_ONLY", "ROUTING_RULE_ONLY", "ROUTING_RULE_THEN_BASE_PATH_MAPPING")


@answers("apigateway", "CreateDomainName")
def create_domain_name(call: Call) -> Document:
    """A domain name; the body of an uploaded certificate, deprecated, is taken and not kept."""
    domain = {"domainName": call.params["domainName"]} | call.given(*_MEMBERS)
    configuration = {"types": ["EDGE"]} | (call.params.get("endpointConfiguration") or {})
    if call.holds(TYPES) and len(configuration["types"]) != 1:
        raise bad_request("A custom domain name must be created with one endpoint type")
    if configuration["types"][0] not in ("EDGE", "REGIONAL", "PRIVATE"):
        raise bad_request("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")
    check_tags(call, call.params.get("tags"))
    return shown(add_domain(call, domain | {"endpointConfiguration": dict(configuration)}))


@answers("apigateway", "GetDomainNames")
def get_domain_names(call: Call) -> Document:
    """One page of the domain names, private ones among them; of other accounts there are none that are shared."""
    mine = call.params.get("resourceOwner", "SELF") == "SELF"
    rows = sorted(settled(call).items()) if mine else []
    items, position = call.page([shown(each) for _, each in rows])
    return {"items": items, "position": position}


def _find(call: Call) -> tuple[str, Document]:
    return find_domain(call, call.params["domainName"], call.params.get("domainNameId"))


@answers("apigateway", "GetDomainName")
def get_domain_name(call: Call) -> Document:
    """A domain name; a private one is found with its id only."""
    return {"tags": {}, **shown(_find(call)[1])}


def _types(call: Call, document: Document, patch: Patch) -> None:
    """`/endpointConfiguration/types/...`: the value of a replace is the new type; the types can't be none."""
    kind = patch.value if patch.op == "replace" else patch.key
    if kind not in ("EDGE", "REGIONAL", "PRIVATE"):
        raise bad_request("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")
    held = document["endpointConfiguration"]["types"]
    if patch.op == "replace":
        changed = [kind]
    else:
        changed = [*held, kind] if patch.op == "add" else [each for each in held if each != kind]
    if not changed or ("PRIVATE" in changed) != (kind_of(document) == "PRIVATE"):
        raise bad_request("The endpoint type of the domain name can't be changed so")
    document["endpointConfiguration"]["types"] = list(dict.fromkeys(changed))


def _addresses(call: Call, document: Document, patch: Patch) -> None:
    if patch.value not in ("ipv4", "dualstack") and call.holds(ENUMS):
        raise bad_request("ipAddressType must be either ipv4 or dualstack.")
    document["endpointConfiguration"]["ipAddressType"] = patch.value


def _truststore(member: str) -> Slot:
    def apply(call: Call, document: Document, patch: Patch) -> None:
        if member == "truststoreUri" and not patch.value:
            document.pop("mutualTlsAuthentication", None)  # an empty URI turns mutual TLS off
        elif not patch.value:
            document.get("mutualTlsAuthentication", {}).pop(member, None)
        else:
            document.setdefault("mutualTlsAuthentication", {})[member] = patch.value

    return Slot(("replace",), apply)


def _mode(value: str) -> str:
    if value not in _MODES:
        raise bad_request(f"Invalid routing mode specified. Must be one of: [{', '.join(_MODES)}]")
    return value


_SLOTS: Slots = {
    "/certificateName": scalar("certificateName", clears=True),
    "/certificateArn": scalar("certificateArn", clears=True),
    "/regionalCertificateName": scalar("regionalCertificateName", clears=True),
    "/regionalCertificateArn": scalar("regionalCertificateArn", clears=True),
    "/ownershipVerificationCertificateArn": optional("ownershipVerificationCertificateArn"),
    "/securityPolicy": scalar("securityPolicy"),
    "/endpointAccessMode": optional("endpointAccessMode"),
    "/routingMode": scalar("routingMode", _mode),
    "/policy": optional("policy"),
    "/managementPolicy": optional("managementPolicy"),
    "/endpointConfiguration/types": Slot(("add", "replace", "remove"), _types, keyed=True),
    "/endpointConfiguration/ipAddressType": Slot(("replace",), _addresses),
    "/mutualTlsAuthentication/truststoreUri": _truststore("truststoreUri"),
    "/mutualTlsAuthentication/truststoreVersion": _truststore("truststoreVersion"),
}


@answers("apigateway", "UpdateDomainName")
def update_domain_name(call: Call) -> Document:
    """Patch a domain name."""
    key, domain = _find(call)
    refuse_while_updating(call, domain)
    changed = patched(call, domain, _SLOTS)
    check_domain(call, changed)
    keep_changed(call, key, domain, changed)
    return {"tags": {}, **shown(changed)}


@answers("apigateway", "DeleteDomainName")
def delete_domain_name(call: Call) -> None:
    """Delete a domain name, its mappings and routing rules with it."""
    key, domain = _find(call)
    arns = [each["domainNameArn"] for each in call.part(Domains).associations.values()]
    if call.holds(ASSOCIATED) and domain["domainNameArn"] in arns:
        raise bad_request("Cannot delete a domain name with domain name access associations")
    remove_domain(call, key)
