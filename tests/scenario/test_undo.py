"""A restore is taken back: the target is as it was before, from wherever the restore or its undo died."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.scenario.desk import AWAY, HOME, Desk
from tests.scenario.disturbance import disturb
from tests.scenario.moments import Film, Moment, moment
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


# --- deaths -------------------------------------------------------------------------------------------


def film_of(before: Before, doing: Callable[[Film], object]) -> list[Moment]:
    """Every moment of something that is done from here, the begin included."""
    film = Film(AWAY, before.desk.store, [moment("nothing", AWAY, before.desk.store)])
    doing(film)
    return film.moments


def assert_undone_from(before: Before, moments: list[Moment]) -> None:
    """From wherever the restore died, an undo makes the target what it was; then a restore starts afresh."""
    for number, each in enumerate(moments):
        each.come_back(before.desk.store)
        at = f"died after {each.after}, moment {number}"
        if before.desk.restores() == before.runs:
            continue
        result = before.desk.undo()
        assert (result.exit_code, list(result.failed), list(result.left)) == (0, [], []), f"{at}: {result.verdict}"
        before.assert_again(at)


def test_undone_after_a_restore_that_died_at_any_moment(bare: Before) -> None:
    moments = film_of(bare, lambda film: bare.desk.restore(film=film))
    assert_undone_from(bare, moments)
    assert bare.desk.restore().exit_code == 0


def test_undone_after_mending_that_died_at_any_moment(disturbed: Before) -> None:
    moments = film_of(disturbed, lambda film: disturbed.desk.restore(film=film, prune=True))
    assert_undone_from(disturbed, moments)
