"""A store that is listed once for all questions, and what happens where it can't be."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.errors import ObjectExists, StoreRefused, StoreUnreachable
from dr_toolkit.store.listed import listed
from dr_toolkit.store.mirrored import MirroredStore, places
from tests.unit.stores import Store

NAMES = ["baselines/prod/000001.json", "runs/dr/000001/000001.json", "v1/prod/a", "v1/prod.eu/b"]
PREFIXES = ["", "v1/", "v1/prod/", "v1/prod", "baselines/", "runs/dr/", "leases/"]


class Refusing(Store):
    """Lists nothing but what begins with ``v1/``, or fails altogether."""

    error: type[Exception] = StoreRefused

    def list(self, prefix: str) -> Any:
        self.calls.append(("list", prefix))
        if not prefix.startswith("v1/"):
            raise self.error(store=self.url, action="listing", name=f"{prefix}*", reason="AccessDenied")
        return super().list(prefix)


def filled(store: Store) -> Store:
    for name in NAMES:
        store.put_if_absent(name, b"x")
    store.calls.clear()
    return store


def test_one_listing_answers_as_many_would() -> None:
    store = filled(Store())
    seen = listed(store)
    assert [seen.list(p) for p in PREFIXES] == [[n for n in sorted(NAMES) if n.startswith(p)] for p in PREFIXES]
    assert store.calls == [("list", "")]
    assert seen.url == store.url


def test_everything_else_is_the_stores_own() -> None:
    store = filled(Store())
    seen = listed(store)
    seen.put_if_absent("v1/prod/c", b"y")
    assert (store.get("v1/prod/c"), seen.get("v1/prod/c"), seen.stat("v1/prod/c")) == (
        b"y",
        b"y",
        store.stat("v1/prod/c"),
    )
    with pytest.raises(ObjectExists):
        seen.put_if_absent("v1/prod/c", b"z")
    seen.delete("v1/prod/c")
    assert store.stat("v1/prod/c") is None


def test_each_mirror_is_listed_once_and_counted() -> None:
    first, second = filled(Store()), filled(Store())
    second.delete("v1/prod/a")
    seen = listed(MirroredStore([first, second], quorum=2))
    assert isinstance(seen, MirroredStore)
    assert seen.held("v1/") == {"v1/prod/a": 1, "v1/prod.eu/b": 2}
    assert [place.list("runs/") for place in places(seen)] == [[NAMES[1]], [NAMES[1]]]
    assert first.calls == second.calls == [("list", "")]


def test_where_the_whole_is_refused_each_prefix_is_asked_for() -> None:
    store = filled(Refusing())
    assert listed(store).list("v1/prod/") == ["v1/prod/a"]
    with pytest.raises(StoreRefused, match=r"baselines/\*"):
        listed(store).list("baselines/")


def test_a_store_out_of_reach_is_an_error_and_no_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    store = filled(Refusing())
    monkeypatch.setattr(Refusing, "error", StoreUnreachable)
    with pytest.raises(StoreUnreachable):
        listed(store).list("v1/prod/")
    monkeypatch.undo()
    assert listed(store).list("v1/prod/") == ["v1/prod/a"]
