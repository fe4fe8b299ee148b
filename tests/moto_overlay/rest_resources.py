"""Resources (paths), methods and method responses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.moto_overlay.patches import Slot, apply_patches, as_bool, mapping, scalar, value_list
from tests.moto_overlay.rest import (
    Api,
    Ask,
    Document,
    Refusal,
    bad_request,
    conflict,
    new_id,
    not_found,
    operation,
)

PATH_PART = re.compile(r"^(\{[a-zA-Z0-9._\-:]+\+?\}|[a-zA-Z0-9._\-:]+)$")
VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
NO_AUTHORIZER = "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS "
NO_AUTHORIZER += "requires a valid authorizer."


def find_resource(ask: Ask) -> tuple[Api, Document]:
    """The resource that the path names; an unknown API is answered like an unknown resource."""
    api = ask.find_api()
    resource = api.resources.get(ask.path["resource_id"]) if api else None
    if api is None or resource is None:
        raise not_found("Invalid Resource identifier specified")
    return api, resource


def find_method(ask: Ask) -> tuple[Api, Document, Document]:
    """API, resource and method that the path names."""
    api, resource = find_resource(ask)
    method = resource.get("resourceMethods", {}).get(ask.path["http_method"])
    if method is None:
        raise not_found("Invalid Method identifier specified")
    return api, resource, method


def status_code(ask: Ask) -> str:
    """The status code in the path."""
    code = ask.path["status_code"]
    if not re.fullmatch(r"[1-5]\d\d", code):
        text = f"1 validation error detected: Value '{code}' at 'statusCode' failed to satisfy constraint: "
        raise Refusal("ValidationException", text + "Member must satisfy regular expression pattern: [1-5]\\d\\d", 400)
    return code


def shown(api: Api, resource: Document, *, embed: bool) -> Document:
    """A resource as it is answered; its methods in full only where they are asked to be embedded."""
    document = {**resource, "path": api.path(resource["id"])}
    methods = document.pop("resourceMethods", {})
    if methods:
        document["resourceMethods"] = methods if embed else {name: {} for name in methods}
    return document


@operation("GetResources")
def get_resources(ask: Ask) -> Document:
    """All resources of the API, by path."""
    embed = "methods" in ask.query.get("embed", [])
    rows = [shown(ask.api, resource, embed=embed) for resource in ask.api.resources.values()]
    return ask.page(sorted(rows, key=lambda row: str(row["path"])))


@operation("GetResource")
def get_resource(ask: Ask) -> Document:
    """One resource."""
    api, resource = find_resource(ask)
    return shown(api, resource, embed="methods" in ask.query.get("embed", []))


def _check_place(api: Api, parent_id: str, part: str, own_id: str = "") -> None:
    """Refuse a path part that can't stand under the parent."""
    if not PATH_PART.match(part or ""):
        text = "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the "
        raise bad_request(text + "beginning and the end.")
    parent = str(api.resources[parent_id].get("pathPart", ""))
    if parent.endswith("+}"):
        raise bad_request(f"Cannot create a child of a resource with a greedy path variable: {parent}")
    for each in api.resources.values():
        sibling = str(each.get("pathPart", ""))
        if each.get("parentId") != parent_id or each["id"] == own_id:
            continue
        if sibling == part:
            raise conflict(f"Another resource with the same parent already has this name: {part}")
        if sibling.startswith("{") and part.startswith("{"):
            text = f"A sibling ({sibling}) of this resource already has a variable path part -- only one is allowed"
            raise bad_request(text)


@operation("CreateResource", 201)
def create_resource(ask: Ask) -> Document:
    """A path under another."""
    api, parent_id = ask.find_api(), ask.path["parent_id"]
    if api is None or parent_id not in api.resources:
        raise not_found("Invalid Resource identifier specified")
    _check_place(api, parent_id, ask.body.get("pathPart", ""))
    made = new_id(6, api.resources)
    api.resources[made] = {"id": made, "parentId": parent_id, "pathPart": ask.body["pathPart"]}
    return shown(api, api.resources[made], embed=False)


def _below(api: Api, resource_id: str) -> list[str]:
    children = [each["id"] for each in api.resources.values() if each.get("parentId") == resource_id]
    return [resource_id, *(below for child in children for below in _below(api, child))]


@operation("UpdateResource")
def update_resource(ask: Ask) -> Document:
    """Rename or move a path."""
    api, resource = find_resource(ask)

    def move(document: Document, op: str, key: str, value: Any) -> None:
        if "parentId" not in document:
            raise bad_request("Root resource cannot update its parentId.")
        if value not in api.resources:
            raise not_found("Invalid Resource identifier specified")
        if value in _below(api, document["id"]):
            raise bad_request("Resources cannot be cyclical.")
        _check_place(api, value, document["pathPart"], document["id"])
        document["parentId"] = value

    def rename(document: Document, op: str, key: str, value: Any) -> None:
        if "parentId" not in document:
            raise bad_request("Root resource cannot update its pathPart.")
        _check_place(api, document["parentId"], value, document["id"])
        document["pathPart"] = value

    slots = {"/parentId": Slot(("replace",), move), "/pathPart": Slot(("replace",), rename)}
    apply_patches(resource, ask.patches, slots, "updateResourceInput", strict=True)
    return shown(api, resource, embed=False)


@operation("DeleteResource", 202)
def delete_resource(ask: Ask) -> None:
    """Take a path away with all below it."""
    api, resource = find_resource(ask)
    if "parentId" not in resource:
        raise bad_request("Root resource cannot be deleted.")
    for below in _below(api, resource["id"]):
        del api.resources[below]


# -- methods -------------------------------------------------------------------------------------------------


def check_models(api: Api, models: Mapping[str, str]) -> None:
    """Refuse names of models that the API does not have."""
    for name in models.values():
        if name not in api.models:
            raise bad_request(f"Invalid model identifier specified: {name}")


def _checked_method(api: Api, method: Document) -> Document:
    """The method, if what it refers to is there; without what its kind of authorization ignores."""
    if method["authorizationType"] in ("CUSTOM", "COGNITO_USER_POOLS"):
        if method.get("authorizerId") not in api.authorizers:
            raise bad_request(NO_AUTHORIZER)
    else:
        method.pop("authorizerId", None)
    if method.get("requestValidatorId", None) is not None and method["requestValidatorId"] not in api.validators:
        raise bad_request("Invalid Request Validator identifier specified")
    check_models(api, method.get("requestModels", {}))
    names = [key.rpartition(".")[2] for key in method.get("requestParameters", {})]
    if len(set(names)) < len(names):
        raise bad_request("Parameter names must be unique across querystring, header and path")
    return method


@operation("PutMethod", 201)
def put_method(ask: Ask) -> Document:
    """A new method; the operation refuses one that is there already."""
    api, resource = find_resource(ask)
    verb = ask.path["http_method"]
    if verb not in VERBS:
        raise bad_request("Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY")
    methods = resource.setdefault("resourceMethods", {})
    if verb in methods:
        raise conflict("Method already exists for this resource")
    method: Document = {"httpMethod": verb, "authorizationType": ask.body.get("authorizationType", "NONE")}
    method["apiKeyRequired"] = bool(ask.body.get("apiKeyRequired", False))
    method |= ask.settings("authorizerId", "operationName", "requestParameters", "requestModels")
    method |= ask.settings("requestValidatorId", "authorizationScopes")
    methods[verb] = _checked_method(api, method)
    return method


@operation("GetMethod")
def get_method(ask: Ask) -> Document:
    """A method with its responses and its integration."""
    return find_method(ask)[2]


METHOD_SLOTS = {
    "/authorizationType": scalar("authorizationType"),
    "/authorizerId": scalar("authorizerId", clears=True),
    "/authorizationScopes": value_list("authorizationScopes"),
    "/apiKeyRequired": scalar("apiKeyRequired", as_bool),
    "/operationName": scalar("operationName", clears=True),
    "/requestValidatorId": scalar("requestValidatorId", clears=True),
    "/requestParameters": mapping("requestParameters", "Invalid parameter name specified", as_bool),
    "/requestModels": mapping("requestModels", "Content-Type specified was not found"),
}


@operation("UpdateMethod")
def update_method(ask: Ask) -> Document:
    """Patch a method."""
    api, _, method = find_method(ask)
    changed = dict(method)
    apply_patches(changed, ask.patches, METHOD_SLOTS, "updateMethodInput")
    _checked_method(api, changed)
    method.clear()
    method.update(changed)
    return method


@operation("DeleteMethod", 204)
def delete_method(ask: Ask) -> None:
    """Take a method away with all that is in it."""
    _, resource, _ = find_method(ask)
    del resource["resourceMethods"][ask.path["http_method"]]
    if not resource["resourceMethods"]:
        del resource["resourceMethods"]


# -- method responses ----------------------------------------------------------------------------------------


def _response(ask: Ask) -> Document:
    code = status_code(ask)
    responses: dict[str, Document] = find_method(ask)[2].get("methodResponses", {})
    if code not in responses:
        raise not_found("Invalid Response status code specified")
    return responses[code]


@operation("PutMethodResponse", 201)
def put_method_response(ask: Ask) -> Document:
    """A new response; the operation refuses one that is there already."""
    code = status_code(ask)
    api, _, method = find_method(ask)
    if code in method.get("methodResponses", {}):
        raise conflict("Response already exists for this resource")
    response = {"statusCode": code, **ask.settings("responseParameters", "responseModels")}
    check_models(api, response.get("responseModels", {}))
    method.setdefault("methodResponses", {})[code] = response
    return response


@operation("GetMethodResponse")
def get_method_response(ask: Ask) -> Document:
    """One response of a method."""
    return _response(ask)


@operation("UpdateMethodResponse", 201)
def update_method_response(ask: Ask) -> Document:
    """Patch a method's response."""
    response = _response(ask)
    slots = {
        "/responseParameters": mapping("responseParameters", "Invalid parameter name specified", as_bool),
        "/responseModels": mapping("responseModels", "Content-Type specified was not found"),
    }
    changed = dict(response)
    apply_patches(changed, ask.patches, slots, "updateMethodResponseInput")
    check_models(ask.api, changed.get("responseModels", {}))
    response.clear()
    response.update(changed)
    return response


@operation("DeleteMethodResponse", 204)
def delete_method_response(ask: Ask) -> None:
    """Take a method's response away."""
    code, method = _response(ask)["statusCode"], find_method(ask)[2]
    del method["methodResponses"][code]
    if not method["methodResponses"]:
        del method["methodResponses"]
