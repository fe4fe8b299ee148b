"""Quick create: an HTTP API made with its integration, route and stage, which API Gateway manages."""

from __future__ import annotations

from tests.strict_aws.call import Call
from tests.strict_aws.http.deploying import deploy_by_itself
from tests.strict_aws.http.integration_rules import new_integration
from tests.strict_aws.http.route_keys import check_key
from tests.strict_aws.http.route_rules import new_route
from tests.strict_aws.http.stage_settings import new_stage
from tests.strict_aws.http.state import Document, HttpApi
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rules import rule

NEEDS_TARGET = rule(
    "http.quick-create-target",
    "RouteKey and CredentialsArn of CreateApi and UpdateApi go with a quick create's target only, which is a URL or "
    "the ARN of a function",
    "botocore: CreateApi, Target and RouteKey; the texts are recalled",
)
_MANAGED = {"ApiGatewayManaged": True}


def check_quick_create(call: Call) -> None:
    """Refuse the members of a quick create that don't go together, before anything is made."""
    target = call.params.get("Target")
    if not target:
        if (call.params.get("RouteKey") or call.params.get("CredentialsArn")) and call.holds(NEEDS_TARGET):
            raise bad_request("Target is a required parameter when RouteKey or CredentialsArn is specified")
        return
    _check_target(call, target)
    if call.params.get("RouteKey"):
        check_key(call, call.params["RouteKey"], websocket=False)


def _check_target(call: Call, target: str) -> None:
    if not (target.startswith(("http://", "https://")) or ":function:" in target) and call.holds(NEEDS_TARGET):
        raise bad_request(
            "Invalid target specified: it has to be a fully qualified URL or the ARN of a Lambda function"
        )


def _integration_of(target: str, credentials: str | None) -> Document:
    made: Document = {"IntegrationUri": target}
    if target.startswith(("http://", "https://")):
        made |= {"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "ANY", "PayloadFormatVersion": "1.0"}
    else:
        made |= {"IntegrationType": "AWS_PROXY", "IntegrationMethod": "POST", "PayloadFormatVersion": "2.0"}
    if credentials:
        made["CredentialsArn"] = credentials
    return made


def make_quick_create(call: Call, api: HttpApi) -> None:
    """Make the integration, the route and the stage that CreateApi's Target asks for."""
    integration = new_integration(call, api, _integration_of(call.params["Target"], call.params.get("CredentialsArn")))
    api.draft.integrations[integration["IntegrationId"]] = integration | _MANAGED
    key = call.params.get("RouteKey") or "$default"
    route = new_route(call, api, {"RouteKey": key, "Target": f"integrations/{integration['IntegrationId']}"})
    api.draft.routes[route["RouteId"]] = route | _MANAGED
    api.stages["$default"] = new_stage(call, api, {"StageName": "$default", "AutoDeploy": True}) | _MANAGED
    deploy_by_itself(call, api, ["$default"])


def update_quick_create(call: Call, api: HttpApi) -> None:
    """What UpdateApi's Target, RouteKey and CredentialsArn change; refuses them where nothing is managed."""
    target, key, credentials = (call.params.get(name) for name in ("Target", "RouteKey", "CredentialsArn"))
    if not (target or key or credentials) or api.is_websocket:
        return
    integration = next((each for each in api.draft.integrations.values() if each.get("ApiGatewayManaged")), None)
    route = next((each for each in api.draft.routes.values() if each.get("ApiGatewayManaged")), None)
    if integration is None or (key and route is None):
        raise bad_request("Target, RouteKey and CredentialsArn can only be updated on an API made by quick create")
    if key:
        check_key(call, key, websocket=False, others=_others(api, route))
    if target:
        _check_target(call, target)
        made = new_integration(call, api, _integration_of(target, credentials or integration.get("CredentialsArn")))
        integration = made | {"IntegrationId": integration["IntegrationId"]} | _MANAGED
    elif credentials:
        integration = integration | {"CredentialsArn": credentials}
    api.draft.integrations[integration["IntegrationId"]] = integration
    if key and route:
        api.draft.routes[route["RouteId"]] = route | {"RouteKey": key}


def _others(api: HttpApi, route: Document | None) -> list[str]:
    return [each["RouteKey"] for each in api.draft.routes.values() if each is not route]
