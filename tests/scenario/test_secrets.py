"""Values of API keys: they come over, and stand nowhere in clear."""

from __future__ import annotations

import gzip
import io
import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.kms import utils as moto_kms

from dr_toolkit.config import Secrets
from dr_toolkit.errors import CloudRefused, SecretsUnreadable, UsageError
from dr_toolkit.model import planfile
from dr_toolkit.report import as_json
from dr_toolkit.workflows import drift
from dr_toolkit.workflows.secrets import read_values
from tests.estate_rest_around import VALUES, build_around, build_ground, target_arn
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.scenario.moments import Film, moment
from tests.stand import Stand

MOBILE = "apigateway.api_key/mobile"


def key_file(folder: Path, name: str = "key", byte: str = "1f") -> str:
    """A key in a file that nobody else can read, as the config names it."""
    file = folder / name
    file.write_text(byte * 32 + "\n", encoding="ascii")
    file.chmod(0o600)
    return f"key-file:{file}"


@pytest.fixture
def desk(aws: Stand, tmp_path: Path) -> Iterator[Desk]:
    """Somebody with keys at home, whose config says with what their values are encrypted."""
    with aws.virtual_time():
        desk = Desk(aws, map={target_arn(HOME): target_arn(AWAY)}, secrets=Secrets(key_file(tmp_path)))
        build_ground(desk.clients, HOME)
        build_ground(desk.clients, AWAY)
        build_around(desk.clients, HOME)
        yield desk


def values_in(desk: Desk, region: str) -> dict[str, str]:
    """The values of the keys in a region, by name."""
    rows = desk.clients.client("apigateway", region).get_api_keys(includeValues=True)["items"]
    return {row["name"]: row["value"] for row in rows}


def everything_in(store: Any) -> Iterator[bytes]:
    """The content of every object of a store, packed and unpacked."""
    for name in store.list(""):
        data = store.get(name)
        yield data
        yield gzip.decompress(data) if name.endswith(".gz") else b""


def test_restored_keys_have_the_same_values_and_nothing_shows_them(desk: Desk) -> None:
    """Not in the store (snapshots, journals), a plan, a report, or any log, botocore's own included."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        manifest = desk.snapshot()
        desk.aws.gate.refuse(HOME)
        plan = desk.plan()
        result = desk.restore()
        verified = desk.verify()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert (result.exit_code, list(result.failed)) == (0, []), result.verdict
    assert values_in(desk, AWAY) == VALUES
    assert_in_sync(desk)
    shown = [log.getvalue(), json.dumps(planfile.write(plan)), repr(plan), repr(result), repr(verified)]
    shown += [str(as_json.document(each)) for each in (result, verified)]
    assert "GetRestApis" in log.getvalue() and "CreateRestApi" in log.getvalue()
    for value in VALUES.values():
        assert [text[:80] for text in shown if value in text] == []
        assert [data[:80] for data in everything_in(desk.store) if value.encode() in data] == []
    assert manifest.objects["secrets"].name.endswith(".secrets.jsonl.gz")
    assert {"@secret": MOBILE} in [s["params"].get("value") for s in planfile.write(plan)["steps"]]


def test_the_same_configuration_has_the_same_body(desk: Desk) -> None:
    first, second = desk.snapshot(), desk.snapshot()
    assert first.objects["body"].sha256 == second.objects["body"].sha256
    assert first.objects["secrets"].sha256 == second.objects["secrets"].sha256


def test_another_value_is_drift_and_told_by_fingerprint(desk: Desk) -> None:
    desk.snapshot()
    rest = desk.clients.client("apigateway", HOME)
    before = drift.drift(desk.command(), drift.Request(("home",), "latest")).results[0]
    assert list(before.changes) == []
    for row in rest.get_api_keys()["items"]:
        if row["name"] == "partner":
            rest.delete_api_key(apiKey=row["id"])
    rest.create_api_key(name="partner", value="another-value-of-the-partner")
    (change,) = [
        c
        for c in drift.drift(desk.command(), drift.Request(("home",), "latest")).results[0].changes
        if c.key.name == "partner" and c.key.type == "apigateway.api_key"
    ]
    (field,) = [f for f in change.fields if f.name == "value"]
    assert field.before != field.after
    assert str(field.before).startswith("hmac-sha256:")


def test_values_are_not_read_without_a_key_to_encrypt_them_with(desk: Desk) -> None:
    desk.secrets = None
    mark = desk.aws.gate.mark()
    manifest = desk.snapshot()
    (asked,) = [c.params for c in desk.aws.gate.since(mark) if c.operation == "GetApiKeys"]
    assert "includeValues" not in asked
    assert "secrets" not in manifest.objects
    (said,) = [f for f in manifest.findings if f.code == "secrets-not-kept"]
    assert "3 API keys" in said.text
    missing = [f.key for f in desk.plan().findings if f.code == "secret-missing"]
    assert missing == [f"apigateway.api_key/{name}" for name in sorted(VALUES)]
    desk.values = {MOBILE: VALUES["mobile"]}
    result = desk.restore()
    assert (result.exit_code, list(result.failed)) == (3, []), result.verdict
    assert values_in(desk, AWAY)["mobile"] == VALUES["mobile"]
    assert_in_sync(desk)


def test_a_snapshot_is_restored_by_somebody_without_the_key(desk: Desk) -> None:
    desk.snapshot()
    desk.secrets = None
    assert len([f for f in desk.plan().findings if f.code == "secret-missing"]) == 3
    assert desk.restore().exit_code == 3
    assert_in_sync(desk)


def test_the_wrong_key_is_an_error_and_no_new_values(desk: Desk, tmp_path: Path) -> None:
    desk.snapshot()
    desk.secrets = Secrets(key_file(tmp_path, "other", "2e"))
    with pytest.raises(SecretsUnreadable, match="another key file"):
        desk.plan()


@pytest.fixture
def multi_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto's ciphertexts have no room for the id of a multi-Region key, which is longer by ``mrk-``."""
    monkeypatch.setattr(moto_kms, "KEY_ID_LEN", 40)
    monkeypatch.setattr(moto_kms, "HEADER_LEN", 40 + moto_kms.IV_LEN + moto_kms.TAG_LEN)
    monkeypatch.setattr(moto_kms, "CIPHERTEXT_HEADER_FORMAT", f">40s{moto_kms.IV_LEN}s{moto_kms.TAG_LEN}s")


@pytest.mark.usefixtures("multi_region")
def test_a_key_of_kms_is_asked_for_where_the_restore_goes(desk: Desk) -> None:
    kms = desk.aws.client("kms", HOME)
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]
    kms.replicate_key(KeyId=key["KeyId"], ReplicaRegion=AWAY)
    desk.secrets = Secrets(f"kms:{key['Arn']}")
    first, second = desk.snapshot(), desk.snapshot()
    assert first.objects["body"].sha256 == second.objects["body"].sha256
    desk.aws.gate.refuse(HOME)
    mark = desk.aws.gate.mark()
    assert desk.restore().exit_code == 0
    assert {c.region for c in desk.aws.gate.since(mark) if c.service == "kms"} == {AWAY}
    assert values_in(desk, AWAY) == VALUES


def test_a_key_of_one_region_is_refused(desk: Desk) -> None:
    arn = desk.aws.client("kms", HOME).create_key()["KeyMetadata"]["Arn"]
    desk.secrets = Secrets(f"kms:{arn}")
    with pytest.raises(AssertionError, match="no multi-Region key"):
        desk.snapshot()


@pytest.mark.parametrize(
    ("content", "mode", "reason"),
    [(None, 0o600, "No such file"), ("1f" * 32, 0o644, "open to others"), ("1f" * 31, 0o600, "32 bytes")],
)
def test_a_key_file_that_is_none_is_refused(
    desk: Desk, tmp_path: Path, content: str | None, mode: int, reason: str
) -> None:
    file = tmp_path / "bad"
    if content is not None:
        file.write_text(content, encoding="ascii")
        file.chmod(mode)
    desk.secrets = Secrets(f"key-file:{file}")
    with pytest.raises(AssertionError, match=reason):
        desk.snapshot()


def test_a_value_that_aws_refuses_is_not_repeated(desk: Desk) -> None:
    """Two keys can't have one value."""
    desk.snapshot()
    desk.clients.client("apigateway", AWAY).create_api_key(name="squatter", value=VALUES["mobile"])
    result = desk.restore()
    assert result.exit_code == 1
    assert any("API Key already exists" in reason for reason in result.failed.values())
    assert VALUES["mobile"] not in repr(result)
    assert [data[:80] for data in everything_in(desk.store) if VALUES["mobile"].encode() in data] == []


def test_a_value_stands_in_no_traceback(desk: Desk) -> None:
    desk.snapshot()
    command = desk.command()
    command.vault.add(read_values(json.dumps({MOBILE: VALUES["mobile"]}), "keys.json"))
    cloud = command.cloud(command.target("away"))
    ref = next(s.call.params["value"] for s in desk.plan().steps if MOBILE in {k.text for k in s.keys})
    with pytest.raises(CloudRefused, match="one is a secret") as caught:
        cloud.call("apigateway", "CreateApiKey", {"value": ref, "enabled": ref})
    lines = traceback.TracebackException.from_exception(caught.value, capture_locals=False).format(chain=True)
    assert VALUES["mobile"] not in "".join(lines)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- a\n- b-secret-value", "holds no keys"),
        ("{unclosed: b-secret-value", "neither YAML nor JSON"),
        ("b-secret-value: x", "not called apigateway.api_key/NAME"),
        ("apigateway.api_key/mobile: b-secret-value", "20 to 128 characters"),
        (
            f"{MOBILE}: b-secret-value-b-secret-value\n# two\n{MOBILE}: b-secret-value-2-b-secret-value",
            f"{MOBILE} is there twice, in lines 1 and 3",
        ),
        ("b-secret-value: 1\nb-secret-value: 2", "an entry is there twice, in lines 1 and 2"),
    ],
)
def test_a_file_of_secrets_that_is_none_is_refused_and_not_repeated(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        read_values(text, "keys.yaml")
    assert "b-secret-value" not in str(caught.value) + caught.value.next_step


def test_a_key_with_a_new_value_is_named_though_the_restore_was_interrupted(desk: Desk) -> None:
    """Its value was not known when it was made, and whoever goes on with the restore has to hear of it."""
    desk.secrets = None
    desk.snapshot()
    film = Film(AWAY, desk.store, [moment("nothing", AWAY, desk.store)])
    assert desk.restore(film=film).exit_code == 3
    called = [each for each in film.moments if each.after.startswith("the call of")]
    for number, each in enumerate(called[2::3]):
        each.come_back(desk.store)
        again = desk.restore(resume="last") if number % 2 else desk.restore()
        named = {f.key for f in again.plan.findings if f.code == "secret-missing"}
        assert (again.exit_code, len(named)) == (3, 3), f"{each.after}: {again.verdict}"
    assert desk.restore().exit_code == 0, "a restore that begins anew has nothing to say of it"


def test_a_key_with_a_new_value_is_named_though_the_restore_failed(desk: Desk) -> None:
    """By the next run, which mends what failed, and whether or not that has anything to do; and then no more."""
    desk.secrets = None
    desk.snapshot()
    for by_hand in (False, True):
        begin = moment("nothing", AWAY, desk.store)
        desk.aws.gate.fail("CreateUsagePlan", "BadRequestException", 400, times=99)
        failed = desk.restore()
        assert (failed.exit_code, bool(failed.failed)) == (1, True)
        desk.aws.gate.clear_faults()
        if by_hand:
            records = desk.records()
            assert desk.restore(only=(MOBILE,)).exit_code == 3
            assert desk.records() != records
        else:
            again = desk.restore()
            named = {f.key for f in again.plan.findings if f.code == "secret-missing"}
            assert (again.exit_code, len(named)) == (3, 3), again.verdict
        assert [f for f in desk.restore().plan.findings if f.code == "secret-missing"] == []
        begin.come_back(desk.store)


def test_a_key_that_was_pruned_comes_back_with_another_value_which_is_said(desk: Desk) -> None:
    desk.snapshot()
    assert desk.restore().exit_code == 0
    rest = desk.clients.client("apigateway", AWAY)
    rest.create_api_key(name="by hand", enabled=True, value="a value of a key by hand")
    run = desk.restore(prune=True).run
    assert "by hand" not in values_in(desk, AWAY)
    film = Film(AWAY, desk.store, [moment("nothing", AWAY, desk.store)])
    undone = desk.undo(run, film=film)
    assert undone.exit_code == 3
    assert [gap.partition(":")[0] for gap in undone.gaps] == ["apigateway.api_key/by hand"]
    for each in film.moments[2:-3]:
        each.come_back(desk.store)
        assert desk.undo(run).exit_code == 3, f"died after {each.after}"
    assert "by hand" in values_in(desk, AWAY)
    for data in everything_in(desk.store):
        assert b"a value of a key by hand" not in data
        for value in VALUES.values():
            assert value.encode() not in data
    for name in desk.store.list("runs/"):
        assert b'"value"' not in desk.store.get(name), "nor a fingerprint"


def test_a_value_for_a_key_that_is_not_in_the_snapshot_is_refused(desk: Desk) -> None:
    """Else a slip of the pen would give that key a value of its own, and nobody would be told why."""
    desk.secrets = None
    desk.snapshot()
    desk.values = {f"{MOBILE[:-1]}a": "a value that is long enough"}
    mark = desk.aws.gate.mark()
    with pytest.raises(UsageError) as refused:
        desk.restore()
    assert refused.value.exit_code == 64
    assert f"--secrets keys.yaml: {MOBILE[:-1]}a is not in snapshot" in str(refused.value)
    assert MOBILE in refused.value.next_step
    assert "a value that is" not in str(refused.value) + refused.value.next_step
    assert [str(call) for call in desk.aws.gate.since(mark) if call.service != "sts"] == []


@pytest.mark.parametrize("kept", [False, True])
def test_a_value_that_comes_too_late_is_said(desk: Desk, kept: bool) -> None:
    """AWS changes no key's value: a key that was made with another has to be made again."""
    if not kept:
        desk.secrets = None
    desk.snapshot()
    desk.restore()
    rest = desk.clients.client("apigateway", AWAY)
    supplied = "the value that callers have"
    desk.values = {MOBILE: supplied}
    late = desk.restore()
    assert (late.run, late.exit_code) == ("", 3), late.verdict
    (said,) = [f for f in late.plan.findings if f.code == "secret-differs"]
    assert (said.key, said.severity) == (MOBILE, "gap")
    assert "delete the key in the target, then restore again" in said.text
    ids = {row["name"]: row["id"] for row in rest.get_api_keys()["items"]}
    rest.delete_api_key(apiKey=ids["mobile"])
    made = desk.restore()
    assert [f for f in made.plan.findings if f.code == "secret-differs"] == []
    assert values_in(desk, AWAY)["mobile"] == supplied


def test_a_value_that_a_key_has_already_is_no_gap(desk: Desk) -> None:
    desk.secrets = None
    desk.snapshot()
    desk.restore()
    desk.values = {f"apigateway.api_key/{name}": value for name, value in values_in(desk, AWAY).items()}
    assert desk.restore().exit_code == 0, "they have the very values that were supplied"
