"""PutRestApi: a document merged into an API, or in its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.strict_aws import StrictAws
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Dropped
from tests.strict_aws.tests.openapi_samples import EXT, Document, authorizer, http, openapi, operation
from tests.strict_aws.tests.refused import refused

LISTS = ("resources", "models", "authorizers", "request_validators", "documentation_parts")


def _document(*paths: str, name: str = "first", **more: Any) -> Document:
    """A document with these paths and one of everything else, called by a name."""
    parts = [{"location": {"type": "MODEL", "name": name}, "properties": {"description": name}}]
    components = {"schemas": {name: {"type": "object"}}, "securitySchemes": {name: authorizer("token", name)}}
    return openapi({path: {"get": operation()} for path in paths}, title=name, components=components) | {
        EXT + "request-validators": {name: {}},
        EXT + "documentation": {"documentationParts": parts},
        EXT + "gateway-responses": {"THROTTLED" if name == "first" else "UNAUTHORIZED": {}},
        **more,
    }


def _held(rest: Any, api: str) -> dict[str, Any]:
    """All that an API holds, by list: rows by the name that people know them by."""
    found: dict[str, Any] = {"settings": rest.get_rest_api(restApiId=api)}
    found["settings"].pop("ResponseMetadata")
    for name in LISTS:
        extra = {"embed": ["methods"]} if name == "resources" else {}
        rows = getattr(rest, f"get_{name}")(restApiId=api, limit=500, **extra)["items"]
        found[name] = {row.get("path") or row.get("name") or json.dumps(row["location"]): row for row in rows}
    rows = rest.get_gateway_responses(restApiId=api)["items"]
    found["gateway_responses"] = {row["responseType"]: row for row in rows if not row["defaultResponse"]}
    return found


def _put(rest: Any, api: str, document: Document, mode: str, **params: Any) -> Any:
    return rest.put_rest_api(restApiId=api, mode=mode, body=json.dumps(document), **params)


@pytest.fixture
def api(rest: Any) -> str:
    """A regional API that came from a document."""
    given = {"endpointConfigurationTypes": "REGIONAL"}
    policy = {EXT + "security-policy": "SecurityPolicy_TLS13_1_3_2025_09", EXT + "endpoint-access-mode": "STRICT"}
    document = _document("/a", "/a/b", **policy) | {
        EXT + "minimum-compression-size": 10,
        EXT + "binary-media-types": ["a/a"],
    }
    document["info"]["description"] = "as it was"
    return str(rest.import_rest_api(body=json.dumps(document), parameters=given)["id"])


def test_merging_keeps_what_the_document_does_not_have(rest: Any, api: str) -> None:
    """Everything is added; the name is the document's, the description stays."""
    before = _held(rest, api)
    _put(rest, api, _document("/a", "/c", name="second"), "merge")
    after = _held(rest, api)
    for name in (*LISTS, "gateway_responses"):
        assert set(before[name]) < set(after[name]), name
        kept = {key: row.get("id") for key, row in after[name].items() if key in before[name]}
        assert kept == {key: row.get("id") for key, row in before[name].items()}
    changed = {key for key, value in after["settings"].items() if before["settings"].get(key) != value}
    assert changed == {"name"}


def test_merge_is_the_default(rest: Any, api: str) -> None:
    """A call that says no mode takes nothing away."""
    rest.put_rest_api(restApiId=api, body=json.dumps(_document("/c", name="second")))
    assert set(_held(rest, api)["resources"]) == {"/", "/a", "/a/b", "/c"}


def test_a_merged_method_is_the_documents(rest: Any, api: str) -> None:
    """Nothing of what it was stays."""
    document = openapi({"/a": {"get": operation(http(), responses={})}})
    _put(rest, api, document, "merge")
    method = _held(rest, api)["resources"]["/a"]["resourceMethods"]["GET"]
    assert (method["methodIntegration"]["type"], "methodResponses" in method) == ("HTTP", False)


def test_overwriting_takes_away_all_else(rest: Any, api: str) -> None:
    """But for the API's id, type, tags and root; a path that stays keeps its id and not its cache namespace."""
    before = _held(rest, api)
    rest.tag_resource(resourceArn=f"arn:aws:apigateway:us-east-1::/restapis/{api}", tags={"team": "a"})
    _put(rest, api, _document("/a", name="second"), "overwrite")
    after = _held(rest, api)
    assert set(after["resources"]) == {"/", "/a"}
    for name in ("models", "authorizers", "request_validators"):
        assert set(after[name]) == {"second"}
    assert set(after["gateway_responses"]) == {"UNAUTHORIZED"} and len(after["documentation_parts"]) == 1
    settings = after["settings"]
    assert not {
        "description",
        "binaryMediaTypes",
        "minimumCompressionSize",
        "securityPolicy",
        "endpointAccessMode",
    } & set(settings)
    assert settings["endpointConfiguration"] == before["settings"]["endpointConfiguration"]
    assert (settings["tags"], settings["rootResourceId"]) == ({"team": "a"}, before["settings"]["rootResourceId"])
    resource = after["resources"]["/a"]
    assert resource["id"] == before["resources"]["/a"]["id"]
    namespace = resource["resourceMethods"]["GET"]["methodIntegration"]["cacheNamespace"]
    assert namespace not in (resource["id"], before["resources"]["/a/b"]["id"])


@pytest.mark.parametrize("mode", ["merge", "overwrite"])
def test_the_same_document_again_doubles_nothing(rest: Any, api: str, mode: str) -> None:
    """Ids stay, too; an overwritten path's cache namespace does not."""
    document = _document("/a", name="second")
    _put(rest, api, document, mode)
    once = _held(rest, api)
    _put(rest, api, document, mode)
    again = _held(rest, api)
    for held in (once, again):
        for row in held["resources"].values():
            for method in row.get("resourceMethods", {}).values():
                method["methodIntegration"].pop("cacheNamespace")
        for row in held["documentation_parts"].values():
            row.pop("id")
    assert once == again


def test_stages_and_what_they_serve_stay(rest: Any, api: str) -> None:
    """A put deploys nothing."""
    rest.create_deployment(restApiId=api, stageName="live")
    before = rest.get_stage(restApiId=api, stageName="live")["deploymentId"]
    _put(rest, api, openapi({}), "overwrite")
    assert rest.get_stage(restApiId=api, stageName="live")["deploymentId"] == before
    exported = rest.get_export(restApiId=api, stageName="live", exportType="oas30")
    assert set(json.loads(exported["body"].read())["paths"]) == {"/a", "/a/b"}


def test_errors_and_warnings_leave_it_as_it_was(rest: Any, api: str) -> None:
    """An error always, a warning where it is to."""
    before = _held(rest, api)
    broken = openapi({"/new": {"get": operation(http("nowhere"))}})
    assert refused(_put, rest=rest, api=api, document=broken, mode="overwrite")[0] == "BadRequestException"
    warned = openapi({"$default": {}})
    with pytest.raises(ClientError, match="Warnings found during import"):
        _put(rest, api, warned, "overwrite", failOnWarnings=True)
    assert _held(rest, api) == before
    assert _put(rest, api, warned, "merge")["warnings"]


def test_a_put_that_breaks_off_is_mended_by_a_repetition(rest: Any, api: str, strict: StrictAws) -> None:
    """It is not atomic: new settings and models stand beside the old methods."""

    def lost(call: Call) -> None:
        raise Dropped

    strict.weather.halfway = lost
    document = _document("/c", name="second")
    with pytest.raises(Exception, match="onnection"):
        _put(rest, api, document, "overwrite")
    half = _held(rest, api)
    assert set(half["models"]) == {"second"} and "/a/b" in half["resources"]
    strict.weather.halfway = None
    _put(rest, api, document, "overwrite")
    assert set(_held(rest, api)["resources"]) == {"/", "/c"}


def test_an_api_that_is_not_there(rest: Any) -> None:
    """It is asked for once the document could be read."""
    code, message = refused(rest.put_rest_api, restApiId="nothing", body=json.dumps(openapi({})))
    assert (code, message) == ("NotFoundException", "Invalid API identifier specified 123456789012:nothing")
