"""Security: schemes as authorizers and API keys, requirements as methods' authorization, and both ways back."""

from __future__ import annotations

from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, bad_request
from tests.strict_aws.rest.authorizers import MANY, checked_authorizer
from tests.strict_aws.rest.openapi_document import EXT, Source
from tests.strict_aws.rest.state import Content, Document, RestApi
from tests.strict_aws.rules import rule

ROOT_SECURITY = rule(
    "rest.import-root-security",
    "Security at the document's root holds for every operation without its own",
    "recorded: test_import_with_global_api_key_authorizer, test_import_with_cognito_auth_identity_source",
)
SCHEMES = rule(
    "rest.import-security-schemes",
    "Schemes are of the type apiKey; others are left out, with a warning",
    "AWS notes, section 4.2; warning texts quoted in public import logs",
)
UNKNOWN_SCHEME = rule(
    "rest.import-unknown-scheme",
    "A requirement of a scheme that the document does not define is left out, with a warning",
    "recalled",
    recalled=True,
)
_KINDS = {"token": "TOKEN", "request": "REQUEST", "cognito_user_pools": "COGNITO_USER_POOLS"}
_TEXTS = ("authorizerUri", "authorizerCredentials", "identityValidationExpression")
_SIGV4 = "sigv4"
_API_KEY = "api_key"


def make_authorizers(call: Call, source: Source, api: RestApi, before: Content) -> None:
    """Make or replace the authorizers that the document's schemes describe; those of a name keep their ids."""
    for name, scheme in source.schemes.items():
        if not isinstance(scheme, dict):
            continue
        if scheme.get("type") != "apiKey" and call.holds(SCHEMES):
            kind = scheme.get("type")
            source.findings.warn(f"Unsupported security definition type '{kind}' for '{name}'. Ignoring.")
            continue
        given = scheme.get(EXT + "authorizer")
        if isinstance(given, dict):
            _make(call, source, api, _authorizer(name, scheme, given), authorizer_named(before, name))


def _make(call: Call, source: Source, api: RestApi, made: Document, before: Document | None) -> None:
    held = api.draft.authorizers
    made = {"id": before["id"] if before else call.aws.ids.gateway(6)} | made
    try:
        if made["type"] not in _KINDS.values():
            raise bad_request(f"Invalid authorizer type specified: {made['type']}")
        if made["id"] not in held and len(held) >= call.aws.limits.authorizers_per_api and call.holds(MANY):
            raise bad_request("Maximum number of Authorizers for this API has been reached.")
        held[made["id"]] = checked_authorizer(call, api, made)
    except Refusal as refusal:
        source.findings.fail(f"Unable to create Authorizer '{made['name']}': {refusal.message}")


def _authorizer(name: str, scheme: Document, given: Document) -> Document:
    kind = _KINDS.get(str(given.get("type", "token")).lower(), str(given.get("type")).upper())
    made: Document = {"name": name, "type": kind}
    if given.get("providerARNs"):
        made["providerARNs"] = list(given["providerARNs"])
    authtype = "cognito_user_pools" if kind == "COGNITO_USER_POOLS" else "custom"
    made["authType"] = scheme.get(EXT + "authtype") or authtype
    made |= {member: str(given[member]) for member in _TEXTS if given.get(member)}
    source = given.get("identitySource")
    if not source and kind != "REQUEST":
        source = f"method.request.header.{scheme.get('name')}"
    if source:
        made["identitySource"] = str(source)
    if given.get("authorizerResultTtlInSeconds") is not None:
        made["authorizerResultTtlInSeconds"] = int(given["authorizerResultTtlInSeconds"])
    return made


def authorizer_named(content: Content, name: str) -> Document | None:
    """The authorizer of a name."""
    return next((each for each in content.authorizers.values() if each["name"] == name), None)


def authorization(call: Call, source: Source, content: Content, operation: Document) -> Document:
    """A method's members that say who may call it."""
    made: Document = {"authorizationType": "NONE", "apiKeyRequired": False}
    if str(_map(operation.get(EXT + "auth")).get("type", "")).upper() == "AWS_IAM":
        made["authorizationType"] = "AWS_IAM"
    required = operation.get("security")
    if required is None and call.holds(ROOT_SECURITY):
        required = source.document.get("security")
    for name, scopes in ((n, s) for each in required or [] if isinstance(each, dict) for n, s in each.items()):
        scheme = source.schemes.get(name)
        if not isinstance(scheme, dict):
            if call.holds(UNKNOWN_SCHEME):
                source.findings.warn(f"Reference to security definition '{name}' not found. Ignoring.")
            continue
        _require(made, authorizer_named(content, name), scheme, scopes if isinstance(scopes, list) else [])
    return made


def _require(made: Document, authorizer: Document | None, scheme: Document, scopes: list[str]) -> None:
    if authorizer and EXT + "authorizer" in scheme:
        cognito = authorizer["type"] == "COGNITO_USER_POOLS"
        made["authorizationType"] = "COGNITO_USER_POOLS" if cognito else "CUSTOM"
        made["authorizerId"] = authorizer["id"]
        if cognito and scopes:
            made["authorizationScopes"] = [str(each) for each in scopes]
    elif str(scheme.get(EXT + "authtype", "")).lower().startswith("aws"):
        made["authorizationType"] = "AWS_IAM"
    elif scheme.get("type") == "apiKey" and str(scheme.get("name", "")).lower() == "x-api-key":
        made["apiKeyRequired"] = True


def _map(value: Any) -> Document:
    return value if isinstance(value, dict) else {}


# --- the way back ---------------------------------------------------------------------------------------


def required_by(content: Content, method: Document) -> list[Document]:
    """The security requirements of an exported method."""
    found: list[Document] = []
    if method["authorizationType"] == "AWS_IAM":
        found.append({_SIGV4: []})
    authorizer = content.authorizers.get(method.get("authorizerId", ""))
    if authorizer:
        found.append({authorizer["name"]: list(method.get("authorizationScopes", []))})
    if method.get("apiKeyRequired"):
        found.append({_API_KEY: []})
    return found


def exported(content: Content, *, authorizers: bool) -> Document:
    """The security schemes of an export, by name; ``authorizers`` is whether with the extension that says all."""
    methods = [method for _, _, method in content.methods()]
    schemes: Document = {}
    for authorizer in sorted(content.authorizers.values(), key=lambda each: str(each["name"])):
        schemes[authorizer["name"]] = _exported(authorizer, authorizers)
    if any(method["authorizationType"] == "AWS_IAM" for method in methods):
        schemes[_SIGV4] = _scheme("Authorization") | {EXT + "authtype": "awsSigv4"}
    if any(method.get("apiKeyRequired") for method in methods):
        schemes[_API_KEY] = _scheme("x-api-key")
    return schemes


def _scheme(header: str) -> Document:
    return {"type": "apiKey", "name": header, "in": "header"}


def _exported(authorizer: Document, in_full: bool) -> Document:
    source = str(authorizer.get("identitySource", ""))
    by_request = authorizer["type"] == "REQUEST"
    made = _scheme("Unused" if by_request else source.removeprefix("method.request.header."))
    if authorizer.get("authType"):
        made[EXT + "authtype"] = authorizer["authType"]
    if in_full:
        members = ("providerARNs", *_TEXTS, "authorizerResultTtlInSeconds")
        given = {m: authorizer[m] for m in members if authorizer.get(m) is not None}
        if by_request and source:
            given["identitySource"] = source
        made[EXT + "authorizer"] = given | {"type": authorizer["type"].lower()}
    return made
