"""What API Gateway v2 holds in a region, as plain documents with AWS's member names.

A document in a content is never changed in place: who edits one puts a new one in its stead. What a deployment froze
shares them with the draft.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, not_found

Document = dict[str, Any]


@dataclass
class HttpContent:
    """What a deployment freezes: routes, integrations, authorizers and models by id; the responses of WebSocket APIs
    by route or integration id, then by their own id. ``settings`` are the API's own members that it freezes."""

    routes: dict[str, Document] = field(default_factory=dict)
    route_responses: dict[str, dict[str, Document]] = field(default_factory=dict)
    integrations: dict[str, Document] = field(default_factory=dict)
    integration_responses: dict[str, dict[str, Document]] = field(default_factory=dict)
    authorizers: dict[str, Document] = field(default_factory=dict)
    models: dict[str, Document] = field(default_factory=dict)
    settings: Document = field(default_factory=dict)

    def frozen(self, settings: Document) -> HttpContent:
        """This content as it is now, with an API's own members."""
        return HttpContent(
            dict(self.routes),
            {key: dict(responses) for key, responses in self.route_responses.items()},
            dict(self.integrations),
            {key: dict(responses) for key, responses in self.integration_responses.items()},
            dict(self.authorizers),
            dict(self.models),
            copy.deepcopy(settings),
        )


@dataclass
class HttpApi:
    """An HTTP or WebSocket API. ``fields`` are the members of GetApi; ``draft`` is what is being edited; ``deployed``
    what each deployment froze, by deployment id."""

    id: str
    fields: Document
    draft: HttpContent = field(default_factory=HttpContent)
    deployments: dict[str, Document] = field(default_factory=dict)
    deployed: dict[str, HttpContent] = field(default_factory=dict)
    stages: dict[str, Document] = field(default_factory=dict)

    @property
    def is_websocket(self) -> bool:
        """Whether it is a WebSocket API."""
        return bool(self.fields["ProtocolType"] == "WEBSOCKET")

    def frozen(self) -> HttpContent:
        """The draft as it is now, with the API's own settings."""
        return self.draft.frozen(self.fields)


@dataclass
class HttpRegion:
    """All of API Gateway v2 in one region, but for domain names: see `rest.state.Domains`."""

    apis: dict[str, HttpApi] = field(default_factory=dict)
    vpc_links: dict[str, Document] = field(default_factory=dict)
    """by id, as GetVpcLink answers them; see `http.vpc_links` for how their status follows the clock"""
    vpc_link_times: dict[str, Document] = field(default_factory=dict)
    """vpc link id -> `{"available": seconds, "gone": seconds}`: when it becomes so"""


def find_api(call: Call) -> HttpApi:
    """The API that the call names; raises NotFoundException."""
    found = call.part(HttpRegion).apis.get(call.params["ApiId"])
    if found is None:
        raise no_api(call)
    return found


def no_api(call: Call) -> Refusal:
    """That the API is not there, as it was recorded (test_apigwv2_api_delete)."""
    return not_found(f"Invalid API identifier specified {call.region.account}:{call.params['ApiId']}")


def find_in(call: Call, held: dict[str, Document], kind: str) -> Document:
    """What the call names by the member `<kind>Id`; raises NotFoundException."""
    found = held.get(call.params[f"{kind}Id"])
    if found is None:
        raise not_found(f"Invalid {kind} identifier specified {call.params[f'{kind}Id']}")
    return found


def shown(document: Document, *hidden: str) -> Document:
    """A copy of a document as an answer shows it: without what is None, an empty list or map, or named."""
    return {k: copy.deepcopy(v) for k, v in document.items() if v not in (None, [], {}) and k not in hidden}
