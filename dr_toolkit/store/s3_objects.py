"""What a bucket keeps beside an object's content: locks, and what was hidden or put over it.

Stores that aren't in S3 have none of that: nothing is locked there, and nothing is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dr_toolkit.errors import ObjectNotFound, StoreRefused
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.s3 import S3Store

FOR_EVER = datetime.max.replace(tzinfo=UTC)
"""Till when an object under a legal hold is locked."""


@dataclass(frozen=True)
class Hidden:
    """An object that a delete marker hides: the marker's version, and when it was put (UTC)."""

    name: str
    marker: str
    at: datetime


def locked_until(place: ObjectStore, name: str) -> datetime | None:
    """Till when an object can't be removed, by its own lock; None where it can be. Rests on s3:GetObject*.

    Raises what the store raises.
    """
    if not isinstance(place, S3Store):
        return None
    try:
        head = place.ask("head_object", "reading", name)
    except ObjectNotFound:
        return None
    if head.get("ObjectLockLegalHoldStatus") == "ON":
        return FOR_EVER
    until = head.get("ObjectLockRetainUntilDate")
    return until.astimezone(UTC) if until and head.get("ObjectLockMode") else None


def default_lock(place: ObjectStore) -> timedelta:
    """How long the bucket itself locks what is written; zero where it doesn't, or doesn't say."""
    if not isinstance(place, S3Store):
        return timedelta()
    try:
        answer = place.ask("get_object_lock_configuration", "reading the lock")
    except (StoreRefused, ObjectNotFound):
        return timedelta()
    rule = answer.get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention", {})
    return timedelta(days=int(rule.get("Days") or 0) + 366 * int(rule.get("Years") or 0))


def hidden(place: ObjectStore, prefix: str) -> list[Hidden]:
    """The objects whose newest version is a delete marker: one listing. Rests on s3:ListBucketVersions."""
    if not isinstance(place, S3Store):
        return []
    return sorted(
        (
            Hidden(row["Key"].removeprefix(base), str(row["VersionId"]), row["LastModified"].astimezone(UTC))
            for page, base in place.pages("list_object_versions", "listing the versions", prefix)
            for row in page.get("DeleteMarkers", [])
            if row.get("IsLatest")
        ),
        key=lambda each: each.name,
    )
