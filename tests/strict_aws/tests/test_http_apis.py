"""HTTP and WebSocket APIs: defaults, updates, CORS, quick create, deletion."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.http.state import HttpRegion
from tests.strict_aws.rest.state import Domains
from tests.strict_aws.tests.http_samples import FUNCTION, function, http_api, plain, route, websocket_api
from tests.strict_aws.tests.refused import refused


def test_an_http_api_has_aws_s_defaults(http: Any) -> None:
    made = plain(http.create_api(Name="shop", ProtocolType="HTTP"))
    created = made.pop("CreatedDate")
    api = made["ApiId"]
    assert made == {
        "ApiEndpoint": f"https://{api}.execute-api.us-east-1.amazonaws.com",
        "ApiId": api,
        "ApiKeySelectionExpression": "$request.header.x-api-key",
        "DisableExecuteApiEndpoint": False,
        "IpAddressType": "ipv4",
        "Name": "shop",
        "ProtocolType": "HTTP",
        "RouteSelectionExpression": "$request.method $request.path",
        "Tags": {},
    }
    assert plain(http.get_api(ApiId=api)) == made | {"CreatedDate": created}
    assert http.get_apis()["Items"] == [made | {"CreatedDate": created}]


def test_every_member_of_an_api_is_kept(http: Any) -> None:
    given = {
        "Name": "chat",
        "ProtocolType": "WEBSOCKET",
        "ApiKeySelectionExpression": "$context.authorizer.usageIdentifierKey",
        "Description": "d",
        "DisableSchemaValidation": True,
        "DisableExecuteApiEndpoint": True,
        "IpAddressType": "dualstack",
        "RouteSelectionExpression": "$request.body.x",
        "Tags": {"a": "b"},
        "Version": "7",
    }
    made = http.create_api(**given)
    assert {name: made[name] for name in given} == given
    assert made["ApiEndpoint"].startswith("wss://")


def test_the_partition_s_own_host_names(client: Any) -> None:
    made = client("apigatewayv2", region="cn-north-1").create_api(Name="a", ProtocolType="HTTP")
    assert made["ApiEndpoint"].endswith(".execute-api.cn-north-1.amazonaws.com.cn")


def test_selection_expressions_by_protocol(http: Any) -> None:
    assert refused(http.create_api, Name="a", ProtocolType="WEBSOCKET")[0] == "BadRequestException"
    code, _ = refused(http.create_api, Name="a", ProtocolType="HTTP", RouteSelectionExpression="$request.body.x")
    assert code == "BadRequestException"
    made = http.create_api(Name="a", ProtocolType="HTTP", RouteSelectionExpression="${request.method} ${request.path}")
    assert made["RouteSelectionExpression"] == "$request.method $request.path"


@pytest.mark.parametrize(
    "foreign",
    [{"CorsConfiguration": {"AllowOrigins": ["*"]}}, {"Target": "https://example.com"}, {"RouteKey": "GET /"}],
)
def test_members_of_http_apis_are_refused_on_websocket_apis(http: Any, foreign: dict[str, Any]) -> None:
    call = {"Name": "a", "ProtocolType": "WEBSOCKET", "RouteSelectionExpression": "$request.body.action"}
    assert refused(http.create_api, **call, **foreign)[0] == "BadRequestException"
    assert http.get_apis()["Items"] == []


def test_an_update_replaces_what_is_sent_and_an_empty_text_clears(http: Any) -> None:
    api = http_api(http, Description="old", Version="1")
    http.update_api(ApiId=api, Name="new", Description="")
    found = http.get_api(ApiId=api)
    assert (found["Name"], found["Version"], "Description" in found) == ("new", "1", False)
    assert refused(http.update_api, ApiId=api, Name="")[0] == "BadRequestException"
    assert refused(http.update_api, ApiId=api, RouteSelectionExpression="$request.body.x")[0] == "BadRequestException"


def test_an_api_that_is_not_there(http: Any) -> None:
    for call in (http.get_api, http.delete_api, http.update_api, http.get_routes, http.get_stages):
        assert refused(call, ApiId="6sgeyg90k0") == (
            "NotFoundException",
            "Invalid API identifier specified 123456789012:6sgeyg90k0",
        )


def test_cors_is_replaced_whole_and_deleted(http: Any) -> None:
    api = http_api(http, CorsConfiguration={"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET"]})
    http.update_api(ApiId=api, CorsConfiguration={"AllowCredentials": False, "MaxAge": 60})
    assert http.get_api(ApiId=api)["CorsConfiguration"] == {"AllowCredentials": False, "MaxAge": 60}
    http.delete_cors_configuration(ApiId=api)
    assert "CorsConfiguration" not in http.get_api(ApiId=api)


def test_cors_that_browsers_would_not_take_is_refused(http: Any) -> None:
    cors = {"AllowCredentials": True, "AllowOrigins": ["*"]}
    assert refused(http.create_api, Name="a", ProtocolType="HTTP", CorsConfiguration=cors) == (
        "BadRequestException",
        "allow-credentials is not supported if 'allow-origin' is *",
    )
    api = http_api(http)
    assert refused(http.update_api, ApiId=api, CorsConfiguration=cors)[0] == "BadRequestException"
    assert refused(http.update_api, ApiId=api, CorsConfiguration={"AllowOrigins": ["dev.example"]})[0]
    assert "CorsConfiguration" not in http.get_api(ApiId=api)


def test_quick_create_makes_managed_objects(http: Any) -> None:
    api = http_api(http, Target="https://example.com/shop")
    (integration,) = http.get_integrations(ApiId=api)["Items"]
    (made,) = http.get_routes(ApiId=api)["Items"]
    (stage,) = http.get_stages(ApiId=api)["Items"]
    assert (integration["IntegrationType"], integration["IntegrationMethod"]) == ("HTTP_PROXY", "ANY")
    assert (integration["IntegrationUri"], integration["ApiGatewayManaged"]) == ("https://example.com/shop", True)
    assert made["RouteKey"] == "$default" and made["ApiGatewayManaged"]
    assert made["Target"] == f"integrations/{integration['IntegrationId']}"
    assert (stage["StageName"], stage["AutoDeploy"], stage["ApiGatewayManaged"]) == ("$default", True, True)
    (deployment,) = http.get_deployments(ApiId=api)["Items"]
    assert deployment["AutoDeployed"] and stage["DeploymentId"] == deployment["DeploymentId"]


def test_quick_create_of_a_function(http: Any) -> None:
    role = "arn:aws:iam::123456789012:role/r"
    api = http_api(http, Target=FUNCTION, RouteKey="GET /pets", CredentialsArn=role)
    (integration,) = http.get_integrations(ApiId=api)["Items"]
    assert (integration["IntegrationType"], integration["PayloadFormatVersion"]) == ("AWS_PROXY", "2.0")
    assert integration["CredentialsArn"] == role
    assert [each["RouteKey"] for each in http.get_routes(ApiId=api)["Items"]] == ["GET /pets"]
    for name in ("Target", "RouteKey", "CredentialsArn"):
        assert name not in http.get_api(ApiId=api)


def test_what_quick_create_refuses(http: Any) -> None:
    for given in ({"RouteKey": "GET /"}, {"Target": "nonsense"}, {"Target": FUNCTION, "RouteKey": "GET"}):
        assert refused(http.create_api, Name="a", ProtocolType="HTTP", **given)[0] == "BadRequestException"
    assert http.get_apis()["Items"] == []


def test_managed_objects_are_changed_through_their_api(http: Any) -> None:
    api = http_api(http, Target="https://example.com")
    (integration,) = http.get_integrations(ApiId=api)["Items"]
    (made,) = http.get_routes(ApiId=api)["Items"]
    ids = {"ApiId": api, "IntegrationId": integration["IntegrationId"]}
    assert refused(http.delete_integration, **ids)[0] == "BadRequestException"
    code, _ = refused(http.update_route, ApiId=api, RouteId=made["RouteId"], RouteKey="GET /")
    assert code == "BadRequestException"
    code, _ = refused(http.update_stage, ApiId=api, StageName="$default", Description="mine")
    assert code == "BadRequestException"
    http.update_api(ApiId=api, Target=FUNCTION, RouteKey="GET /pets")
    found = http.get_integration(**ids)
    assert (found["IntegrationType"], found["IntegrationUri"]) == ("AWS_PROXY", FUNCTION)
    assert http.get_route(ApiId=api, RouteId=made["RouteId"])["RouteKey"] == "GET /pets"
    http.update_integration(**ids, TimeoutInMillis=500)
    assert refused(http.update_api, ApiId=http_api(http), Target=FUNCTION)[0] == "BadRequestException"


def test_deletion_takes_all_with_it_unless_a_domain_maps_to_it(http: Any, strict: StrictAws) -> None:
    api = http_api(http)
    route(http, api, "GET /", function(http, api))
    mappings = strict.region("us-east-1").part(Domains).mappings
    mappings["a.example"] = {"m": {"apiMappingId": "m", "apiId": api, "stage": "live", "apiMappingKey": ""}}
    assert refused(http.delete_api, ApiId=api) == (
        "BadRequestException",
        f"Deleting API {api} failed. Please remove all API mappings for the API from your custom domain names.",
    )
    mappings.clear()
    http.delete_api(ApiId=api)
    assert strict.region("us-east-1").part(HttpRegion).apis == {}
    assert refused(http.get_api, ApiId=api)[0] == "NotFoundException"


def test_regions_and_accounts_are_apart(client: Any) -> None:
    http_api(client("apigatewayv2"))
    assert client("apigatewayv2", region="us-west-2").get_apis()["Items"] == []
    assert client("apigatewayv2", account="222222222222").get_apis()["Items"] == []


def test_portals_are_not_answered(http: Any) -> None:
    assert refused(http.list_portals)[0] == "UnknownOperationException"


def test_a_websocket_api_has_no_cors(http: Any) -> None:
    api = websocket_api(http)
    code, _ = refused(http.update_api, ApiId=api, CorsConfiguration={"AllowOrigins": ["*"]})
    assert code == "BadRequestException"


def test_texts_are_no_longer_than_their_shapes_say(http: Any) -> None:
    for long in ({"Name": "x" * 129}, {"Description": "x" * 1025}, {"Version": "x" * 65}):
        code, message = refused(http.create_api, **({"Name": "a", "ProtocolType": "HTTP"} | long))
        assert code == "BadRequestException" and "length less than or equal to" in message
    assert http_api(http, name="x" * 128, Description="x" * 1024, Version="x" * 64)
