"""Pairing tables: merged, never rewritten, and no pair lost between two that add at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dr_toolkit.errors import IntegrityError
from dr_toolkit.store.pairings import Pairings
from tests.unit.stores import Interrupted, Store


def test_what_was_added_is_there_and_the_newer_counts() -> None:
    store = Store()
    pairings = Pairings(store)
    assert pairings.get("prod", "dr") == {}
    pairings.add("prod", "dr", {"ec2.vpc/main": "vpc-1", "ec2.vpc/old": "vpc-2"})
    pairings.add("prod", "dr", {"ec2.vpc/main": "vpc-3"})
    assert pairings.get("prod", "dr") == {"ec2.vpc/main": "vpc-3", "ec2.vpc/old": "vpc-2"}
    assert pairings.get("dr", "prod") == {}
    assert store.list("") == ["pairings/prod/dr/000001.json", "pairings/prod/dr/000002.json"]


def test_nothing_new_writes_nothing() -> None:
    store = Store()
    Pairings(store).add("prod", "dr", {})
    assert store.list("") == []
    for _ in range(2):
        Pairings(store).add("prod", "dr", {"ec2.vpc/main": "vpc-1"})
    assert len(store.list("")) == 1


def test_what_is_gone_is_dropped() -> None:
    store = Store()
    Pairings(store).add("prod", "dr", {"a.b/1": "x", "a.b/2": "y"})
    Pairings(store).drop("prod", "dr", {"z"})
    assert len(store.list("pairings/")) == 1, "nothing is written where nothing changes"
    Pairings(store).drop("prod", "dr", {"x", "z"})
    assert Pairings(store).get("prod", "dr") == {"a.b/2": "y"}
    assert len(store.list("pairings/")) == 2
    Pairings(store).drop("other", "dr", {"x"})
    assert len(store.list("pairings/")) == 2


def test_somebody_in_between_loses_nothing() -> None:
    store = Interrupted(lambda name: True)
    store.other = lambda: Pairings(store).add("prod", "dr", {"a.b/theirs": "1"})
    Pairings(store).add("prod", "dr", {"a.b/mine": "2"})
    assert Pairings(store).get("prod", "dr") == {"a.b/theirs": "1", "a.b/mine": "2"}


def test_many_at_once_lose_nothing() -> None:
    store = Store()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: Pairings(store).add("prod", "dr", {f"a.b/{n}": str(n)}), range(24)))
    assert len(Pairings(store).get("prod", "dr")) == 24


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b'{"source":"prod","target":"dr"}',
        b'{"source":"prod","target":"dr","pairs":[]}',
        b'{"source":"prod","target":"dr","pairs":{"a.b/c":5}}',
        b'{"source":"prod","target":"other","pairs":{}}',
    ],
)
def test_what_is_no_table_of_these_two_is_damage(data: bytes) -> None:
    store = Store()
    store.put_if_absent("pairings/prod/dr/000001.json", data)
    with pytest.raises(IntegrityError, match=r"pairings/prod/dr/000001\.json"):
        Pairings(store).get("prod", "dr")


def test_what_other_targets_know_counts_less_than_the_own() -> None:
    pairings = Pairings(Store())
    pairings.add("prod", "away", {"a": "1", "b": "2"})
    pairings.add("prod", "us-west-2", {"b": "3"})
    pairings.add("other", "us-west-2", {"c": "4"})
    assert pairings.known("prod", "us-west-2") == {"a": "1", "b": "3"}
    assert pairings.known("prod", "away") == {"a": "1", "b": "2"}
    assert pairings.known("prod", "elsewhere") == {"a": "1", "b": "3"}
