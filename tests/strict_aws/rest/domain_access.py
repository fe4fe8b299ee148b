"""Access of VPC endpoints to private custom domain names."""

from __future__ import annotations

import re
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call, Region
from tests.strict_aws.refusals import bad_request, conflict, limit_exceeded, not_found
from tests.strict_aws.rest.domain_state import kind_of
from tests.strict_aws.rest.state import Domains, shown
from tests.strict_aws.rest.tagging import check_tags
from tests.strict_aws.rules import rule

Document = dict[str, Any]

PRIVATE = rule(
    "domains.access-private",
    "VPC endpoints get access to private domain names that are there",
    "botocore: CreateDomainNameAccessAssociation; the text is recalled",
)
SOURCE = rule(
    "domains.access-source",
    "The source is a VPC endpoint, by its id or ARN",
    "botocore: DomainNameAccessAssociation.accessAssociationSource; the text is recalled",
)
TWICE = rule("domains.access-exists", "An endpoint gets access to a domain once", "from memory", recalled=True)
LIMIT = rule("domains.access-100", "An account has at most 100", "AWS notes, section 2.2; the text is recalled")

_ENDPOINT = r"(?:arn:[a-z-]+:ec2:[a-z0-9-]+:\d{12}:vpc-endpoint/)?(vpce-[0-9a-z]+)"


def _owner(call: Call, arn: str) -> Region | None:
    """The region of the account whose private domain the ARN names, if it is there."""
    for region in call.aws.regions():
        names = region.part(Domains).names.values() if region.name == call.region.name else ()
        if any(each["domainNameArn"] == arn and kind_of(each) == "PRIVATE" for each in names):
            return region
    return None


@answers("apigateway", "CreateDomainNameAccessAssociation")
def create_domain_name_access_association(call: Call) -> Document:
    """Give a VPC endpoint access to a private domain name."""
    held, arn, source = (
        call.part(Domains).associations,
        call.params["domainNameArn"],
        call.params["accessAssociationSource"],
    )
    if call.holds(PRIVATE) and _owner(call, arn) is None:
        raise bad_request("Invalid domain name ARN specified. It must be that of a private custom domain name")
    endpoint = re.fullmatch(_ENDPOINT, source)
    if endpoint is None and call.holds(SOURCE):
        raise bad_request("Invalid access association source specified")
    check_tags(call, call.params.get("tags"))
    name = arn.rpartition("/")[2]
    path = f"/domainnameaccessassociations/domainname/{name}/vpcesource/{endpoint[1] if endpoint else source}"
    made = {"domainNameAccessAssociationArn": call.region.arn("apigateway", path), "domainNameArn": arn}
    made |= call.given("accessAssociationSourceType", "accessAssociationSource", "tags")
    if made["domainNameAccessAssociationArn"] in held and call.holds(TWICE):
        raise conflict("Domain name access association already exists")
    if len(held) >= 100 and call.holds(LIMIT):
        raise limit_exceeded("Maximum number of domain name access associations has been reached: 100")
    held[made["domainNameAccessAssociationArn"]] = made
    return shown(made)


@answers("apigateway", "GetDomainNameAccessAssociations")
def get_domain_name_access_associations(call: Call) -> Document:
    """One page of the account's own associations, or of other accounts' with its domain names."""
    rows = dict(call.part(Domains).associations)
    if call.params.get("resourceOwner") == "OTHER_ACCOUNTS":
        mine = {each["domainNameArn"] for each in call.part(Domains).names.values()}
        rows = {k: v for region in _others(call) for k, v in region.part(Domains).associations.items()}
        rows = {arn: each for arn, each in rows.items() if each["domainNameArn"] in mine}
    items, position = call.page([shown(each) for _, each in sorted(rows.items())])
    return {"items": items, "position": position}


def _others(call: Call) -> list[Region]:
    """This region of other accounts."""
    found = [each for each in call.aws.regions() if each.name == call.region.name]
    return [each for each in found if each.account != call.region.account]


@answers("apigateway", "DeleteDomainNameAccessAssociation")
def delete_domain_name_access_association(call: Call) -> None:
    """Take a VPC endpoint's access away."""
    if call.part(Domains).associations.pop(call.params["domainNameAccessAssociationArn"], None) is None:
        raise not_found("Invalid domain name access association identifier specified")


@answers("apigateway", "RejectDomainNameAccessAssociation")
def reject_domain_name_access_association(call: Call) -> None:
    """Refuse another account's VPC endpoint the access to a domain name of one's own."""
    arn, domain = call.params["domainNameAccessAssociationArn"], call.params["domainNameArn"]
    if all(each["domainNameArn"] != domain for each in call.part(Domains).names.values()):
        raise not_found("Invalid domain name identifier specified")
    for region in (call.region, *_others(call)):
        if region.part(Domains).associations.get(arn, {}).get("domainNameArn") == domain:
            del region.part(Domains).associations[arn]
            return
    raise not_found("Invalid domain name access association identifier specified")
