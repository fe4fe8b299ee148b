"""REST APIs and their documents: what exports tell is what drafts are told as, and what imports bring is the draft."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dr_toolkit.engine.openapi.rest_rows import rows
from dr_toolkit.engine.openapi.written import Written
from dr_toolkit.model import wire
from dr_toolkit.model.keys import ResourceKey
from tests.hypothesis_profile import REGIONS
from tests.importable import exportable, importable
from tests.served_regions import Taken, assert_brought, bring, take
from tests.strict_aws import StrictAws
from tests.strict_aws.estates import GROUND, choose, run
from tests.strict_aws.estates.clients import StrictClients
from tests.strict_aws.estates.drawn import drawn_estates
from tests.strict_aws.estates.steps import Step
from tests.strict_aws.tests.openapi_samples import whole

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
        assert {key.type for key in written.partly} <= {"apigateway.model"}
        made = {key.type for key in written.left.keys() - written.partly}
        assert made <= {"apigateway.resource", "apigateway.documentation_version"}


@REGIONS
@given(ESTATES.map(importable))
def test_what_a_stage_serves_is_brought_as_it_is(steps: list[Step]) -> None:
    """Into an API that is new, by the document of what was exported; the API itself says more than exports tell."""
    aws, taken = loaded(steps)
    ids = _around(aws, steps)
    sent = {api: bring(aws, taken, api, AWAY, ids, taken.stages(api)[0]) for api in taken.drafts}
    found = take(aws, AWAY)
    for api, written in sent.items():
        assert written.left == {}
        there = {noun.key.text: wire.line(noun) for noun in found.drafts[api] if noun.key != api}
        served = taken.estate.served[taken.stages(api)[0]]
        assert there == {text: line for text, line in served.items() if text != api.text}


def test_every_member_of_every_shape_at_once() -> None:
    """One estate in which all that can be given is given: exported as it is, and brought but for what is named."""
    seen: list[int] = []

    @settings(max_examples=1, phases=[Phase.generate])
    @given(drawn_estates(("rest", "groups", "links", "endpoints"), full=True).map(exportable))
    def draw(steps: list[Step]) -> None:
        aws, taken = loaded(steps)
        for api in taken.drafts:
            for stage in taken.stages(api):
                seen.append(len(taken.estate.served[stage]))
                assert taken.estate.served[stage] == taken.told(api)
        import_all(aws, taken, steps)
        aws, taken = loaded(importable(steps))
        for written in import_all(aws, taken, steps).values():
            assert {key.type for key in written.left.keys() - written.partly} == {"apigateway.documentation_version"}

    draw()
    assert len(seen) > 3 and min(seen) > 20


def import_all(aws: StrictAws, taken: Taken, steps: list[Step]) -> dict[ResourceKey, Written]:
    """Import every API in another region, and look whether it is what it was; the documents."""
    ids = _around(aws, steps)
    written = {api: bring(aws, taken, api, AWAY, ids) for api in taken.drafts}
    found = take(aws, AWAY)
    for api, sent in written.items():
        assert_brought(taken, found, api, sent)
    return written


def _around(aws: StrictAws, steps: list[Step]) -> dict[str, str]:
    """The ids in the other region of what APIs refer to, which is made there as it was at home."""
    around = choose(steps, {GROUND, "endpoints", "groups"})
    around += [step for step in steps if (step.service, step.operation) == ("apigateway", "CreateVpcLink")]
    with aws.weather.calm():
        run(around, StrictClients(aws), AWAY)
    return dict(take(aws, AWAY).estate.ids)


# --- documents that are damaged -------------------------------------------------------------------

ANYTHING = st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3)
ANYTHING = ANYTHING | st.lists(ANYTHING, max_size=2) | st.dictionaries(st.text(max_size=3), ANYTHING, max_size=2)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from places(each, (*path, name))


@cache
def exports() -> list[str]:
    """Exports with everything in them."""
    aws = StrictAws()
    with aws.weather.calm():
        rest = StrictClients(aws).client("apigateway", HOME)
        api = rest.import_rest_api(body=json.dumps(whole()))["id"]
        rest.create_deployment(restApiId=api, stageName="live")
        asked = {"restApiId": api, "stageName": "live", "exportType": "oas30"}
        answer = rest.get_export(**asked, parameters={"extensions": "apigateway"})
        return [answer["body"].read().decode()]


@given(st.data())
def test_a_damaged_export_is_read_or_refused_with_a_reason(data: st.DataObject) -> None:
    (text,) = exports()
    document = json.loads(text)
    *way, last = data.draw(st.sampled_from(list(places(document))[1:]))
    holder = document
    for step in way:
        holder = holder[step]
    holder[last] = data.draw(ANYTHING)
    reason = refusal(document)
    assert reason is None or "export" in reason


def refusal(document: Any) -> str | None:
    """Why a document is not read; None where it is."""
    try:
        rows(document)
    except ValueError as error:
        return str(error)
    return None
