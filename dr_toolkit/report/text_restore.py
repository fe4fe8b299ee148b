"""What became of a plan, as text."""

from __future__ import annotations

from collections.abc import Mapping

from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.report import sections, text_drift, text_plan, vocabulary, words
from dr_toolkit.report.outline import top
from dr_toolkit.report.page import Column, Page, Part
from dr_toolkit.report.results import RestoreResult
from dr_toolkit.spec.registry import Registry


def restored(page: Page, value: RestoreResult, registry: Registry) -> None:
    """What a restore did, what failed and why, what it left out, and what verification says."""
    sections.verdict(page, value.verdict, value.exit_code)
    if value.run:
        page.line(f"run {value.run}")
    text_plan.whence(page, value.plan)
    earlier = f", {len(value.earlier):,} by an earlier run" if value.earlier else ""
    tried = f"{len(value.done):,} done{earlier}, {len(value.failed):,} failed, {len(value.skipped):,} skipped"
    page.line(f"{vocabulary.count(len(value.plan.steps), 'call')}: {tried}")
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


def _outcomes(page: Page, title: str, value: RestoreResult, reasons: Mapping[str, str], style: str) -> None:
    if not reasons:
        return
    sections.heading(page, title, style)
    together: dict[str, list[str]] = {}
    for step, reason in reasons.items():
        together.setdefault(reason, []).append(step)
    for reason, ids in together.items():
        for step in ids:
            known = value.steps.get(step)
            what = f"{step} {known.service}:{known.call.operation}" if known else step
            aside: list[Part] = [(text_plan.keys(known.keys), "dim")] if known else []
            page.entry([(f"{vocabulary.BLOCKED_MARK} ", style), what], aside, indent=2)
        page.line(reason, indent=6)


def _ids(page: Page, value: RestoreResult, registry: Registry) -> None:
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
