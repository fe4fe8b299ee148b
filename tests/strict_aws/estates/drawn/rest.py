"""REST APIs drawn member by member."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import strategies as st

from tests.strict_aws.estates.drawn import values as v
from tests.strict_aws.estates.drawn.pen import Pen
from tests.strict_aws.estates.drawn.rest_integrations import integration, response
from tests.strict_aws.estates.rest import Api, function_uri
from tests.strict_aws.estates.steps import Document, Step, mark

_MODERN = "SecurityPolicy_TLS13_1_3_2025_09"
GATEWAY_RESPONSES = (
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "UNAUTHORIZED",
    "THROTTLED",
    "QUOTA_EXCEEDED",
    "MISSING_AUTHENTICATION_TOKEN",
)
PATHS = ("/a", "/a/{id}", "/a/{id}/b-c", "/d.e", "/d.e/{rest+}", "/f:g")
"""Each comes after the one that it is below."""


def rest_apis(pen: Pen) -> Iterator[Step]:
    """Some REST APIs of any endpoint type."""
    for number, kind in enumerate(pen.some(("REGIONAL", "EDGE", "PRIVATE"))):
        yield from _api(pen, f"{pen(v.NAMES)}-{number}", kind, number)


def _api(pen: Pen, name: str, kind: str, number: int) -> Iterator[Step]:
    api, private = Api(name), kind == "PRIVATE"
    endpoint = pen.given(
        {"types": [kind]}, ipAddressType=st.just("dualstack") if private else st.sampled_from(["ipv4", "dualstack"])
    )
    if private:
        endpoint = pen.given(endpoint, vpcEndpointIds=st.just([mark("endpoint main/execute-api")]))
    asked = pen.given(
        {"endpointConfiguration": endpoint},
        description=v.WORDS,
        version=v.NAMES,
        binaryMediaTypes=v.listed(v.MEDIA),
        minimumCompressionSize=st.integers(0, 10485760),
        apiKeySource=st.sampled_from(["HEADER", "AUTHORIZER"]),
        policy=v.POLICIES,
        tags=v.TAGS,
        disableExecuteApiEndpoint=v.YES_OR_NO,
        securityPolicy=st.just(_MODERN),
    )
    if "securityPolicy" in asked:
        asked["endpointAccessMode"] = pen.one(("BASIC", "STRICT"))
    if private:
        asked.setdefault("policy", pen(v.POLICIES))
    yield api.create(**asked)
    authorizers, validators, models = [], [], ["Empty", "Error"]
    for step in _parts(pen, api):
        made = next(iter(step.gives))
        if step.operation == "CreateAuthorizer":
            authorizers.append((made, step.params["type"]))
        if step.operation == "CreateRequestValidator":
            validators.append(made)
        if step.operation == "CreateModel" and step.params["contentType"] == "application/json":
            models.append(step.params["name"])
        yield step
    yield from _tree(pen, api, authorizers, validators, models)
    yield from _stages(pen, api)
    yield from _documentation_versions(pen, api)


# --- parts that methods refer to ------------------------------------------------------------


def _parts(pen: Pen, api: Api) -> Iterator[Step]:
    for number, kind in enumerate(pen.some(("TOKEN", "REQUEST", "COGNITO_USER_POOLS"))):
        yield api.put("CreateAuthorizer", f"authorizer /{number}", "id", **_authorizer(pen, kind, f"{kind} {number}"))
    for number in pen.numbers(2):
        asked = pen.given(
            {}, name=st.just(f"check {number}"), validateRequestBody=v.YES_OR_NO, validateRequestParameters=v.YES_OR_NO
        )
        yield api.put("CreateRequestValidator", f"validator /{number}", "id", **asked)
    for number, kind in enumerate(pen.some(("application/json", "application/xml"))):
        schema = v.SCHEMAS if kind == "application/json" else st.just("<xs:schema/>")
        asked = pen.given({"name": f"Model{number}", "contentType": kind, "schema": pen(schema)}, description=v.WORDS)
        yield api.put("CreateModel", f"model /Model{number}", "id", **asked)
    for kind in dict.fromkeys(pen.some(GATEWAY_RESPONSES)):
        headers = st.dictionaries(
            v.SIMPLE.map(lambda name: f"gatewayresponse.header.{name}"), st.just("'*'"), min_size=1, max_size=2
        )
        asked = pen.given(
            {"responseType": kind}, statusCode=v.STATUS, responseParameters=headers, responseTemplates=v.TEMPLATES
        )
        yield api.put("PutGatewayResponse", f"gateway response {kind}", **asked)
    for kind in pen.some(("API", "METHOD", "RESPONSE_HEADER", "MODEL"), most=3):
        yield from _documentation(pen, api, kind)


def _authorizer(pen: Pen, kind: str, name: str) -> Document:
    asked = pen.given({"name": name, "type": kind}, authType=v.NAMES, authorizerResultTtlInSeconds=st.integers(0, 3600))
    if kind == "COGNITO_USER_POOLS":
        pool = "arn:aws:cognito-idp:<<region>>:<<account>>:userpool/<<region>>_"
        asked |= {"providerARNs": pen(v.listed(st.sampled_from("ABC").map(lambda each: pool + each)))}
        return asked | {"identitySource": "method.request.header.Authorization"}
    source = (
        "method.request.header.Token" if kind == "TOKEN" else "method.request.header.Token,context.identity.sourceIp"
    )
    asked |= {"identitySource": source, "authorizerUri": function_uri(pen(v.NAMES))}
    asked = pen.given(asked, authorizerCredentials=v.ACCOUNT_ROLE)
    return pen.given(asked, identityValidationExpression=st.just("^Bearer .+$")) if kind == "TOKEN" else asked


def _documentation(pen: Pen, api: Api, kind: str) -> Iterator[Step]:
    location: Document = {"type": kind}
    if kind in ("METHOD", "RESPONSE_HEADER"):
        location = pen.given(location, path=st.sampled_from(PATHS), method=st.sampled_from(v.VERBS))
    if kind == "RESPONSE_HEADER":
        location = pen.given(location, statusCode=v.STATUS)
    if kind in ("RESPONSE_HEADER", "MODEL"):
        location["name"] = pen(v.SIMPLE)
    given = f"documentation {json.dumps(location, sort_keys=True)}"
    if f"documentation {api.name}{given.partition(' ')[2]}" not in api.content:
        properties = json.dumps({"description": pen(v.WORDS)}, ensure_ascii=False)
        yield api.put("CreateDocumentationPart", given, "id", location=location, properties=properties)


# --- resources and methods ------------------------------------------------------------


def _tree(
    pen: Pen, api: Api, authorizers: list[tuple[str, str]], validators: list[str], models: list[str]
) -> Iterator[Step]:
    paths = PATHS if pen.full else PATHS[: pen(st.integers(0, len(PATHS)))]
    variant = 0
    for path in ("/", *paths):
        if path != "/":
            yield api.resource(path)
        verbs = ("GET", "POST") if pen.full else pen(st.lists(st.sampled_from(v.VERBS), unique=True, max_size=2))
        if path == "/":
            verbs = verbs or ("GET",)
        for verb in verbs:
            yield from _method(pen, api, path, verb, variant, authorizers, validators, models)
            variant += 1


def _method(
    pen: Pen, api: Api, path: str, verb: str, variant: int, authorizers: list[tuple[str, str]], validators: list[str],
    models: list[str],
) -> Iterator[Step]:  # fmt: skip
    parameters = st.dictionaries(
        st.sampled_from(["querystring.page", "header.X-Trace", "path.id", "multivaluequerystring.tag"]).map(
            "method.request.".__add__
        ),
        v.YES_OR_NO,
        min_size=1,
        max_size=2,
    )
    bodies = st.dictionaries(v.MEDIA, st.sampled_from(models), min_size=1, max_size=2)
    settings = pen.given(
        {}, apiKeyRequired=v.YES_OR_NO, requestParameters=parameters, requestModels=bodies, operationName=v.NAMES
    )
    if validators:
        settings = pen.given(settings, requestValidatorId=st.sampled_from(validators).map(mark))
    settings |= _authorization(pen, variant, authorizers)
    behind = integration(pen, variant, settings.get("requestParameters", {}))
    statuses = {}
    for status in dict.fromkeys(pen.some(("200", "404"))):
        statuses[status] = response(pen, models)
    needs = {each for each in api.content if each.startswith(f"model {api.name}/")}
    for step in api.method(verb, path, behind, statuses, **settings):
        yield replace(step, needs=step.needs | needs)


def _authorization(pen: Pen, variant: int, authorizers: list[tuple[str, str]]) -> Document:
    kinds = ["NONE", "AWS_IAM"] + [
        ("COGNITO_USER_POOLS" if kind.startswith("COGNITO") else "CUSTOM") for _, kind in authorizers
    ]
    which = variant % len(kinds) if pen.full else pen(st.integers(0, len(kinds) - 1))
    chosen: Document = {"authorizationType": kinds[which]}
    if which > 1:
        chosen["authorizerId"] = mark(authorizers[which - 2][0])
    if kinds[which] == "COGNITO_USER_POOLS":
        chosen = pen.given(chosen, authorizationScopes=v.listed(st.sampled_from(["a/read", "a/write", "email"])))
    return chosen


# --- deployments and stages ------------------------------------------------------------

_CACHE = st.sampled_from(["0.5", "1.6", "6.1"])


def _stages(pen: Pen, api: Api) -> Iterator[Step]:
    inline = pen.given(
        {"stageName": "by-deployment"},
        stageDescription=v.WORDS,
        description=v.WORDS,
        cacheClusterEnabled=v.YES_OR_NO,
        cacheClusterSize=_CACHE,
        variables=v.VARIABLES,
        tracingEnabled=v.YES_OR_NO,
    )
    first = replace(
        api.deploy("first", **inline),
        gives={f"deployment {api.name}/first": "id", f"stage {api.name}/by-deployment": ""},
    )
    yield first
    yield api.deploy("second", **pen.given({}, description=v.WORDS.map("second: ".__add__)))
    canary = pen.given(
        {"deploymentId": mark(f"deployment {api.name}/second"), "percentTraffic": pen(v.PERCENT)},
        stageVariableOverrides=v.VARIABLES,
        useStageCache=v.YES_OR_NO,
    )
    asked = pen.given(
        {},
        description=v.WORDS,
        cacheClusterEnabled=v.YES_OR_NO,
        cacheClusterSize=_CACHE,
        variables=v.VARIABLES,
        tracingEnabled=v.YES_OR_NO,
        canarySettings=st.just(canary),
        tags=v.TAGS,
    )
    needs = []
    documented = sorted(each for each in api.content if each.startswith("documentation "))
    if documented and (pen.full or pen(st.booleans())):
        yield replace(
            api.put("CreateDocumentationVersion", "version 1", "", *documented, documentationVersion="1"),
            needs=frozenset(documented),
        )
        asked["documentationVersion"] = "1"
        needs.append(f"version {api.name}1")
    yield api.stage("prod", "first", *needs, **asked)
    settings = pen.given(
        {},
        **{
            "/*/*/logging/loglevel": st.sampled_from(["OFF", "ERROR", "INFO"]),
            "/*/*/throttling/rateLimit": st.integers(0, 1000).map(str),
            "/~1/GET/throttling/burstLimit": v.BURSTS.map(str),
            "/~1a~1{id}/GET/caching/ttlInSeconds": st.integers(0, 3600).map(str),
            "/~1a~1{id}/GET/caching/dataEncrypted": st.sampled_from(["true", "false"]),
            "/accessLogSettings/format": st.just("$context.requestId $context.status"),
        },
    )
    if "/accessLogSettings/format" in settings:
        settings["/accessLogSettings/destinationArn"] = "arn:aws:logs:<<region>>:<<account>>:log-group:drawn"
    if settings:
        yield api.patch_stage("prod", settings)
    canary = pen.given(
        {"percentTraffic": pen(v.PERCENT)}, stageVariableOverrides=v.VARIABLES, useStageCache=v.YES_OR_NO
    )
    if pen.full or pen(st.booleans()):
        step = api.deploy("canary", stageName="by-deployment", canarySettings=canary)
        yield replace(step, needs=step.needs | {f"stage {api.name}/by-deployment"})


def _documentation_versions(pen: Pen, api: Api) -> Iterator[Step]:
    documented = frozenset(each for each in api.content if each.startswith("documentation "))
    if documented and (pen.full or pen(st.booleans())):
        asked = pen.given({"documentationVersion": "2"}, description=v.WORDS, stageName=st.just("by-deployment"))
        step = api.put("CreateDocumentationVersion", "version 2", "", **asked)
        yield replace(step, needs=documented | {f"stage {api.name}/by-deployment"})
