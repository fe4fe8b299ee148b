"""HTTP and WebSocket APIs."""

from __future__ import annotations

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.cors import cors
from tests.strict_aws.http.deploying import changed
from tests.strict_aws.http.lists import listed
from tests.strict_aws.http.members import edited, refuse_foreign
from tests.strict_aws.http.quick_create import check_quick_create, make_quick_create, update_quick_create
from tests.strict_aws.http.state import Document, HttpApi, HttpRegion, find_api
from tests.strict_aws.http.tag_rules import check_tags
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rest.state import Domains
from tests.strict_aws.rules import rule

SELECTION = rule(
    "http.route-selection",
    "A WebSocket API needs a route selection expression, an HTTP API has only $request.method $request.path",
    "botocore: CreateApi, RouteSelectionExpression",
)
MAPPED = rule(
    "http.delete-mapped-api",
    "An API that a custom domain name maps to can't be deleted",
    "AWS notes, appendix B; the text: github.com/gruntwork-io/cloud-nuke, issue 370",
)
HTTP_EXPRESSION = "$request.method $request.path"
_HTTP_FORMS = (HTTP_EXPRESSION, "${request.method} ${request.path}")
_MEMBERS = (
    "ApiKeySelectionExpression",
    "Description",
    "DisableExecuteApiEndpoint",
    "DisableSchemaValidation",
    "IpAddressType",
    "Name",
    "RouteSelectionExpression",
    "Version",
)
_FOREIGN = {
    "http": ("CorsConfiguration", "CredentialsArn", "RouteKey", "Target"),
    "websocket": ("DisableSchemaValidation",),
}


def new_api(call: Call, given: Document) -> HttpApi:
    """An API with AWS's defaults for what is not given, by members of CreateApi; it is not yet in the region."""
    api_id = call.aws.ids.gateway(10)
    protocol = given["ProtocolType"]
    scheme = "wss" if protocol == "WEBSOCKET" else "https"
    fields = {
        "ApiEndpoint": f"{scheme}://{api_id}.execute-api.{call.region.name}.{call.region.dns_suffix}",
        "ApiId": api_id,
        "ApiKeySelectionExpression": "$request.header.x-api-key",
        "CreatedDate": call.created(),
        "DisableExecuteApiEndpoint": False,
        "IpAddressType": "ipv4",
        "ProtocolType": protocol,
        "RouteSelectionExpression": HTTP_EXPRESSION,
        "Tags": dict(given.get("Tags") or {}),
    }
    sent = {name: given[name] for name in (*_MEMBERS, "CorsConfiguration") if given.get(name) not in (None, "")}
    fields |= sent
    if protocol == "HTTP":
        fields["RouteSelectionExpression"] = HTTP_EXPRESSION
        fields.pop("DisableSchemaValidation", None)
    return HttpApi(api_id, fields)


@answers("apigatewayv2", "CreateApi")
def create_api(call: Call) -> Document:
    """CreateApi, quick create included."""
    given = dict(call.params)
    if not given["Name"]:
        raise bad_request("Name can not be empty")
    _check_selection(call, given["ProtocolType"], given.get("RouteSelectionExpression"), created=True)
    check_tags(call, given.get("Tags"))
    if given.get("CorsConfiguration") is not None and given["ProtocolType"] == "HTTP":
        given["CorsConfiguration"] = cors(call, given["CorsConfiguration"])
    api = new_api(call, given)
    refuse_foreign(call, api, **_FOREIGN)
    if not api.is_websocket:
        check_quick_create(call)
    else:
        api.fields.pop("CorsConfiguration", None)
    call.part(HttpRegion).apis[api.id] = api
    if call.params.get("Target") and not api.is_websocket:
        make_quick_create(call, api)
    return api.fields


def _check_selection(call: Call, protocol: str, expression: str | None, *, created: bool = False) -> None:
    if not call.holds(SELECTION):
        return
    if protocol == "WEBSOCKET":
        if (created and not expression) or expression == "":
            raise bad_request("RouteSelectionExpression is a required parameter for WEBSOCKET protocol")
    elif expression and expression not in _HTTP_FORMS:
        raise bad_request(f"RouteSelectionExpression must be {_HTTP_FORMS[1]} for HTTP protocol")


@answers("apigatewayv2", "GetApis")
def get_apis(call: Call) -> Document:
    """GetApis."""
    return listed(call, [api.fields for api in call.part(HttpRegion).apis.values()])


@answers("apigatewayv2", "GetApi")
def get_api(call: Call) -> Document:
    """GetApi."""
    return find_api(call).fields


@answers("apigatewayv2", "UpdateApi")
def update_api(call: Call) -> Document:
    """UpdateApi: the members that are sent replace those that are there."""
    api = find_api(call)
    refuse_foreign(call, api, **_FOREIGN)
    _check_selection(call, api.fields["ProtocolType"], call.params.get("RouteSelectionExpression"))
    names = [name for name in _MEMBERS if name != "RouteSelectionExpression" or api.is_websocket]
    fields = edited(call, api.fields, names, required=("Name", "RouteSelectionExpression", "IpAddressType"))
    if call.params.get("CorsConfiguration") is not None and not api.is_websocket:
        fields["CorsConfiguration"] = cors(call, call.params["CorsConfiguration"])
    if not fields.get("CorsConfiguration"):
        fields.pop("CorsConfiguration", None)
    if not api.is_websocket:
        fields.pop("DisableSchemaValidation", None)
    fields.setdefault("ApiKeySelectionExpression", "$request.header.x-api-key")
    update_quick_create(call, api)
    api.fields = fields
    changed(call, api)
    return api.fields


@answers("apigatewayv2", "DeleteCorsConfiguration")
def delete_cors_configuration(call: Call) -> None:
    """DeleteCorsConfiguration."""
    api = find_api(call)
    if api.fields.pop("CorsConfiguration", None) is not None:
        changed(call, api)


@answers("apigatewayv2", "DeleteApi")
def delete_api(call: Call) -> None:
    """DeleteApi: all that it has goes with it."""
    api = find_api(call)
    if call.holds(MAPPED) and mapped_to(call, api.id):
        text = (
            f"Deleting API {api.id} failed. Please remove all API mappings for the API from your custom domain names."
        )
        raise bad_request(text)
    del call.part(HttpRegion).apis[api.id]


def mapped_to(call: Call, api_id: str, stage: str | None = None) -> bool:
    """Whether a mapping of a custom domain name leads to the API, or to that stage of it."""
    return any(
        mapping["apiId"] == api_id and stage in (None, mapping.get("stage"))
        for mappings in call.part(Domains).mappings.values()
        for mapping in mappings.values()
    )
