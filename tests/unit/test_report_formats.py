"""Markdown, SARIF, JUnit and the HTML page: whole, valid, and nothing in them but text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator

from dr_toolkit.model.alerts import Alert
from dr_toolkit.model.changes import UPDATE, FieldChange
from dr_toolkit.model.deeds import Deed, Deeds
from dr_toolkit.model.documents import GAP, Finding
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report import as_json, formats, markdown
from dr_toolkit.report.results import DriftReport, Ignored
from dr_toolkit.report.text import Result
from tests.unit import report_samples as samples

SARIF = Draft4Validator(
    json.loads((Path(__file__).parents[1] / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
)
"""The schema as OASIS publishes it."""

HOSTILE = '<script>alert(\'x\')</script>" onload="y" ]]> `code` | @team [a](javascript:b) \u202e\x00'


def hostile() -> DriftReport:
    """A report in which every text that comes from elsewhere would like to be more than text."""
    key = ResourceKey("apigateway.rest_api", (HOSTILE,))
    before = samples.Resource(key, {"name": HOSTILE, HOSTILE: HOSTILE})
    change = samples.edited(before, FieldChange(("tags", HOSTILE), HOSTILE, f"{HOSTILE}\n{HOSTILE}"), reason=HOSTILE)
    result = samples.drift_result(
        change,
        samples.added(replace(before, key=ResourceKey("apigateway.rest_api", ("b", HOSTILE)))),
        source=HOSTILE,
        against=HOSTILE,
        live_id=HOSTILE,
        alerts=(Alert("api-renamed", "critical", key, HOSTILE),),
        severities={key.text: "critical"},
        findings=(Finding(GAP, "unknown", HOSTILE, HOSTILE),),
        ignored=(Ignored(key, UPDATE, (HOSTILE,), HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
        deeds=Deeds({key.text: (Deed(*[HOSTILE] * 7),)}, {key.text: "found"}, HOSTILE),
    )
    return DriftReport((result,), ((HOSTILE, samples.DENIED),), (Finding(GAP, HOSTILE, HOSTILE, HOSTILE),))


REPORTS: dict[str, Result] = {
    **{name: result for name, result in samples.RESULTS.items() if isinstance(result, DriftReport)},
    "error": samples.DENIED,
    "hostile": hostile(),
}


# --- SARIF -------------------------------------------------------------------------------------------


def sarif(result: Result) -> Any:
    """A result as a log."""
    return json.loads(formats.render("sarif", result))


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_is_valid(name: str) -> None:
    log = sarif(REPORTS[name])
    assert [f"{e.json_path}: {e.message}" for e in SARIF.iter_errors(log)] == []
    assert [e.message for e in SARIF.iter_errors(log | {"surprise": 1})] != []
    for run in log["runs"]:
        described = run["tool"]["driver"]["rules"]
        assert all(described[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])


def test_sarif_tells_alerts_changes_what_is_ignored_and_what_failed() -> None:
    first, second = sarif(samples.JUDGED)["runs"]
    by_rule: dict[str, Any] = {r["ruleId"]: r for r in first["results"]}
    assert (by_rule["sg-world-ssh"]["level"], by_rule["method-open"]["level"]) == ("error", "error")
    assert "certificate-ends" in by_rule
    suppressed = [r for r in first["results"] if "suppressions" in r]
    assert [r["suppressions"][0]["justification"] for r in suppressed] == ["net: ours until 2027-01-31"]
    assert first["invocations"][0]["executionSuccessful"] is True
    assert second["invocations"][0]["executionSuccessful"] is False
    marks = [json.dumps(r["partialFingerprints"]) for r in first["results"] if "suppressions" not in r]
    assert len(set(marks)) == len(marks)
    assert marks == [
        json.dumps(r["partialFingerprints"])
        for r in sarif(samples.JUDGED)["runs"][0]["results"]
        if "suppressions" not in r
    ]


# --- JUnit -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPORTS)
def test_junit_is_xml_that_counts_right(name: str) -> None:
    root = ElementTree.fromstring(formats.render("junit", REPORTS[name]))
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        assert int(element.get("tests", "")) == len(cases)
        assert int(element.get("failures", "")) == len(list(element.iter("failure")))
        assert int(element.get("errors", "")) == len(list(element.iter("error")))
        assert cases


def test_junit_fails_a_change_errs_on_what_could_not_be_read_and_passes_the_rest() -> None:
    suite = ElementTree.fromstring(formats.render("junit", samples.DRIFT))[0]
    told = {case.get("name"): [inner.tag for inner in case] for case in suite}
    assert told[samples.WORLD.key.text] == ["failure"]
    assert told["could be read"] == ["error"]
    assert told["no drift"] == []
    clean = ElementTree.fromstring(formats.render("junit", DriftReport((samples.drift_result(),))))
    assert (clean.get("failures"), clean.get("errors")) == ("0", "0")


# --- Markdown ----------------------------------------------------------------------------------------


def outside_of_code(text: str) -> str:
    """A document without its code, fenced and in spans."""
    text = re.sub(r"^ *(`{3,})diff\n.*?^ *\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"<code>.*?</code>", "", text)
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", REPORTS)
def test_markdown_holds_what_comes_from_elsewhere_in_code_alone(name: str) -> None:
    text = formats.render("markdown", REPORTS[name])
    assert text.startswith("## Drift: `")
    rest = outside_of_code(text)
    for word in ("script", "onload", "@team", "javascript", "\u202e", "\x00"):
        assert word not in rest
    assert "\u202e" not in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 5, line


@pytest.mark.parametrize("text", ["", "`", "``", "a`b``c", " ", "\n", "|", "plain"])
def test_code_spans_hold_any_text(text: str) -> None:
    span = markdown.code(text)
    fence = re.match("`+", span)
    assert fence is not None
    assert span.endswith(fence[0])
    inside = span[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall("`+", inside)
    assert inside


def test_markdown_stays_short_enough_for_a_comment_and_says_what_is_missing() -> None:
    change = samples.added(samples.WORLD)
    many = tuple(replace(change, key=ResourceKey(change.key.type, (*change.key.path[:-1], str(n)))) for n in range(500))
    text = formats.render("markdown", DriftReport((samples.drift_result(*many),)))
    assert len(text) < 65_000
    left = re.search(r"…and (\d+) more changes that did not fit", text)
    assert left is not None
    assert text.count("<details>") + int(left[1]) == 500


# --- HTML --------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.inside.setdefault(self._open[-1] if self._open else "", []).append(data)


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_loads_nothing_and_runs_its_own_script_alone(name: str) -> None:
    page = Page(formats.render("html", REPORTS[name]))
    tags = [tag for tag, _ in page.tags]
    assert (tags.count("script"), tags.count("style")) == (1, 1)
    assert not {"link", "img", "iframe", "object", "embed", "form", "base"} & set(tags)
    for tag, attributes in page.tags:
        assert not {a for a in attributes if a.startswith("on") or a in ("src", "style", "srcset", "action")}, tag
        if "href" in attributes:
            assert str(attributes["href"]).startswith("https://docs.aws.amazon.com/")
    policy = next(a["content"] for t, a in page.tags if t == "meta" and a.get("http-equiv")) or ""
    assert policy.startswith("default-src 'none'")
    for kind in ("script", "style"):
        (content,) = page.inside[kind]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
        assert "http" not in content


def test_the_page_shows_hostile_text_as_text() -> None:
    text = formats.render("html", hostile())
    page = Page(text)
    assert "<script>alert" not in text
    shown = "".join(piece for tag, pieces in page.inside.items() if tag not in ("script", "style") for piece in pieces)
    assert shown.count("<script>alert('x')</script>") > 10
    assert "\u202e" not in text
    assert "\x00" not in text


def test_the_page_tells_verdict_severity_exposure_and_both_sides() -> None:
    text = formats.render("html", samples.JUDGED)
    page = Page(text)
    assert samples.JUDGED.verdict in page.inside["h1"]
    tiles = {a["data-severity"] for t, a in page.tags if t == "button" and "data-severity" in a}
    assert tiles == {"critical", "high", "medium", "low", "info"}
    assert any("ingress tcp 22 from 0.0.0.0/0" in piece for piece in page.inside["p"])
    assert page.inside["figcaption"].count("before") == page.inside["figcaption"].count("after") > 0
    changes = [a for t, a in page.tags if t == "details"]
    assert len(changes) == len(samples.CHANGES)
    assert [a["data-severity"] for a in changes][:2] == ["critical", "critical"]
    assert any("ann" in piece for piece in page.inside["strong"])
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))


SAID = (
    "serves now, changed",
    "changed but not deployed",
    "deployed otherwise than in the draft",
    "in the draft, not deployed",
    "deployed but not in the draft, gone with the next deployment",
)


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_the_three_truths_of_a_stage_are_told(name: str) -> None:
    """Each once, with what it is about; a name with tags in it stays a name."""
    text = samples.text(samples.JUDGED) if name == "text" else formats.render(name, samples.JUDGED)
    for word in SAID:
        assert text.count(word) == 1, word
    assert "shop/prod" in text
    assert "method GET /pets/{id}" in text
    assert "gateway response THROTTLED" in text
    assert "<script>alert('x')" not in text or name != "html"


def test_the_three_truths_of_a_stage_in_json() -> None:
    (stage,) = as_json.document(samples.JUDGED)["stages"]
    method, model = samples.GET_PET.key.text, "apigateway.model/shop/Pet"
    assert stage == {
        "source": "prod-use1",
        "stage": "apigateway.stage/shop/prod",
        "now_served": [{"key": method, "difference": "changed"}],
        "changed_not_deployed": [method, model],
        "deployed_otherwise": [model],
        "draft_only": ["apigateway.model/shop/<script>alert('x')"],
        "served_only": ["apigateway.gateway_response/shop/THROTTLED"],
    }


def test_a_format_of_drift_is_for_drift() -> None:
    with pytest.raises(TypeError, match="no format html"):
        formats.render("html", samples.RESULTS["types"])
