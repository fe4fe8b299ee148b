"""The drill of every kind of thing: a restore dies at any moment, or loses any answer, and goes on to the same end."""

from __future__ import annotations

from collections.abc import Callable

from dr_toolkit.errors import RunNotFound
from dr_toolkit.report.results import RestoreResult
from tests.scenario.desk import AWAY, Desk
from tests.scenario.moments import Film, moment

Whole = Callable[[Desk, str], None]
"""Asserts that nothing differs in the target and nothing is there twice; told where the restore was disturbed."""


def dies_anywhere(desk: Desk, whole: Whole, *, every: int = 0) -> int:
    """Restore once, then go on from after each call whose answer never came, by turns with --resume and by a rerun.

    With ``every``, from each so-manieth write of journal, lease and pairings too. Returns how many calls there were.
    """
    film = Film(AWAY, desk.store, [moment("nothing", AWAY, desk.store)])
    assert desk.restore(film=film).exit_code == 0
    whole(desk, "undisturbed")
    called = [each for each in film.moments if each.after.startswith("the call of")]
    for number, each in enumerate([*called, *(film.moments[::every] if every else ())]):
        each.come_back(desk.store)
        _assert_done(gone_on(desk) if number % 2 else desk.restore(), f"died after {each.after}")
        whole(desk, f"died after {each.after}")
    return len(called)


def loses_any_answer(desk: Desk, whole: Whole, calls: int) -> None:
    """Restore from the same beginning once for each of so many changing calls, whose answer is lost."""
    begin, gate = moment("nothing", AWAY, desk.store), desk.aws.gate
    for number in range(1, calls + 1):
        begin.come_back(desk.store)
        mark = gate.mark()
        gate.lose_answer(number)
        result = desk.restore()
        lost = [call for call in gate.since(mark) if call.fault == "answer lost"]
        assert len(lost) == 1, number
        _assert_done(result, str(lost[0]))
        whole(desk, str(lost[0]))


def gone_on(desk: Desk) -> RestoreResult:
    """What a person does after a crash; where nothing was begun, there is nothing to resume."""
    try:
        return desk.restore(resume="last")
    except RunNotFound:
        return desk.restore()


def _assert_done(result: RestoreResult, at: str) -> None:
    assert (result.exit_code, list(result.failed)) == (0, []), f"{at}: {result.verdict} {result.failed}"
