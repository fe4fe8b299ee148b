"""What a stage may have."""

from __future__ import annotations

import re

from tests.strict_aws.call import Call
from tests.strict_aws.http.state import Document, HttpApi
from tests.strict_aws.refusals import bad_request, not_found
from tests.strict_aws.rest.state import RestRegion
from tests.strict_aws.rules import rule

NAME = rule(
    "http.stage-name",
    "A stage's name has letters, digits, hyphens and underscores; HTTP APIs have $default beside",
    "botocore: GetStage and ResetAuthorizersCache, StageName; the text is recalled",
)
AUTO_DEPLOYED = rule(
    "http.stage-deployment-id",
    "The deployment of a stage that deploys by itself can't be set",
    "quoted: github.com/go-to-k/cdk-real-drift, issue 667",
)
DEPLOYMENT_THERE = rule(
    "http.stage-deployment-there",
    "The deployment that a stage is given is one of the API",
    "recalled of CreateStage",
    recalled=True,
)
ROUTE_THERE = rule(
    "http.route-settings-route",
    "Route settings are for routes that are there",
    "quoted: github.com/terraform-aws-modules/terraform-aws-apigateway-v2, pull request 80; AWS notes, appendix B",
)
EXECUTION_LOGS = rule(
    "http.execution-logs",
    "HTTP APIs have no execution logs: no logging level, no data trace",
    "quoted: github.com/hashicorp/terraform-provider-aws, issue 13801",
)
LOG_ROLE = rule(
    "http.log-role",
    "Logs of a WebSocket API, access logs included, need the account's CloudWatch role",
    "AWS notes, appendix B; the text: github.com/VirtusLab/besom, issue 347",
)
ACCESS_LOGS = rule(
    "http.access-logs",
    "Access logs have the ARN of a log group (or of a Firehose stream amazon-apigateway-*) and a format of one line "
    "with $context.requestId",
    "botocore: AccessLogSettings; AWS notes, section 3.1; the texts are recalled",
)
VARIABLES = rule(
    "http.stage-variables",
    "Stage variables have names of letters, digits and underscores, and values of certain characters; 100 at most",
    "botocore: CreateStage, StageVariables; AWS notes, section 2.2; the texts are recalled",
)
CERTIFICATE = rule(
    "http.stage-client-certificate",
    "The client certificate that a stage is given is there",
    "recalled of CreateStage",
    recalled=True,
)
_DESTINATION = re.compile(
    r"arn:[\w-]+:(logs:[\w-]+:\d*:log-group:\S+|firehose:[\w-]+:\d*:deliverystream/amazon-apigateway-\S+)"
)


def new_stage(call: Call, api: HttpApi, given: Document) -> Document:
    """A stage with AWS's defaults for what is not given; raises Refusal. It is not yet in the API."""
    name = given["StageName"]
    known = r"[A-Za-z0-9_-]{1,128}" + ("" if api.is_websocket else r"|\$default")
    if not re.fullmatch(known, name) and call.holds(NAME):
        raise bad_request("Stage name only allows a-zA-Z0-9_-" + ("" if api.is_websocket else ", or $default"))
    now = call.created()
    made = {"AutoDeploy": False, "CreatedDate": now, "LastUpdatedDate": now}
    made |= {"RouteSettings": {}, "StageVariables": {}, "Tags": {}}
    made |= {key: value for key, value in given.items() if value not in (None, "", [], {})}
    return checked_stage(call, api, made)


def checked_stage(call: Call, api: HttpApi, stage: Document) -> Document:
    """The stage as AWS keeps it, the settings' defaults filled in; raises Refusal."""
    made = dict(stage)
    made["DefaultRouteSettings"] = settings(call, api, made.get("DefaultRouteSettings") or {})
    keys = {route["RouteKey"] for route in api.draft.routes.values()}
    filled = {}
    for key, each in (made.get("RouteSettings") or {}).items():
        if key not in keys and call.holds(ROUTE_THERE):
            raise not_found(f"Unable to find Route by key {key} within the provided RouteSettings")
        filled[key] = settings(call, api, each)
    made["RouteSettings"] = filled
    _check_logs(call, api, made)
    _check_variables(call, made)
    _check_references(call, api, made)
    return made


def settings(call: Call, api: HttpApi, given: Document) -> Document:
    """Settings of a route with AWS's defaults."""
    if not api.is_websocket:
        if (given.get("LoggingLevel") or given.get("DataTraceEnabled")) and call.holds(EXECUTION_LOGS):
            raise bad_request("Execution logs are not supported on protocolType HTTP")
        return {"DetailedMetricsEnabled": False} | {k: v for k, v in given.items() if k != "DataTraceEnabled"}
    made = {"DataTraceEnabled": False, "DetailedMetricsEnabled": False, "LoggingLevel": "OFF"} | given
    if made["LoggingLevel"] != "OFF" or made["DataTraceEnabled"]:
        _need_role(call)
    return made


def _need_role(call: Call) -> None:
    if not call.part(RestRegion).account.get("cloudwatchRoleArn") and call.holds(LOG_ROLE):
        raise bad_request("CloudWatch Logs role ARN must be set in account settings to enable logging")


def _check_logs(call: Call, api: HttpApi, stage: Document) -> None:
    logs = stage.get("AccessLogSettings")
    if not logs:
        stage.pop("AccessLogSettings", None)
        return
    if call.holds(ACCESS_LOGS):
        if not _DESTINATION.fullmatch(logs.get("DestinationArn") or ""):
            raise bad_request("Invalid ARN specified in the request. It should be the ARN of a log group")
        form = logs.get("Format") or ""
        if not form or "\n" in form.strip():
            raise bad_request(
                "Access Log format must be single line, new line character is allowed only at end of the format"
            )
        if "$context.requestId" not in form:
            raise bad_request("Access Log format must include $context.requestId")
    if api.is_websocket:
        _need_role(call)


def _check_variables(call: Call, stage: Document) -> None:
    variables = stage.get("StageVariables") or {}
    stage["StageVariables"] = variables
    if not call.holds(VARIABLES):
        return
    if len(variables) > 100:
        raise bad_request("A stage can have at most 100 stage variables")
    for name, value in variables.items():
        if not re.fullmatch(r"[A-Za-z0-9_]{1,64}", name):
            raise bad_request(f"Invalid stage variable name: {name}")
        if not re.fullmatch(r"[A-Za-z0-9\-._~:/?#&=,]{1,512}", value):
            raise bad_request(f"Stage variable value does not match the supported pattern: {name}")


def _check_references(call: Call, api: HttpApi, stage: Document) -> None:
    deployment, certificate = stage.get("DeploymentId"), stage.get("ClientCertificateId")
    if deployment and deployment not in api.deployments and call.holds(DEPLOYMENT_THERE):
        raise not_found(f"Invalid Deployment identifier specified {deployment}")
    if certificate and certificate not in call.part(RestRegion).client_certificates and call.holds(CERTIFICATE):
        raise bad_request(f"Invalid client certificate identifier specified {certificate}")


def check_deployment_id(call: Call, stage: Document) -> None:
    """Refuse to set the deployment of a stage that deploys by itself."""
    if stage.get("AutoDeploy") and call.holds(AUTO_DEPLOYED):
        raise bad_request("Deployment ID cannot be set on this stage because AutoDeploy is enabled")
