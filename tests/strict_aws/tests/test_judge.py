"""The judge: blind to what two regions can't have the same, and to nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.strict_aws import StrictAws
from tests.strict_aws.call import Region
from tests.strict_aws.estates import SMALL, build, run, shuffled, steps
from tests.strict_aws.estates.clients import StrictClients
from tests.strict_aws.judge import LEFT_OUT, Reading, compare, report
from tests.strict_aws.judge.differences import differences
from tests.strict_aws.judge.left_out import left_out_with
from tests.strict_aws.judge.mutations import mutations, removals
from tests.strict_aws.judge.raw import tree
from tests.strict_aws.tests.conftest import AWAY, HOME


@pytest.fixture
def loaded(strict: StrictAws) -> StrictAws:
    """The small estate in two regions, in the second one in another order."""
    calls = steps(SMALL)
    with strict.weather.calm():
        run(calls, StrictClients(strict), HOME)
        run(shuffled(calls, seed=7), StrictClients(strict), AWAY)
    return strict


def _found(aws: StrictAws) -> list[str]:
    return [str(each) for each in compare(aws.region(HOME), aws.region(AWAY))]


def test_two_equal_loads_have_no_difference(loaded: StrictAws) -> None:
    assert report(compare(loaded.region(HOME), loaded.region(AWAY))) == ""


def test_two_equal_loads_share_no_id(loaded: StrictAws) -> None:
    """So that finding nothing means something."""

    def ids(region: Region) -> set[str]:
        state = tree(region)
        return {*state["RestRegion"]["apis"], *state["HttpRegion"]["apis"], *state["Ec2Region"]["groups"]}

    home, away = ids(loaded.region(HOME)), ids(loaded.region(AWAY))
    assert len(home) == len(away) > 6
    assert not home & away


def test_other_account_is_no_difference(strict: StrictAws) -> None:
    other = "999999999999"
    with strict.weather.calm():
        build(StrictClients(strict), HOME, SMALL)
        build(StrictClients(strict, other), AWAY, SMALL, account=other)
    assert report(compare(strict.region(HOME), strict.region(AWAY, other))) == ""


def test_every_single_mutation_is_found(loaded: StrictAws) -> None:
    """Each leaf of the raw state made another value, an id also another id: found, but for what the one list names."""
    region = loaded.region(HOME)
    reading, state = Reading(region), tree(region)
    before = reading.whole()
    tried, missed = 0, []
    for mutation in list(mutations(region)):
        if left_out_with(state, mutation.path):
            continue
        mutation.make()
        if not any(differences(before, Reading(region, before=reading).whole())):
            missed.append(str(mutation))
        mutation.undo()
        tried += 1
    assert missed == []
    assert tried > 1000
    assert not any(differences(before, Reading(region).whole()))


def test_what_is_missing_is_found(loaded: StrictAws) -> None:
    """Whatever the raw state holds taken out, one thing of each kind of place."""
    region = loaded.region(HOME)
    reading, state = Reading(region), tree(region)
    before = reading.whole()
    seen, missed = set(), []
    for removal in list(removals(region)):
        path = removal.path
        place = (path[:2], path[3:4], path[-1] if len(path) > 3 else "")
        if place in seen or left_out_with(state, path):
            continue
        seen.add(place)
        removal.make()
        if not any(differences(before, Reading(region, before=reading).whole())):
            missed.append(str(removal))
        removal.undo()
    assert missed == []
    assert len(seen) > 300


def test_list_of_exceptions_has_a_reason_for_each_and_none_twice() -> None:
    assert all(len(each.reason) > 5 for each in LEFT_OUT)
    places = [each.place for each in LEFT_OUT if each.when.__name__ == "_always"]
    assert len(places) == len(set(places))


def test_says_where_in_words(loaded: StrictAws, client: Any) -> None:
    rest = client("apigateway", AWAY)
    with loaded.weather.calm():
        api = next(each for each in rest.get_rest_apis()["items"] if each["name"] == "rest-01")
        resources = rest.get_resources(restApiId=api["id"])["items"]
        thing = next(each["id"] for each in resources if each["path"] == "/things-00/{id}")
        patch = [{"op": "replace", "path": "/operationName", "value": "other"}]
        rest.update_method(restApiId=api["id"], resourceId=thing, httpMethod="GET", patchOperations=patch)
    assert _found(loaded) == [
        "RestRegion / apis / <REST API rest-01> / draft / resources / <resource /things-00/{id}> / resourceMethods / "
        "GET / operationName: 'getThing1' | 'other'"
    ]


def test_deployed_content_is_apart_from_the_draft(loaded: StrictAws, client: Any) -> None:
    """The same edit is told of the draft at first, and of a stage once it is deployed there."""
    rest = client("apigateway", AWAY)
    with loaded.weather.calm():
        api = next(each["id"] for each in rest.get_rest_apis()["items"] if each["name"] == "rest-00")
        rest.put_gateway_response(restApiId=api, responseType="THROTTLED", statusCode="503")
        draft = _found(loaded)
        made = rest.create_deployment(restApiId=api, description="the release")["id"]
        patch = [{"op": "replace", "path": "/deploymentId", "value": made}]
        rest.update_stage(restApiId=api, stageName="dev", patchOperations=patch)
        live = _found(loaded)
    assert ["draft" in each for each in draft] == [True]
    assert sorted("stages / dev / deployed" in each for each in live) == [False, True]


def test_deployment_that_is_shared_or_not_is_the_same(loaded: StrictAws, client: Any) -> None:
    rest = client("apigateway", AWAY)
    with loaded.weather.calm():
        api = next(each["id"] for each in rest.get_rest_apis()["items"] if each["name"] == "rest-00")
        made = rest.create_deployment(restApiId=api, description="the release")["id"]
        patch = [{"op": "replace", "path": "/deploymentId", "value": made}]
        rest.update_stage(restApiId=api, stageName="dev", patchOperations=patch)
        rest.create_deployment(restApiId=api, description="on no stage")
    assert _found(loaded) == []


def test_homonyms_are_told_apart_by_age(strict: StrictAws, client: Any) -> None:
    with strict.weather.calm():
        for region, texts in ((HOME, "ab"), (AWAY, "ac")):
            for text in texts:
                client("apigateway", region).create_rest_api(name="shop", description=text)
    assert _found(strict) == ["RestRegion / apis / <REST API shop~2> / fields / description: 'b' | 'c'"]


def test_policies_are_compared_as_documents(strict: StrictAws, client: Any) -> None:
    """Order and layout mean nothing, the API's own ARN is its own, another API's is not."""

    def policy(resources: list[str], **layout: Any) -> str:
        statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": resources}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, **layout)

    with strict.weather.calm():
        for region, flip in ((HOME, 1), (AWAY, -1)):
            rest = client("apigateway", region)
            other = rest.create_rest_api(name="other")["id"]
            resources = ["execute-api:/prod/*", f"arn:aws:execute-api:{region}:123456789012:{other}/*"]
            made = rest.create_rest_api(name="shop", policy=policy(resources[::flip], indent=flip + 1))
        assert _found(strict) == []
        patch = [{"op": "replace", "path": "/policy", "value": policy(["execute-api:/prod/*", "execute-api:/*"])}]
        client("apigateway", AWAY).update_rest_api(restApiId=made["id"], patchOperations=patch)
    (found,) = _found(strict)
    assert "policy / Statement" in found
    assert "<REST API other>" in found


def test_words_of_the_customer_may_stay_or_move_but_not_change(strict: StrictAws, client: Any) -> None:
    """A region in a description is right as it was and as it is here; a function's ARN has to be the region's own."""
    with strict.weather.calm():
        client("apigateway", HOME).create_rest_api(name="shop", description=f"lives in {HOME}")
        away = client("apigateway", AWAY)
        made = away.create_rest_api(name="shop", description=f"lives in {HOME}")
        assert _found(strict) == []
        for value, count in ((f"lives in {AWAY}", 0), ("lives in eu-west-1", 1)):
            patch = [{"op": "replace", "path": "/description", "value": value}]
            away.update_rest_api(restApiId=made["id"], patchOperations=patch)
            assert len(_found(strict)) == count
        for region in (HOME, AWAY):
            rest = client("apigateway", region)
            api = rest.get_rest_apis()["items"][0]["id"]
            uri = f"arn:aws:apigateway:{HOME}:lambda:path/2015-03-31/functions/x/invocations"
            rest.create_authorizer(
                restApiId=api, name="a", type="TOKEN", authorizerUri=uri, identitySource="method.request.header.A"
            )
    assert [each for each in _found(strict) if "authorizerUri" in each]


def test_landmarks_name_what_no_state_explains(strict: StrictAws, client: Any) -> None:
    arns = {
        region: f"arn:aws:acm:{region}:123456789012:certificate/{n * 8}" for n, region in (("1", HOME), ("2", AWAY))
    }
    with strict.weather.calm():
        for region, arn in arns.items():
            client("apigateway", region).create_domain_name(
                domainName="api.example.com",
                regionalCertificateArn=arn,
                endpointConfiguration={"types": ["REGIONAL"]},
            )
    home, away = strict.region(HOME), strict.region(AWAY)
    assert len(compare(home, away)) == 1
    assert compare(home, away, {arns[HOME]: "the certificate"}, {arns[AWAY]: "the certificate"}) == []


def test_every_part_of_a_region_is_looked_at_or_left_out_by_name(loaded: StrictAws) -> None:
    """So that a part that a service adds is judged until somebody says why not."""
    region = loaded.region(HOME)
    read, state = Reading(region).whole(), tree(region)
    empty = {name for name, part in state.items() if not any(part.values())}
    left = {each.place for each in LEFT_OUT if "/" not in each.place}
    assert state.keys() <= read.keys() | left | empty
