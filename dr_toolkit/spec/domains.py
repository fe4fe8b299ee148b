"""What a custom domain name, and what hangs on it, have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dr_toolkit.model.changes import Join
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.spec.types import Row

DOMAIN = "apigateway.domain_name"
MAPPINGS_ONLY = "BASE_PATH_MAPPING_ONLY"
PRIVATE = "+private"
"""What tells the key of a private name from that of a public one."""

APIS = ("apigateway.rest_api", "apigatewayv2.api")
_STAGES = {"apigateway.rest_api": "apigateway.stage", "apigatewayv2.api": "apigatewayv2.stage"}


def is_private(key: ResourceKey) -> bool:
    """Whether the domain that a key is of, or lies under, is a private one."""
    return PRIVATE in key.path[0]


def domain_of(key: ResourceKey) -> ResourceKey:
    """The domain that a key lies under."""
    return ResourceKey(DOMAIN, key.path[:1])


def named(row: Row) -> bool:
    """Whether what is listed under a row is that of a public domain."""
    assert row.parent is not None
    return not row.parent.data.get("domainNameId")


def routed_by_rules(row: Row) -> bool:
    """Whether what is listed under a row is that of a domain whose routing mode looks at rules."""
    assert row.parent is not None
    return bool(row.parent.data.get("routingMode", MAPPINGS_ONLY) != MAPPINGS_ONLY)


def arn(key: ResourceKey, name: str) -> Join:
    """The ARN of a domain; a private one's has its account and its id."""
    head = "arn:${AWS::Partition}:apigateway:${AWS::Region}:"
    if is_private(key):
        return Join((f"{head}${{AWS::AccountId}}:/domainnames/{name}+", Ref(key)))
    return Join((f"{head}:/domainnames/", Ref(key)))


def stages(api: Any, stage: Any) -> Iterator[ResourceKey]:
    """The stage that a mapping or a rule leads to, where it names one."""
    if isinstance(api, Ref) and api.key.type in _STAGES and stage:
        yield ResourceKey(_STAGES[api.key.type], (*api.key.path, str(stage)))
