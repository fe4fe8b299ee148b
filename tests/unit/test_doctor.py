"""What doctor makes of a bucket's settings, each of them by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dr_toolkit.config import ObjectLock, StoreSettings
from dr_toolkit.errors import StoreRefused
from dr_toolkit.report.store_results import BAD, GOOD, UNKNOWN, WARN, Check
from dr_toolkit.store.s3_posture import Setting
from dr_toolkit.workflows import doctor_bucket
from tests.unit.stores import Store

SETTINGS = StoreSettings("s3://acme/prod", region="us-west-2", object_lock=ObjectLock("governance", 35))
AWAY, HOME = frozenset({"us-east-1"}), frozenset({"us-west-2"})
KEY = "arn:aws:kms:{}:111122223333:key/1234"


def rule(**more: Any) -> dict[str, Any]:
    """A lifecycle with one rule."""
    return {"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, **more}]}


def encryption(key: str) -> dict[str, Any]:
    """A bucket's default encryption with a key."""
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    return {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}}


def policy(**statement: Any) -> dict[str, Any]:
    """A bucket's policy with one statement."""
    return {"Policy": json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **statement}})}


OLDER = {"NoncurrentVersionExpiration": {"NoncurrentDays": 90}}
EXPIRES = {"Expiration": {"Days": 30}}
LOCKED = {"ObjectLockEnabled": "Enabled"}
TLS = {"Bool": {"aws:SecureTransport": "false"}}

GOOD_ANSWERS: dict[str, dict[str, Any] | None] = {
    "location": {"LocationConstraint": "us-west-2"},
    "versioning": {"Status": "Enabled"},
    "lock": {"ObjectLockConfiguration": LOCKED},
    "encryption": encryption(KEY.format("us-west-2")),
    "public access": {"PublicAccessBlockConfiguration": dict.fromkeys(doctor_bucket._BLOCKS, True)},
    "policy": policy(Effect="Deny", Principal="*", Condition=TLS),
    "lifecycle": rule(**OLDER),
    "replication": None,
}

CASES: list[tuple[str, dict[str, Any] | None, str, str]] = [
    ("location", {"LocationConstraint": None}, BAD, "a source's own region"),
    ("location", {"LocationConstraint": "eu-west-1"}, WARN, "no target's region"),
    ("location", {"LocationConstraint": "EU"}, BAD, "it lies in eu-west-1, and the config says us-west-2"),
    ("versioning", {}, BAD, "off"),
    ("versioning", {"Status": "Suspended"}, BAD, "off"),
    ("lock", None, BAD, "off"),
    (
        "lock",
        {"ObjectLockConfiguration": {**LOCKED, "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 7}}}},
        WARN,
        "the whole bucket, compliance for 7 years",
    ),
    ("encryption", None, GOOD, "AES256"),
    ("encryption", encryption(KEY.format("us-east-1")), BAD, "with a key of us-east-1"),
    ("public access", None, BAD, "not blocked"),
    ("public access", {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}, BAD, "RestrictPublicBuckets"),
    ("policy", None, WARN, "TLS"),
    ("policy", policy(Principal="*"), BAD, "allows anybody s3:*"),
    (
        "policy",
        policy(Principal={"AWS": ["*"]}, Action=["s3:GetObject", "s3:PutObject"]),
        BAD,
        "s3:GetObject, s3:PutObject",
    ),
    ("policy", policy(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), WARN, "TLS"),
    ("policy", {"Policy": "{"}, UNKNOWN, "not JSON"),
    ("lifecycle", None, WARN, "kept for ever"),
    ("lifecycle", rule(**EXPIRES), BAD, "expires current objects"),
    ("lifecycle", rule(**EXPIRES, Filter={"Prefix": "prod/v1/"}), BAD, "expires current objects"),
    ("lifecycle", rule(**EXPIRES, **OLDER, Filter={"Prefix": "logs/"}), GOOD, "only older versions"),
    ("lifecycle", rule(**EXPIRES, **OLDER, Status="Disabled"), WARN, "kept for ever"),
    ("lifecycle", rule(**OLDER, Expiration={"ExpiredObjectDeleteMarker": True}), GOOD, "only older versions"),
    (
        "replication",
        {"ReplicationConfiguration": {"Rules": [{"DeleteMarkerReplication": {"Status": "Enabled"}}]}},
        WARN,
        "delete markers are replicated",
    ),
    ("replication", {"ReplicationConfiguration": {"Rules": [{}]}}, GOOD, "1 rule"),
]


def checks(monkeypatch: pytest.MonkeyPatch, **answers: Setting) -> list[Check]:
    """The checks of a bucket that is as it should be, but for some answers."""
    settings = {name: Setting(answer, "s3:Get") for name, answer in GOOD_ANSWERS.items()}
    monkeypatch.setattr(doctor_bucket, "posture", lambda place: settings | answers)
    return list(doctor_bucket.bucket_checks("store s3://acme/prod", Store(), SETTINGS, AWAY, HOME))


def test_a_bucket_as_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [c.name for c in checks(monkeypatch) if c.state != GOOD] == []


@pytest.mark.parametrize(("name", "answer", "state", "text"), CASES)
def test_each_setting(
    name: str, answer: dict[str, Any] | None, state: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = checks(monkeypatch, **{name: Setting(answer, "s3:Get")})
    (check, *_) = [c for c in found if text in c.text]
    assert check.state == state
    assert state in (GOOD, UNKNOWN) or check.reason or check.mend, check


def test_a_setting_that_can_not_be_read_is_unknown_with_the_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    denied = StoreRefused(store="s3://acme/prod", action="reading the lock", name="the bucket", reason="AccessDenied")
    setting = Setting(None, "s3:GetBucketObjectLockConfiguration", denied)
    (check,) = [c for c in checks(monkeypatch, lock=setting) if c.state != GOOD]
    assert (check.name, check.state) == ("lock", UNKNOWN)
    assert check.mend == "Allow s3:GetBucketObjectLockConfiguration."
