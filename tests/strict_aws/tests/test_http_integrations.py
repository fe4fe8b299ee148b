"""Integrations: defaults and refusals by protocol and type, updates, deletion in use."""

from __future__ import annotations

from typing import Any

import pytest

from tests.strict_aws.tests.http_samples import INVOKED, function, http_api, mock, plain, route, vpc_link, websocket_api
from tests.strict_aws.tests.refused import refused

LISTENER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/1/2"
ROLE = "arn:aws:iam::123456789012:role/r"
PROXY = {
    "IntegrationType": "HTTP_PROXY",
    "IntegrationMethod": "GET",
    "IntegrationUri": "https://example.com",
    "PayloadFormatVersion": "1.0",
}


def test_an_http_api_s_integration_has_aws_s_defaults(http: Any) -> None:
    api = http_api(http)
    made = plain(http.create_integration(ApiId=api, **PROXY))
    assert made == PROXY | {
        "ConnectionType": "INTERNET",
        "IntegrationId": made["IntegrationId"],
        "TimeoutInMillis": 30000,
    }
    assert http.get_integrations(ApiId=api)["Items"] == [made]


def test_a_websocket_api_s_integration_has_aws_s_defaults(http: Any) -> None:
    api = websocket_api(http)
    made = plain(http.create_integration(ApiId=api, IntegrationType="MOCK"))
    assert made == {
        "ConnectionType": "INTERNET",
        "IntegrationId": made["IntegrationId"],
        "IntegrationResponseSelectionExpression": "${integration.response.statuscode}",
        "IntegrationType": "MOCK",
        "PassthroughBehavior": "WHEN_NO_MATCH",
        "PayloadFormatVersion": "1.0",
        "TimeoutInMillis": 29000,
    }


def test_every_member_of_a_websocket_integration_is_kept(http: Any) -> None:
    api = websocket_api(http)
    given = {
        "IntegrationType": "AWS",
        "IntegrationUri": INVOKED,
        "IntegrationMethod": "POST",
        "ContentHandlingStrategy": "CONVERT_TO_TEXT",
        "CredentialsArn": ROLE,
        "Description": "d",
        "PassthroughBehavior": "NEVER",
        "RequestParameters": {"integration.request.header.a": "'b'"},
        "RequestTemplates": {"application/json": "{}"},
        "TemplateSelectionExpression": "$request.body.name",
        "TimeoutInMillis": 1000,
    }
    made = http.create_integration(ApiId=api, **given)
    assert {name: made[name] for name in given} == given
    assert made["IntegrationResponseSelectionExpression"] == "${integration.response.body.errorMessage}"


@pytest.mark.parametrize("kind", ["AWS", "HTTP", "MOCK"])
def test_an_http_api_has_proxies_only(http: Any, kind: str) -> None:
    assert refused(http.create_integration, ApiId=http_api(http), IntegrationType=kind) == (
        "BadRequestException",
        "Currently, an API with a protocol type of HTTP may only be associated with proxy integrations "
        "(AWS_PROXY, HTTP_PROXY)",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"PayloadFormatVersion": None},
        {"PayloadFormatVersion": "2.0"},
        {"PayloadFormatVersion": "3.0"},
        {"IntegrationUri": None},
        {"IntegrationMethod": None},
        {"TimeoutInMillis": 30001},
        {"TimeoutInMillis": 49},
        {"ContentHandlingStrategy": "CONVERT_TO_TEXT"},
        {"RequestTemplates": {"application/json": "{}"}},
        {"TemplateSelectionExpression": "x"},
        {"ConnectionId": "abc"},
        {"ConnectionType": "VPC_LINK", "ConnectionId": "nothing"},
        {"ConnectionType": "VPC_LINK"},
        {"TlsConfig": {"ServerNameToVerify": "a.example"}},
        {"IntegrationSubtype": "SQS-SendMessage"},
        {"RequestParameters": {"integration.request.header.a": "'b'"}},
        {"ResponseParameters": {"999": {"append:header.a": "b"}}},
        {"ResponseParameters": {"200": {"append:querystring.a": "b"}}},
    ],
)
def test_what_an_http_proxy_can_t_be(http: Any, wrong: dict[str, Any]) -> None:
    api = http_api(http)
    given = {name: value for name, value in (PROXY | wrong).items() if value is not None}
    assert refused(http.create_integration, ApiId=api, **given)[0] == "BadRequestException"
    assert http.get_integrations(ApiId=api)["Items"] == []


def test_parameters_of_http_apis_are_kept(http: Any) -> None:
    api = http_api(http)
    given = {
        "RequestParameters": {
            "append:header.a": "$context.requestId",
            "remove:querystring.b": "''",
            "overwrite:path": "/",
        },
        "ResponseParameters": {"500": {"append:header.a": "b", "overwrite:statuscode": "403"}},
    }
    made = http.create_integration(ApiId=api, **PROXY, **given)
    assert {name: made[name] for name in given} == given


def test_passthrough_behaviour_is_dropped_by_http_apis(http: Any) -> None:
    made = http.create_integration(ApiId=http_api(http), **PROXY, PassthroughBehavior="WHEN_NO_MATCH")
    assert "PassthroughBehavior" not in made


@pytest.mark.parametrize(
    "wrong",
    [
        {"ResponseParameters": {"200": {"append:header.a": "b"}}},
        {"TlsConfig": {"ServerNameToVerify": "a"}},
        {"IntegrationSubtype": "SQS-SendMessage"},
        {"TimeoutInMillis": 30000},
        {"PayloadFormatVersion": "2.0"},
        {"IntegrationType": "HTTP_PROXY"},
    ],
)
def test_what_a_websocket_integration_can_t_be(http: Any, wrong: dict[str, Any]) -> None:
    given = {"IntegrationType": "MOCK"} | wrong
    assert refused(http.create_integration, ApiId=websocket_api(http), **given)[0] == "BadRequestException"


def test_a_service_s_action_needs_its_parameters_and_credentials(http: Any) -> None:
    api = http_api(http)
    given: dict[str, Any] = {
        "IntegrationType": "AWS_PROXY",
        "IntegrationSubtype": "SQS-SendMessage",
        "PayloadFormatVersion": "1.0",
        "CredentialsArn": ROLE,
        "RequestParameters": {"QueueUrl": "$stageVariables.q", "MessageBody": "$request.body"},
    }
    made = http.create_integration(ApiId=api, **given)
    assert {name: made[name] for name in given} == given and "IntegrationMethod" not in made
    for wrong in (
        {"IntegrationSubtype": "S3-PutObject"},
        {"CredentialsArn": ""},
        {"RequestParameters": {"QueueUrl": "q"}},
        {"PayloadFormatVersion": "2.0"},
        {"IntegrationUri": INVOKED},
    ):
        assert refused(http.create_integration, ApiId=api, **(given | wrong))[0] == "BadRequestException"


def test_a_private_integration_has_a_link_that_is_there(http: Any, ec2: Any) -> None:
    api = http_api(http)
    link = vpc_link(http, ec2)
    private = {"IntegrationUri": LISTENER, "ConnectionType": "VPC_LINK", "ConnectionId": link}
    made = http.create_integration(ApiId=api, **(PROXY | private), TlsConfig={"ServerNameToVerify": "a.example"})
    assert (made["ConnectionId"], made["TlsConfig"]) == (link, {"ServerNameToVerify": "a.example"})
    code, _ = refused(function, http=http, api=api, **private)
    assert code == "BadRequestException"
    left = http.update_integration(
        ApiId=api, IntegrationId=made["IntegrationId"], ConnectionType="INTERNET", TlsConfig={}
    )
    assert "ConnectionId" not in left and "TlsConfig" not in left
    http.delete_vpc_link(VpcLinkId=link)
    assert refused(http.create_integration, ApiId=api, **(PROXY | private))[0] == "BadRequestException"


def test_a_private_integration_of_a_websocket_api_has_a_link_of_v1(http: Any, ec2: Any, rest: Any) -> None:
    api = websocket_api(http)
    private = {"IntegrationUri": "http://a.example", "ConnectionType": "VPC_LINK"}
    code, _ = refused(http.create_integration, ApiId=api, **(PROXY | private), ConnectionId=vpc_link(http, ec2))
    assert code == "BadRequestException"
    balancer = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/a/1"
    link = rest.create_vpc_link(name="l", targetArns=[balancer])["id"]
    made = http.create_integration(ApiId=api, **(PROXY | private), ConnectionId=link)
    assert (made["ConnectionType"], made["ConnectionId"]) == ("VPC_LINK", link)


def test_an_update_merges_parameters(http: Any) -> None:
    api = http_api(http)
    made = http.create_integration(
        ApiId=api,
        **PROXY,
        Description="d",
        RequestParameters={"append:header.a": "1", "append:header.b": "2"},
        ResponseParameters={"200": {"append:header.a": "1"}, "404": {"append:header.b": "2"}},
    )
    ids = {"ApiId": api, "IntegrationId": made["IntegrationId"]}
    new = http.update_integration(
        **ids,
        Description="",
        RequestParameters={"append:header.a": "", "append:header.c": "3"},
        ResponseParameters={"404": {}},
    )
    assert new["RequestParameters"] == {"append:header.b": "2", "append:header.c": "3"}
    assert new["ResponseParameters"] == {"200": {"append:header.a": "1"}}
    assert "Description" not in new and new["IntegrationUri"] == PROXY["IntegrationUri"]
    assert refused(http.update_integration, **ids, IntegrationType="MOCK")[0] == "BadRequestException"
    assert plain(http.get_integration(**ids)) == plain(new)


def test_one_that_a_route_leads_to_can_t_be_deleted(http: Any) -> None:
    api = http_api(http)
    integration = function(http, api)
    user = route(http, api, "GET /", integration)
    ids = {"ApiId": api, "IntegrationId": integration}
    assert refused(http.delete_integration, **ids) == (
        "ConflictException",
        f"Cannot delete Integration because it is referenced by the following Routes with Ids: [{user}]",
    )
    http.delete_route(ApiId=api, RouteId=user)
    http.delete_integration(**ids)
    for call in (http.get_integration, http.update_integration, http.delete_integration):
        assert refused(call, **ids)[0] == "NotFoundException"


def test_integration_responses(http: Any) -> None:
    api = websocket_api(http)
    ids = {"ApiId": api, "IntegrationId": mock(http, api)}
    given = {
        "IntegrationResponseKey": "$default",
        "ContentHandlingStrategy": "CONVERT_TO_TEXT",
        "ResponseParameters": {"method.response.header.a": "'b'"},
        "ResponseTemplates": {"application/json": "{}"},
        "TemplateSelectionExpression": "$default",
    }
    made = plain(http.create_integration_response(**ids, **given))
    mine = {"IntegrationResponseId": made["IntegrationResponseId"]}
    assert made == given | mine
    assert http.get_integration_responses(**ids)["Items"] == [made]
    assert plain(http.get_integration_response(**ids, **mine)) == made
    code, _ = refused(http.create_integration_response, **ids, IntegrationResponseKey="$default")
    assert code == "ConflictException"
    new = http.update_integration_response(**ids, **mine, IntegrationResponseKey="/2\\d\\d/", ResponseTemplates={})
    assert new["IntegrationResponseKey"] == "/2\\d\\d/" and "ResponseTemplates" not in new
    http.delete_integration_response(**ids, **mine)
    assert refused(http.get_integration_response, **ids, **mine)[0] == "NotFoundException"
    http_ids = {"ApiId": (api := http_api(http)), "IntegrationId": function(http, api)}
    code, _ = refused(http.create_integration_response, **http_ids, IntegrationResponseKey="$default")
    assert code == "BadRequestException"


def test_route_responses(http: Any) -> None:
    api = websocket_api(http)
    ids = {"ApiId": api, "RouteId": route(http, api, "$default", mock(http, api))}
    given = {
        "RouteResponseKey": "$default",
        "ModelSelectionExpression": "$request.body.action",
        "ResponseModels": {"a": "M"},
        "ResponseParameters": {"route.response.header.a": {"Required": True}},
    }
    made = plain(http.create_route_response(**ids, **given))
    mine = {"RouteResponseId": made["RouteResponseId"]}
    assert made == given | mine
    assert http.get_route_responses(**ids)["Items"] == [made]
    assert refused(http.create_route_response, **ids, RouteResponseKey="$default")[0] == "ConflictException"
    assert refused(http.create_route_response, **ids, RouteResponseKey="other")[0] == "BadRequestException"
    assert "ResponseModels" not in http.update_route_response(**ids, **mine, ResponseModels={})
    http.delete_route_response(**ids, **mine)
    assert http.get_route_responses(**ids)["Items"] == []
    assert refused(http.get_route_response, **ids, **mine)[0] == "NotFoundException"
