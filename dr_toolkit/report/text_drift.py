"""Drift and verification as text: the verdict, what is in doubt, the worst findings, then each change."""

from __future__ import annotations

from dr_toolkit.report import sections, vocabulary
from dr_toolkit.report.page import Page
from dr_toolkit.report.results import DriftReport, DriftResult, VerifyResult
from dr_toolkit.spec.registry import Registry


def report(page: Page, value: DriftReport, registry: Registry) -> None:
    """All sources; with several of them a verdict each comes first."""
    if len(value.results) == 1 and not value.failed:
        sections.verdict(page, value.verdict, value.exit_code)
        _result(page, value.results[0], registry)
        return
    for name, error in value.failed:
        sections.verdict(page, f"{name}: not compared: {error.message}", error.exit_code)
        if error.next_step:
            page.line(("→ ", "cyan"), error.next_step, indent=2)
    for result in value.results:
        sections.verdict(page, f"{result.source}: {result.verdict}", result.exit_code)
    for result in value.results:
        if result.changes or result.findings or result.gaps:
            page.gap()
            _result(page, result, registry)


def _result(page: Page, result: DriftResult, registry: Registry) -> None:
    where = f" ({result.scope})" if result.scope else ""
    taken = f" of {result.baseline_taken_at}" if result.baseline_taken_at else ""
    page.line((result.source, "bold"), f"{where}, live at {result.live_taken_at}")
    what = result.against if result.against in ("baseline", "latest") else "snapshot"
    page.line(f"against {what} {result.baseline_id}{taken}")
    sections.unread(page, result.coverage)
    sections.findings(page, result.findings)
    sections.changes(page, result.changes, registry)
    sections.legend(page, result.changes, vocabulary.DRIFT)
    page.gap()
    kinds = vocabulary.count(len(result.compared_types), "type")
    if result.resources:
        kinds = f"{vocabulary.count(result.resources, 'resource')} of {kinds}"
    page.line((f"compared {kinds}", "dim"))
    sections.excluded(page, result.coverage)


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
