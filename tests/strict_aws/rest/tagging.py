"""TagResource, UntagResource and GetTags of v1: whatever has tags, by its ARN."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call, Region
from tests.strict_aws.refusals import bad_request, not_found
from tests.strict_aws.rest.apis import check_tags as check_keys
from tests.strict_aws.rest.state import Domains, RestRegion
from tests.strict_aws.rules import rule

Document = dict[str, Any]

ARN = rule(
    "rest.tags-arn",
    "A resource is named by an ARN of this region; a private domain's has its id, and the account",
    "botocore: TagResource.resourceArn; the texts are recalled",
)
FIFTY = rule("rest.tags-50", "A resource has at most 50 tags", "AWS notes, section 2.2; the text is recalled")

_ARN = re.compile(r"arn:[a-z-]+:apigateway:([a-z0-9-]+):\d*:/(.+)")


def _stage(region: Region, api_id: str, name: str) -> Document | None:
    api = region.part(RestRegion).apis.get(api_id)
    return api.stages.get(name) if api is not None else None


def _api(region: Region, api_id: str) -> Document | None:
    api = region.part(RestRegion).apis.get(api_id)
    return api.fields if api is not None else None


def _domain(region: Region, name: str) -> Document | None:
    held = region.part(Domains).names
    public, _, private = name.partition("+")
    return held.get(private or public)


_KINDS: tuple[tuple[str, Callable[..., Document | None]], ...] = (
    (r"restapis/([^/]+)", _api),
    (r"restapis/([^/]+)/stages/([^/]+)", _stage),
    (r"apikeys/([^/]+)", lambda region, key: region.part(RestRegion).api_keys.get(key)),
    (r"usageplans/([^/]+)", lambda region, plan: region.part(RestRegion).usage_plans.get(plan)),
    (r"clientcertificates/([^/]+)", lambda region, each: region.part(RestRegion).client_certificates.get(each)),
    (r"vpclinks/([^/]+)", lambda region, link: region.part(RestRegion).vpc_links.get(link)),
    (r"domainnames/([^/]+)", _domain),
)


def tagged(region: Region, arn: str) -> Document | None:
    """The document of v1 that an ARN names, whose tags are its `tags`; None where there is none."""
    match = _ARN.fullmatch(arn)
    if match is None or match[1] != region.name:
        return None
    associations = region.part(Domains).associations
    if arn in associations:
        return associations[arn]
    for pattern, find in _KINDS:
        found = re.fullmatch(pattern, match[2])
        if found:
            return find(region, *found.groups())
    return None


def check_tags(call: Call, tags: Document | None) -> None:
    """Raise BadRequestException where a resource can't have these tags."""
    check_keys(call, tags)
    if call.holds(FIFTY) and len(tags or {}) > 50:
        raise bad_request("The number of tags exceeds the limit of 50")


def _find(call: Call) -> Document:
    arn = call.params["resourceArn"]
    if call.holds(ARN) and not _ARN.fullmatch(arn):
        raise bad_request(f"Invalid ARN specified in the request: {arn}")
    found = tagged(call.region, arn)
    if found is None:
        raise not_found("Invalid resource identifier specified")
    return found


@answers("apigateway", "TagResource")
def tag_resource(call: Call) -> None:
    """Add tags, or give those that are there another value."""
    document = _find(call)
    changed = {**document.get("tags", {}), **call.params["tags"]}
    check_tags(call, changed)
    document["tags"] = changed


@answers("apigateway", "UntagResource")
def untag_resource(call: Call) -> None:
    """Take tags away; keys that are not there are no fault."""
    document = _find(call)
    kept = {key: value for key, value in document.get("tags", {}).items() if key not in call.params["tagKeys"]}
    document.pop("tags", None)
    if kept:
        document["tags"] = kept


@answers("apigateway", "GetTags")
def get_tags(call: Call) -> Document:
    """All tags of a resource; this list's pages are not made by AWS yet (botocore: GetTags.position)."""
    return {"tags": _find(call).get("tags", {})}
