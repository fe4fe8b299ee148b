"""REST APIs of whole regions of a strict AWS: read with what their stages serve, and brought to another region."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dr_toolkit.engine import concrete
from dr_toolkit.engine.openapi.rest_document import document
from dr_toolkit.model import wire
from dr_toolkit.model.documents import Resource
from dr_toolkit.model.keys import ResourceKey
from tests.cases import cases, definition_cases
from tests.cases_rest import load_definition
from tests.served_regions import TYPES, StrictCloud, Taken, assert_brought, bring, create, put, take
from tests.strict_aws import StrictAws
from tests.strict_aws.estates import SMALL, STANDARD, Size, build
from tests.strict_aws.estates.clients import StrictClients
from tests.strict_aws.tests.openapi_samples import whole

HOME, AWAY = "us-east-1", "eu-central-1"


def rest_of(aws: StrictAws, region: str = HOME) -> Any:
    """API Gateway of a region."""
    return StrictClients(aws).client("apigateway", region)


def assert_serves_its_draft(taken: Taken, stages: int) -> None:
    """Every stage serves what an export of the draft would tell."""
    found = [(api, stage) for api in taken.drafts for stage in taken.stages(api)]
    assert len(found) == stages
    for api, stage in found:
        assert taken.estate.served[stage] == taken.told(api)


ESTATES = [
    pytest.param(SMALL, 4, id="small"),
    pytest.param(STANDARD, 40, id="standard", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("size", "stages"), ESTATES)
def test_an_estate(size: Size, stages: int) -> None:
    """All of it is brought by one import an API."""
    aws = StrictAws()
    with aws.weather.calm():
        build(StrictClients(aws), HOME, size, kinds=("rest",))
    taken = take(aws, HOME)
    assert_serves_its_draft(taken, stages)
    written = {api: bring(aws, taken, api, AWAY, {}) for api in taken.drafts}
    found = take(aws, AWAY)
    for api, sent in written.items():
        assert_brought(taken, found, api, sent)
        assert sent.left == {}


def test_everything_that_openapi_can_hold() -> None:
    aws = StrictAws()
    with aws.weather.calm():
        api = rest_of(aws).import_rest_api(body=json.dumps(whole()))["id"]
        rest_of(aws).create_deployment(restApiId=api, stageName="live")
        link = rest_of(aws).create_vpc_link(name="inner", targetArns=[LOAD_BALANCER])["id"]
        rest_of(aws).update_integration(**_item(rest_of(aws), api), patchOperations=[_replaced("/connectionId", link)])
        rest_of(aws).create_deployment(restApiId=api, stageName="live")
    taken = take(aws, HOME)
    assert_serves_its_draft(taken, 1)
    (key,) = taken.drafts
    written = bring(aws, taken, key, AWAY, {"apigateway.vpc_link/inner": "def456"})
    assert {(each.type, each.path[-1]): reason for each, reason in written.left.items()} == {
        ("apigateway.method", "GET"): "it is not confirmed that documents hold responseTransferMode"
    }


LOAD_BALANCER = f"arn:aws:elasticloadbalancing:{HOME}:123456789012:loadbalancer/net/inner/50dc6c495c0c9188"


def _replaced(path: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": path, "value": value}


def _item(rest: Any, api: str) -> dict[str, str]:
    """The method that reads an item, as calls name it."""
    paths = {row["path"]: row["id"] for row in rest.get_resources(restApiId=api)["items"]}
    return {"restApiId": api, "resourceId": paths["/items/{id}"], "httpMethod": "GET"}


# --- stages that serve something else --------------------------------------------------------------


def drifted() -> tuple[StrictAws, Taken, ResourceKey]:
    """An API whose stage serves what it was, and whose draft is something else in every part."""
    aws = StrictAws()
    with aws.weather.calm():
        rest = rest_of(aws)
        api = rest.import_rest_api(body=json.dumps(_sample("first", "/a", "/b")), failOnWarnings=True)["id"]
        rest.create_deployment(restApiId=api, stageName="live")
        changed = json.dumps(_sample("second", "/a", "/c", "/"))
        rest.put_rest_api(restApiId=api, mode="overwrite", failOnWarnings=True, body=changed)
    taken = take(aws, HOME)
    (key,) = taken.drafts
    return aws, taken, key


def _sample(word: str, *paths: str) -> dict[str, Any]:
    """A definition in which a word is all over."""
    document: dict[str, Any] = whole()
    document["info"] |= {"title": "sample", "version": word, "description": word}
    operation = document["paths"]["/items/{id}"]["put"] | {"operationId": word, "security": [{word: []}]}
    del operation["requestBody"]
    schemes = document["components"]["securitySchemes"]
    document["components"]["securitySchemes"] = {word: schemes["token"]}
    document["components"]["schemas"] = {word: {"type": "object", "title": word}}
    document["paths"] = {path: {"get": operation | {"operationId": f"{word}{path}"}} for path in paths}
    return document


def test_a_stage_that_serves_something_else_says_so() -> None:
    _, taken, api = drifted()
    (served,) = taken.estate.served.values()
    told = taken.told(api)
    assert {text for text in served if text not in told} == {
        "apigateway.authorizer/sample/first",
        "apigateway.method/sample/%2Fb/GET",
        "apigateway.model/sample/first",
        "apigateway.resource/sample/%2Fb",
    }
    changed = {text for text in served if text in told and served[text] != told[text]}
    assert changed == {"apigateway.method/sample/%2Fa/GET", "apigateway.rest_api/sample"}


def test_a_stage_is_replayed_and_then_the_draft() -> None:
    """What a stage serves is imported first and deployed; the draft comes over it, and leaves nothing of it."""
    aws, taken, api = drifted()
    ids: dict[str, str] = {}
    cloud = create(aws, taken, api, AWAY, ids)
    draft = taken.concrete(api, cloud.scope)
    (stage,) = taken.stages(api)
    served = [concrete.resource(wire.read_line(line), TYPES, cloud.scope) for line in taken.served(stage)]
    with aws.weather.calm():
        first = document(served, draft[api])
        assert first.left == {}
        put(cloud, ids[api.text], first, ids)
        rest_of(aws, AWAY).create_deployment(restApiId=ids[api.text], stageName="live")
        ids |= _there(cloud, api, ids)
        second = document(draft.values(), draft[api], bound=[key for key in draft if key.text in ids])
        put(cloud, ids[api.text], second, ids)
    found = take(aws, AWAY)
    assert_brought(taken, found, api, second)
    assert found.estate.served == taken.estate.served


def test_without_their_ids_what_was_there_before_gets_other_cache_namespaces() -> None:
    """So that a document has to be told which resources are there; that the root is, it knows."""
    aws, ids = StrictAws(), dict[str, str]()
    with aws.weather.calm():
        rest_of(aws).import_rest_api(body=json.dumps(_sample("first", "/", "/a")))
        taken = take(aws, HOME)
        (api,) = taken.drafts
        cloud = create(aws, taken, api, AWAY, ids)
        nouns = taken.concrete(api, cloud.scope)
        for _ in range(2):
            put(cloud, ids[api.text], document(nouns.values(), nouns[api]), ids)
    own = {noun.key.path[1]: noun.attributes["methodIntegration"] for noun in _methods(take(aws, AWAY), api)}
    assert [path for path, integration in own.items() if "cacheNamespace" in integration] == ["/a"]


def _methods(taken: Taken, api: ResourceKey) -> list[Resource]:
    return [noun for noun in taken.drafts[api] if noun.key.type == "apigateway.method"]


def _there(cloud: StrictCloud, api: ResourceKey, ids: dict[str, str]) -> dict[str, str]:
    """The ids of the resources that are there, by printed key."""
    rows = cloud.call("apigateway", "GetResources", {"restApiId": ids[api.text]})["items"]
    return {ResourceKey("apigateway.resource", (*api.path, row["path"])).text: row["id"] for row in rows}


# --- definitions that others wrote ------------------------------------------------------------------


@pytest.mark.parametrize("name", definition_cases())
@pytest.mark.parametrize("way", ["calls", "import"])
def test_public_definitions(name: str, way: str) -> None:
    """Those that AWS takes are exported as they are, and brought elsewhere but for what is named."""
    aws = StrictAws()
    path = cases("openapi") / f"{name}.json"
    with aws.weather.calm():
        if not _load(rest_of(aws), path, way):
            return
    taken = take(aws, HOME)
    refused = sum(1 for finding in taken.estate.findings if finding.code == "unexportable")
    stages = sum(1 for text in taken.estate.lines if text.startswith("apigateway.stage/"))
    assert_serves_its_draft(taken, stages - refused)
    links = {f"apigateway.vpc_link/{text}": "abc123" for text in _unknown_links(taken)}
    written = {api: bring(aws, taken, api, AWAY, links) for api in taken.drafts}
    found = take(aws, AWAY)
    for api, sent in written.items():
        assert_brought(taken, found, api, sent)


def _unknown_links(taken: Taken) -> list[str]:
    texts = (line.decode() for line in taken.estate.lines.values())
    return [text.partition("apigateway.vpc_link/")[2].partition('"')[0] for text in texts if "vpc_link/unknown" in text]


def _load(rest: Any, path: Any, way: str) -> bool:
    """Load a definition; whether there is an API now."""
    if way == "calls":
        return bool(load_definition(path, rest).api)
    try:
        api = rest.import_rest_api(body=path.read_bytes())["id"]
        rest.create_deployment(restApiId=api, stageName="live")
    except rest.exceptions.ClientError:
        return bool(rest.get_rest_apis()["items"])
    return True
