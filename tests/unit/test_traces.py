"""What a run's journal keeps of what it touches, and what is read of it again."""

from __future__ import annotations

from typing import Any

from dr_toolkit.engine.batch import Aim
from dr_toolkit.engine.capture import Reading
from dr_toolkit.engine.pairing import Names
from dr_toolkit.engine.planner import Draft, Replay
from dr_toolkit.engine.survey import Survey
from dr_toolkit.model import wire
from dr_toolkit.model.changes import ADOPT, CREATE, DELETE, UPDATE, Change, Plan
from dr_toolkit.model.documents import READ, Coverage, Resource, Scope, Selection
from dr_toolkit.model.estate import Estate
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.resources import registry
from dr_toolkit.store.journal import RunState
from dr_toolkit.workflows.targets import Planned
from dr_toolkit.workflows.traces import Trace, Tracing, trace_of

HERE = Scope("123456789012", "us-west-2")
API, KEY = "apigateway.rest_api/shop", "apigateway.api_key/mobile"
MODEL, EXTRA = "apigateway.model/shop/Cat", "apigateway.model/shop/Extra"


def thing(text: str, physical_id: str | None = None, **attributes: Any) -> Resource:
    return Resource(ResourceKey.parse(text), attributes, physical_id)


def planned(draft: Draft, *live: Resource, wanted: tuple[Resource, ...] = ()) -> Planned:
    estate, meant = Estate(coverage={t.name: Coverage(READ) for t in registry()}), Estate()
    for resource in live:
        estate.put(resource)
    for resource in wanted:
        meant.put(resource)
    reading = Reading()
    survey = Survey(estate, estate.ids, {}, reading, Names(registry(), HERE, reading))
    plan = Plan("s", "", "home", HERE, "away", HERE, tuple(draft.changes), (), (), (), "")
    return Planned(plan, survey, Aim(meant, HERE, draft.replays), draft)


def change(action: str, before: Resource | None, after: Resource | None) -> Change:
    key = (after or before).key  # type: ignore[union-attr]
    return Change(key, action, before, after)


def read(*records: dict[str, Any], kind: str = "begin") -> Trace:
    """The trace of a run with these records, as they come back from the store."""
    written = [wire.rich(wire.plain({"kind": kind if n == 0 else "looked", **r})) for n, r in enumerate(records)]
    found = trace_of(RunState("000001", tuple(written)))
    assert found is not None
    return found


def test_what_is_made_changed_removed_and_goes_along_is_kept_as_it_was_and_is_to_be() -> None:
    old, new, gone = thing(API, "a1", name="shop"), thing(API, name="Shop"), thing("apigateway.rest_api/old", "a2")
    inside = thing("apigateway.resource/old/%2F")
    made, adopted = thing(MODEL), thing(EXTRA)
    draft = Draft(
        [change(UPDATE, old, new), change(DELETE, gone, None), change(CREATE, None, made)],
        implied={made.key: [thing("apigateway.model/shop/Error")]},
    )
    draft.changes.append(change(ADOPT, None, adopted))
    trace = read(Tracing().facts(planned(draft, old, gone, inside), None))
    assert trace.before == {
        API: thing(API, name="shop"),
        "apigateway.rest_api/old": thing("apigateway.rest_api/old"),
        "apigateway.resource/old/%2F": inside,
        MODEL: None,
        EXTRA: None,
        "apigateway.model/shop/Error": None,
    }
    assert {text for text, each in trace.wanted.items() if each is not None} == {API, MODEL, EXTRA}
    assert trace.ids == {API: "a1", "apigateway.rest_api/old": "a2"}


def test_neither_a_value_nor_its_fingerprint_is_kept() -> None:
    key = thing(KEY, name="mobile", value="hmac:abc")
    facts = Tracing().facts(planned(Draft([change(CREATE, None, key)])), None)
    assert "hmac" not in repr(facts)


def test_a_further_plan_adds_what_is_new_and_nothing_of_what_the_run_itself_has_made() -> None:
    api, extra, other = thing(API, "a1", name="shop"), thing(EXTRA), thing("ec2.security_group/main/web", "sg-1")
    tracing = Tracing()
    first = tracing.facts(planned(Draft([change(CREATE, None, api)])), Selection(("*",), ("lambda.*",)))
    later = Draft([change(DELETE, extra, None), change(UPDATE, other, thing(other.key.text, Tags=[]))])
    second = tracing.facts(planned(later, api, extra, other), Selection(("*",), ("lambda.*",)))
    assert API not in second["trace"]["before"]
    assert API not in second["trace"]["ids"], "its id stands where it was made"
    trace = read(first, second)
    assert trace.before == {API: None, EXTRA: None, other.key.text: thing(other.key.text)}
    assert trace.selection == Selection(("*",), ("lambda.*",))
    again = Tracing([{"trace": first["trace"]}]).facts(planned(later, api, extra, other), None)
    assert again["trace"]["before"] == second["trace"]["before"], "after a crash the same"


def test_what_a_draft_passes_through_is_kept() -> None:
    now, between, other = thing(MODEL, schema="now"), thing(MODEL, schema="between"), thing(EXTRA)
    key = ResourceKey.parse("apigateway.deployment/shop/prod")
    draft = Draft(replays={ResourceKey.parse(API): [Replay((key,), {MODEL: wire.line(between)})]})
    facts = Tracing().facts(planned(draft, now, other, wanted=(now, other)), None)
    state = [facts, {"kind": "intent", "keys": [MODEL, EXTRA], "operation": "UpdateModel", "step": "s1"}]
    trace = trace_of(RunState("000001", tuple({"kind": "begin", **record} for record in state)))
    assert trace is not None and trace.halfway
    touched = trace.touched()
    assert (touched[MODEL].before, touched[MODEL].wanted, touched[MODEL].passing) == (now, now, (between,))
    assert touched[EXTRA].passing == (None,)


def test_only_what_the_run_came_to_is_touched_with_what_lies_in_it() -> None:
    api, model, group = thing(API), thing(MODEL), thing("ec2.security_group/main/web")
    changes = [change(CREATE, None, each) for each in (api, model, group)]
    facts = Tracing().facts(planned(Draft(changes)), None)
    records = (
        {"kind": "begin", **facts},
        {"kind": "intent", "keys": [API], "operation": "CreateRestApi", "step": "s1"},
        {"kind": "done", "keys": [API], "bound": {API: "a1"}, "step": "s1"},
    )
    trace = trace_of(RunState("000001", records))
    assert trace is not None
    assert trace.touched().keys() == {API, MODEL}
    assert (trace.made, trace.halfway, trace.imported) == ({API: ["a1"]}, True, set())
    imported = {"kind": "intent", "keys": [MODEL], "operation": "PutRestApi", "step": "s2"}
    trace = trace_of(RunState("000001", (*records, imported)))
    assert trace is not None and trace.imported == {ResourceKey.parse(API)}
    end = {"kind": "end", "failed": {}, "left": {MODEL: None}}
    trace = trace_of(RunState("000001", (*records, imported, end)))
    assert trace is not None
    assert (trace.imported, trace.halfway, trace.touched()[MODEL].left) == (set(), False, (None,))


def test_the_end_keeps_what_is_not_as_it_was_to_be() -> None:
    tracing, wanted, other = Tracing(), thing(API, name="shop"), thing(API, name="by hand")
    tracing.facts(planned(Draft([change(CREATE, None, wanted), change(CREATE, None, thing(MODEL))])), None)
    assert tracing.left(planned(Draft(), wanted, thing(MODEL))) == {}
    assert tracing.left(planned(Draft(), other)) == {"left": {API: {"name": "by hand"}, MODEL: None}}


def test_a_journal_of_before_has_no_trace() -> None:
    assert trace_of(RunState("000001", ({"kind": "begin", "by": "x"},))) is None
