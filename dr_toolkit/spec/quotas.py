"""How many there may be of a thing, as AWS's documents say it.

API Gateway: "Quotas for configuring and running a REST API" and "Quotas for HTTP APIs". EC2: "Amazon VPC quotas".
What is not ``fixed`` can be raised, in each region by itself: what was raised at home need not be so elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quota:
    """So many of a type in a region, or in each thing of the type ``per``."""

    type: str
    most: int
    per: str = ""
    fixed: bool = False


QUOTAS = (
    Quota("ec2.security_group", 2500),
    Quota("ec2.prefix_list", 100),
    Quota("apigateway.api_key", 10_000),
    Quota("apigateway.client_certificate", 60),
    Quota("apigateway.usage_plan", 300),
    Quota("apigateway.vpc_link", 20),
    Quota("apigateway.domain_name_access_association", 100),
    Quota("apigateway.resource", 300, "apigateway.rest_api"),
    Quota("apigateway.stage", 10, "apigateway.rest_api"),
    Quota("apigateway.authorizer", 10, "apigateway.rest_api"),
    Quota("apigateway.documentation_part", 2000, "apigateway.rest_api"),
    Quota("apigatewayv2.api_mapping", 200, "apigateway.domain_name"),
    Quota("apigatewayv2.routing_rule", 50, "apigateway.domain_name"),
    Quota("apigatewayv2.vpc_link", 10),
    Quota("apigatewayv2.route", 300, "apigatewayv2.api"),
    Quota("apigatewayv2.integration", 300, "apigatewayv2.api", fixed=True),
    Quota("apigatewayv2.stage", 10, "apigatewayv2.api"),
    Quota("apigatewayv2.authorizer", 10, "apigatewayv2.api"),
)
"""Those that are counted by type."""

REST_APIS = {"REGIONAL": (600, True), "EDGE": (120, False), "PRIVATE": (600, True)}
"""REST APIs in a region by endpoint type, and whether that is fixed."""

DOMAINS = {"REGIONAL": (120, False), "EDGE": (120, False), "PRIVATE": (50, False)}
"""Custom domain names in a region by endpoint type; the public ones count together."""

RULES = 60
"""Rules of a group in each direction, for IPv4 and for IPv6 each; it can be raised."""

RULES_QUOTA = "rules per group in the target region (VPC, L-0EA8095F)"
"""What to have raised for more of them, and by which numbers Service Quotas knows it."""

RULES_LIMIT = "RulesPerSecurityGroupLimitExceeded"
"""What EC2 says where there are as many as there may be."""

LIST_ENTRIES = 1000
"""Entries of a prefix list."""

MANAGED_LISTS = {
    "cloudfront.origin-facing": 55,
    "vpc-lattice": 10,
    "ipv6.vpc-lattice": 10,
    "groundstation": 5,
    "s3": 1,
    "dynamodb": 1,
}
"""What AWS's own prefix lists count for in a rule, by the end of their names."""

POLICY = 8192
"""Characters of the resource policy of an API."""

TIMEOUT = 29_000
"""Milliseconds that a REST integration may take, where that was not raised."""

SLOWER = frozenset(
    {
        *("af-south-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ca-west-1", "eu-central-2"),
        *("eu-south-1", "eu-south-2", "il-central-1", "me-central-1"),
    }
)
"""Regions in which an account's APIs get 2,500 requests a second and bursts of 1,250, and not 10,000 and 5,000."""
