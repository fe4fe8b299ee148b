"""Small estates by hand, and what a snapshot of them needs beside."""

from __future__ import annotations

from datetime import UTC, datetime

from dr_toolkit.model.documents import FAILED, READ, Coverage, Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey

SCOPE = Scope("111122223333", "us-east-1")
AT = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)
VPC = ResourceKey("ec2.vpc", ("main",))


def estate(*groups: str, complete: bool = True) -> Estate:
    """A VPC with a security group of each name."""
    made = Estate(coverage={"ec2.vpc": Coverage(READ), "ec2.security_group": Coverage(READ)})
    made.put(Resource(VPC, {"CidrBlock": "10.0.0.0/16"}, "vpc-0a", {"State": "available"}))
    for number, name in enumerate(groups):
        key = ResourceKey("ec2.security_group", ("main", name))
        made.put(Resource(key, {"Description": name, "VpcId": Ref(VPC)}, f"sg-{number:08x}"))
    if not complete:
        made.coverage["apigateway.rest_api"] = Coverage(FAILED, "AccessDenied")
    return made
