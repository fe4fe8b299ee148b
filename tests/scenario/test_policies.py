"""The generated IAM policies allow every call that was made, and nothing that deletes but for prune."""

from __future__ import annotations

import fnmatch
import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import refused, run
from tests.contract.loopback import Exchange, LoopbackProxy, loopback_proxy
from tests.scenario.cli.conftest import CONFIG, Company, company, desk
from tests.scenario.keyring import Bucket, taken

__all__ = ["company", "desk"]

_numbers = itertools.count(1)


@pytest.fixture
def bucket(company: Company, desk: Path) -> Bucket:
    """A bucket in which objects can be locked."""
    name = f"policy-{next(_numbers):03d}"
    return Bucket(company.client("s3", "us-west-2"), name, ObjectLockEnabledForBucket=True)


def policy(purpose: str) -> list[dict[str, Any]]:
    """The statements of a policy."""
    document = run("policy", purpose, "--format", "json").document
    statements: list[dict[str, Any]] = document["policy"]["Statement"]
    return statements


def asked(exchange: Exchange, bucket: Bucket) -> tuple[str, str] | None:
    """The action that a request to S3 is, and on what; None for a request to another service."""
    path, _, query = exchange.path.partition("?")
    if not path.startswith(f"/{bucket.name}"):
        return None
    key = path.removeprefix(f"/{bucket.name}").lstrip("/")
    if key:
        verbs = {"GET": "s3:GetObject", "HEAD": "s3:GetObject", "PUT": "s3:PutObject", "DELETE": "s3:DeleteObject"}
        return verbs[exchange.method], f"arn:aws:s3:::{bucket.name}/{key}"
    words = query.split("&")[0].partition("=")[0]
    names = {
        "list-type": "s3:ListBucket",
        "versions": "s3:ListBucketVersions",
        "location": "s3:GetBucketLocation",
        "versioning": "s3:GetBucketVersioning",
        "object-lock": "s3:GetBucketObjectLockConfiguration",
        "encryption": "s3:GetEncryptionConfiguration",
        "publicAccessBlock": "s3:GetBucketPublicAccessBlock",
        "policy": "s3:GetBucketPolicy",
        "lifecycle": "s3:GetLifecycleConfiguration",
        "replication": "s3:GetReplicationConfiguration",
    }
    return names[words], f"arn:aws:s3:::{bucket.name}"


def allows(statements: Iterable[dict[str, Any]], action: str, resource: str) -> bool:
    """Whether a statement lets a call pass, conditions aside."""
    return any(
        action in s["Action"] and any(fnmatch.fnmatchcase(resource, pattern) for pattern in s["Resource"])
        for s in statements
    )


def calls(proxy: LoopbackProxy, bucket: Bucket) -> set[tuple[str, str]]:
    """What was asked of the bucket since the last time."""
    found = {call for exchange in proxy.seen if (call := asked(exchange, bucket))}
    proxy.seen.clear()
    return found


def test_what_commands_call_is_allowed_and_only_prune_may_delete(bucket: Bucket, company: Company, desk: Path) -> None:
    with loopback_proxy(company.aws.endpoint) as proxy:
        store = f"{{url: '{bucket.url}', region: us-west-2, endpoint_url: '{proxy.endpoint}'}}"
        text = CONFIG.replace("s3://acme-dr/prod", store).replace("us-east-1}", "us-east-1, retention: {keep_last: 1}}")
        Path("dr-toolkit.yaml").write_text(text, encoding="utf-8")
        writing, pruning = policy("store"), policy("prune")
        proxy.seen.clear()
        taken()
        taken()
        assert run("baseline", "set", "latest", "--reason", "the next one").code == 0
        for command in (["restore", "--to", "dr", "--yes"], ["drift"], ["snapshot", "verify", "--all"], ["doctor"]):
            run(*command)
        made = calls(proxy, bucket)
        assert {call for call in made if not allows(writing, *call)} == set()
        assert {"s3:PutObject", "s3:ListBucketVersions", "s3:GetBucketVersioning"} <= {action for action, _ in made}
        assert run("snapshot", "prune").code == 0
        made = calls(proxy, bucket)
        assert {call for call in made if not allows(pruning, *call)} == set()
        assert "s3:DeleteObject" in {action for action, _ in made}
    actions = [action for s in writing for action in s["Action"]]
    assert [a for a in actions if "Delete" in a or "*" in a or "Bypass" in a] == []
    puts = [s for s in (*writing, *pruning) if "s3:PutObject" in s["Action"]]
    assert all(s["Condition"] == {"Null": {"s3:if-none-match": "false"}} for s in puts)
    (deleting,) = [s for s in pruning if "s3:DeleteObject" in s["Action"]]
    assert deleting["Resource"] == [f"arn:aws:s3:::{bucket.name}/prod/v1/*.gz"], "no manifest and no journal"


def test_keys_locks_and_the_anchor_have_their_own_statements(desk: Path) -> None:
    key, sse = (f"arn:aws:kms:us-west-2:111122223333:key/{name}" for name in ("signs", "encrypts"))
    store = f"{{url: 's3://acme/prod', kms_key_arn: '{sse}', object_lock: {{mode: compliance, days: 35}}}}"
    anchor = "ssm:arn:aws:ssm:us-west-2:111122223333:parameter/dr"
    more = f"signing: {{sign_with: 'kms:{key}', trust: ['kms:{key}', 'kms:{key}2'], anchor: '{anchor}'}}\n"
    Path("dr-toolkit.yaml").write_text(CONFIG.replace("s3://acme-dr/prod", store) + more, encoding="utf-8")
    statements = policy("store")
    assert allows(statements, "kms:Sign", key)
    assert allows(statements, "kms:GetPublicKey", f"{key}2")
    assert not allows(statements, "kms:Sign", f"{key}2")
    assert allows(statements, "kms:Decrypt", sse)
    assert allows(statements, "s3:PutObjectRetention", "arn:aws:s3:::acme/prod/v1/a")
    assert not allows(statements, "s3:PutObjectRetention", "arn:aws:s3:::acme/prod/leases/a")
    assert allows(statements, "ssm:PutParameter", "arn:aws:ssm:us-west-2:111122223333:parameter/dr/prod")
    assert not allows(policy("prune"), "ssm:PutParameter", "arn:aws:ssm:us-west-2:111122223333:parameter/dr/prod")
    text = run("policy", "prune").out
    assert text.startswith("{")
    assert '"Version": "2012-10-17"' in text


def test_a_policy_of_a_folder_is_nothing(desk: Path) -> None:
    Path("dr-toolkit.yaml").write_text(CONFIG.replace("s3://acme-dr/prod", f"file://{desk}/store"), encoding="utf-8")
    refused(run("policy", "store"), 64, "no store in S3")
