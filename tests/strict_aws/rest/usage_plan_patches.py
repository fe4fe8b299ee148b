"""What UpdateUsagePlan takes."""

from __future__ import annotations

import copy
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, bad_request, not_found
from tests.strict_aws.rest.patches import as_number, operations, unescape
from tests.strict_aws.rest.state import RestRegion
from tests.strict_aws.rest.usage_plan_keys import refuse_second_plan
from tests.strict_aws.rest.usage_plans import check_api_stage, check_plan, find_plan, settled, shown_plan
from tests.strict_aws.rules import rule

Document = dict[str, Any]

PATHS = rule(
    "rest.usage-plan-patch-paths",
    "A patch of a plan that AWS does not know is refused; stages are named by the value, not the path",
    "quoted: boto/boto3#2629 has the text and the paths of a remove; those of add and replace are recalled",
)
STAGE = rule("rest.usage-plan-patch-stage", "A stage is named <api id>:<stage>", "recorded: test_usage_plan_crud")

_THROTTLE = "/apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>"
_KNOWN = {
    "add": ("/apiStages",),
    "remove": (
        "/apiStages",
        "/quota",
        "/throttle",
        "/productCode",
        _THROTTLE,
        "/apiStages/<apidId:stageName>/throttle",
    ),
    "replace": (
        *("/name", "/description", "/productCode", "/quota/limit", "/quota/offset", "/quota/period"),
        *("/throttle/rateLimit", "/throttle/burstLimit", f"{_THROTTLE}/rateLimit", f"{_THROTTLE}/burstLimit"),
    ),
}
_NUMBERS: dict[str, type[int] | type[float]] = {
    "limit": int,
    "offset": int,
    "burstLimit": int,
    "rateLimit": float,
}


def _unknown(op: str, path: str) -> Refusal:
    text = f"Invalid patch path  '{path}' specified for op '{op}'. "
    if op not in _KNOWN:
        return bad_request(text + "Please choose supported operations")
    return bad_request(f"{text}Must be one of: [{', '.join(_KNOWN[op])}]")


def _api_stage(call: Call, plan: Document, name: str, *, there: bool) -> Document:
    """The entry of `api:stage` in the plan; raises where it can't be one, or is not there and has to be."""
    api_id, colon, stage = name.partition(":")
    if not (api_id and colon and stage) and call.holds(STAGE):
        raise bad_request("Invalid API Stage specified")
    for each in plan["apiStages"]:
        if (each["apiId"], each["stage"]) == (api_id, stage):
            return each  # type: ignore[no-any-return]
    if there:
        text = f"Invalid API Stage {{api: {api_id}, stage: {stage}}} specified for usageplan {plan['id']}"
        raise not_found(text)
    check_api_stage(call, plan["id"], api_id, stage)
    return {"apiId": api_id, "stage": stage}


def _stages(call: Call, plan: Document, op: str, value: str) -> None:
    """Add a stage to the plan, or remove it, both by the value."""
    entry = _api_stage(call, plan, value, there=op == "remove")
    if op == "remove":
        plan["apiStages"].remove(entry)
    elif entry not in plan["apiStages"]:
        plan["apiStages"].append(entry)


def _throttle(call: Call, plan: Document, op: str, path: str, value: Any) -> None:
    """Set or remove the throttle of a method of a stage, or remove all of a stage."""
    name, _, rest = path.removeprefix("/apiStages/").partition("/throttle")
    entry, rest = _api_stage(call, plan, unescape(name), there=True), rest.removeprefix("/")
    method, _, setting = rest.rpartition("/")
    if op == "remove" and not rest:
        entry.pop("throttle", None)
    elif op == "remove":
        entry.get("throttle", {}).pop(unescape(rest), None)
    elif setting in ("rateLimit", "burstLimit") and method:
        limits = entry.setdefault("throttle", {}).setdefault(unescape(method), {"burstLimit": 0, "rateLimit": 0.0})
        limits[setting] = as_number(value, _NUMBERS[setting], setting)
    elif call.holds(PATHS):
        raise _unknown(op, path)
    if not entry.get("throttle"):
        entry.pop("throttle", None)


def _patch(call: Call, plan: Document, asked: Document) -> None:
    op, path, value = asked.get("op", ""), asked.get("path") or "", asked.get("value")
    head, _, last = path.strip("/").partition("/")
    if path == "/apiStages" and op in ("add", "remove"):
        _stages(call, plan, op, value or "")
    elif path.startswith("/apiStages/") and "/throttle" in path and op in ("replace", "remove"):
        _throttle(call, plan, op, path, value)
    elif op == "remove" and path in ("/quota", "/throttle", "/productCode"):
        plan.pop(head, None)
    elif op == "replace" and path in ("/name", "/description", "/productCode"):
        plan[head] = value or ""
        if not value and head != "name":
            del plan[head]
    elif op == "replace" and path in _KNOWN["replace"]:
        plan.setdefault(head, {})[last] = as_number(value, _NUMBERS[last], last) if last in _NUMBERS else value
    elif call.holds(PATHS):
        raise _unknown(op, path)


@answers("apigateway", "UpdateUsagePlan")
def update_usage_plan(call: Call) -> Document:
    """Patch a plan: all of the patches, in order, or none."""
    plan = find_plan(call)
    changed = copy.deepcopy(plan)
    for asked in operations(call):
        _patch(call, changed, asked)
    check_plan(call, changed)
    if changed["apiStages"] != plan["apiStages"]:
        for key in call.part(RestRegion).plan_keys.get(plan["id"], {}):
            refuse_second_plan(call, changed, key)
    call.part(RestRegion).usage_plans[plan["id"]] = settled(changed)
    return {"tags": {}, **shown_plan(changed)}
