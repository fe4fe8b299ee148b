"""Estates built through real boto3 clients: what a company has, its recovery region, and what people do to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.estate_groups import build_groups, build_vpcs
from tests.estate_rest import build_admin_api, build_shop_api, build_small_api

ACCOUNT = "123456789012"


class Clients(Protocol):
    """Whatever gives boto3 clients: the stand-in for AWS, or a session bound to an endpoint."""

    def client(self, service: str, region: str) -> Any:
        """A client of the service in the region."""


@dataclass
class Estate:
    """What was built, by name: ids of everything that a test may want to look at."""

    region: str
    vpcs: dict[str, str] = field(default_factory=dict)
    subnets: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    """`{vpc}/{group}` -> group id"""
    prefix_lists: dict[str, str] = field(default_factory=dict)
    apis: dict[str, str] = field(default_factory=dict)
    resources: dict[str, str] = field(default_factory=dict)
    """`{api}{path}` -> resource id"""
    authorizers: dict[str, str] = field(default_factory=dict)
    """`{api}/{authorizer}` -> authorizer id"""
    validators: dict[str, str] = field(default_factory=dict)
    deployments: dict[str, str] = field(default_factory=dict)
    """`{api}/{stage}` or `{api}/{stage}/canary` -> deployment id"""


def allow_logging(aws: Clients, region: str) -> None:
    """Give API Gateway the role without which no stage may log."""
    role = f"arn:aws:iam::{ACCOUNT}:role/apigateway-logs"
    patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
    aws.client("apigateway", region).update_account(patchOperations=[patch])


def build_standard(aws: Clients, region: str, scale: int = 1) -> Estate:
    """Two VPCs with groups of every kind of rule, two prefix lists, two REST APIs with everything in them.

    Each step of `scale` above 1 adds a fleet of ten groups with sixteen rules each, and one API of ten paths.
    """
    estate = Estate(region)
    ec2, rest = aws.client("ec2", region), aws.client("apigateway", region)
    build_vpcs(ec2, estate, {"main": "10.20.0.0/16", "tools": "10.21.0.0/16"})
    build_groups(ec2, estate, fleet=10 * (scale - 1))
    allow_logging(aws, region)
    build_shop_api(rest, estate)
    build_admin_api(rest, estate)
    for number in range(1, scale):
        build_small_api(rest, estate, f"service-{number:03d}", paths=10)
    return estate


def build_target(aws: Clients, region: str) -> Estate:
    """The landmarks of a recovery region and nothing else: VPCs and subnets of the same names, other CIDRs."""
    estate = Estate(region)
    build_vpcs(aws.client("ec2", region), estate, {"main": "10.120.0.0/16", "tools": "10.121.0.0/16"})
    allow_logging(aws, region)
    return estate


# -- what people do ------------------------------------------------------------------------------------------


def _rule_id(ec2: Any, group_id: str, wanted: Callable[[dict[str, Any]], bool]) -> str:
    rows = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group_id]}])
    return next(str(row["SecurityGroupRuleId"]) for row in rows["SecurityGroupRules"] if wanted(row))


def drift_groups(aws: Clients, estate: Estate) -> list[str]:
    """Edits of groups and prefix lists by hand; what was done, in words."""
    ec2 = aws.client("ec2", estate.region)
    web, app, cache = (estate.groups[f"main/{name}"] for name in ("web", "app", "cache"))
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    everyone = {"CidrIp": "0.0.0.0/0", "Description": "just for today"}
    ec2.authorize_security_group_ingress(GroupId=web, IpPermissions=[{**ssh, "IpRanges": [everyone]}])
    https = _rule_id(ec2, web, lambda row: row.get("CidrIpv6") == "::/0" and row["ToPort"] == 443)
    ec2.revoke_security_group_ingress(GroupId=web, SecurityGroupRuleIds=[https])
    described = _rule_id(ec2, app, lambda row: row.get("Description") == "from the web tier")
    ec2.update_security_group_rule_descriptions_ingress(
        GroupId=app,
        SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": described, "Description": "see ticket 4711"}],
    )
    temporary = ec2.create_security_group(GroupName="temp-debug", Description="remove me", VpcId=estate.vpcs["main"])
    estate.groups["main/temp-debug"] = temporary["GroupId"]
    ec2.create_tags(Resources=[cache], Tags=[{"Key": "team", "Value": "platform"}])
    office = estate.prefix_lists["office"]
    version = ec2.describe_managed_prefix_lists(PrefixListIds=[office])["PrefixLists"][0]["Version"]
    ec2.modify_managed_prefix_list(
        PrefixListId=office,
        CurrentVersion=version,
        AddEntries=[{"Cidr": "192.0.2.128/25", "Description": "home office"}],
        RemoveEntries=[{"Cidr": "203.0.113.0/24"}],
    )
    ec2.describe_managed_prefix_lists(PrefixListIds=[office])
    return [
        "main/web: ssh opened to everyone",
        "main/web: https from ::/0 revoked",
        "main/app: a rule's description changed",
        "main/temp-debug: created",
        "main/cache: tag team changed",
        "office: an entry added, an entry removed",
    ]


def drift_apis(aws: Clients, estate: Estate) -> list[str]:
    """Edits of the shop API by hand; what was done, in words."""
    rest, api = aws.client("apigateway", estate.region), estate.apis["shop"]

    def replace(path: str, value: str) -> list[dict[str, str]]:
        return [{"op": "replace", "path": path, "value": value}]

    pet = {"restApiId": api, "resourceId": estate.resources["shop/pets/{petId}"], "httpMethod": "GET"}
    rest.update_integration(**pet, patchOperations=replace("/timeoutInMillis", "5000"))
    rest.delete_method(restApiId=api, resourceId=estate.resources["shop/pets"], httpMethod="OPTIONS")
    rest.update_stage(restApiId=api, stageName="prod", patchOperations=replace("/variables/backend", "green"))
    rest.update_stage(restApiId=api, stageName="prod", patchOperations=replace("/*/*/throttling/rateLimit", "500.0"))
    rest.put_gateway_response(restApiId=api, responseType="THROTTLED", statusCode="503")
    rest.update_model(
        restApiId=api,
        modelName="Toy",
        patchOperations=replace("/schema", json.dumps({"type": "object", "title": "a toy"})),
    )
    arn = f"arn:aws:apigateway:{estate.region}::/restapis/{api}"
    rest.tag_resource(resourceArn=arn, tags={"owner": "someone-else"})
    return [
        "shop GET /pets/{petId}: integration timeout 5000",
        "shop OPTIONS /pets: deleted",
        "shop prod: variable backend changed",
        "shop prod: throttling changed",
        "shop THROTTLED: gateway response added",
        "shop Toy: schema changed",
        "shop: tag owner changed",
    ]


def drift_it(aws: Clients, estate: Estate) -> list[str]:
    """A bad day's edits, all of the above; what was done, in words."""
    return drift_groups(aws, estate) + drift_apis(aws, estate)


def leave_draft_ahead(aws: Clients, estate: Estate) -> None:
    """Change the shop's draft without deploying: its stages go on serving what was."""
    rest, api = aws.client("apigateway", estate.region), estate.apis["shop"]
    made = rest.create_resource(restApiId=api, parentId=estate.resources["shop/"], pathPart="not-yet-live")
    estate.resources["shop/not-yet-live"] = made["id"]
    method = {"restApiId": api, "resourceId": made["id"], "httpMethod": "GET"}
    rest.put_method(**method, authorizationType="NONE")
    rest.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
