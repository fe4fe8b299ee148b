"""Drift of any region against any other: judged, exposed, ignored and told in every format, whatever is in it."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given
from jsonschema import Draft4Validator

from dr_toolkit.config import IgnoreRule
from dr_toolkit.engine.compare import both_read, compare
from dr_toolkit.engine.identities import with_identities
from dr_toolkit.engine.judge import judge
from dr_toolkit.engine.rekey import rekeyed
from dr_toolkit.model.alerts import SEVERITIES
from dr_toolkit.model.documents import Scope
from dr_toolkit.model.estate import Estate
from dr_toolkit.report import as_json, formats, text
from dr_toolkit.report.page import Page
from dr_toolkit.report.results import DriftReport, DriftResult
from dr_toolkit.report.style import Style
from dr_toolkit.resources import registry
from dr_toolkit.workflows import ignoring
from tests.blueprints import Blueprint, blueprints
from tests.command_line import checked
from tests.engines import capture
from tests.hypothesis_profile import REGIONS

HOME = Scope("123456789012", "us-east-1")
NOW = datetime(2026, 11, 25, tzinfo=UTC)
SARIF = Draft4Validator(
    json.loads((Path(__file__).parents[1] / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
)


def drift(before: Estate, after: Estate) -> DriftResult:
    """All that is told of two estates of one region."""
    live = rekeyed(after, before, registry())
    changes = with_identities(compare(before, live, registry(), both_read(before, live)), before, live, registry())
    found = judge(changes, before, live, NOW)
    return DriftResult(
        source="any",
        baseline_id="20261122T030000Z-1a2b3c4d5e6f",
        live_taken_at="2026-11-25T00:00:00Z",
        changes=tuple(changes),
        alerts=found.alerts,
        severities=found.severities,
        exposures=found.exposures,
        coverage=live.coverage,
    )


def told(result: DriftResult) -> dict[str, str]:
    """It in every format."""
    report = DriftReport((result,))
    stream = io.StringIO()
    text.show(Page(stream, Style(width=100)), report, registry())
    shown = {name: formats.render(name, report) for name in formats.NAMES}
    return shown | {"text": stream.getvalue(), "json": as_json.dumps(as_json.document(report))}


@REGIONS
@given(blueprints(), blueprints())
def test_any_two_regions_can_be_told_apart_in_every_format(one: Blueprint, other: Blueprint) -> None:
    before, after = (capture(blueprint.build(HOME, seed)) for seed, blueprint in enumerate((one, other)))
    result = drift(before, after)
    keys = [c.key for c in result.changes]
    assert len(set(keys)) == len(keys)
    assert result.severities.keys() == {key.text for key in keys}
    assert set(result.severities.values()) <= set(SEVERITIES)
    assert {a.key for a in result.alerts if not a.standing} <= set(keys)
    shown = told(result)
    assert checked(shown["json"])["summary"]["changes"] == len(keys)
    assert [e.message for e in SARIF.iter_errors(json.loads(shown["sarif"]))] == []
    assert ElementTree.fromstring(shown["junit"]).get("failures") == str(len(keys))


@REGIONS
@given(blueprints())
def test_no_region_drifts_from_itself(one: Blueprint) -> None:
    cloud = one.build(HOME)
    before = capture(cloud)
    for after in (before, capture(cloud)):
        result = drift(before, after)
        assert (result.changes, result.alerts, result.exposures) == ((), (), ())


@REGIONS
@given(blueprints(), blueprints())
def test_what_is_all_ignored_is_no_drift_and_says_nothing(one: Blueprint, other: Blueprint) -> None:
    before, after = (capture(blueprint.build(HOME, seed)) for seed, blueprint in enumerate((one, other)))
    changes = compare(before, after, registry(), both_read(before, after))
    kept = ignoring.ignore(changes, after, [IgnoreRule(key="*", reason="all")], date(2026, 11, 25))
    assert kept.changes == ()
    assert len(kept.ignored) == len(changes)
    assert compare(before, kept.estate, registry(), both_read(before, kept.estate)) == []
    assert judge(kept.changes, before, kept.estate, NOW).alerts == ()
