"""Answers about HTTP and WebSocket APIs that were recorded from AWS: same content, same error code and text.

What the recordings don't show is made here first: ids and dates of AWS are put in place of those of this AWS.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cases import cases
from tests.strict_aws import StrictAws
from tests.strict_aws.http.state import HttpRegion
from tests.strict_aws.tests.http_samples import plain

NEWER = ("IpAddressType",)
"""Members that AWS has begun to answer since these were recorded."""
PREFIX = "tests__data__placebo__"


def recorded(name: str) -> Any:
    """What AWS answered."""
    return _read(json.loads((cases("recorded") / f"{PREFIX}{name}.json").read_text())["data"])


def _read(value: Any) -> Any:
    if isinstance(value, dict) and value.get("__class__") == "datetime":
        parts = [value[name] for name in ("year", "month", "day", "hour", "minute", "second")]
        return datetime(*parts, tzinfo=UTC)
    if isinstance(value, dict):
        return {key: _read(each) for key, each in value.items() if key != "ResponseMetadata"}
    return [_read(each) for each in value] if isinstance(value, list) else value


def _answered(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_answered(each) for each in answer]
    return {name: value for name, value in plain(answer).items() if name not in NEWER}


def make(http: Any, strict: StrictAws, row: dict[str, Any]) -> str:
    """Create the API of a recorded row, under its own id."""
    given = {name: row[name] for name in ("Name", "ProtocolType", "RouteSelectionExpression", "Tags")}
    made = http.create_api(**given)["ApiId"]
    apis = strict.region("us-east-1").part(HttpRegion).apis
    api = apis.pop(made)
    api.id = row["ApiId"]
    api.fields |= {"ApiId": api.id, "CreatedDate": row["CreatedDate"].timestamp()}
    api.fields["ApiEndpoint"] = api.fields["ApiEndpoint"].replace(made, api.id)
    apis[api.id] = api
    return str(row["ApiId"])


@pytest.mark.parametrize(
    "name",
    [
        "test_apigwv2_api_delete__apigateway.GetApis_1",
        "test_apigwv2_api_update__apigateway.GetApis_1",
        "test_apigwv2_stage_delete__apigateway.GetApis_1",
        "test_apigwv2_stage_query__apigateway.GetApis_1",
        "test_apigwv2_stage_update__apigateway.GetApis_1",
        "test_http_api_mark_and_match__apigateway.GetApis_1",
        "test_http_api_tag_untag_mark__apigateway.GetApis_1",
    ],
)
def test_lists_of_apis(http: Any, strict: StrictAws, name: str) -> None:
    wanted = recorded(name)["Items"]
    for row in wanted:
        make(http, strict, row)
    assert _answered(http.get_apis()["Items"]) == wanted


def test_an_api_is_updated(http: Any, strict: StrictAws) -> None:
    test = "test_apigwv2_api_update__apigateway"
    api = make(http, strict, recorded(f"{test}.GetApis_1")["Items"][0])
    cors = {"AllowCredentials": False, "MaxAge": 60}
    answer = http.update_api(ApiId=api, Description="updated description", CorsConfiguration=cors)
    assert _answered(answer) == recorded(f"{test}.UpdateApi_1")
    assert _answered(http.get_api(ApiId=api)) == recorded(f"{test}.GetApi_1")


def _refusal(call: Any, **params: Any) -> dict[str, Any]:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the answer is what is compared
        call(**params)
    return dict(caught.value.response["Error"])  # type: ignore[attr-defined]


def test_an_api_is_deleted(client: Any, strict: StrictAws) -> None:
    http = client("apigatewayv2", account="644160558196")
    row = recorded("test_apigwv2_api_delete__apigateway.GetApis_1")["Items"][0]
    made = http.create_api(Name=row["Name"], ProtocolType="HTTP")["ApiId"]
    assert plain(http.delete_api(ApiId=made)) == recorded("test_apigwv2_api_delete__apigateway.DeleteApi_1")
    wanted = recorded("test_apigwv2_api_delete__apigateway.GetApi_1")["Error"]
    assert _refusal(http.get_api, ApiId=row["ApiId"]) == wanted


def test_a_stage_is_deleted(http: Any, strict: StrictAws) -> None:
    test = "test_apigwv2_stage_delete__apigateway"
    api = make(http, strict, recorded(f"{test}.GetApis_1")["Items"][0])
    http.create_stage(ApiId=api, StageName="$default")
    assert plain(http.delete_stage(ApiId=api, StageName="$default")) == recorded(f"{test}.DeleteStage_1")
    assert _refusal(http.get_stage, ApiId=api, StageName="$default") == recorded(f"{test}.GetStage_1")["Error"]


def test_a_stage_is_updated(http: Any, strict: StrictAws) -> None:
    test = "test_apigwv2_stage_update__apigateway"
    api = make(http, strict, recorded(f"{test}.GetApis_1")["Items"][0])
    http.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    answer = http.update_stage(ApiId=api, StageName="$default", AutoDeploy=False, Description="new description")
    dates = ("CreatedDate", "LastUpdatedDate")
    for found, name in ((answer, "UpdateStage_1"), (http.get_stage(ApiId=api, StageName="$default"), "GetStage_1")):
        wanted = recorded(f"{test}.{name}")
        assert set(found) >= set(dates)
        assert {k: v for k, v in plain(found).items() if k not in dates} == {
            k: v for k, v in wanted.items() if k not in dates
        }


@pytest.mark.parametrize("test", ["test_http_api_mark_and_match", "test_http_api_tag_untag_mark"])
def test_tags(http: Any, strict: StrictAws, test: str) -> None:
    row = recorded(f"{test}__apigateway.GetApis_1")["Items"][-1]
    arn = f"arn:aws:apigateway:us-east-1::/apis/{make(http, strict, row)}"
    wanted = recorded(f"{test}__apigateway.GetTags_1")
    http.untag_resource(ResourceArn=arn, TagKeys=[*row["Tags"], "nothing"])
    http.tag_resource(ResourceArn=arn, Tags=wanted["Tags"])
    assert plain(http.get_tags(ResourceArn=arn)) == wanted
