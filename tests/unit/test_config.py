"""Config: what a good file gives, where it is looked for, and how names are resolved."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dr_toolkit.config import (
    EXAMPLE,
    HONOURED,
    NAME,
    Config,
    IgnoreRule,
    Notification,
    ObjectLock,
    Retention,
    Rewrite,
    Secrets,
    Signing,
    Source,
    StoreSettings,
    Target,
    load_config,
)
from dr_toolkit.errors import ConfigError, UnknownName, UsageError

ROLE = "arn:aws:iam::111122223333:role/dr-snapshot"
KEY = "arn:aws:kms:us-west-2:111122223333:key/mrk-1234abcd"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/aaa"
OTHER_CERTIFICATE = "arn:aws:acm:us-west-2:111122223333:certificate/bbb"
ED25519 = "ed25519:" + "A" * 43 + "="

EVERYTHING = f"""
version: 1
store:
  url: s3://acme-dr-snapshots/prod/
  role_arn: {ROLE}
  external_id: "1234"
  kms_key_arn: {KEY}
  object_lock: {{mode: governance, days: 35}}
  endpoint_url: https://s3.example.net:9000
mirrors: [s3://acme-dr-snapshots-use1/prod, {{url: "file:///var/lib/dr-toolkit"}}]
write_quorum: 2
sources:
  prod-use1:
    region: us-east-1
    role_arn: {ROLE}
    external_id: acme-dr
    schedule: "0 3 * * *"
    timezone: America/New_York
    rpo: 26h
    include: ["*"]
    exclude: [apigateway.*, ec2.security_group/main/scratch-*]
    retention: {{keep_last: 3, keep_daily: 14, keep_weekly: 8, keep_monthly: 12, keep_within: 2d}}
  plain:
    region: eu-west-1
targets:
  dr-usw2:
    region: us-west-2
    role_arn: arn:aws:iam::111122223333:role/path/dr-restore
    state: s3://acme-dr-state-usw2/runs
    map:
      ec2.vpc/main: vpc-0abc
      {CERTIFICATE}: {OTHER_CERTIFICATE}
    rewrite: [{{cidr: 10.0.0.0/16, to: 10.8.0.0/16}}, {{cidr: "fd00::/56", to: "fd00:0:0:100::/56"}}]
    edge: block
drift:
  ignore:
    - key: "ec2.security_group_rule/*/bastion/*"
      field: Description
      owner: net
      reason: "text"
      until: 2027-01-31
    - {{key: "apigateway.*", reason: being rebuilt, until: "2027-02-01"}}
secrets: {{encrypt_with: "kms:{KEY}"}}
signing: {{sign_with: "key-file:/etc/dr/key.pem", trust: ["kms:{KEY}", "{ED25519}"]}}
notify: [{{sns: "arn:aws:sns:us-west-2:111122223333:dr"}}, {{webhook: https://example.net/hook}}]
"""


def load(text: str, folder: Path) -> Config:
    (folder / NAME).write_text(text, encoding="utf-8")
    config = load_config(None, {}, folder)
    assert config
    return config


# --- what a good file gives ---------------------------------------------------------------------


def test_every_section_is_read(tmp_path: Path) -> None:
    config = load(EVERYTHING, tmp_path)
    assert config.file == tmp_path / NAME
    assert config.store == StoreSettings(
        url="s3://acme-dr-snapshots/prod",
        role_arn=ROLE,
        external_id="1234",
        kms_key_arn=KEY,
        object_lock=ObjectLock("governance", 35),
        endpoint_url="https://s3.example.net:9000",
    )
    assert [store.url for store in config.mirrors] == [
        "s3://acme-dr-snapshots-use1/prod",
        "file:///var/lib/dr-toolkit",
    ]
    assert [store.is_s3 for store in config.mirrors] == [True, False]
    assert config.write_quorum == 2
    assert config.drift_ignore == (
        IgnoreRule("ec2.security_group_rule/*/bastion/*", "text", "Description", "net", date(2027, 1, 31)),
        IgnoreRule("apigateway.*", "being rebuilt", until=date(2027, 2, 1)),
    )
    assert config.secrets == Secrets(f"kms:{KEY}")
    assert config.signing == Signing("key-file:/etc/dr/key.pem", (f"kms:{KEY}", ED25519))
    assert config.notify == (
        Notification("sns", "arn:aws:sns:us-west-2:111122223333:dr"),
        Notification("webhook", "https://example.net/hook"),
    )


def test_sources_and_targets_are_read(tmp_path: Path) -> None:
    config = load(EVERYTHING, tmp_path)
    source, target = config.source("prod-use1"), config.target("dr-usw2")
    assert (source.region, source.role_arn, source.external_id) == ("us-east-1", ROLE, "acme-dr")
    assert source.rpo == timedelta(hours=26)
    assert (source.include, source.exclude) == (("*",), ("apigateway.*", "ec2.security_group/main/scratch-*"))
    assert source.retention == Retention(
        keep_last=3, keep_daily=14, keep_weekly=8, keep_monthly=12, keep_within=timedelta(days=2)
    )
    assert source.schedule
    assert (source.timezone, source.schedule.timezone) == ("America/New_York", "America/New_York")
    at_noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert source.schedule.next_after(at_noon) == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert config.source("plain") == Source(name="plain", region="eu-west-1")
    assert target == Target(
        name="dr-usw2",
        region="us-west-2",
        role_arn="arn:aws:iam::111122223333:role/path/dr-restore",
        state=StoreSettings("s3://acme-dr-state-usw2/runs"),
        map={"ec2.vpc/main": "vpc-0abc", CERTIFICATE: OTHER_CERTIFICATE},
        rewrite=(Rewrite("10.0.0.0/16", "10.8.0.0/16"), Rewrite("fd00::/56", "fd00:0:0:100::/56")),
        edge="block",
    )


def test_the_smallest_file(tmp_path: Path) -> None:
    config = load("version: 1\n", tmp_path)
    assert config == Config(file=tmp_path / NAME)
    assert config.not_acted_on() == []


def test_what_is_not_said_is_none(tmp_path: Path) -> None:
    config = load("version: 1\ntargets: {dr: {region: us-west-2}}\n", tmp_path)
    assert config.target("dr").edge is None
    assert config.target("dr").state is None
    assert config.write_quorum is None


def test_anchors_and_merge_keys_share_settings(tmp_path: Path) -> None:
    text = """
version: 1
sources:
  one: &common
    region: us-east-1
    rpo: 26h
    schedule: "@daily"
  two:
    <<: *common
    region: us-west-2
  three: {<<: [{region: eu-west-1}, *common], rpo: 7d}
"""
    sources = load(text, tmp_path).sources
    assert [(source.region, source.rpo) for source in sources.values()] == [
        ("us-east-1", timedelta(hours=26)),
        ("us-west-2", timedelta(hours=26)),
        ("eu-west-1", timedelta(days=7)),
    ]
    assert sources["two"].schedule == sources["one"].schedule


def test_names_need_no_quotes_and_json_is_fine(tmp_path: Path) -> None:
    config = load('{"version": 1, "sources": {111122223333: {"region": "us-east-1"}}}', tmp_path)
    assert config.source("111122223333").region == "us-east-1"
    assert list(load("version: 1\nsources: {on: {region: us-east-1}}", tmp_path).sources) == ["on"]


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    assert load("\ufeffversion: 1\n", tmp_path).sources == {}


def test_a_source_and_a_target_of_one_region_may_share_a_name(tmp_path: Path) -> None:
    text = "version: 1\nsources: {a: {region: us-west-2}}\ntargets: {a: {region: us-west-2}}\n"
    assert load(text, tmp_path).source("a").region == "us-west-2"


# --- the example --------------------------------------------------------------------------------


def test_the_example_loads_and_holds_nothing_unhonoured(tmp_path: Path) -> None:
    config = load(EXAMPLE, tmp_path)
    assert (list(config.sources), list(config.targets)) == (["prod-use1"], ["dr-usw2"])
    assert config.not_acted_on() == []


def test_the_example_loads_with_every_option_in_use(tmp_path: Path) -> None:
    used = re.sub(r"^( *)#(?=\w|  )", r"\1", EXAMPLE, flags=re.MULTILINE)
    config = load(used.replace("store: s3://acme-dr-snapshots/prod\n", ""), tmp_path)
    assert config.not_acted_on() == []
    assert config.store
    assert config.store.object_lock
    source, target = config.source("prod-use1"), config.target("dr-usw2")
    assert all((source.role_arn, source.external_id, source.exclude, source.timezone != "UTC"))
    assert all((target.role_arn, target.state, target.rewrite, target.edge, len(target.map) == 2))


# --- what this version does not act on ----------------------------------------------------------


def test_what_is_not_acted_on_is_named_by_its_key(tmp_path: Path) -> None:
    assert load(EVERYTHING, tmp_path).not_acted_on() == ["notify"]


def test_what_is_honoured_hangs_on_one_constant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load(EVERYTHING, tmp_path)
    monkeypatch.setattr("dr_toolkit.config.nouns.HONOURED", HONOURED | {"notify"})
    left: list[str] = []
    assert config.not_acted_on() == left
    monkeypatch.setattr("dr_toolkit.config.nouns.HONOURED", frozenset())
    also = {"mirrors", "write_quorum", "sources.prod-use1.retention", "signing"}
    also |= {"store.kms_key_arn", "store.object_lock", "targets.dr-usw2.rewrite", "targets.dr-usw2.edge"}
    assert set(config.not_acted_on()) >= also


def test_a_part_that_asks_for_nothing_is_no_matter(tmp_path: Path) -> None:
    text = "version: 1\nstore: s3://bucket\nmirrors: []\nwrite_quorum: 1\ndrift: {ignore: []}\nnotify: []\n"
    assert load(text, tmp_path).not_acted_on() == []


def test_a_lock_on_a_state_store_is_named_there() -> None:
    state = StoreSettings("s3://bucket", kms_key_arn=KEY)
    config = Config(targets={"dr": Target("dr", "us-west-2", state=state)}, notify=(Notification("sns", "arn:x"),))
    assert config.not_acted_on() == ["notify"]


# --- where it is looked for ---------------------------------------------------------------------


def put(folder: Path, name: str) -> Path:
    """A config file in that folder which has one source of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    path.write_text(f"version: 1\nsources: {{{name}: {{region: us-east-1}}}}\n")
    return path


def found(path: Path | None, env: dict[str, str], cwd: Path) -> str | None:
    config = load_config(path, env, cwd)
    return next(iter(config.sources)) if config else None


def test_the_search_order(tmp_path: Path) -> None:
    here, home, xdg = tmp_path / "here", tmp_path / "home", tmp_path / "xdg"
    here.mkdir()
    env = {"HOME": str(home)}
    with_xdg = {**env, "XDG_CONFIG_HOME": str(xdg)}
    assert found(None, env, here) is None
    put(home / ".config" / "dr-toolkit", "from-home")
    assert found(None, env, here) == "from-home"
    assert found(None, with_xdg, here) is None
    put(xdg / "dr-toolkit", "from-xdg")
    assert found(None, with_xdg, here) == "from-xdg"
    assert found(None, {**env, "XDG_CONFIG_HOME": "relative"}, here) == "from-home"
    put(here, "from-here")
    assert found(None, with_xdg, here) == "from-here"
    named = put(tmp_path / "named", "from-flag")
    assert found(named, with_xdg, here) == "from-flag"
    assert found(Path("../named") / NAME, with_xdg, here) == "from-flag"
    assert found(None, {}, tmp_path) is None


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    put(tmp_path, "here")
    with pytest.raises(ConfigError, match=r"^missing\.yaml:1: \(file\): there is no such file$") as caught:
        load_config(Path("missing.yaml"), {}, tmp_path)
    assert caught.value.exit_code == 64


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        load_config(tmp_path, {}, tmp_path)
    (tmp_path / NAME).symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(ConfigError, match="there is no such file"):
        load_config(None, {}, tmp_path)


def test_yaml_is_imported_only_for_a_file() -> None:
    code = (
        "import pathlib, sys; from dr_toolkit.config import load_config; "
        "load_config(None, {}, pathlib.Path('/')); "
        "sys.exit('yaml' in sys.modules or 'zoneinfo' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "region",
    ["us-west-2", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "us-iso-east-1", "ap-southeast-7"],
)
def test_a_region_needs_no_config(region: str) -> None:
    assert Config.empty().source(region) == Source(name=region, region=region)
    assert Config.empty().target(region) == Target(name=region, region=region)


def test_an_unknown_name_is_refused_with_what_is_known(tmp_path: Path) -> None:
    config = load(EVERYTHING, tmp_path)
    with pytest.raises(UnknownName, match="no source called prod-use; known: plain, prod-use1") as caught:
        config.source("prod-use")
    assert caught.value.next_step.startswith("Did you mean prod-use1?")
    with pytest.raises(UnknownName, match="no target called prod-use1; known: dr-usw2"):
        config.target("prod-use1")
    with pytest.raises(UnknownName, match=r"no source called \{x\}; known: none") as caught:
        Config.empty().source("{x}")
    assert caught.value.next_step == "Use a name from the config file, or a region name."


@pytest.mark.parametrize("name", ["us-esat-1", "us-west", "us-west-2a", "useast1", "US-WEST-2", "us-west-0", ""])
def test_what_only_looks_like_a_region_is_unknown(name: str) -> None:
    with pytest.raises(UnknownName):
        Config.empty().source(name)
    with pytest.raises(UnknownName):
        Config.empty().target(name)


def test_a_store_from_a_flag(tmp_path: Path) -> None:
    assert Config.empty("s3://bucket/a/").store == StoreSettings("s3://bucket/a")
    assert Config.empty("memory://test").store == StoreSettings("memory://test")
    assert Config.empty().store is None
    with pytest.raises(UsageError, match=r"--store: .*not a store") as caught:
        Config.empty("bucket/a")
    assert caught.value.exit_code == 64
    config = load(EVERYTHING, tmp_path)
    assert config.with_store(None) is config
    assert config.with_store("s3://acme-dr-snapshots/prod/") is config
    assert config.with_store("file:///tmp/x").store == StoreSettings("file:///tmp/x")
