"""Journals: one holder at a time, no record lost, and only what is needed is read."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from dr_toolkit.errors import IntegrityError, LockedError, RunNotFound, StoreUnreachable, UnfinishedRun
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.store import clock
from dr_toolkit.store.journal import Journal, Runs
from tests.unit.estates import AT
from tests.unit.stores import Crashing, Interrupted, Store


def ticking() -> Iterator[datetime]:
    """A clock that goes on by a second at each look."""
    return (AT + timedelta(seconds=n) for n in itertools.count())


def runs(store: Store, target: str = "dr") -> Runs:
    return Runs(store, target, now=ticking().__next__)


def kinds(journal: Journal) -> list[str]:
    return [record["kind"] for record in journal.records()]


def finished_run(store: Store, **facts: object) -> str:
    journal = runs(store).begin(facts)
    journal.append("end")
    return journal.run


def test_a_run_is_its_records() -> None:
    store = Store()
    journal = Runs(store, "dr", now=ticking().__next__, by=lambda: "me").begin({"snapshot": "s1"})
    ref = Ref(ResourceKey("ec2.vpc", ("main",)))
    journal.append("intent", step="1", params={"VpcId": ref})
    journal.append("done", step="1", made={"ec2.security_group/main/web": "sg-1"})
    assert not journal.finished
    journal.append("end", ok=True)
    assert journal.finished
    assert journal.run == "000001"
    assert journal.records() == [
        {"n": 1, "kind": "begin", "at": "2026-11-22T03:00:00.000Z", "by": "me", "snapshot": "s1"},
        {
            "n": 2,
            "kind": "intent",
            "at": "2026-11-22T03:00:01.000Z",
            "by": "me",
            "step": "1",
            "params": {"VpcId": ref},
        },
        {
            "n": 3,
            "kind": "done",
            "at": "2026-11-22T03:00:02.000Z",
            "by": "me",
            "step": "1",
            "made": {"ec2.security_group/main/web": "sg-1"},
        },
        {"n": 4, "kind": "end", "at": "2026-11-22T03:00:03.000Z", "by": "me", "ok": True},
    ]
    state = runs(store).last()
    assert state is not None
    assert (state.run, state.begin["snapshot"], state.finished) == ("000001", "s1", True)
    assert list(state.records) == journal.records()
    assert store.list("") == [f"runs/dr/000001/00000{n}.json" for n in (1, 2, 3, 4)]


def test_there_may_be_no_run() -> None:
    assert runs(Store()).runs() == []
    assert runs(Store()).last() is None


def test_runs_are_numbered_by_target() -> None:
    store = Store()
    assert [finished_run(store) for _ in range(3)] == ["000001", "000002", "000003"]
    assert runs(store, "dr/2").begin({}).run == "000001"
    assert runs(store).runs() == ["000001", "000002", "000003"]


def test_the_last_of_many_digits_is_the_last() -> None:
    store = Store()
    for run in ("999999", "1000000"):
        store.put_if_absent(f"runs/dr/{run}/000001.json", b'{"n":1,"kind":"begin"}')
    last = runs(store).last()
    assert last is not None
    assert last.run == "1000000"
    assert runs(store).runs() == ["999999", "1000000"]


def test_only_the_last_run_is_read() -> None:
    store = Store()
    for _ in range(5):
        finished_run(store)
    store.calls.clear()
    assert runs(store).runs()[-1] == "000005"
    assert store.calls == [("list", "runs/dr/")]
    store.calls.clear()
    runs(store).last()
    assert store.calls[0] == ("list", "runs/dr/")
    assert sorted(store.calls[1:]) == [("get", f"runs/dr/000005/00000{n}.json") for n in (1, 2)]


def test_other_objects_are_no_runs() -> None:
    store = Store()
    for name in ("README", "1/000001.json", "000007/notes", "000008/1.json", "000009.json", "x/000001.json"):
        store.put_if_absent(f"runs/dr/{name}", b"{}")
    assert runs(store).runs() == []
    assert finished_run(store) == "000001"


# --- one holder at a time ---------------------------------------------------------------------------


def test_of_two_that_begin_at_once_one_is_locked_out() -> None:
    store = Interrupted(lambda name: name.startswith("runs/"))
    store.other = lambda: Runs(store, "dr", now=lambda: AT).begin({"snapshot": "s1"})
    with pytest.raises(LockedError, match="target dr is held by another run: run 000001") as caught:
        Runs(store, "dr", now=lambda: AT).begin({"snapshot": "s1"})
    assert "--to dr --resume 000001" in caught.value.next_step
    assert runs(store).runs() == ["000001"]


def test_of_many_that_begin_at_once_one_begins() -> None:
    store = Store()

    def begin(_: int) -> bool:
        try:
            Runs(store, "dr", now=lambda: AT).begin({"snapshot": "s1"})
        except (LockedError, UnfinishedRun):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, range(16))) == 1
    assert runs(store).runs() == ["000001"]


def test_no_run_begins_beside_an_unfinished_one_unless_it_is_named() -> None:
    store = Store()
    runs(store).begin({"snapshot": "s1"})
    with pytest.raises(UnfinishedRun, match="Run 000001 on target dr, of snapshot s1"):
        runs(store).begin({"snapshot": "s2"})
    with pytest.raises(UnfinishedRun):
        runs(store).begin({"snapshot": "s2"}, instead_of="7")
    assert runs(store).begin({"snapshot": "s2"}, instead_of="1").run == "000002"


def test_a_holder_that_was_overtaken_collides_at_its_next_record_and_for_ever() -> None:
    store = Store()
    old = Runs(store, "dr", now=lambda: AT).begin({})
    old.append("intent", step="1")
    new = Runs(store, "dr", now=lambda: AT).resume("1", host="b")
    for _ in range(2):
        with pytest.raises(LockedError, match="run 000001 is being continued by somebody else"):
            old.append("done", step="1")
    new.append("done", step="1")
    assert kinds(new) == ["begin", "intent", "resumed", "done"]
    assert new.records()[2]["host"] == "b"
    with pytest.raises(LockedError):
        old.append("end")
    assert kinds(old) == ["begin", "intent"]


def test_of_two_that_resume_at_once_one_is_locked_out() -> None:
    store = Interrupted(lambda name: name.endswith("000002.json"))
    Runs(store, "dr", now=lambda: AT).begin({})
    store.other = lambda: Runs(store, "dr", now=lambda: AT).resume("1")
    with pytest.raises(LockedError):
        Runs(store, "dr", now=lambda: AT).resume("1")


def test_records_that_fall_together_are_one_object_and_read_as_single_ones() -> None:
    store = Store()
    journal = Runs(store, "dr", now=ticking().__next__, by=lambda: "me").begin({})
    journal.append_all([("done", {"step": "1"}), ("failed", {"step": "2"}), ("intent", {"step": "3"})])
    assert runs(store).latest() == {
        "n": 2, "kind": "intent", "at": "2026-11-22T03:00:01.000Z", "by": "me", "step": "3"
    }  # fmt: skip
    journal.append("done", step="3")
    assert len(store.list("runs/dr/000001/")) == 3
    assert [(r["n"], r["kind"], r.get("step")) for r in journal.records()] == [
        (1, "begin", None),
        (2, "done", "1"),
        (2, "failed", "2"),
        (2, "intent", "3"),
        (3, "done", "3"),
    ]
    assert list(runs(store).state("1").records) == journal.records()
    resumed = runs(store).resume("1")
    assert resumed.records()[-1]["n"] == 4
    with pytest.raises(LockedError):
        journal.append_all([("intent", {"step": "4"})])


@pytest.mark.parametrize("kind", ["begin", "end"])
def test_the_begin_and_the_end_of_a_run_stand_alone(kind: str) -> None:
    journal = runs(Store()).begin({})
    with pytest.raises(ValueError, match="by themselves"):
        journal.append_all([("done", {}), (kind, {})])
    with pytest.raises(ValueError, match="no record of kind"):
        journal.append_all([("done", {"also": []})])
    assert kinds(journal) == ["begin"]


@pytest.mark.parametrize("also", ["x", [1], [{"kind": "end"}], [{"step": "1"}], {}])
def test_what_can_t_have_been_written_together_is_damage(also: object) -> None:
    store = Store()
    journal = runs(store).begin({})
    store.put_if_absent("runs/dr/000001/000002.json", json.dumps({"n": 2, "kind": "done", "also": also}).encode())
    with pytest.raises(IntegrityError):
        runs(store).state(journal.run)


def test_threads_of_one_holder_share_a_journal() -> None:
    store = Store()
    journal = runs(store).begin({})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: journal.append("done", step=n), range(40)))
    journal.append("end")
    assert [record["n"] for record in journal.records()] == list(range(1, 43))
    assert list(runs(store).state("1").records) == journal.records()


# --- resuming ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["2", "000002", "02", " 2 "])
def test_a_run_is_resumed_by_its_number(name: str) -> None:
    store = Store()
    finished_run(store)
    runs(store).begin({"snapshot": "s2"}).append("intent", step="1")
    journal = runs(store).resume(name)
    assert journal.run == "000002"
    assert kinds(journal) == ["begin", "intent", "resumed"]
    journal.append("end")
    assert runs(store).state(name).finished


@pytest.mark.parametrize(
    "name", ["1", "3", "0", "", "x", "-2", "2.0", "../2", "\u0662", "000002/", "2" * 30, "2" * 5000]
)
def test_what_is_no_unfinished_run(name: str) -> None:
    store = Store()
    finished_run(store)
    runs(store).begin({})
    with pytest.raises(RunNotFound, match="of target dr"):
        runs(store).resume(name)
    assert len(store.list("")) == 3


def test_a_finished_run_can_be_read_and_takes_no_more() -> None:
    store = Store()
    journal = runs(store).begin({})
    journal.append("end")
    with pytest.raises(ValueError, match="come to its end"):
        journal.append("done")
    assert runs(store).state("1").finished
    with pytest.raises(RunNotFound):
        runs(store).state("2")


# --- crashes ----------------------------------------------------------------------------------------


def restore(store: Store) -> None:
    """A run of three steps, going on where the last one stopped."""
    last = runs(store).last()
    if last and last.finished:
        return
    journal = runs(store).resume(last.run) if last else runs(store).begin({"snapshot": "s1"})
    for step in range(3):
        if not any(r["kind"] == "done" and r["step"] == step for r in journal.records()):
            journal.append("intent", step=step)
            journal.append("done", step=step)
    journal.append("end")


@pytest.mark.parametrize(("put", "after"), [(put, after) for put in range(1, 9) for after in (False, True)])
def test_a_crash_at_any_record_loses_none_that_was_written(put: int, after: bool) -> None:
    store = Crashing(put, after)
    with pytest.raises(StoreUnreachable):
        restore(store)
    store.mended()
    written = len(store.list(""))
    assert written == (put if after else put - 1)
    restore(store)
    assert runs(store).runs() == ["000001"]
    state = runs(store).last()
    assert state is not None
    assert state.finished
    assert [r["step"] for r in state.records if r["kind"] == "done"] == [0, 1, 2]


@pytest.mark.parametrize("after", [False, True])
def test_a_record_whose_write_failed_is_written_before_the_next(after: bool) -> None:
    store = Crashing(2, after)
    journal = runs(store).begin({})
    with pytest.raises(StoreUnreachable):
        journal.append("intent", step="1")
    with pytest.raises(StoreUnreachable):
        journal.append("failed", step="1")
    assert kinds(journal) == ["begin"]
    store.mended()
    journal.append("end")
    assert kinds(journal) == ["begin", "intent", "failed", "end"]
    assert list(runs(store).state("1").records) == journal.records()


# --- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["n", "kind", "at", "by"])
def test_facts_can_t_pass_for_the_records_own(name: str) -> None:
    store = Store()
    with pytest.raises(ValueError, match=name):
        runs(store).begin({name: "x"})
    assert store.list("") == []


def test_what_cant_be_written_is_refused_and_forgotten() -> None:
    journal = runs(Store()).begin({})
    with pytest.raises(ValueError, match="no record of kind step"):
        journal.append("step")
    with pytest.raises(TypeError):
        journal.append("intent", step=object())
    journal.append("end")
    assert kinds(journal) == ["begin", "end"]


def test_a_fact_that_changes_afterwards_does_not_change_the_record() -> None:
    store = Crashing(2, after=True)
    journal = runs(store).begin({})
    made = {"a": "1"}
    with pytest.raises(StoreUnreachable):
        journal.append("done", made=made)
    made["a"] = "2"
    store.mended()
    journal.append("end")
    assert runs(store).state("1").records[1]["made"] == {"a": "1"}


@pytest.mark.parametrize(
    ("number", "record"),
    [
        (2, {"n": 3, "kind": "intent"}),
        (2, {"n": 2, "kind": "begin"}),
        (2, {"n": 2, "kind": "step"}),
        (2, {"kind": "intent"}),
        (1, {"n": 1, "kind": "intent"}),
        (2, {"n": 2, "kind": ["intent"]}),
    ],
)
def test_a_record_out_of_its_place_is_damage(number: int, record: dict[str, object]) -> None:
    store = Store()
    runs(store).begin({}).append("intent")
    name = f"runs/dr/000001/{number:06d}.json"
    store.replace(name, json.dumps(record).encode())
    with pytest.raises(IntegrityError, match=name):
        runs(store).last()
    with pytest.raises(IntegrityError, match=name):
        runs(store).resume("1")


@pytest.mark.parametrize("missing", [1, 2])
def test_a_missing_record_is_damage(missing: int) -> None:
    store = Store()
    runs(store).begin({}).append("intent")
    runs(store).resume("1")
    store.delete(f"runs/dr/000001/{missing:06d}.json")
    with pytest.raises(IntegrityError, match=f"00000{missing}.json"):
        runs(store).last()


def test_times_are_utc_and_have_a_zone() -> None:
    assert clock.now().utcoffset() == timedelta(0)
    with pytest.raises(ValueError, match="no time zone"):
        clock.seconds(datetime(2026, 11, 22))


def test_the_first_record_of_any_run_is_read_alone() -> None:
    store = Store()
    first, second = finished_run(store, snapshot="s1"), finished_run(store, snapshot="s2")
    assert [runs(store).begun(run)["snapshot"] for run in (first, second)] == ["s1", "s2"]
