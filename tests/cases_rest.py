"""Load public API definitions into the stand-in, by plain create and put calls."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from tests.cases_loaded import ACCOUNT, Loaded, why
from tests.openapi_definitions import Definition, Method, read_definition, references, with_urls

MODELS = "https://apigateway.amazonaws.com/restapis/{api}/models"


def _kind(path: Path) -> str:
    """REST or HTTP, as the material's own list says."""
    for line in (path.parent / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["id"] == path.stem:
            return str(row["kind"])
    return "REST"


def _adapted(value: Any) -> Any:
    """The document with what only its author could fill in filled in.

    Roles become roles of the stand-in's own account, since no role of another's can be passed; a URI that is nothing
    but a template's variable becomes an address.
    """
    text = re.sub(r"(arn:aws:iam::)[\w-]+(:role)", rf"\g<1>{ACCOUNT}\2", json.dumps(value))
    text = text.replace("${uri}", "https://petstore.example.com")
    function = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:authorizer"
    function = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    return json.loads(text.replace("${authorizer_lambda_invocation_arn}", function))


class _Loading:
    """One definition on its way in."""

    def __init__(self, rest: Any, definition: Definition) -> None:
        self.rest, self.definition = rest, definition
        made = rest.create_rest_api(endpointConfiguration={"types": ["REGIONAL"]}, **definition.settings)
        self.api: str = made["id"]
        self.loaded = Loaded(api=self.api, left_out=definition.left_out)
        self.resources = {"/": made["rootResourceId"]}
        self.authorizers: dict[str, str] = {}
        self.validators: dict[str, str] = {}

    def attempt(self, what: str, call: Any, **params: Any) -> Any:
        """Make a call; what is refused is left out with the reason."""
        try:
            return call(restApiId=self.api, **params)
        except ClientError as error:
            self.loaded.left_out.append((what, why(error)))
            return None

    def models(self) -> None:
        """The models: each first as a bare object, then its schema, so that the order of references is no matter."""
        wanted, base = self.definition.models, MODELS.format(api=self.api)
        refers = {name: set(references(schema)) for name, schema in wanted.items()}
        for name in [name for name, names in refers.items() if not names <= set(wanted)]:
            self.loaded.left_out.append((f"model {name}", "it refers to models that the document does not define"))
        usable = {name: schema for name, schema in wanted.items() if refers[name] <= set(wanted)}
        for name in usable:
            if name in ("Empty", "Error"):
                continue
            self.attempt(
                f"model {name}",
                self.rest.create_model,
                name=name,
                contentType="application/json",
                schema=json.dumps({"type": "object"}),
            )
        for name, schema in usable.items():
            patch = {"op": "replace", "path": "/schema", "value": json.dumps(with_urls(schema, base))}
            self.attempt(f"model {name}", self.rest.update_model, modelName=name, patchOperations=[patch])

    def parts(self) -> None:
        """Authorizers, validators and gateway responses."""
        for name, settings in self.definition.authorizers.items():
            made = self.attempt(f"authorizer {name}", self.rest.create_authorizer, name=name, **settings)
            if made:
                self.authorizers[name] = made["id"]
        for name, settings in self.definition.validators.items():
            made = self.attempt(f"validator {name}", self.rest.create_request_validator, name=name, **settings)
            if made:
                self.validators[name] = made["id"]
        for kind, settings in self.definition.gateway_responses.items():
            self.attempt(f"gateway response {kind}", self.rest.put_gateway_response, responseType=kind, **settings)

    def resource(self, path: str) -> str | None:
        """The resource of a path, made with all above it; None where the path is refused."""
        if path not in self.resources:
            above, _, part = path.rpartition("/")
            parent = self.resource(above or "/")
            made = parent and self.attempt(f"path {path}", self.rest.create_resource, parentId=parent, pathPart=part)
            if not made:
                return None
            self.resources[path] = made["id"]
        return str(self.resources[path])

    def method(self, method: Method) -> None:
        """One method with everything in it."""
        resource, what = self.resource(method.path), f"{method.verb} {method.path}"
        if resource is None:
            self.loaded.left_out.append((what, "its path was refused"))
            return
        own = {"resourceId": resource, "httpMethod": method.verb}
        settings = dict(method.settings)
        if method.authorizer:
            settings["authorizerId"] = self.authorizers.get(method.authorizer, "")
        if method.validator in self.validators:
            settings["requestValidatorId"] = self.validators[str(method.validator)]
        if not self.attempt(what, self.rest.put_method, **own, **settings):
            return
        self.loaded.methods += 1
        for code, response in method.responses.items():
            self.attempt(f"{what} {code}", self.rest.put_method_response, **own, statusCode=code, **response)
        if method.integration is None:
            return
        if self.attempt(f"{what}: integration", self.rest.put_integration, **own, **method.integration):
            for code, response in method.integration_responses.items():
                call = self.rest.put_integration_response
                self.attempt(f"{what}: integration response {code}", call, **own, statusCode=code, **response)


def load_definition(path: Path, rest: Any, stage: str = "live") -> Loaded:
    """An API definition as a REST API, by plain create and put calls, deployed to a stage where it can be.

    One of an HTTP API is left out whole: these are another service's.
    """
    if _kind(path) == "HTTP":
        return Loaded(left_out=[(path.stem, "an HTTP API, not a REST API")])
    loading = _Loading(rest, read_definition(_adapted(json.loads(path.read_text()))))
    loading.models()
    loading.parts()
    for each in loading.definition.paths:
        loading.resource(each)
    for method in loading.definition.methods:
        loading.method(method)
    loading.attempt(f"stage {stage}", rest.create_deployment, stageName=stage)
    return loading.loaded
