"""The pages of EC2's listings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from tests.strict_aws.call import Call
from tests.strict_aws.ec2.errors import check_id, combined, dry_run, invalid, no_such
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]
Row = TypeVar("Row")

IDS = rule(
    "ec2.page-size-with-ids",
    "A page size and ids together are refused",
    "public code that quotes EC2 on DescribeVpcs and DescribeInstances; the other listings likewise by recall",
    recalled=True,
)
TOKENS = rule("ec2.page-tokens", "A token of another list, or made up, is refused", "quoted: EC2's list of error codes")


def paged(
    call: Call,
    member: str,
    rows: Sequence[Row],
    show: Callable[[Row], Document],
    *,
    ids: str | None = None,
    usual: int | None = None,
    least: int = 5,
    most: int = 1000,
) -> Document:
    """One page of the rows under the name of the member, and the token of the next.

    Where the call names no size, all of them, or ``usual`` many. ``ids`` is the parameter that a size can't go with.
    """
    dry_run(call)
    asked, token = call.params.get("MaxResults"), call.params.get("NextToken")
    if asked is not None and ids and call.params.get(ids) and call.holds(IDS):
        raise combined(f"The parameter {ids} cannot be used with the parameter MaxResults")
    if asked is None and not token and usual is None:
        return {member: [show(row) for row in rows]}
    size = asked if asked is not None else usual or most
    if not least <= size <= most:
        text = f"Value ( {size} ) for parameter MaxResults is invalid. "
        raise invalid(text + f"Parameter must be greater than or equal to {least} and less than or equal to {most}.")
    found: Any = call.cut(rows, size, token)  # type: ignore[arg-type]
    if found is None:
        if call.holds(TOKENS):
            raise Refusal("InvalidPaginationToken", "The specified pagination token is not valid.")
        found = rows, None
    return {member: [show(row) for row in found[0]], "NextToken": found[1]}


def named(call: Call, parameter: str, kind: str, known: Mapping[str, Row]) -> Iterable[Row]:
    """What the call names by id in a parameter, all of it there; everything where it names none."""
    ids = call.params.get(parameter)
    if not ids:
        return [known[each] for each in sorted(known)]
    for each in ids:
        check_id(call, kind, each)
        if each not in known:
            raise no_such(kind, each)
    return [known[each] for each in sorted(set(ids))]
