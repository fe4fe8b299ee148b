"""What an integration may be, and AWS's defaults for one."""

from __future__ import annotations

import re

from tests.strict_aws.call import Call
from tests.strict_aws.http.members import without_empty
from tests.strict_aws.http.state import Document, HttpApi
from tests.strict_aws.http.subtypes import check_subtype
from tests.strict_aws.http.vpc_links import vpc_links
from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rest.state import RestRegion
from tests.strict_aws.rules import rule

PROXIES = rule(
    "http.proxy-integrations",
    "An HTTP API has proxy integrations only",
    "quoted: github.com/aws/aws-cli, issue 6363",
)
PAYLOAD = rule(
    "http.payload-format",
    "An HTTP API's integration needs its payload format version: 1.0, or 2.0 for a Lambda proxy; others have 1.0 only",
    "botocore: CreateIntegration, PayloadFormatVersion; github.com/hashicorp/terraform-provider-aws, issue 25280; the "
    "text of what is unsupported: an answer of ImportApi in public notes",
)
TIMEOUT = rule(
    "http.integration-timeout",
    "29 seconds at most, and by default, for WebSocket APIs; 30 for HTTP APIs",
    "botocore: CreateIntegration, TimeoutInMillis",
)
LINK = rule(
    "http.private-integration",
    "VPC_LINK needs a VPC link that is there, one of v1 for a WebSocket API; of HTTP APIs only HTTP_PROXY has it",
    "botocore: CreateIntegration, ConnectionId and IntegrationType; the texts are recalled",
)
TLS = rule(
    "http.integration-tls",
    "A TLS configuration goes with a private integration only",
    "botocore: CreateIntegration, TlsConfig; the text is recalled",
)
NEEDS = rule(
    "http.integration-needs",
    "An integration that is not MOCK has a URI, unless it has a subtype; HTTP and HTTP_PROXY have a method",
    "terraform-provider-aws: documentation of aws_apigatewayv2_integration; the texts are recalled",
    recalled=True,
)
PARAMETERS = rule(
    "http.integration-parameters",
    "Keys of request and response parameters have the form that their documentation gives",
    "botocore: CreateIntegration, RequestParameters and ResponseParameters; the texts are recalled",
)
LAMBDA_METHOD = rule(
    "http.lambda-method",
    "A Lambda proxy is called by POST where no method is given",
    "exports of HTTP APIs in public repositories, which all name it",
    recalled=True,
)
_REQUEST_KEY = re.compile(
    r"(append|overwrite|remove):(header|querystring)\.\S+|overwrite:path|(append|remove):path(\.\S+)?"
)
_RESPONSE_KEY = re.compile(r"(append|overwrite|remove):header\.\S+|overwrite[:.]statuscode")
_WEBSOCKET_KEY = re.compile(r"integration\.request\.(header|querystring|path)\.\S+")


def new_integration(call: Call, api: HttpApi, given: Document) -> Document:
    """An integration with AWS's defaults for what is not given; raises Refusal. It is not yet in the API."""
    made = {"IntegrationId": call.aws.ids.gateway(7), **without_empty(given)}
    return checked_integration(call, api, made)


def checked_integration(call: Call, api: HttpApi, integration: Document) -> Document:
    """The integration as AWS keeps it, defaults filled in; raises Refusal where it can't be in the API like that."""
    made = dict(integration)
    made.setdefault("ConnectionType", "INTERNET")
    kind = made["IntegrationType"]
    if api.is_websocket:
        _websocket_defaults(made)
        _check_payload(call, made, ("1.0",))
    else:
        if kind not in ("AWS_PROXY", "HTTP_PROXY") and call.holds(PROXIES):
            text = "may only be associated with proxy integrations (AWS_PROXY, HTTP_PROXY)"
            raise bad_request(f"Currently, an API with a protocol type of HTTP {text}")
        _http_defaults(call, made)
        check_subtype(call, made)
        _check_payload(call, made, ("1.0", "2.0") if _is_lambda(made) else ("1.0",))
    _check_needs(call, made)
    _check_timeout(call, api, made)
    _check_link(call, api, made)
    _check_parameters(call, api, made)
    return made


def _is_lambda(integration: Document) -> bool:
    return integration["IntegrationType"] == "AWS_PROXY" and not integration.get("IntegrationSubtype")


def _http_defaults(call: Call, made: Document) -> None:
    made.pop("PassthroughBehavior", None)  # taken and dropped: terraform-provider-aws, integration.go
    made.pop("IntegrationResponseSelectionExpression", None)
    made.setdefault("TimeoutInMillis", 30000)
    if _is_lambda(made) and call.holds(LAMBDA_METHOD):
        made.setdefault("IntegrationMethod", "POST")


def _websocket_defaults(made: Document) -> None:
    made.setdefault("PassthroughBehavior", "WHEN_NO_MATCH")
    made.setdefault("PayloadFormatVersion", "1.0")
    made.setdefault("TimeoutInMillis", 29000)
    of_function = made["IntegrationType"] in ("AWS", "AWS_PROXY")
    where = "body.errorMessage" if of_function else "statuscode"
    made["IntegrationResponseSelectionExpression"] = f"${{integration.response.{where}}}"


def _check_payload(call: Call, made: Document, known: tuple[str, ...]) -> None:
    version = made.get("PayloadFormatVersion")
    if version in known or not call.holds(PAYLOAD):
        return
    if version is None:
        raise bad_request("PayloadFormatVersion is a required parameter for integrations of HTTP APIs")
    raise bad_request(f"Unsupported PayloadFormatVersion: {version}")


def _check_needs(call: Call, made: Document) -> None:
    kind = made["IntegrationType"]
    if not call.holds(NEEDS) or kind == "MOCK" or made.get("IntegrationSubtype"):
        return
    if not made.get("IntegrationUri"):
        raise bad_request(f"IntegrationUri is a required parameter for {kind} integrations")
    if kind.startswith("HTTP") and not made.get("IntegrationMethod"):
        raise bad_request(f"IntegrationMethod is a required parameter for {kind} integrations")


def _check_timeout(call: Call, api: HttpApi, made: Document) -> None:
    most = 29000 if api.is_websocket else 30000
    if not 50 <= made["TimeoutInMillis"] <= most and call.holds(TIMEOUT):
        raise bad_request(f"Timeout should be between 50 ms and {most} ms")


def _check_link(call: Call, api: HttpApi, made: Document) -> None:
    if made["ConnectionType"] != "VPC_LINK":
        if made.get("ConnectionId") and call.holds(LINK):
            raise bad_request("ConnectionId can only be set with the connection type VPC_LINK")
        if made.get("TlsConfig") and call.holds(TLS):
            raise bad_request("TlsConfig can only be set for private integrations")
        return
    if not call.holds(LINK):
        return
    if not api.is_websocket and made["IntegrationType"] != "HTTP_PROXY":
        raise bad_request("The connection type VPC_LINK is supported for HTTP_PROXY integrations only")
    links = call.part(RestRegion).vpc_links if api.is_websocket else vpc_links(call)
    link = links.get(made.get("ConnectionId") or "")
    if link is None or link.get("VpcLinkStatus") == "DELETING":
        raise bad_request(f"Invalid VPC link identifier specified {made.get('ConnectionId')}")


def _check_parameters(call: Call, api: HttpApi, made: Document) -> None:
    if not call.holds(PARAMETERS):
        return
    form = _WEBSOCKET_KEY if api.is_websocket else _REQUEST_KEY
    for key in () if made.get("IntegrationSubtype") else made.get("RequestParameters") or {}:
        if not form.fullmatch(key):
            raise bad_request(f"Invalid mapping expression specified: {key}")
    for status, mapped in (made.get("ResponseParameters") or {}).items():
        if not re.fullmatch(r"[2-5]\d\d", status):
            raise bad_request(f"Invalid response parameter selection key specified: {status}")
        for key in mapped:
            if not _RESPONSE_KEY.fullmatch(key):
                raise bad_request(f"Invalid mapping expression specified: {key}")
