"""Regions of a strict AWS read as the toolkit reads them, with what their stages export."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dr_toolkit.engine import concrete
from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader, Reading
from dr_toolkit.engine.openapi import nouns
from dr_toolkit.engine.pairing import Known, Names, pair
from dr_toolkit.model.changes import Join
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec.served import REST
from dr_toolkit.spec.types import Row
from tests.strict_aws import StrictAws
from tests.strict_aws.aws import ACCOUNT
from tests.strict_aws.estates.clients import StrictClients

TYPES = registry()
EXPORT = {"exportType": "oas30", "parameters": {"extensions": "apigateway"}, "accepts": "application/json"}


class StrictCloud:
    """A region of a strict AWS as the engines see one; a refusal is botocore's ClientError."""

    def __init__(self, aws: StrictAws, region: str) -> None:
        self._clients, self._made = StrictClients(aws), dict[str, Any]()
        self.scope = Scope(ACCOUNT, region)

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call."""
        if service not in self._made:
            self._made[service] = self._clients.client(service, self.scope.region)
        answer = self._made[service]._make_api_call(operation, dict(params))
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@dataclass
class Taken:
    """A region as it was read."""

    cloud: StrictCloud
    reading: Reading
    names: Names
    estate: Estate

    def apis(self) -> list[Row]:
        """The rows of all REST APIs."""
        return self.reading.of(REST.api)

    def draft(self, api: ResourceKey) -> list[Resource]:
        """The nouns of an API's draft, and all else beneath it."""
        return [each for each in self.estate if each.key.path[0] == api.path[0] and _is_rest(each.key)]

    def exports(self, api: Row) -> Iterator[tuple[str, Any]]:
        """What each stage of an API exports, by name."""
        asked = {"restApiId": api.data["id"]}
        for stage in self.cloud.call("apigateway", "GetStages", asked)["item"]:
            answer = self.cloud.call("apigateway", "GetExport", asked | {"stageName": stage["stageName"]} | EXPORT)
            yield stage["stageName"], json.loads(answer["body"].read())

    def served(self, api: Row, document: Any) -> dict[str, Resource]:
        """An export as nouns."""
        return nouns.served(document, REST, api, self.reading, TYPES, self.cloud.scope, self.names)


def _is_rest(key: ResourceKey) -> bool:
    above = TYPES.parent(key)
    return key.type == REST.api or (above is not None and _is_rest(above))


def take(aws: StrictAws, region: str, known: Known | None = None) -> Taken:
    """Read a region."""
    with aws.weather.calm():
        cloud = StrictCloud(aws, region)
        reading = Reader(cloud, TYPES).read()
        names = pair(reading, TYPES, cloud.scope, known or {})
        return Taken(cloud, reading, names, canonicalise(reading, TYPES, names))


def concrete_nouns(taken: Taken, api: ResourceKey, scope: Scope) -> list[Resource]:
    """The nouns of an API's draft as their verbs want them, for another region."""
    return [concrete.resource(noun, TYPES, scope) for noun in taken.draft(api)]


def resolved(value: Any, ids: Mapping[str, str]) -> Any:
    """A document with ids in the place of references."""
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
