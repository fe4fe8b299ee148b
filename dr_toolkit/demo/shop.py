"""The demo's REST API ``shop``: nested paths, integrations of several types, and two stages."""

from __future__ import annotations

import json
from typing import Any

from dr_toolkit.demo.cloud import ACCOUNT
from dr_toolkit.demo.estate import HOME

_CALLS = f"arn:aws:iam::{ACCOUNT}:role/apigateway-calls"
_SCHEMA = "http://json-schema.org/draft-04/schema#"
_JSON = "application/json"


class _Api:
    """The API under construction."""

    def __init__(self, rest: Any) -> None:
        self.rest = rest
        made = rest.create_rest_api(
            name="shop",
            description="Pets and orders",
            endpointConfiguration={"types": ["REGIONAL"]},
            tags={"owner": "shop"},
        )
        self.id = str(made["id"])
        self.paths = {"/": str(made["rootResourceId"])}

    def path(self, path: str) -> str:
        """The id of a path, made with all above it."""
        if path not in self.paths:
            above, _, part = path.rpartition("/")
            parent = self.path(above or "/")
            made = self.rest.create_resource(restApiId=self.id, parentId=parent, pathPart=part)
            self.paths[path] = str(made["id"])
        return self.paths[path]

    def method(self, verb: str, path: str, integration: dict[str, Any], **settings: Any) -> None:
        """A method and its integration; ``status`` is that of its one response, if it has one."""
        own = {"restApiId": self.id, "resourceId": self.path(path), "httpMethod": verb}
        status = settings.pop("status", None)
        self.rest.put_method(**own, **{"authorizationType": "NONE", **settings})
        if status:
            self.rest.put_method_response(**own, statusCode=status, responseModels={_JSON: "Pet"})
        self.rest.put_integration(**own, **integration)
        if status:
            self.rest.put_integration_response(**own, statusCode=status, responseTemplates={_JSON: ""})


def build_shop(rest: Any) -> tuple[str, str]:
    """The whole API; its id, and that of the path ``/pets/{petId}``."""
    api = _Api(rest)
    _models(api)
    token = rest.create_authorizer(
        restApiId=api.id,
        name="token",
        type="TOKEN",
        authorizerUri=_function("authorize"),
        authorizerCredentials=_CALLS,
        identitySource="method.request.header.Authorization",
        authorizerResultTtlInSeconds=60,
    )["id"]
    body = rest.create_request_validator(
        restApiId=api.id, name="body", validateRequestBody=True, validateRequestParameters=False
    )["id"]
    _pets(api, token, body)
    _others(api)
    cors = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
    rest.put_gateway_response(restApiId=api.id, responseType="DEFAULT_4XX", responseParameters=cors)
    _stages(api)
    return api.id, api.paths["/pets/{petId}"]


def _function(name: str) -> str:
    """The URI by which API Gateway calls a function; the region stands in it twice."""
    arn = f"arn:aws:lambda:{HOME}:{ACCOUNT}:function:{name}"
    return f"arn:aws:apigateway:{HOME}:lambda:path/2015-03-31/functions/{arn}/invocations"


def _models(api: _Api) -> None:
    """Two models, one of which refers to the other by the API's own URL."""
    toy = {"$schema": _SCHEMA, "type": "object", "properties": {"name": {"type": "string"}}}
    url = f"https://apigateway.amazonaws.com/restapis/{api.id}/models/Toy"
    toys = {"type": "array", "items": {"$ref": url}}
    pet = {"$schema": _SCHEMA, "type": "object", "properties": {"id": {"type": "integer"}, "toys": toys}}
    for name, schema in (("Toy", toy), ("Pet", pet)):
        api.rest.create_model(
            restApiId=api.id, name=name, description=f"A {name.lower()}", schema=json.dumps(schema), contentType=_JSON
        )


def _pets(api: _Api, authorizer: str, validator: str) -> None:
    """Functions, a mock, and an HTTP back end."""
    function = {"type": "AWS_PROXY", "integrationHttpMethod": "POST"}
    guarded = {"authorizationType": "CUSTOM", "authorizerId": authorizer}
    api.method("GET", "/pets", function | {"uri": _function("list-pets")}, operationName="listPets")
    api.method(
        "POST",
        "/pets",
        function | {"uri": _function("create-pet")},
        **guarded,
        requestModels={_JSON: "Pet"},
        requestValidatorId=validator,
    )
    mock = {"type": "MOCK", "requestTemplates": {_JSON: '{"statusCode": 200}'}}
    api.method("OPTIONS", "/pets", mock, status="200")
    api.method(
        "GET",
        "/pets/{petId}",
        {
            "type": "HTTP_PROXY",
            "integrationHttpMethod": "GET",
            "uri": "https://${stageVariables.backend}.example.com/pets/{petId}",
            "requestParameters": {"integration.request.path.petId": "method.request.path.petId"},
        },
        requestParameters={"method.request.path.petId": True},
    )
    api.method("DELETE", "/pets/{petId}", function | {"uri": _function("delete-pet")}, **guarded)


def _others(api: _Api) -> None:
    """A queue, which is called with a role and a template."""
    api.method(
        "POST",
        "/orders/v1/new",
        {
            "type": "AWS",
            "integrationHttpMethod": "POST",
            "uri": f"arn:aws:apigateway:{HOME}:sqs:path/{ACCOUNT}/orders",
            "credentials": _CALLS,
            "requestTemplates": {_JSON: "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"},
        },
        status="202",
        authorizationType="AWS_IAM",
    )


def _stages(api: _Api) -> None:
    """``prod`` with settings, which logs, and a plain ``dev``, both on one deployment."""
    rest = api.rest
    role = f"arn:aws:iam::{ACCOUNT}:role/api-gateway-logs"
    rest.update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}])
    deployment = rest.create_deployment(restApiId=api.id, description="release 1")["id"]
    rest.create_stage(
        restApiId=api.id,
        stageName="prod",
        deploymentId=deployment,
        description="what customers see",
        variables={"backend": "blue"},
        tracingEnabled=True,
        tags={"stage": "prod"},
    )
    logs = f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:shop-access"
    settings = {
        "/*/*/throttling/rateLimit": "1000.0",
        "/*/*/throttling/burstLimit": "2000",
        "/*/*/metrics/enabled": "true",
        "/accessLogSettings/destinationArn": logs,
        "/accessLogSettings/format": '{"requestId":"$context.requestId","status":"$context.status"}',
    }
    patches = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
    rest.update_stage(restApiId=api.id, stageName="prod", patchOperations=patches)
    rest.create_stage(restApiId=api.id, stageName="dev", deploymentId=deployment, variables={"backend": "dev"})
