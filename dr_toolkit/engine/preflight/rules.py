"""Whether the rules of a group fit: in the end, and at the fullest moment on the way there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dr_toolkit.engine.preflight.subject import Scene
from dr_toolkit.model.changes import CREATE, DELETE, REPLACE
from dr_toolkit.model.documents import GAP, WARNING, Finding, Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.quotas import MANAGED_LISTS, RULES, RULES_QUOTA

RULE, LIST = "ec2.security_group_rule", "ec2.prefix_list"

Side = tuple[str, str, str]
"""A group's printed key, a direction, and a family of addresses: what AWS counts rules by."""


def limits(scene: Scene) -> Iterator[Finding]:
    """Groups that will hold more rules than AWS allows by default, or more than that for a while.

    What is missing is authorised before what only narrows is revoked, so that nobody is shut out meanwhile. Where the
    account's own quota is not known, it is as high as the fullest group that is there, or AWS's default.
    """
    if not any(c.key.type == RULE and c.action in (CREATE, REPLACE) for c in scene.plan.changes):
        return
    held: Counter[Side] = Counter()
    for key in scene.of(RULE, frozenset(scene.live.lines)):
        if (rule := scene.live.get(key)) is not None:
            held.update(_weight(rule, scene))
    allowed = scene.rule_quota or max([RULES, *held.values()])
    peak = Counter(held)
    for step in scene.plan.steps:
        for rule in _rules(step.action, step.keys, scene):
            for side, weight in _weight(rule, scene).items():
                held[side] += weight if step.action == CREATE else -weight
                peak[side] = max(peak[side], held[side])
    for side, most in sorted(peak.items()):
        if most > allowed:
            yield _told(side, most, held[side], allowed, sure=scene.rule_quota is not None)


def _told(side: Side, most: int, final: int, allowed: int, *, sure: bool) -> Finding:
    group, direction, family = side
    way = f"{'outbound' if direction == 'egress' else 'inbound'} rules for {family}"
    raise_it = f"raise the quota of {RULES_QUOTA}"
    severity, limit = (GAP, f"{allowed}") if sure else (WARNING, f"{allowed} if nobody has raised that")
    if final > allowed:
        text = f"it will hold {final} {way}, and AWS allows {limit}: {raise_it}"
        return Finding(severity, "over-quota", group, text)
    text = (
        f"there is no room to authorise before revoking: it would hold {most} {way} for a while, and AWS allows "
        f"{limit}. What does not fit is refused, and nothing that only narrows is revoked then: {raise_it}, "
        "or revoke by hand what can be done without"
    )
    return Finding(severity, "no-headroom", group, text)


def _rules(action: str, keys: tuple[ResourceKey, ...], scene: Scene) -> Iterator[Resource]:
    if action not in (CREATE, DELETE):
        return
    for key in keys:
        if key.type == RULE:
            rule = (scene.wanted if action == CREATE else scene.live).get(key)
            if rule is not None:
                yield rule


def _weight(rule: Resource, scene: Scene) -> dict[Side, int]:
    """What a rule counts for: a range one of its family, a group one of each, a list as many as it may hold."""
    group = ResourceKey("ec2.security_group", rule.key.path[:2]).text
    direction = "egress" if rule.attributes.get("IsEgress") else "ingress"
    families = {"IPv4": 1, "IPv6": 1}
    if "CidrIpv4" in rule.attributes:
        families = {"IPv4": 1}
    elif "CidrIpv6" in rule.attributes:
        families = {"IPv6": 1}
    elif isinstance(listed := rule.attributes.get("PrefixListId"), Ref):
        families = _of_list(listed.key, scene)
    return {(group, direction, family): weight for family, weight in families.items()}


def _of_list(key: ResourceKey, scene: Scene) -> dict[str, int]:
    found = scene.get(key)
    if key.type == LIST and found is not None:
        return {str(found.attributes.get("AddressFamily", "IPv4")): int(found.attributes.get("MaxEntries", 1))}
    family = "IPv6" if ".ipv6." in key.name else "IPv4"
    return {family: next((w for end, w in MANAGED_LISTS.items() if key.name.endswith(f".{end}")), 1)}
