"""``policy store`` and ``policy prune``: what a role needs in IAM on stores, keys and the anchor, and nothing more.

Rests on the service authorization reference of S3, KMS and Systems Manager.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dr_toolkit.config import Config, StoreSettings
from dr_toolkit.config.values import arn_part, partition
from dr_toolkit.errors import UsageError
from dr_toolkit.report.store_results import PolicyResult
from dr_toolkit.workflows.context import Context

_LOOK = (
    *("s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration", "s3:GetEncryptionConfiguration"),
    *("s3:GetBucketPublicAccessBlock", "s3:GetBucketPolicy", "s3:GetLifecycleConfiguration"),
    *("s3:GetReplicationConfiguration", "s3:GetBucketLocation"),
)
_Statement = dict[str, Any]


def store_policy(context: Context) -> PolicyResult:
    """What captures, restores, verify, mirror and doctor need on every store of the config: to create, never to delete.

    Puts are allowed only where nothing is overwritten. Raises UsageError where the config has no store in S3.
    """
    statements = [s for settings in _stores(context.config) for s in (*_read(settings), *_create(settings))]
    return PolicyResult("store", _document([*statements, *_signing(context.config)]))


def prune_policy(context: Context) -> PolicyResult:
    """What ``snapshot prune`` needs, which alone may delete. Raises UsageError where the config has no store in S3."""
    statements: list[_Statement] = []
    config = context.config
    for settings in _in_s3([config.store, *config.mirrors]):
        bodies = f"{_arn(settings)}/v1/*.gz"
        locks = ["s3:GetObjectRetention", "s3:GetObjectLegalHold"]
        statements += [
            *_read(settings),
            _allow(["s3:PutObject"], [f"{_arn(settings)}/v1/*.pruned.json"], **_NOTHING_OVERWRITTEN),
            _allow(["s3:DeleteObject", *locks], [bodies]),
        ]
        if settings.object_lock:
            statements.append(_allow(["s3:PutObjectRetention"], [f"{_arn(settings)}/v1/*.pruned.json"]))
    for settings in _in_s3([t.state for t in config.targets.values()], needed=False):
        statements += _read(settings)
    return PolicyResult("prune", _document([*statements, *_signing(config, anchor=False)]))


_NOTHING_OVERWRITTEN: dict[str, Any] = {"Condition": {"Null": {"s3:if-none-match": "false"}}}


def _stores(config: Config) -> list[StoreSettings]:
    anchor = config.signing.anchor if config.signing else None
    return _in_s3([config.store, *config.mirrors, *(t.state for t in config.targets.values()), anchor])


def _in_s3(stores: Iterable[StoreSettings | None], *, needed: bool = True) -> list[StoreSettings]:
    found = {settings.url: settings for settings in stores if settings is not None and settings.is_s3}
    if needed and not found:
        raise UsageError(reason="there is no store in S3, so there is nothing to allow", hint="Give one in the config.")
    return list(found.values())


def _read(settings: StoreSettings) -> Iterator[_Statement]:
    prefix = settings.url.removeprefix("s3://").partition("/")[2]
    listed = _allow(["s3:ListBucket", "s3:ListBucketVersions"], [_bucket(settings)])
    if prefix:
        listed["Condition"] = {"StringLike": {"s3:prefix": f"{prefix}/*"}}
    yield listed
    yield _allow(list(_LOOK), [_bucket(settings)])
    yield _allow(["s3:GetObject"], [f"{_arn(settings)}/*"])
    if settings.kms_key_arn:
        yield _allow(["kms:Decrypt", "kms:GenerateDataKey"], [settings.kms_key_arn])


def _create(settings: StoreSettings) -> Iterator[_Statement]:
    yield _allow(["s3:PutObject"], [f"{_arn(settings)}/*"], **_NOTHING_OVERWRITTEN)
    if settings.object_lock:
        locked = [f"{_arn(settings)}/{name}/*" for name in ("v1", "baselines", "anchors")]
        yield _allow(["s3:PutObjectRetention"], locked)


def _signing(config: Config, *, anchor: bool = True) -> Iterator[_Statement]:
    signing = config.signing
    if signing is None:
        return
    signer = (signing.sign_with or "").removeprefix("kms:")
    if signer.startswith("arn:"):
        yield _allow(["kms:Sign", "kms:GetPublicKey"], [signer])
    trusted = [key.removeprefix("kms:") for key in signing.trust if key.startswith("kms:")]
    if others := [arn for arn in trusted if arn != signer]:
        yield _allow(["kms:GetPublicKey"], others)
    if anchor and signing.anchor_parameter:
        yield _allow(["ssm:GetParameter", "ssm:PutParameter"], [f"{signing.anchor_parameter}/*"])


def _bucket(settings: StoreSettings) -> str:
    place = settings.role_arn or settings.kms_key_arn or ""
    world = arn_part(place, "partition") or partition(settings.region or "")
    return f"arn:{world}:s3:::{settings.url.removeprefix('s3://').partition('/')[0]}"


def _arn(settings: StoreSettings) -> str:
    prefix = settings.url.removeprefix("s3://").partition("/")[2]
    return f"{_bucket(settings)}/{prefix}" if prefix else _bucket(settings)


def _allow(actions: list[str], resources: list[str], **more: Any) -> _Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def _document(statements: list[_Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}
