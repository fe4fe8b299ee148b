"""HTTP and WebSocket APIs from one region to another, with what lets them call functions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.estate_http import build_http, build_http_ground
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.stand import ACCOUNT, Stand
from tests.strict_aws.judge import compare, report

LISTENERS = {
    f"arn:aws:elasticloadbalancing:{HOME}:{ACCOUNT}:listener/app/inner/0123456789abcdef/1": f"arn:aws:"
    f"elasticloadbalancing:{AWAY}:{ACCOUNT}:listener/app/inner/fedcba9876543210/2"
}


def judged(aws: Stand) -> list[str]:
    """What somebody who knows nothing of the toolkit finds different between the two regions, but for its own mark."""
    names = (dict.fromkeys(LISTENERS, "<listener>"), dict.fromkeys(LISTENERS.values(), "<listener>"))
    found = report(compare(aws.world.region(HOME), aws.world.region(AWAY), *names)).splitlines()
    return [line for line in found if "dr-toolkit:run" not in line]


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with HTTP APIs at home, and an empty region to restore them into."""
    with aws.virtual_time():
        desk = Desk(aws, map=LISTENERS)
        build_http(desk.clients, HOME, build_http_ground(desk.clients, HOME))
        build_http_ground(desk.clients, AWAY)
        yield desk


def test_everything_comes_over(desk: Desk) -> None:
    desk.snapshot()
    desk.aws.gate.refuse(HOME)
    result = desk.restore()
    assert (result.exit_code, list(result.failed.values()), list(result.skipped)) == (0, [], []), result.verdict
    assert_in_sync(desk)
    assert judged(desk.aws) == []
