"""VPC endpoints: interfaces in subnets, with groups and names of their own, and gateways in route tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from dr_toolkit.model.changes import Call, Change, Until
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.keys import Ref
from dr_toolkit.spec import policies, tags
from dr_toolkit.spec.fields import Field, Kind, located, observed, physical, reference, setting
from dr_toolkit.spec.types import EC2_PAGES, Listing, Names, ResourceType, Row

DENY_ALL = '{"Statement":[{"Action":"*","Effect":"Deny","Principal":"*","Resource":"*"}],"Version":"2012-10-17"}'
"""What stands in a new endpoint whose policy names something that is yet to be made: AWS's own default lets all in."""

_FULL_ACCESS = {"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}
_READY = Until(
    "VpcEndpoints.0.State", ("available", "Available", "pendingAcceptance", "PendingAcceptance"), ("failed",)
)
_GONE = ("deleting", "deleted", "rejected", "failed", "expired")
_INTERFACE = "Interface"
_LAG = {"InvalidGroup.NotFound": "again", "InvalidVpcEndpointId.NotFound": "again"}


def _stays(data: Mapping[str, Any], scope: Scope) -> bool:
    """An endpoint that is going, or that never came to be, counts as gone."""
    return str(data.get("State", "")).lower() not in _GONE and data.get("OwnerId", scope.account) == scope.account


def _prepare(row: Row, scope: Scope) -> dict[str, Any]:
    data: dict[str, Any] = dict(row.data) | {"Tags": tags.of_list(row.data.get("Tags"))}
    kind = data.setdefault("VpcEndpointType", "Gateway")
    if isinstance(data.get("PolicyDocument"), str):
        data["PolicyDocument"] = _policy(data["PolicyDocument"])
    dns = dict(data.get("DnsOptions") or {})
    usual = data.get("IpAddressType") or "ipv4" if kind == _INTERFACE else "service-defined"
    if dns.get("DnsRecordIpType") == usual:
        del dns["DnsRecordIpType"]
    data["DnsOptions"] = {name: value for name, value in dns.items() if value not in (None, False)}
    if data.get("ServiceRegion") == scope.region:
        del data["ServiceRegion"]
    return data


def _policy(text: str) -> str | None:
    """The policy; None where it is the one that AWS gives to an endpoint without any."""
    try:
        found = policies.statements(json.loads(policies.unescaped(text)))
    except (ValueError, RecursionError):
        return text
    return None if list(found.values()) == [_FULL_ACCESS] else text


def _identity(row: Row, names: Names) -> str:
    """The Name tag, or what the service is called last."""
    named = next((str(t.get("Value", "")) for t in row.data.get("Tags") or () if t["Key"] == "Name"), "")
    service = row.data.get("ServiceName") or row.data.get("ResourceConfigurationArn") or "unnamed"
    return named or str(service).rsplit(".", 1)[-1]


def _create(endpoint: Resource) -> list[Call]:
    a = endpoint.attributes
    members = (
        *("VpcEndpointType", "VpcId", "ServiceName", "PolicyDocument", "RouteTableIds", "SubnetIds", "IpAddressType"),
        *("DnsOptions", "ServiceRegion", "ServiceNetworkArn", "ResourceConfigurationArn"),
    )
    params = {name: a[name] for name in members if name in a}
    if groups := _groups(a):
        params["SecurityGroupIds"] = groups
    if a["VpcEndpointType"] == _INTERFACE:
        params["PrivateDnsEnabled"] = a.get("PrivateDnsEnabled", False)
    params["TagSpecifications"] = tags.specification("vpc-endpoint", a.get("Tags"), run=True)
    params["ClientToken"] = tags.CLIENT_TOKEN
    calls = [Call("CreateVpcEndpoint", params, {endpoint.key: "VpcEndpoint.VpcEndpointId"}, _LAG)]
    if a["VpcEndpointType"] == "Gateway":
        return calls
    return [*calls, Call("DescribeVpcEndpoints", {"VpcEndpointIds": [Ref(endpoint.key)]}, tolerates=_LAG, until=_READY)]


def _groups(attributes: Mapping[str, Any]) -> list[Any]:
    return [group["GroupId"] for group in attributes.get("Groups") or ()]


def _update(change: Change) -> list[Call]:
    assert change.before is not None and change.after is not None
    before, after = change.before.attributes, change.after.attributes
    params: dict[str, Any] = {}
    if "PolicyDocument" in change.names:
        given = after.get("PolicyDocument")
        params |= {"PolicyDocument": given} if given is not None else _let_all_in(after["VpcEndpointType"])
    params |= _moved("RouteTableIds", before.get("RouteTableIds"), after.get("RouteTableIds"))
    params |= _moved("SubnetIds", before.get("SubnetIds"), after.get("SubnetIds"))
    params |= _moved("SecurityGroupIds", _groups(before), _groups(after))
    usual = {"PrivateDnsEnabled": False, "IpAddressType": "ipv4"}
    params |= {name: after.get(name, default) for name, default in usual.items() if name in change.names}
    if "DnsOptions" in change.names:
        kind = after.get("IpAddressType", "ipv4") if after["VpcEndpointType"] == _INTERFACE else "service-defined"
        params["DnsOptions"] = {"DnsRecordIpType": kind} | dict(after.get("DnsOptions") or {})
    calls = [Call("ModifyVpcEndpoint", {"VpcEndpointId": Ref(change.key)} | params, tolerates=_LAG)] if params else []
    return calls + tags.ec2_calls(change.key, before.get("Tags"), after.get("Tags"))


def _let_all_in(kind: str) -> dict[str, Any]:
    """AWS's own policy, which only a gateway can be set back to."""
    return {"ResetPolicy": True} if kind == "Gateway" else {"PolicyDocument": json.dumps({"Statement": [_FULL_ACCESS]})}


def _moved(name: str, before: Iterable[Any] | None, after: Iterable[Any] | None) -> dict[str, list[Any]]:
    old, new = list(before or ()), list(after or ())
    parts = {
        f"Add{name}": [each for each in new if each not in old],
        f"Remove{name}": [each for each in old if each not in new],
    }
    return {part: ids for part, ids in parts.items() if ids}


def _delete(endpoint: Resource) -> list[Call]:
    """Delete it; one with groups holds on to them until it is gone."""
    gone = {"InvalidVpcEndpointId.NotFound": "done", "InvalidVpcEndpoint.NotFound": "done"}
    calls = [Call("DeleteVpcEndpoints", {"VpcEndpointIds": [Ref(endpoint.key)]}, tolerates=gone)]
    if not endpoint.attributes.get("Groups"):
        return calls
    which = [
        {"Name": "vpc-endpoint-id", "Values": [Ref(endpoint.key)]},
        {"Name": "vpc-endpoint-state", "Values": ["pending", "available", "deleting"]},
    ]
    return [*calls, Call("DescribeVpcEndpoints", {"Filters": which}, until=Until("VpcEndpoints", ("[]",)))]


_DNS = ("DnsRecordIpType", "PrivateDnsOnlyForInboundResolverEndpoint", "PrivateDnsPreference")
_NOT_THE_CUSTOMERS = {
    "State": "state",
    "RequesterManaged": "whether a service of AWS made it",
    "NetworkInterfaceIds": "made with the endpoint",
    "DnsEntries": "made with the endpoint",
    "CreationTimestamp": "when AWS made it",
    "OwnerId": "the account",
    "LastError": "state",
    "FailureReason": "state",
    "Ipv4Prefixes": "given by AWS",
    "Ipv6Prefixes": "given by AWS",
    "PayerResponsibilities": "who pays is the service's to say",
}

TYPES = (
    ResourceType(
        name="ec2.vpc_endpoint",
        service="ec2",
        shape="VpcEndpoint",
        title="VPC endpoint",
        listing=Listing("DescribeVpcEndpoints", "VpcEndpoints", paging=EC2_PAGES, keep=_stays),
        physical=lambda data: str(data["VpcEndpointId"]),
        identity=_identity,
        parent="ec2.vpc",
        parent_id=lambda data: str(data["VpcId"]),
        root=True,
        lost="its id and its DNS names, which policies and clients may name",
        pairs_by_id=True,
        once_landmark=True,
        born=lambda data: data.get("CreationTimestamp", ""),
        facts=("DnsEntries", "State", "RequesterManaged"),
        after=("ec2.security_group",),
        fields={
            "VpcEndpointId": physical(),
            "VpcEndpointType": Field(Kind.SETTING, fixed=True),
            "VpcId": reference("ec2.vpc", fixed=True),
            "ServiceName": Field(Kind.LOCATED, fixed=True),
            "ServiceRegion": Field(Kind.LOCATED, fixed=True),
            "ServiceNetworkArn": Field(Kind.LOCATED, fixed=True),
            "ResourceConfigurationArn": Field(Kind.LOCATED, fixed=True),
            "PolicyDocument": located(json=True, policy=True),
            "RouteTableIds": reference("ec2.route_table", unordered=True),
            "SubnetIds": reference("ec2.subnet", unordered=True),
            "Groups": setting(
                unordered=True,
                items=setting(
                    members={
                        "GroupId": reference("ec2.security_group", "ec2.foreign_security_group"),
                        "GroupName": observed("follows from the group"),
                    }
                ),
            ),
            "IpAddressType": setting(default="ipv4"),
            "DnsOptions": setting(
                members={name: setting() for name in _DNS} | {"PrivateDnsSpecifiedDomains": setting(unordered=True)}
            ),
            "PrivateDnsEnabled": setting(default=False),
            "Tags": tags.TAG_LIST,
            **{name: observed(why) for name, why in _NOT_THE_CUSTOMERS.items()},
        },
        prepare=_prepare,
        calls=("CreateVpcEndpoint", "ModifyVpcEndpoint", "DeleteVpcEndpoints", "DescribeVpcEndpoints", *tags.EC2_CALLS),
        create=_create,
        update=_update,
        delete=_delete,
        placeholder={"PolicyDocument": DENY_ALL},
        notes="Known by its VPC, and its Name tag or its service. A policy that names an API yet to be made denies all "
        "till that is there.",
    ),
)
