"""What a restore says that it did: its numbers are those of the plan above them, and of the calls that AWS saw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dr_toolkit.report import as_json
from tests.scenario.desk import AWAY, HOME, Desk
from tests.scenario.small_estate import build_ground, build_small
from tests.stand import Stand
from tests.unit import report_samples as samples

IMPORT = "apigateway:PutRestApi"


@pytest.fixture
def desk(aws: Stand) -> Iterator[Desk]:
    """Somebody with a snapshot of the small estate, and a target that has only its ground."""
    with aws.virtual_time():
        desk = Desk(aws)
        build_small(desk.clients, HOME)
        desk.snapshot()
        aws.gate.refuse(HOME)
        build_ground(desk.clients, AWAY)
        yield desk


def test_steps_are_the_plans_and_calls_are_those_that_were_made(desk: Desk) -> None:
    steps, mark = len(desk.plan().steps), desk.aws.gate.mark()
    result = desk.restore()
    changed = [c for c in desk.aws.gate.since(mark) if c.mutating and c.service != "s3"]
    assert (len(result.done), result.calls) == (steps, len(changed))
    assert result.calls < steps
    assert result.verdict.startswith(f"restored: {steps} steps by {len(changed)} calls to away in ")
    assert f"\n{steps} steps: {steps} done, 0 failed, 0 skipped; {len(changed)} calls\n" in samples.text(result)
    back = desk.undo(result.run)
    assert back.verdict.startswith(
        f"run {result.run} is taken back: {len(back.plan.steps)} steps by {back.calls} calls"
    )


def test_an_import_that_fails_is_named_and_all_of_its_steps_are_counted(desk: Desk) -> None:
    desk.aws.gate.deny("PutRestApi")
    result = desk.restore()
    steps, failed = len(result.plan.steps), len(result.failed)
    assert failed > 3
    assert set(result.carried.values()) == {IMPORT}
    assert set(result.failed) <= set(result.carried)
    assert len(result.done) + failed + len(result.skipped) == steps
    assert result.verdict.startswith(f"not restored: {failed} of {steps} steps to away failed")
    text = samples.text(result)
    assert f"! {IMPORT} for {failed} steps: " in text
    assert text.count("Not allowed: apigateway:PutRestApi") == 1
    document = as_json.document(result)
    assert {(row["service"], row["operation"]) for row in document["failed"]} == {("apigateway", "PutRestApi")}
    assert len([gap for gap in result.gaps if IMPORT in gap and gap.startswith(f"{IMPORT} for {failed} steps")]) == 1
    summary = document["summary"]
    assert summary["done"] + summary["failed"] + summary["skipped"] == summary["steps"] == steps


def test_a_call_in_doubt_is_counted_as_done_once_the_last_look_asks_for_no_more(desk: Desk) -> None:
    """Its answer is lost, and the repetition refused."""
    desk.aws.gate.fail("CreateStage", "InternalFailure", 500, times=1)
    desk.aws.gate.fail("CreateStage", "BadRequestException", times=1)
    result = desk.restore()
    assert (result.exit_code, list(result.failed)) == (0, []), result.verdict
    assert {step.id for step in result.plan.steps} <= {*result.done}
    assert "in doubt" not in samples.text(result)
