"""The extensions at a document's root: settings of the API, validators, gateway responses; and the way back."""

from __future__ import annotations

import json
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, bad_request
from tests.strict_aws.rest.apis import check_endpoints, check_settings, compression
from tests.strict_aws.rest.gateway_responses import STATUS, customised_response
from tests.strict_aws.rest.openapi_document import EXT, Source
from tests.strict_aws.rest.policies import kept_policy
from tests.strict_aws.rest.state import Content, Document, RestApi
from tests.strict_aws.rules import rule

TITLE = rule("rest.import-title", "An API is named by the document's title", "recorded: test_import_swagger_api")
OVERWRITTEN = rule(
    "rest.overwrite-settings",
    "Overwriting resets what the document does not give: description, version, policy, binary types, compression, key "
    "source, VPC endpoints, whether the default endpoint is on, security policy and access mode",
    "AWS notes, section 4.4; the developer guide on importing to update an API",
)
BINARY_TYPES = rule(
    "rest.merge-binary-types",
    "Merging adds binary types, overwriting replaces them",
    "recorded: test_put_rest_api_mode_binary_media_types",
)

_TEXTS = {"api-key-source": "apiKeySource", "security-policy": "securityPolicy"}
_TEXTS["endpoint-access-mode"] = "endpointAccessMode"
_REPLACED = ("description", "version", "policy", "binaryMediaTypes", "minimumCompressionSize", "securityPolicy")
_REPLACED += ("endpointAccessMode",)


def make_settings(call: Call, source: Source, api: RestApi, *, overwrite: bool) -> None:
    """Give the API the members of its own that the document has; raises BadRequestException."""
    fields, info = api.fields, source.document.get("info") or {}
    if overwrite and call.holds(OVERWRITTEN):
        for name in _REPLACED:
            fields.pop(name, None)
        fields |= {"apiKeySource": "HEADER", "disableExecuteApiEndpoint": False}
        fields["endpointConfiguration"].pop("vpcEndpointIds", None)
    title = info.get("title")
    if not title and not fields.get("name"):
        raise bad_request("Name cannot be empty")
    fields |= {"name": str(title)} if title and call.holds(TITLE) else {}
    fields |= {name: str(info[name]) for name in ("description", "version") if info.get(name) not in (None, "")}
    fields |= {_TEXTS[name]: str(source.extension(name)) for name in _TEXTS if source.extension(name)}
    _make_binary_types(call, source, fields)
    if source.extension("minimum-compression-size") is not None:
        fields["minimumCompressionSize"] = compression(call, source.extension("minimum-compression-size"))
    if source.extension("policy"):
        fields["policy"] = kept_policy(call, json.dumps(source.extension("policy")), api.id)
    _make_endpoint(call, source, fields)
    check_settings(call, fields)


def _make_binary_types(call: Call, source: Source, fields: Document) -> None:
    given = [str(each) for each in source.extension("binary-media-types") or []]
    if given:
        there = fields.get("binaryMediaTypes", []) if call.holds(BINARY_TYPES) else []
        fields["binaryMediaTypes"] = [*there, *(each for each in given if each not in there)]


def _make_endpoint(call: Call, source: Source, fields: Document) -> None:
    holder = source.document if source.swagger else source.server
    given = holder.get(EXT + "endpoint-configuration") or {}
    if "disableExecuteApiEndpoint" in given:
        fields["disableExecuteApiEndpoint"] = _true(given["disableExecuteApiEndpoint"])
    if given.get("vpcEndpointIds"):
        fields["endpointConfiguration"]["vpcEndpointIds"] = [str(each) for each in given["vpcEndpointIds"]]
        check_endpoints(call, fields["endpointConfiguration"])


def _true(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def make_validators(call: Call, source: Source, content: Content, before: Content) -> None:
    """Make or replace the request validators; those of a name keep their ids."""
    for name, given in (source.extension("request-validators") or {}).items():
        held = (each["id"] for each in before.validators.values() if each.get("name") == name)
        own = next(held, None) or call.aws.ids.gateway(6)
        flags = {flag: _true(given.get(flag)) for flag in ("validateRequestBody", "validateRequestParameters")}
        content.validators[own] = {"id": own, "name": name} | flags


def make_gateway_responses(call: Call, source: Source, content: Content) -> None:
    """Make or replace the customised gateway responses."""
    for kind, given in (source.extension("gateway-responses") or {}).items():
        if kind not in STATUS:
            source.findings.fail(f"Unable to put gateway response '{kind}': Invalid gateway response type specified")
            continue
        made: Document = {n: given[n] for n in ("responseParameters", "responseTemplates") if given.get(n)}
        if given.get("statusCode") not in (None, ""):
            made["statusCode"] = str(given["statusCode"])
        try:
            content.gateway_responses[kind] = customised_response(call, kind, made)
        except Refusal as refusal:
            source.findings.fail(f"Unable to put gateway response '{kind}': {refusal.message}")


# --- the way back ---------------------------------------------------------------------------------------


def exported(content: Content) -> Document:
    """The extensions at an export's root. The endpoint configuration is not among them."""
    fields = content.settings
    made: Document = {}
    if fields.get("apiKeySource", "HEADER") != "HEADER":
        made["api-key-source"] = fields["apiKeySource"]
    if content.gateway_responses:
        made["gateway-responses"] = {k: _response(r) for k, r in sorted(content.gateway_responses.items())}
    if fields.get("policy"):
        made["policy"] = json.loads(fields["policy"])
    if content.validators:
        made["request-validators"] = {
            each["name"]: {flag: each[flag] for flag in ("validateRequestParameters", "validateRequestBody")}
            for each in content.validators.values()
            if each.get("name")
        }
    if fields.get("binaryMediaTypes"):
        made["binary-media-types"] = list(fields["binaryMediaTypes"])
    if fields.get("minimumCompressionSize") is not None:
        made["minimum-compression-size"] = fields["minimumCompressionSize"]
    made |= {
        name: fields[_TEXTS[name]] for name in ("security-policy", "endpoint-access-mode") if fields.get(_TEXTS[name])
    }
    return {EXT + name: value for name, value in made.items()}


def _response(response: Document) -> Document:
    made: Document = {"statusCode": int(response["statusCode"])} if response.get("statusCode") else {}
    return made | {n: response[n] for n in ("responseParameters", "responseTemplates") if response.get(n)}
