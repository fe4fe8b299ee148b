"""A small company: one region with a group and an API, its recovery region, a versioned bucket, and a config."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.retries.standard import ExponentialBackoff

from tests.command_line import run
from tests.estate_groups import build_vpcs
from tests.estate_rest import build_small_api
from tests.estates import Estate, allow_logging
from tests.stand import Stand, stand

CONFIG = """\
version: 1
store: s3://acme-dr/prod
sources:
  prod: {region: us-east-1}
targets:
  dr: {region: us-west-2}
"""


class Company:
    """What stands at the stand-in, and the changes that tests make to it."""

    def __init__(self, aws: Stand) -> None:
        self.aws, self.gate = aws, aws.gate
        self.estate = Estate("us-east-1")
        s3 = self.client("s3", "us-west-2")
        s3.create_bucket(Bucket="acme-dr", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
        s3.put_bucket_versioning(Bucket="acme-dr", VersioningConfiguration={"Status": "Enabled"})
        build_vpcs(self.client("ec2"), self.estate, {"main": "10.20.0.0/16"})
        self.group = self.add_group("web")
        build_small_api(self.client("apigateway"), self.estate, "orders", paths=1)
        self.build_target()

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A boto3 client; of the source's region, if no other is named."""
        return self.aws.client(service, region)

    def build_target(self) -> None:
        """The recovery region as it is before anything is restored: a VPC, and leave to log."""
        build_vpcs(self.client("ec2", "us-west-2"), Estate("us-west-2"), {"main": "10.120.0.0/16"})
        allow_logging(self.aws, "us-west-2")

    def rebuild_target(self) -> None:
        """The recovery region as it was at first."""
        self.aws.reset_region("us-west-2")
        self.build_target()

    def add_group(self, name: str) -> str:
        """A group with one rule, in the source's region."""
        made = self.client("ec2").create_security_group(
            GroupName=name, Description=name, VpcId=self.estate.vpcs["main"]
        )
        self.allow(made["GroupId"], 443)
        return str(made["GroupId"])

    def allow(self, group: str, port: int) -> None:
        """Let the inside in by a port."""
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
        self.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])

    def forbid(self, group: str, port: int) -> None:
        """Take `allow` back."""
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
        self.client("ec2").revoke_security_group_ingress(GroupId=group, IpPermissions=[rule])

    def objects(self) -> list[str]:
        """The names of all objects in the bucket."""
        listed = self.client("s3", "us-west-2").list_objects_v2(Bucket="acme-dr")
        return sorted(item["Key"] for item in listed.get("Contents", []))


@pytest.fixture(scope="module")
def company(only_loopback: None) -> Iterator[Company]:
    """The company, built once for a module: its tests leave the source as they found it."""
    running = stand()
    running.reset()
    yield Company(running)
    running.reset()


@pytest.fixture
def desk(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with the config in it, and the environment of somebody who works there."""
    for name, value in company.aws.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path("dr-toolkit.yaml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0.0)
    company.gate.clear_faults()
    return tmp_path


@pytest.fixture(scope="module")
def first(company: Company, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The id of the first snapshot, in a store that all tests of a module look at."""
    folder = tmp_path_factory.mktemp("first")
    config = folder / "first.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in company.aws.environment().items():
            patch.setenv(name, value)
        taken = run("snapshot", "create", "--config", str(config))
    assert taken.code == 0, taken.said
    return taken.out.strip()
