"""EC2: VPC endpoints."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.tests.ec2_words import default_of, tagged
from tests.strict_aws.tests.refused import refused

S3, API = "com.amazonaws.us-east-1.s3", "com.amazonaws.us-east-1.execute-api"


@pytest.fixture
def vpc(ec2: Any) -> str:
    """A VPC in which names work."""
    made = str(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])
    ec2.modify_vpc_attribute(VpcId=made, EnableDnsHostnames={"Value": True})
    return made


@pytest.fixture
def subnets(ec2: Any, vpc: str) -> list[str]:
    """Two subnets in two zones, and a third in the zone of the first."""
    return [
        str(ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"])
        for n, zone in enumerate(("us-east-1a", "us-east-1b", "us-east-1a"))
    ]


@pytest.fixture
def group(ec2: Any, vpc: str) -> str:
    """A group."""
    return str(ec2.create_security_group(GroupName="endpoints", Description="d", VpcId=vpc)["GroupId"])


def shown(ec2: Any, made: str) -> dict[str, Any]:
    """An endpoint as it is described."""
    return dict(ec2.describe_vpc_endpoints(VpcEndpointIds=[made])["VpcEndpoints"][0])


def interface(ec2: Any, vpc: str, subnets: list[str], group: str, **more: Any) -> dict[str, Any]:
    """A new interface endpoint in the first two subnets."""
    params = {"VpcEndpointType": "Interface", "VpcId": vpc, "ServiceName": API} | more
    return dict(ec2.create_vpc_endpoint(SubnetIds=subnets[:2], SecurityGroupIds=[group], **params)["VpcEndpoint"])


def test_an_interface_endpoint(strict: StrictAws, ec2: Any, vpc: str, subnets: list[str], group: str) -> None:
    made = interface(ec2, vpc, subnets, group, TagSpecifications=tagged("vpc-endpoint", Name="api"))
    assert (made["State"], made["PrivateDnsEnabled"], made["IpAddressType"]) == ("pending", True, "ipv4")
    assert made["Groups"] == [{"GroupId": group, "GroupName": "endpoints"}]
    assert json.loads(made["PolicyDocument"])["Statement"] == [
        {"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}
    ]
    strict.clock.sleep(60)
    now = shown(ec2, made["VpcEndpointId"])
    assert now["State"] == "available"
    assert {**now, "State": "pending"} == made
    names = [each["DnsName"] for each in now["DnsEntries"]]
    assert len(names) == 4
    assert names[-1] == "execute-api.us-east-1.amazonaws.com"
    assert names[1].endswith("-us-east-1a.execute-api.us-east-1.vpce.amazonaws.com")
    found = ec2.describe_network_interfaces(NetworkInterfaceIds=now["NetworkInterfaceIds"])["NetworkInterfaces"]
    assert {(each["InterfaceType"], each["RequesterManaged"]) for each in found} == {("vpc_endpoint", True)}
    managed = {"NetworkInterfaceId": now["NetworkInterfaceIds"][0]}
    assert refused(ec2.delete_network_interface, **managed)[0] == "OperationNotPermitted"


def test_an_endpoint_holds_its_group_until_it_is_gone(
    strict: StrictAws, ec2: Any, vpc: str, subnets: list[str], group: str
) -> None:
    made = interface(ec2, vpc, subnets, group)["VpcEndpointId"]
    assert refused(ec2.delete_security_group, GroupId=group)[0] == "DependencyViolation"
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[made])["Unsuccessful"] == []
    assert shown(ec2, made)["State"] == "deleting"
    assert refused(ec2.delete_security_group, GroupId=group)[0] == "DependencyViolation"
    assert refused(ec2.delete_subnet, SubnetId=subnets[0])[0] == "DependencyViolation"
    strict.clock.sleep(60)
    ec2.delete_security_group(GroupId=group)
    ec2.delete_subnet(SubnetId=subnets[0])
    assert refused(ec2.describe_vpc_endpoints, VpcEndpointIds=[made])[0] == "InvalidVpcEndpointId.NotFound"
    (missed,) = ec2.delete_vpc_endpoints(VpcEndpointIds=[made])["Unsuccessful"]
    assert (missed["ResourceId"], missed["Error"]["Code"]) == (made, "InvalidVpcEndpoint.NotFound")


def test_everything_about_an_interface_endpoint_changes(ec2: Any, vpc: str, subnets: list[str], group: str) -> None:
    made = interface(ec2, vpc, subnets, group, PrivateDnsEnabled=False)["VpcEndpointId"]
    policy = json.dumps({"Statement": []})
    default = default_of(ec2, vpc)
    ec2.modify_vpc_endpoint(
        VpcEndpointId=made,
        PolicyDocument=policy,
        PrivateDnsEnabled=True,
        IpAddressType="dualstack",
        DnsOptions={"DnsRecordIpType": "dualstack"},
        AddSecurityGroupIds=[default],
        RemoveSecurityGroupIds=[group],
        RemoveSubnetIds=[subnets[0]],
        AddSubnetIds=[subnets[2]],
    )
    now = shown(ec2, made)
    assert (now["PolicyDocument"], now["PrivateDnsEnabled"], now["IpAddressType"]) == (policy, True, "dualstack")
    assert now["DnsOptions"] == {"DnsRecordIpType": "dualstack"}
    assert now["SubnetIds"] == subnets[1:]
    assert [each["GroupId"] for each in now["Groups"]] == [default]
    found = ec2.describe_network_interfaces(NetworkInterfaceIds=now["NetworkInterfaceIds"])["NetworkInterfaces"]
    assert {each["Groups"][0]["GroupId"] for each in found} == {default}
    ec2.delete_security_group(GroupId=group)
    both = {"VpcEndpointId": made, "AddSubnetIds": [subnets[0]]}
    assert refused(ec2.modify_vpc_endpoint, **both)[0] == "DuplicateSubnetsInSameZone"
    none_left = {"VpcEndpointId": made, "RemoveSecurityGroupIds": [default]}
    assert refused(ec2.modify_vpc_endpoint, **none_left)[0] == "InvalidParameter"
    tables = {"VpcEndpointId": made, "AddRouteTableIds": ["rtb-0123456789abcdef0"]}
    assert refused(ec2.modify_vpc_endpoint, **tables)[0] == "InvalidParameter"


def test_a_gateway_endpoint(ec2: Any, vpc: str) -> None:
    main = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]["RouteTableId"]
    other = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3, RouteTableIds=[main])["VpcEndpoint"]
    assert (made["VpcEndpointType"], made["State"], made["Groups"]) == ("Gateway", "available", [])
    assert made["DnsOptions"] == {"DnsRecordIpType": "service-defined"}
    assert json.loads(made["PolicyDocument"])["Version"] == "2008-10-17"
    made_id = made["VpcEndpointId"]
    route = ec2.describe_route_tables(RouteTableIds=[main])["RouteTables"][0]["Routes"][-1]
    assert (route["GatewayId"], route["DestinationPrefixListId"]) == (made_id, "pl-63a5400a")
    twice = {"VpcId": vpc, "ServiceName": S3, "RouteTableIds": [main]}
    code, text = refused(ec2.create_vpc_endpoint, **twice)
    assert code == "RouteAlreadyExists"
    assert text == f"route table {main} already has a route with destination-prefix-list-id pl-63a5400a"
    ec2.modify_vpc_endpoint(VpcEndpointId=made_id, AddRouteTableIds=[other], RemoveRouteTableIds=[main])
    assert shown(ec2, made_id)["RouteTableIds"] == [other]
    assert len(ec2.describe_route_tables(RouteTableIds=[main])["RouteTables"][0]["Routes"]) == 1
    ec2.modify_vpc_endpoint(VpcEndpointId=made_id, PolicyDocument='{"Statement":[]}')
    ec2.modify_vpc_endpoint(VpcEndpointId=made_id, ResetPolicy=True)
    assert shown(ec2, made_id)["PolicyDocument"] == made["PolicyDocument"]
    groups = {"VpcEndpointId": made_id, "AddSecurityGroupIds": [default_of(ec2, vpc)]}
    assert refused(ec2.modify_vpc_endpoint, **groups)[0] == "InvalidParameter"
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made_id])
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []
    ec2.delete_route_table(RouteTableId=other)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ServiceName": "com.amazonaws.eu-west-1.execute-api"}, "InvalidServiceName"),
        ({"ServiceName": API, "VpcEndpointType": "Gateway", "SubnetIds": None}, "InvalidServiceName"),
        ({"ServiceName": None}, "MissingParameter"),
        ({"VpcEndpointType": "Gateway", "ServiceName": S3}, "InvalidParameter"),
        ({"RouteTableIds": ["rtb-0123456789abcdef0"]}, "InvalidParameter"),
        ({"SubnetIds": ["subnet-0123456789abcdef0"]}, "InvalidSubnetID.NotFound"),
        ({"SecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
        ({"PolicyDocument": "everything"}, "InvalidPolicyDocument"),
        ({"VpcEndpointType": "GatewayLoadBalancer"}, "UnsupportedOperation"),
        ({"VpcId": "vpc-0123456789abcdef0"}, "InvalidVpcID.NotFound"),
    ],
)
def test_endpoints_that_are_refused(ec2: Any, vpc: str, subnets: list[str], change: dict[str, Any], code: str) -> None:
    params = {"VpcEndpointType": "Interface", "VpcId": vpc, "ServiceName": API, "SubnetIds": subnets[:1]} | change
    params = {name: value for name, value in params.items() if value is not None}
    assert refused(ec2.create_vpc_endpoint, **params)[0] == code
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []


def test_one_subnet_a_zone(ec2: Any, vpc: str, subnets: list[str]) -> None:
    params = {"VpcEndpointType": "Interface", "VpcId": vpc, "ServiceName": API, "SubnetIds": subnets}
    assert refused(ec2.create_vpc_endpoint, **params)[0] == "DuplicateSubnetsInSameZone"


def test_private_dns(strict: StrictAws, ec2: Any, vpc: str, subnets: list[str], group: str) -> None:
    interface(ec2, vpc, subnets, group)
    params = {"VpcEndpointType": "Interface", "VpcId": vpc, "ServiceName": API}
    code, text = refused(ec2.create_vpc_endpoint, **params)
    assert code == "InvalidParameter"
    assert "already a conflicting DNS domain for execute-api.us-east-1.amazonaws.com" in text
    plain = ec2.create_vpc_endpoint(**params, PrivateDnsEnabled=False)["VpcEndpoint"]
    assert plain["Groups"][0]["GroupName"] == "default"
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": False})
    sqs = params | {"ServiceName": "com.amazonaws.us-east-1.sqs"}
    code, text = refused(ec2.create_vpc_endpoint, **sqs)
    assert (code, "enableDnsSupport and enableDnsHostnames" in text) == ("InvalidParameter", True)
    strict.switch_off("ec2.private-dns-by-default")
    assert ec2.create_vpc_endpoint(**sqs)["VpcEndpoint"]["PrivateDnsEnabled"] is False


def test_a_client_token_names_one_request(ec2: Any, vpc: str) -> None:
    params = {"VpcId": vpc, "ServiceName": S3, "ClientToken": "once"}
    first = ec2.create_vpc_endpoint(**params)
    assert first["ClientToken"] == "once"
    assert ec2.create_vpc_endpoint(**params)["VpcEndpoint"]["VpcEndpointId"] == first["VpcEndpoint"]["VpcEndpointId"]
    other = params | {"ServiceName": "com.amazonaws.us-east-1.dynamodb"}
    assert refused(ec2.create_vpc_endpoint, **other)[0] == "IdempotentParameterMismatch"
    assert len(ec2.describe_vpc_endpoints()["VpcEndpoints"]) == 1


def test_filters_and_pages(ec2: Any, vpc: str, subnets: list[str], group: str) -> None:
    made = interface(ec2, vpc, subnets, group, TagSpecifications=tagged("vpc-endpoint", team="a"))["VpcEndpointId"]
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3)
    for name, value in (
        ("service-name", API),
        ("vpc-endpoint-type", "Interface"),
        ("vpc-endpoint-state", "pending"),
        ("tag:team", "a"),
        ("vpc-endpoint-id", made),
    ):
        found = ec2.describe_vpc_endpoints(Filters=[{"Name": name, "Values": [value]}])["VpcEndpoints"]
        assert [each["VpcEndpointId"] for each in found] == [made]
    pages = list(ec2.get_paginator("describe_vpc_endpoints").paginate(PaginationConfig={"PageSize": 1}))
    assert [len(page["VpcEndpoints"]) for page in pages] == [1, 1]


def test_an_endpoint_has_the_address_that_was_asked_for(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/28")["Subnet"]["SubnetId"]
    asked = {"VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.logs", "VpcEndpointType": "Interface"}
    asked |= {"PrivateDnsEnabled": False}

    def in_subnet(address: str) -> dict[str, Any]:
        return {"SubnetConfigurations": [{"SubnetId": subnet, "Ipv4": address}]}

    for address, code in (("10.0.2.9", "InvalidParameterValue"), ("10.0.1.3", "InvalidParameterValue")):
        assert refused(ec2.create_vpc_endpoint, **asked, **in_subnet(address))[0] == code
    made = ec2.create_vpc_endpoint(**asked, **in_subnet("10.0.1.9"))["VpcEndpoint"]
    assert made["SubnetIds"] == [subnet]
    assert refused(ec2.create_vpc_endpoint, **asked, **in_subnet("10.0.1.9"))[0] == "InvalidIPAddress.InUse"
    ec2.modify_vpc_endpoint(VpcEndpointId=made["VpcEndpointId"], **in_subnet("10.0.1.10"))
    found = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert [each["PrivateIpAddress"] for each in found] == ["10.0.1.10"]


def test_a_subnet_has_so_many_addresses(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/28")["Subnet"]["SubnetId"]
    made = [ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"] for _ in range(11)]
    assert len({each["PrivateIpAddress"] for each in made}) == 11
    assert refused(ec2.create_network_interface, SubnetId=subnet)[0] == "InsufficientFreeAddressesInSubnet"
    ec2.delete_network_interface(NetworkInterfaceId=made[3]["NetworkInterfaceId"])
    again = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
    assert again["PrivateIpAddress"] == made[3]["PrivateIpAddress"]


def test_an_endpoint_keeps_the_region_of_its_service(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    asked = {"VpcId": vpc, "VpcEndpointType": "Interface", "ServiceRegion": "eu-west-1", "PrivateDnsEnabled": False}
    name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
    made = ec2.create_vpc_endpoint(**asked, ServiceName=name)["VpcEndpoint"]
    assert made["ServiceRegion"] == "eu-west-1"


def test_what_only_other_endpoints_have_is_refused(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    asked = {"VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.s3"}
    arn = "arn:aws:vpc-lattice:us-east-1:123456789012:servicenetwork/sn-0123456789abcdef0"
    assert refused(ec2.create_vpc_endpoint, **asked, ServiceNetworkArn=arn)[0] == "InvalidParameter"


def test_the_interface_of_an_endpoint_is_changed_through_it_only(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    asked = {"VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.logs", "VpcEndpointType": "Interface"}
    made = ec2.create_vpc_endpoint(**asked, SubnetIds=[subnet], PrivateDnsEnabled=False)["VpcEndpoint"]
    change = {"NetworkInterfaceId": made["NetworkInterfaceIds"][0], "Description": {"Value": "mine"}}
    assert refused(ec2.modify_network_interface_attribute, **change)[0] == "OperationNotPermitted"
