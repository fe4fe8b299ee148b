"""What AWS made of documents that were imported, as it was recorded: replayed."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.cases import cases
from tests.strict_aws.tests.openapi_samples import (
    CORS,
    EXT,
    INTEGRATION,
    INVOKE,
    POOL,
    Document,
    answering,
    authorizer,
    http,
    mock,
    old_responses,
    openapi,
    operation,
    responses,
    swagger,
)
from tests.strict_aws.tests.replayed import Replay, recorded_tests

FILE = "tests__aws__services__apigateway__test_apigateway_import.snapshot.json"
PARTS = "tests__aws__services__apigateway__test_apigateway_api.snapshot.json"
GROUP = "TestApiGatewayImportRestApi::"
NOT_REPLAYED = {
    "test_import_with_stage_variables": "it calls the API's own endpoint, which nothing here serves",
}
EMPTY = {"title": "Empty Schema", "type": "object"}
BACKEND = "http://petstore-demo-endpoint.execute-api.com/petstore/pets"
ALLOWED = (f"{CORS}Origin", f"{CORS}Methods", f"{CORS}Headers")
ALL_HEADERS = "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token"

BAD = {
    "yaml": 'test:\n  value:\n    - "value ... "escaped": $var, "dt": $(var +"%a")}"\n',
    "json": "{'key:value}",
}
"""What is neither JSON nor YAML"""


def _recorded(name: str) -> dict[str, Any]:
    recorded: dict[str, Any] = recorded_tests(FILE)[GROUP + name]
    return recorded


def _at_hand(name: str) -> str:
    return (cases("openapi") / f"{name}.json").read_text(encoding="utf-8")


class _Import(Replay):
    """A replay that reads back all that an import made."""

    def __init__(self, client: Any, recorded: dict[str, Any]) -> None:
        super().__init__(client, recorded)
        self.fixed["<model-base-url>"] = "https://apigateway.amazonaws.com"

    def resources(self, api: str, name: str = "resources", prefix: str = "") -> None:
        """Compare the resources, and every method, integration and response of status 200 under them."""
        found = self.step(name, "get_resources", by="path", restApiId=api)
        for resource in found["items"]:
            for verb in resource.get("resourceMethods", {}):
                end = f"{resource['path'][1:] or 'root'}-{verb.lower()}"
                where = {"restApiId": api, "resourceId": resource["id"], "httpMethod": verb}
                self.step(f"{prefix}method-{end}", "get_method", **where)
                self.step(f"{prefix}method-response-{end}", "get_method_response", statusCode="200", **where)
                self.step(f"{prefix}integration-{end}", "get_integration", **where)
                self.step(f"{prefix}integration-response-{end}", "get_integration_response", statusCode="200", **where)

    def imported(self, name: str, document: Document | str, **params: Any) -> str:
        """Import, compare the answer, and return the API's id."""
        body = document if isinstance(document, str) else json.dumps(document)
        return str(self.step(name, "import_rest_api", body=body, **params)["id"])


def _cors(methods: str, *, origin: str = "*", headers: str = ALL_HEADERS) -> Document:
    return answering(dict(zip(ALLOWED, (origin, methods, headers), strict=True)))


def test_everything_recorded_is_replayed_or_named() -> None:
    """No recorded test is left out unseen."""
    here = {name for name in globals() if name.startswith("test_import") or name.startswith("test_put")}
    recorded = {name.removeprefix(GROUP).partition("[")[0] for name in recorded_tests(FILE)}
    assert recorded == here | set(NOT_REPLAYED)


def test_import_rest_api(rest: Any) -> None:
    """The answer of an import."""
    replay = _Import(rest, _recorded("test_import_rest_api"))
    replay.imported("import_rest_api", openapi({"/": {"get": operation()}}) | {EXT + "binary-media-types": ["*/*"]})
    replay.finish()


def test_import_swagger_api(rest: Any) -> None:
    """Swagger 2 with token authorizers, models that refer to each other, mappings and documentation."""
    replay = _Import(rest, _recorded("test_import_swagger_api"))
    uri = "http://petstore.execute-api.us-east-1.amazonaws.com/petstore/pets"
    document = _at_hand("29668436db49").replace("${uri}", uri)
    api = replay.imported("import-swagger", document, failOnWarnings=True)
    replay.step("get-authorizers", "get_authorizers", by="name", restApiId=api)
    replay.step("get-models", "get_models", by="name", restApiId=api)
    replay.resources(api)
    replay.finish()


def _function_api() -> Document:
    function = "s3OnObjectCreatedLambda-60c92b6"
    arn = f"arn:aws:lambda:us-west-2:000000000000:function:{function}"
    uri = f"arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/{arn}/invocations"
    proxy = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri, "contentHandling": "CONVERT_TO_TEXT"}
    get = {"responses": responses(ALLOWED[0], model="Empty"), "security": [{"api_key": []}]}
    get[INTEGRATION] = proxy | {"passthroughBehavior": "when_no_match", "responses": answering({ALLOWED[0]: "*"})}
    options = {"responses": responses(*ALLOWED, model="Empty"), INTEGRATION: mock(responses=_cors("GET,OPTIONS"))}
    schemes = {"api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}
    components = {"schemas": {"Empty": EMPTY}, "securitySchemes": schemes}
    return openapi({"/": {"get": get, "options": options}}, components=components) | {
        "info": {"title": "functions", "version": 1}
    }


def _shop_api() -> Document:
    def path(function: str) -> Document:
        arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function}:live"
        uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        answers = _cors("OPTIONS,POST,GET", origin="http://localhost:8080", headers="Content-Type")
        answers["default"]["responseTemplates"] = {"application/json": "{}"}
        options = {"produces": ["application/json"], "responses": old_responses(*ALLOWED)}
        options[INTEGRATION] = mock(template='{\n "statusCode" : 200\n}', responses=answers)
        get = {"responses": {}, INTEGRATION: {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}}
        return {"get": get, "options": options}

    prefix = "aws-serverless-shopping-cart-produ"
    return swagger(
        {
            "/product/{product_id}": path(f"{prefix}c-GetProductFunction-28378339"),
            "/product": path(f"{prefix}-GetProductsFunction-c1359550"),
        }
    )


@pytest.mark.parametrize("name", ["openapi.spec.tf.json", "swagger-mock-cors.json"])
def test_import_and_validate_rest_api(rest: Any, name: str) -> None:
    """An API key, proxies of functions, and CORS by mocks."""
    recorded = _recorded(f"test_import_and_validate_rest_api[{name}]")
    document = _shop_api() if name.startswith("swagger") else _function_api()
    replay = _Import(rest, recorded)
    api = replay.imported("import_tf_rest_api", document, failOnWarnings=True)
    replay.step("get-models", "get_models", by="name", restApiId=api)
    replay.resources(api)
    replay.finish()


def _pets_api() -> Document:
    parameter = {"name": "petId", "in": "path", "required": True, "type": "string"}
    one = http(BACKEND + "/{id}", requestParameters={"integration.request.path.id": "method.request.path.petId"})
    return swagger(
        {
            "/pets": {"get": {"responses": old_responses(), INTEGRATION: http(BACKEND)}},
            "/pets/{petId}": {"get": {"parameters": [parameter], "responses": old_responses(), INTEGRATION: one}},
        },
        title="pets",
        version="1.0.0",
    )


def _based_api() -> Document:
    def asked(*headers: str, answers: Document) -> Document:
        made = {"security": [{"keeper": []}], "responses": old_responses(*headers)}
        return made | {INTEGRATION: mock(responses=answers)}

    path = {
        "get": asked(ALLOWED[0], answers=answering({ALLOWED[0]: "*"})),
        "options": asked(*ALLOWED, answers=_cors("GET,OPTIONS")),
    }
    keeper = authorizer("request", "auth", identitySource="method.request.querystring.auth") | {"in": "query"}
    more = {"basePath": "/base", "definitions": {"Empty": EMPTY}, "securityDefinitions": {"keeper": keeper}}
    return swagger({"/test": path}, version="2", **more)


@pytest.mark.parametrize("mode", ["ignore", "prepend", "split"])
def test_import_rest_apis_with_base_path_swagger(rest: Any, mode: str) -> None:
    """Swagger's base path, in an API that is overwritten and in a new one."""
    replay = _Import(rest, _recorded(f"test_import_rest_apis_with_base_path_swagger[{mode}]"))
    api, parameters = rest.create_rest_api(name="based")["id"], {"basepath": mode}
    body = json.dumps(_based_api())
    put = {"restApiId": api, "mode": "overwrite", "parameters": parameters, "body": body}
    replay.step("put-rest-api-swagger-json", "put_rest_api", **put)
    replay.resources(api, "get-resources-swagger-json")
    other = rest.import_rest_api(body=json.dumps(_pets_api()), parameters=parameters)["id"]
    replay.resources(other, "get-resources-no-base-path-swagger")
    replay.finish()


def _served_api(**more: Any) -> Document:
    event = {"integration.request.header.X-Amz-Invocation-Type": "'Event'"} | more.pop("parameters", {})
    get = {"responses": responses(ALLOWED[0], model="Empty")}
    get[INTEGRATION] = mock(requestParameters=event, responses=answering({ALLOWED[0]: "*"}))
    options = {"responses": responses(*ALLOWED, model="Empty"), INTEGRATION: mock(responses=_cors("GET,OPTIONS"))}
    return openapi(
        {"/test": {"get": get, "options": options}}, version="2.0", components={"schemas": {"Empty": EMPTY}}, **more
    )


@pytest.mark.parametrize("mode", ["prepend", "split", "ignore"])
def test_import_rest_api_with_base_path_oas30(rest: Any, mode: str) -> None:
    """A base path in a server's variable and in its URL; in YAML. Where a path stays, its cache namespace does not."""
    replay = _Import(rest, _recorded(f"test_import_rest_api_with_base_path_oas30[{mode}]"))
    api = rest.create_rest_api(name="served")["id"]
    put = {"restApiId": api, "mode": "overwrite", "parameters": {"basepath": mode}}
    by_variable = [{"url": "https://testdomain.com", "variables": {"basePath": {"default": "/base-var"}}}]
    body = yaml.safe_dump(_served_api(servers=by_variable))
    replay.step("put-rest-api-oas30-srv-var", "put_rest_api", body=body, **put)
    replay.resources(api, "get-resources-oas30-srv-var", "srv-var-")
    odd = {
        "integration.request.header.double-single": "'True'",
        "integration.request.header.nothing": True,
    }
    by_url = [{"url": "https://testdomain.com/base-url/part/"}]
    body = yaml.safe_dump(_served_api(servers=by_url, parameters=odd))
    replay.step("put-rest-api-oas30-srv-url", "put_rest_api", body=body, **put)
    replay.resources(api, "get-resources-oas30-srv-url", "srv-url-")
    replay.finish()


def test_import_with_global_api_key_authorizer(rest: Any) -> None:
    """An authorizer at the root holds for every method, ANY among them."""
    replay = _Import(rest, _recorded("test_import_with_global_api_key_authorizer"))
    document = _at_hand("9a9e3ad8a8a0").replace("${authorizer_lambda_invocation_arn}", INVOKE)
    api = replay.imported("import-swagger", document, failOnWarnings=True)
    replay.step("get-authorizers", "get_authorizers", by="name", restApiId=api)
    replay.resources(api)
    replay.finish()


def _circle() -> Document:
    document: Document = json.loads(_at_hand("1191ac752733"))
    document["components"]["schemas"]["Person"]["required"].sort()  # as the recorder sorted it
    return document


def test_import_with_circular_models(rest: Any) -> None:
    """Two models that refer to each other."""
    replay = _Import(rest, _recorded("test_import_with_circular_models"))
    document = {name: value for name, value in _circle().items() if "request-validator" not in name}
    api = replay.imported("import-api", document, failOnWarnings=True)
    replay.step("get-models", "get_models", by="name", restApiId=api)
    replay.resources(api)
    replay.finish()


def test_import_with_circular_models_and_request_validation(rest: Any) -> None:
    """The same with a validator for all methods."""
    replay = _Import(rest, _recorded("test_import_with_circular_models_and_request_validation"))
    api = replay.imported("import-api", _circle(), failOnWarnings=True)
    replay.step("get-models", "get_models", by="name", restApiId=api)
    replay.step("request-validators", "get_request_validators", restApiId=api)
    replay.resources(api)
    replay.finish()


def test_import_with_http_method_integration(rest: Any) -> None:
    """An AWS integration's own verb is kept, a mock's is not."""
    recorded = _recorded("test_import_with_http_method_integration")
    replay = _Import(rest, recorded)
    template = recorded["method-root-get"]["methodIntegration"]["requestTemplates"]["application/json"]
    call = {"type": "aws", "httpMethod": "POST", "uri": INVOKE, "contentHandling": "CONVERT_TO_TEXT"}
    call |= {"passthroughBehavior": "when_no_templates", "requestTemplates": {"application/json": template}}
    call |= {"requestParameters": {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}}
    get = operation(call | {"responses": {"default": {"statusCode": "200"}}}, responses=responses(model="Empty"))
    answers = answering({ALLOWED[2]: "Content-Type"})
    options = operation(mock(httpMethod="POST", responses=answers), responses=responses(ALLOWED[2], model="Empty"))
    document = openapi({"/": {"get": get, "options": options}}, components={"schemas": {"Empty": EMPTY}})
    api = rest.import_rest_api(body=json.dumps(document), failOnWarnings=True)["id"]
    replay.resources(api)
    replay.finish()


def test_import_with_cognito_auth_identity_source(rest: Any) -> None:
    """User pools, their header, and scopes: the root's and the operations' own."""
    recorded = _recorded("test_import_with_cognito_auth_identity_source")
    replay = _Import(rest, recorded | {"get-authorizers": {"items": recorded["get-authorizers"], "status": 200}})
    first, second = "cognito-test-identity-source", "extra-test-identity-source"
    paths = {
        f"/{path}": {"get": operation(http(BACKEND), security=[{name: scopes}])}
        for path, name, scopes in (
            ("default-no-scope", first, []),
            ("default-scope-override", first, ["openid"]),
            ("non-default-authorizer", second, ["email", "openid"]),
        )
    }
    proxy = {"type": "HTTP_PROXY", "httpMethod": "GET", "payloadFormatVersion": 1.0}
    proxy["uri"] = "http://<external-aws-endpoint>.amazonaws.com/petstore/pets"
    queries = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("type", "page")]
    paths["/pets"] = {
        "get": operation(
            proxy, operationId="GET HTTP", parameters=queries, responses=responses(ALLOWED[0], model="Pets")
        )
    }
    scheme = authorizer("cognito_user_pools", "TestHeaderAuth") | {EXT + "authtype": "cognito_user_pools"}
    schemas = {"Pets": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}, "Pet": {"type": "object"}}
    components = {"schemas": schemas, "securitySchemes": {first: scheme, second: scheme}}
    document = openapi(paths, title="Example Pet Store", components=components, security=[{first: ["email"]}])
    document["info"]["description"] = "A Pet Store API."
    api = replay.imported("import-swagger", document, failOnWarnings=True)
    replay.step("get-authorizers", "get_authorizers", by="name", restApiId=api)
    assert rest.get_authorizers(restApiId=api)["items"][0]["providerARNs"] == [POOL]
    replay.resources(api)
    replay.finish()


def test_import_with_integer_http_status_code(rest: Any) -> None:
    """Status codes that YAML takes for numbers."""
    replay = _Import(rest, _recorded("test_import_with_integer_http_status_code"))
    document = _served_api()
    get = document["paths"]["/test"]["get"]
    get["responses"] = {200: get["responses"]["200"]}
    get[INTEGRATION]["responses"]["default"]["statusCode"] = 200
    document["paths"]["/test"] = {"get": get}
    replay.resources(rest.import_rest_api(body=yaml.safe_dump(document), failOnWarnings=True)["id"])
    replay.finish()


@pytest.mark.parametrize("mode", ["merge", "overwrite"])
def test_put_rest_api_mode_binary_media_types(rest: Any, mode: str) -> None:
    """Merging adds binary types, overwriting replaces them."""
    replay = _Import(rest, _recorded(f"test_put_rest_api_mode_binary_media_types[{mode}]"))
    api = replay.step("create-rest-api", "create_rest_api", name="binary", binaryMediaTypes=["image/heif"])["id"]
    replay.step("get-rest-api", "get_rest_api", restApiId=api)
    body = json.dumps(_pets_api() | {EXT + "binary-media-types": ["image/png", "image/jpg"]})
    replay.step("put-api", "put_rest_api", restApiId=api, mode=mode, body=body)
    replay.finish()


def test_import_api_bad_file(rest: Any) -> None:
    """What is neither JSON nor YAML is refused before anybody asks which API is meant."""
    replay = _Import(rest, _recorded("test_import_api_bad_file"))
    for kind, body in BAD.items():
        replay.step(f"import-api-bad-{kind}-file", "import_rest_api", body=body)
        replay.step(f"put-rest-api-bad-{kind}-file", "put_rest_api", restApiId="nothing", body=body)
    replay.finish()


def _documentation(name: str) -> dict[str, Any]:
    return next(value for key, value in recorded_tests(PARTS).items() if key.endswith(f"::{name}"))


def test_documentation_parts_of_an_import_and_by_themselves(rest: Any) -> None:
    """Recorded as test_import_documentation_parts: what a part's location does not say is filled in."""
    replay = Replay(rest, _documentation("test_import_documentation_parts"))
    about = {"description": "API description"}
    about["info"] = {"description": "API info description 4", "version": "API info version 3"}  # type: ignore[assignment]
    parts = [
        ({"type": "API"}, about),
        ({"type": "METHOD", "method": "GET"}, {"description": "Method description."}),
        ({"type": "MODEL", "name": "Empty"}, {"title": "Empty Schema"}),
        ({"type": "RESPONSE", "method": "GET", "statusCode": "200"}, {"description": "200 response"}),
    ]
    carried = {"documentationParts": [{"location": place, "properties": each} for place, each in parts]}
    document = openapi({"/": {"get": operation()}}, components={"schemas": {"Empty": EMPTY}})
    body = json.dumps(document | {EXT + "documentation": {"version": "1.0.3"} | carried})
    api = rest.import_rest_api(body=body, failOnWarnings=True)["id"]
    for step in ("get-documentations-parts-after-api-imports", "get-documentations-parts-after-import"):
        if step.endswith("after-import"):
            replay.step(
                "import-documentation-parts", "import_documentation_parts", restApiId=api, mode="overwrite", body=body
            )
        replay.step(step, "get_documentation_parts", restApiId=api)
    replay.finish()


def test_documentation_parts_of_a_bad_file(rest: Any) -> None:
    """Recorded as test_import_documentation_parts_bad_file."""
    replay = Replay(rest, _documentation("test_import_documentation_parts_bad_file"))
    api = rest.create_rest_api(name="told")["id"]
    for kind, body in BAD.items():
        name = f"import-documentation-parts-bad-{kind}-file"
        replay.step(name, "import_documentation_parts", restApiId=api, mode="overwrite", body=body)
    replay.finish()
