"""Drift as SARIF 2.1.0, for whatever shows findings of scanners: a run for each source, a result for each alert."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from dr_toolkit import __version__
from dr_toolkit.engine.rulebook import rules
from dr_toolkit.errors import DrToolkitError
from dr_toolkit.model.alerts import CRITICAL, HIGH, LOW, MEDIUM, NOTE
from dr_toolkit.report.entries import Entry, entries
from dr_toolkit.report.results import DriftReport, DriftResult, Ignored
from dr_toolkit.spec.registry import Registry

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
CHANGE = "drift"
"""The rule of a change that no rule of the book speaks of."""

_LEVELS = {CRITICAL: "error", HIGH: "error", MEDIUM: "warning", LOW: "note", NOTE: "note"}
_SCORES = {CRITICAL: "9.5", HIGH: "8.0", MEDIUM: "5.0", LOW: "2.0", NOTE: "0.0"}
"""What code scanning sorts by: ``security-severity``, as a CVSS score would be."""

Json = dict[str, Any]


def report(value: DriftReport, registry: Registry) -> str:
    """The log: what could not be compared is a run that did not succeed."""
    runs = [_run(result, registry) for result in value.results]
    runs += [_failed(name, error) for name, error in value.failed]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}, indent=2, ensure_ascii=True) + "\n"


def _tool() -> Json:
    described: list[Json] = [_rule(CHANGE, "Configuration differs", "", NOTE)]
    described += [_rule(rule.id, rule.title, rule.reference, rule.severity) for rule in rules()]
    return {"driver": {"name": "dr-toolkit", "version": __version__, "rules": described}}


def _rule(name: str, title: str, reference: str, severity: str) -> Json:
    text = {"text": title}
    known = {"helpUri": reference, "help": {"text": f"{title}. See {reference}"}} if reference else {}
    return {
        "id": name,
        "shortDescription": text,
        **known,
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"severity": severity, "security-severity": _SCORES[severity], "tags": ["drift"]},
    }


def _run(result: DriftResult, registry: Registry) -> Json:
    numbers = {rule.id: number for number, rule in enumerate(rules(), 1)} | {CHANGE: 0}
    found = [item for entry in entries(result, registry) for item in _results(result, entry)]
    found += [_result(result.source, a.rule, a.severity, a.text, a.key.text) for a in result.alerts if a.standing]
    found += [_suppressed(result.source, each) for each in result.ignored]
    for item in found:
        item["ruleIndex"] = numbers[item["ruleId"]]
    return {
        "tool": _tool(),
        "automationDetails": {"id": f"dr-toolkit/drift/{result.source}/"},
        "invocations": [_invocation(result.exit_code, result.gaps)],
        "results": found,
    }


def _invocation(exit_code: int, gaps: Iterable[str]) -> Json:
    notes = [{"level": "error", "message": {"text": gap}} for gap in gaps]
    return {
        "executionSuccessful": exit_code in (0, 2),
        "exitCode": exit_code,
        **({"toolExecutionNotifications": notes} if notes else {}),
    }


def _failed(name: str, error: DrToolkitError) -> Json:
    run: Json = {"tool": _tool(), "invocations": [_invocation(error.exit_code, [error.message])], "results": []}
    return run | ({"automationDetails": {"id": f"dr-toolkit/drift/{name}/"}} if name else {})


def _results(result: DriftResult, entry: Entry) -> Iterator[Json]:
    for alert in entry.alerts:
        text = f"{alert.text} ({entry.word} {entry.title})"
        yield _result(result.source, alert.rule, alert.severity, text, entry.key)
    if not entry.alerts:
        fields = ", ".join(sorted(entry.change.names))
        text = f"{entry.word} {entry.title}" + (f": {fields}" if fields else "")
        yield _result(result.source, CHANGE, entry.severity, text, entry.key)


def _result(source: str, rule: str, severity: str, text: str, key: str) -> Json:
    mark = hashlib.sha256(f"{source}\n{rule}\n{key}".encode()).hexdigest()
    place = {"uri": quote(f"{source}/{key}", safe="/~:.-_")}
    return {
        "ruleId": rule,
        "level": _LEVELS[severity],
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": place, "region": {"startLine": 1}},
                "logicalLocations": [{"fullyQualifiedName": f"{source}/{key}", "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"driftKey/v1": mark},
        "properties": {"severity": severity},
    }


def _suppressed(source: str, ignored: Ignored) -> Json:
    fields = f": {', '.join(ignored.fields)}" if ignored.fields else ""
    until = f" until {ignored.until}" if ignored.until else ""
    owner = f"{ignored.owner}: " if ignored.owner else ""
    item = _result(source, CHANGE, NOTE, f"ignored by the config{fields}", ignored.key.text)
    return item | {"suppressions": [{"kind": "external", "justification": f"{owner}{ignored.reason}{until}"}]}
