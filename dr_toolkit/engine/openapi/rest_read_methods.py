"""Operations of an exported document as methods, and its security schemes as authorizers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_toolkit.engine.openapi import rest_words as w
from dr_toolkit.engine.openapi.shapes import listed, mapped, text_of, unknown

_SAME = (
    *("uri", "httpMethod", "credentials", "connectionId", "cacheNamespace", "cacheKeyParameters"),
    *("timeoutInMillis", "tlsConfig", "integrationTarget"),
)
_UPPER = ("passthroughBehavior", "connectionType", "contentHandling", "responseTransferMode")
_MAPS = ("requestParameters", "requestTemplates")
_OF_METHOD = frozenset({"integration", "request-validator", "auth"})
_OF_INTEGRATION = frozenset({*_SAME, *_UPPER, *_MAPS, "type", "responses"})
_OF_RESPONSE = frozenset({"statusCode", "contentHandling", "responseParameters", "responseTemplates"})
_RESPONSE_MAPS = ("responseParameters", "responseTemplates")


class Reader:
    """Reads the operations of one document; ``schemes`` are its security schemes."""

    def __init__(self, schemes: Mapping[str, Mapping[str, Any]]) -> None:
        self._schemes = schemes

    def methods(self, path: str, item: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """The methods of a path item by verb. Raises ValueError where an operation is none."""
        found = {}
        for name, operation in item.items():
            if name in w.VERBS or name == w.ANY:
                verb = "ANY" if name == w.ANY else name.upper()
                where = f"{verb} {path}"
                found[verb] = self._method(where, verb, mapped(operation, where))
        return found

    def _method(self, where: str, verb: str, operation: Mapping[str, Any]) -> dict[str, Any]:
        method: dict[str, Any] = {"httpMethod": verb, **self._security(where, operation)}
        if operation.get("operationId"):
            method["operationName"] = text_of(operation["operationId"], f"{where}: operationId")
        if parameters := _parameters(where, operation):
            method["requestParameters"] = parameters
        body = mapped(operation.get("requestBody"), f"{where}: requestBody")
        if models := _models(f"{where}: requestBody", body):
            method["requestModels"] = models
        if validator := operation.get(w.X + "request-validator"):
            method["requestValidatorId"] = str(validator)
        responses = mapped(operation.get("responses"), f"{where}: responses")
        if answers := {str(code): _response(f"{where} {code}", str(code), r) for code, r in responses.items()}:
            method["methodResponses"] = answers
        if (given := operation.get(w.X + "integration")) is not None:
            method["methodIntegration"] = _integration(where, mapped(given, f"{where}: integration"))
        return method | unknown(operation, _OF_METHOD)

    # --- who may call --------------------------------------------------------------------------

    def _security(self, where: str, operation: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"authorizationType": "NONE", "apiKeyRequired": False}
        if auth := mapped(operation.get(w.X + "auth"), f"{where}: auth").get("type"):
            made["authorizationType"] = str(auth).upper()
        for required in listed(operation.get("security"), f"{where}: security"):
            for name, scopes in mapped(required, f"{where}: security").items():
                made |= self._required(where, name, listed(scopes, f"{where}: scopes of {name}"))
        return made

    def _required(self, where: str, name: str, scopes: list[Any]) -> dict[str, Any]:
        scheme = self._schemes.get(name)
        if scheme is None:
            raise ValueError(f"{where} of the export requires {name}, which no security scheme describes")
        if given := mapped(scheme.get(w.X + "authorizer"), name):
            cognito = str(given.get("type", "")).lower() == "cognito_user_pools"
            made: dict[str, Any] = {"authorizationType": "COGNITO_USER_POOLS" if cognito else "CUSTOM"}
            made["authorizerId"] = name
            return made | ({"authorizationScopes": scopes} if scopes else {})
        if str(scheme.get(w.X + "authtype", "")).lower().startswith("aws"):
            return {"authorizationType": "AWS_IAM"}
        if scheme.get("type") == "apiKey" and str(scheme.get("name", "")).lower() == "x-api-key":
            return {"apiKeyRequired": True}
        raise ValueError(f"{where} of the export requires {name}, which is no authorizer, signature or API key")

    def authorizers(self) -> list[dict[str, Any]]:
        """The schemes that are authorizers, as rows. Raises ValueError where one is of no known type."""
        found = ((name, scheme) for name, scheme in sorted(self._schemes.items()) if scheme.get(w.X + "authorizer"))
        return [self._authorizer(name, scheme) for name, scheme in found]

    def _authorizer(self, name: str, scheme: Mapping[str, Any]) -> dict[str, Any]:
        given = mapped(scheme[w.X + "authorizer"], name)
        kind = w.KINDS.get(str(given.get("type", "")).lower())
        if kind is None:
            raise ValueError(f"the authorizer {name} of the export is of the unknown type {given.get('type')}")
        row: dict[str, Any] = {"id": name, "name": name, "type": kind}
        members = (*w.AUTHORIZER_TEXTS, "providerARNs", "authorizerResultTtlInSeconds")
        row |= {member: given[member] for member in members if given.get(member) not in (None, "")}
        row |= {member: held for member, held in given.items() if member not in (*members, "type", "identitySource")}
        if authtype := scheme.get(w.X + "authtype"):
            row["authType"] = authtype
        source, header = given.get("identitySource"), scheme.get("name")
        if not source and kind != "REQUEST" and header:
            source = f"{w.HEADER}{header}"
        return row | ({"identitySource": source} if source else {})


# --- requests and responses ----------------------------------------------------------------------


def _parameters(where: str, operation: Mapping[str, Any]) -> dict[str, bool]:
    found = {}
    for each in listed(operation.get("parameters"), f"{where}: parameters"):
        parameter = mapped(each, f"{where}: parameters")
        place = w.PLACES.get(str(parameter.get("in")))
        if place is None:
            raise ValueError(f"{where} of the export has a parameter in {parameter.get('in')}")
        name = text_of(parameter.get("name"), f"{where}: the name of a parameter")
        found[f"{w.REQUEST}{place}.{name}"] = bool(parameter.get("required"))
    return found


def _models(where: str, holder: Mapping[str, Any]) -> dict[str, str]:
    """The models by content type."""
    found = {}
    for kind, content in mapped(holder.get("content"), f"{where}: content").items():
        schema = mapped(content, f"{where}: {kind}").get("schema")
        if schema is None:
            continue
        reference = mapped(schema, f"{where}: {kind}").get("$ref")
        if not isinstance(reference, str) or not reference.startswith(w.SCHEMAS):
            raise ValueError(f"{where} of the export has a schema for {kind} that is no model")
        found[kind] = reference.removeprefix(w.SCHEMAS)
    return found


def _response(where: str, code: str, given: Any) -> dict[str, Any]:
    response = mapped(given, where)
    made: dict[str, Any] = {"statusCode": code}
    if headers := mapped(response.get("headers"), f"{where}: headers"):
        made["responseParameters"] = {f"{w.ANSWER}{name}": False for name in headers}
    if models := _models(where, response):
        made["responseModels"] = models
    return made


# --- integrations --------------------------------------------------------------------------------


def _integration(where: str, given: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": text_of(given.get("type"), f"{where}: type").upper()}
    made |= {name: given[name] for name in _SAME if given.get(name) not in (None, "", [])}
    made |= {name: str(given[name]).upper() for name in _UPPER if given.get(name)}
    made |= {name: dict(held) for name in _MAPS if (held := mapped(given.get(name), f"{where}: {name}"))}
    responses = mapped(given.get("responses"), f"{where}: responses of the integration")
    for pattern, held in responses.items():
        response = _integration_response(f"{where} {pattern}", pattern, mapped(held, f"{where} {pattern}"))
        made.setdefault("integrationResponses", {})[response["statusCode"]] = response
    return made | {name: held for name, held in given.items() if name not in _OF_INTEGRATION}


def _integration_response(where: str, pattern: str, given: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"statusCode": str(given.get("statusCode") or "")}
    if not made["statusCode"]:
        raise ValueError(f"{where} of the export has no status code")
    if pattern != "default":
        made["selectionPattern"] = pattern
    if given.get("contentHandling"):
        made["contentHandling"] = str(given["contentHandling"]).upper()
    made |= {name: dict(held) for name in _RESPONSE_MAPS if (held := mapped(given.get(name), where))}
    return made | {name: held for name, held in given.items() if name not in _OF_RESPONSE}
