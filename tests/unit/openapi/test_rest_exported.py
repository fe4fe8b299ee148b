"""The exported form of a draft: what no export tells is not in it."""

from __future__ import annotations

from typing import Any

import pytest

from dr_toolkit.engine.openapi.rest_exported import as_drafted, exported
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref
from tests.unit.openapi.rest_nouns import API, api, behind, key, method, model, noun


def told(*nouns: Resource) -> dict[str, Any]:
    """The exported form, by what stands in keys after the API."""
    return {str(each.key): dict(each.attributes) for each in exported(nouns)}


def of_method(**attributes: Any) -> dict[str, Any]:
    """The exported form of one method, without its verb."""
    ((_, found),) = told(method("/a", **attributes)).items()
    del found["httpMethod"]
    return found


def test_the_api_without_its_endpoint_and_tags() -> None:
    own = api(description="sells", version="1", tags={"a": "b"}, disableExecuteApiEndpoint=True, policy={"a": 1})
    assert told(own) == {str(API): {"name": "shop", "description": "sells", "version": "1", "policy": {"a": 1}}}
    assert told(api(version="2017-04-20T04:08:08Z")) == {str(API): {"name": "shop"}}


def test_only_paths_that_lead_to_methods() -> None:
    resources = [noun("resource", path) for path in ("/", "/a", "/a/b", "/a/b/c", "/ab")]
    found = told(*resources, method("/a/b"))
    assert {text for text in found if text.startswith("apigateway.resource")} == {
        "apigateway.resource/shop/%2F",
        "apigateway.resource/shop/%2Fa",
        "apigateway.resource/shop/%2Fa%2Fb",
    }


@pytest.mark.parametrize(
    ("draft", "export"),
    [
        ({"authorizationType": "AWS_IAM", "authorizationScopes": ["a"]}, {"authorizationType": "AWS_IAM"}),
        (
            {"requestParameters": {"method.request.multivaluequerystring.a": True}},
            {"requestParameters": {"method.request.querystring.a": True}},
        ),
        (
            {"requestParameters": {"method.request.header.multivalueA": True}},
            {"requestParameters": {"method.request.header.multivalueA": True}},
        ),
        (
            {"methodResponses": {"200": {"responseParameters": {"method.response.multivalueheader.A": True}}}},
            {"methodResponses": {"200": {"responseParameters": {"method.response.header.A": False}}}},
        ),
        (behind(integrationTarget="arn:aws:x", cacheNamespace="mine"), behind()),
        (behind(cacheKeyParameters=["a"]), behind(cacheKeyParameters=["a"])),
        (behind(cacheKeyParameters=["a"], cacheNamespace="b"), behind(cacheKeyParameters=["a"], cacheNamespace="b")),
        (
            behind(integrationResponses={"200": {"selectionPattern": "default"}, "201": {"contentHandling": "X"}}),
            behind(integrationResponses={"201": {"contentHandling": "X"}}),
        ),
        ({"requestValidatorId": Ref(key("request_validator", "unnamed"))}, {}),
    ],
)  # fmt: skip
def test_methods(draft: dict[str, Any], export: dict[str, Any]) -> None:
    assert of_method(**draft) == export


def test_the_namespace_of_a_methods_own_resource_is_none_as_in_a_draft() -> None:
    own, other = (Ref(key("resource", path)) for path in ("/a", "/b"))
    read = method("/a", **behind(cacheKeyParameters=["a"], cacheNamespace=own))
    assert as_drafted(read) == method("/a", **behind(cacheKeyParameters=["a"]))
    shared = method("/a", **behind(cacheNamespace=other))
    assert as_drafted(shared) is shared


def test_models_without_descriptions_and_their_drafts_name() -> None:
    schema = {"$schema": "x", "properties": {"$schema": {"$schema": "y"}}, "items": {"$ref": "z", "title": "t"}}
    pet, other = model(schema=schema, description="a pet"), model("Other", contentType="application/xml")
    kept = {"properties": {"$schema": {}}, "items": {"$ref": "z"}}
    assert told(pet, other) == {
        "apigateway.model/shop/Pet": {"name": "Pet", "contentType": "application/json", "schema": kept}
    }


def test_what_was_renamed_is_called_by_its_name_now() -> None:
    who, check = key("authorizer", "before"), key("request_validator", "check")
    nouns = [
        noun("authorizer", "before", name="now"),
        noun("request_validator", "check", name="now"),
        method("/a", authorizationType="CUSTOM", authorizerId=Ref(who), requestValidatorId=Ref(check)),
    ]
    found = told(*nouns)
    own = found["apigateway.method/shop/%2Fa/GET"]
    assert own["authorizerId"] == Ref(key("authorizer", "now"))
    assert own["requestValidatorId"] == Ref(key("request_validator", "now"))
    assert {"apigateway.authorizer/shop/now", "apigateway.request_validator/shop/now"} < found.keys()


def test_validators_of_a_name_are_one_and_those_without_are_none() -> None:
    nouns = [
        noun("request_validator", "body", name="body"),
        noun("request_validator", "body~2", name="body", validateRequestBody=True),
        noun("request_validator", "unnamed"),
    ]
    assert told(*nouns) == {"apigateway.request_validator/shop/body": {"name": "body", "validateRequestBody": True}}


def test_what_is_no_part_of_a_definition_is_left_out() -> None:
    others = [noun("stage", "prod"), noun("documentation_part", "API"), noun("documentation_version", "1")]
    assert told(*others) == {}


def test_twice_is_once() -> None:
    nouns = [
        api(version="1"),
        noun("resource", "/"),
        model(schema={"$schema": "x"}),
        method("/", **behind(cacheKeyParameters=["a"], integrationResponses={"200": {}, "400": {}})),
    ]
    once = exported(nouns)
    assert exported(once) == once
