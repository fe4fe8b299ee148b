"""What can't be done, as text: each cause once, and with it what would unblock it and all that waits for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from dr_toolkit.model.changes import Blocked
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report import sections, vocabulary, words
from dr_toolkit.report.page import Page, Part
from dr_toolkit.spec.registry import Registry


def blocked(page: Page, values: Iterable[Blocked], registry: Registry) -> None:
    """Causes, those of the same reason together, with what waits for them beneath."""
    items = list(values)
    if not items:
        return
    sections.heading(page, "Blocked", sections.BAD)
    waiting, known = _waiting(items), {b.key for b in items}
    alike: dict[tuple[str, str, str, str], list[Blocked]] = {}
    for b in items:
        if b.cause not in known:
            alike.setdefault((b.action, b.key.type, b.reason, b.remedy), []).append(b)
    for (action, _, reason, remedy), group in alike.items():
        _cause(page, action, [b.key for b in group], registry)
        page.line(reason, indent=6)
        if remedy:
            page.line(("→ ", "cyan"), remedy, indent=6)
        _followers(page, [b for cause in group for b in waiting.get(cause.key, ())], registry)


def _waiting(items: Iterable[Blocked]) -> dict[ResourceKey, list[Blocked]]:
    """What waits for each cause, directly or not. A cause is blocked before what needs it, so there is no circle."""
    by_key = {b.key: b for b in items}
    found: dict[ResourceKey, list[Blocked]] = {}
    for b in by_key.values():
        cause = b
        while cause.cause is not None and cause.cause in by_key:
            cause = by_key[cause.cause]
        if cause is not b:
            found.setdefault(cause.key, []).append(b)
    return found


def _cause(page: Page, action: str, keys: list[ResourceKey], registry: Registry) -> None:
    lead: list[Part] = [(f"{vocabulary.BLOCKED_MARK} ", sections.BAD)]
    if len(keys) == 1:
        what = (f"{action} {words.headline(keys[0], registry)}", "bold")
        page.entry([*lead, what], [(keys[0].text, "dim")], indent=2)
        return
    page.line(*lead, (f"{action} {len(keys):,} of {keys[0].type}", "bold"), indent=2, hang=4)
    shown = keys if _lists_all(page) else keys[: sections.MOST_KEYS]
    for key in shown:
        page.line((key.text, "dim"), indent=6)
    if len(keys) > len(shown):
        page.line((f"… and {len(keys) - len(shown):,} more (-v shows all)", "dim"), indent=6)


def _followers(page: Page, values: list[Blocked], registry: Registry) -> None:
    if not values:
        return
    kinds = Counter(b.key.type for b in values)
    told = ", ".join(f"{number:,} {name}" for name, number in sorted(kinds.items()))
    page.line(f"with it {told}, which need it", indent=6)
    if _lists_all(page):
        for b in values:
            lead: list[Part] = [(f"{vocabulary.BLOCKED_MARK} ", sections.BAD), f"{b.action} "]
            page.entry([*lead, words.headline(b.key, registry)], [(b.key.text, "dim")], indent=8)


def _lists_all(page: Page) -> bool:
    return page.room is None or bool(page.style.verbose)
