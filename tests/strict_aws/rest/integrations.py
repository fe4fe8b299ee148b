"""Integrations: what a method calls, with AWS's defaults, and what AWS checks of it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from tests.strict_aws.answers import answers
from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, bad_request, not_found
from tests.strict_aws.rest.methods import bad_mapping, find_method
from tests.strict_aws.rest.patches import Patch, Slot, Slots, as_bool, integer, key_list, mapping, patched, scalar
from tests.strict_aws.rest.state import Document
from tests.strict_aws.rules import rule

AWS_URI = re.compile(r"arn:aws[\w-]*:apigateway:[\w-]+:[\w.-]+:(path|action)/.*", re.DOTALL)
PASSTHROUGH = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
MAX_TEMPLATE = 300 * 1024
_FROM_REQUEST = re.compile(r"method\.request\.(multivalue)?(path|querystring|header)\.(.+)")
_TO_INTEGRATION = re.compile(r"integration\.request\.(path|querystring|header)\..+")

VERB = rule(
    "rest.integration-verb", "All types but MOCK need the integration's HTTP method", "botocore: Integration.httpMethod"
)
HTTP_URI = rule("rest.integration-http-uri", "HTTP types need an absolute HTTP(S) URL", "botocore: PutIntegration.uri")
AWS_ARN = rule(
    "rest.integration-aws-uri",
    "AWS types need arn:{partition}:apigateway:{region}:{service}:path|action/...; AWS_PROXY functions and streams",
    "botocore: PutIntegration.uri; texts from memory",
)
CREDENTIALS = rule(
    "rest.integration-credentials",
    "Credentials are a role of the own account, or the caller's",
    "botocore: Integration.credentials; text from memory",
)
LINK = rule(
    "rest.integration-vpc-link", "A VPC_LINK connection needs its link's id", "botocore: PutIntegration.connectionId"
)
LINK_TYPES = rule("rest.integration-vpc-link-types", "Only HTTP types have VPC links", "from memory", recalled=True)
PASSES = rule(
    "rest.integration-passthrough",
    "Three values of passthroughBehavior",
    "botocore: PutIntegration.passthroughBehavior",
)
TIMEOUT = rule(
    "rest.integration-timeout",
    "50 ms to 29 s; a streamed response of up to 15 minutes",
    "AWS notes, section 2.2; botocore: PutIntegration.timeoutInMillis; quoted: aws-cdk issue 31063",
)
CACHE_KEYS = rule(
    "rest.integration-cache-keys",
    "Cache keys are parameters of the method",
    "botocore: PutIntegration.cacheKeyParameters",
)
MAPPED = rule(
    "rest.integration-parameter",
    "An integration's parameters come from parameters that the method declares",
    "botocore: PutIntegration.requestParameters; quoted: lambda-tools issue 56",
)
TEMPLATE = rule("rest.template-size", "A mapping template has at most 300 KB", "AWS notes, section 2.2")
DEFAULTS = rule(
    "rest.integration-defaults",
    "timeoutInMillis 29000, WHEN_NO_MATCH, the resource's id as cacheNamespace; INTERNET on HTTP types",
    "AWS notes, appendix B; recorded: test_lifecycle_integration_response, test_create_integration_with_vpc_link",
)
DROPPED = rule(
    "rest.integration-replaced",
    "PutIntegration over an integration drops its responses",
    "from memory",
    recalled=True,
)
_SETTINGS: tuple[str, ...] = (
    "credentials",
    "requestParameters",
    "requestTemplates",
    "passthroughBehavior",
    "contentHandling",
)
_SETTINGS += ("timeoutInMillis", "cacheNamespace", "cacheKeyParameters", "connectionType", "connectionId", "tlsConfig")
_SETTINGS += ("responseTransferMode", "integrationTarget", "uri")


# --- what is filled in and checked, also for imports ----------------------------------------------------------------


def with_defaults(call: Call, integration: Document, resource_id: str) -> Document:
    """An integration by GetIntegration's member names, with what AWS fills in."""
    filled: Document = {"passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29000}
    filled |= {"cacheNamespace": resource_id, "cacheKeyParameters": []}
    if integration["type"] in ("HTTP", "HTTP_PROXY"):
        filled["connectionType"] = "INTERNET"
    known = {k: v for k, v in integration.items() if v not in (None, "")}
    if "requestTemplates" in known:
        known["requestTemplates"] = templates(known["requestTemplates"])
    return (filled if call.holds(DEFAULTS) else {"cacheKeyParameters": []}) | known


def templates(given: Document) -> Document:
    """Templates by content type: an empty one is kept as null (recorded: test_put_integration_response_templates)."""
    return {content_type: text or None for content_type, text in given.items()}


def checked_integration(call: Call, integration: Document, method: Document) -> Document:
    """The integration, if AWS would take it on that method; raises BadRequestException or AccessDeniedException."""
    kind = integration["type"]
    if kind != "MOCK" and not integration.get("httpMethod") and call.holds(VERB):
        raise bad_request("Enumeration value for HttpMethod must be non-empty")
    if kind in ("HTTP", "HTTP_PROXY"):
        _check_url(call, str(integration.get("uri", "")))
    if kind in ("AWS", "AWS_PROXY"):
        _check_arn(call, str(integration.get("uri", "")), kind)
    _check_connection(call, integration)
    _check_credentials(call, integration.get("credentials"))
    if integration.get("passthroughBehavior", "NEVER") not in PASSTHROUGH and call.holds(PASSES):
        raise bad_request(f"Invalid passthrough behavior specified. Valid options are {','.join(PASSTHROUGH)}")
    most = 900000 if integration.get("responseTransferMode") == "STREAM" else 29000
    if not 50 <= integration.get("timeoutInMillis", 50) <= most and call.holds(TIMEOUT):
        raise bad_request(f"Timeout should be between 50 ms and {most} ms")
    _check_mappings(call, integration, method.get("requestParameters", {}))
    check_template_sizes(call, integration.get("requestTemplates", {}))
    return integration


def check_template_sizes(call: Call, given: Document) -> None:
    """Refuse templates that are too large."""
    for text in given.values():
        if len((text or "").encode()) > MAX_TEMPLATE and call.holds(TEMPLATE):
            raise bad_request("Mapping template exceeds the maximum size of 300 KB")


def _check_url(call: Call, uri: str) -> None:
    if not call.holds(HTTP_URI) or "${stageVariables." in uri:
        return
    address = urlsplit(uri)
    if address.scheme not in ("http", "https") or not address.netloc:
        raise bad_request("Invalid HTTP endpoint specified for URI")


def _check_arn(call: Call, uri: str, kind: str) -> None:
    if not call.holds(AWS_ARN):
        return
    if not uri.startswith("arn:"):
        raise bad_request("Invalid ARN specified in the request")
    if not AWS_URI.fullmatch(uri):
        raise bad_request("AWS ARN for integration must contain path or action")
    if kind == "AWS_PROXY" and uri.split(":", 5)[4] not in ("lambda", "firehose"):
        text = "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream"
        raise bad_request(text + " invocations.")


def _check_connection(call: Call, integration: Document) -> None:
    if integration.get("connectionType") != "VPC_LINK":
        return
    if integration["type"] not in ("HTTP", "HTTP_PROXY") and call.holds(LINK_TYPES):
        raise bad_request("VPC_LINK connection type is only supported for HTTP and HTTP_PROXY integrations")
    if not integration.get("connectionId") and call.holds(LINK):
        raise bad_request("A VPC link ID must be specified for connection type VPC_LINK")


def _check_credentials(call: Call, credentials: Any) -> None:
    iam = f"arn:{call.region.partition}:iam::"
    own = (f"{iam}{call.region.account}:", f"{iam}*:", "${stageVariables.")
    if credentials and not str(credentials).startswith(own) and call.holds(CREDENTIALS):
        raise Refusal("AccessDeniedException", "Cross-account pass role is not allowed.", 403)


def _check_mappings(call: Call, integration: Document, declared: Document) -> None:
    names = {name.replace(".multivalue", ".") for name in declared}
    for target, source in integration.get("requestParameters", {}).items() if call.holds(MAPPED) else ():
        if not _TO_INTEGRATION.fullmatch(target):
            raise bad_mapping(f"Invalid mapping expression specified: {target}")
        match = _FROM_REQUEST.fullmatch(source or "")
        if match and f"method.request.{match[2]}.{match[3]}" not in names:
            raise bad_mapping(f"Invalid mapping expression parameter specified: {source}")
    for key in integration.get("cacheKeyParameters", []):
        if key.startswith("method.request.") and key not in declared and call.holds(CACHE_KEYS):
            raise bad_mapping(f"Invalid mapping expression parameter specified: {key}")


# --- operations -----------------------------------------------------------------------------------------------------


def find_integration(call: Call) -> tuple[Document, Document, Document]:
    """Resource, method and integration that the call names; raises NotFoundException."""
    _, resource, method = find_method(call)
    integration = method.get("methodIntegration")
    if integration is None:
        raise not_found("Invalid Integration identifier specified")
    return resource, method, integration


@answers("apigateway", "PutIntegration")
def put_integration(call: Call) -> Document:
    """The method's integration, in place of the one that it has."""
    _, resource, method = find_method(call)
    given = {"type": call.params["type"]} | call.given(*_SETTINGS)
    given["httpMethod"] = call.params.get("integrationHttpMethod")
    if given["type"] == "MOCK":
        given = {k: v for k, v in given.items() if k not in ("httpMethod", "uri")}
    made = checked_integration(call, with_defaults(call, given, resource["id"]), method)
    before = method.get("methodIntegration", {})
    if "integrationResponses" in before and not call.holds(DROPPED):
        made["integrationResponses"] = before["integrationResponses"]
    method["methodIntegration"] = made
    return made


@answers("apigateway", "GetIntegration")
def get_integration(call: Call) -> Document:
    """A method's integration."""
    return find_integration(call)[2]


def _tls(call: Call, document: Document, patch: Patch) -> None:
    document["tlsConfig"] = {**document.get("tlsConfig", {}), "insecureSkipVerification": as_bool(patch.value)}


_INTEGRATION: Slots = {
    "/httpMethod": scalar("httpMethod"),
    "/uri": scalar("uri"),
    "/connectionType": scalar("connectionType"),
    "/connectionId": scalar("connectionId", clears=True),
    "/credentials": scalar("credentials", clears=True),
    "/requestParameters": mapping("requestParameters", "Invalid parameter name specified"),
    "/requestTemplates": mapping(
        "requestTemplates", "Content-Type specified was not found", lambda text: str(text) or None
    ),
    "/passthroughBehavior": scalar("passthroughBehavior"),
    "/cacheNamespace": scalar("cacheNamespace", clears=True),
    "/cacheKeyParameters": key_list("cacheKeyParameters"),
    "/contentHandling": scalar("contentHandling", clears=True),
    "/timeoutInMillis": scalar("timeoutInMillis", integer("timeoutInMillis"), clears=True),
    "/tlsConfig/insecureSkipVerification": Slot(("replace",), _tls),
    "/responseTransferMode": scalar("responseTransferMode"),
    "/integrationTarget": scalar("integrationTarget", clears=True),
}


@answers("apigateway", "UpdateIntegration")
def update_integration(call: Call) -> Document:
    """Patch an integration."""
    resource, method, integration = find_integration(call)
    changed = with_defaults(call, patched(call, integration, _INTEGRATION), resource["id"])
    method["methodIntegration"] = checked_integration(call, changed, method)
    return changed


@answers("apigateway", "DeleteIntegration")
def delete_integration(call: Call) -> None:
    """Take a method's integration away with its responses."""
    _, method, _ = find_integration(call)
    del method["methodIntegration"]
