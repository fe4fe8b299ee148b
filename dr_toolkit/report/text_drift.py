"""Drift and verification as text: the verdict, what is in doubt, the worst findings, then each change."""

from __future__ import annotations

from dr_toolkit.engine.rulebook import rules
from dr_toolkit.model.deeds import PENDING, UNKNOWN
from dr_toolkit.report import sections, stages, text_snapshots, vocabulary
from dr_toolkit.report.entries import alerts, sides
from dr_toolkit.report.flows import flow
from dr_toolkit.report.listings import AcceptResult, RulesResult
from dr_toolkit.report.page import Page, Part
from dr_toolkit.report.results import DriftReport, DriftResult, VerifyResult
from dr_toolkit.spec.registry import Registry

MOST_ALERTS = 20
"""How many alerts are told on a terminal; whoever asks for more gets all."""

STATES = {
    PENDING: "not in the trail yet: it lags by minutes, sometimes by an hour; ask again",
    UNKNOWN: "not found in the trail",
}
"""What is said of changes whose author is not known."""


def report(page: Page, value: DriftReport, registry: Registry) -> None:
    """All sources; with several of them a verdict each comes first."""
    if len(value.results) == 1 and not value.failed:
        sections.verdict(page, value.verdict, value.exit_code)
        _result(page, value.results[0], registry)
        sections.findings(page, value.findings, "About the config")
        return
    for name, error in value.failed:
        sections.verdict(page, f"{name}: not compared: {error.message}", error.exit_code)
        if error.next_step:
            page.line(("→ ", "cyan"), error.next_step, indent=2)
    for result in value.results:
        sections.verdict(page, f"{result.source}: {result.verdict}", result.exit_code)
    for result in value.results:
        if result.changes or result.findings or result.gaps or result.alerts:
            page.gap()
            _result(page, result, registry)
    sections.findings(page, value.findings, "About the config")


def _result(page: Page, result: DriftResult, registry: Registry) -> None:
    live, against = sides(result)
    page.line((result.source, "bold"), live)
    page.line(against)
    sections.unread(page, result.coverage)
    _alerts(page, result)
    _exposure(page, result)
    _stages(page, result)
    sections.findings(page, result.findings)
    _deeds(page, result)
    sections.changes(page, result.changes, registry)
    _ignored(page, result)
    sections.legend(page, result.changes, vocabulary.DRIFT)
    page.gap()
    kinds = vocabulary.count(len(result.compared_types), "type")
    if result.resources:
        kinds = f"{vocabulary.count(result.resources, 'resource')} of {kinds}"
    page.line((f"compared {kinds}", "dim"))
    sections.excluded(page, result.coverage)


def _alerts(page: Page, result: DriftResult) -> None:
    """What the rule book says, the worst first."""
    told = alerts(result)
    if not told:
        return
    sections.heading(page, "How bad, and why")
    titles = {rule.id: rule.title for rule in rules()}
    whole = page.room is None or page.style.verbose
    shown = told if whole else told[:MOST_ALERTS]
    for each in shown:
        style = vocabulary.ALARMS.get(each.severity, "bold")
        parts: list[Part] = [(each.severity, style), f" {titles.get(each.rule, each.rule)}: {each.text}"]
        keys = each.keys if whole else each.keys[: sections.MOST_KEYS]
        if len(keys) == 1:
            page.entry(parts, [(f"{each.rule}  {keys[0]}", "dim")], indent=2)
            continue
        page.entry(parts, [(each.rule, "dim")], indent=2)
        for key in keys:
            page.line((key, "dim"), indent=6)
        if len(each.keys) > len(keys):
            page.line((f"… and {len(each.keys) - len(keys):,} more (-v shows all)", "dim"), indent=6)
    if len(told) > len(shown):
        page.line((f"… and {len(told) - len(shown):,} more (-v shows all)", "dim"), indent=2)


def _exposure(page: Page, result: DriftResult) -> None:
    """What traffic each group newly allows and refuses."""
    if not result.exposures:
        return
    sections.heading(page, "Exposure")
    whole = page.room is None or page.style.verbose
    for exposure in result.exposures:
        page.line(("/".join(exposure.key.path), "bold"), indent=2)
        parts = (("+ allowed: ", "red", exposure.newly_allowed), ("- refused: ", "yellow", exposure.newly_refused))
        for word, style, told in parts:
            for each in told:
                page.line((word, style), flow(each, exposure.networks, whole=whole), indent=4, hang=11)


def _stages(page: Page, result: DriftResult) -> None:
    """What each stage of an API that changed serves now, and what of the draft it does not."""
    if not result.stages:
        return
    sections.heading(page, stages.TITLE)
    whole = page.room is None or page.style.verbose
    for truth in result.stages:
        page.line(("/".join(truth.stage.path), "bold"), indent=2)
        for word, names in stages.lines(truth, whole=whole):
            page.line((f"{word}: ", "yellow"), names, indent=4, hang=6)


def _deeds(page: Page, result: DriftResult) -> None:
    """Who it was, as far as the trail says."""
    if result.deeds is None or not result.changes:
        return
    sections.heading(page, "Who")
    if result.deeds.trouble:
        page.line(("! ", sections.ATTENTION), result.deeds.trouble, indent=2, hang=4)
    keys = [change.key.text for change in result.changes]
    for key in keys:
        for deed in result.deeds.of(key):
            via = f" ({deed.via})" if deed.via else ""
            told = f"{via}, {deed.event} at {deed.at} from {deed.address}"
            page.entry([(deed.actor, "bold"), told], [(f"{key}  {deed.event_id}", "dim")], indent=2)
            page.line((deed.agent, "dim"), indent=6)
    for state, said in STATES.items():
        if number := sum(result.deeds.state(key) == state for key in keys):
            far = ", as far as it could be read" if state == UNKNOWN and result.deeds.trouble else ""
            page.line((f"{vocabulary.count(number, 'change')} {said}{far}", "dim"), indent=2)


def _ignored(page: Page, result: DriftResult) -> None:
    """What the config accepts, in a line; all of it for those who ask."""
    if not result.ignored:
        return
    page.gap()
    page.line((f"{vocabulary.count(len(result.ignored), 'change')} ignored by the config", "dim"))
    for each in result.ignored if page.style.verbose else ():
        until = f", until {each.until}" if each.until else ""
        owner = f"{each.owner}: " if each.owner else ""
        parts: list[Part] = [(f"{vocabulary.DRIFT[each.action]} {', '.join(each.fields)}".rstrip(), "dim")]
        page.entry([*parts, f"  {owner}{each.reason}{until}"], [(each.key.text, "dim")], indent=2)


def accepted(page: Page, value: AcceptResult, registry: Registry) -> None:
    """What was accepted into the baseline, the worst first, and what the baseline is now."""
    page.line((value.verdict, "bold"))
    _alerts(page, value.accepted)
    sections.changes(page, value.accepted.changes, registry)
    sections.legend(page, value.accepted.changes, vocabulary.DRIFT)
    if value.baseline.moved:
        page.gap()
        text_snapshots.baseline(page, value.baseline)


def rule_book(page: Page, value: RulesResult) -> None:
    """Every rule of the book, by its id."""
    page.line((value.verdict, "bold"))
    for rule in value.rules:
        page.gap()
        page.line((rule.id, "bold"), "  ", (rule.severity, vocabulary.ALARMS[rule.severity]), f"  {rule.title}")
        page.line((", ".join(rule.types) or "whatever is live", "dim"), indent=2)
        page.line((rule.reference, "dim"), indent=2)


def verification(page: Page, value: VerifyResult, registry: Registry) -> None:
    """Whether a target is what the snapshot says; field changes lead from the target to the snapshot."""
    sections.verdict(page, value.verdict, value.exit_code)
    page.line(f"{value.target} ({value.target_scope}) against snapshot {value.snapshot} of {value.source}")
    sections.unread(page, value.coverage)
    sections.findings(page, value.findings)
    sections.changes(page, value.changes, registry)
    sections.legend(page, value.changes, vocabulary.VERIFY)
    if any(change.fields for change in value.changes):
        page.line(("values: in the target → in the snapshot", "dim"))
    page.gap()
    spent = f" in {vocabulary.duration(value.seconds)}" if value.seconds else ""
    page.line((f"checked {vocabulary.count(value.checked, 'resource')}{spent}", "dim"))
    sections.excluded(page, value.coverage)
