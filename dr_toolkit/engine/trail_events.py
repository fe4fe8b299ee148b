"""The events of CloudTrail that can change something of each type."""

from __future__ import annotations

from collections.abc import Mapping

_TAGS = ("CreateTags", "DeleteTags")
_TAGGED = ("TagResource", "UntagResource")
_IMPORTS = ("ImportRestApi", "PutRestApi")
_REST = (*_IMPORTS, "DeleteRestApi")
_HTTP_IMPORTS = ("ImportApi", "ReimportApi")
_HTTP = (*_HTTP_IMPORTS, "DeleteApi")
_PERMISSIONS = tuple(f"{verb}Permission20150331{version}" for verb in ("Add", "Remove") for version in ("", "v2"))
_RULES = tuple(f"{verb}SecurityGroup{way}" for verb in ("Authorize", "Revoke") for way in ("Ingress", "Egress"))
_TEXTS = ("UpdateSecurityGroupRuleDescriptionsIngress", "UpdateSecurityGroupRuleDescriptionsEgress")
_METHOD = tuple(
    f"{verb}{what}"
    for what in ("Method", "Integration", "MethodResponse", "IntegrationResponse")
    for verb in ("Put", "Update", "Delete")
)


def _crud(noun: str, *others: str) -> tuple[str, ...]:
    return (f"Create{noun}", f"Update{noun}", f"Delete{noun}", *others)


EVENTS: Mapping[str, tuple[str, ...]] = {
    "ec2.security_group": ("CreateSecurityGroup", "DeleteSecurityGroup", *_TAGS),
    "ec2.security_group_rule": (*_RULES, "ModifySecurityGroupRules", *_TEXTS, "DeleteSecurityGroup", *_TAGS),
    "ec2.prefix_list": (
        *("CreateManagedPrefixList", "ModifyManagedPrefixList", "DeleteManagedPrefixList"),
        *("RestoreManagedPrefixListVersion", *_TAGS),
    ),
    "apigateway.rest_api": _crud("RestApi", *_IMPORTS, "UpdateRestApiPolicy", *_TAGGED),
    "apigateway.resource": _crud("Resource", *_REST),
    "apigateway.method": (*_METHOD, *_REST, "DeleteResource"),
    "apigateway.authorizer": _crud("Authorizer", *_REST),
    "apigateway.request_validator": _crud("RequestValidator", *_REST),
    "apigateway.model": _crud("Model", *_REST),
    "apigateway.gateway_response": ("PutGatewayResponse", "UpdateGatewayResponse", "DeleteGatewayResponse", *_REST),
    "apigateway.deployment": ("CreateDeployment", "UpdateStage", "UpdateDeployment", "DeleteRestApi"),
    "apigateway.stage": _crud(
        "Stage", "CreateDeployment", *_TAGGED, "AssociateWebACL", "DisassociateWebACL", "DeleteRestApi"
    ),
    "apigateway.documentation_part": _crud("DocumentationPart", "ImportDocumentationParts", *_REST),
    "apigateway.documentation_version": _crud("DocumentationVersion", "DeleteRestApi"),
    "apigateway.account": ("UpdateAccount",),
    "apigateway.api_key": _crud("ApiKey", "ImportApiKeys", *_TAGGED),
    "apigateway.usage_plan": _crud("UsagePlan", *_TAGGED),
    "apigateway.usage_plan_key": ("CreateUsagePlanKey", "DeleteUsagePlanKey", "DeleteUsagePlan", "ImportApiKeys"),
    "apigateway.client_certificate": (
        *("GenerateClientCertificate", "UpdateClientCertificate", "DeleteClientCertificate"),
        *_TAGGED,
    ),
    "apigateway.vpc_link": _crud("VpcLink", *_TAGGED),
    "apigateway.domain_name": _crud("DomainName", *_TAGGED),
    "apigateway.base_path_mapping": _crud("BasePathMapping", *_crud("ApiMapping"), "DeleteDomainName"),
    "apigateway.domain_name_access_association": (
        *("CreateDomainNameAccessAssociation", "DeleteDomainNameAccessAssociation"),
        *("RejectDomainNameAccessAssociation", *_TAGGED),
    ),
    "apigatewayv2.api_mapping": _crud("ApiMapping", *_crud("BasePathMapping"), "DeleteDomainName"),
    "apigatewayv2.routing_rule": ("CreateRoutingRule", "PutRoutingRule", "DeleteRoutingRule", "DeleteDomainName"),
    "apigatewayv2.api": _crud("Api", *_HTTP_IMPORTS, "DeleteCorsConfiguration", *_TAGGED),
    "apigatewayv2.route": _crud("Route", *_HTTP, "DeleteRouteRequestParameter"),
    "apigatewayv2.route_response": _crud("RouteResponse", "DeleteRoute", "DeleteApi"),
    "apigatewayv2.integration": _crud("Integration", *_HTTP),
    "apigatewayv2.integration_response": _crud("IntegrationResponse", "DeleteIntegration", "DeleteApi"),
    "apigatewayv2.authorizer": _crud("Authorizer", *_HTTP),
    "apigatewayv2.model": _crud("Model", *_HTTP),
    "apigatewayv2.deployment": ("CreateDeployment", "UpdateDeployment", "DeleteDeployment", "UpdateStage", "DeleteApi"),
    "apigatewayv2.stage": _crud("Stage", "DeleteRouteSettings", "DeleteAccessLogSettings", *_TAGGED, "DeleteApi"),
    "apigatewayv2.vpc_link": _crud("VpcLink", *_TAGGED),
    "ec2.vpc_endpoint": ("CreateVpcEndpoint", "ModifyVpcEndpoint", "DeleteVpcEndpoints", *_TAGS),
    "ec2.security_group_vpc_association": ("AssociateSecurityGroupVpc", "DisassociateSecurityGroupVpc"),
    "lambda.permission": _PERMISSIONS,
    "lambda.alias_permission": _PERMISSIONS,
}
"""The events that can change something of each type."""

WHOLE = frozenset(
    {*_REST, *_HTTP, "DeleteSecurityGroup", "DeleteDomainName", "DeleteUsagePlan", "DeleteRoute", "DeleteIntegration"}
)
"""Events about a whole thing, which name none of its parts."""

WHOLE_THINGS = frozenset(
    {
        *("ec2.security_group", "ec2.prefix_list", "ec2.vpc_endpoint", "apigateway.rest_api", "apigatewayv2.api"),
        *("apigateway.account", "apigateway.api_key", "apigateway.usage_plan", "apigateway.client_certificate"),
        *("apigateway.vpc_link", "apigatewayv2.vpc_link", "apigateway.domain_name"),
        "apigateway.domain_name_access_association",
    }
)
"""Types whose events name the thing itself."""
