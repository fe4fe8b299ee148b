"""What must hold in a target after a restore of the small estate, and while it is under way."""

from __future__ import annotations

import json
from typing import Any

from dr_toolkit.resources import registry
from tests.scenario.desk import AWAY, Desk
from tests.scenario.regions import apis, ec2_of, groups
from tests.strict_aws.rest.state import Content

WHOLE = {"groups": 4, "lists": 1, "apis": 1, "deployments": 2, "stages": 1, "models": 3, "validators": 1}
WHOLE |= {"authorizers": 1, "resources": 3, "gateway responses": 1}
"""How many of each kind the small estate has, the default group of its VPC included."""


def counts(vpc: str) -> dict[str, int]:
    """How many of each kind there are in a target, as the stand-in keeps it."""
    found = apis(AWAY)
    return {
        "groups": len(groups(AWAY, vpc)),
        "lists": sum(not each.fields["State"].startswith("delete-") for each in ec2_of(AWAY).prefix_lists.values()),
        "apis": len(found),
        "deployments": sum(len(api.deployments) for api in found),
        "stages": sum(len(api.stages) for api in found),
        "models": sum(len(api.draft.models) for api in found),
        "validators": sum(len(api.draft.validators) for api in found),
        "authorizers": sum(len(api.draft.authorizers) for api in found),
        "resources": sum(len(api.draft.resources) for api in found),
        "gateway responses": sum(len(api.draft.gateway_responses) for api in found),
    }


def open_groups(vpc: str) -> set[str]:
    """The groups that let out more than the small estate's do, the default group left aside."""
    found = set()
    for group in groups(AWAY, vpc):
        everywhere = [rule for rule in group.of(egress=True) if rule["IpProtocol"] == "-1"]
        v4 = any("CidrIpv4" in rule for rule in everywhere) and group.fields["GroupName"] != "open"
        if v4 or any("CidrIpv6" in rule for rule in everywhere):
            found.add(str(group.fields["GroupName"]))
    return found - {"default"}


def serves_the_draft(region: str = AWAY, stage: str = "prod") -> bool:
    """Whether a stage of that name, and its canary, serve what the API's draft holds, wherever there is one."""
    return all(
        by_names(api.deployed[served]) == by_names(api.draft)
        for api in apis(region)
        for found in (api.stages[name] for name in api.stages if name == stage)
        for served in {found["deploymentId"], found.get("canarySettings", {}).get("deploymentId")} - {None}
    )


def by_names(content: Content) -> dict[str, Any]:
    """What a REST API is made of, without ids and as schemas are meant: what was removed and made again is the same."""
    names = {each["id"]: content.path(each["id"]) for each in content.resources.values()}
    for kind in (content.authorizers, content.validators, content.models):
        names |= {each["id"]: each["name"] for each in kind.values()}

    def named(value: Any) -> Any:
        match value:
            case dict():
                return {key: named(inner) for key, inner in value.items() if key != "id"}
            case list():
                return [named(inner) for inner in value]
            case _:
                return names.get(value, value) if isinstance(value, str) else value

    return {
        "paths": sorted(names[each] for each in content.resources),
        "methods": {(path, verb): named(method) for path, verb, method in content.methods()},
        "models": {name: named(each) | {"schema": json.loads(each["schema"])} for name, each in content.models.items()},
        "authorizers": {each["name"]: named(each) for each in content.authorizers.values()},
        "validators": {each["name"]: named(each) for each in content.validators.values()},
        "responses": named(content.gateway_responses),
    }


def differing(desk: Desk) -> list[str]:
    """The keys in which a fresh look at the target differs from the snapshot, inside the snapshot's roots."""
    wanted, types = desk.load().estate.lines, registry()
    roots = {types.root_text(text) for text in wanted}
    there = {text: line for text, line in desk.capture_of(AWAY).items() if types.root_text(text) in roots}
    return sorted(text for text in {*wanted, *there} if wanted.get(text) != there.get(text))


def assert_restored(desk: Desk, vpc: str, at: str, *, fresh: bool = True, **more: int) -> None:
    """The target is what the snapshot says, by a ``fresh`` look at it, and nothing in it was made twice."""
    assert counts(vpc) == {**WHOLE, **more}, at
    assert serves_the_draft(), at
    if fresh:
        assert differing(desk) == [], at
