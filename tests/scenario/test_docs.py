"""Every command that README and the runbooks show is run, in order; what can't be is listed here with its reason."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command_line import run
from tests.estates import build_standard, build_target
from tests.scenario.keyring import make_key
from tests.stand import Stand

ROOT = Path(__file__).resolve().parents[2]
BUCKET = "acme-dr-snapshots"
FENCE = re.compile(r"^ *```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
EXIT = re.compile(r"\s+# exit (\d+)\b.*$")

NOT_RUN = {
    "git clone <this repository> dr-toolkit && cd dr-toolkit": "the reader's own copy of the repository",
    "scripts/demo": "run by test_demo, without the installation",
    'pipx install --pip-args="-c constraints.txt" .': "installs from the network",
    "dr-toolkit schedule run": "a daemon: run by test_scheduler",
    "export AWS_PROFILE=dr-restore": "a profile of the reader's own",
    "aws s3api create-bucket --bucket acme-dr-snapshots": "another program: the test makes the bucket",
    "aws s3api put-bucket-versioning --bucket acme-dr-snapshots": "another program: the test sets it",
    "aws lambda add-permission": "another program, with the reader's own names",
    "curl -i https://API_ID.execute-api": "calls a real API",
    "openssl genpkey": "another program, and a key of the reader's own",
    "aws s3api delete-object": "another program, with the reader's own names",
    "aws s3api list-object-versions": "another program, with the reader's own names",
    "aws s3api copy-object": "another program, with the reader's own names",
}
"""How a command begins that the test does not run, and why."""

DOCUMENTS = ["README.md", *sorted(f"runbooks/{path.name}" for path in (ROOT / "runbooks").glob("*.md"))]


@dataclass(frozen=True)
class Command:
    """A line of a document's sh blocks, and the exit code that it says."""

    text: str
    code: int

    @property
    def reason(self) -> str | None:
        """Why it is not run; None where it is."""
        return next((why for start, why in NOT_RUN.items() if self.text.startswith(start)), None)


def commands(document: str) -> list[Command]:
    """The commands of a document, in order; a line that ends with a backslash goes on in the next."""
    found = []
    for block in FENCE.findall((ROOT / document).read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            said = EXIT.search(line)
            text = EXIT.sub("", line).strip()
            if text and not text.startswith("#"):
                found.append(Command(text, int(said[1]) if said else 0))
    return found


class Shell:
    """A folder, and a shell in it that knows ``dr-toolkit`` and nothing of the real AWS."""

    def __init__(self, folder: Path, aws: Stand) -> None:
        self.folder = folder
        program = folder / "bin" / "dr-toolkit"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m dr_toolkit "$@"\n')
        program.chmod(0o755)
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = dict(os.environ) | aws.environment() | {"PATH": path, "PYTHONPATH": str(ROOT)}

    def run(self, text: str) -> subprocess.CompletedProcess[str]:
        """Run a command; what it exports is there for the next."""
        if text.startswith("export "):
            name, _, value = text.removeprefix("export ").partition("=")
            self.environment[name] = value
            return subprocess.CompletedProcess(text, 0, "", "")
        return subprocess.run(
            ["bash", "-c", text],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture
def shell(aws: Stand, tmp_path: Path) -> Shell:
    """A shell of a company that has an estate, a recovery region with its landmarks, and a bucket there."""
    build_standard(aws, "us-east-1")
    build_target(aws, "us-west-2")
    s3 = aws.client("s3", "us-west-2")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return Shell(tmp_path, aws)


def follow(shell: Shell, document: str) -> None:
    """Run what a document says, from its beginning to its end."""
    for command in commands(document):
        if command.reason:
            continue
        done = shell.run(command.text)
        told = f"{document}: {command.text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert done.returncode == command.code, f"ended with {done.returncode}, not {command.code}: {told}"
        assert "Traceback" not in done.stderr, told


@pytest.mark.slow
def test_the_readme_can_be_followed(shell: Shell) -> None:
    follow(shell, "README.md")


@pytest.mark.slow
def test_the_runbook_works_while_the_region_is_gone(shell: Shell, aws: Stand) -> None:
    for command in ("dr-toolkit init", "dr-toolkit snapshot create"):
        done = shell.run(command)
        assert done.returncode == 0, done.stderr
    aws.gate.refuse("us-east-1")
    follow(shell, "runbooks/restore-a-region.md")


@pytest.mark.slow
def test_the_runbook_of_the_store_works_on_a_signed_store_with_a_mirror(shell: Shell, aws: Stand) -> None:
    s3 = aws.client("s3", "eu-west-1")
    s3.create_bucket(Bucket="acme-dr-mirror", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    make_key(shell.folder / "dr-toolkit.key")
    assert shell.run("dr-toolkit init").returncode == 0
    config = shell.folder / "dr-toolkit.yaml"
    more = "mirrors: [{url: 's3://acme-dr-mirror/prod', region: eu-west-1}]\n"
    more += "signing: {sign_with: 'key-file:dr-toolkit.key'}\n"
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
    done = shell.run("dr-toolkit snapshot create")
    assert done.returncode == 0, done.stderr
    follow(shell, "runbooks/check-the-store.md")


@pytest.mark.slow
def test_the_runbook_on_drift_takes_it_back(shell: Shell, aws: Stand) -> None:
    for command in ("dr-toolkit init", "dr-toolkit snapshot create"):
        done = shell.run(command)
        assert done.returncode == 0, done.stderr
    ec2 = aws.client("ec2", "us-east-1")
    group = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["db"]}])["SecurityGroups"][0]
    everyone = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[everyone])
    aws.gate.fail("LookupEvents", "AccessDeniedException")
    follow(shell, "runbooks/look-into-drift.md")


def test_every_runbook_is_followed() -> None:
    runbooks = ("check-the-store", "look-into-drift", "restore-a-region")
    assert ["README.md", *(f"runbooks/{name}.md" for name in runbooks)] == DOCUMENTS


def test_the_list_of_what_is_not_run_has_nothing_that_is_gone() -> None:
    shown = [command.text for document in DOCUMENTS for command in commands(document)]
    stale = [start for start in NOT_RUN if not any(text.startswith(start) for text in shown)]
    assert not stale, f"no document shows it any more: {stale}"
    assert len(shown) > 2 * len(NOT_RUN)


def test_what_is_shown_as_typed_is_a_command_that_exists() -> None:
    """Commands inside the text, too: each `dr-toolkit ...` begins with a command that is there."""
    from dr_toolkit.cli.main import cli

    for document in DOCUMENTS:
        text = re.sub(r"```.*?```", "", (ROOT / document).read_text(encoding="utf-8"), flags=re.DOTALL)
        for word in re.findall(r"`dr-toolkit ([a-z]+)", text):
            assert word in cli.commands and not cli.commands[word].hidden, f"{document}: dr-toolkit {word}"


def test_the_readme_names_every_permission_that_reading_needs() -> None:
    named = set(re.findall(r"`([a-z0-9-]+:\w+\*?)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    for kind in run("types", "--format", "json").document["types"]:
        if kind["service"].startswith("apigateway"):
            assert "apigateway:GET" in named
            continue
        for operation in kind["reads"]:
            service, _, name = operation.rpartition(":")
            service = {"elbv2": "elasticloadbalancing"}.get(service, service)
            wide = f"{service}:Describe*" if name.startswith("Describe") else ""
            assert {f"{service}:{name}", wide} & named, f"{kind['name']} needs {service}:{name}"
