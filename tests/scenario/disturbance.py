"""What else can be in a target: everything in the small estate changed by hand, and more beside it."""

from __future__ import annotations

import json
from typing import Any

from tests.estates import Clients
from tests.scenario.desk import AWAY
from tests.scenario.regions import apis
from tests.scenario.small_estate import ANYWHERE, MOCK, patched, tcp


def disturb(aws: Clients) -> None:
    """Change the restored small estate in every way that a restore is to take back."""
    disturb_groups(aws)
    disturb_api(aws)


def groups_of(aws: Clients) -> dict[str, str]:
    """The ids of the groups of the VPC `main`, by name."""
    ec2 = aws.client("ec2", AWAY)
    vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["main"]}])["Vpcs"][0]["VpcId"]
    rows = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    return {row["GroupName"]: row["GroupId"] for row in rows} | {"vpc": vpc}


def disturb_groups(aws: Clients) -> None:
    """A door opened, one closed, one narrowed; two groups that refer to each other and to ours; a list changed."""
    ec2, groups = aws.client("ec2", AWAY), groups_of(aws)
    made = {}
    for name in ("rogue", "twin"):
        row = ec2.create_security_group(GroupName=name, Description="by hand", VpcId=groups["vpc"])
        made[name] = row["GroupId"]
    rogue, twin, web = made["rogue"], made["twin"], groups["web"]
    for group, peer in ((rogue, twin), (twin, rogue), (web, rogue), (rogue, web)):
        peers = {"UserIdGroupPairs": [{"GroupId": peer}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(9999, **peers)])
    ec2.authorize_security_group_ingress(GroupId=web, IpPermissions=[tcp(22, **ANYWHERE)])
    ec2.revoke_security_group_ingress(GroupId=web, IpPermissions=[tcp(443, **ANYWHERE)])
    narrow = {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_ingress(GroupId=web, IpPermissions=[tcp(443, **narrow)])
    ec2.authorize_security_group_ingress(GroupId=groups["default"], IpPermissions=[tcp(3389, **ANYWHERE)])
    ec2.create_tags(Resources=[groups["db"]], Tags=[{"Key": "team", "Value": "nobody"}])
    named = [{"Name": "prefix-list-name", "Values": ["office"]}]
    held = ec2.describe_managed_prefix_lists(Filters=named)["PrefixLists"][0]
    ec2.modify_managed_prefix_list(
        PrefixListId=held["PrefixListId"],
        CurrentVersion=held["Version"],
        AddEntries=[{"Cidr": "192.0.2.0/24"}],
        RemoveEntries=[{"Cidr": "203.0.113.0/24"}],
    )
    ec2.describe_managed_prefix_lists(Filters=named)


def disturb_api(aws: Clients) -> None:
    """Every part of the API changed, missing or too much, and another stage beside its own."""
    rest, held = aws.client("apigateway", AWAY), apis(AWAY)[0]
    api, paths = held.id, {held.draft.path(each): each for each in held.draft.resources}
    _disturb_paths(rest, api, paths)
    rest.update_model(restApiId=api, modelName="Dog", patchOperations=patched({"/schema": '{"title": "a dog"}'}))
    validator = next(iter(held.draft.validators))
    guard = next(i for i, authorizer in held.draft.authorizers.items() if authorizer["name"] == "guard")
    settings = {"/validateRequestBody": "false", "/validateRequestParameters": "true"}
    rest.update_request_validator(restApiId=api, requestValidatorId=validator, patchOperations=patched(settings))
    ttl = patched({"/authorizerResultTtlInSeconds": "7"})
    rest.update_authorizer(restApiId=api, authorizerId=guard, patchOperations=ttl)
    rest.put_gateway_response(restApiId=api, responseType="THROTTLED", statusCode="503")
    rest.put_gateway_response(restApiId=api, responseType="UNAUTHORIZED", statusCode="418")
    binary = [{"op": "add", "path": "/binaryMediaTypes/audio~1ogg"}]
    binary.append({"op": "remove", "path": "/binaryMediaTypes/image~1png"})
    statement = {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    rest.update_rest_api(
        restApiId=api, patchOperations=[*patched({"/description": "Cattle", "/policy": policy}), *binary]
    )
    arn = f"arn:aws:apigateway:{AWAY}::/restapis/{api}"
    rest.tag_resource(resourceArn=arn, tags={"owner": "nobody", "more": "yes"})
    _disturb_stages(rest, api, arn)


def _disturb_paths(rest: Any, api: str, paths: dict[str, str]) -> None:
    """Methods changed, gone and added; paths added that hold on to parts of their own; `{name}` become `{id}`."""
    post = {"restApiId": api, "resourceId": paths["/pets"], "httpMethod": "POST"}
    rest.update_integration(**post, patchOperations=patched({"/timeoutInMillis": "1234"}))
    rest.delete_method(restApiId=api, resourceId=paths["/"], httpMethod="GET")
    delete = {"restApiId": api, "resourceId": paths["/pets"], "httpMethod": "DELETE"}
    rest.put_method(**delete, authorizationType="NONE")
    rest.put_integration(**delete, **MOCK)
    rest.delete_resource(restApiId=api, resourceId=paths["/pets/{name}"])
    other = rest.create_resource(restApiId=api, parentId=paths["/pets"], pathPart="{id}")["id"]
    beneath = rest.create_resource(restApiId=api, parentId=other, pathPart="more")["id"]
    header = "method.request.header.Authorization"
    uri = "arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/"
    uri += "arn:aws:lambda:us-west-2:123456789012:function:extra/invocations"
    extra = rest.create_authorizer(restApiId=api, name="extra", type="TOKEN", authorizerUri=uri, identitySource=header)
    checks = rest.create_request_validator(restApiId=api, name="extra", validateRequestBody=True)
    rest.create_model(restApiId=api, name="Extra", contentType="application/json", schema='{"title": "extra"}')
    method = {"restApiId": api, "resourceId": beneath, "httpMethod": "POST"}
    rest.put_method(
        **method,
        authorizationType="CUSTOM",
        authorizerId=extra["id"],
        requestValidatorId=checks["id"],
        requestModels={"application/json": "Extra"},
    )
    rest.put_integration(**method, **MOCK)


def _disturb_stages(rest: Any, api: str, arn: str) -> None:
    settings = {
        "/variables/backend": "red",
        "/variables/more": "yes",
        "/description": "by hand",
        "/*/*/throttling/rateLimit": "9.0",
        "/~1pets/GET/metrics/enabled": "true",
        "/accessLogSettings/format": "$context.requestId $context.status",
        "/canarySettings/percentTraffic": "50.0",
        "/tracingEnabled": "true",
    }
    rest.update_stage(restApiId=api, stageName="prod", patchOperations=patched(settings))
    rest.tag_resource(resourceArn=f"{arn}/stages/prod", tags={"stage": "changed", "more": "yes"})
    deployment = rest.create_deployment(restApiId=api, description="by hand")["id"]
    rest.create_stage(restApiId=api, stageName="dev", deploymentId=deployment)
