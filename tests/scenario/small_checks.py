"""What must hold in a target after a restore of the small estate, and while it is under way."""

from __future__ import annotations

from dr_toolkit.resources import registry
from tests.estates import Clients
from tests.moto_aws import ACCOUNT
from tests.scenario.desk import AWAY, Desk
from tests.scenario.regions import apis

WHOLE = {"groups": 4, "lists": 1, "apis": 1, "deployments": 2, "stages": 1, "models": 3, "validators": 1}
WHOLE |= {"authorizers": 1, "resources": 3, "gateway responses": 1}
"""How many of each kind the small estate has, the default group of its VPC included."""


def counts(aws: Clients, vpc: str) -> dict[str, int]:
    """How many of each kind there are in a target."""
    ec2 = aws.client("ec2", AWAY)
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    lists = ec2.describe_managed_prefix_lists(Filters=[{"Name": "owner-id", "Values": [ACCOUNT]}])["PrefixLists"]
    found = apis(AWAY)
    return {
        "groups": len(groups),
        "lists": len(lists),
        "apis": len(found),
        "deployments": sum(len(api.deployments) for api in found),
        "stages": sum(len(api.stages) for api in found),
        "models": sum(len(api.models) for api in found),
        "validators": sum(len(api.validators) for api in found),
        "authorizers": sum(len(api.authorizers) for api in found),
        "resources": sum(len(api.resources) for api in found),
        "gateway responses": sum(len(api.gateway_responses) for api in found),
    }


def open_groups(aws: Clients, vpc: str) -> list[str]:
    """The groups that let out more than the small estate's do, by name."""
    ec2 = aws.client("ec2", AWAY)
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    found = []
    for group in groups:
        everywhere = [p for p in group["IpPermissionsEgress"] if p["IpProtocol"] == "-1"]
        v4 = any(p["IpRanges"] for p in everywhere) and group["GroupName"] != "open"
        if v4 or any(p["Ipv6Ranges"] for p in everywhere):
            found.append(group["GroupName"])
    return found


def serves_the_draft(region: str = AWAY, stage: str = "prod") -> bool:
    """Whether a stage of that name, and its canary, serve what the API's draft holds, wherever there is one."""
    return all(
        {k: v for k, v in api.deployed[served].items() if k != "fields"}
        == {k: v for k, v in api.content().items() if k != "fields"}
        for api in apis(region)
        for found in (api.stages[name] for name in api.stages if name == stage)
        for served in {found["deploymentId"], found.get("canarySettings", {}).get("deploymentId")} - {None}
    )


def differing(desk: Desk) -> list[str]:
    """The keys in which a fresh look at the target differs from the snapshot, inside the snapshot's roots."""
    wanted, types = desk.load().estate.lines, registry()
    roots = {types.root_text(text) for text in wanted}
    there = {text: line for text, line in desk.capture_of(AWAY).items() if types.root_text(text) in roots}
    return sorted(text for text in {*wanted, *there} if wanted.get(text) != there.get(text))


def assert_restored(desk: Desk, vpc: str, at: str, **more: int) -> None:
    """The target is what the snapshot says, by a fresh look at it, and nothing in it was made twice."""
    assert counts(desk.clients, vpc) == {**WHOLE, **more}, at
    assert differing(desk) == [], at
    assert serves_the_draft(), at
