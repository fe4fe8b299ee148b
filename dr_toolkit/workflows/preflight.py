"""What may keep a restore from being carried out: looked for in the target, with nothing changed there."""

from __future__ import annotations

from dataclasses import replace

from dr_toolkit.engine.preflight import Scene, examined
from dr_toolkit.engine.preflight.rules import limits
from dr_toolkit.engine.preflight.trials import permissions
from dr_toolkit.errors import AwsError
from dr_toolkit.model.documents import Finding
from dr_toolkit.resources import registry
from dr_toolkit.workflows.targets import Planned, View


def findings(seen: View, planned: Planned) -> list[Finding]:
    """What the plan and the target say by themselves; the quota of rules is asked for only where it may not do."""
    known = frozenset(seen.snapshot.estate.lines)
    scene = Scene(planned.plan, planned.aim.wanted, planned.survey, registry(), seen.target.map, known)
    if any(True for _ in limits(scene)):
        scene = replace(scene, rule_quota=_rule_quota(seen))
    return examined(scene)


def _rule_quota(seen: View) -> int | None:
    """How many rules a group may have, by servicequotas:GetServiceQuota; None where that can't be told."""
    try:
        answer = seen.cloud.call("service-quotas", "GetServiceQuota", {"ServiceCode": "vpc", "QuotaCode": "L-0EA8095F"})
        return int(answer["Quota"]["Value"])
    except (AwsError, KeyError, TypeError, ValueError):
        return None


def probed(seen: View, planned: Planned) -> list[Finding]:
    """The same, and what the role in use may not do; EC2 is asked to try each kind of call, and does none."""
    seen.context.progress("asking what is allowed")
    return [*findings(seen, planned), *permissions(seen.cloud, planned.plan, planned.survey.bindings)]


def with_findings(planned: Planned, found: list[Finding]) -> Planned:
    """The same plan, with more to be said of it."""
    plan = planned.plan
    return replace(planned, plan=replace(plan, findings=tuple(sorted({*plan.findings, *found}))))
