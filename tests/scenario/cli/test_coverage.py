"""What could not be read is named, and nothing that rests on it is called clean, latest or baseline."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import Ended, refused, run
from tests.scenario.cli.conftest import CONFIG, Company
from tests.stand import Gate

WAYS = {
    "denied": lambda gate, operation: gate.deny(operation),
    "not implemented": lambda gate, operation: gate.unsupported(operation, status=501),
    "not found": lambda gate, operation: gate.unsupported(operation, status=404),
    "server error": lambda gate, operation: gate.unsupported(operation, status=500),
}
TYPES = {
    "DescribeSecurityGroupRules": "ec2.security_group_rule",
    "DescribeManagedPrefixLists": "ec2.prefix_list",
    "GetAuthorizers": "apigateway.authorizer",
    "GetRestApis": "apigateway.rest_api",
}
REASONS = {
    ("denied", "ec2"): "UnauthorizedOperation",
    ("denied", "apigateway"): "AccessDeniedException",
    ("not implemented", "ec2"): "does not offer",
    ("not implemented", "apigateway"): "does not offer",
    ("not found", "ec2"): "does not offer",
    ("not found", "apigateway"): "does not offer",
    ("server error", "ec2"): "does not offer",
    ("server error", "apigateway"): "does not offer",
}


@pytest.fixture
def store(desk: Path) -> str:
    """A folder as the store, and the config that says so."""
    url = f"file://{desk}/store"
    Path("dr-toolkit.yaml").write_text(CONFIG.replace("s3://acme-dr/prod", url), encoding="utf-8")
    return url


def break_it(gate: Gate, operation: str, way: str = "denied") -> None:
    """Have an operation fail in one of the ways."""
    WAYS[way](gate, operation)


def manifests(desk: Path) -> list[str]:
    """The manifests in the store."""
    return sorted(path.name for path in desk.glob("store/v1/prod/*manifest.json"))


@pytest.mark.parametrize(
    ("operation", "way"),
    [
        *((operation, "denied") for operation in TYPES),
        *((operation, way) for operation in ("GetAuthorizers", "DescribeSecurityGroupRules") for way in list(WAYS)[1:]),
    ],
)
def test_a_type_that_cant_be_read_is_named_with_its_reason(
    operation: str, way: str, company: Company, desk: Path, store: str
) -> None:
    break_it(company.gate, operation, way)
    taken = run("snapshot", "create", "--output", "text", "--output", "json=taken.json")
    assert taken.code == 3, taken.said
    name = TYPES[operation]
    reason = REASONS[way, name.partition(".")[0]]
    assert any(name in line for line in taken.err.splitlines())
    assert reason in taken.err
    assert manifests(desk) == [f"{taken.out.strip()}.partial.manifest.json"]
    (document,) = Ended(0, Path("taken.json").read_text(encoding="utf-8"), "").document
    assert (document["complete"], document["became_baseline"]) == (False, False)
    assert document["coverage"]["types"][name]["status"] == "failed"
    assert reason in document["coverage"]["types"][name]["reason"]
    assert name not in document["snapshot"]["counts"]


def test_an_incomplete_snapshot_is_never_latest_nor_the_baseline(company: Company, desk: Path, store: str) -> None:
    break_it(company.gate, "DescribeManagedPrefixLists")
    partial = run("snapshot", "create").out.strip()
    refused(run("baseline", "show"), 10, "no baseline", next_step="dr-toolkit snapshot create prod")
    refused(run("drift"), 10, "no baseline")
    refused(run("snapshot", "show"), 10, "No snapshot latest", next_step=partial)
    refused(run("plan", "--to", "dr"), 10, "No snapshot latest", next_step=partial)
    refused(run("baseline", "set", partial), 13, "incomplete", "ec2.prefix_list", next_step="snapshot create prod")
    refused(run("baseline", "show"), 10, "no baseline")
    listed = run("snapshot", "list", "--format", "json").document
    assert [(s["id"], s["complete"], s["baseline"]) for s in listed["snapshots"]] == [(partial, False, False)]
    shown = run("snapshot", "show", partial)
    assert (shown.code, "UnauthorizedOperation" in shown.out) == (0, True)
    company.gate.clear_faults()
    group = company.add_group("meanwhile")
    try:
        whole = run("snapshot", "create")
    finally:
        company.client("ec2").delete_security_group(GroupId=group)
    assert whole.code == 0
    assert run("snapshot", "show", "--format", "json").document["snapshot"]["id"] == whole.out.strip()
    assert run("baseline", "show", "--format", "json").document["snapshot"]["id"] == whole.out.strip()


def test_drift_never_says_clean_of_what_it_could_not_read(company: Company, desk: Path, first: str) -> None:
    break_it(company.gate, "DescribeManagedPrefixLists")
    unsure = run("drift")
    assert unsure.code == 3
    assert unsure.out.startswith("can't say clean: ec2.prefix_list could not be read")
    assert "UnauthorizedOperation" in unsure.out
    document = run("drift", "--format", "json").document
    assert (document["summary"]["in_sync"], document["coverage"]["complete"]) == (False, False)
    company.allow(company.group, 24)
    try:
        both = run("drift")
    finally:
        company.forbid(company.group, 24)
    assert both.code == 3, "what is missing goes before what differs"
    assert "1 added (1 medium); incomplete: ec2.prefix_list" in both.out


def test_drift_against_an_incomplete_snapshot_never_says_clean(company: Company, desk: Path, store: str) -> None:
    break_it(company.gate, "GetAuthorizers")
    partial = run("snapshot", "create").out.strip()
    company.gate.clear_faults()
    against = run("drift", "--against", partial)
    assert against.code == 3
    assert "apigateway.authorizer" in against.out
    assert "not in the snapshot" in against.out


@pytest.mark.parametrize("command", ["plan", "verify", "restore"])
def test_what_an_incomplete_snapshot_lacks_is_named_in_the_target(
    command: str, company: Company, desk: Path, store: str
) -> None:
    company.rebuild_target()
    break_it(company.gate, "GetAuthorizers")
    partial = run("snapshot", "create").out.strip()
    company.gate.clear_faults()
    yes = ["--yes"] if command == "restore" else []
    ended = run(command, "--to", "dr", "--snapshot", partial, *yes, "--output", "text", "--output", "json=it.json")
    assert ended.code == 3, ended.said
    assert "apigateway.authorizer" in ended.out
    document = Ended(0, Path("it.json").read_text(encoding="utf-8"), "").document
    assert document["coverage"]["complete"] is False
    assert any("apigateway.authorizer" in gap for gap in document["coverage"]["gaps"])


@pytest.mark.parametrize("command", ["plan", "verify", "restore"])
def test_what_cant_be_read_in_the_target_is_named(command: str, company: Company, desk: Path, first: str) -> None:
    company.rebuild_target()
    company.gate.deny("DescribeManagedPrefixLists", region="us-west-2")
    yes = ["--yes"] if command == "restore" else []
    ended = run(command, "--to", "dr", *yes, "--format", "json")
    assert ended.code == 3, ended.said
    assert ended.document["coverage"]["complete"] is False
    assert any("ec2.prefix_list" in gap for gap in ended.document["coverage"]["gaps"])


def test_what_the_config_excludes_is_no_failure_and_is_said(company: Company, desk: Path, store: str) -> None:
    leaving_out = "prod: {region: us-east-1, exclude: ['ec2.prefix_list']}"
    config = Path("dr-toolkit.yaml").read_text(encoding="utf-8").replace("prod: {region: us-east-1}", leaving_out)
    Path("dr-toolkit.yaml").write_text(config, encoding="utf-8")
    mark = company.gate.mark()
    taken = run("snapshot", "create", "--output", "text", "--output", "json=taken.json")
    assert taken.code == 0, taken.said
    assert "ec2.prefix_list" in taken.err
    assert "exclude" in taken.err
    (document,) = Ended(0, Path("taken.json").read_text(encoding="utf-8"), "").document
    assert document["coverage"]["types"]["ec2.prefix_list"]["status"] == "excluded"
    assert (document["coverage"]["complete"], document["became_baseline"]) == (True, True)
    clean = run("drift")
    assert (clean.code, clean.out.startswith("in sync")) == (0, True)
    assert "ec2.prefix_list" in clean.out
    types = run("drift", "--format", "json").document["coverage"]["types"]
    assert types["ec2.prefix_list"]["status"] == "excluded"
    assert not [c for c in company.gate.since(mark) if c.operation == "DescribeManagedPrefixLists"]


def test_one_source_that_fails_keeps_no_other_from_being_taken(company: Company, desk: Path, store: str) -> None:
    config = Path("dr-toolkit.yaml").read_text(encoding="utf-8")
    config = config.replace("sources:", "sources:\n  west: {region: eu-west-1}")
    Path("dr-toolkit.yaml").write_text(config, encoding="utf-8")
    company.gate.fail("GetCallerIdentity", "InvalidClientTokenId", 403, times=1)
    taken = run("snapshot", "create", "--output", "text", "--output", "json=taken.json")
    assert taken.code == 1
    assert "west: no snapshot" in taken.err
    assert "has the account eu-west-1 enabled?" in taken.err
    assert taken.out.startswith("prod\t")
    documents = Ended(0, Path("taken.json").read_text(encoding="utf-8"), "").document
    assert {d["source"]: (d["error"] or {}).get("type") for d in documents} == {
        "west": "CredentialsMissing",
        "prod": None,
    }


def test_a_role_that_cant_be_assumed_is_named(company: Company, desk: Path, store: str) -> None:
    role = "arn:aws:iam::111122223333:role/dr-snapshot"
    config = Path("dr-toolkit.yaml").read_text(encoding="utf-8")
    config = config.replace("prod: {region: us-east-1}", f"prod: {{region: us-east-1, role_arn: '{role}'}}")
    Path("dr-toolkit.yaml").write_text(config, encoding="utf-8")
    company.gate.deny("AssumeRole")
    refused(run("snapshot", "create"), 1, "Not allowed: sts:AssumeRole", next_step="Allow sts:AssumeRole")
