"""Keys: an Ed25519 private key in a file, and public keys that signatures are held against.

The only place that knows ``cryptography``. A public key is the DER of its SubjectPublicKeyInfo, which is what KMS
answers; the 32 bytes of an Ed25519 key are put into that form.
"""

from __future__ import annotations

import base64
import stat
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dr_toolkit.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

_ED25519_HEADER = bytes.fromhex("302a300506032b6570032100")
ED25519, ED25519_OF_KMS, RSA_PSS = "ED25519", "ED25519_SHA_512", "RSASSA_PSS_SHA_256"
_BY_CURVE = {
    "secp256r1": "ECDSA_SHA_256",
    "secp256k1": "ECDSA_SHA_256",
    "secp384r1": "ECDSA_SHA_384",
    "secp521r1": "ECDSA_SHA_512",
}


class KeyFile:
    """An Ed25519 private key in a PEM file, as ``openssl genpkey -algorithm ed25519`` writes it."""

    algorithm = ED25519

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def name(self) -> str:
        """The public half as ``trust`` names it: ``ed25519:BASE64``."""
        return f"ed25519:{base64.b64encode(self.public[len(_ED25519_HEADER) :]).decode()}"

    @cached_property
    def public(self) -> bytes:
        """The public half, DER."""
        return _ED25519_HEADER + self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """A signature; raises UsageError where the file is no such key, or is open to others."""
        return self._private.sign(message)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            mode = self._path.stat().st_mode
            data = self._path.read_bytes()
            key = load_pem_private_key(data, None)
        except OSError as error:
            raise self._unusable(error.strerror or "it can't be read") from None
        except (ValueError, TypeError):  # what it holds is not repeated
            raise self._unusable("it is not a private key in PEM without a password") from None
        if stat.S_IMODE(mode) & 0o077:
            raise self._unusable("others than its owner may use it", f"chmod 600 {self._path}")
        if not isinstance(key, Ed25519PrivateKey):
            raise self._unusable("it is not an Ed25519 key")
        return key

    def _unusable(self, reason: str, hint: str = "") -> UsageError:
        make = (
            f"Make one: openssl genpkey -algorithm ed25519 -out {self._path} && chmod 600 {self._path}. "
            "Where nothing is signed, signing.trust alone will do."
        )
        return UsageError(reason=f"the key file {self._path} can't be used: {reason}", hint=hint or make)


def ed25519(raw: bytes) -> bytes:
    """The DER of an Ed25519 public key's 32 bytes."""
    return _ED25519_HEADER + raw


def algorithm_of(public: bytes) -> str:
    """KMS's name of the one algorithm that is used with a public key (DER); raises ValueError for other keys."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    match load_der_public_key(public):
        case ed25519.Ed25519PublicKey():
            return ED25519_OF_KMS
        case ec.EllipticCurvePublicKey() as key if key.curve.name in _BY_CURVE:
            return _BY_CURVE[key.curve.name]
        case rsa.RSAPublicKey():
            return RSA_PSS
    raise ValueError("it is neither an Ed25519, an elliptic-curve nor an RSA key")


def verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` of ``message`` was made with the private half of ``public`` (DER).

    Which algorithm it has to be is said by the key, never by who presents the signature. Raises ValueError for what
    is no public key.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        match load_der_public_key(public):
            case ed25519.Ed25519PublicKey() as key:
                key.verify(signature, message)
            case ec.EllipticCurvePublicKey() as key:
                key.verify(signature, message, ec.ECDSA(_hash_of(key)))
            case rsa.RSAPublicKey() as key:
                pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO)
                key.verify(signature, message, pss, hashes.SHA256())
            case _:
                return False
    except InvalidSignature:
        return False
    return True


def _hash_of(key: EllipticCurvePublicKey) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    match _BY_CURVE.get(key.curve.name, ""):
        case "ECDSA_SHA_384":
            return hashes.SHA384()
        case "ECDSA_SHA_512":
            return hashes.SHA512()
    return hashes.SHA256()
