"""A restore is taken back: the target is as it was before, from wherever the restore or its undo died."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from dr_toolkit.errors import TakenBack
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


def assert_it_goes_on(before: Before, run: str, moments: list[Moment]) -> None:
    """From wherever the undo died the same command goes on to the same end, and is refused once there."""
    for number, each in enumerate(moments):
        each.come_back(before.desk.store)
        at = f"died after {each.after}, moment {number}"
        try:
            result = before.desk.undo(run)
            assert (result.exit_code, list(result.failed), list(result.left)) == (0, [], []), f"{at}: {result.verdict}"
        except TakenBack:
            assert number > len(moments) - 4, at
        before.assert_again(at)


def test_an_undo_that_died_at_any_moment_goes_on(bare: Before) -> None:
    done = bare.desk.restore()
    moments = film_of(bare, lambda film: bare.desk.undo(done.run, film=film))
    called = [m for m in moments if m.after.startswith("the call of")]
    assert len(called) == 11
    assert_it_goes_on(bare, done.run, moments)
    with pytest.raises(TakenBack) as refused:
        bare.desk.undo(done.run)
    assert refused.value.exit_code == 13
    assert not bare.desk.store.list("pairings/") or not pairs_of(bare.desk)


def test_an_undo_of_mending_that_died_at_any_moment_goes_on(disturbed: Before) -> None:
    done = disturbed.desk.restore(prune=True)
    moments = film_of(disturbed, lambda film: disturbed.desk.undo(done.run, film=film))
    assert len([m for m in moments if m.after.startswith("the call of")]) == 35
    assert_it_goes_on(disturbed, done.run, moments)


def test_any_answer_to_an_undo_is_lost(disturbed: Before) -> None:
    desk, gate = disturbed.desk, disturbed.desk.aws.gate
    done = desk.restore(prune=True)
    begin = moment("restored", AWAY, desk.store)
    for number in range(1, 36, 3):
        begin.come_back(desk.store)
        mark = gate.mark()
        gate.lose_answer(number)
        result = desk.undo(done.run)
        lost = [str(call) for call in gate.since(mark) if call.fault == "answer lost"]
        assert len(lost) == 1, number
        assert (result.exit_code, list(result.failed), list(result.left)) == (0, [], []), f"{lost}: {result.verdict}"
        disturbed.assert_again(lost[0])


def pairs_of(desk: Desk) -> dict[str, str]:
    """Which thing of home is which in the target, as the last table says."""
    table = json.loads(desk.store.get(max(desk.store.list("pairings/home/away/"))))
    return dict(table["pairs"])
