"""API mappings: what paths of a custom domain name lead to. v1 sees them as base path mappings."""

from __future__ import annotations

import re
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.lists import listed
from tests.strict_aws.refusals import bad_request, conflict, not_found
from tests.strict_aws.rest.domain_state import find_domain, kind_of, stage_is_there, too_many
from tests.strict_aws.rest.state import Domains
from tests.strict_aws.rules import rule

Document = dict[str, Any]

KEY = rule(
    "domains.mapping-key",
    "Keys are letters, digits and a few signs, in levels parted by slashes",
    "quoted: aws/aws-cdk#9077; the developer guide, REST API mappings",
)
LEVELS = rule(
    "domains.multi-level",
    "Keys of several levels are for regional domain names with TLS 1.2, at most 200 of them",
    "AWS notes, section 2.2; the developer guide, REST API mappings; the texts are recalled",
)
TWICE = rule("domains.mapping-exists", "A key is mapped once", "quoted: aws/aws-cdk#22660")
STAGE = rule("domains.mapping-stage", "The API and the stage have to be there", "quoted: aws/aws-cdk#8983")

_LEVEL = r"[A-Za-z0-9$\-_.+!*'(),]+"


def shown_mapping(mapping: Document) -> Document:
    """A mapping by v2's names; the empty key is shown as such."""
    answer = {"ApiId": mapping["apiId"], "ApiMappingId": mapping["apiMappingId"], "Stage": mapping.get("stage", "")}
    return answer | {"ApiMappingKey": mapping["apiMappingKey"]}


def check_target(call: Call, api_id: str, stage: str) -> None:
    """Raise BadRequestException where the API, of v1 or v2, or its stage is not there."""
    is_there = stage_is_there(call, api_id, stage)
    if call.holds(STAGE) and is_there is None:
        raise bad_request("Invalid API identifier specified")
    if call.holds(STAGE) and not (stage and is_there):
        raise bad_request("Invalid stage identifier specified")


def _check(call: Call, domain: Document, mapping: Document, others: list[Document]) -> None:
    key = mapping["apiMappingKey"]
    if key and not re.fullmatch(f"{_LEVEL}(/{_LEVEL})*", key) and call.holds(KEY):
        raise bad_request("An ApiMapping key may contain only letters, numbers and one of $-_.+!*'(),")
    if "/" in key and call.holds(LEVELS):
        if kind_of(domain) != "REGIONAL" or domain["securityPolicy"] == "TLS_1_0":
            raise bad_request("Multi-level API mappings need a regional custom domain name with TLS 1.2")
        if sum("/" in each["apiMappingKey"] for each in others) >= 200:
            raise too_many(call, "Maximum number of multi-level API mappings has been reached: 200")
    check_target(call, mapping["apiId"], mapping.get("stage", ""))
    if any(each["apiMappingKey"] == key for each in others) and call.holds(TWICE):
        raise conflict("ApiMapping key already exists for this domain name")


def _held(call: Call) -> tuple[Document, dict[str, Document]]:
    key, domain = find_domain(call, call.params["DomainName"])
    return domain, call.part(Domains).mappings.setdefault(key, {})


def _find(call: Call) -> tuple[Document, dict[str, Document], Document]:
    domain, held = _held(call)
    if call.params["ApiMappingId"] not in held:
        raise not_found("Invalid api mapping identifier specified")
    return domain, held, held[call.params["ApiMappingId"]]


@answers("apigatewayv2", "CreateApiMapping")
def create_api_mapping(call: Call) -> Document:
    """A mapping to a stage of an API of v1 or v2."""
    domain, held = _held(call)
    made = {"apiMappingId": call.aws.ids.gateway(6), "apiId": call.params["ApiId"], "stage": call.params["Stage"]}
    made["apiMappingKey"] = call.params.get("ApiMappingKey", "")
    _check(call, domain, made, list(held.values()))
    held[made["apiMappingId"]] = made
    return shown_mapping(made)


@answers("apigatewayv2", "GetApiMappings")
def get_api_mappings(call: Call) -> Document:
    """One page of a domain's mappings."""
    rows = sorted(_held(call)[1].values(), key=lambda each: str(each["apiMappingId"]))
    return listed(call, [shown_mapping(each) for each in rows])


@answers("apigatewayv2", "GetApiMapping")
def get_api_mapping(call: Call) -> Document:
    """A mapping."""
    return shown_mapping(_find(call)[2])


@answers("apigatewayv2", "UpdateApiMapping")
def update_api_mapping(call: Call) -> Document:
    """Change where a mapping leads, and its key."""
    domain, held, mapping = _find(call)
    changed = mapping | {"apiId": call.params["ApiId"]}
    changed |= {
        v1: call.params[v2] for v1, v2 in (("stage", "Stage"), ("apiMappingKey", "ApiMappingKey")) if v2 in call.params
    }
    _check(call, domain, changed, [each for each in held.values() if each is not mapping])
    held[mapping["apiMappingId"]] = changed
    return shown_mapping(changed)


@answers("apigatewayv2", "DeleteApiMapping")
def delete_api_mapping(call: Call) -> None:
    """Delete a mapping."""
    _, held, mapping = _find(call)
    del held[mapping["apiMappingId"]]
