"""Three truths of a stage: draft, deployed, and what was deployed before; and what the rule book says of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dr_toolkit.engine.compare import compare
from dr_toolkit.engine.exported import exported
from dr_toolkit.engine.identities import with_identities
from dr_toolkit.engine.judge import Judgement, judge
from dr_toolkit.engine.served import Drafts, contents
from dr_toolkit.engine.truths import SERVED_ONLY, UNDEPLOYED, Truths, remarks
from dr_toolkit.model import wire
from dr_toolkit.model.changes import Change
from dr_toolkit.model.documents import FAILED, Coverage, Resource
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import Ref, ResourceKey
from dr_toolkit.resources import registry
from tests.exposed import thing

NOW = datetime(2026, 11, 25, tzinfo=UTC)
API, PATH = ResourceKey("apigateway.rest_api", ("shop",)), ResourceKey("apigateway.resource", ("shop", "/pets"))
DEV, PROD = (ResourceKey("apigateway.stage", ("shop", name)) for name in ("dev", "prod"))
GET, PUT = (f"apigateway.method/shop/%2Fpets/{verb}" for verb in ("GET", "PUT"))
PET = "apigateway.model/shop/Pet"
MOCK = {"methodIntegration": {"type": "MOCK"}}


def method(key: str, **attributes: Any) -> Resource:
    """A method with an integration."""
    return thing(key, httpMethod=key.rpartition("/")[2], **MOCK, **attributes)


def nouns(*inside: Resource) -> list[Resource]:
    """An API with a path and these things in it."""
    root = ResourceKey("apigateway.resource", ("shop", "/"))
    path = Resource(PATH, {"parentId": Ref(root), "pathPart": "pets"})
    return [Resource(API, {"name": "shop"}, "a1"), Resource(root, {}, "r0"), path, *inside]


def estate(draft: list[Resource], **stages: tuple[str, list[Resource] | None]) -> Estate:
    """A draft, and stages by name: the deployment that each is on, and what that holds, where it is known."""
    made = Estate()
    for noun in draft:
        made.put(noun)
    for name, (deployment, content) in stages.items():
        stage, on = (ResourceKey(f"apigateway.{kind}", ("shop", name)) for kind in ("stage", "deployment"))
        made.put(Resource(on, {}, deployment))
        made.put(Resource(stage, {"stageName": name, "deploymentId": Ref(on)}))
        if content is not None:
            made.served[stage.text] = {n.key.text: wire.line(n) for n in exported(API.type, content)}
    return made


def changes_of(before: Estate, after: Estate, *, home: bool = True) -> tuple[list[Change], Truths]:
    """What a drift report would count."""
    found = compare(before, after, registry())
    found = with_identities(found, before, after, registry()) if home else found
    truths = Truths(before, after, registry(), home=home)
    return truths.settled(found), truths


def judged(before: Estate, after: Estate) -> Judgement:
    """What the book says of it."""
    changes, truths = changes_of(before, after)
    return judge(changes, before, after, NOW, truths)


def rules_of(judgement: Judgement) -> list[tuple[str, str]]:
    """The rules that fire, with what they are about."""
    return sorted((alert.rule, alert.key.text) for alert in judgement.alerts)


IAM, OPEN = method(GET, authorizationType="AWS_IAM"), method(GET)
ONE, OTHER = nouns(IAM), nouns(OPEN)


def test_nothing_differs_from_itself() -> None:
    for made in (estate(ONE, prod=("d1", ONE)), estate(ONE, prod=("d1", OTHER)), estate(ONE, prod=("d1", None))):
        changes, truths = changes_of(made, made)
        assert (changes, truths.told(changes)) == ([], ())


def test_a_change_of_the_draft_is_said_once_where_no_stage_serves_it() -> None:
    before, after = estate(ONE, prod=("d1", ONE)), estate(OTHER, prod=("d1", ONE))
    changes, truths = changes_of(before, after)
    assert [(c.key.text, c.action) for c in changes] == [(GET, "update")]
    (truth,) = truths.told(changes)
    assert truth.same == frozenset(), "it is the draft that has changed"
    assert (truth.stage, truth.served, [(c.key.text, c.action) for c in truth.ahead]) == (PROD, (), [(GET, "update")])
    found = judged(before, after)
    assert rules_of(found) == [("draft-undeployed", GET), ("method-open-draft", GET)]
    assert found.severities == {GET: "high"}


def test_it_is_worse_where_a_stage_serves_it() -> None:
    before = estate(ONE, dev=("d0", ONE), prod=("d1", ONE))
    after = estate(OTHER, dev=("d2", OTHER), prod=("d1", ONE))
    found = judged(before, after)
    on_dev = "apigateway.deployment/shop/dev"
    assert rules_of(found) == [("draft-undeployed", GET), ("method-open", GET), ("stage-redeployed", on_dev)]
    assert found.severities == {GET: "critical", on_dev: "medium"}
    assert [a.text for a in found.alerts if a.rule == "draft-undeployed"] == [
        "changed but not deployed: prod still serves what it served"
    ]


def test_another_deployment_of_the_same_is_no_change() -> None:
    for before, after in (
        (estate(ONE, prod=("d1", ONE)), estate(ONE, prod=("d2", ONE))),
        (estate(OTHER, prod=("d1", ONE)), estate(OTHER, prod=("d2", ONE))),
    ):
        assert changes_of(before, after)[0] == []


def test_where_it_is_not_known_what_is_served_the_deployment_tells() -> None:
    for before, after in (
        (estate(ONE, prod=("d1", None)), estate(ONE, prod=("d2", ONE))),
        (estate(ONE, prod=("d1", ONE)), estate(ONE, prod=("d2", None))),
    ):
        changes, _ = changes_of(before, after)
        assert [(c.key.text, [f.path for f in c.fields]) for c in changes] == [
            ("apigateway.deployment/shop/prod", [("id",)])
        ]
        assert rules_of(judged(before, after)) == [("stage-redeployed-unseen", "apigateway.deployment/shop/prod")]


def test_what_is_served_and_not_in_the_draft_is_judged_where_it_is_served() -> None:
    """Somebody deployed an open method, and put the draft back: the stage alone tells."""
    before, after = estate(ONE, prod=("d1", ONE)), estate(ONE, prod=("d2", OTHER))
    key = "apigateway.deployment/shop/prod"
    changes, truths = changes_of(before, after)
    assert [(c.key.text, [f.path for f in c.fields]) for c in changes] == [
        (key, [("id",), ("served", "method GET /pets", "authorizationType")])
    ]
    assert changes[0].reason == "the stage serves something else: changed: method GET /pets"
    (truth,) = truths.told(changes)
    assert ([c.key.text for c in truth.ahead], {k.text for k in truth.same}) == ([GET], {GET})
    found = judged(before, after)
    assert rules_of(found) == [("method-open", key), ("stage-redeployed-unseen", key)]
    assert [a.text for a in found.alerts] == [
        "method GET /pets, as it is served: AWS_IAM → NONE",
        "deployment d1 → d2: changed: method GET /pets",
    ]


def test_a_draft_that_waited_is_judged_when_it_is_deployed() -> None:
    """Nothing of the draft has changed since the baseline, so that nothing else would say it."""
    before, after = estate(OTHER, prod=("d1", ONE)), estate(OTHER, prod=("d2", OTHER))
    key = "apigateway.deployment/shop/prod"
    assert rules_of(judged(before, after)) == [("method-open", key), ("stage-redeployed", key)]


NEW = "apigateway.stage/shop/debug"


def test_a_new_stage_is_judged_by_what_it_serves() -> None:
    """Somebody deployed an open method to a stage of its own, and put the draft back: that stage alone tells."""
    found = judged(estate(ONE, prod=("d1", ONE)), estate(ONE, debug=("d2", OTHER), prod=("d1", ONE)))
    assert rules_of(found) == [("method-open", NEW), ("stage-added", NEW)]
    assert found.severities[NEW] == "critical"
    assert found.alerts[0].text == "method GET /pets, as it is served: AWS_IAM → NONE"
    more = nouns(IAM, method(PUT))
    found = judged(estate(ONE), estate(ONE, debug=("d2", more)))
    assert ("method-born-open", NEW) in rules_of(found), "without another stage it is held against the draft"


def test_a_new_api_is_judged_by_what_its_stage_serves() -> None:
    found = judged(Estate(), estate(ONE, debug=("d2", nouns(IAM, method(PUT)))))
    assert ("method-born-open", NEW) in rules_of(found)
    assert {key for rule, key in rules_of(found) if rule == "method-added"} == {GET, NEW}


def test_a_new_stage_that_serves_what_others_did_is_only_new() -> None:
    for before, after in (
        (estate(OTHER, prod=("d1", OTHER)), estate(OTHER, debug=("d2", OTHER), prod=("d1", OTHER))),
        (estate(ONE, prod=("d1", OTHER)), estate(ONE, debug=("d1", OTHER), prod=("d1", OTHER))),
        (estate(ONE, prod=("d1", OTHER)), estate(ONE, debug=("d2", ONE), prod=("d1", OTHER))),
        (estate(OTHER), estate(OTHER, debug=("d2", OTHER))),
        (estate(ONE), estate(ONE, debug=("d2", None))),
    ):
        said = [pair for pair in rules_of(judged(before, after)) if pair[0] != "stage-deployment"]
        assert [pair for pair in said if pair[1] == NEW and pair[0].startswith("method-open")] == []
        assert ("stage-added", NEW) in said
    waited = judged(estate(OTHER, prod=("d1", ONE)), estate(OTHER, debug=("d2", OTHER), prod=("d1", ONE)))
    assert ("method-open", NEW) in rules_of(waited), "a draft that waited, and no stage served"


def test_between_regions_what_is_served_is_all_that_tells() -> None:
    """Ids are other ones anyway; a stage that serves the same is the same."""
    before = estate(ONE, prod=("d1", ONE))
    assert changes_of(before, estate(ONE, prod=("x9", ONE)), home=False)[0] == []
    (change,) = changes_of(before, estate(ONE, prod=("x9", OTHER)), home=False)[0]
    assert (change.key.text, [f.path[0] for f in change.fields]) == ("apigateway.deployment/shop/prod", ["served"])


def test_a_draft_that_was_not_read_whole_is_held_against_nothing() -> None:
    before, after = estate(ONE, prod=("d1", ONE)), estate(ONE, prod=("d2", OTHER))
    after.coverage["apigateway.model"] = Coverage(FAILED, "AccessDenied")
    changes, truths = changes_of(before, after)
    assert [[f.path for f in c.fields] for c in changes] == [[("id",)]]
    assert truths.told(changes) == ()
    assert list(remarks(after, registry())) == []


def test_a_deployment_that_two_stages_share_and_one_leaves() -> None:
    """The same content on a deployment of its own is no change; another one is."""
    before = estate(ONE, dev=("d1", ONE), prod=("d1", ONE))
    before.drop("apigateway.deployment/shop/prod")
    shared = Ref(ResourceKey("apigateway.deployment", ("shop", "dev")))
    before.put(Resource(PROD, {"stageName": "prod", "deploymentId": shared}))
    assert changes_of(before, estate(ONE, dev=("d1", ONE), prod=("d2", ONE)))[0] == []
    changes, truths = changes_of(before, estate(ONE, dev=("d1", ONE), prod=("d2", OTHER)))
    assert [(c.key.text, c.action) for c in changes] == [
        ("apigateway.deployment/shop/prod", "create"),
        (PROD.text, "update"),
    ]
    assert [(t.stage, [c.key.text for c in t.served]) for t in truths.told(changes)] == [(PROD, [GET])]


def shared(
    draft: list[Resource], *, content: list[Resource] | None, **more: tuple[str, list[Resource] | None]
) -> Estate:
    """Two stages on one deployment, which is called after the first, and others."""
    made = estate(draft, dev=("d1", content), prod=("d1", content), **more)
    made.drop("apigateway.deployment/shop/prod")
    dev = Ref(ResourceKey("apigateway.deployment", ("shop", "dev")))
    made.put(Resource(PROD, {"stageName": "prod", "deploymentId": dev}))
    if content is not None:
        made.served[PROD.text] = made.served[DEV.text]
    return made


def test_a_stage_that_leaves_a_shared_deployment_serves_no_other_stage_s() -> None:
    """It has its own: what it holds tells, or whether the draft was edited."""
    edited = nouns(IAM, method(PUT, authorizationType="AWS_IAM"))
    found = judged(shared(ONE, content=ONE), estate(edited, dev=("d1", ONE), prod=("d2", edited)))
    assert rules_of(found) == [("draft-undeployed", PUT), ("method-added", PUT), ("stage-redeployed", PROD.text)]
    assert found.severities[PROD.text] == "medium"
    found = judged(shared(ONE, content=ONE), estate(ONE, dev=("d1", ONE), prod=("d2", OTHER)))
    assert rules_of(found) == [("method-open", PROD.text), ("stage-redeployed-unseen", PROD.text)]
    found = judged(shared(ONE, content=None), estate(ONE, dev=("d1", None), prod=("d2", None)))
    assert rules_of(found) == [("stage-redeployed-unseen", PROD.text)]


def test_a_stage_that_stays_on_a_deployment_that_the_other_leaves_is_not_told() -> None:
    """Not even where it is not known what they serve: the deployment has another name, and the same id."""
    for content in (ONE, None):
        other = OTHER if content else None
        changes, _ = changes_of(shared(ONE, content=content), estate(ONE, dev=("d2", other), prod=("d1", content)))
        assert [(c.action, c.key.text) for c in changes] == [("update", "apigateway.deployment/shop/dev")]


def test_a_stage_that_goes_back_to_what_another_serves_is_the_one_that_is_told() -> None:
    before = estate(OTHER, dev=("d1", OTHER), prod=("d2", ONE))
    changes, _ = changes_of(before, shared(OTHER, content=OTHER))
    assert [(c.action, c.key.text) for c in changes] == [
        ("delete", "apigateway.deployment/shop/prod"),
        ("update", PROD.text),
    ]
    assert ("served", "method GET /pets", "authorizationType") in {f.path for f in changes[1].fields}
    found = judged(before, shared(OTHER, content=OTHER))
    assert rules_of(found) == [("method-open", PROD.text), ("stage-deployment", PROD.text)]


# --- what is said of stages as they are ----------------------------------------------------------------------


def test_what_is_found_of_a_stage_that_serves_something_else() -> None:
    draft = nouns(OPEN, method(PUT), thing(PET, name="Pet", contentType="application/json", schema={"type": "object"}))
    served = nouns(IAM, method("apigateway.method/shop/%2Fpets/DELETE"))
    found = {(f.severity, f.code): f for f in remarks(estate(draft, prod=("d1", served)), registry())}
    assert found.keys() == {("info", UNDEPLOYED), ("warning", SERVED_ONLY)}
    assert {f.key for f in found.values()} == {PROD.text}
    assert found["info", UNDEPLOYED].text == (
        "of the draft is not deployed: changed: method GET /pets; new: method PUT /pets, model Pet"
    )
    assert found["warning", SERVED_ONLY].text == (
        "it serves what the draft does not hold, and the next deployment removes: method DELETE /pets"
    )
    assert list(remarks(estate(draft, prod=("d1", draft)), registry())) == []


@pytest.mark.parametrize(
    ("served", "rule"),
    [(nouns(OPEN), "stage-behind"), (nouns(IAM, method(PUT)), "stage-serves-more")],
    ids=["behind", "more"],
)
def test_rules_on_how_stages_are(served: list[Resource], rule: str) -> None:
    """They fire on what did not change, and say nothing where the changes of the API tell."""
    made = estate(ONE, prod=("d1", served))
    made.findings = list(remarks(made, registry()))
    assert [(a.rule, a.standing, a.key) for a in judged(made, made).alerts] == [(rule, True, PROD)]
    told = estate(ONE, prod=("d0", ONE))
    assert rule not in {a.rule for a in judged(told, made).alerts}
    assert judged(told, told).alerts == ()


# --- the contents that a restore brings -----------------------------------------------------------------------


def of(found: Any) -> list[tuple[list[str], list[str]]]:
    """The stages of each content, and the methods in it."""
    return [
        ([s.name for s in c.stages], sorted(k.rpartition("/")[2] for k in c.lines if ".method/" in k)) for c in found
    ]


def test_contents_are_distinct_and_the_draft_s_own_is_the_last() -> None:
    old, draft = nouns(IAM), nouns(IAM, method(PUT))
    made = estate(draft, dev=("d2", draft), prod=("d1", old), stage=("d3", old), test=("d4", None))
    drafts = Drafts(made, registry())
    found = contents(drafts, API, registry())
    assert of(found) == [(["prod", "stage"], ["GET"]), (["dev", "test"], ["GET", "PUT"])]
    assert found[-1].lines == drafts.of(API)


def test_what_no_export_tells_is_the_draft_s() -> None:
    """Of what is the same, and of what differs alike; and paths stay that lead to nothing there."""
    words = {"name": "Pet", "contentType": "application/json", "schema": {"type": "object"}}
    pet, old_pet = thing(PET, description="all pets", **words), thing(PET, **words)
    put = method("apigateway.method/shop/%2Forders/PUT")
    orders = Resource(
        ResourceKey("apigateway.resource", ("shop", "/orders")),
        {"parentId": Ref(ResourceKey("apigateway.resource", ("shop", "/"))), "pathPart": "orders"},
    )
    made = estate(nouns(OPEN, pet, orders, put), prod=("d1", nouns(IAM, old_pet)))
    first, last = contents(Drafts(made, registry()), API, registry())
    assert first.lines[PET] == last.lines[PET] == wire.line(pet)
    assert first.lines[API.text] == last.lines[API.text]
    assert wire.read_line(first.lines[GET]).attributes["authorizationType"] == "AWS_IAM"
    assert orders.key.text in first.lines
    assert put.key.text not in first.lines


def test_a_path_gives_way_to_one_that_can_t_be_beside_it() -> None:
    root = Ref(ResourceKey("apigateway.resource", ("shop", "/")))

    def path(part: str) -> Resource:
        return Resource(ResourceKey("apigateway.resource", ("shop", f"/{part}")), {"parentId": root, "pathPart": part})

    new, old = ([path(part), method(f"apigateway.method/shop/%2F{part}/GET")] for part in ("{id}", "{name}"))
    first, _ = contents(Drafts(estate(nouns(*new), prod=("d1", nouns(*old))), registry()), API, registry())
    paths = {ResourceKey.parse(k).name for k in first.lines if k.startswith("apigateway.resource/")}
    assert paths == {"/", "/pets", "/{name}"}


def test_what_was_renamed_is_called_as_the_draft_calls_it() -> None:
    """An authorizer that kept its key under another name is the same one in what a stage serves."""
    key = ResourceKey("apigateway.authorizer", ("shop", "first"))
    keeper = Resource(key, {"name": "keeper", "type": "TOKEN"}, "k1")
    guarded = method(GET, authorizationType="CUSTOM", authorizerId=Ref(key))
    draft = nouns(keeper, guarded)
    made = estate(draft, prod=("d1", [*draft, method(PUT)]))
    first, last = contents(Drafts(made, registry()), API, registry())
    assert first.lines[key.text] == last.lines[key.text]
    assert first.lines[GET] == wire.line(guarded)
    assert sorted(first.lines.keys() - last.lines.keys()) == [PUT]
