"""The same AWS over a socket: for other processes, other libraries, and S3 beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, HTTPClientError

from tests.strict_aws import StrictAws
from tests.strict_aws.clock import HurriedClock
from tests.strict_aws.in_process import session
from tests.strict_aws.server import Server

ROOT = Path(__file__).parents[3]
ONCE = Config(retries={"max_attempts": 0})


@pytest.fixture
def hurried() -> StrictAws:
    """An AWS whose time goes on."""
    return StrictAws(HurriedClock(100))


@pytest.fixture
def server(hurried: StrictAws) -> Iterator[Server]:
    """Its server."""
    running = Server(hurried)
    running.start()
    yield running
    running.stop()


def over_the_wire(server: Server, service: str, region: str = "us-east-1", account: str = "123456789012") -> Any:
    """A client that really sends."""
    keys = {"aws_access_key_id": account, "aws_secret_access_key": "secret"}
    return boto3.session.Session().client(service, region, endpoint_url=server.endpoint, config=ONCE, **keys)


def test_the_answers_are_those_of_the_in_process_way(hurried: StrictAws, server: Server) -> None:
    sent, direct = over_the_wire(server, "apigateway"), session(hurried).client("apigateway", "us-east-1")
    api = sent.create_rest_api(name="a ü/b", tags={"k": "v"})["id"]
    both = [client.get_rest_api(restApiId=api) for client in (sent, direct)]
    for answer in both:
        del answer["ResponseMetadata"]
    assert both[0] == both[1]
    ec2, inside = over_the_wire(server, "ec2"), session(hurried).client("ec2", "us-east-1")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert vpc in [each["VpcId"] for each in inside.describe_vpcs()["Vpcs"]]
    assert session(hurried, "222222222222").client("apigateway", "us-east-1").get_rest_apis()["items"] == []
    assert over_the_wire(server, "apigateway", account="222222222222").get_rest_apis()["items"] == []


def test_many_at_once_each_get_their_own(server: Server) -> None:
    rest = over_the_wire(server, "apigateway")

    def make(number: int) -> str:
        api = rest.create_rest_api(name=f"api-{number}")["id"]
        assert rest.get_rest_api(restApiId=api)["name"] == f"api-{number}"
        return str(api)

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(60)))
    assert len(set(made)) == 60
    assert len(rest.get_rest_apis(limit=500)["items"]) == 60


def test_faults_are_faults_over_the_wire_too(hurried: StrictAws, server: Server) -> None:
    rest, gate = over_the_wire(server, "apigateway"), hurried.weather.gate
    gate.lose_answer(1)
    with pytest.raises(ConnectionClosedError):
        rest.create_rest_api(name="lost")
    assert [api["name"] for api in rest.get_rest_apis()["items"]] == ["lost"]
    gate.lose_region("us-east-1")
    with pytest.raises(HTTPClientError):
        rest.get_rest_apis()


def test_s3_and_others_are_motos(server: Server) -> None:
    import s3fs

    files = s3fs.S3FileSystem(
        key="123456789012", secret="secret", endpoint_url=server.endpoint, skip_instance_cache=True
    )
    files.mkdir("bucket-of-mine")
    files.pipe_file("bucket-of-mine/a/b c", b"x" * 100_000)
    assert files.cat_file("bucket-of-mine/a/b c") == b"x" * 100_000
    assert files.ls("bucket-of-mine/a") == ["bucket-of-mine/a/b c"]
    assert files.info("bucket-of-mine/a/b c")["size"] == 100_000
    key = over_the_wire(server, "kms").create_key()["KeyMetadata"]["Arn"]
    assert key.startswith("arn:aws:kms:us-east-1:123456789012:key/")
    assert over_the_wire(server, "sts").get_caller_identity()["Account"] == "123456789012"


@pytest.mark.parametrize("arguments", [[], ["--rough", "--hurry", "100"]])
def test_a_process_of_its_own_serves_until_it_is_stopped(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "tests.strict_aws", "--port", "0", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ})
    try:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(2)]
        assert said[0].startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:")
        endpoint = said[0].strip().partition("=")[2]
        script = "import boto3; c = boto3.client('apigateway', 'us-west-2'); c.create_rest_api(name='x'); "
        script += "print([a['name'] for a in c.get_rest_apis()['items']])"
        keys = {"AWS_ACCESS_KEY_ID": "123456789012", "AWS_SECRET_ACCESS_KEY": "secret"}
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "AWS_ENDPOINT_URL": endpoint, **keys},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout == "['x']\n", done.stderr
    finally:
        process.terminate()
        process.wait(20)


def test_the_ledger_is_printed() -> None:
    command = [sys.executable, "-m", "tests.strict_aws", "--rules"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "weather.quotas\n" in done.stdout
    assert "weather.v2-in-total [recalled]\n" in done.stdout
