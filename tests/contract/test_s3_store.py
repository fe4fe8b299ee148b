"""The S3 store alone: what it makes of S3's and botocore's errors, and where it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dr_toolkit.errors import (
    BucketMissing,
    CredentialsMissing,
    DrToolkitError,
    IntegrityError,
    ObjectExists,
    StoreError,
    StoreRefused,
    StoreUnreachable,
    UsageError,
)
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.open import open_store
from dr_toolkit.store.s3 import S3Store
from dr_toolkit.store.s3_faults import explain
from dr_toolkit.store.s3_session import S3Options, connect
from tests.contract.conftest import REGION, Bucket
from tests.contract.loopback import LoopbackProxy, s3_error, times

ROLE = "arn:aws:iam::123456789012:role/dr-snapshot"

OPERATIONS: dict[str, Callable[[ObjectStore], object]] = {
    "get": lambda store: store.get("v1/a"),
    "put": lambda store: store.put_if_absent("v1/a", b""),
    "list": lambda store: store.list(""),
    "delete": lambda store: store.delete("v1/a"),
    "stat": lambda store: store.stat("v1/a"),
}


@pytest.fixture(params=list(OPERATIONS))
def operation(request: pytest.FixtureRequest) -> Callable[[ObjectStore], object]:
    """Each of the five operations in turn."""
    return OPERATIONS[request.param]


def test_a_missing_bucket_is_told_by_every_operation(
    s3_endpoint: str, operation: Callable[[ObjectStore], object]
) -> None:
    store = open_store("s3://no-such-bucket/prod", region=REGION, endpoint_url=s3_endpoint)
    with pytest.raises(BucketMissing, match="s3://no-such-bucket/prod") as caught:
        operation(store)
    assert caught.value.exit_code == 10


def test_a_missing_permission_is_told_by_every_operation(
    bucket: Bucket, proxy: LoopbackProxy, operation: Callable[[ObjectStore], object]
) -> None:
    proxy.alter = s3_error(403, "AccessDenied")
    with pytest.raises(StoreRefused, match=r"AccessDenied: as the test wants") as caught:
        operation(bucket.open(proxy.endpoint))
    assert caught.value.exit_code == 10
    assert "permissions" in caught.value.next_step


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch"])
def test_bad_credentials_are_told(bucket: Bucket, proxy: LoopbackProxy, code: str) -> None:
    proxy.alter = s3_error(403 if code != "ExpiredToken" else 400, code)
    for operation in OPERATIONS.values():
        with pytest.raises(CredentialsMissing, match=code) as caught:
            operation(bucket.open(proxy.endpoint))
        assert caught.value.exit_code == 1


def test_no_credentials_are_told(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, operation: Callable[[ObjectStore], object]
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CredentialsMissing, match="Unable to locate credentials"):
        operation(bucket.open())


def test_half_a_pair_of_credentials_is_told(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CredentialsMissing, match="Partial credentials"):
        bucket.open().list("")


def test_an_unknown_profile_is_told(bucket: Bucket) -> None:
    with pytest.raises(CredentialsMissing, match="nobody"):
        bucket.open(profile="nobody").list("")


def test_a_profile_is_used(
    bucket: Bucket, proxy: LoopbackProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "credentials"
    secrets.write_text("[ops]\naws_access_key_id = AKIDOPS\naws_secret_access_key = x\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(secrets))
    bucket.open(proxy.endpoint, profile="ops").list("")
    assert "Credential=AKIDOPS/" in proxy.seen[0].headers["Authorization"]
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_PROFILE", "ops")
    bucket.open(proxy.endpoint).list("")
    assert "Credential=AKIDOPS/" in proxy.seen[1].headers["Authorization"]


def test_a_role_that_can_not_be_assumed_is_told(bucket: Bucket, proxy: LoopbackProxy) -> None:
    body = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
    proxy.alter = lambda exchange: replace(exchange, status=403, body=body)
    with pytest.raises(CredentialsMissing, match=r"sts .*role can't be assumed: AccessDenied"):
        bucket.open(proxy.endpoint, role_arn=ROLE).list("")


def test_a_region_is_needed_to_assume_a_role(bucket: Bucket) -> None:
    store = open_store(bucket.url, role_arn=ROLE, endpoint_url=bucket.endpoint)
    with pytest.raises(UsageError, match="region"):
        store.list("")


def test_an_endpoint_that_nobody_listens_on_is_told() -> None:
    store = open_store("s3://bucket/prod", region=REGION, endpoint_url="http://127.0.0.1:9")
    with pytest.raises(StoreUnreachable, match="Could not connect"):
        store.get("v1/a")


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("s3://bucket", {"endpoint_url": "127.0.0.1:9"}),
        ("s3://bucket", {"region": "no region!"}),
        ("s3://bad bucket!", {"region": REGION}),
    ],
)
def test_settings_that_make_no_sense_are_wrong_usage(url: str, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="s3://b"):
        open_store(url, **options).list("")


def test_a_busy_service_is_unreachable_and_tried_again(bucket: Bucket, proxy: LoopbackProxy) -> None:
    store = bucket.open(proxy.endpoint)
    proxy.alter = times(1, s3_error(503, "SlowDown"))
    store.put_if_absent("v1/a", b"1")
    proxy.alter = s3_error(503, "SlowDown")
    with pytest.raises(StoreUnreachable, match="SlowDown"):
        store.get("v1/a")


def test_writers_that_collide_for_ever_are_told(bucket: Bucket, proxy: LoopbackProxy) -> None:
    waits: list[float] = []
    options = S3Options(region=REGION, endpoint_url=proxy.endpoint)
    store = S3Store(bucket.url, options, sleep=waits.append)
    proxy.alter = s3_error(409, "ConditionalRequestConflict")
    with pytest.raises(StoreError, match="being written by others"):
        store.put_if_absent("v1/a", b"1")
    assert 0 < sum(waits) < 10


def test_a_name_that_is_taken_and_gone_again_is_created(bucket: Bucket, proxy: LoopbackProxy) -> None:
    store = S3Store(bucket.url, S3Options(region=REGION, endpoint_url=proxy.endpoint), sleep=lambda _: None)
    refuse = s3_error(412, "PreconditionFailed")
    proxy.rewrite_path = lambda path: path.replace("v1/a", "v1/other") if not proxy.seen else path
    proxy.alter = times(1, refuse)
    store.put_if_absent("v1/a", b"mine")
    assert store.get("v1/a") == b"mine"


def test_what_the_role_may_write_but_not_read_is_told_when_a_name_is_taken(
    bucket: Bucket, proxy: LoopbackProxy
) -> None:
    store = bucket.open(proxy.endpoint)
    store.put_if_absent("v1/a", b"1")
    proxy.alter = times(9, s3_error(403, "AccessDenied"), "GET")
    with pytest.raises(StoreRefused, match="reading of v1/a"):
        store.put_if_absent("v1/a", b"1")


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_the_endpoint_of_the_environment_is_used(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, bucket.endpoint)
    monkeypatch.setenv("AWS_REGION", REGION)
    store = open_store(bucket.url)
    store.put_if_absent("v1/a", b"1")
    assert bucket.open().get("v1/a") == b"1"


def test_the_region_comes_from_the_option_then_the_environment(
    bucket: Bucket, proxy: LoopbackProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    bucket.open(proxy.endpoint).list("")
    open_store(bucket.url, endpoint_url=proxy.endpoint).list("")
    monkeypatch.delenv("AWS_REGION")
    open_store(bucket.url, endpoint_url=proxy.endpoint).list("")
    scopes = [exchange.headers["Authorization"].split("/")[2] for exchange in proxy.seen]
    assert scopes == [REGION, "eu-central-1", "eu-west-3"]


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (None, None),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("https://minio.example.com", "https://minio.example.com"),
        ("https://bucket.vpce-0a-b.s3.us-west-2.vpce.amazonaws.com", None),
        ("https://s3.cn-north-1.amazonaws.com.cn", None),
    ],
)
def test_roles_are_assumed_at_the_endpoint_unless_it_is_amazons_own_for_s3(
    endpoint: str | None, expected: str | None
) -> None:
    assert S3Options(endpoint_url=endpoint).sts_endpoint_url == expected


def test_a_store_may_be_a_whole_bucket(bucket: Bucket) -> None:
    whole = open_store(f"s3://{bucket.name}/", region=REGION, endpoint_url=bucket.endpoint)
    assert whole.url == f"s3://{bucket.name}"
    whole.put_if_absent("top", b"1")
    bucket.open().put_if_absent("v1/a", b"2")
    assert whole.list("") == ["prod/v1/a", "top"]
    assert bucket.open().list("") == ["v1/a"]
    with pytest.raises(ObjectExists):
        whole.put_if_absent("prod/v1/a", b"3")


def test_what_others_left_under_the_prefix_is_not_listed(bucket: Bucket) -> None:
    for key in ("prod/", "prod/folder/", "prod//a", "prod/v1/a", "product", "prod/x/../y"):
        bucket.client.put_object(Bucket=bucket.name, Key=key, Body=b"")
    assert bucket.open().list("") == ["v1/a"]


@pytest.mark.parametrize(
    "url", ["s3://", "s3:///prod", "s3://AKID:SECRET@bucket/prod", "s3://bucket//prod", "s3://bucket/../x"]
)
def test_urls_that_name_no_store_are_refused_without_repeating_a_secret(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(url)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("prefix", ["", "prod/"])
def test_an_access_point_is_a_bucket(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/dr"
    asked: list[dict[str, str]] = []

    def answer(operation: str, **request: str) -> dict[str, object]:
        asked.append(request)
        return {"Contents": [{"Key": f"{prefix}v1/a"}]}

    filesystem = connect(S3Options(region=REGION))
    monkeypatch.setattr(filesystem, "call_s3", answer)
    monkeypatch.setattr("dr_toolkit.store.s3.connect", lambda options: filesystem)
    assert open_store(f"s3://{arn}/{prefix}").list("v1/") == ["v1/a"]
    assert asked == [{"Bucket": arn, "Prefix": f"{prefix}v1/"}]


@pytest.mark.parametrize(
    ("code", "hint"),
    [("PermanentRedirect", "the store's own region"), ("InvalidRequest", "encryption key and object lock")],
)
def test_a_refusal_says_what_to_look_at(code: str, hint: str) -> None:
    error = OSError()
    error.__cause__ = answer = Exception()
    answer.response = {"Error": {"Code": code}}  # type: ignore[attr-defined]
    told = explain(error, store="s3://b", region=None, action="reading", name="v1/a")
    assert isinstance(told, StoreRefused)
    assert hint in told.next_step
    assert str(told) == f"The store s3://b refused reading of v1/a: {code}"


class FlexibleChecksumError(Exception):
    """Named as botocore's is."""


class BotoCoreError(Exception):
    """Named as botocore's is."""


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (FlexibleChecksumError("crc32 differs"), IntegrityError),
        (BotoCoreError("new in botocore"), StoreError),
        (TimeoutError(), StoreUnreachable),
        (RuntimeError("Credentials were refreshed, but are still expired."), CredentialsMissing),
        (KeyError("a defect of ours"), None),
        (RuntimeError("a defect of ours"), None),
    ],
    ids=repr,
)
def test_other_errors_find_their_place(error: Exception, expected: type[DrToolkitError] | None) -> None:
    told = explain(error, store="s3://b", region=None, action="reading", name="v1/a")
    assert type(told) is (expected or type(None))


def test_a_defect_is_not_dressed_up(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dr_toolkit.store.s3.connect", lambda options: None)
    with pytest.raises(AttributeError):
        bucket.open().get("v1/a")
