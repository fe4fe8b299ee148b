"""Usage plans: stages of APIs, throttles and quotas, and the keys that they hold for."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, limit_exceeded, not_found
from tests.strict_aws.rest.state import RestRegion, shown
from tests.strict_aws.rest.tagging import check_tags
from tests.strict_aws.rules import rule

Document = dict[str, Any]

STAGES = rule(
    "rest.usage-plan-stages",
    "The stages of a plan have to be there",
    "recorded: test_usage_plan_crud; aws/aws-sdk#354 quotes the text for an empty id",
)
QUOTA = rule(
    "rest.usage-plan-quota",
    "A quota has a limit and a period, and an offset within it",
    "botocore: QuotaSettings; the texts are recalled",
)
THROTTLES = rule(
    "rest.usage-plan-throttles-20",
    "A stage in a plan has at most 20 throttles of methods",
    "AWS notes, section 2.2; the text is recalled",
)
LIMIT = rule("rest.usage-plans-300", "A region has at most 300 plans", "AWS notes, section 2.2; the text is recalled")
NAME = rule("rest.usage-plan-name", "A plan has a name", "from memory", recalled=True)
HELD = rule(
    "rest.usage-plan-with-stages",
    "A plan that has stages can't be deleted",
    "AWS notes, appendix B; aws/aws-sdk-js#3841 quotes the text",
)

_OFFSETS = {"DAY": 0, "WEEK": 6, "MONTH": 27}


def shown_plan(plan: Document) -> Document:
    """A plan as AWS answers it: its stages even where there are none."""
    return {"apiStages": [], **shown(plan)}


def check_api_stage(call: Call, plan: str, api_id: str, stage: str) -> None:
    """Raise the refusal of a stage that a plan can't have, if there is a reason. ``plan`` is what the text calls it."""
    if not call.holds(STAGES):
        return
    if not api_id or not stage:
        raise bad_request("Invalid API Stage {api: %s, stage: %s} specified for usageplan %s")
    api = call.part(RestRegion).apis.get(api_id)
    if api is None or stage not in api.stages:
        raise not_found(f"Invalid API Stage {{api: {api_id}, stage: {stage}}} specified for usageplan {plan}")


def check_plan(call: Call, plan: Document) -> None:
    """Raise BadRequestException where a plan's members can't be."""
    if call.holds(NAME) and not plan.get("name"):
        raise bad_request("Usage Plan name cannot be empty")
    quota = plan.get("quota")
    if quota and call.holds(QUOTA):
        if not quota.get("period") or quota.get("limit") is None:
            raise bad_request("Usage Plan quota must have a limit and a period")
        if quota["period"] not in _OFFSETS:
            raise bad_request(f"Invalid quota period specified. Must be one of: [{', '.join(_OFFSETS)}]")
        if quota["limit"] < 1 or not 0 <= quota.get("offset", 0) <= _OFFSETS[quota["period"]]:
            raise bad_request(f"Invalid quota specified: limit {quota['limit']}, offset {quota.get('offset', 0)}")
    throttles = [plan.get("throttle") or {}]
    for each in plan.get("apiStages", []):
        throttles += each.get("throttle", {}).values()
        if call.holds(THROTTLES) and len(each.get("throttle", {})) > 20:
            raise limit_exceeded("Maximum number of method throttles per API stage has been reached: 20")
    if any(value < 0 for each in throttles for value in each.values()) and call.holds(QUOTA):
        raise bad_request("Usage Plan throttle must not be negative")


def settled(plan: Document) -> Document:
    """The plan with the defaults in its quota and throttles."""
    if plan.get("quota"):
        plan["quota"].setdefault("offset", 0)
    if plan.get("throttle"):
        plan["throttle"] = {"burstLimit": 0, "rateLimit": 0.0} | plan["throttle"]
    return plan


def find_plan(call: Call) -> Document:
    """The plan that the call names; raises NotFoundException."""
    found = call.part(RestRegion).usage_plans.get(call.params["usagePlanId"])
    if found is None:
        raise not_found("Invalid Usage Plan ID specified")
    return found


@answers("apigateway", "CreateUsagePlan")
def create_usage_plan(call: Call) -> Document:
    """A plan, its stages with their throttles given at once."""
    held = call.part(RestRegion).usage_plans
    plan: Document = {"apiStages": []} | call.given("name", "description", "apiStages", "throttle", "quota", "tags")
    check_plan(call, plan)
    check_tags(call, plan.get("tags"))
    for each in plan["apiStages"]:
        check_api_stage(call, plan["name"], each.get("apiId", ""), each.get("stage", ""))
    if call.holds(LIMIT) and len(held) >= call.aws.limits.usage_plans:
        raise limit_exceeded(f"Maximum number of usage plans has been reached: {call.aws.limits.usage_plans}")
    made = {"id": call.aws.ids.gateway(6)} | settled(plan)
    held[made["id"]] = made
    return shown_plan(made)


@answers("apigateway", "GetUsagePlans")
def get_usage_plans(call: Call) -> Document:
    """One page of the plans, or of those that have the key `keyId`."""
    region, key = call.part(RestRegion), call.params.get("keyId")
    plans = [plan for _, plan in sorted(region.usage_plans.items())]
    rows = [plan for plan in plans if key is None or key in region.plan_keys.get(plan["id"], {})]
    items, position = call.page(rows)
    return {"items": [shown_plan(plan) for plan in items], "position": position}


@answers("apigateway", "GetUsagePlan")
def get_usage_plan(call: Call) -> Document:
    """A plan."""
    return {"tags": {}, **shown_plan(find_plan(call))}


@answers("apigateway", "DeleteUsagePlan")
def delete_usage_plan(call: Call) -> None:
    """Delete a plan that has no stages; its keys stay."""
    region, plan = call.part(RestRegion), find_plan(call)
    if call.holds(HELD) and plan["apiStages"]:
        first = plan["apiStages"][0]
        text = f"because there are API Stages associated with it, including {first['apiId']}:{first['stage']}"
        raise bad_request(f"Cannot delete Usage Plan {plan['id']} {text}")
    del region.usage_plans[plan["id"]]
    region.plan_keys.pop(plan["id"], None)
