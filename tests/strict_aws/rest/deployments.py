"""Deployments: snapshots of an API that never change, and the stages that they may make or move."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, not_found
from tests.strict_aws.rest import vpc_links
from tests.strict_aws.rest.in_use import deployments_in_use, links_in
from tests.strict_aws.rest.patches import patched, scalar
from tests.strict_aws.rest.stage_cache import change_cache
from tests.strict_aws.rest.stages import canary_of, check_variables, refuse_one_too_many
from tests.strict_aws.rest.state import RestApi, RestRegion, find_api
from tests.strict_aws.rules import rule

Document = dict[str, Any]

METHODS = rule(
    "rest.deploy-needs-methods",
    "An API without methods, or with a method that has no integration, can't be deployed",
    "quoted: anomalyco/sst#3976 has the first text; the second is recalled",
)
PRIVATE = rule(
    "rest.deploy-private-needs-policy",
    "A private API without a resource policy can't be deployed",
    "AWS notes, appendix B",
)
LINK_GOES = rule(
    "rest.deploy-link-deleting",
    "Deploying fails while a VPC link that is used is being deleted; it waits for one that is being made",
    "botocore: VpcLink.status; the text is recalled",
)
CANARY = rule(
    "rest.canary-needs-stage",
    "A canary deployment names a stage that is there",
    "recorded: test_create_canary_deployment_validation",
)
ACTIVE = rule(
    "rest.deployment-in-use",
    "A deployment that a stage or a canary is on can't be deleted",
    "recorded: test_create_delete_deployments",
)


def check_deployable(call: Call, api: RestApi) -> None:
    """Raise BadRequestException where AWS would not deploy the draft."""
    methods = list(api.draft.methods())
    if call.holds(METHODS) and not methods:
        raise bad_request("The REST API doesn't contain any methods")
    if call.holds(METHODS) and any("methodIntegration" not in method for _, _, method in methods):
        raise bad_request("No integration defined for method")
    private = api.fields.get("endpointConfiguration", {}).get("types") == ["PRIVATE"]
    if call.holds(PRIVATE) and private and not api.fields.get("policy"):
        raise bad_request("Private REST API doesn't have a resource policy attached to it")
    for link, _, _ in links_in(api.draft):
        if call.holds(LINK_GOES) and vpc_links.status(call, link) == "DELETING":
            raise bad_request(f"Vpc link '{link}' is being deleted")


def _check_stage(call: Call, api: RestApi) -> None:
    """What is wrong with the stage that the deployment names, if anything."""
    name, canary = call.params.get("stageName"), call.params.get("canarySettings")
    faulty = "Invalid deployment content specified."
    if canary is not None and call.holds(CANARY):
        if not name:
            text = "Non null and non empty stageName must be provided for canary deployment. Provided value is "
            raise bad_request(faulty + text + ("null" if name is None else ""))
        if name not in api.stages:
            raise bad_request(f"{faulty}Stage {name} must already be created before making a canary release deployment")
        canary_of(call, canary, "")
    check_variables(call, call.params.get("variables", {}))
    if name and name not in api.stages:
        refuse_one_too_many(call, api, name)


def _make_or_move_stage(call: Call, api: RestApi, deployment: str) -> None:
    name, canary, moment = call.params["stageName"], call.params.get("canarySettings"), call.created()
    if canary is not None:
        api.stages[name]["canarySettings"] = canary_of(call, canary, deployment)
    else:
        fresh = {"stageName": name, "createdDate": moment, "tracingEnabled": False, "methodSettings": {}}
        stage = api.stages.setdefault(name, fresh)
        before = dict(stage) if "deploymentId" in stage else {}
        stage["deploymentId"] = deployment
        stage |= call.given("cacheClusterEnabled", "cacheClusterSize", "variables", "tracingEnabled")
        if call.params.get("stageDescription"):
            stage["description"] = call.params["stageDescription"]
        change_cache(call, api.id, stage, before)
    api.stages[name]["lastUpdatedDate"] = moment


@answers("apigateway", "CreateDeployment")
def create_deployment(call: Call) -> Document:
    """Freeze the draft; make or move the stage that is named, or put a canary on it."""
    api = find_api(call)
    check_deployable(call, api)
    _check_stage(call, api)
    made = call.aws.ids.gateway(6)
    api.deployments[made] = {"id": made, "createdDate": call.created()}
    if call.params.get("description"):
        api.deployments[made]["description"] = call.params["description"]
    api.deployed[made] = api.frozen()
    if call.params.get("stageName"):
        _make_or_move_stage(call, api, made)
    return api.deployments[made]


def _find(call: Call) -> tuple[RestApi, Document]:
    api = call.part(RestRegion).apis.get(call.params["restApiId"])
    if api is None or call.params["deploymentId"] not in api.deployments:
        raise not_found("Invalid Deployment identifier specified")
    return api, api.deployments[call.params["deploymentId"]]


@answers("apigateway", "GetDeployments")
def get_deployments(call: Call) -> Document:
    """One page of the deployments, the latest first; what they froze can't be read."""
    rows = sorted(find_api(call).deployments.values(), key=lambda row: -row["createdDate"])
    items, position = call.page(rows)
    return {"items": items, "position": position}


@answers("apigateway", "GetDeployment")
def get_deployment(call: Call) -> Document:
    """A deployment; `embed=apisummary` adds the methods that it froze."""
    api, deployment = _find(call)
    embedded = [each for given in call.params.get("embed", []) for each in given.split(",")]
    if "apisummary" not in embedded:
        return deployment
    summary: dict[str, Document] = {}
    for path, verb, method in api.deployed[deployment["id"]].methods():
        row = {name: method[name] for name in ("authorizationType", "apiKeyRequired") if name in method}
        summary.setdefault(path, {})[verb] = row
    return deployment | {"apiSummary": summary}


@answers("apigateway", "DeleteDeployment")
def delete_deployment(call: Call) -> None:
    """Delete a deployment that no stage and no canary is on."""
    api, deployment = _find(call)
    if call.holds(ACTIVE) and deployment["id"] in deployments_in_use(api):
        raise bad_request("Active stages pointing to this deployment must be moved or deleted")
    del api.deployments[deployment["id"]]
    del api.deployed[deployment["id"]]


@answers("apigateway", "UpdateDeployment")
def update_deployment(call: Call) -> Document:
    """Patch a deployment's description."""
    api, deployment = _find(call)
    changed = patched(call, deployment, {"/description": scalar("description", clears=True)})
    api.deployments[deployment["id"]] = changed
    return changed
