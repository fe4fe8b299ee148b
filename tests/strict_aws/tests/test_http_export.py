"""ExportApi, and that an import of an export is the same API."""

from __future__ import annotations

import copy
import json
from typing import Any

import yaml

from tests.strict_aws import StrictAws
from tests.strict_aws.http.state import HttpRegion
from tests.strict_aws.tests.http_compared import by_name
from tests.strict_aws.tests.http_samples import (
    INVOKED,
    ISSUER,
    function,
    http_api,
    jwt,
    request_authorizer,
    route,
    vpc_link,
    websocket_api,
)
from tests.strict_aws.tests.refused import refused
from tests.strict_aws.tests.test_http_import import document

X = "x-amazon-apigateway-"


def exported(http: Any, api: str, **params: Any) -> dict[str, Any]:
    answer = http.export_api(ApiId=api, Specification="OAS30", OutputType="JSON", **params)
    return dict(json.loads(answer["body"].read()))


def estate(http: Any, ec2: Any) -> str:
    """The id of an API that has everything which a document can hold."""
    api = http_api(
        http,
        Description="d",
        Version="3",
        DisableExecuteApiEndpoint=True,
        CorsConfiguration={"AllowOrigins": ["https://a.example"], "AllowHeaders": ["a"], "MaxAge": 9},
    )
    token = jwt(http, api, "pool")
    checked = request_authorizer(
        http, api, "lambda", AuthorizerResultTtlInSeconds=60, IdentitySource=["$request.header.a", "$context.stage"]
    )
    shared = function(http, api)
    proxy = {"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "GET", "PayloadFormatVersion": "1.0"}
    link = vpc_link(http, ec2)
    private = function(
        http,
        api,
        **proxy,
        IntegrationUri="arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/1/2",
        ConnectionType="VPC_LINK",
        ConnectionId=link,
        TlsConfig={"ServerNameToVerify": "a.example"},
        TimeoutInMillis=500,
    )
    mapped = function(
        http,
        api,
        **proxy,
        IntegrationUri="https://a.example/{id}",
        RequestParameters={"append:header.a": "b"},
        ResponseParameters={"200": {"remove:header.b": "''"}},
    )
    queue = http.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationSubtype="SQS-SendMessage",
        PayloadFormatVersion="1.0",
        CredentialsArn="arn:aws:iam::123456789012:role/r",
        RequestParameters={"QueueUrl": "q", "MessageBody": "$request.body"},
    )["IntegrationId"]
    function(http, api, TimeoutInMillis=700)
    route(http, api, "$default", shared)
    route(http, api, "ANY /a", shared, OperationName="any")
    scoped = {"AuthorizationType": "JWT", "AuthorizerId": token, "AuthorizationScopes": ["x", "y"]}
    route(http, api, "GET /a/{id}/{proxy+}", private, **scoped)
    route(http, api, "POST /a/{id}/{proxy+}", queue, AuthorizationType="CUSTOM", AuthorizerId=checked)
    route(http, api, "DELETE /a", mapped, AuthorizationType="AWS_IAM")
    route(http, api, "OPTIONS /a")
    return api


def test_an_export_has_the_form_of_aws_s(http: Any) -> None:
    api = http_api(http, Version="7")
    token = jwt(http, api, "pool")
    scoped = {"AuthorizationType": "JWT", "AuthorizerId": token, "AuthorizationScopes": ["email"]}
    route(http, api, "POST /users/{id}", function(http, api), **scoped)
    unused = function(http, api, TimeoutInMillis=12000)
    said = {"payloadFormatVersion": "2.0", "type": "aws_proxy", "httpMethod": "POST", "uri": INVOKED}
    said["connectionType"] = "INTERNET"
    assert exported(http, api) == {
        "openapi": "3.0.1",
        "info": {"title": "shop", "version": "7"},
        "servers": [
            {
                "url": f"https://{api}.execute-api.us-east-1.amazonaws.com/{{basePath}}",
                "variables": {"basePath": {"default": ""}},
            }
        ],
        "paths": {
            "/users/{id}": {
                "post": {
                    "responses": {"default": {"description": "Default response for POST /users/{id}"}},
                    "security": [{"pool": ["email"]}],
                    f"{X}integration": said,
                },
                "parameters": [
                    {
                        "name": "id",
                        "in": "path",
                        "description": "Generated path parameter for id",
                        "required": True,
                        "schema": {"type": "string"},
                    }
                ],
            }
        },
        "components": {
            "securitySchemes": {
                "pool": {
                    "type": "oauth2",
                    "flows": {},
                    f"{X}authorizer": {
                        "identitySource": "$request.header.Authorization",
                        "jwtConfiguration": {"audience": ["app"], "issuer": ISSUER},
                        "type": "jwt",
                    },
                }
            },
            f"{X}integrations": {f"unusedIntegration_{unused}": said | {"timeoutInMillis": 12000}},
        },
        f"{X}importexport-version": "1.0",
    }


def test_an_api_without_a_version_gets_a_date(http: Any) -> None:
    assert exported(http, http_api(http))["info"]["version"].startswith("2026-11-1")


def test_the_import_of_an_export_is_the_same_api(http: Any, ec2: Any, strict: StrictAws) -> None:
    api = estate(http, ec2)
    again = http.import_api(Body=json.dumps(exported(http, api)))
    assert "Warnings" not in again
    apis = strict.region("us-east-1").part(HttpRegion).apis
    wanted, found = by_name(apis[api]), by_name(apis[again["ApiId"]])
    assert found != wanted, "descriptions of integrations are not exported, and imports give their own"
    assert _undescribed(found) == _undescribed(wanted)


def _undescribed(compared: dict[str, Any]) -> dict[str, Any]:
    bare = copy.deepcopy(compared)
    targets = [each["Target"] for each in bare["routes"].values() if each["Target"]]
    for integration in (*targets, *bare["unused"]):
        integration.pop("Description", None)
    return bare


def test_an_imported_api_comes_back_wholly(http: Any, strict: StrictAws) -> None:
    api = http.import_api(Body=document(tags=[]))["ApiId"]
    again = http.import_api(Body=json.dumps(exported(http, api)))["ApiId"]
    apis = strict.region("us-east-1").part(HttpRegion).apis
    assert by_name(apis[again]) == by_name(apis[api])
    http.reimport_api(ApiId=again, Body=json.dumps(exported(http, api)))
    assert by_name(apis[again]) == by_name(apis[api])


def test_tags_are_not_exported(http: Any) -> None:
    api = http.import_api(Body=document())["ApiId"]
    assert http.get_api(ApiId=api)["Tags"] == {"team": "a"}
    assert "tags" not in exported(http, api)


def test_with_a_stage_what_is_deployed_is_exported(http: Any) -> None:
    api = http_api(http)
    route(http, api, "GET /old", function(http, api))
    http.create_stage(ApiId=api, StageName="live")
    assert refused(exported, http=http, api=api, StageName="live")[0] == "BadRequestException"
    assert refused(exported, http=http, api=api, StageName="nothing")[0] == "NotFoundException"
    http.create_deployment(ApiId=api, StageName="live")
    route(http, api, "GET /new", function(http, api))
    http.update_api(ApiId=api, Name="renamed")
    live, draft = exported(http, api, StageName="live"), exported(http, api)
    assert (set(live["paths"]), set(draft["paths"])) == ({"/old"}, {"/old", "/new"})
    assert (live["info"]["title"], draft["info"]["title"]) == ("shop", "renamed")
    assert live["servers"][0]["variables"]["basePath"]["default"] == "live"


def test_an_export_without_extensions(http: Any, ec2: Any) -> None:
    text = json.dumps(exported(http, estate(http, ec2), IncludeExtensions=False))
    assert X not in text and "isDefaultRoute" not in text and "Default response for POST" in text


def test_yaml_says_the_same(http: Any, ec2: Any) -> None:
    api = estate(http, ec2)
    body = http.export_api(ApiId=api, Specification="OAS30", OutputType="YAML")["body"].read()
    assert yaml.safe_load(body) == exported(http, api)


def test_what_is_not_exported(http: Any) -> None:
    given = {"Specification": "OAS30", "OutputType": "JSON"}
    assert refused(http.export_api, ApiId=websocket_api(http), **given)[0] == "BadRequestException"
    api = http_api(http)
    for wrong in ({"Specification": "OAS31"}, {"OutputType": "XML"}, {"ExportVersion": "2.0"}):
        assert refused(http.export_api, ApiId=api, **(given | wrong))[0] == "BadRequestException"
