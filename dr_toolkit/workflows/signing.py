"""From the config's ``signing`` to keys: here in a file, or in KMS; and to the anchor."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from dr_toolkit.config import Signing
from dr_toolkit.errors import CloudRefused, IntegrityError, UsageError
from dr_toolkit.model import wire
from dr_toolkit.store import anchors, keys, seals
from dr_toolkit.store.anchors import Head
from dr_toolkit.store.seals import Seal, Signer, TrustedKey

Call = Callable[[str, str, str, Mapping[str, Any]], dict[str, Any]]
"""Region, service, operation and parameters to an answer."""


class KmsKeys:
    """Keys in KMS, by ARN, each asked for in its own region. Rests on kms:GetPublicKey, and kms:Sign to sign."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._known: dict[str, bytes] = {}

    def public(self, arn: str) -> bytes:
        """The public half, DER; asked for once."""
        if arn not in self._known:
            answer = self._call(_region(arn), "kms", "GetPublicKey", {"KeyId": arn})
            self._known[arn] = bytes(answer["PublicKey"])
        return self._known[arn]

    def sign(self, arn: str, message: bytes) -> bytes:
        """A signature of a message, which is sent as it is."""
        algorithm = keys.algorithm_of(self.public(arn))
        params = {"KeyId": arn, "Message": message, "MessageType": "RAW", "SigningAlgorithm": algorithm}
        return bytes(self._call(_region(arn), "kms", "Sign", params)["Signature"])


class KmsSigner:
    """A key in KMS that signs. The private half never leaves it."""

    def __init__(self, kms: KmsKeys, arn: str) -> None:
        self._kms, self._arn = kms, arn
        self.name = f"kms:{arn}"

    @cached_property
    def algorithm(self) -> str:
        """See ``seals.Signer``."""
        return keys.algorithm_of(self._kms.public(self._arn))

    def sign(self, message: bytes) -> bytes:
        """See ``seals.Signer``."""
        return self._kms.sign(self._arn, message)


def _region(arn: str) -> str:
    return arn.split(":")[3]


def seal(signing: Signing | None, folder: Path, call: Call, *, lenient: bool = False) -> Seal:
    """What a config says of signatures; ``folder`` is where its relative paths begin.

    Raises UsageError where a key can't be used.
    """
    if signing is None:
        return Seal()
    kms = KmsKeys(call)
    signer = _signer(signing.sign_with, folder, kms)
    trusted = tuple(_trusted(name, kms) for name in signing.trust)
    if signer is not None and not trusted:
        trusted = (_trusted(signer.name, kms),)
    return Seal(_Trusted(signer, trusted, kms) if signer is not None else None, trusted, lenient)


class _Trusted:
    """A signer that signs only what would be believed here. Whoever only reads needs no private key at hand."""

    def __init__(self, signer: Signer, trusted: tuple[TrustedKey, ...], kms: KmsKeys) -> None:
        self._signer, self._trusted, self._kms = signer, trusted, kms
        self._counts = False

    @property
    def name(self) -> str:
        """See ``seals.Signer``."""
        return self._signer.name

    @property
    def algorithm(self) -> str:
        """See ``seals.Signer``."""
        return self._signer.algorithm

    def sign(self, message: bytes) -> bytes:
        """See ``seals.Signer``; raises UsageError for a key that is not trusted."""
        self._counts = self._counts or any(_counts(self._signer, key, self._kms) for key in self._trusted)
        if not self._counts:
            raise UsageError(
                reason=f"signing.trust lacks the key of sign_with, {self.name}: nothing signed here would count here",
                hint=f"Add it to signing.trust: {self.name}",
            )
        return self._signer.sign(message)


def _signer(place: str | None, folder: Path, kms: KmsKeys) -> Signer | None:
    kind, _, where = (place or "").partition(":")
    if kind == "kms":
        return KmsSigner(kms, where)
    return keys.KeyFile(folder / Path(where).expanduser()) if where else None


def _trusted(name: str, kms: KmsKeys) -> TrustedKey:
    kind, _, where = name.partition(":")
    if kind == "kms":
        return TrustedKey(name, partial(kms.public, where))
    raw = base64.b64decode(where)
    public = keys.ed25519(raw) if kind == "ed25519" else raw
    return TrustedKey(name, lambda: public)


def _counts(signer: Signer, key: TrustedKey, kms: KmsKeys) -> bool:
    if key.nameless and isinstance(signer, KmsSigner):
        return key.public() == kms.public(signer.name.removeprefix("kms:"))
    return key.is_same(signer.name)


# --- the anchor in SSM ------------------------------------------------------------------------------


class ParameterAnchor:
    """An ``Anchor`` in parameters of SSM, one a source: ``<parameter>/<source>``. Holds the last head only.

    Rests on ssm:GetParameter and ssm:PutParameter.
    """

    def __init__(self, call: Call, arn: str, seal: Seal) -> None:
        self._call, self._arn, self._seal = call, arn, seal
        self.url = f"ssm:{arn}"

    def head(self, source: str) -> Head | None:
        """See ``Anchor.head``."""
        name = self._name(source)
        try:
            answer = self._call(_region(self._arn), "ssm", "GetParameter", {"Name": name})
        except CloudRefused as error:
            if error.code == "ParameterNotFound":
                return None
            raise
        try:
            document = json.loads(answer["Parameter"]["Value"])
            document.keys()
        except (ValueError, KeyError, AttributeError):
            raise IntegrityError(name=name, store=self.url, reason="it is not what was written there") from None
        self._seal.check(f"head {name}", document, name=name, store=self.url)
        return anchors.read(document, source, self.url)

    def heads(self, source: str) -> list[Head]:
        """See ``Anchor.heads``."""
        head = self.head(source)
        return [head] if head else []

    def keep(self, head: Head) -> None:
        """See ``Anchor.keep``."""
        if self.head(head.source) == head:
            return
        name = self._name(head.source)
        value = wire.dumps(seals.sealed(self._seal, f"head {name}", head.document()))
        params = {"Name": name, "Value": value, "Type": "String", "Overwrite": True}
        self._call(_region(self._arn), "ssm", "PutParameter", params)

    def _name(self, source: str) -> str:
        return f"{self._arn.partition(':parameter')[2]}/{source}"
