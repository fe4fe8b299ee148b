"""Stages."""

from __future__ import annotations

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.apis import mapped_to
from tests.strict_aws.http.deploying import deploy_by_itself
from tests.strict_aws.http.lists import listed
from tests.strict_aws.http.members import edited, refuse_foreign, room_for
from tests.strict_aws.http.stage_settings import check_deployment_id, checked_stage, new_stage
from tests.strict_aws.http.state import Document, HttpApi, find_api
from tests.strict_aws.http.tag_rules import check_tags
from tests.strict_aws.refusals import bad_request, conflict, not_found
from tests.strict_aws.rules import rule

UNIQUE = rule(
    "http.stage-unique",
    "Two stages of an API can't have the same name",
    "botocore: CreateStage declares ConflictException; the text is v1's",
)
MANAGED = rule(
    "http.managed-stage",
    "A quick create's stage can't be modified",
    "botocore: Stage, ApiGatewayManaged; the text is recalled",
)
MAPPED = rule(
    "http.delete-mapped-stage",
    "A stage that a custom domain name maps to can't be deleted",
    "AWS notes, appendix B; the text: github.com/hashicorp/terraform-provider-aws, issue 41651",
)
_MEMBERS = (
    "AccessLogSettings",
    "AutoDeploy",
    "ClientCertificateId",
    "DefaultRouteSettings",
    "DeploymentId",
    "Description",
    "RouteSettings",
    "StageVariables",
)


def find_stage(call: Call) -> tuple[HttpApi, Document]:
    """The API and the stage that the call names; raises NotFoundException, as test_apigwv2_stage_delete recorded it."""
    api = find_api(call)
    stage = api.stages.get(call.params["StageName"])
    if stage is None:
        raise not_found("Invalid stage identifier specified")
    return api, stage


@answers("apigatewayv2", "CreateStage")
def create_stage(call: Call) -> Document:
    """CreateStage: one that deploys by itself does so at once."""
    api = find_api(call)
    refuse_foreign(call, api, websocket=("ClientCertificateId",))
    check_tags(call, call.params.get("Tags"))
    if call.params.get("DeploymentId"):
        check_deployment_id(call, call.params)
    if call.params["StageName"] in api.stages and call.holds(UNIQUE):
        raise conflict("Stage already exists")
    room_for(call, api.stages, call.aws.limits.stages_per_api, "Stages")
    stage = new_stage(call, api, call.given("StageName", "Tags", *_MEMBERS))
    api.stages[stage["StageName"]] = stage
    if stage["AutoDeploy"]:
        deploy_by_itself(call, api, [stage["StageName"]])
    return api.stages[stage["StageName"]]


@answers("apigatewayv2", "GetStages")
def get_stages(call: Call) -> Document:
    """GetStages."""
    return listed(call, find_api(call).stages.values())


@answers("apigatewayv2", "GetStage")
def get_stage(call: Call) -> Document:
    """GetStage."""
    return find_stage(call)[1]


@answers("apigatewayv2", "UpdateStage")
def update_stage(call: Call) -> Document:
    """UpdateStage."""
    api, stage = find_stage(call)
    _check_managed(call, stage)
    refuse_foreign(call, api, websocket=("ClientCertificateId",))
    new = edited(call, stage, _MEMBERS, merged=("RouteSettings", "StageVariables"))
    if "DeploymentId" in call.params:
        check_deployment_id(call, new)
    keys = {route["RouteKey"] for route in api.draft.routes.values()} | set(call.params.get("RouteSettings") or {})
    merged = new.get("RouteSettings") or {}
    left_over = {key: each for key, each in merged.items() if key not in keys}  # of routes that are gone since
    new["RouteSettings"] = {key: each for key, each in merged.items() if key in keys}
    new = checked_stage(call, api, new)
    new["RouteSettings"] |= left_over
    new["LastUpdatedDate"] = float(int(call.now))
    api.stages[stage["StageName"]] = new
    if new["AutoDeploy"] and not stage["AutoDeploy"]:
        deploy_by_itself(call, api, [stage["StageName"]])
    return api.stages[stage["StageName"]]


def _check_managed(call: Call, stage: Document) -> None:
    if stage.get("ApiGatewayManaged") and call.holds(MANAGED):
        raise bad_request("A stage that API Gateway manages can not be modified")


@answers("apigatewayv2", "DeleteStage")
def delete_stage(call: Call) -> None:
    """DeleteStage: its deployments stay."""
    api, stage = find_stage(call)
    if call.holds(MAPPED) and mapped_to(call, api.id, stage["StageName"]):
        text = "Please remove all base path mappings related to the stage in your domains."
        raise bad_request(f"Deleting stage {stage['StageName']} failed. {text}")
    del api.stages[stage["StageName"]]


@answers("apigatewayv2", "DeleteRouteSettings")
def delete_route_settings(call: Call) -> None:
    """DeleteRouteSettings."""
    api, stage = find_stage(call)
    _check_managed(call, stage)
    left = dict(stage["RouteSettings"])
    if left.pop(call.params["RouteKey"], None) is None:
        raise not_found(f"Unable to find RouteSettings by key {call.params['RouteKey']}")
    api.stages[stage["StageName"]] = stage | {"RouteSettings": left, "LastUpdatedDate": float(int(call.now))}


@answers("apigatewayv2", "DeleteAccessLogSettings")
def delete_access_log_settings(call: Call) -> None:
    """DeleteAccessLogSettings."""
    api, stage = find_stage(call)
    _check_managed(call, stage)
    left = {name: value for name, value in stage.items() if name != "AccessLogSettings"}
    api.stages[stage["StageName"]] = left | {"LastUpdatedDate": float(int(call.now))}
