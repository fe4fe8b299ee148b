"""Models: references among them, what holds them, templates, pages; and gateway responses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.rest.models import USED_BY_MODEL
from tests.strict_aws.tests.refused import refused
from tests.strict_aws.tests.replayed import patch

JSON = {"contentType": "application/json"}


@pytest.fixture
def own(rest: Any) -> dict[str, str]:
    """A new API, as the parameter that names it."""
    return {"restApiId": rest.create_rest_api(name="x")["id"]}


def _url(own: dict[str, str], name: str) -> str:
    return f"https://apigateway.amazonaws.com/restapis/{own['restApiId']}/models/{name}"


def _model(rest: Any, own: dict[str, str], name: str, **schema: Any) -> dict[str, Any]:
    return dict(rest.create_model(**own, **JSON, name=name, schema=json.dumps({"type": "object", **schema})))


def _refers(own: dict[str, str], *names: str) -> dict[str, Any]:
    return {"properties": {name.lower(): {"$ref": _url(own, name)} for name in names}}


def test_an_api_begins_with_two_models(rest: Any, own: dict[str, str]) -> None:
    models = {row["name"]: row for row in rest.get_models(**own)["items"]}
    assert set(models) == {"Empty", "Error"}
    assert json.loads(models["Empty"]["schema"])["title"] == "Empty Schema"
    assert json.loads(models["Error"]["schema"])["properties"] == {"message": {"type": "string"}}
    rest.delete_model(**own, modelName="Empty")
    assert refused(rest.get_model, **own, modelName="Empty")[0] == "NotFoundException"


def test_a_schema_is_kept_as_it_was_sent(rest: Any, own: dict[str, str]) -> None:
    schema = '{ "type":"object",\n  "title" : "Ä" }'
    made = rest.create_model(**own, **JSON, name="Pet", description="A pet", schema=schema)
    assert (made["schema"], made["description"]) == (schema, "A pet")
    xml = rest.create_model(**own, name="Feed", contentType="application/xml", schema="<xs:schema/>")
    assert rest.get_model(**own, modelName="Feed")["schema"] == xml["schema"] == "<xs:schema/>"


def test_models_refer_to_each_other_even_in_a_circle(rest: Any, own: dict[str, str]) -> None:
    _model(rest, own, "Person")
    _model(rest, own, "House", **_refers(own, "Person"))
    circle = json.dumps({"type": "object", **_refers(own, "House", "Person")})
    rest.update_model(**own, modelName="Person", patchOperations=[patch("replace", "/schema", circle)])
    _model(rest, own, "Tree", **_refers(own, "Tree"))
    for reference, text in (
        (_url(own, "Nothing"), f"Invalid model reference specified: {_url(own, 'Nothing')}"),
        ("Person", "Model reference must be in canonical form"),
    ):
        schema = json.dumps({"type": "array", "items": {"$ref": reference}})
        code, message = refused(rest.create_model, **own, **JSON, name="List", schema=schema)
        assert (code, message.endswith(f"errors : [{text}]")) == ("BadRequestException", True)
    _model(rest, own, "Inner", definitions={"x": {}}, properties={"x": {"$ref": "#/definitions/x"}})


def test_a_model_in_use_stays(rest: Any, own: dict[str, str], strict: StrictAws) -> None:
    root = rest.get_resources(**own)["items"][0]["id"]
    for name in ("Pet", "Toy", "Lone"):
        _model(rest, own, name)
    _model(rest, own, "Box", **_refers(own, "Toy"))
    get = own | {"resourceId": root, "httpMethod": "GET"}
    rest.put_method(**get, authorizationType="NONE")
    rest.put_method_response(**get, statusCode="200", responseModels={"application/json": "Pet"})
    assert refused(rest.delete_model, **own, modelName="Pet") == (
        "ConflictException",
        "Cannot delete model 'Pet', is referenced in method response: //GET",
    )
    assert refused(rest.delete_model, **own, modelName="Toy")[0] == "ConflictException"
    rest.delete_model(**own, modelName="Lone")
    strict.switch_off(USED_BY_MODEL)
    rest.delete_model(**own, modelName="Toy")


@pytest.mark.parametrize("name", ["a-b", "Pet_1", "ä", "a b"])
def test_names_are_alphanumeric(rest: Any, own: dict[str, str], name: str) -> None:
    assert refused(rest.create_model, **own, **JSON, name=name, schema="{}")[0] == "BadRequestException"


def test_a_json_model_holds_json_and_all_together_so_much(rest: Any, own: dict[str, str]) -> None:
    for schema in ("{", "[]", "text"):
        assert refused(rest.create_model, **own, **JSON, name="Pet", schema=schema)[0] == "BadRequestException"
    _model(rest, own, "One", description="x" * 200_000)
    assert refused(_model, rest=rest, own=own, name="Two", description="x" * 210_000)[0] == "BadRequestException"
    assert refused(rest.create_model, **own, name="Pet", schema="{}")[0] == "ValidationException"


def test_a_model_is_flattened_and_gives_a_template(rest: Any, own: dict[str, str]) -> None:
    _model(rest, own, "Toy", title="Toy")
    _model(rest, own, "Box", title="Box", **_refers(own, "Toy"))
    _model(rest, own, "Shop", properties={"box": {"$ref": _url(own, "Box")}, "name": {"type": "string"}})
    flat = json.loads(rest.get_model(**own, modelName="Shop", flatten=True)["schema"])
    assert flat["properties"]["box"] == {"$ref": "#/definitions/Box"}
    assert set(flat["definitions"]) == {"Box", "Toy"}
    assert flat["definitions"]["Box"]["properties"]["toy"] == {"$ref": "#/definitions/Toy"}
    assert "definitions" not in rest.get_model(**own, modelName="Shop")["schema"]
    template = rest.get_model_template(**own, modelName="Shop")["value"]
    assert "\"name\" : $input.json('$.name')" in template


def test_lists_have_pages(rest: Any, own: dict[str, str]) -> None:
    for number in range(30):
        _model(rest, own, f"M{number}")
    first = rest.get_models(**own, limit=20)
    second = rest.get_models(**own, limit=20, position=first["position"])
    assert len({row["name"] for row in first["items"] + second["items"]}) == 32
    assert "position" not in second


# --- gateway responses ----------------------------------------------------------------------------------------------


def test_a_customised_default_shows_through_its_own_kind_only(rest: Any, own: dict[str, str]) -> None:
    header = {"gatewayresponse.header.X": "'x'"}
    rest.put_gateway_response(**own, responseType="DEFAULT_4XX", responseParameters=header)
    shown = {row["responseType"]: row for row in rest.get_gateway_responses(**own)["items"]}
    assert len(shown) == 21
    for kind, row in shown.items():
        client_error = row.get("statusCode", "4" if kind == "DEFAULT_4XX" else "5").startswith("4")
        assert row["responseParameters"] == (header if client_error else {}), kind
        assert row["defaultResponse"] is (kind != "DEFAULT_4XX")
    assert "statusCode" not in shown["DEFAULT_4XX"]
    assert shown["THROTTLED"]["statusCode"] == "429"
    rest.delete_gateway_response(**own, responseType="DEFAULT_4XX")
    assert rest.get_gateway_response(**own, responseType="THROTTLED")["responseParameters"] == {}


def test_a_patch_customises_what_shows(rest: Any, own: dict[str, str]) -> None:
    header = "gatewayresponse.header.X"
    rest.put_gateway_response(**own, responseType="DEFAULT_5XX", responseParameters={header: "'x'"})
    operations = [patch("replace", f"/responseParameters/{header}", "'y'"), patch("replace", "/statusCode", "502")]
    made = rest.update_gateway_response(**own, responseType="INTEGRATION_FAILURE", patchOperations=operations)
    assert (made["responseParameters"], made["statusCode"], made["defaultResponse"]) == ({header: "'y'"}, "502", False)
    bad = {"X-Header": "'x'"}
    params = own | {"responseType": "THROTTLED", "responseParameters": bad}
    assert refused(rest.put_gateway_response, **params)[0] == "BadRequestException"
    assert refused(rest.put_gateway_response, **own, responseType="THROTTLED", statusCode="4")[0] == (
        "ValidationException"
    )
