"""Any estate: restored, verified, nothing left to do, taken back, and the target is as it was before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import Phase, given, settings

from dr_toolkit.model.changes import CREATE
from dr_toolkit.report.undo_results import UndoResult
from tests import hypothesis_profile
from tests.scenario.desk import AWAY, HOME, Desk
from tests.scenario.undone import Before, assert_done
from tests.stand import stand
from tests.strict_aws.estates import SMALL, Step, build, build_ground, run
from tests.strict_aws.estates.drawn import drawn_estates

_ANY = settings(hypothesis_profile.REGIONS, phases=[Phase.generate])


@contextmanager
def fresh_desk() -> Iterator[Desk]:
    """Somebody in an empty world."""
    aws = stand()
    aws.reset()
    with aws.virtual_time():
        yield Desk(aws)
    aws.reset()


@pytest.mark.slow
def test_a_whole_estate_is_taken_back() -> None:
    with fresh_desk() as desk:
        build(desk.clients, HOME, SMALL)
        build_ground(desk.clients, AWAY)
        desk.snapshot()
        before = Before(desk)
        assert desk.restore().exit_code == 3, "the values of keys are not known"
        assert_done(desk.undo())
        before.assert_again()


@pytest.mark.slow
@_ANY
@given(drawn_estates())
def test_any_estate_is_taken_back_from_a_bare_region(steps: list[Step]) -> None:
    with fresh_desk() as desk:
        run(steps, desk.clients, HOME)
        build_ground(desk.clients, AWAY)
        desk.snapshot()
        before = Before(desk)
        done = desk.restore()
        assert (list(done.failed), desk.verify().exit_code, desk.plan().steps) == ([], 0, ())
        if done.run:
            assert_done(desk.undo(done.run))
        before.assert_again()


@pytest.mark.slow
@_ANY
@given(drawn_estates(), drawn_estates())
def test_any_estate_comes_back_in_the_place_of_any_other(steps: list[Step], other: list[Step]) -> None:
    """What was pruned is there again, but for its ids and the values of its keys, which is said."""
    with fresh_desk() as desk:
        run(steps, desk.clients, HOME)
        run(other, desk.clients, AWAY)
        desk.snapshot()
        before = Before(desk)
        done = desk.restore(prune=True, skip_blocked=True)
        assert list(done.failed) == []
        if done.run:
            result = desk.undo(done.run)
            assert (list(result.failed), list(result.left), list(result.plan.blocked)) == ([], [], []), result.verdict
            assert [f.code for f in result.plan.findings if f.severity == "gap"] == ["secret-missing"] * (
                sum(key.startswith("apigateway.api_key/") for key in again(result))
            )
        before.assert_says_the_same()


def again(result: UndoResult) -> list[str]:
    """The printed keys of what an undo makes again."""
    return [c.key.text for c in result.plan.changes if c.action == CREATE]
