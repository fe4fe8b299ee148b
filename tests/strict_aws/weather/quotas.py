"""The rates that AWS allows, as token buckets: so many calls at once, then so many a second.

API Gateway's are those of the page "Amazon API Gateway quotas" (AWS notes, section 2.1), EC2's those of "Request
throttling for the Amazon EC2 API" (section 2.3). Each is per account and region.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Quota:
    """A bucket that holds `capacity` calls and gets `rate` back every second."""

    name: str
    capacity: float
    rate: float

    def seconds(self, calls: int) -> float:
        """The least seconds in which so many calls can be made, the bucket full at first."""
        return max(0.0, (calls - self.capacity) / self.rate)


TOTAL = Quota("apigateway total", 40, 10)
REST_API = Quota("apigateway CreateRestApi, ImportRestApi: regional and private", 1, 1 / 3)
EDGE_API = Quota("apigateway CreateRestApi, ImportRestApi: edge", 1, 1 / 30)


def _each(capacity: float, rate: float, *operations: str) -> dict[str, Quota]:
    return {name: Quota(f"apigateway {name}", capacity, rate) for name in operations}


_GATEWAY = {
    **_each(5, 2.5, "GetResources"),
    **_each(1, 1, "PutRestApi"),
    **_each(5, 5, "CreateResource", "DeleteResource", "CreateApiKey", "DeleteApiKey"),
    **_each(1, 1 / 5, "CreateDeployment"),
    **_each(1, 1 / 30, "DeleteRestApi", "CreateDomainName", "UpdateDomainName", "DeleteDomainName"),
    **_each(1, 1 / 30, "ImportDocumentationParts"),
    **_each(1, 1 / 20, "CreateDocumentationVersion", "UpdateAccount", "UpdateUsagePlan"),
}
_GATEWAY_V2 = {name: _GATEWAY[name] for name in ("CreateDomainName", "UpdateDomainName", "DeleteDomainName")}
"""Domain names are the same things in both versions; of v2's own operations only VPC links have a rate of their own."""
_GATEWAY_V2 |= {
    "CreateVpcLink": Quota("apigatewayv2 CreateVpcLink", 1, 1 / 15),
    "DeleteVpcLink": Quota("apigatewayv2 DeleteVpcLink", 1, 1 / 30),
}

_EC2_OWN = {
    **dict.fromkeys(("CreateTags", "DeleteTags"), (100, 10)),
    **dict.fromkeys(("DescribeStaleSecurityGroups", "DescribeSecurityGroupReferences"), (20, 5)),
    **dict.fromkeys(("CreateVpcEndpoint", "ModifyVpcEndpoint", "DeleteVpcEndpoints"), (4, 0.3)),
}
_READS, _CHANGES, _BARE = (100, 20), (50, 5), (50, 10)
_BARE_IS_SLOWER = ("DescribeSecurityGroups", "DescribeNetworkInterfaces")
_NARROWING = ("MaxResults", "Filters", "GroupIds", "GroupNames", "NetworkInterfaceIds", "NextToken")


def quotas_of(service: str, operation: str, params: Mapping[str, Any]) -> list[Quota]:
    """The buckets that a call draws on, one token each."""
    if service == "ec2":
        return [_ec2_quota(operation, params)]
    if operation in ("CreateRestApi", "ImportRestApi") and service == "apigateway":
        return [TOTAL, EDGE_API if _is_edge(operation, params) else REST_API]
    own = (_GATEWAY if service == "apigateway" else _GATEWAY_V2).get(operation)
    return [TOTAL, own] if own else [TOTAL]


def _is_edge(operation: str, params: Mapping[str, Any]) -> bool:
    if operation == "ImportRestApi":
        types = (params.get("parameters") or {}).get("endpointConfigurationTypes") or "EDGE"
    else:
        types = (params.get("endpointConfiguration") or {}).get("types") or ["EDGE"]
    return "EDGE" in types


def _ec2_quota(operation: str, params: Mapping[str, Any]) -> Quota:
    name = f"ec2 {operation}"
    if operation in _EC2_OWN:
        return Quota(name, *_EC2_OWN[operation])
    if operation in _BARE_IS_SLOWER and not any(params.get(each) for each in _NARROWING):
        return Quota(f"{name}, all at once", *_BARE)
    return Quota(name, *(_READS if operation.startswith(("Describe", "Get", "List", "Search")) else _CHANGES))
