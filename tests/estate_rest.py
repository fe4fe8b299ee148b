"""The standard estate's REST APIs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.estates import Estate

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/apigateway-calls"
LOG_FORMAT = '{"requestId":"$context.requestId","ip":"$context.identity.sourceIp","status":"$context.status"}'


def lambda_uri(region: str, name: str) -> str:
    """The URI by which an integration or authorizer calls a function; the region stands in it twice."""
    function = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}"
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations"


class _Builder:
    """One API under construction."""

    def __init__(self, rest: Any, estate: Estate, name: str, **settings: Any) -> None:
        self.rest, self.estate, self.name = rest, estate, name
        made = rest.create_rest_api(name=name, endpointConfiguration={"types": ["REGIONAL"]}, **settings)
        self.id: str = made["id"]
        estate.apis[name] = self.id
        estate.resources[f"{name}/"] = made["rootResourceId"]

    def resource(self, path: str) -> str:
        """The resource of a path, made with all above it."""
        known = self.estate.resources
        if f"{self.name}{path}" not in known:
            above, _, part = path.rpartition("/")
            parent = self.resource(above or "/")
            made = self.rest.create_resource(restApiId=self.id, parentId=parent, pathPart=part)
            known[f"{self.name}{path}"] = made["id"]
        return known[f"{self.name}{path}"]

    def method(
        self,
        verb: str,
        path: str,
        integration: dict[str, Any],
        responses: dict[str, dict[str, Any]] | None = None,
        **settings: Any,
    ) -> None:
        """A method, its integration, and of each status the method's and the integration's response."""
        own = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": verb}
        self.rest.put_method(**own, **{"authorizationType": "NONE", **settings})
        for status, both in (responses or {}).items():
            self.rest.put_method_response(**own, statusCode=status, **both.get("method", {}))
        self.rest.put_integration(**own, **integration)
        for status, both in (responses or {}).items():
            if "integration" in both:
                self.rest.put_integration_response(**own, statusCode=status, **both["integration"])

    def model(self, name: str, schema: dict[str, Any], **settings: Any) -> None:
        """A JSON model."""
        text = json.dumps(schema)
        self.rest.create_model(restApiId=self.id, name=name, schema=text, contentType="application/json", **settings)

    def model_url(self, name: str) -> str:
        """How a schema refers to another model of the API."""
        return f"https://apigateway.amazonaws.com/restapis/{self.id}/models/{name}"

    def authorizer(self, name: str, **settings: Any) -> str:
        """An authorizer; its id."""
        made = self.rest.create_authorizer(restApiId=self.id, name=name, **settings)
        self.estate.authorizers[f"{self.name}/{name}"] = made["id"]
        return str(made["id"])

    def validator(self, name: str, *, body: bool, params: bool) -> str:
        """A request validator; its id."""
        made = self.rest.create_request_validator(
            restApiId=self.id, name=name, validateRequestBody=body, validateRequestParameters=params
        )
        self.estate.validators[f"{self.name}/{name}"] = made["id"]
        return str(made["id"])

    def patch_stage(self, stage: str, settings: dict[str, str]) -> None:
        """Replace settings of a stage, by path."""
        patches = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
        self.rest.update_stage(restApiId=self.id, stageName=stage, patchOperations=patches)


def _models(api: _Builder) -> None:
    """Models that refer to each other, two of them in a circle, and one that is not JSON."""
    schema = "http://json-schema.org/draft-04/schema#"
    api.model("Toy", {"$schema": schema, "type": "object", "properties": {"name": {"type": "string"}}})
    toys = {"type": "array", "items": {"$ref": api.model_url("Toy")}}
    pet = {"$schema": schema, "type": "object", "required": ["id"], "title": "Pet"}
    api.model("Pet", {**pet, "properties": {"id": {"type": "integer"}, "toys": toys}}, description="A pet")
    api.model("Person", {"type": "object", "properties": {"name": {"type": "string"}}})
    people = {"type": "array", "items": {"$ref": api.model_url("Person")}}
    api.model("House", {"type": "object", "properties": {"contains": people}})
    person = {"type": "object", "properties": {"house": {"$ref": api.model_url("House")}}}
    patch = {"op": "replace", "path": "/schema", "value": json.dumps(person)}
    api.rest.update_model(restApiId=api.id, modelName="Person", patchOperations=[patch])
    api.rest.create_model(restApiId=api.id, name="Feed", schema="<xs:schema/>", contentType="application/xml")


def _pets(api: _Builder, region: str, authorizers: dict[str, str], validators: dict[str, str]) -> None:
    """Methods of every type of integration."""
    cors = "method.response.header.Access-Control-Allow-Origin"
    preflight = {"method": {"responseParameters": {cors: False}, "responseModels": {"application/json": "Empty"}}}
    preflight["integration"] = {"responseParameters": {cors: "'*'"}, "responseTemplates": {"application/json": ""}}
    mock = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
    hello = {"responseTemplates": {"application/json": '{"hello": "$input.params(\'name\')"}'}}
    api.method("GET", "/", mock, {"200": {"method": {}, "integration": {**hello, "selectionPattern": ""}}})
    api.method("OPTIONS", "/pets", {**mock, "passthroughBehavior": "WHEN_NO_TEMPLATES"}, {"200": preflight})
    function = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": lambda_uri(region, "pets")}
    api.method(
        "GET",
        "/pets",
        {**function, "timeoutInMillis": 10000, "contentHandling": "CONVERT_TO_TEXT"},
        {"200": {"method": {"responseModels": {"application/json": "Pet"}}}},
        authorizationType="CUSTOM",
        authorizerId=authorizers["token"],
        apiKeyRequired=True,
        operationName="listPets",
        requestParameters={"method.request.querystring.page": True, "method.request.header.X-Trace": False},
        requestValidatorId=validators["parameters"],
    )
    created = {"method": {"responseModels": {"application/json": "Pet"}}}
    created["integration"] = {"responseTemplates": {"application/json": "$input.json('$')"}}
    failed: dict[str, dict[str, Any]] = {"method": {"responseModels": {"application/json": "Error"}}}
    failed["integration"] = {"selectionPattern": ".*[Ee]rror.*", "contentHandling": "CONVERT_TO_TEXT"}
    api.method(
        "POST",
        "/pets",
        {
            "type": "AWS",
            "integrationHttpMethod": "POST",
            "uri": lambda_uri(region, "create-pet"),
            "passthroughBehavior": "NEVER",
            "requestTemplates": {"application/json": "{\"body\": $input.json('$')}"},
        },
        {"201": created, "500": failed},
        authorizationType="COGNITO_USER_POOLS",
        authorizerId=authorizers["pool"],
        authorizationScopes=["pets/write", "pets/read"],
        requestModels={"application/json": "Pet"},
        requestValidatorId=validators["body"],
    )
    by_id = {"integration.request.path.petId": "method.request.path.petId"}
    api.method(
        "GET",
        "/pets/{petId}",
        {
            "type": "HTTP_PROXY",
            "integrationHttpMethod": "GET",
            "uri": "https://backend.example.com/pets/{petId}",
            "requestParameters": by_id,
            "cacheNamespace": "pets",
            "cacheKeyParameters": ["method.request.path.petId"],
            "tlsConfig": {"insecureSkipVerification": True},
        },
        requestParameters={"method.request.path.petId": True},
        authorizationType="CUSTOM",
        authorizerId=authorizers["request"],
        requestValidatorId=validators["all"],
    )
    api.method("ANY", "/pets/{petId}/toys", {**function, "uri": lambda_uri(region, "toys")})


def _others(api: _Builder, region: str) -> None:
    """A queue, a VPC link named by a stage variable, a plain HTTP back end, and a proxy for the rest."""
    queue = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}
    api.method(
        "POST",
        "/orders",
        {
            "type": "AWS",
            "integrationHttpMethod": "POST",
            "uri": f"arn:aws:apigateway:{region}:sqs:path/{ACCOUNT}/orders",
            "credentials": ROLE,
            "requestParameters": queue,
            "requestTemplates": {"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"},
        },
        {"202": {"method": {}, "integration": {"selectionPattern": "2\\d{2}"}}},
        authorizationType="AWS_IAM",
    )
    link = {"connectionType": "VPC_LINK", "connectionId": "${stageVariables.vpcLinkId}"}
    api.method(
        "GET",
        "/legacy/v1/items",
        {"type": "HTTP", "integrationHttpMethod": "GET", "uri": "http://legacy.internal/items", **link},
        {"200": {"method": {}, "integration": {}}},
    )
    proxy = {"integration.request.path.proxy": "method.request.path.proxy"}
    api.method(
        "ANY",
        "/{proxy+}",
        {
            "type": "HTTP_PROXY",
            "integrationHttpMethod": "ANY",
            "uri": "https://${stageVariables.backend}.example.com/{proxy}",
            "requestParameters": proxy,
        },
        requestParameters={"method.request.path.proxy": True},
    )


def _stages(api: _Builder, region: str) -> None:
    """A stage with everything, on a deployment of its own and with a canary, and a plain one."""
    rest, known = api.rest, api.estate.deployments
    first = rest.create_deployment(restApiId=api.id, description="the first release")["id"]
    second = rest.create_deployment(restApiId=api.id, description="the second release")["id"]
    known |= {"shop/prod": first, "shop/prod/canary": second, "shop/dev": second}
    rest.create_stage(
        restApiId=api.id,
        stageName="prod",
        deploymentId=first,
        description="what customers see",
        cacheClusterEnabled=True,
        cacheClusterSize="1.6",
        variables={"backend": "blue", "vpcLinkId": "abc123"},
        tracingEnabled=True,
        canarySettings={
            "deploymentId": second,
            "percentTraffic": 12.5,
            "stageVariableOverrides": {"backend": "green"},
            "useStageCache": True,
        },
        tags={"stage": "prod", "cost": "shop"},
    )
    api.patch_stage(
        "prod",
        {
            "/*/*/logging/loglevel": "ERROR",
            "/*/*/metrics/enabled": "true",
            "/*/*/throttling/rateLimit": "1000.0",
            "/*/*/throttling/burstLimit": "2000",
            "/~1pets~1{petId}/GET/caching/enabled": "true",
            "/~1pets~1{petId}/GET/caching/ttlInSeconds": "60",
            "/~1pets~1{petId}/GET/caching/dataEncrypted": "true",
            "/~1/GET/logging/dataTrace": "true",
            "/accessLogSettings/destinationArn": f"arn:aws:logs:{region}:{ACCOUNT}:log-group:shop-access",
            "/accessLogSettings/format": LOG_FORMAT,
        },
    )
    rest.create_stage(restApiId=api.id, stageName="dev", deploymentId=second, variables={"backend": "dev"})


def build_shop_api(rest: Any, estate: Estate) -> None:
    """The API that has everything."""
    region = estate.region
    statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    deny: dict[str, Any] = {**statement, "Effect": "Deny", "Resource": ["execute-api:/prod/GET/legacy/*"]}
    deny["Condition"] = {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "198.51.100.0/24"]}}
    api = _Builder(
        rest,
        estate,
        "shop",
        description="Pets and orders",
        version="2026-11",
        binaryMediaTypes=["image/png", "application/octet-stream"],
        minimumCompressionSize=1024,
        apiKeySource="HEADER",
        policy=json.dumps({"Version": "2012-10-17", "Statement": [statement, deny]}),
        tags={"owner": "shop", "cost": "1234"},
    )
    pool = f"arn:aws:cognito-idp:{region}:{ACCOUNT}:userpool/{region}_Customers"
    authorizers = {
        "token": api.authorizer(
            "token",
            type="TOKEN",
            authorizerUri=lambda_uri(region, "authorize"),
            authorizerCredentials=ROLE,
            identitySource="method.request.header.Authorization",
            identityValidationExpression="^Bearer [-0-9a-zA-Z._]+$",
            authorizerResultTtlInSeconds=60,
        ),
        "request": api.authorizer(
            "request",
            type="REQUEST",
            authorizerUri=lambda_uri(region, "authorize-request"),
            identitySource="method.request.header.X-Api-User,context.identity.sourceIp",
        ),
        "pool": api.authorizer(
            "pool",
            type="COGNITO_USER_POOLS",
            providerARNs=[pool],
            identitySource="method.request.header.Authorization",
        ),
    }
    validators = {
        "body": api.validator("body", body=True, params=False),
        "parameters": api.validator("parameters", body=False, params=True),
        "all": api.validator("all", body=True, params=True),
    }
    _models(api)
    _pets(api, region, authorizers, validators)
    _others(api, region)
    cors = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
    rest.put_gateway_response(restApiId=api.id, responseType="DEFAULT_4XX", responseParameters=cors)
    rest.put_gateway_response(
        restApiId=api.id,
        responseType="UNAUTHORIZED",
        statusCode="401",
        responseTemplates={"application/json": '{"message": "who are you?"}'},
    )
    _stages(api, region)


def build_admin_api(rest: Any, estate: Estate) -> None:
    """A small API with its own endpoint closed, without the model Error, deployed straight to a stage."""
    api = _Builder(rest, estate, "admin", disableExecuteApiEndpoint=True)
    rest.delete_model(restApiId=api.id, modelName="Error")
    function = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": lambda_uri(estate.region, "admin")}
    api.method("ANY", "/", function, authorizationType="AWS_IAM")
    made = rest.create_deployment(restApiId=api.id, stageName="live", variables={"level": "2"})
    estate.deployments["admin/live"] = made["id"]


def build_small_api(rest: Any, estate: Estate, name: str, paths: int) -> None:
    """One of many: paths with a method each, and one stage."""
    api = _Builder(rest, estate, name)
    for number in range(paths):
        mock = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
        api.method("GET", f"/items-{number:02d}", mock, {"200": {"method": {}, "integration": {}}})
    made = rest.create_deployment(restApiId=api.id, stageName="live")
    estate.deployments[f"{name}/live"] = made["id"]
