"""What v1 and v2 share about custom domain names: making one, finding one, and what one can be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, bad_request, limit_exceeded, not_found
from tests.strict_aws.rest.state import Domains, RestRegion
from tests.strict_aws.rules import rule

Document = dict[str, Any]

UNIQUE = rule(
    "domains.unique",
    "A public name is there once in a region; private ones may share a name",
    "quoted: Miserlou/Zappa#1410",
)
EDGE_UNIQUE = rule(
    "domains.edge-unique",
    "An edge-optimized name is there once in the world; regional ones once in a region",
    "AWS notes, section 7; amplify-education/serverless-domain-manager#24 quotes the text",
)
LIMITS = rule(
    "domains.limits", "120 public and 50 private domain names", "AWS notes, section 2.2; the texts are recalled"
)
CERTIFICATE = rule(
    "domains.certificate",
    "An edge domain's certificate is in us-east-1, a regional or private one's in its own region",
    "AWS notes, section 3.1; the texts are recalled",
)
TRUSTSTORE = rule(
    "domains.truststore", "A truststore is an object in S3", "botocore: MutualTlsAuthenticationInput.truststoreUri"
)
REGIONAL_MTLS = rule("domains.mtls-regional", "Mutual TLS is for regional domain names", "from memory", recalled=True)
PRIVATE_ONLY = rule(
    "domains.private-only",
    "Policies are for private domain names",
    "botocore: DomainName.policy, DomainName.managementPolicy; the text is recalled",
)
ACCESS_MODE = rule(
    "domains.access-mode",
    "An access mode needs a security policy that begins with SecurityPolicy_",
    "botocore: CreateDomainName.endpointAccessMode; the text is recalled",
)
TLS = rule("domains.tls-1-2", "The security policy is TLS_1_2 unless said otherwise", "from memory", recalled=True)
NAME = rule("domains.name", "A domain name is the name of a host", "from memory", recalled=True)
UPDATING = rule(
    "domains.updating",
    "After a change a domain name is UPDATING for a while, and takes no other one",
    "recorded: test_apigw_domain_name_action_remediate_tls; botocore: DomainName.domainNameStatus",
)

CHANGING = 60.0
"""Seconds that a domain name is UPDATING."""
IN_PROGRESS = "Update is in progress. Please wait until the update finishes before making another request."
_HOST = re.compile(r"(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9-]+")
EDGE_ZONE = "Z2FDTNDATAQYW2"
ZONES = {
    "us-east-1": "Z1UJRXOUMOOFQ8",
    "us-east-2": "ZOJJZC49E0EPZ",
    "us-west-1": "Z2MUQ32089INYE",
    "us-west-2": "Z2OJLYMUO9EFXC",
    "eu-west-1": "ZLY8HYME6SFDD",
    "eu-west-2": "ZJ5UAJN8Y3Z2Q",
    "eu-west-3": "Z3KY65QIEKYHQQ",
    "eu-central-1": "Z1U9ULNL0V5BC7",
    "eu-north-1": "Z3UWIKFBOOGXPP",
    "ca-central-1": "Z19DQILCV0OWEC",
    "sa-east-1": "ZCMLWB8V5SYIT",
    "ap-south-1": "Z3VO1THU9YC4UR",
    "ap-northeast-1": "Z1YSHQZHG15GKL",
    "ap-northeast-2": "Z20JF4UZKIW1U8",
    "ap-southeast-1": "ZL327KTPIQFUL",
    "ap-southeast-2": "Z2RPCDW04V8134",
}


@dataclass
class Changes:
    """Until when domain names are UPDATING: seconds by the key in `Domains.names`."""

    until: dict[str, float] = field(default_factory=dict)


def kind_of(domain: Document) -> str:
    """EDGE, REGIONAL or PRIVATE."""
    return str(domain["endpointConfiguration"]["types"][0])


def settled(call: Call) -> dict[str, Document]:
    """The region's domain names as they are by now."""
    names, changes = call.part(Domains).names, call.part(Changes)
    for key, moment in list(changes.until.items()):
        if moment <= call.now:
            del changes.until[key]
            if key in names:
                names[key]["domainNameStatus"] = "AVAILABLE"
                names[key].pop("domainNameStatusMessage", None)
    return names


def too_many(call: Call, text: str) -> Refusal:
    """That a resource quota is used up: v2 declares no LimitExceededException, and says TooManyRequestsException."""
    return limit_exceeded(text) if call.service == "apigateway" else Refusal("TooManyRequestsException", text, 429)


def no_domain() -> Refusal:
    """That the domain name is not there."""
    return not_found("Invalid domain name identifier specified")


def find_domain(call: Call, name: str, domain_id: str | None = None) -> tuple[str, Document]:
    """The key in `Domains.names` and the domain; private ones are found only by their id. Raises NotFoundException."""
    names = settled(call)
    found = names.get(domain_id or name)
    if found is None or found["domainName"] != name or bool(found.get("domainNameId")) != bool(domain_id):
        raise no_domain()
    return domain_id or name, found


def _regions_with(call: Call, name: str) -> Iterator[str]:
    """The other regions, of whatever account, that have an edge-optimized domain of the name."""
    for region in call.aws.regions():
        domain = region.part(Domains).names.get(name)
        if region is not call.region and domain is not None and kind_of(domain) == "EDGE":
            yield region.name


def _check_unique(call: Call, domain: Document) -> None:
    names, name, private = settled(call), domain["domainName"], kind_of(domain) == "PRIVATE"
    if not private and name in names and call.holds(UNIQUE):
        raise bad_request("The domain name you provided already exists.")
    if kind_of(domain) == "EDGE" and any(_regions_with(call, name)) and call.holds(EDGE_UNIQUE):
        text = "Remove the domain name from the existing CloudFront distribution or use a different domain name."
        text += " If you own this domain name and are not using it on an existing CloudFront distribution, please"
        text = f"The domain name you provided is already associated with an existing CloudFront distribution. {text}"
        raise bad_request(f"{text} contact support.")
    there = [each for each in names.values() if (kind_of(each) == "PRIVATE") == private]
    limits = call.aws.limits
    if len(there) >= (limits.private_domain_names if private else limits.domain_names) and call.holds(LIMITS):
        raise too_many(call, f"Maximum number of custom domain names has been reached: {len(there)}")


def _check_certificates(call: Call, domain: Document) -> None:
    kind = kind_of(domain)
    member = "regionalCertificateArn" if kind == "REGIONAL" else "certificateArn"
    where = "us-east-1" if kind == "EDGE" and call.region.partition == "aws" else call.region.name
    arn = domain.get(member)
    if not arn:
        uploaded = domain.get("regionalCertificateName" if kind == "REGIONAL" else "certificateName")
        if not uploaded and call.holds(CERTIFICATE):
            raise bad_request(f"A certificate must be specified for {kind} domain names: {member}")
    elif not re.fullmatch(rf"arn:[a-z-]+:(acm|iam):({where})?:\d+:.+", arn) and call.holds(CERTIFICATE):
        raise bad_request(f"Invalid certificate ARN: {arn}. Certificate must be in '{where}'.")


def _check_policies(call: Call, domain: Document) -> None:
    for member in ("policy", "managementPolicy"):
        text = domain.get(member)
        if text is None:
            continue
        if kind_of(domain) != "PRIVATE" and call.holds(PRIVATE_ONLY):
            raise bad_request(f"{member} is supported only for private custom domain names")
        try:
            json.loads(text)
        except ValueError:
            raise bad_request(f"Invalid policy document. Please check the {member} syntax") from None


def check_domain(call: Call, domain: Document) -> None:
    """Raise BadRequestException where there can be no domain like that."""
    kind, trust = kind_of(domain), domain.get("mutualTlsAuthentication")
    _check_certificates(call, domain)
    _check_policies(call, domain)
    named = domain["securityPolicy"].startswith("SecurityPolicy_")
    if domain.get("endpointAccessMode") and not named and call.holds(ACCESS_MODE):
        raise bad_request("endpointAccessMode needs a security policy that starts with SecurityPolicy_")
    if trust and not re.fullmatch(r"s3://[^/]+/.+", trust.get("truststoreUri", "")) and call.holds(TRUSTSTORE):
        raise bad_request("Invalid S3 URI specified for the truststore")
    if trust and kind != "REGIONAL" and call.holds(REGIONAL_MTLS):
        raise bad_request("Mutual TLS is supported only for regional custom domain names")


def set_addresses(call: Call, domain: Document) -> None:
    """Give a domain the names and zones of its endpoint, and take away those of other kinds of it."""
    kind = kind_of(domain)
    uploaded = call.created()
    domain["certificateUploadDate"] = uploaded
    if kind == "REGIONAL" and "regionalDomainName" not in domain:
        host = f"d-{call.aws.ids.gateway(10)}.execute-api.{call.region.name}.{call.region.dns_suffix}"
        domain |= {"regionalDomainName": host, "regionalHostedZoneId": ZONES.get(call.region.name, "Z1AWSREGIONALZ")}
    if kind == "EDGE" and "distributionDomainName" not in domain:
        domain["distributionDomainName"] = f"d{call.aws.ids.gateway(13)}.cloudfront.net"
        domain["distributionHostedZoneId"] = EDGE_ZONE
    for other, members in {
        "REGIONAL": ("regionalDomainName", "regionalHostedZoneId"),
        "EDGE": ("distributionDomainName", "distributionHostedZoneId"),
    }.items():
        for member in members if other != kind else ():
            domain.pop(member, None)


def add_domain(call: Call, domain: Document) -> Document:
    """Keep a new domain, whose members are v1's, with what AWS adds; raises where there can be none like that."""
    if not _HOST.fullmatch(domain["domainName"]) and call.holds(NAME):
        raise bad_request(f"Invalid domain name: {domain['domainName']}")
    domain["endpointConfiguration"].setdefault("ipAddressType", "dualstack" if kind_of(domain) == "PRIVATE" else "ipv4")
    domain.setdefault("securityPolicy", "TLS_1_2" if call.holds(TLS) else "TLS_1_0")
    domain.setdefault("routingMode", "BASE_PATH_MAPPING_ONLY")
    check_domain(call, domain)
    _check_unique(call, domain)
    key, resource = domain["domainName"], f"/domainnames/{domain['domainName']}"
    if kind_of(domain) == "PRIVATE":
        key = domain["domainNameId"] = call.aws.ids.gateway(10)
        domain["domainNameArn"] = call.region.arn("apigateway", f"{resource}+{key}")
    else:
        domain["domainNameArn"] = call.region.arn("apigateway", resource, account="")
    domain["domainNameStatus"] = "AVAILABLE"
    set_addresses(call, domain)
    call.part(Domains).names[key] = domain
    return domain


def refuse_while_updating(call: Call, domain: Document) -> None:
    """Raise BadRequestException while an earlier change of the domain is not finished."""
    if domain["domainNameStatus"] == "UPDATING" and call.holds(UPDATING):
        raise bad_request(IN_PROGRESS)


def keep_changed(call: Call, key: str, before: Document, changed: Document) -> None:
    """Put a changed domain in the place of the one before; it is UPDATING for a while if its endpoint changes."""
    quiet = ("routingMode", "policy", "managementPolicy", "tags")
    members = {name for name in (*before, *changed) if before.get(name) != changed.get(name)}
    if members - set(quiet) and call.holds(UPDATING):
        changed |= {"domainNameStatus": "UPDATING", "domainNameStatusMessage": IN_PROGRESS}
        call.part(Changes).until[key] = call.now + CHANGING
    if any("ertificate" in name for name in members) or kind_of(before) != kind_of(changed):
        set_addresses(call, changed)
    call.part(Domains).names[key] = changed


def remove_domain(call: Call, key: str) -> None:
    """Take a domain away, with its mappings and routing rules."""
    domains = call.part(Domains)
    del domains.names[key]
    domains.mappings.pop(key, None)
    domains.routing_rules.pop(key, None)
    call.part(Changes).until.pop(key, None)


def stage_is_there(call: Call, api_id: str, stage: str | None) -> bool | None:
    """Whether the API, of v1 or v2, has the stage, if one is named; None where there is no such API."""
    from tests.strict_aws.http.state import HttpRegion  # v2's package imports this one

    api: Any = call.part(RestRegion).apis.get(api_id) or call.part(HttpRegion).apis.get(api_id)
    return None if api is None else not stage or stage in api.stages
