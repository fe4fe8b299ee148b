"""API keys, one by one."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, conflict, limit_exceeded, not_found
from tests.strict_aws.rest.patches import Patch, Slot, as_bool, patched, scalar
from tests.strict_aws.rest.state import RestRegion, shown
from tests.strict_aws.rest.tagging import check_tags
from tests.strict_aws.rules import rule

Document = dict[str, Any]

LENGTHS = rule(
    "rest.api-key-lengths",
    "Values have 20 to 128 characters, names at most 1,024, descriptions at most 125,000",
    "recorded: test_create_api_key_with_invalid_value, -name, test_update_api_key_invalid_description_length",
)
TWICE = rule(
    "rest.api-key-exists",
    "Two keys can't have the same value",
    "quoted: rrahul963/serverless-add-api-key#27",
)
LIMIT = rule("rest.api-keys-10000", "A region has at most 10,000 keys", "AWS notes, section 2.2")
DISABLED = rule("rest.api-key-disabled", "A key that is not said to be enabled is not", "recorded: test_get_api_keys")
STAGE = rule("rest.api-key-stage", "A stage that a key is to be for has to be there", "from memory", recalled=True)


def shown_key(key: Document, *, value: bool) -> Document:
    """A key as AWS answers it, with or without its value."""
    return {"stageKeys": [], **shown(key, *(() if value else ("value",)))}


def check_key(call: Call, key: Document) -> None:
    """Raise BadRequestException where a key's members are longer or shorter than AWS takes."""
    if not call.holds(LENGTHS):
        return
    if len(key.get("name", "")) > 1024:
        raise bad_request("Invalid API Key name, can be at most 1024 characters.")
    if len(key.get("description", "")) > 125000:
        raise bad_request("Invalid API Key description specified.")
    if len(key["value"]) < 20:
        raise bad_request("API Key value should be at least 20 characters")
    if len(key["value"]) > 128:
        raise bad_request("API Key value exceeds maximum size of 128 characters")


def new_key(call: Call, given: Document) -> Document:
    """A key with what is unsaid filled in; it is not kept yet."""
    moment = call.created()
    key = {"id": call.aws.ids.gateway(10), "value": given.get("value") or call.aws.ids.secret(40)}
    key |= {"enabled": given.get("enabled", not call.holds(DISABLED)), "stageKeys": []}
    key |= {name: given[name] for name in ("name", "description", "customerId", "tags") if given.get(name)}
    return key | {"createdDate": moment, "lastUpdatedDate": moment}


def check_number(call: Call, more: int) -> None:
    """Raise LimitExceededException where so many more keys are too many."""
    most = call.aws.limits.api_keys
    if call.holds(LIMIT) and len(call.part(RestRegion).api_keys) + more > most:
        raise limit_exceeded(f"Maximum number of API keys has been reached: {most}")


def _stage_key(call: Call, api_id: str, stage: str) -> str:
    api = call.part(RestRegion).apis.get(api_id)
    if call.holds(STAGE) and (api is None or stage not in api.stages):
        raise bad_request("Invalid stage identifier specified")
    return f"{api_id}/{stage}"


@answers("apigateway", "CreateApiKey")
def create_api_key(call: Call) -> Document:
    """A key, disabled unless said otherwise."""
    held = call.part(RestRegion).api_keys
    key = new_key(call, call.params)
    check_key(call, key)
    check_tags(call, key.get("tags"))
    if call.holds(TWICE) and any(each["value"] == key["value"] for each in held.values()):
        raise conflict("API Key already exists")
    check_number(call, 1)
    for each in call.params.get("stageKeys", []):
        key["stageKeys"].append(_stage_key(call, each.get("restApiId", ""), each.get("stageName", "")))
    held[key["id"]] = key
    return shown_key(key, value=True)


def newest_first(rows: list[Document]) -> list[Document]:
    """Keys in the order in which AWS lists them (recorded: test_get_api_keys)."""
    return sorted(rows, key=lambda row: -row["createdDate"])


@answers("apigateway", "GetApiKeys")
def get_api_keys(call: Call) -> Document:
    """One page of the keys, the latest first, without their values unless `includeValues` says so.

    `nameQuery` is what names begin with. A limit that is none counts as the usual one (recorded:
    test_negative_get_usage_plan_api_keys).
    """
    if call.params.get("limit", 1) < 1:
        call.params.pop("limit")
    wanted, customer = call.params.get("nameQuery", ""), call.params.get("customerId")
    keys = newest_first(list(call.part(RestRegion).api_keys.values()))
    keys = [key for key in keys if key.get("name", "").startswith(wanted) and customer in (None, key.get("customerId"))]
    rows, position = call.page(keys)
    values = call.params.get("includeValues", False)
    return {"items": [shown_key(key, value=values) for key in rows], "position": position}


def find_key(call: Call, key_id: str) -> Document:
    """A key by its id; raises NotFoundException."""
    found = call.part(RestRegion).api_keys.get(key_id)
    if found is None:
        raise not_found("Invalid API Key identifier specified")
    return found


@answers("apigateway", "GetApiKey")
def get_api_key(call: Call) -> Document:
    """A key; its value where `includeValue` says so."""
    key = find_key(call, call.params["apiKey"])
    return {"tags": {}, **shown_key(key, value=call.params.get("includeValue", False))}


def _stages(call: Call, document: Document, patch: Patch) -> None:
    api_id, _, stage = str(patch.value or "").partition("/")
    if patch.op == "add":
        document["stageKeys"] = sorted({*document["stageKeys"], _stage_key(call, api_id, stage)})
    else:
        document["stageKeys"] = [each for each in document["stageKeys"] if each != patch.value]


_SLOTS = {
    "/description": scalar("description", clears=True),
    "/enabled": scalar("enabled", as_bool),
    "/name": scalar("name", clears=True),
    "/customerId": scalar("customerId", clears=True),
}


@answers("apigateway", "UpdateApiKey")
def update_api_key(call: Call) -> Document:
    """Patch a key; its value never changes. `/stages`, of the time before usage plans, takes add and remove."""
    key = find_key(call, call.params["apiKey"])
    of_stages = any(each.get("path") == "/stages" for each in call.params.get("patchOperations", []))
    slots = _SLOTS | ({"/stages": Slot(("add", "remove"), _stages)} if of_stages else {})
    changed = patched(call, key, slots, listing=True)
    check_key(call, changed)
    changed["lastUpdatedDate"] = call.created()
    call.part(RestRegion).api_keys[key["id"]] = changed
    return {"tags": {}, **shown_key(changed, value=False)}


@answers("apigateway", "DeleteApiKey")
def delete_api_key(call: Call) -> None:
    """Delete a key; usage plans lose it."""
    region, key = call.part(RestRegion), find_key(call, call.params["apiKey"])
    del region.api_keys[key["id"]]
    for keys in region.plan_keys.values():
        keys.pop(key["id"], None)
