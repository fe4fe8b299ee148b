"""What was found out about a store or done to it, as text."""

from __future__ import annotations

import json
from collections.abc import Iterable

from dr_toolkit.errors import DrToolkitError
from dr_toolkit.report import sections, text_error, vocabulary
from dr_toolkit.report.page import Column, Page, Part
from dr_toolkit.report.store_results import (
    BAD,
    GOOD,
    UNKNOWN,
    WARN,
    DoctorResult,
    MirrorResult,
    MirrorRow,
    PolicyResult,
    ProofResult,
    PruneResult,
)

_STATES = {"whole": "green", "damaged": sections.BAD, "pruned": "dim", "unsigned": "yellow"}
_CHECKS = {GOOD: ("ok", "green"), WARN: ("!", "yellow"), BAD: ("x", sections.BAD), UNKNOWN: ("?", "yellow")}


def proof(page: Page, value: ProofResult) -> None:
    """The faults first, then every snapshot."""
    sections.verdict(page, value.verdict, value.exit_code)
    for fault in value.faults:
        page.entry([("x ", sections.BAD), fault.name], [f"{fault.reason}; in {fault.store}"], indent=2)
    _lines(page, value.missing)
    if not value.trusted:
        page.line(("signatures are not asked for: the config has no signing.trust", "dim"))
    stores = {row.store for row in value.rows}
    for store in sorted(stores):
        sections.heading(page, store)
        rows: list[list[Part]] = [
            [row.id, (row.state, _STATES[row.state]), row.source, ", ".join(row.signed_with)]
            for row in value.rows
            if row.store == store
        ]
        columns = [Column("id", "bold"), Column("state"), Column("source"), Column("signed with", whole=False)]
        page.table(columns, rows, indent=2)


def prune(page: Page, value: PruneResult) -> None:
    """What becomes of every snapshot, and why."""
    sections.verdict(page, value.verdict, value.exit_code)
    for source in dict.fromkeys(row.source for row in value.rows):
        sections.heading(page, source)
        rows: list[list[Part]] = [
            [row.id, _action(row.action, row.done), ", ".join(row.reasons) or "no rule keeps it"]
            for row in value.rows
            if row.source == source
        ]
        page.table([Column("id", "bold"), Column(""), Column("why", whole=False)], rows, indent=2)
    for source in value.unruled:
        page.line((f"{source} has no retention in the config: everything is kept", "dim"))
    _failed(page, value.failed)


def _action(action: str, done: bool) -> Part:
    if action == "keep":
        return ("keep", "green")
    return ("pruned" if done else "prune", "yellow")


def mirror(page: Page, value: MirrorResult) -> None:
    """What each store lacked."""
    sections.verdict(page, value.verdict, value.exit_code)
    for row in value.rows:
        page.line(row.store, f": {_copied(row)}", indent=2)
    for fault in value.faults:
        page.entry([("x ", sections.BAD), fault.name], [f"{fault.reason}; in {fault.store}"], indent=2)
    _failed(page, ((row.store, row.error) for row in value.rows if row.error is not None))


def _copied(row: MirrorRow) -> str:
    if not row.copied:
        return "nothing copied" if row.error else "lacked nothing"
    told = f"{vocabulary.count(row.copied, 'object')} copied ({vocabulary.size(row.bytes)})"
    return f"{told}, {vocabulary.count(row.snapshots, 'snapshot')} among them" if row.snapshots else told


def doctor(page: Page, value: DoctorResult) -> None:
    """Every check by what it is of; what is wrong with its reason and what mends it."""
    sections.verdict(page, value.verdict, value.exit_code)
    for subject in dict.fromkeys(check.subject for check in value.checks):
        sections.heading(page, subject)
        for check in value.checks:
            if check.subject != subject:
                continue
            mark, style = _CHECKS[check.state]
            aside: list[Part] = [(check.reason, "dim")] if check.reason and check.state != GOOD else []
            page.entry([(f"{mark:<2} ", style), f"{check.name}: {check.text}"], aside, indent=2)
            if check.mend and check.state != GOOD:
                page.line(("→ ", "cyan"), check.mend, indent=5)


def policy(page: Page, value: PolicyResult) -> None:
    """The policy alone, as IAM takes it."""
    for line in json.dumps(value.policy, indent=2).splitlines():
        page.row(line)


def _lines(page: Page, texts: Iterable[str]) -> None:
    for text in texts:
        page.line(("? ", "yellow"), text, indent=2)


def _failed(page: Page, failed: Iterable[tuple[str, DrToolkitError]]) -> None:
    for what, error in failed:
        page.line((what, sections.BAD))
        text_error.error(page, error)
