"""Custom domain names: regional, edge-optimised and private ones, mutual TLS and routing mode among their members.

Read with v1, whose form has the newer security policies and the private names, which v2's lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change, Join, Until
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec import domains, patches, tags
from dr_toolkit.spec.fields import fixed, located, observed, physical, reference, setting
from dr_toolkit.spec.types import V1_PAGES, Listing, Names, ResourceType, Row

_CHANGEABLE = Until("domainNameStatus", ("AVAILABLE", "PENDING_CERTIFICATE_REIMPORT", "FAILED"))
_ADDRESS = {"PRIVATE": "dualstack"}
_AT_CREATION = (
    *("certificateName", "certificateArn", "regionalCertificateName", "regionalCertificateArn"),
    *("ownershipVerificationCertificateArn", "securityPolicy", "endpointAccessMode", "routingMode"),
)
_SCALARS = dict.fromkeys((*_AT_CREATION, "policy", "managementPolicy"), "") | {"routingMode": domains.MAPPINGS_ONLY}


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    data: dict[str, Any] = dict(row.data) | {"tags": tags.of_map(row.data.get("tags"))}
    endpoint = dict(data.get("endpointConfiguration") or {})
    endpoint.setdefault("types", ["EDGE"])
    if endpoint.get("ipAddressType") == _ADDRESS.get(endpoint["types"][0], "ipv4"):
        endpoint.pop("ipAddressType")
    data["endpointConfiguration"] = endpoint
    return data


def _identity(row: Row, names: Names) -> str:
    """A private name may be there beside a public one, and lives in VPCs of its own."""
    return str(row.data["domainName"]) + (domains.PRIVATE if row.data.get("domainNameId") else "")


def _create(domain: Resource) -> list[Call]:
    a = domain.attributes
    params = {name: a[name] for name in _AT_CREATION if name in a}
    params |= {"domainName": a["domainName"], "endpointConfiguration": dict(a["endpointConfiguration"])}
    params["tags"] = dict(a.get("tags") or {}) | {tags.RUN_TAG: tags.RUN_TOKEN}
    if trust := a.get("mutualTlsAuthentication"):
        params["mutualTlsAuthentication"] = dict(trust)
    later = ["managementPolicy"]
    if isinstance(a.get("policy"), Join):  # it may name the domain itself, whose id is not known yet
        later.append("policy")
    elif "policy" in a:
        params["policy"] = a["policy"]
    made = "domainNameId" if domains.is_private(domain.key) else "domainName"
    again = {"BadRequestException": "check", "ConflictException": "check"}
    operations = [patches.replace(f"/{name}", a[name]) for name in later if name in a]
    return [Call("CreateDomainName", params, {domain.key: made}, again), *_patch(domain, operations)]


def _patch(domain: Resource, operations: list[patches.Patch]) -> list[Call]:
    return [Call("UpdateDomainName", _named(domain) | {"patchOperations": operations})] if operations else []


def _named(domain: Resource) -> dict[str, Any]:
    own = {"domainName": domain.attributes["domainName"]}
    return own | ({"domainNameId": Ref(domain.key)} if domains.is_private(domain.key) else {})


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after = change.before.attributes, change.after.attributes
    operations = _endpoint_patches(before["endpointConfiguration"], after["endpointConfiguration"])
    operations += [
        patch
        for name, empty in _SCALARS.items()
        if name in change.names
        for patch in patches.scalar(f"/{name}", after.get(name), empty)
    ]
    operations += _trust_patches(before.get("mutualTlsAuthentication"), after.get("mutualTlsAuthentication"))
    calls = _patch(change.after, operations)
    if calls:  # while an earlier change is being carried out, AWS takes no other one
        calls.insert(0, Call("GetDomainName", _named(change.after), until=_CHANGEABLE))
    arn = domains.arn(change.key, str(after["domainName"]))
    return calls + tags.v1_calls(arn, before.get("tags"), after.get("tags"))


def _endpoint_patches(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[patches.Patch]:
    operations = []
    if old["types"] != new["types"]:
        operations.append(patches.replace(f"/endpointConfiguration/types/{old['types'][0]}", new["types"][0]))
    if old.get("ipAddressType") != new.get("ipAddressType"):
        default = _ADDRESS.get(new["types"][0], "ipv4")
        operations.append(patches.replace("/endpointConfiguration/ipAddressType", new.get("ipAddressType", default)))
    return operations


def _trust_patches(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[patches.Patch]:
    old, new = before or {}, after or {}
    if old and not new:
        return [patches.replace("/mutualTlsAuthentication/truststoreUri", "")]
    members = ("truststoreUri", "truststoreVersion")
    return [
        patches.replace(f"/mutualTlsAuthentication/{m}", new.get(m, "")) for m in members if new.get(m) != old.get(m)
    ]


def _delete(domain: Resource) -> list[Call]:
    return [Call("DeleteDomainName", _named(domain), tolerates={"NotFoundException": "done"})]


TYPES = (
    ResourceType(
        name=domains.DOMAIN,
        service="apigateway",
        shape="DomainName",
        title="Custom domain name",
        listing=Listing("GetDomainNames", "items", params={"resourceOwner": "SELF"}, paging=V1_PAGES),
        physical=lambda data: str(data.get("domainNameId") or data["domainName"]),
        identity=_identity,
        root=True,
        lost="the address that DNS leads to: a name that is made again has another",
        pairs_by_id=True,
        facts=("regionalDomainName", "regionalHostedZoneId", "distributionDomainName", "domainNameStatus"),
        fields={
            "domainName": fixed(),
            "domainNameId": physical(),
            "certificateName": setting(),
            "certificateArn": located(),
            "regionalCertificateName": setting(),
            "regionalCertificateArn": located(),
            "ownershipVerificationCertificateArn": located(),
            "endpointConfiguration": setting(
                members={
                    "types": setting(),
                    "ipAddressType": setting(),
                    "vpcEndpointIds": reference("ec2.vpc_endpoint", unordered=True),
                }
            ),
            "securityPolicy": setting(),
            "endpointAccessMode": setting(),
            "mutualTlsAuthentication": setting(
                members={
                    "truststoreUri": located(),
                    "truststoreVersion": located(),
                    "truststoreWarnings": observed("of the truststore as it was last read"),
                }
            ),
            "policy": located(json=True, policy=True),
            "managementPolicy": located(json=True, policy=True),
            "routingMode": setting(default=domains.MAPPINGS_ONLY),
            "tags": setting(),
            "domainNameArn": observed("made from region, name and id"),
            "certificateUploadDate": observed("when the certificate was set"),
            "regionalDomainName": observed("where DNS has to point to"),
            "regionalHostedZoneId": observed("where DNS has to point to"),
            "distributionDomainName": observed("where DNS has to point to"),
            "distributionHostedZoneId": observed("where DNS has to point to"),
            "domainNameStatus": observed("state"),
            "domainNameStatusMessage": observed("state"),
        },
        prepare=_prepare,
        calls=("CreateDomainName", "UpdateDomainName", "DeleteDomainName", "GetDomainName", *tags.GATEWAY_CALLS),
        create=_create,
        update=_update,
        delete=_delete,
        caution="its address is another one: DNS has to point to it before anybody gets there",
        notes="Its certificate is found in the target by domain and alternative names. Edge-optimised names are there "
        "once in the world: blocked, or restored as regional where the config says so.",
    ),
)
