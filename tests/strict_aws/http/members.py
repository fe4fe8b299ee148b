"""Members of an object: which protocol has them, and what an update makes of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.http.state import Document, HttpApi
from tests.strict_aws.refusals import Refusal, bad_request
from tests.strict_aws.rules import rule

HTTP_ONLY = rule(
    "http.http-only-members",
    "Members that only HTTP APIs have are refused on a WebSocket API",
    "botocore: CreateIntegration and others, 'Supported only for HTTP APIs'; the text is recalled",
)
WEBSOCKET_ONLY = rule(
    "http.websocket-only-members",
    "Members that only WebSocket APIs have are refused on an HTTP API, unless they are sent as false",
    "botocore: CreateRoute and others, 'Supported only for WebSocket APIs'; terraform-provider-aws sends false",
)
MERGED_MAPS = rule(
    "http.merged-maps",
    "UpdateStage (variables, route settings), UpdateIntegration (request and response parameters) and UpdateRoute "
    "(request parameters) keep the entries of a map that are not sent; an empty text, or an empty map within the map, "
    "takes an entry away",
    "quoted: terraform-provider-aws: stage.go, integration.go and route.go work by it",
)
QUOTAS = rule(
    "http.quotas",
    "300 routes, 300 integrations, 10 authorizers and 10 stages an API; 10 VPC links a region",
    "AWS notes, section 2.2; the code and the text: github.com/anomalyco/ion, issue 513",
)


def refuse_foreign(call: Call, api: HttpApi, *, http: Iterable[str] = (), websocket: Iterable[str] = ()) -> None:
    """Refuse the members that the API's protocol does not have."""
    foreign, held, protocol = (
        (http, HTTP_ONLY, "WEBSOCKET") if api.is_websocket else (websocket, WEBSOCKET_ONLY, "HTTP")
    )
    for name in foreign:
        if call.params.get(name) not in (None, False, "", [], {}) and call.holds(held):
            raise bad_request(f"{name} is not supported on protocolType {protocol}")


def edited(
    call: Call,
    document: Document,
    names: Collection[str],
    *,
    merged: Collection[str] = (),
    required: Collection[str] = (),
) -> Document:
    """The document with the members of the call in place of its own, a new one.

    An empty text, list, map or structure takes a member away; one that is required has to have something. Maps of
    ``merged`` keep what is not sent.
    """
    new = dict(document)
    for name, value in call.given(*names).items():
        if name in required and value == "":
            raise bad_request(f"{name} can not be empty")
        if name in merged and call.holds(MERGED_MAPS):
            value = merge(new.get(name) or {}, value)
        if value in ("", [], {}):
            new.pop(name, None)
        else:
            new[name] = value
    return new


def merge(held: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """A map with what was sent for its entries; an empty text or map takes one away."""
    both = {**held, **sent}
    return {key: value for key, value in both.items() if value not in ("", {})}


def without_empty(document: Document) -> Document:
    """A document of a new object: what is empty was not given."""
    return {name: value for name, value in document.items() if value not in (None, "", [], {})}


def room_for(call: Call, held: Collection[str], most: int, kind: str) -> None:
    """Refuse one more where there are as many as a quota lets there be."""
    if len(held) >= most and call.holds(QUOTAS):
        text = (
            f"Maximum number of {kind} for this API has been reached. Please contact AWS if you need additional {kind}."
        )
        raise Refusal("ConflictException", text, 429)
