"""A region is one place, whether a restore names it by the config's name for it or by its own."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from dr_toolkit.errors import LockedError, UnfinishedRun, UnfinishedUndo
from dr_toolkit.report.results import PlanResult
from dr_toolkit.workflows import restore, undo
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.scenario.moments import Film, Moment, moment
from tests.scenario.regions import apis
from tests.scenario.small_estate import build_ground, build_small, patched
from tests.stand import Stand

EITHER = [("away", AWAY), (AWAY, "away")]


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """A snapshot of the small estate at home, with the ground for it elsewhere."""
    with aws.virtual_time():
        desk = Desk(aws)
        build_small(desk.clients, HOME)
        build_ground(desk.clients, AWAY)
        desk.snapshot()
        yield desk


def halfway(film: Film) -> Moment:
    """A moment in the midst of a run."""
    called = [each for each in film.moments if each.after.startswith("the call of")]
    return called[len(called) // 2]


@pytest.mark.parametrize(("one", "other"), EITHER)
def test_two_names_of_a_region_exclude_each_other(desk: Desk, one: str, other: str) -> None:
    """A restore by one name keeps out a restore, and an undo, by the other."""
    desk.restore(other)
    refused: list[LockedError] = []
    rest = desk.clients.client("apigateway", AWAY)
    rest.update_rest_api(restApiId=apis(AWAY)[0].id, patchOperations=patched({"/description": "by hand"}))

    def meanwhile(shown: PlanResult) -> bool:
        for deed in (lambda: desk.restore(other), lambda: desk.undo("1", other)):
            with pytest.raises(LockedError) as caught:
                deed()
            refused.append(caught.value)
            desk.hours -= 1
        return True

    command = desk.command()
    desk.hours -= 1  # the other one comes at the same time, not an hour later
    result = restore.restore(command, restore.Request(one), meanwhile)
    assert [e.exit_code for e in refused] == [11, 11]
    assert (result.exit_code, len(apis(AWAY))) == (0, 1)


@pytest.mark.parametrize(("one", "other"), EITHER)
def test_what_one_name_made_is_known_by_the_other(desk: Desk, one: str, other: str) -> None:
    assert desk.restore(one).exit_code == 0
    (before,) = apis(AWAY)
    rest = desk.clients.client("apigateway", HOME)
    rest.update_rest_api(restApiId=apis(HOME)[0].id, patchOperations=patched({"/name": "store"}))
    desk.snapshot()
    assert {s.call.operation for s in desk.plan(other).steps} == {"UpdateRestApi"}
    assert desk.restore(other).exit_code == 0
    (after,) = apis(AWAY)
    assert (after.id, after.fields["name"]) == (before.id, "store")
    assert_in_sync(desk, one)


@pytest.mark.parametrize(("one", "other"), EITHER)
def test_an_unfinished_run_of_one_name_stops_the_other(desk: Desk, one: str, other: str) -> None:
    film = Film(AWAY, desk.store, [moment("nothing", AWAY, desk.store)])
    run = desk.restore(one, film=film).run
    halfway(film).come_back(desk.store)
    mark = desk.aws.gate.mark()
    with pytest.raises(UnfinishedRun) as refused:
        desk.restore(other)
    assert (refused.value.exit_code, refused.value.facts["run"], refused.value.facts["target"]) == (13, run, one)
    assert refused.value.next_step.endswith(f"restore --to {one} --resume {run}")
    assert [call for call in desk.aws.gate.since(mark) if call.mutating] == []
    assert desk.restore(one, resume=run).exit_code == 0
    assert_in_sync(desk, other)


@pytest.mark.parametrize(("one", "other"), EITHER)
def test_an_unfinished_undo_of_one_name_stops_the_other(desk: Desk, one: str, other: str) -> None:
    desk.restore(one)
    run = desk.restores(one)[-1]
    film = Film(AWAY, desk.store, [moment("restored", AWAY, desk.store)])
    desk.undo(run, one, film=film)
    halfway(film).come_back(desk.store)
    with pytest.raises(UnfinishedUndo) as refused:
        desk.restore(other)
    assert (refused.value.facts["undoes"], refused.value.facts["target"]) == (run, one)
    assert desk.undo(run, one).exit_code == 0
    assert desk.restore(other).exit_code == 0


def test_an_undo_by_another_name_waits_for_an_unfinished_run(desk: Desk) -> None:
    desk.restore(AWAY)
    rest = desk.clients.client("apigateway", AWAY)
    rest.delete_rest_api(restApiId=apis(AWAY)[0].id)
    film = Film(AWAY, desk.store, [moment("damaged", AWAY, desk.store)])
    desk.restore("away", film=film)
    halfway(film).come_back(desk.store)
    with pytest.raises(UnfinishedRun):
        desk.undo("1", AWAY)
    request = undo.UndoRequest("1", "away")
    assert undo.undo(desk.command(), request, lambda plan: None, lambda plan: True).exit_code == 0


@pytest.mark.parametrize("name", ["away", AWAY])
def test_a_plan_names_the_run_that_is_not_finished(desk: Desk, name: str) -> None:
    """With the ways on; and a plan of before is not said to be of a target that others have changed."""
    before = desk.plan()
    film = Film(AWAY, desk.store, [moment("nothing", AWAY, desk.store)])
    run = desk.restore("away", film=film).run
    assert not [f for f in desk.plan(name).findings if f.code == "unfinished-run"]
    halfway(film).come_back(desk.store)
    (said,) = [f for f in desk.plan(name).findings if f.code == "unfinished-run"]
    assert said.severity == "warning"
    assert f"dr-toolkit restore --to away --resume {run}" in said.text
    assert f"dr-toolkit restore undo {run} --to away" in said.text
    with pytest.raises(UnfinishedRun) as refused:
        restore.restore(desk.command(), restore.Request("away", plan_file=before), lambda shown: True)
    assert refused.value.next_step.endswith(f"restore --to away --resume {run}")
    assert desk.restore(resume=run).exit_code == 0


def test_a_run_that_does_not_say_where_it_was_counts_under_its_own_name_only(desk: Desk) -> None:
    """As releases wrote it that kept no scope."""
    film = Film(AWAY, desk.store, [moment("nothing", AWAY, desk.store)])
    run = desk.restore("away", film=film).run
    halfway(film).come_back(desk.store)
    begin = f"runs/away/{run}/000001.json"
    record = json.loads(desk.store.get(begin))
    del record["scope"]
    desk.store.delete(begin)
    desk.store.put_if_absent(begin, json.dumps(record).encode())
    assert [f.key for f in desk.plan("away").findings if f.code == "unfinished-run"] == ["away"]
    assert [f.key for f in desk.plan(AWAY).findings if f.code == "unfinished-run"] == []
    assert desk.restore("away", resume=run).exit_code == 0


def test_an_unfinished_run_elsewhere_stops_nobody(desk: Desk) -> None:
    """Runs of other regions are other targets' own, whatever their names."""
    film = Film(AWAY, desk.store, [moment("nothing", AWAY, desk.store)])
    desk.restore("away", film=film)
    halfway(film).come_back(desk.store)
    assert desk.restore("home").exit_code == 0
