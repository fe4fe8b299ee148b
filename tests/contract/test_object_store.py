"""What every store promises, run against each of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from dr_toolkit.errors import ObjectExists, ObjectNotFound, UsageError
from dr_toolkit.store.objects import ObjectStore

Opener = Callable[[], ObjectStore]

ODD_NAMES = [
    "with space/and more",
    " leading",
    "trailing ",
    "inner /space",
    "100%",
    "a%20b/%2F",
    "~2",
    "main~2/web",
    "größe/日本/🙂",
    "q?x=1&y=2",
    "hash#tag",
    "plus+and=equals",
    "a'\"<>&b",
    "*[x]{y}!",
    "colon:semi;comma,@at$",
    ".hidden",
    "-dash",
    "a..b",
    "s3:one",
    "x" * 255,
]

BAD_NAMES = [
    "",
    "/absolute",
    "trailing/",
    "double//slash",
    ".",
    "..",
    "a/../b",
    "a/./b",
    "../outside",
    "back\\slash",
    "new\nline",
    "nul\0",
    "delete\x7f",
    "lone\udc80",
    "a?versionId=b",
    ".part-0",
    "a/.part-0/b",
    "x" * 256,
    "long/" * 200 + "x",
]


@pytest.mark.parametrize("data", [b"text", b"", bytes(range(256)) * 40, b"\r\n\0" * 1_000_000])
def test_what_was_put_is_got(store: ObjectStore, data: bytes) -> None:
    store.put_if_absent("v1/a", data)
    assert store.get("v1/a") == data


def test_odd_names_are_kept_to_the_letter(store: ObjectStore, open_again: Opener) -> None:
    for name in ODD_NAMES:
        store.put_if_absent(name, name.encode())
    other = open_again()
    assert other.list("") == sorted(ODD_NAMES)
    for name in ODD_NAMES:
        assert other.get(name) == name.encode()
        assert other.list(name) == [name]
    found = other.stat("größe/日本/🙂")
    assert found is not None
    assert found.size == len("größe/日本/🙂".encode())


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_bad_names_are_refused_by_every_operation(store: ObjectStore, name: str) -> None:
    for operation in (store.get, store.delete, store.stat, lambda n: store.put_if_absent(n, b"")):
        with pytest.raises(UsageError):
            operation(name)
    assert store.list("") == []


@pytest.mark.parametrize("prefix", ["../", "a/../", "/", "a//", "a\\", "\0", "x/./"])
def test_bad_prefixes_are_refused(store: ObjectStore, prefix: str) -> None:
    with pytest.raises(UsageError):
        store.list(prefix)


@pytest.mark.parametrize(("first", "second"), [(b"one", b"two"), (b"one", b""), (b"", b"two"), (b"a", b"ab")])
def test_a_taken_name_keeps_its_content(store: ObjectStore, open_again: Opener, first: bytes, second: bytes) -> None:
    store.put_if_absent("v1/a", first)
    with pytest.raises(ObjectExists, match="v1/a"):
        open_again().put_if_absent("v1/a", second)
    assert store.get("v1/a") == first


@pytest.mark.parametrize("data", [b"same", b""])
def test_the_same_content_again_is_no_conflict(store: ObjectStore, open_again: Opener, data: bytes) -> None:
    store.put_if_absent("v1/a", data)
    open_again().put_if_absent("v1/a", data)
    assert store.get("v1/a") == data


def test_what_is_not_there_is_not_found(store: ObjectStore) -> None:
    with pytest.raises(ObjectNotFound, match="v1/a"):
        store.get("v1/a")
    store.put_if_absent("v1/a/b", b"")
    for name in ("v1/a", "v1/a/b/c", "v1/a/", "v1"):
        with pytest.raises((ObjectNotFound, UsageError)):
            store.get(name)


def test_an_empty_store_lists_nothing(store: ObjectStore) -> None:
    assert store.list("") == []
    assert store.list("v1/") == []


def test_a_prefix_is_the_beginning_of_the_text(store: ObjectStore) -> None:
    names = ["v1/prod/b.json", "v1/prod/a.json", "v1/prod-2/a.json", "v1/other/deep/er/c", "v2/x", "v1-x"]
    for name in names:
        store.put_if_absent(name, b"")
    assert store.list("") == sorted(names)
    assert store.list("v1/") == sorted(name for name in names if name.startswith("v1/"))
    assert store.list("v1/prod") == ["v1/prod-2/a.json", "v1/prod/a.json", "v1/prod/b.json"]
    assert store.list("v1/prod/") == ["v1/prod/a.json", "v1/prod/b.json"]
    assert store.list("v1/prod/a") == ["v1/prod/a.json"]
    assert store.list("v1/other/deep/") == ["v1/other/deep/er/c"]
    assert store.list("v1/prod/a.json") == ["v1/prod/a.json"]
    assert store.list("v1/prod/a.json/") == []
    assert store.list("absent/") == []


def test_another_writers_object_is_seen_at_once(store: ObjectStore, open_again: Opener) -> None:
    other = open_again()
    store.put_if_absent("v1/a", b"1")
    assert store.list("v1/") == ["v1/a"]
    assert store.stat("v1/b") is None
    other.put_if_absent("v1/b", b"2")
    assert store.list("v1/") == ["v1/a", "v1/b"]
    assert store.stat("v1/b") is not None
    assert store.get("v1/b") == b"2"
    other.delete("v1/a")
    assert store.list("v1/") == ["v1/b"]


def test_an_object_that_has_grown_is_read_whole(store: ObjectStore, open_again: Opener) -> None:
    other = open_again()
    other.put_if_absent("v1/a", b"short")
    assert store.get("v1/a") == b"short"
    assert store.list("v1/") == ["v1/a"]
    other.delete("v1/a")
    other.put_if_absent("v1/a", b"longer" * 1000)
    assert store.get("v1/a") == b"longer" * 1000
    found = store.stat("v1/a")
    assert found is not None
    assert found.size == 6000


def test_delete_is_idempotent(store: ObjectStore) -> None:
    store.delete("v1/a")
    for name in ("v1/a", "v1/ab", "v1/b/c"):
        store.put_if_absent(name, b"1")
    store.delete("v1/a")
    store.delete("v1/a")
    store.delete("v1/b")
    store.delete("v1/ab/c")
    assert store.list("") == ["v1/ab", "v1/b/c"]
    store.put_if_absent("v1/a", b"2")
    assert store.get("v1/a") == b"2"


def test_stat_tells_size_and_time(store: ObjectStore) -> None:
    assert store.stat("v1/a") is None
    store.put_if_absent("v1/ab", b"123")
    assert store.stat("v1/a") is None
    assert store.stat("v1") is None
    assert store.stat("v1/ab/c") is None
    found = store.stat("v1/ab")
    assert found is not None
    assert found.size == 3
    assert found.modified.tzinfo is UTC
    assert abs(datetime.now(UTC) - found.modified) < timedelta(minutes=1)


def test_of_racing_writers_exactly_one_wins(store: ObjectStore, open_again: Opener) -> None:
    writers, names = 24, [f"v1/{number:06d}.json" for number in range(10)]
    stores = [store, open_again(), open_again()]
    start = threading.Barrier(writers)

    def write(writer: int) -> list[str]:
        start.wait()
        won = []
        for name in names:
            try:
                stores[writer % len(stores)].put_if_absent(name, f"writer {writer}".encode() * 50)
                won.append(name)
            except ObjectExists:
                pass
        return won

    with ThreadPoolExecutor(writers) as pool:
        results = list(pool.map(write, range(writers)))
    for name in names:
        winners = [writer for writer, won in enumerate(results) if name in won]
        assert len(winners) == 1, f"{name}: {winners}"
        assert store.get(name) == f"writer {winners[0]}".encode() * 50


def test_a_store_is_shown_by_its_url_alone(store: ObjectStore) -> None:
    assert store.url.partition("://")[0] in ("s3", "file", "memory")
    assert not store.url.endswith("/")
    assert repr(store) == f"{type(store).__name__}({store.url!r})"
