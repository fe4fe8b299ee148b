"""Regions of a strict AWS read as the toolkit reads them, with what their stages serve; and documents sent to one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from botocore.exceptions import ClientError

from dr_toolkit.engine import concrete
from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader
from dr_toolkit.engine.exported import exported
from dr_toolkit.engine.openapi.rest_document import document
from dr_toolkit.engine.openapi.written import Written
from dr_toolkit.engine.pairing import pair
from dr_toolkit.errors import CloudRefused
from dr_toolkit.model import wire
from dr_toolkit.model.changes import Join
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec.served import REST
from tests.strict_aws import StrictAws
from tests.strict_aws.aws import ACCOUNT
from tests.strict_aws.estates.clients import StrictClients
from tests.unpaced import Unpaced

TYPES = registry()


class StrictCloud(Unpaced):
    """A region of a strict AWS as the engines see one."""

    def __init__(self, aws: StrictAws, region: str) -> None:
        self._clients, self._made = StrictClients(aws), dict[str, Any]()
        self.scope = Scope(ACCOUNT, region)

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call."""
        if service not in self._made:
            self._made[service] = self._clients.client(service, self.scope.region)
        try:
            answer = self._made[service]._make_api_call(operation, dict(params))
        except ClientError as error:
            told = error.response["Error"]
            where = {"service": service, "operation": operation, "region": self.scope.region}
            raise CloudRefused(**where, code=told["Code"], reason=told["Message"]) from error
        answer.pop("ResponseMetadata")
        return {name: value.read() if name == "body" else value for name, value in answer.items()}


@lru_cache(maxsize=4)
def cloud_of(aws: StrictAws, region: str) -> StrictCloud:
    """A region of a strict AWS, on clients that are made once."""
    return StrictCloud(aws, region)


@dataclass
class Taken:
    """A region as it was read; drafts are had by the keys of their APIs."""

    scope: Scope
    estate: Estate
    drafts: dict[ResourceKey, list[Resource]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for noun in self.estate:
            if (root := TYPES.root(noun.key)).type == REST.api:
                self.drafts.setdefault(root, []).append(noun)

    def stages(self, api: ResourceKey) -> list[str]:
        """The printed keys of an API's stages that it is known of what they serve."""
        return [text for text in self.estate.served if ResourceKey.parse(text).path[0] == api.path[0]]

    def told(self, api: ResourceKey) -> dict[str, bytes]:
        """What an export of an API's draft would tell: lines by key."""
        return {noun.key.text: wire.line(noun) for noun in exported(api.type, self.drafts[api])}

    def served(self, stage: str) -> list[bytes]:
        """Lines of what a stage serves; none of no stage."""
        return list(self.estate.served.get(stage, {}).values())

    def concrete(self, api: ResourceKey, scope: Scope) -> dict[ResourceKey, Resource]:
        """The nouns of an API's draft as their verbs want them, for another region."""
        return {noun.key: concrete.resource(noun, TYPES, scope) for noun in self.drafts[api]}


def take(aws: StrictAws, region: str) -> Taken:
    """Read a region."""
    with aws.weather.calm():
        cloud = cloud_of(aws, region)
        reading = Reader(cloud, TYPES).read(serving=lambda stage: stage.root.type == REST.api)
        return Taken(cloud.scope, canonicalise(reading, TYPES, pair(reading, TYPES, cloud.scope, {})))


def create(aws: StrictAws, taken: Taken, api: ResourceKey, region: str, ids: dict[str, str]) -> StrictCloud:
    """Make an API anew in a region, as its type does; ``ids`` are those of what it refers to there, by printed key."""
    with aws.weather.calm():
        cloud = cloud_of(aws, region)
        verb = TYPES[REST.api].create
        assert verb is not None
        (call,) = verb(taken.concrete(api, cloud.scope)[api])
        answer = cloud.call("apigateway", call.operation, resolved(concrete.joins(call.params, cloud.scope), ids))
        ids |= {key.text: answer[path] for key, path in call.binds.items()}
        return cloud


def bring(aws: StrictAws, taken: Taken, api: ResourceKey, region: str, ids: dict[str, str], stage: str = "") -> Written:
    """Make an API anew in a region by CreateRestApi and one import, which nothing may be warned of: of the draft, or of
    what a stage serves. The document is returned."""
    cloud = create(aws, taken, api, region, ids)
    nouns = taken.concrete(api, cloud.scope)
    served = [concrete.resource(wire.read_line(line), TYPES, cloud.scope) for line in taken.served(stage)]
    written = document(served or nouns.values(), nouns[api])
    with aws.weather.calm():
        put(cloud, ids[api.text], written, ids)
    return written


def assert_brought(taken: Taken, found: Taken, api: ResourceKey, written: Written) -> None:
    """What a document brought is what was meant; of what it leaves only that is there that it holds in part."""
    wanted, there = ({noun.key: noun for noun in where.drafts[api]} for where in (taken, found))
    held = wanted.keys() - written.left.keys()
    assert {key: there.get(key) for key in held} == {key: wanted[key] for key in held}
    assert there.keys() == held | written.partly


def put(cloud: StrictCloud, api_id: str, written: Written, ids: Mapping[str, str]) -> None:
    """Send a document in the place of all that an API has."""
    body = json.dumps(resolved(written.document, ids)).encode()
    asked = {"restApiId": api_id, "mode": "overwrite", "failOnWarnings": True, "body": body}
    cloud.call("apigateway", "PutRestApi", asked)


def resolved(value: Any, ids: Mapping[str, str]) -> Any:
    """A value with ids in the place of references."""
    match value:
        case Ref(key):
            return ids[key.text]
        case Join(parts):
            return "".join(part if isinstance(part, str) else ids[part.key.text] for part in parts)
        case dict():
            return {name: resolved(each, ids) for name, each in value.items()}
        case list():
            return [resolved(each, ids) for each in value]
    return value
