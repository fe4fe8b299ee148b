"""Route keys: their form, and which ones can't be together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, conflict
from tests.strict_aws.rules import rule

FORM = rule(
    "http.route-key-form",
    "A route key of an HTTP API is a method and a path, or $default",
    "quoted: public reports of CreateRoute's refusal, for example in theonestack/cfhighlander templates",
)
VARIABLES = rule(
    "http.route-key-variables",
    "Each variable of a path has a name of its own, and a greedy one is the last segment",
    "the developer guide, 'Working with routes for HTTP APIs'; the text is recalled",
    recalled=True,
)
UNIQUE = rule(
    "http.route-key-unique",
    "Two routes of an API can't have the same key",
    "quoted: github.com/serverless/serverless, issue 7260",
)
SAME_LEVEL = rule(
    "http.route-key-same-level",
    "Two routes can't differ by nothing but the names of their path's variables",
    "quoted: github.com/plutomi/plutomi, issue 271",
)
METHODS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_VARIABLE = re.compile(r"\{([^/{}+]+)(\+?)\}")
_MALFORMED = (
    "The provided route key is not formatted properly for HTTP protocol. "
    'Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"'
)


def check_key(call: Call, key: str, *, websocket: bool, others: Iterable[str] = ()) -> None:
    """Refuse a key that is malformed, or that can't be beside the others of its API."""
    if not websocket:
        _check_form(call, key)
    if not key:
        raise bad_request("RouteKey can not be empty")
    for other in others:
        if other == key and call.holds(UNIQUE):
            raise conflict(f"Route with key {key} already exists for this API")
        if "{" in key and "{" in other and not websocket and call.holds(SAME_LEVEL) and _alike(other, key):
            text = f'has a conflicting variable on the same hierarchical level as "{other}"'
            raise conflict(f'The provided route key "{key}" {text}')


def _check_form(call: Call, key: str) -> None:
    if key == "$default":
        return
    method, _, path = key.partition(" ")
    if (method not in METHODS or not re.fullmatch(r"/\S*", path)) and call.holds(FORM):
        raise bad_request(_MALFORMED)
    found = _VARIABLE.findall(path)
    names = [name for name, _ in found]
    greedy = [f"{{{name}+}}" for name, plus in found if plus]
    misplaced = any(not path.endswith(f"/{each}") for each in greedy) or len(greedy) > 1
    odd = [part for part in path.split("/") if ("{" in part or "}" in part) and not _VARIABLE.fullmatch(part)]
    if (len(set(names)) < len(names) or misplaced or odd) and call.holds(VARIABLES):
        raise bad_request(f"The provided route key {key} has invalid path variables")


def _alike(key: str, other: str) -> bool:
    """Whether two different keys differ by nothing but their variables' names."""
    return key != other and _pattern(key) == _pattern(other)


@cache
def _pattern(key: str) -> str:
    return _VARIABLE.sub(r"{\2}", key)
