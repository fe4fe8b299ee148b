"""Whether a target is ready: told by ``plan`` and ``doctor --to``, with nothing changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import refused, run
from tests.estate_groups import build_vpcs
from tests.estates import Estate
from tests.scenario.cli import conftest as fixtures
from tests.scenario.cli.conftest import CONFIG, Company
from tests.stand import Gate

company, desk, first = fixtures.company, fixtures.desk, fixtures.first


@pytest.fixture
def target(company: Company) -> Iterator[Gate]:
    """The recovery region as it is before anything is restored; nothing is changed there."""
    company.rebuild_target()
    mark = company.gate.mark()
    yield company.gate
    changed = [c for c in company.gate.since(mark) if c.mutating and c.service != "s3"]
    company.gate.clear_faults()
    assert [str(c) for c in changed] == []


def checks(*arguments: str) -> dict[str, dict[str, str]]:
    """What doctor found of the target, by the check's name."""
    document = run("doctor", *arguments, "--format", "json").document
    return {c["name"]: c for c in document["checks"] if c["subject"].startswith("target")}


def test_a_target_that_is_ready(desk: Path, first: str, target: Gate) -> None:
    mark = target.mark()
    found = checks("--to", "dr")
    assert {c["name"] for c in found.values() if c["state"] == "problem"} == set()
    assert first in found["snapshot"]["text"]
    assert found["ready"]["state"] == "ok"
    assert found["landmarks"]["text"].startswith("1 of 1 things that a restore finds and never makes")
    tried = [c.operation for c in target.since(mark) if c.params.get("DryRun")]
    assert sorted(tried) == sorted(set(tried))
    assert {"CreateSecurityGroup", "AuthorizeSecurityGroupIngress"} <= set(tried)
    said = run("doctor", "--to", "dr").out
    assert "permission-unknown: apigateway: AWS has no dry run of" in said
    assert (
        "permission-unknown: apigateway: whether API Gateway's calls are allowed can't be simulated: The endpoint"
        in said
    )


def test_what_the_role_may_not_do_is_a_problem_and_a_gap_of_the_plan(desk: Path, first: str, target: Gate) -> None:
    target.deny("AuthorizeSecurityGroupIngress", service="ec2")
    check = checks("--to", "dr")["permission-missing"]
    assert check["state"] == "problem"
    assert "ec2:AuthorizeSecurityGroupIngress" in check["text"]
    assert run("doctor", "--to", "dr").code == 1
    planned = run("plan", "--to", "dr")
    assert planned.code == 3
    assert "gap permission-missing: the role in use may not call ec2:AuthorizeSecurityGroupIngress" in planned.out


def test_what_is_blocked_is_a_problem_with_what_unblocks_it(
    company: Company, desk: Path, first: str, target: Gate
) -> None:
    company.aws.reset_region("us-west-2")
    build_vpcs(company.client("ec2", "us-west-2"), Estate("us-west-2"), {"other": "10.120.0.0/16"})
    target.reset()
    check = checks("--to", "dr")["blocked"]
    assert check["state"] == "problem"
    assert "no VPC main could be told in the target" in check["text"]
    assert "map it in the config" in check["mend"]
    company.rebuild_target()
    target.reset()


def test_without_a_snapshot_access_alone_is_looked_at_and_that_is_said(desk: Path, target: Gate) -> None:
    empty = ("--to", "dr", "--store", f"file://{desk}/empty")
    found = checks(*empty)
    assert found["snapshot"]["state"] == "warning"
    assert "only access was looked at" in found["snapshot"]["text"]
    assert found["apigateway:GetRestApis"]["state"] == found["ec2:DescribeSecurityGroups"]["state"] == "ok"
    target.deny("DescribeSecurityGroups", service="ec2")
    assert checks(*empty)["ec2:DescribeSecurityGroups"]["state"] == "problem"
    refused(run("doctor", *empty, "--snapshot", "2026-11-22"), 10, "2026-11-22")
    refused(run("doctor", "--snapshot", "latest"), 64, "--snapshot goes with --to")


def test_a_map_of_nothing_is_told(desk: Path, first: str, target: Gate) -> None:
    text = CONFIG.replace("dr: {region: us-west-2}", "dr: {region: us-west-2, map: {ec2.vpc/mian: vpc-1}}")
    Path("dr-toolkit.yaml").write_text(text, encoding="utf-8")
    assert "ec2.vpc/mian" in checks("--to", "dr")["map-unused"]["text"]


def test_a_group_without_room_for_what_is_missing_is_told_and_nobody_is_shut_out(
    company: Company, desk: Path, first: str, target: Gate
) -> None:
    """Sixty rules of which none is wanted: what only narrows stays till what is missing is authorised."""
    assert run("restore", "--to", "dr", "--yes", "--quiet", "--only", "ec2.security_group/main/web").code == 0
    ec2 = company.client("ec2", "us-west-2")
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["web"]}])["SecurityGroups"]
    held, group_id = group["IpPermissions"], group["GroupId"]
    ec2.revoke_security_group_ingress(GroupId=group_id, IpPermissions=held)
    narrow = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    ranges = [{"CidrIp": f"10.0.{n}.0/24"} for n in range(60)]
    ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[narrow | {"IpRanges": ranges}])
    planned = run("plan", "--to", "dr", "--only", "ec2.security_group/main/web")
    assert planned.code == 3, planned.said
    assert "no-headroom: there is no room to authorise before revoking: it would hold 61 inbound rules" in planned.out
    only = ("--only", "ec2.security_group/main/web", "--format", "json")
    failed = run("restore", "--to", "dr", "--yes", "--quiet", *only)
    assert failed.code == 1
    assert "no-headroom" in {finding["code"] for finding in json.loads(failed.out)["findings"]}
    (after,) = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    assert len(after["IpPermissions"][0]["IpRanges"]) == 60
    company.rebuild_target()
    target.reset()
