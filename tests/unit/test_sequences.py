"""Numbered sequences: no gap, no rewriting, and every collision told."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from dr_toolkit.errors import IntegrityError, LockedError
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.store.sequences import Numbered, Sequence
from tests.unit.stores import Store


def test_numbers_count_from_one_and_the_highest_holds() -> None:
    store = Store()
    sequence = Sequence(store, "p/")
    assert sequence.last() is None
    assert sequence.all() == []
    assert [sequence.append({"x": x}) for x in "abc"] == [1, 2, 3]
    assert sequence.last() == Numbered(3, {"x": "c"})
    assert [item.record["x"] for item in sequence.all()] == ["a", "b", "c"]
    assert store.list("") == ["p/000001.json", "p/000002.json", "p/000003.json"]


def test_the_last_one_takes_one_listing_and_one_read() -> None:
    store = Store()
    for _ in range(20):
        Sequence(store, "p/").append({})
    store.calls.clear()
    Sequence(store, "p/").last()
    assert store.calls == [("list", "p/"), ("get", "p/000020.json")]


def test_a_record_comes_back_as_it_was_and_is_plain_json() -> None:
    store = Store()
    record = {
        "ref": Ref(ResourceKey("ec2.vpc", ("main",))),
        "@ref": 1,
        "list": [{"@@x": None}],
        "text": "größe",
    }
    Sequence(store, "p/").append(record)
    assert Sequence(store, "p/").all() == [Numbered(1, record)]
    assert json.loads(store.get("p/000001.json"))["ref"] == {"@ref": "ec2.vpc/main"}
    assert store.get("p/000001.json").endswith(b"\n")


def test_the_number_asked_for_is_given_or_refused() -> None:
    sequence = Sequence(Store(), "p/")
    assert sequence.append({"x": 1}, expect=1) == 1
    with pytest.raises(LockedError, match=r"p/000001\.json"):
        sequence.append({"x": 2}, expect=1)
    assert sequence.append({"x": 1}, expect=1) == 1
    assert sequence.append({"x": 2}, expect=2) == 2


def test_writers_at_once_all_get_a_number_of_their_own() -> None:
    store = Store()
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: Sequence(store, "p/").append({"n": n}), range(40)))
    assert sorted(got) == list(range(1, 41))
    assert [item.number for item in Sequence(store, "p/").all()] == sorted(got)


def test_only_one_of_many_gets_the_number_that_all_expect() -> None:
    store = Store()

    def attempt(n: int) -> bool:
        try:
            Sequence(store, "p/").append({"n": n}, expect=1)
        except LockedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 1


def test_numbers_go_on_after_six_digits() -> None:
    store = Store()
    for number in (999_999, 1_000_000):
        store.put_if_absent(f"p/{number:06d}.json", b"{}")
    assert Sequence(store, "p/").append({}) == 1_000_001
    assert Sequence(store, "p/").numbers() == [999_999, 1_000_000, 1_000_001]


def test_other_objects_are_left_out() -> None:
    store = Store()
    for name in ("p/README", "p/1.json", "p/000009.json.bak", "p/q/000009.json", "p2/000009.json"):
        store.put_if_absent(name, b"{}")
    assert Sequence(store, "p/").append({}) == 1
    assert Sequence(store, "p/").numbers() == [1]


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_gap_is_damage_and_named(missing: int) -> None:
    store = Store()
    for _ in range(4):
        Sequence(store, "p/").append({})
    store.delete(f"p/00000{missing}.json")
    with pytest.raises(IntegrityError, match=f"p/00000{missing}.json .*missing"):
        Sequence(store, "p/").all()


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"5", b"\xff", b"[" * 100_000, b'{"a":{"@ref":"x"}}', b'{"@ref":"a.b/c"}']
)
def test_a_record_that_cant_be_read_is_damage_and_named(data: bytes) -> None:
    store = Store()
    Sequence(store, "p/").append({})
    store.put_if_absent("p/000002.json", data)
    with pytest.raises(IntegrityError, match=r"p/000002\.json") as caught:
        Sequence(store, "p/").last()
    assert caught.value.exit_code == 12
    with pytest.raises(IntegrityError, match=r"p/000002\.json"):
        Sequence(store, "p/").all()


def test_a_record_that_vanished_since_the_listing_is_damage_and_named() -> None:
    with pytest.raises(IntegrityError, match=r"p/000007\.json"):
        Sequence(Store(), "p/").get(7)
