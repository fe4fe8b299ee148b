"""Snapshots: written, found, chosen and read back whole."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from dr_toolkit.errors import ObjectExists, SnapshotNotFound
from dr_toolkit.model import wire
from dr_toolkit.model.documents import FAILED, GAP, Coverage, Finding
from dr_toolkit.model.estate import Estate
from dr_toolkit.store import content, layout
from dr_toolkit.store.snapshots import Snapshots
from tests.unit.estates import AT, SCOPE, estate
from tests.unit.stores import Interrupted, Store

VERSION = "0.1.0"


def write(store: Store, made: Estate, seconds: float = 0, source: str = "prod", version: str = VERSION) -> str:
    """The id of a snapshot of ``made``."""
    at = AT + timedelta(seconds=seconds)
    return Snapshots(store).write(source, SCOPE, made, at, version).id


def test_what_is_written_is_read_back() -> None:
    store = Store()
    made = estate("web", "db")
    made.findings = [Finding("warning", "b", "k", "t"), Finding("info", "a", "k", "t")] * 2
    manifest = Snapshots(store).write("prod", SCOPE, made, AT + timedelta(milliseconds=999), VERSION)
    snapshot = Snapshots(store).load(Snapshots(store).resolve("prod", manifest.id))
    assert snapshot.manifest == manifest
    assert manifest.taken_at == "2026-11-22T03:00:00Z"
    assert manifest.counts == {"ec2.security_group": 2, "ec2.vpc": 1}
    assert manifest.scope == SCOPE
    assert manifest.parent is None
    assert snapshot.estate == replace(made, findings=sorted(set(made.findings)))


def test_the_objects_are_those_of_the_format() -> None:
    store = Store()
    made = estate("web")
    snapshot = write(store, made)
    assert snapshot == f"20261122T030000Z-{wire.digest(wire.body(made.lines))[:12]}"
    assert store.list("") == [
        f"v1/prod/{snapshot}.ids.jsonl.gz",
        f"v1/prod/{snapshot}.jsonl.gz",
        f"v1/prod/{snapshot}.manifest.json",
    ]
    packed = store.get(layout.body("prod", snapshot))
    assert gzip.decompress(packed) == wire.body(made.lines)
    assert packed[:10] == bytes.fromhex("1f8b08000000000000ff")
    document = json.loads(store.get(layout.manifest("prod", snapshot, True)))
    assert document["format"] == 1
    body = document["objects"]["body"]
    assert (body["size"], body["sha256"]) == (len(wire.body(made.lines)), wire.digest(wire.body(made.lines)))


def test_the_manifest_is_written_last() -> None:
    """Invariant 1."""
    store = Store()
    write(store, estate())
    puts = [name for call, name in store.calls if call == "put"]
    assert puts[-1].endswith(".manifest.json")
    assert len(puts) == 3


def test_an_empty_region_is_a_snapshot_too() -> None:
    store = Store()
    write(store, Estate())
    assert Snapshots(store).load(Snapshots(store).resolve("prod", "latest")).estate == Estate()


def test_each_snapshot_names_the_one_before_it_complete_or_not() -> None:
    store = Store()
    snapshots = Snapshots(store)
    write(store, estate("other"), source="other")
    ids = [
        write(store, estate("a")),
        write(store, estate("b", complete=False), 1),
        write(store, estate("a"), 2),
    ]
    first, second, third = snapshots.entries("prod")
    assert [first.id, second.id, third.id] == ids
    assert snapshots.manifest(first).parent is None
    assert snapshots.manifest(second).parent == {"id": ids[0], "sha256": snapshots.manifest_digest(first)}
    assert snapshots.manifest(third).parent == {"id": ids[1], "sha256": snapshots.manifest_digest(second)}
    digest = wire.digest(store.get(layout.manifest("prod", ids[1], complete=False)))
    assert snapshots.manifest_digest(second) == digest


def test_a_clock_that_went_back_never_names_a_later_parent() -> None:
    store = Store()
    first = write(store, estate("a"))
    write(store, estate("b"), 86_400)
    between = write(store, estate("c"), 60)
    manifest = Snapshots(store).manifest(Snapshots(store).resolve("prod", between))
    assert manifest.parent is not None
    assert manifest.parent["id"] == first


def test_entries_and_sources_take_one_listing_and_read_nothing() -> None:
    store = Store()
    snapshots = Snapshots(store)
    for name in ("prod", "prod2", "a/b"):
        for second in range(3):
            write(store, estate(str(second)), second, source=name)
    store.put_if_absent("v1/prod/notes.txt", b"")
    store.put_if_absent("v1/prod/20261122T030000Z-1a2b3c4d5e6f.jsonl.gz", b"an orphan")
    store.put_if_absent("v1/prod/20261122T030000Z-1a2b3c4d5e6f.pruned.json", b"a later release's")
    store.put_if_absent("v2/prod/20261122T030000Z-1a2b3c4d5e6f.manifest.json", b"a later release's")
    store.calls.clear()
    assert snapshots.sources() == ["a/b", "prod", "prod2"]
    assert len(snapshots.entries("prod")) == 3
    assert len(snapshots.entries()) == 9
    assert snapshots.resolve("a/b", "latest") == snapshots.entries("a/b")[-1]
    assert {call for call, _ in store.calls} == {"list"}
    assert len(store.calls) == 5


def test_an_empty_store_has_no_sources() -> None:
    assert Snapshots(Store()).sources() == []
    with pytest.raises(SnapshotNotFound):
        Snapshots(Store()).resolve("prod", "latest")


@pytest.mark.parametrize("gap", ["coverage", "finding"])
def test_partial_snapshots_are_never_the_latest(gap: str) -> None:
    store = Store()
    complete = write(store, estate("a"))
    made = estate("b", complete=gap != "coverage")
    if gap == "finding":
        made.findings.append(Finding(GAP, "unreadable", "apigateway.stage/shop/prod", "no export"))
    partial = write(store, made, 60)
    snapshots = Snapshots(store)
    assert [e.complete for e in snapshots.entries("prod")] == [True, False]
    assert snapshots.resolve("prod", "latest").id == complete
    assert snapshots.resolve("prod", "2026-11-30").id == complete
    loaded = snapshots.load(snapshots.resolve("prod", partial))
    assert not loaded.manifest.complete
    assert loaded.estate.coverage == made.coverage
    assert store.stat(layout.manifest("prod", partial, False)) is not None


# --- the same id ------------------------------------------------------------------------------------


def test_the_same_snapshot_again_is_the_same_snapshot() -> None:
    store = Store()
    first = Snapshots(store).write("prod", SCOPE, estate("a"), AT, VERSION)
    before = store.copy()
    assert Snapshots(store).write("prod", SCOPE, estate("a"), AT, VERSION) == first
    assert Snapshots(store).write("prod", SCOPE, estate("a"), AT, "0.2.0") == first
    write(store, estate("b"), -60)
    assert Snapshots(store).write("prod", SCOPE, estate("a"), AT, VERSION) == first
    assert {name: store.copy()[name] for name in before} == before


def test_the_same_id_with_other_findings_is_refused_and_a_second_later_it_is_not() -> None:
    store = Store()
    first = write(store, estate("a"))
    other = estate("a")
    other.findings.append(Finding("warning", "homonym", "ec2.vpc/main", "two of them"))
    with pytest.raises(ObjectExists, match=layout.manifest("prod", first, True)):
        write(store, other)
    write(store, other, 1)
    assert len(Snapshots(store).entries("prod")) == 2


def test_the_same_id_with_other_ids_is_refused_by_name() -> None:
    store = Store()
    first = write(store, estate("a"))
    other = estate("a")
    other.ids["ec2.vpc/main"] = "vpc-0b"
    with pytest.raises(ObjectExists, match=layout.ids("prod", first)):
        write(store, other)


@pytest.mark.parametrize("complete", [True, False])
def test_no_id_is_both_complete_and_partial(complete: bool) -> None:
    store = Store()
    first = write(store, estate("a", complete=complete))
    with pytest.raises(ObjectExists, match=layout.manifest("prod", first, complete)):
        write(store, estate("a", complete=not complete))
    assert len(Snapshots(store).entries("prod")) == 1


def test_what_another_zlib_packed_counts_as_the_same_content() -> None:
    store, twin = Store(), Store()
    snapshot = write(twin, estate("a"))
    name = layout.body("prod", snapshot)
    packed = gzip.compress(gzip.decompress(twin.get(name)), 1)
    assert packed != twin.get(name)
    store.put_if_absent(name, packed)
    assert write(store, estate("a")) == snapshot
    Snapshots(store).load(Snapshots(store).resolve("prod", snapshot))


def test_an_orphan_of_other_content_in_the_way_is_an_error() -> None:
    store, twin = Store(), Store()
    name = layout.body("prod", write(twin, estate("a")))
    store.put_if_absent(name, content.pack(b"other"))
    with pytest.raises(ObjectExists, match=name):
        write(store, estate("a"))
    assert Snapshots(store).entries() == []


# --- two writers at once ----------------------------------------------------------------------------


def test_two_writers_at_once_of_the_same_configuration_write_one_snapshot() -> None:
    store = Interrupted(lambda name: name.endswith(".manifest.json"))
    store.other = lambda: write(store, estate("a"), version="0.2.0")
    manifest = Snapshots(store).write("prod", SCOPE, estate("a"), AT, VERSION)
    assert manifest.tool_version == "0.2.0"
    assert len(Snapshots(store).entries()) == 1
    assert Snapshots(store).load(Snapshots(store).resolve("prod", "latest")).manifest == manifest


def test_many_writers_at_once_all_get_their_snapshot() -> None:
    store = Store()
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda n: write(store, estate(str(n % 4)), n % 2), range(16)))
    snapshots = Snapshots(store)
    assert {e.id for e in snapshots.entries("prod")} == set(ids)
    for entry in snapshots.entries("prod"):
        loaded = snapshots.load(entry).manifest
        assert loaded.parent is None or loaded.parent["id"] < loaded.id


def test_coverage_that_failed_keeps_its_reason() -> None:
    store = Store()
    snapshot = write(store, estate("a", complete=False))
    loaded = Snapshots(store).load(Snapshots(store).resolve("prod", snapshot))
    assert loaded.estate.coverage["apigateway.rest_api"] == Coverage(FAILED, "AccessDenied")
    assert loaded.manifest.gaps == ("apigateway.rest_api: AccessDenied",)
