"""The measurements run, and the calls that they count have the shape that they should have. No time is asserted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bench.__main__ import SECTIONS, main
from tests.bench.engines import Sizes
from tests.bench.section import Section
from tests.bench.synthetic import ABROAD, Region, bare, edited, replaced
from tests.stand import Stand

TINY = Sizes(rules=(40, 120), apis=2, methods=7, repeats=1, estate="small")


def _calls(section: Section) -> dict[str, int]:
    return {str(row["operation"]): int(row["calls"]) for row in section.rows if row["service"] != "s3"}


@pytest.mark.parametrize("name", [n for n in SECTIONS if n not in ("capture", "restore", "quotas", "extremes")])
def test_a_section_of_the_engines_measures_at_any_size(name: str) -> None:
    section = SECTIONS[name](TINY)
    assert section.rows
    assert len({tuple(row) for row in section.rows}) == 1
    assert section.title in section.as_text()
    json.dumps(section.as_json(), allow_nan=False)


def test_compare_finds_the_edits() -> None:
    assert [(row["rules"], row["changes"]) for row in SECTIONS["compare"](TINY).rows] == [(40, 1), (120, 2)]


def test_one_region_is_like_the_other_but_for_its_ids() -> None:
    home, abroad = Region(rules=120, apis=2, methods=7).estate(), Region(ABROAD, 120, 2, 7, "b").estate()
    assert home.lines == abroad.lines
    assert not set(home.ids.values()) & set(abroad.ids.values())
    assert home.counts["ec2.security_group_rule"] == 120
    assert home.counts["apigateway.method"] == 14
    assert not home.failed


def test_what_targets_differ_in() -> None:
    home = Region(rules=120).estate()
    assert set(bare(home).counts) == {"ec2.vpc"}
    assert len(replaced(home)) == len(home)
    assert len(replaced(home).lines.items() - home.lines.items()) == 120
    assert len(edited(home, every=10).lines.items() ^ home.lines.items()) > 12


def test_plan_makes_one_call_for_a_group_and_direction() -> None:
    rows = {(r["of"], r["target"]): r for r in SECTIONS["plan"](TINY).rows}
    assert rows["120 rules", "identical"]["steps"] == 0
    # Two groups: each is made, loses its first egress, and gets its rules of either direction.
    assert rows["120 rules", "empty"]["steps"] == 2 * 4
    assert rows["30 rules", "every rule another"]["steps"] == 1 * 2 * 2
    assert {r["blocked"] for r in rows.values()} == {0}


def test_calls_of_a_capture(aws: Stand) -> None:
    section = SECTIONS["capture"](TINY)
    calls = _calls(section)
    assert float(section.facts["read_calls_a_REST_API"]) <= 9
    assert section.facts["exports_a_stage"] == 1
    assert calls["GetResources"] == 2
    listings = ("DescribeSecurityGroups", "DescribeSecurityGroupRules", "DescribeVpcs", "GetRestApis")
    assert [calls[name] for name in listings] == [1, 1, 1, 1]
    assert not [name for name in calls if not name.startswith(("Describe", "Get", "List"))]


def test_calls_of_a_restore(aws: Stand) -> None:
    section = SECTIONS["restore"](TINY)
    calls, facts = _calls(section), section.facts
    assert facts["steps_failed"] == 0
    assert facts["authorize_calls"] == facts["groups_x_directions_x_tag_sets"]
    assert calls["CreateRestApi"] == 2
    assert calls["PutMethod"] == calls["PutIntegration"] < 10, "most of them come with an import"
    assert facts["second_restore_steps"] == facts["second_restore_changing_calls"] == 0


def test_looking_through_a_store_takes_a_handful_of_calls() -> None:
    rows = {str(r["work"]): (r["listings"], r["reads"]) for r in SECTIONS["stores"](TINY).rows}
    assert rows["list, one source"] == (2, 1)
    assert rows["list, all sources"] == (1, 20)
    assert rows["latest"] == rows["as of a time"] == (1, 3)
    assert rows["prune --dry-run, one"] == (3, 1)
    assert rows["prune --dry-run, all"] == (1, 20)


def test_only_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "compare", "--rules", "20", "--repeats", "1", "--format", "json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert list(document["sections"]) == ["compare"]
    assert document["sections"]["compare"]["rows"][0]["rules"] == 20


def test_text_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "compare", "--rules", "1000", "--repeats", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("compare: ")
    assert lines[3].split()[:2] == ["rules", "changes"]
    assert lines[5].split()[0] == "1,000"


@pytest.mark.parametrize("wrong", [["--scale", "0"], ["--rules", "1,x"], ["--only", "nothing"]])
def test_nonsense_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err


def test_under_quotas_nothing_is_refused_and_the_floors_stand_beside() -> None:
    section = SECTIONS["quotas"](TINY)
    facts = section.facts
    assert (facts["capture_refusals"], facts["restore_refusals"]) == (0, 0)
    assert 0 < int(facts["restore_calls_at_least"]) < int(facts["restore_calls_one_by_one"])
    assert float(facts["restore_seconds"]) >= float(facts["restore_seconds_at_least"]) > 0
    rows = {(row["service"], row["operation"]): row for row in section.rows}
    for operation in ("GetResources", "GetStages", "GetModels", "GetAuthorizers"):
        row = rows[("apigateway", operation)]
        assert row["capture"] == row["capture_at_least"] > 0
    assert rows[("apigateway", "CreateDeployment")]["restore"] == 2
