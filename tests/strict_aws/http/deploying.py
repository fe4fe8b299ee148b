"""Deploying an API: what is frozen, and the stages that deploy every change by themselves."""

from __future__ import annotations

from tests.strict_aws.call import Call
from tests.strict_aws.http.state import Document, HttpApi
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rules import rule

NEEDS_ROUTES = rule(
    "http.deployment-needs-routes",
    "An API without routes can't be deployed",
    "quoted: github.com/mach-composer/mach-composer-cli, issue 42 (CreateDeployment)",
)
AUTO_NEEDS_ROUTES = rule(
    "http.auto-deployment-needs-routes",
    "A stage that deploys by itself says so where there is no valid route, and keeps what it had",
    "recorded: test_apigwv2_stage_update",
)
VALID_ROUTE = rule(
    "http.valid-route",
    "A route of an HTTP API is valid where it has a target",
    "the word 'valid' in recorded: test_apigwv2_stage_update",
    recalled=True,
)
_BY_ITSELF = "Automatic deployment triggered by changes to the Api configuration"


def deploy(call: Call, api: HttpApi, description: str | None, *, by_itself: bool = False) -> Document:
    """Freeze the draft into a new deployment, which is returned."""
    made = {
        "AutoDeployed": by_itself,
        "CreatedDate": call.created(),
        "DeploymentId": call.aws.ids.gateway(6),
        "DeploymentStatus": "DEPLOYED",
    }
    if description:
        made["Description"] = description
    api.deployments[made["DeploymentId"]] = made
    api.deployed[made["DeploymentId"]] = api.frozen()
    return made


def check_deployable(call: Call, api: HttpApi) -> None:
    """Refuse to deploy an API that has no routes."""
    if not api.draft.routes and call.holds(NEEDS_ROUTES):
        raise bad_request("Unable to deploy API because no routes exist in this API")


def changed(call: Call, api: HttpApi) -> None:
    """Deploy a change to every stage that deploys by itself: to be called after each change of an API."""
    deploy_by_itself(call, api, [name for name, stage in api.stages.items() if stage["AutoDeploy"]])


def deploy_by_itself(call: Call, api: HttpApi, stages: list[str]) -> None:
    """Make one deployment for these stages, or let them say why there is none."""
    if not stages:
        return
    if _has_valid_route(call, api) or not call.holds(AUTO_NEEDS_ROUTES):
        made = deploy(call, api, _BY_ITSELF, by_itself=True)
        told = {
            "DeploymentId": made["DeploymentId"],
            "LastDeploymentStatusMessage": f"Successfully deployed stage with deployment ID '{made['DeploymentId']}'",
        }
    else:
        text = "Deployment attempt failed: Unable to deploy API because no valid routes exist in this API"
        told = {"LastDeploymentStatusMessage": text}
    for name in stages:
        api.stages[name] = api.stages[name] | told | {"LastUpdatedDate": float(int(call.now))}


def _has_valid_route(call: Call, api: HttpApi) -> bool:
    if api.is_websocket or not call.holds(VALID_ROUTE):
        return bool(api.draft.routes)
    return any(route.get("Target") for route in api.draft.routes.values())
