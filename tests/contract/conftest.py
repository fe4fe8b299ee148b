"""The stores that the contract runs against: S3 on loopback, a folder, and memory."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.open import open_store
from tests.contract.loopback import LoopbackProxy, loopback_proxy

REGION = "us-west-2"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Bucket:
    """A versioned bucket of one test, and a plain client to look behind the store with."""

    name: str
    endpoint: str
    client: Any

    @property
    def url(self) -> str:
        """The store under a prefix of the bucket."""
        return f"s3://{self.name}/prod"

    def open(self, endpoint: str | None = None, **options: Any) -> ObjectStore:
        """A new store on the bucket, through ``endpoint`` if given."""
        return open_store(self.url, region=REGION, endpoint_url=endpoint or self.endpoint, **options)


@pytest.fixture(scope="session")
def s3_endpoint(clean_environment: None) -> Iterator[str]:
    """A server on loopback that speaks S3 and STS."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def s3_client(s3_endpoint: str) -> Any:
    """boto3's S3 client of the server."""
    return boto3.client("s3", region_name=REGION, endpoint_url=s3_endpoint)


@pytest.fixture
def bucket(s3_endpoint: str, s3_client: Any) -> Bucket:
    """A bucket of its own, versioned, with Object Lock possible."""
    name = f"store-{next(_numbers):04d}"
    s3_client.create_bucket(
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": REGION},
        ObjectLockEnabledForBucket=True,
    )
    s3_client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return Bucket(name, s3_endpoint, s3_client)


@pytest.fixture
def proxy(s3_endpoint: str) -> Iterator[LoopbackProxy]:
    """A proxy before the server, to lose and rewrite answers with."""
    with loopback_proxy(s3_endpoint) as running:
        yield running


@pytest.fixture(params=["s3", "file", "memory"])
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], ObjectStore]:
    """Opens the test's store anew at each call, as another process would."""
    if request.param == "s3":
        found: Bucket = request.getfixturevalue("bucket")
        return found.open
    url = f"file://{tmp_path}/store" if request.param == "file" else f"memory://contract-{next(_numbers)}"
    return lambda: open_store(url)


@pytest.fixture
def store(open_again: Callable[[], ObjectStore]) -> ObjectStore:
    """An empty store of each kind in turn."""
    return open_again()
