"""Operations of a document as methods: parameters, bodies, responses, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal
from tests.strict_aws.rest.methods import bad_mapping, checked_method, checked_method_response
from tests.strict_aws.rest.openapi_document import EXT, Source
from tests.strict_aws.rest.openapi_integrations import Place, make_integration
from tests.strict_aws.rest.openapi_models import Models
from tests.strict_aws.rest.openapi_security import authorization
from tests.strict_aws.rest.state import Content, Document
from tests.strict_aws.rules import rule

PARAMETER_NAME = rule(
    "rest.import-parameter-names",
    "Names of parameters match ^[a-zA-Z0-9._$-]+$",
    "quoted: logs of imports in public repositories",
)
PATH_PARAMETERS = rule(
    "rest.import-path-parameters",
    "Variables of a path are declared as required parameters of its methods, whether the document says so or not",
    "recorded: test_import_and_validate_rest_api[swagger-mock-cors.json], test_import_with_global_api_key_authorizer",
)
PARAMETER_PLACES = rule(
    "rest.import-parameter-places",
    "Parameters in cookies and forms are left out, with a warning",
    "recalled",
    recalled=True,
)
RESPONSE_CODES = rule(
    "rest.import-response-codes",
    "A response without a status code of its own is left out, with a warning",
    "recalled",
    recalled=True,
)
RESPONSE_REFERENCES = rule(
    "rest.import-response-references",
    "References to the responses at Swagger's root are not followed",
    "the developer guide's important notes for REST APIs",
    recalled=True,
)

NAMESPACE = "cacheNamespace"
"""a resource's member, only during an import: what its integrations get for a cache namespace"""
_PLACES = {"path": "path", "query": "querystring", "header": "header"}


class Methods:
    """The methods of one import."""

    def __init__(self, call: Call, source: Source, content: Content, models: Models) -> None:
        self.call, self.source, self.content, self.models = call, source, content, models

    def make(self, path: str, verb: str, operation: Document, shared: list[Any], resource: Document) -> None:
        """Make or replace one method of a resource; ``shared`` are the path's own parameters."""
        findings = self.source.findings
        where = Place(self.call, findings, path, verb)
        method = {"httpMethod": verb} | authorization(self.call, self.source, self.content, operation)
        if operation.get("operationId"):
            method["operationName"] = str(operation["operationId"])
        given = [*shared, *(operation.get("parameters") or [])]
        try:
            method |= self._validator(operation)
            method |= self._request(where, operation, given)
            method = checked_method(self.call, self.content, method)
            responses = dict(self._responses(where, operation))
        except Refusal as refusal:
            findings.fail(f"Unable to put method '{verb}' on resource at path '{path}': {refusal.message}")
            return
        if responses:
            method["methodResponses"] = responses
        integration = operation.get(EXT + "integration")
        if integration is not None:
            own = resource.get(NAMESPACE, resource["id"])
            make_integration(where, method, integration, own)
        resource.setdefault("resourceMethods", {})[verb] = method

    def _validator(self, operation: Document) -> Document:
        name = operation.get(EXT + "request-validator") or self.source.extension("request-validator")
        if not name:
            return {}
        own = next((each["id"] for each in self.content.validators.values() if each.get("name") == name), str(name))
        return {"requestValidatorId": own}

    # --- requests ---------------------------------------------------------------------------------------

    def _request(self, where: Place, operation: Document, given: list[Any]) -> Document:
        declared: dict[str, bool] = {}
        models: dict[str, str] = {}
        for parameter in (self.source.resolved(each) for each in given):
            if not isinstance(parameter, dict):
                continue
            place, name = str(parameter.get("in")), str(parameter.get("name", ""))
            if place == "body":
                models |= self._body(where, self._types(operation, "consumes"), parameter.get("schema"))
            elif place in _PLACES:
                self._check_name(name)
                declared[f"method.request.{_PLACES[place]}.{name}"] = bool(parameter.get("required"))
            elif self.call.holds(PARAMETER_PLACES):
                text = f"Unsupported parameter location '{place}' for '{name}' in method '{where.verb} {where.path}'"
                where.findings.warn(f"{text}. Ignoring.")
        if self.call.holds(PATH_PARAMETERS):
            names = re.findall(r"\{([^{}+]+)\+?\}", where.path)
            declared = {f"method.request.path.{name}": True for name in names} | declared
        body = self.source.resolved(operation.get("requestBody"))
        for kind, content in (body.get("content") or {}).items() if isinstance(body, dict) else ():
            models |= self._body(where, [kind], content.get("schema"))
        made: Document = {"requestParameters": declared, "requestModels": models}
        return {name: value for name, value in made.items() if value}

    def _body(self, where: Place, kinds: list[str], schema: Any) -> dict[str, str]:
        invalid = f"Invalid format for model {kinds[0]} for method {where.verb}"
        name = self.models.name_of(schema, f"request to method '{where.verb} {where.path}'", invalid)
        return dict.fromkeys(kinds, name) if name else {}

    def _check_name(self, name: str) -> None:
        if not re.fullmatch(r"[a-zA-Z0-9._$-]+", name) and self.call.holds(PARAMETER_NAME):
            text = "Parameter name should match the following regular expression: ^[a-zA-Z0-9._$-]+$"
            raise bad_mapping(text)

    def _types(self, operation: Document, member: str) -> list[str]:
        """Swagger's content types of an operation."""
        return operation.get(member) or self.source.document.get(member) or ["application/json"]

    # --- responses --------------------------------------------------------------------------------------

    def _responses(self, where: Place, operation: Document) -> Iterator[tuple[str, Document]]:
        for code, given in (operation.get("responses") or {}).items():
            if str(code).startswith("x-"):
                continue
            if not re.fullmatch(r"[1-5]\d\d", str(code)):
                if self.call.holds(RESPONSE_CODES):
                    what = f"response '{code}' of method '{where.verb} {where.path}'"
                    where.findings.warn(f"Unsupported status code for {what}. Ignoring.")
                continue
            followed = not self.source.swagger or not self.call.holds(RESPONSE_REFERENCES)
            response = self.source.resolved(given) if followed else given
            yield str(code), self._response(where, str(code), operation, response if response else {})

    def _response(self, where: Place, code: str, operation: Document, given: Document) -> Document:
        made: Document = {"statusCode": code}
        headers = given.get("headers") or {}
        if headers:
            made["responseParameters"] = {f"method.response.header.{name}": False for name in headers}
        text, models = f"{code} response to method '{where.verb} {where.path}'", {}
        if "schema" in given:
            name = self.models.name_of(given["schema"], text)
            models = dict.fromkeys(self._types(operation, "produces"), name) if name else {}
        for kind, content in (given.get("content") or {}).items():
            name = self.models.name_of((content or {}).get("schema"), text)
            models |= {kind: name} if name else {}
        if models:
            made["responseModels"] = models
        return checked_method_response(self.call, self.content, made)
