"""What is covered, and what is not."""

from __future__ import annotations

from dr_toolkit.aws.cloud import operations
from dr_toolkit.report.listings import LeftOut, TypesResult
from dr_toolkit.resources import registry
from dr_toolkit.spec import left_out


def covered() -> TypesResult:
    """Every type, and every operation around them that is left out, with the reason."""
    left = [
        LeftOut(service, operation, why)
        for service in left_out.SERVICES
        for operation, why in left_out.left_out(service, operations(service))
    ]
    return TypesResult(registry(), tuple(left))
