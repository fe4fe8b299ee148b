"""A restore is taken back: the target is as it was before, from wherever the restore or its undo died."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenario.desk import AWAY, HOME, Desk
from tests.scenario.disturbance import disturb
from tests.scenario.small_estate import build_ground, build_small
from tests.scenario.undone import Before
from tests.stand import Stand


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of the small estate, whose home region is gone."""
    with aws.virtual_time():
        desk = Desk(aws)
        build_small(desk.clients, HOME)
        desk.snapshot()
        aws.gate.refuse(HOME)
        yield desk


@pytest.fixture
def bare(desk: Desk) -> Before:
    """A target with nothing in it yet."""
    build_ground(desk.clients, AWAY)
    return Before(desk)


@pytest.fixture
def disturbed(desk: Desk) -> Before:
    """A target that was restored before, and in which people have changed everything since."""
    build_ground(desk.clients, AWAY)
    assert desk.restore().exit_code == 0
    disturb(desk.clients)
    return Before(desk)


def test_a_bare_region_is_bare_again(bare: Before) -> None:
    desk = bare.desk
    done = desk.restore()
    assert done.exit_code == 0
    result = desk.undo(done.run)
    assert (result.exit_code, list(result.failed), list(result.left)) == (0, [], []), result.verdict
    bare.assert_again()


@pytest.mark.parametrize("prune", [False, True])
def test_a_region_that_was_mended_is_as_disturbed_as_before(disturbed: Before, prune: bool) -> None:
    desk = disturbed.desk
    done = desk.restore(prune=prune)
    assert done.exit_code == 0
    result = desk.undo(done.run)
    assert (result.exit_code, list(result.failed), list(result.left)) == (0, [], []), result.verdict
    disturbed.assert_again()
