"""The parts that reports share: verdict, findings, coverage, grouped changes, the legend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from dr_toolkit.model.changes import CREATE, DELETE, REPLACE, UPDATE, Change
from dr_toolkit.model.documents import Coverage, Finding, Resource
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report import differences, vocabulary, words
from dr_toolkit.report.outline import Group, grouped
from dr_toolkit.report.page import Page, Part
from dr_toolkit.spec.registry import Registry

GOOD, BAD, ATTENTION = "bold green", "bold red", "bold yellow"
"""The colours of a verdict."""

MOST_KEYS = 8
"""How many keys a finding names on a terminal; whoever asks for more gets all."""

MOST_INSIDE = 12
"""How much of a thing that comes or goes as a whole is listed on a terminal."""


def verdict(page: Page, text: str, exit_code: int) -> None:
    """The one line that says it all, coloured by what the command will end with."""
    style = {0: GOOD, 2: ATTENTION, 4: ATTENTION}.get(exit_code, BAD)
    page.line((text, style), hang=2)


def heading(page: Page, text: str, style: str = "bold") -> None:
    """A title with an empty line before it."""
    page.gap()
    page.line((text, style))


def findings(page: Page, values: Iterable[Finding], title: str = "Findings") -> None:
    """Findings, the worst first; where several say the same of different things it is said once."""
    told: dict[tuple[str, str, str], list[str]] = {}
    for finding in vocabulary.ranked(values):
        told.setdefault((finding.severity, finding.code, finding.text), []).append(finding.key)
    if not told:
        return
    heading(page, title)
    for (severity, code, text), keys in told.items():
        style = vocabulary.SEVERITIES.get(severity, "bold")
        parts: list[Part] = [(severity, style), f" {code}: {text}"]
        if len(keys) == 1:
            page.entry(parts, [(keys[0], "dim")] if keys[0] else [], indent=2)
            continue
        page.line(*parts, indent=2, hang=4)
        shown = keys if page.room is None or page.style.verbose else keys[:MOST_KEYS]
        for key in shown:
            page.line((key, "dim"), indent=6)
        if len(keys) > len(shown):
            page.line((f"… and {len(keys) - len(shown):,} more (-v shows all)", "dim"), indent=6)


def unread(page: Page, coverage: Mapping[str, Coverage], gaps: Sequence[str] = ()) -> None:
    """What could not be read, with the reason; it goes first, for everything after it is in doubt."""
    failed = vocabulary.unread(coverage)
    lines = [f"{name}: {reason}" for name, reason in failed.items()] or list(gaps)
    if not lines:
        return
    heading(page, "Could not be read" if failed else "Gaps", BAD)
    for text in lines:
        page.line((f"{vocabulary.BLOCKED_MARK} ", BAD), text, indent=2, hang=4)


def excluded(page: Page, coverage: Mapping[str, Coverage]) -> None:
    """What the config leaves out."""
    left = vocabulary.excluded(coverage)
    if left:
        page.line((f"excluded by config: {', '.join(left)}", "dim"), hang=2)


def changes(
    page: Page,
    values: Sequence[Change],
    registry: Registry,
    blocked: Iterable[ResourceKey] = (),
    most: int | None = None,
) -> None:
    """All changes, grouped by the whole thing that they belong to.

    On a terminal, of things of a type that come or go as a whole no more than ``most`` are listed.
    """
    stuck = frozenset(blocked)
    most = None if page.room is None or page.style.verbose else most
    alike: Counter[tuple[str, str]] = Counter()
    for group in grouped(values, registry):
        kind = (group.own.action if _is_whole(group) and group.own else "", group.key.type)
        alike[kind] += 1
        if not kind[0] or most is None or alike[kind] <= most:
            page.gap()
            _group(page, group, registry, stuck)
    for (action, name), number in alike.items():
        if action and most is not None and number > most:
            page.gap()
            mark, style = vocabulary.MARKS[action], vocabulary.COLORS[action]
            page.line((f"{mark} ", style), f"and {number - most:,} more {name} (-v lists them)")


def _group(page: Page, group: Group, registry: Registry, stuck: frozenset[ResourceKey]) -> None:
    title = words.headline(group.key, registry)
    mark = _mark(group.own, stuck) if group.own else ("", "")
    lead: list[Part] = [(f"{mark[0]} ", mark[1])] if group.own else []
    page.entry([*lead, (title, "bold")], [(group.key.text, "dim")], hang=2)
    if group.own:
        _details(page, group.own, 4)
    for change in _listed(page, group):
        _change(page, change, registry, stuck)


def _is_whole(group: Group) -> bool:
    """Whether a thing comes or goes as a whole, with all that is in it."""
    own = group.own
    return own is not None and own.action in (CREATE, DELETE) and all(c.action == own.action for c in group.inside)


def _listed(page: Page, group: Group) -> list[Change]:
    """What is listed of a group; on a terminal, the many parts of what comes or goes whole are counted."""
    if not _is_whole(group) or page.room is None or page.style.verbose or len(group.inside) <= MOST_INSIDE:
        return group.inside
    kinds = Counter(c.key.type for c in group.inside)
    told = ", ".join(f"{number:,} {name}" for name, number in sorted(kinds.items()))
    page.line((f"and all {len(group.inside):,} in it: {told} (-v lists them)", "dim"), indent=4)
    return []


def _change(page: Page, change: Change, registry: Registry, stuck: frozenset[ResourceKey]) -> None:
    mark, style = _mark(change, stuck)
    parts: list[Part] = [(f"{mark} ", style), (words.described(change, registry), style)]
    page.entry(parts, [(change.key.text, "dim")], indent=2)
    _details(page, change, 6)


def _mark(change: Change, stuck: frozenset[ResourceKey]) -> tuple[str, str]:
    if change.key in stuck:
        return vocabulary.BLOCKED_MARK, BAD
    return vocabulary.MARKS[change.action], vocabulary.COLORS[change.action]


def _details(page: Page, change: Change, indent: int) -> None:
    if change.reason:
        page.line((change.reason, "italic"), indent=indent)
    if change.action in (UPDATE, REPLACE):
        differences.fields(page, change.fields, indent)
    elif page.style.verbose:
        _attributes(page, change.after or change.before, indent)


def _attributes(page: Page, resource: Resource | None, indent: int) -> None:
    for name, value in resource.attributes.items() if resource else ():
        page.line((f"{name}: {words.compact(value)}", "dim"), indent=indent)


def legend(page: Page, values: Iterable[Change], told: vocabulary.Words, blocked: bool = False) -> None:
    """What the marks mean, as far as they were used."""
    used = {change.action for change in values}
    signs: list[str] = []
    for action, mark in vocabulary.MARKS.items():
        if action in used:
            word = told[action] if action != REPLACE else f"{told[action]} (made anew)"
            signs.append(f"{mark} {word}")
    if blocked:
        signs.append(f"{vocabulary.BLOCKED_MARK} blocked")
    if signs:
        page.gap()
        page.line(("   ".join(signs), "dim"))
