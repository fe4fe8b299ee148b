"""Global flags: anywhere on the line, over the environment, over the file; a config is honoured whole or refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import checked, child, refused, run
from tests.scenario.cli.conftest import CONFIG, Company
from tests.stand import ACCESS_KEY, SECRET_KEY

NOTHING = "http://127.0.0.1:9"

SECTIONS = {
    "notify": "notify: [{webhook: https://example.com/hook}]",
}


@pytest.mark.parametrize("section", SECTIONS)
def test_a_config_that_would_not_be_honoured_is_refused(section: str, desk: Path) -> None:
    Path("dr-toolkit.yaml").write_text(f"{CONFIG}{SECTIONS[section]}\n", encoding="utf-8")
    refused(run("snapshot", "list"), 64, section, "not available yet", "dr-toolkit.yaml", next_step="Take it out")


@pytest.mark.parametrize("before", [True, False])
def test_flags_stand_before_or_after_the_command(before: bool, desk: Path, first: str) -> None:
    Path("dr-toolkit.yaml").rename("elsewhere.yaml")
    flags = ["--config", "elsewhere.yaml", "--format", "json", "--source", "prod", "--quiet", "--no-color"]
    command = ["snapshot", "show", "latest"]
    ended = run(*flags, *command) if before else run(*command, *flags)
    assert (ended.code, ended.document["snapshot"]["id"], ended.err) == (0, first, "")


def test_the_flag_after_the_command_goes_over_the_one_before(desk: Path) -> None:
    assert run("--format", "json", "types", "--format", "text").out.partition("\n")[0].endswith("left out")
    assert run("--format", "text", "types", "--format", "json").document["kind"] == "types"


def test_every_flag_has_its_variable(desk: Path, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("dr-toolkit.yaml").rename("elsewhere.yaml")
    for name, value in {"CONFIG": "elsewhere.yaml", "SOURCE": "prod", "QUIET": "1", "NO_COLOR": "true"}.items():
        monkeypatch.setenv(f"DR_TOOLKIT_{name}", value)
    monkeypatch.setenv("DR_TOOLKIT_FORMAT", "json")
    ended = run("snapshot", "show")
    assert (ended.code, ended.document["snapshot"]["id"]) == (0, first)
    monkeypatch.setenv("DR_TOOLKIT_STORE", f"file://{desk}/empty")
    assert run("snapshot", "list").document["snapshots"] == []
    monkeypatch.setenv("DR_TOOLKIT_OUTPUT", "text json=list.json")
    monkeypatch.delenv("DR_TOOLKIT_FORMAT")
    assert "no snapshots" in run("snapshot", "list").out
    assert checked(Path("list.json").read_text(encoding="utf-8"))["snapshots"] == []
    monkeypatch.setenv("DR_TOOLKIT_PROFILE", "nosuch")
    refused(run("snapshot", "create"), 1, "nosuch")
    monkeypatch.delenv("DR_TOOLKIT_PROFILE")
    monkeypatch.setenv("DR_TOOLKIT_ENDPOINT_URL", "nonsense")
    refused(run("snapshot", "create"), 64, "--endpoint-url")
    monkeypatch.setenv("DR_TOOLKIT_LOG_FORMAT", "loud")
    refused(run("snapshot", "list"), 64, "loud")


def test_flags_that_permit_have_no_variable(company: Company, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("snapshot", "create", "--store", f"file://{desk}/store").code == 0
    for name in ("YES", "PRUNE", "IN_PLACE", "SKIP_BLOCKED", "ALLOW_REPLACE"):
        monkeypatch.setenv(f"DR_TOOLKIT_{name}", "1")
    store = ("--store", f"file://{desk}/store")
    refused(run("restore", "--to", "us-east-1", *store), 13, next_step="--in-place")
    company.rebuild_target()
    refused(run("restore", "--to", "dr", *store), 13, next_step="--yes")


def test_flags_go_over_the_environment_and_that_over_the_file(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_file, of_environment, of_flag = (f"file://{desk}/{name}" for name in ("file", "environment", "flag"))
    Path("dr-toolkit.yaml").write_text(CONFIG.replace("s3://acme-dr/prod", of_file), encoding="utf-8")
    assert run("snapshot", "list", "--format", "json").document["store"] == of_file
    monkeypatch.setenv("DR_TOOLKIT_STORE", of_environment)
    assert run("snapshot", "list", "--format", "json").document["store"] == of_environment
    assert run("snapshot", "list", "--format", "json", "--store", of_flag).document["store"] == of_flag


@pytest.mark.parametrize("variable", ["DR_TOOLKIT_FORMAT", "DR_TOOLKIT_OUTPUT"])
def test_a_typed_format_goes_over_either_variable(
    variable: str, desk: Path, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "json")
    assert run("baseline", "show").document["snapshot"]["id"] == first
    for flag in ("--format", "--output"):
        assert run("baseline", "show", flag, "text").out.startswith("the baseline of prod")
        assert run(flag, "text", "baseline", "show").out.startswith("the baseline of prod")


def test_several_formats_at_once(desk: Path, first: str) -> None:
    both = run("baseline", "show", "--output", "json", "--output", "text=baseline.txt")
    assert both.document["snapshot"]["id"] == first
    assert first in Path("baseline.txt").read_text(encoding="utf-8")
    into_file = run("baseline", "show", "--output", "json=baseline.json")
    assert checked(Path("baseline.json").read_text(encoding="utf-8")) == both.document
    assert into_file.out == Path("baseline.txt").read_text(encoding="utf-8")
    assert run("baseline", "show", "--format", "json", "--output", "text=again.txt").document == both.document
    refused(run("baseline", "show", "--output", "json", "--output", "text"), 64, "only one format")
    refused(run("baseline", "show", "--output", "json="), 64, "names no file")
    refused(run("baseline", "show", "--output", "yaml"), 64, "yaml", "text, json")


def test_an_error_takes_the_place_of_a_report_in_a_file(desk: Path) -> None:
    Path("report.json").write_text('{"of": "yesterday"}', encoding="utf-8")
    Path("report.txt").write_text("in sync\n", encoding="utf-8")
    outputs = ("--output", "json=report.json", "--output", "text=report.txt")
    ended = refused(run("drift", "--store", f"file://{desk}/empty", *outputs), 10, "no baseline")
    assert ended.out == ""
    assert checked(Path("report.json").read_text(encoding="utf-8"))["error"]["type"] == "BaselineNotFound"
    assert Path("report.txt").read_text(encoding="utf-8").startswith("error: Source prod has no baseline")


def test_quiet_says_nothing_but_the_result_and_errors(company: Company, desk: Path) -> None:
    store = ("--store", f"file://{desk}/store")
    made = run("snapshot", "create", "-q", *store)
    assert (made.code, made.err) == (0, "")
    refused(run("snapshot", "show", "nosuch", "--quiet", *store), 10, "nosuch")


def test_the_log_is_on_stderr_in_either_format_and_names_no_key(company: Company, desk: Path) -> None:
    store = f"file://{desk}/store"
    for flag in ("-v", "-vv"):
        for log_format in ("text", "json"):
            ended = run("snapshot", "create", flag, "--log-format", log_format, "--format", "json", "--store", store)
            assert (ended.code, len(ended.document)) == (0, 1)
    logged = [json.loads(line) for line in ended.err.splitlines() if line.startswith("{")]
    assert {frozenset(entry) for entry in logged} == {frozenset({"at", "level", "logger", "message"})}
    assert "ec2:DescribeSecurityGroups in us-east-1" in {entry["message"] for entry in logged}


def test_colours_are_for_terminals_or_for_who_forces_them(
    desk: Path, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b[" not in run("snapshot", "list").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("snapshot", "list").out
    assert "\x1b[" in run("snapshot", "show", "nosuch").err
    assert "\x1b[" not in run("snapshot", "list", "--no-color").out
    assert "\x1b[" not in run("snapshot", "show", "nosuch", "--no-color").err
    monkeypatch.setenv("DR_TOOLKIT_NO_COLOR", "1")
    assert "\x1b[" not in run("snapshot", "show", "nosuch").said
    monkeypatch.delenv("DR_TOOLKIT_NO_COLOR")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("snapshot", "list").out


def test_awss_own_settings_are_honoured(company: Company, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("credentials").write_text(
        f"[work]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n", encoding="utf-8"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(desk / "credentials"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    store = ("--store", "s3://acme-dr/own")
    Path("dr-toolkit.yaml").unlink()
    made = child("snapshot", "create", *store, AWS_PROFILE="work", AWS_REGION="us-east-1")
    assert made.code == 0, made.said
    listed = run("snapshot", "list", *store, "--format", "json", "--profile", "work")
    assert [s["source"] for s in listed.document["snapshots"]] == ["us-east-1"]
    refused(run("snapshot", "list", *store), 1, "No usable AWS credentials", next_step="--profile")
    monkeypatch.setenv("AWS_PROFILE", "work")
    assert run("snapshot", "list", *store).code == 0
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOTHING)
    over = run("snapshot", "list", *store, "--endpoint-url", company.aws.endpoint)
    assert over.code == 0, over.said


def test_help_and_typos(desk: Path) -> None:
    assert "Usage: dr-toolkit" in run("--help").out
    assert "[SOURCE]" in run("policy", "snapshot", "--help").out
    assert "--snapshot" in run("restore", "-h").out
    assert run("--version").out.startswith("dr-toolkit, version")
    assert run().code == run("snapshot").code == 64
    refused(run("snapsot"), 64, "Did you mean 'snapshot'", next_step="dr-toolkit --help")
    refused(run("drift", "--agianst", "x"), 64, "Did you mean '--against'", next_step="dr-toolkit drift --help")
    refused(run("plan"), 64, "--to", next_step="dr-toolkit plan --help")
    refused(run("restore"), 64, "where to?", next_step="--to TARGET")
    refused(run("restore", "dr"), 64, "dr", next_step="--to TARGET")
    refused(run("restore", "--to", "dr", "--snapshot", "a", "--plan", "p.json"), 64, "p.json")
    usage = run("plan", "--format", "json")
    assert (usage.code, usage.document["error"]["exit_code"]) == (64, 64)
