"""Text for people: what it says, and that it can be written on any stream without doing harm."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from dr_toolkit.errors import SnapshotNotFound
from dr_toolkit.model.changes import REPLACE, FieldChange
from dr_toolkit.model.deeds import Deeds
from dr_toolkit.model.documents import WARNING, Finding
from dr_toolkit.report.listings import CreateResult
from dr_toolkit.report.page import Column, Page
from dr_toolkit.report.results import DriftReport, PlanResult
from dr_toolkit.report.style import Style
from dr_toolkit.report.text import notes
from tests.unit import report_samples as samples

ANSI = re.compile(r"\x1b\[[0-9;]*m")
WEB = "ec2.security_group_rule/main/web"
SMALL = DriftReport(
    (
        samples.drift_result(
            samples.added(samples.WORLD),
            samples.edited(samples.OFFICE, FieldChange(("Description",), "home", "office")),
            samples.removed(samples.FROM_DB),
        ),
    )
)


def drifted(*changes: Any, **style: Any) -> str:
    """The text of the drift of these changes."""
    return samples.text(DriftReport((samples.drift_result(*changes),)), **style)


def test_drift() -> None:
    assert (
        samples.text(SMALL)
        == f"""\
3 changes: 1 added, 1 removed, 1 changed
prod-use1 (111122223333/us-east-1), live at 2026-11-23T18:00:00Z
against baseline {samples.SNAPSHOT} of 2026-11-22T03:00:00Z

Security group main/web  ec2.security_group/main/web
  + ingress tcp 22 from 0.0.0.0/0  {WEB}/ingress/tcp/22-22/0.0.0.0%2F0
  ~ ingress tcp 443 from 10.0.0.0/8 'office'  {WEB}/ingress/tcp/443-443/10.0.0.0%2F8
      Description: "home" → "office"
  - ingress tcp 5432 from group main/db  {WEB}/ingress/tcp/5432-5432/sg:main%2Fdb

+ added   - removed   ~ changed

compared 1,234 resources of 9 types
excluded by config: apigatewayv2.api
"""
    )


@pytest.mark.parametrize(
    ("against", "told"),
    [("baseline", "baseline"), ("latest", "latest"), ("2026-11-22", "snapshot"), ("20261122", "snapshot")],
)
def test_drift_says_what_it_compares_with(against: str, told: str) -> None:
    text = samples.text(DriftReport((samples.drift_result(against=against),)))
    assert f"\nagainst {told} {samples.SNAPSHOT} of " in text


def test_drift_on_a_terminal_puts_keys_where_there_is_room() -> None:
    lines = samples.text(SMALL, width=80).splitlines()
    assert lines[5:9] == [
        "  + ingress tcp 22 from 0.0.0.0/0",
        f"      {WEB}/ingress/tcp/22-22/0.0.0.0%2F0",
        "  ~ ingress tcp 443 from 10.0.0.0/8 'office'",
        f"      {WEB}/ingress/tcp/443-443/10.0.0.0%2F8",
    ]


def test_drift_that_could_not_read_everything_says_so_first() -> None:
    lines = samples.text(samples.DRIFT).splitlines()
    assert lines[0] == "9 changes: 2 added, 3 removed, 4 changed; incomplete: apigateway.model could not be read"
    assert lines[4:6] == [
        "Could not be read",
        "  ! apigateway.model: AccessDenied: not authorized to perform apigateway:GET",
    ]
    assert lines[7:12] == [
        "Findings",
        "  warning undeployed: the draft has changes that no stage serves",
        "      apigateway.stage/shop/prod",
        "      apigateway.stage/shop/test",
        "  info homonym: there are two REST APIs called shop  apigateway.rest_api/shop~2",
    ]


def test_who_counts_the_changes_that_are_shown() -> None:
    keys = [samples.WORLD.key.text, samples.OFFICE.key.text]
    result = samples.drift_result(
        samples.added(samples.WORLD),
        samples.added(samples.OFFICE),
        severities=dict(zip(keys, ("critical", "info"), strict=True)),
        deeds=Deeds({}, dict.fromkeys(keys, "unknown"), "AccessDenied"),
    )
    told = samples.text(DriftReport((result,)))
    assert "\n  ! AccessDenied\n  2 changes not found in the trail, as far as it could be read\n" in told
    assert "\n  1 change not found in the trail, as far" in samples.text(DriftReport((result.at_least("high"),)))


def test_an_apis_parts_stand_beneath_the_api() -> None:
    lines = samples.text(samples.DRIFT).splitlines()
    start = lines.index("~ REST API shop  apigateway.rest_api/shop")
    inside = [line for line in lines[start : lines.index("", start)] if re.match(r"  [-+~] ", line)]
    assert inside == [
        "  - path /orders  apigateway.resource/shop/%2Forders",
        "  - POST /orders, authorization NONE  apigateway.method/shop/%2Forders/POST",
        "  ~ GET /pets/{id}, authorization AWS_IAM  apigateway.method/shop/%2Fpets%2F{id}/GET",
        "  ~ Stage prod  apigateway.stage/shop/prod",
    ]


def test_several_sources_have_a_verdict_each_and_details_where_there_are_any() -> None:
    text = samples.text(samples.RESULTS["drift, several"])
    assert text.splitlines()[:4] == [
        "prod-use1: in sync",
        "prod-euw1: 1 change: 1 added; incomplete: apigateway.model could not be read",
        "",
        "prod-euw1 (111122223333/us-east-1), live at 2026-11-23T18:00:00Z",
    ]


def test_plan() -> None:
    stage = "apigateway.stage/shop/prod"
    assert (
        samples.text(PlanResult(samples.plan()))
        == f"""\
6 changes to dr-usw2: 6 to create; 1 blocked; incomplete: 1 gap
snapshot {samples.SNAPSHOT} of prod-use1 (111122223333/us-east-1) → dr-usw2 (111122223333/us-west-2)

Blocked
  ! create Stage shop/prod  {stage}
      the log group /aws/shop is not in us-west-2
      → create it, or map it under targets: dr-usw2: map:

Incomplete
  ! apigateway.model: AccessDenied: not authorized to perform apigateway:GET

Findings
  warning needs-us-east-1: creating an API needs the Route 53 control plane in us-east-1  apigateway.rest_api/shop

+ REST API shop  apigateway.rest_api/shop
  + GET /pets/{{id}}, authorization AWS_IAM  apigateway.method/shop/%2Fpets%2F{{id}}/GET
  ! Stage prod  {stage}

+ Security group main/web  ec2.security_group/main/web
  + ingress tcp 22 from 0.0.0.0/0  {WEB}/ingress/tcp/22-22/0.0.0.0%2F0
  + ingress udp 500-4500 from prefix list offices  {WEB}/ingress/udp/500-4500/pl:offices

+ to create   ! blocked

3 calls: 1 apigateway, 2 ec2
options: skip_blocked
"""
    )


def test_a_plans_calls_are_listed_for_those_who_ask() -> None:
    text = samples.text(PlanResult(samples.plan()), verbose=True)
    assert "  s1    ec2:CreateSecurityGroup            ec2.security_group/main/web\n" in text
    assert '      CidrIpv4: "0.0.0.0/0"\n' in text


def test_what_is_said_once_is_not_said_again() -> None:
    finding = Finding("blocked", "edge", "apigateway.stage/shop/prod", "the log group is not there")
    gap = samples.GAP_FINDING
    text = samples.text(PlanResult(samples.plan(findings=(finding, gap), gaps=(f"{gap.key}: {gap.text}",))))
    assert text.count("the log group") == 1
    assert text.count(gap.text) == 1


def test_restore() -> None:
    assert samples.text(samples.RESTORED).splitlines() == [
        "restored: 3 steps by 2 calls to dr-usw2 in 41s; verified: nothing differs",
        "run 20261123T180000Z-run1",
        f"snapshot {samples.SNAPSHOT} of prod-use1 (111122223333/us-east-1) → dr-usw2 (111122223333/us-west-2)",
        "3 steps: 3 done, 0 failed, 0 skipped; 2 calls",
        "",
        "Findings",
        "  warning needs-us-east-1: creating an API needs the Route 53 control plane in us-east-1"
        "  apigateway.rest_api/shop",
        "",
        "Ids in the target",
        "  what                     id          key",
        "  REST API shop            a1b2c3d4e5  apigateway.rest_api/shop",
        "  Security group main/web  sg-0abc     ec2.security_group/main/web",
    ]


def test_a_restore_with_nothing_to_do_names_no_run() -> None:
    result = replace(samples.RESTORED, run="", bindings={"arn:aws:acm:us-east-1:1:certificate/a": "arn:b"})
    text = samples.text(result)
    assert "\nrun" not in text
    assert "Ids in the target" not in text


def test_a_stopped_restore_names_the_call_the_reason_and_the_next_command() -> None:
    lines = samples.text(samples.STOPPED).splitlines()
    failed = lines.index("Failed")
    assert lines[failed + 1 : failed + 3] == [
        f"  ! s2 ec2:AuthorizeSecurityGroupIngress  {WEB}/ingress/tcp/22-22/0.0.0.0%2F0",
        "      InvalidParameterValue: CIDR block 0.0.0.0/0 is malformed",
    ]
    again = "restore --to dr-usw2 --source prod-use1 --snapshot 20261122T030000Z-1a2b3c4d5e6f"
    assert lines[-1] == f"→ mend what failed, then: dr-toolkit {again}"


def test_verification_says_which_way_its_values_lead() -> None:
    text = samples.text(samples.RESULTS["verify"])
    assert text.startswith("2 differences: 1 missing, 1 different\ndr-usw2 (111122223333/us-west-2) against")
    assert "\n+ missing   ~ different\nvalues: in the target → in the snapshot\n" in text


def test_create_prints_ids_for_scripts() -> None:
    assert samples.text(samples.RESULTS["create"]) == f"{samples.SNAPSHOT}\n"
    assert samples.text(samples.RESULTS["create, several"]) == f"prod-use1\t{samples.SNAPSHOT}\n"


def test_create_tells_people_the_rest_elsewhere() -> None:
    stream = io.StringIO()
    several = samples.RESULTS["create, several"]
    assert isinstance(several, CreateResult)
    notes(Page(stream, Style()), several)
    assert (
        stream.getvalue()
        == """\
prod-use1: incomplete: 1 gap, 1,234 resources in 4.2s

Could not be read
  ! apigateway.model: AccessDenied: not authorized to perform apigateway:GET
excluded by config: apigatewayv2.api
prod-euw1: no snapshot
error: Not allowed: ec2:DescribeSecurityGroups in us-east-1: UnauthorizedOperation: not you
  → Allow ec2:DescribeSecurityGroups for the role in use (dr-toolkit policy prints all it needs), then run it again.
"""
    )
    notes(Page(stream := io.StringIO(), Style()), samples.DRIFT)
    assert stream.getvalue() == ""


def test_snapshot_list() -> None:
    assert (
        samples.text(samples.RESULTS["list"])
        == """\
3 snapshots of 1 source in s3://acme-dr-snapshots/prod: 1 incomplete, 1 damaged

prod-use1
  id                             state       resources    size
  20261121T030000Z-0f0e0d0c0b0a  incomplete      1,200  2.0 MB
  20261122T030000Z-1a2b3c4d5e6f  complete        1,234  2.1 MB  baseline
  20261123T030000Z-ffffffffffff  damaged                        no JSON
"""
    )


def test_tables_are_the_same_on_a_terminal_that_is_wide_enough() -> None:
    for name in ("restore", "list", "status", "once", "types", "show, incomplete"):
        assert samples.text(samples.RESULTS[name], width=200) == samples.text(samples.RESULTS[name])


def test_a_table_that_does_not_fit_becomes_lines() -> None:
    assert samples.text(samples.RESULTS["status"], width=60).splitlines()[3:9] == [
        "prod-euw1",
        "  state stale, age never, RPO 26h, next due running now,",
        "    schedule 0 3 * * *",
        "prod-use1",
        "  state stale, age 39h, RPO 26h, next due",
        "    2026-11-24T03:00:00Z, schedule 0 3 * * *",
    ]


def test_keys_are_never_broken() -> None:
    stream = io.StringIO()
    page = Page(stream, Style(width=40))
    page.table([Column("what"), Column("key", whole=False)], [("x", "k" * 34), ("y", "l" * 50)])
    page.line("see ", "k" * 50, " too")
    assert stream.getvalue().splitlines() == [
        "x",
        f"  key {'k' * 34}",
        "y",
        "  key",
        f"    {'l' * 50}",
        "see",
        f"  {'k' * 50}",
        "  too",
    ]


def test_long_cells_are_wrapped_not_cut() -> None:
    stream = io.StringIO()
    page = Page(stream, Style(width=40))
    page.table([Column("id"), Column("why", whole=False)], [("abc", "because of this and that and something")])
    assert (
        stream.getvalue()
        == """\
id   why
abc  because of this and that and
     something
"""
    )


def test_status_shows_the_stale_first() -> None:
    assert samples.text(samples.RESULTS["status"]).splitlines()[2:] == [
        "source     state      age  RPO  next due              schedule",
        "prod-euw1  stale    never  26h  running now           0 3 * * *",
        "prod-use1  stale      39h  26h  2026-11-24T03:00:00Z  0 3 * * *",
        "lab        no RPO  1m 30s                             none",
        "prod-euw1: the last attempt failed: no access",
    ]


def test_types_are_told_field_by_field() -> None:
    text = samples.text(samples.RESULTS["types"])
    assert "  reference  ReferencedGroupInfo.GroupId  to ec2.security_group\n" in text
    assert "  ec2:DescribeNetworkAcls  not a part of security groups\n" in text


def test_errors_say_what_to_do_next() -> None:
    error = SnapshotNotFound(snapshot="x", source="prod", store="s3://b")
    assert (
        samples.text(error)
        == """\
error: No snapshot x of source prod in s3://b
  → See what there is: dr-toolkit snapshot list --source prod
"""
    )


# --- field changes --------------------------------------------------------------------------------


def details(*fields: FieldChange, **style: Any) -> list[str]:
    """The lines about a method's fields."""
    lines = drifted(samples.edited(samples.GET_PET, *fields), **style).splitlines()
    start = next(n for n, line in enumerate(lines) if "GET /pets" in line)
    return [line for line in lines[start + 1 : lines.index("", start)] if not line.endswith("/GET")]


def test_absent_values_are_told_from_empty_ones() -> None:
    assert details(FieldChange(("a",), None, ""), FieldChange(("b",), 1, None)) == [
        '      a: (absent) → ""',
        "      b: 1 → (absent)",
    ]


def test_long_json_is_shown_as_the_lines_that_differ() -> None:
    before = {"statements": [{"effect": "Allow", "actions": ["read"] * 9}], "version": "2012-10-17"}
    after = {"statements": [{"effect": "Deny", "actions": ["read"] * 9}], "version": "2012-10-17"}
    assert details(FieldChange(("policy",), before, after)) == [
        "      policy:",
        "                ],",
        '        -       "effect": "Allow"',
        '        +       "effect": "Deny"',
        "              }",
    ]


def test_json_inside_text_is_compared_as_json() -> None:
    before = '{"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}'
    after = before.replace("integer", "number")
    assert details(FieldChange(("schema",), before, after)) == [
        "      schema:",
        '              "age": {',
        '        -       "type": "integer"',
        '        +       "type": "number"',
        "              },",
    ]


def test_text_that_differs_in_blanks_alone_is_still_seen_to_differ() -> None:
    assert details(FieldChange(("t",), '{"a":1}', '{"a": 1}')) == ['      t: "{\\"a\\":1}" → "{\\"a\\": 1}"']


def test_templates_are_compared_by_line() -> None:
    before, after = "#set($a = 1)\n$a\n#end", "#set($a = 2)\n$a\n#end"
    assert details(FieldChange(("requestTemplates", "application/json"), before, after)) == [
        '      requestTemplates["application/json"]:',
        "        - #set($a = 1)",
        "        + #set($a = 2)",
        "          $a",
    ]


def test_long_lines_are_cut_to_what_differs_on_a_terminal_only() -> None:
    before, after = f"{'x' * 100}one{'y' * 100}", f"{'x' * 100}two{'y' * 100}"
    assert details(FieldChange(("uri",), before, after), width=80) == [
        "      uri:",
        f"        - …{'x' * 24}one{'y' * 24}…",
        f"        + …{'x' * 24}two{'y' * 24}…",
    ]
    assert details(FieldChange(("uri",), before, after))[1] == f'        - "{before}"'
    assert before in "".join(
        part.strip() for part in details(FieldChange(("uri",), before, after), width=80, verbose=True)
    )


def test_long_differences_are_cut_off_unless_asked_for() -> None:
    change = FieldChange(("list",), None, list(range(100)))
    assert details(change)[-1] == "        … 78 more lines (-v shows all)"
    assert len(details(change, verbose=True)) == 103


def test_what_is_made_anew_is_marked_and_explained() -> None:
    field = FieldChange(("GroupDescription",), "a", "b")
    group = samples.resource("ec2.security_group/main/web")
    text = drifted(samples.edited(group, field, action=REPLACE, reason="its description can't be changed"))
    assert "\n± Security group main/web  ec2.security_group/main/web\n    its description can't be changed\n" in text
    assert "\n± changed (made anew)\n" in text


def test_the_parts_of_a_whole_thing_are_counted_on_a_terminal_and_listed_elsewhere() -> None:
    methods = [samples.added(samples.resource(f"apigateway.method/shop/%2F{n}/GET")) for n in range(20)]
    counted = drifted(samples.added(samples.API), *methods, width=100)
    assert "    and all 20 in it: 20 apigateway.method (-v lists them)\n" in counted
    assert "GET /7" not in counted
    for style in ({"width": 100, "verbose": True}, {}):
        assert "  + GET /7" in drifted(samples.added(samples.API), *methods, **style)
    mixed = drifted(samples.added(samples.API), *methods, samples.removed(samples.STAGE), width=100)
    assert "  + GET /7" in mixed


def test_findings_about_many_things_name_a_few_on_a_terminal() -> None:
    many = [Finding(WARNING, "undeployed", f"apigateway.stage/shop/s{n:02}", "not deployed") for n in range(20)]
    report = DriftReport((samples.drift_result(findings=tuple(many)),))
    assert "      … and 12 more (-v shows all)\n" in samples.text(report, width=100)
    assert "shop/s19" in samples.text(report)


# --- streams --------------------------------------------------------------------------------------

EVIL = "[bold]x[/] :smile: \x1b]0;title\x07\x1b[2J\x9b1m a\tb\nc \u202ed\u200b \ud800"
SHOWN = r"[bold]x[/] :smile: \x1b]0;title\x07\x1b[2J\x9b1m a\tb\nc \u202ed\u200b \ud800"


@pytest.mark.parametrize("style", [{}, {"width": 400}, {"width": 400, "color": True}, {"color": True}])
def test_nothing_of_the_customers_acts_on_the_terminal(style: dict[str, Any]) -> None:
    api = samples.resource(f"apigateway.rest_api/{EVIL.replace('/', '%2F')}")
    finding = Finding(WARNING, EVIL, EVIL, EVIL)
    result = samples.drift_result(
        samples.edited(api, FieldChange((EVIL,), EVIL, None)), findings=(finding,), source=EVIL
    )
    text = ANSI.sub("", samples.text(DriftReport((result,)), **style))
    assert f"~ REST API {SHOWN}" in text
    assert f"warning {SHOWN}: {SHOWN}  {SHOWN}\n" in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b\ud800]", text)


@pytest.mark.parametrize("width", [None, 100])
def test_cells_are_shown_as_they_are(width: int | None) -> None:
    stream = io.StringIO()
    Page(stream, Style(width=width)).table([Column("[red]a")], [(EVIL,)])
    assert stream.getvalue() == f"[red]a\n{SHOWN}\n"


@pytest.mark.parametrize("name", samples.RESULTS)
def test_an_ascii_stream_gets_ascii(name: str) -> None:
    text = samples.text(samples.RESULTS[name], encoding="ascii")
    assert text.isascii()
    assert text == samples.text(samples.RESULTS[name]).replace("→", "->").replace("…", "...")


def test_an_ascii_stream_gets_names_that_it_can_not_hold_escaped() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    Page(stream).line("Größe → ", ("日本", "bold"), " ±")
    stream.flush()
    assert raw.getvalue() == rb"Gr\xf6\xdfe -> \u65e5\u672c +/-" + b"\n"


def test_latin_1_keeps_what_it_can_hold() -> None:
    assert Style(encoding="latin-1").safe("Größe → x") == "Größe -> x"


@pytest.mark.parametrize("name", samples.RESULTS)
@pytest.mark.parametrize("width", [40, 80, 140])
def test_no_line_is_wider_than_the_terminal_but_for_keys_that_are(name: str, width: int) -> None:
    for color in (False, True):
        text = ANSI.sub("", samples.text(samples.RESULTS[name], width=width, color=color))
        too_long = [line.split() for line in text.splitlines() if len(line) > width]
        assert [words for words in too_long if len(words) > 1] == [] or name.startswith("create")


@pytest.mark.parametrize("name", samples.RESULTS)
def test_colours_change_nothing_but_the_colour(name: str) -> None:
    for width in (None, 80):
        plain = samples.text(samples.RESULTS[name], width=width)
        colored = samples.text(samples.RESULTS[name], width=width, color=True)
        assert ANSI.sub("", colored) == plain
        assert "\x1b" not in plain
        assert ("\x1b[" in colored) is not name.startswith(("create", "policy"))


@pytest.mark.parametrize("name", samples.RESULTS)
def test_there_are_no_blanks_at_the_end_of_lines(name: str) -> None:
    text = samples.text(samples.RESULTS[name])
    assert [line for line in text.splitlines() if line != line.rstrip()] == []
    assert not text.startswith("\n")
    assert not text.endswith("\n\n")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "no_color", "color", "width"),
    [
        (Terminal(), {}, False, True, 80),
        (Terminal(), {"COLUMNS": "132"}, False, True, 132),
        (Terminal(), {"COLUMNS": "3"}, False, True, 40),
        (Terminal(), {"TERM": "dumb"}, False, False, 80),
        (Terminal(), {"NO_COLOR": "1"}, False, False, 80),
        (Terminal(), {"NO_COLOR": ""}, False, True, 80),
        (Terminal(), {}, True, False, 80),
        (Terminal(), {"FORCE_COLOR": "1"}, True, False, 80),
        (io.StringIO(), {}, False, False, None),
        (io.StringIO(), {"COLUMNS": "80"}, False, False, None),
        (io.StringIO(), {"FORCE_COLOR": "1"}, False, True, None),
        (io.StringIO(), {"FORCE_COLOR": "0"}, False, False, None),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False, None),
    ],
)
def test_the_style_follows_the_stream_and_the_wishes(
    stream: io.StringIO, environ: dict[str, str], no_color: bool, color: bool, width: int | None
) -> None:
    style = Style.of(stream, no_color=no_color, environ=environ)
    assert (style.color, style.width) == (color, width)


def test_a_closed_stream_is_no_terminal() -> None:
    stream = io.StringIO()
    stream.close()
    assert Style.of(stream, environ={}).width is None


def test_text_without_a_terminal_loads_no_slow_library() -> None:
    code = """
import io, sys
from dr_toolkit.report import as_json, progress, text
from dr_toolkit.report.page import Column, Page
from dr_toolkit.report.style import Style
page = Page(io.StringIO(), Style())
page.line("x", ("y", "bold"))
page.table([Column("a")], [("b",)])
progress.Progress(io.StringIO()).start("x").stop()
slow = {"rich", "boto3", "botocore", "click", "fsspec", "deepdiff"} & sys.modules.keys()
sys.exit(f"loaded {slow}" if slow else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
