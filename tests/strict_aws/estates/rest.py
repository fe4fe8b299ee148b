"""The standard estate's REST APIs, object by object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.strict_aws.estates.size import Size
from tests.strict_aws.estates.steps import Document, Step, mark

CALLS_ROLE = "arn:aws:iam::<<account>>:role/apigateway-calls"
LOG_FORMAT = '{"requestId":"$context.requestId","status":"$context.status"}'
DRAFT4 = "http://json-schema.org/draft-04/schema#"


def function_uri(name: str) -> str:
    """How an integration or authorizer calls a function: the region stands in it twice."""
    function = f"arn:aws:lambda:<<region>>:<<account>>:function:{name}"
    return f"arn:aws:apigateway:<<region>>:lambda:path/2015-03-31/functions/{function}/invocations"


class Api:
    """One REST API under construction: its steps, and what a deployment of it has to wait for."""

    def __init__(self, name: str, kind: str = "rest") -> None:
        self.name, self.kind, self.content = name, kind, set[str]()
        self.me = f"rest {name}"

    def create(self, *needs: str, **settings: Any) -> Step:
        """The call that makes it."""
        gives = {self.me: "id", f"resource {self.name}/": "rootResourceId"}
        return Step(self.kind, "apigateway", "CreateRestApi", {"name": self.name} | settings, gives, frozenset(needs))

    def put(self, operation: str, given: str = "", place: str = "", *needs: str, **params: Any) -> Step:
        """A call that is part of the definition; ``given`` is what it gives, by the API's name."""
        name = f"{given.partition(' ')[0]} {self.name}{given.partition(' ')[2]}" if given else ""
        done = name or f"done {self.name} {operation} {len(self.content)}"
        self.content.add(done)
        asked = {"restApiId": mark(self.me), **params}
        return Step(self.kind, "apigateway", operation, asked, {done: place}, frozenset(needs))

    def resource(self, path: str) -> Step:
        """The resource of a path, all above it being there."""
        above, _, part = path.rpartition("/")
        parent = mark(f"resource {self.name}{above or '/'}")
        return self.put("CreateResource", f"resource {path}", "id", parentId=parent, pathPart=part)

    def method(
        self, verb: str, path: str, integration: Document, statuses: Document, **settings: Any
    ) -> Iterator[Step]:
        """A method, its integration, and both responses of each status."""
        own = {"resourceId": mark(f"resource {self.name}{path}"), "httpMethod": verb}
        method, behind = f"method {self.name}{path} {verb}", f"integration {self.name}{path} {verb}"
        yield self.put("PutMethod", f"method {path} {verb}", **own, **({"authorizationType": "NONE"} | settings))
        for status, (front, _) in statuses.items():
            answer = f"response {path} {verb} {status}"
            yield self.put("PutMethodResponse", answer, "", method, **own, statusCode=status, **front)
        yield self.put("PutIntegration", f"integration {path} {verb}", "", method, **own, **integration)
        for status, (_, back) in statuses.items():
            answer = f"response {self.name}{path} {verb} {status}"
            yield self.put("PutIntegrationResponse", "", "", answer, behind, **own, statusCode=status, **back)

    def deploy(self, name: str, **settings: Any) -> Step:
        """A deployment of all so far."""
        asked = {"restApiId": mark(self.me), **settings}
        gives = {f"deployment {self.name}/{name}": "id"}
        return Step(self.kind, "apigateway", "CreateDeployment", asked, gives, frozenset(self.content))

    def stage(self, name: str, deployment: str, *needs: str, **settings: Any) -> Step:
        """A stage on a deployment."""
        asked = {"restApiId": mark(self.me), "stageName": name}
        asked["deploymentId"] = mark(f"deployment {self.name}/{deployment}")
        gives = {f"stage {self.name}/{name}": ""}
        return Step(self.kind, "apigateway", "CreateStage", asked | settings, gives, frozenset(needs))

    def patch_stage(self, name: str, settings: dict[str, str]) -> Step:
        """Settings of a stage that only a patch can set, by path."""
        patches = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
        asked = {"restApiId": mark(self.me), "stageName": name, "patchOperations": patches}
        needs = frozenset({f"stage {self.name}/{name}", "logging"})
        return Step(self.kind, "apigateway", "UpdateStage", asked, {f"settings {self.name}/{name}": ""}, needs)


def rest_apis(size: Size) -> Iterator[Step]:
    """All REST APIs; the first ones are edge-optimised."""
    for number in range(size.rest_apis):
        yield from _api(number, size)


def api_name(number: int) -> str:
    """The name of a REST API."""
    return f"rest-{number:02d}"


def stage_name(number: int) -> str:
    """The name of a stage."""
    return ("prod", "dev")[number] if number < 2 else f"stage-{number}"


def _api(number: int, size: Size) -> Iterator[Step]:
    api = Api(api_name(number))
    yield api.create(
        description=f"Service {number}",
        version=f"2026-{number:02d}",
        endpointConfiguration={"types": ["EDGE" if number < size.edge else "REGIONAL"]},
        binaryMediaTypes=["image/png", "application/octet-stream"],
        minimumCompressionSize=1024,
        tags={"owner": f"team-{number % 7}", "service": api.name},
    )
    yield from _shared(api)
    for each in range((size.methods + 1) // 2):
        path = f"/things-{each:02d}" if each % 2 == 0 else f"/things-{each - 1:02d}/{{id}}"
        yield api.resource(path)
        for verb in ("GET", "POST")[: size.methods - 2 * each]:
            yield from _method(api, verb, path, each)
    yield api.deploy("now", description="the release")
    for each in range(size.stages):
        name = stage_name(each)
        variables = {"backend": f"{name}.internal", "level": str(each)}
        yield api.stage(name, "now", description=f"for {name}", variables=variables, tags={"stage": name})
    if size.stages:
        yield _log(api, stage_name(0))


def _log(api: Api, stage: str) -> Step:
    return api.patch_stage(
        stage,
        {
            "/*/*/logging/loglevel": "ERROR",
            "/*/*/throttling/rateLimit": "1000",
            "/*/*/throttling/burstLimit": "2000",
            "/~1things-00/GET/metrics/enabled": "true",
            "/accessLogSettings/destinationArn": f"arn:aws:logs:<<region>>:<<account>>:log-group:{api.name}",
            "/accessLogSettings/format": LOG_FORMAT,
        },
    )


def _shared(api: Api) -> Iterator[Step]:
    """What methods refer to."""
    yield api.put(
        "CreateAuthorizer",
        "authorizer /token",
        "id",
        name="token",
        type="TOKEN",
        authorizerUri=function_uri("authorize"),
        authorizerCredentials=CALLS_ROLE,
        identitySource="method.request.header.Authorization",
        authorizerResultTtlInSeconds=60,
    )
    checks = {"validateRequestBody": True, "validateRequestParameters": False}
    yield api.put("CreateRequestValidator", "validator /body", "id", name="body", **checks)
    schema = json.dumps({"$schema": DRAFT4, "type": "object", "properties": {"id": {"type": "string"}}})
    kind = "application/json"
    yield api.put(
        "CreateModel", "model /Thing", "id", name="Thing", schema=schema, contentType=kind, description="A thing"
    )
    cors = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
    yield api.put("PutGatewayResponse", responseType="DEFAULT_4XX", responseParameters=cors)


def _integration(number: int, verb: str) -> Document:
    function = {"integrationHttpMethod": "POST", "uri": function_uri(f"things-{number:02d}")}
    match number % 4:
        case 0:
            return {"type": "AWS_PROXY", **function, "timeoutInMillis": 10000}
        case 1:
            templates = {"application/json": "{\"body\": $input.json('$')}"}
            return {"type": "AWS", **function, "credentials": CALLS_ROLE, "requestTemplates": templates}
        case 2:
            uri = "https://${stageVariables.backend}/things"
            return {"type": "HTTP_PROXY", "integrationHttpMethod": verb, "uri": uri}
    return {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}


def _method(api: Api, verb: str, path: str, number: int) -> Iterator[Step]:
    settings: Document = {"operationName": f"{verb.lower()}Thing{number}"}
    if verb == "POST":
        settings |= {"authorizationType": "CUSTOM", "authorizerId": mark(f"authorizer {api.name}/token")}
        settings |= {"apiKeyRequired": True, "requestModels": {"application/json": "Thing"}}
        settings["requestValidatorId"] = mark(f"validator {api.name}/body")
    else:
        settings["requestParameters"] = {"method.request.querystring.page": False}
    if "{id}" in path:
        settings.setdefault("requestParameters", {})["method.request.path.id"] = True
    header = "method.response.header.X-Page"
    front = {"responseParameters": {header: False}, "responseModels": {"application/json": "Thing"}}
    plain = _integration(number, verb)["type"] not in ("AWS_PROXY", "HTTP_PROXY")
    back = {"responseParameters": {header: "'1'"}, "responseTemplates": {"application/json": "$input.json('$')"}}
    failed: Document = {"selectionPattern": ".*error.*" if plain else "4\\d{2}"}
    answers = {"200": (front, back), "400": ({"responseModels": {"application/json": "Error"}}, failed)}
    for step in api.method(verb, path, _integration(number, verb), answers, **settings):
        yield replace(step, needs=step.needs | {f"model {api.name}/Thing"})
