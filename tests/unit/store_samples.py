"""Made-up results of looking at a store, for the tests of the reports."""

from __future__ import annotations

from dr_toolkit.errors import BodyDamaged, StoreUnreachable
from dr_toolkit.report.store_results import (
    BAD,
    GOOD,
    UNKNOWN,
    WARN,
    Check,
    DoctorResult,
    Fault,
    MirrorResult,
    MirrorRow,
    PolicyResult,
    ProofResult,
    ProofRow,
    PruneResult,
    PruneRow,
)

FIRST, SECOND = "20261121T030000Z-0f0e0d0c0b0a", "20261122T030000Z-1a2b3c4d5e6f"
STORE, MIRROR = "s3://acme-dr-snapshots/prod", "s3://acme-dr-snapshots-use1/prod"
KEY = "ed25519:lpRiJQpUlHcOLGNFYsOGSM5EFyr5m/2bF9TVnfqVfpw="
NAME = f"v1/prod-use1/{SECOND}.jsonl.gz"
FAULT = Fault(STORE, NAME, "it is cut off, after 100 bytes")
DOWN = StoreUnreachable(store=MIRROR, reason="no route")

PROVEN = ProofResult(
    (ProofRow(STORE, "prod-use1", FIRST, "pruned"), ProofRow(STORE, "prod-use1", SECOND, "whole", True, (KEY,))),
    data_read=True,
    trusted=True,
    anchored=True,
)
DISPROVEN = ProofResult(
    (ProofRow(STORE, "prod-use1", SECOND, "damaged"),), (FAULT,), ("what was deleted can't be told",), ((MIRROR, DOWN),)
)
PRUNED = PruneResult(
    (
        PruneRow("prod-use1", FIRST, "prune", ("no rule keeps it",), done=True),
        PruneRow("prod-use1", SECOND, "keep", ("the last complete one", "keep_daily: the last of its day")),
    ),
    dry_run=False,
    failed=((f"prod-use1/{FIRST}", BodyDamaged(name=NAME, store=STORE, reason="it is cut off")),),
    unruled=("lab",),
)
MIRRORED = MirrorResult((MirrorRow(STORE), MirrorRow(MIRROR, 3, 4_200, 1)))
HALF_MIRRORED = MirrorResult((MirrorRow(STORE), MirrorRow(MIRROR, error=DOWN)), (FAULT,))
EXAMINED = DoctorResult(
    (
        Check(f"store {STORE}", "versioning", BAD, "off", "what is deleted is gone", "aws s3api put-bucket-versioning"),
        Check(f"store {STORE}", "lock", WARN, "possible, and not used", "nothing keeps snapshots", "object_lock: {}"),
        Check(f"store {STORE}", "policy", UNKNOWN, "AccessDenied", "what isn't seen can't be relied on", "Allow it."),
        Check("source prod-use1", "credentials", GOOD, "they are of 111122223333/us-east-1"),
    )
)

RESULTS = {
    "snapshot verify": PROVEN,
    "snapshot verify, damaged": DISPROVEN,
    "prune": PRUNED,
    "prune, dry": PruneResult(PRUNED.rows, dry_run=True),
    "mirror": MIRRORED,
    "mirror, half": HALF_MIRRORED,
    "doctor": EXAMINED,
    "policy": PolicyResult(
        "prune", {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"]}]}
    ),
}
