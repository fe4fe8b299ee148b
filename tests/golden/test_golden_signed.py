"""Invariant 7, for what is signed: samples of format 1, checked by the toolkit and by what FORMAT.md says by hand."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dr_toolkit.errors import SnapshotPruned
from dr_toolkit.store import tombstones
from dr_toolkit.store.anchors import Head, StoreAnchor
from dr_toolkit.store.baselines import Baselines
from dr_toolkit.store.file import FileStore
from dr_toolkit.store.journal import Runs
from dr_toolkit.store.pairings import Pairings
from dr_toolkit.store.proofs import Examination
from dr_toolkit.store.snapshots import Snapshots
from dr_toolkit.store.tombstones import Tombstone
from tests.golden import make_signed

FIRST, SECOND = "20261122T030000Z-5177834d8c5a", "20261123T030000Z-5177834d8c5a"
PLACE, SOURCE = "v1/prod!2Fuse1", "prod/use1"
KEY = "ed25519:A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
FIRST_SHA256 = "5139c56d94e5561243b99fe9ce4d79a5b52d8ce1f5d9e57def65c7ffa70f9e1f"
SECOND_SHA256 = "c729ab930f5221e7b0d37d07b3925b8ce48af170691ca0aeeb4fe9a10fbc39b2"

PINNED = {
    "anchors/prod!2Fuse1/000001.json": "5f3cf1f99ce4e66e",
    "baselines/prod!2Fuse1/000001.json": "b39c477bc81592d7",
    "pairings/prod!2Fuse1/dr-usw2/000001.json": "270a279339440cfc",
    "runs/dr-usw2/000001/000001.json": "6994fef08eff121f",
    "runs/dr-usw2/000001/000002.json": "4b3ce0ba5c3d7997",
    f"{PLACE}/{FIRST}.manifest.json": "5139c56d94e55612",
    f"{PLACE}/{FIRST}.pruned.json": "8f30b27e8e4b2a64",
    f"{PLACE}/{SECOND}.ids.jsonl.gz": "7b00a85a417851f2",
    f"{PLACE}/{SECOND}.jsonl.gz": "c06d0c2c8b0a0865",
    f"{PLACE}/{SECOND}.manifest.json": "c729ab930f5221e7",
}
SIGNED = {
    name: f"record {name}" if not name.startswith("v1/") else "tombstone" if "pruned" in name else "manifest"
    for name in PINNED
    if name.endswith(".json")
}

STORE = FileStore(make_signed.FOLDER)
SNAPSHOTS = Snapshots(STORE, make_signed.seal())


def test_the_samples_are_those_that_were_released() -> None:
    assert {name: hashlib.sha256(STORE.get(name)).hexdigest()[:16] for name in STORE.list("")} == PINNED


def test_what_is_written_today_is_what_the_samples_are(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    make_signed.write(store)
    assert store.list("") == STORE.list("")
    for name in SIGNED:
        assert store.get(name) == STORE.get(name), name


@pytest.mark.parametrize(("name", "purpose"), SIGNED.items())
def test_every_signature_is_of_what_the_format_says(name: str, purpose: str) -> None:
    """Without a line of the toolkit: members sorted, no blanks, the signatures left out."""
    document = json.loads(STORE.get(name))
    (signature,) = document.pop("signatures")
    assert (signature["key"], signature["algorithm"]) == (KEY, "ED25519")
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    message = f"dr-toolkit {purpose} sha256:{hashlib.sha256(text.encode()).hexdigest()}\n"
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(KEY.removeprefix("ed25519:")))
    public.verify(base64.b64decode(signature["value"]), message.encode())


def test_the_snapshot_that_is_left_loads() -> None:
    entry = SNAPSHOTS.resolve(SOURCE, "latest")
    snapshot = SNAPSHOTS.load(entry)
    assert snapshot.manifest.id == SECOND
    assert snapshot.manifest.parent == {"id": FIRST, "sha256": FIRST_SHA256}
    assert len(snapshot.estate) == 7
    SNAPSHOTS.check_choice(entry, "latest", SNAPSHOTS.entries(SOURCE))


def test_the_pruned_one_says_so() -> None:
    entry, _ = SNAPSHOTS.entries(SOURCE)
    assert (entry.id, entry.pruned) == (FIRST, True)
    with pytest.raises(SnapshotPruned, match="2026-12-22T03:00:00Z"):
        SNAPSHOTS.load(entry)
    stone = Tombstone(SOURCE, FIRST, FIRST_SHA256, "2026-12-22T03:00:00Z", "anna", "no rule keeps it")
    assert tombstones.read(STORE, SOURCE, FIRST, make_signed.seal()) == stone


def test_everything_is_whole() -> None:
    found = Examination(STORE, make_signed.seal(), read_data=True).prove(SNAPSHOTS.entries())
    assert [(p.entry.id, p.state) for p in found.proofs] == [(FIRST, "pruned"), (SECOND, "whole")]
    assert (found.faults, found.gaps) == ([], [])


def test_the_records() -> None:
    seal = make_signed.seal()
    held = Baselines(STORE, seal=seal).get(SOURCE)
    assert held is not None
    assert (held.snapshot, held.manifest_sha256, held.set_by) == (SECOND, SECOND_SHA256, "anna")
    state = Runs(STORE, "dr-usw2", seal=seal).last()
    assert state is not None
    assert ([r["kind"] for r in state.records], state.finished) == (["begin", "end"], True)
    assert Pairings(STORE, seal).get(SOURCE, "dr-usw2") == {"apigateway.rest_api/shop": "f5e4d3c2b1"}
    head = Head(SOURCE, SECOND, SECOND_SHA256, "2026-11-23T03:00:05Z", 1)
    assert StoreAnchor(STORE, seal).heads(SOURCE) == [head]


def test_what_format_md_says_by_hand_works(tmp_path: Path) -> None:
    """The commands by which a person checks a signature, as they stand there."""
    text = (Path(__file__).parents[2] / "snapshots" / "FORMAT.md").read_text()
    block = re.search(r"^A signature by hand[^\n]*\n\n((?:    [^\n]*\n)+)", text, re.MULTILINE)
    assert block is not None
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(KEY.removeprefix("ed25519:")))
    (tmp_path / "dr-toolkit.pub").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    setting = f"set -euo pipefail; D='{make_signed.FOLDER / PLACE}'; ID='{SECOND}'\n"
    script = setting + "\n".join(line.strip() for line in block[1].splitlines())
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "Signature Verified Successfully"), done.stderr
    assert "openssl" in script


def test_format_md_says_what_the_samples_show() -> None:
    text = (Path(__file__).parents[2] / "snapshots" / "FORMAT.md").read_text()
    for name in (n for n in SIGNED if not n.startswith("runs/")):
        document = json.loads(STORE.get(name))
        for member in (*document, *document["signatures"][0]):
            assert f"`{member}`" in text, f"{name}: {member}"
    for name in ("v1/<source>/<id>.pruned.json", "anchors/<source>/<n>.json"):
        assert name in text
