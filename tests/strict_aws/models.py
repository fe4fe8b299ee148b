"""botocore's service models, which say what an operation takes and answers."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session

SERVICES = ("apigateway", "apigatewayv2", "ec2")
"""What is answered here; everything else is moto's."""


@cache
def session() -> Any:
    """The session that the models are loaded through, once a process."""
    return botocore.session.Session()


@cache
def service_model(service: str) -> Any:
    """A service's model."""
    return session().get_service_model(service)


@cache
def operation_model(service: str, operation: str) -> Any:
    """An operation's model; raises botocore's OperationNotFoundError."""
    return service_model(service).operation_model(operation)


@cache
def members(shape: Any) -> dict[str, Any]:
    """The members of a structure; botocore looks each of them up again at every reading."""
    return dict(shape.members)


@cache
def operations(service: str) -> frozenset[str]:
    """The names of a service's operations."""
    return frozenset(service_model(service).operation_names)
