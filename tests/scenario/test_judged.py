"""A restore judged by who knows nothing of the toolkit: the raw states of both regions, compared by human names."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from dr_toolkit.config import Config, Source, StoreSettings, Target
from dr_toolkit.report.results import RestoreResult
from dr_toolkit.resources import registry
from dr_toolkit.spec.tags import RUN_TAG
from dr_toolkit.workflows import capture, restore
from dr_toolkit.workflows.context import Context
from dr_toolkit.workflows.targets import Options
from tests.strict_aws import StrictAws
from tests.strict_aws.clock import VirtualClock
from tests.strict_aws.estates import SMALL, build, build_ground
from tests.strict_aws.estates.clients import StrictClients
from tests.strict_aws.in_process import answered
from tests.strict_aws.judge import compare, report

HOME, AWAY = "us-east-1", "us-west-2"
NOT_THE_SAME = ("/ value", "/ JwtConfiguration / Issuer")
"""The values of keys, which are in no snapshot without encryption, and the user pool of a JWT authorizer, which nobody
mapped: a restore says both."""

_numbers = itertools.count(1)


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    """An AWS with an estate in one region and its ground in another, at AWS's own addresses, in rough weather."""
    aws = StrictAws(VirtualClock())
    with aws.weather.calm():
        build(StrictClients(aws), HOME, SMALL)
        build_ground(StrictClients(aws), AWAY)
    aws.weather.turn_rough()
    with answered(aws):
        yield aws


@pytest.fixture
def context(strict: StrictAws) -> Context:
    """The toolkit's view of it, without any endpoint: as it is used on AWS."""
    config = Config(
        store=StoreSettings(f"memory://judged-{next(_numbers)}"),
        sources={"home": Source("home", HOME)},
        targets={"away": Target("away", AWAY)},
    )
    clock = strict.clock
    return Context(config, now=lambda: datetime.fromtimestamp(clock.now(), UTC), pause=clock.sleep, ticks=clock.now)


def restored(context: Context) -> RestoreResult:
    """Restore, and say yes."""
    return restore.restore(context, restore.Request("away"), lambda plan: True)


def assert_restored(result: RestoreResult) -> None:
    """All of it came over; the values of two keys are named as what is missing, and nothing else."""
    assert (list(result.failed), list(result.skipped)) == ([], []), result.verdict
    assert result.exit_code == 3
    assert [gap.partition(":")[0] for gap in result.gaps] == [f"apigateway.api_key/key-0{n}" for n in (0, 1)]
    assert "unportable-id" in {f.code for f in result.plan.findings if f.key.startswith("apigatewayv2.authorizer/")}


def assert_the_same(strict: StrictAws) -> None:
    """The judge finds nothing between the two regions but the marks of the run on what it made, and what is said."""
    found = compare(strict.region(HOME), strict.region(AWAY))
    marks = [each for each in found if RUN_TAG in str(each)]
    left = [each for each in found if each not in marks and not each.where.endswith(NOT_THE_SAME)]
    assert report(left) == ""
    assert marks


def test_nothing_differs_after_a_restore_with_the_region_gone(strict: StrictAws, context: Context) -> None:
    taken = capture.create(context, ())
    assert taken.exit_code == 0
    assert report(compare(strict.region(HOME), strict.region(AWAY))) != ""
    gate = strict.weather.gate
    gate.lose_region(HOME)
    assert_restored(restored(context))
    assert_the_same(strict)
    assert gate.refusals() == []
    assert [call for call in gate.calls if call.fault] == []


def test_somebody_else_takes_a_third_of_the_quota(strict: StrictAws, context: Context) -> None:
    """The account is shared with consoles and pipelines: refusals are waited out, and nothing fails."""
    strict.weather.buckets.share = 1 / 3
    assert capture.create(context, ()).exit_code == 0
    assert_restored(restored(context))
    assert_the_same(strict)
    calls = len(strict.weather.gate.calls)
    assert len(strict.weather.gate.refusals()) < 0.05 * calls


def test_every_third_change_of_an_api_meets_another_one(strict: StrictAws, context: Context) -> None:
    assert capture.create(context, ()).exit_code == 0
    strict.weather.conflict_every = 2
    assert_restored(restored(context))
    assert_the_same(strict)


def test_whole_things_one_by_one_come_to_the_whole(strict: StrictAws, context: Context) -> None:
    """Each comes over with what it needs, in whatever order; in the end nothing is left to do."""
    capture.create(context, [])
    types, lines = registry(), capture.load(context, "home", "latest").estate.lines
    roots = [text for text in lines if not types[text.partition("/")[0]].landmark and types.root_text(text) == text]
    assert len(roots) > 20
    for text in reversed(roots):
        request = restore.Request("away", options=Options(only=(text,)))
        result = restore.restore(context, request, lambda plan: True)
        assert (text, list(result.failed.values()), result.plan.blocked) == (text, [], ())
        assert result.verify is not None
        assert (text, result.verify.changes) == (text, ())
    left = restore.plan(context, "away", "latest", Options()).plan
    assert [f"{c.action} {c.key}" for c in left.changes] == []
    assert_the_same(strict)
