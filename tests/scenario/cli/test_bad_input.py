"""Bad input ends with its cause, its object, the next command and its code; nothing is written, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Ended, refused, run
from tests.scenario.cli.conftest import CONFIG, Company

DEAD_END = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def nothing_changes(company: Company, desk: Path, first: str) -> Iterator[None]:
    """No test here writes to the bucket, or changes anything in AWS, but where it does so itself."""
    before, mark = company.objects(), company.gate.mark()
    yield
    company.gate.clear_faults()
    ours = [c for c in company.gate.since(mark) if c.mutating and c.region == "us-west-2" and c.service != "s3"]
    assert ours == []
    kept = [name for name in company.objects() if "/leases/" not in name]
    assert kept == [name for name in before if "/leases/" not in name]


# --- the config --------------------------------------------------------------------------------------

CONFIGS = {
    "an unknown key": ("  prod: {region: us-east-1, regoin: x}", ["dr-toolkit.yaml:4", "regoin"]),
    "an unknown section": ("  prod: {region: us-east-1}\nsource: {}", ["dr-toolkit.yaml:5", "source"]),
    "a wrong type": ("  prod: {region: [us-east-1]}", ["dr-toolkit.yaml:4", "region"]),
    "a zone": ("  prod: {region: us-east-1a}", ["us-east-1a", "availability zone"]),
    "a bad duration": ("  prod: {region: us-east-1, rpo: soon}", ["rpo", "soon"]),
    "a bad schedule": ("  prod: {region: us-east-1, schedule: daily at 3}", ["schedule"]),
    "a key twice": ("  prod: {region: us-east-1}\n  prod: {region: us-west-1}", ["dr-toolkit.yaml:5", "prod"]),
    "no YAML": ("  prod: {region: us-east-1", ["dr-toolkit.yaml"]),
    "a tab": ("\tprod: x", ["dr-toolkit.yaml:4"]),
}


@pytest.mark.parametrize("fault", CONFIGS)
def test_a_faulty_config_is_named_by_file_line_and_key(fault: str) -> None:
    line, words = CONFIGS[fault]
    Path("dr-toolkit.yaml").write_text(f"version: 1\nstore: s3://acme-dr/prod\nsources:\n{line}\n", encoding="utf-8")
    ended = refused(run("snapshot", "create", "--format", "json"), 64, *words, next_step="Correct the file")
    assert told(ended)["type"] == "ConfigError"


def test_a_config_that_is_named_must_be_there() -> None:
    refused(run("drift", "--config", "nosuch.yaml"), 64, "nosuch.yaml", "no such file", next_step="init --config")
    refused(run("drift", "--config", "."), 64, ".:1", "can't be read")
    Path("noise.yaml").write_bytes(b"\x00\xff\xfe")
    refused(run("drift", "--config", "noise.yaml"), 64, "noise.yaml")


def test_names_that_nobody_knows() -> None:
    refused(run("snapshot", "create", "prd"), 64, "no source called prd", "known: prod", next_step="Did you mean prod?")
    refused(run("drift", "nosuch"), 64, "nosuch", next_step="config file")
    refused(run("plan", "--to", "drr"), 64, "no target called drr", "known: dr", next_step="Did you mean dr?")
    refused(run("verify", "--to", "us-west-2a"), 64, "us-west-2a")
    refused(run("baseline", "show", "--source", "nosuch"), 64, "no source called nosuch", "known: prod")


def test_no_store_and_no_source() -> None:
    Path("dr-toolkit.yaml").unlink()
    refused(run("snapshot", "create", "us-east-1"), 64, "no store", next_step="--store s3://BUCKET/PREFIX")
    refused(run("snapshot", "create", "--store", "s3://acme-dr/prod"), 64, "no source", next_step="dr-toolkit init")
    for url in ("/var/lib/dr", "http://example.com", "s3://", "file://relative", "s3://acme-dr/../x"):
        refused(run("snapshot", "list", "--store", url), 64, "--store")
    for flag in ("--store=s3://user:hunter2@acme-dr/x", "--endpoint-url=https://user:hunter2@example.com"):
        secret = refused(run("snapshot", "list", flag, "--format", "json"), 64, "no user and no password")
        assert "hunter2" not in secret.said


# --- snapshots ---------------------------------------------------------------------------------------


def test_snapshots_that_are_not_there(first: str) -> None:
    see = "dr-toolkit snapshot list --source prod"
    refused(run("snapshot", "show", "20200101T000000Z-000000000000"), 10, "20200101T000000Z", next_step=see)
    refused(run("snapshot", "show", "2020-01-01"), 10, "2020-01-01", "prod", next_step=see)
    refused(run("drift", "--against", "nosuch"), 10, "nosuch", next_step=see)
    refused(run("restore", "--to", "dr", "--snapshot", "nosuch", "--yes"), 10, "nosuch", next_step=see)
    refused(run("baseline", "set", "nosuch"), 10, "nosuch", next_step=see)
    refused(run("snapshot", "show", "2026-13-01"), 64, "2026-13-01", "is not a time")
    refused(run("snapshot", "show", ""), 10)
    error = run("snapshot", "show", "nosuch", "--format", "json")
    assert (told(error)["type"], told(error)["exit_code"]) == ("SnapshotNotFound", 10)
    with_store = run("snapshot", "show", "nosuch", "--store", "s3://acme-dr/prod")
    refused(with_store, 10, next_step="dr-toolkit --store s3://acme-dr/prod snapshot list --source prod")


def test_a_bucket_that_is_not_there_is_not_made(company: Company) -> None:
    create = "the tool never creates a bucket"
    refused(run("snapshot", "create", "--store", "s3://nosuch-bucket/x"), 10, "s3://nosuch-bucket", next_step=create)
    refused(run("drift", "--store", "s3://nosuch-bucket/x"), 10, "s3://nosuch-bucket", next_step=create)
    assert {b["Name"] for b in company.client("s3").list_buckets()["Buckets"]} == {"acme-dr"}


# --- a store that was damaged ------------------------------------------------------------------------


@pytest.fixture
def vault(company: Company, desk: Path) -> Path:
    """A folder with two snapshots in it, as the store; the config says so."""
    Path("dr-toolkit.yaml").write_text(CONFIG.replace("s3://acme-dr/prod", f"file://{desk}/vault"), encoding="utf-8")
    assert run("snapshot", "create").code == 0
    group = company.add_group("meanwhile")
    try:
        assert run("snapshot", "create").code == 0
    finally:
        company.client("ec2").delete_security_group(GroupId=group)
    return desk / "vault" / "v1" / "prod"


def bodies(vault: Path) -> list[Path]:
    """The bodies, the oldest first."""
    return [path for path in sorted(vault.glob("*.jsonl.gz")) if path.name.count(".") == 2]


def put(path: Path, data: bytes) -> None:
    """Write what the tool would never write."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def _truncated(vault: Path) -> str:
    body = bodies(vault)[-1]
    put(body, body.read_bytes()[:-40])
    return body.name


def _tampered(vault: Path) -> str:
    import gzip

    body = bodies(vault)[-1]
    put(body, gzip.compress(gzip.decompress(body.read_bytes()).replace(b"443", b"444")))
    return body.name


def _served_otherwise(vault: Path) -> str:
    import gzip

    served = sorted(vault.glob("*.served.jsonl.gz"))[-1]
    put(served, gzip.compress(gzip.decompress(served.read_bytes()).replace(b"MOCK", b"HTTP")))
    return served.name


def _swapped(vault: Path) -> str:
    old, new = bodies(vault)
    put(new, old.read_bytes())
    return new.name


def _missing(vault: Path) -> str:
    body = bodies(vault)[-1]
    body.unlink()
    return body.name


def _manifest(vault: Path, change: Callable[[dict[str, Any]], None]) -> str:
    manifest = sorted(vault.glob("*.manifest.json"))[-1]
    document = json.loads(manifest.read_text(encoding="utf-8"))
    change(document)
    put(manifest, json.dumps(document).encode())
    return manifest.name


DAMAGES: dict[str, tuple[Callable[[Path], str], str]] = {
    "truncated": (_truncated, "is not what its manifest says"),
    "tampered": (_tampered, "is not what its manifest says"),
    "served otherwise": (_served_otherwise, "is not what its manifest says"),
    "swapped": (_swapped, "is not what its manifest says"),
    "missing": (_missing, "is named by its manifest but is not in"),
    "another format": (lambda vault: _manifest(vault, lambda m: m.update(format=99)), "has format 99"),
    "half a manifest": (lambda vault: _manifest(vault, lambda m: m.pop("objects")), "can't be read"),
}


def test_damage_is_found_whatever_the_command_and_the_rest_goes_on(company: Company, vault: Path) -> None:
    sound, spoilt = (path.name.partition(".")[0] for path in bodies(vault))
    whole = {path: path.read_bytes() for path in vault.iterdir()}
    for name, (damage, words) in DAMAGES.items():
        harmed = damage(vault)
        for command in (["drift", "--against", "latest"], ["baseline", "set", spoilt]):
            ended = run(*command, "--format", "json")
            refused(ended, 12, harmed, words, next_step="Upgrade" if "format" in name else "another snapshot")
            assert told(ended)["exit_code"] == 12, name
        refused(run("restore", "--to", "dr", "--yes"), 12, harmed, words)
        assert run("snapshot", "list").code == 0
        assert run("snapshot", "show", sound).code == 0
        for path, data in whole.items():
            put(path, data)
    assert run("drift").code == 0
    refused(run("snapshot", "show", "20"), 10, "several snapshots", sound, spoilt, next_step="Give more of the id")


# --- credentials, regions, endpoints -----------------------------------------------------------------

BUCKET = "No usable AWS credentials for s3"
ANSWERS = {
    "wrong keys": ("InvalidClientTokenId", 403, "CredentialsMissing", "log in again"),
    "a wrong secret": ("SignatureDoesNotMatch", 403, "CredentialsMissing", "log in again"),
    "an expired token": ("ExpiredToken", 403, "CredentialsMissing", "log in again"),
    "a region that is off": ("RegionDisabledException", 403, "RegionUnavailable", "the account has it enabled"),
    "a region to opt into": ("OptInRequired", 401, "RegionUnavailable", "the account has it enabled"),
    "a policy": ("AccessDenied", 403, "CloudDenied", "Allow sts:GetCallerIdentity"),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_aws_says_of_who_asks_is_told(answer: str, company: Company) -> None:
    code, status, kind, next_step = ANSWERS[answer]
    for command in (["drift"], ["restore", "--to", "dr", "--yes"]):
        company.gate.fail("GetCallerIdentity", code, status, times=9)
        ended = run(*command, "--format", "json")
        company.gate.clear_faults()
        refused(ended, 1, code, next_step=next_step)
        assert told(ended)["type"] == kind


def test_a_region_that_shuts_in_the_midst_of_a_capture_leaves_no_snapshot(company: Company, desk: Path) -> None:
    company.gate.fail("DescribeSecurityGroups", "AuthFailure", 401, times=9)
    ended = run("snapshot", "create", "--store", f"file://{desk}/store", "--format", "json")
    assert ended.code == 1
    assert "AuthFailure" in ended.err
    assert [entry["id"] for entry in ended.document] == [None]
    assert not list(desk.glob("store/v1/**/*.json"))


@pytest.mark.parametrize("code", ["InvalidAccessKeyId", "ExpiredToken"])
def test_the_stores_credentials_are_told_from_the_rest(code: str, company: Company) -> None:
    company.gate.fail("*", code, 403, times=99, service="s3")
    refused(run("snapshot", "list"), 1, BUCKET, code, next_step="AWS_PROFILE")


def test_a_store_that_may_not_be_read_or_written(company: Company) -> None:
    company.gate.deny("*", service="s3")
    refused(run("snapshot", "list"), 10, "s3://acme-dr/prod", "AccessDenied", next_step="permissions")
    company.gate.clear_faults()
    company.gate.deny("PutObject", service="s3")
    refused(run("snapshot", "create"), 10, "refused", "AccessDenied", next_step="permissions")


def test_no_credentials_and_no_such_profile(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    refused(run("snapshot", "create"), 1, BUCKET, next_step="AWS_PROFILE")
    refused(run("snapshot", "create", "--store", f"file://{desk}/x"), 1, "for sts in us-east-1", next_step="--profile")
    refused(run("drift", "--profile", "nosuch"), 1, "nosuch", next_step="--profile")


def test_an_endpoint_that_is_not_there(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(run("snapshot", "create", "--endpoint-url", DEAD_END), 10, "can't be reached", next_step="the endpoint")
    there = ("--store", f"file://{desk}/store")
    ended = refused(run("snapshot", "create", "--endpoint-url", DEAD_END, *there), 1, "can't be reached", "us-east-1")
    assert "the region's status" in ended.err
    refused(run("snapshot", "create", "--endpoint-url", "nonsense", *there), 64, "--endpoint-url", "https://")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    refused(run("snapshot", "create", *there), 64, "Invalid endpoint: nonsense", next_step="https://")
    refused(run("snapshot", "create"), 64, "Invalid endpoint: nonsense", next_step="endpoint")


# --- targets and plans -------------------------------------------------------------------------------


def test_a_target_that_is_the_source() -> None:
    for command in (["plan"], ["verify"], ["restore", "--yes"]):
        ended = run(*command, "--to", "us-east-1", "--format", "json")
        refused(ended, 13, "us-east-1", "the source itself", next_step="--in-place")
        assert told(ended)["type"] == "TargetIsSource"


def test_in_place_is_for_the_snapshots_own_region() -> None:
    refused(run("restore", "--to", "dr", "--in-place", "--yes"), 64, "--in-place", next_step="Leave --in-place out")


def test_files_that_cant_be_written_are_found_out_before_the_work(company: Company, desk: Path) -> None:
    mark = company.gate.mark()
    refused(
        run("plan", "--to", "dr", "--out", "no/such/plan.json"), 64, "no/such/plan.json", next_step="Make the folder"
    )
    refused(run("plan", "--to", "dr", "--out", str(desk)), 64, "it is a folder")
    refused(run("snapshot", "create", "--output", "json=no/such/it.json"), 64, "no/such/it.json")
    assert company.gate.since(mark) == []
    refused(run("init", "--config", "no/such/dr-toolkit.yaml"), 64, "no/such/dr-toolkit.yaml")


PLANS = {
    "nothing": "",
    "no JSON": "version: 1",
    "no plan": "{}",
    "another document": '{"schema_version": 1, "kind": "drift"}',
    "another version": '{"schema_version": 99, "kind": "plan"}',
    "a part of one": '{"schema_version": 1, "kind": "plan", "snapshot": {}}',
    "too deep": "[" * 100_000,
}


@pytest.mark.parametrize("plan", PLANS)
def test_a_file_that_is_no_plan(plan: str) -> None:
    Path("plan.json").write_text(PLANS[plan], encoding="utf-8")
    make = "dr-toolkit plan --to dr --out plan.json"
    refused(run("restore", "--to", "dr", "--plan", "plan.json", "--yes"), 64, "plan.json", next_step=make)
    refused(run("restore", "--plan", "nosuch.json", "--yes"), 64, "nosuch.json", "No such file")


def edited(change: Callable[[dict[str, Any]], None]) -> Ended:
    """What becomes of a plan that somebody changed by hand."""
    document = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    change(document)
    Path("edited.json").write_text(json.dumps(document), encoding="utf-8")
    return run("restore", "--plan", "edited.json", "--yes")


def test_a_plan_that_was_edited_or_is_of_something_else(company: Company) -> None:
    assert run("plan", "--to", "dr", "--out", "plan.json").code == 2
    anew = "dr-toolkit plan --to dr --out plan.json"
    refused(edited(lambda d: d["steps"].pop()), 13, "planning anew gives other steps", next_step=anew)
    refused(edited(lambda d: d["steps"][0]["params"].update(description="x")), 13, next_step=anew)
    refused(edited(lambda d: d["target"].update(fingerprint="0" * 64)), 13, "dr", next_step=anew)
    refused(edited(lambda d: d["snapshot"].update(sha256="0" * 64)), 13, "not the one", next_step=anew)
    refused(edited(lambda d: d["snapshot"].update(id="20200101T000000Z-000000000000")), 10, "20200101T000000Z")
    refused(edited(lambda d: d["target"].update(name="nosuch")), 64, "no target called nosuch")
    elsewhere = run("restore", "--to", "us-west-1", "--plan", "plan.json", "--yes")
    refused(elsewhere, 64, "the plan is for dr", next_step="dr-toolkit plan --to us-west-1 --out FILE")


def test_a_plan_whose_target_has_moved(company: Company) -> None:
    assert run("plan", "--to", "dr", "--out", "plan.json").code == 2
    ec2 = company.client("ec2", "us-west-2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["main"]}])["Vpcs"][0]["VpcId"]
    mark = company.gate.mark()
    made = ec2.create_security_group(GroupName="web", Description="somebody was faster", VpcId=vpc)
    moved = run("restore", "--plan", "plan.json", "--yes", "--format", "json")
    ec2.delete_security_group(GroupId=made["GroupId"])
    refused(moved, 13, "dr", "has changed since the plan", next_step="dr-toolkit plan --to dr --out plan.json")
    assert told(moved)["type"] == "TargetMoved"
    assert [c for c in company.gate.since(mark) if c.mutating and c.service != "s3"] == []


def test_a_map_to_something_that_is_not_there() -> None:
    mapped = "dr: {region: us-west-2, map: {ec2.vpc/main: vpc-0123456789abcdef0}}"
    Path("dr-toolkit.yaml").write_text(CONFIG.replace("dr: {region: us-west-2}", mapped), encoding="utf-8")
    planned = run("plan", "--to", "dr", "--format", "json")
    assert planned.code == 3
    assert any("vpc-0123456789abcdef0" in gap for gap in planned.document["coverage"]["gaps"])
    ended = refused(run("restore", "--to", "dr", "--yes"), 13, "ec2.vpc/main", "vpc-0123456789abcdef0")
    assert "--skip-blocked" in ended.err


def told(ended: Ended) -> dict[str, Any]:
    """The error in the document on stdout."""
    error = ended.document["error"]
    assert error["message"] in ended.err
    return dict(error)
