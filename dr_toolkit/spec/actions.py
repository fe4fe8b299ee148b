"""Which IAM actions an operation needs, and on what.

EC2, Lambda and most others name an action like the operation. API Gateway's are HTTP verbs on paths, but for some that
have names of their own; and some operations need actions of other services beside. Rests on the service authorization
reference, and on the API Gateway guide's pages on VPC links, access logs and service-linked roles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

GATEWAYS = ("apigateway", "apigatewayv2")
ANY = "*"
_ARN = "arn:${partition}"
_GATEWAY, _OWN_GATEWAY = f"{_ARN}:apigateway:${{region}}::", f"{_ARN}:apigateway:${{region}}:${{account}}:"
_EC2, _IAM = f"{_ARN}:ec2:${{region}}:${{account}}:", f"{_ARN}:iam::${{account}}:role/"


@dataclass(frozen=True)
class Need:
    """An action, and what it is needed on: ARNs in which ``${partition} ${region} ${account}`` stand for the place.

    ``*`` alone where AWS knows no narrower form.
    """

    action: str
    resources: tuple[str, ...] = (ANY,)
    condition: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What an operation is on the wire: an HTTP method, and a path with the ids in braces."""

    method: str
    path: str


_GLOBAL = ("iam:", "route53:", "cloudfront:")
"""Services with one endpoint for all regions, whose calls are made in another region than the caller's."""

_FUNCTIONS = (f"{_ARN}:lambda:${{region}}:${{account}}:function:*",)
_STAGE = f"{_GATEWAY}/restapis/*/stages/*"
_ON: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("firehose:DescribeDeliveryStream", (f"{_ARN}:firehose:${{region}}:${{account}}:deliverystream/*",)),
    ("lambda:ListAliases", _FUNCTIONS),
    (".*:(Describe|List).*", (ANY,)),
    ("ec2:(Create|Delete)Tags", ("security-group/*", "security-group-rule/*", "prefix-list/*", "vpc-endpoint/*")),
    ("ec2:.*ManagedPrefixList.*", ("prefix-list/*",)),
    ("ec2:(CreateSecurityGroup|(Dis)?[Aa]ssociateSecurityGroupVpc)", ("security-group/*", "vpc/*")),
    ("ec2:AuthorizeSecurityGroup.*", ("security-group/*", "security-group-rule/*")),
    ("ec2:.*SecurityGroup.*", ("security-group/*",)),
    ("ec2:CreateVpcEndpoint", ("vpc-endpoint/*", "vpc/*", "route-table/*", "security-group/*", "subnet/*")),
    ("ec2:ModifyVpcEndpoint", ("vpc-endpoint/*", "route-table/*", "security-group/*", "subnet/*")),
    ("ec2:DeleteVpcEndpoints", ("vpc-endpoint/*",)),
    ("lambda:.*", _FUNCTIONS),
    ("wafv2:AssociateWebACL", (f"{_ARN}:wafv2:${{region}}:${{account}}:regional/webacl/*", _STAGE)),
    ("wafv2:DisassociateWebACL", (_STAGE,)),
)
"""What actions are needed on, the first that fits; in EC2's ARNs, after the account."""

_NAMED = {
    **{name: name for name in ("ListRoutingRules", "GetRoutingRule", "CreateRoutingRule", "DeleteRoutingRule")},
    "PutRoutingRule": "UpdateRoutingRule",
}
"""API Gateway's actions that are no HTTP verbs, by operation."""

_PASSED = {"StringEquals": {"iam:PassedToService": "apigateway.amazonaws.com"}}
_LINKED = {"StringEquals": {"iam:AWSServiceName": "ops.apigateway.amazonaws.com"}}
_OF_GATEWAY = {"StringLike": {"lambda:Principal": "apigateway.*"}}
_FOR_ME = {"Bool": {"aws:ViaAWSService": "true"}}
"""Only where a service calls in the name of who called it."""

_TRUSTSTORES = tuple(Need(f"s3:{name}", (f"{_ARN}:s3:::*/*",), _FOR_ME) for name in ("GetObject", "GetObjectVersion"))
_DOMAINS = (f"{_GATEWAY}/domainnames", f"{_GATEWAY}/domainnames/*")
_PRIVATE_DOMAINS = (f"{_OWN_GATEWAY}/domainnames/*",)
_SERVICES = (f"{_EC2}vpc-endpoint-service/*",)
_EDGE = Need("cloudfront:UpdateDistribution", (f"{_ARN}:cloudfront::${{account}}:distribution/*",))
_PASS_ROLE = Need("iam:PassRole", (f"{_IAM}*",), _PASSED)
_LINK_ROLE = Need(
    "iam:CreateServiceLinkedRole",
    (f"{_IAM}aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway",),
    _LINKED,
)
_NAMES_INSIDE = Need("route53:AssociateVPCWithHostedZone", (f"{_ARN}:route53:::hostedzone/*",))
_LOGS = tuple(
    Need(f"logs:{name}")
    for name in (
        *("CreateLogDelivery", "UpdateLogDelivery", "GetLogDelivery", "ListLogDeliveries", "DeleteLogDelivery"),
        *("PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
    )
)
_POLICY = Need("apigateway:UpdateRestApiPolicy", (f"{_GATEWAY}/restapis", f"{_GATEWAY}/restapis/*"))
_WEB_ACL = Need("apigateway:SetWebACL", (_STAGE,))

_BESIDE: tuple[tuple[str, tuple[Need, ...]], ...] = (
    ("apigateway:(Create|Import|Put|Update)RestApi", (_POLICY,)),
    ("apigateway:(Create|Import)RestApi|apigatewayv2:(Create|Import)Api", (_LINK_ROLE,)),
    ("apigateway:((Import|Put)RestApi|UpdateAccount|PutIntegration)", (_PASS_ROLE,)),
    ("apigatewayv2:(Import|Reimport)Api", (_PASS_ROLE,)),
    ("apigatewayv2:(Create|Update)Integration", (_PASS_ROLE,)),
    ("apigateway(v2)?:(Create|Update)Authorizer", (_PASS_ROLE,)),
    (
        "apigateway:CreateVpcLink",
        (
            Need("elasticloadbalancing:DescribeLoadBalancers"),
            Need("ec2:CreateVpcEndpointServiceConfiguration", _SERVICES),
            Need("ec2:ModifyVpcEndpointServicePermissions", _SERVICES),
            Need("ec2:DescribeVpcEndpointServiceConfigurations"),
        ),
    ),
    (
        "apigateway:DeleteVpcLink",
        (
            Need("ec2:DeleteVpcEndpointServiceConfigurations", _SERVICES),
            Need("ec2:DescribeVpcEndpointServiceConfigurations"),
        ),
    ),
    ("apigatewayv2:CreateVpcLink", (_LINK_ROLE,)),
    (
        "apigateway:(Create|Update)DomainName",
        (
            Need("apigateway:AddCertificateToDomain", _DOMAINS),
            Need("apigateway:UpdateDomainNamePolicy", (f"{_GATEWAY}/domainnames", *_PRIVATE_DOMAINS)),
            *_TRUSTSTORES,
            _EDGE,
        ),
    ),
    ("apigateway:CreateDomainName", (_LINK_ROLE,)),
    (
        "apigateway:UpdateDomainName",
        (
            Need("apigateway:RemoveCertificateFromDomain", _DOMAINS[1:]),
            Need("apigateway:UpdateDomainNameManagementPolicy", _PRIVATE_DOMAINS),
        ),
    ),
    (
        "apigateway:CreateDomainNameAccessAssociation",
        (Need("apigateway:CreateAccessAssociation", _PRIVATE_DOMAINS),),
    ),
    ("apigatewayv2:(Create|Update)Stage", _LOGS),
    ("wafv2:(A|Disa)ssociateWebACL", (_WEB_ACL,)),
    ("ec2:(Create|Modify)VpcEndpoint", (_NAMES_INSIDE,)),
)


def needs(service: str, operation: str, request: Request) -> Iterator[Need]:
    """All that an operation may need, whatever its parameters are.

    Raises LookupError for one that changes something, and of which nothing says on what its action is needed.
    """
    yield _own(service, operation, request)
    name = f"{service}:{operation}"
    for pattern, beside in _BESIDE:
        if re.fullmatch(pattern, name):
            yield from beside


def _own(service: str, operation: str, request: Request) -> Need:
    if service in GATEWAYS:
        return _gateway(operation, request)
    action = f"{_PREFIXES.get(service, service)}:{operation}"
    on = next((found for pattern, found in _ON if re.fullmatch(pattern, action)), None)
    if on is None:
        raise LookupError(f"nothing says on what {action} is needed")
    resources = tuple(each if each.startswith((ANY, _ARN)) else _EC2 + each for each in on)
    return Need(action, resources, _OF_GATEWAY if operation == "AddPermission" else {})


_PREFIXES = {"elbv2": "elasticloadbalancing"}
"""What IAM calls a service, where that is not botocore's name."""


def _gateway(operation: str, request: Request) -> Need:
    path = re.sub(r"\{[^}]*\}", "*", request.path.removeprefix("/v2"))
    own = f"{_OWN_GATEWAY}{path}"
    if operation in _NAMED:
        beneath = () if path.endswith("*") else (f"{own}/*",)
        return Need(f"apigateway:{_NAMED[operation]}", (own, *beneath))
    if path.startswith("/domainnameaccessassociations"):
        return Need(f"apigateway:{request.method}", (own,))
    alike = (own,) if path == "/domainnames/*" else ()  # private names have the account in their ARNs
    return Need(f"apigateway:{request.method}", (f"{_GATEWAY}{path}", *alike))


def is_global(action: str) -> bool:
    """Whether an action belongs to a service that has one endpoint for all regions."""
    return action.startswith(_GLOBAL)


def put(text: str, place: Mapping[str, Any]) -> str:
    """An ARN with a place's partition, region and account in it."""
    for name, value in place.items():
        text = text.replace(f"${{{name}}}", str(value))
    return text
