"""The REST APIs of a blueprint: rows of botocore's shapes, in which only what hangs together is laid down."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.aws_shapes import NAME, TEXT, service, values
from tests.blueprint_around import documentation

Row = dict[str, Any]
Rows = list[tuple[str, Row]]
APIS = ("shop", "shop", "a/b~2")
PARTS = ("pets", "{id}", "{petId}", "{proxy+}", "v1", "a:b")
VERBS = ("GET", "POST", "ANY")
MODELS = ("Pet", "Pets", "Error")
AUTHORIZERS = {"token": "TOKEN", "request": "REQUEST", "pool": "COGNITO_USER_POOLS"}
STAGES = ("live", "test")

FUNCTION = "arn:aws:lambda:<<region>>:<<account>>:function:{}"
LAMBDA = "arn:aws:apigateway:<<region>>:lambda:path/2015-03-31/functions/{}/invocations"
URIS = st.sampled_from(
    [
        LAMBDA.format(FUNCTION.format("pay")),
        LAMBDA.format("arn:aws:lambda:<<region>>:999988887777:function:other:live"),
        LAMBDA.format(FUNCTION.format("${stageVariables.fn}")),
        "arn:aws:apigateway:<<region>>:sqs:path/<<account>>/queue",
        "arn:aws:apigateway:<<region>>:dynamodb:action/Query",
        "https://<<api>>.execute-api.<<region>>.amazonaws.com/live/x",
        "https://<<api>>-<<endpoint:api>>.execute-api.<<region>>.amazonaws.com/live",
        "https://sqs.<<region>>.amazonaws.com/<<account>>/queue",
        "https://s3.<<region>>.amazonaws.com/bucket/{key}",
        "https://example.com/{proxy}",
    ]
)
ROLES = st.sampled_from(["arn:aws:iam::<<account>>:role/api", "arn:aws:iam::*:user/*"])
POLICIES = st.sampled_from(
    [
        {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"},
        {"Effect": "Deny", "Resource": "arn:aws:execute-api:<<region>>:<<account>>:<<api>>/*/GET/pets"},
        {"Effect": "Allow", "Condition": {"StringEquals": {"aws:SourceVpce": ["<<endpoint:api>>"]}}},
        {"Effect": "Allow", "Condition": {"StringEquals": {"aws:SourceVpc": "<<vpc:main>>", 'é"\\': "\u2028"}}},
        {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::<<account>>:root", "999988887777"]}},
    ]
)
SCHEMAS = st.sampled_from(
    [
        {"type": "object"},
        {"$ref": "https://apigateway.amazonaws.com/restapis/<<api>>/models/Pet"},
        {"items": {"$ref": "https://apigateway.amazonaws.com/restapis/<<api>>/models/Pets"}, "maximum": 1e308},
        {"maximum": 10.5, "@ref": "x", "pattern": "^[a-z\\\\]+\u2028$"},
    ]
)


def _of(shape: str, special: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Row]:
    return values(service("apigateway").shape_for(shape), special)


def _doubly_escaped(statement: Row) -> str:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return json.dumps(policy)[1:-1]


TAGS = st.dictionaries(NAME, st.one_of(st.just(""), TEXT), max_size=2)


@st.composite
def _endpoint(draw: st.DrawFn) -> Row:
    kind = draw(st.sampled_from(["REGIONAL", "EDGE", "PRIVATE"]))
    address = draw(st.sampled_from(["ipv4", "dualstack"]))
    ids = {"vpcEndpointIds": ["<<endpoint:api>>"]} if kind == "PRIVATE" and draw(st.booleans()) else {}
    return {"types": [kind], "ipAddressType": address} | ids


@st.composite
def rest_apis(draw: st.DrawFn, *, by_hand: bool) -> list[tuple[str, Row, dict[str, Rows]]]:
    """APIs, homonyms among them, each with all that is in it."""
    return [
        draw(_api(f"api:{number}", name, by_hand))
        for number, name in enumerate(draw(st.sampled_from([APIS[:1], APIS[:2], APIS[1:], APIS])))
    ]


@st.composite
def _api(draw: st.DrawFn, handle: str, name: str, by_hand: bool) -> tuple[str, Row, dict[str, Rows]]:
    nothing = st.nothing()
    row = draw(
        _of(
            "RestApi",
            {
                "policy": POLICIES.map(_doubly_escaped),
                "endpointConfiguration": _endpoint(),
                "tags": TAGS,
                "binaryMediaTypes": st.lists(st.sampled_from(["image/png", "*/*", "a~b"]), unique=True),
                "version": TEXT if by_hand else st.just("7"),
            },
        )
    )
    row |= {"id": "<<api>>", "name": name, "rootResourceId": "<<path:/>>", "createdDate": "", "version": "7"}
    row.setdefault("endpointConfiguration", {"types": ["REGIONAL"]})
    del nothing
    tables: dict[str, Rows] = {"models": draw(_models()), "responses": draw(_responses())}
    tables["authorizers"] = draw(_authorizers())
    tables["validators"] = draw(_validators())
    tables["resources"] = draw(_resources(tables))
    has_methods = any(r.get("resourceMethods") for _, r in tables["resources"])
    tables["parts"], tables["versions"] = draw(documentation())
    versions = [row["version"] for _, row in tables["versions"]]
    tables["deployments"], tables["stages"] = draw(_stages(by_hand, versions)) if has_methods else ([], [])
    told: dict[str, Any] = _own_handles({"row": row, "tables": tables}, handle)
    return handle, told["row"], {k: [(h, r) for h, r in rows] for k, rows in told["tables"].items()}


def _own_handles(value: Any, api: str) -> Any:
    """The same, with ``<<api>>`` told as this API and every handle inside it made its own."""
    match value:
        case str():
            value = value.replace("<<api>>", f"<<{api}>>")
            for kind in (
                "path",
                "authorizer",
                "validator",
                "model",
                "response",
                "deployment",
                "stage",
                "part",
                "version",
            ):
                value = value.replace(f"<<{kind}:", f"<<{kind}:{api}:")
                if value.startswith(f"{kind}:") and "<" not in value:
                    value = f"{kind}:{api}:{value[len(kind) + 1 :]}"
            return value
        case dict():
            return {_own_handles(k, api): _own_handles(v, api) for k, v in value.items()}
        case list():
            return [_own_handles(v, api) for v in value]
        case tuple():
            return tuple(_own_handles(v, api) for v in value)
        case _:
            return value


@st.composite
def _models(draw: st.DrawFn) -> Rows:
    rows: Rows = []
    names = draw(st.sampled_from([("Pet", "Pets"), MODELS, ()]))
    for name in names:
        own = {"id": f"<<model:{name}>>", "name": name, "contentType": "application/json"}
        schema = draw(SCHEMAS)
        text = draw(st.one_of(st.just({}), TEXT.map(lambda t: {"description": t})))
        rows.append((f"model:{name}", own | text | {"schema": json.dumps(schema)}))
    return rows


@st.composite
def _responses(draw: st.DrawFn) -> Rows:
    rows = draw(st.lists(_of("GatewayResponse", {}), max_size=2, unique_by=lambda r: r.get("responseType")))
    return [
        (f"response:{row['responseType']}", row | {"defaultResponse": False}) for row in rows if "responseType" in row
    ]


@st.composite
def _authorizers(draw: st.DrawFn) -> Rows:
    rows: Rows = []
    for name, kind in AUTHORIZERS.items():
        special = {
            "authorizerUri": URIS,
            "authorizerCredentials": ROLES,
            "providerARNs": st.lists(
                st.sampled_from(
                    [
                        "arn:aws:cognito-idp:<<region>>:<<account>>:userpool/<<region>>_AbC",
                        "arn:aws:cognito-idp:ap-south-1:999988887777:userpool/ap-south-1_Xyz",
                    ]
                ),
                unique=True,
            ),
            "authorizerResultTtlInSeconds": st.sampled_from([0, 300, 3600]),
        }
        row = draw(_of("Authorizer", special)) | {"id": f"<<authorizer:{name}>>", "name": name, "type": kind}
        rows.append((f"authorizer:{name}", {"authorizerResultTtlInSeconds": 300} | row))
    return draw(st.sampled_from([rows, rows[:1], []]))


@st.composite
def _validators(draw: st.DrawFn) -> Rows:
    names = draw(st.lists(st.sampled_from(["body", "all"]), unique=True))
    both = {"validateRequestBody": st.booleans(), "validateRequestParameters": st.booleans()}
    return [
        (f"validator:{name}", {"id": f"<<validator:{name}>>", "name": name} | draw(st.fixed_dictionaries(both)))
        for name in names
    ]


@st.composite
def _resources(draw: st.DrawFn, tables: dict[str, Rows]) -> Rows:
    paths = {"/": {"id": "<<path:/>>", "path": "/"}}
    for parts in draw(st.lists(st.lists(st.sampled_from(PARTS), min_size=1, max_size=3), max_size=3)):
        above = "/"
        for part in parts:
            path = f"{above.rstrip('/')}/{part}"
            beside = [r["pathPart"] for r in paths.values() if r.get("parentId") == f"<<path:{above}>>"]
            if path not in paths and part[0] == "{" and any(p[0] == "{" for p in beside):
                break
            own = {"id": f"<<path:{path}>>", "parentId": f"<<path:{above}>>", "pathPart": part, "path": path}
            paths.setdefault(path, own)
            above = path
    rows: Rows = []
    for path, row in paths.items():
        verbs = draw(st.lists(st.sampled_from(VERBS), unique=True, max_size=2))
        methods = {verb: draw(_method(verb, path, sorted(paths), tables)) for verb in verbs}
        rows.append((f"path:{path}", row | ({"resourceMethods": methods} if methods else {})))
    return rows


@st.composite
def _method(draw: st.DrawFn, verb: str, path: str, paths: list[str], tables: dict[str, Rows]) -> Row:
    models = [row["name"] for _, row in tables["models"]]
    of_models = st.dictionaries(st.just("application/json"), st.sampled_from(models)) if models else st.just({})
    statuses = st.sampled_from(["200", "404", "500"])
    response = {"statusCode": st.nothing(), "responseModels": of_models}
    special: dict[str, st.SearchStrategy[Any]] = {
        "authorizerId": _one_of(tables["authorizers"]),
        "requestValidatorId": _one_of(tables["validators"]),
        "requestModels": of_models,
        "methodResponses": st.dictionaries(statuses, _of("MethodResponse", response), max_size=2).map(_with_status),
        "methodIntegration": draw(st.just(_integration(path, paths))),
        "authorizationType": st.sampled_from(["NONE", "AWS_IAM", "CUSTOM"]),
        "authorizationScopes": st.lists(NAME, unique=True, max_size=2),
    }
    row = {k: v for k, v in draw(_of("Method", special)).items() if v is not None}
    return {"authorizationType": "NONE"} | row | {"httpMethod": verb}


def _one_of(rows: Rows) -> st.SearchStrategy[Any]:
    return st.sampled_from([f"<<{handle}>>" for handle, _ in rows]) if rows else st.none()


def _with_status(responses: Row) -> Row:
    return {status: row | {"statusCode": status} for status, row in responses.items()}


@st.composite
def _integration(draw: st.DrawFn, path: str, paths: list[str]) -> Row:
    templates = st.dictionaries(NAME, st.one_of(st.none(), TEXT, st.just("in us-east-1")), max_size=2)
    special: dict[str, st.SearchStrategy[Any]] = {
        "uri": URIS,
        "credentials": ROLES,
        "connectionId": st.sampled_from(["<<link:nlb>>", "${stageVariables.link}"]),
        "requestTemplates": templates,
        "cacheNamespace": st.sampled_from([f"<<path:{path}>>", "<<path:/>>", "mine"]),
        "cacheKeyParameters": st.lists(NAME, unique=True, max_size=2),
        "timeoutInMillis": st.sampled_from([50, 29000]),
        "integrationResponses": st.dictionaries(
            st.sampled_from(["200", "500"]), _of("IntegrationResponse", {"responseTemplates": templates}), max_size=2
        ).map(_with_status),
        "integrationTarget": st.just("arn:aws:elasticloadbalancing:<<region>>:<<account>>:loadbalancer/net/x/1"),
        "httpMethod": st.sampled_from(["GET", "POST"]),
    }
    filled = {"type": "MOCK", "cacheNamespace": f"<<path:{path}>>", "passthroughBehavior": "WHEN_NO_MATCH"}
    return filled | draw(_of("Integration", special))


@st.composite
def _stages(draw: st.DrawFn, by_hand: bool, versions: list[str]) -> tuple[Rows, Rows]:
    deployments: Rows = []
    stages: Rows = []
    for name in draw(st.lists(st.sampled_from(STAGES), unique=True)):
        served = draw(st.sampled_from([name, *(h.partition(":")[2] for h, _ in deployments)]))
        canary = draw(st.sampled_from(["", f"{name} canary"]))
        for own in sorted({served, canary} - {"", *(h.partition(":")[2] for h, _ in deployments)}):
            deployments.append((f"deployment:{own}", {"id": f"<<deployment:{own}>>", "createdDate": ""}))
        keys = st.sampled_from(["*/*", "~1pets/GET", "~1pets~1{id}/*", "v1/POST"])
        special: dict[str, st.SearchStrategy[Any]] = {
            "methodSettings": st.dictionaries(keys, _of("MethodSetting", {}), max_size=2),
            "variables": st.dictionaries(NAME, st.one_of(TEXT, st.just("x.us-east-1.y")), max_size=2),
            "accessLogSettings": st.fixed_dictionaries(
                {"format": TEXT, "destinationArn": st.just("arn:aws:logs:<<region>>:<<account>>:log-group:x")}
            ),
            "canarySettings": st.just({"percentTraffic": 10.0, "deploymentId": f"<<deployment:{canary}>>"}),
            "tags": TAGS,
            "documentationVersion": st.sampled_from(versions) if versions else st.none(),
            "clientCertificateId": st.just("<<certificate:0>>"),
            "webAclArn": st.just("arn:aws:wafv2:<<region>>:<<account>>:regional/webacl/front/0a1b2c"),
        }
        row = draw(_of("Stage", special))
        row |= {"stageName": name, "deploymentId": f"<<deployment:{served}>>", "createdDate": ""}
        dropped = set() if canary else {"canarySettings"}
        dropped |= set() if by_hand else {"webAclArn"}
        stages.append((f"stage:{name}", {k: v for k, v in row.items() if k not in dropped}))
    return deployments, stages
