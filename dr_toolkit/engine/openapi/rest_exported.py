"""The exported form of a REST API: what GetExport would tell of its draft, and nothing more.

Two definitions that an export tells alike have the same exported form. What an export leaves out or changes is named in
the developer guide ("Amazon API Gateway important notes", "Export a REST API").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dr_toolkit.engine.openapi import rest_words as w
from dr_toolkit.engine.openapi.rest_rows import DATE
from dr_toolkit.engine.openapi.rest_schemas import as_exported
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey

_API = ("version", "policy", *w.SETTINGS.values())
_BY_AUTHORIZER = ("CUSTOM", "COGNITO_USER_POOLS")


def exported(nouns: Iterable[Resource]) -> list[Resource]:
    """The nouns of one API in exported form, sorted by key; applied twice it is the same as once.

    Left out are: the API's name, description and tags, which take effect without a deployment, and its endpoint; paths
    that lead to no method; models' descriptions, and models that are not JSON; validators without a name;
    integrations' targets, cache namespaces where nothing is cached by; what is no part of a definition. Parameters with
    several values are told as parameters, headers of responses as not required; of integration responses of the same
    pattern only the one of the greatest status is told.
    """
    held = {noun.key: noun for noun in nouns}
    validators = _validators(held.values())
    made = [form for noun in held.values() if (form := _form(noun, validators)) is not None]
    leading = {key for noun in made if noun.key.type == w.METHOD for key in _above(noun.key)}
    return sorted(
        (noun for noun in made if noun.key.type != w.RESOURCE or noun.key in leading or noun.key.name == "/"),
        key=lambda noun: noun.key,
    )


def _form(noun: Resource, validators: Mapping[ResourceKey, ResourceKey]) -> Resource | None:
    a = noun.attributes
    match noun.key.type:
        case w.API:
            return Resource(noun.key, _api(a))
        case w.METHOD:
            return Resource(noun.key, _method(a, validators))
        case w.MODEL:
            return Resource(noun.key, _model(a)) if a.get("contentType") == w.JSON else None
        case w.VALIDATOR:
            return Resource(noun.key, a) if noun.key in validators.values() else None
        case w.RESOURCE | w.AUTHORIZER | w.RESPONSE:
            return Resource(noun.key, a)
    return None


def _api(a: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: a[name] for name in _API if name in a}
    if DATE.fullmatch(str(made.get("version", ""))):
        del made["version"]
    return made


def _model(a: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in a.items() if name != "description"}
    schema = as_exported(a.get("schema", {}))
    if isinstance(schema, Mapping):
        schema = {name: value for name, value in schema.items() if name != "description"}
    return made | {"schema": schema}


def _validators(nouns: Iterable[Resource]) -> dict[ResourceKey, ResourceKey]:
    """The validator that an export tells for each: those of a name are told as the last of them."""
    by_name: dict[str, list[ResourceKey]] = {}
    for noun in nouns:
        if noun.key.type == w.VALIDATOR and noun.attributes.get("name"):
            by_name.setdefault(str(noun.attributes["name"]), []).append(noun.key)
    return {key: max(keys) for keys in by_name.values() for key in keys}


def _above(method: ResourceKey) -> list[ResourceKey]:
    """The paths that lead to a method, its own among them."""
    api, path = method.path[:2]
    parts = path.strip("/").split("/")
    return [ResourceKey(w.RESOURCE, (api, "/" + "/".join(parts[:number]))) for number in range(1, len(parts) + 1)]


# --- methods -----------------------------------------------------------------------------------


def _method(a: Mapping[str, Any], validators: Mapping[ResourceKey, ResourceKey]) -> dict[str, Any]:
    made = dict(a)
    if made.get("authorizationType") not in _BY_AUTHORIZER:
        made.pop("authorizationScopes", None)
    validator = made.pop("requestValidatorId", None)
    if isinstance(validator, Ref) and validator.key in validators:
        made["requestValidatorId"] = Ref(validators[validator.key])
    if "requestParameters" in made:
        made["requestParameters"] = {_single(name): need for name, need in made["requestParameters"].items()}
    if "methodResponses" in made:
        made["methodResponses"] = {code: _response(each) for code, each in made["methodResponses"].items()}
    if "methodIntegration" in made:
        made["methodIntegration"] = _integration(made["methodIntegration"])
    return made


def _single(name: str) -> str:
    """A parameter's name without what says that it has several values."""
    return name.replace(".multivalue", ".", 1)


def _response(response: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(response)
    if "responseParameters" in made:
        made["responseParameters"] = {_single(name): False for name in made["responseParameters"]}
    return made


def _integration(integration: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in integration.items() if name != "integrationTarget"}
    if not made.get("cacheKeyParameters"):
        made.pop("cacheNamespace", None)
    if "integrationResponses" in made:
        made["integrationResponses"] = _by_pattern(made["integrationResponses"])
    return made


def _by_pattern(responses: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    told: dict[str, tuple[str, dict[str, Any]]] = {}
    for status, response in sorted(responses.items()):
        pattern = response.get("selectionPattern") or "default"
        plain = {name: value for name, value in response.items() if name != "selectionPattern"}
        told[pattern] = status, plain if pattern == "default" else dict(response)
    return dict(told.values())
