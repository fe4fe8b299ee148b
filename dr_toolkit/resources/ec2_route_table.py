"""Route tables: found where a gateway endpoint is in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.spec.fields import observed, physical
from dr_toolkit.spec.types import Listing, Names, Paging, ResourceType, Row

_PAGES = Paging("NextToken", "NextToken", {"MaxResults": 100})


def _identity(row: Row, names: Names) -> str:
    """The Name tag; a VPC's main table without one is `main`."""
    named = next((str(t.get("Value", "")) for t in row.data.get("Tags") or () if t["Key"] == "Name"), "")
    return named or ("main" if _is_main(row.data) else "unnamed")


def _is_main(data: Mapping[str, Any]) -> bool:
    return any(each.get("Main") for each in data.get("Associations") or ())


TYPES = (
    ResourceType(
        name="ec2.route_table",
        service="ec2",
        shape="RouteTable",
        title="Route table",
        listing=Listing("DescribeRouteTables", "RouteTables", paging=_PAGES),
        physical=lambda data: str(data["RouteTableId"]),
        identity=_identity,
        parent="ec2.vpc",
        parent_id=lambda data: str(data["VpcId"]),
        landmark=True,
        fields={"RouteTableId": physical()}
        | {
            name: observed("a landmark is found, not restored")
            for name in ("Associations", "PropagatingVgws", "Routes", "Tags", "VpcId", "OwnerId")
        },
        notes="Known by its Name tag, else `main`. Read only where a gateway endpoint is in one.",
    ),
)
