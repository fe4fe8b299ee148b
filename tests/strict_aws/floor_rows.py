"""What is counted for the floors, row by row, from a region's raw state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

from tests.strict_aws.call import Region
from tests.strict_aws.ec2.state import Ec2Region, Group
from tests.strict_aws.http.import_parts import IMPORTED
from tests.strict_aws.http.state import HttpApi, HttpRegion
from tests.strict_aws.rest.state import Content, Domains, RestApi, RestRegion

Document = dict[str, Any]

V1_PAGE, EC2_PAGE, LIST_PAGE = 500, 1000, 100
"""The largest pages of API Gateway v1, of groups and rules, of prefix lists and entries. v2's is taken to be v1's."""


@dataclass(frozen=True)
class Row:
    """So many calls of one operation, and why. ``part`` is `read`, `write`, `read back` or `verify`; ``params`` are
    those that the quota depends on."""

    service: str
    operation: str
    count: int
    why: str
    part: str = "read"
    params: Document = field(default_factory=dict, hash=False)


def _pages(rows: int, size: int = V1_PAGE) -> int:
    return max(1, ceil(rows / size))


def _held(region: Region, kind: type[Any]) -> Any:
    return region.parts.get(kind) or kind()


# --- capture ----------------------------------------------------------------------------------------------------


def capture_rows(region: Region, part: str = "read") -> Iterator[Row]:
    """Reading all of it once."""
    rest, http = _held(region, RestRegion), _held(region, HttpRegion)
    for rows in (
        _read_ec2(_held(region, Ec2Region)),
        _read_rest_region(rest, _held(region, Domains)),
        *(_read_rest_api(api) for api in rest.apis.values()),
        _read_http_region(http),
        *(_read_http_api(api) for api in http.apis.values()),
    ):
        yield from (replace(row, part=part) for row in rows)


def _read_ec2(ec2: Ec2Region) -> Iterator[Row]:
    paged = {"MaxResults": EC2_PAGE}
    rules = sum(len(group.rules) for group in ec2.groups.values())
    counts = {
        "DescribeVpcs": (_pages(len(ec2.vpcs), EC2_PAGE), "names of VPCs"),
        "DescribeSubnets": (_pages(len(ec2.subnets), EC2_PAGE), "names of subnets, which endpoints and links refer to"),
        "DescribeSecurityGroups": (_pages(len(ec2.groups), EC2_PAGE), "groups, empty ones too"),
        "DescribeSecurityGroupRules": (_pages(rules, EC2_PAGE), "rules with ids and tags"),
        "DescribeSecurityGroupVpcAssociations": (_pages(len(ec2.associations), EC2_PAGE), "associations"),
        "DescribeManagedPrefixLists": (_pages(len(ec2.prefix_lists), LIST_PAGE), "lists, AWS's own among them"),
        "DescribeVpcEndpoints": (_pages(len(ec2.endpoints), EC2_PAGE), "endpoints"),
    }
    for operation, (count, why) in counts.items():
        yield Row("ec2", operation, count, why, params=paged)
    entries = sum(_pages(len(each.entries), LIST_PAGE) for each in ec2.prefix_lists.values())
    yield Row("ec2", "GetManagedPrefixListEntries", entries, "the entries of each list")


def _read_rest_region(rest: RestRegion, domains: Domains) -> Iterator[Row]:
    counts: dict[str, tuple[int, str]] = {
        "GetAccount": (1, "the role for logs"),
        "GetRestApis": (_pages(len(rest.apis)), "APIs with all of their own members"),
        "GetApiKeys": (_pages(len(rest.api_keys)), "keys with values"),
        "GetUsagePlans": (_pages(len(rest.usage_plans)), "plans with their stages"),
        "GetUsagePlanKeys": (
            sum(_pages(len(rest.plan_keys.get(plan, {}))) for plan in rest.usage_plans),
            "who is in each plan",
        ),
        "GetClientCertificates": (_pages(len(rest.client_certificates)), "certificates"),
        "GetVpcLinks": (_pages(len(rest.vpc_links)), "VPC links of v1"),
        "GetDomainNames": (_pages(len(domains.names)), "domain names, which v1 shows in full"),
        "GetDomainNameAccessAssociations": (_pages(len(domains.associations)), "access to private domain names"),
    }
    for operation, (count, why) in counts.items():
        yield Row("apigateway", operation, count, why)
    mappings = sum(_pages(len(domains.mappings.get(name, {}))) for name in domains.names)
    yield Row(
        "apigatewayv2", "GetApiMappings", mappings, "the mappings of each domain name, which only v2 shows in full"
    )
    ruled = (d for d in domains.names.values() if d.get("routingMode", _PLAIN_ROUTING) != _PLAIN_ROUTING)
    yield Row(
        "apigatewayv2", "ListRoutingRules", sum(1 for _ in ruled), "the rules of each domain that is routed by them"
    )


_PLAIN_ROUTING = "BASE_PATH_MAPPING_ONLY"


def _read_rest_api(api: RestApi) -> Iterator[Row]:
    """Nine reads of the draft, and one export a stage of what is live (AWS notes, section 0)."""
    counts = {
        "GetResources": _pages(len(api.draft.resources)),
        "GetAuthorizers": _pages(len(api.draft.authorizers)),
        "GetModels": _pages(len(api.draft.models)),
        "GetRequestValidators": _pages(len(api.draft.validators)),
        "GetGatewayResponses": 1,
        "GetStages": 1,
        "GetDeployments": _pages(len(api.deployments)),
        "GetDocumentationParts": _pages(len(api.documentation_parts)),
        "GetDocumentationVersions": _pages(len(api.documentation_versions)),
    }
    for operation, count in counts.items():
        yield Row("apigateway", operation, count, "the draft of a REST API, its stages and deployments")
    yield Row("apigateway", "GetExport", len(api.stages), "what each stage of a REST API serves")


def _read_http_region(http: HttpRegion) -> Iterator[Row]:
    yield Row("apigatewayv2", "GetApis", _pages(len(http.apis)), "APIs with all of their own members")
    yield Row("apigatewayv2", "GetVpcLinks", _pages(len(http.vpc_links)), "VPC links of v2")


def _read_http_api(api: HttpApi) -> Iterator[Row]:
    kind = "a WebSocket API" if api.is_websocket else "an HTTP API"
    lists = ["GetRoutes", "GetIntegrations", "GetAuthorizers", "GetStages"]
    if api.is_websocket:
        lists.append("GetModels")
    tied = sum(1 for stage in api.stages.values() if stage.get("DeploymentId") and not stage.get("AutoDeploy"))
    if tied:
        lists.append("GetDeployments")
    for operation in lists:
        yield Row(
            "apigatewayv2", operation, 1, f"the draft of {kind}, its stages, and deployments that stages are tied to"
        )
    if tied and not api.is_websocket:
        yield Row("apigatewayv2", "ExportApi", tied, "what each stage serves that is tied to a deployment")
    if api.is_websocket:
        yield Row(
            "apigatewayv2", "GetRouteResponses", len(api.draft.routes), "answers of each route: there is no list of all"
        )
        integrations = len(api.draft.integrations)
        yield Row("apigatewayv2", "GetIntegrationResponses", integrations, "answers of each integration, likewise")


# --- restore ----------------------------------------------------------------------------------------------------


def restore_rows(region: Region) -> Iterator[Row]:
    """Writing by import and batches, reading back, and verifying. The ground (VPCs, subnets, the account's role) is
    there before."""
    rest, http = _held(region, RestRegion), _held(region, HttpRegion)
    yield from _write_ec2(_held(region, Ec2Region))
    yield from _write_fronts(rest, _held(region, Domains), in_one_file=True)
    for api in rest.apis.values():
        yield from _import_rest(api)
    for v2 in http.apis.values():
        yield from _write_websocket(v2) if v2.is_websocket else _import_http(v2)
    yield from _links(rest, http)
    yield from capture_rows(region, "verify")


def one_by_one_rows(region: Region) -> Iterator[Row]:
    """Writing with a call for every object of API Gateway, reading back, and verifying."""
    rest, http = _held(region, RestRegion), _held(region, HttpRegion)
    yield from _write_ec2(_held(region, Ec2Region))
    yield from _write_fronts(rest, _held(region, Domains), in_one_file=False)
    for api in rest.apis.values():
        yield from _write_rest(api)
    for v2 in http.apis.values():
        yield from _write_websocket(v2)
    yield from _links(rest, http)
    yield from capture_rows(region, "verify")


def _write(service: str, operation: str, count: int, why: str, **params: Any) -> Row:
    return Row(service, operation, count, why, "write", params)


def _write_ec2(ec2: Ec2Region) -> Iterator[Row]:
    made = [group for group in ec2.groups.values() if not group.is_default]
    yield _write("ec2", "CreateManagedPrefixList", len(ec2.prefix_lists), "a list with its entries and tags")
    yield _write("ec2", "CreateSecurityGroup", len(made), "a group with its tags, empty")
    born = {group.id: _born(ec2, group) for group in ec2.groups.values()}
    wrong = sum(1 for group in made if born[group.id] - _plain_rules(ec2, group))
    yield _write("ec2", "RevokeSecurityGroupEgress", wrong, "what a new group is born with, both families in one call")
    for egress, operation in ((False, "AuthorizeSecurityGroupIngress"), (True, "AuthorizeSecurityGroupEgress")):
        sets = sum(len(_tag_sets(ec2, group, egress, born[group.id])) for group in made)
        yield _write("ec2", operation, sets, "the rules of a group and direction, those of the same tags in one call")
    yield _write("ec2", "AssociateSecurityGroupVpc", len(ec2.associations), "an association")
    yield _write("ec2", "CreateVpcEndpoint", len(ec2.endpoints), "an endpoint with all its settings")
    paged = {"MaxResults": EC2_PAGE}
    if made:
        yield Row(
            "ec2", "DescribeSecurityGroups", _pages(len(made), EC2_PAGE), "that groups can be seen", "read back", paged
        )
    if ec2.prefix_lists:
        pages = _pages(len(ec2.prefix_lists), LIST_PAGE)
        yield Row("ec2", "DescribeManagedPrefixLists", pages, "that lists are complete", "read back", paged)


_Rule = tuple[Any, ...]


def _born(ec2: Ec2Region, group: Group) -> set[_Rule]:
    """The egress of a new group."""
    vpc = ec2.vpcs.get(group.vpc, {})
    return {(True, "-1", "0.0.0.0/0")} | ({(True, "-1", "::/0")} if vpc.get("Ipv6CidrBlockAssociationSet") else set())


def _short(rule: Document) -> _Rule:
    return rule["IsEgress"], rule["IpProtocol"], rule.get("CidrIpv4") or rule.get("CidrIpv6")


def _plain_rules(ec2: Ec2Region, group: Group) -> set[_Rule]:
    """The rules that have neither a description nor tags."""
    return {_short(r) for each, r in group.rules.items() if not r.get("Description") and not ec2.tags.get(each)}


def _tag_sets(ec2: Ec2Region, group: Group, egress: bool, born: set[_Rule]) -> set[tuple[Any, ...]]:
    """The different tags of the rules of one direction that have to be made."""
    kept = born & _plain_rules(ec2, group)
    rules = ((each, rule) for each, rule in group.rules.items() if rule["IsEgress"] is egress)
    return {tuple(sorted(ec2.tags.get(each, {}).items())) for each, rule in rules if _short(rule) not in kept}


def _write_fronts(rest: RestRegion, domains: Domains, *, in_one_file: bool) -> Iterator[Row]:
    keys, plans = rest.api_keys.values(), rest.usage_plans
    if in_one_file:
        yield _write("apigateway", "ImportApiKeys", int(bool(keys)), "all keys in one file, their plans named in it")
        yield _write(
            "apigateway", "TagResource", sum(1 for key in keys if key.get("tags")), "tags of a key: not in the file"
        )
        customers = sum(1 for key in keys if key.get("customerId"))
        yield _write("apigateway", "UpdateApiKey", customers, "the customer id of a key: not in the file")
    else:
        yield _write("apigateway", "CreateApiKey", len(keys), "a key")
        members = sum(len(members) for members in rest.plan_keys.values())
        yield _write("apigateway", "CreateUsagePlanKey", members, "a key in a plan")
    yield _write("apigateway", "CreateUsagePlan", len(plans), "a plan with its stages, limits and tags")
    yield _write("apigateway", "GenerateClientCertificate", len(rest.client_certificates), "a client certificate")
    yield _write("apigateway", "CreateDomainName", len(domains.names), "a domain name with all its settings")
    mappings = sum(len(each) for each in domains.mappings.values())
    yield _write("apigatewayv2", "CreateApiMapping", mappings, "a mapping")
    rules = sum(len(each) for each in domains.routing_rules.values())
    yield _write("apigatewayv2", "CreateRoutingRule", rules, "a routing rule")
    associations = len(domains.associations)
    yield _write("apigateway", "CreateDomainNameAccessAssociation", associations, "an access to a private domain name")


def _links(rest: RestRegion, http: HttpRegion) -> Iterator[Row]:
    yield _write("apigateway", "CreateVpcLink", len(rest.vpc_links), "a VPC link of v1")
    yield _write("apigatewayv2", "CreateVpcLink", len(http.vpc_links), "a VPC link of v2")
    for service, links in (("apigateway", rest.vpc_links), ("apigatewayv2", http.vpc_links)):
        yield Row(service, "GetVpcLinks", int(bool(links)), "that links are there", "read back")


def _contents(api: RestApi) -> list[Content]:
    """The different definitions that a restore has to bring: of each deployment that is used, and the draft."""
    used = [api.deployed[each] for each in _used(api) if each in api.deployed]
    different: dict[str, Content] = {}
    for content in (*used, api.draft):
        different.setdefault(repr(replace(content, settings={})), content)
    return list(different.values())


def _used(api: RestApi) -> list[str]:
    """The deployments that a stage or a canary is on."""
    canaries = ((stage.get("canarySettings") or {}).get("deploymentId") for stage in api.stages.values())
    return list(dict.fromkeys([*(stage["deploymentId"] for stage in api.stages.values()), *filter(None, canaries)]))


def _import_rest(api: RestApi) -> Iterator[Row]:
    kind = api.fields["endpointConfiguration"]["types"][0]
    parameters = {"endpointConfigurationTypes": kind}
    contents = _contents(api)
    yield _write("apigateway", "ImportRestApi", 1, "an API and its definition", parameters=parameters)
    yield _write("apigateway", "PutRestApi", len(contents) - 1, "each further definition: other stages', and the draft")
    yield _write("apigateway", "TagResource", int(bool(api.fields.get("tags"))), "an API's tags: an import sets none")
    addresses = api.fields["endpointConfiguration"].get("ipAddressType", "ipv4")
    other = int(addresses != ("dualstack" if kind == "PRIVATE" else "ipv4"))
    yield _write("apigateway", "UpdateRestApi", other, "the type of addresses: not in a definition")
    for content in contents:
        models = sum(1 for model in content.models.values() if model.get("contentType") != "application/json")
        yield _write("apigateway", "CreateModel", models, "a model that is not JSON: not in a definition")
        behind = (method.get("methodIntegration") or {} for _, _, method in content.methods())
        special = sum(
            1 for each in behind if each.get("integrationTarget") or each.get("responseTransferMode") == "STREAM"
        )
        yield _write("apigateway", "UpdateIntegration", special, "what a definition has no word for")
    yield from _deploy_rest(api)


def _deploy_rest(api: RestApi) -> Iterator[Row]:
    for deployment in _used(api):
        stages = [stage for stage in api.stages.values() if stage["deploymentId"] == deployment]
        inline = any(not any(map(stage.get, ("tags", "documentationVersion", "canarySettings"))) for stage in stages)
        yield _write(
            "apigateway", "CreateDeployment", 1, "a deployment that a stage is on, and with it one plain stage"
        )
        yield _write("apigateway", "CreateStage", len(stages) - inline, "each other stage")
    patched = sum(1 for stage in api.stages.values() if any(map(stage.get, _PATCHED)))
    yield _write("apigateway", "UpdateStage", patched, "what only a patch sets: logs, settings of methods, certificate")
    versions = len(api.documentation_versions)
    yield _write("apigateway", "CreateDocumentationVersion", versions, "a version of the documentation")


_PATCHED = ("methodSettings", "accessLogSettings", "clientCertificateId")
_GIVEN_MODELS = frozenset({"Empty", "Error"})


def _write_rest(api: RestApi) -> Iterator[Row]:
    configuration = {"types": api.fields["endpointConfiguration"]["types"]}
    yield _write("apigateway", "CreateRestApi", 1, "an API with its settings", endpointConfiguration=configuration)
    for content in _contents(api):
        methods = [method for _, _, method in content.methods()]
        behind = [method["methodIntegration"] for method in methods if method.get("methodIntegration")]
        counts = {
            "CreateResource": len(content.resources) - 1,
            "PutMethod": len(methods),
            "PutMethodResponse": sum(len(method.get("methodResponses") or {}) for method in methods),
            "PutIntegration": len(behind),
            "PutIntegrationResponse": sum(len(each.get("integrationResponses") or {}) for each in behind),
            "CreateModel": len(set(content.models) - _GIVEN_MODELS),
            "DeleteModel": len(_GIVEN_MODELS - set(content.models)),
            "CreateAuthorizer": len(content.authorizers),
            "CreateRequestValidator": len(content.validators),
            "PutGatewayResponse": len(content.gateway_responses),
        }
        for operation, count in counts.items():
            yield _write("apigateway", operation, count, "each object of a definition")
    parts = len(api.documentation_parts)
    yield _write("apigateway", "CreateDocumentationPart", parts, "each object of a definition")
    yield from _deploy_rest(api)


def _import_http(api: HttpApi) -> Iterator[Row]:
    yield _write("apigatewayv2", "ImportApi", 1, "an HTTP API, its definition and tags")
    told = sum(1 for each in api.draft.integrations.values() if each.get("Description") not in (None, IMPORTED))
    yield _write("apigatewayv2", "UpdateIntegration", told, "a description, which a definition has no word for")
    yield from _deploy_http(api)


def _write_websocket(api: HttpApi) -> Iterator[Row]:
    draft = api.draft
    counts = {
        "CreateApi": 1,
        "CreateAuthorizer": len(draft.authorizers),
        "CreateModel": len(draft.models),
        "CreateIntegration": len(draft.integrations),
        "CreateIntegrationResponse": sum(map(len, draft.integration_responses.values())),
        "CreateRoute": len(draft.routes),
        "CreateRouteResponse": sum(map(len, draft.route_responses.values())),
    }
    for operation, count in counts.items():
        yield _write("apigatewayv2", operation, count, "each object of an API that is not imported")
    yield from _deploy_http(api)


def _deploy_http(api: HttpApi) -> Iterator[Row]:
    tied = {
        stage["DeploymentId"]
        for stage in api.stages.values()
        if stage.get("DeploymentId") and not stage.get("AutoDeploy")
    }
    yield _write("apigatewayv2", "CreateDeployment", len(tied), "a deployment that a stage is tied to")
    yield _write("apigatewayv2", "CreateStage", len(api.stages), "a stage with all its settings")
