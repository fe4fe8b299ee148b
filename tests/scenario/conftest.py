"""Every scenario plays in rough weather: quotas, lag and short pages, as AWS has them."""

from __future__ import annotations

import pytest

from tests.stand import Stand, stand


@pytest.fixture(autouse=True)
def rough_weather() -> None:
    """Quotas on, groups found only after a while, no page longer than seven rows."""
    stand().world.weather.turn_rough()


@pytest.fixture
def aws(aws: Stand) -> Stand:
    """The stand-in for AWS, empty, in rough weather."""
    aws.world.weather.turn_rough()
    return aws
