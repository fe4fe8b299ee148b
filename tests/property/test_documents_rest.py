"""REST APIs and their documents: what exports tell is what drafts are told as, and what imports bring is the draft."""

from __future__ import annotations

from hypothesis import given

from dr_toolkit.engine.openapi.written import Written
from dr_toolkit.model.keys import ResourceKey
from tests.hypothesis_profile import REGIONS
from tests.importable import exportable, importable
from tests.served_regions import Taken, bring, take
from tests.strict_aws import StrictAws
from tests.strict_aws.estates import GROUND, choose, run
from tests.strict_aws.estates.clients import StrictClients
from tests.strict_aws.estates.drawn import drawn_estates
from tests.strict_aws.estates.steps import Step

HOME, AWAY = "us-east-1", "us-west-2"
ESTATES = drawn_estates(("rest", "groups", "links", "endpoints"))


def loaded(steps: list[Step]) -> tuple[StrictAws, Taken]:
    """A strict AWS with an estate at home, and how it was read."""
    aws = StrictAws()
    with aws.weather.calm():
        run(steps, StrictClients(aws), HOME)
    return aws, take(aws, HOME)


@REGIONS
@given(ESTATES.map(exportable))
def test_what_a_stage_of_the_draft_serves_is_the_exported_draft(steps: list[Step]) -> None:
    _, taken = loaded(steps)
    for api in taken.drafts:
        told = taken.told(api)
        assert len(taken.stages(api)) == 2
        for stage in taken.stages(api):
            assert taken.estate.served[stage] == told


@REGIONS
@given(ESTATES)
def test_what_an_import_brings_is_the_draft_but_for_what_is_left(steps: list[Step]) -> None:
    """In another region; of what is left only that is there that is left in part."""
    aws, taken = loaded(steps)
    import_all(aws, taken, steps)


@REGIONS
@given(ESTATES.map(importable))
def test_documents_hold_all_of_a_definition_that_they_have_words_for(steps: list[Step]) -> None:
    """The rest is models, whose schemas and descriptions go another way, and paths without methods."""
    aws, taken = loaded(steps)
    for written in import_all(aws, taken, steps).values():
        kinds = {key.type for key in written.left.keys() - written.partly}
        assert {key.type for key in written.partly} <= {"apigateway.model"}
        assert kinds <= {
            "apigateway.resource",
            "apigateway.documentation_version",
            "apigateway.deployment",
            "apigateway.stage",
        }


def import_all(aws: StrictAws, taken: Taken, steps: list[Step]) -> dict[ResourceKey, Written]:
    """Import every API in another region, and look whether it is what it was; the documents."""
    ids = _around(aws, steps)
    written = {api: bring(aws, taken, api, AWAY, ids) for api in taken.drafts}
    found = take(aws, AWAY)
    for api, sent in written.items():
        wanted, there = ({noun.key: noun for noun in where.drafts[api]} for where in (taken, found))
        held = wanted.keys() - sent.left.keys()
        assert {key: there.get(key) for key in held} == {key: wanted[key] for key in held}
        assert there.keys() == held | sent.partly
    return written


def _around(aws: StrictAws, steps: list[Step]) -> dict[str, str]:
    """The ids in the other region of what APIs refer to, which is made there as it was at home."""
    around = choose(steps, {GROUND, "endpoints", "groups"})
    around += [step for step in steps if (step.service, step.operation) == ("apigateway", "CreateVpcLink")]
    with aws.weather.calm():
        run(around, StrictClients(aws), AWAY)
    return dict(take(aws, AWAY).estate.ids)
