"""An estate small enough to be restored hundreds of times, with one or two of every kind of thing in it."""

from __future__ import annotations

import json
from typing import Any

from tests.estate_groups import build_vpcs, drop_default_egress
from tests.estate_rest import lambda_uri
from tests.estates import Clients, Estate, allow_logging
from tests.stand import ACCOUNT

ANYWHERE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
MOCK = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}


def build_ground(aws: Clients, region: str) -> Estate:
    """What has to be there before anything is restored: a VPC, and leave to write logs."""
    estate = Estate(region)
    build_vpcs(aws.client("ec2", region), estate, {"main": "10.20.0.0/16"})
    allow_logging(aws, region)
    return estate


def build_small(aws: Clients, region: str) -> Estate:
    """The whole small estate."""
    estate = build_ground(aws, region)
    _groups(aws.client("ec2", region), estate)
    _api(aws.client("apigateway", region), estate)
    return estate


def tcp(port: int, **peer: Any) -> dict[str, Any]:
    """A permission for one port."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peer}


def _groups(ec2: Any, estate: Estate) -> None:
    made = ec2.create_managed_prefix_list(
        PrefixListName="office",
        AddressFamily="IPv4",
        MaxEntries=5,
        Entries=[{"Cidr": "198.51.100.0/24", "Description": "headquarters"}, {"Cidr": "203.0.113.0/24"}],
        TagSpecifications=[{"ResourceType": "prefix-list", "Tags": [{"Key": "team", "Value": "net"}]}],
    )
    office = estate.prefix_lists["office"] = made["PrefixList"]["PrefixListId"]
    ec2.describe_managed_prefix_lists(PrefixListIds=[office])
    vpc, default = estate.vpcs["main"], estate.groups["main/default"]
    for name in ("db", "open", "web"):
        group = ec2.create_security_group(GroupName=name, Description=f"the {name} tier", VpcId=vpc)["GroupId"]
        estate.groups[f"main/{name}"] = group
    web, db, wide = (estate.groups[f"main/{name}"] for name in ("web", "db", "open"))
    for group in (web, db, default):
        drop_default_egress(ec2, group, ipv6=True)
    lists = {"PrefixListIds": [{"PrefixListId": office, "Description": "administrators"}]}
    ec2.authorize_security_group_ingress(GroupId=web, IpPermissions=[tcp(443, **ANYWHERE), tcp(22, **lists)])
    ec2.authorize_security_group_egress(GroupId=web, IpPermissions=[_to(db)])
    ec2.authorize_security_group_ingress(GroupId=db, IpPermissions=[_to(web), _to(db)])
    ec2.authorize_security_group_egress(GroupId=default, IpPermissions=[tcp(443, **ANYWHERE)])
    v6 = [{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]
    ec2.revoke_security_group_egress(GroupId=wide, IpPermissions=v6)


def _to(group: str) -> dict[str, Any]:
    return tcp(5432, UserIdGroupPairs=[{"GroupId": group}])


def _api(rest: Any, estate: Estate) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    made = rest.create_rest_api(
        name="shop",
        description="Pets",
        endpointConfiguration={"types": ["REGIONAL"]},
        binaryMediaTypes=["image/png"],
        policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        tags={"owner": "shop"},
    )
    api = estate.apis["shop"] = made["id"]
    estate.resources["shop/"] = made["rootResourceId"]
    rest.delete_model(restApiId=api, modelName="Error")
    for name, other in (("Cat", ""), ("Dog", "Cat")):
        schema = _referring(api, other) if other else "{}"
        rest.create_model(restApiId=api, name=name, contentType="application/json", schema=schema)
    rest.update_model(restApiId=api, modelName="Cat", patchOperations=patched({"/schema": _referring(api, "Dog")}))
    rest.put_gateway_response(restApiId=api, responseType="THROTTLED", statusCode="429")
    _methods(rest, estate, api)
    _stages(rest, estate, api)


def _referring(api: str, model: str) -> str:
    """A schema with another model in it."""
    url = f"https://apigateway.amazonaws.com/restapis/{api}/models/{model}"
    return json.dumps({"type": "object", "properties": {"friend": {"$ref": url}}})


def patched(values: dict[str, str]) -> list[dict[str, str]]:
    """Patch operations that replace values, by path."""
    return [{"op": "replace", "path": path, "value": value} for path, value in values.items()]


def _methods(rest: Any, estate: Estate, api: str) -> None:
    uri = lambda_uri(estate.region, "authorize")
    header = "method.request.header.Authorization"
    guard = rest.create_authorizer(restApiId=api, name="guard", type="TOKEN", authorizerUri=uri, identitySource=header)
    body = rest.create_request_validator(restApiId=api, name="body", validateRequestBody=True)
    estate.authorizers["shop/guard"], estate.validators["shop/body"] = guard["id"], body["id"]
    pets = rest.create_resource(restApiId=api, parentId=estate.resources["shop/"], pathPart="pets")["id"]
    pet = rest.create_resource(restApiId=api, parentId=pets, pathPart="{name}")["id"]
    estate.resources |= {"shop/pets": pets, "shop/pets/{name}": pet}
    root = {"restApiId": api, "resourceId": estate.resources["shop/"], "httpMethod": "GET"}
    rest.put_method(**root, authorizationType="NONE")
    rest.put_method_response(**root, statusCode="200", responseModels={"application/json": "Cat"})
    rest.put_integration(**root, **MOCK)
    rest.put_integration_response(**root, statusCode="200", responseTemplates={"application/json": "{}"})
    post = {"restApiId": api, "resourceId": pets, "httpMethod": "POST"}
    rest.put_method(
        **post,
        authorizationType="CUSTOM",
        authorizerId=guard["id"],
        requestValidatorId=body["id"],
        requestModels={"application/json": "Dog"},
    )
    function = lambda_uri(estate.region, "pets")
    rest.put_integration(**post, type="AWS_PROXY", integrationHttpMethod="POST", uri=function)
    get = {"restApiId": api, "resourceId": pet, "httpMethod": "GET"}
    rest.put_method(**get, authorizationType="NONE", requestParameters={"method.request.path.name": True})
    rest.put_integration(**get, type="HTTP_PROXY", integrationHttpMethod="GET", uri="https://pets.example.com/{name}")


def _stages(rest: Any, estate: Estate, api: str) -> None:
    first = rest.create_deployment(restApiId=api, description="the first")["id"]
    second = rest.create_deployment(restApiId=api, description="the second")["id"]
    estate.deployments |= {"shop/prod": first, "shop/prod/canary": second}
    rest.create_stage(
        restApiId=api,
        stageName="prod",
        deploymentId=first,
        variables={"backend": "blue"},
        canarySettings={"deploymentId": second, "percentTraffic": 5.0},
        tags={"stage": "prod"},
    )
    log = f"arn:aws:logs:{estate.region}:{ACCOUNT}:log-group:shop"
    settings = {
        "/*/*/throttling/rateLimit": "100.0",
        "/~1pets/POST/logging/loglevel": "ERROR",
        "/accessLogSettings/destinationArn": log,
        "/accessLogSettings/format": "$context.requestId",
    }
    rest.update_stage(restApiId=api, stageName="prod", patchOperations=patched(settings))
