"""Methods of a REST API as operations of a document for an import."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from dr_toolkit.engine.openapi import rest_words as w
from dr_toolkit.engine.openapi.rest_integrations import integration
from dr_toolkit.engine.openapi.rest_security import Requirements
from dr_toolkit.engine.openapi.texts import Unheld
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import Ref, ResourceKey

_NAME = re.compile(r"[a-zA-Z0-9._$-]+")
_STATUS = re.compile(r"[1-5]\d\d")
_VARIABLES = re.compile(r"\{([^{}+]+)\+?\}")


class Operations:
    """Writes methods; those that come first have their operation names, which no document has twice.

    ``models`` are the names of the models in the document, ``validators`` those of its validators by key, ``bound`` the
    resources whose ids are known when it is sent.
    """

    def __init__(
        self,
        models: Collection[str],
        validators: Mapping[ResourceKey, str],
        requirements: Requirements,
        bound: Collection[ResourceKey],
    ) -> None:
        self._models, self._validators = models, validators
        self._requirements, self._bound = requirements, bound
        self._named: set[str] = set()

    def of(self, method: Resource) -> dict[str, Any]:
        """The operation. Raises `Unheld` where a document can't hold all of the method."""
        a, (_, path, _) = method.attributes, method.key.path
        made: dict[str, Any] = {}
        name = str(a.get("operationName", ""))
        if name in self._named:
            raise Unheld(f"another method has the operation name {name}, which no document has twice")
        if name:
            made["operationId"] = name
        if parameters := _parameters(path, a.get("requestParameters", {})):
            made["parameters"] = parameters
        if "requestModels" in a:
            made["requestBody"] = {"content": self._contents(a["requestModels"]), "required": True}
        made["responses"] = {code: self._response(code, each) for code, each in sorted(_responses(a).items())}
        if "requestValidatorId" in a:
            made[w.X + "request-validator"] = self._validator(a["requestValidatorId"])
        if "methodIntegration" in a:
            made[w.X + "integration"] = integration(method.key, a["methodIntegration"], self._bound)
        if required := self._requirements.of(a):
            made["security"] = required
        self._named |= {name} if name else set()
        return made

    def _validator(self, reference: Any) -> str:
        if isinstance(reference, Ref) and reference.key in self._validators:
            return self._validators[reference.key]
        raise Unheld("its request validator is not in the document")

    def _contents(self, models: Mapping[str, str]) -> dict[str, Any]:
        for name in models.values():
            if name not in self._models:
                raise Unheld(f"its model {name} is not in the document")
        return {kind: {"schema": {"$ref": w.SCHEMAS + name}} for kind, name in sorted(models.items())}

    def _response(self, code: str, response: Mapping[str, Any]) -> dict[str, Any]:
        if not _STATUS.fullmatch(code):
            raise Unheld(f"documents have no response of the status {code}")
        made: dict[str, Any] = {"description": f"{code} response"}
        if headers := response.get("responseParameters"):
            made["headers"] = {
                _header(name, needed): {"schema": {"type": "string"}} for name, needed in _sorted(headers)
            }
        if models := response.get("responseModels"):
            made["content"] = self._contents(models)
        return made


def _responses(a: Mapping[str, Any]) -> Mapping[str, Any]:
    responses: Mapping[str, Any] = a.get("methodResponses", {})
    return responses


def _sorted(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(values.items())


def _header(name: str, needed: Any) -> str:
    if not name.startswith(w.ANSWER):
        raise Unheld(f"documents have no word for {name}")
    if needed:
        raise Unheld(f"documents take {name} for one that is not required")
    return name.removeprefix(w.ANSWER)


def _parameters(path: str, declared: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parameters; an import declares the variables of a path as required ones, whatever the document says."""
    variables = set(_VARIABLES.findall(path))
    for variable in sorted(variables):
        if declared.get(f"{w.REQUEST}path.{variable}") is not True:
            raise Unheld(f"an import declares {{{variable}}} of its path as a required parameter")
    return [_parameter(key, bool(needed), variables) for key, needed in sorted(declared.items())]


def _parameter(key: str, needed: bool, variables: Collection[str]) -> dict[str, Any]:
    place, _, name = key.removeprefix(w.REQUEST).partition(".")
    if place not in w.WORDS or not key.startswith(w.REQUEST):
        raise Unheld(f"documents have no word for the parameter {key}")
    if not _NAME.fullmatch(name):
        raise Unheld(f"an import refuses the name of the parameter {key}")
    if place == "path" and name not in variables:
        raise Unheld(f"its path has no {{{name}}}, which it declares")
    return {"name": name, "in": w.WORDS[place], "required": needed, "schema": {"type": "string"}}
