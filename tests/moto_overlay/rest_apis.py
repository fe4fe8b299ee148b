"""REST APIs themselves, and the tags of everything."""

from __future__ import annotations

import json
from typing import Any

from moto.apigateway.responses import APIGatewayResponse

from tests.moto_overlay.patches import (
    Slot,
    apply_patches,
    as_bool,
    key_list,
    optional,
    scalar,
    value_list,
)
from tests.moto_overlay.rest import (
    Api,
    Ask,
    Document,
    Refusal,
    bad_request,
    new_id,
    not_found,
    now,
    operation,
)

MAX_COMPRESSION = 10485760
ENDPOINT_TYPES = ("PRIVATE", "EDGE", "REGIONAL")
EMPTY = {"$schema": "http://json-schema.org/draft-04/schema#", "title": "Empty Schema", "type": "object"}
ERROR = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "title": "Error Schema",
    "type": "object",
    "properties": {"message": {"type": "string"}},
}


def stored_policy(text: str, ask: Ask, api_id: str) -> str:
    """A resource policy as the service keeps it: compact, with `execute-api:/...` written out."""
    try:
        policy = json.loads(text)
    except ValueError as broken:
        raise bad_request("Invalid policy document. Please check the policy syntax and ensure") from broken
    arn = f"arn:{ask.partition}:execute-api:{ask.region}:{ask.account}:{api_id}/"

    def written_out(resource: str) -> str:
        return arn + resource[len("execute-api:/") :] if resource.startswith("execute-api:/") else resource

    statements = policy.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        for member in ("Resource", "NotResource"):
            held = statement.get(member)
            if isinstance(held, str):
                statement[member] = written_out(held)
            elif isinstance(held, list):
                statement[member] = [written_out(each) for each in held]
    return json.dumps(policy, separators=(",", ":"))


def shown(api: Api, *, tags: bool) -> Document:
    """The API as it is answered: the policy escaped once more; `tags` shows even an empty map."""
    document = {key: value for key, value in api.fields.items() if value not in (None, [], {})}
    if "policy" in document:
        document["policy"] = json.dumps(document["policy"])[1:-1].replace("/", "\\/")
    if tags:
        document.setdefault("tags", {})
    return document


def _compression(value: Any) -> int:
    try:
        size = int(value)
    except (TypeError, ValueError):
        size = -1
    if not 0 <= size <= MAX_COMPRESSION:
        raise bad_request(f"Invalid minimum compression size, must be between 0 and {MAX_COMPRESSION}")
    return size


def _endpoint(given: Document | None) -> Document:
    types = (given or {}).get("types") or ["EDGE"]
    if set(types) - set(ENDPOINT_TYPES):
        text = f"1 validation error detected: Value '[{', '.join(types)}]' at "
        text += "'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy "
        text += f"constraint: [Member must satisfy enum value set: [{', '.join(ENDPOINT_TYPES)}]]"
        raise Refusal("ValidationException", text, 400)
    private = types == ["PRIVATE"]
    address = (given or {}).get("ipAddressType") or ("dualstack" if private else "ipv4")
    if private and address == "ipv4":
        raise bad_request("Only dualstack ipAddressType is supported for Private APIs.")
    endpoints = (given or {}).get("vpcEndpointIds") or []
    return {"types": types, "ipAddressType": address, **({"vpcEndpointIds": endpoints} if endpoints else {})}


def _default_models() -> dict[str, Document]:
    kinds = (("Empty", EMPTY, "empty schema model"), ("Error", ERROR, "error schema model"))
    return {
        name: {
            "id": new_id(6),
            "name": name,
            "description": f"This is a default {text}",
            "schema": json.dumps(schema, indent=2),
            "contentType": "application/json",
        }
        for name, schema, text in kinds
    }


@operation("CreateRestApi", 201)
def create_rest_api(ask: Ask) -> Document:
    """A new API with its root resource and the models Empty and Error."""
    if not ask.body.get("name"):
        raise bad_request("Name cannot be empty")
    if ask.body.get("description") == "":
        raise bad_request("Description cannot be an empty string")
    if ask.body.get("apiKeySource") not in (None, "HEADER", "AUTHORIZER"):
        text = f"1 validation error detected: Value '{ask.body['apiKeySource']}' at 'createRestApiInput.apiKeySource'"
        text += " failed to satisfy constraint: Member must satisfy enum value set: [AUTHORIZER, HEADER]"
        raise Refusal("ValidationException", text, 400)
    api_id, root = new_id(10, ask.backend.apis), new_id(10)
    fields: Document = {"id": api_id, "createdDate": now(), "rootResourceId": root, "apiKeySource": "HEADER"}
    fields |= {"disableExecuteApiEndpoint": False}
    fields |= ask.settings("name", "description", "version", "binaryMediaTypes", "apiKeySource", "tags")
    fields |= ask.settings("disableExecuteApiEndpoint", "securityPolicy", "endpointAccessMode")
    fields["endpointConfiguration"] = _endpoint(ask.body.get("endpointConfiguration"))
    if ask.body.get("minimumCompressionSize") is not None:
        fields["minimumCompressionSize"] = _compression(ask.body["minimumCompressionSize"])
    if ask.body.get("policy"):
        fields["policy"] = stored_policy(ask.body["policy"], ask, api_id)
    api = Api(api_id, fields, resources={root: {"id": root}}, models=_default_models())
    ask.backend.apis[api_id] = api  # type: ignore[assignment]
    return shown(api, tags=False)


@operation("GetRestApis")
def get_rest_apis(ask: Ask) -> Document:
    """All APIs of the region."""
    apis = sorted(ask.backend.apis.values(), key=lambda api: api.id)
    return ask.page([shown(api, tags=False) for api in apis])  # type: ignore[arg-type]


@operation("GetRestApi")
def get_rest_api(ask: Ask) -> Document:
    """One API."""
    return shown(ask.api, tags=True)


@operation("DeleteRestApi", 202)
def delete_rest_api(ask: Ask) -> None:
    """Take the API away with all that is in it; not while a base path leads to it."""
    for mappings in ask.backend.base_path_mappings.values():
        if any(each.rest_api_id == ask.api.id for each in mappings.values()):
            raise bad_request("Cannot delete an API with base path mappings. Please remove all base path mappings")
    del ask.backend.apis[ask.api.id]


def _endpoint_slot() -> Slot:
    def apply(document: Document, op: str, key: str, value: Any) -> None:
        if value not in ENDPOINT_TYPES:
            raise bad_request("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")
        held = document["endpointConfiguration"]
        held["types"] = [value]
        held["ipAddressType"] = "dualstack" if value == "PRIVATE" else held.get("ipAddressType", "ipv4")

    return Slot(("replace",), apply, keyed=True)


def _address_slot() -> Slot:
    def apply(document: Document, op: str, key: str, value: Any) -> None:
        if value not in ("ipv4", "dualstack"):
            raise bad_request("ipAddressType must be either ipv4 or dualstack.")
        if document["endpointConfiguration"]["types"] == ["PRIVATE"] and value == "ipv4":
            raise bad_request("Only dualstack ipAddressType is supported for Private APIs.")
        document["endpointConfiguration"]["ipAddressType"] = value

    return Slot(("replace",), apply)


def _within(member: str, slot: Slot) -> Slot:
    """The slot, applied to a member's own document."""

    def apply(document: Document, op: str, key: str, value: Any) -> None:
        slot.apply(document[member], op, key, value)

    return Slot(slot.ops, apply, slot.keyed)


def _slots(ask: Ask) -> dict[str, Slot]:
    def policy(value: Any) -> str:
        return stored_policy(value, ask, ask.api_id)

    return {
        "/name": scalar("name"),
        "/description": optional("description"),
        "/version": scalar("version", clears=True),
        "/apiKeySource": scalar("apiKeySource"),
        "/binaryMediaTypes": key_list("binaryMediaTypes"),
        "/disableExecuteApiEndpoint": scalar("disableExecuteApiEndpoint", as_bool),
        "/minimumCompressionSize": scalar("minimumCompressionSize", _compression, clears=True),
        "/policy": scalar("policy", policy, clears=True),
        "/securityPolicy": scalar("securityPolicy"),
        "/endpointAccessMode": scalar("endpointAccessMode"),
        "/endpointConfiguration/types": _endpoint_slot(),
        "/endpointConfiguration/ipAddressType": _address_slot(),
        "/endpointConfiguration/vpcEndpointIds": _within("endpointConfiguration", value_list("vpcEndpointIds")),
    }


@operation("UpdateRestApi")
def update_rest_api(ask: Ask) -> Document:
    """Patch the API's own settings."""
    apply_patches(ask.api.fields, ask.patches, _slots(ask), "updateRestApiInput")
    return shown(ask.api, tags=True)


def _tagged(ask: Ask) -> Document:
    """The document whose `tags` an ARN speaks of: an API or a stage."""
    arn = ask.path["resource_arn"]
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "apigateway":
        raise bad_request(f"Invalid ARN specified in the request: {arn}")
    segments = parts[5].strip("/").split("/")
    api: Any = ask.backend.apis.get(segments[1]) if segments[0] == "restapis" and len(segments) > 1 else None
    if parts[3] == ask.region and api is not None:
        if len(segments) == 2:
            return api.fields  # type: ignore[no-any-return]
        if len(segments) == 4 and segments[2] == "stages" and segments[3] in api.stages:
            return api.stages[segments[3]]  # type: ignore[no-any-return]
    raise not_found("Invalid resource ARN specified")


@operation("GetTags")
def get_tags(ask: Ask) -> Document:
    """The tags of an API or a stage."""
    return {"tags": _tagged(ask).get("tags", {})}


@operation("TagResource", 204)
def tag_resource(ask: Ask) -> None:
    """Add tags."""
    wanted = ask.body.get("tags") or {}
    if any(key.lower().startswith("aws:") for key in wanted):
        raise bad_request("Invalid tag key: aws: prefixed tag key names are not allowed for external use.")
    document = _tagged(ask)
    document["tags"] = {**document.get("tags", {}), **wanted}


@operation("UntagResource", 204)
def untag_resource(ask: Ask) -> None:
    """Take tags away."""
    document = _tagged(ask)
    keys = ask.query.get("tagKeys", [])
    document["tags"] = {key: value for key, value in document.get("tags", {}).items() if key not in keys}
    if not document["tags"]:
        del document["tags"]


def add_routes() -> None:
    """Let ARNs with slashes in them reach the tag operations."""
    from moto.apigateway.urls import url_paths

    url_paths.pop("{0}/tags/(?P<resourceArn>[^/]+)$", None)
    url_paths["{0}/tags/(?P<resourceArn>.+)$"] = APIGatewayResponse.dispatch


def _unknown(ask: Ask) -> None:
    raise Refusal("NotImplementedException", "the stand-in reads and writes no OpenAPI documents", 501)


for _name in ("ImportRestApi", "PutRestApi", "GetExport", "GetSdk"):
    operation(_name)(_unknown)
