"""The stand-in on models, authorizers, validators, gateway responses, deployments and stages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.estates import allow_logging
from tests.moto_aws import Stand
from tests.refusals import refused
from tests.unit.test_moto_overlay import FUNCTION, REGION, ROLE, replace

JSON = {"contentType": "application/json"}


def url(rest_api: str, name: str) -> str:
    """How a schema refers to a model."""
    return f"https://apigateway.amazonaws.com/restapis/{rest_api}/models/{name}"


# -- models, authorizers, validators -------------------------------------------------------------------------


def test_a_model_refers_to_models_that_are_there(rest: Any, rest_api: str) -> None:
    schema = json.dumps({"type": "object", "properties": {"b": {"$ref": url(rest_api, "B")}}})
    with refused("BadRequestException", "Invalid model"):
        rest.create_model(restApiId=rest_api, name="A", schema=schema, **JSON)
    rest.create_model(restApiId=rest_api, name="B", schema='{"type": "object"}', **JSON)
    rest.create_model(restApiId=rest_api, name="A", schema=schema, **JSON)
    circle = json.dumps({"type": "array", "items": {"$ref": url(rest_api, "A")}})
    rest.update_model(restApiId=rest_api, modelName="B", patchOperations=[replace("/schema", circle)])
    assert json.loads(rest.get_model(restApiId=rest_api, modelName="B")["schema"])["items"]["$ref"] == url(
        rest_api, "A"
    )
    with refused("ConflictException", "is referenced in model: A"):
        rest.delete_model(restApiId=rest_api, modelName="B")
    with refused("BadRequestException", "canonical form"):
        rest.create_model(restApiId=rest_api, name="C", schema='{"$ref": "B"}', **JSON)


def test_models_are_patched_and_unique(rest: Any, rest_api: str, rest_method: dict[str, str]) -> None:
    rest.create_model(restApiId=rest_api, name="A", description="x", schema='{"type": "object"}', **JSON)
    with refused("ConflictException", "already exists"):
        rest.create_model(restApiId=rest_api, name="A", schema='{"type": "object"}', **JSON)
    rest.update_model(restApiId=rest_api, modelName="A", patchOperations=[replace("/description", "y")])
    assert rest.get_model(restApiId=rest_api, modelName="A")["description"] == "y"
    with refused("BadRequestException", "Must be one of: [/description, /schema]"):
        rest.update_model(restApiId=rest_api, modelName="A", patchOperations=[replace("/name", "z")])
    add = {"op": "add", "path": "/requestModels/application~1json", "value": "A"}
    rest.update_method(**rest_method, patchOperations=[add])
    with refused("ConflictException", "is referenced in method request: //GET"):
        rest.delete_model(restApiId=rest_api, modelName="A")


def test_authorizers_keep_what_they_are_given(rest: Any, rest_api: str) -> None:
    given = {
        "name": "token",
        "type": "TOKEN",
        "authType": "oauth2",
        "authorizerUri": FUNCTION,
        "authorizerCredentials": ROLE,
        "identitySource": "method.request.header.Authorization",
        "identityValidationExpression": "^Bearer .+$",
        "authorizerResultTtlInSeconds": 60,
    }
    made = rest.create_authorizer(restApiId=rest_api, **given)
    held = rest.get_authorizer(restApiId=rest_api, authorizerId=made["id"])
    assert {key: held[key] for key in given} == given
    with refused("BadRequestException", "Authorizer name must be unique"):
        rest.create_authorizer(restApiId=rest_api, **given)
    patches = [replace("/authorizerResultTtlInSeconds", "0"), replace("/identityValidationExpression", "")]
    changed = rest.update_authorizer(restApiId=rest_api, authorizerId=made["id"], patchOperations=patches)
    assert changed["authorizerResultTtlInSeconds"] == 0
    assert "identityValidationExpression" not in changed


def test_user_pools_are_added_and_removed(rest: Any, rest_api: str) -> None:
    pools = [f"arn:aws:cognito-idp:{REGION}:123456789012:userpool/{REGION}_{each}" for each in "AB"]
    made = rest.create_authorizer(
        restApiId=rest_api,
        name="pool",
        type="COGNITO_USER_POOLS",
        providerARNs=pools[:1],
        identitySource="method.request.header.Authorization",
    )
    assert made["authType"] == "cognito_user_pools"
    assert "authorizerResultTtlInSeconds" not in made
    patches = [
        {"op": "add", "path": "/providerARNs", "value": pools[1]},
        {"op": "remove", "path": "/providerARNs", "value": pools[0]},
    ]
    changed = rest.update_authorizer(restApiId=rest_api, authorizerId=made["id"], patchOperations=patches)
    assert changed["providerARNs"] == pools[1:]


def test_what_a_method_uses_is_not_deleted(rest: Any, rest_api: str, rest_root: str) -> None:
    source = {"identitySource": "method.request.header.X"}
    authorizer = rest.create_authorizer(restApiId=rest_api, name="a", type="TOKEN", authorizerUri=FUNCTION, **source)[
        "id"
    ]
    validator = rest.create_request_validator(restApiId=rest_api, name="v", validateRequestBody=True)["id"]
    own = {"restApiId": rest_api, "resourceId": rest_root, "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="CUSTOM", authorizerId=authorizer, requestValidatorId=validator)
    with refused("ConflictException", "referenced in method"):
        rest.delete_authorizer(restApiId=rest_api, authorizerId=authorizer)
    with refused("ConflictException", "referenced in method"):
        rest.delete_request_validator(restApiId=rest_api, requestValidatorId=validator)
    rest.delete_method(**own)
    rest.delete_authorizer(restApiId=rest_api, authorizerId=authorizer)
    rest.delete_request_validator(restApiId=rest_api, requestValidatorId=validator)


def test_update_request_validator(rest: Any, rest_api: str) -> None:
    made = rest.create_request_validator(restApiId=rest_api, name="v", validateRequestBody=True)
    patches = [replace("/validateRequestBody", "false"), replace("/name", "w")]
    own = {"restApiId": rest_api, "requestValidatorId": made["id"]}
    rest.update_request_validator(**own, patchOperations=patches)
    held = rest.get_request_validator(**own)
    assert (held["name"], held["validateRequestBody"], held["validateRequestParameters"]) == ("w", False, False)


# -- gateway responses ---------------------------------------------------------------------------------------


def test_gateway_responses_show_the_defaults_too(rest: Any, rest_api: str) -> None:
    rest.put_gateway_response(restApiId=rest_api, responseType="THROTTLED", statusCode="420")
    rows = {row["responseType"]: row for row in rest.get_gateway_responses(restApiId=rest_api)["items"]}
    assert len(rows) == 21
    assert [name for name, row in rows.items() if not row["defaultResponse"]] == ["THROTTLED"]
    assert rows["THROTTLED"]["statusCode"] == "420"
    assert rows["THROTTLED"]["responseTemplates"]
    assert "statusCode" not in rows["DEFAULT_4XX"]


def test_a_customised_default_shows_through(rest: Any, rest_api: str) -> None:
    header = {"gatewayresponse.header.X": "'1'"}
    rest.put_gateway_response(restApiId=rest_api, responseType="DEFAULT_5XX", responseParameters=header)
    rows = {row["responseType"]: row for row in rest.get_gateway_responses(restApiId=rest_api)["items"]}
    assert rows["INTEGRATION_FAILURE"]["responseParameters"] == header
    assert rows["INTEGRATION_FAILURE"]["defaultResponse"] is True
    assert rows["UNAUTHORIZED"]["responseParameters"] == {}


def test_gateway_responses_are_patched_and_deleted(rest: Any, rest_api: str) -> None:
    own = {"restApiId": rest_api, "responseType": "UNAUTHORIZED"}
    add = {"op": "add", "path": "/responseParameters/gatewayresponse.header.X", "value": "'1'"}
    rest.update_gateway_response(**own, patchOperations=[replace("/statusCode", "418"), add])
    held = rest.get_gateway_response(**own)
    assert (held["statusCode"], held["defaultResponse"]) == ("418", False)
    rest.delete_gateway_response(**own)
    assert rest.get_gateway_response(**own)["defaultResponse"] is True
    with refused("NotFoundException", "not defined on api"):
        rest.delete_gateway_response(**own)


# -- deployments and stages ----------------------------------------------------------------------------------


def test_only_an_api_with_integrated_methods_is_deployed(rest: Any, rest_api: str, rest_root: str) -> None:
    with refused("BadRequestException", "doesn't contain any methods"):
        rest.create_deployment(restApiId=rest_api)
    rest.put_method(restApiId=rest_api, resourceId=rest_root, httpMethod="GET", authorizationType="NONE")
    with refused("BadRequestException", "No integration defined"):
        rest.create_deployment(restApiId=rest_api)


def test_a_deployment_keeps_its_description_and_what_it_froze(
    rest: Any,
    rest_api: str,
    rest_method: dict[str, str],
) -> None:
    made = rest.create_deployment(restApiId=rest_api, description="first")["id"]
    rest.delete_method(**rest_method)
    held = rest.get_deployment(restApiId=rest_api, deploymentId=made, embed=["apisummary"])
    assert held["description"] == "first"
    assert held["apiSummary"] == {"/": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}}
    rest.update_deployment(restApiId=rest_api, deploymentId=made, patchOperations=[replace("/description", "x")])
    assert rest.get_deployments(restApiId=rest_api)["items"][0]["description"] == "x"


def test_a_deployment_in_use_stays(rest: Any, rest_api: str, rest_stage: dict[str, str]) -> None:
    held = rest.get_stage(**rest_stage)["deploymentId"]
    with refused("BadRequestException", "Active stages"):
        rest.delete_deployment(restApiId=rest_api, deploymentId=held)
    rest.delete_stage(**rest_stage)
    rest.delete_deployment(restApiId=rest_api, deploymentId=held)


def test_create_deployment_makes_a_stage_or_moves_it(
    rest: Any,
    rest_api: str,
    rest_method: dict[str, str],
) -> None:
    first = rest.create_deployment(
        restApiId=rest_api, stageName="s", stageDescription="d", variables={"a": "1"}, tracingEnabled=True
    )["id"]
    held = rest.get_stage(restApiId=rest_api, stageName="s")
    assert (held["deploymentId"], held["description"], held["variables"]) == (first, "d", {"a": "1"})
    assert held["tracingEnabled"] is True
    second = rest.create_deployment(restApiId=rest_api, stageName="s")["id"]
    assert rest.get_stage(restApiId=rest_api, stageName="s")["deploymentId"] == second
    canary = {"percentTraffic": 5, "stageVariableOverrides": {"a": "2"}}
    third = rest.create_deployment(restApiId=rest_api, stageName="s", canarySettings=canary)["id"]
    held = rest.get_stage(restApiId=rest_api, stageName="s")
    assert held["deploymentId"] == second
    assert held["canarySettings"]["deploymentId"] == third


def test_a_stage_keeps_what_it_is_given(rest: Any, rest_api: str, rest_method: dict[str, str]) -> None:
    deployment = rest.create_deployment(restApiId=rest_api)["id"]
    given = {
        "stageName": "s",
        "deploymentId": deployment,
        "description": "d",
        "cacheClusterEnabled": True,
        "cacheClusterSize": "1.6",
        "variables": {"a": "1"},
        "canarySettings": {"percentTraffic": 5.5, "deploymentId": deployment, "useStageCache": True},
        "tracingEnabled": True,
        "tags": {"t": "u"},
    }
    made = rest.create_stage(restApiId=rest_api, **given)
    held = rest.get_stages(restApiId=rest_api)["item"][0]
    assert {key: held[key] for key in given} == given
    assert held["cacheClusterStatus"] == "AVAILABLE"
    assert made["createdDate"] == made["lastUpdatedDate"]
    with refused("ConflictException", "Stage already exists"):
        rest.create_stage(restApiId=rest_api, **given)
    with refused("BadRequestException", "Deployment id does not exist"):
        rest.create_stage(restApiId=rest_api, stageName="t", deploymentId="nope")


@pytest.mark.parametrize(
    ("key", "limits"), [("*/*", (5000, 10000.0)), ("~1pets~1{id}/GET", (-1, -1.0)), ("~1/GET", (-1, -1.0))]
)
def test_method_settings_are_added_and_removed(
    rest: Any,
    rest_stage: dict[str, str],
    key: str,
    limits: tuple[int, float],
) -> None:
    patches = [replace(f"/{key}/metrics/enabled", "true"), replace(f"/{key}/caching/ttlInSeconds", "7")]
    held = rest.update_stage(**rest_stage, patchOperations=patches)["methodSettings"]
    assert list(held) == [key]
    assert held[key]["metricsEnabled"] is True
    assert held[key]["cacheTtlInSeconds"] == 7
    assert (held[key]["throttlingBurstLimit"], held[key]["throttlingRateLimit"]) == limits
    assert "loggingLevel" not in held[key]
    remove = {"op": "remove", "path": f"/{key}"}
    assert rest.update_stage(**rest_stage, patchOperations=[remove])["methodSettings"] == {}
    with refused("BadRequestException", "no method setting for this method"):
        rest.update_stage(**rest_stage, patchOperations=[remove])


def test_logs_need_the_accounts_role(aws: Stand, rest: Any, rest_stage: dict[str, str]) -> None:
    arn = f"arn:aws:logs:{REGION}:123456789012:log-group:x"
    patches = [replace("/accessLogSettings/destinationArn", arn), replace("/accessLogSettings/format", "$x")]
    for each in (patches, [replace("/*/*/logging/loglevel", "INFO")]):
        with refused("BadRequestException", "CloudWatch Logs role ARN must be set"):
            rest.update_stage(**rest_stage, patchOperations=each)
    allow_logging(aws, REGION)
    held = rest.update_stage(**rest_stage, patchOperations=patches)
    assert held["accessLogSettings"] == {"destinationArn": arn, "format": "$x"}
    held = rest.update_stage(**rest_stage, patchOperations=[{"op": "remove", "path": "/accessLogSettings"}])
    assert "accessLogSettings" not in held


def test_stage_settings_are_patched(rest: Any, rest_api: str, rest_stage: dict[str, str]) -> None:
    deployment = rest.create_deployment(restApiId=rest_api)["id"]
    settings = {
        "/description": "d",
        "/deploymentId": deployment,
        "/variables/a": "1",
        "/variables/b": "2",
        "/tracingEnabled": "true",
        "/cacheClusterEnabled": "true",
        "/cacheClusterSize": "6.1",
        "/clientCertificateId": "cert",
        "/canarySettings/percentTraffic": "10",
        "/canarySettings/stageVariableOverrides/a": "3",
    }
    held = rest.update_stage(**rest_stage, patchOperations=[replace(*each) for each in settings.items()])
    assert held["variables"] == {"a": "1", "b": "2"}
    assert (held["deploymentId"], held["tracingEnabled"], held["cacheClusterSize"]) == (deployment, True, "6.1")
    assert held["canarySettings"] == {
        "deploymentId": deployment,
        "percentTraffic": 10.0,
        "useStageCache": False,
        "stageVariableOverrides": {"a": "3"},
    }
    paths = ("/canarySettings", "/variables/a", "/variables/b")
    patches = [{"op": "remove", "path": path} for path in paths]
    held = rest.update_stage(**rest_stage, patchOperations=[*patches, replace("/clientCertificateId", "")])
    assert not {"canarySettings", "variables", "clientCertificateId"} & set(held)


def test_stage_patches_that_are_refused(rest: Any, rest_stage: dict[str, str]) -> None:
    with refused("BadRequestException", "Deployment id does not exist"):
        rest.update_stage(**rest_stage, patchOperations=[replace("/deploymentId", "nope")])
    with refused("BadRequestException", "Invalid method setting path"):
        rest.update_stage(**rest_stage, patchOperations=[replace("/pets/{id}/GET/metrics/enabled", "true")])
    with refused("BadRequestException", "Invalid add operation"):
        add = {"op": "add", "path": "/canarySettings/deploymentId", "value": "x"}
        rest.update_stage(**rest_stage, patchOperations=[add])


def test_a_web_acl_shows_on_the_stage(aws: Stand, rest: Any, rest_api: str, rest_stage: dict[str, str]) -> None:
    wafv2 = aws.client("wafv2", REGION)
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    acl = wafv2.create_web_acl(Name="a", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=seen)
    arn = f"arn:aws:apigateway:{REGION}::/restapis/{rest_api}/stages/live"
    wafv2.associate_web_acl(WebACLArn=acl["Summary"]["ARN"], ResourceArn=arn)
    assert rest.get_stage(**rest_stage)["webAclArn"] == acl["Summary"]["ARN"]


def test_a_stage_that_something_leads_to_stays(rest: Any, rest_api: str, rest_stage: dict[str, str]) -> None:
    plan = rest.create_usage_plan(name="p", apiStages=[{"apiId": rest_api, "stage": "live"}])["id"]
    with refused("BadRequestException"):
        rest.delete_stage(**rest_stage)
    rest.delete_usage_plan(usagePlanId=plan)
    rest.delete_stage(**rest_stage)


def test_the_stand_in_says_what_it_can_not_do(rest: Any, rest_api: str, rest_stage: dict[str, str]) -> None:
    with refused("NotImplementedException"):
        rest.put_rest_api(restApiId=rest_api, body=b"{}")
    with refused("NotImplementedException"):
        rest.get_export(**rest_stage, exportType="oas30")
