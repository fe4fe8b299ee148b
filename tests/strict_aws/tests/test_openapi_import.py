"""Imports into new APIs: what becomes of a document, what is dropped with a warning, what is refused."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from tests.strict_aws import StrictAws
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rest.policies import read_policy
from tests.strict_aws.tests.openapi_calls import PREFIX, errors_of, import_api, method_of
from tests.strict_aws.tests.openapi_samples import (
    EXT,
    INVOKE,
    Document,
    http,
    openapi,
    operation,
    swagger,
    whole,
)
from tests.strict_aws.tests.refused import refused

ONE = openapi({"/": {"get": operation()}})


def test_an_import_is_edge_optimised_unless_said(rest: Any) -> None:
    """endpointConfigurationTypes names another type; a private API is dualstack."""
    assert import_api(rest, ONE)["endpointConfiguration"] == {"types": ["EDGE"], "ipAddressType": "ipv4"}
    regional = import_api(rest, ONE, parameters={"endpointConfigurationTypes": "REGIONAL"})
    assert regional["endpointConfiguration"]["types"] == ["REGIONAL"]
    private = import_api(rest, ONE, parameters={"endpointConfigurationTypes": "PRIVATE"})
    assert private["endpointConfiguration"] == {"types": ["PRIVATE"], "ipAddressType": "dualstack"}


@pytest.mark.parametrize(("name", "value"), [("basepath", "keep"), ("endpointConfigurationTypes", "GLOBAL")])
def test_parameters_have_a_few_values(rest: Any, name: str, value: str) -> None:
    """Others are refused, and nothing is made."""
    assert refused(rest.import_rest_api, body=json.dumps(ONE), parameters={name: value})[0] == "BadRequestException"
    assert rest.get_rest_apis()["items"] == []


@pytest.mark.parametrize("version", ["3.1.0", "2.0", ""])
def test_only_openapi_3_0_and_swagger_2_0(rest: Any, version: str) -> None:
    """Another version is no document at all."""
    assert errors_of(rest, ONE | {"openapi": version}) == "Invalid OpenAPI input."


def test_six_megabytes_are_too_much(rest: Any, strict: StrictAws) -> None:
    """The limit holds for the document as it is sent."""
    padded = ONE | {"x-padding": "x" * 6 * 1024 * 1024}
    assert "6 MB" in errors_of(rest, padded)
    strict.switch_off("rest.import-size")
    assert import_api(rest, padded)["id"]


def test_no_models_are_made_but_the_documents(rest: Any) -> None:
    """CreateRestApi makes Empty and Error; an import does not."""
    assert rest.get_models(restApiId=import_api(rest, ONE)["id"])["items"] == []
    assert {m["name"] for m in rest.get_models(restApiId=rest.create_rest_api(name="made")["id"])["items"]} == {
        "Empty",
        "Error",
    }


def test_variables_are_resolved(rest: Any, client: Any) -> None:
    """Region, account and partition are those of where the document is imported."""
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:${AWS::Partition}:lambda"
    )
    uri += ":${AWS::Region}:${AWS::AccountId}:function:keeper/invocations"
    document = openapi({"/": {"get": operation({"type": "aws_proxy", "httpMethod": "POST", "uri": uri})}})
    assert method_of(rest, import_api(rest, document)["id"])["methodIntegration"]["uri"] == INVOKE
    west = client("apigateway", region="us-west-2", account="222222222222")
    found = method_of(west, import_api(west, document)["id"])["methodIntegration"]["uri"]
    assert found == INVOKE.replace("us-east-1", "us-west-2").replace("123456789012", "222222222222")


def test_settings_come_by_extensions(rest: Any) -> None:
    """Key source, binary types, compression, policy, and the endpoint's own settings."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    document = ONE | {
        EXT + "api-key-source": "AUTHORIZER",
        EXT + "binary-media-types": ["image/png"],
        EXT + "minimum-compression-size": 1024,
        EXT + "policy": {"Version": "2012-10-17", "Statement": [statement]},
        EXT + "security-policy": "SecurityPolicy_TLS13_1_3_2025_09",
        EXT + "endpoint-access-mode": "STRICT",
        "servers": [
            {
                "url": "/",
                EXT + "endpoint-configuration": {"disableExecuteApiEndpoint": True, "vpcEndpointIds": ["vpce-1"]},
            }
        ],
    }
    made = import_api(rest, document, parameters={"endpointConfigurationTypes": "PRIVATE"})
    api = rest.get_rest_api(restApiId=made["id"])
    assert (api["apiKeySource"], api["binaryMediaTypes"], api["minimumCompressionSize"]) == (
        "AUTHORIZER",
        ["image/png"],
        1024,
    )
    assert (api["securityPolicy"], api["endpointAccessMode"]) == ("SecurityPolicy_TLS13_1_3_2025_09", "STRICT")
    assert api["disableExecuteApiEndpoint"] is True
    assert api["endpointConfiguration"]["vpcEndpointIds"] == ["vpce-1"]
    written_out = f"arn:aws:execute-api:us-east-1:123456789012:{api['id']}/*"
    assert read_policy(api["policy"])["Statement"][0]["Resource"] == written_out
    old = swagger({"/": {"get": {"responses": {}}}}) | {
        EXT + "endpoint-configuration": {"disableExecuteApiEndpoint": True}
    }
    assert import_api(rest, old)["disableExecuteApiEndpoint"] is True


def test_validators_by_name(rest: Any) -> None:
    """The root's validator holds where an operation has none; one that is not defined is an error."""
    flags = {"validateRequestBody": True, "validateRequestParameters": False}
    paths = {"/": {"get": operation(), "put": operation() | {EXT + "request-validator": "none"}}}
    document = openapi(paths) | {
        EXT + "request-validators": {"body": flags, "none": {}},
        EXT + "request-validator": "body",
    }
    api = import_api(rest, document)["id"]
    validators = {v["name"]: v for v in rest.get_request_validators(restApiId=api)["items"]}
    assert {k: v for k, v in validators["body"].items() if k in flags} == flags
    assert method_of(rest, api)["requestValidatorId"] == validators["body"]["id"]
    assert method_of(rest, api, verb="PUT")["requestValidatorId"] == validators["none"]["id"]
    document[EXT + "request-validator"] = "missing"
    text = "Unable to put method 'GET' on resource at path '/': Invalid Request Validator identifier specified"
    assert errors_of(rest, document) == PREFIX + text


def test_gateway_responses(rest: Any) -> None:
    """Customised responses, whose statuses may be numbers; a type that is not there is an error."""
    given = {"statusCode": 401, "responseTemplates": {"application/json": "{}"}}
    api = import_api(rest, ONE | {EXT + "gateway-responses": {"UNAUTHORIZED": given, "DEFAULT_4XX": {}}})["id"]
    kept = rest.get_gateway_response(restApiId=api, responseType="UNAUTHORIZED")
    assert (kept["statusCode"], kept["defaultResponse"]) == ("401", False)
    assert "gateway response 'TEAPOT'" in errors_of(rest, ONE | {EXT + "gateway-responses": {"TEAPOT": given}})


def test_documentation_parts_unless_ignored(rest: Any) -> None:
    """Parts get the defaults of their locations; `ignore=documentation` leaves them out."""
    parts = [{"location": {"type": "METHOD", "method": "GET"}, "properties": {"description": "reads"}}]
    document = ONE | {EXT + "documentation": {"version": "1", "documentationParts": parts}}
    api = import_api(rest, document)["id"]
    (part,) = rest.get_documentation_parts(restApiId=api)["items"]
    assert part["location"] == {"type": "METHOD", "method": "GET", "path": "/"}
    assert json.loads(part["properties"]) == {"description": "reads"}
    assert rest.get_documentation_versions(restApiId=api)["items"] == []
    other = import_api(rest, document, parameters={"ignore": "documentation"})["id"]
    assert rest.get_documentation_parts(restApiId=other)["items"] == []


def test_errors_are_listed_with_the_warnings_and_leave_nothing(rest: Any) -> None:
    """One line for each; no API is made."""
    paths = {
        "/a": {"get": operation(http("ftp://example.com"))},
        "/{x}": {"get": operation()},
        "/{y}/b": {"get": operation()},
        "$default": {"get": operation()},
        "/c": {"get": operation(parameters=[{"name": "page[size]", "in": "query"}])},
    }
    pattern = "Parameter name should match the following regular expression: ^[a-zA-Z0-9._$-]+$"
    invalid = "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
    assert errors_of(rest, openapi(paths)) == (
        PREFIX + "Unable to put integration on 'GET' for resource at path '/a': Invalid HTTP endpoint specified for URI"
        "\n\tUnable to create resource at path '/{y}/b': A sibling ({x}) of this resource already has a variable path "
        "part -- only one is allowed"
        f"\n\tUnable to put method 'GET' on resource at path '/c': {invalid}[{pattern}]"
        "\nAdditionally, these warnings were found:"
        "\n\tParse issue: attribute paths. Resource $default should start with /"
    )
    assert rest.get_rest_apis()["items"] == []


def test_warnings_fail_an_import_only_where_they_are_to(rest: Any, strict: StrictAws) -> None:
    """With failonwarnings they are the refusal, and nothing is made."""
    document = ONE | {"components": {"invalid_key_will_warn": "a value"}}
    text = "Parse issue: attribute components.invalid_key_will_warn is unexpected"
    assert import_api(rest, document)["warnings"] == [text]
    assert errors_of(rest, document, failOnWarnings=True) == f"Warnings found during import:\n\t{text}"
    assert len(rest.get_rest_apis()["items"]) == 1
    strict.switch_off("rest.import-parse-issues")
    assert "warnings" not in import_api(rest, document, failOnWarnings=True)


def test_paths_become_resources(rest: Any) -> None:
    """With those above them; an empty path item, and a slash at the end, make one too."""
    document = yaml.safe_dump(openapi({"/a/b/": {}, "/c/{d+}": {"x-amazon-apigateway-any-method": operation()}}))
    api = rest.import_rest_api(body=document)["id"]
    assert sorted(row["path"] for row in rest.get_resources(restApiId=api)["items"]) == [
        "/",
        "/a",
        "/a/b",
        "/c",
        "/c/{d+}",
    ]
    assert method_of(rest, api, "/c/{d+}", "ANY")["requestParameters"] == {"method.request.path.d": True}


def test_more_than_300_resources_are_an_error(rest: Any) -> None:
    """The quota holds for imports."""
    many = openapi({f"/p{number}": {} for number in range(300)})
    assert "path '/p299'" in errors_of(rest, many)


def test_documentation_by_itself(rest: Any) -> None:
    """ImportDocumentationParts merges by location or overwrites; what can't be placed is warned of."""
    api = rest.create_rest_api(name="told")["id"]

    def body(*locations: Document, text: str = "description") -> str:
        parts = [{"location": each, "properties": {text: text}} for each in locations]
        return json.dumps({EXT + "documentation": {"documentationParts": parts}})

    root, odd = {"type": "API"}, {"type": "MODEL"}
    first = rest.import_documentation_parts(restApiId=api, body=body(root, {"type": "RESOURCE", "path": "/a"}))
    assert len(first["ids"]) == 2 and "warnings" not in first
    again = rest.import_documentation_parts(restApiId=api, mode="merge", body=body(root, odd, text="summary"))
    assert again["ids"] == first["ids"][:1] and len(again["warnings"]) == 1
    merged = rest.get_documentation_part(restApiId=api, documentationPartId=first["ids"][0])["properties"]
    assert json.loads(merged) == {"description": "description", "summary": "summary"}
    with pytest.raises(ClientError, match="Warnings found during import"):
        rest.import_documentation_parts(restApiId=api, mode="overwrite", body=body(odd), failOnWarnings=True)
    assert len(rest.get_documentation_parts(restApiId=api)["items"]) == 2
    rest.import_documentation_parts(restApiId=api, mode="overwrite", body=body(root))
    assert len(rest.get_documentation_parts(restApiId=api)["items"]) == 1


def _places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [(*above, key) for key in keys] + [p for key in keys for p in _places(value[key], (*above, key))]


@pytest.mark.parametrize("odd", [1, "x", [], {}, ["x"], [{}], {"a": {}}, {"a": 1}, True, None])
def test_whatever_stands_in_a_document_is_taken_or_refused(strict: StrictAws, odd: Any) -> None:
    """Something else in any one place is an answer of AWS, and no failure of this one."""
    document, codes = whole(), set[str]()
    strict.switch_off("rest.api-quota")
    for place in _places(document):
        changed = copy.deepcopy(document)
        holder = changed
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = odd
        try:
            strict.call("apigateway", "ImportRestApi", "us-east-1", body=json.dumps(changed).encode())
        except Refusal as refusal:
            codes.add(refusal.code)
    assert codes == {"BadRequestException"}
