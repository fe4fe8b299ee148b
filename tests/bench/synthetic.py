"""Regions made of rows, as large as wanted, without anything that answers over a network.

They are read by the toolkit's own capture, so that what is measured has the shape of what AWS answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader, Reading
from dr_toolkit.engine.pairing import pair
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from tests.unpaced import Unpaced

RULES_A_GROUP = 100
HOME, ABROAD = Scope("111122223333", "eu-west-1"), Scope("111122223333", "us-west-2")
_VERBS = ("GET", "POST", "PUT", "DELETE", "PATCH")


@dataclass
class Region(Unpaced):
    """A region in memory, behind the port that captures read through: so many rules, APIs, and methods an API.

    `salt` goes into every physical id, so that two regions of the same content share none.
    """

    scope: Scope = HOME
    rules: int = 0
    apis: int = 0
    methods: int = 0
    salt: str = "a"
    rules_a_group: int = RULES_A_GROUP
    answers: dict[str, list[dict[str, Any]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        groups = -(-self.rules // self.rules_a_group)
        vpc = f"vpc-{self.salt}0000001"
        self.answers = {
            "DescribeVpcs": [{"VpcId": vpc, "CidrBlock": "10.0.0.0/8", "Tags": [{"Key": "Name", "Value": "main"}]}],
            "DescribeSecurityGroups": [self._group(n, vpc) for n in range(groups)],
            "DescribeSecurityGroupRules": [self._rule(n) for n in range(self.rules)],
            "GetRestApis": [self._api(n) for n in range(self.apis)],
        }

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Answer as AWS does, all on one page."""
        member = {"DescribeVpcs": "Vpcs", "DescribeSecurityGroups": "SecurityGroups"}.get(operation, "items")
        if operation == "DescribeSecurityGroupRules":
            member = "SecurityGroupRules"
        if operation in self.answers:
            return {member: list(self.answers[operation])}
        per_api = {"GetResources": self._paths, "GetDeployments": self._deployments, "GetStages": self._stages}
        if service == "apigateway" and operation in per_api:
            rows = per_api[operation](str(params["restApiId"]))
            return {"item" if operation == "GetStages" else "items": rows}
        return {}

    def read(self) -> Reading:
        """The region's rows."""
        return Reader(self, registry()).read()

    def estate(self) -> Estate:
        """The region in canonical form."""
        reading = self.read()
        return canonicalise(reading, registry(), pair(reading, registry(), self.scope, {}))

    # -- EC2 -------------------------------------------------------------------------------------------------

    def _group_id(self, number: int) -> str:
        return f"sg-{self.salt}{number:07x}"

    def _group(self, number: int, vpc: str) -> dict[str, Any]:
        return {
            "GroupId": self._group_id(number),
            "GroupName": f"group-{number:04d}",
            "Description": f"Group {number}",
            "VpcId": vpc,
            "OwnerId": self.scope.account,
            "Tags": [{"Key": "team", "Value": f"team-{number % 7}"}],
        }

    def _rule(self, number: int) -> dict[str, Any]:
        """Nine of ten rules name an address range, one another group."""
        group, place = divmod(number, self.rules_a_group)
        row: dict[str, Any] = {
            "SecurityGroupRuleId": f"sgr-{self.salt}{number:08x}",
            "GroupId": self._group_id(group),
            "GroupOwnerId": self.scope.account,
            "IsEgress": place % 10 == 9,
            "IpProtocol": "tcp",
            "FromPort": 1024 + place,
            "ToPort": 1024 + place,
            "Description": f"rule {number}",
            "Tags": [],
        }
        if place % 10 == 5:
            return row | {
                "ReferencedGroupInfo": {"GroupId": self._group_id(group - group % 5), "UserId": "111122223333"}
            }
        return row | {"CidrIpv4": f"10.{group % 250}.{place % 250}.0/24"}

    # -- API Gateway -----------------------------------------------------------------------------------------

    def _api(self, number: int) -> dict[str, Any]:
        return {
            "id": f"{self.salt}{number:09d}",
            "name": f"api-{number:03d}",
            "createdDate": f"2026-01-01T00:00:{number % 60:02d}Z",
            "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"},
            "tags": {"team": f"team-{number % 7}"},
        }

    def _paths(self, api: str) -> list[dict[str, Any]]:
        """The root, and under it one path for every five methods."""
        rows: list[dict[str, Any]] = [{"id": f"{api}root", "path": "/"}]
        for number in range(-(-self.methods // len(_VERBS))):
            verbs = _VERBS[: self.methods - number * len(_VERBS)]
            rows.append(
                {
                    "id": f"{api}p{number:03d}",
                    "parentId": f"{api}root",
                    "pathPart": f"items-{number:03d}",
                    "path": f"/items-{number:03d}",
                    "resourceMethods": {verb: _method(verb, self.scope) for verb in verbs},
                }
            )
        return rows

    def _deployments(self, api: str) -> list[dict[str, Any]]:
        return [{"id": f"{api}d1", "description": "first", "createdDate": "2026-01-01T00:00:00Z"}]

    def _stages(self, api: str) -> list[dict[str, Any]]:
        return [{"stageName": "live", "deploymentId": f"{api}d1", "variables": {"backend": "blue"}}]


def _method(verb: str, scope: Scope) -> dict[str, Any]:
    function = f"arn:aws:lambda:{scope.region}:{scope.account}:function:serve"
    path = "2015-03-31/functions"
    return {
        "httpMethod": verb,
        "authorizationType": "NONE",
        "apiKeyRequired": False,
        "requestParameters": {"method.request.querystring.page": False},
        "methodResponses": {"200": {"statusCode": "200", "responseModels": {}}},
        "methodIntegration": {
            "type": "AWS",
            "httpMethod": "POST",
            "uri": f"arn:aws:apigateway:{scope.region}:lambda:path/{path}/{function}/invocations",
            "requestTemplates": {"application/json": '{"page": "$input.params(\'page\')"}'},
            "passthroughBehavior": "WHEN_NO_MATCH",
            "timeoutInMillis": 29000,
            "integrationResponses": {"200": {"statusCode": "200", "responseTemplates": {"application/json": ""}}},
        },
    }


def bare(estate: Estate) -> Estate:
    """The landmarks of an estate and nothing else: what a recovery region holds before a restore."""
    left = Estate(coverage=dict(estate.coverage))
    for resource in (estate.get(text) for text in estate.lines if registry()[text.partition("/")[0]].landmark):
        assert resource is not None
        left.put(resource)
    return left


def edited(estate: Estate, every: int = 100) -> Estate:
    """The estate with one resource in `every` edited: two of four have other text, one is gone, one is new."""
    changed = Estate(dict(estate.lines), dict(estate.ids), dict(estate.observed), dict(estate.coverage))
    names = [text for text in estate.lines if text.startswith(("ec2.security_group_rule/", "apigateway.method/"))]
    for turn, text in enumerate(names[::every]):
        resource = estate.get(text)
        assert resource is not None
        _edit(changed, resource, turn % 4)
    return changed


def _edit(estate: Estate, resource: Resource, kind: int) -> None:
    rule = resource.key.type == "ec2.security_group_rule"
    if kind == 2:
        estate.drop(resource.key)
    elif kind == 3 and rule:
        path = (*resource.key.path[:-1], "192.0.2.0/24")
        attributes = {k: v for k, v in resource.attributes.items() if k != "ReferencedGroupInfo"}
        key = ResourceKey(resource.key.type, path)
        estate.put(Resource(key, attributes | {"CidrIpv4": "192.0.2.0/24"}))
    else:
        text = {"Description": "edited by hand"} if rule else {"operationName": "editedByHand"}
        estate.put(Resource(resource.key, {**resource.attributes, **text}, resource.physical_id))


def replaced(estate: Estate) -> Estate:
    """The estate with every rule on other ports: nothing of its rules may stay, and all have to be made."""
    changed = Estate(coverage=dict(estate.coverage), observed=dict(estate.observed))
    for resource in estate:
        if resource.key.type == "ec2.security_group_rule":
            low = int(resource.attributes["FromPort"]) + 20_000
            *above, _, peer = resource.key.path
            key = ResourceKey(resource.key.type, (*above, f"{low}-{low}", peer))
            resource = Resource(key, {**resource.attributes, "FromPort": low, "ToPort": low}, resource.physical_id)
        changed.put(resource)
    return changed
