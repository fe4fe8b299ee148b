"""JSON documents: what programs are told, and that it can be written anywhere."""

from __future__ import annotations

import io
import json

import pytest

from dr_toolkit.model import planfile
from dr_toolkit.report import as_json
from dr_toolkit.report.results import DriftReport, PlanResult
from dr_toolkit.report.text import Result
from tests.unit import report_samples as samples


def test_drift_tells_what_happened_to_each_thing_and_where() -> None:
    document = as_json.document(samples.DRIFT)
    assert document["summary"] == {
        "verdict": "9 changes: 2 added, 3 removed, 4 changed; incomplete: apigateway.model could not be read",
        "exit_code": 3,
        "in_sync": False,
        "sources": 1,
        "changes": 9,
        "added": 2,
        "removed": 3,
        "changed": 4,
        "severities": {"critical": 0, "high": 0, "medium": 0, "low": 9, "info": 0},
        "ignored": 0,
        "hidden": 0,
        "findings": 3,
    }
    assert document["coverage"]["gaps"] == ["apigateway.model: AccessDenied: not authorized to perform apigateway:GET"]
    assert document["coverage"]["types"]["apigatewayv2.api"] == {
        "status": "excluded",
        "reason": "exclude: apigatewayv2.*",
    }
    office = next(c for c in document["changes"] if c["key"] == samples.OFFICE.key.text)
    assert (office["source"], office["difference"]) == ("prod-use1", "changed")
    assert office["fields"] == [{"path": ["Description"], "before": "office", "after": "office and home"}]


def test_several_sources_name_theirs_in_the_gaps() -> None:
    clean, broken = samples.drift_result(), samples.drift_result(source="prod-euw1", coverage=samples.COVERAGE)
    document = as_json.document(DriftReport((clean, broken)))
    assert document["coverage"]["complete"] is False
    assert document["coverage"]["gaps"][0].startswith("prod-euw1: apigateway.model: ")
    assert document["coverage"]["types"]["apigateway.model"]["status"] == "failed"
    assert document["coverage"]["types"]["ec2.security_group"] == {"status": "read"}
    assert [s["exit_code"] for s in document["sources"]] == [0, 3]


def test_a_plan_is_the_file_that_restore_reads() -> None:
    document = as_json.document(PlanResult(samples.plan()))
    assert planfile.read(as_json.dumps(document)).steps == samples.plan().steps


def test_create_is_a_list_even_for_one_source() -> None:
    one = as_json.document(samples.RESULTS["create"])
    several = as_json.document(samples.RESULTS["create, several"])
    assert [entry["id"] for entry in one] == [samples.SNAPSHOT]
    assert [entry["id"] for entry in several] == [samples.SNAPSHOT, None]
    assert several[1]["error"]["hint"].startswith("Allow ec2:DescribeSecurityGroups")
    assert several[1]["coverage"]["complete"] is False


def test_a_stopped_restore_names_each_call_and_its_reason() -> None:
    document = as_json.document(samples.STOPPED)
    assert document["summary"]["exit_code"] == 1
    assert document["failed"] == [
        {
            "step": "s2",
            "service": "ec2",
            "operation": "AuthorizeSecurityGroupIngress",
            "keys": ["ec2.security_group_rule/main/web/ingress/tcp/22-22/0.0.0.0%2F0"],
            "reason": "InvalidParameterValue: CIDR block 0.0.0.0/0 is malformed",
        }
    ]
    assert [s["step"] for s in document["skipped"]] == ["s3"]
    assert document["verify"] is None


@pytest.mark.parametrize("name", samples.RESULTS)
def test_documents_are_written_the_same_way_every_time(name: str) -> None:
    def written(result: Result) -> str:
        stream = io.StringIO()
        as_json.write(as_json.document(result), stream)
        return stream.getvalue()

    text = written(samples.RESULTS[name])
    assert text == written(samples.RESULTS[name])
    assert text.endswith("\n")
    assert json.loads(text) == as_json.document(samples.RESULTS[name])


def test_json_is_indented_and_keeps_the_documents_order() -> None:
    assert as_json.dumps({"b": 1, "a": ["ü"]}) == '{\n  "b": 1,\n  "a": [\n    "ü"\n  ]\n}'


def test_nothing_in_json_acts_on_a_terminal() -> None:
    evil = "a\x1b[2J\x7f\x9b\u202eb\u2028\ud800\n"
    text = as_json.dumps({"name": evil})
    assert text == '{\n  "name": "a\\u001b[2J\\u007f\\u009b\\u202eb\\u2028\\ud800\\n"\n}'
    assert json.loads(text) == {"name": evil}


def test_a_stream_that_knows_only_ascii_gets_ascii() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    as_json.write({"name": "Größe\x7f"}, stream)
    stream.flush()
    assert raw.getvalue() == b'{\n  "name": "Gr\\u00f6\\u00dfe\\u007f"\n}\n'


def test_nan_is_no_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_json.dumps({"n": float("nan")})


def test_a_snapshot_with_its_resources_tells_what_stages_serve() -> None:
    (served,) = as_json.document(samples.RESULTS["show"])["served"]
    assert served == {
        "stage": "apigateway.stage/shop/prod",
        "key": "apigateway.method/shop/%2Fpets%2F{id}/GET",
        "attributes": {"apiKeyRequired": True, "authorizationType": "AWS_IAM"},
    }
