"""API keys, usage plans, and which keys a plan holds for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws.tests.refused import refused

VALUE = "apikey1234abcdefghij0123456789"
BAD, MISSING, CONFLICT = "BadRequestException", "NotFoundException", "ConflictException"


@pytest.fixture
def api(rest: Any) -> str:
    """An API with the stages dev and prod."""
    made = rest.create_rest_api(name="planned")
    own = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**own, authorizationType="NONE")
    rest.put_integration(**own, type="MOCK")
    rest.create_deployment(restApiId=made["id"], stageName="dev")
    rest.create_deployment(restApiId=made["id"], stageName="prod")
    return str(made["id"])


def update(rest: Any, plan: str, *patches: tuple[str, ...]) -> dict[str, Any]:
    """Patch a plan: (op, path, value)."""
    rows = [dict(zip(("op", "path", "value"), each, strict=False)) for each in patches]
    return dict(rest.update_usage_plan(usagePlanId=plan, patchOperations=rows))


# --- keys -----------------------------------------------------------------------------------------------------------


def test_a_key_is_disabled_unless_said_otherwise_and_shows_its_value_when_asked(rest: Any) -> None:
    made = rest.create_api_key(name="mobile")
    assert made["enabled"] is False
    assert len(made["value"]) == 40
    assert made["stageKeys"] == []
    assert "tags" not in made
    own = {"apiKey": made["id"]}
    assert "value" not in rest.get_api_key(**own)
    assert rest.get_api_key(**own)["tags"] == {}
    assert rest.get_api_key(**own, includeValue=True)["value"] == made["value"]
    assert "value" not in rest.get_api_keys()["items"][0]
    assert rest.get_api_keys(includeValues=True)["items"][0]["value"] == made["value"]
    whole = {"name": "all", "description": "of it", "enabled": True, "value": VALUE, "customerId": "c1"}
    other = rest.create_api_key(**whole, tags={"a": "b"})
    assert (whole | {"tags": {"a": "b"}}).items() <= other.items()
    assert rest.get_api_key(apiKey=other["id"])["tags"] == {"a": "b"}


def test_keys_are_listed_latest_first_by_prefix_and_customer(rest: Any) -> None:
    ids = [rest.create_api_key(name=name, customerId=who)["id"] for name, who in (("aa", "x"), ("ab", "y"), ("b", "x"))]
    listed = lambda **params: [key["id"] for key in rest.get_api_keys(**params)["items"]]  # noqa: E731
    assert listed() == ids[::-1]
    assert listed(nameQuery="a") == [ids[1], ids[0]]
    assert listed(nameQuery="A") == []
    assert listed(customerId="x") == [ids[2], ids[0]]
    assert listed(limit=-1) == ids[::-1]
    page = rest.get_api_keys(limit=2)
    assert listed(limit=2, position=page["position"]) == [ids[0]]
    assert refused(rest.get_api_keys, limit=501)[0] == BAD


def test_a_key_that_can_not_be(rest: Any) -> None:
    create = rest.create_api_key
    assert refused(create, name="a" * 1025) == (BAD, "Invalid API Key name, can be at most 1024 characters.")
    assert refused(create, value="short") == (BAD, "API Key value should be at least 20 characters")
    assert refused(create, value="a" * 129) == (BAD, "API Key value exceeds maximum size of 128 characters")
    assert refused(create, description="a" * 125001) == (BAD, "Invalid API Key description specified.")
    assert rest.get_api_keys()["items"] == []
    assert "name" not in create(name="", value=VALUE)
    assert refused(create, value=VALUE) == (CONFLICT, "API Key already exists")
    assert len(create(value="")["value"]) == 40


def test_patches_of_a_key(rest: Any) -> None:
    own = {"apiKey": rest.create_api_key(name="old", enabled=True)["id"]}
    rows = [("/name", "new"), ("/description", "d"), ("/customerId", "c"), ("/enabled", "not-a-boolean")]
    patches = [{"op": "replace", "path": path, "value": value} for path, value in rows]
    key = rest.update_api_key(**own, patchOperations=patches)
    assert {"name": "new", "description": "d", "customerId": "c", "enabled": False, "tags": {}}.items() <= key.items()
    assert "value" not in key
    assert key["lastUpdatedDate"] > key["createdDate"]
    patches = [{"op": "replace", "path": "/id", "value": "new-id"}]
    text = "Invalid patch path  '/id' specified for op 'replace'. Must be one of: "
    text += "[/description, /enabled, /name, /customerId]"
    assert refused(rest.update_api_key, **own, patchOperations=patches) == (BAD, text)
    rest.delete_api_key(**own)
    assert refused(rest.get_api_key, **own) == (MISSING, "Invalid API Key identifier specified")


def test_a_key_of_the_time_before_usage_plans(rest: Any, api: str) -> None:
    key = rest.create_api_key(stageKeys=[{"restApiId": api, "stageName": "dev"}])
    assert key["stageKeys"] == [f"{api}/dev"]
    own = {"apiKey": key["id"]}
    patches = [{"op": "add", "path": "/stages", "value": f"{api}/prod"}]
    assert rest.update_api_key(**own, patchOperations=patches)["stageKeys"] == [f"{api}/dev", f"{api}/prod"]
    rest.delete_stage(restApiId=api, stageName="dev")
    assert rest.get_api_key(**own)["stageKeys"] == [f"{api}/prod"]
    assert refused(rest.create_api_key, stageKeys=[{"restApiId": api, "stageName": "no"}])[0] == BAD


# --- the import of a file -------------------------------------------------------------------------------------------


def test_a_file_of_keys_makes_them_and_puts_them_into_plans(rest: Any) -> None:
    plans = [rest.create_usage_plan(name=name)["id"] for name in ("one", "two")]
    body = f'Enabled,Name,key,Stray,UsageplanIds\ntrue,first,{VALUE},x,"{plans[0]},{plans[1]}"\n'
    body += f"FALSE,second,{VALUE}2,,{plans[1]}\n,third,{VALUE}3,,\n"
    answer = rest.import_api_keys(format="csv", body=body, failOnWarnings=True)
    assert "warnings" not in answer
    keys = [rest.get_api_key(apiKey=each, includeValue=True) for each in answer["ids"]]
    assert [key["name"] for key in keys] == ["first", "second", "third"]
    assert [key["enabled"] for key in keys] == [True, False, True]
    assert [key["value"] for key in keys] == [VALUE, f"{VALUE}2", f"{VALUE}3"]
    held = [{row["id"] for row in rest.get_usage_plan_keys(usagePlanId=plan)["items"]} for plan in plans]
    assert held == [{answer["ids"][0]}, set(answer["ids"][:2])]


def test_a_key_that_is_imported_again_is_overwritten(rest: Any) -> None:
    made = rest.create_api_key(name="old", value=VALUE, tags={"a": "b"}, description="gone")
    answer = rest.import_api_keys(format="csv", body=f"Key,name\n{VALUE},new\n")
    assert answer["ids"] == [made["id"]]
    key = rest.get_api_key(apiKey=made["id"])
    assert (key["name"], key["enabled"], key["tags"]) == ("new", True, {"a": "b"})
    assert "description" not in key
    assert len(rest.get_api_keys()["items"]) == 1


def test_what_does_not_fit_is_left_out_with_a_warning_or_refuses_the_file(rest: Any) -> None:
    body = f"name,key,usageplanids\ngood,{VALUE},no\nshort,abc,\n"
    code, text = refused(rest.import_api_keys, format="csv", body=body, failOnWarnings=True)
    assert code == BAD
    assert "no" in text
    assert rest.get_api_keys()["items"] == []
    answer = rest.import_api_keys(format="csv", body=body)
    assert len(answer["warnings"]) == 2
    assert [key["name"] for key in rest.get_api_keys()["items"]] == ["good"]
    assert refused(rest.import_api_keys, format="csv", body="name,enabled\na,true\n")[0] == BAD
    assert refused(rest.import_api_keys, format="json", body=body)[0] in (BAD, "ValidationException")


# --- plans ----------------------------------------------------------------------------------------------------------


def test_a_plan_keeps_all_that_it_is_made_with(rest: Any, api: str) -> None:
    throttle = {"/pets/GET": {"burstLimit": 5, "rateLimit": 9.5}, "/pets/{id}/GET": {"burstLimit": 1, "rateLimit": 1.0}}
    whole = {
        "name": "gold",
        "description": "for the best",
        "apiStages": [{"apiId": api, "stage": "dev", "throttle": throttle}, {"apiId": api, "stage": "prod"}],
        "throttle": {"burstLimit": 20, "rateLimit": 10.0},
        "quota": {"limit": 1000, "offset": 2, "period": "WEEK"},
        "tags": {"a": "b"},
    }
    made = rest.create_usage_plan(**whole)
    assert whole.items() <= made.items()
    assert whole.items() <= rest.get_usage_plan(usagePlanId=made["id"]).items()
    assert whole.items() <= rest.get_usage_plans()["items"][0].items()
    plain = rest.create_usage_plan(name="plain", quota={"limit": 1, "period": "DAY"})
    assert plain["apiStages"] == []
    assert plain["quota"] == {"limit": 1, "offset": 0, "period": "DAY"}
    assert "tags" not in plain
    assert rest.get_usage_plan(usagePlanId=plain["id"])["tags"] == {}


def test_a_plan_that_can_not_be(rest: Any, api: str) -> None:
    create = rest.create_usage_plan
    text = "Invalid API Stage {api: %s, stage: %s} specified for usageplan %s"
    assert refused(create, name="p", apiStages=[{"apiId": "", "stage": "dev"}]) == (BAD, text)
    assert refused(create, name="p", apiStages=[{"apiId": api, "stage": "no"}])[0] == MISSING
    assert refused(create, name="p", quota={"limit": 1})[0] == BAD
    assert refused(create, name="p", quota={"limit": 1, "offset": 7, "period": "WEEK"})[0] == BAD
    throttle = {f"/p{number}/GET": {"burstLimit": 1, "rateLimit": 1.0} for number in range(21)}
    stages = [{"apiId": api, "stage": "dev", "throttle": throttle}]
    assert refused(create, name="p", apiStages=stages)[0] == "LimitExceededException"
    assert rest.get_usage_plans()["items"] == []


def test_patches_of_a_plan(rest: Any, api: str) -> None:
    plan = rest.create_usage_plan(name="p", apiStages=[{"apiId": api, "stage": "dev"}])["id"]
    changed = update(
        rest,
        plan,
        ("replace", "/throttle/burstLimit", "100"),
        ("replace", "/throttle/rateLimit", "9.5"),
        ("replace", "/quota/period", "MONTH"),
        ("replace", "/quota/limit", "5000"),
        ("replace", "/name", "q"),
        ("replace", "/description", "d"),
        ("replace", "/productCode", "code"),
    )
    assert changed["throttle"] == {"burstLimit": 100, "rateLimit": 9.5}
    assert changed["quota"] == {"limit": 5000, "offset": 0, "period": "MONTH"}
    assert (changed["name"], changed["description"], changed["productCode"], changed["tags"]) == ("q", "d", "code", {})
    assert changed["apiStages"] == [{"apiId": api, "stage": "dev"}]
    entry = f"/apiStages/{api}:dev/throttle"
    changed = update(
        rest,
        plan,
        ("add", "/apiStages", f"{api}:prod"),
        ("replace", f"{entry}/~1pets/GET/rateLimit", "2.5"),
        ("replace", f"{entry}/~1pets/GET/burstLimit", "7"),
        ("replace", f"{entry}//other/GET/rateLimit", "1"),
    )
    limits = {"burstLimit": 7, "rateLimit": 2.5}
    assert changed["apiStages"][0]["throttle"] == {
        "/pets/GET": limits,
        "/other/GET": {"burstLimit": 0, "rateLimit": 1.0},
    }
    assert changed["apiStages"][1] == {"apiId": api, "stage": "prod"}
    changed = update(rest, plan, ("remove", f"{entry}/~1other/GET"), ("remove", "/quota"), ("remove", "/throttle"))
    assert changed["apiStages"][0]["throttle"] == {"/pets/GET": limits}
    assert not {"quota", "throttle"} & set(changed)
    changed = update(rest, plan, ("remove", entry), ("remove", "/apiStages", f"{api}:prod"), ("remove", "/productCode"))
    assert changed["apiStages"] == [{"apiId": api, "stage": "dev"}]
    assert rest.get_usage_plan(usagePlanId=plan) == changed | {"ResponseMetadata": changed["ResponseMetadata"]}


def test_patches_of_a_plan_that_are_refused(rest: Any, api: str) -> None:
    plan = rest.create_usage_plan(name="p", apiStages=[{"apiId": api, "stage": "dev"}])["id"]
    unknown = f"Invalid API Stage {{api: %s, stage: %s}} specified for usageplan {plan}"
    paths = "[/apiStages, /quota, /throttle, /productCode, "
    paths += "/apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>, "
    paths += "/apiStages/<apidId:stageName>/throttle]"
    for patch, answer in (
        (("remove", "/apiStages"), (BAD, "Invalid API Stage specified")),
        (("remove", "/apiStages", "fakevalue"), (BAD, "Invalid API Stage specified")),
        (("remove", "/apiStages", f"{api}b:dev"), (MISSING, unknown % (f"{api}b", "dev"))),
        (("remove", "/apiStages", f"{api}:no"), (MISSING, unknown % (api, "no"))),
        (("add", "/apiStages", f"{api}:no"), (MISSING, unknown % (api, "no"))),
        (
            ("remove", f"/apiStages/{api}:dev"),
            (BAD, f"Invalid patch path  '/apiStages/{api}:dev' specified for op 'remove'. Must be one of: {paths}"),
        ),
    ):
        assert refused(lambda patch=patch: update(rest, plan, ("replace", "/name", "lost"), patch)) == answer
    assert refused(lambda: update(rest, plan, ("replace", "/quota/limit", "5")))[0] == BAD
    assert refused(lambda: update(rest, plan, ("replace", "/throttle/rateLimit", "much")))[0] == BAD
    assert rest.get_usage_plan(usagePlanId=plan)["name"] == "p"
    missing = (MISSING, "Invalid Usage Plan ID specified")
    assert refused(lambda: update(rest, f"{plan}1", ("replace", "/name", "x"))) == missing


def test_a_plan_with_stages_holds_them_and_is_not_deleted(rest: Any, api: str) -> None:
    plan = rest.create_usage_plan(name="p", apiStages=[{"apiId": api, "stage": "dev"}])["id"]
    text = f"Cannot delete Usage Plan {plan} because there are API Stages associated with it, including {api}:dev"
    assert refused(rest.delete_usage_plan, usagePlanId=plan) == (BAD, text)
    assert refused(rest.delete_stage, restApiId=api, stageName="dev")[0] == BAD
    update(rest, plan, ("remove", "/apiStages", f"{api}:dev"))
    rest.delete_usage_plan(usagePlanId=plan)
    assert refused(rest.get_usage_plan, usagePlanId=plan) == (MISSING, "Invalid Usage Plan ID specified")
    rest.delete_stage(restApiId=api, stageName="dev")


# --- keys in plans --------------------------------------------------------------------------------------------------


def test_keys_of_a_plan_always_show_their_values(rest: Any) -> None:
    plan = rest.create_usage_plan(name="p")["id"]
    keys = [rest.create_api_key(name=f"test-key-{number}") for number in range(2)]
    for key in keys:
        made = rest.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
        row = {"id": key["id"], "type": "API_KEY", "value": key["value"], "name": key["name"]}
        assert row.items() <= made.items()
        assert row.items() <= rest.get_usage_plan_key(usagePlanId=plan, keyId=key["id"]).items()
    listed = rest.get_usage_plan_keys(usagePlanId=plan)["items"]
    assert [(row["id"], row["value"]) for row in listed] == [(key["id"], key["value"]) for key in keys[::-1]]
    assert len(rest.get_usage_plan_keys(usagePlanId=plan, nameQuery="test-key")["items"]) == 2
    assert rest.get_usage_plan_keys(usagePlanId=plan, nameQuery="TEST-key")["items"] == []
    assert rest.get_usage_plan_keys(usagePlanId="bad-id")["items"] == []
    assert [each["id"] for each in rest.get_usage_plans(keyId=keys[0]["id"])["items"]] == [plan]
    assert rest.get_usage_plans(keyId="no")["items"] == []
    rest.delete_api_key(apiKey=keys[0]["id"])
    rest.delete_usage_plan_key(usagePlanId=plan, keyId=keys[1]["id"])
    assert rest.get_usage_plan_keys(usagePlanId=plan)["items"] == []
    assert refused(rest.delete_usage_plan_key, usagePlanId=plan, keyId=keys[1]["id"])[0] == MISSING


def test_a_key_is_in_a_plan_once_and_in_one_plan_for_a_stage(rest: Any, api: str) -> None:
    stages = [{"apiId": api, "stage": "dev"}]
    plans = [rest.create_usage_plan(name=name, apiStages=stages)["id"] for name in ("one", "two")]
    key = {"keyId": rest.create_api_key(name="k")["id"], "keyType": "API_KEY"}
    create = rest.create_usage_plan_key
    assert refused(create, usagePlanId="no", **key) == (MISSING, "Invalid Usage Plan ID specified")
    assert refused(create, usagePlanId=plans[0], keyId="no", keyType="API_KEY")[0] == MISSING
    assert refused(create, usagePlanId=plans[0], **(key | {"keyType": "OTHER"}))[0] == BAD
    create(usagePlanId=plans[0], **key)
    assert refused(create, usagePlanId=plans[0], **key)[0] == CONFLICT
    assert refused(create, usagePlanId=plans[1], **key)[0] == CONFLICT
    third = rest.create_usage_plan(name="third")["id"]
    create(usagePlanId=third, **key)
    assert refused(lambda: update(rest, third, ("add", "/apiStages", f"{api}:dev")))[0] == CONFLICT
    update(rest, third, ("add", "/apiStages", f"{api}:prod"))
    value = rest.get_api_key(apiKey=key["keyId"], includeValue=True)["value"]
    assert (
        len(rest.import_api_keys(format="csv", body=f"name,key,usageplanids\nk,{value},{plans[1]}\n")["warnings"]) == 1
    )
    assert rest.get_usage_plan_keys(usagePlanId=plans[1])["items"] == []
    both = f'name,key,usageplanids\nk,{VALUE},"{plans[0]},{plans[1]}"\n'
    assert refused(rest.import_api_keys, format="csv", body=both, failOnWarnings=True)[0] == BAD
    for number in range(8):
        create(usagePlanId=rest.create_usage_plan(name=f"p{number}")["id"], **key)
    eleventh = rest.create_usage_plan(name="eleventh")["id"]
    assert refused(create, usagePlanId=eleventh, **key)[0] == "LimitExceededException"


def test_usage(rest: Any) -> None:
    plan = rest.create_usage_plan(name="p", quota={"limit": 10, "period": "DAY"})["id"]
    key = rest.create_api_key(name="k")["id"]
    rest.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    days = {"usagePlanId": plan, "startDate": "2026-11-01", "endDate": "2026-11-02"}
    usage = rest.get_usage(**days)
    assert (days | {"items": {key: [[0, 10], [0, 10]]}}).items() <= usage.items()
    patches = [{"op": "replace", "path": "/remaining", "value": "3"}]
    assert rest.update_usage(usagePlanId=plan, keyId=key, patchOperations=patches)["items"] == {key: [[0, 3]]}
    assert rest.get_usage(**days, keyId=key)["items"] == {key: [[0, 3], [0, 3]]}
    assert rest.get_usage(**days, keyId="no")["items"] == {}
    assert refused(rest.get_usage, **(days | {"usagePlanId": "no"}))[0] == MISSING
    assert refused(rest.get_usage, **(days | {"endDate": "2026-10-01"}))[0] == BAD
