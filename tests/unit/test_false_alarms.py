"""The canon of false alarms: what other tools report as drift where nobody changed anything, from their public issues.

Each case is two answers of AWS that mean the same. None of them may alarm.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dr_toolkit.engine.compare import both_read, compare
from dr_toolkit.engine.identities import with_identities
from dr_toolkit.engine.judge import judge
from dr_toolkit.resources import registry
from dr_toolkit.spec import policies
from tests.canned import HOME, Canned, Row, company

Change = Callable[[Canned], None]


def drift(before: Canned, after: Canned) -> list[str]:
    """What is told of the change from one answer to the other: keys and fields, and the rules that fire."""
    old = before.estate()
    new = after.estate(old)
    changes = compare(old, new, registry(), both_read(old, new))
    changes = with_identities(changes, old, new, registry())
    found = judge(changes, old, new, datetime(2026, 11, 25, tzinfo=UTC))
    told = [f"{c.key}: {'.'.join(f.path)}" for c in changes for f in c.fields or ()]
    return [*told, *(c.key.text for c in changes if not c.fields), *(a.rule for a in found.alerts)]


def api(region: Canned) -> Row:
    """The REST API."""
    return region.rows["GetRestApis"][0]


def rules(region: Canned) -> list[Row]:
    """The security-group rules."""
    return region.rows["DescribeSecurityGroupRules"]


def method(region: Canned) -> Row:
    """The method."""
    found: Row = region.rows["GetResources a1"][1]["resourceMethods"]["GET"]
    return found


def everywhere(change: Callable[[Row], None]) -> Change:
    """The same change of every security-group rule."""

    def changed(region: Canned) -> None:
        for row in rules(region):
            change(row)

    return changed


# --- API Gateway -------------------------------------------------------------------------------------

ADDRESSES = ["192.0.2.1", "192.0.2.0/26", "198.51.100.7"]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*",
            "Condition": {"IpAddress": {"aws:SourceIp": ADDRESSES}},
        },
        {
            "Effect": "Deny",
            "Principal": {"AWS": HOME.account},
            "Action": ["execute-api:Invoke"],
            "Resource": ["execute-api:/prod/*"],
        },
    ],
}


def with_policy(text: str) -> Change:
    """An API with that policy."""
    return lambda region: api(region).update(policy=text)


def as_returned() -> str:
    """The policy as API Gateway returns it: escaped once more, in its own order, its own ARNs spelled out."""
    own = f"arn:aws:execute-api:us-east-1:{HOME.account}:a1"
    allow, deny = json.loads(json.dumps(POLICY))["Statement"]
    allow |= {"Resource": [f"{own}/*"], "Action": ["execute-api:Invoke"], "Principal": {"AWS": "*"}}
    allow["Condition"]["IpAddress"]["aws:SourceIp"] = ADDRESSES[::-1]
    deny |= {"Resource": f"{own}/prod/*", "Principal": {"AWS": [f"arn:aws:iam::{HOME.account}:root"]}}
    text = json.dumps({"Statement": [deny, allow], "Version": "2012-10-17"})
    return text.replace("\\", "\\\\").replace('"', '\\"')


def imported(region: Canned) -> None:
    """What AWS adds to an API that came from a document."""
    api(region).update(warnings=["unknown extension"], apiStatus="AVAILABLE", rootResourceId="r0", apiStatusMessage="")


def emptied(region: Canned) -> None:
    """Nothing said as an empty object, an empty list or null, in the place of nothing."""
    own = method(region)
    own.update(requestParameters={}, requestModels=None, authorizationScopes=[])
    own["methodResponses"]["200"].update(responseModels={}, responseParameters=None)
    own["methodIntegration"].update(requestParameters={}, requestTemplates=None, cacheKeyParameters=[])
    own["methodIntegration"]["integrationResponses"]["200"].update(responseParameters={}, responseTemplates=None)


def bare(region: Canned) -> None:
    """The same, with nothing said at all."""
    own = method(region)
    for name in ("requestParameters", "requestModels", "authorizationScopes"):
        own.pop(name)
    own["methodResponses"]["200"] = {}
    for name in ("requestParameters", "requestTemplates", "cacheKeyParameters"):
        own["methodIntegration"].pop(name)
    for name in ("responseParameters", "responseTemplates"):
        own["methodIntegration"]["integrationResponses"]["200"].pop(name)


def tagged(region: Canned) -> None:
    """Tags that CloudFormation adds, and the toolkit's own."""
    api(region)["tags"] = {
        "aws:cloudformation:stack-name": "shop",
        "dr-toolkit:run": "000001",
        **api(region)["tags"],
    }


# --- security groups ---------------------------------------------------------------------------------


def listed_in_groups(region: Canned) -> None:
    """The rules as DescribeSecurityGroups shows them besides: merged by protocol and ports, in any order."""
    group = region.rows["DescribeSecurityGroups"][0]
    group["IpPermissions"] = [
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    ]
    group["IpPermissionsEgress"] = []


def separate(region: Canned) -> None:
    """The same rules made one by one: other rule ids, another order."""
    for number, row in enumerate(rules(region)):
        row.update(SecurityGroupRuleId=f"sgr-9{number}", SecurityGroupRuleArn=f"arn:x/{number}")
    rules(region).reverse()


def itself(region: Canned) -> None:
    """A rule that names its own group, with what AWS sometimes says of it besides."""
    rules(region)[3]["ReferencedGroupInfo"] = {"GroupId": "sg-0000000a"}


def itself_in_full(region: Canned) -> None:
    """The same rule, with all that follows from it."""
    info = {"GroupId": "sg-0000000a", "UserId": HOME.account, "VpcId": "vpc-0000000a", "PeeringStatus": None}
    rules(region)[3]["ReferencedGroupInfo"] = info


def all_protocols(**ports: Any) -> Change:
    """Rules for all protocols, with what is said of ports."""

    def change(row: Row) -> None:
        row.pop("FromPort", None)
        row.pop("ToPort", None)
        row.update(IpProtocol="-1", **ports)

    return everywhere(change)


def written(**members: Any) -> Change:
    """Rules with members written otherwise."""
    return everywhere(lambda row: row.update({k: v for k, v in members.items() if k in row}))


def nothing(region: Canned) -> None:
    """The answer as it is."""


CASES: dict[str, tuple[Change, Change]] = {
    # An API that came from a document is held against what AWS adds by itself.
    "cloudformation-coverage-roadmap #791": (nothing, imported),
    # Tags of the resource, and those that AWS adds.
    "cloudformation-coverage-roadmap #1296": (nothing, tagged),
    # A resource policy comes back in another order and with its ARNs spelled out.
    "cloudformation-coverage-roadmap #1322": (with_policy(json.dumps(POLICY)), with_policy(as_returned())),
    # Rules that are made beside the group are listed in it.
    "cloudformation-coverage-roadmap #1198": (nothing, listed_in_groups),
    # A rule that names its own group is told with it or without.
    "driftctl #544": (itself, itself_in_full),
    # Rules are known by what they say, not by their ids or their order.
    "driftctl #1342": (nothing, separate),
    # Nothing said of parameters and models, as an empty object and as nothing.
    "serverless #5652": (bare, emptied),
    # All protocols with ports of any kind: AWS takes no notice of them.
    "terraform-provider-aws #27079, zero": (all_protocols(FromPort=-1, ToPort=-1), all_protocols(FromPort=0, ToPort=0)),
    "terraform-provider-aws #27079, absent": (all_protocols(FromPort=-1, ToPort=-1), all_protocols()),
    # And what else AWS says in more than one way.
    "protocol by number": (nothing, written(IpProtocol="6")),
    "addresses with host bits": (nothing, written(CidrIpv4="192.0.2.9/24", CidrIpv6="2001:DB8:0::/32")),
    "an empty description": (everywhere(lambda row: row.update(Description=None)), written(Description="")),
    "no tags": (everywhere(lambda row: row.update(Tags=[])), everywhere(lambda row: row.pop("Tags"))),
    "another order of lists": (
        lambda region: api(region).update(binaryMediaTypes=["a/b", "c/d"]),
        lambda region: api(region).update(binaryMediaTypes=["c/d", "a/b"]),
    ),
    "the default address type": (
        lambda region: api(region).update(endpointConfiguration={"types": ["PRIVATE"], "ipAddressType": "dualstack"}),
        lambda region: api(region).update(endpointConfiguration={"types": ["PRIVATE"]}),
    ),
    "gateway responses of AWS's own": (
        nothing,
        lambda region: region.rows["GetGatewayResponses a1"].append(
            {"responseType": "QUOTA_EXCEEDED", "statusCode": "429", "defaultResponse": True}
        ),
    ),
    "a cache namespace that is the path's id": (
        lambda region: method(region)["methodIntegration"].update(cacheNamespace="r1"),
        lambda region: method(region)["methodIntegration"].pop("cacheNamespace"),
    ),
    "a schema with blanks": (
        lambda region: region.rows["GetModels a1"][0].update(schema='{"type":"object"}'),
        lambda region: region.rows["GetModels a1"][0].update(schema='{\n  "type" : "object"\n}'),
    ),
    "a rate that is a whole number": (
        lambda region: region.rows["GetStages a1"][0]["methodSettings"]["*/*"].update(throttlingRateLimit=10),
        lambda region: region.rows["GetStages a1"][0]["methodSettings"]["*/*"].update(throttlingRateLimit=10.0),
    ),
    "a stage that was looked at later": (
        nothing,
        lambda region: region.rows["GetStages a1"][0].update(
            lastUpdatedDate="2026-11-25", cacheClusterStatus="AVAILABLE"
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_does_not_alarm(name: str) -> None:
    one, other = CASES[name]
    before, after = company(), company()
    one(before)
    other(after)
    assert drift(before, after) == []
    assert drift(after, before) == []


def test_a_snapshot_against_itself_and_against_a_fresh_capture_is_empty() -> None:
    assert drift(company(), company()) == []
    for place in company().rows:
        turned = company()
        turned.rows[place].reverse()
        assert drift(company(), turned) == []


# --- what does alarm ---------------------------------------------------------------------------------


def statement(**more: Any) -> dict[str, Any]:
    """A policy of one statement."""
    return {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": "*", "Action": "a", "Resource": "r"} | more,
    }


@pytest.mark.parametrize(
    "other",
    [
        statement(Effect="Deny"),
        statement(Principal={"AWS": "444455556666"}),
        statement(Principal={"Service": "*"}),
        statement(Action=["a", "b"]),
        statement(Resource="s"),
        statement(Condition={"Bool": {"x": "true"}}),
        statement(Sid="named"),
        {"Version": "2008-10-17", "Statement": statement()["Statement"]},
        {"Version": "2012-10-17", "Statement": []},
        "no policy",
        None,
    ],
)
def test_another_policy_is_another_policy(other: Any) -> None:
    assert policies.form(statement()) != policies.form(other)
    assert policies.form(statement()) == policies.form(
        {
            "Version": "2012-10-17",
            "Statement": [statement()["Statement"] | {"Action": ["a", "a"], "Principal": {"AWS": ["*"]}}],
        }
    )


def test_what_only_looks_like_a_false_alarm_does_alarm() -> None:
    before, after = company(), company()
    with_policy(json.dumps(POLICY))(before)
    with_policy(json.dumps(POLICY).replace("192.0.2.0/26", "192.0.2.0/25"))(after)
    assert any("policy" in line for line in drift(before, after))
    assert drift(company(), company()) == []
    moved = company()
    written(FromPort=23, ToPort=23)(moved)
    assert drift(company(), moved)
