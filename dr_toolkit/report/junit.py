"""Drift as JUnit XML, for a pipeline: a suite for each source, a case for each type and for each change.

A change fails, a type that could not be read is an error, and a type without changes passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from dr_toolkit.report import vocabulary, words
from dr_toolkit.report.entries import Entry, entries
from dr_toolkit.report.results import DriftReport, DriftResult
from dr_toolkit.spec.registry import Registry

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report(value: DriftReport, registry: Registry) -> str:
    """The suites of all sources."""
    root = Element("testsuites", name="dr-toolkit drift")
    for result in value.results:
        _suite(root, result, registry)
    for name, error in value.failed:
        suite = SubElement(root, "testsuite", name=_xml(name or "drift"))
        case = SubElement(suite, "testcase", classname="drift", name="compared")
        SubElement(case, "error", message=_xml(error.message), type=type(error).__name__).text = _xml(error.next_step)
        _count(suite)
    _count(root)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, result: DriftResult, registry: Registry) -> None:
    suite = SubElement(root, "testsuite", name=_xml(result.source), timestamp=_xml(result.live_taken_at.rstrip("Z")))
    told = entries(result, registry)
    for entry in told:
        case = SubElement(suite, "testcase", classname=entry.change.key.type, name=_xml(entry.key))
        said = "; ".join(f"{a.rule}: {a.text}" for a in entry.alerts)
        message = f"{entry.word} {entry.title}" + (f" ({said})" if said else "")
        SubElement(case, "failure", message=_xml(message), type=entry.severity).text = _xml("\n".join(_lines(entry)))
    changed = {entry.change.key.type for entry in told}
    for name in (n for n in result.compared_types if n not in changed):
        SubElement(suite, "testcase", classname=name, name="no drift")
    for name, reason in vocabulary.unread(result.coverage).items():
        case = SubElement(suite, "testcase", classname=name, name="could be read")
        SubElement(case, "error", message=_xml(reason), type="incomplete")
    for gap in result.gaps[len(vocabulary.unread(result.coverage)) :]:
        case = SubElement(suite, "testcase", classname="drift", name=_xml(gap))
        SubElement(case, "error", message=_xml(gap), type="incomplete")
    _count(suite)


def _lines(entry: Entry) -> Iterator[str]:
    for field in entry.fields:
        yield f"{words.path(field.path)}: {words.compact(field.before)} -> {words.compact(field.after)}"
    for deed in entry.deeds:
        yield f"by {deed.actor}: {deed.event} at {deed.at} ({deed.event_id})"


def _count(element: Element) -> None:
    for name, inner in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        element.set(name, str(len(list(element.iter(inner)))))


def _xml(text: str) -> str:
    """Text without what XML can't hold."""
    return _NOT_XML.sub(lambda m: f"\\u{ord(m[0]):04x}", text)
