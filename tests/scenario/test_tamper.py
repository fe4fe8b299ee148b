"""The tamper drill: somebody with every right on the bucket tries to have the next restore open a firewall.

The attacker can put, overwrite and delete anything in the store, knows the format, and has old snapshots that were
signed by right, one of them from when a port stood open. What the attacker has not: the private key, the config of
whoever restores, and the anchor's bucket.
"""

from __future__ import annotations

import gzip
import itertools
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dr_toolkit.model import wire
from dr_toolkit.store import seals
from tests.command_line import Ended, run
from tests.scenario.cli.conftest import CONFIG, Company, company, desk
from tests.scenario.keyring import Bucket, make_key, objects_of, seal_of, taken

__all__ = ["company", "desk"]

OPEN_PORT = 2222
WORLD = {"IpProtocol": "tcp", "FromPort": OPEN_PORT, "ToPort": OPEN_PORT, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
OPEN_RULE = (
    b'{"attributes":{"CidrIpv4":"0.0.0.0/0","FromPort":2222,"GroupId":{"@ref":"ec2.security_group/main/web"},'
    b'"IpProtocol":"tcp","IsEgress":false,"ToPort":2222},'
    b'"key":"ec2.security_group_rule/main/web/ingress/tcp/2222-2222/0.0.0.0%2F0"}'
)
_numbers = itertools.count(1)


@dataclass
class Past:
    """A store as it came to be by right: three snapshots, the port open in the first one alone, the first baseline."""

    store: dict[str, bytes]
    anchor: dict[str, bytes]
    elsewhere: dict[str, bytes]
    key: Path
    ids: list[str]
    foreign: str


@pytest.fixture(scope="module")
def past(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Past:
    """What was stored before the attack, and what the same key signed for another region."""
    folder = tmp_path_factory.mktemp("past")
    key = folder / "dr.key"
    make_key(key)
    signing = f"signing: {{sign_with: 'key-file:dr.key', anchor: 'file://{folder}/anchor'}}\n"
    text = CONFIG.replace("s3://acme-dr/prod", f"file://{folder}/store") + signing
    (folder / "home.yaml").write_text(text, encoding="utf-8")
    other = text.replace("us-east-1", "eu-west-1").replace(f"{folder}/store", f"{folder}/elsewhere")
    (folder / "other.yaml").write_text(other.replace(f"{folder}/anchor", f"{folder}/other"), encoding="utf-8")
    ec2 = company.client("ec2")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in company.aws.environment().items():
            patch.setenv(name, value)
        ec2.authorize_security_group_ingress(GroupId=company.group, IpPermissions=[WORLD])
        ids = [taken("--config", str(folder / "home.yaml"))]
        ec2.revoke_security_group_ingress(GroupId=company.group, IpPermissions=[WORLD])
        ids += [taken("--config", str(folder / "home.yaml")) for _ in range(2)]
        assert run("baseline", "set", "latest", "--reason", "closed", "--config", str(folder / "home.yaml")).code == 0
        foreign = taken("--config", str(folder / "other.yaml"))
    stores = [objects_of(folder / name) for name in ("store", "anchor", "elsewhere")]
    return Past(*stores, key, ids, foreign)


@dataclass
class Crime:
    """The bucket that is attacked, and what the attacker knows."""

    bucket: Bucket
    past: Past
    company: Company
    arguments: list[str] = field(default_factory=list)

    @property
    def first(self) -> str:
        """The snapshot of when the port was open."""
        return self.past.ids[0]

    @property
    def last(self) -> str:
        """The snapshot that a restore should take."""
        return self.past.ids[-1]

    def manifest(self, identity: str) -> dict[str, Any]:
        """A manifest, to be changed."""
        document: dict[str, Any] = json.loads(self.bucket.get(f"v1/prod/{identity}.manifest.json"))
        return document

    def opened(self, identity: str) -> bytes:
        """A snapshot's body with the open rule put in."""
        lines = [*gzip.decompress(self.bucket.get(f"v1/prod/{identity}.jsonl.gz")).splitlines(), OPEN_RULE]
        return b"".join(line + b"\n" for line in sorted(lines, key=lambda line: json.loads(line)["key"]))

    def forged(self, *, at: str | None = None) -> dict[str, Any]:
        """A snapshot with the open rule, whole in itself: its objects are put, its manifest is returned."""
        body, document = self.opened(self.last), self.manifest(self.last)
        at = at or document["id"].partition("-")[0]
        identity = f"{at}-{wire.digest(body)[:12]}"
        self.bucket.put(f"v1/prod/{identity}.jsonl.gz", gzip.compress(body))
        for role in ("ids", "served"):
            kept = self.bucket.get(f"v1/prod/{self.last}.{role}.jsonl.gz")
            self.bucket.put(f"v1/prod/{identity}.{role}.jsonl.gz", kept)
            document["objects"][role]["name"] = f"v1/prod/{identity}.{role}.jsonl.gz"
        taken_at = f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[9:11]}:{at[11:13]}:{at[13:15]}Z"
        document |= {"id": identity, "taken_at": taken_at}
        document["objects"]["body"] = {
            "name": f"v1/prod/{identity}.jsonl.gz",
            "sha256": wire.digest(body),
            "size": len(body),
        }
        document["counts"]["ec2.security_group_rule"] += 1
        document["parent"] = {"id": self.last, "sha256": wire.digest(self.raw(self.last))}
        return document

    def raw(self, identity: str) -> bytes:
        """A manifest's bytes."""
        return self.bucket.get(f"v1/prod/{identity}.manifest.json")

    def commit(self, document: dict[str, Any]) -> None:
        """Put a manifest under the name that it says."""
        data = json.dumps(document, indent=1, sort_keys=True).encode()
        self.bucket.put(f"v1/prod/{document['id']}.manifest.json", data)

    def erase(self, identity: str) -> None:
        """Remove all objects of a snapshot."""
        for name in self.bucket.names(f"v1/prod/{identity}."):
            self.bucket.delete(name)


LATER = "20991231T235959Z"


def swap_the_body(crime: Crime) -> None:
    """The body of the last snapshot is another one."""
    crime.bucket.put(f"v1/prod/{crime.last}.jsonl.gz", gzip.compress(crime.opened(crime.last)))


def swap_what_a_stage_serves(crime: Crime) -> None:
    """Of what the stages of the last snapshot serve, one method asks for nothing any more."""
    name = f"v1/prod/{crime.last}.served.jsonl.gz"
    lines = gzip.decompress(crime.bucket.get(name)).splitlines()
    methods = [line for line in lines if b'"apigateway.method/' in line]
    assert methods
    swapped = methods[0].replace(b'{"attributes":{', b'{"attributes":{"apiKeyRequired":false,', 1)
    crime.bucket.put(name, gzip.compress(b"".join(swapped + b"\n" if x == methods[0] else x + b"\n" for x in lines)))


def forget_what_stages_serve(crime: Crime) -> None:
    """The last snapshot's manifest names no such object any more, and it is gone."""
    document = crime.manifest(crime.last)
    crime.bucket.delete(document["objects"].pop("served")["name"])
    crime.commit(document)


def rewrite_body_and_manifest(crime: Crime) -> None:
    """Body and manifest fit each other, and the signature is the old one."""
    document, body = crime.manifest(crime.last), crime.opened(crime.last)
    crime.bucket.put(f"v1/prod/{crime.last}.jsonl.gz", gzip.compress(body))
    document["objects"]["body"] |= {"sha256": wire.digest(body), "size": len(body)}
    crime.commit(document)


def add_one_without_a_signature(crime: Crime) -> None:
    """A newer snapshot, whole in itself."""
    document = crime.forged(at=LATER)
    del document["signatures"]
    crime.commit(document)


def add_one_signed_with_another_key(crime: Crime) -> None:
    """A newer snapshot, signed by the attacker."""
    document = crime.forged(at=LATER)
    thief = seal_of(make_key(Path("thief.key")))
    crime.commit(seals.sealed(thief, seals.MANIFEST, document))


def add_one_that_claims_the_trusted_key(crime: Crime) -> None:
    """The same, with the trusted key's name on it."""
    document = crime.forged(at=LATER)
    trusted = document["signatures"][0]["key"]
    thief = seal_of(make_key(Path("thief.key")))
    document["signatures"] = seals.sealed(thief, seals.MANIFEST, document)["signatures"]
    document["signatures"][0]["key"] = trusted
    crime.commit(document)


def roll_back(crime: Crime) -> None:
    """Everything after the open port is removed: what is left is signed, and its chain is whole."""
    for identity in crime.past.ids[1:]:
        crime.erase(identity)


def roll_back_and_leave_the_bodies(crime: Crime) -> None:
    """Only the manifests after the open port are removed."""
    for identity in crime.past.ids[1:]:
        crime.bucket.delete(f"v1/prod/{identity}.manifest.json")


def bury_what_came_after(crime: Crime) -> None:
    """Tombstones without a signature, so that the last snapshot that isn't pruned is the one of the open port."""
    for identity in crime.past.ids[1:]:
        stone = {"format": 1, "source": "prod", "id": identity, "reason": "no rule keeps it", "pruned_by": "anna"}
        stone |= {"manifest_sha256": wire.digest(crime.raw(identity)), "pruned_at": "2026-11-22T03:00:00Z"}
        crime.bucket.put(f"v1/prod/{identity}.pruned.json", json.dumps(stone).encode())


def call_what_came_after_incomplete(crime: Crime) -> None:
    """The later snapshots, signed and unchanged, get the name of incomplete ones, which nobody takes by itself."""
    for identity in crime.past.ids[1:]:
        crime.bucket.put(f"v1/prod/{identity}.partial.manifest.json", crime.raw(identity))
        crime.bucket.delete(f"v1/prod/{identity}.manifest.json")


def replay_under_a_newer_name(crime: Crime) -> None:
    """The snapshot of the open port, as it was signed, under a newer name."""
    identity = f"{LATER}{crime.first[16:]}"
    for suffix in ("jsonl.gz", "ids.jsonl.gz", "served.jsonl.gz", "manifest.json"):
        crime.bucket.put(f"v1/prod/{identity}.{suffix}", crime.bucket.get(f"v1/prod/{crime.first}.{suffix}"))


def replay_another_regions(crime: Crime) -> None:
    """A snapshot of another region, signed with the same key for a source of the same name."""
    crime.bucket.fill({name: data for name, data in crime.past.elsewhere.items() if crime.past.foreign in name})


def drop_one_in_the_middle(crime: Crime) -> None:
    """As of a time the snapshot of the open port is the last, where the one after it is gone."""
    crime.erase(crime.past.ids[1])
    at = crime.manifest(crime.last)["taken_at"]
    second = int(at[17:19])
    before = f"{at[:17]}{second - 1:02d}" if second else f"{at[:14]}{int(at[14:16]) - 1:02d}:59"
    crime.arguments += ["--snapshot", before]


def move_the_baseline(crime: Crime) -> None:
    """The snapshot of the open port becomes the baseline again, by a record that nobody signed."""
    record = json.loads(crime.bucket.get("baselines/prod/000001.json"))
    record |= {"snapshot": crime.first, "manifest_sha256": wire.digest(crime.raw(crime.first))}
    del record["signatures"]
    crime.bucket.put("baselines/prod/000003.json", json.dumps(record).encode())
    crime.arguments += ["--snapshot", "baseline"]


def roll_back_the_baseline(crime: Crime) -> None:
    """The record of the baseline that holds is removed: the one before it, signed by right, is of the open port."""
    crime.bucket.delete("baselines/prod/000002.json")
    crime.arguments += ["--snapshot", "baseline"]


def remove_every_baseline(crime: Crime) -> None:
    """No baseline is left, so that the next capture would begin anew with whatever is live then."""
    for name in crime.bucket.names("baselines/"):
        crime.bucket.delete(name)
    crime.arguments += ["--snapshot", "baseline"]


def pair_with_another_group(crime: Crime) -> None:
    """The group with the wide rules is said to be another group of the target."""
    table = {"source": "prod", "target": "dr", "pairs": {f"ec2.security_group {crime.company.group}": "sg-0badbadbad"}}
    crime.bucket.put("pairings/prod/dr/000001.json", json.dumps(table).encode())


def forge_a_journal(crime: Crime) -> None:
    """An unfinished run of the snapshot of the open port, to be gone on with."""
    begin = {"n": 1, "kind": "begin", "at": "2026-11-22T03:00:00.000Z", "by": "0123456789abcdef"}
    begin |= {"snapshot": crime.first, "source": "prod", "options": {}, "changes": [], "found": {}}
    crime.bucket.put("runs/dr/000001/000001.json", json.dumps(begin).encode())
    crime.arguments += ["--resume"]


def forge_a_journal_of_the_last(crime: Crime) -> None:
    """An unfinished run of the right snapshot, that says of another group that it was made for it."""
    begin = {"n": 1, "kind": "begin", "at": "2026-11-22T03:00:00.000Z", "by": "0123456789abcdef"}
    begin |= {"snapshot": crime.last, "source": "prod", "options": {}, "changes": []}
    begin |= {"found": {"ec2.security_group/main/web": "sg-0badbadbad"}}
    crime.bucket.put("runs/dr/000001/000001.json", json.dumps(begin).encode())


WAYS: list[Callable[[Crime], None]] = [
    swap_the_body,
    swap_what_a_stage_serves,
    forget_what_stages_serve,
    rewrite_body_and_manifest,
    add_one_without_a_signature,
    add_one_signed_with_another_key,
    add_one_that_claims_the_trusted_key,
    roll_back,
    roll_back_and_leave_the_bodies,
    bury_what_came_after,
    call_what_came_after_incomplete,
    replay_under_a_newer_name,
    replay_another_regions,
    drop_one_in_the_middle,
    move_the_baseline,
    roll_back_the_baseline,
    remove_every_baseline,
    pair_with_another_group,
    forge_a_journal,
    forge_a_journal_of_the_last,
]


@pytest.fixture
def crime(past: Past, company: Company, desk: Path) -> Crime:
    """A bucket of its own with the past in it, and its anchor in another; the target is as at first."""
    number = next(_numbers)
    s3 = company.client("s3", "us-west-2")
    bucket, anchor = Bucket(s3, f"drill-{number:03d}"), Bucket(s3, f"anchor-{number:03d}")
    bucket.fill(past.store)
    anchor.fill(past.anchor)
    shutil.copy(past.key, desk / "dr.key")
    signing = f"signing: {{sign_with: 'key-file:dr.key', anchor: '{anchor.url}'}}\n"
    Path("dr-toolkit.yaml").write_text(CONFIG.replace("s3://acme-dr/prod", bucket.url) + signing, encoding="utf-8")
    company.rebuild_target()
    return Crime(bucket, past, company)


def open_rules(company: Company) -> list[dict[str, Any]]:
    """The rules of the target that let the world in."""
    rules = company.client("ec2", "us-west-2").describe_security_group_rules()["SecurityGroupRules"]
    return [r for r in rules if not r["IsEgress"] and r.get("CidrIpv4") == "0.0.0.0/0"]


def refusal(ended: Ended) -> str:
    """The first line of an integrity error."""
    assert ended.code == 12, ended.said
    return ended.err.partition("\n")[0]


def test_untouched_it_restores_and_verifies(crime: Crime) -> None:
    ended = run("restore", "--to", "dr", "--yes")
    assert ended.code == 0, ended.said
    assert open_rules(crime.company) == []
    assert run("snapshot", "verify", "--all", "--read-data").code == 0
    assert run("drift").code == 0


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_way_leads_into_the_target(way: Callable[[Crime], None], crime: Crime) -> None:
    way(crime)
    for command in (["plan", "--to", "dr"], ["verify", "--to", "dr"], ["restore", "--to", "dr", "--yes"]):
        arguments = [a for a in crime.arguments if a != "--resume" or command[0] == "restore"]
        assert refusal(run(*command, *arguments)).startswith("error: ")
    assert open_rules(crime.company) == []


@pytest.mark.parametrize(
    "way",
    [w for w in WAYS if w not in (pair_with_another_group, forge_a_journal, forge_a_journal_of_the_last)],
    ids=lambda way: way.__name__,
)
def test_verify_names_what_was_done(way: Callable[[Crime], None], crime: Crime) -> None:
    way(crime)
    found = run("snapshot", "verify", "--all", "--read-data", "--format", "json")
    assert found.code == 12, found.said
    faults = found.document["faults"]
    assert faults
    assert all(fault["name"] and fault["reason"] and fault["store"] == crime.bucket.url for fault in faults)


def test_a_later_capture_does_not_build_on_what_was_planted(crime: Crime) -> None:
    document = crime.forged()
    del document["signatures"]
    crime.commit(document)
    identity = taken()
    assert crime.manifest(identity)["parent"]["id"] == crime.last


def test_a_rollback_shows_at_the_next_capture_and_leaves_the_anchor_alone(crime: Crime) -> None:
    roll_back(crime)
    ended = run("snapshot", "create")
    assert ended.code == 12
    assert crime.last in ended.err
    assert "taken just now, is there" in ended.err
    assert run("restore", "--to", "dr", "--yes").code == 12
    assert open_rules(crime.company) == []


def test_what_was_removed_does_not_become_the_first_again(crime: Crime) -> None:
    remove_every_baseline(crime)
    ended = run("snapshot", "create")
    assert ended.code == 12
    assert "its baseline is number 2, and none is the last that is there" in ended.err
    assert crime.bucket.names("baselines/") == []
    assert run("drift").code == 12


def test_a_rolled_back_snapshot_does_not_become_the_baseline(crime: Crime) -> None:
    roll_back(crime)
    assert run("baseline", "set", "latest", "--reason", "the last there is").code == 12


def test_what_was_deleted_can_be_brought_back_by_its_marker(crime: Crime) -> None:
    roll_back(crime)
    faults = run("snapshot", "verify", "--all", "--format", "json").document["faults"]
    markers = {f["name"]: f["reason"].rpartition(" ")[2] for f in faults if "delete marker" in f["reason"]}
    assert len(markers) == 8
    for name, version in markers.items():
        key = f"{crime.bucket.prefix}/{name}"
        crime.bucket.client.delete_object(Bucket=crime.bucket.name, Key=key, VersionId=version)
    assert run("snapshot", "verify", "--all", "--read-data").code == 0
    assert run("restore", "--to", "dr", "--yes").code == 0


def test_a_wrong_signature_is_refused_whoever_allows_what(crime: Crime) -> None:
    """--allow-unsigned takes what has no signature that counts, and nothing that was changed after it was signed."""
    rewrite_body_and_manifest(crime)
    assert "changed after it was signed" in refusal(run("restore", "--to", "dr", "--yes", "--allow-unsigned"))
    assert open_rules(crime.company) == []


def test_unsigned_is_taken_only_by_who_says_so_and_then_it_is_said(crime: Crime) -> None:
    add_one_signed_with_another_key(crime)
    ended = run("plan", "--to", "dr", "--allow-unsigned")
    assert ended.code == 2, ended.said
    assert "UNSIGNED" in ended.err
    assert f"v1/prod/{LATER}" in ended.out
