"""How a bucket is set up, as S3 tells: each setting, that there is none, or why it can't be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dr_toolkit.errors import DrToolkitError, ObjectNotFound, StoreError, StoreRefused, StoreUnreachable
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.s3 import S3Store

ABSENT = {
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "ObjectLockConfigurationNotFoundError",
    "ReplicationConfigurationNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
}
"""The codes by which S3 says that a bucket has no such setting."""

_QUESTIONS = {
    "location": ("get_bucket_location", "s3:GetBucketLocation"),
    "versioning": ("get_bucket_versioning", "s3:GetBucketVersioning"),
    "lock": ("get_object_lock_configuration", "s3:GetBucketObjectLockConfiguration"),
    "encryption": ("get_bucket_encryption", "s3:GetEncryptionConfiguration"),
    "public access": ("get_public_access_block", "s3:GetBucketPublicAccessBlock"),
    "policy": ("get_bucket_policy", "s3:GetBucketPolicy"),
    "lifecycle": ("get_bucket_lifecycle_configuration", "s3:GetLifecycleConfiguration"),
    "replication": ("get_bucket_replication", "s3:GetReplicationConfiguration"),
}


@dataclass(frozen=True)
class Setting:
    """One setting of a bucket: S3's answer, None where there is none; or the error that kept it from being told.

    ``permission`` is what the question rests on.
    """

    answer: Mapping[str, Any] | None
    permission: str
    error: DrToolkitError | None = None


def posture(place: ObjectStore) -> dict[str, Setting]:
    """A bucket's settings by name; empty for a store that isn't in S3.

    Raises what says that there is no such bucket, or that it can't be reached, and CredentialsMissing.
    """
    if not isinstance(place, S3Store):
        return {}
    place.list("v1/.")  # a bucket that can't be used at all is told by its own error
    return dict(_settings(place.ask))


def _settings(ask: Callable[..., dict[str, Any]]) -> Iterator[tuple[str, Setting]]:
    for name, (operation, permission) in _QUESTIONS.items():
        try:
            yield name, Setting(ask(operation, f"reading the {name}"), permission)
        except StoreUnreachable:
            raise
        except (StoreRefused, ObjectNotFound) as error:
            if error.facts.get("code") in ABSENT or isinstance(error, ObjectNotFound):
                yield name, Setting(None, permission)
            else:
                yield name, Setting(None, permission, error)
        except StoreError as error:
            yield name, Setting(None, permission, error)
