"""Invariant 7: every released format loads for ever. Samples of format 1, against literal expectations."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from dr_toolkit.errors import ObjectExists
from dr_toolkit.model.documents import Coverage, Finding, Manifest, Scope, StoredObject
from dr_toolkit.model.estate import Snapshot
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.store.baselines import Baseline, Baselines
from dr_toolkit.store.file import FileStore
from dr_toolkit.store.journal import Runs
from dr_toolkit.store.pairings import Pairings
from dr_toolkit.store.snapshots import Snapshots
from tests.golden import make

COMPLETE, PARTIAL = "20261122T030000Z-5177834d8c5a", "20261123T030000Z-4b005f2e510d"
PLACE = "v1/prod!2Fuse1"

PINNED = {
    "baselines/prod!2Fuse1/000001.json": "43e44a600e9ff444",
    "pairings/prod!2Fuse1/dr-usw2/000001.json": "6680bd15e386966d",
    "runs/dr-usw2/000001/000001.json": "3d97b03a6679abfc",
    "runs/dr-usw2/000001/000002.json": "b58c351fecb2eaf0",
    "runs/dr-usw2/000001/000003.json": "138ed199b66a5a6a",
    "runs/dr-usw2/000001/000004.json": "bb679b9f55961e60",
    "runs/dr-usw2/000001/000005.json": "0b1302071b5128eb",
    "runs/dr-usw2/000001/000006.json": "9027aa5416b156aa",
    f"{PLACE}/{COMPLETE}.ids.jsonl.gz": "7b00a85a417851f2",
    f"{PLACE}/{COMPLETE}.jsonl.gz": "c06d0c2c8b0a0865",
    f"{PLACE}/{COMPLETE}.manifest.json": "429b584bac0ecf0d",
    f"{PLACE}/{PARTIAL}.ids.jsonl.gz": "125393d3d68f9268",
    f"{PLACE}/{PARTIAL}.jsonl.gz": "903ea71c982c2643",
    f"{PLACE}/{PARTIAL}.partial.manifest.json": "32d1fbbcfd77183c",
}

BODY = r"""
{"attributes":{"list":[3,"2",[1,null,{}],{"@ref":"ec2.security_group/main/web"}],"numbers":{"float":0.1,"large":1152921504606846976,"negative":-1.5,"small":1e-07,"true":true,"whole":10},"template":"$input"},"key":"apigateway.method/shop/%2Fpets/GET"}
{"attributes":{"template":"$input"},"key":"apigateway.method/shop/stage/prod/deployed/%2Fpets/GET"}
{"attributes":{"minimumCompressionSize":0,"policy":{"@@ref":"x","Resource":"arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:*/*"},"tags":{"@@@join":["y"],"@@ref":"z"}},"key":"apigateway.rest_api/shop"}
{"attributes":{"Description":"web","Tags":{"Name":"Größe 日本 🙂","empty":"","lines":"a\r\nb<LS>c<NEL>d","quote":"\"\\"},"VpcId":{"@ref":"ec2.vpc/main"}},"key":"ec2.security_group/main/web"}
{"attributes":{"VpcId":{"@ref":"ec2.vpc/main"}},"key":"ec2.security_group/main/web~2"}
{"attributes":{"CidrIpv4":"10.0.0.0/8","Description":null,"FromPort":443,"ToPort":443},"key":"ec2.security_group_rule/main/web/ingress/tcp/443-443/10.0.0.0%2F8"}
{"attributes":{"CidrBlock":"10.0.0.0/16"},"key":"ec2.vpc/main"}
""".lstrip().replace("<LS>", "\u2028").replace("<NEL>", "\x85")  # fmt: skip  # noqa: E501

IDS = r"""
{"id":"a1b2c3d4e5","key":"apigateway.rest_api/shop","observed":{"createdDate":"2026-01-02T03:04:05Z","on":{"@ref":"ec2.vpc/main"}}}
{"id":"sg-0a1b2c3d","key":"ec2.security_group/main/web","observed":{}}
{"id":"sgr-0a1b2c3d","key":"ec2.security_group_rule/main/web/ingress/tcp/443-443/10.0.0.0%2F8","observed":{}}
{"id":"vpc-0a1b2c3d","key":"ec2.vpc/main","observed":{"IsDefault":false,"State":"available"}}
""".lstrip()

STORE = FileStore(make.FOLDER)


def load(spec: str) -> Snapshot:
    snapshots = Snapshots(STORE)
    return snapshots.load(snapshots.resolve("prod/use1", spec))


def test_the_samples_are_those_that_were_released() -> None:
    found = {name: hashlib.sha256(STORE.get(name)).hexdigest()[:16] for name in STORE.list("")}
    assert found == PINNED


def test_a_listing_tells_what_there_is() -> None:
    snapshots = Snapshots(STORE)
    assert snapshots.sources() == ["prod/use1"]
    assert [(e.id, e.complete) for e in snapshots.entries()] == [(COMPLETE, True), (PARTIAL, False)]
    assert snapshots.resolve("prod/use1", "latest").id == COMPLETE


def test_the_complete_snapshot() -> None:
    snapshot = load("latest")
    assert snapshot.manifest == Manifest(
        id=COMPLETE,
        taken_at="2026-11-22T03:00:00Z",
        source="prod/use1",
        scope=Scope("111122223333", "us-east-1", "aws"),
        objects={
            "body": StoredObject(
                f"{PLACE}/{COMPLETE}.jsonl.gz",
                "5177834d8c5aee535c51f435c2bafcb72142d7f6e4ef2c13b370120fcf647147",
                1078,
            ),
            "ids": StoredObject(
                f"{PLACE}/{COMPLETE}.ids.jsonl.gz",
                "486733c72a9a8f65cefc0613108754703599316f844d1b47cdfbf3b4624cb9e0",
                407,
            ),
        },
        counts={
            "apigateway.method": 2,
            "apigateway.rest_api": 1,
            "ec2.security_group": 2,
            "ec2.security_group_rule": 1,
            "ec2.vpc": 1,
        },
        coverage={
            "apigateway.method": Coverage("read"),
            "apigateway.rest_api": Coverage("read"),
            "apigateway.usage_plan": Coverage("excluded", "by the config"),
            "ec2.security_group": Coverage("read"),
            "ec2.security_group_rule": Coverage("read"),
            "ec2.vpc": Coverage("read"),
        },
        findings=(
            Finding(
                "warning",
                "region-in-text",
                "apigateway.method/shop/%2Fpets/GET",
                "us-east-1 stands in a template",
            ),
        ),
        parent=None,
        tool_version="0.1.0",
        format=1,
    )
    assert snapshot.manifest.complete
    assert b"".join(line + b"\n" for line in snapshot.estate.lines.values()) == BODY.encode()


def test_its_bodies_to_the_byte() -> None:
    assert gzip.decompress(STORE.get(f"{PLACE}/{COMPLETE}.jsonl.gz")) == BODY.encode()
    assert gzip.decompress(STORE.get(f"{PLACE}/{COMPLETE}.ids.jsonl.gz")) == IDS.encode()


def test_its_resources_as_they_are_decoded() -> None:
    estate = load(COMPLETE).estate
    vpc = ResourceKey("ec2.vpc", ("main",))
    api = estate.get("apigateway.rest_api/shop")
    assert api is not None
    assert api.physical_id == "a1b2c3d4e5"
    assert api.observed == {"createdDate": "2026-01-02T03:04:05Z", "on": Ref(vpc)}
    assert api.attributes["tags"] == {"@@join": ["y"], "@ref": "z"}
    method = estate.get("apigateway.method/shop/%2Fpets/GET")
    assert method is not None
    assert method.key.path == ("shop", "/pets", "GET")
    assert method.attributes["list"] == [
        3,
        "2",
        [1, None, {}],
        Ref(ResourceKey("ec2.security_group", ("main", "web"))),
    ]
    assert method.attributes["numbers"]["float"] == 0.1
    assert type(method.attributes["numbers"]["whole"]) is int
    group = estate.get("ec2.security_group/main/web")
    assert group is not None
    assert group.attributes["Tags"]["lines"] == "a\r\nb\u2028c\x85d"
    assert group.attributes["VpcId"] == Ref(vpc)
    second = estate.get("ec2.security_group/main/web~2")
    assert second is not None
    assert second.physical_id is None


def test_the_partial_snapshot() -> None:
    snapshot = load(PARTIAL)
    assert snapshot.manifest.parent == {
        "id": COMPLETE,
        "sha256": "429b584bac0ecf0d0a2e57d35986700996cd26202c52d9ad0d9c15ba73f979ee",
    }
    assert snapshot.manifest.gaps == (
        "apigateway.rest_api: AccessDenied: GetRestApis",
        "apigateway.stage/shop/prod: its content can't be read",
    )
    assert "apigateway.rest_api/shop" not in snapshot.estate
    assert snapshot.estate.failed == {"apigateway.rest_api": "AccessDenied: GetRestApis"}


def test_the_baseline() -> None:
    assert Baselines(STORE).history("prod/use1") == [
        Baseline(
            1,
            "prod/use1",
            COMPLETE,
            "429b584bac0ecf0d0a2e57d35986700996cd26202c52d9ad0d9c15ba73f979ee",
            "2026-11-22T03:00:30Z",
            "anna",
            "first complete snapshot",
        )
    ]


def test_the_run() -> None:
    state = Runs(STORE, "dr-usw2").last()
    assert state is not None
    assert state.run == "000001"
    assert state.finished
    assert [r["kind"] for r in state.records] == ["begin", "intent", "resumed", "done", "failed", "end"]
    assert state.begin["snapshot"] == COMPLETE
    assert state.records[1]["params"] == {"VpcId": Ref(ResourceKey("ec2.vpc", ("main",)))}
    assert state.records[3]["made"] == {"ec2.security_group/main/web": "sg-0f"}


def test_the_pairing_table() -> None:
    assert Pairings(STORE).get("prod/use1", "dr-usw2") == {
        "apigateway.rest_api/shop": "f5e4d3c2b1",
        "ec2.security_group/main/web": "sg-0f",
    }


def test_what_is_written_today_is_what_the_samples_are(tmp_path: Path) -> None:
    """Invariant 6. Packed bytes may differ with another zlib; their content may not."""
    store = FileStore(tmp_path / "store")
    make.write(store)
    assert store.list("") == STORE.list("")
    for name in store.list(""):
        unpack = gzip.decompress if name.endswith(".gz") else bytes
        assert unpack(store.get(name)) == unpack(STORE.get(name)), name


def test_the_script_leaves_samples_alone_that_it_would_write_otherwise(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    make.write(store)
    name = f"{PLACE}/{COMPLETE}.manifest.json"
    changed = json.dumps(json.loads(store.get(name)) | {"counts": {}}).encode()
    store.delete(name)
    store.put_if_absent(name, changed)
    with pytest.raises(ObjectExists, match=COMPLETE):
        make.write(store)
    assert store.get(name) == changed


def test_format_md_says_what_the_samples_show() -> None:
    text = (Path(__file__).parents[2] / "snapshots" / "FORMAT.md").read_text()
    for suffix in (".jsonl.gz", ".ids.jsonl.gz", ".manifest.json", ".partial.manifest.json"):
        assert f"v1/<source>/<id>{suffix}" in text
    manifest = json.loads(STORE.get(f"{PLACE}/{COMPLETE}.manifest.json"))
    records = [json.loads(STORE.get(name)) for name in PINNED if name.startswith(("baselines", "pairings"))]
    for member in {*manifest, *manifest["scope"], *manifest["objects"]["body"], *manifest["findings"][0]}:
        assert f"`{member}`" in text, member
    for member in {member for record in records for member in record}:
        assert f"`{member}`" in text, member
    invariants = text.partition("## Invariants")[2].partition("## By hand")[0]
    assert [line.partition(".")[0] for line in invariants.splitlines() if line[:1].isdigit()] == [
        str(n) for n in range(1, 12)
    ]
