"""REST APIs: settings, policies, endpoints, clones, tags shown, pages, refusals of deletes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.rest.apis import ACCESS_MODE, MAPPED, STATUS
from tests.strict_aws.rest.policies import read_policy
from tests.strict_aws.rest.state import Domains
from tests.strict_aws.tests.conftest import HOME
from tests.strict_aws.tests.refused import refused
from tests.strict_aws.tests.replayed import patch

STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}


def _policy(*resources: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**STATEMENT, "Resource": list(resources)}]})


def test_every_setting_is_kept(rest: Any) -> None:
    given: dict[str, Any] = {
        "name": "shop",
        "description": "The shop",
        "version": "3",
        "binaryMediaTypes": ["image/png", "*/*"],
        "minimumCompressionSize": 0,
        "apiKeySource": "AUTHORIZER",
        "endpointConfiguration": {"types": ["PRIVATE"], "ipAddressType": "dualstack", "vpcEndpointIds": ["vpce-0a1b"]},
        "disableExecuteApiEndpoint": True,
        "securityPolicy": "SecurityPolicy_TLS13_1_3_2025_09",
        "endpointAccessMode": "STRICT",
        "tags": {"team": "web"},
    }
    made = rest.create_rest_api(**given, policy=_policy("*"))
    shown = rest.get_rest_api(restApiId=made["id"])
    listed = rest.get_rest_apis()["items"][0]
    for answer in (made, shown, listed):
        assert {name: answer[name] for name in given} == given
        assert set(answer) - set(given) - {"ResponseMetadata"} == {
            "id",
            "createdDate",
            "rootResourceId",
            "policy",
            "apiStatus",
        }


def test_a_policy_is_answered_escaped_once_more_with_its_own_arns_written_out(rest: Any) -> None:
    made = rest.create_rest_api(name="x", policy=_policy("execute-api:/*/GET/a", "execute-api:/prod"))
    answered = rest.get_rest_api(restApiId=made["id"])["policy"]
    assert answered.startswith('{\\"Version\\":\\"2012-10-17\\",')
    assert "\\/" in answered
    arn = f"arn:aws:execute-api:{HOME}:123456789012:{made['id']}/"
    assert read_policy(answered)["Statement"][0]["Resource"] == [f"{arn}*/GET/a", f"{arn}prod"]
    own = {"restApiId": made["id"]}
    rest.update_rest_api(**own, patchOperations=[patch("replace", "/policy", "")])
    assert "policy" not in rest.get_rest_api(**own)
    code, text = refused(rest.create_rest_api, name="x", policy="{")
    assert (code, text[:24]) == ("BadRequestException", "Invalid policy document.")
    long = _policy(*("x" * 100 for _ in range(90)))
    assert refused(rest.create_rest_api, name="x", policy=long)[0] == "BadRequestException"


def test_tags_are_shown_empty_by_get_and_update_only(rest: Any) -> None:
    made = rest.create_rest_api(name="x")
    own = {"restApiId": made["id"]}
    assert "tags" not in made
    assert "tags" not in rest.get_rest_apis()["items"][0]
    assert rest.get_rest_api(**own)["tags"] == {}
    assert rest.update_rest_api(**own, patchOperations=[patch("replace", "/name", "y")])["tags"] == {}


def test_every_setting_is_patched(rest: Any) -> None:
    own = {"restApiId": rest.create_rest_api(name="x")["id"]}
    rest.update_rest_api(
        **own,
        patchOperations=[
            patch("replace", "/name", "y"),
            patch("replace", "/version", "2"),
            patch("replace", "/apiKeySource", "AUTHORIZER"),
            patch("replace", "/disableExecuteApiEndpoint", "true"),
            patch("replace", "/securityPolicy", "SecurityPolicy_TLS13_1_3_2025_09"),
            patch("replace", "/endpointAccessMode", "BASIC"),
            patch("replace", "/endpointConfiguration/types/EDGE", "PRIVATE"),
            patch("add", "/endpointConfiguration/vpcEndpointIds", "vpce-1"),
            patch("add", "/endpointConfiguration/vpcEndpointIds", "vpce-2"),
            patch("remove", "/endpointConfiguration/vpcEndpointIds", "vpce-1"),
        ],
    )
    shown = rest.get_rest_api(**own)
    assert shown["endpointConfiguration"] == {
        "types": ["PRIVATE"],
        "ipAddressType": "dualstack",
        "vpcEndpointIds": ["vpce-2"],
    }
    wanted = {
        "name": "y",
        "version": "2",
        "apiKeySource": "AUTHORIZER",
        "disableExecuteApiEndpoint": True,
        "securityPolicy": "SecurityPolicy_TLS13_1_3_2025_09",
        "endpointAccessMode": "BASIC",
    }
    assert {name: shown[name] for name in wanted} == wanted


def test_a_patch_that_is_refused_changes_nothing(rest: Any) -> None:
    own = {"restApiId": rest.create_rest_api(name="x", description="before")["id"]}
    before = rest.get_rest_api(**own)
    for bad in (
        patch("replace", "/minimumCompressionSize", "-1"),
        patch("replace", "/apiKeySource", "COOKIE"),
        patch("add", "/endpointConfiguration/vpcEndpointIds", "vpce-1"),
        patch("replace", "/endpointAccessMode", "STRICT"),
        patch("move", "/name"),
        patch("replace", "/id", "mine"),
    ):
        operations = [patch("replace", "/name", "y"), patch("remove", "/description"), bad]
        assert refused(rest.update_rest_api, **own, patchOperations=operations)[0] == "BadRequestException", bad
    after = rest.get_rest_api(**own)
    assert {**after, "ResponseMetadata": 0} == {**before, "ResponseMetadata": 0}


def test_what_no_api_can_be_is_refused(rest: Any, strict: StrictAws) -> None:
    edge = {"types": ["EDGE"], "vpcEndpointIds": ["vpce-1"]}
    assert refused(rest.create_rest_api, name="x", endpointConfiguration=edge) == (
        "BadRequestException",
        "VPCEndpoints can only be specified with PRIVATE apis.",
    )
    assert refused(rest.create_rest_api, name=" ")[0] == "BadRequestException"
    assert refused(rest.create_rest_api)[0] == "ValidationException"
    assert refused(rest.create_rest_api, name="x", tags={"aws:x": "y"})[0] == "BadRequestException"
    assert refused(rest.create_rest_api, name="x", apiKeySource="COOKIE")[0] == "ValidationException"
    plain = {"name": "x", "securityPolicy": "TLS_1_2", "endpointAccessMode": "STRICT"}
    assert refused(rest.create_rest_api, **plain)[0] == "BadRequestException"
    named = {"name": "x", "securityPolicy": "SecurityPolicy_TLS13_1_3_2025_09"}
    text = "Endpoint access mode is required for the specified security policy"
    assert refused(rest.create_rest_api, **named) == ("BadRequestException", text)
    assert rest.get_rest_apis()["items"] == []
    strict.switch_off(ACCESS_MODE)
    assert rest.create_rest_api(**plain)["endpointAccessMode"] == "STRICT"


def test_a_region_has_so_many_edge_apis_only(rest: Any) -> None:
    for number in range(120):
        rest.create_rest_api(name=f"api-{number}")
    assert refused(rest.create_rest_api, name="one more")[0] == "LimitExceededException"
    rest.create_rest_api(name="regional", endpointConfiguration={"types": ["REGIONAL"]})


def test_lists_have_pages(rest: Any) -> None:
    made = {rest.create_rest_api(name=f"api-{number}")["id"] for number in range(30)}
    first = rest.get_rest_apis()
    assert len(first["items"]) == 25
    rest_of_it = rest.get_rest_apis(position=first["position"])
    assert "position" not in rest_of_it
    ids = [row["id"] for row in first["items"] + rest_of_it["items"]]
    assert sorted(ids) == ids
    assert set(ids) == made
    assert len(rest.get_rest_apis(limit=500)["items"]) == 30
    assert refused(rest.get_rest_apis, limit=501)[0] == "BadRequestException"
    assert refused(rest.get_rest_apis, position="elsewhere")[0] == "BadRequestException"


def test_regions_and_accounts_are_apart(client: Callable[..., Any]) -> None:
    made = client("apigateway").create_rest_api(name="x")["id"]
    for other in (client("apigateway", "us-west-2"), client("apigateway", account="222222222222")):
        assert other.get_rest_apis()["items"] == []
        assert refused(other.get_rest_api, restApiId=made)[0] == "NotFoundException"


def test_a_clone_has_the_definition_with_ids_of_its_own(rest: Any) -> None:
    made = rest.create_rest_api(name="source", binaryMediaTypes=["image/png"], tags={"a": "b"})
    own, root = {"restApiId": made["id"]}, made["rootResourceId"]
    validator = rest.create_request_validator(**own, name="all", validateRequestBody=True)["id"]
    url = f"https://apigateway.amazonaws.com/restapis/{made['id']}/models/Pet"
    json_model = {"contentType": "application/json"}
    rest.create_model(**own, **json_model, name="Pet", schema='{"type": "object"}')
    rest.create_model(**own, **json_model, name="Pets", schema=json.dumps({"type": "array", "items": {"$ref": url}}))
    pets = rest.create_resource(**own, parentId=root, pathPart="pets")["id"]
    get = own | {"resourceId": pets, "httpMethod": "GET"}
    rest.put_method(**get, authorizationType="NONE", requestValidatorId=validator)
    rest.put_integration(**get, type="MOCK")
    clone = rest.create_rest_api(name="clone", cloneFrom=made["id"])
    copy = {"restApiId": clone["id"]}
    assert clone["binaryMediaTypes"] == ["image/png"]
    assert "tags" not in clone
    rows = rest.get_resources(**copy, embed=["methods"])["items"]
    assert {row["path"] for row in rows} == {"/", "/pets"}
    assert not {row["id"] for row in rows} & {root, pets}
    copied = next(row for row in rows if row["path"] == "/pets")
    own_validator = rest.get_request_validators(**copy)["items"][0]["id"]
    assert own_validator != validator
    method = copied["resourceMethods"]["GET"]
    assert method["requestValidatorId"] == own_validator
    assert method["methodIntegration"]["cacheNamespace"] == copied["id"]
    assert f"/restapis/{clone['id']}/models/Pet" in rest.get_model(**copy, modelName="Pets")["schema"]
    assert refused(rest.create_rest_api, name="x", cloneFrom="nothing")[0] == "NotFoundException"


def test_an_api_that_a_domain_leads_to_stays(rest: Any, strict: StrictAws) -> None:
    own = {"restApiId": rest.create_rest_api(name="x")["id"]}
    domains = strict.region(HOME).part(Domains)
    domains.names["api.example.com"] = {"domainName": "api.example.com"}
    domains.mappings["api.example.com"] = {"m": {"apiMappingId": "m", "apiId": own["restApiId"], "stage": "prod"}}
    code, text = refused(rest.delete_rest_api, **own)
    assert code == "BadRequestException"
    assert text.endswith("Please remove all base path mappings related to the RestApi in your domains: api.example.com")
    strict.switch_off(MAPPED)
    rest.delete_rest_api(**own)
    assert refused(rest.get_rest_api, **own)[0] == "NotFoundException"


def test_an_api_goes_out_of_the_usage_plans(rest: Any) -> None:
    plans = []
    for _ in range(2):
        made = rest.create_rest_api(name="x")
        own = {"restApiId": made["id"]}
        get = own | {"resourceId": made["rootResourceId"], "httpMethod": "GET"}
        rest.put_method(**get, authorizationType="NONE")
        rest.put_integration(**get, type="MOCK")
        rest.create_deployment(**own, stageName="prod")
        plans.append({"apiId": made["id"], "stage": "prod"})
    plan = rest.create_usage_plan(name="p", apiStages=plans)["id"]
    rest.delete_rest_api(restApiId=plans[0]["apiId"])
    assert rest.get_usage_plan(usagePlanId=plan)["apiStages"] == plans[1:]


@pytest.mark.parametrize("shown", [True, False])
def test_status_is_shown_unless_that_is_switched_off(rest: Any, strict: StrictAws, shown: bool) -> None:
    if not shown:
        strict.switch_off(STATUS)
    assert rest.create_rest_api(name="x").get("apiStatus") == ("AVAILABLE" if shown else None)


def test_a_private_api_is_updating_for_a_while(rest: Any, strict: StrictAws) -> None:
    strict.weather.update_lag = 10.0
    made = rest.create_rest_api(name="x", endpointConfiguration={"types": ["PRIVATE"]})
    own = {"restApiId": made["id"], "patchOperations": [patch("replace", "/name", "y")]}
    assert made["apiStatus"] == "UPDATING"
    code, text = refused(rest.update_rest_api, **own)
    assert (code, text[:39]) == ("BadRequestException", "There is already an update in progress.")
    document = b'{"openapi": "3.0.1", "info": {"title": "y", "version": "1"}, "paths": {}}'
    assert refused(rest.put_rest_api, restApiId=made["id"], body=document)[0] == "BadRequestException"
    strict.clock.sleep(10)
    assert rest.get_rest_api(restApiId=made["id"])["apiStatus"] == "AVAILABLE"
    assert rest.update_rest_api(**own)["apiStatus"] == "UPDATING"
    assert rest.create_rest_api(name="edge")["apiStatus"] == "AVAILABLE"
