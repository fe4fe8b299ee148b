"""Stages, but for their patches."""

from __future__ import annotations

import re
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call, Region
from tests.strict_aws.refusals import bad_request, conflict, limit_exceeded, not_found
from tests.strict_aws.rest.in_use import refuse_mapped_stage, refuse_planned_stage
from tests.strict_aws.rest.stage_cache import change_cache, forget_cache, settle_cache
from tests.strict_aws.rest.state import RestApi, RestRegion, find_api, shown
from tests.strict_aws.rest.tagging import check_tags
from tests.strict_aws.rules import rule

Document = dict[str, Any]

NAME = rule(
    "rest.stage-name",
    "Names of stages are letters, digits, hyphens and underscores, at most 128",
    "botocore: Stage.stageName",
)
LIMIT = rule("rest.stages-10", "An API has at most 10 stages", "AWS notes, section 2.2; the text is recalled")
VARIABLES = rule(
    "rest.stage-variables",
    "At most 100 stage variables, names of 64 letters, digits and underscores, values of 512 characters of a set",
    "AWS notes, section 2.2; botocore: Stage.variables; the texts are recalled",
)
DEPLOYMENT = rule(
    "rest.stage-needs-deployment",
    "A stage's deployment and its canary's have to be there",
    "recorded: test_create_canary_deployment, test_update_stage_canary_deployment_validation",
)
TWICE = rule(
    "rest.stage-exists",
    "A stage of that name must not be there",
    "quoted: hashicorp/terraform-provider-aws#1153",
)
DOCUMENTATION = rule(
    "rest.stage-documentation-version",
    "A stage's documentation version has to be there",
    "the text of GetDocumentationVersion",
    recalled=True,
)
PERCENT = rule("rest.canary-percent", "A canary gets 0 to 100 percent of traffic", "botocore: CanarySettings")

_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]*")


def find_stage(call: Call) -> tuple[RestApi, Document]:
    """The API and the stage that the call names; raises NotFoundException."""
    api = call.part(RestRegion).apis.get(call.params["restApiId"])
    if api is None or call.params["stageName"] not in api.stages:
        raise not_found("Invalid stage identifier specified")
    return api, api.stages[call.params["stageName"]]


def shown_stage(call: Call, api: RestApi, stage: Document) -> Document:
    """A stage as AWS answers it: the settings of methods even where there are none."""
    settle_cache(call, api.id, stage)
    return {"methodSettings": {}, **shown(stage)}


def canary_of(call: Call, given: Document, deployment: str) -> Document:
    """Canary settings with what is unsaid filled in."""
    percent = float(given.get("percentTraffic") or 0.0)
    if call.holds(PERCENT) and not 0 <= percent <= 100:
        raise bad_request("Canary percent traffic must be between 0.0 and 100.0")
    overrides = given.get("stageVariableOverrides") or {}
    check_variables(call, overrides)
    made = {"deploymentId": given.get("deploymentId") or deployment, "percentTraffic": percent}
    made["useStageCache"] = bool(given.get("useStageCache", False))
    return made | ({"stageVariableOverrides": dict(overrides)} if overrides else {})


def check_variables(call: Call, variables: Document) -> None:
    """Raise BadRequestException or LimitExceededException where stage variables are more or other than AWS takes."""
    if not call.holds(VARIABLES):
        return
    if len(variables) > 100:
        raise limit_exceeded("Maximum number of stage variables has been reached: 100")
    for name, value in variables.items():
        if not re.fullmatch(r"\w{1,64}", name, re.ASCII):
            raise bad_request(
                f"Invalid stage variable name: {name}. Please use alphanumeric characters and underscores"
            )
        if len(value) > 512 or not _VALUE.fullmatch(value):
            text = (
                "Please use values with alphanumeric characters and the symbols ' ', -', '.', '_', ':', '/', '?', '&',"
            )
            raise bad_request(f"Invalid stage variable value: {value}. {text} '=', and ','.")


def check_deployments(call: Call, api: RestApi, stage: Document) -> None:
    """Raise BadRequestException where the stage's deployment, or its canary's, is not there."""
    for each in (stage["deploymentId"], stage.get("canarySettings", {}).get("deploymentId")):
        if each is not None and each not in api.deployments and call.holds(DEPLOYMENT):
            raise bad_request("Deployment id does not exist")


def check_documentation(call: Call, api: RestApi, version: str | None) -> None:
    """Raise NotFoundException where the documentation version is not there."""
    if version and version not in api.documentation_versions and call.holds(DOCUMENTATION):
        raise not_found("Invalid Documentation version specified")


def refuse_one_too_many(call: Call, api: RestApi, name: str) -> None:
    """Raise the refusal of a new stage, if there is a reason: its name, or the number of them."""
    if call.holds(NAME) and not re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", name):
        raise bad_request("Stage name only allows a-zA-Z0-9_-")
    if call.holds(LIMIT) and len(api.stages) >= call.aws.limits.stages_per_api:
        raise limit_exceeded("Maximum number of stages for this API has been reached: 10")


@answers("apigateway", "CreateStage")
def create_stage(call: Call) -> Document:
    """A stage on a deployment that is there."""
    api, name = find_api(call), call.params["stageName"]
    stage: Document = {"stageName": name} | call.given("deploymentId", "description", "cacheClusterSize", "variables")
    stage["tracingEnabled"] = call.params.get("tracingEnabled", False)
    stage["cacheClusterEnabled"] = call.params.get("cacheClusterEnabled", False)
    stage |= {"methodSettings": {}} | call.given("documentationVersion", "tags")
    if call.params.get("canarySettings") is not None:
        stage["canarySettings"] = canary_of(call, call.params["canarySettings"], stage["deploymentId"])
    check_variables(call, stage.get("variables", {}))
    check_tags(call, stage.get("tags"))
    check_deployments(call, api, stage)
    check_documentation(call, api, stage.get("documentationVersion"))
    if call.holds(TWICE) and name in api.stages:
        raise conflict("Stage already exists")
    refuse_one_too_many(call, api, name)
    change_cache(call, api.id, stage, {})
    stage["createdDate"] = stage["lastUpdatedDate"] = call.created()
    api.stages[name] = stage
    return shown_stage(call, api, stage)


@answers("apigateway", "GetStages")
def get_stages(call: Call) -> Document:
    """All stages at once, under the key `item`; `deploymentId` leaves those that are on it."""
    wanted = call.params.get("deploymentId")
    api = find_api(call)
    stages = [stage for _, stage in sorted(api.stages.items()) if wanted in (None, stage["deploymentId"])]
    return {"item": [shown_stage(call, api, stage) for stage in stages]}


@answers("apigateway", "GetStage")
def get_stage(call: Call) -> Document:
    """A stage."""
    return shown_stage(call, *find_stage(call))


@answers("apigateway", "DeleteStage")
def delete_stage(call: Call) -> None:
    """Delete a stage that no domain name leads to, and no usage plan has."""
    api, stage = find_stage(call)
    refuse_mapped_stage(call, api.id, stage["stageName"])
    refuse_planned_stage(call, api.id, stage["stageName"])
    del api.stages[stage["stageName"]]
    forget_cache(call, api.id, stage["stageName"])
    for key in call.part(RestRegion).api_keys.values():
        key["stageKeys"] = [each for each in key["stageKeys"] if each != f"{api.id}/{stage['stageName']}"]


@answers("apigateway", "FlushStageCache", "FlushStageAuthorizersCache")
def flush(call: Call) -> None:
    """Empty a cache of a stage; nothing that can be read changes."""
    find_stage(call)


def associate_web_acl(region: Region, stage_arn: str, web_acl_arn: str | None) -> None:
    """Put a web ACL on a stage, or take it off, as wafv2's AssociateWebACL and DisassociateWebACL do.

    `stage_arn` is `arn:<partition>:apigateway:<region>::/restapis/<id>/stages/<name>`; raises KeyError where there is
    no such stage.
    """
    _, _, api_id, _, name = stage_arn.split(":")[5].split("/")
    stage = region.part(RestRegion).apis[api_id].stages[name]
    if web_acl_arn:
        stage["webAclArn"] = web_acl_arn
    else:
        stage.pop("webAclArn", None)
