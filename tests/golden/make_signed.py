"""Writes the golden samples of a signed store in format 1: ``python -m tests.golden.make_signed [FOLDER]``.

As those of ``make`` they must load for ever, and nothing here overwrites them. Two snapshots, the first of them pruned;
baseline, journal and pairing table; and the anchor, which in life lies in a store of its own.
"""

from __future__ import annotations

import itertools
import sys
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dr_toolkit.store import clock, keys, layout, tombstones
from dr_toolkit.store.anchors import Head, StoreAnchor
from dr_toolkit.store.baselines import Baselines
from dr_toolkit.store.file import FileStore
from dr_toolkit.store.journal import Runs
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.pairings import Pairings
from dr_toolkit.store.seals import Seal, TrustedKey
from dr_toolkit.store.snapshots import Snapshots
from dr_toolkit.store.tombstones import Tombstone
from tests.golden.make import API, AT, SCOPE, SOURCE, TARGET, VERSION, estate

FOLDER = Path(__file__).parent / "format-1-signed"
PUBLIC = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
"""The public half, base64; the private one is the bytes from 0 to 31, and protects nothing."""


class SampleKey:
    """The key of the samples."""

    name, algorithm = f"ed25519:{PUBLIC}", keys.ED25519

    def sign(self, message: bytes) -> bytes:
        """See ``seals.Signer``."""
        return Ed25519PrivateKey.from_private_bytes(bytes(range(32))).sign(message)


def seal(*, signing: bool = False) -> Seal:
    """What believes the key of the samples."""
    import base64

    public = keys.ed25519(base64.b64decode(PUBLIC))
    return Seal(SampleKey() if signing else None, (TrustedKey(SampleKey.name, lambda: public),))


def write(objects: ObjectStore) -> None:
    """Everything that is signed, once each."""
    made = seal(signing=True)
    snapshots = Snapshots(objects, made)
    first, second = (snapshots.write(SOURCE, SCOPE, estate(), AT + timedelta(days=n), VERSION) for n in range(2))
    digests = [snapshots.manifest_digest(e) for e in snapshots.entries(SOURCE)]
    _prune(objects, first.id, digests[0], made)
    baselines = Baselines(objects, now=lambda: AT + timedelta(days=1, seconds=30), seal=made)
    baselines.set(SOURCE, second.id, digests[1], set_by="anna", reason="change 4711 is approved", replaces=0)
    ticks = (AT + timedelta(days=2, milliseconds=250 * n) for n in itertools.count())
    journal = Runs(objects, TARGET, now=ticks.__next__, by=lambda: "one", seal=made).begin({"snapshot": second.id})
    journal.append("end", ok=True)
    Pairings(objects, made).add(SOURCE, TARGET, {str(API): "f5e4d3c2b1"})
    at = clock.seconds(AT + timedelta(days=1, seconds=5))
    StoreAnchor(objects, made).keep(Head(SOURCE, second.id, digests[1], at, baseline=1))


def _prune(objects: ObjectStore, identity: str, digest: str, made: Seal) -> None:
    at = clock.seconds(AT + timedelta(days=30))
    tombstones.write(objects, Tombstone(SOURCE, identity, digest, at, "anna", "no rule keeps it"), made)
    for name in (layout.body(SOURCE, identity), layout.ids(SOURCE, identity)):
        objects.delete(name)


if __name__ == "__main__":
    write(FileStore(Path(sys.argv[1]).absolute() if sys.argv[1:] else FOLDER))
