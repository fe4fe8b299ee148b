"""Writes the golden samples of a store in format 1: ``python -m tests.golden.make [FOLDER]``.

The samples that are there must load for ever, so nothing here overwrites them: where today's code
would write another object under the same name, the run ends in an error. What a later release adds to
the format gets a sample of its own, in a folder of its own.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dr_toolkit.model.documents import EXCLUDED, FAILED, GAP, READ, WARNING, Coverage, Finding, Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.store.baselines import Baselines
from dr_toolkit.store.file import FileStore
from dr_toolkit.store.journal import Runs
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.pairings import Pairings
from dr_toolkit.store.snapshots import Snapshots

FOLDER = Path(__file__).parent / "format-1"
SOURCE, TARGET = "prod/use1", "dr-usw2"
SCOPE = Scope("111122223333", "us-east-1")
AT = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)
VERSION = "0.1.0"

VPC = ResourceKey("ec2.vpc", ("main",))
WEB = ResourceKey("ec2.security_group", ("main", "web"))
API = ResourceKey("apigateway.rest_api", ("shop",))


def estate() -> Estate:
    """A region with every kind of value that a body can hold."""
    made = Estate()
    for resource in (*_groups(), *_apis()):
        made.put(resource)
    made.coverage = {
        "apigateway.method": Coverage(READ),
        "apigateway.rest_api": Coverage(READ),
        "apigateway.usage_plan": Coverage(EXCLUDED, "by the config"),
        "ec2.security_group": Coverage(READ),
        "ec2.security_group_rule": Coverage(READ),
        "ec2.vpc": Coverage(READ),
    }
    made.findings = [
        Finding(WARNING, "region-in-text", "apigateway.method/shop/%2Fpets/GET", "us-east-1 stands in a template")
    ]
    return made


def _groups() -> Iterator[Resource]:
    yield Resource(VPC, {"CidrBlock": "10.0.0.0/16"}, "vpc-0a1b2c3d", {"State": "available", "IsDefault": False})
    tags = {"Name": "Größe 日本 🙂", "quote": '"\\', "lines": "a\r\nb\u2028c\x85d", "empty": ""}
    yield Resource(WEB, {"Description": "web", "Tags": tags, "VpcId": Ref(VPC)}, "sg-0a1b2c3d")
    rule = ("main", "web", "ingress", "tcp", "443-443", "10.0.0.0/8")
    attributes = {"FromPort": 443, "ToPort": 443, "CidrIpv4": "10.0.0.0/8", "Description": None}
    yield Resource(ResourceKey("ec2.security_group_rule", rule), attributes, "sgr-0a1b2c3d")
    yield Resource(ResourceKey("ec2.security_group", ("main", "web~2")), {"VpcId": Ref(VPC)})


def _apis() -> Iterator[Resource]:
    policy = {"Resource": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:*/*", "@ref": "x"}
    settings = {"policy": policy, "minimumCompressionSize": 0, "tags": {"@@join": ["y"], "@ref": "z"}}
    yield Resource(API, settings, "a1b2c3d4e5", {"createdDate": "2026-01-02T03:04:05Z", "on": Ref(VPC)})
    method = ResourceKey("apigateway.method", ("shop", "/pets", "GET"))
    numbers = {"float": 0.1, "whole": 10.0, "small": 1e-7, "large": 2**60, "negative": -1.5, "true": True}
    yield Resource(method, {"numbers": numbers, "list": [3, "2", [1, None, {}], Ref(WEB)], "template": "$input"})
    deployed = ResourceKey("apigateway.method", ("shop", "stage", "prod", "deployed", "/pets", "GET"))
    yield Resource(deployed, {"template": "$input"})


def write(objects: ObjectStore) -> None:
    """A complete snapshot, a partial one after it, a baseline, a run that was resumed, and a pairing table."""
    snapshots = Snapshots(objects)
    complete = snapshots.write(SOURCE, SCOPE, estate(), AT, VERSION)
    snapshots.write(SOURCE, SCOPE, _partial(), AT + timedelta(days=1), VERSION)
    digest = snapshots.manifest_digest(snapshots.resolve(SOURCE, complete.id))
    baselines = Baselines(objects, now=lambda: AT + timedelta(seconds=30))
    baselines.set(SOURCE, complete.id, digest, set_by="anna", reason="first complete snapshot", replaces=0)
    _journal(objects, complete.id)
    Pairings(objects).add(SOURCE, TARGET, {str(WEB): "sg-0f", str(API): "f5e4d3c2b1"})


def _partial() -> Estate:
    made = estate()
    made.drop(API)
    made.coverage["apigateway.rest_api"] = Coverage(FAILED, "AccessDenied: GetRestApis")
    made.findings.append(Finding(GAP, "not-exported", "apigateway.stage/shop/prod", "its content can't be read"))
    return made


def _journal(objects: ObjectStore, snapshot: str) -> None:
    ticks = (AT + timedelta(hours=1, milliseconds=250 * n) for n in itertools.count())
    runs = Runs(objects, TARGET, now=ticks.__next__, by=itertools.cycle(["one", "two"]).__next__)
    journal = runs.begin({"snapshot": snapshot, "source": SOURCE})
    journal.append("intent", step="1", operation="CreateSecurityGroup", params={"VpcId": Ref(VPC)})
    journal = runs.resume(journal.run)
    journal.append("done", step="1", made={str(WEB): "sg-0f"})
    journal.append("failed", step="2", code="Throttling")
    journal.append("end", ok=False)


if __name__ == "__main__":
    write(FileStore(Path(sys.argv[1]).absolute() if sys.argv[1:] else FOLDER))
