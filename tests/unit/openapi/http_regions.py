"""A strict AWS of this test's own, and an HTTP API there: captured, exported, imported."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore import xform_name
from hypothesis import Phase, settings
from hypothesis import strategies as st

from dr_toolkit.engine import concrete
from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader, Reading
from dr_toolkit.engine.openapi.http_document import document
from dr_toolkit.engine.openapi.http_rows import rows
from dr_toolkit.engine.openapi.written import Written
from dr_toolkit.engine.pairing import Names, pair
from dr_toolkit.errors import CloudRefused
from dr_toolkit.model.documents import Resource, Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.spec.http_apis import API, AUTHORIZER, INTEGRATION, ROUTE, VPC_LINK
from dr_toolkit.spec.types import Row
from tests import hypothesis_profile
from tests.engines import resolved
from tests.strict_aws import StrictAws
from tests.strict_aws.aws import ACCOUNT
from tests.strict_aws.clock import VirtualClock
from tests.strict_aws.estates import Step, choose, ground
from tests.strict_aws.estates.clients import StrictClients
from tests.strict_aws.estates.drawn.fronts import links
from tests.strict_aws.estates.drawn.http import http_apis
from tests.strict_aws.estates.drawn.network import network
from tests.strict_aws.estates.drawn.pen import Pen
from tests.unpaced import Unpaced

HOME, AWAY = "us-east-1", "eu-west-2"
DRAFT = (API, AUTHORIZER, INTEGRATION, ROUTE)
ONCE = settings(hypothesis_profile.REGIONS, max_examples=1, phases=[Phase.generate])
"""For the one estate that has everything: see ``drawn_estates``."""

_READ = frozenset(t.name for t in registry() if t.service == "apigatewayv2" or t.name == "apigateway.domain_name")


@st.composite
def drawn_http(draw: Callable[[st.SearchStrategy[Any]], Any], *, full: bool = False) -> list[Step]:
    """Estates of HTTP and WebSocket APIs only, with the links that they use; a full one has every member."""
    pen = Pen(draw, full=full)
    every = [*ground(), *network(pen), *links(pen), *http_apis(pen)]
    return choose(every, {"ground", "groups", "http"})


@cache
def strict() -> StrictAws:
    """One for all tests: loading the service models is the slow part."""
    return StrictAws(VirtualClock())


@cache
def clients() -> StrictClients:
    """Clients of it."""
    return StrictClients(strict())


@dataclass
class StrictCloud(Unpaced):
    """A region of it, as the engines see one."""

    region: str
    scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.scope = Scope(ACCOUNT, self.region)

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The answer, with the text of a body that is one."""
        client = _client(service, self.region)
        try:
            answer = getattr(client, xform_name(operation))(**params)
        except client.exceptions.ClientError as error:
            told = error.response["Error"]
            raise CloudRefused(
                service=service, operation=operation, region=self.region, code=told["Code"], reason=told["Message"]
            ) from error
        return dict(answer)


@cache
def _client(service: str, region: str) -> Any:
    return clients().client(service, region)


@dataclass
class Captured:
    """A region's HTTP and WebSocket APIs: rows, names and nouns."""

    cloud: StrictCloud
    reading: Reading
    names: Names
    estate: Estate

    def apis(self) -> list[ResourceKey]:
        """The keys of the HTTP APIs."""
        return [r.key for r in self.estate if r.key.type == API and r.attributes["ProtocolType"] == "HTTP"]

    def draft(self, api: ResourceKey) -> list[Resource]:
        """The nouns of an API's definition."""
        return [r for r in self.estate if r.key.type in DRAFT and r.key.path[:1] == api.path]

    def id_of(self, key: ResourceKey) -> str:
        """A physical id."""
        return self.estate.ids[key.text]


def capture(region: str) -> Captured:
    """A region as a snapshot would hold it, as far as v2 goes."""
    cloud = StrictCloud(region)
    reading = Reader(cloud, registry()).read(only=_READ)
    names = pair(reading, registry(), cloud.scope, {})
    return Captured(cloud, reading, names, canonicalise(reading, registry(), names))


def export(cloud: StrictCloud, api: str, stage: str = "") -> dict[str, Any]:
    """What ExportApi answers."""
    more = {"StageName": stage} if stage else {}
    asked = {"ApiId": api, "OutputType": "JSON", "Specification": "OAS30", "IncludeExtensions": True, **more}
    body = cloud.call("apigatewayv2", "ExportApi", asked)["body"].read()
    return dict(json.loads(body))


def nouns_of(exported: Mapping[str, Any], seen: Captured, api: ResourceKey) -> list[Resource]:
    """The nouns of an export, by the ordinary way from rows to nouns."""
    found = rows(exported)
    (above,) = (Row(API, data) for data in found[API])
    routes = [Row(ROUTE, data, above) for data in found[ROUTE]]
    inner = {n: [Row(n, data, above, beside={ROUTE: routes}) for data in found[n]] for n in (AUTHORIZER, INTEGRATION)}
    reading = Reading({API: [above], ROUTE: routes, VPC_LINK: seen.reading.of(VPC_LINK), **inner})
    known = {(API, "", seen.id_of(api)): api}
    names = pair(reading, registry(), seen.cloud.scope, known | _links(seen))
    return [r for r in canonicalise(reading, registry(), names) if r.key.type in DRAFT]


def _links(seen: Captured) -> dict[Any, ResourceKey]:
    held = ((ResourceKey.parse(text), physical_id) for text, physical_id in seen.estate.ids.items())
    return {(VPC_LINK, "", physical_id): key for key, physical_id in held if key.type == VPC_LINK}


def written(seen: Captured, api: ResourceKey, region: str) -> Written:
    """The document of an API for another region."""
    scope = Scope(ACCOUNT, region)
    return document([concrete.resource(r, registry(), scope) for r in seen.draft(api)], api)


def imported(api: Resource, made: Written, cloud: StrictCloud, bound: dict[str, str]) -> str:
    """The id of an API that was made by CreateApi and the import of its document, which must not be warned of."""
    asked = {"Name": api.attributes["Name"], "ProtocolType": "HTTP", "Tags": {"dr-toolkit:run": "run"}}
    asked["Tags"] |= api.attributes.get("Tags", {})
    made_id = str(cloud.call("apigatewayv2", "CreateApi", asked)["ApiId"])
    bound[api.key.text] = made_id
    text = json.dumps(resolved(made.document, bound))
    cloud.call("apigatewayv2", "ReimportApi", {"ApiId": made_id, "Body": text, "FailOnWarnings": True})
    return made_id


def lines(nouns: Iterable[Resource]) -> dict[str, Any]:
    """Attributes by printed key."""
    return {noun.key.text: dict(noun.attributes) for noun in nouns}
