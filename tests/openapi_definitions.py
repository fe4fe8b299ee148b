"""Read an OpenAPI 3 or Swagger 2 definition of a REST API into the parts that API Gateway's create and put calls take.

It reads what an import reads, extensions included. What it can't carry over is listed, each with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
VERBS = ("get", "put", "post", "delete", "patch", "options", "head")
EXT = "x-amazon-apigateway-"
_UNSUPPORTED = ("example", "examples", "xml", "externalDocs", "discriminator", "readOnly", "writeOnly", "deprecated")
_REQUEST = re.compile(r"^method\.request\.(?:multivalue)?(path|querystring|header)\.(.+)$")


@dataclass
class Method:
    """One method with everything in it, in the members of the calls that make it."""

    path: str
    verb: str
    settings: Document
    responses: dict[str, Document]
    integration: Document | None
    integration_responses: dict[str, Document]
    authorizer: str | None = None
    validator: str | None = None


@dataclass
class Definition:
    """A REST API as its document describes it."""

    settings: Document
    models: dict[str, Document] = field(default_factory=dict)
    """name -> JSON schema; a `$ref` in it is the bare name of another model"""
    validators: dict[str, Document] = field(default_factory=dict)
    authorizers: dict[str, Document] = field(default_factory=dict)
    gateway_responses: dict[str, Document] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


class _Reader:
    """One document being read."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.components: Document = document.get("components") or {}
        self.found = Definition(settings={})
        self.schemas: Document = {**(document.get("definitions") or {}), **(self.components.get("schemas") or {})}

    def leave(self, what: str, why: str) -> None:
        """Note what is not carried over."""
        self.found.left_out.append((what, why))

    def resolve(self, item: Any) -> Any:
        """Follow a `$ref` inside the document."""
        while isinstance(item, Mapping) and isinstance(item.get("$ref"), str):
            target: Any = self.document
            for segment in item["$ref"].lstrip("#/").split("/"):
                target = target.get(segment) if isinstance(target, Mapping) else None
            if target is None:
                return {}
            item = target
        return item

    # -- the API ------------------------------------------------------------------------------------------------

    def read(self) -> Definition:
        """The whole document."""
        document, info = self.document, self.document.get("info") or {}
        settings: Document = {"name": info.get("title") or "untitled"}
        for member, value in (
            ("description", info.get("description")),
            ("version", str(info.get("version") or "")),
            ("binaryMediaTypes", document.get(EXT + "binary-media-types")),
            ("minimumCompressionSize", document.get(EXT + "minimum-compression-size")),
            ("apiKeySource", document.get(EXT + "api-key-source")),
        ):
            if value not in (None, "", []):
                settings[member] = value
        if document.get(EXT + "policy"):
            settings["policy"] = json.dumps(document[EXT + "policy"])
        endpoint = document.get(EXT + "endpoint-configuration") or {}
        if endpoint.get("disableExecuteApiEndpoint"):
            settings["disableExecuteApiEndpoint"] = True
        if endpoint.get("vpcEndpointIds"):
            self.leave("VPC endpoints", "they are ids of another account")
        if document.get(EXT + "documentation"):
            self.leave("documentation parts", "not among the parts of an API that are loaded")
        self.found.settings = settings
        for name, schema in self.schemas.items():
            self.found.models[self.model_name(name)] = self.schema(schema)
        self.found.validators = dict(document.get(EXT + "request-validators") or {})
        for kind, response in (document.get(EXT + "gateway-responses") or {}).items():
            self.found.gateway_responses[kind] = {
                key: str(value) if key == "statusCode" else value for key, value in response.items()
            }
        self.authorizers()
        for path, item in (document.get("paths") or {}).items():
            self.path(path.rstrip("/") or "/", item or {})
        return self.found

    def model_name(self, name: str) -> str:
        """A model's name: alphanumeric only."""
        return re.sub(r"[^a-zA-Z0-9]", "", name)

    def schema(self, schema: Any) -> Any:
        """A schema as a model takes it: what draft 4 does not know is dropped, references are bare names."""
        if isinstance(schema, list):
            return [self.schema(item) for item in schema]
        if not isinstance(schema, Mapping):
            return schema
        if isinstance(schema.get("$ref"), str):
            return {"$ref": self.model_name(schema["$ref"].rpartition("/")[2])}
        named = {"properties", "patternProperties", "definitions"}
        return {
            key: {k: self.schema(v) for k, v in value.items()}
            if key in named and isinstance(value, Mapping)
            else self.schema(value)
            for key, value in schema.items()
            if key not in _UNSUPPORTED
        }

    def schemes(self) -> Document:
        """The security schemes, wherever they stand."""
        return {
            **(self.document.get("securityDefinitions") or {}),
            **(self.components.get("securityDefinitions") or {}),
            **(self.components.get("securitySchemes") or {}),
        }

    def authorizers(self) -> None:
        """The schemes that are authorizers."""
        for name, scheme in self.schemes().items():
            given = scheme.get(EXT + "authorizer")
            if not given:
                continue
            kind = {"token": "TOKEN", "request": "REQUEST", "cognito_user_pools": "COGNITO_USER_POOLS"}.get(
                str(given.get("type", "token")).lower()
            )
            if kind is None:
                self.leave(f"authorizer {name}", f"REST APIs have none of type {given.get('type')}")
                continue
            made: Document = {"type": kind}
            made["identitySource"] = given.get("identitySource") or f"method.request.header.{scheme.get('name')}"
            if scheme.get(EXT + "authtype"):
                made["authType"] = scheme[EXT + "authtype"]
            for member in (
                "authorizerUri",
                "authorizerCredentials",
                "identityValidationExpression",
                "authorizerResultTtlInSeconds",
                "providerARNs",
            ):
                if given.get(member) not in (None, "", []):
                    made[member] = given[member]
            for member in sorted(set(given) - set(made)):
                if given[member] in (None, "", []):
                    continue
                self.leave(f"authorizer {name}: {member}", "REST APIs have no such member")
            self.found.authorizers[name] = made

    # -- methods ------------------------------------------------------------------------------------------------

    def path(self, path: str, item: Document) -> None:
        """One path with its methods."""
        self.found.paths.append(path)
        shared = item.get("parameters") or []
        operations = {verb.upper(): item[verb] for verb in VERBS if isinstance(item.get(verb), Mapping)}
        if isinstance(item.get(EXT + "any-method"), Mapping):
            operations["ANY"] = item[EXT + "any-method"]
        for verb, operation in operations.items():
            self.method(path, verb, operation, [*shared, *(operation.get("parameters") or [])])

    def method(self, path: str, verb: str, operation: Document, parameters: list[Any]) -> None:
        """One operation."""
        settings: Document = {"authorizationType": "NONE"}
        if operation.get("operationId"):
            settings["operationName"] = operation["operationId"]
        declared, models = self.request(path, verb, operation, parameters)
        if declared:
            settings["requestParameters"] = declared
        if models:
            settings["requestModels"] = models
        responses = {
            code: self.response(path, verb, code, self.resolve(response), operation)
            for code, response in (operation.get("responses") or {}).items()
            if self.has_code(path, verb, str(code))
        }
        made = Method(path, verb, settings, {str(k): v for k, v in responses.items()}, None, {})
        self.security(made, operation)
        made.validator = operation.get(EXT + "request-validator") or self.document.get(EXT + "request-validator")
        if made.validator and made.validator not in self.found.validators:
            self.leave(f"{verb} {path}: validator {made.validator}", "the document does not define it")
            made.validator = None
        if operation.get(EXT + "integration"):
            self.integration(made, operation[EXT + "integration"])
        self.found.methods.append(made)

    def has_code(self, path: str, verb: str, code: str) -> bool:
        """Whether a response has a status of its own; `default` has none."""
        if re.fullmatch(r"[1-5]\d\d", code):
            return True
        self.leave(f"{verb} {path}: response {code}", "a method's response needs a status code")
        return False

    def content_types(self, operation: Document, member: str) -> list[str]:
        """Swagger 2's content types of an operation."""
        return operation.get(member) or self.document.get(member) or ["application/json"]

    def model_of(self, schema: Any, where: str) -> str | None:
        """The model of a schema; one written in place becomes a model of its own."""
        if not isinstance(schema, Mapping) or not schema:
            return None
        if isinstance(schema.get("$ref"), str):
            name = self.model_name(schema["$ref"].rpartition("/")[2])
            if name not in self.found.models:
                self.leave(f"{where}: model {name}", "the document does not define it")
                return None
            return name
        name = "Inline" + re.sub(r"[^a-zA-Z0-9]", "", where.title())
        self.found.models[name] = self.schema(schema)
        return name

    def request(
        self, path: str, verb: str, operation: Document, parameters: list[Any]
    ) -> tuple[dict[str, bool], dict[str, str]]:
        """The declared parameters and body models."""
        declared: dict[str, bool] = {}
        models: dict[str, str] = {}
        places = {"path": "path", "query": "querystring", "header": "header"}
        for given in parameters:
            parameter = self.resolve(given)
            place = parameter.get("in")
            if place in places:
                declared[f"method.request.{places[place]}.{parameter['name']}"] = bool(parameter.get("required"))
            elif place == "body":
                name = self.model_of(parameter.get("schema"), f"{verb} {path} body")
                for kind in self.content_types(operation, "consumes") if name else []:
                    models[kind] = str(name)
            else:
                self.leave(f"{verb} {path}: parameter {parameter.get('name')}", f"no place for one in {place}")
        for kind, content in (self.resolve(operation.get("requestBody")) or {}).get("content", {}).items():
            name = self.model_of(content.get("schema"), f"{verb} {path} body")
            if name:
                models[kind] = name
        return declared, models

    def response(self, path: str, verb: str, code: Any, response: Document, operation: Document) -> Document:
        """One declared response."""
        made: Document = {}
        headers = response.get("headers") or {}
        if headers:
            made["responseParameters"] = {f"method.response.header.{name}": False for name in headers}
        models: dict[str, str] = {}
        name = self.model_of(response.get("schema"), f"{verb} {path} {code}")
        for kind in self.content_types(operation, "produces") if name else []:
            models[kind] = str(name)
        for kind, content in (response.get("content") or {}).items():
            name = self.model_of(content.get("schema"), f"{verb} {path} {code}")
            if name:
                models[kind] = name
        return made | ({"responseModels": models} if models else {})

    def security(self, method: Method, operation: Document) -> None:
        """Who may call the method: the operation's own rule, or the document's."""
        where = f"{method.verb} {method.path}"
        if (operation.get(EXT + "auth") or {}).get("type", "").upper() == "AWS_IAM":
            method.settings["authorizationType"] = "AWS_IAM"
        rules = operation["security"] if "security" in operation else self.document.get("security") or []
        schemes = self.schemes()
        for name, scopes in ((name, scopes) for rule in rules for name, scopes in rule.items()):
            scheme = schemes.get(name, {})
            kind = str(scheme.get(EXT + "authtype", "")).lower()
            if name in self.found.authorizers:
                cognito = self.found.authorizers[name]["type"] == "COGNITO_USER_POOLS"
                method.authorizer = name
                method.settings["authorizationType"] = "COGNITO_USER_POOLS" if cognito else "CUSTOM"
                if scopes:
                    method.settings["authorizationScopes"] = list(scopes)
            elif kind == "awssigv4":
                method.settings["authorizationType"] = "AWS_IAM"
            elif scheme.get("type") == "apiKey" and str(scheme.get("name", "")).lower() == "x-api-key":
                method.settings["apiKeyRequired"] = True
            else:
                self.leave(f"{where}: security {name}", "the document does not say how it is enforced")

    # -- integrations -------------------------------------------------------------------------------------------

    def texts(self, where: str, given: Any, declared: Mapping[str, Any] | None) -> dict[str, str]:
        """A map of mapping expressions, without what API Gateway would refuse."""
        made: dict[str, str] = {}
        for key, value in (given or {}).items():
            match = _REQUEST.match(value) if isinstance(value, str) else None
            if not isinstance(value, str):
                self.leave(f"{where}: {key}", f"a mapping expression is a string, this is {json.dumps(value)}")
            elif match and declared is not None and f"method.request.{match[1]}.{match[2]}" not in declared:
                self.leave(f"{where}: {key}", f"the method declares no {value}")
            else:
                made[key] = value
        return made

    def integration(self, method: Method, given: Document) -> None:
        """The method's integration with its responses."""
        where = f"{method.verb} {method.path}"
        kind = str(given.get("type", "")).upper()
        made: Document = {"type": kind}
        same = "uri credentials connectionId cacheNamespace cacheKeyParameters timeoutInMillis tlsConfig"
        for member in same.split():
            if given.get(member) not in (None, "", []):
                made[member] = given[member]
        for member in ("passthroughBehavior", "contentHandling", "connectionType"):
            if given.get(member):
                made[member] = str(given[member]).upper()
        if given.get("httpMethod"):
            made["integrationHttpMethod"] = str(given["httpMethod"]).upper()
        elif kind != "MOCK":
            made["integrationHttpMethod"] = method.verb
        parameters = self.texts(where, given.get("requestParameters"), method.settings.get("requestParameters", {}))
        if parameters:
            made["requestParameters"] = parameters
        if given.get("requestTemplates"):
            made["requestTemplates"] = {k: v or "" for k, v in given["requestTemplates"].items()}
        method.integration = made
        for pattern, response in (given.get("responses") or {}).items():
            self.integration_response(method, str(pattern), response or {})

    def integration_response(self, method: Method, pattern: str, given: Document) -> None:
        """One response of an integration; its pattern is its key."""
        where, code = f"{method.verb} {method.path}", str(given.get("statusCode", ""))
        if not re.fullmatch(r"[1-5]\d\d", code):
            self.leave(f"{where}: integration response {pattern}", "it has no status code")
            return
        if code in method.integration_responses:
            self.leave(f"{where}: integration response {pattern}", f"there is one of status {code} already")
            return
        made: Document = {} if pattern == "default" else {"selectionPattern": pattern}
        declared = method.responses.get(code, {}).get("responseParameters", {})
        parameters = self.texts(where, given.get("responseParameters"), None)
        for name in [name for name in parameters if name not in declared]:
            self.leave(f"{where} {code}: {name}", "the method's response declares no such header")
            del parameters[name]
        if parameters:
            made["responseParameters"] = parameters
        if given.get("responseTemplates"):
            made["responseTemplates"] = {k: v or "" for k, v in given["responseTemplates"].items()}
        if given.get("contentHandling"):
            made["contentHandling"] = str(given["contentHandling"]).upper()
        method.integration_responses[code] = made


def read_definition(document: Document) -> Definition:
    """The parts of a REST API that its document describes."""
    return _Reader(document).read()


def references(schema: Any) -> Iterator[str]:
    """The models that a model's schema refers to, by name."""
    if isinstance(schema, list):
        for item in schema:
            yield from references(item)
    elif isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for value in schema.values():
            yield from references(value)


def with_urls(schema: Any, base: str) -> Any:
    """A schema in which bare names of models have become URLs under `base`."""
    if isinstance(schema, list):
        return [with_urls(item, base) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    if isinstance(schema.get("$ref"), str):
        return {"$ref": f"{base}/{schema['$ref']}"}
    return {key: with_urls(value, base) for key, value in schema.items()}
