"""Integrations: the extension of an operation as an integration with its responses, and the way back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, bad_request
from tests.strict_aws.rest.integration_responses import checked_integration_response
from tests.strict_aws.rest.integrations import checked_integration, templates, with_defaults
from tests.strict_aws.rest.openapi_findings import Findings
from tests.strict_aws.rest.state import Document
from tests.strict_aws.rules import rule

MALFORMED = rule(
    "rest.import-malformed-integration",
    "An integration that is no object, or whose type or uri is no text that there is, ends the import at once",
    "quoted: localstack issue 4619",
)
TEXTS = rule(
    "rest.import-integration-texts",
    "What is no text among parameters and templates is dropped, with a warning",
    "recorded: test_import_rest_api_with_base_path_oas30",
)
UNDECLARED = rule(
    "rest.import-undeclared-status",
    "An import does not ask whether a method declares the status that an integration response sets headers of",
    "the developer guide's sample of request validators, and Smithy's documents, which are imported like that",
    recalled=True,
)
TARGET = rule(
    "rest.openapi-integration-target",
    "Documents do not carry integrationTarget",
    "AWS notes, section 4.2: not confirmed that they do",
    recalled=True,
)
CACHE = rule(
    "rest.export-cache-keys",
    "An export has an integration's cache namespace only where it has cache keys",
    "recorded: test_export_swagger_openapi; exports in public repositories",
)

TYPES = ("HTTP", "HTTP_PROXY", "AWS", "AWS_PROXY", "MOCK")
_PLAIN = ("uri", "httpMethod", "credentials", "connectionId", "cacheNamespace", "integrationTarget")
_UPPER = ("passthroughBehavior", "connectionType", "contentHandling", "responseTransferMode")
_MAPS = ("requestParameters", "requestTemplates")
_RESPONSE_MAPS = ("responseParameters", "responseTemplates")


class Place:
    """Where an integration stands: what warnings and errors say of it."""

    def __init__(self, call: Call, findings: Findings, path: str, verb: str) -> None:
        self.call, self.findings, self.path, self.verb = call, findings, path, verb

    def texts(self, given: Document, member: str) -> Document:
        """A map of texts without what is none, which is warned of."""
        kept: Document = {}
        for name, value in (given.get(member) or {}).items():
            if isinstance(value, str) or not self.call.holds(TEXTS):
                kept[name] = _written(value)
                continue
            self.findings.warn(
                f"Invalid format for '{member}'. Expected type string for property '{name}' of resource "
                f"'{self.path}' and method '{self.verb}' but got '{_written(value)}'"
            )
        return kept


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def make_integration(place: Place, method: Document, given: Any, resource_id: str) -> None:
    """Give a method the integration that its operation's extension describes; raises BadRequestException."""
    call = place.call
    if not _well_formed(given) and call.holds(MALFORMED):
        raise bad_request(f"Unable to parse API definition because of a malformed integration at path {place.path}.")
    integration = _read(place, given)
    try:
        made = checked_integration(call, with_defaults(call, integration, resource_id), method)
    except Refusal as refusal:
        text = f"Unable to put integration on '{place.verb}' for resource at path '{place.path}': {refusal.message}"
        place.findings.fail(text)
        return
    method["methodIntegration"] = made
    for response in _responses(place, given):
        try:
            checked = _checked(call, response, method)
        except Refusal as refusal:
            place.findings.fail(
                f"Unable to put integration response on '{place.verb}' for resource at path '{place.path}': "
                f"{refusal.message}"
            )
            continue
        made.setdefault("integrationResponses", {})[response["statusCode"]] = checked


def _checked(call: Call, response: Document, method: Document) -> Document:
    undeclared = response["statusCode"] not in method.get("methodResponses", {})
    if undeclared and call.holds(UNDECLARED):
        plain = {name: value for name, value in response.items() if name != "responseParameters"}
        return checked_integration_response(call, plain, method) | response
    return checked_integration_response(call, response, method)


def _well_formed(given: Any) -> bool:
    if not isinstance(given, dict) or str(given.get("type")).upper() not in TYPES:
        return False
    responses = given.get("responses") or {}
    maps = [given.get(name) or {} for name in (*_MAPS, "tlsConfig")]
    maps += [responses, *(responses.values() if isinstance(responses, dict) else ())]
    inner = [each.get(name) or {} for each in maps if isinstance(each, dict) for name in _RESPONSE_MAPS]
    fits = all(isinstance(each, dict) for each in [*maps, *inner])
    fits = fits and isinstance(given.get("uri") or "", str) and isinstance(given.get("cacheKeyParameters") or [], list)
    return fits and str(given.get("timeoutInMillis") or 0).isdecimal()


def _read(place: Place, given: Document) -> Document:
    made: Document = {"type": given["type"].upper()}
    mock = made["type"] == "MOCK"
    for name in _PLAIN:
        lost = (mock and name in ("uri", "httpMethod")) or (name == "integrationTarget" and place.call.holds(TARGET))
        if given.get(name) and not lost:
            made[name] = str(given[name])
    made |= {name: str(given[name]).upper() for name in _UPPER if given.get(name)}
    made |= {name: texts for name in _MAPS if (texts := place.texts(given, name))}
    if given.get("cacheKeyParameters"):
        made["cacheKeyParameters"] = [str(each) for each in given["cacheKeyParameters"]]
    if given.get("timeoutInMillis"):
        made["timeoutInMillis"] = int(given["timeoutInMillis"])
    if given.get("tlsConfig"):
        made["tlsConfig"] = {"insecureSkipVerification": bool(given["tlsConfig"].get("insecureSkipVerification"))}
    return made


def _responses(place: Place, given: Document) -> Iterator[Document]:
    for pattern, response in (given.get("responses") or {}).items():
        made: Document = {"statusCode": str(response.get("statusCode", ""))}
        if pattern != "default":
            made["selectionPattern"] = pattern
        if response.get("contentHandling"):
            made["contentHandling"] = str(response["contentHandling"]).upper()
        parameters = place.texts(response, "responseParameters")
        made |= {"responseParameters": parameters} if parameters else {}
        by_type = place.texts(response, "responseTemplates")
        made |= {"responseTemplates": templates(by_type)} if by_type else {}
        yield made


# --- the way back ---------------------------------------------------------------------------------------


def exported(call: Call, integration: Document) -> Document:
    """An integration as the extension of an exported operation: what is AWS's default is left out."""
    made: Document = {"type": integration["type"].lower()}
    for name in ("httpMethod", "uri", "credentials", "connectionId", "responseTransferMode", "contentHandling"):
        if integration.get(name):
            made[name] = integration[name]
    if integration.get("integrationTarget") and not call.holds(TARGET):
        made["integrationTarget"] = integration["integrationTarget"]
    if integration.get("connectionType", "INTERNET") != "INTERNET":
        made["connectionType"] = integration["connectionType"]
    responses = sorted((integration.get("integrationResponses") or {}).items())
    if responses:
        made["responses"] = {r.get("selectionPattern") or "default": _response(r) for _, r in responses}
    made |= {name: _filled(integration[name]) for name in _MAPS if integration.get(name)}
    made["passthroughBehavior"] = str(integration.get("passthroughBehavior", "WHEN_NO_MATCH")).lower()
    if integration.get("timeoutInMillis", 29000) != 29000:
        made["timeoutInMillis"] = integration["timeoutInMillis"]
    if integration.get("cacheKeyParameters") or not call.holds(CACHE):
        made |= {name: integration[name] for name in ("cacheNamespace", "cacheKeyParameters")}
    if integration.get("tlsConfig"):
        made["tlsConfig"] = integration["tlsConfig"]
    return made


def _response(response: Document) -> Document:
    made = {"statusCode": response["statusCode"]}
    for name in _RESPONSE_MAPS:
        if response.get(name):
            made[name] = _filled(response[name])
    if response.get("contentHandling"):
        made["contentHandling"] = response["contentHandling"]
    return made


def _filled(texts: Document) -> Document:
    """Texts with an empty one for what is kept as nothing."""
    return {name: text or "" for name, text in texts.items()}
