"""ImportApiKeys: a CSV file of keys, with the usage plans that they belong to."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rest.api_keys import check_number, new_key
from tests.strict_aws.rest.state import RestRegion
from tests.strict_aws.rest.usage_plan_keys import plan_in_the_way, share_a_stage
from tests.strict_aws.rules import rule

Document = dict[str, Any]

COLUMNS = rule(
    "rest.api-key-file-columns",
    "The file has the columns Name and Key, in any order and case; unknown ones are ignored",
    "quoted: the developer guide, API key file format; the texts are recalled",
)
ROWS = rule(
    "rest.api-key-file-rows",
    "A row that does not fit is left out with a warning; failonwarnings refuses the whole file",
    "botocore: ImportApiKeys.failOnWarnings; the texts are recalled",
)
AGAIN = rule(
    "rest.api-key-file-again",
    "A key of a value that is there is overwritten",
    "quoted: the developer guide, API key file format",
)


_KEPT = ("id", "createdDate", "stageKeys", "tags", "customerId")
"""What stays of a key that is overwritten."""


def _read(call: Call) -> list[dict[str, str]]:
    """The rows of the file by lower-case column."""
    if call.params["format"] != "csv":
        raise bad_request("Invalid format specified. Must be csv")
    body = call.params["body"]
    try:
        text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
    except UnicodeDecodeError:
        raise bad_request("Unable to import API Keys: the file is no UTF-8 text") from None
    reader = csv.DictReader(io.StringIO(text.strip()), skipinitialspace=True)
    columns = [(name or "").strip().lower() for name in reader.fieldnames or []]
    if call.holds(COLUMNS) and not {"name", "key"} <= set(columns):
        raise bad_request("Unable to import API Keys: the columns Name and Key must be there")
    reader.fieldnames = columns
    return [{name: (value or "").strip() for name, value in row.items() if name} for row in reader]


def _plans_of(row: dict[str, str]) -> list[str]:
    plans = row.get("usageplanids", "").strip("'\"").split(",")
    return [plan.strip() for plan in plans if plan.strip()]


def _fault(row: dict[str, str]) -> str | None:
    """Why a row is left out, if it is."""
    if not 20 <= len(row.get("key", "")) <= 128:
        return "API Key value must be between 20 and 128 characters"
    if len(row.get("name", "")) > 1024:
        return "Invalid API Key name, can be at most 1024 characters."
    if row.get("enabled", "").lower() not in ("", "true", "false"):
        return f"Invalid value for Enabled: {row['enabled']}"
    return None


def _sorted_out(call: Call) -> tuple[list[dict[str, str]], list[str]]:
    """The rows that fit, and warnings about the others and about usage plans that they can't be in."""
    region, fit, warnings = call.part(RestRegion), [], []
    plans, by_value = region.usage_plans, {key["value"]: key["id"] for key in region.api_keys.values()}
    for number, row in enumerate(_read(call), start=1):
        fault = _fault(row)
        if fault:
            warnings.append(f"Row {number}: {fault}")
            continue
        fit.append(row)
        wanted = _plans_of(row)
        for place, plan in enumerate(wanted):
            if plan not in plans:
                warnings.append(f"Row {number}: Invalid Usage Plan ID specified: {plan}")
                continue
            held = plan_in_the_way(call, plans[plan], by_value.get(row["key"], ""))
            before = [plans[each] for each in wanted[:place] if each in plans]
            if held or any(share_a_stage(call, plans[plan], each) for each in before):
                warnings.append(f"Row {number}: the API Key has another Usage Plan for a stage of {plan}")
    return fit, warnings


@answers("apigateway", "ImportApiKeys")
def import_api_keys(call: Call) -> Document:
    """Make or overwrite the keys of the file, and put them into their usage plans; their ids in the file's order."""
    region = call.part(RestRegion)
    rows, warnings = _sorted_out(call)
    if warnings and call.params.get("failOnWarnings") and call.holds(ROWS):
        raise bad_request(f"Warnings found during import: {'; '.join(warnings)}")
    by_value = {key["value"]: key for key in region.api_keys.values()} if call.holds(AGAIN) else {}
    check_number(call, len({row["key"] for row in rows} - set(by_value)))
    ids = []
    for row in rows:
        given = {"name": row.get("name", ""), "description": row.get("description", ""), "value": row["key"]}
        key = new_key(call, given | {"enabled": row.get("enabled", "").lower() != "false"})
        before = by_value.get(row["key"], {})
        key |= {name: before[name] for name in _KEPT if name in before}
        region.api_keys[key["id"]] = by_value[row["key"]] = key
        ids.append(key["id"])
        for plan in _plans_of(row):
            if plan in region.usage_plans and not plan_in_the_way(call, region.usage_plans[plan], key["id"]):
                region.plan_keys.setdefault(plan, {})[key["id"]] = "API_KEY"
    return {"ids": list(dict.fromkeys(ids)), "warnings": warnings or None}
