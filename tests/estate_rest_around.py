"""What a company has around its REST APIs: keys, plans, links, certificates, documentation and a web ACL."""

from __future__ import annotations

import json
from typing import Any

from tests.estates import ACCOUNT, Clients

STAGES = ("prod", "test")
VALUES = {
    "mobile": "k3y-0f-th3-m0b1l3-4pp-0123456789",
    "partner": "p4rtn3r-k3y-0123456789-abcdefghij",
    "old": "0ld-k3y-0123456789-abc",
}


def target_arn(region: str) -> str:
    """The network load balancer that the region's link leads to."""
    return f"arn:aws:elasticloadbalancing:{region}:{ACCOUNT}:loadbalancer/net/back/50dc6c495c0c9188"


def build_ground(aws: Clients, region: str) -> None:
    """What is found and not made: a web ACL."""
    off = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "none"}
    aws.client("wafv2", region).create_web_acl(
        Name="front", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=off, Rules=[]
    )


def build_around(aws: Clients, region: str) -> str:
    """An API ``shop`` with two stages and everything around it; the API's id."""
    rest = aws.client("apigateway", region)
    allow_logs(rest, "apigateway-logs")
    certificate = rest.generate_client_certificate(description="shop", tags={"team": "shop"})["clientCertificateId"]
    rest.generate_client_certificate(description="spare")
    link = rest.create_vpc_link(
        name="back", description="to the back end", targetArns=[target_arn(region)], tags={"team": "shop"}
    )["id"]
    api = _api(rest, link)
    _documentation(rest, api)
    _stages(aws, region, api, certificate)
    keys = _keys(rest, api)
    _plans(rest, api, keys)
    return str(api)


def allow_logs(rest: Any, role: str) -> None:
    """The role with which API Gateway writes logs."""
    patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": f"arn:aws:iam::{ACCOUNT}:role/{role}"}
    rest.update_account(patchOperations=[patch])


def _api(rest: Any, link: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "execute-api:Invoke",
        "Resource": ["execute-api:/*", "execute-api:/prod/*"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = rest.create_rest_api(
        name="shop", policy=policy, endpointConfiguration={"types": ["REGIONAL"]}, apiKeySource="HEADER"
    )
    root = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**root, authorizationType="NONE", apiKeyRequired=True)
    rest.put_integration(
        **root,
        type="HTTP_PROXY",
        integrationHttpMethod="GET",
        uri="http://back.example.com/",
        connectionType="VPC_LINK",
        connectionId=link,
    )
    return str(made["id"])


def _documentation(rest: Any, api: str) -> None:
    for location, properties in (
        ({"type": "API"}, {"description": "The shop", "info": {"contact": "shop@example.com"}}),
        ({"type": "METHOD", "path": "/", "method": "GET"}, {"description": "Everything"}),
        ({"type": "RESPONSE_HEADER", "path": "/", "method": "GET", "statusCode": "200", "name": "ETag"}, {"a": ["b"]}),
    ):
        rest.create_documentation_part(restApiId=api, location=location, properties=json.dumps(properties))
    rest.create_documentation_version(restApiId=api, documentationVersion="1.0", description="the first")


def _stages(aws: Clients, region: str, api: str, certificate: str) -> None:
    rest, waf = aws.client("apigateway", region), aws.client("wafv2", region)
    deployment = rest.create_deployment(restApiId=api)["id"]
    for name in STAGES:
        rest.create_stage(restApiId=api, stageName=name, deploymentId=deployment)
    patches = {
        "/clientCertificateId": certificate,
        "/documentationVersion": "1.0",
        "/*/*/logging/loglevel": "ERROR",
        "/*/*/metrics/enabled": "true",
    }
    operations = [{"op": "replace", "path": path, "value": value} for path, value in patches.items()]
    rest.update_stage(restApiId=api, stageName="prod", patchOperations=operations)
    acl = waf.list_web_acls(Scope="REGIONAL")["WebACLs"][0]["ARN"]
    waf.associate_web_acl(WebACLArn=acl, ResourceArn=f"arn:aws:apigateway:{region}::/restapis/{api}/stages/prod")


def _keys(rest: Any, api: str) -> dict[str, str]:
    given = {
        "mobile": {"description": "the app", "enabled": True, "customerId": "c-1", "tags": {"team": "app"}},
        "partner": {},
        "old": {"enabled": True, "stageKeys": [{"restApiId": api, "stageName": "test"}]},
    }
    return {name: rest.create_api_key(name=name, value=value, **given[name])["id"] for name, value in VALUES.items()}


def _plans(rest: Any, api: str, keys: dict[str, str]) -> None:
    prod = {"apiId": api, "stage": "prod", "throttle": {"//GET": {"burstLimit": 5, "rateLimit": 2.5}}}
    gold = rest.create_usage_plan(
        name="gold",
        description="pays",
        apiStages=[prod],
        throttle={"burstLimit": 20, "rateLimit": 10.0},
        quota={"limit": 1000, "period": "MONTH", "offset": 3},
        tags={"team": "shop"},
    )["id"]
    free = rest.create_usage_plan(name="free", apiStages=[{"apiId": api, "stage": "test"}])["id"]
    rest.create_usage_plan(name="empty")
    for plan, key in ((gold, "mobile"), (gold, "partner"), (free, "mobile")):
        rest.create_usage_plan_key(usagePlanId=plan, keyId=keys[key], keyType="API_KEY")
