"""The operations around API Gateway and security groups that no type uses, each with its reason.

A rule is a pattern for names of operations; the first that fits counts. An operation that neither a type uses nor a
rule names is an operation that nobody has looked at yet: a test fails with its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_V1 = (
    ("(Get|Update)Usage", "what was used of a quota is state, not configuration"),
    ("ImportDocumentationParts", "documentation parts are made one by one"),
    ("RejectDomainNameAccessAssociation", "ends what another account has asked for: nothing to restore"),
    ("GetBasePathMapping", "read by lists"),
    ("ImportRestApi", "takes no tag: an API is made, and what it holds is put into it"),
    ("Get(Sdk|SdkType|SdkTypes|ModelTemplate)|Flush.*|TestInvoke.*", "changes nothing that a snapshot holds"),
    (
        "GetMethod|(Delete|Get)MethodResponse|(Update|Delete|Get)Integration(Response)?",
        "a method is read with its API, and made anew whole",
    ),
    ("UpdateResource", "a moved path is another path"),
    ("UpdateGatewayResponse", "PutGatewayResponse sets all of it"),
    ("Get(Authorizer|Deployment|GatewayResponse|Model|RequestValidator|Resource|RestApi|Stage|Tags)", "read by lists"),
    ("Get(ApiKey|ClientCertificate|Documentation(Part|Version)|UsagePlan(Key)?)", "read by lists"),
)
_V2 = (
    (".*(Portal|ProductPage|ProductRestEndpointPage).*", "developer portals: out of scope"),
    ("(Create|Delete|Update)DomainName|GetDomainNames?", "domain names are read and written with v1, which shows more"),
    ("ImportApi", "an API is made, and what it holds is put into it"),
    ("ResetAuthorizersCache|GetModelTemplate", "changes nothing that a snapshot holds"),
    ("Get(Api|ApiMapping|Authorizer|Deployment|Integration|IntegrationResponse|Model|Tags)", "read by lists"),
    ("Get(Route|RouteResponse|RoutingRule|Stage)", "read by lists"),
)
_EC2 = (
    (".*IpamPrefixListResolver.*|.*TransitGatewayPrefixList.*", "IPAM and transit gateways: out of scope"),
    (".*VpcEndpoint(Connection|Service|Payer|Association).*", "endpoint services of one's own: out of scope"),
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
