"""``doctor --to``: whether a target is ready for what would be restored into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dr_toolkit.config import Target
from dr_toolkit.engine.ports import Cloud
from dr_toolkit.engine.preflight.simulation import simulated
from dr_toolkit.errors import AwsError, CloudDenied, DrToolkitError, SnapshotNotFound, UsageError
from dr_toolkit.model.documents import BLOCKED, GAP, INFO, WARNING, Finding
from dr_toolkit.model.estate import Snapshot
from dr_toolkit.report.store_results import BAD, GOOD, UNKNOWN, WARN, Check
from dr_toolkit.report.vocabulary import names
from dr_toolkit.resources import registry
from dr_toolkit.workflows import capture, preflight
from dr_toolkit.workflows.context import Context
from dr_toolkit.workflows.targets import Options, Planned, view

_STATES = {BLOCKED: BAD, GAP: BAD, WARNING: WARN}
_SAID = frozenset({"permission-unknown"})
"""What is said though it is for information only."""

_READS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ec2", "DescribeVpcs", {"MaxResults": 5}),
    ("ec2", "DescribeSecurityGroups", {"MaxResults": 5}),
    ("ec2", "DescribeSecurityGroupRules", {"MaxResults": 5}),
    ("ec2", "DescribeManagedPrefixLists", {"MaxResults": 5}),
    ("apigateway", "GetAccount", {}),
    ("apigateway", "GetRestApis", {"limit": 1}),
    ("apigatewayv2", "GetApis", {"MaxResults": "1"}),
)
"""What every restore reads first."""


def readiness(context: Context, target: Target, spec: str) -> Iterator[Check]:
    """Everything that a plan of a snapshot into the target says a person must know; with no snapshot, access alone."""
    subject = f"target {target.name}"
    try:
        cloud = context.cloud(target)
    except DrToolkitError:
        return  # told already, where credentials are looked at
    try:
        snapshot = capture.load(context, context.source().name, spec)
    except (SnapshotNotFound, UsageError) as error:
        if spec != "latest":
            raise
        reason = "quotas, names, landmarks and permissions are held against a snapshot"
        text = f"only access was looked at: {error.message}"
        yield Check(subject, "snapshot", WARN, text, reason, error.next_step)
        yield from _access(subject, cloud)
        return
    except DrToolkitError as error:
        yield Check(subject, "snapshot", UNKNOWN, error.message, "nothing could be held against it", error.next_step)
        yield from _access(subject, cloud)
        return
    try:
        yield from _planned(context, target, snapshot)
    except DrToolkitError as error:
        yield Check(subject, "plan", BAD, error.message, "a restore would end the same way", error.next_step)


def _planned(context: Context, target: Target, snapshot: Snapshot) -> Iterator[Check]:
    from dr_toolkit.aws.routes import route

    here, there = snapshot.manifest.scope, context.cloud(target).scope
    options = Options(in_place=(here.account, here.region) == (there.account, there.region))
    seen = view(context, target.name, snapshot, options)
    planned = seen.plan(options)
    asked = [*preflight.probed(seen, planned), *simulated(seen.cloud, planned.plan, route)]
    found = sorted({*planned.plan.findings, *asked})
    yield from _told(f"target {target.name}", snapshot, planned, found)


def _told(subject: str, snapshot: Snapshot, planned: Planned, found: list[Finding]) -> Iterator[Check]:
    """What stands in the way, then what is to be known; what is said of several things is said once."""
    plan = planned.plan
    text = f"{snapshot.manifest.id} of {plan.source}: {len(plan.changes):,} changes, {len(plan.blocked):,} blocked"
    yield Check(subject, "snapshot", GOOD, text)
    yield _landmarks(subject, planned)
    reasons: dict[tuple[str, str, str, str], list[str]] = {}
    for b in plan.blocked:
        if b.cause is None:
            reasons.setdefault(("blocked", BAD, b.reason, b.remedy), []).append(b.key.text)
    for finding in found:
        if finding.code in _SAID:
            reasons.setdefault((finding.code, WARN, finding.text, ""), []).append(finding.key)
        elif finding.code == "permission-simulated":
            yield Check(subject, finding.code, GOOD, finding.text)
        elif finding.severity != INFO:
            reasons.setdefault((finding.code, _STATES[finding.severity], finding.text, ""), []).append(finding.key)
    for (name, state, told, mend), keys in reasons.items():
        why = "it can't be restored as it is" if state == BAD else ""
        yield Check(subject, name, state, f"{names(keys, 'thing')}: {told}", why, mend)
    if not any(state == BAD for _, state, _, _ in reasons):
        yield Check(subject, "ready", GOOD, "nothing is in the way of a restore, as far as that can be known")


def _landmarks(subject: str, planned: Planned) -> Check:
    """How much of what a restore only finds is there; what of the rest is needed is named by itself."""
    types, bindings, live = registry(), planned.plan.bindings, planned.survey.estate
    wanted = [text for text in planned.aim.wanted.lines if types[text.partition("/")[0]].landmark]
    there = sum(text in bindings or text in live for text in wanted)
    told = "things that a restore finds and never makes (VPCs, certificates, functions ...) were told in the target"
    return Check(subject, "landmarks", GOOD, f"{there:,} of {len(wanted):,} {told}")


def _access(subject: str, cloud: Cloud) -> Iterator[Check]:
    """Whether what every restore needs first may be read, and a group be made."""
    why = "a restore reads it before anything else"
    for service, operation, params in _READS:
        name = f"{service}:{operation}"
        try:
            cloud.call(service, operation, params)
            yield Check(subject, name, GOOD, "allowed")
        except AwsError as error:
            state = BAD if isinstance(error, CloudDenied) else UNKNOWN
            yield Check(subject, name, state, error.message, why, error.next_step)
