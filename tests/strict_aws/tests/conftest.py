"""Fixtures: an empty strict AWS, and clients of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config

from tests.strict_aws import StrictAws
from tests.strict_aws.in_process import session

HOME, AWAY = "us-east-1", "us-west-2"
_PLAIN = Config(parameter_validation=False, retries={"max_attempts": 0})


@pytest.fixture
def strict() -> StrictAws:
    """An AWS of its own, empty, in virtual time."""
    return StrictAws()


@pytest.fixture
def client(strict: StrictAws) -> Callable[..., Any]:
    """Makes clients: `client("ec2")`, `client("ec2", region="us-west-2", account="222222222222")`.

    They validate nothing by themselves and try once: what is refused is refused by this AWS.
    """

    def make(service: str, region: str = HOME, account: str = "123456789012") -> Any:
        return session(strict, account).client(service, region, config=_PLAIN)

    return make


@pytest.fixture
def rest(client: Callable[..., Any]) -> Any:
    """API Gateway v1 in us-east-1."""
    return client("apigateway")


@pytest.fixture
def http(client: Callable[..., Any]) -> Any:
    """API Gateway v2 in us-east-1."""
    return client("apigatewayv2")


@pytest.fixture
def ec2(client: Callable[..., Any]) -> Any:
    """EC2 in us-east-1."""
    return client("ec2")
