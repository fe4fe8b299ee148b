"""What is exported and imported again is what the stage serves, for all that OpenAPI can hold; the rest is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cases import cases, definition_cases
from tests.strict_aws.tests.openapi_samples import (
    EXT,
    INTEGRATION,
    Document,
    mock,
    openapi,
    operation,
    responses,
    whole,
)
from tests.strict_aws.tests.openapi_states import state
from tests.strict_aws.tests.refused import refused

NOT_EXPORTED = {"086de3d5d753": "Only found non-JSON body models for PUT /payload/{id}"}
"""Definitions that are imported, and that no export can be made of"""
REFUSED = {
    "1c103a00518b": "Identity source must be specified",
    "25b6dad5ceff": "Parameter name should match the following regular expression",
    "29668436db49": "Invalid HTTP endpoint specified for URI",
    "65553f1fecd4": "Enumeration value for HttpMethod must be non-empty",
    "93e5671960c8": "Invalid HTTP endpoint specified for URI",
    "9a9e3ad8a8a0": "Invalid Authorizer URI: ${authorizer_lambda_invocation_arn}",
    "a3c836f7067e": "because of a malformed integration at path /pets",
    "af0833713dca": "because of a malformed integration at path /",
    "b7c4f9f710ae": "Enumeration value for HttpMethod must be non-empty",
    "b8cd8dd14f26": "Identity source must be specified",
    "b91466c5b369": "Enumeration value for HttpMethod must be non-empty",
    "ce65aa021abf": "Invalid mapping expression parameter specified: method.request.header.x-amz-date",
}
"""Definitions that a REST API can't be made of: those of HTTP APIs (whose integrations have subtypes, references or no
identity source), those with placeholders in place of addresses, and one that maps a header that it does not declare."""


def _moved(home: Any, away: Any, api: str, kind: str, accepts: str = "application/json") -> str:
    """The API that comes of an export of the stage `live`, imported elsewhere.

    Its only warnings are of operations without responses, which AWS leaves out of exports.
    """
    given = {"restApiId": api, "stageName": "live", "exportType": kind, "accepts": accepts}
    body = home.get_export(**given, parameters={"extensions": "apigateway,documentation"})["body"].read()
    made = away.import_rest_api(body=body)
    assert all(each.endswith("responses is missing") for each in made.get("warnings", []))
    return str(made["id"])


def _deployed(rest: Any, api: str) -> None:
    rest.create_deployment(restApiId=api, stageName="live")
    if rest.get_documentation_parts(restApiId=api)["items"]:
        rest.create_documentation_version(restApiId=api, documentationVersion="1", stageName="live")


@pytest.mark.parametrize("kind", ["oas30", "swagger"])
@pytest.mark.parametrize("accepts", ["application/json", "application/yaml"])
def test_an_export_imported_is_what_was_exported(rest: Any, client: Any, kind: str, accepts: str) -> None:
    """Everything by its name; policies and cache namespaces keep the ids of where they come from."""
    api = rest.import_rest_api(body=json.dumps(whole()), failOnWarnings=True)["id"]
    _deployed(rest, api)
    west = client("apigateway", region="us-west-2")
    there, here = state(west, _moved(rest, west, api, kind, accepts)), state(rest, api)
    cached = here["paths"]["/items/{id}"]["GET"]["methodIntegration"]
    moved = there["paths"]["/items/{id}"]["GET"]["methodIntegration"]
    assert cached.pop("cacheNamespace") == "own" and moved.pop("cacheNamespace") != "own"
    assert there == here


def test_what_the_way_loses(rest: Any, client: Any) -> None:
    """A resource without methods, an integration's target, the endpoint's settings, tags, one of two equal patterns."""
    api = rest.create_rest_api(
        name="more", disableExecuteApiEndpoint=True, tags={"a": "b"}, endpointConfiguration={"types": ["REGIONAL"]}
    )
    rest.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart="bare")
    where = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**where, authorizationType="NONE")
    target = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/lb/1"
    link = {"connectionType": "VPC_LINK", "connectionId": "abc123", "integrationTarget": target}
    rest.put_integration(**where, type="HTTP", integrationHttpMethod="GET", uri="http://a.example.com", **link)
    for code in ("200", "201"):
        rest.put_method_response(**where, statusCode=code)
        rest.put_integration_response(**where, statusCode=code, selectionPattern="2..")
    _deployed(rest, api["id"])
    west = client("apigateway", region="us-west-2")
    moved = _moved(rest, west, api["id"], "oas30")
    fields = west.get_rest_api(restApiId=moved)
    assert (fields["disableExecuteApiEndpoint"], fields["tags"]) == (False, {})
    assert fields["endpointConfiguration"]["types"] == ["EDGE"]
    there = state(west, moved)
    assert set(there["paths"]) == {"/"}
    integration = there["paths"]["/"]["GET"]["methodIntegration"]
    assert "integrationTarget" not in integration and len(integration["integrationResponses"]) == 1


def test_documentation_finds_its_way_into_the_definition(rest: Any, client: Any) -> None:
    """What is told of the API and of models stands in their own members, too, when an export with it is imported."""
    parts = [
        {"location": {"type": "API"}, "properties": {"info": {"description": "told"}}},
        {"location": {"type": "MODEL", "name": "Item"}, "properties": {"description": "told"}},
    ]
    document = openapi({"/": {"get": operation()}}, components={"schemas": {"Item": {"type": "object"}}})
    body = json.dumps(document | {EXT + "documentation": {"documentationParts": parts}})
    api = rest.import_rest_api(body=body)["id"]
    _deployed(rest, api)
    west = client("apigateway", region="us-west-2")
    there = state(west, _moved(rest, west, api, "oas30"))
    assert there["settings"]["description"] == there["models"]["Item"]["description"] == "told"
    assert "description" not in state(rest, api)["settings"]


def test_swagger_spreads_models_over_content_types(rest: Any, client: Any) -> None:
    """It has one list of them to an operation, the types of templates among them; OpenAPI 3 has one to a response."""
    answers = {"default": {"statusCode": "200", "responseTemplates": {"text/html": "<p/>"}}}
    get = operation(mock(responses=answers), responses=responses(model="Item"))
    document = openapi({"/": {"get": get}}, components={"schemas": {"Item": {"type": "object"}}})
    api = rest.import_rest_api(body=json.dumps(document))["id"]
    _deployed(rest, api)
    west = client("apigateway", region="us-west-2")
    kept = {}
    for kind in ("oas30", "swagger"):
        method = state(west, _moved(rest, west, api, kind))["paths"]["/"]["GET"]
        kept[kind] = set(method["methodResponses"]["200"]["responseModels"])
    assert kept == {"oas30": {"application/json"}, "swagger": {"application/json", "text/html"}}


@pytest.mark.parametrize("name", definition_cases())
def test_public_definitions(rest: Any, client: Any, name: str) -> None:
    """They are imported, or refused for AWS's reason; and what was imported goes to another region by export."""
    body = (cases("openapi") / f"{name}.json").read_bytes()
    if name in REFUSED:
        assert REFUSED[name] in refused(rest.import_rest_api, body=body)[1]
        return
    api = rest.import_rest_api(body=body)["id"]
    paths = {path for path in json.loads(body)["paths"] if path.startswith("/")}
    assert paths <= set(state(rest, api)["paths"])
    if any(INTEGRATION not in each for item in json.loads(body)["paths"].values() for each in _operations(item)):
        return  # AWS deploys no method without an integration
    _deployed(rest, api)
    west = client("apigateway", region="us-west-2")
    if name in NOT_EXPORTED:
        text = refused(rest.get_export, restApiId=api, stageName="live", exportType="oas30")[1]
        assert text == NOT_EXPORTED[name]
        return
    there, here = state(west, _moved(rest, west, api, "oas30")), state(rest, api)
    assert there == here


def _operations(item: Document) -> list[Document]:
    return [each for name, each in item.items() if name != "parameters" and isinstance(each, dict)]
