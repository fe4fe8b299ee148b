"""What VPC endpoints are made of: routes, interfaces, names, policies; and how their changes end."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.ec2.interfaces import add_interface, address_in, addressed
from tests.strict_aws.ec2.lists import aws_lists
from tests.strict_aws.ec2.state import held
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rules import rule

Document = dict[str, Any]

POLICY = rule(
    "ec2.endpoint-policy",
    "A policy is valid JSON; without one there is one that allows everything",
    "botocore: CreateVpcEndpoint.PolicyDocument; recorded: test_vpc_endpoint_filter",
)
DNS_ATTRIBUTES = rule(
    "ec2.private-dns-attributes", "Private DNS needs both DNS attributes of the VPC", "botocore: CreateVpcEndpoint"
)
DNS_ONCE = rule(
    "ec2.private-dns-once",
    "A service has private DNS once in a VPC",
    "quoted: the text in public issues",
)
ONE_A_ZONE = rule(
    "ec2.endpoint-zones", "An endpoint has one subnet a zone", "DuplicateSubnetsInSameZone: from memory", recalled=True
)
ROUTE_ONCE = rule(
    "ec2.gateway-routes",
    "A route table has one gateway endpoint per service",
    "quoted: RouteAlreadyExists in public code",
)
NAMES = rule(
    "ec2.endpoint-names",
    "An interface endpoint has names: of the region and of each zone",
    "recorded: test_vpce_subnet_filter",
)

DEFAULT_POLICIES = {
    "Gateway": '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
    "Interface": "{\n"
    '  "Statement": [\n'
    "    {\n"
    '      "Action": "*", \n'
    '      "Effect": "Allow", \n'
    '      "Principal": "*", \n'
    '      "Resource": "*"\n'
    "    }\n"
    "  ]\n"
    "}",
}
_PUBLIC_ZONE, _PRIVATE_ZONE = "Z7HUB22UULQXV", "Z1D6KF4YOT5W1I"


def checked_policy(call: Call, text: str | None) -> str | None:
    """A policy as it is kept: as it was sent, if it is JSON."""
    if text and call.holds(POLICY):
        try:
            valid = isinstance(json.loads(text), dict)
        except ValueError:
            valid = False
        if not valid:
            raise Refusal("InvalidPolicyDocument", "The policy document is not valid JSON.")
    return text or None


# --- routes ---------------------------------------------------------------------------------------------


def _list_id(call: Call, service: str) -> str | None:
    return next((key for key, each in aws_lists(call).items() if each["PrefixListName"] == service), None)


def add_routes(call: Call, fields: Document, tables: Iterable[Document], *, only_check: bool = False) -> None:
    """Lead route tables to a gateway endpoint."""
    destination = _list_id(call, fields["ServiceName"])
    for table in tables:
        made = {
            "DestinationPrefixListId": destination,
            "GatewayId": fields["VpcEndpointId"],
            "Origin": "CreateRoute",
            "State": "active",
        }
        routes = [route.get("DestinationPrefixListId") for route in table["Routes"]]
        if only_check:
            if destination in routes and call.holds(ROUTE_ONCE):
                text = f"route table {table['RouteTableId']} already has a route with destination-prefix-list-id "
                raise Refusal("RouteAlreadyExists", f"{text}{destination}")
            continue
        table["Routes"].append(made)
        fields["RouteTableIds"].append(table["RouteTableId"])


def drop_routes(call: Call, fields: Document, table_ids: Iterable[str]) -> None:
    """Lead route tables no more to a gateway endpoint."""
    for each in table_ids:
        if each in fields["RouteTableIds"]:
            fields["RouteTableIds"].remove(each)
            table = held(call).route_tables[each]
            table["Routes"] = [r for r in table["Routes"] if r.get("GatewayId") != fields["VpcEndpointId"]]


# --- interfaces -----------------------------------------------------------------------------------------


def check_zones(call: Call, subnets: Iterable[Document]) -> None:
    """Refuse two subnets in one zone."""
    found = [subnet["AvailabilityZone"] for subnet in subnets]
    if len(set(found)) < len(found) and call.holds(ONE_A_ZONE):
        text = "Found another VPC endpoint subnet in the availability zone of one of the subnets"
        raise Refusal("DuplicateSubnetsInSameZone", text)


def configured(call: Call) -> dict[str, str | None]:
    """The call's subnets, each with the address that the endpoint is to have in it, if it says one."""
    given = {
        str(each["SubnetId"]): each for each in call.params.get("SubnetConfigurations") or () if each.get("SubnetId")
    }
    if any(each.get("Ipv6") for each in given.values()):
        raise Refusal("InvalidParameter", "The subnets of this AWS have no IPv6 addresses")
    return {subnet_id: each.get("Ipv4") for subnet_id, each in given.items()}


def places(call: Call, subnets: Iterable[Document]) -> list[tuple[Document, str]]:
    """Subnets with the address that an endpoint gets in each."""
    wanted = configured(call)
    return [(subnet, address_in(call, subnet, wanted.get(subnet["SubnetId"]))) for subnet in subnets]


def add_interfaces(call: Call, fields: Document, where: Iterable[tuple[Document, str]]) -> None:
    """Give an endpoint an interface in each subnet."""
    for subnet, address in where:
        made = add_interface(
            call,
            subnet,
            fields["Groups"],
            address,
            Description=f"VPC Endpoint Interface {fields['VpcEndpointId']}",
            InterfaceType="vpc_endpoint",
            RequesterManaged=True,
            Status="in-use",
        )
        fields["SubnetIds"].append(subnet["SubnetId"])
        fields["NetworkInterfaceIds"].append(made["NetworkInterfaceId"])


def move_interfaces(call: Call, fields: Document, *, only_check: bool = False) -> None:
    """Give an endpoint's interfaces the addresses that the call's subnet configurations say."""
    for each in fields["NetworkInterfaceIds"]:
        interface = held(call).interfaces[each]
        wanted = configured(call).get(interface["SubnetId"])
        if wanted and wanted != interface["PrivateIpAddress"]:
            address = address_in(call, held(call).subnets[interface["SubnetId"]], wanted)
            if not only_check:
                interface |= addressed(call, address)


# --- names ----------------------------------------------------------------------------------------------


def _host(call: Call, service: str) -> str:
    name = service.removeprefix(f"com.amazonaws.{call.region.name}.")
    return f"{'.'.join(reversed(name.split('.')))}.{call.region.name}.{call.region.dns_suffix}"


def names_of(call: Call, fields: Document) -> list[Document]:
    """The names of an interface endpoint, and that of its service where that is private."""
    if fields["VpcEndpointType"] != "Interface" or not fields["SubnetIds"] or not call.holds(NAMES):
        return []
    service, made = fields["ServiceName"], fields["VpcEndpointId"]
    own = service.split(".")[-1] if ".vpce." in service else service.removeprefix(f"com.amazonaws.{call.region.name}.")
    tail = f"{own}.{call.region.name}.vpce.{call.region.dns_suffix}"
    head = f"{made}-{made[-8:]}"
    zones = [held(call).subnets[each]["AvailabilityZone"] for each in fields["SubnetIds"]]
    names = [f"{head}.{tail}", *(f"{head}-{zone}.{tail}" for zone in zones)]
    rows = [{"DnsName": name, "HostedZoneId": _PUBLIC_ZONE} for name in names]
    if fields["PrivateDnsEnabled"]:
        rows.append({"DnsName": _host(call, service), "HostedZoneId": _PRIVATE_ZONE})
    return rows


def check_private_dns(call: Call, vpc: Document, service: str) -> None:
    """Refuse private DNS where the VPC has it not switched on, or has it for the service already."""
    attributes = held(call).vpc_attributes[vpc["VpcId"]]
    if not (attributes["EnableDnsSupport"] and attributes["EnableDnsHostnames"]) and call.holds(DNS_ATTRIBUTES):
        text = (
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
        )
        raise Refusal("InvalidParameter", text + vpc["VpcId"])
    for kept in held(call).endpoints.values():
        own = kept.fields
        same = own["VpcId"] == vpc["VpcId"] and own["ServiceName"] == service and own["PrivateDnsEnabled"]
        if same and call.holds(DNS_ONCE):
            text = "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
            raise Refusal("InvalidParameter", f"{text}{_host(call, service)} in the VPC {vpc['VpcId']}")
