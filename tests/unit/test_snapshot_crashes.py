"""A writer that dies at any put: nothing half visible, and a rerun converges."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dr_toolkit.errors import StoreUnreachable
from dr_toolkit.store.snapshots import Snapshots
from tests.unit.estates import AT, SCOPE, estate
from tests.unit.stores import Crashing, Store

POINTS = [(put, after) for put in range(1, 7) for after in (False, True)]


def snapshots_of_two(store: Store) -> None:
    Snapshots(store).write("prod", SCOPE, estate("a"), AT, "0.1.0")
    Snapshots(store).write("prod", SCOPE, estate("b"), AT + timedelta(seconds=60), "0.1.0")


@pytest.mark.parametrize(("put", "after"), POINTS)
def test_what_is_visible_after_a_crash_is_whole(put: int, after: bool) -> None:
    store = Crashing(put, after)
    with pytest.raises(StoreUnreachable):
        snapshots_of_two(store)
    store.mended()
    snapshots = Snapshots(store)
    written = put if after else put - 1
    assert len(snapshots.entries("prod")) == written // 3
    for entry in snapshots.entries("prod"):
        snapshots.load(entry)


@pytest.mark.parametrize(("put", "after"), POINTS)
def test_a_rerun_after_a_crash_gives_what_no_crash_gives(put: int, after: bool) -> None:
    store, unharmed = Crashing(put, after), Store()
    snapshots_of_two(unharmed)
    with pytest.raises(StoreUnreachable):
        snapshots_of_two(store)
    store.mended()
    snapshots_of_two(store)
    assert store.copy() == unharmed.copy()


@pytest.mark.parametrize(("put", "after"), POINTS)
def test_a_rerun_a_second_later_gives_one_more_whole_snapshot(put: int, after: bool) -> None:
    store = Crashing(put, after)
    with pytest.raises(StoreUnreachable):
        snapshots_of_two(store)
    store.mended()
    later = Snapshots(store).write("prod", SCOPE, estate("b"), AT + timedelta(seconds=61), "0.1.0")
    snapshots = Snapshots(store)
    assert snapshots.resolve("prod", "latest").id == later.id
    before, *_ = [*reversed(snapshots.entries("prod"))][1:] or [None]
    assert later.parent == ({"id": before.id, "sha256": snapshots.manifest_digest(before)} if before else None)
    for entry in snapshots.entries("prod"):
        snapshots.load(entry)
