"""Network interfaces: read at a capture to see which groups are in use, and never kept."""

from __future__ import annotations

from dr_toolkit.spec.fields import observed
from dr_toolkit.spec.types import EC2_PAGES, Listing, ResourceType

TYPES = (
    ResourceType(
        name="ec2.network_interface",
        service="ec2",
        shape="NetworkInterface",
        title="Network interface",
        listing=Listing("DescribeNetworkInterfaces", "NetworkInterfaces", paging=EC2_PAGES),
        identity=lambda row, names: None,
        landmark=True,
        fields={
            name: observed("comes and goes with what it is attached to")
            for name in (
                *("Association", "Attachment", "AvailabilityZone", "AvailabilityZoneId", "AssociatedSubnets"),
                *("ConnectionTrackingConfiguration", "Description", "Groups", "InterfaceType", "Ipv6Addresses"),
                *("MacAddress", "NetworkInterfaceId", "OutpostArn", "OwnerId", "PrivateDnsName", "PublicDnsName"),
                *("PublicIpDnsNameOptions", "PrivateIpAddress", "PrivateIpAddresses", "Ipv4Prefixes", "Ipv6Prefixes"),
                *("RequesterId", "RequesterManaged", "SourceDestCheck", "Status", "SubnetId", "TagSet", "VpcId"),
                *("DenyAllIgwTraffic", "Ipv6Native", "Ipv6Address", "Operator"),
            )
        },
        notes="Read to see which groups are unused; no snapshot holds one.",
    ),
)
