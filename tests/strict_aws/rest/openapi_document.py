"""A document that is imported: read from JSON or YAML, its variables resolved, and the few places it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rest.openapi_findings import Findings
from tests.strict_aws.rest.openapi_shape import EXT, VERBS, misshapen
from tests.strict_aws.rules import rule

Document = dict[str, Any]
MOST_BYTES = 6 * 1024 * 1024

UNREADABLE = "Invalid OpenAPI input."
SIZE = rule("rest.import-size", "A document of more than 6 MB is refused", "AWS notes, section 2.2")
SHAPE = rule(
    "rest.import-shape",
    "A document with something else where an object or a list has to be can't be read",
    "recalled",
    recalled=True,
)
VARIABLES = rule(
    "rest.import-variables",
    "${AWS::Region}, ${AWS::AccountId} and ${AWS::Partition} are resolved when a document is imported",
    "AWS notes, section 3.1",
)
PARSING = rule(
    "rest.import-parse-issues",
    "Members that OpenAPI 3 does not know, of schemas too, or that it requires and are not there, are parse issues, "
    "which only warn",
    "terraform-provider-aws: TestAccAPIGatewayRestAPI_FailOnWarnings; quoted: a public import log, of a parameter's "
    "type; that it is so of schemas, and the wording of the others, is recalled",
    recalled=True,
)
DEFAULT_PATH = rule(
    "rest.import-paths-start-with-slash",
    "A path that does not start with / is left out, with a warning",
    "quoted: serverless-application-model issue 2297",
)

_ROOT = {"openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"}
_COMPONENTS = {
    "schemas",
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "securitySchemes",
    "links",
    "callbacks",
}

SCHEMAS_OF_SCHEMA = {"additionalProperties", "allOf", "anyOf", "items", "not", "oneOf"}
"""Members of a schema that are schemas, or lists of them"""
SCHEMA = SCHEMAS_OF_SCHEMA | {
    *("$ref", "title", "description", "type", "format", "default", "enum", "required", "properties", "nullable"),
    *("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern"),
    *("maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "discriminator", "readOnly"),
    *("writeOnly", "xml", "externalDocs", "example", "deprecated"),
}
"""What OpenAPI 3.0 knows of a schema"""


class _Text(yaml.SafeLoader):
    """YAML as OpenAPI means it: dates stay text."""


_Text.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass
class Source:
    """A document being imported. ``swagger`` is whether it is Swagger 2.0 and not OpenAPI 3.0."""

    document: Document
    swagger: bool
    findings: Findings = field(default_factory=Findings)

    @cached_property
    def components(self) -> Document:
        """OpenAPI 3's components."""
        return _map(self.document.get("components"))

    @cached_property
    def schemas(self) -> Document:
        """The schemas that are named."""
        return _map(self.document.get("definitions") if self.swagger else self.components.get("schemas"))

    @cached_property
    def schemes(self) -> Document:
        """The security schemes, by name."""
        named = self.document.get("securityDefinitions") if self.swagger else self.components.get("securitySchemes")
        return _map(named)

    def extension(self, name: str) -> Any:
        """A member `x-amazon-apigateway-<name>` of the document."""
        return self.document.get(EXT + name)

    @cached_property
    def server(self) -> Document:
        """The first server: the only one that counts."""
        servers = self.document.get("servers")
        return _map(servers[0]) if isinstance(servers, list) and servers else {}

    @cached_property
    def base_path(self) -> str:
        """`basePath`; of OpenAPI 3 the server's variable of that name, or else the path of its URL."""
        if self.swagger:
            return str(self.document.get("basePath") or "")
        variable = _map(_map(self.server.get("variables")).get("basePath"))
        return str(variable.get("default") or urlsplit(str(self.server.get("url") or "")).path)

    def paths(self, call: Call) -> Iterator[tuple[str, Document]]:
        """(path, path item); what is no path is warned of."""
        for path, item in _map(self.document.get("paths")).items():
            if str(path).startswith("x-"):
                continue
            if not str(path).startswith("/") and call.holds(DEFAULT_PATH):
                self.findings.warn(f"Parse issue: attribute paths. Resource {path} should start with /")
                continue
            yield str(path), _map(self.resolved(item))

    def operations(self, item: Document) -> Iterator[tuple[str, Document]]:
        """(verb, operation) of a path item; ANY is the extension."""
        for name, operation in item.items():
            if name in VERBS and isinstance(operation, dict):
                yield "ANY" if name.startswith(EXT) else name.upper(), operation

    def resolved(self, item: Any) -> Any:
        """What a `$ref` into this document stands for, or the item itself; None where it leads nowhere."""
        seen: set[str] = set()
        while isinstance(item, dict) and isinstance(item.get("$ref"), str):
            reference = item["$ref"]
            if reference in seen or not reference.startswith("#/"):
                return None
            seen.add(reference)
            item = self.document
            for part in reference[2:].split("/"):
                item = _map(item).get(part.replace("~1", "/").replace("~0", "~"))
        return item


def _map(value: Any) -> Document:
    return value if isinstance(value, dict) else {}


def read_body(body: Any) -> Document | None:
    """The document in a request's body, JSON or YAML; None where it is neither."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        try:
            found = yaml.load(text, Loader=_Text)
        except (yaml.YAMLError, ValueError, RecursionError):
            return None
    return _text_keys(found) if isinstance(found, dict) else None


def _text_keys(value: Any) -> Any:
    """The same with texts for keys: YAML takes `200:` for a number."""
    if isinstance(value, dict):
        return {
            key if isinstance(key, str) else json.dumps(key, default=str): _text_keys(each)
            for key, each in value.items()
        }
    return [_text_keys(each) for each in value] if isinstance(value, list) else value


def read(call: Call) -> Source:
    """The document that a call imports; raises BadRequestException where there is none in it."""
    body = call.params["body"]
    if len(body) > MOST_BYTES and call.holds(SIZE):
        raise bad_request("The API definition file exceeds the maximum size of 6 MB.")
    document = read_body(_variables_resolved(call, body))
    if document is None:
        raise bad_request(UNREADABLE)
    swagger, version = str(document.get("swagger", "")), str(document.get("openapi", ""))
    if swagger not in ("2.0", "2") and not version.startswith("3.0"):
        raise bad_request(UNREADABLE)
    if misshapen(document) is not None and call.holds(SHAPE):
        raise bad_request(UNREADABLE)
    source = Source(document, bool(swagger))
    if not source.swagger:
        _check(source, call)
    return source


def _variables_resolved(call: Call, body: Any) -> str:
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    if call.holds(VARIABLES):
        named = {"Region": call.region.name, "AccountId": call.region.account, "Partition": call.region.partition}
        for name, value in named.items():
            text = text.replace(f"${{AWS::{name}}}", value)
    return text


def _check(source: Source, call: Call) -> None:
    """Warn of what OpenAPI 3 does not know or misses."""
    if len(source.document.get("servers") or []) > 1:
        text = "More than one server provided. Ignoring all but the first for defining endpoint configuration"
        source.findings.warn(text)
    if not call.holds(PARSING):
        return
    issues = [f"{name} is unexpected" for name in _unknown(source.document, _ROOT)]
    issues += [f"components.{name} is unexpected" for name in _unknown(source.components, _COMPONENTS)]
    issues += [
        f"components.schemas.{name}.{each} is unexpected"
        for name, schema in source.schemas.items()
        for each in _unknown_of_schema(schema)
    ]
    issues += [
        f"info.{name} is missing" for name in ("title", "version") if name not in _map(source.document.get("info"))
    ]
    for path, item in _map(source.document.get("paths")).items():
        for verb, operation in _map(item).items():
            if verb in VERBS and not verb.startswith(EXT) and isinstance(operation, dict):
                issues += [f"paths.'{path}'({verb}).{each}" for each in _missing(operation)]
    for issue in issues:
        source.findings.warn(f"Parse issue: attribute {issue}")


def _unknown_of_schema(schema: Any) -> Iterator[str]:
    """The members that OpenAPI 3 does not know of a schema, however deep, by their paths."""
    if isinstance(schema, list):
        for number, each in enumerate(schema):
            yield from (f"[{number}].{name}" for name in _unknown_of_schema(each))
    elif isinstance(schema, dict):
        yield from _unknown(schema, SCHEMA)
        for name in SCHEMAS_OF_SCHEMA & schema.keys():
            yield from (f"{name}.{each}" for each in _unknown_of_schema(schema[name]))
        properties = schema.get("properties")
        for name, each in properties.items() if isinstance(properties, dict) else ():
            yield from (f"properties.{name}.{inner}" for inner in _unknown_of_schema(each))


def _unknown(document: Document, known: set[str]) -> list[str]:
    return [name for name in document if name not in known and not name.startswith("x-")]


def _missing(operation: Document) -> list[str]:
    if "responses" not in operation:
        return ["responses is missing"]
    responses = _map(operation["responses"])
    return [
        f"responses.{code}.description is missing"
        for code, response in responses.items()
        if isinstance(response, dict) and "$ref" not in response and "description" not in response
    ]
