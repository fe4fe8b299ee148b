"""The exported form of a REST API: what GetExport would tell of a draft, as nouns.

What an export leaves out or changes is told by the developer guide ("Amazon API Gateway important notes", "Export a
REST API from API Gateway").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from dr_toolkit.engine.openapi import rest_words as w
from dr_toolkit.engine.openapi.rest_rows import DATE
from dr_toolkit.engine.openapi.rest_schemas import as_exported
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey

_API = ("name", "description", "version", "policy", *w.SETTINGS.values())
_NAMED = (w.AUTHORIZER, w.VALIDATOR)
_SEVERAL = re.compile(r"\A(method\.(?:request|response)\.)multivalue")
_BY_AUTHORIZER = ("CUSTOM", "COGNITO_USER_POOLS")


def exported(nouns: Iterable[Resource]) -> list[Resource]:
    """What an export of a draft would tell: the nouns of a REST API in canonical form, in the order of their keys.

    It is what canonical form and ``as_drafted`` make of ``rest_rows.rows`` of that export. Authorizers and validators
    are called by their names, whatever they were called before. Left out are: the endpoint and tags of the API; paths
    that lead to no method; models that are not JSON, and descriptions of models; validators without a name; targets of
    integrations; what is no part of a definition. Parameters with several values are told as plain ones, headers of
    responses as not required, and a cache namespace only where something is cached by. Of several validators of a name
    the last one is told, of several integration responses of a pattern the one of the greatest status.
    """
    held = {noun.key: noun for noun in nouns}
    names = _names(held)
    made = [
        Resource(names[key], _method(noun, names) if key.type == w.METHOD else _FORMS[key.type](noun.attributes))
        for key, noun in sorted(held.items())
        if key in names and not (key.type == w.MODEL and noun.attributes.get("contentType") != w.JSON)
    ]
    leading = {above for noun in made if noun.key.type == w.METHOD for above in _above(noun.key)}
    told = {noun.key: noun for noun in made if noun.key.type != w.RESOURCE or noun.key in leading}
    return [told[key] for key in sorted(told)]


def as_drafted(noun: Resource) -> Resource:
    """What was read of an export as it is read of a draft: there, the id of a method's own resource is no namespace."""
    own = Ref(ResourceKey(w.RESOURCE, noun.key.path[:2]))
    integration = noun.attributes.get("methodIntegration") or {}
    if noun.key.type != w.METHOD or integration.get("cacheNamespace") != own:
        return noun
    plain = {name: value for name, value in integration.items() if name != "cacheNamespace"}
    return replace(noun, attributes={**noun.attributes, "methodIntegration": plain})


def names_in_export(nouns: Iterable[Resource]) -> dict[ResourceKey, ResourceKey]:
    """The keys by which an export calls the nouns of a draft; what is in none may have one, too."""
    return _names({noun.key: noun for noun in nouns})


def _names(held: Mapping[ResourceKey, Resource]) -> dict[ResourceKey, ResourceKey]:
    """The keys that nouns have in an export; what is not in one has none."""
    names: dict[ResourceKey, ResourceKey] = {}
    for key, noun in held.items():
        if key.type not in _NAMED:
            names |= {key: key} if key.type in (w.METHOD, *_FORMS) else {}
        elif name := noun.attributes.get("name"):
            names[key] = ResourceKey(key.type, (key.path[0], str(name)))
    return names


def _above(method: ResourceKey) -> list[ResourceKey]:
    """The paths that lead to a method, its own and the root among them."""
    api, path = method.path[:2]
    parts = path.rstrip("/").split("/")
    return [ResourceKey(w.RESOURCE, (api, "/".join(parts[:number]) or "/")) for number in range(1, len(parts) + 1)]


# --- forms -------------------------------------------------------------------------------------


def _api(a: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: a[name] for name in _API if name in a}
    if DATE.fullmatch(str(made.get("version", ""))):
        del made["version"]
    return made


def _model(a: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in a.items() if name not in ("description", "schema")}
    schema = as_exported(a.get("schema", {}))
    return made | ({"schema": schema} if schema != {} else {})


_FORMS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    w.API: _api,
    w.RESOURCE: dict,
    w.MODEL: _model,
    w.AUTHORIZER: dict,
    w.VALIDATOR: dict,
    w.RESPONSE: dict,
}


def _method(noun: Resource, names: Mapping[ResourceKey, ResourceKey]) -> dict[str, Any]:
    made = dict(noun.attributes)
    if made.get("authorizationType") not in _BY_AUTHORIZER:
        made.pop("authorizationScopes", None)
    for member in ("authorizerId", "requestValidatorId"):
        reference = made.pop(member, None)
        if isinstance(reference, Ref) and reference.key in names:
            made[member] = Ref(names[reference.key])
    if "requestParameters" in made:
        made["requestParameters"] = {_single(name): need for name, need in made["requestParameters"].items()}
    if "methodResponses" in made:
        made["methodResponses"] = {code: _response(each) for code, each in made["methodResponses"].items()}
    if "methodIntegration" in made:
        made["methodIntegration"] = _integration(made["methodIntegration"])
    return made


def _single(name: str) -> str:
    """A parameter's name without what says that it has several values."""
    return _SEVERAL.sub(r"\1", name)


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
