"""Models, authorizers and request validators."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from tests.moto_overlay.patches import apply_patches, as_bool, scalar, value_list
from tests.moto_overlay.rest import (
    Api,
    Ask,
    Document,
    Refusal,
    bad_request,
    conflict,
    new_id,
    not_found,
    operation,
)

MODEL_URL = re.compile(r"^https://apigateway\.amazonaws\.com/restapis/([^/]+)/models/([^/]+)$")
NO_SCHEMA = "Model schema must have at least 1 property or array items defined"


def _by_id(documents: Iterable[Document]) -> list[Document]:
    """Rows in an order that says nothing."""
    return sorted(documents, key=lambda document: str(document["id"]))


def _using(api: Api, member: str, value: str) -> str | None:
    """The first method that refers to the value, as the service words it."""
    for path, verb, method in api.methods():
        if method.get(member) == value:
            return f"{path}/{verb}"
    return None


# -- models --------------------------------------------------------------------------------------------------


def _references(schema: Any) -> list[str]:
    """Every `$ref` in a schema."""
    if isinstance(schema, list):
        return [each for item in schema for each in _references(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return own + [each for item in schema.values() for each in _references(item)]


def _checked_schema(ask: Ask, api: Api, text: Any, content_type: str, own: str = "") -> str:
    """The schema, if the service would take it: what it refers to must be there."""
    if not text:
        raise bad_request(NO_SCHEMA)
    if content_type != "application/json":
        return str(text)
    invalid = "Invalid model specified: Validation Result: warnings : [], errors : [{}]"
    try:
        schema = json.loads(text)
    except ValueError as broken:
        raise bad_request(invalid.format("Invalid model schema specified")) from broken
    for reference in _references(schema):
        if reference.startswith("#"):
            continue
        match = MODEL_URL.match(reference)
        if not match:
            raise bad_request(invalid.format("Model reference must be in canonical form"))
        owner: Any = ask.backend.apis.get(match[1])
        if owner is None or (match[2] not in owner.models and (match[1], match[2]) != (api.id, own)):
            raise bad_request(invalid.format(f"Invalid model reference specified: {reference}"))
    return str(text)


def _model(ask: Ask) -> tuple[Api, Document]:
    api, name = ask.find_api(), ask.path["model_name"]
    if api is None or name not in api.models:
        raise not_found(f"Invalid model name specified: {name}")
    return api, api.models[name]


@operation("CreateModel", 201)
def create_model(ask: Ask) -> Document:
    """A new model."""
    name, api, content_type = (
        ask.body.get("name", ""),
        ask.api,
        ask.body.get("contentType", "application/json"),
    )
    if not name:
        raise bad_request("Model name must be non-empty")
    if not re.fullmatch(r"[a-zA-Z0-9]+", name):
        raise bad_request(f"Invalid model name specified: {name}. Model names must be alphanumeric: [a-zA-Z0-9]+")
    if name in api.models:
        raise conflict("Model name already exists for this REST API")
    schema = _checked_schema(ask, api, ask.body.get("schema"), content_type, name)
    taken = [each["id"] for each in api.models.values()]
    model: Document = {"id": new_id(6, taken), "name": name, "schema": schema, "contentType": content_type}
    api.models[name] = model | ask.settings("description")
    return api.models[name]


@operation("GetModels")
def get_models(ask: Ask) -> Document:
    """The API's models."""
    return ask.page(_by_id(ask.api.models.values()))


@operation("GetModel")
def get_model(ask: Ask) -> Document:
    """One model."""
    return _model(ask)[1]


@operation("UpdateModel")
def update_model(ask: Ask) -> Document:
    """Patch a model's schema or description."""
    api, model = _model(ask)

    def schema(value: Any) -> str:
        return _checked_schema(ask, api, value, model["contentType"], model["name"])

    slots = {"/description": scalar("description", clears=True), "/schema": scalar("schema", schema)}
    apply_patches(model, ask.patches, slots, "updateModelInput", strict=True)
    return model


@operation("DeleteModel", 202)
def delete_model(ask: Ask) -> None:
    """Take a model away; not while a method or another model refers to it."""
    api, model = _model(ask)
    name = model["name"]
    held = f"Cannot delete model '{name}', is referenced in "
    for path, verb, method in api.methods():
        if name in method.get("requestModels", {}).values():
            raise conflict(f"{held}method request: {path}/{verb}")
        for response in method.get("methodResponses", {}).values():
            if name in response.get("responseModels", {}).values():
                raise conflict(f"{held}method response: {path}/{verb}")
    url = f"/restapis/{api.id}/models/{name}"
    for other in api.models.values():
        schema = json.loads(other["schema"]) if other["contentType"] == "application/json" else {}
        if other is not model and any(each.endswith(url) for each in _references(schema)):
            raise conflict(f"{held}model: {other['name']}")
    del api.models[name]


# -- authorizers ---------------------------------------------------------------------------------------------


def _checked_authorizer(api: Api, authorizer: Document) -> Document:
    kind = authorizer.get("type")
    if kind in ("TOKEN", "REQUEST") and not authorizer.get("authorizerUri"):
        raise bad_request("Authorizer URI must be specified for authorizers of type TOKEN and REQUEST")
    caches = int(authorizer.get("authorizerResultTtlInSeconds", 0)) > 0
    if not authorizer.get("identitySource") and (kind == "TOKEN" or (kind == "REQUEST" and caches)):
        raise bad_request("Identity source must be specified for this authorizer")
    if kind == "COGNITO_USER_POOLS" and not authorizer.get("providerARNs"):
        raise bad_request("Provider ARNs must be specified for authorizers of type COGNITO_USER_POOLS")
    for other in api.authorizers.values():
        if other["name"] == authorizer["name"] and other["id"] != authorizer["id"]:
            text = f"Authorizer {authorizer['name']} already exists in this RestApi."
            raise bad_request(f"Authorizer name must be unique. {text}")
    return authorizer


@operation("CreateAuthorizer", 201)
def create_authorizer(ask: Ask) -> Document:
    """A new authorizer."""
    kind = ask.body.get("type")
    if kind not in ("TOKEN", "REQUEST", "COGNITO_USER_POOLS"):
        text = f"1 validation error detected: Value '{kind}' at 'createAuthorizerInput.type' failed to satisfy "
        text += "constraint: Member must satisfy enum value set: [TOKEN, REQUEST, COGNITO_USER_POOLS]"
        raise Refusal("ValidationException", text, 400)
    cognito = kind == "COGNITO_USER_POOLS"
    made: Document = {"id": new_id(6, ask.api.authorizers), "name": ask.body.get("name", ""), "type": kind}
    made["authType"] = "cognito_user_pools" if cognito else "custom"
    if not cognito:
        made["authorizerResultTtlInSeconds"] = 300
    made |= ask.settings("providerARNs", "authType", "authorizerUri", "authorizerCredentials", "identitySource")
    made |= ask.settings("identityValidationExpression", "authorizerResultTtlInSeconds")
    ask.api.authorizers[made["id"]] = _checked_authorizer(ask.api, made)
    return made


def _authorizer(ask: Ask) -> Document:
    api = ask.find_api()
    if api is None or ask.path["authorizer_id"] not in api.authorizers:
        raise not_found("Invalid Authorizer identifier specified")
    return api.authorizers[ask.path["authorizer_id"]]


@operation("GetAuthorizers")
def get_authorizers(ask: Ask) -> Document:
    """The API's authorizers."""
    return ask.page(_by_id(ask.api.authorizers.values()))


@operation("GetAuthorizer")
def get_authorizer(ask: Ask) -> Document:
    """One authorizer."""
    return _authorizer(ask)


AUTHORIZER_SLOTS = {
    "/name": scalar("name"),
    "/type": scalar("type"),
    "/authType": scalar("authType"),
    "/authorizerUri": scalar("authorizerUri"),
    "/authorizerCredentials": scalar("authorizerCredentials", clears=True),
    "/identitySource": scalar("identitySource", clears=True),
    "/identityValidationExpression": scalar("identityValidationExpression", clears=True),
    "/authorizerResultTtlInSeconds": scalar("authorizerResultTtlInSeconds", int),
    "/providerARNs": value_list("providerARNs"),
}


@operation("UpdateAuthorizer")
def update_authorizer(ask: Ask) -> Document:
    """Patch an authorizer."""
    authorizer = _authorizer(ask)
    changed = dict(authorizer)
    apply_patches(changed, ask.patches, AUTHORIZER_SLOTS, "updateAuthorizerInput")
    _checked_authorizer(ask.api, changed)
    authorizer.clear()
    authorizer.update(changed)
    return authorizer


@operation("DeleteAuthorizer", 202)
def delete_authorizer(ask: Ask) -> None:
    """Take an authorizer away; not while a method refers to it."""
    authorizer = _authorizer(ask)
    used = _using(ask.api, "authorizerId", authorizer["id"])
    if used:
        raise conflict(f"Cannot delete authorizer '{authorizer['name']}', is referenced in method: {used}")
    del ask.api.authorizers[authorizer["id"]]


# -- request validators --------------------------------------------------------------------------------------


@operation("CreateRequestValidator", 201)
def create_request_validator(ask: Ask) -> Document:
    """A new validator; names need not be unique."""
    api = ask.find_api()
    if api is None:
        raise bad_request("Invalid REST API identifier specified")
    made: Document = {"id": new_id(6, api.validators), **ask.settings("name")}
    for member in ("validateRequestBody", "validateRequestParameters"):
        made[member] = bool(ask.body.get(member, False))
    api.validators[made["id"]] = made
    return made


def _validator(ask: Ask) -> Document:
    api = ask.find_api()
    if api is None or ask.path["requestvalidator_id"] not in api.validators:
        raise not_found("Invalid Request Validator identifier specified")
    return api.validators[ask.path["requestvalidator_id"]]


@operation("GetRequestValidators")
def get_request_validators(ask: Ask) -> Document:
    """The API's validators."""
    return ask.page(_by_id(ask.api.validators.values()))


@operation("GetRequestValidator")
def get_request_validator(ask: Ask) -> Document:
    """One validator."""
    return _validator(ask)


@operation("UpdateRequestValidator")
def update_request_validator(ask: Ask) -> Document:
    """Patch a validator."""

    def name(value: Any) -> str:
        if not value:
            raise bad_request("Request Validator name cannot be blank")
        return str(value)

    slots = {
        "/name": scalar("name", name),
        "/validateRequestParameters": scalar("validateRequestParameters", as_bool),
        "/validateRequestBody": scalar("validateRequestBody", as_bool),
    }
    validator = _validator(ask)
    apply_patches(validator, ask.patches, slots, "updateRequestValidatorInput", strict=True)
    return validator


@operation("DeleteRequestValidator", 202)
def delete_request_validator(ask: Ask) -> None:
    """Take a validator away; not while a method refers to it."""
    validator = _validator(ask)
    used = _using(ask.api, "requestValidatorId", validator["id"])
    if used:
        name = validator.get("name", validator["id"])
        raise conflict(f"Cannot delete request validator '{name}', is referenced in method: {used}")
    del ask.api.validators[validator["id"]]
