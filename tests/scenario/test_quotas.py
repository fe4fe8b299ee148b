"""Under AWS's quotas capture and restore go at the pace that these allow: nothing is refused, and no time is lost.

Seconds are AWS's own here, which passes only where somebody waits.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.bench.quotas import HOME, Scene, least_seconds, refused, scene
from tests.strict_aws.estates import Size
from tests.strict_aws.weather.log import Entry

ESTATE = Size(
    rest_apis=8, methods=6, edge=1, http_apis=3, websocket_apis=1, routes=5, groups=40, rules=4, prefix_lists=2,
    endpoints=0, keys=6, plans=2, domains=1,
)  # fmt: skip
"""More than all buckets hold at first, and no endpoint, for which AWS takes minutes of its own."""

COUNTED = ("ec2", "apigateway", "apigatewayv2")


def counted(calls: list[Entry]) -> list[Entry]:
    """The calls of the services whose least is known."""
    return [call for call in calls if call.service in COUNTED]


@pytest.mark.parametrize("workers", [1, 4])
def test_a_capture_is_as_quick_as_its_calls_may_be_and_makes_no_more_than_it_must(workers: int) -> None:
    with scene(ESTATE, workers=workers) as on:
        taken, seconds = on.watched(on.capture)
    least = on.floor.capture
    assert refused(taken) == []
    assert len(counted(taken)) <= 1.05 * least.calls()
    assert least_seconds(taken) <= seconds <= 1.05 * least_seconds(taken)
    assert seconds <= 1.05 * least.seconds()
    assert more_than(least.by_operation(), counted(taken)) == {}


def more_than(least: dict[tuple[str, str], int], calls: list[Entry]) -> dict[tuple[str, str], int]:
    """The reads that were made oftener than they have to be, but for the one that tells what groups are in use for."""
    made = Counter((call.service, call.operation) for call in calls)
    return dict(made - Counter(least) - Counter({("ec2", "DescribeNetworkInterfaces"): 1}))


def restored(on: Scene) -> tuple[list[Entry], float]:
    """The calls of a restore with home gone, and its seconds."""
    on.capture()
    on.aws.weather.gate.lose_region(HOME)
    return on.watched(on.restore)


def test_a_restore_draws_on_all_rates_side_by_side() -> None:
    """It takes as long as the rate that binds: whatever the others hold up fits into that time."""
    with scene(ESTATE) as on:
        made, seconds = restored(on)
    assert refused(made) == []
    assert least_seconds(made) <= seconds <= 1.05 * least_seconds(made)


@pytest.mark.parametrize("workers", [1, 4])
def test_another_client_takes_a_third_and_nothing_fails(workers: int) -> None:
    """Then calls are refused, for nobody tells how much is left; they are made again, and fewer from then on."""
    with scene(ESTATE, workers=workers, others=1 / 3) as on:
        taken, seconds = on.watched(on.capture)
        assert 0 < len(refused(taken)) <= 0.1 * len(taken)
        assert seconds <= 2 * on.floor.capture.seconds()
        on.aws.weather.gate.lose_region(HOME)
        made, seconds = on.watched(on.restore)
    assert len(refused(made)) <= 0.1 * len(made)
