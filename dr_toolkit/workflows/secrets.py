"""The data keys of secrets: made, found and opened with what the config names, a KMS key or a key file."""

from __future__ import annotations

import stat
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from dr_toolkit.config import Source, Target
from dr_toolkit.errors import DrToolkitError, SecretsUnreadable, UsageError
from dr_toolkit.model.changes import CREATE, Change
from dr_toolkit.model.documents import GAP, INFO, Finding, Manifest
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.model.secrets import Hidden, SecretRef
from dr_toolkit.resources import registry
from dr_toolkit.spec.fields import Kind
from dr_toolkit.store import sealing
from dr_toolkit.store.sealing import Header, Seal
from dr_toolkit.workflows.context import Context

API_KEY = "apigateway.api_key"
NOT_KEPT = "secrets-not-kept"
UNKNOWN = "secret-missing"
"""The code of a finding that says that a key gets a value of its own."""
_CONTEXT = {"used-by": "dr-toolkit"}


def for_capture(context: Context, source: Source) -> Seal | None:
    """What encrypts a capture of a source; None where the config does not ask for it.

    The data key of the latest snapshot is used again, as long as it can be opened: else fingerprints would differ.
    """
    if context.config.secrets is None:
        return None
    wanted = context.config.secrets.encrypt_with
    for entry in reversed(context.snapshots.entries(source.name)):
        packed = context.snapshots.secrets(context.snapshots.manifest(entry))
        if packed is None:
            continue
        header, _ = sealing.read(packed)
        if header.encrypt_with == wanted:
            return _opened(context, header, source)
        break
    return _new(context, source, wanted)


def of_snapshot(context: Context, manifest: Manifest, place: Source | Target) -> Seal | None:
    """What a snapshot's values were encrypted with, opened from a source or target; None where it holds none, or
    where the config does not say with what they are to be opened.

    The snapshot's values are known from then on to the calls of this command.
    """
    packed = context.snapshots.secrets(manifest)
    if packed is None or context.config.secrets is None:
        return None
    header, lines = sealing.read(packed)
    seal = _opened(context, header, place, dead=manifest.scope.region)
    values = seal.open(lines)
    context.vault.add({key: value for key, value in values.items() if key not in context.vault})
    return seal


def packed(seal: Seal | None, estate: Estate) -> bytes | None:
    """What is stored beside a snapshot of the estate: the encrypted values of its keys; None where there are none."""
    return seal.packed(estate.lines) if seal is not None and seal.kept else None


def with_earlier(context: Context, seal: Seal | None, estate: Estate, now: Container[str]) -> Seal | None:
    """The seal, with the values of the snapshot that was opened last for all keys but those in ``now``."""
    if seal is None:
        return None
    for text in estate.lines:
        if text.startswith(f"{API_KEY}/") and text not in now:
            value = context.vault.get(SecretRef(ResourceKey.parse(text)))
            if value is not None:
                seal.seal(text, value)
    return seal


def say_what_is_not_kept(estate: Estate) -> None:
    """Once, that values of keys are in no snapshot."""
    number = estate.counts.get(API_KEY, 0)
    if number:
        text = (
            f"the values of {number} API key{'s' if number > 1 else ''} are not kept: a restored key gets a new value, "
            "or that of restore --secrets FILE (secrets.encrypt_with in the config keeps them, encrypted)"
        )
        estate.findings.append(Finding(INFO, NOT_KEPT, API_KEY, text))


def without_values(estate: Estate) -> Estate:
    """The estate without fingerprints, where the other side has none or they can't be told."""
    secret = {t.name: {n for n, f in t.fields.items() if f.kind is Kind.SECRET} for t in registry()}
    for text in list(estate.lines):
        members = secret.get(text.partition("/")[0])
        resource = estate.get(text) if members else None
        if resource is not None and members and members & resource.attributes.keys():
            kept = {n: v for n, v in resource.attributes.items() if n not in members}
            estate.put(replace(resource, attributes=kept))
    return estate


def unknown(context: Context, changes: Iterable[Change]) -> list[Finding]:
    """A finding for every key that is to be made and whose value nobody knows."""
    text = "its value is not known: a new one is made, and callers have to be given it; or say --secrets FILE"
    return [
        Finding(GAP, UNKNOWN, change.key.text, text)
        for change in changes
        if change.action == CREATE and change.key.type == API_KEY and change.key.text not in context.vault
    ]


def made_with_new_value(key: str) -> Finding:
    """What is said of a key that was made though its value was not known."""
    text = "its value was not known when it was made: it has a new one, and callers have to be given it"
    return Finding(GAP, UNKNOWN, key, text)


def read_values(text: str, name: str) -> dict[str, Hidden]:
    """Values by printed key, of a YAML or JSON file; raises UsageError, which never repeats what is in it."""
    import yaml

    def refuse(reason: str) -> UsageError:
        hint = "Write a line a key, such as  apigateway.api_key/mobile: VALUE"
        return UsageError(reason=f"--secrets {name}: {reason}", hint=hint)

    try:
        document: Any = yaml.safe_load(text)
        twice = _twice(yaml.compose(text))
    except yaml.YAMLError:
        raise refuse("it is neither YAML nor JSON") from None
    if not isinstance(document, dict):
        raise refuse("it holds no keys with values")
    if twice is not None:
        raise refuse(twice)
    for key, value in document.items():
        if not isinstance(key, str) or key.partition("/")[0] != API_KEY:
            raise refuse(f"there is an entry that is not called {API_KEY}/NAME")
        if not isinstance(value, str) or not 20 <= len(value) <= 128:
            raise refuse(f"the value of {key} is not a text of 20 to 128 characters")
    return {key: Hidden(value) for key, value in document.items()}


def _twice(document: Any) -> str | None:
    """What is said of the first entry of a composed YAML mapping that comes twice: the later one would silently count.

    Only what is surely no value is repeated.
    """
    lines: dict[str, int] = {}
    for node, _ in document.value if document is not None and document.id == "mapping" else ():
        line, name = node.start_mark.line + 1, str(node.value)
        if name in lines:
            told = name if name.startswith(f"{API_KEY}/") else "an entry"
            return f"{told} is there twice, in lines {lines[name]} and {line}"
        lines[name] = line
    return None


# --- data keys --------------------------------------------------------------------------------------


def _new(context: Context, source: Source, wanted: str) -> Seal:
    kind, _, where = wanted.partition(":")
    if kind == "kms":
        _check_key(where)
        params = {"KeyId": where, "KeySpec": "AES_256", "EncryptionContext": _CONTEXT}
        answer = _cloud(context, source, where.split(":")[3]).call("kms", "GenerateDataKey", params)
        return Seal(Header(wanted, answer["CiphertextBlob"]), Hidden(answer["Plaintext"].hex()))
    data_key = sealing.new_data_key()
    return Seal(Header(wanted, sealing.wrap(_master(where), data_key)), data_key)


def _opened(context: Context, header: Header, place: Source | Target, dead: str = "") -> Seal:
    """The data key, opened with the config's own key file, or by KMS in a region that need not be the source's."""
    settings = context.config.secrets
    assert settings is not None
    kind, _, where = header.encrypt_with.partition(":")
    if kind != "kms":
        kind, _, where = settings.encrypt_with.partition(":")
        if kind != "key-file":
            raise SecretsUnreadable(reason="they were encrypted with a key file, and the config names none")
        return Seal(header, sealing.unwrap(_master(where), header.data_key))
    last: DrToolkitError | None = None
    for region in _regions(where, place, dead):
        arn = ":".join(region if n == 3 else part for n, part in enumerate(where.split(":")))
        params = {"CiphertextBlob": header.data_key, "KeyId": arn, "EncryptionContext": _CONTEXT}
        try:
            answer = _cloud(context, place, region).call("kms", "Decrypt", params)
        except DrToolkitError as error:
            last = error
            continue
        return Seal(header, Hidden(answer["Plaintext"].hex()))
    raise SecretsUnreadable(reason=f"KMS does not open their data key: {last}") from None


def _regions(arn: str, place: Source | Target, dead: str) -> Iterator[str]:
    """Where a multi-Region key may be asked for: beside what is worked on, else where its ARN says."""
    home = arn.split(":")[3]
    yield place.region
    if home != place.region and (home != dead or place.region == dead):
        yield home


def _cloud(context: Context, place: Source | Target, region: str) -> Any:
    return context.cloud(place if place.region == region else replace(place, region=region))


def _check_key(arn: str) -> None:
    """Raise UsageError for a key of one region: a restore without that region could not open anything."""
    if ":key/mrk-" not in arn:
        raise UsageError(
            reason=f"secrets.encrypt_with: {arn} is no multi-Region key, so that nothing could be opened with its "
            "region gone",
            hint="Make one (aws kms create-key --multi-region), replicate it to the target's region, and name its ARN.",
        )


def _master(path: str) -> bytes:
    """The 32 bytes of a key file, in hex or as they are; raises UsageError."""
    file = Path(path).expanduser()
    hint = f"Make one: (umask 077; openssl rand -hex 32 > {path})"
    try:
        data, mode = file.read_bytes(), file.stat().st_mode
    except OSError as error:
        raise UsageError(reason=f"key file {path}: {error.strerror}", hint=hint) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(reason=f"key file {path} is open to others", hint=f"Close it: chmod 600 {path}")
    try:
        data = bytes.fromhex(data.decode()) if len(data) > 32 else data
    except ValueError:
        data = b""
    if len(data) != 32:
        raise UsageError(reason=f"key file {path} does not hold a key of 32 bytes", hint=hint)
    return data
