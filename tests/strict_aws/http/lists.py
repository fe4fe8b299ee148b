"""Pages of v2's lists: MaxResults is a text, tokens are opaque."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.strict_aws.call import Call
from tests.strict_aws.http.state import Document
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rules import rule

PAGE = rule(
    "http.page-size",
    "A page of a list has 25 rows unless MaxResults says otherwise, and 500 at most",
    "AWS notes, section 1.1 has it for v1; taken over",
    recalled=True,
)
_USUAL, _MOST, _ALL = 25, 500, 1_000_000


def listed(call: Call, rows: Iterable[Document]) -> Document:
    """The answer of a Get* list: its Items, and the NextToken where there are more."""
    found = call.cut(list(rows), _size(call), call.params.get("NextToken"))
    if found is None:
        raise bad_request("Invalid NextToken parameter")
    return {"Items": found[0], "NextToken": found[1]}


def _size(call: Call) -> int:
    asked = call.params.get("MaxResults")
    bounded = call.holds(PAGE)
    if asked is None:
        return _USUAL if bounded else _ALL
    if not re.fullmatch("[0-9]{1,9}", asked) or int(asked) < 1 or (bounded and int(asked) > _MOST):
        raise bad_request(f"Invalid maxResults parameter. Must be between 1 and {_MOST}")
    return int(asked)
