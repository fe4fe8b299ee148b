"""Drift as people meet it: how bad, of what, in which format; ignored, accepted, and between any two states."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.command_line import checked, refused, run
from tests.scenario.cli.conftest import CONFIG, Company

SSH = "ec2.security_group_rule/main/web/ingress/tcp/22-22/0.0.0.0%2F0"
HTTPS = "ec2.security_group_rule/main/web/ingress/tcp/443-443/10.0.0.0%2F8"


def _everyone(port: int) -> dict[str, object]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@pytest.fixture
def drifted(company: Company, desk: Path, first: str) -> Iterator[None]:
    """SSH is open to the world, and a rule has another text, until the test is over."""
    ec2 = company.client("ec2")
    ec2.authorize_security_group_ingress(GroupId=company.group, IpPermissions=[_everyone(22)])
    described = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    text = described | {"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "free text"}]}
    ec2.update_security_group_rule_descriptions_ingress(GroupId=company.group, IpPermissions=[text])
    yield
    ec2.revoke_security_group_ingress(GroupId=company.group, IpPermissions=[_everyone(22)])
    plain = described | {"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": ""}]}
    ec2.update_security_group_rule_descriptions_ingress(GroupId=company.group, IpPermissions=[plain])


@pytest.mark.usefixtures("drifted")
def test_the_verdict_comes_first_then_the_worst_then_why() -> None:
    ended = run("drift")
    assert ended.code == 2
    lines = ended.out.splitlines()
    assert lines[0] == "2 changes: 1 added, 1 changed (1 critical, 1 info)"
    worst = next(line for line in lines if "sg-world-ssh" in line)
    assert worst.strip().startswith("critical SSH is open to the world: tcp 22 from 0.0.0.0/0")
    assert "+ allowed: ingress tcp 22 from 0.0.0.0/0" in ended.out
    document = run("drift", "--format", "json").document
    assert document["summary"]["severities"] == {"critical": 1, "high": 0, "medium": 0, "low": 0, "info": 1}
    assert [a["rule"] for a in document["alerts"]] == ["sg-world-ssh", "sg-described"]
    assert document["exposure"][0]["newly_allowed"] == [
        {"direction": "ingress", "services": [{"protocol": "tcp", "ports": "22"}], "peers": ["0.0.0.0/0"]}
    ]


@pytest.mark.usefixtures("drifted")
def test_what_is_less_bad_is_neither_shown_nor_counted_but_said() -> None:
    high = run("drift", "--min-severity", "high")
    assert (high.code, high.out.splitlines()[0]) == (2, "1 change: 1 added (1 critical); 1 lesser change not shown")
    assert HTTPS not in high.out
    ignored = "drift: {ignore: [{key: '" + SSH + "', reason: known}]}"
    Path("dr-toolkit.yaml").write_text(f"{CONFIG}{ignored}\n", encoding="utf-8")
    none = run("drift", "--min-severity", "high")
    assert (none.code, none.out.splitlines()[0]) == (0, "nothing as bad as high; 1 lesser change not shown")
    refused(run("drift", "--min-severity", "worst"), 64, "worst")


@pytest.mark.usefixtures("drifted")
def test_every_format_at_once_and_all_text_escaped(company: Company) -> None:
    names = ("json", "markdown", "html", "sarif", "junit")
    rest = company.client("apigateway")
    api = rest.create_rest_api(name="<script>alert(1)</script>", endpointConfiguration={"types": ["REGIONAL"]})["id"]
    try:
        ended = run("drift", *(part for name in names for part in ("--output", f"{name}=drift.{name}")))
    finally:
        rest.delete_rest_api(restApiId=api)
    assert ended.code == 2
    texts = {name: Path(f"drift.{name}").read_text(encoding="utf-8") for name in names}
    changes = checked(texts["json"])["summary"]["changes"]
    assert "<script>alert" not in texts["html"]
    assert "&lt;script&gt;alert(1)" in texts["html"]
    assert "<script>alert" in texts["markdown"]
    log = json.loads(texts["sarif"])
    assert {r["ruleId"] for r in log["runs"][0]["results"]} >= {"sg-world-ssh", "sg-described", "api-added"}
    suite = ElementTree.fromstring(texts["junit"])
    assert (suite.get("failures"), suite.get("errors")) == (str(changes), "0")
    assert run("drift", "--output", "markdown").out.startswith("## Drift: `2 changes")


def test_report_formats_are_for_drift_and_errors_come_in_them_too(desk: Path, first: str) -> None:
    refused(run("snapshot", "list", "--output", "html=list.html"), 64, "format html is for drift")
    refused(run("drift", "--output", "pdf=x"), 64, "there is no format pdf", next_step="Name one of them.")
    outputs = [part for name in ("html", "sarif", "junit", "markdown") for part in ("--output", f"{name}=e.{name}")]
    refused(run("drift", "--against", "nosuch", *outputs), 10, "nosuch")
    texts = [Path(f"e.{name}").read_text(encoding="utf-8") for name in ("html", "sarif", "junit", "markdown")]
    assert all("nosuch" in text for text in texts)
    assert json.loads(texts[1])["runs"][0]["invocations"][0] | {"toolExecutionNotifications": 0} == {
        "executionSuccessful": False,
        "exitCode": 10,
        "toolExecutionNotifications": 0,
    }


def test_the_rule_book_is_listed() -> None:
    assert "sg-world-ssh  critical" in run("drift", "--rules").out
    document = run("drift", "--rules", "--format", "json").document
    assert document["summary"]["rules"] == len(document["rules"]) >= 40


# --- ignore rules ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("drifted")
def test_ignore_rules_take_out_what_they_name_and_are_watched_themselves() -> None:
    rules = """\
drift:
  ignore:
    - {key: "ec2.security_group_rule/*", field: Description, owner: net, reason: free text, until: 2099-01-31}
    - {key: "ec2.security_group_rule/*/22-22/*", owner: ops, reason: an audit, until: 2026-01-31}
    - {key: "apigateway.rest_api/gone", owner: web, reason: was once}
"""
    Path("dr-toolkit.yaml").write_text(CONFIG + rules, encoding="utf-8")
    ended = run("drift", "--format", "json")
    assert ended.code == 2
    document = ended.document
    assert [c["key"] for c in document["changes"]] == [SSH]
    assert [(i["key"], i["fields"], i["owner"]) for i in document["ignored"]] == [(HTTPS, ["Description"], "net")]
    about = {f["code"]: f for f in document["findings"] if f["source"] == ""}
    assert about["ignore-expired"]["severity"] == "warning"
    assert "2026-01-31" in about["ignore-expired"]["text"]
    assert "web: ignores nothing any more" in about["ignore-unused"]["text"]
    text = run("drift").out
    assert "1 change ignored by the config" in text
    assert "ignore-expired" in text


@pytest.mark.usefixtures("drifted")
def test_what_is_ignored_exposes_nothing_and_drift_of_it_alone_is_none() -> None:
    rule = "drift: {ignore: [{key: ec2.security_group/main/web, owner: net, reason: being rebuilt}]}\n"
    Path("dr-toolkit.yaml").write_text(CONFIG + rule, encoding="utf-8")
    document = run("drift", "--format", "json").document
    assert document["summary"]["exit_code"] == 0
    assert (document["alerts"], document["exposure"], len(document["ignored"])) == ([], [], 2)


# --- between any two states --------------------------------------------------------------------------


def test_two_snapshots_are_compared_without_asking_aws(company: Company, desk: Path, first: str) -> None:
    company.allow(company.group, 8443)
    second = run("snapshot", "create").out.strip()
    company.forbid(company.group, 8443)
    mark = company.gate.mark()
    ended = run("drift", "--between", first, second)
    assert ended.code == 2
    assert "+ ingress tcp 8443 from 10.0.0.0/8" in ended.out
    assert f"against snapshot {first}" in ended.out
    back = run("snapshot", "diff", second, first, "--format", "json")
    assert (back.code, back.document["summary"]["removed"]) == (2, 1)
    assert back.document["sources"][0]["live_snapshot"] == first
    same = run("snapshot", "diff", first, first)
    assert (same.code, same.out.splitlines()[0]) == (0, "in sync")
    assert run("snapshot", "diff", first, second, "--output", "html=diff.html").code == 2
    assert "8443" in Path("diff.html").read_text(encoding="utf-8")
    assert [c for c in company.gate.since(mark) if c.service not in ("s3", "sts")] == []


def test_region_against_region(company: Company, desk: Path, first: str) -> None:
    company.rebuild_target()
    assert run("restore", "--to", "dr", "--yes", "--snapshot", first).code == 0
    assert run("drift", "--with", "dr").code == 0
    company.allow(company.group, 9443)
    try:
        ended = run("drift", "--with", "dr", "--format", "json")
    finally:
        company.forbid(company.group, 9443)
    assert ended.code == 2
    assert [(c["difference"], c["key"].split("/")[5]) for c in ended.document["changes"]] == [("removed", "9443-9443")]
    assert ended.document["sources"][0]["snapshot"]["id"] == "live"
    refused(run("drift", "--with", "dr", "--between", "a", "b"), 64, "exclude each other")
    refused(run("drift", "--between", "a"), 64, "requires 2 arguments", next_step="dr-toolkit --help")
    refused(run("drift", "--with", "nosuch"), 64, "nosuch")


# --- accepting ---------------------------------------------------------------------------------------


@pytest.fixture
def own_store(company: Company, desk: Path) -> Path:
    """A store of the test's own, with a baseline in it."""
    Path("dr-toolkit.yaml").write_text(CONFIG.replace("s3://acme-dr/prod", f"file://{desk}/vault"), encoding="utf-8")
    assert run("snapshot", "create").code == 0
    return desk


def test_what_is_live_becomes_the_baseline_and_is_shown(company: Company, own_store: Path, first: str) -> None:
    refused(run("baseline", "accept"), 64, "--reason")
    refused(run("baseline", "accept", "--reason", " "), 64, "--reason says nothing")
    nothing = run("baseline", "accept", "--reason", "why not")
    assert (nothing.code, "nothing to accept" in nothing.out) == (0, True)
    company.allow(company.group, 8081)
    try:
        accepted = run("baseline", "accept", "--reason", "change 4711")
        assert accepted.code == 0, accepted.said
        assert "accepted 1 change" in accepted.out
        assert "+ ingress tcp 8081 from 10.0.0.0/8" in accepted.out
        assert run("drift").code == 0
    finally:
        company.forbid(company.group, 8081)
    assert run("drift").code == 2
    shown = run("baseline", "show", "--format", "json").document
    assert (shown["number"], shown["reason"]) == (2, "change 4711")
    assert [b["reason"] for b in shown["history"]] == ["the first complete snapshot"]
    assert "the first complete snapshot" in run("baseline", "show").out


def test_only_some_changes_are_accepted(company: Company, own_store: Path, first: str) -> None:
    group = company.add_group("jobs")
    company.allow(company.group, 8082)
    company.allow(company.group, 8083)
    try:
        refused(run("baseline", "accept", "--only", "ec2.nosuch/*", "--reason", "x"), 64, "matches none of the")
        lone = "ec2.security_group_rule/main/jobs/*"
        refused(run("baseline", "accept", "--only", lone, "--reason", "x"), 13, "needs ec2.security_group/main/jobs")
        some = ("--only", "*/8082-8082/*", "--only", "ec2.security_group/main/jobs")
        accepted = run("baseline", "accept", *some, "--reason", "approved", "--format", "json")
        assert accepted.code == 0, accepted.said
        assert accepted.document["summary"] | {"verdict": ""} == {
            "verdict": "",
            "exit_code": 0,
            "moved": True,
            "accepted": len(accepted.document["changes"]),
            "left": 1,
        }
        left = run("drift", "--format", "json").document
        assert [c["key"] for c in left["changes"]] == [
            "ec2.security_group_rule/main/web/ingress/tcp/8083-8083/10.0.0.0%2F8"
        ]
        assert run("drift", "--against", "latest").code == 0
        assert "put together by baseline accept" in run("snapshot", "show", "baseline").out
        rest = run("baseline", "accept", "--only", "ec2.*", "--reason", "the rest")
        assert (rest.code, run("drift").code) == (0, 0)
    finally:
        company.forbid(company.group, 8082)
        company.forbid(company.group, 8083)
        company.client("ec2").delete_security_group(GroupId=group)


def test_what_could_not_be_read_is_not_accepted(company: Company, own_store: Path, first: str) -> None:
    company.allow(company.group, 8084)
    company.gate.fail("DescribeSecurityGroupRules", "UnauthorizedOperation", times=9)
    try:
        refused(run("baseline", "accept", "--reason", "x"), 13, "ec2.security_group_rule", next_step="Mend")
    finally:
        company.gate.clear_faults()
        company.forbid(company.group, 8084)
    assert run("baseline", "show", "--format", "json").document["number"] == 1


def test_a_group_made_anew_is_told_by_its_id(company: Company, own_store: Path, first: str) -> None:
    ec2 = company.client("ec2")
    old = company.add_group("temporary")
    try:
        assert run("baseline", "accept", "--reason", "a group for a while").code == 0
        ec2.delete_security_group(GroupId=old)
        old = company.add_group("temporary")
        ended = run("drift", "--format", "json")
    finally:
        ec2.delete_security_group(GroupId=old)
    (change,) = ended.document["changes"]
    assert (change["key"], change["action"]) == ("ec2.security_group/main/temporary", "replace")
    assert [f["path"] for f in change["fields"]] == [["id"]]
    assert "made anew" in change["reason"]
    assert ended.document["exposure"] == []


# --- who ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("drifted")
def test_a_trail_that_can_t_be_asked_holds_nothing_up(company: Company) -> None:
    company.gate.fail("LookupEvents", "AccessDeniedException", times=2)
    ended = run("drift", "--who")
    assert ended.code == 2
    assert "Who" in ended.out
    assert "LookupEvents" in ended.out
    document = run("drift", "--who", "--format", "json").document
    assert "LookupEvents" in document["sources"][0]["who"]["trouble"]
    assert {c["who"]["state"] for c in document["changes"]} == {"unknown"}
