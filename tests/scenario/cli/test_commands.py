"""Every command does what it promises, in text and in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dr_toolkit.aws.cloud import AwsCloud
from tests.command_line import checked, refused, run
from tests.scenario.cli.conftest import CONFIG, Company

ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}")


# --- init and types: nothing is needed for them -----------------------------------------------------


def test_init_writes_a_config_that_loads_and_never_overwrites_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init").code == 0
    written = Path("dr-toolkit.yaml").read_text(encoding="utf-8")
    refused(run("init"), 64, "dr-toolkit.yaml is there already", next_step="dr-toolkit init --config FILE")
    assert Path("dr-toolkit.yaml").read_text(encoding="utf-8") == written
    listed = run("snapshot", "list", "--store", f"file://{tmp_path}/store")
    assert (listed.code, "no snapshots" in listed.out) == (0, True)
    assert run("init", "--config", "other.yaml").code == 0
    assert Path("other.yaml").read_text(encoding="utf-8") == written


def test_types_names_every_type() -> None:
    from dr_toolkit.resources import registry

    text, document = run("types"), run("types", "--format", "json").document
    assert text.code == 0
    for each in registry():
        assert each.name in text.out
    assert len(document["types"]) == len(list(registry()))


# --- snapshots and baselines -------------------------------------------------------------------------


def test_the_first_snapshot_becomes_the_baseline_and_later_ones_do_not(company: Company, desk: Path) -> None:
    store = ("--store", f"file://{desk}/store")
    made = run("snapshot", "create", *store)
    assert made.code == 0
    assert ID.fullmatch(made.out.strip())
    assert "baseline" in made.err
    group = company.add_group("later")
    try:
        again = run("snapshot", "create", "prod", *store, "--format", "json")
    finally:
        company.client("ec2").delete_security_group(GroupId=group)
    (entry,) = again.document
    assert (again.code, entry["became_baseline"], entry["source"]) == (0, False, "prod")
    assert "baseline" not in again.err
    held = run("baseline", "show", *store, "--format", "json").document
    assert held["snapshot"]["id"] == made.out.strip()
    moved = run("baseline", "set", entry["id"][:24], "--reason", "the new group is meant", *store)
    assert moved.code == 0
    assert f"is now {entry['id']} (it was {made.out.strip()})" in moved.out
    shown = run("baseline", "show", *store)
    assert "the new group is meant" in shown.out
    listed = run("snapshot", "list", *store, "--format", "json").document
    assert {s["id"]: s["baseline"] for s in listed["snapshots"]} == {made.out.strip(): False, entry["id"]: True}
    shown = run("snapshot", "show", "baseline", "--resources", *store)
    assert "ec2.security_group/main/later" in shown.out


def test_several_sources_come_a_line_each_and_as_a_list(company: Company, desk: Path) -> None:
    config = CONFIG.replace("sources:", "sources:\n  west: {region: eu-west-1}")
    Path("dr-toolkit.yaml").write_text(config.replace("s3://acme-dr/prod", f"file://{desk}/store"), encoding="utf-8")
    taken = run("snapshot", "create", "--output", "text", "--output", "json=taken.json")
    assert taken.code == 0
    documents = checked(Path("taken.json").read_text(encoding="utf-8"))
    assert taken.out == "".join(f"{d['source']}\t{d['id']}\n" for d in documents)
    assert sorted(d["source"] for d in documents) == ["prod", "west"]
    refused(run("snapshot", "show"), 64, "which source?", "prod, west", next_step="--source NAME")
    west = next(d["id"] for d in documents if d["source"] == "west")
    assert run("snapshot", "show", "--source", "west", "--format", "json").document["snapshot"]["id"] == west
    listed = run("snapshot", "list", "--source", "west", "--format", "json").document
    assert [s["source"] for s in listed["snapshots"]] == ["west"]
    drift = run("drift", "--format", "json")
    assert (drift.code, {s["source"] for s in drift.document["sources"]}) == (0, {"prod", "west"})
    assert {s["source"] for s in run("drift", "west", "--format", "json").document["sources"]} == {"west"}


def test_a_snapshot_is_named_in_every_way(desk: Path, first: str) -> None:
    stamp = f"{first[:4]}-{first[4:6]}-{first[6:8]}"
    minute = f"{stamp}T{first[9:11]}:{first[11:13]}"
    for name in ("latest", "baseline", first, first[:20], stamp, minute, f"{minute}:{first[13:15]}Z"):
        shown = run("snapshot", "show", name, "--format", "json")
        assert (shown.code, shown.document["snapshot"]["id"]) == (0, first), name
    assert first in run("snapshot", "show").out


def test_regions_do_for_names_and_no_config_is_needed(company: Company, desk: Path) -> None:
    Path("dr-toolkit.yaml").unlink()
    store = ("--store", f"file://{desk}/store")
    made = run("snapshot", "create", "us-east-1", *store)
    assert made.code == 0, made.said
    listed = run("snapshot", "list", *store, "--format", "json").document
    assert [s["source"] for s in listed["snapshots"]] == ["us-east-1"]
    assert run("drift", "us-east-1", *store).code == 0
    assert run("plan", "--to", "us-west-2", "--source", "us-east-1", *store).code in (0, 2)
    assert run("plan", "--to", "us-west-2", *store, "--format", "json").document["snapshot"]["source"] == "us-east-1"


def test_snapshots_outlive_the_config_that_they_were_taken_with(desk: Path, first: str) -> None:
    Path("dr-toolkit.yaml").unlink()
    store = ("--store", "s3://acme-dr/prod")
    shown = run("snapshot", "show", "--source", "prod", *store)
    assert (shown.code, first in shown.out) == (0, True)
    assert first in run("baseline", "show", *store, "--region", "eu-central-1").out
    refused(run("snapshot", "show", "--source", "prodd", *store), 64, "no source called prodd", "known: prod")


# --- drift -------------------------------------------------------------------------------------------


def test_drift_says_what_changed_and_against_what(company: Company, desk: Path, first: str) -> None:
    clean = run("drift", "prod")
    assert (clean.code, clean.out.splitlines()[0]) == (0, "in sync")
    company.allow(company.group, 22)
    try:
        drifted = run("drift", "--output", "text", "--output", "json=drift.json")
        against = run("drift", "--against", first, "--format", "json")
    finally:
        company.forbid(company.group, 22)
    assert drifted.code == against.code == 2
    assert "ingress tcp 22 from 10.0.0.0/8" in drifted.out
    document = checked(Path("drift.json").read_text(encoding="utf-8"))
    assert (document["summary"]["added"], document["summary"]["in_sync"]) == (1, False)
    assert document["changes"][0]["key"] == "ec2.security_group_rule/main/web/ingress/tcp/22-22/10.0.0.0%2F8"
    assert against.document["sources"][0]["against"] == first


# --- plan, restore, verify ---------------------------------------------------------------------------


def test_the_way_into_another_region(company: Company, desk: Path, first: str) -> None:
    company.rebuild_target()
    differs = run("verify", "--to", "dr", "--format", "json")
    assert (differs.code, differs.document["summary"]["in_sync"]) == (2, False)
    planned = run("plan", "--to", "dr", "--out", "plan.json")
    assert planned.code == 2
    assert "+ Security group main/web" in planned.out
    assert checked(Path("plan.json").read_text(encoding="utf-8"))["snapshot"]["id"] == first
    assert run("plan", "--to", "dr", "--format", "json").document["steps"]
    mark = company.gate.mark()
    refused(run("restore", "--to", "dr"), 13, "Nothing was changed", "no terminal", next_step="--yes")
    assert not [c for c in company.gate.since(mark) if c.mutating and c.service != "s3"]
    restored = run("restore", "--plan", "plan.json", "--yes", "--format", "json")
    assert restored.code == 0, restored.said
    assert restored.document["summary"]["verified"] is True
    assert "+ Security group main/web" in restored.err
    assert run("verify", "--to", "dr").code == 0
    assert run("plan", "--to", "us-west-2").code in (0, 2)
    again = run("restore", "--to", "dr", "--yes")
    assert (again.code, "nothing to do" in again.out) == (0, True)


def test_extra_roots_go_with_prune_alone(company: Company, desk: Path, first: str) -> None:
    company.rebuild_target()
    ec2 = company.client("ec2", "us-west-2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["main"]}])["Vpcs"][0]["VpcId"]
    ec2.create_security_group(GroupName="stray", Description="stray", VpcId=vpc)
    kept = run("restore", "--to", "dr", "--yes")
    assert kept.code == 0, kept.said
    names = {g["GroupName"] for g in ec2.describe_security_groups()["SecurityGroups"]}
    assert {"stray", "web"} <= names
    pruned = run("restore", "--to", "dr", "--yes", "--prune")
    assert pruned.code == 0, pruned.said
    assert "stray" not in {g["GroupName"] for g in ec2.describe_security_groups()["SecurityGroups"]}


def test_drift_is_reverted_in_place(company: Company, desk: Path, first: str) -> None:
    company.allow(company.group, 23)
    refused(run("restore", "--to", "us-east-1", "--yes"), 13, "the snapshot's own region", next_step="--in-place")
    refused(run("plan", "--to", "us-east-1"), 13, "the snapshot's own region", next_step="--in-place")
    assert run("drift").code == 2
    reverted = run("restore", "--to", "us-east-1", "--in-place", "--yes")
    assert reverted.code == 0, reverted.said
    assert run("drift").code == 0


def test_what_is_blocked_stops_a_restore_or_is_skipped_and_named(company: Company, desk: Path, first: str) -> None:
    company.aws.reset_region("us-west-2")
    blocked = refused(run("restore", "--to", "dr", "--yes"), 13, "can't be done", next_step="--skip-blocked")
    assert "ec2.security_group/main/web" in blocked.err
    rest = run("restore", "--to", "dr", "--yes", "--skip-blocked", "--format", "json")
    assert rest.code == 3
    assert rest.document["coverage"]["complete"] is False
    assert any("main/web" in gap for gap in rest.document["coverage"]["gaps"])


def test_an_interrupted_run_is_gone_on_with(
    company: Company, desk: Path, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.rebuild_target()
    none = run("restore", "--to", "dr", "--resume", "--yes")
    refused(none, 10, "no unfinished restore of target dr", next_step="dr-toolkit restore --to dr")
    with monkeypatch.context() as patch:
        patch.setattr(AwsCloud, "call", interrupting(AwsCloud.call, "CreateStage"))
        stopped = run("restore", "--to", "dr", "--yes")
    assert (stopped.code, "the same command goes on" in stopped.err) == (130, True)
    other = run("snapshot", "create")
    assert other.code == 0, other.said
    unfinished = run("restore", "--to", "dr", "--yes")
    refused(unfinished, 13, first, "not finished", next_step="dr-toolkit restore --to dr --resume")
    mark = company.gate.mark()
    resumed = run("restore", "--to", "dr", "--resume", "--yes")
    assert resumed.code == 0, resumed.said
    made = [c.operation for c in company.gate.since(mark) if c.operation in ("CreateRestApi", "CreateStage")]
    assert made == ["CreateStage"]
    refused(run("restore", "--to", "dr", "--resume", "000099", "--yes"), 10, "000099")


def test_a_step_that_fails_is_named_and_the_command_that_is_shown_mends_it(
    company: Company, desk: Path, first: str
) -> None:
    company.rebuild_target()
    company.gate.fail("CreateStage", "BadRequestException")
    failed = run("restore", "--to", "dr", "--yes", "--snapshot", first)
    assert failed.code == 1
    assert "CreateStage failed as the test wants it" in failed.out
    shown = failed.out.partition("then: dr-toolkit ")[2].splitlines()[0]
    mended = run(*shown.split(), "--yes")
    assert mended.code == 0, f"{shown}: {mended.said}"


def interrupting(call: Callable[..., Any], operation: str) -> Callable[..., Any]:
    """The same call, but somebody presses Ctrl-C at that operation."""

    def called(self: AwsCloud, service: str, name: str, params: Any) -> Any:
        if name == operation:
            raise KeyboardInterrupt
        return call(self, service, name, params)

    return called


# --- the schedule ------------------------------------------------------------------------------------


def test_one_round_of_the_schedule(company: Company, desk: Path) -> None:
    scheduled = "prod: {region: us-east-1, schedule: '0 3 * * *', rpo: 26h}"
    config = CONFIG.replace("prod: {region: us-east-1}", scheduled).replace("s3://acme-dr/prod", f"file://{desk}/s")
    Path("dr-toolkit.yaml").write_text(config, encoding="utf-8")
    stale = run("schedule", "status", "--format", "json")
    assert (stale.code, stale.document["summary"]["exit_code"]) == (4, 4)
    taken = run("schedule", "once")
    assert taken.code == 0, taken.said
    assert run("schedule", "status").code == 0
    again = run("schedule", "once", "--format", "json")
    assert (again.code, [s["outcome"] for s in again.document["sources"]]) == (0, ["not due"])


def test_json_is_what_goes_to_stdout_and_nothing_else(desk: Path, first: str) -> None:
    for command in (["snapshot", "list"], ["baseline", "show"], ["drift"], ["types"], ["schedule", "status"]):
        ended = run(*command, "--format", "json")
        assert json.loads(ended.out), command
        assert ended.document["summary"]["verdict"], command
