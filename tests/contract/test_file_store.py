"""The file store alone: modes, a full disk, refusals, and folders that are not there."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from dr_toolkit.errors import BucketMissing, ObjectExists, ObjectNotFound, StoreRefused, StoreUnreachable
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.open import open_store

OPERATIONS: list[Callable[[ObjectStore], object]] = [
    lambda store: store.get("v1/a"),
    lambda store: store.put_if_absent("v1/a", b""),
    lambda store: store.list(""),
    lambda store: store.delete("v1/a"),
    lambda store: store.stat("v1/a"),
]


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    """A store whose folder is still to be made."""
    return open_store(f"file://{tmp_path}/store")


def fail_with(number: int) -> Callable[..., None]:
    """A system call that fails."""

    def call(*arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


def test_the_folder_is_made_by_the_first_put(store: ObjectStore, tmp_path: Path) -> None:
    assert store.list("") == []
    assert store.stat("v1/a") is None
    store.delete("v1/a")
    with pytest.raises(ObjectNotFound):
        store.get("v1/a")
    assert not (tmp_path / "store").exists()
    store.put_if_absent("v1/a", b"1")
    assert (tmp_path / "store" / "v1" / "a").read_bytes() == b"1"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_where_the_parent_is_missing_too_the_store_is(
    tmp_path: Path, operation: Callable[[ObjectStore], object]
) -> None:
    with pytest.raises(BucketMissing, match="not-mounted/store"):
        operation(open_store(f"file://{tmp_path}/not-mounted/store"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_file_in_the_folders_place_is_refused(
    store: ObjectStore, tmp_path: Path, operation: Callable[[ObjectStore], object]
) -> None:
    (tmp_path / "store").write_text("not a folder")
    with pytest.raises(StoreRefused, match="Not a directory"):
        operation(store)


def test_only_the_owner_can_read(store: ObjectStore, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store.put_if_absent("v1/prod/a", b"1")
    finally:
        os.umask(before)
    for name, mode in {"": 0o700, "v1": 0o700, "v1/prod": 0o700, "v1/prod/a": 0o600}.items():
        assert stat.S_IMODE((tmp_path / "store" / name).stat().st_mode) == mode


def test_contents_and_names_are_synced_before_put_returns(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def spy(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}").removeprefix(str(tmp_path)))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", spy)
    store.put_if_absent("v1/a", b"1")
    assert synced[:2] == ["", "/store"], "the new folders' names"
    assert synced[2].startswith("/store/v1/.part-")
    assert synced[3:] == ["/store/v1"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_nothing_and_says_so(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    store.put_if_absent("v1/a", b"1")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail_with(number))
        with pytest.raises(StoreRefused, match=os.strerror(number)) as caught:
            store.put_if_absent("v1/b", b"2")
    assert "Free space" in caught.value.next_step
    assert caught.value.exit_code == 10
    assert os.listdir(tmp_path / "store" / "v1") == ["a"]
    store.put_if_absent("v1/b", b"2")


def test_a_file_system_without_hard_links_is_told(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", fail_with(errno.EOPNOTSUPP))
    with pytest.raises(StoreRefused) as caught:
        store.put_if_absent("v1/a", b"1")
    assert "hard links" in caught.value.next_step
    assert os.listdir(tmp_path / "store" / "v1") == []


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_refused_write_is_told(store: ObjectStore, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(os, "open", fail_with(number))
    with pytest.raises(StoreRefused, match=os.strerror(number)) as caught:
        store.put_if_absent("v1/a", b"1")
    assert "permissions" in caught.value.next_step


def test_a_failing_device_is_unreachable(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", fail_with(errno.EIO))
    with pytest.raises(StoreUnreachable):
        store.put_if_absent("v1/a", b"1")


def test_a_folder_that_can_not_be_read_is_not_an_empty_one(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put_if_absent("v1/a", b"1")
    monkeypatch.setattr(os, "scandir", fail_with(errno.EACCES))
    with pytest.raises(StoreRefused, match="listing"):
        store.list("")


def test_a_name_below_an_object_is_refused(store: ObjectStore) -> None:
    store.put_if_absent("v1/a", b"1")
    with pytest.raises(StoreRefused) as caught:
        store.put_if_absent("v1/a/b", b"2")
    assert "where a folder is needed" in caught.value.next_step
    store.put_if_absent("v1/c/d", b"3")
    with pytest.raises(StoreRefused):
        store.put_if_absent("v1/c", b"4")
    assert store.list("") == ["v1/a", "v1/c/d"]


def test_unfinished_and_foreign_files_are_not_listed(store: ObjectStore, tmp_path: Path) -> None:
    store.put_if_absent("v1/a", b"1")
    (tmp_path / "store" / "v1" / ".part-0123").write_bytes(b"half")
    (tmp_path / "store" / "v1" / "back\\slash").write_bytes(b"")
    assert store.list("") == ["v1/a"]
    assert store.list("v1/.p") == []


def test_a_name_that_leads_nowhere_is_taken(store: ObjectStore, tmp_path: Path) -> None:
    """A dangling link is not overwritten, and does not hang the writer."""
    store.put_if_absent("v1/a", b"1")
    (tmp_path / "store" / "v1" / "b").symlink_to("nowhere")
    with pytest.raises(StoreRefused):
        store.put_if_absent("v1/b", b"2")


def test_a_name_deleted_during_the_write_is_created(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put_if_absent("v1/a", b"1")
    link = os.link

    def late(old: str, new: str) -> None:
        try:
            link(old, new)
        except FileExistsError:
            store.delete("v1/a")
            raise

    monkeypatch.setattr(os, "link", late)
    store.put_if_absent("v1/a", b"2")
    assert store.get("v1/a") == b"2"
    monkeypatch.setattr(os, "link", link)
    with pytest.raises(ObjectExists):
        store.put_if_absent("v1/a", b"3")
