"""Config: the values by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dr_toolkit.config import values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("26h", timedelta(hours=26)),
        ("90m", timedelta(minutes=90)),
        ("7d", timedelta(days=7)),
        ("1d12h", timedelta(hours=36)),
        ("2w", timedelta(days=14)),
        ("45s", timedelta(seconds=45)),
        ("1w2d3h4m5s", timedelta(days=9, hours=3, minutes=4, seconds=5)),
    ],
)
def test_durations(text: str, expected: timedelta) -> None:
    assert values.duration(text) == expected


@pytest.mark.parametrize("text", ["", "26", "h", "26 h", "26H", "1.5h", "-1h", "12h1d", "1h1h", "3M", "1y", "0h0m"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|no time"):
        values.duration(text)


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-iso-west-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
    ],
)
def test_partitions(region: str, partition: str) -> None:
    assert values.region(region) == region
    assert values.partition(region) == partition


def test_botocores_own_regions_are_regions() -> None:
    from botocore.session import get_session

    session = get_session()
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("ec2", partition):
            assert values.region(region) == region
            assert values.partition(region) == partition


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket/a/b/", "s3://bucket/a/b"),
        ("file:///var/lib/dr toolkit/", "file:///var/lib/dr toolkit"),
        ("memory://x", "memory://x"),
    ],
)
def test_store_urls(text: str, expected: str) -> None:
    assert values.store_url(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "bucket",
        "/var/lib",
        "s3:bucket",
        "s3://",
        "s3:///a",
        "s3://Bucket",
        "s3://b",
        "s3://bucket//a",
        "s3://bucket/../a",
        "s3://bucket/a?x=1",
        "s3://bucket/a#b",
        "file://host/a",
        "file://a",
        "file:///",
        "file:///a/./b",
        "https://bucket.s3.amazonaws.com",
        "s3://user:word@bucket",
    ],
)
def test_what_is_no_store_url(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        values.store_url(text)


@pytest.mark.parametrize("text", ["http://localhost:5000", "https://ec2.us-west-2.amazonaws.com/", "http://[::1]:1/x"])
def test_endpoints(text: str) -> None:
    assert values.endpoint_url(text) == text


@pytest.mark.parametrize("text", ["localhost:5000", "ftp://x", "https://", "https://a:b@x", "https://x?y"])
def test_what_is_no_endpoint(text: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        values.endpoint_url(text)


def test_a_webhook_on_this_machine_may_be_plain() -> None:
    assert values.webhook_url("http://127.0.0.1:8000/x") == "http://127.0.0.1:8000/x"
    with pytest.raises(ValueError, match="https"):
        values.webhook_url("http://127.0.0.1.example.net/x")


@pytest.mark.parametrize(("text", "expected"), [("10.0.0.0/8", "10.0.0.0/8"), ("FD00:0::/56", "fd00::/56")])
def test_networks(text: str, expected: str) -> None:
    assert values.network(text) == expected


@pytest.mark.parametrize("text", ["10.0.0.0", "10.0.0.0/255.0.0.0", "10.0.0.0/33", "10.0.0.1/8", "x/8", "fe80::%1/64"])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ValueError, match="block"):
        values.network(text)


def test_arns() -> None:
    gateway = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/x/invocations"
    for text in (gateway, "arn:aws-cn:s3:::bucket", "arn:aws:iam::aws:policy/ReadOnlyAccess"):
        assert values.arn(text) == text
        assert values.mapped_key(text) == text
    assert values.arn_part(gateway, "service") == "apigateway"
    assert values.arn_part("vpc-1", "partition") == ""
    assert values.role_arn("arn:aws-us-gov:iam::111122223333:role/a/b").endswith("role/a/b")
    for text in (
        "arn:aws:iam::1111:role/x",
        "arn:aws:iam::111122223333:user/x",
        "arn:aws:iam::111122223333:role/",
    ):
        with pytest.raises(ValueError, match="ARN of a role"):
            values.role_arn(text)
