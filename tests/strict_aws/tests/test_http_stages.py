"""Stages and deployments: what they keep, deploying by itself, settings, logs, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.http.state import HttpRegion
from tests.strict_aws.rest.state import Domains, RestRegion
from tests.strict_aws.tests.http_samples import function, http_api, jwt, mock, plain, route, websocket_api
from tests.strict_aws.tests.refused import refused

LOGS = {"DestinationArn": "arn:aws:logs:us-east-1:123456789012:log-group:a", "Format": "$context.requestId"}
ROLE = "arn:aws:iam::123456789012:role/logs"


def api_with_route(http: Any) -> str:
    api = http_api(http)
    route(http, api, "GET /", function(http, api))
    return api


def deployments(http: Any, api: str) -> list[dict[str, Any]]:
    return list(http.get_deployments(ApiId=api, MaxResults="500")["Items"])


def test_an_http_stage_has_aws_s_defaults(http: Any) -> None:
    api = http_api(http)
    made = plain(http.create_stage(ApiId=api, StageName="live"))
    assert made.pop("CreatedDate") == made.pop("LastUpdatedDate")
    assert made == {
        "AutoDeploy": False,
        "DefaultRouteSettings": {"DetailedMetricsEnabled": False},
        "RouteSettings": {},
        "StageName": "live",
        "StageVariables": {},
        "Tags": {},
    }


def test_a_websocket_stage_has_aws_s_defaults(http: Any) -> None:
    made = http.create_stage(ApiId=websocket_api(http), StageName="live")
    assert made["DefaultRouteSettings"] == {
        "DataTraceEnabled": False,
        "DetailedMetricsEnabled": False,
        "LoggingLevel": "OFF",
    }


def test_every_member_of_a_stage_is_kept(http: Any) -> None:
    api = api_with_route(http)
    deployment = http.create_deployment(ApiId=api, Description="d")["DeploymentId"]
    given = {
        "StageName": "$default",
        "AccessLogSettings": LOGS,
        "DefaultRouteSettings": {"DetailedMetricsEnabled": True, "ThrottlingBurstLimit": 5, "ThrottlingRateLimit": 2.5},
        "DeploymentId": deployment,
        "Description": "d",
        "RouteSettings": {"GET /": {"DetailedMetricsEnabled": True, "ThrottlingRateLimit": 1.0}},
        "StageVariables": {"a_1": "b-c.d~e:/?#&=,"},
        "Tags": {"a": "b"},
    }
    http.create_stage(ApiId=api, **given)
    found = plain(http.get_stage(ApiId=api, StageName="$default"))
    assert {name: found[name] for name in given} == given
    assert http.get_stages(ApiId=api)["Items"] == [found]


def test_names_of_stages(http: Any) -> None:
    api = websocket_api(http)
    for name in ("$default", "a b", "a.b"):
        assert refused(http.create_stage, ApiId=api, StageName=name)[0] == "BadRequestException"
    http.create_stage(ApiId=api, StageName="a-b_1")
    assert refused(http.create_stage, ApiId=api, StageName="a-b_1") == ("ConflictException", "Stage already exists")
    assert refused(http.get_stage, ApiId=api, StageName="b") == (
        "NotFoundException",
        "Invalid stage identifier specified",
    )


def test_ten_stages_at_most(http: Any) -> None:
    api = http_api(http)
    for number in range(10):
        http.create_stage(ApiId=api, StageName=f"s{number}")
    assert refused(http.create_stage, ApiId=api, StageName="more")[0] == "ConflictException"


def test_a_deployment_freezes_the_draft(http: Any, strict: StrictAws) -> None:
    api = api_with_route(http)
    made = plain(http.create_deployment(ApiId=api, Description="first"))
    created = made.pop("CreatedDate")
    mine = made["DeploymentId"]
    assert created and made == {
        "AutoDeployed": False,
        "DeploymentId": mine,
        "DeploymentStatus": "DEPLOYED",
        "Description": "first",
    }
    (integration,) = http.get_integrations(ApiId=api)["Items"]
    http.update_integration(ApiId=api, IntegrationId=integration["IntegrationId"], TimeoutInMillis=50)
    http.update_api(ApiId=api, Name="renamed")
    route(http, api, "GET /more")
    held = strict.region("us-east-1").part(HttpRegion).apis[api].deployed[mine]
    assert [each["RouteKey"] for each in held.routes.values()] == ["GET /"]
    assert [each["TimeoutInMillis"] for each in held.integrations.values()] == [30000]
    assert held.settings["Name"] == "shop"
    assert http.update_deployment(ApiId=api, DeploymentId=mine, Description="d")["Description"] == "d"
    assert "Description" not in http.update_deployment(ApiId=api, DeploymentId=mine, Description="")


def test_an_api_without_routes_can_t_be_deployed(http: Any) -> None:
    assert refused(http.create_deployment, ApiId=http_api(http)) == (
        "BadRequestException",
        "Unable to deploy API because no routes exist in this API",
    )


def test_a_deployment_to_a_stage(http: Any) -> None:
    api = api_with_route(http)
    assert refused(http.create_deployment, ApiId=api, StageName="live")[0] == "NotFoundException"
    assert deployments(http, api) == []
    http.create_stage(ApiId=api, StageName="live")
    made = http.create_deployment(ApiId=api, StageName="live")["DeploymentId"]
    assert http.get_stage(ApiId=api, StageName="live")["DeploymentId"] == made
    assert refused(http.delete_deployment, ApiId=api, DeploymentId=made) == (
        "BadRequestException",
        "Active stages pointing to this deployment must be moved or deleted",
    )
    http.delete_stage(ApiId=api, StageName="live")
    http.delete_deployment(ApiId=api, DeploymentId=made)
    assert refused(http.get_deployment, ApiId=api, DeploymentId=made)[0] == "NotFoundException"


def test_every_change_is_deployed_at_once(http: Any) -> None:
    api = http_api(http)
    made = http.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    assert made["LastDeploymentStatusMessage"] == (
        "Deployment attempt failed: Unable to deploy API because no valid routes exist in this API"
    )
    assert "DeploymentId" not in made
    integration = function(http, api)
    assert deployments(http, api) == []
    changes = [
        lambda: http.create_route(ApiId=api, RouteKey="GET /", Target=f"integrations/{integration}"),
        lambda: http.update_integration(ApiId=api, IntegrationId=integration, TimeoutInMillis=500),
        lambda: jwt(http, api),
        lambda: http.update_api(ApiId=api, CorsConfiguration={"AllowOrigins": ["*"]}),
        lambda: http.delete_cors_configuration(ApiId=api),
        lambda: http.create_route(ApiId=api, RouteKey="GET /more"),
        lambda: http.delete_route(ApiId=api, RouteId=http.get_routes(ApiId=api)["Items"][1]["RouteId"]),
    ]
    for number, change in enumerate(changes, start=1):
        change()
        found = deployments(http, api)
        assert len(found) == number and all(each["AutoDeployed"] for each in found)
        stage = http.get_stage(ApiId=api, StageName="$default")
        assert stage["DeploymentId"] == found[-1]["DeploymentId"]
        assert found[-1]["DeploymentId"] in stage["LastDeploymentStatusMessage"]


def test_the_deployment_of_such_a_stage_can_t_be_set(http: Any) -> None:
    api = api_with_route(http)
    mine = http.create_deployment(ApiId=api)["DeploymentId"]
    text = "Deployment ID cannot be set on this stage because AutoDeploy is enabled"
    given = {"ApiId": api, "StageName": "live", "AutoDeploy": True, "DeploymentId": mine}
    assert refused(http.create_stage, **given) == ("BadRequestException", text)
    http.create_stage(ApiId=api, StageName="live", AutoDeploy=True)
    assert refused(http.update_stage, ApiId=api, StageName="live", DeploymentId=mine) == ("BadRequestException", text)
    assert refused(http.create_deployment, ApiId=api, StageName="live") == ("BadRequestException", text)
    http.update_stage(ApiId=api, StageName="live", AutoDeploy=False, DeploymentId=mine)
    assert http.get_stage(ApiId=api, StageName="live")["DeploymentId"] == mine
    new = http.update_stage(ApiId=api, StageName="live", AutoDeploy=True)
    assert new["DeploymentId"] != mine and deployments(http, api)[-1]["AutoDeployed"]


def test_an_update_merges_variables_and_route_settings(http: Any) -> None:
    api = api_with_route(http)
    route(http, api, "GET /second", function(http, api))
    http.create_stage(
        ApiId=api,
        StageName="live",
        Description="d",
        StageVariables={"a": "1", "b": "2"},
        RouteSettings={"GET /": {"ThrottlingBurstLimit": 1}},
    )
    new = http.update_stage(
        ApiId=api,
        StageName="live",
        Description="",
        StageVariables={"a": "", "c": "3"},
        RouteSettings={"GET /second": {"ThrottlingBurstLimit": 2}},
    )
    assert new["StageVariables"] == {"b": "2", "c": "3"} and "Description" not in new
    assert set(new["RouteSettings"]) == {"GET /", "GET /second"}
    http.delete_route_settings(ApiId=api, StageName="live", RouteKey="GET /")
    assert set(http.get_stage(ApiId=api, StageName="live")["RouteSettings"]) == {"GET /second"}
    code, _ = refused(http.delete_route_settings, ApiId=api, StageName="live", RouteKey="GET /")
    assert code == "NotFoundException"


def test_route_settings_need_a_route(http: Any) -> None:
    api = api_with_route(http)
    settings = {"RouteSettings": {"GET /some-route": {"ThrottlingBurstLimit": 1}}}
    text = "Unable to find Route by key GET /some-route within the provided RouteSettings"
    assert refused(http.create_stage, ApiId=api, StageName="live", **settings) == ("NotFoundException", text)
    http.create_stage(ApiId=api, StageName="live")
    assert refused(http.update_stage, ApiId=api, StageName="live", **settings) == ("NotFoundException", text)


def test_http_apis_have_no_execution_logs(http: Any) -> None:
    api = http_api(http)
    for settings in ({"LoggingLevel": "INFO"}, {"DataTraceEnabled": True}):
        assert refused(http.create_stage, ApiId=api, StageName="a", DefaultRouteSettings=settings) == (
            "BadRequestException",
            "Execution logs are not supported on protocolType HTTP",
        )


def test_logs_of_a_websocket_api_need_the_account_s_role(http: Any, strict: StrictAws) -> None:
    api = websocket_api(http)
    text = "CloudWatch Logs role ARN must be set in account settings to enable logging"
    for given in ({"AccessLogSettings": LOGS}, {"DefaultRouteSettings": {"LoggingLevel": "ERROR"}}):
        assert refused(http.create_stage, ApiId=api, StageName="a", **given) == ("BadRequestException", text)
    strict.region("us-east-1").part(RestRegion).account["cloudwatchRoleArn"] = ROLE
    settings = {"LoggingLevel": "INFO", "DataTraceEnabled": True, "DetailedMetricsEnabled": True}
    made = http.create_stage(ApiId=api, StageName="a", AccessLogSettings=LOGS, DefaultRouteSettings=settings)
    assert (made["AccessLogSettings"], made["DefaultRouteSettings"]) == (LOGS, settings)


def test_access_logs(http: Any) -> None:
    api = http_api(http)
    for wrong in (
        {"DestinationArn": "arn:aws:s3:::a"},
        {"Format": "$context.status"},
        {"Format": "a\n$context.requestId"},
    ):
        code, _ = refused(http.create_stage, ApiId=api, StageName="a", AccessLogSettings=LOGS | wrong)
        assert code == "BadRequestException"
    http.create_stage(ApiId=api, StageName="a", AccessLogSettings=LOGS)
    http.delete_access_log_settings(ApiId=api, StageName="a")
    assert "AccessLogSettings" not in http.get_stage(ApiId=api, StageName="a")


@pytest.mark.parametrize(
    "variables", [{"a-b": "c"}, {"a": "b c"}, {"a": "x" * 513}, {f"v{n}": "x" for n in range(101)}]
)
def test_variables_that_can_t_be(http: Any, variables: dict[str, str]) -> None:
    code, _ = refused(http.create_stage, ApiId=http_api(http), StageName="a", StageVariables=variables)
    assert code == "BadRequestException"


def test_client_certificates_are_of_websocket_apis(http: Any, strict: StrictAws) -> None:
    given = {"StageName": "a", "ClientCertificateId": "abc123"}
    assert refused(http.create_stage, ApiId=http_api(http), **given)[0] == "BadRequestException"
    api = websocket_api(http)
    assert refused(http.create_stage, ApiId=api, **given)[0] == "BadRequestException"
    strict.region("us-east-1").part(RestRegion).client_certificates["abc123"] = {"clientCertificateId": "abc123"}
    assert http.create_stage(ApiId=api, **given)["ClientCertificateId"] == "abc123"


def test_a_mapped_stage_can_t_be_deleted(http: Any, strict: StrictAws) -> None:
    api = http_api(http)
    for name in ("live", "other"):
        http.create_stage(ApiId=api, StageName=name)
    mapping = {"apiMappingId": "m", "apiId": api, "stage": "live", "apiMappingKey": ""}
    strict.region("us-east-1").part(Domains).mappings["a.example"] = {"m": mapping}
    assert refused(http.delete_stage, ApiId=api, StageName="live") == (
        "BadRequestException",
        "Deleting stage live failed. Please remove all base path mappings related to the stage in your domains.",
    )
    http.delete_stage(ApiId=api, StageName="other")


def test_websocket_apis_deploy_by_themselves_too(http: Any) -> None:
    api = websocket_api(http)
    http.create_stage(ApiId=api, StageName="live", AutoDeploy=True)
    made = route(http, api, "$default", integration := mock(http, api))
    http.create_route_response(ApiId=api, RouteId=made, RouteResponseKey="$default")
    http.create_integration_response(ApiId=api, IntegrationId=integration, IntegrationResponseKey="$default")
    http.create_model(ApiId=api, Name="M", Schema="{}")
    assert len(deployments(http, api)) == 4


def test_settings_of_a_route_that_is_gone_stay_until_they_are_deleted(http: Any) -> None:
    api = api_with_route(http)
    gone = route(http, api, "GET /gone", function(http, api))
    limit = {"ThrottlingBurstLimit": 1}
    http.create_stage(ApiId=api, StageName="live", RouteSettings={"GET /gone": limit})
    http.delete_route(ApiId=api, RouteId=gone)
    new = http.update_stage(ApiId=api, StageName="live", RouteSettings={"GET /": limit})
    assert set(new["RouteSettings"]) == {"GET /", "GET /gone"}
    code, _ = refused(http.update_stage, ApiId=api, StageName="live", RouteSettings={"GET /gone": limit})
    assert code == "NotFoundException"
    http.delete_route_settings(ApiId=api, StageName="live", RouteKey="GET /gone")
    assert set(http.get_stage(ApiId=api, StageName="live")["RouteSettings"]) == {"GET /"}


def test_the_rest_of_a_stage_can_change_beside_its_own_deployments(http: Any) -> None:
    api = api_with_route(http)
    made = http.create_stage(ApiId=api, StageName="live", AutoDeploy=True)
    new = http.update_stage(ApiId=api, StageName="live", Description="d", AccessLogSettings=LOGS)
    assert (new["DeploymentId"], new["Description"]) == (made["DeploymentId"], "d")
    assert "AccessLogSettings" not in http.update_stage(ApiId=api, StageName="live", AccessLogSettings={})
    assert refused(http.update_stage, ApiId=api, StageName="live", DeploymentId="")[0] == "BadRequestException"
