"""What a document for an import holds of a REST API, and what it leaves, with the reason."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from dr_toolkit.engine.openapi.rest_document import document
from dr_toolkit.engine.openapi.written import MOST_BYTES, fits, size
from dr_toolkit.model import wire
from dr_toolkit.model.changes import Join
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey
from tests.unit.openapi.rest_nouns import (
    API,
    X,
    api,
    authorizer,
    behind,
    key,
    method,
    model,
    noun,
    operation,
    reason,
    written,
)

OTHER = ResourceKey("apigateway.rest_api", ("other",))
URL = "https://apigateway.amazonaws.com/restapis/"


# --- the API itself -------------------------------------------------------------------------------


def test_the_settings_of_an_api() -> None:
    own = api(
        description="sells",
        version="7",
        binaryMediaTypes=["image/png"],
        minimumCompressionSize=0,
        apiKeySource="AUTHORIZER",
        securityPolicy="SecurityPolicy_TLS13_1_3_2025_09",
        endpointAccessMode="STRICT",
        policy='{"Statement":[{"Effect":"Allow"}]}',
        tags={"a": "b"},
    )
    made = written(of=own)
    assert made.left == {}
    assert made.document == {
        "openapi": "3.0.1",
        "info": {"title": "shop", "version": "7", "description": "sells"},
        "paths": {},
        X + "binary-media-types": ["image/png"],
        X + "minimum-compression-size": 0,
        X + "api-key-source": "AUTHORIZER",
        X + "security-policy": "SecurityPolicy_TLS13_1_3_2025_09",
        X + "endpoint-access-mode": "STRICT",
        X + "policy": {"Statement": [{"Effect": "Allow"}]},
    }


def test_endpoint_settings_stand_at_a_server_whose_url_makes_no_path() -> None:
    endpoint = Ref(ResourceKey("ec2.vpc_endpoint", ("main", "execute-api")))
    configuration = {"types": ["PRIVATE"], "vpcEndpointIds": [endpoint]}
    made = written(of=api(disableExecuteApiEndpoint=True, endpointConfiguration=configuration))
    held = {"disableExecuteApiEndpoint": True, "vpcEndpointIds": [endpoint]}
    assert made.document["servers"] == [{"url": "/", X + "endpoint-configuration": held}]
    assert "servers" not in written().document


def test_ids_in_a_policy_are_put_in_later() -> None:
    endpoint = Ref(ResourceKey("ec2.vpc_endpoint", ("main", "execute-api")))
    policy = Join(('{"Statement":[{"Condition":{"StringEquals":{"aws:SourceVpce":"', endpoint, '"}}}]}'))
    made = written(of=api(policy=policy))
    (statement,) = made.document[X + "policy"]["Statement"]
    assert statement["Condition"]["StringEquals"]["aws:SourceVpce"] == Join((endpoint,))


@pytest.mark.parametrize("policy", ["no JSON", "[]", '{"a":"${AWS::Region}"}'])
def test_an_api_whose_policy_no_document_holds_is_held_in_part(policy: str) -> None:
    made = written(of=api(policy=policy))
    assert set(made.left) == made.partly == {API}


def test_a_definition_that_was_exported_says_what_exports_tell() -> None:
    """The API's own noun says the rest, such as the name and whether the default endpoint is on."""
    told = Resource(API, {"version": "1", "policy": "{}"})
    own = api(version="2", minimumCompressionSize=5, description="sells", disableExecuteApiEndpoint=True)
    made = document([told], own).document
    assert made["info"] == {"title": "shop", "version": "1", "description": "sells"}
    assert X + "minimum-compression-size" not in made
    assert made[X + "policy"] == {} and "servers" in made


def test_what_is_no_part_of_a_definition_is_left() -> None:
    assert reason(noun("stage", "prod")) == "no document holds it"


# --- models ---------------------------------------------------------------------------------------


def test_a_model_and_what_refers_to_it() -> None:
    to_pet = Join((f'{{"items":{{"$ref":"{URL}', Ref(API), '/models/Pet"},"type":"array"}'))
    made = written(model("Pet", schema='{"type":"object"}'), model("Pets", schema=to_pet))
    assert made.left == {}
    assert made.document["components"]["schemas"] == {
        "Pet": {"type": "object"},
        "Pets": {"items": {"$ref": "#/components/schemas/Pet"}, "type": "array"},
    }


@pytest.mark.parametrize(
    ("attributes", "why"),
    [
        ({"contentType": "application/xml", "schema": "<x/>"}, "models of application/json only"),
        ({"schema": "[]"}, "no JSON object"),
        ({"schema": "nothing"}, "no JSON"),
        ({"schema": '{"$ref":"#/definitions/A"}'}, "no model of its own API"),
        ({"schema": Join((f'{{"$ref":"{URL}', Ref(OTHER), '/models/A"}'))}, "no model of its own API"),
        ({"schema": Join((f'{{"$ref":"{URL}', Ref(API), '/models/A#/b"}'))}, "no model of its own API"),
        ({"schema": Join((f'{{"$ref":"{URL}', Ref(API), '/models/A"}'))}, "refers to the model A"),
        ({"schema": '{"pattern":"${AWS::Region}"}'}, "would replace the text ${AWS::Region}"),
    ],
)
def test_models_that_no_document_holds(attributes: dict[str, Any], why: str) -> None:
    assert why in reason(model(**attributes))


def test_a_name_of_a_model_has_letters_and_digits_only() -> None:
    assert "alphanumeric" in reason(model("Pet_1"))


def test_models_that_refer_to_what_is_left_are_left_with_it_and_so_are_their_methods() -> None:
    lost = model("A", schema="[]")
    to_a = model("B", schema=Join((f'{{"$ref":"{URL}', Ref(API), '/models/A"}')))
    to_b = model("C", description="c", schema=Join((f'{{"$ref":"{URL}', Ref(API), '/models/B"}')))
    made = written(lost, to_a, to_b, method(requestModels={"application/json": "C"}))
    assert set(made.left) == {lost.key, to_a.key, to_b.key, key("method", "/", "GET")}
    assert made.partly == frozenset() and made.document["paths"] == {}


@pytest.mark.parametrize(
    "attributes",
    [
        {"description": "a pet", "schema": '{"description":"another"}'},
        {"schema": '{"description":"a pet"}'},
        {"schema": '{"$schema":"http://json-schema.org/draft-04/schema#"}'},
        {"schema": '{"properties":{"a":{"example":1}}}'},
        {"schema": '{"type":["object","null"]}'},
        {"schema": Join((f'{{"not":{{"$ref":"{URL}', Ref(API), '/models/Pet","title":"x"}}'))},
    ],
)
def test_models_that_are_held_in_part(attributes: dict[str, Any]) -> None:
    """What a schema can't hold is left out of it: an import warns of a part of that."""
    pet = model(**attributes)
    made = written(pet)
    assert set(made.left) == made.partly == {pet.key}
    text = json.dumps(made.document["components"]["schemas"]["Pet"])
    assert "schema#" not in text and "example" not in text and "null" not in text and "title" not in text


@pytest.mark.parametrize("schema", ["{}", '{"description":"a pet"}'])
def test_a_models_description_goes_with_its_schema(schema: str) -> None:
    """An import keeps it in both, and the schema need not say it."""
    made = written(model(description="a pet", schema=schema))
    assert made.left == {} and made.document["components"]["schemas"]["Pet"] == {"description": "a pet"}


def test_properties_may_be_called_like_members_of_schemas() -> None:
    names = {"default": {"type": "string"}, "example": {}, "$schema": {}, "enum": {"enum": [{"default": 1}]}}
    made = written(model(schema=json.dumps({"properties": names})))
    assert made.left == {} and made.document["components"]["schemas"]["Pet"]["properties"] == names


# --- methods --------------------------------------------------------------------------------------


def test_an_operation() -> None:
    found = operation(
        model("Pet"),
        method(
            "/pets/{id}",
            "ANY",
            operationName="anyPet",
            requestParameters={
                "method.request.path.id": True,
                "method.request.querystring.page": False,
                "method.request.header.X-A.b": True,
            },
            requestModels={"application/json": "Pet"},
            methodResponses={
                "200": {
                    "responseParameters": {"method.response.header.X-B": False},
                    "responseModels": {"application/json": "Pet"},
                },
                "404": {},
            },
        ),
    )
    text, pet = {"type": "string"}, {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
    assert found == {
        "operationId": "anyPet",
        "parameters": [
            {"name": "X-A.b", "in": "header", "required": True, "schema": text},
            {"name": "id", "in": "path", "required": True, "schema": text},
            {"name": "page", "in": "query", "required": False, "schema": text},
        ],
        "requestBody": {"content": pet, "required": True},
        "responses": {
            "200": {"description": "200 response", "headers": {"X-B": {"schema": text}}, "content": pet},
            "404": {"description": "404 response"},
        },
    }
    (item,) = written(method("/", "ANY")).document["paths"].values()
    assert set(item) == {X + "any-method"}


@pytest.mark.parametrize(
    ("attributes", "why"),
    [
        ({"requestParameters": {"method.request.multivaluequerystring.a": False}}, "no word for the parameter"),
        ({"requestParameters": {"method.request.path.id": True}}, "its path has no {id}"),
        ({"requestParameters": {"method.request.header.a b": True}}, "refuses the name"),
        ({"requestModels": {"application/json": "Pet"}}, "model Pet is not in the document"),
        ({"methodResponses": {"200": {"responseModels": {"a/b": "Pet"}}}}, "model Pet is not in the document"),
        ({"methodResponses": {"200": {"responseParameters": {"method.response.header.A": True}}}}, "not required"),
        (
            {"methodResponses": {"200": {"responseParameters": {"method.response.multivalueheader.A": False}}}},
            "no word",
        ),
        ({"methodResponses": {"2xx": {}}}, "no response of the status 2xx"),
        ({"requestValidatorId": Ref(key("request_validator", "body"))}, "validator is not in the document"),
        ({"authorizationType": "CUSTOM", "authorizerId": Ref(key("authorizer", "who"))}, "authorizer is not in"),
        ({"authorizationType": "AWS_IAM", "authorizationScopes": ["a"]}, "scopes for user pools only"),
        ({"authorizationType": "NEW"}, "no word for the authorization NEW"),
        (behind(uri="http://a"), "drops the address"),
        (behind(type="HTTP", responseTransferMode="STREAM"), "responseTransferMode"),
        (behind(type="HTTP", integrationTarget="arn:aws:x"), "integrationTarget"),
        (behind(cacheNamespace=Ref(key("resource", "/a"))), "the id of another resource"),
        (behind(integrationResponses={"200": {"selectionPattern": "default"}}), 'selection pattern "default"'),
        (behind(integrationResponses={"200": {}, "400": {}}), "the selection pattern (none)"),
        (behind(requestTemplates={"a/b": "in ${AWS::AccountId}"}), "replace the text ${AWS::AccountId}"),
    ],
)
def test_methods_that_no_document_holds(attributes: dict[str, Any], why: str) -> None:
    assert why in reason(method(**attributes))


@pytest.mark.parametrize("declared", [{}, {"method.request.path.id": False}])
def test_variables_of_a_path_are_required_by_an_import(declared: dict[str, bool]) -> None:
    assert "declares {id} of its path" in reason(method("/{id}", requestParameters=declared))
    assert "declares {all} of its path" in reason(method("/{all+}"))


def test_no_document_has_an_operation_name_twice() -> None:
    made = written(method("/a", operationName="get"), method("/b", operationName="get"), method("/c"))
    assert set(made.left) == {key("method", "/b", "GET")}
    assert set(made.document["paths"]) == {"/a", "/c"}


def test_a_name_that_only_a_method_left_has_is_free() -> None:
    lost = method("/a/{id}", operationName="get")
    assert set(written(lost, method("/b", operationName="get")).left) == {lost.key}


def test_paths_without_methods_are_left_but_for_those_on_the_way() -> None:
    """Whether an import keeps a path item without operations is not confirmed."""
    paths = [noun("resource", path) for path in ("/", "/a", "/a/b", "/a/b/c", "/d", "/e")]
    made = written(*paths, method("/a/b"), method("/d", requestModels={"a/b": "Lost"}))
    assert set(made.document["paths"]) == {"/a/b"}
    left = {"/a/b/c", "/d", "/e"}
    assert {each.path[1] for each in made.left if each.type == "apigateway.resource"} == left


# --- integrations ---------------------------------------------------------------------------------


def test_an_integration() -> None:
    link = Ref(ResourceKey("apigateway.vpc_link", ("inner",)))
    given = {
        "type": "HTTP",
        "httpMethod": "PUT",
        "uri": Join(("https://", Ref(API), ".execute-api.eu-central-1.amazonaws.com/x")),
        "connectionType": "VPC_LINK",
        "connectionId": link,
        "credentials": "arn:aws:iam::123456789012:role/calls",
        "requestParameters": {"integration.request.header.A": "'a'"},
        "requestTemplates": {"application/json": ""},
        "passthroughBehavior": "NEVER",
        "contentHandling": "CONVERT_TO_TEXT",
        "timeoutInMillis": 50,
        "cacheNamespace": "mine",
        "cacheKeyParameters": ["method.request.querystring.a"],
        "tlsConfig": {"insecureSkipVerification": True},
        "integrationResponses": {
            "200": {"responseTemplates": {"application/json": "x"}},
            "500": {"selectionPattern": "5..", "contentHandling": "CONVERT_TO_BINARY"},
        },
    }
    found = operation(method("/a", **behind(**given)))[X + "integration"]
    assert found == {name: value for name, value in given.items() if name != "integrationResponses"} | {
        "type": "http",
        "passthroughBehavior": "never",
        "responses": {
            "default": {"statusCode": "200", "responseTemplates": {"application/json": "x"}},
            "5..": {"statusCode": "500", "contentHandling": "CONVERT_TO_BINARY"},
        },
    }


def test_what_is_there_before_an_import_keeps_the_namespace_of_its_own_id() -> None:
    """An import gives it another one: recorded from AWS. The root is there as soon as the API is."""
    root, there = Ref(key("resource", "/")), Ref(key("resource", "/a"))
    methods = [method(path, **behind()) for path in ("/", "/a", "/b")]

    def namespaces(bound: list[ResourceKey]) -> list[Any]:
        paths = document([api(), *methods], api(), bound=bound).document["paths"]
        return [item["get"][X + "integration"].get("cacheNamespace") for item in paths.values()]

    assert namespaces([]) == [root, None, None]
    assert namespaces([there.key]) == [root, there, None]


def test_the_namespace_of_another_resource_can_be_said_where_its_id_is_known() -> None:
    shared = method("/a", **behind(cacheNamespace=Ref(key("resource", "/"))))
    assert operation(shared)[X + "integration"]["cacheNamespace"] == Ref(key("resource", "/"))


# --- who may call ---------------------------------------------------------------------------------


def test_authorizers_and_what_methods_require() -> None:
    pool = authorizer("pool", type="COGNITO_USER_POOLS", authType="cognito_user_pools", providerARNs=["arn:aws:x"])
    asked = authorizer("asked", type="REQUEST", identitySource="context.stage", authorizerResultTtlInSeconds=0)
    made = written(
        authorizer("who", identityValidationExpression="^x"),
        pool,
        asked,
        method("/a", authorizationType="CUSTOM", authorizerId=Ref(key("authorizer", "who")), apiKeyRequired=True),
        method(
            "/b",
            authorizationType="COGNITO_USER_POOLS",
            authorizerId=Ref(pool.key),
            authorizationScopes=["read", "write"],
        ),
        method("/c", authorizationType="AWS_IAM"),
    )
    assert made.left == {}
    required = [item["get"]["security"] for item in made.document["paths"].values()]
    assert required == [[{"who": []}, {"api_key": []}], [{"pool": ["read", "write"]}], [{"sigv4": []}]]
    schemes = made.document["components"]["securitySchemes"]
    assert {name: scheme["name"] for name, scheme in schemes.items()} == {
        "api_key": "x-api-key",
        "asked": "Unused",
        "pool": "Token",
        "sigv4": "Authorization",
        "who": "Token",
    }
    assert schemes["sigv4"][X + "authtype"] == "awsSigv4"
    assert schemes["asked"][X + "authorizer"]["identitySource"] == "context.stage"
    assert schemes["who"][X + "authorizer"] == {
        "type": "token",
        "authorizerUri": "arn:aws:apigateway:x",
        "identityValidationExpression": "^x",
        "authorizerResultTtlInSeconds": 300,
    }


def test_schemes_of_our_own_give_way_to_authorizers_of_the_same_name() -> None:
    made = written(authorizer("sigv4"), authorizer("api_key"), method(authorizationType="AWS_IAM", apiKeyRequired=True))
    assert made.document["paths"]["/"]["get"]["security"] == [{"sigv4_": []}, {"api_key_": []}]


def test_authorizers_that_no_document_holds() -> None:
    assert "name" in reason(authorizer("who is it"))
    assert "type JWT" in reason(authorizer(type="JWT"))
    again = noun("authorizer", "who~2", name="who", type="TOKEN")
    assert set(written(authorizer(), again).left) == {again.key}


@pytest.mark.parametrize("attributes", [{"authType": "awsOwn"}, {"identitySource": "context.stage"}])
def test_authorizers_that_are_held_in_part(attributes: dict[str, str]) -> None:
    who = authorizer(**attributes)
    made = written(who)
    assert set(made.left) == made.partly == {who.key}


# --- validators, gateway responses, documentation -------------------------------------------------


def test_validators_are_known_by_their_names() -> None:
    body = noun("request_validator", "body", name="body", validateRequestBody=True)
    again, unnamed = noun("request_validator", "body~2", name="body"), noun("request_validator", "unnamed")
    using = [method(path, requestValidatorId=Ref(each.key)) for path, each in (("/a", body), ("/b", again))]
    made = written(body, again, unnamed, *using)
    assert set(made.left) == {again.key, unnamed.key, using[1].key}
    flags = {"validateRequestBody": True, "validateRequestParameters": False}
    assert made.document[X + "request-validators"] == {"body": flags}
    assert made.document["paths"]["/a"]["get"][X + "request-validator"] == "body"


def test_gateway_responses_and_documentation() -> None:
    response = {"statusCode": "429", "responseTemplates": {"application/json": "{}"}}
    location = {"type": "METHOD", "path": "/", "method": "GET"}
    made = written(
        noun("gateway_response", "THROTTLED", responseType="THROTTLED", **response),
        noun("documentation_part", "METHOD / GET", location=location, properties='{"summary":"x"}'),
    )
    assert made.left == {}
    assert made.document[X + "gateway-responses"] == {"THROTTLED": response}
    parts = [{"location": location, "properties": {"summary": "x"}}]
    assert made.document[X + "documentation"] == {"documentationParts": parts}


def test_parts_whose_properties_are_no_object_are_left() -> None:
    assert "no JSON object" in reason(noun("documentation_part", "API", location={"type": "API"}, properties="[]"))


# --- the document as a whole ----------------------------------------------------------------------


def test_the_same_nouns_in_any_order_are_the_same_document() -> None:
    nouns = [
        api(),
        model("B"),
        model("A"),
        method("/b"),
        method("/a", "POST"),
        method("/a"),
        authorizer("z"),
        authorizer(),
    ]
    first = document(nouns, nouns[0])
    for seed in range(5):
        mixed = random.Random(seed).sample(nouns, len(nouns))
        again = document(mixed, nouns[0])
        assert wire.canonical(again.document) == wire.canonical(first.document)
        assert json.dumps(again.document) == json.dumps(first.document) and again.left == first.left


def test_how_large_a_document_is() -> None:
    """Ids that are not known yet are taken for 64 bytes, which none is longer than."""
    made = written(model(schema=json.dumps({"title": "x" * MOST_BYTES}))).document
    assert size(written().document) < 100 and fits(written().document)
    assert size(made) > MOST_BYTES and not fits(made)
    assert size({"a": Join(("b", Ref(API)))}) == len('{"a":"b"}') + 64
