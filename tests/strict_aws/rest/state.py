"""What API Gateway v1 holds in a region, as plain documents with AWS's member names."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.strict_aws.call import Call
from tests.strict_aws.refusals import Refusal, not_found

Document = dict[str, Any]


@dataclass
class Content:
    """What a deployment freezes: the definition of an API.

    A resource is `{"id", "parentId", "pathPart", "resourceMethods": {verb: method}}`, the root without parent and part.
    A method is as GetMethod answers it: `methodResponses` by status code, `methodIntegration` with its
    `integrationResponses` by status code. Models and gateway responses (only those that were customised) are kept by
    name and type, the others by id. ``settings`` are the API's own members that a deployment freezes.
    """

    resources: dict[str, Document] = field(default_factory=dict)
    models: dict[str, Document] = field(default_factory=dict)
    authorizers: dict[str, Document] = field(default_factory=dict)
    validators: dict[str, Document] = field(default_factory=dict)
    gateway_responses: dict[str, Document] = field(default_factory=dict)
    settings: Document = field(default_factory=dict)

    def path(self, resource_id: str) -> str:
        """The full path of a resource."""
        resource = self.resources[resource_id]
        if "parentId" not in resource:
            return "/"
        return self.path(resource["parentId"]).rstrip("/") + "/" + str(resource["pathPart"])

    def root(self) -> Document:
        """The resource `/`."""
        return next(r for r in self.resources.values() if "parentId" not in r)

    def methods(self) -> Iterator[tuple[str, str, Document]]:
        """(path, verb, method) of every method."""
        for resource_id, resource in self.resources.items():
            for verb, method in resource.get("resourceMethods", {}).items():
                yield self.path(resource_id), verb, method


@dataclass
class RestApi:
    """A REST API. ``fields`` are the members of GetRestApi, its policy as plain JSON text; ``draft`` is what is being
    edited; ``deployed`` what each deployment froze, by deployment id."""

    id: str
    fields: Document
    draft: Content
    deployments: dict[str, Document] = field(default_factory=dict)
    deployed: dict[str, Content] = field(default_factory=dict)
    stages: dict[str, Document] = field(default_factory=dict)
    documentation_parts: dict[str, Document] = field(default_factory=dict)
    documentation_versions: dict[str, Document] = field(default_factory=dict)
    documented: dict[str, dict[str, Document]] = field(default_factory=dict)
    """documentation version -> the parts that it froze, by id"""
    updating_until: float = 0.0
    """when an update of the API itself is done, in seconds since 1970"""

    def frozen(self) -> Content:
        """A copy of the draft, with the API's own settings as they are now."""
        content = copy.deepcopy(self.draft)
        content.settings = copy.deepcopy(self.fields)
        return content


@dataclass
class RestRegion:
    """All of API Gateway v1 in one region. Domain names and their mappings are in `Domains`: v2 sees the same ones."""

    apis: dict[str, RestApi] = field(default_factory=dict)
    api_keys: dict[str, Document] = field(default_factory=dict)
    """key id -> the key, its value among the members"""
    usage_plans: dict[str, Document] = field(default_factory=dict)
    plan_keys: dict[str, dict[str, str]] = field(default_factory=dict)
    """usage plan id -> key id -> key type"""
    client_certificates: dict[str, Document] = field(default_factory=dict)
    vpc_links: dict[str, Document] = field(default_factory=dict)
    account: Document = field(default_factory=dict)


@dataclass
class Domains:
    """Custom domain names of a region, seen by v1 and v2: kept with v1's member names.

    ``names`` is by domain-name id for private domains (which may share a name), by domain name for the others.
    ``mappings`` is by that same key, then by mapping id: `{"apiMappingId", "apiId", "stage", "apiMappingKey"}`;
    ``routing_rules`` likewise by rule id with v2's members; ``associations`` by ARN.
    """

    names: dict[str, Document] = field(default_factory=dict)
    mappings: dict[str, dict[str, Document]] = field(default_factory=dict)
    routing_rules: dict[str, dict[str, Document]] = field(default_factory=dict)
    associations: dict[str, Document] = field(default_factory=dict)


def find_api(call: Call) -> RestApi:
    """The API that the call names; raises NotFoundException with the text that AWS has for it."""
    api_id = call.params["restApiId"]
    found = call.part(RestRegion).apis.get(api_id)
    if found is None:
        raise no_api(call)
    return found


def no_api(call: Call) -> Refusal:
    """That the API is not there."""
    return not_found(f"Invalid API identifier specified {call.region.account}:{call.params['restApiId']}")


def shown(document: Document, *hidden: str) -> Document:
    """A copy of a document as an answer shows it: without what is None, an empty list or map, or named."""
    return {k: copy.deepcopy(v) for k, v in document.items() if v not in (None, [], {}) and k not in hidden}
