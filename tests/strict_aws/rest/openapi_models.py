"""Models: schemas of a document as models of an API, and models as schemas of an export."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, bad_request
from tests.strict_aws.rest.models import JSON, NAME, check_schema
from tests.strict_aws.rest.openapi_document import Source
from tests.strict_aws.rest.state import Content, Document, RestApi
from tests.strict_aws.rules import rule

INLINE = rule(
    "rest.import-inline-models",
    "A schema written in place becomes a model named MODEL and six letters; one of a plain type is dropped, warned of",
    "AWS notes, section 4.2; warning texts quoted in public import logs",
)
DROPPED = rule(
    "rest.import-dropped-schema-members",
    "example, readOnly, discriminator, default, exclusiveMinimum and the like are dropped from schemas",
    "AWS notes, section 4.2",
)
REFERENCES = rule(
    "rest.import-model-references",
    "References among models are kept as URLs that name the API; a missing one in a method is dropped, warned of",
    "recorded: test_import_swagger_api; warning texts quoted in public deployment logs",
)

MODEL_URL = "https://apigateway.amazonaws.com/restapis/{api}/models/{name}"
_UNSUPPORTED = (
    "example",
    "examples",
    "xml",
    "externalDocs",
    "discriminator",
    "readOnly",
    "writeOnly",
    "deprecated",
    "default",
    "exclusiveMinimum",
    "nullable",
)
_NAMED = ("properties", "patternProperties", "definitions")


def _mapped(schema: Any, drop: tuple[str, ...], reference: Callable[[str], str]) -> Any:
    """A schema without some members, its references rewritten; properties of these names stay."""
    if isinstance(schema, list):
        return [_mapped(each, drop, reference) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str):
        return {"$ref": reference(schema["$ref"])}
    return {
        key: {name: _mapped(each, drop, reference) for name, each in value.items()}
        if key in _NAMED and isinstance(value, dict)
        else value
        if key in ("enum", "const", "required")
        else _mapped(value, drop, reference)
        for key, value in schema.items()
        if key not in drop
    }


class Models:
    """The models of one import: those that the document names, and those that are written in place.

    ``before`` are those that the API had: one of the same name keeps its id.
    """

    def __init__(self, call: Call, source: Source, api: RestApi, before: dict[str, Document]) -> None:
        self.call, self.source, self.api, self.content = call, source, api, api.draft
        self._before = before
        self._prefix = "#/definitions/" if source.swagger else "#/components/schemas/"

    def make_named(self) -> None:
        """Make or replace the models that the document names; they may refer to each other in a circle."""
        made = [self._keep(name, schema) for name, schema in self.source.schemas.items()]
        for model in made:
            self._check(model)

    def _keep(self, name: str, schema: Any) -> Document:
        before = self._before.get(name, {})
        model: Document = {"id": before.get("id") or self.call.aws.ids.gateway(6), "name": name}
        if isinstance(schema, dict) and isinstance(schema.get("description"), str):
            model["description"] = schema["description"]
        drop = _UNSUPPORTED if self.call.holds(DROPPED) else ()
        model["schema"] = json.dumps(_mapped(schema, drop, self._url), indent=2)
        self.content.models[name] = model | {"contentType": JSON}
        return self.content.models[name]

    def _url(self, reference: str) -> str:
        if not reference.startswith(self._prefix):
            return reference
        return MODEL_URL.format(api=self.api.id, name=reference.removeprefix(self._prefix))

    def _check(self, model: Document) -> None:
        try:
            if not re.fullmatch(r"[a-zA-Z0-9]+", model["name"]) and self.call.holds(NAME):
                raise bad_request(f"Model name must be alphanumeric: {model['name']}")
            check_schema(self.call, self.api, model)
        except Refusal as refusal:
            self.source.findings.fail(f"Unable to create model for '{model['name']}': {refusal.message}")

    def name_of(self, schema: Any, where: str, invalid: str | None = None) -> str | None:
        """The model that a schema in a method stands for; one written in place is made. None, with a warning, where
        there is none: ``where`` says of what, ``invalid`` is a second warning that bodies of requests get."""
        if not isinstance(schema, dict):
            return None
        findings, reference = self.source.findings, schema.get("$ref")
        if isinstance(reference, str):
            name = reference.removeprefix(self._prefix)
            if name in self.content.models or not self.call.holds(REFERENCES):
                return name
            findings.warn(f"Reference to model '{name.rpartition('/')[2]}' not found. Ignoring.")
            if invalid:
                findings.warn(invalid)
            return None
        kind = _plain_kind(schema, self.source.swagger)
        if kind and self.call.holds(INLINE):
            findings.warn(f"Unsupported model type '{kind}' in {where}. Ignoring.")
            return None
        name = "MODEL" + self.call.aws.ids.gateway(6)
        self._check(self._keep(name, schema))
        return name


def _plain_kind(schema: Document, swagger: bool) -> str | None:
    """The parser's name of a schema that can be no model; None for objects, arrays and what is put together."""
    kind, end = schema.get("type"), "Property" if swagger else "Schema"
    if kind in ("object", "array") or any(m in schema for m in ("properties", "allOf", "anyOf", "oneOf", "items")):
        return None
    formats = {"date": "Date", "date-time": "DateTime", "binary": "Binary", "uuid": "UUID", "email": "Email"}
    named = formats.get(str(schema.get("format"))) if kind == "string" else None
    return (named or str(kind or "").capitalize()) + end


def exported(content: Content, swagger: bool) -> Document:
    """The models as schemas of a document, by name."""
    prefix = "#/definitions/" if swagger else "#/components/schemas/"

    def named(reference: str) -> str:
        return prefix + reference.rpartition("/")[2]

    return {
        name: _mapped(json.loads(model.get("schema") or "{}"), ("$schema",), named)
        for name, model in sorted(content.models.items())
    }
