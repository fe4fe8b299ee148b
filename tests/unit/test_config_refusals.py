"""Config: every refusal names file, line and dotted key, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dr_toolkit.config import EXAMPLE, load_config
from dr_toolkit.errors import ConfigError

ROLE = "arn:aws:iam::111122223333:role/dr"
KMS = "arn:aws:kms:us-west-2:111122223333:key/1234"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/aaa"
SNS = "arn:aws:sns:us-west-2:111122223333:dr"


def refusal(data: str | bytes, folder: Path) -> tuple[int, str, str]:
    """Line, key and reason with which the file is refused."""
    path = folder / "bad.yaml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(ConfigError) as caught:
        load_config(Path("bad.yaml"), {}, folder)
    facts = caught.value.facts
    assert (facts["file"], caught.value.exit_code) == ("bad.yaml", 64)
    assert str(caught.value) == f"bad.yaml:{facts['line']}: {facts['key']}: {facts['reason']}"
    return int(str(facts["line"])), str(facts["key"]), str(facts["reason"])


# --- the file as a whole ------------------------------------------------------------------------

WHOLE: list[tuple[str | bytes, int, str]] = [
    ("", 1, "is empty"),
    ("# nothing but a comment\n", 1, "is empty"),
    ("null\n", 1, "has no value"),
    ("- version: 1\n", 1, "must be a mapping, not a list"),
    ("version 1\n", 1, "must be a mapping, not text"),
    ("version: 1\nsources: [\n", 3, "is not YAML: while parsing a flow node"),
    ("version: 1\n a: 2\n", 2, "is not YAML"),
    ("version: 1\n\tstore: x\n", 2, "indent with spaces"),
    ("version: 1\nsources:\n\ta: {region: x}\n", 3, "indent with spaces"),
    ("version: 1\nsources:\n  a:\n    schedule: * 3 * * *\n", 4, "must be in quotes"),
    ("version: 1\nsources:\n  a:\n    schedule: @daily\n", 4, "must be in quotes"),
    ("version: 1\nsources: *nowhere\n", 2, "found undefined alias"),
    ("version: 1\n---\nversion: 1\n", 2, "expected a single document"),
    (b"version: 1\nstore: \xff\xfe\n", 2, "is not UTF-8 text"),
    ("version: 1\n\nstore: a\x00b\n", 3, "a character that YAML doesn't allow"),
    ("version: 1\nsources: " + "[" * 5000, 1, "is nested too deeply"),
    ("version: 1\nsources: &a {<<: *a}\n", 1, "refers to itself"),
]


@pytest.mark.parametrize(("data", "line", "reason"), WHOLE)
def test_a_file_that_is_no_config(data: str | bytes, line: int, reason: str, tmp_path: Path) -> None:
    found = refusal(data, tmp_path)
    assert found[:2] == (line, "(file)")
    assert reason in found[2]


def test_a_syntax_error_shows_nothing_of_the_file(tmp_path: Path) -> None:
    found = refusal("version: 1\nstore: hunter2: [hunter2\n", tmp_path)
    assert "hunter2" not in found[2]


# --- keys and types -----------------------------------------------------------------------------

KEYS = [
    ("store: s3://bucket\n", 1, "version", "is missing"),
    ("version: 2\n", 1, "version", "must be 1"),
    ('version: "1"\n', 1, "version", "must be a whole number, not text"),
    ("version: 1.0\n", 1, "version", "must be a whole number, not a decimal fraction"),
    ("version: true\n", 1, "version", "must be a whole number, not yes or no"),
    ("version: 0x1\n", 1, "version", "must be a plain whole number"),
    ("version: 1\nversion: 1\n", 2, "version", "is given twice; the first is in line 1"),
    ("version: 1\nsuorces: {}\n", 2, "suorces", "is not a known key; did you mean sources?"),
    ("version: 1\nzzz: {}\n", 2, "zzz", "is not a known key; known here: version, store"),
    ("version: 1\n? [a]\n: 1\n", 2, "(file)", "has a key that is a list or a mapping"),
    ("version: 1\nsources:\n", 2, "sources", "has no value"),
    ("version: 1\nsources: []\n", 2, "sources", "must be a mapping, not a list"),
    ("version: 1\nsources: text\n", 2, "sources", "must be a mapping, not text"),
    ("version: 1\nsources: !Ref x\n", 2, "sources", "must be a mapping, not tagged !Ref"),
    ("version: 1\nstore: [a]\n", 2, "store", "must be a URL, or a mapping with url"),
    ("version: 1\nstore: {}\n", 2, "store.url", "is missing"),
    ("version: 1\nstore: ''\n", 2, "store", "is empty"),
    ("version: 1\nmirrors: s3://bucket\n", 2, "mirrors", "must be a list, not text"),
    ("version: 1\ndrift: {ignroe: []}\n", 2, "drift.ignroe", "did you mean ignore?"),
    ("version: 1\nsecret: x\n", 2, "secret", "never holds a secret"),
    ("version: 1\nstore:\n  url: s3://bucket\n  password: x\n", 4, "store.password", "never holds a secret"),
    ("version: 1\naws_session_token: x\n", 2, "aws_session_token", "never holds a secret"),
    ("version: 1\nAWS_ACCESS_KEY_ID: x\n", 2, "AWS_ACCESS_KEY_ID", "never holds a secret"),
]


@pytest.mark.parametrize(("text", "line", "key", "reason"), KEYS)
def test_keys_and_types(text: str, line: int, key: str, reason: str, tmp_path: Path) -> None:
    found = refusal(text, tmp_path)
    assert found[:2] == (line, key)
    assert reason in found[2]


def test_a_secret_is_never_repeated(tmp_path: Path) -> None:
    access_key = "AKIA" + "ABCDEFGHIJKLMNOP"
    text = f"version: 1\nsources: {{a: {{region: {access_key}}}}}\n"
    line, key, reason = refusal(text, tmp_path)
    assert (line, key) == (2, "sources.a.region")
    assert "holds an AWS access key" in reason
    assert access_key not in reason
    for url in ("s3://me:hunter2@bucket", "https://me:hunter2@example.net"):
        for text in (f"version: 1\nstore: {url}\n", f"version: 1\nnotify: [{{webhook: '{url}'}}]\n"):
            assert "hunter2" not in refusal(text, tmp_path)[2]


# --- sources ------------------------------------------------------------------------------------

SOURCE = [
    ("", "region", "is missing"),
    ("regoin: us-east-1", "regoin", "did you mean region?"),
    ("region: us-esat-1", "region", '"us-esat-1" is not an AWS region'),
    ("region: us-east-1a", "region", 'an availability zone; its region is "us-east-1"'),
    ("region: 5", "region", "must be text, not a whole number: put it in quotes"),
    ("region: [us-east-1]", "region", "must be text, not a list"),
    ("region: us-east-1, role_arn: dr-snapshot", "role_arn", "is not the ARN of a role"),
    (f"region: us-east-1, role_arn: '{KMS}'", "role_arn", "is not the ARN of a role"),
    (f"region: cn-north-1, role_arn: '{ROLE}'", "role_arn", "of another AWS partition"),
    (f"region: us-east-1, role_arn: '{ROLE}', external_id: a b", "external_id", "an external id is"),
    ("region: us-east-1, external_id: acme", "external_id", "says nothing without role_arn"),
    (f"region: us-east-1, role_arn: '{ROLE}', external_id: 12345", "external_id", "put it in quotes"),
    ("region: us-east-1, schedule: daily", "schedule", "is not a crontab expression"),
    ('region: us-east-1, schedule: "0 25 * * *"', "schedule", "hour 25 is not between 0 and 23"),
    ('region: us-east-1, schedule: "0 3 31 2 *"', "schedule", "never fires"),
    ('region: us-east-1, schedule: "0 3 * * *", timezone: Mars', "timezone", 'no time zone "Mars"'),
    ("region: us-east-1, timezone: europe/berlin", "timezone", 'did you mean "Europe/Berlin"?'),
    ("region: us-east-1, rpo: 26", "rpo", "needs a unit"),
    ("region: us-east-1, rpo: 26 hours", "rpo", "is not a duration"),
    ("region: us-east-1, rpo: 0h", "rpo", "is no time at all"),
    ("region: us-east-1, include: ec2.*", "include", "must be a list, not text"),
    ("region: us-east-1, include: []", "include", "includes nothing"),
    ("region: us-east-1, include: ['']", "include[0]", "is empty"),
    ("region: us-east-1, exclude: [ec2.vpc, 7]", "exclude[1]", "must be text, not a whole number"),
    ("region: us-east-1, exclude: ['*']", "exclude", "excludes everything"),
    ("region: us-east-1, exclude: ['/']", "exclude[0]", "is not a glob on printed keys"),
    ("region: us-east-1, retention: {}", "retention", "keeps nothing"),
    ("region: us-east-1, retention: {keep_daily: 0}", "retention", "keeps nothing"),
    ("region: us-east-1, retention: {keep_daily: -1}", "retention.keep_daily", "must be between 0 and"),
    ("region: us-east-1, retention: {keep_daily: 014}", "retention.keep_daily", "a plain whole number"),
    ("region: us-east-1, retention: {keep_daily: 1.5}", "retention.keep_daily", "not a decimal fraction"),
    ("region: us-east-1, retention: {keep_dayly: 1}", "retention.keep_dayly", "did you mean keep_daily?"),
    ("region: us-east-1, retention: {keep_within: 3}", "retention.keep_within", "needs a unit"),
]


@pytest.mark.parametrize(("body", "key", "reason"), SOURCE)
def test_sources(body: str, key: str, reason: str, tmp_path: Path) -> None:
    found = refusal(f"version: 1\nsources:\n  ok: {{region: eu-west-1}}\n  a: {{{body}}}\n", tmp_path)
    assert found[:2] == (4, f"sources.a.{key}")
    assert reason in found[2]


# --- targets ------------------------------------------------------------------------------------

TARGET = [
    ("edge: block", "region", "is missing"),
    ("region: us-west-2, edge: global", "edge", 'must be block or regional, not "global"'),
    ("region: us-west-2, schedule: '@daily'", "schedule", "is not a known key"),
    ("region: us-west-2, state: bucket", "state", "is not a store"),
    ("region: us-west-2, state: {url: 's3://b'}", "state.url", "names no S3 bucket"),
    ("region: us-west-2, map: {vpc-1: vpc-2}", "map.vpc-1", "is neither a key"),
    ("region: us-west-2, map: {ec2.vpc/main: ' vpc-2'}", 'map."ec2.vpc/main"', "has spaces around it"),
    (f"region: us-west-2, map: {{'{CERTIFICATE}': vpc-2}}", f'map."{CERTIFICATE}"', "an ARN of acm"),
    (f"region: us-west-2, map: {{'{CERTIFICATE}': '{SNS}'}}", f'map."{CERTIFICATE}"', "an ARN of acm"),
    ("region: us-west-2, map: {ec2.vpc/a: 'arn:aws'}", 'map."ec2.vpc/a"', '"arn:aws" is not an ARN'),
    ("region: us-west-2, rewrite: {}", "rewrite", "must be a list, not a mapping"),
    ("region: us-west-2, rewrite: [{cidr: 10.0.0.0/16}]", "rewrite[0].to", "is missing"),
    (
        "region: us-west-2, rewrite: [{cidr: 10.0.0.0, to: 10.8.0.0/16}]",
        "rewrite[0].cidr",
        "is not a CIDR block",
    ),
    (
        "region: us-west-2, rewrite: [{cidr: 10.0.0.1/16, to: 10.8.0.0/16}]",
        "rewrite[0].cidr",
        'the block is "10.0.0.0/16"',
    ),
    (
        "region: us-west-2, rewrite: [{cidr: 10.0.0.0/16, to: 10.8.0.0/17}]",
        "rewrite[0].to",
        "their prefix lengths must be equal",
    ),
    (
        "region: us-west-2, rewrite: [{cidr: 10.0.0.0/16, to: 'fd00::/16'}]",
        "rewrite[0].to",
        "10.0.0.0/16 is IPv4 and fd00::/16 is IPv6",
    ),
    (
        "region: us-west-2, rewrite: [{cidr: 10.0.0.0/16, to: 10.8.0.0/16},"
        " {cidr: 'fd00::/56', to: 'fd01::/56'}, {cidr: 10.0.128.0/17, to: 10.9.0.0/17}]",
        "rewrite[2]",
        "10.0.128.0/17 overlaps 10.0.0.0/16",
    ),
]


@pytest.mark.parametrize(("body", "key", "reason"), TARGET)
def test_targets(body: str, key: str, reason: str, tmp_path: Path) -> None:
    found = refusal(f"version: 1\ntargets:\n  ok: {{region: eu-west-1}}\n  a: {{{body}}}\n", tmp_path)
    assert found[:2] == (4, f"targets.a.{key}")
    assert reason in found[2]


# --- stores, and the rest -----------------------------------------------------------------------

STORE = [
    ("{url: 's3://bucket', kms_key_arn: alias/x}", "store.kms_key_arn", "is not the ARN of a KMS key"),
    ("{url: 's3://bucket', external_id: acme}", "store.external_id", "says nothing without role_arn"),
    ("{url: 's3://bucket', endpoint_url: example.net}", "store.endpoint_url", "https:// or http://"),
    ("{url: 's3://bucket', object_lock: {mode: governance}}", "store.object_lock.days", "is missing"),
    ("{url: 's3://bucket', object_lock: {days: 1}}", "store.object_lock.mode", "is missing"),
    (
        "{url: 's3://bucket', object_lock: {mode: GOVERNANCE, days: 1}}",
        "store.object_lock.mode",
        "governance or",
    ),
    (
        "{url: 's3://bucket', object_lock: {mode: compliance, days: 0}}",
        "store.object_lock.days",
        "between 1 and",
    ),
    (f"{{url: 'file:///a', role_arn: '{ROLE}'}}", "store.role_arn", "only for a store in S3"),
    (
        "{url: 'file:///a', object_lock: {mode: compliance, days: 1}}",
        "store.object_lock",
        "only for a store in S3",
    ),
    ("'s3://bucket'\nmirrors: [s3://bucket/]", "mirrors", "s3://bucket is there twice"),
    ("'s3://bucket'\nmirrors: [s3://other, x]", "mirrors[1]", "is not a store"),
    ("'s3://bucket'\nwrite_quorum: 2", "write_quorum", "is 2, but store and mirrors are only 1"),
    ("'s3://bucket'\nwrite_quorum: 0", "write_quorum", "must be between 1 and"),
    ("'s3://bucket'\nmirrors: ['s3://other']\nwrite_quorum: 3", "write_quorum", "are only 2"),
    ("'s3://bucket'\nnotify: [{}]", "notify[0]", "either sns or webhook"),
    (
        f"'s3://bucket'\nnotify: [{{sns: '{SNS}', webhook: 'https://x.net'}}]",
        "notify[0]",
        "either sns or webhook",
    ),
    (f"'s3://bucket'\nnotify: [{{sns: '{KMS}'}}]", "notify[0].sns", "is not the ARN of an SNS topic"),
    ("'s3://bucket'\nnotify: [{webhook: 'http://x.net/'}]", "notify[0].webhook", "begins with https://"),
    ("'s3://bucket'\nsecrets: {}", "secrets.encrypt_with", "is missing"),
    ("'s3://bucket'\nsecrets: {encrypt_with: hunter2}", "secrets.encrypt_with", "this names no key"),
    ("'s3://bucket'\nsecrets: {encrypt_with: 'kms:alias/x'}", "secrets.encrypt_with", "the ARN of a KMS key"),
    ("'s3://bucket'\nsigning: {}", "signing", "says nothing"),
    ("'s3://bucket'\nsigning: {trust: ['ed25519:AAAA']}", "signing.trust[0]", "32 bytes"),
    ("'s3://bucket'\nsigning: {trust: ['ed25519:*']}", "signing.trust[0]", "32 bytes"),
    ("'s3://bucket'\nsigning: {trust: ['spki:AAAA']}", "signing.trust[0]", "spki:BASE64"),
    ("'s3://bucket'\nsigning: {anchor: 's3://other'}", "signing", "says nothing"),
    (f"'s3://bucket'\nsigning: {{sign_with: 'kms:{KMS}', anchor: 's3://bucket'}}", "signing", "must lie elsewhere"),
    (f"'s3://bucket'\nsigning: {{sign_with: 'kms:{KMS}', anchor: 'ssm:/x'}}", "signing.anchor", "parameter of SSM"),
    (f"'s3://bucket'\nsigning: {{sign_with: 'kms:{KMS}', anchor: x}}", "signing.anchor", "is not a store"),
    ("'s3://bucket'\ndrift: {ignore: [{reason: x}]}", "drift.ignore[0].key", "is missing"),
    ("'s3://bucket'\ndrift: {ignore: [{key: '*'}]}", "drift.ignore[0].reason", "is missing"),
    (
        "'s3://bucket'\ndrift: {ignore: [{key: '*', reason: x, until: soon}]}",
        "drift.ignore[0].until",
        "must be a date such as 2027-01-31",
    ),
    (
        "'s3://bucket'\ndrift: {ignore: [{key: '*', reason: x, until: '2027-02-30'}]}",
        "drift.ignore[0].until",
        "must be a date",
    ),
    (
        "'s3://bucket'\ndrift: {ignore: [{key: '*', reason: x, until: 2027-01-31T00:00:00}]}",
        "drift.ignore[0].until",
        "must be a date",
    ),
    (
        "'s3://bucket'\ndrift: {ignore: [{key: '*', reason: x, until: 7}]}",
        "drift.ignore[0].until",
        "not a whole number",
    ),
]


@pytest.mark.parametrize(("body", "key", "reason"), STORE)
def test_stores_and_the_rest(body: str, key: str, reason: str, tmp_path: Path) -> None:
    line, found, why = refusal(f"version: 1\nstore: {body}\n", tmp_path)
    assert (line, found) == (2 + body.count("\n"), key)
    assert reason in why


# --- contradictions between sections ------------------------------------------------------------


def test_mirrors_need_a_store(tmp_path: Path) -> None:
    found = refusal("version: 1\nmirrors: ['s3://bucket']\n", tmp_path)
    assert found[:2] == (2, "mirrors")
    assert "add store" in found[2]


def test_a_target_named_like_a_source_elsewhere(tmp_path: Path) -> None:
    text = "version: 1\nsources:\n  a: {region: us-east-1}\ntargets:\n  a:\n    region: us-west-2\n"
    found = refusal(text, tmp_path)
    assert found[:2] == (5, "targets.a")
    assert "is also a source, in another region (us-east-1)" in found[2]


def test_a_name_that_is_another_region(tmp_path: Path) -> None:
    found = refusal("version: 1\ntargets:\n  us-east-1: {region: us-west-2}\n", tmp_path)
    assert found[:2] == (3, "targets.us-east-1.region")
    assert "its name is that of another region" in found[2]


@pytest.mark.parametrize("name", ["a/b", "..", ".a", "-a", "a b", "''", "'{x}'", "a" * 64])
def test_names_fit_into_paths_and_command_lines(name: str, tmp_path: Path) -> None:
    found = refusal(f"version: 1\nsources:\n  {name}: {{region: us-west-2}}\n", tmp_path)
    assert found[0] == 3
    assert "a name is up to 63 letters" in found[2]


def test_names_differ_in_more_than_case(tmp_path: Path) -> None:
    found = refusal("version: 1\nsources:\n  a: {region: us-west-2}\n  A: {region: us-west-2}\n", tmp_path)
    assert found[:2] == (4, "sources.A")
    assert "only in upper and lower case" in found[2]


def test_the_line_of_a_mapping_is_that_of_its_key(tmp_path: Path) -> None:
    found = refusal("version: 1\nsources:\n\n  a:\n\n    rpo: 26h\n", tmp_path)
    assert found == (4, "sources.a.region", "is missing")


def test_an_error_in_a_merged_mapping_is_found_where_it_stands(tmp_path: Path) -> None:
    text = "version: 1\nsources:\n  a:\n    <<: {rpo: 9}\n    region: us-west-2\n"
    assert refusal(text, tmp_path)[0] == 4
    assert refusal("version: 1\nsources: {<<: 7}\n", tmp_path)[0] == 2


# --- whatever the file holds --------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_damage_to_the_example_escapes_as_another_error(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    spot = data.draw(st.integers(0, len(EXAMPLE)))
    length = data.draw(st.integers(0, 12))
    text = EXAMPLE[:spot] + data.draw(st.text(max_size=6)) + EXAMPLE[spot + length :]
    path = tmp_path_factory.getbasetemp() / "damaged.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load_config(path, {}, path.parent)
    except ConfigError as error:
        line, reason = int(str(error.facts["line"])), error.facts["reason"]
    else:
        return
    assert 1 <= line <= len(text.splitlines()) + 2
    assert reason
