"""What IAM asks of a call: the actions it needs, on what, and whether a policy lets it pass.

By the service authorization reference; written without looking at what the toolkit thinks it needs.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.strict_aws.aws import ACCOUNT
from tests.strict_aws.models import service_model
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.weather.log import Entry

Params = Mapping[str, Any]
LOG_DELIVERY = (
    *("CreateLogDelivery", "UpdateLogDelivery", "GetLogDelivery", "ListLogDeliveries", "DeleteLogDelivery"),
    *("PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
)
"""What the guide to access logs of HTTP APIs asks for."""

UNSCOPED = re.compile(
    r"ec2:Describe.*|elasticloadbalancing:.*|acm:List.*|cognito-idp:List.*|kms:List.*|lambda:ListFunctions|logs:.*|"
    r"wafv2:List.*|iam:List.*|cloudtrail:.*"
)
"""Actions that know no resource."""

_EC2_MEMBERS = {
    "GroupId": "security-group",
    "SecurityGroupIds": "security-group",
    "AddSecurityGroupIds": "security-group",
    "RemoveSecurityGroupIds": "security-group",
    "VpcId": "vpc",
    "VpcEndpointId": "vpc-endpoint",
    "VpcEndpointIds": "vpc-endpoint",
    "RouteTableIds": "route-table",
    "AddRouteTableIds": "route-table",
    "RemoveRouteTableIds": "route-table",
    "SubnetIds": "subnet",
    "AddSubnetIds": "subnet",
    "RemoveSubnetIds": "subnet",
    "PrefixListId": "prefix-list",
}
_EC2_MADE = {
    "CreateSecurityGroup": "security-group",
    "CreateManagedPrefixList": "prefix-list",
    "CreateVpcEndpoint": "vpc-endpoint",
}
_PREFIXES = {"sg": "security-group", "sgr": "security-group-rule", "pl": "prefix-list", "vpce": "vpc-endpoint"}


@dataclass(frozen=True)
class Asked:
    """An action on something, with what conditions can be put on."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


def allows(policy: Mapping[str, Any], asked: Asked) -> bool:
    """Whether a statement of the policy lets it pass; policies here only allow."""
    return any(
        asked.action in statement["Action"]
        and any(fnmatch.fnmatchcase(asked.resource, pattern) for pattern in statement["Resource"])
        and _holds(statement.get("Condition", {}), asked.context)
        for statement in policy["Statement"]
    )


def _holds(conditions: Mapping[str, Mapping[str, str]], context: Mapping[str, str]) -> bool:
    assert set(conditions) <= {"StringEquals", "StringLike", "Bool"}
    return all(
        key in context and fnmatch.fnmatchcase(context[key], wanted)
        for each in conditions.values()
        for key, wanted in each.items()
    )


def check(entry: Entry, policy: Mapping[str, Any]) -> None:
    """Refuse a call that the policy does not allow, as AWS does, naming the action."""
    for each in asked(entry):
        if not allows(policy, each):
            code, status = ("UnauthorizedOperation", 403) if entry.service == "ec2" else ("AccessDeniedException", 403)
            raise Refusal(
                code, f"User is not authorized to perform: {each.action} on resource: {each.resource}", status
            )


def asked(entry: Entry) -> Iterator[Asked]:
    """All that a call needs; what needs no leave, such as asking who one is, is left out."""
    if entry.service in ("sts", "s3", "ssm"):
        return
    region = {"aws:RequestedRegion": entry.region}
    for each in _asked(entry, entry.params):
        resource = "*" if UNSCOPED.fullmatch(each.action) else each.resource
        yield Asked(each.action, resource, {**region, **each.context})


def _asked(entry: Entry, params: Params) -> Iterator[Asked]:
    match entry.service:
        case "apigateway" | "apigatewayv2":
            yield from _gateway(entry, params)
        case "ec2":
            yield from _ec2(entry, params)
        case "lambda":
            name = unquote(entry.path).split("/functions/")[-1].split("/")[0]
            function = _arn(entry, "lambda", f"function:{name.rpartition('function:')[2]}")
            context = {"lambda:Principal": str(params.get("Principal", "apigateway.amazonaws.com"))}
            yield Asked(f"lambda:{entry.operation}", function, context)
        case "wafv2" if entry.operation.endswith("ssociateWebACL"):
            yield Asked(f"wafv2:{entry.operation}", params["ResourceArn"])
            if "WebACLArn" in params:
                yield Asked(f"wafv2:{entry.operation}", params["WebACLArn"])
            yield Asked("apigateway:SetWebACL", params["ResourceArn"])
        case "firehose":
            stream = _arn(entry, "firehose", f"deliverystream/{params['DeliveryStreamName']}")
            yield Asked(f"firehose:{entry.operation}", stream)
        case "kms" if "KeyId" in params:
            yield Asked(f"kms:{entry.operation}", params["KeyId"])
        case service:
            yield Asked(f"{_SERVICES.get(service, service)}:{entry.operation}", "*")


_SERVICES = {"elbv2": "elasticloadbalancing"}


def _arn(entry: Entry, service: str, rest: str) -> str:
    return f"arn:aws:{service}:{entry.region}:{entry.account or ACCOUNT}:{rest}"


# --- EC2 --------------------------------------------------------------------------------------------


def _ec2(entry: Entry, params: Params) -> Iterator[Asked]:
    action = f"ec2:{entry.operation}"
    for kind, physical in _ec2_resources(entry, params):
        yield Asked(action, _arn(entry, "ec2", f"{kind}/{physical}"))
    for tagged in params.get("TagSpecifications", ()):
        yield Asked("ec2:CreateTags", _arn(entry, "ec2", f"{tagged['ResourceType']}/*"))
    if entry.operation.startswith("Authorize") and params.get("TagSpecifications"):
        yield Asked(action, _arn(entry, "ec2", "security-group-rule/*"))
    if params.get("PrivateDnsEnabled") and entry.operation.endswith("VpcEndpoint"):
        yield Asked("route53:AssociateVPCWithHostedZone", "arn:aws:route53:::hostedzone/Z0")


def _ec2_resources(entry: Entry, params: Params) -> Iterator[tuple[str, str]]:
    if UNSCOPED.fullmatch(f"ec2:{entry.operation}"):
        yield "*", "*"
        return
    if made := _EC2_MADE.get(entry.operation):
        yield made, "*"
    for member, kind in _EC2_MEMBERS.items():
        found = params.get(member, ())
        yield from ((kind, physical) for physical in ([found] if isinstance(found, str) else found))
    for physical in params.get("Resources", ()):
        yield _PREFIXES[physical.partition("-")[0]], physical


# --- API Gateway --------------------------------------------------------------------------------------


def _gateway(entry: Entry, params: Params) -> Iterator[Asked]:
    own = f"arn:aws:apigateway:{entry.region}::"
    mine = f"arn:aws:apigateway:{entry.region}:{entry.account or ACCOUNT}:"
    path = unquote(entry.path.removeprefix("/v2")) if "/tags/" not in entry.path else entry.path.removeprefix("/v2")
    if private := params.get("domainNameId") or params.get("DomainNameId"):
        name = params.get("domainName") or params.get("DomainName")
        path = path.replace(f"/domainnames/{name}", f"/domainnames/{name}+{private}")
    verb = service_model(entry.service).operation_model(entry.operation).http["method"]
    action = "UpdateRoutingRule" if entry.operation == "PutRoutingRule" else entry.operation
    if "RoutingRule" in entry.operation:
        yield Asked(f"apigateway:{action}", mine + path)
    else:
        account = path.startswith("/domainnameaccessassociations") or (private and path.count("/") == 2)
        yield Asked(f"apigateway:{verb}", (mine if account else own) + path)
    if params.get("tags") and verb == "POST" and entry.service == "apigateway":
        yield Asked("apigateway:PUT", f"{own}/tags/*")
    if params.get("Tags") and verb == "POST" and entry.operation != "TagResource":
        yield Asked("apigateway:POST", f"{own}/tags/*")
    yield from _sensitive(entry, params, own + path, mine + path)
    yield from _roles(entry, params)
    yield from _others(entry, params)


def _patched(params: Params) -> dict[str, str]:
    return {patch["path"]: str(patch.get("value", "")) for patch in params.get("patchOperations", ())}


def _sensitive(entry: Entry, params: Params, resource: str, private: str) -> Iterator[Asked]:
    """What changes who may come in has actions of its own."""
    patched = _patched(params)
    written = params.get("policy") or "/policy" in patched or "x-amazon-apigateway-policy" in _document(params)
    if entry.operation in ("CreateRestApi", "UpdateRestApi", "ImportRestApi", "PutRestApi") and written:
        yield Asked("apigateway:UpdateRestApiPolicy", resource)
    if entry.operation in ("CreateDomainName", "UpdateDomainName"):
        trust = [value for path, value in patched.items() if path.startswith("/mutualTls")]
        if params.get("mutualTlsAuthentication") or any(trust):
            yield Asked("apigateway:AddCertificateToDomain", resource)
        yield from _truststore(dict(params.get("mutualTlsAuthentication") or {}), patched)
        if "" in trust:
            yield Asked("apigateway:RemoveCertificateFromDomain", resource)
        if params.get("policy") or "/policy" in patched:
            yield Asked("apigateway:UpdateDomainNamePolicy", private if patched else resource)
        if "/managementPolicy" in patched:
            yield Asked("apigateway:UpdateDomainNameManagementPolicy", private)
        if "EDGE" in params.get("endpointConfiguration", {}).get("types", ()):
            yield Asked("cloudfront:UpdateDistribution", f"arn:aws:cloudfront::{ACCOUNT}:distribution/E0")
    if entry.operation == "CreateDomainNameAccessAssociation":
        yield Asked("apigateway:CreateAccessAssociation", params["domainNameArn"])


def _truststore(given: dict[str, str], patched: dict[str, str]) -> Iterator[Asked]:
    """API Gateway reads it in the name of who sets it."""
    given |= {path.rpartition("/")[2]: value for path, value in patched.items() if "/truststore" in path and value}
    place = given.get("truststoreUri", "s3://the-same/as-before").removeprefix("s3://")
    by_service = {"aws:ViaAWSService": "true"}
    if given.get("truststoreVersion"):
        yield Asked("s3:GetObjectVersion", f"arn:aws:s3:::{place}", by_service)
    elif given:
        yield Asked("s3:GetObject", f"arn:aws:s3:::{place}", by_service)


def _document(params: Params) -> str:
    """The document that an import brings."""
    body = params.get("body") or params.get("Body") or ""
    return body.decode(errors="replace") if isinstance(body, bytes) else str(body)


def _roles(entry: Entry, params: Params) -> Iterator[Asked]:
    """Roles that a call hands on, and the one that AWS makes for itself at the first API, domain or link."""
    patched = _patched(params)
    members = ("credentials", "authorizerCredentials", "CredentialsArn", "AuthorizerCredentialsArn")
    given = [str(params.get(name, "")) for name in members]
    given += [value for path, value in patched.items() if path in ("/cloudwatchRoleArn", "/authorizerCredentials")]
    given += re.findall(r"arn:aws:iam::\d+:role/[\w+=,.@/-]+", _document(params))
    for role in given:
        if ":role/" in role:
            yield Asked("iam:PassRole", role, {"iam:PassedToService": "apigateway.amazonaws.com"})
    first = {"CreateRestApi", "CreateApi", "CreateDomainName"} | (
        {"CreateVpcLink"} if entry.service == "apigatewayv2" else set()
    )
    if entry.operation in first:
        service = "ops.apigateway.amazonaws.com"
        role = f"arn:aws:iam::{entry.account or ACCOUNT}:role/aws-service-role/{service}/AWSServiceRoleForAPIGateway"
        yield Asked("iam:CreateServiceLinkedRole", role, {"iam:AWSServiceName": service})


def _others(entry: Entry, params: Params) -> Iterator[Asked]:
    """What API Gateway does in other services with the caller's leave."""
    if entry.service == "apigateway" and entry.operation in ("CreateVpcLink", "DeleteVpcLink"):
        yield Asked("ec2:DescribeVpcEndpointServiceConfigurations", "*")
        service = _arn(entry, "ec2", "vpc-endpoint-service/*")
        if entry.operation == "CreateVpcLink":
            yield Asked("elasticloadbalancing:DescribeLoadBalancers", "*")
            yield Asked("ec2:CreateVpcEndpointServiceConfiguration", service)
            yield Asked("ec2:ModifyVpcEndpointServicePermissions", service)
        else:
            yield Asked("ec2:DeleteVpcEndpointServiceConfigurations", service)
    if entry.service == "apigatewayv2" and ":logs:" in str(params.get("AccessLogSettings", "")):
        yield from (Asked(f"logs:{name}", "*") for name in LOG_DELIVERY)


def actions(policy: Mapping[str, Any]) -> list[str]:
    """Every action that a policy names, once."""
    return sorted({action for statement in policy["Statement"] for action in statement["Action"]})


def without(policy: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The policy with one action taken out."""
    statements: Iterable[Mapping[str, Any]] = policy["Statement"]
    return {**policy, "Statement": [{**s, "Action": [a for a in s["Action"] if a != action]} for s in statements]}
