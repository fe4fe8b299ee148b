"""Baselines: the highest number holds, and nobody overwrites unseen what another has set."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from dr_toolkit.errors import IntegrityError, LockedError
from dr_toolkit.store.baselines import Baseline, Baselines
from tests.unit.estates import AT
from tests.unit.stores import Crashing, Interrupted, Store


def put(store: Store, snapshot: str, source: str = "prod", replaces: int | None = None) -> Baseline:
    return Baselines(store, now=lambda: AT + timedelta(milliseconds=5)).set(
        source, snapshot, "ab" * 32, set_by="anna", reason="reviewed", replaces=replaces
    )


def test_a_baseline_says_what_who_when_and_why() -> None:
    store = Store()
    made = put(store, "s1")
    assert made == Baseline(1, "prod", "s1", "ab" * 32, "2026-11-22T03:00:00Z", "anna", "reviewed")
    assert Baselines(store).get("prod") == made
    assert store.list("") == ["baselines/prod/000001.json"]


def test_there_may_be_none() -> None:
    assert Baselines(Store()).get("prod") is None
    assert Baselines(Store()).history("prod") == []


def test_the_last_one_holds_and_the_history_is_kept_by_source() -> None:
    store = Store()
    made = [put(store, f"s{n}") for n in range(3)]
    other = put(store, "t1", source="prod/eu")
    assert Baselines(store).get("prod") == made[-1]
    assert Baselines(store).history("prod") == made
    assert Baselines(store).history("prod/eu") == [other]
    store.calls.clear()
    Baselines(store).get("prod")
    assert len(store.calls) == 2


def test_the_first_is_set_only_where_there_is_none() -> None:
    store = Store()
    put(store, "s1", replaces=0)
    with pytest.raises(LockedError, match="the baseline of prod"):
        put(store, "s2", replaces=0)
    put(store, "s2", replaces=1)
    assert [b.snapshot for b in Baselines(store).history("prod")] == ["s1", "s2"]


@pytest.mark.parametrize("replaces", [0, 2, 7])
def test_a_number_that_does_not_hold_is_refused(replaces: int) -> None:
    store = Store()
    put(store, "s1")
    with pytest.raises(LockedError):
        put(store, "s2", replaces=replaces)
    assert len(Baselines(store).history("prod")) == 1


def test_somebody_in_between_is_not_overwritten_unseen() -> None:
    store = Interrupted(lambda name: name.startswith("baselines/"))
    store.other = lambda: put(store, "theirs")
    with pytest.raises(LockedError):
        put(store, "mine", replaces=0)
    store.other = lambda: put(store, "theirs again")
    put(store, "mine")
    assert [b.snapshot for b in Baselines(store).history("prod")] == ["theirs", "theirs again", "mine"]


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_leaves_a_whole_baseline_or_none(after: bool) -> None:
    store = Crashing(1, after)
    with pytest.raises(Exception, match="wire was cut"):
        put(store, "s1", replaces=0)
    store.mended()
    assert (Baselines(store).get("prod") is not None) == after


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.pop("snapshot"),
        lambda r: r.pop("manifest_sha256"),
        lambda r: r.update(snapshot=5),
        lambda r: r.update(source="staging"),
    ],
)
def test_a_record_that_is_no_baseline_of_the_source_is_damage(change: object) -> None:
    store = Store()
    put(store, "s1")
    record = json.loads(store.get("baselines/prod/000001.json"))
    change(record)  # type: ignore[operator]
    store.replace("baselines/prod/000001.json", json.dumps(record).encode())
    with pytest.raises(IntegrityError, match=r"baselines/prod/000001\.json"):
        Baselines(store).get("prod")
