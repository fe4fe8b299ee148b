"""Signed snapshots on every kind of store: damage at any place, death at any moment, losses on the way."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from dr_toolkit.errors import DrToolkitError, IntegrityError, SnapshotPruned, StoreError, StoreRefused
from dr_toolkit.store import file, s3_session, tombstones
from dr_toolkit.store.baselines import Baselines
from dr_toolkit.store.mirrored import MirroredStore
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.open import open_store
from dr_toolkit.store.proofs import Examination
from dr_toolkit.store.seals import Seal
from dr_toolkit.store.snapshots import Snapshots
from dr_toolkit.store.tombstones import Tombstone
from tests.contract.conftest import REGION, Bucket
from tests.contract.loopback import Exchange, LoopbackProxy, s3_error, times
from tests.golden.make_signed import seal
from tests.unit.estates import AT, SCOPE, estate

ROOT = Path(__file__).parents[2]
WRITING = seal(signing=True)


def write(store: ObjectStore, *groups: str, seconds: int = 0, made: Seal = WRITING) -> str:
    """A signed snapshot's id."""
    at = AT + timedelta(seconds=seconds)
    return Snapshots(store, made).write("prod", SCOPE, estate(*groups), at, "0.1.0").id


def whole(store: ObjectStore) -> list[str]:
    """The states of everything in the store, each of which is proven to the byte; nothing may be wrong."""
    examined = Examination(store, seal(), read_data=True)
    found = examined.prove(Snapshots(store).entries())
    assert (found.faults, [f for p in found.proofs for f in p.faults]) == ([], [])
    return [p.state for p in found.proofs]


# --- damage -------------------------------------------------------------------------------------------


def flipped(data: bytes, offset: int) -> bytes:
    """One bit is another."""
    return data[:offset] + bytes([data[offset] ^ 1 << offset % 8]) + data[offset + 1 :]


@pytest.mark.parametrize("damage", [flipped, lambda data, offset: data[:offset]], ids=["flipped", "cut off"])
def test_damage_at_every_hundredth_byte_is_refused_by_name_or_harmless(
    store: ObjectStore, damage: Callable[[bytes, int], bytes]
) -> None:
    """Harmless: gzip's header has bytes that say nothing of the content, and then it is the content."""
    identity = write(store, "web", "db")
    pruned = write(store, "old", seconds=-60)
    digest = Snapshots(store, seal()).manifest_digest(Snapshots(store).resolve("prod", pruned))
    stone = Tombstone("prod", pruned, digest, "2026-11-23T00:00:00Z", "anna", "no rule keeps it")
    tombstones.write(store, stone, WRITING)
    Baselines(store, seal=WRITING).set("prod", identity, digest, set_by="anna", reason="first")
    uses: dict[str, Callable[[], object]] = {
        f"v1/prod/{identity}.jsonl.gz": lambda: _load(store, identity),
        f"v1/prod/{identity}.ids.jsonl.gz": lambda: _load(store, identity),
        f"v1/prod/{identity}.manifest.json": lambda: _load(store, identity),
        f"v1/prod/{pruned}.pruned.json": lambda: tombstones.read(store, "prod", pruned, seal()),
        "baselines/prod/000001.json": lambda: Baselines(store, seal=seal()).get("prod"),
    }
    for name, use in uses.items():
        data, before = store.get(name), use()
        for offset in range(0, len(data), 100):
            store.delete(name)
            store.put_if_absent(name, damage(data, offset))
            refusal, result = _outcome(use)
            harmless = name.endswith(".gz") and result == before
            assert harmless or (name in refusal and result is None), f"{name} at {offset}: {refusal}"
        store.delete(name)
        store.put_if_absent(name, data)
        assert use() == before


def _outcome(use: Callable[[], object]) -> tuple[str, object]:
    try:
        return "", use()
    except IntegrityError as error:
        return str(error), None


def _load(store: ObjectStore, identity: str) -> object:
    snapshots = Snapshots(store, seal())
    return snapshots.load(snapshots.resolve("prod", identity))


# --- death at any moment ------------------------------------------------------------------------------

SCRIPT = """
import os, signal, sys
from dr_toolkit.store.open import open_store
from tests.contract.test_signed_store import life

url, endpoint, moment = sys.argv[1], sys.argv[2] or None, int(sys.argv[3])
store = open_store(url, region="us-west-2", endpoint_url=endpoint)
kind, calls = type(store), [0]

def mortal(method):
    def call(self, *args):
        for when in range(2):
            calls[0] += 1
            if calls[0] == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            if not when:
                result = method(self, *args)
        return result
    return call

kind.put_if_absent, kind.delete = mortal(kind.put_if_absent), mortal(kind.delete)
life(store)
print("survived")
"""


def life(store: ObjectStore) -> None:
    """All that changes a store: two snapshots, a baseline, and the first one pruned."""
    first, second = write(store, "web"), write(store, "web", "db", seconds=60)
    snapshots = Snapshots(store, WRITING)
    digests = [snapshots.manifest_digest(entry) for entry in snapshots.entries("prod")]
    baselines = Baselines(store, now=lambda: AT, seal=WRITING)
    if not baselines.number("prod"):
        baselines.set("prod", second, digests[1], set_by="anna", reason="first", replaces=0)
    stone = Tombstone("prod", first, digests[0], "2026-11-23T00:00:00Z", "anna", "no rule keeps it")
    tombstones.write(store, stone, WRITING)
    for suffix in ("jsonl.gz", "ids.jsonl.gz"):
        store.delete(f"v1/prod/{first}.{suffix}")


@pytest.mark.parametrize("kind", ["file", "s3"])
def test_a_process_that_is_killed_at_any_moment_leaves_nothing_half_and_the_next_one_ends_it(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """kill -9 before and after every write and every deletion; the same again converges."""
    survived = False
    for moment in range(1, 60, 1 if kind == "file" else 2):
        url, endpoint = f"file://{tmp_path}/{moment}", ""
        if kind == "s3":
            bucket: Bucket = request.getfixturevalue("bucket")
            url, endpoint = f"s3://{bucket.name}/{moment}", bucket.endpoint
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, url, endpoint, str(moment)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        store = open_store(url, region=REGION, endpoint_url=endpoint or None)
        assert "damaged" not in whole(store), moment
        life(store)
        assert whole(store) == ["pruned", "whole"], moment
        assert len(store.list("")) == 6, moment
        if done.returncode == 0:
            survived = "survived" in done.stdout
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert survived, "there are more moments than were tried"


# --- a full disk, a lost permission -------------------------------------------------------------------


@pytest.mark.parametrize("put", [1, 2, 3])
def test_a_disk_that_is_full_at_any_write_shows_nothing_half(
    put: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, left = open_store(f"file://{tmp_path}/store"), [put]
    write_synced = file._write_synced

    def full(path: Path, data: bytes) -> None:
        left[0] -= 1
        if left[0] == 0:
            path.write_bytes(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_synced(path, data)

    monkeypatch.setattr(file, "_write_synced", full)
    with pytest.raises(StoreRefused, match="No space left") as caught:
        write(store, "web")
    assert "Free space" in caught.value.next_step
    assert whole(store) == []
    write(store, "web")
    assert whole(store) == ["whole"]
    assert list(tmp_path.rglob(".part-*")) == []


@pytest.mark.parametrize("put", [1, 2, 3])
def test_a_permission_that_is_lost_midway_shows_nothing_half(put: int, bucket: Bucket, proxy: LoopbackProxy) -> None:
    store, refuse = bucket.open(proxy.endpoint), s3_error(403, "AccessDenied")
    seen = [0]

    def deny(exchange: Exchange) -> Exchange | None:
        seen[0] += exchange.method == "PUT"
        return refuse(exchange) if exchange.method == "PUT" and seen[0] >= put else exchange

    proxy.rewrite_path = lambda path: path if seen[0] < put - 1 else path.replace("/prod/v1/", "/nowhere/v1/")
    proxy.alter = deny
    with pytest.raises(StoreRefused, match="AccessDenied"):
        write(store, "web")
    proxy.rewrite_path, proxy.alter = (lambda path: path), (lambda exchange: exchange)
    assert whole(store) == []
    write(store, "web")
    assert whole(store) == ["whole"]


# --- clocks, and losses on the way --------------------------------------------------------------------


@pytest.mark.parametrize("skew", [86_400, -86_400])
def test_a_clock_that_is_a_day_off_loses_and_hides_nothing(store: ObjectStore, skew: int) -> None:
    ids = {write(store, "a"), write(store, "b", seconds=skew), write(store, "c", seconds=60)}
    assert whole(store) == ["whole"] * 3
    snapshots = Snapshots(store, seal())
    there = snapshots.entries("prod")
    assert {e.id for e in there} == ids
    latest = snapshots.resolve("prod", "latest")
    snapshots.check_choice(latest, "latest", there)
    at = (AT + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")
    snapshots.check_choice(snapshots.resolve("prod", at), at, there)


def lost(exchange: Exchange) -> None:
    """An answer that never comes."""


@pytest.mark.parametrize("method", ["PUT", "GET"])
def test_answers_that_are_lost_on_the_way_change_nothing(bucket: Bucket, proxy: LoopbackProxy, method: str) -> None:
    store = bucket.open(proxy.endpoint)
    for number in range(6):
        seen = [0]

        def lose_one(exchange: Exchange, number: int = number, seen: list[int] = seen) -> Exchange | None:
            seen[0] += exchange.method == method
            return None if exchange.method == method and seen[0] == number + 1 else exchange

        proxy.alter = lose_one
        write(store, str(number), seconds=number)
    assert whole(bucket.open()) == ["whole"] * 6


def test_answers_that_come_too_late_are_told_and_the_same_again_ends_it(
    bucket: Bucket, proxy: LoopbackProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_session, "READ_TIMEOUT", 0.3)
    monkeypatch.setattr(s3_session, "_ATTEMPTS", 1)
    store = bucket.open(proxy.endpoint)

    def late(exchange: Exchange) -> Exchange:
        time.sleep(1)
        return exchange

    proxy.alter = times(100, late)
    with pytest.raises(StoreError):
        write(store, "web")
    proxy.alter = lambda exchange: exchange
    write(store, "web")
    assert whole(bucket.open()) == ["whole"]


def test_mirrors_of_different_kinds_hold_the_same(bucket: Bucket, tmp_path: Path) -> None:
    folder = open_store(f"file://{tmp_path}/store")
    store = MirroredStore([bucket.open(), folder], 2)
    write(store, "web")
    assert whole(bucket.open()) == whole(folder) == ["whole"]
    name = Snapshots(store).entries("prod")[0].name
    assert bucket.open().get(name) == folder.get(name)


def test_a_pruned_snapshot_is_told_apart_from_a_robbed_one(store: ObjectStore) -> None:
    life(store)
    first, second = Snapshots(store, seal()).entries("prod")
    with pytest.raises(SnapshotPruned):
        Snapshots(store, seal()).load(first)
    store.delete(f"v1/prod/{second.id}.jsonl.gz")
    with pytest.raises(DrToolkitError, match=r"is named by its manifest but is not in"):
        Snapshots(store, seal()).load(second)
