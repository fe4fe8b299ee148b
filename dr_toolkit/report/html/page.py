"""The page: its frame, what it says first, and a section for each source.

Everything that comes from AWS, the store or a person goes through ``parts.text``. The page may load nothing and run no
script but its own, whose hash stands in its policy.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from dr_toolkit import __version__
from dr_toolkit.model.alerts import SEVERITIES
from dr_toolkit.report import vocabulary
from dr_toolkit.report.entries import entries, sides, state
from dr_toolkit.report.html import parts
from dr_toolkit.report.html.parts import text
from dr_toolkit.report.results import DriftReport, DriftResult
from dr_toolkit.spec.registry import Registry

LONG = 130
"""From so many characters on a verdict is set in smaller type."""

OPEN = 3
"""How many of the worst changes are unfolded when the page is opened."""


@cache
def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"


def report(value: DriftReport, registry: Registry) -> str:
    """The whole page."""
    return "\n".join(_page(value, registry)) + "\n"


def _page(value: DriftReport, registry: Registry) -> Iterator[str]:
    style, script = _asset("style.css"), _asset("script.js")
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'"
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
    yield f"<title>Drift: {text(value.verdict)}</title>"
    yield f"<style>{style}</style></head><body>"
    yield from _header(value)
    yield from _bar()
    yield "<main>"
    yield from _failures(value)
    for result in value.results:
        yield from _result(result, registry, several=len(value.results) > 1)
    yield from parts.findings(value.findings, "About the config")
    yield f"<footer>dr-toolkit {text(__version__)} · one file, nothing is loaded</footer></main>"
    yield f"<script>{script}</script></body></html>"


def _header(value: DriftReport) -> Iterator[str]:
    mood = state(value)
    yield f'<header class="{value.severity if mood == "drift" else mood}"><div>'
    yield '<div class="brand"><strong>dr-toolkit drift</strong>'
    yield '<button class="plain" id="theme" type="button">Light or dark</button></div>'
    yield f"<h1{' class=long' * (len(value.verdict) > LONG)}>{text(value.verdict)}</h1>"
    for result in value.results:
        live, against = sides(result)
        yield f'<p class="sides"><strong>{text(result.source)}</strong>{text(live)}<br>{text(against)}</p>'
    counts = {s: sum(r.tally.get(s, 0) for r in value.results) for s in SEVERITIES}
    yield '<div class="tiles" role="group" aria-label="Severities, to be shown or not">'
    for severity, number in counts.items():
        yield (
            f'<button type="button" class="tile {severity}" data-severity="{severity}" aria-pressed="true">'
            f"<b>{number:,}</b>{severity}</button>"
        )
    resources = sum(r.resources for r in value.results)
    yield f'<div class="tile"><b>{resources:,}</b>compared</div></div></div></header>'


def _bar() -> Iterator[str]:
    yield '<div class="bar"><div><input id="search" type="search" placeholder="Search: name, key, rule, value" '
    yield 'aria-label="Search"><select id="kind" aria-label="Kind of change"><option value="">all changes</option>'
    yield from (f"<option>{word}</option>" for word in ("added", "removed", "changed"))
    yield '</select><button class="plain" id="fold" type="button">Unfold</button>'
    yield '<span class="count" id="count" aria-live="polite"></span></div></div>'


def _failures(value: DriftReport) -> Iterator[str]:
    for name, error in value.failed:
        yield f'<section class="card pad trouble"><h3>{text(name or "Not done")}: {text(error.message)}</h3>'
        yield f"<p>{text(error.next_step)}</p></section>"


def _result(result: DriftResult, registry: Registry, *, several: bool) -> Iterator[str]:
    if several:
        yield f"<h2>{text(result.source)}: {text(result.verdict)}</h2>"
    if result.gaps:
        yield '<h2>Could not be read</h2><section class="card pad trouble">'
        yield from (f"<p>{text(gap)}</p>" for gap in result.gaps)
        yield "</section>"
    if not result.changes and not result.gaps:
        yield f'<h2>Changes</h2><section class="card pad all-clear">{text(result.verdict)}</section>'
    yield from parts.alerts(result)
    yield from parts.exposure(result)
    yield from parts.stages(result)
    told = entries(result, registry)
    if told:
        yield "<h2>Changes</h2>"
        yield '<p id="none" class="soft" hidden>Nothing fits the search and the severities that are chosen.</p>'
        for number, entry in enumerate(told):
            yield from parts.change(entry, unfolded=number < OPEN, asked=result.deeds is not None)
    if result.deeds is not None and result.deeds.trouble:
        yield f'<section class="card pad">Who: {text(result.deeds.trouble)}</section>'
    yield from parts.findings(result.findings, "Findings")
    yield from parts.ignored(result)
    kinds = vocabulary.count(len(result.compared_types), "type")
    yield f'<p class="soft">compared {vocabulary.count(result.resources, "resource")} of {kinds}</p>'
    if left := vocabulary.excluded(result.coverage):
        yield f'<p class="soft">excluded by config: {text(", ".join(left))}</p>'
