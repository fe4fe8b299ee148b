"""API Gateway v1, the frame: what an API holds, and how a handler of ours takes the place of one of moto's.

moto keeps `RestAPI` objects that lose much of what is put into them. The overlay keeps an `Api` in the same place
(`APIGatewayBackend.apis`), whose parts are plain documents with AWS's member names, and answers by itself all
operations on REST APIs and what is in them. Keys, usage plans, domain names, VPC links and the account stay moto's.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from moto.apigateway.models import APIGatewayBackend
from moto.apigateway.responses import APIGatewayResponse
from moto.core.utils import camelcase_to_underscores
from moto.moto_api._internal import mock_random

Document = dict[str, Any]
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


class Refusal(Exception):
    """An error answer of API Gateway."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def bad_request(message: str) -> Refusal:
    """400 BadRequestException."""
    return Refusal("BadRequestException", message, 400)


def not_found(message: str) -> Refusal:
    """404 NotFoundException."""
    return Refusal("NotFoundException", message, 404)


def conflict(message: str) -> Refusal:
    """409 ConflictException."""
    return Refusal("ConflictException", message, 409)


def new_id(length: int, taken: Iterable[str] = ()) -> str:
    """An id as API Gateway makes them, none of those taken."""
    while True:
        made = "".join(mock_random.choice(_ALPHABET) for _ in range(length))
        if made not in taken:
            return made


class _Clock:
    """The time in seconds, but never the same twice, so that creation dates keep the order of creation."""

    last = 0

    def __call__(self) -> int:
        self.last = max(int(time.time()), self.last + 1)
        return self.last


now = _Clock()


class StageDocument(Document):
    """A stage. moto's WAF sets the web ACL as an attribute."""

    @property
    def web_acl_arn(self) -> str | None:
        """The associated web ACL."""
        return self.get("webAclArn")

    @web_acl_arn.setter
    def web_acl_arn(self, value: str | None) -> None:
        if value:
            self["webAclArn"] = value
        else:
            self.pop("webAclArn", None)


@dataclass
class Api:
    """A REST API and all that is in it, as documents with AWS's member names."""

    id: str
    fields: Document
    resources: dict[str, Document] = field(default_factory=dict)
    models: dict[str, Document] = field(default_factory=dict)
    authorizers: dict[str, Document] = field(default_factory=dict)
    validators: dict[str, Document] = field(default_factory=dict)
    gateway_responses: dict[str, Document] = field(default_factory=dict)
    deployments: dict[str, Document] = field(default_factory=dict)
    stages: dict[str, StageDocument] = field(default_factory=dict)
    deployed: dict[str, Document] = field(default_factory=dict)
    """deployment id -> what it froze"""

    def path(self, resource_id: str) -> str:
        """The full path of a resource."""
        resource = self.resources[resource_id]
        if "parentId" not in resource:
            return "/"
        return self.path(resource["parentId"]).rstrip("/") + "/" + str(resource["pathPart"])

    def methods(self) -> Iterable[tuple[str, str, Document]]:
        """(path, HTTP method, method) of every method."""
        for resource_id, resource in self.resources.items():
            for name, method in resource.get("resourceMethods", {}).items():
                yield self.path(resource_id), name, method

    def content(self) -> Document:
        """A copy of what a deployment freezes."""
        parts = ("fields", "resources", "models", "authorizers", "validators", "gateway_responses")
        return {part: copy.deepcopy(getattr(self, part)) for part in parts}

    @property
    def tags(self) -> dict[str, str]:
        """The tags; moto's own code asks for them by this name."""
        return dict(self.fields.get("tags", {}))


class Ask:
    """One request to API Gateway: the path's ids, the query and the body."""

    def __init__(self, response: APIGatewayResponse) -> None:
        self.backend: APIGatewayBackend = response.backend
        self.region = response.region
        self.account = response.current_account
        self.partition = response.partition
        self.path: dict[str, str] = dict(response.uri_match)
        self.query: dict[str, list[str]] = parse_qs(response.parsed_url.query, keep_blank_values=True)
        try:
            self.body: Document = json.loads(response.body or "{}")
        except ValueError as broken:
            raise Refusal("SerializationException", "the body is no JSON", 400) from broken

    @property
    def api_id(self) -> str:
        """The API that the path names."""
        return self.path["restapi_id"]

    def find_api(self) -> Api | None:
        """The API, if there is one of that id."""
        return self.backend.apis.get(self.api_id)  # type: ignore[return-value]

    @property
    def api(self) -> Api:
        """The API; 404 where there is none."""
        found = self.find_api()
        if found is None:
            raise not_found(f"Invalid API identifier specified {self.account}:{self.api_id}")
        return found

    @property
    def patches(self) -> list[Document]:
        """The patch operations of an update."""
        return list(self.body.get("patchOperations") or [])

    def settings(self, *names: str) -> Document:
        """Those members of the body that are there and say something."""
        return {name: self.body[name] for name in names if self.body.get(name) not in (None, "", [], {})}

    def page(self, rows: list[Document]) -> Document:
        """One page of a listing, by `limit` (25 when unsaid, 500 at most) and `position`."""
        limit = int(self.query.get("limit", ["25"])[0])
        if not 1 <= limit <= 500:
            raise bad_request("Invalid limit specified. Must be between 1 and 500")
        start = int(self.query.get("position", ["0"])[0] or 0)
        answer: Document = {"item": rows[start : start + limit]}
        if start + limit < len(rows):
            answer["position"] = str(start + limit)
        return answer


Handler = Callable[[Ask], Any]
HANDLERS: dict[str, tuple[Handler, int]] = {}


def operation(name: str, status: int = 200) -> Callable[[Handler], Handler]:
    """Let the function answer the operation, with this HTTP status."""

    def register(handler: Handler) -> Handler:
        HANDLERS[name] = (handler, status)
        return handler

    return register


def _method(handler: Handler, status: int) -> Callable[[APIGatewayResponse], Any]:
    """A method for moto's response class that answers with the handler."""

    def answer(self: APIGatewayResponse) -> Any:
        headers: dict[str, Any] = {"status": status, "Content-Type": "application/json"}
        try:
            result = handler(Ask(self))
        except Refusal as refusal:
            headers |= {"status": refusal.status, "X-Amzn-Errortype": refusal.code}
            return refusal.status, headers, json.dumps({"message": refusal.message})
        return status, headers, "" if result is None else json.dumps(result)

    return answer


def install() -> None:
    """Put all registered handlers into moto's response class."""
    for name, (handler, status) in HANDLERS.items():
        setattr(APIGatewayResponse, camelcase_to_underscores(name), _method(handler, status))
