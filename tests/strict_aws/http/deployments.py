"""Deployments."""

from __future__ import annotations

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.deploying import check_deployable, deploy
from tests.strict_aws.http.lists import listed
from tests.strict_aws.http.members import edited
from tests.strict_aws.http.stage_settings import check_deployment_id
from tests.strict_aws.http.state import Document, find_api, find_in
from tests.strict_aws.refusals import bad_request, not_found
from tests.strict_aws.rules import rule

STAGE_THERE = rule(
    "http.deployment-stage",
    "The stage that CreateDeployment names is there",
    "recalled of CreateDeployment",
    recalled=True,
)
IN_USE = rule(
    "http.delete-used-deployment",
    "A deployment that a stage has can't be deleted",
    "quoted: github.com/hashicorp/terraform-provider-aws, issue 19805, has it of v1; taken over",
)


@answers("apigatewayv2", "CreateDeployment")
def create_deployment(call: Call) -> Document:
    """CreateDeployment: the stage that it names gets it."""
    api = find_api(call)
    check_deployable(call, api)
    stage = call.params.get("StageName")
    if stage:
        if stage in api.stages:
            check_deployment_id(call, api.stages[stage])
        elif call.holds(STAGE_THERE):
            raise not_found("Invalid stage identifier specified")
    made = deploy(call, api, call.params.get("Description"))
    if stage in api.stages:
        told = {"DeploymentId": made["DeploymentId"], "LastUpdatedDate": float(int(call.now))}
        api.stages[stage] = api.stages[stage] | told
    return made


@answers("apigatewayv2", "GetDeployments")
def get_deployments(call: Call) -> Document:
    """GetDeployments."""
    return listed(call, find_api(call).deployments.values())


@answers("apigatewayv2", "GetDeployment")
def get_deployment(call: Call) -> Document:
    """GetDeployment."""
    return find_in(call, find_api(call).deployments, "Deployment")


@answers("apigatewayv2", "UpdateDeployment")
def update_deployment(call: Call) -> Document:
    """UpdateDeployment: its description; what it froze stays."""
    api = find_api(call)
    new = edited(call, find_in(call, api.deployments, "Deployment"), ("Description",))
    api.deployments[new["DeploymentId"]] = new
    return new


@answers("apigatewayv2", "DeleteDeployment")
def delete_deployment(call: Call) -> None:
    """DeleteDeployment."""
    api = find_api(call)
    mine = find_in(call, api.deployments, "Deployment")["DeploymentId"]
    if any(stage.get("DeploymentId") == mine for stage in api.stages.values()) and call.holds(IN_USE):
        raise bad_request("Active stages pointing to this deployment must be moved or deleted")
    del api.deployments[mine]
    del api.deployed[mine]
