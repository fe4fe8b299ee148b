"""The checks of a bucket: versioning, lock, encryption, who may get in, what removes objects, and where it lies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dr_toolkit.config import StoreSettings
from dr_toolkit.report.store_results import BAD, GOOD, UNKNOWN, WARN, Check
from dr_toolkit.store.objects import ObjectStore
from dr_toolkit.store.s3_posture import Setting, posture

_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_Answer = Mapping[str, Any]


@dataclass(frozen=True)
class _Bucket:
    """A bucket that is looked at; ``away`` are the regions of the sources, ``home`` those of the targets."""

    subject: str
    name: str
    prefix: str
    settings: StoreSettings
    away: frozenset[str]
    home: frozenset[str]

    def check(self, name: str, state: str, text: str, reason: str = "", mend: str = "") -> Check:
        return Check(self.subject, name, state, text, reason, mend)

    def aws(self, command: str, rest: str) -> str:
        """A command of the AWS CLI on the bucket."""
        return f"aws s3api {command} --bucket {self.name} {rest}"


def bucket_checks(
    subject: str, place: ObjectStore, settings: StoreSettings, away: frozenset[str], home: frozenset[str]
) -> Iterator[Check]:
    """What is to be said of a bucket; a setting that can't be read is one too. Raises what the store raises."""
    bucket, _, prefix = settings.url.removeprefix("s3://").partition("/")
    looked_at = _Bucket(subject, bucket, prefix, settings, away, home)
    found = posture(place)
    for name, judge in _JUDGES.items():
        setting = found[name]
        if setting.error is not None:
            yield _unknown(looked_at, name, setting)
        else:
            yield from judge(looked_at, setting.answer or {})


def _unknown(bucket: _Bucket, name: str, setting: Setting) -> Check:
    text = setting.error.message if setting.error else ""
    return bucket.check(
        name, UNKNOWN, text, "what can't be looked at can't be relied on", f"Allow {setting.permission}."
    )


def _location(bucket: _Bucket, answer: _Answer) -> Iterator[Check]:
    region = str(answer.get("LocationConstraint") or "us-east-1")
    region = "eu-west-1" if region == "EU" else region
    said = bucket.settings.region
    if said and said != region:
        yield bucket.check("region", BAD, f"it lies in {region}, and the config says {said}", "", f"region: {region}")
    if region in bucket.away and not bucket.subject.startswith("mirror"):
        reason = "it goes down with the region that it is the backup of"
        best = next(iter(sorted(bucket.home)), "the recovery region")
        yield bucket.check("place", BAD, f"it lies in {region}, a source's own region", reason, f"Make one in {best}.")
    elif bucket.home and region not in bucket.home:
        reason = "a restore needs this region too, beside the target's"
        yield bucket.check("place", WARN, f"it lies in {region}, which is no target's region", reason)
    else:
        yield bucket.check("place", GOOD, region)


def _versioning(bucket: _Bucket, answer: _Answer) -> Iterator[Check]:
    if answer.get("Status") == "Enabled":
        yield bucket.check("versioning", GOOD, "on")
        return
    mend = bucket.aws("put-bucket-versioning", "--versioning-configuration Status=Enabled")
    yield bucket.check("versioning", BAD, "off", "what is deleted or overwritten there is gone for good", mend)


def _lock(bucket: _Bucket, answer: _Answer) -> Iterator[Check]:
    configured = answer.get("ObjectLockConfiguration", {})
    wanted = bucket.settings.object_lock
    if configured.get("ObjectLockEnabled") != "Enabled":
        reason = "whoever has its credentials can remove every version of every snapshot"
        rest = "--object-lock-configuration ObjectLockEnabled=Enabled"
        state = BAD if wanted else WARN
        yield bucket.check("lock", state, "off", reason, bucket.aws("put-object-lock-configuration", rest))
        return
    rule = configured.get("Rule", {}).get("DefaultRetention", {})
    if rule:
        length = f"{rule.get('Days') or rule.get('Years')} {'days' if rule.get('Days') else 'years'}"
        reason = "it locks every object, heartbeats of leases and journals too, which pile up for so long"
        text = f"on for the whole bucket, {str(rule.get('Mode', '')).lower()} for {length}"
        rest = "--object-lock-configuration ObjectLockEnabled=Enabled"
        yield bucket.check("lock", WARN, text, reason, bucket.aws("put-object-lock-configuration", rest))
    elif wanted is None:
        mend = f"store: {{url: {bucket.settings.url}, object_lock: {{mode: governance, days: 35}}}}"
        yield bucket.check("lock", WARN, "possible, and not used", "nothing keeps snapshots from being removed", mend)
    else:
        yield bucket.check("lock", GOOD, f"{wanted.mode} for {wanted.days} days")


def _encryption(bucket: _Bucket, answer: _Answer) -> Iterator[Check]:
    rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    rule = rules[0].get("ApplyServerSideEncryptionByDefault", {}) if rules else {}
    wanted, key = bucket.settings.kms_key_arn, str(rule.get("KMSMasterKeyID") or "")
    if wanted or key:
        used = wanted or key
        if used.startswith("arn:") and used.split(":")[3] in bucket.away:
            reason = "the key goes down with the region that this is the backup of, and nothing can be read"
            yield bucket.check(
                "encryption", BAD, f"with a key of {used.split(':')[3]}: {used}", reason, "kms_key_arn: ARN"
            )
            return
        yield bucket.check("encryption", GOOD, f"with {used}")
        return
    reason = "S3's own key (SSE-S3): whoever may read the bucket reads the snapshots"
    yield bucket.check("encryption", GOOD, f"{rule.get('SSEAlgorithm') or 'AES256'}", reason)


def _public(bucket: _Bucket, answer: _Answer) -> Iterator[Check]:
    configured = answer.get("PublicAccessBlockConfiguration", {})
    missing = [name for name in _BLOCKS if not configured.get(name)]
    if not missing:
        yield bucket.check("public access", GOOD, "blocked")
        return
    rest = f"--public-access-block-configuration {','.join(f'{name}=true' for name in _BLOCKS)}"
    reason = "a policy or ACL can open the firewalls' description to the world"
    mend = bucket.aws("put-public-access-block", rest)
    yield bucket.check("public access", BAD, f"not blocked: {', '.join(missing)}", reason, mend)


def _policy(bucket: _Bucket, answer: _Answer) -> Iterator[Check]:
    try:
        document = json.loads(answer.get("Policy") or "{}")
        statements = document.get("Statement", [])
    except ValueError:
        yield bucket.check("policy", UNKNOWN, "it is not JSON")
        return
    statements = [statements] if isinstance(statements, dict) else statements
    open_ = [s for s in statements if s.get("Effect") == "Allow" and _anybody(s) and not s.get("Condition")]
    if open_:
        text = f"{open_[0].get('Sid') or 'a statement'} allows anybody {_actions(open_[0])}"
        yield bucket.check(
            "policy", BAD, text, "no condition narrows it", bucket.aws("delete-bucket-policy", "").strip()
        )
    elif not any(s.get("Effect") == "Deny" and "aws:SecureTransport" in json.dumps(s) for s in statements):
        reason = "a client that is told to could read and write in clear"
        yield bucket.check(
            "policy", WARN, "it doesn't insist on TLS", reason, "Deny s3:* where aws:SecureTransport is false."
        )
    else:
        yield bucket.check("policy", GOOD, "nobody unknown is let in")


def _anybody(statement: _Answer) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    return "*" in (named if isinstance(named, list) else [named])


def _actions(statement: _Answer) -> str:
    actions = statement.get("Action", "")
    return actions if isinstance(actions, str) else ", ".join(actions)


def _lifecycle(bucket: _Bucket, answer: _Answer) -> Iterator[Check]:
    rules: Sequence[_Answer] = [r for r in answer.get("Rules", []) if r.get("Status") == "Enabled"]
    expiring = [r for r in rules if "Expiration" in r and not _marker_only(r) and _reaches(bucket, r)]
    if expiring:
        reason = "snapshots are removed without a tombstone, the last complete one among them"
        text = f"rule {expiring[0].get('ID') or '(without a name)'} expires current objects"
        mend = "Take Expiration out of the rule; dr-toolkit snapshot prune is what removes snapshots."
        yield bucket.check("lifecycle", BAD, text, reason, mend)
    elif not any("NoncurrentVersionExpiration" in r for r in rules):
        reason = "what prune removed stays as an older version, and costs, for ever"
        rest = (
            '--lifecycle-configuration \'{"Rules":[{"ID":"pruned","Status":"Enabled","Filter":{"Prefix":""},'
            '"NoncurrentVersionExpiration":{"NoncurrentDays":90}}]}\''
        )
        mend = bucket.aws("put-bucket-lifecycle-configuration", rest)
        yield bucket.check("lifecycle", WARN, "older versions are kept for ever", reason, mend)
    else:
        yield bucket.check("lifecycle", GOOD, "only older versions expire")


def _marker_only(rule: _Answer) -> bool:
    return set(rule["Expiration"]) <= {"ExpiredObjectDeleteMarker"}


def _reaches(bucket: _Bucket, rule: _Answer) -> bool:
    """Whether a rule's prefix covers any of the store's objects."""
    filters = rule.get("Filter", {})
    prefix = str(rule.get("Prefix") or filters.get("Prefix") or filters.get("And", {}).get("Prefix") or "")
    ours = f"{bucket.prefix}/" if bucket.prefix else ""
    return ours.startswith(prefix) or prefix.startswith(ours)


def _replication(bucket: _Bucket, answer: _Answer) -> Iterator[Check]:
    rules = answer.get("ReplicationConfiguration", {}).get("Rules", [])
    deleting = [r for r in rules if r.get("DeleteMarkerReplication", {}).get("Status") == "Enabled"]
    if deleting:
        reason = "what somebody deletes here is hidden there too"
        text = "delete markers are replicated"
        yield bucket.check("replication", WARN, text, reason, "Set DeleteMarkerReplication to Disabled.")
    else:
        yield bucket.check("replication", GOOD, f"{len(rules)} rules" if rules else "none; mirrors do that")


_JUDGES: dict[str, Callable[[_Bucket, _Answer], Iterator[Check]]] = {
    "location": _location,
    "versioning": _versioning,
    "lock": _lock,
    "encryption": _encryption,
    "public access": _public,
    "policy": _policy,
    "lifecycle": _lifecycle,
    "replication": _replication,
}
