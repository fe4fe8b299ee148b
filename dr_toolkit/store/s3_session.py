"""How a bucket is reached: credentials that renew themselves, timeouts, and what each write asks for.

Nothing here holds a secret: options name a profile and a role, and the credentials behind them are
looked up when they are needed. s3fs is therefore given a session, never keys, which it could not
renew.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from dr_toolkit.errors import UsageError

if TYPE_CHECKING:
    from aiobotocore.session import AioSession
    from s3fs import S3FileSystem

CONNECT_TIMEOUT = 5
"""Seconds to wait for a connection."""
READ_TIMEOUT = 30
"""Seconds to wait for the next bytes of an answer."""

_LOCKED = ("v1/", "baselines/", "anchors/")
_ATTEMPTS = 3  # botocore's; s3fs's own, on top of each, are switched off
_AMAZON_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws")


@dataclass(frozen=True, slots=True)
class ObjectLock:
    """How long each object of a snapshot, baseline or anchor is kept from being removed, ``days`` from its creation.

    The bucket must have Object Lock on. Raises ``UsageError`` for a mode that S3 does not have, or
    for less than a day.
    """

    mode: Literal["governance", "compliance"]
    days: int

    def __post_init__(self) -> None:
        if self.mode not in ("governance", "compliance"):
            raise UsageError(reason=f"object_lock: mode is governance or compliance, not {self.mode!r}")
        if self.days < 1:
            raise UsageError(reason=f"object_lock: days is 1 or more, not {self.days!r}")


@dataclass(frozen=True, slots=True)
class S3Options:
    """Where a bucket is, who goes there, and what its objects are written with.

    ``region`` is the bucket's own; without it the environment's is used, and S3 redirects, which
    needs the environment's region to be alive.
    """

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    kms_key_arn: str | None = None
    object_lock: ObjectLock | None = None

    @property
    def effective_region(self) -> str | None:
        """``region``, else AWS_REGION (which botocore does not read), else None: botocore's own choice."""
        return self.region or os.environ.get("AWS_REGION") or None

    @property
    def sts_endpoint_url(self) -> str | None:
        """Where roles are assumed: at ``endpoint_url``, unless that is one of Amazon's own, for S3 alone."""
        host = urlsplit(self.endpoint_url or "").hostname or ""
        return None if host.endswith(_AMAZON_HOSTS) else self.endpoint_url

    def write_arguments(self, name: str) -> dict[str, Any]:
        """What a PutObject of ``name`` made now has to say about encryption and retention.

        A lock is for what is to be kept, and not for heartbeats and journals, of which there is no end.
        """
        arguments: dict[str, Any] = {}
        if self.kms_key_arn:
            arguments |= {
                "ServerSideEncryption": "aws:kms",
                "SSEKMSKeyId": self.kms_key_arn,
                "BucketKeyEnabled": True,
            }
        if self.object_lock and name.startswith(_LOCKED):
            arguments |= {
                "ObjectLockMode": self.object_lock.mode.upper(),
                "ObjectLockRetainUntilDate": datetime.now(UTC) + timedelta(days=self.object_lock.days),
            }
        return arguments


def connect(options: S3Options) -> S3FileSystem:
    """A file system of its own, without any cache; the first request opens the connection.

    Fails with botocore's errors, such as ``ProfileNotFound``.
    """
    from s3fs import S3FileSystem

    filesystem = S3FileSystem(
        session=_session(options),
        endpoint_url=options.endpoint_url,
        client_kwargs={"region_name": options.effective_region} if options.effective_region else {},
        config_kwargs=_config(),
        use_listings_cache=False,
        skip_instance_cache=True,
        max_concurrency=1,  # with more, a read asks for the size first, and may mix two versions
    )
    filesystem.retries = 1
    return filesystem


def _config() -> dict[str, Any]:
    return {
        "connect_timeout": CONNECT_TIMEOUT,
        "read_timeout": READ_TIMEOUT,
        "retries": {"mode": "standard", "total_max_attempts": _ATTEMPTS},
    }


def _session(options: S3Options) -> AioSession:
    own = _new_session(options.profile)
    if not options.role_arn:
        return own
    assumed = _new_session(options.profile)
    assumed.register_component("credential_provider", _AssumedRole(own, options))
    return assumed


def _new_session(profile: str | None) -> AioSession:
    from aiobotocore.session import AioSession

    session = AioSession(profile=profile)
    session.register_component("data_loader", _service_models())
    return session


@cache
def _service_models() -> object:
    """One copy for all sessions: each would load some twenty megabytes of its own."""
    from aiobotocore.session import AioSession

    return AioSession().get_component("data_loader")


class _AssumedRole:
    """botocore's ``credential_provider``: the role's credentials, renewed before they run out."""

    def __init__(self, own: AioSession, options: S3Options) -> None:
        self._own = own
        self._options = options

    async def load_credentials(self) -> object:
        from aiobotocore.credentials import AioDeferredRefreshableCredentials

        return AioDeferredRefreshableCredentials(self._assume, "assume-role")

    async def _assume(self) -> dict[str, str]:
        from aiobotocore.config import AioConfig

        request = {"RoleArn": self._options.role_arn, "RoleSessionName": "dr-toolkit-store"}
        if self._options.external_id:
            request["ExternalId"] = self._options.external_id
        async with self._own.create_client(
            "sts",
            region_name=self._options.effective_region,
            endpoint_url=self._options.sts_endpoint_url,
            config=AioConfig(**_config()),
        ) as sts:
            answer = (await sts.assume_role(**request))["Credentials"]
        return {
            "access_key": answer["AccessKeyId"],
            "secret_key": answer["SecretAccessKey"],
            "token": answer["SessionToken"],
            "expiry_time": answer["Expiration"].isoformat(),
        }
