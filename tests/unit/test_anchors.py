"""Anchors and tombstones: kept once, signed, and refused where they are not what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dr_toolkit.errors import IntegrityError, ObjectNotFound, SignatureMissing, SignatureWrong, UnknownFormat
from dr_toolkit.store import layout, tombstones
from dr_toolkit.store.anchors import Head, StoreAnchor
from dr_toolkit.store.seals import UNSEALED
from dr_toolkit.store.tombstones import Tombstone
from tests.scenario.keyring import make_key, seal_of
from tests.unit.stores import Store

FIRST, SECOND = "20261122T030000Z-0f0e0d0c0b0a", "20261123T030000Z-1a2b3c4d5e6f"


def head(snapshot: str = FIRST, source: str = "prod", digest: str = "aa") -> Head:
    """How far a source has come."""
    return Head(source, snapshot, digest, "2026-11-22T03:00:00Z")


def stone(**more: str) -> Tombstone:
    """The end of a snapshot."""
    facts = {"source": "prod", "id": FIRST, "manifest_sha256": "aa", "pruned_at": "2026-11-22T03:00:00Z"}
    return Tombstone(**{**facts, "pruned_by": "anna", "reason": "no rule keeps it", **more})


def test_heads_are_kept_one_after_another_and_the_same_one_once(tmp_path: Path) -> None:
    store = Store()
    anchor = StoreAnchor(store, seal_of(make_key(tmp_path / "key")))
    assert (anchor.head("prod"), anchor.heads("prod")) == (None, [])
    for each in (head(), head(), head(SECOND), head(SECOND), head(source="other")):
        anchor.keep(each)
    assert anchor.head("prod") == head(SECOND)
    assert anchor.heads("prod") == [head(), head(SECOND)]
    assert anchor.heads("other") == [head(source="other")]
    assert store.list("") == [
        "anchors/other/000001.json",
        "anchors/prod/000001.json",
        "anchors/prod/000002.json",
    ]


def test_a_head_that_nobody_signed_or_that_is_of_another_source_is_refused(tmp_path: Path) -> None:
    store, seal = Store(), seal_of(make_key(tmp_path / "key"))
    store.put_if_absent("anchors/prod/000001.json", json.dumps(head().document()).encode())
    with pytest.raises(SignatureMissing, match=r"anchors/prod/000001\.json"):
        StoreAnchor(store, seal).head("prod")
    assert StoreAnchor(store, UNSEALED).head("prod") == head()
    StoreAnchor(store, seal).keep(head(source="other"))
    store.put_if_absent("anchors/third/000001.json", store.get("anchors/other/000001.json"))
    with pytest.raises(SignatureWrong, match="third"):
        StoreAnchor(store, seal).head("third")
    with pytest.raises(IntegrityError, match="no record of how far third has come"):
        StoreAnchor(store, UNSEALED).head("third")


@pytest.mark.parametrize(
    "document",
    [{}, {"source": "prod"}, {**head().document(), "at": 5}, {**head().document(), "baseline": "1"}],
    ids=str,
)
def test_what_is_no_head_is_refused(document: object) -> None:
    store = Store()
    store.put_if_absent("anchors/prod/000001.json", json.dumps(document).encode())
    with pytest.raises(IntegrityError, match="anchors/prod/"):
        StoreAnchor(store).head("prod")


def test_a_tombstone_is_read_back_and_the_first_one_stands(tmp_path: Path) -> None:
    store, seal = Store(), seal_of(make_key(tmp_path / "key"))
    assert tombstones.write(store, stone(), seal) == stone()
    assert tombstones.write(store, stone(pruned_by="otto"), seal) == stone()
    assert tombstones.read(store, "prod", FIRST, seal) == stone()
    with pytest.raises(ObjectNotFound):
        tombstones.read(store, "prod", SECOND, seal)


def test_a_tombstone_that_was_moved_changed_or_never_signed_is_refused(tmp_path: Path) -> None:
    store, seal = Store(), seal_of(make_key(tmp_path / "key"))
    tombstones.write(store, stone(), seal)
    data = store.get(layout.tombstone("prod", FIRST))
    store.put_if_absent(layout.tombstone("prod", SECOND), data)
    with pytest.raises(IntegrityError, match=f"it is the tombstone of prod/{FIRST}"):
        tombstones.read(store, "prod", SECOND, seal)
    store.replace(layout.tombstone("prod", FIRST), data.replace(b"anna", b"otto"))
    with pytest.raises(SignatureWrong):
        tombstones.read(store, "prod", FIRST, seal)
    unsigned = {name: value for name, value in json.loads(data).items() if name != "signatures"}
    store.replace(layout.tombstone("prod", FIRST), json.dumps(unsigned).encode())
    with pytest.raises(SignatureMissing):
        tombstones.read(store, "prod", FIRST, seal)
    assert tombstones.read(store, "prod", FIRST, UNSEALED) == stone()
    store.replace(layout.tombstone("prod", FIRST), json.dumps(unsigned | {"format": 2}).encode())
    with pytest.raises(UnknownFormat, match="format 2"):
        tombstones.read(store, "prod", FIRST, UNSEALED)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"5", b"\xff", b'{"format": 1}'])
def test_what_is_no_tombstone_is_refused_by_name(data: bytes) -> None:
    store = Store()
    store.put_if_absent(layout.tombstone("prod", FIRST), data)
    with pytest.raises(IntegrityError, match=rf"{FIRST}\.pruned\.json"):
        tombstones.read(store, "prod", FIRST, UNSEALED)
