"""Methods of a deployment as operations of an exported document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rest import openapi_integrations, openapi_security
from tests.strict_aws.rest.models import JSON
from tests.strict_aws.rest.openapi_document import EXT
from tests.strict_aws.rest.state import Content, Document
from tests.strict_aws.rules import rule

NON_JSON = rule(
    "rest.export-non-json-models",
    "An API with models of other content types than application/json can't be exported",
    "AWS notes, section 4.2",
)

_PLACES = {"path": "path", "querystring": "query", "header": "header"}
INTEGRATIONS, APIGATEWAY = "integrations", "apigateway"


class Operations:
    """What an export says of methods. ``extensions`` are those that were asked for."""

    def __init__(self, call: Call, content: Content, extensions: set[str], *, swagger: bool) -> None:
        self.call, self.content, self.extensions, self.swagger = call, content, extensions, swagger

    def paths(self) -> Document:
        """The paths with their operations."""
        made: Document = {}
        for path, verb, method in sorted(self.content.methods(), key=lambda row: row[:2]):
            name = EXT + "any-method" if verb == "ANY" else verb.lower()
            made.setdefault(path, {})[name] = self._operation(path, verb, method)
        return made

    def _operation(self, path: str, verb: str, method: Document) -> Document:
        operation: Document = {}
        if method.get("operationName"):
            operation["operationId"] = method["operationName"]
        operation |= self._types(method) if self.swagger else {}
        parameters = [self._parameter(*each) for each in (method.get("requestParameters") or {}).items()]
        models = method.get("requestModels") or {}
        if models and JSON not in models and self.call.holds(NON_JSON):
            raise bad_request(f"Only found non-JSON body models for {verb} {path}")
        if models and self.swagger:
            name = models.get(JSON) or next(iter(models.values()))
            parameters.append({"in": "body", "name": name, "required": True, "schema": self._reference(name)})
        if parameters:
            operation["parameters"] = parameters
        if models and not self.swagger:
            operation["requestBody"] = {"content": self._contents(models), "required": True}
        responses = {code: self._response(each) for code, each in sorted((method.get("methodResponses") or {}).items())}
        if responses or self.swagger:
            operation["responses"] = responses
        security = openapi_security.required_by(self.content, method)
        if security:
            operation["security"] = security
        return operation | self._extensions(method)

    def _extensions(self, method: Document) -> Document:
        made: Document = {}
        integration = method.get("methodIntegration")
        if integration and self.extensions & {INTEGRATIONS, APIGATEWAY}:
            made[EXT + "integration"] = openapi_integrations.exported(self.call, integration)
        validator = self.content.validators.get(method.get("requestValidatorId", ""))
        if validator and validator.get("name") and APIGATEWAY in self.extensions:
            made[EXT + "request-validator"] = validator["name"]
        return made

    def _types(self, method: Document) -> Document:
        """Swagger's consumes and produces: the content types of models and templates."""
        integration = method.get("methodIntegration") or {}
        answers = (method.get("methodResponses") or {}).values()
        mapped = (integration.get("integrationResponses") or {}).values()
        consumed = _keys([method.get("requestModels"), integration.get("requestTemplates")])
        produced = _keys([*(r.get("responseModels") for r in answers), *(r.get("responseTemplates") for r in mapped)])
        made = {"consumes": consumed, "produces": produced}
        return {name: kinds for name, kinds in made.items() if kinds}

    def _parameter(self, key: str, required: bool) -> Document:
        _, _, place, name = key.split(".", 3)
        made: Document = {"name": name, "in": _PLACES[place.removeprefix("multivalue")]}
        if required or self.swagger:
            made["required"] = required
        return made | ({"type": "string"} if self.swagger else {"schema": {"type": "string"}})

    def _response(self, response: Document) -> Document:
        made: Document = {"description": f"{response['statusCode']} response"}
        headers = [key.rpartition("header.")[2] for key in response.get("responseParameters") or {}]
        kind: Document = {"type": "string"}
        if headers:
            made["headers"] = {name: kind if self.swagger else {"schema": kind} for name in headers}
        models = response.get("responseModels") or {}
        if not self.swagger:
            made["content"] = self._contents(models)
        elif models:
            made["schema"] = self._reference(models.get(JSON) or next(iter(models.values())))
        return made

    def _contents(self, models: Document) -> Document:
        return {kind: {"schema": self._reference(name)} for kind, name in models.items()}

    def _reference(self, name: str) -> Document:
        return {"$ref": ("#/definitions/" if self.swagger else "#/components/schemas/") + name}


def _keys(maps: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(key for each in maps for key in each or {}))
