"""Seals: what a signature covers, whose counts, and what is refused."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from dr_toolkit.errors import SignatureMissing, SignatureWrong
from dr_toolkit.model.documents import Signature
from dr_toolkit.store import keys
from dr_toolkit.store.keys import KeyFile
from dr_toolkit.store.seals import UNSEALED, Seal, TrustedKey, sealed

DOCUMENT = {"id": "1", "nested": {"b": 1, "a": [1, 2, None]}, "later": "a member that nobody knows yet"}
MRK = "key/mrk-1234abcd12ab34cd56ef1234567890ab"


def key_file(folder: Path, name: str = "dr.key") -> KeyFile:
    """A new key in a file."""
    path = folder / name
    path.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return KeyFile(path)


def trusting(*files: KeyFile, signer: KeyFile | None = None, lenient: bool = False) -> Seal:
    """A seal that takes these keys' signatures."""
    return Seal(signer, tuple(TrustedKey(f.name, lambda f=f: f.public) for f in files), lenient)  # type: ignore[misc]


def check(seal: Seal, document: dict[str, Any], purpose: str = "manifest") -> None:
    """Check a document of some name."""
    seal.check(purpose, document, name="v1/a", store="memory://s")


def test_what_was_signed_is_taken_in_whatever_order_its_members_stand(tmp_path: Path) -> None:
    key = key_file(tmp_path)
    document = sealed(Seal(key), "manifest", dict(DOCUMENT))
    check(trusting(key), document)
    check(trusting(key), dict(reversed(document.items())))
    check(trusting(key_file(tmp_path, "other"), key), document)


@pytest.mark.parametrize("name", [*DOCUMENT, "added"])
def test_a_change_of_any_member_known_or_not_is_told(tmp_path: Path, name: str) -> None:
    key = key_file(tmp_path)
    document = sealed(Seal(key), "manifest", dict(DOCUMENT))
    with pytest.raises(SignatureWrong, match="changed after it was signed"):
        check(trusting(key), document | {name: "another"})


def test_a_signature_of_one_thing_is_none_of_another(tmp_path: Path) -> None:
    key = key_file(tmp_path)
    document = sealed(Seal(key), "tombstone", dict(DOCUMENT))
    with pytest.raises(SignatureWrong):
        check(trusting(key), document, "manifest")


def test_none_and_those_of_others_do_not_count(tmp_path: Path) -> None:
    key, other = key_file(tmp_path), key_file(tmp_path, "other")
    with pytest.raises(SignatureMissing, match="no signature"):
        check(trusting(key), dict(DOCUMENT))
    with pytest.raises(SignatureMissing, match="doesn't trust"):
        check(trusting(key), sealed(Seal(other), "manifest", dict(DOCUMENT)))
    check(UNSEALED, dict(DOCUMENT))


def test_who_claims_to_be_trusted_and_is_not_is_wrong(tmp_path: Path) -> None:
    key, other = key_file(tmp_path), key_file(tmp_path, "other")
    document = sealed(Seal(other), "manifest", dict(DOCUMENT))
    document["signatures"][0]["key"] = key.name
    for seal in (trusting(key), trusting(key, lenient=True)):
        with pytest.raises(SignatureWrong):
            check(seal, document)


@pytest.mark.parametrize(
    "signatures",
    [5, "x", [5], [{}], [{"key": 1, "algorithm": "a", "value": "b"}], {"key": "a"}, [None], None],
    ids=str,
)
def test_signatures_that_are_none_are_wrong(tmp_path: Path, signatures: object) -> None:
    with pytest.raises(SignatureWrong, match="can't be read"):
        check(trusting(key_file(tmp_path)), DOCUMENT | {"signatures": signatures})


def test_a_value_that_is_not_base64_is_wrong(tmp_path: Path) -> None:
    key = key_file(tmp_path)
    faked = {"key": key.name, "algorithm": "ED25519", "value": "*"}
    with pytest.raises(SignatureWrong, match="base64"):
        check(trusting(key), DOCUMENT | {"signatures": [faked]})


def test_lenient_takes_what_is_unsigned_once_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    seal = trusting(key_file(tmp_path), lenient=True)
    check(seal, dict(DOCUMENT))
    check(seal, dict(DOCUMENT))
    assert seal.taken == ["v1/a"]
    assert caplog.text.count("UNSIGNED") == 1


def test_the_same_is_signed_once(tmp_path: Path) -> None:
    class Once:
        name, algorithm = "kms:x", "ECDSA_SHA_256"
        calls = 0

        def sign(self, message: bytes) -> bytes:
            self.calls += 1
            return message[:10] + bytes([self.calls])

    signer = Once()
    seal = Seal(signer)
    assert seal.signatures("record a", DOCUMENT) == seal.signatures("record a", DOCUMENT)
    assert seal.signatures("record b", DOCUMENT) != seal.signatures("record a", DOCUMENT)
    assert signer.calls == 3


def test_a_multi_region_key_is_one_key() -> None:
    east, west = (f"kms:arn:aws:kms:{region}:111122223333:{MRK}" for region in ("us-east-1", "us-west-2"))
    key = TrustedKey(west, lambda: b"")
    assert key.is_of(Signature(east, "ECDSA_SHA_256", ""))
    assert not key.is_of(Signature(east.replace("mrk-1", "mrk-2"), "ECDSA_SHA_256", ""))
    assert not key.is_of(Signature(east.replace("111122223333", "444455556666"), "ECDSA_SHA_256", ""))
    single = TrustedKey("kms:arn:aws:kms:us-west-2:111122223333:key/1234abcd", lambda: b"")
    assert not single.is_of(Signature("kms:arn:aws:kms:us-east-1:111122223333:key/1234abcd", "ECDSA_SHA_256", ""))


# --- keys -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("curve", "algorithm", "digest"),
    [
        (ec.SECP256R1(), "ECDSA_SHA_256", hashes.SHA256()),
        (ec.SECP256K1(), "ECDSA_SHA_256", hashes.SHA256()),
        (ec.SECP384R1(), "ECDSA_SHA_384", hashes.SHA384()),
        (ec.SECP521R1(), "ECDSA_SHA_512", hashes.SHA512()),
    ],
    ids=["P-256", "secp256k1", "P-384", "P-521"],
)
def test_the_key_says_the_algorithm(curve: ec.EllipticCurve, algorithm: str, digest: hashes.HashAlgorithm) -> None:
    private = ec.generate_private_key(curve)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert keys.algorithm_of(public) == algorithm
    signature = private.sign(b"message", ec.ECDSA(digest))
    assert keys.verifies(public, b"message", signature)
    assert not keys.verifies(public, b"massage", signature)
    assert not keys.verifies(public, b"message", b"")


def test_keys_of_other_kinds() -> None:
    public = rsa.generate_private_key(65537, 2048).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert keys.algorithm_of(der) == "RSASSA_PSS_SHA_256"
    assert not keys.verifies(der, b"m", b"s" * 256)
    brainpool = ec.generate_private_key(ec.BrainpoolP256R1()).public_key()
    with pytest.raises(ValueError, match="neither"):
        keys.algorithm_of(brainpool.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(ValueError, match="deserialize"):
        keys.verifies(b"no key", b"m", b"s")


def test_a_key_file_is_named_by_its_public_half(tmp_path: Path) -> None:
    key = key_file(tmp_path)
    raw = base64.b64decode(key.name.removeprefix("ed25519:"))
    assert len(raw) == 32
    assert keys.ed25519(raw) == key.public
    assert keys.algorithm_of(key.public) == "ED25519_SHA_512"
    assert keys.verifies(key.public, b"m", key.sign(b"m"))
