"""Authorizers."""

from __future__ import annotations

import re

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import bad_request, conflict, limit_exceeded, not_found
from tests.strict_aws.rest.integrations import AWS_URI
from tests.strict_aws.rest.patches import integer, patched, scalar, value_list
from tests.strict_aws.rest.state import Document, RestApi, RestRegion, find_api
from tests.strict_aws.rules import rule
from tests.strict_aws.weather.weather import BUSY

_HEADER = re.compile(r"method\.request\.header\.[a-zA-Z0-9._-]+")
_SOURCE = re.compile(r"(method\.request\.(header|querystring)|stageVariables|context)\.\S+")

NO_API = rule(
    "rest.authorizer-no-api",
    "An authorizer for an API that is not there is refused as a concurrent modification",
    "recorded: test_authorizer_crud_no_api",
)
NAME = rule("rest.authorizer-name", "Names of an API's authorizers are unique", "from memory", recalled=True)
URI = rule(
    "rest.authorizer-uri",
    "TOKEN and REQUEST need a well-formed function URI",
    "botocore: CreateAuthorizer.authorizerUri; quoted: terraform-provider-aws issue 1757",
)
PROVIDERS = rule(
    "rest.authorizer-providers",
    "COGNITO_USER_POOLS needs ARNs of user pools",
    "botocore: CreateAuthorizer.providerARNs; texts from memory",
)
TOKEN_SOURCE = rule(
    "rest.authorizer-token-source",
    "The source of a token, a user pool's too, is one header",
    "quoted: serverless issue 4428; botocore: CreateAuthorizer.identitySource",
)
SOURCE = rule(
    "rest.authorizer-identity-source",
    "TOKEN needs an identity source, REQUEST where it caches; it is a mapping expression",
    "botocore: CreateAuthorizer.identitySource; texts from memory",
)
TTL = rule(
    "rest.authorizer-ttl",
    "Results are cached for up to 3,600 seconds",
    "botocore: CreateAuthorizer.authorizerResultTtlInSeconds; text from memory",
)
DEFAULT_TTL = rule(
    "rest.authorizer-default-ttl",
    "An authorizer of functions that is created without a TTL shows 300",
    "botocore: CreateAuthorizer.authorizerResultTtlInSeconds; that it is shown is from memory",
    recalled=True,
)
MANY = rule("rest.authorizer-quota", "An API has at most ten authorizers", "AWS notes, section 2.2")
USED = rule(
    "rest.authorizer-used",
    "An authorizer that a method refers to is not deleted",
    "quoted: terraform-provider-aws issue 14812",
)


def checked_authorizer(call: Call, api: RestApi, authorizer: Document) -> Document:
    """The authorizer, if AWS would take it; raises BadRequestException."""
    kind = authorizer["type"]
    if kind == "COGNITO_USER_POOLS":
        _check_providers(call, authorizer.get("providerARNs", []))
    else:
        _check_uri(call, str(authorizer.get("authorizerUri", "")))
    ttl = authorizer.get("authorizerResultTtlInSeconds", 300)
    if not 0 <= ttl <= 3600 and call.holds(TTL):
        raise bad_request("Authorizer result TTL must be between 0 and 3600 seconds")
    _check_source(call, kind, authorizer.get("identitySource", ""), ttl)
    for other in api.draft.authorizers.values():
        if other["name"] == authorizer["name"] and other["id"] != authorizer["id"] and call.holds(NAME):
            text = f"Authorizer {authorizer['name']} already exists in this RestApi."
            raise bad_request(f"Authorizer name must be unique. {text}")
    return authorizer


def _check_uri(call: Call, uri: str) -> None:
    if not uri and call.holds(URI):
        raise bad_request("Authorizer URI must be specified for authorizers of type TOKEN and REQUEST")
    if not AWS_URI.fullmatch(uri) and call.holds(URI):
        text = "Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation."
        raise bad_request(f"Invalid Authorizer URI: {uri}. {text}")


def _check_providers(call: Call, arns: list[str]) -> None:
    if not call.holds(PROVIDERS):
        return
    if not arns:
        raise bad_request("Provider ARNs must be specified for authorizers of type COGNITO_USER_POOLS")
    for arn in arns:
        if not re.fullmatch(r"arn:aws[\w-]*:cognito-idp:[\w-]+:\d{12}:userpool/.+", arn):
            raise bad_request(f"Invalid Cognito User Pool ARN: {arn}")


def _check_source(call: Call, kind: str, source: str, ttl: int) -> None:
    if source and kind != "REQUEST" and not _HEADER.fullmatch(source) and call.holds(TOKEN_SOURCE):
        text = "The source must be a method request header, matching 'method.request.header.[a-zA-Z0-9._-]+'."
        raise bad_request(f"Invalid token source expression: {source}. {text}")
    if not call.holds(SOURCE):
        return
    if not source and (kind == "TOKEN" or (kind == "REQUEST" and ttl > 0)):
        raise bad_request("Identity source must be specified for this authorizer")
    for each in source.split(",") if source else []:
        if not _SOURCE.fullmatch(each.strip()):
            raise bad_request(f"Invalid identity source specified: {each.strip()}")


def find_authorizer(call: Call) -> tuple[RestApi, Document]:
    """The authorizer that the call names, and its API; raises NotFoundException."""
    api = call.part(RestRegion).apis.get(call.params["restApiId"])
    authorizer = api.draft.authorizers.get(call.params["authorizerId"]) if api else None
    if api is None or authorizer is None:
        raise not_found("Invalid Authorizer identifier specified")
    return api, authorizer


@answers("apigateway", "CreateAuthorizer")
def create_authorizer(call: Call) -> Document:
    """A new authorizer. `authType` is the customer's own: `custom` or `cognito_user_pools` where they say nothing."""
    if call.params["restApiId"] not in call.part(RestRegion).apis and call.holds(NO_API):
        raise conflict(BUSY)
    api = find_api(call)
    held = api.draft.authorizers
    if len(held) >= call.aws.limits.authorizers_per_api and call.holds(MANY):
        text = "Maximum number of Authorizers for this API has been reached. Please contact AWS if you need additional "
        raise limit_exceeded(text + "Authorizers.")
    made: Document = {"id": call.aws.ids.gateway(6, held)}
    pools = call.params["type"] == "COGNITO_USER_POOLS"
    made["authType"] = "cognito_user_pools" if pools else "custom"
    if not pools and call.holds(DEFAULT_TTL):
        made["authorizerResultTtlInSeconds"] = 300
    made |= call.given("name", "type", "providerARNs", "authType", "authorizerUri", "authorizerCredentials")
    made |= call.given("identitySource", "identityValidationExpression", "authorizerResultTtlInSeconds")
    made = checked_authorizer(call, api, {k: v for k, v in made.items() if v not in ("", [])})
    held[made["id"]] = made
    return made


@answers("apigateway", "GetAuthorizers")
def get_authorizers(call: Call) -> Document:
    """The API's authorizers, in an order that says nothing."""
    rows, position = call.page(sorted(find_api(call).draft.authorizers.values(), key=lambda row: str(row["id"])))
    return {"items": rows, "position": position}


@answers("apigateway", "GetAuthorizer")
def get_authorizer(call: Call) -> Document:
    """One authorizer."""
    return find_authorizer(call)[1]


_SLOTS = {
    "/name": scalar("name"),
    "/type": scalar("type"),
    "/authType": scalar("authType"),
    "/authorizerUri": scalar("authorizerUri"),
    "/authorizerCredentials": scalar("authorizerCredentials", clears=True),
    "/identitySource": scalar("identitySource", clears=True),
    "/identityValidationExpression": scalar("identityValidationExpression", clears=True),
    "/authorizerResultTtlInSeconds": scalar(
        "authorizerResultTtlInSeconds", integer("authorizerResultTtlInSeconds"), clears=True
    ),
    "/providerARNs": value_list("providerARNs"),
}


@answers("apigateway", "UpdateAuthorizer")
def update_authorizer(call: Call) -> Document:
    """Patch an authorizer."""
    api, authorizer = find_authorizer(call)
    changed = checked_authorizer(call, api, patched(call, authorizer, _SLOTS))
    if not changed.get("providerARNs"):
        changed.pop("providerARNs", None)
    api.draft.authorizers[authorizer["id"]] = changed
    return changed


@answers("apigateway", "DeleteAuthorizer")
def delete_authorizer(call: Call) -> None:
    """Take an authorizer away; not while a method refers to it."""
    api, authorizer = find_authorizer(call)
    for path, verb, method in api.draft.methods():
        if method.get("authorizerId") == authorizer["id"] and call.holds(USED):
            text = f"Cannot delete authorizer '{authorizer['name']}', is referenced in method: {verb}/{path}"
            raise conflict(text)
    del api.draft.authorizers[authorizer["id"]]
