"""Resource quotas of an account: how many there may be of a thing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Limits:
    """What AWS allows at most unless it is raised (AWS notes, sections 2.2 and 2.4). A test may raise or lower any."""

    groups_per_region: int = 2500
    rules_per_group: int = 60
    """per direction and address family"""
    prefix_lists_per_region: int = 100
    regional_apis: int = 600
    edge_apis: int = 120
    private_apis: int = 600
    resources_per_api: int = 300
    stages_per_api: int = 10
    authorizers_per_api: int = 10
    documentation_parts_per_api: int = 2000
    routes_per_api: int = 300
    integrations_per_api: int = 300
    api_keys: int = 10_000
    usage_plans: int = 300
    client_certificates: int = 60
    vpc_links: int = 20
    """of REST APIs"""
    http_vpc_links: int = 10
    domain_names: int = 120
    private_domain_names: int = 50
