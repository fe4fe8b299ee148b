"""What became of a plan, as text."""

from __future__ import annotations

from collections.abc import Mapping

from dr_toolkit.model.changes import Plan
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report import outcomes, sections, text_drift, text_plan, vocabulary, words
from dr_toolkit.report.outline import top
from dr_toolkit.report.page import Column, Page, Part
from dr_toolkit.report.results import RestoreResult
from dr_toolkit.report.undo_results import UndoPlan, UndoResult
from dr_toolkit.spec.registry import Registry


def restored(page: Page, value: RestoreResult, registry: Registry) -> None:
    """What a restore did, what failed and why, what it left out, and what verification says."""
    sections.verdict(page, value.verdict, value.exit_code)
    if value.run:
        page.line(f"run {value.run}")
    text_plan.whence(page, value.plan)
    page.line(outcomes.tried(value, len(value.earlier)))
    _outcomes(page, "Failed", value, value.failed, sections.BAD)
    _outcomes(page, "Skipped", value, value.skipped, sections.ATTENTION)
    text_plan.missing(page, value.plan, registry)
    _ids(page, value, registry)
    if value.verify is not None and (value.verify.exit_code or value.verify.findings):
        sections.heading(page, "Verification")
        text_drift.verification(page, value.verify, registry)
    if value.failed:
        page.gap()
        again = f"--to {value.plan.target} --source {value.plan.source} --snapshot {value.plan.snapshot}"
        page.line(("→ ", "cyan"), f"mend what failed, then: dr-toolkit restore {again}")


def to_be_undone(page: Page, value: UndoPlan, registry: Registry) -> None:
    """What taking a run back would do: what can't be done first, then warnings, changes and calls."""
    sections.verdict(page, value.verdict, value.exit_code)
    _undone_run(page, value.undoes, value.plan)
    text_plan.missing(page, value.plan, registry)
    text_plan.doings(page, value.plan, registry)


def undone(page: Page, value: UndoResult, registry: Registry) -> None:
    """What taking a run back did, what failed and why, and what stays as it is."""
    sections.verdict(page, value.verdict, value.exit_code)
    page.line(f"run {value.run}")
    _undone_run(page, value.undoes, value.plan)
    page.line(outcomes.tried(value))
    _outcomes(page, "Failed", value, value.failed, sections.BAD)
    _outcomes(page, "Skipped", value, value.skipped, sections.ATTENTION)
    text_plan.missing(page, value.plan, registry)
    _ids(page, value, registry)
    if value.left:
        sections.changes(page, value.left, registry, [b.key for b in value.plan.blocked])
        sections.legend(page, value.left, vocabulary.PLAN, False)
    if value.failed or value.left:
        page.gap()
        again = f"dr-toolkit restore undo {value.undoes} --to {value.plan.target}"
        page.line(("→ ", "cyan"), f"mend what failed, then: {again}")


def _undone_run(page: Page, run: str, plan: Plan) -> None:
    whence = f" (snapshot {plan.snapshot} of {plan.source})" if plan.snapshot else ""
    page.line(f"taking back run {run}{whence} on {plan.target} ({plan.target_scope})", hang=4)


def _outcomes(
    page: Page, title: str, value: RestoreResult | UndoResult, reasons: Mapping[str, str], style: str
) -> None:
    if not reasons:
        return
    sections.heading(page, title, style)
    same: dict[str, list[list[str]]] = {}
    for steps, reason in outcomes.together(value, reasons):
        same.setdefault(reason, []).append(steps)
    for reason, calls in same.items():
        for steps in calls:
            known = value.steps.get(steps[0])
            what = f"{steps[0]} {known.service}:{known.call.operation}" if known else steps[0]
            if operation := value.carried.get(steps[0]):
                what = f"{operation} for {vocabulary.count(len(steps), 'step')}: {outcomes.several(steps)}"
            named = [key for step in steps if step in value.steps for key in value.steps[step].keys]
            aside: list[Part] = [(text_plan.keys(named), "dim")] if known else []
            page.entry([(f"{vocabulary.BLOCKED_MARK} ", style), what], aside, indent=2)
        page.line(reason, indent=6)


def _ids(page: Page, value: RestoreResult | UndoResult, registry: Registry) -> None:
    """The physical ids of whole things: what clients and other configurations have to be told."""
    rows = []
    for text, physical in value.bindings.items():
        kind = registry.get(text.partition("/")[0])
        if kind is None:
            continue
        key = ResourceKey.parse(text)
        if kind.root and top(key, registry) == key:
            rows.append((words.headline(key, registry), physical, text))
    if rows:
        sections.heading(page, "Ids in the target")
        columns = [Column("what", whole=False), Column("id", "bold"), Column("key", "dim", whole=False)]
        page.table(columns, sorted(rows), indent=2)
