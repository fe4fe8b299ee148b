"""How fast AWS lets an account call, by operation, as its documents say it.

API Gateway: the page "Amazon API Gateway quotas", which can't be raised. EC2: "Request throttling for the Amazon EC2
API". Lambda: the page "Lambda quotas", for its control plane. Every rate holds for one account in one region.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Rate:
    """So many calls at once, and so many more each second."""

    name: str
    burst: float
    per_second: float


GATEWAY = Rate("apigateway", 40, 10)
"""All calls of API Gateway together."""

_REST_API = Rate("apigateway:CreateRestApi", 1, 1 / 3)
_EDGE_API = Rate("apigateway:CreateRestApi, edge", 1, 1 / 30)
_GATEWAY_OWN = {
    "GetResources": (5, 2.5),
    "PutRestApi": (1, 1),
    **dict.fromkeys(("CreateResource", "DeleteResource", "CreateApiKey", "DeleteApiKey"), (5, 5)),
    "CreateDeployment": (1, 1 / 5),
    **dict.fromkeys(("CreateDocumentationVersion", "UpdateAccount", "UpdateUsagePlan"), (1, 1 / 20)),
    **dict.fromkeys(("DeleteRestApi", "ImportDocumentationParts"), (1, 1 / 30)),
    **dict.fromkeys(("CreateDomainName", "UpdateDomainName", "DeleteDomainName"), (1, 1 / 30)),
}
_GATEWAY_V2_OWN = {
    "CreateVpcLink": (1, 1 / 15),
    **dict.fromkeys(("DeleteVpcLink", "CreateDomainName", "UpdateDomainName", "DeleteDomainName"), (1, 1 / 30)),
}
_DOMAINS = ("CreateDomainName", "UpdateDomainName", "DeleteDomainName")

_EC2_OWN = {
    **dict.fromkeys(("CreateTags", "DeleteTags"), (100, 10)),
    **dict.fromkeys(("DescribeStaleSecurityGroups", "DescribeSecurityGroupReferences"), (20, 5)),
    **dict.fromkeys(("CreateVpcEndpoint", "ModifyVpcEndpoint", "DeleteVpcEndpoints"), (4, 0.3)),
}
_EC2_READS, _EC2_CHANGES = (100, 20), (50, 5)
_LAMBDA = Rate("lambda", 15, 15)


def rates(service: str, operation: str, params: Mapping[str, Any]) -> tuple[Rate, ...]:
    """The rates that a call counts against; none where AWS publishes none."""
    if service == "ec2":
        usual = _EC2_READS if operation.startswith(("Describe", "Get", "List")) else _EC2_CHANGES
        return (Rate(f"ec2:{operation}", *_EC2_OWN.get(operation, usual)),)
    if service == "apigateway" and operation in ("CreateRestApi", "ImportRestApi"):
        return (_EDGE_API if _is_edge(params) else _REST_API, GATEWAY)
    if service == "lambda":
        return (_LAMBDA,)
    own = {"apigateway": _GATEWAY_OWN, "apigatewayv2": _GATEWAY_V2_OWN}.get(service)
    if own is None:
        return ()
    if operation not in own:
        return (GATEWAY,)
    # Domain names are the same things in both versions.
    name = f"{'apigateway' if operation in _DOMAINS else service}:{operation}"
    return (Rate(name, *own[operation]), GATEWAY)


def _is_edge(params: Mapping[str, Any]) -> bool:
    types = (params.get("endpointConfiguration") or {}).get("types")
    types = types or (params.get("parameters") or {}).get("endpointConfigurationTypes")
    return "EDGE" in (types or ["EDGE"])


READY = {
    "apigateway:GetVpcLink": 180.0,
    "apigatewayv2:GetVpcLink": 180.0,
    "ec2:DescribeVpcEndpoints": 60.0,
}
"""Seconds till what was made is ready, by the read that waits for it: for VPC links "2-4 minutes" stand in the model of
CreateVpcLink; for endpoints it is what is usual.
"""
