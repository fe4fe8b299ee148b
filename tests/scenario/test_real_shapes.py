"""Rows as AWS returns them, oddities included: each is there, and none is drift against its own restore."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.scenario.desk import AWAY, HOME, Desk, assert_in_sync
from tests.scenario.small_estate import ANYWHERE, MOCK, build_ground
from tests.stand import Stand

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with what AWS shows in odd ways at home, and the ground for it in the other region."""
    with aws.virtual_time():
        desk = Desk(aws)
        desk.estate = build_ground(desk.clients, HOME)
        build_ground(desk.clients, AWAY)
        _api(desk)
        ec2 = desk.clients.client("ec2", HOME)
        group = ec2.create_security_group(GroupName="all", Description="all", VpcId=desk.estate.vpcs["main"])["GroupId"]
        desk.estate.groups["main/all"] = group
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "-1", **ANYWHERE}])
        yield desk


def _api(desk: Desk) -> None:
    rest = desk.clients.client("apigateway", HOME)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
    made = rest.create_rest_api(name="odd", endpointConfiguration={"types": ["REGIONAL"]}, policy=policy)
    api = desk.estate.apis["odd"] = made["id"]
    method = {"restApiId": api, "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    rest.put_method(**method, authorizationType="NONE")
    rest.put_integration(**method, **MOCK)
    rest.create_deployment(restApiId=api, stageName="v1")


def answer(desk: Desk, service: str, operation: str, **params: Any) -> Any:
    """What AWS answers at home."""
    return getattr(desk.clients.client(service, HOME), operation)(**params)


def rest(desk: Desk, operation: str, **params: Any) -> Any:
    """What AWS answers of the API at home."""
    return answer(desk, "apigateway", operation, restApiId=desk.estate.apis["odd"], **params)


def absent_members(desk: Desk) -> bool:
    """What nobody set is not there at all: no description, no tags, no templates."""
    (api,) = answer(desk, "apigateway", "get_rest_apis")["items"]
    (stage,) = rest(desk, "get_stages")["item"]
    return not {"description", "tags", "version"} & api.keys() and not {"variables", "description"} & stage.keys()


def item_for_items(desk: Desk) -> bool:
    """Stages are listed under another name than all else."""
    return set(rest(desk, "get_stages")) - {"ResponseMetadata"} == {"item"}


def doubly_escaped_policies(desk: Desk) -> bool:
    r"""A policy comes as text in which each quote has a backslash."""
    policy = answer(desk, "apigateway", "get_rest_apis")["items"][0]["policy"]
    return str(policy).startswith('{\\"') and "Statement" in policy


def ports_in_one_call_alone(desk: Desk) -> bool:
    """All protocols: ports of -1 in the list of rules, and none at all in the list of groups."""
    group = desk.estate.groups["main/all"]
    (shown,) = answer(desk, "ec2", "describe_security_groups", GroupIds=[group])["SecurityGroups"]
    filters = [{"Name": "group-id", "Values": [group]}]
    rules = answer(desk, "ec2", "describe_security_group_rules", Filters=filters)["SecurityGroupRules"]
    return all("FromPort" not in p for p in shown["IpPermissions"]) and {r["FromPort"] for r in rules} == {-1}


def default_gateway_responses(desk: Desk) -> bool:
    """AWS's own are listed like any."""
    return {r["defaultResponse"] for r in rest(desk, "get_gateway_responses")["items"]} == {True}


def default_models(desk: Desk) -> bool:
    """A new API has two that nobody made."""
    return {m["name"] for m in rest(desk, "get_models")["items"]} == {"Empty", "Error"}


def a_cache_namespace_that_is_an_id(desk: Desk) -> bool:
    """An integration that says nothing of it shows the id of its resource."""
    (resource,) = rest(desk, "get_resources", embed=["methods"])["items"]
    return bool(resource["resourceMethods"]["GET"]["methodIntegration"]["cacheNamespace"] == resource["id"])


SHAPES: tuple[Callable[[Desk], bool], ...] = (
    absent_members,
    item_for_items,
    doubly_escaped_policies,
    ports_in_one_call_alone,
    default_gateway_responses,
    default_models,
    a_cache_namespace_that_is_an_id,
)


def test_none_of_them_is_drift_against_its_own_restore(desk: Desk) -> None:
    assert [shape.__name__ for shape in SHAPES if not shape(desk)] == [], "AWS shows each of them"
    desk.snapshot()
    again = desk.load().estate.lines
    assert desk.capture_of(HOME) == again
    desk.aws.gate.refuse(HOME)
    result = desk.restore()
    assert (result.exit_code, list(result.failed.values())) == (0, []), result.verdict
    assert_in_sync(desk)
    assert desk.capture_of(AWAY) == again


def test_what_they_hide_is_drift_all_the_same(desk: Desk) -> None:
    """The same members, really changed: nothing of them is left aside for its odd shape."""
    desk.snapshot()
    assert desk.restore().exit_code == 0
    client = desk.clients.client("apigateway", AWAY)
    api = client.get_rest_apis()["items"][0]["id"]
    client.put_gateway_response(restApiId=api, responseType="THROTTLED", statusCode="418")
    client.delete_model(restApiId=api, modelName="Error")
    resource = client.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "GET"}
    patch = [{"op": "replace", "path": "/cacheNamespace", "value": "shared"}]
    client.update_integration(**method, patchOperations=patch)
    denied = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW | {"Effect": "Deny"}]})
    client.update_rest_api(restApiId=api, patchOperations=[{"op": "replace", "path": "/policy", "value": denied}])
    told = {(c.key.text, c.action, ".".join(sorted(c.names))) for c in desk.verify().changes}
    assert told == {
        ("apigateway.gateway_response/odd/THROTTLED", "delete", ""),
        ("apigateway.model/odd/Error", "create", ""),
        ("apigateway.method/odd/%2F/GET", "update", "methodIntegration"),
        ("apigateway.rest_api/odd", "update", "policy"),
        # What a stage serves is deployed anew where a method was changed.
        ("apigateway.deployment/odd/v1", "create", ""),
        ("apigateway.stage/odd/v1", "update", "deploymentId"),
    }
