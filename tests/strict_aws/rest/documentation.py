"""Documentation parts, and versions of them, which never change."""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, conflict, limit_exceeded, not_found
from tests.strict_aws.rest.patches import patched, scalar
from tests.strict_aws.rest.state import RestApi, RestRegion, find_api
from tests.strict_aws.rules import rule

Document = dict[str, Any]

LOCATION = rule(
    "rest.documentation-location",
    "Which members a location has follows from its type; what is unsaid gets its default",
    "botocore: DocumentationPartLocation; the texts are recalled",
)
TWICE = rule("rest.documentation-part-exists", "There is one part to a location", "the text is recalled", recalled=True)
PARTS = rule("rest.documentation-parts-2000", "An API has at most 2,000 parts", "AWS notes, section 2.2")
PROPERTIES = rule(
    "rest.documentation-properties",
    "Properties are a JSON object, in text",
    "AWS notes, section 1.1; the text is recalled",
)
VERSION_TWICE = rule(
    "rest.documentation-version-exists", "A version is made once", "the text is recalled", recalled=True
)
VERSION_USED = rule(
    "rest.documentation-version-in-use", "A version that a stage shows can't be deleted", "from memory", recalled=True
)
VERSION_NEEDS_PARTS = rule(
    "rest.documentation-version-needs-parts", "A version has parts to freeze", "from memory", recalled=True
)

_PATH = ("RESOURCE", "METHOD", "PATH_PARAMETER", "QUERY_PARAMETER", "REQUEST_HEADER", "REQUEST_BODY")
_RESPONSES = ("RESPONSE", "RESPONSE_HEADER", "RESPONSE_BODY")
_NAMED = ("AUTHORIZER", "MODEL", "PATH_PARAMETER", "QUERY_PARAMETER", "REQUEST_HEADER", "RESPONSE_HEADER")


def defaults_of(kind: str) -> dict[str, str]:
    """The members that a location of this type has besides type and name, with their defaults."""
    found: dict[str, str] = {}
    if kind in _PATH + _RESPONSES:
        found["path"] = "/"
    if "path" in found and kind != "RESOURCE":
        found["method"] = "*"
    if kind in _RESPONSES:
        found["statusCode"] = "*"
    return found


def location_of(call: Call, given: Document) -> Document:
    """A location with its defaults; raises BadRequestException where it has what its type does not take."""
    kind = given["type"]
    allowed = {"type", *defaults_of(kind), *(("name",) if kind in (*_NAMED, "REQUEST_BODY") else ())}
    stray = sorted(set(given) - allowed)
    if call.holds(LOCATION) and stray:
        raise bad_request(f"Invalid location: {', '.join(stray)} can't be specified for type {kind}")
    if call.holds(LOCATION) and kind in _NAMED and not given.get("name"):
        raise bad_request(f"Invalid location: name must be specified for type {kind}")
    return defaults_of(kind) | given


def check_properties(call: Call, text: str) -> None:
    """Raise BadRequestException where the properties of a part are no JSON object."""
    try:
        fine = isinstance(json.loads(text), dict)
    except ValueError:
        fine = False
    if not fine and call.holds(PROPERTIES):
        raise bad_request("Documentation part properties must be a JSON object")


@answers("apigateway", "CreateDocumentationPart")
def create_documentation_part(call: Call) -> Document:
    """A part that tells of something in the API; whether that is there is not asked."""
    api = find_api(call)
    location = location_of(call, call.params["location"])
    check_properties(call, call.params["properties"])
    full = [defaults_of(each["location"]["type"]) | each["location"] for each in api.documentation_parts.values()]
    if call.holds(TWICE) and location in full:
        raise conflict("Documentation part already exists for the specified location")
    most = call.aws.limits.documentation_parts_per_api
    if call.holds(PARTS) and len(full) >= most:
        raise limit_exceeded(f"Maximum number of documentation parts for this API has been reached: {most}")
    made = {"id": call.aws.ids.gateway(6), "location": location, "properties": call.params["properties"]}
    api.documentation_parts[made["id"]] = made
    return made


def _matches(call: Call, location: Document) -> bool:
    if call.params.get("type") not in (None, location["type"]):
        return False
    if call.params.get("path") not in (None, location.get("path")):
        return False
    return call.params.get("nameQuery", "") in location.get("name", "")


@answers("apigateway", "GetDocumentationParts")
def get_documentation_parts(call: Call) -> Document:
    """One page of the parts, in the order of their making; UNDOCUMENTED ones, which have no content, are not kept."""
    parts = [part for part in find_api(call).documentation_parts.values() if _matches(call, part["location"])]
    items, position = call.page([] if call.params.get("locationStatus") == "UNDOCUMENTED" else parts)
    return {"items": items, "position": position}


def _find_part(call: Call) -> tuple[RestApi, Document]:
    api = call.part(RestRegion).apis.get(call.params["restApiId"])
    if api is None or call.params["documentationPartId"] not in api.documentation_parts:
        raise not_found("Invalid Documentation part identifier specified")
    return api, api.documentation_parts[call.params["documentationPartId"]]


@answers("apigateway", "GetDocumentationPart")
def get_documentation_part(call: Call) -> Document:
    """A part."""
    return _find_part(call)[1]


@answers("apigateway", "UpdateDocumentationPart")
def update_documentation_part(call: Call) -> Document:
    """Patch a part's properties; its location never changes."""
    api, part = _find_part(call)
    changed = patched(call, part, {"/properties": scalar("properties")}, listing=True)
    check_properties(call, changed["properties"])
    api.documentation_parts[part["id"]] = changed
    return changed


@answers("apigateway", "DeleteDocumentationPart")
def delete_documentation_part(call: Call) -> None:
    """Delete a part; versions keep what they froze."""
    find_api(call)
    api, part = _find_part(call)
    del api.documentation_parts[part["id"]]


# --- versions -------------------------------------------------------------------------------------------------------


@answers("apigateway", "CreateDocumentationVersion")
def create_documentation_version(call: Call) -> Document:
    """Freeze the parts as they are, and let the stage that is named show them."""
    api, name, stage = find_api(call), call.params["documentationVersion"], call.params.get("stageName")
    if call.holds(VERSION_TWICE) and name in api.documentation_versions:
        raise conflict("Documentation version already exists")
    if stage and stage not in api.stages:
        raise not_found("Invalid stage identifier specified")
    if call.holds(VERSION_NEEDS_PARTS) and not api.documentation_parts:
        raise bad_request("Documentation version cannot be created for an API without documentation parts")
    made = {"version": name, "createdDate": call.created()} | call.given("description")
    api.documentation_versions[name] = made
    api.documented[name] = copy.deepcopy(api.documentation_parts)
    if stage:
        api.stages[stage]["documentationVersion"] = name
    return made


@answers("apigateway", "GetDocumentationVersions")
def get_documentation_versions(call: Call) -> Document:
    """One page of the versions."""
    items, position = call.page([each for _, each in sorted(find_api(call).documentation_versions.items())])
    return {"items": items, "position": position}


def _find_version(call: Call) -> tuple[RestApi, Document]:
    api = call.part(RestRegion).apis.get(call.params["restApiId"])
    if api is None or call.params["documentationVersion"] not in api.documentation_versions:
        raise not_found("Invalid Documentation version specified")
    return api, api.documentation_versions[call.params["documentationVersion"]]


@answers("apigateway", "GetDocumentationVersion")
def get_documentation_version(call: Call) -> Document:
    """A version."""
    return _find_version(call)[1]


@answers("apigateway", "UpdateDocumentationVersion")
def update_documentation_version(call: Call) -> Document:
    """Patch a version's description."""
    api, version = _find_version(call)
    changed = patched(call, version, {"/description": scalar("description", clears=True)})
    api.documentation_versions[version["version"]] = changed
    return changed


@answers("apigateway", "DeleteDocumentationVersion")
def delete_documentation_version(call: Call) -> None:
    """Delete a version that no stage shows."""
    api, version = _find_version(call)
    shows = [name for name, each in api.stages.items() if each.get("documentationVersion") == version["version"]]
    if call.holds(VERSION_USED) and shows:
        raise bad_request(f"Documentation version {version['version']} is in use by stages: {', '.join(shows)}")
    del api.documentation_versions[version["version"]]
    del api.documented[version["version"]]
