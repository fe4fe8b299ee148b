"""Drawn estates made such that AWS exports their REST APIs, and such that documents hold nearly all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

from tests.strict_aws.estates.steps import Document, Step

JSON = "application/json"


def exportable(steps: Iterable[Step]) -> list[Step]:
    """The same estate without what keeps AWS from exporting it: models that are not JSON."""
    return [replace(step, params=_with_json(step)) for step in steps]


def _with_json(step: Step) -> Document:
    asked = dict(step.params)
    if step.operation == "CreateModel" and asked["contentType"] != JSON:
        asked |= {"contentType": JSON, "schema": '{"type": "object"}'}
    if step.operation == "PutMethod" and asked.get("requestModels"):
        asked["requestModels"] = {JSON: "Empty"} | asked["requestModels"]
    return asked


def importable(steps: Iterable[Step]) -> list[Step]:
    """The same estate without what documents can't hold of methods, and with names that they take."""
    return [replace(step, params=_importable(step)) for step in exportable(steps)]


def _importable(step: Step) -> Document:
    asked = dict(step.params)
    match step.operation:
        case "CreateAuthorizer":
            asked["name"] = asked["name"].replace(" ", "-")
        case "CreateRequestValidator":
            asked["name"] = f"{next(iter(step.gives))}"
        case "PutMethod":
            asked = _renamed(asked)
            asked["operationName"] = f"{asked['httpMethod']}{asked['resourceId']}".strip("<>")
            declared = {f"method.request.path.{name}": True for name in _variables(asked)}
            asked["requestParameters"] = asked.get("requestParameters", {}) | declared
        case "PutMethodResponse":
            asked |= {"responseParameters": dict.fromkeys(asked.get("responseParameters", {}), False)}
        case "PutIntegration":
            asked = {name: value for name, value in _renamed(asked).items() if name not in _UNCONFIRMED}
        case "PutIntegrationResponse":
            asked["selectionPattern"] = "" if asked["statusCode"] == "200" else f"{asked['statusCode']}.*"
    return asked


_UNCONFIRMED = ("responseTransferMode", "integrationTarget")


def _renamed(asked: Document) -> Document:
    """Parameters of a method that are single, and stand in its path only where that has a place for them."""
    text = json.dumps(asked).replace("multivaluequerystring.", "querystring.")
    if "id" not in _variables(asked):
        text = text.replace("method.request.path.id", "method.request.header.Id")
    found: Document = json.loads(text)
    return found


def _variables(asked: Document) -> list[str]:
    return re.findall(r"\{(\w+)\+?\}", asked["resourceId"])
