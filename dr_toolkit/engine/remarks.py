"""What a person has to know of groups and of things that somebody else looks after: said at capture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dr_toolkit.engine.capture import Reading
from dr_toolkit.engine.pairing import Names
from dr_toolkit.engine.refs import refs_of
from dr_toolkit.model.documents import INFO, WARNING, Finding
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.registry import Registry
from dr_toolkit.spec.types import Row

GROUP, RULE, INTERFACE = "ec2.security_group", "ec2.security_group_rule", "ec2.network_interface"
ENDPOINT, ASSOCIATION = "ec2.vpc_endpoint", "ec2.security_group_vpc_association"

CONTROLLED, STALE, STACK, UNUSED = "controller-made", "stale-rule", "stack-owned", "unused-group"
NOT_RESTORED = frozenset({CONTROLLED, STALE})
"""What is captured and compared with home, and left out of a restore unless the config names it."""

_STACK = "aws:cloudformation:stack-name"
_TAGS = (
    ("aws:eks:cluster-name", "EKS, for the cluster {value}"),
    ("elbv2.k8s.aws/cluster", "the load balancer controller of the cluster {value}"),
    ("FMManaged", "Firewall Manager"),
)
_NAMES = (
    (re.compile(r"eks-cluster-sg-.+"), "EKS"),
    (re.compile(r"k8s-(elb|traffic)-.+|k8s-\w+-\w+-[0-9a-f]{10}"), "a load balancer controller of Kubernetes"),
    (re.compile(r"FMManagedSecurityGroup.*"), "Firewall Manager"),
    (re.compile(r"default_elb_[0-9a-f-]{36}"), "Elastic Load Balancing"),
)
_ENDED = frozenset({"deleted", "deleting", "expired", "failed", "rejected"})


def remarks(reading: Reading, names: Names, estate: Estate, registry: Registry) -> Iterator[Finding]:
    """Every finding about what is in the estate."""
    for name, rows in reading.rows.items():
        if not registry[name].landmark:
            for row in rows:
                if row.key is not None and row.key in estate:
                    yield from _of_row(row, row.key, names)
    if reading.of(GROUP) and {INTERFACE, RULE} <= reading.rows.keys():
        yield from _unused(reading, estate, registry)


def _of_row(row: Row, key: ResourceKey, names: Names) -> Iterator[Finding]:
    tags = tags_of(row.data)
    if stack := tags.get(_STACK):
        text = f"the CloudFormation stack {stack} owns it: what is changed here is drift of that stack"
        yield Finding(INFO, STACK, key.text, text)
    if maker := _controller(row, tags):
        text = f"made by {maker}, which makes its own elsewhere: not restored unless the config includes it by name"
        yield Finding(INFO, CONTROLLED, key.text, text)
    if row.type == RULE and (why := _stale(row, names)):
        yield Finding(WARNING, STALE, key.text, f"{why}: it lets nothing through, and is not restored")


def tags_of(data: Mapping[str, Any]) -> dict[str, str]:
    """A row's tags, in whichever form the service shows them."""
    held = data.get("tags") or data.get("Tags") or {}
    if isinstance(held, Mapping):
        return {str(k): str(v) for k, v in held.items()}
    return {str(tag.get("Key")): str(tag.get("Value") or "") for tag in held}


def _controller(row: Row, tags: Mapping[str, str]) -> str:
    """Who made a group or an endpoint, and looks after it; empty where that is a customer."""
    if row.type == ENDPOINT and row.data.get("RequesterManaged"):
        return "a service of AWS"
    if row.type != GROUP:
        return ""
    for tag, maker in _TAGS:
        if tag in tags:
            return maker.format(value=tags[tag])
    name = str(row.data.get("GroupName", ""))
    return next((maker for pattern, maker in _NAMES if pattern.fullmatch(name)), "")


def _stale(row: Row, names: Names) -> str:
    """Why a rule refers to nothing any more; empty where it does."""
    info = row.data.get("ReferencedGroupInfo") or {}
    group = str(info.get("GroupId") or "")
    if not group or names.key((GROUP,), group, row):
        return ""
    if info.get("PeeringStatus") in _ENDED:
        return f"its peering is {info['PeeringStatus']}"
    return "" if info.get("UserId") else "the group that it refers to is deleted"


def _unused(reading: Reading, estate: Estate, registry: Registry) -> Iterator[Finding]:
    """Groups that no interface has and nothing else refers to."""
    on = {group["GroupId"] for row in reading.of(INTERFACE) for group in row.data.get("Groups") or ()}
    referred: set[ResourceKey] = set()
    for text, line in estate.lines.items():
        own = 1 if text.startswith((f"{RULE}/", f"{ASSOCIATION}/")) else 0  # each names the group that it lies in
        if line.count(f'"{GROUP}/'.encode()) > own and (resource := estate.get(text)) is not None:
            above = registry.root(resource.key)
            referred |= {key for key in refs_of(resource, registry[resource.key.type].fields) if key != above}
    for row in reading.of(GROUP):
        if row.key is None or row.key not in estate or row.key.name == "default":
            continue
        if row.data["GroupId"] not in on and row.key not in referred:
            yield Finding(INFO, UNUSED, row.key.text, "no interface has it, and nothing that was captured refers to it")
