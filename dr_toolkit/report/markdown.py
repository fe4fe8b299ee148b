"""Drift as Markdown, for a pull request or an issue: what AWS or a person wrote stands in code spans alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

from dr_toolkit.engine.rulebook import rules
from dr_toolkit.model.changes import FieldChange
from dr_toolkit.model.deeds import FOUND
from dr_toolkit.model.documents import Finding
from dr_toolkit.report import stages, vocabulary, words
from dr_toolkit.report.differences import lines_of, sides_of
from dr_toolkit.report.entries import Entry, alerts, entries, sides
from dr_toolkit.report.flows import flow
from dr_toolkit.report.results import DriftReport, DriftResult
from dr_toolkit.report.style import UNSAFE
from dr_toolkit.spec.registry import Registry

MOST_CHARACTERS = 60_000
"""A comment on a pull request holds 65,536; what does not fit is counted."""

MOST_KEYS = 8
"""How many things are named of which the same is said."""

_MARKS = {"critical": "🔴", "high": "🟠", "medium": "🟡", "low": "🔵", "info": "⚪"}


def code(text: str, *, cell: bool = False) -> str:
    """Text that is shown as it is, whatever is in it; ``cell``: inside a table."""
    text = UNSAFE.sub(lambda m: " " if m[0] in "\n\t" else f"\\u{ord(m[0]):04x}", text)
    fence = "`" * (max(map(len, re.findall(r"`+", text)), default=0) + 1)
    blank = " " if text[:1] == "`" or text[-1:] == "`" or not text.strip() else ""
    text = text.replace("|", "\\|") if cell else text
    return f"{fence}{blank}{text}{blank}{fence}"


def report(value: DriftReport, registry: Registry) -> str:
    """The whole report; the changes that do not fit are counted."""
    head = [f"## Drift: {code(value.verdict)}", ""]
    for name, error in value.failed:
        head += [f"**Not compared** {code(name)}: {code(error.message)}" if name else code(error.message), ""]
    head += _findings(value.findings)
    for result in value.results:
        head += _summary(result)
    parts = [(result, entry) for result in value.results for entry in entries(result, registry)]
    text = "\n".join(head)
    told = 0
    for result, entry in parts:
        piece = "\n".join(_entry(result, entry)) + "\n"
        if len(text) + len(piece) > MOST_CHARACTERS:
            break
        text, told = f"{text}\n{piece}" if told == 0 else text + piece, told + 1
    rest = len(parts) - told
    return (
        text.rstrip() + "\n" + (f"\n…and {vocabulary.count(rest, 'more change')} that did not fit.\n" if rest else "")
    )


def _summary(result: DriftResult) -> list[str]:
    live, against = sides(result)
    lines = [f"### {code(result.source)}", "", f"{code(live.lstrip(' ,'))} {code(against)}", ""]
    if result.gaps:
        lines += ["**Could not be read**", "", *(f"- {code(gap)}" for gap in result.gaps), ""]
    parts = (_alerts(result), _exposure(result), _stages(result), _findings(result.findings), _ignored(result))
    return [*lines, *(line for part in parts for line in part)]


def _alerts(result: DriftResult) -> Iterator[str]:
    told = alerts(result)
    if not told:
        return
    book = {rule.id: rule for rule in rules()}
    yield from ("| | rule | what | where |", "|---|---|---|---|")
    for alert in told:
        rule = book[alert.rule]
        linked = f"[{rule.title}]({rule.reference})"
        where = "<br>".join(code(key, cell=True) for key in alert.keys[:MOST_KEYS])
        rest = len(alert.keys) - MOST_KEYS
        where += f"<br>and {rest} more" if rest > 0 else ""
        yield f"| {_MARKS[alert.severity]} {alert.severity} | {linked} | {code(alert.text, cell=True)} | {where} |"
    yield ""


def _exposure(result: DriftResult) -> Iterator[str]:
    if not result.exposures:
        return
    yield from ("**Exposure**", "")
    for exposure in result.exposures:
        group = code("/".join(exposure.key.path))
        for word, told in (("newly allowed", exposure.newly_allowed), ("newly refused", exposure.newly_refused)):
            yield from (f"- {group} {word}: {code(flow(each, exposure.networks, whole=False))}" for each in told)
    yield ""


def _stages(result: DriftResult) -> Iterator[str]:
    if not result.stages:
        return
    yield from (f"**{stages.TITLE}**", "")
    for truth in result.stages:
        stage = code("/".join(truth.stage.path))
        yield from (f"- {stage} {word}: {code(names)}" for word, names in stages.lines(truth))
    yield ""


def _findings(findings: Iterable[Finding]) -> list[str]:
    told = vocabulary.ranked(findings)
    return [*(f"- **{f.severity}** {code(f.key)} {code(f.text)}" for f in told), ""] if told else []


def _ignored(result: DriftResult) -> list[str]:
    number = len(result.ignored)
    return [f"{vocabulary.count(number, 'change')} ignored by the config.", ""] if number else []


def _entry(result: DriftResult, entry: Entry) -> Iterator[str]:
    title = f"{_MARKS[entry.severity]} {entry.word} {code(entry.title)} in {code(entry.whole)}"
    yield from ("<details>", f"<summary>{_inert(title)}</summary>", "", code(entry.key), "")
    for deed in entry.deeds:
        yield f"- {code(deed.actor)} {code(deed.event)} {code(deed.at)} {code(deed.address)}"
    if result.deeds is not None and entry.state != FOUND:
        yield f"- who: {entry.state}"
    for field in entry.fields:
        yield from _field(field)
    yield from ("", "</details>")


def _inert(text: str) -> str:
    """A summary is HTML: code spans are not read there, so that tags stand for them."""
    return re.sub(r"(`+) ?(.*?) ?\1", lambda m: f"<code>{escape(m[2])}</code>", text)


def _field(field: FieldChange) -> Iterator[str]:
    before, after = sides_of(field)
    sizes = [lines_of(value) for value in (before, after)]
    name = code(words.path(field.path))
    if all(len(lines) <= 1 for lines in sizes):
        yield f"- {name}: {code(words.compact(before))} → {code(words.compact(after))}"
        return
    old, new = sizes
    fence = "`" * max(3, *(len(run) + 1 for line in (*old, *new) for run in re.findall(r"`+", line)), 3)
    marked = [*(f"- {line}" for line in old), *(f"+ {line}" for line in new)]
    yield from (f"- {name}:", "", f"  {fence}diff", *(f"  {_safe(line)}" for line in marked), f"  {fence}", "")


def _safe(text: str) -> str:
    return UNSAFE.sub(lambda m: f"\\u{ord(m[0]):04x}", text)
