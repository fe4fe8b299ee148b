"""Domain names, endpoints and what both lead to: an estate that stands on landmarks of other services."""

from __future__ import annotations

import json
from typing import Any

from tests.estate_groups import build_vpcs
from tests.estate_rest import lambda_uri
from tests.estates import Clients, Estate, allow_logging
from tests.stand import ACCOUNT

PUBLIC, PRIVATE = "api.example.com", "inner.example.com"
ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def build_ground_around(aws: Clients, region: str, functions: tuple[str, ...] = ("orders",)) -> Estate:
    """What has to be there before anything is restored: VPCs, subnets, certificates, functions, log groups."""
    estate = Estate(region)
    ec2 = aws.client("ec2", region)
    build_vpcs(ec2, estate, {"main": "10.20.0.0/16", "side": "10.30.0.0/16"})
    for vpc in ("main", "side"):
        for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
            ec2.modify_vpc_attribute(VpcId=estate.vpcs[vpc], **{attribute: {"Value": True}})
    for number, zone in enumerate("ab"):
        tags = [{"ResourceType": "subnet", "Tags": [{"Key": "Name", "Value": f"inner-{zone}"}]}]
        made = ec2.create_subnet(
            VpcId=estate.vpcs["main"],
            CidrBlock=f"10.20.{100 + number}.0/24",
            AvailabilityZone=f"{region}{zone}",
            TagSpecifications=tags,
        )
        estate.resources[f"subnet/{zone}"] = made["Subnet"]["SubnetId"]
    allow_logging(aws, region)
    acm = aws.client("acm", region)
    for name in (PUBLIC, PRIVATE):
        made = acm.request_certificate(DomainName=name, SubjectAlternativeNames=[name, f"www.{name}"])
        estate.resources[f"certificate/{name}"] = made["CertificateArn"]
    _role(aws.client("iam", region), "runs")
    for name in functions:
        _function(aws, region, name)
    aws.client("logs", region).create_log_group(logGroupName="/api/access")
    return estate


_NOTHING = b"PK\x05\x06" + bytes(18)
"""An archive with nothing in it."""


def _role(iam: Any, name: str) -> None:
    if name not in {role["RoleName"] for role in iam.list_roles()["Roles"]}:
        trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)


def _function(aws: Clients, region: str, name: str) -> None:
    aws.client("lambda", region).create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=f"arn:aws:iam::{ACCOUNT}:role/runs",
        Handler="index.handler",
        Code={"ZipFile": _NOTHING},
    )


def build_around(aws: Clients, region: str, **ground: Any) -> Estate:
    """The whole estate."""
    estate = build_ground_around(aws, region, **ground)
    _endpoints(aws.client("ec2", region), estate)
    _api(aws.client("apigateway", region), estate)
    _domains(aws, estate)
    return estate


def _endpoints(ec2: Any, estate: Estate) -> None:
    vpc = estate.vpcs["main"]
    group = ec2.create_security_group(GroupName="endpoints", Description="who may call", VpcId=vpc)["GroupId"]
    estate.groups["main/endpoints"] = group
    ec2.describe_security_groups(GroupIds=[group])
    ec2.associate_security_group_vpc(GroupId=group, VpcId=estate.vpcs["side"])
    made = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{estate.region}.execute-api",
        SubnetIds=[estate.resources["subnet/a"], estate.resources["subnet/b"]],
        SecurityGroupIds=[group],
        PrivateDnsEnabled=True,
        TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "team", "Value": "net"}]}],
    )
    estate.resources["endpoint"] = made["VpcEndpoint"]["VpcEndpointId"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{estate.region}.s3",
        RouteTableIds=[tables[0]["RouteTableId"]],
        PolicyDocument=json.dumps({"Statement": [ALLOW | {"Action": "s3:GetObject", "Resource": "*"}]}),
    )


def _api(rest: Any, estate: Estate) -> None:
    endpoint = estate.resources["endpoint"]
    only_there = ALLOW | {"Resource": "execute-api:/*", "Condition": {"StringEquals": {"aws:SourceVpce": endpoint}}}
    for name, kind in (("shop", {"types": ["REGIONAL"]}), ("inner", {"types": ["PRIVATE"]})):
        if name == "inner":
            kind["vpcEndpointIds"] = [endpoint]
        policy = {"policy": json.dumps({"Version": "2012-10-17", "Statement": [only_there]})} if name == "inner" else {}
        made = rest.create_rest_api(name=name, endpointConfiguration=kind, **policy)
        api = estate.apis[name] = made["id"]
        method = {"restApiId": api, "resourceId": made["rootResourceId"], "httpMethod": "GET"}
        rest.put_method(**method, authorizationType="NONE")
        rest.put_integration(
            **method,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=lambda_uri(estate.region, "orders"),
            credentials=f"arn:aws:iam::{ACCOUNT}:role/calls",
        )
        rest.create_deployment(restApiId=api, stageName="v1")
    logs = f"arn:aws:logs:{estate.region}:{ACCOUNT}:log-group:/api/access"
    operations = [
        {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": logs},
        {"op": "replace", "path": "/accessLogSettings/format", "value": "$context.requestId"},
    ]
    rest.update_stage(restApiId=estate.apis["shop"], stageName="v1", patchOperations=operations)


def name_the_api(ec2: Any, estate: Estate) -> None:
    """Let the endpoint lead to the one API alone, which names the endpoint in turn."""
    own = f"arn:aws:execute-api:{estate.region}:{ACCOUNT}:{estate.apis['inner']}/*"
    policy = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW | {"Resource": own}]})
    ec2.modify_vpc_endpoint(VpcEndpointId=estate.resources["endpoint"], PolicyDocument=policy)


def _domains(aws: Clients, estate: Estate) -> None:
    rest, v2 = aws.client("apigateway", estate.region), aws.client("apigatewayv2", estate.region)
    rest.create_domain_name(
        domainName=PUBLIC,
        regionalCertificateArn=estate.resources[f"certificate/{PUBLIC}"],
        endpointConfiguration={"types": ["REGIONAL"]},
        securityPolicy="TLS_1_2",
        mutualTlsAuthentication={"truststoreUri": "s3://trust/store.pem"},
        routingMode="ROUTING_RULE_THEN_BASE_PATH_MAPPING",
        tags={"owner": "shop"},
    )
    shop = {"ApiId": estate.apis["shop"], "Stage": "v1"}
    v2.create_api_mapping(DomainName=PUBLIC, **shop)
    v2.create_api_mapping(DomainName=PUBLIC, ApiMappingKey="orders/v1", **shop)
    v2.create_routing_rule(
        DomainName=PUBLIC,
        Priority=10,
        Conditions=[
            {"MatchHeaders": {"AnyOf": [{"Header": "x-beta", "ValueGlob": "*"}]}},
            {"MatchBasePaths": {"AnyOf": ["pets", "dogs"]}},
        ],
        Actions=[{"InvokeApi": {**shop, "StripBasePath": True}}],
    )
    allow = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW | {"Resource": "execute-api:/*"}]})
    made = rest.create_domain_name(
        domainName=PRIVATE,
        certificateArn=estate.resources[f"certificate/{PRIVATE}"],
        endpointConfiguration={"types": ["PRIVATE"]},
        policy=allow,
    )
    estate.resources["private"] = made["domainNameId"]
    private = {"domainName": PRIVATE, "domainNameId": made["domainNameId"]}
    rest.create_base_path_mapping(**private, basePath="inner", restApiId=estate.apis["inner"], stage="v1")
    rest.create_domain_name_access_association(
        domainNameArn=made["domainNameArn"],
        accessAssociationSourceType="VPCE",
        accessAssociationSource=estate.resources["endpoint"],
    )
