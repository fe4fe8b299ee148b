"""Resource policies: kept as compact JSON text, answered escaped once more."""

from __future__ import annotations

import json
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rules import rule

MAX_POLICY = 8192

SYNTAX = rule(
    "rest.policy-syntax",
    "A policy has to be a JSON object with statements",
    "quoted: chalice issue 2065",
)
SIZE = rule("rest.policy-size", "A policy has at most 8,192 characters", "AWS notes, section 2.2")
EXPANDED = rule(
    "rest.policy-expanded",
    "`execute-api:/...` in a policy is written out with region, account and API",
    "AWS notes, section 3.1",
)
ESCAPED = rule(
    "rest.policy-escaped", "A policy is answered as JSON text that is escaped once more", "AWS notes, section 1.1"
)


def kept_policy(call: Call, text: str, api_id: str) -> str:
    """A policy as API Gateway keeps it: compact, with short ARNs written out; BadRequestException where it is none."""
    try:
        policy = json.loads(text)
    except ValueError:
        policy = None
    if not _is_policy(policy):
        if not call.holds(SYNTAX):
            return text
        raise bad_request(
            "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
        )
    if call.holds(EXPANDED):
        _write_out(policy, call.region.arn("execute-api", f"{api_id}/"))
    kept = json.dumps(policy, separators=(",", ":"), ensure_ascii=False)
    if len(kept) > MAX_POLICY and call.holds(SIZE):
        raise bad_request(f"The resource policy is {len(kept)} characters long; the limit is {MAX_POLICY}")
    return kept


def answered_policy(call: Call, kept: str) -> str:
    r"""A kept policy as it is answered: ``{\"Version\":...`` with every slash escaped."""
    return json.dumps(kept, ensure_ascii=False)[1:-1].replace("/", "\\/") if call.holds(ESCAPED) else kept


def read_policy(answered: str) -> Any:
    """The policy that an answer shows."""
    return json.loads(json.loads(f'"{answered}"'))


def _is_policy(policy: Any) -> bool:
    """Whether it is an object with a statement, or with a list of them."""
    held = policy.get("Statement") if isinstance(policy, dict) else None
    statements = held if isinstance(held, list) else [held]
    return bool(statements) and all(isinstance(each, dict) and each for each in statements)


def _write_out(policy: dict[str, Any], arn: str) -> None:
    statements = policy["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        for member in ("Resource", "NotResource"):
            held = statement.get(member)
            if isinstance(held, str):
                statement[member] = _long(held, arn)
            elif isinstance(held, list):
                statement[member] = [_long(each, arn) for each in held]


def _long(resource: Any, arn: str) -> Any:
    short = isinstance(resource, str) and resource.startswith("execute-api:/")
    return arn + resource.removeprefix("execute-api:/") if short else resource
