"""Mirrors, retention and doctor by the command line, on buckets of two regions."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_toolkit.model.documents import Scope
from dr_toolkit.store.journal import Runs
from dr_toolkit.store.open import open_store
from dr_toolkit.store.snapshots import Snapshots
from tests.command_line import refused, run
from tests.scenario.cli.conftest import CONFIG, Company, company, desk
from tests.scenario.keyring import Bucket, make_key, taken
from tests.stand import ACCOUNT
from tests.unit.estates import estate

__all__ = ["company", "desk"]

_numbers = itertools.count(1)
SCOPE = Scope(ACCOUNT, "us-east-1")


@pytest.fixture
def bucket(company: Company, desk: Path) -> Bucket:
    """A bucket of its own in the recovery region."""
    return Bucket(company.client("s3", "us-west-2"), f"keep-{next(_numbers):03d}")


@pytest.fixture
def mirror(company: Company, desk: Path) -> Bucket:
    """A bucket of its own elsewhere."""
    return Bucket(company.client("s3", "eu-west-1"), f"mirror-{next(_numbers):03d}")


def configure(store: str, more: str = "", source: str = "") -> None:
    """Write the config anew."""
    text = CONFIG.replace("s3://acme-dr/prod", store).replace("us-east-1}", f"us-east-1{source}}}")
    Path("dr-toolkit.yaml").write_text(text + more, encoding="utf-8")


# --- mirrors ------------------------------------------------------------------------------------------


def test_every_store_has_it_and_one_alone_restores(bucket: Bucket, mirror: Bucket, company: Company) -> None:
    """The source's region and the first store are dead: what is left restores, and can be gone on with."""
    configure(bucket.url, f"mirrors: [{{url: '{mirror.url}', region: eu-west-1}}]\n")
    taken()
    assert bucket.names("v1/") == mirror.names("v1/")
    assert bucket.names("baselines/") == mirror.names("baselines/")
    dead = f"{{url: '{bucket.url}', endpoint_url: 'http://127.0.0.1:9', region: us-west-2}}"
    configure(dead, f"mirrors: [{{url: '{mirror.url}', region: eu-west-1}}]\n")
    company.rebuild_target()
    mark = company.gate.mark()
    company.gate.refuse("us-east-1")
    try:
        ended = run("restore", "--to", "dr", "--yes")
        assert ended.code == 0, ended.said
        assert f"reading without the store {bucket.url}" in ended.err
        assert run("verify", "--to", "dr").code == 0
        assert run("drift", "dr").code == 0
    finally:
        company.gate.allow("us-east-1")
    assert [c for c in company.gate.since(mark) if c.region == "us-east-1"] == []
    assert mirror.names("runs/dr/")
    assert bucket.names("runs/") == []


def test_a_write_that_too_few_took_is_an_error_and_mirror_mends_it(bucket: Bucket, mirror: Bucket) -> None:
    more = f"mirrors: [{{url: '{mirror.url}', region: eu-west-1}}]\n"
    configure(
        bucket.url, f"mirrors: [{{url: '{mirror.url}', endpoint_url: 'http://127.0.0.1:9', region: eu-west-1}}]\n"
    )
    ended = run("snapshot", "create")
    assert ended.code == 10, ended.said
    assert "in 1 of 2 stores, and write_quorum is 2" in ended.err
    (manifest,) = [name for name in bucket.names("v1/") if name.endswith("manifest.json")]
    identity = manifest.rpartition("/")[2].partition(".")[0]
    configure(bucket.url, more)
    listed = run("snapshot", "list", "--format", "json").document["snapshots"]
    assert [(row["id"], row["short"]) for row in listed] == [(identity, True)]
    assert "in too few stores: dr-toolkit snapshot mirror" in run("snapshot", "list").out
    found = run("snapshot", "verify", identity)
    assert found.code == 12
    assert "dr-toolkit snapshot mirror brings it" in found.out
    mended = run("snapshot", "mirror", "--format", "json")
    assert mended.code == 0, mended.said
    assert [(row["copied"], row["snapshots"]) for row in mended.document["stores"]] == [(0, 0), (4, 1)]
    assert run("snapshot", "verify", "--all", "--read-data").code == 0
    assert run("snapshot", "list", "--format", "json").document["snapshots"][0]["short"] is False
    assert "nothing to copy: 2 stores hold the same" in run("snapshot", "mirror").out


def test_with_a_quorum_of_one_a_dead_mirror_holds_nothing_up(bucket: Bucket) -> None:
    more = "mirrors: [{url: 's3://gone/prod', endpoint_url: 'http://127.0.0.1:9', region: eu-west-1}]\n"
    configure(bucket.url, more + "write_quorum: 1\n")
    identity = taken()
    listed = run("snapshot", "list")
    assert identity in listed.out
    ended = run("snapshot", "mirror")
    assert ended.code == 10
    assert "s3://gone/prod" in ended.out
    verified = run("snapshot", "verify", "--format", "json")
    assert verified.code == 10
    assert verified.document["failed"][0]["store"] == "s3://gone/prod"


def test_a_damaged_copy_is_read_around_and_named(bucket: Bucket, mirror: Bucket) -> None:
    make_key("dr.key")
    more = f"mirrors: [{{url: '{mirror.url}', region: eu-west-1}}]\nsigning: {{sign_with: 'key-file:dr.key'}}\n"
    configure(bucket.url, more)
    identity = taken()
    name = f"v1/prod/{identity}.jsonl.gz"
    whole = bucket.get(name)
    bucket.put(name, whole[:100])
    assert run("plan", "--to", "dr").code in (0, 2)
    found = run("snapshot", "verify", "--read-data", "--format", "json")
    assert found.code == 12
    assert [(f["store"], f["name"]) for f in found.document["faults"]] == [(bucket.url, name)]
    mirror.delete(name)
    ended = run("snapshot", "mirror")
    assert ended.code == 12
    assert name in ended.out
    assert mirror.names(name) == [], "what is damaged is not copied"
    bucket.put(name, whole)
    assert run("snapshot", "mirror").code == 0
    assert mirror.get(name) == whole


def test_mirror_without_a_mirror_is_wrong_usage(bucket: Bucket) -> None:
    configure(bucket.url)
    refused(run("snapshot", "mirror"), 64, "no mirror")


def test_a_mirror_can_be_asked_for_alone(bucket: Bucket, mirror: Bucket) -> None:
    configure(bucket.url, f"mirrors: [{{url: '{mirror.url}', region: eu-west-1}}]\n")
    identity = taken()
    for name in bucket.names():
        bucket.delete(name)
    assert identity in run("snapshot", "list", "--store", mirror.url).out
    assert "in too few stores" in run("snapshot", "list").out


# --- retention ----------------------------------------------------------------------------------------


def past(store: str, days: int, signed: Callable[[Snapshots], Snapshots] = lambda s: s) -> list[str]:
    """Daily snapshots up to yesterday, the oldest first; their ids."""
    snapshots = signed(Snapshots(open_store(store)))
    begin = datetime.now(UTC).replace(hour=3, minute=0) - timedelta(days=days)
    return [snapshots.write("prod", SCOPE, estate(str(n)), begin + timedelta(days=n), "0.1.0").id for n in range(days)]


def verdicts(*arguments: str) -> dict[str, dict[str, Any]]:
    """What prune says, by id."""
    ended = run("snapshot", "prune", *arguments, "--format", "json")
    assert ended.code == 0, ended.said
    return {row["id"]: row for row in ended.document["snapshots"]}


def test_prune_says_why_and_leaves_manifests_and_tombstones(desk: Path) -> None:
    store = f"file://{desk}/store"
    configure(store, source=", retention: {keep_daily: 3}")
    ids = past(store, 6)
    assert run("baseline", "set", ids[1], "--reason", "agreed").code == 0
    dry = verdicts("--dry-run")
    assert [row["action"] for row in dry.values()] == ["prune", "keep", "prune", "keep", "keep", "keep"]
    assert dry[ids[1]]["reasons"] == ["the baseline"]
    assert dry[ids[0]]["reasons"] == ["no rule keeps it"]
    assert dry[ids[5]]["reasons"] == ["the last complete one", "keep_daily: the last of its day"]
    assert len(list((desk / "store/v1/prod").iterdir())) == 18, "a dry run removes nothing"
    text = run("snapshot", "prune", "--dry-run").out
    assert "2 snapshots would be pruned, 4 kept" in text
    done = verdicts()
    assert [row["done"] for row in done.values()] == [True, False, True, False, False, False]
    names = {path.name for path in (desk / "store/v1/prod").iterdir()}
    for identity in (ids[0], ids[2]):
        mine = {name for name in names if name.startswith(identity)}
        assert mine == {f"{identity}.manifest.json", f"{identity}.pruned.json"}
    assert run("snapshot", "verify", "--all", "--read-data").code == 0
    listed = {row["id"]: row["pruned"] for row in run("snapshot", "list", "--format", "json").document["snapshots"]}
    assert [listed[i] for i in ids] == [True, False, True, False, False, False]
    refused(run("plan", "--to", "dr", "--snapshot", ids[0]), 10, ids[0], "was pruned", next_step="snapshot list")
    assert "0 snapshots pruned, 4 kept" in run("snapshot", "prune").out
    assert run("snapshot", "show", ids[0]).code == 0, "its manifest still tells"


def test_what_an_unfinished_restore_needs_stays(desk: Path) -> None:
    store = f"file://{desk}/store"
    configure(store, source=", retention: {keep_last: 1}")
    ids = past(store, 4)
    runs = Runs(open_store(store), "dr").begin({"snapshot": ids[1], "source": "prod"})
    elsewhere = Runs(open_store(store), "eu-west-3").begin({"snapshot": ids[2], "source": "prod"})
    dry = verdicts("--dry-run")
    assert dry[ids[1]]["reasons"] == ["run 000001 on dr is not finished"]
    assert dry[ids[2]]["reasons"] == ["run 000001 on eu-west-3 is not finished"]
    runs.append("end")
    elsewhere.append("end")
    assert verdicts("--dry-run")[ids[1]]["action"] == "prune"


def test_what_is_locked_stays_till_it_is_not(company: Company, desk: Path) -> None:
    s3 = company.client("s3", "us-west-2")
    bucket = Bucket(s3, f"locked-{next(_numbers):03d}", ObjectLockEnabledForBucket=True)
    locked = f"{{url: '{bucket.url}', region: us-west-2, object_lock: {{mode: governance, days: 1}}}}"
    configure(locked, source=", retention: {keep_last: 1}")
    first, second = taken(), taken()
    assert first != second
    assert verdicts("--dry-run")[first]["reasons"][-1].startswith("the baseline, locked until ")
    configure(bucket.url, source=", retention: {keep_last: 1}")
    assert run("baseline", "set", second, "--reason", "the next one").code == 0
    row = verdicts()[first]
    assert (row["action"], row["done"]) == ("keep", False)
    assert row["reasons"][0].startswith("locked until ")
    assert f"v1/prod/{first}.jsonl.gz" in bucket.names()
    head = s3.head_object(Bucket=bucket.name, Key=f"prod/v1/prod/{first}.jsonl.gz")
    assert head["ObjectLockMode"] == "GOVERNANCE"
    (lease, *_) = bucket.names("leases/")
    assert "ObjectLockMode" not in s3.head_object(Bucket=bucket.name, Key=f"prod/{lease}")


def test_an_interrupted_prune_is_finished_by_the_next(desk: Path) -> None:
    store = f"file://{desk}/store"
    configure(store, source=", retention: {keep_last: 1}")
    ids = past(store, 3)
    body = desk / f"store/v1/prod/{ids[0]}.jsonl.gz"
    data = body.read_bytes()
    assert verdicts()[ids[0]]["done"]
    body.write_bytes(data)
    assert run("snapshot", "prune").code == 0
    assert not body.exists()


def test_a_signed_store_is_pruned_with_signed_tombstones(desk: Path) -> None:
    store = f"file://{desk}/store"
    make_key("dr.key")
    configure(store, "signing: {sign_with: 'key-file:dr.key'}\n", ", retention: {keep_last: 1}")
    first, _second = taken(), taken()
    key = run("snapshot", "verify", "--format", "json").document["snapshots"][0]["signed_with"][0]
    assert run("baseline", "set", "latest", "--reason", "x").code == 0
    configure(store, f"signing: {{trust: ['{key}']}}\n", ", retention: {keep_last: 1}")
    assert verdicts("--dry-run")[first]["action"] == "prune"
    refused(run("snapshot", "prune"), 64, "sign_with")
    configure(store, "signing: {sign_with: 'key-file:dr.key'}\n", ", retention: {keep_last: 1}")
    assert verdicts()[first]["done"]
    stone = json.loads((desk / f"store/v1/prod/{first}.pruned.json").read_text())
    assert [s["key"] for s in stone["signatures"]] == [key]
    assert run("snapshot", "verify", "--all", "--read-data").code == 0


def test_what_is_from_before_signing_is_no_fault_and_can_be_pruned(desk: Path) -> None:
    store = f"file://{desk}/store"
    configure(store, source=", retention: {keep_daily: 3}")
    ids = past(store, 5)
    make_key("dr.key")
    configure(store, "signing: {sign_with: 'key-file:dr.key'}\n", ", retention: {keep_daily: 3}")
    assert run("snapshot", "prune").code == 12, "there is no signed one yet"
    signed = taken()
    found = run("snapshot", "verify", "--all", "--read-data", "--format", "json")
    assert found.code == 0, found.said
    assert [(s["id"], s["state"]) for s in found.document["snapshots"]] == [
        *((identity, "unsigned") for identity in ids),
        (signed, "whole"),
    ]
    assert "5 from before signing" in found.document["summary"]["verdict"]
    assert [i for i, row in verdicts().items() if row["done"]] == ids[:3]
    assert run("snapshot", "verify", ids[4]).code == 12, "by itself nothing speaks for it"


def test_what_was_planted_is_not_kept_in_the_place_of_what_is_real(desk: Path) -> None:
    store = f"file://{desk}/store"
    make_key("dr.key")
    configure(store, "signing: {sign_with: 'key-file:dr.key'}\n", ", retention: {keep_last: 1}")
    real = [taken(), taken()]
    assert run("baseline", "set", "latest", "--reason", "x").code == 0
    later = datetime.now(UTC) + timedelta(seconds=1)
    Snapshots(open_store(store)).write("prod", SCOPE, estate("planted"), later, "0.1.0")
    refused_ = run("snapshot", "prune")
    assert refused_.code == 12
    assert "Nothing of prod is pruned" in refused_.out
    names = {path.name for path in (desk / "store/v1/prod").iterdir()}
    assert {f"{identity}.jsonl.gz" for identity in real} <= names


def test_prune_waits_for_a_mirror_that_is_silent(desk: Path) -> None:
    """A journal may lie there that needs what would be pruned."""
    store = f"file://{desk}/store"
    more = "mirrors: [{url: 's3://gone/prod', endpoint_url: 'http://127.0.0.1:9', region: eu-west-1}]\n"
    configure(store, more + "write_quorum: 1\n", ", retention: {keep_last: 1}")
    ids = past(store, 3)
    refused(run("snapshot", "prune"), 10, "s3://gone/prod")
    assert (desk / f"store/v1/prod/{ids[0]}.jsonl.gz").exists()


def test_an_unreadable_manifest_is_not_pruned_and_the_others_are(desk: Path) -> None:
    store = f"file://{desk}/store"
    configure(store, source=", retention: {keep_last: 1}")
    ids = past(store, 4)
    (desk / f"store/v1/prod/{ids[1]}.manifest.json").write_text("{}")
    ended = run("snapshot", "prune", "--format", "json")
    assert ended.code == 12
    assert [row["done"] for row in ended.document["snapshots"]] == [True, False, True, False]
    assert ended.document["failed"][0]["what"] == f"prod/{ids[1]}"


def test_a_dry_run_says_what_it_could_not_judge(desk: Path) -> None:
    store = f"file://{desk}/store"
    configure(store, source=", retention: {keep_last: 1}")
    ids = past(store, 2)
    record = desk / "store/baselines/prod/000001.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    ended = run("snapshot", "prune", "--dry-run")
    assert ended.code == 12
    assert "0 snapshots would be pruned, 0 kept; 1 failed" in ended.out
    assert ids[0] not in ended.out


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        (["v1"], "baselines/prod/000001.json"),
        (["v1", "baselines"], "baselines/prod/"),
    ],
)
def test_where_all_snapshots_of_a_source_are_gone_verify_says_so(gone: list[str], named: str, desk: Path) -> None:
    """A folder keeps no delete markers: the baseline and the anchor alone tell."""
    make_key("dr.key")
    signing = f"signing: {{sign_with: 'key-file:dr.key', anchor: 'file://{desk}/anchor'}}\n"
    configure(f"file://{desk}/store", signing)
    assert run("snapshot", "verify", "--all").code == 0, "nothing was ever there"
    only = taken()
    for name in gone:
        shutil.rmtree(desk / "store" / name)
    ended = run("snapshot", "verify", "--all", "--format", "json")
    assert ended.code == 12, ended.said
    assert {fault["name"] for fault in ended.document["faults"]} == {named, f"v1/prod/{only}.manifest.json"}


def test_without_rules_nothing_is_pruned(desk: Path) -> None:
    configure(f"file://{desk}/store")
    refused(run("snapshot", "prune"), 64, "how long", next_step="keep_daily")


# --- doctor -------------------------------------------------------------------------------------------


def checks(*arguments: str) -> dict[tuple[str, str], dict[str, str]]:
    """What doctor found, by the beginning of the subject and the check's name."""
    document = run("doctor", *arguments, "--format", "json").document
    return {(c["subject"].partition(" ")[0], c["name"]): c for c in document["checks"]}


def test_doctor_names_what_must_be_mended_and_how(company: Company, desk: Path) -> None:
    s3 = company.client("s3", "us-east-1")
    name = f"weak-{next(_numbers):03d}"
    s3.create_bucket(Bucket=name)
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{name}/*"}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Statement": [anybody]}))
    s3.put_bucket_lifecycle_configuration(
        Bucket=name,
        LifecycleConfiguration={
            "Rules": [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}]
        },
    )
    configure(f"s3://{name}/prod")
    ended = run("doctor")
    assert ended.code == 1
    assert f"aws s3api put-bucket-versioning --bucket {name}" in ended.out
    found = checks("--to", "dr")
    bad = {key for key, check in found.items() if check["state"] == "problem"}
    assert bad == {("store", c) for c in ("place", "versioning", "public access", "policy", "lifecycle")}
    for key in bad:
        assert found[key]["reason"], key
        assert found[key]["mend"], key
    assert found["source", "credentials"]["state"] == found["target", "credentials"]["state"] == "ok"
    assert found["signatures", "signing"]["state"] == "warning"


def test_doctor_has_nothing_against_a_store_as_it_should_be(company: Company, desk: Path) -> None:
    s3 = company.client("s3", "us-west-2")
    bucket = Bucket(s3, f"strong-{next(_numbers):03d}", ObjectLockEnabledForBucket=True)
    everything = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    s3.put_public_access_block(Bucket=bucket.name, PublicAccessBlockConfiguration=everything)
    tls = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    tls["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}  # type: ignore[assignment]
    s3.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps({"Statement": [tls]}))
    rule = {"ID": "pruned", "Status": "Enabled", "Filter": {"Prefix": ""}}
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket.name,
        LifecycleConfiguration={"Rules": [{**rule, "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}]},
    )
    make_key("dr.key")
    store = f"{{url: '{bucket.url}', region: us-west-2, object_lock: {{mode: governance, days: 35}}}}"
    more = f"signing: {{sign_with: 'key-file:dr.key', anchor: 'file://{desk}/anchor'}}\n"
    configure(store, more, ', schedule: "@daily", rpo: 26h, retention: {keep_daily: 14}')
    found = checks()
    odd = {key: check["text"] for key, check in found.items() if check["state"] != "ok"}
    assert odd == {("anchor", "place"): "a folder of this machine"}
    assert run("doctor").code == 0


def test_doctor_tells_of_an_anchor_in_reach_of_whoever_writes_snapshots(bucket: Bucket, mirror: Bucket) -> None:
    make_key("dr.key")
    mirrors = f"mirrors: [{{url: '{mirror.url}', region: eu-west-1}}]\n"
    for anchor, region in ((bucket, "us-west-2"), (mirror, "eu-west-1")):
        place = f"{{url: 's3://{anchor.name}/anchor', region: {region}}}"
        configure(bucket.url, f"{mirrors}signing: {{sign_with: 'key-file:dr.key', anchor: {place}}}\n")
        check = checks()["signatures", "anchor"]
        assert (check["state"], check["text"]) == ("warning", f"it lies in the bucket {anchor.name}, with snapshots")
    configure(bucket.url, f"signing: {{sign_with: 'key-file:dr.key', anchor: 's3://{mirror.name}/anchor'}}\n")
    assert ("signatures", "anchor") not in checks()


def test_doctor_tells_what_it_could_not_find_out(company: Company, desk: Path, bucket: Bucket) -> None:
    configure("s3://no-such-bucket-at-all/prod")
    found = checks()
    assert found["store", "reach"]["state"] == "problem"
    assert "no bucket" in found["store", "reach"]["text"]
    configure(bucket.url, "signing: {sign_with: 'key-file:absent.key'}\n")
    assert checks()["signatures", "key"]["state"] == "problem"
    assert run("doctor", "--to", "nowhere").code == 64


# --- the anchor in SSM --------------------------------------------------------------------------------


def test_an_anchor_in_a_parameter_tells_what_was_removed_from_the_end(bucket: Bucket, company: Company) -> None:
    make_key("dr.key")
    arn = f"arn:aws:ssm:us-west-2:{ACCOUNT}:parameter/dr-toolkit"
    configure(bucket.url, f"signing: {{sign_with: 'key-file:dr.key', anchor: 'ssm:{arn}'}}\n")
    first, second = taken(), taken()
    ssm = company.client("ssm", "us-west-2")
    value = json.loads(ssm.get_parameter(Name="/dr-toolkit/prod")["Parameter"]["Value"])
    assert value["snapshot"] == second
    assert run("snapshot", "verify", "--all").code == 0
    for name in bucket.names(f"v1/prod/{second}."):
        bucket.delete(name)
    refused(run("plan", "--to", "dr"), 12, second, f"ssm:{arn}", next_step="list-object-versions")
    assert run("plan", "--to", "dr", "--snapshot", first).code in (0, 2)
    forged = {**value, "snapshot": first, "signatures": []}
    ssm.put_parameter(Name="/dr-toolkit/prod", Value=json.dumps(forged), Type="String", Overwrite=True)
    refused(run("plan", "--to", "dr"), 12, "/dr-toolkit/prod", "no signature")
    ssm.delete_parameter(Name="/dr-toolkit/prod")
    refused(run("plan", "--to", "dr"), 12, "says nothing of this source", next_step="snapshot create")
