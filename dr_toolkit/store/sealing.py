"""Secret values at rest: AES-256-GCM under a data key, which is itself kept encrypted beside them.

The object of a snapshot has one line of JSON first that says how its data key is encrypted, and then a line a value.
A value is bound to its resource, and its nonce follows from both, so that the same configuration gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.errors import SecretsUnreadable
from dr_toolkit.model import wire
from dr_toolkit.model.secrets import Hidden

ALGORITHM = "AES-256-GCM"
_NONCE = 12


def new_data_key() -> Hidden:
    """A data key of 32 random bytes, in hex."""
    return Hidden(secrets.token_hex(32))


@dataclass(frozen=True)
class Header:
    """How the data key of a snapshot's secrets is encrypted: with what (as the config says it), and the result."""

    encrypt_with: str
    data_key: bytes

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        return {"algorithm": ALGORITHM, "encrypt_with": self.encrypt_with, "data_key": _text(self.data_key)}


@dataclass
class Seal:
    """A data key at work: it encrypts values, keeps the results, and decrypts them. See ``model.secrets.Sealer``."""

    header: Header
    data_key: Hidden
    kept: dict[str, dict[str, str]] = field(default_factory=dict)

    def _key(self, purpose: str) -> bytes:
        """A key of its own for each purpose."""
        material = bytes.fromhex(self.data_key.reveal())
        return hmac.new(material, f"dr-toolkit {purpose}".encode(), hashlib.sha256).digest()

    def _mac(self, purpose: str, *parts: str) -> bytes:
        return hmac.new(self._key(purpose), wire.dumps(list(parts)).encode(), hashlib.sha256).digest()

    def seal(self, key: str, value: Hidden) -> str:
        """Encrypt a value, and return its fingerprint: the same for the same value, and nothing without the key."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        text = value.reveal()
        nonce = self._mac("nonce", key, text)[:_NONCE]
        sealed = AESGCM(self._key("encryption")).encrypt(nonce, text.encode(), key.encode())
        self.kept[key] = {"key": key, "nonce": _text(nonce), "ciphertext": _text(sealed)}
        return f"hmac-sha256:{self._mac('fingerprint', text).hex()[:32]}"

    def open(self, lines: Iterable[Mapping[str, str]]) -> dict[str, Hidden]:
        """Values by printed key; raises SecretsUnreadable where one is not what was encrypted."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        cipher = AESGCM(self._key("encryption"))
        values = {}
        for line in lines:
            key = line["key"]
            try:
                clear = cipher.decrypt(_bytes(line["nonce"]), _bytes(line["ciphertext"]), key.encode())
            except (InvalidTag, ValueError):
                raise SecretsUnreadable(reason=f"what is kept for {key} was not encrypted with this key") from None
            values[key] = Hidden(clear.decode())
        return values

    def packed(self, keys: Iterable[str]) -> bytes:
        """The content of a snapshot's object, with the values of these keys."""
        wanted = set(keys)
        lines = [self.header.document(), *(self.kept[key] for key in sorted(self.kept) if key in wanted)]
        return b"".join(wire.canonical(line) + b"\n" for line in lines)


def read(data: bytes) -> tuple[Header, list[dict[str, str]]]:
    """The inverse of ``packed``, still encrypted; raises SecretsUnreadable for what is none."""
    try:
        first, *lines = [json.loads(line) for line in data.splitlines()]
        if first["algorithm"] != ALGORITHM:
            raise SecretsUnreadable(reason=f"they are encrypted with {first['algorithm']}, not with {ALGORITHM}")
        return Header(first["encrypt_with"], _bytes(first["data_key"])), lines
    except (ValueError, KeyError, TypeError) as error:
        raise SecretsUnreadable(reason=f"their object is damaged: {type(error).__name__}") from None


def wrap(master: bytes, data_key: Hidden) -> bytes:
    """A data key encrypted with a key of 32 bytes that lies in a file."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(master).encrypt(nonce, bytes.fromhex(data_key.reveal()), b"dr-toolkit data key")


def unwrap(master: bytes, wrapped: bytes) -> Hidden:
    """The inverse of ``wrap``; raises SecretsUnreadable for another key."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        clear = AESGCM(master).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], b"dr-toolkit data key")
    except (InvalidTag, ValueError):
        raise SecretsUnreadable(reason="they were encrypted with another key file") from None
    return Hidden(clear.hex())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
