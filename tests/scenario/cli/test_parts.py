"""``--only`` as a person types it."""

from __future__ import annotations

from pathlib import Path

from tests.command_line import refused, run
from tests.scenario.cli.conftest import Company

GLOB = "ec2.security_group/*/web"


def test_a_plan_keeps_its_part_and_a_restore_of_it_does_no_more(company: Company, desk: Path, first: str) -> None:
    company.rebuild_target()
    planned = run("plan", "--to", "dr", "--only", GLOB, "--out", "plan.json")
    assert planned.code == 2, planned.said
    assert f"only {GLOB}, with what that needs" in planned.out
    assert "REST API" not in planned.out
    refused(run("restore", "--plan", "plan.json", "--only", GLOB, "--yes"), 64, "--only and --plan exclude each other")
    restored = run("restore", "--plan", "plan.json", "--yes", "--format", "json")
    assert restored.code == 0, restored.said
    assert restored.document["options"]["only"] == [GLOB]
    verified = run("verify", "--to", "dr", "--only", GLOB, "--format", "json").document
    part = verified["summary"]
    assert (part["exit_code"], part["checked"], verified["only"]) == (0, 4, [GLOB])
    assert part["verdict"] == f"in sync: dr is what the snapshot says of {GLOB}"
    assert f"nothing to do: dr is what the snapshot says of {GLOB}" in run("plan", "--to", "dr", "--only", GLOB).out
    assert run("verify", "--to", "dr").code == 2


def test_a_glob_that_matches_nothing_is_refused_with_what_is_near(company: Company, desk: Path, first: str) -> None:
    for command in ("plan", "verify", "restore --yes"):
        line = [*command.split(), "--to", "dr", "--only", "ec2.security_group/main/wbe"]
        refused(run(*line), 64, "wbe matches nothing", next_step="Nearest: ec2.security_group/main/web")
