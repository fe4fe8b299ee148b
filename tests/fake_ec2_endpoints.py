"""VPC endpoints and group associations, in the small AWS in memory."""

# ruff: noqa: N802, N803 - the calls are named as AWS names them

from __future__ import annotations

import json
from typing import Any

Row = dict[str, Any]
DEFAULT = json.dumps({"Statement": [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]})


class Endpoints:
    """The calls; each is named like AWS's own."""

    cloud: Any
    vpcs: dict[str, Row]
    groups: dict[str, Row]

    def __init__(self) -> None:
        self.endpoints: dict[str, Row] = {}
        self.associations: list[Row] = []

    def DescribeVpcEndpoints(self, VpcEndpointIds: list[str] | None = None, **_: Any) -> Row:
        return {"VpcEndpoints": [row for i, row in self.endpoints.items() if VpcEndpointIds in (None, [i])]}

    def CreateVpcEndpoint(self, VpcId: str, VpcEndpointType: str, ServiceName: str, **more: Any) -> Row:
        assert VpcId in self.vpcs, f"no VPC {VpcId}"
        assert f".{self.cloud.scope.region}." in ServiceName, "a service of another region"
        made = self.cloud.new_id("vpce-")
        given = {name: more[name] for name in ("PrivateDnsEnabled", "IpAddressType", "DnsOptions") if name in more}
        tags = [tag for spec in more.get("TagSpecifications", ()) for tag in spec["Tags"]]
        self.endpoints[made] = {
            "VpcEndpointId": made,
            "VpcId": VpcId,
            "VpcEndpointType": VpcEndpointType,
            "ServiceName": ServiceName,
            "State": "available",
            "PolicyDocument": more.get("PolicyDocument", DEFAULT),
            "Groups": [{"GroupId": each} for each in more.get("SecurityGroupIds", ())],
            "CreationTimestamp": self.cloud.now(),
            "Tags": tags,
            **given,
        }
        assert all(each in self.groups for each in more.get("SecurityGroupIds", ()))
        return {"VpcEndpoint": self.endpoints[made]}

    def ModifyVpcEndpoint(self, VpcEndpointId: str, **more: Any) -> None:
        row = self.endpoints[VpcEndpointId]
        row |= {n: more[n] for n in ("PolicyDocument", "PrivateDnsEnabled", "IpAddressType", "DnsOptions") if n in more}
        if more.get("ResetPolicy"):
            row["PolicyDocument"] = DEFAULT
        gone, put = more.get("RemoveSecurityGroupIds", ()), more.get("AddSecurityGroupIds", ())
        assert all(each in self.groups for each in put)
        kept = [each["GroupId"] for each in row.get("Groups", ()) if each["GroupId"] not in gone]
        row["Groups"] = [{"GroupId": each} for each in (*kept, *put)]

    def DeleteVpcEndpoints(self, VpcEndpointIds: list[str]) -> None:
        for each in VpcEndpointIds:
            del self.endpoints[each]

    def DescribeSecurityGroupVpcAssociations(self, **_: Any) -> Row:
        return {"SecurityGroupVpcAssociations": self.associations}

    def AssociateSecurityGroupVpc(self, GroupId: str, VpcId: str) -> None:
        assert GroupId in self.groups and VpcId in self.vpcs
        assert self.groups[GroupId]["VpcId"] != VpcId
        self.associations.append({"GroupId": GroupId, "VpcId": VpcId, "State": "associated"})

    def DisassociateSecurityGroupVpc(self, GroupId: str, VpcId: str) -> None:
        self.associations.remove({"GroupId": GroupId, "VpcId": VpcId, "State": "associated"})
