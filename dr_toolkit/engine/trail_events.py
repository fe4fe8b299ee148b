"""The events of CloudTrail that can change something of each type: what its verbs call, and what else people use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from dr_toolkit.resources import registry

_IMPORTS = ("ImportRestApi", "PutRestApi")
_REST = (*_IMPORTS, "DeleteRestApi")
_HTTP_IMPORTS = ("ImportApi", "ReimportApi")
_HTTP = (*_HTTP_IMPORTS, "DeleteApi")
_PERMISSIONS = tuple(f"{verb}Permission20150331{version}" for verb in ("Add", "Remove") for version in ("", "v2"))
_METHOD = tuple(
    f"{verb}{what}"
    for what in ("Method", "Integration", "MethodResponse", "IntegrationResponse")
    for verb in ("Put", "Update", "Delete")
)


def _crud(noun: str) -> tuple[str, ...]:
    return (f"Create{noun}", f"Update{noun}", f"Delete{noun}")


_MORE: Mapping[str, tuple[str, ...]] = {
    "ec2.security_group_rule": ("ModifySecurityGroupRules", "DeleteSecurityGroup"),
    "ec2.prefix_list": ("RestoreManagedPrefixListVersion",),
    "apigateway.rest_api": (*_IMPORTS, "UpdateRestApiPolicy"),
    "apigateway.resource": ("UpdateResource", *_REST),
    "apigateway.method": (*_METHOD, *_REST, "DeleteResource"),
    "apigateway.authorizer": _REST,
    "apigateway.request_validator": _REST,
    "apigateway.model": _REST,
    "apigateway.gateway_response": ("UpdateGatewayResponse", *_REST),
    "apigateway.deployment": ("UpdateStage", "DeleteRestApi"),
    "apigateway.stage": ("CreateDeployment", "DeleteRestApi"),
    "apigateway.documentation_part": ("ImportDocumentationParts", *_REST),
    "apigateway.documentation_version": ("DeleteRestApi",),
    "apigateway.api_key": ("ImportApiKeys",),
    "apigateway.usage_plan_key": ("DeleteUsagePlan", "ImportApiKeys"),
    "apigateway.base_path_mapping": (*_crud("ApiMapping"), "DeleteDomainName"),
    "apigateway.domain_name_access_association": ("RejectDomainNameAccessAssociation",),
    "apigatewayv2.api_mapping": (*_crud("BasePathMapping"), "DeleteDomainName"),
    "apigatewayv2.routing_rule": ("DeleteDomainName",),
    "apigatewayv2.api": _HTTP_IMPORTS,
    "apigatewayv2.route": _HTTP,
    "apigatewayv2.route_response": ("DeleteRoute", "DeleteApi"),
    "apigatewayv2.integration": _HTTP,
    "apigatewayv2.integration_response": ("DeleteIntegration", "DeleteApi"),
    "apigatewayv2.authorizer": _HTTP,
    "apigatewayv2.model": _HTTP,
    "apigatewayv2.deployment": ("DeleteDeployment", "UpdateStage", "DeleteApi"),
    "apigatewayv2.stage": ("DeleteApi",),
}
_OTHERWISE = {"lambda.permission": _PERMISSIONS, "lambda.alias_permission": _PERMISSIONS}
"""Where events are not called like operations."""

_READS = ("Get", "Describe", "List")


@cache
def events(type_name: str) -> tuple[str, ...]:
    """The events that can change something of a type, by name; none for one that is unknown, or found and not made."""
    t = registry().get(type_name)
    if t is None or not t.calls:
        return ()
    own = (operation for _, operation in registry().calls(t) if not operation.startswith(_READS))
    return tuple(dict.fromkeys(_OTHERWISE.get(type_name, (*own, *_MORE.get(type_name, ())))))


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
