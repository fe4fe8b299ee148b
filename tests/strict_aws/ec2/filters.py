"""The filters of EC2's listings: values joined by or, filters by and, with * and ? as wildcards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from tests.strict_aws.call import Call
from tests.strict_aws.ec2.errors import invalid
from tests.strict_aws.ec2.state import held
from tests.strict_aws.rules import rule

Row = TypeVar("Row")
Reads = Mapping[str, Callable[[Row], Iterable[Any]]]

UNKNOWN = rule(
    "ec2.unknown-filters",
    "A filter that the listing does not have is refused",
    "botocore: the Filters members name what there is",
)


def value_of(*path: str) -> Callable[[Any], Iterable[Any]]:
    """Reads one member of a document, or one within another; lists on the way are gone through."""

    def read(row: Any) -> Iterable[Any]:
        found = [row]
        for name in path:
            found = [inner for each in found for inner in _inside(each, name)]
        return found

    return read


def _inside(document: Any, name: str) -> list[Any]:
    value = document.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def filtered(
    call: Call, rows: Iterable[Row], reads: Reads[Row], tagged: Callable[[Row], str] | None = None
) -> list[Row]:
    """The rows that pass the call's filters. ``reads``: what each filter looks at; ``tagged``: whose tags count."""
    found = list(rows)
    for wanted in call.params.get("Filters") or ():
        name, patterns = wanted.get("Name", ""), [_pattern(value) for value in wanted.get("Values") or ()]
        read = reads.get(name) or (_tag_reader(call, name, tagged) if tagged else None)
        if read is None:
            if call.holds(UNKNOWN):
                raise invalid(f"The filter '{name}' is invalid")
            continue
        found = [row for row in found if any(_passes(value, patterns) for value in read(row))]
    return found


def _tag_reader(call: Call, name: str, tagged: Callable[[Row], str]) -> Callable[[Row], Iterable[Any]] | None:
    tags = held(call).tags
    if name == "tag-key":
        return lambda row: tags.get(tagged(row), {})
    if not name.startswith("tag:"):
        return None
    key = name.removeprefix("tag:")
    return lambda row: [value for own, value in tags.get(tagged(row), {}).items() if own == key]


def _passes(value: Any, patterns: Sequence[re.Pattern[str]]) -> bool:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return any(pattern.fullmatch(text) for pattern in patterns)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.findall(r"\\.|[*?]|[^\\*?]+|\\", text, re.DOTALL)
    made = {"*": ".*", "?": "."}
    return re.compile(
        "".join(
            made.get(part) or re.escape(part[1:] if len(part) == 2 and part[0] == "\\" else part) for part in parts
        ),
        re.DOTALL,
    )
