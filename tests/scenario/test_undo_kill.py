"""A restore, or its undo, dies anywhere: an undo makes the target what it was before, whatever there was in it."""

from __future__ import annotations

import pytest

from tests.scenario import test_around_kill, test_around_rest_kill, test_http_kill
from tests.scenario.desk import AWAY, HOME, Desk
from tests.scenario.moments import moment
from tests.scenario.test_undo import bare, desk, disturbed
from tests.scenario.undone import Before, assert_done, assert_goes_on_from, assert_undone_from, film_of
from tests.scenario.undone import undone_from_anywhere as from_anywhere
from tests.stand import Stand
from tests.strict_aws.estates import SMALL, build, build_ground

__all__ = ["bare", "desk", "disturbed"]
around = test_around_kill.desk
around_rest = test_around_rest_kill.desk
http = test_http_kill.desk


@pytest.mark.slow
def test_undone_after_a_restore_that_died_at_any_moment(bare: Before) -> None:
    assert_undone_from(bare, film_of(bare, lambda film: bare.desk.restore(film=film)))


@pytest.mark.slow
def test_undone_after_mending_that_died_at_any_moment(disturbed: Before) -> None:
    moments = film_of(disturbed, lambda film: disturbed.desk.restore(film=film, prune=True))
    assert_undone_from(disturbed, moments[::4])


@pytest.mark.slow
def test_an_undo_that_died_at_any_moment_goes_on(bare: Before) -> None:
    run = bare.desk.restore().run
    moments = film_of(bare, lambda film: bare.desk.undo(run, film=film))
    assert len([m for m in moments if m.after.startswith("the call of")]) == 11
    assert_goes_on_from(bare, run, moments)


@pytest.mark.slow
def test_an_undo_of_mending_that_died_at_any_moment_goes_on(disturbed: Before) -> None:
    run = disturbed.desk.restore(prune=True).run
    moments = film_of(disturbed, lambda film: disturbed.desk.undo(run, film=film))
    assert len([m for m in moments if m.after.startswith("the call of")]) == 34
    assert_goes_on_from(disturbed, run, moments[::4])


@pytest.mark.slow
def test_any_answer_to_an_undo_is_lost(disturbed: Before) -> None:
    desk, gate = disturbed.desk, disturbed.desk.aws.gate
    run = desk.restore(prune=True).run
    begin = moment("restored", AWAY, desk.store)
    for number in range(1, 36, 3):
        begin.come_back(desk.store)
        mark = gate.mark()
        gate.lose_answer(number)
        result = desk.undo(run)
        lost = [str(call) for call in gate.since(mark) if call.fault == "answer lost"]
        assert len(lost) == 1, number
        assert_done(result, lost[0])
        disturbed.assert_again(lost[0])


@pytest.mark.slow
def test_http_apis(http: Desk) -> None:
    from_anywhere(Before(http), every=1)


@pytest.mark.slow
def test_domains_and_endpoints(around: Desk) -> None:
    from_anywhere(Before(around), every=4)


@pytest.mark.slow
def test_keys_plans_and_links(around_rest: Desk) -> None:
    from_anywhere(Before(around_rest), every=4)


@pytest.mark.slow
def test_a_whole_estate(aws: Stand) -> None:
    """Everything that there is, with quotas and lag, from a death out of nine."""
    with aws.virtual_time():
        desk = Desk(aws)
        build(desk.clients, HOME, SMALL)
        build_ground(desk.clients, AWAY)
        desk.snapshot()
        from_anywhere(Before(desk), every=9)
