"""VPC links of v1: it takes minutes until one is there, and until it is gone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, limit_exceeded, not_found
from tests.strict_aws.rest.in_use import references_to_link
from tests.strict_aws.rest.patches import Patch, Slot, patched, scalar
from tests.strict_aws.rest.state import RestRegion, shown
from tests.strict_aws.rest.tagging import check_tags
from tests.strict_aws.rules import rule

Document = dict[str, Any]

MAKING, DELETING = 180.0, 60.0
"""Seconds that a link is being made, and being deleted."""

NAME = rule("rest.vpc-link-name", "A VPC link has a name", "recorded: test_create_vpc_link_invalid_parameters")
ARN = rule("rest.vpc-link-target", "A VPC link's target is an ARN", "recorded: test_create_vpc_link_invalid_parameters")
ONE = rule(
    "rest.vpc-link-one-target",
    "A VPC link has one target, which never changes",
    "quoted: hashicorp/terraform-provider-aws#2512",
)
USED = rule(
    "rest.vpc-link-in-use",
    "A VPC link that an integration refers to, in a draft or in what a stage has deployed, can't be deleted",
    "AWS notes, appendix B; the text as klothoplatform/klotho#202 quotes it",
)
LIMIT = rule("rest.vpc-links-20", "A region has at most 20 VPC links", "AWS notes, section 2.2; the text is recalled")
PHASES = rule(
    "rest.vpc-link-phases",
    "A VPC link is PENDING for two to four minutes, and DELETING for a while",
    "botocore: CreateVpcLink, VpcLink.status",
)


@dataclass
class LinkTimes:
    """When links will be there, and when they will be gone: seconds by link id."""

    ready: dict[str, float] = field(default_factory=dict)
    gone: dict[str, float] = field(default_factory=dict)


def _settle(call: Call) -> dict[str, Document]:
    """The links as they are by now."""
    links, times = call.part(RestRegion).vpc_links, call.part(LinkTimes)
    for link_id, moment in list(times.gone.items()):
        if moment <= call.now:
            del times.gone[link_id]
            links.pop(link_id, None)
    for link_id, moment in list(times.ready.items()):
        if moment <= call.now:
            del times.ready[link_id]
            if link_id in links and links[link_id]["status"] == "PENDING":
                links[link_id] |= {"status": "AVAILABLE", "statusMessage": "Your vpc link is ready for use"}
    return links


def status(call: Call, link_id: str) -> str | None:
    """The status of a link now; None where there is none of that id."""
    return _settle(call).get(link_id, {}).get("status")


def _find(call: Call) -> Document:
    found = _settle(call).get(call.params["vpcLinkId"])
    if found is None:
        raise not_found("Invalid Vpc Link identifier specified")
    return found


@answers("apigateway", "CreateVpcLink")
def create_vpc_link(call: Call) -> Document:
    """A link, PENDING at first."""
    targets = call.params["targetArns"]
    if call.holds(NAME) and not call.params["name"]:
        raise bad_request("Name cannot be empty")
    if call.holds(ONE) and len(targets) != 1:
        raise bad_request(f"{'More than one' if targets else 'No'} target arn specified for vpc link.")
    for each in targets:
        if call.holds(ARN) and not re.fullmatch(r"arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d*:.+", each):
            raise bad_request(f"Invalid ARN. ARN is not well formed {each}")
    check_tags(call, call.params.get("tags"))
    links, times = _settle(call), call.part(LinkTimes)
    if call.holds(LIMIT) and len(links) >= call.aws.limits.vpc_links:
        raise limit_exceeded(f"Maximum number of VPC links has been reached: {call.aws.limits.vpc_links}")
    made = {"id": call.aws.ids.gateway(6), "status": "PENDING"} | call.given(
        "name", "description", "targetArns", "tags"
    )
    links[made["id"]] = made
    times.ready[made["id"]] = call.now + (MAKING if call.holds(PHASES) else 0.0)
    return shown(made)


@answers("apigateway", "GetVpcLinks")
def get_vpc_links(call: Call) -> Document:
    """One page of the links."""
    items, position = call.page([shown(each) for _, each in sorted(_settle(call).items())])
    return {"items": items, "position": position}


@answers("apigateway", "GetVpcLink")
def get_vpc_link(call: Call) -> Document:
    """A link."""
    return {"tags": {}, **shown(_find(call))}


@answers("apigateway", "DeleteVpcLink")
def delete_vpc_link(call: Call) -> None:
    """Begin to delete a link that no integration refers to."""
    link = _find(call)
    drafts, stages = references_to_link(call, link["id"])
    if call.holds(USED) and (drafts or stages):
        form = "RESTApiId:Method:Resource" + ("" if drafts else ":Stage")
        text = f"Vpc link '{link['id']}', is referenced in [{', '.join(drafts or stages)}] in format of [{form}]."
        raise bad_request(f"Cannot delete vpc link. {text}")
    link.pop("statusMessage", None)
    link["status"] = "DELETING"
    call.part(LinkTimes).gone[link["id"]] = call.now + (DELETING if call.holds(PHASES) else 0.0)


def _never(call: Call, document: Document, patch: Patch) -> None:
    if call.holds(ONE):
        raise bad_request("Target arns are not allowed to be changed/added.")


_SLOTS = {
    "/name": scalar("name"),
    "/description": scalar("description", clears=True),
    "/targetArns": Slot(("add", "replace", "remove"), _never),
}


@answers("apigateway", "UpdateVpcLink")
def update_vpc_link(call: Call) -> Document:
    """Patch a link's name and description."""
    link = _find(call)
    changed = patched(call, link, _SLOTS)
    if call.holds(NAME) and not changed["name"]:
        raise bad_request("Name cannot be empty")
    call.part(RestRegion).vpc_links[link["id"]] = changed
    return {"tags": {}, **shown(changed)}
