"""Which keys a usage plan holds for, and how much they have used."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, conflict, limit_exceeded, not_found
from tests.strict_aws.rest.api_keys import find_key, newest_first
from tests.strict_aws.rest.patches import as_number, operations
from tests.strict_aws.rest.state import RestRegion
from tests.strict_aws.rest.usage_plans import find_plan
from tests.strict_aws.rules import rule

Document = dict[str, Any]

TWICE = rule(
    "rest.usage-plan-key-exists",
    "A key is in a plan once",
    "botocore: CreateUsagePlanKey declares the conflict; the text is recalled",
)
ONE_PLAN = rule(
    "rest.usage-plan-key-one-plan-per-stage",
    "A key has one plan for each stage",
    "the developer guide, usage plans; code and text are recalled",
    recalled=True,
)
TEN = rule("rest.usage-plans-of-a-key-10", "A key is in at most 10 plans", "AWS notes, section 2.2")
KIND = rule("rest.usage-plan-key-type", "The type of a plan's key is API_KEY", "botocore: UsagePlanKey.type")
DATES = rule("rest.usage-dates", "Usage is asked for by dates", "botocore: GetUsage.startDate", recalled=True)


@dataclass
class Remaining:
    """What is left of a quota, where it was set: by plan and key."""

    left: dict[tuple[str, str], int] = field(default_factory=dict)


def _shown(call: Call, key_id: str, kind: str) -> Document:
    """A plan's key as AWS answers it: always with its value."""
    key = call.part(RestRegion).api_keys[key_id]
    return {"id": key_id, "type": kind, "value": key["value"], "name": key.get("name")}


def _stages(plan: Document) -> set[tuple[str, str]]:
    return {(each["apiId"], each["stage"]) for each in plan["apiStages"]}


def share_a_stage(call: Call, one: Document, other: Document) -> bool:
    """Whether a key can't be in both plans, because they have a stage in common."""
    return call.holds(ONE_PLAN) and one["id"] != other["id"] and bool(_stages(one) & _stages(other))


def plan_in_the_way(call: Call, plan: Document, key: str) -> str | None:
    """The id of another plan that the key is in already and that has one of the plan's stages, if there is one."""
    region = call.part(RestRegion)
    for other in region.usage_plans.values():
        if key in region.plan_keys.get(other["id"], {}) and share_a_stage(call, plan, other):
            return str(other["id"])
    return None


def refuse_second_plan(call: Call, plan: Document, key: str) -> None:
    """Raise ConflictException where the key has another plan for one of the plan's stages."""
    other = plan_in_the_way(call, plan, key)
    if other:
        raise conflict(f"API Key {key} is in the Usage Plan {other} for the same API Stage already")


@answers("apigateway", "CreateUsagePlanKey")
def create_usage_plan_key(call: Call) -> Document:
    """Let a plan hold for a key."""
    region, plan = call.part(RestRegion), find_plan(call)
    if call.holds(KIND) and call.params["keyType"] != "API_KEY":
        raise bad_request("Invalid usage plan key type specified. Must be API_KEY")
    key = find_key(call, call.params["keyId"])["id"]
    plans = [each for each in region.usage_plans.values() if key in region.plan_keys.get(each["id"], {})]
    if plan in plans and call.holds(TWICE):
        raise conflict(f"Usage Plan {plan['id']} already has the API Key {key}")
    refuse_second_plan(call, plan, key)
    if call.holds(TEN) and len(plans) >= 10:
        raise limit_exceeded("Maximum number of usage plans per API key has been reached: 10")
    region.plan_keys.setdefault(plan["id"], {})[key] = call.params["keyType"]
    return _shown(call, key, call.params["keyType"])


@answers("apigateway", "GetUsagePlanKeys")
def get_usage_plan_keys(call: Call) -> Document:
    """One page of a plan's keys, the latest first; none for a plan that is not there."""
    region, wanted = call.part(RestRegion), call.params.get("nameQuery", "")
    held = region.plan_keys.get(call.params["usagePlanId"], {})
    keys = newest_first([region.api_keys[key_id] for key_id in held])
    rows, position = call.page([key for key in keys if key.get("name", "").startswith(wanted)])
    return {"items": [_shown(call, key["id"], held[key["id"]]) for key in rows], "position": position}


def _find(call: Call) -> tuple[Document, str]:
    """The plan and the key in it that the call names."""
    plan, key = find_plan(call), call.params["keyId"]
    if key not in call.part(RestRegion).plan_keys.get(plan["id"], {}):
        raise not_found("Invalid Usage Plan Key identifier specified")
    return plan, key


@answers("apigateway", "GetUsagePlanKey")
def get_usage_plan_key(call: Call) -> Document:
    """A key of a plan."""
    plan, key = _find(call)
    return _shown(call, key, call.part(RestRegion).plan_keys[plan["id"]][key])


@answers("apigateway", "DeleteUsagePlanKey")
def delete_usage_plan_key(call: Call) -> None:
    """Take a key out of a plan."""
    plan, key = _find(call)
    del call.part(RestRegion).plan_keys[plan["id"]][key]


# --- usage ----------------------------------------------------------------------------------------------------------


def _days(call: Call) -> int:
    try:
        days = (date.fromisoformat(call.params["endDate"]) - date.fromisoformat(call.params["startDate"])).days + 1
    except ValueError:
        days = 0
    if days < 1 and call.holds(DATES):
        raise bad_request("Invalid date range specified")
    return days


def _usage(call: Call, plan: Document, key: str, days: int) -> list[list[int]]:
    """[used, remaining] of each day: nobody uses anything here."""
    left = call.part(Remaining).left.get((plan["id"], key), plan.get("quota", {}).get("limit", 0))
    return [[0, left] for _ in range(days)]


@answers("apigateway", "GetUsage")
def get_usage(call: Call) -> Document:
    """What a plan's keys have used, day by day, by key."""
    plan, days = find_plan(call), _days(call)
    held = sorted(call.part(RestRegion).plan_keys.get(plan["id"], {}))
    rows, position = call.page([{"key": key} for key in held if call.params.get("keyId") in (None, key)])
    items = {row["key"]: _usage(call, plan, row["key"], days) for row in rows}
    dates = call.given("startDate", "endDate")
    return {"usagePlanId": plan["id"], **dates, "items": items, "position": position}


@answers("apigateway", "UpdateUsage")
def update_usage(call: Call) -> Document:
    """Set what is left to a key of a plan's quota: `/remaining`."""
    plan, key = _find(call)
    if any((asked.get("op"), asked.get("path")) != ("replace", "/remaining") for asked in operations(call)):
        raise bad_request("Invalid patch path specified. Must be one of: [/remaining]")
    for asked in operations(call):
        call.part(Remaining).left[(plan["id"], key)] = as_number(asked.get("value"), int, "remaining")
    today = date.fromtimestamp(call.now).isoformat()
    return {"usagePlanId": plan["id"], "startDate": today, "endDate": today, "items": {key: _usage(call, plan, key, 1)}}
