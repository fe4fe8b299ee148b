"""How VPC endpoints end, and their interfaces with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.ec2.state import held, settle
from tests.strict_aws.ec2.tags import drop_tags

Document = dict[str, Any]


def drop_interfaces(call: Call, fields: Document, subnet_ids: Iterable[str]) -> None:
    """Take an endpoint's interfaces in these subnets away."""
    gone, interfaces = set(subnet_ids), held(call).interfaces
    for each in list(fields["NetworkInterfaceIds"]):
        if interfaces[each]["SubnetId"] in gone:
            fields["SubnetIds"].remove(interfaces[each]["SubnetId"])
            fields["NetworkInterfaceIds"].remove(each)
            del interfaces[each]
            drop_tags(call, each)


def settle_endpoints(call: Call) -> None:
    """Let the changes that are due have ended: interfaces go with their endpoint."""
    here = held(call)
    for kept in here.endpoints.values():
        if kept.turn is not None and kept.turn.due <= call.now and kept.turn.state is None:
            drop_interfaces(call, kept.fields, list(kept.fields["SubnetIds"]))
            drop_tags(call, kept.fields["VpcEndpointId"])
    settle(call, here.endpoints)
