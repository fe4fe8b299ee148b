"""Base path mappings, as v1 has them: v2 sees the same ones as API mappings, and makes those of several levels."""

from __future__ import annotations

import re
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, conflict, not_found
from tests.strict_aws.rest.domain_state import find_domain, stage_is_there
from tests.strict_aws.rest.patches import Slots, patched, scalar
from tests.strict_aws.rest.state import Domains, RestRegion
from tests.strict_aws.rules import rule

Document = dict[str, Any]

NONE = "(none)"
TWICE = rule(
    "rest.base-path-exists",
    "A base path is mapped once; the empty one too",
    "quoted: aws/aws-extensions-for-dotnet-cli#102, amplify-education/serverless-domain-manager#179",
)
LEVELS = rule(
    "rest.base-path-one-level",
    "v1 maps paths of one level, of letters, digits and a few signs; several levels are v2's",
    "AWS notes, section 1.1; aws/aws-cdk#9077 quotes the text",
)
STAGE = rule("rest.base-path-stage", "The API and the stage of a mapping have to be there", "quoted: aws/aws-cdk#8983")


def _shown(mapping: Document) -> Document:
    answer = {"basePath": mapping["apiMappingKey"] or NONE, "restApiId": mapping["apiId"]}
    return answer | ({"stage": mapping["stage"]} if mapping.get("stage") else {})


def _held(call: Call) -> dict[str, Document]:
    key, _ = find_domain(call, call.params["domainName"], call.params.get("domainNameId"))
    return call.part(Domains).mappings.setdefault(key, {})


def _find(call: Call) -> Document:
    wanted = "" if call.params["basePath"] == NONE else call.params["basePath"]
    for mapping in _held(call).values():
        if mapping["apiMappingKey"] == wanted:
            return mapping
    raise not_found("Invalid base path mapping identifier specified")


def _check(call: Call, mapping: Document, others: list[Document]) -> None:
    """Raise the refusal of a mapping beside others of the domain, if there is a reason."""
    path = mapping["apiMappingKey"]
    if call.holds(LEVELS) and not re.fullmatch(r"[A-Za-z0-9$\-_.+!*'()]*", path):
        raise bad_request("An ApiMapping key may contain only letters, numbers and one of $-_.+!*'(),")
    is_there = stage_is_there(call, mapping["apiId"], mapping.get("stage"))
    if call.holds(STAGE) and (is_there is None or mapping["apiId"] not in call.part(RestRegion).apis):
        raise bad_request("Invalid REST API identifier specified")
    if call.holds(STAGE) and not is_there:
        raise bad_request("Invalid stage identifier specified")
    if call.holds(TWICE) and any(each["apiMappingKey"] == path for each in others):
        if not path:
            raise conflict("Only one base path mapping is allowed if the base path is empty.")
        raise conflict("Base path already exists for this domain name")


def _path(value: str) -> str:
    return "" if value == NONE else value


@answers("apigateway", "CreateBasePathMapping")
def create_base_path_mapping(call: Call) -> Document:
    """A mapping; `(none)` is the empty path, and a stage that callers name themselves."""
    held, stage = _held(call), _path(call.params.get("stage", ""))
    made = {"apiMappingId": call.aws.ids.gateway(6), "apiId": call.params["restApiId"]}
    made |= {"apiMappingKey": _path(call.params.get("basePath", ""))} | ({"stage": stage} if stage else {})
    _check(call, made, list(held.values()))
    held[made["apiMappingId"]] = made
    return _shown(made)


@answers("apigateway", "GetBasePathMappings")
def get_base_path_mappings(call: Call) -> Document:
    """One page of a domain's mappings."""
    rows = sorted(_held(call).values(), key=lambda each: str(each["apiMappingKey"]))
    items, position = call.page([_shown(each) for each in rows])
    return {"items": items, "position": position}


@answers("apigateway", "GetBasePathMapping")
def get_base_path_mapping(call: Call) -> Document:
    """A mapping."""
    return _shown(_find(call))


_SLOTS: Slots = {
    "/basePath": scalar("apiMappingKey", _path),
    "/restapiId": scalar("apiId"),
    "/restApiId": scalar("apiId"),
    "/stage": scalar("stage", _path, clears=True),
}


@answers("apigateway", "UpdateBasePathMapping")
def update_base_path_mapping(call: Call) -> Document:
    """Patch a mapping."""
    held, mapping = _held(call), _find(call)
    changed = patched(call, mapping, _SLOTS)
    if not changed.get("stage"):
        changed.pop("stage", None)
    _check(call, changed, [each for each in held.values() if each is not mapping])
    held[mapping["apiMappingId"]] = changed
    return _shown(changed)


@answers("apigateway", "DeleteBasePathMapping")
def delete_base_path_mapping(call: Call) -> None:
    """Delete a mapping."""
    held, mapping = _held(call), _find(call)
    del held[mapping["apiMappingId"]]
