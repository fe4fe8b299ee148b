"""``restore undo``: which run on which target, what is shown and asked, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import child, refused, run
from tests.scenario.cli.conftest import CONFIG, Company
from tests.scenario.undone import whole_of


@pytest.fixture
def before(company: Company, desk: Path, first: str) -> Iterator[dict[str, Any]]:
    """The target as it is before anything is restored, with a state of its own for each test."""
    company.rebuild_target()
    config = CONFIG.replace("{region: us-west-2}", f"{{region: us-west-2, state: 'file://{desk}/state'}}")
    Path("dr-toolkit.yaml").write_text(config, encoding="utf-8")
    assert first
    yield whole_of(company.aws.world, "us-west-2")
    company.rebuild_target()


def restored() -> str:
    """Restore; the run."""
    done = run("restore", "--to", "dr", "--yes", "--format", "json")
    assert done.code == 0, done.said
    return str(done.document["run"])


def test_a_run_is_taken_back_and_only_once(company: Company, before: dict[str, Any]) -> None:
    number = restored()
    assert whole_of(company.aws.world, "us-west-2") != before
    asked = child("restore", "undo", number)
    assert asked.code == 13, asked.said
    assert f"take run {number} back" in asked.out
    assert "apigateway.rest_api/orders" in asked.out
    assert "there is no terminal to ask at" in asked.err
    done = run("restore", "undo", str(int(number)), "--yes", "--format", "json")
    assert done.code == 0, done.said
    document = done.document
    assert (document["kind"], document["undoes"], document["left"]) == ("undo", number, [])
    assert whole_of(company.aws.world, "us-west-2") == before
    refused(
        run("restore", "undo", number, "--yes"),
        13,
        f"Run {number} on target dr was taken back already, by run {document['run']}",
        next_step="dr-toolkit restore --to dr",
    )
    again = restored()
    assert int(again) > int(document["run"]), "a restore starts afresh"


def test_its_end_is_told_as_text(company: Company, before: dict[str, Any]) -> None:
    number = restored()
    done = run("restore", "undo", number, "--to", "dr", "--yes")
    assert done.code == 0, done.said
    assert re.search(rf"run {number} is taken back: \d+ steps by \d+ calls to dr in ", done.out)
    assert f"taking back run {number} (snapshot " in done.out
    assert whole_of(company.aws.world, "us-west-2") == before


def test_what_changed_since_is_named_and_the_rest_is_taken_back_where_asked(
    company: Company, before: dict[str, Any]
) -> None:
    number = restored()
    ec2 = company.client("ec2", "us-west-2")
    rows = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["web"]}])["SecurityGroups"]
    company_rule = {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_ingress(GroupId=rows[0]["GroupId"], IpPermissions=[company_rule])
    put = "ec2.security_group_rule/main/web/ingress/tcp/8080-8080/10.0.0.0%2F8 was put into it since"
    stopped = refused(run("restore", "undo", number, "--yes"), 13, put, next_step="--skip-blocked")
    assert "ec2.security_group/main/web" in stopped.out
    there = whole_of(company.aws.world, "us-west-2")
    rest = run("restore", "undo", number, "--yes", "--skip-blocked", "--format", "json")
    assert rest.code == 3, rest.said
    blocked = {b["key"]: b["reason"] for b in rest.document["blocked"]}
    assert blocked == {"ec2.security_group/main/web": f"{put}; what that run put into it stays too (3)"}
    assert rest.document["coverage"]["complete"] is False
    left = whole_of(company.aws.world, "us-west-2")
    assert left != there
    assert left.keys() == before.keys() and left["RestRegion"] == before["RestRegion"]


def test_which_target_is_for_the_run_to_tell_or_for_a_person(desk: Path, before: dict[str, Any]) -> None:
    number = restored()
    config = Path("dr-toolkit.yaml")
    text = config.read_text(encoding="utf-8")
    config.write_text(text + "  far: {region: eu-west-1}\n", encoding="utf-8")
    refused(run("restore", "undo", "77", "--yes"), 10, "no restore 77 of target dr or far")
    refused(run("restore", "undo", number, "--to", "far", "--yes"), 10, f"no restore {number} of target far")
    more = f"  far: {{region: us-west-2, state: 'file://{desk}/state/far'}}\n"
    config.write_text(text + more, encoding="utf-8")
    assert run("restore", "--to", "far", "--yes").code == 0
    there = run("restore", "--to", "far", "--yes", "--format", "json").document
    assert there["run"] == "", "nothing was to be done, so that no run was begun"
    assert run("restore", "undo", number, "--yes").code == 0


def test_a_number_on_two_targets_has_to_be_told_apart(desk: Path, before: dict[str, Any], company: Company) -> None:
    number = restored()
    company.rebuild_target()
    config = Path("dr-toolkit.yaml")
    more = f"  far: {{region: us-west-2, state: 'file://{desk}/far'}}\n"
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert run("restore", "--to", "far", "--yes").code == 0
    refused(run("restore", "undo", number, "--yes"), 64, f"a run {number} on dr and far", next_step="--to TARGET")
    assert run("restore", "undo", number, "--to", "far", "--yes").code == 0


def test_a_store_that_can_not_be_looked_at_leaves_the_target_to_be_told(
    company: Company, desk: Path, before: dict[str, Any]
) -> None:
    number = restored()
    config = Path("dr-toolkit.yaml")
    more = "  far: {region: us-west-2, state: 's3://no-such-bucket/runs'}\n"
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
    refused(run("restore", "undo", number, "--yes"), 10, "no-such-bucket", next_step="--to TARGET")
    assert run("restore", "undo", number, "--to", "dr", "--yes").code == 0


def test_a_region_without_a_config(company: Company, desk: Path, before: dict[str, Any]) -> None:
    Path("dr-toolkit.yaml").unlink()
    store = ("--store", f"file://{desk}/store")
    assert run("snapshot", "create", "us-east-1", *store).code == 0
    done = run("restore", "--to", "us-west-2", "--yes", *store, "--format", "json")
    assert done.code == 0, done.said
    undone = run("restore", "undo", done.document["run"], "--yes", *store)
    assert undone.code == 0, undone.said
    assert whole_of(company.aws.world, "us-west-2") == before


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("undo", "got nothing"),
        ("undo last", "got last"),
        ("undo 0", "got 0"),
        ("undo 1 2", "got 1 2"),
        ("redo 1", "no argument redo"),
        ("undo 1 --prune", "--prune says nothing beside undo"),
        ("undo 1 --snapshot latest --in-place", "--snapshot, --in-place says nothing beside undo"),
        ("undo 1 --only x --allow-replace", "--only, --allow-replace says nothing beside undo"),
    ],
)
def test_wrong_words(desk: Path, line: str, word: str) -> None:
    refused(run("restore", *line.split()), 64, word)


def test_an_undo_is_not_undone(company: Company, before: dict[str, Any]) -> None:
    number = restored()
    undone = run("restore", "undo", number, "--yes", "--format", "json").document["run"]
    refused(run("restore", "undo", undone, "--yes"), 13, f"run {undone} takes run {number} back")
