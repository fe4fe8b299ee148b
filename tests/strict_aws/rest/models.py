"""Models: schemas by name, which may refer to each other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, bad_request, conflict, not_found
from tests.strict_aws.rest.patches import patched, scalar
from tests.strict_aws.rest.state import Document, RestApi, RestRegion, find_api
from tests.strict_aws.rules import rule

JSON = "application/json"
MODEL_URL = re.compile(r"https://apigateway\.amazonaws\.com/restapis/([^/]+)/models/([^/]+)")
MAX_SCHEMAS = 400 * 1024
_DRAFT = "http://json-schema.org/draft-04/schema#"
_EMPTY: Document = {"$schema": _DRAFT, "title": "Empty Schema", "type": "object"}
_ERROR: Document = {"$schema": _DRAFT, "title": "Error Schema", "type": "object"}
_ERROR |= {"properties": {"message": {"type": "string"}}}

NAME = rule("rest.model-name", "A model has an alphanumeric name", "botocore: CreateModel.name; text from memory")
EMPTY_NAME = rule("rest.model-empty-name", "A model's name is not empty", "recorded: test_model_validation")
TAKEN = rule("rest.model-taken", "Names of an API's models are unique", "recorded: test_model_validation")
SCHEMA = rule("rest.model-schema", "A model has a schema", "recorded: test_model_validation, test_update_model")
JSON_SCHEMA = rule(
    "rest.model-json", "The schema of a JSON model is JSON", "botocore: CreateModel.schema; text from memory"
)
REFERENCE = rule(
    "rest.model-reference",
    "A model refers to another by its URL, and that one is there",
    "recorded: test_import_with_circular_models; texts from memory",
)
SIZE = rule("rest.model-size", "An API's models have at most 400 KB", "AWS notes, section 2.2; text from memory")
USED = rule(
    "rest.model-used",
    "A model that a method's request or response refers to is not deleted",
    "recorded: test_put_method_model; quoted: aws-apigateway-importer issue 113",
)
USED_BY_MODEL = rule(
    "rest.model-used-by-model", "A model that another one refers to is not deleted", "from memory", recalled=True
)
DEFAULTS = rule(
    "rest.model-defaults",
    "An API that is created has the models Empty and Error",
    "AWS notes, appendix B; recorded: test_model_lifecycle",
)


def default_models(call: Call) -> dict[str, Document]:
    """The models that CreateRestApi makes, by name."""
    kinds = (("Empty", _EMPTY, "empty schema model"), ("Error", _ERROR, "error schema model"))
    if not call.holds(DEFAULTS):
        return {}
    return {
        name: {
            "id": call.aws.ids.gateway(6),
            "name": name,
            "description": f"This is a default {text}",
            "schema": json.dumps(schema, indent=2),
            "contentType": JSON,
        }
        for name, schema, text in kinds
    }


def references(schema: Any) -> Iterator[str]:
    """Every `$ref` in a schema."""
    if isinstance(schema, list):
        for each in schema:
            yield from references(each)
    elif isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for each in schema.values():
            yield from references(each)


def model_references(model: Document) -> set[str]:
    """The names of the models that a model refers to."""
    if model["contentType"] != JSON:
        return set()
    found = (MODEL_URL.match(each) for each in references(_read(model["schema"])))
    return {match[2] for match in found if match}


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {}


def _invalid(text: str) -> Refusal:
    return bad_request(f"Invalid model specified: Validation Result: warnings : [], errors : [{text}]")


def check_schema(call: Call, api: RestApi, model: Document) -> None:
    """Refuse a schema that AWS would not take; it may refer to its own model."""
    text = model.get("schema")
    if not text:
        if call.holds(SCHEMA):
            raise bad_request("Model schema must have at least 1 property or array items defined")
        return
    others = sum(len(each["schema"].encode()) for name, each in api.draft.models.items() if name != model["name"])
    if others + len(text.encode()) > MAX_SCHEMAS and call.holds(SIZE):
        raise bad_request("The models of an API have at most 400 KB together")
    if model["contentType"] != JSON:
        return
    try:
        schema = json.loads(text)
    except ValueError:
        schema = None
    if not isinstance(schema, dict):
        if call.holds(JSON_SCHEMA):
            raise _invalid("Invalid model schema specified")
        return
    if call.holds(REFERENCE):
        _check_references(call, api, model["name"], schema)


def _check_references(call: Call, api: RestApi, own: str, schema: Document) -> None:
    for reference in references(schema):
        match = MODEL_URL.fullmatch(reference.partition("#")[0])
        if reference.startswith("#"):
            continue
        if not match:
            raise _invalid("Model reference must be in canonical form")
        owner = api if match[1] == api.id else call.part(RestRegion).apis.get(match[1])
        if owner is None or (match[2] not in owner.draft.models and (match[1], match[2]) != (api.id, own)):
            raise _invalid(f"Invalid model reference specified: {reference}")


def _find(call: Call) -> tuple[RestApi, Document]:
    api, name = call.part(RestRegion).apis.get(call.params["restApiId"]), call.params["modelName"]
    if api is None or name not in api.draft.models:
        raise not_found(f"Invalid model name specified: {name}")
    return api, api.draft.models[name]


@answers("apigateway", "CreateModel")
def create_model(call: Call) -> Document:
    """A new model."""
    api, name = find_api(call), call.params["name"]
    if not name and call.holds(EMPTY_NAME):
        raise bad_request("Model name must be non-empty")
    if not re.fullmatch(r"[a-zA-Z0-9]*", name) and call.holds(NAME):
        raise bad_request(f"Model name must be alphanumeric: {name}")
    if name in api.draft.models and call.holds(TAKEN):
        raise conflict("Model name already exists for this REST API")
    given = {k: v for k, v in call.given("name", "description", "schema", "contentType").items() if v != ""}
    check_schema(call, api, given | {"name": name})
    model: Document = {"id": call.aws.ids.gateway(6), **given}
    api.draft.models[name] = model
    return model


@answers("apigateway", "GetModels")
def get_models(call: Call) -> Document:
    """The API's models, in an order that says nothing."""
    rows, position = call.page(sorted(find_api(call).draft.models.values(), key=lambda row: str(row["id"])))
    return {"items": rows, "position": position}


@answers("apigateway", "GetModel")
def get_model(call: Call) -> Document:
    """One model; with `flatten`, what it refers to stands in it."""
    api, model = _find(call)
    if not call.params.get("flatten") or model["contentType"] != JSON:
        return model
    return {**model, "schema": json.dumps(_flattened(api, model))}


def _flattened(api: RestApi, model: Document) -> Document:
    """The schema with the models that it refers to, and those that they refer to, as definitions of its own."""
    wanted, definitions = [model], {}
    while wanted:
        for name in model_references(wanted.pop()):
            if name in api.draft.models and name not in definitions:
                definitions[name] = _local(_read(api.draft.models[name]["schema"]))
                wanted.append(api.draft.models[name])
    schema: Document = _local(_read(model["schema"]))
    return {**schema, "definitions": definitions} if definitions else schema


def _local(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_local(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    match = MODEL_URL.match(schema["$ref"]) if isinstance(schema.get("$ref"), str) else None
    own = {"$ref": f"#/definitions/{match[2]}"} if match else {}
    return {k: _local(v) for k, v in schema.items()} | own


@answers("apigateway", "GetModelTemplate")
def get_model_template(call: Call) -> Document:
    """A mapping template to begin with: the schema's properties, each taken out of the input."""
    _, model = _find(call)
    schema = _read(model["schema"]) if model["contentType"] == JSON else {}
    names = schema.get("properties", {}) if isinstance(schema, dict) else {}
    lines = ",\n".join(f"  \"{name}\" : $input.json('$.{name}')" for name in names)
    return {"value": f"#set($inputRoot = $input.path('$'))\n{{\n{lines}\n}}"}


_SLOTS = {"/description": scalar("description", clears=True), "/schema": scalar("schema")}


@answers("apigateway", "UpdateModel")
def update_model(call: Call) -> Document:
    """Patch a model's schema or description."""
    api, model = _find(call)
    changed = patched(call, model, _SLOTS, listing=True)
    if changed["schema"] != model["schema"]:
        check_schema(call, api, changed)
    api.draft.models[model["name"]] = changed
    return changed


@answers("apigateway", "DeleteModel")
def delete_model(call: Call) -> None:
    """Take a model away; not while a method or another model refers to it."""
    api, model = _find(call)
    name = model["name"]
    held = f"Cannot delete model '{name}', is referenced in "
    for path, verb, method in sorted(api.draft.methods(), key=lambda each: each[0], reverse=True):
        if name in method.get("requestModels", {}).values() and call.holds(USED):
            raise conflict(f"{held}method request: {path}/{verb}")
        for response in method.get("methodResponses", {}).values():
            if name in response.get("responseModels", {}).values() and call.holds(USED):
                raise conflict(f"{held}method response: {path}/{verb}")
    for other in api.draft.models.values():
        if other is not model and name in model_references(other) and call.holds(USED_BY_MODEL):
            raise conflict(f"{held}model: {other['name']}")
    del api.draft.models[name]
