"""``doctor``: what would stand in the way on a bad day, each with its reason and the command that mends it."""

from __future__ import annotations

from collections.abc import Iterator

from dr_toolkit.config import Config, Source, StoreSettings, Target
from dr_toolkit.errors import CredentialsMissing, DrToolkitError, UsageError
from dr_toolkit.report.store_results import BAD, GOOD, UNKNOWN, WARN, Check, DoctorResult
from dr_toolkit.workflows.context import Context
from dr_toolkit.workflows.doctor_bucket import bucket_checks
from dr_toolkit.workflows.doctor_target import readiness


def examine(context: Context, target: str | None, spec: str = "latest") -> DoctorResult:
    """Look at the config, at the way into every source and one target, at keys, and at every store. Changes nothing.

    A target is looked at with a snapshot in mind. Raises UnknownName for a target that there isn't, SnapshotNotFound
    for a snapshot that was asked for and isn't there.
    """
    wanted = context.target(target) if target else None
    checks = [
        *_config(context),
        *_signing(context),
        *(check for source in context.config.sources.values() for check in _access(context, "source", source)),
        *(_access(context, "target", wanted) if wanted else ()),
        *(readiness(context, wanted, spec) if wanted else ()),
        *_stores(context, wanted),
    ]
    return DoctorResult(tuple(checks))


def _config(context: Context) -> Iterator[Check]:
    config = context.config
    where = str(config.file) if config.file else "no config file"
    if not config.sources:
        yield Check(where, "sources", WARN, "none", "only regions by name can be captured", "dr-toolkit init")
    for name, source in config.sources.items():
        if source.schedule is None or source.rpo is None:
            text = f"{name} has no schedule" if source.schedule is None else f"{name} has no rpo"
            yield Check(where, "schedule", WARN, text, "a backup that stopped is only told where an RPO is broken")
        if source.retention is None:
            yield Check(where, "retention", WARN, f"{name} has none", "everything is kept for ever")
    yield Check(where, "config", GOOD, "read, and all of it is acted on")


def _signing(context: Context) -> Iterator[Check]:
    subject = "signatures"
    if context.config.signing is None:
        reason = "whoever can write to the store can open every firewall at the next restore"
        mend = "openssl genpkey -algorithm ed25519 -out dr-toolkit.key, then signing.sign_with: key-file:dr-toolkit.key"
        yield Check(subject, "signing", WARN, "nothing is signed", reason, mend)
        return
    try:
        signer = context.seal.signer
        if signer is not None:
            signer.sign(b"dr-toolkit doctor\n")
            yield Check(subject, "signing", GOOD, f"{signer.name} can be used")
        else:
            yield Check(subject, "signing", GOOD, "nothing is signed here; what is read has to be")
        for key in context.seal.trusted:
            key.public()
            yield Check(subject, "trust", GOOD, key.name)
    except (DrToolkitError, ValueError) as error:
        mend = error.next_step if isinstance(error, DrToolkitError) else ""
        yield Check(subject, "key", BAD, str(error), "without it nothing can be signed, or believed in", mend)
    mend = "signing.anchor: a bucket of another account, or ssm:ARN"
    if context.config.signing.anchor is None and context.config.signing.anchor_parameter is None:
        reason = "snapshots that are removed from the end leave no trace outside the bucket"
        yield Check(subject, "anchor", WARN, "none", reason, mend)
    elif shared := _shared_with_anchor(context.config):
        reason = "whoever can remove snapshots there can remove what tells of them"
        yield Check(subject, "anchor", WARN, f"it lies in the bucket {shared}, with snapshots", reason, mend)


def _shared_with_anchor(config: Config) -> str:
    """The bucket that holds the anchor and snapshots too; empty where none does."""
    anchor = config.signing.anchor if config.signing else None
    kept = [s for s in (config.store, *config.mirrors) if s is not None and s.is_s3]
    bucket = _bucket(anchor) if anchor is not None and anchor.is_s3 else ""
    return bucket if bucket in {_bucket(s) for s in kept} else ""


def _bucket(settings: StoreSettings) -> str:
    parts = settings.url.removeprefix("s3://").split("/")
    return "/".join(parts[: 2 if parts[0].startswith("arn:") else 1])  # an access point's name is its second part


def _access(context: Context, kind: str, place: Source | Target) -> Iterator[Check]:
    subject = f"{kind} {place.name}"
    try:
        scope = context.cloud(place).scope
    except DrToolkitError as error:
        state = BAD if isinstance(error, CredentialsMissing) else UNKNOWN
        yield Check(subject, "credentials", state, error.message, "it can't be read or restored", error.next_step)
        return
    yield Check(subject, "credentials", GOOD, f"they are of {scope}")


def _stores(context: Context, target: Target | None) -> Iterator[Check]:
    config = context.config
    if config.store is None:
        yield Check("store", "store", BAD, "none", "there is nowhere to keep snapshots", "dr-toolkit init")
        return
    away = frozenset(s.region for s in config.sources.values())
    home = frozenset(t.region for t in ([target] if target else config.targets.values()))
    listed: list[tuple[str, StoreSettings]] = [("store", config.store), *(("mirror", m) for m in config.mirrors)]
    if config.signing and config.signing.anchor:
        listed.append(("anchor", config.signing.anchor))
    if target and target.state:
        listed.append((f"state of {target.name}", target.state))
    for kind, settings in listed:
        yield from _store(context, kind, settings, away, home)
    if target and not target.state and context.config.signing is not None:
        yield Check(
            f"target {target.name}",
            "journals",
            WARN,
            "they lie in the store of snapshots, signed",
            "a store that snapshots' writers can't reach is safer",
            f"targets.{target.name}.state: s3://BUCKET/runs",
        )


def _store(
    context: Context, kind: str, settings: StoreSettings, away: frozenset[str], home: frozenset[str]
) -> Iterator[Check]:
    subject = f"{kind} {settings.url}"
    try:
        place = context.open_store(settings)
        if not settings.is_s3:
            place.list("v1/")
            reason = "it is lost with its disk, and whoever may write there may remove everything"
            yield Check(subject, "place", WARN, "a folder of this machine", reason, "store: s3://BUCKET/PREFIX")
            return
        yield from bucket_checks(subject, place, settings, away, home)
    except UsageError:
        raise
    except DrToolkitError as error:
        yield Check(subject, "reach", BAD, error.message, "no snapshot can be written or read there", error.next_step)
