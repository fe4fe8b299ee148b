"""What EC2's refusals say, and the dry run, which is one of them."""

from __future__ import annotations

import re

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

DRY_RUN = rule("ec2.dry-run", "A dry run that would succeed changes nothing and is refused", "botocore: DryRun members")
MALFORMED = rule(
    "ec2.malformed-ids",
    "An id that does not look like one is refused as malformed",
    "quoted: InvalidGroupId.Malformed in public issues",
)

_KINDS = {
    "sg": ("InvalidGroup.NotFound", "InvalidGroupId.Malformed", "The security group '{}' does not exist"),
    "sgr": (
        "InvalidSecurityGroupRuleId.NotFound",
        "InvalidSecurityGroupRuleId.Malformed",
        "The security group rule ID '{}' does not exist",
    ),
    "vpc": ("InvalidVpcID.NotFound", "InvalidVpcID.Malformed", "The vpc ID '{}' does not exist"),
    "subnet": ("InvalidSubnetID.NotFound", "InvalidSubnetID.Malformed", "The subnet ID '{}' does not exist"),
    "eni": (
        "InvalidNetworkInterfaceID.NotFound",
        "InvalidNetworkInterfaceId.Malformed",
        "The networkInterface ID '{}' does not exist",
    ),
    "rtb": ("InvalidRouteTableID.NotFound", "InvalidRouteTableId.Malformed", "The routeTable ID '{}' does not exist"),
    "pl": ("InvalidPrefixListID.NotFound", "InvalidPrefixListId.Malformed", "The prefix list ID '{}' does not exist"),
    "pcx": (
        "InvalidVpcPeeringConnectionID.NotFound",
        "InvalidVpcPeeringConnectionId.Malformed",
        "The vpcPeeringConnection ID '{}' does not exist",
    ),
    "vpce": (
        "InvalidVpcEndpointId.NotFound",
        "InvalidVpcEndpointId.Malformed",
        "The Vpc Endpoint Id '{}' does not exist",
    ),
}


def invalid(message: str) -> Refusal:
    """InvalidParameterValue."""
    return Refusal("InvalidParameterValue", message)


def combined(message: str) -> Refusal:
    """InvalidParameterCombination."""
    return Refusal("InvalidParameterCombination", message)


def missing(name: str) -> Refusal:
    """MissingParameter."""
    return Refusal("MissingParameter", f"The request must contain the parameter {name}")


def no_such(kind: str, resource_id: str) -> Refusal:
    """That nothing of the kind (the prefix of its ids) has the id."""
    code, _, text = _KINDS[kind]
    return Refusal(code, text.format(resource_id))


def check_id(call: Call, kind: str, resource_id: str) -> None:
    """Refuse what is no id of the kind at all."""
    if call.holds(MALFORMED) and not re.fullmatch(f"{kind}-[0-9a-f]+", resource_id):
        raise Refusal(_KINDS[kind][1], f'Invalid id: "{resource_id}" (expecting "{kind}-...")')


def dry_run(call: Call) -> None:
    """End a dry run here, where all has been checked and nothing changed."""
    if call.params.get("DryRun") and call.holds(DRY_RUN):
        raise Refusal("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
