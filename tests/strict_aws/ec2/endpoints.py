"""VPC endpoints: gateways in route tables, interfaces in subnets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.ec2.endings import drop_interfaces, settle_endpoints
from tests.strict_aws.ec2.endpoint_parts import (
    DEFAULT_POLICIES,
    add_interfaces,
    add_routes,
    check_private_dns,
    check_zones,
    checked_policy,
    configured,
    drop_routes,
    move_interfaces,
    names_of,
    places,
)
from tests.strict_aws.ec2.errors import check_id, combined, dry_run, invalid, missing, no_such
from tests.strict_aws.ec2.filters import filtered, value_of
from tests.strict_aws.ec2.interfaces import usable_groups
from tests.strict_aws.ec2.listings import named, paged
from tests.strict_aws.ec2.lookups import find_subnet, find_vpc
from tests.strict_aws.ec2.once import made_before, remember
from tests.strict_aws.ec2.state import Kept, held, turn
from tests.strict_aws.ec2.subnets import find_route_table
from tests.strict_aws.ec2.tags import put_tags, specified, tags_of
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]

SERVICE = rule(
    "ec2.endpoint-service",
    "The service of an endpoint is one of the region",
    "quoted: terraform-provider-aws, InvalidServiceName",
)
MEMBERS = rule(
    "ec2.endpoint-members",
    "Route tables are for gateways; subnets, groups and private DNS for interfaces",
    "botocore: CreateVpcEndpoint",
)
PRIVATE_DNS = rule(
    "ec2.private-dns-by-default",
    "An interface endpoint has private DNS where the call does not say otherwise",
    "an older form of the API's reference",
    recalled=True,
)
_GATEWAYS = ("s3", "dynamodb")
_GATEWAY_CHANGES = ["AddRouteTableIds", "RemoveRouteTableIds", "ResetPolicy"]
_INTERFACE_CHANGES = [
    *("AddSubnetIds", "RemoveSubnetIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds", "PrivateDnsEnabled"),
    "SubnetConfigurations",
]
_INTERFACE_ONLY = ("SubnetIds", "SecurityGroupIds", "PrivateDnsEnabled", "SubnetConfigurations")


def _service(call: Call, kind: str) -> str:
    name = call.params.get("ServiceName")
    if not name:
        raise missing("ServiceName")
    region = call.params.get("ServiceRegion") or call.region.name
    own = name.startswith((f"com.amazonaws.{region}.", f"com.amazonaws.vpce.{region}."))
    known = own if kind == "Interface" else name in [f"com.amazonaws.{call.region.name}.{each}" for each in _GATEWAYS]
    if not known and call.holds(SERVICE):
        raise Refusal("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")
    return str(name)


def _check_members(call: Call, kind: str) -> None:
    wrong = ("RouteTableIds",) if kind == "Interface" else _INTERFACE_ONLY
    for name in (*wrong, "ServiceNetworkArn", "ResourceConfigurationArn"):
        if call.params.get(name) and call.holds(MEMBERS):
            raise Refusal("InvalidParameter", f"{name} should not be specified for a {kind} type endpoint")


def _subnets(call: Call, ids: Iterable[str], vpc_id: str) -> list[Document]:
    found = [find_subnet(call, each) for each in dict.fromkeys(ids)]
    if any(subnet["VpcId"] != vpc_id for subnet in found):
        raise Refusal("InvalidParameter", f"The subnets of an endpoint have to be of its VPC {vpc_id}")
    return found


def _tables(call: Call, ids: Iterable[str], vpc_id: str) -> list[Document]:
    found = [find_route_table(call, each) for each in dict.fromkeys(ids)]
    if any(table["VpcId"] != vpc_id for table in found):
        raise Refusal("InvalidParameter", f"The route tables of an endpoint have to be of its VPC {vpc_id}")
    return found


@answers("ec2", "CreateVpcEndpoint")
def create_endpoint(call: Call) -> Document:
    """A new endpoint; interfaces take a while."""
    settle_endpoints(call)
    before, token = made_before(call), call.params.get("ClientToken")
    if before is not None and before in held(call).endpoints:
        return {"VpcEndpoint": shown(call, held(call).endpoints[before]), "ClientToken": token}
    kind = call.params.get("VpcEndpointType") or "Gateway"
    if kind not in DEFAULT_POLICIES:
        raise Refusal("UnsupportedOperation", f"Endpoints of the type {kind} are not answered by this AWS")
    vpc = find_vpc(call, call.params["VpcId"])
    service = _service(call, kind)
    _check_members(call, kind)
    policy = checked_policy(call, call.params.get("PolicyDocument")) or DEFAULT_POLICIES[kind]
    subnets = _subnets(call, [*(call.params.get("SubnetIds") or ()), *configured(call)], vpc["VpcId"])
    check_zones(call, subnets)
    where = places(call, subnets)
    tables = _tables(call, call.params.get("RouteTableIds") or (), vpc["VpcId"])
    groups = usable_groups(call, call.params.get("SecurityGroupIds") or (), vpc["VpcId"]) if kind == "Interface" else []
    private = call.params.get("PrivateDnsEnabled")
    private = bool(private) if private is not None else kind == "Interface" and call.holds(PRIVATE_DNS)
    tags = specified(call, "vpc-endpoint")
    if private:
        check_private_dns(call, vpc, service)
    fields = _born(call, kind, vpc["VpcId"], service) | {
        "PolicyDocument": policy,
        "Groups": groups,
        "PrivateDnsEnabled": private,
    }
    add_routes(call, fields, tables, only_check=True)
    dry_run(call)
    fields["CreationTimestamp"] = call.created()
    add_routes(call, fields, tables)
    add_interfaces(call, fields, where)
    kept, made = Kept(fields), fields["VpcEndpointId"]
    if kind == "Interface":
        kept.turn = turn(call, held(call).pace.endpoint, "available")
    held(call).endpoints[made] = kept
    put_tags(call, made, tags)
    remember(call, made)
    return {"VpcEndpoint": shown(call, kept), "ClientToken": token}


def _born(call: Call, kind: str, vpc_id: str, service: str) -> Document:
    """A new endpoint that is nowhere yet."""
    address_type = call.params.get("IpAddressType") or "ipv4"
    dns_type = address_type if kind == "Interface" else "service-defined"
    return {
        "VpcEndpointId": call.aws.ids.ec2("vpce"),
        "VpcEndpointType": kind,
        "VpcId": vpc_id,
        "ServiceName": service,
        "State": "available" if kind == "Gateway" else "pending",
        "RouteTableIds": [],
        "SubnetIds": [],
        "IpAddressType": address_type,
        "DnsOptions": {"DnsRecordIpType": dns_type} | (call.params.get("DnsOptions") or {}),
        "RequesterManaged": False,
        "NetworkInterfaceIds": [],
        "OwnerId": call.region.account,
        "ServiceRegion": call.params.get("ServiceRegion") or call.region.name,
    }


def shown(call: Call, kept: Kept) -> Document:
    """An endpoint as it is described: its names follow from its subnets."""
    fields = kept.fields
    return fields | {"DnsEntries": names_of(call, fields), "Tags": tags_of(call, fields["VpcEndpointId"])}


# --- changes --------------------------------------------------------------------------------------------


def _find(call: Call) -> Kept:
    settle_endpoints(call)
    wanted = call.params["VpcEndpointId"]
    check_id(call, "vpce", wanted)
    found = held(call).endpoints.get(wanted)
    if found is None or found.fields["State"] == "deleting":
        raise no_such("vpce", wanted)
    return found


def _check_change(call: Call, fields: Document) -> None:
    """Refuse members that are not for this type of endpoint, and removals of what is not there."""
    wrong = _INTERFACE_CHANGES if fields["VpcEndpointType"] == "Gateway" else _GATEWAY_CHANGES
    for name in wrong:
        if call.params.get(name) and call.holds(MEMBERS):
            raise Refusal(
                "InvalidParameter", f"{name} should not be specified for a {fields['VpcEndpointType']} type endpoint"
            )
    if call.params.get("ResetPolicy") and call.params.get("PolicyDocument"):
        raise combined("The parameter resetPolicy cannot be used with the parameter policyDocument")


def _groups_after(call: Call, fields: Document) -> list[Document]:
    there = [each["GroupId"] for each in fields["Groups"]]
    gone = call.params.get("RemoveSecurityGroupIds") or []
    for each in gone:
        if each not in there:
            raise invalid(f"The security group '{each}' is not associated with the endpoint")
    after = [each for each in there if each not in gone] + list(call.params.get("AddSecurityGroupIds") or ())
    if not after:
        raise Refusal("InvalidParameter", "An interface endpoint has at least one security group")
    return usable_groups(call, after, fields["VpcId"])


@answers("ec2", "ModifyVpcEndpoint")
def modify_endpoint(call: Call) -> Document:
    """Change an endpoint's policy, places, groups or DNS."""
    kept, params = _find(call), call.params
    fields = kept.fields
    _check_change(call, fields)
    policy = checked_policy(call, params.get("PolicyDocument"))
    if params.get("ResetPolicy"):
        policy = DEFAULT_POLICIES[fields["VpcEndpointType"]]
    added = _subnets(call, params.get("AddSubnetIds") or (), fields["VpcId"])
    removed = [each for each in params.get("RemoveSubnetIds") or () if find_subnet(call, each)]
    staying = [held(call).subnets[each] for each in fields["SubnetIds"] if each not in removed]
    check_zones(call, staying + [each for each in added if each not in staying])
    tables = _tables(call, params.get("AddRouteTableIds") or (), fields["VpcId"])
    changes_groups = params.get("AddSecurityGroupIds") or params.get("RemoveSecurityGroupIds")
    groups = _groups_after(call, fields) if changes_groups else None
    private = params.get("PrivateDnsEnabled")
    if private and not fields["PrivateDnsEnabled"]:
        check_private_dns(call, held(call).vpcs[fields["VpcId"]], fields["ServiceName"])
    where = places(call, [each for each in added if each["SubnetId"] not in fields["SubnetIds"]])
    move_interfaces(call, fields, only_check=True)
    add_routes(call, fields, tables, only_check=True)
    dry_run(call)
    if policy is not None:
        fields["PolicyDocument"] = policy
    if private is not None and fields["VpcEndpointType"] == "Interface":
        fields["PrivateDnsEnabled"] = private
    fields |= {name: params[name] for name in ("IpAddressType",) if params.get(name)}
    fields["DnsOptions"] = fields["DnsOptions"] | (params.get("DnsOptions") or {})
    drop_routes(call, fields, params.get("RemoveRouteTableIds") or ())
    add_routes(call, fields, tables)
    drop_interfaces(call, fields, removed)
    if groups is not None:
        fields["Groups"] = groups
        for each in fields["NetworkInterfaceIds"]:
            held(call).interfaces[each]["Groups"] = list(groups)
    move_interfaces(call, fields)
    add_interfaces(call, fields, where)
    return {"Return": True}


@answers("ec2", "DeleteVpcEndpoints")
def delete_endpoints(call: Call) -> Document:
    """Take endpoints away: gateways at once, interfaces after a while. What could not be is named in the answer."""
    settle_endpoints(call)
    here, missed = held(call), []
    dry_run(call)
    for each in call.params["VpcEndpointIds"]:
        kept = here.endpoints.get(each)
        if kept is None:
            text = f"The Vpc Endpoint Id '{each}' does not exist"
            missed.append({"ResourceId": each, "Error": {"Code": "InvalidVpcEndpoint.NotFound", "Message": text}})
            continue
        drop_routes(call, kept.fields, list(kept.fields["RouteTableIds"]))
        kept.fields["State"] = "deleting"
        slow = kept.fields["VpcEndpointType"] == "Interface"
        kept.turn = turn(call, here.pace.endpoint if slow else 0.0, None)
    settle_endpoints(call)
    return {"Unsuccessful": missed}


_READS = {
    "ip-address-type": value_of("IpAddressType"),
    "service-name": value_of("ServiceName"),
    "service-region": value_of("ServiceRegion"),
    "vpc-endpoint-id": value_of("VpcEndpointId"),
    "vpc-endpoint-state": value_of("State"),
    "vpc-endpoint-type": value_of("VpcEndpointType"),
    "vpc-id": value_of("VpcId"),
}


@answers("ec2", "DescribeVpcEndpoints")
def describe_endpoints(call: Call) -> Document:
    """The region's endpoints."""
    settle_endpoints(call)
    known = {key: shown(call, kept) for key, kept in held(call).endpoints.items()}
    if call.params.get("MaxResults") is not None:
        call.params["MaxResults"] = min(call.params["MaxResults"], 1000)
    rows = filtered(call, named(call, "VpcEndpointIds", "vpce", known), _READS, lambda row: str(row["VpcEndpointId"]))
    return paged(call, "VpcEndpoints", rows, dict, usual=1000, least=1)
