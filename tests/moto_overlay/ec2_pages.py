"""Pages of EC2's listings: MaxResults and NextToken, which moto ignores."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses.subnets import Subnets
from moto.ec2.responses.vpcs import VPCs


def page(response: Any, member: str, rows: list[Any], *, least: int = 5, most: int = 1000) -> dict[str, Any]:
    """One page of the rows; everything where the request names no size."""
    size, token = response._get_param("MaxResults"), response._get_param("NextToken")
    if size is None and not token:
        return {member: rows}
    limit = int(size) if size is not None else most
    if not least <= limit <= most:
        text = f"Value ( {limit} ) for parameter maxResults is invalid. Expecting a value between {least} and {most}."
        raise EC2ClientError("InvalidParameterValue", text)
    try:
        start = int(base64.b64decode(token or "MA==").decode())
    except ValueError as broken:
        raise EC2ClientError("InvalidNextToken", "The token is not valid.") from broken
    answer: dict[str, Any] = {member: rows[start : start + limit]}
    if start + limit < len(rows):
        answer["NextToken"] = base64.b64encode(str(start + limit).encode()).decode()
    return answer


def _paged(original: Callable[[Any], ActionResult], member: str, least: int, most: int) -> Callable[[Any], Any]:
    def answer(self: Any) -> ActionResult:
        result: Any = original(self).result
        return ActionResult(page(self, member, list(result[member]), least=least, most=most))

    return answer


def install() -> None:
    """Page the listings that moto answers by itself."""
    listings = (
        (VPCs, "describe_vpcs", "Vpcs", 5, 1000),
        (Subnets, "describe_subnets", "Subnets", 5, 1000),
        (VPCs, "describe_vpc_endpoints", "VpcEndpoints", 5, 1000),
        (VPCs, "describe_managed_prefix_lists", "PrefixLists", 1, 100),
        (VPCs, "get_managed_prefix_list_entries", "Entries", 1, 100),
    )
    for owner, name, member, least, most in listings:
        setattr(owner, name, _paged(getattr(owner, name), member, least, most))
