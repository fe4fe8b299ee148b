"""Signed snapshots by the command line: what is signed, what is refused, and what says so."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.command_line import Ended, refused, run
from tests.scenario.cli.conftest import CONFIG, Company, company, desk
from tests.scenario.keyring import make_key, taken

__all__ = ["company", "desk"]

Configure = Callable[..., None]


def _other_key(path: str) -> None:
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    Path(path).write_bytes(pem)
    os.chmod(path, 0o600)


@pytest.fixture
def configure(desk: Path, company: Company) -> Configure:
    """Writes the config anew, on a store that only this test has."""

    def write(more: str = "", store: str = f"file://{desk}/store") -> None:
        text = CONFIG.replace("s3://acme-dr/prod", store) + more
        Path("dr-toolkit.yaml").write_text(text, encoding="utf-8")

    return write


def shown() -> dict[str, object]:
    """The latest manifest."""
    document: dict[str, object] = run("snapshot", "show", "--format", "json").document
    return dict(document["snapshot"])  # type: ignore[call-overload]


def clean(ended: Ended) -> Ended:
    """A command that found nothing wrong."""
    assert ended.code == 0, ended.said
    return ended


def test_what_is_signed_with_a_key_file_verifies_and_is_used(configure: Configure) -> None:
    make_key("dr.key")
    configure("signing: {sign_with: 'key-file:dr.key'}\n")
    first = taken()
    signatures = shown()["signatures"]
    assert isinstance(signatures, list)
    assert [s["algorithm"] for s in signatures] == ["ED25519"]
    found = clean(run("snapshot", "verify", "--read-data", "--format", "json")).document
    assert [(s["id"], s["state"], len(s["signed_with"])) for s in found["snapshots"]] == [(first, "whole", 1)]
    assert found["summary"]["signatures"] and found["summary"]["data_read"]
    assert "1 snapshot verified: structure, chain, signatures, every byte" in found["summary"]["verdict"]
    clean(run("drift"))
    assert run("plan", "--to", "dr").code == 2
    clean(run("restore", "--to", "dr", "--yes"))
    clean(run("verify", "--to", "dr"))
    assert "nothing to do" in clean(run("restore", "--to", "dr", "--yes")).out


def test_those_who_only_read_need_no_private_key(configure: Configure, desk: Path) -> None:
    make_key("dr.key")
    configure("signing: {sign_with: 'key-file:dr.key'}\n")
    taken()
    key = run("snapshot", "verify", "--format", "json").document["snapshots"][0]["signed_with"][0]
    configure(f"signing: {{trust: ['{key}']}}\n")
    clean(run("drift"))
    assert run("plan", "--to", "dr").code in (0, 2)
    refused(run("restore", "--to", "dr", "--yes"), 64, "sign_with", "forge", next_step="targets.dr.state")


def test_a_snapshot_without_a_signature_is_refused_and_taken_only_loudly(
    configure: Configure, company: Company
) -> None:
    configure()
    identity = taken()
    make_key("dr.key")
    configure("signing: {sign_with: 'key-file:dr.key'}\n")
    name = f"v1/prod/{identity}.manifest.json"
    for command in (["plan", "--to", "dr"], ["restore", "--to", "dr", "--yes"], ["verify", "--to", "dr"]):
        refused(run(*command), 12, name, "bears no signature that counts", next_step="--allow-unsigned")
    refused(run("drift", "--against", identity), 12, name)
    refused(run("drift"), 12, "baselines/prod/000001.json")
    found = run("snapshot", "verify")
    assert found.code == 12
    assert name in found.out
    company.rebuild_target()
    ended = run("restore", "--to", "dr", "--yes", "--allow-unsigned")
    assert ended.code == 0, ended.said
    assert "UNSIGNED" in ended.err
    assert "bears no signature that counts" in ended.out
    records = [json.loads(path.read_text()) for path in sorted(Path("store/runs/dr").rglob("*.json"))]
    assert records[0]["unsigned"] == [name]
    assert all(record["signatures"] for record in records)


def test_the_next_snapshot_after_signing_was_turned_on_is_good(configure: Configure) -> None:
    configure()
    old = taken()
    make_key("dr.key")
    configure("signing: {sign_with: 'key-file:dr.key'}\n")
    identity = taken()
    assert identity != old
    assert shown()["parent"] is None
    found = run("snapshot", "verify", identity)
    assert found.code == 12
    assert "baselines/prod/000001.json  it has no signature" in found.out
    assert run("plan", "--to", "dr").code in (0, 2)
    moved = clean(run("baseline", "set", identity, "--reason", "signed from now on"))
    assert identity in moved.out
    clean(run("drift"))
    clean(run("snapshot", "verify", identity))


def test_another_key_is_not_trusted(configure: Configure) -> None:
    make_key("theirs.key")
    configure("signing: {sign_with: 'key-file:theirs.key'}\n")
    taken()
    make_key("ours.key")
    configure("signing: {sign_with: 'key-file:ours.key'}\n")
    refused(run("plan", "--to", "dr"), 12, "which the config doesn't trust")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "No such file"),
        (lambda path: Path(path).write_text("nothing"), "not a private key"),
        (lambda path: make_key(path, 0o644), "others than its owner may use it"),
        (_other_key, "not an Ed25519 key"),
    ],
)
def test_a_key_file_that_can_not_be_used_is_said(
    configure: Configure, make: Callable[[str], object], said: str
) -> None:
    make("dr.key")
    configure("signing: {sign_with: 'key-file:dr.key'}\n")
    refused(run("snapshot", "create"), 64, said, "dr.key")


def test_a_key_that_would_not_count_here_is_refused_before_anything_is_signed(configure: Configure) -> None:
    make_key("dr.key")
    configure("signing: {sign_with: 'key-file:dr.key', trust: ['ed25519:" + "A" * 43 + "=']}\n")
    refused(run("snapshot", "create"), 64, "signing.trust lacks", next_step="ed25519:")


# --- KMS ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_P384", "RSA_2048"])
def test_a_key_in_kms_signs_and_its_public_half_is_enough_to_check(
    configure: Configure, company: Company, spec: str
) -> None:
    kms = company.client("kms", "us-west-2")
    made = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    configure(f"signing: {{sign_with: 'kms:{made}'}}\n")
    taken()
    signatures = shown()["signatures"]
    assert isinstance(signatures, list)
    assert signatures[0]["key"] == f"kms:{made}"
    clean(run("snapshot", "verify"))
    public = base64.b64encode(kms.get_public_key(KeyId=made)["PublicKey"]).decode()
    configure(f"signing: {{trust: ['spki:{public}']}}\n")
    mark = company.gate.mark()
    clean(run("snapshot", "verify"))
    assert [c.service for c in company.gate.since(mark) if c.service == "kms"] == []
    other = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    configure(f"signing: {{trust: ['kms:{other}']}}\n")
    assert run("snapshot", "verify").code == 12


def test_a_key_in_kms_that_can_not_be_reached_is_told(configure: Configure, company: Company) -> None:
    arn = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
    configure(f"signing: {{sign_with: 'kms:{arn}'}}\n")
    refused(run("snapshot", "create"), 1, "kms:GetPublicKey", "us-west-2")


def test_nobody_can_forge_what_an_undo_puts_back(configure: Configure, company: Company, desk: Path) -> None:
    """Whoever may write to the store could else open a group by an undo: the journal is signed, and checked."""
    make_key("dr.key")
    configure("signing: {sign_with: 'key-file:dr.key'}\n")
    taken()
    company.rebuild_target()
    number = clean(run("restore", "--to", "dr", "--yes", "--format", "json")).document["run"]
    (record,) = desk.glob(f"store/**/runs/dr/{number}/000001.json")
    kept = record.read_bytes()
    forged = json.loads(kept)
    rule = "ec2.security_group_rule/main/default/egress/all/all/0.0.0.0%2F0"
    forged["trace"]["before"][rule] = {"IpProtocol": "-1", "IsEgress": True, "CidrIpv4": "0.0.0.0/0"}
    os.chmod(record, 0o600)
    record.write_text(json.dumps(forged), encoding="utf-8")
    refused(run("restore", "undo", number, "--yes"), 12, f"runs/dr/{number}/000001.json", "changed after it was signed")
    record.write_bytes(kept)
    assert f"run {number} is taken back" in clean(run("restore", "undo", number, "--yes")).out
