"""Whatever a stage serves, the draft that a restore would put in its place is told by an export as just that."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_toolkit.engine.canonical import canonicalise
from dr_toolkit.engine.capture import Reader
from dr_toolkit.engine.exported import exported
from dr_toolkit.engine.pairing import pair
from dr_toolkit.engine.served import Drafts, contents, differing
from dr_toolkit.model import wire
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.served import kind_of
from tests.hypothesis_profile import REGIONS
from tests.served_regions import TYPES, StrictCloud
from tests.strict_aws import StrictAws
from tests.strict_aws.estates import SMALL, build
from tests.strict_aws.estates.clients import StrictClients

LINES = dict[str, bytes]
WORDS = {"apigateway.method": "operationName", "apigatewayv2.route": "OperationName"}
KEPT = frozenset({"apigateway.rest_api", "apigatewayv2.api", "apigateway.resource"})


@cache
def region() -> Estate:
    """A company's APIs, with what their stages serve."""
    aws = StrictAws()
    with aws.weather.calm():
        clients = StrictClients(aws)
        build(clients, "us-east-1", SMALL)
        http = clients.client("apigatewayv2", "us-east-1")
        api = next(a["ApiId"] for a in http.get_apis()["Items"] if a["ProtocolType"] == "HTTP")
        made = http.create_deployment(ApiId=api)["DeploymentId"]
        http.create_stage(ApiId=api, StageName="tied", DeploymentId=made)
        cloud = StrictCloud(aws, "us-east-1")
        reading = Reader(cloud, TYPES).read(serving=lambda row: True)
        return canonicalise(reading, TYPES, pair(reading, TYPES, cloud.scope, {}))


def lines(nouns: list[Resource]) -> LINES:
    """Nouns of one API in exported form."""
    kind = kind_of(nouns[0].key.type)
    return {noun.key.text: wire.line(noun) for noun in exported(kind.api, nouns)}


@pytest.mark.parametrize("name", ["apigateway.stage/rest-00/prod", "apigatewayv2.stage/http-00/tied"])
@REGIONS
@given(st.data())
def test_an_export_of_what_is_replayed_is_what_was_served(name: str, data: st.DataObject) -> None:
    stage = ResourceKey.parse(name)
    api = kind_of(stage.type).api_of(stage)
    nouns = sorted(Drafts(region(), TYPES).nouns(api), key=lambda noun: noun.key)
    gone = data.draw(st.sets(st.sampled_from([n.key for n in nouns if n.key.type not in KEPT]), max_size=6))
    other = data.draw(st.sets(st.sampled_from([n.key for n in nouns if n.key.type in WORDS]), max_size=4))
    older = [
        replace(n, attributes={**n.attributes, WORDS[n.key.type]: "before"}) if n.key in other else n
        for n in nouns
        if n.key not in gone
    ]
    served = lines(older)
    state = Estate(dict(region().lines), served={name: served})
    found = contents(Drafts(state, TYPES), api, TYPES)
    assert found[-1].lines == Drafts(state, TYPES).of(api)
    if not differing(served, lines(nouns), TYPES):
        assert stage in found[-1].stages
        return
    first, _ = (c for c in found if c.stages == (stage,) or c is found[-1])
    assert lines([wire.read_line(line) for line in first.lines.values()]) == served
    assert all(ResourceKey.parse(text) == wire.read_line(line).key for text, line in first.lines.items())
