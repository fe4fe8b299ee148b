"""Tags of APIs, stages, VPC links and domain names, by ARN."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.state import Document, HttpRegion
from tests.strict_aws.http.tag_rules import check_tags
from tests.strict_aws.refusals import bad_request, not_found
from tests.strict_aws.rest.state import Domains

Tags = dict[str, str]
Store = Callable[[Tags], None]


def _place(call: Call) -> tuple[Tags, Store]:
    """The tags of what the ARN names, and what puts others in their place; raises Refusal."""
    arn = unquote(call.params["ResourceArn"])
    head = call.region.arn("apigateway", "/", account="")
    if not arn.startswith(head):
        raise bad_request(f"Invalid resource ARN specified: {arn}")
    parts = arn[len(head) :].split("/")
    place = _held(call, parts)
    if place is None:
        raise not_found(f"Unable to find the resource with ARN {arn}")
    held, key, member = place
    found = dict(held[key].get(member) or {})

    def store(tags: Tags) -> None:
        held[key] = held[key] | {member: tags}

    return found, store


def _held(call: Call, parts: list[str]) -> tuple[dict[str, Document], str, str] | None:
    region = call.part(HttpRegion)
    match parts:
        case ["apis", api_id] if api_id in region.apis:
            return _Fields(region, api_id), api_id, "Tags"
        case ["apis", api_id, "stages", name] if name in getattr(region.apis.get(api_id), "stages", {}):
            return region.apis[api_id].stages, name, "Tags"
        case ["vpclinks", link_id] if link_id in region.vpc_links:
            return region.vpc_links, link_id, "Tags"
        case ["domainnames", name] if name in call.part(Domains).names:
            return call.part(Domains).names, name, "tags"
    return None


class _Fields(dict[str, Document]):
    """The members of one API as a map, so that it is tagged like the others."""

    def __init__(self, region: HttpRegion, api_id: str) -> None:
        super().__init__({api_id: region.apis[api_id].fields})
        self._region = region

    def __setitem__(self, api_id: str, fields: Document) -> None:
        self._region.apis[api_id].fields = fields


@answers("apigatewayv2", "TagResource")
def tag_resource(call: Call) -> Document:
    """TagResource: those that are there stay."""
    tags, store = _place(call)
    both = tags | dict(call.params.get("Tags") or {})
    check_tags(call, both)
    store(both)
    return {}


@answers("apigatewayv2", "UntagResource")
def untag_resource(call: Call) -> None:
    """UntagResource: keys that are not there don't matter."""
    tags, store = _place(call)
    store({key: value for key, value in tags.items() if key not in call.params["TagKeys"]})


@answers("apigatewayv2", "GetTags")
def get_tags(call: Call) -> Document:
    """GetTags."""
    return {"Tags": _place(call)[0]}
