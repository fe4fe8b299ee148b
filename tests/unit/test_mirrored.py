"""Several stores as one: a quorum to write, any that is whole to read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dr_toolkit.errors import (
    BelowQuorum,
    IntegrityError,
    ObjectExists,
    ObjectMissing,
    ObjectNotFound,
    StoreUnreachable,
)
from dr_toolkit.store import content
from dr_toolkit.store.leases import acquire
from dr_toolkit.store.mirrored import MirroredStore
from dr_toolkit.store.objects import ObjectStat
from dr_toolkit.store.sequences import Sequence
from dr_toolkit.store.snapshots import Snapshots
from tests.unit.estates import AT, SCOPE, estate
from tests.unit.stores import Crashing, Store


class Place(Crashing):
    """A place that can be cut off."""

    def __init__(self) -> None:
        super().__init__(-1, after=False)

    def delete(self, name: str) -> None:
        self._alive()
        super().delete(name)

    def stat(self, name: str) -> ObjectStat | None:
        self._alive()
        return super().stat(name)

    def cut(self) -> None:
        """From here on nothing answers."""
        self.dead = True


def two(quorum: int = 2) -> tuple[Place, Place, MirroredStore]:
    """Two places, and the store that they are."""
    one, other = Place(), Place()
    return one, other, MirroredStore([one, other], quorum)


def write(store: MirroredStore, *groups: str, seconds: int = 0) -> str:
    """A snapshot's id."""
    return Snapshots(store).write("prod", SCOPE, estate(*groups), AT + timedelta(seconds=seconds), "0.1.0").id


def test_every_place_gets_the_same() -> None:
    one, other, store = two()
    write(store, "web")
    assert one.copy() == other.copy()
    assert len(one.copy()) == 3


@pytest.mark.parametrize("dead", [0, 1])
def test_below_the_quorum_is_an_error_and_what_could_be_written_is(dead: int) -> None:
    one, other, store = two(quorum=2)
    (one, other)[dead].cut()
    with pytest.raises(BelowQuorum, match=r"in 1 of 2 stores, and write_quorum is 2: .*the wire was cut") as caught:
        write(store, "web")
    assert caught.value.exit_code == 10
    assert "snapshot mirror" in caught.value.next_step
    alive = (other, one)[dead]
    (entry,) = Snapshots(alive).entries("prod")
    assert len(Snapshots(alive).load(entry).estate) == 2


@pytest.mark.parametrize("dead", [0, 1])
def test_with_the_quorum_one_may_be_dead(dead: int) -> None:
    one, other, store = two(quorum=1)
    (one, other)[dead].cut()
    identity = write(store, "web")
    assert Snapshots(store).resolve("prod", "latest").id == identity
    assert Snapshots(store).load(Snapshots(store).resolve("prod", identity)).manifest.id == identity


def test_no_place_at_all_is_the_first_ones_error() -> None:
    one, other, store = two(quorum=1)
    one.cut()
    other.cut()
    for action in (lambda: store.list(""), lambda: store.get("a"), lambda: store.stat("a")):
        with pytest.raises(StoreUnreachable, match=one.url):
            action()
    with pytest.raises(BelowQuorum):
        store.put_if_absent("leases/a/000001.json", b"")


def test_a_place_that_is_dead_is_asked_once_until_it_is_forgiven() -> None:
    one, other, store = two(quorum=1)
    other.put_if_absent("a", b"1")
    one.cut()
    asked = [store.get("a") for _ in range(5)]
    assert asked == [b"1"] * 5
    assert store.list("") == ["a"]
    one.mended()
    store.put_if_absent("b", b"2")
    store.forgive()
    assert store.get("b") == b"2"
    assert one.copy() == {"b": b"2"}


def test_a_place_that_missed_an_object_gets_no_manifest_either() -> None:
    """Invariant 1, in each place alone."""

    class Once(Place):
        def put_if_absent(self, name: str, data: bytes) -> None:
            if name.endswith(".ids.jsonl.gz"):
                raise StoreUnreachable(store=self.url, reason="for a moment")
            super().put_if_absent(name, data)

    one, weak = Place(), Once()
    store = MirroredStore([one, weak], 1)
    write(store, "web")
    assert [name for name in weak.copy() if "manifest" in name] == []
    assert len(one.copy()) == 3
    (entry,) = Snapshots(store).entries("prod")
    assert not entry.short


def test_what_too_few_have_is_short() -> None:
    one, other, store = two(quorum=2)
    identity = write(store, "web")
    for name in other.copy():
        other.delete(name)
    (entry,) = Snapshots(store).entries("prod")
    assert (entry.id, entry.short) == (identity, True)
    other.cut()
    store.forgive()
    (entry,) = Snapshots(store).entries("prod")
    assert not entry.short, "a place that is silent may have it"
    assert one.copy()


@pytest.mark.parametrize("part", ["jsonl.gz", "ids.jsonl.gz", "manifest.json"])
def test_reading_takes_whichever_is_whole(part: str, caplog: pytest.LogCaptureFixture) -> None:
    one, other, store = two()
    identity = write(store, "web")
    name = f"v1/prod/{identity}.{part}"
    for damaged, data in ((one, b"rubbish"), (other, content.pack(b"other"))):
        whole = damaged.copy()[name]
        damaged.replace(name, data)
        snapshots = Snapshots(store)
        assert len(snapshots.load(snapshots.resolve("prod", "latest")).estate) == 2
        damaged.replace(name, whole)
    assert one.url in caplog.text
    one.replace(name, b"rubbish")
    other.replace(name, b"rubbish")
    with pytest.raises(IntegrityError, match=one.url):
        Snapshots(store).load(Snapshots(store).resolve("prod", "latest"))


def test_reading_takes_the_one_that_is_there() -> None:
    one, other, store = two()
    identity = write(store, "web")
    name = f"v1/prod/{identity}.jsonl.gz"
    one.delete(name)
    Snapshots(store).load(Snapshots(store).resolve("prod", "latest"))
    other.delete(name)
    with pytest.raises(ObjectMissing):
        Snapshots(store).load(Snapshots(store).resolve("prod", "latest"))
    with pytest.raises(ObjectNotFound):
        store.get(name)


def test_the_first_place_says_who_was_first() -> None:
    one, other, store = two()
    one.put_if_absent("p/000001.json", b"theirs")
    with pytest.raises(ObjectExists):
        store.put_if_absent("p/000001.json", b"mine")
    assert other.copy() == {}
    assert Sequence(store, "q/").append({"a": 1}) == 1
    assert Sequence(store, "q/").append({"a": 1}) == 2


def test_a_place_that_differs_falls_behind_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    _, other, store = two(quorum=2)
    other.put_if_absent("baselines/prod/000001.json", b"another")
    with pytest.raises(BelowQuorum, match=r"already in .* with other content"):
        store.put_if_absent("baselines/prod/000001.json", b"ours")
    assert other.url in caplog.text


def test_leases_and_journals_need_one_place_alone() -> None:
    one, other, store = two(quorum=2)
    one.cut()
    with acquire(store, "capture/prod", 60, lambda: AT):
        assert Sequence(store, "runs/dr/000001/").append({"n": 1}) == 1
    assert [name.partition("/")[0] for name in other.copy()] == ["leases", "leases", "runs"]


def test_the_same_again_reaches_the_place_that_lacked_it() -> None:
    one, other, store = two(quorum=2)
    other.cut()
    with pytest.raises(BelowQuorum):
        write(store, "web")
    other.mended()
    store.forgive()
    write(store, "web")
    assert one.copy() == other.copy()


def test_delete_takes_it_from_all_and_says_where_it_could_not() -> None:
    one, other, store = two()
    store.put_if_absent("a", b"1")
    other.cut()
    with pytest.raises(StoreUnreachable):
        store.delete("a")
    other.mended()
    store.delete("a")
    assert (one.copy(), other.copy()) == ({}, {})
    assert store.stat("a") is None
    assert isinstance(store.places[0], Store)
