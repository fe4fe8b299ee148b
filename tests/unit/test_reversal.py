"""What a target is to become again, and what stays as it is, since it changed after the run that is taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dr_toolkit.engine.reversal import Reversal, Touched, reversal
from dr_toolkit.model import wire
from dr_toolkit.model.documents import FAILED, READ, Coverage, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry

GROUP, RULE = "ec2.security_group/main/web", "ec2.security_group_rule/main/web/ingress/tcp/1-1/x"
API, STAGE = "apigateway.rest_api/shop", "apigateway.stage/shop/prod"
DEPLOYMENT = "apigateway.deployment/shop/prod"


def thing(text: str, **attributes: Any) -> Resource:
    return Resource(ResourceKey.parse(text), attributes)


def live(*resources: Resource, **coverage: Coverage) -> Estate:
    estate = Estate(coverage={t.name: Coverage(READ) for t in registry()} | coverage)
    for resource in resources:
        estate.put(resource)
    return estate


def taken_back(estate: Estate, touched: dict[str, Touched], **more: Any) -> Reversal:
    return reversal(estate, touched, registry(), **more)


def reasons(found: Reversal) -> dict[str, str]:
    return {b.key.text: b.reason for b in found.blocked}


OLD, NEW, OTHER = (thing(API, name="shop", description=text) for text in ("old", "new", "other"))


@pytest.mark.parametrize(
    ("now", "touched", "after", "reason"),
    [
        (OLD, Touched(OLD, NEW), OLD, ""),
        (NEW, Touched(OLD, NEW), OLD, ""),
        (NEW, Touched(None, NEW), None, ""),
        (None, Touched(None, NEW), None, ""),
        (None, Touched(OLD, None), OLD, ""),
        (OTHER, Touched(OLD, NEW, left=(OTHER,)), OLD, ""),
        (None, Touched(OLD, NEW, left=(None,)), OLD, ""),
        (OTHER, Touched(OLD, NEW), OTHER, "it was changed since: description"),
        (OTHER, Touched(None, NEW), OTHER, "it was changed since: description"),
        (None, Touched(OLD, NEW), None, "it was removed since"),
        (OTHER, Touched(OLD, None), OTHER, "it was made anew since"),
        (NEW, Touched(OLD, NEW, another=True), NEW, "another was made in its place since"),
        (OLD, Touched(OLD, NEW, another=True), OLD, ""),
    ],
)
def test_one_thing(now: Resource | None, touched: Touched, after: Resource | None, reason: str) -> None:
    found = taken_back(live(*([now] if now else [])), {API: touched})
    assert found.wanted.get(API) == after
    assert reasons(found) == ({API: reason} if reason else {})


BEFORE = thing(API, name="shop", description="old", tags={"a": "1", "b": "1"}, binaryMediaTypes=["a", "b"])
WANTED = thing(API, name="shop", description="new", tags={"a": "2", "c": "1"}, binaryMediaTypes=["b", "c"])


@pytest.mark.parametrize(
    ("changed", "is_halfway"),
    [
        ({"description": "new"}, True),
        ({"description": "new", "tags": {"a": "1", "b": "1", "c": "1"}}, True),
        ({"tags": {"a": "2"}}, True),
        ({"binaryMediaTypes": ["b"]}, True),
        ({"binaryMediaTypes": ["a", "d"]}, False),
        ({"tags": {"a": "3"}}, False),
        ({"description": "by hand"}, False),
        ({"minimumCompressionSize": 5}, False),
    ],
)
def test_half_done(changed: dict[str, Any], is_halfway: bool) -> None:
    """Only where the run did not come to its end; and what stands on neither side was put there by somebody."""
    now = replace(BEFORE, attributes={**BEFORE.attributes, **changed})
    found = taken_back(live(now), {API: Touched(BEFORE, WANTED, halfway=True)})
    assert (reasons(found) == {}) is is_halfway
    assert (found.wanted.get(API) == BEFORE) is is_halfway
    assert reasons(taken_back(live(now), {API: Touched(BEFORE, WANTED)}))[API].startswith("it was changed since: ")


def test_what_a_draft_passes_through_is_half_done_too() -> None:
    touched = {API: Touched(OLD, OLD, halfway=True, passing=(OTHER,))}
    assert taken_back(live(OTHER), touched).wanted.get(API) == OLD


def test_a_placeholder_is_half_done() -> None:
    text = "ec2.vpc_endpoint/main/execute-api"
    deny = {"Statement": [{"Action": "*", "Effect": "Deny", "Principal": "*", "Resource": "*"}]}
    now = thing(text, PolicyDocument=deny | {"Version": "2012-10-17"})
    allow = {"Statement": [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]}
    touched = {text: Touched(None, thing(text, PolicyDocument=allow), halfway=True)}
    assert text not in taken_back(live(now), touched).wanted


def rule(text: str, group: str = "") -> Resource:
    peer = {"ReferencedGroupInfo": {"GroupId": Ref(ResourceKey.parse(group))}} if group else {}
    return thing(text, IpProtocol="tcp", **peer)


def test_what_somebody_put_into_a_thing_keeps_it_with_all_that_is_in_it() -> None:
    group, own, put = thing(GROUP, GroupName="web"), rule(RULE), rule(f"{RULE}-put")
    touched = {GROUP: Touched(None, group), RULE: Touched(None, own)}
    found = taken_back(live(group, own, put), touched)
    assert reasons(found) == {GROUP: f"{RULE}-put was put into it since; what that run put into it stays too (1)"}
    assert found.wanted.lines.keys() == {GROUP, RULE, f"{RULE}-put"}
    assert taken_back(live(group, own), touched).wanted.lines == {}


def test_what_refers_to_a_thing_keeps_it_and_so_on() -> None:
    db, web, peer = "ec2.security_group/main/db", thing(GROUP, GroupName="web"), f"{RULE}-db"
    made = {db: thing(db, GroupName="db"), GROUP: web, peer: rule(peer, db)}
    foreign = rule("ec2.security_group_rule/main/other/ingress/tcp/1-1/y", GROUP)
    found = taken_back(live(*made.values(), foreign), {text: Touched(None, each) for text, each in made.items()})
    assert reasons(found) == {
        GROUP: f"{foreign.key}, which that run did not make, refers to it; what that run put into it stays too (1)",
        db: f"{peer}, which refers to it, stays",
    }


def test_what_can_t_be_read_is_not_taken_back_nor_what_it_lies_in() -> None:
    group, own = thing(GROUP, GroupName="web"), rule(RULE)
    estate = live(group, **{"ec2.security_group_rule": Coverage(FAILED, "UnauthorizedOperation")})
    found = taken_back(estate, {GROUP: Touched(None, group), RULE: Touched(None, own)})
    assert reasons(found) == {
        RULE: "what there is of its kind can't be told: UnauthorizedOperation",
        GROUP: f"{RULE}, which lies in it, stays",
    }


def test_a_stage_goes_back_to_the_deployment_that_it_was_on() -> None:
    first, second = ResourceKey.parse(DEPLOYMENT), ResourceKey.parse(f"{DEPLOYMENT}~run000001")
    on = {key: thing(STAGE, deploymentId=Ref(key)) for key in (first, second)}
    api, ours, theirs = thing(API, name="shop"), thing(second.text), thing(DEPLOYMENT)
    touched = {STAGE: Touched(on[first], on[first]), second.text: Touched(None, ours)}
    found = taken_back(live(api, ours, theirs, on[second]), touched, another_of={second: first})
    assert reasons(found) == {}
    assert found.wanted.get(STAGE) == on[first]
    assert second.text not in found.wanted
    assert DEPLOYMENT in found.wanted
    third = ResourceKey.parse(f"{DEPLOYMENT}~3")
    moved = live(api, ours, theirs, thing(third.text), thing(STAGE, deploymentId=Ref(third)))
    found = taken_back(moved, touched, another_of={second: first})
    assert reasons(found) == {STAGE: "it was changed since: deploymentId"}
    assert second.text not in found.wanted, "nobody is on it any more"


def test_a_reference_to_what_is_gone_is_no_change() -> None:
    text, gone = "ec2.vpc_endpoint/main/x", ResourceKey.parse(API)
    wanted = thing(text, Groups=[Ref(gone)], PolicyDocument="on ${Ref:apigateway.rest_api/shop}/*")
    unknown = ResourceKey("apigatewayv2.api", ("unknown", wire.digest(b"abcde12345")[:12]))
    now = thing(text, Groups=[Ref(unknown)], PolicyDocument="on abcde12345/*")
    touched = {text: Touched(None, wanted)}
    assert reasons(taken_back(live(now), touched)) == {text: "it was changed since: Groups, PolicyDocument"}
    assert reasons(taken_back(live(now), touched, gone={"abcde12345": gone})) == {}
    found = taken_back(live(now), {text: Touched(wanted, None)}, gone={"abcde12345": gone})
    assert found.wanted.get(text) == wanted, "it leads to nothing now, and is to lead there again"
