"""The operations around API Gateway and security groups that no type uses, each with its reason.

A rule is a pattern for names of operations; the first that fits counts. An operation that neither a type uses nor a
rule names is an operation that nobody has looked at yet: a test fails with its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_V1 = (
    (
        "(Create|Delete|Get|Update|Import)ApiKeys?|.*UsagePlan.*|(Get|Update)Usage",
        "usage plans and API keys: not covered yet",
    ),
    (".*(DomainName|BasePathMapping).*", "custom domain names and their mappings: not covered yet"),
    (".*Documentation(Part|Version).*", "documentation: not covered yet"),
    ("(Get|Update)Account", "account settings, such as the role for logs: not covered yet"),
    ("(Create|Delete|Get|Update)VpcLink", "VPC links are found, not made yet"),
    (".*ClientCertificate", "client certificates are found; their private keys can't be exported"),
    ("(Import|Put)RestApi", "a restore makes an API piece by piece"),
    ("GetExport", "what a stage serves: not covered yet"),
    ("Get(Sdk|SdkType|SdkTypes|ModelTemplate)|Flush.*|TestInvoke.*", "changes nothing that a snapshot holds"),
    ("DeleteDeployment", "deployments that served are kept as history"),
    (
        "(Update|Get)Method|(Update|Delete|Get)(MethodResponse|Integration|IntegrationResponse)",
        "a method is read with its API, and made anew whole",
    ),
    ("UpdateResource", "a moved path is another path"),
    ("UpdateGatewayResponse", "PutGatewayResponse sets all of it"),
    ("Get(Authorizer|Deployment|GatewayResponse|Model|RequestValidator|Resource|RestApi|Stage|Tags)", "read by lists"),
)
_V2 = (
    (".*(Portal|ProductPage|ProductRestEndpointPage).*", "developer portals: out of scope"),
    (".*(DomainName|ApiMapping|RoutingRule).*", "custom domain names, mappings, routing rules: not covered yet"),
    (".*", "HTTP and WebSocket APIs: not covered yet"),
)
_EC2 = (
    (
        ".*SecurityGroupVpcAssociations?|(Disa|A)ssociateSecurityGroupVpc",
        "associations with other VPCs: not covered yet",
    ),
    (".*IpamPrefixListResolver.*|.*TransitGatewayPrefixList.*", "IPAM and transit gateways: out of scope"),
    (".*VpcEndpoint(Connection|Service|Payer|Association).*", "endpoint services of one's own: out of scope"),
    ("(Create|Modify|Delete)VpcEndpoints?", "VPC endpoints are found, not made yet"),
    ("Describe(StaleSecurityGroups|SecurityGroupReferences)|GetManagedPrefixListAssociations", "says what uses what"),
    ("ModifySecurityGroupRules|RestoreManagedPrefixListVersion", "changes are made by content, not by id or version"),
    ("Describe(PrefixLists|Tags)|GetSecurityGroupsForVpc|ValidateSecurityGroup.*", "read by other lists"),
    ("ApplySecurityGroupsToClientVpn.*", "out of scope"),
)
SERVICES = {"apigateway": _V1, "apigatewayv2": _V2, "ec2": _EC2}
AROUND_GROUPS = re.compile("SecurityGroup|PrefixList|VpcEndpoint|DescribeTags")
"""Which of EC2's operations are looked at."""


def reason(service: str, operation: str) -> str:
    """Why no type uses an operation; empty where no rule says so."""
    return next((why for pattern, why in SERVICES[service] if re.fullmatch(pattern, operation)), "")


def left_out(service: str, operations: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The operations of a service that are left out, sorted, each with its reason."""
    for operation in sorted(operations):
        if (service != "ec2" or AROUND_GROUPS.search(operation)) and (why := reason(service, operation)):
            yield operation, why
