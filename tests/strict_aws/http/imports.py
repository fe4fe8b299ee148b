"""ImportApi and ReimportApi: an OpenAPI document becomes an HTTP API."""

from __future__ import annotations

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.apis import new_api
from tests.strict_aws.http.authorizer_rules import new_authorizer
from tests.strict_aws.http.cors import cors
from tests.strict_aws.http.deploying import changed
from tests.strict_aws.http.import_document import INFO, PREFIX, Operation, Source, mapping, read_source
from tests.strict_aws.http.import_parts import INTEGRATIONS, authorization_of, authorizer_of, integration_of
from tests.strict_aws.http.integration_rules import new_integration
from tests.strict_aws.http.members import room_for
from tests.strict_aws.http.route_rules import new_route
from tests.strict_aws.http.state import Document, HttpApi, HttpRegion, find_api
from tests.strict_aws.http.tag_rules import check_tags
from tests.strict_aws.refusals import Refusal, bad_request
from tests.strict_aws.rules import rule

HTTP_ONLY = rule(
    "http.import-http-only",
    "WebSocket APIs have no import and no export",
    "botocore: ReimportApi, Body; AWS notes, section 4.1; the text is recalled",
)
INTEGRATION_IGNORED = rule(
    "http.import-ignores-integrations",
    "An integration that can't be made is warned of and left out; its route is made",
    "quoted: an answer of ImportApi in public notes on the developer guide's pet store",
)
OVERWRITES = rule(
    "http.reimport-overwrites",
    "ReimportApi leaves nothing of the routes, integrations, authorizers, CORS, description and version before it; "
    "stages stay, and tags where the document has none",
    "quoted: terraform-provider-aws: api.go puts back what ReimportApi took; that tags stay is recalled",
)
_CORS = {
    "allowCredentials": "AllowCredentials",
    "allowHeaders": "AllowHeaders",
    "allowMethods": "AllowMethods",
    "allowOrigins": "AllowOrigins",
    "exposeHeaders": "ExposeHeaders",
    "maxAge": "MaxAge",
}


@answers("apigatewayv2", "ImportApi")
def import_api(call: Call) -> Document:
    """ImportApi."""
    source = read_source(call)
    members = _members(call, source)
    check_tags(call, members.get("Tags"))
    api = new_api(call, members | {"ProtocolType": "HTTP"})
    _fill(call, api, source)
    call.part(HttpRegion).apis[api.id] = api
    return api.fields


@answers("apigatewayv2", "ReimportApi")
def reimport_api(call: Call) -> Document:
    """ReimportApi: the document takes the place of what the API is."""
    api = find_api(call)
    if api.is_websocket and call.holds(HTTP_ONLY):
        raise bad_request("ReimportApi is not supported on protocolType WEBSOCKET")
    source = read_source(call)
    members = _members(call, source)
    check_tags(call, members.get("Tags"))
    kept = dict(api.fields)
    if call.holds(OVERWRITES):
        kept = {name: v for name, v in kept.items() if name not in ("CorsConfiguration", "Description", "Version")}
    sent = {name: value for name, value in members.items() if value not in (None, "", {})}
    new = HttpApi(api.id, kept | sent)
    if not call.holds(OVERWRITES):
        new.draft = api.draft.frozen({})
    _fill(call, new, source)
    api.fields, api.draft = new.fields, new.draft
    changed(call, api)
    return api.fields


def _members(call: Call, source: Source) -> Document:
    """The API's own members, as CreateApi has them."""
    info = mapping(source.document.get("info"))
    if not info.get("title"):
        raise bad_request("Invalid OpenAPI input. The title of the API is missing")
    made: Document = {"Name": str(info["title"]), "Description": info.get("description")}
    if info.get("version") is not None:
        made["Version"] = str(info["version"])
    said = mapping(source.document.get(f"{PREFIX}cors"))
    if said:
        made["CorsConfiguration"] = cors(call, {member: said[key] for key, member in _CORS.items() if key in said})
    endpoint = source.server.get(f"{PREFIX}endpoint-configuration")
    endpoint = mapping(endpoint or source.document.get(f"{PREFIX}endpoint-configuration"))
    if "disableExecuteApiEndpoint" in endpoint:
        made["DisableExecuteApiEndpoint"] = str(endpoint["disableExecuteApiEndpoint"]).lower() == "true"
    tags = [mapping(each) for each in source.document.get("tags") or []]
    value = f"{PREFIX}tag-value"
    made["Tags"] = {str(each["name"]): str(each[value]) for each in tags if "name" in each and value in each}
    return made


def _fill(call: Call, api: HttpApi, source: Source) -> None:
    """Make what the document defines in the API's draft; raises BadRequestException for what it finds."""
    try:
        _authorizers(call, api, source)
        _routes(call, api, source)
    except Refusal as refusal:
        source.errors.append(refusal.message)
    refusal_of_all = source.refusal(fail_on_warnings=bool(call.params.get("FailOnWarnings")))
    if refusal_of_all:
        raise refusal_of_all
    notes = {"ImportInfo": source.ignored() if call.holds(INFO) else [], "Warnings": source.warnings}
    told = {name: texts for name, texts in notes.items() if texts}
    api.fields = {name: value for name, value in api.fields.items() if name not in notes} | told


def _authorizers(call: Call, api: HttpApi, source: Source) -> None:
    for name, scheme in mapping(source.components.get("securitySchemes")).items():
        given = authorizer_of(name, mapping(source.resolved(scheme)))
        if given is None:
            continue
        try:
            room_for(call, api.draft.authorizers, call.aws.limits.authorizers_per_api, "Authorizers")
            made = new_authorizer(call, api, given)
        except Refusal as refusal:
            source.errors.append(f"Unable to create authorizer '{name}': {refusal.message}")
            continue
        api.draft.authorizers[made["AuthorizerId"]] = made


def _routes(call: Call, api: HttpApi, source: Source) -> None:
    named: dict[str, str | None] = {}
    for operation in source.operations():
        authorization = authorization_of(call, api, source, operation)
        target = _integration(call, api, source, operation, named)
        given = {"RouteKey": operation.route_key, "Target": target, **authorization}
        if operation.said.get("operationId"):
            given["OperationName"] = str(operation.said["operationId"])
        try:
            room_for(call, api.draft.routes, call.aws.limits.routes_per_api, "Routes")
            made = new_route(call, api, given)
        except Refusal as refusal:
            source.errors.append(f"Unable to create route '{operation.route_key}': {refusal.message}")
            continue
        api.draft.routes[made["RouteId"]] = made
    for name, said in mapping(source.components.get(INTEGRATIONS)).items():
        if name not in named:
            _made(call, api, source, mapping(said), f"Unable to create integration '{name}'")


def _integration(
    call: Call, api: HttpApi, source: Source, operation: Operation, named: dict[str, str | None]
) -> str | None:
    """The target of an operation's route: one that has a name in the components is made once for all."""
    said = operation.said.get(f"{PREFIX}integration")
    if said is None:
        return None
    reference = mapping(said).get("$ref")
    place = f"Unable to create integration for resource at path '{operation.route_key}'"
    if not reference:
        return _made(call, api, source, mapping(said), place)
    name = str(reference).rpartition("/")[2]
    if named.get(name) is None:
        found = source.resolved(said)
        if found is None:
            source.errors.append(f"{place}: {reference} is not there")
        named[name] = _made(call, api, source, mapping(found), place) if found is not None else None
    return named[name]


def _made(call: Call, api: HttpApi, source: Source, said: Document, place: str) -> str | None:
    try:
        room_for(call, api.draft.integrations, call.aws.limits.integrations_per_api, "Integrations")
        made = new_integration(call, api, integration_of(call, said))
    except Refusal as refusal:
        text = f"{place}: {refusal.message.rstrip('.')}."
        if call.holds(INTEGRATION_IGNORED):
            source.warnings.append(f"{text} Ignoring.")
        else:
            source.errors.append(text)
        return None
    api.draft.integrations[made["IntegrationId"]] = made
    return f"integrations/{made['IntegrationId']}"
