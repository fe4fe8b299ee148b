"""Signatures on what lies in a store: who made them, whose count, and what happens where there are none.

What is signed is the text ``dr-toolkit <purpose> sha256:<hex>`` and a newline, the SHA-256 being that of the
document's canonical JSON without its signatures. The purpose (``manifest``, ``tombstone``, ``record <name>``,
``head <source>``) keeps a signature of one thing from passing for that of another.
"""

from __future__ import annotations

import base64
import binascii
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from dr_toolkit.errors import SignatureMissing, SignatureWrong
from dr_toolkit.model import wire
from dr_toolkit.model.documents import Signature
from dr_toolkit.store import keys

log = logging.getLogger(__name__)

MANIFEST, TOMBSTONE = "manifest", "tombstone"
"""Purposes of signatures."""

_MULTI_REGION = re.compile(r"(kms:arn:[^:]+:kms):[^:]+(:[0-9]{12}:key/mrk-[0-9a-f]+)")


class Signer(Protocol):
    """A private key, here or in KMS."""

    @property
    def name(self) -> str:
        """The key as ``trust`` names it."""
        ...

    @property
    def algorithm(self) -> str:
        """What it signs with."""
        ...

    def sign(self, message: bytes) -> bytes:
        """A signature of at most 4096 bytes; raises what the key's place raises."""
        ...


@dataclass(frozen=True)
class TrustedKey:
    """A key whose signatures count: its name as the config writes it, and how to come by its public half (DER)."""

    name: str
    public: Callable[[], bytes]

    @property
    def nameless(self) -> bool:
        """Whether its signatures bear another name: what KMS signs is known by a public key alone."""
        return self.name.startswith("spki:")

    def is_of(self, signature: Signature) -> bool:
        """Whether the signature says that it was made with this key, or with another region's copy of it."""
        return self.nameless or self.is_same(signature.key)

    def is_same(self, name: str) -> bool:
        """Whether it is the key of that name, or another region's copy of it."""
        return _anywhere(name) == _anywhere(self.name)


def _anywhere(name: str) -> str:
    """A multi-Region key has an ARN in each of its regions."""
    return _MULTI_REGION.sub(r"\1::\2", name)


@dataclass
class Seal:
    """What a command signs with, and whose signatures it takes.

    Without ``trusted`` nothing is asked for. With ``lenient`` what bears no signature that counts is taken all the
    same, loudly, and its name kept in ``taken``; a signature that is wrong never is.
    """

    signer: Signer | None = None
    trusted: tuple[TrustedKey, ...] = ()
    lenient: bool = False
    taken: list[str] = field(default_factory=list)
    _last: tuple[bytes, Signature] | None = field(default=None, init=False, repr=False)

    @property
    def asks(self) -> bool:
        """Whether what is read has to be signed."""
        return bool(self.trusted)

    def signatures(self, purpose: str, document: Mapping[str, Any]) -> tuple[Signature, ...]:
        """The signatures to put into a document (plain JSON); none where there is no key to sign with."""
        if self.signer is None:
            return ()
        message, last = _message(purpose, document), self._last
        if last is None or last[0] != message:
            value = base64.b64encode(self.signer.sign(message)).decode()
            last = message, Signature(self.signer.name, self.signer.algorithm, value)
            self._last = (
                last  # a write that is made again must be the same to the byte, and KMS signs otherwise each time
            )
        return (last[1],)

    def check(self, purpose: str, document: Mapping[str, Any], *, name: str, store: str) -> None:
        """Raise SignatureMissing or SignatureWrong where no signature of a document counts."""
        if not self.trusted:
            return
        try:
            borne = wire.read_signatures(document)
            fault = self._fault(_message(purpose, document), borne)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SignatureWrong(name=name, store=store, reason=f"its signatures can't be read: {error}") from None
        if fault is None:
            return
        if fault:
            raise SignatureWrong(name=name, store=store, reason=fault)
        others = ", ".join(sorted({s.key for s in borne}))
        reason = f"it is signed with {others}, which the config doesn't trust" if others else "it has no signature"
        if not self.lenient:
            raise SignatureMissing(name=name, store=store, reason=reason)
        if name not in self.taken:
            self.taken.append(name)
            log.warning(
                "UNSIGNED: %s in %s bears no signature that counts (%s), and is used all the same", name, store, reason
            )

    def _fault(self, message: bytes, borne: Iterable[Signature]) -> str | None:
        """None where a signature counts; else what is wrong with one of a trusted key, empty where there is none."""
        fault = ""
        for signature in borne:
            for key in self.trusted:
                if not key.is_of(signature):
                    continue
                if keys.verifies(key.public(), message, _bytes(signature)):
                    return None
                if not key.nameless:
                    fault = f"the signature of {signature.key} is not of this content"
        return fault


def _message(purpose: str, document: Mapping[str, Any]) -> bytes:
    return f"dr-toolkit {purpose} sha256:{wire.digest(wire.signed_part(document))}\n".encode()


def _bytes(signature: Signature) -> bytes:
    try:
        return base64.b64decode(signature.value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the signature of {signature.key} is not base64") from None


def sealed(seal: Seal, purpose: str, document: dict[str, Any]) -> dict[str, Any]:
    """The document (plain JSON) with its signatures, where there is a key to make them with."""
    made = seal.signatures(purpose, document)
    return document | {wire.SIGNATURES: wire.signatures(made)} if made else document


UNSEALED = Seal()
"""Signs nothing, and asks for nothing."""
