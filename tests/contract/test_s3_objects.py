"""What a bucket keeps beside content: locks, delete markers, and its own settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dr_toolkit.errors import BucketMissing, StoreRefused
from dr_toolkit.store.open import open_store
from dr_toolkit.store.s3_objects import FOR_EVER, default_lock, hidden, locked_until
from dr_toolkit.store.s3_posture import posture
from dr_toolkit.store.s3_session import ObjectLock
from tests.contract.conftest import REGION, Bucket
from tests.contract.loopback import Exchange, LoopbackProxy, s3_error


def test_a_lock_is_told_by_the_object_and_only_where_it_was_put(bucket: Bucket) -> None:
    store = bucket.open(object_lock=ObjectLock("governance", 35))
    for name in ("v1/a", "baselines/a", "anchors/a", "leases/a", "runs/a", "pairings/a"):
        store.put_if_absent(name, b"1")
    kept = {name for name in store.list("") if locked_until(store, name)}
    assert kept == {"v1/a", "baselines/a", "anchors/a"}
    until = locked_until(store, "v1/a")
    assert until is not None
    assert timedelta(days=34) < until - datetime.now(UTC) <= timedelta(days=35)
    assert locked_until(store, "v1/absent") is None


def test_a_legal_hold_is_for_ever(bucket: Bucket) -> None:
    store = bucket.open()
    store.put_if_absent("v1/a", b"1")
    assert locked_until(store, "v1/a") is None
    bucket.client.put_object_legal_hold(Bucket=bucket.name, Key="prod/v1/a", LegalHold={"Status": "ON"})
    assert locked_until(store, "v1/a") == FOR_EVER


@pytest.mark.parametrize(("retention", "days"), [({"Days": 7}, 7), ({"Years": 2}, 732)])
def test_the_buckets_own_lock(bucket: Bucket, retention: dict[str, int], days: int) -> None:
    assert default_lock(bucket.open()) == timedelta()
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", **retention}}
    bucket.client.put_object_lock_configuration(
        Bucket=bucket.name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    assert default_lock(bucket.open()) == timedelta(days=days)


def test_what_is_hidden_is_told_with_its_marker_over_all_pages(bucket: Bucket, proxy: LoopbackProxy) -> None:
    store = bucket.open(proxy.endpoint)
    names = [f"v1/{number}" for number in range(4)]
    for name in names:
        store.put_if_absent(name, b"1")
    for name in names[:3]:
        store.delete(name)
    store.put_if_absent(names[0], b"again")
    proxy.rewrite_path = lambda path: f"{path}&max-keys=2" if "versions" in path else path
    found = hidden(store, "v1/")
    assert [each.name for each in found] == names[1:3]
    assert abs(datetime.now(UTC) - found[0].at) < timedelta(minutes=1)
    for each in found:
        bucket.client.delete_object(Bucket=bucket.name, Key=f"prod/{each.name}", VersionId=each.marker)
    assert hidden(store, "v1/") == []
    assert store.list("v1/") == names


def test_a_listing_of_versions_that_is_not_allowed_is_told(bucket: Bucket, proxy: LoopbackProxy) -> None:
    proxy.alter = s3_error(403, "AccessDenied")
    with pytest.raises(StoreRefused, match="listing the versions"):
        hidden(bucket.open(proxy.endpoint), "v1/")


def test_the_settings_of_a_bucket_and_those_that_may_not_be_seen(bucket: Bucket, proxy: LoopbackProxy) -> None:
    deny = s3_error(403, "AccessDenied")

    def alter(exchange: Exchange) -> Exchange | None:
        return deny(exchange) if "lifecycle" in exchange.path else exchange

    proxy.alter = alter
    found = posture(bucket.open(proxy.endpoint))
    assert found["location"].answer == {"LocationConstraint": REGION} | (found["location"].answer or {})
    assert (found["versioning"].answer or {})["Status"] == "Enabled"
    assert (found["policy"].answer, found["policy"].error) == (None, None)
    assert isinstance(found["lifecycle"].error, StoreRefused)
    assert found["lifecycle"].permission == "s3:GetLifecycleConfiguration"
    proxy.alter = lambda exchange: exchange
    with pytest.raises(BucketMissing):
        posture(open_store("s3://no-such-bucket/prod", region=REGION, endpoint_url=proxy.endpoint))


def test_a_folder_has_none_of_that(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}/store")
    store.put_if_absent("v1/a", b"1")
    store.delete("v1/a")
    assert (posture(store), hidden(store, ""), default_lock(store), locked_until(store, "v1/a")) == (
        {},
        [],
        timedelta(),
        None,
    )
