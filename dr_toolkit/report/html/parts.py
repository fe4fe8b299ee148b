"""The parts of the page: alerts, exposure, changes with both sides beside each other, findings, what is ignored."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from html import escape

from dr_toolkit.engine.rulebook import rules
from dr_toolkit.model.changes import CREATE, DELETE, FieldChange
from dr_toolkit.model.deeds import FOUND, PENDING
from dr_toolkit.model.documents import Finding
from dr_toolkit.report import stages as words_of_stages
from dr_toolkit.report import vocabulary, words
from dr_toolkit.report.differences import lines_of, sides_of
from dr_toolkit.report.entries import Entry
from dr_toolkit.report.entries import alerts as told_alerts
from dr_toolkit.report.flows import flow
from dr_toolkit.report.results import DriftResult
from dr_toolkit.report.style import UNSAFE


def text(value: str) -> str:
    """Text that is text wherever it stands: in an element or in a quoted attribute; nothing invisible is in it."""
    shown = UNSAFE.sub(lambda m: m[0] if m[0] in "\n\t" else f"\\u{ord(m[0]):04x}", value)
    return escape(shown, quote=True)


def _badge(severity: str) -> str:
    return f'<span class="badge {severity}">{severity}</span>'


def _searched(*words_: str) -> str:
    return text(" ".join(words_).lower())


def alerts(result: DriftResult) -> Iterator[str]:
    """What the rule book says, the worst first."""
    told = told_alerts(result)
    if not told:
        return
    book = {rule.id: rule for rule in rules()}
    yield '<section><h2>How bad, and why</h2><div class="card"><ul class="alerts">'
    for alert in told:
        rule = book[alert.rule]
        found = _searched(rule.title, rule.id, alert.text, *alert.keys)
        yield f'<li data-severity="{alert.severity}" data-text="{found}"><div>{_badge(alert.severity)}</div><div>'
        yield f"<h3>{text(rule.title)}</h3><p>{text(alert.text)}</p>"
        link = f'<a href="{text(rule.reference)}" rel="noreferrer">{text(rule.id)}</a>'
        yield f'<p class="key">{"<br>".join(text(key) for key in alert.keys)} · {link}</p></div></li>'
    yield "</ul></div></section>"


def exposure(result: DriftResult) -> Iterator[str]:
    """What traffic each group newly allows and refuses."""
    if not result.exposures:
        return
    yield '<h2>Exposure</h2><div class="card flows">'
    for each in result.exposures:
        yield f"<div><strong>{text('/'.join(each.key.path))}</strong></div><div>"
        for mark, word, told in (("open", "allowed", each.newly_allowed), ("shut", "refused", each.newly_refused)):
            for one in told:
                yield f'<p class="flow {mark}"><b>newly {word}</b> {text(flow(one, each.networks))}</p>'
        yield "</div>"
    yield "</div>"


def stages(result: DriftResult) -> Iterator[str]:
    """What each stage of an API that changed serves now, and what of the draft it does not."""
    if not result.stages:
        return
    yield f'<h2>{words_of_stages.TITLE}</h2><div class="card flows">'
    for truth in result.stages:
        yield f"<div><strong>{text('/'.join(truth.stage.path))}</strong></div><div>"
        for word, names in words_of_stages.lines(truth):
            yield f'<p class="flow"><b>{word}</b> {text(names)}</p>'
        yield "</div>"
    yield "</div>"


def change(entry: Entry, *, unfolded: bool, asked: bool) -> Iterator[str]:
    """One change, folded or not."""
    values = [words.compact(side) for f in entry.fields for side in (f.before, f.after)]
    names = [".".join(f.path) for f in entry.fields]
    found = _searched(
        entry.title, entry.whole, entry.key, *(a.rule + " " + a.text for a in entry.alerts), *names, *values
    )
    yield f'<details class="card change" data-severity="{entry.severity}" data-kind="{entry.word}" '
    yield f'data-text="{found}"{" open" if unfolded else ""}><summary>{_badge(entry.severity)}'
    yield f'<span class="title">{text(entry.title)} <small>{entry.word} · {text(entry.whole)}</small></span></summary>'
    yield f'<div class="body"><p class="key">{text(entry.key)}</p>'
    if entry.change.reason:
        yield f"<p>{text(entry.change.reason)}</p>"
    for alert in entry.alerts:
        yield f'<p class="why {alert.severity}"><strong>{text(alert.rule)}</strong> {text(alert.text)}</p>'
    yield from _deeds(entry, asked)
    if entry.change.action in (CREATE, DELETE):
        yield from _attributes(entry)
    else:
        for field in entry.fields:
            yield from _field(field)
    yield "</div></details>"


def _deeds(entry: Entry, asked: bool) -> Iterator[str]:
    for deed in entry.deeds:
        via = f" ({deed.via})" if deed.via else ""
        told = f"{via}: {deed.event}, {deed.at}, from {deed.address} with {deed.agent}, event {deed.event_id}"
        yield f'<p class="who"><strong>{text(deed.actor)}</strong>{text(told)}</p>'
    if asked and entry.state != FOUND:
        said = "not in the trail yet; ask again" if entry.state == PENDING else "not found in the trail"
        yield f'<p class="who soft">Who: {said}</p>'


def _attributes(entry: Entry) -> Iterator[str]:
    """All that there is of what came or went as a whole."""
    came = entry.change.action == CREATE
    yield '<table class="attributes">'
    for field in entry.fields:
        marked = [("come" if came else "gone", line) for line in lines_of(sides_of(field)[came])]
        yield f"<tr><th><code>{text(words.path(field.path))}</code></th><td><pre>{_lines(marked)}</pre></td></tr>"
    yield "</table>"


def _field(field: FieldChange) -> Iterator[str]:
    old, new = _aligned(*map(lines_of, sides_of(field)))
    yield f'<div class="field"><code>{text(words.path(field.path))}</code>'
    yield f'<div class="sxs"><figure><figcaption>before</figcaption><pre>{_lines(old)}</pre></figure>'
    yield f"<figure><figcaption>after</figcaption><pre>{_lines(new)}</pre></figure></div></div>"


def _aligned(left: list[str], right: list[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Both sides line by line, each line marked as it is: gone, come or the same; what is not there says so."""
    old: list[tuple[str, str]] = []
    new: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        old += [("same" if tag == "equal" else "gone", line) for line in left[a:b]]
        new += [("same" if tag == "equal" else "come", line) for line in right[c:d]]
    absent = [("same", words.ABSENT)]
    return old or absent, new or absent


def _lines(marked: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<span class="{mark}">{text(line) or " "}</span>' for mark, line in marked)


def findings(values: Iterable[Finding], title: str) -> Iterator[str]:
    """Findings, the worst first."""
    told = vocabulary.ranked(values)
    if not told:
        return
    yield f'<h2>{title}</h2><div class="card"><table>'
    for f in told:
        yield f'<tr><th>{f.severity}</th><td>{text(f.text)}<br><span class="key">{text(f.key)}</span></td></tr>'
    yield "</table></div>"


def ignored(result: DriftResult) -> Iterator[str]:
    """What rules of the config accept."""
    if not result.ignored:
        return
    yield '<h2>Ignored by the config</h2><div class="card"><table>'
    for each in result.ignored:
        what = f"{vocabulary.DRIFT[each.action]} {', '.join(each.fields)}"
        why = " · ".join(filter(None, (each.owner, each.reason, each.until and f"until {each.until}")))
        yield f'<tr><th>{text(what)}</th><td>{text(why)}<br><span class="key">{text(each.key.text)}</span></td></tr>'
    yield "</table></div>"
