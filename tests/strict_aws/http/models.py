"""Models, which only WebSocket APIs have."""

from __future__ import annotations

import json
from typing import Any

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.http.deploying import changed
from tests.strict_aws.http.lists import listed
from tests.strict_aws.http.members import edited, without_empty
from tests.strict_aws.http.state import Document, HttpApi, find_api, find_in
from tests.strict_aws.refusals import bad_request, conflict
from tests.strict_aws.rules import rule

WEBSOCKET = rule(
    "http.models-of-websocket",
    "Only WebSocket APIs have models",
    "botocore: Model, 'Supported only for WebSocket APIs'; the text is recalled",
)
NAME = rule(
    "http.model-name",
    "A model's name is alphanumeric, and no other model of the API has it",
    "botocore: CreateModel, Name; the texts are recalled",
)
SCHEMA = rule(
    "http.model-schema",
    "A schema is JSON",
    "botocore: CreateModel, Schema; the text is recalled",
)
IN_USE = rule(
    "http.delete-used-model",
    "A model that a route or a route response names can't be deleted",
    "recalled of v1, which refuses it",
    recalled=True,
)
_MEMBERS = ("ContentType", "Description", "Name", "Schema")
_SAMPLES = {"string": '"foo"', "number": "3.14", "integer": "42", "boolean": "true"}


def _check(call: Call, api: HttpApi, model: Document) -> None:
    name = model.get("Name", "")
    if not (name.isascii() and name.isalnum()) and call.holds(NAME):
        raise bad_request(f"Model name must be alphanumeric: {name}")
    others = [each["Name"] for each in api.draft.models.values() if each["ModelId"] != model["ModelId"]]
    if name in others and call.holds(NAME):
        raise conflict(f"Model with name {name} already exists for this API")
    try:
        json.loads(model.get("Schema") or "")
    except ValueError:
        if call.holds(SCHEMA):
            raise bad_request("Invalid model schema specified") from None


@answers("apigatewayv2", "CreateModel")
def create_model(call: Call) -> Document:
    """CreateModel."""
    api = find_api(call)
    if not api.is_websocket and call.holds(WEBSOCKET):
        raise bad_request("Models are not supported on protocolType HTTP")
    made = {"ModelId": call.aws.ids.gateway(6), "ContentType": "application/json"}
    made |= without_empty(call.given(*_MEMBERS))
    _check(call, api, made)
    api.draft.models[made["ModelId"]] = made
    changed(call, api)
    return made


@answers("apigatewayv2", "GetModels")
def get_models(call: Call) -> Document:
    """GetModels."""
    return listed(call, find_api(call).draft.models.values())


@answers("apigatewayv2", "GetModel")
def get_model(call: Call) -> Document:
    """GetModel."""
    return find_in(call, find_api(call).draft.models, "Model")


@answers("apigatewayv2", "UpdateModel")
def update_model(call: Call) -> Document:
    """UpdateModel."""
    api = find_api(call)
    model = find_in(call, api.draft.models, "Model")
    new = edited(call, model, _MEMBERS, required=("Name", "Schema", "ContentType"))
    _check(call, api, new)
    api.draft.models[new["ModelId"]] = new
    changed(call, api)
    return new


@answers("apigatewayv2", "DeleteModel")
def delete_model(call: Call) -> None:
    """DeleteModel."""
    api = find_api(call)
    model = find_in(call, api.draft.models, "Model")
    if call.holds(IN_USE) and model["Name"] in _named(api):
        raise conflict(f"Cannot delete model '{model['Name']}', is referenced in a route")
    del api.draft.models[model["ModelId"]]
    changed(call, api)


def _named(api: HttpApi) -> set[str]:
    found = {name for route in api.draft.routes.values() for name in (route.get("RequestModels") or {}).values()}
    for responses in api.draft.route_responses.values():
        found |= {name for each in responses.values() for name in (each.get("ResponseModels") or {}).values()}
    return found


@answers("apigatewayv2", "GetModelTemplate")
def get_model_template(call: Call) -> Document:
    """GetModelTemplate: a sample mapping template made of the schema."""
    model = find_in(call, find_api(call).draft.models, "Model")
    return {"Value": "#set($inputRoot = $input.path('$'))\n" + _sample(json.loads(model["Schema"]), 0)}


def _sample(schema: Any, depth: int) -> str:
    kind = schema.get("type", "object") if isinstance(schema, dict) else "object"
    if kind == "array":
        return f"[ {_sample(schema.get('items') or {}, depth)} ]"
    if kind != "object":
        return _SAMPLES.get(kind, "null")
    inner = "  " * (depth + 1)
    rows = [f'{inner}"{key}" : {_sample(value, depth + 1)}' for key, value in (schema.get("properties") or {}).items()]
    return "{\n" + "".join(f"{row}{',' if row is not rows[-1] else ''}\n" for row in rows) + "  " * depth + "}"
