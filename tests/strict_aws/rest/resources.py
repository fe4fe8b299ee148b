"""Resources: the paths of an API."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, conflict, limit_exceeded, not_found
from tests.strict_aws.rest.patches import Patch, Slot, patched
from tests.strict_aws.rest.state import Content, Document, RestApi, RestRegion, find_api
from tests.strict_aws.rules import rule

PATH_PART = re.compile(r"[a-zA-Z0-9._\-:]+|\{[a-zA-Z0-9._\-:]+\+?\}")

NO_RESOURCE = rule(
    "rest.no-resource",
    "Where the API is not there, operations on a resource say that the resource is not",
    "recorded: test_put_method_validation, test_integration_response_wrong_api",
)
PART = rule(
    "rest.path-part",
    "A path part has a-zA-Z0-9._-: only, or is one variable in braces, with + if it is greedy",
    "AWS notes, section 4.2; text from memory",
)
TAKEN = rule("rest.path-taken", "A path is there only once", "recorded: test_update_resource_behaviour")
VARIABLES = rule(
    "rest.path-variables", "Of siblings, one is a variable", "recorded: test_create_proxy_resource_validation"
)
GREEDY = rule(
    "rest.path-greedy", "Nothing is below a greedy variable", "recorded: test_create_proxy_resource_validation"
)
CYCLE = rule("rest.path-cycle", "No resource is moved below itself", "recorded: test_update_resource_behaviour")
ROOT = rule("rest.root-fixed", "The root is neither moved nor renamed", "recorded: test_update_resource_on_root")
ROOT_STAYS = rule("rest.root-stays", "The root is not deleted", "from memory", recalled=True)
MANY = rule("rest.resource-quota", "An API has at most 300 resources", "AWS notes, section 2.2")
EMBED = rule("rest.embed", "`embed` is one value, `methods`", "botocore: GetResources.embed")


def find_resource(call: Call, name: str = "resourceId") -> tuple[RestApi, Document]:
    """The resource that the call names, and its API; raises NotFoundException."""
    api = call.part(RestRegion).apis.get(call.params["restApiId"])
    if api is None and not call.holds(NO_RESOURCE):
        api = find_api(call)
    resource = api.draft.resources.get(call.params[name]) if api else None
    if api is None or resource is None:
        raise not_found("Invalid Resource identifier specified")
    return api, resource


def check_place(call: Call, content: Content, parent_id: str, part: str, own_id: str = "") -> None:
    """Refuse a path part that can't stand under its parent."""
    if not PATH_PART.fullmatch(part) and call.holds(PART):
        text = "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the "
        raise bad_request(text + "beginning and the end.")
    parent = str(content.resources[parent_id].get("pathPart", ""))
    if parent.endswith("+}") and call.holds(GREEDY):
        raise bad_request(f"Cannot create a child of a resource with a greedy path variable: {parent}")
    for each in content.resources.values():
        sibling = str(each.get("pathPart", ""))
        if each.get("parentId") != parent_id or each["id"] == own_id:
            continue
        if sibling == part and call.holds(TAKEN):
            raise conflict(f"Another resource with the same parent already has this name: {part}")
        if sibling.startswith("{") and part.startswith("{") and call.holds(VARIABLES):
            text = f"A sibling ({sibling}) of this resource already has a variable path part -- only one is allowed"
            raise bad_request(text)


def below(content: Content, resource_id: str) -> Iterator[str]:
    """A resource and all resources under it, by id."""
    yield resource_id
    for each in list(content.resources.values()):
        if each.get("parentId") == resource_id:
            yield from below(content, each["id"])


def resource_answer(content: Content, resource: Document, *, embed: bool) -> Document:
    """A resource as it is answered; its methods by their names only, unless they are to be embedded."""
    methods = resource.get("resourceMethods") or {}
    answer = {k: v for k, v in resource.items() if k != "resourceMethods"} | {"path": content.path(resource["id"])}
    if methods:
        answer["resourceMethods"] = methods if embed else {verb: {} for verb in methods}
    return answer


def _embeds(call: Call) -> bool:
    asked = call.params.get("embed") or []
    if asked and asked != ["methods"] and call.holds(EMBED):
        raise bad_request(f"Invalid embed parameter: {', '.join(asked)}. Must be one of: [methods]")
    return "methods" in asked


@answers("apigateway", "GetResources")
def get_resources(call: Call) -> Document:
    """The API's resources by id, so that a child may come before its parent, as recorded in
    test_rest_resource_method_update; their methods in full only with embed=methods."""
    content, embed = find_api(call).draft, _embeds(call)
    rows, position = call.page(sorted(content.resources.values(), key=lambda each: str(each["id"])))
    return {"items": [resource_answer(content, each, embed=embed) for each in rows], "position": position}


@answers("apigateway", "GetResource")
def get_resource(call: Call) -> Document:
    """One resource."""
    api, resource = find_resource(call)
    return resource_answer(api.draft, resource, embed=_embeds(call))


@answers("apigateway", "CreateResource")
def create_resource(call: Call) -> Document:
    """A path under another."""
    api, parent = find_resource(call, "parentId")
    part, content = call.params["pathPart"], api.draft
    check_place(call, content, parent["id"], part)
    if len(content.resources) >= call.aws.limits.resources_per_api and call.holds(MANY):
        text = "Maximum number of resources for this API has been reached. Please contact AWS if you need additional "
        raise limit_exceeded(text + "resources.")
    made = call.aws.ids.gateway(6, content.resources)
    content.resources[made] = {"id": made, "parentId": parent["id"], "pathPart": part}
    return resource_answer(content, content.resources[made], embed=False)


def _slots(content: Content) -> dict[str, Slot]:
    def move(call: Call, document: Document, patch: Patch) -> None:
        parent = patch.value
        if "parentId" not in document and call.holds(ROOT):
            raise bad_request("Root resource cannot update its parentId.")
        if parent not in content.resources:
            raise not_found("Invalid Resource identifier specified")
        if parent in below(content, document["id"]) and call.holds(CYCLE):
            raise bad_request("Resources cannot be cyclical.")
        check_place(call, content, parent, document["pathPart"], document["id"])
        document["parentId"] = parent

    def rename(call: Call, document: Document, patch: Patch) -> None:
        if "parentId" not in document and call.holds(ROOT):
            raise bad_request("Root resource cannot update its pathPart.")
        check_place(call, content, document["parentId"], patch.value or "", document["id"])
        document["pathPart"] = patch.value

    return {"/parentId": Slot(("replace",), move), "/pathPart": Slot(("replace",), rename)}


@answers("apigateway", "UpdateResource")
def update_resource(call: Call) -> Document:
    """Rename or move a path."""
    api, resource = find_resource(call)
    changed = patched(call, resource, _slots(api.draft), listing=True)
    api.draft.resources[resource["id"]] = changed
    return resource_answer(api.draft, changed, embed=False)


@answers("apigateway", "DeleteResource")
def delete_resource(call: Call) -> None:
    """Take a path away with all below it."""
    api, resource = find_resource(call)
    if "parentId" not in resource and call.holds(ROOT_STAYS):
        raise bad_request("Root resource cannot be deleted.")
    for each in list(below(api.draft, resource["id"])):
        del api.draft.resources[each]
