"""Domain names and endpoints from one region to another, with the landmarks that they stand on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.estate_around import PRIVATE, PUBLIC, build_around, build_ground_around, name_the_api
from tests.estates import Estate
from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.stand import Gate, Stand
from tests.strict_aws.judge import compare, report


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with domains and endpoints at home, and the ground for them in another region."""
    with aws.virtual_time():
        desk = Desk(aws)
        desk.estate = build_around(desk.clients, HOME)
        yield desk


@pytest.fixture
def away(desk: Desk) -> Estate:
    """The ground in the other region."""
    return build_ground_around(desk.clients, AWAY)


def judged(desk: Desk, away: Estate) -> list[str]:
    """What somebody who knows nothing of the toolkit finds different between the two regions, but for the run's tag."""
    names = [
        {estate.resources[f"certificate/{name}"]: name for name in (PUBLIC, PRIVATE)} for estate in (desk.estate, away)
    ]
    found = report(compare(desk.aws.world.region(HOME), desk.aws.world.region(AWAY), *names)).splitlines()
    return [line for line in found if "dr-toolkit:run" not in line]


def test_everything_comes_over(desk: Desk, away: Estate) -> None:
    taken = desk.snapshot()
    desk.aws.gate.refuse(HOME)
    result = desk.restore()
    assert (list(result.failed.values()), list(result.skipped), result.plan.blocked) == ([], [], ()), result.verdict
    assert result.exit_code == 0, result.verify
    assert_in_sync(desk)
    assert desk.capture_of(AWAY) == desk.load(taken.id).estate.lines
    assert judged(desk, away) == []


def test_an_endpoint_lets_nobody_in_before_the_api_that_it_names_is_there(desk: Desk, away: Estate, gate: Gate) -> None:
    """Each names the other: the endpoint begins with a policy that denies all, never with AWS's own, which allows."""
    name_the_api(desk.clients.client("ec2", HOME), desk.estate)
    desk.snapshot()
    gate.refuse(HOME)
    mark = gate.mark()
    result = desk.restore()
    assert (result.exit_code, list(result.failed.values())) == (0, []), result.verdict
    calls = gate.since(mark)
    policies = [c.params["PolicyDocument"] for c in calls if "execute-api" in str(c.params.get("ServiceName"))]
    assert {json.loads(policy)["Statement"][0]["Effect"] for policy in policies} == {"Deny"}
    order = [c.operation for c in calls]
    assert order.index("CreateVpcEndpoint") < order.index("CreateRestApi") < order.index("ModifyVpcEndpoint")
    assert_in_sync(desk)
    assert judged(desk, away) == []


def disturb(clients: Any, region: str = AWAY) -> None:
    """Change everything that can be changed about domains and endpoints."""
    rest, v2, ec2 = (clients.client(name, region) for name in ("apigateway", "apigatewayv2", "ec2"))
    patches = [
        {"op": "replace", "path": "/routingMode", "value": "ROUTING_RULE_ONLY"},
        {"op": "replace", "path": "/mutualTlsAuthentication/truststoreUri", "value": ""},
    ]
    rest.update_domain_name(domainName=PUBLIC, patchOperations=patches)
    arn = f"arn:aws:apigateway:{region}::/domainnames/{PUBLIC}"
    rest.tag_resource(resourceArn=arn, tags={"owner": "nobody"})
    mappings = {m["ApiMappingKey"]: m for m in v2.get_api_mappings(DomainName=PUBLIC)["Items"]}
    v2.delete_api_mapping(DomainName=PUBLIC, ApiMappingId=mappings[""]["ApiMappingId"])
    v2.create_api_mapping(DomainName=PUBLIC, ApiMappingKey="extra", ApiId=mappings[""]["ApiId"], Stage="v1")
    found = v2.list_routing_rules(DomainName=PUBLIC)["RoutingRules"][0]
    changed = {name: found[name] for name in ("Actions", "Conditions", "RoutingRuleId", "Priority")}
    changed["Conditions"] = changed["Conditions"][:1]
    v2.put_routing_rule(DomainName=PUBLIC, **changed)
    for access in rest.get_domain_name_access_associations()["items"]:
        name = "domainNameAccessAssociationArn"
        rest.delete_domain_name_access_association(**{name: access[name]})
    for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]:
        change: dict[str, Any] = {"PolicyDocument": json.dumps({"Statement": []})}
        if endpoint["VpcEndpointType"] == "Interface":
            change |= {"RemoveSubnetIds": endpoint["SubnetIds"][:1], "PrivateDnsEnabled": False}
        else:
            change["RemoveRouteTableIds"] = endpoint["RouteTableIds"]
        ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], **change)
    for found in ec2.describe_security_group_vpc_associations()["SecurityGroupVpcAssociations"]:
        ec2.disassociate_security_group_vpc(GroupId=found["GroupId"], VpcId=found["VpcId"])


def test_a_disturbed_target_becomes_what_the_snapshot_says(desk: Desk, away: Estate) -> None:
    """Each change is named by its member, and put right."""
    desk.snapshot()
    desk.aws.gate.refuse(HOME)
    assert desk.restore().exit_code == 0
    disturb(desk.clients)
    said = {str(change.key): sorted(change.names) for change in desk.verify().changes}
    domain = "apigateway.domain_name"
    assert said == {
        f"{domain}/{PUBLIC}": ["mutualTlsAuthentication", "routingMode", "tags"],
        f"{domain}_access_association/{PRIVATE}/main%2Fexecute-api": [],
        f"apigatewayv2.api_mapping/{PUBLIC}/(none)": [],
        f"apigatewayv2.api_mapping/{PUBLIC}/extra": [],
        f"apigatewayv2.routing_rule/{PUBLIC}/10": ["Conditions"],
        "ec2.security_group_vpc_association/main/endpoints/side": [],
        "ec2.vpc_endpoint/main/execute-api": ["PolicyDocument", "PrivateDnsEnabled", "SubnetIds"],
        "ec2.vpc_endpoint/main/s3": ["PolicyDocument", "RouteTableIds"],
    }
    result = desk.restore()
    assert (result.exit_code, list(result.failed.values())) == (0, []), result.verdict
    assert_in_sync(desk)
    assert judged(desk, away) == []


def test_what_is_named_and_not_there_is_said(desk: Desk) -> None:
    """A function follows from its name, so that it blocks nothing; a certificate can't be guessed."""
    away = build_ground_around(desk.clients, AWAY, functions=())
    acm = desk.clients.client("acm", AWAY)
    acm.delete_certificate(CertificateArn=away.resources[f"certificate/{PRIVATE}"])
    acm.request_certificate(DomainName=PUBLIC, SubjectAlternativeNames=[f"www.{PUBLIC}"])
    desk.snapshot()
    plan = desk.plan()
    assert [f.key for f in plan.findings if f.code == "landmark-missing"] == ["lambda.function/orders"]
    blocked = {str(b.key): b.reason for b in plan.blocked}
    assert blocked[f"apigateway.domain_name/{PUBLIC}"].endswith("there is none of that name, or several")
    assert f"apigateway.domain_name/{PRIVATE}+private" in blocked


def findings(desk: Desk, *codes: str) -> list[tuple[str, str]]:
    """What the latest snapshot says under some codes: key and code."""
    return sorted((f.key, f.code) for f in desk.load().manifest.findings if f.code in codes)


def test_groups_of_others_are_named_and_left_out_of_a_restore(desk: Desk, away: Estate) -> None:
    """One of a cluster, one of a stack, one that nothing uses, and a rule whose group is gone."""
    ec2, vpc = desk.clients.client("ec2", HOME), desk.estate.vpcs["main"]

    def group(name: str, **tags: str) -> str:
        held = [{"ResourceType": "security-group", "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}]
        made = ec2.create_security_group(
            GroupName=name, Description=name, VpcId=vpc, **({"TagSpecifications": held} if tags else {})
        )
        ec2.describe_security_groups(GroupIds=[made["GroupId"]])
        return str(made["GroupId"])

    nodes = group("nodes", **{"elbv2.k8s.aws/cluster": "shop"})
    group("spare")
    tcp = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    open_to = tcp | {"UserIdGroupPairs": [{"GroupId": desk.estate.groups["main/endpoints"]}]}
    ec2.authorize_security_group_ingress(GroupId=nodes, IpPermissions=[open_to])
    desk.snapshot()
    assert findings(desk, "controller-made", "unused-group") == [
        ("ec2.security_group/main/nodes", "controller-made"),
        ("ec2.security_group/main/nodes", "unused-group"),
        ("ec2.security_group/main/spare", "unused-group"),
    ]
    desk.aws.gate.refuse(HOME)
    result = desk.restore()
    assert result.exit_code == 0, result.verdict
    assert [f.key for f in result.plan.findings if f.code == "not-restored"] == ["ec2.security_group/main/nodes"]
    made = {g["GroupName"] for g in desk.clients.client("ec2", AWAY).describe_security_groups()["SecurityGroups"]}
    assert made == {"default", "endpoints", "spare"}
    assert_in_sync(desk)
    assert len(judged(desk, away)) == 2
