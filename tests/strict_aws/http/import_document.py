"""An OpenAPI 3.0 document that is imported as an HTTP API: read, and asked for its parts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.strict_aws.call import Call
from tests.strict_aws.http.state import Document
from tests.strict_aws.refusals import Refusal, bad_request
from tests.strict_aws.rules import rule

READABLE = rule(
    "http.import-readable",
    "What is imported is OpenAPI 3.0, in JSON or YAML",
    "botocore: ExportApi, Specification; the text is v1's, github.com/aws/aws-cli, issue 8191",
)
SIZE = rule("http.import-size", "A document has at most 6 MB", "AWS notes, section 2.2; the text is recalled")
VARIABLES = rule(
    "http.import-variables",
    "${AWS::Region}, ${AWS::AccountId} and ${AWS::Partition} in a document are what they are here",
    "AWS notes, section 3.1",
)
BASEPATH = rule(
    "http.import-basepath",
    "basepath is ignore, prepend or split",
    "botocore: ImportApi, Basepath; the text is recalled",
)
INFO = rule(
    "http.import-info",
    "What a document has and an HTTP API has not is ignored, and named in ImportInfo",
    "quoted: an answer of ImportApi in public notes on the developer guide's pet store",
)
PARSING = rule(
    "http.import-parse-issues",
    "References that lead nowhere are warned of",
    "quoted: terraform-provider-aws: the test of FailOnWarnings of aws_apigatewayv2_api, which moto quotes",
)
PREFIX = "x-amazon-apigateway-"
VERBS = ("get", "put", "post", "delete", "options", "head", "patch")
ANY = f"{PREFIX}any-method"
_MOST = 6 * 1024 * 1024


class _Yaml(yaml.SafeLoader):
    """YAML whose dates stay text."""


_Yaml.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if not tag.endswith(":timestamp")]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Operation:
    """One operation of the document: its route key, where it stands there, and what it says."""

    route_key: str
    place: str
    said: Document


@dataclass
class Source:
    """A document being imported, and what was found about it so far."""

    document: Document
    basepath: str = "ignore"
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def components(self) -> Document:
        """The document's components."""
        return mapping(self.document.get("components"))

    @property
    def server(self) -> Document:
        """The first server."""
        servers = self.document.get("servers")
        return mapping(servers[0]) if isinstance(servers, list) and servers else {}

    def operations(self) -> Iterator[Operation]:
        """The operations, in the order of the document."""
        for path, item in mapping(self.document.get("paths")).items():
            for name, said in mapping(self.resolved(item)).items():
                if name in VERBS or name == ANY:
                    yield Operation(self._key(path, name, mapping(said)), f"paths.{path}.{name}", mapping(said))

    def _key(self, path: str, name: str, said: Document) -> str:
        if name == ANY and (said.get("isDefaultRoute") or path in ("$default", "/$default")):
            return "$default"
        verb = "ANY" if name == ANY else name.upper()
        return f"{verb} {self._base()}{path}" if path != "/" or not self._base() else f"{verb} {self._base()}"

    def _base(self) -> str:
        variable = mapping(mapping(self.server.get("variables")).get("basePath"))
        base = str(variable.get("default") or "") if variable else urlsplit(str(self.server.get("url") or "")).path
        parts = [part for part in base.split("/") if part and not part.startswith("{")]
        kept = {"prepend": parts, "split": parts[1:]}.get(self.basepath, [])
        return "".join(f"/{part}" for part in kept)

    def resolved(self, item: Any) -> Any:
        """What a `$ref` into the document stands for, or the item itself; None where it leads nowhere."""
        for _ in range(10):
            if not (isinstance(item, dict) and isinstance(item.get("$ref"), str)):
                return item
            found: Any = self.document
            for part in item["$ref"].removeprefix("#/").split("/"):
                found = mapping(found).get(part.replace("~1", "/").replace("~0", "~"))
            item = found
        return None

    def ignored(self) -> list[str]:
        """ImportInfo: what the document has and an HTTP API has not."""
        known = ("securitySchemes", f"{PREFIX}integrations")
        found = [f"components: key [{key}]" for key in self.components if key not in known]
        for path, item in mapping(self.document.get("paths")).items():
            for key, said in mapping(item).items():
                if key in VERBS or key == ANY:
                    kept = ("operationId", "security", "isDefaultRoute")
                    mine = [k for k in mapping(said) if k not in kept and not k.startswith(PREFIX)]
                    found += [f"paths.{path}.{key}: key [{each}]" for each in mine]
                elif key != "$ref":
                    found.append(f"paths.{path}: key [{key}]")
        return [f"{each} will be ignored by API Gateway" for each in found]

    def check_references(self) -> None:
        """Warn of schemas that are referred to and are not there."""
        for path, item in mapping(self.document.get("paths")).items():
            for verb, said in mapping(item).items():
                for code, answer in mapping(mapping(said).get("responses")).items() if verb in VERBS else ():
                    for content in mapping(mapping(answer).get("content")).values():
                        schema = mapping(mapping(content).get("schema"))
                        if "$ref" in schema and self.resolved(schema) is None:
                            where = f"paths.'{path}'({verb}).responses.{code}.content.schema.{schema['$ref']}"
                            self.warnings.append(f"Parse issue: attribute {where} is missing")

    def refusal(self, *, fail_on_warnings: bool) -> Refusal | None:
        """The refusal that the findings come to, if any."""
        if self.errors:
            return bad_request("\n\t".join(["Errors found during import:", *self.errors]))
        if self.warnings and fail_on_warnings:
            return bad_request("\n\t".join(["Warnings found during import:", *self.warnings]))
        return None


def mapping(value: Any) -> Document:
    """The value where it is a map, or an empty one."""
    return value if isinstance(value, dict) else {}


def read_source(call: Call) -> Source:
    """The document that the call imports; raises BadRequestException where it is none."""
    text: str = call.params["Body"]
    if len(text.encode()) > _MOST and call.holds(SIZE):
        raise bad_request("The OpenAPI definition exceeds the maximum size of 6 MB")
    if call.holds(VARIABLES):
        region = call.region
        for name, value in (("Region", region.name), ("AccountId", region.account), ("Partition", region.partition)):
            text = text.replace(f"${{AWS::{name}}}", value)
    basepath = call.params.get("Basepath") or "ignore"
    if basepath not in ("ignore", "prepend", "split") and call.holds(BASEPATH):
        raise bad_request("Invalid basepath specified. Must be one of [ignore, prepend, split]")
    document = _parsed(text)
    known = isinstance(document, dict) and re.match(r"3\.0(\.\d+)?$", str(document.get("openapi")))
    if not known and call.holds(READABLE):
        raise bad_request("Invalid OpenAPI input.")
    source = Source(mapping(document), basepath)
    if call.holds(PARSING):
        source.check_references()
    return source


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_float=_shortest)
    except (ValueError, RecursionError):
        pass
    try:
        return yaml.load(text, Loader=_Yaml)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _shortest(number: str) -> float | int:
    """A JSON number as AWS takes it: `1.0` is 1 to it, which is no version of a payload's format."""
    value = float(number)
    return int(value) if value.is_integer() else value
