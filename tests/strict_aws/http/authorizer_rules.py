"""What an authorizer may be."""

from __future__ import annotations

import re

from tests.strict_aws.call import Call
from tests.strict_aws.http.members import without_empty
from tests.strict_aws.http.state import Document, HttpApi
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rules import rule

NAME = rule(
    "http.authorizer-name",
    "Two authorizers of an API can't have the same name",
    "recalled of CloudFormation stacks that failed by it",
    recalled=True,
)
KIND = rule(
    "http.authorizer-type",
    "JWT authorizers are of HTTP APIs only; they need an issuer and an audience, and no function",
    "botocore: CreateAuthorizer; the texts are recalled",
)
PAYLOAD = rule(
    "http.authorizer-payload",
    "A REQUEST authorizer of an HTTP API needs its payload format version",
    "quoted: github.com/getmoto/moto, pull request 5474, tried against AWS",
)
VERSIONS = rule(
    "http.authorizer-payload-versions",
    "The payload format version is 1.0 or 2.0; simple responses need 2.0",
    "botocore: CreateAuthorizer, AuthorizerPayloadFormatVersion; the texts are recalled",
)
URI = rule(
    "http.authorizer-uri",
    "A REQUEST authorizer needs the URI of a function",
    "botocore: CreateAuthorizer, AuthorizerUri; the text is recalled",
)
SOURCES = rule(
    "http.authorizer-identity-sources",
    "Identity sources have the form of their protocol; a JWT authorizer has exactly one, a header or a query string; "
    "results are cached only where there is one",
    "botocore: CreateAuthorizer, IdentitySource; terraform-provider-aws: authorizer.go; the texts are recalled",
)
_HTTP_SOURCE = re.compile(r"\$(request\.(header|querystring)|context|stageVariables)\.\S+")
_JWT_SOURCE = re.compile(r"\$request\.(header|querystring)\.\S+")
_WEBSOCKET_SOURCE = re.compile(r"(route\.request\.(header|querystring)|context|stageVariables)\.\S+")
_FUNCTION = re.compile(r"arn:[\w-]+:apigateway:[\w-]+:lambda:path/.+/invocations")


def new_authorizer(call: Call, api: HttpApi, given: Document) -> Document:
    """An authorizer with AWS's defaults; raises Refusal. It is not yet in the API."""
    made = {"AuthorizerId": call.aws.ids.gateway(6), **without_empty(given)}
    return checked_authorizer(call, api, made)


def checked_authorizer(call: Call, api: HttpApi, authorizer: Document) -> Document:
    """The authorizer as AWS keeps it; raises Refusal where it can't be in the API like that."""
    made = dict(authorizer)
    name, mine = made["Name"], made["AuthorizerId"]
    if call.holds(NAME) and any(
        each["Name"] == name for each in api.draft.authorizers.values() if each["AuthorizerId"] != mine
    ):
        raise bad_request(f"Authorizer name must be unique. Authorizer {name} already exists in this RestApi.")
    if made["AuthorizerType"] == "JWT":
        _check_jwt(call, api, made)
    else:
        _check_request(call, api, made)
    _check_sources(call, api, made)
    return made


def _check_jwt(call: Call, api: HttpApi, made: Document) -> None:
    if not call.holds(KIND):
        return
    if api.is_websocket:
        raise bad_request("The authorizer type JWT is not supported on protocolType WEBSOCKET")
    configuration = made.get("JwtConfiguration") or {}
    if not configuration.get("Issuer") or not configuration.get("Audience"):
        raise bad_request("JwtConfiguration with an issuer and an audience is a required parameter for JWT authorizer")
    if not configuration["Issuer"].startswith("https://"):
        raise bad_request(f"Invalid issuer: {configuration['Issuer']}")
    if len(configuration["Audience"]) > 50:
        raise bad_request("A JWT authorizer can have at most 50 audiences")
    odd = [name for name in ("AuthorizerUri", "AuthorizerCredentialsArn") if made.get(name)]
    odd += [name for name in ("AuthorizerPayloadFormatVersion", "EnableSimpleResponses") if made.get(name)]
    if odd:
        raise bad_request(f"{odd[0]} is supported for REQUEST authorizers only")


def _check_request(call: Call, api: HttpApi, made: Document) -> None:
    if made.get("JwtConfiguration") and call.holds(KIND):
        raise bad_request("JwtConfiguration is supported for JWT authorizers only")
    if not _FUNCTION.fullmatch(made.get("AuthorizerUri") or "") and call.holds(URI):
        raise bad_request(
            "AuthorizerUri is a required parameter for REQUEST authorizer: a well-formed Lambda function URI"
        )
    if api.is_websocket:
        return
    version = made.get("AuthorizerPayloadFormatVersion")
    if not version and call.holds(PAYLOAD):
        raise bad_request("AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer")
    if version not in (None, "1.0", "2.0") and call.holds(VERSIONS):
        raise bad_request(f"Invalid AuthorizerPayloadFormatVersion {version}: supported is 1.0 or 2.0")
    made.setdefault("EnableSimpleResponses", False)
    if made["EnableSimpleResponses"] and version != "2.0" and call.holds(VERSIONS):
        raise bad_request("EnableSimpleResponses is only supported for AuthorizerPayloadFormatVersion 2.0")


def _check_sources(call: Call, api: HttpApi, made: Document) -> None:
    if not call.holds(SOURCES):
        return
    sources = made.get("IdentitySource") or []
    form = _WEBSOCKET_SOURCE if api.is_websocket else _HTTP_SOURCE
    if made["AuthorizerType"] == "JWT":
        form = _JWT_SOURCE
        if len(sources) != 1:
            raise bad_request("A JWT authorizer has exactly one identity source")
    for source in sources:
        if not form.fullmatch(source):
            raise bad_request(f"Invalid identity source specified: {source}")
    if made.get("AuthorizerResultTtlInSeconds") and not sources:
        raise bad_request("Identity sources are required when authorization caching is enabled")
